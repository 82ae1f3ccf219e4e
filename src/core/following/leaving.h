#pragma once

#include "core/following/policy.h"

G_BEGIN_DECLS

#define TF_COPY_WARNING_AT 0.80
#define TF_COPY_CLEAR_AT   0.75 /* below: the warning is over */

/* The two levels of loss at which following a trader stops. */
typedef enum
{
  TF_COPY_LEVEL_STATIC,   /* the loss since following began */
  TF_COPY_LEVEL_TRAILING, /* the loss since its best moment */
  TF_N_COPY_LEVELS
} TfCopyLevel;

/* What one account has earned with one trader's copies, against the levels. Plain data. */
typedef struct
{
  TfMoney start, peak;             /* P&L of the copies when following began, at its best since */
  guint8  warned[TF_N_COPY_LEVELS];
} TfCopyLevels;

typedef enum
{
  TF_COPY_LEVEL_UNCHANGED,
  TF_COPY_LEVEL_CLEARED,
  TF_COPY_LEVEL_WARNING,
  TF_COPY_LEVEL_REACHED,
} TfCopyLevelChange;

void              tf_copy_levels_start  (TfCopyLevels       *self,
                                         TfMoney             pnl);
double            tf_copy_levels_use    (const TfCopyLevels *self,
                                         const TfCopyPolicy *policy,
                                         TfCopyLevel         level,
                                         TfMoney             pnl,
                                         double             *limit);
TfCopyLevelChange tf_copy_levels_update (TfCopyLevels       *self,
                                         const TfCopyPolicy *policy,
                                         TfCopyLevel         level,
                                         TfMoney             pnl);
const char       *tf_copy_level_name    (TfCopyLevel         level);

G_END_DECLS
