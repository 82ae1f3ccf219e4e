#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_atr_init:
 * @self: its state
 * @period: number of values
 */
void
tf_atr_init (TfAtr *self,
             guint  period)
{
  tf_trange_init (&self->trange);
  tf_wilder_init (&self->mean, period);
}

/**
 * tf_atr_update:
 * @self: its state
 * @bar: the next bar
 *
 * Wilder (1978): his mean of the true range.
 *
 * Returns: the average
 */
double
tf_atr_update (TfAtr       *self,
               const TfBar *bar)
{
  double range = tf_trange_update (&self->trange, bar);

  return isnan (range) ? range : tf_wilder_update (&self->mean, range);
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 14 },
  { NULL }
};
static const char *const outputs[] = { "atr", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_atr_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_atr_update (state, bar);
}

const TfIndicator tf_indicator_atr = {
  .id = "atr",
  .title = N_("Average true range"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_changes,
  .state_size = sizeof (TfAtr),
  .init = init,
  .update = update,
};
