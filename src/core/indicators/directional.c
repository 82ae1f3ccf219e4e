#include "core/indicators/indicator-private.h"

const TfParam tf_directional_params[] = {
  { "period", 1, TF_PERIOD_MAX, 14 },
  { NULL }
};

/**
 * tf_directional_init:
 * @self: its state
 * @period: number of values
 */
void
tf_directional_init (TfDirectional *self,
                     guint          period)
{
  self->period = period;
  self->count = 0;
  self->range = self->plus_move = self->minus_move = 0;
  self->plus = self->minus = self->dx = (double) NAN;
}

/**
 * tf_directional_update:
 * @self: its state
 * @bar: the next bar
 *
 * Wilder (1978), as in TA-Lib.
 *
 * Returns: DX, 0 to 100; it and both directional indicators are in @self
 */
double
tf_directional_update (TfDirectional *self,
                       const TfBar   *bar)
{
  double n = self->period;
  double rise = bar->high - self->last.high, fall = self->last.low - bar->low;
  double range = MAX (bar->high, self->last.close) - MIN (bar->low, self->last.close);
  gboolean first = self->count == 0;

  self->last = *bar;
  if (first)
    {
      self->count = 1;
      return (double) NAN;
    }
  /* Wilder's sums: period - 1 bars are added up; from then on each bar replaces a period-th. */
  if (self->count >= self->period)
    {
      self->range -= self->range / n;
      self->plus_move -= self->plus_move / n;
      self->minus_move -= self->minus_move / n;
    }
  self->range += range;
  if (rise > fall && rise > 0)
    self->plus_move += rise;
  else if (fall > rise && fall > 0)
    self->minus_move += fall;
  if (self->count++ < self->period)
    return (double) NAN;
  self->count = self->period + 1;

  self->plus = self->range > 0 ? 100 * self->plus_move / self->range : 0;
  self->minus = self->range > 0 ? 100 * self->minus_move / self->range : 0;
  /* Where neither moves, the index keeps its value (TA-Lib), which starts as none. */
  if (self->plus + self->minus > 0)
    self->dx = 100 * fabs (self->plus - self->minus) / (self->plus + self->minus);
  else if (isnan (self->dx))
    self->dx = 0;
  return self->dx;
}

/**
 * tf_directional_start:
 * @state: a TfDirectional
 * @params: values of %tf_directional_params
 *
 * tf_directional_init() as the table wants it.
 */
void
tf_directional_start (gpointer      state,
                      const double *params)
{
  tf_directional_init (state, tf_period (params[0]));
}
