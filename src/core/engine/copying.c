/* A trader's signal becomes positions: each account that follows copies the state, by its own policy. What the trader
 * did is seen from its position before and after; what the copy does, from what it holds and what it should hold. */

#include "core/engine/engine-private.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

/* A trader's word comes without a stop; it gets one from the market's own noise over half of its horizon. */
#define TRADER_HORIZON 168    /* bars */
#define TRADER_STOP 2.0       /* standard deviations */
#define TRADER_STOP_LEAST 0.01
#define TRADER_STOP_MOST 0.25

static gint
sign (gint64 raw)
{
  return (raw > 0) - (raw < 0);
}

/* A signal that nobody can act on: the same verdict of all accounts. */
static void
drop_signal (TfEngine             *self,
             const TfTraderSignal *signal,
             gint                  voter,
             gint                  instrument,
             TfVerdict             verdict,
             const char           *reason,
             double                value,
             double                limit)
{
  TfDecision d = tf_engine_refused (verdict, reason, value, limit);
  gint64 number, record = tf_engine_note_signal (self, signal, voter, instrument, &number);

  for (guint a = 0; a < self->n_accounts && !self->history; a++)
    tf_engine_give_verdict (self, a, voter, instrument, number, record, 0, &d);
}

/* At which the trader itself traded; NaN: it does not say. */
static double
own_price (const TfTraderSignal *signal)
{
  return signal->price.raw > 0 ? tf_price_double (signal->price) : (double) NAN;
}

/* The confidence that the grade of the trader's sources allows. */
static double
confidence_of (const TfEngine   *self,
               const TfProposal *p)
{
  return MIN (p->opinion.confidence, tf_grade_confidence_cap (tf_engine_grade (self, p->voter - self->config->n_bots, p->instrument)));
}

/* Notional of what @account copies of @trader in @instrument, with the entry that works. */
static gint64
copied_notional (TfEngine *self,
                 guint     account,
                 guint     trader,
                 guint     instrument)
{
  guint voter = self->config->n_bots + trader;
  const TfSlot *slot = tf_slot (self, instrument, account, voter);
  gint64 held = ABS (tf_ledger_position (self->ledgers[account], voter, instrument)->quantity.raw);
  TfMoney notional = { 0 };

  if (slot->entry.id != 0)
    held += slot->entry.quantity.raw;
  if (held == 0 || !tf_notional (self->tapes[instrument].last, (TfQty) { held }, &notional))
    return 0;
  return notional.raw;
}

/* What the policy's caps are compared with; only what has a cap is added up. */
static void
count_use (TfEngine           *self,
           guint               account,
           guint               trader,
           guint               instrument,
           const TfCopyPolicy *policy,
           TfCopySizeInput    *in)
{
  const guint16 *clusters = &self->clusters[account * self->n_instruments];
  gboolean all = policy->values[TF_POLICY_CAP_ACCOUNT] != 0 || policy->values[TF_POLICY_CAP_CLUSTER] != 0;

  if (policy->values[TF_POLICY_CAP_INSTRUMENT] != 0)
    in->instrument_use.raw = copied_notional (self, account, trader, instrument);
  if (policy->values[TF_POLICY_CAP_TRADER] == 0 && !all)
    return;
  for (guint i = 0; i < self->n_instruments; i++)
    for (guint t = all ? 0 : trader; t < (all ? self->config->n_traders : trader + 1); t++)
      {
        gint64 notional = copied_notional (self, account, t, i);

        in->account_use.raw += notional;
        if (t == trader)
          in->trader_use.raw += notional;
        if (clusters[i] == clusters[instrument])
          in->cluster_use.raw += notional;
      }
}

/**
 * tf_copying_size:
 * @p: in the direction of the copy, with the ensemble's opinion
 * @policy: that of @account, or one that is tried
 * @trader_position: what is copied of the trader's position, 0 or more
 * @keep: of the copy on that side, 0 or more
 * @probation: only to keep a record; by fixed risk
 * @sizing: (inout): zeros; fixed risk: its chain
 * @out: (out): the size and how it came about
 *
 * The one way from a policy to a size: of orders and of previews.
 *
 * Returns: ACCEPTED or RESIZED with the quantity that may be sent, or why none
 */
