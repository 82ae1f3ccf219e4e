#include "io/storage/workspace-private.h"

/**
 * tf_workspace_post_command:
 *
 * Leaves a command for the process that owns the workspace, now or at its next start. For %TF_WORKSPACE_CONTROL and
 * %TF_WORKSPACE_OWNER.
 */
gboolean
tf_workspace_post_command (TfWorkspace     *self,
                           const TfCommand *command,
                           GError         **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db,
                        "INSERT INTO command_inbox (time, type, account, voter, param, value)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error);
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, g_get_real_time () * 1000);
  sqlite3_bind_int (stmt, 2, (int) command->type);
  sqlite3_bind_int (stmt, 3, command->account);
  sqlite3_bind_int64 (stmt, 4, command->voter);
  sqlite3_bind_int (stmt, 5, command->param);
  sqlite3_bind_double (stmt, 6, command->value);
  return tf_db_step (stmt, NULL, error);
}

/**
 * tf_workspace_take_commands:
 * @after: the last id that was taken before, 0 for all
 *
 * Reads only: a command leaves the inbox with the transaction that journals it (TfBatch.inbox), so that a crash in
 * between neither loses nor doubles it.
 *
 * Returns: (transfer full): TfInboxCommands, oldest first; may be empty. %NULL on failure
 */
GArray *
tf_workspace_take_commands (TfWorkspace *self,
                            gint64       after,
                            GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GArray) commands = g_array_new (FALSE, TRUE, sizeof (TfInboxCommand));
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT id, time, type, account, voter, param, value FROM command_inbox WHERE id > ?1 ORDER BY id",
                        error);
  if (stmt == NULL)
    return NULL;
  sqlite3_bind_int64 (stmt, 1, after);
  while (tf_db_step (stmt, &row, error))
    {
      TfInboxCommand command;

      if (!row)
        return g_steal_pointer (&commands);
      command.id = sqlite3_column_int64 (stmt, 0);
      command.time = sqlite3_column_int64 (stmt, 1);
      command.command.type = (TfCommandType) sqlite3_column_int (stmt, 2);
      command.command.account = sqlite3_column_int (stmt, 3);
      command.command.voter = sqlite3_column_int64 (stmt, 4);
      command.command.param = sqlite3_column_int (stmt, 5);
      command.command.value = sqlite3_column_double (stmt, 6);
      if ((guint) command.command.type < TF_N_COMMANDS)
        g_array_append_val (commands, command);
    }
  return NULL;
}
