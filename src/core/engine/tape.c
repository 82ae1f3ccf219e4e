/* The market as it comes in: prices, bars, regimes; and the bots' votes when a bar closes. */

#include "core/engine/engine-private.h"

#include <math.h>
#include <string.h>

#define MEMORY 0.98          /* of volatility and volume: about 50 bars */
#define QUOTE_LIFE TF_MINUTE /* a quote that is older says nothing of the spread */
#define TRADER_HALF_LIFE 84  /* bars in which a trader's word loses half of its weight */
#define SILENT 0.05f         /* a fainter word is none */

static void
learn_bar (TfEngine    *self,
           guint        instrument,
           const TfBar *bar)
{
  TfTape *tape = &self->tapes[instrument];

  if (tape->last_close > 0)
    {
      double r = log (bar->close / tape->last_close);

      self->returns[instrument] = r;
      tape->variance = tape->variance == 0 ? r * r : MEMORY * tape->variance + (1 - MEMORY) * r * r;
    }
  tape->volume = tape->volume == 0 ? bar->volume : MEMORY * tape->volume + (1 - MEMORY) * bar->volume;
  tape->last_close = bar->close;
  self->closes[instrument] = bar->close;
  tf_regime_filter_update (&tape->filter, bar, &tape->regime);
}

static void
keep_candle (TfEngine       *self,
             guint           instrument,
             const TfCandle *candle)
{
  TfTape *tape = &self->tapes[instrument];

  self->candles[instrument * TF_CANDLES_KEPT + tape->next_candle] = *candle;
  tape->next_candle = (tape->next_candle + 1) % TF_CANDLES_KEPT;
  tape->n_candles = MIN (tape->n_candles + 1, TF_CANDLES_KEPT);
}

static TfStrategyInput
input_of (const TfEngine *self,
          guint           instrument,
          const TfBar    *bar)
{
  return (TfStrategyInput) {
    .bar = bar,
    .closes = self->closes,
    .n_instruments = self->n_instruments,
    .instrument = (gint) instrument,
    .peer = self->peers[instrument],
    .bar_seconds = (double) (self->config->interval / TF_SECOND),
  };
}

/* The words of traders fade with their age. */
static void
age_words (TfEngine *self,
           guint     instrument)
{
  guint n_bots = self->config->n_bots, n = self->config->n_traders;
  float *stances = tf_stances (self, instrument) + n_bots;
  TfWord *words = &self->words[instrument * n];

  for (guint t = 0; t < n; t++)
    if (words[t].stance != 0)
      {
        double age = (double) (self->core->steps - words[t].step);
        float now = words[t].stance * (float) exp2 (-age / TRADER_HALF_LIFE);

        if (fabsf (now) < SILENT)
          now = words[t].stance = 0;
        stances[t] = now;
      }
}

static void
on_bar (TfEngine       *self,
        guint           instrument,
        const TfCandle *candle,
        gboolean        propose)
{
  TfVote votes[64];
  guint n_bots = self->config->n_bots;
  float *stances = tf_stances (self, instrument);
  TfStrategyInput input;
  TfBar bar;

  g_assert (n_bots <= G_N_ELEMENTS (votes));
  tf_candle_to_bar (candle, &bar);
  learn_bar (self, instrument, &bar);
  keep_candle (self, instrument, candle);
  self->core->step = self->core->time;
  if (!self->history)
    self->core->bars++;
  tf_ensemble_settle (self->ensemble);

  input = input_of (self, instrument, &bar);
  for (guint b = 0; b < n_bots; b++)
    {
      self->config->bots[b].strategy->on_bar (self->strategies[b * self->n_instruments + instrument], &input, &votes[b]);
      stances[b] = (float) votes[b].stance;
    }
  age_words (self, instrument);
  for (guint b = 0; propose && b < n_bots; b++)
    if (votes[b].direction != 0)
      tf_engine_propose (self, b, instrument, &votes[b]);
  if (propose)
    tf_following_bar (self, instrument);
}

