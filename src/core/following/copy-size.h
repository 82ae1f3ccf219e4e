#pragma once

#include "core/following/policy.h"
#include "core/market/instrument.h"

G_BEGIN_DECLS

/* All that a copy's size is computed from. */
typedef struct
{
  const TfInstrument *instrument;
  TfPrice  price;              /* the market's, more than 0 */
  TfMoney  equity;             /* of the account, now */
  TfMoney  opening_equity;     /* of the account when this copy was opened; now, if it is opened now */
  TfQty    trader;             /* the trader's position as far as it is copied: 0 or more */
  gboolean own_units;          /* it counts in units of its own: the trader names no quantity */
  TfMoney  risk, unit_loss;    /* fixed risk: what may be lost, and what one unit loses at the stop */
  double   volatility;         /* of the instrument, annualised; 0: not known */
  double   confidence;         /* as the grade caps it */
  double   grade, governor;    /* what of a full size they allow, 0…1 */
  TfQty    held;               /* of the copy on that side already, with what is on its way: 0 or more */
  TfQty    owed;               /* left over from entries that were too small */
  /* Notional of copies, 0 or more, @held included: here, of the trader, of all traders, of what moves with it. */
  TfMoney  instrument_use, trader_use, account_use, cluster_use;
} TfCopySizeInput;

typedef struct
{
  const char  *name;  /* stable: "trader-position" */
  gint64       value; /* 1e-8 */
  TfPolicyUnit unit;
} TfCopyStep;

#define TF_COPY_MAX_STEPS 20

/* A size, and how it came about. The same for the engine's order and for the preview of a policy. */
typedef struct
{
  TfCopyRefusal refusal;      /* why @quantity is not all that is missing; ALLOWED: it is */
  double        value, limit; /* what was compared, in tf_copy_refusal_unit () */
  TfQty         exact;        /* what the formula gives, before it is rounded to lots */
  TfQty         target;       /* of the copy: 0 or more */
  TfQty         quantity;     /* of the order that leads there, in lots; 0: none */
  TfMoney       notional;     /* of it */
  TfQty         owed;         /* what an entry that is too small leaves for the next */
  const char   *formula;      /* N_() */
  guint         n_steps;
  TfCopyStep    steps[TF_COPY_MAX_STEPS];
} TfCopySize;

TfCopyRefusal tf_copy_target        (const TfCopyPolicy    *policy,
                                     const TfCopySizeInput *in,
                                     TfCopySize            *out);
gboolean      tf_copy_size          (const TfCopyPolicy    *policy,
                                     const TfCopySizeInput *in,
                                     TfCopySize            *out);
const char   *tf_copy_step_title    (const char            *name);
/* Writes “sizing=equity-ratio trader-position=12 …”; for a record's text. */
gsize         tf_copy_size_describe (const TfCopyPolicy    *policy,
                                     const TfCopySize      *self,
                                     char                  *buffer,
                                     gsize                  size);

G_END_DECLS
