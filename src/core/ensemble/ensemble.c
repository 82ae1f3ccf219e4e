#include "core/ensemble/ensemble.h"

#include <math.h>
#include <string.h>

/* Bayesian linear regression in information form. With Λ₀ the prior precision, m₀ the prior mean, σ² the
 * noise, S = Σ w x xᵀ and b = Σ w x R over the outcomes, forgotten by λ for each unit of weight,
 *
 *   Λ = Λ₀ + S/σ²     Λ m = Λ₀ m₀ + b/σ²     P = Λ⁻¹
 *
 * so that data fades and the prior never does (stabilised forgetting: Kulhavý and Zarrop 1993). Only the
 * Cholesky factor Λ = L Lᵀ is kept: the variance of an expectation is xᵀPx = |L⁻¹x|².
 *
 * Features: the intercept; u of each voter; and for each voter β and its four regime deviations. A feature
 * gets a row of the matrices when it first occurs in an outcome, so that the silent cost nothing. Rows
 * beyond those of the last factor still have their prior. */

#define INTERCEPT_SD    0.15 /* R */
#define EFFECT_SD       0.08
#define WEIGHT_MEAN     0.02
#define WEIGHT_SD       0.05
#define DEVIATION_SD    0.02
#define WEIGHT_FLOOR    0.005 /* a voter's say in agreement, however bad its record */

#define NOISE_START     1.2  /* R² */
#define NOISE_EVIDENCE  50.0 /* outcomes that the start value counts for */
#define NOISE_CLIP      3.0  /* Huber's bound, in standard deviations */
#define NOISE_CONSISTENCY 0.9950072 /* E min (z², 3²) of a standard normal z */
#define OUTCOME_CLIP    8.0  /* a surprise beyond this many standard deviations counts as this many */

#define OWN_MOST        8.0  /* outcomes that one can weigh as evidence of its proposer */
#define LOG_LAMBDA      -1.00005000333e-4 /* log 0.9999 */
#define SOLVE_GROWTH    0.01 /* of the intercept's information */
#define SOLVE_OUTCOMES  8
#define REGIME_LEAST    0.1
#define VOICE_LEAST     0.05
#define STANCE_DOUBT    1.0  /* shrinks the correlation of stances while evidence is thin */

#define N_PER_VOTER     (1 + TF_N_REGIMES) /* β and its deviations */
#define N_WAITING       4 /* outcomes that go into S together */
#define NO_ROW          G_MAXUINT16
#define MAX_VOTERS      TF_MAX_VOTERS

/* Two rows at a time: SSE2, NEON and the like have it everywhere, and results do not depend on the
 * machine's width. */
typedef double Pair __attribute__ ((vector_size (16), aligned (8), may_alias));

struct _TfEnsemble
{
  guint32 n_voters, n_features;
  guint32 n_rows;        /* rows in use; row 0 is the intercept */
  guint32 n_solved;      /* rows that the factor knows */
  guint32 outcomes;      /* since the last solve */
  guint32 n_waiting;     /* outcomes that are not in S yet */
  double  fresh;         /* weight since the last solve */
  double  own, fresh_own; /* forgotten sum of what was learned of proposers alone, and since the last solve */
  double  scale;         /* S = scale × information: forgetting without touching every element */
  double  weight;        /* forgotten sum of weights */
  double  residuals;     /* forgotten sum of weighted, clipped squared residuals */
  double  data[];        /* see parts () */
};

/* Where the arrays are. The triangles are in panels of four rows, (i, j) at panel_offset (i / 4) + 4 j +
 * i % 4: four rows go through a column in one step, and a new row is appended without moving another. */
typedef struct
{
  double  *prior_mean, *prior_precision; /* by feature */
  double  *mean;                         /* posterior, by feature */
  double  *target;                       /* b / scale, by row */
  double  *x, *y;                        /* scratch, by row */
  double  *waiting, *scaled;             /* x of outcomes not in S yet, by outcome; times its gain, by row */
  double  *information;                  /* S / scale */
  double  *factor;                       /* L; its 4 × 4 diagonal blocks inverted */
  guint16 *row;                          /* of a feature, or NO_ROW */
  guint16 *feature;                      /* of a row */
} Parts;

