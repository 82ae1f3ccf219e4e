#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { PERIOD, MOVE, PAUSE, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [PERIOD] = { "period", 5, 200, 24 },
  [MOVE] = { "move_atr", 0.5, 6, 1.75 },
  [PAUSE] = { "pause_bars", 0, 100, 8 },
  [STOP] = { "stop_atr", 1, 6, 2 },
  [REWARD] = { "reward_r", 0.5, 8, 2.5 },
  [HORIZON] = { "horizon", 6, 500, 48 },
  { NULL }
};

typedef struct
{
  TfAtr  atr;
  double move, pause, stop, reward, horizon;
  double last, drive; /* last close; moves in ranges, fading */
  guint  since; /* bars since the last proposal */
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

  tf_atr_init (&self->atr, tf_period (p[PERIOD]));
  self->move = p[MOVE];
  self->pause = p[PAUSE];
  self->stop = p[STOP];
  self->reward = p[REWARD];
  self->horizon = p[HORIZON];
  self->last = self->drive = 0;
  self->since = G_MAXUINT / 2;
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  const TfBar *bar = in->bar;
  gboolean ready = self->atr.mean.count == self->atr.mean.period;
  double before = self->atr.mean.value;
  double range = tf_atr_update (&self->atr, bar);
  double move = bar->close - self->last;
  gint side = (move > 0) - (move < 0);
  double pulled_back = side > 0 ? bar->high - bar->close : bar->close - bar->low;

  *vote = (TfVote) { 0 };
  self->last = bar->close;
  if (!ready)
    return;
  self->since++;
  self->drive = 0.9 * self->drive + (before > 0 ? CLAMP (move / before, -5, 5) : 0);
  vote->stance = tf_stance (0.35 * self->drive);
  if (self->since > self->pause && fabs (move) > self->move * before
      && pulled_back <= 0.25 * (bar->high - bar->low))
    {
      self->since = 0;
      tf_vote_propose (vote, bar, side, self->stop * range, self->reward, 0, self->horizon);
    }
}

const TfStrategy tf_strategy_volatility_breakout = {
  .id = "volatility-breakout",
  .title = N_("Volatility breakout"),
  .summary = N_("Goes with a bar that moves much farther than its range of late and closes near its end."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
