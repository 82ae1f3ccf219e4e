#pragma once

#include "core/base/fixed.h"
#include "core/base/time.h"

G_BEGIN_DECLS

/* One bar of one instrument, exact. @time is the bar's open. */
typedef struct
{
  TfTime  time;
  TfPrice open, high, low, close;
  TfQty   volume;
} TfCandle;

/* The same for statistics: what indicators and strategies read. Whole units. */
typedef struct
{
  TfTime time;
  double open, high, low, close, volume;
} TfBar;

/* Builds candles of one interval from trades or from smaller candles, O(1) each. Plain data.
 * Bars start at multiples of the interval since 1970-01-01 UTC, so a day starts at midnight.
 * @current is meaningful while @open. Intervals without a print give no candle. What lies before @from is
 * final: a print that comes later for it changes nothing. */
typedef struct
{
  TfTime   interval;
  TfTime   from;
  TfCandle current;
  gboolean open;
} TfCandleBuilder;

gboolean    tf_candle_check         (const TfCandle  *candle,
                                     GError         **error);
void        tf_candle_to_bar        (const TfCandle  *candle,
                                     TfBar           *bar);
void        tf_candle_builder_init  (TfCandleBuilder *self,
                                     TfTime           interval);
gboolean    tf_candle_builder_trade (TfCandleBuilder *self,
                                     TfTime           time,
                                     TfPrice          price,
                                     TfQty            quantity,
                                     TfCandle        *closed);
gboolean    tf_candle_builder_merge (TfCandleBuilder *self,
                                     const TfCandle  *smaller,
                                     TfCandle        *closed);
gboolean    tf_candle_builder_close (TfCandleBuilder *self,
                                     TfTime           now,
                                     TfCandle        *closed);
void        tf_candle_builder_skip  (TfCandleBuilder *self,
                                     TfTime           until);

G_END_DECLS
