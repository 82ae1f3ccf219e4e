#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

/* Deterministic bars, hard ones included: gaps, flat stretches, a crash, a tiny price scale. */
static TfBar *
make_bars (gsize  n,
           double scale)
{
  TfBar *bars = g_new0 (TfBar, n);
  double price = 100 * scale;
  guint32 seed = 12345;

  for (gsize i = 0; i < n; i++)
    {
      double u[4];

      for (guint k = 0; k < 4; k++)
        {
          seed = seed * 1664525 + 1013904223;
          u[k] = (double) (seed >> 8) / (1 << 24);
        }
      bars[i].time = (TfTime) i * TF_HOUR;
      bars[i].open = price * (i % 97 == 96 ? 1.2 : 1);
      if (i % 211 == 210)
        price *= 0.55;
      else if (i % 150 < 120)
        price *= 1 + 0.03 * (u[0] - 0.495);
      bars[i].close = price;
      bars[i].high = MAX (bars[i].open, price) * (1 + 0.01 * u[1] * (i % 150 < 120));
      bars[i].low = MIN (bars[i].open, price) * (1 - 0.01 * u[2] * (i % 150 < 120));
      bars[i].volume = i % 150 < 140 ? 1000 * u[3] : 0;
    }
  return bars;
}

#define N_BARS 1200

/* What every entry promises, at its defaults and at both ends of its parameters. */
static void
test_contract (gconstpointer data)
{
  const TfIndicator *indicator = data;
  guint n_params = tf_params_count (indicator->params);
  guint n_outputs = tf_indicator_n_outputs (indicator);
  g_autofree double *out = g_new (double, N_BARS * TF_OUTPUTS_MAX);
  g_autofree double *again = g_new (double, N_BARS * TF_OUTPUTS_MAX);

  g_assert_cmpuint (n_outputs, >=, 1);
  g_assert_cmpuint (n_outputs, <=, TF_OUTPUTS_MAX);
  g_assert_true (tf_indicator_find (indicator->id) == indicator);
  for (guint run = 0; run < 6; run++)
    {
      g_autofree TfBar *bars = make_bars (N_BARS, run >= 3 ? 1e-6 : 1);
      /* Guard bytes around the state; the init has to cope with what was there before. */
      g_autofree guint8 *room = g_malloc (indicator->state_size + 64);
      g_autofree guint8 *copy = g_malloc (indicator->state_size);
      gpointer state = room + 32;
      double params[TF_PARAMS_MAX];
      guint warmup;

      memset (room, 0x5a, indicator->state_size + 64);
      tf_params_defaults (indicator->params, params);
      for (guint i = 0; i < n_params; i++)
        {
          g_assert_cmpfloat (indicator->params[i].min, <=, indicator->params[i].value);
          g_assert_cmpfloat (indicator->params[i].value, <=, indicator->params[i].max);
          if (run % 3 != 0)
            params[i] = run % 3 == 1 ? indicator->params[i].min : indicator->params[i].max;
        }
      warmup = indicator->warmup (params);
      g_assert_cmpuint (warmup, <, N_BARS);

      tf_indicator_run (indicator, params, bars, N_BARS, out);
      indicator->init (state, params);
      for (guint i = 0; i < N_BARS; i++)
        {
          gboolean complete = TRUE;

          if (i == N_BARS / 2)
            {
              /* A copy of the state continues identically. */
              memcpy (copy, state, indicator->state_size);
              memset (state, 0xa5, indicator->state_size);
              memcpy (state, copy, indicator->state_size);
            }
          indicator->update (state, &bars[i], again + i * n_outputs);
          g_assert_cmpmem (again + i * n_outputs, n_outputs * sizeof (double),
                           out + i * n_outputs, n_outputs * sizeof (double));
          for (guint k = 0; k < n_outputs; k++)
            {
              double value = out[i * n_outputs + k];

              complete = complete && !isnan (value);
              g_assert_false (isinf (value));
              if (i > 0 && isnan (value))
                g_assert_true (isnan (out[(i - 1) * n_outputs + k]));
            }
          if (complete != (i >= warmup))
            g_test_message ("%s run %u bar %u warmup %u", indicator->id, run, i, warmup);
          g_assert_true (complete == (i >= warmup));
        }
      for (guint i = 0; i < 32; i++)
        {
          g_assert_cmphex (room[i], ==, 0x5a);
          g_assert_cmphex (room[32 + indicator->state_size + i], ==, 0x5a);
        }

      /* A restart knows nothing of what was before. */
      indicator->init (state, params);
      indicator->update (state, &bars[0], again);
      g_assert_true (memcmp (again, out, n_outputs * sizeof (double)) == 0);
    }
}

