#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "io/feeds/connection.h"
#include "io/feeds/player.h"
#include "io/feeds/replayer.h"

/* The real client against each venue on this machine, while that one misbehaves: what was seen, and that no trade was lost,
 * doubled or out of order. All faults of a venue run side by side, since most of their time is waiting. No time is asserted. */

#define PATIENCE_S 60
#define FAULT_AT 1.5
#define SYMBOLS 2
#define MARKET_US (8 * G_USEC_PER_SEC)
#define FIRST_ID(s) (5000 * ((s) + 1))

static char *folder;

typedef struct _Speaker Speaker;

typedef struct
{
  const Speaker *speaker;
  TfFault       fault;
  gboolean      none; /* nothing goes wrong */
  const char   *expect; /* part of a state's reason that must have been seen; NULL: none must */
  char         *path;   /* of what is recorded */
  /* while it runs */
  TfEventQueue *queue;
  TfRecorder   *recorder;
  TfConnection *connection;
  TfPlayer     *player;
  GString      *seen;
  gint64        first[SYMBOLS], last[SYMBOLS];
  TfTime        time;
  guint         trades, wrong_order, reconstructed, quotes;
  gint64        begun;
  double        late; /* s: the worst trade */
  GString      *tape; /* of all events, to compare with the recording's */
  gboolean      done;
  TfConnectionFigures figures;
} Row;

/* How each venue says the same market. */
struct _Speaker
{
  const char *id, *venue, *url, *names[SYMBOLS], *venue_names[SYMBOLS];
  gboolean    numbered; /* its trades or its messages are: what is missing is noticed */
  guint       step_us;  /* between two trades of an instrument */
  gboolean    lossy;    /* its back-fill is too short for that: what is lost is counted */
  void      (*say) (TfRecorder *recorder,
                    guint       s,
                    guint       k,
                    TfTime      time);
};

static void
say (TfRecorder *recorder,
     TfTime      time,
     const char *format,
     ...) G_GNUC_PRINTF (3, 4);

static void
say (TfRecorder *recorder,
     TfTime      time,
     const char *format,
     ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  tf_recorder_add (recorder, &(TfFrame) { TF_FRAME_RECEIVED, 1, time, NULL, text, strlen (text) });
}

static guint
price_at (guint s,
          guint k)
{
  return 30000 / (s + 1) + k % 7;
}

static void
say_binance (TfRecorder *recorder,
             guint       s,
             guint       k,
             TfTime      time)
{
  static const char *const lower[] = { "btcusdt", "ethusdt" }, *const upper[] = { "BTCUSDT", "ETHUSDT" };
  const gint64 ms = time / 1000000;

  if (k == 0)
    {
      g_autofree char *about = g_strdup_printf ("https://api.binance.com/api/v3/depth?symbol=%s&limit=1000", upper[s]);
      static const char book[] = "{\"lastUpdateId\":999,\"bids\":[[\"29990.00\",\"1.0\"]],\"asks\":[[\"31000.00\",\"1.0\"]]}";

      tf_recorder_add (recorder, &(TfFrame) { TF_FRAME_ANSWER, 0, time, about, book, strlen (book) });
    }
  say (recorder, time, "{\"stream\":\"%s@trade\",\"data\":{\"e\":\"trade\",\"E\":%" G_GINT64_FORMAT ",\"s\":\"%s\",\"t\":%u,\"p\":"
       "\"%u.50\",\"q\":\"0.01000000\",\"T\":%" G_GINT64_FORMAT ",\"m\":%s,\"M\":true}}", lower[s], ms, upper[s], FIRST_ID (s) + k,
       price_at (s, k), ms, k % 2 ? "true" : "false");
  say (recorder, time, "{\"stream\":\"%s@bookTicker\",\"data\":{\"u\":%u,\"s\":\"%s\",\"b\":\"%u.40\",\"B\":\"1.0\",\"a\":\"%u.60\","
       "\"A\":\"2.0\"}}", lower[s], 100 + k, upper[s], price_at (s, k), price_at (s, k));
  say (recorder, time, "{\"stream\":\"%s@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":%" G_GINT64_FORMAT ",\"s\":\"%s\",\"U\":%u,"
       "\"u\":%u,\"b\":[[\"29990.00\",\"%u.0\"]],\"a\":[[\"31000.00\",\"%u.0\"]]}}", lower[s], ms, upper[s], 1000 + k, 1000 + k,
       k % 5 + 1, k % 3 + 1);
}

