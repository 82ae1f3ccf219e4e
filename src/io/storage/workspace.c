#include "io/storage/workspace-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "io/storage/schema.h"

#define BUSY_MS 5000

/**
 * tf_workspace_default_path:
 * @market: demo, replay or a venue's name
 *
 * Returns: (transfer full): the market's own file under the user's data folder
 */
char *
tf_workspace_default_path (const char *market)
{
  g_autofree char *name = g_strconcat (market, ".tfw", NULL);

  return g_build_filename (g_get_user_data_dir (), "tradefollow", name, NULL);
}

static guint32
big_endian (const guint8 *p)
{
  return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

/* The first bytes of the file, through SQLite's own file layer: to close a file descriptor of one's own would drop
 * the locks that this process's other connections hold on the file (POSIX advisory locks; “How To Corrupt An
 * SQLite Database File”, 2.2). No statement is run, so nothing of a file that is not ours is changed. */
static gboolean
read_header (const char *path,
             guint8      header[100],
             GError    **error)
{
  sqlite3_file *file = NULL;
  sqlite3 *db = NULL;
  int code = sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL);

  memset (header, 0, 100);
  if (code == SQLITE_OK)
    code = sqlite3_file_control (db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code == SQLITE_OK)
    code = file->pMethods->xRead (file, header, 100, 0);
  sqlite3_close (db);
  if (code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "%s: found %s, expected a workspace", path,
               g_access (path, R_OK) != 0 ? g_strerror (errno) : sqlite3_errstr (code));
  return FALSE;
}

/* Looks at the file itself before any statement might change what is not ours. @exists: more than an empty file. */
static gboolean
check_file (const char     *path,
            TfWorkspaceMode mode,
            gboolean       *exists,
            GError        **error)
{
  guint8 header[100];
  GStatBuf info;

  *exists = FALSE;
  if (g_stat (path, &info) != 0)
    {
      if (errno == ENOENT && mode == TF_WORKSPACE_OWNER)
        return TRUE;
      g_set_error (error, TF_ERROR, errno == ENOENT ? TF_ERROR_NOT_FOUND : TF_ERROR_STORAGE,
                   "%s: found %s, expected a workspace", path,
                   errno == ENOENT ? "no such file" : g_strerror (errno));
      return FALSE;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_VERSION, "%s: found something that is no file, expected a workspace", path);
      return FALSE;
    }
  if (info.st_size == 0 && mode == TF_WORKSPACE_OWNER)
    return TRUE;
  *exists = TRUE;
  if (!read_header (path, header, error))
    return FALSE;
  if (info.st_size < (goffset) sizeof header || memcmp (header, "SQLite format 3", 16) != 0)
    g_set_error (error, TF_ERROR, TF_ERROR_VERSION,
                 "%s: found %s, expected a workspace of this program", path,
                 info.st_size == 0 ? "an empty file" : "a file that is not a database");
  else if (big_endian (header + 68) != TF_SCHEMA_APPLICATION)
    g_set_error (error, TF_ERROR, TF_ERROR_VERSION,
                 "%s: found a database of another program (application id 0x%08x), expected a workspace (0x%08x)",
                 path, big_endian (header + 68), TF_SCHEMA_APPLICATION);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_version (TfWorkspace *self,
               gint64      *version,
               GError     **error)
{
  if (!tf_db_integer (self->db, "PRAGMA user_version", version, error))
    return FALSE;
  if (*version > TF_SCHEMA_VERSION)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_VERSION,
                   "%s: found workspace version %" G_GINT64_FORMAT ", expected at most %d: it was made by a newer program",
                   self->path, *version, TF_SCHEMA_VERSION);
      return FALSE;
    }
  if (*version < TF_SCHEMA_VERSION && self->mode != TF_WORKSPACE_OWNER)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_VERSION,
                   "%s: found workspace version %" G_GINT64_FORMAT ", expected %d: start the program on it once",
                   self->path, *version, TF_SCHEMA_VERSION);
      return FALSE;
    }
  return TRUE;
}

