#pragma once

#include "core/market/instrument.h"
#include "core/risk/covariance.h"
#include "core/risk/governor.h"
#include "core/risk/guards.h"
#include "core/risk/state.h"

G_BEGIN_DECLS

/* Everything the gate looks at; the engine fills it. Pointers are read only during the call. */
typedef struct
{
  const TfLimits       *limits;
  TfTradingState        state;          /* the strictest of system, account and voter */
  gboolean              long_only;

  /* the order */
  const TfInstrument   *instrument;
  guint                 index;          /* of it in @book */
  gint                  direction;      /* +1 buy, −1 sell */
  gboolean              reduce_only;    /* closes: always passes */
  gboolean              duplicate;      /* the same voter has such an order working */
  TfQty                 quantity;       /* asked for, more than 0 */
  TfPrice               price;          /* the market's, at which it is expected to fill */
  TfPrice               reference;      /* of the signal */

  /* the account */
  TfMoney               equity, day_equity; /* now; at the start of the UTC day */
  TfExposure            book;
  const TfGovernor     *governor;

  /* the market */
  TfTime                now, data_time; /* data_time: of the instrument's last data */
  TfTime                max_age;        /* 0: any */
  const TfCovariance   *covariance;     /* (nullable): no look at VaR */
  double                bars_per_day;   /* bars of @covariance in one day */

  /* memories; each may be NULL: not looked at */
  const TfTokenBucket  *account_bucket, *system_bucket;
  const TfStopGuard    *stop_guard;
  const TfProfitRecord *profit;         /* of the instrument in the account */
  TfTime                last_stop;      /* on the instrument in the account; 0: none */
} TfGateInput;

/* quantity = asked and refusal NONE: accepted. 0 < quantity < asked: resized because of @refusal. quantity
 * 0: rejected. */
typedef struct
{
  TfRefusal refusal;
  double    value, limit;               /* what was compared, in tf_refusal_unit () */
  TfQty     quantity;                   /* that may be sent, a multiple of the lot */
  TfMoney   notional;                   /* of it */
} TfGateResult;

gboolean    tf_risk_gate            (const TfGateInput *in,
                                     TfGateResult      *out);

G_END_DECLS