static gsize
panel_offset (gsize panel)
{
  return 8 * panel * (panel + 1);
}

static guint
n_panels (guint rows)
{
  return (rows + 3) / 4;
}

static guint
count_features (guint n_voters)
{
  return 1 + n_voters * (1 + N_PER_VOTER);
}

static inline guint
effect_feature (guint voter)
{
  return 1 + voter;
}

static inline guint
weight_feature (const TfEnsemble *self,
                guint             voter)
{
  return 1 + self->n_voters + voter * N_PER_VOTER;
}

static inline Parts
parts (TfEnsemble *self)
{
  guint panels = n_panels (self->n_features), rows = 4 * panels;
  Parts p;

  p.prior_mean = self->data;
  p.prior_precision = p.prior_mean + rows;
  p.mean = p.prior_precision + rows;
  p.target = p.mean + rows;
  p.x = p.target + rows;
  p.y = p.x + rows;
  p.waiting = p.y + rows;
  p.scaled = p.waiting + N_WAITING * rows;
  p.information = p.scaled + N_WAITING * rows;
  p.factor = p.information + panel_offset (panels);
  p.row = (guint16 *) (p.factor + panel_offset (panels));
  p.feature = p.row + rows;
  return p;
}

/**
 * tf_ensemble_size:
 * @n_voters: bots and traders together, at most 256
 *
 * Returns: bytes of the block that tf_ensemble_init() fills; half a megabyte for 40 voters
 */
gsize
tf_ensemble_size (guint n_voters)
{
  gsize panels, rows;

  g_return_val_if_fail (n_voters <= MAX_VOTERS, 0);

  panels = n_panels (count_features (n_voters));
  rows = 4 * panels;
  return sizeof (TfEnsemble)
    + ((6 + 2 * N_WAITING) * rows + 2 * panel_offset (panels)) * sizeof (double) + 2 * rows * sizeof (guint16);
}

static void
set_prior (TfEnsemble *self,
           guint       feature,
           double      mean,
           double      sd)
{
  Parts p = parts (self);

  p.prior_mean[feature] = mean;
  p.prior_precision[feature] = 1 / (sd * sd);
  p.mean[feature] = mean;
}

/**
 * tf_ensemble_init:
 * @self: a block of tf_ensemble_size() bytes, aligned as a double
 * @n_voters: bots and traders together
 *
 * Nothing learned, everything at its prior. A copy of the block, byte for byte, is a copy of the ensemble.
 */
void
tf_ensemble_init (TfEnsemble *self,
                  guint       n_voters)
{
  Parts p;

  g_return_if_fail (n_voters <= MAX_VOTERS);

  memset (self, 0, tf_ensemble_size (n_voters));
  self->n_voters = n_voters;
  self->n_features = count_features (n_voters);
  self->n_rows = 1;
  self->scale = 1;
  p = parts (self);

  set_prior (self, 0, 0, INTERCEPT_SD);
  for (guint v = 0; v < n_voters; v++)
    {
      set_prior (self, effect_feature (v), 0, EFFECT_SD);
      set_prior (self, weight_feature (self, v), WEIGHT_MEAN, WEIGHT_SD);
      for (guint g = 1; g <= TF_N_REGIMES; g++)
        set_prior (self, weight_feature (self, v) + g, 0, DEVIATION_SD);
    }
  for (guint f = 1; f < self->n_features; f++)
    p.row[f] = NO_ROW;
}

/* Linear algebra on panels */

