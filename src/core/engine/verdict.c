/* A proposal's way: what the ensemble thinks of it, and then exactly one verdict of every account, with the numbers that
 * were compared. */

#include "core/engine/engine-private.h"

#include <math.h>
#include <string.h>

#define QUORUM 3              /* voters with something to say */
#define PROBATION_TRADES 8    /* a day's exploration budget pays for so many */

/* A trader's word comes without a stop; it gets one from the market's own noise over half of its horizon. */
#define TRADER_HORIZON 168    /* bars */
#define TRADER_STOP 2.0       /* standard deviations */
#define TRADER_STOP_LEAST 0.01
#define TRADER_STOP_MOST 0.25

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
typedef struct
{
  TfVerdict   verdict;
  const char *reason;
  gint64      value, limit;
  TfQty       quantity;
  TfMoney     notional;
  const char *text;
} Decision;

static gint64
give_verdict (TfEngine       *self,
              guint           account,
              gint            voter,
              gint            instrument,
              gint64          signal,
              gint64          cause,
              gint            side,
              const Decision *d)
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

/* The same verdict of all accounts, for what never becomes a proposal. */
static void
verdict_of_all (TfEngine   *self,
                TfVerdict   verdict,
                const char *reason,
                gint        voter,
                gint        instrument,
                gint64      signal,
                gint64      cause,
                double      value,
                double      limit)
{
  Decision d = { .verdict = verdict, .reason = reason, .value = tf_ratio_raw (value), .limit = tf_ratio_raw (limit) };

  for (guint a = 0; a < self->n_accounts; a++)
    give_verdict (self, a, voter, instrument, signal, cause, 0, &d);
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

static Decision
refused (TfVerdict   verdict,
         const char *reason,
         double      value,
         double      limit)
{
  return (Decision) { verdict, reason, tf_ratio_raw (value), tf_ratio_raw (limit), { 0 }, { 0 }, NULL };
}

static gboolean
is_home (const TfEngine *self,
         guint           account,
         guint           voter)
{
  return voter >= self->config->n_bots || self->config->bots[voter].account == account;
}

/* Whether all of the position is on its way out. */
static gboolean
is_leaving (TfEngine *self,
            guint     account,
            guint     voter,
            guint     instrument)
{
  const TfSlot *slot = tf_slot (self, instrument, account, voter);

  return slot->exit.id != 0
         && slot->exit.quantity.raw >= ABS (tf_ledger_position (self->ledgers[account], voter, instrument)->quantity.raw);
}

/* Sizes the trade and asks the gate. */
static Decision
size_and_gate (TfEngine         *self,
               guint             a,
               const TfProposal *p,
               double            confidence,
               gboolean          probation,
               TfSizing         *sizing)
{
  const TfConfig *config = self->config;
  const TfInstrument *instrument = &config->universe->items[p->instrument];
  const TfTape *tape = &self->tapes[p->instrument];
  TfAccount *account = &self->accounts[a];
  const TfLimits *limits = &config->accounts[a].limits;
  guint at = a * self->n_instruments + p->instrument;
  TfExposure book = tf_engine_exposure (self, a);
  double bars = (double) TF_DAY / (double) config->interval, equity = tf_money_double (account->equity);
  gboolean trader = p->voter >= config->n_bots;
  TfSizingInput size = {
    .limits = limits,
    .instrument = instrument,
    .equity = account->equity,
    .multiplier = config->accounts[a].multiplier,
    .mean = p->opinion.mean,
    .variance = p->opinion.sd * p->opinion.sd + tf_ensemble_noise (self->ensemble),
    .book_volatility = equity > 0 ? sqrt (tf_book_variance (self->covariance, &book) * bars * 365) / equity : 0,
    .correlated = tf_book_correlated (self->covariance, &book, account->equity, p->instrument, p->direction),
    .governor = account->governor.factor,
    .grade = trader ? tf_grade_size_cap (config->traders[p->voter - config->n_bots].grade) : 1,
    .entry = tape->last,
  };
  TfGateInput gate = {
    .limits = limits,
    .state = tf_engine_state_for (self, a, p->voter),
    .long_only = config->accounts[a].long_only,
    .instrument = instrument,
    .index = p->instrument,
    .direction = p->direction,
    .duplicate = tf_slot (self, p->instrument, a, p->voter)->entry.id != 0,
    .price = tape->last,
    .equity = account->equity,
    .day_equity = account->day_start,
    .book = book,
    .governor = &account->governor,
    .now = self->core->time,
    .data_time = tape->time,
    .max_age = TF_STALE_BARS * config->interval,
    .covariance = self->covariance,
    .bars_per_day = bars,
    .account_bucket = &account->bucket,
    .system_bucket = &self->core->bucket,
    .stop_guard = &account->stop_guard,
    .profit = &self->profits[at],
    .last_stop = self->last_stops[at],
  };
  gint64 raw;
  TfGateResult result;
  Decision d;
  gboolean sized;

  /* A price of few ticks can leave no room for a stop. */
  if (!tf_round_to_step (p->stop, instrument->tick.raw, &raw) || raw <= 0 || p->direction * (tape->last.raw - raw) <= 0)
    return refused (TF_VERDICT_REJECTED, "bad-stop", p->stop, p->price);
  size.stop.raw = raw;
  if (probation)
    {
      double day = config->accounts[a].exploration * tf_money_double (account->day_start);
      double left = day - tf_money_double (account->probation_used);
      TfMoney budget;

      if (left < day / PROBATION_TRADES / 2
          || !tf_floor_to_step (MIN (left, day / PROBATION_TRADES), 1, &budget.raw) || budget.raw <= 0)
        return refused (TF_VERDICT_REJECTED, "exploration-budget", tf_money_double (account->probation_used), day);
      sized = tf_sizing_probation (&size, budget, sizing);
    }
  else
    sized = tf_sizing_compute (&size, sizing);
  if (!sized || sizing->quantity.raw <= 0)
    return refused (TF_VERDICT_REJECTED, tf_refusal_name (TF_REFUSAL_TOO_SMALL), tf_money_double (sizing->risk),
                    tf_money_double (sizing->unit_loss)
                    * MAX (tf_qty_double (instrument->lot),
                           tf_money_double (instrument->min_notional) / tf_price_double (tape->last)));

  gate.quantity = sizing->quantity;
  if (!tf_round_to_step (p->price, instrument->tick.raw, &gate.reference.raw))
    gate.reference = tape->last;
  tf_risk_gate (&gate, &result);
  d = (Decision) {
    .reason = tf_refusal_name (result.refusal),
    .value = tf_ratio_raw (result.value),
    .limit = tf_ratio_raw (result.limit),
    .quantity = result.quantity,
    .notional = result.notional,
  };
  if (result.quantity.raw <= 0)
    d.verdict = verdict_for (result.refusal);
  else if (result.refusal != TF_REFUSAL_NONE)
    d.verdict = TF_VERDICT_RESIZED;
  else
    {
      d.verdict = probation ? TF_VERDICT_RESIZED : TF_VERDICT_ACCEPTED;
      d.reason = probation ? "probation" : reason_ok;
      d.value = tf_ratio_raw (confidence);
      d.limit = tf_ratio_raw (config->accounts[a].threshold);
    }
  return d;
}

static Decision
decide (TfEngine         *self,
        guint             a,
        const TfProposal *p,
        TfSizing         *sizing,
        gboolean         *probation)
{
  const TfConfig *config = self->config;
  const TfSlot *slot = tf_slot (self, p->instrument, a, p->voter);
  TfTradingState state = tf_engine_state_for (self, a, p->voter);
  gboolean trader = p->voter >= config->n_bots;
  double threshold = config->accounts[a].threshold, confidence = p->opinion.confidence;

  *probation = FALSE;
  if (trader && !self->voters[p->voter].followed[a])
    return refused (TF_VERDICT_BLOCKED, "not-followed", 0, 1);
  if (!tf_state_allows_entry (state) && !tf_state_allows_reducing (state))
    return refused (TF_VERDICT_BLOCKED, self->voters[p->voter].state != TF_STATE_ACTIVE ? "benched" : "halted", state, 0);
  if (p->direction < 0 && config->accounts[a].long_only)
    return refused (TF_VERDICT_BLOCKED, tf_refusal_name (TF_REFUSAL_LONG_ONLY), -1, 0);
  if (slot->opened != 0 && !is_leaving (self, a, p->voter, p->instrument))
    return refused (TF_VERDICT_REJECTED, "already-held", 1, 0);
  if (trader)
    confidence = MIN (confidence, tf_grade_confidence_cap (config->traders[p->voter - config->n_bots].grade));
  if (confidence < threshold || p->opinion.voices < QUORUM)
    {
      if (!is_home (self, a, p->voter) || p->draw <= 0)
        return p->opinion.voices < QUORUM && confidence >= threshold
               ? refused (TF_VERDICT_REJECTED, "quorum", p->opinion.voices, QUORUM)
               : refused (TF_VERDICT_REJECTED, reason_ok, confidence, threshold);
      *probation = TRUE;
    }
  return size_and_gate (self, a, p, confidence, *probation, sizing);
}

static void
judge_account (TfEngine         *self,
               guint             a,
               const TfProposal *p)
{
  TfAccount *account = &self->accounts[a];
  gboolean probation;
  TfSizing sizing = { 0 };
  Decision d = decide (self, a, p, &sizing, &probation);
  gboolean taken = d.verdict == TF_VERDICT_ACCEPTED || d.verdict == TF_VERDICT_RESIZED;
  char chain[512];
  gint64 seq;

  if (sizing.equity.raw > 0)
    {
      tf_sizing_describe (&sizing, chain, sizeof chain);
      d.text = chain;
    }
  seq = give_verdict (self, a, (gint) p->voter, (gint) p->instrument, p->signal, p->record, p->direction, &d);
  if (!taken)
    return;
  if (probation)
    account->probation_used.raw += sizing.loss.raw;
  tf_token_bucket_take (&account->bucket, self->core->time);
  tf_token_bucket_take (&self->core->bucket, self->core->time);
  tf_engine_enter (self, a, p, seq, &sizing, d.quantity);
}

/* Ends what the same voter proposed the other way round, in the shadow and in every account. */
static void
reverse (TfEngine *self,
         guint     voter,
         guint     instrument,
         gint      direction)
{
  if (self->history)
    return;
  for (guint a = 0; a < self->n_accounts; a++)
    {
      const TfSlot *slot = tf_slot (self, instrument, a, voter);
      gint64 held = tf_ledger_position (self->ledgers[a], voter, instrument)->quantity.raw;

      if ((slot->opened != 0 && (held > 0 ? 1 : -1) != direction && !is_leaving (self, a, voter, instrument))
          || (slot->entry.id != 0 && slot->entry.side != direction))
        tf_engine_exit (self, a, voter, instrument, 1, slot->opened != 0 ? slot->trade.record : slot->plan.record,
                        "reversed");
    }
}

/* From a proposal that is complete but for the ensemble's opinion to its verdicts. */
static void
run_proposal (TfEngine   *self,
              TfProposal *p)
{
  const TfTape *tape = &self->tapes[p->instrument];
  const TfInstrument *instrument = &self->config->universe->items[p->instrument];
  TfBallot ballot = {
    .proposer = p->voter,
    .direction = p->direction,
    .stances = tf_stances (self, p->instrument),
  };
  TfVoter *voter = &self->voters[p->voter];
  gint64 raw;

  for (guint g = 0; g < TF_N_REGIMES; g++)
    ballot.regime[g] = (float) tape->regime.p[g];
  ballot.cost = p->cost = tf_trial_cost (instrument, p->price, p->stop);
  tf_ensemble_judge (self->ensemble, &ballot, &p->opinion);
  voter->proposals++;
  voter->stance = (float) p->direction;

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
        judge_account (self, a, p);
    }
  if (!tf_shadow_is_open (self, p->instrument, p->voter))
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
  reverse (self, voter, instrument, vote->direction);
  run_proposal (self, &proposal);
}

