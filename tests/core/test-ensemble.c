#include "core/ensemble/ensemble.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#define MAX_VOTERS 12
#define LAMBDA     0.9999

typedef struct
{
  float    stances[MAX_VOTERS];
  TfBallot ballot;
} Case;

static TfEnsemble *
ensemble_new (guint n_voters)
{
  TfEnsemble *ensemble = g_malloc (tf_ensemble_size (n_voters));

  tf_ensemble_init (ensemble, n_voters);
  return ensemble;
}

/* An outcome, and the posterior after it. */
static void
learn (TfEnsemble     *ensemble,
       const TfBallot *ballot,
       double          outcome,
       double          weight,
       double          own)
{
  tf_ensemble_learn (ensemble, ballot, outcome, weight, own);
  tf_ensemble_settle (ensemble);
}

/* A ballot in which about @speaking of the voters have something to say. */
static void
make_case (Case     *c,
           TfRandom *random,
           guint     n_voters,
           double    speaking)
{
  double total = 0;

  memset (c, 0, sizeof *c);
  for (guint v = 0; v < n_voters; v++)
    if (tf_random_uniform (random) < speaking)
      c->stances[v] = (float) (2 * tf_random_uniform (random) - 1);
  c->ballot = (TfBallot) {
    .proposer = (guint) (tf_random_uniform (random) * n_voters),
    .direction = tf_random_uniform (random) < 0.5 ? -1 : 1,
    .stances = c->stances,
  };
  for (guint g = 0; g < TF_N_REGIMES; g++)
    {
      c->ballot.regime[g] = (float) pow (tf_random_uniform (random), 3);
      total += (double) c->ballot.regime[g];
    }
  for (guint g = 0; g < TF_N_REGIMES; g++)
    c->ballot.regime[g] = (float) ((double) c->ballot.regime[g] / total);
}

/* The features of a case, once more from the design: intercept, proposers, weights, deviations. */
#define N_FEATURES(n_voters) (1 + 6 * (n_voters))

static void
features (const Case *c,
          guint       n_voters,
          double     *x)
{
  double total = 0;

  memset (x, 0, N_FEATURES (n_voters) * sizeof (double));
  x[0] = 1;
  x[1 + c->ballot.proposer] = 1;
  for (guint g = 0; g < TF_N_REGIMES; g++)
    if (c->ballot.regime[g] >= 0.1f)
      total += (double) c->ballot.regime[g];
  for (guint v = 0; v < n_voters; v++)
    {
      double stance = c->ballot.direction * (double) c->stances[v];

      x[1 + n_voters + v] = stance;
      for (guint g = 0; g < TF_N_REGIMES; g++)
        if (c->ballot.regime[g] >= 0.1f)
          x[1 + 2 * n_voters + 4 * v + g] = stance * (double) c->ballot.regime[g] / total;
    }
}

static void
prior_of (guint   feature,
          guint   n_voters,
          double *mean,
          double *sd)
{
  *mean = feature > n_voters && feature <= 2 * n_voters ? 0.02 : 0;
  *sd = feature == 0 ? 0.15 : feature <= n_voters ? 0.08 : feature <= 2 * n_voters ? 0.05 : 0.02;
}

