/* A report of what a workspace holds: state, curves and entries up to one and the same entry of the journal, whether a run is
 * writing to it or not. */

#include "model/export.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/base/error.h"
#include "io/storage/journal.h"

typedef struct
{
  TfWorkspace    *workspace;
  TfJournalFilter filter;
  GCancellable   *cancellable;
  /* of the pass under way */
  TfReportSink    each;
  gpointer        sink;
} Entries;

static gboolean
pass_on (const TfRecord *record,
         gpointer        data)
{
  Entries *self = data;

  return !g_cancellable_is_cancelled (self->cancellable) && self->each (record, self->sink);
}

static gboolean
give_entries (gpointer      data,
              TfReportSink  each,
              gpointer      sink,
              GError      **error)
{
  Entries *self = data;

  self->each = each;
  self->sink = sink;
  return tf_journal_iterate (self->workspace, &self->filter, pass_on, self, error)
         && !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

static gboolean
take_hash (const TfRecord *record,
           gpointer        hash)
{
  memcpy (hash, record->hash, TF_HASH_SIZE);
  return TRUE;
}

static void
append_paths (GString          *text,
              const char       *what,
              char            **paths)
{
  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    {
      g_autofree char *name = g_path_get_basename (paths[i]);

      g_string_append_printf (text, "%s%s", i == 0 ? what : ", ", name);
    }
}

/* Where the data comes from, in a sentence. */
static char *
describe_origin (const TfSession  *session,
                 const TfSnapshot *snapshot)
{
  GString *text = g_string_new (NULL);

  if (snapshot->config->simulated)
    g_string_printf (text, _("Simulated: demo market, seed %" G_GUINT64_FORMAT ". No real prices, no real people’s trades."),
                     session != NULL ? session->seed : snapshot->config->seed);
  else
    {
      g_string_append (text, strcmp (snapshot->config->market, "backtest") == 0 ? _("Paper trading in a backtest")
                                                                                : _("Paper trading in a replay"));
      if (session != NULL)
        {
          append_paths (text, _(" of the candles of "), session->data);
          append_paths (text, _(", with signals of "), session->signals);
        }
      g_string_append_c (text, '.');
    }
  return g_string_free (text, FALSE);
}

/**
 * tf_export:
 * @self: what to write
 * @cancellable: (nullable): looked at between entries
 * @error: of the storage or the file; TF_ERROR_NOT_FOUND for an account that is not there; G_IO_ERROR_CANCELLED
 *
 * Writes a report on the calling thread. The workspace may be in use: it is read by a connection of its own.
 */
gboolean
tf_export (const TfExport  *self,
           GCancellable    *cancellable,
           GError         **error)
{
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (self->workspace, TF_WORKSPACE_READER, error);
  g_autoptr (TfSnapshot) snapshot = NULL;
  g_autoptr (TfSession) session = NULL;
  g_autofree char *origin = NULL;
  TfJournalFilter head = { 0 };
  TfReport report = { 0 };
  Entries entries = { 0 };

  if (workspace == NULL)
    return FALSE;
  snapshot = tf_workspace_load_snapshot (workspace, error);
  if (snapshot == NULL)
    return FALSE;
  if (self->account != NULL && tf_config_find_account (snapshot->config, self->account) < 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found no account “%s”, expected one of its own, like “%s”",
                   self->workspace, self->account, snapshot->config->accounts[0].id);
      return FALSE;
    }
  session = tf_workspace_load_session (workspace, NULL);
  origin = describe_origin (session, snapshot);

  /* A run may go on writing: the report ends where its state does. */
  head.after = snapshot->seq - 1;
  head.before = snapshot->seq + 1;
  if (!tf_journal_iterate (workspace, &head, take_hash, report.head, error))
    return FALSE;
  entries.workspace = workspace;
  entries.cancellable = cancellable;
  entries.filter.account = self->account;
  entries.filter.from = self->from;
  entries.filter.to = self->to;
  entries.filter.before = snapshot->seq + 1;
  report.workspace = self->workspace;
  report.origin = origin;
  report.snapshot = snapshot;
  report.entries = snapshot->seq;
  report.generated = g_get_real_time () * 1000;
  report.from = self->from;
  report.to = self->to;
  report.account = self->account;
  report.records = give_entries;
  report.records_data = &entries;
  return tf_report_write (&report, self->format, self->output, error);
}

static void
free_export (gpointer data)
{
  TfExport *self = data;

  g_free ((char *) self->workspace);
  g_free ((char *) self->output);
  g_free ((char *) self->account);
  g_free (self);
}

static void
run_export (GTask        *task,
            gpointer      owner,
            gpointer      data,
            GCancellable *cancellable)
{
  GError *error = NULL;

  if (tf_export (data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * tf_export_async:
 * @owner: (nullable): of the task
 *
 * tf_export() on a worker thread.
 */
void
tf_export_async (const TfExport      *self,
                 GObject             *owner,
                 GCancellable        *cancellable,
                 GAsyncReadyCallback  callback,
                 gpointer             data)
{
  g_autoptr (GTask) task = g_task_new (owner, cancellable, callback, data);
  TfExport *copy = g_memdup2 (self, sizeof *self);

  copy->workspace = g_strdup (self->workspace);
  copy->output = g_strdup (self->output);
  copy->account = g_strdup (self->account);
  g_task_set_source_tag (task, tf_export_async);
  g_task_set_task_data (task, copy, free_export);
  g_task_run_in_thread (task, run_export);
}

gboolean
tf_export_finish (GAsyncResult  *result,
                  GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
