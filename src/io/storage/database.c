#include "io/storage/database.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "core/base/error.h"

/**
 * tf_db_set_error:
 * @code: what SQLite returned
 *
 * Says in one line which file, what was found, and what was expected.
 */
void
tf_db_set_error (sqlite3 *db,
                 int      code,
                 GError **error)
{
  const char *path = sqlite3_db_filename (db, "main");
  int system = sqlite3_system_errno (db);
  const char *detail = system != 0 ? g_strerror (system) : sqlite3_errmsg (db);
  TfError kind = TF_ERROR_STORAGE;
  const char *expected;

  switch (code & 0xff)
    {
    case SQLITE_FULL:
      detail = "a full disk";
      expected = "room to write";
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      detail = "a file or folder that is read-only";
      expected = "one that can be written";
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      kind = TF_ERROR_BUSY;
      detail = "a database that another process is writing";
      expected = "it free within 5 seconds";
      break;
    case SQLITE_CORRUPT:
      detail = sqlite3_errmsg (db);
      expected = "an undamaged workspace";
      break;
    case SQLITE_NOTADB:
      kind = TF_ERROR_VERSION;
      detail = "a file that is not a database";
      expected = "a workspace of this program";
      break;
    case SQLITE_CONSTRAINT:
    case SQLITE_ERROR:
    case SQLITE_AUTH:
    case SQLITE_SCHEMA:
      detail = sqlite3_errmsg (db);
      expected = "a change that the workspace allows";
      break;
    case SQLITE_CANTOPEN:
      expected = "a file that can be opened";
      break;
    default:
      expected = "a file that can be read and written";
      break;
    }
  g_set_error (error, TF_ERROR, kind, "%s: found %s, expected %s",
               path != NULL && *path != '\0' ? path : "workspace", detail, expected);
}

sqlite3_stmt *
tf_db_prepare (sqlite3    *db,
               const char *sql,
               GError    **error)
{
  sqlite3_stmt *stmt = NULL;
  int code = sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

  if (code != SQLITE_OK)
    tf_db_set_error (db, code, error);
  return stmt;
}

gboolean
tf_db_exec (sqlite3    *db,
            const char *sql,
            GError    **error)
{
  int code = sqlite3_exec (db, sql, NULL, NULL, NULL);

  if (code == SQLITE_OK)
    return TRUE;
  tf_db_set_error (db, code, error);
  return FALSE;
}

/**
 * tf_db_step:
 * @row: (out) (optional): whether there is a row; without it @stmt runs to its end, and is reset
 */
gboolean
tf_db_step (sqlite3_stmt *stmt,
            gboolean     *row,
            GError      **error)
{
  int code = sqlite3_step (stmt);

  if (row != NULL)
    *row = code == SQLITE_ROW;
  if (code == SQLITE_ROW || code == SQLITE_DONE)
    {
      if (row == NULL || code == SQLITE_DONE)
        sqlite3_reset (stmt);
      return TRUE;
    }
  tf_db_set_error (sqlite3_db_handle (stmt), code, error);
  sqlite3_reset (stmt);
  return FALSE;
}

/**
 * tf_db_integer:
 * @value: (out): the first column of the first row of @sql; 0 without a row
 */
gboolean
tf_db_integer (sqlite3    *db,
               const char *sql,
               gint64     *value,
               GError    **error)
{
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (db, sql, error);
  gboolean row;

  if (stmt == NULL || !tf_db_step (stmt, &row, error))
    return FALSE;
  *value = row ? sqlite3_column_int64 (stmt, 0) : 0;
  return TRUE;
}

/* At once for writing: a transaction that starts as a reader can't always become a writer. */
gboolean
tf_db_begin (sqlite3 *db,
             GError **error)
{
  return tf_db_exec (db, "BEGIN IMMEDIATE", error);
}

/**
 * tf_db_end:
 * @good: commit; otherwise everything since tf_db_begin() is undone
 *
 * Returns: whether everything is durable
 */
gboolean
tf_db_end (sqlite3 *db,
           gboolean good,
           GError **error)
{
  if (good && tf_db_exec (db, "COMMIT", error))
    return TRUE;
  /* Some errors have rolled back by themselves. */
  if (!sqlite3_get_autocommit (db))
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

const char *
tf_db_text (sqlite3_stmt *stmt,
            int           column)
{
  const char *text = (const char *) sqlite3_column_text (stmt, column);

  return text != NULL ? text : "";
}

double
tf_db_double (sqlite3_stmt *stmt,
              int           column)
{
  return sqlite3_column_type (stmt, column) == SQLITE_NULL ? (double) NAN : sqlite3_column_double (stmt, column);
}

/* @text has to stay until the statement is reset or bound anew. */
void
tf_db_bind_text (sqlite3_stmt *stmt,
                 int           parameter,
                 const char   *text)
{
  sqlite3_bind_text (stmt, parameter, text, (int) strlen (text), SQLITE_STATIC);
}
