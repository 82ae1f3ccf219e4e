#include "io/feeds/player.h"

#include <libsoup/soup.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/error.h"
#include "io/feeds/connection.h"
#include "io/feeds/dialect.h"
#include "io/feeds/listener.h"
#include "io/feeds/played.h"
#include "io/feeds/recorder.h"

#define BATCH 256              /* messages between two looks at the clients */
#define UNSENT_MAX (1 << 20)   /* bytes in a client's line before full speed waits for it */
#define SKEW (5 * TF_SECOND)
#define PEEK 64                /* frames looked at before the start */

typedef struct
{
  TfFault fault;
  gint64  at; /* µs after the start */
} Scheduled;

struct _TfPlayer
{
  const TfVenue   *venue;
  const TfDialect *dialect;
  TfPlayerOptions  options;
  TfRecording     *recording;
  TfFrame          ahead;
  gboolean         has_ahead;
  SoupServer      *server;
  GMainContext    *context;
  char            *url, *rest;
  GPtrArray       *clients;    /* of TfListener */
  GArray          *dead;       /* fds of lines whose peer does not know */
  TfPlayed        *played;
  guint            depth;
  GArray          *schedule;
  GSource         *timer;
  gint64           started;    /* monotonic µs; 0: not yet */
  gint64           away_until; /* handshakes are refused with … */
  guint            away_status;
  gint64           beat_at;    /* after the end: a sign of life a second */
  TfBroadcast      broadcast;
  TfPlayerFigures  figures;
};

static gint64
pause_us (TfPlayer *self)
{
  return (gint64) (self->options.pause * G_USEC_PER_SEC);
}

static gboolean
wants (TfPlayer           *self,
       const TfListener   *client,
       const TfPlayedTags *tags)
{
  for (guint k = 0; k < tags->n; k++)
    if (tf_listener_wants (client, tf_played_get_name (self->played, tags->symbols[k]), tags->channels[k]))
      return TRUE;
  return tags->n == 0 && tf_listener_listens (client);
}

static void
play_frame (TfPlayer *self)
{
  const TfFrame *frame = &self->ahead;
  const TfPlayedTags *tags;
  gboolean news = FALSE;

  if (frame->kind == TF_FRAME_OPENED && frame->wire > 1)
    tf_played_reset (self->played);
  if (frame->kind == TF_FRAME_ANSWER)
    tf_played_fetched (self->played, frame);
  if (frame->kind != TF_FRAME_RECEIVED)
    return;
  tags = tf_played_message (self->played, frame);
  self->figures.trades = tf_played_get_trades (self->played);
  if (tags->answer || memmem (frame->text, frame->length, "pong\"", 5) != NULL
      || (tags->alive && memmem (frame->text, frame->length, "eartbeat", 8) == NULL))
    return; /* these are made for each client */
  for (guint k = 0; k < tags->n; k++)
    news = news || (tags->channels[k] & (TF_CHANNEL_TRADES | TF_CHANNEL_BOOK)) != 0;
  for (guint k = 0; k < self->clients->len; k++)
    if (wants (self, self->clients->pdata[k], tags))
      {
        self->figures.told += tags->trades;
        tf_listener_deliver (self->clients->pdata[k], frame->text, frame->length, news);
      }
}

static void
read_ahead (TfPlayer *self)
{
  g_autoptr (GError) error = NULL;

  do
    self->has_ahead = tf_recording_next (self->recording, &self->ahead, &error);
  while (self->has_ahead && self->ahead.kind == TF_FRAME_START);
  if (error != NULL)
    g_message ("%s", error->message);
  self->figures.finished = !self->has_ahead;
}

