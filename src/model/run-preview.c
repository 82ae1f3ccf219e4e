#include "model/run-private.h"

#include "core/base/error.h"

#define ATTEMPTS 10 /* a system that runs may make a checkpoint between two looks */

/* A system like that of the workspace at its last durable entry, to be thrown away. */
static TfRun *
look_at (const char  *path,
         GError     **error)
{
  g_autoptr (TfRunSpec) spec = tf_run_spec_of_workspace (path, error);
  g_autoptr (TfRun) run = NULL;

  if (spec == NULL)
    return NULL;
  run = tf_run_new (spec, NULL, NULL, NULL);
  run->at_rest = TRUE;
  run->workspace = tf_workspace_open (path, TF_WORKSPACE_READER, error);
  run->config = run->workspace != NULL ? tf_workspace_load_config (run->workspace, error) : NULL;
  if (run->config == NULL)
    return NULL;
  run->engine = tf_engine_new (run->config, tf_run_note_record, run);
  return tf_run_resume (run, error) ? g_steal_pointer (&run) : NULL;
}

/**
 * tf_run_preview_copy:
 * @workspace: of a system, running or not; nothing of it is changed
 * @changes: what is tried in the policy of @account for @trader, each within its bounds
 * @position: the trader's, signed
 * @price: (inout): at which the market is taken to be; 0: the last one known; which it was
 * @policy: (out): the policy with the changes
 * @preview: (out): what it makes of the position, by tf_engine_preview_copy()
 *
 * Fails when there is no price, and like a restart where the workspace cannot be continued.
 */
gboolean
tf_run_preview_copy (const char            *workspace,
                     const TfPolicySetting *changes,
                     guint                  n_changes,
                     guint                  trader,
                     guint                  account,
                     guint                  instrument,
                     TfQty                  position,
                     TfPrice               *price,
                     TfCopyPolicy          *policy,
                     TfCopyPreview         *preview,
                     GError               **error)
{
  g_autoptr (TfRun) run = NULL;
  g_autoptr (TfSnapshot) snapshot = NULL;
  g_autoptr (GError) local = NULL;

  for (guint k = 0; k < ATTEMPTS && run == NULL; k++)
    {
      g_clear_error (&local);
      run = look_at (workspace, &local);
      if (run == NULL && !g_error_matches (local, TF_ERROR, TF_ERROR_MISMATCH))
        break;
      if (run == NULL)
        g_usleep (20000);
    }
  if (run == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (price->raw > 0)
    tf_engine_process (run->engine, &(TfEvent) {
                         .time = tf_engine_get_time (run->engine),
                         .type = TF_EVENT_TRADE,
                         .instrument = (gint16) instrument,
                         .trade.price = *price,
                       });
  snapshot = tf_engine_snapshot (run->engine, -1);
  *policy = tf_snapshot_follow (snapshot, trader, account)->policy;
  for (guint k = 0; k < n_changes; k++)
    tf_copy_policy_set (policy, changes[k].param, changes[k].value);
  *price = snapshot->quotes[instrument].last;
  if (tf_engine_preview_copy (run->engine, trader, account, instrument, policy, position, preview))
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found no price of it yet, expected one to compute a size from",
               run->config->universe->items[instrument].symbol);
  return FALSE;
}
