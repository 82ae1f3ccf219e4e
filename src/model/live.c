#include "model/live.h"

#include <string.h>

#include "core/base/error.h"

#define QUEUE_SIZE 65536
#define BUFFER 64
#define WAIT_US 20000              /* for the next event; then whoever waits looks around */
#define ANSWER_US (60 * G_USEC_PER_SEC)
#define GRACE (TF_SECOND / 2)      /* a bar closes so long after its end: its last trades may be on their way */
#define TICK_MS 100

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
  gint             cancelled;

  /* of the run's thread */
  TfEvent          buffer[BUFFER];
  guint            n_buffer, at_buffer;
  GArray          *history;        /* TfEvent: first what was asked for, then what came meanwhile */
  guint            at_history;

  /* of the feed thread */
  GThread         *thread;
  GMainContext    *context;
  GMainLoop       *loop;
  TfConnection    *connection;
  GSource         *tick;
  TfTime           next_timer;

  /* between them */
  GMutex           lock;
  GCond            cond;
  GError          *error;
  guint            waiting;        /* for so many answers */
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
  for (guint i = 0; self->discovered != NULL && i < self->discovered->n; i++)
    {
      TfInstrument *ours = &self->discovered->items[i];
      const TfInstrument *theirs = event->instrument.instrument;

      if (strcmp (ours->symbol, theirs->symbol) == 0)
        {
          ours->tick = theirs->tick;
          ours->lot = theirs->lot;
          ours->min_notional = theirs->min_notional;
        }
    }
  g_mutex_unlock (&self->lock);
}

