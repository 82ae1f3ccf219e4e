#include "core/risk/limits.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/base/error.h"
#include "core/risk/guards.h"

static const struct
{
  const char *name, *sentence;
  TfUnit unit;
} refusals[TF_N_REFUSALS] = {
  [TF_REFUSAL_NONE] = { "none", N_("nothing stands against it"), TF_UNIT_NONE },
  [TF_REFUSAL_HALTED] = { "halted", N_("trading is halted or only closes positions"), TF_UNIT_NONE },
  [TF_REFUSAL_STALE_DATA] = { "stale-data", N_("the market data is too old"), TF_UNIT_SECONDS },
  [TF_REFUSAL_PRICE_COLLAR] = { "price-collar", N_("the price has moved too far from the signal’s"),
                                TF_UNIT_FRACTION },
  [TF_REFUSAL_LONG_ONLY] = { "long-only", N_("the account does not sell short"), TF_UNIT_NONE },
  [TF_REFUSAL_DUPLICATE_ORDER] = { "duplicate-order", N_("the same order already works"), TF_UNIT_NONE },
  [TF_REFUSAL_RATE_LIMIT] = { "rate-limit", N_("too many orders in a short time"), TF_UNIT_COUNT },
  [TF_REFUSAL_COOLDOWN] = { "cooldown", N_("the instrument rests after a stop"), TF_UNIT_SECONDS },
  [TF_REFUSAL_STOP_LOSS_GUARD] = { "stop-loss-guard", N_("too many trades were stopped lately"),
                                   TF_UNIT_SECONDS },
  [TF_REFUSAL_LOW_PROFIT] = { "low-profit", N_("the instrument has lost too much lately"), TF_UNIT_R },
  [TF_REFUSAL_DAILY_LOSS] = { "daily-loss", N_("the daily loss limit is reached"), TF_UNIT_FRACTION },
  [TF_REFUSAL_DRAWDOWN] = { "drawdown", N_("the drawdown leaves no room for new trades"), TF_UNIT_FRACTION },
  [TF_REFUSAL_GAP_BUDGET] = { "gap-budget", N_("a sudden gap could cost more than the drawdown limit allows"),
                              TF_UNIT_FRACTION },
  [TF_REFUSAL_ORDER_SIZE] = { "order-size", N_("the order is too large"), TF_UNIT_FRACTION },
  [TF_REFUSAL_POSITION_SIZE] = { "position-size", N_("the position would be too large"), TF_UNIT_FRACTION },
  [TF_REFUSAL_GROSS_EXPOSURE] = { "gross-exposure", N_("the gross exposure would be too large"),
                                  TF_UNIT_FRACTION },
  [TF_REFUSAL_NET_EXPOSURE] = { "net-exposure", N_("the net exposure would be too large"), TF_UNIT_FRACTION },
  [TF_REFUSAL_LEVERAGE] = { "leverage", N_("the leverage would be too high"), TF_UNIT_RATIO },
  [TF_REFUSAL_CLUSTER] = { "cluster", N_("too much would move together"), TF_UNIT_FRACTION },
  [TF_REFUSAL_VAR] = { "value-at-risk", N_("the value at risk would be too high"), TF_UNIT_FRACTION },
  [TF_REFUSAL_TOO_SMALL] = { "too-small", N_("the order is below the smallest size"), TF_UNIT_MONEY },
};

/**
 * tf_refusal_name:
 *
 * Returns: the machine id ("daily-loss"), stored in the journal
 */
const char *
tf_refusal_name (TfRefusal refusal)
{
  g_return_val_if_fail ((guint) refusal < TF_N_REFUSALS, "");
  return refusals[refusal].name;
}

/**
 * tf_refusal_sentence:
 *
 * Returns: the reason in words, marked for translation ("the daily loss limit is reached")
 */
const char *
tf_refusal_sentence (TfRefusal refusal)
{
  g_return_val_if_fail ((guint) refusal < TF_N_REFUSALS, "");
  return refusals[refusal].sentence;
}

/**
 * tf_refusal_unit:
 *
 * Returns: what the two numbers are that were compared; %TF_UNIT_NONE where none were
 */
