#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_vwap_init:
 * @self: its state
 * @period: number of values
 */
void
tf_vwap_init (TfVwap *self,
              guint   period)
{
  tf_sum_init (&self->traded, period);
  tf_sum_init (&self->volume, period);
}

/**
 * tf_vwap_update:
 * @self: its state
 * @price: the price of the bar: typical or close
 * @volume: what was traded at it
 *
 * Returns: the mean price of the last bars weighted by volume; @price itself where nothing traded
 */
double
tf_vwap_update (TfVwap *self,
                double  price,
                double  volume)
{
  double traded = tf_sum_update (&self->traded, price * volume);
  double total = tf_sum_update (&self->volume, volume);

  return total == 0 ? price : traded / total;
}

/* The indicator: of the typical price, or of the close where that parameter is 1. */
typedef struct { TfVwap vwap; gboolean of_close; } Vwap;

static void
vwap_init (Vwap         *self,
           const double *p)
{
  tf_vwap_init (&self->vwap, tf_period (p[0]));
  self->of_close = p[1] >= 0.5;
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 20 },
  { "close", 0, 1, 0 },
  { NULL }
};
static const char *const outputs[] = { "vwap", NULL };

static void
init (gpointer      state,
      const double *p)
{
  vwap_init (state, p);
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  Vwap *self = state;

  out[0] = tf_vwap_update (&self->vwap, self->of_close ? bar->close : tf_bar_typical (bar), bar->volume);
}

const TfIndicator tf_indicator_vwap = {
  .id = "vwap",
  .title = N_("Volume-weighted average price, rolling"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (Vwap),
  .init = init,
  .update = update,
};
