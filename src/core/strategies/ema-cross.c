#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { FAST, SLOW, TREND, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [FAST] = { "fast", 3, 100, 16 },
  [SLOW] = { "slow", 5, 200, 64 },
  [TREND] = { "trend", 20, 250, 200 },
  [STOP] = { "stop_atr", 1, 6, 2.5 },
  [REWARD] = { "reward_r", 0.5, 8, 3 },
  [HORIZON] = { "horizon", 6, 500, 96 },
  { NULL }
};

typedef struct
{
  TfEma  fast, slow, trend;
  TfAtr  atr;
  double stop, reward, horizon;
  gint   side; /* of the fast average, as of the last bar */
} State;

static guint
warmup (const double *p)
{
  return MAX (MAX (tf_period (p[FAST]), tf_period (p[SLOW])), MAX (tf_period (p[TREND]), 15)) - 1;
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_ema_init (&self->fast, tf_period (p[FAST]));
  tf_ema_init (&self->slow, tf_period (p[SLOW]));
  tf_ema_init (&self->trend, tf_period (p[TREND]));
  tf_atr_init (&self->atr, 14);
  self->stop = p[STOP];
  self->reward = p[REWARD];
  self->horizon = p[HORIZON];
  self->side = 0;
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  double close = in->bar->close;
  double gap = tf_ema_update (&self->fast, close) - tf_ema_update (&self->slow, close);
  double above = close - tf_ema_update (&self->trend, close);
  double range = tf_atr_update (&self->atr, in->bar);
  gint side, last = self->side;

  *vote = (TfVote) { 0 };
  if (isnan (gap) || isnan (above) || isnan (range))
    return;
  side = (gap > 0) - (gap < 0);
  if (side != 0)
    self->side = side;
  /* Against the long trend the gap counts half, and a cross is not taken. */
  vote->stance = tf_stance (gap / range * (gap * above > 0 ? 1 : 0.5));
  if (last != 0 && side == -last && side * above > 0)
    tf_vote_propose (vote, in->bar, side, self->stop * range, self->reward, 0, self->horizon);
}

const TfStrategy tf_strategy_ema_cross = {
  .id = "ema-cross",
  .title = N_("EMA cross"),
  .summary = N_("Follows the fast average when it crosses the slow one in the direction of the long trend."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
