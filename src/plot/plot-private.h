#pragma once

#include <math.h>
#include <pango/pangocairo.h>

#include "plot/plot.h"
#include "plot/series.h"

G_BEGIN_DECLS

/* What the layers share: a pen that writes, the frame they draw into, the tooltip they fill. */

#define TF_PLOT_NONE ((double) NAN)
#define TF_PLOT_LIMIT 1e100 /* values beyond are noise: their span would overflow */

static inline gboolean
tf_plot_usable (double value)
{
  return value > -TF_PLOT_LIMIT && value < TF_PLOT_LIMIT;
}

typedef struct
{
  cairo_t           *cr;
  PangoLayout       *layout;
  const TfPlotTheme *theme;
} TfPen;

typedef struct
{
  TfColor  color;
  gboolean dot;
  char    *name, *value; /* owned; @value may be NULL: then @name takes the whole row */
} TfTipRow;

/* One tooltip for the whole chart. The first layer that knows where the pointer snaps to says so. */
typedef struct
{
  char   *title;
  double  x;    /* where the vertical line snaps to; NaN: at the pointer */
  GArray *rows; /* of TfTipRow */
} TfTip;

/* A value worth a label in the gutter at the right. */
typedef struct
{
  double  value, y;
  TfColor color;
  char    text[TF_AXIS_LABEL_SIZE];
} TfTag;

typedef struct
{
  double   share;
  TfFormat format;
  int      decimals; /* < 0: found from the data */
  gboolean log;
} TfPane;

typedef struct
{
  TfPen    pen;
  double   x, y, width, height;
  TfTime   low, high;
  TfAxis   axis;
  TfFormat format;
  int      decimals;            /* of a value, which may have more than an axis label */
  gboolean strip;               /* the lowest fifth belongs to the volume */
  double   pointer_x, pointer_y; /* NaN: nobody points here */
  TfTip   *tip;                 /* NULL: nothing to fill */
  GArray  *tags;                /* of TfTag */
} TfFrame;

typedef struct _TfLayer TfLayer;

/* Any function may be NULL; a figure has values and draw. times and values widen a range and say whether
 * there was anything usable in it. */
typedef struct
{
  gboolean figure; /* fills the rectangle by itself, without axes */
  gboolean strip;
  gboolean (*times)    (TfLayer *layer, TfTime *low, TfTime *high);
  gboolean (*values)   (TfLayer *layer, TfTime low, TfTime high, double *least, double *most);
  int      (*decimals) (TfLayer *layer);
  void     (*tag)      (TfLayer *layer, TfFrame *frame);
  void     (*draw)     (TfLayer *layer, TfFrame *frame);
  TfColor  (*color)    (TfLayer *layer, const TfPlotTheme *theme); /* NULL: not in the legend */
  const char *(*sign)  (TfLayer *layer); /* in a legend; NULL: a dot */
  void     (*describe) (TfLayer *layer, const TfPane *pane, GString *text);
  void     (*clear)    (TfLayer *layer);
} TfLayerClass;

struct _TfLayer
{
  const TfLayerClass *class;
  char               *name;
  guint               pane;
  gboolean            visible;
};

gpointer    tf_plot_add         (TfPlot             *self,
                                 const TfLayerClass *class,
                                 const char         *name,
                                 gsize               size);

char       *tf_plot_time_text   (TfTime              time);

/* Frame */
static inline double
tf_frame_x (const TfFrame *frame,
            TfTime         time)
{
  double share = ((double) time - (double) frame->low) / ((double) frame->high - (double) frame->low);

  return frame->x + share * frame->width;
}

static inline double
tf_frame_y (const TfFrame *frame,
            double         value)
{
  return frame->y + frame->height * (1 - tf_axis_map (&frame->axis, value));
}

TfTime      tf_frame_time       (const TfFrame      *frame,
                                 double              x);
void        tf_frame_tag        (TfFrame            *frame,
                                 double              value,
                                 const TfColor      *color);
void        tf_frame_snap       (TfFrame            *frame,
                                 TfTime              time,
                                 TfTime              span);
void        tf_frame_tip        (TfFrame            *frame,
                                 const TfColor      *color,
                                 char               *name,
                                 char               *value);

/* Tip */
void        tf_tip_init         (TfTip              *self);
void        tf_tip_clear        (TfTip              *self);
void        tf_tip_draw         (TfTip              *self,
                                 TfPen              *pen,
                                 double              width,
                                 double              height,
                                 double              x,
                                 double              y);

/* Pen */
void        tf_pen_init         (TfPen              *self,
                                 cairo_t            *cr,
                                 const TfPlotTheme  *theme);
void        tf_pen_clear        (TfPen              *self);
void        tf_pen_color        (const TfPen        *self,
                                 const TfColor      *color,
                                 double              alpha);
double      tf_pen_size         (TfPen              *self,
                                 double              size,
                                 const char         *text,
                                 double             *height);
void        tf_pen_text         (TfPen              *self,
                                 double              size,
                                 const char         *text,
                                 double              x,
                                 double              y,
                                 double              align_x,
                                 double              align_y,
                                 double              limit,
                                 const TfColor      *color);
void        tf_pen_halo         (TfPen              *self,
                                 double              size,
                                 const char         *text,
                                 double              x,
                                 double              y,
                                 double              align_x,
                                 double              align_y);
double      tf_pen_snap         (const TfPen        *self,
                                 double              position);
void        tf_pen_line         (const TfPen        *self,
                                 double              x1,
                                 double              y1,
                                 double              x2,
                                 double              y2);
void        tf_pen_box          (const TfPen        *self,
                                 double              x,
                                 double              y,
                                 double              width,
                                 double              height,
                                 double              radius);

G_END_DECLS
