#pragma once

#include "core/base/fixed.h"

G_BEGIN_DECLS

/* Where the difference between a leader's result and its copy's went. */
typedef enum
{
  TF_GAP_SIZING,    /* the policy's bounds and caps made it smaller, or scaled it otherwise than the leader did */
  TF_GAP_ROUNDING,  /* whole lots, smallest orders */
  TF_GAP_SKIPPED,   /* refused, or given up before the leader did: by a stop of the copy's own, a limit, by hand */
  TF_GAP_DELAY,     /* the market had moved when the signal was known */
  TF_GAP_SLIPPAGE,  /* the fill was at another price than the last one known */
  TF_GAP_FEES,
  TF_GAP_FUNDING,
  TF_N_GAP_PARTS
} TfGapPart;

/* leader − copy = Σ parts, to the last unit. A part that cost something is positive. */
typedef struct
{
  TfMoney leader, copy;
  TfMoney parts[TF_N_GAP_PARTS];
} TfGap;

/* What is wanted of a copy, before anything is sent. Signed positions. */
typedef enum
{
  TF_GAP_IDEAL,     /* the leader's own position, scaled to the policy's full size */
  TF_GAP_SIZED,
  TF_GAP_ROUNDED,
  TF_N_GAP_TARGETS
} TfGapTarget;

/* One copy: of one trader, in one account and instrument. Plain data; a new one is zeros. */
typedef struct
{
  TfQty   targets[TF_N_GAP_TARGETS], held;
  TfQty   ideal, leader; /* the scale: so much is ideal for so much of the leader's */
  TfMoney cash[TF_N_GAP_PARTS + 1]; /* of each link of the chain */
  gboolean lost;         /* something did not fit: what this tells is no longer true */
} TfGapLeg;

const char *tf_gap_part_name     (TfGapPart       part);
const char *tf_gap_part_title    (TfGapPart       part);
gboolean    tf_gap_leg_scale     (TfGapLeg       *self,
                                  TfQty           ideal,
                                  TfQty           leader);
gboolean    tf_gap_leg_scaled    (const TfGapLeg *self,
                                  TfQty           leader,
                                  TfQty          *ideal);
gboolean    tf_gap_leg_move      (TfGapLeg       *self,
                                  TfPrice         price,
                                  const TfQty     targets[TF_N_GAP_TARGETS]);
gboolean    tf_gap_leg_fill      (TfGapLeg       *self,
                                  TfQty           traded,
                                  TfPrice         leader,
                                  TfPrice         known,
                                  TfMoney         notional,
                                  TfMoney         fee);
gboolean    tf_gap_leg_fund      (TfGapLeg       *self,
                                  TfMoney         paid);
gboolean    tf_gap_add           (TfGap          *self,
                                  const TfGapLeg *leg,
                                  TfPrice         price);

G_END_DECLS
