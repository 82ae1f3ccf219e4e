#include "core/risk/guards.h"

/**
 * tf_token_bucket_init:
 * @per_minute: how many refill; 0: no limit
 * @burst: how many fit, at least 1
 */
void
tf_token_bucket_init (TfTokenBucket *self,
                      guint          per_minute,
                      guint          burst)
{
  *self = (TfTokenBucket) { .interval = per_minute > 0 ? TF_MINUTE / per_minute : 0, .burst = MAX (burst, 1) };
}

/**
 * tf_token_bucket_tokens:
 *
 * Returns: how many may be taken at @now; %G_MAXUINT without a limit
 */
guint
tf_token_bucket_tokens (const TfTokenBucket *self,
                        TfTime               now)
{
  TfTime missing;

  if (self->interval == 0)
    return G_MAXUINT;
  if (self->full_at <= now)
    return self->burst;
  missing = (self->full_at - now + self->interval - 1) / self->interval;
  return missing >= self->burst ? 0 : self->burst - (guint) missing;
}

/**
 * tf_token_bucket_take:
 *
 * Returns: %FALSE when the bucket is empty
 */
gboolean
tf_token_bucket_take (TfTokenBucket *self,
                      TfTime         now)
{
  if (tf_token_bucket_tokens (self, now) == 0)
    return FALSE;
  self->full_at = MAX (self->full_at, now) + self->interval;
  return TRUE;
}

/**
 * tf_stop_guard_count:
 *
 * Returns: the stopped trades in the @window up to @now, of the last %TF_STOP_GUARD_SIZE
 */
guint
tf_stop_guard_count (const TfStopGuard *self,
                     TfTime             now,
                     TfTime             window)
{
  guint count = 0;

  for (guint i = 0; i < self->n; i++)
    count += self->times[i] > now - window;
  return count;
}

/**
 * tf_stop_guard_add:
 *
 * Notes that a trade was stopped with a loss.
 *
 * Returns: %TRUE when that trips the guard: no new entries before @until
 */
gboolean
tf_stop_guard_add (TfStopGuard    *self,
                   const TfLimits *limits,
                   TfTime          now)
{
  self->times[self->head] = now;
  self->head = (self->head + 1) % TF_STOP_GUARD_SIZE;
  self->n = MIN (self->n + 1, TF_STOP_GUARD_SIZE);
  if (tf_stop_guard_count (self, now, limits->stop_guard_window) < limits->stop_guard_count)
    return FALSE;
  self->until = MAX (self->until, now + limits->stop_guard_window);
  return TRUE;
}

/**
 * tf_profit_record_add:
 * @outcome: of a closed trade in R after costs
 */
void
tf_profit_record_add (TfProfitRecord *self,
                      double          outcome,
                      TfTime          now)
{
  self->outcomes[self->head] = (float) outcome;
  self->head = (self->head + 1) % TF_PROFIT_RECORD_SIZE;
  self->n = MIN (self->n + 1, TF_PROFIT_RECORD_SIZE);
  self->last = now;
}

/**
 * tf_profit_record_mean:
 * @trades: how many of the last to look at
 *
 * Returns: their mean in R; 0 without any
 */
double
tf_profit_record_mean (const TfProfitRecord *self,
                       guint                 trades)
{
  guint n = MIN (trades, self->n);
  double sum = 0;

  for (guint i = 1; i <= n; i++)
    sum += (double) self->outcomes[(self->head + TF_PROFIT_RECORD_SIZE - i) % TF_PROFIT_RECORD_SIZE];
  return n > 0 ? sum / n : 0;
}
