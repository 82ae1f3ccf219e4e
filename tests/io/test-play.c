#include <glib/gstdio.h>
#include <string.h>

#include "io/feeds/connection.h"
#include "io/feeds/player.h"
#include "local-server.h"

/* Real recordings of each venue, played to the real client, with something going wrong on the way; and what a recording
 * knows of the time before it. */

#define PATIENCE_S 120
#define SPEED 4

typedef struct
{
  const char *venue, *file;
  const char *names[3];
  guint       channels;
  TfFault     fault;
  gboolean    dense; /* ids of trades have no holes */
  gboolean    checksums;
  /* while it runs */
  TfPlayer   *player;
  TfEventQueue *queue;
  TfConnection *connection;
  GString    *seen;
  gint64      first[3], last[3];
  guint       trades[3], quotes, states;
  gboolean    ready, done;
  TfConnectionFigures figures;
} Row;

#define ALL (TF_CHANNEL_TRADES | TF_CHANNEL_QUOTES | TF_CHANNEL_BOOK | TF_CHANNEL_CANDLES)

static Row rows[] = {
  { "binance", "binance/spot_multi_20210404", { "BTC-USDT", "ETH-USDT", "DOT-USDT" }, ALL, TF_FAULT_DROP, TRUE },
  { "binance", "binance/spot_multi_20210404", { "BTC-USDT", "ETH-USDT", "DOT-USDT" }, ALL, TF_FAULT_GAP, TRUE },
  { "coinbase", "coinbase/advanced_20260809", { "BTC-USD", "ETH-USD" }, ALL, TF_FAULT_DROP, TRUE },
  { "coinbase", "coinbase/advanced_20260809", { "BTC-USD", "ETH-USD" }, ALL, TF_FAULT_GAP, TRUE },
  { "coinbase-exchange", "coinbase/exchange_20210417_a", { "YFI-BTC", "BAND-BTC", "SKL-GBP" }, ALL, TF_FAULT_DROP, TRUE },
  { "kraken", "kraken/derived_v2_book_20210417", { "XMR-USD", "ADA-BTC", "BTC-CHF" }, TF_CHANNEL_BOOK, TF_FAULT_DROP, FALSE, TRUE },
  { "kraken", "kraken/derived_v2_book_20210417", { "XMR-USD", "ADA-BTC", "BTC-CHF" }, TF_CHANNEL_BOOK, TF_FAULT_CHECKSUM, FALSE, TRUE },
  { "hyperliquid", "hyperliquid/ws_btc_20250126_a", { "BTC-USD" }, ALL, TF_FAULT_DROP },
};

static void
on_changed (TfConnection      *connection,
            TfConnectionState  state,
            const char        *reason,
            guint              retry_ms,
            gpointer           data)
{
  Row *row = data;

  row->states |= 1u << state;
  if ((state == TF_CONNECTION_BACKOFF || state == TF_CONNECTION_FAILED) && strstr (row->seen->str, reason) == NULL)
    g_string_append_printf (row->seen, "%s%s", row->seen->len > 0 ? "; " : "", reason);
}

static const TfConnectionEvents events = { .changed = on_changed };

