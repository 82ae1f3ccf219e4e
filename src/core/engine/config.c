#include "core/engine/config.h"

#include <string.h>

#include "core/market/demo.h"
#include "core/strategies/default-bots.h"

/* The three paper accounts (design, section 5). */
static const struct
{
  const char *id, *title;
  double      threshold, multiplier, leverage, exploration;
  gboolean    long_only;
} default_accounts[] = {
  { "woods1",  "Conservative", 0.85, 0.5, 1, 1e-4, TRUE },
  { "angry",   "Aggressive",   0.65, 1.5, 3, 5e-4, FALSE },
  { "handjob", "Hybrid",       0.75, 1.0, 2, 3e-4, FALSE },
};

#define DEFAULT_CAPITAL (100000 * TF_SCALE)

static void
add_accounts (TfConfig *self)
{
  self->n_accounts = G_N_ELEMENTS (default_accounts);
  self->accounts = g_new0 (TfAccountConfig, self->n_accounts);
  for (guint i = 0; i < self->n_accounts; i++)
    {
      TfAccountConfig *account = &self->accounts[i];

      g_strlcpy (account->id, default_accounts[i].id, sizeof account->id);
      g_strlcpy (account->title, default_accounts[i].title, sizeof account->title);
      account->capital.raw = DEFAULT_CAPITAL;
      account->threshold = default_accounts[i].threshold;
      account->multiplier = default_accounts[i].multiplier;
      account->leverage = default_accounts[i].leverage;
      account->exploration = default_accounts[i].exploration;
      account->long_only = default_accounts[i].long_only;
      tf_limits_default (&account->limits, account->leverage);
    }
}

static void
add_bots (TfConfig *self)
{
  while (tf_default_bots[self->n_bots].id != NULL)
    self->n_bots++;
  self->bots = g_new0 (TfBotConfig, self->n_bots);
  for (guint i = 0; i < self->n_bots; i++)
    {
      const TfBotDefault *from = &tf_default_bots[i];
      TfBotConfig *bot = &self->bots[i];
      gint account = tf_config_find_account (self, from->account);

      g_strlcpy (bot->id, from->id, sizeof bot->id);
      g_strlcpy (bot->title, from->title, sizeof bot->title);
      g_strlcpy (bot->reason, from->reason, sizeof bot->reason);
      bot->strategy = tf_strategy_find (from->strategy);
      g_assert (bot->strategy != NULL && account >= 0);
      bot->account = (guint) account;
      for (guint p = 0; bot->strategy->params[p].name != NULL; p++)
        {
          g_assert (p < TF_MAX_PARAMS);
          bot->params[p] = bot->strategy->params[p].value;
          for (guint o = 0; from->params[o].name != NULL; o++)
            if (strcmp (from->params[o].name, bot->strategy->params[p].name) == 0)
              bot->params[p] = from->params[o].value;
        }
    }
}

static void
add_traders (TfConfig   *self,
             const char *market)
{
  if (strcmp (market, "demo") == 0)
    for (guint i = 0; i < TF_DEMO_TRADERS; i++)
      {
        /* Nobody vouches for one, and planted skill is spread wider than people's is believed to be. */
        TfTrader trader = { .grade = 'D', .trust_mean = 0, .trust_sd = 0.20 };

        g_strlcpy (trader.name, tf_demo_trader_name (i), sizeof trader.name);
        g_snprintf (trader.id, sizeof trader.id, "demo-%02u", i + 1);
        g_strlcpy (trader.known_for, "A simulated trader of the demo market: not a person", sizeof trader.known_for);
        memset (trader.followed, 1, sizeof trader.followed);
        tf_config_add_trader (self, &trader);
      }
  else
    for (const TfTrader *trader = tf_default_traders; trader->id[0] != '\0'; trader++)
      tf_config_add_trader (self, trader);
}

/* An engine's size is fixed: a market that goes on for years keeps places free. */
static void
add_spare_traders (TfConfig *self)
{
  for (guint i = 0; i < TF_SPARE_TRADERS; i++)
    {
      TfTrader trader = { .trust_mean = 0.15, .trust_sd = 0.10 };

      g_snprintf (trader.id, sizeof trader.id, "spare-%02u", i + 1);
      tf_config_add_trader (self, &trader);
    }
}

