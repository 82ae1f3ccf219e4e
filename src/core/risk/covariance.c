#include "core/risk/covariance.h"

#include <math.h>
#include <string.h>

/* Of a bar, where an instrument has no return yet and no other has either. */
#define UNKNOWN_VARIANCE (0.01 * 0.01)

struct _TfCovariance
{
  guint  n, steps, head, filled;
  double lambda, shrinkage;
  double scale;   /* of the identity: mean variance of the instruments that have one */
  double largest; /* variance of any */
  double data[];  /* raw n × n, samples n × n, ring n × TF_COVARIANCE_SAMPLES */
};

static inline double *
raw_of (const TfCovariance *self)
{
  return (double *) self->data;
}

static inline double *
samples_of (const TfCovariance *self)
{
  return (double *) self->data + (gsize) self->n * self->n;
}

static inline double *
ring_of (const TfCovariance *self)
{
  return (double *) self->data + 2 * (gsize) self->n * self->n;
}

static inline gboolean
seen (const TfCovariance *self,
      guint               i)
{
  return samples_of (self)[(gsize) i * self->n + i] > 0;
}

/* A table of returns in either order; columns where @seen is given and 0 are left out. */
typedef struct
{
  const double *values, *seen;
  guint         rows, columns;
  gsize         row_stride, column_stride;
} Table;

static gboolean
has_column (const Table *t,
            guint        i)
{
  return t->seen == NULL || t->seen[(gsize) i * t->columns + i] > 0;
}

static double
column_mean (const Table *t,
             guint        i)
{
  const double *x = t->values + i * t->column_stride;
  double sum = 0;

  for (guint r = 0; r < t->rows; r++)
    sum += x[r * t->row_stride];
  return sum / t->rows;
}

/* Ledoit and Wolf, A well-conditioned estimator for large-dimensional covariance matrices, J. Multivariate
 * Analysis 88 (2004), with the target μI, centred columns and divisor T; the same as scikit-learn's.
 * @covariance: the sample's. */
static double
shrinkage_of (const Table *t,
              double      *covariance,
              double      *scale)
{
  double squares = 0, fourth = 0, trace = 0, error, distance, mu;
  guint p = 0;

  for (guint i = 0; i < t->columns; i++)
    {
      const double *x = t->values + i * t->column_stride;
      double mean_x;

      if (!has_column (t, i))
        continue;
      p++;
      mean_x = column_mean (t, i);
      for (guint j = 0; j <= i; j++)
        {
          const double *y = t->values + j * t->column_stride;
          double mean_y, product = 0, square = 0;

          if (!has_column (t, j))
            continue;
          mean_y = i == j ? mean_x : column_mean (t, j);
          for (guint r = 0; r < t->rows; r++)
            {
              double xy = (x[r * t->row_stride] - mean_x) * (y[r * t->row_stride] - mean_y);

              product += xy;
              square += xy * xy;
            }
          product /= t->rows;
          squares += (i == j ? 1 : 2) * product * product;
          fourth += (i == j ? 1 : 2) * square;
          if (i == j)
            trace += product;
          if (covariance != NULL)
            covariance[(gsize) i * t->columns + j] = covariance[(gsize) j * t->columns + i] = product;
        }
    }
  mu = p > 0 ? trace / p : 0;
  *scale = mu;
  error = p > 0 ? (fourth / t->rows - squares) / ((double) p * t->rows) : 0;
  distance = p > 0 ? squares / p - mu * mu : 0;
  if (!(error > 0))
    return 0;
  return error < distance ? error / distance : 1;
}

/**
 * tf_ledoit_wolf:
 * @returns: @rows × @columns, row by row
 * @covariance: (out) (nullable): @columns × @columns, the shrunk estimate (divisor: @rows)
 *
 * Returns: the intensity of the shrinkage, 0…1, NaN without rows or columns
 */
double
tf_ledoit_wolf (const double *returns,
                guint         rows,
                guint         columns,
                double       *covariance)
{
  const Table t = { returns, NULL, rows, columns, columns, 1 };
  double scale, intensity;

  g_return_val_if_fail (returns != NULL && rows > 0 && columns > 0, 0);
  intensity = shrinkage_of (&t, covariance, &scale);
  for (guint i = 0; covariance != NULL && i < columns; i++)
    for (guint j = 0; j < columns; j++)
      {
        double *c = &covariance[(gsize) i * columns + j];

        *c = (1 - intensity) * *c + (i == j ? intensity * scale : 0);
      }
  return intensity;
}

/**
 * tf_covariance_size:
 * @n: instruments
 *
 * Returns: bytes of the block
 */
gsize
tf_covariance_size (guint n)
{
  return sizeof (TfCovariance) + (2 * (gsize) n * n + (gsize) n * TF_COVARIANCE_SAMPLES) * sizeof (double);
}

/**
 * tf_covariance_init:
 * @lambda: what a bar's weight is multiplied by at the next, usually %TF_COVARIANCE_LAMBDA; 0.97 to 0.99
 *   are sensible for hourly bars
 */
