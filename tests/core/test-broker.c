/* The paper broker's rules, one row each. */
#include "core/trading/order.h"

#include <math.h>

#include "core/base/random.h"

#define HOUR_AT(n) ((n) * TF_HOUR)

/* Half a spread is 50 ppm, and impact with one unit in a bar of 2²⁰ at a volatility of 1/64 is 7.63, that
 * is 8 ppm: taking near 100 costs 0.0058 without a quote and 0.0008 with one. */
static const TfInstrument btc = {
  "BTC-USDT", { 10000 }, { 1 }, { 0 }, .maker_ppm = 200, .taker_ppm = 500, .spread_ppm = 100,
};

typedef struct
{
  const char *name;
  TfOrderType type;
  gint8       side;
  const char *price, *best; /* of the order */
  gint        created;      /* hours */
  const char *open, *high, *low, *last, *bid, *ask;
  /* Expected: no fill where @fill is NULL; time: 'o' for the open's, 't' for the event's. */
  const char *fill, *fee;
  char        time;
  gboolean    maker;
  gint        slippage;
  const char *price_after, *best_after;
} Row;

#define BAR(o, h, l, c) .open = o, .high = h, .low = l, .last = c
#define QUOTE(b, a) .bid = b, .ask = a

/* Each mark is the hour from 1:00 to 2:00, each order for one unit. */
static const Row rows[] = {
  /* Market: at the open, the spread and impact against the taker */
  { "market/buy-candle", TF_ORDER_MARKET, 1, .created = 1, BAR ("100", "101", "99", "100.5"),
    .fill = "100.0058", .fee = "0.0500029", .time = 'o', .slippage = 58 },
  { "market/sell-candle", TF_ORDER_MARKET, -1, .created = 1, BAR ("100", "101", "99", "100.5"),
    .fill = "99.9942", .fee = "0.0499971", .time = 'o', .slippage = 58 },
  { "market/buy-quote", TF_ORDER_MARKET, 1, .created = 1, QUOTE ("99.9", "100"),
    .fill = "100.0008", .fee = "0.0500004", .time = 't', .slippage = 8 },
  { "market/sell-quote", TF_ORDER_MARKET, -1, .created = 1, QUOTE ("100", "100.1"),
    .fill = "99.9992", .fee = "0.0499996", .time = 't', .slippage = 8 },
  { "market/quote-over-range", TF_ORDER_MARKET, 1, .created = 1, BAR ("90", "91", "89", "90"), QUOTE ("99.9", "100"),
    .fill = "100.0008", .fee = "0.0500004", .time = 't', .slippage = 8 },
  { "market/crossed-quote-buy", TF_ORDER_MARKET, 1, .created = 1, QUOTE ("100", "99"),
    .fill = "100.0008", .fee = "0.0500004", .time = 't', .slippage = 8 },
  { "market/crossed-quote-sell", TF_ORDER_MARKET, -1, .created = 1, QUOTE ("101", "100"),
    .fill = "99.9992", .fee = "0.0499996", .time = 't', .slippage = 8 },
  { "market/one-sided-quote", TF_ORDER_MARKET, 1, .created = 1, QUOTE ("99", "") },
  { "market/rounds-against-buyer", TF_ORDER_MARKET, 1, .created = 1, QUOTE ("1", "1.00001"),
    .fill = "1.0001", .fee = "0.00050005", .time = 't', .slippage = 90 },
  { "market/rounds-against-seller", TF_ORDER_MARKET, -1, .created = 1, QUOTE ("1.00001", "1.1"),
    .fill = "1", .fee = "0.0005", .time = 't', .slippage = 10 },
  { "market/candle-under-way", TF_ORDER_MARKET, 1, .created = 2, BAR ("90", "101", "89", "100"),
    .fill = "100.0058", .fee = "0.0500029", .time = 't', .slippage = 58 },
  { "market/mark-before-order", TF_ORDER_MARKET, 1, .created = 3, BAR ("100", "101", "99", "100") },
  { "market/no-prices", TF_ORDER_MARKET, 1, .created = 1 },
  { "market/sell-below-tick", TF_ORDER_MARKET, -1, .created = 1, QUOTE ("0.00005", "0.0002"),
    .fill = "0.00004999", .fee = "0.00000003", .time = 't', .slippage = 200 },

  /* Limit: through, not touched */
  { "limit/buy-away", TF_ORDER_LIMIT, 1, "99", .created = 1, BAR ("100", "101", "99.5", "100"), .best_after = "99.5" },
  { "limit/buy-touch", TF_ORDER_LIMIT, 1, "99", .created = 1, BAR ("100", "101", "99", "100"), .best_after = "99" },
  { "limit/buy-through", TF_ORDER_LIMIT, 1, "99", .created = 1, BAR ("100", "101", "98.9999", "100"),
    .fill = "99", .fee = "0.0198", .time = 't', .maker = TRUE },
  { "limit/buy-far-through", TF_ORDER_LIMIT, 1, "99", .created = 1, BAR ("100", "101", "80", "81"),
    .fill = "99", .fee = "0.0198", .time = 't', .maker = TRUE },
  { "limit/sell-touch", TF_ORDER_LIMIT, -1, "101", .created = 1, BAR ("100", "101", "99", "100"), .best_after = "101" },
  { "limit/sell-through", TF_ORDER_LIMIT, -1, "101", .created = 1, BAR ("100", "101.0001", "99", "100"),
    .fill = "101", .fee = "0.0202", .time = 't', .maker = TRUE },
  { "limit/quote-touch", TF_ORDER_LIMIT, 1, "100", .created = 1, QUOTE ("99", "100"), .best_after = "100" },
  { "limit/quote-through-resting", TF_ORDER_LIMIT, 1, "100", "100.5", .created = 1, QUOTE ("99", "99.9"),
    .fill = "100", .fee = "0.02", .time = 't', .maker = TRUE },
  { "limit/quote-sell-resting", TF_ORDER_LIMIT, -1, "100", "99", .created = 1, QUOTE ("100.1", "101"),
    .fill = "100", .fee = "0.02", .time = 't', .maker = TRUE },
  /* … marketable on arrival: taking, never worse than the limit */
  { "limit/buy-marketable", TF_ORDER_LIMIT, 1, "105", .created = 1, BAR ("100", "101", "99", "100"),
    .fill = "100.0058", .fee = "0.0500029", .time = 'o', .slippage = 58 },
  { "limit/sell-marketable", TF_ORDER_LIMIT, -1, "95", .created = 1, BAR ("100", "101", "99", "100"),
    .fill = "99.9942", .fee = "0.0499971", .time = 'o', .slippage = 58 },
  { "limit/buy-marketable-capped", TF_ORDER_LIMIT, 1, "100.0055", .created = 1, BAR ("100", "101", "99", "100"),
    .fill = "100.0055", .fee = "0.05000275", .time = 'o', .slippage = 55 },
  { "limit/buy-inside-spread-rests", TF_ORDER_LIMIT, 1, "100.0049", .created = 1, BAR ("100", "101", "100", "100.5"),
    .fill = "100.0049", .fee = "0.02000098", .time = 't', .maker = TRUE },
  /* … a gap gives a resting order nothing */
  { "limit/buy-gap-resting", TF_ORDER_LIMIT, 1, "100", "100.5", .created = 1, BAR ("95", "96", "94", "95"),
    .fill = "100", .fee = "0.02", .time = 't', .maker = TRUE },
  { "limit/candle-under-way", TF_ORDER_LIMIT, 1, "99", .created = 2, BAR ("100", "101", "90", "100"), .best_after = "100" },
  { "take-profit/touch", TF_ORDER_TAKE_PROFIT, -1, "101", "100", .created = 1, BAR ("100", "101", "99", "100"),
    .best_after = "101" },
  { "take-profit/through", TF_ORDER_TAKE_PROFIT, -1, "101", "100", .created = 1, BAR ("100", "102", "99", "100"),
    .fill = "101", .fee = "0.0202", .time = 't', .maker = TRUE },

  /* Stop: a touch triggers; the worse of trigger and open */
  { "stop/sell-away", TF_ORDER_STOP, -1, "95", .created = 1, BAR ("100", "101", "95.0001", "100") },
  { "stop/sell-touch", TF_ORDER_STOP, -1, "95", .created = 1, BAR ("100", "101", "95", "100"),
    .fill = "94.9944", .fee = "0.0474972", .time = 't', .slippage = 59 },
  { "stop/sell-gap", TF_ORDER_STOP, -1, "95", .created = 1, BAR ("90", "91", "89", "90"),
    .fill = "89.9947", .fee = "0.04499735", .time = 'o', .slippage = 59 },
  { "stop/buy-touch", TF_ORDER_STOP, 1, "105", .created = 1, BAR ("100", "105", "99", "100"),
    .fill = "105.0061", .fee = "0.05250305", .time = 't', .slippage = 59 },
  { "stop/buy-gap", TF_ORDER_STOP, 1, "105", .created = 1, BAR ("110", "111", "109", "110"),
    .fill = "110.0064", .fee = "0.0550032", .time = 'o', .slippage = 59 },
  { "stop/sell-quote", TF_ORDER_STOP, -1, "95", .created = 1, QUOTE ("95", "95.1"),
    .fill = "94.9992", .fee = "0.0474996", .time = 't', .slippage = 9 },
  { "stop/sell-quote-only-ask", TF_ORDER_STOP, -1, "95", .created = 1, QUOTE ("95.1", "95.2") },
  { "stop/candle-under-way", TF_ORDER_STOP, -1, "95", .created = 2, BAR ("100", "101", "90", "100") },
  { "stop/no-trigger", TF_ORDER_STOP, -1, .created = 1, BAR ("100", "101", "90", "100") },

  /* Trailing stop at 1 %: the old level first, then the bar's extreme */
  { "trailing/starts", TF_ORDER_TRAILING_STOP, -1, .created = 1, BAR ("100", "100.5", "99.5", "100"),
    .price_after = "99.495", .best_after = "100.5" },
  { "trailing/starts-and-hits", TF_ORDER_TRAILING_STOP, -1, .created = 1, BAR ("100", "100.5", "98", "99"),
    .fill = "98.9942", .fee = "0.0494971", .time = 't', .slippage = 59, .price_after = "99" },
  { "trailing/keeps-initial-stop", TF_ORDER_TRAILING_STOP, -1, "99.6", .created = 1, BAR ("100", "100.1", "99.7", "100"),
    .price_after = "99.6", .best_after = "100.1" },
  { "trailing/old-level-first", TF_ORDER_TRAILING_STOP, -1, "99", "100", .created = 1, BAR ("100", "120", "99.5", "119"),
    .price_after = "118.8", .best_after = "120" },
  { "trailing/never-back", TF_ORDER_TRAILING_STOP, -1, "118.8", "120", .created = 1, BAR ("119", "119.5", "118.9", "119"),
    .price_after = "118.8", .best_after = "120" },
  { "trailing/gap", TF_ORDER_TRAILING_STOP, -1, "118.8", "120", .created = 1, BAR ("100", "125", "100", "119"),
    .fill = "99.9942", .fee = "0.0499971", .time = 'o', .slippage = 58, .price_after = "118.8", .best_after = "120" },
  { "trailing/buy-follows-down", TF_ORDER_TRAILING_STOP, 1, "101", "100", .created = 1, BAR ("100", "100.5", "90", "91"),
    .price_after = "90.9", .best_after = "90" },
  { "trailing/buy-hits", TF_ORDER_TRAILING_STOP, 1, "101", "100", .created = 1, BAR ("100", "101", "90", "91"),
    .fill = "101.0059", .fee = "0.05050295", .time = 't', .slippage = 59, .price_after = "101", .best_after = "100" },

  /* What does not fit fills nothing */
  { "overflow/price", TF_ORDER_MARKET, 1, .created = 1, QUOTE ("1", "92233720368.54775807") },
};

