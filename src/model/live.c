#include "model/live.h"

#include <string.h>

#include "core/base/error.h"
#include "model/live-sources.h"

#define QUEUE_SIZE 65536
#define BUFFER 64
#define WAIT_US 20000              /* for the next event; then whoever waits looks around */
#define ANSWER_US (60 * G_USEC_PER_SEC)
#define MISSED_BARS 5000           /* of an outage; what lies before is a hole */
#define TICK_MS 100

/* What the feed thread waits for before it is live. */
typedef enum
{
  STEP_IDLE,
  STEP_LISTEN,  /* asks for candles as soon as there is a line */
  STEP_CANDLES, /* asked for */
  STEP_LIVE,
} Step;

struct _TfLive
{
  TfEventSource    source;
  const TfVenue   *venue;
  char            *url, *rest;
  TfMarket        *markets;
  guint            n_markets;
  TfTime           interval;
  guint64          seed;
  TfRecorder      *recorder;
  TfEventQueue    *queue;
  TfLiveSources   *sources;

  /* of the run's thread */
  TfEvent          buffer[BUFFER];
  guint            n_buffer, at_buffer;

  /* of the feed thread */
  GThread         *thread;
  GMainContext    *context;
  GMainLoop       *loop;
  TfConnection    *connection;
  GSource         *tick;
  Step             step;
  gboolean         open;
  TfTime          *ends;           /* (nullable): [market] of the bars that an earlier session has */
  guint            bars;
  gint64           events;
  TfTime           time;
  TfTime           next_timer;
  gboolean         record_ended;   /* before the session */

  /* between them */
  GMutex           lock;
  GCond            cond;
  GError          *error;
  guint            waiting;        /* for so many answers */
  gboolean         closing, closed;
  TfUniverse      *discovered;     /* (nullable): where answers about instruments go */
  TfConnectionFigures figures;
};

/**
 * tf_live_universe:
 *
 * Returns: (transfer full): the default coins against the quote currency of the venue's main markets
 */
TfUniverse *
tf_live_universe (const TfVenue *venue)
{
  g_autoptr (TfUniverse) defaults = tf_universe_new_default ();
  TfUniverse *universe = tf_universe_new ();

  for (guint i = 0; i < defaults->n; i++)
    {
      TfInstrument instrument = defaults->items[i];
      const char *dash = strchr (instrument.symbol, '-');
      char venue_name[TF_SYMBOL_SIZE];
      g_autofree char *name = g_strdup_printf ("%.*s-%s", (int) (dash - instrument.symbol), instrument.symbol, venue->quote);

      g_strlcpy (instrument.symbol, name, sizeof instrument.symbol);
      if (venue->to_venue (name, venue_name))
        tf_universe_add (universe, &instrument);
    }
  return universe;
}

/**
 * tf_live_apply_rules:
 * @rules: a venue's word on one of its instruments
 *
 * Tick, lot and smallest order are the venue's, where @universe has that instrument.
 */
void
tf_live_apply_rules (TfUniverse         *universe,
                     const TfInstrument *rules)
{
  for (guint i = 0; i < universe->n; i++)
    if (strcmp (universe->items[i].symbol, rules->symbol) == 0)
      {
        universe->items[i].tick = rules->tick;
        universe->items[i].lot = rules->lot;
        universe->items[i].min_notional = rules->min_notional;
      }
}

static void
on_other (TfConnection      *connection,
          const TfFeedEvent *event,
          const char        *name,
          gpointer           data)
{
  TfLive *self = data;

  if (event->kind != TF_FEED_INSTRUMENT || !event->instrument.trading)
    return;
  g_mutex_lock (&self->lock);
  if (self->discovered != NULL)
    tf_live_apply_rules (self->discovered, event->instrument.instrument);
  g_mutex_unlock (&self->lock);
}

static void on_fetched (TfConnection  *connection,
                        const TfFetch *fetch,
                        gboolean       fine,
                        gpointer       data);

/* Candles up to now: of a new session what bots have to know, of one that goes on what it has missed. */
static void
ask_for_candles (TfLive *self)
{
  TfTime until = tf_connection_now (self->connection) / self->interval * self->interval;
  g_autofree char *note = self->ends == NULL
    ? g_strdup_printf ("%s %" G_GINT64_FORMAT, TF_INTAKE_HISTORY, until)
    : g_strdup_printf ("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, TF_INTAKE_MISSED, until, self->events,
                       self->time);

  self->step = STEP_CANDLES;
  tf_connection_note (self->connection, note);
  g_mutex_lock (&self->lock);
  self->waiting = self->n_markets;
  g_mutex_unlock (&self->lock);
  for (guint m = 0; m < self->n_markets; m++)
    {
      TfTime first = until - self->bars * self->interval, end = self->ends != NULL ? self->ends[m] : 0;
      TfFetch fetch = { .kind = TF_FETCH_CANDLES, .interval = self->interval, .to = until };

      fetch.from = end == 0 ? first : MAX (end, until - MISSED_BARS * self->interval);
      g_strlcpy (fetch.name, self->markets[m].name, sizeof fetch.name);
      if (fetch.from < until)
        tf_connection_fetch (self->connection, &fetch);
      else
        on_fetched (self->connection, &fetch, TRUE, self);
    }
}

