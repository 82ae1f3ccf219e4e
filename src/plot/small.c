#include <math.h>

#include "plot/plot-private.h"

/* The small ones that sit in cards and table rows: no axis, no text. */

/**
 * tf_plot_sparkline:
 * @values: (array length=n): evenly spaced; NaN breaks the line
 * @color: (nullable): of the line; NULL for gain or loss, by its last value against its first
 *
 * The course of a number beside the number.
 */
void
tf_plot_sparkline (cairo_t           *cr,
                   double             width,
                   double             height,
                   const double      *values,
                   guint              n,
                   const TfColor     *color,
                   const TfPlotTheme *theme)
{
  double least = G_MAXDOUBLE, most = -G_MAXDOUBLE, first = TF_PLOT_NONE, last = TF_PLOT_NONE, x = 0, y = 0;
  double inset;
  guint columns;
  gboolean move = TRUE;
  TfAxis axis;

  g_return_if_fail (cr != NULL && theme != NULL && (values != NULL || n == 0));
  for (guint i = 0; i < n; i++)
    if (tf_plot_usable (values[i]))
      {
        least = MIN (least, values[i]);
        most = MAX (most, values[i]);
        first = isnan (first) ? values[i] : first;
        last = values[i];
      }
  inset = theme->line * 1.5;
  if (isnan (first) || !(width > 2 * inset && height > 2 * inset))
    return;
  if (color == NULL)
    color = last < first ? &theme->loss : &theme->gain;
  axis = tf_axis_fit (least, most, FALSE, 0);
  columns = MIN (n, (guint) width);

  cairo_save (cr);
  cairo_new_path (cr);
  for (guint c = 0; c < columns; c++)
    {
      guint from = (guint) ((guint64) c * n / columns), to = (guint) ((guint64) (c + 1) * n / columns);
      double low = G_MAXDOUBLE, high = -G_MAXDOUBLE, ends[2] = { TF_PLOT_NONE, TF_PLOT_NONE };

      for (guint i = from; i < to; i++)
        if (tf_plot_usable (values[i]))
          {
            low = MIN (low, values[i]);
            high = MAX (high, values[i]);
            ends[0] = isnan (ends[0]) ? values[i] : ends[0];
            ends[1] = values[i];
          }
      if (isnan (ends[0]))
        {
          move = TRUE;
          continue;
        }
      x = inset + (columns > 1 ? (double) c / (columns - 1) : 1) * (width - 2 * inset);
      for (guint k = 0; k < (low == high ? 1 : 4); k++)
        {
          /* Going down, the high comes first, or the line would run to and fro. */
          gboolean upper = (k == 1) == (ends[0] > ends[1]);
          double value = k == 0 ? ends[0] : k == 3 ? ends[1] : upper ? high : low;

          y = inset + (1 - tf_axis_map (&axis, value)) * (height - 2 * inset);
          if (move)
            cairo_move_to (cr, x, y);
          else
            cairo_line_to (cr, x, y);
          move = FALSE;
        }
    }
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, color->alpha);
  cairo_set_line_width (cr, theme->line);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_BEVEL);
  cairo_stroke (cr);
  /* A dot where it is now. */
  cairo_arc (cr, x, y, inset, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_restore (cr);
}

/**
 * tf_plot_gauge:
 * @use: how much is used; NaN: unknown, the track stays empty
 * @warning: where it turns amber; NaN for no such mark
 * @limit: the most allowed: a mark a little before the right end, so that a breach can be seen
 *
 * A horizontal bar for a limit.
 */
void
tf_plot_gauge (cairo_t           *cr,
               double             width,
               double             height,
               double             use,
               double             warning,
               double             limit,
               const TfPlotTheme *theme)
{
  const double marks[] = { warning, limit };
  const TfColor *colors[2];
  const TfColor *fill;
  double end, thick, top;
  TfPen pen = { cr, NULL, theme };

  g_return_if_fail (cr != NULL && theme != NULL);
  if (!(width >= 4 && height >= 2))
    return;
  colors[0] = &theme->warning;
  colors[1] = &theme->loss;
  fill = use >= limit ? &theme->loss : use >= warning ? &theme->warning : &theme->accent;
  end = (limit > 0 && tf_plot_usable (limit) ? limit : 1) * 1.12;
  thick = MAX (round (height * 0.5), 2);
  top = round ((height - thick) / 2);

  cairo_save (cr);
  cairo_new_path (cr);
  tf_pen_box (&pen, 0, top, width, thick, thick / 2);
  tf_pen_color (&pen, &theme->grid, 1);
  cairo_fill (cr);
  if (use > 0)
    {
      cairo_save (cr);
      tf_pen_box (&pen, 0, top, width, thick, thick / 2);
      cairo_clip (cr);
      tf_pen_box (&pen, 0, top, MAX (MIN (use / end, 1) * width, thick), thick, thick / 2);
      tf_pen_color (&pen, fill, 1);
      cairo_fill (cr);
      cairo_restore (cr);
    }
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (marks[i] > 0 && marks[i] < end)
      {
        double x = round (marks[i] / end * width);

        /* Cut out of the bar, so that it shows on its own colour, too. */
        cairo_rectangle (cr, x - 2, 0, 4, height);
        tf_pen_color (&pen, &theme->background, 1);
        cairo_fill (cr);
        cairo_rectangle (cr, x - 1, 0, 2, height);
        tf_pen_color (&pen, colors[i], 1);
        cairo_fill (cr);
      }
  cairo_restore (cr);
}
