#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_supertrend_init:
 * @self: its state
 * @period: bars of the average true range
 * @width: distance of the bands in average true ranges
 */
void
tf_supertrend_init (TfSupertrend *self,
                    guint         period,
                    double        width)
{
  tf_atr_init (&self->atr, period);
  self->width = width;
  self->direction = 0;
  self->value = (double) NAN;
}

/**
 * tf_supertrend_update:
 * @self: its state
 * @bar: the next bar
 *
 * Seban's classic form with Wilder's average true range; starts in a down trend.
 *
 * Returns: the trailing band; @self has the direction: 1 up (the lower band), -1 down, 0 during warm-up
 */
double
tf_supertrend_update (TfSupertrend *self,
                      const TfBar  *bar)
{
  double range = self->width * tf_atr_update (&self->atr, bar);
  double middle = (bar->high + bar->low) / 2;

  if (isnan (range))
    return range;
  if (self->direction == 0)
    {
      self->direction = -1;
      self->upper = middle + range;
      self->lower = middle - range;
    }
  else
    {
      /* Each band only tightens until the previous close lies beyond it. */
      if (middle + range < self->upper || self->close > self->upper)
        self->upper = middle + range;
      if (middle - range > self->lower || self->close < self->lower)
        self->lower = middle - range;
      if (self->direction < 0 ? bar->close > self->upper : bar->close < self->lower)
        self->direction = -self->direction;
    }
  self->close = bar->close;
  self->value = self->direction > 0 ? self->lower : self->upper;
  return self->value;
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 10 },
  { "width", 0.1, 20, 3 },
  { NULL }
};
static const char *const outputs[] = { "supertrend", "direction", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_supertrend_init (state, tf_period (p[0]), p[1]);
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  TfSupertrend *self = state;

  out[0] = tf_supertrend_update (self, bar);
  out[1] = self->direction != 0 ? self->direction : (double) NAN;
}

const TfIndicator tf_indicator_supertrend = {
  .id = "supertrend",
  .title = N_("Supertrend"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_changes,
  .state_size = sizeof (TfSupertrend),
  .init = init,
  .update = update,
};
