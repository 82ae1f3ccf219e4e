/* The engine's promises (design, section 2), each with a test that tries to break it. */

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/engine/engine.h"
#include "core/market/demo.h"
#include "core/risk/alerts.h"

#define START (G_GINT64_CONSTANT (1577836800) * TF_SECOND) /* 2020-01-01 */

/* --- counting allocations --- */

#if defined (__GLIBC__) && !defined (__SANITIZE_ADDRESS__)
#if defined (__has_feature)
#if __has_feature (address_sanitizer)
#define NO_COUNT
#endif
#endif
#else
#define NO_COUNT
#endif

#ifndef NO_COUNT
static guint64 allocations;

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *block, size_t size);

void *
malloc (size_t size)
{
  allocations++;
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  allocations++;
  return __libc_calloc (n, size);
}

void *
realloc (void *block, size_t size)
{
  allocations++;
  return __libc_realloc (block, size);
}
#endif

/* --- a journal that checks each entry as it comes --- */

typedef struct
{
  TfRecordKind kind;
  gint32       code;
  TfTime       time;
  gint64       cause, ref, price, quantity, amount, fee, value, limit;
  char         account[32], origin[48], instrument[TF_SYMBOL_SIZE], reason[48];
  guint8       hash[TF_HASH_SIZE];
} Entry;

typedef struct
{
  const TfConfig *config;
  GArray         *entries;   /* of seq first + 1 … */
  gint64          first;     /* entries before a restore */
  guint8          head[TF_HASH_SIZE];
  gint64          signal, signal_seq, signals; /* the one that waits for its verdicts */
  guint           verdicts;
  GHashTable     *orders;    /* number → quantity: those that work */
  GHashTable     *held;      /* "account origin instrument" → quantity */
  TfMoney         cash[TF_MAX_ACCOUNTS];
  guint           trips[TF_MAX_ACCOUNTS];
  gboolean        counting;  /* nothing but counts: no allocation of its own */
  guint           counted;
  gboolean        resumed;   /* it does not know what was before */
} Journal;

typedef struct
{
  TfConfig *config;
  TfEngine *engine;
  Journal   journal;
} Run;

static const Entry *
entry (const Journal *self,
       gint64         seq)
{
  g_assert_cmpint (seq, >, self->first);
  g_assert_cmpint (seq, <=, self->first + self->entries->len);
  return &g_array_index (self->entries, Entry, seq - self->first - 1);
}

static void
check_signals_done (const Journal *self)
{
  if (self->signal != 0)
    g_assert_cmpuint (self->verdicts, ==, self->config->n_accounts);
}

static void
take_fill (Journal        *self,
           const TfRecord *record)
{
  gint account = tf_config_find_account (self->config, record->account);
  g_autofree char *key = g_strdup_printf ("%s %s %s", record->account, record->origin, record->instrument);
  gint64 before = GPOINTER_TO_SIZE (g_hash_table_lookup (self->held, key)), after = before + record->quantity;
  TfMoney notional;

  g_assert_cmpint (account, >=, 0);
  g_assert_cmpint (record->quantity, !=, 0);
  g_assert_cmpint (record->quantity > 0 ? 1 : -1, ==, record->code);
  g_assert_cmpint (record->fee, >=, 0);
  g_assert_true (tf_notional ((TfPrice) { record->price }, (TfQty) { record->quantity }, &notional));
  self->cash[account].raw -= notional.raw + record->fee;
  /* One trade at a time: what is held is left before the other side is taken. */
  g_assert_false ((before > 0 && after < 0) || (before < 0 && after > 0));
  self->trips[account] += before != 0 && after == 0;
  g_hash_table_insert (self->held, g_steal_pointer (&key), GSIZE_TO_POINTER (after));
}

static void
check_cause (Journal        *self,
             const TfRecord *record)
{
  const Entry *cause;

  g_assert_cmpint (record->cause, <, record->seq);
  g_assert_cmpint (record->cause, >=, 0);
  if (record->kind == TF_RECORD_VERDICT || record->kind == TF_RECORD_ORDER || record->kind == TF_RECORD_FILL
      || record->kind == TF_RECORD_CANCEL || record->kind == TF_RECORD_OUTCOME)
    g_assert_cmpint (record->cause, >, 0);
  if (record->cause <= self->first)
    return;
  cause = entry (self, record->cause);
  if (record->kind == TF_RECORD_FILL)
    {
      g_assert_cmpint (cause->kind, ==, TF_RECORD_ORDER);
      g_assert_cmpint (cause->ref, ==, record->ref);
    }
  if (record->kind == TF_RECORD_VERDICT || record->kind == TF_RECORD_OUTCOME)
    {
      g_assert_cmpint (cause->kind, ==, TF_RECORD_SIGNAL);
      g_assert_cmpint (cause->ref, ==, record->ref);
    }
  if (record->kind == TF_RECORD_ORDER && strcmp (record->reason, "entry") == 0)
    {
      g_assert_cmpint (cause->kind, ==, TF_RECORD_VERDICT);
      g_assert_true (cause->code == TF_VERDICT_ACCEPTED || cause->code == TF_VERDICT_RESIZED);
      g_assert_cmpint (ABS (cause->quantity), ==, ABS (record->quantity));
    }
}

/* Reasons that say all without a number. */
static gboolean
has_numbers (const TfRecord *record)
{
  static const char *const plain[] = {
    "unknown-trader", "unknown-instrument", "seen-before", "nothing-held", "no-market", "nothing-to-do", "bad-quantity",
    "halted", "long-only", "duplicate-order", NULL
  };

  return record->value != 0 || record->limit != 0 || g_strv_contains (plain, record->reason);
}

static void
on_record (const TfRecord *record,
           gpointer        data)
{
  Journal *self = data;
  TfRecord copy = *record;
  Entry e = { record->kind, record->code, record->time, record->cause, record->ref, record->price, record->quantity,
              record->amount, record->fee, record->value, record->limit };

  self->counted++;
  if (self->counting)
    return;
  g_assert_cmpint (record->seq, ==, self->first + self->entries->len + 1);
  memset (copy.hash, 0, sizeof copy.hash);
  tf_record_chain (&copy, self->head);
  g_assert_cmpmem (copy.hash, TF_HASH_SIZE, record->hash, TF_HASH_SIZE);
  memcpy (self->head, record->hash, TF_HASH_SIZE);
  g_strlcpy (e.account, record->account, sizeof e.account);
  g_strlcpy (e.origin, record->origin, sizeof e.origin);
  g_strlcpy (e.instrument, record->instrument, sizeof e.instrument);
  g_strlcpy (e.reason, record->reason, sizeof e.reason);
  memcpy (e.hash, record->hash, TF_HASH_SIZE);
  check_cause (self, record);
  if (self->entries->len > 0)
    g_assert_cmpint (record->time, >=, g_array_index (self->entries, Entry, self->entries->len - 1).time);
  switch (record->kind)
    {
    case TF_RECORD_ACCOUNT:
      self->cash[tf_config_find_account (self->config, record->account)].raw = record->amount;
      break;
    case TF_RECORD_SIGNAL:
      check_signals_done (self);
      if (!self->resumed)
        g_assert_cmpint (record->ref, ==, ++self->signals);
      self->signal = record->ref;
      self->signal_seq = record->seq;
      self->verdicts = 0;
      break;
    case TF_RECORD_VERDICT:
      g_assert_cmpint (record->ref, ==, self->signal);
      g_assert_cmpint (record->cause, ==, self->signal_seq);
      g_assert_cmpint (record->code, >=, TF_VERDICT_ACCEPTED);
      g_assert_cmpint (record->code, <, TF_N_VERDICTS);
      g_assert_cmpuint (self->verdicts, <, self->config->n_accounts);
      g_assert_cmpstr (record->account, ==, self->config->accounts[self->verdicts++].id);
      g_assert_cmpstr (record->reason, !=, "");
      if (!has_numbers (record))
        g_error ("a verdict without numbers: %s", record->reason);
      break;
    case TF_RECORD_ORDER:
      g_assert_cmpint (record->quantity, !=, 0);
      g_assert_true (g_hash_table_insert (self->orders, GSIZE_TO_POINTER (record->ref), NULL));
      break;
    case TF_RECORD_CANCEL:
      g_assert_true (g_hash_table_remove (self->orders, GSIZE_TO_POINTER (record->ref)) || self->resumed);
      break;
    case TF_RECORD_FILL:
      g_assert_true (g_hash_table_remove (self->orders, GSIZE_TO_POINTER (record->ref)) || self->resumed);
      if (!self->resumed)
        take_fill (self, record);
      break;
    default:
      break;
    }
  g_array_append_val (self->entries, e);
}

static void
journal_init (Journal        *self,
              const TfConfig *config)
{
  *self = (Journal) {
    .config = config,
    .entries = g_array_new (FALSE, FALSE, sizeof (Entry)),
    .orders = g_hash_table_new (NULL, NULL),
    .held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
  };
}

/* @config: (transfer full) */
static Run *
run_new (TfConfig *config)
{
  Run *self = g_new0 (Run, 1);

  self->config = config;
  journal_init (&self->journal, config);
  self->engine = tf_engine_new (config, on_record, &self->journal);
  return self;
}

static void
run_free (Run *self)
{
  check_signals_done (&self->journal);
  tf_engine_free (self->engine);
  tf_config_unref (self->config);
  g_array_unref (self->journal.entries);
  g_hash_table_unref (self->journal.orders);
  g_hash_table_unref (self->journal.held);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)

static guint
count_kind (const Run   *self,
            TfRecordKind kind,
            guint        from)
{
  guint n = 0;

  for (guint k = from; k < self->journal.entries->len; k++)
    n += g_array_index (self->journal.entries, Entry, k).kind == kind;
  return n;
}

static void
assert_ledgers (const Run *self)
{
  g_autoptr (GError) error = NULL;

  tf_engine_check_ledgers (self->engine, &error);
  g_assert_no_error (error);
}

