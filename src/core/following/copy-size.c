#include "core/following/copy-size.h"

#include <glib/gi18n.h>
#include <string.h>

/* The seven formulas and what bounds them, in integers: a product goes through 128 bits and is rounded down once,
 * towards zero. */

static const struct { const char *name, *title; } titles[] = {
  { "risk", N_("May be lost") },
  { "unit-loss", N_("Loss of one unit at the stop") },
  { "amount", N_("Amount") },
  { "fixed-quantity", N_("Quantity") },
  { "equity", N_("Equity of the account") },
  { "opening-equity", N_("Equity of the account when the copy was opened") },
  { "ratio", N_("Ratio") },
  { "allotted", N_("Equity that copies") },
  { "reference-equity", N_("Equity of the trader") },
  { "trader-position", N_("Position of the trader") },
  { "multiplier", N_("Multiplier") },
  { "target-volatility", N_("Volatility of the copy") },
  { "volatility", N_("Volatility of the instrument") },
  { "part", N_("Part of the equity") },
  { "confidence", N_("Confidence") },
  { "notional", N_("Value of the copy") },
  { "price", N_("Price") },
  { "grade", N_("Part that the source’s grade allows") },
  { "owed", N_("Left over from before") },
  { "exact", N_("Before rounding") },
  { "rounded-up", N_("Rounded up to the smallest order") },
  { "target", N_("Target") },
  { "held", N_("Held already") },
  { "governor", N_("Part that the drawdown allows") },
  { "cap-trade", N_("Largest order") },
  { "cap-instrument", N_("Room in the instrument") },
  { "cap-trader", N_("Room for the trader") },
  { "cap-account", N_("Room for all copies") },
  { "cap-cluster", N_("Room for what moves together") },
  { "order", N_("Order") },
};

/* a × b / c towards zero; what does not fit is the largest number that does. All 0 or more, @c more. */
static gint64
multiply_divide (gint64 a,
                 gint64 b,
                 gint64 c)
{
  __int128 q = (__int128) a * b / c;

  return q > G_MAXINT64 ? G_MAXINT64 : (gint64) q;
}

static void
step (TfCopySize  *out,
      const char  *name,
      gint64       value,
      TfPolicyUnit unit)
{
  if (out->n_steps < TF_COPY_MAX_STEPS)
    out->steps[out->n_steps++] = (TfCopyStep) { name, value, unit };
}

static void
refuse (TfCopySize   *out,
        TfCopyRefusal refusal,
        double        value,
        double        limit)
{
  out->refusal = refusal;
  out->value = value;
  out->limit = limit;
}

/* The smallest quantity that can be ordered. */
static gint64
smallest_order (const TfCopySizeInput *in)
{
  gint64 lot = in->instrument->lot.raw;
  __int128 least = ((__int128) MAX (in->instrument->min_notional.raw, 0) * TF_SCALE + in->price.raw - 1) / in->price.raw;

  least = (MAX (least, 1) + lot - 1) / lot * lot;
  return least > G_MAXINT64 ? G_MAXINT64 : (gint64) least;
}

static gint64
by_notional (const TfCopySizeInput *in,
             gint64                 notional,
             TfCopySize            *out)
{
  step (out, "notional", notional, TF_POLICY_UNIT_MONEY);
  step (out, "price", in->price.raw, TF_POLICY_UNIT_MONEY);
  return multiply_divide (notional, TF_SCALE, in->price.raw);
}

