#include "io/feeds/asker.h"

#include <string.h>

#include "io/feeds/socket.h"

#define PAGES_MAX 64           /* of one back-fill: a longer outage is a gap */
#define TRIES_MAX 5
#define ANSWER_MAX (64 * 1024 * 1024)

/* One question, with all its pages. It outlives its asker while libsoup still holds it. */
typedef struct
{
  TfAsker     *asker;     /* NULL: nobody wants to know any more */
  TfFetch      fetch;
  gboolean     asked_for;
  guint        tries, pages;
  SoupMessage *message;
  char        *path;      /* of the page asked for last */
} Job;

struct _TfAsker
{
  const TfVenue       *venue;
  char                *rest;
  SoupSession         *session;
  const TfAskerEvents *events;
  gpointer             data;
  GMainContext        *context;
  GQueue               jobs;
  Job                 *job;        /* under way */
  GCancellable        *cancellable;
  GSource             *next_job;
  gint64               request_at; /* tf_socket_clock(): not before */
  gboolean             open;
  guint                errors;
};

/**
 * tf_asker_new:
 * @rest: base of the requests
 * @events: must outlive the asker
 *
 * It lives on the thread and in the thread-default main context that it was made in, and asks nothing before
 * tf_asker_set_open().
 */
TfAsker *
tf_asker_new (const TfVenue       *venue,
              const char          *rest,
              SoupSession         *session,
              const TfAskerEvents *events,
              gpointer             data)
{
  TfAsker *self = g_new0 (TfAsker, 1);

  self->venue = venue;
  self->rest = g_strdup (rest);
  self->session = g_object_ref (session);
  self->events = events;
  self->data = data;
  self->context = g_main_context_ref_thread_default ();
  g_queue_init (&self->jobs);
  return self;
}

/**
 * tf_asker_free:
 *
 * What is still asked comes to its end first, as with tf_asker_stop().
 */
void
tf_asker_free (TfAsker *self)
{
  if (self == NULL)
    return;
  tf_asker_stop (self);
  g_object_unref (self->session);
  g_main_context_unref (self->context);
  g_free (self->rest);
  g_free (self);
}

static void
job_free (Job *job)
{
  g_clear_object (&job->message);
  g_free (job->path);
  g_free (job);
}

static void
finish_job (TfAsker    *self,
            Job        *job,
            const char *why)
{
  self->events->finished (&job->fetch, job->asked_for, why, self->data);
  job_free (job);
}

static void
put_back (TfAsker *self,
          Job     *job)
{
  g_clear_object (&job->message);
  g_queue_push_head (&self->jobs, job);
}

static void
retry_job (TfAsker    *self,
           Job        *job,
           const char *why,
           guint       after_s)
{
  self->errors++;
  if (++job->tries >= TRIES_MAX)
    {
      finish_job (self, job, why);
      return;
    }
  self->request_at = MAX (self->request_at, tf_socket_clock () + (after_s > 0 ? after_s * 1000 : 250u << job->tries));
  put_back (self, job);
}

/* No answer, or one that says no. */
static void
take_refusal (TfAsker      *self,
              Job          *job,
              const GError *error) /* (nullable) */
{
  guint status = soup_message_get_status (job->message), after = tf_socket_retry_after (job->message);
  g_autofree char *why = error != NULL ? g_strdup (error->message) : g_strdup_printf ("HTTP %u", status);

  if ((status == 418 || status == 403) && after == 0)
    after = 120;
  if (error == NULL && status >= 400 && status < 500 && status != 403 && status != 408 && status != 418 && status != 429)
    {
      self->errors++;
      finish_job (self, job, why);
    }
  else
    retry_job (self, job, why, after);
}

static void
take_page (TfAsker *self,
           Job     *job,
           GBytes  *body)
{
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  gboolean fine;

  if (length > ANSWER_MAX)
    {
      finish_job (self, job, "the answer is too long");
      return;
    }
  fine = self->events->answered (&job->fetch, job->path, text, length, self->data);
  if (!self->open)
    put_back (self, job);
  else if (!fine)
    retry_job (self, job, "an answer that cannot be read", 0);
  else if (!job->fetch.more)
    finish_job (self, job, NULL);
  else if (++job->pages >= PAGES_MAX)
    finish_job (self, job, "too much is missing");
  else
    {
      job->tries = 0;
      put_back (self, job);
    }
}

static void schedule_job (TfAsker *self);

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  Job *job = data;
  TfAsker *self = job->asker;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  if (self == NULL)
    {
      job_free (job);
      return;
    }
  self->job = NULL;
  g_clear_object (&self->cancellable);
  if (body != NULL && soup_message_get_status (job->message) == SOUP_STATUS_OK)
    take_page (self, job, body);
  else
    take_refusal (self, job, error);
  schedule_job (self);
}

