/* The copy gap of each trader, account and instrument, as it grows: what a signal wants of the copy, and what was traded. */

#include "core/engine/engine-private.h"

static gint
sign (gint64 raw)
{
  return (raw > 0) - (raw < 0);
}

/* The price of the signal under way; without one, or if it names none, the market's. */
static TfPrice
leader_price (const TfEngine *self,
              guint           instrument)
{
  return self->leader.raw > 0 ? self->leader : self->tapes[instrument].last;
}

static void
move (TfEngine    *self,
      TfGapLeg    *leg,
      guint        instrument,
      const gint64 targets[TF_N_GAP_TARGETS])
{
  TfQty moved[TF_N_GAP_TARGETS];

  for (guint k = 0; k < TF_N_GAP_TARGETS; k++)
    moved[k].raw = targets[k];
  if (!tf_gap_leg_move (leg, leader_price (self, instrument), moved))
    leg->lost = TRUE;
}

/* The leader's position as far as @account copies it, the other way round where its policy says so. */
static TfQty
copied_of (TfEngine *self,
           guint     account,
           guint     trader,
           guint     instrument)
{
  TfCopyState *state = tf_copy_state (self, instrument, trader, account);
  TfQty copied = tf_copy_without_base (tf_trader_book_position (self->book, trader, instrument)->quantity, &state->base);

  if (tf_follow (self, trader, account)->policy.values[TF_POLICY_REVERSE] != 0 && copied.raw > G_MININT64)
    copied.raw = -copied.raw;
  return copied;
}

/* A full size under the policy, before what the account's state and the caps make of it: of fixed risk, base risk and
 * multiplier at the stop's loss. */
static gint64
full_size (TfEngine           *self,
           guint               account,
           const TfProposal   *own,
           const TfCopyPolicy *policy)
{
  TfSizing sizing = { 0 };
  TfCopySize size = { 0 };

  if (self->accounts[account].equity.raw <= 0)
    return 0;
  if (policy->values[TF_POLICY_SIZING] == TF_COPY_SIZE_FIXED_RISK)
    {
      TfSizingInput in = tf_engine_sizing_input (self, account, own);
      gint64 full;

      in.mean = in.variance = 1; /* an edge that Kelly does not cut */
      in.book_volatility = in.correlated = 0;
      in.governor = in.grade = 1;
      tf_sizing_compute (&in, &sizing);
      return sizing.unit_loss.raw > 0 && tf_fraction (sizing.risk.raw, TF_SCALE, sizing.unit_loss.raw, &full) ? full : 0;
    }
  tf_copying_size (self, account, own, policy, (TfQty) { 0 }, (TfQty) { 0 }, FALSE, &sizing, &size);
  return size.exact.raw;
}

/* What the policy wants for an entry, and what is left of it in lots: all that it wants where it was refused for another
 * reason than its size. */
static void
sized_of (const TfDecision *d,
          const TfSizing   *sizing,
          const TfCopySize *size,
          gint64            keep,
          gint64            ideal,
          gint64           *sized,
          gint64           *rounded)
{
  gboolean small = size->refusal == TF_COPY_TOO_SMALL || d->reason == tf_refusal_name (TF_REFUSAL_TOO_SMALL);

  *sized = *rounded = ideal;
  if (d->quantity.raw > 0)
    {
      *sized = *rounded = keep + d->quantity.raw;
      if (size->refusal == TF_COPY_ALLOWED && d->quantity.raw == size->quantity.raw)
        *sized = size->exact.raw;
    }
  else if (small)
    {
      *rounded = keep;
      if (size->n_steps > 0)
        *sized = size->exact.raw;
      else if (sizing->unit_loss.raw > 0 && !tf_fraction (sizing->risk.raw, TF_SCALE, sizing->unit_loss.raw, sized))
        *sized = ideal;
    }
}

/**
 * tf_copy_gap_entry:
 * @own: the proposal as @account copies it
 * @plan: of the account
 * @d: what was decided, with the @sizing and @size that led to it
 *
 * The trader enters, and the account has taken a stand.
 */
void
tf_copy_gap_entry (TfEngine         *self,
                   guint             account,
                   const TfProposal *own,
                   const TfCopyPlan *plan,
                   const TfSizing   *sizing,
                   const TfCopySize *size,
                   const TfDecision *d)
{
  guint trader = own->voter - self->config->n_bots, i = own->instrument;
  TfGapLeg *leg = tf_gap_leg (self, trader, account, i);
  const TfCopyPolicy *policy = &tf_follow (self, trader, account)->policy;
  TfQty copied, scaled;
  gint64 targets[TF_N_GAP_TARGETS], ideal, sized, rounded;
  gboolean opens;

  if (!self->voters[own->voter].followed[account])
    return;
  copied = copied_of (self, account, trader, i);
  opens = leg->targets[TF_GAP_IDEAL].raw == 0 || sign (leg->targets[TF_GAP_IDEAL].raw) != own->direction;
  if (plan->proportional)
    ideal = plan->exact.raw;
  else
    {
      if (opens && !tf_gap_leg_scale (leg, (TfQty) { full_size (self, account, own, policy) }, copied))
        return;
      if (!tf_gap_leg_scaled (leg, copied, &scaled))
        return;
      ideal = ABS (scaled.raw);
    }
  sized_of (d, sizing, size, plan->move.keep.raw, ideal, &sized, &rounded);
  if (plan->proportional && d->quantity.raw <= 0 && rounded == ideal)
    rounded = plan->target.raw;
  targets[TF_GAP_IDEAL] = own->direction * ideal;
  targets[TF_GAP_SIZED] = own->direction * sized;
  targets[TF_GAP_ROUNDED] = own->direction * rounded;
  /* By a size of its own a copy has one entry: what the leader adds is a matter of sizing. */
  if (!plan->proportional && !opens && d->quantity.raw <= 0)
    {
      targets[TF_GAP_SIZED] = leg->targets[TF_GAP_SIZED].raw;
      targets[TF_GAP_ROUNDED] = leg->targets[TF_GAP_ROUNDED].raw;
    }
  move (self, leg, i, targets);
}