static void
say_coinbase (TfRecorder *recorder,
              guint       s,
              guint       k,
              TfTime      time)
{
  static const char *const names[] = { "BTC-USD", "ETH-USD" };
  const guint number = (k * SYMBOLS + s) * 3;
  char at[TF_TIME_SIZE];

  tf_time_format (time, at);
  say (recorder, time, "{\"channel\":\"market_trades\",\"timestamp\":\"%s\",\"sequence_num\":%u,\"events\":[{\"type\":\"update\","
       "\"trades\":[{\"product_id\":\"%s\",\"trade_id\":\"%u\",\"price\":\"%u.50\",\"size\":\"0.01\",\"time\":\"%s\",\"side\":\"%s\"}]}]}",
       at, number, names[s], FIRST_ID (s) + k, price_at (s, k), at, k % 2 ? "SELL" : "BUY");
  say (recorder, time, "{\"channel\":\"ticker\",\"timestamp\":\"%s\",\"sequence_num\":%u,\"events\":[{\"type\":\"update\",\"tickers\":"
       "[{\"type\":\"ticker\",\"product_id\":\"%s\",\"price\":\"%u.50\",\"best_bid\":\"%u.40\",\"best_ask\":\"%u.60\","
       "\"best_bid_quantity\":\"1\",\"best_ask_quantity\":\"2\"}]}]}", at, number + 1, names[s], price_at (s, k), price_at (s, k), price_at (s, k));
  say (recorder, time, "{\"channel\":\"l2_data\",\"timestamp\":\"%s\",\"sequence_num\":%u,\"events\":[{\"type\":\"%s\",\"product_id\":\"%s\","
       "\"updates\":[{\"side\":\"bid\",\"event_time\":\"%s\",\"price_level\":\"29990\",\"new_quantity\":\"%u\"},{\"side\":\"offer\","
       "\"event_time\":\"%s\",\"price_level\":\"31000\",\"new_quantity\":\"%u\"}]}]}", at, number + 2, k == 0 ? "snapshot" : "update", names[s], at,
       k % 5 + 1, at, k % 3 + 1);
}

static void
say_kraken (TfRecorder *recorder,
            guint       s,
            guint       k,
            TfTime      time)
{
  static const char *const names[] = { "BTC/USD", "ETH/USD" };
  g_autofree char *summed = g_strdup_printf ("310000%u00000000299900%u00000000", k % 3 + 1, k % 5 + 1);
  char at[TF_TIME_SIZE];

  tf_time_format (time, at);
  say (recorder, time, "{\"channel\":\"trade\",\"type\":\"update\",\"data\":[{\"symbol\":\"%s\",\"side\":\"%s\",\"price\":%u.5,"
       "\"qty\":0.01000000,\"ord_type\":\"limit\",\"trade_id\":%u,\"timestamp\":\"%s\"}]}", names[s], k % 2 ? "sell" : "buy",
       price_at (s, k), FIRST_ID (s) + k, at);
  say (recorder, time, "{\"channel\":\"ticker\",\"type\":\"%s\",\"data\":[{\"symbol\":\"%s\",\"bid\":%u.4,\"bid_qty\":1.0,\"ask\":%u.6,"
       "\"ask_qty\":2.0,\"last\":%u.5,\"volume\":163.2,\"vwap\":50001.3,\"low\":1.0,\"high\":51000.0,\"change\":1.0,\"change_pct\":0.1}]}",
       k == 0 ? "snapshot" : "update", names[s], price_at (s, k), price_at (s, k), price_at (s, k));
  say (recorder, time, "{\"channel\":\"book\",\"type\":\"%s\",\"data\":[{\"symbol\":\"%s\",\"bids\":[{\"price\":29990.0,\"qty\":%u.00000000}],"
       "\"asks\":[{\"price\":31000.0,\"qty\":%u.00000000}],\"checksum\":%lu,\"timestamp\":\"%s\"}]}", k == 0 ? "snapshot" : "update",
       names[s], k % 5 + 1, k % 3 + 1, crc32 (0, (const Bytef *) summed, (uInt) strlen (summed)), at);
}

