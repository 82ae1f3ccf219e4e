#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/market/candle.h"
#include "core/market/instrument.h"
#include "core/market/regime.h"

static TfPrice
price (const char *text)
{
  TfPrice p = { 0 };

  g_assert_true (tf_decimal_parse (text, -1, &p.raw, NULL));
  return p;
}

/* Candle checks */

typedef struct { const char *name, *open, *high, *low, *close, *volume, *message; } CandleRow;

static const CandleRow candle_rows[] = {
  { "good", "2", "3", "1", "2.5", "0", NULL },
  { "flat", "2", "2", "2", "2", "7", NULL },
  { "zero", "0", "3", "1", "2", "1", "candle 2020-03-12T00:00:00Z: found open 0, expected more than 0" },
  { "negative", "2", "3", "-1", "2", "1", "candle 2020-03-12T00:00:00Z: found low -1, expected more than 0" },
  { "high below open", "4", "3", "1", "2", "1",
    "candle 2020-03-12T00:00:00Z: found open 4, expected at most the high 3" },
  { "high below low", "2", "2", "3", "2", "1",
    "candle 2020-03-12T00:00:00Z: found open 2, expected at least the low 3" },
  { "close below low", "2", "3", "1", "0.5", "1",
    "candle 2020-03-12T00:00:00Z: found close 0.5, expected at least the low 1" },
  { "volume", "2", "3", "1", "2", "-0.1",
    "candle 2020-03-12T00:00:00Z: found volume -0.1, expected 0 or more" },
};

static void
test_candle_check (gconstpointer data)
{
  const CandleRow *row = data;
  g_autoptr (GError) error = NULL;
  TfCandle candle = { 0, price (row->open), price (row->high), price (row->low), price (row->close),
                      { price (row->volume).raw } };

  g_assert_true (tf_time_parse ("2020-03-12", &candle.time, NULL));
  g_assert_cmpint (tf_candle_check (&candle, &error), ==, row->message == NULL);
  if (row->message == NULL)
    g_assert_no_error (error);
  else
    {
      g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, row->message);
    }
}

/* Candle building */

static void
assert_candle (const TfCandle *candle,
               TfTime          time,
               gint64          open,
               gint64          high,
               gint64          low,
               gint64          close,
               gint64          volume)
{
  g_assert_cmpint (candle->time, ==, time);
  g_assert_cmpint (candle->open.raw, ==, open);
  g_assert_cmpint (candle->high.raw, ==, high);
  g_assert_cmpint (candle->low.raw, ==, low);
  g_assert_cmpint (candle->close.raw, ==, close);
  g_assert_cmpint (candle->volume.raw, ==, volume);
}

static gboolean
put (TfCandleBuilder *builder,
     TfTime           time,
     gint64           raw,
     gint64           quantity,
     TfCandle        *closed)
{
  return tf_candle_builder_trade (builder, time, (TfPrice) { raw }, (TfQty) { quantity }, closed);
}

static void
test_builder_trades (void)
{
  TfCandleBuilder builder;
  TfCandle closed;

  tf_candle_builder_init (&builder, TF_MINUTE);
  g_assert_false (tf_candle_builder_close (&builder, 0, &closed));
  g_assert_false (put (&builder, 10 * TF_SECOND, 100, 1, &closed));
  g_assert_false (put (&builder, 20 * TF_SECOND, 120, 2, &closed));
  /* Within the bar the order of arrival counts. */
  g_assert_false (put (&builder, 15 * TF_SECOND, 90, 3, &closed));
  g_assert_true (put (&builder, 60 * TF_SECOND, 105, 4, &closed));
  assert_candle (&closed, 0, 100, 120, 90, 90, 6);

  /* Too late for a closed bar: nothing changes. */
  g_assert_false (put (&builder, 59 * TF_SECOND, 1, 1000, &closed));
  g_assert_false (tf_candle_builder_close (&builder, 2 * TF_MINUTE - 1, &closed));
  g_assert_true (tf_candle_builder_close (&builder, 2 * TF_MINUTE, &closed));
  assert_candle (&closed, TF_MINUTE, 105, 105, 105, 105, 4);
  g_assert_false (tf_candle_builder_close (&builder, 2 * TF_MINUTE, &closed));
  g_assert_false (put (&builder, 119 * TF_SECOND, 1, 1000, &closed));

  /* An hour without a print gives no candle. */
  g_assert_false (put (&builder, TF_HOUR + 1, 200, 1, &closed));
  g_assert_true (put (&builder, TF_HOUR + TF_MINUTE, 210, 1, &closed));
  assert_candle (&closed, TF_HOUR, 200, 200, 200, 200, 1);

  /* A bar that had no trade before the clock passed it is final, too. */
  g_assert_true (tf_candle_builder_close (&builder, TF_HOUR + 5 * TF_MINUTE, &closed));
  g_assert_false (put (&builder, TF_HOUR + 4 * TF_MINUTE, 1, 1, &closed));
  g_assert_false (builder.open);
}

