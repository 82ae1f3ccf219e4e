#include "io/storage/workspace-private.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "core/base/error.h"

/* The limits of an account by name: how they are stored. */
static const struct { const char *name; gsize offset; enum { REAL, TIME, COUNT } type; } limits[] = {
#define LIMIT(name, type) { #name, G_STRUCT_OFFSET (TfLimits, name), type }
  LIMIT (base_risk, REAL), LIMIT (kelly_fraction, REAL), LIMIT (target_volatility, REAL), LIMIT (max_order, REAL),
  LIMIT (max_position, REAL), LIMIT (max_gross, REAL), LIMIT (max_net, REAL), LIMIT (max_leverage, REAL),
  LIMIT (max_cluster, REAL), LIMIT (cluster_correlation, REAL), LIMIT (max_var, REAL), LIMIT (max_daily_loss, REAL),
  LIMIT (price_collar, REAL), LIMIT (stress_gap, REAL), LIMIT (governor_start, REAL), LIMIT (governor_end, REAL),
  LIMIT (max_drawdown, REAL), LIMIT (stop_guard_count, COUNT), LIMIT (stop_guard_window, TIME), LIMIT (cooldown, TIME),
  LIMIT (low_profit_trades, COUNT), LIMIT (low_profit_mean, REAL), LIMIT (low_profit_pause, TIME),
  LIMIT (orders_per_minute, COUNT),
#undef LIMIT
};

/* A new limit has to be stored, too: this fails until it stands above. Each takes 8 bytes, a count with its padding. */
G_STATIC_ASSERT (sizeof (TfLimits) == 8 * G_N_ELEMENTS (limits));

static char *
to_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}

/* As text: the shortest way in which every double comes back as it was. */
static void
add_double (JsonBuilder *builder,
            const char  *name,
            double       value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, g_ascii_dtostr (text, sizeof text, value));
}

static double
get_double (JsonObject *object,
            const char *name,
            double      otherwise)
{
  const char *text = json_object_get_string_member_with_default (object, name, NULL);

  return text != NULL ? g_ascii_strtod (text, NULL) : otherwise;
}

static char *
limits_to_json (const TfLimits *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      const void *at = (const char *) self + limits[i].offset;

      if (limits[i].type == REAL)
        add_double (builder, limits[i].name, *(const double *) at);
      else
        {
          json_builder_set_member_name (builder, limits[i].name);
          json_builder_add_int_value (builder, limits[i].type == TIME ? *(const TfTime *) at : *(const guint *) at);
        }
    }
  json_builder_end_object (builder);
  return to_text (builder);
}

/* The parameters of a strategy by name. */
char *
tf_params_to_json (const TfStrategy *strategy,
                   const double     *params)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  for (guint p = 0; p < TF_MAX_PARAMS && strategy->params[p].name != NULL; p++)
    add_double (builder, strategy->params[p].name, params[p]);
  json_builder_end_object (builder);
  return to_text (builder);
}

static JsonObject *
parse_object (const char *text,
              JsonParser *parser)
{
  JsonNode *root = json_parser_load_from_data (parser, text, -1, NULL) ? json_parser_get_root (parser) : NULL;

  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
}

static gboolean
limits_from_json (const char *text,
                  TfLimits   *self)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = parse_object (text, parser);

  if (object == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      void *at = (char *) self + limits[i].offset;

      if (limits[i].type == REAL)
        *(double *) at = get_double (object, limits[i].name, *(double *) at);
      else if (limits[i].type == TIME)
        *(TfTime *) at = json_object_get_int_member_with_default (object, limits[i].name, *(TfTime *) at);
      else
        *(guint *) at = (guint) json_object_get_int_member_with_default (object, limits[i].name, *(guint *) at);
    }
  return TRUE;
}

gboolean
tf_params_from_json (const char       *text,
                     const TfStrategy *strategy,
                     double           *params)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = parse_object (text, parser);

  if (object == NULL)
    return FALSE;
  for (guint p = 0; p < TF_MAX_PARAMS && strategy->params[p].name != NULL; p++)
    params[p] = get_double (object, strategy->params[p].name, strategy->params[p].value);
  return TRUE;
}