static double
dot (const double *a,
     const double *b,
     guint         n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static void
test_prior (void)
{
  g_autofree TfEnsemble *ensemble = ensemble_new (5);
  float stances[5] = { 1, -0.5f, 0, 0.04f, 0 }, contributions[5];
  TfBallot ballot = { .proposer = 4, .direction = -1, .stances = stances, .cost = 0.1 };
  double mean = (-1 + 0.5 - 0.04) * 0.02 - 0.1, x2 = 1 + 0.25 + 0.04 * 0.04;
  double variance = 0.15 * 0.15 + 0.08 * 0.08 + x2 * 0.05 * 0.05;
  TfOpinion opinion;

  tf_ensemble_judge (ensemble, &ballot, &opinion);
  g_assert_cmpfloat_with_epsilon (opinion.mean, mean, 1e-8);
  g_assert_cmpfloat_with_epsilon (opinion.sd, sqrt (variance), 1e-8);
  g_assert_cmpfloat_with_epsilon (opinion.confidence, 0.5 * erfc (-mean / sqrt (2 * variance)), 1e-8);
  g_assert_cmpfloat_with_epsilon (opinion.agreement, 0.5 / 1.5, 1e-8);
  g_assert_cmpuint (opinion.voices, ==, 2);
  g_assert_cmpuint (opinion.in_favour, ==, 1);
  g_assert_cmpuint (opinion.against, ==, 1);
  g_assert_cmpint (opinion.strongest_against, ==, 0);
  g_assert_cmpfloat_with_epsilon (opinion.effective_voters, 1.5 * 1.5 / 1.25, 1e-8);

  tf_ensemble_contributions (ensemble, &ballot, contributions);
  g_assert_cmpfloat_with_epsilon ((double) contributions[0], -0.02, 1e-7);
  g_assert_cmpfloat_with_epsilon ((double) contributions[1], 0.01, 1e-7);
  g_assert_cmpfloat ((double) contributions[2], ==, 0);

  /* Trust moves it by itself; nobody speaking is still an opinion. */
  tf_ensemble_set_trust (ensemble, 4, 0.3, 0.15);
  memset (stances, 0, sizeof stances);
  tf_ensemble_judge (ensemble, &ballot, &opinion);
  g_assert_cmpfloat_with_epsilon (opinion.mean, 0.2, 1e-12);
  g_assert_cmpfloat_with_epsilon (opinion.sd, 0.15 * G_SQRT2, 1e-12);
  g_assert_cmpfloat (opinion.agreement, ==, 0);
  g_assert_cmpfloat (opinion.effective_voters, ==, 0);
  g_assert_cmpuint (opinion.voices, ==, 0);
  g_assert_cmpint (opinion.strongest_against, ==, -1);
}

/* The sparse, packed, lazily forgotten solution against a plain one by GSL, as the posterior moves. */
static void
test_dense (void)
{
  const guint n_voters = 7, n = N_FEATURES (n_voters);
  g_autofree TfEnsemble *ensemble = ensemble_new (n_voters);
  gsl_matrix *information = gsl_matrix_calloc (n, n), *covariance = gsl_matrix_alloc (n, n);
  gsl_vector *target = gsl_vector_calloc (n), *right = gsl_vector_alloc (n), *mean = gsl_vector_alloc (n);
  double x[N_FEATURES (MAX_VOTERS)], before = 0.02, now, residuals = 0, weights = 0;
  guint solves = 0;
  TfRandom random;

  tf_random_seed (&random, 7);
  tf_ensemble_set_trust (ensemble, 6, 0.15, 0.1);
  for (guint i = 0; i < 12000; i++)
    {
      /* The last voters turn up late. */
      double weight = 0.2 + 0.8 * tf_random_uniform (&random), decay, noise;
      double outcome = tf_random_normal (&random);
      TfOpinion opinion;
      Case c;

      make_case (&c, &random, i < 300 ? 4 : n_voters, 0.6);
      features (&c, n_voters, x);
      outcome += 0.1 * x[1 + n_voters] - 0.05 + 0.2 * x[5];
      tf_ensemble_judge (ensemble, &c.ballot, &opinion);
      noise = tf_ensemble_noise (ensemble);
      learn (ensemble, &c.ballot, outcome, weight, 0);

      decay = pow (LAMBDA, weight);
      gsl_matrix_scale (information, decay);
      gsl_vector_scale (target, decay);
      for (guint r = 0; r < n; r++)
        {
          *gsl_vector_ptr (target, r) += weight * x[r] * outcome;
          for (guint s = 0; s < n && x[r] != 0; s++)
            *gsl_matrix_ptr (information, r, s) += weight * x[r] * x[s];
        }
      residuals = residuals * decay + weight * MIN (pow (outcome - opinion.mean, 2), 9 * noise) / 0.9950072;
      weights = weights * decay + weight;
      noise = (50 * 1.2 + residuals) / (50 + weights);
      g_assert_cmpfloat_with_epsilon (tf_ensemble_noise (ensemble), noise, 1e-9);

      tf_ensemble_weight (ensemble, 0, &now, NULL, NULL, NULL);
      if (now == before)
        continue;
      before = now;
      if (solves++ % 10 != 0)
        continue;
      for (guint r = 0; r < n; r++)
        {
          double m0, sd;

          prior_of (r, n_voters, &m0, &sd);
          if (r == 7)
            m0 = 0.15, sd = 0.1;
          for (guint s = 0; s < n; s++)
            gsl_matrix_set (covariance, r, s, gsl_matrix_get (information, r, s) / noise);
          *gsl_matrix_ptr (covariance, r, r) += 1 / (sd * sd);
          gsl_vector_set (right, r, gsl_vector_get (target, r) / noise + m0 / (sd * sd));
        }
      gsl_linalg_cholesky_decomp1 (covariance);
      gsl_linalg_cholesky_solve (covariance, right, mean);
      gsl_linalg_cholesky_invert (covariance);
      for (guint v = 0; v < n_voters; v++)
        {
          double weight_mean, weight_sd, effect_mean, effect_sd;
          guint b = 1 + n_voters + v, u = 1 + v;

          tf_ensemble_weight (ensemble, v, &weight_mean, &weight_sd, &effect_mean, &effect_sd);
          g_assert_cmpfloat_with_epsilon (weight_mean, gsl_vector_get (mean, b), 1e-9);
          g_assert_cmpfloat_with_epsilon (weight_sd, sqrt (gsl_matrix_get (covariance, b, b)), 1e-9);
          g_assert_cmpfloat_with_epsilon (effect_mean, gsl_vector_get (mean, u), 1e-9);
          g_assert_cmpfloat_with_epsilon (effect_sd, sqrt (gsl_matrix_get (covariance, u, u)), 1e-9);
        }
      for (guint k = 0; k < 5; k++)
        {
          double variance = 0;

          make_case (&c, &random, n_voters, 0.7);
          c.ballot.cost = 0.07;
          features (&c, n_voters, x);
          for (guint r = 0; r < n; r++)
            variance += x[r] * dot (x, gsl_matrix_ptr (covariance, r, 0), n);
          tf_ensemble_judge (ensemble, &c.ballot, &opinion);
          g_assert_cmpfloat_with_epsilon (opinion.mean, dot (x, mean->data, n) - 0.07, 1e-9);
          g_assert_cmpfloat_with_epsilon (opinion.sd, sqrt (variance), 1e-9);
        }
    }
  g_assert_cmpuint (solves, >, 200);
  g_assert_cmpuint (solves, <, 600); /* 1 % apart */

  gsl_matrix_free (information);
  gsl_matrix_free (covariance);
  gsl_vector_free (target);
  gsl_vector_free (right);
  gsl_vector_free (mean);
}

/* Truths drawn from the prior: intervals of 90 % have to hold them 90 % of the time, and of the proposals
 * with a confidence of 70 % seven in ten have to have a positive expectation. */
static void
test_coverage (void)
{
  const guint n_voters = 6, n = N_FEATURES (n_voters);
  const double z = 1.6448536269514722;
  guint weights = 0, effects = 0, expectations = 0, total = 0, judged[5] = { 0 }, good[5] = { 0 };
  double shift = 0, prior_shift = 0, confidence[5] = { 0 };
  TfRandom random;

  tf_random_seed (&random, 11);
  for (guint replication = 0; replication < 300; replication++)
    {
      g_autofree TfEnsemble *ensemble = ensemble_new (n_voters);
      double truth[N_FEATURES (MAX_VOTERS)], x[N_FEATURES (MAX_VOTERS)];

      for (guint r = 0; r < n; r++)
        {
          double mean, sd;

          prior_of (r, n_voters, &mean, &sd);
          truth[r] = mean + sd * tf_random_normal (&random);
        }
      for (guint i = 0; i < 1500; i++)
        {
          Case c;

          make_case (&c, &random, n_voters, 0.8);
          features (&c, n_voters, x);
          learn (ensemble, &c.ballot, dot (truth, x, n) + 1.1 * tf_random_normal (&random), 1, 0);
        }
      g_assert_cmpfloat_with_epsilon (tf_ensemble_noise (ensemble), 1.21, 0.2);
      for (guint v = 0; v < n_voters; v++)
        {
          double weight_mean, weight_sd, effect_mean, effect_sd;

          tf_ensemble_weight (ensemble, v, &weight_mean, &weight_sd, &effect_mean, &effect_sd);
          weights += fabs (weight_mean - truth[1 + n_voters + v]) < z * weight_sd;
          effects += fabs (effect_mean - truth[1 + v]) < z * effect_sd;
          shift += pow (weight_mean - truth[1 + n_voters + v], 2);
          prior_shift += pow (0.02 - truth[1 + n_voters + v], 2);
          total++;
        }
      for (guint i = 0; i < 20; i++)
        {
          TfOpinion opinion;
          double expected;
          guint bin;
          Case c;

          make_case (&c, &random, n_voters, 0.8);
          c.ballot.cost = 0.05;
          features (&c, n_voters, x);
          expected = dot (truth, x, n) - c.ballot.cost;
          tf_ensemble_judge (ensemble, &c.ballot, &opinion);
          expectations += fabs (opinion.mean - expected) < z * opinion.sd;
          bin = MIN ((guint) (5 * opinion.confidence), 4);
          judged[bin]++;
          good[bin] += expected > 0;
          confidence[bin] += opinion.confidence;
        }
    }
  g_test_message ("coverage of 90 %%: weights %.3f, effects %.3f, expectations %.3f; error² %.2f of the prior",
                  (double) weights / total, (double) effects / total, (double) expectations / 6000,
                  shift / prior_shift);
  g_assert_cmpfloat_with_epsilon ((double) weights / total, 0.9, 0.04);
  g_assert_cmpfloat_with_epsilon ((double) effects / total, 0.9, 0.04);
  g_assert_cmpfloat_with_epsilon ((double) expectations / 6000, 0.9, 0.04);
  g_assert_cmpfloat (shift, <, 0.7 * prior_shift);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpuint (judged[i], >, 300);
      g_test_message ("confidence %.2f: %.2f of %u",
                      confidence[i] / judged[i], (double) good[i] / judged[i], judged[i]);
      g_assert_cmpfloat_with_epsilon (confidence[i] / judged[i], (double) good[i] / judged[i], 0.05);
    }
}