static TfTime
timer_after (const TfLive *self,
             TfTime        now)
{
  return (now - TF_BAR_GRACE) / self->interval * self->interval + self->interval + TF_BAR_GRACE;
}

typedef struct
{
  TfLive    *self;
  GPtrArray *specs;
} Sources;

static gboolean
set_sources (gpointer data)
{
  Sources *sources = data;

  tf_live_sources_set (sources->self->sources, g_steal_pointer (&sources->specs));
  return G_SOURCE_REMOVE;
}

static void
sources_free (gpointer data)
{
  Sources *sources = data;

  g_clear_pointer (&sources->specs, g_ptr_array_unref);
  g_free (sources);
}

static void
on_fetched (TfConnection  *connection,
            const TfFetch *fetch,
            gboolean       fine,
            gpointer       data)
{
  TfLive *self = data;
  gboolean last;

  g_mutex_lock (&self->lock);
  last = self->waiting == 1;
  if (self->waiting > 1)
    self->waiting--;
  g_mutex_unlock (&self->lock);
  if (!last)
    return;
  if (self->step == STEP_CANDLES)
    {
      self->step = STEP_LIVE;
      self->next_timer = timer_after (self, tf_connection_now (connection));
      tf_connection_note (connection, TF_INTAKE_LIVE);
      tf_live_sources_start (self->sources, connection); /* traders are listened to once the market is live */
    }
  g_mutex_lock (&self->lock);
  self->waiting = 0;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
on_changed (TfConnection      *connection,
            TfConnectionState  state,
            const char        *reason,
            guint              retry_ms,
            gpointer           data)
{
  TfLive *self = data;

  self->open = state == TF_CONNECTION_SUBSCRIBING || state == TF_CONNECTION_LIVE || state == TF_CONNECTION_DEGRADED;
  if (self->open && self->step == STEP_LISTEN)
    ask_for_candles (self);
}

/* A recording that ends early is on the record: who relies on it knows. */
static void
watch_recorder (TfLive *self)
{
  g_autoptr (GError) error = NULL;
  TfSourceNotice notice = { .source = "recorder", .count = 1 };
  TfEvent event = { .type = TF_EVENT_NOTICE, .instrument = -1, .notice = &notice };

  if (tf_recorder_check (self->recorder, &error))
    return;
  self->record_ended = TRUE;
  g_message ("%s", error->message);
  g_strlcpy (notice.reason, error->message, sizeof notice.reason);
  tf_connection_extra (self->connection, &event);
}

/* Bars close by the clock, also where nobody trades. */
static gboolean
on_tick (gpointer data)
{
  TfLive *self = data;
  TfTime now = tf_connection_now (self->connection);
  TfConnectionFigures figures;
  TfEventQueueFigures queue;

  if (self->next_timer != 0 && now >= self->next_timer)
    {
      tf_connection_note (self->connection, TF_INTAKE_TIMER);
      self->next_timer = timer_after (self, now);
    }
  if (self->recorder != NULL && self->step == STEP_LIVE && !self->record_ended)
    watch_recorder (self);
  tf_connection_get_figures (self->connection, &figures);
  tf_event_queue_get_figures (self->queue, &queue);
  figures.conflated = queue.conflated;
  g_mutex_lock (&self->lock);
  self->figures = figures;
  g_mutex_unlock (&self->lock);
  return G_SOURCE_CONTINUE;
}

static void
note_session (TfLive *self)
{
  g_autoptr (GString) note = g_string_new (TF_INTAKE_SESSION);

  g_string_append_printf (note, " %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT, self->interval, self->seed);
  for (guint k = 0; k < self->n_markets; k++)
    g_string_append_printf (note, " %s", self->markets[k].name);
  tf_connection_note (self->connection, note->str);
}

static gpointer
feed_thread (gpointer data)
{
  TfLive *self = data;
  const TfConnectionEvents events = { .changed = on_changed, .other = on_other, .fetched = on_fetched };
  GError *error = NULL;

  g_main_context_push_thread_default (self->context);
  self->connection = tf_connection_new (&(TfConnectionOptions) {
                                          .venue = self->venue,
                                          .url = self->url,
                                          .rest = self->rest,
                                          .markets = self->markets,
                                          .n_markets = self->n_markets,
                                          .interval = self->interval,
                                          .seed = self->seed,
                                          .queue = self->queue,
                                          .recorder = self->recorder,
                                        }, &events, self, &error);
  g_mutex_lock (&self->lock);
  self->error = error;
  self->waiting = 0;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (self->connection != NULL)
    {
      note_session (self);
      tf_connection_start (self->connection);
      self->tick = g_timeout_source_new (TICK_MS);
      g_source_set_callback (self->tick, on_tick, self, NULL);
      g_source_attach (self->tick, self->context);
      g_main_loop_run (self->loop);
      g_source_destroy (self->tick);
      g_clear_pointer (&self->tick, g_source_unref);
      tf_live_sources_stop (self->sources);
      tf_connection_stop (self->connection);
      g_clear_pointer (&self->connection, tf_connection_free);
    }
  g_main_context_pop_thread_default (self->context);
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
  tf_event_queue_wake (self->queue);
  return NULL;
}

/* Until all answers are there, it took too long, or nobody wants to know any more. */
static gboolean
wait_for_answers (TfLive *self)
{
  gint64 until = g_get_monotonic_time () + ANSWER_US;
  gboolean all;

  g_mutex_lock (&self->lock);
  while (self->waiting > 0 && !self->closing && g_cond_wait_until (&self->cond, &self->lock, until))
    ;
  all = self->waiting == 0;
  self->waiting = 0;
  g_mutex_unlock (&self->lock);
  return all;
}

/* Does @func on the feed thread; never on this one, which might own the context before the loop runs. */
static void
post (TfLive         *self,
      GSourceFunc     func,
      gpointer        data,
      GDestroyNotify  done)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, done);
  g_source_attach (source, self->context);
}

