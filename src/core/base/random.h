#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* xoshiro256++ (Blackman and Vigna 2019), seeded by splitmix64. Plain data: a copy continues the same sequence. */
typedef struct { guint64 s[4]; } TfRandom;

void        tf_random_seed          (TfRandom   *self,
                                     guint64     seed);
guint64     tf_random_next          (TfRandom   *self);
double      tf_random_uniform       (TfRandom   *self);
double      tf_random_normal        (TfRandom   *self);

G_END_DECLS