TfDecision
tf_copying_size (TfEngine           *self,
                 guint               a,
                 const TfProposal   *p,
                 const TfCopyPolicy *policy,
                 TfQty               trader_position,
                 TfQty               keep,
                 gboolean            probation,
                 TfSizing           *sizing,
                 TfCopySize         *out)
{
  const TfConfig *config = self->config;
  guint trader = p->voter - config->n_bots, i = p->instrument;
  const TfCopyState *state = tf_copy_state (self, i, trader, a);
  const TfTape *tape = &self->tapes[i];
  gboolean fixed_risk = policy->values[TF_POLICY_SIZING] == TF_COPY_SIZE_FIXED_RISK;
  TfCopySizeInput in = {
    .instrument = &config->universe->items[i],
    .price = tape->last,
    .equity = self->accounts[a].equity,
    .opening_equity = state->direction != 0 ? state->opening_equity : self->accounts[a].equity,
    .trader = trader_position,
    .own_units = tf_trader_book_position (self->book, trader, i)->own_units,
    .volatility = sqrt (tape->variance * 365 * (double) TF_DAY / (double) config->interval),
    .confidence = confidence_of (self, p),
    .grade = tf_grade_size_cap (tf_engine_grade (self, trader, i)),
    .governor = self->accounts[a].governor.factor,
    .held = keep,
    .owed = { sign (state->owed.raw) == p->direction ? ABS (state->owed.raw) : 0 },
  };
  TfDecision d;

  if (p->stop > 0)
    {
      TfSizingInput size = tf_engine_sizing_input (self, a, p);
      TfMoney budget;

      /* A price of few ticks can leave no room for a stop. */
      if (size.stop.raw <= 0 || p->direction * (size.entry.raw - size.stop.raw) <= 0)
        return tf_engine_refused (TF_VERDICT_REJECTED, "bad-stop", p->stop, p->price);
      if (fixed_risk)
        {
          gboolean sized;

          if (probation && !tf_engine_probation (self, a, &budget, &d))
            return d;
          sized = (probation ? tf_sizing_probation (&size, budget, sizing) : tf_sizing_compute (&size, sizing))
                  && sizing->quantity.raw > 0;
          if (!sized && (policy->values[TF_POLICY_ROUNDING] == TF_COPY_ROUND_SKIP || sizing->risk.raw <= 0))
            return tf_engine_too_small (self, p, sizing);
          in.risk = sizing->risk;
          in.unit_loss = sizing->unit_loss;
        }
    }
  count_use (self, a, trader, i, policy, &in);
  if (!tf_copy_size (policy, &in, out))
    return tf_engine_refused (TF_VERDICT_REJECTED, tf_copy_refusal_name (out->refusal), out->value, out->limit);
  d = tf_engine_gate (self, a, p, out->quantity);
  if (d.verdict == TF_VERDICT_ACCEPTED && out->refusal != TF_COPY_ALLOWED)
    {
      d.verdict = TF_VERDICT_RESIZED;
      d.reason = tf_copy_refusal_name (out->refusal);
      d.value = tf_ratio_raw (out->value);
      d.limit = tf_ratio_raw (out->limit);
    }
  if (!fixed_risk && p->stop > 0)
    {
      gint64 loss;

      if (tf_round_to_step (fabs (p->price - p->stop) * tf_qty_double (d.quantity), 1, &loss))
        sizing->loss.raw = loss;
    }
  return d;
}

/* @p as @account copies it: the other way round where its policy says so, with the stop that its policy wants. */
static TfProposal
proposal_for (const TfProposal   *p,
              const TfCopyPolicy *policy)
{
  TfProposal own = *p;
  double stop = tf_copy_policy_get (policy, TF_POLICY_STOP);

  if (policy->values[TF_POLICY_REVERSE] != 0)
    {
      own.direction = -p->direction;
      own.stop = 2 * p->price - p->stop;
      own.opinion = p->opposite;
      /* The same draw, seen from the other side. */
      own.draw = p->opposite.mean - (p->opinion.sd > 0 ? (p->draw - p->opinion.mean) * p->opposite.sd / p->opinion.sd : 0);
    }
  if (tf_copy_policy_proportional (policy))
    {
      own.stop = 0;
      own.deadline = G_MAXINT64;
      own.patience = policy->values[TF_POLICY_LARGEST_AGE];
      own.deviation_ppm = (gint32) MIN (policy->values[TF_POLICY_LARGEST_DEVIATION] / (TF_SCALE / 100), G_MAXINT32);
    }
  if (stop > 0)
    own.stop = p->price * (1 - own.direction * stop);
  return own;
}

