/* A proposal's way: what the ensemble thinks of it, and then exactly one verdict of every account, with the numbers that
 * were compared. */

#include "core/engine/engine-private.h"

#include <math.h>
#include <string.h>

#define QUORUM 3              /* voters with something to say */
#define PROBATION_TRADES 8    /* a day's exploration budget pays for so many */

#define MOST_VOTES 256        /* that a record lists */

static const char *const reason_ok = "confidence";

static void
append_integer (GString *text,
                gint     value)
{
  char digits[12];
  guint n = 0, magnitude = (guint) ABS (value);

  if (value < 0)
    g_string_append_c (text, '-');
  do
    digits[n++] = (char) ('0' + magnitude % 10);
  while ((magnitude /= 10) > 0);
  while (n > 0)
    g_string_append_c (text, digits[--n]);
}

static void
append_number (GString *text,
               double   value)
{
  char buffer[TF_DECIMAL_SIZE];

  g_string_append (text, tf_decimal_format (tf_ratio_raw (value) / 10000 * 10000, buffer));
}

/* Where a trader's word comes from; it ends a record's text, since only the evidence holds spaces. */
static void
append_source (GString              *text,
               const TfTraderSignal *signal)
{
  char happened[TF_TIME_SIZE], published[TF_TIME_SIZE], received[TF_TIME_SIZE], quantity[TF_DECIMAL_SIZE];

  g_string_append_printf (text, "%ssource=%s id=%s symbol=%s quantity=%s happened=%s published=%s received=%s trader=%s; %s",
                          text->len > 0 ? " " : "", signal->source, signal->id, signal->symbol,
                          tf_decimal_format (signal->quantity.raw, quantity), tf_time_format (signal->happened, happened),
                          tf_time_format (signal->published, published), tf_time_format (signal->received, received),
                          signal->trader, signal->evidence);
}

/* Contributions in thousandths of R; silent voters are left out. */
static void
append_votes (TfEngine       *self,
              const TfBallot *ballot)
{
  GString *text = self->text;
  float parts[MOST_VOTES];
  char separator = '=';

  tf_ensemble_contributions (self->ensemble, ballot, parts);
  g_string_append (text, " votes");
  for (guint v = 0; v < self->n_voters; v++)
    {
      gint milli = (gint) lrintf (parts[v] * 1000);

      if (milli == 0)
        continue;
      g_string_append_c (text, separator);
      g_string_append (text, tf_config_voter_id (self->config, v));
      g_string_append_c (text, ':');
      append_integer (text, milli);
      separator = ',';
    }
}

/* What the window and the auditor need to understand the vote. */
static const char *
describe_vote (TfEngine         *self,
               const TfProposal *proposal,
               const TfBallot   *ballot)
{
  const TfOpinion *o = &proposal->opinion;
  GString *text = self->text;

  g_string_truncate (text, 0);
  g_string_append (text, "stop=");
  append_number (text, proposal->stop);
  g_string_append (text, " target=");
  append_number (text, proposal->target);
  g_string_append (text, " sd=");
  append_number (text, o->sd);
  g_string_append (text, " cost=");
  append_number (text, proposal->cost);
  g_string_append (text, " agreement=");
  append_number (text, o->agreement);
  g_string_append (text, " voices=");
  append_integer (text, (gint) o->voices);
  g_string_append (text, " for=");
  append_integer (text, (gint) o->in_favour);
  g_string_append (text, " against=");
  append_integer (text, (gint) o->against);
  if (o->strongest_against >= 0)
    {
      g_string_append (text, " dissent=");
      g_string_append (text, tf_config_voter_id (self->config, (guint) o->strongest_against));
    }
  if (self->n_voters <= MOST_VOTES)
    append_votes (self, ballot);
  if (proposal->source != NULL)
    append_source (text, proposal->source);
  return text->str;
}
/**
 * tf_engine_give_verdict:
 * @signal: its number
 * @cause: its entry
 *
 * Returns: the verdict's entry
 */
gint64
tf_engine_give_verdict (TfEngine         *self,
                        guint             account,
                        gint              voter,
                        gint              instrument,
                        gint64            signal,
                        gint64            cause,
                        gint              side,
                        const TfDecision *d)
{
  TfRecord record = tf_engine_record (self, TF_RECORD_VERDICT, (gint) account, voter, instrument);

  record.cause = cause;
  record.code = (gint32) d->verdict;
  record.reason = d->reason;
  record.ref = signal;
  record.quantity = side * d->quantity.raw;
  record.amount = d->notional.raw;
  record.value = d->value;
  record.limit = d->limit;
  record.text = d->text != NULL ? d->text : "";
  self->core->verdicts[d->verdict]++;
  return tf_engine_emit (self, &record);
}

