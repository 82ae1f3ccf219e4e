#pragma once

#include "core/base/fixed.h"

G_BEGIN_DECLS

/* A copy as it is: its position, and the orders that are on their way. */
typedef struct
{
  TfQty    held;     /* signed */
  TfQty    entering; /* signed: of the entry that works */
  TfQty    leaving;  /* 0 or more: of the exit that works */
  gboolean unknown;  /* the entry's outcome is not known and cannot be: neither a fill nor a cancellation was heard of */
} TfCopyBook;

/* What is to be done about it. */
typedef struct
{
  TfQty    leaving;  /* 0 or more: what the exit order has to be, never less than it is */
  TfQty    keep;     /* 0 or more: what is held on the target's side and stays */
  TfQty    entering; /* signed: what the entry order has to be: the target minus what stays */
  gboolean withdraw; /* an entry works that is another: it has to go */
  gboolean wait;     /* nothing can be entered before the outcome of what works is known */
} TfCopyMove;

void     tf_copy_reconcile     (const TfCopyBook *book,
                                TfQty             target,
                                TfCopyMove       *move);
TfQty    tf_copy_without_base  (TfQty             position,
                                TfQty            *base);

G_END_DECLS
