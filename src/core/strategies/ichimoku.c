#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { TENKAN, KIJUN, SENKOU, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [TENKAN] = { "tenkan", 3, 100, 9 },
  [KIJUN] = { "kijun", 5, 200, 26 },
  [SENKOU] = { "senkou", 10, 250, 52 },
  [STOP] = { "stop_atr", 1, 6, 2.5 },
  [REWARD] = { "reward_r", 0.5, 8, 3 },
  [HORIZON] = { "horizon", 6, 500, 96 },
  { NULL }
};

typedef struct
{
  TfIchimoku lines;
  TfWindow   ahead_a, ahead_b; /* the cloud is drawn a kijun ahead */
  TfAtr      atr;
  double     stop, reward, horizon;
  gint       side; /* of the cloud that the price was on last */
} State;

static guint
warmup (const double *p)
{
  return MAX (MAX (tf_period (p[TENKAN]), tf_period (p[KIJUN])), tf_period (p[SENKOU]))
         + tf_period (p[KIJUN]) - 1;
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_ichimoku_init (&self->lines, tf_period (p[TENKAN]), tf_period (p[KIJUN]), tf_period (p[SENKOU]));
  tf_window_init (&self->ahead_a, tf_period (p[KIJUN]));
  tf_window_init (&self->ahead_b, tf_period (p[KIJUN]));
  tf_atr_init (&self->atr, 14);
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
  double range = tf_atr_update (&self->atr, in->bar);
  gboolean full = tf_window_full (&self->ahead_a);
  double a, b, trend;
  gint side, last = self->side;

  *vote = (TfVote) { 0 };
  tf_ichimoku_update (&self->lines, in->bar);
  if (isnan (self->lines.senkou_a) || isnan (self->lines.senkou_b))
    return;
  a = tf_window_push (&self->ahead_a, self->lines.senkou_a);
  b = tf_window_push (&self->ahead_b, self->lines.senkou_b);
  if (!full || isnan (range))
    return;
  side = (close > MAX (a, b)) - (close < MIN (a, b));
  if (side != 0)
    self->side = side;
  trend = self->lines.tenkan - self->lines.kijun;
  /* Price against the cloud, the two lines, and the cloud to come: a third each. */
  vote->stance = (tf_stance ((close - (a + b) / 2) / (2 * range)) + tf_stance (trend / range)
                  + tf_stance ((self->lines.senkou_a - self->lines.senkou_b) / range)) / 3;
  if (last != 0 && side == -last && side * trend > 0)
    tf_vote_propose (vote, in->bar, side, self->stop * range, self->reward, 0, self->horizon);
}

const TfStrategy tf_strategy_ichimoku = {
  .id = "ichimoku",
  .title = N_("Ichimoku cloud"),
  .summary = N_("Enters when the price has crossed the whole cloud and the lines agree."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
