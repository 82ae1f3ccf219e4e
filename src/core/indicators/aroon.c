#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

/**
 * tf_aroon_init:
 * @self: its state
 * @period: bars to look back, below TF_PERIOD_MAX
 */
void
tf_aroon_init (TfAroon *self,
               guint    period)
{
  tf_extremes_init (&self->extremes);
  tf_span_init (&self->span, period + 1);
  self->up = self->down = (double) NAN;
}

/**
 * tf_aroon_update:
 * @self: its state
 * @bar: the next bar
 *
 * Chande (1995): how lately the extreme of the last period + 1 bars was; of equal ones the latest counts.
 *
 * Returns: the oscillator, -100 to 100; both lines are in @self
 */
double
tf_aroon_update (TfAroon     *self,
                 const TfBar *bar)
{
  double n = self->span.period - 1.0;

  tf_extremes_push (&self->extremes, bar->high, bar->low);
  if (!tf_span_update (&self->span, &self->extremes))
    return (double) NAN;
  self->up = 100 * (n - tf_span_high_age (&self->span, &self->extremes)) / n;
  self->down = 100 * (n - tf_span_low_age (&self->span, &self->extremes)) / n;
  return self->up - self->down;
}

static const TfParam params[] = {
  { "period", 1, 255, 25 },
  { NULL }
};
static const char *const outputs[] = { "down", "up", NULL };

static guint
warmup (const double *p)
{
  return MIN (tf_period (p[0]), 255);
}

static void
init (gpointer      state,
      const double *p)
{
  tf_aroon_init (state, MIN (tf_period (p[0]), 255));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  TfAroon *self = state;

  tf_aroon_update (self, bar);
  out[0] = self->down;
  out[1] = self->up;
}

const TfIndicator tf_indicator_aroon = {
  .id = "aroon",
  .title = N_("Aroon"),
  .params = params,
  .outputs = outputs,
  .warmup = warmup,
  .state_size = sizeof (TfAroon),
  .init = init,
  .update = update,
};
