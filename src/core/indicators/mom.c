#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_mom_init:
 * @self: its state
 * @period: bars to look back
 */
void
tf_mom_init (TfMom *self,
             guint  period)
{
  tf_window_init (&self->window, period);
}

/**
 * tf_mom_update:
 * @self: its state
 * @x: the next value
 *
 * Returns: the change since period values ago
 */
double
tf_mom_update (TfMom *self,
               double x)
{
  gboolean full = tf_window_full (&self->window);
  double old = tf_window_push (&self->window, x);

  return full ? x - old : (double) NAN;
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 10 },
  { NULL }
};
static const char *const outputs[] = { "mom", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_mom_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_mom_update (state, bar->close);
}

const TfIndicator tf_indicator_mom = {
  .id = "mom",
  .title = N_("Momentum"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_changes,
  .state_size = sizeof (TfMom),
  .init = init,
  .update = update,
};
