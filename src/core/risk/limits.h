#pragma once

#include "core/base/fixed.h"
#include "core/base/time.h"

G_BEGIN_DECLS

/* Why the gate refuses. Public: names are stable, stored in the journal. */
typedef enum
{
  TF_REFUSAL_NONE,
  TF_REFUSAL_HALTED,          /* emergency stop or trading state */
  TF_REFUSAL_STALE_DATA,
  TF_REFUSAL_PRICE_COLLAR,
  TF_REFUSAL_LONG_ONLY,
  TF_REFUSAL_DUPLICATE_ORDER,
  TF_REFUSAL_RATE_LIMIT,
  TF_REFUSAL_COOLDOWN,
  TF_REFUSAL_STOP_LOSS_GUARD,
  TF_REFUSAL_LOW_PROFIT,
  TF_REFUSAL_DAILY_LOSS,
  TF_REFUSAL_DRAWDOWN,        /* the governor allows no size */
  TF_REFUSAL_GAP_BUDGET,
  TF_REFUSAL_ORDER_SIZE,
  TF_REFUSAL_POSITION_SIZE,
  TF_REFUSAL_GROSS_EXPOSURE,
  TF_REFUSAL_NET_EXPOSURE,
  TF_REFUSAL_LEVERAGE,
  TF_REFUSAL_CLUSTER,
  TF_REFUSAL_VAR,
  TF_REFUSAL_TOO_SMALL,       /* below lot or minimum notional */
  TF_N_REFUSALS
} TfRefusal;

/* What the two numbers of a refusal are. */
typedef enum
{
  TF_UNIT_NONE,
  TF_UNIT_FRACTION,           /* of equity, of the peak, of the price */
  TF_UNIT_RATIO,              /* leverage */
  TF_UNIT_MONEY,
  TF_UNIT_SECONDS,
  TF_UNIT_COUNT,
  TF_UNIT_R,                  /* multiples of the loss at the stop */
} TfUnit;

/* One account's limits; fractions are of equity. */
typedef struct
{
  double base_risk;          /* loss at the stop of a full trade: small, since twenty bots may hold ten instruments at once */
  double kelly_fraction;     /* of full Kelly, capped at 1 × base risk × multiplier */
  double target_volatility;  /* of one bar-day of the book, annualised */
  double max_order;          /* notional of one order */
  double max_position;       /* notional of one instrument, net */
  double max_gross, max_net; /* notional */
  double max_leverage;       /* gross notional / equity */
  double max_cluster;        /* net notional of instruments correlated above cluster_correlation */
  double cluster_correlation;
  double max_var;            /* one-day 99 % Gaussian VaR */
  double max_daily_loss;
  double price_collar;       /* largest distance of the price from the signal's reference */
  double stress_gap;         /* sudden loss of a correlated cluster, 0.25 */
  double governor_start;     /* drawdown with full size up to here, 0.075 */
  double governor_end;       /* flatten and halt, 0.12 */
  double max_drawdown;       /* what must hold, 0.15 */
  guint  stop_guard_count;   /* so many stopped trades … */
  TfTime stop_guard_window;  /* … within this time halt new entries for as long again */
  TfTime cooldown;           /* after a stop, on the instrument */
  guint  low_profit_trades;  /* an instrument whose last so many trades … */
  double low_profit_mean;    /* … earned less than this on average, in R, … */
  TfTime low_profit_pause;   /* … rests this long after the last of them */
  guint  orders_per_minute;  /* token bucket; 0: no limit */
} TfLimits;

const char *tf_refusal_name         (TfRefusal       refusal);
const char *tf_refusal_sentence     (TfRefusal       refusal);
TfUnit      tf_refusal_unit         (TfRefusal       refusal);
void        tf_limits_default       (TfLimits       *self,
                                     double          leverage);
gboolean    tf_limits_check         (const TfLimits *self,
                                     GError        **error);

G_END_DECLS
