#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { PERIOD, EDGE, TREND, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [PERIOD] = { "period", 3, 100, 14 },
  [EDGE] = { "edge", 5, 45, 35 },
  [TREND] = { "trend", 20, 250, 240 },
  [STOP] = { "stop_atr", 1, 6, 3 },
  [REWARD] = { "reward_r", 0.5, 8, 1.5 },
  [HORIZON] = { "horizon", 6, 500, 48 },
  { NULL }
};

typedef struct
{
  TfRsi  rsi;
  TfEma  trend;
  TfAtr  atr;
  double edge, stop, reward, horizon;
  double last; /* RSI of the last bar */
} State;

static guint
warmup (const double *p)
{
  return MAX (MAX (tf_period (p[PERIOD]), tf_period (p[TREND]) - 1), 14);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_rsi_init (&self->rsi, tf_period (p[PERIOD]));
  tf_ema_init (&self->trend, tf_period (p[TREND]));
  tf_atr_init (&self->atr, 14);
  self->edge = p[EDGE];
  self->stop = p[STOP];
  self->reward = p[REWARD];
  self->horizon = p[HORIZON];
  self->last = 50;
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  double close = in->bar->close;
  double rsi = tf_rsi_update (&self->rsi, close);
  double trend = self->trend.value;
  double slope = tf_ema_update (&self->trend, close) - trend;
  double range = tf_atr_update (&self->atr, in->bar);
  double last = self->last;
  gint side = 0;

  *vote = (TfVote) { 0 };
  if (!isnan (rsi))
    self->last = rsi;
  if (isnan (rsi) || isnan (slope) || isnan (range))
    return;
  vote->stance = tf_stance ((50 - rsi) / (50 - self->edge) * 0.7);
  if (last < self->edge && rsi >= self->edge)
    side = 1;
  else if (last > 100 - self->edge && rsi <= 100 - self->edge)
    side = -1;
  /* A dip is bought while the long average still rises, or not at all. */
  if (side * slope > 0)
    tf_vote_propose (vote, in->bar, side, self->stop * range, self->reward, 0, self->horizon);
}

const TfStrategy tf_strategy_rsi_reversion = {
  .id = "rsi-reversion",
  .title = N_("RSI reversion"),
  .summary = N_("Buys when the RSI comes back from oversold within a rising trend; sells the mirror image."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
