#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_mfi_init:
 * @self: its state
 * @period: number of values
 */
void
tf_mfi_init (TfMfi *self,
             guint  period)
{
  tf_sum_init (&self->up, period);
  tf_sum_init (&self->down, period);
  self->last = 0;
  self->started = FALSE;
}

/**
 * tf_mfi_update:
 * @self: its state
 * @bar: the next bar
 *
 * Quong and Soudack (1989): share of the turnover that came with a rising typical price; an unchanged one
 * counts neither way. No flow at all gives 0, as in TA-Lib.
 *
 * Returns: 0 to 100
 */
double
tf_mfi_update (TfMfi       *self,
               const TfBar *bar)
{
  double typical = tf_bar_typical (bar);
  double flow = typical * bar->volume;
  double last = self->last;
  double up, down;

  self->last = typical;
  if (!self->started)
    {
      self->started = TRUE;
      return (double) NAN;
    }
  up = tf_sum_update (&self->up, typical > last ? flow : 0);
  down = tf_sum_update (&self->down, typical < last ? flow : 0);
  if (up + down == 0)
    return 0;
  return 100 * up / (up + down);
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 14 },
  { NULL }
};
static const char *const outputs[] = { "mfi", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_mfi_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_mfi_update (state, bar);
}

const TfIndicator tf_indicator_mfi = {
  .id = "mfi",
  .title = N_("Money flow index"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_changes,
  .state_size = sizeof (TfMfi),
  .init = init,
  .update = update,
};
