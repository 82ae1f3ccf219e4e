#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

/**
 * tf_sar_init:
 * @self: its state
 * @step: acceleration per new extreme
 * @limit: largest acceleration
 */
void
tf_sar_init (TfSar *self,
             double step,
             double limit)
{
  self->step = MIN (step, limit);
  self->limit = limit;
  self->count = 0;
}

/**
 * tf_sar_update:
 * @self: its state
 * @bar: the next bar
 *
 * Wilder (1978), with TA-Lib's start.
 *
 * Returns: the stop of this bar
 */
double
tf_sar_update (TfSar       *self,
               const TfBar *bar)
{
  double high = self->high, low = self->low;
  double value, turn;

  self->high = bar->high;
  self->low = bar->low;
  if (self->count == 0)
    {
      self->count = 1;
      return (double) NAN;
    }
  if (self->count == 1)
    {
      /* TA-Lib's start: the direction of the first move, the stop at the first bar's far end; the second bar
       * then counts as its own predecessor. */
      double fall = low - bar->low, rise = bar->high - high;

      self->count = 2;
      self->rising = !(fall > 0 && fall > rise);
      self->extreme = self->rising ? bar->high : bar->low;
      self->next = self->rising ? low : high;
      self->factor = self->step;
      high = bar->high;
      low = bar->low;
    }

  turn = self->rising ? bar->low - self->next : self->next - bar->high;
  if (turn <= 0)
    {
      self->rising = !self->rising;
      self->next = self->rising ? MIN (self->extreme, MIN (low, bar->low))
                                : MAX (self->extreme, MAX (high, bar->high));
      value = self->next;
      self->factor = self->step;
      self->extreme = self->rising ? bar->high : bar->low;
    }
  else
    {
      value = self->next;
      if (self->rising ? bar->high > self->extreme : bar->low < self->extreme)
        {
          self->extreme = self->rising ? bar->high : bar->low;
          self->factor = MIN (self->factor + self->step, self->limit);
        }
    }
  /* The stop of the next bar never lies inside the last two. */
  self->next += self->factor * (self->extreme - self->next);
  self->next = self->rising ? MIN (self->next, MIN (low, bar->low)) : MAX (self->next, MAX (high, bar->high));
  return value;
}

static const TfParam params[] = {
  { "step", 0.001, 1, 0.02 },
  { "limit", 0.001, 1, 0.2 },
  { NULL }
};
static const char *const outputs[] = { "sar", NULL };

static guint
warmup (const double *p)
{
  return 1;
}

static void
init (gpointer      state,
      const double *p)
{
  tf_sar_init (state, p[0], p[1]);
}

static void
update (gpointer     state,
        const TfBar *bar,
        double      *out)
{
  out[0] = tf_sar_update (state, bar);
}

const TfIndicator tf_indicator_sar = {
  .id = "sar",
  .title = N_("Parabolic stop and reverse"),
  .params = params,
  .outputs = outputs,
  .warmup = warmup,
  .state_size = sizeof (TfSar),
  .init = init,
  .update = update,
};
