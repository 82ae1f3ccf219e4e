#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 14 },
  { NULL }
};
static const char *const outputs[] = { "natr", NULL };

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
  double range = tf_atr_update (state, bar);

  out[0] = 100 * range / bar->close;
}

const TfIndicator tf_indicator_natr = {
  .id = "natr",
  .title = N_("Normalised average true range"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_changes,
  .state_size = sizeof (TfAtr),
  .init = init,
  .update = update,
};
