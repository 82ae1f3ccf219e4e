#include "core/market/demo-private.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/random.h"

#define STEP (5 * TF_SECOND)
#define STEPS 12 /* a minute */

/* A trend's share of the minute's volatility, every minute: an hour of it is 1.7 standard deviations. */
#define DRIFT 0.22
#define RANGE_PULL 0.03          /* a minute: how fast a range draws the price back to where it began */
#define GARCH_ALPHA 0.10         /* variance = 1 - α - β + α shock² + β variance, mean 1 (Bollerslev 1986) */
#define GARCH_BETA 0.88
#define JUMP_CHANCE (1 / 3000.0) /* a minute and instrument */
#define FOLLOW_MARKET 0.5        /* an instrument takes on the whole market's new regime with this chance */
#define BALANCE 0.8              /* how strongly a price far from its start makes the next trend turn back */

#define HOLD_MINUTES 70.0        /* a trader's mean time in a position, and */
#define REST_MINUTES 20.0        /* out of one: a change about every 45 minutes */
#define FAVOURITES 4

#define MAGIC G_GUINT64_CONSTANT (0x54454b52414d4454) /* “TDMARKET” where bytes go as they do here */
#define VERSION 2
#define FNV_START G_GUINT64_CONSTANT (0xcbf29ce484222325)

static const struct { double volatility, minutes, weight; } regimes[TF_REGIMES] = {
  [TF_REGIME_TREND_UP] = { 1.0, 150, 0.34 },
  [TF_REGIME_TREND_DOWN] = { 1.0, 150, 0.34 },
  [TF_REGIME_RANGE] = { 0.75, 110, 0.22 },
  [TF_REGIME_TURBULENT] = { 1.9, 40, 0.10 },
};

/* Price at the turn of 2025; volatility of a minute; correlation with the market factor; a usual trade. */
typedef struct { const char *name; double price, volatility, loading, notional; } Coin;

static const Coin coins[] = {
  { "BTC", 93500, 0.00065, 0.86, 9000 },
  { "ETH", 3340, 0.00080, 0.86, 6000 },
  { "SOL", 190, 0.00100, 0.80, 3500 },
  { "BNB", 702, 0.00075, 0.76, 3000 },
  { "XRP", 2.08, 0.00110, 0.72, 3000 },
  { "ADA", 0.845, 0.00110, 0.76, 1500 },
  { "DOGE", 0.316, 0.00120, 0.76, 2000 },
  { "AVAX", 35.7, 0.00110, 0.78, 1200 },
  { "DOT", 6.63, 0.00105, 0.78, 900 },
  { "LINK", 20.0, 0.00110, 0.78, 1200 },
};
static const Coin other_coin = { "", 10, 0.00120, 0.70, 800 };

static const char *const names[TF_DEMO_TRADERS] = {
  "Demo · Aspen", "Demo · Birch", "Demo · Cedar", "Demo · Dogwood", "Demo · Elm",
  "Demo · Fir", "Demo · Ginkgo", "Demo · Hazel", "Demo · Ironwood", "Demo · Juniper",
  "Demo · Katsura", "Demo · Larch", "Demo · Maple", "Demo · Nutmeg", "Demo · Oak",
  "Demo · Pine", "Demo · Quince", "Demo · Rowan", "Demo · Spruce", "Demo · Tamarack",
};

/* The state is 8-byte members only, so that it has no padding and equal states are equal bytes. */
typedef struct
{
  double variance; /* GARCH, in usual minutes */
  double shock;    /* this minute's so far */
  double scale;    /* of a step's shock: √(variance / steps) */
} Noise;

typedef struct
{
  Noise    noise;
  gint64   regime;
  double   mid, start, anchor;
  TfPrice  bid, ask, price, before; /* before: a step ago */
  TfQty    bid_quantity, ask_quantity, quantity;
  gint64   side, trades;
  TfCandle candle; /* of this minute; used in history */
} Market;

typedef struct
{
  gint64 instrument, halved, signals;
  TfQty  position;
  gint64 due; /* step of the next change */
} Trader;

