#include "core/base/error.h"
#include "io/sources/okx.h"
#include "sources-fixture.h"

/* Answers in the form of OKX's documentation, with numbers of the test's own. */

#define CODE "D9ADEAB33AE9EABD"
#define ANSWER(rows) "{\"code\":\"0\",\"data\":[" rows "],\"msg\":\"\"}"
#define POSITION(id, instrument, side, count, price, time) \
  "{\"ccy\":\"USDT\",\"instId\":\"" instrument "\",\"instType\":\"SWAP\",\"lever\":\"5\",\"margin\":\"16.23304\",\"markPx\":\"2027.31\"," \
  "\"mgnMode\":\"isolated\",\"openAvgPx\":\"" price "\",\"openTime\":\"" time "\",\"posSide\":\"" side "\",\"subPos\":\"" count "\"," \
  "\"subPosId\":\"" id "\",\"uniqueCode\":\"" CODE "\",\"upl\":\"0.0728\",\"uplRatio\":\"0.0044846806266725\"}"
#define CLOSE(id, instrument, price, time) \
  "{\"ccy\":\"USDT\",\"closeAvgPx\":\"" price "\",\"closeTime\":\"" time "\",\"instId\":\"" instrument "\",\"openAvgPx\":\"28301.9\"," \
  "\"openTime\":\"1697698048031\",\"posSide\":\"long\",\"subPos\":\"3\",\"subPosId\":\"" id "\",\"uniqueCode\":\"" CODE "\"}"
#define CONTRACT(instrument, value, coin, type) \
  "{\"instId\":\"" instrument "\",\"ctVal\":\"" value "\",\"ctMult\":\"1\",\"ctValCcy\":\"" coin "\",\"ctType\":\"" type "\"}"
#define CONTRACTS ANSWER (CONTRACT ("BTC-USDT-SWAP", "0.01", "BTC", "linear") "," CONTRACT ("ETH-USDT-SWAP", "0.1", "ETH", "linear") \
                          "," CONTRACT ("BTC-USD-SWAP", "100", "USD", "inverse"))
#define NOW ((TfTime) 1701200000 * TF_SECOND)

typedef struct { const char *symbol; int side; const char *quantity, *price, *position; gint64 happened_ms; const char *id; } Expected;

