#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

/**
 * tf_adx_init:
 * @self: its state
 * @period: number of values
 */
void
tf_adx_init (TfAdx *self,
             guint  period)
{
  tf_directional_init (&self->directional, period);
  tf_wilder_init (&self->mean, period);
}

/**
 * tf_adx_update:
 * @self: its state
 * @bar: the next bar
 *
 * Wilder (1978): his mean of DX, seeded with the plain mean of the first period.
 *
 * Returns: 0 to 100
 */
double
tf_adx_update (TfAdx       *self,
               const TfBar *bar)
{
  double dx = tf_directional_update (&self->directional, bar);

  return isnan (dx) ? dx : tf_wilder_update (&self->mean, dx);
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 14 },
  { NULL }
};
static const char *const outputs[] = { "adx", NULL };

static guint
warmup (const double *p)
{
  return 2 * tf_period (p[0]) - 1;
}

static void
init (gpointer      state,
      const double *p)
{
  tf_adx_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_adx_update (state, bar);
}

const TfIndicator tf_indicator_adx = {
  .id = "adx",
  .title = N_("Average directional index"),
  .params = params,
  .outputs = outputs,
  .warmup = warmup,
  .state_size = sizeof (TfAdx),
  .init = init,
  .update = update,
};
