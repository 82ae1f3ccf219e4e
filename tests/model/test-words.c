#include <math.h>

#include "model/words.h"

#define N "\xc2\xa0"         /* no-break space */
#define M "\xe2\x88\x92"     /* minus */
#define U "\xe2\x80\x93"     /* unknown */

typedef struct
{
  const char *name;
  char     *(*words) (double value);
  double      value;
  const char *expected;
} Row;

static char *
money (double value)
{
  return tf_words_money ((TfMoney) { tf_ratio_raw (value) });
}

static char *
change (double value)
{
  return tf_words_money_change ((TfMoney) { tf_ratio_raw (value) });
}

static char *
percent (double value)
{
  return tf_words_percent (value, 1);
}

static char *
percent_change (double value)
{
  return tf_words_percent_change (value, 2);
}

static char *
count (double value)
{
  return tf_words_count ((gint64) value);
}

static char *
quantity (double value)
{
  return tf_words_quantity ((TfQty) { tf_ratio_raw (value) });
}

static char *
price (double value)
{
  return tf_words_price ((TfPrice) { tf_ratio_raw (value) });
}

static char *
age (double value)
{
  return tf_words_age ((TfTime) (value * TF_SECOND));
}

static char *
elapsed (double value)
{
  return tf_words_elapsed ((TfTime) (value * TF_SECOND));
}

static char *
number (double value)
{
  return tf_words_number (value, 2);
}

static const Row rows[] = {
  { "money", money, 301482.1, "$301,482.10" },
  { "money/negative", money, -3, M "$3.00" },
  { "money/nothing", money, -0.001, "$0.00" },
  { "money/half-to-even", money, 0.125, "$0.12" },
  { "money/large", money, 1234567890.5, "$1,234,567,890.50" },
  { "change", change, 482.1, "+$482.10" },
  { "change/none", change, 0, "$0.00" },
  { "percent", percent, 0.124, "12.4" N "%" },
  { "percent/unknown", percent, NAN, U },
  { "percent-change", percent_change, 0.0124, "+1.24" N "%" },
  { "percent-change/loss", percent_change, -0.5, M "50.00" N "%" },
  { "percent-change/rounded-to-none", percent_change, -0.00001, "0.00" N "%" },
  { "count", count, 1234567, "1,234,567" },
  { "count/small", count, 999, "999" },
  { "quantity", quantity, 1234.125, "1,234.125" },
  { "quantity/whole", quantity, 12, "12" },
  { "price/large", price, 98120.5, "98,120.50" },
  { "price/small", price, 0.38214, "0.38214" },
  { "price/none", price, 0, U },
  { "r", tf_words_r, 0.42, "+0.42" N "R" },
  { "r/unknown", tf_words_r, NAN, U },
  { "number", number, -1234.5, M "1,234.50" },
  { "age/seconds", age, 12, "12 s" },
  { "age/minutes", age, 190, "3 min" },
  { "age/hours", age, 7300, "2 h" },
  { "age/days", age, 5 * 86400, "5 d" },
  { "age/future", age, -5, "0 s" },
  { "elapsed", elapsed, 134, "02:14" },
  { "elapsed/hours", elapsed, 3734, "1:02:14" },
};

static void
test_number (gconstpointer data)
{
  const Row *row = data;
  g_autofree char *text = row->words (row->value);

  g_assert_cmpstr (text, ==, row->expected);
}

