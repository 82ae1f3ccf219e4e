#include "model/source-rows.h"

#include <string.h>

#include "core/following/trader.h"
#include "io/secrets/secrets.h"

typedef struct
{
  char            *path;
  TfSourceRowsVerb verb;
  TfStoredSource  *source; /* nullable */
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->path);
  tf_stored_source_free (job->source);
  g_free (job);
}

void
tf_source_rows_free (TfSourceRows *self)
{
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_free (self);
}

static TfStoredSource *
copy_source (const TfStoredSource *from)
{
  TfStoredSource *source = g_memdup2 (from, sizeof *from);

  source->name = g_strdup (from->name);
  source->kind = g_strdup (from->kind);
  source->address = g_strdup (from->address);
  source->endpoint = g_strdup (from->endpoint);
  source->contact = g_strdup (from->contact);
  return source;
}

/**
 * tf_source_rows_by_default:
 *
 * Returns: whether that is one of the public feeds that a workspace begins with
 */
gboolean
tf_source_rows_by_default (const char *name,
                           const char *kind,
                           const char *address)
{
  for (const TfDefaultSource *source = tf_default_sources; source->trader != NULL; source++)
    if (strcmp (source->trader, name) == 0 && strcmp (source->kind, kind) == 0 && strcmp (source->address, address) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
enable_defaults (TfWorkspace *workspace,
                 gboolean     enabled,
                 GError     **error)
{
  g_autoptr (GPtrArray) rows = tf_workspace_load_sources (workspace, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      TfStoredSource *row = g_ptr_array_index (rows, i);

      if (row->enabled == enabled || !tf_source_rows_by_default (row->name, row->kind, row->address))
        continue;
      row->enabled = enabled;
      if (!tf_workspace_save_source (workspace, row, error))
        return FALSE;
    }
  return rows != NULL;
}

static gboolean
work (const Job    *job,
      TfWorkspace  *workspace,
      GError      **error)
{
  switch (job->verb)
    {
    case TF_SOURCE_ROWS_SAVE:
      return tf_workspace_save_source (workspace, job->source, error);
    case TF_SOURCE_ROWS_REMOVE:
      return tf_workspace_remove_source (workspace, job->source->id, error);
    case TF_SOURCE_ROWS_ENABLE:
    case TF_SOURCE_ROWS_DISABLE:
      return enable_defaults (workspace, job->verb == TF_SOURCE_ROWS_ENABLE, error);
    case TF_SOURCE_ROWS_LOAD:
    default:
      return TRUE;
    }
}

static void
work_thread (GTask        *task,
             gpointer      object,
             gpointer      data,
             GCancellable *cancellable)
{
  Job *job = data;
  /* Who adds the first source before the first start makes the workspace. */
  TfWorkspaceMode mode = job->verb == TF_SOURCE_ROWS_LOAD ? TF_WORKSPACE_READER
                         : g_file_test (job->path, G_FILE_TEST_EXISTS) ? TF_WORKSPACE_CONTROL : TF_WORKSPACE_OWNER;
  GError *error = NULL;
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (job->path, mode, &error);
  g_autoptr (TfSourceRows) rows = g_new0 (TfSourceRows, 1);
  g_autoptr (TfSession) session = NULL;

  rows->verb = job->verb;
  if (workspace == NULL || !work (job, workspace, &error) || (rows->rows = tf_workspace_load_sources (workspace, &error)) == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  session = tf_workspace_load_session (workspace, NULL);
  rows->started = session != NULL;
  g_task_return_pointer (task, g_steal_pointer (&rows), (GDestroyNotify) tf_source_rows_free);
}

/**
 * tf_source_rows_async:
 * @path: of the workspace; if there is none yet it is made, unless it is only read
 */
void
tf_source_rows_async (const char           *path,
                      TfSourceRowsVerb      verb,
                      const TfStoredSource *source,
                      GCancellable         *cancellable,
                      GAsyncReadyCallback   callback,
                      gpointer              data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Job *job = g_new0 (Job, 1);

  job->path = g_strdup (path);
  job->verb = verb;
  job->source = source != NULL ? copy_source (source) : NULL;
  g_task_set_source_tag (task, tf_source_rows_async);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, work_thread);
}

/**
 * tf_source_rows_finish:
 *
 * Returns: (transfer full): what stands in the table now, %NULL on failure: then nothing was changed
 */
TfSourceRows *
tf_source_rows_finish (GAsyncResult  *result,
                       GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Secrets */

typedef struct
{
  char *name, *secret;
} Secret;

static void
secret_free (gpointer data)
{
  Secret *self = data;

  g_free (self->name);
  tf_secret_free (self->secret);
  g_free (self);
}

static void
secret_thread (GTask        *task,
               gpointer      object,
               gpointer      data,
               GCancellable *cancellable)
{
  Secret *self = data;
  GError *error = NULL;

  if (tf_secrets_set (self->name, self->secret, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * tf_source_secret_async:
 * @id: of the trader
 * @secret: copied
 *
 * In the desktop's keyring or in the encrypted file; that may ask its owner, and take a while.
 */
void
tf_source_secret_async (const char          *id,
                        const char          *secret,
                        GAsyncReadyCallback  callback,
                        gpointer             data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  g_autofree char *small = g_ascii_strdown (id, -1);
  Secret *self = g_new0 (Secret, 1);

  self->name = g_strconcat ("webhook:", small, NULL);
  self->secret = g_strdup (secret);
  g_task_set_source_tag (task, tf_source_secret_async);
  g_task_set_task_data (task, self, secret_free);
  g_task_run_in_thread (task, secret_thread);
}

gboolean
tf_source_secret_finish (GAsyncResult  *result,
                         GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