static gboolean
start (Row *row)
{
  const TfVenue *venue = tf_venue_find (row->venue);
  TfPlayerOptions play = { .speed = SPEED, .pause = 1 };
  TfMarket markets[3] = { 0 };
  TfConnectionOptions options = {
    .venue = venue, .markets = markets, .seed = 7, .settle_ms = 300, .silence_ms = 3000, .backoff_ms = 100,
  };
  g_autofree char *name = g_strdup_printf ("%s.jsonl.gz", row->file);
  g_autofree char *path = g_build_filename (g_getenv ("TF_SHARED") != NULL ? g_getenv ("TF_SHARED") : "", "data", "frames", name, NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;
  row->player = tf_player_new (venue, path, &play, &error);
  g_assert_no_error (error);
  tf_player_fault_at (row->player, row->fault, row->fault == TF_FAULT_DROP ? 2 : 1.5);
  for (guint k = 0; k < 3 && row->names[k] != NULL; k++)
    {
      markets[k] = (TfMarket) { "", (gint) k, row->channels };
      g_strlcpy (markets[k].name, row->names[k], sizeof markets[k].name);
      options.n_markets++;
    }
  row->seen = g_string_new (NULL);
  options.queue = row->queue = tf_event_queue_new (65536, 3);
  options.url = tf_player_get_url (row->player);
  options.rest = tf_player_get_rest (row->player);
  row->connection = tf_connection_new (&options, &events, row, &error);
  g_assert_no_error (error);
  tf_connection_start (row->connection);
  return row->ready = TRUE;
}

static gboolean
is_done (Row *row)
{
  TfEvent taken[256];
  TfPlayerFigures played;
  guint n;

  while ((n = tf_event_queue_pop (row->queue, taken, G_N_ELEMENTS (taken), 0)) > 0)
    for (guint k = 0; k < n; k++)
      {
        guint i = (guint) taken[k].instrument;

        row->quotes += taken[k].type == TF_EVENT_QUOTE;
        if (taken[k].type != TF_EVENT_TRADE)
          continue;
        row->first[i] = row->trades[i]++ == 0 ? taken[k].trade.id : row->first[i];
        row->last[i] = MAX (row->last[i], taken[k].trade.id);
      }
  tf_player_get_figures (row->player, &played);
  if (!played.finished)
    return FALSE;
  for (guint k = 0; row->dense && k < 3 && row->names[k] != NULL; k++)
    {
      char name[TF_SYMBOL_SIZE];
      gint64 last;

      tf_venue_find (row->venue)->to_venue (row->names[k], name);
      last = tf_player_get_last_trade (row->player, name, &n);
      if (row->first[k] != 0 && (row->last[k] != last || row->trades[k] != (guint) (last - row->first[k] + 1)))
        return FALSE;
    }
  return TRUE;
}

static void
finish (Row *row)
{
  if (row->connection == NULL)
    return;
  tf_connection_get_figures (row->connection, &row->figures);
  g_clear_pointer (&row->connection, tf_connection_free);
  g_clear_pointer (&row->player, tf_player_free);
  g_clear_pointer (&row->queue, tf_event_queue_unref);
}

static void
run_all (void)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  guint left = 0;

  if (rows[0].done)
    return;
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    left += start (&rows[k]);
  while (left > 0 && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, TRUE);
      for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
        if (rows[k].ready && !rows[k].done && is_done (&rows[k]))
          {
            finish (&rows[k]);
            rows[k].done = TRUE;
            left--;
          }
    }
  g_test_message ("%-18s %-10s %7s %7s %5s %5s %7s %8s  %s", "venue", "fault", "trades", "quotes", "gaps", "sums", "resyncs",
                  "backfill", "seen");
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    if (rows[k].ready)
      {
        TfConnectionFigures *figures = &rows[k].figures;

        finish (&rows[k]);
        g_test_message ("%-18s %-10s %7u %7u %5u %5u %7u %8u  %s", rows[k].venue, tf_fault_name (rows[k].fault),
                        rows[k].trades[0] + rows[k].trades[1] + rows[k].trades[2], rows[k].quotes, (guint) figures->intake.gaps,
                        (guint) figures->intake.checksums_bad, figures->resyncs, (guint) figures->intake.reconstructed,
                        rows[k].seen->len > 0 ? rows[k].seen->str : "the line stayed up");
      }
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;

  run_all ();
  if (!row->ready)
    {
      g_test_skip ("no recordings in $TF_SHARED/data/frames");
      return;
    }
  g_assert_true (row->done);
  g_assert_cmpuint (row->states & 1u << TF_CONNECTION_LIVE, !=, 0);
  g_assert_cmpuint (row->quotes, >, 0);
  g_assert_cmpuint (row->figures.refused, ==, 0);
  g_assert_cmpuint (row->figures.intake.errors, ==, 0);
  g_assert_cmpuint (row->figures.intake.crossed, ==, 0);
  if (row->fault == TF_FAULT_DROP)
    g_assert_cmpuint (row->figures.reconnects, ==, 1);
  if (row->checksums)
    g_assert_cmpuint (row->figures.intake.checksums_bad, ==, row->fault == TF_FAULT_CHECKSUM ? 1 : 0);
}

