#pragma once

#include "core/risk/limits.h"

G_BEGIN_DECLS

/* Drawdown governor of one account: full size down to governor_start, linearly to none at governor_end,
 * where it latches. Plain data.
 *
 * Re-arming is a decision of a person: it starts a new peak at the equity of that moment, so that trading
 * can go on at all. What must hold (max_drawdown) then counts from there; @max_drawdown goes on counting
 * from the highest equity ever and hides nothing. */
typedef struct
{
  TfMoney  equity;       /* of the last mark */
  TfMoney  peak;         /* since the start or the last re-arming */
  TfMoney  high;         /* ever */
  double   drawdown;     /* from @peak */
  double   max_drawdown; /* largest ever from @high */
  double   factor;       /* of size, 0…1 */
  gboolean latched;      /* flatten and halt, until re-armed by hand */
  TfTime   latched_at;
  guint    rearms;
} TfGovernor;

void        tf_governor_init        (TfGovernor       *self,
                                     TfMoney           equity);
gboolean    tf_governor_update      (TfGovernor       *self,
                                     const TfLimits   *limits,
                                     TfMoney           equity,
                                     TfTime            now);
void        tf_governor_rearm       (TfGovernor       *self,
                                     const TfLimits   *limits);
TfMoney     tf_governor_budget      (const TfGovernor *self,
                                     const TfLimits   *limits);

G_END_DECLS
