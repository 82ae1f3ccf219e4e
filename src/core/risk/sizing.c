#include "core/risk/sizing.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

static const struct { const char *name, *title; } factors[TF_N_FACTORS] = {
  [TF_FACTOR_BASE_RISK] = { "base-risk", N_("Base risk") },
  [TF_FACTOR_MULTIPLIER] = { "multiplier", N_("Account multiplier") },
  [TF_FACTOR_KELLY] = { "kelly", N_("Fractional Kelly") },
  [TF_FACTOR_VOLATILITY] = { "volatility", N_("Volatility scale") },
  [TF_FACTOR_CORRELATION] = { "correlation", N_("Correlation haircut") },
  [TF_FACTOR_GOVERNOR] = { "governor", N_("Drawdown governor") },
  [TF_FACTOR_GRADE] = { "grade", N_("Provenance grade") },
  [TF_FACTOR_PROBATION] = { "probation", N_("Probation") },
};

/**
 * tf_factor_name:
 *
 * Returns: the machine id
 */
const char *
tf_factor_name (TfFactor factor)
{
  g_return_val_if_fail ((guint) factor < TF_N_FACTORS, "");
  return factors[factor].name;
}

/**
 * tf_factor_title:
 *
 * Returns: the factor in words, marked for translation
 */
const char *
tf_factor_title (TfFactor factor)
{
  g_return_val_if_fail ((guint) factor < TF_N_FACTORS, "");
  return factors[factor].title;
}

/* What is not a number makes no size. */
static double
unit (double value)
{
  return value > 0 ? MIN (value, 1) : 0;
}

/* Kelly (1956) for a bet of 1 R: the growth f m − f² v / 2 is largest at the fraction f = m / v of equity
 * at risk. A part of it, and never more than the base risk: below that, the edge does not carry it. */
static double
kelly (const TfSizingInput *in)
{
  double full = in->limits->base_risk * in->multiplier;

  if (!(in->mean > 0 && in->variance > 0 && full > 0))
    return 0;
  return unit (in->limits->kelly_fraction * in->mean / in->variance / full);
}

/* A book above the target volatility takes new risk in proportion to target / book; one below is not geared
 * up: the stop is the instrument's own measure of volatility already. */
static double
volatility_scale (const TfSizingInput *in)
{
  if (!(in->book_volatility > in->limits->target_volatility))
    return in->book_volatility >= 0 ? 1 : 0;
  return unit (in->limits->target_volatility / in->book_volatility);
}

static gint64
ceil_div (__int128 a,
          gint64   b)
{
  __int128 q = (a + b - 1) / b;

  return q > G_MAXINT64 ? G_MAXINT64 : (gint64) q;
}

/* Fees, half the spread and slippage are paid at the entry and at the stop; rounded up, against us. */
static gint64
unit_loss (const TfSizingInput *in)
{
  __int128 distance = (__int128) in->entry.raw - in->stop.raw;
  __int128 side_ppm2 = 2 * ((__int128) MAX (in->instrument->taker_ppm, 0) + MAX (in->slippage_ppm, 0))
                       + MAX (in->instrument->spread_ppm, 0);
  gint64 costs = ceil_div (((__int128) in->entry.raw + in->stop.raw) * side_ppm2, 2 * 1000000);

  distance = ABS (distance) + costs;
  return distance > G_MAXINT64 ? G_MAXINT64 : (gint64) distance;
}

static gboolean
size_from_factors (const TfSizingInput *in,
                   TfMoney              most,
                   TfSizing            *out)
{
  gint64 lot = in->instrument->lot.raw;
  __int128 quantity;
  double risk = (double) in->equity.raw;

  for (guint i = 0; i < TF_N_FACTORS; i++)
    risk *= out->factors[i];
  out->unit_loss.raw = unit_loss (in);
  if (!(risk >= 1 && risk < 9e18))
    return FALSE;
  out->risk.raw = MIN ((gint64) floor (risk), most.raw);
  /* whole lots, in integers: the loss at the stop can't be above the risk by a rounding */
  quantity = (__int128) out->risk.raw * TF_SCALE / out->unit_loss.raw;
  quantity = MIN (quantity, G_MAXINT64) / lot * lot;
  out->quantity.raw = (gint64) quantity;
  if (quantity == 0 || !tf_notional (in->entry, out->quantity, &out->notional))
    {
      out->quantity.raw = 0;
      return FALSE;
    }
  out->loss.raw = ceil_div (quantity * out->unit_loss.raw, TF_SCALE);
  return TRUE;
}