typedef struct
{
  guint64  magic, version, universe, checksum;
  guint64  seed;
  TfRandom random;
  gint64   step, history, cursor; /* history: in steps; cursor: events of this step given so far */
  Noise    factor;
  gint64   regime;                /* the whole market's */
  Trader   traders[TF_DEMO_TRADERS];
  gint64   next_due;
  Market   markets[];
} State;

/* What does not change: a market's constants, ready for use. */
typedef struct
{
  double ticks, loading, own, volatility, half_spread, notional; /* ticks: in one unit of price */
} Law;

typedef struct
{
  TfEventSource  source;
  TfUniverse    *universe;
  Law           *laws;
  TfTraderSignal signal;
  State         *state;
  gsize          size;
} Demo;

/**
 * tf_demo_trader_name:
 * @trader: less than %TF_DEMO_TRADERS
 *
 * Returns: a made-up name that says “Demo”, so that nobody takes it for a person's
 */
const char *
tf_demo_trader_name (guint trader)
{
  g_return_val_if_fail (trader < TF_DEMO_TRADERS, NULL);

  return names[trader];
}

/**
 * tf_demo_trader_skill:
 * @trader: less than %TF_DEMO_TRADERS
 *
 * Returns: the chance that an entry in a trend goes with it: evenly from 0.2 to 0.95 over the traders, in no
 * order of names
 */
double
tf_demo_trader_skill (guint trader)
{
  g_return_val_if_fail (trader < TF_DEMO_TRADERS, 0);

  return 0.2 + 0.75 * ((trader * 7 + 11) % TF_DEMO_TRADERS) / (TF_DEMO_TRADERS - 1);
}

static double
exponential (TfRandom *random,
             double    mean)
{
  return -mean * log (1 - tf_random_uniform (random));
}

/* The steps until something that comes every @minutes on average; at least one. */
static gint64
wait_steps (TfRandom *random,
            double    minutes)
{
  return 1 + (gint64) exponential (random, minutes * STEPS);
}

static gint64
draw_regime (TfRandom *random,
             gint64    present,
             double    displacement)
{
  double tilt = CLAMP (0.5 - BALANCE * displacement, 0.1, 0.9);
  gint64 drawn;

  do
    {
      double u = tf_random_uniform (random);

      for (drawn = 0; drawn < TF_REGIMES - 1 && u >= regimes[drawn].weight; drawn++)
        u -= regimes[drawn].weight;
      if (drawn <= TF_REGIME_TREND_DOWN)
        drawn = tf_random_uniform (random) < tilt ? TF_REGIME_TREND_UP : TF_REGIME_TREND_DOWN;
    }
  while (drawn == present);
  return drawn;
}

/* Moves the variance on by the minute that has ended. */
static void
begin_noise (Noise *noise)
{
  double shock = CLAMP (noise->shock, -4, 4);

  noise->variance = 1 - GARCH_ALPHA - GARCH_BETA + GARCH_ALPHA * shock * shock + GARCH_BETA * noise->variance;
  noise->scale = sqrt (noise->variance / STEPS);
  noise->shock = 0;
}

static void
begin_minute (Demo *self)
{
  State *state = self->state;
  TfRandom *random = &state->random;
  gboolean switched = tf_random_uniform (random) * regimes[state->regime].minutes < 1;

  if (switched)
    state->regime = draw_regime (random, state->regime, 0);
  begin_noise (&state->factor);
  for (guint i = 0; i < self->universe->n; i++)
    {
      Market *market = &state->markets[i];
      double displacement = market->mid / market->start - 1;
      gint64 regime = market->regime;

      begin_noise (&market->noise);
      /* A price that has run far does not follow the market further away. */
      if (switched && fabs (displacement) < 0.4 && tf_random_uniform (random) < FOLLOW_MARKET)
        regime = state->regime;
      else if (tf_random_uniform (random) * regimes[regime].minutes < 1)
        regime = draw_regime (random, regime, displacement);
      if (regime != market->regime)
        {
          market->regime = regime;
          market->anchor = market->mid;
        }
      if (tf_random_uniform (random) < JUMP_CHANCE)
        market->mid *= 1 + (4 + 6 * tf_random_uniform (random)) * self->laws[i].volatility
                           * (tf_random_uniform (random) < 0.5 ? -1 : 1);
    }
}

