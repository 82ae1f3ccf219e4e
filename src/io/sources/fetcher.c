#include "io/sources/fetcher.h"

#include <string.h>
#include <time.h>

#include "core/base/error.h"
#include "core/base/random.h"

#define CHUNK (64 * 1024)
#define REDIRECTS_MAX 5
#define RETRY_MAX_S 86400
#define TIMEOUT_MS 20000
#define BYTES_MAX (4 * 1024 * 1024)

typedef struct _Job Job;

typedef struct
{
  TfFetcher *fetcher;
  double     rate, burst, tokens;
  gint64     refilled;   /* tf_fetcher_clock() */
  GQueue     waiting;    /* of Job * */
  GSource   *timer;      /* looks at @waiting again */
  guint      failures;   /* in a row */
  gint64     open_until; /* nothing is asked before */
  guint      open_ms;    /* the last wait */
  Job       *probe;      /* half open: the one question let through */
  char      *reason;     /* of the last failure */
} Host;

/* One question, with the redirects that it takes. It outlives its fetcher while libsoup still holds it. */
struct _Job
{
  TfFetcher    *fetcher;  /* NULL: nobody wants to know any more */
  guint         id;
  Host         *host;     /* NULL: its address is refused */
  TfHttpRequest request;  /* strings are owned */
  TfAnswerFunc  callback;
  gpointer      data;
  char         *url, *moved, *refusal;
  guint         redirects;
  SoupMessage  *message;
  GCancellable *cancellable;
  GInputStream *stream;
  GByteArray   *bytes;
  GSource      *timer;    /* its time-out, or the moment to say that it is refused */
  gboolean      late;
};

typedef struct { char *etag, *modified; } Validator;

struct _TfFetcher
{
  TfFetcherOptions options;
  GMainContext    *context;
  SoupSession     *session;
  TfRandom         random;
  GHashTable      *hosts;      /* “scheme://host:port” → Host */
  GHashTable      *jobs;       /* id → Job */
  GHashTable      *validators; /* URL → Validator */
  guint            last_id;
};

/**
 * tf_fetcher_clock:
 *
 * Returns: ms that only go forward, and go on while the machine sleeps
 */
gint64
tf_fetcher_clock (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/**
 * tf_fetcher_random:
 *
 * Returns: a number from 0 to below 1, for jitter; the same sequence for the same seed
 */
double
tf_fetcher_random (TfFetcher *self)
{
  return tf_random_uniform (&self->random);
}

static gboolean
is_safe (GUri *uri)
{
  const char *scheme = g_uri_get_scheme (uri), *host = g_uri_get_host (uri);
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL || *host == '\0' || g_uri_get_userinfo (uri) != NULL)
    return FALSE;
  if (strcmp (scheme, "https") == 0 || strcmp (scheme, "wss") == 0)
    return TRUE;
  if (strcmp (scheme, "http") != 0 && strcmp (scheme, "ws") != 0)
    return FALSE;
  address = g_inet_address_new_from_string (host);
  return address != NULL ? g_inet_address_get_is_loopback (address) : strcmp (host, "localhost") == 0;
}

/**
 * tf_fetcher_check_url:
 *
 * Only encrypted endpoints, or this machine itself; and no password in the address.
 */
gboolean
tf_fetcher_check_url (const char *url,
                      GError    **error)
{
  g_autoptr (GUri) uri = url != NULL ? g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  char quoted[TF_QUOTE_SIZE];

  if (uri != NULL && is_safe (uri))
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found address “%s”, expected https://… or wss://…",
               tf_error_quote (url != NULL ? url : "", -1, quoted));
  return FALSE;
}

