#include "model/run-private.h"

#include "core/base/error.h"

/**
 * tf_run_verify_recordings:
 * @workspace: of a run on a live market
 * @recordings: (array zero-terminated=1): of all its sessions, oldest first
 * @entries: (out): of the journal that were decided again
 *
 * Decides all again that the journal of @workspace holds, from what was recorded and the commands that the journal has,
 * and compares entry by entry.
 *
 * Returns: %FALSE with %TF_ERROR_MISMATCH, which names the first entry that is not the same, or that the recordings do
 * not lead to
 */
gboolean
tf_run_verify_recordings (const char         *workspace,
                          const char *const  *recordings,
                          gint64             *entries,
                          GError            **error)
{
  g_autoptr (TfRunSpec) spec = tf_run_spec_of_workspace (workspace, error);
  g_autoptr (TfRun) run = NULL;
  g_autoptr (GArray) commands = NULL;
  guint8 head[TF_HASH_SIZE];
  guint next = 0;

  *entries = 0;
  if (spec == NULL)
    return FALSE;
  run = tf_run_new (spec, NULL, NULL, NULL);
  run->workspace = tf_workspace_open (workspace, TF_WORKSPACE_READER, error);
  if (run->workspace == NULL)
    return FALSE;
  run->config = tf_workspace_load_config (run->workspace, error);
  if (run->config == NULL || !tf_workspace_get_head (run->workspace, &run->durable, head, error))
    return FALSE;
  commands = tf_run_load_commands (run, 0, error);
  if (commands == NULL)
    return FALSE;
  run->engine = tf_engine_new (run->config, tf_run_note_record, run);
  for (guint k = 0; recordings[k] != NULL; k++)
    {
      gint64 before, until = 0;
      TfEventSource *after = NULL;

      run->source = tf_run_open_recording (run->config, recordings[k], &before, error);
      if (run->source == NULL)
        return FALSE;
      /* A killed session may have heard more than it took in. */
      if (recordings[k + 1] != NULL)
        {
          after = tf_run_open_recording (run->config, recordings[k + 1], &until, error);
          if (after == NULL)
            return FALSE;
          after->free (after);
        }
      tf_run_decide_again (run, commands, &next, until);
      if (run->mismatch == NULL && !run->source->check (run->source, error))
        return FALSE;
      run->source->free (run->source);
      run->source = NULL;
      run->has_next = FALSE;
      if (run->mismatch == NULL && tf_engine_get_events (run->engine) < until && tf_engine_get_seq (run->engine) < run->durable)
        g_set_error (&run->mismatch, TF_ERROR, TF_ERROR_MISMATCH,
                     "%s: the recording ends %" G_GINT64_FORMAT " events before the next one begins; entries up to %" G_GINT64_FORMAT
                     " are the same", recordings[k], until - tf_engine_get_events (run->engine), tf_engine_get_seq (run->engine));
    }
  *entries = tf_engine_get_seq (run->engine);
  if (run->mismatch == NULL && *entries < run->durable)
    g_set_error (&run->mismatch, TF_ERROR, TF_ERROR_MISMATCH,
                 "%s: entry %" G_GINT64_FORMAT ": the recording ends before it; all before are the same", workspace, *entries + 1);
  if (run->mismatch == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&run->mismatch));
  return FALSE;
}
