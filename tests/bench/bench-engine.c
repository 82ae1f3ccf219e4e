/* The whole system without a workspace: twenty bots on ten instruments, ensemble, risk, three accounts. Prints bars a second for
 * three lengths of history (linear: the same figure) and the memory at the end. */

#include <stdio.h>
#include <sys/resource.h>

#include "core/engine/engine.h"
#include "walk.h"

static double
run (TfCandle         *candles,
     const TfUniverse *universe,
     guint             steps,
     gint64           *signals)
{
  g_autoptr (TfConfig) config = tf_config_new_default ("backtest", universe, TF_HOUR, 1);
  g_autoptr (TfEngine) engine = tf_engine_new (config, NULL, NULL);
  g_autoptr (TfSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();
  double seconds;

  tf_engine_open (engine, WALK_START, "market=benchmark");
  for (guint k = 0; k < steps * universe->n; k++)
    {
      TfEvent event = { .type = TF_EVENT_CANDLE, .instrument = (gint16) (k % universe->n) };

      event.candle.candle = candles[k];
      event.candle.interval = TF_HOUR;
      event.time = candles[k].time + TF_HOUR;
      tf_engine_process (engine, &event);
    }
  seconds = (double) (g_get_monotonic_time () - begin) / 1e6;
  if (!tf_engine_check_ledgers (engine, &error))
    g_error ("%s", error->message);
  snapshot = tf_engine_snapshot (engine, -1);
  *signals = snapshot->signals;
  return steps * universe->n / seconds;
}

int
main (void)
{
  static const guint lengths[] = { 10000, 20000, 40000 };
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autofree TfCandle *candles = g_new (TfCandle, 40000 * universe->n);
  Walk walk;
  struct rusage usage;

  walk_init (&walk, universe->n);
  for (guint k = 0; k < 40000 * universe->n; k++)
    walk_next (&walk, &universe->items[k % universe->n], k % universe->n, WALK_START + k / universe->n * TF_HOUR,
               &candles[k]);
  for (guint n = 0; n < G_N_ELEMENTS (lengths); n++)
    {
      gint64 signals;
      double speed = run (candles, universe, lengths[n], &signals);

      printf ("engine: %u bars: %.0f bars/s, %.2f us a bar, %.3f signals a bar\n", lengths[n] * universe->n, speed,
              1e6 / speed, (double) signals / (lengths[n] * universe->n));
    }
  getrusage (RUSAGE_SELF, &usage);
  printf ("engine: %.0f MB at most, of them %.0f MB candles\n", (double) usage.ru_maxrss / 1024,
          40000.0 * universe->n * sizeof (TfCandle) / 1048576);
  return 0;
}
