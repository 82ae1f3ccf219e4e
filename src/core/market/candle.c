#include "core/market/candle.h"

#include "core/base/error.h"

/**
 * tf_candle_check:
 * @candle: a candle from outside
 *
 * Prices more than 0, low ≤ open, close ≤ high, volume not negative.
 *
 * Returns: %FALSE with %TF_ERROR_INVALID, which names the bar, what was found and what was expected
 */
gboolean
tf_candle_check (const TfCandle *candle,
                 GError        **error)
{
  const struct { const char *name; TfPrice price; } prices[] = {
    { "open", candle->open }, { "high", candle->high }, { "low", candle->low }, { "close", candle->close },
  };
  char time[TF_TIME_SIZE], found[TF_DECIMAL_SIZE], bound[TF_DECIMAL_SIZE];

  tf_time_format (candle->time, time);
  for (guint i = 0; i < G_N_ELEMENTS (prices); i++)
    {
      gint64 raw = prices[i].price.raw;

      tf_decimal_format (raw, found);
      if (raw <= 0)
        g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "candle %s: found %s %s, expected more than 0",
                     time, prices[i].name, found);
      else if (raw > candle->high.raw)
        g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                     "candle %s: found %s %s, expected at most the high %s", time,
                     prices[i].name, found, tf_decimal_format (candle->high.raw, bound));
      else if (raw < candle->low.raw)
        g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                     "candle %s: found %s %s, expected at least the low %s", time,
                     prices[i].name, found, tf_decimal_format (candle->low.raw, bound));
      else
        continue;
      return FALSE;
    }
  if (candle->volume.raw < 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "candle %s: found volume %s, expected 0 or more",
                   time, tf_decimal_format (candle->volume.raw, found));
      return FALSE;
    }
  return TRUE;
}

/**
 * tf_candle_to_bar:
 * @bar: (out): the same candle as doubles in whole units
 */
void
tf_candle_to_bar (const TfCandle *candle,
                  TfBar          *bar)
{
  bar->time = candle->time;
  bar->open = tf_price_double (candle->open);
  bar->high = tf_price_double (candle->high);
  bar->low = tf_price_double (candle->low);
  bar->close = tf_price_double (candle->close);
  bar->volume = tf_qty_double (candle->volume);
}

/**
 * tf_candle_builder_init:
 * @interval: length of a bar, more than 0; a divisor of a day, so that bars and days fit
 */
void
tf_candle_builder_init (TfCandleBuilder *self,
                        TfTime           interval)
{
  g_return_if_fail (interval > 0);

  *self = (TfCandleBuilder) { .interval = interval, .from = G_MININT64 };
}

/* The start of the bar that @time lies in; right before 1970, too. */
static TfTime
bar_start (const TfCandleBuilder *self,
           TfTime                 time)
{
  TfTime rest = time % self->interval;

  return time - rest - (rest < 0 ? self->interval : 0);
}

/**
 * tf_candle_builder_trade:
 * @time: of the trade
 * @price: more than 0
 * @quantity: 0 or more
 * @closed: (out): the bar that this trade ended
 *
 * Adds one trade. A trade for a bar that is closed already comes too late and is left out: what was decided
 * on the closed bar stays what it was. Within the open bar the order of arrival counts.
 *
 * Returns: %TRUE when a bar was closed
 */
gboolean
tf_candle_builder_trade (TfCandleBuilder *self,
                         TfTime           time,
                         TfPrice          price,
                         TfQty            quantity,
                         TfCandle        *closed)
{
  TfCandle print = { time, price, price, price, price, quantity };

  return tf_candle_builder_merge (self, &print, closed);
}

/**
 * tf_candle_builder_merge:
 * @smaller: a valid candle (tf_candle_check()) of an interval that divides this one's
 * @closed: (out): the bar that this candle ended
 *
 * As tf_candle_builder_trade(), with a smaller candle in place of a trade. A volume that no longer fits stays
 * at the largest: it is a statistic, and no reason to lose the prices.
 *
 * Returns: %TRUE when a bar was closed
 */
gboolean
tf_candle_builder_merge (TfCandleBuilder *self,
                         const TfCandle  *smaller,
                         TfCandle        *closed)
{
  TfCandle *current = &self->current;
  gboolean ended = FALSE;

  g_return_val_if_fail (smaller->low.raw > 0 && smaller->volume.raw >= 0, FALSE);
  if (smaller->time < self->from)
    return FALSE;
  if (self->open && smaller->time - current->time >= self->interval)
    {
      *closed = *current;
      ended = TRUE;
      self->open = FALSE;
    }
  if (!self->open)
    {
      *current = *smaller;
      current->time = self->from = bar_start (self, smaller->time);
      self->open = TRUE;
      return ended;
    }
  current->high.raw = MAX (current->high.raw, smaller->high.raw);
  current->low.raw = MIN (current->low.raw, smaller->low.raw);
  current->close = smaller->close;
  if (!tf_qty_add (current->volume, smaller->volume, &current->volume))
    current->volume.raw = G_MAXINT64;
  return FALSE;
}

/**
 * tf_candle_builder_close:
 * @now: the time that has come; bars that end at or before it are final
 * @closed: (out): the bar that was open and has ended
 *
 * Ends a bar by the clock, for markets where the next trade is far away.
 *
 * Returns: %TRUE when a bar was closed
 */
gboolean
tf_candle_builder_close (TfCandleBuilder *self,
                         TfTime           now,
                         TfCandle        *closed)
{
  gboolean ended = self->open && now - self->current.time >= self->interval;

  if (ended)
    {
      *closed = self->current;
      self->open = FALSE;
    }
  self->from = MAX (self->from, bar_start (self, now));
  return ended;
}

/**
 * tf_candle_builder_skip:
 * @until: a multiple of the interval
 *
 * Bars up to there came from elsewhere: what is being built of them is dropped.
 */
void
tf_candle_builder_skip (TfCandleBuilder *self,
                        TfTime           until)
{
  self->open = self->open && self->current.time >= until;
  self->from = MAX (self->from, until);
}
