#include <glib/gstdio.h>
#include <sqlite3.h>

#include "core/base/error.h"
#include "demo-run.h"
#include "io/storage/journal.h"

#define EVENTS 240000

static char *folder, *path;
static TfEngine *engine;

/* The run's workspace, copied: each test may spoil its own. */
static char *
copy_workspace (const char *name)
{
  char *copy = g_build_filename (folder, name, NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_file_get_contents (path, &bytes, &size, &error);
  g_assert_no_error (error);
  g_file_set_contents (copy, bytes, (gssize) size, &error);
  g_assert_no_error (error);
  return copy;
}

static void
remove_workspace (const char *copy)
{
  static const char *const ends[] = { "", "-wal", "-shm", "-lock" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *file = g_strconcat (copy, ends[i], NULL);

      g_unlink (file);
    }
}

/* As somebody does who has the file and knows SQLite: the triggers go first. */
static void
tamper (const char *copy,
        const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (copy, &db), ==, SQLITE_OK);
  if (sqlite3_exec (db,
                    "DROP TRIGGER comprehensive_audit_next; DROP TRIGGER comprehensive_audit_fixed;"
                    "DROP TRIGGER comprehensive_audit_kept; DROP TRIGGER journal_head_forward; DROP TRIGGER journal_head_kept;",
                    NULL, NULL, NULL) != SQLITE_OK
      || sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
  sqlite3_close (db);
}

static const struct { const char *name, *sql; gint64 bad; } changes[] = {
#define SET(column, value) { column, "UPDATE comprehensive_audit SET " column " = " value " WHERE seq = 77", 77 }
  SET ("time", "time + 1"), SET ("cause", "cause + 1"), SET ("kind", "CASE kind WHEN 'fill' THEN 'order' ELSE 'fill' END"),
  SET ("code", "code + 1"), SET ("account", "account || 'x'"), SET ("origin", "origin || 'x'"),
  SET ("instrument", "instrument || 'x'"), SET ("reason", "reason || 'x'"), SET ("ref", "ref + 1"), SET ("price", "price + 1"),
  SET ("quantity", "quantity - 1"), SET ("amount", "amount + 1"), SET ("fee", "fee + 1"), SET ("value", "value + 1"),
  SET ("lim", "lim + 1"), SET ("text", "text || ' '"), SET ("hash", "zeroblob (32)"),
  { "unknown kind", "UPDATE comprehensive_audit SET kind = 'gift' WHERE seq = 77", 77 },
  { "code beyond 32 bits", "UPDATE comprehensive_audit SET code = code + 4294967296 WHERE seq = 77", 77 },
  { "text behind a NUL", "UPDATE comprehensive_audit SET text = text || char (0) || 'hidden' WHERE seq = 77", 77 },
  { "first", "UPDATE comprehensive_audit SET fee = fee + 1 WHERE seq = 1", 1 },
  { "hole", "DELETE FROM comprehensive_audit WHERE seq = 77", 77 },
  { "beheaded", "DELETE FROM comprehensive_audit WHERE seq < 10", 1 },
  { "swapped", "UPDATE comprehensive_audit SET seq = -1 WHERE seq = 77; UPDATE comprehensive_audit SET seq = 77 WHERE seq = 78;"
               "UPDATE comprehensive_audit SET seq = 78 WHERE seq = -1", 77 },
  { "cut off", "DELETE FROM comprehensive_audit WHERE seq > 100", 101 },
  { "cut off by one", "DELETE FROM comprehensive_audit WHERE seq = (SELECT max (seq) FROM comprehensive_audit)", 0 },
  /* With the head moved as well, the stored state still remembers. */
  { "cut off with its head", "DELETE FROM comprehensive_audit WHERE seq > 100; UPDATE journal_head SET (seq, hash) ="
                             " (SELECT seq, hash FROM comprehensive_audit WHERE seq = 100)", 101 },
  { "head's hash", "UPDATE journal_head SET hash = zeroblob (32)", 0 },
  { "head ahead", "UPDATE journal_head SET seq = seq + 1", 0 },
  { "no head", "DELETE FROM journal_head", 0 },
};

static void
test_tamper (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autofree char *copy = copy_workspace ("tampered.tfw");
  g_autoptr (GError) error = NULL;
  TfVerification result;

  tamper (copy, changes[row].sql);
  g_assert_true (tf_journal_verify (copy, NULL, NULL, NULL, &result, &error));
  g_assert_no_error (error);
  g_assert_false (result.ok);
  if (changes[row].bad != 0 && result.bad != changes[row].bad)
    g_error ("entry %" G_GINT64_FORMAT ": %s", result.bad, result.what);
  g_assert_cmpint (result.bad, >, 0);
  g_assert_nonnull (strstr (result.what, "found"));
  g_assert_nonnull (strstr (result.what, "expected"));
  remove_workspace (copy);
}

/* No owner goes on behind a journal that ends elsewhere. */
static void
test_changed_end (void)
{
  g_autofree char *copy = copy_workspace ("end.tfw");
  g_autoptr (GError) error = NULL;

  tamper (copy, "DELETE FROM comprehensive_audit WHERE seq > 100");
  g_assert_null (tf_workspace_open (copy, TF_WORKSPACE_OWNER, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_MISMATCH);
  remove_workspace (copy);
}

static void
on_progress (double   fraction,
             gpointer data)
{
  double *last = data;

  g_assert_cmpfloat (fraction, >=, *last);
  g_assert_cmpfloat (fraction, <=, 1);
  *last = fraction;
}

static void
test_verify (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TfVerification result;
  double progress = 0;

  g_assert_true (tf_journal_verify (path, on_progress, &progress, cancellable, &result, &error));
  g_assert_no_error (error);
  if (!result.ok)
    g_error ("entry %" G_GINT64_FORMAT ": %s", result.bad, result.what);
  g_assert_cmpint (result.entries, ==, tf_engine_get_seq (engine));
  g_assert_cmpmem (result.head, TF_HASH_SIZE, tf_engine_get_head (engine), TF_HASH_SIZE);
  g_assert_cmpfloat (progress, ==, 1);
  g_test_message ("%" G_GINT64_FORMAT " entries", result.entries);
  g_cancellable_cancel (cancellable);
  if (result.entries >= 4096)
    {
      g_assert_false (tf_journal_verify (path, NULL, NULL, cancellable, &result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

static void
test_rebuild (void)
{
  g_autoptr (TfSnapshot) snapshot = tf_engine_snapshot (engine, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (TfRebuild) rebuild = tf_journal_rebuild (path, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < rebuild->differences->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (rebuild->differences, i));
  g_assert_true (rebuild->agree);
  g_assert_cmpint (rebuild->as_of, ==, tf_engine_get_seq (engine));
  g_assert_cmpint (rebuild->fills, ==, snapshot->fills);
  g_assert_cmpint (rebuild->fills, >, 0);
  for (guint a = 0; a < rebuild->accounts->len; a++)
    {
      const TfRebuiltAccount *account = &g_array_index (rebuild->accounts, TfRebuiltAccount, a);

      g_assert_cmpint (account->cash.raw, ==, snapshot->accounts[a].cash.raw);
      g_assert_cmpint (account->realized.raw, ==, snapshot->accounts[a].realized.raw);
      g_assert_cmpint (account->fees.raw, ==, snapshot->accounts[a].fees.raw);
    }
}

static const struct { const char *name, *sql, *expected; } lies[] = {
  { "cash", "UPDATE paper_trading_accounts SET cash = cash + 1 WHERE id = 'angry'", "angry cash: stored" },
  { "realized", "UPDATE paper_trading_accounts SET realized = realized - 1 WHERE id = 'angry'", "angry realized P&L: stored" },
  { "fees", "UPDATE paper_trading_accounts SET fees = fees + 1 WHERE id = 'handjob'", "handjob fees: stored" },
  { "position", "DELETE FROM positions", "quantity of" },
  { "cost", "UPDATE positions SET cost = cost + 1", "cost of" },
};

static void
test_lie (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autofree char *copy = copy_workspace ("lie.tfw");
  g_autoptr (GError) error = NULL;
  g_autoptr (TfRebuild) rebuild = NULL;

  tamper (copy, lies[row].sql);
  rebuild = tf_journal_rebuild (copy, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (rebuild->agree);
  g_assert_cmpuint (rebuild->differences->len, >, 0);
  g_assert_nonnull (strstr (g_ptr_array_index (rebuild->differences, 0), lies[row].expected));
  remove_workspace (copy);
}

/* What the tables give back is what the engine showed. */
static void
test_snapshot (void)
{
  g_autoptr (TfSnapshot) shown = tf_engine_snapshot (engine, -1), stored = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (path, TF_WORKSPACE_READER, &error);

  g_assert_no_error (error);
  stored = tf_workspace_load_snapshot (workspace, &error);
  g_assert_no_error (error);
  g_assert_cmpint (stored->seq, ==, shown->seq);
  g_assert_cmpint (stored->events, ==, shown->events);
  g_assert_cmpint (stored->bars, ==, shown->bars);
  g_assert_cmpint (stored->time, ==, shown->time);
  g_assert_cmpint (stored->open_orders, ==, shown->open_orders);
  g_assert_cmpmem (stored->verdicts, sizeof stored->verdicts, shown->verdicts, sizeof shown->verdicts);
  g_assert_cmpmem (stored->head, TF_HASH_SIZE, shown->head, TF_HASH_SIZE);
  for (guint a = 0; a < shown->config->n_accounts; a++)
    {
      const TfAccountView *x = &shown->accounts[a], *y = &stored->accounts[a];

      g_assert_cmpint (x->equity.raw, ==, y->equity.raw);
      g_assert_cmpint (x->unrealized.raw, ==, y->unrealized.raw);
      g_assert_cmpfloat (x->max_drawdown, ==, y->max_drawdown);
      g_assert_cmpint (x->state, ==, y->state);
      g_assert_cmpmem (&x->performance, sizeof x->performance, &y->performance, sizeof y->performance);
      g_assert_cmpuint (x->curve.n, >, 0);
      g_assert_cmpuint (x->curve.n, ==, y->curve.n);
      g_assert_cmpmem (x->curve.time, x->curve.n * sizeof *x->curve.time, y->curve.time, y->curve.n * sizeof *y->curve.time);
      g_assert_cmpmem (x->curve.equity, x->curve.n * sizeof *x->curve.equity,
                       y->curve.equity, y->curve.n * sizeof *y->curve.equity);
    }
  for (guint v = 0; v < tf_config_n_voters (shown->config); v++)
    {
      const TfVoterView *x = &shown->voters[v], *y = &stored->voters[v];

      g_assert_cmpint (x->pnl.raw, ==, y->pnl.raw);
      g_assert_cmpint (x->closed_pnl.raw, ==, y->closed_pnl.raw);
      g_assert_cmpuint (x->trades, ==, y->trades);
      g_assert_cmpfloat (x->weight, ==, y->weight);
      g_assert_true (x->stance == y->stance);
      g_assert_cmpmem (x->followed, shown->config->n_accounts, y->followed, shown->config->n_accounts);
      if (v < shown->config->n_bots)
        g_assert_cmpmem (x->params, sizeof x->params, y->params, sizeof y->params);
    }
  for (guint t = 0; t < shown->config->n_traders; t++)
    for (guint a = 0; a < shown->config->n_accounts; a++)
      {
        const TfFollowView *x = tf_snapshot_follow (shown, t, a), *y = tf_snapshot_follow (stored, t, a);

        g_assert_cmpmem (&x->policy, sizeof x->policy, &y->policy, sizeof y->policy);
        g_assert_cmpint (x->state, ==, y->state);
        g_assert_cmpint (x->pnl.raw, ==, y->pnl.raw);
        g_assert_cmpmem (x->use, sizeof x->use, y->use, sizeof y->use);
      }
  g_assert_cmpfloat (tf_copy_policy_get (&tf_snapshot_follow (stored, 3, 1)->policy, TF_POLICY_RATIO), ==, 0.3);
  g_assert_cmpuint (stored->n_positions, ==, shown->n_positions);
  for (guint i = 0; i < shown->config->universe->n; i++)
    g_assert_cmpint (stored->quotes[i].last.raw, ==, shown->quotes[i].last.raw);
}

typedef struct
{
  TfJournalFilter filter;
  gint64          n, last;
} Reading;

static gboolean
check_record (const TfRecord *record,
              gpointer        data)
{
  Reading *self = data;
  const TfJournalFilter *filter = &self->filter;

  if (self->n++ > 0)
    g_assert_true (filter->newest_first ? record->seq < self->last : record->seq > self->last);
  self->last = record->seq;
  if (filter->account != NULL)
    g_assert_cmpstr (record->account, ==, filter->account);
  if (filter->kinds != 0)
    g_assert_true (filter->kinds & 1u << record->kind);
  if (filter->from != 0)
    g_assert_cmpint (record->time, >=, filter->from);
  if (filter->to != 0)
    g_assert_cmpint (record->time, <, filter->to);
  if (filter->after != 0)
    g_assert_cmpint (record->seq, >, filter->after);
  return TRUE;
}

static void
test_filter (void)
{
  const TfJournalFilter filters[] = {
    { 0 },
    { .newest_first = TRUE, .limit = 50 },
    { .kinds = 1u << TF_RECORD_FILL },
    { .kinds = 1u << TF_RECORD_FILL | 1u << TF_RECORD_ORDER, .account = "angry", .newest_first = TRUE },
    { .account = "woods1", .limit = 10, .offset = 5 },
    { .from = TF_DEMO_START + TF_HOUR, .to = TF_DEMO_START + 4 * TF_HOUR },
    { .after = 100, .before = 200 },
    { .search = "btc-usdt", .limit = 20 },
    { .search = "100%_no\\such" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (path, TF_WORKSPACE_READER, &error);

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      Reading reading = { filters[i], 0, 0 };
      gint64 count = tf_journal_count (workspace, &filters[i], &error);

      g_assert_no_error (error);
      g_assert_true (tf_journal_iterate (workspace, &filters[i], check_record, &reading, &error));
      g_assert_no_error (error);
      if (filters[i].limit > 0)
        count = CLAMP (count - filters[i].offset, 0, filters[i].limit);
      g_assert_cmpint (reading.n, ==, count);
      g_assert_true (reading.n > 0 || filters[i].search != NULL || filters[i].from != 0);
    }
  {
    Reading reading = { { 0 }, 0, 0 };

    g_assert_true (tf_journal_last (workspace, 25, check_record, &reading, &error));
    g_assert_cmpint (reading.n, ==, 25);
    g_assert_cmpint (reading.last, ==, tf_engine_get_seq (engine));
  }
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("tf-journal-XXXXXX", NULL);
  path = g_build_filename (folder, "demo.tfw", NULL);
  engine = demo_run (path, EVENTS);
  g_test_add_func ("/journal/verify", test_verify);
  g_test_add_func ("/journal/rebuild", test_rebuild);
  g_test_add_func ("/journal/snapshot", test_snapshot);
  g_test_add_func ("/journal/filter", test_filter);
  g_test_add_func ("/journal/changed-end", test_changed_end);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *name = g_strconcat ("/journal/tamper/", changes[i].name, NULL);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_tamper);
    }
  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autofree char *name = g_strconcat ("/journal/lie/", lies[i].name, NULL);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_lie);
    }
  status = g_test_run ();
  tf_engine_free (engine);
  remove_workspace (path);
  g_rmdir (folder);
  g_free (folder);
  g_free (path);
  return status;
}
