#include "core/risk/gate.h"

#include <math.h>

#include "core/risk/var.h"

#define VAR_LEVEL 0.99

/* The largest order that every limit on size lets through, and the limit that sets it. */
typedef struct
{
  const TfGateInput *in;
  TfMoney            asked;
  gint64             room;
  TfGateResult      *out;
} Room;

static gboolean
refuse (TfGateResult *out,
        TfRefusal     refusal,
        double        value,
        double        limit)
{
  *out = (TfGateResult) { .refusal = refusal, .value = value, .limit = limit };
  return FALSE;
}

static double
seconds (TfTime time)
{
  return (double) time / (double) TF_SECOND;
}

/* What no smaller size would help against, in the order of the enumeration. */
static gboolean
check_circumstances (const TfGateInput *in,
                     TfGateResult      *out)
{
  const TfLimits *limits = in->limits;

  if (!tf_state_allows_entry (in->state) && !tf_state_allows_reducing (in->state))
    return refuse (out, TF_REFUSAL_HALTED, 0, 0);
  if (in->max_age > 0 && in->now - in->data_time > in->max_age)
    return refuse (out, TF_REFUSAL_STALE_DATA, seconds (in->now - in->data_time), seconds (in->max_age));
  if (in->price.raw <= 0)
    return refuse (out, TF_REFUSAL_PRICE_COLLAR, 1, limits->price_collar);
  if (in->reference.raw > 0)
    {
      double distance = fabs (tf_price_double (in->price) / tf_price_double (in->reference) - 1);

      if (distance > limits->price_collar)
        return refuse (out, TF_REFUSAL_PRICE_COLLAR, distance, limits->price_collar);
    }
  if (in->long_only && in->direction < 0)
    return refuse (out, TF_REFUSAL_LONG_ONLY, 0, 0);
  if (in->duplicate)
    return refuse (out, TF_REFUSAL_DUPLICATE_ORDER, 0, 0);
  for (guint i = 0; i < 2; i++)
    {
      const TfTokenBucket *bucket = i == 0 ? in->account_bucket : in->system_bucket;

      if (bucket != NULL && tf_token_bucket_tokens (bucket, in->now) == 0)
        return refuse (out, TF_REFUSAL_RATE_LIMIT, bucket->burst + 1.0, bucket->burst);
    }
  if (in->last_stop != 0 && in->now - in->last_stop < limits->cooldown)
    return refuse (out, TF_REFUSAL_COOLDOWN, seconds (in->now - in->last_stop), seconds (limits->cooldown));
  if (in->stop_guard != NULL && in->now < in->stop_guard->until)
    return refuse (out, TF_REFUSAL_STOP_LOSS_GUARD,
                   seconds (in->now - (in->stop_guard->until - limits->stop_guard_window)),
                   seconds (limits->stop_guard_window));
  if (in->profit != NULL && in->profit->n >= limits->low_profit_trades
      && in->now - in->profit->last < limits->low_profit_pause)
    {
      double mean = tf_profit_record_mean (in->profit, limits->low_profit_trades);

      if (mean < limits->low_profit_mean)
        return refuse (out, TF_REFUSAL_LOW_PROFIT, mean, limits->low_profit_mean);
    }
  if (in->day_equity.raw > 0)
    {
      double loss = 1 - (double) in->equity.raw / (double) in->day_equity.raw;

      /* in money, so that a loss of exactly the limit is one */
      if ((double) in->day_equity.raw - (double) in->equity.raw
          >= limits->max_daily_loss * (double) in->day_equity.raw)
        return refuse (out, TF_REFUSAL_DAILY_LOSS, loss, limits->max_daily_loss);
    }
  if (in->governor->factor <= 0 || in->equity.raw <= 0)
    return refuse (out, TF_REFUSAL_DRAWDOWN, in->governor->drawdown, limits->governor_end);
  return TRUE;
}

/* @room: the largest order; @value, @limit: what the order as asked would be, and may be. */
static void
consider (Room     *self,
          TfRefusal refusal,
          __int128  room,
          double    value,
          double    limit)
{
  if (room < 0)
    room = 0;
  if (room >= self->room)
    return;
  self->room = (gint64) room;
  self->out->refusal = refusal;
  self->out->value = value;
  self->out->limit = limit;
}

/* A limit on an exposure that an order adds to. */
static void
consider_exposure (Room     *self,
                   TfRefusal refusal,
                   TfMoney   exposure,
                   double    limit)
{
  double equity = (double) self->in->equity.raw;
  double most = floor (limit * equity);

  consider (self, refusal, (__int128) CLAMP (most, 0, 9.2e18) - exposure.raw,
            ((double) exposure.raw + (double) self->asked.raw) / equity, limit);
}

/* Gross exposure counts the larger side of each instrument: an order on the smaller side is free up to
 * there. So what it adds to is the gross exposure with the instrument on the order's side. */
static TfMoney
gross_before (const TfGateInput *in)
{
  TfMoney here = tf_exposure_side (&in->book, in->index, in->direction);
  TfMoney there = tf_exposure_side (&in->book, in->index, -in->direction);

  return (TfMoney) { tf_exposure_gross (&in->book).raw - MAX (here.raw, there.raw) + here.raw };
}

/* Entries leave a part of the gap budget free: what is held is trimmed when it outgrows the whole budget, and without
 * room between the two every small loss would cost a round of fees. */
#define GAP_ENTRY_SHARE_PERCENT 80

