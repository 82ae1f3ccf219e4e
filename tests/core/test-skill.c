/* Planted skill: twenty demo traders through the whole engine. Does the learned ranking find who is good, does the ensemble
 * learn it, too, and do intervals hold the truth as often as they say? */
#include <math.h>
#include <stdlib.h>

#include "core/analytics/ranking.h"
#include "core/engine-fixture.h"
#include "core/market/demo.h"

#define N TF_DEMO_TRADERS
#define SEEDS 12

static TfSnapshot *snapshots[SEEDS]; /* after 2,000 outcomes of all traders together */

static void
free_source (TfEventSource *source)
{
  source->free (source);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfEventSource, free_source)

/* The engine after @resolved signals of all traders together came to their outcome; history is enough, since proposals are
 * tracked there as they are live. */
static TfSnapshot *
follow (guint64 seed,
        guint   resolved)
{
  g_autoptr (TfConfig) config = demo_config (seed);
  g_autoptr (TfEngine) engine = tf_engine_new (config, NULL, NULL);
  g_autoptr (TfEventSource) source = tf_demo_new (config->universe, seed, resolved * 8);
  g_autoptr (TfSnapshot) snapshot = NULL;
  TfEvent event;

  for (guint n = 0, looked = 0; source->next (source, &event) && (event.flags & TF_EVENT_HISTORY) != 0;)
    {
      tf_engine_process (engine, &event);
      n += event.type == TF_EVENT_SIGNAL;
      /* One signal in 2.25 is an end. */
      if (n < 2 * resolved || n < looked + 20)
        continue;
      looked = n;
      g_clear_pointer (&snapshot, tf_snapshot_unref);
      snapshot = tf_engine_snapshot (engine, -1);
      for (guint v = config->n_bots, sum = 0; v < tf_config_n_voters (config); v++)
        if ((sum += snapshot->voters[v].resolved) >= resolved)
          return g_steal_pointer (&snapshot);
    }
  g_assert_not_reached ();
}

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Spearman's rank correlation (1904) of two lists without ties. */
static double
spearman (const double *a,
          const double *b)
{
  double x[N], y[N], sum = 0;

  for (guint i = 0; i < N; i++)
    x[i] = a[i], y[i] = b[i];
  qsort (x, N, sizeof *x, compare);
  qsort (y, N, sizeof *y, compare);
  for (guint i = 0; i < N; i++)
    {
      double p = 0, q = 0;

      while (x[(guint) p] < a[i])
        p++;
      while (y[(guint) q] < b[i])
        q++;
      sum += (p - q) * (p - q);
    }
  return 1 - 6 * sum / (N * (N * N - 1.0));
}

/* What is planted is the share of right entries. After 2,000 outcomes (a hundred a trader, six and a half days of demo time)
 * the shrunken ranking is the planted one but for neighbours. The ensemble's effect is what a trader adds to all votes, which is less. */
static void
test_ranking (void)
{
  double mean = 0, mean_effect = 0;

  for (guint seed = 0; seed < SEEDS; seed++)
    {
      const TfSnapshot *snapshot = snapshots[seed];
      g_autoptr (GArray) ranks = tf_ranking_of_traders (snapshot);
      double skill[N], shrunk[N], effect[N], sd = 0;
      double rho, rho_effect;

      g_assert_cmpuint (ranks->len, ==, N);
      for (guint i = 0; i < N; i++)
        {
          const TfRank *rank = &g_array_index (ranks, TfRank, i);

          skill[i] = tf_demo_trader_skill (rank->index - snapshot->config->n_bots);
          shrunk[i] = rank->shrunk;
          effect[i] = snapshot->voters[rank->index].effect;
          sd += snapshot->voters[rank->index].effect_sd / N;
          g_assert_false (rank->early || rank->dropped);
          g_assert_cmpfloat (fabs (rank->worth - rank->n), <, 0.5); /* one position at a time */
        }
      rho = spearman (skill, shrunk);
      rho_effect = spearman (skill, effect);
      g_test_message ("seed %u: ranking %.3f, effect in the ensemble %.3f (sd %.3f)", seed, rho, rho_effect, sd);
      g_assert_cmpfloat (rho, >=, 0.8);
      g_assert_cmpfloat (rho_effect, >, 0.3);
      g_assert_cmpfloat (sd, <, 0.1); /* of 0.2 before the first */
      mean += rho / SEEDS;
      mean_effect += rho_effect / SEEDS;
    }
  g_test_message ("mean %.3f, of the ensemble %.3f", mean, mean_effect);
  g_assert_cmpfloat (mean, >, 0.88);
  g_assert_cmpfloat (mean_effect, >, 0.55);
}

