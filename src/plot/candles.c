#include <glib/gi18n.h>
#include <math.h>

#include "plot/plot-private.h"

#define SLOT 5       /* px: candles that would be narrower merge into coarser ones */
#define WIDEST 15    /* px */
#define STRIP 0.17   /* share of the height that the volume may take */

typedef struct
{
  TfLayer layer;
  TfBar  *bars;
  guint   n;
  TfTime  interval;
  int     decimals;
} Candles;

static gboolean
candles_times (TfLayer *layer,
               TfTime  *low,
               TfTime  *high)
{
  Candles *self = (Candles *) layer;

  if (self->n == 0)
    return FALSE;
  *low = MIN (*low, self->bars[0].time);
  *high = MAX (*high, self->bars[self->n - 1].time + self->interval);
  return TRUE;
}

/* The bars that are at least partly in view. */
static const TfBar *
in_view (Candles *self,
         TfTime   low,
         TfTime   high,
         guint   *n)
{
  guint from = tf_series_lower (self->bars, sizeof *self->bars, self->n, low - self->interval + 1);

  *n = tf_series_lower (self->bars, sizeof *self->bars, self->n, high) - from;
  return self->bars + from;
}

static gboolean
candles_values (TfLayer *layer,
                TfTime   low,
                TfTime   high,
                double  *least,
                double  *most)
{
  guint n;
  const TfBar *bars = in_view ((Candles *) layer, low, high, &n);

  for (guint i = 0; i < n; i++)
    {
      *least = MIN (*least, bars[i].low);
      *most = MAX (*most, bars[i].high);
    }
  return n > 0;
}

static int
candles_decimals (TfLayer *layer)
{
  return ((Candles *) layer)->decimals;
}

static void
candles_tag (TfLayer *layer,
             TfFrame *frame)
{
  const TfPlotTheme *theme = frame->pen.theme;
  guint n;
  const TfBar *bars = in_view ((Candles *) layer, frame->low, frame->high, &n);

  if (n > 0)
    tf_frame_tag (frame, bars[n - 1].close,
                  bars[n - 1].close < bars[n - 1].open ? &theme->loss : &theme->gain);
}

static void
tip_candle (TfFrame     *frame,
            const TfBar *bar,
            TfTime       interval)
{
  const TfPlotTheme *theme = frame->pen.theme;
  const double values[] = { bar->open, bar->high, bar->low, bar->close };
  const char *names[] = { _("Open"), _("High"), _("Low"), _("Close") };
  char text[TF_AXIS_LABEL_SIZE];

  tf_frame_snap (frame, bar->time, interval);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    tf_frame_tip (frame, NULL, g_strdup (names[i]),
                  g_strdup (tf_axis_format (values[i], frame->decimals, frame->format, FALSE, text)));
  if (bar->open > 0)
    tf_frame_tip (frame, bar->close < bar->open ? &theme->loss : &theme->gain, g_strdup (_("Change")),
                  g_strdup (tf_axis_format (bar->close / bar->open - 1, 2, TF_FORMAT_PERCENT, TRUE, text)));
  tf_frame_tip (frame, NULL, g_strdup (_("Volume")), g_strdup (tf_axis_format_compact (bar->volume, text)));
}

/* One colour at a time, so that thousands of rectangles become four fills. */
static void
draw_bars (TfFrame       *frame,
           const TfBar   *bars,
           guint          n,
           TfTime         interval,
           gboolean       falling,
           double         most_volume)
{
  const TfPlotTheme *theme = frame->pen.theme;
  const TfColor *color = falling ? &theme->loss : &theme->gain;
  cairo_t *cr = frame->pen.cr;
  double slot = (double) interval / ((double) frame->high - (double) frame->low) * frame->width;
  double body = MIN (slot * 0.72, WIDEST), wick = theme->hairline;

  if (theme->crisp)
    body = MAX (2 * floor ((body - 1) / 2) + 1, 1); /* odd: the wick has a middle to stand on */
  for (guint i = 0; i < n; i++)
    {
      double x = tf_frame_x (frame, bars[i].time) + slot / 2;
      double open = tf_frame_y (frame, bars[i].open), close = tf_frame_y (frame, bars[i].close);
      double high = tf_frame_y (frame, bars[i].high), low = tf_frame_y (frame, bars[i].low);
      double top = MIN (open, close), bottom = MAX (open, close);

      if ((bars[i].close < bars[i].open) != falling)
        continue;
      if (theme->crisp)
        {
          x = floor (x) + 0.5;
          top = round (top);
          bottom = round (bottom);
        }
      cairo_rectangle (cr, x - wick / 2, high, wick, low - high);
      cairo_rectangle (cr, x - body / 2, top, body, MAX (bottom - top, theme->hairline));
    }
  tf_pen_color (&frame->pen, color, 1);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_WINDING);
  cairo_fill (cr);
  for (guint i = 0; i < n && most_volume > 0; i++)
    {
      double x = tf_frame_x (frame, bars[i].time) + slot / 2;
      double h = bars[i].volume / most_volume * frame->height * STRIP;

      if ((bars[i].close < bars[i].open) != falling)
        continue;
      cairo_rectangle (cr, (theme->crisp ? floor (x) + 0.5 : x) - body / 2, frame->y + frame->height - h,
                       body, h);
    }
  tf_pen_color (&frame->pen, color, 0.35);
  cairo_fill (cr);
}