/* What the formula of the mode gives. */
static gint64
wanted (const TfCopyPolicy    *policy,
        const TfCopySizeInput *in,
        TfCopySize            *out)
{
  const gint64 *p = policy->values;
  gint64 volatility, confidence, allotted;

  switch ((TfCopySizing) p[TF_POLICY_SIZING])
    {
    case TF_COPY_SIZE_FIXED_AMOUNT:
      out->formula = N_("amount ÷ price");
      step (out, "amount", p[TF_POLICY_AMOUNT], TF_POLICY_UNIT_MONEY);
      return by_notional (in, p[TF_POLICY_AMOUNT], out);

    case TF_COPY_SIZE_FIXED_QUANTITY:
      out->formula = N_("the quantity");
      step (out, "fixed-quantity", p[TF_POLICY_QUANTITY], TF_POLICY_UNIT_QUANTITY);
      return p[TF_POLICY_QUANTITY];

    case TF_COPY_SIZE_EQUITY_RATIO:
      out->formula = N_("the trader’s position × (equity × ratio) ÷ the trader’s equity");
      allotted = multiply_divide (MAX (in->opening_equity.raw, 0), p[TF_POLICY_RATIO], TF_SCALE);
      step (out, "trader-position", in->trader.raw, TF_POLICY_UNIT_QUANTITY);
      step (out, "opening-equity", in->opening_equity.raw, TF_POLICY_UNIT_MONEY);
      step (out, "ratio", p[TF_POLICY_RATIO], TF_POLICY_UNIT_RATIO);
      step (out, "allotted", allotted, TF_POLICY_UNIT_MONEY);
      step (out, "reference-equity", p[TF_POLICY_REFERENCE], TF_POLICY_UNIT_MONEY);
      return multiply_divide (in->trader.raw, allotted, p[TF_POLICY_REFERENCE]);

    case TF_COPY_SIZE_MULTIPLIER:
      out->formula = N_("the trader’s position × multiplier");
      step (out, "trader-position", in->trader.raw, TF_POLICY_UNIT_QUANTITY);
      step (out, "multiplier", p[TF_POLICY_MULTIPLIER], TF_POLICY_UNIT_RATIO);
      return multiply_divide (in->trader.raw, p[TF_POLICY_MULTIPLIER], TF_SCALE);

    case TF_COPY_SIZE_VOLATILITY_TARGET:
      out->formula = N_("equity × target volatility ÷ the instrument’s volatility ÷ price");
      volatility = tf_ratio_raw (in->volatility);
      step (out, "equity", in->equity.raw, TF_POLICY_UNIT_MONEY);
      step (out, "target-volatility", p[TF_POLICY_VOLATILITY], TF_POLICY_UNIT_FRACTION);
      step (out, "volatility", volatility, TF_POLICY_UNIT_FRACTION);
      if (volatility > 0)
        return by_notional (in, multiply_divide (MAX (in->equity.raw, 0), p[TF_POLICY_VOLATILITY], volatility), out);
      refuse (out, TF_COPY_NO_VOLATILITY, 0, tf_copy_policy_get (policy, TF_POLICY_VOLATILITY));
      return 0;

    case TF_COPY_SIZE_CONFIDENCE:
      out->formula = N_("equity × part × confidence ÷ price");
      confidence = MAX (tf_ratio_raw (in->confidence), 0);
      step (out, "equity", in->equity.raw, TF_POLICY_UNIT_MONEY);
      step (out, "part", p[TF_POLICY_PART], TF_POLICY_UNIT_FRACTION);
      step (out, "confidence", confidence, TF_POLICY_UNIT_RATIO);
      return by_notional (in, multiply_divide (multiply_divide (MAX (in->equity.raw, 0), p[TF_POLICY_PART], TF_SCALE),
                                               confidence, TF_SCALE), out);

    case TF_COPY_SIZE_FIXED_RISK:
    case TF_N_COPY_SIZINGS:
    default:
      out->formula = N_("what may be lost ÷ loss of one unit at the stop");
      step (out, "risk", in->risk.raw, TF_POLICY_UNIT_MONEY);
      step (out, "unit-loss", in->unit_loss.raw, TF_POLICY_UNIT_MONEY);
      return in->unit_loss.raw > 0 ? multiply_divide (MAX (in->risk.raw, 0), TF_SCALE, in->unit_loss.raw) : 0;
    }
}

/**
 * tf_copy_target:
 * @out: (out): with exact and target; no order yet
 *
 * The position that the copy should have, by the policy's own arithmetic alone (quantities in the instrument's unit,
 * money in the account's currency, each quotient down to 1e-8):
 * - fixed risk: risk ÷ unit loss, of the account's sizing chain (core/risk/sizing.h);
 * - fixed amount: amount ÷ price;
 * - fixed quantity: the quantity;
 * - equity ratio: the trader's position × (equity × ratio) ÷ reference equity. The equity is that at the opening of
 *   the copy, so that additions and partial closes scale exactly as the trader's;
 * - multiplier: the trader's position × k;
 * - volatility target: equity × target ÷ the instrument's yearly volatility ÷ price;
 * - confidence: equity × part × confidence ÷ price.
 * All but fixed risk, whose chain has it, are then cut to the part that the source's grade allows; accumulating adds
 * what is owed; and what is left goes down to whole lots. Rounding up instead raises what is below the smallest order
 * to it, when that is at most the policy's multiple of what was wanted.
 *
 * Returns: %TF_COPY_ALLOWED, or why there is no target
 */
