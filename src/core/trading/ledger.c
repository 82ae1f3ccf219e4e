#include "core/trading/ledger.h"

#include <string.h>

#include "core/base/error.h"

static TfPosition *
positions (const TfLedger *self,
           guint           row)
{
  return (TfPosition *) self->data + (gsize) row * self->n_instruments;
}

/* The nets are the row after the last voter's, the sub-ledgers what comes after that. */
static TfSubLedger *
sub_ledgers (const TfLedger *self)
{
  return (TfSubLedger *) positions (self, self->n_voters + 1);
}

/**
 * tf_ledger_size:
 *
 * Returns: bytes of a ledger for so many voters and instruments
 */
gsize
tf_ledger_size (guint n_voters,
                guint n_instruments)
{
  return sizeof (TfLedger)
         + ((gsize) n_voters + 1) * n_instruments * sizeof (TfPosition)
         + (gsize) n_voters * sizeof (TfSubLedger);
}

/**
 * tf_ledger_init:
 * @self: tf_ledger_size() bytes, aligned as for gint64
 * @capital: what the account is given, more than 0; booked from capital to cash
 */
void
tf_ledger_init (TfLedger *self,
                guint     n_voters,
                guint     n_instruments,
                TfMoney   capital)
{
  g_return_if_fail (capital.raw > 0);

  memset (self, 0, tf_ledger_size (n_voters, n_instruments));
  self->n_voters = n_voters;
  self->n_instruments = n_instruments;
  self->capital.raw = -capital.raw;
  self->cash = capital;
}

static gboolean
add (gint64 *a,
     gint64  b)
{
  return !__builtin_add_overflow (*a, b, a);
}

static gboolean
subtract (gint64 *a,
          gint64  b)
{
  return !__builtin_sub_overflow (*a, b, a);
}

/**
 * tf_ledger_fill:
 * @side: +1 bought, −1 sold
 * @realized: (out) (optional): what the fill earned before fees, 0 when it only opens or adds
 * Books one fill: opens, adds to, reduces, closes or turns the voter's position. What a reduction earned is
 * its notional against a proportional part of the position's cost, rounded half to even; the close takes
 * the rest, so that nothing is left at quantity 0. A fill that turns a position is a close and an opening,
 * its notional and fee split in proportion.
 *
 * Errors: %TF_ERROR_INVALID for a fill that is none, %TF_ERROR_RANGE for an overflow; the ledger is then as
 * it was.
 */
gboolean
tf_ledger_fill (TfLedger      *self,
                guint          voter,
                guint          instrument,
                gint           side,
                const TfFill  *fill,
                TfMoney       *realized,
                GError       **error)
{
  TfPosition *position_at, *net_at, position, net;
  TfSubLedger *sub_at, sub;
  TfMoney cash, all_realized, all_fees;
  gint64 held, closing = 0, part = 0, closed_notional = 0, closed_fee = 0, gain = 0, notional, fee;

  g_return_val_if_fail (voter < self->n_voters && instrument < self->n_instruments, FALSE);
  g_return_val_if_fail (side == 1 || side == -1, FALSE);

  if (fill->quantity.raw <= 0 || fill->notional.raw <= 0 || fill->fee.raw < 0)
    {
      char found[3][TF_DECIMAL_SIZE];

      g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                   "found a fill of quantity %s, notional %s, fee %s, expected more than 0, 0 and 0 or more",
                   tf_decimal_format (fill->quantity.raw, found[0]),
                   tf_decimal_format (fill->notional.raw, found[1]),
                   tf_decimal_format (fill->fee.raw, found[2]));
      return FALSE;
    }

  /* Worked out on copies, written back only when every leg fits. */
  position_at = positions (self, voter) + instrument;
  net_at = positions (self, self->n_voters) + instrument;
  sub_at = sub_ledgers (self) + voter;
  position = *position_at;
  net = *net_at;
  sub = *sub_at;
  cash = self->cash;
  all_realized = self->realized;
  all_fees = self->fees;
  notional = side * fill->notional.raw;
  fee = fill->fee.raw;

  /* What the fill closes: nothing when it opens or adds. */
  held = ABS (position.quantity.raw);
  if (held > 0 && (position.quantity.raw > 0) != (side > 0))
    {
      closing = MIN (held, fill->quantity.raw);
      if (!tf_fraction (position.cost.raw, closing, held, &part)
          || !tf_fraction (notional, closing, fill->quantity.raw, &closed_notional)
          || !tf_fraction (fee, closing, fill->quantity.raw, &closed_fee)
          || __builtin_sub_overflow (-closed_notional, part, &gain)
          || !subtract (&position.cost.raw, part)
          || !subtract (&net.cost.raw, part)
          || !add (&position.trip.raw, gain)
          || !subtract (&position.trip.raw, closed_fee))
        goto overflow;
      position.quantity.raw += side * closing;
      if (closing == held)
        {
          sub.trades++;
          sub.wins += position.trip.raw > 0;
          position.trip.raw = 0;
        }
    }

  /* The rest opens: all of it, what is left after a close, or nothing. −2⁶³ has no magnitude and is an
   * overflow, too. */
  if (!add (&position.quantity.raw, side * (fill->quantity.raw - closing))
      || position.quantity.raw == G_MININT64
      || !add (&position.cost.raw, notional - closed_notional)
      || !subtract (&position.trip.raw, fee - closed_fee)
      || !add (&net.quantity.raw, side * fill->quantity.raw)
      || !add (&net.cost.raw, notional - closed_notional)
      || !add (&sub.realized.raw, gain)
      || !add (&sub.fees.raw, fee)
      || !subtract (&cash.raw, notional)
      || !subtract (&cash.raw, fee)
      || !subtract (&all_realized.raw, gain)
      || !add (&all_fees.raw, fee))
    goto overflow;

  *position_at = position;
  *net_at = net;
  *sub_at = sub;
  self->cash = cash;
  self->realized = all_realized;
  self->fees = all_fees;
  if (realized != NULL)
    realized->raw = gain;
  return TRUE;