/* A skilled voter, an unskilled one and one that is always wrong end up in that order, and the first is believed. */
static void
test_planted (void)
{
  g_autofree TfEnsemble *ensemble = ensemble_new (3);
  double mean[3], sd[3];
  TfOpinion with, against;
  TfRandom random;
  Case c;

  tf_random_seed (&random, 3);
  for (guint i = 0; i < 8000; i++)
    {
      make_case (&c, &random, 3, 1);
      learn (ensemble, &c.ballot,
             c.ballot.direction * (0.2 * (double) c.stances[0] - 0.2 * (double) c.stances[2])
             + tf_random_normal (&random), 1, 0);
    }
  for (guint v = 0; v < 3; v++)
    tf_ensemble_weight (ensemble, v, &mean[v], &sd[v], NULL, NULL);
  g_assert_cmpfloat_with_epsilon (mean[0], 0.2, 0.06);
  g_assert_cmpfloat_with_epsilon (mean[1], 0, 0.06);
  g_assert_cmpfloat_with_epsilon (mean[2], -0.2, 0.06);

  c.ballot.direction = 1;
  c.stances[0] = 1, c.stances[1] = 0, c.stances[2] = -1;
  tf_ensemble_judge (ensemble, &c.ballot, &with);
  c.ballot.direction = -1;
  tf_ensemble_judge (ensemble, &c.ballot, &against);
  g_assert_cmpfloat (with.confidence, >, 0.95);
  g_assert_cmpfloat (against.confidence, <, 0.05);
  g_assert_cmpint (with.strongest_against, ==, -1);
  g_assert_cmpfloat (with.agreement, >, 0.95); /* 0.2 against the floor of 0.005 */
  g_assert_cmpint (against.strongest_against, >=, 0);
}

