#include "io/storage/sources.h"

#include "io/storage/workspace-private.h"

void
tf_stored_source_free (TfStoredSource *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->kind);
  g_free (self->address);
  g_free (self->endpoint);
  g_free (self->contact);
  g_free (self);
}

void
tf_evidence_free (TfEvidence *self)
{
  g_bytes_unref (self->raw);
  g_free (self);
}

/**
 * tf_workspace_load_sources:
 *
 * Returns: (transfer full): TfStoredSources in the order in which they were added
 */
GPtrArray *
tf_workspace_load_sources (TfWorkspace *self,
                           GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) tf_stored_source_free);
  gboolean row;

  stmt = tf_db_prepare (self->db, "SELECT id, name, kind, address, endpoint, contact, enabled, heard FROM trader_sources"
                                  " ORDER BY id", error);
  if (stmt == NULL)
    return NULL;
  while (tf_db_step (stmt, &row, error))
    {
      TfStoredSource *source;

      if (!row)
        return g_steal_pointer (&sources);
      source = g_new0 (TfStoredSource, 1);
      source->id = sqlite3_column_int64 (stmt, 0);
      source->name = g_strdup ((const char *) sqlite3_column_text (stmt, 1));
      source->kind = g_strdup ((const char *) sqlite3_column_text (stmt, 2));
      source->address = g_strdup ((const char *) sqlite3_column_text (stmt, 3));
      source->endpoint = g_strdup ((const char *) sqlite3_column_text (stmt, 4));
      source->contact = g_strdup ((const char *) sqlite3_column_text (stmt, 5));
      source->enabled = sqlite3_column_int (stmt, 6) != 0;
      source->heard = sqlite3_column_int64 (stmt, 7);
      g_ptr_array_add (sources, source);
    }
  return NULL;
}

/**
 * tf_workspace_save_source:
 * @source: with id 0 it is added, and gets one
 *
 * For %TF_WORKSPACE_CONTROL and %TF_WORKSPACE_OWNER. What has the name, kind and address of another is refused. When it
 * was heard is not for the caller to say: it is kept for the same source, and as long as that is not switched off.
 */
gboolean
tf_workspace_save_source (TfWorkspace    *self,
                          TfStoredSource *source,
                          GError        **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db,
                        source->id == 0
                        ? "INSERT INTO trader_sources (name, kind, address, endpoint, contact, enabled)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                        : "UPDATE trader_sources SET name = ?1, kind = ?2, address = ?3, endpoint = ?4, contact = ?5, enabled = ?6,"
                          " heard = iif (?6 AND name = ?1 AND kind = ?2 AND address = ?3, heard, 0) WHERE id = ?7", error);
  if (stmt == NULL)
    return FALSE;
  tf_db_bind_text (stmt, 1, source->name);
  tf_db_bind_text (stmt, 2, source->kind);
  tf_db_bind_text (stmt, 3, source->address);
  if (source->endpoint != NULL)
    tf_db_bind_text (stmt, 4, source->endpoint);
  if (source->contact != NULL)
    tf_db_bind_text (stmt, 5, source->contact);
  sqlite3_bind_int (stmt, 6, source->enabled);
  if (source->id != 0)
    sqlite3_bind_int64 (stmt, 7, source->id);
  if (!tf_db_step (stmt, NULL, error))
    return FALSE;
  if (source->id == 0)
    source->id = sqlite3_last_insert_rowid (self->db);
  return TRUE;
}

/**
 * tf_workspace_remove_source:
 *
 * What was heard there stays in the journal.
 */
gboolean
tf_workspace_remove_source (TfWorkspace *self,
                            gint64       id,
                            GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (self->db, "DELETE FROM trader_sources WHERE id = ?1", error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, id);
  return tf_db_step (stmt, NULL, error);
}

/* Inside a transaction of the caller. One that was switched off meanwhile is not listened to any more. */
gboolean
tf_source_heard_store (TfWorkspace         *self,
                       const TfSourceHeard *heard,
                       GError             **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db, "UPDATE trader_sources SET heard = ?2 WHERE id = ?1 AND enabled", error);
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, heard->id);
  sqlite3_bind_int64 (stmt, 2, heard->time);
  return tf_db_step (stmt, NULL, error);
}

/* Inside a transaction of the caller. */
gboolean
tf_evidence_store (TfWorkspace      *self,
                   const TfEvidence *evidence,
                   GError          **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gsize size;
  const void *raw = g_bytes_get_data (evidence->raw, &size);

  stmt = tf_db_prepare (self->db, "INSERT OR IGNORE INTO source_evidence VALUES (?1, ?2, ?3)", error);
  if (stmt == NULL)
    return FALSE;
  tf_db_bind_text (stmt, 1, evidence->hash);
  sqlite3_bind_int64 (stmt, 2, evidence->time);
  sqlite3_bind_blob64 (stmt, 3, raw != NULL ? raw : "", size, SQLITE_STATIC);
  return tf_db_step (stmt, NULL, error);
}

/**
 * tf_workspace_load_evidence:
 * @hash: SHA-256 in hexadecimal, as a signal's evidence names it
 *
 * Returns: (transfer full) (nullable): the raw words; %NULL when they are not kept, or on failure
 */
GBytes *
tf_workspace_load_evidence (TfWorkspace *self,
                            const char  *hash,
                            GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (self->db, "SELECT raw FROM source_evidence WHERE hash = ?1", error);
  gboolean row;

  if (stmt == NULL)
    return NULL;
  tf_db_bind_text (stmt, 1, hash);
  if (!tf_db_step (stmt, &row, error) || !row)
    return NULL;
  return g_bytes_new (sqlite3_column_blob (stmt, 0), (gsize) sqlite3_column_bytes (stmt, 0));
}
