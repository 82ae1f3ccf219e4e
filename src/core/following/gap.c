/* The copy gap, as a chain of portfolios that differ from one to the next by one cause:
 *
 *   0  the leader's own trades at its own prices, scaled to the policy's full size
 *   1  the same signals at the leader's prices, at the size that policy and caps give          0 − 1: sizing
 *   2  that in whole lots                                                                      1 − 2: rounding
 *   3  only what was really traded, at the leader's prices                                     2 − 3: skipped
 *   4  that at the last price known when the order was sent                                    3 − 4: delay
 *   5  that at the prices of the fills                                                         4 − 5: slippage
 *   6  after fees                                                                              5 − 6: fees
 *   7  after funding: the copy as it is in the ledger                                          6 − 7: funding
 *
 * Each portfolio is cash and a position, in integers; its result is cash + position × price. A part is the difference of two
 * neighbours, so that all parts together are the first less the last whatever was rounded on the way. Links 3 to 7 hold the
 * same position, and differ in cash alone. */

#include "core/following/gap.h"

#include <glib/gi18n.h>

static const struct { const char *name, *title; } parts[TF_N_GAP_PARTS] = {
  [TF_GAP_SIZING] = { "sizing", N_("Sizing") },
  [TF_GAP_ROUNDING] = { "rounding", N_("Rounding") },
  [TF_GAP_SKIPPED] = { "skipped", N_("Skipped") },
  [TF_GAP_DELAY] = { "delay", N_("Delay") },
  [TF_GAP_SLIPPAGE] = { "slippage", N_("Slippage") },
  [TF_GAP_FEES] = { "fees", N_("Fees") },
  [TF_GAP_FUNDING] = { "funding", N_("Funding") },
};

/**
 * tf_gap_part_name:
 *
 * Returns: the machine id
 */
const char *
tf_gap_part_name (TfGapPart part)
{
  g_return_val_if_fail ((guint) part < TF_N_GAP_PARTS, "");
  return parts[part].name;
}

/**
 * tf_gap_part_title:
 *
 * Returns: the part in words, marked for translation
 */
const char *
tf_gap_part_title (TfGapPart part)
{
  g_return_val_if_fail ((guint) part < TF_N_GAP_PARTS, "");
  return parts[part].title;
}

/* cash −= price × quantity */
static gboolean
pay (TfMoney *cash,
     TfPrice  price,
     gint64   quantity)
{
  TfMoney notional;

  return tf_notional (price, (TfQty) { quantity }, &notional)
         && !__builtin_sub_overflow (cash->raw, notional.raw, &cash->raw);
}

/**
 * tf_gap_leg_scale:
 * @ideal: full size of a copy, 0 or more
 * @leader: of the leader's position that it copies, not 0; its sign does not matter
 *
 * From now on the leader's position counts in that proportion, until it is closed: what it adds and takes off scales as the
 * opening did.
 *
 * Returns: %FALSE when there is no such proportion; nothing has then changed
 */
gboolean
tf_gap_leg_scale (TfGapLeg *self,
                  TfQty     ideal,
                  TfQty     leader)
{
  if (ideal.raw < 0 || leader.raw == 0 || leader.raw == G_MININT64)
    return FALSE;
  self->ideal = ideal;
  self->leader.raw = ABS (leader.raw);
  return TRUE;
}

/**
 * tf_gap_leg_scaled:
 * @leader: position of the leader, signed
 * @ideal: (out): of a copy that does all that the leader does
 *
 * Returns: %FALSE when there is no proportion yet, or the result does not fit
 */
gboolean
tf_gap_leg_scaled (const TfGapLeg *self,
                   TfQty           leader,
                   TfQty          *ideal)
{
  return self->leader.raw > 0 && tf_fraction (self->ideal.raw, leader.raw, self->leader.raw, &ideal->raw);
}

/**
 * tf_gap_leg_move:
 * @price: at which the leader traded; where it names none, the market's when its signal was known
 * @targets: the positions that the signal leads to
 *
 * A signal: moves the first three links. O(1).
 *
 * Returns: %FALSE when something does not fit in 64 bits; nothing has then changed
 */