/* Twenty who propose in a crowd, so that an outcome says little of the rest: without evidence of their own nothing is
 * learned of them, with it as much as their outcomes hold. The normal posterior of the mean of n outcomes is the measure. */
static void
test_proposers (void)
{
  enum { N = 20, OUTCOMES = 3000 };
  g_autofree TfEnsemble *crowd = ensemble_new (N), *own = ensemble_new (N);
  double product = 0, squares = 0, mean, sd;
  TfRandom random;
  float silent[N] = { 0 };
  TfBallot ballot = { .direction = 1, .stances = silent };

  tf_random_seed (&random, 8);
  for (guint v = 0; v < N; v++)
    {
      tf_ensemble_set_trust (crowd, v, 0, 0.2);
      tf_ensemble_set_trust (own, v, 0, 0.2);
    }
  for (guint i = 0; i < OUTCOMES; i++)
    {
      double outcome;

      ballot.proposer = i % N;
      outcome = 0.04 * (ballot.proposer - 9.5) + 0.8 * tf_random_normal (&random);
      learn (crowd, &ballot, outcome, 0.03, 0);
      learn (own, &ballot, outcome, 0.03, tf_ensemble_noise (own) / (0.8 * 0.8));
    }
  for (guint v = 0; v < N; v++)
    {
      double expected = 1 / sqrt (1 / (0.2 * 0.2) + OUTCOMES / N / (0.8 * 0.8));

      tf_ensemble_weight (crowd, v, NULL, NULL, &mean, &sd);
      g_assert_cmpfloat (sd, >, 0.17);
      tf_ensemble_weight (own, v, NULL, NULL, &mean, &sd);
      g_assert_cmpfloat_with_epsilon (sd, expected, 0.1 * expected);
      product += mean * (v - 9.5);
      squares += (v - 9.5) * (v - 9.5);
    }
  g_assert_cmpfloat_with_epsilon (product / squares, 0.036, 0.006); /* 0.04, shrunk by a tenth */
}