void
tf_covariance_init (TfCovariance *self,
                    guint         n,
                    double        lambda)
{
  g_return_if_fail (n > 0 && lambda > 0 && lambda < 1);
  memset (self, 0, tf_covariance_size (n));
  self->n = n;
  self->lambda = lambda;
  self->shrinkage = 1;
  self->scale = self->largest = UNKNOWN_VARIANCE;
}

/**
 * tf_covariance_update:
 * @returns: one for each instrument, of the same bar; NaN where it has none
 *
 * Takes one step, O(n²); every %TF_COVARIANCE_REFRESH steps the intensity of the shrinkage is estimated
 * anew from the ring. A pair that has no common bar keeps its value. A pair's first bars weigh equally,
 * until the exponential weight is the larger one, so that the start has no bias.
 */
void
tf_covariance_update (TfCovariance *self,
                      const double *returns)
{
  guint n = self->n, known = 0;
  double *raw = raw_of (self), *samples = samples_of (self), *ring = ring_of (self);
  double trace = 0, largest = 0;

  for (guint i = 0; i < n; i++)
    {
      /* in the ring no bar is no move */
      ring[(gsize) i * TF_COVARIANCE_SAMPLES + self->head] = isfinite (returns[i]) ? returns[i] : 0;
      if (isfinite (returns[i]))
        for (guint j = 0; j <= i; j++)
          {
            gsize at = (gsize) i * n + j, mirror = (gsize) j * n + i;
            double weight;

            if (!isfinite (returns[j]))
              continue;
            samples[at] = samples[mirror] = samples[at] + 1;
            weight = MAX (1 - self->lambda, 1 / samples[at]);
            raw[at] = raw[mirror] = raw[at] + weight * (returns[i] * returns[j] - raw[at]);
          }
      if (seen (self, i))
        {
          double variance = raw[(gsize) i * n + i];

          known++;
          trace += variance;
          largest = MAX (largest, variance);
        }
    }
  if (known > 0)
    {
      self->scale = trace / known;
      self->largest = largest;
    }
  self->steps++;
  self->head = (self->head + 1) % TF_COVARIANCE_SAMPLES;
  self->filled = MIN (self->filled + 1, TF_COVARIANCE_SAMPLES);
  if (self->steps <= TF_COVARIANCE_REFRESH || self->steps % TF_COVARIANCE_REFRESH == 0)
    {
      const Table t = { ring, samples, self->filled, n, 1, TF_COVARIANCE_SAMPLES };
      double scale;

      self->shrinkage = self->filled > 1 ? shrinkage_of (&t, NULL, &scale) : 1;
    }
}

/**
 * tf_covariance_steps:
 *
 * Returns: how many bar steps it has seen
 */
guint
tf_covariance_steps (const TfCovariance *self)
{
  return self->steps;
}

/**
 * tf_covariance_samples:
 *
 * Returns: the common bars of two instruments
 */
guint
tf_covariance_samples (const TfCovariance *self,
                       guint               i,
                       guint               j)
{
  g_return_val_if_fail (i < self->n && j < self->n, 0);
  return (guint) samples_of (self)[(gsize) i * self->n + j];
}

/**
 * tf_covariance_shrinkage:
 *
 * Returns: the intensity that is in use, 0…1
 */
double
tf_covariance_shrinkage (const TfCovariance *self)
{
  return self->shrinkage;
}

/**
 * tf_covariance_raw:
 *
 * Returns: the exponentially weighted covariance of a bar, before shrinkage
 */
double
tf_covariance_raw (const TfCovariance *self,
                   guint               i,
                   guint               j)
{
  g_return_val_if_fail (i < self->n && j < self->n, 0);
  return raw_of (self)[(gsize) i * self->n + j];
}

static inline double
get (const TfCovariance *self,
     guint               i,
     guint               j)
{
  double raw = raw_of (self)[(gsize) i * self->n + j];

  if (i != j)
    return (1 - self->shrinkage) * raw;
  if (!seen (self, i))
    return self->largest;
  return (1 - self->shrinkage) * raw + self->shrinkage * self->scale;
}

/**
 * tf_covariance_get:
 *
 * Returns: the shrunk covariance of a bar. An instrument without a return yet counts as the most volatile
 *   of all (1 % a bar when there is none).
 */
double
tf_covariance_get (const TfCovariance *self,
                   guint               i,
                   guint               j)
{
  g_return_val_if_fail (i < self->n && j < self->n, 0);
  return get (self, i, j);
}

/**
 * tf_correlation:
 *
 * Returns: the correlation of the shrunk covariance, in [−1, 1]; 0 where nothing is known
 */
double
tf_correlation (const TfCovariance *self,
                guint               i,
                guint               j)
{
  double product;

  g_return_val_if_fail (i < self->n && j < self->n, 0);
  if (i == j)
    return 1;
  product = get (self, i, i) * get (self, j, j);
  return product > 0 ? CLAMP (get (self, i, j) / sqrt (product), -1, 1) : 0;
}

/**
 * tf_volatility:
 *
 * Returns: standard deviation of the return of a bar
 */
