#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_bbands_init:
 * @self: its state
 * @period: number of values
 * @width: distance of the bands in standard deviations
 */
void
tf_bbands_init (TfBbands *self,
                guint     period,
                double    width)
{
  tf_stddev_init (&self->stddev, period, 0);
  self->width = width;
  self->upper = self->middle = self->lower = (double) NAN;
}

/**
 * tf_bbands_update:
 * @self: its state
 * @x: the next value
 *
 * Bollinger: population standard deviation around the simple mean.
 *
 * Returns: the standard deviation; the lines are in @self
 */
double
tf_bbands_update (TfBbands *self,
                  double    x)
{
  double deviation = tf_stddev_update (&self->stddev, x);

  if (isnan (deviation))
    return deviation;
  self->middle = self->stddev.mean;
  self->upper = self->middle + self->width * deviation;
  self->lower = self->middle - self->width * deviation;
  return deviation;
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 20 },
  { "width", 0.1, 10, 2 },
  { NULL }
};
static const char *const outputs[] = { "upper", "middle", "lower", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_bbands_init (state, tf_period (p[0]), p[1]);
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  TfBbands *self = state;

  tf_bbands_update (self, bar->close);
  out[0] = self->upper;
  out[1] = self->middle;
  out[2] = self->lower;
}

const TfIndicator tf_indicator_bbands = {
  .id = "bbands",
  .title = N_("Bollinger bands"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (TfBbands),
  .init = init,
  .update = update,
};
