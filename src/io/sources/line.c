#include "io/sources/line.h"

#include <string.h>

/* One connection, from its handshake to its end. It outlives its line while libsoup still holds it. */
typedef struct
{
  TfLine                  *line; /* NULL: let go; nobody is told any more */
  SoupMessage             *request;
  GCancellable            *cancellable;
  SoupWebsocketConnection *stream; /* NULL while connecting */
  char                    *trouble; /* what libsoup complained about before it closed */
  gboolean                 connecting; /* libsoup holds it */
} Wire;

struct _TfLine
{
  TfFetcher          *fetcher;
  GMainContext       *context;
  TfLineOptions       options;
  const TfLineEvents *events;
  gpointer            data;
  char               *url, *ping;
  TfSourceState       state;
  guint               attempt; /* since the last proven connection */
  Wire               *wire;
  gint64              begun, heard; /* tf_fetcher_clock() */
  GSource            *tick, *pinger, *retry;
};

#define CONNECT_MS 15000
#define FORBIDDEN_MS 120000 /* who is banned and asks again is banned for longer */

static void
wire_free (Wire *wire)
{
  g_clear_object (&wire->request);
  g_clear_object (&wire->cancellable);
  g_clear_object (&wire->stream);
  g_free (wire->trouble);
  g_free (wire);
}

static void
forget_stream (SoupWebsocketConnection *stream,
               gpointer                 data)
{
  g_object_unref (stream);
}

/* Polite: says goodbye, which needs the main context for a moment more; who has gone silent does not answer
 * one. */
