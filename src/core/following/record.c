/* Records of traders: what their signals were worth to a follower, and how sure that is. */

#include "core/following/record.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* The prior of a record: outcomes have mean 0, known as well as from one outcome, and a variance of 1 R² (a
 * stop loses one), known as well as from two. Thirty outcomes outweigh it. */
#define PRIOR_MEAN_WEIGHT     1.0
#define PRIOR_VARIANCE        1.0
#define PRIOR_VARIANCE_WEIGHT 2.0
#define SHARED_FATE           0.5 /* correlation of positions that one trader holds at the same time */

/**
 * tf_track_overlap:
 * @open: how many of the same trader's signals were open at a time, 1 or more
 *
 * Returns: how many outcomes are worth one: 1 + (@open − 1) ρ, the design effect of clusters (Kish, “Survey
 *   Sampling”, 1965, section 8.2), with ρ = ½: five coins bought at a time share the market's fate
 */
double
tf_track_overlap (double open)
{
  return 1 + SHARED_FATE * (MAX (open, 1) - 1);
}

/**
 * tf_track_record_add:
 * @outcome: of a resolved signal; one that is not finite is no outcome and changes nothing
 *
 * Mean and variance by Welford, “Note on a method for calculating corrected sums of squares and products”
 * (1962).
 */
void
tf_track_record_add (TfTrackRecord   *self,
                     const TfOutcome *outcome)
{
  double n, difference, sum = 0;
  guint kept;

  if (!isfinite (outcome->outcome))
    return;
  self->last[self->resolved % TF_TRACK_RECENT] = (float) outcome->outcome;
  n = ++self->resolved;
  self->wins += outcome->outcome > 0;
  difference = outcome->outcome - self->mean;
  self->mean += difference / n;
  self->m2 += difference * (outcome->outcome - self->mean);
  kept = MIN (self->resolved, TF_TRACK_RECENT);
  for (guint i = 0; i < kept; i++)
    sum += (double) self->last[i];
  self->recent = sum / kept;
  self->total += outcome->outcome;
  self->peak = MAX (self->peak, self->total);
  self->drawdown = MAX (self->drawdown, self->peak - self->total);
  self->holding_seconds += ((double) outcome->holding / (double) TF_SECOND - self->holding_seconds) / n;
  self->open += (MAX (outcome->open, 1) - self->open) / n;
  if (isfinite (outcome->own))
    {
      self->owned++;
      self->own += (outcome->own - self->own) / self->owned;
      self->reached += (outcome->outcome - self->reached) / self->owned;
    }
}

/**
 * tf_track_record_is_early:
 *
 * Returns: whether fewer than %TF_TRACK_ENOUGH signals are resolved: no figure of it is then shown as one
 */
gboolean
tf_track_record_is_early (const TfTrackRecord *self)
{
  return self->resolved < TF_TRACK_ENOUGH;
}

/**
 * tf_track_record_worth:
 *
 * Returns: the number of independent outcomes that say as much as this record
 */
double
tf_track_record_worth (const TfTrackRecord *self)
{
  return self->resolved / tf_track_overlap (self->open);
}

/**
 * tf_track_record_variance:
 *
 * Returns: of one outcome, in R²: the record's, held near 1 by the weight of two outcomes, so that two equal
 *   ones are not certainty
 */
double
tf_track_record_variance (const TfTrackRecord *self)
{
  return (self->m2 + PRIOR_VARIANCE_WEIGHT * PRIOR_VARIANCE)
         / (MAX (self->resolved, 1) - 1 + PRIOR_VARIANCE_WEIGHT);
}

