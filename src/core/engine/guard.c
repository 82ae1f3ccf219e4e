/* Trading states, the limits on equity, benched bots, the emergency stop, and what else a user may command. */

#include "core/engine/engine-private.h"

#include <math.h>
#include <string.h>

#include "core/risk/var.h"

#define VAR_LEVEL 0.99

/* A bot is benched when its recent mean outcome is this many standard errors below zero … */
#define BENCH_AT -2.0
/* … and is back when no more than this below. */
#define BENCH_BACK -0.5
#define BENCH_MINIMUM 30

/* The strictest of system, account and voter. */
TfTradingState
tf_engine_state_for (TfEngine *self,
                     guint     account,
                     guint     voter)
{
  return tf_state_strictest (tf_state_strictest (self->core->state, self->accounts[account].state),
                             self->voters[voter].state);
}

static void
alert (TfEngine      *self,
       gint           account,
       TfAlertKind    kind,
       double         use,
       double         limit,
       gint64         cause)
{
  TfAlertWatch *watch;
  TfRecord record;

  if (tf_alert_book_update (self->alerts, account, kind, use, limit, self->core->time) == TF_ALERT_UNCHANGED)
    return;
  watch = tf_alert_book_watch (self->alerts, account, kind);
  record = tf_engine_record (self, TF_RECORD_ALERT, account, -1, -1);
  record.cause = cause;
  record.code = watch->severity;
  record.reason = tf_alert_name (kind);
  record.ref = kind;
  record.value = tf_ratio_raw (use);
  record.limit = tf_ratio_raw (limit);
  record.text = tf_severity_name (watch->severity);
  watch->record = tf_engine_emit (self, &record);
}

static void
flatten (TfEngine   *self,
         guint       account,
         gint64      cause,
         const char *reason)
{
  for (guint i = 0; i < self->n_instruments; i++)
    for (guint v = 0; v < self->n_voters; v++)
      {
        const TfSlot *slot = tf_slot (self, i, account, v);

        if (slot->opened != 0 || slot->entry.id != 0)
          tf_engine_exit (self, account, v, i, 1, cause, reason);
      }
}

/**
 * tf_engine_set_state:
 * @account: −1: the system
 * @voter: −1: the account (or system) itself
 *
 * Journals the change and does at once what the new state demands.
 */
void
tf_engine_set_state (TfEngine       *self,
                     gint            account,
                     gint            voter,
                     TfTradingState  state,
                     gint64          cause,
                     const char     *reason)
{
  TfTradingState *slot = voter >= 0 ? &self->voters[voter].state
                         : account >= 0 ? &self->accounts[account].state : &self->core->state;
  TfRecord record = tf_engine_record (self, TF_RECORD_STATE, account, voter, -1);
  gint64 seq;

  if (*slot == state)
    return;
  record.cause = cause;
  record.code = (gint32) state;
  record.reason = reason;
  record.ref = *slot;
  record.text = tf_state_name (state);
  *slot = state;
  seq = tf_engine_emit (self, &record);
  if (voter < 0 && tf_state_flattens (state))
    for (guint a = 0; a < self->n_accounts; a++)
      if (account < 0 || (guint) account == a)
        flatten (self, a, seq, reason);
}

/* On every mark: the drawdown governor. */
void
tf_engine_watch_equity (TfEngine *self,
                        guint     a)
{
  TfAccount *account = &self->accounts[a];
  const TfLimits *limits = &self->config->accounts[a].limits;

  if (tf_governor_update (&account->governor, limits, account->equity, self->core->time))
    {
      alert (self, (gint) a, TF_ALERT_DRAWDOWN, account->governor.drawdown, limits->governor_end, 0);
      tf_engine_set_state (self, (gint) a, -1, TF_STATE_FLATTENING,
                           tf_alert_book_watch (self->alerts, (gint) a, TF_ALERT_DRAWDOWN)->record, "drawdown");
    }
}

/**
 * tf_engine_exposure:
 *
 * Returns: what @account holds and may come to hold; a view that is good until the next event
 */
TfExposure
tf_engine_exposure (TfEngine *self,
                    guint     account)
{
  guint at = account * self->n_instruments;

  return (TfExposure) {
    .n = self->n_instruments,
    .net = &self->values[at],
    .buying = &self->buying[at],
    .selling = &self->selling[at],
    .cluster = &self->clusters[at],
  };
}