/* What the snapshot says is what the journal tells. */
static void
assert_snapshot (const Run *self)
{
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (self->engine, 0);
  guint trips = 0, trades = 0, positions = 0;
  gint64 verdicts = 0;
  GHashTableIter iter;
  gpointer key, value;

  assert_ledgers (self);
  g_assert_cmpint (s->seq, ==, self->journal.entries->len);
  g_assert_cmpmem (s->head, TF_HASH_SIZE, self->journal.head, TF_HASH_SIZE);
  for (guint k = 0; k < TF_N_VERDICTS; k++)
    verdicts += s->verdicts[k];
  g_assert_cmpint (verdicts, ==, s->signals * self->config->n_accounts);
  g_assert_cmpint (s->signals, ==, self->journal.signals);
  g_assert_cmpint (s->open_orders, ==, g_hash_table_size (self->journal.orders));
  for (guint a = 0; a < self->config->n_accounts; a++)
    {
      const TfAccountView *account = &s->accounts[a];

      g_assert_cmpint (account->cash.raw, ==, self->journal.cash[a].raw);
      g_assert_cmpuint (account->performance.trades, ==, self->journal.trips[a]);
      g_assert_cmpuint (account->performance.wins, <=, account->performance.trades);
      g_assert_cmpint (account->equity.raw, ==,
                       self->config->accounts[a].capital.raw + account->realized.raw + account->unrealized.raw - account->fees.raw);
      g_assert_cmpfloat (account->max_drawdown, >=, account->drawdown - 1e-12);
      g_assert_cmpuint (account->curve.n, <=, TF_CURVE_POINTS);
      for (guint k = 1; k < account->curve.n; k++)
        g_assert_cmpint (account->curve.time[k], >, account->curve.time[k - 1]);
      trips += account->performance.trades;
    }
  for (guint v = 0; v < tf_config_n_voters (self->config); v++)
    trades += s->voters[v].trades;
  g_assert_cmpuint (trades, ==, trips);
  g_hash_table_iter_init (&iter, self->journal.held);
  while (g_hash_table_iter_next (&iter, &key, &value))
    positions += value != NULL;
  g_assert_cmpuint (positions, ==, s->n_positions);
  for (guint k = 0; k < s->n_positions; k++)
    {
      const TfPositionView *p = &s->positions[k];
      g_autofree char *name = g_strdup_printf ("%s %s %s", self->config->accounts[p->account].id,
                                               tf_config_voter_id (self->config, p->voter),
                                               self->config->universe->items[p->instrument].symbol);

      g_assert_cmpint (p->quantity.raw, ==, GPOINTER_TO_SIZE (g_hash_table_lookup (self->journal.held, name)));
    }
}

/* --- streams of events --- */

typedef struct
{
  GArray    *events;
  GPtrArray *signals;
} Stream;

static void
stream_free (Stream *self)
{
  g_array_unref (self->events);
  g_ptr_array_unref (self->signals);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stream, stream_free)

static Stream *
stream_new (void)
{
  Stream *self = g_new0 (Stream, 1);

  self->events = g_array_new (FALSE, TRUE, sizeof (TfEvent));
  self->signals = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
stream_add (Stream        *self,
            const TfEvent *event)
{
  TfEvent copy = *event;

  if (event->type == TF_EVENT_SIGNAL)
    {
      copy.signal = g_memdup2 (event->signal, sizeof *event->signal);
      g_ptr_array_add (self->signals, (gpointer) copy.signal);
    }
  g_array_append_val (self->events, copy);
}

static void
feed (Run           *run,
      const TfEvent *event)
{
  if (tf_engine_get_seq (run->engine) == 0 && (event->flags & TF_EVENT_HISTORY) == 0)
    tf_engine_open (run->engine, event->time, "market=test");
  tf_engine_process (run->engine, event);
}

static void
feed_stream (Run          *run,
             const Stream *stream,
             guint         from,
             guint         to)
{
  for (guint k = from; k < MIN (to, stream->events->len); k++)
    feed (run, &g_array_index (stream->events, TfEvent, k));
}

static TfConfig *
demo_config (guint64 seed)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();

  return tf_config_new_default ("demo", universe, TF_MINUTE, seed);
}

static Stream *
demo_stream (guint64 seed,
             guint   history,
             guint   n)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  TfEventSource *source = tf_demo_new (universe, seed, history);
  Stream *self = stream_new ();
  TfEvent event;

  for (guint k = 0; k < n && source->next (source, &event); k++)
    stream_add (self, &event);
  source->free (source);
  return self;
}

static TfPrice
price (double value)
{
  return (TfPrice) { MAX ((gint64) llrint (value * 1e8), 1) };
}

static TfEvent
candle_event (gint    instrument,
              TfTime  time,
              double  open,
              double  high,
              double  low,
              double  close,
              double  volume)
{
  TfEvent event = { .time = time + TF_HOUR, .type = TF_EVENT_CANDLE, .instrument = (gint16) instrument };

  event.candle.interval = TF_HOUR;
  event.candle.candle = (TfCandle) { time, price (open), price (high), price (low), price (close),
                                     { (gint64) (volume * 1e8) } };
  return event;
}

static TfTraderSignal
signal_of (const char *trader,
           const char *symbol,
           gint        side,
           double      quantity,
           TfTime      time)
{
  static guint number;
  TfTraderSignal signal = {
    .source = "test", .side = (gint8) side, .quantity = { llrint (quantity * 1e8) },
    .happened = time, .published = time, .received = time,
  };

  g_strlcpy (signal.trader, trader, sizeof signal.trader);
  g_strlcpy (signal.symbol, symbol, sizeof signal.symbol);
  g_snprintf (signal.id, sizeof signal.id, "n%u", ++number);
  return signal;
}

static TfEvent
signal_event (const TfTraderSignal *signal,
              TfTime                time)
{
  TfEvent event = { .time = time, .type = TF_EVENT_SIGNAL, .instrument = -1 };

  event.signal = signal;
  return event;
}

/* What a stream of candles can do to an engine. */
typedef struct
{
  const char *name;
  double      price;      /* of the first instrument; the others between it and a hundredth */
  double      volatility; /* of a bar */
  double      jumps;      /* share of bars that open far from the close before */
  double      jump;       /* how far, up or down */
  double      holes;      /* share of bars that are missing */
  double      signals;    /* share of bars with a trader's signal */
  gboolean    no_volume;
  double      chaos;      /* share of hours with a random command, and with an event of random bytes */
} Weather;

static const Weather weathers[] = {
  { "calm", 30000, 0.005, 0, 0, 0, 0.05, FALSE },
  { "gaps", 30000, 0.02, 0.02, 0.5, 0.1, 0.1, FALSE },
  { "tiny", 1e-8, 0.05, 0.05, 0.5, 0.05, 0.1, FALSE },
  { "huge", 1e8, 0.01, 0.02, 0.5, 0.05, 0.1, FALSE },
  { "zero-volume", 100, 0.01, 0.01, 0.2, 0.05, 0.1, TRUE },
  { "flat", 100, 0, 0, 0, 0, 0.2, FALSE },
  { "wild", 100, 0.1, 0.02, 0.9999999, 0.05, 0.1, FALSE },
  { "chaos", 30000, 0.01, 0.01, 0.3, 0.1, 0.1, FALSE, 0.2 },
};

/* Whatever a user may click. */
static TfEvent
random_command (const TfConfig *config,
                TfRandom       *random,
                TfTime          time)
{
  TfEvent event = { .time = time, .type = TF_EVENT_COMMAND, .instrument = -1 };

  event.command = (TfCommand) {
    .type = (TfCommandType) (tf_random_next (random) % 7),
    .account = (gint) (tf_random_next (random) % 6) - 2,
    .voter = (gint64) (tf_random_next (random) % (tf_config_n_voters (config) + 2)) - 1,
    .param = (gint) (tf_random_next (random) % 5) - 1,
    .value = 50 * tf_random_uniform (random),
  };
  /* Rearm more often than stop, or nothing is left to look at. */
  if (event.command.type == TF_COMMAND_STOP && tf_random_uniform (random) < 0.8)
    event.command = (TfCommand) { .type = TF_COMMAND_REARM, .account = -1 };
  return event;
}

/* Market data of random bytes: now and then a part of it makes sense. */
static TfEvent
random_event (TfRandom *random,
              TfTime    time)
{
  TfEvent event = { .time = time };
  guint64 words[sizeof event.candle / 8 + 1];

  for (guint k = 0; k < G_N_ELEMENTS (words); k++)
    words[k] = tf_random_next (random) >> (tf_random_next (random) % 64);
  memcpy (&event.candle, words, sizeof event.candle);
  event.type = (guint8) (tf_random_next (random) % (TF_EVENT_CANDLE + 1));
  event.instrument = (gint16) ((gint) (tf_random_next (random) % 14) - 2);
  if (tf_random_uniform (random) < 0.3)
    event.time = (gint64) (tf_random_next (random) >> (tf_random_next (random) % 64));
  /* A print that makes sense has a price from nowhere: such a one the engine has to believe. */
  if (event.type != TF_EVENT_CANDLE)
    event.trade.price.raw = -event.trade.price.raw;
  return event;
}