TfUnit
tf_refusal_unit (TfRefusal refusal)
{
  g_return_val_if_fail ((guint) refusal < TF_N_REFUSALS, TF_UNIT_NONE);
  return refusals[refusal].unit;
}

/**
 * tf_limits_default:
 * @self: (out): limits of a new account
 * @leverage: largest gross notional over equity, 1 or more
 *
 * With a stress gap of 25 % and 15 % to lose, no cluster above 60 % of equity passes the gap budget at any
 * leverage: the other limits are set around that number.
 */
void
tf_limits_default (TfLimits *self,
                   double    leverage)
{
  g_return_if_fail (leverage >= 1);
  *self = (TfLimits) {
    .base_risk = 0.0015,
    .kelly_fraction = 0.5,
    .target_volatility = 0.20,
    .max_order = 0.25 * MAX (1, leverage / 1.5),
    .max_position = 0.40 * MAX (1, leverage / 2),
    .max_gross = leverage,
    .max_net = 0.5 * (1 + leverage),
    .max_leverage = leverage,
    .max_cluster = 0.60 * MAX (1, leverage / 2),
    .cluster_correlation = 0.6,
    .max_var = 0.04 + 0.02 * leverage,
    .max_daily_loss = 0.02 + 0.01 * leverage,
    .price_collar = 0.03,
    .stress_gap = 0.25,
    .governor_start = 0.075,
    .governor_end = 0.12,
    .max_drawdown = 0.15,
    .stop_guard_count = 8,
    .stop_guard_window = 12 * TF_HOUR,
    .cooldown = 2 * TF_HOUR,
    .low_profit_trades = 8,
    .low_profit_mean = -0.5,
    .low_profit_pause = 7 * TF_DAY,
    .orders_per_minute = 60,
  };
}

/**
 * tf_limits_check:
 *
 * Returns: whether the limits make sense together; else %TF_ERROR_INVALID says which one does not
 */
gboolean
tf_limits_check (const TfLimits *self,
                 GError        **error)
{
  const struct { const char *name; double value, low, high; } rows[] = {
    { "base_risk", self->base_risk, 0, 0.1 },
    { "kelly_fraction", self->kelly_fraction, 0, 1 },
    { "target_volatility", self->target_volatility, 0, 10 },
    { "max_order", self->max_order, 0, 100 },
    { "max_position", self->max_position, 0, 100 },
    { "max_gross", self->max_gross, 0, 100 },
    { "max_net", self->max_net, 0, 100 },
    { "max_leverage", self->max_leverage, 0, 100 },
    { "max_cluster", self->max_cluster, 0, 100 },
    { "cluster_correlation", self->cluster_correlation, -1, 1 },
    { "max_var", self->max_var, 0, 1 },
    { "max_daily_loss", self->max_daily_loss, 0, 1 },
    { "price_collar", self->price_collar, 0, 1 },
    { "stress_gap", self->stress_gap, 0.01, 1 },
    { "max_drawdown", self->max_drawdown, 0.001, 1 },
    { "governor_end", self->governor_end, 0.001, self->max_drawdown },
    { "governor_start", self->governor_start, 0, self->governor_end },
    { "stop_guard_count", self->stop_guard_count, 1, TF_STOP_GUARD_SIZE },
    { "stop_guard_window", (double) self->stop_guard_window, 0, 366.0 * TF_DAY },
    { "cooldown", (double) self->cooldown, 0, 366.0 * TF_DAY },
    { "low_profit_trades", self->low_profit_trades, 1, TF_PROFIT_RECORD_SIZE },
    { "low_profit_mean", self->low_profit_mean, -10, 10 },
    { "low_profit_pause", (double) self->low_profit_pause, 0, 366.0 * TF_DAY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!(rows[i].value >= rows[i].low && rows[i].value <= rows[i].high))
      {
        g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "limit %s: found %g, expected %g to %g",
                     rows[i].name, rows[i].value, rows[i].low, rows[i].high);
        return FALSE;
      }
  return TRUE;
}
