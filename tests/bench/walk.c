#include "walk.h"

#include <math.h>

void
walk_init (Walk  *walk,
           guint  n_instruments)
{
  *walk = (Walk) { .volatility = 0.006 };
  tf_random_seed (&walk->random, 7);
  for (guint i = 0; i < n_instruments; i++)
    walk->price[i] = 30000 / pow (3, i);
}

void
walk_next (Walk               *walk,
           const TfInstrument *instrument,
           guint               i,
           TfTime              time,
           TfCandle           *candle)
{
  double open = walk->price[i], close, high, low;

  if (i == 0)
    {
      walk->volatility = 0.004 + 0.95 * (walk->volatility - 0.004) + 0.0006 * fabs (tf_random_normal (&walk->random));
      walk->market = walk->volatility * tf_random_normal (&walk->random);
    }
  close = open * exp (walk->market + 0.7 * walk->volatility * tf_random_normal (&walk->random));
  high = MAX (open, close) * (1 + walk->volatility * fabs (tf_random_normal (&walk->random)) / 2);
  low = MIN (open, close) * (1 - walk->volatility * fabs (tf_random_normal (&walk->random)) / 2);
  walk->price[i] = close;
  candle->time = time;
  tf_round_to_step (open, instrument->tick.raw, &candle->open.raw);
  tf_round_to_step (close, instrument->tick.raw, &candle->close.raw);
  tf_round_to_step (high, instrument->tick.raw, &candle->high.raw);
  tf_round_to_step (low, instrument->tick.raw, &candle->low.raw);
  candle->high.raw = MAX (candle->high.raw, MAX (candle->open.raw, candle->close.raw));
  candle->low.raw = MIN (candle->low.raw, MIN (candle->open.raw, candle->close.raw));
  tf_round_to_step (1e6 / open * (1 + tf_random_uniform (&walk->random)), 1, &candle->volume.raw);
}
