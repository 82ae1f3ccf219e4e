/* The whole system with a workspace: the same as bench-engine, from candle files to the last committed entry. */

#include <stdio.h>
#include <sys/resource.h>

#include <glib/gstdio.h>

#include "model/run.h"
#include "walk.h"

#define STEPS 20000

static void
write_files (const char *folder,
             TfUniverse *universe)
{
  FILE *files[WALK_MOST];
  Walk walk;

  walk_init (&walk, universe->n);
  for (guint i = 0; i < universe->n; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s-1h.csv", folder, universe->items[i].symbol);

      files[i] = g_fopen (path, "w");
      fputs ("time,open,high,low,close,volume\n", files[i]);
    }
  for (guint k = 0; k < STEPS * universe->n; k++)
    {
      guint i = k % universe->n;
      char open[TF_DECIMAL_SIZE], high[TF_DECIMAL_SIZE], low[TF_DECIMAL_SIZE], close[TF_DECIMAL_SIZE];
      char volume[TF_DECIMAL_SIZE];
      TfCandle candle;

      walk_next (&walk, &universe->items[i], i, WALK_START + k / universe->n * TF_HOUR, &candle);
      fprintf (files[i], "%" G_GINT64_FORMAT ",%s,%s,%s,%s,%s\n", candle.time / TF_SECOND,
               tf_decimal_format (candle.open.raw, open), tf_decimal_format (candle.high.raw, high),
               tf_decimal_format (candle.low.raw, low), tf_decimal_format (candle.close.raw, close),
               tf_decimal_format (candle.volume.raw, volume));
    }
  for (guint i = 0; i < universe->n; i++)
    fclose (files[i]);
}

int
main (void)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autofree char *folder = g_dir_make_tmp ("tf-bench-XXXXXX", NULL);
  g_autofree char *quoted = g_shell_quote (folder), *clean = g_strdup_printf ("rm -rf %s", quoted);
  g_autoptr (TfRunSpec) spec = tf_run_spec_new ("backtest");
  g_autoptr (GError) error = NULL;
  struct rusage usage;

  write_files (folder, universe);
  g_strfreev (spec->data);
  spec->data = g_strdupv ((char *[]) { folder, NULL });
  for (int kept = 0; kept <= 1; kept++)
    {
      g_autoptr (TfRun) run = NULL;
      g_autoptr (TfSnapshot) snapshot = NULL;
      gint64 begin = g_get_monotonic_time ();
      double seconds;

      if (kept)
        spec->workspace = g_build_filename (folder, "bench.tfw", NULL);
      run = tf_run_new (spec, NULL, NULL, NULL);
      if (!tf_run_prepare (run, &error) || !tf_run_loop (run, &error) || !tf_run_check (run, &error))
        g_error ("%s", error->message);
      seconds = (double) (g_get_monotonic_time () - begin) / 1e6;
      snapshot = tf_run_snapshot (run);
      printf ("run %s workspace: %" G_GINT64_FORMAT " bars, %" G_GINT64_FORMAT " entries: %.0f bars/s with reading the files\n",
              kept ? "with a" : "without a", snapshot->bars, snapshot->seq, (double) snapshot->bars / seconds);
    }
  getrusage (RUSAGE_SELF, &usage);
  printf ("run: %.0f MB at most\n", (double) usage.ru_maxrss / 1024);
  return system (clean) == 0 ? 0 : 1;
}