/* One owner at a time: a lock that the kernel drops when the process ends, however it ends. The file says who has it. */
static gboolean
take_lock (TfWorkspace *self,
           GError     **error)
{
  g_autofree char *path = g_strconcat (self->path, "-lock", NULL);
  char text[24] = "";
  gssize n;

  self->lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->lock < 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "%s: found %s, expected a folder that can be written",
                   path, g_strerror (errno));
      return FALSE;
    }
  if (flock (self->lock, LOCK_EX | LOCK_NB) != 0)
    {
      n = pread (self->lock, text, sizeof text - 1, 0);
      text[MAX (n, 0)] = '\0';
      g_strstrip (text);
      g_set_error (error, TF_ERROR, TF_ERROR_BUSY, "%s is in use by process %s", self->path,
                   *text != '\0' ? text : "unknown");
      return FALSE;
    }
  n = g_snprintf (text, sizeof text, "%ld\n", (long) getpid ());
  if (ftruncate (self->lock, 0) != 0 || pwrite (self->lock, text, (gsize) n, 0) != n)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "%s: found %s, expected room to write", path, g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

/* The file is there, empty and private, before SQLite writes a byte. */
static gboolean
create_file (TfWorkspace *self,
             GError     **error)
{
  int fd = open (self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0 || fchmod (fd, 0600) != 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "%s: found %s, expected a file that can be written",
                   self->path, g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  close (fd);
  return TRUE;
}

/* What TF_WORKSPACE_CONTROL may do, checked by SQLite when a statement is prepared. */
static int
authorize (void       *data,
           int         action,
           const char *a,
           const char *b,
           const char *database,
           const char *trigger)
{
  switch (action)
    {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_TRANSACTION:
      return SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_UPDATE: /* of AUTOINCREMENT's own table */
      return (strcmp (a, "command_inbox") == 0 && action == SQLITE_INSERT) || strcmp (a, "trader_sources") == 0
             || strcmp (a, "sqlite_sequence") == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_DELETE:
      return strcmp (a, "trader_sources") == 0 ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
    }
}

static gboolean
open_database (TfWorkspace *self,
               gboolean     exists,
               GError     **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);
  g_autofree char *uri = NULL;
  const char *name = self->path;
  int flags = SQLITE_OPEN_FULLMUTEX, code;
  gint64 version;
  GStatBuf info;

  flags |= self->mode == TF_WORKSPACE_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  /* On a read-only medium the shared memory file of WAL can't be made. Nobody writes there either. */
  if (self->mode == TF_WORKSPACE_READER && faccessat (AT_FDCWD, folder, W_OK, AT_EACCESS) != 0
      && (g_stat (wal, &info) != 0 || info.st_size == 0))
    {
      g_autofree char *escaped = g_uri_escape_string (self->path, "/", FALSE);

      uri = g_strconcat ("file:", escaped, "?immutable=1", NULL);
      name = uri;
      flags |= SQLITE_OPEN_URI;
    }
  code = sqlite3_open_v2 (name, &self->db, flags, NULL);
  if (code != SQLITE_OK)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "%s: found %s, expected a workspace that can be opened",
                   self->path, self->db != NULL ? sqlite3_errmsg (self->db) : sqlite3_errstr (code));
      return FALSE;
    }
  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_timeout (self->db, BUSY_MS);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  if (!check_version (self, &version, error))
    {
      /* What is not ours stays as it is, its log included. */
      sqlite3_db_config (self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
      return FALSE;
    }
  if (self->mode != TF_WORKSPACE_READER && sqlite3_db_readonly (self->db, "main") == 1)
    {
      tf_db_set_error (self->db, SQLITE_READONLY, error);
      return FALSE;
    }
  if (!tf_db_exec (self->db,
                   "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
                   "PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY", error))
    return FALSE;
  if (self->mode == TF_WORKSPACE_OWNER)
    {
      /* Created with a rollback journal, so that the first pages of the file itself say whose it is; then WAL for good. */
      if (!tf_db_exec (self->db, "PRAGMA synchronous = FULL", error)
          || !tf_schema_migrate (self->db, version, error)
          || !tf_db_exec (self->db, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4000;"
                          "PRAGMA journal_size_limit = 67108864", error))
        return FALSE;
    }
  else if (self->mode == TF_WORKSPACE_CONTROL)
    sqlite3_set_authorizer (self->db, authorize, NULL);
  else if (!tf_db_exec (self->db, "PRAGMA query_only = ON", error))
    return FALSE;
  return TRUE;
}