static const struct
{
  const char *name, *before, *after, *closes; /* NULL: not asked for */
  Expected    signals[3];
  TfTime      since;
} changes[] = {
  { "nothing", ANSWER (""), ANSWER (""), NULL, { { NULL } } },
  { "the same", ANSWER (POSITION ("1", "BTC-USDT-SWAP", "long", "3", "28301.9", "1701100000000")),
    ANSWER (POSITION ("1", "BTC-USDT-SWAP", "long", "3.0", "28301.9", "1701100000000")), NULL, { { NULL } } },
  { "opened", ANSWER (""), ANSWER (POSITION ("649582930998104064", "ETH-USDT-SWAP", "short", "4", "2029.13", "1701144639417")), NULL,
    { { "ETH-USDT", -1, "0.4", "2029.13", "-0.4", 1701144639417, "649582930998104064/-4" } } },
  { "short as negative", ANSWER (""), ANSWER (POSITION ("1", "ETH-USDT-SWAP", "short", "-4", "2029.13", "1701144639417")), NULL,
    { { "ETH-USDT", -1, "0.4", "2029.13", "-0.4", 1701144639417, "1/-4" } } },
  { "net", ANSWER (""), ANSWER (POSITION ("1", "ETH-USDT-SWAP", "net", "-4.5", "2029.1300000000000000123", "1701144639417")), NULL,
    { { "ETH-USDT", -1, "0.45", "2029.13", "-0.45", 1701144639417, "1/-4.5" } } },
  { "added", ANSWER (POSITION ("9", "BTC-USDT-SWAP", "long", "3", "28000", "1701100000000")),
    ANSWER (POSITION ("10", "BTC-USDT-SWAP", "long", "2", "29000", "1701110000000") ","
            POSITION ("9", "BTC-USDT-SWAP", "long", "3", "28000", "1701100000000")), NULL,
    { { "BTC-USDT", 1, "0.02", "29000", "0.05", 1701110000000, "10/5" } } },
  { "closed in part", ANSWER (POSITION ("10", "BTC-USDT-SWAP", "long", "2", "29000", "1701110000000") ","
                              POSITION ("9", "BTC-USDT-SWAP", "long", "3", "28000", "1701100000000")),
    ANSWER (POSITION ("10", "BTC-USDT-SWAP", "long", "2", "29000", "1701110000000")),
    ANSWER (CLOSE ("9", "BTC-USDT-SWAP", "30000.5", "1701190000000") "," CLOSE ("8", "BTC-USDT-SWAP", "1", "1701180000000")),
    { { "BTC-USDT", -1, "0.03", "30000.5", "0.02", 1701190000000, "9/2" } } },
  { "closed", ANSWER (POSITION ("9", "BTC-USDT-SWAP", "long", "3", "28000", "1701100000000")), ANSWER (""),
    ANSWER (CLOSE ("9", "BTC-USDT-SWAP", "30000.5", "1701190000000")), { { "BTC-USDT", 0, "0.03", "30000.5", "0", 1701190000000, "9/0" } } },
  { "closed without a word", ANSWER (POSITION ("9", "BTC-USDT-SWAP", "long", "3", "28000", "1701100000000")), ANSWER (""), NULL,
    { { "BTC-USDT", 0, "0.03", NULL, "0", 1701200000000, "9/0" } } },
  { "shrunk", ANSWER (POSITION ("9", "BTC-USDT-SWAP", "short", "3", "28000", "1701100000000")),
    ANSWER (POSITION ("9", "BTC-USDT-SWAP", "short", "1", "28000", "1701100000000")), NULL,
    { { "BTC-USDT", 1, "0.02", NULL, "-0.01", 1701200000000, "9/-1" } } },
  { "turned", ANSWER (POSITION ("9", "BTC-USDT-SWAP", "long", "3", "28000", "1701100000000")),
    ANSWER (POSITION ("11", "BTC-USDT-SWAP", "short", "2", "29500", "1701190000001")),
    ANSWER (CLOSE ("9", "BTC-USDT-SWAP", "29499", "1701190000000")),
    { { "BTC-USDT", -1, "0.05", "29500", "-0.02", 1701190000001, "11/-2" } } },
  { "replaced by the same", ANSWER (POSITION ("9", "BTC-USDT-SWAP", "long", "3", "28000", "1701100000000")),
    ANSWER (POSITION ("11", "BTC-USDT-SWAP", "long", "3", "29500", "1701190000001")), NULL, { { NULL } } },
  { "worth not known", ANSWER (POSITION ("1", "DOGE-USDT-SWAP", "long", "3", "0.08", "1701100000000")),
    ANSWER (POSITION ("2", "BTC-USD-SWAP", "long", "5", "29500", "1701190000001")), NULL,
    { { "BTC-USD", 1, NULL, "29500", NULL, 1701190000001, "2/5" }, { "DOGE-USDT", 0, NULL, NULL, "0", 1701200000000, "1/0" } } },
  { "first look", NULL, ANSWER (POSITION ("9", "BTC-USDT-SWAP", "long", "3", "28000", "1701100000000")),
    ANSWER (CLOSE ("8", "BTC-USDT-SWAP", "27000", "1701090000000") "," CLOSE ("7", "ETH-USDT-SWAP", "2000", "1701150000000") ","
            CLOSE ("6", "SOL-USDT-SWAP", "50", "1697709137162") ",{\"subPosId\":7}"),
    { { "BTC-USDT", 1, "0.03", "28000", "0.03", 1701100000000, "9/3/1701200000" },
      { "ETH-USDT", 0, "0", "2000", "0", 1701150000000, "7/0" } } },
  { "first look, listened before", NULL, ANSWER (""),
    ANSWER (CLOSE ("8", "BTC-USDT-SWAP", "27000", "1701090000000") "," CLOSE ("7", "ETH-USDT-SWAP", "2000", "1701150000000")),
    { { "ETH-USDT", 0, "0", "2000", "0", 1701150000000, "7/0" } }, 1701140000 * TF_SECOND },
};