static TfVerdict
verdict_for (TfRefusal refusal)
{
  switch (refusal)
    {
    case TF_REFUSAL_STALE_DATA:
      return TF_VERDICT_STALE;
    case TF_REFUSAL_HALTED:
    case TF_REFUSAL_LONG_ONLY:
    case TF_REFUSAL_STOP_LOSS_GUARD:
    case TF_REFUSAL_DAILY_LOSS:
    case TF_REFUSAL_DRAWDOWN:
      return TF_VERDICT_BLOCKED;
    default:
      return TF_VERDICT_REJECTED;
    }
}

TfDecision
tf_engine_refused (TfVerdict   verdict,
                   const char *reason,
                   double      value,
                   double      limit)
{
  return (TfDecision) { verdict, reason, tf_ratio_raw (value), tf_ratio_raw (limit), { 0 }, { 0 }, NULL };
}

/* Whether all of the position is on its way out. */
gboolean
tf_engine_is_leaving (TfEngine *self,
                      guint     account,
                      guint     voter,
                      guint     instrument)
{
  const TfSlot *slot = tf_slot (self, instrument, account, voter);

  return slot->exit.id != 0
         && slot->exit.quantity.raw >= ABS (tf_ledger_position (self->ledgers[account], voter, instrument)->quantity.raw);
}

/**
 * tf_engine_sizing_input:
 * @proposal: with a stop, or (a copy without one) 0
 *
 * Returns: what the account's sizing chain is made from
 */
TfSizingInput
tf_engine_sizing_input (TfEngine         *self,
                        guint             a,
                        const TfProposal *p)
{
  const TfConfig *config = self->config;
  const TfInstrument *instrument = &config->universe->items[p->instrument];
  TfAccount *account = &self->accounts[a];
  TfExposure book = tf_engine_exposure (self, a);
  double bars = (double) TF_DAY / (double) config->interval, equity = tf_money_double (account->equity);
  gboolean trader = p->voter >= config->n_bots;
  TfSizingInput size = {
    .limits = &config->accounts[a].limits,
    .instrument = instrument,
    .equity = account->equity,
    .multiplier = config->accounts[a].multiplier,
    .mean = p->opinion.mean,
    .variance = p->opinion.sd * p->opinion.sd + tf_ensemble_noise (self->ensemble),
    .book_volatility = equity > 0 ? sqrt (tf_book_variance (self->covariance, &book) * bars * 365) / equity : 0,
    .correlated = tf_book_correlated (self->covariance, &book, account->equity, p->instrument, p->direction),
    .governor = account->governor.factor,
    .grade = trader ? tf_grade_size_cap (tf_engine_grade (self, p->voter - config->n_bots, p->instrument)) : 1,
    .entry = self->tapes[p->instrument].last,
  };

  if (!tf_round_to_step (p->stop, instrument->tick.raw, &size.stop.raw))
    size.stop.raw = 0;
  return size;
}

/**
 * tf_engine_gate:
 * @quantity: that the size asks for, more than 0
 *
 * Returns: what the account's risk gate lets through of it; ACCEPTED when all, RESIZED when a part
 */
