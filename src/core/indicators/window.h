#pragma once

#include <glib.h>
#include <math.h>

G_BEGIN_DECLS

/* Rolling windows with their storage inside: plain data, no pointers, a copy continues identically.
 * All cost O(1) a value (amortised). Zeroed memory plus the period is a fresh window. */

#define TF_PERIOD_MAX 256

/* The last @period values. Wraps at the period, so that a short window stays within few cache lines. */
typedef struct
{
  guint  period, count, at;
  double values[TF_PERIOD_MAX];
} TfWindow;

/* Their sum. Recomputed whenever the window wraps, so that rounding never accumulates beyond one window. */
typedef struct
{
  TfWindow window;
  double   sum;
  guint    nonzero; /* of the values: a window of zeros sums to exactly zero */
} TfSum;

/* The last highs and lows, shared by any number of spans. */
typedef struct
{
  guint  count;
  guint8 now; /* wraps at 256 by itself */
  double high[TF_PERIOD_MAX], low[TF_PERIOD_MAX];
} TfExtremes;

/* Monotonic queue of positions in a ring: its front is the extreme. */
typedef struct
{
  guint8  slots[TF_PERIOD_MAX];
  guint16 head, length;
} TfPeaks;

/* Highest high and lowest low of the last @period bars of a TfExtremes. */
typedef struct
{
  guint   period;
  TfPeaks top, bottom;
} TfSpan;

/**
 * tf_period:
 * @value: a parameter
 *
 * Returns: @value as a number of bars that fits a window
 */
static inline guint
tf_period (double value)
{
  return value >= 1 ? (guint) MIN (value + 0.5, TF_PERIOD_MAX) : 1;
}

static inline void
tf_window_init (TfWindow *self,
                guint     period)
{
  self->period = period;
  self->count = self->at = 0;
}

static inline gboolean
tf_window_full (const TfWindow *self)
{
  return self->count == self->period;
}

/* Returns the value that leaves, or 0 while the window fills. */
static inline double
tf_window_push (TfWindow *self,
                double    x)
{
  double old = 0;

  if (self->count == self->period)
    old = self->values[self->at];
  else
    self->count++;
  self->values[self->at] = x;
  self->at = self->at + 1 == self->period ? 0 : self->at + 1;
  return old;
}

/* The oldest value of a full window. */
static inline double
tf_window_oldest (const TfWindow *self)
{
  return self->values[self->at];
}

static inline void
tf_sum_init (TfSum *self,
             guint  period)
{
  tf_window_init (&self->window, period);
  self->sum = 0;
  self->nonzero = 0;
}

/* Returns the sum of the last values, NaN until there are as many as the period. */
static inline double
tf_sum_update (TfSum  *self,
               double  x)
{
  double old = tf_window_push (&self->window, x);

  self->nonzero += (x != 0) - (old != 0);
  self->sum += x - old;
  if (self->window.at == 0 || self->nonzero == 0)
    {
      self->sum = 0;
      for (guint i = 0; i < self->window.count; i++)
        self->sum += self->window.values[i];
    }
  return tf_window_full (&self->window) ? self->sum : (double) NAN;
}

static inline void
tf_peaks_push (TfPeaks      *self,
               const double *ring,
               guint8        now,
               guint         period,
               double        sign)
{
  /* What fell out of the span; a slot that the new value took over is 256 bars old. */
  while (self->length > 0)
    {
      guint8 front = self->slots[self->head];

      if (front != now && (guint8) (now - front) < period)
        break;
      self->head = (self->head + 1) % TF_PERIOD_MAX;
      self->length--;
    }
  /* What the new value outlives; of equals the latest stays. */
  while (self->length > 0
         && sign * ring[self->slots[(self->head + self->length - 1) % TF_PERIOD_MAX]] <= sign * ring[now])
    self->length--;
  self->slots[(self->head + self->length++) % TF_PERIOD_MAX] = now;
}

static inline void
tf_extremes_init (TfExtremes *self)
{
  self->count = 0;
  self->now = 0;
}

static inline void
tf_extremes_push (TfExtremes *self,
                  double      high,
                  double      low)
{
  self->now++;
  self->count++;
  self->high[self->now] = high;
  self->low[self->now] = low;
}

static inline void
tf_span_init (TfSpan *self,
              guint   period)
{
  self->period = period;
  self->top.head = self->top.length = 0;
  self->bottom.head = self->bottom.length = 0;
}

/* To be called once after each tf_extremes_push(). Returns TRUE when the span is full. */
static inline gboolean
tf_span_update (TfSpan           *self,
                const TfExtremes *extremes)
{
  tf_peaks_push (&self->top, extremes->high, extremes->now, self->period, 1);
  tf_peaks_push (&self->bottom, extremes->low, extremes->now, self->period, -1);
  return extremes->count >= self->period;
}

static inline double
tf_span_high (const TfSpan     *self,
              const TfExtremes *extremes)
{
  return extremes->high[self->top.slots[self->top.head]];
}

static inline double
tf_span_low (const TfSpan     *self,
             const TfExtremes *extremes)
{
  return extremes->low[self->bottom.slots[self->bottom.head]];
}

/* Bars since the highest high and since the lowest low. */
static inline guint
tf_span_high_age (const TfSpan     *self,
                  const TfExtremes *extremes)
{
  return (guint8) (extremes->now - self->top.slots[self->top.head]);
}

static inline guint
tf_span_low_age (const TfSpan     *self,
                 const TfExtremes *extremes)
{
  return (guint8) (extremes->now - self->bottom.slots[self->bottom.head]);
}

G_END_DECLS