/* A price that was asked for afterwards makes bars, but nobody could have traded at it. */
static void
mark (TfEngine      *self,
      const TfEvent *event,
      const TfMark  *with)
{
  guint instrument = (guint) event->instrument;
  TfTape *tape = &self->tapes[instrument];
  gint64 day = tf_time_day (self->core->time);

  if ((event->flags & TF_EVENT_RECONSTRUCTED) != 0 && !self->history)
    return;

  if (tape->day != day || tape->day_open.raw == 0)
    {
      tape->day = day;
      tape->day_open = with->open;
    }
  tape->last = with->last;
  tape->time = self->core->time;
  tf_engine_match (self, -1, instrument, with);
  tf_shadow_mark (self, instrument, with);
  tf_engine_revalue (self, instrument);
}

/* How old the last word on a market may be for an entry. */
TfTime
tf_engine_max_age (const TfEngine *self,
                   guint           instrument)
{
  TfTime bars = TF_STALE_BARS * self->config->interval;

  return self->tapes[instrument].quote_time != 0 ? MIN (bars, TF_STALE_QUOTES) : bars;
}

/* An event of the market that fault_of() has passed. */
void
tf_engine_market (TfEngine      *self,
                  const TfEvent *event)
{
  guint i = (guint) event->instrument;
  TfTape *tape = &self->tapes[i];
  gboolean closed = FALSE;
  TfCandle candle;
  TfMark with = {
    .time = event->time,
    .open_time = event->time,
    .volatility = sqrt (tape->variance),
    .volume = tape->volume,
  };

  if (event->type == TF_EVENT_CANDLE)
    {
      const TfCandle *c = &event->candle.candle;

      with.open_time = c->time;
      with.open = c->open;
      with.high = c->high;
      with.low = c->low;
      with.last = c->close;
      tape->candle_end = c->time + event->candle.interval;
      mark (self, event, &with);
      if (event->candle.interval == self->config->interval)
        {
          candle = *c;
          closed = TRUE;
          tf_candle_builder_skip (&tape->builder, tape->candle_end);
        }
      else
        closed = tf_candle_builder_merge (&tape->builder, c, &candle);
    }
  else
    {
      if (event->type == TF_EVENT_QUOTE)
        {
          tape->bid = event->quote.bid;
          tape->ask = event->quote.ask;
          tape->quote_time = event->time;
          with.last.raw = tape->last.raw > 0 ? tape->last.raw : tape->bid.raw;
        }
      else
        with.last = event->trade.price;
      if (tape->quote_time != 0 && event->time - tape->quote_time <= QUOTE_LIFE)
        {
          /* A print outside of the quote says that the quote is behind. */
          with.bid.raw = MIN (tape->bid.raw, with.last.raw);
          with.ask.raw = MAX (tape->ask.raw, with.last.raw);
        }
      with.open = with.high = with.low = with.last;
      mark (self, event, &with);
      if (event->type == TF_EVENT_TRADE)
        closed = tf_candle_builder_trade (&tape->builder, event->time, event->trade.price, event->trade.quantity, &candle);
    }
  /* Nobody can act on a bar that was asked for afterwards: it is learned from. */
  if (closed)
    on_bar (self, i, &candle, self->history || event->type != TF_EVENT_CANDLE || (event->flags & TF_EVENT_RECONSTRUCTED) == 0);
}

/* Time has passed: bars that nobody has traded out of close. */
void
tf_engine_timer (TfEngine      *self,
                 const TfEvent *event)
{
  TfCandle candle;

  for (guint i = 0; i < self->n_instruments; i++)
    if (tf_candle_builder_close (&self->tapes[i].builder, event->time, &candle))
      on_bar (self, i, &candle, TRUE);
  /* Where nothing is heard of any market, no bar ends a step. */
  if (self->core->step == 0 && self->core->opened)
    tf_engine_watch_limits (self);
}

