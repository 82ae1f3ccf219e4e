#include "io/feeds/connection.h"

#include <string.h>
#include <time.h>

#include "core/base/error.h"
#include "io/feeds/asker.h"

#define TICK_MS 250
#define REQUEST_TIMEOUT_S 10
#define RESYNC_MAX_MS 60000    /* between two attempts for one book */
#define CANDLE_GRACE (5 * TF_SECOND)

typedef struct
{
  TfTime   heard;       /* as the intake last said */
  gint64   heard_clock; /* ms of tf_socket_clock(), when that was seen */
  gboolean stale;
  gint64   resync_at;   /* 0: none is due */
  gint64   resynced;
  guint    resync_ms;   /* the wait before the next; doubles */
  TfTime   candle_asked;
  gint64   again;       /* more trades went missing after this id while others were fetched … */
  TfTime   again_from;  /* … and when that one was; 0: none */
} Watch;

struct _TfConnection
{
  const TfVenue            *venue;
  const TfConnectionEvents *events;
  gpointer                  data;
  TfMarket                 *markets;
  Watch                    *watches;
  guint                     n_markets;
  TfTime                    interval;
  guint                     stale_ms, settle_ms;
  TfEventQueue             *queue;
  TfRecorder               *recorder;
  GMainContext             *context;
  SoupSession              *session;
  TfSocket                 *socket;
  TfIntake                 *intake;
  TfAsker                  *asker;
  guint                     command; /* the id of the next one */
  guint                     wire;    /* the newest open one */
  guint                     wires;   /* open now */
  gint64                    settle_at; /* 0: nothing to settle */
  gint64                    ping_at;
  TfTime                    received, steady; /* of the last reading of the clock, and of one that is never set */
  gint64                    heard;   /* tf_socket_clock(); 0: nothing yet */
  gboolean                  live, down;
  GSource                  *tick;
  /* messages a second */
  guint64                   counted;
  gint64                    counted_at;
  GMutex                    lock;
  TfConnectionFigures       figures, shown;
};

static const char *const state_names[] = {
  "idle", "connecting", "subscribing", "live", "degraded", "backoff", "failed",
};

/**
 * tf_connection_state_name:
 *
 * Returns: a stable machine word
 */
const char *
tf_connection_state_name (TfConnectionState state)
{
  return state_names[state];
}

/* The clock's time; when that is set back, time goes on from where it was. */
static TfTime
now_received (TfConnection *self)
{
  struct timespec real, steady;
  TfTime since;

  clock_gettime (CLOCK_REALTIME, &real);
  clock_gettime (CLOCK_MONOTONIC, &steady);
  since = (TfTime) steady.tv_sec * TF_SECOND + steady.tv_nsec;
  self->received = MAX ((TfTime) real.tv_sec * TF_SECOND + real.tv_nsec, self->received + since - self->steady);
  self->steady = since;
  return self->received;
}

static void
record (TfConnection *self,
        TfFrameKind   kind,
        guint         wire,
        const char   *about,
        const char   *text,
        gsize         length)
{
  if (self->recorder != NULL)
    tf_recorder_add (self->recorder, &(TfFrame) { kind, wire, self->received, about, text, length });
}

static void
publish (TfConnection *self)
{
  gint64 now = tf_socket_clock ();
  guint stale = 0;

  for (guint k = 0; k < self->n_markets; k++)
    stale += self->watches[k].stale;
  tf_intake_get_figures (self->intake, &self->figures.intake);
  if (now - self->counted_at >= 2000)
    {
      self->figures.messages_per_second = (double) (self->figures.intake.messages - self->counted) * 1000
        / (double) (now - self->counted_at);
      self->counted = self->figures.intake.messages;
      self->counted_at = now;
    }
  self->figures.stale = stale;
  self->figures.request_errors = tf_asker_get_errors (self->asker);
  self->figures.age_ms = self->heard != 0 ? now - self->heard : -1;
  g_mutex_lock (&self->lock);
  self->shown = self->figures;
  g_mutex_unlock (&self->lock);
}

static void
set_state (TfConnection     *self,
           TfConnectionState state,
           const char       *reason,
           guint             retry_ms)
{
  if (self->figures.state == state && strcmp (self->figures.reason, reason) == 0)
    return;
  self->figures.state = state;
  self->figures.retry_ms = retry_ms;
  g_strlcpy (self->figures.reason, reason, sizeof self->figures.reason);
  publish (self);
  if (self->events->changed != NULL)
    self->events->changed (self, state, reason, retry_ms, self->data);
}