static Stream *
weather_stream (const Weather    *weather,
                const TfConfig   *config,
                guint64           seed,
                guint             steps)
{
  Stream *self = stream_new ();
  guint n = config->universe->n;
  g_autofree double *prices = g_new (double, n);
  TfRandom random;

  tf_random_seed (&random, seed);
  for (guint i = 0; i < n; i++)
    prices[i] = MAX (weather->price * pow (100, -(double) i / n), 1e-8);
  for (guint k = 0; k < steps; k++)
    {
      TfTime time = START + k * TF_HOUR;

      for (guint i = 0; i < n; i++)
        {
          double open = prices[i], close, high, low;
          TfEvent event;

          if (tf_random_uniform (&random) < weather->jumps)
            open *= tf_random_uniform (&random) < 0.5 ? 1 - weather->jump : 1 / (1 - weather->jump);
          close = open * exp (weather->volatility * tf_random_normal (&random));
          open = CLAMP (open, 1e-8, 9e8);
          prices[i] = close = CLAMP (close, 1e-8, 9e8);
          high = MAX (open, close) * (1 + weather->volatility * tf_random_uniform (&random));
          low = MIN (open, close) * (1 - weather->volatility * tf_random_uniform (&random));
          event = candle_event ((gint) i, time, open, high, MAX (low, 1e-8), close,
                                weather->no_volume ? 0 : 1e6 / open * tf_random_uniform (&random));
          if (tf_random_uniform (&random) >= weather->holes)
            stream_add (self, &event);
        }
      if (tf_random_uniform (&random) < weather->signals * n)
        {
          guint trader = (guint) (tf_random_uniform (&random) * config->n_traders);
          guint i = (guint) (tf_random_uniform (&random) * n);
          TfTraderSignal signal = signal_of (config->traders[trader].id, config->universe->items[i].symbol,
                                             (gint) (tf_random_uniform (&random) * 3) - 1,
                                             1 + 9 * tf_random_uniform (&random), time + TF_HOUR);
          TfEvent event = signal_event (&signal, time + TF_HOUR);

          g_snprintf (signal.id, sizeof signal.id, "%u", k);
          stream_add (self, &event);
        }
      if (tf_random_uniform (&random) < weather->chaos)
        {
          TfEvent one = random_command (config, &random, time + TF_HOUR), other = random_event (&random, time + TF_HOUR);

          stream_add (self, &one);
          stream_add (self, &other);
        }
    }
  return self;
}

/* Ten instruments that fit any price. */
static TfUniverse *
fine_universe (void)
{
  TfUniverse *universe = tf_universe_new_default ();

  for (guint i = 0; i < universe->n; i++)
    universe->items[i].tick.raw = universe->items[i].lot.raw = 1;
  return universe;
}

/* Everything is accepted in full, as far as the limits on exposure allow. */
static TfConfig *
reckless_config (guint64 seed)
{
  g_autoptr (TfUniverse) universe = fine_universe ();
  TfConfig *config = tf_config_new_default ("backtest", universe, TF_HOUR, seed);

  for (guint a = 0; a < config->n_accounts; a++)
    {
      TfLimits *limits = &config->accounts[a].limits;

      config->accounts[a].threshold = 0;
      config->accounts[a].multiplier = 1;
      config->accounts[a].exploration = 0.05;
      limits->base_risk = 0.01;
      limits->kelly_fraction = 1;
      limits->target_volatility = 10;
      limits->max_order = limits->max_position = limits->max_gross = limits->max_net = 10;
      limits->max_leverage = limits->max_cluster = 10;
      limits->max_var = limits->max_daily_loss = 1;
      limits->price_collar = 1;
      limits->stop_guard_count = 1000;
      limits->cooldown = 0;
      limits->low_profit_mean = -10;
      limits->orders_per_minute = 0;
    }
  for (guint t = 0; t < config->n_traders; t++)
    {
      config->traders[t].grade = 'A';
      config->traders[t].trust_mean = 3;
      config->traders[t].trust_sd = 0.1;
    }
  return config;
}

static void
assert_same_journal (const Run *a,
                     const Run *b,
                     guint      n)
{
  g_assert_cmpuint (a->journal.entries->len, >=, n);
  g_assert_cmpuint (b->journal.entries->len, >=, n);
  for (guint k = 0; k < n; k++)
    g_assert_cmpmem (g_array_index (a->journal.entries, Entry, k).hash, TF_HASH_SIZE,
                     g_array_index (b->journal.entries, Entry, k).hash, TF_HASH_SIZE);
}

static TfConfig *
config_of (gconstpointer weather,
           guint64       seed)
{
  return weather == NULL ? demo_config (seed) : reckless_config (seed);
}

static Stream *
stream_of (gconstpointer   weather,
           const TfConfig *config,
           guint64         seed)
{
  return weather == NULL ? demo_stream (seed, 60, 60000) : weather_stream (weather, config, seed, 700);
}

/* --- determinism --- */

static void
test_determinism (gconstpointer weather)
{
  g_autoptr (Run) a = run_new (config_of (weather, 1)), b = run_new (config_of (weather, 1));
  g_autoptr (Run) c = run_new (config_of (weather, 1));
  g_autoptr (Stream) one = stream_of (weather, a->config, 1), two = stream_of (weather, b->config, 1);
  g_autoptr (Stream) other = stream_of (weather, b->config, 2);

  feed_stream (a, one, 0, G_MAXUINT);
  feed_stream (b, two, 0, G_MAXUINT);
  feed_stream (c, other, 0, G_MAXUINT);
  g_assert_cmpuint (a->journal.entries->len, ==, b->journal.entries->len);
  assert_same_journal (a, b, a->journal.entries->len);
  g_assert_cmpmem (tf_engine_get_head (a->engine), TF_HASH_SIZE, tf_engine_get_head (b->engine), TF_HASH_SIZE);
  if (weather == NULL || ((const Weather *) weather)->volatility > 0)
    g_assert_true (memcmp (tf_engine_get_head (a->engine), tf_engine_get_head (c->engine), TF_HASH_SIZE) != 0);
  assert_snapshot (a);
  g_test_message ("%u entries, %u signals, %u fills", a->journal.entries->len, count_kind (a, TF_RECORD_SIGNAL, 0),
                  count_kind (a, TF_RECORD_FILL, 0));
}

static Run *
restored (const Run    *from,
          GByteArray   *state)
{
  Run *self = run_new (tf_config_copy (from->config));
  g_autoptr (GError) error = NULL;

  tf_engine_restore (self->engine, state->data, state->len, &error);
  g_assert_no_error (error);
  self->journal.first = tf_engine_get_seq (self->engine);
  memcpy (self->journal.head, tf_engine_get_head (self->engine), TF_HASH_SIZE);
  self->journal.resumed = TRUE;
  return self;
}

/* A copy made at any moment goes on as the original does. */
static void
test_restore (gconstpointer weather)
{
  g_autoptr (Run) whole = run_new (config_of (weather, 3));
  g_autoptr (Stream) stream = stream_of (weather, whole->config, 3);
  TfRandom random;
  guint at[6];

  tf_random_seed (&random, 99);
  for (guint k = 0; k < G_N_ELEMENTS (at); k++)
    at[k] = (guint) (tf_random_uniform (&random) * stream->events->len);
  feed_stream (whole, stream, 0, G_MAXUINT);
  for (guint k = 0; k < G_N_ELEMENTS (at); k++)
    {
      g_autoptr (GByteArray) state = g_byte_array_new (), again = g_byte_array_new ();
      g_autoptr (Run) first = run_new (config_of (weather, 3)), second = NULL;

      feed_stream (first, stream, 0, at[k]);
      tf_engine_save (first->engine, state);
      second = restored (first, state);
      tf_engine_save (second->engine, again);
      g_assert_cmpmem (state->data, state->len, again->data, again->len);
      if (second->journal.first == 0)
        second->journal.resumed = FALSE;
      feed_stream (second, stream, at[k], G_MAXUINT);
      g_assert_cmpint (tf_engine_get_seq (second->engine), ==, whole->journal.entries->len);
      for (guint e = 0; e < second->journal.entries->len; e++)
        g_assert_cmpmem (g_array_index (second->journal.entries, Entry, e).hash, TF_HASH_SIZE,
                         entry (&whole->journal, second->journal.first + e + 1)->hash, TF_HASH_SIZE);
      g_assert_cmpmem (tf_engine_get_head (second->engine), TF_HASH_SIZE, tf_engine_get_head (whole->engine), TF_HASH_SIZE);
      assert_ledgers (second);
    }
}

