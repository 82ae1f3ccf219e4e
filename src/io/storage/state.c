#include "io/storage/workspace-private.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/risk/state.h"

/* The engine's snapshot as rows: written by the journal writer together with the entries that led to it, read by whoever
 * looks at a workspace without running it. */

static gboolean
store_accounts (TfWorkspace      *self,
                const TfSnapshot *snapshot,
                GError          **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db,
                        "UPDATE paper_trading_accounts SET equity = ?2, cash = ?3, realized = ?4, unrealized = ?5, fees = ?6,"
                        " day_start = ?7, peak = ?8, drawdown = ?9, max_drawdown = ?10, governor = ?11, gross = ?12,"
                        " net = ?13, var = ?14, daily_loss = ?15, gap = ?16, state = ?17, positions = ?18, bars = ?19,"
                        " mean = ?20, m2 = ?21, downside2 = ?22, gains = ?23, losses = ?24, trades = ?25, wins = ?26,"
                        " first = ?27, last = ?28 WHERE id = ?1", error);
  for (guint i = 0; stmt != NULL && i < snapshot->config->n_accounts; i++)
    {
      const TfAccountView *view = &snapshot->accounts[i];
      const TfPerformance *performance = &view->performance;

      tf_db_bind_text (stmt, 1, snapshot->config->accounts[i].id);
      sqlite3_bind_int64 (stmt, 2, view->equity.raw);
      sqlite3_bind_int64 (stmt, 3, view->cash.raw);
      sqlite3_bind_int64 (stmt, 4, view->realized.raw);
      sqlite3_bind_int64 (stmt, 5, view->unrealized.raw);
      sqlite3_bind_int64 (stmt, 6, view->fees.raw);
      sqlite3_bind_int64 (stmt, 7, view->day_start.raw);
      sqlite3_bind_int64 (stmt, 8, view->peak.raw);
      sqlite3_bind_double (stmt, 9, view->drawdown);
      sqlite3_bind_double (stmt, 10, view->max_drawdown);
      sqlite3_bind_double (stmt, 11, view->governor);
      sqlite3_bind_double (stmt, 12, view->gross);
      sqlite3_bind_double (stmt, 13, view->net);
      sqlite3_bind_double (stmt, 14, view->var);
      sqlite3_bind_double (stmt, 15, view->daily_loss);
      sqlite3_bind_double (stmt, 16, view->gap);
      tf_db_bind_text (stmt, 17, tf_state_name (view->state));
      sqlite3_bind_int64 (stmt, 18, view->positions);
      sqlite3_bind_int64 (stmt, 19, (gint64) performance->bars);
      sqlite3_bind_double (stmt, 20, performance->mean);
      sqlite3_bind_double (stmt, 21, performance->m2);
      sqlite3_bind_double (stmt, 22, performance->downside2);
      sqlite3_bind_double (stmt, 23, performance->gains);
      sqlite3_bind_double (stmt, 24, performance->losses);
      sqlite3_bind_int64 (stmt, 25, performance->trades);
      sqlite3_bind_int64 (stmt, 26, performance->wins);
      sqlite3_bind_int64 (stmt, 27, performance->first);
      sqlite3_bind_int64 (stmt, 28, performance->last);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return stmt != NULL;
}

#define VOTER_COLUMNS \
  "pnl = ?2, trades = ?3, wins = ?4, proposals = ?5, resolved = ?6, mean_outcome = ?7, recent_outcome = ?8, weight = ?9," \
  " weight_sd = ?10, effect = ?11, effect_sd = ?12, stance = ?13, state = ?14, last_time = ?15, last_instrument = ?16," \
  " last_side = ?17, closed_pnl = ?18, signals = ?19"