gboolean
tf_gap_leg_move (TfGapLeg    *self,
                 TfPrice      price,
                 const TfQty  targets[TF_N_GAP_TARGETS])
{
  TfGapLeg moved = *self;

  for (guint k = 0; k < TF_N_GAP_TARGETS; k++)
    {
      gint64 traded;

      if (__builtin_sub_overflow (targets[k].raw, self->targets[k].raw, &traded) || !pay (&moved.cash[k], price, traded))
        return FALSE;
      moved.targets[k] = targets[k];
    }
  *self = moved;
  return TRUE;
}

/**
 * tf_gap_leg_fill:
 * @traded: signed quantity
 * @leader: at which the leader did what this follows; for what the copy did on its own, as @known
 * @known: the last price when the order was sent; of a stop or target, the price that it was set at
 * @notional: of the fill, as the ledger books it: signed as @traded
 * @fee: 0 or more
 *
 * A fill: moves the last five links. What was ordered and never filled is skipped. O(1).
 *
 * Returns: %FALSE when something does not fit in 64 bits; nothing has then changed
 */
gboolean
tf_gap_leg_fill (TfGapLeg *self,
                 TfQty     traded,
                 TfPrice   leader,
                 TfPrice   known,
                 TfMoney   notional,
                 TfMoney   fee)
{
  TfGapLeg moved = *self;

  if (!tf_qty_add (self->held, traded, &moved.held)
      || !pay (&moved.cash[3], leader, traded.raw)
      || !pay (&moved.cash[4], known, traded.raw))
    return FALSE;
  for (guint k = 5; k <= TF_N_GAP_PARTS; k++)
    if (__builtin_sub_overflow (moved.cash[k].raw, notional.raw, &moved.cash[k].raw)
        || (k >= 6 && __builtin_sub_overflow (moved.cash[k].raw, fee.raw, &moved.cash[k].raw)))
      return FALSE;
  *self = moved;
  return TRUE;
}

/**
 * tf_gap_leg_fund:
 * @paid: for holding the position; negative: received
 *
 * Returns: %FALSE when it does not fit; nothing has then changed
 */
gboolean
tf_gap_leg_fund (TfGapLeg *self,
                 TfMoney   paid)
{
  return !__builtin_sub_overflow (self->cash[TF_N_GAP_PARTS].raw, paid.raw, &self->cash[TF_N_GAP_PARTS].raw);
}

static gboolean
value_of (TfPrice  price,
          TfQty    position,
          TfMoney *value)
{
  value->raw = 0;
  return position.raw == 0 || tf_notional (price, position, value);
}

/**
 * tf_gap_add:
 * @self: zeros at first; the gaps of several instruments, traders or accounts add up
 * @price: the market's now; does not matter where nothing is held
 *
 * Returns: %FALSE when something does not fit in 64 bits; nothing has then changed
 */
gboolean
tf_gap_add (TfGap          *self,
            const TfGapLeg *leg,
            TfPrice         price)
{
  gint64 links[TF_N_GAP_PARTS + 1];
  TfGap sum = *self;
  TfMoney value = { 0 };

  for (guint k = 0; k <= TF_N_GAP_PARTS; k++)
    {
      TfQty position = k < TF_N_GAP_TARGETS ? leg->targets[k] : leg->held;

      /* From the third on the position and its value are the same. */
      if (k <= TF_N_GAP_TARGETS && !value_of (price, position, &value))
        return FALSE;
      if (__builtin_add_overflow (leg->cash[k].raw, value.raw, &links[k]))
        return FALSE;
    }
  if (__builtin_add_overflow (sum.leader.raw, links[0], &sum.leader.raw)
      || __builtin_add_overflow (sum.copy.raw, links[TF_N_GAP_PARTS], &sum.copy.raw))
    return FALSE;
  for (guint k = 0; k < TF_N_GAP_PARTS; k++)
    {
      gint64 part;

      if (__builtin_sub_overflow (links[k], links[k + 1], &part)
          || __builtin_add_overflow (sum.parts[k].raw, part, &sum.parts[k].raw))
        return FALSE;
    }
  *self = sum;
  return TRUE;
}
