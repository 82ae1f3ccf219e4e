/* Orders and fills. One voter's trade of one instrument in one account is a slot: an entry order, then a protective stop
 * (it trails when the proposal says so), a take-profit and, in the end, perhaps a market order out. */

#include "core/engine/engine-private.h"

static inline guint64 *
active_word (TfEngine *self,
             guint     instrument,
             guint     account,
             guint     voter,
             guint64  *bit)
{
  guint index = account * self->n_voters + voter;

  *bit = G_GUINT64_CONSTANT (1) << (index % 64);
  return &self->active[instrument * self->active_words + index / 64];
}

static void
update_active (TfEngine     *self,
               guint         instrument,
               guint         account,
               guint         voter)
{
  const TfSlot *slot = tf_slot (self, instrument, account, voter);
  guint64 bit, *word = active_word (self, instrument, account, voter, &bit);

  if (slot->opened != 0 || slot->entry.id != 0 || slot->exit.id != 0)
    *word |= bit;
  else
    *word &= ~bit;
}

/* What an entry that works would add, for the gate's view of the worst case. */
static void
count_entry (TfEngine      *self,
             const TfOrder *order,
             int            sign)
{
  guint at = (guint) order->account * self->n_instruments + (guint) order->instrument;
  TfMoney *side = order->side > 0 ? &self->buying[at] : &self->selling[at];
  TfMoney notional;

  if (tf_notional (order->best, order->quantity, &notional))
    side->raw += sign * notional.raw;
}

static void
new_order (TfEngine    *self,
           TfOrder     *order,
           guint        account,
           guint        voter,
           guint        instrument,
           TfOrderType  type,
           gint         side,
           TfQty        quantity,
           TfPrice      price,
           gint32       trail_ppm,
           TfTime       created,
           gint64       cause,
           const char  *reason)
{
  TfSlot *slot = tf_slot (self, instrument, account, voter);
  TfRecord record = tf_engine_record (self, TF_RECORD_ORDER, (gint) account, (gint) voter, (gint) instrument);

  *order = (TfOrder) {
    .id = self->core->next_order++,
    .created = created,
    .price = price,
    .best = self->tapes[instrument].last,
    .quantity = quantity,
    .trail_ppm = trail_ppm,
    .account = (gint16) account,
    .voter = (gint16) voter,
    .instrument = (gint16) instrument,
    .type = (guint8) type,
    .side = (gint8) side,
    .reduce_only = order != &slot->entry,
  };
  if (order == &slot->entry)
    slot->entry_leader = self->leader;
  else if (order == &slot->exit)
    slot->exit_leader = self->leader;
  self->core->orders++;
  record.cause = cause;
  record.code = side;
  record.reason = reason;
  record.ref = order->id;
  record.price = price.raw;
  record.quantity = side * quantity.raw;
  record.value = trail_ppm * (TF_SCALE / 1000000);
  record.text = tf_order_type_name (type);
  order->cause = tf_engine_emit (self, &record);
}

static void
cancel (TfEngine   *self,
        TfOrder    *order,
        gint64      cause,
        const char *reason)
{
  TfRecord record;

  if (order->id == 0)
    return;
  record = tf_engine_record (self, TF_RECORD_CANCEL, order->account, order->voter, order->instrument);
  record.cause = cause;
  record.code = order->side;
  record.reason = reason;
  record.ref = order->id;
  record.quantity = order->side * order->quantity.raw;
  tf_engine_emit (self, &record);
  if (!order->reduce_only)
    count_entry (self, order, -1);
  order->id = 0;
}

/**
 * tf_engine_enter:
 * @cause: the verdict's entry
 * @quantity: more than 0, passed by the gate: at most what was sized
 *
 * Sends a market order that meets the market with its next event.
 */
