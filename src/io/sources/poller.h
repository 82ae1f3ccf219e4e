#pragma once

#include "io/sources/fetcher.h"

G_BEGIN_DECLS

/* The same question again and again, never in step with others: @interval_ms ± 20 %, after errors longer.
 * Answers come from the first on, none is left out; retry_ms is the time until the next question. */
typedef struct _TfPoller TfPoller;

TfPoller    *tf_poller_new           (TfFetcher              *fetcher,
                                      const TfHttpRequest    *request,
                                      guint                   interval_ms,
                                      TfAnswerFunc            callback,
                                      gpointer                data);
void         tf_poller_free          (TfPoller               *self);
void         tf_poller_set_interval  (TfPoller               *self,
                                      guint                   interval_ms);
void         tf_poller_set_url       (TfPoller               *self,
                                      const char             *url);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfPoller, tf_poller_free)

G_END_DECLS
