#include "io/storage/writer.h"

#include <string.h>

#include "core/base/error.h"
#include "io/storage/workspace-private.h"

/* How much may wait before push blocks. A group commit takes all that waits, so this is also its largest size. */
#define MOST_BATCHES 128  /* a snapshot in each is some 60 kB */
#define MOST_RECORDS 100000

struct _TfWriter
{
  TfWorkspace    *workspace;
  TfCommittedFunc committed;
  gpointer        data;
  GThread        *thread;

  GMutex          mutex;
  GCond           work;      /* something was pushed, or it shall stop */
  GCond           done;      /* something became durable, or failed */
  GQueue          waiting;   /* of TfBatch */
  guint           records;   /* in @waiting */
  guint64         pushed, durable; /* batches */
  gint64          seq;       /* last durable entry */
  gboolean        stop;
  GError         *error;     /* set once: failed for good */

  /* The thread's own. */
  gint64          expected;  /* number of the next entry that is not in the journal yet */
  gint64          passed;    /* the last entry of this run: behind a restart less than @expected − 1 for a while */
  guint8          head[TF_HASH_SIZE];
  TfConfig       *config;    /* as stored with the last checkpoint */
  TfSnapshot     *uncurved;  /* (nullable): stored without its curves */
  sqlite3_stmt   *insert, *compare, *set_head, *set_checkpoint, *take, *keep_inputs, *drop_inputs;
};

/**
 * tf_batch_new:
 *
 * Returns: (transfer full): a batch without entries
 */
TfBatch *
tf_batch_new (void)
{
  TfBatch *self = g_new0 (TfBatch, 1);

  self->records = g_array_sized_new (FALSE, FALSE, sizeof (TfRecord), 64);
  self->strings = g_string_chunk_new (16 * 1024);
  return self;
}

void
tf_batch_free (TfBatch *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->records);
  g_string_chunk_free (self->strings);
  g_clear_pointer (&self->snapshot, tf_snapshot_unref);
  g_clear_pointer (&self->checkpoint, g_bytes_unref);
  g_clear_pointer (&self->inputs, g_byte_array_unref);
  g_clear_pointer (&self->candles, g_ptr_array_unref);
  g_clear_pointer (&self->evidence, g_ptr_array_unref);
  g_clear_pointer (&self->heard, g_array_unref);
  g_free (self);
}

static const char *
keep (TfBatch    *self,
      const char *text)
{
  return *text == '\0' ? "" : g_string_chunk_insert_len (self->strings, text, (gssize) strlen (text));
}

/**
 * tf_batch_add:
 * @record: is copied, its strings included
 */
void
tf_batch_add (TfBatch        *self,
              const TfRecord *record)
{
  TfRecord copy = *record;

  copy.account = keep (self, record->account);
  copy.origin = keep (self, record->origin);
  copy.instrument = keep (self, record->instrument);
  copy.reason = keep (self, record->reason);
  copy.text = keep (self, record->text);
  g_array_append_val (self->records, copy);
}

static gboolean
insert_record (TfWriter       *self,
               const TfRecord *record,
               GError        **error)
{
  sqlite3_stmt *stmt = self->insert;
  int code;

  sqlite3_bind_int64 (stmt, 1, record->seq);
  sqlite3_bind_int64 (stmt, 2, record->time);
  sqlite3_bind_int64 (stmt, 3, record->cause);
  tf_db_bind_text (stmt, 4, tf_record_kind_name (record->kind));
  sqlite3_bind_int (stmt, 5, record->code);
  tf_db_bind_text (stmt, 6, record->account);
  tf_db_bind_text (stmt, 7, record->origin);
  tf_db_bind_text (stmt, 8, record->instrument);
  tf_db_bind_text (stmt, 9, record->reason);
  sqlite3_bind_int64 (stmt, 10, record->ref);
  sqlite3_bind_int64 (stmt, 11, record->price);
  sqlite3_bind_int64 (stmt, 12, record->quantity);
  sqlite3_bind_int64 (stmt, 13, record->amount);
  sqlite3_bind_int64 (stmt, 14, record->fee);
  sqlite3_bind_int64 (stmt, 15, record->value);
  sqlite3_bind_int64 (stmt, 16, record->limit);
  tf_db_bind_text (stmt, 17, record->text);
  sqlite3_bind_blob (stmt, 18, record->hash, TF_HASH_SIZE, SQLITE_STATIC);
  code = sqlite3_step (stmt);
  sqlite3_reset (stmt);
  if (code == SQLITE_DONE)
    return TRUE;
  tf_db_set_error (self->workspace->db, code, error);
  return FALSE;
}

