#include "../fuzz/check.h"

#include <gio/gio.h>
#include <string.h>

#include "io/feeds/json-scan.h"

/* Own excerpts, one message a line: tests/fuzz/seeds/VENUE.jsonl. coinbase-exchange reads coinbase's. */
static char *
load_seeds (const TfVenue *venue)
{
  const char *root = g_getenv ("TF_SOURCE_ROOT");
  g_auto (GStrv) parts = g_strsplit (venue->id, "-", 2);
  g_autofree char *name = g_strconcat (parts[0], ".jsonl", NULL);
  g_autofree char *path = g_build_filename (root != NULL ? root : ".", "tests", "fuzz", "seeds", name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  g_assert_nonnull (text);
  return text;
}

/* What every venue of the table holds to. */

static void
test_contract (gconstpointer data)
{
  const TfVenue *venue = data;
  g_autofree char *name = g_strconcat ("BTC-", venue->quote, NULL);
  const TfSubscription list[] = {
    { name, venue->channels & ~(guint) (TF_CHANNEL_FILLS | TF_CHANNEL_MIDS), 0 },
    { "bad\"name", G_MAXUINT, 0 },
    { "", G_MAXUINT & ~(guint) TF_CHANNEL_MIDS, 0 },
  };
  char there[TF_SYMBOL_SIZE], back[TF_SYMBOL_SIZE];
  guint id = 0;
  TfScan scan = { 0 };

  g_assert_true (tf_venue_find (venue->id) == venue);
  g_assert_true (g_str_has_prefix (venue->url, "wss://"));
  g_assert_true (g_str_has_prefix (venue->rest, "https://"));
  g_assert_cmpuint (venue->watchdog, >, 0);
  g_assert_cmpuint (venue->pace, >, 0);
  g_assert_true (venue->ping_interval == 0 || venue->ping != NULL);
  g_assert_true (venue->to_venue (name, there));
  g_assert_true (venue->from_venue (there, back));
  g_assert_cmpstr (back, ==, name);
  g_assert_false (venue->to_venue ("bad\"name", there));
  g_assert_false (venue->to_venue ("A-VERY-LONG-NAME-THAT-NO-VENUE-HAS", there));

  for (int on = 0; on < 2; on++)
    {
      g_auto (GStrv) messages = venue->subscribe (list, G_N_ELEMENTS (list), on, &id);

      g_assert_cmpuint (g_strv_length (messages), >, 0);
      for (guint i = 0; messages[i] != NULL; i++)
        {
          g_assert_true (tf_scan_text (&scan, messages[i], strlen (messages[i])));
          g_assert_null (strstr (messages[i], "bad"));
        }
    }
  if (venue->ping != NULL)
    {
      g_autofree char *text = venue->ping (&id);

      g_assert_true (tf_scan_text (&scan, text, strlen (text)));
    }
  for (TfFetchKind kind = TF_FETCH_CANDLES; kind <= TF_FETCH_INSTRUMENTS; kind++)
    {
      TfFetch fetch = { .kind = kind, .interval = TF_MINUTE, .from = 1700000040 * TF_SECOND, .to = 1700003640 * TF_SECOND };
      TfRequest request;
      gboolean can;

      g_strlcpy (fetch.name, name, sizeof fetch.name);
      can = tf_venue_request (venue, &fetch, &request);
      g_assert_true (can || (kind == TF_FETCH_BOOK && !venue->book_by_rest));
      g_assert_true (!can || request.path[0] == '/');
      g_assert_true (request.body == NULL || tf_scan_text (&scan, request.body, strlen (request.body)));
      tf_request_clear (&request);
    }
  tf_scan_clear (&scan);
}

/* Words for what came out of a message: enough to say in one line what it should be. */

static void
describe (const TfFeedEvent *event,
          gpointer           data)
{
  static const char *const notes[] = { "ok", "refused", "down", "goodbye", "start", "gap", "crossed", "checksum", "trades" };
  GString *out = data;
  char a[TF_DECIMAL_SIZE], b[TF_DECIMAL_SIZE], c[TF_DECIMAL_SIZE], d[TF_DECIMAL_SIZE], time[TF_TIME_SIZE];

  check_event (event, NULL);
  if (out->len > 0)
    g_string_append (out, "; ");
  switch (event->kind)
    {
    case TF_FEED_TRADE:
      g_string_append_printf (out, "trade %u #%" G_GINT64_FORMAT " %s × %s %s", event->symbol, event->trade.id,
                              tf_decimal_format (event->trade.price.raw, a), tf_decimal_format (event->trade.quantity.raw, b),
                              event->trade.side > 0 ? "buy" : "sell");
      break;
    case TF_FEED_QUOTE:
      g_string_append_printf (out, "quote %s × %s / %s × %s", tf_decimal_format (event->quote.bid.raw, a),
                              tf_decimal_format (event->quote.bid_quantity.raw, b),
                              tf_decimal_format (event->quote.ask.raw, c),
                              tf_decimal_format (event->quote.ask_quantity.raw, d));
      break;
    case TF_FEED_BOOK:
      g_string_append_printf (out, "%s %u/%u", event->book.snapshot ? "snapshot" : "change", event->book.n_bids,
                              event->book.n_asks);
      break;
    case TF_FEED_CANDLE:
      g_string_append_printf (out, "candle %s %s..%s %s×%s%s", tf_time_format (event->candle.candle.time, time),
                              tf_decimal_format (event->candle.candle.open.raw, a),
                              tf_decimal_format (event->candle.candle.close.raw, b),
                              tf_decimal_format (event->candle.interval, c),
                              tf_decimal_format (event->candle.candle.volume.raw, d), event->candle.closed ? " closed" : "");
      break;
    case TF_FEED_FILL:
      g_string_append_printf (out, "fill %s %s %s × %s %s", event->fill.trader != NULL ? event->fill.trader : "-",
                              event->fill.id, tf_decimal_format (event->fill.price.raw, a),
                              tf_decimal_format (event->fill.quantity.raw, b), event->fill.side > 0 ? "buy" : "sell");
      if (event->fill.has_position)
        g_string_append_printf (out, " to %s", tf_decimal_format (event->fill.position.raw, a));
      break;
    case TF_FEED_MID:
      g_string_append_printf (out, "mid %s", tf_decimal_format (event->mid.price.raw, a));
      break;
    case TF_FEED_INSTRUMENT:
      g_string_append_printf (out, "instrument %s %s tick %s lot %s min %s%s", event->instrument.venue_name,
                              event->instrument.instrument->symbol,
                              tf_decimal_format (event->instrument.instrument->tick.raw, a),
                              tf_decimal_format (event->instrument.instrument->lot.raw, b),
                              tf_decimal_format (event->instrument.instrument->min_notional.raw, c),
                              event->instrument.trading ? "" : " off");
      break;
    case TF_FEED_ACK:
    case TF_FEED_STATUS:
    case TF_FEED_RESYNC:
    default:
      g_string_append_printf (out, "%s %s", event->kind == TF_FEED_ACK ? "ack" : event->kind == TF_FEED_STATUS ? "status" : "resync",
                              notes[event->note.code]);
    }
  if (event->flags & TF_FEED_SNAPSHOT)
    g_string_append (out, " (before)");
}

/* What a line of the seeds says, in order; what follows the messages are answers over REST. */
static const struct
{
  const char *venue;
  const char *said[24];
} stories[] = {
  { "binance", {
    "trade 0 #1001 50000.1 × 0.02 sell",
    "quote 50000 × 1.5 / 50000.1 × 0.7",
    "quote 50000 × 1.6 / 50000.2 × 0.8",
    "change 1/1; resync start",
    "snapshot 2/2",
    "change 1/1",
    "candle 2023-11-14T22:13:00Z 50000..50010 600×12.5 closed",
    "trade 1 #77 2500.5 × 1.25 buy",
    "ack ok",
    "ack refused",
    "status goodbye",
  } },
  { "coinbase", {
    "trade 0 #101 60000.01 × 0.001 sell (before); trade 0 #102 60000.02 × 0.002 buy (before)",
    "ack ok",
    "snapshot 1/1",
    "change 0/2",
    "quote 60000 × 1.5 / 60000.5 × 2",
    "candle 2026-01-02T03:05:00Z 60000..60005 3000×3.5",
    "status ok",
    "trade 1 #55 0.4394 × 70 buy",
    "",
    "snapshot 1/1",
    "change 0/2",
    "quote 0.4385 × 0 / 0.44 × 0",
    "status ok",
    "ack refused",
  } },
  { "kraken", {
    "status ok",
    "ack ok",
    "status ok",
    "snapshot 2/1; resync checksum", /* made-up checksums */
    "change 1/0",
    "trade 0 #301 50000.2 × 0.00027625 buy",
    "quote 50000.1 × 1.5 / 50000.2 × 0.003",
    "candle 2026-01-02T03:04:00Z 50000..50005 600×3.5",
    "status ok",
    "status down",
    "ack ok",
    "snapshot 1/1",
    "change 1/1; resync checksum",
    "trade 1 #0 50000.2 × 0.01 sell",
    "quote 50000.1 × 2 / 50000.2 × 1",
    "candle 2026-01-02T03:04:00Z 50000..50005 600×3.5",
  } },
  { "hyperliquid", {
    "status ok",
    "ack ok",
    "trade 0 #900000000000001 50001 × 0.01 buy; trade 0 #900000000000002 50000 × 0.02 sell",
    "snapshot 1/2",
    "quote 50000 × 1.5 / 0 × 0",
    "candle 2023-11-14T22:13:00Z 50000..50005 600×3.5",
    "mid 50000.5; mid 35.1; mid 0.067131",
    "fill 0xabcdef0000000000000000000000000000000001 456 2500.5 × 1.5 buy to -0.5 (before)",
    "fill - 0-1700000000600-0.001591-1000- 0.001591 × 1000 sell",
    "",
    "status ok",
    "ack refused",
  } },
};

static void
test_story (gconstpointer data)
{
  guint story = GPOINTER_TO_UINT (data);
  const TfVenue *venue = tf_venue_find (stories[story].venue);
  g_autofree char *seeds = load_seeds (venue);
  g_auto (GStrv) lines = g_strsplit (seeds, "\n", -1);
  g_autoptr (TfDecoder) decoder = tf_decoder_new (venue);

  for (guint i = 0; stories[story].said[i] != NULL; i++)
    {
      g_autoptr (GString) said = g_string_new (NULL);

      g_assert_true (tf_decoder_decode (decoder, lines[i], strlen (lines[i]), 1, describe, said));
      g_assert_cmpstr (said->str, ==, stories[story].said[i]);
    }
  g_assert_cmpuint (tf_decoder_get_counts (decoder)->errors, ==, 0);
}

/* Answers over REST: the question, the line of the seeds that answers it, what comes of it. */
static const struct
{
  const char *venue;
  TfFetchKind kind;
  guint       line;
  const char *said;
} answers[] = {
  { "binance", TF_FETCH_CANDLES, 11, "candle 2023-11-14T22:14:00Z 50000..50010 600×12.5 closed" },
  { "binance", TF_FETCH_TRADES, 12, "trade 0 #1003 50000.3 × 0.5 buy" },
  { "binance", TF_FETCH_BOOK, 4, "snapshot 2/2" },
  { "binance", TF_FETCH_INSTRUMENTS, 13, "instrument BTCUSDT BTC-USDT tick 0.01 lot 0.00001 min 5" },
  { "coinbase", TF_FETCH_CANDLES, 14, "candle 2026-01-02T03:06:00Z 60000..60005 600×3.5 closed" },
  { "coinbase", TF_FETCH_INSTRUMENTS, 15, "instrument BTC-USD BTC-USD tick 0.01 lot 0.00000001 min 1" },
  { "coinbase", TF_FETCH_TRADES, 17, "trade 0 #103 60000.3 × 0.1 buy" },
  { "coinbase-exchange", TF_FETCH_CANDLES, 16, "candle 2026-01-02T03:06:00Z 60000..60005 600×3.5 closed" },
  { "kraken", TF_FETCH_CANDLES, 16, "candle 2026-01-02T03:04:00Z 50000..50005 600×3.5" },
  { "kraken", TF_FETCH_TRADES, 17, "trade 0 #302 50000.2 × 0.01 buy" },
  { "kraken", TF_FETCH_INSTRUMENTS, 18, "instrument BTC/USD BTC-USD tick 0.1 lot 0.00000001 min 0.5" },
  { "hyperliquid", TF_FETCH_INSTRUMENTS, 12,
    "instrument BTC BTC-USD tick 0.1 lot 0.00001 min 10; instrument OLD OLD-USD tick 0.000001 lot 1 min 10 off" },
  { "hyperliquid", TF_FETCH_CANDLES, 13, "candle 2023-11-14T22:13:00Z 50000..50005 600×3.5 closed" },
  { "hyperliquid", TF_FETCH_TRADES, 14, "trade 0 #3 50000 × 0.015 sell" },
};

static void
test_answer (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  const TfVenue *venue = tf_venue_find (answers[row].venue);
  g_autofree char *seeds = load_seeds (venue);
  g_auto (GStrv) lines = g_strsplit (seeds, "\n", -1);
  g_autoptr (TfDecoder) decoder = tf_decoder_new (venue);
  g_autoptr (GString) said = g_string_new (NULL);
  TfFetch fetch = { .kind = answers[row].kind, .interval = TF_MINUTE, .to = 1800000000 * TF_SECOND };
  const char *line = lines[answers[row].line];

  g_snprintf (fetch.name, sizeof fetch.name, "BTC-%s", venue->quote);
  g_assert_true (tf_venue_answer (decoder, &fetch, line, strlen (line), 1790000000 * TF_SECOND, describe, said));
  g_assert_cmpstr (said->str, ==, answers[row].said);

  /* Not what was asked for: an error page, an error of the venue. */
  g_assert_false (tf_venue_answer (decoder, &fetch, "<html>", 6, 1, describe, said));
  g_assert_false (tf_venue_answer (decoder, &fetch, "{\"error\":[\"EService:Unavailable\"]}", 34, 1, describe, said));
}

/* Trades: repeated ones are dropped, a hole in the numbers is said, what fills it comes through once. */
static void
test_trades (void)
{
  static const struct { gint64 id; const char *said; } rows[] = {
    { 10, "trade 0 #10 5 × 1 buy" }, { 11, "trade 0 #11 5 × 1 buy" }, { 11, "" }, { 10, "" },
    { 14, "resync trades; trade 0 #14 5 × 1 buy" }, { 13, "trade 0 #13 5 × 1 buy" }, { 13, "" },
    { 12, "trade 0 #12 5 × 1 buy" }, { 200000, "resync trades; trade 0 #200000 5 × 1 buy" }, { 14, "" },
    { 199999, "trade 0 #199999 5 × 1 buy" }, { 200001, "trade 0 #200001 5 × 1 buy" },
  };
  g_autoptr (TfDecoder) decoder = tf_decoder_new (tf_venue_find ("binance"));

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) said = g_string_new (NULL);
      g_autofree char *text = g_strdup_printf ("{\"e\":\"trade\",\"E\":1700000000000,\"s\":\"BTCUSDT\",\"t\":%" G_GINT64_FORMAT
                                               ",\"p\":\"5\",\"q\":\"1\",\"T\":1700000000000,\"m\":false,\"M\":true}",
                                               rows[i].id);

      tf_decoder_decode (decoder, text, strlen (text), 1, describe, said);
      g_assert_cmpstr (said->str, ==, rows[i].said);
      if (i == 5)
        tf_decoder_reset (decoder); /* a new connection knows what the old one had */
    }
  g_assert_cmpint (tf_decoder_get_last_trade (decoder, 0), ==, 200001);
  g_assert_cmpuint (tf_decoder_get_counts (decoder)->duplicates, ==, 4);
}

