#include <cairo-pdf.h>
#include <math.h>
#include <string.h>

#include "plot/plot.h"
#include "plot/series.h"

#define N_HUGE 1000000

/* Axis */

typedef struct
{
  const char *name;
  double      low, high;
  gboolean    log;
  guint       most;
  const char *expected;
} TickRow;

static const TickRow tick_rows[] = {
  { "unit", 0, 1, FALSE, 5, "0.0 0.5 1.0" },
  { "ends-count", 0, 8, FALSE, 5, "0 2 4 6 8" },
  { "hundreds", 97800, 98420, FALSE, 5, "97,800 98,000 98,200 98,400" },
  { "across-zero", -0.031, 0.052, FALSE, 5, "−0.02 0.00 0.02 0.04" },
  { "small", 0.00208, 0.00252, FALSE, 5, "0.0021 0.0022 0.0023 0.0024 0.0025" },
  { "negative", -35, 0, FALSE, 3, "−20 0" },
  { "one-only", 0.9, 9.7, FALSE, 1, "5" },
  { "no-room", 0, 1, FALSE, 0, "" },
  { "more-than-most", 0, 10, FALSE, 50, "0 5 10" },
  { "log-decades", 10, 1e6, TRUE, 5, "10 1,000 100,000" },
  { "log-one-two-five", 900, 21000, TRUE, 5, "1,000 2,000 5,000 10,000 20,000" },
  { "log-narrow", 100, 140, TRUE, 5, "100 110 120 130 140" },
  { "empty", 1, 1, FALSE, 5, "" },
  { "backwards", 2, 1, FALSE, 5, "" },
  { "infinite", -1e308, 1e308, FALSE, 5, "" },
  { "nan", NAN, 1, FALSE, 5, "" },
  { "below-precision", 1e15, 1e15 + 0.25, FALSE, 5, "" },
  { "1e30", 0, 1e30, FALSE, 3, "0 5e+29 1e+30" },
};

static void
test_ticks (gconstpointer data)
{
  const TickRow *row = data;
  TfAxis axis = { row->low, row->high, row->log };
  double ticks[TF_AXIS_MAX_TICKS], step;
  guint n = tf_axis_ticks (&axis, row->most, ticks, &step);
  int decimals = tf_axis_decimals (step, TF_FORMAT_NUMBER);
  g_autoptr (GString) text = g_string_new (NULL);
  char label[TF_AXIS_LABEL_SIZE];

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            tf_axis_format (ticks[i], decimals, TF_FORMAT_NUMBER, FALSE, label));
  g_assert_cmpstr (text->str, ==, row->expected);
}

static void
test_ticks_any (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      double size = pow (10, g_test_rand_double_range (-5, 12)),
             low = g_test_rand_double_range (-1, 1) * size;
      gboolean log = g_test_rand_bit () && low > 0;
      TfAxis axis = { low, low + size * pow (10, g_test_rand_double_range (-4, 2)), log };
      guint most = (guint) g_test_rand_int_range (1, 6), n;
      double ticks[TF_AXIS_MAX_TICKS], step;
      char label[TF_AXIS_LABEL_SIZE], before[TF_AXIS_LABEL_SIZE] = "";

      n = tf_axis_ticks (&axis, most, ticks, &step);
      g_assert_cmpuint (n, <=, most);
      for (guint k = 0; k < n; k++)
        {
          double place = tf_axis_map (&axis, ticks[k]);

          g_assert_cmpfloat (place, >=, -1e-6);
          g_assert_cmpfloat (place, <=, 1 + 1e-6);
          tf_axis_format (ticks[k], tf_axis_decimals (step, TF_FORMAT_NUMBER), TF_FORMAT_NUMBER, FALSE,
                          label);
          g_assert_cmpstr (label, !=, before); /* two lines never read the same */
          strcpy (before, label);
        }
      g_assert_cmpfloat_with_epsilon (tf_axis_unmap (&axis, tf_axis_map (&axis, axis.high)), axis.high,
                                      fabs (axis.high) * 1e-9 + 1e-12);
    }
}

static void
test_fit (void)
{
  TfAxis axis = tf_axis_fit (10, 20, FALSE, 0.1);

  g_assert_cmpfloat_with_epsilon (axis.low, 9, 1e-9);
  g_assert_cmpfloat_with_epsilon (axis.high, 21, 1e-9);
  axis = tf_axis_fit (100, 100, FALSE, 0.1);
  g_assert_cmpfloat_with_epsilon (tf_axis_map (&axis, 100), 0.5, 1e-9);
  axis = tf_axis_fit (0, 0, TRUE, 0.1);
  g_assert_false (axis.log);
  g_assert_cmpfloat_with_epsilon (tf_axis_map (&axis, 0), 0.5, 1e-9);
  axis = tf_axis_fit (1, 100, TRUE, 0);
  g_assert_cmpfloat_with_epsilon (tf_axis_map (&axis, 10), 0.5, 1e-9);
  axis = tf_axis_fit (NAN, 1, FALSE, 0.1);
  g_assert_cmpfloat (axis.low, ==, 0);
  g_assert_cmpfloat (axis.high, ==, 1);
}

