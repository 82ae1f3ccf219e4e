#include "io/feeds/socket.h"

#include <string.h>
#include <time.h>

#include "core/base/error.h"
#include "core/base/random.h"

#define BAN_MS 120000 /* Binance answers 418 to a banned address, and bans longer who keeps asking */
#define RETRY_MAX_S 86400
#define NEAR_MS 700   /* where nobody answers nobody is burdened: at most so long to the next attempt … */
#define NEAR_FOR_MS 60000 /* … in the first minute, so that who comes back is heard at once */
#define GOODBYE_MS 2000 /* for the other side's answer to ours */

/* One connection, from its handshake to its end. It outlives its socket while libsoup still holds it. */
typedef struct
{
  grefcount                refs;
  TfSocket                *socket; /* NULL: let go; nobody is told any more */
  guint                    number;
  SoupMessage             *request;
  GCancellable            *cancellable;
  SoupWebsocketConnection *stream; /* NULL while connecting */
  char                    *trouble; /* what libsoup complained about before it closed */
  GQueue                   outgoing; /* of char * */
  double                   tokens;
  gint64                   begun, opened, heard, refilled; /* ms of tf_socket_clock() */
} Wire;

struct _TfSocket
{
  SoupSession          *session;
  GMainContext         *context;
  TfSocketOptions       options;
  const TfSocketEvents *events;
  gpointer              data;
  char                 *url;
  TfRandom              random;
  TfSocketState         state;
  guint                 attempt; /* since the last proven connection */
  gint64                unreachable; /* since then nobody answers there; 0: somebody does */
  guint                 wires, attempts;
  Wire                 *wire, *next; /* @next replaces @wire while that still works */
  gint64                overlap_until, replace_at;
  GSource              *tick, *retry, *pacing;
  guint                 tick_ms;
  gint64                ticked; /* monotonic µs */
};

/**
 * tf_socket_clock:
 *
 * Returns: ms that only go forward, and go on while the machine sleeps: a connection that slept is silent when it wakes
 */
gint64
tf_socket_clock (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/**
 * tf_socket_check_url:
 *
 * Only encrypted endpoints, or this machine itself.
 */
gboolean
tf_socket_check_url (const char *url,
                     GError    **error)
{
  g_autoptr (GUri) uri = url != NULL ? g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL, *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host != NULL && *host != '\0')
    {
      if (strcmp (scheme, "wss") == 0 || strcmp (scheme, "https") == 0)
        return TRUE;
      if (strcmp (scheme, "ws") == 0 || strcmp (scheme, "http") == 0)
        {
          g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

          if (address != NULL ? g_inet_address_get_is_loopback (address) : strcmp (host, "localhost") == 0)
            return TRUE;
        }
    }
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
               "found endpoint “%s”, expected wss://… or https://…, or ws:// or http:// to this machine",
               url != NULL ? url : "");
  return FALSE;
}

/**
 * tf_socket_retry_after:
 *
 * Returns: the seconds that an answer's Retry-After (seconds or a date) asks for, at most a day; 0: none
 */
guint
tf_socket_retry_after (SoupMessage *message)
{
  const char *text = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds = 0;

  if (text == NULL)
    return 0;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &seconds, NULL))
    return (guint) MIN (seconds, RETRY_MAX_S);
  date = soup_date_time_new_from_http_string (text);
  if (date == NULL)
    return 0;
  return (guint) CLAMP (g_date_time_to_unix (date) - g_get_real_time () / G_USEC_PER_SEC, 0, RETRY_MAX_S);
}

static void
wire_unref (Wire *wire)
{
  if (!g_ref_count_dec (&wire->refs))
    return;
  g_clear_object (&wire->request);
  g_clear_object (&wire->cancellable);
  g_clear_object (&wire->stream);
  g_queue_clear_full (&wire->outgoing, g_free);
  g_free (wire->trouble);
  g_free (wire);
}

static Wire *
wire_ref (Wire *wire)
{
  g_ref_count_inc (&wire->refs);
  return wire;
}

