#include <math.h>

#include "plot/plot-private.h"

#define ROW 26     /* px at a caption of 11: what a row likes to have */
#define TIGHT 1.45 /* times the caption: what it needs */

typedef struct
{
  TfLayer    layer;
  TfPlotBar *bars;  /* names owned; where it begins, then what changes it */
  guint      n;
  char      *total; /* of the last row */
} Waterfall;

static double
total_of (const Waterfall *self)
{
  double sum = 0;

  for (guint i = 0; i < self->n; i++)
    sum += self->bars[i].value;
  return sum;
}

static gboolean
waterfall_values (TfLayer *layer,
                  TfTime   low,
                  TfTime   high,
                  double  *least,
                  double  *most)
{
  Waterfall *self = (Waterfall *) layer;
  double sum = 0;

  for (guint i = 0; i < self->n; i++)
    {
      sum += self->bars[i].value;
      *least = MIN (*least, sum);
      *most = MAX (*most, sum);
    }
  return self->n > 0;
}

static int
decimals_of (TfLayer *layer,
             TfFormat format,
             int      decimals)
{
  double least = 0, most = 0;

  waterfall_values (layer, 0, 0, &least, &most);
  if (decimals >= 0)
    return decimals;
  return format == TF_FORMAT_NUMBER ? tf_axis_decimals ((most - least) / 200, format) : 2;
}

/* A row's bar reaches from what there was to what there is then, and its number stands at the right. */
static void
waterfall_draw (TfLayer *layer,
                TfFrame *frame)
{
  Waterfall *self = (Waterfall *) layer;
  const TfPlotTheme *theme = frame->pen.theme;
  double row, least = 0, most = 0, names, numbers = 0, left, scale, sum = 0, thick;
  int decimals = decimals_of (layer, frame->format, frame->decimals);
  char text[TF_AXIS_LABEL_SIZE];
  guint n = self->n + 1; /* and the total */

  if (self->n == 0)
    return;
  row = MIN (theme->small * ROW / 11, frame->height / n);
  thick = MIN (row * 0.62, theme->small * 1.3);
  waterfall_values (layer, 0, 0, &least, &most);
  names = tf_pen_size (&frame->pen, theme->small, self->total, NULL);
  for (guint i = 0; i < n; i++)
    {
      double value = i < self->n ? self->bars[i].value : total_of (self);

      if (i < self->n)
        names = MAX (names, tf_pen_size (&frame->pen, theme->small, self->bars[i].name, NULL));
      tf_axis_format (value, decimals, frame->format, i > 0 && i < self->n, text);
      numbers = MAX (numbers, tf_pen_size (&frame->pen, theme->small, text, NULL));
    }
  names = MIN (names, frame->width * 0.4);
  left = names + 12;
  scale = MAX (frame->width - left - numbers - 12, 1) / MAX (most - least, 1e-300);
  left -= least * scale;
  for (guint i = 0; i < n; i++)
    {
      gboolean whole = i == 0 || i == self->n;
      double value = i < self->n ? self->bars[i].value : sum, from = whole ? 0 : sum, to = i < self->n ? sum + value : sum;
      double y = i * row, x = left + MIN (from, to) * scale, length = fabs (to - from) * scale;
      const TfColor *color = whole ? &theme->accent : value < 0 ? &theme->loss : &theme->gain;
      const char *name = i < self->n ? self->bars[i].name : self->total;

      if (frame->pointer_y >= y && frame->pointer_y < y + row && frame->pointer_x >= 0
          && frame->pointer_x <= frame->width)
        {
          tf_pen_box (&frame->pen, 0, y, frame->width, row, 4);
          tf_pen_color (&frame->pen, &theme->grid, 0.6);
          cairo_fill (frame->pen.cr);
        }
      /* Where there is no room for text, the bars still tell the shape. */
      if (row >= theme->small * TIGHT || whole)
        {
          tf_pen_text (&frame->pen, theme->small, name, 0, y + row / 2, 0, 0.5, names, &theme->ink);
          tf_axis_format (value, decimals, frame->format, !whole, text);
          tf_pen_text (&frame->pen, theme->small, text, frame->width, y + row / 2, 1, 0.5, 0, &theme->ink);
        }
      tf_pen_box (&frame->pen, x, y + (row - thick) / 2, MAX (length, 1), thick, MIN (2, length / 2));
      tf_pen_color (&frame->pen, color, 1);
      cairo_fill (frame->pen.cr);
      /* From where this row ends to where the next begins. */
      if (i < self->n)
        {
          tf_pen_color (&frame->pen, &theme->dim, 0.6);
          tf_pen_line (&frame->pen, left + to * scale, y + (row + thick) / 2, left + to * scale, y + row + (row - thick) / 2);
        }
      sum = to;
    }
  tf_pen_color (&frame->pen, &theme->dim, 0.6);
  tf_pen_line (&frame->pen, left, 0, left, n * row);
}

static void
waterfall_describe (TfLayer      *layer,
                    const TfPane *pane,
                    GString      *text)
{
  Waterfall *self = (Waterfall *) layer;
  int decimals = decimals_of (layer, pane->format, pane->decimals);
  char value[TF_AXIS_LABEL_SIZE];

  for (guint i = 0; i < self->n; i++)
    g_string_append_printf (text, "%s %s, ", self->bars[i].name,
                            tf_axis_format (self->bars[i].value, decimals, pane->format, i > 0, value));
  g_string_append_printf (text, "%s %s", self->total,
                          tf_axis_format (total_of (self), decimals, pane->format, FALSE, value));
}

static void
waterfall_clear (TfLayer *layer)
{
  Waterfall *self = (Waterfall *) layer;

  for (guint i = 0; i < self->n; i++)
    g_free ((char *) self->bars[i].name);
  g_free (self->bars);
  g_free (self->total);
}

static const TfLayerClass waterfall_class = {
  .figure = TRUE, .values = waterfall_values, .draw = waterfall_draw, .describe = waterfall_describe,
  .clear = waterfall_clear,
};

/**
 * tf_plot_add_waterfall:
 * @bars: (array length=n): where it begins, then each change, in this order; those that are not finite are left out
 * @total: name of the last row: what they come to
 *
 * A figure: how one sum becomes another, a row for each step.
 */
void
tf_plot_add_waterfall (TfPlot          *self,
                       const char      *name,
                       const TfPlotBar *bars,
                       guint            n,
                       const char      *total)
{
  Waterfall *layer;

  g_return_if_fail (self != NULL && total != NULL && (bars != NULL || n == 0));
  layer = tf_plot_add (self, &waterfall_class, name, sizeof *layer);
  layer->total = g_strdup (total);
  layer->bars = g_new (TfPlotBar, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    if (tf_plot_usable (bars[i].value))
      layer->bars[layer->n++] = (TfPlotBar) { g_strdup (bars[i].name != NULL ? bars[i].name : ""), bars[i].value };
}
