#pragma once

#include "core/base/arena.h"
#include "core/base/random.h"
#include "core/engine/engine.h"
#include "core/engine/trial.h"
#include "core/ensemble/ensemble.h"
#include "core/following/book.h"
#include "core/following/copy-size.h"
#include "core/following/leaving.h"
#include "core/following/gap.h"
#include "core/following/policy.h"
#include "core/following/reconcile.h"
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

#define TF_STALE_BARS 3     /* a market that is silent for so many is not traded on … */
#define TF_STALE_QUOTES (3 * TF_MINUTE) /* … and where there are quotes, not even so long */
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
  guint          copy_tasks;       /* copies with a task */
  gint64         policy_changes;
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
  TfTime  patience;         /* of the entry, for a market to meet; 0: TF_STALE_BARS */
  TfPrice reference;        /* from which the market it meets may be … */
  gint32  deviation_ppm;    /* … so far; 0: any */
} TfPlan;

/* One voter's trade of one instrument in one account, with its working orders. */
typedef struct
{
  TfOrder entry, stop, target, exit;
  TfPlan  plan;             /* of the entry that works */
  TfPlan  trade;            /* of the position that is open */
  TfPrice entry_leader, exit_leader; /* at which the trader did what those orders copy; 0: their own decision */
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

/* One account that follows one trader. */
typedef struct
{
  TfCopyPolicy   policy;
  TfCopyLevels   levels;
  TfTradingState state;          /* CLOSE_ONLY: following has ended at a level, until it is begun again by hand */
  double         lost, level;    /* what was compared when it ended */
} TfFollow;

/* What is left to do for a copy as time passes. */
typedef enum
{
  TF_COPY_TASK_NONE,
  TF_COPY_TASK_START,            /* following has begun with this position open */
  TF_COPY_TASK_SCALE_IN,
  TF_COPY_TASK_LEAVE,
  TF_COPY_TASK_CATCH_UP,         /* an order's outcome was unknown when the copy last looked */
} TfCopyTask;

/* And of one instrument: what is known of the copy beside its position. */
typedef struct
{
  TfQty   base;                  /* of the trader's position: open at the start, not copied */
  TfQty   owed;                  /* signed: left over from entries that were too small */
  TfMoney opening_equity;        /* of the account when the copied position was opened */
  gint64  cause;                 /* of the task */
  guint16 bars;                  /* that the task still has */
  guint8  task;                  /* TfCopyTask */
  guint8  met;                   /* whether @base is known */
  gint8   direction;             /* of the copied part of the trader's position: tells an opening */
} TfCopyState;

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
  TfFollow     *follows;     /* [trader][account] */
  TfCopyState  *copies;      /* [instrument][trader][account] */
  TfGapLeg     *gaps;        /* [trader][account][instrument] */
  GArray       *seen;        /* native ids of signals */

  /* Not state: scratch of the event under way. */
  GString      *text;
  TfPrice       leader;      /* of the trader's signal under way; 0: none */
  gint         *peers;       /* [instrument]: what a pair is traded against; −1 none */
  gboolean      history;     /* it is from before the start: nothing is recorded, nothing traded */
};

/* What one account is to do about a trader's signal. */
typedef struct
{
  TfCopyRefusal refusal;         /* of an entry; ALLOWED with @enters, or when there is only an exit */
  double        value, limit;
  gboolean      proportional;
  gboolean      enters;
  gint          direction;       /* of the copy: +1 long, −1 short, 0: none */
  TfCopyMove    move;            /* proportional */
  TfQty         trader;          /* of the trader's position what is copied, 0 or more */
  TfQty         exact, target;   /* proportional: what it should be, 0 or more, as it is and in lots */
} TfCopyPlan;

/* A signal that is being copied. */
typedef struct
{
  const TfTraderSignal *signal;
  guint                 trader, voter, instrument;
  TfCopy                copy;
  TfCopyPlan            plans[TF_MAX_ACCOUNTS];
} TfCopying;

/* One account's answer before it is journaled. */
typedef struct
{
  TfVerdict   verdict;
  const char *reason;
  gint64      value, limit;
  TfQty       quantity;
  TfMoney     notional;
  const char *text;
} TfDecision;

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
  const TfCopying *copying;  /* of a trader's proposal */
  gboolean  catches_up;      /* with what was proposed before: nothing new to learn from */
  TfTime    patience;        /* of a copy's entry: see TfPlan */
  gint32    deviation_ppm;
  gboolean  both_ways;       /* some account does the opposite: judged, too */
  TfOpinion opposite;
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
TfTime      tf_engine_max_age         (const TfEngine   *self,
                                       guint             instrument);
/* verdict.c: proposals, signals and what the accounts say */
void        tf_engine_propose         (TfEngine         *self,
                                       guint             voter,
                                       guint             instrument,
                                       const TfVote     *vote);
void        tf_engine_run_proposal    (TfEngine         *self,
                                       TfProposal       *proposal);
gint64      tf_engine_note_signal     (TfEngine         *self,
                                       const TfTraderSignal *signal,
                                       gint              voter,
                                       gint              instrument,
                                       gint64           *number);
gint64      tf_engine_give_verdict    (TfEngine         *self,
                                       guint             account,
                                       gint              voter,
                                       gint              instrument,
                                       gint64            signal,
                                       gint64            cause,
                                       gint              side,
                                       const TfDecision *decision);