static void
test_table (void)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = 0;

  for (const TfIndicator *const *i = tf_indicators (); *i != NULL; i++, n++)
    {
      g_assert_true (g_hash_table_add (ids, (gpointer) (*i)->id));
      g_assert_true (*(*i)->title != '\0');
    }
  g_assert_cmpuint (n, >=, 27);
  g_assert_null (tf_indicator_find ("no-such-indicator"));
}

/* Rolling sums against direct evaluation, long after the start and after a fall of the scale by 1e8. */
static void
test_drift (void)
{
  const guint n = 200000, period = 50;
  TfSma sma;
  TfWma wma;
  TfStddev stddev;
  double x[50] = { 0 };
  guint32 seed = 7;

  tf_sma_init (&sma, period);
  tf_wma_init (&wma, period);
  tf_stddev_init (&stddev, period, 0);
  for (guint i = 0; i < n; i++)
    {
      double value, mean, weighted, deviation;

      seed = seed * 1664525 + 1013904223;
      value = (1 + (seed >> 8) * 1e-9) * (i < n / 2 ? 1e8 : 1);
      memmove (x, x + 1, (period - 1) * sizeof (double));
      x[period - 1] = value;
      mean = tf_sma_update (&sma, value);
      weighted = tf_wma_update (&wma, value);
      deviation = tf_stddev_update (&stddev, value);
      if (i % 997 == 0 && i > period && (i < n / 2 || i > n / 2 + 2 * period))
        {
          double sum = 0, weights = 0, squares = 0;

          for (guint k = 0; k < period; k++)
            {
              sum += x[k];
              weights += (k + 1) * x[k];
            }
          for (guint k = 0; k < period; k++)
            squares += (x[k] - sum / period) * (x[k] - sum / period);
          g_assert_cmpfloat_with_epsilon (mean, sum / period, 1e-13 * value);
          g_assert_cmpfloat_with_epsilon (weighted, weights / (period * (period + 1) / 2), 1e-13 * value);
          g_assert_cmpfloat_with_epsilon (deviation, sqrt (squares / period), 1e-11 * value);
        }
    }
}

/* Worked by hand: closes 1..10 and back, each bar one wide. */
static void
test_by_hand (void)
{
  static const struct { const char *id; double params[3]; guint bar; guint line; double value; } rows[] = {
    { "sma", { 4 }, 5, 0, 4.5 },          /* (3 + 4 + 5 + 6) / 4 */
    { "wma", { 3 }, 4, 0, 26.0 / 6 },     /* (3 + 2 * 4 + 3 * 5) / 6 */
    { "ema", { 3 }, 4, 0, 4 },            /* 2, then halfway to 4 and to 5 */
    { "rsi", { 4 }, 9, 0, 100 },
    { "rsi", { 4 }, 10, 0, 75 },          /* mean gain 3/4, mean loss 1/4 */
    { "macd", { 2, 4, 2 }, 6, 0, 1 },     /* a ramp: the averages lag by 0.5 and 1.5 */
    { "macd", { 2, 4, 2 }, 6, 2, 0 },
    { "stddev", { 4, 0 }, 5, 0, 1.118033988749895 },
    { "stddev", { 4, 1 }, 5, 0, 1.2909944487358056 },
    { "bbands", { 4, 2 }, 5, 0, 6.73606797749979 },
    { "trange", { 0 }, 5, 0, 1.5 },       /* high 6.5 to the close 5 before */
    { "atr", { 4 }, 9, 0, 1.5 },
    { "natr", { 4 }, 9, 0, 15 },
    { "plus_di", { 4 }, 9, 0, 100.0 / 1.5 },
    { "minus_di", { 4 }, 9, 0, 0 },
    { "adx", { 4 }, 9, 0, 100 },
    { "stoch", { 4, 1, 1 }, 9, 0, 87.5 }, /* low 6.5, high 10.5 */
    { "willr", { 4 }, 9, 0, -12.5 },
    { "cci", { 4 }, 9, 0, 100 },          /* 1.5 over 0.015 times the mean deviation 1 */
    { "obv", { 0 }, 9, 0, 20 },
    { "obv", { 0 }, 11, 0, 16 },
    { "donchian", { 4 }, 9, 2, 6.5 },
    { "roc", { 4 }, 9, 0, 200.0 / 3 },
    { "mom", { 4 }, 9, 0, 4 },
    { "mfi", { 4 }, 9, 0, 100 },
    { "aroon", { 4 }, 11, 1, 50 },        /* the top was two bars ago */
    { "linreg_slope", { 5 }, 9, 0, 1 },
    { "vwap", { 4, 1 }, 9, 0, 8.5 },
    { "keltner", { 3, 4, 2 }, 9, 1, 9 },
    { "ichimoku", { 2, 4, 6 }, 9, 3, 7.5 },
    { "kama", { 4 }, 4, 0, 4.0 + 4.0 / 9 },
    { "sar", { 0.02, 0.2 }, 1, 0, 0.5 },
    { "supertrend", { 4, 1 }, 4, 1, -1 },
    { "supertrend", { 4, 1 }, 6, 1, 1 },
  };
  TfBar bars[14] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (bars); i++)
    {
      double close = i < 10 ? i + 1.0 : 19.0 - i;

      bars[i] = (TfBar) { i, close, close + 0.5, close - 0.5, close, 2 };
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const TfIndicator *indicator = tf_indicator_find (rows[i].id);
      double out[G_N_ELEMENTS (bars) * TF_OUTPUTS_MAX];
      double value;

      g_assert_nonnull (indicator);
      tf_indicator_run (indicator, rows[i].params, bars, G_N_ELEMENTS (bars), out);
      value = out[rows[i].bar * tf_indicator_n_outputs (indicator) + rows[i].line];
      if (!(fabs (value - rows[i].value) <= 1e-12 * 100))
        g_error ("row %u, %s: %.17g, expected %.17g", i, rows[i].id, value, rows[i].value);
    }
}