static gboolean
store_voters (TfWorkspace      *self,
              const TfSnapshot *snapshot,
              GError          **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) bot = NULL, trader = NULL;

  bot = tf_db_prepare (self->db, "UPDATE ai_trading_bots SET " VOTER_COLUMNS ", live_params = ?20 WHERE id = ?1", error);
  trader = tf_db_prepare (self->db, "UPDATE traders SET " VOTER_COLUMNS " WHERE id = ?1", bot != NULL ? error : NULL);
  if (bot == NULL || trader == NULL)
    return FALSE;
  for (guint v = 0; v < config->n_bots + config->n_traders; v++)
    {
      const TfVoterView *view = &snapshot->voters[v];
      sqlite3_stmt *stmt = v < config->n_bots ? bot : trader;
      g_autofree char *params = v < config->n_bots ? tf_params_to_json (config->bots[v].strategy, view->params) : NULL;

      tf_db_bind_text (stmt, 1, v < config->n_bots ? config->bots[v].id : config->traders[v - config->n_bots].id);
      sqlite3_bind_int64 (stmt, 2, view->pnl.raw);
      sqlite3_bind_int64 (stmt, 3, view->trades);
      sqlite3_bind_int64 (stmt, 4, view->wins);
      sqlite3_bind_int64 (stmt, 5, view->proposals);
      sqlite3_bind_int64 (stmt, 6, view->resolved);
      sqlite3_bind_double (stmt, 7, view->mean_outcome);
      sqlite3_bind_double (stmt, 8, view->recent_outcome);
      sqlite3_bind_double (stmt, 9, view->weight);
      sqlite3_bind_double (stmt, 10, view->weight_sd);
      sqlite3_bind_double (stmt, 11, view->effect);
      sqlite3_bind_double (stmt, 12, view->effect_sd);
      sqlite3_bind_double (stmt, 13, (double) view->stance);
      tf_db_bind_text (stmt, 14, tf_state_name (view->state));
      sqlite3_bind_int64 (stmt, 15, view->last_time);
      sqlite3_bind_int (stmt, 16, view->last_instrument);
      sqlite3_bind_int (stmt, 17, view->last_side);
      sqlite3_bind_int64 (stmt, 18, view->closed_pnl.raw);
      sqlite3_bind_int64 (stmt, 19, view->signals);
      if (params != NULL)
        tf_db_bind_text (stmt, 20, params);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return TRUE;
}

/* Who follows whom changes rarely: only what differs is written. */
static gboolean
store_follows (TfWorkspace      *self,
               const TfSnapshot *snapshot,
               GError          **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db,
                        "UPDATE trader_follows SET following = ?3, state = ?4, pnl = ?5, static_use = ?6, trailing_use = ?7"
                        " WHERE trader = ?1 AND account = ?2"
                        " AND (following, state, pnl, static_use, trailing_use) IS NOT (?3, ?4, ?5, ?6, ?7)",
                        error);
  for (guint t = 0; stmt != NULL && t < config->n_traders; t++)
    for (guint a = 0; a < config->n_accounts; a++)
      {
        const TfFollowView *view = tf_snapshot_follow (snapshot, t, a);

        tf_db_bind_text (stmt, 1, config->traders[t].id);
        tf_db_bind_text (stmt, 2, config->accounts[a].id);
        sqlite3_bind_int (stmt, 3, snapshot->voters[config->n_bots + t].followed[a]);
        tf_db_bind_text (stmt, 4, tf_state_name (view->state));
        sqlite3_bind_int64 (stmt, 5, view->pnl.raw);
        sqlite3_bind_double (stmt, 6, view->use[TF_COPY_LEVEL_STATIC]);
        sqlite3_bind_double (stmt, 7, view->use[TF_COPY_LEVEL_TRAILING]);
        if (!tf_db_step (stmt, NULL, error))
          return FALSE;
      }
  return stmt != NULL && tf_policies_store (self, snapshot, error);
}

