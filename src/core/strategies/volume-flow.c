#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { PERIOD, ENTER, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [PERIOD] = { "period", 6, 250, 64 },
  [ENTER] = { "enter", 0.1, 3, 0.8 },
  [STOP] = { "stop_atr", 1, 6, 2.5 },
  [REWARD] = { "reward_r", 0.5, 8, 2.5 },
  [HORIZON] = { "horizon", 6, 500, 72 },
  { NULL }
};

typedef struct
{
  TfObv  obv;
  TfEma  flow, volume, price;
  TfAtr  atr;
  double enter, stop, reward, horizon;
  gint   side; /* of the flow, until it is back at its mean */
} State;

static guint
warmup (const double *p)
{
  return MAX (tf_period (p[PERIOD]) - 1, 20);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_obv_init (&self->obv);
  tf_ema_init (&self->flow, tf_period (p[PERIOD]));
  tf_ema_init (&self->volume, tf_period (p[PERIOD]));
  tf_ema_init (&self->price, tf_period (p[PERIOD]));
  tf_atr_init (&self->atr, 20);
  self->enter = p[ENTER];
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
  double obv = tf_obv_update (&self->obv, in->bar);
  double pull = obv - tf_ema_update (&self->flow, obv);
  double volume = tf_ema_update (&self->volume, in->bar->volume);
  double above = close - tf_ema_update (&self->price, close);
  double range = tf_atr_update (&self->atr, in->bar);
  double z;
  gint side;

  *vote = (TfVote) { 0 };
  if (isnan (pull) || isnan (range))
    return;
  /* In volumes of a random walk as long as the mean. */
  z = volume > 0 ? pull / (volume * sqrt (self->flow.period)) : 0;
  side = (z > self->enter) - (z < -self->enter);
  vote->stance = tf_stance (z + 0.25 * above / range);
  if (self->side * z <= 0)
    self->side = 0;
  if (self->side == 0 && side * above > 0)
    {
      self->side = side;
      tf_vote_propose (vote, in->bar, side, self->stop * range, self->reward, 0, self->horizon);
    }
}

const TfStrategy tf_strategy_volume_flow = {
  .id = "volume-flow",
  .title = N_("Volume flow"),
  .summary = N_("Joins when on-balance volume pulls clearly away from its mean and the price goes along."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
