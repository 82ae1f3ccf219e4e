#include "io/sources/hub.h"

#include <string.h>
#include <time.h>

#define TELL_MS 250
#define WAIT_MIN_MS 1000 /* of an error without a next attempt to name */

typedef struct
{
  TfSourceFigures figures;  /* retry_ms is not kept here */
  gint64          retry_at; /* tf_fetcher_clock() */
  TfTime          before;   /* when it was heard before the last message */
  gboolean        changed;  /* since it was last told */
} Line;

/* A driver, and the specs that it serves. */
typedef struct
{
  const TfSourceDriver *driver;
  gpointer              self;
} Open;

struct _TfSourceHub
{
  TfSourceSpec            *specs;
  Line                    *lines;
  guint                    n;
  const TfSourceHubEvents *events;
  gpointer                 data;
  GMainContext            *context;
  TfFetcher               *fetcher;
  GArray                  *open;  /* of Open */
  GSource                 *tell;
  double                   pace;
  TfTime                   now;
  gboolean                 running;
  GMutex                   lock;  /* of @lines */
};

/* The text of what libraries and hosts say may be in any encoding and of any length. */
static void
set_reason (TfSourceFigures *figures,
            const char      *reason)
{
  g_autofree char *valid = g_utf8_make_valid (reason, -1);
  const char *end;

  g_strdelimit (valid, "\r\n\t", ' ');
  g_strlcpy (figures->reason, valid, sizeof figures->reason);
  g_utf8_validate (figures->reason, -1, &end);
  figures->reason[end - figures->reason] = '\0';
}

static guint
index_of (TfSourceHub        *self,
          const TfSourceSpec *spec)
{
  g_assert (spec >= self->specs && spec < self->specs + self->n);
  return (guint) (spec - self->specs);
}

static void
tell (TfSourceHub *self,
      guint        k)
{
  TfSourceFigures figures;

  self->lines[k].changed = FALSE;
  if (self->events->changed == NULL)
    return;
  tf_source_hub_get_figures (self, k, &figures);
  self->events->changed (k, &figures, self->data);
}

static gboolean
on_tell (gpointer data)
{
  TfSourceHub *self = data;

  tf_source_hub_forget (&self->tell);
  for (guint k = 0; k < self->n; k++)
    if (self->lines[k].changed)
      tell (self, k);
  return G_SOURCE_REMOVE;
}

static void
tell_soon (TfSourceHub *self,
           guint        k)
{
  self->lines[k].changed = TRUE;
  if (self->tell == NULL)
    self->tell = tf_source_hub_after (self, TELL_MS, on_tell, self);
}

/**
 * tf_source_hub_new:
 * @specs: copied
 * @events: must outlive the hub
 *
 * All sources that are listened to. They share the thread and the thread-default main context that the hub
 * is made in; each fails for itself.
 */
TfSourceHub *
tf_source_hub_new (const TfSourceSpec      *specs,
                   guint                    n,
                   const TfSourceHubEvents *events,
                   gpointer                 data)
{
  TfSourceHub *self = g_new0 (TfSourceHub, 1);

  g_mutex_init (&self->lock);
  self->specs = g_new0 (TfSourceSpec, MAX (n, 1));
  self->lines = g_new0 (Line, MAX (n, 1));
  self->n = n;
  for (guint k = 0; k < n; k++)
    tf_source_spec_copy (&self->specs[k], &specs[k]);
  self->events = events;
  self->data = data;
  self->context = g_main_context_ref_thread_default ();
  self->open = g_array_new (FALSE, FALSE, sizeof (Open));
  self->pace = 1;
  return self;
}

void
tf_source_hub_free (TfSourceHub *self)
{
  static const TfSourceHubEvents nobody;

  if (self == NULL)
    return;
  self->events = &nobody;
  tf_source_hub_stop (self);
  for (guint k = 0; k < self->n; k++)
    tf_source_spec_clear (&self->specs[k]);
  g_array_unref (self->open);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_free (self->lines);
  g_free (self->specs);
  g_free (self);
}

