/* The double-entry ledger: it sums to 0 after any history, to the last unit. */
#include "core/trading/ledger.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/random.h"

static gint64
raw (const char *text)
{
  gint64 value = 0;

  g_assert_true (tf_decimal_parse (text, -1, &value, NULL));
  return value;
}

static TfLedger *
ledger_new (guint       n_voters,
            guint       n_instruments,
            const char *capital)
{
  TfLedger *self = g_malloc (tf_ledger_size (n_voters, n_instruments));

  tf_ledger_init (self, n_voters, n_instruments, (TfMoney) { raw (capital) });
  return self;
}

/* One voter, one instrument: fills in a row, and what is booked after the last. */
typedef struct
{
  const char *name;
  struct { gint side; const char *quantity, *notional, *fee; } fills[4];
  const char *realized; /* of the last fill */
  const char *quantity, *cost, *trip, *cash, *all_realized, *fees;
  guint       trades, wins;
} Row;

static const Row rows[] = {
  { "open-long", { { 1, "2", "200", "1" } }, "0", "2", "200", "-1", "99799", "0", "1", 0, 0 },
  { "open-short", { { -1, "2", "200", "1" } }, "0", "-2", "-200", "-1", "100199", "0", "1", 0, 0 },
  { "add", { { 1, "2", "200", "1" }, { 1, "1", "130", "1" } }, "0", "3", "330", "-2", "99668", "0", "2", 0, 0 },
  { "reduce", { { 1, "3", "330", "1" }, { -1, "1", "120", "1" } }, "10", "2", "220", "8", "99788", "10", "2", 0, 0 },
  { "close-win", { { 1, "2", "200", "1" }, { -1, "2", "210", "1" } }, "10", "0", "0", "0", "100008", "10", "2", 1, 1 },
  { "close-loss", { { 1, "2", "200", "1" }, { -1, "2", "190", "1" } }, "-10", "0", "0", "0", "99988", "-10", "2", 1, 0 },
  { "close-short", { { -1, "2", "200", "1" }, { 1, "2", "190", "1" } }, "10", "0", "0", "0", "100008", "10", "2", 1, 1 },
  { "gain-below-fees", { { 1, "2", "200", "6" }, { -1, "2", "210", "6" } }, "10", "0", "0", "0", "99998", "10", "12", 1, 0 },
  { "flip-to-short", { { 1, "2", "200", "0" }, { -1, "6", "660", "3" } }, "20", "-4", "-440", "-2", "100457", "20", "3", 1, 1 },
  { "flip-to-long", { { -1, "2", "200", "0" }, { 1, "6", "660", "3" } }, "-20", "4", "440", "-2", "99537", "-20", "3", 1, 0 },
  { "round-trip-over-parts", { { 1, "2", "200", "0" }, { -1, "1", "50", "0" }, { -1, "1", "160", "0" } },
    "60", "0", "0", "0", "100010", "10", "0", 1, 1 },
  /* 10 units of cost in three parts: 3, then 3.5 to even, then the rest; nothing is left over */
  { "thirds", { { 1, "3", "0.0000001", "0" }, { -1, "1", "0.00000003", "0" }, { -1, "1", "0.00000003", "0" },
                { -1, "1", "0.00000003", "0" } }, "0", "0", "0", "0", "99999.99999999", "-0.00000001", "0", 1, 0 },
};

static void
assert_money (TfMoney     found,
              const char *expected)
{
  char text[TF_DECIMAL_SIZE];

  g_assert_cmpstr (tf_decimal_format (found.raw, text), ==, expected);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autofree TfLedger *ledger = ledger_new (1, 1, "100000");
  g_autoptr (GError) error = NULL;
  TfMoney realized = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (row->fills) && row->fills[i].side != 0; i++)
    {
      TfFill fill = { .quantity = { raw (row->fills[i].quantity) }, .notional = { raw (row->fills[i].notional) },
                      .fee = { raw (row->fills[i].fee) } };

      g_assert_true (tf_ledger_fill (ledger, 0, 0, row->fills[i].side, &fill, &realized, &error));
      g_assert_no_error (error);
      g_assert_true (tf_ledger_check (ledger, &error));
      g_assert_no_error (error);
    }
  assert_money (realized, row->realized);
  assert_money ((TfMoney) { tf_ledger_position (ledger, 0, 0)->quantity.raw }, row->quantity);
  assert_money (tf_ledger_position (ledger, 0, 0)->cost, row->cost);
  assert_money (tf_ledger_position (ledger, 0, 0)->trip, row->trip);
  assert_money (ledger->cash, row->cash);
  assert_money (tf_ledger_voter (ledger, 0)->realized, row->all_realized);
  assert_money (tf_ledger_voter (ledger, 0)->fees, row->fees);
  g_assert_cmpuint (tf_ledger_voter (ledger, 0)->trades, ==, row->trades);
  g_assert_cmpuint (tf_ledger_voter (ledger, 0)->wins, ==, row->wins);
}