/* block −= rows × colsᵀ, a 4 × 4 block; @n columns of each. */
static void
subtract_product (double       *block,
                  const double *rows,
                  const double *cols,
                  guint         n)
{
  Pair *out = (Pair *) block;
  Pair a0 = out[0], a1 = out[1], b0 = out[2], b1 = out[3], c0 = out[4], c1 = out[5], d0 = out[6], d1 = out[7];

  for (const Pair *r = (const Pair *) rows, *end = r + 2 * n; r < end; r += 2, cols += 4)
    {
      Pair r0 = r[0], r1 = r[1];

      a0 -= r0 * cols[0];
      a1 -= r1 * cols[0];
      b0 -= r0 * cols[1];
      b1 -= r1 * cols[1];
      c0 -= r0 * cols[2];
      c1 -= r1 * cols[2];
      d0 -= r0 * cols[3];
      d1 -= r1 * cols[3];
    }
  out[0] = a0, out[1] = a1, out[2] = b0, out[3] = b1, out[4] = c0, out[5] = c1, out[6] = d0, out[7] = d1;
}

/* block ← block × inverseᵀ, where @inverse is lower triangular. */
static void
times_transposed (double       *block,
                  const double *inverse)
{
  Pair *b = (Pair *) block;

  for (gint c = 3; c >= 0; c--)
    {
      Pair low = b[2 * c] * inverse[5 * c], high = b[2 * c + 1] * inverse[5 * c];

      for (gint d = 0; d < c; d++)
        {
          low += b[2 * d] * inverse[4 * d + c];
          high += b[2 * d + 1] * inverse[4 * d + c];
        }
      b[2 * c] = low;
      b[2 * c + 1] = high;
    }
}

/* @a, symmetric and positive definite, becomes the inverse of its Cholesky factor. */
static void
invert_block (double *a)
{
  double inverse[16] = { 0 };

  for (guint j = 0; j < 4; j++)
    {
      for (guint i = j; i < 4; i++)
        for (guint k = 0; k < j; k++)
          a[4 * j + i] -= a[4 * k + i] * a[4 * k + j];
      a[5 * j] = sqrt (a[5 * j]);
      for (guint i = j + 1; i < 4; i++)
        a[4 * j + i] /= a[5 * j];
    }
  for (guint j = 0; j < 4; j++)
    {
      inverse[5 * j] = 1 / a[5 * j];
      for (guint i = j + 1; i < 4; i++)
        {
          double sum = 0;

          for (guint k = j; k < i; k++)
            sum += a[4 * k + i] * inverse[4 * j + k];
          inverse[4 * j + i] = -sum / a[5 * i];
        }
    }
  memcpy (a, inverse, sizeof inverse);
}

static void
cholesky (double *matrix,
          guint   panels)
{
  for (guint i = 0; i < panels; i++)
    {
      double *panel = matrix + panel_offset (i);

      for (guint j = 0; j < i; j++)
        {
          const double *other = matrix + panel_offset (j);

          subtract_product (panel + 16 * j, panel, other, 4 * j);
          times_transposed (panel + 16 * j, other + 16 * j);
        }
      subtract_product (panel + 16 * i, panel, panel, 4 * i);
      invert_block (panel + 16 * i);
    }
}

/* y = L⁻¹x; returns |y|². */
static double
forward (const double *factor,
         const double *x,
         double       *y,
         guint         panels)
{
  Pair squares = { 0, 0 };

  for (guint i = 0; i < panels; i++)
    {
      const Pair *l = (const Pair *) (factor + panel_offset (i));
      Pair a0 = ((const Pair *) x)[2 * i], a1 = ((const Pair *) x)[2 * i + 1];
      Pair b0 = { 0, 0 }, b1 = b0, c0 = b0, c1 = b0, d0 = b0, d1 = b0, y0, y1;

      for (guint k = 0; k < 4 * i; k += 4, l += 8)
        {
          a0 -= l[0] * y[k];
          a1 -= l[1] * y[k];
          b0 -= l[2] * y[k + 1];
          b1 -= l[3] * y[k + 1];
          c0 -= l[4] * y[k + 2];
          c1 -= l[5] * y[k + 2];
          d0 -= l[6] * y[k + 3];
          d1 -= l[7] * y[k + 3];
        }
      a0 = (a0 + b0) + (c0 + d0);
      a1 = (a1 + b1) + (c1 + d1);
      y0 = l[0] * a0[0] + l[2] * a0[1];
      y1 = (l[1] * a0[0] + l[3] * a0[1]) + (l[5] * a1[0] + l[7] * a1[1]);
      ((Pair *) y)[2 * i] = y0;
      ((Pair *) y)[2 * i + 1] = y1;
      squares += y0 * y0 + y1 * y1;
    }
  return squares[0] + squares[1];
}