static void
clear_timer (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

static void
set_timer (TfFetcher  *self,
           GSource   **timer,
           guint       ms,
           GSourceFunc callback,
           gpointer    data)
{
  clear_timer (timer);
  *timer = g_timeout_source_new (ms);
  g_source_set_callback (*timer, callback, data, NULL);
  g_source_attach (*timer, self->context);
}

static void
validator_free (gpointer data)
{
  Validator *self = data;

  g_free (self->etag);
  g_free (self->modified);
  g_free (self);
}

/**
 * tf_http_request_copy:
 * @self: (out caller-allocates): to be cleared with tf_http_request_clear()
 */
void
tf_http_request_copy (TfHttpRequest       *self,
                      const TfHttpRequest *from)
{
  *self = *from;
  self->url = g_strdup (from->url);
  self->body = g_strdup (from->body);
  self->content_type = g_strdup (from->content_type);
  self->accept = g_strdup (from->accept);
  self->user_agent = g_strdup (from->user_agent);
}

/**
 * tf_http_request_clear:
 *
 * Frees the strings of a copy.
 */
void
tf_http_request_clear (TfHttpRequest *self)
{
  g_free ((char *) self->url);
  g_free ((char *) self->body);
  g_free ((char *) self->content_type);
  g_free ((char *) self->accept);
  g_free ((char *) self->user_agent);
}

static void
job_free (Job *job)
{
  clear_timer (&job->timer);
  tf_http_request_clear (&job->request);
  g_clear_object (&job->message);
  g_clear_object (&job->cancellable);
  g_clear_object (&job->stream);
  g_clear_pointer (&job->bytes, g_byte_array_unref);
  g_free (job->url);
  g_free (job->moved);
  g_free (job->refusal);
  g_free (job);
}

static void
host_free (gpointer data)
{
  Host *self = data;

  clear_timer (&self->timer);
  g_queue_clear (&self->waiting);
  g_free (self->reason);
  g_free (self);
}

static Host *
find_host (TfFetcher  *self,
           const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *key = NULL;
  Host *host;

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return NULL;
  key = g_strdup_printf ("%s://%s:%d", g_uri_get_scheme (uri), g_uri_get_host (uri), g_uri_get_port (uri));
  host = g_hash_table_lookup (self->hosts, key);
  if (host == NULL)
    {
      host = g_new0 (Host, 1);
      host->fetcher = self;
      host->rate = self->options.rate;
      host->burst = host->tokens = self->options.burst;
      host->refilled = tf_fetcher_clock ();
      g_queue_init (&host->waiting);
      g_hash_table_insert (self->hosts, g_steal_pointer (&key), host);
    }
  return host;
}

static gboolean pump (gpointer data);

static void
pump_after (Host *host,
            guint ms)
{
  set_timer (host->fetcher, &host->timer, ms, pump, host);
}

/* The seconds that an answer's Retry-After (seconds or a date) asks for, at most a day; 0: none. */
static guint
get_retry_after (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *text = soup_message_headers_get_one (headers, "Retry-After");
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

static guint
get_max_age (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *text = soup_message_headers_get_list (headers, "Cache-Control");
  GHashTable *params;
  const char *age;
  guint64 seconds;

  if (text == NULL)
    return 0;
  params = soup_header_parse_param_list (text);
  age = g_hash_table_lookup (params, "max-age");
  if (age == NULL || !g_ascii_string_to_unsigned (age, 10, 0, G_MAXUINT64, &seconds, NULL))
    seconds = 0;
  soup_header_free_param_list (params);
  return (guint) MIN (seconds, RETRY_MAX_S);
}

static void
open_breaker (Host *host,
              guint asked_ms) /* by the host; 0: not said */
{
  TfFetcher *self = host->fetcher;
  guint ms;

  host->open_ms = host->open_ms == 0 ? self->options.open_ms
    : MIN (host->open_ms * 2, self->options.open_max_ms);
  ms = (guint) (host->open_ms * (0.8 + 0.4 * tf_fetcher_random (self)));
  host->failures = MAX (host->failures, self->options.failures);
  host->open_until = tf_fetcher_clock () + MAX (ms, asked_ms);
}

/* What an answer says of its host: one that answers at all is well, unless it says itself that it is not. */
static void
judge_host (Host       *host,
            Job        *job,
            guint       status,
            const char *reason,
            guint       retry_ms)
{
  gboolean was_probe = host->probe == job, bad = status == 0 || status == 429 || status >= 500;

  if (was_probe)
    host->probe = NULL;
  if (!bad)
    {
      host->failures = 0;
      host->open_ms = 0;
      return;
    }
  host->failures++;
  g_free (host->reason);
  host->reason = g_strdup (reason);
  if (status == 429 || retry_ms > 0 || was_probe || host->failures == host->fetcher->options.failures)
    open_breaker (host, retry_ms);
}

static void
remember (Job *job)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (job->message);
  Validator *validator = g_new0 (Validator, 1);

  validator->etag = g_strdup (soup_message_headers_get_one (headers, "ETag"));
  validator->modified = g_strdup (soup_message_headers_get_one (headers, "Last-Modified"));
  g_hash_table_insert (job->fetcher->validators, g_strdup (job->request.url), validator);
}

/* The end of a job: what is wrong is judged, told, and the next of its host gets its turn. */
static void
finish (Job        *job,
        guint       status,
        const char *reason,
        gboolean    permanent)
{
  TfFetcher *self = job->fetcher;
  gboolean may_say_when = (status == 429 || status == 503) && job->message != NULL;
  guint retry_ms = may_say_when ? get_retry_after (job->message) * 1000 : 0;
  TfAnswer answer = {
    .status = status, .bytes = "", .moved = job->moved, .reason = reason, .permanent = permanent,
  };

  if (self == NULL)
    {
      job_free (job);
      return;
    }
  g_hash_table_remove (self->jobs, GUINT_TO_POINTER (job->id));
  if (job->host != NULL)
    {
      gint64 now;

      judge_host (job->host, job, status, reason, retry_ms);
      now = tf_fetcher_clock ();
      answer.retry_ms = job->host->open_until > now ? (guint) (job->host->open_until - now) : 0;
      pump_after (job->host, 0);
    }
  if (job->message != NULL && status != 0)
    {
      SoupMessageHeaders *headers = soup_message_get_response_headers (job->message);

      answer.content_type = soup_message_headers_get_content_type (headers, NULL);
      answer.max_age_s = get_max_age (job->message);
    }
  if (reason == NULL && status != SOUP_STATUS_NOT_MODIFIED)
    {
      if (job->request.conditional)
        remember (job);
      g_byte_array_append (job->bytes, (const guint8 *) "", 1);
      answer.bytes = (const char *) job->bytes->data;
      answer.length = job->bytes->len - 1;
    }
  job->callback (&answer, job->data);
  job_free (job);
}

static void
fail (Job          *job,
      const GError *error)
{
  g_autofree char *reason = NULL;

  if (job->late)
    reason = g_strdup_printf ("no answer within %.3g s", job->request.timeout_ms / 1000.0);
  else
    reason = g_strdup_printf ("no answer: %s", error->message);
  finish (job, 0, reason, FALSE);
}

static void launch (Job *job);

static gboolean
is_same_host (GUri *here,
              GUri *there)
{
  if (!is_safe (there) || g_strcmp0 (g_uri_get_host (here), g_uri_get_host (there)) != 0)
    return FALSE;
  if (strcmp (g_uri_get_scheme (here), g_uri_get_scheme (there)) == 0)
    return g_uri_get_port (here) == g_uri_get_port (there);
  return strcmp (g_uri_get_scheme (there), "https") == 0 && g_uri_get_port (there) == 443;
}

/* Follows where an answer leads, but never to another host, nor to an address that is less safe. */
static void
redirect (Job  *job,
          guint status)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (job->message);
  const char *to = soup_message_headers_get_one (headers, "Location");
  g_autoptr (GUri) here = g_uri_parse (job->url, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GUri) there = to != NULL ? g_uri_parse_relative (here, to, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  g_autofree char *url = there != NULL ? g_uri_to_string (there) : NULL, *reason = NULL;
  gboolean same = there != NULL && is_same_host (here, there);

  if (url != NULL && (status == 301 || status == 308))
    {
      g_free (job->moved);
      job->moved = g_strdup (url);
    }
  if (same && job->redirects < REDIRECTS_MAX)
    {
      job->redirects++;
      g_free (job->url);
      job->url = g_steal_pointer (&url);
      g_clear_object (&job->message);
      g_clear_object (&job->stream);
      g_clear_object (&job->cancellable);
      launch (job);
      return;
    }
  if (url == NULL)
    reason = g_strdup_printf ("HTTP %u to nowhere", status);
  else if (same)
    reason = g_strdup_printf ("more than %d redirects", REDIRECTS_MAX);
  else
    reason = g_strdup_printf ("leads to another host: %.100s", url);
  finish (job, status, reason, url != NULL && !same);
}

static void
too_large (Job *job)
{
  g_autofree char *reason = g_strdup_printf ("answer of more than %" G_GSIZE_FORMAT " bytes",
                                             job->request.max_bytes);

  finish (job, soup_message_get_status (job->message), reason, FALSE);
}

static void
on_bytes (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (job->fetcher == NULL)
    job_free (job);
  else if (bytes == NULL)
    fail (job, error);
  else if (g_bytes_get_size (bytes) == 0)
    finish (job, soup_message_get_status (job->message), NULL, FALSE);
  else if (job->bytes->len + g_bytes_get_size (bytes) > job->request.max_bytes)
    {
      g_cancellable_cancel (job->cancellable);
      too_large (job);
    }
  else
    {
      g_byte_array_append (job->bytes, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
      g_input_stream_read_bytes_async (job->stream, CHUNK, G_PRIORITY_DEFAULT, job->cancellable, on_bytes,
                                       job);
    }
}

static const char *
phrase (guint status)
{
  switch (status)
    {
    case 403:
      return "forbidden";
    case 404:
      return "not found";
    case 410:
      return "gone";
    case 429:
      return "too many requests";
    case 503:
      return "not available";
    default:
      return soup_status_get_phrase (status);
    }
}

static void
on_headers (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  guint status;

  job->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  status = soup_message_get_status (job->message);
  if (job->fetcher == NULL)
    job_free (job);
  else if (job->stream == NULL)
    fail (job, error);
  else if (SOUP_STATUS_IS_REDIRECTION (status) && status != SOUP_STATUS_NOT_MODIFIED)
    redirect (job, status);
  else if (status == SOUP_STATUS_NOT_MODIFIED)
    finish (job, status, NULL, FALSE);
  else if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      g_autofree char *reason = g_strdup_printf ("HTTP %u, %s", status, phrase (status));

      finish (job, status, reason, status == 400 || status == 401 || status == 410 || status == 451);
    }
  else if (soup_message_headers_get_content_length (soup_message_get_response_headers (job->message))
           > (goffset) job->request.max_bytes)
    too_large (job);
  else
    g_input_stream_read_bytes_async (job->stream, CHUNK, G_PRIORITY_DEFAULT, job->cancellable, on_bytes, job);
}

static gboolean
on_late (gpointer data)
{
  Job *job = data;

  clear_timer (&job->timer);
  job->late = TRUE;
  g_cancellable_cancel (job->cancellable);
  return G_SOURCE_REMOVE;
}

static void
launch (Job *job)
{
  TfFetcher *self = job->fetcher;
  const TfHttpRequest *request = &job->request;
  SoupMessageHeaders *headers;

  job->message = soup_message_new (request->body != NULL ? SOUP_METHOD_POST : SOUP_METHOD_GET, job->url);
  job->cancellable = g_cancellable_new ();
  headers = soup_message_get_request_headers (job->message);
  soup_message_add_flags (job->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (headers, "User-Agent", request->user_agent != NULL ? request->user_agent
                                                                                   : TF_USER_AGENT);
  if (request->accept != NULL)
    soup_message_headers_replace (headers, "Accept", request->accept);
  if (request->body != NULL)
    {
      g_autoptr (GBytes) body = g_bytes_new (request->body, strlen (request->body));

      soup_message_set_request_body_from_bytes (job->message,
                                                request->content_type != NULL ? request->content_type
                                                                              : "application/json", body);
    }
  if (request->conditional)
    {
      const Validator *validator = g_hash_table_lookup (self->validators, request->url);

      if (validator != NULL && validator->etag != NULL)
        soup_message_headers_replace (headers, "If-None-Match", validator->etag);
      if (validator != NULL && validator->modified != NULL)
        soup_message_headers_replace (headers, "If-Modified-Since", validator->modified);
    }
  if (job->timer == NULL)
    set_timer (self, &job->timer, request->timeout_ms, on_late, job);
  soup_session_send_async (self->session, job->message, G_PRIORITY_DEFAULT, job->cancellable, on_headers,
                           job);
}

/* Not even asked. */
static void
refuse (Job        *job,
        const char *reason,
        gboolean    permanent,
        guint       retry_ms)
{
  TfAnswer answer = { .bytes = "", .reason = reason, .permanent = permanent, .retry_ms = retry_ms };

  g_hash_table_remove (job->fetcher->jobs, GUINT_TO_POINTER (job->id));
  job->callback (&answer, job->data);
  job_free (job);
}

/* As many of a host's questions as its bucket and its breaker allow. Started from the main loop only: a
 * callback may send again, cancel others, and (the last one) make the rest wait; each turn looks anew. */
static gboolean
pump (gpointer data)
{
  Host *host = data;
  TfFetcher *self = host->fetcher;
  gint64 now = tf_fetcher_clock ();
  Job *job;

  clear_timer (&host->timer);
  host->tokens = MIN (host->tokens + (double) (now - host->refilled) * 1e-3 * host->rate, host->burst);
  host->refilled = now;
  while ((job = g_queue_peek_head (&host->waiting)) != NULL)
    {
      double needed = MIN (job->request.cost, host->burst);

      if (host->open_until > now)
        {
          g_autofree char *reason = g_strdup_printf ("host gets a rest: %s", host->reason);

          g_queue_pop_head (&host->waiting);
          if (!g_queue_is_empty (&host->waiting))
            pump_after (host, 0);
          refuse (job, reason, FALSE, (guint) (host->open_until - now));
          return G_SOURCE_REMOVE;
        }
      if (host->failures >= self->options.failures && host->probe != NULL)
        break;
      if (host->tokens < needed)
        {
          pump_after (host, (guint) MIN ((needed - host->tokens) / host->rate * 1000 + 1, 3600000));
          break;
        }
      host->tokens -= job->request.cost;
      if (host->failures >= self->options.failures)
        host->probe = job;
      launch (g_queue_pop_head (&host->waiting));
    }
  return G_SOURCE_REMOVE;
}

static gboolean
on_refused (gpointer data)
{
  Job *job = data;

  refuse (job, job->refusal, TRUE, 0);
  return G_SOURCE_REMOVE;
}

/**
 * tf_fetcher_new:
 * @options: (nullable): copied
 */
TfFetcher *
tf_fetcher_new (const TfFetcherOptions *options)
{
  TfFetcher *self = g_new0 (TfFetcher, 1);

  if (options != NULL)
    self->options = *options;
#define DEFAULT(field, value) if (!(self->options.field > 0)) self->options.field = (value)
  DEFAULT (rate, 2);
  DEFAULT (burst, 5);
  DEFAULT (failures, 5);
  DEFAULT (open_ms, 10000);
  DEFAULT (open_max_ms, 300000);
#undef DEFAULT
  tf_random_seed (&self->random, self->options.seed);
  self->context = g_main_context_ref_thread_default ();
  /* Without a user agent: the session's would win over that of a message. */
  self->session = soup_session_new_with_options ("timeout", 60, "max-conns-per-host", 8, NULL);
  self->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, host_free);
  self->jobs = g_hash_table_new (NULL, NULL);
  self->validators = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, validator_free);
  return self;
}

