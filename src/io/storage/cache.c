#include "io/storage/workspace-private.h"

#define BARS_KEPT 20000 /* of each instrument and interval: two weeks of minutes */

/* Keeps market data for later, inside a transaction of the caller; the newer word on a bar wins. */
gboolean
tf_candles_store (TfWorkspace    *self,
                  const char     *symbol,
                  TfTime          interval,
                  const TfCandle *candles,
                  guint           n_candles,
                  GError        **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL, prune = NULL;
  gboolean good = TRUE;

  stmt = tf_db_prepare (self->db, "INSERT OR REPLACE INTO market_data_cache VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", error);
  prune = tf_db_prepare (self->db, "DELETE FROM market_data_cache WHERE symbol = ?1 AND interval = ?2 AND time <= ?3", error);
  if (stmt == NULL || prune == NULL)
    return FALSE;
  tf_db_bind_text (stmt, 1, symbol);
  sqlite3_bind_int64 (stmt, 2, interval);
  for (guint i = 0; good && i < n_candles; i++)
    {
      const TfCandle *candle = &candles[i];

      sqlite3_bind_int64 (stmt, 3, candle->time);
      sqlite3_bind_int64 (stmt, 4, candle->open.raw);
      sqlite3_bind_int64 (stmt, 5, candle->high.raw);
      sqlite3_bind_int64 (stmt, 6, candle->low.raw);
      sqlite3_bind_int64 (stmt, 7, candle->close.raw);
      sqlite3_bind_int64 (stmt, 8, candle->volume.raw);
      good = tf_db_step (stmt, NULL, error);
    }
  if (!good || n_candles == 0)
    return good;
  tf_db_bind_text (prune, 1, symbol);
  sqlite3_bind_int64 (prune, 2, interval);
  sqlite3_bind_int64 (prune, 3, candles[n_candles - 1].time - BARS_KEPT * interval);
  return tf_db_step (prune, NULL, error);
}

/**
 * tf_workspace_cache_candles:
 * @symbol: instrument
 * @interval: of the candles, ns
 * @candles: oldest first
 *
 * Keeps the newest of an instrument's closed bars for later; the newer word on a bar wins. In one transaction: all or
 * none.
 */
gboolean
tf_workspace_cache_candles (TfWorkspace    *self,
                            const char     *symbol,
                            TfTime          interval,
                            const TfCandle *candles,
                            guint           n_candles,
                            GError        **error)
{
  return tf_db_begin (self->db, error)
         && tf_db_end (self->db, tf_candles_store (self, symbol, interval, candles, n_candles, error), error);
}

/**
 * tf_workspace_load_candles:
 * @from: first open time
 * @to: open times before this; 0: no end
 *
 * Returns: (transfer full): TfCandles, oldest first; may be empty. %NULL on failure
 */
GArray *
tf_workspace_load_candles (TfWorkspace *self,
                           const char  *symbol,
                           TfTime       interval,
                           TfTime       from,
                           TfTime       to,
                           GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GArray) candles = g_array_new (FALSE, TRUE, sizeof (TfCandle));
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT time, open, high, low, close, volume FROM market_data_cache"
                        " WHERE symbol = ?1 AND interval = ?2 AND time >= ?3 AND time < ?4 ORDER BY time", error);
  if (stmt == NULL)
    return NULL;
  tf_db_bind_text (stmt, 1, symbol);
  sqlite3_bind_int64 (stmt, 2, interval);
  sqlite3_bind_int64 (stmt, 3, from);
  sqlite3_bind_int64 (stmt, 4, to > 0 ? to : G_MAXINT64);
  while (tf_db_step (stmt, &row, error))
    {
      TfCandle candle;

      if (!row)
        return g_steal_pointer (&candles);
      candle.time = sqlite3_column_int64 (stmt, 0);
      candle.open.raw = sqlite3_column_int64 (stmt, 1);
      candle.high.raw = sqlite3_column_int64 (stmt, 2);
      candle.low.raw = sqlite3_column_int64 (stmt, 3);
      candle.close.raw = sqlite3_column_int64 (stmt, 4);
      candle.volume.raw = sqlite3_column_int64 (stmt, 5);
      g_array_append_val (candles, candle);
    }
  return NULL;
}
