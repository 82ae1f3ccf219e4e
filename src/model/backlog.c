#include "model/backlog.h"

#include "io/storage/journal.h"

typedef struct
{
  char *path;
  guint most;
} Wish;

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  g_free (wish->path);
  g_free (wish);
}

void
tf_backlog_free (TfBacklog *self)
{
  g_clear_pointer (&self->snapshot, tf_snapshot_unref);
  g_clear_pointer (&self->batch, tf_batch_free);
  g_free (self);
}

static gboolean
collect (const TfRecord *record,
         gpointer        data)
{
  tf_batch_add (data, record);
  return TRUE;
}

static void
load_thread (GTask        *task,
             gpointer      object,
             gpointer      data,
             GCancellable *cancellable)
{
  Wish *wish = data;
  GError *error = NULL;
  g_autoptr (TfBacklog) self = g_new0 (TfBacklog, 1);
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (wish->path, TF_WORKSPACE_READER, &error);

  if (workspace == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  self->batch = tf_batch_new ();
  self->snapshot = tf_workspace_load_snapshot (workspace, NULL); /* a run that has just begun has none */
  if (!tf_journal_last (workspace, wish->most, collect, self->batch, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&self), (GDestroyNotify) tf_backlog_free);
}

/**
 * tf_backlog_load_async:
 * @path: of the workspace; it is only read
 * @most: entries
 */
void
tf_backlog_load_async (const char          *path,
                       guint                most,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Wish *wish = g_new (Wish, 1);

  wish->path = g_strdup (path);
  wish->most = most;
  g_task_set_source_tag (task, tf_backlog_load_async);
  g_task_set_task_data (task, wish, wish_free);
  g_task_run_in_thread (task, load_thread);
}

/**
 * tf_backlog_load_finish:
 *
 * Returns: (transfer full): what the workspace holds, or NULL when it cannot be read
 */
TfBacklog *
tf_backlog_load_finish (GAsyncResult  *result,
                        GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
