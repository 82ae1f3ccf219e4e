#pragma once

#include "core/base/time.h"

G_BEGIN_DECLS

/* An axis maps a range of values onto 0..1 and finds the round numbers in it. Pure arithmetic: no display. */

#define TF_AXIS_MAX_TICKS 5
#define TF_AXIS_MAX_TIME_TICKS 24
#define TF_AXIS_LABEL_SIZE 48 /* bytes that hold any label and its end */

typedef struct
{
  double   low, high;
  gboolean log;
} TfAxis;

typedef enum
{
  TF_FORMAT_NUMBER,  /* 98,120.5 */
  TF_FORMAT_PERCENT, /* the value is a fraction: 0.0124 is 1.24 % */
  TF_FORMAT_MONEY,   /* $98,120.50 */
} TfFormat;

typedef struct
{
  TfTime   time;
  gboolean major; /* a larger unit begins here: midnight among hours, January among months */
  char     label[TF_AXIS_LABEL_SIZE];
} TfTimeTick;

TfAxis      tf_axis_fit            (double       low,
                                    double       high,
                                    gboolean     log,
                                    double       padding);
double      tf_axis_map            (const TfAxis *self,
                                    double        value);
double      tf_axis_unmap          (const TfAxis *self,
                                    double        fraction);
guint       tf_axis_ticks          (const TfAxis *self,
                                    guint         most,
                                    double        ticks[TF_AXIS_MAX_TICKS],
                                    double       *step);
guint       tf_axis_time_ticks     (TfTime        low,
                                    TfTime        high,
                                    guint         most,
                                    TfTimeTick    ticks[TF_AXIS_MAX_TIME_TICKS]);

/* Labels */
int         tf_axis_decimals       (double        step,
                                    TfFormat      format);
char       *tf_axis_format         (double        value,
                                    int           decimals,
                                    TfFormat      format,
                                    gboolean      plus,
                                    char          buffer[TF_AXIS_LABEL_SIZE]);
char       *tf_axis_format_compact (double        value,
                                    char          buffer[TF_AXIS_LABEL_SIZE]);

G_END_DECLS