overflow:
  g_set_error (error, TF_ERROR, TF_ERROR_RANGE,
               "a fill of voter %u in instrument %u does not fit the ledger: nothing of it is booked",
               voter, instrument);
  return FALSE;
}

/**
 * tf_ledger_position:
 *
 * Returns: (transfer none): what @voter holds of @instrument
 */
const TfPosition *
tf_ledger_position (const TfLedger *self,
                    guint           voter,
                    guint           instrument)
{
  g_return_val_if_fail (voter < self->n_voters && instrument < self->n_instruments, NULL);

  return positions (self, voter) + instrument;
}

/**
 * tf_ledger_net:
 *
 * Returns: (transfer none): the sum of all voters' positions in @instrument. Its quantity can be 0 with a
 * cost left: one voter is long what another is short, and the cost is what both together have not yet
 * realised.
 */
const TfPosition *
tf_ledger_net (const TfLedger *self,
               guint           instrument)
{
  g_return_val_if_fail (instrument < self->n_instruments, NULL);

  return positions (self, self->n_voters) + instrument;
}

/**
 * tf_ledger_voter:
 *
 * Returns: (transfer none): what @voter has earned
 */
const TfSubLedger *
tf_ledger_voter (const TfLedger *self,
                 guint           voter)
{
  g_return_val_if_fail (voter < self->n_voters, NULL);

  return sub_ledgers (self) + voter;
}

/**
 * tf_ledger_equity:
 * @equity: (out): capital + realised + unrealised − fees, each position's value rounded half to even
 *
 * Returns: %FALSE when it does not fit; @equity is then untouched
 */
gboolean
tf_ledger_equity (const TfLedger *self,
                  const TfPrice  *prices,
                  TfMoney        *equity)
{
  __int128 sum = self->cash.raw;

  for (guint i = 0; i < self->n_instruments; i++)
    {
      const TfPosition *net = positions (self, self->n_voters) + i;
      TfMoney value = net->cost;

      if (prices[i].raw != 0 && !tf_notional (prices[i], net->quantity, &value))
        return FALSE;
      sum += value.raw;
    }
  if (sum > G_MAXINT64 || sum < G_MININT64)
    return FALSE;
  equity->raw = (gint64) sum;
  return TRUE;
}

/* A sum of int64 can leave int64, and then it is as wrong as any other wrong sum. */
static gboolean
holds (__int128     found,
       gint64       expected,
       const char  *what,
       guint        which,
       GError     **error)
{
  char texts[2][TF_DECIMAL_SIZE] = { "an overflow" };

  if (found == expected)
    return TRUE;
  if (found <= G_MAXINT64 && found >= G_MININT64)
    tf_decimal_format ((gint64) found, texts[0]);
  g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH, "ledger: %s %u: found %s, expected %s", what, which,
               texts[0], tf_decimal_format (expected, texts[1]));
  return FALSE;
}

/**
 * tf_ledger_check:
 *
 * Errors: %TF_ERROR_MISMATCH naming the first sum that does not hold
 */
gboolean
tf_ledger_check (const TfLedger  *self,
                 GError         **error)
{
  __int128 all = (__int128) self->capital.raw + self->cash.raw + self->realized.raw + self->fees.raw;
  __int128 realized = 0, fees = 0;

  for (guint i = 0; i < self->n_instruments; i++)
    {
      const TfPosition *net = positions (self, self->n_voters) + i;
      __int128 quantity = 0, cost = 0;

      for (guint v = 0; v < self->n_voters; v++)
        {
          const TfPosition *position = positions (self, v) + i;

          quantity += position->quantity.raw;
          cost += position->cost.raw;
          if (position->quantity.raw == 0
              && (!holds (position->cost.raw, 0, "cost of nothing, of instrument", i, error)
                  || !holds (position->trip.raw, 0, "round trip of nothing, of instrument", i, error)))
            return FALSE;
        }
      if (!holds (quantity, net->quantity.raw, "positions' quantity of instrument", i, error)
          || !holds (cost, net->cost.raw, "positions' cost of instrument", i, error))
        return FALSE;
      all += cost;
    }
  for (guint v = 0; v < self->n_voters; v++)
    {
      const TfSubLedger *sub = sub_ledgers (self) + v;

      realized += sub->realized.raw;
      fees += sub->fees.raw;
      if (sub->wins > sub->trades && !holds (sub->wins, sub->trades, "wins above trades of voter", v, error))
        return FALSE;
    }
  return holds (-realized, self->realized.raw, "realised P&L of voters 0 to", self->n_voters, error)
         && holds (fees, self->fees.raw, "fees of voters 0 to", self->n_voters, error)
         && holds (all, 0, "sum of all accounts, with positions of voters 0 to", self->n_voters, error);
}
