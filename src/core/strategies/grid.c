#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { ANCHOR, STEP, LEVELS, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [ANCHOR] = { "anchor", 20, 250, 100 },
  [STEP] = { "step_atr", 1, 8, 2.5 },
  [LEVELS] = { "levels", 2, 20, 5 },
  [STOP] = { "stop_steps", 0.5, 4, 1.25 },
  [REWARD] = { "reward_r", 0.5, 8, 1.5 },
  [HORIZON] = { "horizon", 6, 500, 72 },
  { NULL }
};

typedef struct
{
  TfEma    anchor;
  TfAtr    atr;
  double   step, levels, stop, reward, horizon;
  gint     cell; /* of the grid: where it last bought, or that it has climbed to since */
  gboolean started;
} State;

static guint
warmup (const double *p)
{
  return MAX (tf_period (p[ANCHOR]) - 1, 48);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_ema_init (&self->anchor, tf_period (p[ANCHOR]));
  tf_atr_init (&self->atr, 48);
  self->step = p[STEP];
  self->levels = p[LEVELS];
  self->stop = p[STOP];
  self->reward = p[REWARD];
  self->horizon = p[HORIZON];
  self->cell = 0;
  self->started = FALSE;
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  double close = in->bar->close;
  double distance = close - tf_ema_update (&self->anchor, close);
  double range = tf_atr_update (&self->atr, in->bar);
  double lines;
  gint cell;

  *vote = (TfVote) { 0 };
  if (isnan (distance) || isnan (range) || range == 0)
    return;
  lines = CLAMP (distance / (self->step * range), -1e6, 1e6);
  cell = (gint) floor (lines);
  /* Below its last line the grid is broken: it holds on, but wants no more. */
  vote->stance = lines < -self->levels ? 0.1 : tf_stance (-2 * lines / self->levels);
  if (!self->started || cell > self->cell + 1)
    self->cell = cell; /* a whole cell higher: the lines below are open again */
  else if (cell < self->cell)
    {
      self->cell = cell;
      if (cell < 0 && lines >= -self->levels)
        tf_vote_propose (vote, in->bar, 1, self->stop * self->step * range, self->reward, 0, self->horizon);
    }
  self->started = TRUE;
}

const TfStrategy tf_strategy_grid = {
  .id = "grid",
  .title = N_("Grid"),
  .summary = N_("Buys each new line of a grid hung below the long average, and sells well above it."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