/* One voter falls silent: in the end nothing is left of its record but the prior. */
static void
test_forgetting (void)
{
  g_autofree TfEnsemble *ensemble = ensemble_new (3);
  double weight_mean, weight_sd, effect_mean, effect_sd;
  TfRandom random;
  Case c;

  tf_random_seed (&random, 5);
  for (guint i = 0; i < 5000; i++)
    {
      make_case (&c, &random, 2, 1);
      learn (ensemble, &c.ballot,
             0.3 * c.ballot.direction * (double) c.stances[1] + tf_random_normal (&random), 1, 0);
    }
  tf_ensemble_weight (ensemble, 1, &weight_mean, &weight_sd, NULL, NULL);
  g_assert_cmpfloat (weight_mean, >, 0.15);
  g_assert_cmpfloat (weight_sd, <, 0.04);

  for (guint i = 0; i < 120000; i++)
    {
      make_case (&c, &random, 1, 1);
      learn (ensemble, &c.ballot, tf_random_normal (&random), 1, 0);
    }
  tf_ensemble_weight (ensemble, 1, &weight_mean, &weight_sd, &effect_mean, &effect_sd);
  g_assert_cmpfloat_with_epsilon (weight_mean, 0.02, 1e-3);
  g_assert_cmpfloat_with_epsilon (weight_sd, 0.05, 1e-4);
  g_assert_cmpfloat_with_epsilon (effect_mean, 0, 1e-3);
  g_assert_cmpfloat_with_epsilon (effect_sd, 0.08, 1e-4);

  /* The one that never spoke never moved. */
  tf_ensemble_weight (ensemble, 2, &weight_mean, &weight_sd, &effect_mean, &effect_sd);
  g_assert_cmpfloat (weight_mean, ==, 0.02);
  g_assert_cmpfloat_with_epsilon (weight_sd, 0.05, 1e-12);
  g_assert_cmpfloat_with_epsilon (effect_sd, 0.08, 1e-12);
}

/* In a regime that is certain, what a voter contributes is its weight there. */
static void
test_weight_in (void)
{
  g_autofree TfEnsemble *ensemble = ensemble_new (3);
  float parts[3];
  TfRandom random;
  Case c;

  tf_random_seed (&random, 9);
  g_assert_cmpfloat (tf_ensemble_weight_in (ensemble, 1, 2), ==, 0.02);
  for (guint i = 0; i < 500; i++)
    {
      make_case (&c, &random, 3, 1);
      learn (ensemble, &c.ballot, tf_random_normal (&random), 1, 0);
    }
  for (guint g = 0; g < TF_N_REGIMES; g++)
    {
      for (guint k = 0; k < TF_N_REGIMES; k++)
        c.ballot.regime[k] = k == g;
      tf_ensemble_contributions (ensemble, &c.ballot, parts);
      for (guint v = 0; v < 3; v++)
        g_assert_cmpfloat_with_epsilon ((double) parts[v], tf_ensemble_weight_in (ensemble, v, g) * c.ballot.direction
                                        * (double) c.stances[v], 1e-6);
    }
}

