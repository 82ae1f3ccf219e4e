#include <string.h>

#include "core/base/error.h"
#include "io/sources/hub.h"
#include "io/sources/line.h"
#include "local-server.h"

/* The fetcher, the poller, the line and the hub against a server that does as it is told. */

typedef struct
{
  SoupServer *server;
  char       *url;
  guint       port, asked, status;
  const char *retry_after, *etag, *location, *body;
  gsize       size;      /* of a made-up body, when not 0 */
  gboolean    chunked, mute;
  GBytes     *packed;
  GPtrArray  *streams;
  guint       accepted;
  char       *user_agent, *if_none_match;
  SoupServerMessage *held;
} Server;

static void
on_request (SoupServer        *soup,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           data)
{
  Server *server = data;
  SoupMessageHeaders *in = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *out = soup_server_message_get_response_headers (message);

  server->asked++;
  g_free (server->user_agent);
  server->user_agent = g_strdup (soup_message_headers_get_one (in, "User-Agent"));
  g_free (server->if_none_match);
  server->if_none_match = g_strdup (soup_message_headers_get_one (in, "If-None-Match"));
  if (server->mute)
    {
      server->held = message;
      soup_server_message_pause (message);
      return;
    }
  if (server->location != NULL && strcmp (path, "/there") != 0)
    {
      soup_message_headers_replace (out, "Location", server->location);
      soup_server_message_set_status (message, 301, NULL);
      return;
    }
  if (server->retry_after != NULL)
    soup_message_headers_replace (out, "Retry-After", server->retry_after);
  if (server->etag != NULL)
    soup_message_headers_replace (out, "ETag", server->etag);
  if (server->etag != NULL && g_strcmp0 (server->etag, server->if_none_match) == 0)
    {
      soup_server_message_set_status (message, 304, NULL);
      return;
    }
  soup_server_message_set_status (message, server->status != 0 ? server->status : 200, NULL);
  if (server->packed != NULL)
    {
      soup_message_headers_replace (out, "Content-Encoding", "gzip");
      soup_message_body_append_bytes (soup_server_message_get_response_body (message), server->packed);
      soup_message_body_complete (soup_server_message_get_response_body (message));
      return;
    }
  if (server->chunked)
    soup_message_headers_set_encoding (out, SOUP_ENCODING_CHUNKED);
  if (server->size > 0)
    {
      soup_message_body_append_take (soup_server_message_get_response_body (message), g_malloc0 (server->size), server->size);
      soup_message_body_complete (soup_server_message_get_response_body (message));
    }
  else
    soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, server->body != NULL ? server->body : "fine",
                                      strlen (server->body != NULL ? server->body : "fine"));
}

static void
on_websocket (SoupServer              *soup,
              SoupServerMessage       *message,
              const char              *path,
              SoupWebsocketConnection *stream,
              gpointer                 data)
{
  Server *server = data;

  server->accepted++;
  g_ptr_array_add (server->streams, g_object_ref (stream));
}

static void
server_start (Server *server)
{
  memset (server, 0, sizeof *server);
  server->server = soup_server_new (NULL, NULL);
  server->streams = g_ptr_array_new_with_free_func (g_object_unref);
  soup_server_add_handler (server->server, NULL, on_request, server, NULL);
  soup_server_add_websocket_handler (server->server, "/ws", NULL, NULL, on_websocket, server, NULL);
  server->port = listen_here (server->server);
  server->url = g_strdup_printf ("http://127.0.0.1:%u/", server->port);
}

static void
server_stop (Server *server)
{
  soup_server_disconnect (server->server);
  g_ptr_array_unref (server->streams);
  g_object_unref (server->server);
  g_free (server->url);
  g_free (server->user_agent);
  g_free (server->if_none_match);
}

/* The last answer, and how many there were */
typedef struct
{
  guint     n, fine, status, retry_ms;
  gsize     length;
  gboolean  permanent;
  char     *reason, *moved, *text;
  gint64    at;
  TfPoller *freed;
} Heard;

