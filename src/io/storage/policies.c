#include "io/storage/workspace-private.h"

#include <string.h>

#include "core/base/error.h"

/* Copy policies as rows: of each trader and account only the fields that differ from the default, as configured and as set
 * since. A field is named by its id, an instrument that is excluded by its symbol. */

#define INSTRUMENT "instrument:"

static char *
name_of (const TfConfig *config,
         gint            param)
{
  if (param < TF_N_POLICY_FIELDS)
    return g_strdup (tf_policy_field ((guint) param)->id);
  return g_strconcat (INSTRUMENT, config->universe->items[param - TF_POLICY_INSTRUMENT].symbol, NULL);
}

static gint
param_of (const TfConfig *config,
          const char     *name)
{
  gint instrument;

  if (!g_str_has_prefix (name, INSTRUMENT))
    return tf_policy_find (name);
  instrument = tf_universe_find (config->universe, name + strlen (INSTRUMENT));
  return instrument >= 0 ? TF_POLICY_INSTRUMENT + instrument : -1;
}

static sqlite3_stmt *
prepare_upsert (TfWorkspace *self,
                const char  *column,
                GError     **error)
{
  g_autofree char *clear = g_strdup_printf ("UPDATE copy_policies SET %s = NULL WHERE %s IS NOT NULL", column, column);
  g_autofree char *sql = g_strdup_printf ("INSERT INTO copy_policies (trader, account, field, %s) VALUES (?1, ?2, ?3, ?4)"
                                          " ON CONFLICT (trader, account, field) DO UPDATE SET %s = ?4", column, column);

  return tf_db_exec (self->db, clear, error) ? tf_db_prepare (self->db, sql, error) : NULL;
}

static gboolean
upsert (sqlite3_stmt   *stmt,
        const TfConfig *config,
        guint           trader,
        guint           account,
        gint            param,
        double          value,
        GError        **error)
{
  g_autofree char *name = name_of (config, param);

  tf_db_bind_text (stmt, 1, config->traders[trader].id);
  tf_db_bind_text (stmt, 2, config->accounts[account].id);
  tf_db_bind_text (stmt, 3, name);
  sqlite3_bind_double (stmt, 4, value);
  return tf_db_step (stmt, NULL, error);
}

static gboolean
drop_defaults (TfWorkspace *self,
               GError     **error)
{
  return tf_db_exec (self->db, "DELETE FROM copy_policies WHERE configured IS NULL AND value IS NULL", error);
}

/* As configured; inside a transaction of the caller. */
gboolean
tf_policies_store_config (TfWorkspace    *self,
                          const TfConfig *config,
                          GError        **error)
{
  g_autoptr (sqlite3_stmt) stmt = prepare_upsert (self, "configured", error);

  if (stmt == NULL)
    return FALSE;
  for (guint k = 0; k < config->n_policies; k++)
    if (!upsert (stmt, config, config->policies[k].trader, config->policies[k].account, config->policies[k].param,
                 config->policies[k].value, error))
      return FALSE;
  return drop_defaults (self, error);
}

/* As set since; written only when a command has changed one. */
gboolean
tf_policies_store (TfWorkspace      *self,
                   const TfSnapshot *snapshot,
                   GError          **error)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (sqlite3_stmt) stmt = NULL;
  TfCopyPolicy plain;

  if (self->policies_stored == snapshot->policy_changes + 1)
    return TRUE;
  stmt = prepare_upsert (self, "value", error);
  if (stmt == NULL)
    return FALSE;
  tf_copy_policy_default (&plain);
  for (guint t = 0; t < config->n_traders; t++)
    for (guint a = 0; a < config->n_accounts; a++)
      {
        const TfCopyPolicy *policy = &tf_snapshot_follow (snapshot, t, a)->policy;

        for (gint p = 0; p < TF_N_POLICY_FIELDS; p++)
          if (policy->values[p] != plain.values[p]
              && !upsert (stmt, config, t, a, p, tf_copy_policy_get (policy, p), error))
            return FALSE;
        for (guint i = 0; i < config->universe->n; i++)
          if (tf_copy_policy_excludes (policy, i)
              && !upsert (stmt, config, t, a, TF_POLICY_INSTRUMENT + (gint) i, 0, error))
            return FALSE;
      }
  if (!drop_defaults (self, error))
    return FALSE;
  self->policies_stored = snapshot->policy_changes + 1;
  return TRUE;
}

typedef gboolean (*TakeFunc) (gpointer self,
                              guint    trader,
                              guint    account,
                              gint     param,
                              double   value);

static gboolean
load (TfWorkspace    *self,
      const TfConfig *config,
      const char     *column,
      TakeFunc        take,
      gpointer        data,
      GError        **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT trader, account, field, %s FROM copy_policies WHERE %s IS NOT NULL", column,
                                          column);
  g_autoptr (sqlite3_stmt) stmt = tf_db_prepare (self->db, sql, error);
  gboolean row;

  if (stmt == NULL)
    return FALSE;
  while (tf_db_step (stmt, &row, error))
    {
      gint trader, account;

      if (!row)
        return TRUE;
      trader = tf_config_find_trader (config, tf_db_text (stmt, 0));
      account = tf_config_find_account (config, tf_db_text (stmt, 1));
      if (trader < 0 || account < 0
          || !take (data, (guint) trader, (guint) account, param_of (config, tf_db_text (stmt, 2)), sqlite3_column_double (stmt, 3)))
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                       "%s: found the copy policy “%.60s” of %.40s, expected one that this program knows",
                       self->path, tf_db_text (stmt, 2), tf_db_text (stmt, 0));
          return FALSE;
        }
    }
  return FALSE;
}

static gboolean
take_setting (gpointer self,
              guint    trader,
              guint    account,
              gint     param,
              double   value)
{
  return tf_config_set_policy (self, trader, account, param, value);
}

static gboolean
take_live (gpointer self,
           guint    trader,
           guint    account,
           gint     param,
           double   value)
{
  TfSnapshot *snapshot = self;

  return tf_copy_policy_set (&snapshot->follows[trader * snapshot->config->n_accounts + account].policy, param, value);
}

gboolean
tf_policies_load_config (TfWorkspace *self,
                         TfConfig    *config,
                         GError     **error)
{
  return load (self, config, "configured", take_setting, config, error);
}

/* Into @snapshot's follows, which are all zeros. */
gboolean
tf_policies_load (TfWorkspace *self,
                  TfSnapshot  *snapshot,
                  GError     **error)
{
  for (guint k = 0; k < snapshot->config->n_traders * snapshot->config->n_accounts; k++)
    tf_copy_policy_default (&snapshot->follows[k].policy);
  return load (self, snapshot->config, "value", take_live, snapshot, error);
}
