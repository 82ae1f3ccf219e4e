/* The engine takes one event at a time, always in this order:
 *
 *   market (tape.c) → working orders are matched (execution.c) → open proposals are tracked (shadow.c) →
 *   a bar closes: indicators and bots vote (tape.c) → proposals → ensemble → a verdict for each account (verdict.c) →
 *   risk gate and size (core/risk) → orders, which meet the market with its next event → audit records
 */

#include "core/engine/engine-private.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

#define WORDS(bits) (((bits) + 63) / 64)

/* Pairs are traded against BTC, and BTC against ETH. */
static gint
peer_of (const TfUniverse *universe,
         gint              instrument)
{
  gint peer = tf_universe_find (universe, "BTC-USDT");

  return peer == instrument ? tf_universe_find (universe, "ETH-USDT") : peer;
}

static void
init_state (TfEngine *self)
{
  const TfConfig *config = self->config;

  tf_random_seed (&self->core->random, config->seed);
  tf_token_bucket_init (&self->core->bucket, 600, 600);
  self->core->next_order = self->core->next_signal = 1;
  tf_ensemble_init (self->ensemble, self->n_voters);
  tf_covariance_init (self->covariance, self->n_instruments, TF_COVARIANCE_LAMBDA);
  tf_alert_book_init (self->alerts, self->n_accounts);
  tf_trader_book_init (self->book, config->n_traders, self->n_instruments);
  for (guint i = 0; i < self->n_instruments; i++)
    {
      tf_candle_builder_init (&self->tapes[i].builder, config->interval);
      tf_regime_filter_init (&self->tapes[i].filter);
      self->closes[i] = self->returns[i] = (double) NAN;
    }
  for (guint v = 0; v < self->n_voters; v++)
    {
      TfVoter *voter = &self->voters[v];

      voter->last_instrument = -1;
      if (v < config->n_bots)
        memcpy (voter->params, config->bots[v].params, sizeof voter->params);
      else
        {
          const TfTrader *trader = &config->traders[v - config->n_bots];

          memcpy (voter->followed, trader->followed, sizeof voter->followed);
          tf_ensemble_set_trust (self->ensemble, v, trader->trust_mean, trader->trust_sd);
        }
      for (guint i = 0; v < config->n_bots && i < self->n_instruments; i++)
        config->bots[v].strategy->init (self->strategies[v * self->n_instruments + i], voter->params);
    }
  tf_following_init (self);
  for (guint a = 0; a < self->n_accounts; a++)
    {
      const TfAccountConfig *from = &config->accounts[a];
      TfAccount *account = &self->accounts[a];

      tf_ledger_init (self->ledgers[a], self->n_voters, self->n_instruments, from->capital);
      tf_governor_init (&account->governor, from->capital);
      tf_token_bucket_init (&account->bucket, from->limits.orders_per_minute, from->limits.orders_per_minute);
      account->equity = account->day_start = account->last_equity = from->capital;
      for (guint i = 0; i < self->n_instruments; i++)
        self->clusters[a * self->n_instruments + i] = (guint16) i;
    }
}

/**
 * tf_engine_new:
 * @config: (transfer none): what it is made from; a reference is kept
 * @on_record: called for each audit entry, in order
 *
 * Returns: (transfer full): an engine before its first event
 */