/**
 * tf_config_new_default:
 * @market: demo, replay, backtest or a venue's name
 * @universe: (transfer none): the instruments; copied
 * @interval: of the bars that bots vote on
 * @seed: of all chance in the engine
 *
 * Returns: (transfer full): three accounts, twenty bots and twenty followed traders; those of the demo market are its own,
 *   since a real person is never shown doing what only the demo did
 */
TfConfig *
tf_config_new_default (const char       *market,
                       const TfUniverse *universe,
                       TfTime            interval,
                       guint64           seed)
{
  TfConfig *self = g_new0 (TfConfig, 1);

  g_atomic_ref_count_init (&self->refs);
  self->universe = tf_universe_copy (universe);
  self->interval = interval;
  self->seed = seed;
  self->simulated = strcmp (market, "demo") == 0;
  g_strlcpy (self->market, market, sizeof self->market);
  add_accounts (self);
  add_bots (self);
  add_traders (self, market);
  if (strcmp (market, "demo") != 0 && strcmp (market, "replay") != 0 && strcmp (market, "backtest") != 0)
    add_spare_traders (self);
  return self;
}

/**
 * tf_config_copy:
 *
 * Returns: (transfer full): a copy that may still be changed
 */
TfConfig *
tf_config_copy (const TfConfig *self)
{
  TfConfig *copy = g_memdup2 (self, sizeof *self);

  g_atomic_ref_count_init (&copy->refs);
  copy->universe = tf_universe_copy (self->universe);
  copy->accounts = g_memdup2 (self->accounts, self->n_accounts * sizeof *self->accounts);
  copy->bots = g_memdup2 (self->bots, self->n_bots * sizeof *self->bots);
  copy->traders = g_memdup2 (self->traders, self->n_traders * sizeof *self->traders);
  copy->policies = g_memdup2 (self->policies, self->n_policies * sizeof *self->policies);
  return copy;
}

