#include "window/adaptive.h"

struct _TfAdaptive
{
  GtkWidget parent_instance;
  int       threshold, spacing, side_width;
};

enum { PROP_THRESHOLD = 1, PROP_SPACING, PROP_SIDE_WIDTH, N_PROPS };
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (TfAdaptive, tf_adaptive, GTK_TYPE_WIDGET)

static guint
count_children (GtkWidget *widget)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += gtk_widget_should_layout (child) != FALSE;
  return n;
}

/* How wide the child number @i of @n is when they stand side by side in @width. */
static int
share (TfAdaptive *self,
       int         width,
       guint       i,
       guint       n)
{
  int room = MAX (width - self->spacing * ((int) n - 1), 0), each;

  if (n > 1 && self->side_width > 0)
    {
      if (i == n - 1)
        return self->side_width;
      room = MAX (room - self->side_width, 0);
      n--;
    }
  each = room / (int) n;
  return i == n - 1 ? room - each * ((int) n - 1) : each;
}

/* There is room, and each child fits into its part of it. */
static gboolean
side_by_side (TfAdaptive *self,
              int         width)
{
  guint n = count_children (GTK_WIDGET (self)), i = 0;

  if (width < 0)
    return TRUE;
  if (width < self->threshold)
    return FALSE;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int least;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
      if (least > share (self, width, i++, n))
        return FALSE;
    }
  return TRUE;
}

static GtkSizeRequestMode
tf_adaptive_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
measure_width (TfAdaptive *self,
               int        *minimum,
               int        *natural)
{
  int sum = 0;
  guint n = 0;

  *minimum = *natural = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int child_minimum, child_natural;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &child_minimum, &child_natural, NULL, NULL);
      *minimum = MAX (*minimum, child_minimum); /* under one another they fit */
      sum += child_natural + (n++ > 0 ? self->spacing : 0);
    }
  *natural = MAX (*minimum, sum);
}

static void
measure_height (TfAdaptive *self,
                int         width,
                int        *minimum,
                int        *natural)
{
  gboolean row = side_by_side (self, width);
  guint n = count_children (GTK_WIDGET (self)), i = 0;

  *minimum = *natural = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int child_minimum, child_natural, gap;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width < 0 ? -1 : row ? share (self, width, i, n) : width,
                          &child_minimum, &child_natural, NULL, NULL);
      gap = i++ > 0 ? self->spacing : 0;
      *minimum = row ? MAX (*minimum, child_minimum) : *minimum + child_minimum + gap;
      *natural = row ? MAX (*natural, child_natural) : *natural + child_natural + gap;
    }
}

static void
tf_adaptive_measure (GtkWidget      *widget,
                     GtkOrientation  orientation,
                     int             for_size,
                     int            *minimum,
                     int            *natural,
                     int            *minimum_baseline,
                     int            *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    measure_width (TF_ADAPTIVE (widget), minimum, natural);
  else
    measure_height (TF_ADAPTIVE (widget), for_size, minimum, natural);
}

static void
allocate_column (TfAdaptive *self,
                 int         width,
                 int         height)
{
  guint n = count_children (GTK_WIDGET (self)), expanding = 0;
  int y = 0, needed = 0, spare;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_should_layout (child))
      {
        int natural;

        gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
        needed += natural;
        expanding += gtk_widget_compute_expand (child, GTK_ORIENTATION_VERTICAL) != FALSE;
      }
  needed += self->spacing * ((int) n - 1);
  spare = height - needed;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_should_layout (child))
      {
        int minimum, natural, tall;

        gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, &minimum, &natural, NULL, NULL);
        tall = spare < 0 ? minimum : natural;
        if (spare > 0 && expanding > 0 && gtk_widget_compute_expand (child, GTK_ORIENTATION_VERTICAL))
          tall += spare / (int) expanding;
        gtk_widget_size_allocate (child, &(GtkAllocation) { 0, y, width, tall }, -1);
        y += tall + self->spacing;
      }
}

static void
tf_adaptive_size_allocate (GtkWidget *widget,
                           int        width,
                           int        height,
                           int        baseline)
{
  TfAdaptive *self = TF_ADAPTIVE (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  guint n = count_children (widget), i = 0;
  int x = 0;

  if (!side_by_side (self, width))
    {
      allocate_column (self, width, height);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_should_layout (child))
      {
        int wide = share (self, width, i++, n);

        gtk_widget_size_allocate (child, &(GtkAllocation) { rtl ? width - x - wide : x, 0, wide, height }, -1);
        x += wide + self->spacing;
      }
}

static void
tf_adaptive_get_property (GObject    *object,
                          guint       id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  TfAdaptive *self = TF_ADAPTIVE (object);

  g_value_set_int (value, id == PROP_THRESHOLD ? self->threshold : id == PROP_SPACING ? self->spacing : self->side_width);
}

static void
tf_adaptive_set_property (GObject      *object,
                          guint         id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  TfAdaptive *self = TF_ADAPTIVE (object);
  int *field = id == PROP_THRESHOLD ? &self->threshold : id == PROP_SPACING ? &self->spacing : &self->side_width;

  if (*field == g_value_get_int (value))
    return;
  *field = g_value_get_int (value);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (object, pspec);
}

static void
tf_adaptive_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (tf_adaptive_parent_class)->dispose (object);
}

static void
tf_adaptive_class_init (TfAdaptiveClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = tf_adaptive_get_property;
  object_class->set_property = tf_adaptive_set_property;
  object_class->dispose = tf_adaptive_dispose;
  widget_class->get_request_mode = tf_adaptive_get_request_mode;
  widget_class->measure = tf_adaptive_measure;
  widget_class->size_allocate = tf_adaptive_size_allocate;
  props[PROP_THRESHOLD] = g_param_spec_int ("threshold", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_SPACING] = g_param_spec_int ("spacing", NULL, NULL, 0, 1000, 0, flags);
  props[PROP_SIDE_WIDTH] = g_param_spec_int ("side-width", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
tf_adaptive_init (TfAdaptive *self)
{
}
