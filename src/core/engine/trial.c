#include "core/engine/trial.h"

#include <math.h>

/* Nearer to the stop, costs are all there is. */
#define LEAST_RISK 1e-4
/* Outcomes beyond are data errors or gaps that no weight should be learned from in full. */
#define WORST_OUTCOME -5.0
#define BEST_OUTCOME  10.0

/**
 * tf_trial_check:
 *
 * Returns: whether the stop is on the losing side of @price, and far enough to be a risk
 */
gboolean
tf_trial_check (gint   direction,
                double price,
                double stop)
{
  return stop > 0 && direction * (price - stop) > price * LEAST_RISK;
}

/**
 * tf_trial_cost:
 *
 * Returns: taker fees of both sides and one whole spread, in R
 */
double
tf_trial_cost (const TfInstrument *instrument,
               double              price,
               double              stop)
{
  return price * (2 * instrument->taker_ppm + instrument->spread_ppm) * 1e-6 / fabs (price - stop);
}

/**
 * tf_trial_mark:
 * @open: the first price of what the market did, then its range and its last price
 * @exit: (out): the price at which the trial ends
 *
 * In this order: stop, target (a touch is not enough), time, and only then the trailing stop moves on: of one mark it is
 * not known what came first. A gap through the stop costs the gap.
 *
 * Returns: (nullable): why it ends: stop, target, time
 */
const char *
tf_trial_mark (TfTrial *self,
               double   open,
               double   high,
               double   low,
               double   last,
               TfTime   now,
               double  *exit)
{
  int d = self->direction;
  double worst = d > 0 ? low : high, best = d > 0 ? high : low;

  if (self->entry == 0)
    self->entry = self->best = open;
  if (d * (worst - self->stop) <= 0)
    {
      *exit = d * (open - self->stop) <= 0 ? open : self->stop;
      return "stop";
    }
  if (self->target > 0 && d * (best - self->target) > 0)
    {
      *exit = d * (open - self->target) > 0 ? open : self->target;
      return "target";
    }
  if (now >= self->deadline)
    {
      *exit = last;
      return "time";
    }
  if (self->trail > 0 && d * (best - self->best) > 0)
    {
      double stop = best * (1 - d * self->trail);

      self->best = best;
      if (d * (stop - self->stop) > 0)
        self->stop = stop;
    }
  return NULL;
}

/**
 * tf_trial_outcome:
 *
 * Returns: what it is worth when it ends at @price, in R before costs, within what can be learned from
 */
double
tf_trial_outcome (const TfTrial *self,
                  double         price)
{
  if (self->entry == 0)
    return 0;
  return CLAMP (self->direction * (price - self->entry) / self->risk, WORST_OUTCOME, BEST_OUTCOME);
}
