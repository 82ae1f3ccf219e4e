/* A search over a bot's parameters that says how much of its result is the search. */

#include "core/optimizer/sweep.h"

#include <math.h>
#include <nlopt.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/optimizer/overfitting.h"

#define SPLIT 0.7
#define LEAST_PROPOSALS 30
#define LEAST_PERIODS   10
#define LIKELY_LUCK     0.05 /* above this probability it is called luck */

typedef struct
{
  const TfSweepOptions *options;
  const TfHistory      *history;
  const gint           *cancelled;
  TfSweepProgress       progress;
  gpointer              data;
  TfSweep              *sweep;
  GArray               *streams; /* of float: trials × periods, in the order of being tried */
  GHashTable           *tried;   /* parameters as bytes → index of the trial + 1 */
  guint                 periods, done, total;
} Search;

/**
 * tf_param_step:
 *
 * Returns: the step that values of a parameter are rounded to, a power of ten near a fiftieth of its range. Finer values are
 *   only more chances to be lucky.
 */
double
tf_param_step (const TfParam *param)
{
  return pow (10, floor (log10 ((param->max - param->min) / 50)));
}

static double
round_param (const TfParam *param,
             double         value)
{
  double step = tf_param_step (param);

  return CLAMP (round (value / step) * step, param->min, param->max);
}

static gboolean
is_cancelled (const Search *self)
{
  return self->cancelled != NULL && g_atomic_int_get (self->cancelled);
}

/* Tries one combination, unless it was tried before. Returns its trial's index, −1 when cancelled. */
static gint
try_params (Search       *self,
            const double *params)
{
  gsize size = TF_PARAMS_MAX * sizeof (double);
  g_autoptr (GBytes) key = g_bytes_new (params, size);
  gint known = GPOINTER_TO_INT (g_hash_table_lookup (self->tried, key));
  TfTrial trial = { .present = memcmp (params, self->options->params, size) == 0 };
  guint at = self->streams->len;

  if (known > 0)
    return known - 1;
  if (is_cancelled (self))
    return -1;
  memcpy (trial.params, params, size);
  g_array_set_size (self->streams, at + self->periods);
  if (!tf_evaluate (self->history, self->options->strategy, params, self->sweep->split, self->cancelled, &trial.score,
                    (float *) (gpointer) self->streams->data + at))
    return -1;
  g_array_append_val (self->sweep->trials, trial);
  g_hash_table_insert (self->tried, g_steal_pointer (&key), GINT_TO_POINTER ((gint) self->sweep->trials->len));
  self->done++;
  if (self->progress != NULL)
    self->progress (MIN (1, self->done / (double) self->total), self->data);
  return (gint) self->sweep->trials->len - 1;
}

/* @x: one number in 0…1 for each range. */
static gint
try_point (Search       *self,
           const double *x)
{
  const TfSweepOptions *o = self->options;
  double params[TF_PARAMS_MAX];

  memcpy (params, o->params, sizeof params);
  for (guint r = 0; r < o->n_ranges; r++)
    params[o->ranges[r].param] = round_param (&o->strategy->params[o->ranges[r].param],
                                              o->ranges[r].min + x[r] * (o->ranges[r].max - o->ranges[r].min));
  return try_params (self, params);
}

static void
search_grid (Search *self,
             guint   budget)
{
  guint k = self->options->n_ranges, levels = 1;

  while (pow (levels + 1, k) <= budget)
    levels++;
  for (guint64 index = 0, n = (guint64) pow (levels, k); index < n && !is_cancelled (self); index++)
    {
      double x[TF_PARAMS_MAX];
      guint64 rest = index;

      for (guint r = 0; r < k; r++, rest /= levels)
        x[r] = levels > 1 ? (double) (rest % levels) / (levels - 1) : 0.5;
      try_point (self, x);
    }
}

