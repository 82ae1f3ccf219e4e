/* Shadow tracking: every proposal runs to its outcome in R, traded or not, so that learning is not biased by what was
 * taken. Entry is the first price after the proposal; one mark that reaches stop and target counts as the stop. */

#include "core/engine/engine-private.h"

#include <math.h>
#include <string.h>

#define UNIQUENESS_FACTOR 3.0

static float *
ballot_of (TfEngine *self,
           guint     instrument,
           guint     voter)
{
  return &self->ballots[(instrument * self->n_voters + voter) * self->n_voters];
}

void
tf_shadow_open (TfEngine         *self,
                const TfProposal *proposal,
                const TfBallot   *ballot)
{
  guint i = proposal->instrument, v = proposal->voter;
  TfShadow *shadow = tf_shadow (self, i, v);

  *shadow = (TfShadow) {
    .trial = {
      .opened = self->core->time,
      .deadline = proposal->deadline,
      .stop = proposal->stop,
      .target = proposal->target,
      .trail = proposal->trail,
      .risk = fabs (proposal->price - proposal->stop),
      .cost = proposal->cost,
      .direction = proposal->direction,
    },
    .signal = proposal->signal,
    .record = proposal->record,
    .step = self->core->steps,
    .open_integral = self->core->open_integral,
    .confidence = proposal->opinion.confidence,
    .predicted = proposal->opinion.mean,
    .own_entry = proposal->source == NULL ? proposal->price
                 : proposal->source->price.raw > 0 ? tf_price_double (proposal->source->price) : (double) NAN,
    .history = self->history != FALSE,
  };
  memcpy (shadow->regime, ballot->regime, sizeof shadow->regime);
  memcpy (ballot_of (self, i, v), ballot->stances, self->n_voters * sizeof (float));
  self->open[i * self->open_words + v / 64] |= G_GUINT64_CONSTANT (1) << (v % 64);
  self->core->open_proposals++;
  self->voters[v].open++;
}

static void
learn (TfEngine       *self,
       guint           instrument,
       guint           voter,
       const TfShadow *shadow,
       double          gross,
       double          own)
{
  TfBallot ballot = {
    .proposer = voter,
    .direction = shadow->trial.direction,
    .stances = ballot_of (self, instrument, voter),
    .cost = shadow->trial.cost,
  };
  gint64 steps = self->core->steps - shadow->step;
  double others = steps > 0 ? (self->core->open_integral - shadow->open_integral) / (double) steps
                            : self->core->open_proposals + 1;
  double weight = MIN (1, UNIQUENESS_FACTOR / MAX (others, 1)), own_weight = 0;
  TfTrackRecord *record = &self->voters[voter].record;

  memcpy (ballot.regime, shadow->regime, sizeof ballot.regime);
  /* Bots read the same bars and share their fate. A trader decides for itself, and only its own proposals overlap. */
  if (voter >= self->config->n_bots)
    own_weight = tf_ensemble_noise (self->ensemble)
                 / (tf_track_record_variance (record) * tf_track_overlap (self->voters[voter].open));
  tf_ensemble_learn (self->ensemble, &ballot, gross, weight, own_weight);
  tf_calibration_add (&self->core->calibration, shadow->confidence, shadow->predicted,
                      gross - shadow->trial.cost, weight);
  tf_track_record_add (record, &(TfOutcome) {
    .outcome = gross - shadow->trial.cost,
    .own = shadow->trial.direction * (own - shadow->own_entry) / shadow->trial.risk,
    .holding = self->core->time - shadow->trial.opened,
    .open = self->voters[voter].open,
  });
}

/**
 * tf_shadow_close:
 * @price: where it ends
 * @own: where it ends for the trader itself, which may have left earlier and at another price; NaN: not known
 * @reason: stop, target, time, reversed, closed
 */
void
tf_shadow_close (TfEngine   *self,
                 guint       instrument,
                 guint       voter,
                 double      price,
                 double      own,
                 const char *reason)
{
  TfShadow *shadow = tf_shadow (self, instrument, voter);
  double gross = tf_trial_outcome (&shadow->trial, price);
  TfRecord record;

  self->open[instrument * self->open_words + voter / 64] &= ~(G_GUINT64_CONSTANT (1) << (voter % 64));
  self->core->open_proposals--;
  learn (self, instrument, voter, shadow, gross, own);
  self->voters[voter].open--;
  if (!shadow->history)
    {
      record = tf_engine_record (self, TF_RECORD_OUTCOME, -1, (gint) voter, (gint) instrument);
      record.cause = shadow->record;
      record.code = shadow->trial.direction;
      record.reason = reason;
      record.ref = shadow->signal;
      record.value = tf_ratio_raw (gross - shadow->trial.cost);
      record.limit = tf_ratio_raw (shadow->confidence);
      tf_engine_watch_edge (self, voter, tf_engine_emit (self, &record));
    }
}

static void
mark_one (TfEngine     *self,
          guint         instrument,
          guint         voter,
          const TfMark *mark,
          double        open,
          double        high,
          double        low,
          double        last)
{
  double exit;
  const char *reason = tf_trial_mark (&tf_shadow (self, instrument, voter)->trial, open, high, low, last, mark->time, &exit);

  if (reason != NULL)
    tf_shadow_close (self, instrument, voter, exit, exit, reason);
}

/* Every open proposal on @instrument meets the market. */
void
tf_shadow_mark (TfEngine     *self,
                guint         instrument,
                const TfMark *mark)
{
  const guint64 *words = &self->open[instrument * self->open_words];
  double open = tf_price_double (mark->open), high = tf_price_double (mark->high);
  double low = tf_price_double (mark->low), last = tf_price_double (mark->last);

  for (guint w = 0; w < self->open_words; w++)
    for (guint64 bits = words[w]; bits != 0; bits &= bits - 1)
      mark_one (self, instrument, w * 64 + (guint) __builtin_ctzll (bits), mark, open, high, low, last);
}