/* While the line is open: live, or not quite. */
static void
judge (TfConnection *self)
{
  guint stale = 0;

  if (tf_socket_get_state (self->socket) != TF_SOCKET_OPEN || self->down)
    return;
  for (guint k = 0; k < self->n_markets; k++)
    stale += self->watches[k].stale;
  if (!self->live)
    set_state (self, TF_CONNECTION_SUBSCRIBING, "subscribing", 0);
  else if (stale > 0)
    {
      g_autofree char *reason = g_strdup_printf ("nothing heard of %u of %u instruments", stale, self->n_markets);

      set_state (self, TF_CONNECTION_DEGRADED, reason, 0);
    }
  else
    set_state (self, TF_CONNECTION_LIVE, "live", 0);
}

static void
subscribe (TfConnection *self,
           guint         market, /* TF_MARKET_NONE: all */
           gboolean      on)
{
  guint n = market == TF_MARKET_NONE ? self->n_markets : 1;
  g_autofree TfSubscription *list = g_new0 (TfSubscription, MAX (n, 1));
  g_auto (GStrv) texts = NULL;

  for (guint k = 0; k < n; k++)
    {
      const TfMarket *of = &self->markets[market == TF_MARKET_NONE ? k : market];

      list[k] = (TfSubscription) { of->name, of->channels & self->venue->channels, self->interval };
    }
  texts = self->venue->subscribe (list, n, on, &self->command);
  for (char **text = texts; text != NULL && *text != NULL; text++)
    if (tf_socket_send (self->socket, *text))
      record (self, TF_FRAME_SENT, self->wire, NULL, *text, strlen (*text));
}

/* What a question means to the intake, said and written down in the same order. */
static void
on_asked (const TfFetch *fetch,
          gpointer       data)
{
  TfConnection *self = data;
  g_autofree char *about = tf_fetch_to_text (fetch, "");

  now_received (self);
  record (self, TF_FRAME_ASKED, 0, about, NULL, 0);
  tf_intake_asked (self->intake, fetch);
}

static gboolean
on_answered (TfFetch    *fetch,
             const char *path,
             const char *text,
             gsize       length,
             gpointer    data)
{
  TfConnection *self = data;
  g_autofree char *about = tf_fetch_to_text (fetch, path);

  now_received (self);
  record (self, TF_FRAME_ANSWER, 0, about, text, length);
  return self->wires > 0 && tf_intake_answer (self->intake, fetch, text, length, self->received);
}

static void fetch_trades (TfConnection *self,
                          guint         market,
                          gint64        after,
                          TfTime        from);

/* More trades went missing while others were asked for. */
static void
fetch_again (TfConnection *self,
             guint         market,
             gboolean      fine)
{
  Watch *watch = &self->watches[market];
  TfTime from = watch->again_from;

  if (from == 0)
    return;
  watch->again_from = 0;
  if (fine)
    fetch_trades (self, market, watch->again, from);
  else
    self->figures.unfilled++;
}

static void
on_finished (const TfFetch *fetch,
             gboolean       asked_for,
             const char    *why,
             gpointer       data)
{
  TfConnection *self = data;
  guint market = tf_intake_find (self->intake, fetch->name);

  if (why != NULL)
    {
      g_autofree char *about = tf_fetch_to_text (fetch, "");

      now_received (self);
      record (self, TF_FRAME_FAILED, 0, about, why, strlen (why));
      tf_intake_failed (self->intake, fetch);
      g_debug ("%s: no answer to “%s”: %s", self->venue->id, about, why);
    }
  if (why != NULL && fetch->kind == TF_FETCH_BOOK && market != TF_MARKET_NONE) /* a book can't do without */
    self->watches[market].resync_at = tf_socket_clock () + self->watches[market].resync_ms;
  if (asked_for && self->events->fetched != NULL)
    self->events->fetched (self, fetch, why == NULL, self->data);
  if (!asked_for && fetch->kind != TF_FETCH_BOOK && (why != NULL || !tf_venue_reached (self->venue, fetch)))
    self->figures.unfilled++;
  if (fetch->kind == TF_FETCH_TRADES && market != TF_MARKET_NONE)
    fetch_again (self, market, why == NULL);
}