/* A recording's own history, of which nobody has heard a trade. */

#define KLINE(second, close) "[" second "000,\"100\",\"102\",\"99\",\"" close "\",\"3\"," second "999,\"0\",1,\"0\",\"0\",\"0\"]"
#define KLINES "/api/v3/klines?symbol=BTCUSDT&interval="

typedef struct
{
  const char *name, *question, *answer;
} HistoryRow;

static const HistoryRow history_rows[] = {
  { "all", KLINES "1s&startTime=1700000037000&endTime=1700000039999",
    "[" KLINE ("1700000037", "100") "," KLINE ("1700000038", "101") "," KLINE ("1700000039", "102") "]" },
  { "part", KLINES "1s&startTime=1700000038000&endTime=1700000038999", "[" KLINE ("1700000038", "101") "]" },
  { "other-interval", KLINES "1m&startTime=1699999980000&endTime=1700000039999", "[]" },
  { "other-instrument", "/api/v3/klines?symbol=ETHUSDT&interval=1s&startTime=1700000037000&endTime=1700000039999", "[]" },
};

static void
on_read (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  *(GBytes **) data = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);
}

static void
test_history (gconstpointer data)
{
  static const char *const files[][2] = {
    { "x.jsonl", "{\"e\":\"trade\",\"E\":1700000040000,\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"102\",\"q\":\"1\",\"T\":1700000040000,"
                 "\"m\":false,\"M\":true}\n" },
    { "x.recv_ns", "1700000040000000000\n" },
    /* Fetched twice, the second time with one more. */
    { "x.rest.jsonl",
      "{\"recv_ns\":\"1700000039000000000\",\"url\":\"https://api.binance.com" KLINES "1s&limit=1000\",\"body\":["
      KLINE ("1700000037", "100") "," KLINE ("1700000038", "101") "]}\n"
      "{\"recv_ns\":\"1700000040000000000\",\"url\":\"https://api.binance.com" KLINES "1s&limit=1000\",\"body\":["
      KLINE ("1700000038", "101") "," KLINE ("1700000039", "102") "]}\n" },
  };
  const HistoryRow *row = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("tf-play-XXXXXX", &error), *path = g_build_filename (folder, "x.jsonl", NULL);
  g_autoptr (TfPlayer) player = NULL;
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = NULL;
  g_autofree char *url = NULL;
  GBytes *answer = NULL;

  g_assert_no_error (error);
  for (guint k = 0; k < G_N_ELEMENTS (files); k++)
    {
      g_autofree char *file = g_build_filename (folder, files[k][0], NULL);

      g_file_set_contents (file, files[k][1], -1, &error);
      g_assert_no_error (error);
    }
  player = tf_player_new (tf_venue_find ("binance"), path, &(TfPlayerOptions) { .speed = 1, .now = TRUE }, &error);
  g_assert_no_error (error);
  url = g_strconcat (tf_player_get_rest (player), row->question, NULL);
  message = soup_message_new (SOUP_METHOD_GET, url);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, on_read, &answer);
  while (answer == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (soup_message_get_status (message), ==, SOUP_STATUS_OK);
  g_assert_cmpmem (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer), row->answer, strlen (row->answer));
  g_bytes_unref (answer);
  for (guint k = 0; k < G_N_ELEMENTS (files); k++)
    {
      g_autofree char *file = g_build_filename (folder, files[k][0], NULL);

      g_remove (file);
    }
  g_rmdir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hush_libsoup ();
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    {
      g_autofree char *path = g_strdup_printf ("/play/%s/%s", rows[k].venue, tf_fault_name (rows[k].fault));

      g_test_add_data_func (path, &rows[k], test_row);
    }
  for (guint k = 0; k < G_N_ELEMENTS (history_rows); k++)
    {
      g_autofree char *path = g_strdup_printf ("/play/history/%s", history_rows[k].name);

      g_test_add_data_func (path, &history_rows[k], test_history);
    }
  return g_test_run ();
}