/**
 * tf_source_hub_set_pace:
 * @pace: 1 as it should be; 0.001 makes seconds of milliseconds
 *
 * For tests, before the start: all waits, pauses and intervals of drivers and hosts are multiplied by that.
 */
void
tf_source_hub_set_pace (TfSourceHub *self,
                        double       pace)
{
  g_return_if_fail (pace > 0 && !self->running);
  self->pace = pace;
}

static const char *
get_endpoint (const TfSourceSpec *spec,
              const TfSourceKind *kind)
{
  return spec->endpoint != NULL && *spec->endpoint != '\0' ? spec->endpoint : kind->endpoint;
}

/* Opens one driver for all specs from @first on that have its kind and endpoint, and ticks them off. */
static void
open_driver (TfSourceHub        *self,
             guint               first,
             const TfSourceKind *kind,
             gboolean           *done)
{
  const char *endpoint = get_endpoint (&self->specs[first], kind);
  g_autoptr (GPtrArray) specs = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  Open open = { .driver = kind->driver };

  for (guint k = first; k < self->n; k++)
    if (!done[k] && g_strcmp0 (self->specs[k].kind, kind->id) == 0
        && g_strcmp0 (get_endpoint (&self->specs[k], kind), endpoint) == 0)
      {
        g_autoptr (GError) wrong = NULL;

        done[k] = TRUE;
        if (tf_source_check (kind->id, self->specs[k].address, &wrong))
          {
            g_ptr_array_add (specs, &self->specs[k]);
            tf_source_hub_set_state (self, &self->specs[k], TF_SOURCE_CONNECTING, "connecting", 0);
          }
        else
          tf_source_hub_set_state (self, &self->specs[k], TF_SOURCE_FAILED, wrong->message, 0);
      }
  if (specs->len == 0)
    return;
  open.self = kind->driver->open (self, endpoint, (const TfSourceSpec *const *) specs->pdata, specs->len,
                                  &error);
  if (open.self != NULL)
    g_array_append_val (self->open, open);
  else
    for (guint k = 0; k < specs->len; k++)
      tf_source_hub_set_state (self, specs->pdata[k], TF_SOURCE_FAILED, error->message, 0);
}

/**
 * tf_source_hub_start:
 *
 * Opens all sources, and keeps them open until tf_source_hub_stop(). A spec that cannot be opened is told as
 * FAILED.
 */
void
tf_source_hub_start (TfSourceHub *self)
{
  g_autofree gboolean *done = g_new0 (gboolean, MAX (self->n, 1));
  TfFetcherOptions options = { .seed = (guint64) g_get_real_time () };

  tf_source_hub_stop (self);
  self->running = TRUE;
  options.open_ms = tf_source_hub_pace (self, 10000);
  options.open_max_ms = tf_source_hub_pace (self, 300000);
  options.rate = 2 / self->pace;
  self->fetcher = tf_fetcher_new (&options);
  for (guint k = 0; k < self->n; k++)
    {
      TfTime since = self->specs[k].since != 0 ? self->specs[k].since : tf_source_hub_now (self);

      g_mutex_lock (&self->lock);
      self->lines[k].before = self->lines[k].figures.heard = since;
      g_mutex_unlock (&self->lock);
    }
  for (guint k = 0; k < self->n; k++)
    {
      const TfSourceKind *kind = tf_source_find (self->specs[k].kind);

      if (done[k])
        continue;
      if (kind != NULL && kind->driver != NULL)
        open_driver (self, k, kind, done);
      else
        tf_source_hub_set_state (self, &self->specs[k], TF_SOURCE_FAILED,
                                 "nothing to listen to for a source of this kind", 0);
    }
}

/**
 * tf_source_hub_stop:
 *
 * At once: nothing is waited for. Figures are kept.
 */
