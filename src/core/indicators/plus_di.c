#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 14 },
  { NULL }
};
static const char *const outputs[] = { "plus_di", NULL };

static guint
warmup (const double *p)
{
  return tf_period (p[0]);
}

static void
init (gpointer      state,
      const double *p)
{
  tf_directional_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  TfDirectional *self = state;

  tf_directional_update (self, bar);
  out[0] = self->plus;
}

const TfIndicator tf_indicator_plus_di = {
  .id = "plus_di",
  .title = N_("Plus directional indicator"),
  .params = params,
  .outputs = outputs,
  .warmup = warmup,
  .state_size = sizeof (TfDirectional),
  .init = init,
  .update = update,
};