/* A lost message of Coinbase shows in its counter whatever it was. */
static void
test_coinbase_gap (void)
{
  static const struct { int number; const char *said; } rows[] = {
    { 0, "status ok" }, { 1, "status ok" }, { 1, "" }, { 3, "resync gap; status ok" }, { 2, "" }, { 4, "status ok" },
  };
  g_autoptr (TfDecoder) decoder = tf_decoder_new (tf_venue_find ("coinbase"));

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) said = g_string_new (NULL);
      g_autofree char *text = g_strdup_printf ("{\"channel\":\"heartbeats\",\"sequence_num\":%d,\"events\":[]}", rows[i].number);

      tf_decoder_decode (decoder, text, strlen (text), 1, describe, said);
      g_assert_cmpstr (said->str, ==, rows[i].said);
    }
}

/* Three wrong checksums in a row are the venue's fault: the book stays without them. */
static void
test_kraken_checksums (void)
{
  static const char text[] =
    "{\"channel\":\"book\",\"type\":\"snapshot\",\"data\":[{\"symbol\":\"BTC/USD\",\"bids\":[{\"price\":1.0,\"qty\":1.0}],"
    "\"asks\":[{\"price\":2.0,\"qty\":1.0}],\"checksum\":7}]}";
  static const char *const said[] = { "snapshot 1/1; resync checksum", "snapshot 1/1; resync checksum", "snapshot 1/1", "snapshot 1/1" };
  g_autoptr (TfDecoder) decoder = tf_decoder_new (tf_venue_find ("kraken"));

  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_autoptr (GString) found = g_string_new (NULL);

      tf_decoder_decode (decoder, text, sizeof text - 1, 1, describe, found);
      g_assert_cmpstr (found->str, ==, said[i]);
    }
  g_assert_cmpint (tf_decoder_get_book (decoder, 0)->state, ==, TF_BOOK_LIVE);
  g_assert_cmpuint (tf_decoder_get_book (decoder, 0)->counts.checksums_bad, ==, 3);
}