/* A size around @usual with a long tail, on the lot grid, at least one lot. */
static TfQty
draw_quantity (TfRandom           *random,
               double              usual,
               const TfInstrument *instrument)
{
  double u = tf_random_uniform (random);
  TfQty quantity;

  if (!tf_floor_to_step (usual * (0.1 + 0.5 * u / (1.05 - u)), instrument->lot.raw, &quantity.raw)
      || quantity.raw < instrument->lot.raw)
    quantity.raw = instrument->lot.raw;
  return quantity;
}

/* Moves one market by five seconds: its price, the quote around it, and a trade at one side of the quote. */
static void
step_market (Demo  *self,
             guint  i,
             double common)
{
  const TfInstrument *instrument = &self->universe->items[i];
  const Law *law = &self->laws[i];
  Market *market = &self->state->markets[i];
  TfRandom *random = &self->state->random;
  double own = market->noise.scale * tf_random_normal (random);
  double loudness = regimes[market->regime].volatility, drift = 0, usual;
  double volatility = law->volatility * loudness;
  gint64 tick = instrument->tick.raw;

  if (market->regime == TF_REGIME_TREND_UP)
    drift = law->volatility * DRIFT / STEPS;
  else if (market->regime == TF_REGIME_TREND_DOWN)
    drift = -law->volatility * DRIFT / STEPS;
  else if (market->regime == TF_REGIME_RANGE)
    drift = RANGE_PULL / STEPS * (market->anchor / market->mid - 1);
  market->noise.shock += own;
  market->mid *= 1 + drift + volatility * (law->loading * common + law->own * own);
  market->mid = CLAMP (market->mid, market->start / 100, market->start * 100);

  market->bid.raw = (gint64) (market->mid * (1 - law->half_spread) * law->ticks) * tick;
  market->ask.raw = (gint64) ceil (market->mid * (1 + law->half_spread) * law->ticks) * tick;
  if (market->ask.raw <= market->bid.raw)
    market->ask.raw = market->bid.raw + tick;
  usual = law->notional / market->mid;
  market->bid_quantity = draw_quantity (random, 3 * usual, instrument);
  market->ask_quantity = draw_quantity (random, 3 * usual, instrument);
  market->side = tf_random_next (random) >> 63 ? 1 : -1;
  market->before = market->price;
  market->price = market->side > 0 ? market->ask : market->bid;
  /* Loud times trade more. */
  market->quantity = draw_quantity (random, 3 * usual * loudness * market->noise.scale, instrument);
  market->trades++;
}

static TfTime
step_time (const Demo *self)
{
  return TF_DEMO_START + (self->state->step - self->state->history) * STEP;
}

static void
collect_candle (Market  *market,
                TfTime   minute,
                gboolean first)
{
  TfCandle *candle = &market->candle;

  if (first)
    *candle = (TfCandle) { minute, market->price, market->price, market->price, market->price, { 0 } };
  candle->high.raw = MAX (candle->high.raw, market->price.raw);
  candle->low.raw = MIN (candle->low.raw, market->price.raw);
  candle->close = market->price;
  candle->volume.raw += market->quantity.raw;
}

static void
step_all (Demo *self)
{
  State *state = self->state;
  gboolean first = state->step % STEPS == 0;
  double common;

  if (first)
    begin_minute (self);
  common = state->factor.scale * tf_random_normal (&state->random);
  state->factor.shock += common;
  for (guint i = 0; i < self->universe->n; i++)
    {
      step_market (self, i, common);
      if (state->step < state->history)
        collect_candle (&state->markets[i], step_time (self), first);
    }
}

/* A new position. Of its favourites a trader looks for one in a trend, with its skill; in a trend it takes
 * the right side, with its skill; where there is none it tosses a coin. Skill speaks at entries only and each
 * is a fresh choice, so that the share of right entries is the planted one. */