static void
on_answer (const TfAnswer *answer,
           gpointer        data)
{
  Heard *heard = data;

  heard->n++;
  heard->fine += answer->reason == NULL;
  heard->status = answer->status;
  heard->retry_ms = answer->retry_ms;
  heard->length = answer->length;
  heard->permanent = answer->permanent;
  g_free (heard->reason);
  heard->reason = g_strdup (answer->reason);
  g_free (heard->moved);
  heard->moved = g_strdup (answer->moved);
  g_free (heard->text);
  heard->text = g_strdup (answer->bytes);
  heard->at = g_get_monotonic_time ();
  g_clear_pointer (&heard->freed, tf_poller_free);
}

static void
heard_clear (Heard *heard)
{
  g_free (heard->reason);
  g_free (heard->moved);
  g_free (heard->text);
  memset (heard, 0, sizeof *heard);
}

static void
ask (TfFetcher           *fetcher,
     const TfHttpRequest *request,
     Heard               *heard)
{
  guint before = heard->n;

  tf_fetcher_send (fetcher, request, on_answer, heard);
  g_assert_cmpuint (heard->n, ==, before); /* never at once */
  UNTIL (heard->n > before);
}

static const TfFetcherOptions quick = { .rate = 10000, .burst = 100, .failures = 3, .open_ms = 50, .open_max_ms = 400 };

static void
test_plain (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  Server server;
  Heard heard = { 0 };
  TfHttpRequest request = { .user_agent = "Somebody somebody@example.org" };

  server_start (&server);
  request.url = server.url;
  ask (fetcher, &request, &heard);
  g_assert_cmpuint (heard.status, ==, 200);
  g_assert_cmpstr (heard.text, ==, "fine");
  g_assert_cmpuint (heard.length, ==, 4);
  g_assert_null (heard.reason);
  g_assert_cmpstr (server.user_agent, ==, "Somebody somebody@example.org");
  server.status = 404;
  ask (fetcher, &request, &heard);
  g_assert_cmpstr (heard.reason, ==, "HTTP 404, not found");
  g_assert_false (heard.permanent);
  server.status = 410;
  ask (fetcher, &request, &heard);
  g_assert_true (heard.permanent);
  heard_clear (&heard);
  server_stop (&server);
}

/* Only encrypted, or this machine. Rows: address, whether it may be used. */
static void
test_addresses (void)
{
  static const struct { const char *url; gboolean good; } rows[] = {
    { "https://example.org/feed", TRUE }, { "wss://example.org/ws", TRUE }, { "http://127.0.0.1:1/", TRUE },
    { "http://[::1]:1/", TRUE }, { "ws://localhost/", TRUE }, { "http://example.org/", FALSE },
    { "http://127.0.0.1.example.org/", FALSE }, { "ftp://127.0.0.1/", FALSE }, { "file:///etc/passwd", FALSE },
    { "https://user:word@example.org/", FALSE }, { "https:///", FALSE }, { "example.org", FALSE }, { "", FALSE },
  };
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  Heard heard = { 0 };

  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", rows[k].url);
      g_assert_cmpint (tf_fetcher_check_url (rows[k].url, &error), ==, rows[k].good);
      g_assert_cmpint (error == NULL, ==, rows[k].good);
      if (rows[k].good)
        continue;
      ask (fetcher, &(TfHttpRequest) { .url = rows[k].url }, &heard);
      g_assert_true (heard.permanent);
      g_assert_cmpuint (heard.status, ==, 0);
    }
  heard_clear (&heard);
}

/* Ten questions, two of them saved up: the other eight cannot come faster than the bucket fills. */
static void
test_bucket (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (NULL);
  Server server;
  Heard heard = { 0 };
  TfHttpRequest request = { .cost = 2 };
  gint64 start = g_get_monotonic_time ();

  server_start (&server);
  request.url = server.url;
  tf_fetcher_set_rate (fetcher, server.url, 100, 4);
  for (guint k = 0; k < 10; k++)
    tf_fetcher_send (fetcher, &request, on_answer, &heard);
  UNTIL (heard.n == 10);
  g_assert_cmpuint (heard.fine, ==, 10);
  g_assert_cmpint (heard.at - start, >=, 150000);
  heard_clear (&heard);
  server_stop (&server);
}

/* Three failures open the breaker, one question tries after a while, and success closes it again. Another host does not
 * feel it. */
