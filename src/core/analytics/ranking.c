/* Ranking by what the evidence is worth: a mean of five outcomes is mostly luck and is drawn towards the mean of all, one of
 * five hundred stays nearly where it is. Empirical Bayes with the between-variance of DerSimonian and Laird (1986). */

#include "core/analytics/ranking.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#define UNKNOWN_VARIANCE 1.5 /* of one outcome in R², until there are enough to know */
#define ENOUGH_WEIGHT 20
/* A voter's own proposals on several instruments at a time share the market's fate: with five of them open and correlated by
 * a half, 1 + (5 − 1) / 2 outcomes are worth one. */
#define OVERLAP 3.0

static int
compare_ranks (const void *a,
               const void *b)
{
  const TfRank *x = a, *y = b;

  /* Those without a record come last, in their own order. */
  if ((x->n == 0) != (y->n == 0))
    return x->n == 0 ? 1 : -1;
  if (x->shrunk != y->shrunk)
    return x->shrunk < y->shrunk ? 1 : -1;
  if (x->mean != y->mean) /* they differ by no more than chance */
    return x->mean < y->mean ? 1 : -1;
  return x->index > y->index ? 1 : -1;
}

/**
 * tf_ranking_sort:
 * @ranks: with index, n and mean; the rest is filled in, best first
 * @n: how many
 * @variance: of a single outcome
 */
void
tf_ranking_sort (TfRank *ranks,
                 guint   n,
                 double  variance)
{
  double weight = 0, weight2 = 0, sum = 0, q = 0, grand, between;
  guint k = 0;

  g_return_if_fail (ranks != NULL || n == 0);
  g_return_if_fail (variance > 0);

  for (guint i = 0; i < n; i++)
    {
      double w = ranks[i].n / variance;

      weight += w;
      weight2 += w * w;
      sum += w * ranks[i].mean;
      k += ranks[i].n > 0;
    }
  grand = weight > 0 ? sum / weight : 0;
  for (guint i = 0; i < n; i++)
    q += ranks[i].n / variance * (ranks[i].mean - grand) * (ranks[i].mean - grand);
  between = k > 1 ? MAX (0, (q - (k - 1)) / (weight - weight2 / weight)) : 0;

  /* The common mean again, now with what the competitors really differ by. */
  weight = sum = 0;
  for (guint i = 0; i < n; i++)
    if (ranks[i].n > 0)
      {
        double w = 1 / (variance / ranks[i].n + between);

        weight += w;
        sum += w * ranks[i].mean;
      }
  grand = weight > 0 ? sum / weight : 0;
  for (guint i = 0; i < n; i++)
    {
      double keep = ranks[i].n > 0 ? between / (between + variance / ranks[i].n) : 0;
      double common = weight > 0 ? 1 / weight : variance;

      ranks[i].shrunk = grand + keep * (ranks[i].mean - grand);
      ranks[i].sd = sqrt ((1 - keep) * between + (1 - keep) * (1 - keep) * common);
      ranks[i].better = gsl_cdf_ugaussian_P (ranks[i].shrunk / ranks[i].sd);
    }
  qsort (ranks, n, sizeof *ranks, compare_ranks);
}

/* Variance of one outcome, over all voters, as if outcomes were independent. */
static double
outcome_variance (const TfCalibration *calibration)
{
  double weight = 0, sum = 0, squares = 0;

  for (guint i = 0; i < TF_CALIBRATION_BINS; i++)
    {
      weight += calibration->bins[i].weight;
      sum += calibration->bins[i].outcome;
      squares += calibration->bins[i].squares;
    }
  if (weight < ENOUGH_WEIGHT)
    return OVERLAP * UNKNOWN_VARIANCE;
  return OVERLAP * MAX (squares / weight - (sum / weight) * (sum / weight), 1e-6);
}

static GArray *
rank_voters (const TfSnapshot *snapshot,
             guint             first,
             guint             end)
{
  GArray *ranks = g_array_sized_new (FALSE, TRUE, sizeof (TfRank), end - first);

  for (guint v = first; v < end; v++)
    {
      TfRank rank = {
        .index = v,
        .n = snapshot->voters[v].resolved,
        .mean = snapshot->voters[v].resolved > 0 ? snapshot->voters[v].mean_outcome : 0,
      };

      g_array_append_val (ranks, rank);
    }
  tf_ranking_sort ((TfRank *) (gpointer) ranks->data, ranks->len, outcome_variance (&snapshot->calibration));
  return ranks;
}

/**
 * tf_ranking_of_bots:
 *
 * Returns: (transfer full) (element-type TfRank): the bots by their proposals' outcomes, traded or not, best first;
 *   index is the voter
 */
GArray *
tf_ranking_of_bots (const TfSnapshot *snapshot)
{
  return rank_voters (snapshot, 0, snapshot->config->n_bots);
}

/**
 * tf_ranking_of_traders:
 *
 * Returns: (transfer full) (element-type TfRank): the followed traders, best first; index is the voter
 */
GArray *
tf_ranking_of_traders (const TfSnapshot *snapshot)
{
  return rank_voters (snapshot, snapshot->config->n_bots, tf_config_n_voters (snapshot->config));
}
