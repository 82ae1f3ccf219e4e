#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { PERIOD, WIDTH, TRAIL, HORIZON };

static const TfParam params[] = {
  [PERIOD] = { "period", 5, 100, 14 },
  [WIDTH] = { "width_atr", 1, 8, 3.5 },
  [TRAIL] = { "trail_r", 0.5, 5, 1.5 },
  [HORIZON] = { "horizon", 6, 500, 120 },
  { NULL }
};

typedef struct
{
  TfSupertrend supertrend;
  double       trail, horizon;
} State;

static guint
warmup (const double *p)
{
  return tf_period (p[PERIOD]) + 1;
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_supertrend_init (&self->supertrend, tf_period (p[PERIOD]), p[WIDTH]);
  self->trail = p[TRAIL];
  self->horizon = p[HORIZON];
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  double close = in->bar->close;
  gint last = self->supertrend.direction;
  double line = tf_supertrend_update (&self->supertrend, in->bar);
  double range = self->supertrend.atr.mean.value;
  gint direction = self->supertrend.direction;

  *vote = (TfVote) { 0 };
  if (last == 0 || direction == 0)
    return;
  vote->stance = tf_stance (0.4 * (close - line) / range);
  /* The band itself is the stop, within reason. */
  if (direction != last)
    tf_vote_propose (vote, in->bar, direction, CLAMP (fabs (close - line), 1.5 * range, 3 * range), 0,
                     self->trail, self->horizon);
}

const TfStrategy tf_strategy_supertrend = {
  .id = "supertrend",
  .title = N_("Supertrend"),
  .summary = N_("Turns with the Supertrend band and uses the band as its stop."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