void
tf_engine_enter (TfEngine         *self,
                 guint             account,
                 const TfProposal *proposal,
                 gint64            cause,
                 const TfSizing   *sizing,
                 TfQty             quantity)
{
  const TfInstrument *instrument = &self->config->universe->items[proposal->instrument];
  TfSlot *slot = tf_slot (self, proposal->instrument, account, proposal->voter);
  gint64 raw;

  slot->plan = (TfPlan) {
    .signal = proposal->signal,
    .record = proposal->record,
    .deadline = proposal->deadline,
    .risk = sizing->loss,
    .trail_ppm = (gint32) CLAMP (proposal->trail * 1e6, 0, 900000),
    .patience = proposal->patience,
    .reference = self->tapes[proposal->instrument].last,
    .deviation_ppm = proposal->deviation_ppm,
  };
  if (proposal->stop > 0 && tf_round_to_step (proposal->stop, instrument->tick.raw, &raw))
    slot->plan.stop.raw = MAX (raw, instrument->tick.raw);
  if (proposal->target > 0 && tf_round_to_step (proposal->target, instrument->tick.raw, &raw))
    slot->plan.target.raw = raw;
  new_order (self, &slot->entry, account, proposal->voter, proposal->instrument, TF_ORDER_MARKET, proposal->direction,
             quantity, (TfPrice) { 0 }, 0, self->core->time, cause, "entry");
  count_entry (self, &slot->entry, 1);
  update_active (self, proposal->instrument, account, proposal->voter);
}

/**
 * tf_engine_exit:
 * @fraction: of what is held and not on its way out already, (0, 1]
 *
 * Cancels an entry that still works, and sends a market order that closes. Exits are never refused.
 */
void
tf_engine_exit (TfEngine   *self,
                guint       account,
                guint       voter,
                guint       instrument,
                double      fraction,
                gint64      cause,
                const char *reason)
{
  TfSlot *slot = tf_slot (self, instrument, account, voter);
  const TfPosition *position = tf_ledger_position (self->ledgers[account], voter, instrument);
  gint64 held = ABS (position->quantity.raw), leaving = slot->exit.id != 0 ? slot->exit.quantity.raw : 0;
  gint64 more = held - leaving;

  cancel (self, &slot->entry, cause, reason);
  if (fraction < 1
      && !tf_floor_to_step ((double) more / (double) TF_SCALE * fraction,
                            self->config->universe->items[instrument].lot.raw, &more))
    more = 0;
  if (more > 0)
    {
      cancel (self, &slot->exit, cause, reason);
      new_order (self, &slot->exit, account, voter, instrument, TF_ORDER_MARKET, position->quantity.raw > 0 ? -1 : 1,
                 (TfQty) { leaving + more }, (TfPrice) { 0 }, 0, self->core->time, cause, reason);
    }
  update_active (self, instrument, account, voter);
}

/**
 * tf_engine_leave:
 * @quantity: what the order out of the position has to be in all, at most what is held; what works is never made smaller
 *
 * As tf_engine_exit(), for an exact quantity, and an entry that works stays.
 */
void
tf_engine_leave (TfEngine   *self,
                 guint       account,
                 guint       voter,
                 guint       instrument,
                 TfQty       quantity,
                 gint64      cause,
                 const char *reason)
{
  TfSlot *slot = tf_slot (self, instrument, account, voter);
  gint64 held = tf_ledger_position (self->ledgers[account], voter, instrument)->quantity.raw;

  if (quantity.raw <= (slot->exit.id != 0 ? slot->exit.quantity.raw : 0) || quantity.raw > ABS (held))
    return;
  cancel (self, &slot->exit, cause, reason);
  new_order (self, &slot->exit, account, voter, instrument, TF_ORDER_MARKET, held > 0 ? -1 : 1, quantity, (TfPrice) { 0 }, 0,
             self->core->time, cause, reason);
  update_active (self, instrument, account, voter);
}

/* Takes back an entry that works. */
void
tf_engine_withdraw (TfEngine   *self,
                    guint       account,
                    guint       voter,
                    guint       instrument,
                    gint64      cause,
                    const char *reason)
{
  cancel (self, &tf_slot (self, instrument, account, voter)->entry, cause, reason);
  update_active (self, instrument, account, voter);
}

static void
trade_closed (TfEngine *self,
              guint     a,
              guint     v,
              guint     i,
              gboolean  stopped)
{
  TfSlot *slot = tf_slot (self, i, a, v);
  TfAccount *account = &self->accounts[a];
  TfPerformance *p = &account->performance;
  double earned = tf_money_double (slot->earned), risk = tf_money_double (slot->trade.risk);
  guint at = a * self->n_instruments + i;

  p->trades++;
  if (earned > 0)
    {
      p->wins++;
      p->gains += earned;
    }
  else
    p->losses -= earned;
  if (risk > 0)
    tf_profit_record_add (&self->profits[at], earned / risk, self->core->time);
  if (stopped && earned < 0)
    {
      self->last_stops[at] = self->core->time;
      tf_stop_guard_add (&account->stop_guard, &self->config->accounts[a].limits, self->core->time);
    }
  account->positions--;
  slot->opened = 0;
}