static void
same (gint64      raw,
      const char *text)
{
  char found[TF_DECIMAL_SIZE];

  g_assert_cmpstr (tf_decimal_format (raw, found), ==, text != NULL ? text : "0");
}

static void
test_changes (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data), n = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) contracts = tf_okx_read_contracts (CONTRACTS, -1, &error);
  g_autoptr (GHashTable) before = changes[i].before != NULL ? tf_okx_read_positions (changes[i].before, -1, CODE, &error) : NULL;
  g_autoptr (GHashTable) after = tf_okx_read_positions (changes[i].after, -1, CODE, &error);
  g_autoptr (GHashTable) closes = changes[i].closes != NULL ? tf_okx_read_closes (changes[i].closes, -1, CODE, &error) : NULL;
  g_autoptr (GArray) signals = NULL;

  g_assert_no_error (error);
  signals = tf_okx_changes (before, after, contracts, closes, changes[i].since, NOW);
  while (n < 3 && changes[i].signals[n].symbol != NULL)
    n++;
  g_assert_cmpuint (signals->len, ==, n);
  for (guint k = 0; k < n; k++)
    {
      const Expected *expected = &changes[i].signals[k];
      const TfTraderSignal *signal = &g_array_index (signals, TfTraderSignal, k);

      g_assert_cmpstr (signal->symbol, ==, expected->symbol);
      g_assert_cmpint (signal->side, ==, expected->side);
      same (signal->quantity.raw, expected->quantity);
      same (signal->price.raw, expected->price);
      g_assert_true (signal->has_position == (expected->position != NULL));
      same (signal->position.raw, expected->position);
      g_assert_cmpint (signal->happened, ==, expected->happened_ms * (TF_SECOND / 1000));
      g_assert_cmpint (signal->published, ==, changes[i].before != NULL ? NOW : signal->happened);
      g_assert_cmpstr (signal->id, ==, expected->id);
    }
}

