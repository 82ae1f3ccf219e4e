/* Ranking by what the evidence is worth: a mean of five outcomes is mostly luck and is drawn towards the mean of all, one of
 * five hundred stays nearly where it is. By how much is learned from the competitors themselves: Stein's shrinkage (Efron and
 * Morris 1975) as a hierarchical model whose between-variance is not taken for known, since with twenty competitors it is not
 * (Gelman et al., “Bayesian Data Analysis”, 3rd edition, section 5.4). */

#include "core/analytics/ranking.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* Of a voter whose record was not kept with a workspace: how many of its outcomes are worth one (five open at a time), and
 * the variance of one in R². */
#define UNKNOWN_OVERLAP tf_track_overlap (5)
#define UNKNOWN_VARIANCE 1.5
#define KNOWN_WEIGHT 2 /* outcomes that 1 R² counts for */
#define GRID 64        /* between-deviations that are tried */
/* Prior of the between-variance: flat (Stein's harmonic prior, whose intervals hold their rate: Morris and Tang, “Estimating
 * random effects via adjustment for density maximization”, 2011) up to deviations of about so much R, and then falling as a
 * Cauchy's does: a few competitors do not tell by themselves how much they differ. */
#define USUAL_SPREAD 0.2

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

/* The common mean of all, its variance and the log likelihood, if true means differ by the variance @between (equations 5.20
 * and 5.21, with a flat prior of the mean). */
static double
fit (const TfRank *ranks,
     guint         n,
     double        variance,
     double        between,
     double       *grand,
     double       *common)
{
  double weight = 0, sum = 0, log_likelihood = 0;

  for (guint i = 0; i < n; i++)
    if (ranks[i].worth > 0)
      {
        double w = 1 / (variance / ranks[i].worth + between);

        weight += w;
        sum += w * ranks[i].mean;
        log_likelihood += 0.5 * log (w);
      }
  *grand = weight > 0 ? sum / weight : 0;
  *common = weight > 0 ? 1 / weight : variance;
  for (guint i = 0; i < n; i++)
    if (ranks[i].worth > 0)
      log_likelihood -= 0.5 * (ranks[i].mean - *grand) * (ranks[i].mean - *grand)
                        / (variance / ranks[i].worth + between);
  return log_likelihood + 0.5 * log (*common);
}

/**
 * tf_ranking_sort:
 * @ranks: with index, n, worth and mean; the rest is filled in, best first
 * @n: how many
 * @variance: of a single outcome
 *
 * Means y with variance V = @variance / worth of true means N(μ, τ²): given τ, a true mean is normal around
 * B μ + (1 − B) y, B = V / (V + τ²), with variance (1 − B) V + B² var μ (equation 5.17, over μ). Mean, deviation and chance
 * of being above 0 are those of the mixture over τ.
 */
void
tf_ranking_sort (TfRank *ranks,
                 guint   n,
                 double  variance)
{
  double evidence[GRID], deviation[GRID], grand, common, spread = 0, weight = 0, best = -G_MAXDOUBLE, total = 0, reach;
  guint k = 0;

  g_return_if_fail (ranks != NULL || n == 0);
  g_return_if_fail (variance > 0);

  fit (ranks, n, variance, 0, &grand, &common);
  for (guint i = 0; i < n; i++)
    {
      weight += ranks[i].worth;
      spread += ranks[i].worth * (ranks[i].mean - grand) * (ranks[i].mean - grand);
      k += ranks[i].worth > 0;
    }
  /* As far as deviations are worth trying: the means differ by no more, true differences and chance together. */
  reach = weight > 0 ? 4 * sqrt (spread / weight + 0.1 * k * variance / weight) : 1;
  for (guint g = 0; g < GRID; g++)
    {
      deviation[g] = reach * (g + 0.5) / GRID;
      evidence[g] = fit (ranks, n, variance, deviation[g] * deviation[g], &grand, &common)
                    + log (deviation[g]) - 1.5 * log1p (pow (deviation[g] / USUAL_SPREAD, 2));
      best = MAX (best, evidence[g]);
    }
  for (guint i = 0; i < n; i++)
    ranks[i].shrunk = ranks[i].sd = ranks[i].better = 0;
  for (guint g = 0; g < GRID; g++)
    total += exp (evidence[g] - best);
  for (guint g = 0; g < GRID; g++)
    {
      double between = deviation[g] * deviation[g], probability = exp (evidence[g] - best) / total;

      fit (ranks, n, variance, between, &grand, &common);
      for (guint i = 0; i < n; i++)
        {
          double own = ranks[i].worth > 0 ? variance / ranks[i].worth : 0;
          double away = ranks[i].worth > 0 ? own / (own + between) : 1;
          double mean = away * grand + (1 - away) * ranks[i].mean;
          double within = away * between + away * away * common;

          ranks[i].shrunk += probability * mean;
          ranks[i].sd += probability * (within + mean * mean);
          ranks[i].better += probability * gsl_cdf_ugaussian_P (mean / sqrt (within));
        }
    }
  for (guint i = 0; i < n; i++)
    ranks[i].sd = sqrt (MAX (ranks[i].sd - ranks[i].shrunk * ranks[i].shrunk, 0));
  qsort (ranks, n, sizeof *ranks, compare_ranks);
}

static GArray *
rank_voters (const TfSnapshot *snapshot,
             guint             first,
             guint             end)
{
  GArray *ranks = g_array_sized_new (FALSE, TRUE, sizeof (TfRank), end - first);
  double squares = 0, degrees = 0;

  for (guint v = first; v < end; v++)
    {
      const TfVoterView *view = &snapshot->voters[v];
      gboolean kept = view->record.resolved > 0;
      TfRank rank = {
        .index = v,
        .n = view->resolved,
        .worth = kept ? tf_track_record_worth (&view->record) : view->resolved / UNKNOWN_OVERLAP,
        .mean = view->resolved > 0 ? view->mean_outcome : 0,
        .early = view->resolved < TF_TRACK_ENOUGH,
      };

      rank.dropped = first >= snapshot->config->n_bots;
      for (guint a = 0; a < snapshot->config->n_accounts; a++)
        rank.dropped &= !view->followed[a];
      squares += view->record.m2;
      degrees += kept ? view->record.resolved - 1 : 0;
      g_array_append_val (ranks, rank);
    }
  tf_ranking_sort ((TfRank *) (gpointer) ranks->data, ranks->len,
                   degrees > 0 ? (squares + KNOWN_WEIGHT) / (degrees + KNOWN_WEIGHT) : UNKNOWN_VARIANCE);
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
 * Returns: (transfer full) (element-type TfRank): all traders, best first, also those that nobody follows any more: a
 *   ranking without the failures is no ranking; index is the voter
 */
GArray *
tf_ranking_of_traders (const TfSnapshot *snapshot)
{
  return rank_voters (snapshot, snapshot->config->n_bots, tf_config_n_voters (snapshot->config));
}
