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

/* How the size of an entry is found. */
typedef enum
{
  TF_COPY_SIZE_FIXED_RISK, /* the account's sizing chain, whatever the trader's own size */
} TfCopySizing;

#define TF_COPY_MAX_INSTRUMENTS 256 /* that can be excluded, by index; those beyond are copied */

/* What of a trader an account copies. Plain data. */
typedef struct
{
  TfCopySizing sizing;
  gboolean     long_allowed, short_allowed;
  TfTime       largest_age;           /* of an entry, from when it was published to now */
  double       largest_deviation_bps; /* of the market from the signal's price, either way, for an entry */
  guint64      excluded[TF_COPY_MAX_INSTRUMENTS / 64]; /* instruments, one bit each */
} TfCopyPolicy;

/* Why a policy does not copy an entry. Public: names are stable, stored in the journal. */
typedef enum
{
  TF_COPY_ALLOWED,
  TF_COPY_NOTHING_TO_DO,
  TF_COPY_INSTRUMENT_EXCLUDED,
  TF_COPY_SIDE_EXCLUDED,
  TF_COPY_FROM_THE_FUTURE,
  TF_COPY_TOO_OLD,
  TF_COPY_TOO_FAR,
  TF_N_COPY_REFUSALS
} TfCopyRefusal;

void           tf_copy_classify        (TfQty                 before,
                                        TfQty                 after,
                                        TfCopy               *copy);
gboolean       tf_copy_is_entry        (const TfCopy         *copy);
void           tf_copy_policy_default  (TfCopyPolicy         *self);
TfCopyRefusal  tf_copy_policy_check    (const TfCopyPolicy   *self,
                                        const TfCopy         *copy,
                                        guint                 instrument,
                                        const TfTraderSignal *signal,
                                        TfTime                now,
                                        TfPrice               market,
                                        double               *value,
                                        double               *limit);
const char    *tf_copy_action_name     (TfCopyAction          action);
const char    *tf_copy_refusal_name    (TfCopyRefusal         refusal);

G_END_DECLS
