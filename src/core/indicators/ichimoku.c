#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

static double
middle (TfSpan           *span,
        const TfExtremes *extremes)
{
  return tf_span_update (span, extremes) ? (tf_span_high (span, extremes) + tf_span_low (span, extremes)) / 2
                                         : (double) NAN;
}

/**
 * tf_ichimoku_init:
 * @self: its state
 * @tenkan: bars of the conversion line
 * @kijun: bars of the base line
 * @senkou: bars of the second leading line
 */
void
tf_ichimoku_init (TfIchimoku *self,
                  guint       tenkan,
                  guint       kijun,
                  guint       senkou)
{
  tf_extremes_init (&self->extremes);
  tf_span_init (&self->tenkan_span, tenkan);
  tf_span_init (&self->kijun_span, kijun);
  tf_span_init (&self->senkou_span, senkou);
  self->tenkan = self->kijun = self->senkou_a = self->senkou_b = (double) NAN;
}

/**
 * tf_ichimoku_update:
 * @self: its state
 * @bar: the next bar
 *
 * Hosoda: mid-points of ranges, not displaced; who draws the cloud moves it.
 *
 * Returns: the second leading line; all lines are in @self
 */
double
tf_ichimoku_update (TfIchimoku  *self,
                    const TfBar *bar)
{
  tf_extremes_push (&self->extremes, bar->high, bar->low);
  self->tenkan = middle (&self->tenkan_span, &self->extremes);
  self->kijun = middle (&self->kijun_span, &self->extremes);
  self->senkou_a = (self->tenkan + self->kijun) / 2;
  self->senkou_b = middle (&self->senkou_span, &self->extremes);
  return self->senkou_b;
}

static const TfParam params[] = {
  { "tenkan", 1, TF_PERIOD_MAX, 9 },
  { "kijun", 1, TF_PERIOD_MAX, 26 },
  { "senkou", 1, TF_PERIOD_MAX, 52 },
  { NULL }
};
static const char *const outputs[] = { "tenkan", "kijun", "senkou_a", "senkou_b", NULL };

static guint
warmup (const double *p)
{
  return MAX (MAX (tf_period (p[0]), tf_period (p[1])), tf_period (p[2])) - 1;
}

static void
init (gpointer      state,
      const double *p)
{
  tf_ichimoku_init (state, tf_period (p[0]), tf_period (p[1]), tf_period (p[2]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  TfIchimoku *self = state;

  tf_ichimoku_update (self, bar);
  out[0] = self->tenkan;
  out[1] = self->kijun;
  out[2] = self->senkou_a;
  out[3] = self->senkou_b;
}

const TfIndicator tf_indicator_ichimoku = {
  .id = "ichimoku",
  .title = N_("Ichimoku"),
  .params = params,
  .outputs = outputs,
  .warmup = warmup,
  .state_size = sizeof (TfIchimoku),
  .init = init,
  .update = update,
};