/* An owner goes on writing only behind a journal whose end is where it was left. */
static gboolean
check_end (TfWorkspace *self,
           GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT journal_head.seq, coalesce (last.seq, 0), journal_head.hash IS coalesce (last.hash, zeroblob (32))"
                        " FROM journal_head LEFT JOIN (SELECT seq, hash FROM comprehensive_audit ORDER BY seq DESC LIMIT 1)"
                        " AS last", error);
  if (stmt == NULL || !tf_db_step (stmt, &row, error))
    return FALSE;
  if (row && sqlite3_column_int64 (stmt, 0) == sqlite3_column_int64 (stmt, 1) && sqlite3_column_int (stmt, 2) == 1)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH,
               "%s: found a journal that ends with entry %" G_GINT64_FORMAT ", expected entry %" G_GINT64_FORMAT
               " with the hash of the journal's head: it was changed from outside",
               self->path, row ? (gint64) sqlite3_column_int64 (stmt, 1) : 0, row ? (gint64) sqlite3_column_int64 (stmt, 0) : 0);
  return FALSE;
}

/**
 * tf_workspace_open:
 * @path: the file. An owner makes it, and folders above it, when there is none
 *
 * Nothing is changed when it fails: %TF_ERROR_NOT_FOUND, %TF_ERROR_VERSION (not a workspace, or a newer program's),
 * %TF_ERROR_BUSY (another process owns it), %TF_ERROR_MISMATCH (the journal's end is not where it was left),
 * %TF_ERROR_STORAGE (read-only, damaged, full). One line: file, found, expected.
 *
 * Returns: (transfer full): the workspace, or %NULL
 */
