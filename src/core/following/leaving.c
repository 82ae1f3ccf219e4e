#include "core/following/leaving.h"

/**
 * tf_copy_levels_start:
 * @pnl: realised and open P&L after fees of the trader's copies in the account
 *
 * Following begins, or begins again: what was lost before does not count.
 */
void
tf_copy_levels_start (TfCopyLevels *self,
                      TfMoney       pnl)
{
  *self = (TfCopyLevels) { .start = pnl, .peak = pnl };
}

/**
 * tf_copy_levels_use:
 * @limit: (out): the policy's level; 0: none
 *
 * Returns: the loss as a fraction of the capital that is allotted to the trader, 0 or more: static from the start of
 *   following, trailing from the best moment since
 */
double
tf_copy_levels_use (const TfCopyLevels *self,
                    const TfCopyPolicy *policy,
                    TfCopyLevel         level,
                    TfMoney             pnl,
                    double             *limit)
{
  TfMoney from = level == TF_COPY_LEVEL_STATIC ? self->start : self->peak;
  double capital = tf_copy_policy_get (policy, TF_POLICY_CAPITAL);

  *limit = tf_copy_policy_get (policy, level == TF_COPY_LEVEL_STATIC ? TF_POLICY_STATIC_STOP : TF_POLICY_TRAILING_STOP);
  return MAX ((tf_money_double (from) - tf_money_double (pnl)) / capital, 0);
}

/**
 * tf_copy_levels_update:
 *
 * Compares the loss with a level: a warning from 80 % of it, which is over below 75 %; reached at 100 %.
 *
 * Returns: what is new; a level that is reached is told every time
 */
TfCopyLevelChange
tf_copy_levels_update (TfCopyLevels       *self,
                       const TfCopyPolicy *policy,
                       TfCopyLevel         level,
                       TfMoney             pnl)
{
  double limit, use;

  if (pnl.raw > self->peak.raw)
    self->peak = pnl;
  use = tf_copy_levels_use (self, policy, level, pnl, &limit);
  if (!(limit > 0))
    {
      self->warned[level] = FALSE;
      return TF_COPY_LEVEL_UNCHANGED;
    }
  if (use >= limit)
    return TF_COPY_LEVEL_REACHED;
  if (!self->warned[level] && use >= TF_COPY_WARNING_AT * limit)
    {
      self->warned[level] = TRUE;
      return TF_COPY_LEVEL_WARNING;
    }
  if (self->warned[level] && use < TF_COPY_CLEAR_AT * limit)
    {
      self->warned[level] = FALSE;
      return TF_COPY_LEVEL_CLEARED;
    }
  return TF_COPY_LEVEL_UNCHANGED;
}

/**
 * tf_copy_level_name:
 *
 * Returns: (transfer none): the stable machine id, as the journal has it
 */
const char *
tf_copy_level_name (TfCopyLevel level)
{
  return level == TF_COPY_LEVEL_STATIC ? "copy-loss" : "copy-trailing-loss";
}