static void
test_compared (void)
{
  const struct { const char *reason; double value, limit; const char *expected; } compared[] = {
    { "confidence", 0.71, 0.85, "0.71 < 0.85" },
    { "confidence", 0.8499, 0.85, "0.8499 < 0.8500" },
    { "daily-loss", 0.031, 0.03, "3.1" N "% > 3.0" N "%" },
    { "too-old", 90000, 86400, "25 h > 24 h" },
    { "quorum", 2, 3, "2 < 3" },
    { "exploration-budget", 29.91, 30, "$29.91 of $30.00" },
    { "not-followed", 0, 1, NULL },
    { "never heard of", 0, 1, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (compared); i++)
    {
      g_autofree char *text = tf_words_compared (compared[i].reason, tf_ratio_raw (compared[i].value),
                                                 tf_ratio_raw (compared[i].limit));

      g_assert_cmpstr (text, ==, compared[i].expected);
    }
}

/* Nobody should ever see a machine id: each refusal of the gate has words. */
static void
test_reasons (void)
{
  for (guint i = 0; i < TF_N_REFUSALS; i++)
    g_assert_cmpstr (tf_words_reason (tf_refusal_name ((TfRefusal) i)), !=, tf_refusal_name ((TfRefusal) i));
  g_assert_cmpstr (tf_words_reason ("never heard of"), ==, "never heard of");
}

static void
test_record (void)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfConfig) config = tf_config_new_default ("demo", universe, TF_MINUTE, 1);
  const char *bot = config->bots[0].id;
  TfRecord record = {
    .kind = TF_RECORD_FILL, .code = 1, .account = "angry", .origin = bot, .instrument = "BTC-USDT", .reason = "entry",
    .price = 98120 * TF_SCALE, .quantity = TF_SCALE / 8, .text = "taker",
  };
  g_autofree char *bought = tf_words_record (&record, config), *verdict = NULL;
  g_autofree char *expected = g_strdup_printf ("angry bought 0.125 BTC at 98,120.00 (%s)", config->bots[0].title);

  g_assert_cmpstr (bought, ==, expected);
  record.kind = TF_RECORD_VERDICT;
  record.code = TF_VERDICT_REJECTED;
  record.reason = "confidence";
  record.value = tf_ratio_raw (0.71);
  record.limit = tf_ratio_raw (0.85);
  verdict = tf_words_record (&record, config);
  g_assert_nonnull (strstr (verdict, "0.71 < 0.85"));
  /* Each kind has a sentence, whatever is in the entry. */
  for (guint kind = 0; kind < TF_N_RECORDS; kind++)
    {
      TfRecord empty = { .kind = (TfRecordKind) kind, .account = "", .origin = "", .instrument = "", .reason = "stop", .text = "" };
      g_autofree char *text = tf_words_record (&empty, NULL);

      g_assert_cmpstr (text, !=, "");
    }
}

/* An order that only waits has reached nothing yet. */
static void
test_orders (void)
{
  static const struct { const char *type, *reason; gint64 price; const char *sentence, *why; } orders[] = {
    { "market", "entry", 0, "angry: market order to sell 32.9 SOL (somebody)", "entry" },
    { "market", "time", 0, "angry: market order to sell 32.9 SOL, time is up (somebody)", "time is up" },
    { "stop", "stop", 18162 * (TF_SCALE / 100), "angry: stop order to sell 32.9 SOL at 181.620 (somebody)", "limits the loss" },
    { "trailing-stop", "stop", 18162 * (TF_SCALE / 100), "angry: trailing stop to sell 32.9 SOL at 181.620 (somebody)",
      "limits the loss" },
    { "take-profit", "target", 18162 * (TF_SCALE / 100), "angry: take-profit order to sell 32.9 SOL at 181.620 (somebody)",
      "takes the profit" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      TfRecord record = {
        .kind = TF_RECORD_ORDER, .code = -1, .account = "angry", .origin = "", .instrument = "SOL-USDT",
        .reason = orders[i].reason, .price = orders[i].price, .quantity = -329 * (TF_SCALE / 10), .text = orders[i].type,
      };
      g_autofree char *text = tf_words_record (&record, NULL);

      g_assert_cmpstr (text, ==, orders[i].sentence);
      g_assert_cmpstr (tf_words_record_reason (&record), ==, orders[i].why);
      record.kind = TF_RECORD_FILL;
      g_assert_cmpstr (tf_words_record_reason (&record), ==, tf_words_reason (orders[i].reason));
    }
}

/* A grade that caps the confidence is named: else two numbers of one signal contradict each other. */
static void
test_why (void)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfConfig) config = tf_config_new_default ("demo", universe, TF_MINUTE, 1);
  const TfTrader *trader = &config->traders[0];
  gint64 cap = tf_ratio_raw (tf_grade_confidence_cap (trader->grade)), limit = cap + tf_ratio_raw (0.05);
  g_autofree char *capped = tf_words_why (config, trader->id, "confidence", cap, limit);
  g_autofree char *below = tf_words_why (config, trader->id, "confidence", cap - tf_ratio_raw (0.01), limit);
  g_autofree char *bot = tf_words_why (config, config->bots[0].id, "confidence", cap, limit);
  g_autofree char *enough = tf_words_why (NULL, "", "confidence", tf_ratio_raw (0.9), tf_ratio_raw (0.85));
  g_autofree char *plain = tf_words_why (config, trader->id, "not-followed", 0, 0);

  g_assert_true (g_str_has_prefix (capped, "too little confidence, "));
  g_assert_nonnull (strstr (capped, " (capped by grade "));
  g_assert_null (strstr (below, "grade"));
  g_assert_null (strstr (bot, "grade"));
  g_assert_cmpstr (enough, ==, "enough confidence, 0.90 > 0.85");
  g_assert_cmpstr (plain, ==, "the account does not follow this trader");
}