typedef struct
{
  const char *name;
  double      value;
  int         decimals; /* -1: compact */
  TfFormat    format;
  gboolean    plus;
  const char *expected;
} FormatRow;

static const FormatRow format_rows[] = {
  { "thousands", 98120.5, 1, TF_FORMAT_NUMBER, FALSE, "98,120.5" },
  { "million", 1234567, 0, TF_FORMAT_NUMBER, FALSE, "1,234,567" },
  { "below-thousand", 999, 2, TF_FORMAT_NUMBER, FALSE, "999.00" },
  { "minus", -1234.5, 2, TF_FORMAT_NUMBER, FALSE, "−1,234.50" },
  { "plus", 0.5, 1, TF_FORMAT_NUMBER, TRUE, "+0.5" },
  { "no-minus-zero", -0.001, 2, TF_FORMAT_NUMBER, TRUE, "0.00" },
  { "percent", 0.0124, 2, TF_FORMAT_PERCENT, TRUE, "+1.24\302\240%" },
  { "percent-minus", -0.15, 0, TF_FORMAT_PERCENT, FALSE, "−15\302\240%" },
  { "money", 301482.1, 2, TF_FORMAT_MONEY, FALSE, "$301,482.10" },
  { "money-minus", -482.1, 2, TF_FORMAT_MONEY, TRUE, "−$482.10" },
  { "unknown", NAN, 2, TF_FORMAT_MONEY, TRUE, "–" },
  { "infinite", INFINITY, 2, TF_FORMAT_NUMBER, FALSE, "–" },
  { "huge", 1e30, 2, TF_FORMAT_NUMBER, FALSE, "1e+30" },
  { "largest", -999999999999999.0, 10, TF_FORMAT_PERCENT, TRUE, "−1e+17\302\240%" },
  { "long", 99999999999999.0, 10, TF_FORMAT_MONEY, TRUE, "+$99,999,999,999,999.0000000000" },
  { "compact", 950, -1, TF_FORMAT_NUMBER, FALSE, "950" },
  { "compact-k", 12432, -1, TF_FORMAT_NUMBER, FALSE, "12.4\302\240k" },
  { "compact-round-up", 999600, -1, TF_FORMAT_NUMBER, FALSE, "1.00\302\240M" },
  { "compact-minus", -3.4e9, -1, TF_FORMAT_NUMBER, FALSE, "−3.40\302\240G" },
  { "compact-zero", 0, -1, TF_FORMAT_NUMBER, FALSE, "0" },
};

static void
test_format (gconstpointer data)
{
  const FormatRow *row = data;
  char label[TF_AXIS_LABEL_SIZE];

  if (row->decimals < 0)
    tf_axis_format_compact (row->value, label);
  else
    tf_axis_format (row->value, row->decimals, row->format, row->plus, label);
  g_assert_cmpstr (label, ==, row->expected);
}

typedef struct
{
  const char *name, *low, *high;
  guint       most;
  const char *expected; /* larger units in brackets */
} TimeRow;

static const TimeRow time_rows[] = {
  { "seconds", "2020-03-12T10:00:00Z", "2020-03-12T10:00:10Z", 3, "12 Mar 10:00:00|10:00:05|10:00:10" },
  { "minutes", "2020-03-12T10:02:00Z", "2020-03-12T10:21:00Z", 5, "12 Mar 10:05|10:10|10:15|10:20" },
  { "hours", "2020-03-12T10:30:00Z", "2020-03-12T15:30:00Z", 6, "12 Mar 11:00|12:00|13:00|14:00|15:00" },
  { "over-midnight", "2020-03-12T17:00:00Z", "2020-03-13T08:00:00Z", 6, "18:00|21:00|[13 Mar]|03:00|06:00" },
  { "days", "2020-03-12T17:00:00Z", "2020-03-16T08:00:00Z", 5, "13 Mar 2020|14 Mar|15 Mar|16 Mar" },
  { "weeks", "2020-03-01", "2020-04-01", 6, "2 Mar 2020|9 Mar|16 Mar|23 Mar|30 Mar" },
  { "leap-day", "2020-02-28", "2020-03-01", 3, "28 Feb 2020|29 Feb|1 Mar" },
  { "over-new-year", "2019-12-30", "2020-01-02", 5, "30 Dec|31 Dec|[1 Jan 2020]|2 Jan" },
  { "months", "2020-01-15", "2020-06-15", 6, "Feb 2020|Mar|Apr|May|Jun" },
  { "quarters", "2019-05-15", "2020-08-15", 6, "Jul|Oct|[2020]|Apr|Jul" },
  { "years", "2017-08-17", "2023-12-31", 8, "[2018]|[2019]|[2020]|[2021]|[2022]|[2023]" },
  { "every-second-year", "2017-08-17", "2023-12-31", 4, "[2018]|[2020]|[2022]" },
  { "before-1970", NULL, "1970-01-01T06:00:00Z", 4, "18:00|[1 Jan]|06:00" },
};

