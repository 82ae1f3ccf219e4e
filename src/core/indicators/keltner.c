#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

/**
 * tf_keltner_init:
 * @self: its state
 * @ema: bars of the middle line
 * @atr: bars of the average true range
 * @width: distance of the bands in average true ranges
 */
void
tf_keltner_init (TfKeltner *self,
                 guint      ema,
                 guint      atr,
                 double     width)
{
  tf_ema_init (&self->ema, ema);
  tf_atr_init (&self->atr, atr);
  self->width = width;
  self->upper = self->middle = self->lower = (double) NAN;
}

/**
 * tf_keltner_update:
 * @self: its state
 * @bar: the next bar
 *
 * Exponential mean of the close, bands in Wilder's average true range.
 *
 * Returns: the average true range; the lines are in @self
 */
double
tf_keltner_update (TfKeltner   *self,
                   const TfBar *bar)
{
  double range = tf_atr_update (&self->atr, bar);

  self->middle = tf_ema_update (&self->ema, bar->close);
  self->upper = self->middle + self->width * range;
  self->lower = self->middle - self->width * range;
  return range;
}

static const TfParam params[] = {
  { "ema", 1, TF_PERIOD_MAX, 20 },
  { "atr", 1, TF_PERIOD_MAX, 10 },
  { "width", 0.1, 10, 2 },
  { NULL }
};
static const char *const outputs[] = { "upper", "middle", "lower", NULL };

static guint
warmup (const double *p)
{
  return MAX (tf_period (p[0]) - 1, tf_period (p[1]));
}

static void
init (gpointer      state,
      const double *p)
{
  tf_keltner_init (state, tf_period (p[0]), tf_period (p[1]), p[2]);
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  TfKeltner *self = state;

  tf_keltner_update (self, bar);
  out[0] = self->upper;
  out[1] = self->middle;
  out[2] = self->lower;
}

const TfIndicator tf_indicator_keltner = {
  .id = "keltner",
  .title = N_("Keltner channel"),
  .params = params,
  .outputs = outputs,
  .warmup = warmup,
  .state_size = sizeof (TfKeltner),
  .init = init,
  .update = update,
};