static void
say_hyperliquid (TfRecorder *recorder,
                 guint       s,
                 guint       k,
                 TfTime      time)
{
  static const char *const names[] = { "BTC", "ETH" };
  const gint64 ms = time / 1000000;

  say (recorder, time, "{\"channel\":\"trades\",\"data\":[{\"coin\":\"%s\",\"side\":\"%s\",\"px\":\"%u.5\",\"sz\":\"0.01\",\"time\":%"
       G_GINT64_FORMAT ",\"hash\":\"0x00\",\"tid\":%u,\"users\":[\"0xaa\",\"0xbb\"]}]}", names[s], k % 2 ? "A" : "B", price_at (s, k), ms,
       FIRST_ID (s) + k);
  say (recorder, time, "{\"channel\":\"bbo\",\"data\":{\"coin\":\"%s\",\"time\":%" G_GINT64_FORMAT ",\"bbo\":[{\"px\":\"%u.4\",\"sz\":\"1.0\","
       "\"n\":1},{\"px\":\"%u.6\",\"sz\":\"2.0\",\"n\":1}]}}", names[s], ms, price_at (s, k), price_at (s, k));
  say (recorder, time, "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"%s\",\"time\":%" G_GINT64_FORMAT ",\"levels\":[[{\"px\":\"29990.0\","
       "\"sz\":\"%u\",\"n\":1}],[{\"px\":\"31000.0\",\"sz\":\"%u\",\"n\":1}]]}}", names[s], ms, k % 5 + 1, k % 3 + 1);
}

static const Speaker speakers[] = {
  { "binance", "binance", "wss://localhost/stream", { "BTC-USDT", "ETH-USDT" }, { "BTCUSDT", "ETHUSDT" },
    TRUE, 20000, FALSE, say_binance },
  { "coinbase", "coinbase", "wss://localhost", { "BTC-USD", "ETH-USD" }, { "BTC-USD", "ETH-USD" },
    TRUE, 20000, FALSE, say_coinbase },
  { "kraken", "kraken", "wss://localhost/v2", { "BTC-USD", "ETH-USD" }, { "BTC/USD", "ETH/USD" },
    TRUE, 20000, FALSE, say_kraken },
  { "hyperliquid", "hyperliquid", "wss://localhost/ws", { "BTC-USD", "ETH-USD" }, { "BTC", "ETH" },
    FALSE, 200000, FALSE, say_hyperliquid },
  /* More than its back-fill's thirty trades are missed in the time that a reconnect takes. */
  { "hyperliquid-fast", "hyperliquid", "wss://localhost/ws", { "BTC-USD", "ETH-USD" }, { "BTC", "ETH" },
    FALSE, 20000, TRUE, say_hyperliquid },
};

static char *
market_path (const Speaker *speaker)
{
  g_autofree char *name = g_strdup_printf ("%s.market.tfrec", speaker->id);

  return g_build_filename (folder, name, NULL);
}

/* Eight seconds of a market of two instruments: trades numbered without a hole, quotes and books. */
static void
write_market (const Speaker *speaker)
{
  g_autofree char *path = market_path (speaker);
  g_autoptr (GError) error = NULL;
  TfRecorder *recorder = tf_recorder_new (path, speaker->venue, speaker->url, 0, &error);

  g_assert_no_error (error);
  for (guint k = 0; k < MARKET_US / speaker->step_us; k++)
    for (guint s = 0; s < SYMBOLS; s++)
      speaker->say (recorder, s, k, TF_SECOND * 1700000000 + (TfTime) k * speaker->step_us * 1000 + s * 1000000);
  tf_recorder_free (recorder, &error);
  g_assert_no_error (error);
}

static void
on_changed (TfConnection      *connection,
            TfConnectionState  state,
            const char        *reason,
            guint              retry_ms,
            gpointer           data)
{
  Row *row = data;

  if ((state == TF_CONNECTION_BACKOFF || state == TF_CONNECTION_DEGRADED || state == TF_CONNECTION_FAILED)
      && strstr (row->seen->str, reason) == NULL)
    g_string_append_printf (row->seen, "%s%s", row->seen->len > 0 ? "; " : "", reason);
}