static void
test_time_ticks (gconstpointer data)
{
  const TimeRow *row = data;
  TfTimeTick ticks[TF_AXIS_MAX_TIME_TICKS];
  g_autoptr (GString) text = g_string_new (NULL);
  TfTime low = -8 * TF_HOUR, high;
  guint n;

  g_assert_true (row->low == NULL || tf_time_parse (row->low, &low, NULL));
  g_assert_true (tf_time_parse (row->high, &high, NULL));
  n = tf_axis_time_ticks (low, high, row->most, ticks);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, ticks[i].major ? "%s[%s]" : "%s%s", i > 0 ? "|" : "", ticks[i].label);
  g_assert_cmpstr (text->str, ==, row->expected);
}

static void
test_time_ticks_any (void)
{
  TfTimeTick ticks[TF_AXIS_MAX_TIME_TICKS];

  for (guint i = 0; i < 3000; i++)
    {
      TfTime low = (TfTime) g_test_rand_double_range (-2e18, 7e18);
      TfTime high = low + (TfTime) pow (10, g_test_rand_double_range (9, 18.2));
      guint most = (guint) g_test_rand_int_range (1, TF_AXIS_MAX_TIME_TICKS + 1);
      guint n = tf_axis_time_ticks (low, high, most, ticks);

      g_assert_cmpuint (n, <=, most);
      for (guint k = 0; k < n; k++)
        {
          g_assert_cmpint (ticks[k].time, >=, k > 0 ? ticks[k - 1].time + 1 : low);
          g_assert_cmpint (ticks[k].time, <=, high);
          if (k > 0)
            g_assert_cmpstr (ticks[k].label, !=, ticks[k - 1].label);
        }
    }
  g_assert_cmpuint (tf_axis_time_ticks (5, 5, 5, ticks), ==, 0);
  g_assert_cmpuint (tf_axis_time_ticks (0, TF_DAY, 0, ticks), ==, 0);
}

/* Series */

static void
test_columns (void)
{
  enum { N = 5000, COLUMNS = 137 };
  g_autofree TfPoint *points = g_new (TfPoint, N);
  TfColumn columns[COLUMNS];
  TfTime time = 0, low, high;
  double seen = 0;

  for (guint i = 0; i < N; i++)
    {
      time += g_test_rand_int_range (0, 4);
      points[i] = (TfPoint) { time, i % 97 == 0 ? (double) NAN : g_test_rand_double_range (-1, 1) };
    }
  low = points[500].time;
  high = points[4500].time;
  tf_series_columns (points, N, low, high, COLUMNS, columns);
  for (guint c = 0; c < COLUMNS; c++)
    {
      double least = INFINITY, most = -INFINITY, first = NAN, last = NAN;
      gboolean gap = FALSE;
      guint count = 0;

      for (guint i = 0; i < N; i++)
        {
          double place = (double) (points[i].time - low) / (double) (high - low) * COLUMNS;

          if (points[i].time < low || points[i].time > high || MIN ((guint) place, COLUMNS - 1) != c)
            continue;
          if (isnan (points[i].value))
            {
              gap = TRUE;
              continue;
            }
          first = count++ == 0 ? points[i].value : first;
          last = points[i].value;
          least = fmin (least, last);
          most = fmax (most, last);
        }
      g_assert_cmpuint (columns[c].count, ==, count);
      g_assert_cmpint (columns[c].gap, ==, gap);
      if (count == 0)
        continue;
      g_assert_true (columns[c].low == least && columns[c].high == most);
      g_assert_true (columns[c].first == first && columns[c].last == last);
      seen += count;
    }
  g_assert_cmpfloat (seen, >, 3900);
}

static void
test_lower (void)
{
  const TfTime times[] = { 1, 3, 3, 3, 8 };
  const double values[] = { 0, 1, 2, 3, 4 };
  const TfTime unsorted[] = { 3, 1, 3 };
  g_autofree TfPoint *points = tf_series_new (times, values, 5),
                     *sorted = tf_series_new (unsorted, values, 3);

  g_assert_cmpuint (tf_series_lower (points, sizeof *points, 5, 0), ==, 0);
  g_assert_cmpuint (tf_series_lower (points, sizeof *points, 5, 3), ==, 1);
  g_assert_cmpuint (tf_series_lower (points, sizeof *points, 5, 4), ==, 4);
  g_assert_cmpuint (tf_series_lower (points, sizeof *points, 5, 9), ==, 5);
  g_assert_cmpuint (tf_series_lower (points, sizeof *points, 0, 9), ==, 0);
  g_assert_true (sorted[0].value == 1 && sorted[1].value == 0 && sorted[2].value == 2);
}