TfDecision
tf_engine_gate (TfEngine         *self,
                guint             a,
                const TfProposal *p,
                TfQty             quantity)
{
  const TfConfig *config = self->config;
  const TfInstrument *instrument = &config->universe->items[p->instrument];
  const TfTape *tape = &self->tapes[p->instrument];
  TfAccount *account = &self->accounts[a];
  guint at = a * self->n_instruments + p->instrument;
  TfGateInput gate = {
    .limits = &config->accounts[a].limits,
    .state = tf_engine_state_for (self, a, p->voter),
    .long_only = config->accounts[a].long_only,
    .instrument = instrument,
    .index = p->instrument,
    .direction = p->direction,
    .duplicate = tf_slot (self, p->instrument, a, p->voter)->entry.id != 0,
    .quantity = quantity,
    .price = tape->last,
    .equity = account->equity,
    .day_equity = account->day_start,
    .book = tf_engine_exposure (self, a),
    .governor = &account->governor,
    .now = self->core->time,
    .data_time = tape->time,
    .max_age = tf_engine_max_age (self, p->instrument),
    .covariance = self->covariance,
    .bars_per_day = (double) TF_DAY / (double) config->interval,
    .account_bucket = &account->bucket,
    .system_bucket = &self->core->bucket,
    .stop_guard = &account->stop_guard,
    .profit = &self->profits[at],
    .last_stop = self->last_stops[at],
  };
  TfGateResult result;
  TfDecision d;

  if (!tf_round_to_step (p->price, instrument->tick.raw, &gate.reference.raw))
    gate.reference = tape->last;
  tf_risk_gate (&gate, &result);
  d = (TfDecision) {
    .reason = tf_refusal_name (result.refusal),
    .value = tf_ratio_raw (result.value),
    .limit = tf_ratio_raw (result.limit),
    .quantity = result.quantity,
    .notional = result.notional,
  };
  if (result.quantity.raw <= 0)
    d.verdict = verdict_for (result.refusal);
  else
    d.verdict = result.refusal != TF_REFUSAL_NONE ? TF_VERDICT_RESIZED : TF_VERDICT_ACCEPTED;
  return d;
}

/**
 * tf_engine_probation:
 * @budget: (out): what one more trial trade of the day may lose
 * @refused: (out): when there is none left
 */
gboolean
tf_engine_probation (TfEngine   *self,
                     guint       a,
                     TfMoney    *budget,
                     TfDecision *refused)
{
  const TfAccount *account = &self->accounts[a];
  double day = self->config->accounts[a].exploration * tf_money_double (account->day_start);
  double left = day - tf_money_double (account->probation_used);

  if (left >= day / PROBATION_TRADES / 2
      && tf_floor_to_step (MIN (left, day / PROBATION_TRADES), 1, &budget->raw) && budget->raw > 0)
    return TRUE;
  *refused = tf_engine_refused (TF_VERDICT_REJECTED, "exploration-budget", tf_money_double (account->probation_used), day);
  return FALSE;
}

TfDecision
tf_engine_too_small (TfEngine         *self,
                     const TfProposal *p,
                     const TfSizing   *sizing)
{
  const TfInstrument *instrument = &self->config->universe->items[p->instrument];

  return tf_engine_refused (TF_VERDICT_REJECTED, tf_refusal_name (TF_REFUSAL_TOO_SMALL), tf_money_double (sizing->risk),
                            tf_money_double (sizing->unit_loss)
                            * MAX (tf_qty_double (instrument->lot),
                                   tf_money_double (instrument->min_notional)
                                   / tf_price_double (self->tapes[p->instrument].last)));
}

/**
 * tf_engine_weigh:
 * @confidence: as capped
 * @threshold: from which it is taken in full
 * @probation: (out): taken, but only to keep a record
 *
 * Returns: ACCEPTED when @p is to be sized, or why it is not
 */
TfDecision
tf_engine_weigh (const TfProposal *p,
                 gboolean          home,
                 double            confidence,
                 double            threshold,
                 gboolean         *probation)
{
  *probation = confidence < threshold || p->opinion.voices < QUORUM;
  if (!*probation || (home && p->draw > 0))
    return (TfDecision) {
      .verdict = *probation ? TF_VERDICT_RESIZED : TF_VERDICT_ACCEPTED,
      .reason = *probation ? "probation" : reason_ok,
      .value = tf_ratio_raw (confidence),
      .limit = tf_ratio_raw (threshold),
    };
  return p->opinion.voices < QUORUM && confidence >= threshold
         ? tf_engine_refused (TF_VERDICT_REJECTED, "quorum", p->opinion.voices, QUORUM)
         : tf_engine_refused (TF_VERDICT_REJECTED, reason_ok, confidence, threshold);
}

