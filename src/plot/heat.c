#include <glib/gi18n.h>
#include <math.h>

#include "plot/plot-private.h"

typedef struct
{
  TfLayer    layer;
  char     **rows, **columns;
  guint      n_rows, n_columns;
  double    *values;
  double     limit;
  TfHeatKind kind;
} Heat;

static gboolean
heat_values (TfLayer *layer,
             TfTime   low,
             TfTime   high,
             double  *least,
             double  *most)
{
  Heat *self = (Heat *) layer;
  gboolean any = FALSE;

  for (guint i = 0; i < self->n_rows * self->n_columns; i++)
    if (isfinite (self->values[i]))
      {
        *least = MIN (*least, self->values[i]);
        *most = MAX (*most, self->values[i]);
        any = TRUE;
      }
  return any;
}

/* What everything has with itself is no news. */
static gboolean
is_itself (const Heat *self,
           guint       row,
           guint       column)
{
  return g_strcmp0 (self->rows[row], self->columns[column]) == 0;
}

static TfColor
cell_color (const Heat        *self,
            const TfPlotTheme *theme,
            double             value)
{
  const TfColor *full;
  double strength = MIN (fabs (value) / self->limit, 1);

  if (self->kind == TF_HEAT_GAIN_LOSS)
    full = value < 0 ? &theme->loss : &theme->gain;
  else
    full = value < 0 ? &theme->series[1] : &theme->series[0];
  /* A little colour even for almost nothing: an empty cell looks different from a zero. */
  return tf_color_mix (&theme->background, full, 0.06 + 0.72 * strength);
}

static double
luminance (const TfColor *color)
{
  return 0.2126 * color->red * color->red + 0.7152 * color->green * color->green
         + 0.0722 * color->blue * color->blue;
}

static int
heat_decimals (const Heat *self,
               TfFormat    format,
               int         decimals)
{
  return decimals >= 0 ? decimals : format == TF_FORMAT_PERCENT ? 1 : 2;
}

static void
heat_draw (TfLayer *layer,
           TfFrame *frame)
{
  Heat *self = (Heat *) layer;
  const TfPlotTheme *theme = frame->pen.theme;
  const TfColor paper = { 1, 1, 1, 1 }, ink = { 0.1, 0.1, 0.12, 1 };
  TfPen *pen = &frame->pen;
  cairo_t *cr = pen->cr;
  int decimals = heat_decimals (self, frame->format, frame->decimals);
  double left = 0, top, widest = 0, number = 0, line, w, h;
  gboolean upright;
  char text[TF_AXIS_LABEL_SIZE];

  tf_pen_size (pen, theme->small, "0", &line);
  for (guint r = 0; r < self->n_rows; r++)
    left = MAX (left, tf_pen_size (pen, theme->small, self->rows[r], NULL));
  for (guint c = 0; c < self->n_columns; c++)
    widest = MAX (widest, tf_pen_size (pen, theme->small, self->columns[c], NULL));
  for (guint i = 0; i < self->n_rows * self->n_columns; i++)
    number = MAX (number,
                  tf_pen_size (pen, theme->small,
                               tf_axis_format (self->values[i], decimals, frame->format, FALSE, text), NULL));
  left = MIN (left, frame->width * 0.35) + 8;
  w = (frame->width - left) / self->n_columns;
  upright = widest + 4 > w; /* the names of narrow columns stand on end */
  top = (upright ? MIN (widest, frame->height * 0.35) : line) + 6;
  h = MIN ((frame->height - top) / self->n_rows, theme->small * 3.2);
  if (w <= 1 || h <= 1)
    return;

  for (guint c = 0; c < self->n_columns; c++)
    {
      double x = left + (c + 0.5) * w;

      if (!upright)
        tf_pen_text (pen, theme->small, self->columns[c], x, top - 6, 0.5, 1, 0, &theme->dim);
      else if (w >= line * 0.8)
        {
          cairo_save (cr);
          cairo_translate (cr, x, top - 6);
          cairo_rotate (cr, -G_PI_2);
          tf_pen_text (pen, theme->small, self->columns[c], 0, 0, 0, 0.5, top - 6, &theme->dim);
          cairo_restore (cr);
        }
    }
  for (guint r = 0; r < self->n_rows; r++)
    {
      if (h >= line * 0.8)
        tf_pen_text (pen, theme->small, self->rows[r], left - 8, top + (r + 0.5) * h, 1, 0.5, left - 8,
                     &theme->dim);
      for (guint c = 0; c < self->n_columns; c++)
        {
          double value = self->values[r * self->n_columns + c], x = left + c * w, y = top + r * h;
          gboolean here = frame->pointer_x >= x && frame->pointer_x < x + w && frame->pointer_y >= y
                          && frame->pointer_y < y + h;
          TfColor color;

          if (!isfinite (value))
            continue;
          color = is_itself (self, r, c) ? theme->grid : cell_color (self, theme, value);
          tf_pen_box (pen, x + 1, y + 1, MAX (w - 2, 1), MAX (h - 2, 1), 3);
          tf_pen_color (pen, &color, 1);
          cairo_fill_preserve (cr);
          if (here)
            {
              tf_pen_color (pen, &theme->ink, 1);
              cairo_set_line_width (cr, theme->line);
              cairo_stroke_preserve (cr);
            }
          cairo_new_path (cr);
          tf_axis_format (value, decimals, frame->format, self->kind == TF_HEAT_GAIN_LOSS, text);
          if (number + 6 <= w && line <= h)
            tf_pen_text (pen, theme->small, text, x + w / 2, y + h / 2, 0.5, 0.5, 0,
                         luminance (&color) > 0.3 ? &ink : &paper);
          if (here)
            {
              g_autofree char *name = g_strdup_printf ("%s, %s", self->rows[r], self->columns[c]);

              tf_frame_tip (frame, &color, g_steal_pointer (&name), g_strdup (text));
            }
        }
    }
}