static void
test_restore_other (void)
{
  g_autoptr (Run) run = run_new (demo_config (1));
  g_autoptr (GByteArray) state = g_byte_array_new ();
  g_autoptr (TfUniverse) universe = tf_universe_new ();
  g_autoptr (TfConfig) config = NULL;
  g_autoptr (TfEngine) other = NULL;
  TfInstrument instrument;
  GError *error = NULL;

  g_assert_true (tf_instrument_guess ("BTC-USDT", &instrument, NULL));
  tf_universe_add (universe, &instrument);
  config = tf_config_new_default ("demo", universe, TF_MINUTE, 1);
  other = tf_engine_new (config, NULL, NULL);
  tf_engine_save (run->engine, state);
  g_assert_false (tf_engine_restore (other, state->data, state->len, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_false (tf_engine_restore (run->engine, state->data, state->len - 1, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
}

/* --- money --- */

static void
test_money (gconstpointer weather)
{
  for (guint64 seed = 1; seed <= 4; seed++)
    {
      g_autoptr (Run) run = run_new (config_of (weather, seed));
      g_autoptr (Stream) stream = weather == NULL ? demo_stream (seed, 30, 30000)
                                                  : weather_stream (weather, run->config, seed, 500);

      for (guint k = 0; k < stream->events->len; k += 97)
        {
          feed_stream (run, stream, k, k + 97);
          assert_ledgers (run);
        }
      assert_snapshot (run);
      if (weather != NULL && ((const Weather *) weather)->volatility > 0)
        g_assert_cmpuint (count_kind (run, TF_RECORD_FILL, 0), >, 0);
    }
}

/* --- known-at time --- */

/* Whatever happens after a moment, what was written up to it stays. */
static void
test_known_at (gconstpointer weather)
{
  g_autoptr (Run) run = run_new (config_of (weather, 5));
  g_autoptr (Stream) stream = stream_of (weather, run->config, 5);
  TfRandom random;

  tf_random_seed (&random, 5);
  feed_stream (run, stream, 0, G_MAXUINT);
  for (guint round = 0; round < 4; round++)
    {
      g_autoptr (Run) changed = run_new (config_of (weather, 5));
      guint at = (guint) (tf_random_uniform (&random) * stream->events->len), written;
      TfTime last;

      feed_stream (changed, stream, 0, at);
      written = changed->journal.entries->len;
      last = tf_engine_get_time (changed->engine);
      for (guint k = at; k < stream->events->len; k++)
        {
          TfEvent event = g_array_index (stream->events, TfEvent, k);
          double factor = exp (0.1 * tf_random_normal (&random));
          TfCandle *c = &event.candle.candle;

          if (event.type == TF_EVENT_TRADE)
            event.trade.price.raw = MAX ((gint64) ((double) event.trade.price.raw * factor), 1);
          else if (event.type == TF_EVENT_CANDLE)
            {
              c->close.raw = CLAMP ((gint64) ((double) c->close.raw * factor), c->low.raw, c->high.raw);
              c->volume.raw = 0;
            }
          else if (event.type == TF_EVENT_SIGNAL)
            continue;
          feed (changed, &event);
        }
      assert_same_journal (run, changed, written);
      if (written > 0)
        g_assert_cmpint (entry (&changed->journal, written)->time, <=, last);
    }
}

/* History is learned from and nothing else; the first live event opens the journal. */
static void
test_history (void)
{
  g_autoptr (Run) run = run_new (demo_config (1));
  g_autoptr (Stream) stream = demo_stream (1, 500, 500 * 12 + 40000);
  guint k = 0;

  while ((g_array_index (stream->events, TfEvent, k).flags & TF_EVENT_HISTORY) != 0)
    feed (run, &g_array_index (stream->events, TfEvent, k++));
  g_assert_cmpuint (k, >=, 5000);
  g_assert_cmpint (tf_engine_get_seq (run->engine), ==, 0);
  {
    g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, 0);
    guint proposals = 0, resolved = 0;

    g_assert_cmpint (s->fills + s->orders + s->signals + s->bars, ==, 0);
    g_assert_cmpuint (s->n_positions, ==, 0);
    g_assert_cmpuint (s->n_candles, ==, 500);
    for (guint v = 0; v < tf_config_n_voters (run->config); v++)
      {
        proposals += s->voters[v].proposals;
        resolved += s->voters[v].resolved;
      }
    g_assert_cmpuint (proposals, >, 100);
    g_assert_cmpuint (resolved, >, 100);
    for (guint a = 0; a < run->config->n_accounts; a++)
      g_assert_cmpint (s->accounts[a].equity.raw, ==, run->config->accounts[a].capital.raw);
  }
  feed_stream (run, stream, k, G_MAXUINT);
  g_assert_cmpint (entry (&run->journal, 1)->kind, ==, TF_RECORD_SESSION);
  for (guint a = 0; a < run->config->n_accounts; a++)
    {
      g_assert_cmpint (entry (&run->journal, 2 + a)->kind, ==, TF_RECORD_ACCOUNT);
      g_assert_cmpint (entry (&run->journal, 2 + a)->cause, ==, 1);
    }
  /* Everything can vote at once. */
  g_assert_cmpuint (count_kind (run, TF_RECORD_SIGNAL, 0), >, 0);
  assert_snapshot (run);
}

/* --- bad data --- */

#define GOOD_TIME (START + 100 * TF_HOUR)

static void set_trade (TfEvent *e, gint64 raw) { e->type = TF_EVENT_TRADE; e->trade.price.raw = raw; e->trade.quantity.raw = TF_SCALE; }
static void bad_zero (TfEvent *e) { set_trade (e, 0); }
static void bad_negative (TfEvent *e) { set_trade (e, -5 * TF_SCALE); }
static void bad_minimum (TfEvent *e) { set_trade (e, G_MININT64); }
static void bad_saturated (TfEvent *e) { set_trade (e, G_MAXINT64); }
static void bad_quantity (TfEvent *e) { set_trade (e, TF_SCALE); e->trade.quantity.raw = -1; }
static void
bad_crossed (TfEvent *e)
{
  e->type = TF_EVENT_QUOTE;
  e->quote.bid.raw = 101 * TF_SCALE;
  e->quote.ask.raw = 100 * TF_SCALE;
}
static void
bad_wide (TfEvent *e)
{
  e->type = TF_EVENT_QUOTE;
  e->quote.bid.raw = 100 * TF_SCALE;
  e->quote.ask.raw = 100000 * TF_SCALE;
}
static void
bad_bid (TfEvent *e)
{
  e->type = TF_EVENT_QUOTE;
  e->quote.bid.raw = 0;
  e->quote.ask.raw = 100 * TF_SCALE;
}
static void
bad_ask (TfEvent *e)
{
  e->type = TF_EVENT_QUOTE;
  e->quote.bid.raw = 100 * TF_SCALE;
  e->quote.ask.raw = G_MAXINT64;
}
static void bad_instrument (TfEvent *e) { e->instrument = 10; }
static void bad_no_instrument (TfEvent *e) { e->instrument = -1; }
static void bad_far_instrument (TfEvent *e) { e->instrument = G_MININT16; }
static void bad_past (TfEvent *e) { e->time = GOOD_TIME - 1; }
static void bad_long_past (TfEvent *e) { e->time = G_MININT64; }
static void bad_end_of_time (TfEvent *e) { e->time = G_MAXINT64; }
static void bad_open (TfEvent *e) { e->candle.candle.open.raw = 0; }
static void bad_low (TfEvent *e) { e->candle.candle.low.raw = e->candle.candle.high.raw + 1; }
static void bad_high (TfEvent *e) { e->candle.candle.high.raw = G_MAXINT64; }
static void bad_volume (TfEvent *e) { e->candle.candle.volume.raw = -1; }
static void bad_interval (TfEvent *e) { e->candle.interval = TF_DAY; }
static void bad_no_interval (TfEvent *e) { e->candle.interval = 0; }
static void bad_negative_interval (TfEvent *e) { e->candle.interval = G_MININT64; }
static void bad_unfinished (TfEvent *e) { e->candle.candle.time += TF_MINUTE; }
static void bad_candle_time (TfEvent *e) { e->candle.candle.time = G_MAXINT64 - 1; }
static void bad_repeated (TfEvent *e) { e->time = GOOD_TIME; e->candle.candle.time = GOOD_TIME - TF_HOUR; }
static void bad_unsorted (TfEvent *e) { e->candle.candle.time = GOOD_TIME - 2 * TF_HOUR; }
static void bad_history (TfEvent *e) { e->flags = TF_EVENT_HISTORY; }

static const struct { const char *name; void (*spoil) (TfEvent *event); } bads[] = {
  { "zero", bad_zero }, { "negative", bad_negative }, { "minimum", bad_minimum }, { "saturated", bad_saturated },
  { "quantity", bad_quantity }, { "crossed", bad_crossed }, { "wide", bad_wide }, { "bid", bad_bid }, { "ask", bad_ask },
  { "instrument", bad_instrument }, { "no-instrument", bad_no_instrument }, { "far-instrument", bad_far_instrument },
  { "past", bad_past }, { "long-past", bad_long_past }, { "end-of-time", bad_end_of_time }, { "open", bad_open },
  { "low", bad_low }, { "high", bad_high }, { "volume", bad_volume }, { "interval", bad_interval },
  { "no-interval", bad_no_interval }, { "negative-interval", bad_negative_interval }, { "unfinished", bad_unfinished },
  { "candle-time", bad_candle_time }, { "repeated", bad_repeated }, { "unsorted", bad_unsorted },
  { "history", bad_history },
};

/* One FAULT entry, and a state that is what it was but for the counters and the journal's head. */
static void
assert_refused (Run           *run,
                const TfEvent *event)
{
  g_autoptr (GByteArray) before = g_byte_array_new (), after = g_byte_array_new ();
  gsize differing = 0, first = G_MAXSIZE, last = 0;
  guint entries = run->journal.entries->len;

  tf_engine_save (run->engine, before);
  tf_engine_process (run->engine, event);
  tf_engine_save (run->engine, after);
  g_assert_cmpuint (run->journal.entries->len, ==, entries + 1);
  g_assert_cmpint (entry (&run->journal, entries + 1)->kind, ==, TF_RECORD_FAULT);
  g_assert_cmpstr (entry (&run->journal, entries + 1)->reason, !=, "");
  g_assert_cmpuint (before->len, ==, after->len);
  for (gsize k = 0; k < before->len; k++)
    if (before->data[k] != after->data[k])
      {
        differing++;
        first = MIN (first, k);
        last = k;
      }
  g_assert_cmpuint (differing, <=, TF_HASH_SIZE + 4);
  g_assert_cmpuint (last - first, <, 256);
}

static void
test_bad_data (gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data);
  g_autoptr (Run) run = run_new (reckless_config (1));
  g_autoptr (Stream) stream = weather_stream (&weathers[0], run->config, 1, 100);
  TfEvent event = candle_event (0, GOOD_TIME, 100, 110, 90, 105, 10);

  feed_stream (run, stream, 0, G_MAXUINT);
  g_assert_cmpint (tf_engine_get_time (run->engine), ==, GOOD_TIME);
  bads[row].spoil (&event);
  assert_refused (run, &event);
  /* And it goes on. */
  event = candle_event (0, GOOD_TIME, 100, 110, 90, 105, 10);
  feed (run, &event);
  g_assert_cmpint (tf_engine_get_time (run->engine), ==, GOOD_TIME + TF_HOUR);
}

/* --- traders' signals --- */

#define TRADER "planb"
#define NOW (START + 60 * TF_HOUR)

static Run *
signal_run (void)
{
  Run *run = run_new (reckless_config (7));
  g_autoptr (Stream) stream = weather_stream (&weathers[0], run->config, 7, 60);

  for (guint k = 0; k < stream->events->len; k++)
    if (g_array_index (stream->events, TfEvent, k).type == TF_EVENT_CANDLE)
      feed (run, &g_array_index (stream->events, TfEvent, k));
  g_assert_cmpint (tf_engine_get_time (run->engine), ==, NOW);
  return run;
}

/* Candles of all instruments at the last prices. */
static void
pass_hour (Run   *run,
           double factor)
{
  TfTime time = tf_engine_get_time (run->engine);
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);

  for (guint i = 0; i < run->config->universe->n; i++)
    {
      double p = tf_price_double (s->quotes[i].last) * factor;
      TfEvent event = candle_event ((gint) i, time, p, p, p, p, 1e9);

      feed (run, &event);
    }
}

static void
send (Run            *run,
      TfTraderSignal *signal)
{
  TfEvent event = signal_event (signal, tf_engine_get_time (run->engine));

  feed (run, &event);
}

/* The verdicts on the last signal are of this kind in all accounts. */
static void
assert_verdicts (const Run  *run,
                 TfVerdict   verdict,
                 const char *reason)
{
  guint n = 0;

  for (guint k = run->journal.entries->len; k > 0; k--)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k - 1);

      if (e->kind == TF_RECORD_SIGNAL)
        break;
      if (e->kind != TF_RECORD_VERDICT)
        continue;
      g_assert_cmpstr (tf_verdict_name ((TfVerdict) e->code), ==, tf_verdict_name (verdict));
      if (reason != NULL)
        g_assert_cmpstr (e->reason, ==, reason);
      n++;
    }
  g_assert_cmpuint (n, ==, run->config->n_accounts);
}

