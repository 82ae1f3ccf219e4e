#pragma once

#include "core/engine/snapshot.h"

G_BEGIN_DECLS

/* The key figures. Where one is undefined (no loss, no trade, no variation) it is NaN, never 0. */
typedef enum
{
  TF_METRIC_TOTAL_RETURN,
  TF_METRIC_CAGR,
  TF_METRIC_VOLATILITY,
  TF_METRIC_SHARPE,
  TF_METRIC_SORTINO,
  TF_METRIC_MAX_DRAWDOWN,  /* 0 or negative */
  TF_METRIC_CALMAR,
  TF_METRIC_WIN_RATE,
  TF_METRIC_PROFIT_FACTOR,
  TF_METRIC_EXPECTANCY,
  TF_METRIC_VAR,           /* 95 %, of a period: negative is a loss */
  TF_METRIC_CVAR,
  TF_METRIC_SKEW,
  TF_METRIC_KURTOSIS,      /* excess */
  TF_N_METRICS
} TfMetric;

typedef enum
{
  TF_METRIC_FRACTION, /* shown as percent */
  TF_METRIC_RATIO,
  TF_METRIC_MONEY,
} TfMetricUnit;

/* What a figure is made from, and so what there may be too little of. */
typedef enum
{
  TF_SAMPLE_DAYS,
  TF_SAMPLE_TRADES,
} TfSampleKind;

typedef struct
{
  const char  *id;     /* stable: as in exports */
  const char  *title;  /* N_() */
  const char  *hint;   /* N_(): what it says, in a sentence */
  TfMetricUnit unit;
  double       target; /* at least; NaN: none */
  TfSampleKind sample;
  guint        least;  /* below so many days or trades it is too early to say */
} TfMetricInfo;

typedef struct
{
  double  values[TF_N_METRICS];
  guint64 periods; /* returns behind the figures */
  double  days;
  guint   trades;
} TfMetrics;

const TfMetricInfo *tf_metric_info            (TfMetric          metric);
gboolean            tf_metric_too_early       (TfMetric          metric,
                                               const TfMetrics  *metrics,
                                               guint            *have,
                                               guint            *need);
void                tf_metrics_from_returns   (TfMetrics        *self,
                                               const double     *returns,
                                               gsize             n,
                                               double            periods_per_year);
void                tf_metrics_of_account     (TfMetrics        *self,
                                               const TfSnapshot *snapshot,
                                               gint              account);
guint               tf_metrics_curve          (const TfSnapshot *snapshot,
                                               gint              account,
                                               TfTime            times[TF_CURVE_POINTS],
                                               double            equity[TF_CURVE_POINTS],
                                               double            drawdown[TF_CURVE_POINTS]);

G_END_DECLS
