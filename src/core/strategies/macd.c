#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { FAST, SLOW, SIGNAL, MARGIN, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [FAST] = { "fast", 3, 100, 24 },
  [SLOW] = { "slow", 5, 200, 52 },
  [SIGNAL] = { "signal", 3, 100, 18 },
  [MARGIN] = { "margin_atr", 0, 1, 0.04 },
  [STOP] = { "stop_atr", 1, 6, 2.5 },
  [REWARD] = { "reward_r", 0.5, 8, 2.5 },
  [HORIZON] = { "horizon", 6, 500, 72 },
  { NULL }
};

typedef struct
{
  TfMacd macd;
  TfAtr  atr;
  double margin, stop, reward, horizon;
  gint   side; /* of the histogram, when last beyond the margin */
} State;

static guint
warmup (const double *p)
{
  return MAX (MAX (tf_period (p[FAST]), tf_period (p[SLOW])) + tf_period (p[SIGNAL]) - 2, 14);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_macd_init (&self->macd, tf_period (p[FAST]), tf_period (p[SLOW]), tf_period (p[SIGNAL]));
  tf_atr_init (&self->atr, 14);
  self->margin = p[MARGIN];
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
  double histogram = tf_macd_update (&self->macd, in->bar->close);
  double range = tf_atr_update (&self->atr, in->bar);
  gint side, last = self->side;

  *vote = (TfVote) { 0 };
  if (isnan (histogram) || isnan (range))
    return;
  /* A cross counts once it clears the margin: an idle histogram crosses zero at every bar. */
  side = (histogram > self->margin * range) - (histogram < -self->margin * range);
  if (side != 0)
    self->side = side;
  vote->stance = tf_stance (0.6 * self->macd.line / range + 2 * histogram / range);
  if (last != 0 && side == -last && side * self->macd.line > 0)
    tf_vote_propose (vote, in->bar, side, self->stop * range, self->reward, 0, self->horizon);
}

const TfStrategy tf_strategy_macd = {
  .id = "macd",
  .title = N_("MACD momentum"),
  .summary = N_("Joins when the MACD turns back into the direction that it already has."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
