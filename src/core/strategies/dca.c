#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { EVERY, DIP, AVERAGE, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [EVERY] = { "every_bars", 6, 1000, 96 },
  [DIP] = { "dip_atr", 1, 20, 5 },
  [AVERAGE] = { "average", 20, 250, 200 },
  [STOP] = { "stop_atr", 1, 8, 3 },
  [REWARD] = { "reward_r", 0.5, 8, 2.5 },
  [HORIZON] = { "horizon", 6, 1000, 120 },
  { NULL }
};

typedef struct
{
  TfEma  average;
  TfAtr  atr;
  double every, dip, stop, reward, horizon;
  double bought; /* price of the last buy */
  guint  since; /* bars since then */
} State;

static guint
warmup (const double *p)
{
  return MAX (tf_period (p[AVERAGE]) - 1, 24);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_ema_init (&self->average, tf_period (p[AVERAGE]));
  tf_atr_init (&self->atr, 24);
  self->every = p[EVERY];
  self->dip = p[DIP];
  self->stop = p[STOP];
  self->reward = p[REWARD];
  self->horizon = p[HORIZON];
  self->bought = 0;
  self->since = 0;
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  double close = in->bar->close;
  double cheap = tf_ema_update (&self->average, close) - close;
  double range = tf_atr_update (&self->atr, in->bar);

  *vote = (TfVote) { 0 };
  self->since++;
  if (isnan (cheap) || isnan (range))
    return;
  /* Never negative: who averages in does not sell short. */
  vote->stance = MAX (0.25 + 0.5 * tf_stance (cheap / (5 * range)), 0.05);
  if (self->since >= self->every
      || (self->since >= self->every / 4 && close < self->bought - self->dip * range))
    {
      self->bought = close;
      self->since = 0;
      tf_vote_propose (vote, in->bar, 1, self->stop * range, self->reward, 0, self->horizon);
    }
}

const TfStrategy tf_strategy_dca = {
  .id = "dca",
  .title = N_("Cost averaging"),
  .summary = N_("Buys at fixed intervals, sooner after a fall; keener the cheaper it is."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