/* Trades that are missing: after the last one, up to now. */
static void
fetch_trades (TfConnection *self,
              guint         market,
              gint64        after,
              TfTime        from)
{
  TfFetch fetch = { .kind = TF_FETCH_TRADES, .from = from, .to = now_received (self) + TF_MINUTE, .after = after };
  Watch *watch = &self->watches[market];

  if (tf_asker_asks (self->asker, TF_FETCH_TRADES, self->markets[market].name))
    {
      if (watch->again_from == 0) /* what is asked from the first hole on fills those behind it, too */
        {
          watch->again = after;
          watch->again_from = from;
        }
      return;
    }
  g_strlcpy (fetch.name, self->markets[market].name, sizeof fetch.name);
  self->figures.backfills++;
  tf_asker_ask (self->asker, &fetch, FALSE, FALSE);
}

static void
fetch_candles (TfConnection *self,
               guint         market)
{
  TfTime end = tf_intake_get_candle_end (self->intake, market);
  TfFetch fetch = { .kind = TF_FETCH_CANDLES, .interval = self->interval, .from = end, .to = now_received (self) };

  /* Where nobody listens to candles they come from trades. */
  if ((self->markets[market].channels & TF_CHANNEL_CANDLES) == 0)
    return;
  if (end == 0 || fetch.to < end + self->interval
      || tf_asker_asks (self->asker, TF_FETCH_CANDLES, self->markets[market].name))
    return;
  g_strlcpy (fetch.name, self->markets[market].name, sizeof fetch.name);
  self->watches[market].candle_asked = fetch.to - fetch.to % self->interval;
  self->figures.backfills++;
  tf_asker_ask (self->asker, &fetch, FALSE, FALSE);
}

/* A book needs a snapshot: again at once, but an endless loop gets slower. */
static void
resync (TfConnection *self,
        guint         market,
        gboolean      whole)
{
  Watch *watch = &self->watches[market];
  gint64 now = tf_socket_clock ();

  if (watch->resynced != 0 && now < watch->resynced + watch->resync_ms)
    {
      watch->resync_at = watch->resynced + watch->resync_ms;
      return;
    }
  watch->resync_ms = watch->resynced != 0 && now < watch->resynced + RESYNC_MAX_MS ? MIN (watch->resync_ms * 2, RESYNC_MAX_MS) : 1000;
  watch->resynced = now;
  watch->resync_at = 0;
  self->figures.resyncs++;
  if (self->venue->book_by_rest && !whole)
    {
      TfFetch fetch = { .kind = TF_FETCH_BOOK };

      g_strlcpy (fetch.name, self->markets[market].name, sizeof fetch.name);
      if (!tf_asker_asks (self->asker, TF_FETCH_BOOK, fetch.name))
        tf_asker_ask (self->asker, &fetch, FALSE, TRUE);
      return;
    }
  subscribe (self, market, FALSE);
  subscribe (self, market, TRUE);
}

static void
on_event (const TfEvent *event,
          gpointer       data)
{
  TfConnection *self = data;

  tf_event_queue_push (self->queue, event);
}

static void
on_resync (guint      market,
           TfNoteCode code,
           gint64     after,
           gpointer   data)
{
  TfConnection *self = data;

  if (code == TF_NOTE_TRADES)
    {
      gint64 id;
      TfTime time;

      tf_intake_get_last_trade (self->intake, market, &id, &time);
      fetch_trades (self, market, after, time);
    }
  else if (market == TF_MARKET_NONE) /* something is missing somewhere: a new connection has all of it */
    tf_socket_replace (self->socket);
  else if (code != TF_NOTE_START || self->venue->book_by_rest)
    {
      g_debug ("%s: %s needs a snapshot (%d)", self->venue->id, self->markets[market].name, (int) code);
      resync (self, market, FALSE);
    }
}

static void
on_other (const TfFeedEvent *event,
          const char        *name,
          gpointer           data)
{
  TfConnection *self = data;

  if (event->kind == TF_FEED_ACK && event->note.code == TF_NOTE_REFUSED)
    {
      self->figures.refused++;
      g_message ("%s: refused: %s", self->venue->id, event->note.text != NULL ? event->note.text : "");
    }
  if (event->kind == TF_FEED_STATUS && event->note.code == TF_NOTE_GOODBYE)
    tf_socket_replace (self->socket);
  if (event->kind == TF_FEED_STATUS && event->note.code == TF_NOTE_DOWN)
    {
      g_autofree char *reason = g_strdup_printf ("the venue says: %s", event->note.text != NULL ? event->note.text : "down");

      self->down = TRUE;
      set_state (self, TF_CONNECTION_DEGRADED, reason, 0);
    }
  else if (self->down && event->kind == TF_FEED_STATUS && event->note.code == TF_NOTE_OK
           && g_strcmp0 (event->note.text, "online") == 0)
    {
      self->down = FALSE;
      judge (self);
    }
  if (self->events->other != NULL)
    self->events->other (self, event, name, self->data);
}