static gboolean
on_goodbye (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* Lets go of a wire. Polite: says goodbye first, for which the main context keeps it a moment more, or as long as there is
 * one; else it just hangs up, since who has gone silent does not answer a goodbye. */
static void
wire_drop (Wire   **place,
           gboolean polite)
{
  Wire *wire = g_steal_pointer (place);
  GMainContext *context;

  if (wire == NULL)
    return;
  context = wire->socket->context;
  wire->socket = NULL;
  g_cancellable_cancel (wire->cancellable);
  if (wire->stream != NULL)
    {
      g_signal_handlers_disconnect_by_data (wire->stream, wire);
      if (polite && soup_websocket_connection_get_state (wire->stream) == SOUP_WEBSOCKET_STATE_OPEN)
        {
          g_autoptr (GSource) source = g_timeout_source_new (GOODBYE_MS);

          g_source_set_callback (source, on_goodbye, g_object_ref (wire->stream), g_object_unref);
          g_source_attach (source, context);
          soup_websocket_connection_close (wire->stream, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
        }
    }
  wire_unref (wire);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
set_timer (TfSocket   *self,
           GSource   **source,
           guint       ms,
           GSourceFunc callback)
{
  clear_source (source);
  *source = g_timeout_source_new (ms);
  g_source_set_callback (*source, callback, self, NULL);
  g_source_attach (*source, self->context);
}

static void
set_state (TfSocket     *self,
           TfSocketState state,
           const char   *reason,
           guint         retry_ms)
{
  self->state = state;
  if (self->events->changed != NULL)
    self->events->changed (self, state, reason, retry_ms, self->data);
}

static void connect_wire (TfSocket *self,
                          Wire    **place);

static gboolean
on_retry (gpointer data)
{
  TfSocket *self = data;

  clear_source (&self->retry);
  set_state (self, TF_SOCKET_CONNECTING, "connecting", 0);
  if (self->state == TF_SOCKET_CONNECTING)
    connect_wire (self, &self->wire);
  return G_SOURCE_REMOVE;
}

/* The next attempt: after a random part of the doubled delay (full jitter: who fell together does not come back
 * together), but not before @at_least_ms. */
static void
back_off (TfSocket   *self,
          const char *reason,
          guint       at_least_ms)
{
  gboolean near = self->unreachable != 0 && tf_socket_clock () - self->unreachable < NEAR_FOR_MS;
  guint64 longest = near ? NEAR_MS : (guint64) self->options.backoff_ms << MIN (self->attempt, 16);
  double delay = tf_random_uniform (&self->random) * (double) MIN (longest, self->options.backoff_max_ms);
  guint ms = at_least_ms + (guint) delay;

  self->attempt += !near;
  clear_source (&self->pacing);
  set_timer (self, &self->retry, ms, on_retry);
  set_state (self, TF_SOCKET_BACKOFF, reason, ms);
}

static void
halt (TfSocket *self)
{
  clear_source (&self->tick);
  clear_source (&self->retry);
  clear_source (&self->pacing);
  wire_drop (&self->next, TRUE);
  wire_drop (&self->wire, TRUE);
  self->replace_at = G_MAXINT64;
}

static void
fail (TfSocket   *self,
      const char *reason)
{
  halt (self);
  set_state (self, TF_SOCKET_FAILED, reason, 0);
}

/* The wire ended by itself, or is taken for dead. */
static void
lose (TfSocket   *self,
      Wire       *wire,
      const char *reason,
      gboolean    polite,
      guint       at_least_ms)
{
  gboolean was_open = wire->stream != NULL, last = wire == self->wire;
  guint number = wire->number;

  if (last && was_open && tf_socket_clock () - wire->opened >= self->options.proven_ms)
    self->attempt = 0;
  wire_drop (last ? &self->wire : &self->next, polite);
  if (last && self->next != NULL) /* its replacement is there already, or on its way */
    {
      self->wire = g_steal_pointer (&self->next);
      last = FALSE;
      if (self->wire->stream == NULL)
        set_state (self, TF_SOCKET_CONNECTING, reason, 0);
    }
  else if (!last) /* only the replacement: the one in use is still good, and it is tried again later */
    self->replace_at = tf_socket_clock () + MAX (at_least_ms, self->options.overlap_ms);
  if (was_open && self->events->closed != NULL)
    self->events->closed (self, number, self->data);
  if (last && self->state != TF_SOCKET_IDLE)
    back_off (self, reason, at_least_ms);
}

static void
refill (TfSocket *self,
        Wire     *wire)
{
  gint64 now = g_get_monotonic_time ();

  wire->tokens = MIN (wire->tokens + (double) (now - wire->refilled) * 1e-6 * self->options.send_rate,
                      (double) self->options.send_burst);
  wire->refilled = now;
}

static gboolean on_pacing (gpointer data);

static void
flush (TfSocket *self,
       Wire     *wire)
{
  if (self->options.send_rate > 0)
    refill (self, wire);
  while (!g_queue_is_empty (&wire->outgoing)
         && soup_websocket_connection_get_state (wire->stream) == SOUP_WEBSOCKET_STATE_OPEN)
    {
      g_autofree char *text = NULL;

      if (self->options.send_rate > 0)
        {
          if (wire->tokens < 1)
            {
              if (self->pacing == NULL)
                set_timer (self, &self->pacing, (guint) ((1 - wire->tokens) * 1000 / self->options.send_rate) + 1, on_pacing);
              return;
            }
          wire->tokens -= 1;
        }
      text = g_queue_pop_head (&wire->outgoing);
      soup_websocket_connection_send_text (wire->stream, text);
    }
}

static gboolean
on_pacing (gpointer data)
{
  TfSocket *self = data;

  clear_source (&self->pacing);
  if (self->wire != NULL && self->wire->stream != NULL)
    flush (self, self->wire);
  if (self->next != NULL && self->next->stream != NULL)
    flush (self, self->next);
  return G_SOURCE_REMOVE;
}

static void
on_message (SoupWebsocketConnection *stream,
            int                      type,
            GBytes                  *bytes,
            Wire                    *wire)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  wire->heard = tf_socket_clock ();
  if (wire->socket->events->message != NULL)
    wire->socket->events->message (wire->socket, wire->number, text, length, wire->socket->data);
}

static void
on_pong (SoupWebsocketConnection *stream,
         GBytes                  *bytes,
         Wire                    *wire)
{
  wire->heard = tf_socket_clock ();
}

static void
on_error (SoupWebsocketConnection *stream,
          GError                  *error,
          Wire                    *wire)
{
  if (wire->trouble == NULL)
    wire->trouble = g_strdup (error->message);
}

static void
on_closed (SoupWebsocketConnection *stream,
           Wire                    *wire)
{
  const char *said = soup_websocket_connection_get_close_data (stream);
  guint code = soup_websocket_connection_get_close_code (stream);
  g_autofree char *reason = NULL;

  if (wire->trouble != NULL)
    reason = g_strdup_printf ("broken off: %s", wire->trouble);
  else if (code == 0 || code == SOUP_WEBSOCKET_CLOSE_NO_STATUS)
    reason = g_strdup ("closed by the other side without a word");
  else
    reason = g_strdup_printf ("closed by the other side with %u%s%s", code, said != NULL && *said != '\0' ? " " : "",
                              said != NULL ? said : "");
  lose (wire->socket, wire, reason, FALSE, 0);
}

/* The handshake was refused or never came through. */
static void
refused (TfSocket     *self,
         Wire         *wire,
         const GError *error)
{
  guint status = soup_message_get_status (wire->request), after = tf_socket_retry_after (wire->request);
  g_autofree char *reason = NULL;

  if (status != 0 || error->domain == G_TLS_ERROR)
    self->unreachable = 0;
  else if (self->unreachable == 0)
    self->unreachable = tf_socket_clock ();
  if (status == 0 || status == SOUP_STATUS_SWITCHING_PROTOCOLS)
    reason = g_strdup_printf ("no connection: %s", error->message);
  else
    reason = g_strdup_printf ("refused with HTTP %u, %s", status, status == 429 ? "too many requests" : status == 418 ? "banned for a while"
                              : status == 403 ? "forbidden" : status == 503 ? "not available" : soup_status_get_phrase (status));
  switch (status)
    {
    case 400: case 401: case 404: case 410: case 451:
      if (wire == self->wire)
        {
          fail (self, reason);
          return;
        }
      break;
    case 403: case 418: /* banned: each further attempt makes it longer */
      after = after != 0 ? after : BAN_MS / 1000;
      break;
    default:
      break;
    }
  lose (self, wire, reason, FALSE, after * 1000);
}

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  Wire *wire = data;
  TfSocket *self = wire->socket;
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *stream = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  if (self == NULL)
    g_clear_object (&stream);
  else if (stream == NULL)
    refused (self, wire, error);
  else
    {
      gboolean replaces = wire == self->next;

      self->unreachable = 0;
      wire->stream = stream;
      wire->opened = wire->heard = tf_socket_clock ();
      wire->refilled = g_get_monotonic_time ();
      wire->tokens = self->options.send_burst;
      soup_websocket_connection_set_max_incoming_payload_size (stream, self->options.message_max);
      if (self->options.ping_s > 0)
        soup_websocket_connection_set_keepalive_interval (stream, self->options.ping_s);
      g_signal_connect (stream, "message", G_CALLBACK (on_message), wire);
      g_signal_connect (stream, "pong", G_CALLBACK (on_pong), wire);
      g_signal_connect (stream, "error", G_CALLBACK (on_error), wire);
      g_signal_connect (stream, "closed", G_CALLBACK (on_closed), wire);
      self->replace_at = self->options.lifetime_ms == 0 ? G_MAXINT64 : wire->opened + self->options.lifetime_ms
        - (gint64) (tf_random_uniform (&self->random) * self->options.lifetime_ms / 50);
      if (replaces)
        self->overlap_until = wire->opened + self->options.overlap_ms;
      else
        set_state (self, TF_SOCKET_OPEN, "open", 0);
      if (wire->socket != NULL && self->events->opened != NULL)
        self->events->opened (self, wire->number, self->data);
    }
  wire_unref (wire);
}

static void
connect_wire (TfSocket *self,
              Wire    **place)
{
  Wire *wire = g_new0 (Wire, 1);

  g_ref_count_init (&wire->refs);
  g_queue_init (&wire->outgoing);
  wire->socket = self;
  wire->number = ++self->wires;
  wire->cancellable = g_cancellable_new ();
  wire->request = soup_message_new (SOUP_METHOD_GET, self->url);
  wire->begun = tf_socket_clock ();
  soup_message_add_flags (wire->request, SOUP_MESSAGE_NO_REDIRECT);
  *place = wire;
  self->attempts++;
  soup_session_websocket_connect_async (self->session, wire->request, NULL, NULL, G_PRIORITY_DEFAULT,
                                        wire->cancellable, on_connected, wire_ref (wire));
}

static gboolean
is_late (TfSocket *self,
         Wire     *wire,
         gint64    now)
{
  if (wire->stream == NULL)
    return now - wire->begun >= self->options.connect_ms;
  return self->options.silence_ms > 0 && now - wire->heard >= self->options.silence_ms;
}

/* The watchdog: libsoup 3.2 notices neither a silent peer nor one that is gone. */
static gboolean
on_tick (gpointer data)
{
  TfSocket *self = data;
  gint64 now = tf_socket_clock (), ticked = g_get_monotonic_time ();
  gint64 busy = (ticked - self->ticked) / 1000 - self->tick_ms;
  Wire *wires[] = { self->next, self->wire };

  /* While this thread was kept from reading, silence was its own. (Not while the machine slept: the monotonic clock
   * stands still then.) */
  for (guint k = 0; k < 2 && busy > self->tick_ms; k++)
    if (wires[k] != NULL)
      {
        wires[k]->begun = MIN (wires[k]->begun + busy, now);
        wires[k]->heard = MIN (wires[k]->heard + busy, now);
      }
  self->ticked = ticked;
  for (guint k = 0; k < 2; k++)
    if (wires[k] != NULL && is_late (self, wires[k], now))
      {
        g_autofree char *reason = NULL;

        if (wires[k]->stream == NULL)
          reason = g_strdup_printf ("no connection within %.3g s", self->options.connect_ms / 1000.0);
        else
          reason = g_strdup_printf ("silent for %.3g s", self->options.silence_ms / 1000.0);
        lose (self, wires[k], reason, FALSE, 0);
        return G_SOURCE_CONTINUE;
      }
  if (self->next != NULL && self->next->stream != NULL && now >= self->overlap_until)
    tf_socket_retire (self);
  else if (self->next == NULL && self->state == TF_SOCKET_OPEN && now >= self->replace_at)
    tf_socket_replace (self);
  return G_SOURCE_CONTINUE;
}

/**
 * tf_socket_new:
 * @session: of this thread
 * @options: copied
 * @events: must outlive the socket
 *
 * A WebSocket with a life of its own: it connects, stays connected, and says what becomes of it. It lives on the thread
 * and in the thread-default main context that it was made in, and knows nothing of what is said over it.
 */
TfSocket *
tf_socket_new (SoupSession           *session,
               const TfSocketOptions *options,
               const TfSocketEvents  *events,
               gpointer               data)
{
  TfSocket *self = g_new0 (TfSocket, 1);

  self->session = g_object_ref (session);
  self->context = g_main_context_ref_thread_default ();
  self->options = *options;
  self->events = events;
  self->data = data;
  self->url = g_strdup (options->url);
  self->options.url = self->url;
#define DEFAULT(field, value) if (self->options.field == 0) self->options.field = (value)
  DEFAULT (backoff_ms, 500);
  DEFAULT (backoff_max_ms, 60000);
  DEFAULT (proven_ms, 60000);
  DEFAULT (connect_ms, 15000);
  DEFAULT (overlap_ms, 10000);
  DEFAULT (message_max, 16 * 1024 * 1024);
  DEFAULT (send_burst, 1);
#undef DEFAULT
  tf_random_seed (&self->random, options->seed);
  self->replace_at = G_MAXINT64;
  return self;
}

void
tf_socket_free (TfSocket *self)
{
  static const TfSocketEvents nobody;

  if (self == NULL)
    return;
  self->events = &nobody;
  tf_socket_stop (self);
  g_main_context_unref (self->context);
  g_object_unref (self->session);
  g_free (self->url);
  g_free (self);
}

/**
 * tf_socket_start:
 *
 * Connects, and stays connected until tf_socket_stop(). An endpoint that must not be used is told as FAILED.
 */
void
tf_socket_start (TfSocket *self)
{
  g_autoptr (GError) error = NULL;
  guint tick = CLAMP (MIN (self->options.connect_ms, self->options.silence_ms > 0 ? self->options.silence_ms : G_MAXUINT) / 8,
                      20, 1000);

  halt (self);
  if (!tf_socket_check_url (self->url, &error))
    {
      fail (self, error->message);
      return;
    }
  if (self->options.lifetime_ms > 0)
    tick = CLAMP (self->options.lifetime_ms / 8, 20, tick);
  self->tick_ms = tick;
  self->ticked = g_get_monotonic_time ();
  set_timer (self, &self->tick, tick, on_tick);
  self->attempt = 0;
  set_state (self, TF_SOCKET_CONNECTING, "connecting", 0);
  if (self->state == TF_SOCKET_CONNECTING)
    connect_wire (self, &self->wire);
}

/**
 * tf_socket_stop:
 *
 * Says goodbye and is IDLE at once.
 */
void
tf_socket_stop (TfSocket *self)
{
  halt (self);
  if (self->state != TF_SOCKET_IDLE)
    set_state (self, TF_SOCKET_IDLE, "stopped", 0);
}

/**
 * tf_socket_replace:
 *
 * Makes a second connection beside the one in use. It gets opened() and what is sent from then on; both are read until
 * tf_socket_retire() or the end of the overlap.
 */
void
tf_socket_replace (TfSocket *self)
{
  if (self->state != TF_SOCKET_OPEN || self->next != NULL)
    return;
  connect_wire (self, &self->next);
}

/**
 * tf_socket_retire:
 *
 * The replacement has all that the old connection had: closes the old one.
 */
void
tf_socket_retire (TfSocket *self)
{
  guint number;

  if (self->next == NULL || self->next->stream == NULL)
    return;
  number = self->wire->number;
  wire_drop (&self->wire, TRUE);
  self->wire = g_steal_pointer (&self->next);
  if (self->events->closed != NULL)
    self->events->closed (self, number, self->data);
}

/**
 * tf_socket_send:
 *
 * Queues @text for the newest open connection, paced by the send rate.
 *
 * Returns: FALSE when there is none; then it is not sent
 */
gboolean
tf_socket_send (TfSocket   *self,
                const char *text)
{
  Wire *wire = self->next != NULL && self->next->stream != NULL ? self->next : self->wire;

  if (wire == NULL || wire->stream == NULL)
    return FALSE;
  g_queue_push_tail (&wire->outgoing, g_strdup (text));
  flush (self, wire);
  return TRUE;
}

TfSocketState
tf_socket_get_state (const TfSocket *self)
{
  return self->state;
}

/**
 * tf_socket_get_attempts:
 *
 * Returns: how often it tried to connect, ever
 */
guint
tf_socket_get_attempts (const TfSocket *self)
{
  return self->attempts;
}

/**
 * tf_socket_get_queued:
 *
 * Returns: messages that wait for their turn to be sent
 */
guint
tf_socket_get_queued (const TfSocket *self)
{
  return (self->wire != NULL ? self->wire->outgoing.length : 0) + (self->next != NULL ? self->next->outgoing.length : 0);
}
