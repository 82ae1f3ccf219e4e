/* Who follows whom: how it begins with what is open already, what it has earned, and how it ends. */

#include "core/engine/engine-private.h"

static void
journal_state (TfEngine       *self,
               guint           a,
               guint           trader,
               TfTradingState  state,
               gint64          cause,
               const char     *reason)
{
  TfFollow *follow = tf_follow (self, trader, a);
  TfRecord record = tf_engine_record (self, TF_RECORD_STATE, (gint) a, (gint) (self->config->n_bots + trader), -1);

  if (follow->state == state)
    return;
  record.cause = cause;
  record.code = (gint32) state;
  record.reason = reason;
  record.ref = follow->state;
  record.text = tf_state_name (state);
  follow->state = state;
  tf_engine_emit (self, &record);
}

/* The policies as configured. */
void
tf_following_init (TfEngine *self)
{
  for (guint t = 0; t < self->config->n_traders; t++)
    for (guint a = 0; a < self->n_accounts; a++)
      tf_config_get_policy (self->config, t, a, &tf_follow (self, t, a)->policy);
}

/**
 * tf_following_pnl:
 *
 * Returns: what @account has earned with @trader's copies, realised and open, after fees
 */
TfMoney
tf_following_pnl (TfEngine *self,
                  guint     account,
                  guint     trader)
{
  guint voter = self->config->n_bots + trader;
  const TfLedger *ledger = self->ledgers[account];
  const TfSubLedger *sub = tf_ledger_voter (ledger, voter);
  gint64 pnl = sub->realized.raw - sub->fees.raw;

  for (guint i = 0; i < self->n_instruments; i++)
    {
      const TfPosition *position = tf_ledger_position (ledger, voter, i);
      TfMoney value;

      if (position->quantity.raw != 0 && tf_notional (self->tapes[i].last, position->quantity, &value))
        pnl += value.raw - position->cost.raw;
    }
  return (TfMoney) { pnl };
}

/**
 * tf_following_set_task:
 * @bars: that it takes
 * @cause: entry that its orders follow from
 */
void
tf_following_set_task (TfEngine    *self,
                       TfCopyState *state,
                       TfCopyTask   task,
                       guint        bars,
                       gint64       cause)
{
  self->core->copy_tasks += (task != TF_COPY_TASK_NONE) - (state->task != TF_COPY_TASK_NONE);
  state->task = (guint8) task;
  state->bars = (guint16) bars;
  state->cause = cause;
}

/* From now on: what was lost before does not count, and what is open is what the policy's start mode is about. */
static void
begin (TfEngine *self,
       guint     a,
       guint     trader,
       gint64    cause)
{
  TfFollow *follow = tf_follow (self, trader, a);
  TfVoter *voter = &self->voters[self->config->n_bots + trader];

  if (voter->followed[a] && follow->state == TF_STATE_ACTIVE)
    return;
  voter->followed[a] = TRUE;
  journal_state (self, a, trader, TF_STATE_ACTIVE, cause, "rearmed");
  tf_copy_levels_start (&follow->levels, tf_following_pnl (self, a, trader));
  for (guint i = 0; i < self->n_instruments; i++)
    {
      TfCopyState *state = tf_copy_state (self, i, trader, a);
      const TfTraderPosition *position = tf_trader_book_position (self->book, trader, i);
      gboolean starts = position->quantity.raw != 0 && follow->policy.values[TF_POLICY_START] != TF_COPY_START_NONE;

      /* A position that is not known yet is met with the first signal that tells of it. */
      state->met = position->known != FALSE;
      state->base = position->quantity;
      tf_following_set_task (self, state, starts ? TF_COPY_TASK_START : TF_COPY_TASK_NONE, 0, cause);
    }
}

static void
leave (TfEngine *self,
       guint     a,
       guint     trader,
       gint64    cause,
       const char *reason)
{
  guint voter = self->config->n_bots + trader;
  const TfCopyPolicy *policy = &tf_follow (self, trader, a)->policy;
  TfCopyLeaving mode = (TfCopyLeaving) policy->values[TF_POLICY_LEAVING];

  for (guint i = 0; i < self->n_instruments; i++)
    {
      TfCopyState *state = tf_copy_state (self, i, trader, a);
      const TfSlot *slot = tf_slot (self, i, a, voter);

      tf_following_set_task (self, state, TF_COPY_TASK_NONE, 0, 0);
      if (slot->entry.id != 0)
        tf_engine_withdraw (self, a, voter, i, cause, reason);
      if (slot->opened != 0 && mode == TF_COPY_LEAVE_NOW)
        tf_engine_exit (self, a, voter, i, 1, cause, reason);
      else if (slot->opened != 0 && mode == TF_COPY_LEAVE_GRACEFULLY)
        tf_following_set_task (self, state, TF_COPY_TASK_LEAVE, (guint) policy->values[TF_POLICY_BARS], cause);
    }
}

/**
 * tf_following_begin:
 * @account: −1: all
 * @cause: the command's entry
 *
 * By hand: also what re-arms an account that stopped following at a level.
 */
void
tf_following_begin (TfEngine *self,
                    gint      account,
                    guint     voter,
                    gint64    cause)
{
  for (guint a = 0; a < self->n_accounts; a++)
    if (account < 0 || (guint) account == a)
      begin (self, a, voter - self->config->n_bots, cause);
}

/**
 * tf_following_end:
 * @account: −1: all
 *
 * Nothing new is copied; what is open leaves as the policy says.
 */