static void
write_event (GString       *tape,
             const TfEvent *event)
{
  if (event->type == TF_EVENT_TRADE)
    g_string_append_printf (tape, "%" G_GINT64_FORMAT " %d %u %" G_GINT64_FORMAT "\n", event->time, event->instrument, event->flags,
                            event->trade.id);
  else
    g_string_append_printf (tape, "%" G_GINT64_FORMAT " %d %u %" G_GINT64_FORMAT "\n", event->time, event->instrument, event->flags,
                            event->quote.bid.raw);
}

static void
take (Row *row)
{
  TfEvent events[256];
  guint n;

  while ((n = tf_event_queue_pop (row->queue, events, G_N_ELEMENTS (events), 0)) > 0)
    for (guint k = 0; k < n; k++)
      {
        guint i = (guint) events[k].instrument;

        g_assert_cmpint (events[k].time, >=, row->time);
        row->time = events[k].time;
        write_event (row->tape, &events[k]);
        row->quotes += events[k].type == TF_EVENT_QUOTE;
        if (events[k].type != TF_EVENT_TRADE)
          continue;
        if (row->begun == 0)
          row->begun = g_get_monotonic_time () - (events[k].trade.id - FIRST_ID (i)) * row->speaker->step_us;
        if (row->first[i] == 0)
          row->first[i] = events[k].trade.id;
        else if (events[k].trade.id < row->first[i]) /* a back-fill may reach back to before we listened */
          row->first[i] = events[k].trade.id;
        else if (events[k].trade.id != row->last[i] + 1)
          row->wrong_order++;
        row->late = MAX (row->late, (double) (g_get_monotonic_time () - row->begun - (events[k].trade.id - FIRST_ID (i)) * row->speaker->step_us) * 1e-6);
        row->last[i] = MAX (row->last[i], events[k].trade.id);
        row->trades++;
        row->reconstructed += (events[k].flags & TF_EVENT_RECONSTRUCTED) != 0;
      }
}

static const TfConnectionEvents connection_events = { .changed = on_changed };

static void
set_markets (const Row *row,
             TfMarket   markets[SYMBOLS])
{
  for (guint k = 0; k < SYMBOLS; k++)
    {
      markets[k] = (TfMarket) { "", (gint) k, TF_CHANNEL_TRADES | TF_CHANNEL_QUOTES | TF_CHANNEL_BOOK };
      g_strlcpy (markets[k].name, row->speaker->names[k], sizeof markets[k].name);
    }
}

static void
start (Row *row)
{
  const TfVenue *venue = tf_venue_find (row->speaker->venue);
  TfPlayerOptions play = { .speed = 1, .pause = 1 };
  TfMarket markets[SYMBOLS];
  TfConnectionOptions options = {
    .venue = venue, .markets = markets, .n_markets = SYMBOLS, .seed = 7, .stale_ms = 5000, .settle_ms = 300,
    .silence_ms = 700, .backoff_ms = 100, .backoff_max_ms = 1000,
  };
  g_autofree char *market = market_path (row->speaker);
  g_autoptr (GError) error = NULL;

  set_markets (row, markets);
  row->player = tf_player_new (venue, market, &play, &error);
  g_assert_no_error (error);
  if (!row->none)
    tf_player_fault_at (row->player, row->fault, FAULT_AT);
  row->recorder = tf_recorder_new (row->path, row->speaker->venue, tf_player_get_url (row->player), 0, &error);
  g_assert_no_error (error);
  row->seen = g_string_new (NULL);
  row->tape = g_string_new (NULL);
  row->queue = tf_event_queue_new (65536, SYMBOLS);
  options.queue = row->queue;
  options.recorder = row->recorder;
  options.url = tf_player_get_url (row->player);
  options.rest = tf_player_get_rest (row->player);
  row->connection = tf_connection_new (&options, &connection_events, row, &error);
  g_assert_no_error (error);
  tf_connection_start (row->connection);
}

static gboolean
is_done (Row *row)
{
  TfPlayerFigures played;
  guint n;

  take (row);
  tf_player_get_figures (row->player, &played);
  if (!played.finished)
    return FALSE;
  for (guint k = 0; k < SYMBOLS; k++)
    if (row->last[k] != tf_player_get_last_trade (row->player, row->speaker->venue_names[k], &n))
      return FALSE;
  return TRUE;
}

