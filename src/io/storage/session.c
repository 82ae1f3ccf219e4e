#include "io/storage/workspace-private.h"

#include "core/base/error.h"

/* A list of paths as one text: a path can hold anything but NUL, so each goes through URI escaping. */
static char *
paths_to_text (char **paths)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (text, '\n');
      g_string_append_uri_escaped (text, paths[i], " /", TRUE);
    }
  return g_string_free (text, FALSE);
}

static char **
paths_from_text (const char *text)
{
  char **paths = g_strsplit (text, "\n", -1);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      char *path = g_uri_unescape_string (paths[i], NULL);

      if (path == NULL)
        continue;
      g_free (paths[i]);
      paths[i] = path;
    }
  return paths;
}

/**
 * tf_workspace_save_session:
 *
 * Replaces what is known of the run that the workspace holds.
 */
gboolean
tf_workspace_save_session (TfWorkspace     *self,
                           const TfSession *session,
                           GError         **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autofree char *data = paths_to_text (session->data), *signals = paths_to_text (session->signals);

  stmt = tf_db_prepare (self->db,
                        "INSERT OR REPLACE INTO session VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", error);
  if (stmt == NULL)
    return FALSE;
  tf_db_bind_text (stmt, 1, session->market);
  tf_db_bind_text (stmt, 2, session->description != NULL ? session->description : "");
  tf_db_bind_text (stmt, 3, data);
  tf_db_bind_text (stmt, 4, signals);
  sqlite3_bind_int64 (stmt, 5, (gint64) session->seed);
  sqlite3_bind_int64 (stmt, 6, session->interval);
  sqlite3_bind_int64 (stmt, 7, session->from);
  sqlite3_bind_int64 (stmt, 8, session->to);
  sqlite3_bind_double (stmt, 9, session->speed);
  sqlite3_bind_int64 (stmt, 10, session->started);
  sqlite3_bind_int (stmt, 11, session->finished != FALSE);
  return tf_db_step (stmt, NULL, error);
}

/**
 * tf_workspace_load_session:
 *
 * Returns: (transfer full): what was saved; %NULL with %TF_ERROR_NOT_FOUND when nothing was
 */
TfSession *
tf_workspace_load_session (TfWorkspace *self,
                           GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  TfSession *session;
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT market, description, data, signals, seed, interval, from_time, to_time, speed, started, finished"
                        " FROM session", error);
  if (stmt == NULL || !tf_db_step (stmt, &row, error))
    return NULL;
  if (!row)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found no session, expected one of an earlier run", self->path);
      return NULL;
    }
  session = g_new0 (TfSession, 1);
  g_strlcpy (session->market, tf_db_text (stmt, 0), sizeof session->market);
  session->description = g_strdup (tf_db_text (stmt, 1));
  session->data = paths_from_text (tf_db_text (stmt, 2));
  session->signals = paths_from_text (tf_db_text (stmt, 3));
  session->seed = (guint64) sqlite3_column_int64 (stmt, 4);
  session->interval = sqlite3_column_int64 (stmt, 5);
  session->from = sqlite3_column_int64 (stmt, 6);
  session->to = sqlite3_column_int64 (stmt, 7);
  session->speed = sqlite3_column_double (stmt, 8);
  session->started = sqlite3_column_int64 (stmt, 9);
  session->finished = sqlite3_column_int (stmt, 10);
  return session;
}

void
tf_session_free (TfSession *session)
{
  if (session == NULL)
    return;
  g_free (session->description);
  g_strfreev (session->data);
  g_strfreev (session->signals);
  g_free (session);
}
