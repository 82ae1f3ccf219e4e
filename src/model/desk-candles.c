#include "model/desk-private.h"

#define MOST_BARS 1500 /* as many as a run would show */

/* A workspace at rest shows the bars that were kept with it. */

typedef struct
{
  char  *path, *symbol;
  TfTime interval;
  gint   instrument;
} Wish;

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  g_free (wish->path);
  g_free (wish->symbol);
  g_free (wish);
}

static void
load_thread (GTask        *task,
             gpointer      object,
             gpointer      data,
             GCancellable *cancellable)
{
  Wish *wish = data;
  GError *error = NULL;
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (wish->path, TF_WORKSPACE_READER, &error);
  GArray *candles = workspace != NULL ? tf_workspace_load_candles (workspace, wish->symbol, wish->interval, 0, 0, &error) : NULL;

  if (candles == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (candles->len > MOST_BARS)
    g_array_remove_range (candles, 0, candles->len - MOST_BARS);
  g_task_return_pointer (task, candles, (GDestroyNotify) g_array_unref);
}

static void
on_loaded (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) candles = g_task_propagate_pointer (G_TASK (result), &error);
  Wish *wish = g_task_get_task_data (G_TASK (result));
  TfDesk *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* @data may be gone */
  g_clear_object (&self->reading);
  g_clear_pointer (&self->bars, g_array_unref);
  self->bars = g_steal_pointer (&candles);
  self->bars_of = wish->instrument;
  g_signal_emit_by_name (self, "updated");
}

/**
 * tf_desk_load_candles:
 *
 * Reads back the candles that are looked at, unless a run brings them.
 */
void
tf_desk_load_candles (TfDesk *self)
{
  g_autoptr (GTask) task = NULL;
  Wish *wish;

  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_clear_pointer (&self->bars, g_array_unref);
  self->bars_of = -1;
  if (tf_desk_is_running (self) || self->path == NULL || self->chart < 0 || (guint) self->chart >= self->config->universe->n
      || (self->snapshot != NULL && self->snapshot->chart_instrument == self->chart && self->snapshot->n_candles > 0))
    return;
  wish = g_new (Wish, 1);
  wish->path = g_strdup (self->path);
  wish->symbol = g_strdup (self->config->universe->items[self->chart].symbol);
  wish->interval = self->config->interval;
  wish->instrument = self->chart;
  self->reading = g_cancellable_new ();
  task = g_task_new (NULL, self->reading, on_loaded, self);
  g_task_set_source_tag (task, tf_desk_load_candles);
  g_task_set_task_data (task, wish, wish_free);
  g_task_run_in_thread (task, load_thread);
}

/**
 * tf_desk_set_chart:
 * @instrument: whose candles are looked at; −1: none
 */
void
tf_desk_set_chart (TfDesk *self,
                   gint    instrument)
{
  g_return_if_fail (TF_IS_DESK (self));
  self->chart = instrument;
  tf_system_set_chart (self->system, instrument);
  if (self->bars_of != instrument)
    tf_desk_load_candles (self);
}

/**
 * tf_desk_get_candles:
 * @n: (out)
 *
 * Returns: (transfer none) (nullable) (array length=n): oldest first, of the newest snapshot or, at rest, of the workspace
 */
const TfCandle *
tf_desk_get_candles (TfDesk *self,
                     gint    instrument,
                     guint  *n)
{
  const TfSnapshot *snapshot;

  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  snapshot = self->snapshot;
  *n = 0;
  if (snapshot != NULL && snapshot->chart_instrument == instrument && snapshot->n_candles > 0)
    {
      *n = snapshot->n_candles;
      return snapshot->candles;
    }
  if (self->bars == NULL || self->bars_of != instrument || self->bars->len == 0)
    return NULL;
  *n = self->bars->len;
  return (const TfCandle *) (gpointer) self->bars->data;
}