/* Bad input */

static const char *const replacements[] = {
  "null", "true", "-1", "0", "1e400", "\"\"", "\"x\"", "\"-5\"", "\"NaN\"", "\"Infinity\"", "NaN", "{}", "[]", "[[]]",
  "99999999999999999999999999", "\"99999999999999999999999999\"", "\"0.123456789\"", "1.5", "\"1e3\"", "\"\\u0000\"",
  "\"\\ud800\"", "\"\xff\xfe\"", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
  "{\"a\":{\"a\":{\"a\":{\"a\":1}}}}", "9223372036854775807", "-9223372036854775808", "4294967296",
};

/* Every value of every message as something else, every member gone and twice, cut at every byte: whatever comes out
 * passes check_event(), and the good message after it is still understood. */
static void
test_bad_input (gconstpointer data)
{
  const TfVenue *venue = data;
  g_autofree char *seeds = load_seeds (venue);
  g_auto (GStrv) lines = g_strsplit (seeds, "\n", -1);
  TfScan scan = { 0 };
  guint64 refused = 0;

  for (guint l = 0; lines[l] != NULL && lines[l][0] != '\0'; l++)
    {
      gsize length = strlen (lines[l]);

      for (gsize n = 0; n < length; n++)
        {
          g_autofree char *cut = g_memdup2 (lines[l], n + 1); /* of its own, so that a step too far is seen */

          check_bytes (venue, cut, n);
        }
      if (!tf_scan_text (&scan, lines[l], length))
        continue;
      for (guint t = 0; t < scan.n; t++)
        {
          const TfScanToken *token = &scan.tokens[t];
          gboolean string = token->kind == TF_SCAN_STRING;
          gsize start = token->start - (string ? 1 : 0), end = token->start + token->length + (string ? 1 : 0);

          for (guint r = 0; r < G_N_ELEMENTS (replacements); r++)
            {
              g_autofree char *text = g_strdup_printf ("%.*s%s%s", (int) start, lines[l], replacements[r], lines[l] + end);
              g_autofree char *both = g_strdup_printf ("%s\n%s", text, lines[l]);
              g_autoptr (TfDecoder) decoder = tf_decoder_new (venue);

              tf_decoder_decode (decoder, text, strlen (text), 1, check_event, NULL);
              refused += tf_decoder_get_counts (decoder)->errors;
              check_bytes (venue, both, strlen (both));
            }
        }
    }
  g_assert_cmpuint (refused, >, 1000);
  tf_scan_clear (&scan);
}

