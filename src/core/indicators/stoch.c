#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

/**
 * tf_stoch_init:
 * @self: its state
 * @period: bars of the range
 * @slow: bars that %K is smoothed over
 * @signal: bars that %D is smoothed over
 */
void
tf_stoch_init (TfStoch *self,
               guint    period,
               guint    slow,
               guint    signal)
{
  tf_extremes_init (&self->extremes);
  tf_span_init (&self->span, period);
  tf_sma_init (&self->slow, slow);
  tf_sma_init (&self->signal, signal);
  self->slowk = self->slowd = (double) NAN;
}

/**
 * tf_stoch_update:
 * @self: its state
 * @bar: the next bar
 *
 * Lane's slow stochastic, simple means. A range of zero gives 0, as in TA-Lib.
 *
 * Returns: %D, 0 to 100; both lines are in @self
 */
double
tf_stoch_update (TfStoch     *self,
                 const TfBar *bar)
{
  double high, low;

  tf_extremes_push (&self->extremes, bar->high, bar->low);
  if (!tf_span_update (&self->span, &self->extremes))
    return (double) NAN;
  high = tf_span_high (&self->span, &self->extremes);
  low = tf_span_low (&self->span, &self->extremes);
  self->slowk = tf_sma_update (&self->slow, high > low ? 100 * (bar->close - low) / (high - low) : 0);
  if (!isnan (self->slowk))
    self->slowd = tf_sma_update (&self->signal, self->slowk);
  return self->slowd;
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 14 },
  { "slow", 1, TF_PERIOD_MAX, 3 },
  { "signal", 1, TF_PERIOD_MAX, 3 },
  { NULL }
};
static const char *const outputs[] = { "slowk", "slowd", NULL };

static guint
warmup (const double *p)
{
  return tf_period (p[0]) + tf_period (p[1]) + tf_period (p[2]) - 3;
}

static void
init (gpointer      state,
      const double *p)
{
  tf_stoch_init (state, tf_period (p[0]), tf_period (p[1]), tf_period (p[2]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  TfStoch *self = state;

  tf_stoch_update (self, bar);
  out[0] = self->slowk;
  out[1] = self->slowd;
}

const TfIndicator tf_indicator_stoch = {
  .id = "stoch",
  .title = N_("Stochastic oscillator"),
  .params = params,
  .outputs = outputs,
  .warmup = warmup,
  .state_size = sizeof (TfStoch),
  .init = init,
  .update = update,
};