/* The verdict of one account on the last signal. */
static TfVerdict
verdict_of (const Run *run,
            guint      account)
{
  for (guint k = run->journal.entries->len; k > 0; k--)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k - 1);

      g_assert_cmpint (e->kind, !=, TF_RECORD_SIGNAL);
      if (e->kind == TF_RECORD_VERDICT && strcmp (e->account, run->config->accounts[account].id) == 0)
        return (TfVerdict) e->code;
    }
  g_assert_not_reached ();
}

/* Whether an account acts on the last signal. */
static gboolean
taken_by (const Run *run,
          guint      account)
{
  TfVerdict verdict = verdict_of (run, account);

  return verdict == TF_VERDICT_ACCEPTED || verdict == TF_VERDICT_RESIZED;
}

static gint64
held_by (const Run  *run,
         guint       account,
         const char *voter,
         const char *symbol)
{
  g_autofree char *key = g_strdup_printf ("%s %s %s", run->config->accounts[account].id, voter, symbol);

  return GPOINTER_TO_SIZE (g_hash_table_lookup (run->journal.held, key));
}

static void
test_signal_refusals (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of ("nobody", "BTC-USDT", 1, 1, NOW), again;

  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_BLOCKED, "unknown-trader");
  signal = signal_of (TRADER, "NOPE-USDT", 1, 1, NOW);
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_UNMAPPED, NULL);
  again = signal_of (TRADER, "BTC-USDT", 1, 1, NOW);
  send (run, &again);
  g_assert_true (taken_by (run, 1));
  send (run, &again);
  assert_verdicts (run, TF_VERDICT_DUPLICATE, NULL);
  signal = signal_of (TRADER, "ETH-USDT", 1, 1, NOW);
  signal.happened = NOW + 1000;
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_REJECTED, "from-the-future");
  signal = signal_of (TRADER, "ETH-USDT", 1, 1, NOW);
  signal.published = NOW + TF_DAY;
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_REJECTED, "from-the-future");
  signal = signal_of (TRADER, "ETH-USDT", 1, 1, NOW - 30 * TF_DAY);
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_STALE, "too-old");
  signal = signal_of (TRADER, "SOL-USDT", 1, 1, NOW);
  signal.quantity.raw = -1;
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_REJECTED, NULL);
  signal = signal_of (TRADER, "SOL-USDT", 1, 1, NOW);
  signal.price.raw = 1;
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_REJECTED, "too-far");
  signal = signal_of (TRADER, "LINK-USDT", 0, 0, NOW);
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_REJECTED, "nothing-to-do");
  g_assert_cmpuint (count_kind (run, TF_RECORD_FAULT, 0), ==, 0);
  assert_snapshot (run);
}

static TfEvent
command_event (Run           *run,
               TfCommandType  type,
               gint           account,
               gint64         voter,
               gint           param,
               double         value)
{
  TfEvent event = { .time = tf_engine_get_time (run->engine), .type = TF_EVENT_COMMAND, .instrument = -1 };

  event.command = (TfCommand) { type, account, voter, param, value };
  return event;
}

static void
command (Run           *run,
         TfCommandType  type,
         gint           account,
         gint64         voter)
{
  TfEvent event = command_event (run, type, account, voter, 0, 0);

  feed (run, &event);
}

static void
test_follow (void)
{
  g_autoptr (Run) run = signal_run ();
  gint64 voter = run->config->n_bots + tf_config_find_trader (run->config, TRADER);
  TfTraderSignal signal;

  command (run, TF_COMMAND_UNFOLLOW, 1, voter);
  signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);
  send (run, &signal);
  g_assert_cmpint (verdict_of (run, 1), ==, TF_VERDICT_BLOCKED);
  g_assert_true (taken_by (run, 2));
  pass_hour (run, 1);
  g_assert_cmpint (held_by (run, 1, TRADER, "BTC-USDT"), ==, 0);
  g_assert_cmpint (held_by (run, 2, TRADER, "BTC-USDT"), >, 0);
  command (run, TF_COMMAND_UNFOLLOW, -1, voter);
  signal = signal_of (TRADER, "ETH-USDT", 1, 10, tf_engine_get_time (run->engine));
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_BLOCKED, "not-followed");
  /* What is held of it still leaves with its trader. */
  signal = signal_of (TRADER, "BTC-USDT", 0, 0, tf_engine_get_time (run->engine));
  send (run, &signal);
  g_assert_true (taken_by (run, 2));
  pass_hour (run, 1);
  g_assert_cmpint (held_by (run, 2, TRADER, "BTC-USDT"), ==, 0);
  command (run, TF_COMMAND_FOLLOW, 1, voter);
  signal = signal_of (TRADER, "SOL-USDT", 1, 10, tf_engine_get_time (run->engine));
  send (run, &signal);
  g_assert_cmpint (verdict_of (run, 0), ==, TF_VERDICT_BLOCKED);
  g_assert_true (taken_by (run, 1));
  assert_snapshot (run);
}

static void
test_copy_target (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);
  gint64 before[3];

  send (run, &signal);
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpint (before[a] = held_by (run, a, TRADER, "BTC-USDT"), >, 0);
  /* 10 → 6, twice in the same hour a half of the rest: 6 → 3 → 1.5 */
  signal = signal_of (TRADER, "BTC-USDT", -1, 4, tf_engine_get_time (run->engine));
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_ACCEPTED, "reduce");
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpfloat_with_epsilon ((double) held_by (run, a, TRADER, "BTC-USDT"), 0.6 * (double) before[a], 2);
  signal = signal_of (TRADER, "BTC-USDT", -1, 3, tf_engine_get_time (run->engine));
  send (run, &signal);
  signal = signal_of (TRADER, "BTC-USDT", -1, 1.5, tf_engine_get_time (run->engine));
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_ACCEPTED, "reduce");
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpfloat_with_epsilon ((double) held_by (run, a, TRADER, "BTC-USDT"), 0.15 * (double) before[a], 4);
  /* A reduction and a turn in the same hour: out of all, then the other side. */
  signal = signal_of (TRADER, "BTC-USDT", -1, 0.5, tf_engine_get_time (run->engine));
  send (run, &signal);
  signal = signal_of (TRADER, "BTC-USDT", -1, 3, tf_engine_get_time (run->engine));
  send (run, &signal);
  g_assert_cmpint (verdict_of (run, 0), ==, TF_VERDICT_BLOCKED); /* long only */
  g_assert_true (taken_by (run, 1));
  pass_hour (run, 1);
  g_assert_cmpint (held_by (run, 0, TRADER, "BTC-USDT"), ==, 0);
  g_assert_cmpint (held_by (run, 1, TRADER, "BTC-USDT"), <, 0);
  g_assert_cmpint (held_by (run, 2, TRADER, "BTC-USDT"), <, 0);
  /* And back to nothing. */
  signal = signal_of (TRADER, "BTC-USDT", 0, 0, tf_engine_get_time (run->engine));
  send (run, &signal);
  g_assert_cmpint (verdict_of (run, 0), ==, TF_VERDICT_REJECTED);
  g_assert_true (taken_by (run, 1));
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpint (held_by (run, a, TRADER, "BTC-USDT"), ==, 0);
  assert_snapshot (run);
}

/* An entry that works has not met the market: who closes before never enters. */
static void
test_copy_withdrawn (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);

  send (run, &signal);
  g_assert_true (taken_by (run, 1));
  signal = signal_of (TRADER, "BTC-USDT", 0, 0, NOW);
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_ACCEPTED, "close");
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpint (held_by (run, a, TRADER, "BTC-USDT"), ==, 0);
  assert_snapshot (run);
}

/* --- the emergency stop --- */

/* All accounts hold something, and something more is on its way. */
static Run *
busy_run (void)
{
  Run *run = signal_run ();
  static const char *const symbols[] = { "BTC-USDT", "ETH-USDT", "SOL-USDT" };

  for (guint k = 0; k < 3; k++)
    {
      TfTraderSignal signal = signal_of (run->config->traders[k].id, symbols[k], 1, 10, tf_engine_get_time (run->engine));

      send (run, &signal);
      if (k < 2)
        pass_hour (run, 1.001);
    }
  for (guint a = 0; a < 3; a++)
    {
      g_assert_cmpint (held_by (run, a, run->config->traders[0].id, "BTC-USDT"), >, 0);
      g_assert_cmpint (held_by (run, a, run->config->traders[2].id, "SOL-USDT"), ==, 0);
    }
  return run;
}

static guint
positions_of (const Run *run,
              guint      account)
{
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
  guint n = 0;

  for (guint k = 0; k < s->n_positions; k++)
    n += s->positions[k].account == account;
  g_assert_cmpuint (n, ==, s->accounts[account].positions);
  return n;
}

static guint
open_orders_of (const Run  *run,
                const char *account)
{
  guint n = 0;

  for (guint k = 0; k < run->journal.entries->len; k++)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k);

      n += e->kind == TF_RECORD_ORDER && strcmp (e->account, account) == 0
           && g_hash_table_contains (run->journal.orders, GSIZE_TO_POINTER (e->ref));
    }
  return n;
}