/* The gate limits what is added, but the gap budget shrinks with equity: what is held follows it down, before the budget
 * is used up: the market may have moved on when the exits reach it, and they cost something. */
#define TRIM_SHARE_PERCENT 90

static void
trim (TfEngine         *self,
      guint             a,
      const TfExposure *book)
{
  const TfAccount *account = &self->accounts[a];
  const TfLimits *limits = &self->config->accounts[a].limits;
  TfMoney budget = { tf_governor_budget (&account->governor, limits).raw / 100 * TRIM_SHARE_PERCENT };
  double keep = tf_exposure_gap_keep (book, limits->stress_gap, budget);

  if (keep >= 1 || account->state != TF_STATE_ACTIVE)
    return;
  for (guint i = 0; i < self->n_instruments; i++)
    for (guint v = 0; v < self->n_voters; v++)
      {
        const TfSlot *slot = tf_slot (self, i, a, v);

        if (slot->opened != 0 && slot->exit.id == 0)
          tf_engine_exit (self, a, v, i, 1 - keep, slot->trade.record, tf_refusal_name (TF_REFUSAL_GAP_BUDGET));
      }
}

static double
bars_per_day (const TfEngine *self)
{
  return (double) TF_DAY / (double) self->config->interval;
}

/* How long the market of something that @account holds has been silent, and how long it may: the worst of them, in seconds. */
static double
silence (const TfEngine *self,
         guint           account,
         double         *limit)
{
  double worst = 0;

  *limit = TF_STALE_BARS * (double) self->config->interval / (double) TF_SECOND;
  for (guint i = 0; i < self->n_instruments; i++)
    if (tf_ledger_net (self->ledgers[account], i)->quantity.raw != 0)
      {
        double age = (double) (self->core->time - self->tapes[i].time) / (double) TF_SECOND;
        double most = (double) tf_engine_max_age (self, i) / (double) TF_SECOND;

        if (age * *limit > worst * most)
          {
            worst = age;
            *limit = most;
          }
      }
  return worst;
}

/* The limits on what @account holds or may come to hold. The gap budget has no alert: entries fill most of it as a matter
 * of course, and trim() keeps it. */
static void
watch_book (TfEngine *self,
            guint     account,
            double    equity)
{
  const TfLimits *limits = &self->config->accounts[account].limits;
  TfExposure book = tf_engine_exposure (self, account);
  double gross = tf_money_double (tf_exposure_gross (&book)) / equity;
  double sd = sqrt (tf_book_variance (self->covariance, &book) * bars_per_day (self));
  double stale, silent = silence (self, account, &stale);
  gint64 net = 0, position = 0, cluster = 0;
  gint n = (gint) account;

  trim (self, account, &book);
  for (gint direction = -1; direction <= 1; direction += 2)
    {
      net = MAX (net, tf_exposure_net (&book, direction).raw);
      for (guint i = 0; i < self->n_instruments; i++)
        {
          position = MAX (position, tf_exposure_side (&book, i, direction).raw);
          cluster = MAX (cluster, tf_exposure_cluster (&book, i, direction).raw);
        }
    }
  alert (self, n, TF_ALERT_STALE_DATA, silent, stale, 0);
  alert (self, n, TF_ALERT_GROSS, gross, limits->max_gross, 0);
  alert (self, n, TF_ALERT_LEVERAGE, gross, limits->max_leverage, 0);
  alert (self, n, TF_ALERT_NET, tf_money_double ((TfMoney) { net }) / equity, limits->max_net, 0);
  alert (self, n, TF_ALERT_POSITION, tf_money_double ((TfMoney) { position }) / equity, limits->max_position, 0);
  alert (self, n, TF_ALERT_CLUSTER, tf_money_double ((TfMoney) { cluster }) / equity, limits->max_cluster, 0);
  alert (self, n, TF_ALERT_VAR, tf_gaussian_var (sd / equity, VAR_LEVEL), limits->max_var, 0);
}