/* Whether @account takes an entry, and how large. */
static TfDecision
decide (TfEngine         *self,
        guint             a,
        const TfProposal *p,
        const TfCopyPlan *plan,
        TfSizing         *sizing,
        TfCopySize       *size,
        gboolean         *probation)
{
  const TfConfig *config = self->config;
  guint trader = p->voter - config->n_bots;
  const TfFollow *follow = tf_follow (self, trader, a);
  const TfSlot *slot = tf_slot (self, p->instrument, a, p->voter);
  TfTradingState state = tf_engine_state_for (self, a, p->voter);
  double threshold = MAX (config->accounts[a].threshold, tf_copy_policy_get (&follow->policy, TF_POLICY_LEAST_CONFIDENCE));
  TfDecision weighed = { .verdict = TF_VERDICT_ACCEPTED }, d;

  *probation = FALSE;
  if (!self->voters[p->voter].followed[a])
    return tf_engine_refused (TF_VERDICT_BLOCKED, "not-followed", 0, 1);
  if (!tf_state_allows_entry (follow->state))
    return tf_engine_refused (TF_VERDICT_BLOCKED, tf_copy_refusal_name (TF_COPY_HALTED), follow->lost, follow->level);
  if (!tf_state_allows_entry (state) && !tf_state_allows_reducing (state))
    return tf_engine_refused (TF_VERDICT_BLOCKED, self->voters[p->voter].state != TF_STATE_ACTIVE ? "benched" : "halted",
                              state, 0);
  if (p->direction < 0 && config->accounts[a].long_only)
    return tf_engine_refused (TF_VERDICT_BLOCKED, tf_refusal_name (TF_REFUSAL_LONG_ONLY), -1, 0);
  if (!plan->proportional && slot->opened != 0 && !tf_engine_is_leaving (self, a, p->voter, p->instrument))
    return tf_engine_refused (TF_VERDICT_REJECTED, "already-held", 1, 0);
  /* The other modes are told what to do; only the risk gate overrules them. */
  if (follow->policy.values[TF_POLICY_SIZING] == TF_COPY_SIZE_FIXED_RISK)
    {
      weighed = tf_engine_weigh (p, TRUE, confidence_of (self, p), threshold, probation);
      if (weighed.verdict == TF_VERDICT_REJECTED)
        return weighed;
    }
  else
    {
      weighed.reason = "policy";
      weighed.value = tf_ratio_raw (confidence_of (self, p));
      weighed.limit = follow->policy.values[TF_POLICY_LEAST_CONFIDENCE];
    }
  d = tf_copying_size (self, a, p, &follow->policy, plan->trader, plan->move.keep, *probation, sizing, size);
  if (d.verdict != TF_VERDICT_ACCEPTED)
    return d;
  weighed.quantity = d.quantity;
  weighed.notional = d.notional;
  return weighed;
}

/* What is too small for now is kept for the next entry on that side; what is taken was waited for. */
static void
keep_owed (TfCopyState      *state,
           const TfProposal *p,
           const TfCopySize *size,
           gboolean          taken)
{
  if (taken)
    state->owed.raw = 0;
  else if (size->owed.raw > 0)
    state->owed.raw = p->direction * size->owed.raw;
}