/* Cuts the line of a client: with nothing said, or so that it does not even notice. */
static void
cut (TfPlayer *self,
     guint     k,
     gboolean  unnoticed)
{
  TfListener *client = self->clients->pdata[k];
  g_autoptr (SoupWebsocketConnection) stream = g_object_ref (client->stream);

  if (unnoticed)
    {
      int fd = dup (client->fd); /* keeps the line up when ours is closed */

      g_array_append_val (self->dead, fd);
    }
  g_ptr_array_remove_index (self->clients, k);
  g_io_stream_close (soup_websocket_connection_get_io_stream (stream), NULL, NULL);
}

static void
cut_all (TfPlayer *self,
         gboolean  unnoticed)
{
  for (guint k = self->clients->len; k-- > 0; )
    cut (self, k, unnoticed);
}

static void
close_all (TfPlayer   *self,
           guint       code,
           const char *why)
{
  for (guint k = 0; k < self->clients->len; k++)
    {
      TfListener *client = self->clients->pdata[k];

      if (soup_websocket_connection_get_state (client->stream) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close (client->stream, (gushort) code, why);
    }
}

static gboolean
listened_to (TfPlayer *self)
{
  for (guint k = 0; k < self->clients->len; k++)
    if (tf_listener_listens (self->clients->pdata[k]))
      return TRUE;
  return FALSE;
}

static void
go_away (TfPlayer *self,
         guint     status)
{
  self->away_until = g_get_monotonic_time () + pause_us (self);
  self->away_status = status;
}

static void
run_fault (TfPlayer *self,
           TfFault   fault)
{
  g_debug ("player: %s", tf_fault_name (fault));
  switch (fault)
    {
    case TF_FAULT_DROP:
      cut_all (self, FALSE);
      return;
    case TF_FAULT_HALF_OPEN:
      cut_all (self, TRUE);
      return;
    case TF_FAULT_CLOSE:
      close_all (self, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "restart");
      return;
    case TF_FAULT_429:
    case TF_FAULT_418:
    case TF_FAULT_503:
      go_away (self, fault == TF_FAULT_429 ? 429 : fault == TF_FAULT_418 ? 418 : 503);
      cut_all (self, FALSE);
      return;
    case TF_FAULT_MAINTENANCE:
      for (guint k = 0; self->dialect->maintenance != NULL && k < self->clients->len; k++)
        tf_listener_say (self->clients->pdata[k], self->dialect->maintenance);
      go_away (self, 503);
      close_all (self, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "maintenance");
      return;
    case TF_FAULT_SKEW:
      self->broadcast.shift += SKEW;
      return;
    default:
      break;
    }
  for (guint k = 0; k < self->clients->len; k++)
    if (fault == TF_FAULT_CHECKSUM && strcmp (self->venue->id, "kraken") != 0) /* the others send none */
      ((TfListener *) self->clients->pdata[k])->lose = 1;
    else
      tf_listener_fault (self->clients->pdata[k], fault, pause_us (self));
}

static gboolean on_timer (gpointer data);

static void
set_timer (TfPlayer *self,
           guint     ms,
           int       priority)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  self->timer = g_timeout_source_new (ms);
  g_source_set_priority (self->timer, priority);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, self->context);
}

static gboolean
is_congested (TfPlayer *self)
{
  for (guint k = 0; k < self->clients->len; k++)
    {
      int unsent = 0;

      if (ioctl (((TfListener *) self->clients->pdata[k])->fd, SIOCOUTQ, &unsent) == 0 && unsent > UNSENT_MAX)
        return TRUE;
    }
  return FALSE;
}