static void
on_opened (TfSocket *socket,
           guint     wire,
           gpointer  data)
{
  TfConnection *self = data;

  now_received (self);
  self->figures.reconnects += self->wire != 0;
  if (self->wires++ == 0)
    {
      self->live = FALSE;
      self->settle_at = self->wire != 0 ? tf_socket_clock () + self->settle_ms : 0;
    }
  self->wire = wire;
  self->down = FALSE;
  self->ping_at = tf_socket_clock () + self->venue->ping_interval * 1000;
  for (guint k = 0; k < self->n_markets; k++)
    {
      self->watches[k].heard_clock = tf_socket_clock ();
      self->watches[k].resync_at = self->watches[k].resynced = 0;
    }
  record (self, TF_FRAME_OPENED, wire, NULL, NULL, 0);
  tf_intake_opened (self->intake, wire);
  subscribe (self, TF_MARKET_NONE, TRUE);
  tf_asker_set_open (self->asker, TRUE);
  judge (self);
}

static void
on_closed (TfSocket *socket,
           guint     wire,
           gpointer  data)
{
  TfConnection *self = data;

  now_received (self);
  self->wires--;
  tf_asker_set_open (self->asker, self->wires > 0);
  record (self, TF_FRAME_CLOSED, wire, NULL, NULL, 0);
  tf_intake_closed (self->intake, wire);
}

static void
on_message (TfSocket   *socket,
            guint       wire,
            const char *text,
            gsize       length,
            gpointer    data)
{
  TfConnection *self = data;

  now_received (self);
  self->heard = tf_socket_clock ();
  record (self, TF_FRAME_RECEIVED, wire, NULL, text, length);
  tf_intake_message (self->intake, wire, text, length, self->received);
}

static void
on_changed (TfSocket     *socket,
            TfSocketState state,
            const char   *reason,
            guint         retry_ms,
            gpointer      data)
{
  static const TfConnectionState states[] = {
    [TF_SOCKET_IDLE] = TF_CONNECTION_IDLE, [TF_SOCKET_CONNECTING] = TF_CONNECTION_CONNECTING,
    [TF_SOCKET_OPEN] = TF_CONNECTION_SUBSCRIBING, [TF_SOCKET_BACKOFF] = TF_CONNECTION_BACKOFF,
    [TF_SOCKET_FAILED] = TF_CONNECTION_FAILED,
  };
  TfConnection *self = data;

  if (state != TF_SOCKET_OPEN)
    set_state (self, states[state], reason, retry_ms);
}

static void
watch_market (TfConnection *self,
              guint         m,
              gint64        now)
{
  Watch *watch = &self->watches[m];
  TfTime heard = tf_intake_get_heard (self->intake, m, 0);
  gboolean stale;

  if (heard != watch->heard && heard != 0)
    {
      watch->heard = heard;
      watch->heard_clock = now;
      self->live = TRUE;
    }
  stale = now - watch->heard_clock >= self->stale_ms;
  if (stale != watch->stale)
    {
      watch->stale = stale;
      if (stale && self->wires > 0 && self->live) /* perhaps only this stream died */
        resync (self, m, TRUE);
      if (self->events->stale != NULL)
        self->events->stale (self, m, stale, self->data);
    }
  if (watch->resync_at != 0 && now >= watch->resync_at && self->wires > 0)
    {
      watch->resync_at = 0;
      resync (self, m, FALSE);
    }
}

/* The venue's own clock decides which candles are over; ours may be off by as much as was measured. */
static void
watch_candles (TfConnection *self,
               guint         m)
{
  TfTime end = tf_intake_get_candle_end (self->intake, m), now = now_received (self) - self->figures.intake.offset;

  if (end != 0 && now >= end + self->interval + CANDLE_GRACE && self->watches[m].candle_asked < now - now % self->interval)
    fetch_candles (self, m);
}