static gboolean
store_quotes (TfWorkspace      *self,
              const TfSnapshot *snapshot,
              GError          **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db,
                        "UPDATE instruments SET last = ?2, bid = ?3, ask = ?4, day_open = ?5, time = ?6, volatility = ?7,"
                        " trend_up = ?8, trend_down = ?9, range = ?10, turbulent = ?11 WHERE ordinal = ?1", error);
  for (guint i = 0; stmt != NULL && i < snapshot->config->universe->n; i++)
    {
      const TfQuoteView *view = &snapshot->quotes[i];

      sqlite3_bind_int64 (stmt, 1, i);
      sqlite3_bind_int64 (stmt, 2, view->last.raw);
      sqlite3_bind_int64 (stmt, 3, view->bid.raw);
      sqlite3_bind_int64 (stmt, 4, view->ask.raw);
      sqlite3_bind_int64 (stmt, 5, view->day_open.raw);
      sqlite3_bind_int64 (stmt, 6, view->time);
      sqlite3_bind_double (stmt, 7, view->volatility);
      for (guint r = 0; r < TF_REGIMES; r++)
        sqlite3_bind_double (stmt, 8 + (int) r, view->regime.p[r]);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return stmt != NULL;
}

static gboolean
store_positions (TfWorkspace      *self,
                 const TfSnapshot *snapshot,
                 GError          **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!tf_db_exec (self->db, "DELETE FROM positions", error))
    return FALSE;
  stmt = tf_db_prepare (self->db, "INSERT INTO positions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", error);
  for (guint i = 0; stmt != NULL && i < snapshot->n_positions; i++)
    {
      const TfPositionView *view = &snapshot->positions[i];

      tf_db_bind_text (stmt, 1, config->accounts[view->account].id);
      tf_db_bind_text (stmt, 2, view->voter < config->n_bots ? config->bots[view->voter].id
                                                             : config->traders[view->voter - config->n_bots].id);
      tf_db_bind_text (stmt, 3, config->universe->items[view->instrument].symbol);
      sqlite3_bind_int64 (stmt, 4, view->quantity.raw);
      sqlite3_bind_int64 (stmt, 5, view->cost.raw);
      sqlite3_bind_int64 (stmt, 6, view->value.raw);
      sqlite3_bind_int64 (stmt, 7, view->stop.raw);
      sqlite3_bind_int64 (stmt, 8, view->target.raw);
      sqlite3_bind_int64 (stmt, 9, view->opened);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return stmt != NULL;
}

static gboolean
store_holdings (TfWorkspace      *self,
                const TfSnapshot *snapshot,
                GError          **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!tf_db_exec (self->db, "DELETE FROM trader_holdings", error))
    return FALSE;
  stmt = tf_db_prepare (self->db, "INSERT INTO trader_holdings VALUES (?1, ?2, ?3)", error);
  for (guint i = 0; stmt != NULL && i < snapshot->n_holdings; i++)
    {
      tf_db_bind_text (stmt, 1, config->traders[snapshot->holdings[i].trader].id);
      tf_db_bind_text (stmt, 2, config->universe->items[snapshot->holdings[i].instrument].symbol);
      sqlite3_bind_int64 (stmt, 3, snapshot->holdings[i].quantity.raw);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return stmt != NULL;
}

static gboolean
store_alerts (TfWorkspace      *self,
              const TfSnapshot *snapshot,
              GError          **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!tf_db_exec (self->db, "DELETE FROM alerts", error))
    return FALSE;
  stmt = tf_db_prepare (self->db,
                        "INSERT INTO alerts (id, time, account, kind, severity, value, lim, acknowledged)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", error);
  for (guint i = 0; stmt != NULL && i < snapshot->n_alerts; i++)
    {
      const TfAlertView *view = &snapshot->alerts[i];

      sqlite3_bind_int64 (stmt, 1, view->id);
      sqlite3_bind_int64 (stmt, 2, view->time);
      tf_db_bind_text (stmt, 3, view->account >= 0 ? snapshot->config->accounts[view->account].id : "");
      sqlite3_bind_int (stmt, 4, view->kind);
      sqlite3_bind_int (stmt, 5, view->severity);
      sqlite3_bind_double (stmt, 6, view->value);
      sqlite3_bind_double (stmt, 7, view->limit);
      sqlite3_bind_int (stmt, 8, view->acknowledged != FALSE);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return stmt != NULL;
}