/* The protective orders follow the position: made with it, resized with it, cancelled with it. */
static void
protect (TfEngine     *self,
         guint         a,
         guint         v,
         guint         i,
         TfTime        since,
         gint64        cause)
{
  TfSlot *slot = tf_slot (self, i, a, v);
  gint64 held = tf_ledger_position (self->ledgers[a], v, i)->quantity.raw;
  TfQty quantity = { ABS (held) };
  gint side = held > 0 ? -1 : 1;

  if (slot->opened == 0)
    {
      cancel (self, &slot->stop, cause, "closed");
      cancel (self, &slot->target, cause, "closed");
      cancel (self, &slot->exit, cause, "closed");
      return;
    }
  if (slot->stop.id != 0)
    {
      slot->stop.quantity = quantity;
      slot->target.quantity = quantity;
      return;
    }
  /* A copy that is in proportion to its trader's position leaves with it, and may have no stop of its own. */
  if (slot->trade.stop.raw == 0 && slot->trade.trail_ppm == 0)
    return;
  new_order (self, &slot->stop, a, v, i, slot->trade.trail_ppm > 0 ? TF_ORDER_TRAILING_STOP : TF_ORDER_STOP, side,
             quantity, slot->trade.stop, slot->trade.trail_ppm, since, cause, "stop");
  if (slot->trade.target.raw > 0)
    new_order (self, &slot->target, a, v, i, TF_ORDER_TAKE_PROFIT, side, quantity, slot->trade.target, 0, since, cause,
               "target");
}

static void
value_account (TfEngine *self,
               guint     a)
{
  TfAccount *account = &self->accounts[a];
  gint64 equity = self->ledgers[a]->cash.raw;

  for (guint i = 0; i < self->n_instruments; i++)
    equity += self->values[a * self->n_instruments + i].raw;
  account->equity.raw = equity;
}

static void
value_position (TfEngine *self,
                guint     a,
                guint     i)
{
  const TfPosition *net = tf_ledger_net (self->ledgers[a], i);
  TfMoney *value = &self->values[a * self->n_instruments + i];

  if (net->quantity.raw == 0)
    value->raw = 0;
  else if (self->tapes[i].last.raw == 0 || !tf_notional (self->tapes[i].last, net->quantity, value))
    *value = net->cost;
}

/* Books a fill of @order; all legs, or the account is halted. */
static gboolean
book (TfEngine     *self,
      TfOrder      *order,
      const TfFill *fill,
      const char   *reason)
{
  guint a = (guint) order->account, v = (guint) order->voter, i = (guint) order->instrument;
  TfSlot *slot = tf_slot (self, i, a, v);
  g_autoptr (GError) error = NULL;
  TfOrder done = *order;
  TfRecord record;
  TfMoney realized;
  TfVoter *voter = &self->voters[v];
  gint64 seq, held;

  if (!tf_ledger_fill (self->ledgers[a], v, i, order->side, fill, &realized, &error))
    {
      record = tf_engine_record (self, TF_RECORD_FAULT, (gint) a, (gint) v, (gint) i);
      record.cause = order->cause;
      record.ref = order->id;
      record.reason = "ledger";
      record.text = error->message;
      tf_engine_set_state (self, (gint) a, -1, TF_STATE_HALTED, tf_engine_emit (self, &record), "ledger");
      return FALSE;
    }
  if (v >= self->config->n_bots)
    tf_copy_gap_fill (self, &done, fill, order == &slot->entry ? slot->entry_leader
                                         : order == &slot->exit ? slot->exit_leader : (TfPrice) { 0 });
  if (!order->reduce_only)
    count_entry (self, order, -1);
  order->id = 0;
  self->core->fills++;
  record = tf_engine_record (self, TF_RECORD_FILL, (gint) a, (gint) v, (gint) i);
  record.cause = done.cause;
  record.code = done.side;
  record.reason = reason;
  record.ref = done.id;
  record.price = fill->price.raw;
  record.quantity = done.side * fill->quantity.raw;
  record.amount = realized.raw;
  record.fee = fill->fee.raw;
  record.value = (gint64) fill->slippage_ppm * (TF_SCALE / 1000000);
  record.text = fill->maker ? "maker" : "taker";
  seq = tf_engine_emit (self, &record);

  held = tf_ledger_position (self->ledgers[a], v, i)->quantity.raw;
  slot->earned.raw += realized.raw - fill->fee.raw;
  if (slot->opened == 0)
    {
      slot->opened = self->core->time;
      slot->trade = slot->plan;
      slot->earned.raw = -fill->fee.raw;
      self->accounts[a].positions++;
    }
  else if (held == 0)
    trade_closed (self, a, v, i, done.type == TF_ORDER_STOP || done.type == TF_ORDER_TRAILING_STOP);
  protect (self, a, v, i, fill->time, seq);
  voter->last_time = self->core->time;
  voter->last_instrument = (gint) i;
  voter->last_side = done.side;
  value_position (self, a, i);
  value_account (self, a);
  update_active (self, i, a, v);
  return TRUE;
}

