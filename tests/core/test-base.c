#include <math.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/fixed.h"
#include "core/base/random.h"
#include "core/base/time.h"

#define INVALID (-2)
#define RANGE (-1)

/* Decimals */

typedef struct { const char *text; gint64 raw; int error; /* 0: none */ const char *formatted; } DecimalRow;

static const DecimalRow decimal_rows[] = {
  { "0", 0, 0, "0" }, { "-0", 0, 0, "0" }, { "+1", TF_SCALE, 0, "1" }, { "007.50", 750000000, 0, "7.5" },
  { ".5", 50000000, 0, "0.5" }, { "5.", 500000000, 0, "5" }, { "0.00000001", 1, 0, "0.00000001" },
  { "-0.00000001", -1, 0, "-0.00000001" }, { "1.000000010", 100000001, 0, "1.00000001" },
  { "0.10000000000000000000000000000000000000", 10000000, 0, "0.1" },
  { "1e-7", 10, 0, "0.0000001" }, { "1.5E+3", 1500 * TF_SCALE, 0, "1500" },
  { "1200e-10", 12, 0, "0.00000012" },
  { "0e99999999", 0, 0, "0" }, { "0.000e-40", 0, 0, "0" },
  { "1e10", 10000000000 * TF_SCALE, 0, "10000000000" },
  { "92233720368.54775807", G_MAXINT64, 0, "92233720368.54775807" },
  { "-92233720368.54775807", -G_MAXINT64, 0, "-92233720368.54775807" },
  { "92233720368.54775808", 0, RANGE }, { "-92233720368.54775808", 0, RANGE }, { "92233720369", 0, RANGE },
  { "1e30", 0, RANGE }, { "1e99999999999", 0, RANGE },
  { "99999999999999999999999999999999999999999999", 0, RANGE },
  { "0.000000001", 0, INVALID }, { "1.123456789", 0, INVALID }, { "1e-9", 0, INVALID },
  { "1.0000000000000000000000000000001", 0, INVALID },
  { "0.0000000000000000000000000000000000000001", 0, INVALID },
  { "1e-99999999", 0, INVALID },
  { "", 0, INVALID }, { "-", 0, INVALID }, { ".", 0, INVALID }, { "NaN", 0, INVALID }, { "inf", 0, INVALID },
  { " 1", 0, INVALID }, { "1 ", 0, INVALID }, { "1,5", 0, INVALID }, { "1.2.3", 0, INVALID },
  { "--1", 0, INVALID },
  { "0x10", 0, INVALID }, { "1e", 0, INVALID }, { "e5", 0, INVALID }, { "1e+", 0, INVALID },
  { "1_000", 0, INVALID },
  { "\xff\xfe", 0, INVALID }, { "12345678901234567890123456789012345678é", 0, INVALID },
};