void
tf_source_hub_stop (TfSourceHub *self)
{
  if (!self->running)
    return;
  for (guint k = 0; k < self->open->len; k++)
    {
      const Open *open = &g_array_index (self->open, Open, k);

      open->driver->close (open->self);
    }
  g_array_set_size (self->open, 0);
  g_clear_pointer (&self->fetcher, tf_fetcher_free);
  self->running = FALSE;
  for (guint k = 0; k < self->n; k++)
    tf_source_hub_set_state (self, &self->specs[k], TF_SOURCE_OFF, "stopped", 0);
  tf_source_hub_forget (&self->tell);
}

/**
 * tf_source_hub_get_figures:
 * @spec: index
 * @figures: (out caller-allocates):
 *
 * Any thread.
 */
void
tf_source_hub_get_figures (TfSourceHub     *self,
                           guint            spec,
                           TfSourceFigures *figures)
{
  const Line *line = &self->lines[spec];

  g_return_if_fail (spec < self->n);
  g_mutex_lock (&self->lock);
  *figures = line->figures;
  if (line->figures.state == TF_SOURCE_WAITING)
    figures->retry_ms = MAX (line->retry_at - tf_fetcher_clock (), 0);
  g_mutex_unlock (&self->lock);
}

/**
 * tf_source_hub_get_spec:
 * @spec: index
 *
 * Returns: (transfer none): the hub's own copy, by which drivers name a source
 */
const TfSourceSpec *
tf_source_hub_get_spec (TfSourceHub *self,
                        guint        spec)
{
  g_return_val_if_fail (spec < self->n, NULL);
  return &self->specs[spec];
}

/* Writes “sha256:<hex> <what the driver said>”, cut between two characters. */
static void
set_evidence (TfTraderSignal *signal,
              const char     *raw,
              gsize           length)
{
  g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guint8 *) raw, length);
  g_autofree char *said = g_utf8_make_valid (signal->evidence, -1);
  const char *end;

  g_snprintf (signal->evidence, sizeof signal->evidence, "sha256:%s%s%s", hash, *said != '\0' ? " " : "",
              said);
  g_utf8_validate (signal->evidence, -1, &end);
  signal->evidence[end - signal->evidence] = '\0';
}

/**
 * tf_source_hub_emit:
 * @signal: trader, source and received may be left empty: they are the spec's trader, its kind, and now;
 *   evidence may hold a few words, which the hash of @raw is put before
 * @raw: the message or that part of it which says this, as it came
 *
 * News of a trader.
 */
void
tf_source_hub_emit (TfSourceHub          *self,
                    const TfSourceSpec   *spec,
                    const TfTraderSignal *signal,
                    const char           *raw,
                    gsize                 length)
{
  guint k = index_of (self, spec);
  TfTraderSignal full = *signal;

  if (full.trader[0] == '\0')
    g_strlcpy (full.trader, spec->trader, sizeof full.trader);
  if (full.source[0] == '\0')
    g_strlcpy (full.source, spec->kind, sizeof full.source);
  if (full.received == 0)
    full.received = tf_source_hub_now (self);
  set_evidence (&full, raw, length);
  g_mutex_lock (&self->lock);
  self->lines[k].figures.signals++;
  self->lines[k].figures.last_signal = full.received;
  g_mutex_unlock (&self->lock);
  if (self->events->signal != NULL)
    self->events->signal (k, &full, raw, length, self->data);
  tell_soon (self, k);
}

/**
 * tf_source_hub_note:
 * @why: (nullable): in words; replaces the reason until the next one or the next state
 *
 * Counts what came from a source, but is no signal.
 */
void
tf_source_hub_note (TfSourceHub        *self,
                    const TfSourceSpec *spec,
                    TfSourceNote        note,
                    const char         *why)
{
  guint k = index_of (self, spec);
  Line *line = &self->lines[k];
  TfSourceFigures *figures = &line->figures;

  g_mutex_lock (&self->lock);
  figures->messages += note == TF_SOURCE_NOTE_MESSAGE;
  figures->ignored += note == TF_SOURCE_NOTE_IGNORED;
  figures->errors += note == TF_SOURCE_NOTE_ERROR;
  if (note == TF_SOURCE_NOTE_MESSAGE)
    {
      line->before = figures->heard;
      figures->last_message = figures->heard = tf_source_hub_now (self);
    }
  else if (note == TF_SOURCE_NOTE_ERROR)
    figures->heard = line->before; /* what came was not understood, so what it said is still to come */
  if (why != NULL)
    set_reason (figures, why);
  g_mutex_unlock (&self->lock);
  tell_soon (self, k);
}