static void
finish (Row *row)
{
  g_autoptr (GError) error = NULL;

  tf_connection_get_figures (row->connection, &row->figures);
  g_clear_pointer (&row->connection, tf_connection_free);
  take (row);
  g_clear_pointer (&row->player, tf_player_free);
  g_clear_pointer (&row->queue, tf_event_queue_unref);
  tf_recorder_free (row->recorder, &error);
  g_assert_no_error (error);
  row->done = TRUE;
}

/* What goes wrong, and part of what the client says about its line then. */
static const struct { TfFault fault; const char *expect; } faults[] = {
  { TF_FAULTS, NULL }, /* nothing */
  { TF_FAULT_DROP, "closed" },
  { TF_FAULT_CLOSE, "1001" },
  { TF_FAULT_STALL, "silent" },
  { TF_FAULT_HALF_OPEN, "silent" },
  { TF_FAULT_SLOW, NULL },
  { TF_FAULT_REORDER, NULL },
  { TF_FAULT_DUPLICATE, NULL },
  { TF_FAULT_TRUNCATE, NULL },
  { TF_FAULT_CORRUPT, NULL },
  { TF_FAULT_OVERSIZE, "payload" },
  { TF_FAULT_GAP, NULL },
  { TF_FAULT_429, "429" },
  { TF_FAULT_418, "418" },
  { TF_FAULT_503, "503" },
  { TF_FAULT_CHECKSUM, NULL },
  { TF_FAULT_SKEW, NULL },
  { TF_FAULT_MAINTENANCE, NULL },
};

static Row rows[G_N_ELEMENTS (speakers)][G_N_ELEMENTS (faults)];

static gboolean
wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static const char *
fault_of (const Row *row)
{
  return row->none ? "none" : tf_fault_name (row->fault);
}

/* All faults of one venue. */
static void
run_all (Row *own)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  guint left = G_N_ELEMENTS (faults), id;

  if (own[0].done)
    return;
  write_market (own[0].speaker);
  for (guint k = 0; k < G_N_ELEMENTS (faults); k++)
    start (&own[k]);
  id = g_timeout_add (5, wake, NULL);
  while (left > 0 && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, TRUE);
      for (guint k = 0; k < G_N_ELEMENTS (faults); k++)
        if (!own[k].done && is_done (&own[k]))
          {
            finish (&own[k]);
            left--;
          }
    }
  for (guint k = 0; k < G_N_ELEMENTS (faults); k++)
    if (!own[k].done)
      finish (&own[k]);
  g_source_remove (id);
}

/* What was seen, as a table of comments behind all tests. */
static void
print_table (void)
{
  g_print ("# %-16s %-11s %6s %9s %5s %6s %7s %8s  %s\n", "venue", "fault", "trades", "recover s", "gaps", "errors", "resyncs", "backfill",
           "seen");
  for (guint v = 0; v < G_N_ELEMENTS (speakers); v++)
    for (guint k = 0; k < G_N_ELEMENTS (faults); k++)
      {
        const Row *row = &rows[v][k];

        if (row->done)
          g_print ("# %-16s %-11s %6u %9.2f %5u %6u %7u %8u  %s\n", row->speaker->id, fault_of (row), row->trades, row->late,
                   (guint) row->figures.intake.gaps, (guint) row->figures.intake.errors, row->figures.resyncs,
                   row->reconstructed, row->seen->len > 0 ? row->seen->str : "the line stayed up");
      }
}

/* What was recorded of the session gives the very same events, also when it is continued in the middle. */
static void
check_recording (const Row *row)
{
  g_autoptr (GString) tape = g_string_new (NULL);
  g_autoptr (GByteArray) state = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TfRecordedSession) session = NULL;
  TfMarket markets[SYMBOLS];
  TfEventSource *source;
  TfEvent event;
  guint n = 0;

  set_markets (row, markets);
  session = tf_recorded_session_read (row->path, &error);
  g_assert_no_error (error);
  source = tf_replayer_new (row->path, session, markets, SYMBOLS, 0, &error);
  g_assert_no_error (error);
  while (source->next (source, &event))
    {
      write_event (tape, &event);
      if (++n == 1000)
        {
          source->save (source, state);
          source->next (source, &event);
          g_assert_true (source->restore (source, state->data, state->len, &error));
          g_assert_no_error (error);
        }
    }
  g_assert_true (source->check (source, NULL));
  g_assert_cmpstr (tape->str, ==, row->tape->str);
  source->free (source);
}

