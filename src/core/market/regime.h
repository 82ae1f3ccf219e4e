#pragma once

#include "core/market/candle.h"

G_BEGIN_DECLS

typedef enum
{
  TF_REGIME_TREND_UP,
  TF_REGIME_TREND_DOWN,
  TF_REGIME_RANGE,
  TF_REGIME_TURBULENT,
} TfRegimeKind;

#define TF_REGIMES 4

/* Probabilities of what the market is in, given its bars so far; they sum to 1. */
typedef struct { double p[TF_REGIMES]; } TfRegime;

/* A hidden Markov model's forward filter, O(1) a bar. Plain data: a copy continues the same way. */
typedef struct
{
  TfRegime regime;
  double   close;    /* of the bar before; 0 before the first */
  double   variance; /* of a bar's return: exponentially weighted */
  double   weight;   /* bars that stand behind @variance, up to its window */
} TfRegimeFilter;

const char *tf_regime_name          (guint            kind);
void        tf_regime_filter_init   (TfRegimeFilter  *self);
void        tf_regime_filter_update (TfRegimeFilter  *self,
                                     const TfBar     *bar,
                                     TfRegime        *out);

G_END_DECLS