static gboolean
store_totals (TfWorkspace      *self,
              const TfSnapshot *snapshot,
              GError          **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GString) verdicts = g_string_new (NULL);

  for (guint v = 1; v < TF_N_VERDICTS; v++)
    g_string_append_printf (verdicts, "%s\"%s\":%" G_GINT64_FORMAT, v > 1 ? "," : "{",
                            tf_verdict_name (v), snapshot->verdicts[v]);
  g_string_append_c (verdicts, '}');
  stmt = tf_db_prepare (self->db,
                        "INSERT OR REPLACE INTO totals VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?12, ?10, ?11)", error);
  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, snapshot->seq);
  sqlite3_bind_blob (stmt, 2, snapshot->head, TF_HASH_SIZE, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 3, snapshot->time);
  sqlite3_bind_int64 (stmt, 4, snapshot->events);
  sqlite3_bind_int64 (stmt, 5, snapshot->bars);
  sqlite3_bind_int64 (stmt, 6, snapshot->signals);
  sqlite3_bind_int64 (stmt, 7, snapshot->orders);
  sqlite3_bind_int64 (stmt, 8, snapshot->fills);
  sqlite3_bind_int64 (stmt, 9, snapshot->open_proposals);
  tf_db_bind_text (stmt, 10, tf_state_name (snapshot->state));
  tf_db_bind_text (stmt, 11, verdicts->str);
  sqlite3_bind_int64 (stmt, 12, snapshot->open_orders);
  return tf_db_step (stmt, NULL, error);
}

static gboolean
store_curves (TfWorkspace      *self,
              const TfSnapshot *snapshot,
              GError          **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db, "INSERT OR REPLACE INTO equity_curves VALUES (?1, ?2, ?3, ?4)", error);
  for (guint i = 0; stmt != NULL && i < snapshot->config->n_accounts; i++)
    {
      const TfCurve *curve = &snapshot->accounts[i].curve;
      gint64 points[2 * TF_CURVE_POINTS];

      for (guint p = 0; p < curve->n; p++)
        {
          points[2 * p] = GINT64_TO_LE (curve->time[p]);
          points[2 * p + 1] = GINT64_TO_LE (curve->equity[p].raw);
        }
      tf_db_bind_text (stmt, 1, snapshot->config->accounts[i].id);
      sqlite3_bind_int64 (stmt, 2, curve->step);
      sqlite3_bind_int64 (stmt, 3, curve->skip);
      /* An empty blob, not NULL. */
      sqlite3_bind_blob (stmt, 4, points, (int) (curve->n * 2 * sizeof (gint64)), SQLITE_STATIC);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return stmt != NULL;
}

gboolean
tf_state_store (TfWorkspace      *self,
                const TfSnapshot *snapshot,
                gboolean          curves,
                GError          **error)
{
  return store_accounts (self, snapshot, error)
         && store_voters (self, snapshot, error)
         && store_follows (self, snapshot, error)
         && store_quotes (self, snapshot, error)
         && store_positions (self, snapshot, error)
         && store_holdings (self, snapshot, error)
         && store_alerts (self, snapshot, error)
         && store_totals (self, snapshot, error)
         && (!curves || (store_curves (self, snapshot, error) && tf_records_store (self, snapshot, error)));
}

static TfTradingState
state_at (sqlite3_stmt *stmt,
          int           column)
{
  TfTradingState state;

  return tf_state_parse (tf_db_text (stmt, column), &state) ? state : TF_STATE_HALTED;
}

