#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/random.h"
#include "io/storage/journal.h"
#include "io/storage/sources.h"
#include "io/storage/writer.h"

typedef struct
{
  char *folder, *path;
} Place;

static void
set_up (Place        *place,
        gconstpointer data)
{
  place->folder = g_dir_make_tmp ("tf-storage-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "test.tfw", NULL);
}

static void
tear_down (Place        *place,
           gconstpointer data)
{
  static const char *const ends[] = { "", "-wal", "-shm", "-lock", "-journal" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strconcat (place->path, ends[i], NULL);

      g_unlink (path);
    }
  g_rmdir (place->folder);
  g_free (place->folder);
  g_free (place->path);
}

static TfWorkspace *
open_owner (const Place *place)
{
  g_autoptr (GError) error = NULL;
  TfWorkspace *workspace = tf_workspace_open (place->path, TF_WORKSPACE_OWNER, &error);

  g_assert_no_error (error);
  return workspace;
}

static void
make_record (TfRecord *record,
             gint64    seq,
             guint8    head[TF_HASH_SIZE])
{
  static const char *const accounts[] = { "", "woods1", "angry" };

  *record = (TfRecord) {
    .seq = seq, .time = seq * TF_SECOND, .cause = seq - 1, .kind = (TfRecordKind) (seq % TF_N_RECORDS), .code = (gint32) (seq % 3 - 1),
    .account = accounts[seq % 3], .origin = "ema-btc", .instrument = "BTC-USDT", .reason = "because", .ref = seq / 3,
    .price = seq * 7, .quantity = -seq, .amount = G_MAXINT64 - seq, .fee = 3, .value = G_MININT64, .limit = 5, .text = "a|b\\c é\n",
  };
  tf_record_chain (record, head);
  memcpy (head, record->hash, TF_HASH_SIZE);
}

/* Entries from..to, in batches of @size. */
static void
push_records (TfWriter *writer,
              gint64    from,
              gint64    to,
              guint     size,
              guint8    head[TF_HASH_SIZE])
{
  while (from <= to)
    {
      TfBatch *batch = tf_batch_new ();
      g_autoptr (GError) error = NULL;
      TfRecord record;

      for (guint i = 0; i < size && from <= to; i++)
        {
          make_record (&record, from++, head);
          tf_batch_add (batch, &record);
        }
      tf_writer_push (writer, batch, &error);
      g_assert_no_error (error);
    }
}

static void
fill (const Place *place,
      gint64       entries)
{
  g_autoptr (TfWorkspace) workspace = open_owner (place);
  g_autoptr (GError) error = NULL;
  guint8 head[TF_HASH_SIZE] = { 0 };
  TfWriter *writer = tf_writer_new (workspace, NULL, NULL, &error);

  g_assert_no_error (error);
  push_records (writer, 1, entries, 10, head);
  tf_writer_stop (writer, &error);
  g_assert_no_error (error);
}

static sqlite3 *
open_raw (const Place *place)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (place->path, &db), ==, SQLITE_OK);
  return db;
}

static void
run_sql (const Place *place,
         const char  *sql)
{
  sqlite3 *db = open_raw (place);

  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
  sqlite3_close (db);
}

/* Opening */

