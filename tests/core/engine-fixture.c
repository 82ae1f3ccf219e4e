#include "core/engine-fixture.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/market/demo.h"

const Entry *
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
    "halted", "long-only", "duplicate-order", "instrument-excluded", "side-excluded", "no-quantity", NULL
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
Run *
run_new (TfConfig *config)
{
  Run *self = g_new0 (Run, 1);

  self->config = config;
  journal_init (&self->journal, config);
  self->engine = tf_engine_new (config, on_record, &self->journal);
  return self;
}

void
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

guint
count_kind (const Run   *self,
            TfRecordKind kind,
            guint        from)
{
  guint n = 0;

  for (guint k = from; k < self->journal.entries->len; k++)
    n += g_array_index (self->journal.entries, Entry, k).kind == kind;
  return n;
}

void
assert_ledgers (const Run *self)
{
  g_autoptr (GError) error = NULL;

  tf_engine_check_ledgers (self->engine, &error);
  g_assert_no_error (error);
}

/* What the snapshot says is what the journal tells. */
void
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

void
stream_free (Stream *self)
{
  g_array_unref (self->events);
  g_ptr_array_unref (self->signals);
  g_free (self);
}

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

void
feed (Run           *run,
      const TfEvent *event)
{
  if (tf_engine_get_seq (run->engine) == 0 && (event->flags & TF_EVENT_HISTORY) == 0)
    tf_engine_open (run->engine, event->time, "market=test");
  tf_engine_process (run->engine, event);
}

void
feed_stream (Run          *run,
             const Stream *stream,
             guint         from,
             guint         to)
{
  for (guint k = from; k < MIN (to, stream->events->len); k++)
    feed (run, &g_array_index (stream->events, TfEvent, k));
}

TfConfig *
demo_config (guint64 seed)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();

  return tf_config_new_default ("demo", universe, TF_MINUTE, seed);
}

Stream *
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

TfEvent
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

TfTraderSignal
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

TfEvent
signal_event (const TfTraderSignal *signal,
              TfTime                time)
{
  TfEvent event = { .time = time, .type = TF_EVENT_SIGNAL, .instrument = -1 };

  event.signal = signal;
  return event;
}

const Weather weathers[N_WEATHERS] = {
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

  event.command.type = (TfCommandType) (tf_random_next (random) % 7);
  event.command.account = (gint) (tf_random_next (random) % 6) - 2;
  event.command.voter = (gint64) (tf_random_next (random) % (tf_config_n_voters (config) + 2)) - 1;
  event.command.param = (gint) (tf_random_next (random) % 5) - 1;
  event.command.value = 50 * tf_random_uniform (random);
  if (event.command.type == TF_COMMAND_SET_POLICY)
    {
      const TfPolicyField *field = tf_policy_field ((guint) (tf_random_next (random) % TF_N_POLICY_FIELDS));

      event.command.param = tf_policy_find (field->id);
      event.command.value = floor (field->min + (MIN (field->max, 100) - field->min + 0.99) * tf_random_uniform (random));
    }
  /* Rearm more often than stop, or nothing is left to look at. */
  if (event.command.type == TF_COMMAND_STOP && tf_random_uniform (random) < 0.8)
    event.command = (TfCommand) { .type = TF_COMMAND_REARM, .account = -1 };
  return event;
}

static guint64
random_magnitude (TfRandom *random)
{
  guint64 bits = tf_random_next (random);

  return bits >> (tf_random_next (random) % 64);
}

/* Market data of random bytes: now and then a part of it makes sense. */
static TfEvent
random_event (TfRandom *random,
              TfTime    time)
{
  TfEvent event = { .time = time };
  guint64 words[sizeof event.candle / 8 + 1];

  for (guint k = 0; k < G_N_ELEMENTS (words); k++)
    words[k] = random_magnitude (random);
  memcpy (&event.candle, words, sizeof event.candle);
  event.type = (guint8) (tf_random_next (random) % (TF_EVENT_CANDLE + 1));
  event.instrument = (gint16) ((gint) (tf_random_next (random) % 14) - 2);
  if (tf_random_uniform (random) < 0.3)
    event.time = (gint64) random_magnitude (random);
  /* A print that makes sense has a price from nowhere: such a one the engine has to believe. */
  if (event.type != TF_EVENT_CANDLE)
    event.trade.price.raw = -event.trade.price.raw;
  return event;
}

Stream *
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
          gint side = (gint) (tf_random_uniform (&random) * 3) - 1;
          double quantity = 1 + 9 * tf_random_uniform (&random);
          TfTraderSignal signal = signal_of (config->traders[trader].id, config->universe->items[i].symbol, side, quantity,
                                             time + TF_HOUR);
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
TfConfig *
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

void
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

TfConfig *
config_of (gconstpointer weather,
           guint64       seed)
{
  return weather == NULL ? demo_config (seed) : reckless_config (seed);
}

Stream *
stream_of (gconstpointer   weather,
           const TfConfig *config,
           guint64         seed)
{
  return weather == NULL ? demo_stream (seed, 60, 60000) : weather_stream (weather, config, seed, 700);
}

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
TfConfig *
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

Run *
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

/* One FAULT entry, and a state that is what it was but for the counters and the journal's head. */
void
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

Run *
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
void
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

void
tell (Run            *run,
      TfTraderSignal *signal)
{
  TfEvent event = signal_event (signal, tf_engine_get_time (run->engine));

  feed (run, &event);
}

TfEvent
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

void
command (Run           *run,
         TfCommandType  type,
         gint           account,
         gint64         voter)
{
  TfEvent event = command_event (run, type, account, voter, 0, 0);

  feed (run, &event);
}