static gboolean
load_accounts (TfWorkspace *self,
               TfSnapshot  *snapshot,
               GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL, curve = NULL;
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT equity, cash, realized, unrealized, fees, day_start, peak, drawdown, max_drawdown, governor,"
                        " gross, net, var, daily_loss, gap, state, positions, bars, mean, m2, downside2, gains, losses,"
                        " trades, wins, first, last, id FROM paper_trading_accounts ORDER BY ordinal", error);
  curve = tf_db_prepare (self->db, "SELECT step, skip, points FROM equity_curves WHERE account = ?1",
                         stmt != NULL ? error : NULL);
  if (stmt == NULL || curve == NULL)
    return FALSE;
  for (guint i = 0; tf_db_step (stmt, &row, error); i++)
    {
      TfAccountView *view;

      if (!row || i == snapshot->config->n_accounts)
        return TRUE;
      view = &snapshot->accounts[i];
      view->equity.raw = sqlite3_column_int64 (stmt, 0);
      view->cash.raw = sqlite3_column_int64 (stmt, 1);
      view->realized.raw = sqlite3_column_int64 (stmt, 2);
      view->unrealized.raw = sqlite3_column_int64 (stmt, 3);
      view->fees.raw = sqlite3_column_int64 (stmt, 4);
      view->day_start.raw = sqlite3_column_int64 (stmt, 5);
      view->peak.raw = sqlite3_column_int64 (stmt, 6);
      view->drawdown = tf_db_double (stmt, 7);
      view->max_drawdown = tf_db_double (stmt, 8);
      view->governor = tf_db_double (stmt, 9);
      view->gross = tf_db_double (stmt, 10);
      view->net = tf_db_double (stmt, 11);
      view->var = tf_db_double (stmt, 12);
      view->daily_loss = tf_db_double (stmt, 13);
      view->gap = tf_db_double (stmt, 14);
      view->state = state_at (stmt, 15);
      view->positions = (guint) sqlite3_column_int64 (stmt, 16);
      view->performance.bars = (guint64) sqlite3_column_int64 (stmt, 17);
      view->performance.mean = tf_db_double (stmt, 18);
      view->performance.m2 = tf_db_double (stmt, 19);
      view->performance.downside2 = tf_db_double (stmt, 20);
      view->performance.gains = tf_db_double (stmt, 21);
      view->performance.losses = tf_db_double (stmt, 22);
      view->performance.trades = (guint32) sqlite3_column_int64 (stmt, 23);
      view->performance.wins = (guint32) sqlite3_column_int64 (stmt, 24);
      view->performance.first = sqlite3_column_int64 (stmt, 25);
      view->performance.last = sqlite3_column_int64 (stmt, 26);
      tf_db_bind_text (curve, 1, tf_db_text (stmt, 27));
      if (!tf_db_step (curve, &row, error))
        return FALSE;
      if (row)
        {
          const guint8 *points = sqlite3_column_blob (curve, 2);

          view->curve.step = (guint) sqlite3_column_int64 (curve, 0);
          view->curve.skip = (guint) sqlite3_column_int64 (curve, 1);
          view->curve.n = MIN ((guint) sqlite3_column_bytes (curve, 2) / 16, TF_CURVE_POINTS);
          for (guint p = 0; p < view->curve.n; p++)
            {
              gint64 pair[2];

              memcpy (pair, points + 16 * p, sizeof pair);
              view->curve.time[p] = GINT64_FROM_LE (pair[0]);
              view->curve.equity[p].raw = GINT64_FROM_LE (pair[1]);
            }
        }
      sqlite3_reset (curve);
    }
  return FALSE;
}

/* @bots: (nullable): of traders there is none */
static gboolean
load_voters (TfWorkspace       *self,
             const char        *table,
             const TfBotConfig *bots,
             TfVoterView       *voters,
             guint              n,
             GError           **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT pnl, trades, wins, proposals, resolved, mean_outcome, recent_outcome, weight,"
                                          " weight_sd, effect, effect_sd, stance, state, last_time, last_instrument, last_side,"
                                          " closed_pnl, signals, %s"
                                          " FROM %s ORDER BY ordinal",
                                          bots != NULL ? "live_params" : "NULL", table);
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (self->db, sql, error);
  gboolean row;

  if (stmt == NULL)
    return FALSE;
  for (guint i = 0; tf_db_step (stmt, &row, error); i++)
    {
      TfVoterView *view;

      if (!row || i == n)
        return TRUE;
      view = &voters[i];
      view->pnl.raw = sqlite3_column_int64 (stmt, 0);
      view->trades = (guint) sqlite3_column_int64 (stmt, 1);
      view->wins = (guint) sqlite3_column_int64 (stmt, 2);
      view->proposals = (guint) sqlite3_column_int64 (stmt, 3);
      view->resolved = (guint) sqlite3_column_int64 (stmt, 4);
      view->mean_outcome = tf_db_double (stmt, 5);
      view->recent_outcome = tf_db_double (stmt, 6);
      view->weight = tf_db_double (stmt, 7);
      view->weight_sd = tf_db_double (stmt, 8);
      view->effect = tf_db_double (stmt, 9);
      view->effect_sd = tf_db_double (stmt, 10);
      view->stance = (float) tf_db_double (stmt, 11);
      view->state = state_at (stmt, 12);
      view->last_time = sqlite3_column_int64 (stmt, 13);
      view->last_instrument = sqlite3_column_int (stmt, 14);
      view->last_side = sqlite3_column_int (stmt, 15);
      view->closed_pnl.raw = sqlite3_column_int64 (stmt, 16);
      view->signals = (guint) sqlite3_column_int64 (stmt, 17);
      if (bots != NULL)
        tf_params_from_json (tf_db_text (stmt, 18), bots[i].strategy, view->params);
    }
  return FALSE;
}

