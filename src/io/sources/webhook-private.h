#pragma once

#include "io/sources/webhook.h"

G_BEGIN_DECLS

/* Tokens that refill with time. */
typedef struct
{
  double rate, burst, tokens;
  TfTime last;
} TfBucket;

/* Takes one; whether there was one. */
gboolean tf_bucket_spend (TfBucket *self,
                          TfTime    now);

G_END_DECLS