TfConfig *
tf_config_ref (TfConfig *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
tf_config_unref (TfConfig *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  tf_universe_free (self->universe);
  g_free (self->accounts);
  g_free (self->bots);
  g_free (self->traders);
  g_free (self->policies);
  g_free (self);
}

guint
tf_config_n_voters (const TfConfig *self)
{
  return self->n_bots + self->n_traders;
}

const char *
tf_config_voter_id (const TfConfig *self,
                    guint           voter)
{
  g_return_val_if_fail (voter < tf_config_n_voters (self), "");
  return voter < self->n_bots ? self->bots[voter].id : self->traders[voter - self->n_bots].id;
}

const char *
tf_config_voter_name (const TfConfig *self,
                      guint           voter)
{
  g_return_val_if_fail (voter < tf_config_n_voters (self), "");
  return voter < self->n_bots ? self->bots[voter].title : self->traders[voter - self->n_bots].name;
}

/**
 * tf_config_find_account:
 *
 * Returns: the account's index, or −1; so for bots and traders below
 */
gint
tf_config_find_account (const TfConfig *self,
                        const char     *id)
{
  for (guint i = 0; i < self->n_accounts; i++)
    if (strcmp (self->accounts[i].id, id) == 0)
      return (gint) i;
  return -1;
}

gint
tf_config_find_bot (const TfConfig *self,
                    const char     *id)
{
  for (guint i = 0; i < self->n_bots; i++)
    if (strcmp (self->bots[i].id, id) == 0)
      return (gint) i;
  return -1;
}

gint
tf_config_find_trader (const TfConfig *self,
                       const char     *id_or_name)
{
  for (guint i = 0; *id_or_name != '\0' && i < self->n_traders; i++)
    if (strcmp (self->traders[i].id, id_or_name) == 0
        || g_ascii_strcasecmp (self->traders[i].name, id_or_name) == 0)
      return (gint) i;
  return -1;
}

/**
 * tf_config_add_trader:
 *
 * Only while the configuration is not yet shared.
 *
 * Returns: the trader's index; that of the one with the same id, if there is one
 */
gint
tf_config_add_trader (TfConfig       *self,
                      const TfTrader *trader)
{
  gint found = tf_config_find_trader (self, trader->id);

  if (found >= 0)
    return found;
  self->traders = g_renew (TfTrader, self->traders, self->n_traders + 1);
  self->traders[self->n_traders] = *trader;
  return (gint) self->n_traders++;
}

/**
 * tf_config_is_spare:
 *
 * Returns: whether it is a place that nobody has taken yet: not to be shown
 */
gboolean
tf_config_is_spare (const TfConfig *self,
                    guint           trader)
{
  return self->traders[trader].name[0] == '\0';
}

/**
 * tf_config_n_named:
 *
 * Returns: how many traders there are without the spare ones, which come last
 */
guint
tf_config_n_named (const TfConfig *self)
{
  guint n = self->n_traders;

  while (n > 0 && tf_config_is_spare (self, n - 1))
    n--;
  return n;
}

/**
 * tf_config_name_spare:
 * @grade: of the best of its sources; 0: none
 *
 * Only while the configuration is not yet shared. See TF_COMMAND_ADD_TRADER.
 *
 * Returns: the trader's index, or that of the one with this name; −1: no place is left
 */
gint
tf_config_name_spare (TfConfig   *self,
                      const char *name,
                      const char *known_for,
                      char        grade)
{
  gint found = tf_config_find_trader (self, name);
  TfTrader *trader;
  char id[sizeof trader->id - 3];
  guint i = 0;

  if (found >= 0 || *name == '\0')
    return found;
  while (i < self->n_traders && !tf_config_is_spare (self, i))
    i++;
  if (i == self->n_traders)
    return -1;
  trader = &self->traders[i];
  /* It stands in the journal's lists of votes: letters, digits and hyphens; and once. */
  g_strlcpy (id, name, sizeof id);
  g_strcanon (id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-", '-');
  if (tf_config_find_trader (self, id) < 0)
    g_strlcpy (trader->id, id, sizeof trader->id);
  else
    g_snprintf (trader->id, sizeof trader->id, "%s-%02u", id, i);
  g_strlcpy (trader->name, name, sizeof trader->name);
  g_strlcpy (trader->known_for, known_for, sizeof trader->known_for);
  trader->grade = grade;
  return (gint) i;
}

/**
 * tf_config_set_policy:
 * @param: a TfPolicyParam, or %TF_POLICY_INSTRUMENT + the index of an instrument
 *
 * Only while the configuration is not yet shared.
 *
 * Returns: %FALSE when there is no such trader, account or field, or @value is not within its bounds
 */
gboolean
tf_config_set_policy (TfConfig *self,
                      guint     trader,
                      guint     account,
                      gint      param,
                      double    value)
{
  TfCopyPolicy policy;

  tf_copy_policy_default (&policy);
  if (trader >= self->n_traders || account >= self->n_accounts || !tf_copy_policy_set (&policy, param, value)
      || (param >= TF_POLICY_INSTRUMENT && (guint) (param - TF_POLICY_INSTRUMENT) >= self->universe->n))
    return FALSE;
  for (guint k = 0; k < self->n_policies; k++)
    if (self->policies[k].trader == trader && self->policies[k].account == account && self->policies[k].param == param)
      {
        self->policies[k].value = value;
        return TRUE;
      }
  self->policies = g_renew (TfPolicySetting, self->policies, self->n_policies + 1);
  self->policies[self->n_policies++] = (TfPolicySetting) { trader, account, param, value };
  return TRUE;
}

/**
 * tf_config_get_policy:
 * @policy: (out): the default with what @account has changed of it for @trader
 */
void
tf_config_get_policy (const TfConfig *self,
                      guint           trader,
                      guint           account,
                      TfCopyPolicy   *policy)
{
  tf_copy_policy_default (policy);
  for (guint k = 0; k < self->n_policies; k++)
    if (self->policies[k].trader == trader && self->policies[k].account == account)
      tf_copy_policy_set (policy, self->policies[k].param, self->policies[k].value);
}
