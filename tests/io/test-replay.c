#include <string.h>

#include "core/base/error.h"
#include "core/base/random.h"
#include "io/feeds/replay.h"

static TfCandleSeries *
make_series (const char *symbol,
             TfTime      interval,
             TfTime      first,
             guint       n,
             TfRandom   *random)
{
  TfCandleSeries *series = g_new0 (TfCandleSeries, 1);
  TfTime time = first;

  g_strlcpy (series->symbol, symbol, sizeof series->symbol);
  series->interval = interval;
  series->candles = g_new0 (TfCandle, n);
  for (series->n = 0; series->n < n; series->n++)
    {
      TfCandle *candle = &series->candles[series->n];

      candle->time = time;
      candle->open.raw = candle->high.raw = candle->low.raw = candle->close.raw = (gint64) (tf_random_next (random) >> 20) + 1;
      time += interval * (1 + (tf_random_uniform (random) < 0.1));
    }
  return series;
}

static void
add_signal (GArray     *signals,
            const char *symbol,
            TfTime      published,
            gint64      price)
{
  TfTraderSignal signal = { .side = 1, .price.raw = price, .quantity.raw = 5, .published = published, .received = published };

  g_strlcpy (signal.symbol, symbol, sizeof signal.symbol);
  g_snprintf (signal.id, sizeof signal.id, "%u", signals->len);
  g_array_append_val (signals, signal);
}

typedef struct
{
  TfUniverse *universe;
  GPtrArray  *series;
  GArray     *signals;
} World;

static World
make_world (guint64 seed)
{
  World world = {
    .universe = tf_universe_new_default (),
    .series = g_ptr_array_new_with_free_func ((GDestroyNotify) tf_candle_series_free),
    .signals = g_array_new (FALSE, FALSE, sizeof (TfTraderSignal)),
  };
  static const char *const symbols[] = { "BTC-USDT", "HYPE-USDT", "nothing", "ETHUSDT" };
  TfRandom random;

  tf_random_seed (&random, seed);
  /* Not in the order of the universe; ETH starts late. */
  g_ptr_array_add (world.series, make_series ("SOLUSDT", TF_HOUR, 0, 60, &random));
  g_ptr_array_add (world.series, make_series ("BTCUSDT", TF_HOUR, 0, 60, &random));
  g_ptr_array_add (world.series, make_series ("ETHUSDT", TF_HOUR, 30 * TF_HOUR, 30, &random));
  for (guint i = 0; i < 80; i++)
    add_signal (world.signals, symbols[tf_random_next (&random) % G_N_ELEMENTS (symbols)],
                (TfTime) (tf_random_uniform (&random) * 60) * TF_HOUR + TF_HOUR, (gint64) (tf_random_next (&random) % 2) * 7);
  tf_replay_add_signal_markets (world.universe, world.signals);
  return world;
}

static void
clear_world (World *world)
{
  tf_universe_free (world->universe);
  g_ptr_array_unref (world->series);
  g_array_unref (world->signals);
}

/* Everything of an event that an engine can see, as text. */
static char *
describe (const TfEvent *event)
{
  switch (event->type)
    {
    case TF_EVENT_CANDLE:
      return g_strdup_printf ("%" G_GINT64_FORMAT " %d candle %d %" G_GINT64_FORMAT, event->time, event->flags,
                              event->instrument, event->candle.candle.close.raw);
    case TF_EVENT_TRADE:
      return g_strdup_printf ("%" G_GINT64_FORMAT " %d trade %d %" G_GINT64_FORMAT, event->time, event->flags,
                              event->instrument, event->trade.price.raw);
    default:
      return g_strdup_printf ("%" G_GINT64_FORMAT " %d signal %d %s", event->time, event->flags, event->instrument,
                              event->signal->id);
    }
}

static GPtrArray *
run (const World *world,
     TfTime       from,
     TfTime       to,
     TfTime       history)
{
  TfReplayOptions options = { world->universe, world->series, world->signals, from, to, history };
  g_autoptr (GError) error = NULL;
  TfEventSource *source = tf_replay_new (&options, &error);
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  TfEvent event;
  TfTime last = G_MININT64;

  g_assert_no_error (error);
  while (source->next (source, &event))
    {
      g_assert_cmpint (event.time, >=, last);
      last = event.time;
      g_ptr_array_add (lines, describe (&event));
    }
  g_assert_cmpfloat (source->progress (source), ==, 1);
  source->free (source);
  return lines;
}

static void
test_order (void)
{
  World world = make_world (1);
  g_autoptr (GPtrArray) lines = run (&world, 0, 0, 0);
  guint candles = 0, trades = 0, signals = 0;

  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = g_ptr_array_index (lines, i);

      candles += strstr (line, "candle") != NULL;
      signals += strstr (line, "signal") != NULL;
      if (strstr (line, "trade") != NULL)
        {
          trades++;
          /* A print stands right before its signal. */
          g_assert_nonnull (strstr (g_ptr_array_index (lines, i + 1), "signal"));
        }
    }
  g_assert_cmpuint (candles, ==, 150);
  g_assert_cmpuint (signals, ==, 80);
  g_assert_cmpuint (trades, >, 0);
  /* BTC (0) before SOL (2) at one moment, though its file came later. */
  g_assert_true (g_str_has_prefix (g_ptr_array_index (lines, 0), "3600000000000 0 candle 0"));
  g_assert_true (g_str_has_prefix (g_ptr_array_index (lines, 1), "3600000000000 0 candle 2"));
  clear_world (&world);
}

