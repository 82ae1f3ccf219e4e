/* The engine's promises (design, section 2), each with a test that tries to break it: determinism, money, known-at time,
 * bad data. Those about trading are in test-trading.c. */

#include "core/base/random.h"
#include "core/engine-fixture.h"

#include <locale.h>
#include <math.h>
#include <string.h>

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
  g_test_add_func ("/engine/no-allocation", test_no_allocation);
  g_test_add_func ("/engine/snapshot/curve", test_long_curve);
  return g_test_run ();
}
