#include "io/storage/journal.h"

#include <string.h>

#include "core/base/error.h"
#include "core/trading/ledger.h"
#include "io/storage/workspace-private.h"

#define REPORT_EVERY 4096 /* entries between two words on progress */

/* One text column. A NUL inside would hide what follows from the hash: no entry of ours has one. */
static gboolean
get_text (sqlite3_stmt *stmt,
          int           column,
          const char  **text)
{
  *text = tf_db_text (stmt, column);
  return strlen (*text) == (gsize) sqlite3_column_bytes (stmt, column);
}

/* Reads a row of %TF_RECORD_COLUMNS; strings are those of @stmt. FALSE: a row that no program of ours wrote; @what says why. */
gboolean
tf_record_from_row (sqlite3_stmt *stmt,
                    TfRecord     *record,
                    char         *what,
                    gsize         size)
{
  const char *kind;
  gboolean clean = get_text (stmt, 3, &kind);

  record->seq = sqlite3_column_int64 (stmt, 0);
  record->time = sqlite3_column_int64 (stmt, 1);
  record->cause = sqlite3_column_int64 (stmt, 2);
  record->code = sqlite3_column_int (stmt, 4);
  clean = get_text (stmt, 5, &record->account) && clean;
  clean = get_text (stmt, 6, &record->origin) && clean;
  clean = get_text (stmt, 7, &record->instrument) && clean;
  clean = get_text (stmt, 8, &record->reason) && clean;
  record->ref = sqlite3_column_int64 (stmt, 9);
  record->price = sqlite3_column_int64 (stmt, 10);
  record->quantity = sqlite3_column_int64 (stmt, 11);
  record->amount = sqlite3_column_int64 (stmt, 12);
  record->fee = sqlite3_column_int64 (stmt, 13);
  record->value = sqlite3_column_int64 (stmt, 14);
  record->limit = sqlite3_column_int64 (stmt, 15);
  clean = get_text (stmt, 16, &record->text) && clean;
  for (record->kind = 0; record->kind < TF_N_RECORDS; record->kind++)
    if (strcmp (kind, tf_record_kind_name (record->kind)) == 0)
      break;
  if (record->kind == TF_N_RECORDS)
    g_snprintf (what, size, "found kind “%.40s”, expected one of the %d that there are", kind, TF_N_RECORDS);
  else if (!clean)
    g_snprintf (what, size, "found a text that goes on behind its end, expected none");
  else if (sqlite3_column_int64 (stmt, 4) != record->code)
    g_snprintf (what, size, "found code %" G_GINT64_FORMAT ", expected one of 32 bits",
                (gint64) sqlite3_column_int64 (stmt, 4));
  else if (sqlite3_column_bytes (stmt, 17) != TF_HASH_SIZE)
    g_snprintf (what, size, "found a hash of %d bytes, expected %d", sqlite3_column_bytes (stmt, 17), TF_HASH_SIZE);
  else
    {
      memcpy (record->hash, sqlite3_column_blob (stmt, 17), TF_HASH_SIZE);
      return TRUE;
    }
  return FALSE;
}

