/* Bailey and López de Prado: The Sharpe ratio efficient frontier (2012), The deflated Sharpe ratio (2014). */

#include "core/optimizer/overfitting.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <math.h>

/**
 * tf_sharpe_deviation:
 *
 * Returns: the standard deviation of an estimated Sharpe ratio
 */
double
tf_sharpe_deviation (double sharpe,
                     double n,
                     double skew,
                     double kurtosis)
{
  return sqrt ((1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe) / (n - 1));
}

/**
 * tf_probabilistic_sharpe:
 * @benchmark: what has to be beaten. With tf_expected_max_sharpe() here the result is the deflated Sharpe ratio.
 *
 * Returns: the probability that the true Sharpe ratio is above @benchmark
 */
double
tf_probabilistic_sharpe (double sharpe,
                         double benchmark,
                         double n,
                         double skew,
                         double kurtosis)
{
  double deviation = tf_sharpe_deviation (sharpe, n, skew, kurtosis);

  return deviation > 0 ? gsl_cdf_ugaussian_P ((sharpe - benchmark) / deviation) : 0.5;
}

/**
 * tf_expected_max_sharpe:
 * @variance: of the trials' Sharpe ratios
 * @trials: independent ones
 *
 * Returns: the best Sharpe ratio to expect of so many trials that are all worth nothing
 */
double
tf_expected_max_sharpe (double variance,
                        double trials)
{
  if (trials <= 1 || !(variance > 0))
    return 0;
  return sqrt (variance) * ((1 - M_EULER) * gsl_cdf_ugaussian_Pinv (1 - 1 / trials)
                            + M_EULER * gsl_cdf_ugaussian_Pinv (1 - 1 / (trials * M_E)));
}

/**
 * tf_min_track_record:
 *
 * Returns: returns that it takes until the true Sharpe ratio is above @benchmark with @probability; infinite if it is not above
 */
double
tf_min_track_record (double sharpe,
                     double benchmark,
                     double skew,
                     double kurtosis,
                     double probability)
{
  double z = gsl_cdf_ugaussian_Pinv (probability) / (sharpe - benchmark);

  if (sharpe <= benchmark)
    return (double) INFINITY;
  return 1 + (1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe) * z * z;
}

/**
 * tf_independent_trials:
 * @streams: results by period, @trials rows of @periods
 *
 * Neighbours in a grid are nearly the same strategy. With a mean correlation ρ between trials, N of them are worth
 * ρ + (1 − ρ) N independent ones (2014, appendix 3).
 *
 * Returns: between 1 and @trials
 */
double
tf_independent_trials (const float *streams,
                       guint        trials,
                       guint        periods)
{
  g_autofree double *sum = g_new0 (double, periods);
  double variance = 0, rho;
  guint alive = 0;

  if (trials < 2 || periods < 2)
    return MAX (trials, 1);
  for (guint k = 0; k < trials; k++)
    {
      const float *row = streams + (gsize) k * periods;
      double mean = 0, m2 = 0;

      for (guint p = 0; p < periods; p++)
        mean += (double) row[p] / periods;
      for (guint p = 0; p < periods; p++)
        m2 += ((double) row[p] - mean) * ((double) row[p] - mean) / periods;
      if (m2 <= 0)
        continue;
      alive++;
      for (guint p = 0; p < periods; p++)
        sum[p] += ((double) row[p] - mean) / sqrt (m2);
    }
  if (alive < 2)
    return 1;
  /* The variance of a sum of standardised streams is N + N (N − 1) ρ. */
  for (guint p = 0; p < periods; p++)
    variance += sum[p] * sum[p] / periods;
  rho = CLAMP ((variance - alive) / ((double) alive * (alive - 1)), 0, 1);
  return rho + (1 - rho) * alive;
}
