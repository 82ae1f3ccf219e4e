#pragma once

#include <cairo.h>

#include "core/market/candle.h"
#include "plot/axis.h"
#include "plot/theme.h"

G_BEGIN_DECLS

/* A chart: panes over one another that share a time axis, each with a value axis and layers in it. Or one
 * figure that fills the rectangle by itself: bars, a heat map. Draws with Cairo onto
 * anything.
 *
 * Everything given to an add function is copied, names and arrays alike; the caller may free its own at once.
 * Times ascend (what does not is sorted); a value that is not finite leaves a gap. For one thread. */
typedef struct _TfPlot TfPlot;

typedef enum
{
  TF_LINE_PLAIN  = 0,
  TF_LINE_AREA   = 1 << 0, /* fill down to the bottom at 8 % */
  TF_LINE_DASHED = 1 << 1,
  TF_LINE_NO_TAG = 1 << 2, /* do not tag the last value at the right edge */
} TfLineFlags;

typedef enum
{
  TF_MARK_ENTRY,   /* filled triangle pointing the trade's way: ▲ long, ▼ short */
  TF_MARK_EXIT,    /* hollow triangle pointing against it: ▽ long, △ short */
  TF_MARK_REFUSED, /* a dot */
} TfMarkKind;

typedef struct
{
  TfTime      time;
  double      value;    /* the price it happened at */
  TfMarkKind  kind;
  int         direction; /* < 0 for a short trade */
  const char *label;    /* (nullable): for the tooltip: “angry bought 0.12 BTC” */
} TfPlotMark;

typedef enum
{
  TF_LEVEL_NEUTRAL,
  TF_LEVEL_GAIN,    /* target */
  TF_LEVEL_WARNING, /* 80 % of a limit */
  TF_LEVEL_LOSS,    /* stop, limit */
} TfLevelKind;

typedef struct
{
  const char *name;
  double      value;
} TfPlotBar;

typedef enum
{
  TF_HEAT_GAIN_LOSS, /* returns: the sign is good or bad */
  TF_HEAT_STRENGTH,  /* correlations, weights: the sign is only a direction */
} TfHeatKind;

TfPlot     *tf_plot_new             (void);
void        tf_plot_free            (TfPlot                 *self);
void        tf_plot_clear           (TfPlot                 *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfPlot, tf_plot_free)

/* What it shows */
void        tf_plot_add_candles     (TfPlot                 *self,
                                     const char             *name,
                                     const TfCandle         *candles,
                                     guint                   n);
void        tf_plot_add_line        (TfPlot                 *self,
                                     const char             *name,
                                     const TfTime           *times,
                                     const double           *values,
                                     guint                   n,
                                     guint                   color,
                                     TfLineFlags             flags);
void        tf_plot_add_underwater  (TfPlot                 *self,
                                     const char             *name,
                                     const TfTime           *times,
                                     const double           *drawdowns,
                                     guint                   n);
void        tf_plot_add_marks       (TfPlot                 *self,
                                     const char             *name,
                                     const TfPlotMark       *marks,
                                     guint                   n);
void        tf_plot_add_level       (TfPlot                 *self,
                                     const char             *name,
                                     double                  value,
                                     TfLevelKind             kind);
void        tf_plot_add_bars        (TfPlot                 *self,
                                     const char             *name,
                                     const TfPlotBar        *bars,
                                     guint                   n);
void        tf_plot_add_classes     (TfPlot                 *self,
                                     const char             *name,
                                     const TfPlotBar        *bars,
                                     guint                   n);
void        tf_plot_add_waterfall   (TfPlot                 *self,
                                     const char             *name,
                                     const TfPlotBar        *bars,
                                     guint                   n,
                                     const char             *total);
void        tf_plot_add_heat        (TfPlot                 *self,
                                     const char             *name,
                                     const char *const      *rows,
                                     guint                   n_rows,
                                     const char *const      *columns,
                                     guint                   n_columns,
                                     const double           *values,
                                     double                  limit,
                                     TfHeatKind              kind);

/* Panes: add functions and the setters of this group speak of the newest pane */
void        tf_plot_add_pane        (TfPlot                 *self,
                                     double                  share);
void        tf_plot_set_format      (TfPlot                 *self,
                                     TfFormat                format,
                                     int                     decimals);
void        tf_plot_set_log         (TfPlot                 *self,
                                     gboolean                log);

/* The view */
void        tf_plot_set_empty_text  (TfPlot                 *self,
                                     const char             *text);
void        tf_plot_set_range       (TfPlot                 *self,
                                     TfTime                  low,
                                     TfTime                  high);
gboolean    tf_plot_get_range       (TfPlot                 *self,
                                     TfTime                 *low,
                                     TfTime                 *high);
gboolean    tf_plot_time_at         (TfPlot                 *self,
                                     double                  x,
                                     TfTime                 *time);
void        tf_plot_set_crosshair   (TfPlot                 *self,
                                     double                  x,
                                     double                  y);
void        tf_plot_unset_crosshair (TfPlot                 *self);

/* Legend: layers with a name, for toggles in the header line of a card */
guint       tf_plot_get_n_legend    (TfPlot                 *self);
gboolean    tf_plot_get_legend      (TfPlot                 *self,
                                     guint                   index,
                                     const TfPlotTheme      *theme,
                                     const char            **name,
                                     TfColor                *color,
                                     gboolean               *visible);
const char *tf_plot_get_legend_sign (TfPlot                 *self,
                                     guint                   index);
void        tf_plot_set_visible     (TfPlot                 *self,
                                     guint                   index,
                                     gboolean                visible);

/* Drawing, at the origin of @cr */
void        tf_plot_draw            (TfPlot                 *self,
                                     cairo_t                *cr,
                                     double                  width,
                                     double                  height,
                                     const TfPlotTheme      *theme);
double      tf_plot_draw_legend     (TfPlot                 *self,
                                     cairo_t                *cr,
                                     double                  width,
                                     const TfPlotTheme      *theme);
char       *tf_plot_summary         (TfPlot                 *self);

/* Small ones, without a TfPlot */
void        tf_plot_sparkline       (cairo_t                *cr,
                                     double                  width,
                                     double                  height,
                                     const double           *values,
                                     guint                   n,
                                     const TfColor          *color,
                                     const TfPlotTheme      *theme);
void        tf_plot_gauge           (cairo_t                *cr,
                                     double                  width,
                                     double                  height,
                                     double                  use,
                                     double                  warning,
                                     double                  limit,
                                     const TfPlotTheme      *theme);

G_END_DECLS