static void
enter (Demo *self,
       guint t)
{
  State *state = self->state;
  Trader *trader = &state->traders[t];
  TfRandom *random = &state->random;
  double skill = tf_demo_trader_skill (t);
  guint n = MIN (self->universe->n, FAVOURITES);
  const Market *market;
  double side, notional;

  for (guint tries = 0; ; tries++)
    {
      trader->instrument = (t * 3 + (guint) (tf_random_uniform (random) * n)) % self->universe->n;
      market = &state->markets[trader->instrument];
      if (market->regime <= TF_REGIME_TREND_DOWN || tries == 3 || tf_random_uniform (random) >= skill)
        break;
    }
  side = tf_random_uniform (random) < (market->regime <= TF_REGIME_TREND_DOWN ? skill : 0.5) ? 1 : -1;
  if (market->regime == TF_REGIME_TREND_DOWN)
    side = -side;
  notional = 2000 * (1 + t % 5) * (0.5 + tf_random_uniform (random));
  trader->position = draw_quantity (random, notional / market->mid,
                                    &self->universe->items[trader->instrument]);
  trader->position.raw *= side > 0 ? 1 : -1;
  trader->halved = FALSE;
}

/* Writes the next change of position of trader @t, known at @now. */
static void
trade (Demo    *self,
       guint    t,
       TfTime   now,
       TfEvent *event)
{
  State *state = self->state;
  Trader *trader = &state->traders[t];
  TfTraderSignal *signal = &self->signal;
  TfRandom *random = &state->random;
  const Market *market;
  gint64 before = trader->position.raw, lot;
  guint percent = (guint) (100 * tf_demo_trader_skill (t) + 0.5);

  *signal = (TfTraderSignal) { .has_position = TRUE };
  if (before == 0)
    {
      enter (self, t);
      signal->side = trader->position.raw > 0 ? 1 : -1;
      trader->due = state->step + wait_steps (random, HOLD_MINUTES);
    }
  else
    {
      lot = self->universe->items[trader->instrument].lot.raw;
      if (!trader->halved && ABS (before) >= 2 * lot && tf_random_uniform (random) < 0.25)
        {
          trader->halved = TRUE;
          trader->position.raw = before / (2 * lot) * lot;
          signal->side = before > 0 ? -1 : 1;
          trader->due = state->step + wait_steps (random, HOLD_MINUTES / 4);
        }
      else
        {
          trader->position.raw = 0;
          trader->due = state->step + wait_steps (random, REST_MINUTES);
        }
    }
  /* It happened a few seconds before it is known: so did its price. */
  market = &state->markets[trader->instrument];
  signal->price = market->before.raw > 0 ? market->before : market->price;
  signal->quantity.raw = ABS (trader->position.raw - before);
  signal->position = trader->position;
  signal->published = signal->received = now;
  signal->happened = now - TF_SECOND - (TfTime) (tf_random_uniform (random) * 5000) * (TF_SECOND / 1000);
  g_strlcpy (signal->trader, names[t], sizeof signal->trader);
  g_strlcpy (signal->source, "demo", sizeof signal->source);
  g_snprintf (signal->id, sizeof signal->id, "demo-%" G_GINT64_MODIFIER "x-%02u-%" G_GINT64_FORMAT,
              state->seed, t + 1, ++trader->signals);
  g_strlcpy (signal->symbol, self->universe->items[trader->instrument].symbol, sizeof signal->symbol);
  g_snprintf (signal->evidence, sizeof signal->evidence,
              "simulated: follows the hidden drift with skill 0.%02u", percent);
  event->time = now;
  event->type = TF_EVENT_SIGNAL;
  event->instrument = (gint16) trader->instrument;
  event->signal = signal;
}

/* Writes the next signal of this step; FALSE when no trader has one left. */
static gboolean
next_signal (Demo    *self,
             TfEvent *event)
{
  State *state = self->state;
  TfTime now = step_time (self) + STEP - STEP / 100;
  gint64 due = G_MAXINT64;

  if (state->next_due > state->step)
    return FALSE;
  for (guint t = 0; t < TF_DEMO_TRADERS; t++)
    {
      if (state->traders[t].due <= state->step)
        {
          trade (self, t, now, event);
          return TRUE;
        }
      due = MIN (due, state->traders[t].due);
    }
  state->next_due = due;
  return FALSE;
}

