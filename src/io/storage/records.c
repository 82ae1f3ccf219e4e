/* Track records and copy gaps, as of the last checkpoint or regular stop. */

#include "io/storage/database.h"
#include "io/storage/workspace-private.h"

static gboolean
store_records (TfWorkspace      *self,
               const TfSnapshot *snapshot,
               GError          **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db,
                        "INSERT OR REPLACE INTO track_records VALUES"
                        " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)", error);
  for (guint v = 0; stmt != NULL && v < tf_config_n_voters (config); v++)
    {
      const TfTrackRecord *record = &snapshot->voters[v].record;

      if (record->signals == 0 && record->resolved == 0)
        continue;
      tf_db_bind_text (stmt, 1, tf_config_voter_id (config, v));
      sqlite3_bind_int64 (stmt, 2, record->signals);
      sqlite3_bind_int64 (stmt, 3, record->resolved);
      sqlite3_bind_int64 (stmt, 4, record->wins);
      sqlite3_bind_int64 (stmt, 5, record->owned);
      sqlite3_bind_double (stmt, 6, record->mean);
      sqlite3_bind_double (stmt, 7, record->m2);
      sqlite3_bind_double (stmt, 8, record->own);
      sqlite3_bind_double (stmt, 9, record->reached);
      sqlite3_bind_double (stmt, 10, record->recent);
      sqlite3_bind_double (stmt, 11, record->total);
      sqlite3_bind_double (stmt, 12, record->peak);
      sqlite3_bind_double (stmt, 13, record->drawdown);
      sqlite3_bind_double (stmt, 14, record->holding_seconds);
      sqlite3_bind_double (stmt, 15, record->open);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return stmt != NULL;
}

static gboolean
store_gaps (TfWorkspace      *self,
            const TfSnapshot *snapshot,
            GError          **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db, "INSERT OR REPLACE INTO copy_gaps VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                        error);
  for (guint t = 0; stmt != NULL && snapshot->follows != NULL && t < config->n_traders; t++)
    for (guint a = 0; a < config->n_accounts; a++)
      {
        const TfFollowView *view = tf_snapshot_follow (snapshot, t, a);

        if (!view->gap_known)
          continue;
        tf_db_bind_text (stmt, 1, config->traders[t].id);
        tf_db_bind_text (stmt, 2, config->accounts[a].id);
        sqlite3_bind_int64 (stmt, 3, view->gap.leader.raw);
        sqlite3_bind_int64 (stmt, 4, view->gap.copy.raw);
        for (int k = 0; k < TF_N_GAP_PARTS; k++)
          sqlite3_bind_int64 (stmt, 5 + k, view->gap.parts[k].raw);
        if (!tf_db_step (stmt, NULL, error))
          return FALSE;
      }
  return stmt != NULL;
}

gboolean
tf_records_store (TfWorkspace      *self,
                  const TfSnapshot *snapshot,
                  GError          **error)
{
  return store_records (self, snapshot, error) && store_gaps (self, snapshot, error);
}

static gboolean
load_records (TfWorkspace *self,
              TfSnapshot  *snapshot,
              GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (self->db, "SELECT * FROM track_records WHERE voter = ?1", error);

  for (guint v = 0; stmt != NULL && v < tf_config_n_voters (snapshot->config); v++)
    {
      TfTrackRecord *record = &snapshot->voters[v].record;
      gboolean row;

      tf_db_bind_text (stmt, 1, tf_config_voter_id (snapshot->config, v));
      if (!tf_db_step (stmt, &row, error))
        return FALSE;
      if (row)
        {
          record->signals = (guint32) sqlite3_column_int64 (stmt, 1);
          record->resolved = (guint32) sqlite3_column_int64 (stmt, 2);
          record->wins = (guint32) sqlite3_column_int64 (stmt, 3);
          record->owned = (guint32) sqlite3_column_int64 (stmt, 4);
          record->mean = tf_db_double (stmt, 5);
          record->m2 = tf_db_double (stmt, 6);
          record->own = tf_db_double (stmt, 7);
          record->reached = tf_db_double (stmt, 8);
          record->recent = tf_db_double (stmt, 9);
          record->total = tf_db_double (stmt, 10);
          record->peak = tf_db_double (stmt, 11);
          record->drawdown = tf_db_double (stmt, 12);
          record->holding_seconds = tf_db_double (stmt, 13);
          record->open = tf_db_double (stmt, 14);
        }
      sqlite3_reset (stmt);
    }
  return stmt != NULL;
}

static gboolean
load_gaps (TfWorkspace *self,
           TfSnapshot  *snapshot,
           GError     **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db, "SELECT * FROM copy_gaps WHERE trader = ?1 AND account = ?2", error);
  for (guint t = 0; stmt != NULL && t < config->n_traders; t++)
    for (guint a = 0; a < config->n_accounts; a++)
      {
        TfFollowView *view = &snapshot->follows[t * config->n_accounts + a];
        gboolean row;

        tf_db_bind_text (stmt, 1, config->traders[t].id);
        tf_db_bind_text (stmt, 2, config->accounts[a].id);
        if (!tf_db_step (stmt, &row, error))
          return FALSE;
        if (row)
          {
            view->gap_known = TRUE;
            view->gap.leader.raw = sqlite3_column_int64 (stmt, 2);
            view->gap.copy.raw = sqlite3_column_int64 (stmt, 3);
            for (int k = 0; k < TF_N_GAP_PARTS; k++)
              view->gap.parts[k].raw = sqlite3_column_int64 (stmt, 4 + k);
            view->pnl = view->gap.copy;
          }
        sqlite3_reset (stmt);
      }
  return stmt != NULL;
}

/* @snapshot: with its voters and follows */
gboolean
tf_records_load (TfWorkspace *self,
                 TfSnapshot  *snapshot,
                 GError     **error)
{
  return load_records (self, snapshot, error) && load_gaps (self, snapshot, error);
}