double
tf_volatility (const TfCovariance *self,
               guint               i)
{
  return sqrt (tf_covariance_get (self, i, i));
}

/**
 * tf_volatility_annual:
 * @bars_per_year: 8760 for hourly bars of a market that never closes
 */
double
tf_volatility_annual (const TfCovariance *self,
                      guint               i,
                      double              bars_per_year)
{
  return tf_volatility (self, i) * sqrt (bars_per_year);
}

/* As if all that works were filled. */
static inline double
weight_of (const TfExposure *book,
           guint             i)
{
  return tf_money_double (book->net[i])
         + (book->buying != NULL ? tf_money_double (book->buying[i]) : 0)
         - (book->selling != NULL ? tf_money_double (book->selling[i]) : 0);
}

/**
 * tf_book_marginal:
 *
 * Returns: (Σw)_i, half the change of tf_book_variance() for one more unit of money in @instrument
 */
double
tf_book_marginal (const TfCovariance *self,
                  const TfExposure   *book,
                  guint               instrument)
{
  double sum = 0;

  g_return_val_if_fail (instrument < self->n && book->n == self->n, 0);
  for (guint j = 0; j < self->n; j++)
    sum += get (self, instrument, j) * weight_of (book, j);
  return sum;
}

/**
 * tf_book_variance:
 *
 * Returns: w'Σw of one bar, in money squared; orders that work are taken as filled. Never negative, though
 *   pairs that trade at different times can make the matrix slightly indefinite.
 */
double
tf_book_variance (const TfCovariance *self,
                  const TfExposure   *book)
{
  double sum = 0;

  g_return_val_if_fail (book->n == self->n, 0);
  for (guint i = 0; i < self->n; i++)
    {
      double w = weight_of (book, i);

      if (w != 0)
        sum += w * tf_book_marginal (self, book, i);
    }
  return MAX (sum, 0);
}

/**
 * tf_book_bets:
 *
 * Effective number of bets: the squared diversification ratio (Σ|w_i|σ_i)² / w'Σw, the number of
 * independent factors of equal risk that the book amounts to (Choueifaty, Froidure and Reynier, Properties
 * of the most diversified portfolio, 2013). Unlike the concentration of risk contributions it calls two
 * instruments that move as one a single bet.
 *
 * Returns: 0 for an empty book, else 1…positions (a hedge is not more than that)
 */
double
tf_book_bets (const TfCovariance *self,
              const TfExposure   *book)
{
  double variance = tf_book_variance (self, book), sum = 0;
  guint positions = 0;

  for (guint i = 0; i < self->n; i++)
    {
      double w = weight_of (book, i);

      positions += w != 0;
      sum += fabs (w) * tf_volatility (self, i);
    }
  if (positions == 0)
    return 0;
  return variance > 0 ? CLAMP (sum * sum / variance, 1, positions) : positions;
}

/**
 * tf_book_correlated:
 * @equity: of the account, more than 0
 *
 * Returns: Σ_j ρ_ij × direction × w_j / equity: how much of the equity already stands the same way as a new
 *   order in @instrument would; negative when it hedges
 */
double
tf_book_correlated (const TfCovariance *self,
                    const TfExposure   *book,
                    TfMoney             equity,
                    guint               instrument,
                    gint                direction)
{
  double sum = 0;

  g_return_val_if_fail (instrument < self->n && book->n == self->n && equity.raw > 0, 0);
  for (guint j = 0; j < self->n; j++)
    {
      double w = weight_of (book, j);

      if (w != 0)
        sum += tf_correlation (self, instrument, j) * w;
    }
  return direction * sum / tf_money_double (equity);
}

/**
 * tf_covariance_clusters:
 * @correlation: instruments correlated above it are linked; a cluster is what hangs together
 * @cluster: (out): one for each instrument, numbered from 0 without a hole
 *
 * Two instruments with less than %TF_COVARIANCE_MINIMUM bars in common are not linked: inside a cluster
 * long and short offset each other, and what is not known to move together must not.
 *
 * Returns: how many clusters there are
 */
guint
tf_covariance_clusters (const TfCovariance *self,
                        double              correlation,
                        guint16            *cluster)
{
  const double *samples = samples_of (self);
  guint n = self->n, count = 0;

  g_return_val_if_fail (cluster != NULL && n <= G_MAXUINT16, 0);
  for (guint i = 0; i < n; i++)
    cluster[i] = (guint16) i;
  for (guint i = 1; i < n; i++)
    for (guint j = 0; j < i; j++)
      {
        guint16 from = MAX (cluster[i], cluster[j]), to = MIN (cluster[i], cluster[j]);

        if (from == to || samples[(gsize) i * n + j] < TF_COVARIANCE_MINIMUM
            || !(tf_correlation (self, i, j) > correlation))
          continue;
        for (guint k = 0; k < n; k++)
          if (cluster[k] == from)
            cluster[k] = to;
      }
  /* a label is the least member, so it is met at that member first, and its new number is not above it */
  for (guint i = 0; i < n; i++)
    cluster[i] = cluster[i] == i ? (guint16) count++ : cluster[cluster[i]];
  return count;
}