static void
test_merge (void)
{
  const TfBar bars[] = {
    { 22 * TF_HOUR, 10, 12, 9, 11, 1 }, { 23 * TF_HOUR, 11, 15, 11, 14, 2 },
    { 24 * TF_HOUR, 14, 14, 8, 9, 4 },  { 26 * TF_HOUR, 9, 10, 7, 10, 8 },
  };
  TfBar out[4];

  g_assert_cmpint (tf_series_interval (bars, 4), ==, TF_HOUR);
  g_assert_cmpint (tf_series_interval (bars, 1), ==, TF_HOUR);
  g_assert_cmpuint (tf_series_merge (bars, 4, TF_DAY, out), ==, 2);
  g_assert_cmpint (out[0].time, ==, 0);
  g_assert_true (out[0].open == 10 && out[0].high == 15 && out[0].low == 9 && out[0].close == 14 &&
                 out[0].volume == 3);
  g_assert_cmpint (out[1].time, ==, TF_DAY);
  g_assert_true (out[1].open == 14 && out[1].high == 14 && out[1].low == 7 && out[1].close == 10 &&
                 out[1].volume == 12);
  g_assert_cmpint (tf_series_coarser (TF_HOUR, TF_MINUTE), ==, TF_HOUR);
  g_assert_cmpint (tf_series_coarser (TF_HOUR, 3 * TF_HOUR), ==, 4 * TF_HOUR);
  g_assert_cmpint (tf_series_coarser (7 * TF_HOUR, 20 * TF_HOUR), ==, 7 * TF_DAY);
  g_assert_cmpint (tf_series_coarser (TF_DAY, 100 * TF_DAY), ==, 100 * TF_DAY);
}

/* Drawing */

typedef enum {
  NORMAL,
  EMPTY,
  SINGLE,
  CONSTANT,
  HOLES,
  NOTHING_BUT_HOLES,
  EXTREME,
  SAME_TIME,
  HUGE,
  N_KINDS
} DataKind;

static const char *const kind_names[] = {
  "normal", "empty", "single", "constant", "holes", "only-holes", "extreme", "same-time", "huge",
};

typedef struct
{
  guint   n;
  TfTime *times;
  double *values;
} Sample;

static Sample
sample (DataKind kind)
{
  Sample s = { kind == EMPTY ? 0 : kind == SINGLE ? 1 : kind == HUGE ? N_HUGE : 300, NULL, NULL };
  double walk = 100;

  s.times = g_new (TfTime, MAX (s.n, 1));
  s.values = g_new (double, MAX (s.n, 1));
  for (guint i = 0; i < s.n; i++)
    {
      walk *= 1 + 0.01 * sin (i * 0.7) + 0.004 * cos (i * 0.11);
      walk = CLAMP (walk, 1, 1000);
      s.times[i] = kind == SAME_TIME ? TF_DAY : 18000 * TF_DAY + i * TF_MINUTE;
      s.values[i] = walk;
      if (kind == CONSTANT)
        s.values[i] = 100;
      if (kind == NOTHING_BUT_HOLES || (kind == HOLES && i % 50 < 3))
        s.values[i] = NAN;
      if (kind == EXTREME)
        s.values[i] = i % 4 == 0 ? 1e30 : i % 4 == 1 ? -INFINITY : i % 4 == 2 ? 1e308 : 1e-30;
    }
  return s;
}

static void
add_candles (TfPlot       *plot,
             const Sample *s)
{
  g_autofree TfCandle *candles = g_new0 (TfCandle, MAX (s->n, 1));
  guint n = 0;

  for (guint i = 0; i < s->n; i++)
    if (isfinite (s->values[i]))
      {
        gint64 raw = (gint64) (CLAMP (s->values[i], 0, 9e10) * 1e8), move = raw / 100 * (i % 2 == 0 ? 1 : -1);

        candles[n++] = (TfCandle) {
          s->times[i], { raw }, { raw + ABS (move) }, { raw - ABS (move) }, { raw + move / 2 }, { raw / 7 },
        };
      }
  tf_plot_add_candles (plot, "BTC-USDT", candles, n);
}

static void
add_line (TfPlot       *plot,
          const Sample *s)
{
  tf_plot_add_line (plot, "Equity", s->times, s->values, s->n, 0, TF_LINE_AREA);
  tf_plot_add_line (plot, "Dashed", s->times, s->values, s->n, 1, TF_LINE_DASHED | TF_LINE_NO_TAG);
}

static void
add_log (TfPlot       *plot,
         const Sample *s)
{
  add_candles (plot, s);
  add_line (plot, s);
  tf_plot_set_log (plot, TRUE);
}

static void
add_underwater (TfPlot       *plot,
                const Sample *s)
{
  g_autofree double *values = g_new (double, MAX (s->n, 1));

  for (guint i = 0; i < s->n; i++)
    values[i] = s->values[i] / 1000;
  add_line (plot, s);
  tf_plot_add_pane (plot, 0.3);
  tf_plot_add_underwater (plot, "Drawdown", s->times, values, s->n);
  tf_plot_add_level (plot, "Limit", -0.15, TF_LEVEL_LOSS);
}

static void
add_marks (TfPlot       *plot,
           const Sample *s)
{
  g_autofree TfPlotMark *marks = g_new0 (TfPlotMark, MAX (s->n, 1));

  for (guint i = 0; i < s->n; i++)
    marks[i] = (TfPlotMark) { s->times[i], s->values[i], i % 3, i % 5 == 0 ? -1 : 1,
                             i % 2 == 0 ? "angry bought" : NULL };
  add_candles (plot, s);
  tf_plot_add_marks (plot, "Trades", marks, s->n);
}