/* Voters 0 and 1 say the same, voter 2 says its own. */
static void
test_identical (void)
{
  g_autofree TfEnsemble *ensemble = ensemble_new (3), *alone = ensemble_new (3);
  double one, two, single;
  TfOpinion opinion;
  TfRandom random;
  Case c;

  tf_random_seed (&random, 9);
  for (guint i = 0; i < 4000; i++)
    {
      double outcome;

      make_case (&c, &random, 3, 1);
      c.ballot.proposer = 2;
      outcome = 0.2 * c.ballot.direction * (double) c.stances[0] + tf_random_normal (&random);
      c.stances[1] = 0;
      learn (alone, &c.ballot, outcome, 1, 0);
      c.stances[1] = c.stances[0];
      learn (ensemble, &c.ballot, outcome, 1, 0);
    }
  tf_ensemble_weight (ensemble, 0, &one, NULL, NULL, NULL);
  tf_ensemble_weight (ensemble, 1, &two, NULL, NULL, NULL);
  tf_ensemble_weight (alone, 0, &single, NULL, NULL, NULL);
  g_assert_cmpfloat_with_epsilon (one, two, 1e-9);
  g_assert_cmpfloat (one + two, <, 1.4 * single);
  g_assert_cmpfloat (one, <, 0.7 * single);

  c.stances[0] = c.stances[1] = 0.8f, c.stances[2] = 0;
  tf_ensemble_judge (ensemble, &c.ballot, &opinion);
  g_assert_cmpuint (opinion.voices, ==, 2);
  g_assert_cmpfloat_with_epsilon (opinion.effective_voters, 1, 0.01);
  c.stances[1] = 0, c.stances[2] = 0.8f;
  tf_ensemble_judge (alone, &c.ballot, &opinion);
  g_assert_cmpfloat (opinion.effective_voters, >, 1);
  g_assert_cmpfloat (opinion.effective_voters, <=, 2);
}

/* Equal voters that have nothing to do with each other count each. */
static void
test_independent (void)
{
  g_autofree TfEnsemble *ensemble = ensemble_new (8);
  TfOpinion opinion;
  TfRandom random;
  Case c;

  tf_random_seed (&random, 13);
  for (guint i = 0; i < 3000; i++)
    {
      double outcome = tf_random_normal (&random);

      make_case (&c, &random, 8, 1);
      for (guint v = 0; v < 8; v++)
        outcome += 0.06 * c.ballot.direction * (double) c.stances[v];
      learn (ensemble, &c.ballot, outcome, 1, 0);
    }
  for (guint v = 0; v < 8; v++)
    c.stances[v] = 0.5f;
  tf_ensemble_judge (ensemble, &c.ballot, &opinion);
  g_assert_cmpfloat (opinion.effective_voters, >, 6);
  g_assert_cmpfloat (opinion.effective_voters, <=, 8);
}

static void
test_cost (void)
{
  g_autofree TfEnsemble *ensemble = ensemble_new (4);
  double last = 1;
  TfRandom random;
  TfOpinion opinion;
  Case c;

  tf_random_seed (&random, 17);
  for (guint i = 0; i < 500; i++)
    {
      make_case (&c, &random, 4, 0.8);
      learn (ensemble, &c.ballot, tf_random_normal (&random), 0.5, 0);
    }
  for (c.ballot.cost = -0.5; c.ballot.cost < 0.5; c.ballot.cost += 0.01)
    {
      tf_ensemble_judge (ensemble, &c.ballot, &opinion);
      g_assert_cmpfloat (opinion.confidence, <, last);
      g_assert_cmpfloat (opinion.confidence, >, 0);
      last = opinion.confidence;
    }
  c.ballot.cost = 0;
  tf_ensemble_judge (ensemble, &c.ballot, &opinion);
  c.ballot.cost = opinion.mean;
  tf_ensemble_judge (ensemble, &c.ballot, &opinion);
  g_assert_cmpfloat_with_epsilon (opinion.confidence, 0.5, 1e-9);
}

/* A saved block goes on as if nothing had happened, byte for byte, and judging between lessons changes no
 * judgement. */
static void
test_copy (void)
{
  gsize size = tf_ensemble_size (10);
  g_autofree TfEnsemble *ensemble = ensemble_new (10), *copy = NULL;
  TfOpinion a, b;
  TfRandom random;
  Case c, first;

  tf_random_seed (&random, 19);
  make_case (&first, &random, 10, 0.7);
  for (guint i = 0; i < 1003; i++)
    {
      make_case (&c, &random, 10, 0.7);
      learn (ensemble, &c.ballot, tf_random_normal (&random), 0.7, 0);
    }
  copy = g_memdup2 (ensemble, size);
  tf_ensemble_judge (copy, &first.ballot, &a);
  for (guint i = 0; i < 1000; i++)
    {
      double outcome = tf_random_normal (&random);

      make_case (&c, &random, 10, 0.7);
      tf_ensemble_judge (copy, &first.ballot, &b);
      learn (copy, &c.ballot, outcome, 0.7, 0);
      learn (ensemble, &c.ballot, outcome, 0.7, 0);
    }
  tf_ensemble_judge (ensemble, &first.ballot, &a);
  tf_ensemble_judge (copy, &first.ballot, &b);
  g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
  g_assert_cmpmem (ensemble, size, copy, size);
}

