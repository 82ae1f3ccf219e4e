#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define TF_USER_AGENT "TradeFollow"

/* Questions over HTTP, without waiting and without being a nuisance: each host has a token bucket and a
 * circuit breaker of its own, what is too large or too slow is given up, and no answer leads to another host.
 * Lives on the thread and in the thread-default main context that it was made in. */
typedef struct _TfFetcher TfFetcher;

/* Zero and NULL mean what stands in brackets. Copied. */
typedef struct
{
  const char *url;          /* https://…; http:// only to this machine */
  const char *body;         /* [GET]: POST of that text */
  const char *content_type; /* [application/json] of @body */
  const char *accept;       /* [anything] */
  const char *user_agent;   /* [the program's name] */
  gsize       max_bytes;    /* [4 MiB] of an answer, unpacked */
  guint       timeout_ms;   /* [20000] from sending to the last byte */
  double      cost;         /* [1] tokens of the host's bucket */
  gboolean    conditional;  /* GET: only if it changed since the last whole answer; else 304 */
} TfHttpRequest;

/* What came back. Lives until the callback returns. */
typedef struct
{
  guint       status;       /* of HTTP; 0: no answer */
  const char *bytes;        /* "" where none came; ended by a zero byte that does not count */
  gsize       length;
  const char *content_type; /* (nullable) */
  const char *moved;        /* (nullable): 301 or 308, to this address */
  guint       max_age_s;    /* of Cache-Control; 0: not said */
  const char *reason;       /* NULL: 2xx or 304; else what is wrong, in words */
  gboolean    permanent;    /* wrong for good: 400, 401, 410, 451, a bad address, another host */
  guint       retry_ms;     /* no sooner than that; 0: not said. From a poller: when it asks again */
} TfAnswer;

typedef void (*TfAnswerFunc) (const TfAnswer *answer,
                              gpointer        data);

/* Zero means the default in brackets. */
typedef struct
{
  guint64 seed;         /* of all jitter */
  double  rate;         /* [2] tokens a second, of a host that nothing is known of */
  double  burst;        /* [5] */
  guint   failures;     /* [5] in a row open a host's breaker */
  guint   open_ms;      /* [10000] for so long; then one question is let through; doubles if it fails */
  guint   open_max_ms;  /* [300000] */
} TfFetcherOptions;

TfFetcher   *tf_fetcher_new          (const TfFetcherOptions *options);
void         tf_fetcher_free         (TfFetcher              *self);
void         tf_fetcher_set_rate     (TfFetcher              *self,
                                      const char             *url,
                                      double                  rate,
                                      double                  burst);
guint        tf_fetcher_send         (TfFetcher              *self,
                                      const TfHttpRequest    *request,
                                      TfAnswerFunc            callback,
                                      gpointer                data);
void         tf_fetcher_cancel       (TfFetcher              *self,
                                      guint                   id);
SoupSession *tf_fetcher_get_session  (TfFetcher              *self);
double       tf_fetcher_random       (TfFetcher              *self);
gint64       tf_fetcher_clock        (void);

void         tf_http_request_copy    (TfHttpRequest          *self,
                                      const TfHttpRequest    *from);
void         tf_http_request_clear   (TfHttpRequest          *self);

/* Whether an endpoint may be used at all: encrypted, or this machine itself. */
gboolean     tf_fetcher_check_url    (const char             *url,
                                      GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfFetcher, tf_fetcher_free)

G_END_DECLS