static gint64
magnitude (TfRandom *random,
           guint     digits)
{
  return 1 + (gint64) (tf_random_uniform (random) * pow (10, tf_random_uniform (random) * digits));
}

#define N_VOTERS 40
#define N_INSTRUMENTS 10

/* 100,000 fills of many voters, from 1e-8 to as much as @digits of raw units, checked after each; what
 * overflows leaves no trace. Then, where nothing did, all is closed and every unit accounted for. */
static void
test_any_history (gconstpointer digits)
{
  g_autofree TfLedger *ledger = ledger_new (N_VOTERS, N_INSTRUMENTS, "100000");
  gsize size = tf_ledger_size (N_VOTERS, N_INSTRUMENTS);
  g_autofree TfLedger *before = g_malloc (size);
  g_autoptr (GError) error = NULL;
  TfPrice prices[N_INSTRUMENTS] = { { 0 } };
  TfMoney equity, realized_sum = { 0 };
  TfRandom random;
  guint refused = 0, trades = 0, counted = 0, size_of = GPOINTER_TO_UINT (digits);
  gint64 realized = 0, fees = 0;

  tf_random_seed (&random, 2);
  for (guint i = 0; i < 100000; i++)
    {
      guint voter = (guint) (tf_random_next (&random) % N_VOTERS);
      guint instrument = (guint) (tf_random_next (&random) % N_INSTRUMENTS);
      gint side = tf_random_next (&random) % 2 ? 1 : -1;
      const TfPosition *position = tf_ledger_position (ledger, voter, instrument);
      TfFill fill = { .price = { magnitude (&random, size_of) }, .quantity = { magnitude (&random, size_of) } };
      gint64 held = position->quantity.raw;
      TfMoney earned = { 77 };

      if (held != 0 && tf_random_next (&random) % 3 == 0)
        {
          side = held > 0 ? -1 : 1;
          fill.quantity.raw = ABS (held);
        }
      if (!tf_notional (fill.price, fill.quantity, &fill.notional) || fill.notional.raw == 0)
        continue;
      fill.fee.raw = fill.notional.raw / (1 + (gint64) (tf_random_next (&random) % 2000));
      memcpy (before, ledger, size);
      if (!tf_ledger_fill (ledger, voter, instrument, side, &fill, &earned, &error))
        {
          g_assert_error (error, TF_ERROR, TF_ERROR_RANGE);
          g_clear_error (&error);
          g_assert_cmpmem (ledger, size, before, size);
          g_assert_cmpint (earned.raw, ==, 77);
          refused++;
          continue;
        }
      prices[instrument] = fill.price;
      g_assert_true (tf_money_add (realized_sum, earned, &realized_sum));
      trades += held != 0 && (position->quantity.raw == 0 || (held > 0) != (position->quantity.raw > 0));
      g_assert_cmpint (position->quantity.raw, ==, held + side * fill.quantity.raw);
      g_assert_true (tf_ledger_check (ledger, &error));
      g_assert_no_error (error);
    }
  if (size_of > 13)
    {
      g_assert_cmpuint (refused, >, 1000);
      return;
    }
  g_assert_cmpuint (refused, ==, 0);

  for (guint v = 0; v < N_VOTERS; v++)
    for (guint i = 0; i < N_INSTRUMENTS; i++)
      {
        gint64 held = tf_ledger_position (ledger, v, i)->quantity.raw;
        TfFill fill = { .quantity = { ABS (held) } };

        if (held == 0)
          continue;
        trades++;
        fill.notional.raw = 1 + (gint64) (tf_random_next (&random) % (100 * TF_SCALE));
        fill.fee.raw = (gint64) (tf_random_next (&random) % TF_SCALE);
        g_assert_true (tf_ledger_fill (ledger, v, i, held > 0 ? -1 : 1, &fill, NULL, &error));
        g_assert_no_error (error);
        g_assert_cmpint (tf_ledger_position (ledger, v, i)->cost.raw, ==, 0);
        g_assert_true (tf_ledger_check (ledger, &error));
      }
  for (guint v = 0; v < N_VOTERS; v++)
    {
      realized += tf_ledger_voter (ledger, v)->realized.raw;
      fees += tf_ledger_voter (ledger, v)->fees.raw;
      counted += tf_ledger_voter (ledger, v)->trades;
    }
  g_assert_cmpuint (counted, ==, trades);
  g_assert_cmpint (ledger->realized.raw, ==, -realized);
  g_assert_true (tf_ledger_equity (ledger, prices, &equity));
  g_assert_cmpint (equity.raw, ==, 100000 * TF_SCALE + realized - fees);
  g_assert_cmpint (equity.raw, ==, ledger->cash.raw);
}