/* The reference files: which of our lines answers which of their series. */
typedef enum { SCALE_CLOSE, SCALE_HUNDRED, SCALE_VOLUME, SCALE_ONE } Scale;

static const struct
{
  const char *library, *series, *id;
  double      params[3];
  guint       line;
  Scale       scale; /* of the tolerance */
  double      factor;
} golden[] = {
  { "talib", "sma_20", "sma", { 20 }, 0, SCALE_CLOSE, 1 },
  { "talib", "ema_20", "ema", { 20 }, 0, SCALE_CLOSE, 1 },
  { "talib", "wma_20", "wma", { 20 }, 0, SCALE_CLOSE, 1 },
  { "talib", "rsi_14", "rsi", { 14 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "bbands_20_2_upper", "bbands", { 20, 2 }, 0, SCALE_CLOSE, 1 },
  { "talib", "bbands_20_2_middle", "bbands", { 20, 2 }, 1, SCALE_CLOSE, 1 },
  { "talib", "bbands_20_2_lower", "bbands", { 20, 2 }, 2, SCALE_CLOSE, 1 },
  { "talib", "trange", "trange", { 0 }, 0, SCALE_CLOSE, 1 },
  { "talib", "atr_14", "atr", { 14 }, 0, SCALE_CLOSE, 1 },
  { "talib", "natr_14", "natr", { 14 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "plus_di_14", "plus_di", { 14 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "minus_di_14", "minus_di", { 14 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "dx_14", "dx", { 14 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "adx_14", "adx", { 14 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "stoch_14_3_3_slowk", "stoch", { 14, 3, 3 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "stoch_14_3_3_slowd", "stoch", { 14, 3, 3 }, 1, SCALE_HUNDRED, 1 },
  { "talib", "cci_20", "cci", { 20 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "obv", "obv", { 0 }, 0, SCALE_VOLUME, 1 },
  { "talib", "donchian_20_upper", "donchian", { 20 }, 0, SCALE_CLOSE, 1 },
  { "talib", "donchian_20_lower", "donchian", { 20 }, 2, SCALE_CLOSE, 1 },
  { "talib", "roc_10", "roc", { 10 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "mom_10", "mom", { 10 }, 0, SCALE_CLOSE, 1 },
  { "talib", "willr_14", "willr", { 14 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "sar_002_02", "sar", { 0.02, 0.2 }, 0, SCALE_CLOSE, 1 },
  { "talib", "mfi_14", "mfi", { 14 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "aroon_25_down", "aroon", { 25 }, 0, SCALE_HUNDRED, 1 },
  { "talib", "aroon_25_up", "aroon", { 25 }, 1, SCALE_HUNDRED, 1 },
  { "talib", "kama_30", "kama", { 30 }, 0, SCALE_CLOSE, 1 },
  { "talib", "stddev_20_pop", "stddev", { 20, 0 }, 0, SCALE_CLOSE, 1 },
  { "talib", "linreg_slope_14", "linreg_slope", { 14 }, 0, SCALE_CLOSE, 1 },
  { "talib", "keltner_ema20_atr10_2_upper", "keltner", { 20, 10, 2 }, 0, SCALE_CLOSE, 1 },
  { "talib", "keltner_ema20_atr10_2_lower", "keltner", { 20, 10, 2 }, 2, SCALE_CLOSE, 1 },
  { "talib", "ichimoku_tenkan_9", "ichimoku", { 9, 26, 52 }, 0, SCALE_CLOSE, 1 },
  { "talib", "ichimoku_kijun_26", "ichimoku", { 9, 26, 52 }, 1, SCALE_CLOSE, 1 },
  { "talib", "ichimoku_senkou_a_undisplaced", "ichimoku", { 9, 26, 52 }, 2, SCALE_CLOSE, 1 },
  { "talib", "ichimoku_senkou_b_52_undisplaced", "ichimoku", { 9, 26, 52 }, 3, SCALE_CLOSE, 1 },
  { "ttr", "sma_20", "sma", { 20 }, 0, SCALE_CLOSE, 1 },
  { "ttr", "rsi_14", "rsi", { 14 }, 0, SCALE_HUNDRED, 1 },
  { "ttr", "macd_12_26_9_line", "macd", { 12, 26, 9 }, 0, SCALE_CLOSE, 1 },
  { "ttr", "macd_12_26_9_signal", "macd", { 12, 26, 9 }, 1, SCALE_CLOSE, 1 },
  { "ttr", "adx_14", "adx", { 14 }, 0, SCALE_HUNDRED, 1 },
  { "ttr", "stoch_14_3_3_slowk_fraction", "stoch", { 14, 3, 3 }, 0, SCALE_ONE, 0.01 },
  { "ttr", "stoch_14_3_3_slowd_fraction", "stoch", { 14, 3, 3 }, 1, SCALE_ONE, 0.01 },
  { "ttr", "donchian_20_mid", "donchian", { 20 }, 1, SCALE_CLOSE, 1 },
  { "ttr", "vwap_20_typical", "vwap", { 20, 0 }, 0, SCALE_CLOSE, 1 },
  { "ttr", "vwap_20_close", "vwap", { 20, 1 }, 0, SCALE_CLOSE, 1 },
  { "ttr", "stddev_20_sample", "stddev", { 20, 1 }, 0, SCALE_CLOSE, 1 },
  { "ttr", "volatility_close_20_365", "volatility", { 20, 365 }, 0, SCALE_ONE, 1 },
  { "py", "supertrend_10_3_classic_wilder_atr", "supertrend", { 10, 3 }, 0, SCALE_CLOSE, 1 },
  { "py", "supertrend_10_3_classic_wilder_atr_dir", "supertrend", { 10, 3 }, 1, SCALE_ONE, 1 },
};

static GBytes *
read_file (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = G_INPUT_STREAM (g_file_read (file, NULL, &error));
  g_autoptr (GOutputStream) bytes = g_memory_output_stream_new_resizable ();

  g_assert_no_error (error);
  if (g_str_has_suffix (path, ".gz"))
    {
      g_autoptr (GConverter) gunzip = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
      GInputStream *plain = g_converter_input_stream_new (stream, gunzip);

      g_object_unref (stream);
      stream = plain;
    }
  g_output_stream_splice (bytes, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error);
  g_assert_no_error (error);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (bytes));
}

static GArray *
read_bars (const char *path,
           gint64      first,
           gint64      last)
{
  g_autoptr (GBytes) bytes = read_file (path);
  const char *p = g_bytes_get_data (bytes, NULL), *end = p + g_bytes_get_size (bytes);
  GArray *bars = g_array_new (FALSE, TRUE, sizeof (TfBar));

  for (p = memchr (p, '\n', end - p); p != NULL && p + 1 < end; p = memchr (p, '\n', end - p))
    {
      TfBar bar;
      gint64 time = g_ascii_strtoll (p + 1, (char **) &p, 10);
      double *values[] = { &bar.open, &bar.high, &bar.low, &bar.close, &bar.volume };

      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        *values[i] = g_ascii_strtod (p + 1, (char **) &p);
      bar.time = time * TF_SECOND;
      if (time >= first && time <= last)
        g_array_append_val (bars, bar);
    }
  return bars;
}

/* Compares one series of a reference file with our line; returns the number of values compared. */
static guint
compare (guint       row,
         GArray     *bars,
         JsonArray  *series,
         const char *name)
{
  const TfIndicator *indicator = tf_indicator_find (golden[row].id);
  g_autofree double *out = g_new (double, bars->len * TF_OUTPUTS_MAX);
  gboolean ties_matter = strcmp (golden[row].id, "mfi") == 0;
  double volume = 0, last_typical = 0;
  guint compared = 0, tied = 0;

  for (guint i = 0; i < bars->len; i++)
    volume += g_array_index (bars, TfBar, i).volume;
  tf_indicator_run (indicator, golden[row].params, (TfBar *) bars->data, bars->len, out);
  for (guint i = 0; i < bars->len; i++)
    {
      const TfBar *bar = &g_array_index (bars, TfBar, i);
      double scales[] = { bar->close, 100, volume, 1 };
      double typical = tf_bar_typical (bar);
      double value, expected, tolerance;

      /* Equal typical prices: the last bit of a double decides the money flow for 14 bars. */
      tied = fabs (typical - last_typical) < 1e-12 * typical ? 14 : tied - (tied > 0);
      last_typical = typical;
      if (json_array_get_null_element (series, i) || (ties_matter && tied > 0))
        continue;
      value = out[i * tf_indicator_n_outputs (indicator) + golden[row].line] * golden[row].factor;
      expected = json_array_get_double_element (series, i);
      tolerance = 1e-9 * MAX (fabs (expected), scales[golden[row].scale]);
      if (!(fabs (value - expected) <= tolerance))
        g_error ("%s %s[%u]: %.17g, expected %.17g", name, golden[row].series, i, value, expected);
      compared++;
    }
  return compared;
}

static void
test_golden (gconstpointer data)
{
  const char *name = data, *shared = g_getenv ("TF_SHARED");
  g_autofree char *folder = g_build_filename (shared != NULL ? shared : "", "data", NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GArray) bars = NULL;
  const char *library = "";
  guint compared = 0;

  for (guint row = 0; row < G_N_ELEMENTS (golden); row++)
    {
      JsonObject *root, *input, *all;
      JsonArray *series;

      if (strcmp (golden[row].library, library) != 0)
        {
          g_autofree char *file = g_strdup_printf ("indicators-%s.%s.json", name, golden[row].library);
          g_autofree char *path = g_build_filename (folder, "golden", file, NULL);
          g_autoptr (GError) error = NULL;

          if (!g_file_test (path, G_FILE_TEST_EXISTS))
            {
              g_test_skip ("needs the shared reference data: TF_SHARED/data/golden");
              return;
            }
          json_parser_load_from_file (parser, path, &error);
          g_assert_no_error (error);
          library = golden[row].library;
        }
      root = json_node_get_object (json_parser_get_root (parser));
      input = json_object_get_object_member (root, "input");
      if (bars == NULL)
        {
          const char *file = json_object_get_string_member (input, "file");
          g_autofree char *path = g_build_filename (folder, file, NULL);

          /* All files of a set have the same input. */
          bars = read_bars (path, json_object_get_int_member (input, "first_time"),
                            json_object_get_int_member (input, "last_time"));
        }
      all = json_object_get_object_member (root, "series");
      series = json_object_get_array_member (all, golden[row].series);
      g_assert_nonnull (series);
      g_assert_cmpuint (bars->len, ==, json_object_get_int_member (input, "rows"));
      g_assert_cmpuint (bars->len, ==, json_array_get_length (series));
      compared += compare (row, bars, series, name);
    }
  g_test_message ("%u values compared", compared);
  g_assert_cmpuint (compared, >, 15000);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const sets[] = { "BTCUSDT-1d", "ETHUSDT-1h", "DOGEUSDT-1d", "BTCUSD-1m" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/indicators/table", test_table);
  g_test_add_func ("/indicators/drift", test_drift);
  g_test_add_func ("/indicators/by-hand", test_by_hand);
  for (const TfIndicator *const *i = tf_indicators (); *i != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/indicators/contract/", (*i)->id, NULL);

      g_test_add_data_func (path, *i, test_contract);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autofree char *path = g_strconcat ("/indicators/golden/", sets[i], NULL);

      g_test_add_data_func (path, sets[i], test_golden);
    }
  return g_test_run ();
}