/* A trader's truth in R depends on stops and costs, and is what a long run brings: a curve through 1,000 outcomes of each,
 * since it depends on the planted skill and little else. */
static void
find_truth (double truth[N])
{
  g_autoptr (TfSnapshot) snapshot = follow (1000, 20000);
  double a[3][4] = { { 0 } };

  /* Least squares of 1, s, s², weighted by the outcomes. */
  for (guint t = 0; t < N; t++)
    {
      const TfVoterView *view = &snapshot->voters[snapshot->config->n_bots + t];
      double s = tf_demo_trader_skill (t), row[4] = { 1, s, s * s, view->mean_outcome };

      for (guint i = 0; i < 3; i++)
        for (guint k = 0; k < 4; k++)
          a[i][k] += view->resolved * row[i] * row[k];
    }
  for (guint i = 0; i < 3; i++)
    for (guint r = 0; r < 3; r++)
      if (r != i)
        for (gint k = 3; k >= (gint) i; k--)
          a[r][k] -= a[i][k] * a[r][i] / a[i][i];
  for (guint t = 0; t < N; t++)
    {
      double s = tf_demo_trader_skill (t);

      truth[t] = a[0][3] / a[0][0] + s * a[1][3] / a[1][1] + s * s * a[2][3] / a[2][2];
      g_test_message ("%s: skill %.2f, found %+.3f R, on the curve %+.3f R", snapshot->config->traders[t].id, s,
                      snapshot->voters[snapshot->config->n_bots + t].mean_outcome, truth[t]);
    }
}

/* 240 records of about a hundred outcomes, and their shrunken means: 90 % intervals hold the truth in 90 ± 3 %, as they do in
 * thousands of made-up records in the tests of records and of the ranking. */
static void
test_coverage (void)
{
  double truth[N];
  guint mean_inside = 0, rank_inside = 0;

  find_truth (truth);
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      const TfSnapshot *snapshot = snapshots[seed];
      g_autoptr (GArray) ranks = tf_ranking_of_traders (snapshot);

      for (guint i = 0; i < N; i++)
        {
          const TfRank *rank = &g_array_index (ranks, TfRank, i);
          double t = truth[rank->index - snapshot->config->n_bots];
          TfEstimate e;

          tf_track_record_mean (&snapshot->voters[rank->index].record, 0.9, &e);
          mean_inside += e.low <= t && t <= e.high;
          rank_inside += fabs (rank->shrunk - t) <= 1.644853626951472 * rank->sd;
        }
    }
  g_test_message ("90 %% intervals of the mean hold %.1f %%, of the ranking %.1f %%", 100.0 * mean_inside / (SEEDS * N),
                  100.0 * rank_inside / (SEEDS * N));
  g_assert_cmpfloat_with_epsilon ((double) mean_inside / (SEEDS * N), 0.9, 0.03);
  g_assert_cmpfloat_with_epsilon ((double) rank_inside / (SEEDS * N), 0.9, 0.03);
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  for (guint seed = 0; seed < SEEDS; seed++)
    snapshots[seed] = follow (seed + 1, 2000);
  g_test_add_func ("/skill/ranking", test_ranking);
  g_test_add_func ("/skill/coverage", test_coverage);
  result = g_test_run ();
  for (guint seed = 0; seed < SEEDS; seed++)
    tf_snapshot_unref (snapshots[seed]);
  return result;
}