TfEngine *
tf_engine_new (TfConfig     *config,
               TfRecordFunc  on_record,
               gpointer      data)
{
  TfEngine *self = g_new0 (TfEngine, 1);
  guint A, V, N;

  self->config = tf_config_ref (config);
  self->on_record = on_record;
  self->data = data;
  A = self->n_accounts = config->n_accounts;
  V = self->n_voters = tf_config_n_voters (config);
  N = self->n_instruments = config->universe->n;
  self->text = g_string_sized_new (1024);
  self->peers = g_new (gint, N);
  for (guint i = 0; i < N; i++)
    self->peers[i] = peer_of (config->universe, (gint) i);

  self->arena = tf_arena_new ();
#define BLOCK(field, count) self->field = tf_arena_alloc (self->arena, (count) * sizeof *self->field)
  BLOCK (core, 1);
  BLOCK (tapes, N);
  BLOCK (candles, N * TF_CANDLES_KEPT);
  BLOCK (closes, N);
  BLOCK (returns, N);
  BLOCK (stances, N * V);
  BLOCK (words, N * config->n_traders);
  BLOCK (follows, config->n_traders * A);
  BLOCK (copies, N * config->n_traders * A);
  BLOCK (gaps, config->n_traders * A * N);
  BLOCK (shadows, N * V);
  BLOCK (ballots, N * V * V);
  self->open_words = WORDS (V);
  self->active_words = WORDS (A * V);
  BLOCK (open, N * self->open_words);
  BLOCK (active, N * self->active_words);
  BLOCK (slots, N * A * V);
  BLOCK (values, A * N);
  BLOCK (buying, A * N);
  BLOCK (selling, A * N);
  BLOCK (clusters, A * N);
  BLOCK (profits, A * N);
  BLOCK (last_stops, A * N);
  BLOCK (accounts, A);
  BLOCK (voters, V);
#undef BLOCK
  self->ledgers = g_new0 (TfLedger *, A);
  for (guint a = 0; a < A; a++)
    self->ledgers[a] = tf_arena_alloc (self->arena, tf_ledger_size (V, N));
  self->strategies = g_new0 (gpointer, config->n_bots * N);
  for (guint k = 0; k < config->n_bots * N; k++)
    self->strategies[k] = tf_arena_alloc (self->arena, config->bots[k / N].strategy->state_size);
  self->ensemble = tf_arena_alloc (self->arena, tf_ensemble_size (V));
  self->covariance = tf_arena_alloc (self->arena, tf_covariance_size (N));
  self->alerts = tf_arena_alloc (self->arena, tf_alert_book_size (A));
  self->book = tf_arena_alloc (self->arena, tf_trader_book_size (config->n_traders, N));
  self->seen = tf_arena_array (self->arena, sizeof (guint64));
  init_state (self);
  return self;
}

void
tf_engine_free (TfEngine *self)
{
  tf_arena_free (self->arena);
  tf_config_unref (self->config);
  g_free (self->ledgers);
  g_free (self->peers);
  g_free (self->strategies);
  g_string_free (self->text, TRUE);
  g_free (self);
}

TfConfig *
tf_engine_get_config (TfEngine *self)
{
  return self->config;
}

gint64
tf_engine_get_events (const TfEngine *self)
{
  return self->core->events;
}

gint64
tf_engine_get_seq (const TfEngine *self)
{
  return self->core->seq;
}

TfTime
tf_engine_get_time (const TfEngine *self)
{
  return self->core->time;
}

/**
 * tf_engine_set_config:
 * @config: the engine's own, but for the names of spare traders
 */
void
tf_engine_set_config (TfEngine *self,
                      TfConfig *config)
{
  g_return_if_fail (config->n_traders == self->config->n_traders && config->n_bots == self->config->n_bots);
  tf_config_ref (config);
  tf_config_unref (self->config);
  self->config = config;
}

/**
 * tf_engine_get_bar_end:
 *
 * Returns: up to when the bars of @instrument are final; 0: there is none
 */
TfTime
tf_engine_get_bar_end (const TfEngine *self,
                       guint           instrument)
{
  return self->tapes[instrument].builder.from;
}

/**
 * tf_engine_get_candles:
 * @from: of the first one's open
 *
 * Returns: (transfer full): TfCandles, those that are kept (TF_CANDLES_KEPT), oldest first
 */
GArray *
tf_engine_get_candles (const TfEngine *self,
                       guint           instrument,
                       TfTime          from)
{
  const TfTape *tape = &self->tapes[instrument];
  const TfCandle *ring = &self->candles[instrument * TF_CANDLES_KEPT];
  GArray *candles = g_array_new (FALSE, FALSE, sizeof (TfCandle));

  for (guint k = tape->n_candles; k > 0; k--)
    {
      const TfCandle *candle = &ring[(tape->next_candle + TF_CANDLES_KEPT - k) % TF_CANDLES_KEPT];

      if (candle->time >= from)
        g_array_append_val (candles, *candle);
    }
  return candles;
}

const guint8 *
tf_engine_get_head (const TfEngine *self)
{
  return self->core->head;
}

/* An entry about @account, @voter and @instrument (−1: none), to be filled in further. */
TfRecord
tf_engine_record (TfEngine     *self,
                  TfRecordKind  kind,
                  gint          account,
                  gint          voter,
                  gint          instrument)
{
  return (TfRecord) {
    .kind = kind,
    .account = account >= 0 ? self->config->accounts[account].id : "",
    .origin = voter >= 0 ? tf_config_voter_id (self->config, (guint) voter) : "",
    .instrument = instrument >= 0 ? self->config->universe->items[instrument].symbol : "",
    .reason = "",
    .text = "",
  };
}