static void
search_random (Search *self,
               guint   budget)
{
  guint k = self->options->n_ranges;
  g_autofree guint *cells = g_new (guint, (gsize) budget * MAX (k, 1));
  TfRandom random;

  tf_random_seed (&random, self->options->seed);
  for (guint r = 0; r < k; r++)
    for (guint i = 0; i < budget; i++)
      {
        guint other = (guint) (tf_random_uniform (&random) * (i + 1));

        /* Fisher and Yates, from the inside out. */
        other = MIN (other, i);
        cells[r * budget + i] = cells[r * budget + other];
        cells[r * budget + other] = i;
      }
  for (guint i = 0; i < budget && !is_cancelled (self); i++)
    {
      double x[TF_PARAMS_MAX];

      for (guint r = 0; r < k; r++)
        {
          double u = tf_random_uniform (&random);

          x[r] = self->options->method == TF_SWEEP_LATIN ? (cells[r * budget + i] + u) / budget : u;
        }
      try_point (self, x);
    }
}

static gboolean
enough (const TfScore *score)
{
  return score->proposals >= LEAST_PROPOSALS && score->periods >= LEAST_PERIODS;
}

/* What candidates are chosen by. Few outcomes can't win. */
static double
merit (const TfTrial *trial)
{
  return enough (&trial->score.before) ? trial->score.before.t : -1e3 + trial->score.before.proposals;
}

static double
objective (unsigned      n,
           const double *x,
           double       *gradient,
           void         *data)
{
  Search *self = data;
  gint index = try_point (self, x);

  return index < 0 ? -HUGE_VAL : merit (&g_array_index (self->sweep->trials, TfTrial, index));
}

static guint
best_of (const GArray *trials)
{
  guint best = 0;

  for (guint i = 1; i < trials->len; i++)
    if (merit (&g_array_index (trials, TfTrial, i)) > merit (&g_array_index (trials, TfTrial, best)))
      best = i;
  return best;
}

/* Subplex takes steps, not slopes: rounded parameters have none. */
static void
refine (Search *self,
        guint   budget)
{
  const TfSweepOptions *o = self->options;
  const TfTrial *best = &g_array_index (self->sweep->trials, TfTrial, best_of (self->sweep->trials));
  nlopt_opt opt;
  double x[TF_PARAMS_MAX], step[TF_PARAMS_MAX], value;

  if (o->n_ranges == 0 || budget == 0 || is_cancelled (self))
    return;
  for (guint r = 0; r < o->n_ranges; r++)
    {
      double width = o->ranges[r].max - o->ranges[r].min;

      x[r] = width > 0 ? CLAMP ((best->params[o->ranges[r].param] - o->ranges[r].min) / width, 0, 1) : 0.5;
      step[r] = 0.1;
    }
  opt = nlopt_create (NLOPT_LN_SBPLX, o->n_ranges);
  nlopt_set_max_objective (opt, objective, self);
  nlopt_set_lower_bounds1 (opt, 0);
  nlopt_set_upper_bounds1 (opt, 1);
  nlopt_set_initial_step (opt, step);
  nlopt_set_xtol_abs1 (opt, 0.01);
  nlopt_set_maxeval (opt, (int) budget);
  nlopt_optimize (opt, x, &value);
  nlopt_destroy (opt);
}

static int
compare_trials (const void *a,
                const void *b)
{
  const TfTrial *x = a, *y = b;
  double mx = merit (x), my = merit (y);

  if (mx != my)
    return mx < my ? 1 : -1;
  return memcmp (x->params, y->params, sizeof x->params);
}

/* The variance of the trials' Sharpe ratios: what the search could choose from. */
static double
sharpe_variance (const GArray *trials)
{
  double mean = 0, m2 = 0;

  for (guint i = 0; i < trials->len; i++)
    {
      double d = g_array_index (trials, TfTrial, i).score.before.sharpe - mean;

      mean += d / (i + 1);
      m2 += d * (g_array_index (trials, TfTrial, i).score.before.sharpe - mean);
    }
  return trials->len > 1 ? m2 / (trials->len - 1) : 0;
}

