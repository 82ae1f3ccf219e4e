#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_donchian_init:
 * @self: its state
 * @period: number of values
 */
void
tf_donchian_init (TfDonchian *self,
                  guint       period)
{
  tf_extremes_init (&self->extremes);
  tf_span_init (&self->span, period);
  self->upper = self->middle = self->lower = (double) NAN;
}

/**
 * tf_donchian_update:
 * @self: its state
 * @bar: the next bar
 *
 * Highest high and lowest low of the last bars, this one included.
 *
 * Returns: the middle; the lines are in @self
 */
double
tf_donchian_update (TfDonchian  *self,
                    const TfBar *bar)
{
  tf_extremes_push (&self->extremes, bar->high, bar->low);
  if (!tf_span_update (&self->span, &self->extremes))
    return (double) NAN;
  self->upper = tf_span_high (&self->span, &self->extremes);
  self->lower = tf_span_low (&self->span, &self->extremes);
  self->middle = (self->upper + self->lower) / 2;
  return self->middle;
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 20 },
  { NULL }
};
static const char *const outputs[] = { "upper", "middle", "lower", NULL };

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
  out[0] = self->upper;
  out[1] = self->middle;
  out[2] = self->lower;
}

const TfIndicator tf_indicator_donchian = {
  .id = "donchian",
  .title = N_("Donchian channel"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (TfDonchian),
  .init = init,
  .update = update,
};