/* An entry: by the account's policy, through the gate, to the broker. */
static void
enter (TfEngine         *self,
       guint             a,
       const TfProposal *p,
       const TfCopyPlan *plan)
{
  guint trader = p->voter - self->config->n_bots;
  const TfCopyPolicy *policy = &tf_follow (self, trader, a)->policy;
  TfProposal own = proposal_for (p, policy);
  TfSizing sizing = { 0 };
  TfCopySize size = { 0 };
  gboolean probation, taken;
  TfDecision d;
  char chain[768];
  gint64 cause;

  if (plan->move.withdraw)
    tf_engine_withdraw (self, a, p->voter, p->instrument, p->record, "replaced");
  d = decide (self, a, &own, plan, &sizing, &size, &probation);
  taken = d.verdict == TF_VERDICT_ACCEPTED || d.verdict == TF_VERDICT_RESIZED;
  if (sizing.equity.raw > 0)
    {
      tf_sizing_describe (&sizing, chain, sizeof chain);
      d.text = chain;
    }
  else if (size.n_steps > 0)
    {
      tf_copy_size_describe (policy, &size, chain, sizeof chain);
      d.text = chain;
    }
  cause = tf_engine_give_verdict (self, a, (gint) p->voter, (gint) p->instrument, p->signal, p->record, own.direction, &d);
  tf_copy_gap_entry (self, a, &own, plan, &sizing, &size, &d);
  keep_owed (tf_copy_state (self, p->instrument, trader, a), &own, &size, taken);
  if (plan->proportional)
    tf_engine_leave (self, a, p->voter, p->instrument, plan->move.leaving, cause, "copy");
  if (taken)
    tf_engine_take (self, a, &own, cause, &sizing, probation, d.quantity);
}

/* What is no entry: an exit, a refusal of the policy, or nothing. */
static void
answer (TfEngine         *self,
        guint             a,
        const TfCopying  *c,
        gint64            number,
        gint64            record)
{
  const TfCopyPlan *plan = &c->plans[a];
  const TfCopy *copy = &c->copy;
  const TfSlot *slot = tf_slot (self, c->instrument, a, c->voter);
  gint64 held = tf_ledger_position (self->ledgers[a], c->voter, c->instrument)->quantity.raw;
  gboolean leaves, exits = copy->action == TF_COPY_REDUCE || copy->action == TF_COPY_CLOSE;
  TfDecision d = tf_engine_refused (plan->refusal == TF_COPY_TOO_OLD ? TF_VERDICT_STALE : TF_VERDICT_REJECTED,
                                    tf_copy_refusal_name (plan->refusal), plan->value, plan->limit);
  gint64 cause;

  leaves = plan->proportional
           ? plan->move.leaving.raw > (slot->exit.id != 0 ? slot->exit.quantity.raw : 0) || plan->move.withdraw
           : exits && (held != 0 || slot->entry.id != 0);
  if (leaves && plan->refusal == TF_COPY_ALLOWED)
    d = tf_engine_refused (TF_VERDICT_ACCEPTED, tf_copy_action_name (exits ? copy->action : TF_COPY_REDUCE),
                           exits ? copy->fraction : 0, 1);
  else if (plan->refusal == TF_COPY_ALLOWED)
    d = tf_engine_refused (TF_VERDICT_REJECTED,
                           exits && held == 0 ? "nothing-held" : tf_copy_refusal_name (TF_COPY_NOTHING_TO_DO), 0, 0);
  cause = tf_engine_give_verdict (self, a, (gint) c->voter, (gint) c->instrument, number, record, 0, &d);
  tf_copy_gap_signal (self, a, c);
  if (!leaves)
    return;
  if (!plan->proportional)
    tf_engine_exit (self, a, c->voter, c->instrument, copy->fraction, cause, tf_copy_action_name (copy->action));
  else
    {
      if (plan->move.withdraw)
        tf_engine_withdraw (self, a, c->voter, c->instrument, cause, d.reason);
      tf_engine_leave (self, a, c->voter, c->instrument, plan->move.leaving, cause, d.reason);
    }
}

/**
 * tf_copying_judge:
 * @proposal: of a trader, with what each account plans
 *
 * The account's verdict, and what follows from it.
 */
void
tf_copying_judge (TfEngine         *self,
                  guint             account,
                  const TfProposal *proposal)
{
  const TfCopyPlan *plan = &proposal->copying->plans[account];

  if (plan->enters)
    enter (self, account, proposal, plan);
  else
    answer (self, account, proposal->copying, proposal->signal, proposal->record);
}

