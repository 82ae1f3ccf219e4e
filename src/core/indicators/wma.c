#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_wma_init:
 * @self: its state
 * @period: number of values
 */
void
tf_wma_init (TfWma *self,
             guint  period)
{
  tf_window_init (&self->window, period);
  self->sum = self->weighted = 0;
}

/**
 * tf_wma_update:
 * @self: its state
 * @x: the next value
 *
 * Returns: the mean of the last values, weighted 1 (oldest) to period
 */
double
tf_wma_update (TfWma *self,
               double x)
{
  double n = self->window.period;
  double before = self->sum;
  gboolean full = tf_window_full (&self->window);
  double old = tf_window_push (&self->window, x);

  /* All others lose one weight, which is their sum. */
  self->sum += x - old;
  self->weighted += self->window.count * x - (full ? before : 0);
  if (self->window.at == 0)
    {
      /* Recomputed at each wrap, so that rounding never accumulates; the oldest value is first. */
      self->sum = self->weighted = 0;
      for (guint i = 0; i < self->window.period; i++)
        {
          self->sum += self->window.values[i];
          self->weighted += (i + 1) * self->window.values[i];
        }
    }
  return tf_window_full (&self->window) ? self->weighted / (n * (n + 1) / 2) : (double) NAN;
}

static const TfParam params[] = {
  { "period", 1, TF_PERIOD_MAX, 20 },
  { NULL }
};
static const char *const outputs[] = { "wma", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_wma_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_wma_update (state, bar->close);
}

const TfIndicator tf_indicator_wma = {
  .id = "wma",
  .title = N_("Weighted moving average"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_values,
  .state_size = sizeof (TfWma),
  .init = init,
  .update = update,
};