TfCopyRefusal
tf_copy_target (const TfCopyPolicy    *policy,
                const TfCopySizeInput *in,
                TfCopySize            *out)
{
  gboolean proportional = tf_copy_policy_proportional (policy);
  gint64 least, exact;

  *out = (TfCopySize) { 0 };
  g_return_val_if_fail (in->price.raw > 0 && in->instrument->lot.raw > 0, TF_COPY_TOO_SMALL);
  if (proportional && in->own_units)
    {
      refuse (out, TF_COPY_NO_QUANTITY, 0, 0);
      return out->refusal;
    }
  exact = wanted (policy, in, out);
  if (policy->values[TF_POLICY_SIZING] != TF_COPY_SIZE_FIXED_RISK)
    {
      gint64 grade = CLAMP (tf_ratio_raw (in->grade), 0, TF_SCALE);

      if (grade < TF_SCALE)
        step (out, "grade", grade, TF_POLICY_UNIT_FRACTION);
      exact = multiply_divide (exact, grade, TF_SCALE);
    }
  if (!proportional && policy->values[TF_POLICY_ROUNDING] == TF_COPY_ROUND_ACCUMULATE && in->owed.raw > 0)
    {
      step (out, "owed", in->owed.raw, TF_POLICY_UNIT_QUANTITY);
      if (__builtin_add_overflow (exact, in->owed.raw, &exact))
        exact = G_MAXINT64;
    }
  out->exact.raw = exact;
  step (out, "exact", exact, TF_POLICY_UNIT_QUANTITY);
  out->target.raw = exact / in->instrument->lot.raw * in->instrument->lot.raw;
  least = smallest_order (in);
  if (exact > 0 && out->target.raw < least && policy->values[TF_POLICY_ROUNDING] == TF_COPY_ROUND_UP
      && least <= multiply_divide (exact, policy->values[TF_POLICY_ROUND_UP], TF_SCALE))
    {
      out->target.raw = least;
      step (out, "rounded-up", least, TF_POLICY_UNIT_QUANTITY);
    }
  step (out, "target", out->target.raw, TF_POLICY_UNIT_QUANTITY);
  return out->refusal;
}

/* One cap of the policy on what the order adds to @use. */
static void
consider_cap (const TfCopyPolicy    *policy,
              const TfCopySizeInput *in,
              TfPolicyParam          param,
              TfCopyRefusal          refusal,
              TfMoney                use,
              TfMoney                asked,
              gint64                *order,
              TfCopySize            *out)
{
  gint64 cap = policy->values[param], equity = MAX (in->equity.raw, 1), room;

  if (cap == 0)
    return;
  room = MAX (multiply_divide (equity, cap, TF_SCALE) - use.raw, 0);
  step (out, tf_copy_refusal_name (refusal), room, TF_POLICY_UNIT_MONEY);
  room = multiply_divide (room, TF_SCALE, in->price.raw);
  if (room >= *order)
    return;
  *order = room;
  refuse (out, refusal, ((double) use.raw + (double) asked.raw) / (double) equity, (double) cap / (double) TF_SCALE);
}

/**
 * tf_copy_size:
 *
 * The order from what is held to tf_copy_target(): bounded by the part of it that the drawdown governor allows and by the
 * policy's caps; the least decides, and names the refusal. Only for an entry: an exit is what is held beyond the target.
 *
 * Returns: %TRUE when there is something to order; the risk gate still has its say
 */
