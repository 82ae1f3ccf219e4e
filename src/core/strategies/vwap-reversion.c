#include "core/strategies/vote-private.h"

#include "core/indicators/streaming.h"

#include <glib/gi18n.h>

enum { PERIOD, STRETCH, CLIMAX, STOP, REWARD, HORIZON };

static const TfParam params[] = {
  [PERIOD] = { "period", 6, 250, 48 },
  [STRETCH] = { "stretch", 0.5, 5, 2 },
  [CLIMAX] = { "climax", 1, 10, 2 },
  [STOP] = { "stop_atr", 1, 6, 3 },
  [REWARD] = { "reward_r", 0.5, 8, 1.5 },
  [HORIZON] = { "horizon", 6, 500, 48 },
  { NULL }
};

typedef struct
{
  TfVwap   vwap;
  TfStddev spread;
  TfAtr    atr;
  double   stretch, climax, stop, reward, horizon;
  gint     side; /* of the stretch being watched */
  gboolean climaxed; /* whether it came with a climax in volume */
} State;

static guint
warmup (const double *p)
{
  return MAX (2 * tf_period (p[PERIOD]) - 2, 20);
}

static void
init (gpointer      state,
      const double *p)
{
  State *self = state;

  tf_vwap_init (&self->vwap, tf_period (p[PERIOD]));
  tf_stddev_init (&self->spread, tf_period (p[PERIOD]), 0);
  tf_atr_init (&self->atr, 20);
  self->stretch = p[STRETCH];
  self->climax = p[CLIMAX];
  self->stop = p[STOP];
  self->reward = p[REWARD];
  self->horizon = p[HORIZON];
  self->side = 0;
  self->climaxed = FALSE;
}

static void
on_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  State *self = state;
  double away = in->bar->close - tf_vwap_update (&self->vwap, tf_bar_typical (in->bar), in->bar->volume);
  double spread = isnan (away) ? away : tf_stddev_update (&self->spread, away);
  double volume = self->vwap.volume.sum / self->vwap.volume.window.period;
  double range = tf_atr_update (&self->atr, in->bar);
  double z;

  *vote = (TfVote) { 0 };
  if (isnan (spread) || isnan (range))
    return;
  z = away / spread;
  vote->stance = tf_stance (-0.6 * z);
  if (fabs (z) >= self->stretch)
    {
      gint side = z > 0 ? 1 : -1;

      self->climaxed = (side == self->side && self->climaxed) || in->bar->volume >= self->climax * volume;
      self->side = side;
    }
  else if (self->side * z < 0.8 * self->stretch)
    {
      /* Clearly on the way back; if it is past the price already, there is nothing left to go for. */
      if (self->side * z > 0.25 * self->stretch && self->climaxed)
        tf_vote_propose (vote, in->bar, -self->side, self->stop * range, self->reward, 0, self->horizon);
      self->side = 0;
      self->climaxed = FALSE;
    }
}

const TfStrategy tf_strategy_vwap_reversion = {
  .id = "vwap-reversion",
  .title = N_("VWAP reversion"),
  .summary = N_("Fades a stretch away from the volume-weighted price after a climax in volume."),
  .params = params,
  .warmup = warmup,
  .state_size = sizeof (State),
  .init = init,
  .on_bar = on_bar,
};
