#pragma once

#include "core/base/arena.h"
#include "core/base/random.h"
#include "core/engine/engine.h"
#include "core/engine/trial.h"
#include "core/ensemble/ensemble.h"
#include "core/following/book.h"
#include "core/following/policy.h"
#include "core/following/record.h"
#include "core/market/regime.h"
#include "core/risk/alerts.h"
#include "core/risk/covariance.h"
#include "core/risk/gate.h"
#include "core/risk/governor.h"
#include "core/risk/sizing.h"
#include "core/risk/state.h"
#include "core/trading/ledger.h"

G_BEGIN_DECLS

#define TF_STALE_BARS 3     /* a market that is silent for so many is not traded on */
#define TF_CANDLES_KEPT 512 /* of each instrument: for charts, and to warm a bot up again after a change of parameters */

/* Everything from here to TfEngine is state: plain data in the arena, no pointers. */

typedef struct
{
  gint64         seq, events, bars, signals, orders, fills;
  gint64         next_order, next_signal, next_alert;
  gint64         verdicts[TF_N_VERDICTS];
  TfTime         time;
  guint8         head[TF_HASH_SIZE];
  TfRandom       random;
  TfTradingState state;
  gboolean       opened;
  TfTime         step;             /* close time of the bars that are being collected */
  gint64         steps;            /* of bars: the clock of concurrency */
  guint          open_proposals;
  double         open_integral;    /* Σ over steps of open proposals: their mean number between two steps is O(1) */
  TfTokenBucket  bucket;
  TfCalibration  calibration;
} TfCore;

/* One instrument's market. */
typedef struct
{
  TfPrice         last, bid, ask, day_open;
  TfTime          time, quote_time; /* of the last event, of the last quote */
  gint64          day;
  TfTime          candle_end;       /* of the last candle from outside: what begins before is old */
  TfCandleBuilder builder;
  TfRegimeFilter  filter;
  TfRegime        regime;
  double          variance;     /* EWMA of squared bar returns */
  double          volume;       /* EWMA of bar volume */
  double          last_close;   /* 0 before the first bar */
  guint           n_candles, next_candle; /* of the ring */
} TfTape;

/* A proposal whose outcome is tracked, traded or not; one for each voter and instrument at most. */
typedef struct
{
  TfTrial trial;
  gint64  signal, record;   /* signal 0: learned from history, not in the journal */
  gint64  step;             /* with these two the mean number of proposals open meanwhile is O(1) */
  double  open_integral;
  double  confidence, predicted;
  double  own_entry;        /* the trader's own price; NaN: it named none */
  gint8   history;          /* from before the start */
  float   regime[TF_N_REGIMES];
} TfShadow;

/* How a proposal is to be traded. */
typedef struct
{
  gint64  signal, record;   /* what it copies */
  TfTime  deadline;
  TfMoney risk;             /* loss that was sized at the stop */
  TfPrice stop, target;     /* target 0: none */
  gint32  trail_ppm;
} TfPlan;

/* One voter's trade of one instrument in one account, with its working orders. */
typedef struct
{
  TfOrder entry, stop, target, exit;
  TfPlan  plan;             /* of the entry that works */
  TfPlan  trade;            /* of the position that is open */
  TfTime  opened;           /* of the position; 0: none */
  TfMoney earned;           /* of the trade so far, after fees */
} TfSlot;

typedef struct
{
  TfGovernor     governor;
  TfTradingState state;
  TfMoney        equity, day_start;
  gint64         day;
  TfMoney        probation_used; /* risk at the stops of today's probation trades */
  TfMoney        last_equity;    /* of the step before, for bar returns */
  TfTokenBucket  bucket;
  TfStopGuard    stop_guard;
  guint          positions;
  TfPerformance  performance;
  TfCurve        curve;
} TfAccount;

/* A voter over all accounts. */
typedef struct
{
  TfTrackRecord  record;
  TfTradingState state;          /* CLOSE_ONLY: benched */
  guint          proposals, open; /* open: tracked to their outcome now */
  double         params[TF_MAX_PARAMS];
  TfTime         last_time;
  gint           last_instrument, last_side;
  float          stance;
  guint8         followed[TF_MAX_ACCOUNTS];
} TfVoter;

/* A trader's latest word on an instrument; fades. */
typedef struct
{
  gint64 step;
  float  stance;
} TfWord;

struct _TfEngine
{
  TfConfig     *config;
  TfArena      *arena;
  TfRecordFunc  on_record;
  gpointer      data;
  guint         n_accounts, n_voters, n_instruments;

