#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 10 },
  { NULL }
};
static const char *const outputs[] = { "roc", NULL };

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
  TfMom *self = state;
  double then = tf_window_oldest (&self->window);

  out[0] = tf_mom_update (self, bar->close) / then * 100;
}

const TfIndicator tf_indicator_roc = {
  .id = "roc",
  .title = N_("Rate of change"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_changes,
  .state_size = sizeof (TfMom),
  .init = init,
  .update = update,
};
