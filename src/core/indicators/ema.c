#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_ema_init:
 * @self: its state
 * @period: number of values; alpha is 2 / (period + 1)
 */
void
tf_ema_init (TfEma *self,
             guint  period)
{
  self->period = period;
  self->count = 0;
  self->alpha = 2.0 / (period + 1.0);
  self->value = 0;
}

/**
 * tf_ema_update:
 * @self: its state
 * @x: the next value
 *
 * Seeded with the mean of the first values (TA-Lib, TTR).
 *
 * Returns: the average
 */
double
tf_ema_update (TfEma *self,
               double x)
{
  if (self->count == self->period)
    return self->value += self->alpha * (x - self->value);

  self->value += x;
  if (++self->count < self->period)
    return (double) NAN;
  return self->value /= self->period;
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 20 },
  { NULL }
};
static const char *const outputs[] = { "ema", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_ema_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_ema_update (state, bar->close);
}

const TfIndicator tf_indicator_ema = {
  .id = "ema",
  .title = N_("Exponential moving average"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (TfEma),
  .init = init,
  .update = update,
};