gboolean
tf_copy_size (const TfCopyPolicy    *policy,
              const TfCopySizeInput *in,
              TfCopySize            *out)
{
  gboolean accumulates = policy->values[TF_POLICY_ROUNDING] == TF_COPY_ROUND_ACCUMULATE
                         && !tf_copy_policy_proportional (policy);
  gint64 lot = in->instrument->lot.raw, least, order, governor, allowed;
  double minimum;
  TfMoney asked;

  if (tf_copy_target (policy, in, out) != TF_COPY_ALLOWED)
    return FALSE;
  if (policy->values[TF_POLICY_LEAST_CONFIDENCE] > tf_ratio_raw (in->confidence))
    {
      refuse (out, TF_COPY_LEAST_CONFIDENCE, in->confidence, tf_copy_policy_get (policy, TF_POLICY_LEAST_CONFIDENCE));
      return FALSE;
    }
  if (in->held.raw > 0)
    step (out, "held", in->held.raw, TF_POLICY_UNIT_QUANTITY);
  order = out->target.raw - in->held.raw;
  if (!tf_notional (in->price, (TfQty) { MAX (order, 0) }, &asked))
    asked.raw = G_MAXINT64;
  least = smallest_order (in);
  minimum = (double) least * tf_price_double (in->price) / (double) TF_SCALE;
  if (order <= 0)
    {
      double missing = (double) (out->exact.raw - in->held.raw) * tf_price_double (in->price) / (double) TF_SCALE;

      if (missing > 0 || out->exact.raw == 0)
        refuse (out, TF_COPY_TOO_SMALL, MAX (missing, 0), minimum);
      else
        refuse (out, TF_COPY_NOTHING_TO_DO, 0, 0);
      out->owed.raw = accumulates ? out->exact.raw : 0;
      return FALSE;
    }

  /* The chain of fixed risk has the governor in it. */
  governor = CLAMP (tf_ratio_raw (in->governor), 0, TF_SCALE);
  if (governor < TF_SCALE && policy->values[TF_POLICY_SIZING] != TF_COPY_SIZE_FIXED_RISK)
    {
      step (out, "governor", governor, TF_POLICY_UNIT_FRACTION);
      allowed = MAX (multiply_divide (out->target.raw, governor, TF_SCALE) - in->held.raw, 0);
      if (allowed < order)
        {
          order = allowed;
          refuse (out, TF_COPY_GOVERNOR, in->governor, 1);
        }
    }
  consider_cap (policy, in, TF_POLICY_CAP_TRADE, TF_COPY_CAP_TRADE, (TfMoney) { 0 }, asked, &order, out);
  consider_cap (policy, in, TF_POLICY_CAP_INSTRUMENT, TF_COPY_CAP_INSTRUMENT, in->instrument_use, asked, &order, out);
  consider_cap (policy, in, TF_POLICY_CAP_TRADER, TF_COPY_CAP_TRADER, in->trader_use, asked, &order, out);
  consider_cap (policy, in, TF_POLICY_CAP_ACCOUNT, TF_COPY_CAP_ACCOUNT, in->account_use, asked, &order, out);
  consider_cap (policy, in, TF_POLICY_CAP_CLUSTER, TF_COPY_CAP_CLUSTER, in->cluster_use, asked, &order, out);
  order = order / lot * lot;

  /* What is too small as asked is left to the gate, which has the last word on it; but not what waits for more. */
  if (order < least && (accumulates || out->refusal != TF_COPY_ALLOWED))
    {
      if (out->refusal == TF_COPY_ALLOWED)
        {
          refuse (out, TF_COPY_TOO_SMALL, tf_money_double (asked), minimum);
          out->owed = out->exact;
        }
      return FALSE;
    }
  out->quantity.raw = order;
  if (!tf_notional (in->price, out->quantity, &out->notional))
    {
      out->quantity.raw = 0;
      refuse (out, TF_COPY_TOO_SMALL, 0, minimum);
      return FALSE;
    }
  step (out, "order", order, TF_POLICY_UNIT_QUANTITY);
  return TRUE;
}

/**
 * tf_copy_step_title:
 * @name: of a TfCopyStep
 *
 * Returns: (transfer none): it in words, to be translated
 */
const char *
tf_copy_step_title (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (strcmp (titles[i].name, name) == 0)
      return titles[i].title;
  return name;
}

/**
 * tf_copy_size_describe:
 *
 * Returns: bytes written to @buffer without the end; what does not fit is left out
 */
gsize
tf_copy_size_describe (const TfCopyPolicy *policy,
                       const TfCopySize   *self,
                       char               *buffer,
                       gsize               size)
{
  const char *mode = tf_policy_field (TF_POLICY_SIZING)->choices[policy->values[TF_POLICY_SIZING]];
  char number[TF_DECIMAL_SIZE], *p;
  gsize length = strlen ("sizing=") + strlen (mode);

  g_return_val_if_fail (size > length, 0);
  g_stpcpy (g_stpcpy (buffer, "sizing="), mode);
  for (guint i = 0; i < self->n_steps; i++)
    {
      gsize more = 2 + strlen (self->steps[i].name) + strlen (tf_decimal_format (self->steps[i].value, number));

      if (length + more >= size)
        break;
      p = buffer + length;
      *p++ = ' ';
      p = g_stpcpy (p, self->steps[i].name);
      *p++ = '=';
      g_stpcpy (p, number);
      length += more;
    }
  return length;
}