/* An entry that the journal has from before a restart: this run has to come to the same. */
static gboolean
compare_record (TfWriter       *self,
                const TfRecord *record,
                GError        **error)
{
  gboolean row, same;

  sqlite3_bind_int64 (self->compare, 1, record->seq);
  if (!tf_db_step (self->compare, &row, error))
    return FALSE;
  same = row && sqlite3_column_bytes (self->compare, 0) == TF_HASH_SIZE
         && memcmp (sqlite3_column_blob (self->compare, 0), record->hash, TF_HASH_SIZE) == 0;
  sqlite3_reset (self->compare);
  return same || tf_workspace_compare (self->workspace, record, error);
}

static gboolean
write_records (TfWriter      *self,
               const TfBatch *batch,
               GError       **error)
{
  for (guint i = 0; i < batch->records->len; i++)
    {
      const TfRecord *record = &g_array_index (batch->records, TfRecord, i);

      if (record->seq < self->expected)
        {
          if (!compare_record (self, record, error))
            return FALSE;
        }
      else if (record->seq != self->expected)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH,
                       "%s: found entry %" G_GINT64_FORMAT " to write, expected entry %" G_GINT64_FORMAT,
                       self->workspace->path, record->seq, self->expected);
          return FALSE;
        }
      else
        {
          if (!insert_record (self, record, error))
            return FALSE;
          memcpy (self->head, record->hash, TF_HASH_SIZE);
          self->expected++;
        }
      self->passed = record->seq;
    }
  return TRUE;
}

static gboolean
write_inputs (TfWriter      *self,
              const TfBatch *batch,
              GError       **error)
{
  if (batch->inputs == NULL || batch->inputs->len == 0)
    return TRUE;
  sqlite3_bind_blob64 (self->keep_inputs, 1, batch->inputs->data, batch->inputs->len, SQLITE_STATIC);
  return tf_db_step (self->keep_inputs, NULL, error);
}

static gboolean
write_evidence (TfWriter      *self,
                const TfBatch *batch,
                GError       **error)
{
  for (guint k = 0; batch->evidence != NULL && k < batch->evidence->len; k++)
    if (!tf_evidence_store (self->workspace, g_ptr_array_index (batch->evidence, k), error))
      return FALSE;
  return TRUE;
}

static gboolean
write_heard (TfWriter      *self,
             const TfBatch *batch,
             GError       **error)
{
  for (guint k = 0; batch->heard != NULL && k < batch->heard->len; k++)
    if (!tf_source_heard_store (self->workspace, &g_array_index (batch->heard, TfSourceHeard, k), error))
      return FALSE;
  return TRUE;
}