static void
test_create (Place        *place,
             gconstpointer data)
{
  g_autofree char *deep = g_build_filename (place->folder, "a", "b", "demo.tfw", NULL);
  g_autofree char *b = g_path_get_dirname (deep), *a = g_path_get_dirname (b), *lock = g_strconcat (deep, "-lock", NULL);
  g_autoptr (GError) error = NULL;
  TfWorkspace *workspace = tf_workspace_open (deep, TF_WORKSPACE_OWNER, &error);
  guint8 head[TF_HASH_SIZE];
  struct stat info;
  gint64 seq;

  g_assert_no_error (error);
  g_assert_cmpint (stat (deep, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (b, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_true (tf_workspace_get_head (workspace, &seq, head, &error));
  g_assert_cmpint (seq, ==, 0);
  g_assert_null (tf_workspace_load_config (workspace, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_FOUND);
  tf_workspace_close (workspace);
  g_unlink (deep);
  g_unlink (lock);
  g_rmdir (b);
  g_rmdir (a);
}

static const struct
{
  const char     *name, *sql;  /* to make the file with; NULL: @content */
  const char     *content;     /* NULL: no file */
  TfWorkspaceMode mode;
  int             code;
  const char     *expected;
} refused[] = {
  { "missing", NULL, NULL, TF_WORKSPACE_READER, TF_ERROR_NOT_FOUND, "found no such file" },
  { "missing for control", NULL, NULL, TF_WORKSPACE_CONTROL, TF_ERROR_NOT_FOUND, "found no such file" },
  { "empty", NULL, "", TF_WORKSPACE_READER, TF_ERROR_VERSION, "found an empty file" },
  { "garbage", NULL, "This is not a database, it is a text that goes on for a while so that it has more than one hundred bytes.",
    TF_WORKSPACE_OWNER, TF_ERROR_VERSION, "found a file that is not a database" },
  { "short", NULL, "SQLite format 3", TF_WORKSPACE_OWNER, TF_ERROR_VERSION, "found a file that is not a database" },
  { "another program's", "CREATE TABLE t (x)", NULL, TF_WORKSPACE_OWNER, TF_ERROR_VERSION, "found a database of another program" },
  { "newer", "PRAGMA application_id = 0x54465731; PRAGMA user_version = 99; CREATE TABLE t (x)", NULL, TF_WORKSPACE_OWNER,
    TF_ERROR_VERSION, "found workspace version 99, expected at most" },
  { "newer for a reader", "PRAGMA application_id = 0x54465731; PRAGMA user_version = 99; CREATE TABLE t (x)", NULL,
    TF_WORKSPACE_READER, TF_ERROR_VERSION, "found workspace version 99, expected at most" },
};

static void
test_refused (Place        *place,
              gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  gsize before_size = 0, after_size = 0;

  if (refused[row].sql != NULL)
    run_sql (place, refused[row].sql);
  else if (refused[row].content != NULL)
    g_file_set_contents (place->path, refused[row].content, -1, NULL);
  g_file_get_contents (place->path, &before, &before_size, NULL);
  g_assert_null (tf_workspace_open (place->path, refused[row].mode, &error));
  g_assert_error (error, TF_ERROR, refused[row].code);
  if (!g_str_has_prefix (error->message, place->path) || strstr (error->message, refused[row].expected) == NULL
      || strstr (error->message, "expected") == NULL || strchr (error->message, '\n') != NULL)
    g_error ("%s", error->message);
  g_file_get_contents (place->path, &after, &after_size, NULL);
  g_assert_cmpmem (before, before_size, after, after_size);
}

static void
test_folder (Place        *place,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tf_workspace_open (place->folder, TF_WORKSPACE_OWNER, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_VERSION);
}

/* As a user who may not write: root may everything. */
static void
test_read_only (Place        *place,
                gconstpointer data)
{
  gboolean root = geteuid () == 0;

  fill (place, 20);
  g_assert_cmpint (g_chmod (place->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (place->folder, 0555), ==, 0);
  if (root)
    g_assert_cmpint (seteuid (65534), ==, 0);
  {
    g_autofree char *other = g_build_filename (place->folder, "new.tfw", NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (TfWorkspace) reader = NULL;
    TfVerification result;

    g_assert_null (tf_workspace_open (place->path, TF_WORKSPACE_OWNER, &error));
    g_assert_error (error, TF_ERROR, TF_ERROR_STORAGE);
    g_clear_error (&error);
    g_assert_null (tf_workspace_open (other, TF_WORKSPACE_OWNER, &error));
    g_assert_error (error, TF_ERROR, TF_ERROR_STORAGE);
    g_clear_error (&error);
    g_assert_null (tf_workspace_open (place->path, TF_WORKSPACE_CONTROL, &error));
    g_assert_error (error, TF_ERROR, TF_ERROR_STORAGE);
    g_clear_error (&error);
    /* An auditor with a read-only medium can still check it. */
    reader = tf_workspace_open (place->path, TF_WORKSPACE_READER, &error);
    g_assert_no_error (error);
    g_assert_true (tf_journal_verify (place->path, NULL, NULL, NULL, &result, &error));
    g_assert_true (result.ok);
    g_assert_cmpint (result.entries, ==, 20);
  }
  if (root)
    g_assert_cmpint (seteuid (0), ==, 0);
  g_chmod (place->folder, 0700);
}

static void
test_second (Place        *place,
             gconstpointer data)
{
  g_autoptr (TfWorkspace) first = open_owner (place);
  g_autoptr (GError) error = NULL;
  g_autofree char *process = g_strdup_printf ("is in use by process %ld", (long) getpid ());
  g_autoptr (TfWorkspace) reader = NULL, again = NULL;

  g_assert_null (tf_workspace_open (place->path, TF_WORKSPACE_OWNER, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, process));
  g_clear_error (&error);
  reader = tf_workspace_open (place->path, TF_WORKSPACE_READER, &error);
  g_assert_no_error (error);
  g_clear_pointer (&first, tf_workspace_close);
  again = tf_workspace_open (place->path, TF_WORKSPACE_OWNER, &error);
  g_assert_no_error (error);
}

/* A reader that comes and goes in the owner's process must not cost the owner its locks: another process would take
 * itself for the last one, and remove the log under the owner. */
static void
test_locks (Place        *place,
            gconstpointer data)
{
  g_autoptr (TfWorkspace) owner = open_owner (place);
  g_autofree char *wal = g_strconcat (place->path, "-wal", NULL);
  g_autoptr (GError) error = NULL;
  TfCommand command = { .type = TF_COMMAND_STOP, .account = -1 };
  int status;
  pid_t child;

  g_assert_true (tf_workspace_post_command (owner, &command, &error));
  for (int k = 0; k < 2; k++)
    {
      g_autoptr (TfWorkspace) reader = tf_workspace_open (place->path, TF_WORKSPACE_READER, &error);
      g_autoptr (GArray) commands = reader != NULL ? tf_workspace_take_commands (reader, 0, &error) : NULL;

      g_assert_no_error (error);
      g_assert_cmpuint (commands->len, ==, 1);
    }
  g_assert_true (g_file_test (wal, G_FILE_TEST_EXISTS));
  child = fork ();
  if (child == 0)
    {
      char *const argv[] = { (char *) "sqlite-reader", place->path, NULL };

      /* A process of its own, not a copy of this one with its connections. */
      setenv ("TF_TEST_READER", place->path, 1);
      execv ("/proc/self/exe", argv);
      _exit (1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_file_test (wal, G_FILE_TEST_EXISTS));
}

/* What the other process of test_locks() does: it may write, reads, and closes. */
static int
read_and_close (const char *path)
{
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (path, TF_WORKSPACE_CONTROL, NULL);
  g_autoptr (GArray) commands = workspace != NULL ? tf_workspace_take_commands (workspace, 0, NULL) : NULL;

  return commands != NULL && commands->len == 1 ? 0 : 1;
}

/* Rules of the tables */

static const struct { const char *name, *sql; } forbidden[] = {
  { "update", "UPDATE comprehensive_audit SET text = 'x' WHERE seq = 3" },
  { "update of everything", "UPDATE comprehensive_audit SET fee = fee" },
  { "delete", "DELETE FROM comprehensive_audit WHERE seq = 20" },
  { "delete of everything", "DELETE FROM comprehensive_audit" },
#define VALUES(seq) "SELECT " seq ", time, cause, kind, code, account, origin, instrument, reason, ref, price, quantity, amount, fee," \
                    " value, lim, text, hash FROM comprehensive_audit WHERE seq = 1"
  { "replace", "INSERT OR REPLACE INTO comprehensive_audit " VALUES ("20") },
  { "replace of an old one", "REPLACE INTO comprehensive_audit " VALUES ("3") },
  { "ignore", "INSERT INTO comprehensive_audit " VALUES ("20") },
  { "gap", "INSERT INTO comprehensive_audit " VALUES ("22") },
  { "no number", "INSERT INTO comprehensive_audit " VALUES ("NULL") },
  { "negative", "INSERT INTO comprehensive_audit " VALUES ("-1") },
  { "upsert", "INSERT INTO comprehensive_audit " VALUES ("3") " ON CONFLICT (seq) DO UPDATE SET text = 'x'" },
  { "head back", "UPDATE journal_head SET seq = 19" },
  { "no head", "DELETE FROM journal_head" },
  { "wrong type", "UPDATE paper_trading_accounts SET cash = 1.5; INSERT INTO market_data_cache VALUES ('a', 'b', 1, 1, 1, 1, 1, 1)" },
};

/* By any connection: the rules are in the file. */
static void
test_forbidden (Place        *place,
                gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  TfVerification result;
  sqlite3 *db;

  fill (place, 20);
  db = open_raw (place);
  g_assert_cmpint (sqlite3_exec (db, forbidden[row].sql, NULL, NULL, NULL), !=, SQLITE_OK);
  sqlite3_close (db);
  g_assert_true (tf_journal_verify (place->path, NULL, NULL, NULL, &result, &error));
  g_assert_true (result.ok);
  g_assert_cmpint (result.entries, ==, 20);
}

static void
test_tables (Place        *place,
             gconstpointer data)
{
  static const char *const names[] = {
    "paper_trading_accounts", "ai_trading_bots", "trader_follows", "comprehensive_audit", "market_data_cache",
  };
  sqlite3 *db;

  fill (place, 1);
  db = open_raw (place);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *sql = g_strdup_printf ("SELECT strict FROM pragma_table_list WHERE name = '%s'", names[i]);
      sqlite3_stmt *stmt;

      g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
      g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
      g_assert_cmpint (sqlite3_column_int (stmt, 0), ==, 1);
      sqlite3_finalize (stmt);
    }
  sqlite3_close (db);
}

/* Configuration, session, inbox, cache */

static TfConfig *
make_config (void)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  TfInstrument extra;
  TfConfig *config;

  g_assert_true (tf_instrument_guess ("HYPE-USD", &extra, NULL));
  tf_universe_add (universe, &extra);
  config = tf_config_new_default ("demo", universe, TF_HOUR, G_MAXUINT64 - 5);
  config->accounts[1].threshold = 0.1 + 0.2;
  config->accounts[2].limits.max_gross = 1.0 / 3;
  config->accounts[0].limits.cooldown = 123456789012345;
  config->bots[3].params[0] = 1e-300;
  config->traders[4].followed[1] = 0;
  config->traders[5].trust_sd = 0.3;
  return config;
}

static void
assert_same_config (const TfConfig *a,
                    const TfConfig *b)
{
  g_assert_cmpstr (a->market, ==, b->market);
  g_assert_cmpint (a->simulated, ==, b->simulated);
  g_assert_cmpint (a->interval, ==, b->interval);
  g_assert_cmpuint (a->seed, ==, b->seed);
  g_assert_cmpmem (a->universe->items, a->universe->n * sizeof *a->universe->items,
                   b->universe->items, b->universe->n * sizeof *b->universe->items);
  g_assert_cmpmem (a->accounts, a->n_accounts * sizeof *a->accounts, b->accounts, b->n_accounts * sizeof *b->accounts);
  g_assert_cmpmem (a->bots, a->n_bots * sizeof *a->bots, b->bots, b->n_bots * sizeof *b->bots);
  g_assert_cmpuint (a->n_traders, ==, b->n_traders);
  for (guint i = 0; i < a->n_traders; i++)
    {
      TfTrader x = a->traders[i], y = b->traders[i];

      /* Only accounts that there are follow anybody. */
      memset (x.followed + a->n_accounts, 0, sizeof x.followed - a->n_accounts);
      g_assert_cmpmem (&x, sizeof x, &y, sizeof y);
      for (guint k = 0; k < a->n_accounts; k++)
        {
          TfCopyPolicy p, q;

          tf_config_get_policy (a, i, k, &p);
          tf_config_get_policy (b, i, k, &q);
          g_assert_cmpmem (&p, sizeof p, &q, sizeof q);
        }
    }
}

static void
test_config (Place        *place,
             gconstpointer data)
{
  g_autoptr (TfWorkspace) workspace = open_owner (place);
  g_autoptr (TfConfig) config = make_config (), loaded = NULL, other = NULL, again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_workspace_save_config (workspace, config, &error));
  g_assert_no_error (error);
  loaded = tf_workspace_load_config (workspace, &error);
  g_assert_no_error (error);
  assert_same_config (config, loaded);
  /* Saved again with a change: the change, and nothing doubled. */
  config->accounts[0].multiplier = 0.25;
  for (gint p = 0; p < TF_N_POLICY_FIELDS; p++)
    g_assert_true (tf_config_set_policy (config, 1, 2, p, tf_policy_field ((guint) p)->max));
  g_assert_true (tf_config_set_policy (config, 0, 1, TF_POLICY_RATIO, 0.00000003));
  g_assert_true (tf_config_set_policy (config, 0, 1, TF_POLICY_INSTRUMENT + 1, 0));
  g_assert_false (tf_config_set_policy (config, 0, 1, TF_POLICY_INSTRUMENT + (gint) config->universe->n, 0));
  g_assert_true (tf_workspace_save_config (workspace, config, &error));
  again = tf_workspace_load_config (workspace, &error);
  g_assert_no_error (error);
  assert_same_config (config, again);
  /* Origins never mix. */
  other = tf_config_copy (config);
  g_strlcpy (other->market, "replay", sizeof other->market);
  g_assert_false (tf_workspace_save_config (workspace, other, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
}

static void
test_session (Place        *place,
              gconstpointer data)
{
  g_autoptr (TfWorkspace) workspace = open_owner (place);
  char *paths[] = { (char *) "/a b/ü%.csv", (char *) "line\nbreak", NULL };
  TfSession session = {
    .market = "replay", .description = (char *) "Candles", .data = paths, .seed = G_MAXUINT64, .interval = TF_HOUR,
    .from = 5, .speed = 60, .started = 7, .finished = TRUE,
  };
  g_autoptr (TfSession) loaded = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (tf_workspace_load_session (workspace, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (tf_workspace_save_session (workspace, &session, &error));
  loaded = tf_workspace_load_session (workspace, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (loaded->market, ==, "replay");
  g_assert_cmpstrv (loaded->data, paths);
  g_assert_cmpuint (g_strv_length (loaded->signals), ==, 0);
  g_assert_cmpuint (loaded->seed, ==, G_MAXUINT64);
  g_assert_cmpfloat (loaded->speed, ==, 60);
  g_assert_true (loaded->finished);
}

static void
test_inbox (Place        *place,
            gconstpointer data)
{
  g_autoptr (TfWorkspace) owner = open_owner (place), control = NULL, reader = NULL;
  const TfCommand stop = { .type = TF_COMMAND_STOP, .account = -1 };
  const TfCommand set = { .type = TF_COMMAND_SET_PARAM, .account = -1, .voter = 3, .param = 1, .value = 0.1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) none = NULL, both = NULL, left = NULL;
  TfBatch *batch;
  TfWriter *writer;

  control = tf_workspace_open (place->path, TF_WORKSPACE_CONTROL, &error);
  g_assert_no_error (error);
  none = tf_workspace_take_commands (owner, 0, &error);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_true (tf_workspace_post_command (control, &stop, &error));
  g_assert_true (tf_workspace_post_command (control, &set, &error));
  g_assert_no_error (error);
  /* It may do nothing else. */
  g_assert_false (tf_workspace_save_session (control, &(TfSession) { .market = "demo" }, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_STORAGE);
  g_clear_error (&error);
  reader = tf_workspace_open (place->path, TF_WORKSPACE_READER, &error);
  g_assert_false (tf_workspace_post_command (reader, &stop, NULL));
  both = tf_workspace_take_commands (reader, 0, &error);
  g_assert_cmpuint (both->len, ==, 2);
  g_assert_cmpint (g_array_index (both, TfInboxCommand, 0).command.type, ==, TF_COMMAND_STOP);
  g_assert_cmpint (g_array_index (both, TfInboxCommand, 1).command.voter, ==, 3);
  g_assert_cmpfloat (g_array_index (both, TfInboxCommand, 1).command.value, ==, 0.1);
  /* Taken with the transaction that journals it; numbers are never used again. */
  writer = tf_writer_new (owner, NULL, NULL, &error);
  batch = tf_batch_new ();
  batch->inbox = g_array_index (both, TfInboxCommand, 1).id;
  g_assert_true (tf_writer_push (writer, batch, &error));
  g_assert_true (tf_writer_stop (writer, &error));
  g_assert_true (tf_workspace_post_command (control, &stop, &error));
  left = tf_workspace_take_commands (owner, 0, &error);
  g_assert_cmpuint (left->len, ==, 1);
  g_assert_cmpint (g_array_index (left, TfInboxCommand, 0).id, ==, 3);
}

static void
test_cache (Place        *place,
            gconstpointer data)
{
  g_autoptr (TfWorkspace) workspace = open_owner (place);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) loaded = NULL;
  TfCandle candles[100];

  for (guint i = 0; i < G_N_ELEMENTS (candles); i++)
    candles[i] = (TfCandle) { (TfTime) i * TF_HOUR, { 1 + i }, { 9 + i }, { 1 }, { 2 + i }, { i } };
  g_assert_true (tf_workspace_cache_candles (workspace, "BTC-USDT", TF_HOUR, candles, 100, &error));
  candles[50].close.raw = 77;
  g_assert_true (tf_workspace_cache_candles (workspace, "BTC-USDT", TF_HOUR, candles + 50, 50, &error));
  loaded = tf_workspace_load_candles (workspace, "BTC-USDT", TF_HOUR, 10 * TF_HOUR, 90 * TF_HOUR, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (loaded->data, loaded->len * sizeof (TfCandle), candles + 10, 80 * sizeof (TfCandle));
}

/* Writer */

typedef struct
{
  gint64 seq, batches;
  int    failures;
} Heard;

static void
on_committed (const TfBatch *batch,
              const GError  *error,
              gpointer       data)
{
  Heard *heard = data;

  if (batch == NULL)
    {
      g_assert_nonnull (error);
      heard->failures++;
      return;
    }
  heard->batches++;
  for (guint i = 0; i < batch->records->len; i++)
    g_assert_cmpint (g_array_index (batch->records, TfRecord, i).seq, ==, ++heard->seq);
}

static gboolean
collect (const TfRecord *record,
         gpointer        data)
{
  guint8 *head = data;
  TfRecord expected;

  make_record (&expected, record->seq, head);
  g_assert_cmpint (record->time, ==, expected.time);
  g_assert_cmpint (record->cause, ==, expected.cause);
  g_assert_cmpint (record->kind, ==, expected.kind);
  g_assert_cmpint (record->code, ==, expected.code);
  g_assert_cmpstr (record->account, ==, expected.account);
  g_assert_cmpstr (record->origin, ==, expected.origin);
  g_assert_cmpstr (record->instrument, ==, expected.instrument);
  g_assert_cmpstr (record->reason, ==, expected.reason);
  g_assert_cmpint (record->ref, ==, expected.ref);
  g_assert_cmpint (record->price, ==, expected.price);
  g_assert_cmpint (record->quantity, ==, expected.quantity);
  g_assert_cmpint (record->amount, ==, expected.amount);
  g_assert_cmpint (record->fee, ==, expected.fee);
  g_assert_cmpint (record->value, ==, expected.value);
  g_assert_cmpint (record->limit, ==, expected.limit);
  g_assert_cmpstr (record->text, ==, expected.text);
  g_assert_cmpmem (record->hash, TF_HASH_SIZE, expected.hash, TF_HASH_SIZE);
  return TRUE;
}

static void
test_writer (Place        *place,
             gconstpointer data)
{
  g_autoptr (TfWorkspace) workspace = open_owner (place);
  g_autoptr (GError) error = NULL;
  guint8 head[TF_HASH_SIZE] = { 0 }, again[TF_HASH_SIZE] = { 0 }, stored[TF_HASH_SIZE];
  TfJournalFilter all = { 0 };
  Heard heard = { 0 };
  TfWriter *writer = tf_writer_new (workspace, on_committed, &heard, &error);
  gint64 seq;

  g_assert_no_error (error);
  push_records (writer, 1, 500, 7, head);
  g_assert_true (tf_writer_flush (writer, &error));
  g_assert_cmpint (tf_writer_get_seq (writer), ==, 500);
  g_assert_cmpint (heard.seq, ==, 500);
  push_records (writer, 501, 3000, 100, head);
  g_assert_true (tf_writer_stop (writer, &error));
  g_assert_cmpint (heard.seq, ==, 3000);
  g_assert_cmpint (heard.batches, ==, 72 + 25);
  g_assert_true (tf_workspace_get_head (workspace, &seq, stored, &error));
  g_assert_cmpint (seq, ==, 3000);
  g_assert_cmpmem (stored, sizeof stored, head, sizeof head);
  g_assert_true (tf_journal_iterate (workspace, &all, collect, again, &error));
  g_assert_cmpmem (again, sizeof again, head, sizeof head);
}

/* After a restart the same entries are compared, then it goes on. */
static void
test_resume (Place        *place,
             gconstpointer data)
{
  g_autoptr (TfWorkspace) workspace = NULL;
  g_autoptr (GError) error = NULL;
  guint8 head[TF_HASH_SIZE] = { 0 };
  TfVerification result;
  TfCheckpoint checkpoint;
  TfWriter *writer;
  TfBatch *batch;

  fill (place, 200);
  workspace = open_owner (place);
  writer = tf_writer_new (workspace, NULL, NULL, &error);
  /* A checkpoint in the middle of what is only compared is older than the journal: not taken. */
  push_records (writer, 1, 150, 10, head);
  batch = tf_batch_new ();
  batch->checkpoint = g_bytes_new_static ("early", 5);
  batch->events = 1;
  g_assert_true (tf_writer_push (writer, batch, &error));
  push_records (writer, 151, 260, 7, head);
  batch = tf_batch_new ();
  batch->checkpoint = g_bytes_new_static ("late", 4);
  batch->events = 99;
  g_assert_true (tf_writer_push (writer, batch, &error));
  g_assert_true (tf_writer_stop (writer, &error));
  g_assert_no_error (error);
  g_assert_true (tf_workspace_load_checkpoint (workspace, &checkpoint, &error));
  g_assert_cmpint (checkpoint.seq, ==, 260);
  g_assert_cmpint (checkpoint.events, ==, 99);
  g_assert_cmpmem (checkpoint.head, TF_HASH_SIZE, head, TF_HASH_SIZE);
  g_assert_cmpuint (g_bytes_get_size (checkpoint.state), ==, 4);
  tf_checkpoint_clear (&checkpoint);
  g_assert_true (tf_journal_verify (place->path, NULL, NULL, NULL, &result, &error));
  g_assert_true (result.ok);
  g_assert_cmpint (result.entries, ==, 260);
}

static TfTime
heard_of (TfWorkspace *workspace)
{
  g_autoptr (GPtrArray) sources = tf_workspace_load_sources (workspace, NULL);

  g_assert_cmpuint (sources->len, ==, 1);
  return ((TfStoredSource *) g_ptr_array_index (sources, 0))->heard;
}

static void
hear (TfWorkspace *workspace,
      gint64       id,
      TfTime       time)
{
  TfWriter *writer = tf_writer_new (workspace, NULL, NULL, NULL);
  TfBatch *batch = tf_batch_new ();
  TfSourceHeard heard = { id, time };

  batch->heard = g_array_new (FALSE, FALSE, sizeof heard);
  g_array_append_val (batch->heard, heard);
  g_assert_true (tf_writer_push (writer, batch, NULL));
  g_assert_true (tf_writer_stop (writer, NULL));
}

/* When a source was heard is known as long as it is the same one and on. */
static void
test_heard (Place        *place,
            gconstpointer data)
{
  g_autoptr (TfWorkspace) workspace = open_owner (place);
  TfStoredSource source = { .name = (char *) "Anna", .kind = (char *) "feed", .address = (char *) "https://a", .enabled = TRUE };

  g_assert_true (tf_workspace_save_source (workspace, &source, NULL));
  g_assert_cmpint (heard_of (workspace), ==, 0);
  hear (workspace, source.id, 5);
  source.contact = (char *) "anna@example.org";
  g_assert_true (tf_workspace_save_source (workspace, &source, NULL));
  g_assert_cmpint (heard_of (workspace), ==, 5);
  source.address = (char *) "https://b";
  g_assert_true (tf_workspace_save_source (workspace, &source, NULL));
  g_assert_cmpint (heard_of (workspace), ==, 0);
  hear (workspace, source.id, 6);
  source.enabled = FALSE;
  g_assert_true (tf_workspace_save_source (workspace, &source, NULL));
  hear (workspace, source.id, 7); /* it was just being switched off */
  source.enabled = TRUE;
  g_assert_true (tf_workspace_save_source (workspace, &source, NULL));
  g_assert_cmpint (heard_of (workspace), ==, 0);
}

static void
test_mismatch (Place        *place,
               gconstpointer data)
{
  g_autoptr (TfWorkspace) workspace = NULL;
  g_autoptr (GError) error = NULL;
  guint8 head[TF_HASH_SIZE] = { 1 };
  Heard heard = { 0 };
  TfVerification result;
  TfRecord record;
  TfWriter *writer;
  TfBatch *batch = tf_batch_new ();

  fill (place, 20);
  workspace = open_owner (place);
  writer = tf_writer_new (workspace, on_committed, &heard, &error);
  make_record (&record, 1, head);
  tf_batch_add (batch, &record);
  g_assert_false (tf_workspace_compare (workspace, &record, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_MISMATCH);
  g_clear_error (&error);
  g_assert_true (tf_writer_push (writer, batch, &error));
  g_assert_false (tf_writer_flush (writer, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_MISMATCH);
  g_assert_nonnull (strstr (error->message, "entry 1: the journal has"));
  g_clear_error (&error);
  g_assert_true (tf_writer_failed (writer));
  g_assert_cmpint (heard.failures, ==, 1);
  g_assert_false (tf_writer_push (writer, tf_batch_new (), &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_MISMATCH);
  g_clear_error (&error);
  g_assert_false (tf_writer_stop (writer, &error));
  g_clear_error (&error);
  g_assert_true (tf_journal_verify (place->path, NULL, NULL, NULL, &result, &error));
  g_assert_true (result.ok);
}

/* While another holds the file the queue fills, push blocks, and nothing is lost. */
static gpointer
release (gpointer data)
{
  g_usleep (300 * 1000);
  g_assert_cmpint (sqlite3_exec (data, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  return NULL;
}

static void
test_backpressure (Place        *place,
                   gconstpointer data)
{
  g_autoptr (TfWorkspace) workspace = open_owner (place);
  g_autoptr (GError) error = NULL;
  guint8 head[TF_HASH_SIZE] = { 0 };
  TfWriter *writer = tf_writer_new (workspace, NULL, NULL, &error);
  sqlite3 *db = open_raw (place);
  TfVerification result;
  GThread *thread;
  guint most = 0;

  g_assert_cmpint (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  thread = g_thread_new ("release", release, db);
  for (gint64 seq = 1; seq <= 150000; seq += 1000)
    {
      push_records (writer, seq, seq + 999, 1000, head);
      most = MAX (most, tf_writer_get_queue (writer));
    }
  g_assert_true (tf_writer_stop (writer, &error));
  g_thread_join (thread);
  sqlite3_close (db);
  g_assert_cmpuint (most, <=, 101000);
  g_assert_true (tf_journal_verify (place->path, NULL, NULL, NULL, &result, &error));
  g_assert_true (result.ok);
  g_assert_cmpint (result.entries, ==, 150000);
}

/* A disk that is full in the middle: said, nothing half-written, and it goes on where it stopped once there is room. In a child
 * process, whose files may not grow beyond a limit. */
static void
test_full_disk (Place        *place,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint8 head[TF_HASH_SIZE] = { 0 };
  TfVerification result;
  int status;
  pid_t child;

  fill (place, 10);
  child = fork ();
  if (child == 0)
    {
      struct rlimit limit = { 300 * 1024, 300 * 1024 };
      TfWorkspace *workspace = tf_workspace_open (place->path, TF_WORKSPACE_OWNER, NULL);
      TfWriter *writer = workspace != NULL ? tf_writer_new (workspace, NULL, NULL, NULL) : NULL;
      gint64 seq = 1;

      signal (SIGXFSZ, SIG_IGN);
      if (writer == NULL || setrlimit (RLIMIT_FSIZE, &limit) != 0)
        _exit (10);
      for (; seq < 100000; seq++)
        {
          TfBatch *batch = tf_batch_new ();
          TfRecord record;

          make_record (&record, seq, head);
          tf_batch_add (batch, &record);
          if (!tf_writer_push (writer, batch, &error))
            break;
        }
      if (seq == 100000 || error == NULL || error->domain != TF_ERROR || error->code != TF_ERROR_STORAGE
          || !g_str_has_prefix (error->message, place->path) || strstr (error->message, "expected") == NULL)
        _exit (11);
      g_clear_error (&error);
      if (!tf_writer_failed (writer) || tf_writer_flush (writer, NULL) || tf_writer_stop (writer, NULL))
        _exit (12);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (tf_journal_verify (place->path, NULL, NULL, NULL, &result, &error));
  g_assert_no_error (error);
  g_assert_true (result.ok);
  g_assert_cmpint (result.entries, >=, 10);
  {
    g_autoptr (TfWorkspace) workspace = open_owner (place);
    TfWriter *writer = tf_writer_new (workspace, NULL, NULL, &error);

    push_records (writer, 1, result.entries + 100, 50, head);
    g_assert_true (tf_writer_stop (writer, &error));
  }
  g_assert_true (tf_journal_verify (place->path, NULL, NULL, NULL, &result, &error));
  g_assert_true (result.ok);
}

/* Killed at any moment: what was told as committed is there, the chain holds, and it goes on. */
static void
test_kill (Place        *place,
           gconstpointer data)
{
  gint64 before = 0;
  TfRandom random;

  tf_random_seed (&random, 7);
  for (guint round = 0; round < 10; round++)
    {
      g_autoptr (GError) error = NULL;
      TfVerification result;
      gint64 told = 0, word;
      int out[2], status;
      pid_t child;

      g_assert_cmpint (pipe (out), ==, 0);
      child = fork ();
      if (child == 0)
        {
          TfWorkspace *workspace = tf_workspace_open (place->path, TF_WORKSPACE_OWNER, NULL);
          TfWriter *writer = workspace != NULL ? tf_writer_new (workspace, NULL, NULL, NULL) : NULL;
          guint8 head[TF_HASH_SIZE] = { 0 };

          for (gint64 seq = 1; writer != NULL; seq += 20)
            {
              push_records (writer, seq, seq + 19, 20, head);
              word = tf_writer_get_seq (writer);
              if (write (out[1], &word, sizeof word) != sizeof word)
                break;
            }
          _exit (1);
        }
      close (out[1]);
      g_usleep ((gulong) (10000 + tf_random_uniform (&random) * 150000));
      g_assert_cmpint (kill (child, SIGKILL), ==, 0);
      while (read (out[0], &word, sizeof word) == sizeof word)
        told = word;
      close (out[0]);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFSIGNALED (status));
      if (!g_file_test (place->path, G_FILE_TEST_EXISTS))
        continue;
      if (!tf_journal_verify (place->path, NULL, NULL, NULL, &result, &error))
        {
          /* Killed before there was anything to read. */
          g_assert_cmpint (told, ==, 0);
          g_assert_cmpint (before, ==, 0);
          continue;
        }
      if (!result.ok)
        g_error ("entry %" G_GINT64_FORMAT ": %s", result.bad, result.what);
      g_assert_cmpint (result.entries, >=, told);
      g_assert_cmpint (result.entries, >=, before);
      before = result.entries;
    }
  g_assert_cmpint (before, >, 0);
}

int
main (int   argc,
      char *argv[])
{
  if (g_getenv ("TF_TEST_READER") != NULL)
    return read_and_close (g_getenv ("TF_TEST_READER"));
  g_test_init (&argc, &argv, NULL);
#define ADD(name, data, func) g_test_add (name, Place, data, set_up, func, tear_down)
  ADD ("/workspace/create", NULL, test_create);
  ADD ("/workspace/folder", NULL, test_folder);
  ADD ("/workspace/read-only", NULL, test_read_only);
  ADD ("/workspace/second", NULL, test_second);
  ADD ("/workspace/locks", NULL, test_locks);
  ADD ("/workspace/tables", NULL, test_tables);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *path = g_strconcat ("/workspace/refused/", refused[i].name, NULL);

      ADD (path, GUINT_TO_POINTER (i), test_refused);
    }
  for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++)
    {
      g_autofree char *path = g_strconcat ("/workspace/forbidden/", forbidden[i].name, NULL);

      ADD (path, GUINT_TO_POINTER (i), test_forbidden);
    }
  ADD ("/workspace/config", NULL, test_config);
  ADD ("/workspace/session", NULL, test_session);
  ADD ("/workspace/inbox", NULL, test_inbox);
  ADD ("/workspace/cache", NULL, test_cache);
  ADD ("/writer/write", NULL, test_writer);
  ADD ("/writer/resume", NULL, test_resume);
  ADD ("/writer/heard", NULL, test_heard);
  ADD ("/writer/mismatch", NULL, test_mismatch);
  ADD ("/writer/backpressure", NULL, test_backpressure);
  ADD ("/writer/full-disk", NULL, test_full_disk);
  ADD ("/writer/kill", NULL, test_kill);
  return g_test_run ();
}
