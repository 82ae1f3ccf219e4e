#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_stddev_init:
 * @self: its state
 * @period: number of values
 * @ddof: 0 for the population, 1 for a sample
 */
void
tf_stddev_init (TfStddev *self,
                guint     period,
                guint     ddof)
{
  tf_window_init (&self->window, period);
  self->anchor = self->sum = self->squares = self->mean = 0;
  self->ddof = ddof;
}

/**
 * tf_stddev_update:
 * @self: its state
 * @x: the next value
 *
 * Returns: the standard deviation of the last values; their mean is in @self
 */
double
tf_stddev_update (TfStddev *self,
                  double    x)
{
  double n = self->window.period;
  double in, out;

  if (self->window.count == 0)
    self->anchor = x;
  in = x - self->anchor;
  out = tf_window_full (&self->window) ? tf_window_oldest (&self->window) - self->anchor : 0;
  tf_window_push (&self->window, x);
  self->sum += in - out;
  self->squares += in * in - out * out;
  if (self->window.at == 0)
    {
      /* Sums of squares far from zero cancel badly: they are taken around a recent mean. */
      self->anchor += self->sum / n;
      self->sum = self->squares = 0;
      for (guint i = 0; i < self->window.period; i++)
        {
          double d = self->window.values[i] - self->anchor;

          self->sum += d;
          self->squares += d * d;
        }
    }
  if (!tf_window_full (&self->window))
    return (double) NAN;
  self->mean = self->anchor + self->sum / n;
  if (n <= self->ddof)
    return 0;
  return sqrt (MAX (self->squares - self->sum * self->sum / n, 0) / (n - self->ddof));
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 20 },
  { "ddof", 0, 1, 0 },
  { NULL }
};
static const char *const outputs[] = { "stddev", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_stddev_init (state, tf_period (p[0]), p[1] >= 0.5);
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_stddev_update (state, bar->close);
}

const TfIndicator tf_indicator_stddev = {
  .id = "stddev",
  .title = N_("Standard deviation"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (TfStddev),
  .init = init,
  .update = update,
};