static void
drop (TfLine  *self,
      gboolean polite)
{
  Wire *wire = g_steal_pointer (&self->wire);

  if (wire == NULL)
    return;
  wire->line = NULL;
  if (wire->stream != NULL)
    {
      g_signal_handlers_disconnect_by_data (wire->stream, wire);
      if (polite && soup_websocket_connection_get_state (wire->stream) == SOUP_WEBSOCKET_STATE_OPEN)
        {
          g_signal_connect (g_object_ref (wire->stream), "closed", G_CALLBACK (forget_stream), NULL);
          soup_websocket_connection_close (wire->stream, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
        }
    }
  g_cancellable_cancel (wire->cancellable);
  if (!wire->connecting)
    wire_free (wire);
}

static void
clear_timer (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

static void
set_timer (TfLine     *self,
           GSource   **timer,
           guint       ms,
           GSourceFunc callback)
{
  clear_timer (timer);
  *timer = g_timeout_source_new (ms);
  g_source_set_callback (*timer, callback, self, NULL);
  g_source_attach (*timer, self->context);
}

static void
set_state (TfLine       *self,
           TfSourceState state,
           const char   *reason,
           guint         retry_ms)
{
  self->state = state;
  if (self->events->changed != NULL)
    self->events->changed (self, state, reason, retry_ms, self->data);
}

static void
halt (TfLine  *self,
      gboolean polite)
{
  clear_timer (&self->tick);
  clear_timer (&self->pinger);
  clear_timer (&self->retry);
  drop (self, polite);
}

static void dial (TfLine *self);

static gboolean
on_retry (gpointer data)
{
  dial (data);
  return G_SOURCE_REMOVE;
}

/* The next attempt: after a random part of the doubled delay (full jitter: who fell together does not come
 * back together), but not before @at_least_ms. */
static void
lose (TfLine     *self,
      const char *reason,
      gboolean    polite,
      guint       at_least_ms)
{
  guint64 longest;
  guint ms;

  if (self->wire != NULL && self->wire->stream != NULL
      && tf_fetcher_clock () - self->begun >= self->options.proven_ms)
    self->attempt = 0;
  longest = MIN ((guint64) self->options.backoff_ms << MIN (self->attempt, 16), self->options.backoff_max_ms);
  ms = at_least_ms + (guint) (tf_fetcher_random (self->fetcher) * (double) longest);
  self->attempt++;
  halt (self, polite);
  set_timer (self, &self->retry, ms, on_retry);
  set_state (self, TF_SOURCE_WAITING, reason, ms);
}

static void
on_message (SoupWebsocketConnection *stream,
            int                      type,
            GBytes                  *bytes,
            Wire                    *wire)
{
  TfLine *self = wire->line;

  self->heard = tf_fetcher_clock ();
  if (self->events->message != NULL)
    self->events->message (self, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), self->data);
}

static void
on_pong (SoupWebsocketConnection *stream,
         GBytes                  *bytes,
         Wire                    *wire)
{
  wire->line->heard = tf_fetcher_clock ();
}

static void
on_error (SoupWebsocketConnection *stream,
          GError                  *error,
          Wire                    *wire)
{
  g_free (wire->trouble);
  wire->trouble = g_strdup (error->message);
}

static void
on_closed (SoupWebsocketConnection *stream,
           Wire                    *wire)
{
  gushort code = soup_websocket_connection_get_close_code (stream);
  const char *said = soup_websocket_connection_get_close_data (stream);
  g_autofree char *reason = NULL;

  if (wire->trouble != NULL)
    reason = g_strdup (wire->trouble);
  else if (code == 0 || code == SOUP_WEBSOCKET_CLOSE_NO_STATUS)
    reason = g_strdup ("closed by the other side without a word");
  else
    reason = g_strdup_printf ("closed by the other side with %u%s%s", code,
                              said != NULL && *said != '\0' ? " " : "", said != NULL ? said : "");
  lose (wire->line, reason, FALSE, 0);
}

/* The handshake was refused or never came through. */
static void
refused (TfLine       *self,
         const GError *error)
{
  SoupMessage *request = self->wire->request;
  guint status = soup_message_get_status (request), after = 0;
  SoupMessageHeaders *headers = soup_message_get_response_headers (request);
  const char *text = soup_message_headers_get_one (headers, "Retry-After");
  g_autofree char *reason = NULL;

  if (status == 0 || status == SOUP_STATUS_SWITCHING_PROTOCOLS)
    reason = g_strdup_printf ("no connection: %s", error->message);
  else
    reason = g_strdup_printf ("refused with HTTP %u, %s", status, soup_status_get_phrase (status));
  if (text != NULL)
    after = (guint) MIN (g_ascii_strtoull (text, NULL, 10), 86400) * 1000;
  if (status == 400 || status == 401 || status == 404 || status == 410 || status == 451)
    {
      halt (self, FALSE);
      set_state (self, TF_SOURCE_FAILED, reason, 0);
    }
  else
    lose (self, reason, FALSE, status == 403 || status == 418 ? MAX (after, FORBIDDEN_MS) : after);
}

static gboolean
on_ping (gpointer data)
{
  TfLine *self = data;

  tf_line_send (self, self->ping);
  return G_SOURCE_CONTINUE;
}

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  Wire *wire = data;
  TfLine *self = wire->line;
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *stream;

  stream = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);
  wire->connecting = FALSE;
  if (self == NULL)
    {
      g_clear_object (&stream);
      wire_free (wire);
      return;
    }
  if (stream == NULL)
    {
      refused (self, error);
      return;
    }
  wire->stream = stream;
  self->begun = self->heard = tf_fetcher_clock ();
  soup_websocket_connection_set_max_incoming_payload_size (stream, self->options.max_bytes);
  if (self->ping == NULL)
    soup_websocket_connection_set_keepalive_interval (stream, MAX (self->options.ping_ms / 1000, 1));
  else
    set_timer (self, &self->pinger, self->options.ping_ms, on_ping);
  g_signal_connect (stream, "message", G_CALLBACK (on_message), wire);
  g_signal_connect (stream, "pong", G_CALLBACK (on_pong), wire);
  g_signal_connect (stream, "error", G_CALLBACK (on_error), wire);
  g_signal_connect (stream, "closed", G_CALLBACK (on_closed), wire);
  set_state (self, TF_SOURCE_LIVE, "live", 0);
  if (wire == self->wire && self->events->opened != NULL)
    self->events->opened (self, self->data);
}

/* The watchdog: libsoup 3.2 notices neither a silent peer nor one that is gone. */
static gboolean
on_tick (gpointer data)
{
  TfLine *self = data;
  gint64 now = tf_fetcher_clock ();
  g_autofree char *reason = NULL;

  if (self->wire == NULL)
    return G_SOURCE_CONTINUE;
  if (self->wire->stream == NULL && now - self->begun >= CONNECT_MS)
    reason = g_strdup_printf ("no connection within %d s", CONNECT_MS / 1000);
  else if (self->wire->stream != NULL && now - self->heard >= self->options.silence_ms)
    reason = g_strdup_printf ("silent for %.3g s", self->options.silence_ms / 1000.0);
  if (reason == NULL)
    return G_SOURCE_CONTINUE;
  lose (self, reason, FALSE, 0);
  return G_SOURCE_REMOVE;
}

