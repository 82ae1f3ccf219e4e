#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

typedef struct { TfStddev stddev; double last, scale; } Volatility;

/* TTR's volatility (calc = "close"): sample deviation of the log returns within period closes, a year. */
static void
volatility_init (Volatility   *self,
                 const double *p)
{
  tf_stddev_init (&self->stddev, MAX (tf_period (p[0]), 3) - 1, 1);
  self->last = 0;
  self->scale = sqrt (p[1]);
}

static const TfParam params[] = {
  { "period", 3, TF_PERIOD_MAX, 20 },
  { "periods_per_year", 1, 1000000, 365 },
  { NULL }
};
static const char *const outputs[] = { "volatility", NULL };

static void
init (gpointer      state,
      const double *p)
{
  volatility_init (state, p);
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  Volatility *self = state;
  double deviation = (double) NAN;

  if (self->last > 0)
    deviation = tf_stddev_update (&self->stddev, log (bar->close / self->last));
  self->last = bar->close;
  out[0] = deviation * self->scale;
}

const TfIndicator tf_indicator_volatility = {
  .id = "volatility",
  .title = N_("Close-to-close volatility"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (Volatility),
  .init = init,
  .update = update,
};
