#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { PERIOD, ENTER, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [PERIOD] = { "period", 24, 250, 168 },
  [ENTER] = { "enter_z", 0.5, 5, 2 },
  [STOP] = { "stop_atr", 1, 6, 3 },
  [REWARD] = { "reward_r", 0.5, 8, 2 },
  [HORIZON] = { "horizon", 6, 500, 72 },
  { NULL }
};

typedef struct
{
  TfStddev ratio;
  TfAtr    atr;
  double   enter, stop, reward, horizon;
  gint     side; /* of the stretch being watched */
} State;

static guint
warmup (const double *p)
{
  return MAX (tf_period (p[PERIOD]) - 1, 24);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_stddev_init (&self->ratio, tf_period (p[PERIOD]), 0);
  tf_atr_init (&self->atr, 24);
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
  double range = tf_atr_update (&self->atr, in->bar);
  double reference, ratio, deviation, z;

  *vote = (TfVote) { 0 };
  if (in->peer < 0 || (guint) in->peer >= in->n_instruments || in->peer == in->instrument)
    return;
  reference = in->closes[in->peer];
  if (!(reference > 0))
    return;
  ratio = log (in->bar->close / reference);
  deviation = tf_stddev_update (&self->ratio, ratio);
  if (isnan (deviation) || isnan (range))
    return;
  z = (ratio - self->ratio.mean) / deviation;
  vote->stance = tf_stance (-0.7 * z);
  if (fabs (z) >= self->enter)
    self->side = z > 0 ? 1 : -1;
  else if (self->side != 0 && self->side * z < 0.85 * self->enter)
    {
      /* It has turned: the extreme itself is anybody's guess. */
      if (self->side * z > 0.25 * self->enter)
        tf_vote_propose (vote, in->bar, -self->side, self->stop * range, self->reward, 0, self->horizon);
      self->side = 0;
    }
}

const TfStrategy tf_strategy_pairs = {
  .id = "pairs",
  .title = N_("Pairs"),
  .summary = N_("Trades the price ratio to the reference instrument back to its mean."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