static gboolean
try (TfEngine     *self,
     TfOrder      *order,
     const TfMark *mark,
     const char   *reason)
{
  TfFill fill;

  return order->id != 0
         && tf_broker_match (&self->config->universe->items[order->instrument], mark, order, &fill)
         && book (self, order, &fill, reason);
}

/* What was decided before an outage was decided on another market. A copy is of a state that holds: it may be met later,
 * within the bounds that its policy sets for the age and the price. */
static const char *
entry_is_over (const TfEngine *self,
               const TfSlot   *slot,
               const TfMark   *mark)
{
  const TfPlan *plan = &slot->plan;
  TfTime waited = mark->open_time - slot->entry.created;

  if (waited > (plan->patience > 0 ? plan->patience : TF_STALE_BARS * self->config->interval))
    return "expired";
  if (plan->deviation_ppm > 0
      && (__int128) ABS (mark->open.raw - plan->reference.raw) * 1000000 > (__int128) plan->reference.raw * plan->deviation_ppm)
    return tf_copy_refusal_name (TF_COPY_TOO_FAR);
  return NULL;
}

static void
match_slot (TfEngine     *self,
            guint         instrument,
            guint         a,
            guint         v,
            const TfMark *mark)
{
  TfSlot *slot = tf_slot (self, instrument, a, v);
  const char *over = slot->entry.id != 0 ? entry_is_over (self, slot, mark) : NULL;

  if (over != NULL)
    {
      cancel (self, &slot->entry, slot->entry.cause, over);
      update_active (self, instrument, a, v);
    }
  try (self, &slot->exit, mark, "exit");
  try (self, &slot->entry, mark, "entry");
  /* One mark can reach both: the stop counts. */
  if (slot->opened != 0 && !try (self, &slot->stop, mark, "stop"))
    try (self, &slot->target, mark, "target");
  if (slot->opened != 0 && slot->exit.id == 0 && mark->time >= slot->trade.deadline)
    tf_engine_exit (self, a, v, instrument, 1, slot->trade.record, "time");
}

/**
 * tf_engine_match:
 * @account: −1: all
 *
 * Every working order on @instrument meets the market.
 */
void
tf_engine_match (TfEngine     *self,
                 gint          account,
                 guint         instrument,
                 const TfMark *mark)
{
  const guint64 *words = &self->active[instrument * self->active_words];

  for (guint w = 0; w < self->active_words; w++)
    for (guint64 bits = words[w]; bits != 0; bits &= bits - 1)
      {
        guint index = w * 64 + (guint) __builtin_ctzll (bits), a = index / self->n_voters;

        if (account < 0 || (guint) account == a)
          match_slot (self, instrument, a, index % self->n_voters, mark);
      }
}

/* The price of @instrument has changed: values, equity, and what looks at equity. */
void
tf_engine_revalue (TfEngine *self,
                   guint     instrument)
{
  for (guint a = 0; a < self->n_accounts; a++)
    {
      TfAccount *account = &self->accounts[a];

      if (tf_ledger_net (self->ledgers[a], instrument)->quantity.raw != 0)
        {
          TfMoney *value = &self->values[a * self->n_instruments + instrument];
          gint64 before = value->raw;

          value_position (self, a, instrument);
          account->equity.raw += value->raw - before;
        }
      /* A fill, too, has moved it: what was lost with the last position counts. */
      if (account->equity.raw != account->governor.equity.raw)
        tf_engine_watch_equity (self, a);
    }
}
