#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

/**
 * tf_trange_init:
 * @self: its state
 */
void
tf_trange_init (TfTrange *self)
{
  self->last = 0;
  self->started = FALSE;
}

/**
 * tf_trange_update:
 * @self: its state
 * @bar: the next bar
 *
 * Wilder (1978): the bar's range, stretched to the previous close.
 *
 * Returns: the range; none for the first bar
 */
double
tf_trange_update (TfTrange    *self,
                  const TfBar *bar)
{
  double range = MAX (bar->high, self->last) - MIN (bar->low, self->last);

  self->last = bar->close;
  if (self->started)
    return range;
  self->started = TRUE;
  return (double) NAN;
}

static const TfParam params[] = {
  { NULL }
};
static const char *const outputs[] = { "trange", NULL };

static guint
warmup (const double *p)
{
  return 1;
}

static void
init (gpointer      state,
      const double *p)
{
  tf_trange_init (state);
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_trange_update (state, bar);
}

const TfIndicator tf_indicator_trange = {
  .id = "trange",
  .title = N_("True range"),
  .params = params,
  .outputs = outputs,
  .warmup = warmup,
  .state_size = sizeof (TfTrange),
  .init = init,
  .update = update,
};