/**
 * tf_copying_market_not_worse:
 * @direction: of the trader's position
 *
 * Returns: whether who enters now is no worse off than the trader, as far as its signals tell its entry
 */
gboolean
tf_copying_market_not_worse (TfEngine *self,
                             guint     trader,
                             guint     instrument)
{
  const TfTraderPosition *position = tf_trader_book_position (self->book, trader, instrument);
  TfPrice market = self->tapes[instrument].last;

  return position->entry.raw > 0 && market.raw > 0
         && (position->quantity.raw > 0 ? market.raw <= position->entry.raw : market.raw >= position->entry.raw);
}

/* An account meets the trader's position in an instrument for the first time since it follows. */
static void
meet (TfEngine    *self,
      guint        a,
      guint        trader,
      guint        instrument,
      TfQty        before,
      TfCopyState *state)
{
  const TfCopyPolicy *policy = &tf_follow (self, trader, a)->policy;

  state->met = TRUE;
  state->base = before;
  if (before.raw == 0)
    return;
  switch ((TfCopyStart) policy->values[TF_POLICY_START])
    {
    case TF_COPY_START_ALL:
      state->base.raw = 0;
      break;
    case TF_COPY_START_NOT_WORSE:
      if (tf_copying_market_not_worse (self, trader, instrument))
        state->base.raw = 0;
      break;
    case TF_COPY_START_SCALE_IN:
      tf_following_set_task (self, state, TF_COPY_TASK_SCALE_IN, (guint) policy->values[TF_POLICY_BARS], 0);
      break;
    case TF_COPY_START_NONE:
    default:
      break;
    }
}

/* Of a policy in proportion to the trader's position: from what the copy is to what it should be. */
static void
reconcile (TfEngine   *self,
           guint       a,
           guint       trader,
           guint       instrument,
           TfCopyPlan *plan)
{
  guint voter = self->config->n_bots + trader;
  const TfCopyPolicy *policy = &tf_follow (self, trader, a)->policy;
  const TfTraderPosition *position = tf_trader_book_position (self->book, trader, instrument);
  TfCopyState *state = tf_copy_state (self, instrument, trader, a);
  const TfSlot *slot = tf_slot (self, instrument, a, voter);
  TfQty copied = tf_copy_without_base (position->quantity, &state->base);
  gint direction = sign (copied.raw);
  TfCopyBook book = {
    .held = tf_ledger_position (self->ledgers[a], voter, instrument)->quantity,
    .entering = { slot->entry.id != 0 ? slot->entry.side * slot->entry.quantity.raw : 0 },
    .leaving = { slot->exit.id != 0 ? slot->exit.quantity.raw : 0 },
    .unknown = slot->entry.id != 0 && self->core->time - slot->entry.created > TF_STALE_BARS * self->config->interval,
  };
  TfCopySizeInput in = {
    .instrument = &self->config->universe->items[instrument],
    .price = self->tapes[instrument].last,
    .trader = { copied.raw == G_MININT64 ? G_MAXINT64 : ABS (copied.raw) },
    .own_units = position->own_units,
    .grade = tf_grade_size_cap (tf_engine_grade (self, trader, instrument)),
  };
  TfCopySize size;

  if (direction != state->direction)
    {
      state->direction = (gint8) direction;
      state->opening_equity = self->accounts[a].equity;
    }
  in.opening_equity = state->opening_equity;
  plan->refusal = tf_copy_target (policy, &in, &size);
  plan->trader = in.trader;
  plan->exact = size.exact;
  plan->target = size.target;
  plan->direction = policy->values[TF_POLICY_REVERSE] != 0 ? -direction : direction;
  tf_copy_reconcile (&book, (TfQty) { plan->direction * size.target.raw }, &plan->move);
  /* What works and is right stays; what the target rounds to nothing is told as an entry that is too small. */
  plan->enters = (plan->move.entering.raw != 0 && plan->move.entering.raw != book.entering.raw)
                 || (plan->refusal == TF_COPY_ALLOWED && plan->trader.raw > 0 && size.target.raw == 0 && book.held.raw == 0);
  if (plan->move.wait)
    {
      tf_following_set_task (self, state, TF_COPY_TASK_CATCH_UP, 0, 0);
      plan->enters = FALSE;
      plan->refusal = TF_COPY_OUTCOME_UNKNOWN;
      plan->value = (double) (self->core->time - slot->entry.created) / (double) TF_SECOND;
      plan->limit = (double) (TF_STALE_BARS * self->config->interval) / (double) TF_SECOND;
    }
}