static void
heat_describe (TfLayer      *layer,
               const TfPane *pane,
               GString      *text)
{
  Heat *self = (Heat *) layer;
  int decimals = heat_decimals (self, pane->format, pane->decimals);
  gint64 low = -1, high = -1;
  char value[TF_AXIS_LABEL_SIZE];

  for (guint i = 0; i < self->n_rows * self->n_columns; i++)
    {
      if (!isfinite (self->values[i]) || is_itself (self, i / self->n_columns, i % self->n_columns))
        continue;
      if (low < 0 || self->values[i] < self->values[low])
        low = i;
      if (high < 0 || self->values[i] > self->values[high])
        high = i;
    }
  g_string_append_printf (text, _("%u rows, %u columns"), self->n_rows, self->n_columns);
  if (high < 0)
    return;
  g_string_append_printf (text, _(", highest %s, %s %s"), self->rows[high / self->n_columns],
                          self->columns[high % self->n_columns],
                          tf_axis_format (self->values[high], decimals, pane->format, FALSE, value));
  g_string_append_printf (text, _(", lowest %s, %s %s"), self->rows[low / self->n_columns],
                          self->columns[low % self->n_columns],
                          tf_axis_format (self->values[low], decimals, pane->format, FALSE, value));
}

static void
heat_clear (TfLayer *layer)
{
  Heat *self = (Heat *) layer;

  g_strfreev (self->rows);
  g_strfreev (self->columns);
  g_free (self->values);
}

static const TfLayerClass heat_class = {
  .figure = TRUE, .values = heat_values, .draw = heat_draw, .describe = heat_describe, .clear = heat_clear,
};

static char **
copy_names (const char *const *names,
            guint              n)
{
  char **copy = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    copy[i] = g_strdup (names[i] != NULL ? names[i] : "");
  return copy;
}

/**
 * tf_plot_add_heat:
 * @rows: (array length=n_rows): names
 * @columns: (array length=n_columns): names
 * @values: row by row; NaN leaves a cell empty
 * @limit: the size that gets the full colour, 1 for correlations; 0: the largest in it
 *
 * A figure: a matrix of coloured cells, with their numbers where they fit.
 */
void
tf_plot_add_heat (TfPlot            *self,
                  const char        *name,
                  const char *const *rows,
                  guint              n_rows,
                  const char *const *columns,
                  guint              n_columns,
                  const double      *values,
                  double             limit,
                  TfHeatKind         kind)
{
  double least = 0, most = 0;
  gsize n = (gsize) n_rows * n_columns;
  Heat *layer;

  g_return_if_fail (self != NULL && n <= 1000 * 1000);
  g_return_if_fail ((rows != NULL && columns != NULL && values != NULL) || n == 0);
  layer = tf_plot_add (self, &heat_class, name, sizeof *layer);
  layer->rows = copy_names (rows, n_rows);
  layer->columns = copy_names (columns, n_columns);
  layer->n_rows = n_rows;
  layer->n_columns = n_columns;
  layer->values = g_new (double, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    layer->values[i] = tf_plot_usable (values[i]) ? values[i] : TF_PLOT_NONE;
  heat_values (&layer->layer, 0, 0, &least, &most);
  layer->limit = limit > 0 ? limit : MAX (most, -least);
  if (!(layer->limit > 0))
    layer->limit = 1;
  layer->kind = kind;
}