static void
write_market (Demo    *self,
              gint64   cursor,
              TfEvent *event)
{
  const State *state = self->state;
  gint64 i = cursor / 2, n = self->universe->n;
  const Market *market = &state->markets[i];
  TfTime slot = STEP * 9 / 10 / n;

  event->time = step_time (self) + i * slot + (cursor & 1 ? slot / 2 : 0);
  event->instrument = (gint16) i;
  if (cursor & 1)
    {
      event->type = TF_EVENT_TRADE;
      event->trade.price = market->price;
      event->trade.quantity = market->quantity;
      event->trade.side = (gint8) market->side;
      event->trade.id = market->trades;
    }
  else
    {
      event->type = TF_EVENT_QUOTE;
      event->quote.bid = market->bid;
      event->quote.ask = market->ask;
      event->quote.bid_quantity = market->bid_quantity;
      event->quote.ask_quantity = market->ask_quantity;
    }
}

/* What ends a minute: in history candle @i, live the timer. */
static void
write_end (Demo    *self,
           gint64   i,
           TfEvent *event)
{
  event->time = step_time (self) + STEP;
  event->type = TF_EVENT_TIMER;
  if (event->flags & TF_EVENT_HISTORY)
    {
      event->type = TF_EVENT_CANDLE;
      event->instrument = (gint16) i;
      event->candle.candle = self->state->markets[i].candle;
      event->candle.interval = TF_MINUTE;
    }
}

/* A step of the live market: quote and trade of each instrument, signals, at the end of a minute the timer.
 * A step of history: signals, at the end of a minute a candle of each instrument. */
static gboolean
demo_next (TfEventSource *source,
           TfEvent       *event)
{
  Demo *self = (Demo *) source;
  State *state = self->state;
  gint64 n = self->universe->n;

  for (;;)
    {
      gboolean history = state->step < state->history, last = state->step % STEPS == STEPS - 1;
      gint64 prints = history ? 0 : 2 * n, ends = !last ? 0 : history ? n : 1;

      *event = (TfEvent) { .flags = TF_EVENT_SIMULATED | (history ? TF_EVENT_HISTORY : 0), .instrument = -1 };
      if (state->cursor == 0)
        {
          step_all (self);
          state->cursor = 1;
        }
      if (state->cursor <= prints)
        {
          write_market (self, state->cursor++ - 1, event);
          return TRUE;
        }
      if (state->cursor == prints + 1)
        {
          if (next_signal (self, event))
            return TRUE;
          state->cursor++;
        }
      if (state->cursor < prints + 2 + ends)
        {
          write_end (self, state->cursor++ - prints - 2, event);
          return TRUE;
        }
      state->step++;
      state->cursor = 0;
    }
}

/* FNV-1a by 8 bytes. */
static guint64
hash (guint64       h,
      gconstpointer data,
      gsize         size)
{
  const guint8 *bytes = data;
  guint64 word;

  for (gsize i = 0; i < size; i += sizeof word)
    {
      word = 0;
      memcpy (&word, bytes + i, MIN (sizeof word, size - i));
      h = (h ^ word) * G_GUINT64_CONSTANT (0x100000001b3);
      h ^= h >> 32;
    }
  return h;
}

static guint64
hash_universe (const TfUniverse *universe)
{
  guint64 h = hash (FNV_START, &universe->n, sizeof universe->n);

  for (guint i = 0; i < universe->n; i++)
    {
      const TfInstrument *instrument = &universe->items[i];

      h = hash (h, instrument->symbol, strlen (instrument->symbol));
      h = hash (h, &instrument->tick, sizeof instrument->tick);
      h = hash (h, &instrument->lot, sizeof instrument->lot);
      h = hash (h, &instrument->spread_ppm, sizeof instrument->spread_ppm);
    }
  return h;
}

static void
demo_save (TfEventSource *source,
           GByteArray    *out)
{
  Demo *self = (Demo *) source;

  self->state->checksum = 0;
  self->state->checksum = hash (FNV_START, self->state, self->size);
  g_byte_array_append (out, (const guint8 *) self->state, (guint) self->size);
}