static gboolean
load_follows (TfWorkspace *self,
              TfSnapshot  *snapshot,
              GError     **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT traders.ordinal, account, following, trader_follows.state, trader_follows.pnl, static_use,"
                        " trailing_use FROM trader_follows JOIN traders ON traders.id = trader",
                        error);
  if (stmt == NULL || !tf_policies_load (self, snapshot, error))
    return FALSE;
  while (tf_db_step (stmt, &row, error))
    {
      TfFollowView *view;
      gint64 trader;
      gint account;

      if (!row)
        return TRUE;
      trader = sqlite3_column_int64 (stmt, 0);
      account = tf_config_find_account (config, tf_db_text (stmt, 1));
      if (account < 0 || trader < 0 || trader >= config->n_traders)
        continue;
      snapshot->voters[config->n_bots + trader].followed[account] = (guint8) sqlite3_column_int (stmt, 2);
      view = &snapshot->follows[(guint) trader * config->n_accounts + (guint) account];
      view->state = state_at (stmt, 3);
      view->pnl.raw = sqlite3_column_int64 (stmt, 4);
      view->use[TF_COPY_LEVEL_STATIC] = sqlite3_column_double (stmt, 5);
      view->use[TF_COPY_LEVEL_TRAILING] = sqlite3_column_double (stmt, 6);
      view->limit[TF_COPY_LEVEL_STATIC] = tf_copy_policy_get (&view->policy, TF_POLICY_STATIC_STOP);
      view->limit[TF_COPY_LEVEL_TRAILING] = tf_copy_policy_get (&view->policy, TF_POLICY_TRAILING_STOP);
    }
  return FALSE;
}

static gboolean
load_quotes (TfWorkspace *self,
             TfSnapshot  *snapshot,
             GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT last, bid, ask, day_open, time, volatility, trend_up, trend_down, range, turbulent"
                        " FROM instruments ORDER BY ordinal", error);
  if (stmt == NULL)
    return FALSE;
  for (guint i = 0; tf_db_step (stmt, &row, error); i++)
    {
      TfQuoteView *view;

      if (!row || i == snapshot->config->universe->n)
        return TRUE;
      view = &snapshot->quotes[i];
      view->last.raw = sqlite3_column_int64 (stmt, 0);
      view->bid.raw = sqlite3_column_int64 (stmt, 1);
      view->ask.raw = sqlite3_column_int64 (stmt, 2);
      view->day_open.raw = sqlite3_column_int64 (stmt, 3);
      view->time = sqlite3_column_int64 (stmt, 4);
      view->volatility = tf_db_double (stmt, 5);
      for (guint r = 0; r < TF_REGIMES; r++)
        view->regime.p[r] = tf_db_double (stmt, 6 + (int) r);
    }
  return FALSE;
}

static gint
find_voter (const TfConfig *config,
            const char     *id)
{
  gint bot = tf_config_find_bot (config, id), trader = bot < 0 ? tf_config_find_trader (config, id) : -1;

  return bot >= 0 ? bot : trader >= 0 ? (gint) config->n_bots + trader : -1;
}

