#include "model/source-trial.h"

#include "io/sources/hub.h"

#define MOST_MS 10000
#define LOOK_MS 100
#define ENOUGH  5 /* looks after the first answer: what comes with it is counted */

typedef struct
{
  TfSourceTrial trial;
  guint         looks, since; /* since: the first answer */
} Trial;

static void
on_signal (guint                 spec,
           const TfTraderSignal *signal,
           const char           *raw,
           gsize                 length,
           gpointer              data)
{
  Trial *self = data;

  if (self->trial.signals++ == 0)
    g_strlcpy (self->trial.example, signal->evidence, sizeof self->trial.example);
}

static gboolean
on_look (gpointer data)
{
  return G_SOURCE_CONTINUE; /* it only wakes the loop */
}

static gboolean
is_answered (const TfSourceFigures *figures)
{
  return figures->state == TF_SOURCE_FAILED || figures->state == TF_SOURCE_WAITING
         || (figures->state == TF_SOURCE_LIVE && figures->messages > 0);
}

static void
spec_free (gpointer data)
{
  tf_source_spec_clear (data);
  g_free (data);
}

static void
trial_thread (GTask        *task,
              gpointer      object,
              gpointer      data,
              GCancellable *cancellable)
{
  static const TfSourceHubEvents events = { .signal = on_signal };
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) look = g_timeout_source_new (LOOK_MS);
  Trial self = { 0 };
  TfSourceHub *hub;
  gint64 last = g_get_monotonic_time ();

  g_main_context_push_thread_default (context);
  hub = tf_source_hub_new (data, 1, &events, &self);
  g_source_set_callback (look, on_look, NULL, NULL);
  g_source_attach (look, context);
  tf_source_hub_start (hub);
  while (!g_cancellable_is_cancelled (cancellable) && self.looks * LOOK_MS < MOST_MS && self.since < ENOUGH)
    {
      g_main_context_iteration (context, TRUE);
      if (g_get_monotonic_time () - last < LOOK_MS * 1000)
        continue;
      last = g_get_monotonic_time ();
      self.looks++;
      tf_source_hub_get_figures (hub, 0, &self.trial.figures);
      self.since += is_answered (&self.trial.figures);
    }
  tf_source_hub_stop (hub);
  g_source_destroy (look);
  while (g_main_context_iteration (context, FALSE))
    ;
  tf_source_hub_free (hub);
  g_main_context_pop_thread_default (context);
  g_task_return_pointer (task, g_memdup2 (&self.trial, sizeof self.trial), g_free);
}

/**
 * tf_source_trial_async:
 * @spec: copied; checked before
 *
 * Takes up to ten seconds, less when it answers.
 */
void
tf_source_trial_async (const TfSourceSpec  *spec,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  TfSourceSpec *copy = g_new0 (TfSourceSpec, 1);

  tf_source_spec_copy (copy, spec);
  g_task_set_source_tag (task, tf_source_trial_async);
  g_task_set_task_data (task, copy, spec_free);
  g_task_run_in_thread (task, trial_thread);
}

gboolean
tf_source_trial_finish (GAsyncResult   *result,
                        TfSourceTrial  *trial,
                        GError        **error)
{
  g_autofree TfSourceTrial *found = g_task_propagate_pointer (G_TASK (result), error);

  if (found == NULL)
    return FALSE;
  *trial = *found;
  return TRUE;
}