static void
test_builder_edges (void)
{
  TfCandleBuilder builder;
  TfCandle closed;

  /* Before 1970, days start at midnight, too. */
  tf_candle_builder_init (&builder, TF_DAY);
  g_assert_false (put (&builder, -1, 5, G_MAXINT64, &closed));
  g_assert_false (put (&builder, -TF_HOUR, 6, 1, &closed));
  g_assert_true (put (&builder, 0, 7, 1, &closed));
  assert_candle (&closed, -TF_DAY, 5, 6, 5, 6, G_MAXINT64);
}

/* Merging smaller candles is the same as building the large ones from the trades. */
static void
test_builder_merge_property (gconstpointer data)
{
  TfTime interval = *(const TfTime *) data, time = TF_DAY * 365;
  TfCandleBuilder small, large, merged;
  g_autoptr (GArray) direct = g_array_new (FALSE, TRUE, sizeof (TfCandle));
  g_autoptr (GArray) through = g_array_new (FALSE, TRUE, sizeof (TfCandle));
  TfRandom random;
  gint64 raw = 1000000;
  TfCandle closed, closed_large;

  tf_random_seed (&random, (guint64) interval);
  tf_candle_builder_init (&small, TF_MINUTE);
  tf_candle_builder_init (&merged, interval);
  tf_candle_builder_init (&large, interval);
  for (guint i = 0; i < 20000; i++)
    {
      gint64 quantity = (gint64) (tf_random_next (&random) % 1000);

      /* Now and then an outage of up to a few hours. */
      time += (TfTime) (tf_random_uniform (&random) * (double) (i % 500 == 0 ? 5 * TF_HOUR : 30 * TF_SECOND));
      raw += (gint64) (tf_random_next (&random) % 2001) - 1000;
      raw = MAX (raw, 1);
      if (put (&large, time, raw, quantity, &closed))
        g_array_append_val (direct, closed);
      if (put (&small, time, raw, quantity, &closed)
          && tf_candle_builder_merge (&merged, &closed, &closed_large))
        g_array_append_val (through, closed_large);
    }
  g_assert_true (tf_candle_builder_close (&large, time + interval, &closed));
  g_array_append_val (direct, closed);
  g_assert_true (tf_candle_builder_close (&small, time + TF_MINUTE, &closed));
  if (tf_candle_builder_merge (&merged, &closed, &closed_large))
    g_array_append_val (through, closed_large);
  g_assert_true (tf_candle_builder_close (&merged, time + interval, &closed));
  g_array_append_val (through, closed);

  g_assert_cmpuint (direct->len, >, 2);
  g_assert_cmpmem (direct->data, direct->len * sizeof (TfCandle),
                   through->data, through->len * sizeof (TfCandle));
  for (guint i = 0; i < direct->len; i++)
    {
      const TfCandle *candle = &g_array_index (direct, TfCandle, i);

      g_assert_true (tf_candle_check (candle, NULL));
      g_assert_cmpint (candle->time % interval, ==, 0);
      if (i > 0)
        g_assert_cmpint (candle->time, >, candle[-1].time);
    }
}

/* Instruments */

typedef struct { const char *name; gint index; } FindRow;

static const FindRow find_rows[] = {
  { "BTC-USDT", 0 }, { "BTCUSDT", 0 }, { "BTC/USDT", 0 }, { "btc_usdt", 0 }, { "btc", 0 }, { "XBT", 0 },
  { "xbtusdt", 0 },
  { "WBTC", 0 }, { "XBT/USDT", 0 }, { "ETH", 1 }, { "LINK-USDT", 9 }, { "DogeUsdt", 6 },
  { "BTC-USD", -1 }, { "BTCUSD", -1 }, { "BTC-USDC", -1 }, { "", -1 }, { "-", -1 }, { "B", -1 },
  { "USDT", -1 },
  { "BTC-", 0 }, { "XBT WBTC", -1 }, { "LTC", -1 },
  { "BTCUSDTBTCUSDTBTCUSDTBTCUSDTBTCUSDTBTCUSDTBTCUSDTBTCUSDT", -1 },
};