/* y ← L⁻ᵀy */
static void
backward (const double *factor,
          double       *y,
          guint         panels)
{
  for (guint i = panels; i-- > 0;)
    {
      const double *panel = factor + panel_offset (i), *inverse = panel + 16 * i;
      double *z = y + 4 * i;

      for (guint c = 0; c < 4; c++)
        {
          double sum = 0;

          for (guint r = c; r < 4; r++)
            sum += inverse[4 * c + r] * z[r];
          z[c] = sum;
        }
      for (guint k = 0; k < 4 * i; k++)
        {
          const double *l = panel + 4 * k;

          y[k] -= (l[0] * z[0] + l[1] * z[1]) + (l[2] * z[2] + l[3] * z[3]);
        }
    }
}

/* Takes the waiting outcomes into S, columns of nothing left out. S is larger than the nearest cache:
 * four outcomes go in at one pass over it. */
static void
take_in (TfEnsemble *self)
{
  Parts p = parts (self);
  guint rows = 4 * n_panels (self->n_features), n = 0;
  guint16 columns[1 + MAX_VOTERS * (1 + N_PER_VOTER)];

  for (guint r = 0; r < self->n_rows; r++)
    {
      const double *s = p.scaled + N_WAITING * r;

      if (s[0] != 0 || s[1] != 0 || s[2] != 0 || s[3] != 0)
        columns[n++] = (guint16) r;
    }
  for (guint i = 0, end = 0; i < n_panels (self->n_rows); i++)
    {
      const Pair *a = (const Pair *) (p.waiting + 4 * i), *b = (const Pair *) (p.waiting + rows + 4 * i);
      const Pair *c = (const Pair *) (p.waiting + 2 * rows + 4 * i);
      const Pair *d = (const Pair *) (p.waiting + 3 * rows + 4 * i);
      Pair a0 = a[0], a1 = a[1], b0 = b[0], b1 = b[1], c0 = c[0], c1 = c[1], d0 = d[0], d1 = d[1];
      double *panel = p.information + panel_offset (i);

      while (end < n && columns[end] < 4 * (i + 1))
        end++;
      for (guint k = 0; k < end; k++)
        {
          Pair *at = (Pair *) (panel + 4 * columns[k]);
          const double *s = p.scaled + N_WAITING * columns[k];

          at[0] += (a0 * s[0] + b0 * s[1]) + (c0 * s[2] + d0 * s[3]);
          at[1] += (a1 * s[0] + b1 * s[1]) + (c1 * s[2] + d1 * s[3]);
        }
    }
  memset (p.scaled, 0, N_WAITING * rows * sizeof (double));
  self->n_waiting = 0;
}

/* The posterior of everything learned so far. */
static void
solve (TfEnsemble *self)
{
  Parts p = parts (self);
  guint panels = n_panels (self->n_rows);
  double factor = self->scale / tf_ensemble_noise (self);

  take_in (self);
  for (gsize k = 0; k < panel_offset (panels); k++)
    p.factor[k] = p.information[k] * factor;
  for (guint r = 0; r < 4 * panels; r++)
    {
      guint f = p.feature[r];
      double precision = 1; /* of a row that only fills the last panel */

      p.x[r] = 0;
      if (r < self->n_rows)
        {
          precision = p.prior_precision[f];
          p.x[r] = precision * p.prior_mean[f] + p.target[r] * factor;
        }
      p.factor[panel_offset (r / 4) + 4 * r + r % 4] += precision;
    }
  cholesky (p.factor, panels);
  forward (p.factor, p.x, p.y, panels);
  backward (p.factor, p.y, panels);
  for (guint r = 0; r < self->n_rows; r++)
    p.mean[p.feature[r]] = p.y[r];
  self->n_solved = self->n_rows;
  self->fresh = self->fresh_own = 0;
  self->outcomes = 0;
}

