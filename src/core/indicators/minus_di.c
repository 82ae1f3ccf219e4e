#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

static const char *const outputs[] = { "minus_di", NULL };

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  TfDirectional *self = state;

  tf_directional_update (self, bar);
  out[0] = self->minus;
}

const TfIndicator tf_indicator_minus_di = {
  .id = "minus_di",
  .title = N_("Minus directional indicator"),
  .params = tf_directional_params,
  .outputs = outputs,
  .warmup = tf_warmup_changes,
  .state_size = sizeof (TfDirectional),
  .init = tf_directional_start,
  .update = update,
};