/* A signal that is no proposal: its entry in the journal. */
static gint64
note_signal (TfEngine             *self,
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
  gint64 number, record = note_signal (self, signal, voter, instrument, &number);

  if (!self->history)
    verdict_of_all (self, verdict, reason, voter, instrument, number, record, value, limit);
}

/* At which the trader itself traded; NaN: it does not say. */
static double
own_price (const TfTraderSignal *signal)
{
  return signal->price.raw > 0 ? tf_price_double (signal->price) : (double) NAN;
}

/* The trader has less than before: so has every copy. Exits are never refused. */
static void
copy_exit (TfEngine             *self,
           const TfTraderSignal *signal,
           guint                 voter,
           guint                 instrument,
           const TfCopy         *copy)
{
  gint64 number, record;

  if (copy->action != TF_COPY_REDUCE && tf_shadow_is_open (self, instrument, voter))
    tf_shadow_close (self, instrument, voter, tf_price_double (self->tapes[instrument].last), own_price (signal), "closed");
  record = note_signal (self, signal, (gint) voter, (gint) instrument, &number);
  for (guint a = 0; a < self->n_accounts && !self->history; a++)
    {
      const TfSlot *slot = tf_slot (self, instrument, a, voter);
      gint64 held = tf_ledger_position (self->ledgers[a], voter, instrument)->quantity.raw;
      Decision d = refused (TF_VERDICT_REJECTED, "nothing-held", 0, 0);
      gint64 cause;

      if (held != 0 || slot->entry.id != 0)
        {
          d.verdict = TF_VERDICT_ACCEPTED;
          d.reason = tf_copy_action_name (copy->action);
          d.value = tf_ratio_raw (copy->fraction);
          d.limit = TF_SCALE;
        }
      cause = give_verdict (self, a, (gint) voter, (gint) instrument, number, record, copy->side, &d);
      if (d.verdict == TF_VERDICT_ACCEPTED)
        tf_engine_exit (self, a, voter, instrument, copy->fraction, cause, tf_copy_action_name (copy->action));
    }
}