static gboolean
ask_for_instruments (gpointer data)
{
  TfLive *self = data;

  tf_connection_fetch (self->connection, &(TfFetch) { .kind = TF_FETCH_INSTRUMENTS });
  return G_SOURCE_REMOVE;
}

static gboolean
listen (gpointer data)
{
  TfLive *self = data;

  self->step = STEP_LISTEN;
  if (self->open)
    ask_for_candles (self);
  return G_SOURCE_REMOVE;
}

static gboolean
source_next (TfEventSource *source,
             TfEvent       *event)
{
  TfLive *self = (TfLive *) source;

  if (self->at_buffer == self->n_buffer)
    {
      self->at_buffer = 0;
      self->n_buffer = tf_event_queue_pop (self->queue, self->buffer, BUFFER, WAIT_US);
      if (self->n_buffer == 0)
        return FALSE;
    }
  *event = self->buffer[self->at_buffer++];
  return TRUE;
}

static gboolean
source_idle (TfEventSource *source)
{
  TfLive *self = (TfLive *) source;
  TfEventQueueFigures figures;
  gboolean closed;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  g_mutex_unlock (&self->lock);
  tf_event_queue_get_figures (self->queue, &figures);
  return !closed || figures.waiting > 0;
}

static void
source_save (TfEventSource *source,
             GByteArray    *state)
{
}

static gboolean
source_restore (TfEventSource *source,
                const guint8  *state,
                gsize          size,
                GError       **error)
{
  return TRUE;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
source_free (TfEventSource *source)
{
  TfLive *self = (TfLive *) source;
  g_autoptr (GError) unwritten = NULL;

  tf_live_close (self);
  tf_event_queue_close (self->queue);
  g_thread_join (self->thread);
  if (!tf_recorder_free (self->recorder, &unwritten) && !self->record_ended)
    g_message ("%s", unwritten->message);
  tf_event_queue_unref (self->queue);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_clear_error (&self->error);
  g_free (self->ends);
  tf_live_sources_free (self->sources);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->markets);
  g_free (self->url);
  g_free (self->rest);
  g_free (self);
}

/**
 * tf_live_new:
 *
 * Returns: (transfer full): a market that is not listened to yet; free it as the source that it is
 */