static void
test_stop (gconstpointer data)
{
  gint account = GPOINTER_TO_INT (data);
  g_autoptr (Run) run = busy_run (), survivor = NULL;
  g_autoptr (GByteArray) state = g_byte_array_new ();
  TfTraderSignal signal;
  guint entries = run->journal.entries->len;

  command (run, TF_COMMAND_STOP, account, 0);
  for (gint a = 0; a < 3; a++)
    {
      gboolean stopped = account < 0 || a == account;

      if (stopped)
        {
          g_assert_cmpuint (positions_of (run, (guint) a), ==, 0);
          g_assert_cmpuint (open_orders_of (run, run->config->accounts[a].id), ==, 0);
        }
      else
        {
          g_assert_cmpuint (positions_of (run, (guint) a), >=, 2);
          g_assert_cmpuint (open_orders_of (run, run->config->accounts[a].id), >=, 3);
        }
      /* What another account has on its way meets the market with the market's next event, not now. */
      for (guint k = entries; k < run->journal.entries->len && !stopped; k++)
        g_assert_cmpstr (g_array_index (run->journal.entries, Entry, k).account, !=, run->config->accounts[a].id);
    }
  assert_snapshot (run);

  signal = signal_of (run->config->traders[3].id, "XRP-USDT", 1, 10, tf_engine_get_time (run->engine));
  send (run, &signal);
  for (gint a = 0; a < 3; a++)
    if (account < 0 || a == account)
      g_assert_cmpint (verdict_of (run, (guint) a), ==, TF_VERDICT_BLOCKED);
    else
      g_assert_true (taken_by (run, (guint) a));

  /* It survives a restart, and hours of market. */
  tf_engine_save (run->engine, state);
  survivor = restored (run, state);
  for (guint k = 0; k < 50; k++)
    {
      pass_hour (run, k % 2 == 0 ? 1.02 : 0.99);
      pass_hour (survivor, k % 2 == 0 ? 1.02 : 0.99);
      /* The other accounts go on: what they had on its way has met the market now. */
      for (gint a = 0; a < 3 && k == 0; a++)
        if (account >= 0 && a != account)
          g_assert_cmpint (held_by (run, (guint) a, run->config->traders[2].id, "SOL-USDT"), >, 0);
    }
  signal = signal_of (run->config->traders[4].id, "ADA-USDT", 1, 10, tf_engine_get_time (run->engine));
  send (run, &signal);
  send (survivor, &signal);
  for (gint a = 0; a < 3; a++)
    if (account < 0 || a == account)
      {
        g_assert_cmpint (verdict_of (run, (guint) a), ==, TF_VERDICT_BLOCKED);
        g_assert_cmpuint (positions_of (run, (guint) a), ==, 0);
      }
  g_assert_cmpmem (tf_engine_get_head (run->engine), TF_HASH_SIZE, tf_engine_get_head (survivor->engine), TF_HASH_SIZE);

  /* By hand, and only by hand, it goes on. */
  command (run, TF_COMMAND_REARM, account, 0);
  signal = signal_of (run->config->traders[5].id, "DOGE-USDT", 1, 10, tf_engine_get_time (run->engine));
  send (run, &signal);
  for (gint a = 0; a < 3; a++)
    if (account < 0 || a == account)
      g_assert_true (taken_by (run, (guint) a));
  {
    g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);

    g_assert_cmpint (s->state, ==, TF_STATE_ACTIVE);
    for (guint a = 0; a < 3; a++)
      g_assert_cmpint (s->accounts[a].state, ==, TF_STATE_ACTIVE);
    for (guint k = 0; k < s->n_alerts; k++)
      g_assert_cmpint (s->alerts[k].kind, !=, TF_ALERT_EMERGENCY);
  }
  assert_snapshot (run);
}

/* A stop that comes late by the clock is still a stop. */
static void
test_stop_late (void)
{
  g_autoptr (Run) run = busy_run ();
  TfEvent event = command_event (run, TF_COMMAND_STOP, -1, 0, 0, 0);

  event.time = START;
  feed (run, &event);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpuint (positions_of (run, a), ==, 0);
  g_assert_cmpuint (g_hash_table_size (run->journal.orders), ==, 0);
}

/* The system's stop does not end with one account's re-arming. */
static void
test_stop_system_rearm_account (void)
{
  g_autoptr (Run) run = busy_run ();
  TfTraderSignal signal;

  command (run, TF_COMMAND_STOP, -1, 0);
  command (run, TF_COMMAND_REARM, 1, 0);
  signal = signal_of (run->config->traders[3].id, "XRP-USDT", 1, 10, tf_engine_get_time (run->engine));
  send (run, &signal);
  assert_verdicts (run, TF_VERDICT_BLOCKED, "halted");
}

/* --- drawdown --- */

typedef struct { const char *name; double bleed, gap; guint hours; gint side; } Crash;

static const Crash crashes[] = {
  { "bleed", 0.002, 0, 400, 1 },
  { "fast-bleed", 0.01, 0, 120, 1 },
  { "gap-10", 0, 0.10, 10, 1 },
  { "gap-25", 0, 0.25, 10, 1 },
  { "gap-up-25", 0, 0.25, 10, -1 },
  { "bleed-then-gap-25", 0.004, 0.25, 12, 1 },
  { "squeeze", -0.004, 0, 200, -1 },
  { "gap-60", 0, 0.60, 10, 1 },
};

/* The journal says when the account was flattened, and which alert led to it. */
static void
assert_drawdown_entries (const Run *run,
                         guint      account)
{
  guint n = 0;

  for (guint k = 0; k < run->journal.entries->len; k++)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k), *cause;

      if (e->kind != TF_RECORD_STATE || e->code != TF_STATE_FLATTENING
          || strcmp (e->account, run->config->accounts[account].id) != 0)
        continue;
      cause = entry (&run->journal, e->cause);
      g_assert_cmpstr (e->reason, ==, "drawdown");
      g_assert_cmpint (cause->kind, ==, TF_RECORD_ALERT);
      g_assert_cmpint (cause->code, ==, TF_SEVERITY_CRITICAL);
      g_assert_cmpint (cause->limit, ==, 12 * TF_SCALE / 100);
      g_assert_cmpint (cause->value, >=, cause->limit);
      n++;
    }
  g_assert_cmpuint (n, ==, 1);
}

/* Accounts are as full as their limits allow; then it happens. */
static void
test_drawdown (gconstpointer data)
{
  const Crash *crash = data;

  for (guint64 seed = 1; seed <= 6; seed++)
    {
      g_autoptr (Run) run = run_new (reckless_config (seed));
      g_autoptr (Stream) stream = weather_stream (&weathers[0], run->config, seed, 120);
      g_autoptr (TfSnapshot) full = NULL, s = NULL;
      double deepest = 0;

      feed_stream (run, stream, 0, G_MAXUINT);
      for (guint k = 0; k < 40; k++)
        {
          TfTraderSignal signal = signal_of (run->config->traders[k % 20].id,
                                             run->config->universe->items[(k * 7 + k / 10) % 10].symbol, crash->side, 10,
                                             tf_engine_get_time (run->engine));

          send (run, &signal);
          if (k % 5 == 4)
            pass_hour (run, 1);
        }
      full = tf_engine_snapshot (run->engine, -1);
      for (guint a = crash->side > 0 ? 0 : 1; a < 3; a++)
        {
          const TfAccountView *account = &full->accounts[a];
          double equity = tf_money_double (account->equity);

          g_assert_cmpfloat (account->gross, >, 0.3);
          /* A sudden gap never costs more than what is left to 15 %. */
          g_assert_cmpfloat (account->gap, <=, 1 - 0.85 * tf_money_double (account->peak) / equity);
        }
      for (guint k = 0; k < crash->hours; k++)
        pass_hour (run, 1 - crash->bleed);
      if (crash->gap > 0)
        pass_hour (run, crash->side > 0 ? 1 - crash->gap : 1 + crash->gap);
      for (guint k = 0; k < 5; k++)
        pass_hour (run, 1);
      s = tf_engine_snapshot (run->engine, -1);
      for (guint a = 0; a < 3; a++)
        {
          const TfAccountView *account = &s->accounts[a];

          deepest = MAX (deepest, account->max_drawdown);
          if (crash->gap <= 0.25)
            g_assert_cmpfloat (account->max_drawdown, <=, 0.15);
          if (account->max_drawdown >= 0.12)
            {
              TfTraderSignal signal = signal_of (run->config->traders[0].id, "LINK-USDT", 1, 10,
                                                 tf_engine_get_time (run->engine));

              /* It is a latch: flat, halted, with its reason, and no way back but by hand. */
              assert_drawdown_entries (run, a);
              g_assert_cmpint (account->state, ==, TF_STATE_HALTED);
              g_assert_cmpuint (account->positions, ==, 0);
              send (run, &signal);
              g_assert_false (taken_by (run, a));
              command (run, TF_COMMAND_REARM, (gint) a, 0);
              signal = signal_of (run->config->traders[19].id, "LINK-USDT", 1, 10, tf_engine_get_time (run->engine));
              send (run, &signal);
              g_assert_true (taken_by (run, a));
            }
        }
      assert_snapshot (run);
      g_test_message ("seed %u: deepest drawdown %.4f", (guint) seed, deepest);
    }
}

/* The last position leaves with a loss in a gap: the drawdown is seen at once, with nothing held any more. */
static void
test_drawdown_flat (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);
  g_autoptr (TfSnapshot) s = NULL;

  send (run, &signal);
  pass_hour (run, 1);
  pass_hour (run, 0.7);
  s = tf_engine_snapshot (run->engine, -1);
  for (guint a = 0; a < 3; a++)
    {
      double lost = 1 - tf_money_double (s->accounts[a].equity) / tf_money_double (s->accounts[a].peak);

      g_assert_cmpuint (positions_of (run, a), ==, 0);
      g_assert_cmpfloat (lost, >, 0.02);
      g_assert_cmpfloat_with_epsilon (s->accounts[a].drawdown, lost, 1e-9);
      g_assert_cmpfloat (s->accounts[a].max_drawdown, >=, lost - 1e-9);
    }
}

/* --- a strategy of the tests' own --- */

enum { SIDE, STOP, TARGET, TRAIL, HORIZON, EVERY, N_MINE };