TfWorkspace *
tf_workspace_open (const char     *path,
                   TfWorkspaceMode mode,
                   GError        **error)
{
  g_autoptr (TfWorkspace) self = g_new0 (TfWorkspace, 1);
  gboolean exists;

  self->path = g_strdup (path);
  self->mode = mode;
  self->lock = -1;
  if (!check_file (path, mode, &exists, error))
    return NULL;
  if (mode == TF_WORKSPACE_OWNER)
    {
      g_autofree char *folder = g_path_get_dirname (path);

      if (!exists && g_mkdir_with_parents (folder, 0700) != 0)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "%s: found %s, expected a folder that can be made",
                       folder, g_strerror (errno));
          return NULL;
        }
      /* Looked at again under the lock: another process may have made it meanwhile. */
      if (!take_lock (self, error) || !check_file (path, mode, &exists, error)
          || (!exists && !create_file (self, error)))
        return NULL;
    }
  if (!open_database (self, exists, error) || (mode == TF_WORKSPACE_OWNER && !check_end (self, error)))
    {
      /* Nothing half-made stays behind. */
      if (mode == TF_WORKSPACE_OWNER && !exists)
        g_unlink (path);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * tf_workspace_close:
 *
 * A writer on it has to be stopped before.
 */
void
tf_workspace_close (TfWorkspace *self)
{
  if (self == NULL)
    return;
  sqlite3_close (self->db);
  if (self->lock >= 0)
    close (self->lock);
  g_free (self->path);
  g_free (self);
}

const char *
tf_workspace_get_path (const TfWorkspace *self)
{
  return self->path;
}

/**
 * tf_workspace_get_head:
 * @seq: (out): number of the last entry; 0: none yet
 * @hash: (out): its hash, 32 zero bytes without one
 */
gboolean
tf_workspace_get_head (TfWorkspace *self,
                       gint64      *seq,
                       guint8       hash[TF_HASH_SIZE],
                       GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (self->db, "SELECT seq, hash FROM journal_head", error);
  gboolean row;

  if (stmt == NULL || !tf_db_step (stmt, &row, error))
    return FALSE;
  *seq = 0;
  memset (hash, 0, TF_HASH_SIZE);
  if (row && sqlite3_column_bytes (stmt, 1) == TF_HASH_SIZE)
    {
      *seq = sqlite3_column_int64 (stmt, 0);
      memcpy (hash, sqlite3_column_blob (stmt, 1), TF_HASH_SIZE);
    }
  return TRUE;
}

/**
 * tf_workspace_load_checkpoint:
 * @checkpoint: (out): free with tf_checkpoint_clear(); its state is %NULL when none was made yet
 */
gboolean
tf_workspace_load_checkpoint (TfWorkspace  *self,
                              TfCheckpoint *checkpoint,
                              GError      **error)
{
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (self->db, "SELECT seq, head, events, state FROM checkpoint", error);
  gboolean row;

  *checkpoint = (TfCheckpoint) { 0 };
  if (stmt == NULL || !tf_db_step (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  checkpoint->seq = sqlite3_column_int64 (stmt, 0);
  memcpy (checkpoint->head, sqlite3_column_blob (stmt, 1), TF_HASH_SIZE);
  checkpoint->events = sqlite3_column_int64 (stmt, 2);
  checkpoint->state = g_bytes_new (sqlite3_column_blob (stmt, 3), (gsize) sqlite3_column_bytes (stmt, 3));
  return TRUE;
}

/**
 * tf_workspace_load_inputs:
 *
 * Returns: (transfer full): the TfEvents that were taken in since the checkpoint, one after the other
 */
GByteArray *
tf_workspace_load_inputs (TfWorkspace  *self,
                          GError      **error)
{
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (self->db, "SELECT events FROM market_inputs ORDER BY id", error);
  g_autoptr (GByteArray) inputs = g_byte_array_new ();
  gboolean row;

  if (stmt == NULL)
    return NULL;
  while (tf_db_step (stmt, &row, error))
    {
      if (!row)
        return g_steal_pointer (&inputs);
      g_byte_array_append (inputs, sqlite3_column_blob (stmt, 0), (guint) sqlite3_column_bytes (stmt, 0));
    }
  return NULL;
}

void
tf_checkpoint_clear (TfCheckpoint *checkpoint)
{
  g_clear_pointer (&checkpoint->state, g_bytes_unref);
}

/**
 * tf_workspace_compare:
 * @record: an entry that was derived again; its hash covers all entries before it
 *
 * Returns: %FALSE with %TF_ERROR_MISMATCH when the journal has another entry of this number, or none
 */
gboolean
tf_workspace_compare (TfWorkspace    *self,
                      const TfRecord *record,
                      GError        **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  char has[TF_TIME_SIZE], gives[TF_TIME_SIZE];
  gboolean row;

  stmt = tf_db_prepare (self->db, "SELECT hash, kind, reason, time FROM comprehensive_audit WHERE seq = ?1", error);
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, record->seq);
  if (!tf_db_step (stmt, &row, error))
    return FALSE;
  if (row && sqlite3_column_bytes (stmt, 0) == TF_HASH_SIZE
      && memcmp (sqlite3_column_blob (stmt, 0), record->hash, TF_HASH_SIZE) == 0)
    return TRUE;
  tf_time_format (record->time, gives);
  if (row)
    g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH,
                 "%s: entry %" G_GINT64_FORMAT ": the journal has %s “%s” of %s, this run gives %s “%s” of %s", self->path,
                 record->seq, (const char *) sqlite3_column_text (stmt, 1), (const char *) sqlite3_column_text (stmt, 2),
                 tf_time_format (sqlite3_column_int64 (stmt, 3), has), tf_record_kind_name (record->kind), record->reason, gives);
  else
    g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH, "%s: entry %" G_GINT64_FORMAT ": the journal has none, this run gives %s “%s” of %s",
                 self->path, record->seq, tf_record_kind_name (record->kind), record->reason, gives);
  return FALSE;
}