/* Hyperliquid numbers neither its messages nor its trades: that one of them is missing can’t be noticed. */
static gboolean
is_unnoticed (const Row *row)
{
  return !row->speaker->numbered && !row->none
         && (row->fault == TF_FAULT_GAP || row->fault == TF_FAULT_TRUNCATE || row->fault == TF_FAULT_CORRUPT || row->fault == TF_FAULT_CHECKSUM);
}

static void
test_fault (gconstpointer data)
{
  const Row *row = data;
  guint expected = 0;

  for (guint v = 0; v < G_N_ELEMENTS (speakers); v++)
    if (row->speaker == &speakers[v])
      run_all (rows[v]);
  for (guint k = 0; k < SYMBOLS; k++)
    {
      g_assert_cmpint (row->last[k], ==, FIRST_ID (k) + MARKET_US / row->speaker->step_us - 1);
      expected += (guint) (row->last[k] - row->first[k] + 1);
    }
  if (row->speaker->lossy && !is_unnoticed (row))
    {
      g_assert_cmpint (row->figures.unfilled > 0, ==, row->trades < expected);
      if (row->fault == TF_FAULT_STALL && !row->none)
        g_assert_cmpuint (row->figures.unfilled, >, 0);
    }
  else
    {
      if (!is_unnoticed (row))
        {
          g_assert_cmpuint (row->wrong_order, ==, 0);
          g_assert_cmpuint (row->trades, ==, expected);
        }
      g_assert_cmpuint (row->figures.unfilled, ==, 0);
    }
  if (row->expect != NULL && strstr (row->seen->str, row->expect) == NULL)
    {
      g_test_message ("found “%s”, expected “%s” in it", row->seen->str, row->expect);
      g_test_fail ();
    }
  if (row->none)
    {
      g_assert_cmpstr (row->seen->str, ==, "");
      g_assert_cmpuint (row->reconstructed, ==, 0);
      g_assert_cmpuint (row->figures.intake.errors, ==, 0);
      g_assert_cmpuint (row->figures.intake.gaps, ==, 0);
    }
  check_recording (row);
}

/* libsoup says each frame that it sends. */
static void
drop_log (const char    *domain,
          GLogLevelFlags level,
          const char    *message,
          gpointer       data)
{
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions (); /* the table comes at the end */
  g_log_set_handler ("libsoup", G_LOG_LEVEL_DEBUG, drop_log, NULL);
  g_log_set_handler ("GLib-GIO", G_LOG_LEVEL_DEBUG, drop_log, NULL);
  folder = g_dir_make_tmp ("tf-connection-XXXXXX", &error);
  g_assert_no_error (error);
  for (guint v = 0; v < G_N_ELEMENTS (speakers); v++)
    for (guint k = 0; k < G_N_ELEMENTS (faults); k++)
      {
        Row *row = &rows[v][k];
        g_autofree char *name = NULL, *path = NULL;

        *row = (Row) { .speaker = &speakers[v], .fault = faults[k].fault, .none = faults[k].fault == TF_FAULTS, .expect = faults[k].expect };
        name = g_strdup_printf ("%s-%s.tfrec", speakers[v].id, fault_of (row));
        row->path = g_build_filename (folder, name, NULL);
        path = g_strdup_printf ("/connection/%s/%s", speakers[v].id, fault_of (row));
        g_test_add_data_func (path, row, test_fault);
      }
  status = g_test_run ();
  print_table ();
  for (guint v = 0; v < G_N_ELEMENTS (speakers); v++)
    {
      g_autofree char *market = market_path (&speakers[v]);

      g_unlink (market);
      for (guint k = 0; k < G_N_ELEMENTS (faults); k++)
        {
          Row *row = &rows[v][k];

          g_unlink (row->path);
          g_free (row->path);
          if (row->seen != NULL)
            g_string_free (row->seen, TRUE);
          if (row->tape != NULL)
            g_string_free (row->tape, TRUE);
        }
    }
  g_rmdir (folder);
  g_free (folder);
  return status;
}