static void
check_entry (TfEngine  *self,
             TfCopying *c,
             guint      a)
{
  TfCopyPlan *plan = &c->plans[a];

  if (plan->enters)
    plan->refusal = tf_copy_policy_check_entry (&tf_follow (self, c->trader, a)->policy, c->copy.direction, c->instrument,
                                                c->signal, self->core->time, self->tapes[c->instrument].last,
                                                &plan->value, &plan->limit);
  plan->enters = plan->enters && plan->refusal == TF_COPY_ALLOWED;
}

/* What @account is to do. Of a proportional copy the signal only says that it is time to look. */
static void
plan_account (TfEngine  *self,
              TfCopying *c,
              guint      a)
{
  TfCopyPlan *plan = &c->plans[a];
  const TfFollow *follow = tf_follow (self, c->trader, a);
  TfCopyState *state = tf_copy_state (self, c->instrument, c->trader, a);
  TfPrice market = self->tapes[c->instrument].last;

  *plan = (TfCopyPlan) { .proportional = tf_copy_policy_proportional (&follow->policy) };
  if (!self->history && !state->met && self->voters[c->voter].followed[a])
    meet (self, a, c->trader, c->instrument, c->copy.before, state);
  if (!plan->proportional)
    {
      plan->refusal = tf_copy_policy_check (&follow->policy, &c->copy, c->instrument, c->signal, self->core->time, market,
                                            &plan->value, &plan->limit);
      plan->direction = follow->policy.values[TF_POLICY_REVERSE] != 0 ? -c->copy.direction : c->copy.direction;
      plan->enters = plan->refusal == TF_COPY_ALLOWED && tf_copy_is_entry (&c->copy);
      return;
    }
  if (self->history)
    {
      plan->enters = tf_copy_is_entry (&c->copy);
      return;
    }
  reconcile (self, a, c->trader, c->instrument, plan);
  /* It has something, and none of it is to be copied. */
  if (!plan->enters && plan->refusal == TF_COPY_ALLOWED && state->base.raw != 0 && state->base.raw == c->copy.after.raw
      && plan->move.leaving.raw == 0 && !plan->move.withdraw)
    {
      plan->refusal = TF_COPY_OPEN_BEFORE;
      plan->value = tf_qty_double (c->copy.after);
      plan->limit = tf_qty_double (state->base);
    }
  check_entry (self, c, a);
}

/**
 * tf_copying_proposal:
 * @direction: of the trader's position
 *
 * Returns: to enter a copy at the market, without the ensemble's opinion
 */
TfProposal
tf_copying_proposal (TfEngine *self,
                     guint     voter,
                     guint     instrument,
                     gint      direction)
{
  const TfTape *tape = &self->tapes[instrument];
  double price = tf_price_double (tape->last);
  double noise = sqrt (tape->variance * TRADER_HORIZON / 2) * TRADER_STOP;

  return (TfProposal) {
    .voter = voter,
    .instrument = instrument,
    .direction = direction,
    .price = price,
    .stop = price * (1 - direction * CLAMP (noise, TRADER_STOP_LEAST, TRADER_STOP_MOST)),
    .deadline = self->core->time + TRADER_HORIZON * self->config->interval,
  };
}

/* An opinion that is just confident enough: confidence is Φ (mean / sd). Returns what was assumed, 0: nothing. */
static double
assume (TfOpinion *opinion,
        double     threshold)
{
  if (opinion->confidence >= threshold || threshold >= 1)
    return 0;
  opinion->confidence = threshold;
  opinion->mean = opinion->sd * gsl_cdf_ugaussian_Pinv (threshold);
  return threshold;
}