static void
add_levels (TfPlot       *plot,
            const Sample *s)
{
  add_candles (plot, s);
  tf_plot_add_level (plot, "Stop", 97, TF_LEVEL_LOSS);
  tf_plot_add_level (plot, "Target", 104, TF_LEVEL_GAIN);
  tf_plot_add_level (plot, "Far", 1e9, TF_LEVEL_WARNING);
  tf_plot_add_level (plot, "Deep", -1e9, TF_LEVEL_WARNING);
  tf_plot_add_level (plot, NULL, NAN, TF_LEVEL_NEUTRAL);
  tf_plot_add_level (plot, "Endless", INFINITY, TF_LEVEL_NEUTRAL);
}

static void
add_bars (TfPlot       *plot,
          const Sample *s)
{
  guint n = MIN (s->n, 1000);
  g_autofree TfPlotBar *bars = g_new0 (TfPlotBar, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    bars[i] = (TfPlotBar) { i % 2 == 0 ? "Trend 50/200" : "RSI reversion",
                           s->values[i] * (i % 3 == 0 ? -1 : 1) };
  tf_plot_add_bars (plot, "Contributions", bars, n);
}

static void
add_waterfall (TfPlot       *plot,
               const Sample *s)
{
  guint n = MIN (s->n, 12);
  g_autofree TfPlotBar *bars = g_new0 (TfPlotBar, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    bars[i] = (TfPlotBar) { i % 2 == 0 ? "Slippage" : "Fees", s->values[i] * (i % 3 == 1 ? -1 : 1) };
  tf_plot_add_waterfall (plot, "Copy gap", bars, n, "Copy");
}

static void
add_heat (TfPlot       *plot,
          const Sample *s)
{
  guint side = (guint) sqrt (MIN (s->n, 900));
  g_autofree const char **names = g_new0 (const char *, side + 1);

  for (guint i = 0; i < side; i++)
    names[i] = i % 2 == 0 ? "BTC-USDT" : "ETH";
  tf_plot_add_heat (plot, "Correlations", names, side, names, side, s->values, 0, TF_HEAT_STRENGTH);
}

static const struct
{
  const char *name;
  void      (*add) (TfPlot *plot, const Sample *s);
} layers[] = {
  { "candles", add_candles }, { "line", add_line }, { "log", add_log }, { "underwater", add_underwater },
  { "marks", add_marks }, { "levels", add_levels }, { "bars", add_bars }, { "heat", add_heat },
  { "waterfall", add_waterfall },
};

typedef struct
{
  guint    layer;
  DataKind kind;
} DrawRow;

static cairo_status_t
swallow (void                *closure,
         const unsigned char *data,
         unsigned int         length)
{
  *(gsize *) closure += length;
  return CAIRO_STATUS_SUCCESS;
}

/* The pixels of a drawing, checked for Cairo's errors. */
static GBytes *
draw_image (TfPlot      *plot,
            int          width,
            int          height,
            TfThemeKind  kind)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cr = cairo_create (surface);
  TfPlotTheme theme;
  GBytes *bytes;

  tf_plot_theme_init (&theme, kind, FALSE);
  tf_plot_draw (plot, cr, width, height, &theme);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  g_assert_false (cairo_has_current_point (cr));
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  bytes = g_bytes_new (cairo_image_surface_get_data (surface),
                       (gsize) (cairo_image_surface_get_stride (surface) * height));
  cairo_surface_destroy (surface);
  return bytes;
}

static guint
painted (GBytes *bytes)
{
  gsize size;
  const guint32 *pixels = g_bytes_get_data (bytes, &size);
  guint n = 0;

  for (gsize i = 0; i < size / 4; i++)
    n += pixels[i] != 0;
  return n;
}

static void
test_draw (gconstpointer data)
{
  const DrawRow *row = data;
  Sample s = sample (row->kind);
  g_autoptr (TfPlot) plot = tf_plot_new ();
  g_autoptr (GBytes) image = NULL, dark = NULL, pointed = NULL;
  g_autofree char *summary = NULL;
  static const int sizes[][2] = { { 1, 1 }, { 30, 20 }, { 60, 400 }, { 400, 30 } };
  gsize written = 0;
  cairo_surface_t *pdf;
  cairo_t *cr;
  TfPlotTheme theme;

  layers[row->layer].add (plot, &s);
  tf_plot_set_empty_text (plot, "No trades yet.");
  image = draw_image (plot, 640, 360, TF_THEME_LIGHT);
  g_assert_cmpuint (painted (image), >, 100);
  dark = draw_image (plot, 640, 360, TF_THEME_DARK);
  g_assert_false (g_bytes_equal (image, dark));

  tf_plot_set_crosshair (plot, 300, 100);
  pointed = draw_image (plot, 640, 360, TF_THEME_LIGHT);
  if (row->kind == NORMAL && layers[row->layer].add != add_bars)
    g_assert_false (g_bytes_equal (image, pointed));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_bytes_unref (draw_image (plot, sizes[i][0], sizes[i][1], TF_THEME_LIGHT));
  tf_plot_set_range (plot, 18000 * TF_DAY + 90 * TF_SECOND,
                     18000 * TF_DAY + 100 * TF_SECOND); /* between two samples */
  g_bytes_unref (draw_image (plot, 640, 360, TF_THEME_LIGHT));
  tf_plot_set_range (plot, G_MININT64, G_MAXINT64);
  g_bytes_unref (draw_image (plot, 640, 360, TF_THEME_LIGHT));
  tf_plot_set_range (plot, 0, 0);

  pdf = cairo_pdf_surface_create_for_stream (swallow, &written, 500, 300);
  cr = cairo_create (pdf);
  tf_plot_theme_init (&theme, TF_THEME_PRINT, TRUE);
  tf_plot_draw (plot, cr, 500, 300, &theme);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_finish (pdf);
  g_assert_cmpint (cairo_surface_status (pdf), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (pdf);
  g_assert_cmpuint (written, >, 500);
  g_assert_cmpuint (written, <, 400 * 1024); /* a million samples do not become a million strokes */

  summary = tf_plot_summary (plot);
  g_assert_true (g_utf8_validate (summary, -1, NULL) && *summary != '\0');
  g_free (s.times);
  g_free (s.values);
}

/* One sample in a million stands out, and is seen. */
static void
test_peak (void)
{
  Sample s = sample (HUGE);
  g_autoptr (TfPlot) plot = tf_plot_new ();
  g_autoptr (GBytes) image = NULL;
  const guint32 *pixels;
  guint found = 0;

  for (guint i = 0; i < s.n; i++)
    s.values[i] = i == 654321 ? 10 : 0;
  tf_plot_add_line (plot, NULL, s.times, s.values, s.n, 0, TF_LINE_NO_TAG);
  image = draw_image (plot, 600, 300, TF_THEME_LIGHT);
  pixels = g_bytes_get_data (image, NULL);
  for (guint x = 0; x < 550; x++)
    found += (pixels[60 * 600 + x] >> 24) >
             128; /* a row of pixels well above the rest, without a grid line */
  g_assert_cmpuint (found, >=, 1);
  g_assert_cmpuint (found, <=, 4);
  g_free (s.times);
  g_free (s.values);
}

static void
test_copies (void)
{
  Sample s = sample (NORMAL);
  g_autofree char *name = g_strdup ("angry"), *label = g_strdup ("bought");
  TfPlotMark mark = { s.times[20], s.values[20], TF_MARK_ENTRY, 1, label };
  g_autoptr (TfPlot) plot = tf_plot_new ();
  g_autoptr (GBytes) before = NULL, after = NULL;

  tf_plot_add_line (plot, name, s.times, s.values, s.n, 0, TF_LINE_PLAIN);
  tf_plot_add_marks (plot, name, &mark, 1);
  tf_plot_set_crosshair (plot, 40, 100);
  before = draw_image (plot, 500, 200, TF_THEME_LIGHT);
  memset (s.values, 0, s.n * sizeof *s.values);
  memset (s.times, 0, s.n * sizeof *s.times);
  strcpy (name, "xxxx");
  strcpy (label, "yyyyy");
  after = draw_image (plot, 500, 200, TF_THEME_LIGHT);
  g_assert_true (g_bytes_equal (before, after));
  g_free (s.times);
  g_free (s.values);
}

/* A legend shows the shape of marks that are all of one kind. */
static void
test_legend_sign (void)
{
  static const TfPlotMark entry = { TF_HOUR, 1, TF_MARK_ENTRY, 1, NULL }, leaving = { TF_HOUR, 1, TF_MARK_EXIT, 1, NULL };
  const TfPlotMark refused[] = { { TF_HOUR, 1, TF_MARK_REFUSED, 1, NULL } }, mixed[] = { entry, leaving };
  const struct { const TfPlotMark *marks; guint n; const char *sign; } rows[] = {
    { &entry, 1, "▲" }, { &leaving, 1, "▽" }, { refused, 1, "●" }, { mixed, 2, "●" }, { NULL, 0, "●" },
  };
  g_autoptr (TfPlot) plot = tf_plot_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    tf_plot_add_marks (plot, "Marks", rows[i].marks, rows[i].n);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpstr (tf_plot_get_legend_sign (plot, i), ==, rows[i].sign);
}

static void
test_legend (void)
{
  Sample s = sample (NORMAL);
  g_autoptr (TfPlot) plot = tf_plot_new ();
  g_autoptr (GBytes) all = NULL, some = NULL, none = NULL;
  cairo_surface_t *surface = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, NULL);
  cairo_t *cr = cairo_create (surface);
  TfPlotTheme theme;
  const char *name;
  gboolean visible;
  TfColor color;
  TfTime low, high;
  double one, two;

  tf_plot_theme_init (&theme, TF_THEME_LIGHT, FALSE);
  add_line (plot, &s);
  tf_plot_add_line (plot, NULL, s.times, s.values, s.n, 3, TF_LINE_PLAIN);
  tf_plot_add_level (plot, "Stop", 97, TF_LEVEL_LOSS);
  g_assert_cmpuint (tf_plot_get_n_legend (plot), ==, 2);
  g_assert_true (tf_plot_get_legend (plot, 1, &theme, &name, &color, &visible));
  g_assert_cmpstr (name, ==, "Dashed");
  g_assert_true (visible && color.red == theme.series[1].red);
  g_assert_false (tf_plot_get_legend (plot, 2, &theme, &name, &color, &visible));
  one = tf_plot_draw_legend (plot, cr, 500, &theme);
  two = tf_plot_draw_legend (plot, cr, 60, &theme);
  g_assert_cmpfloat (two, >, one);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);

  all = draw_image (plot, 500, 200, TF_THEME_LIGHT);
  tf_plot_set_visible (plot, 0, FALSE);
  some = draw_image (plot, 500, 200, TF_THEME_LIGHT);
  g_assert_false (g_bytes_equal (all, some));
  g_assert_true (tf_plot_get_range (plot, &low, &high));
  g_assert_cmpint (high - low, ==, 299 * TF_MINUTE);
  tf_plot_clear (plot);
  g_assert_cmpuint (tf_plot_get_n_legend (plot), ==, 0);
  g_assert_false (tf_plot_get_range (plot, &low, &high));
  none = draw_image (plot, 500, 200, TF_THEME_LIGHT);
  g_assert_cmpuint (painted (none), ==, 0);
  g_free (s.times);
  g_free (s.values);
}

