#pragma once

#include "core/market/candle.h"
#include "core/market/instrument.h"

G_BEGIN_DECLS

/* A proposal on its way to its outcome in R, whether anyone trades it or not. The one set of rules for the engine's
 * shadow tracking and for the optimizer. Prices are doubles: nothing is bought here. Plain data; direction 0: none. */
typedef struct
{
  TfTime opened, deadline;
  double entry;         /* the first price after the proposal; 0: has not met the market yet */
  double stop, target;  /* target 0: none */
  double trail;         /* fraction of the best price; 0: none */
  double best, risk, cost; /* risk: of one R in price; cost: of the round trip in R */
  gint   direction;
} TfTrial;

gboolean    tf_trial_check          (gint                direction,
                                     double              price,
                                     double              stop);
double      tf_trial_cost           (const TfInstrument *instrument,
                                     double              price,
                                     double              stop);
const char *tf_trial_mark           (TfTrial            *self,
                                     double              open,
                                     double              high,
                                     double              low,
                                     double              last,
                                     TfTime              now,
                                     double             *exit);
double      tf_trial_outcome        (const TfTrial      *self,
                                     double              price);

G_END_DECLS
