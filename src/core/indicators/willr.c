#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 14 },
  { NULL }
};
static const char *const outputs[] = { "willr", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_donchian_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  TfDonchian *self = state;

  tf_donchian_update (self, bar);
  /* A range of zero gives 0, as in TA-Lib. */
  out[0] = self->upper == self->lower ? 0 : -100 * (self->upper - bar->close) / (self->upper - self->lower);
}

const TfIndicator tf_indicator_willr = {
  .id = "willr",
  .title = N_("Williams %R"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (TfDonchian),
  .init = init,
  .update = update,
};