static gboolean
write_candles (TfWriter      *self,
               const TfBatch *batch,
               GError       **error)
{
  const TfConfig *config = batch->snapshot->config;

  for (guint i = 0; i < batch->candles->len; i++)
    {
      const GArray *candles = g_ptr_array_index (batch->candles, i);

      if (!tf_candles_store (self->workspace, config->universe->items[i].symbol, config->interval,
                             (const TfCandle *) (gpointer) candles->data, candles->len, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_checkpoint (TfWriter      *self,
                  const TfBatch *batch,
                  GError       **error)
{
  gsize size;
  const void *state = g_bytes_get_data (batch->checkpoint, &size);

  sqlite3_bind_int64 (self->set_checkpoint, 3, batch->events);
  sqlite3_bind_blob64 (self->set_checkpoint, 4, state, size, SQLITE_STATIC);
  if (!tf_db_step (self->set_checkpoint, NULL, error))
    return FALSE;
  /* The configuration of the tables and the checkpoint belong together: a run continues from both. */
  if (batch->snapshot != NULL && batch->snapshot->config != self->config)
    {
      if (!tf_configuration_store (self->workspace, batch->snapshot->config, error))
        return FALSE;
      g_clear_pointer (&self->config, tf_config_unref);
      self->config = tf_config_ref (batch->snapshot->config);
    }
  return TRUE;
}

static gboolean
write_state (TfWriter         *self,
             const TfSnapshot *snapshot,
             gboolean          curves,
             GError          **error)
{
  if (!tf_state_store (self->workspace, snapshot, curves, error))
    return FALSE;
  g_clear_pointer (&self->uncurved, tf_snapshot_unref);
  if (!curves)
    self->uncurved = tf_snapshot_ref ((TfSnapshot *) snapshot);
  return TRUE;
}

/* All batches in one transaction: every entry, then the newest checkpoint and the newest state. */
static gboolean
write_batches (TfWriter *self,
               GQueue   *batches,
               GError  **error)
{
  const TfBatch *checkpoint = NULL;
  const TfSnapshot *state = NULL;
  gint64 before = self->expected, inbox = 0;

  for (GList *l = batches->head; l != NULL; l = l->next)
    {
      const TfBatch *batch = l->data;

      if (!write_records (self, batch, error) || !write_inputs (self, batch, error) || !write_evidence (self, batch, error)
          || !write_heard (self, batch, error))
        return FALSE;
      inbox = MAX (inbox, batch->inbox);
      if (batch->snapshot != NULL)
        self->passed = MAX (self->passed, batch->snapshot->seq);
      /* What a run derives again after a restart is older than what the tables have. */
      if (self->passed < self->expected - 1)
        continue;
      if (batch->snapshot != NULL)
        state = batch->snapshot;
      if (batch->checkpoint != NULL)
        {
          checkpoint = batch;
          /* It holds what all inputs so far have led to. */
          if (!tf_db_step (self->drop_inputs, NULL, error))
            return FALSE;
          sqlite3_bind_int64 (self->set_checkpoint, 1, self->passed);
          sqlite3_bind_blob (self->set_checkpoint, 2, self->head, TF_HASH_SIZE, SQLITE_TRANSIENT);
        }
    }
  if (checkpoint != NULL && !write_checkpoint (self, checkpoint, error))
    return FALSE;
  for (GList *l = batches->head; l != NULL; l = l->next)
    if (((TfBatch *) l->data)->candles != NULL && !write_candles (self, l->data, error))
      return FALSE;
  if (state != NULL && !write_state (self, state, checkpoint != NULL, error))
    return FALSE;
  if (inbox > 0)
    {
      sqlite3_bind_int64 (self->take, 1, inbox);
      if (!tf_db_step (self->take, NULL, error))
        return FALSE;
    }
  if (self->expected != before)
    {
      sqlite3_bind_int64 (self->set_head, 1, self->expected - 1);
      sqlite3_bind_blob (self->set_head, 2, self->head, TF_HASH_SIZE, SQLITE_STATIC);
      if (!tf_db_step (self->set_head, NULL, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
commit_batches (TfWriter *self,
                GQueue   *batches,
                GError  **error)
{
  return tf_db_begin (self->workspace->db, error)
         && tf_db_end (self->workspace->db, write_batches (self, batches, error), error);
}

static gpointer
writer_thread (gpointer data)
{
  TfWriter *self = data;

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      GQueue batches;
      guint n;

      while (g_queue_is_empty (&self->waiting) && !self->stop)
        g_cond_wait (&self->work, &self->mutex);
      if (g_queue_is_empty (&self->waiting))
        break;
      batches = self->waiting;
      n = batches.length;
      g_queue_init (&self->waiting);
      self->records = 0;
      g_cond_broadcast (&self->done);
      g_mutex_unlock (&self->mutex);

      if (self->error == NULL && commit_batches (self, &batches, &error) && self->committed != NULL)
        for (GList *l = batches.head; l != NULL; l = l->next)
          self->committed (l->data, NULL, self->data);
      if (error != NULL && self->committed != NULL)
        self->committed (NULL, error, self->data);
      g_queue_clear_full (&batches, (GDestroyNotify) tf_batch_free);

      g_mutex_lock (&self->mutex);
      if (error != NULL)
        self->error = g_steal_pointer (&error);
      if (self->error == NULL)
        self->seq = self->expected - 1;
      self->durable += n;
      g_cond_broadcast (&self->done);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

static gboolean
prepare (TfWriter *self,
         GError  **error)
{
  const struct { sqlite3_stmt **stmt; const char *sql; } statements[] = {
    { &self->insert, "INSERT INTO comprehensive_audit (" TF_RECORD_COLUMNS ") VALUES"
                     " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)" },
    { &self->compare, "SELECT hash FROM comprehensive_audit WHERE seq = ?1" },
    { &self->set_head, "UPDATE journal_head SET seq = ?1, hash = ?2" },
    { &self->set_checkpoint, "INSERT OR REPLACE INTO checkpoint VALUES (1, ?1, ?2, ?3, ?4)" },
    { &self->keep_inputs, "INSERT INTO market_inputs (events) VALUES (?1)" },
    { &self->drop_inputs, "DELETE FROM market_inputs" },
    { &self->take, "DELETE FROM command_inbox WHERE id <= ?1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      *statements[i].stmt = tf_db_prepare (self->workspace->db, statements[i].sql, error);
      if (*statements[i].stmt == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
writer_free (TfWriter *self)
{
  sqlite3_finalize (self->insert);
  sqlite3_finalize (self->compare);
  sqlite3_finalize (self->set_head);
  sqlite3_finalize (self->set_checkpoint);
  sqlite3_finalize (self->keep_inputs);
  sqlite3_finalize (self->drop_inputs);
  sqlite3_finalize (self->take);
  g_clear_pointer (&self->config, tf_config_unref);
  g_clear_pointer (&self->uncurved, tf_snapshot_unref);
  g_clear_error (&self->error);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) tf_batch_free);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->work);
  g_cond_clear (&self->done);
  g_free (self);
}

/**
 * tf_writer_new:
 * @workspace: (transfer none): of mode %TF_WORKSPACE_OWNER; belongs to the writer until tf_writer_stop()
 * @committed: (nullable): told of each batch that became durable, and once of a failure
 *
 * Starts the writer's thread behind the journal's end. Entries up to there, which a run that continues derives again, are
 * compared instead of written: a different one is a failure with %TF_ERROR_MISMATCH.
 *
 * Returns: (transfer full): the writer; end it with tf_writer_stop()
 */
TfWriter *
tf_writer_new (TfWorkspace    *workspace,
               TfCommittedFunc committed,
               gpointer        data,
               GError        **error)
{
  TfWriter *self;

  g_return_val_if_fail (workspace->mode == TF_WORKSPACE_OWNER, NULL);

  self = g_new0 (TfWriter, 1);
  self->workspace = workspace;
  self->committed = committed;
  self->data = data;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->work);
  g_cond_init (&self->done);
  g_queue_init (&self->waiting);
  if (!prepare (self, error) || !tf_workspace_get_head (workspace, &self->seq, self->head, error)
      || !tf_db_integer (workspace->db, "SELECT seq FROM checkpoint", &self->passed, error))
    {
      writer_free (self);
      return NULL;
    }
  self->expected = self->seq + 1;
  self->thread = g_thread_new ("journal", writer_thread, self);
  return self;
}

static gboolean
good (TfWriter *self,
      GError  **error)
{
  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

/**
 * tf_writer_push:
 * @batch: (transfer full): what has to become durable next
 *
 * Returns at once while little waits; blocks while 100,000 entries or 128 batches do.
 *
 * Returns: %FALSE with the first failure once writing has failed: nothing is taken any more, trading has to halt
 */
gboolean
tf_writer_push (TfWriter *self,
                TfBatch  *batch,
                GError  **error)
{
  gboolean taken;

  g_mutex_lock (&self->mutex);
  while (self->error == NULL && (self->waiting.length >= MOST_BATCHES || self->records >= MOST_RECORDS))
    g_cond_wait (&self->done, &self->mutex);
  taken = good (self, error);
  if (taken)
    {
      g_queue_push_tail (&self->waiting, batch);
      self->records += batch->records->len;
      self->pushed++;
      g_cond_signal (&self->work);
    }
  g_mutex_unlock (&self->mutex);
  if (!taken)
    tf_batch_free (batch);
  return taken;
}

/**
 * tf_writer_flush:
 *
 * Waits until all that was pushed is durable.
 *
 * Returns: %FALSE with the first failure when it is not
 */
gboolean
tf_writer_flush (TfWriter *self,
                 GError  **error)
{
  guint64 until;
  gboolean durable;

  g_mutex_lock (&self->mutex);
  until = self->pushed;
  while (self->error == NULL && self->durable < until)
    g_cond_wait (&self->done, &self->mutex);
  durable = good (self, error);
  g_mutex_unlock (&self->mutex);
  return durable;
}

/**
 * tf_writer_stop:
 * @self: (transfer full): the writer
 *
 * Writes what still waits, ends the thread and gives the workspace back.
 *
 * Returns: whether everything that was ever pushed is durable
 */
gboolean
tf_writer_stop (TfWriter *self,
                GError  **error)
{
  gboolean durable;

  g_mutex_lock (&self->mutex);
  self->stop = TRUE;
  g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  if (self->error == NULL && self->uncurved != NULL && tf_db_begin (self->workspace->db, &self->error))
    tf_db_end (self->workspace->db, tf_state_store (self->workspace, self->uncurved, TRUE, &self->error), &self->error);
  durable = good (self, error);
  writer_free (self);
  return durable;
}

/* Whether writing has failed for good. */
gboolean
tf_writer_failed (TfWriter *self)
{
  gboolean failed;

  g_mutex_lock (&self->mutex);
  failed = self->error != NULL;
  g_mutex_unlock (&self->mutex);
  return failed;
}

/* The last entry that is durable. */
gint64
tf_writer_get_seq (TfWriter *self)
{
  gint64 seq;

  g_mutex_lock (&self->mutex);
  seq = self->seq;
  g_mutex_unlock (&self->mutex);
  return seq;
}

/* Entries that wait to be written. */
guint
tf_writer_get_queue (TfWriter *self)
{
  guint records;

  g_mutex_lock (&self->mutex);
  records = self->records;
  g_mutex_unlock (&self->mutex);
  return records;
}