void
tf_following_end (TfEngine *self,
                  gint      account,
                  guint     voter,
                  gint64    cause)
{
  for (guint a = 0; a < self->n_accounts; a++)
    if ((account < 0 || (guint) account == a) && self->voters[voter].followed[a])
      {
        self->voters[voter].followed[a] = FALSE;
        tf_copy_gap_end (self, a, voter - self->config->n_bots);
        leave (self, a, voter - self->config->n_bots, cause, "unfollow");
      }
}

/* One bar further; whether @account has come to copy more of the trader's position. */
static gboolean
advance (TfEngine    *self,
         guint        a,
         guint        trader,
         guint        i,
         TfCopyState *state)
{
  const TfCopyPolicy *policy = &tf_follow (self, trader, a)->policy;
  guint voter = self->config->n_bots + trader;
  gboolean leaves = state->task == TF_COPY_TASK_LEAVE;

  if (state->task == TF_COPY_TASK_CATCH_UP)
    {
      tf_following_set_task (self, state, TF_COPY_TASK_NONE, 0, 0);
      return TRUE;
    }
  if (state->task == TF_COPY_TASK_START)
    {
      /* What is sized by the opening comes in at once. */
      if (policy->values[TF_POLICY_START] != TF_COPY_START_SCALE_IN || !tf_copy_policy_proportional (policy))
        {
          tf_following_set_task (self, state, TF_COPY_TASK_NONE, 0, 0);
          if (policy->values[TF_POLICY_START] == TF_COPY_START_NOT_WORSE && !tf_copying_market_not_worse (self, trader, i))
            return FALSE;
          state->base.raw = 0;
          return TRUE;
        }
      tf_following_set_task (self, state, TF_COPY_TASK_SCALE_IN, (guint) policy->values[TF_POLICY_BARS], state->cause);
    }
  if (leaves && tf_slot (self, i, a, voter)->opened != 0)
    tf_engine_exit (self, a, voter, i, 1.0 / MAX (state->bars, 1), state->cause, "leave");
  else if (!leaves)
    {
      tf_copy_without_base (tf_trader_book_position (self->book, trader, i)->quantity, &state->base);
      state->base.raw -= state->base.raw / MAX (state->bars, 1);
    }
  if (state->bars <= 1)
    tf_following_set_task (self, state, TF_COPY_TASK_NONE, 0, 0);
  else
    state->bars--;
  return !leaves;
}

/**
 * tf_following_bar:
 *
 * A bar of @instrument has closed: what comes in or leaves in parts does one more.
 */
void
tf_following_bar (TfEngine *self,
                  guint     instrument)
{
  if (self->core->copy_tasks == 0 || self->history)
    return;
  for (guint t = 0; t < self->config->n_traders; t++)
    {
      guint more = 0;

      for (guint a = 0; a < self->n_accounts; a++)
        {
          TfCopyState *state = tf_copy_state (self, instrument, t, a);

          if (state->task != TF_COPY_TASK_NONE && advance (self, a, t, instrument, state))
            more |= 1u << a;
        }
      if (more != 0)
        tf_copying_catch_up (self, t, instrument, more);
    }
}

static gint64
journal_alert (TfEngine    *self,
               guint        a,
               guint        trader,
               TfCopyLevel  level,
               TfSeverity   severity,
               double       use,
               double       limit)
{
  TfRecord record = tf_engine_record (self, TF_RECORD_ALERT, (gint) a, (gint) (self->config->n_bots + trader), -1);

  record.code = (gint32) severity;
  record.reason = tf_copy_level_name (level);
  record.value = tf_ratio_raw (use);
  record.limit = tf_ratio_raw (limit);
  record.text = tf_severity_name (severity);
  return tf_engine_emit (self, &record);
}

static void
watch (TfEngine *self,
       guint     a,
       guint     trader)
{
  TfFollow *follow = tf_follow (self, trader, a);
  TfMoney pnl = tf_following_pnl (self, a, trader);

  for (guint l = 0; l < TF_N_COPY_LEVELS; l++)
    {
      TfCopyLevel level = (TfCopyLevel) l;
      TfCopyLevelChange change = tf_copy_levels_update (&follow->levels, &follow->policy, level, pnl);
      double limit, use = tf_copy_levels_use (&follow->levels, &follow->policy, level, pnl, &limit);
      gint64 alert;

      if (change == TF_COPY_LEVEL_WARNING)
        journal_alert (self, a, trader, level, TF_SEVERITY_WARNING, use, limit);
      else if (change == TF_COPY_LEVEL_CLEARED)
        journal_alert (self, a, trader, level, TF_SEVERITY_NONE, use, limit);
      else if (change == TF_COPY_LEVEL_REACHED && follow->state == TF_STATE_ACTIVE)
        {
          alert = journal_alert (self, a, trader, level, TF_SEVERITY_CRITICAL, use, limit);
          follow->lost = use;
          follow->level = limit;
          journal_state (self, a, trader, TF_STATE_CLOSE_ONLY, alert, tf_copy_level_name (level));
          leave (self, a, trader, alert, tf_copy_level_name (level));
        }
    }
}

/* When a step of bars is over: what copies have earned against the levels at which following stops. */
void
tf_following_watch (TfEngine *self)
{
  for (guint t = 0; t < self->config->n_traders; t++)
    for (guint a = 0; a < self->n_accounts; a++)
      {
        const TfCopyPolicy *policy = &tf_follow (self, t, a)->policy;

        if ((policy->values[TF_POLICY_STATIC_STOP] != 0 || policy->values[TF_POLICY_TRAILING_STOP] != 0)
            && self->voters[self->config->n_bots + t].followed[a])
          watch (self, a, t);
      }
}