static void
test_breaker (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  Server bad, good;
  Heard heard = { 0 };
  TfHttpRequest request = { 0 };
  guint asked;

  server_start (&bad);
  server_start (&good);
  bad.status = 500;
  request.url = bad.url;
  for (guint k = 0; k < 3; k++)
    ask (fetcher, &request, &heard);
  g_assert_cmpstr (heard.reason, ==, "HTTP 500, Internal Server Error");
  g_assert_cmpuint (bad.asked, ==, 3);
  g_assert_cmpuint (heard.retry_ms, >, 0);
  ask (fetcher, &request, &heard);
  g_assert_cmpstr (heard.reason, ==, "host gets a rest: HTTP 500, Internal Server Error");
  g_assert_cmpuint (heard.status, ==, 0);
  g_assert_cmpuint (bad.asked, ==, 3);
  request.url = good.url;
  ask (fetcher, &request, &heard);
  g_assert_null (heard.reason);
  request.url = bad.url;

  /* Half open: of three at once only one gets through, and since it fails the rest does not. */
  settle (80);
  asked = heard.n;
  for (guint k = 0; k < 3; k++)
    tf_fetcher_send (fetcher, &request, on_answer, &heard);
  UNTIL (heard.n == asked + 3);
  g_assert_cmpuint (bad.asked, ==, 4);
  bad.status = 0;
  settle (heard.retry_ms + 5);
  asked = heard.n;
  heard.fine = 0;
  for (guint k = 0; k < 3; k++)
    tf_fetcher_send (fetcher, &request, on_answer, &heard);
  UNTIL (heard.n == asked + 3);
  g_assert_cmpuint (heard.fine, ==, 3);
  g_assert_cmpuint (bad.asked, ==, 7);
  heard_clear (&heard);
  server_stop (&bad);
  server_stop (&good);
}

static void
test_retry_after (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  Server server;
  Heard heard = { 0 };
  TfHttpRequest request = { 0 };

  server_start (&server);
  request.url = server.url;
  server.status = 429;
  server.retry_after = "1";
  ask (fetcher, &request, &heard);
  g_assert_cmpstr (heard.reason, ==, "HTTP 429, too many requests");
  g_assert_cmpuint (heard.retry_ms, >, 900);
  server.status = 0;
  ask (fetcher, &request, &heard);
  g_assert_cmpuint (server.asked, ==, 1);
  settle (heard.retry_ms + 5);
  ask (fetcher, &request, &heard);
  g_assert_null (heard.reason);
  heard_clear (&heard);
  server_stop (&server);
}

/* A body that says its size, and one that does not */
static void
test_size (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  Heard heard = { 0 };

  for (guint chunked = 0; chunked < 2; chunked++)
    {
      Server server;
      TfHttpRequest request = { .max_bytes = 65536 };

      server_start (&server);
      server.chunked = chunked;
      request.url = server.url;
      server.size = 65536;
      ask (fetcher, &request, &heard);
      g_assert_null (heard.reason);
      g_assert_cmpuint (heard.length, ==, 65536);
      server.size = 65537;
      ask (fetcher, &request, &heard);
      g_assert_cmpstr (heard.reason, ==, "answer of more than 65536 bytes");
      g_assert_cmpuint (heard.length, ==, 0);
      server.size = 50 * 1000 * 1000;
      ask (fetcher, &request, &heard);
      g_assert_nonnull (heard.reason);
      server.size = 10;
      ask (fetcher, &request, &heard);
      g_assert_null (heard.reason);
      server_stop (&server);
    }
  heard_clear (&heard);
}

