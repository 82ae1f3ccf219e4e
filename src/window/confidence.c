#include "window/confidence.h"

#include <math.h>
#include <string.h>

#include "window/theme.h"

#define MOST_THRESHOLDS 8
#define THICK 6

struct _TfConfidence
{
  GtkWidget parent_instance;
  double    confidence, thresholds[MOST_THRESHOLDS];
  guint     n_thresholds;
};

G_DEFINE_FINAL_TYPE (TfConfidence, tf_confidence, GTK_TYPE_WIDGET)

static GdkRGBA
rgba (const TfColor *color)
{
  return (GdkRGBA) { (float) color->red, (float) color->green, (float) color->blue, (float) color->alpha };
}

static void
tf_confidence_snapshot (GtkWidget   *widget,
                        GtkSnapshot *snapshot)
{
  TfConfidence *self = TF_CONFIDENCE (widget);
  float width = (float) gtk_widget_get_width (widget), height = (float) gtk_widget_get_height (widget);
  float top = floorf ((height - THICK) / 2);
  TfPlotTheme theme;
  GdkRGBA track, fill, mark;

  tf_theme_of_widget (widget, &theme);
  track = rgba (&theme.grid);
  fill = rgba (&theme.accent);
  mark = rgba (&theme.dim);
  gtk_snapshot_append_color (snapshot, &track, &GRAPHENE_RECT_INIT (0, top, width, THICK));
  if (isfinite (self->confidence))
    gtk_snapshot_append_color (snapshot, &fill,
                               &GRAPHENE_RECT_INIT (0, top, width * (float) CLAMP (self->confidence, 0, 1), THICK));
  for (guint i = 0; i < self->n_thresholds; i++)
    gtk_snapshot_append_color (snapshot, &mark,
                               &GRAPHENE_RECT_INIT (roundf (width * (float) self->thresholds[i]), top - 3, 1, THICK + 6));
}

static void
tf_confidence_measure (GtkWidget      *widget,
                       GtkOrientation  orientation,
                       int             for_size,
                       int            *minimum,
                       int            *natural,
                       int            *minimum_baseline,
                       int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 36 : THICK + 6;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 48 : THICK + 6;
}

static void
tf_confidence_class_init (TfConfidenceClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = tf_confidence_snapshot;
  widget_class->measure = tf_confidence_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION); /* its number stands beside it */
}

static void
tf_confidence_init (TfConfidence *self)
{
  self->confidence = (double) NAN;
}

GtkWidget *
tf_confidence_new (void)
{
  return g_object_new (TF_TYPE_CONFIDENCE, NULL);
}

/**
 * tf_confidence_set:
 * @confidence: 0 to 1; NaN: the ensemble was not asked
 * @thresholds: (array length=n_thresholds): where the accounts’ marks are
 */
void
tf_confidence_set (TfConfidence *self,
                   double        confidence,
                   const double *thresholds,
                   guint         n_thresholds)
{
  g_return_if_fail (TF_IS_CONFIDENCE (self));
  n_thresholds = MIN (n_thresholds, MOST_THRESHOLDS);
  self->confidence = confidence;
  memcpy (self->thresholds, thresholds, n_thresholds * sizeof *thresholds);
  self->n_thresholds = n_thresholds;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