/* The leader opens or turns, and the policy refuses: all of a full size is skipped. */
static void
refuse (TfEngine        *self,
        guint            account,
        const TfCopying *c)
{
  const TfCopyPlan *plan = &c->plans[account];
  TfProposal own = tf_copying_proposal (self, c->voter, c->instrument, plan->direction);
  TfDecision d = { .verdict = TF_VERDICT_REJECTED };

  if (!plan->proportional)
    tf_engine_opine (self, &own);
  tf_copy_gap_entry (self, account, &own, plan, &(TfSizing) { 0 }, &(TfCopySize) { 0 }, &d);
}

/* Nearer to 0, never further. */
static gint64
reduced (gint64 from,
         gint64 to)
{
  return sign (from) != sign (to) ? 0 : from > 0 ? MIN (from, to) : MAX (from, to);
}

/**
 * tf_copy_gap_signal:
 *
 * A signal that @account does not enter on.
 */
void
tf_copy_gap_signal (TfEngine        *self,
                    guint            account,
                    const TfCopying *c)
{
  const TfCopyPlan *plan = &c->plans[account];
  TfGapLeg *leg = tf_gap_leg (self, c->trader, account, c->instrument);
  gint64 lot = self->config->universe->items[c->instrument].lot.raw;
  gint64 targets[TF_N_GAP_TARGETS], before = leg->targets[TF_GAP_IDEAL].raw;
  TfQty copied, ideal = { 0 };

  if (!self->voters[c->voter].followed[account] || self->history)
    return;
  copied = copied_of (self, account, c->trader, c->instrument);
  if (plan->proportional)
    ideal.raw = sign (copied.raw) * plan->exact.raw;
  else if (copied.raw != 0 && sign (copied.raw) == sign (before) && !tf_gap_leg_scaled (leg, copied, &ideal))
    ideal.raw = before;
  if (copied.raw != 0 && tf_copy_is_entry (&c->copy)
      && (sign (copied.raw) != sign (before) || (plan->proportional && ABS (ideal.raw) > ABS (before))))
    {
      refuse (self, account, c);
      return;
    }
  targets[TF_GAP_IDEAL] = ideal.raw;
  for (guint k = TF_GAP_SIZED; k < TF_N_GAP_TARGETS; k++)
    {
      gint64 held = leg->targets[k].raw, part = 0;

      if (plan->proportional)
        targets[k] = reduced (held, sign (copied.raw) * (k == TF_GAP_SIZED ? plan->exact.raw : plan->target.raw));
      else if (copied.raw == 0 || c->copy.action == TF_COPY_CLOSE || c->copy.action == TF_COPY_FLIP)
        targets[k] = 0;
      else if (c->copy.action != TF_COPY_REDUCE
               || !tf_floor_to_step ((double) ABS (held) / (double) TF_SCALE * c->copy.fraction, k == TF_GAP_SIZED ? 1 : lot,
                                     &part))
        targets[k] = held;
      else
        targets[k] = held - sign (held) * MIN (part, ABS (held));
    }
  move (self, leg, c->instrument, targets);
}

/**
 * tf_copy_gap_end:
 *
 * @account follows @trader no longer: what it does from now on is not compared with.
 */
void
tf_copy_gap_end (TfEngine *self,
                 guint     account,
                 guint     trader)
{
  static const gint64 flat[TF_N_GAP_TARGETS];

  for (guint i = 0; i < self->n_instruments; i++)
    {
      TfGapLeg *leg = tf_gap_leg (self, trader, account, i);

      if (self->tapes[i].last.raw > 0)
        move (self, leg, i, flat);
    }
}

/**
 * tf_copy_gap_fill:
 * @order: as it was when it met the market
 * @leader: at which the leader traded; 0: the order is the copy's own decision
 */
void
tf_copy_gap_fill (TfEngine      *self,
                  const TfOrder *order,
                  const TfFill  *fill,
                  TfPrice        leader)
{
  guint trader = (guint) order->voter - self->config->n_bots;
  TfGapLeg *leg = tf_gap_leg (self, trader, (guint) order->account, (guint) order->instrument);
  TfPrice known = order->type == TF_ORDER_MARKET ? order->best : order->price;

  if (known.raw <= 0)
    known = fill->price;
  if (!tf_gap_leg_fill (leg, (TfQty) { order->side * fill->quantity.raw }, leader.raw > 0 ? leader : known, known,
                        (TfMoney) { order->side * fill->notional.raw }, fill->fee))
    leg->lost = TRUE;
}

/**
 * tf_copy_gap_view:
 *
 * Returns: %FALSE when it is not known: a number in it did not fit
 */
gboolean
tf_copy_gap_view (TfEngine *self,
                  guint     account,
                  guint     trader,
                  TfGap    *gap)
{
  *gap = (TfGap) { 0 };
  for (guint i = 0; i < self->n_instruments; i++)
    {
      const TfGapLeg *leg = tf_gap_leg (self, trader, account, i);

      if (leg->lost || !tf_gap_add (gap, leg, self->tapes[i].last))
        return FALSE;
    }
  return TRUE;
}