static const struct { const char *name, *text; int code; } bad[] = {
  { "nothing", "", TF_ERROR_INVALID },
  { "no JSON", "<html>", TF_ERROR_INVALID },
  { "a list", "[]", TF_ERROR_INVALID },
  { "no code", "{\"data\":[]}", TF_ERROR_INVALID },
  { "code as a number", "{\"code\":0,\"data\":[]}", TF_ERROR_INVALID },
  { "data as an object", "{\"code\":\"0\",\"data\":{}}", TF_ERROR_INVALID },
  { "hidden", "{\"code\":\"60004\",\"data\":[],\"msg\":\"Trader doesn't exist\"}", TF_ERROR_NOT_FOUND },
  { "too often", "{\"code\":\"50011\",\"data\":[],\"msg\":\"Too Many Requests\"}", TF_ERROR_BUSY },
  { "refused", "{\"code\":\"51000\",\"data\":[],\"msg\":\"Parameter uniqueCode error\"}", TF_ERROR_INVALID },
  { "row of another type", ANSWER ("7"), TF_ERROR_INVALID },
  { "empty row", ANSWER ("{}"), TF_ERROR_INVALID },
  { "another trader's", "{\"code\":\"0\",\"data\":[{\"uniqueCode\":\"X\",\"subPosId\":\"1\",\"instId\":\"BTC-USDT-SWAP\",\"posSide\":\"long\","
    "\"subPos\":\"1\",\"openTime\":\"1\"}]}", TF_ERROR_INVALID },
  { "side not known", ANSWER (POSITION ("1", "BTC-USDT-SWAP", "both", "1", "1", "1701100000000")), TF_ERROR_INVALID },
  { "long below zero", ANSWER (POSITION ("1", "BTC-USDT-SWAP", "long", "-1", "1", "1701100000000")), TF_ERROR_INVALID },
  { "no number", ANSWER (POSITION ("1", "BTC-USDT-SWAP", "long", "many", "1", "1701100000000")), TF_ERROR_INVALID },
  { "huge number", ANSWER (POSITION ("1", "BTC-USDT-SWAP", "long", "1e99", "1", "1701100000000")), TF_ERROR_INVALID },
  { "no time", ANSWER (POSITION ("1", "BTC-USDT-SWAP", "long", "1", "1", "")), TF_ERROR_INVALID },
  { "huge time", ANSWER (POSITION ("1", "BTC-USDT-SWAP", "long", "1", "1", "99999999999999999999")), TF_ERROR_INVALID },
  { "long name", ANSWER (POSITION ("1", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG-USDT-SWAP", "long", "1", "1", "1701100000000")), TF_ERROR_INVALID },
};

static void
test_bad (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (tf_okx_read_positions (bad[i].text, -1, CODE, &error));
  g_assert_error (error, TF_ERROR, bad[i].code);
}

static void
test_limits (void)
{
  g_autoptr (GString) text = g_string_new ("{\"code\":\"0\",\"data\":[");
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) contracts = NULL, before = NULL, after = NULL;
  g_autoptr (GArray) signals = NULL;
  static const char odd[] = ANSWER (CONTRACT ("BTC-USDT-SWAP", "0.01", "BTC", "linear") ",7,{},"
                                    CONTRACT ("ETH-USDT-SWAP", "-1", "ETH", "linear") "," CONTRACT ("SOL-USDT-SWAP", "x", "SOL", "linear") ","
                                    CONTRACT ("XRP-USDT-SWAP", "100", "USDT", "linear") "," CONTRACT ("PEPE-USDT-SWAP", "92233720368", "PEPE", "linear"));

  for (guint i = 0; i < 100; i++)
    g_string_append_printf (text, "%s{}", i > 0 ? "," : "");
  g_string_append (text, "]}");
  g_assert_null (tf_okx_read_positions (text->str, -1, CODE, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_RANGE);

  contracts = tf_okx_read_contracts (odd, -1, NULL);
  g_assert_cmpuint (g_hash_table_size (contracts), ==, 2);
  /* A product that does not fit is no quantity. */
  before = tf_okx_read_positions (ANSWER (""), -1, CODE, NULL);
  after = tf_okx_read_positions (ANSWER (POSITION ("1", "PEPE-USDT-SWAP", "long", "50000000000", "1", "1701100000000")), -1, CODE, NULL);
  signals = tf_okx_changes (before, after, contracts, NULL, 0, NOW);
  g_assert_cmpuint (signals->len, ==, 1);
  g_assert_false (g_array_index (signals, TfTraderSignal, 0).has_position);
  g_assert_cmpint (g_array_index (signals, TfTraderSignal, 0).quantity.raw, ==, 0);
}

#define POSITIONS "/api/v5/copytrading/public-current-subpositions?instType=SWAP&uniqueCode=" CODE
#define HISTORY "/api/v5/copytrading/public-subpositions-history?instType=SWAP&uniqueCode=" CODE
#define INSTRUMENTS "/api/v5/public/instruments?instType=SWAP"

static void
test_live (void)
{
  Fixture fixture;
  TfSourceSpec spec = { (char *) "okx", (char *) "lead", (char *) CODE };

  fixture_init (&fixture);
  spec.endpoint = fixture.url;
  fixture_answer (&fixture, INSTRUMENTS, CONTRACTS);
  fixture_answer (&fixture, HISTORY, ANSWER (""));
  fixture_answer (&fixture, POSITIONS, ANSWER (POSITION ("9", "BTC-USDT-SWAP", "long", "3", "28000", "1701100000000")));
  fixture_listen (&fixture, &spec, 1);
  UNTIL (fixture.signals->len == 1);
  g_assert_cmpstr (fixture_signal (&fixture, 0).source, ==, "okx");
  same (fixture_signal (&fixture, 0).position.raw, "0.03");
  g_assert_cmpint (fixture_signal (&fixture, 0).published, ==, (gint64) 1701100000 * TF_SECOND);
  UNTIL (fixture.figures[0].ignored > 1 && fixture.figures[0].state == TF_SOURCE_LIVE); /* looks without a change */

  /* What is not an answer is no closing. */
  fixture_answer (&fixture, POSITIONS, "{\"code\":\"60004\",\"data\":[],\"msg\":\"Trader doesn't exist\"}");
  UNTIL (fixture.figures[0].state == TF_SOURCE_WAITING);
  g_assert_nonnull (strstr (fixture.figures[0].reason, "hidden"));
  fixture_answer (&fixture, POSITIONS, "{\"code\":\"0\",\"data\":[{}]}");
  UNTIL (strstr (fixture.figures[0].reason, "not understood") != NULL);
  fixture.status = 403;
  UNTIL (strstr (fixture.figures[0].reason, "region") != NULL && fixture.figures[0].state == TF_SOURCE_WAITING);
  fixture.status = 429;
  UNTIL (strstr (fixture.figures[0].reason, "429") != NULL);
  g_assert_cmpuint (fixture.signals->len, ==, 1);

  /* Then the position is gone, and the history tells the price. */
  fixture_answer (&fixture, HISTORY, ANSWER (CLOSE ("9", "BTC-USDT-SWAP", "30000.5", "1701190000000")));
  fixture_answer (&fixture, POSITIONS, ANSWER (""));
  fixture.status = 0;
  UNTIL (fixture.signals->len == 2);
  g_assert_cmpint (fixture_signal (&fixture, 1).side, ==, 0);
  g_assert_true (fixture_signal (&fixture, 1).has_position);
  same (fixture_signal (&fixture, 1).position.raw, "0");
  same (fixture_signal (&fixture, 1).price.raw, "30000.5");
  g_assert_cmpint (fixture_signal (&fixture, 1).published, ==, fixture_signal (&fixture, 1).received);
  g_assert_cmpint (fixture.figures[0].state, ==, TF_SOURCE_LIVE);

  fixture.status = 451;
  UNTIL (fixture.figures[0].state == TF_SOURCE_FAILED);
  g_assert_nonnull (strstr (fixture.figures[0].reason, "region"));
  fixture_clear (&fixture);

  g_assert_false (tf_source_check ("okx", "D9ADEAB33AE9EAB", NULL));
  g_assert_false (tf_source_check ("okx", "D9ADEAB33AE9EA&x", NULL));
  g_assert_true (tf_source_check ("okx", "381749205163847291", NULL));
}

/* Without the contracts and without the history there are sides, and no held-back closings. */
static void
test_poor (void)
{
  Fixture fixture;
  TfSourceSpec spec = { (char *) "okx", (char *) "lead", (char *) CODE };

  fixture_init (&fixture);
  spec.endpoint = fixture.url;
  fixture_answer (&fixture, INSTRUMENTS, "{\"code\":\"0\"}");
  fixture_answer (&fixture, POSITIONS, ANSWER (POSITION ("9", "BTC-USDT-SWAP", "short", "3", "28000", "1701100000000")));
  fixture_listen (&fixture, &spec, 1);
  UNTIL (fixture.signals->len == 1);
  g_assert_cmpint (fixture_signal (&fixture, 0).side, ==, -1);
  g_assert_false (fixture_signal (&fixture, 0).has_position);
  fixture_answer (&fixture, POSITIONS, ANSWER (""));
  UNTIL (fixture.signals->len == 2);
  g_assert_cmpint (fixture_signal (&fixture, 1).side, ==, 0);
  g_assert_true (fixture_signal (&fixture, 1).has_position);
  fixture_clear (&fixture);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *name = g_strdup_printf ("/okx/changes/%s", changes[i].name);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_changes);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *name = g_strdup_printf ("/okx/bad/%s", bad[i].name);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_bad);
    }
  g_test_add_func ("/okx/limits", test_limits);
  g_test_add_func ("/okx/live", test_live);
  g_test_add_func ("/okx/poor", test_poor);
  return g_test_run ();
}