static void
dial (TfLine *self)
{
  Wire *wire;

  clear_timer (&self->retry);
  set_state (self, TF_SOURCE_CONNECTING, "connecting", 0);
  if (self->state != TF_SOURCE_CONNECTING)
    return;
  wire = self->wire = g_new0 (Wire, 1);
  wire->line = self;
  wire->connecting = TRUE;
  wire->cancellable = g_cancellable_new ();
  wire->request = soup_message_new (SOUP_METHOD_GET, self->url);
  soup_message_add_flags (wire->request, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (soup_message_get_request_headers (wire->request), "User-Agent",
                                TF_USER_AGENT);
  self->begun = tf_fetcher_clock ();
  set_timer (self, &self->tick, CLAMP (self->options.silence_ms / 8, 20, 1000), on_tick);
  soup_session_websocket_connect_async (tf_fetcher_get_session (self->fetcher), wire->request, NULL, NULL,
                                        G_PRIORITY_DEFAULT, wire->cancellable, on_connected, wire);
}

/**
 * tf_line_new:
 * @fetcher: outlives the line
 * @options: copied
 * @events: must outlive the line
 *
 * It lives on the thread of @fetcher, and knows nothing of what is said over it.
 */
TfLine *
tf_line_new (TfFetcher           *fetcher,
             const TfLineOptions *options,
             const TfLineEvents  *events,
             gpointer             data)
{
  TfLine *self = g_new0 (TfLine, 1);

  self->fetcher = fetcher;
  self->context = g_main_context_ref_thread_default ();
  self->options = *options;
  self->url = g_strdup (options->url);
  self->ping = g_strdup (options->ping);
  self->events = events;
  self->data = data;
#define DEFAULT(field, value) if (self->options.field == 0) self->options.field = (value)
  DEFAULT (ping_ms, 30000);
  DEFAULT (silence_ms, 45000);
  DEFAULT (backoff_ms, 1000);
  DEFAULT (backoff_max_ms, 60000);
  DEFAULT (proven_ms, 60000);
  DEFAULT (max_bytes, 16 * 1024 * 1024);
#undef DEFAULT
  return self;
}

void
tf_line_free (TfLine *self)
{
  if (self == NULL)
    return;
  halt (self, TRUE);
  g_main_context_unref (self->context);
  g_free (self->url);
  g_free (self->ping);
  g_free (self);
}

/**
 * tf_line_start:
 *
 * Connects, and stays connected until tf_line_stop(). An endpoint that must not be used is told as FAILED.
 */
void
tf_line_start (TfLine *self)
{
  g_autoptr (GError) error = NULL;

  halt (self, TRUE);
  self->attempt = 0;
  if (tf_fetcher_check_url (self->url, &error))
    dial (self);
  else
    set_state (self, TF_SOURCE_FAILED, error->message, 0);
}

/**
 * tf_line_stop:
 *
 * Says goodbye and is OFF at once.
 */
void
tf_line_stop (TfLine *self)
{
  halt (self, TRUE);
  if (self->state != TF_SOURCE_OFF)
    set_state (self, TF_SOURCE_OFF, "stopped", 0);
}

/**
 * tf_line_reconnect:
 * @reason: what is wrong with the connection
 *
 * Gives the connection up and makes a new one, after the usual delay.
 */
void
tf_line_reconnect (TfLine     *self,
                   const char *reason)
{
  if (self->wire != NULL)
    lose (self, reason, TRUE, 0);
}

/**
 * tf_line_send:
 *
 * Returns: FALSE when there is no connection; then it is not sent
 */
gboolean
tf_line_send (TfLine     *self,
              const char *text)
{
  if (self->wire == NULL || self->wire->stream == NULL
      || soup_websocket_connection_get_state (self->wire->stream) != SOUP_WEBSOCKET_STATE_OPEN)
    return FALSE;
  soup_websocket_connection_send_text (self->wire->stream, text);
  return TRUE;
}
