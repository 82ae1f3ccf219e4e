#include "io/sources/poller.h"

#define PAUSE_MAX_MS (60 * 60 * 1000) /* after errors */

struct _TfPoller
{
  TfFetcher    *fetcher;
  GMainContext *context;
  TfHttpRequest request; /* strings are owned */
  guint         interval_ms, failures;
  TfAnswerFunc  callback;
  gpointer      data;
  guint         id;      /* of the question under way; 0: none */
  GSource      *timer;
};

static void
clear_timer (TfPoller *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void on_poll_answer (const TfAnswer *answer,
                            gpointer        data);

static gboolean
on_poll (gpointer data)
{
  TfPoller *self = data;

  clear_timer (self);
  self->id = tf_fetcher_send (self->fetcher, &self->request, on_poll_answer, self);
  return G_SOURCE_REMOVE;
}

static void
set_timer (TfPoller *self,
           guint     ms)
{
  clear_timer (self);
  self->timer = g_timeout_source_new (ms);
  g_source_set_callback (self->timer, on_poll, self, NULL);
  g_source_attach (self->timer, self->context);
}

/* ± 20 %, after errors doubled for each, and never sooner than was asked for. */
static guint
poll_after (TfPoller *self,
            guint     at_least_ms)
{
  guint64 pause = (guint64) self->interval_ms << MIN (self->failures, 10);
  double jitter = 0.8 + 0.4 * tf_fetcher_random (self->fetcher);
  guint ms;

  pause = MIN (pause, MAX (self->interval_ms, PAUSE_MAX_MS));
  ms = (guint) ((double) pause * jitter);
  if (ms < at_least_ms)
    ms = at_least_ms + (guint) (tf_fetcher_random (self->fetcher) * MIN (at_least_ms / 5, 5000));
  set_timer (self, ms);
  return ms;
}

static void
on_poll_answer (const TfAnswer *answer,
                gpointer        data)
{
  TfPoller *self = data;
  TfAnswer told = *answer;

  self->id = 0;
  self->failures = answer->reason != NULL ? MIN (self->failures + 1, 10) : 0;
  told.retry_ms = poll_after (self, answer->retry_ms);
  self->callback (&told, self->data); /* which may free the poller */
}

/**
 * tf_poller_new:
 * @request: copied
 * @callback: for each answer; may free the poller
 *
 * Asks for the first time within @interval_ms / 4, at most two seconds.
 */
TfPoller *
tf_poller_new (TfFetcher           *fetcher,
               const TfHttpRequest *request,
               guint                interval_ms,
               TfAnswerFunc         callback,
               gpointer             data)
{
  TfPoller *self = g_new0 (TfPoller, 1);

  self->fetcher = fetcher;
  self->context = g_main_context_ref_thread_default ();
  tf_http_request_copy (&self->request, request);
  self->interval_ms = MAX (interval_ms, 1);
  self->callback = callback;
  self->data = data;
  set_timer (self, (guint) (tf_fetcher_random (fetcher) * MIN (interval_ms / 4, 2000)));
  return self;
}

void
tf_poller_free (TfPoller *self)
{
  if (self == NULL)
    return;
  clear_timer (self);
  tf_fetcher_cancel (self->fetcher, self->id);
  g_main_context_unref (self->context);
  tf_http_request_clear (&self->request);
  g_free (self);
}

/**
 * tf_poller_set_interval:
 *
 * From now on; a pause under way starts anew.
 */
void
tf_poller_set_interval (TfPoller *self,
                        guint     interval_ms)
{
  if (self->interval_ms == MAX (interval_ms, 1))
    return;
  self->interval_ms = MAX (interval_ms, 1);
  if (self->timer != NULL)
    poll_after (self, 0);
}

/**
 * tf_poller_set_url:
 *
 * For the questions to come, such as where the last one was told to move to.
 */
void
tf_poller_set_url (TfPoller   *self,
                   const char *url)
{
  char *copy = g_strdup (url);

  g_free ((char *) self->request.url);
  self->request.url = copy;
}
