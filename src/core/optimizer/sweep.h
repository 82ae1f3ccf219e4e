#pragma once

#include "core/optimizer/evaluate.h"

G_BEGIN_DECLS

typedef enum
{
  TF_SWEEP_GRID,   /* every combination of evenly spaced values */
  TF_SWEEP_RANDOM,
  TF_SWEEP_LATIN,  /* Latin hypercube: random, with every part of every range tried equally often */
  TF_N_SWEEP_METHODS
} TfSweepMethod;

typedef struct
{
  guint  param;    /* index in the strategy's parameters */
  double min, max;
} TfSweepRange;

typedef struct
{
  const TfStrategy *strategy;
  double            params[TF_PARAMS_MAX]; /* what it runs with now: tried too, and held against the best */
  TfSweepRange      ranges[TF_PARAMS_MAX]; /* what is varied */
  guint             n_ranges;
  TfSweepMethod     method;
  guint             budget;  /* combinations tried, at most */
  gboolean          refine;  /* spend a quarter of the budget around the best one (NLopt) */
  double            split;   /* share of the history that is chosen by; 0: 0.7 */
  guint64           seed;
} TfSweepOptions;

typedef struct
{
  double       params[TF_PARAMS_MAX];
  TfEvaluation score;
  gboolean     present; /* what the bot runs with now */
} TfTrial;

/* What is to be thought of the best one. */
typedef enum
{
  TF_SWEEP_NO_DATA,  /* too few outcomes to say anything */
  TF_SWEEP_NO_GAIN,  /* what the bot has now is the best there is */
  TF_SWEEP_LUCK,     /* such a result is likely even if no combination is worth anything */
  TF_SWEEP_FADES,    /* better than luck where it was chosen, but not in the part that it had not seen */
  TF_SWEEP_SURVIVES,
} TfSweepVerdict;

typedef struct
{
  GArray        *trials;       /* of TfTrial, best in sample first */
  guint          present;      /* index of what the bot runs with now */
  TfTime         from, split, to;
  guint64        bars;
  double         independent;  /* trials that the search is worth */
  double         expected_max; /* Sharpe ratio of a period that luck alone brings */
  double         deflated;     /* probability that the best one is better than luck */
  double         luck;         /* 1 − deflated */
  TfSweepVerdict verdict;
} TfSweep;

/* @fraction: of the work, 0 … 1 */
typedef void (*TfSweepProgress) (double   fraction,
                                 gpointer data);

TfSweep    *tf_sweep_run     (const TfSweepOptions *options,
                              const TfHistory      *history,
                              const gint           *cancelled,
                              TfSweepProgress       progress,
                              gpointer              data);
void        tf_sweep_free    (TfSweep              *self);
double      tf_param_step    (const TfParam        *param);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfSweep, tf_sweep_free)

G_END_DECLS
