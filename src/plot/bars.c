#include <glib/gi18n.h>
#include <math.h>

#include "plot/plot-private.h"

#define ROW 26     /* px at a caption of 11: what a row likes to have */
#define TIGHT 1.45 /* times the caption: what it needs */

typedef struct
{
  TfLayer    layer;
  TfPlotBar *bars; /* names owned; the largest first */
  guint      n;
} Bars;

static gboolean
bars_values (TfLayer *layer,
             TfTime   low,
             TfTime   high,
             double  *least,
             double  *most)
{
  Bars *self = (Bars *) layer;

  for (guint i = 0; i < self->n; i++)
    {
      *least = MIN (*least, self->bars[i].value);
      *most = MAX (*most, self->bars[i].value);
    }
  return self->n > 0;
}

static void
bars_draw (TfLayer *layer,
           TfFrame *frame)
{
  Bars *self = (Bars *) layer;
  const TfPlotTheme *theme = frame->pen.theme;
  cairo_t *cr = frame->pen.cr;
  double row = theme->small * ROW / 11, least = 0, most = 0, names = 0, left = 0, right = 0, scale;
  double zero, line;
  int decimals = frame->decimals;
  char text[TF_AXIS_LABEL_SIZE];
  guint n = self->n, fit;

  tf_pen_size (&frame->pen, theme->small, "0", &line);
  fit = (guint) MAX (frame->height / (theme->small * TIGHT), 1);
  if (n > fit)
    n = fit > 1 ? fit - 1 : 1; /* the last row says how many are missing */
  row = MIN (row, frame->height / (n + (n < self->n)));

  bars_values (layer, 0, 0, &least, &most);
  if (decimals < 0)
    decimals = frame->format == TF_FORMAT_NUMBER ? tf_axis_decimals ((most - least) / 200, frame->format) : 2;
  for (guint i = 0; i < n; i++)
    {
      double w = tf_pen_size (&frame->pen, theme->small, self->bars[i].name, NULL);

      names = MAX (names, w);
      w = tf_pen_size (&frame->pen, theme->small,
                       tf_axis_format (self->bars[i].value, decimals, frame->format, TRUE, text), NULL) + 6;
      if (self->bars[i].value < 0)
        left = MAX (left, w);
      else
        right = MAX (right, w);
    }
  names = MIN (names, frame->width * 0.4);
  /* Room for the numbers at both ends, and the zero where it splits the rest. */
  scale = MAX (frame->width - names - 12 - left - right, 1) / MAX (most - least, 1e-300);
  zero = names + 12 + left - least * scale;
  for (guint i = 0; i < n; i++)
    {
      const TfPlotBar *bar = &self->bars[i];
      double y = i * row, length = bar->value * scale, thick = MIN (row * 0.62, theme->small * 1.3);
      const TfColor *color = bar->value < 0 ? &theme->loss : &theme->gain;

      if (frame->pointer_y >= y && frame->pointer_y < y + row && frame->pointer_x >= 0
          && frame->pointer_x <= frame->width)
        {
          tf_pen_box (&frame->pen, 0, y, frame->width, row, 4);
          tf_pen_color (&frame->pen, &theme->grid, 0.6);
          cairo_fill (cr);
          /* All else can be read already. */
          if (tf_pen_size (&frame->pen, theme->small, bar->name, NULL) > names)
            tf_frame_tip (frame, color, g_strdup (bar->name),
                          g_strdup (tf_axis_format (bar->value, decimals, frame->format, TRUE, text)));
        }
      tf_pen_text (&frame->pen, theme->small, bar->name, 0, y + row / 2, 0, 0.5, names, &theme->ink);
      tf_pen_box (&frame->pen, MIN (zero, zero + length), y + (row - thick) / 2, MAX (fabs (length), 1),
                  thick, 2);
      tf_pen_color (&frame->pen, color, 1);
      cairo_fill (cr);
      tf_axis_format (bar->value, decimals, frame->format, TRUE, text);
      tf_pen_text (&frame->pen, theme->small, text, zero + length + (bar->value < 0 ? -6 : 6), y + row / 2,
                   bar->value < 0 ? 1 : 0, 0.5, 0, &theme->ink);
    }
  tf_pen_color (&frame->pen, &theme->dim, 0.6);
  tf_pen_line (&frame->pen, zero, 0, zero, n * row);
  if (n < self->n)
    {
      guint more = self->n - n;
      g_autofree char *rest = g_strdup_printf (ngettext ("and %u smaller one", "and %u smaller ones", more),
                                               more);

      tf_pen_text (&frame->pen, theme->small, rest, 0, (n + 0.5) * row, 0, 0.5, 0, &theme->dim);
    }
}

static void
bars_describe (TfLayer      *layer,
               const TfPane *pane,
               GString      *text)
{
  Bars *self = (Bars *) layer;
  double least = 0, most = 0;
  int decimals = pane->decimals;
  char value[TF_AXIS_LABEL_SIZE];

  bars_values (layer, 0, 0, &least, &most);
  if (decimals < 0)
    decimals = pane->format == TF_FORMAT_NUMBER ? tf_axis_decimals ((most - least) / 200, pane->format) : 2;
  g_string_append_printf (text, ngettext ("%u bar", "%u bars", self->n), self->n);
  for (guint i = 0; i < MIN (self->n, 3); i++)
    g_string_append_printf (text, ", %s %s", self->bars[i].name,
                            tf_axis_format (self->bars[i].value, decimals, pane->format, TRUE, value));
}

static void
bars_clear (TfLayer *layer)
{
  Bars *self = (Bars *) layer;

  for (guint i = 0; i < self->n; i++)
    g_free ((char *) self->bars[i].name);
  g_free (self->bars);
}

static const TfLayerClass bars_class = {
  .figure = TRUE, .values = bars_values, .draw = bars_draw, .describe = bars_describe, .clear = bars_clear,
};

static int
compare_bars (gconstpointer a,
              gconstpointer b,
              gpointer      data)
{
  double p = fabs (((const TfPlotBar *) a)->value), q = fabs (((const TfPlotBar *) b)->value);

  return (p < q) - (p > q);
}

/**
 * tf_plot_add_classes:
 * @bars: (array length=n): names and values; those that are not finite are left out
 *
 * A figure: bars to both sides of zero in the order given, for classes that have one: ranges, months.
 */
void
tf_plot_add_classes (TfPlot          *self,
                     const char      *name,
                     const TfPlotBar *bars,
                     guint            n)
{
  Bars *layer;

  g_return_if_fail (self != NULL && (bars != NULL || n == 0));
  layer = tf_plot_add (self, &bars_class, name, sizeof *layer);
  layer->bars = g_new (TfPlotBar, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    if (tf_plot_usable (bars[i].value))
      layer->bars[layer->n++] = (TfPlotBar) { g_strdup (bars[i].name != NULL ? bars[i].name : ""),
                                             bars[i].value };
}

/**
 * tf_plot_add_bars:
 * @bars: (array length=n): names and values; those that are not finite are left out
 *
 * A figure: bars to both sides of zero, the largest on top. What has no room is counted in a last row.
 */
void
tf_plot_add_bars (TfPlot          *self,
                  const char      *name,
                  const TfPlotBar *bars,
                  guint            n)
{
  g_autofree TfPlotBar *sorted = g_memdup2 (bars, n * sizeof *bars);

  g_return_if_fail (self != NULL && (bars != NULL || n == 0));
  if (n > 0)
    g_qsort_with_data (sorted, (int) n, sizeof *sorted, compare_bars, NULL);
  tf_plot_add_classes (self, name, sorted, n);
}
