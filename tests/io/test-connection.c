#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "io/feeds/connection.h"
#include "io/feeds/player.h"
#include "io/feeds/replayer.h"

/* The real client against the local venue, while that one misbehaves: what was seen, and that no trade was lost, doubled
 * or out of order. All faults run side by side, since most of their time is waiting. No time is asserted. */

#define PATIENCE_S 120
#define FAULT_AT 1.5
#define SYMBOLS 2

static char *folder, *market;

typedef struct
{
  const char   *venue;
  TfFault       fault;
  gboolean      none; /* nothing goes wrong */
  const char   *expect; /* part of a state's reason that must have been seen; NULL: none must */
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

static const char *const binance_names[] = { "BTC-USDT", "ETH-USDT" };

static void
add_message (TfRecorder *recorder,
             TfTime      time,
             const char *text)
{
  tf_recorder_add (recorder, &(TfFrame) { TF_FRAME_RECEIVED, 1, time, NULL, text, strlen (text) });
}

/* Eight seconds of a market of two instruments: trades numbered without a hole, quotes and books. */
static char *
write_market (void)
{
  g_autofree char *path = g_build_filename (folder, "market.tfrec", NULL);
  g_autoptr (GError) error = NULL;
  TfRecorder *recorder = tf_recorder_new (path, "binance", "wss://localhost/stream", 0, &error);
  const TfTime start = G_GINT64_CONSTANT (1700000000000000000);

  g_assert_no_error (error);
  for (guint k = 0; k < 800; k++)
    for (guint s = 0; s < SYMBOLS; s++)
      {
        static const char *const names[][2] = { { "btcusdt", "BTCUSDT" }, { "ethusdt", "ETHUSDT" } };
        TfTime time = start + (TfTime) k * 10000000 + s * 1000000;
        g_autofree char *trade = g_strdup_printf (
          "{\"stream\":\"%s@trade\",\"data\":{\"e\":\"trade\",\"E\":%" G_GINT64_FORMAT ",\"s\":\"%s\",\"t\":%u,\"p\":\"%u.50\","
          "\"q\":\"0.01000000\",\"T\":%" G_GINT64_FORMAT ",\"m\":%s,\"M\":true}}", names[s][0], time / 1000000, names[s][1],
          5000 * (s + 1) + k, 30000 / (s + 1) + k % 7, time / 1000000, k % 2 ? "true" : "false");
        g_autofree char *quote = g_strdup_printf (
          "{\"stream\":\"%s@bookTicker\",\"data\":{\"u\":%u,\"s\":\"%s\",\"b\":\"%u.40\",\"B\":\"1.0\",\"a\":\"%u.60\",\"A\":\"2.0\"}}",
          names[s][0], 100 + k, names[s][1], 30000 / (s + 1) + k % 7, 30000 / (s + 1) + k % 7);
        g_autofree char *depth = g_strdup_printf (
          "{\"stream\":\"%s@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":%" G_GINT64_FORMAT ",\"s\":\"%s\",\"U\":%u,\"u\":%u,"
          "\"b\":[[\"29990.00\",\"%u.0\"]],\"a\":[[\"31000.00\",\"%u.0\"]]}}", names[s][0], time / 1000000, names[s][1],
          1000 + k, 1000 + k, k % 5 + 1, k % 3 + 1);

        if (k == 0)
          {
            g_autofree char *about = g_strdup_printf ("https://api.binance.com/api/v3/depth?symbol=%s&limit=1000", names[s][1]);
            static const char book[] = "{\"lastUpdateId\":999,\"bids\":[[\"29990.00\",\"1.0\"]],\"asks\":[[\"31000.00\",\"1.0\"]]}";

            tf_recorder_add (recorder, &(TfFrame) { TF_FRAME_ANSWER, 0, time, about, book, strlen (book) });
          }
        add_message (recorder, time, trade);
        add_message (recorder, time, quote);
        add_message (recorder, time, depth);
      }
  tf_recorder_free (recorder, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&path);
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
          row->begun = g_get_monotonic_time () - (events[k].trade.id - 5000 * (i + 1)) * 10000;
        if (row->first[i] == 0)
          row->first[i] = events[k].trade.id;
        else if (events[k].trade.id != row->last[i] + 1)
          row->wrong_order++;
        row->late = MAX (row->late, (double) (g_get_monotonic_time () - row->begun) * 1e-6 - (double) (events[k].trade.id - 5000 * (i + 1)) * 0.01);
        row->last[i] = MAX (row->last[i], events[k].trade.id);
        row->trades++;
        row->reconstructed += (events[k].flags & TF_EVENT_RECONSTRUCTED) != 0;
      }
}

static const TfConnectionEvents connection_events = { .changed = on_changed };

static void
set_markets (TfMarket markets[SYMBOLS])
{
  for (guint k = 0; k < SYMBOLS; k++)
    {
      markets[k] = (TfMarket) { "", (gint) k, TF_CHANNEL_TRADES | TF_CHANNEL_QUOTES | TF_CHANNEL_BOOK };
      g_strlcpy (markets[k].name, binance_names[k], sizeof markets[k].name);
    }
}