static void
test_view (void)
{
  Sample s = sample (NORMAL);
  g_autoptr (TfPlot) plot = tf_plot_new ();
  TfTime low, high, time;

  add_candles (plot, &s);
  g_assert_false (tf_plot_time_at (plot, 10, &time)); /* not drawn yet */
  g_bytes_unref (draw_image (plot, 500, 200, TF_THEME_LIGHT));
  g_assert_true (tf_plot_time_at (plot, 0, &time));
  g_assert_cmpint (time, ==, s.times[0]);
  g_assert_false (tf_plot_time_at (plot, 499, &time)); /* in the gutter */
  tf_plot_set_range (plot, s.times[10], s.times[20]);
  g_assert_true (tf_plot_get_range (plot, &low, &high));
  g_assert_true (low == s.times[10] && high == s.times[20]);
  g_bytes_unref (draw_image (plot, 500, 200, TF_THEME_LIGHT));
  g_assert_true (tf_plot_time_at (plot, 0, &time));
  g_assert_cmpint (time, ==, s.times[10]);
  tf_plot_set_range (plot, 0, 0);
  g_assert_true (tf_plot_get_range (plot, &low, &high));
  g_assert_cmpint (high, ==, s.times[299] + TF_MINUTE); /* the last candle as a whole */
  g_free (s.times);
  g_free (s.values);
}

