/* One strategy over a history: every proposal runs to its outcome in R after costs, by the rules of the engine's shadow
 * tracking (a test holds both against each other). */

#include "core/optimizer/evaluate.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/engine/trial.h"


typedef struct
{
  TfBar *bars;
  guint  n;
} Market;

struct _TfHistory
{
  TfUniverse *universe;
  TfTime      interval;
  Market     *markets; /* universe->n */
};

/**
 * tf_history_new:
 * @universe: copied
 * @interval: of all candles
 */
TfHistory *
tf_history_new (const TfUniverse *universe,
                TfTime            interval)
{
  TfHistory *self = g_new0 (TfHistory, 1);

  g_return_val_if_fail (interval > 0, NULL);

  self->universe = tf_universe_copy (universe);
  self->interval = interval;
  self->markets = g_new0 (Market, universe->n);
  return self;
}

void
tf_history_free (TfHistory *self)
{
  for (guint i = 0; i < self->universe->n; i++)
    g_free (self->markets[i].bars);
  g_free (self->markets);
  tf_universe_free (self->universe);
  g_free (self);
}

/**
 * tf_history_add:
 * @instrument: index in the universe
 * @candles: oldest first, copied; they replace what was there
 * @error: TF_ERROR_INVALID for candles that are out of order
 */
gboolean
tf_history_add (TfHistory      *self,
                guint           instrument,
                const TfCandle *candles,
                guint           n,
                GError        **error)
{
  Market *market = &self->markets[instrument];

  g_return_val_if_fail (instrument < self->universe->n, FALSE);

  for (guint k = 1; k < n; k++)
    if (candles[k].time <= candles[k - 1].time)
      {
        g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: candle %u is not later than the one before it",
                     self->universe->items[instrument].symbol, k + 1);
        return FALSE;
      }
  g_free (market->bars);
  market->bars = g_new (TfBar, MAX (n, 1));
  market->n = n;
  for (guint k = 0; k < n; k++)
    tf_candle_to_bar (&candles[k], &market->bars[k]);
  return TRUE;
}

/**
 * tf_history_get_bars:
 *
 * Returns: bars of all instruments together
 */
guint64
tf_history_get_bars (const TfHistory *self)
{
  guint64 bars = 0;

  for (guint i = 0; i < self->universe->n; i++)
    bars += self->markets[i].n;
  return bars;
}

/**
 * tf_history_get_markets:
 *
 * Returns: instruments that have bars
 */
guint
tf_history_get_markets (const TfHistory *self)
{
  guint n = 0;

  for (guint i = 0; i < self->universe->n; i++)
    n += self->markets[i].n > 0;
  return n;
}

/**
 * tf_history_get_range:
 * @from: (out): open of the first bar
 * @to: (out): close of the last
 *
 * Returns: FALSE when there are no bars
 */
gboolean
tf_history_get_range (const TfHistory *self,
                      TfTime          *from,
                      TfTime          *to)
{
  *from = G_MAXINT64;
  *to = G_MININT64;
  for (guint i = 0; i < self->universe->n; i++)
    if (self->markets[i].n > 0)
      {
        *from = MIN (*from, self->markets[i].bars[0].time);
        *to = MAX (*to, self->markets[i].bars[self->markets[i].n - 1].time + self->interval);
      }
  return *from < *to;
}

typedef struct
{
  const TfHistory *history;
  TfTime           from, split, period;
  double          *sums[2];    /* R by period, before and after the split */
  guint            periods[2];
  guint            n[2];
  double           mean[2], m2[2];
} Tally;

static void
resolve (Tally  *tally,
         TfTrial *trial,
         double  price,
         TfTime  now)
{
  double outcome = tf_trial_outcome (trial, price) - trial->cost, d;
  gint side = trial->opened >= tally->split;
  TfTime base = side ? tally->split : tally->from;
  gint64 period = (trial->opened - base) / tally->period;

  trial->direction = 0;
  /* An outcome that became known after the split belongs to neither side: it would tell the one of the other. */
  if (side == 0 && now > tally->split)
    return;
  tally->n[side]++;
  d = outcome - tally->mean[side];
  tally->mean[side] += d / tally->n[side];
  tally->m2[side] += d * (outcome - tally->mean[side]);
  tally->sums[side][CLAMP (period, 0, (gint64) tally->periods[side] - 1)] += outcome;
}

static void
meet (Tally       *tally,
      TfTrial     *trial,
      const TfBar *bar,
      TfTime       now)
{
  double exit;

  if (tf_trial_mark (trial, bar->open, bar->high, bar->low, bar->close, now, &exit) != NULL)
    resolve (tally, trial, exit, now);
}

static void
propose (Tally              *tally,
         TfTrial            *trial,
         const TfInstrument *instrument,
         const TfVote       *vote,
         double              price,
         TfTime              now)
{
  if (!tf_trial_check (vote->direction, price, vote->stop))
    return;
  if (trial->direction == vote->direction)
    return;
  if (trial->direction != 0)
    resolve (tally, trial, price, now);
  *trial = (TfTrial) {
    .opened = now,
    .deadline = now + vote->horizon * tally->history->interval,
    .stop = vote->stop,
    .target = vote->target,
    .trail = vote->trail,
    .risk = fabs (price - vote->stop),
    .cost = tf_trial_cost (instrument, price, vote->stop),
    .direction = vote->direction,
  };
}