static gboolean
load_positions (TfWorkspace *self,
                TfSnapshot  *snapshot,
                GError     **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GArray) positions = g_array_new (FALSE, TRUE, sizeof (TfPositionView));
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT account, voter, instrument, quantity, cost, value, stop, target, opened FROM positions", error);
  if (stmt == NULL)
    return FALSE;
  while (tf_db_step (stmt, &row, error))
    {
      TfPositionView view = { 0 };
      gint account, voter, instrument;

      if (!row)
        {
          snapshot->n_positions = positions->len;
          snapshot->positions = (TfPositionView *) g_array_free (g_steal_pointer (&positions), FALSE);
          return TRUE;
        }
      account = tf_config_find_account (config, tf_db_text (stmt, 0));
      voter = find_voter (config, tf_db_text (stmt, 1));
      instrument = tf_universe_find (config->universe, tf_db_text (stmt, 2));
      if (account < 0 || voter < 0 || instrument < 0)
        continue;
      view.account = (guint) account;
      view.voter = (guint) voter;
      view.instrument = (guint) instrument;
      view.quantity.raw = sqlite3_column_int64 (stmt, 3);
      view.cost.raw = sqlite3_column_int64 (stmt, 4);
      view.value.raw = sqlite3_column_int64 (stmt, 5);
      view.stop.raw = sqlite3_column_int64 (stmt, 6);
      view.target.raw = sqlite3_column_int64 (stmt, 7);
      view.opened = sqlite3_column_int64 (stmt, 8);
      g_array_append_val (positions, view);
    }
  return FALSE;
}

static gboolean
load_holdings (TfWorkspace *self,
               TfSnapshot  *snapshot,
               GError     **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GArray) holdings = g_array_new (FALSE, TRUE, sizeof (TfHoldingView));
  gboolean row;

  stmt = tf_db_prepare (self->db, "SELECT trader, instrument, quantity FROM trader_holdings", error);
  if (stmt == NULL)
    return FALSE;
  while (tf_db_step (stmt, &row, error))
    {
      gint trader, instrument;
      TfHoldingView view;

      if (!row)
        {
          snapshot->n_holdings = holdings->len;
          snapshot->holdings = (TfHoldingView *) g_array_free (g_steal_pointer (&holdings), FALSE);
          return TRUE;
        }
      trader = tf_config_find_trader (config, tf_db_text (stmt, 0));
      instrument = tf_universe_find (config->universe, tf_db_text (stmt, 1));
      if (trader < 0 || instrument < 0)
        continue;
      view = (TfHoldingView) { (guint) trader, (guint) instrument, { sqlite3_column_int64 (stmt, 2) } };
      g_array_append_val (holdings, view);
    }
  return FALSE;
}

static gboolean
load_alerts (TfWorkspace *self,
             TfSnapshot  *snapshot,
             GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GArray) alerts = g_array_new (FALSE, TRUE, sizeof (TfAlertView));
  gboolean row;

  stmt = tf_db_prepare (self->db, "SELECT id, time, account, kind, severity, value, lim, acknowledged FROM alerts ORDER BY id",
                        error);
  if (stmt == NULL)
    return FALSE;
  while (tf_db_step (stmt, &row, error))
    {
      TfAlertView view = { 0 };

      if (!row)
        {
          snapshot->n_alerts = alerts->len;
          snapshot->alerts = (TfAlertView *) g_array_free (g_steal_pointer (&alerts), FALSE);
          return TRUE;
        }
      view.id = sqlite3_column_int64 (stmt, 0);
      view.time = sqlite3_column_int64 (stmt, 1);
      view.account = tf_config_find_account (snapshot->config, tf_db_text (stmt, 2));
      view.kind = sqlite3_column_int (stmt, 3);
      view.severity = sqlite3_column_int (stmt, 4);
      view.value = tf_db_double (stmt, 5);
      view.limit = tf_db_double (stmt, 6);
      view.acknowledged = sqlite3_column_int (stmt, 7);
      g_array_append_val (alerts, view);
    }
  return FALSE;
}

