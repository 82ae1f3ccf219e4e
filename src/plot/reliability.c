#include <glib/gi18n.h>
#include <math.h>

#include "plot/plot-private.h"

typedef struct
{
  TfLayer           layer;
  TfReliabilityBin *bins;
  guint             n;
} Reliability;

static gboolean
reliability_values (TfLayer *layer,
                    TfTime   low,
                    TfTime   high,
                    double  *least,
                    double  *most)
{
  return ((Reliability *) layer)->n > 0;
}

static void
tip_bin (TfFrame                *frame,
         const TfReliabilityBin *bin)
{
  char text[TF_AXIS_LABEL_SIZE];

  tf_frame_tip (frame, NULL, g_strdup (_("Said")),
                g_strdup (tf_axis_format (bin->predicted, 1, TF_FORMAT_PERCENT, FALSE, text)));
  tf_frame_tip (frame, NULL, g_strdup (_("Happened")),
                g_strdup (tf_axis_format (bin->observed, 1, TF_FORMAT_PERCENT, FALSE, text)));
  tf_frame_tip (frame, NULL, g_strdup (_("Cases")),
                g_strdup (tf_axis_format (bin->count, 0, TF_FORMAT_NUMBER, FALSE, text)));
}

/* Both axes are probabilities, so the square is a square and the diagonal is the truth. */
static void
reliability_draw (TfLayer *layer,
                  TfFrame *frame)
{
  Reliability *self = (Reliability *) layer;
  const TfPlotTheme *theme = frame->pen.theme;
  TfPen *pen = &frame->pen;
  cairo_t *cr = pen->cr;
  double line, left, bottom, side, x0, y0, most = 1, reach = theme->size * 1.5;
  const TfReliabilityBin *nearest = NULL;
  const double dashes[] = { 4, 3 };
  char text[TF_AXIS_LABEL_SIZE];

  tf_pen_size (pen, theme->small, "0", &line);
  left = tf_pen_size (pen, theme->small, tf_axis_format (1, 0, TF_FORMAT_PERCENT, FALSE, text), NULL) + 8;
  bottom = 2 * line + 8;
  side = floor (MIN (frame->width - left - line, frame->height - bottom - line * 1.8));
  if (side < 20)
    return;
  x0 = left + floor ((frame->width - left - line - side) / 2);
  y0 = floor (line * 1.8) + side;

  for (guint i = 0; i <= 4; i++)
    {
      double share = i / 4.0;

      tf_axis_format (share, 0, TF_FORMAT_PERCENT, FALSE, text);
      tf_pen_color (pen, &theme->grid, 1);
      tf_pen_line (pen, x0, y0 - share * side, x0 + side, y0 - share * side);
      if (side < line * 8 && i % 2 == 1)
        continue;
      tf_pen_text (pen, theme->small, text, x0 - 6, y0 - share * side, 1, 0.5, 0, &theme->dim);
      tf_pen_text (pen, theme->small, text, x0 + share * side, y0 + 4, 0.5, 0, 0, &theme->dim);
    }
  tf_pen_text (pen, theme->small, _("Confidence"), x0 + side / 2, y0 + 6 + line, 0.5, 0, 0, &theme->dim);
  tf_pen_text (pen, theme->small, _("Came true"), x0 - left + 2, 0, 0, 0, 0, &theme->dim);
  tf_pen_color (pen, &theme->dim, 0.8);
  cairo_set_line_width (cr, theme->hairline);
  cairo_set_dash (cr, dashes, 2, 0);
  cairo_move_to (cr, x0, y0);
  cairo_line_to (cr, x0 + side, y0 - side);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);

  for (guint i = 0; i < self->n; i++)
    most = MAX (most, self->bins[i].count);
  for (guint i = 0; i < self->n; i++)
    {
      const TfReliabilityBin *bin = &self->bins[i];
      double x = x0 + bin->predicted * side;

      if (isfinite (bin->low) && isfinite (bin->high))
        {
          tf_pen_color (pen, &theme->accent, 0.45);
          cairo_set_line_width (cr, theme->line);
          cairo_move_to (cr, x, y0 - CLAMP (bin->low, 0, 1) * side);
          cairo_line_to (cr, x, y0 - CLAMP (bin->high, 0, 1) * side);
          cairo_stroke (cr);
        }
    }
  for (guint i = 0; i < self->n; i++)
    cairo_line_to (cr, x0 + self->bins[i].predicted * side, y0 - self->bins[i].observed * side);
  tf_pen_color (pen, &theme->accent, 1);
  cairo_set_line_width (cr, theme->line);
  cairo_stroke (cr);
  for (guint i = 0; i < self->n; i++)
    {
      const TfReliabilityBin *bin = &self->bins[i];
      double x = x0 + bin->predicted * side, y = y0 - bin->observed * side;
      double distance = hypot (frame->pointer_x - x, frame->pointer_y - y);

      /* The area of a point is its number of cases. */
      cairo_arc (cr, x, y, theme->small * (0.22 + 0.4 * sqrt (bin->count / most)), 0, 2 * G_PI);
      tf_pen_color (pen, &theme->accent, 1);
      cairo_fill_preserve (cr);
      tf_pen_color (pen, &theme->background, 1);
      cairo_set_line_width (cr, theme->hairline);
      cairo_stroke (cr);
      if (distance < reach)
        {
          nearest = bin;
          reach = distance;
        }
    }
  if (nearest != NULL && frame->tip != NULL)
    tip_bin (frame, nearest);
}