/* Whatever happens after a moment changes nothing that was given up to it. */
static void
test_future (void)
{
  for (guint64 seed = 1; seed <= 30; seed++)
    {
      World world = make_world (seed), changed = make_world (seed);
      g_autoptr (GPtrArray) a = run (&world, 0, 0, 0), b = NULL;
      TfTime moment = (TfTime) (5 + seed) * TF_HOUR;
      TfCandleSeries *eth = g_ptr_array_index (changed.series, 2);
      TfRandom random;

      tf_random_seed (&random, 99 * seed);
      for (guint i = 0; i < 3; i++)
        {
          TfCandleSeries *series = g_ptr_array_index (changed.series, i);

          for (guint k = 0; k < series->n; k++)
            if (series->candles[k].time + TF_HOUR > moment)
              series->candles[k].close.raw++;
        }
      if (eth->candles[0].time + TF_HOUR > moment)
        eth->n = 0;
      for (guint i = 0; i < changed.signals->len; i++)
        {
          TfTraderSignal *signal = &g_array_index (changed.signals, TfTraderSignal, i);

          if (signal->published > moment)
            signal->published += (TfTime) (tf_random_uniform (&random) * 1000) * TF_SECOND;
        }
      add_signal (changed.signals, "BTC", moment + 1, 9);
      b = run (&changed, 0, 0, 0);
      for (guint i = 0; i < a->len && g_ascii_strtoll (g_ptr_array_index (a, i), NULL, 10) <= moment; i++)
        g_assert_cmpstr (g_ptr_array_index (a, i), ==, g_ptr_array_index (b, i));
      clear_world (&world);
      clear_world (&changed);
    }
}

static void
test_restore (void)
{
  World world = make_world (3);
  TfReplayOptions options = { world.universe, world.series, world.signals, 0, 0, 0 };
  g_autoptr (GPtrArray) lines = run (&world, 0, 0, 0);
  TfEvent event;

  for (guint stop = 0; stop <= lines->len; stop += 3)
    {
      TfEventSource *first = tf_replay_new (&options, NULL), *second = tf_replay_new (&options, NULL);
      g_autoptr (GByteArray) state = g_byte_array_new ();
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < stop; i++)
        g_assert_true (first->next (first, &event));
      first->save (first, state);
      g_assert_true (second->restore (second, state->data, state->len, &error));
      g_assert_no_error (error);
      for (guint i = stop; i < lines->len; i++)
        {
          g_autofree char *line = NULL;

          g_assert_true (second->next (second, &event));
          line = describe (&event);
          g_assert_cmpstr (line, ==, g_ptr_array_index (lines, i));
        }
      g_assert_false (second->next (second, &event));
      /* Other data than it was saved with. */
      if (stop > 100)
        {
          TfCandleSeries *series = g_ptr_array_index (world.series, 0);

          for (guint i = 0; i < series->n; i++)
            series->candles[i].time++;
          g_assert_false (second->restore (second, state->data, state->len, &error));
          g_assert_error (error, TF_ERROR, TF_ERROR_MISMATCH);
          for (guint i = 0; i < series->n; i++)
            series->candles[i].time--;
        }
      first->free (first);
      second->free (second);
    }
  clear_world (&world);
}

static void
test_range (void)
{
  World world = make_world (4);
  TfTime from = 20 * TF_HOUR, to = 30 * TF_HOUR;
  g_autoptr (GPtrArray) lines = run (&world, from, to, 5 * TF_HOUR);

  g_assert_cmpuint (lines->len, >, 0);
  for (guint i = 0; i < lines->len; i++)
    {
      char *end;
      TfTime time = g_ascii_strtoll (g_ptr_array_index (lines, i), &end, 10);

      g_assert_cmpint (time, >=, from - 5 * TF_HOUR);
      g_assert_cmpint (time, <, to);
      g_assert_cmpint (g_ascii_strtoll (end, NULL, 10), ==, time < from ? TF_EVENT_HISTORY : 0);
    }
  clear_world (&world);
}

static void
test_refused (void)
{
  World world = make_world (5);
  TfReplayOptions options = { world.universe, world.series, NULL, 0, 0, 0 };
  g_autoptr (GError) error = NULL;
  TfRandom random;

  tf_random_seed (&random, 1);
  g_ptr_array_add (world.series, make_series ("BTC-USDT", TF_HOUR, 0, 3, &random));
  g_assert_null (tf_replay_new (&options, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_clear_error (&error);
  g_ptr_array_remove_index (world.series, 3);
  g_ptr_array_add (world.series, make_series ("LTCUSDT", TF_HOUR, 0, 3, &random));
  g_assert_null (tf_replay_new (&options, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (tf_replay_add_series_markets (world.universe, world.series, &error));
  {
    TfEventSource *source = tf_replay_new (&options, &error);

    g_assert_no_error (error);
    source->free (source);
  }
  clear_world (&world);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replay/order", test_order);
  g_test_add_func ("/replay/future", test_future);
  g_test_add_func ("/replay/restore", test_restore);
  g_test_add_func ("/replay/range", test_range);
  g_test_add_func ("/replay/refused", test_refused);
  return g_test_run ();
}