static void
start (Row *row)
{
  const TfVenue *venue = tf_venue_find (row->venue);
  TfPlayerOptions play = { .speed = 1, .pause = 1 };
  TfMarket markets[SYMBOLS];
  TfConnectionOptions options = {
    .venue = venue, .markets = markets, .n_markets = SYMBOLS, .seed = 7, .stale_ms = 5000, .settle_ms = 300,
    .silence_ms = 700, .backoff_ms = 100, .backoff_max_ms = 1000,
  };
  g_autofree char *path = g_strdup_printf ("%s/%s.tfrec", folder, row->none ? "none" : tf_fault_name (row->fault));
  g_autoptr (GError) error = NULL;

  set_markets (markets);
  row->player = tf_player_new (venue, market, &play, &error);
  g_assert_no_error (error);
  if (!row->none)
    tf_player_fault_at (row->player, row->fault, FAULT_AT);
  row->recorder = tf_recorder_new (path, row->venue, tf_player_get_url (row->player), 0, &error);
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
  static const char *const venue_names[] = { "BTCUSDT", "ETHUSDT" };
  guint n;

  take (row);
  tf_player_get_figures (row->player, &played);
  if (!played.finished)
    return FALSE;
  for (guint k = 0; k < SYMBOLS; k++)
    if (row->last[k] != tf_player_get_last_trade (row->player, venue_names[k], &n))
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

static Row rows[] = {
  { .venue = "binance", .none = TRUE },
  { .venue = "binance", .fault = TF_FAULT_DROP, .expect = "closed" },
  { .venue = "binance", .fault = TF_FAULT_CLOSE, .expect = "1001" },
  { .venue = "binance", .fault = TF_FAULT_STALL, .expect = "silent" },
  { .venue = "binance", .fault = TF_FAULT_HALF_OPEN, .expect = "silent" },
  { .venue = "binance", .fault = TF_FAULT_SLOW },
  { .venue = "binance", .fault = TF_FAULT_REORDER },
  { .venue = "binance", .fault = TF_FAULT_DUPLICATE },
  { .venue = "binance", .fault = TF_FAULT_TRUNCATE },
  { .venue = "binance", .fault = TF_FAULT_CORRUPT },
  { .venue = "binance", .fault = TF_FAULT_OVERSIZE, .expect = "payload" },
  { .venue = "binance", .fault = TF_FAULT_GAP },
  { .venue = "binance", .fault = TF_FAULT_429, .expect = "429" },
  { .venue = "binance", .fault = TF_FAULT_418, .expect = "418" },
  { .venue = "binance", .fault = TF_FAULT_503, .expect = "503" },
  { .venue = "binance", .fault = TF_FAULT_CHECKSUM },
  { .venue = "binance", .fault = TF_FAULT_SKEW },
  { .venue = "binance", .fault = TF_FAULT_MAINTENANCE },
};

static gboolean
wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
run_all (void)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  guint left = G_N_ELEMENTS (rows), id;

  if (rows[0].done)
    return;
  market = write_market ();
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    start (&rows[k]);
  id = g_timeout_add (5, wake, NULL);
  while (left > 0 && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, TRUE);
      for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
        if (!rows[k].done && is_done (&rows[k]))
          {
            finish (&rows[k]);
            left--;
          }
    }
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    if (!rows[k].done)
      finish (&rows[k]);
  g_source_remove (id);
  g_test_message ("%-12s %7s %6s %6s %7s %7s %8s  %s", "fault", "trades", "late s", "gaps", "errors", "resyncs", "backfill", "seen");
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    g_test_message ("%-12s %7u %6.2f %6u %7u %7u %8u  %s", rows[k].none ? "none" : tf_fault_name (rows[k].fault), rows[k].trades,
                    rows[k].late, (guint) rows[k].figures.intake.gaps, (guint) rows[k].figures.intake.errors,
                    rows[k].figures.resyncs, rows[k].reconstructed,
                    rows[k].seen->len > 0 ? rows[k].seen->str : "the line stayed up");
}

/* What was recorded of the session gives the very same events, also when it is continued in the middle. */
static void
check_recording (const Row *row)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.tfrec", folder, row->none ? "none" : tf_fault_name (row->fault));
  g_autoptr (GString) tape = g_string_new (NULL);
  g_autoptr (GByteArray) state = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TfRecordedSession) session = NULL;
  TfMarket markets[SYMBOLS];
  TfEventSource *source;
  TfEvent event;
  guint n = 0;

  set_markets (markets);
  session = tf_recorded_session_read (path, &error);
  g_assert_no_error (error);
  source = tf_replayer_new (path, session, markets, SYMBOLS, 0, &error);
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
  g_assert_true (tf_replayer_check (source, NULL));
  g_assert_cmpstr (tape->str, ==, row->tape->str);
  source->free (source);
}

static void
test_fault (gconstpointer data)
{
  const Row *row = data;

  run_all ();
  for (guint k = 0; k < SYMBOLS; k++)
    g_assert_cmpint (row->last[k], ==, 5000 * (k + 1) + 799);
  g_assert_cmpuint (row->wrong_order, ==, 0);
  g_assert_cmpuint (row->trades, ==, (guint) (row->last[0] - row->first[0] + 1 + row->last[1] - row->first[1] + 1));
  g_assert_cmpuint (row->figures.unfilled, ==, 0);
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
  g_log_set_handler ("libsoup", G_LOG_LEVEL_DEBUG, drop_log, NULL);
  g_log_set_handler ("GLib-GIO", G_LOG_LEVEL_DEBUG, drop_log, NULL);
  folder = g_dir_make_tmp ("tf-connection-XXXXXX", &error);
  g_assert_no_error (error);
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    {
      g_autofree char *path = g_strconcat ("/connection/fault/", rows[k].none ? "none" : tf_fault_name (rows[k].fault), NULL);

      g_test_add_data_func (path, &rows[k], test_fault);
    }
  status = g_test_run ();
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s.tfrec", folder, rows[k].none ? "none" : tf_fault_name (rows[k].fault));

      g_unlink (path);
      if (rows[k].seen != NULL)
        g_string_free (rows[k].seen, TRUE);
      if (rows[k].tape != NULL)
        g_string_free (rows[k].tape, TRUE);
    }
  g_unlink (market);
  g_rmdir (folder);
  g_free (market);
  g_free (folder);
  return status;
}