TfLive *
tf_live_new (const TfLiveOptions *options,
             GError             **error)
{
  TfLive *self = g_new0 (TfLive, 1);
  GError *failure = NULL;

  self->source = (TfEventSource) {
    .next = source_next, .idle = source_idle, .save = source_save, .restore = source_restore, .free = source_free,
  };
  self->venue = options->venue;
  self->url = g_strdup (options->url);
  self->rest = g_strdup (options->rest);
  self->interval = options->interval;
  self->seed = options->seed;
  self->n_markets = options->universe->n;
  self->markets = g_new0 (TfMarket, self->n_markets);
  for (guint i = 0; i < self->n_markets; i++)
    {
      g_strlcpy (self->markets[i].name, options->universe->items[i].symbol, sizeof self->markets[i].name);
      self->markets[i].instrument = (gint) i;
      /* Bars are built from trades; where a venue has no best bid and ask, its book gives them. */
      self->markets[i].channels = TF_CHANNEL_TRADES
                                  | ((options->venue->channels & TF_CHANNEL_QUOTES) != 0 ? TF_CHANNEL_QUOTES : TF_CHANNEL_BOOK);
    }
  if (options->record != NULL)
    {
      self->recorder = tf_recorder_new (options->record, self->venue->id, self->url != NULL ? self->url : self->venue->url,
                                        0, error);
      if (self->recorder == NULL)
        {
          g_free (self->markets);
          g_free (self->url);
          g_free (self->rest);
          g_free (self);
          return NULL;
        }
    }
  /* What a recording holds is what there was: then nothing is left out. */
  self->queue = tf_event_queue_new (QUEUE_SIZE, self->recorder == NULL ? self->n_markets : 0);
  self->sources = tf_live_sources_new (options->pace);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->waiting = 1;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("feed", feed_thread, self);
  wait_for_answers (self);
  g_mutex_lock (&self->lock);
  failure = g_steal_pointer (&self->error);
  g_mutex_unlock (&self->lock);
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      source_free (&self->source);
      return NULL;
    }
  return self;
}

TfEventSource *
tf_live_get_source (TfLive *self)
{
  return &self->source;
}

/**
 * tf_live_discover:
 * @universe: whose ticks, lots and smallest orders are set to the venue's own
 *
 * Fails when the venue does not answer in a minute.
 */
gboolean
tf_live_discover (TfLive      *self,
                  TfUniverse  *universe,
                  GError     **error)
{
  gboolean answered;

  g_mutex_lock (&self->lock);
  self->discovered = universe;
  self->waiting = 1;
  g_mutex_unlock (&self->lock);
  post (self, ask_for_instruments, self, NULL);
  answered = tf_live_wait (self, error);
  g_mutex_lock (&self->lock);
  self->discovered = NULL;
  g_mutex_unlock (&self->lock);
  return answered;
}

/**
 * tf_live_listen:
 * @ends: (nullable): [market] up to when an earlier session has its bars; %NULL: this one is new
 * @bars: closed candles of each market that a new one learns from first
 * @events: that the engine had before
 * @time: of the engine
 *
 * From now on there are events: the candles first, all else in the order that it was said. Nothing is waited for.
 */
void
tf_live_listen (TfLive       *self,
                const TfTime *ends,
                guint         bars,
                gint64        events,
                TfTime        time)
{
  self->ends = g_memdup2 (ends, self->n_markets * sizeof *ends);
  self->bars = bars;
  self->events = events;
  self->time = time;
  g_mutex_lock (&self->lock);
  self->waiting = self->n_markets;
  g_mutex_unlock (&self->lock);
  post (self, listen, self, NULL);
}

/**
 * tf_live_wait:
 *
 * Until the candles are there. Fails when they are not in a minute.
 */
gboolean
tf_live_wait (TfLive  *self,
              GError **error)
{
  if (wait_for_answers (self))
    return TRUE;
  g_mutex_lock (&self->lock);
  g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found no answer in a minute (%s%s%s), expected the market's history",
               self->venue->title, tf_connection_state_name (self->figures.state), self->figures.reason[0] != '\0' ? ": " : "",
               self->figures.reason);
  g_mutex_unlock (&self->lock);
  return FALSE;
}

/**
 * tf_live_close:
 *
 * From any thread: the line is closed and whoever waits for the market waits no more. What was heard by then is still
 * given; then the source is at its end.
 */
void
tf_live_close (TfLive *self)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = !self->closing;
  self->closing = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (first)
    post (self, quit, self->loop, NULL);
}

void
tf_live_get_figures (TfLive              *self,
                     TfConnectionFigures *figures)
{
  g_mutex_lock (&self->lock);
  *figures = self->figures;
  g_mutex_unlock (&self->lock);
}

/**
 * tf_live_set_sources:
 * @specs: (transfer full): TfSourceSpecs to listen to instead of those before
 *
 * From any thread.
 */
void
tf_live_set_sources (TfLive    *self,
                     GPtrArray *specs)
{
  Sources *sources = g_new (Sources, 1);

  *sources = (Sources) { self, specs };
  post (self, set_sources, sources, sources_free);
}

/**
 * tf_live_get_sources:
 *
 * From any thread.
 *
 * Returns: (transfer full): TfSourceFigures in the order of the specs
 */
GArray *
tf_live_get_sources (TfLive *self)
{
  return tf_live_sources_get_figures (self->sources);
}

/**
 * tf_live_take_evidence:
 *
 * From any thread.
 *
 * Returns: (transfer full) (nullable): TfEvidence that came since the last call
 */
GPtrArray *
tf_live_take_evidence (TfLive *self)
{
  return tf_live_sources_take_evidence (self->sources);
}