static void
test_summary (void)
{
  const TfCandle candles[] = {
    { 18333 * TF_DAY,
      { 9800000000000 },
      { 9900000000000 },
      { 9700000000000 },
      { 9850000000000 },
      { 100000000 } },
    { 18333 * TF_DAY + TF_HOUR,
      { 9850000000000 },
      { 9900000000000 },
      { 9700000000000 },
      { 9812050000000 },
      { 0 } },
  };
  const TfPlotMark mark = { 18333 * TF_DAY, 98000, TF_MARK_ENTRY, 1, NULL };
  g_autoptr (TfPlot) plot = tf_plot_new (), bare = tf_plot_new ();
  g_autofree char *summary = NULL, *nothing = NULL;

  tf_plot_add_candles (plot, "BTC-USDT", candles, 2);
  tf_plot_add_marks (plot, "Trades", &mark, 1);
  tf_plot_add_level (plot, "Stop", 97000, TF_LEVEL_LOSS);
  summary = tf_plot_summary (plot);
  g_assert_cmpstr (summary, ==,
                   "BTC-USDT: 2 candles, from 12 Mar 2020 to 12 Mar 2020, 01:00 UTC, last 98,120.5. "
                   "Trades: 1 entry, 0 exits, 0 refused. Stop: 97,000");
  tf_plot_set_empty_text (bare, "No trades yet.");
  nothing = tf_plot_summary (bare);
  g_assert_cmpstr (nothing, ==, "No trades yet.");
}

