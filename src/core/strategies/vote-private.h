#pragma once

#include "core/strategies/strategy.h"

#include <math.h>

G_BEGIN_DECLS

/* How strategies phrase their votes. */

/* A stop nearer than this fraction of the price would mostly pay costs; one farther off is no stop. */
#define TF_RISK_NEAREST 0.01
#define TF_RISK_FARTHEST 0.40

/* Squeezes a conviction smoothly into -1..1: 1 gives 0.71, 2 gives 0.89. What is undefined is none. */
static inline double
tf_stance (double x)
{
  double y = CLAMP (x, -1e6, 1e6);

  return isnan (y) ? 0 : y / sqrt (1 + y * y);
}

/* Proposes to enter at the close of @bar: the stop @risk away, the target @reward times as far (0: none),
 * trailing by @trail times the risk (0: not). Without a finite positive risk there is no proposal. */
static inline void
tf_vote_propose (TfVote      *self,
                 const TfBar *bar,
                 gint         direction,
                 double       risk,
                 double       reward,
                 double       trail,
                 double       horizon)
{
  double price = bar->close;
  double distance = CLAMP (risk, TF_RISK_NEAREST * price, TF_RISK_FARTHEST * price);
  double target = reward > 0 ? price + direction * reward * distance : 0;

  if (!(risk > 0) || !isfinite (risk) || direction == 0)
    return;
  self->direction = direction;
  self->stop = price - direction * distance;
  self->target = MAX (target, 0);
  self->trail = trail * distance / price;
  self->horizon = (guint) MAX (horizon, 1);
}

G_END_DECLS
