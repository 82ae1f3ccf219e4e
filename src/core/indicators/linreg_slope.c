#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_linreg_slope_init:
 * @self: its state
 * @period: number of values, at least 2
 */
void
tf_linreg_slope_init (TfLinregSlope *self,
                      guint          period)
{
  tf_wma_init (&self->wma, period);
}

/**
 * tf_linreg_slope_update:
 * @self: its state
 * @x: the next value
 *
 * Least squares over the last values.
 *
 * Returns: the slope per bar
 */
double
tf_linreg_slope_update (TfLinregSlope *self,
                        double         x)
{
  double n = self->wma.window.period;
  double weighted_mean = tf_wma_update (&self->wma, x);

  /* With weights 1..n: covariance of position and value over the variance of the position. */
  return 6 * (weighted_mean - self->wma.sum / n) / (n - 1);
}

static const TfParam params[] = {
  { "period", 2, TF_PERIOD_MAX, 14 },
  { NULL }
};
static const char *const outputs[] = { "linreg_slope", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_linreg_slope_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_linreg_slope_update (state, bar->close);
}

const TfIndicator tf_indicator_linreg_slope = {
  .id = "linreg_slope",
  .title = N_("Linear regression slope"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (TfLinregSlope),
  .init = init,
  .update = update,
};
