#include "core/indicators/streaming.h"

/**
 * tf_wilder_init:
 * @self: its state
 * @period: number of values
 */
void
tf_wilder_init (TfWilder *self,
                guint     period)
{
  self->period = period;
  self->count = 0;
  self->value = 0;
}

/**
 * tf_wilder_update:
 * @self: its state
 * @x: the next value
 *
 * Wilder's smoothing: an exponential mean with alpha 1 / period, seeded with the mean of the first values.
 *
 * Returns: the mean
 */
double
tf_wilder_update (TfWilder *self,
                  double    x)
{
  if (self->count == self->period)
    return self->value = (self->value * (self->period - 1.0) + x) / self->period;

  self->value += x;
  if (++self->count < self->period)
    return (double) NAN;
  return self->value /= self->period;
}
