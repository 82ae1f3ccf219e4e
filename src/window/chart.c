#include "window/chart.h"

#include <glib/gi18n.h>
#include <string.h>

#include "window/theme.h"

#define ZOOM_STEP 1.25
#define LEAST_RANGE TF_MINUTE
#define SLOT_PX 7 /* that a candle needs */

struct _TfChart
{
  GtkWidget   parent_instance;
  TfPlot     *plot;
  GHashTable *hidden;       /* names of layers that are switched off: filling the plot again does not bring them back */
  GtkWidget  *legend;       /* (nullable) borrowed */
  gboolean    zoomed, at_end; /* at_end: the view follows what comes in */
  gboolean    touched;      /* somebody has zoomed or scrolled: the view is theirs */
  TfTime      slot;         /* of one candle that is to be told apart; 0: all there is is shown */
  TfTime      low, high;    /* of the view when zoomed */
  TfTime      drag_low, drag_high;
};

G_DEFINE_FINAL_TYPE (TfChart, tf_chart, GTK_TYPE_WIDGET)

static void
tf_chart_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  TfChart *self = TF_CHART (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  TfPlotTheme theme;
  cairo_t *cr;

  if (width <= 0 || height <= 0)
    return;
  tf_theme_of_widget (widget, &theme);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  tf_plot_draw (self->plot, cr, width, height, &theme);
  cairo_destroy (cr);
}

static void
tf_chart_measure (GtkWidget      *widget,
                  GtkOrientation  orientation,
                  int             for_size,
                  int            *minimum,
                  int            *natural,
                  int            *minimum_baseline,
                  int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 120 : 80;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 480 : 240;
}

static void
on_motion (TfChart *self,
           double   x,
           double   y)
{
  tf_plot_set_crosshair (self->plot, x, y);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_leave (TfChart *self)
{
  tf_plot_unset_crosshair (self->plot);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The range of all there is. */
static gboolean
full_range (TfChart *self,
            TfTime  *low,
            TfTime  *high)
{
  gboolean any;

  tf_plot_set_range (self->plot, 0, 0);
  any = tf_plot_get_range (self->plot, low, high);
  if (self->zoomed)
    tf_plot_set_range (self->plot, self->low, self->high);
  return any;
}

static void
show_range (TfChart *self,
            TfTime   low,
            TfTime   high)
{
  TfTime first, last, span = MAX (high - low, LEAST_RANGE);

  if (!full_range (self, &first, &last))
    return;
  self->zoomed = span < last - first;
  if (self->zoomed)
    {
      self->low = CLAMP (low, first, last - span);
      self->high = self->low + span;
      self->at_end = self->high >= last;
    }
  tf_plot_set_range (self->plot, self->zoomed ? self->low : 0, self->zoomed ? self->high : 0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
zoom (TfChart *self,
      TfTime   around,
      double   factor)
{
  TfTime low, high;

  if (!tf_plot_get_range (self->plot, &low, &high))
    return;
  self->touched = TRUE;
  show_range (self, around - (TfTime) ((double) (around - low) * factor), around + (TfTime) ((double) (high - around) * factor));
}

/* Without Control the page scrolls, as it does everywhere else. */
static gboolean
on_scroll (TfChart                  *self,
           double                    dx,
           double                    dy,
           GtkEventControllerScroll *controller)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));
  TfTime low, high;
  double x, y;

  if ((state & GDK_CONTROL_MASK) == 0 || dy == 0 || !tf_plot_get_range (self->plot, &low, &high))
    return GDK_EVENT_PROPAGATE;
  if (event == NULL || !gdk_event_get_position (event, &x, &y)
      || !gtk_widget_translate_coordinates (GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))), GTK_WIDGET (self), x, y, &x, &y)
      || !tf_plot_time_at (self->plot, x, &low))
    low = high;
  zoom (self, low, dy > 0 ? ZOOM_STEP : 1 / ZOOM_STEP);
  return GDK_EVENT_STOP;
}

static void
on_drag_begin (TfChart        *self,
               double          x,
               double          y,
               GtkGestureDrag *gesture)
{
  if (!self->zoomed || !tf_plot_get_range (self->plot, &self->drag_low, &self->drag_high))
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
}

static void
on_drag_update (TfChart *self,
                double   dx,
                double   dy)
{
  int width = MAX (gtk_widget_get_width (GTK_WIDGET (self)), 1);
  TfTime shift = (TfTime) (dx / width * (double) (self->drag_high - self->drag_low));

  self->touched = TRUE;
  show_range (self, self->drag_low - shift, self->drag_high - shift);
}

static void
on_pressed (TfChart *self,
            int      n_press)
{
  if (n_press != 2)
    return;
  self->touched = TRUE;
  show_range (self, 0, G_MAXINT64 / 2);
}

static void
tf_chart_finalize (GObject *object)
{
  TfChart *self = TF_CHART (object);

  tf_plot_free (self->plot);
  g_hash_table_unref (self->hidden);
  if (self->legend != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->legend), (gpointer *) &self->legend);
  G_OBJECT_CLASS (tf_chart_parent_class)->finalize (object);
}

static void
tf_chart_class_init (TfChartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tf_chart_finalize;
  widget_class->snapshot = tf_chart_snapshot;
  widget_class->measure = tf_chart_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "chart");
}

