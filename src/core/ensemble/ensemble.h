#pragma once

#include "core/base/random.h"

G_BEGIN_DECLS

#define TF_MAX_VOTERS 256 /* bots and traders together */

#define TF_N_REGIMES 4

/* What is known at the moment of a proposal. Voters are bots first, then traders. */
typedef struct
{
  guint        proposer;             /* a voter */
  gint         direction;            /* +1 long, −1 short */
  const float *stances;              /* one for each voter, in [−1, 1]; 0: nothing to say */
  float        regime[TF_N_REGIMES]; /* probabilities */
  double       cost;                 /* of a round trip, in R */
} TfBallot;

typedef struct
{
  double confidence;       /* Φ (mean / sd): probability of a positive expected outcome after costs */
  double mean, sd;         /* of the expected outcome after costs, in R */
  double agreement;        /* share of |weighted stance| in favour */
  double effective_voters; /* correlated voters do not count twice */
  guint  voices;           /* voters with something to say */
  guint  in_favour, against;
  gint   strongest_against; /* voter whose contribution is the most negative; −1 none */
} TfOpinion;

/* The learned weights (design, section 6): Bayesian linear regression of a proposal's outcome in R before
 * costs on an intercept, the proposer and all stances. One block of plain data of tf_ensemble_size()
 * bytes, no pointers. */
typedef struct _TfEnsemble TfEnsemble;

gsize       tf_ensemble_size          (guint             n_voters);
void        tf_ensemble_init          (TfEnsemble       *self,
                                       guint             n_voters);
/* A voter's prior effect as a proposer: mean and standard deviation in R (trust). */
void        tf_ensemble_set_trust     (TfEnsemble       *self,
                                       guint             voter,
                                       double            mean,
                                       double            sd);
void        tf_ensemble_judge         (TfEnsemble       *self,
                                       const TfBallot   *ballot,
                                       TfOpinion        *opinion);
/* β_v x_v of every voter, in R. */
void        tf_ensemble_contributions (TfEnsemble       *self,
                                       const TfBallot   *ballot,
                                       float            *contributions);
/* @outcome: in R before costs; @weight: uniqueness × factor, in (0, 1]; @own: the same of the proposer alone. */
void        tf_ensemble_learn         (TfEnsemble       *self,
                                       const TfBallot   *ballot,
                                       double            outcome,
                                       double            weight,
                                       double            own);
/* Makes the posterior follow, once there is enough that is new. */
void        tf_ensemble_settle        (TfEnsemble       *self);
/* One draw of the expected outcome after costs (Thompson sampling). */
double      tf_ensemble_draw          (const TfOpinion  *opinion,
                                       TfRandom         *random);
/* What is believed of a voter: mean and standard deviation of its weight, and of its effect as proposer. */
void        tf_ensemble_weight        (TfEnsemble       *self,
                                       guint             voter,
                                       double           *weight_mean,
                                       double           *weight_sd,
                                       double           *effect_mean,
                                       double           *effect_sd);
/* Mean of a voter's weight while the market is in one regime for certain. */
double      tf_ensemble_weight_in     (TfEnsemble       *self,
                                       guint             voter,
                                       guint             regime);
double      tf_ensemble_noise         (const TfEnsemble *self);

G_END_DECLS
