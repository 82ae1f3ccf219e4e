#pragma once

#include "core/market/candle.h"

G_BEGIN_DECLS

/* The data side of a chart: sorted samples, and what of them a row of pixel columns can show. */

typedef struct
{
  TfTime time;
  double value; /* not finite: a gap */
} TfPoint;

/* What the samples that fall into one pixel column come to. */
typedef struct
{
  double first, low, high, last;
  guint  count; /* finite samples; 0: nothing to draw */
  gboolean gap; /* a sample that is not finite lies here: do not join it to the column before */
} TfColumn;

TfPoint    *tf_series_new       (const TfTime   *times,
                                 const double   *values,
                                 guint           n);
guint       tf_series_lower     (gconstpointer   samples,
                                 gsize           size,
                                 guint           n,
                                 TfTime          time);
gboolean    tf_series_bounds    (const TfPoint  *points,
                                 guint           n,
                                 double         *low,
                                 double         *high);
void        tf_series_columns   (const TfPoint  *points,
                                 guint           n,
                                 TfTime          low,
                                 TfTime          high,
                                 guint           n_columns,
                                 TfColumn       *columns);

/* Candles */
TfTime      tf_series_interval  (const TfBar    *bars,
                                 guint           n);
TfTime      tf_series_coarser   (TfTime          interval,
                                 TfTime          at_least);
guint       tf_series_merge     (const TfBar    *bars,
                                 guint           n,
                                 TfTime          interval,
                                 TfBar          *out);

G_END_DECLS