/* The state is this program's own: its header and checksum are all that is looked at. */
static gboolean
demo_restore (TfEventSource *source,
              const guint8  *saved,
              gsize          size,
              GError       **error)
{
  Demo *self = (Demo *) source;
  g_autofree State *state = g_malloc0 (self->size);
  guint64 checksum;

  if (size >= sizeof (State))
    memcpy (state, saved, MIN (size, self->size));
  if (state->magic != MAGIC)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                   "found %" G_GSIZE_FORMAT " bytes that are no demo market, expected %" G_GSIZE_FORMAT,
                   size, self->size);
      return FALSE;
    }
  if (state->version != VERSION)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_VERSION,
                   "found demo market version %" G_GUINT64_FORMAT ", expected %d", state->version, VERSION);
      return FALSE;
    }
  if (state->universe != self->state->universe)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH,
                   "found a demo market of other instruments, expected %s and %u more",
                   self->universe->items[0].symbol, self->universe->n - 1);
      return FALSE;
    }
  checksum = state->checksum;
  state->checksum = 0;
  if (size != self->size || checksum != hash (FNV_START, state, size))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                   "found a damaged demo market of %" G_GSIZE_FORMAT " bytes, expected %" G_GSIZE_FORMAT,
                   size, self->size);
      return FALSE;
    }
  memcpy (self->state, state, size);
  return TRUE;
}

static void
demo_free (TfEventSource *source)
{
  Demo *self = (Demo *) source;

  tf_universe_free (self->universe);
  g_free (self->laws);
  g_free (self->state);
  g_free (self);
}

static const Coin *
find_coin (const char *symbol)
{
  gsize n = strcspn (symbol, "-");

  for (guint i = 0; i < G_N_ELEMENTS (coins); i++)
    if (strlen (coins[i].name) == n && strncmp (coins[i].name, symbol, n) == 0)
      return &coins[i];
  return &other_coin;
}

/**
 * tf_demo_new:
 * @universe: at least one instrument; is copied
 * @seed: of all chance: the same universe, seed and history give the same events, to the byte
 * @history_bars: one-minute bars before %TF_DEMO_START
 *
 * The history comes first: closed one-minute candles, all instruments of a minute in their order at its end
 * (the last at %TF_DEMO_START), and the demo traders' signals of the time. Then the market lives without end:
 * quotes and trades staggered over five seconds, signals, and a timer when a minute is over. Times never
 * decrease. All is marked simulated.
 *
 * Returns: (transfer full): the market; release with its free()
 */
TfEventSource *
tf_demo_new (const TfUniverse *universe,
             guint64           seed,
             guint             history_bars)
{
  Demo *self;
  State *state;

  g_return_val_if_fail (universe != NULL && universe->n > 0 && universe->n <= G_MAXINT16, NULL);

  self = g_new0 (Demo, 1);
  self->source = (TfEventSource) {
    .next = demo_next, .save = demo_save, .restore = demo_restore, .free = demo_free,
  };
  self->universe = tf_universe_copy (universe);
  self->laws = g_new0 (Law, universe->n);
  self->size = sizeof (State) + universe->n * sizeof (Market);
  self->state = state = g_malloc0 (self->size);
  state->magic = MAGIC;
  state->version = VERSION;
  state->universe = hash_universe (universe);
  state->seed = seed;
  state->history = (gint64) history_bars * STEPS;
  tf_random_seed (&state->random, seed);
  state->factor.variance = 1;
  state->regime = draw_regime (&state->random, -1, 0);
  for (guint i = 0; i < universe->n; i++)
    {
      const TfInstrument *instrument = &universe->items[i];
      const Coin *coin = find_coin (instrument->symbol);
      double ticks = (double) TF_SCALE / (double) instrument->tick.raw;
      Market *market = &state->markets[i];

      self->laws[i] = (Law) {
        .ticks = ticks, .loading = coin->loading, .own = sqrt (1 - coin->loading * coin->loading),
        .volatility = coin->volatility, .half_spread = instrument->spread_ppm / 2e6,
        .notional = coin->notional,
      };
      /* On a coarse grid the price starts where a tick is a basis point. */
      market->start = market->mid = market->anchor = MAX (coin->price, 10000 / ticks);
      market->noise.variance = 1;
      market->regime = draw_regime (&state->random, -1, 0);
    }
  for (guint t = 0; t < TF_DEMO_TRADERS; t++)
    state->traders[t].due = wait_steps (&state->random, REST_MINUTES);
  return &self->source;
}

TfRegimeKind
tf_demo_regime (TfEventSource *source,
                guint          instrument)
{
  return (TfRegimeKind) ((Demo *) source)->state->markets[instrument].regime;
}