/* Judgements come from the past only: two futures of one past do not change what was judged before. */
static void
test_past (void)
{
  g_autofree TfEnsemble *ensemble = ensemble_new (6), *other = ensemble_new (6);
  TfOpinion before[600];
  TfRandom random;

  for (guint round = 0; round < 2; round++)
    {
      tf_random_seed (&random, 23);
      for (guint i = 0; i < G_N_ELEMENTS (before); i++)
        {
          double outcome;
          TfOpinion opinion;
          Case c;

          make_case (&c, &random, 6, 0.7);
          outcome = tf_random_normal (&random);
          tf_ensemble_judge (round == 0 ? ensemble : other, &c.ballot, &opinion);
          if (round == 0)
            before[i] = opinion;
          else if (i <= 400)
            g_assert_cmpmem (&opinion, sizeof opinion, &before[i], sizeof opinion);
          if (round == 1 && i >= 400)
            outcome = 3 - outcome;
          learn (round == 0 ? ensemble : other, &c.ballot, outcome, 1, 0);
        }
    }
}

typedef struct
{
  const char *name;
  double      outcome, weight, cost;
  gint        direction;
  guint       proposer;
} Refused;

static const Refused refused[] = {
  { "outcome-nan", NAN, 1, 0, 1, 0 },
  { "outcome-infinite", INFINITY, 1, 0, 1, 0 },
  { "weight-nan", 1, NAN, 0, 1, 0 },
  { "weight-infinite", 1, INFINITY, 0, 1, 0 },
  { "weight-zero", 1, 0, 0, 1, 0 },
  { "weight-negative", 1, -1, 0, 1, 0 },
  { "direction-none", 1, 1, 0, 0, 0 },
  { "cost-nan", 1, 1, NAN, 1, 0 },
  { "proposer-unknown", 1, 1, 0, 1, 4 },
};

static void
test_refused (gconstpointer data)
{
  const Refused *row = data;
  gsize size = tf_ensemble_size (4);
  g_autofree TfEnsemble *ensemble = ensemble_new (4), *copy = NULL;
  TfRandom random;
  TfOpinion opinion;
  Case c;

  tf_random_seed (&random, 29);
  for (guint i = 0; i < 100; i++)
    {
      make_case (&c, &random, 4, 0.7);
      learn (ensemble, &c.ballot, tf_random_normal (&random), 1, 0);
    }
  copy = g_memdup2 (ensemble, size);
  c.ballot.cost = row->cost;
  c.ballot.direction = row->direction;
  c.ballot.proposer = row->proposer;
  learn (ensemble, &c.ballot, row->outcome, row->weight, 0);
  g_assert_cmpmem (ensemble, size, copy, size);

  tf_ensemble_judge (ensemble, &c.ballot, &opinion);
  g_assert_true (isfinite (opinion.mean) && isfinite (opinion.sd) && isfinite (opinion.confidence));
  if (!isfinite (row->cost) || row->direction == 0 || row->proposer >= 4)
    g_assert_cmpfloat (opinion.confidence, ==, 0);
}