/* What must be refused outright, not read as something near it: a message, the fault it is. */
static const struct
{
  const char *name, *venue, *text, *fault;
} faults[] = {
  { "price-negative", "binance", "{\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"-1\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}", "price" },
  { "price-nan", "binance", "{\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"NaN\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}", "price" },
  { "price-huge", "binance", "{\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"1\",\"B\":\"1\",\"a\":\"92233720369\",\"A\":\"1\"}", "price" },
  { "price-fine", "binance", "{\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"1.000000001\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}", "price" },
  { "quote-crossed", "binance", "{\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"3\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}", "quote" },
  { "quote-cut", "binance", "{\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"3\",\"B\":\"1\"}", "quote" },
  { "member-twice", "binance", "{\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"1\",\"b\":\"1.5\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}", "quote" },
  { "quantity-zero", "binance", "{\"e\":\"trade\",\"E\":1700000000000,\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"5\",\"q\":\"0\",\"T\":1700000000000,\"m\":false}", "quantity" },
  { "time-huge", "binance", "{\"e\":\"trade\",\"E\":1,\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"5\",\"q\":\"1\",\"T\":99999999999999999,\"m\":false}", "time" },
  { "side-missing", "binance", "{\"e\":\"trade\",\"E\":1,\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"5\",\"q\":\"1\",\"T\":1700000000000}", "side" },
  { "sequence-backwards", "binance", "{\"e\":\"depthUpdate\",\"E\":1700000000000,\"s\":\"BTCUSDT\",\"U\":5,\"u\":4,\"b\":[],\"a\":[]}", "sequence" },
  { "symbol-long", "binance", "{\"u\":1,\"s\":\"ABCDEFGHIJKLMNOPQRSTUVWXYZ\",\"b\":\"1\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}", "symbol" },
  { "not-json", "kraken", "hello", "syntax" },
  { "not-utf8", "kraken", "{\"channel\":\"\xc3\x28\"}", "syntax" },
  { "two-values", "kraken", "{} {}", "syntax" },
  { "number-plus", "kraken", "{\"a\":+1}", "syntax" },
  { "number-zeros", "kraken", "{\"a\":01}", "syntax" },
  { "comma", "kraken", "{\"a\":1,}", "syntax" },
  { "checksum-huge", "kraken", "{\"channel\":\"book\",\"type\":\"update\",\"data\":[{\"symbol\":\"BTC/USD\",\"bids\":[],\"asks\":[],\"checksum\":4294967296}]}", "checksum" },
  { "checksum-missing", "kraken", "[1,{\"a\":[]},\"book-10\",\"XBT/USD\"]", "checksum" },
  { "side-odd", "coinbase", "{\"type\":\"match\",\"trade_id\":1,\"side\":\"hold\",\"size\":\"1\",\"price\":\"1\",\"product_id\":\"A-B\",\"time\":\"2026-01-02T03:04:05Z\"}", "side" },
  { "time-zone", "coinbase", "{\"type\":\"match\",\"trade_id\":1,\"side\":\"buy\",\"size\":\"1\",\"price\":\"1\",\"product_id\":\"A-B\",\"time\":\"2026-01-02T03:04:05+02:00\"}", "time" },
  { "sequence-missing", "coinbase", "{\"channel\":\"heartbeats\",\"events\":[]}", "sequence" },
  { "position-huge", "hyperliquid", "{\"channel\":\"user\",\"data\":{\"fills\":[{\"coin\":\"A\",\"px\":\"1\",\"sz\":\"9e10\",\"side\":\"B\",\"time\":1700000000000,\"startPosition\":\"9e10\"}]}}", "position" },
  { "candle-upside-down", "hyperliquid", "{\"channel\":\"candle\",\"data\":{\"t\":1699999980000,\"T\":1700000039999,\"s\":\"BTC\",\"i\":\"1m\",\"o\":\"5\",\"c\":\"5\",\"h\":\"4\",\"l\":\"6\",\"v\":\"1\"}}", "candle" },
};