/* Ballots */

/* Regimes below a tenth count as impossible, which keeps the ballots sparse; the others sum to one again.
 * An unknown regime (all of them nothing) means no deviations. */
static void
read_regime (const TfBallot *ballot,
             double          regime[TF_N_REGIMES])
{
  double sum = 0;

  for (guint g = 0; g < TF_N_REGIMES; g++)
    {
      double probability = (double) ballot->regime[g];

      regime[g] = probability >= REGIME_LEAST && probability <= 1 ? probability : 0;
      sum += regime[g];
    }
  for (guint g = 0; g < TF_N_REGIMES && sum > 0; g++)
    regime[g] /= sum;
}

/* What is not a number is silence. */
static inline double
read_stance (const TfBallot *ballot,
             guint           voter)
{
  double stance = (double) ballot->stances[voter];

  return isnan (stance) ? 0 : ballot->direction * CLAMP (stance, -1, 1);
}

static gboolean
is_sound (const TfEnsemble *self,
          const TfBallot   *ballot)
{
  return ballot->proposer < self->n_voters && ABS (ballot->direction) == 1 && isfinite (ballot->cost);
}

/* A voter's weight in a regime. */
static inline double
weight_in (const double *mean,
           const double  regime[TF_N_REGIMES])
{
  double weight = mean[0];

  for (guint g = 0; g < TF_N_REGIMES; g++)
    weight += regime[g] * mean[1 + g];
  return weight;
}

/* Puts a feature in x, or, as long as only its prior is known, adds its share of the variance. */
static inline void
place (const TfEnsemble *self,
       const Parts      *p,
       guint             feature,
       double            value,
       double           *variance)
{
  guint row = p->row[feature];

  if (row < self->n_solved)
    p->x[row] = value;
  else
    *variance += value * value / p->prior_precision[feature];
}

/* The number of independent voices among @q: the participation ratio (tr C)² / tr C² of the stances'
 * correlation matrix, each voter taken with its share q of the say. S holds the stances' second moments
 * already (the direction cancels). Identical or opposite voters count as one, unrelated ones each. */
static double
count_independent (const TfEnsemble *self,
                   const Parts      *p,
                   const double     *q,
                   const guint16    *rows,
                   guint             n)
{
  double doubt = STANCE_DOUBT / self->scale, total = 0, squares = 0;
  double share[MAX_VOTERS]; /* q over the own second moment */

  for (guint i = 0; i < n; i++)
    {
      const double *panel;
      double sum = 0;

      total += q[i];
      squares += q[i] * q[i];
      share[i] = 0;
      if (rows[i] == NO_ROW)
        continue;
      panel = p->information + panel_offset (rows[i] / 4) + rows[i] % 4;
      share[i] = q[i] / (panel[4 * rows[i]] + doubt);
      for (guint j = 0; j < i; j++)
        {
          double common;

          if (rows[j] == NO_ROW)
            continue;
          common = rows[j] < rows[i]
            ? panel[4 * rows[j]]
            : p->information[panel_offset (rows[j] / 4) + 4 * rows[i] + rows[j] % 4];
          sum += share[j] * common * common;
        }
      squares += 2 * share[i] * sum;
    }
  return squares > 0 ? total * total / squares : 0;
}

/**
 * tf_ensemble_judge:
 * @ballot: what is known at the moment of the proposal
 * @opinion: (out): what is believed of its outcome
 *
 * Confidence is Φ (mean / sd) with mean = m·x − cost and sd = √(xᵀPx) of the expected outcome: the noise
 * of the single outcome is not in it. Agreement and the effective voters weigh a voter by its weight in
 * the present regime, at least 0.005; both are 0 when nobody has something to say. A ballot without
 * proposer, direction or finite cost gets the opinion of nothing: confidence 0. Nothing learned changes.
 */