  TfCore       *core;
  TfTape       *tapes;       /* [instrument] */
  TfCandle     *candles;     /* [instrument][TF_CANDLES_KEPT] */
  double       *closes;      /* [instrument] */
  double       *returns;     /* [instrument], of the step under way; NaN: no bar */
  gpointer     *strategies;  /* [bot × instrument] */
  float        *stances;     /* [instrument][voter] */
  TfWord       *words;       /* [instrument][trader] */
  TfShadow     *shadows;     /* [instrument][voter] */
  float        *ballots;     /* [instrument][voter][voter]: the stances a shadow was judged with */
  guint64      *open;        /* [instrument][words of voters]: bit set: shadow open */
  TfSlot       *slots;       /* [instrument][account][voter] */
  guint64      *active;      /* [instrument][words of account × voter]: bit set: slot has an order or position */
  guint         open_words, active_words;
  TfMoney      *values;      /* [account][instrument]: market value of the net position */
  TfMoney      *buying, *selling; /* [account][instrument]: notional of entries that work */
  guint16      *clusters;    /* [account][instrument] */
  TfProfitRecord *profits;   /* [account][instrument] */
  TfTime       *last_stops;  /* [account][instrument] */
  TfLedger    **ledgers;     /* [account] */
  TfAccount    *accounts;
  TfVoter      *voters;
  TfEnsemble   *ensemble;
  TfCovariance *covariance;
  TfAlertBook  *alerts;
  TfTraderBook *book;
  GArray       *seen;        /* native ids of signals */

  /* Not state: scratch of the event under way. */
  GString      *text;
  TfCopyPolicy  policy;
  gint         *peers;       /* [instrument]: what a pair is traded against; −1 none */
  gboolean      history;     /* it is from before the start: nothing is recorded, nothing traded */
};

/* A proposal on its way to its verdicts. */
typedef struct
{
  guint     voter, instrument;
  gint      direction;
  double    price, stop, target, trail;
  TfTime    deadline;
  double    cost;            /* of the round trip, in R */
  const TfTraderSignal *source; /* of a trader's proposal; NULL for a bot's */
  double    draw;            /* of its expected outcome, for probation */
  gint64    signal, record;
  TfOpinion opinion;
} TfProposal;

/* engine.c */
gint64      tf_engine_emit            (TfEngine         *self,
                                       TfRecord         *record);
TfRecord    tf_engine_record          (TfEngine         *self,
                                       TfRecordKind      kind,
                                       gint              account,
                                       gint              voter,
                                       gint              instrument);
/* tape.c: the market as it comes in */
void        tf_engine_market          (TfEngine         *self,
                                       const TfEvent    *event);
void        tf_engine_timer           (TfEngine         *self,
                                       const TfEvent    *event);
void        tf_engine_end_step        (TfEngine         *self);
void        tf_engine_warm_bot        (TfEngine         *self,
                                       guint             bot);
/* shadow.c: every proposal to its outcome */
void        tf_shadow_open            (TfEngine         *self,
                                       const TfProposal *proposal,
                                       const TfBallot   *ballot);
void        tf_shadow_mark            (TfEngine         *self,
                                       guint             instrument,
                                       const TfMark     *mark);
void        tf_shadow_close           (TfEngine         *self,
                                       guint             instrument,
                                       guint             voter,
                                       double            price,
                                       double            own,
                                       const char       *reason);
/* verdict.c: proposals, signals and what the accounts say */
void        tf_engine_propose         (TfEngine         *self,
                                       guint             voter,
                                       guint             instrument,
                                       const TfVote     *vote);
void        tf_engine_signal          (TfEngine         *self,
                                       const TfEvent    *event);
/* execution.c: orders and fills */
void        tf_engine_enter           (TfEngine         *self,
                                       guint             account,
                                       const TfProposal *proposal,
                                       gint64            cause,
                                       const TfSizing   *sizing,
                                       TfQty             quantity);
void        tf_engine_exit            (TfEngine         *self,
                                       guint             account,
                                       guint             voter,
                                       guint             instrument,
                                       double            fraction,
                                       gint64            cause,
                                       const char       *reason);
void        tf_engine_match           (TfEngine         *self,
                                       gint              account,
                                       guint             instrument,
                                       const TfMark     *mark);
void        tf_engine_revalue         (TfEngine         *self,
                                       guint             instrument);
/* guard.c: states, limits, the emergency stop */
TfTradingState tf_engine_state_for    (TfEngine         *self,
                                       guint             account,
                                       guint             voter);
void        tf_engine_set_state       (TfEngine         *self,
                                       gint              account,
                                       gint              voter,
                                       TfTradingState    state,
                                       gint64            cause,
                                       const char       *reason);
void        tf_engine_watch_equity    (TfEngine         *self,
                                       guint             account);
void        tf_engine_watch_limits    (TfEngine         *self);
void        tf_engine_watch_edge      (TfEngine         *self,
                                       guint             voter,
                                       gint64            cause);
void        tf_engine_command         (TfEngine         *self,
                                       const TfEvent    *event);
TfExposure  tf_engine_exposure        (TfEngine         *self,
                                       guint             account);

static inline TfShadow *
tf_shadow (TfEngine *self, guint instrument, guint voter)
{
  return &self->shadows[instrument * self->n_voters + voter];
}

static inline TfSlot *
tf_slot (TfEngine *self, guint instrument, guint account, guint voter)
{
  return &self->slots[(instrument * self->n_accounts + account) * self->n_voters + voter];
}

static inline float *
tf_stances (TfEngine *self, guint instrument)
{
  return &self->stances[instrument * self->n_voters];
}

static inline gboolean
tf_shadow_is_open (const TfEngine *self, guint instrument, guint voter)
{
  return (self->open[instrument * self->open_words + voter / 64] >> (voter % 64) & 1) != 0;
}

G_END_DECLS
