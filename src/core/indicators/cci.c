#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_cci_init:
 * @self: its state
 * @period: number of values
 */
void
tf_cci_init (TfCci *self,
             guint  period)
{
  tf_sum_init (&self->sum, period);
}

/**
 * tf_cci_update:
 * @self: its state
 * @bar: the next bar
 *
 * Lambert (1980): distance of the typical price from its mean in 0.015 mean deviations.
 *
 * Returns: the index, about -100 to 100 most of the time
 */
double
tf_cci_update (TfCci       *self,
               const TfBar *bar)
{
  double typical = tf_bar_typical (bar);
  double mean = tf_sum_update (&self->sum, typical) / self->sum.window.period;
  double deviation = 0;

  if (isnan (mean))
    return mean;
  /* The mean deviation is around today's mean: there is no rolling form. */
  for (guint i = 0; i < self->sum.window.period; i++)
    deviation += fabs (self->sum.window.values[i] - mean);
  deviation /= self->sum.window.period;
  return deviation > 0 ? (typical - mean) / (0.015 * deviation) : 0;
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 20 },
  { NULL }
};
static const char *const outputs[] = { "cci", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_cci_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_cci_update (state, bar);
}

const TfIndicator tf_indicator_cci = {
  .id = "cci",
  .title = N_("Commodity channel index"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (TfCci),
  .init = init,
  .update = update,
};