typedef struct { double params[N_MINE]; guint bars; } Mine;

static const TfParam my_params[] = {
  { "side", -1, 1, 1 }, { "stop", 0.0001, 1, 0.01 }, { "target", 0, 10, 0.01 },
  { "trail", 0, 1, 0 }, { "horizon", 1, 1000, 2 }, { "every", 1, 1000, 1 }, { NULL },
};

static guint my_warmup (const double *params) { return 0; }

static void
my_init (gpointer      state,
         const double *params)
{
  memcpy (((Mine *) state)->params, params, sizeof ((Mine *) state)->params);
}

static void
my_bar (gpointer               state,
        const TfStrategyInput *in,
        TfVote                *vote)
{
  Mine *self = state;
  const double *p = self->params;
  double close = in->bar->close;

  *vote = (TfVote) { .stance = p[SIDE] };
  if (self->bars++ % (guint) p[EVERY] != 0)
    return;
  vote->direction = (gint) p[SIDE];
  vote->stop = close * (1 - p[SIDE] * p[STOP]);
  vote->target = p[TARGET] > 0 ? close * (1 + p[SIDE] * p[TARGET]) : 0;
  vote->trail = p[TRAIL];
  vote->horizon = (guint) p[HORIZON];
}

static const TfStrategy my_strategy = {
  .id = "mine", .title = "", .summary = "", .params = my_params, .warmup = my_warmup, .state_size = sizeof (Mine),
  .init = my_init, .on_bar = my_bar,
};

/* One instrument, one bot. */
static TfConfig *
my_config (const double params[N_MINE])
{
  g_autoptr (TfUniverse) universe = tf_universe_new ();
  TfInstrument instrument = { .symbol = "X-USDT", .tick = { 1 }, .lot = { 1 }, .taker_ppm = 100, .spread_ppm = 50 };
  TfConfig *config;

  tf_universe_add (universe, &instrument);
  config = tf_config_new_default ("backtest", universe, TF_HOUR, 1);
  config->n_bots = 1;
  config->bots[0].strategy = &my_strategy;
  memcpy (config->bots[0].params, params, N_MINE * sizeof (double));
  return config;
}

/* --- outcomes --- */

typedef struct
{
  const char *name;
  double      params[N_MINE];
  double      bars[6][4]; /* after a first one that closes at 100: open, high, low, close */
  const char *reason;
  double      exit, entry; /* by hand */
} Outcome;

static const Outcome outcomes[] = {
  { "target", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 101, 99.5, 100.5 }, { 100.5, 103, 100, 102 } }, "target", 102, 100 },
  { "stop", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 101, 99.5, 100.5 }, { 100, 100, 98, 99 } }, "stop", 99, 100 },
  { "stop-first", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 105, 95, 104 } }, "stop", 99, 100 },
  { "gap-through-stop", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100, 99.5, 100 }, { 97, 98, 96, 97 } }, "stop", 97, 100 },
  { "gap-through-target", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100, 99.5, 100 }, { 105, 106, 104, 105 } }, "target", 105, 100 },
  { "touched-target", { 1, 0.01, 0.02, 0, 3, 1000 }, { { 100, 102, 99.5, 101 }, { 101, 101, 101, 101 }, { 101, 101, 100, 100.5 } }, "time", 100.5, 100 },
  { "time", { 1, 0.01, 0.02, 0, 2, 1000 }, { { 100.2, 101, 99.5, 100.5 }, { 100.5, 101, 100, 100.7 } }, "time", 100.7, 100.2 },
  { "entry-at-open", { 1, 0.01, 0.02, 0, 2, 1000 }, { { 101, 101.5, 100, 101 }, { 101, 103, 101, 103 } }, "target", 102, 101 },
  { "opens-beyond-stop", { 1, 0.01, 0.02, 0, 2, 1000 }, { { 98, 101, 97, 100 } }, "stop", 98, 98 },
  { "trail", { 1, 0.01, 0, 0.01, 10, 1000 }, { { 100, 105, 100, 104.5 }, { 104, 104, 103, 103 } }, "stop", 103.95, 100 },
  { "trail-after-the-bar", { 1, 0.01, 0, 0.01, 10, 1000 }, { { 100, 105, 100, 101 }, { 101, 101, 101, 101 } }, "stop", 101, 100 },
  { "trail-never-back", { 1, 0.01, 0, 0.05, 10, 1000 }, { { 100, 101, 99.5, 100 }, { 99, 99, 98, 98 } }, "stop", 99, 100 },
  { "short-target", { -1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100.5, 99.5, 99.5 }, { 99, 99, 97, 97 } }, "target", 98, 100 },
  { "short-stop", { -1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100.5, 99.5, 99.5 }, { 100, 103, 97, 100 } }, "stop", 101, 100 },
  { "short-gap", { -1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100.5, 99.5, 99.5 }, { 104, 104, 103, 103 } }, "stop", 104, 100 },
  { "short-trail", { -1, 0.02, 0, 0.01, 10, 1000 }, { { 100, 100, 90, 90.5 }, { 90.5, 92, 90.5, 92 } }, "stop", 90.9, 100 },
  { "worst", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100, 99.5, 100 }, { 50, 50, 50, 50 } }, "stop", 95, 100 },
};

static void
test_outcome (gconstpointer data)
{
  const Outcome *row = data;
  g_autoptr (Run) run = run_new (my_config (row->params));
  TfEvent event = candle_event (0, START, 100, 100, 100, 100, 1000);
  double risk = 100 * row->params[STOP], cost = 100 * (2 * 100 + 50) * 1e-6 / risk;
  guint found = 0;

  feed (run, &event);
  for (guint k = 0; k < 6 && row->bars[k][0] > 0; k++)
    {
      const double *b = row->bars[k];

      event = candle_event (0, START + (k + 1) * TF_HOUR, b[0], b[1], b[2], b[3], 1000);
      feed (run, &event);
    }
  for (guint k = 0; k < run->journal.entries->len; k++)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k);

      if (e->kind != TF_RECORD_OUTCOME)
        continue;
      g_assert_cmpstr (e->reason, ==, row->reason);
      g_assert_cmpint (e->code, ==, (gint) row->params[SIDE]);
      g_assert_cmpfloat_with_epsilon ((double) e->value / 1e8,
                                      row->params[SIDE] * (row->exit - row->entry) / risk - cost, 1e-7);
      found++;
    }
  g_assert_cmpuint (found, ==, 1);
}

/* --- benched bots --- */

/* A bot that buys falling prices is benched with a reason, and is back when prices rise. */
static void
test_bench (void)
{
  const double params[N_MINE] = { 1, 0.01, 0.01, 0, 20, 1 };
  g_autoptr (Run) run = run_new (my_config (params));
  guint benched = 0, back = 0, entries_benched = 0;
  gboolean on_bench = FALSE;
  double p = 1000;
  TfRandom random;

  tf_random_seed (&random, 1);
  for (guint k = 0; k < 1500; k++)
    {
      double drift = k < 500 ? -0.01 : 0.01, close = p * (1 + drift + 0.004 * tf_random_normal (&random));
      TfEvent event = candle_event (0, START + k * TF_HOUR, p, MAX (p, close) * 1.001, MIN (p, close) * 0.999, close, 1e6);

      feed (run, &event);
      p = close;
    }
  for (guint k = 0; k < run->journal.entries->len; k++)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k);

      if (e->kind == TF_RECORD_STATE && strcmp (e->origin, run->config->bots[0].id) == 0)
        {
          on_bench = e->code == TF_STATE_CLOSE_ONLY;
          benched += on_bench;
          back += e->code == TF_STATE_ACTIVE;
          g_assert_cmpstr (e->reason, ==, on_bench ? "edge-lost" : "edge-back");
          g_assert_cmpint (entry (&run->journal, e->cause)->kind, ==, TF_RECORD_OUTCOME);
        }
      if (on_bench && e->kind == TF_RECORD_VERDICT)
        {
          g_assert_cmpint (e->code, ==, TF_VERDICT_BLOCKED);
          g_assert_cmpstr (e->reason, ==, "benched");
          entries_benched++;
        }
    }
  g_assert_cmpuint (benched, ==, 1);
  g_assert_cmpuint (back, ==, 1);
  g_assert_cmpuint (entries_benched, >, 0);
  assert_snapshot (run);
}

/* --- commands --- */

static const struct { const char *name; TfCommand command; } bad_commands[] = {
  { "account", { TF_COMMAND_STOP, 3, 0, 0, 0 } },
  { "account-below", { TF_COMMAND_STOP, -2, 0, 0, 0 } },
  { "follow-bot", { TF_COMMAND_FOLLOW, -1, 3, 0, 0 } },
  { "follow-nobody", { TF_COMMAND_FOLLOW, -1, 40, 0, 0 } },
  { "follow-negative", { TF_COMMAND_UNFOLLOW, -1, -1, 0, 0 } },
  { "follow-far", { TF_COMMAND_UNFOLLOW, -1, G_MAXINT64, 0, 0 } },
  { "param-of-trader", { TF_COMMAND_SET_PARAM, -1, 25, 0, 1 } },
  { "param-negative", { TF_COMMAND_SET_PARAM, -1, 0, -1, 1 } },
  { "param-beyond", { TF_COMMAND_SET_PARAM, -1, 0, 99, 1 } },
  { "param-nan", { TF_COMMAND_SET_PARAM, -1, 0, 0, NAN } },
  { "param-large", { TF_COMMAND_SET_PARAM, -1, 0, 0, 1e30 } },
  { "param-small", { TF_COMMAND_SET_PARAM, -1, 0, 0, -1e30 } },
  { "type", { (TfCommandType) 77, -1, 0, 0, 0 } },
};

static void
test_bad_command (gconstpointer data)
{
  g_autoptr (Run) run = busy_run ();
  TfEvent event = command_event (run, TF_COMMAND_STOP, -1, 0, 0, 0);

  event.command = bad_commands[GPOINTER_TO_SIZE (data)].command;
  assert_refused (run, &event);
}