static gboolean
keep_going (gint64             entry,
            gint64             entries,
            TfJournalProgress  progress,
            gpointer           data,
            GCancellable      *cancellable,
            GError           **error)
{
  if (entry % REPORT_EVERY != 0)
    return TRUE;
  if (progress != NULL)
    progress (entries > 0 ? MIN (1.0, (double) entry / (double) entries) : 1.0, data);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* The hash of entry @seq as another table of the workspace remembers it. */
typedef struct
{
  const char *sql, *name;
  gint64      seq;
  guint8      hash[TF_HASH_SIZE];
  gboolean    known;
} Anchor;

static gboolean
load_anchor (TfWorkspace *workspace,
             Anchor      *anchor,
             GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (workspace->db, anchor->sql, error);

  if (stmt == NULL || !tf_db_step (stmt, &anchor->known, error))
    return FALSE;
  if (anchor->known)
    {
      anchor->seq = sqlite3_column_int64 (stmt, 0);
      memcpy (anchor->hash, sqlite3_column_blob (stmt, 1), TF_HASH_SIZE);
    }
  return TRUE;
}

static void
bad (TfVerification *result,
     gint64          seq,
     const char     *what)
{
  result->ok = FALSE;
  result->bad = seq;
  g_strlcpy (result->what, what, sizeof result->what);
}

/* Walks the chain; FALSE only when it can't be read to where it ends or breaks. */
static gboolean
walk (TfWorkspace       *workspace,
      const Anchor      *anchors,
      guint              n_anchors,
      TfJournalProgress  progress,
      gpointer           data,
      GCancellable      *cancellable,
      TfVerification    *result,
      GError           **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  char what[160], found[2 * TF_HASH_SIZE + 1], expected[2 * TF_HASH_SIZE + 1];
  gboolean row;

  stmt = tf_db_prepare (workspace->db, "SELECT " TF_RECORD_COLUMNS " FROM comprehensive_audit ORDER BY seq", error);
  if (stmt == NULL)
    return FALSE;
  for (;;)
    {
      g_autoptr (GError) damage = NULL;
      gint64 next = result->entries + 1;
      guint8 stored[TF_HASH_SIZE];
      TfRecord record;

      if (!tf_db_step (stmt, &row, &damage))
        {
          bad (result, next, damage->message);
          return TRUE;
        }
      if (!row)
        break;
      if (!keep_going (next, anchors[0].seq, progress, data, cancellable, error))
        return FALSE;
      if (sqlite3_column_int64 (stmt, 0) != next)
        {
          g_snprintf (what, sizeof what, "found entry %" G_GINT64_FORMAT ", expected entry %" G_GINT64_FORMAT,
                      (gint64) sqlite3_column_int64 (stmt, 0), next);
          bad (result, next, what);
          return TRUE;
        }
      if (!tf_record_from_row (stmt, &record, what, sizeof what))
        {
          bad (result, next, what);
          return TRUE;
        }
      memcpy (stored, record.hash, sizeof stored);
      tf_record_chain (&record, result->head);
      if (memcmp (stored, record.hash, sizeof stored) != 0)
        {
          tf_hash_to_hex (stored, found);
          tf_hash_to_hex (record.hash, expected);
          g_snprintf (what, sizeof what, "found hash %.16s…, expected %.16s…: the entry or one before it was changed",
                      found, expected);
          bad (result, next, what);
          return TRUE;
        }
      for (guint i = 0; i < n_anchors; i++)
        if (anchors[i].known && anchors[i].seq == next && memcmp (anchors[i].hash, stored, sizeof stored) != 0)
          {
            g_snprintf (what, sizeof what, "found another hash than %s has of it, expected the same", anchors[i].name);
            bad (result, next, what);
            return TRUE;
          }
      memcpy (result->head, record.hash, sizeof result->head);
      result->entries = next;
    }
  for (guint i = 0; i < n_anchors; i++)
    if (anchors[i].known && (anchors[i].seq > result->entries || (i == 0 && anchors[i].seq != result->entries)))
      {
        g_snprintf (what, sizeof what,
                    "found %" G_GINT64_FORMAT " entries, expected %" G_GINT64_FORMAT " as %s says",
                    result->entries, anchors[i].seq, anchors[i].name);
        bad (result, MIN (result->entries, anchors[i].seq) + 1, what);
        return TRUE;
      }
  if (!anchors[0].known)
    bad (result, result->entries + 1, "found no journal head, expected one");
  else
    result->ok = TRUE;
  return TRUE;
}

/**
 * tf_journal_verify:
 * @path: a workspace, in use or not
 * @progress: (nullable): called every few thousand entries, on this thread
 * @result: (out): what was found
 *
 * Computes the hash of every entry from the one before and compares; numbers have to run without a gap up to the journal's
 * head, and the checkpoint and the stored state have to remember the same hashes. One moment of the journal is checked even
 * while it grows.
 *
 * Returns: whether it could be checked; @result's ok says whether it holds. %FALSE with what tf_workspace_open() says,
 *   or with %G_IO_ERROR_CANCELLED
 */
gboolean
tf_journal_verify (const char        *path,
                   TfJournalProgress  progress,
                   gpointer           data,
                   GCancellable      *cancellable,
                   TfVerification    *result,
                   GError           **error)
{
  g_autoptr (TfWorkspace) workspace = NULL;
  Anchor anchors[] = {
    { "SELECT seq, hash FROM journal_head", "the journal's head" },
    { "SELECT seq, head FROM checkpoint WHERE seq > 0", "the checkpoint" },
    { "SELECT seq, head FROM totals WHERE seq > 0", "the stored state" },
  };

  *result = (TfVerification) { 0 };
  workspace = tf_workspace_open (path, TF_WORKSPACE_READER, error);
  if (workspace == NULL || !tf_db_exec (workspace->db, "BEGIN", error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (anchors); i++)
    if (!load_anchor (workspace, &anchors[i], error))
      return FALSE;
  if (!walk (workspace, anchors, G_N_ELEMENTS (anchors), progress, data, cancellable, result, error))
    return FALSE;
  if (progress != NULL)
    progress (1, data);
  return TRUE;
}

/* The entries that @filter means, as the end of a statement; numbers stand in it, texts are bound by bind_filter(). */
static char *
filter_to_sql (const TfJournalFilter *filter)
{
  GString *sql = g_string_new (" FROM comprehensive_audit WHERE 1");

  if (filter->account != NULL)
    g_string_append (sql, " AND account = ?1");
  if (filter->kinds != 0)
    {
      const char *separator = " AND kind IN (";

      for (guint kind = 0; kind < TF_N_RECORDS; kind++)
        if (filter->kinds & 1u << kind)
          {
            g_string_append_printf (sql, "%s'%s'", separator, tf_record_kind_name (kind));
            separator = ", ";
          }
      g_string_append_c (sql, ')');
    }
  if (filter->from != 0)
    g_string_append_printf (sql, " AND time >= %" G_GINT64_FORMAT, filter->from);
  if (filter->to != 0)
    g_string_append_printf (sql, " AND time < %" G_GINT64_FORMAT, filter->to);
  if (filter->after != 0)
    g_string_append_printf (sql, " AND seq > %" G_GINT64_FORMAT, filter->after);
  if (filter->before != 0)
    g_string_append_printf (sql, " AND seq < %" G_GINT64_FORMAT, filter->before);
  if (filter->search != NULL && *filter->search != '\0')
    g_string_append (sql, " AND (origin LIKE ?2 ESCAPE '\\' OR instrument LIKE ?2 ESCAPE '\\'"
                          " OR reason LIKE ?2 ESCAPE '\\' OR text LIKE ?2 ESCAPE '\\')");
  return g_string_free (sql, FALSE);
}

static void
bind_filter (sqlite3_stmt          *stmt,
             const TfJournalFilter *filter)
{
  if (filter->account != NULL)
    sqlite3_bind_text (stmt, 1, filter->account, -1, SQLITE_TRANSIENT);
  if (filter->search != NULL && *filter->search != '\0')
    {
      g_autoptr (GString) pattern = g_string_new ("%");

      for (const char *p = filter->search; *p != '\0'; p++)
        {
          if (strchr ("%_\\", *p) != NULL)
            g_string_append_c (pattern, '\\');
          g_string_append_c (pattern, *p);
        }
      g_string_append_c (pattern, '%');
      sqlite3_bind_text (stmt, 2, pattern->str, -1, SQLITE_TRANSIENT);
    }
}

static gboolean
iterate (TfWorkspace  *workspace,
         sqlite3_stmt *stmt,
         TfJournalFunc func,
         gpointer      data,
         GError      **error)
{
  gboolean row;
  char what[160];
  TfRecord record;

  while (tf_db_step (stmt, &row, error))
    {
      if (!row)
        return TRUE;
      if (!tf_record_from_row (stmt, &record, what, sizeof what))
        {
          g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH, "%s: entry %" G_GINT64_FORMAT ": %s",
                       workspace->path, record.seq, what);
          return FALSE;
        }
      if (!func (&record, data))
        return TRUE;
    }
  return FALSE;
}

/**
 * tf_journal_iterate:
 *
 * Gives the entries that @filter means to @func, in order, one at a time.
 *
 * Returns: %FALSE when they can't be read
 */
gboolean
tf_journal_iterate (TfWorkspace           *workspace,
                    const TfJournalFilter *filter,
                    TfJournalFunc          func,
                    gpointer               data,
                    GError               **error)
{
  g_autofree char *where = filter_to_sql (filter);
  g_autofree char *sql = g_strdup_printf ("SELECT " TF_RECORD_COLUMNS "%s ORDER BY seq %s LIMIT %" G_GINT64_FORMAT
                                          " OFFSET %" G_GINT64_FORMAT,
                                          where, filter->newest_first ? "DESC" : "ASC",
                                          filter->limit > 0 ? filter->limit : -1, MAX (filter->offset, 0));
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (workspace->db, sql, error);

  if (stmt == NULL)
    return FALSE;
  bind_filter (stmt, filter);
  return iterate (workspace, stmt, func, data, error);
}

/**
 * tf_journal_count:
 *
 * Returns: how many entries @filter means, its limit and offset apart; -1 when they can't be read
 */
gint64
tf_journal_count (TfWorkspace           *workspace,
                  const TfJournalFilter *filter,
                  GError               **error)
{
  g_autofree char *where = filter_to_sql (filter);
  g_autofree char *sql = g_strconcat ("SELECT count (*)", where, NULL);
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (workspace->db, sql, error);
  gboolean row;

  if (stmt == NULL)
    return -1;
  bind_filter (stmt, filter);
  return tf_db_step (stmt, &row, error) ? sqlite3_column_int64 (stmt, 0) : -1;
}

/**
 * tf_journal_last:
 *
 * The last @n entries, oldest first.
 */
gboolean
tf_journal_last (TfWorkspace   *workspace,
                 guint          n,
                 TfJournalFunc  func,
                 gpointer       data,
                 GError       **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (workspace->db,
                        "SELECT " TF_RECORD_COLUMNS " FROM comprehensive_audit"
                        " WHERE seq > (SELECT coalesce (max (seq), 0) FROM comprehensive_audit) - ?1 ORDER BY seq", error);
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, n);
  return iterate (workspace, stmt, func, data, error);
}

