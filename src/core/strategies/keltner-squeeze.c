#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { PERIOD, WIDTH, QUIET, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [PERIOD] = { "period", 5, 200, 20 },
  [WIDTH] = { "width_atr", 0.5, 4, 1.5 },
  [QUIET] = { "quiet_bars", 1, 100, 6 },
  [STOP] = { "stop_atr", 1, 6, 2.5 },
  [REWARD] = { "reward_r", 0.5, 8, 3 },
  [HORIZON] = { "horizon", 6, 500, 60 },
  { NULL }
};

typedef struct
{
  TfBbands      bands;
  TfKeltner     channel;
  TfLinregSlope slope;
  double        quiet, stop, reward, horizon;
  guint         squeezed; /* bars that the squeeze has lasted */
} State;

static guint
warmup (const double *p)
{
  return MAX (tf_period (p[PERIOD]), 2);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_bbands_init (&self->bands, MAX (tf_period (p[PERIOD]), 2), 2);
  tf_keltner_init (&self->channel, MAX (tf_period (p[PERIOD]), 2), MAX (tf_period (p[PERIOD]), 2), p[WIDTH]);
  tf_linreg_slope_init (&self->slope, MAX (tf_period (p[PERIOD]), 2));
  self->quiet = p[QUIET];
  self->stop = p[STOP];
  self->reward = p[REWARD];
  self->horizon = p[HORIZON];
  self->squeezed = 0;
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  double close = in->bar->close;
  double range = tf_keltner_update (&self->channel, in->bar);
  double slope = tf_linreg_slope_update (&self->slope, close);
  double middle = self->channel.middle;
  guint squeezed = self->squeezed;
  gint side = (close > middle) - (close < middle);

  *vote = (TfVote) { 0 };
  tf_bbands_update (&self->bands, close);
  if (isnan (range) || isnan (slope) || isnan (middle))
    return;
  if (self->bands.upper < self->channel.upper && self->bands.lower > self->channel.lower)
    self->squeezed++;
  else
    self->squeezed = 0;
  /* In a squeeze there is little to say. */
  vote->stance = tf_stance ((0.5 * (close - middle) + 2 * slope) / range) * (self->squeezed > 0 ? 0.3 : 1);
  if (self->squeezed == 0 && squeezed >= self->quiet && side * slope > 0)
    tf_vote_propose (vote, in->bar, side, self->stop * range, self->reward, 0, self->horizon);
}

const TfStrategy tf_strategy_keltner_squeeze = {
  .id = "keltner-squeeze",
  .title = N_("Keltner squeeze"),
  .summary = N_("Waits for the Bollinger bands to shrink into the Keltner channel; goes with the release."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