static void
test_fault (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autoptr (TfDecoder) decoder = tf_decoder_new (tf_venue_find (faults[row].venue));
  const TfFeedCounts *counts = tf_decoder_get_counts (decoder);
  guint64 market = 0;

  g_assert_false (tf_decoder_decode (decoder, faults[row].text, strlen (faults[row].text), 1, check_event, NULL));
  g_assert_cmpuint (counts->errors, ==, 1);
  g_assert_cmpstr (counts->faults[0].name, ==, faults[row].fault);
  for (TfFeedKind kind = TF_FEED_TRADE; kind <= TF_FEED_MID; kind++)
    market += counts->events[kind];
  g_assert_cmpuint (market, ==, 0);
}

/* Names without end take no memory without end. */
static void
test_many_symbols (void)
{
  g_autoptr (TfDecoder) decoder = tf_decoder_new (tf_venue_find ("hyperliquid"));

  for (guint i = 0; i < 3 * TF_FEED_SYMBOLS_MAX; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"channel\":\"allMids\",\"data\":{\"mids\":{\"C%u\":\"1\"}}}", i);

      tf_decoder_decode (decoder, text, strlen (text), 1, check_event, NULL);
    }
  g_assert_cmpuint (tf_decoder_get_n_symbols (decoder), ==, TF_FEED_SYMBOLS_MAX);
  g_assert_cmpuint (tf_decoder_get_counts (decoder)->errors, ==, 2 * TF_FEED_SYMBOLS_MAX);
}

