#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_sma_init:
 * @self: its state
 * @period: number of values
 */
void
tf_sma_init (TfSma *self,
             guint  period)
{
  tf_sum_init (&self->sum, period);
}

/**
 * tf_sma_update:
 * @self: its state
 * @x: the next value
 *
 * Returns: the mean of the last values
 */
double
tf_sma_update (TfSma *self,
               double x)
{
  return tf_sum_update (&self->sum, x) / self->sum.window.period;
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 20 },
  { NULL }
};
static const char *const outputs[] = { "sma", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_sma_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_sma_update (state, bar->close);
}

const TfIndicator tf_indicator_sma = {
  .id = "sma",
  .title = N_("Simple moving average"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (TfSma),
  .init = init,
  .update = update,
};