void
tf_fetcher_free (TfFetcher *self)
{
  g_autofree gpointer *ids = NULL;
  guint n;

  if (self == NULL)
    return;
  ids = g_hash_table_get_keys_as_array (self->jobs, &n);
  for (guint k = 0; k < n; k++)
    tf_fetcher_cancel (self, GPOINTER_TO_UINT (ids[k]));
  g_hash_table_unref (self->jobs);
  g_hash_table_unref (self->hosts);
  g_hash_table_unref (self->validators);
  g_object_unref (self->session);
  g_main_context_unref (self->context);
  g_free (self);
}

/**
 * tf_fetcher_set_rate:
 * @url: any of the host
 * @rate: tokens a second
 * @burst: at most so many saved up
 *
 * How much a host allows.
 */
void
tf_fetcher_set_rate (TfFetcher  *self,
                     const char *url,
                     double      rate,
                     double      burst)
{
  Host *host = find_host (self, url);

  g_return_if_fail (rate > 0 && burst > 0);
  if (host == NULL)
    return;
  host->rate = rate;
  host->burst = host->tokens = burst;
}

/**
 * tf_fetcher_send:
 * @request: copied
 * @callback: always called once, later and from the main loop; not after tf_fetcher_cancel()
 *
 * Asks, as soon as the host's bucket allows. While its breaker is open there is no question: the answer says
 * so.
 *
 * Returns: an id, more than 0
 */