TfDecision  tf_engine_refused         (TfVerdict         verdict,
                                       const char       *reason,
                                       double            value,
                                       double            limit);
TfSizingInput tf_engine_sizing_input  (TfEngine         *self,
                                       guint             account,
                                       const TfProposal *proposal);
TfDecision  tf_engine_too_small       (TfEngine         *self,
                                       const TfProposal *proposal,
                                       const TfSizing   *sizing);
gboolean    tf_engine_probation       (TfEngine         *self,
                                       guint             account,
                                       TfMoney          *budget,
                                       TfDecision       *refused);
TfDecision  tf_engine_gate            (TfEngine         *self,
                                       guint             account,
                                       const TfProposal *proposal,
                                       TfQty             quantity);
TfDecision  tf_engine_weigh           (const TfProposal *proposal,
                                       gboolean          home,
                                       double            confidence,
                                       double            threshold,
                                       gboolean         *probation);
void        tf_engine_take            (TfEngine         *self,
                                       guint             account,
                                       const TfProposal *proposal,
                                       gint64            cause,
                                       const TfSizing   *sizing,
                                       gboolean          probation,
                                       TfQty             quantity);
gboolean    tf_engine_is_leaving      (TfEngine         *self,
                                       guint             account,
                                       guint             voter,
                                       guint             instrument);
void        tf_engine_turn            (TfEngine         *self,
                                       guint             account,
                                       guint             voter,
                                       guint             instrument,
                                       gint              direction);
/* Fills in what the ensemble thinks of it. */
void        tf_engine_opine           (TfEngine         *self,
                                       TfProposal       *proposal);
/* copying.c: traders' signals */
void        tf_engine_signal          (TfEngine         *self,
                                       const TfEvent    *event);
TfProposal  tf_copying_proposal       (TfEngine         *self,
                                       guint             voter,
                                       guint             instrument,
                                       gint              direction);
TfDecision  tf_copying_size           (TfEngine         *self,
                                       guint             account,
                                       const TfProposal *proposal,
                                       const TfCopyPolicy *policy,
                                       TfQty             trader_position,
                                       TfQty             keep,
                                       gboolean          probation,
                                       TfSizing         *sizing,
                                       TfCopySize       *out);
void        tf_copying_catch_up       (TfEngine         *self,
                                       guint             trader,
                                       guint             instrument,
                                       guint             accounts);
gboolean    tf_copying_market_not_worse (TfEngine       *self,
                                       guint             trader,
                                       guint             instrument);
void        tf_copying_judge          (TfEngine         *self,
                                       guint             account,
                                       const TfProposal *proposal);
/* following.c: who follows whom, how it begins and how it ends */
void        tf_following_init         (TfEngine         *self);
void        tf_following_begin        (TfEngine         *self,
                                       gint              account,
                                       guint             voter,
                                       gint64            cause);
void        tf_following_end          (TfEngine         *self,
                                       gint              account,
                                       guint             voter,
                                       gint64            cause);
void        tf_following_set_task     (TfEngine         *self,
                                       TfCopyState      *state,
                                       TfCopyTask        task,
                                       guint             bars,
                                       gint64            cause);
void        tf_following_bar          (TfEngine         *self,
                                       guint             instrument);
void        tf_following_watch        (TfEngine         *self);
TfMoney     tf_following_pnl          (TfEngine         *self,
                                       guint             account,
                                       guint             trader);
/* copy-gap.c: where the difference to the trader's result goes */
void        tf_copy_gap_entry         (TfEngine         *self,
                                       guint             account,
                                       const TfProposal *own,
                                       const TfCopyPlan *plan,
                                       const TfSizing   *sizing,
                                       const TfCopySize *size,
                                       const TfDecision *d);
void        tf_copy_gap_signal        (TfEngine         *self,
                                       guint             account,
                                       const TfCopying  *c);
void        tf_copy_gap_end           (TfEngine         *self,
                                       guint             account,
                                       guint             trader);
void        tf_copy_gap_fill          (TfEngine         *self,
                                       const TfOrder    *order,
                                       const TfFill     *fill,
                                       TfPrice           leader);
gboolean    tf_copy_gap_view          (TfEngine         *self,
                                       guint             account,
                                       guint             trader,
                                       TfGap            *gap);
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
void        tf_engine_leave           (TfEngine         *self,
                                       guint             account,
                                       guint             voter,
                                       guint             instrument,
                                       TfQty             quantity,
                                       gint64            cause,
                                       const char       *reason);
void        tf_engine_withdraw        (TfEngine         *self,
                                       guint             account,
                                       guint             voter,
                                       guint             instrument,
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

static inline TfGapLeg *
tf_gap_leg (TfEngine *self, guint trader, guint account, guint instrument)
{
  return &self->gaps[(trader * self->n_accounts + account) * self->n_instruments + instrument];
}

static inline TfFollow *
tf_follow (TfEngine *self, guint trader, guint account)
{
  return &self->follows[trader * self->n_accounts + account];
}

static inline TfCopyState *
tf_copy_state (TfEngine *self, guint instrument, guint trader, guint account)
{
  return &self->copies[(instrument * self->config->n_traders + trader) * self->n_accounts + account];
}

/* Provenance of what is known of a trader's position */
static inline char
tf_engine_grade (const TfEngine *self, guint trader, guint instrument)
{
  char grade = tf_trader_book_position (self->book, trader, instrument)->grade;

  return grade != 0 ? grade : self->config->traders[trader].grade;
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
