#pragma once

#include "core/base/random.h"
#include "core/market/candle.h"
#include "core/market/instrument.h"

#define WALK_START (G_GINT64_CONSTANT (1577836800) * TF_SECOND)
#define WALK_MOST 16

/* Hourly candles of correlated random walks with clustered volatility, for benchmarks: the same for everyone. */
typedef struct
{
  TfRandom random;
  double   market, price[WALK_MOST], volatility;
} Walk;

void walk_init (Walk *walk, guint n_instruments);
/* The instruments' candles of one hour come in their order. */
void walk_next (Walk *walk, const TfInstrument *instrument, guint i, TfTime time, TfCandle *candle);