static void
judge (Search *self)
{
  TfSweep *sweep = self->sweep;
  const TfTrial *best;
  const TfScore *score;

  sweep->independent = tf_independent_trials ((const float *) (gpointer) self->streams->data, sweep->trials->len, self->periods);
  sweep->expected_max = tf_expected_max_sharpe (sharpe_variance (sweep->trials), sweep->independent);
  g_array_sort (sweep->trials, compare_trials);
  for (guint i = 0; i < sweep->trials->len; i++)
    if (g_array_index (sweep->trials, TfTrial, i).present)
      sweep->present = i;
  best = &g_array_index (sweep->trials, TfTrial, 0);
  score = &best->score.before;
  sweep->deflated = 0;
  if (enough (score))
    sweep->deflated = tf_probabilistic_sharpe (score->sharpe, sweep->expected_max, score->periods, score->skew,
                                               score->kurtosis);
  sweep->luck = 1 - sweep->deflated;
  if (!enough (score))
    sweep->verdict = TF_SWEEP_NO_DATA;
  else if (sweep->present == 0)
    sweep->verdict = TF_SWEEP_NO_GAIN;
  else if (sweep->luck > LIKELY_LUCK)
    sweep->verdict = TF_SWEEP_LUCK;
  else if (best->score.after.mean <= MAX (0, g_array_index (sweep->trials, TfTrial, sweep->present).score.after.mean))
    sweep->verdict = TF_SWEEP_FADES;
  else
    sweep->verdict = TF_SWEEP_SURVIVES;
}

/**
 * tf_sweep_run:
 * @options: what is varied, and how
 * @history: over which bars
 * @cancelled: (nullable): not 0 stops; another thread may set it atomically
 * @progress: (nullable): called after each combination, on this thread
 *
 * The same options and history give the same result. Combinations are chosen by what came of the first part of the history
 * only (the t-statistic of R by period); the last part says what came of the choice.
 *
 * Returns: (transfer full) (nullable): NULL when cancelled
 */
TfSweep *
tf_sweep_run (const TfSweepOptions *options,
              const TfHistory      *history,
              const gint           *cancelled,
              TfSweepProgress       progress,
              gpointer              data)
{
  g_autoptr (GArray) streams = g_array_new (FALSE, TRUE, sizeof (float));
  g_autoptr (GHashTable) tried = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  g_autoptr (TfSweep) sweep = g_new0 (TfSweep, 1);
  guint local, budget;
  Search self = {
    .options = options,
    .history = history,
    .cancelled = cancelled,
    .progress = progress,
    .data = data,
    .sweep = sweep,
    .streams = streams,
    .tried = tried,
  };

  g_return_val_if_fail (options != NULL && options->strategy != NULL && history != NULL, NULL);
  g_return_val_if_fail (options->n_ranges <= TF_PARAMS_MAX && options->method < TF_N_SWEEP_METHODS, NULL);

  sweep->trials = g_array_new (FALSE, TRUE, sizeof (TfTrial));
  sweep->bars = tf_history_get_bars (history);
  if (tf_history_get_range (history, &sweep->from, &sweep->to))
    sweep->split = sweep->from + (TfTime) ((double) (sweep->to - sweep->from)
                                           * (options->split > 0 ? MIN (options->split, 1) : SPLIT));
  self.periods = tf_evaluate_periods (history, sweep->split);
  budget = MAX (options->budget, 1);
  self.total = budget;

  local = options->refine ? budget / 4 : 0;
  try_params (&self, options->params);
  if (options->n_ranges > 0 && budget > 1)
    {
      if (options->method == TF_SWEEP_GRID)
        search_grid (&self, budget - 1 - local);
      else
        search_random (&self, budget - 1 - local);
      refine (&self, local);
    }
  if (is_cancelled (&self))
    return NULL;
  judge (&self);
  return g_steal_pointer (&sweep);
}

void
tf_sweep_free (TfSweep *self)
{
  g_clear_pointer (&self->trials, g_array_unref);
  g_free (self);
}