void
tf_ensemble_judge (TfEnsemble     *self,
                   const TfBallot *ballot,
                   TfOpinion      *opinion)
{
  Parts p = parts (self);
  double regime[TF_N_REGIMES], mean, variance = 0, worst = 0, in_favour = 0, said = 0;
  double q[MAX_VOTERS];
  guint16 rows[MAX_VOTERS];
  guint panels = n_panels (self->n_solved);

  *opinion = (TfOpinion) { .strongest_against = -1 };
  if (!is_sound (self, ballot))
    return;

  memset (p.x, 0, 4 * panels * sizeof (double));
  read_regime (ballot, regime);
  place (self, &p, 0, 1, &variance);
  place (self, &p, effect_feature (ballot->proposer), 1, &variance);
  mean = p.mean[0] + p.mean[effect_feature (ballot->proposer)] - ballot->cost;

  for (guint v = 0; v < self->n_voters; v++)
    {
      double stance = read_stance (ballot, v), weight, say;
      guint f = weight_feature (self, v);

      if (stance == 0)
        continue;
      place (self, &p, f, stance, &variance);
      for (guint g = 0; g < TF_N_REGIMES; g++)
        if (regime[g] > 0)
          place (self, &p, f + 1 + g, stance * regime[g], &variance);

      weight = weight_in (p.mean + f, regime);
      mean += weight * stance;
      if (weight * stance < worst)
        {
          worst = weight * stance;
          opinion->strongest_against = (gint) v;
        }
      if (fabs (stance) <= VOICE_LEAST)
        continue;
      say = MAX (weight, WEIGHT_FLOOR) * fabs (stance);
      q[opinion->voices] = say;
      rows[opinion->voices++] = p.row[f];
      said += say;
      if (stance > 0)
        {
          opinion->in_favour++;
          in_favour += say;
        }
      else
        opinion->against++;
    }

  variance += forward (p.factor, p.x, p.y, panels);
  opinion->mean = mean;
  opinion->sd = sqrt (variance);
  opinion->confidence = 0.5 * erfc (-mean / opinion->sd * G_SQRT2 / 2);
  opinion->agreement = said > 0 ? in_favour / said : 0;
  opinion->effective_voters = count_independent (self, &p, q, rows, opinion->voices);
}

/**
 * tf_ensemble_contributions:
 * @contributions: (out): one for each voter: its weight in the ballot's regime times its stance, in R
 */
void
tf_ensemble_contributions (TfEnsemble     *self,
                           const TfBallot *ballot,
                           float          *contributions)
{
  Parts p = parts (self);
  double regime[TF_N_REGIMES];

  read_regime (ballot, regime);
  for (guint v = 0; v < self->n_voters; v++)
    {
      double weight = weight_in (p.mean + weight_feature (self, v), regime);

      contributions[v] = (float) (weight * read_stance (ballot, v));
    }
}

/* Learning */

/* A feature of an outcome: gets a row when it has none, and goes into x. Returns its share of the expected
 * outcome. */
static inline double
enter (TfEnsemble  *self,
       const Parts *p,
       guint        feature,
       double       value)
{
  if (p->row[feature] == NO_ROW)
    {
      p->feature[self->n_rows] = (guint16) feature;
      p->row[feature] = (guint16) self->n_rows++;
    }
  p->x[p->row[feature]] = value;
  return value * p->mean[feature];
}

/* An observation that is complete but for its place in S. */
static void
queue (TfEnsemble  *self,
       const Parts *p,
       double       outcome,
       double       weight)
{
  guint rows = 4 * n_panels (self->n_features);
  double gain = weight / self->scale;

  for (guint r = 0; r < self->n_rows; r++)
    {
      p->target[r] += gain * outcome * p->x[r];
      p->scaled[N_WAITING * r + self->n_waiting] = gain * p->x[r];
    }
  memcpy (p->waiting + self->n_waiting * rows, p->x, rows * sizeof (double));
  if (++self->n_waiting == N_WAITING)
    take_in (self);
}

/* What an outcome says of its proposer alone: R less what the others are believed to have in it is the proposer's effect
 * and its own word. */
