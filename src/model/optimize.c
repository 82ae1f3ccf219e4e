/* A search over a bot's parameters in the background: the candles, then the sweep. */

#include "model/optimize.h"

#include <string.h>

#include "core/base/error.h"
#include "core/market/demo.h"
#include "io/feeds/replay.h"

#define DEMO_HISTORY 500 /* bars that a demo run starts with */
#define LOOK_EVERY 65536 /* events between two looks at the cancellation */

/* The demo market again, from its seed: its events as candles, up to a moment or to the end of its history. */
static TfHistory *
load_demo (guint64       seed,
           guint         history_bars,
           TfTime        until,
           const gint   *cancelled,
           GError      **error)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfHistory) history = tf_history_new (universe, TF_MINUTE);
  g_autofree TfCandleBuilder *builders = g_new0 (TfCandleBuilder, universe->n);
  g_autoptr (GPtrArray) candles = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  TfEventSource *source = tf_demo_new (universe, seed, history_bars);
  TfEvent event;
  TfCandle closed;
  gboolean good = TRUE;

  for (guint i = 0; i < universe->n; i++)
    {
      g_ptr_array_add (candles, g_array_new (FALSE, FALSE, sizeof (TfCandle)));
      tf_candle_builder_init (&builders[i], TF_MINUTE);
    }
  for (guint64 k = 0; source->next (source, &event); k++)
    {
      if (event.time > until && (event.flags & TF_EVENT_HISTORY) == 0)
        break;
      if (k % LOOK_EVERY == 0 && cancelled != NULL && g_atomic_int_get (cancelled))
        break;
      if (event.type == TF_EVENT_CANDLE)
        g_array_append_val ((GArray *) g_ptr_array_index (candles, (guint) event.instrument), event.candle.candle);
      else if (event.type == TF_EVENT_TRADE
               && tf_candle_builder_trade (&builders[event.instrument], event.time, event.trade.price, event.trade.quantity,
                                           &closed))
        g_array_append_val ((GArray *) g_ptr_array_index (candles, (guint) event.instrument), closed);
    }
  source->free (source);
  for (guint i = 0; i < universe->n && good; i++)
    {
      const GArray *mine = g_ptr_array_index (candles, i);

      good = tf_history_add (history, i, (const TfCandle *) (gpointer) mine->data, mine->len, error);
    }
  return good ? g_steal_pointer (&history) : NULL;
}

static TfHistory *
load_files (GStrv     paths,
            TfTime    interval,
            TfTime    from,
            TfTime    until,
            GError  **error)
{
  g_autoptr (GPtrArray) series = tf_candle_files_load ((const char *const *) paths, interval, error);
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfHistory) history = NULL;

  if (series == NULL || !tf_replay_add_series_markets (universe, series, error))
    return NULL;
  history = tf_history_new (universe, interval);
  for (guint k = 0; k < series->len; k++)
    {
      const TfCandleSeries *one = g_ptr_array_index (series, k);
      gint instrument = tf_universe_find (universe, one->symbol);
      guint first = 0, end = one->n;

      while (first < end && one->candles[first].time < from)
        first++;
      while (end > first && until > 0 && one->candles[end - 1].time + interval > until)
        end--;
      if (instrument >= 0 && !tf_history_add (history, (guint) instrument, one->candles + first, end - first, error))
        return NULL;
    }
  return g_steal_pointer (&history);
}

/**
 * tf_optimize_load:
 * @cancelled: (nullable): not 0 stops early, with part of the candles
 * @error: of the files; TF_ERROR_NOT_FOUND when there is no candle at all
 *
 * Returns: (transfer full): the candles that @source means
 */
TfHistory *
tf_optimize_load (const TfTrialSource  *source,
                  const gint           *cancelled,
                  GError              **error)
{
  gboolean demo = source->spec != NULL && strcmp (source->spec->market, "demo") == 0;
  g_autoptr (TfHistory) history = NULL;
  GStrv paths = source->paths;
  TfTime from = 0, until = 0;

  if (source->data == TF_TRIAL_DEMO)
    history = load_demo (source->spec != NULL ? source->spec->seed : 1, source->bars, TF_DEMO_START, cancelled, error);
  else if (source->data == TF_TRIAL_PRESENT && demo)
    history = load_demo (source->spec->seed, DEMO_HISTORY, MAX (source->until, TF_DEMO_START), cancelled, error);
  else
    {
      if (source->data == TF_TRIAL_PRESENT && source->spec != NULL)
        {
          paths = source->spec->data;
          from = source->spec->from;
          until = source->until;
        }
      if (paths == NULL || paths[0] == NULL)
        {
          g_set_error_literal (error, TF_ERROR, TF_ERROR_NOT_FOUND, "found no candle files, expected at least one");
          return NULL;
        }
      history = load_files (paths, source->interval, from, until, error);
    }
  if (history != NULL && tf_history_get_bars (history) == 0)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_NOT_FOUND, "found no candles, expected some to try parameters on");
      return NULL;
    }
  return g_steal_pointer (&history);
}

typedef struct
{
  TfTrialSource  source;
  TfRunSpec     *spec;
  TfSweepOptions options;
  TfProgress     progress;
  gint           cancelled; /* between the threads */
} Job;

static void
free_job (gpointer data)
{
  Job *self = data;

  g_clear_pointer (&self->spec, tf_run_spec_free);
  g_strfreev (self->source.paths);
  g_free (self);
}

static void
on_cancelled (GCancellable *cancellable,
              gpointer      data)
{
  g_atomic_int_set (&((Job *) data)->cancelled, 1);
}

static void
run_job (GTask        *task,
         gpointer      owner,
         gpointer      data,
         GCancellable *cancellable)
{
  Job *self = data;
  GError *error = NULL;
  gulong handler = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL) : 0;
  g_autoptr (TfHistory) history = tf_optimize_load (&self->source, &self->cancelled, &error);
  TfSweep *sweep = NULL;

  if (history != NULL)
    sweep = tf_sweep_run (&self->options, history, &self->cancelled, tf_progress_note, &self->progress);
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);
  if (sweep != NULL)
    g_task_return_pointer (task, sweep, (GDestroyNotify) tf_sweep_free);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
}

/**
 * tf_optimize_async:
 * @source: copied
 * @options: copied
 * @progress: (nullable): called on the main thread with @data, a few times a second
 */
void
tf_optimize_async (const TfTrialSource  *source,
                   const TfSweepOptions *options,
                   TfProgressFunc        progress,
                   GCancellable         *cancellable,
                   GAsyncReadyCallback   callback,
                   gpointer              data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Job *job = g_new0 (Job, 1);

  job->source = *source;
  job->source.spec = job->spec = source->spec != NULL ? tf_run_spec_copy (source->spec) : NULL;
  job->source.paths = g_strdupv (source->paths);
  job->options = *options;
  tf_progress_init (&job->progress, task, progress, data);
  g_task_set_source_tag (task, tf_optimize_async);
  g_task_set_task_data (task, job, free_job);
  g_task_run_in_thread (task, run_job);
}

TfSweep *
tf_optimize_finish (GAsyncResult  *result,
                    GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
