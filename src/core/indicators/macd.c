#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

/**
 * tf_macd_init:
 * @self: its state
 * @fast: bars of the fast average
 * @slow: bars of the slow average
 * @signal: bars of the signal line
 */
void
tf_macd_init (TfMacd *self,
              guint   fast,
              guint   slow,
              guint   signal)
{
  tf_ema_init (&self->fast, fast);
  tf_ema_init (&self->slow, slow);
  tf_ema_init (&self->signal, signal);
  self->line = self->signal_line = self->histogram = (double) NAN;
}

/**
 * tf_macd_update:
 * @self: its state
 * @x: the next value
 *
 * Each average is seeded by its own first values, as in TTR; the line comes before the signal does.
 *
 * Returns: the histogram; the lines are in @self
 */
double
tf_macd_update (TfMacd *self,
                double  x)
{
  double fast = tf_ema_update (&self->fast, x);
  double slow = tf_ema_update (&self->slow, x);

  self->line = fast - slow;
  if (!isnan (self->line))
    self->signal_line = tf_ema_update (&self->signal, self->line);
  self->histogram = self->line - self->signal_line;
  return self->histogram;
}

static const TfParam params[] = {
  { "fast", 1, TF_PERIOD_MAX, 12 },
  { "slow", 1, TF_PERIOD_MAX, 26 },
  { "signal", 1, TF_PERIOD_MAX, 9 },
  { NULL }
};
static const char *const outputs[] = { "macd", "signal", "histogram", NULL };

static guint
warmup (const double *p)
{
  return MAX (tf_period (p[0]), tf_period (p[1])) + tf_period (p[2]) - 2;
}

static void
init (gpointer      state,
      const double *p)
{
  tf_macd_init (state, tf_period (p[0]), tf_period (p[1]), tf_period (p[2]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  TfMacd *self = state;

  tf_macd_update (self, bar->close);
  out[0] = self->line;
  out[1] = self->signal_line;
  out[2] = self->histogram;
}

const TfIndicator tf_indicator_macd = {
  .id = "macd",
  .title = N_("Moving average convergence and divergence"),
  .params = params,
  .outputs = outputs,
  .warmup = warmup,
  .state_size = sizeof (TfMacd),
  .init = init,
  .update = update,
};
