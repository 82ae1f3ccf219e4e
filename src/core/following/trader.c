#include "core/following/trader.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define RECENT 20      /* outcomes that tf_track_record_add() looks back */
#define OUTCOME_SD 1.0 /* R of one outcome, as known before the first: a stop loses one */
#define OUTCOME_WEIGHT 2 /* outcomes that this is worth */

/**
 * tf_grade_confidence_cap:
 * @grade: provenance of a signal's source: 'A' chain, filing or signature; 'B' venue-verified; 'C' public
 *   statement; 'D' unverifiable. Anything else is no better than 'D'
 *
 * Returns: the highest confidence that a signal of it can have. Against the default accounts' thresholds:
 * what a person merely says cannot reach the conservative one, what nobody can verify only the aggressive
 * one.
 */
double
tf_grade_confidence_cap (char grade)
{
  switch (grade)
    {
    case 'A':
      return 1;
    case 'B':
      return 0.95;
    case 'C':
      return 0.8;
    default:
      return 0.7;
    }
}

/**
 * tf_grade_size_cap:
 * @grade: as for tf_grade_confidence_cap()
 *
 * Returns: the largest part of a full size that a signal of it can get
 */
double
tf_grade_size_cap (char grade)
{
  switch (grade)
    {
    case 'A':
    case 'B':
      return 1;
    case 'C':
      return 0.5;
    default:
      return 0.25;
    }
}

/**
 * tf_track_record_add:
 * @outcome: of a resolved signal, in R after costs; one that is not finite is no outcome and changes nothing
 * @holding: from entry to exit
 * Mean and variance by Welford, “Note on a method for calculating corrected sums of squares and products”
 * (1962).
 */
void
tf_track_record_add (TfTrackRecord *self,
                     double         outcome,
                     TfTime         holding)
{
  double n, difference;

  if (!isfinite (outcome))
    return;
  n = ++self->resolved;
  self->wins += outcome > 0;
  difference = outcome - self->mean;
  self->mean += difference / n;
  self->m2 += difference * (outcome - self->mean);
  /* A plain mean until there are enough: the first outcome is not the whole past. */
  self->recent += (outcome - self->recent) * MAX (1 / n, 2.0 / (RECENT + 1));
  self->holding_seconds += ((double) holding / (double) TF_SECOND - self->holding_seconds) / n;
}

/**
 * tf_track_record_mean:
 * @prior_sd: how far from 0 a trader's mean R may be, more than 0: the record is shrunk towards 0 by it
 * @level: of the credible interval, in (0, 1)
 * @mean: (out): posterior mean
 * @low: (out): lower end of the central interval
 * @high: (out): upper end
 * Normal prior N(0, @prior_sd²), normal outcomes: the posterior's precision is 1/@prior_sd² + n/s², its
 * mean n x̄/s² over that (Gelman et al., “Bayesian Data Analysis”, section 2.5). s² is the outcomes'
 * variance, held near 1 R² by the weight of two outcomes, so that two equal ones are not certainty.
 */
void
tf_track_record_mean (const TfTrackRecord *self,
                      double               prior_sd,
                      double               level,
                      double              *mean,
                      double              *low,
                      double              *high)
{
  double n = self->resolved, variance, precision, reach;

  g_return_if_fail (prior_sd > 0);
  g_return_if_fail (level > 0 && level < 1);

  variance = (self->m2 + OUTCOME_WEIGHT * OUTCOME_SD * OUTCOME_SD) / (MAX (n - 1, 0) + OUTCOME_WEIGHT);
  precision = 1 / (prior_sd * prior_sd) + n / variance;
  reach = gsl_cdf_ugaussian_Qinv ((1 - level) / 2) / sqrt (precision);
  *mean = n * self->mean / variance / precision;
  *low = *mean - reach;
  *high = *mean + reach;
}