static gboolean
on_timer (gpointer data)
{
  TfPlayer *self = data;
  gint64 now = g_get_monotonic_time (), wait = 50;
  guint n = 0;

  for (guint k = 0; k < self->schedule->len && listened_to (self); k++)
    if (now - self->started >= g_array_index (self->schedule, Scheduled, k).at)
      {
        TfFault fault = g_array_index (self->schedule, Scheduled, k).fault;

        g_array_remove_index (self->schedule, k--);
        run_fault (self, fault);
      }
  if (self->options.speed <= 0)
    {
      for (; self->has_ahead && n < BATCH && !(n == 0 && is_congested (self)); n++)
        {
          play_frame (self);
          read_ahead (self);
        }
      wait = n > 0 ? 0 : self->has_ahead ? 1 : 50;
    }
  else
    {
      for (; self->has_ahead && n < BATCH * 16; n++)
        {
          gint64 due = (gint64) ((double) (self->ahead.time - self->broadcast.first) / 1000 / self->options.speed);

          if (due > now - self->started)
            {
              wait = CLAMP ((due - (now - self->started)) / 1000 + 1, 1, 50);
              break;
            }
          play_frame (self);
          read_ahead (self);
        }
      if (n == BATCH * 16)
        wait = 0;
    }
  if (!self->has_ahead && now >= self->beat_at)
    {
      self->beat_at = now + G_USEC_PER_SEC;
      for (guint k = 0; self->dialect->heartbeat != NULL && k < self->clients->len; k++)
        tf_listener_deliver (self->clients->pdata[k], self->dialect->heartbeat, strlen (self->dialect->heartbeat),
                             FALSE);
    }
  for (guint k = 0; k < self->clients->len; k++)
    tf_listener_flush (self->clients->pdata[k]);
  set_timer (self, (guint) wait, self->options.speed <= 0 ? G_PRIORITY_LOW : G_PRIORITY_DEFAULT); /* full speed lets others go first */
  return G_SOURCE_REMOVE;
}

static void
start_playing (TfPlayer *self)
{
  if (self->started != 0)
    return;
  self->started = g_get_monotonic_time ();
  if (self->options.now)
    {
      self->broadcast.shift = g_get_real_time () * 1000 - self->broadcast.first;
      self->broadcast.shift -= self->broadcast.shift % tf_played_get_grid (self->played);
    }
  set_timer (self, 1, G_PRIORITY_DEFAULT);
}

/* By the recording. */
static TfTime
now_of (const TfPlayer *self)
{
  return self->has_ahead ? self->ahead.time : self->broadcast.first;
}

static void
on_subscribe (const char *venue_name,
              guint       channels,
              gboolean    on,
              gpointer    data)
{
  TfListener *client = data;
  TfPlayer *self = client->owner;
  guint had;

  if (venue_name == NULL || channels == 0)
    venue_name = "";
  had = tf_listener_subscribe (client, venue_name, channels, on);
  start_playing (self);
  if (on && (had & TF_CHANNEL_BOOK) == 0 && (channels & TF_CHANNEL_BOOK) != 0)
    {
      char *book = tf_played_snapshot (self->played, venue_name, now_of (self));

      if (book != NULL)
        g_ptr_array_add (client->snapshots, book);
    }
}

static void
on_command (SoupWebsocketConnection *stream,
            int                      type,
            GBytes                  *bytes,
            TfListener              *client)
{
  TfPlayer *self = client->owner;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func (g_free);
  JsonNode *root;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  if (client->muted)
    return;
  root = json_parser_load_from_data (parser, text, (gssize) length, NULL) ? json_parser_get_root (parser) : NULL;
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_ptr_array_add (replies, g_strdup ("{\"error\":\"not JSON\"}"));
    }
  else
    self->dialect->command (json_node_get_object (root), self->depth, on_subscribe, client, replies);
  for (guint k = 0; k < replies->len; k++)
    tf_listener_deliver (client, replies->pdata[k], strlen (replies->pdata[k]), FALSE);
  for (guint k = 0; k < client->snapshots->len; k++)
    tf_listener_deliver (client, client->snapshots->pdata[k], strlen (client->snapshots->pdata[k]), FALSE);
  g_ptr_array_set_size (client->snapshots, 0);
}

static void
on_gone (SoupWebsocketConnection *stream,
         TfListener              *client)
{
  g_ptr_array_remove (((TfPlayer *) client->owner)->clients, client);
}

