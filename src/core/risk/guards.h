#pragma once

#include "core/risk/limits.h"

G_BEGIN_DECLS

/* Small memories that the gate reads and the engine feeds. All plain data. */

/* Rate limit: a bucket of @burst tokens that refills at one each @interval, kept as the time at which it is
 * full again (generic cell rate algorithm, ITU-T I.371). All 0: no limit. */
typedef struct
{
  TfTime interval, full_at;
  guint  burst;
} TfTokenBucket;

void        tf_token_bucket_init    (TfTokenBucket       *self,
                                     guint                per_minute,
                                     guint                burst);
guint       tf_token_bucket_tokens  (const TfTokenBucket *self,
                                     TfTime               now);
gboolean    tf_token_bucket_take    (TfTokenBucket       *self,
                                     TfTime               now);

/* Stopped trades of one account. */
#define TF_STOP_GUARD_SIZE 32
typedef struct
{
  TfTime times[TF_STOP_GUARD_SIZE];
  guint  n, head;
  TfTime until;       /* no new entries before; 0: never tripped */
} TfStopGuard;

gboolean    tf_stop_guard_add       (TfStopGuard         *self,
                                     const TfLimits      *limits,
                                     TfTime               now);
guint       tf_stop_guard_count     (const TfStopGuard   *self,
                                     TfTime               now,
                                     TfTime               window);

/* The last trades of one instrument in one account. */
#define TF_PROFIT_RECORD_SIZE 32
typedef struct
{
  float  outcomes[TF_PROFIT_RECORD_SIZE]; /* in R after costs */
  guint  n, head;
  TfTime last;
} TfProfitRecord;

void        tf_profit_record_add    (TfProfitRecord       *self,
                                     double                outcome,
                                     TfTime                now);
double      tf_profit_record_mean   (const TfProfitRecord *self,
                                     guint                 trades);

G_END_DECLS