/* When a step of bars is over: alerts on the limits of every account, and flattening that is done. */
void
tf_engine_watch_limits (TfEngine *self)
{
  for (guint a = 0; a < self->n_accounts; a++)
    {
      TfAccount *account = &self->accounts[a];
      const TfLimits *limits = &self->config->accounts[a].limits;
      double equity = tf_money_double (account->equity), day_start = tf_money_double (account->day_start);
      gint n = (gint) a;

      if (account->state == TF_STATE_FLATTENING && account->positions == 0)
        tf_engine_set_state (self, n, -1, TF_STATE_HALTED, 0, "flat");
      alert (self, n, TF_ALERT_DRAWDOWN, account->governor.drawdown, limits->governor_end, 0);
      if (equity <= 0)
        continue;
      alert (self, n, TF_ALERT_DAILY_LOSS, MAX (0, 1 - equity / day_start), limits->max_daily_loss, 0);
      alert (self, n, TF_ALERT_STOP_GUARD, self->core->time < account->stop_guard.until, 1, 0);
      if (account->positions > 0 || tf_alert_book_worst (self->alerts, n) != TF_SEVERITY_NONE)
        watch_book (self, a, equity);
    }
  if (self->core->state == TF_STATE_FLATTENING)
    {
      guint open = 0;

      for (guint a = 0; a < self->n_accounts; a++)
        open += self->accounts[a].positions;
      if (open == 0)
        tf_engine_set_state (self, -1, -1, TF_STATE_HALTED, 0, "flat");
    }
}

/**
 * tf_engine_watch_edge:
 * @cause: the outcome's entry
 *
 * Dynamic adaptation: a bot whose recent proposals lose more than chance explains takes no new trades; its proposals
 * are still tracked, and it comes back when they recover.
 */
void
tf_engine_watch_edge (TfEngine *self,
                      guint     v,
                      gint64    cause)
{
  const TfTrackRecord *record = &self->voters[v].record;
  double error, z;

  if (v >= self->config->n_bots || record->resolved < BENCH_MINIMUM)
    return;
  error = sqrt (record->m2 / (record->resolved - 1) / TF_TRACK_RECENT);
  z = error > 0 ? record->recent / error : 0;
  if (self->voters[v].state == TF_STATE_ACTIVE && z < BENCH_AT)
    tf_engine_set_state (self, -1, (gint) v, TF_STATE_CLOSE_ONLY, cause, "edge-lost");
  else if (self->voters[v].state == TF_STATE_CLOSE_ONLY && z > BENCH_BACK)
    tf_engine_set_state (self, -1, (gint) v, TF_STATE_ACTIVE, cause, "edge-back");
}

/* What is left to do after an emergency stop is done at once, at the last known prices: with the feeds down there may
 * be no next event. */
static void
match_now (TfEngine *self,
           gint      account)
{
  for (guint i = 0; i < self->n_instruments; i++)
    {
      const TfTape *tape = &self->tapes[i];
      TfMark mark = {
        .time = self->core->time,
        .open_time = self->core->time,
        .open = tape->last,
        .high = tape->last,
        .low = tape->last,
        .last = tape->last,
        .volatility = sqrt (tape->variance),
        .volume = tape->volume,
      };

      if (tape->last.raw > 0)
        tf_engine_match (self, account, i, &mark);
    }
  for (guint a = 0; a < self->n_accounts; a++)
    if (account < 0 || (guint) account == a)
      tf_engine_watch_equity (self, a);
}

static void
emergency_stop (TfEngine *self,
                gint      account,
                gint64    cause)
{
  tf_engine_set_state (self, account, -1, TF_STATE_FLATTENING, cause, "emergency-stop");
  alert (self, account, TF_ALERT_EMERGENCY, 1, 1, cause);
  match_now (self, account);
  tf_engine_set_state (self, account, -1, TF_STATE_HALTED, cause, "emergency-stop");
}

static void
rearm (TfEngine *self,
       gint      account,
       gint64    cause)
{
  for (guint a = 0; a < self->n_accounts; a++)
    if (account < 0 || (guint) account == a)
      {
        tf_governor_rearm (&self->accounts[a].governor, &self->config->accounts[a].limits);
        tf_engine_set_state (self, (gint) a, -1, TF_STATE_ACTIVE, cause, "rearmed");
        alert (self, (gint) a, TF_ALERT_EMERGENCY, 0, 1, cause);
      }
  if (account < 0)
    {
      tf_engine_set_state (self, -1, -1, TF_STATE_ACTIVE, cause, "rearmed");
      alert (self, -1, TF_ALERT_EMERGENCY, 0, 1, cause);
    }
}

