#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { START, SHARE, MARGIN, TREND, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [START] = { "start_hour", 0, 23, 0 },
  [SHARE] = { "opening_share", 0.05, 0.75, 0.33 },
  [MARGIN] = { "margin_atr", 0, 3, 1 },
  [TREND] = { "trend", 20, 250, 200 },
  [STOP] = { "stop_atr", 1, 6, 2.5 },
  [REWARD] = { "reward_r", 0.5, 8, 2 },
  [HORIZON] = { "horizon", 6, 500, 36 },
  { NULL }
};

typedef struct
{
  TfEma    trend;
  TfAtr    atr;
  double   start, share, margin, stop, reward, horizon;
  double   high, low; /* of the opening */
  gint64   session;
  gboolean open, done; /* whether this session's opening was seen from its start, and its break taken */
} State;

static guint
warmup (const double *p)
{
  return MAX (tf_period (p[TREND]) - 1, 24);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_ema_init (&self->trend, tf_period (p[TREND]));
  tf_atr_init (&self->atr, 24);
  self->start = p[START];
  self->share = p[SHARE];
  self->margin = p[MARGIN];
  self->stop = p[STOP];
  self->reward = p[REWARD];
  self->horizon = p[HORIZON];
  self->high = self->low = 0;
  self->session = G_MININT64;
  self->open = self->done = FALSE;
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  const TfBar *bar = in->bar;
  double above = bar->close - tf_ema_update (&self->trend, bar->close);
  double range = tf_atr_update (&self->atr, bar);
  double seconds, into, length;
  gint64 session;
  gint side;

  *vote = (TfVote) { 0 };
  /* A session is a UTC day, or 24 bars where a bar is longer than an hour. */
  length = MAX (86400, 24 * in->bar_seconds);
  seconds = (double) (bar->time / TF_SECOND) - self->start * 3600;
  session = (gint64) floor (seconds / length);
  into = seconds - (double) session * length;
  if (session != self->session)
    {
      /* Without its opening, as after an outage, a session has no range to break. */
      self->open = self->session != G_MININT64 && into < self->share * length;
      self->done = FALSE;
      self->session = session;
      self->high = bar->high;
      self->low = bar->low;
    }
  else if (into < self->share * length)
    {
      self->high = MAX (self->high, bar->high);
      self->low = MIN (self->low, bar->low);
    }
  if (isnan (above) || isnan (range))
    return;
  vote->stance = tf_stance (0.5 * (bar->close - (self->high + self->low) / 2) / range + 0.2 * above / range);
  if (!self->open || self->done || into < self->share * length)
    return;
  side = (bar->close > self->high + self->margin * range) - (bar->close < self->low - self->margin * range);
  if (side != 0)
    {
      /* The first break only, taken or not: a second one of the same day has mostly failed already. */
      self->done = TRUE;
      if (side * above > 0)
        tf_vote_propose (vote, bar, side, self->stop * range, self->reward, 0, self->horizon);
    }
}

const TfStrategy tf_strategy_opening_range = {
  .id = "opening-range",
  .title = N_("Opening range"),
  .summary = N_("Takes the first break out of the range of the UTC day's first hours, with the trend."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
