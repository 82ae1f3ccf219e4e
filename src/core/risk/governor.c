#include "core/risk/governor.h"

#include <math.h>

static double
below (TfMoney high,
       TfMoney equity)
{
  return high.raw > 0 ? ((double) high.raw - (double) equity.raw) / (double) high.raw : 1;
}

/* 1 down to governor_start, linearly to 0 at governor_end. */
static double
size_factor (double          drawdown,
             const TfLimits *limits)
{
  if (drawdown >= limits->governor_end)
    return 0;
  if (drawdown <= limits->governor_start)
    return 1;
  return (limits->governor_end - drawdown) / (limits->governor_end - limits->governor_start);
}

/**
 * tf_governor_init:
 * @equity: the account's at the start, more than 0
 */
void
tf_governor_init (TfGovernor *self,
                  TfMoney     equity)
{
  *self = (TfGovernor) { .equity = equity, .peak = equity, .high = equity, .factor = 1 };
}

/**
 * tf_governor_update:
 * @equity: with open positions at the market's price
 *
 * Takes one mark.
 *
 * Returns: %TRUE at the mark that reaches governor_end: the account has to be flattened and halted now. The
 *   latch then holds, however the equity goes on, until tf_governor_rearm().
 */
gboolean
tf_governor_update (TfGovernor     *self,
                    const TfLimits *limits,
                    TfMoney         equity,
                    TfTime          now)
{
  gboolean latches;
  double from_high;

  self->equity = equity;
  if (equity.raw > self->peak.raw)
    self->peak = equity;
  if (equity.raw > self->high.raw)
    self->high = equity;
  self->drawdown = below (self->peak, equity);
  from_high = below (self->high, equity);
  if (from_high > self->max_drawdown)
    self->max_drawdown = from_high;
  latches = !self->latched && self->drawdown >= limits->governor_end;
  if (latches)
    {
      self->latched = TRUE;
      self->latched_at = now;
    }
  self->factor = self->latched ? 0 : size_factor (self->drawdown, limits);
  return latches;
}

/**
 * tf_governor_rearm:
 *
 * Releases the latch, by hand only; see #TfGovernor for what it does to the peak. An account that is not
 * latched keeps its peak: re-arming after an emergency stop is no way around the governor.
 */
void
tf_governor_rearm (TfGovernor     *self,
                   const TfLimits *limits)
{
  if (!self->latched)
    return;
  self->latched = FALSE;
  self->latched_at = 0;
  self->peak = self->equity;
  self->drawdown = below (self->peak, self->equity);
  self->factor = size_factor (self->drawdown, limits);
  self->rearms++;
}

/**
 * tf_governor_budget:
 *
 * Returns: the distance from the equity to the floor, (1 − max_drawdown) × peak: what a sudden gap may cost
 *   at most; 0 below the floor (constant-proportion portfolio insurance: Black and Jones 1987)
 */
TfMoney
tf_governor_budget (const TfGovernor *self,
                    const TfLimits   *limits)
{
  double floor_raw = ceil ((1 - limits->max_drawdown) * (double) self->peak.raw);
  gint64 distance = self->equity.raw - (gint64) floor_raw;

  return (TfMoney) { MAX (distance, 0) };
}