static void
consider_gap (Room *self)
{
  const TfGateInput *in = self->in;
  TfMoney budget = { tf_governor_budget (in->governor, in->limits).raw / 100 * GAP_ENTRY_SHARE_PERCENT };
  TfMoney room = tf_exposure_gap_room (&in->book, in->limits->stress_gap, budget, in->index, in->direction);
  double loss = tf_money_double (tf_exposure_gap_loss (&in->book, in->limits->stress_gap))
                + in->limits->stress_gap * tf_money_double (self->asked);

  consider (self, TF_REFUSAL_GAP_BUDGET, room.raw, loss / tf_money_double (in->equity),
            (double) budget.raw / (double) in->equity.raw);
}

/* The variance of the book with n more of the instrument is v + 2 c n + s n²: the larger root is the room.
 * Where the book is above the limit already, an order may be as large as leaves it no riskier. */
static void
consider_var (Room *self)
{
  const TfGateInput *in = self->in;
  double equity = tf_money_double (in->equity), asked = tf_money_double (self->asked);
  double z = tf_gaussian_var (1, VAR_LEVEL) * sqrt (in->bars_per_day);
  double v = tf_book_variance (in->covariance, &in->book);
  double c = in->direction * tf_book_marginal (in->covariance, &in->book, in->index);
  double s = tf_covariance_get (in->covariance, in->index, in->index);
  double sd = in->limits->max_var * equity / z, most, room;

  if (!(s > 0))
    return;
  most = sd * sd;
  room = v <= most ? (sqrt (c * c + s * (most - v)) - c) / s : -2 * c / s;
  consider (self, TF_REFUSAL_VAR, (__int128) CLAMP (room * (double) TF_SCALE, 0, 9.2e18),
            z * sqrt (MAX (v + asked * (2 * c + s * asked), 0)) / equity, in->limits->max_var);
}

/**
 * tf_risk_gate:
 * @in: one order and all that it is measured against
 * @out: (out): what may be sent, and why not more
 *
 * The gate that every order passes before the broker. An order that only closes (reduce_only) always
 * passes. An entry is checked in this order, and the first that does not hold refuses it whole:
 *
 *  halted · stale-data (age > limit) · price-collar (distance > limit) · long-only · duplicate-order ·
 *  rate-limit (no token in the account's or the system's bucket; the caller takes them once it sends) ·
 *  cooldown (age of the last stop < limit) · stop-loss-guard · low-profit (mean R < limit) · daily-loss
 *  (loss ≥ limit) · drawdown (the governor gives no size)
 *
 * Then each limit on size says how large the order may be: halted (state reducing: not through zero),
 * gap-budget, order-size, position-size, gross-exposure, net-exposure, leverage, cluster, value-at-risk
 * (one day, 99 %, Gaussian). A limit may be reached and not be exceeded. The least decides, of equals the
 * first; what is asked is cut down to it in whole lots, and refused by the same name when that is below the
 * instrument's smallest order. An order that was too small as asked is refused as too-small. All sizes are
 * compared as integers: what the gate cut passes it again.
 *
 * Returns: %TRUE when an order may be sent, of @out's quantity
 */
gboolean
tf_risk_gate (const TfGateInput *in,
              TfGateResult      *out)
{
  const TfLimits *limits;
  TfMoney asked;
  Room room;
  gint64 lot;

  g_return_val_if_fail (in != NULL && out != NULL && in->limits != NULL && in->instrument != NULL, FALSE);
  g_return_val_if_fail (ABS (in->direction) == 1 && in->quantity.raw > 0, FALSE);
  limits = in->limits;
  *out = (TfGateResult) { .quantity = in->quantity };
  if (!tf_notional (in->price, in->quantity, &asked))
    asked.raw = G_MAXINT64;
  if (in->reduce_only)
    {
      out->notional = asked;
      return TRUE;
    }
  g_return_val_if_fail (in->governor != NULL && in->index < in->book.n && in->instrument->lot.raw > 0, FALSE);
  if (!check_circumstances (in, out))
    return FALSE;

  room = (Room) { in, asked, asked.raw, out };
  if (!tf_state_allows_entry (in->state))
    consider (&room, TF_REFUSAL_HALTED,
              -(__int128) tf_exposure_side (&in->book, in->index, in->direction).raw, 0, 0);
  consider_gap (&room);
  consider_exposure (&room, TF_REFUSAL_ORDER_SIZE, (TfMoney) { 0 }, limits->max_order);
  consider_exposure (&room, TF_REFUSAL_POSITION_SIZE,
                     tf_exposure_side (&in->book, in->index, in->direction), limits->max_position);
  consider_exposure (&room, TF_REFUSAL_GROSS_EXPOSURE, gross_before (in), limits->max_gross);
  consider_exposure (&room, TF_REFUSAL_NET_EXPOSURE,
                     tf_exposure_net (&in->book, in->direction), limits->max_net);
  consider_exposure (&room, TF_REFUSAL_LEVERAGE, gross_before (in), limits->max_leverage);
  consider_exposure (&room, TF_REFUSAL_CLUSTER,
                     tf_exposure_cluster (&in->book, in->index, in->direction), limits->max_cluster);
  if (in->covariance != NULL)
    consider_var (&room);

  lot = in->instrument->lot.raw;
  if (out->refusal != TF_REFUSAL_NONE)
    out->quantity.raw = (gint64) MIN ((__int128) room.room * TF_SCALE / in->price.raw, in->quantity.raw);
  out->quantity.raw = out->quantity.raw / lot * lot;
  if (tf_notional (in->price, out->quantity, &out->notional) && out->quantity.raw > 0
      && out->notional.raw >= in->instrument->min_notional.raw)
    return TRUE;
  if (out->refusal == TF_REFUSAL_NONE)
    return refuse (out, TF_REFUSAL_TOO_SMALL,
                   tf_money_double (asked), tf_money_double (in->instrument->min_notional));
  out->quantity.raw = 0;
  out->notional.raw = 0;
  return FALSE;
}