static void
candles_draw (TfLayer *layer,
              TfFrame *frame)
{
  Candles *self = (Candles *) layer;
  double px = frame->width / ((double) frame->high - (double) frame->low);
  TfTime interval = tf_series_coarser (self->interval, (TfTime) MIN (SLOT / px, (double) G_MAXINT64 / 4));
  double most_volume = 0;
  guint n;
  const TfBar *bars = in_view (self, frame->low, frame->high, &n);
  g_autofree TfBar *merged = NULL;

  if (n == 0)
    return;
  if ((double) self->interval * px >= SLOT * 0.8)
    interval = self->interval;
  else
    {
      merged = g_new (TfBar, n);
      n = tf_series_merge (bars, n, interval, merged);
      bars = merged;
    }
  for (guint i = 0; i < n; i++)
    most_volume = MAX (most_volume, bars[i].volume);
  draw_bars (frame, bars, n, interval, FALSE, most_volume);
  draw_bars (frame, bars, n, interval, TRUE, most_volume);
  if (frame->tip != NULL)
    {
      TfTime time = tf_frame_time (frame, frame->pointer_x);
      guint at = tf_series_lower (bars, sizeof *bars, n, time + 1);

      if (at > 0 && time < bars[at - 1].time + interval) /* over a gap there is nothing to tell */
        tip_candle (frame, &bars[at - 1], interval);
    }
}

static TfColor
candles_color (TfLayer           *layer,
               const TfPlotTheme *theme)
{
  return theme->gain;
}

static void
candles_describe (TfLayer      *layer,
                  const TfPane *pane,
                  GString      *text)
{
  Candles *self = (Candles *) layer;
  g_autofree char *from = NULL, *to = NULL;
  char last[TF_AXIS_LABEL_SIZE];

  g_string_append_printf (text, ngettext ("%u candle", "%u candles", self->n), self->n);
  if (self->n == 0)
    return;
  from = tf_plot_time_text (self->bars[0].time);
  to = tf_plot_time_text (self->bars[self->n - 1].time);
  tf_axis_format (self->bars[self->n - 1].close, pane->decimals < 0 ? self->decimals : pane->decimals,
                  pane->format, FALSE, last);
  g_string_append_printf (text, _(", from %s to %s, last %s"), from, to, last);
}

static void
candles_clear (TfLayer *layer)
{
  g_free (((Candles *) layer)->bars);
}

static const TfLayerClass candles_class = {
  .strip = TRUE,
  .times = candles_times,
  .values = candles_values,
  .decimals = candles_decimals,
  .tag = candles_tag,
  .draw = candles_draw,
  .color = candles_color,
  .describe = candles_describe,
  .clear = candles_clear,
};

static int
compare_bars (gconstpointer a,
              gconstpointer b,
              gpointer      data)
{
  const TfBar *p = a, *q = b;

  return (p->time > q->time) - (p->time < q->time);
}

/* The decimals that the newest prices really have, up to seven digits in all: a tick size without knowing the
 * instrument. */
static int
price_decimals (const TfCandle *candles,
                guint           n)
{
  int most = 0, enough;

  for (guint i = n > 64 ? n - 64 : 0; i < n; i++)
    {
      gint64 raw = candles[i].close.raw;
      int decimals = 8;

      for (; decimals > most && raw % 10 == 0; decimals--)
        raw /= 10;
      most = MAX (most, decimals);
    }
  if (n == 0 || candles[n - 1].close.raw <= 0)
    return most;
  enough = 6 - (int) floor (log10 (tf_price_double (candles[n - 1].close)));
  return MIN (most, MAX (enough, 0));
}

/**
 * tf_plot_add_candles:
 * @name: (nullable): “BTC-USDT”
 * @candles: (array length=n): any order
 *
 * Candles with their volume in a strip below. Where they would be narrower than a few pixels, coarser ones
 * are drawn: a whole number of them, aligned to the calendar. Each begins at its time and ends at the next
 * one's, so that a mark stands in the candle it happened in.
 */
void
tf_plot_add_candles (TfPlot         *self,
                     const char     *name,
                     const TfCandle *candles,
                     guint           n)
{
  gboolean sorted = TRUE;
  Candles *layer;

  g_return_if_fail (self != NULL && (candles != NULL || n == 0));
  layer = tf_plot_add (self, &candles_class, name, sizeof *layer);
  layer->bars = g_new (TfBar, MAX (n, 1));
  layer->n = n;
  for (guint i = 0; i < n; i++)
    {
      const TfCandle *c = &candles[i];

      layer->bars[i] = (TfBar) {
        c->time, tf_price_double (c->open), tf_price_double (c->high), tf_price_double (c->low),
        tf_price_double (c->close), tf_qty_double (c->volume),
      };
      sorted &= i == 0 || candles[i - 1].time <= c->time;
    }
  layer->decimals = price_decimals (candles, n);
  if (!sorted)
    g_qsort_with_data (layer->bars, (int) n, sizeof *layer->bars, compare_bars, NULL);
  layer->interval = tf_series_interval (layer->bars, n);
}