/**
 * tf_track_record_mean:
 * @level: of the credible interval, in (0, 1)
 * @estimate: (out): of the mean R after costs
 *
 * Normal outcomes of unknown mean and variance under the conjugate normal-inverse-gamma prior: the mean has a
 * Student t posterior with ν₀ + n degrees of freedom, centre n x̄ / (κ₀ + n) and squared scale
 * (ν₀σ₀² + Σ (x − x̄)² + κ₀ n x̄² / (κ₀ + n)) / ((ν₀ + n)(κ₀ + n)) (Gelman et al., “Bayesian Data Analysis”, 3rd
 * edition, section 3.3), n counted as tf_track_record_worth(). Outcomes have fat tails: the t's allow for a
 * spread that few outcomes do not show yet, and what is beyond −5 R or 10 R has been cut off before.
 */
void
tf_track_record_mean (const TfTrackRecord *self,
                      double               level,
                      TfEstimate          *estimate)
{
  double n = tf_track_record_worth (self), overlap = tf_track_overlap (self->open), squares, freedom, reach;

  g_return_if_fail (level > 0 && level < 1);

  freedom = PRIOR_VARIANCE_WEIGHT + n;
  squares = PRIOR_VARIANCE_WEIGHT * PRIOR_VARIANCE + self->m2 / overlap
            + PRIOR_MEAN_WEIGHT * n * self->mean * self->mean / (PRIOR_MEAN_WEIGHT + n);
  reach = gsl_cdf_tdist_Qinv ((1 - level) / 2, freedom) * sqrt (squares / freedom / (PRIOR_MEAN_WEIGHT + n));
  estimate->mean = n * self->mean / (PRIOR_MEAN_WEIGHT + n);
  estimate->low = estimate->mean - reach;
  estimate->high = estimate->mean + reach;
}

/**
 * tf_track_record_hit_rate:
 * @level: of the credible interval, in (0, 1)
 * @estimate: (out): of the share of signals that end above 0 after costs
 *
 * Posterior Beta (½ + wins, ½ + losses) of Jeffreys' prior. Where all won or all lost the interval reaches to
 * the end (Brown, Cai and DasGupta, “Interval estimation for a binomial proportion”, 2001, section 4.3).
 */
void
tf_track_record_hit_rate (const TfTrackRecord *self,
                          double               level,
                          TfEstimate          *estimate)
{
  double overlap = tf_track_overlap (self->open);
  double a = 0.5 + self->wins / overlap, b = 0.5 + (self->resolved - self->wins) / overlap;

  g_return_if_fail (level > 0 && level < 1);

  estimate->mean = a / (a + b);
  estimate->low = self->wins == 0 ? 0 : gsl_cdf_beta_Pinv ((1 - level) / 2, a, b);
  estimate->high = self->wins == self->resolved ? 1 : gsl_cdf_beta_Qinv ((1 - level) / 2, a, b);
}

/**
 * tf_track_record_decay:
 * @level: of the credible interval, in (0, 1)
 * @estimate: (out): of how much the last %TF_TRACK_RECENT outcomes differ from the lifetime's mean, in R: an
 *   interval wholly below 0 is a trader who has got worse
 *
 * The last k of n independent outcomes differ from the mean of all n with variance σ² (1/k − 1/n). Nothing is
 * known before there are more than k: 0, without bounds.
 */
void
tf_track_record_decay (const TfTrackRecord *self,
                       double               level,
                       TfEstimate          *estimate)
{
  double n = self->resolved, variance, reach;

  g_return_if_fail (level > 0 && level < 1);

  *estimate = (TfEstimate) { 0, (double) -INFINITY, (double) INFINITY };
  if (self->resolved <= TF_TRACK_RECENT)
    return;
  variance = tf_track_record_variance (self) * tf_track_overlap (self->open) * (1.0 / TF_TRACK_RECENT - 1 / n);
  reach = gsl_cdf_tdist_Qinv ((1 - level) / 2, n - 1 + PRIOR_VARIANCE_WEIGHT) * sqrt (variance);
  estimate->mean = self->recent - self->mean;
  estimate->low = estimate->mean - reach;
  estimate->high = estimate->mean + reach;
}