static gint64
raw (const char *text)
{
  gint64 value = 0;

  if (text != NULL && *text != '\0')
    g_assert_true (tf_decimal_parse (text, -1, &value, NULL));
  return value;
}

static TfMark
mark_of (const Row *row)
{
  return (TfMark) {
    HOUR_AT (2), HOUR_AT (1), { raw (row->open) }, { raw (row->high) }, { raw (row->low) }, { raw (row->last) },
    { raw (row->bid) }, { raw (row->ask) }, 1.0 / 64, 1048576,
  };
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  TfMark mark = mark_of (row);
  TfOrder order = {
    .id = 1, .type = row->type, .side = row->side, .created = HOUR_AT (row->created), .quantity = { TF_SCALE },
    .price = { raw (row->price) }, .best = { raw (row->best) }, .trail_ppm = 10000,
  };
  TfFill fill = { .time = -1 };
  char text[TF_DECIMAL_SIZE];

  if (row->fill == NULL)
    {
      g_assert_false (tf_broker_match (&btc, &mark, &order, &fill));
      g_assert_cmpint (fill.time, ==, -1);
    }
  else
    {
      g_assert_true (tf_broker_match (&btc, &mark, &order, &fill));
      g_assert_cmpstr (tf_decimal_format (fill.price.raw, text), ==, row->fill);
      g_assert_cmpstr (tf_decimal_format (fill.fee.raw, text), ==, row->fee);
      g_assert_cmpint (fill.notional.raw, ==, fill.price.raw);
      g_assert_cmpint (fill.time, ==, row->time == 'o' ? HOUR_AT (1) : HOUR_AT (2));
      g_assert_cmpint (fill.maker, ==, row->maker);
      g_assert_cmpint (fill.slippage_ppm, ==, row->slippage);
    }
  g_assert_cmpint (order.price.raw, ==, raw (row->price_after != NULL ? row->price_after : row->price));
  g_assert_cmpint (order.best.raw, ==, raw (row->best_after != NULL ? row->best_after : row->best));
}

