#pragma once

#include "core/following/policy.h"
#include "core/following/trader.h"
#include "core/market/instrument.h"
#include "core/risk/limits.h"
#include "core/strategies/strategy.h"

G_BEGIN_DECLS

#define TF_MAX_ACCOUNTS 8
#define TF_MAX_PARAMS   8
#define TF_SPARE_TRADERS 12 /* places of a live market for traders that the user adds */

typedef struct
{
  char     id[32], title[48];
  TfMoney  capital;
  double   threshold;        /* confidence from which a proposal is copied in full */
  double   multiplier;       /* of base risk */
  double   leverage;
  double   exploration;      /* budget of probation trades: fraction of equity at risk a day */
  gboolean long_only;
  TfLimits limits;
} TfAccountConfig;

typedef struct
{
  char              id[48], title[64], reason[256];
  const TfStrategy *strategy;
  guint             account; /* index: its home */
  double            params[TF_MAX_PARAMS];
} TfBotConfig;

/* What an account changes in the default copy policy of a trader. */
typedef struct
{
  guint  trader, account; /* indices */
  gint   param;           /* TfPolicyParam */
  double value;
} TfPolicySetting;

/* All that an engine is made from. Immutable and shared once made; ref-counted. Voters are the bots, then the traders:
 * voter v is bots[v] or traders[v − n_bots]. */
typedef struct
{
  gatomicrefcount  refs;
  TfUniverse      *universe;
  TfAccountConfig *accounts;
  TfBotConfig     *bots;
  TfTrader        *traders;
  TfPolicySetting *policies;  /* what differs from the default */
  guint            n_accounts, n_bots, n_traders, n_policies;
  TfTime           interval;  /* of the bars that bots vote on */
  guint64          seed;
  gboolean         simulated; /* the market is not a real one */
  char             market[24];/* demo, replay, … */
} TfConfig;

/* Default accounts and bots; default traders, or the demo's twenty for @market “demo”. */
TfConfig   *tf_config_new_default   (const char       *market,
                                     const TfUniverse *universe,
                                     TfTime            interval,
                                     guint64           seed);
TfConfig   *tf_config_copy          (const TfConfig   *self);
TfConfig   *tf_config_ref           (TfConfig         *self);
void        tf_config_unref         (TfConfig         *self);
guint       tf_config_n_voters      (const TfConfig   *self);
const char *tf_config_voter_id      (const TfConfig   *self,
                                     guint             voter);
const char *tf_config_voter_name    (const TfConfig   *self,
                                     guint             voter);
gint        tf_config_find_account  (const TfConfig   *self,
                                     const char       *id);
gint        tf_config_find_bot      (const TfConfig   *self,
                                     const char       *id);
gint        tf_config_find_trader   (const TfConfig   *self,
                                     const char       *id_or_name);
gint        tf_config_add_trader    (TfConfig         *self,
                                     const TfTrader   *trader);
guint       tf_config_n_named       (const TfConfig   *self);
gboolean    tf_config_is_spare      (const TfConfig   *self,
                                     guint             trader);
gint        tf_config_name_spare    (TfConfig         *self,
                                     const char       *name,
                                     const char       *known_for,
                                     char              grade);
gboolean    tf_config_set_policy    (TfConfig         *self,
                                     guint             trader,
                                     guint             account,
                                     gint              param,
                                     double            value);
void        tf_config_get_policy    (const TfConfig   *self,
                                     guint             trader,
                                     guint             account,
                                     TfCopyPolicy     *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfConfig, tf_config_unref)

G_END_DECLS