static void
sample_account (TfEngine *self,
                guint     a)
{
  TfAccount *account = &self->accounts[a];
  TfPerformance *p = &account->performance;
  TfCurve *curve = &account->curve;
  gint64 day = tf_time_day (self->core->time);

  if (account->last_equity.raw > 0)
    {
      double r = tf_money_double (account->equity) / tf_money_double (account->last_equity) - 1, d = r - p->mean;

      p->bars++;
      p->mean += d / (double) p->bars;
      p->m2 += d * (r - p->mean);
      if (r < 0)
        p->downside2 += r * r;
      if (p->first == 0)
        p->first = self->core->time;
      p->last = self->core->time;
    }
  account->last_equity = account->equity;
  if (account->day != day)
    {
      account->day = day;
      account->day_start = account->equity;
      account->probation_used.raw = 0;
    }

  /* A full curve gives up every second point. */
  if (curve->skip > 0)
    curve->skip--;
  else
    {
      if (curve->n == TF_CURVE_POINTS)
        {
          for (guint k = 0; k < TF_CURVE_POINTS / 2; k++)
            {
              curve->time[k] = curve->time[2 * k];
              curve->equity[k] = curve->equity[2 * k];
            }
          curve->n = TF_CURVE_POINTS / 2;
          curve->step = MAX (curve->step, 1) * 2;
        }
      curve->time[curve->n] = self->core->step;
      curve->equity[curve->n++] = account->equity;
      curve->skip = curve->step > 0 ? curve->step - 1 : 0;
    }
}

/* All bars of one moment are in: what looks at several instruments at once. */
void
tf_engine_end_step (TfEngine *self)
{
  TfCore *core = self->core;

  core->steps++;
  core->open_integral += core->open_proposals;
  tf_covariance_update (self->covariance, self->returns);
  for (guint i = 0; i < self->n_instruments; i++)
    self->returns[i] = (double) NAN;
  if (core->opened)
    {
      if (core->steps % TF_COVARIANCE_REFRESH == 0)
        for (guint a = 0; a < self->n_accounts; a++)
          tf_covariance_clusters (self->covariance, self->config->accounts[a].limits.cluster_correlation,
                                  &self->clusters[a * self->n_instruments]);
      for (guint a = 0; a < self->n_accounts; a++)
        sample_account (self, a);
      tf_engine_watch_limits (self);
      tf_following_watch (self);
    }
  core->step = 0;
}

/* Where the other instruments stood when the bar of @instrument from @time closed: bars of one moment close in the order
 * of the instruments. */
static void
closes_at (const TfEngine *self,
           guint           instrument,
           TfTime          time,
           double         *closes)
{
  for (guint i = 0; i < self->n_instruments; i++)
    {
      const TfTape *tape = &self->tapes[i];
      const TfCandle *ring = &self->candles[i * TF_CANDLES_KEPT];
      TfTime known = i <= instrument ? time : time - 1;
      guint first = tape->next_candle + TF_CANDLES_KEPT - tape->n_candles, low = 0, high = tape->n_candles;

      /* Those before @low are known. */
      while (low < high)
        {
          guint middle = (low + high) / 2;

          if (ring[(first + middle) % TF_CANDLES_KEPT].time <= known)
            low = middle + 1;
          else
            high = middle;
        }
      closes[i] = (double) NAN;
      if (low > 0)
        closes[i] = tf_price_double (ring[(first + low - 1) % TF_CANDLES_KEPT].close);
    }
}

/* New parameters: a fresh state that has seen the candles that are kept. */
void
tf_engine_warm_bot (TfEngine *self,
                    guint     bot)
{
  const TfStrategy *strategy = self->config->bots[bot].strategy;
  g_autofree double *closes = g_new (double, self->n_instruments);

  for (guint i = 0; i < self->n_instruments; i++)
    {
      const TfTape *tape = &self->tapes[i];
      gpointer state = self->strategies[bot * self->n_instruments + i];
      guint at = (tape->next_candle + TF_CANDLES_KEPT - tape->n_candles) % TF_CANDLES_KEPT;
      TfVote vote = { 0 };

      memset (state, 0, strategy->state_size);
      strategy->init (state, self->voters[bot].params);
      for (guint k = 0; k < tape->n_candles; k++, at = (at + 1) % TF_CANDLES_KEPT)
        {
          TfStrategyInput input;
          TfBar bar;

          tf_candle_to_bar (&self->candles[i * TF_CANDLES_KEPT + at], &bar);
          input = input_of (self, i, &bar);
          input.closes = closes;
          closes_at (self, i, bar.time, closes);
          strategy->on_bar (state, &input, &vote);
        }
      tf_stances (self, i)[bot] = (float) vote.stance;
    }
}