/* Each row begins where the one before ended, and the last is what they come to. */
static void
test_waterfall (void)
{
  enum { WIDTH = 400, HEIGHT = 100, ROWS = 5 };
  const TfPlotBar bars[] = { { "Leader", 20 }, { "Sizing", -5 }, { "Left out", NAN }, { "Fees", -3 }, { "Delay", 2 } };
  static const double from[ROWS] = { 0, 20, 15, 12, 0 }, to[ROWS] = { 20, 15, 12, 14, 14 };
  g_autoptr (TfPlot) plot = tf_plot_new ();
  g_autoptr (GBytes) image = NULL;
  g_autofree char *summary = NULL;
  TfPlotTheme theme;
  const guint32 *pixels;
  double zero = 0, unit = 0;

  tf_plot_add_waterfall (plot, "Copy gap", bars, G_N_ELEMENTS (bars), "Copy");
  summary = tf_plot_summary (plot);
  g_assert_cmpstr (summary, ==,
                   "Copy gap: Leader 20.0, Sizing −5.0, Fees −3.0, Delay +2.0, Copy 14.0");
  tf_plot_theme_init (&theme, TF_THEME_LIGHT, FALSE);
  image = draw_image (plot, WIDTH, HEIGHT, TF_THEME_LIGHT);
  pixels = g_bytes_get_data (image, NULL);
  for (guint row = 0; row < ROWS; row++)
    {
      const TfColor *color = row == 0 || row == ROWS - 1 ? &theme.accent : to[row] < from[row] ? &theme.loss : &theme.gain;
      guint32 expected = 0xff000000 | (guint32) lrint (color->red * 255) << 16 | (guint32) lrint (color->green * 255) << 8
                         | (guint32) lrint (color->blue * 255);
      guint y = row * HEIGHT / ROWS + HEIGHT / ROWS / 2 + 3, first = WIDTH, last = 0;

      for (guint x = 0; x < WIDTH; x++)
        if (pixels[y * WIDTH + x] == expected)
          {
            first = MIN (first, x);
            last = x + 1;
          }
      g_assert_cmpuint (last, >, first);
      if (row == 0)
        {
          zero = first;
          unit = (last - first) / 20.0;
        }
      g_assert_cmpfloat_with_epsilon ((double) first, zero + MIN (from[row], to[row]) * unit, 1.6);
      g_assert_cmpfloat_with_epsilon ((double) last, zero + MAX (from[row], to[row]) * unit, 1.6);
    }
}

static void
test_small (gconstpointer data)
{
  DataKind kind = (DataKind) GPOINTER_TO_UINT (data);
  Sample s = sample (kind);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 120, 60);
  cairo_t *cr = cairo_create (surface);
  static const double uses[] = { 0, 0.5, 0.85, 1.2, -1, 1e300, NAN, INFINITY };
  gboolean any = FALSE;
  TfPlotTheme theme;

  tf_plot_theme_init (&theme, TF_THEME_LIGHT, TRUE);
  tf_plot_sparkline (cr, 120, 28, s.values, s.n, NULL, &theme);
  tf_plot_sparkline (cr, 3, 2, s.values, s.n, &theme.accent, &theme);
  cairo_surface_flush (surface);
  for (int i = 0; i < cairo_image_surface_get_stride (surface) * 60; i++)
    any |= cairo_image_surface_get_data (surface)[i] != 0;
  g_assert_cmpint (any, ==, kind != EMPTY && kind != NOTHING_BUT_HOLES);
  for (guint i = 0; i < G_N_ELEMENTS (uses); i++)
    {
      tf_plot_gauge (cr, 120, 12, uses[i], 0.8, 1, &theme);
      tf_plot_gauge (cr, 120, 12, uses[i], NAN, uses[i], &theme);
      tf_plot_gauge (cr, 1, 1, uses[i], 0.8, 0, &theme);
    }
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  g_free (s.times);
  g_free (s.values);
}

static void
add_rows (const char   *folder,
          gconstpointer rows,
          gsize         n,
          gsize         size,
          GTestDataFunc func)
{
  for (gsize i = 0; i < n; i++)
    {
      const char *row = (const char *) rows + i * size;
      g_autofree char *path = g_strdup_printf ("%s/%s", folder, *(const char *const *) (gconstpointer) row);

      g_test_add_data_func (path, row, func);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add_rows ("/plot/axis/ticks", tick_rows, G_N_ELEMENTS (tick_rows), sizeof *tick_rows, test_ticks);
  add_rows ("/plot/axis/format", format_rows, G_N_ELEMENTS (format_rows), sizeof *format_rows, test_format);
  add_rows ("/plot/axis/time", time_rows, G_N_ELEMENTS (time_rows), sizeof *time_rows, test_time_ticks);
  g_test_add_func ("/plot/axis/ticks-any", test_ticks_any);
  g_test_add_func ("/plot/axis/time-any", test_time_ticks_any);
  g_test_add_func ("/plot/axis/fit", test_fit);
  g_test_add_func ("/plot/series/columns", test_columns);
  g_test_add_func ("/plot/series/lower", test_lower);
  g_test_add_func ("/plot/series/merge", test_merge);
  for (guint layer = 0; layer < G_N_ELEMENTS (layers); layer++)
    for (DataKind kind = 0; kind < N_KINDS; kind++)
      {
        g_autofree char *path = g_strdup_printf ("/plot/draw/%s/%s", layers[layer].name, kind_names[kind]);
        DrawRow *row = g_new (DrawRow, 1);

        *row = (DrawRow) { layer, kind };
        g_test_add_data_func_full (path, row, test_draw, g_free);
      }
  for (DataKind kind = 0; kind < N_KINDS; kind++)
    {
      g_autofree char *path = g_strdup_printf ("/plot/small/%s", kind_names[kind]);

      g_test_add_data_func (path, GUINT_TO_POINTER (kind), test_small);
    }
  g_test_add_func ("/plot/peak", test_peak);
  g_test_add_func ("/plot/copies", test_copies);
  g_test_add_func ("/plot/legend", test_legend);
  g_test_add_func ("/plot/legend/sign", test_legend_sign);
  g_test_add_func ("/plot/view", test_view);
  g_test_add_func ("/plot/summary", test_summary);
  g_test_add_func ("/plot/waterfall", test_waterfall);
  return g_test_run ();
}
