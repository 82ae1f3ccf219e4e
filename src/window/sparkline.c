#include "window/sparkline.h"

#include "plot/plot.h"
#include "window/theme.h"

struct _TfSparkline
{
  GtkWidget parent_instance;
  double   *values;
  guint     n;
};

G_DEFINE_FINAL_TYPE (TfSparkline, tf_sparkline, GTK_TYPE_WIDGET)

static void
tf_sparkline_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  TfSparkline *self = TF_SPARKLINE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  TfPlotTheme theme;
  cairo_t *cr;

  if (self->n < 2 || width <= 0 || height <= 0)
    return;
  tf_theme_of_widget (widget, &theme);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  tf_plot_sparkline (cr, width, height, self->values, self->n, NULL, &theme);
  cairo_destroy (cr);
}

static void
tf_sparkline_measure (GtkWidget      *widget,
                      GtkOrientation  orientation,
                      int             for_size,
                      int            *minimum,
                      int            *natural,
                      int            *minimum_baseline,
                      int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 24 : 20;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 96 : 28;
}

static void
tf_sparkline_finalize (GObject *object)
{
  g_free (TF_SPARKLINE (object)->values);
  G_OBJECT_CLASS (tf_sparkline_parent_class)->finalize (object);
}

static void
tf_sparkline_class_init (TfSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tf_sparkline_finalize;
  widget_class->snapshot = tf_sparkline_snapshot;
  widget_class->measure = tf_sparkline_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION); /* the number beside it says more */
  gtk_widget_class_set_css_name (widget_class, "sparkline");
}

static void
tf_sparkline_init (TfSparkline *self)
{
}

GtkWidget *
tf_sparkline_new (void)
{
  return g_object_new (TF_TYPE_SPARKLINE, NULL);
}

/**
 * tf_sparkline_set_values:
 * @values: (array length=n): evenly spaced, oldest first
 */
void
tf_sparkline_set_values (TfSparkline  *self,
                         const double *values,
                         guint         n)
{
  g_return_if_fail (TF_IS_SPARKLINE (self));
  if (self->n == n && (n == 0 || memcmp (self->values, values, n * sizeof *values) == 0))
    return;
  g_free (self->values);
  self->values = g_memdup2 (values, n * sizeof *values);
  self->n = n;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
