#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { ENTRY, EXIT, STOP, TRAIL, HORIZON };

static const TfParam params[] = {
  [ENTRY] = { "entry", 10, 250, 72 },
  [EXIT] = { "exit", 5, 250, 24 },
  [STOP] = { "stop_atr", 1, 6, 2.5 },
  [TRAIL] = { "trail_r", 0.5, 5, 1.5 },
  [HORIZON] = { "horizon", 6, 500, 120 },
  { NULL }
};

typedef struct
{
  TfExtremes extremes;
  TfSpan     entry, exit;
  TfAtr      atr;
  double     stop, trail, horizon;
  double     upper, lower, exit_upper, exit_lower; /* channels before this bar */
  gint       side; /* of the breakout being ridden */
} State;

static guint
warmup (const double *p)
{
  return MAX (MAX (tf_period (p[ENTRY]), tf_period (p[EXIT])), 20);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_extremes_init (&self->extremes);
  tf_span_init (&self->entry, tf_period (p[ENTRY]));
  tf_span_init (&self->exit, tf_period (p[EXIT]));
  tf_atr_init (&self->atr, 20);
  self->stop = p[STOP];
  self->trail = p[TRAIL];
  self->horizon = p[HORIZON];
  self->upper = self->lower = self->exit_upper = self->exit_lower = (double) NAN;
  self->side = 0;
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  double close = in->bar->close;
  double range = tf_atr_update (&self->atr, in->bar);
  double upper = self->upper, lower = self->lower;
  double exit_upper = self->exit_upper, exit_lower = self->exit_lower;
  gint breakout;

  *vote = (TfVote) { 0 };
  tf_extremes_push (&self->extremes, in->bar->high, in->bar->low);
  if (tf_span_update (&self->entry, &self->extremes))
    {
      self->upper = tf_span_high (&self->entry, &self->extremes);
      self->lower = tf_span_low (&self->entry, &self->extremes);
    }
  if (tf_span_update (&self->exit, &self->extremes))
    {
      self->exit_upper = tf_span_high (&self->exit, &self->extremes);
      self->exit_lower = tf_span_low (&self->exit, &self->extremes);
    }
  if (isnan (upper) || isnan (exit_upper) || isnan (range))
    return;

  /* As the turtles did: a breakout is ridden until the shorter channel breaks; only then another can come. */
  if ((self->side > 0 && close < exit_lower) || (self->side < 0 && close > exit_upper))
    self->side = 0;
  breakout = (close > upper) - (close < lower);
  if (breakout != 0 && breakout != self->side)
    {
      self->side = breakout;
      tf_vote_propose (vote, in->bar, breakout, self->stop * range, 0, self->trail, self->horizon);
    }
  /* The place in the channel; it counts half while no breakout is being ridden. */
  if (upper > lower)
    vote->stance = CLAMP ((2 * close - upper - lower) / (upper - lower), -1, 1) * (self->side != 0 ? 1 : 0.5);
}

const TfStrategy tf_strategy_donchian = {
  .id = "donchian",
  .title = N_("Turtle breakout"),
  .summary = N_("Enters where the price leaves the channel of its last days and trails the stop behind it."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