/**
 * tf_engine_preview_copy:
 * @policy: the one that is tried
 * @position: the trader's, signed, as if it were opened now from nothing
 *
 * What @account would do now, by the same way as the copy of a signal, without doing anything: whether it follows the
 * trader is not asked, and where the ensemble's confidence is not enough for fixed risk it is taken to be just that.
 *
 * Returns: %FALSE when there is no price for @instrument yet, or @position is 0
 */
gboolean
tf_engine_preview_copy (TfEngine           *self,
                        guint               trader,
                        guint               account,
                        guint               instrument,
                        const TfCopyPolicy *policy,
                        TfQty               position,
                        TfCopyPreview      *preview)
{
  TfProposal proposal, own;
  TfSizing sizing = { 0 };
  TfDecision d;

  g_return_val_if_fail (trader < self->config->n_traders && account < self->n_accounts, FALSE);
  g_return_val_if_fail (instrument < self->n_instruments, FALSE);
  *preview = (TfCopyPreview) { 0 };
  if (self->tapes[instrument].last.raw == 0 || position.raw == 0 || position.raw == G_MININT64)
    return FALSE;
  proposal = tf_copying_proposal (self, self->config->n_bots + trader, instrument, sign (position.raw));
  proposal.both_ways = TRUE;
  tf_engine_opine (self, &proposal);
  own = proposal_for (&proposal, policy);
  if (policy->values[TF_POLICY_SIZING] == TF_COPY_SIZE_FIXED_RISK)
    preview->assumed = assume (&own.opinion, MAX (self->config->accounts[account].threshold,
                                                  tf_copy_policy_get (policy, TF_POLICY_LEAST_CONFIDENCE)));
  d = tf_copying_size (self, account, &own, policy, (TfQty) { ABS (position.raw) }, (TfQty) { 0 }, FALSE, &sizing,
                       &preview->size);
  preview->direction = own.direction;
  preview->verdict = d.verdict;
  preview->reason = d.reason;
  preview->value = (double) d.value / (double) TF_SCALE;
  preview->limit = (double) d.limit / (double) TF_SCALE;
  preview->quantity = d.quantity;
  return TRUE;
}

static void
propose (TfEngine        *self,
         const TfCopying *c)
{
  TfProposal proposal = tf_copying_proposal (self, c->voter, c->instrument, c->copy.direction);

  proposal.source = c->signal;
  proposal.copying = c;
  proposal.catches_up = !tf_copy_is_entry (&c->copy);
  for (guint a = 0; a < self->n_accounts; a++)
    proposal.both_ways = proposal.both_ways || tf_follow (self, c->trader, a)->policy.values[TF_POLICY_REVERSE] != 0;
  tf_engine_run_proposal (self, &proposal);
}

/**
 * tf_copying_catch_up:
 * @accounts: bit set: it is to copy more of the trader's position than so far
 *
 * A position that was open when following began comes in, or one that could not be followed before: a signal of its own,
 * with a verdict of every account.
 */
void
tf_copying_catch_up (TfEngine *self,
                     guint     trader,
                     guint     instrument,
                     guint     accounts)
{
  TfQty position = tf_trader_book_position (self->book, trader, instrument)->quantity;
  TfTraderSignal signal = {
    .source = "copy",
    .evidence = "a position that is open already",
    .side = (gint8) sign (position.raw),
    .quantity = { ABS (position.raw) },
    .has_position = TRUE,
    .position = position,
    .happened = self->core->time,
    .published = self->core->time,
    .received = self->core->time,
  };
  TfCopying c = { .signal = &signal, .trader = trader, .voter = self->config->n_bots + trader, .instrument = instrument };
  gboolean enters = FALSE;

  if (position.raw == 0 || position.raw == G_MININT64 || self->tapes[instrument].last.raw == 0)
    return;
  g_strlcpy (signal.trader, self->config->traders[trader].id, sizeof signal.trader);
  g_strlcpy (signal.symbol, self->config->universe->items[instrument].symbol, sizeof signal.symbol);
  tf_copy_classify (position, position, &c.copy);
  for (guint a = 0; a < self->n_accounts; a++)
    {
      TfCopyPlan *plan = &c.plans[a];

      plan->refusal = TF_COPY_NOTHING_TO_DO;
      if ((accounts >> a & 1) == 0)
        continue;
      plan->refusal = TF_COPY_ALLOWED;
      plan->proportional = tf_copy_policy_proportional (&tf_follow (self, trader, a)->policy);
      plan->enters = TRUE;
      if (plan->proportional)
        reconcile (self, a, trader, instrument, plan);
      check_entry (self, &c, a);
      enters = enters || plan->enters;
    }
  if (enters)
    propose (self, &c);
}