/* Impact by its definition, and where it is not known. */
static void
test_impact (void)
{
  static const struct { double volatility, volume; const char *quantity; gint ppm; } cases[] = {
    { 0.25, 1, "0.0625", 31250 },    /* 0.5 × 0.25 × 0.25 */
    { 0.25, 1024, "1", 3907 },       /* 3906.25, up */
    { 0.25, 1, "4", 50000 },         /* capped */
    { 1e-9, 1e9, "0.00000001", 1 },  /* never nothing */
    { 0, 1, "1", 5000 },             /* volatility not known: 1 % */
    { 0.0625, 0, "0.1", 31250 },     /* volume not known: as much as a bar */
    { (double) NAN, (double) NAN, "1", 5000 },
    { (double) INFINITY, 1, "1", 50000 },
  };
  TfInstrument fine = btc;

  fine.tick.raw = 1;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TfMark mark = { .time = 2, .open_time = 1, .bid = { 99 * TF_SCALE }, .ask = { 100 * TF_SCALE },
                      .volatility = cases[i].volatility, .volume = cases[i].volume };
      TfOrder order = { .id = 1, .side = 1, .quantity = { raw (cases[i].quantity) } };
      TfFill fill;

      g_assert_true (tf_broker_match (&fine, &mark, &order, &fill));
      g_assert_cmpint (fill.slippage_ppm, ==, cases[i].ppm);
      g_assert_cmpint (fill.price.raw, ==, 100 * TF_SCALE + 100 * cases[i].ppm * G_GINT64_CONSTANT (100));
    }
}

