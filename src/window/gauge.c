#include "window/gauge.h"

#include <math.h>

#include "plot/plot.h"
#include "window/theme.h"

struct _TfGauge
{
  GtkWidget parent_instance;
  double    use, warning, limit;
};

G_DEFINE_FINAL_TYPE (TfGauge, tf_gauge, GTK_TYPE_WIDGET)

static void
tf_gauge_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  TfGauge *self = TF_GAUGE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  TfPlotTheme theme;
  cairo_t *cr;

  if (width <= 0 || height <= 0)
    return;
  tf_theme_of_widget (widget, &theme);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  tf_plot_gauge (cr, width, height, self->use, self->warning, self->limit, &theme);
  cairo_destroy (cr);
}

static void
tf_gauge_measure (GtkWidget      *widget,
                  GtkOrientation  orientation,
                  int             for_size,
                  int            *minimum,
                  int            *natural,
                  int            *minimum_baseline,
                  int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 40 : 12;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 120 : 12;
}

static void
tf_gauge_class_init (TfGaugeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = tf_gauge_snapshot;
  widget_class->measure = tf_gauge_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_METER);
  gtk_widget_class_set_css_name (widget_class, "gauge");
}

static void
tf_gauge_init (TfGauge *self)
{
  self->use = self->warning = (double) NAN;
  self->limit = 1;
}

GtkWidget *
tf_gauge_new (void)
{
  return g_object_new (TF_TYPE_GAUGE, NULL);
}

static gboolean
same (double a,
      double b)
{
  return a == b || (isnan (a) && isnan (b));
}

/**
 * tf_gauge_set:
 * @use: how much is used, in the unit of @limit; NaN: unknown
 * @warning: where it turns amber; NaN: nowhere
 * @label: what it measures
 * @text: the numbers in words
 */
void
tf_gauge_set (TfGauge    *self,
              double      use,
              double      warning,
              double      limit,
              const char *label,
              const char *text)
{
  g_return_if_fail (TF_IS_GAUGE (self));
  if (same (self->use, use) && same (self->warning, warning) && same (self->limit, limit))
    return;
  self->use = use;
  self->warning = warning;
  self->limit = limit;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