/* Equity with open positions: capital + realised + unrealised − fees, also where voters hold against each
 * other. */
static void
test_equity (void)
{
  g_autofree TfLedger *ledger = ledger_new (2, 2, "1000");
  TfFill buy = { .quantity = { raw ("2") }, .notional = { raw ("200") }, .fee = { raw ("0.5") } };
  TfFill sell = { .quantity = { raw ("2") }, .notional = { raw ("210") }, .fee = { raw ("0.5") } };
  TfPrice prices[2] = { { raw ("300") }, { 0 } };
  TfMoney equity = { 5 };

  g_assert_true (tf_ledger_fill (ledger, 0, 0, 1, &buy, NULL, NULL));
  g_assert_true (tf_ledger_equity (ledger, prices, &equity));
  assert_money (equity, "1399.5");
  g_assert_true (tf_ledger_fill (ledger, 1, 0, -1, &sell, NULL, NULL));
  g_assert_cmpint (tf_ledger_net (ledger, 0)->quantity.raw, ==, 0);
  assert_money (tf_ledger_net (ledger, 0)->cost, "-10");
  g_assert_true (tf_ledger_equity (ledger, prices, &equity));
  assert_money (equity, "1009");
  /* Without a price a position counts at cost. */
  g_assert_true (tf_ledger_fill (ledger, 1, 1, -1, &sell, NULL, NULL));
  g_assert_true (tf_ledger_equity (ledger, prices, &equity));
  assert_money (equity, "1008.5");
  prices[1].raw = G_MAXINT64;
  g_assert_false (tf_ledger_equity (ledger, prices, &equity));
  assert_money (equity, "1008.5");
}

