#pragma once

#include "core/market/event.h"

G_BEGIN_DECLS

/* What a trader did to a position, seen from the position before and after: what there is to copy. */
typedef enum
{
  TF_COPY_NONE,   /* the position is what it was */
  TF_COPY_OPEN,
  TF_COPY_ADD,
  TF_COPY_REDUCE,
  TF_COPY_CLOSE,
  TF_COPY_FLIP,   /* a close and an opening on the other side */
} TfCopyAction;

typedef struct
{
  TfCopyAction action;
  gint         side;      /* of the trade that leads there: +1 buys, −1 sells */
  gint         direction; /* of the position afterwards: +1 long, −1 short, 0 flat */
  double       fraction;  /* ADD, REDUCE: of the position before; else 1, NONE 0 */
  TfQty        before, after;
} TfCopy;

/* How the size of an entry is found; the formulas stand at tf_copy_size(). */
typedef enum
{
  TF_COPY_SIZE_FIXED_RISK,     /* the account's sizing chain, whatever the trader's own size */
  TF_COPY_SIZE_FIXED_AMOUNT,
  TF_COPY_SIZE_FIXED_QUANTITY,
  TF_COPY_SIZE_EQUITY_RATIO,   /* in proportion to the trader's position */
  TF_COPY_SIZE_MULTIPLIER,     /* so is this */
  TF_COPY_SIZE_VOLATILITY_TARGET,
  TF_COPY_SIZE_CONFIDENCE,
  TF_N_COPY_SIZINGS
} TfCopySizing;

/* What becomes of an entry below the smallest order. */
typedef enum
{
  TF_COPY_ROUND_SKIP,
  TF_COPY_ROUND_UP,         /* to the smallest order, when that is at most so many times what was wanted */
  TF_COPY_ROUND_ACCUMULATE, /* added to the next one on that side */
} TfCopyRounding;

/* A position that the trader held already when following began. */
typedef enum
{
  TF_COPY_START_NONE,      /* only what comes on top of it is copied */
  TF_COPY_START_ALL,
  TF_COPY_START_NOT_WORSE, /* all, if the market is no worse than the trader's own entry */
  TF_COPY_START_SCALE_IN,  /* in equal parts, one each bar */
} TfCopyStart;

/* How following ends: by hand, or by a stop-following level. */
typedef enum
{
  TF_COPY_LEAVE_HALT_NEW,   /* nothing new; what is open leaves with its trader */
  TF_COPY_LEAVE_GRACEFULLY, /* what is open leaves in equal parts, one each bar */
  TF_COPY_LEAVE_NOW,
} TfCopyLeaving;

/* The fields of a policy. Commands and journals name them by number: new ones go to the end. */
typedef enum
{
  TF_POLICY_SIZING,            /* TfCopySizing */
  TF_POLICY_AMOUNT,
  TF_POLICY_QUANTITY,
  TF_POLICY_RATIO,
  TF_POLICY_REFERENCE,
  TF_POLICY_MULTIPLIER,
  TF_POLICY_VOLATILITY,
  TF_POLICY_PART,
  TF_POLICY_LEAST_CONFIDENCE,
  TF_POLICY_STOP,
  TF_POLICY_ROUNDING,          /* TfCopyRounding */
  TF_POLICY_ROUND_UP,
  TF_POLICY_LARGEST_DEVIATION,
  TF_POLICY_LARGEST_AGE,
  TF_POLICY_LONG,
  TF_POLICY_SHORT,
  TF_POLICY_REVERSE,
  TF_POLICY_START,             /* TfCopyStart */
  TF_POLICY_BARS,
  TF_POLICY_CAP_TRADE,
  TF_POLICY_CAP_INSTRUMENT,
  TF_POLICY_CAP_TRADER,
  TF_POLICY_CAP_ACCOUNT,
  TF_POLICY_CAP_CLUSTER,
  TF_POLICY_LEAVING,           /* TfCopyLeaving */
  TF_POLICY_CAPITAL,
  TF_POLICY_STATIC_STOP,
  TF_POLICY_TRAILING_STOP,
  TF_N_POLICY_FIELDS,

  TF_POLICY_INSTRUMENT = 1000  /* + its index in the universe: 1 copied (the default), 0 excluded */
} TfPolicyParam;

/* How a field's number is kept: DECIMAL in 1e-8, TIME in nanoseconds, the others as they are. */
typedef enum
{
  TF_POLICY_CHOICE,
  TF_POLICY_FLAG,
  TF_POLICY_COUNT,
  TF_POLICY_DECIMAL,
  TF_POLICY_TIME, /* given in seconds */
} TfPolicyKind;