static void
learn_proposer (TfEnsemble     *self,
                const Parts    *p,
                const TfBallot *ballot,
                const double    regime[TF_N_REGIMES],
                double          surprise,
                double          weight)
{
  double stance = read_stance (ballot, ballot->proposer), expected;
  guint f = weight_feature (self, ballot->proposer);

  memset (p->x, 0, 4 * n_panels (self->n_features) * sizeof (double));
  expected = enter (self, p, effect_feature (ballot->proposer), 1);
  if (stance != 0)
    {
      expected += enter (self, p, f, stance);
      for (guint g = 0; g < TF_N_REGIMES; g++)
        if (regime[g] > 0)
          expected += enter (self, p, f + 1 + g, stance * regime[g]);
    }
  queue (self, p, expected + surprise, weight);
}

/* So that what is stored stays in the range of what is meant. */
static void
rescale (TfEnsemble *self)
{
  Parts p = parts (self);

  take_in (self);
  for (gsize k = 0; k < panel_offset (n_panels (self->n_rows)); k++)
    p.information[k] *= self->scale;
  for (guint r = 0; r < self->n_rows; r++)
    p.target[r] *= self->scale;
  self->scale = 1;
}

/**
 * tf_ensemble_learn:
 * @ballot: as it was judged
 * @outcome: in R before costs
 * @weight: uniqueness × factor; what is above 1 counts as 1
 * @own: what it weighs as evidence of the proposer alone, up to 8; no more than @weight: as much as of all else
 *
 * Proposals that are open together share the market's fate, so that many of them say little of the intercept and of the
 * voters' weights: that is @weight. Who proposed is another matter: the differences between proposers are as many as
 * their outcomes, and a trader has a few proposals open, not a hundred. What @own is more than @weight is learned of the
 * proposer's effect and own weight only, with all else held at its mean.
 *
 * An outcome or weight that is not a finite number, a weight of 0 or less, or a ballot that cannot be
 * judged is refused and changes nothing. An outcome further than eight standard deviations from the
 * expected one counts as that far: one broken price must not outweigh a year. The posterior follows with
 * tf_ensemble_settle().
 */
void
tf_ensemble_learn (TfEnsemble     *self,
                   const TfBallot *ballot,
                   double          outcome,
                   double          weight,
                   double          own)
{
  Parts p = parts (self);
  double regime[TF_N_REGIMES], expected, surprise, noise, decay;
  guint rows = 4 * n_panels (self->n_features);

  if (!is_sound (self, ballot) || !isfinite (outcome) || !isfinite (weight) || weight <= 0)
    return;

  weight = MIN (weight, 1);
  memset (p.x, 0, rows * sizeof (double));
  read_regime (ballot, regime);
  expected = enter (self, &p, 0, 1);
  expected += enter (self, &p, effect_feature (ballot->proposer), 1);
  for (guint v = 0; v < self->n_voters; v++)
    {
      double stance = read_stance (ballot, v);
      guint f = weight_feature (self, v);

      if (stance == 0)
        continue;
      expected += enter (self, &p, f, stance);
      for (guint g = 0; g < TF_N_REGIMES; g++)
        if (regime[g] > 0)
          expected += enter (self, &p, f + 1 + g, stance * regime[g]);
    }

  noise = tf_ensemble_noise (self);
  surprise = outcome - expected;
  surprise = CLAMP (surprise, -OUTCOME_CLIP * sqrt (noise), OUTCOME_CLIP * sqrt (noise));

  decay = exp (weight * LOG_LAMBDA);
  self->scale *= decay;
  self->weight = self->weight * decay + weight;
  self->residuals = self->residuals * decay
                  + weight * MIN (surprise * surprise, NOISE_CLIP * NOISE_CLIP * noise) / NOISE_CONSISTENCY;
  self->own *= decay;
  queue (self, &p, expected + surprise, weight);
  if (own > weight)
    {
      own = MIN (own, OWN_MOST) - weight;
      learn_proposer (self, &p, ballot, regime, surprise, own);
      self->own += own;
      self->fresh_own += own;
    }
  if (self->scale < 0.5)
    rescale (self);

  self->fresh += weight;
  self->outcomes++;
}

