#pragma once

#include "core/base/fixed.h"

G_BEGIN_DECLS

#define TF_SYMBOL_SIZE 24

/* What can be traded. Rates are in parts per million of the notional (1 basis point = 100 ppm). */
typedef struct
{
  char    symbol[TF_SYMBOL_SIZE]; /* “BTC-USDT” */
  TfPrice tick;                   /* prices are multiples of it */
  TfQty   lot;                    /* quantities are multiples of it */
  TfMoney min_notional;           /* smallest order */
  gint32  maker_ppm, taker_ppm;   /* fees */
  gint32  spread_ppm;             /* typical full spread, where no quote tells */
  char    aliases[96];            /* “XBT WBTC BTC-USD”, in the same unit; the base coin is implied */
} TfInstrument;

/* The instruments of one engine, in a fixed order: an instrument is its index. */
typedef struct
{
  TfInstrument *items;
  guint         n;
} TfUniverse;

TfUniverse *tf_universe_new         (void);
TfUniverse *tf_universe_new_default (void);
TfUniverse *tf_universe_copy        (const TfUniverse   *self);
void        tf_universe_free        (TfUniverse         *self);
gint        tf_universe_add         (TfUniverse         *self,
                                     const TfInstrument *instrument);
gint        tf_universe_find        (const TfUniverse   *self,
                                     const char         *name);
gboolean    tf_instrument_guess     (const char         *name,
                                     TfInstrument       *instrument,
                                     GError            **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfUniverse, tf_universe_free)

G_END_DECLS
