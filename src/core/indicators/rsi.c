#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_rsi_init:
 * @self: its state
 * @period: number of values
 */
void
tf_rsi_init (TfRsi *self,
             guint  period)
{
  tf_wilder_init (&self->gain, period);
  tf_wilder_init (&self->loss, period);
  self->last = 0;
  self->started = FALSE;
}

/**
 * tf_rsi_update:
 * @self: its state
 * @x: the next value
 *
 * Wilder, New Concepts in Technical Trading Systems (1978). A market that never moved gives 0, as in TA-Lib.
 *
 * Returns: 0 to 100
 */
double
tf_rsi_update (TfRsi *self,
               double x)
{
  double change = x - self->last;
  double gain, loss;

  self->last = x;
  if (!self->started)
    {
      self->started = TRUE;
      return (double) NAN;
    }
  gain = tf_wilder_update (&self->gain, MAX (change, 0));
  loss = tf_wilder_update (&self->loss, MAX (-change, 0));
  if (gain + loss == 0)
    return 0;
  return 100 * gain / (gain + loss);
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 14 },
  { NULL }
};
static const char *const outputs[] = { "rsi", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_rsi_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_rsi_update (state, bar->close);
}

const TfIndicator tf_indicator_rsi = {
  .id = "rsi",
  .title = N_("Relative strength index"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_changes,
  .state_size = sizeof (TfRsi),
  .init = init,
  .update = update,
};