/**
 * tf_ensemble_settle:
 *
 * The posterior follows what was learned, when the information has grown by 1 % and there are eight outcomes at least. It takes
 * a thousand times as long as a judgement: for when nobody waits.
 */
void
tf_ensemble_settle (TfEnsemble *self)
{
  double noise = tf_ensemble_noise (self);

  if (self->outcomes >= SOLVE_OUTCOMES
      && (self->fresh >= SOLVE_GROWTH * (self->weight + noise / (INTERCEPT_SD * INTERCEPT_SD))
          || self->fresh_own >= SOLVE_GROWTH * (self->own + noise / (EFFECT_SD * EFFECT_SD))))
    solve (self);
}

/**
 * tf_ensemble_set_trust:
 * @voter: whose effect as a proposer
 * @mean: of the prior, in R
 * @sd: of the prior, in R, more than 0
 *
 * Evidence that is there already is kept and weighed against the new prior.
 */
void
tf_ensemble_set_trust (TfEnsemble *self,
                       guint       voter,
                       double      mean,
                       double      sd)
{
  g_return_if_fail (voter < self->n_voters);
  g_return_if_fail (isfinite (mean) && isfinite (sd) && sd > 0);

  set_prior (self, effect_feature (voter), mean, sd);
  if (parts (self).row[effect_feature (voter)] < self->n_solved)
    solve (self);
}

/**
 * tf_ensemble_draw:
 *
 * Returns: one draw of the expected outcome after costs from what is believed of it (Thompson sampling)
 */
double
tf_ensemble_draw (const TfOpinion *opinion,
                  TfRandom        *random)
{
  return opinion->mean + opinion->sd * tf_random_normal (random);
}

static double
feature_sd (TfEnsemble *self,
            guint       feature)
{
  Parts p = parts (self);
  guint panels = n_panels (self->n_solved);
  double variance = 0;

  memset (p.x, 0, 4 * panels * sizeof (double));
  place (self, &p, feature, 1, &variance);
  return sqrt (variance + forward (p.factor, p.x, p.y, panels));
}

/**
 * tf_ensemble_weight:
 * @weight_mean: (out) (nullable): of β, over all regimes, in R for a full stance
 * @weight_sd: (out) (nullable): its standard deviation
 * @effect_mean: (out) (nullable): of u, the effect as a proposer, in R
 * @effect_sd: (out) (nullable): its standard deviation
 *
 * What is believed of a voter now.
 */
void
tf_ensemble_weight (TfEnsemble *self,
                    guint       voter,
                    double     *weight_mean,
                    double     *weight_sd,
                    double     *effect_mean,
                    double     *effect_sd)
{
  guint weight = weight_feature (self, voter), effect = effect_feature (voter);

  g_return_if_fail (voter < self->n_voters);

  if (weight_mean != NULL)
    *weight_mean = parts (self).mean[weight];
  if (weight_sd != NULL)
    *weight_sd = feature_sd (self, weight);
  if (effect_mean != NULL)
    *effect_mean = parts (self).mean[effect];
  if (effect_sd != NULL)
    *effect_sd = feature_sd (self, effect);
}

/**
 * tf_ensemble_weight_in:
 * @regime: below TF_N_REGIMES
 *
 * Returns: mean of β_v + β_v,g, in R for a full stance: what the voter's word is believed to be worth in that regime
 */
double
tf_ensemble_weight_in (TfEnsemble *self,
                       guint       voter,
                       guint       regime)
{
  const double *mean = parts (self).mean + weight_feature (self, voter);

  g_return_val_if_fail (voter < self->n_voters && regime < TF_N_REGIMES, 0);

  return mean[0] + mean[1 + regime];
}

/**
 * tf_ensemble_noise:
 *
 * Returns: variance of a single outcome around its expectation, in R²: the weighted mean of squared
 *   residuals, each clipped at three standard deviations (Huber), forgotten as the data is, around a start
 *   of 1.2 that counts for 50 outcomes
 */
double
tf_ensemble_noise (const TfEnsemble *self)
{
  return (NOISE_EVIDENCE * NOISE_START + self->residuals) / (NOISE_EVIDENCE + self->weight);
}