static gboolean
load_totals (TfWorkspace *self,
             TfSnapshot  *snapshot,
             GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT seq, head, time, events, bars, signals, orders, fills, open_proposals, state, verdicts,"
                        " open_orders FROM totals",
                        error);
  if (stmt == NULL || !tf_db_step (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  snapshot->seq = sqlite3_column_int64 (stmt, 0);
  memcpy (snapshot->head, sqlite3_column_blob (stmt, 1), TF_HASH_SIZE);
  snapshot->time = sqlite3_column_int64 (stmt, 2);
  snapshot->events = sqlite3_column_int64 (stmt, 3);
  snapshot->bars = sqlite3_column_int64 (stmt, 4);
  snapshot->signals = sqlite3_column_int64 (stmt, 5);
  snapshot->orders = sqlite3_column_int64 (stmt, 6);
  snapshot->fills = sqlite3_column_int64 (stmt, 7);
  snapshot->open_proposals = sqlite3_column_int64 (stmt, 8);
  snapshot->open_orders = sqlite3_column_int64 (stmt, 11);
  snapshot->state = state_at (stmt, 9);
  root = json_parser_load_from_data (parser, tf_db_text (stmt, 10), -1, NULL) ? json_parser_get_root (parser) : NULL;
  for (guint v = 1; root != NULL && JSON_NODE_HOLDS_OBJECT (root) && v < TF_N_VERDICTS; v++)
    snapshot->verdicts[v] = json_object_get_int_member_with_default (json_node_get_object (root), tf_verdict_name (v), 0);
  return TRUE;
}

/**
 * tf_workspace_load_snapshot:
 *
 * The state that the last commit left, as the running engine would show it; its seq tells which entry it belongs to. Equity
 * curves, track records and copy gaps are as of the last checkpoint or regular stop. Candles, correlations and calibration
 * are not kept: no candles, NaN, nothing counted.
 *
 * Returns: (transfer full): the snapshot with its configuration; %NULL with %TF_ERROR_NOT_FOUND when nothing ran here
 */
TfSnapshot *
tf_workspace_load_snapshot (TfWorkspace *self,
                            GError     **error)
{
  g_autoptr (TfConfig) config = NULL;
  g_autoptr (TfSnapshot) snapshot = NULL;
  gboolean good;
  guint n;

  /* One read transaction, so that a running owner can't change half of it meanwhile. */
  if (!tf_db_exec (self->db, "BEGIN", error))
    return NULL;
  config = tf_workspace_load_config (self, error);
  if (config != NULL)
    {
      snapshot = g_new0 (TfSnapshot, 1);
      g_atomic_ref_count_init (&snapshot->refs);
      snapshot->config = tf_config_ref (config);
      snapshot->accounts = g_new0 (TfAccountView, config->n_accounts);
      snapshot->voters = g_new0 (TfVoterView, config->n_bots + config->n_traders);
      snapshot->follows = g_new0 (TfFollowView, config->n_traders * config->n_accounts);
      snapshot->quotes = g_new0 (TfQuoteView, config->universe->n);
      snapshot->chart_instrument = -1;
      n = config->universe->n;
      snapshot->correlation = g_new (double, n * n);
      for (guint i = 0; i < n * n; i++)
        snapshot->correlation[i] = (double) NAN;
    }
  good = snapshot != NULL
         && load_totals (self, snapshot, error)
         && load_accounts (self, snapshot, error)
         && load_voters (self, "ai_trading_bots", config->bots, snapshot->voters, config->n_bots, error)
         && load_voters (self, "traders", NULL, snapshot->voters + config->n_bots, config->n_traders, error)
         && load_follows (self, snapshot, error)
         && tf_records_load (self, snapshot, error)
         && load_quotes (self, snapshot, error)
         && load_positions (self, snapshot, error)
         && load_holdings (self, snapshot, error)
         && load_alerts (self, snapshot, error);
  sqlite3_exec (self->db, "COMMIT", NULL, NULL, NULL);
  return good ? g_steal_pointer (&snapshot) : NULL;
}
