#pragma once

#include "core/base/time.h"

G_BEGIN_DECLS

#define TF_TRACK_RECENT 20 /* outcomes that count as lately */
/* Below so many resolved signals a record is too early to be judged: “too early: 12 of 30”. With the usual
 * 1 R of spread the interval of a mean is then ± 0.3 R at 90 %, about the best that a trader is worth. */
#define TF_TRACK_ENOUGH 30

/* What became of a signal. */
typedef struct
{
  double  outcome;  /* R after costs, from the first price after it was known: what a follower can get */
  double  own;      /* R at the trader's own prices before costs; NaN: it named none */
  TfTime  holding;  /* from entry to exit */
  guint   open;     /* of the same trader when it ended, itself included; 0 is 1 */
} TfOutcome;

/* A trader's or bot's record over resolved signals, O(1) each. Plain data; a new one is zeros. */
typedef struct
{
  guint32 signals, resolved, wins; /* @signals is counted by who receives them */
  guint32 owned;        /* resolved with a price of the trader's own */
  double  mean, m2;     /* Welford, of R after costs */
  double  own, reached; /* over @owned: mean R at the trader's own prices, and what a follower could get */
  double  recent;       /* mean of the last TF_TRACK_RECENT */
  double  total, peak, drawdown; /* cumulative R, its peak and its deepest fall from one */
  double  holding_seconds; /* mean */
  double  open;         /* mean of TfOutcome.open */
  float   last[TF_TRACK_RECENT]; /* a ring */
} TfTrackRecord;

/* A number and how sure it is. */
typedef struct
{
  double mean, low, high; /* ends of a central credible interval */
} TfEstimate;

void        tf_track_record_add         (TfTrackRecord       *self,
                                         const TfOutcome     *outcome);
gboolean    tf_track_record_is_early    (const TfTrackRecord *self);
/* What n outcomes that shared their fate are worth. */
double      tf_track_record_worth       (const TfTrackRecord *self);
double      tf_track_overlap            (double               open);
double      tf_track_record_variance    (const TfTrackRecord *self);
void        tf_track_record_mean        (const TfTrackRecord *self,
                                         double               level,
                                         TfEstimate          *estimate);
void        tf_track_record_hit_rate    (const TfTrackRecord *self,
                                         double               level,
                                         TfEstimate          *estimate);
void        tf_track_record_decay       (const TfTrackRecord *self,
                                         double               level,
                                         TfEstimate          *estimate);

G_END_DECLS