/**
 * tf_source_hub_set_state:
 * @reason: in words
 * @retry_ms: WAITING: until the next attempt
 */
void
tf_source_hub_set_state (TfSourceHub        *self,
                         const TfSourceSpec *spec,
                         TfSourceState       state,
                         const char         *reason,
                         guint               retry_ms)
{
  guint k = index_of (self, spec);
  Line *line = &self->lines[k];
  gboolean same;

  g_mutex_lock (&self->lock);
  same = line->figures.state == state && state != TF_SOURCE_WAITING
    && strcmp (line->figures.reason, reason) == 0;
  line->figures.state = state;
  line->retry_at = tf_fetcher_clock () + retry_ms;
  set_reason (&line->figures, reason);
  g_mutex_unlock (&self->lock);
  if (!same)
    tell (self, k);
}

/**
 * tf_source_hub_judge:
 * @answer: of a question that was asked for @spec
 *
 * Counts the answer, and sets the state that follows from it: LIVE, WAITING, or FAILED where asking again
 * would not help (then do not).
 *
 * Returns: whether there is something new to read
 */
gboolean
tf_source_hub_judge (TfSourceHub        *self,
                     const TfSourceSpec *spec,
                     const TfAnswer     *answer)
{
  if (answer->reason == NULL)
    {
      tf_source_hub_note (self, spec, TF_SOURCE_NOTE_MESSAGE, NULL);
      tf_source_hub_set_state (self, spec, TF_SOURCE_LIVE, "live", 0);
      return answer->status != SOUP_STATUS_NOT_MODIFIED;
    }
  tf_source_hub_note (self, spec, TF_SOURCE_NOTE_ERROR, NULL);
  tf_source_hub_set_state (self, spec, answer->permanent ? TF_SOURCE_FAILED : TF_SOURCE_WAITING,
                           answer->reason, MAX (answer->retry_ms, WAIT_MIN_MS));
  return FALSE;
}

/**
 * tf_source_hub_get_fetcher:
 *
 * Returns: (transfer none): that of all drivers; from the start to the stop
 */
TfFetcher *
tf_source_hub_get_fetcher (TfSourceHub *self)
{
  return self->fetcher;
}

/**
 * tf_source_hub_now:
 *
 * Returns: the time of the clock on the wall. Stepped back, it stands still until it catches up.
 */
TfTime
tf_source_hub_now (TfSourceHub *self)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  self->now = MAX (self->now, (TfTime) now.tv_sec * TF_SECOND + now.tv_nsec);
  return self->now;
}

/**
 * tf_source_hub_pace:
 *
 * Returns: how long a wait of @ms is; at least 1
 */
guint
tf_source_hub_pace (TfSourceHub *self,
                    guint        ms)
{
  return (guint) MAX (ms * self->pace, 1);
}

/**
 * tf_source_hub_after:
 * @ms: as they are; see tf_source_hub_pace()
 * @callback: again and again, unless it returns %G_SOURCE_REMOVE
 *
 * Returns: (transfer full): for tf_source_hub_forget()
 */
GSource *
tf_source_hub_after (TfSourceHub *self,
                     guint        ms,
                     GSourceFunc  callback,
                     gpointer     data)
{
  GSource *timer = g_timeout_source_new (ms);

  g_source_set_callback (timer, callback, data, NULL);
  g_source_attach (timer, self->context);
  return timer;
}

/**
 * tf_source_hub_forget:
 * @timer: (inout): a timer or %NULL; it is %NULL afterwards
 */
void
tf_source_hub_forget (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}