static void
test_decimal (gconstpointer data)
{
  const DecimalRow *row = data;
  g_autoptr (GError) error = NULL;
  char buffer[TF_DECIMAL_SIZE];
  gint64 raw = 4711;

  g_assert_cmpint (tf_decimal_parse (row->text, -1, &raw, &error), ==, row->error == 0);
  if (row->error != 0)
    {
      g_assert_error (error, TF_ERROR, (row->error == RANGE ? TF_ERROR_RANGE : TF_ERROR_INVALID));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpint (raw, ==, 4711);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpint (raw, ==, row->raw);
  g_assert_cmpstr (tf_decimal_format (raw, buffer), ==, row->formatted);
}

/* What is formatted reads back as the same number, and a length is obeyed. */
static void
test_decimal_round_trip (void)
{
  TfRandom random;
  char buffer[TF_DECIMAL_SIZE + 4];

  tf_random_seed (&random, 1);
  for (guint i = 0; i < 200000; i++)
    {
      gint64 raw = (gint64) tf_random_next (&random) >> (tf_random_next (&random) % 64), back;

      if (raw == G_MININT64)
        continue;
      tf_decimal_format (raw, buffer);
      g_assert_cmpuint (strlen (buffer), <, TF_DECIMAL_SIZE);
      g_assert_true (tf_decimal_parse (buffer, -1, &back, NULL));
      g_assert_cmpint (back, ==, raw);
      strcat (buffer, "9x");
      g_assert_true (tf_decimal_parse (buffer, (gssize) strlen (buffer) - 2, &back, NULL));
      g_assert_cmpint (back, ==, raw);
    }
  g_assert_cmpstr (tf_decimal_format (G_MININT64, buffer), ==, "-92233720368.54775808");
}

static void
test_price_quantity (void)
{
  g_autoptr (GError) error = NULL;
  TfPrice price = { 5 };
  TfQty quantity = { 5 };

  g_assert_true (tf_price_parse ("0.00000001", -1, &price, NULL));
  g_assert_cmpint (price.raw, ==, 1);
  g_assert_true (tf_qty_parse ("0", -1, &quantity, NULL));
  g_assert_cmpint (quantity.raw, ==, 0);
  g_assert_false (tf_price_parse ("0", -1, &price, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (tf_price_parse ("-1", -1, &price, NULL));
  g_assert_false (tf_qty_parse ("-0.1", -1, &quantity, &error));
  g_assert_cmpstr (error->message, ==, "found quantity -0.1, expected 0 or more");
  g_assert_cmpint (price.raw, ==, 1);
}

/* Arithmetic */

typedef struct { gint64 raw, numerator, denominator; gboolean fits; gint64 out; } FractionRow;

static const FractionRow fraction_rows[] = {
  { 10, 1, 4, TRUE, 2 }, { 14, 1, 4, TRUE, 4 }, { 6, 1, 4, TRUE, 2 }, { 7, 1, 4, TRUE, 2 },
  { 5, 1, 4, TRUE, 1 },
  { -10, 1, 4, TRUE, -2 }, { -14, 1, 4, TRUE, -4 }, { 10, -1, 4, TRUE, -2 }, { 10, 1, -4, TRUE, -2 },
  { -14, -1, -4, TRUE, -4 },
  { 1, 1, 3, TRUE, 0 }, { 2, 1, 3, TRUE, 1 }, { -2, 1, 3, TRUE, -1 }, { 0, 5, 7, TRUE, 0 },
  { G_MAXINT64, G_MAXINT64, G_MAXINT64, TRUE, G_MAXINT64 },
  { G_MAXINT64, G_MAXINT64, G_MININT64, TRUE, -G_MAXINT64 + 1 },
  { G_MININT64, G_MININT64, G_MININT64, TRUE, G_MININT64 }, { G_MININT64, 1, 1, TRUE, G_MININT64 },
  { G_MININT64, 1, -1, FALSE, 0 }, { G_MAXINT64, 2, 1, FALSE, 0 }, { G_MAXINT64, 2, 2, TRUE, G_MAXINT64 },
  { G_MININT64, G_MININT64, 1, FALSE, 0 },
};

static void
test_fraction (gconstpointer data)
{
  const FractionRow *row = data;
  gint64 out = 4711;

  g_assert_cmpint (tf_fraction (row->raw, row->numerator, row->denominator, &out), ==, row->fits);
  g_assert_cmpint (out, ==, row->fits ? row->out : 4711);
}

static void
test_arithmetic (void)
{
  TfMoney money = { 3 };
  TfQty quantity = { 3 };

  g_assert_true (tf_notional ((TfPrice) { 9350000000000 }, (TfQty) { 1000 }, &money)); /* 93500 × 0.00001 */
  g_assert_cmpint (money.raw, ==, 93500000);
  /* Half a unit goes to the even 0. */
  g_assert_true (tf_notional ((TfPrice) { 1 }, (TfQty) { 50000000 }, &money));
  g_assert_cmpint (money.raw, ==, 0);
  g_assert_false (tf_notional ((TfPrice) { G_MAXINT64 }, (TfQty) { 2 * TF_SCALE }, &money));
  g_assert_true (tf_money_add ((TfMoney) { G_MAXINT64 - 1 }, (TfMoney) { 1 }, &money));
  g_assert_false (tf_money_add ((TfMoney) { G_MAXINT64 }, (TfMoney) { 1 }, &money));
  g_assert_cmpint (money.raw, ==, G_MAXINT64);
  g_assert_false (tf_qty_add ((TfQty) { G_MININT64 }, (TfQty) { -1 }, &quantity));
  g_assert_cmpint (quantity.raw, ==, 3);
}

static void
test_steps (void)
{
  gint64 raw = 4711;

  g_assert_true (tf_round_to_step (0.3, 10000000, &raw));
  g_assert_cmpint (raw, ==, 30000000);
  g_assert_true (tf_round_to_step (-1.26, 10000000, &raw));
  g_assert_cmpint (raw, ==, -130000000);
  g_assert_true (tf_floor_to_step (1.99, TF_SCALE, &raw));
  g_assert_cmpint (raw, ==, TF_SCALE);
  g_assert_true (tf_floor_to_step (-0.5, TF_SCALE, &raw));
  g_assert_cmpint (raw, ==, -TF_SCALE);
  g_assert_false (tf_round_to_step (NAN, 1, &raw));
  g_assert_false (tf_round_to_step (INFINITY, 1, &raw));
  g_assert_false (tf_floor_to_step (1e11, 1, &raw));
  g_assert_false (tf_floor_to_step (-1e300, TF_SCALE, &raw));
  g_assert_cmpint (raw, ==, -TF_SCALE);

  g_assert_cmpint (tf_ratio_raw (0.5), ==, 50000000);
  g_assert_cmpint (tf_ratio_raw (-1e-8), ==, -1);
  g_assert_cmpint (tf_ratio_raw (NAN), ==, G_MININT64);
  g_assert_cmpint (tf_ratio_raw (-INFINITY), ==, G_MININT64);
  g_assert_cmpint (tf_ratio_raw (1e12), ==, G_MININT64);
}

/* Time */

typedef struct { const char *text; TfTime time; const char *formatted; /* NULL: refused */ } TimeRow;

static const TimeRow time_rows[] = {
  { "1970-01-01", 0, "1970-01-01T00:00:00Z" },
  { "2020-03-12T17:00:00Z", 1584032400 * TF_SECOND, "2020-03-12T17:00:00Z" },
  { "2020-02-29 23:59:59Z", 1583020799 * TF_SECOND, "2020-02-29T23:59:59Z" },
  { "2000-02-29", 951782400 * TF_SECOND, "2000-02-29T00:00:00Z" },
  { "1502942400", 1502942400 * TF_SECOND, "2017-08-17T04:00:00Z" }, { "0", 0, "1970-01-01T00:00:00Z" },
  { "2024-08-08T00:00:00.123456789Z", 1723075200 * TF_SECOND + 123456789, "2024-08-08T00:00:00.123456789Z" },
  { "2024-08-08T00:00:00.120Z", 1723075200 * TF_SECOND + 120000000, "2024-08-08T00:00:00.12Z" },
  { "2261-12-31T23:59:59Z", 9214646399 * TF_SECOND, "2261-12-31T23:59:59Z" },
  { "", 0, NULL }, { "2020", 0, NULL }, { "2020-13-01", 0, NULL }, { "2020-00-01", 0, NULL },
  { "2019-02-29", 0, NULL },
  { "2100-02-29", 0, NULL }, { "2020-3-12", 0, NULL }, { "1969-12-31", 0, NULL }, { "2262-01-01", 0, NULL },
  { "2020-03-12T17:00:00", 0, NULL }, { "2020-03-12T17:00:00+01:00", 0, NULL },
  { "2020-03-12T17:00Z", 0, NULL },
  { "2020-03-12T24:00:00Z", 0, NULL }, { "2020-03-12T17:60:00Z", 0, NULL },
  { "2020-03-12T17:00:60Z", 0, NULL },
  { "2020-03-12T17:00:00.Z", 0, NULL }, { "2020-03-12T17:00:00.1234567890Z", 0, NULL },
  { "2020-03-12Z", 0, NULL },
  { "2020-03-12T17:00:00Zx", 0, NULL }, { "-5", 0, NULL }, { "99999999999999999999", 0, NULL },
  { "12.5", 0, NULL },
  { "9223372037", 0, NULL }, { "\xff\xfe-01-01", 0, NULL },
};

static void
test_time (gconstpointer data)
{
  const TimeRow *row = data;
  g_autoptr (GError) error = NULL;
  char buffer[TF_TIME_SIZE];
  TfTime time = 4711;

  g_assert_cmpint (tf_time_parse (row->text, &time, &error), ==, row->formatted != NULL);
  if (row->formatted == NULL)
    {
      g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpint (time, ==, 4711);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpint (time, ==, row->time);
  g_assert_cmpstr (tf_time_format (time, buffer), ==, row->formatted);
}

static void
test_time_round_trip (void)
{
  TfRandom random;
  char buffer[TF_TIME_SIZE];

  tf_random_seed (&random, 2);
  for (guint i = 0; i < 100000; i++)
    {
      TfTime limit = 9214646400 * TF_SECOND, back;
      TfTime time = (TfTime) (tf_random_next (&random) % (guint64) limit);

      if (i % 3 == 0)
        time -= time % TF_SECOND;
      else if (i % 3 == 1)
        time -= time % (TF_SECOND / 1000);
      g_assert_true (tf_time_parse (tf_time_format (time, buffer), &back, NULL));
      g_assert_cmpint (back, ==, time);
    }

  /* The ends of what 64 bits hold, and days before 1970. */
  g_assert_cmpstr (tf_time_format (G_MAXINT64, buffer), ==, "2262-04-11T23:47:16.854775807Z");
  g_assert_cmpstr (tf_time_format (G_MININT64, buffer), ==, "1677-09-21T00:12:43.145224192Z");
  g_assert_cmpstr (tf_time_format (-1, buffer), ==, "1969-12-31T23:59:59.999999999Z");
  g_assert_cmpint (tf_time_day (0), ==, 0);
  g_assert_cmpint (tf_time_day (TF_DAY - 1), ==, 0);
  g_assert_cmpint (tf_time_day (-1), ==, -1);
  g_assert_cmpint (tf_time_day (-TF_DAY), ==, -1);
  g_assert_cmpint (tf_time_day (-TF_DAY - 1), ==, -2);
  g_assert_cmpint (tf_time_day (G_MININT64), ==, -106752);
}

typedef struct { const char *text; TfTime interval; /* 0: refused */ } IntervalRow;

static const IntervalRow interval_rows[] = {
  { "90s", 90 * TF_SECOND }, { "1m", TF_MINUTE }, { "1h", TF_HOUR }, { "24h", TF_DAY }, { "1d", TF_DAY },
  { "2w", 14 * TF_DAY },
  { "", 0 }, { "0s", 0 }, { "h", 0 }, { "1", 0 }, { "-1h", 0 }, { "+1h", 0 }, { "1.5h", 0 }, { "1hh", 0 },
  { "1 h", 0 },
  { " 1h", 0 }, { "1H", 0 }, { "1y", 0 }, { "999999999999d", 0 }, { "99999999999999999999999s", 0 },
  { "\xff\xfe", 0 },
};

static void
test_interval (gconstpointer data)
{
  const IntervalRow *row = data;
  g_autoptr (GError) error = NULL;
  TfTime interval = 0;

  g_assert_cmpint (tf_interval_parse (row->text, &interval, &error), ==, row->interval != 0);
  g_assert_cmpint (interval, ==, row->interval);
  if (row->interval == 0)
    {
      g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

/* Chance */

static void
test_random_sequence (void)
{
  /* splitmix64 of 0 and 1234567, then xoshiro256++ from the state 1, 2, 3, 4: as the authors’ C code
   * gives. */
  static const guint64 expected[] = {
    41943041, 58720359, G_GUINT64_CONSTANT (3588806011781223), G_GUINT64_CONSTANT (3591011842654386),
    G_GUINT64_CONSTANT (9228616714210784205), G_GUINT64_CONSTANT (9973669472204895162),
  };
  TfRandom random, copy;

  tf_random_seed (&random, 0);
  g_assert_cmphex (random.s[0], ==, G_GUINT64_CONSTANT (0xe220a8397b1dcdaf));
  g_assert_cmphex (random.s[1], ==, G_GUINT64_CONSTANT (0x6e789e6aa1b965f4));
  tf_random_seed (&random, 1234567);
  g_assert_cmpuint (random.s[0], ==, G_GUINT64_CONSTANT (6457827717110365317));
  random = (TfRandom) { { 1, 2, 3, 4 } };
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (tf_random_next (&random), ==, expected[i]);

  tf_random_seed (&random, 99);
  copy = random;
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpfloat (tf_random_normal (&random), ==, tf_random_normal (&copy));
  tf_random_seed (&copy, 100);
  g_assert_cmpuint (tf_random_next (&random), !=, tf_random_next (&copy));
}

/* First four moments, each within five of its own standard errors. */
static void
test_random_moments (void)
{
  const double n = 1000000;
  double normal[5] = { 0 }, uniform[3] = { 0 }, low = 1, high = 0;
  TfRandom random;

  tf_random_seed (&random, 20250101);
  for (guint i = 0; i < (guint) n; i++)
    {
      double x = tf_random_normal (&random), u = tf_random_uniform (&random);

      for (guint k = 1; k < G_N_ELEMENTS (normal); k++)
        normal[k] += pow (x, k) / n;
      uniform[1] += u / n;
      uniform[2] += u * u / n;
      low = MIN (low, u);
      high = MAX (high, u);
    }
  g_assert_cmpfloat_with_epsilon (normal[1], 0, 5 * sqrt (1 / n));
  g_assert_cmpfloat_with_epsilon (normal[2], 1, 5 * sqrt (2 / n));
  g_assert_cmpfloat_with_epsilon (normal[3], 0, 5 * sqrt (15 / n));
  g_assert_cmpfloat_with_epsilon (normal[4], 3, 5 * sqrt (96 / n));
  g_assert_cmpfloat_with_epsilon (uniform[1], 0.5, 5 * sqrt (1 / 12.0 / n));
  g_assert_cmpfloat_with_epsilon (uniform[2], 1 / 3.0, 5 * sqrt (4 / 45.0 / n));
  g_assert_cmpfloat (low, >=, 0);
  g_assert_cmpfloat (high, <, 1);
}

/* Arena */

static void
test_arena (void)
{
  g_autoptr (GByteArray) saved = g_byte_array_new (), again = g_byte_array_new ();
  g_autoptr (TfArena) arena = tf_arena_new (), other = tf_arena_new ();
  g_autoptr (GError) error = NULL;
  gint64 *block = tf_arena_alloc (arena, 3 * sizeof *block), *twin = tf_arena_alloc (other, 3 * sizeof *twin);
  GArray *array = tf_arena_array (arena, sizeof (gint64)), *copy = tf_arena_array (other, sizeof (gint64));

  for (gint64 i = 0; i < 3; i++)
    block[i] = i + 1;
  for (gint64 i = 0; i < 100; i++)
    g_array_append_val (array, i);
  tf_arena_save (arena, saved);
  g_assert_true (tf_arena_restore (other, saved->data, saved->len, &error));
  g_assert_no_error (error);
  tf_arena_save (other, again);
  g_assert_cmpmem (saved->data, saved->len, again->data, again->len);

  /* Every shortened state, and one with more behind it, is refused and changes nothing. */
  twin[0] = 4711;
  for (guint n = 0; n < saved->len; n++)
    {
      g_autofree guint8 *part = g_memdup2 (saved->data, n);

      g_assert_false (tf_arena_restore (other, part, n, NULL));
    }
  g_byte_array_append (saved, (const guint8 *) "x", 1);
  g_assert_false (tf_arena_restore (other, saved->data, saved->len, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_VERSION);
  g_assert_cmpint (twin[0], ==, 4711);
  g_assert_cmpuint (copy->len, ==, 100);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD_ROWS(prefix, rows, function) \
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) \
    { \
      g_autofree char *path = g_strdup_printf ("/base/" prefix "/row-%u", i); \
      g_test_add_data_func (path, &rows[i], function); \
    }
  ADD_ROWS ("decimal", decimal_rows, test_decimal)
  ADD_ROWS ("fraction", fraction_rows, test_fraction)
  ADD_ROWS ("time", time_rows, test_time)
  ADD_ROWS ("interval", interval_rows, test_interval)
  g_test_add_func ("/base/decimal/round-trip", test_decimal_round_trip);
  g_test_add_func ("/base/decimal/price-quantity", test_price_quantity);
  g_test_add_func ("/base/arithmetic", test_arithmetic);
  g_test_add_func ("/base/steps", test_steps);
  g_test_add_func ("/base/time/round-trip", test_time_round_trip);
  g_test_add_func ("/base/random/sequence", test_random_sequence);
  g_test_add_func ("/base/random/moments", test_random_moments);
  g_test_add_func ("/base/arena", test_arena);
  return g_test_run ();
}