/* A bot's proposal. */
static TfDecision
decide (TfEngine         *self,
        guint             a,
        const TfProposal *p,
        TfSizing         *sizing,
        gboolean         *probation)
{
  const TfConfig *config = self->config;
  const TfSlot *slot = tf_slot (self, p->instrument, a, p->voter);
  TfTradingState state = tf_engine_state_for (self, a, p->voter);
  TfSizingInput size;
  TfDecision weighed, d;
  TfMoney budget;

  *probation = FALSE;
  if (!tf_state_allows_entry (state) && !tf_state_allows_reducing (state))
    return tf_engine_refused (TF_VERDICT_BLOCKED, self->voters[p->voter].state != TF_STATE_ACTIVE ? "benched" : "halted",
                              state, 0);
  if (p->direction < 0 && config->accounts[a].long_only)
    return tf_engine_refused (TF_VERDICT_BLOCKED, tf_refusal_name (TF_REFUSAL_LONG_ONLY), -1, 0);
  if (slot->opened != 0 && !tf_engine_is_leaving (self, a, p->voter, p->instrument))
    return tf_engine_refused (TF_VERDICT_REJECTED, "already-held", 1, 0);
  weighed = tf_engine_weigh (p, config->bots[p->voter].account == a, p->opinion.confidence, config->accounts[a].threshold,
                             probation);
  if (weighed.verdict == TF_VERDICT_REJECTED)
    return weighed;
  size = tf_engine_sizing_input (self, a, p);
  /* A price of few ticks can leave no room for a stop. */
  if (size.stop.raw <= 0 || p->direction * (size.entry.raw - size.stop.raw) <= 0)
    return tf_engine_refused (TF_VERDICT_REJECTED, "bad-stop", p->stop, p->price);
  if (*probation && !tf_engine_probation (self, a, &budget, &d))
    return d;
  if (!(*probation ? tf_sizing_probation (&size, budget, sizing) : tf_sizing_compute (&size, sizing))
      || sizing->quantity.raw <= 0)
    return tf_engine_too_small (self, p, sizing);
  d = tf_engine_gate (self, a, p, sizing->quantity);
  if (d.verdict == TF_VERDICT_ACCEPTED)
    {
      weighed.quantity = d.quantity;
      weighed.notional = d.notional;
      return weighed;
    }
  return d;
}

/**
 * tf_engine_take:
 * @cause: the verdict's entry
 * @quantity: passed by the gate
 *
 * Sends the entry and counts it against rates and budgets.
 */
void
tf_engine_take (TfEngine         *self,
                guint             a,
                const TfProposal *p,
                gint64            cause,
                const TfSizing   *sizing,
                gboolean          probation,
                TfQty             quantity)
{
  TfAccount *account = &self->accounts[a];

  if (probation)
    account->probation_used.raw += sizing->loss.raw;
  tf_token_bucket_take (&account->bucket, self->core->time);
  tf_token_bucket_take (&self->core->bucket, self->core->time);
  tf_engine_enter (self, a, p, cause, sizing, quantity);
}

static void
judge_account (TfEngine         *self,
               guint             a,
               const TfProposal *p)
{
  gboolean probation;
  TfSizing sizing = { 0 };
  TfDecision d = decide (self, a, p, &sizing, &probation);
  char chain[512];
  gint64 seq;

  if (sizing.equity.raw > 0)
    {
      tf_sizing_describe (&sizing, chain, sizeof chain);
      d.text = chain;
    }
  seq = tf_engine_give_verdict (self, a, (gint) p->voter, (gint) p->instrument, p->signal, p->record, p->direction, &d);
  if (d.verdict == TF_VERDICT_ACCEPTED || d.verdict == TF_VERDICT_RESIZED)
    tf_engine_take (self, a, p, seq, &sizing, probation, d.quantity);
}

/* Ends what the same voter proposed the other way round in @account. */
void
tf_engine_turn (TfEngine *self,
                guint     a,
                guint     voter,
                guint     instrument,
                gint      direction)
{
  const TfSlot *slot = tf_slot (self, instrument, a, voter);
  gint64 held = tf_ledger_position (self->ledgers[a], voter, instrument)->quantity.raw;

  if ((slot->opened != 0 && (held > 0 ? 1 : -1) != direction && !tf_engine_is_leaving (self, a, voter, instrument))
      || (slot->entry.id != 0 && slot->entry.side != direction))
    tf_engine_exit (self, a, voter, instrument, 1, slot->opened != 0 ? slot->trade.record : slot->plan.record, "reversed");
}

static TfBallot
ballot_of (TfEngine         *self,
           const TfProposal *p)
{
  const TfTape *tape = &self->tapes[p->instrument];
  TfBallot ballot = {
    .proposer = p->voter,
    .direction = p->direction,
    .stances = tf_stances (self, p->instrument),
    .cost = p->cost,
  };

  for (guint g = 0; g < TF_N_REGIMES; g++)
    ballot.regime[g] = (float) tape->regime.p[g];
  return ballot;
}