static gboolean
store_instruments (sqlite3        *db,
                   const TfConfig *config,
                   GError        **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (db,
                        "INSERT INTO instruments (ordinal, symbol, tick, lot, min_notional, maker_ppm, taker_ppm, spread_ppm,"
                        " aliases) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (ordinal) DO UPDATE SET"
                        " symbol = ?2, tick = ?3, lot = ?4, min_notional = ?5, maker_ppm = ?6, taker_ppm = ?7,"
                        " spread_ppm = ?8, aliases = ?9", error);
  for (guint i = 0; stmt != NULL && i < config->universe->n; i++)
    {
      const TfInstrument *instrument = &config->universe->items[i];

      sqlite3_bind_int64 (stmt, 1, i);
      tf_db_bind_text (stmt, 2, instrument->symbol);
      sqlite3_bind_int64 (stmt, 3, instrument->tick.raw);
      sqlite3_bind_int64 (stmt, 4, instrument->lot.raw);
      sqlite3_bind_int64 (stmt, 5, instrument->min_notional.raw);
      sqlite3_bind_int (stmt, 6, instrument->maker_ppm);
      sqlite3_bind_int (stmt, 7, instrument->taker_ppm);
      sqlite3_bind_int (stmt, 8, instrument->spread_ppm);
      tf_db_bind_text (stmt, 9, instrument->aliases);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return stmt != NULL;
}

static gboolean
store_accounts (sqlite3        *db,
                const TfConfig *config,
                GError        **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (db,
                        "INSERT INTO paper_trading_accounts (id, ordinal, title, capital, threshold, multiplier, leverage,"
                        " exploration, long_only, limits, equity, cash, day_start, peak, governor)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?4, ?4, ?4, ?4, 1)"
                        " ON CONFLICT (id) DO UPDATE SET ordinal = ?2, title = ?3, capital = ?4,"
                        " threshold = ?5, multiplier = ?6, leverage = ?7, exploration = ?8, long_only = ?9, limits = ?10",
                        error);
  for (guint i = 0; stmt != NULL && i < config->n_accounts; i++)
    {
      const TfAccountConfig *account = &config->accounts[i];
      g_autofree char *json = limits_to_json (&account->limits);

      tf_db_bind_text (stmt, 1, account->id);
      sqlite3_bind_int64 (stmt, 2, i);
      tf_db_bind_text (stmt, 3, account->title);
      sqlite3_bind_int64 (stmt, 4, account->capital.raw);
      sqlite3_bind_double (stmt, 5, account->threshold);
      sqlite3_bind_double (stmt, 6, account->multiplier);
      sqlite3_bind_double (stmt, 7, account->leverage);
      sqlite3_bind_double (stmt, 8, account->exploration);
      sqlite3_bind_int (stmt, 9, account->long_only);
      tf_db_bind_text (stmt, 10, json);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return stmt != NULL;
}

static gboolean
store_bots (sqlite3        *db,
            const TfConfig *config,
            GError        **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (db,
                        "INSERT INTO ai_trading_bots (id, ordinal, title, reason, strategy, account, params,"
                        " live_params) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT (id) DO UPDATE SET ordinal = ?2, title = ?3,"
                        " reason = ?4, strategy = ?5, account = ?6, params = ?7", error);
  for (guint i = 0; stmt != NULL && i < config->n_bots; i++)
    {
      const TfBotConfig *bot = &config->bots[i];
      g_autofree char *json = tf_params_to_json (bot->strategy, bot->params);

      tf_db_bind_text (stmt, 1, bot->id);
      sqlite3_bind_int64 (stmt, 2, i);
      tf_db_bind_text (stmt, 3, bot->title);
      tf_db_bind_text (stmt, 4, bot->reason);
      tf_db_bind_text (stmt, 5, bot->strategy->id);
      tf_db_bind_text (stmt, 6, config->accounts[bot->account].id);
      tf_db_bind_text (stmt, 7, json);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
    }
  return stmt != NULL;
}

/* A spare place that has got a name is stored under that one from now on: nothing else knew it by the old one. */
static gboolean
drop_renamed (sqlite3        *db,
              const TfConfig *config,
              GError        **error)
{
  static const char *const deletions[] = {
    "DELETE FROM trader_follows WHERE trader = (SELECT id FROM traders WHERE ordinal = ?1 AND id <> ?2)",
    "DELETE FROM traders WHERE ordinal = ?1 AND id <> ?2",
  };

  for (guint k = 0; k < G_N_ELEMENTS (deletions); k++)
    {
      g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (db, deletions[k], error);

      if (stmt == NULL)
        return FALSE;
      for (guint i = 0; i < config->n_traders; i++)
        {
          sqlite3_bind_int64 (stmt, 1, i);
          tf_db_bind_text (stmt, 2, config->traders[i].id);
          if (!tf_db_step (stmt, NULL, error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
store_traders (sqlite3        *db,
               const TfConfig *config,
               GError        **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL, follow = NULL;

  stmt = tf_db_prepare (db,
                        "INSERT INTO traders (id, ordinal, name, known_for, grade, trust_mean, trust_sd)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET ordinal = ?2, name = ?3,"
                        " known_for = ?4, grade = ?5, trust_mean = ?6, trust_sd = ?7", error);
  follow = tf_db_prepare (db,
                          "INSERT INTO trader_follows (trader, account, configured, following) VALUES (?1, ?2, ?3, ?3)"
                          " ON CONFLICT (trader, account) DO UPDATE SET configured = ?3", stmt != NULL ? error : NULL);
  if (stmt == NULL || follow == NULL || !drop_renamed (db, config, error))
    return FALSE;
  for (guint i = 0; i < config->n_traders; i++)
    {
      const TfTrader *trader = &config->traders[i];
      char grade[2] = { trader->grade, '\0' };

      tf_db_bind_text (stmt, 1, trader->id);
      sqlite3_bind_int64 (stmt, 2, i);
      tf_db_bind_text (stmt, 3, trader->name);
      tf_db_bind_text (stmt, 4, trader->known_for);
      tf_db_bind_text (stmt, 5, grade);
      sqlite3_bind_double (stmt, 6, trader->trust_mean);
      sqlite3_bind_double (stmt, 7, trader->trust_sd);
      if (!tf_db_step (stmt, NULL, error))
        return FALSE;
      tf_db_bind_text (follow, 1, trader->id);
      for (guint a = 0; a < config->n_accounts; a++)
        {
          tf_db_bind_text (follow, 2, config->accounts[a].id);
          sqlite3_bind_int (follow, 3, trader->followed[a]);
          if (!tf_db_step (follow, NULL, error))
            return FALSE;
        }
    }
  return TRUE;
}

gboolean
tf_configuration_store (TfWorkspace    *self,
                        const TfConfig *config,
                        GError        **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  stmt = tf_db_prepare (self->db, "INSERT OR REPLACE INTO configuration VALUES (1, ?1, ?2, ?3, ?4)", error);
  if (stmt == NULL)
    return FALSE;
  tf_db_bind_text (stmt, 1, config->market);
  sqlite3_bind_int (stmt, 2, config->simulated != FALSE);
  sqlite3_bind_int64 (stmt, 3, config->interval);
  sqlite3_bind_int64 (stmt, 4, (gint64) config->seed);
  return tf_db_step (stmt, NULL, error)
         && store_instruments (self->db, config, error)
         && store_accounts (self->db, config, error)
         && store_bots (self->db, config, error)
         && store_traders (self->db, config, error)
         && tf_policies_store_config (self, config, error);
}

/**
 * tf_workspace_save_config:
 *
 * Writes the configuration: accounts, bots, traders and whom they are followed by, instruments, interval, seed and market.
 * Rows that are there keep their state. All or nothing.
 *
 * Errors: %TF_ERROR_INVALID when the workspace belongs to another market: origins never mix.
 */
gboolean
tf_workspace_save_config (TfWorkspace    *self,
                          const TfConfig *config,
                          GError        **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  stmt = tf_db_prepare (self->db, "SELECT market FROM configuration", error);
  if (stmt == NULL || !tf_db_step (stmt, &row, error))
    return FALSE;
  if (row && strcmp (tf_db_text (stmt, 0), config->market) != 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                   "%s: found a workspace of market “%s”, expected “%s”: data of different origin never mixes",
                   self->path, tf_db_text (stmt, 0), config->market);
      return FALSE;
    }
  sqlite3_reset (stmt);
  if (!tf_db_begin (self->db, error))
    return FALSE;
  return tf_db_end (self->db, tf_configuration_store (self, config, error), error);
}

static gboolean
damaged (TfWorkspace *self,
         const char  *where,
         const char  *found,
         GError     **error)
{
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found %s “%.60s”, expected one that this program knows",
               self->path, where, found);
  return FALSE;
}

static gboolean
load_instruments (TfWorkspace *self,
                  TfConfig    *config,
                  GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT symbol, tick, lot, min_notional, maker_ppm, taker_ppm, spread_ppm, aliases FROM instruments"
                        " ORDER BY ordinal", error);
  if (stmt == NULL)
    return FALSE;
  while (tf_db_step (stmt, &row, error))
    {
      TfInstrument instrument = { 0 };

      if (!row)
        return TRUE;
      g_strlcpy (instrument.symbol, tf_db_text (stmt, 0), sizeof instrument.symbol);
      instrument.tick.raw = sqlite3_column_int64 (stmt, 1);
      instrument.lot.raw = sqlite3_column_int64 (stmt, 2);
      instrument.min_notional.raw = sqlite3_column_int64 (stmt, 3);
      instrument.maker_ppm = sqlite3_column_int (stmt, 4);
      instrument.taker_ppm = sqlite3_column_int (stmt, 5);
      instrument.spread_ppm = sqlite3_column_int (stmt, 6);
      g_strlcpy (instrument.aliases, tf_db_text (stmt, 7), sizeof instrument.aliases);
      if (strchr (instrument.symbol, '-') == NULL)
        return damaged (self, "an instrument", instrument.symbol, error);
      tf_universe_add (config->universe, &instrument);
    }
  return FALSE;
}

static gboolean
load_accounts (TfWorkspace *self,
               TfConfig    *config,
               GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT id, title, capital, threshold, multiplier, leverage, exploration, long_only, limits"
                        " FROM paper_trading_accounts ORDER BY ordinal", error);
  if (stmt == NULL)
    return FALSE;
  while (tf_db_step (stmt, &row, error))
    {
      TfAccountConfig account = { 0 };

      if (!row)
        return TRUE;
      g_strlcpy (account.id, tf_db_text (stmt, 0), sizeof account.id);
      g_strlcpy (account.title, tf_db_text (stmt, 1), sizeof account.title);
      account.capital.raw = sqlite3_column_int64 (stmt, 2);
      account.threshold = sqlite3_column_double (stmt, 3);
      account.multiplier = sqlite3_column_double (stmt, 4);
      account.leverage = sqlite3_column_double (stmt, 5);
      account.exploration = sqlite3_column_double (stmt, 6);
      account.long_only = sqlite3_column_int (stmt, 7);
      if (!limits_from_json (tf_db_text (stmt, 8), &account.limits) || config->n_accounts == TF_MAX_ACCOUNTS)
        return damaged (self, "account", account.id, error);
      config->accounts = g_renew (TfAccountConfig, config->accounts, config->n_accounts + 1);
      config->accounts[config->n_accounts++] = account;
    }
  return FALSE;
}

static gboolean
load_bots (TfWorkspace *self,
           TfConfig    *config,
           GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT id, title, reason, strategy, account, params FROM ai_trading_bots ORDER BY ordinal", error);
  if (stmt == NULL)
    return FALSE;
  while (tf_db_step (stmt, &row, error))
    {
      TfBotConfig bot = { 0 };
      gint account;

      if (!row)
        return TRUE;
      g_strlcpy (bot.id, tf_db_text (stmt, 0), sizeof bot.id);
      g_strlcpy (bot.title, tf_db_text (stmt, 1), sizeof bot.title);
      g_strlcpy (bot.reason, tf_db_text (stmt, 2), sizeof bot.reason);
      bot.strategy = tf_strategy_find (tf_db_text (stmt, 3));
      account = tf_config_find_account (config, tf_db_text (stmt, 4));
      if (bot.strategy == NULL)
        return damaged (self, "strategy", tf_db_text (stmt, 3), error);
      if (account < 0 || !tf_params_from_json (tf_db_text (stmt, 5), bot.strategy, bot.params))
        return damaged (self, "bot", bot.id, error);
      bot.account = (guint) account;
      config->bots = g_renew (TfBotConfig, config->bots, config->n_bots + 1);
      config->bots[config->n_bots++] = bot;
    }
  return FALSE;
}

static gboolean
load_traders (TfWorkspace *self,
              TfConfig    *config,
              GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL, follow = NULL;
  gboolean row;

  stmt = tf_db_prepare (self->db,
                        "SELECT id, name, known_for, grade, trust_mean, trust_sd FROM traders ORDER BY ordinal", error);
  follow = tf_db_prepare (self->db, "SELECT account, configured FROM trader_follows WHERE trader = ?1",
                          stmt != NULL ? error : NULL);
  if (stmt == NULL || follow == NULL)
    return FALSE;
  while (tf_db_step (stmt, &row, error))
    {
      TfTrader trader = { 0 };

      if (!row)
        return TRUE;
      g_strlcpy (trader.id, tf_db_text (stmt, 0), sizeof trader.id);
      g_strlcpy (trader.name, tf_db_text (stmt, 1), sizeof trader.name);
      g_strlcpy (trader.known_for, tf_db_text (stmt, 2), sizeof trader.known_for);
      trader.grade = tf_db_text (stmt, 3)[0];
      trader.trust_mean = sqlite3_column_double (stmt, 4);
      trader.trust_sd = sqlite3_column_double (stmt, 5);
      tf_db_bind_text (follow, 1, trader.id);
      while (tf_db_step (follow, &row, error) && row)
        {
          gint account = tf_config_find_account (config, tf_db_text (follow, 0));

          if (account >= 0)
            trader.followed[account] = (guint8) sqlite3_column_int (follow, 1);
        }
      sqlite3_reset (follow);
      config->traders = g_renew (TfTrader, config->traders, config->n_traders + 1);
      config->traders[config->n_traders++] = trader;
    }
  return FALSE;
}

/**
 * tf_workspace_load_config:
 *
 * Returns: (transfer full): the configuration as it was saved, to the last bit; %NULL with %TF_ERROR_NOT_FOUND when none
 *   was, and with %TF_ERROR_INVALID when it names what this program does not have
 */
TfConfig *
tf_workspace_load_config (TfWorkspace *self,
                          GError     **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (TfConfig) config = NULL;
  gboolean row;

  stmt = tf_db_prepare (self->db, "SELECT market, simulated, interval, seed FROM configuration", error);
  if (stmt == NULL || !tf_db_step (stmt, &row, error))
    return NULL;
  if (!row)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found no configuration, expected one of an earlier run",
                   self->path);
      return NULL;
    }
  config = g_new0 (TfConfig, 1);
  g_atomic_ref_count_init (&config->refs);
  config->universe = tf_universe_new ();
  g_strlcpy (config->market, tf_db_text (stmt, 0), sizeof config->market);
  config->simulated = sqlite3_column_int (stmt, 1);
  config->interval = sqlite3_column_int64 (stmt, 2);
  config->seed = (guint64) sqlite3_column_int64 (stmt, 3);
  if (!load_instruments (self, config, error) || !load_accounts (self, config, error)
      || !load_bots (self, config, error) || !load_traders (self, config, error)
      || !tf_policies_load_config (self, config, error))
    return NULL;
  return g_steal_pointer (&config);
}
