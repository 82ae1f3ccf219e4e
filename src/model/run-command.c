#include "model/run-private.h"

#include "core/base/error.h"

/* A command for a workspace, whether a system runs on it or not. */

static gboolean
post_command (const char       *path,
              const TfCommand  *command,
              GError          **error)
{
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (path, TF_WORKSPACE_CONTROL, error);

  return workspace != NULL && tf_workspace_post_command (workspace, command, error);
}

/* The running owner takes it from the inbox; how that went is in its journal. */
static gboolean
wait_for_owner (const char  *path,
                GError     **error)
{
  g_autoptr (TfWorkspace) reader = tf_workspace_open (path, TF_WORKSPACE_READER, error);
  gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (reader != NULL)
    {
      g_autoptr (GArray) waiting = tf_workspace_take_commands (reader, 0, error);

      if (waiting == NULL)
        return FALSE;
      if (waiting->len == 0)
        return TRUE;
      if (g_get_monotonic_time () > until)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_BUSY,
                       "%s: the running system has not confirmed the command in 10 s; whether it was carried out is not known", path);
          return FALSE;
        }
      g_usleep (20000);
    }
  return FALSE;
}

/**
 * tf_run_command_workspace:
 * @snapshot: (out) (optional) (nullable): the state afterwards; %NULL when a running system has carried it out
 *
 * Returns when the command is durable.
 */
gboolean
tf_run_command_workspace (const char       *path,
                          const TfCommand  *command,
                          TfSnapshot      **snapshot,
                          GError          **error)
{
  g_autoptr (TfRunSpec) spec = tf_run_spec_of_workspace (path, error);
  g_autoptr (TfRun) run = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (GMutexLocker) locker = NULL;
  static GMutex one_at_a_time; /* in this process: commands that are given at once are no reason to refuse one */

  if (snapshot != NULL)
    *snapshot = NULL;
  if (spec == NULL)
    return FALSE;
  locker = g_mutex_locker_new (&one_at_a_time);
  run = tf_run_new (spec, NULL, NULL, NULL);
  run->at_rest = TRUE;
  if (!tf_run_prepare (run, &local))
    {
      if (g_error_matches (local, TF_ERROR, TF_ERROR_BUSY))
        return post_command (path, command, error) && wait_for_owner (path, error);
      /* An emergency stop does not get lost because the market's data did. */
      if (post_command (path, command, NULL))
        g_prefix_error (&local, "the command waits for the next start, the system can't be brought to it now: ");
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  run->started = g_get_monotonic_time ();
  if (!tf_run_take_inbox (run, error))
    return FALSE;
  tf_run_process_command (run, command);
  if (command->type == TF_COMMAND_SOURCES && !tf_run_apply_sources (run, run->reader, error))
    return FALSE;
  if (snapshot != NULL)
    *snapshot = tf_run_snapshot (run);
  if (!tf_run_finish (run, FALSE, error))
    {
      if (snapshot != NULL)
        g_clear_pointer (snapshot, tf_snapshot_unref);
      return FALSE;
    }
  return TRUE;
}