static gboolean
start (const TfSizingInput *in,
       TfSizing            *out)
{
  *out = (TfSizing) { .equity = in->equity };
  out->factors[TF_FACTOR_BASE_RISK] = in->limits->base_risk > 0 ? in->limits->base_risk : 0;
  out->factors[TF_FACTOR_MULTIPLIER] = in->multiplier > 0 ? in->multiplier : 0;
  out->factors[TF_FACTOR_KELLY] = kelly (in);
  out->factors[TF_FACTOR_VOLATILITY] = volatility_scale (in);
  out->factors[TF_FACTOR_CORRELATION] = in->correlated > 0 ? 1 / sqrt (1 + in->correlated) : 1;
  out->factors[TF_FACTOR_GOVERNOR] = unit (in->governor);
  out->factors[TF_FACTOR_GRADE] = unit (in->grade);
  out->factors[TF_FACTOR_PROBATION] = 1;
  return in->equity.raw > 0 && in->entry.raw > 0 && in->stop.raw > 0 && in->entry.raw != in->stop.raw
         && in->instrument->lot.raw > 0;
}

/**
 * tf_sizing_compute:
 * @out: (out): the size with its whole chain
 *
 * risk = equity × base risk × multiplier × Kelly × volatility × correlation × governor × grade, quantity =
 * risk / loss of a unit at the stop, down to whole lots. All factors but base risk and multiplier are in
 * [0, 1]: the loss at the stop with all its costs is never above equity × base risk × multiplier. The
 * correlation haircut is 1 / √(1 + Σ_j ρ_ij w_j): the new trade adds to what stands the same way as one
 * more of 1 + Σ equal parts of one bet.
 *
 * Returns: %FALSE when there is nothing to trade: quantity 0, the factors say why
 */
gboolean
tf_sizing_compute (const TfSizingInput *in,
                   TfSizing            *out)
{
  return start (in, out) && size_from_factors (in, in->equity, out);
}

/**
 * tf_sizing_probation:
 * @budget: what is left of the account's exploration budget of the day
 *
 * As tf_sizing_compute() for a trade that explores: the expected outcome, which it is there to learn, sets
 * no size; the budget does. The factor “probation” is what the budget is of equity × base risk ×
 * multiplier, at most 1, and all other factors hold as always.
 *
 * Returns: %FALSE when there is nothing to trade
 */
gboolean
tf_sizing_probation (const TfSizingInput *in,
                     TfMoney              budget,
                     TfSizing            *out)
{
  gboolean valid = start (in, out);
  double full = (double) in->equity.raw * out->factors[TF_FACTOR_BASE_RISK]
                * out->factors[TF_FACTOR_MULTIPLIER];

  out->factors[TF_FACTOR_KELLY] = 1;
  out->factors[TF_FACTOR_PROBATION] = full > 0 ? unit ((double) budget.raw / full) : 0;
  return valid && size_from_factors (in, budget, out);
}

/**
 * tf_sizing_describe:
 *
 * Returns: bytes written to @buffer without the end; what does not fit is left out
 */
gsize
tf_sizing_describe (const TfSizing *self,
                    char           *buffer,
                    gsize           size)
{
  char number[TF_DECIMAL_SIZE], *p;
  gsize length = 0;

  g_return_val_if_fail (size > 0, 0);
  buffer[0] = '\0';
  for (guint i = 0; i <= TF_N_FACTORS; i++)
    {
      const char *name = i < TF_N_FACTORS ? factors[i].name : "risk";
      gint64 raw = i < TF_N_FACTORS ? tf_ratio_raw (self->factors[i]) : self->risk.raw;
      gsize more;

      tf_decimal_format (raw, number);
      more = strlen (name) + 1 + strlen (number) + (length > 0);
      if (length + more >= size)
        break;
      /* Thousands a second: no printf. */
      p = buffer + length;
      if (length > 0)
        *p++ = ' ';
      p = g_stpcpy (p, name);
      *p++ = '=';
      g_stpcpy (p, number);
      length += more;
    }
  return length;
}
