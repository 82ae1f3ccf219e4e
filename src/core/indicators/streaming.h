#pragma once

#include "core/indicators/window.h"
#include "core/market/candle.h"

G_BEGIN_DECLS

/* The streaming form of every indicator: a plain struct (no pointers; a copy continues identically), an init,
 * and an update that takes the next close or bar and costs O(1); only CCI's mean deviation walks its window.
 * Results are NaN until there are enough bars. Conventions are TA-Lib's, in flat markets too; but MACD starts
 * each average at its own first bars, and lines come as soon as they are known, as in R's TTR. */

typedef struct { TfSum sum; } TfSma;
typedef struct { guint period, count; double alpha, value; } TfEma;
typedef struct { guint period, count; double value; } TfWilder;
typedef struct { TfWindow window; double sum, weighted; } TfWma;
typedef struct { TfWilder gain, loss; double last; gboolean started; } TfRsi;
typedef struct { TfEma fast, slow, signal; double line, signal_line, histogram; } TfMacd;
typedef struct { TfWindow window; double anchor, sum, squares, mean; guint ddof; } TfStddev;
typedef struct { TfStddev stddev; double width, upper, middle, lower; } TfBbands;
typedef struct { double last; gboolean started; } TfTrange;
typedef struct { TfTrange trange; TfWilder mean; } TfAtr;
typedef struct
{
  guint  period, count;
  TfBar  last;
  double range, plus_move, minus_move;
  double plus, minus, dx; /* results: +DI, -DI, DX */
} TfDirectional;
typedef struct { TfDirectional directional; TfWilder mean; } TfAdx;
typedef struct { TfExtremes extremes; TfSpan span; TfSma slow, signal; double slowk, slowd; } TfStoch;
typedef struct { TfSum sum; } TfCci;
typedef struct { double last, value; gboolean started; } TfObv;
typedef struct { TfExtremes extremes; TfSpan span; double upper, middle, lower; } TfDonchian;
typedef struct { TfWindow window; } TfMom;
typedef struct { TfSum up, down; double last; gboolean started; } TfMfi;
typedef struct { TfEma ema; TfAtr atr; double width, upper, middle, lower; } TfKeltner;
typedef struct
{
  TfExtremes extremes;
  TfSpan     tenkan_span, kijun_span, senkou_span;
  double     tenkan, kijun, senkou_a, senkou_b; /* results, not displaced */
} TfIchimoku;
typedef struct { TfSum traded, volume; } TfVwap;
typedef struct { TfAtr atr; double width, upper, lower, close, value; gint direction; } TfSupertrend;
typedef struct { TfWma wma; } TfLinregSlope;
typedef struct { TfWindow window; TfSum path; double last, value; } TfKama;
typedef struct { TfExtremes extremes; TfSpan span; double up, down; } TfAroon;
typedef struct
{
  double   step, limit, factor, extreme, next;
  double   high, low;
  guint    count;
  gboolean rising;
} TfSar;

void        tf_sma_init             (TfSma          *self,
                                     guint           period);
double      tf_sma_update           (TfSma          *self,
                                     double          x);
void        tf_ema_init             (TfEma          *self,
                                     guint           period);
double      tf_ema_update           (TfEma          *self,
                                     double          x);
void        tf_wilder_init          (TfWilder       *self,
                                     guint           period);
double      tf_wilder_update        (TfWilder       *self,
                                     double          x);
void        tf_wma_init             (TfWma          *self,
                                     guint           period);
double      tf_wma_update           (TfWma          *self,
                                     double          x);
void        tf_rsi_init             (TfRsi          *self,
                                     guint           period);
double      tf_rsi_update           (TfRsi          *self,
                                     double          x);
void        tf_macd_init            (TfMacd         *self,
                                     guint           fast,
                                     guint           slow,
                                     guint           signal);
double      tf_macd_update          (TfMacd         *self,
                                     double          x);
void        tf_stddev_init          (TfStddev       *self,
                                     guint           period,
                                     guint           ddof);
double      tf_stddev_update        (TfStddev       *self,
                                     double          x);
void        tf_bbands_init          (TfBbands       *self,
                                     guint           period,
                                     double          width);
double      tf_bbands_update        (TfBbands       *self,
                                     double          x);
void        tf_trange_init          (TfTrange       *self);
double      tf_trange_update        (TfTrange       *self,
                                     const TfBar    *bar);
void        tf_atr_init             (TfAtr          *self,
                                     guint           period);
double      tf_atr_update           (TfAtr          *self,
                                     const TfBar    *bar);
void        tf_directional_init     (TfDirectional  *self,
                                     guint           period);
double      tf_directional_update   (TfDirectional  *self,
                                     const TfBar    *bar);
void        tf_adx_init             (TfAdx          *self,
                                     guint           period);
double      tf_adx_update           (TfAdx          *self,
                                     const TfBar    *bar);
void        tf_stoch_init           (TfStoch        *self,
                                     guint           period,
                                     guint           slow,
                                     guint           signal);
double      tf_stoch_update         (TfStoch        *self,
                                     const TfBar    *bar);
void        tf_cci_init             (TfCci          *self,
                                     guint           period);
double      tf_cci_update           (TfCci          *self,
                                     const TfBar    *bar);
void        tf_obv_init             (TfObv          *self);
double      tf_obv_update           (TfObv          *self,
                                     const TfBar    *bar);
void        tf_donchian_init        (TfDonchian     *self,
                                     guint           period);
double      tf_donchian_update      (TfDonchian     *self,
                                     const TfBar    *bar);
void        tf_mom_init             (TfMom          *self,
                                     guint           period);
double      tf_mom_update           (TfMom          *self,
                                     double          x);
void        tf_mfi_init             (TfMfi          *self,
                                     guint           period);
double      tf_mfi_update           (TfMfi          *self,
                                     const TfBar    *bar);
void        tf_keltner_init         (TfKeltner      *self,
                                     guint           ema,
                                     guint           atr,
                                     double          width);
double      tf_keltner_update       (TfKeltner      *self,
                                     const TfBar    *bar);
void        tf_ichimoku_init        (TfIchimoku     *self,
                                     guint           tenkan,
                                     guint           kijun,
                                     guint           senkou);
double      tf_ichimoku_update      (TfIchimoku     *self,
                                     const TfBar    *bar);
void        tf_vwap_init            (TfVwap         *self,
                                     guint           period);
double      tf_vwap_update          (TfVwap         *self,
                                     double          price,
                                     double          volume);
void        tf_supertrend_init      (TfSupertrend   *self,
                                     guint           period,
                                     double          width);
double      tf_supertrend_update    (TfSupertrend   *self,
                                     const TfBar    *bar);
void        tf_linreg_slope_init    (TfLinregSlope  *self,
                                     guint           period);
double      tf_linreg_slope_update  (TfLinregSlope  *self,
                                     double          x);
void        tf_kama_init            (TfKama         *self,
                                     guint           period);
double      tf_kama_update          (TfKama         *self,
                                     double          x);
void        tf_aroon_init           (TfAroon        *self,
                                     guint           period);
double      tf_aroon_update         (TfAroon        *self,
                                     const TfBar    *bar);
void        tf_sar_init             (TfSar          *self,
                                     double          step,
                                     double          limit);
double      tf_sar_update           (TfSar          *self,
                                     const TfBar    *bar);

/* (high + low + close) / 3, in doubles and in this order: what TA-Lib and TTR call the typical price. */
static inline double
tf_bar_typical (const TfBar *bar)
{
  return (bar->high + bar->low + bar->close) / 3;
}

G_END_DECLS