static void
test_find (gconstpointer data)
{
  const FindRow *row = data;
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();

  g_assert_cmpint (tf_universe_find (universe, row->name), ==, row->index);
}

static void
test_universe (void)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfUniverse) copy = tf_universe_copy (universe);
  TfInstrument usdc;

  g_assert_cmpuint (universe->n, ==, 10);
  g_assert_cmpmem (universe->items, universe->n * sizeof (TfInstrument),
                   copy->items, copy->n * sizeof (TfInstrument));
  for (guint i = 0; i < universe->n; i++)
    {
      const TfInstrument *instrument = &universe->items[i];

      g_assert_cmpint (tf_universe_find (universe, instrument->symbol), ==, i);
      g_assert_cmpint (instrument->tick.raw, >, 0);
      g_assert_cmpint (instrument->lot.raw, >, 0);
      g_assert_cmpint (instrument->taker_ppm, >=, instrument->maker_ppm);
      g_assert_cmpint (instrument->spread_ppm, >=, 100);
      g_assert_cmpint (instrument->spread_ppm, <=, 500);
    }

  /* A known symbol keeps its place, a new one gets the next. */
  g_assert_cmpint (tf_universe_add (copy, &universe->items[3]), ==, 3);
  g_assert_true (tf_instrument_guess ("BTC-USDC", &usdc, NULL));
  g_strlcpy (usdc.aliases, "BTC-USD", sizeof usdc.aliases);
  g_assert_cmpint (tf_universe_add (copy, &usdc), ==, 10);
  g_assert_cmpint (tf_universe_find (copy, "BTCUSDC"), ==, 10);
  g_assert_cmpint (tf_universe_find (copy, "BTC-USD"), ==, 10);
  g_assert_cmpint (tf_universe_find (copy, "BTC"), ==, 0);
}

typedef struct { const char *name, *symbol; gint64 tick; gint32 spread_ppm; } GuessRow;

static const GuessRow guess_rows[] = {
  { "LTCUSDT", "LTC-USDT", 1, 1000 }, { "LTC-USDT", "LTC-USDT", 1, 1000 },
  { "HYPE-USD", "HYPE-USD", 1, 1000 },
  { "S-USD", "S-USD", 1, 1000 }, { "kPEPE-USD", "KPEPE-USD", 1, 1000 }, { "1INCH/eur", "1INCH-EUR", 1, 1000 },
  { "LTCBTC", "LTC-BTC", 1, 1000 }, { "BTC-USD", "BTC-USD", 1000000, 100 },
  { "ethusdc", "ETH-USDC", 1000000, 120 },
  { "ETHBTC", "ETH-BTC", 1, 1000 }, { "USDC-USDT", "USDC-USDT", 1, 1000 },
  { "HYPE", NULL }, { "WBTC", NULL }, { "USDT", NULL }, { "-USDT", NULL }, { "", NULL }, { "A-B-USD", NULL },
  { "LT C-USD", NULL }, { "LTC-GBP", NULL }, { "LTCU-SDT", NULL }, { "\xff\xfe-USD", NULL },
  { "ABCDEFGHIJKLMNOPQRST-USDT", NULL },
};

static void
test_guess (gconstpointer data)
{
  const GuessRow *row = data;
  g_autoptr (GError) error = NULL;
  TfInstrument instrument;
  gboolean done = tf_instrument_guess (row->name, &instrument, &error);

  if (row->symbol == NULL)
    {
      g_assert_false (done);
      g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpstr (instrument.symbol, ==, row->symbol);
  g_assert_cmpint (instrument.tick.raw, ==, row->tick);
  g_assert_cmpint (instrument.spread_ppm, ==, row->spread_ppm);
  g_assert_cmpint (instrument.lot.raw, >, 0);
  g_assert_cmpint (instrument.min_notional.raw, >, 0);
}

/* Regimes */

typedef struct { TfRegimeKind kind; double mean, deviation; } RegimeRow;

static const RegimeRow regime_rows[] = {
  { TF_REGIME_TREND_UP, 0.4, 0.95 },
  { TF_REGIME_TREND_DOWN, -0.4, 0.95 },
  { TF_REGIME_RANGE, 0, 0.6 },
  { TF_REGIME_TURBULENT, 0, 2.5 },
};

static void
assert_probabilities (const TfRegime *regime)
{
  double sum = 0;

  for (guint i = 0; i < TF_REGIMES; i++)
    {
      g_assert_cmpfloat (regime->p[i], >, 0);
      sum += regime->p[i];
    }
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-12);
}

