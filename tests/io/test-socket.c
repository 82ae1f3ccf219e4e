#include <dirent.h>
#include <string.h>

#include "io/feeds/socket.h"
#include "local-server.h"

/* The socket against a server that does as it is told. */

typedef struct
{
  SoupServer *server;
  char       *url;
  GPtrArray  *streams;
  guint       accepted, status;   /* refuses with that, when not 0 */
  const char *retry_after;
  gboolean    hang_up;            /* at once */
  GString    *heard;
} Server;

typedef struct
{
  guint    opened, closed, messages;
  GString *states;
  guint    retry_ms;
  char     reason[200];
  guint    wires[8], n_wires;
} Told;

static void
on_server_message (SoupWebsocketConnection *stream,
                   int                      type,
                   GBytes                  *bytes,
                   Server                  *server)
{
  g_string_append_printf (server->heard, "%.*s;", (int) g_bytes_get_size (bytes), (const char *) g_bytes_get_data (bytes, NULL));
}

static void
on_server_closed (SoupWebsocketConnection *stream,
                  Server                  *server)
{
  g_signal_handlers_disconnect_by_data (stream, server);
  g_ptr_array_remove (server->streams, stream);
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
  g_signal_connect (stream, "message", G_CALLBACK (on_server_message), server);
  g_signal_connect (stream, "closed", G_CALLBACK (on_server_closed), server);
  if (server->hang_up)
    soup_websocket_connection_close (stream, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "again");
}

static void
on_request (SoupServer        *soup,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           data)
{
  Server *server = data;

  if (server->status == 0)
    return;
  if (server->retry_after != NULL)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Retry-After", server->retry_after);
  soup_server_message_set_status (message, server->status, NULL);
}

static void
server_start (Server *server)
{
  memset (server, 0, sizeof *server);
  server->server = soup_server_new (NULL, NULL);
  server->streams = g_ptr_array_new_with_free_func (g_object_unref);
  server->heard = g_string_new (NULL);
  soup_server_add_handler (server->server, NULL, on_request, server, NULL);
  soup_server_add_websocket_handler (server->server, NULL, NULL, NULL, on_websocket, server, NULL);
  server->url = g_strdup_printf ("ws://127.0.0.1:%u/", listen_here (server->server));
}

static void
server_stop (Server *server)
{
  for (guint k = 0; k < server->streams->len; k++)
    g_signal_handlers_disconnect_by_data (server->streams->pdata[k], server);
  g_ptr_array_unref (server->streams);
  soup_server_disconnect (server->server);
  g_object_unref (server->server);
  g_string_free (server->heard, TRUE);
  g_free (server->url);
}

static void
on_opened (TfSocket *socket,
           guint     wire,
           gpointer  data)
{
  Told *told = data;

  told->opened++;
  g_assert_true (tf_socket_send (socket, "hello"));
}

static void
on_message (TfSocket   *socket,
            guint       wire,
            const char *text,
            gsize       length,
            gpointer    data)
{
  Told *told = data;

  told->messages++;
  if (told->n_wires < G_N_ELEMENTS (told->wires))
    told->wires[told->n_wires++] = wire;
}

static void
on_closed (TfSocket *socket,
           guint     wire,
           gpointer  data)
{
  ((Told *) data)->closed++;
}

static void
on_changed (TfSocket     *socket,
            TfSocketState state,
            const char   *reason,
            guint         retry_ms,
            gpointer      data)
{
  Told *told = data;

  g_string_append_c (told->states, "icobf"[state]);
  if (state == TF_SOCKET_BACKOFF || state == TF_SOCKET_FAILED)
    {
      g_strlcpy (told->reason, reason, sizeof told->reason);
      told->retry_ms = retry_ms;
    }
}

static const TfSocketEvents events = { on_opened, on_message, on_closed, on_changed };

static guint
count_files (void)
{
  DIR *dir = opendir ("/proc/self/fd");
  guint n = 0;

  while (readdir (dir) != NULL)
    n++;
  closedir (dir);
  return n;
}

#define RECONNECTS 300

/* Hundreds of connections leave nothing behind: no descriptor, no object. */
static void
test_leaks (void)
{
  SoupSession *session = soup_session_new ();
  Told told = { .states = g_string_new (NULL) };
  Server server;
  TfSocket *socket;
  gpointer weak = session;
  guint before = 0, after;

  g_object_add_weak_pointer (G_OBJECT (session), &weak);
  server_start (&server);
  server.hang_up = TRUE;
  socket = tf_socket_new (session, &(TfSocketOptions) { .url = server.url, .backoff_ms = 1, .backoff_max_ms = 2, .silence_ms = 5000 },
                          &events, &told);
  tf_socket_start (socket);
  UNTIL (told.closed >= 20);
  before = count_files ();
  UNTIL (told.closed >= RECONNECTS);
  UNTIL (count_files () <= before + 8);
  after = count_files ();
  g_test_message ("%u connections; descriptors after 20 of them %u, after all %u", told.opened, before, after);
  g_assert_cmpuint (tf_socket_get_attempts (socket), >=, told.opened);
  g_assert_cmpstr (told.reason, ==, "closed by the other side with 1001 again");
  tf_socket_free (socket);
  UNTIL (server.streams->len == 0);
  server_stop (&server);
  g_object_unref (session);
  UNTIL (weak == NULL);
  g_string_free (told.states, TRUE);
}

typedef struct
{
  const char *name;
  guint       status;
  const char *retry_after;
  guint       at_least_ms;
  gboolean    fails;
} Refusal;