/* A command's entry says how many market events were before it. */
static void
test_command_place (void)
{
  g_autoptr (Run) run = signal_run ();
  gint64 events = tf_engine_get_events (run->engine);
  const Entry *e;

  command (run, TF_COMMAND_UNFOLLOW, 1, 22);
  command (run, TF_COMMAND_FOLLOW, 1, 22);
  g_assert_cmpint (tf_engine_get_events (run->engine), ==, events);
  for (guint k = 0; k < 2; k++)
    {
      e = entry (&run->journal, run->journal.entries->len - 1 + k);
      g_assert_cmpint (e->kind, ==, TF_RECORD_COMMAND);
      g_assert_cmpint (e->ref, ==, events);
      g_assert_cmpint (e->quantity, ==, 22);
      g_assert_cmpint (e->limit, ==, 1);
      g_assert_cmpstr (e->reason, ==, k == 0 ? "unfollow" : "follow");
    }
}

/* A parameter set to what it is changes nothing: the warm-up sees what the bot had seen. */
static void
test_set_param (gconstpointer data)
{
  gboolean demo = data != NULL;
  g_autoptr (Run) run = run_new (demo ? demo_config (1) : reckless_config (1));
  g_autoptr (Stream) stream = demo ? demo_stream (1, 60, 20000) : weather_stream (&weathers[0], run->config, 1, 400);

  feed_stream (run, stream, 0, G_MAXUINT);
  for (guint b = 0; b < run->config->n_bots; b++)
    {
      g_autoptr (TfSnapshot) before = tf_engine_snapshot (run->engine, -1), after = NULL;
      TfEvent event = command_event (run, TF_COMMAND_SET_PARAM, -1, b, 0, run->config->bots[b].params[0]);

      feed (run, &event);
      after = tf_engine_snapshot (run->engine, -1);
      if (before->voters[b].stance != after->voters[b].stance)
        g_error ("%s: stance %g, before %g", run->config->bots[b].id, (double) after->voters[b].stance,
                 (double) before->voters[b].stance);
    }
  g_assert_cmpuint (count_kind (run, TF_RECORD_FAULT, 0), ==, 0);
}

static void
test_set_param_other (void)
{
  g_autoptr (Run) run = run_new (reckless_config (1));
  g_autoptr (Stream) stream = weather_stream (&weathers[0], run->config, 1, 400);
  const TfParam *param = &run->config->bots[0].strategy->params[0];
  TfEvent event;
  g_autoptr (TfSnapshot) s = NULL;

  feed_stream (run, stream, 0, stream->events->len / 2);
  event = command_event (run, TF_COMMAND_SET_PARAM, -1, 0, 0, param->max);
  feed (run, &event);
  s = tf_engine_snapshot (run->engine, -1);
  g_assert_cmpfloat (s->voters[0].params[0], ==, param->max);
  g_assert_cmpfloat (run->config->bots[0].params[0], !=, param->max); /* the configuration is not state */
  feed_stream (run, stream, stream->events->len / 2, G_MAXUINT);
  assert_snapshot (run);
}

static void
test_acknowledge (void)
{
  g_autoptr (Run) run = busy_run ();
  gint64 id = 0;

  command (run, TF_COMMAND_STOP, 1, 0);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);

      for (guint k = 0; k < s->n_alerts; k++)
        if (s->alerts[k].kind == TF_ALERT_EMERGENCY)
          {
            id = s->alerts[k].id;
            g_assert_cmpint (entry (&run->journal, id)->kind, ==, TF_RECORD_ALERT);
            g_assert_cmpint (s->alerts[k].acknowledged, ==, round == 1);
          }
      g_assert_cmpint (id, >, 0);
      command (run, TF_COMMAND_ACKNOWLEDGE, -1, id);
    }
}

/* --- gaps in the data --- */

/* What was decided before an outage is not bought after it. */
static void
test_outage (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
  double p = tf_price_double (s->quotes[0].last);
  TfEvent event = candle_event (0, NOW + 3 * TF_DAY, p, p, p, p, 1e6);

  send (run, &signal);
  g_assert_true (taken_by (run, 1));
  feed (run, &event);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpint (held_by (run, a, TRADER, "BTC-USDT"), ==, 0);
  assert_snapshot (run);
}

/* --- the hot path --- */

static void
test_no_allocation (void)
{
#ifdef NO_COUNT
  g_test_skip ("allocations can't be counted here");
#else
  g_autoptr (Run) run = run_new (demo_config (1));
  g_autoptr (Stream) stream = demo_stream (1, 200, 200 * 12 + 60000);
  guint64 silent = 0, loud = 0, entries = 0;
  guint n = stream->events->len - 10000;

  feed_stream (run, stream, 0, n);
  run->journal.counting = TRUE;
  for (guint k = n; k < stream->events->len; k++)
    {
      guint64 before = allocations;
      guint counted = run->journal.counted;

      tf_engine_process (run->engine, &g_array_index (stream->events, TfEvent, k));
      if (run->journal.counted == counted)
        silent += allocations - before;
      else
        loud += allocations - before;
      entries += run->journal.counted - counted;
    }
  run->journal.signal = 0;
  g_assert_cmpuint (entries, >, 0);
  g_assert_cmpuint (silent, ==, 0);
  g_assert_cmpuint (loud, <=, 2 * entries); /* GLib's checksum makes one for each digest */
#endif
}

/* --- the snapshot --- */

static void
test_long_curve (void)
{
  const double params[N_MINE] = { 1, 0.01, 0.01, 0, 5, 1 };
  g_autoptr (Run) run = run_new (my_config (params));
  g_autoptr (TfSnapshot) s = NULL;
  const TfCurve *curve;
  TfRandom random;
  double p = 100;
  guint hours = 5000;

  tf_random_seed (&random, 3);
  for (guint k = 0; k < hours; k++)
    {
      double close = p * (1 + 0.006 * tf_random_normal (&random));
      TfEvent event = candle_event (0, START + k * TF_HOUR, p, MAX (p, close), MIN (p, close), close, 1e6);

      feed (run, &event);
      p = close;
    }
  s = tf_engine_snapshot (run->engine, 0);
  curve = &s->accounts[0].curve;
  g_assert_cmpuint (curve->n, >, TF_CURVE_POINTS / 2 - 2);
  g_assert_cmpint (curve->time[0], ==, START + TF_HOUR);
  g_assert_cmpint (curve->time[curve->n - 1], >, START + (hours - 20) * TF_HOUR);
  for (guint k = 2; k < curve->n; k++) /* evenly spaced: no half of it is finer than the other */
    g_assert_cmpint (curve->time[k] - curve->time[k - 1], ==, curve->time[1] - curve->time[0]);
  g_assert_cmpuint (s->n_candles, <=, 512);
  for (guint k = 1; k < s->n_candles; k++)
    g_assert_cmpint (s->candles[k].time, ==, s->candles[k - 1].time + TF_HOUR);
  assert_snapshot (run);
}

#define ADD(path, function, table, i) \
  G_STMT_START { \
    g_autofree char *name = g_strdup_printf (path "/%s", (table)[i].name); \
    g_test_add_data_func (name, &(table)[i], function); \
  } G_STMT_END

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/engine/determinism/demo", NULL, test_determinism);
  g_test_add_data_func ("/engine/restore/demo", NULL, test_restore);
  g_test_add_data_func ("/engine/money/demo", NULL, test_money);
  g_test_add_data_func ("/engine/known-at/demo", NULL, test_known_at);
  for (guint i = 0; i < G_N_ELEMENTS (weathers); i++)
    {
      ADD ("/engine/determinism", test_determinism, weathers, i);
      ADD ("/engine/money", test_money, weathers, i);
    }
  for (guint i = 0; i < G_N_ELEMENTS (weathers); i += G_N_ELEMENTS (weathers) - 1)
    {
      ADD ("/engine/restore", test_restore, weathers, i);
      ADD ("/engine/known-at", test_known_at, weathers, i);
    }
  g_test_add_func ("/engine/restore/other", test_restore_other);
  g_test_add_func ("/engine/history", test_history);
  for (gsize i = 0; i < G_N_ELEMENTS (bads); i++)
    {
      g_autofree char *name = g_strdup_printf ("/engine/bad-data/%s", bads[i].name);

      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_bad_data);
    }
  g_test_add_func ("/engine/signal/refusals", test_signal_refusals);
  g_test_add_func ("/engine/signal/follow", test_follow);
  g_test_add_func ("/engine/signal/target", test_copy_target);
  g_test_add_func ("/engine/signal/withdrawn", test_copy_withdrawn);
  g_test_add_func ("/engine/outage", test_outage);
  g_test_add_data_func ("/engine/stop/system", GINT_TO_POINTER (-1), test_stop);
  g_test_add_data_func ("/engine/stop/account-0", GINT_TO_POINTER (0), test_stop);
  g_test_add_data_func ("/engine/stop/account-2", GINT_TO_POINTER (2), test_stop);
  g_test_add_func ("/engine/stop/late", test_stop_late);
  g_test_add_func ("/engine/stop/rearm-account", test_stop_system_rearm_account);
  for (guint i = 0; i < G_N_ELEMENTS (crashes); i++)
    ADD ("/engine/drawdown", test_drawdown, crashes, i);
  g_test_add_func ("/engine/drawdown/flat", test_drawdown_flat);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    ADD ("/engine/outcome", test_outcome, outcomes, i);
  g_test_add_func ("/engine/bench", test_bench);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_commands); i++)
    {
      g_autofree char *name = g_strdup_printf ("/engine/command/bad/%s", bad_commands[i].name);

      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_bad_command);
    }
  g_test_add_func ("/engine/command/place", test_command_place);
  g_test_add_data_func ("/engine/command/set-param/candles", NULL, test_set_param);
  g_test_add_data_func ("/engine/command/set-param/demo", "demo", test_set_param);
  g_test_add_func ("/engine/command/set-param/other", test_set_param_other);
  g_test_add_func ("/engine/command/acknowledge", test_acknowledge);
  g_test_add_func ("/engine/no-allocation", test_no_allocation);
  g_test_add_func ("/engine/snapshot/curve", test_long_curve);
  return g_test_run ();
}