static gboolean
command_is_valid (const TfEngine  *self,
                  const TfCommand *command)
{
  const TfConfig *config = self->config;

  if (command->account < -1 || command->account >= (gint) self->n_accounts)
    return FALSE;
  switch (command->type)
    {
    case TF_COMMAND_FOLLOW:
    case TF_COMMAND_UNFOLLOW:
      return command->voter >= config->n_bots && command->voter < self->n_voters;
    case TF_COMMAND_ADD_TRADER:
      return command->voter >= config->n_bots && command->voter < self->n_voters
             && !tf_config_is_spare (config, (guint) command->voter - config->n_bots);
    case TF_COMMAND_SET_POLICY:
      return command->voter >= config->n_bots && command->voter < self->n_voters
             && tf_copy_policy_set (&(TfCopyPolicy) { 0 }, command->param, command->value)
             && (command->param < TF_POLICY_INSTRUMENT
                 || (guint) (command->param - TF_POLICY_INSTRUMENT) < self->n_instruments);
    case TF_COMMAND_SET_PARAM:
      if (command->voter < 0 || command->voter >= config->n_bots || command->param < 0)
        return FALSE;
      for (gint p = 0; config->bots[command->voter].strategy->params[p].name != NULL; p++)
        if (p == command->param)
          return command->value >= config->bots[command->voter].strategy->params[p].min
                 && command->value <= config->bots[command->voter].strategy->params[p].max;
      return FALSE;
    default:
      return command->type >= TF_COMMAND_STOP && command->type < TF_N_COMMANDS;
    }
}

/* A user's command; journaled with the number of market events before it, so that a replay can place it. */
void
tf_engine_command (TfEngine      *self,
                   const TfEvent *event)
{
  static const char *const names[] = { "stop", "rearm", "follow", "unfollow", "set-param", "acknowledge", "set-policy",
                                       "add-trader", "sources" };
  const TfCommand *command = &event->command;
  gboolean valid = command_is_valid (self, command);
  gboolean names_voter = valid && command->type != TF_COMMAND_STOP && command->type != TF_COMMAND_REARM
                         && command->type != TF_COMMAND_ACKNOWLEDGE && command->type != TF_COMMAND_SOURCES;
  TfRecord record = tf_engine_record (self, valid ? TF_RECORD_COMMAND : TF_RECORD_FAULT, valid ? command->account : -1,
                                      names_voter ? (gint) command->voter : -1, -1);
  gint64 value = tf_ratio_raw (command->value), seq;

  record.code = (gint32) command->type;
  record.reason = valid ? names[command->type] : "bad-command";
  record.ref = self->core->events;
  record.quantity = command->voter;
  record.amount = command->param;
  record.limit = command->account;
  record.value = value;
  if (valid && command->type == TF_COMMAND_ADD_TRADER)
    {
      g_string_assign (self->text, tf_config_voter_name (self->config, (guint) command->voter));
      record.text = self->text->str;
    }
  seq = tf_engine_emit (self, &record);
  if (!valid)
    return;

  switch (command->type)
    {
    case TF_COMMAND_STOP:
      emergency_stop (self, command->account, seq);
      break;
    case TF_COMMAND_REARM:
      rearm (self, command->account, seq);
      break;
    case TF_COMMAND_FOLLOW:
    case TF_COMMAND_UNFOLLOW:
    case TF_COMMAND_ADD_TRADER:
      if (command->type != TF_COMMAND_UNFOLLOW)
        tf_following_begin (self, command->account, (guint) command->voter, seq);
      else
        tf_following_end (self, command->account, (guint) command->voter, seq);
      break;
    case TF_COMMAND_SET_POLICY:
      for (guint a = 0; a < self->n_accounts; a++)
        if (command->account < 0 || (guint) command->account == a)
          tf_copy_policy_set (&tf_follow (self, (guint) command->voter - self->config->n_bots, a)->policy, command->param,
                              (double) value / (double) TF_SCALE);
      self->core->policy_changes++;
      break;
    case TF_COMMAND_SET_PARAM:
      self->voters[command->voter].params[command->param] = (double) value / (double) TF_SCALE;
      tf_engine_warm_bot (self, (guint) command->voter);
      break;
    case TF_COMMAND_ACKNOWLEDGE:
      tf_alert_book_acknowledge (self->alerts, command->voter);
      break;
    case TF_COMMAND_SOURCES: /* who listens knows what to do */
      break;
    case TF_N_COMMANDS:
    default:
      g_return_if_reached ();
    }
}