void
tf_engine_opine (TfEngine   *self,
                 TfProposal *p)
{
  TfBallot ballot;

  p->cost = tf_trial_cost (&self->config->universe->items[p->instrument], p->price, p->stop);
  ballot = ballot_of (self, p);
  tf_ensemble_judge (self->ensemble, &ballot, &p->opinion);
  if (p->both_ways)
    {
      ballot.direction = -p->direction;
      tf_ensemble_judge (self->ensemble, &ballot, &p->opposite);
    }
}

/* From a proposal that is complete but for the ensemble's opinion to its verdicts. */
void
tf_engine_run_proposal (TfEngine   *self,
                        TfProposal *p)
{
  const TfInstrument *instrument = &self->config->universe->items[p->instrument];
  TfVoter *voter = &self->voters[p->voter];
  TfBallot ballot;
  gint64 raw;

  tf_engine_opine (self, p);
  ballot = ballot_of (self, p);
  if (!p->catches_up)
    {
      voter->proposals++;
      voter->stance = (float) p->direction;
    }

  if (!self->history)
    {
      TfRecord record = tf_engine_record (self, TF_RECORD_SIGNAL, -1, (gint) p->voter, (gint) p->instrument);

      p->signal = self->core->next_signal++;
      self->core->signals++;
      record.code = p->direction;
      record.ref = p->signal;
      record.price = tf_round_to_step (p->price, instrument->tick.raw, &raw) ? raw : 0;
      record.value = tf_ratio_raw (p->opinion.confidence);
      record.limit = tf_ratio_raw (p->opinion.mean);
      record.text = describe_vote (self, p, &ballot);
      p->record = tf_engine_emit (self, &record);
      p->draw = tf_ensemble_draw (&p->opinion, &self->core->random);
      for (guint a = 0; a < self->n_accounts; a++)
        if (p->copying != NULL)
          tf_copying_judge (self, a, p);
        else
          judge_account (self, a, p);
    }
  if (!p->catches_up && !tf_shadow_is_open (self, p->instrument, p->voter))
    tf_shadow_open (self, p, &ballot);
}

/**
 * tf_engine_propose:
 * @voter: a bot
 * @vote: with a direction
 *
 * A bot that proposes what it has proposed already, and what is still open, says nothing new.
 */
void
tf_engine_propose (TfEngine     *self,
                   guint         voter,
                   guint         instrument,
                   const TfVote *vote)
{
  TfProposal proposal = {
    .voter = voter,
    .instrument = instrument,
    .direction = vote->direction,
    .price = self->closes[instrument],
    .stop = vote->stop,
    .target = vote->target,
    .trail = vote->trail,
    .deadline = self->core->time + vote->horizon * self->config->interval,
  };

  if (!tf_trial_check (vote->direction, proposal.price, vote->stop))
    return;
  if (tf_shadow_is_open (self, instrument, voter))
    {
      if (tf_shadow (self, instrument, voter)->trial.direction == vote->direction)
        return;
      tf_shadow_close (self, instrument, voter, proposal.price, proposal.price, "reversed");
    }
  for (guint a = 0; a < self->n_accounts && !self->history; a++)
    tf_engine_turn (self, a, voter, instrument, vote->direction);
  tf_engine_run_proposal (self, &proposal);
}

/**
 * tf_engine_note_signal:
 * @number: (out): of the signal; 0 while history is learned from
 *
 * A signal that is no proposal.
 *
 * Returns: its entry in the journal
 */
gint64
tf_engine_note_signal (TfEngine             *self,
                       const TfTraderSignal *signal,
                       gint                  voter,
                       gint                  instrument,
                       gint64               *number)
{
  TfRecord record = tf_engine_record (self, TF_RECORD_SIGNAL, -1, voter, instrument);

  *number = 0;
  if (self->history)
    return 0;
  *number = self->core->next_signal++;
  self->core->signals++;
  g_string_truncate (self->text, 0);
  append_source (self->text, signal);
  record.code = signal->side;
  record.ref = *number;
  record.price = signal->price.raw;
  record.quantity = signal->quantity.raw;
  record.text = self->text->str;
  return tf_engine_emit (self, &record);
}