static void
on_websocket (SoupServer              *server,
              SoupServerMessage       *message,
              const char              *path,
              SoupWebsocketConnection *stream,
              gpointer                 data)
{
  TfPlayer *self = data;
  TfListener *client;
  GUri *uri = soup_server_message_get_uri (message);
  g_autoptr (GHashTable) query = g_uri_get_query (uri) != NULL ? soup_form_decode (g_uri_get_query (uri)) : NULL;
  const char *streams = query != NULL ? g_hash_table_lookup (query, "streams") : NULL;

  client = tf_listener_new (stream, g_socket_get_fd (soup_server_message_get_socket (message)), &self->broadcast,
                            self);
  g_ptr_array_add (self->clients, client);
  self->figures.connections++;
  g_signal_connect (stream, "message", G_CALLBACK (on_command), client);
  g_signal_connect (stream, "closed", G_CALLBACK (on_gone), client);
  if (self->dialect->greeting != NULL)
    tf_listener_say (client, self->dialect->greeting);
  if (streams != NULL) /* Binance: what is in the URL needs no command */
    {
      g_auto (GStrv) list = g_strsplit (streams, "/", -1);
      g_autofree char *joined = g_strjoinv ("\",\"", list);
      g_autofree char *text = g_strdup_printf ("{\"method\":\"SUBSCRIBE\",\"params\":[\"%s\"],\"id\":0}", joined);
      g_autoptr (JsonParser) parser = json_parser_new ();
      g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func (g_free);

      if (json_parser_load_from_data (parser, text, -1, NULL))
        self->dialect->command (json_node_get_object (json_parser_get_root (parser)), self->depth, on_subscribe, client, replies);
    }
}

static void
on_request (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           data)
{
  TfPlayer *self = data;
  const char *upgrade = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Upgrade");
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) posted = soup_message_body_flatten (body);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  JsonObject *object = NULL;
  TfFetchKind kind;
  TfAnswerData answer = { 0 };
  char name[TF_SYMBOL_SIZE] = "";

  if (g_get_monotonic_time () < self->away_until)
    {
      self->figures.refused++;
      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Retry-After", "1");
      soup_server_message_set_status (message, self->away_status, NULL);
      return;
    }
  if (upgrade != NULL)
    return; /* goes on to on_websocket() */
  self->figures.requests++;
  if (g_bytes_get_size (posted) > 0
      && json_parser_load_from_data (parser, g_bytes_get_data (posted, NULL), (gssize) g_bytes_get_size (posted), NULL)
      && JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    object = json_node_get_object (json_parser_get_root (parser));
  if (!self->dialect->question (path, query, object, &kind, name, &answer))
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return;
    }
  answer.now = now_of (self) + self->broadcast.shift;
  if (tf_played_answer (self->played, out, kind, name, &answer, self->broadcast.shift))
    soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, out->str, out->len);
  soup_server_message_set_status (message, out->len > 0 ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
}

/* The depth of the books, and the first time. */
static gboolean
look_ahead (TfPlayer *self,
            GError  **error)
{
  TfFrame frame;

  for (guint n = 0; n < PEEK && tf_recording_next (self->recording, &frame, error); n++)
    {
      const char *depth = memmem (frame.text, frame.length, "\"depth\":", 8);

      if (frame.kind != TF_FRAME_RECEIVED && frame.kind != TF_FRAME_SENT)
        {
          if (frame.kind == TF_FRAME_ANSWER) /* fetched before anything was said */
            tf_played_fetched (self->played, &frame);
          continue;
        }
      if (self->broadcast.first == 0)
        self->broadcast.first = frame.time;
      if (depth != NULL && self->depth == 0)
        self->depth = (guint) g_ascii_strtoull (depth + 8, NULL, 10);
    }
  if (self->broadcast.first == 0)
    {
      if (error == NULL || *error == NULL)
        g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID, "found no message in the recording, expected some");
      return FALSE;
    }
  tf_played_reset (self->played);
  if (!tf_recording_rewind (self->recording, error))
    return FALSE;
  read_ahead (self);
  return TRUE;
}