static void
score_side (const Tally *tally,
            guint        side,
            TfScore     *score)
{
  const double *sums = tally->sums[side];
  guint n = tally->periods[side];
  double mean = 0, m2 = 0, m3 = 0, m4 = 0;

  *score = (TfScore) {
    .proposals = tally->n[side],
    .mean = tally->mean[side],
    .sd = tally->n[side] > 1 ? sqrt (tally->m2[side] / (tally->n[side] - 1)) : 0,
    .periods = n,
    .kurtosis = 3,
  };
  for (guint p = 0; p < n; p++)
    mean += sums[p] / n;
  for (guint p = 0; p < n; p++)
    {
      double d = sums[p] - mean;

      m2 += d * d / n;
      m3 += d * d * d / n;
      m4 += d * d * d * d / n;
    }
  if (n < 2 || m2 <= 0)
    return;
  score->sharpe = mean / sqrt (m2 * n / (n - 1));
  score->t = score->sharpe * sqrt (n);
  score->skew = m3 / pow (m2, 1.5);
  score->kurtosis = m4 / (m2 * m2);
}

static guint
periods_between (const TfHistory *self,
                 TfTime           from,
                 TfTime           to)
{
  TfTime period = TF_SCORE_BARS * self->interval;

  return to > from ? (guint) ((to - from + period - 1) / period) : 0;
}

/**
 * tf_evaluate_periods:
 *
 * Returns: periods before @split: the length of a stream of tf_evaluate()
 */
guint
tf_evaluate_periods (const TfHistory *self,
                     TfTime           split)
{
  TfTime from, to;

  return tf_history_get_range (self, &from, &to) ? periods_between (self, from, split) : 0;
}

/* The reference instrument of pairs, as in the engine. */
static gint
peer_of (const TfUniverse *universe,
         guint             instrument)
{
  gint peer = tf_universe_find (universe, "BTC-USDT");

  return peer == (gint) instrument ? tf_universe_find (universe, "ETH-USDT") : peer;
}

static gboolean
run (const TfHistory  *self,
     const TfStrategy *strategy,
     const double     *params,
     const gint       *cancelled,
     Tally            *tally)
{
  guint n = self->universe->n;
  gsize stride = (strategy->state_size + 15) & ~(gsize) 15;
  g_autofree guint8 *states = g_malloc0 (MAX (n * stride, 1));
  g_autofree TfTrial *trials = g_new0 (TfTrial, n);
  g_autofree double *closes = g_new (double, n);
  g_autofree guint *at = g_new0 (guint, n);
  g_autofree gint *peers = g_new (gint, n);

  for (guint i = 0; i < n; i++)
    {
      strategy->init (states + i * stride, params);
      closes[i] = (double) NAN;
      peers[i] = peer_of (self->universe, i);
    }
  for (guint step = 0;; step++)
    {
      TfTime time = G_MAXINT64, now;

      for (guint i = 0; i < n; i++)
        if (at[i] < self->markets[i].n)
          time = MIN (time, self->markets[i].bars[at[i]].time);
      if (time == G_MAXINT64)
        return TRUE;
      if (step % 1024 == 0 && cancelled != NULL && g_atomic_int_get (cancelled))
        return FALSE;
      now = time + self->interval;
      for (guint i = 0; i < n; i++)
        {
          const TfBar *bar = &self->markets[i].bars[at[i]];
          TfStrategyInput in = {
            .bar = bar,
            .closes = closes,
            .n_instruments = n,
            .instrument = (gint) i,
            .peer = peers[i],
            .bar_seconds = (double) (self->interval / TF_SECOND),
          };
          TfVote vote;

          if (at[i] >= self->markets[i].n || bar->time != time)
            continue;
          at[i]++;
          if (trials[i].direction != 0)
            meet (tally, &trials[i], bar, now);
          closes[i] = bar->close;
          strategy->on_bar (states + i * stride, &in, &vote);
          if (vote.direction != 0)
            propose (tally, &trials[i], &self->universe->items[i], &vote, bar->close, now);
        }
    }
}

/**
 * tf_evaluate:
 * @strategy: what is tried
 * @params: its parameters
 * @split: what opens before it and is known by then counts as before; what opens later as after
 * @cancelled: (nullable): looked at now and then, not 0 stops
 * @result: (out caller-allocates): the scores
 * @stream: (nullable) (out caller-allocates): R by period before @split, tf_evaluate_periods() of them
 *
 * A pure function of its arguments: changing bars after the split changes nothing before it.
 *
 * Returns: FALSE when cancelled
 */
gboolean
tf_evaluate (const TfHistory  *self,
             const TfStrategy *strategy,
             const double     *params,
             TfTime            split,
             const gint       *cancelled,
             TfEvaluation     *result,
             float            *stream)
{
  g_autofree double *before = NULL, *after = NULL;
  Tally tally = { .history = self, .split = split, .period = TF_SCORE_BARS * self->interval };
  TfTime to;

  g_return_val_if_fail (strategy != NULL && params != NULL && result != NULL, FALSE);

  memset (result, 0, sizeof *result);
  if (!tf_history_get_range (self, &tally.from, &to))
    return TRUE;
  tally.periods[0] = MAX (periods_between (self, tally.from, split), 1);
  tally.periods[1] = MAX (periods_between (self, split, to), 1);
  tally.sums[0] = before = g_new0 (double, tally.periods[0]);
  tally.sums[1] = after = g_new0 (double, tally.periods[1]);
  if (!run (self, strategy, params, cancelled, &tally))
    return FALSE;
  score_side (&tally, 0, &result->before);
  score_side (&tally, 1, &result->after);
  if (stream != NULL)
    for (guint p = 0; p < periods_between (self, tally.from, split); p++)
      stream[p] = (float) before[p];
  return TRUE;
}