static void
reliability_describe (TfLayer      *layer,
                      const TfPane *pane,
                      GString      *text)
{
  Reliability *self = (Reliability *) layer;
  double gap = 0, count = 0;
  char value[TF_AXIS_LABEL_SIZE], cases[TF_AXIS_LABEL_SIZE];

  for (guint i = 0; i < self->n; i++)
    {
      gap += self->bins[i].count * fabs (self->bins[i].observed - self->bins[i].predicted);
      count += self->bins[i].count;
    }
  tf_axis_format (count, 0, TF_FORMAT_NUMBER, FALSE, cases);
  tf_axis_format (count > 0 ? gap / count : TF_PLOT_NONE, 1, TF_FORMAT_PERCENT, FALSE, value);
  g_string_append_printf (text, _("%s cases in %u groups, mean gap between said and happened %s"), cases,
                          self->n, value);
}

static void
reliability_clear (TfLayer *layer)
{
  g_free (((Reliability *) layer)->bins);
}

static const TfLayerClass reliability_class = {
  .figure = TRUE, .values = reliability_values, .draw = reliability_draw, .describe = reliability_describe,
  .clear = reliability_clear,
};

static int
compare_bins (gconstpointer a,
              gconstpointer b,
              gpointer      data)
{
  double p = ((const TfReliabilityBin *) a)->predicted, q = ((const TfReliabilityBin *) b)->predicted;

  return (p > q) - (p < q);
}

/**
 * tf_plot_add_reliability:
 * @bins: (array length=n): what was said against what happened; those outside of 0..1 are left out
 *
 * A figure: how often what had a given confidence came true. On the diagonal the confidence means what it
 * says.
 */
void
tf_plot_add_reliability (TfPlot                 *self,
                         const char             *name,
                         const TfReliabilityBin *bins,
                         guint                   n)
{
  Reliability *layer;

  g_return_if_fail (self != NULL && (bins != NULL || n == 0));
  layer = tf_plot_add (self, &reliability_class, name, sizeof *layer);
  layer->bins = g_new (TfReliabilityBin, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    if (bins[i].predicted >= 0 && bins[i].predicted <= 1 && bins[i].observed >= 0 && bins[i].observed <= 1)
      layer->bins[layer->n++] = bins[i];
  g_qsort_with_data (layer->bins, (int) layer->n, sizeof *layer->bins, compare_bins, NULL);
}