guint
tf_fetcher_send (TfFetcher           *self,
                 const TfHttpRequest *request,
                 TfAnswerFunc         callback,
                 gpointer             data)
{
  Job *job = g_new0 (Job, 1);
  g_autoptr (GError) error = NULL;

  job->fetcher = self;
  job->id = ++self->last_id;
  tf_http_request_copy (&job->request, request);
  if (job->request.max_bytes == 0)
    job->request.max_bytes = BYTES_MAX;
  if (job->request.timeout_ms == 0)
    job->request.timeout_ms = TIMEOUT_MS;
  if (!(job->request.cost > 0))
    job->request.cost = 1;
  job->callback = callback;
  job->data = data;
  job->url = g_strdup (request->url);
  job->bytes = g_byte_array_new ();
  g_hash_table_insert (self->jobs, GUINT_TO_POINTER (job->id), job);
  if (tf_fetcher_check_url (request->url, &error))
    {
      job->host = find_host (self, request->url);
      g_queue_push_tail (&job->host->waiting, job);
      if (job->host->timer == NULL)
        pump_after (job->host, 0);
    }
  else
    {
      job->refusal = g_strdup (error->message);
      set_timer (self, &job->timer, 0, on_refused, job);
    }
  return job->id;
}

/**
 * tf_fetcher_cancel:
 * @id: of tf_fetcher_send(); one that is over already does no harm
 */
void
tf_fetcher_cancel (TfFetcher *self,
                   guint      id)
{
  Job *job = g_hash_table_lookup (self->jobs, GUINT_TO_POINTER (id));

  if (job == NULL)
    return;
  g_hash_table_remove (self->jobs, GUINT_TO_POINTER (id));
  clear_timer (&job->timer);
  if (job->host != NULL && job->host->probe == job)
    {
      job->host->probe = NULL;
      pump_after (job->host, 0);
    }
  if (job->host != NULL)
    g_queue_remove (&job->host->waiting, job);
  job->fetcher = NULL;
  if (job->cancellable != NULL)
    g_cancellable_cancel (job->cancellable); /* libsoup still holds the job */
  else
    job_free (job);
}

/**
 * tf_fetcher_get_session:
 *
 * Returns: (transfer none): for what is no question and answer
 */
SoupSession *
tf_fetcher_get_session (TfFetcher *self)
{
  return self->session;
}