static void
start_job (TfAsker *self,
           Job     *job)
{
  TfRequest request = { NULL };
  g_autofree char *url = NULL;

  if (!tf_venue_request (self->venue, &job->fetch, &request))
    {
      finish_job (self, job, "the venue has no such request");
      schedule_job (self);
      return;
    }
  url = g_strconcat (self->rest, request.path, NULL);
  job->message = soup_message_new (request.body != NULL ? SOUP_METHOD_POST : SOUP_METHOD_GET, url);
  if (job->message == NULL)
    {
      tf_request_clear (&request);
      finish_job (self, job, "the request is no URL");
      schedule_job (self);
      return;
    }
  soup_message_add_flags (job->message, SOUP_MESSAGE_NO_REDIRECT);
  if (request.body != NULL)
    {
      g_autoptr (GBytes) body = g_bytes_new (request.body, strlen (request.body));

      soup_message_set_request_body_from_bytes (job->message, "application/json", body);
    }
  g_free (job->path);
  job->path = g_strdup (request.path);
  tf_request_clear (&request);
  self->job = job;
  self->cancellable = g_cancellable_new ();
  self->request_at = tf_socket_clock () + self->venue->request_pace;
  soup_session_send_and_read_async (self->session, job->message, G_PRIORITY_DEFAULT, self->cancellable, on_answer, job);
}

static gboolean
on_next_job (gpointer data)
{
  TfAsker *self = data;

  g_clear_pointer (&self->next_job, g_source_unref);
  if (self->job == NULL && !g_queue_is_empty (&self->jobs))
    start_job (self, g_queue_pop_head (&self->jobs));
  return G_SOURCE_REMOVE;
}

static void
unschedule (TfAsker *self)
{
  if (self->next_job != NULL)
    g_source_destroy (self->next_job);
  g_clear_pointer (&self->next_job, g_source_unref);
}

static void
schedule_job (TfAsker *self)
{
  gint64 wait = self->request_at - tf_socket_clock ();

  unschedule (self);
  if (self->job != NULL || g_queue_is_empty (&self->jobs) || !self->open)
    return;
  self->next_job = g_timeout_source_new ((guint) CLAMP (wait, 0, G_MAXINT));
  g_source_set_callback (self->next_job, on_next_job, self, NULL);
  g_source_attach (self->next_job, self->context);
}

/**
 * tf_asker_ask:
 * @fetch: copied
 * @asked_for: by somebody else than who keeps the line whole; for finished()
 * @first: before all that wait
 */
void
tf_asker_ask (TfAsker       *self,
              const TfFetch *fetch,
              gboolean       asked_for,
              gboolean       first)
{
  Job *job = g_new0 (Job, 1);

  job->asker = self;
  job->fetch = *fetch;
  job->asked_for = asked_for;
  if (first)
    g_queue_push_head (&self->jobs, job);
  else
    g_queue_push_tail (&self->jobs, job);
  self->events->asked (&job->fetch, self->data);
  schedule_job (self);
}

static gboolean
is_about (const Job  *job,
          TfFetchKind kind,
          const char *name)
{
  return job->fetch.kind == kind && strcmp (job->fetch.name, name) == 0;
}

/**
 * tf_asker_asks:
 * @name: of the market
 *
 * Returns: whether such a question waits or is under way
 */
gboolean
tf_asker_asks (const TfAsker *self,
               TfFetchKind    kind,
               const char    *name)
{
  if (self->job != NULL && is_about (self->job, kind, name))
    return TRUE;
  for (GList *l = self->jobs.head; l != NULL; l = l->next)
    if (is_about (l->data, kind, name))
      return TRUE;
  return FALSE;
}

/**
 * tf_asker_set_open:
 * @open: whether there is a wire that answers can belong to: without one questions wait, and an answer that came too late
 * is asked for again
 */
void
tf_asker_set_open (TfAsker *self,
                   gboolean open)
{
  self->open = open;
  if (open)
    schedule_job (self);
}

/**
 * tf_asker_stop:
 *
 * At once: all that is asked comes to its end without an answer.
 */
void
tf_asker_stop (TfAsker *self)
{
  Job *job;

  unschedule (self);
  while ((job = g_queue_pop_head (&self->jobs)) != NULL)
    finish_job (self, job, "stopped");
  if (self->job != NULL)
    {
      job = g_steal_pointer (&self->job); /* libsoup still holds it */
      job->asker = NULL;
      self->events->finished (&job->fetch, job->asked_for, "stopped", self->data);
      g_cancellable_cancel (self->cancellable);
    }
  g_clear_object (&self->cancellable);
  self->open = FALSE;
}

/**
 * tf_asker_get_errors:
 *
 * Returns: how often the venue gave no answer, or none that could be read
 */
guint
tf_asker_get_errors (const TfAsker *self)
{
  return self->errors;
}