static void
copy_entry (TfEngine             *self,
            const TfTraderSignal *signal,
            guint                 voter,
            guint                 instrument,
            gint                  direction)
{
  const TfTape *tape = &self->tapes[instrument];
  double price = tf_price_double (tape->last);
  double noise = sqrt (tape->variance * TRADER_HORIZON / 2) * TRADER_STOP;
  TfProposal proposal = {
    .voter = voter,
    .instrument = instrument,
    .direction = direction,
    .price = price,
    .stop = price * (1 - direction * CLAMP (noise, TRADER_STOP_LEAST, TRADER_STOP_MOST)),
    .deadline = self->core->time + TRADER_HORIZON * self->config->interval,
    .source = signal,
  };

  if (tf_shadow_is_open (self, instrument, voter) && tf_shadow (self, instrument, voter)->trial.direction != direction)
    tf_shadow_close (self, instrument, voter, price, own_price (signal), "reversed");
  reverse (self, voter, instrument, direction);
  run_proposal (self, &proposal);
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
  TfCopyRefusal refusal;
  double value, limit;
  TfCopy copy;
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
  else if (!tf_trader_book_apply (self->book, (guint) trader, (guint) i, signal, &copy, &error))
    drop_signal (self, signal, voter, i, TF_VERDICT_REJECTED, "bad-quantity", 0, 0);
  else if (self->tapes[i].last.raw == 0)
    drop_signal (self, signal, voter, i, TF_VERDICT_STALE, "no-market", 0, 0);
  else
    {
      word = &self->words[(guint) i * config->n_traders + (guint) trader];
      word->step = self->core->steps;
      word->stance = (float) copy.direction;
      tf_stances (self, (guint) i)[voter] = word->stance;
      self->voters[voter].record.signals++;
      self->voters[voter].last_time = event->time;
      self->voters[voter].last_instrument = i;
      self->voters[voter].last_side = copy.side;
      refusal = tf_copy_policy_check (&self->policy, &copy, (guint) i, signal, event->time, self->tapes[i].last, &value, &limit);
      if (copy.action == TF_COPY_REDUCE || copy.action == TF_COPY_CLOSE)
        copy_exit (self, signal, (guint) voter, (guint) i, &copy);
      else if (refusal != TF_COPY_ALLOWED)
        {
          /* A turn-around that is not followed is still an end. */
          if (copy.action == TF_COPY_FLIP)
            reverse (self, (guint) voter, (guint) i, copy.direction);
          drop_signal (self, signal, voter, i, refusal == TF_COPY_TOO_OLD ? TF_VERDICT_STALE : TF_VERDICT_REJECTED,
                       tf_copy_refusal_name (refusal), value, limit);
        }
      else
        copy_entry (self, signal, (guint) voter, (guint) i, copy.direction);
    }
}