/* Half a hundred megabytes of nothing, packed into as many kilobytes: what counts is what it becomes. */
static void
test_packed (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GConverter) packer = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, packer);
  g_autofree char *nothing = g_malloc0 (50 * 1000 * 1000);
  Server server;
  Heard heard = { 0 };
  TfHttpRequest request = { 0 };

  g_assert_true (g_output_stream_write_all (stream, nothing, 50 * 1000 * 1000, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  server_start (&server);
  server.packed = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  g_assert_cmpuint (g_bytes_get_size (server.packed), <, 100000);
  request.url = server.url;
  ask (fetcher, &request, &heard);
  g_assert_cmpstr (heard.reason, ==, "answer of more than 4194304 bytes");
  g_bytes_unref (server.packed);
  heard_clear (&heard);
  server_stop (&server);
}

static void
test_conditional (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  Server server;
  Heard heard = { 0 };
  TfHttpRequest request = { .conditional = TRUE };

  server_start (&server);
  request.url = server.url;
  server.etag = "\"one\"";
  ask (fetcher, &request, &heard);
  g_assert_cmpuint (heard.status, ==, 200);
  g_assert_null (server.if_none_match);
  ask (fetcher, &request, &heard);
  g_assert_cmpuint (heard.status, ==, 304);
  g_assert_null (heard.reason);
  server.etag = "\"two\"";
  ask (fetcher, &request, &heard);
  g_assert_cmpuint (heard.status, ==, 200);
  request.conditional = FALSE;
  ask (fetcher, &request, &heard);
  g_assert_null (server.if_none_match);
  heard_clear (&heard);
  server_stop (&server);
}

static void
test_redirects (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  g_autofree char *there = NULL, *elsewhere = NULL;
  Server server;
  Heard heard = { 0 };
  TfHttpRequest request = { 0 };

  server_start (&server);
  request.url = server.url;
  server.location = "/there";
  ask (fetcher, &request, &heard);
  there = g_strconcat (server.url, "there", NULL);
  g_assert_cmpstr (heard.text, ==, "fine");
  g_assert_cmpstr (heard.moved, ==, there);
  server.location = elsewhere = g_strdup_printf ("http://localhost:%u/there", server.port);
  ask (fetcher, &request, &heard);
  g_assert_true (heard.permanent);
  g_assert_true (g_str_has_prefix (heard.reason, "leads to another host: http://localhost"));
  server.location = "/round";
  ask (fetcher, &request, &heard);
  g_assert_cmpstr (heard.reason, ==, "more than 5 redirects");
  heard_clear (&heard);
  server_stop (&server);
}

static void
test_time_out (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  Server server;
  Heard heard = { 0 };
  TfHttpRequest request = { .timeout_ms = 30 };
  guint id;

  server_start (&server);
  request.url = server.url;
  server.mute = TRUE;
  ask (fetcher, &request, &heard);
  g_assert_cmpstr (heard.reason, ==, "no answer within 0.03 s");

  /* Who does not want to know any more is not told: waiting, under way, over. */
  heard.n = 0;
  request.timeout_ms = 0;
  id = tf_fetcher_send (fetcher, &request, on_answer, &heard);
  tf_fetcher_cancel (fetcher, id);
  id = tf_fetcher_send (fetcher, &request, on_answer, &heard);
  UNTIL (server.asked == 2);
  tf_fetcher_cancel (fetcher, id);
  tf_fetcher_cancel (fetcher, id);
  settle (20);
  g_assert_cmpuint (heard.n, ==, 0);
  heard_clear (&heard);
  server_stop (&server);
}

static void
test_poller (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  Server server;
  Heard heard = { 0 };
  TfHttpRequest request = { 0 };
  TfPoller *poller;

  server_start (&server);
  request.url = server.url;
  poller = tf_poller_new (fetcher, &request, 5, on_answer, &heard);
  UNTIL (heard.n >= 3);
  g_assert_cmpuint (heard.retry_ms, >=, 4);
  g_assert_cmpuint (heard.retry_ms, <=, 6);
  server.status = 500;
  UNTIL (heard.reason != NULL && g_str_has_prefix (heard.reason, "HTTP 500"));
  server.status = 0;
  heard.fine = 0;
  UNTIL (heard.fine > 0);
  heard.freed = poller; /* by its own callback */
  UNTIL (heard.freed == NULL);
  heard.n = 0;
  settle (30);
  g_assert_cmpuint (heard.n, ==, 0);
  heard_clear (&heard);
  server_stop (&server);
}

/* The line */

typedef struct
{
  TfSourceState state;
  char         *reason, *text;
  guint         retry_ms, opened, waited;
} Talk;

static void
on_opened (TfLine  *line,
           gpointer data)
{
  ((Talk *) data)->opened++;
}

static void
on_text (TfLine     *line,
         const char *text,
         gsize       length,
         gpointer    data)
{
  Talk *talk = data;

  g_free (talk->text);
  talk->text = g_strndup (text, length);
}

static void
on_line (TfLine       *line,
         TfSourceState state,
         const char   *reason,
         guint         retry_ms,
         gpointer      data)
{
  Talk *talk = data;

  talk->state = state;
  if (state != TF_SOURCE_WAITING && state != TF_SOURCE_FAILED)
    return;
  talk->waited++;
  talk->retry_ms = retry_ms;
  g_free (talk->reason);
  talk->reason = g_strdup (reason);
}

static const TfLineEvents line_events = { on_opened, on_text, on_line };

/* A line that falls silent, one over which too much comes, one that is hung up: each comes back. A handshake that is
 * refused tries again when it was told to, or not at all where that would not help. */
static void
test_line (void)
{
  g_autoptr (TfFetcher) fetcher = tf_fetcher_new (&quick);
  g_autofree char *url = NULL, *large = g_malloc0 (2000);
  Server server;
  Talk talk = { 0 };
  TfLineOptions options = { .ping = "hello?", .ping_ms = 5, .silence_ms = 300, .backoff_ms = 5, .backoff_max_ms = 10,
                            .max_bytes = 1000 };
  TfLine *line;

  server_start (&server);
  options.url = url = g_strdup_printf ("ws://127.0.0.1:%u/ws", server.port);
  line = tf_line_new (fetcher, &options, &line_events, &talk);
  g_assert_false (tf_line_send (line, "too early"));
  tf_line_start (line);
  UNTIL (talk.opened == 1 && server.accepted == 1);
  soup_websocket_connection_send_text (server.streams->pdata[0], "here");
  UNTIL (g_strcmp0 (talk.text, "here") == 0);
  UNTIL (talk.opened == 2);
  g_assert_cmpstr (talk.reason, ==, "silent for 0.3 s");
  memset (large, 'x', 1999);
  UNTIL (server.accepted == 2);
  soup_websocket_connection_send_text (server.streams->pdata[1], large);
  UNTIL (talk.opened == 3);
  g_assert_nonnull (strstr (talk.reason, "payload"));
  UNTIL (server.accepted == 3);
  soup_websocket_connection_close (server.streams->pdata[2], SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "restart");
  UNTIL (talk.opened == 4);
  g_assert_cmpstr (talk.reason, ==, "closed by the other side with 1001 restart");

  soup_server_remove_handler (server.server, "/ws");
  server.status = 503;
  server.retry_after = "3";
  tf_line_reconnect (line, "because");
  g_assert_cmpstr (talk.reason, ==, "because");
  talk.waited = 0;
  UNTIL (talk.waited == 1);
  g_assert_cmpstr (talk.reason, ==, "refused with HTTP 503, Service Unavailable");
  g_assert_cmpuint (talk.retry_ms, >=, 3000);
  server.status = 404;
  tf_line_start (line);
  UNTIL (talk.state == TF_SOURCE_FAILED);
  tf_line_stop (line);
  g_assert_cmpint (talk.state, ==, TF_SOURCE_OFF);
  tf_line_free (line);
  options.url = "ws://example.org/ws";
  line = tf_line_new (fetcher, &options, &line_events, &talk);
  tf_line_start (line);
  g_assert_cmpint (talk.state, ==, TF_SOURCE_FAILED);
  tf_line_free (line);
  g_free (talk.text);
  g_free (talk.reason);
  server_stop (&server);
}

/* The hub */

typedef struct
{
  guint           changed[4], signals;
  TfSourceFigures figures[4];
  TfTraderSignal  signal;
} Told;

static void
on_signal (guint                 spec,
           const TfTraderSignal *signal,
           const char           *raw,
           gsize                 length,
           gpointer              data)
{
  Told *told = data;

  told->signals++;
  told->signal = *signal;
}

static void
on_changed (guint                  spec,
            const TfSourceFigures *figures,
            gpointer               data)
{
  Told *told = data;

  told->changed[spec]++;
  told->figures[spec] = *figures;
}

static const TfSourceHubEvents events = { on_signal, on_changed };

#define SPEC(kind, trader, address, endpoint) \
  { (char *) (kind), (char *) (trader), (char *) (address), (char *) (endpoint), NULL, NULL }

/* What cannot work says so, and nothing else stops. */
static void
test_refused (void)
{
  TfSourceSpec specs[] = {
    SPEC ("demo", "a", "x", NULL), SPEC ("no-such", "b", "x", NULL), SPEC ("hyperliquid", "c", "0x12", NULL),
    SPEC ("hyperliquid", "d", "0x0000000000000000000000000000000000000001", "http://example.org"),
  };
  static const char *const reasons[] = { "nothing to listen to", "nothing to listen to", "found “0x12”", "found address" };
  Told told = { 0 };
  g_autoptr (TfSourceHub) hub = tf_source_hub_new (specs, 4, &events, &told);

  tf_source_hub_start (hub);
  for (guint k = 0; k < 4; k++)
    {
      TfSourceFigures figures;

      tf_source_hub_get_figures (hub, k, &figures);
      g_assert_cmpint (figures.state, ==, TF_SOURCE_FAILED);
      g_assert_true (g_str_has_prefix (figures.reason, reasons[k]));
      g_assert_cmpstr (figures.reason, ==, told.figures[k].reason);
    }
  tf_source_hub_stop (hub);
  for (guint k = 0; k < 4; k++)
    g_assert_cmpint (told.figures[k].state, ==, TF_SOURCE_OFF);
}

/* Every kind that is live says what its address is, and takes none that is empty. */
static void
test_kind (gconstpointer data)
{
  const TfSourceKind *kind = data;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (strchr ("ABCD", kind->grade));
  g_assert_true (tf_source_find (kind->id) == kind);
  g_assert_false (tf_source_check (kind->id, "", &error));
  g_assert_nonnull (error);
  if (kind->driver == NULL)
    return;
  g_assert_nonnull (kind->hint);
  g_assert_nonnull (kind->driver->open);
  g_assert_nonnull (kind->driver->close);
}

/* Evidence leads with the hash of the message, and stays within its place whatever is said. */
static void
test_evidence (void)
{
  TfSourceSpec spec = SPEC ("demo", "somebody", "x", NULL);
  Told told = { 0 };
  g_autoptr (TfSourceHub) hub = tf_source_hub_new (&spec, 1, &events, &told);
  TfTraderSignal signal = { .id = "1", .evidence = "tx 0x12" };
  const TfSourceSpec *own;

  tf_source_hub_start (hub);
  own = tf_source_hub_get_spec (hub, 0);
  tf_source_hub_emit (hub, own, &signal, "abc", 3);
  g_assert_cmpstr (told.signal.evidence, ==,
                   "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad tx 0x12");
  g_assert_cmpstr (told.signal.trader, ==, "somebody");
  g_assert_cmpstr (told.signal.source, ==, "demo");
  g_assert_cmpint (told.signal.received, >, 0);
  for (guint k = 0; k + 3 < sizeof signal.evidence; k += 3)
    memcpy (signal.evidence + k, "…", 3);
  tf_source_hub_emit (hub, own, &signal, "abc", 3);
  g_assert_true (g_utf8_validate (told.signal.evidence, -1, NULL));
  g_assert_cmpuint (told.signals, ==, 2);

  /* Counting is told now and then, not each time. */
  told.changed[0] = 0;
  for (guint k = 0; k < 10000; k++)
    tf_source_hub_note (hub, own, TF_SOURCE_NOTE_ERROR, "forged\nagain \xff");
  UNTIL (told.changed[0] > 0);
  g_assert_cmpuint (told.changed[0], ==, 1);
  g_assert_cmpuint (told.figures[0].errors, ==, 10000);
  g_assert_cmpuint (told.figures[0].signals, ==, 2);
  g_assert_cmpstr (told.figures[0].reason, ==, "forged again \357\277\275");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetcher/plain", test_plain);
  g_test_add_func ("/fetcher/addresses", test_addresses);
  g_test_add_func ("/fetcher/bucket", test_bucket);
  g_test_add_func ("/fetcher/breaker", test_breaker);
  g_test_add_func ("/fetcher/retry-after", test_retry_after);
  g_test_add_func ("/fetcher/size", test_size);
  g_test_add_func ("/fetcher/packed", test_packed);
  g_test_add_func ("/fetcher/conditional", test_conditional);
  g_test_add_func ("/fetcher/redirects", test_redirects);
  g_test_add_func ("/fetcher/time-out", test_time_out);
  g_test_add_func ("/fetcher/poller", test_poller);
  g_test_add_func ("/line", test_line);
  g_test_add_func ("/hub/refused", test_refused);
  g_test_add_func ("/hub/evidence", test_evidence);
  for (const TfSourceKind *kind = tf_source_kinds (); kind->id != NULL; kind++)
    {
      g_autofree char *path = g_strconcat ("/kind/", kind->id, NULL);

      g_test_add_data_func (path, kind, test_kind);
    }
  return g_test_run ();
}