/* Whatever comes: never better than the market was, never worse than a limit, fee at least its rate, or
 * nothing at all. */
static void
test_never_optimistic (void)
{
  TfRandom random;
  guint fills = 0;

  tf_random_seed (&random, 7);
  for (guint i = 0; i < 200000; i++)
    {
      double scale = pow (10, floor (tf_random_uniform (&random) * 20) - 1);
      gint64 a = 1 + (gint64) (tf_random_uniform (&random) * scale);
      gint64 b = 1 + (gint64) (tf_random_uniform (&random) * scale);
      gint64 low = MIN (a, b), high = MAX (a, b);
      gint64 open = low + (gint64) (tf_random_uniform (&random) * (double) (high - low));
      gint64 last = low + (gint64) (tf_random_uniform (&random) * (double) (high - low));
      gboolean quote = tf_random_uniform (&random) < 0.3;
      TfMark mark = { 20, 10, { open }, { high }, { low }, { last }, .volatility = tf_random_uniform (&random) / 8,
                      .volume = tf_random_uniform (&random) * 1000 };
      TfOrder order = {
        .id = 1, .side = tf_random_uniform (&random) < 0.5 ? 1 : -1, .type = tf_random_next (&random) % 5,
        .price = { 1 + (gint64) (tf_random_uniform (&random) * scale) },
        .created = (TfTime) (tf_random_next (&random) % 22),
        .quantity = { 1 + (gint64) (tf_random_uniform (&random) * pow (10, floor (tf_random_uniform (&random) * 19))) },
        .trail_ppm = (gint32) (tf_random_next (&random) % 100000),
      }, before;
      TfInstrument instrument = btc;
      TfFill fill = { .time = -1 };

      instrument.tick.raw = 1 + (gint64) (tf_random_next (&random) % 1000);
      if (quote)
        mark.bid.raw = low, mark.ask.raw = high;
      before = order;
      if (!tf_broker_match (&instrument, &mark, &order, &fill))
        {
          g_assert_cmpint (fill.time, ==, -1);
          continue;
        }
      fills++;
      g_assert_cmpint (fill.quantity.raw, ==, before.quantity.raw);
      g_assert_cmpint (fill.notional.raw, >, 0);
      g_assert_cmpint (fill.time, >=, before.created);
      g_assert_true ((__int128) fill.fee.raw * 1000000
                     >= (__int128) fill.notional.raw * (fill.maker ? btc.maker_ppm : btc.taker_ppm));
      g_assert_cmpint (fill.slippage_ppm, >=, 0);
      if (order.type == TF_ORDER_LIMIT || order.type == TF_ORDER_TAKE_PROFIT)
        g_assert_cmpint (order.side * (order.price.raw - fill.price.raw), >=, 0);
      if (!fill.maker)
        {
          gint64 best = order.side > 0 ? low : high;

          if (quote)
            best = order.side > 0 ? high : low;
          if (fill.price.raw > 1)
            g_assert_cmpint (order.side * (fill.price.raw - best), >, 0);
        }
    }
  g_assert_cmpuint (fills, >, 20000);
}

static void
test_overflow (void)
{
  TfMark mark = { 2, 1, { 100 * TF_SCALE }, { 200 * TF_SCALE }, { 50 * TF_SCALE }, { 100 * TF_SCALE } };

  for (guint type = 0; type <= TF_ORDER_TRAILING_STOP; type++)
    for (gint8 side = -1; side <= 1; side += 2)
      {
        TfOrder order = { .id = 1, .type = (guint8) type, .side = side, .quantity = { G_MAXINT64 } }, before;
        TfFill fill = { .time = -1 };

        order.trail_ppm = 10000;
        if (type != TF_ORDER_MARKET)
          order.price.raw = 100 * TF_SCALE + (type == TF_ORDER_LIMIT ? side * TF_SCALE : 0);
        before = order;
        g_assert_false (tf_broker_match (&btc, &mark, &order, &fill));
        g_assert_cmpint (fill.time, ==, -1);
        g_assert_cmpmem (&order, sizeof order, &before, sizeof before);
      }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/broker/rules/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/broker/impact", test_impact);
  g_test_add_func ("/broker/never-optimistic", test_never_optimistic);
  g_test_add_func ("/broker/overflow", test_overflow);
  return g_test_run ();
}