/**
 * tf_player_new:
 * @path: a recording, see tf_recording_open()
 *
 * It lives on the thread and in the thread-default main context that it is made in.
 */
TfPlayer *
tf_player_new (const TfVenue         *venue,
               const char            *path,
               const TfPlayerOptions *options,
               GError               **error)
{
  g_autoptr (TfPlayer) self = g_new0 (TfPlayer, 1);
  GSList *uris;

  self->venue = venue;
  self->options = *options;
  if (self->options.pause <= 0)
    self->options.pause = 2;
  self->clients = g_ptr_array_new_with_free_func ((GDestroyNotify) tf_listener_free);
  self->dead = g_array_new (FALSE, FALSE, sizeof (int));
  self->schedule = g_array_new (FALSE, FALSE, sizeof (Scheduled));
  self->context = g_main_context_ref_thread_default ();
  self->dialect = tf_dialect_find (venue->id);
  if (self->dialect == NULL)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "found venue %s, expected one that can be played", venue->id);
      return NULL;
    }
  self->played = tf_played_new (venue, self->dialect);
  self->recording = tf_recording_open (path, error);
  if (self->recording == NULL || !look_ahead (self, error))
    return NULL;
  self->server = soup_server_new ("server-header", "TradeFollow ", NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  soup_server_add_websocket_handler (self->server, NULL, NULL, NULL, on_websocket, self, NULL);
  if (!soup_server_listen_local (self->server, options->port, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return NULL;
  uris = soup_server_get_uris (self->server);
  self->rest = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  self->url = g_strdup_printf ("ws://127.0.0.1:%d/ws", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return g_steal_pointer (&self);
}

void
tf_player_free (TfPlayer *self)
{
  if (self == NULL)
    return;
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_ptr_array_unref (self->clients);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  for (guint k = 0; k < self->dead->len; k++)
    close (g_array_index (self->dead, int, k));
  g_array_unref (self->dead);
  g_array_unref (self->schedule);
  g_clear_pointer (&self->played, tf_played_free);
  g_clear_pointer (&self->recording, tf_recording_free);
  g_main_context_unref (self->context);
  g_free (self->rest);
  g_free (self->url);
  g_free (self);
}

/**
 * tf_player_get_url:
 *
 * Returns: of the WebSocket
 */
const char *
tf_player_get_url (const TfPlayer *self)
{
  return self->url;
}

/**
 * tf_player_get_rest:
 *
 * Returns: base of the requests
 */
const char *
tf_player_get_rest (const TfPlayer *self)
{
  return self->rest;
}

/**
 * tf_player_fault:
 *
 * Now, or as soon as somebody listens.
 */
void
tf_player_fault (TfPlayer *self,
                 TfFault   fault)
{
  tf_player_fault_at (self, fault, 0);
}

/**
 * tf_player_fault_at:
 * @seconds: after the start of the market
 */
void
tf_player_fault_at (TfPlayer *self,
                    TfFault   fault,
                    double    seconds)
{
  Scheduled scheduled = { fault, (gint64) (seconds * G_USEC_PER_SEC) };

  g_array_append_val (self->schedule, scheduled);
}

void
tf_player_get_figures (const TfPlayer  *self,
                       TfPlayerFigures *figures)
{
  *figures = self->figures;
  figures->sent = self->broadcast.sent;
  figures->clients = self->clients->len;
}

/**
 * tf_player_get_last_trade:
 * @name: the venue's
 * @n: (out): trades of it that were played
 *
 * Returns: the id of the newest; 0: none yet
 */
gint64
tf_player_get_last_trade (const TfPlayer *self,
                          const char     *name,
                          guint          *n)
{
  return tf_played_get_last_trade (self->played, name, n);
}