/* A replacement that has heard of all that the old one did takes over. */
static void
hand_over (TfConnection *self)
{
  for (guint k = 0; k < self->n_markets; k++)
    if (!self->watches[k].stale && tf_intake_get_heard (self->intake, k, self->wire) == 0)
      return;
  tf_socket_retire (self->socket);
}

static gboolean
on_tick (gpointer data)
{
  TfConnection *self = data;
  gint64 now = tf_socket_clock ();

  for (guint k = 0; k < self->n_markets; k++)
    {
      watch_market (self, k, now);
      if (self->wires > 0 && self->live)
        watch_candles (self, k);
    }
  if (self->wires > 1)
    hand_over (self);
  if (self->venue->ping != NULL && self->wires > 0 && now >= self->ping_at)
    {
      g_autofree char *text = self->venue->ping (&self->command);

      self->ping_at = now + self->venue->ping_interval * 1000;
      now_received (self);
      if (tf_socket_send (self->socket, text))
        record (self, TF_FRAME_SENT, self->wire, NULL, text, strlen (text));
    }
  if (self->settle_at != 0 && now >= self->settle_at && self->wires > 0)
    {
      self->settle_at = 0;
      for (guint k = 0; k < self->n_markets; k++)
        {
          gint64 id;
          TfTime time;

          if (tf_intake_wants_trades (self->intake, k) && tf_intake_get_last_trade (self->intake, k, &id, &time))
            fetch_trades (self, k, id, time);
          fetch_candles (self, k);
        }
    }
  judge (self);
  publish (self);
  return G_SOURCE_CONTINUE;
}

static const TfSocketEvents socket_events = { on_opened, on_message, on_closed, on_changed };
static const TfIntakeEvents intake_events = { on_event, on_resync, on_other };
static const TfAskerEvents asker_events = { on_asked, on_answered, on_finished };

/**
 * tf_connection_new:
 * @options: copied, with what it points to except venue, queue and recorder
 * @events: must outlive the connection
 *
 * A line to a venue: it subscribes, stays connected, checks what it hears, fetches what it missed, and pushes events of
 * the engine to the queue. It lives on the thread and in the thread-default main context that it was made in.
 */
TfConnection *
tf_connection_new (const TfConnectionOptions *options,
                   const TfConnectionEvents  *events,
                   gpointer                   data,
                   GError                   **error)
{
  g_autoptr (TfConnection) self = NULL;
  const char *url = options->url != NULL ? options->url : options->venue->url;
  const char *rest = options->rest != NULL ? options->rest : options->venue->rest;
  guint streams = 0;
  TfSocketOptions socket = {
    .url = url,
    .seed = options->seed,
    .silence_ms = options->silence_ms != 0 ? options->silence_ms : options->venue->watchdog * 1000,
    .lifetime_ms = options->lifetime_ms != 0 ? options->lifetime_ms : options->venue->lifetime * 1000,
    .backoff_ms = options->backoff_ms,
    .backoff_max_ms = options->backoff_max_ms,
    .proven_ms = options->proven_ms,
    .ping_s = options->venue->ping == NULL ? 20 : 0, /* its pong is a sign of life where the venue has none */
    .send_rate = options->venue->pace > 0 ? 1000.0 / options->venue->pace : 0,
  };

  if (!tf_socket_check_url (url, error) || !tf_socket_check_url (rest, error))
    return NULL;
  for (guint k = 0; k < options->n_markets; k++)
    streams += (guint) __builtin_popcount (options->markets[k].channels & options->venue->channels);
  if (options->venue->subscriptions > 0 && streams > options->venue->subscriptions)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_RANGE, "found %u streams, expected at most %u over one connection to %s", streams,
                   options->venue->subscriptions, options->venue->title);
      return NULL;
    }
  self = g_new0 (TfConnection, 1);
  g_mutex_init (&self->lock);
  self->venue = options->venue;
  self->events = events;
  self->data = data;
  self->n_markets = options->n_markets;
  self->markets = g_memdup2 (options->markets, options->n_markets * sizeof *options->markets);
  self->watches = g_new0 (Watch, MAX (options->n_markets, 1));
  self->interval = options->interval != 0 ? options->interval : TF_MINUTE;
  self->stale_ms = options->stale_ms != 0 ? options->stale_ms : 60000;
  self->settle_ms = options->settle_ms != 0 ? options->settle_ms : 3000;
  self->queue = tf_event_queue_ref (options->queue);
  self->recorder = options->recorder;
  self->context = g_main_context_ref_thread_default ();
  self->session = soup_session_new_with_options ("user-agent", "TradeFollow", "timeout", REQUEST_TIMEOUT_S,
                                                 "max-conns-per-host", 8, NULL);
  self->socket = tf_socket_new (self->session, &socket, &socket_events, self);
  self->intake = tf_intake_new (self->venue, self->markets, self->n_markets, &intake_events, self);
  self->asker = tf_asker_new (self->venue, rest, self->session, &asker_events, self);
  self->figures.age_ms = -1;
  publish (self);
  return g_steal_pointer (&self);
}

