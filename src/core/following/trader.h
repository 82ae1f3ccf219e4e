#pragma once

#include "core/base/fixed.h"
#include "core/base/time.h"

G_BEGIN_DECLS

/* A followed person or address. */
typedef struct
{
  char   id[48];        /* stable: “michael-saylor” */
  char   name[48];      /* “Michael Saylor” */
  char   known_for[128];
  char   grade;         /* best provenance of its sources, 'A' … 'D'; 0: no source connected */
  double trust_mean, trust_sd; /* prior effect in R */
  guint8 followed[8];   /* by account */
} TfTrader;

/* The twenty public voices that every account follows by default (data/traders.json); ends with an empty
 * id. */
extern const TfTrader tf_default_traders[];

/* How sure a grade can be at best: a cap of confidence and of size. */
double      tf_grade_confidence_cap (char        grade);
double      tf_grade_size_cap       (char        grade);

/* A trader's record over resolved signals, O(1) each. Plain data; a new one is zeros. */
typedef struct
{
  guint32 signals, resolved, wins; /* @signals is counted by who receives them */
  double  mean, m2;     /* Welford, of R after costs */
  double  recent;       /* exponentially weighted mean, last ~20 */
  double  holding_seconds; /* mean */
} TfTrackRecord;

void        tf_track_record_add     (TfTrackRecord       *self,
                                     double               outcome,
                                     TfTime               holding);
/* Credible interval of the mean R under a normal prior of mean 0 and @prior_sd. */
void        tf_track_record_mean    (const TfTrackRecord *self,
                                     double               prior_sd,
                                     double               level,
                                     double              *mean,
                                     double              *low,
                                     double              *high);

G_END_DECLS