/* Every account has its plan: one record of the signal, one verdict of each. */
static void
copy_signal (TfEngine  *self,
             TfCopying *c)
{
  guint i = c->instrument, v = c->voter;
  gint direction = c->copy.direction;
  gboolean enters = FALSE;

  for (guint a = 0; a < self->n_accounts; a++)
    {
      plan_account (self, c, a);
      enters = enters || c->plans[a].enters;
    }
  if (tf_shadow_is_open (self, i, v)
      && (c->copy.action == TF_COPY_CLOSE
          || (enters && direction != 0 && tf_shadow (self, i, v)->trial.direction != direction)))
    tf_shadow_close (self, i, v, tf_price_double (self->tapes[i].last), own_price (c->signal),
                     c->copy.action == TF_COPY_CLOSE ? "closed" : "reversed");
  /* A turn-around that is not followed is still an end. */
  for (guint a = 0; a < self->n_accounts && !self->history; a++)
    if (!c->plans[a].proportional && (c->plans[a].enters || c->copy.action == TF_COPY_FLIP))
      tf_engine_turn (self, a, v, i, c->plans[a].direction);

  if (enters)
    propose (self, c);
  else
    {
      gint64 number, record = tf_engine_note_signal (self, c->signal, (gint) v, (gint) i, &number);

      for (guint a = 0; a < self->n_accounts && !self->history; a++)
        answer (self, a, c, number, record);
    }
}

/* A trader's signal: copied as a position, not as an event. */
void
tf_engine_signal (TfEngine      *self,
                  const TfEvent *event)
{
  const TfTraderSignal *signal = event->signal;
  const TfConfig *config = self->config;
  gint trader = tf_config_find_trader (config, signal->trader);
  gint voter = trader >= 0 ? (gint) config->n_bots + trader : -1;
  gint i = tf_universe_find (config->universe, signal->symbol);
  g_autoptr (GError) error = NULL;
  TfCopying c = { .signal = signal };
  TfWord *word;

  if (trader < 0)
    drop_signal (self, signal, -1, i, TF_VERDICT_BLOCKED, "unknown-trader", 0, 0);
  else if (tf_trader_book_seen (self->seen, signal))
    drop_signal (self, signal, voter, i, TF_VERDICT_DUPLICATE, "seen-before", 0, 0);
  else if (i < 0)
    drop_signal (self, signal, voter, -1, TF_VERDICT_UNMAPPED, "unknown-instrument", 0, 0);
  else if (signal->happened > event->time || signal->published > event->time)
    drop_signal (self, signal, voter, i, TF_VERDICT_REJECTED, tf_copy_refusal_name (TF_COPY_FROM_THE_FUTURE),
                 (double) (MAX (signal->happened, signal->published) - event->time) / (double) TF_SECOND, 0);
  else if (!tf_trader_book_apply (self->book, (guint) trader, (guint) i, signal, &c.copy, &error))
    drop_signal (self, signal, voter, i, TF_VERDICT_REJECTED, "bad-quantity", 0, 0);
  else if (self->tapes[i].last.raw == 0)
    drop_signal (self, signal, voter, i, TF_VERDICT_STALE, "no-market", 0, 0);
  else
    {
      word = &self->words[(guint) i * config->n_traders + (guint) trader];
      word->step = self->core->steps;
      word->stance = (float) c.copy.direction;
      tf_stances (self, (guint) i)[voter] = word->stance;
      self->voters[voter].record.signals++;
      self->voters[voter].last_time = event->time;
      self->voters[voter].last_instrument = i;
      self->voters[voter].last_side = c.copy.side;
      c.trader = (guint) trader;
      c.voter = (guint) voter;
      c.instrument = (guint) i;
      self->leader = signal->price;
      copy_signal (self, &c);
      self->leader.raw = 0;
    }
}
