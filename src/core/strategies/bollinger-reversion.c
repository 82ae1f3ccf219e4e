#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { PERIOD, WIDTH, ADX, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [PERIOD] = { "period", 5, 200, 48 },
  [WIDTH] = { "width", 1, 4, 2.25 },
  [ADX] = { "adx_limit", 10, 60, 25 },
  [STOP] = { "stop_atr", 1, 6, 3 },
  [REWARD] = { "reward_r", 0.5, 8, 1.5 },
  [HORIZON] = { "horizon", 6, 500, 48 },
  { NULL }
};

typedef struct
{
  TfBbands bands;
  TfAdx    adx;
  TfAtr    atr;
  double   limit, stop, reward, horizon;
  gint     outside; /* side on which the last close lay outside */
} State;

static guint
warmup (const double *p)
{
  return MAX (tf_period (p[PERIOD]) - 1, 27);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_bbands_init (&self->bands, tf_period (p[PERIOD]), p[WIDTH]);
  tf_adx_init (&self->adx, 14);
  tf_atr_init (&self->atr, 20);
  self->limit = p[ADX];
  self->stop = p[STOP];
  self->reward = p[REWARD];
  self->horizon = p[HORIZON];
  self->outside = 0;
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  double close = in->bar->close;
  double deviation = tf_bbands_update (&self->bands, close);
  double adx = tf_adx_update (&self->adx, in->bar);
  double range = tf_atr_update (&self->atr, in->bar);
  gint last = self->outside;

  *vote = (TfVote) { 0 };
  if (isnan (deviation) || isnan (adx) || isnan (range))
    return;
  self->outside = (close > self->bands.upper) - (close < self->bands.lower);
  vote->stance = tf_stance (0.7 * (self->bands.middle - close) / deviation) * (adx < self->limit ? 1 : 0.4);
  if (last != 0 && self->outside == 0 && adx < self->limit && last * (close - self->bands.middle) > 0)
    tf_vote_propose (vote, in->bar, -last, self->stop * range, self->reward, 0, self->horizon);
}

const TfStrategy tf_strategy_bollinger_reversion = {
  .id = "bollinger-reversion",
  .title = N_("Bollinger reversion"),
  .summary = N_("Fades a close outside the bands once it is back inside, where no trend is running."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