static void
test_moment (void)
{
  g_autofree char *moment = tf_words_moment (1735689601 * TF_SECOND + 95 * (TF_SECOND / 1000)), *none = tf_words_moment (0);

  g_assert_cmpstr (moment, ==, "2025-01-01 00:00:01.095");
  g_assert_cmpstr (none, ==, U);
}

/* In the header bar, and in the banner. */
static void
test_connection (void)
{
  static const struct { TfConnectionFigures line; const char *brief, *sentence; } lines[] = {
    { { .state = TF_CONNECTION_CONNECTING, .age_ms = -1 }, "Connecting",
      "Connecting to Kraken. No new entries until its prices are here." },
    { { .state = TF_CONNECTION_LIVE, .age_ms = 340, .messages_per_second = 1234.4,
        .intake.latency_p50 = 12 * (TF_SECOND / 1000) },
      "Live · 12 ms · 0.3 s ago", "Kraken is live: 1,234 messages a second, the last one 0.3 s ago." },
    { { .state = TF_CONNECTION_LIVE, .age_ms = 9960, .intake.latency_p50 = TF_SECOND / 10000 },
      "Live · <1 ms · 9 s ago", "Kraken is live: 0 messages a second, the last one 9 s ago." },
    { { .state = TF_CONNECTION_LIVE, .age_ms = 1000, .intake.latency_p50 = 9 * (TF_SECOND / 1000) },
      "Live · \xe2\x80\x87" "9 ms · 1.0 s ago", "Kraken is live: 0 messages a second, the last one 1.0 s ago." },
    { { .state = TF_CONNECTION_LIVE, .age_ms = 125000 },
      "Live · 2 min ago", "Kraken is live: 0 messages a second, the last one 2 min ago." },
    { { .state = TF_CONNECTION_DEGRADED, .age_ms = 100, .stale = 2, .reason = "x" }, "Degraded · 0.1 s ago",
      "2 instruments of Kraken are silent. No new entries there; they go on by themselves when they are heard again." },
    { { .state = TF_CONNECTION_DEGRADED, .age_ms = 100, .reason = "the venue says: maintenance" }, "Degraded · 0.1 s ago",
      "Kraken is not well (the venue says: maintenance). No new entries on silent instruments; what is missed is asked for "
      "afterwards." },
    { { .state = TF_CONNECTION_BACKOFF, .retry_ms = 3001, .age_ms = 100, .reason = "closed" }, "Reconnecting in 4 s",
      "Kraken can't be reached (closed): reconnecting in 4 s. No new entries on silent instruments; what is missed is asked "
      "for afterwards." },
    { { .state = TF_CONNECTION_BACKOFF, .reason = "closed" }, "Reconnecting",
      "Kraken can't be reached (closed): reconnecting now. No new entries on silent instruments; what is missed is asked "
      "for afterwards." },
    { { .state = TF_CONNECTION_FAILED, .reason = "HTTP 403" }, "Refused",
      "Kraken refuses (HTTP 403). No new entries on silent instruments. Stop, and start again when the cause is gone." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *brief = tf_words_connection_brief (&lines[i].line);
      g_autofree char *sentence = tf_words_connection (&lines[i].line, "Kraken");

      g_assert_cmpstr (brief, ==, lines[i].brief);
      g_assert_cmpstr (sentence, ==, lines[i].sentence);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/words/number/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_number);
    }
  g_test_add_func ("/words/compared", test_compared);
  g_test_add_func ("/words/reasons", test_reasons);
  g_test_add_func ("/words/record", test_record);
  g_test_add_func ("/words/orders", test_orders);
  g_test_add_func ("/words/why", test_why);
  g_test_add_func ("/words/moment", test_moment);
  g_test_add_func ("/words/connection", test_connection);
  return g_test_run ();
}
