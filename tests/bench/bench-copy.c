/* From a trader's signal to the verdicts and orders of all accounts: processor time of one engine step, whatever else runs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/engine/engine.h"
#include "core/market/demo.h"

#define SIGNALS 20000

static guint records;

static void
on_record (const TfRecord *record,
           gpointer        data)
{
  records++;
}

static gint64
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
compare (const void *a,
         const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* Each signal moves one of twenty traders in one of ten instruments to another position; between two the market prints. */
static void
measure (TfCopySizing sizing,
         gboolean     caps)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfConfig) config = tf_config_new_default ("demo", universe, TF_MINUTE, 1);
  g_autoptr (TfEngine) engine = NULL;
  TfEventSource *source = tf_demo_new (universe, 1, 300);
  g_autofree gint64 *times = g_new (gint64, SIGNALS);
  TfEvent event;

  for (guint t = 0; t < config->n_traders; t++)
    for (guint a = 0; a < config->n_accounts; a++)
      {
        tf_config_set_policy (config, t, a, TF_POLICY_SIZING, sizing);
        tf_config_set_policy (config, t, a, TF_POLICY_MULTIPLIER, 0.001);
        for (gint p = TF_POLICY_CAP_TRADE; caps && p <= TF_POLICY_CAP_CLUSTER; p++)
          tf_config_set_policy (config, t, a, p, 0.2);
      }
  engine = tf_engine_new (config, on_record, NULL);
  records = 0;
  for (guint k = 0; k < SIGNALS;)
    {
      TfTraderSignal signal = { .source = "bench", .side = 1, .has_position = TRUE };

      if (!source->next (source, &event))
        break;
      if (event.type == TF_EVENT_SIGNAL)
        continue;
      if ((event.flags & TF_EVENT_HISTORY) == 0 && records == 0)
        tf_engine_open (engine, event.time, "bench");
      tf_engine_process (engine, &event);
      if ((event.flags & TF_EVENT_HISTORY) != 0)
        continue;
      g_strlcpy (signal.trader, config->traders[k % config->n_traders].id, sizeof signal.trader);
      g_strlcpy (signal.symbol, universe->items[k / config->n_traders % universe->n].symbol, sizeof signal.symbol);
      g_snprintf (signal.id, sizeof signal.id, "%u", k);
      signal.position.raw = (gint64) (k * 2654435761u % 21) * TF_SCALE - 10 * TF_SCALE;
      signal.happened = signal.published = signal.received = event.time;
      event = (TfEvent) { .time = event.time, .type = TF_EVENT_SIGNAL, .instrument = -1, .signal = &signal };
      times[k] = now ();
      tf_engine_process (engine, &event);
      times[k] = now () - times[k];
      k++;
    }
  qsort (times, SIGNALS, sizeof *times, compare);
  printf ("%-18s %-5s %8.1f %8.1f %8.1f %10u\n", tf_policy_field (TF_POLICY_SIZING)->choices[sizing], caps ? "caps" : "",
          (double) times[SIGNALS / 2] / 1000, (double) times[SIGNALS / 100 * 99] / 1000, (double) times[SIGNALS - 1] / 1000, records);
  source->free (source);
}

int
main (void)
{
  printf ("%-18s %-5s %8s %8s %8s %10s\n", "sizing", "", "p50 µs", "p99 µs", "most µs", "entries");
  for (gint sizing = 0; sizing < TF_N_COPY_SIZINGS; sizing++)
    measure ((TfCopySizing) sizing, FALSE);
  measure (TF_COPY_SIZE_MULTIPLIER, TRUE);
  return 0;
}
