#pragma once

#include "core/engine/config.h"
#include "core/engine/record.h"
#include "core/ensemble/calibration.h"
#include "core/ensemble/ensemble.h"
#include "core/following/gap.h"
#include "core/following/leaving.h"
#include "core/following/record.h"
#include "core/market/candle.h"
#include "core/market/regime.h"
#include "core/risk/state.h"

G_BEGIN_DECLS

#define TF_CURVE_POINTS 1024

/* An equity curve of bounded size: when full, every second point goes and the step doubles. Plain data. */
typedef struct
{
  guint   n, step, skip;
  TfTime  time[TF_CURVE_POINTS];
  TfMoney equity[TF_CURVE_POINTS];
} TfCurve;

/* Moments of an account's bar returns and of its round trips, for the key figures; O(1) each. Plain data. */
typedef struct
{
  guint64 bars;
  double  mean, m2, downside2; /* of bar returns */
  double  gains, losses;       /* sums of round trips after fees, losses positive */
  guint32 trades, wins;
  TfTime  first, last;
} TfPerformance;

typedef struct
{
  TfMoney        equity, cash, realized, unrealized, fees, day_start, peak;
  double         drawdown, max_drawdown, governor; /* governor: share of full size that is allowed now */
  double         gross, net, var, daily_loss, gap; /* fractions of equity */
  TfTradingState state;
  guint          positions;
  TfPerformance  performance;
  TfCurve        curve;
} TfAccountView;

typedef struct
{
  TfMoney        pnl;          /* realised and open, after fees, in all accounts */
  TfMoney        closed_pnl;   /* of it, what is realised */
  guint          trades, wins;
  guint          signals;      /* of a trader, copied or not */
  guint          proposals, resolved;
  double         mean_outcome; /* R after costs of all its proposals, traded or not */
  double         recent_outcome;
  TfTrackRecord  record;       /* in a snapshot that was read from a workspace as of its last checkpoint, and without the last ones */
  double         weight, weight_sd, effect, effect_sd;
  double         weight_in[TF_N_REGIMES];   /* the weight while the market is in that regime */
  float          stance;       /* the strongest, over all instruments */
  TfTradingState state;
  TfTime         last_time;
  gint           last_instrument; /* −1: none yet */
  gint           last_side;
  guint8         followed[TF_MAX_ACCOUNTS]; /* a trader, by account */
  double         params[TF_MAX_PARAMS];     /* of a bot */
} TfVoterView;

typedef struct
{
  guint   account, voter, instrument;
  TfQty   quantity;
  TfMoney cost, value;
  TfPrice stop, target;
  TfTime  opened;
} TfPositionView;

/* What a trader holds, as far as the signals tell. */
typedef struct
{
  guint trader, instrument;
  TfQty quantity;
} TfHoldingView;

/* How one account follows one trader. */
typedef struct
{
  TfCopyPolicy   policy;
  TfTradingState state;        /* ACTIVE, or CLOSE_ONLY since a level was reached */
  TfMoney        pnl;          /* of the copies, realised and open, after fees */
  TfGap          gap;          /* between the trader's result at full size and that */
  gboolean       gap_known;    /* FALSE: a number did not fit, or a workspace does not have it yet */
  double         use[TF_N_COPY_LEVELS];   /* of the capital allotted, lost against each level */
  double         limit[TF_N_COPY_LEVELS]; /* 0: the policy has none */
} TfFollowView;

typedef struct
{
  TfPrice  last, bid, ask, day_open;
  TfTime   time;               /* of the last market event; 0: none yet */
  double   volatility;         /* annualised */
  TfRegime regime;
} TfQuoteView;

typedef struct
{
  gint64   id;
  TfTime   time;
  gint     account;            /* −1: the system */
  gint     kind, severity;
  double   value, limit;
  gboolean acknowledged;
} TfAlertView;

/* The engine's state as people see it, copied at one moment; @seq tells up to which entry of the journal. Immutable. */
typedef struct
{
  gatomicrefcount refs;
  TfConfig       *config;
  TfTime          time;
  gint64          seq;
  gint64          events, bars, signals, orders, fills;
  gint64          verdicts[TF_N_VERDICTS];
  gint64          open_proposals, open_orders;
  TfTradingState  state;
  TfAccountView  *accounts;    /* config->n_accounts */
  TfVoterView    *voters;      /* bots, then traders */
  TfQuoteView    *quotes;      /* universe->n */
  TfPositionView *positions;
  guint           n_positions;
  TfHoldingView  *holdings;
  guint           n_holdings;
  TfFollowView   *follows;     /* config->n_traders × config->n_accounts: tf_snapshot_follow() */
  gint64          policy_changes; /* commands so far that changed a policy */
  TfAlertView    *alerts;
  guint           n_alerts;
  double         *correlation; /* universe->n × universe->n */
  TfCalibration   calibration;
  gint            chart_instrument;
  TfCandle       *candles;     /* of chart_instrument, oldest first; the last may be under way */
  guint           n_candles;
  guint8          head[TF_HASH_SIZE];
} TfSnapshot;

TfSnapshot *tf_snapshot_ref         (TfSnapshot *self);
void        tf_snapshot_unref       (TfSnapshot *self);
const TfFollowView *
            tf_snapshot_follow      (const TfSnapshot *self,
                                     guint             trader,
                                     guint             account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfSnapshot, tf_snapshot_unref)

G_END_DECLS