/* Puts @record into the journal and returns its number; 0 while history is learned from. */
gint64
tf_engine_emit (TfEngine *self,
                TfRecord *record)
{
  TfCore *core = self->core;

  if (self->history)
    return 0;
  record->seq = ++core->seq;
  record->time = core->time;
  tf_record_chain (record, core->head);
  memcpy (core->head, record->hash, TF_HASH_SIZE);
  if (self->on_record != NULL)
    self->on_record (record, self->data);
  return record->seq;
}

/**
 * tf_engine_open:
 * @time: of the opening entries: the start of trading
 * @description: what the market is, for the journal: "market=demo seed=1"
 */
void
tf_engine_open (TfEngine   *self,
                TfTime      time,
                const char *description)
{
  const TfConfig *config = self->config;
  TfRecord record;
  gint64 session;

  g_return_if_fail (!self->core->opened);
  self->core->opened = TRUE;
  self->history = FALSE;
  self->core->time = MAX (self->core->time, time);
  record = tf_engine_record (self, TF_RECORD_SESSION, -1, -1, -1);
  record.reason = config->market;
  record.code = config->simulated;
  record.ref = (gint64) config->seed;
  record.text = description;
  session = tf_engine_emit (self, &record);
  for (guint a = 0; a < self->n_accounts; a++)
    {
      const TfAccountConfig *account = &config->accounts[a];

      record = tf_engine_record (self, TF_RECORD_ACCOUNT, (gint) a, -1, -1);
      record.cause = session;
      record.amount = account->capital.raw;
      record.limit = tf_ratio_raw (account->threshold);
      record.value = tf_ratio_raw (account->multiplier);
      record.reason = account->long_only ? "long-only" : "long-short";
      record.text = account->title;
      tf_engine_emit (self, &record);
    }
}

static void
refuse (TfEngine      *self,
        const TfEvent *event,
        const char    *reason)
{
  gboolean known = event->instrument >= 0 && (guint) event->instrument < self->n_instruments;
  TfRecord record = tf_engine_record (self, TF_RECORD_FAULT, -1, -1, known ? event->instrument : -1);

  record.code = event->type;
  record.reason = reason;
  record.value = event->time;
  record.limit = self->core->time;
  tf_engine_emit (self, &record);
}

/* A source's word about itself: on the record, and nothing follows from it. */
static void
note (TfEngine      *self,
      const TfEvent *event)
{
  const TfSourceNotice *notice = event->notice;
  gint trader = tf_config_find_trader (self->config, notice->trader);
  TfRecord record = tf_engine_record (self, TF_RECORD_FAULT, -1, trader >= 0 ? (gint) self->config->n_bots + trader : -1, -1);

  g_string_printf (self->text, "source=%s count=%" G_GINT64_FORMAT " %s", notice->source, notice->count, notice->reason);
  record.code = event->type;
  record.reason = "source";
  record.text = self->text->str;
  tf_engine_emit (self, &record);
}

/* Larger than any market's: leaves room for sums in 64 bits. */
#define MAX_PRICE (G_GINT64_CONSTANT (1000000000) * TF_SCALE)
/* 2200-01-01: leaves room for deadlines. One event from the end of time would make every later one go back. */
#define MAX_TIME  (G_GINT64_CONSTANT (7258118400) * TF_SECOND)

/* What an account holds has to have a value, also summed up: a price at which it has none is no price. */
#define MAX_VALUE (G_GINT64_CONSTANT (1000000000) * TF_SCALE)

static gboolean
can_be_valued (const TfEngine *self,
               guint           instrument,
               TfPrice         highest)
{
  for (guint a = 0; a < self->n_accounts; a++)
    {
      TfQty held = tf_ledger_net (self->ledgers[a], instrument)->quantity;
      TfMoney value;

      if (held.raw != 0 && (!tf_notional (highest, held, &value) || ABS (value.raw) > MAX_VALUE))
        return FALSE;
    }
  return TRUE;
}

