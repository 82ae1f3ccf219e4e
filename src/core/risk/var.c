#include "core/risk/var.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <string.h>

/**
 * tf_return_ring_add:
 * @value: return of one period as a fraction; what is not finite is left out
 */
void
tf_return_ring_add (TfReturnRing *self,
                    double        value)
{
  if (!isfinite (value))
    return;
  self->returns[self->head] = value;
  self->head = (self->head + 1) % TF_RETURN_SAMPLES;
  self->n = MIN (self->n + 1, TF_RETURN_SAMPLES);
}

/**
 * tf_gaussian_var:
 * @sd: of the return of the period; the mean is taken as 0, which is all that a short period tells
 * @level: 0.99
 *
 * Returns: the loss that is not exceeded with that probability, more than 0
 */
double
tf_gaussian_var (double sd,
                 double level)
{
  return sd * gsl_cdf_ugaussian_Pinv (level);
}

/**
 * tf_gaussian_cvar:
 *
 * Returns: the mean loss beyond tf_gaussian_var()
 */
double
tf_gaussian_cvar (double sd,
                  double level)
{
  return sd * gsl_ran_ugaussian_pdf (gsl_cdf_ugaussian_Pinv (level)) / (1 - level);
}

static void
historical (const double *sorted,
            guint         n,
            TfVar        *out)
{
  double at = (1 - out->level) * (n - 1), quantile, sum = 0;
  guint below = (guint) floor (at), count = 0;

  quantile = sorted[below];
  if (below + 1 < n)
    quantile += (at - below) * (sorted[below + 1] - sorted[below]);
  for (; count < n && sorted[count] <= quantile; count++)
    sum += sorted[count];
  out->historical_var = -quantile;
  out->historical_cvar = count > 0 ? -sum / count : -quantile;
}

/* Cornish and Fisher 1938: the quantile q (z) = z + (z² − 1) S/6 + (z³ − 3z) K/24 − (2z³ − 5z) S²/36 with
 * the population's skewness and excess kurtosis, and its mean over the tail (Maillard 2012). */
static void
cornish_fisher (const double *returns,
                guint         n,
                TfVar        *out)
{
  double mean = 0, m2 = 0, m3 = 0, m4 = 0, sd, skew, kurtosis, z, q, slope, tail;

  for (guint i = 0; i < n; i++)
    mean += returns[i];
  mean /= n;
  for (guint i = 0; i < n; i++)
    {
      double d = returns[i] - mean;

      m2 += d * d;
      m3 += d * d * d;
      m4 += d * d * d * d;
    }
  sd = sqrt (m2 / n);
  if (!(sd > 0))
    return;
  skew = m3 / n / (sd * sd * sd);
  kurtosis = m4 / n / (sd * sd * sd * sd) - 3;
  z = gsl_cdf_ugaussian_Pinv (1 - out->level);
  q = z + (z * z - 1) * skew / 6 + (z * z * z - 3 * z) * kurtosis / 24
      - (2 * z * z * z - 5 * z) * skew * skew / 36;
  slope = 1 + z * skew / 3 + (z * z - 1) * kurtosis / 8 - (6 * z * z - 5) * skew * skew / 36;
  tail = -gsl_ran_ugaussian_pdf (z) / (1 - out->level)
         * (1 + z * skew / 6 + (z * z - 1) * kurtosis / 24 - (2 * z * z - 1) * skew * skew / 36);
  out->cornish_fisher_var = -(mean + q * sd);
  out->cornish_fisher_cvar = -(mean + tail * sd);
  /* outside the expansion's domain the quantile turns around: a gain, or a tail that loses less than its edge */
  out->cornish_fisher_valid = out->cornish_fisher_var > 0 && slope > 0
                              && out->cornish_fisher_cvar >= out->cornish_fisher_var;
}

/**
 * tf_var_samples:
 * @returns: (inout): any number of returns; sorted afterwards
 * @book_sd: standard deviation of the book's return over one period as a fraction of equity: sqrt
 *   (tf_book_variance()) / equity
 * @level: of confidence, in (0.5, 1)
 *
 * Value at risk and its tail mean, three ways. The historical quantile is interpolated (R type 7), its tail
 * mean takes what is not above it.
 */
void
tf_var_samples (double *returns,
                guint   n,
                double  book_sd,
                double  level,
                TfVar  *out)
{
  g_return_if_fail (level > 0.5 && level < 1);
  *out = (TfVar) {
    .n = n,
    .level = level,
    .gaussian_var = tf_gaussian_var (book_sd, level),
    .gaussian_cvar = tf_gaussian_cvar (book_sd, level),
    .historical_var = (double) NAN,
    .historical_cvar = (double) NAN,
    .cornish_fisher_var = (double) NAN,
    .cornish_fisher_cvar = (double) NAN,
  };
  if (n < TF_VAR_MINIMUM)
    return;
  gsl_sort (returns, 1, n);
  historical (returns, n, out);
  cornish_fisher (returns, n, out);
}

/**
 * tf_var_compute:
 *
 * As tf_var_samples() of the account's own last returns, which keep their order.
 */
void
tf_var_compute (const TfReturnRing *ring,
                double              book_sd,
                double              level,
                TfVar              *out)
{
  double sorted[TF_RETURN_SAMPLES];

  memcpy (sorted, ring->returns, ring->n * sizeof (double));
  tf_var_samples (sorted, ring->n, book_sd, level, out);
}