/* One rebuild under way. */
typedef struct
{
  const TfSnapshot *stored;
  const TfConfig   *config;
  TfLedger        **ledgers;  /* (nullable) each: no ACCOUNT entry yet */
  TfRebuild        *result;
  TfJournalProgress progress;
  gpointer          data;
  GCancellable     *cancellable;
  gint64            entries;  /* to be read, for progress */
  gboolean          compared;
  GError           *error;
} Rebuilding;

G_GNUC_PRINTF (2, 3)
static void
differ (Rebuilding *self,
        const char *format,
        ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (self->result->differences, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static void
compare_amount (Rebuilding *self,
                const char *account,
                const char *name,
                gint64      stored,
                gint64      rebuilt)
{
  char a[TF_DECIMAL_SIZE], b[TF_DECIMAL_SIZE];

  if (stored != rebuilt)
    differ (self, "%s %s: stored %s, rebuilt %s", account, name, tf_decimal_format (stored, a), tf_decimal_format (rebuilt, b));
}

static const TfPositionView *
stored_position (const TfSnapshot *stored,
                 guint             account,
                 guint             voter,
                 guint             instrument)
{
  for (guint i = 0; i < stored->n_positions; i++)
    {
      const TfPositionView *view = &stored->positions[i];

      if (view->account == account && view->voter == voter && view->instrument == instrument)
        return view;
    }
  return NULL;
}

/* The stored state against the ledgers, which now have all entries up to the one that it belongs to. */
static void
compare (Rebuilding *self)
{
  const TfConfig *config = self->config;

  self->compared = TRUE;
  for (guint a = 0; a < config->n_accounts; a++)
    {
      const TfAccountView *view = &self->stored->accounts[a];
      const TfLedger *ledger = self->ledgers[a];
      const char *id = config->accounts[a].id;

      if (ledger == NULL)
        {
          differ (self, "%s: stored as an account, rebuilt without an entry that opens it", id);
          continue;
        }
      compare_amount (self, id, "capital", config->accounts[a].capital.raw, -ledger->capital.raw);
      compare_amount (self, id, "cash", view->cash.raw, ledger->cash.raw);
      /* In the books income is negative. */
      compare_amount (self, id, "realized P&L", view->realized.raw, -ledger->realized.raw);
      compare_amount (self, id, "fees", view->fees.raw, ledger->fees.raw);
      for (guint v = 0; v < ledger->n_voters; v++)
        for (guint i = 0; i < ledger->n_instruments; i++)
          {
            const TfPosition *position = tf_ledger_position (ledger, v, i);
            const TfPositionView *held = stored_position (self->stored, a, v, i);
            gint64 quantity = held != NULL ? held->quantity.raw : 0, cost = held != NULL ? held->cost.raw : 0;
            g_autofree char *name = NULL;

            if (quantity == position->quantity.raw && cost == position->cost.raw)
              continue;
            name = g_strdup_printf ("%s %s of %s", config->universe->items[i].symbol, "quantity",
                                    tf_config_voter_id (config, v));
            compare_amount (self, id, name, quantity, position->quantity.raw);
            g_free (name);
            name = g_strdup_printf ("%s %s of %s", config->universe->items[i].symbol, "cost",
                                    tf_config_voter_id (config, v));
            compare_amount (self, id, name, cost, position->cost.raw);
          }
    }
}

static void
book_account (Rebuilding     *self,
              const TfRecord *record)
{
  gint account = tf_config_find_account (self->config, record->account);
  guint n_voters = tf_config_n_voters (self->config), n_instruments = self->config->universe->n;

  if (account < 0 || record->amount <= 0 || self->ledgers[account] != NULL)
    {
      differ (self, "entry %" G_GINT64_FORMAT ": opens an account “%s” that is %s", record->seq, record->account,
              account < 0 ? "not configured" : record->amount <= 0 ? "given no capital" : "open already");
      return;
    }
  self->ledgers[account] = g_malloc (tf_ledger_size (n_voters, n_instruments));
  tf_ledger_init (self->ledgers[account], n_voters, n_instruments, (TfMoney) { record->amount });
}

static void
book_fill (Rebuilding     *self,
           const TfRecord *record)
{
  const TfConfig *config = self->config;
  g_autoptr (GError) error = NULL;
  gint account = tf_config_find_account (config, record->account);
  gint bot = tf_config_find_bot (config, record->origin);
  gint trader = bot < 0 ? tf_config_find_trader (config, record->origin) : -1;
  gint instrument = tf_universe_find (config->universe, record->instrument);
  TfFill fill = { .time = record->time, .price.raw = record->price, .fee.raw = record->fee };
  TfMoney realized = { 0 };
  char a[TF_DECIMAL_SIZE], b[TF_DECIMAL_SIZE];

  self->result->fills++;
  if (account < 0 || (bot < 0 && trader < 0) || instrument < 0 || self->ledgers[account] == NULL
      || record->quantity == 0 || record->quantity == G_MININT64)
    {
      differ (self, "entry %" G_GINT64_FORMAT ": a fill of %s by “%s” in account “%s” that the configuration does not know",
              record->seq, record->instrument, record->origin, record->account);
      return;
    }
  g_array_index (self->result->accounts, TfRebuiltAccount, account).fills++;
  fill.quantity.raw = ABS (record->quantity);
  if (!tf_notional (fill.price, fill.quantity, &fill.notional))
    differ (self, "entry %" G_GINT64_FORMAT ": a fill whose notional does not fit", record->seq);
  else if (!tf_ledger_fill (self->ledgers[account], (guint) (bot >= 0 ? bot : (gint) config->n_bots + trader),
                            (guint) instrument, record->quantity > 0 ? 1 : -1, &fill, &realized, &error))
    differ (self, "entry %" G_GINT64_FORMAT ": %s", record->seq, error->message);
  else if (realized.raw != record->amount)
    differ (self, "entry %" G_GINT64_FORMAT ": says it realized %s, rebuilt %s", record->seq,
            tf_decimal_format (record->amount, a), tf_decimal_format (realized.raw, b));
}

static gboolean
book (const TfRecord *record,
      gpointer        data)
{
  Rebuilding *self = data;

  if (!self->compared && record->seq > self->result->as_of && self->result->as_of > 0)
    compare (self);
  if (record->kind == TF_RECORD_ACCOUNT)
    book_account (self, record);
  else
    book_fill (self, record);
  return ++self->result->entries % REPORT_EVERY != 0
         || keep_going (self->result->entries, self->entries, self->progress, self->data, self->cancellable, &self->error);
}

static void
finish (Rebuilding *self)
{
  const TfConfig *config = self->config;

  if (!self->compared && self->result->as_of > 0)
    compare (self);
  if (self->result->as_of == 0 && self->result->fills > 0)
    differ (self, "no state is stored, rebuilt %" G_GINT64_FORMAT " fills", self->result->fills);
  for (guint a = 0; a < config->n_accounts; a++)
    {
      TfRebuiltAccount *account = &g_array_index (self->result->accounts, TfRebuiltAccount, a);
      const TfLedger *ledger = self->ledgers[a];
      g_autoptr (GError) error = NULL;

      g_strlcpy (account->id, config->accounts[a].id, sizeof account->id);
      if (ledger == NULL)
        continue;
      if (!tf_ledger_check (ledger, &error))
        differ (self, "%s: %s", account->id, error->message);
      account->capital.raw = -ledger->capital.raw;
      account->cash = ledger->cash;
      account->realized.raw = -ledger->realized.raw;
      account->fees = ledger->fees;
      for (guint v = 0; v < ledger->n_voters; v++)
        for (guint i = 0; i < ledger->n_instruments; i++)
          account->positions += tf_ledger_position (ledger, v, i)->quantity.raw != 0;
    }
  self->result->agree = self->result->differences->len == 0;
}

/**
 * tf_journal_rebuild:
 * @path: a workspace, in use or not
 * @progress: (nullable): called every few thousand entries, on this thread
 *
 * Books the journal's ACCOUNT and FILL entries, and nothing else, into fresh ledgers, and compares cash, realised P&L, fees
 * and every position with the stored state, at the entry that the stored state belongs to.
 *
 * Returns: (transfer full): what came out, with every difference; %NULL when the journal can't be read
 */
TfRebuild *
tf_journal_rebuild (const char        *path,
                    TfJournalProgress  progress,
                    gpointer           data,
                    GCancellable      *cancellable,
                    GError           **error)
{
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (path, TF_WORKSPACE_READER, error);
  g_autoptr (TfSnapshot) stored = NULL;
  g_autoptr (TfRebuild) result = NULL;
  TfJournalFilter filter = { .kinds = 1u << TF_RECORD_ACCOUNT | 1u << TF_RECORD_FILL };
  Rebuilding self = { .progress = progress, .data = data, .cancellable = cancellable };
  gboolean read;

  if (workspace == NULL)
    return NULL;
  stored = tf_workspace_load_snapshot (workspace, error);
  if (stored == NULL)
    return NULL;
  result = g_new0 (TfRebuild, 1);
  result->as_of = stored->seq;
  result->accounts = g_array_new (FALSE, TRUE, sizeof (TfRebuiltAccount));
  g_array_set_size (result->accounts, stored->config->n_accounts);
  result->differences = g_ptr_array_new_with_free_func (g_free);
  self.stored = stored;
  self.config = stored->config;
  self.result = result;
  self.ledgers = g_new0 (TfLedger *, stored->config->n_accounts);
  self.entries = progress != NULL ? tf_journal_count (workspace, &filter, NULL) : 0;
  read = tf_journal_iterate (workspace, &filter, book, &self, error);
  if (read && self.error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self.error));
      read = FALSE;
    }
  if (read)
    finish (&self);
  for (guint a = 0; a < stored->config->n_accounts; a++)
    g_free (self.ledgers[a]);
  g_free (self.ledgers);
  if (read && progress != NULL)
    progress (1, data);
  return read ? g_steal_pointer (&result) : NULL;
}

void
tf_rebuild_free (TfRebuild *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->accounts);
  g_ptr_array_unref (self->differences);
  g_free (self);
}