static void
tf_chart_init (TfChart *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkGesture *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new ();

  self->plot = tf_plot_new ();
  self->hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (on_scroll), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

GtkWidget *
tf_chart_new (void)
{
  return g_object_new (TF_TYPE_CHART, NULL);
}

/**
 * tf_chart_get_plot:
 *
 * Returns: (transfer none): what it shows; after changing it, tf_chart_changed()
 */
TfPlot *
tf_chart_get_plot (TfChart *self)
{
  g_return_val_if_fail (TF_IS_CHART (self), NULL);
  return self->plot;
}

static void
on_toggled (GtkToggleButton *button,
            TfChart         *self)
{
  const char *name = g_object_get_data (G_OBJECT (button), "tf-layer");

  if (gtk_toggle_button_get_active (button))
    g_hash_table_remove (self->hidden, name);
  else
    g_hash_table_add (self->hidden, g_strdup (name));
  tf_chart_changed (self);
}

/* Switches off what was switched off before, and names what is new in the legend. */
static void
sync_legend (TfChart *self)
{
  GtkWidget *child = self->legend != NULL ? gtk_widget_get_first_child (self->legend) : NULL;
  guint n = tf_plot_get_n_legend (self->plot);
  TfPlotTheme theme;

  if (self->legend == NULL && g_hash_table_size (self->hidden) == 0)
    return;
  tf_theme_of_widget (GTK_WIDGET (self), &theme);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *markup = NULL, *hex = NULL;
      const char *name;
      gboolean visible;
      TfColor color;

      tf_plot_get_legend (self->plot, i, &theme, &name, &color, &visible);
      tf_plot_set_visible (self->plot, i, !g_hash_table_contains (self->hidden, name));
      if (self->legend == NULL)
        continue;
      if (child == NULL)
        {
          child = gtk_toggle_button_new ();
          gtk_widget_add_css_class (child, "flat");
          gtk_widget_add_css_class (child, "legend");
          gtk_button_set_child (GTK_BUTTON (child), gtk_label_new (NULL));
          gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (child), TRUE);
          gtk_box_append (GTK_BOX (self->legend), child);
        }
      if (g_strcmp0 (g_object_get_data (G_OBJECT (child), "tf-layer"), name) != 0)
        {
          g_signal_handlers_disconnect_by_func (child, on_toggled, self);
          g_object_set_data_full (G_OBJECT (child), "tf-layer", g_strdup (name), g_free);
          gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (child), !g_hash_table_contains (self->hidden, name));
          g_signal_connect_object (child, "toggled", G_CALLBACK (on_toggled), self, 0);
          gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
        }
      hex = g_strdup_printf ("#%02x%02x%02x", (guint) (color.red * 255), (guint) (color.green * 255), (guint) (color.blue * 255));
      markup = g_markup_printf_escaped ("<span foreground=\"%s\">%s</span> %s", hex, tf_plot_get_legend_sign (self->plot, i), name);
      gtk_label_set_markup (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (child))), markup);
      child = gtk_widget_get_next_sibling (child);
    }
  while (child != NULL)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);

      gtk_box_remove (GTK_BOX (self->legend), child);
      child = next;
    }
}

/**
 * tf_chart_changed:
 *
 * The plot was changed: draws it, and tells assistive technology what it shows.
 */
void
tf_chart_changed (TfChart *self)
{
  g_autofree char *summary = NULL;
  TfTime low, high;

  g_return_if_fail (TF_IS_CHART (self));
  sync_legend (self);
  if (self->slot > 0 && !self->touched && gtk_widget_get_width (GTK_WIDGET (self)) > 0 && full_range (self, &low, &high))
    show_range (self, high - self->slot * (gtk_widget_get_width (GTK_WIDGET (self)) / SLOT_PX), high);
  else if (self->zoomed && full_range (self, &low, &high))
    {
      if (self->at_end)
        show_range (self, high - (self->high - self->low), high);
      else
        show_range (self, self->low, self->high);
    }
  summary = tf_plot_summary (self->plot);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, summary, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * tf_chart_set_slot:
 * @slot: the time of one candle; 0: shows all there is
 *
 * Shows the newest candles, as many as can be told apart, until somebody zooms or scrolls. Takes effect with the next
 * tf_chart_changed().
 */
void
tf_chart_set_slot (TfChart *self,
                   TfTime   slot)
{
  g_return_if_fail (TF_IS_CHART (self));
  self->slot = slot;
  self->touched = FALSE;
}

void
tf_chart_set_label (TfChart    *self,
                    const char *label)
{
  g_return_if_fail (TF_IS_CHART (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/**
 * tf_chart_legend_new:
 *
 * Returns: (transfer floating): a row of toggles, one for each layer that has a name; one for a chart
 */
GtkWidget *
tf_chart_legend_new (TfChart *self)
{
  g_return_val_if_fail (TF_IS_CHART (self), NULL);
  g_return_val_if_fail (self->legend == NULL, NULL);
  self->legend = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_set_valign (self->legend, GTK_ALIGN_CENTER);
  g_object_add_weak_pointer (G_OBJECT (self->legend), (gpointer *) &self->legend);
  sync_legend (self);
  return self->legend;
}