/* After usual bars, a stretch of one kind is called by its name most of the time. */
static void
test_regime_recognised (gconstpointer data)
{
  const RegimeRow *row = data;
  TfRegimeFilter filter;
  TfRegime regime;
  TfRandom random;
  double mass = 0;
  guint bars = 0;

  tf_random_seed (&random, 7);
  for (guint run = 0; run < 20; run++)
    {
      TfBar bar = { .close = 100 };

      tf_regime_filter_init (&filter);
      for (guint i = 0; i < 260; i++)
        {
          gboolean usual = i < 200;
          double mean = usual ? 0 : row->mean, deviation = usual ? 1 : row->deviation;

          bar.close *= exp (0.01 * (mean + deviation * tf_random_normal (&random)));
          tf_regime_filter_update (&filter, &bar, &regime);
          assert_probabilities (&regime);
          if (i >= 220)
            {
              mass += regime.p[row->kind];
              bars++;
            }
        }
    }
  g_assert_cmpfloat (mass / bars, >, 0.55);
}

static void
test_regime_edges (void)
{
  const double closes[] = { 100, 0, -5, NAN, INFINITY, 1e-300, 1e300, 100 };
  TfRegimeFilter filter, twin;
  TfRegime regime, other;
  TfBar bar = { .close = 100 };

  tf_regime_filter_init (&filter);
  for (guint i = 0; i < 50; i++) /* a price that stands still */
    tf_regime_filter_update (&filter, &bar, &regime);
  assert_probabilities (&regime);
  for (guint round = 0; round < 30; round++)
    for (guint i = 0; i < G_N_ELEMENTS (closes); i++)
      {
        bar.close = closes[i];
        tf_regime_filter_update (&filter, &bar, &regime);
        assert_probabilities (&regime);
      }

  /* Up and down are mirror images. */
  tf_regime_filter_init (&filter);
  tf_regime_filter_init (&twin);
  for (guint i = 0; i < 300; i++)
    {
      double x = 0.01 * sin (i * 0.7) + 0.002 * cos (i * 0.05);

      bar.close = i == 0 ? 1 : bar.close * exp (x);
      tf_regime_filter_update (&filter, &bar, &regime);
      tf_regime_filter_update (&twin, &(TfBar) { .close = 1 / bar.close }, &other);
    }
  g_assert_cmpfloat_with_epsilon (regime.p[TF_REGIME_TREND_UP], other.p[TF_REGIME_TREND_DOWN], 1e-9);
  g_assert_cmpfloat_with_epsilon (regime.p[TF_REGIME_RANGE], other.p[TF_REGIME_RANGE], 1e-9);
  for (guint i = 0; i < TF_REGIMES; i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpstr (tf_regime_name (i), !=, tf_regime_name (j));
}

int
main (int   argc,
      char *argv[])
{
  static const TfTime intervals[] = { 5 * TF_MINUTE, 15 * TF_MINUTE, TF_HOUR, 4 * TF_HOUR, TF_DAY };

  g_test_init (&argc, &argv, NULL);
#define ADD_ROWS(prefix, rows, name, function) \
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) \
    { \
      g_autofree char *path = g_strdup_printf ("/market/" prefix "/%u-%s", i, name); \
      g_strdelimit (path + strlen ("/market/" prefix "/"), "/", ':'); \
      g_test_add_data_func (path, &rows[i], function); \
    }
  ADD_ROWS ("candle/check", candle_rows, candle_rows[i].name, test_candle_check)
  ADD_ROWS ("candle/merge", intervals, "interval", test_builder_merge_property)
  ADD_ROWS ("instrument/find", find_rows, "name", test_find)
  ADD_ROWS ("instrument/guess", guess_rows, "name", test_guess)
  ADD_ROWS ("regime", regime_rows, tf_regime_name (regime_rows[i].kind), test_regime_recognised)
  g_test_add_func ("/market/candle/trades", test_builder_trades);
  g_test_add_func ("/market/candle/edges", test_builder_edges);
  g_test_add_func ("/market/instrument/universe", test_universe);
  g_test_add_func ("/market/regime/edges", test_regime_edges);
  return g_test_run ();
}