static const Refusal refusals[] = {
  { "429", 429, "7", 7000, FALSE }, { "503", 503, "3", 3000, FALSE }, { "418", 418, NULL, 120000, FALSE },
  { "418-after", 418, "300", 300000, FALSE }, { "403", 403, NULL, 120000, FALSE }, { "500", 500, NULL, 0, FALSE },
  { "date", 503, "Fri, 31 Dec 2100 23:59:59 GMT", 86400000, FALSE }, { "nonsense", 503, "soon", 0, FALSE },
  { "404", 404, NULL, 0, TRUE }, { "451", 451, NULL, 0, TRUE },
};

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (SoupSession) session = soup_session_new ();
  Told told = { .states = g_string_new (NULL) };
  Server server;
  TfSocket *socket;

  server_start (&server);
  server.status = refusal->status;
  server.retry_after = refusal->retry_after;
  socket = tf_socket_new (session, &(TfSocketOptions) { .url = server.url, .backoff_ms = 10, .seed = 3 }, &events, &told);
  tf_socket_start (socket);
  UNTIL (tf_socket_get_state (socket) == (refusal->fails ? TF_SOCKET_FAILED : TF_SOCKET_BACKOFF));
  if (!refusal->fails)
    {
      g_assert_cmpuint (told.retry_ms, >=, refusal->at_least_ms);
      g_assert_cmpuint (told.retry_ms, <=, refusal->at_least_ms + 10);
    }
  g_assert_cmpuint (told.opened, ==, 0);
  tf_socket_free (socket);
  server_stop (&server);
  g_string_free (told.states, TRUE);
}

/* Silence is noticed, pace is kept, nothing is sent twice. */
static void
test_silence_and_pace (void)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  Told told = { .states = g_string_new (NULL) };
  Server server;
  TfSocket *socket;

  server_start (&server);
  socket = tf_socket_new (session, &(TfSocketOptions) { .url = server.url, .backoff_ms = 10, .silence_ms = 300, .send_rate = 20,
                                                        .send_burst = 2 }, &events, &told);
  tf_socket_start (socket);
  UNTIL (told.opened == 1);
  for (guint k = 0; k < 4; k++)
    tf_socket_send (socket, "x");
  g_assert_cmpuint (tf_socket_get_queued (socket), ==, 3);
  UNTIL (strstr (server.heard->str, "hello;x;x;x;x;") != NULL);
  UNTIL (told.opened == 2);
  g_assert_nonnull (strstr (told.reason, "silent"));
  g_assert_cmpuint (told.closed, ==, 1);
  tf_socket_stop (socket);
  g_assert_false (tf_socket_send (socket, "too late"));
  g_assert_true (g_str_has_prefix (told.states->str, "cobco"));
  tf_socket_free (socket);
  server_stop (&server);
  g_string_free (told.states, TRUE);
}

/* Before its end a connection gets a successor, and both are heard meanwhile: no state but OPEN. */
static void
test_replace (void)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  Told told = { .states = g_string_new (NULL) };
  Server server;
  TfSocket *socket;

  server_start (&server);
  socket = tf_socket_new (session, &(TfSocketOptions) { .url = server.url, .lifetime_ms = 200, .overlap_ms = 60000 }, &events, &told);
  tf_socket_start (socket);
  UNTIL (told.opened == 2);
  UNTIL (server.streams->len == 2);
  soup_websocket_connection_send_text (server.streams->pdata[0], "old");
  soup_websocket_connection_send_text (server.streams->pdata[1], "new");
  UNTIL (told.messages == 2);
  g_assert_cmpuint (told.wires[0] + told.wires[1], ==, 3);
  g_assert_cmpuint (told.closed, ==, 0);
  tf_socket_retire (socket);
  g_assert_cmpuint (told.closed, ==, 1);
  g_assert_cmpstr (told.states->str, ==, "co");
  UNTIL (server.streams->len == 1);
  tf_socket_free (socket);
  server_stop (&server);
  g_string_free (told.states, TRUE);
}

static void
test_urls (void)
{
  static const struct { const char *url; gboolean fine; } rows[] = {
    { "wss://stream.binance.com:9443/stream", TRUE }, { "https://api.binance.com", TRUE }, { "ws://127.0.0.1:80/x", TRUE },
    { "ws://localhost/x", TRUE }, { "http://[::1]:8080", TRUE }, { "ws://stream.binance.com/", FALSE }, { "http://10.0.0.1/", FALSE },
    { "ws://127.0.0.1.example.org/", FALSE }, { "ws://localhost.example.org/", FALSE }, { "file:///etc/passwd", FALSE }, { "", FALSE },
    { "wss://", FALSE }, { "nonsense", FALSE },
  };

  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    {
      g_autoptr (GError) error = NULL;

      if (tf_socket_check_url (rows[k].url, &error) != rows[k].fine)
        g_error ("%s", rows[k].url);
      g_assert_true ((error == NULL) == rows[k].fine);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hush_libsoup ();
  g_test_add_func ("/socket/urls", test_urls);
  g_test_add_func ("/socket/leaks", test_leaks);
  for (guint k = 0; k < G_N_ELEMENTS (refusals); k++)
    {
      g_autofree char *path = g_strconcat ("/socket/refused/", refusals[k].name, NULL);

      g_test_add_data_func (path, &refusals[k], test_refused);
    }
  g_test_add_func ("/socket/silence-and-pace", test_silence_and_pace);
  g_test_add_func ("/socket/replace", test_replace);
  return g_test_run ();
}
