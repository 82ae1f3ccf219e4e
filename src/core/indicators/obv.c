#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

/**
 * tf_obv_init:
 * @self: its state
 */
void
tf_obv_init (TfObv *self)
{
  self->last = self->value = 0;
  self->started = FALSE;
}

/**
 * tf_obv_update:
 * @self: its state
 * @bar: the next bar
 *
 * Granville (1963); starts with the first bar's volume.
 *
 * Returns: the running sum
 */
double
tf_obv_update (TfObv       *self,
               const TfBar *bar)
{
  if (!self->started || bar->close > self->last)
    self->value += bar->volume;
  else if (bar->close < self->last)
    self->value -= bar->volume;
  self->started = TRUE;
  self->last = bar->close;
  return self->value;
}

static const TfParam params[] = {
  { NULL }
};
static const char *const outputs[] = { "obv", NULL };

static guint
warmup (const double *p)
{
  return 0;
}

static void
init (gpointer      state,
      const double *p)
{
  tf_obv_init (state);
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_obv_update (state, bar);
}

const TfIndicator tf_indicator_obv = {
  .id = "obv",
  .title = N_("On-balance volume"),
  .params = params,
  .outputs = outputs,
  .warmup = warmup,
  .state_size = sizeof (TfObv),
  .init = init,
  .update = update,
};