static const char *
fault_of (const TfEngine *self,
          const TfEvent  *event)
{
  /* Never refused for its clock: the emergency stop is one. */
  if (event->type == TF_EVENT_COMMAND)
    return NULL;
  if (event->time < self->core->time)
    return "time-went-back";
  if (event->time > MAX_TIME)
    return "bad-time";
  if (self->core->opened && (event->flags & TF_EVENT_HISTORY) != 0)
    return "history-after-start";
  switch ((TfEventType) event->type)
    {
    case TF_EVENT_TRADE:
    case TF_EVENT_QUOTE:
    case TF_EVENT_CANDLE:
      if (event->instrument < 0 || (guint) event->instrument >= self->n_instruments)
        return "unknown-instrument";
      break;
    default:
      return NULL;
    }
  if (event->type == TF_EVENT_TRADE
      && (event->trade.price.raw <= 0 || event->trade.price.raw > MAX_PRICE || event->trade.quantity.raw < 0))
    return "bad-trade";
  if (event->type == TF_EVENT_QUOTE
      && (event->quote.bid.raw <= 0 || event->quote.ask.raw < event->quote.bid.raw || event->quote.ask.raw > MAX_PRICE
          || event->quote.ask.raw / 2 > event->quote.bid.raw)) /* an empty book quotes anything */
    return "bad-quote";
  if (event->type == TF_EVENT_CANDLE
      && (!tf_candle_check (&event->candle.candle, NULL) || event->candle.candle.high.raw > MAX_PRICE
          || event->candle.interval <= 0 || event->candle.interval > self->config->interval
          || event->candle.candle.time > event->time - event->candle.interval))
    return "bad-candle";
  if (event->type == TF_EVENT_CANDLE
      && (event->candle.candle.time < self->tapes[event->instrument].candle_end
          || (event->candle.interval == self->config->interval
              && event->candle.candle.time < self->tapes[event->instrument].builder.from)))
    return "old-candle";
  if (event->type != TF_EVENT_QUOTE
      && !can_be_valued (self, (guint) event->instrument,
                         event->type == TF_EVENT_TRADE ? event->trade.price : event->candle.candle.high))
    return "no-value";
  return NULL;
}

/**
 * tf_engine_process:
 * @event: the next thing that happened; what it points to is read only during the call
 *
 * A command takes place at the engine's time, whatever its own.
 *
 * All of it, or (bad data) nothing but a FAULT entry.
 */
void
tf_engine_process (TfEngine      *self,
                   const TfEvent *event)
{
  TfCore *core = self->core;
  const char *fault;

  self->history = !core->opened && (event->flags & TF_EVENT_HISTORY) != 0;
  if (event->type != TF_EVENT_COMMAND)
    core->events++;
  if (G_UNLIKELY ((fault = fault_of (self, event)) != NULL))
    {
      refuse (self, event, fault);
      return;
    }
  if (event->type != TF_EVENT_COMMAND)
    {
      if (core->step != 0 && event->time > core->step)
        tf_engine_end_step (self);
      core->time = event->time;
    }
  switch ((TfEventType) event->type)
    {
    case TF_EVENT_TRADE:
    case TF_EVENT_QUOTE:
    case TF_EVENT_CANDLE:
      tf_engine_market (self, event);
      break;
    case TF_EVENT_TIMER:
      tf_engine_timer (self, event);
      break;
    case TF_EVENT_SIGNAL:
      tf_engine_signal (self, event);
      break;
    case TF_EVENT_COMMAND:
      tf_engine_command (self, event);
      break;
    case TF_EVENT_NOTICE:
      note (self, event);
      break;
    }
}

void
tf_engine_save (TfEngine   *self,
                GByteArray *state)
{
  tf_arena_save (self->arena, state);
}

gboolean
tf_engine_restore (TfEngine      *self,
                   const guint8  *state,
                   gsize          size,
                   GError       **error)
{
  return tf_arena_restore (self->arena, state, size, error);
}

/**
 * tf_engine_check_ledgers:
 *
 * Adds up every account anew: each ledger sums to zero, and the equity that is carried along equals the one from scratch.
 */
gboolean
tf_engine_check_ledgers (const TfEngine  *self,
                         GError         **error)
{
  g_autofree TfPrice *prices = g_new0 (TfPrice, self->n_instruments);

  for (guint i = 0; i < self->n_instruments; i++)
    prices[i] = self->tapes[i].last;
  for (guint a = 0; a < self->n_accounts; a++)
    {
      TfMoney equity = { 0 };

      if (!tf_ledger_check (self->ledgers[a], error))
        {
          g_prefix_error (error, "account %s: ", self->config->accounts[a].id);
          return FALSE;
        }
      if (!tf_ledger_equity (self->ledgers[a], prices, &equity) || equity.raw != self->accounts[a].equity.raw)
        {
          char found[TF_DECIMAL_SIZE], expected[TF_DECIMAL_SIZE];

          g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH, "account %s: found equity %s, expected %s",
                       self->config->accounts[a].id, tf_decimal_format (self->accounts[a].equity.raw, found),
                       tf_decimal_format (equity.raw, expected));
          return FALSE;
        }
    }
  return TRUE;
}