/* What the fuzzers found once. */
static void
test_corpus (gconstpointer data)
{
  const TfVenue *venue = data;
  const char *root = g_getenv ("TF_SOURCE_ROOT");
  g_autofree char *path = g_build_filename (root != NULL ? root : ".", "tests", "fuzz", "corpus", venue->id, NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  if (folder == NULL)
    {
      g_test_skip ("nothing found yet");
      return;
    }
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL), *text = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (file, &text, &length, NULL));
      check_bytes (venue, text, length);
    }
}

/* tf_decimal_scan() is tf_decimal_parse(), only faster. */
static void
test_decimals (void)
{
  static const char *const texts[] = {
    "0", "1", "0.1", "12345678.12345678", "9999999999.99999999", "99999999999.5", "92233720368.54775807", "92233720368.54775808",
    "1.", ".5", "", "-", "-1.5", "1e-7", "1E3", "1.123456780", "1.123456789", "0.00000000", "1.1234567x", "1.x2345678",
    "12.3456789012345678", "00001.5", "1 ", " 1", "1.2.3", "123456789012345678901234567890", "0.000000000000000000000",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gint64 fast = 1, exact = 1;
      gboolean good = tf_decimal_scan (texts[i], strlen (texts[i]), &fast, NULL);

      g_assert_true (good == tf_decimal_parse (texts[i], (gssize) strlen (texts[i]), &exact, NULL));
      g_assert_true (!good || fast == exact);
    }
}

static void
add (const char   *folder,
     const char   *name,
     gconstpointer data,
     GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/venues/%s/%s", folder, name);

  g_test_add_data_func (path, data, func);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_quietly ();
  for (const TfVenue *const *venue = tf_venues (); *venue != NULL; venue++)
    {
      add ("contract", (*venue)->id, *venue, test_contract);
      add ("bad-input", (*venue)->id, *venue, test_bad_input);
      add ("corpus", (*venue)->id, *venue, test_corpus);
    }
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    add ("story", stories[i].venue, GUINT_TO_POINTER (i), test_story);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%u", answers[i].venue, answers[i].kind);

      add ("answer", name, GUINT_TO_POINTER (i), test_answer);
    }
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    add ("fault", faults[i].name, GUINT_TO_POINTER (i), test_fault);
  g_test_add_func ("/venues/trades", test_trades);
  g_test_add_func ("/venues/coinbase-gap", test_coinbase_gap);
  g_test_add_func ("/venues/kraken-checksums", test_kraken_checksums);
  g_test_add_func ("/venues/many-symbols", test_many_symbols);
  g_test_add_func ("/venues/decimals", test_decimals);
  return g_test_run ();
}
