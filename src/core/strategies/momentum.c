#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { LOOKBACK, ENTER, STOP, TRAIL, HORIZON };

static const TfParam params[] = {
  [LOOKBACK] = { "lookback", 12, 250, 120 },
  [ENTER] = { "enter_z", 0.3, 4, 1 },
  [STOP] = { "stop_atr", 1, 6, 3 },
  [TRAIL] = { "trail_r", 0.5, 5, 1.5 },
  [HORIZON] = { "horizon", 6, 500, 120 },
  { NULL }
};

typedef struct
{
  TfMom    move;
  TfStddev noise;
  TfAtr    atr;
  double   last, enter, stop, trail, horizon;
  gint     side; /* of the move, until it has faded */
} State;

static guint
warmup (const double *p)
{
  return MAX (tf_period (p[LOOKBACK]), 24);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_mom_init (&self->move, tf_period (p[LOOKBACK]));
  tf_stddev_init (&self->noise, tf_period (p[LOOKBACK]), 0);
  tf_atr_init (&self->atr, 24);
  self->last = 0;
  self->enter = p[ENTER];
  self->stop = p[STOP];
  self->trail = p[TRAIL];
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
  double noise = self->last > 0 ? tf_stddev_update (&self->noise, log (close / self->last)) : (double) NAN;
  double move = tf_mom_update (&self->move, log (close));
  double range = tf_atr_update (&self->atr, in->bar);
  double z;

  *vote = (TfVote) { 0 };
  self->last = close;
  if (isnan (noise) || isnan (move) || isnan (range))
    return;
  /* The return in standard deviations of a random walk of that length (Moskowitz, Ooi and Pedersen 2012). */
  z = move / (noise * sqrt (self->move.window.period));
  vote->stance = tf_stance (z);
  if (self->side * z < 0.25 * self->enter)
    self->side = 0;
  if (self->side == 0 && fabs (z) > self->enter)
    {
      self->side = z > 0 ? 1 : -1;
      tf_vote_propose (vote, in->bar, self->side, self->stop * range, 0, self->trail, self->horizon);
    }
}

const TfStrategy tf_strategy_momentum = {
  .id = "momentum",
  .title = N_("Time-series momentum"),
  .summary = N_("Holds with the return of the last days once it stands out from its own noise."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
