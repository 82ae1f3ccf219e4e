#include "core/indicators/indicator-private.h"

#include <glib/gi18n.h>

/**
 * tf_kama_init:
 * @self: its state
 * @period: number of values
 */
void
tf_kama_init (TfKama *self,
              guint   period)
{
  tf_window_init (&self->window, period);
  tf_sum_init (&self->path, period);
  self->last = self->value = 0;
}

/**
 * tf_kama_update:
 * @self: its state
 * @x: the next value
 *
 * Kaufman, Smarter Trading (1995), with TA-Lib's start: from the last close of the first window.
 *
 * Returns: the average
 */
double
tf_kama_update (TfKama *self,
                double  x)
{
  const double slowest = 2.0 / (30 + 1), fastest = 2.0 / (2 + 1);
  gboolean full = tf_window_full (&self->window);
  double move, path, efficiency, factor;

  path = self->window.count > 0 ? tf_sum_update (&self->path, fabs (x - self->last)) : (double) NAN;
  move = fabs (x - tf_window_push (&self->window, x));
  self->last = x;
  if (!full)
    {
      self->value = x;
      return (double) NAN;
    }
  efficiency = path <= move || path == 0 ? 1 : move / path;
  factor = efficiency * (fastest - slowest) + slowest;
  self->value += (x - self->value) * factor * factor;
  return self->value;
}

static const TfParam params[] = {
  { "period", 2, TF_PERIOD_MAX, 30 },
  { NULL }
};
static const char *const outputs[] = { "kama", NULL };

static void
init (gpointer      state,
      const double *p)
{
  tf_kama_init (state, tf_period (p[0]));
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_kama_update (state, bar->close);
}

const TfIndicator tf_indicator_kama = {
  .id = "kama",
  .title = N_("Kaufman adaptive moving average"),
  .params = params,
  .outputs = outputs,
  .warmup = tf_warmup_changes,
  .state_size = sizeof (TfKama),
  .init = init,
  .update = update,
};