static void
test_overflow (void)
{
  g_autofree TfLedger *ledger = ledger_new (2, 1, "92233720368.54775807");
  gsize size = tf_ledger_size (2, 1);
  g_autofree TfLedger *before = g_malloc (size);
  const struct { gint side; TfFill fill; TfError code; } cases[] = {
    { -1, { .quantity = { 1 }, .notional = { 1 } }, TF_ERROR_RANGE },                 /* cash */
    { 1, { .quantity = { 0 }, .notional = { 1 } }, TF_ERROR_INVALID },
    { 1, { .quantity = { -1 }, .notional = { 1 } }, TF_ERROR_INVALID },
    { 1, { .quantity = { 1 }, .notional = { 0 } }, TF_ERROR_INVALID },
    { 1, { .quantity = { 1 }, .notional = { -1 } }, TF_ERROR_INVALID },
    { 1, { .quantity = { 1 }, .notional = { 1 }, .fee = { -1 } }, TF_ERROR_INVALID },
  };
  TfFill one = { .quantity = { 1 }, .notional = { 1 } }, most = { .quantity = { G_MAXINT64 }, .notional = { 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      memcpy (before, ledger, size);
      g_assert_false (tf_ledger_fill (ledger, 0, 0, cases[i].side, &cases[i].fill, NULL, &error));
      g_assert_error (error, TF_ERROR, (gint) cases[i].code);
      g_assert_cmpmem (ledger, size, before, size);
    }
  /* A position to the edge of the numbers, on either side, and back. */
  g_assert_true (tf_ledger_fill (ledger, 0, 0, 1, &most, NULL, NULL));
  memcpy (before, ledger, size);
  g_assert_false (tf_ledger_fill (ledger, 0, 0, 1, &one, NULL, NULL));
  g_assert_false (tf_ledger_fill (ledger, 1, 0, 1, &one, NULL, NULL));
  g_assert_cmpmem (ledger, size, before, size);
  g_assert_true (tf_ledger_fill (ledger, 0, 0, -1, &most, NULL, NULL));
  g_assert_true (tf_ledger_fill (ledger, 0, 0, 1, &one, NULL, NULL));
  g_assert_true (tf_ledger_fill (ledger, 0, 0, -1, &one, NULL, NULL));
  g_assert_true (tf_ledger_fill (ledger, 0, 0, 1, &one, NULL, NULL));
  g_assert_true (tf_ledger_fill (ledger, 0, 0, -1, &most, NULL, NULL));
  g_assert_cmpint (tf_ledger_position (ledger, 0, 0)->quantity.raw, ==, 1 - G_MAXINT64);
  memcpy (before, ledger, size);
  most.quantity.raw = 2;
  g_assert_false (tf_ledger_fill (ledger, 0, 0, -1, &most, NULL, NULL));
  g_assert_cmpmem (ledger, size, before, size);
  g_assert_true (tf_ledger_check (ledger, NULL));
}

/* Any unit that is changed by hand is found. */
static void
test_check_finds (void)
{
  gsize size = tf_ledger_size (3, 2), first = G_STRUCT_OFFSET (TfLedger, capital);
  gsize trips = 0;
  g_autofree TfLedger *ledger = ledger_new (3, 2, "1000");
  TfFill fill = { .quantity = { raw ("2") }, .notional = { raw ("200") }, .fee = { raw ("0.5") } };

  g_assert_true (tf_ledger_fill (ledger, 1, 1, 1, &fill, NULL, NULL));
  g_assert_true (tf_ledger_check (ledger, NULL));
  for (gsize at = first; at + sizeof (gint64) <= size - 3 * sizeof (TfSubLedger); at += sizeof (gint64))
    {
      gint64 *word = (gint64 *) ((guint8 *) ledger + at);

      *word += 1;
      if (tf_ledger_check (ledger, NULL))
        trips++; /* a round trip under way, which is no ledger account, or that of a net */
      *word -= 1;
    }
  g_assert_cmpuint (trips, ==, 3);
}

/* freqtrade's own fixture: 179 closed trades in BTC. Notional by the file's stake and rates; the fees are
 * those of both sides at 0.25 %. */
static void
test_freqtrade (void)
{
  g_autofree char *path = NULL, *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree TfLedger *ledger = ledger_new (1, 1, "0.01");
  const TfSubLedger *sub = tf_ledger_voter (ledger, 0);
  double profit = 0, residual = 0;
  guint n = 0;
  TfMoney equity;

  if (g_getenv ("TF_SHARED") == NULL)
    {
      g_test_skip ("TF_SHARED is not set");
      return;
    }
  path = g_build_filename (g_getenv ("TF_SHARED"), "data", "trades", "freqtrade-fixture-ledger.csv", NULL);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    {
      g_test_skip ("no ../shared/data/trades/freqtrade-fixture-ledger.csv");
      return;
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) f = g_strsplit (lines[i], ",", -1);
      double amount = g_ascii_strtod (f[4], NULL), expected = g_ascii_strtod (f[11], NULL);
      double entry = g_ascii_strtod (f[6], NULL), out = g_ascii_strtod (f[7], NULL);
      gint side = g_str_equal (f[3], "long") ? 1 : -1;
      TfFill fill = { 0 };
      TfMoney before = ledger->cash;

      g_assert_true (tf_round_to_step (amount, 1, &fill.quantity.raw));
      g_assert_true (tf_round_to_step (amount * entry, 1, &fill.notional.raw));
      g_assert_true (tf_round_to_step (amount * entry * g_ascii_strtod (f[8], NULL), 1, &fill.fee.raw));
      g_assert_true (tf_ledger_fill (ledger, 0, 0, side, &fill, NULL, NULL));
      g_assert_true (tf_round_to_step (amount * out, 1, &fill.notional.raw));
      g_assert_true (tf_round_to_step (amount * out * g_ascii_strtod (f[9], NULL), 1, &fill.fee.raw));
      g_assert_true (tf_ledger_fill (ledger, 0, 0, -side, &fill, NULL, NULL));
      g_assert_true (tf_ledger_check (ledger, NULL));
      /* golden/ledger-freqtrade.json: from rates each profit is within 5.1128e-06 of the one in the file;
       * ours rounds four amounts to 1e-8 more. */
      residual = MAX (residual, fabs ((double) (ledger->cash.raw - before.raw) / TF_SCALE - expected));
      profit += expected;
      n++;
    }
  g_assert_cmpuint (n, ==, 179);
  g_assert_cmpuint (sub->trades, ==, n);
  g_assert_cmpfloat (residual, <=, 5.1127819548871679e-06 + 2e-8);
  g_assert_true (fabs (profit - 0.0010419029856968845) < 1e-12);
  g_assert_true (tf_ledger_equity (ledger, &(TfPrice) { 0 }, &equity));
  g_assert_cmpint (equity.raw, ==, raw ("0.01") + sub->realized.raw - sub->fees.raw);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/ledger/fills/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_data_func ("/ledger/any-history/usual", GUINT_TO_POINTER (13), test_any_history);
  g_test_add_data_func ("/ledger/any-history/huge", GUINT_TO_POINTER (18), test_any_history);
  g_test_add_func ("/ledger/equity", test_equity);
  g_test_add_func ("/ledger/overflow", test_overflow);
  g_test_add_func ("/ledger/check-finds", test_check_finds);
  g_test_add_func ("/ledger/freqtrade", test_freqtrade);
  return g_test_run ();
}