/* Outcomes with broken prices, stances and regimes of any kind: every figure stays a sane number. */
static void
test_soak (void)
{
  const guint n_voters = MAX_VOTERS;
  g_autofree TfEnsemble *ensemble = ensemble_new (n_voters);
  TfRandom random;

  tf_random_seed (&random, 31);
  for (guint i = 0; i < 5000; i++)
    {
      double u = tf_random_uniform (&random), outcome = tf_random_normal (&random);
      float contributions[MAX_VOTERS];
      TfOpinion opinion;
      Case c;

      make_case (&c, &random, n_voters, 0.5);
      if (u < 0.02)
        outcome *= 1e300;
      else if (u < 0.04)
        c.stances[2] = (float) NAN;
      else if (u < 0.06)
        c.stances[3] = 1e30f;
      else if (u < 0.08)
        c.ballot.regime[1] = (float) NAN;
      else if (u < 0.1)
        memset (c.ballot.regime, 0, sizeof c.ballot.regime);
      tf_ensemble_judge (ensemble, &c.ballot, &opinion);
      g_assert_cmpfloat (opinion.confidence, >=, 0);
      g_assert_cmpfloat (opinion.confidence, <=, 1);
      g_assert_cmpfloat (opinion.sd, >, 0);
      g_assert_cmpfloat (opinion.sd, <, 0.5);
      g_assert_cmpfloat (fabs (opinion.mean), <, 5);
      g_assert_cmpfloat (opinion.agreement, >=, 0);
      g_assert_cmpfloat (opinion.agreement, <=, 1);
      g_assert_cmpfloat (opinion.effective_voters, <=, opinion.voices + 1e-9);
      g_assert_cmpfloat (opinion.effective_voters, >=, opinion.voices > 0 ? 1 - 1e-9 : 0);
      g_assert_cmpuint (opinion.in_favour + opinion.against, ==, opinion.voices);
      tf_ensemble_contributions (ensemble, &c.ballot, contributions);
      for (guint v = 0; v < n_voters; v++)
        g_assert_true (isfinite (contributions[v]));
      learn (ensemble, &c.ballot, outcome, tf_random_uniform (&random), 0);
    }
  g_assert_cmpfloat (tf_ensemble_noise (ensemble), >, 0.5);
  g_assert_cmpfloat (tf_ensemble_noise (ensemble), <, 3);
}

/* New trust meets the evidence that is there, at once. */
static void
test_trust (void)
{
  g_autofree TfEnsemble *ensemble = ensemble_new (2);
  double before, sd_before, after, sd;
  TfRandom random;
  Case c;

  tf_random_seed (&random, 37);
  for (guint i = 0; i < 200; i++)
    {
      make_case (&c, &random, 2, 1);
      learn (ensemble, &c.ballot, tf_random_normal (&random), 1, 0);
    }
  tf_ensemble_weight (ensemble, 1, NULL, NULL, &before, &sd_before);
  tf_ensemble_set_trust (ensemble, 1, 0.3, 0.15);
  tf_ensemble_weight (ensemble, 1, NULL, NULL, &after, &sd);
  g_assert_cmpfloat (after, >, before);
  g_assert_cmpfloat (after, <, 0.3);
  g_assert_cmpfloat (sd, >, sd_before);
  g_assert_cmpfloat (sd, <, 0.15);
}

static void
test_draw (void)
{
  TfOpinion opinion = { .mean = 0.1, .sd = 0.2 };
  double sum = 0, squares = 0;
  TfRandom random;

  tf_random_seed (&random, 41);
  for (guint i = 0; i < 20000; i++)
    {
      double draw = tf_ensemble_draw (&opinion, &random);

      sum += draw;
      squares += draw * draw;
    }
  g_assert_cmpfloat_with_epsilon (sum / 20000, 0.1, 0.006);
  g_assert_cmpfloat_with_epsilon (sqrt (squares / 20000 - pow (sum / 20000, 2)), 0.2, 0.005);
}

static void
test_size (void)
{
  g_assert_cmpuint (tf_ensemble_size (40), <, 512 * 1024);
  g_assert_cmpuint (tf_ensemble_size (0), >, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ensemble/size", test_size);
  g_test_add_func ("/ensemble/prior", test_prior);
  g_test_add_func ("/ensemble/dense", test_dense);
  g_test_add_func ("/ensemble/coverage", test_coverage);
  g_test_add_func ("/ensemble/planted", test_planted);
  g_test_add_func ("/ensemble/proposers", test_proposers);
  g_test_add_func ("/ensemble/forgetting", test_forgetting);
  g_test_add_func ("/ensemble/weight-in", test_weight_in);
  g_test_add_func ("/ensemble/identical", test_identical);
  g_test_add_func ("/ensemble/independent", test_independent);
  g_test_add_func ("/ensemble/cost", test_cost);
  g_test_add_func ("/ensemble/copy", test_copy);
  g_test_add_func ("/ensemble/past", test_past);
  g_test_add_func ("/ensemble/soak", test_soak);
  g_test_add_func ("/ensemble/trust", test_trust);
  g_test_add_func ("/ensemble/draw", test_draw);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *path = g_strconcat ("/ensemble/refused/", refused[i].name, NULL);

      g_test_add_data_func (path, &refused[i], test_refused);
    }
  return g_test_run ();
}