static void
on_fetched (TfConnection  *connection,
            const TfFetch *fetch,
            gboolean       fine,
            gpointer       data)
{
  TfLive *self = data;

  g_mutex_lock (&self->lock);
  if (self->waiting > 0)
    self->waiting--;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static TfTime
timer_after (const TfLive *self,
             TfTime        now)
{
  return (now - GRACE) / self->interval * self->interval + self->interval + GRACE;
}

/* Bars close by the clock, also where nobody trades. */
static gboolean
on_tick (gpointer data)
{
  TfLive *self = data;
  TfTime now = g_get_real_time () * 1000;
  TfConnectionFigures figures;

  if (self->next_timer != 0 && now >= self->next_timer)
    {
      TfEvent timer = { .time = now, .type = TF_EVENT_TIMER, .instrument = -1 };

      tf_event_queue_push (self->queue, &timer);
      self->next_timer = timer_after (self, now);
    }
  tf_connection_get_figures (self->connection, &figures);
  g_mutex_lock (&self->lock);
  self->figures = figures;
  g_mutex_unlock (&self->lock);
  return G_SOURCE_CONTINUE;
}

static gpointer
feed_thread (gpointer data)
{
  TfLive *self = data;
  const TfConnectionEvents events = { .other = on_other, .fetched = on_fetched };
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
      tf_connection_start (self->connection);
      self->tick = g_timeout_source_new (TICK_MS);
      g_source_set_callback (self->tick, on_tick, self, NULL);
      g_source_attach (self->tick, self->context);
      g_main_loop_run (self->loop);
      g_source_destroy (self->tick);
      g_clear_pointer (&self->tick, g_source_unref);
      tf_connection_stop (self->connection);
      g_clear_pointer (&self->connection, tf_connection_free);
    }
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/* Until all answers are there, or it took too long. */
static gboolean
wait_for_answers (TfLive *self)
{
  gint64 until = g_get_monotonic_time () + ANSWER_US;
  gboolean all;

  g_mutex_lock (&self->lock);
  while (self->waiting > 0 && g_atomic_int_get (&self->cancelled) == 0 && g_cond_wait_until (&self->cond, &self->lock, until))
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

typedef struct
{
  TfLive *self;
  TfFetch fetch;
} Question;

static gboolean
ask (gpointer data)
{
  Question *question = data;

  tf_connection_fetch (question->self->connection, &question->fetch);
  return G_SOURCE_REMOVE;
}

static gboolean
ask_and_wait (TfLive         *self,
              const TfFetch  *fetches,
              guint           n,
              GError        **error)
{
  g_mutex_lock (&self->lock);
  self->waiting = n;
  g_mutex_unlock (&self->lock);
  for (guint k = 0; k < n; k++)
    {
      Question *question = g_new (Question, 1);

      *question = (Question) { self, fetches[k] };
      post (self, ask, question, g_free);
    }
  if (wait_for_answers (self))
    return TRUE;
  g_mutex_lock (&self->lock);
  g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found no answer in a minute (%s%s%s), expected the market's history",
               self->venue->title, tf_connection_state_name (self->figures.state), self->figures.reason[0] != '\0' ? ": " : "",
               self->figures.reason);
  g_mutex_unlock (&self->lock);
  return FALSE;
}

/* By time and then by instrument. */
static gint
compare_history (gconstpointer a,
                 gconstpointer b)
{
  const TfEvent *x = a, *y = b;

  if (x->time != y->time)
    return x->time < y->time ? -1 : 1;
  return x->instrument - y->instrument;
}

static gboolean
source_next (TfEventSource *source,
             TfEvent       *event)
{
  TfLive *self = (TfLive *) source;

  if (self->at_history < self->history->len)
    {
      *event = g_array_index (self->history, TfEvent, self->at_history++);
      return TRUE;
    }
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

  return g_atomic_int_get (&self->cancelled) == 0;
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

  tf_live_cancel (self);
  tf_event_queue_close (self->queue);
  post (self, quit, self->loop, NULL);
  g_thread_join (self->thread);
  if (self->recorder != NULL)
    tf_recorder_free (self->recorder, NULL);
  tf_event_queue_unref (self->queue);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_clear_error (&self->error);
  g_array_unref (self->history);
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
  self->history = g_array_new (FALSE, FALSE, sizeof (TfEvent));
  self->queue = tf_event_queue_new (QUEUE_SIZE, self->n_markets);
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
  TfFetch fetch = { .kind = TF_FETCH_INSTRUMENTS };
  gboolean answered;

  g_mutex_lock (&self->lock);
  self->discovered = universe;
  g_mutex_unlock (&self->lock);
  answered = ask_and_wait (self, &fetch, 1, error);
  g_mutex_lock (&self->lock);
  self->discovered = NULL;
  g_mutex_unlock (&self->lock);
  return answered;
}

/**
 * tf_live_read_history:
 * @bars: closed candles of each market, to be given first, as history
 */
gboolean
tf_live_read_history (TfLive  *self,
                      guint    bars,
                      GError **error)
{
  g_autoptr (GArray) meanwhile = g_array_new (FALSE, FALSE, sizeof (TfEvent));
  g_autofree TfFetch *fetches = g_new0 (TfFetch, self->n_markets);
  TfTime now = g_get_real_time () * 1000, to = now / self->interval * self->interval;
  TfEvent events[BUFFER];
  guint n;

  for (guint m = 0; m < self->n_markets; m++)
    {
      fetches[m] = (TfFetch) {
        .kind = TF_FETCH_CANDLES,
        .interval = self->interval,
        .from = to - bars * self->interval,
        .to = to,
      };
      g_strlcpy (fetches[m].name, self->markets[m].name, sizeof fetches[m].name);
    }
  if (!ask_and_wait (self, fetches, self->n_markets, error))
    return FALSE;
  while ((n = tf_event_queue_pop (self->queue, events, BUFFER, 0)) > 0)
    for (guint k = 0; k < n; k++)
      if (events[k].type == TF_EVENT_CANDLE)
        {
          events[k].time = events[k].candle.candle.time + events[k].candle.interval;
          events[k].flags |= TF_EVENT_HISTORY;
          g_array_append_val (self->history, events[k]);
        }
      else if (events[k].time >= to)
        g_array_append_val (meanwhile, events[k]);
  g_array_sort (self->history, compare_history);
  g_array_append_vals (self->history, meanwhile->data, meanwhile->len);
  return TRUE;
}

static gboolean
start (gpointer data)
{
  TfLive *self = data;

  self->next_timer = timer_after (self, g_get_real_time () * 1000);
  return G_SOURCE_REMOVE;
}

/**
 * tf_live_start:
 *
 * From now on bars close, also where nobody trades.
 */
void
tf_live_start (TfLive *self)
{
  post (self, start, self, NULL);
}

/**
 * tf_live_cancel:
 *
 * From any thread: whoever waits for the market waits no more.
 */
void
tf_live_cancel (TfLive *self)
{
  g_atomic_int_set (&self->cancelled, 1);
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
tf_live_get_figures (TfLive              *self,
                     TfConnectionFigures *figures)
{
  g_mutex_lock (&self->lock);
  *figures = self->figures;
  g_mutex_unlock (&self->lock);
}