void
tf_connection_free (TfConnection *self)
{
  static const TfConnectionEvents nobody;

  if (self == NULL)
    return;
  self->events = &nobody;
  if (self->socket != NULL)
    tf_connection_stop (self);
  g_clear_pointer (&self->socket, tf_socket_free);
  g_clear_pointer (&self->asker, tf_asker_free);
  g_clear_pointer (&self->intake, tf_intake_free);
  g_clear_object (&self->session);
  g_clear_pointer (&self->context, g_main_context_unref);
  tf_event_queue_unref (self->queue);
  g_mutex_clear (&self->lock);
  g_free (self->watches);
  g_free (self->markets);
  g_free (self);
}

/**
 * tf_connection_start:
 *
 * Connects, and stays connected until tf_connection_stop().
 */
void
tf_connection_start (TfConnection *self)
{
  tf_connection_stop (self);
  for (guint k = 0; k < self->n_markets; k++)
    self->watches[k].heard_clock = tf_socket_clock ();
  self->counted_at = tf_socket_clock ();
  self->tick = g_timeout_source_new (TICK_MS);
  g_source_set_callback (self->tick, on_tick, self, NULL);
  g_source_attach (self->tick, self->context);
  tf_socket_start (self->socket);
}

/**
 * tf_connection_stop:
 *
 * At once: nothing is waited for.
 */
void
tf_connection_stop (TfConnection *self)
{
  if (self->tick != NULL)
    g_source_destroy (self->tick);
  g_clear_pointer (&self->tick, g_source_unref);
  tf_asker_stop (self->asker);
  if (self->wires > 0)
    {
      now_received (self);
      record (self, TF_FRAME_CLOSED, 0, NULL, NULL, 0);
      tf_intake_closed (self->intake, 0);
    }
  self->wires = 0;
  tf_socket_stop (self->socket);
}

/**
 * tf_connection_fetch:
 *
 * Asks the venue over REST, in turn with its own questions and at the venue's pace, once started. The answers are events
 * as any others, and then fetched() is called.
 */
void
tf_connection_fetch (TfConnection  *self,
                     const TfFetch *fetch)
{
  tf_asker_ask (self->asker, fetch, TRUE, FALSE);
}

/**
 * tf_connection_now:
 *
 * Returns: the time by the clock that messages are received by: it never goes back
 */
TfTime
tf_connection_now (TfConnection *self)
{
  return now_received (self);
}

/**
 * tf_connection_note:
 * @note: see tf_intake_note(); it is recorded, so that a recording gives the same events again
 */
void
tf_connection_note (TfConnection *self,
                    const char   *note)
{
  now_received (self);
  record (self, TF_FRAME_NOTE, 0, note, NULL, 0);
  tf_intake_note (self->intake, note, self->received);
}

/**
 * tf_connection_extra:
 * @event: a signal or a notice of a trader's source; its time is set
 *
 * It takes its place among what is heard over the line, in the queue and in the recording.
 */
void
tf_connection_extra (TfConnection *self,
                     TfEvent      *event)
{
  g_autofree char *text = tf_event_to_text (event);

  event->time = now_received (self);
  record (self, TF_FRAME_NOTE, 0, event->type == TF_EVENT_SIGNAL ? TF_INTAKE_SIGNAL : TF_INTAKE_NOTICE, text, strlen (text));
  tf_intake_extra (self->intake, event);
}

/**
 * tf_connection_get_figures:
 *
 * Any thread. At most a quarter of a second old.
 */
void
tf_connection_get_figures (TfConnection        *self,
                           TfConnectionFigures *figures)
{
  g_mutex_lock (&self->lock);
  *figures = self->shown;
  g_mutex_unlock (&self->lock);
}