typedef enum
{
  TF_POLICY_UNIT_NONE,
  TF_POLICY_UNIT_MONEY,
  TF_POLICY_UNIT_QUANTITY,
  TF_POLICY_UNIT_FRACTION, /* of equity, of the price, of capital */
  TF_POLICY_UNIT_RATIO,
  TF_POLICY_UNIT_BASIS_POINTS,
  TF_POLICY_UNIT_SECONDS,
  TF_POLICY_UNIT_BARS,
} TfPolicyUnit;

/* One field, as the command line, the window and the storage know it. */
typedef struct
{
  const char        *id;      /* stable: "equity-ratio" */
  const char        *title;   /* N_() */
  TfPolicyKind       kind;
  TfPolicyUnit       unit;
  double             min, max, value; /* @value: the default */
  const char *const *choices; /* CHOICE: ids, then titles, N_(), of 0, 1 …; (max + 1) of each. Else NULL */
} TfPolicyField;

#define TF_COPY_MAX_INSTRUMENTS 256 /* that can be excluded, by index; those beyond are copied */

/* What of a trader an account copies. Plain data. */
typedef struct
{
  gint64  values[TF_N_POLICY_FIELDS];                  /* see TfPolicyKind */
  guint64 excluded[TF_COPY_MAX_INSTRUMENTS / 64];      /* instruments, one bit each */
} TfCopyPolicy;

/* Why a policy does not copy an entry, or not all of it. Public: names are stable, stored in the journal. */
typedef enum
{
  TF_COPY_ALLOWED,
  TF_COPY_NOTHING_TO_DO,
  TF_COPY_INSTRUMENT_EXCLUDED,
  TF_COPY_SIDE_EXCLUDED,
  TF_COPY_FROM_THE_FUTURE,
  TF_COPY_TOO_OLD,
  TF_COPY_TOO_FAR,
  TF_COPY_HALTED,            /* following has ended: by hand or by a stop-following level */
  TF_COPY_OUTCOME_UNKNOWN,   /* an order of before has met no market yet */
  TF_COPY_LEAST_CONFIDENCE,
  TF_COPY_NO_QUANTITY,       /* the trader does not say how much: there is nothing to be in proportion to */
  TF_COPY_NO_VOLATILITY,
  TF_COPY_OPEN_BEFORE,       /* the position was open when following began */
  TF_COPY_TOO_SMALL,         /* as the risk gate says it */
  TF_COPY_GOVERNOR,
  TF_COPY_CAP_TRADE,
  TF_COPY_CAP_INSTRUMENT,
  TF_COPY_CAP_TRADER,
  TF_COPY_CAP_ACCOUNT,
  TF_COPY_CAP_CLUSTER,
  TF_N_COPY_REFUSALS
} TfCopyRefusal;

void                 tf_copy_classify          (TfQty                 before,
                                                TfQty                 after,
                                                TfCopy               *copy);
gboolean             tf_copy_is_entry          (const TfCopy         *copy);
const TfPolicyField *tf_policy_field           (guint                 param);
gint                 tf_policy_find            (const char           *id);
void                 tf_copy_policy_default    (TfCopyPolicy         *self);
gboolean             tf_copy_policy_set        (TfCopyPolicy         *self,
                                                gint                  param,
                                                double                value);
double               tf_copy_policy_get        (const TfCopyPolicy   *self,
                                                gint                  param);
gboolean             tf_copy_policy_proportional (const TfCopyPolicy *self);
gboolean             tf_copy_policy_excludes   (const TfCopyPolicy   *self,
                                                guint                 instrument);
TfCopyRefusal        tf_copy_policy_check      (const TfCopyPolicy   *self,
                                                const TfCopy         *copy,
                                                guint                 instrument,
                                                const TfTraderSignal *signal,
                                                TfTime                now,
                                                TfPrice               market,
                                                double               *value,
                                                double               *limit);
TfCopyRefusal        tf_copy_policy_check_entry (const TfCopyPolicy  *self,
                                                gint                  direction,
                                                guint                 instrument,
                                                const TfTraderSignal *signal,
                                                TfTime                now,
                                                TfPrice               market,
                                                double               *value,
                                                double               *limit);
const char          *tf_copy_action_name       (TfCopyAction          action);
const char          *tf_copy_refusal_name      (TfCopyRefusal         refusal);
gboolean             tf_copy_refusal_find      (const char           *name,
                                                TfCopyRefusal        *refusal);
const char          *tf_copy_refusal_sentence  (TfCopyRefusal         refusal);
TfPolicyUnit         tf_copy_refusal_unit      (TfCopyRefusal         refusal);

G_END_DECLS
