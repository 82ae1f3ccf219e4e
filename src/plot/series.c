#include "plot/series.h"

#include <math.h>
#include <string.h>

static int
compare_points (gconstpointer a,
                gconstpointer b,
                gpointer      data)
{
  const TfPoint *p = a, *q = b;

  return (p->time > q->time) - (p->time < q->time);
}

/**
 * tf_series_new:
 *
 * Returns: (transfer full): @n points, ascending in time; those of one moment keep their order
 */
TfPoint *
tf_series_new (const TfTime *times,
               const double *values,
               guint         n)
{
  TfPoint *points = g_new (TfPoint, MAX (n, 1));
  gboolean sorted = TRUE;

  for (guint i = 0; i < n; i++)
    {
      points[i] = (TfPoint) { times[i], values[i] };
      sorted &= i == 0 || times[i - 1] <= times[i];
    }
  if (!sorted)
    g_qsort_with_data (points, (int) n, sizeof *points, compare_points, NULL);
  return points;
}

/**
 * tf_series_lower:
 * @samples: structs of @size bytes whose first member is a TfTime, ascending
 *
 * Returns: the index of the first sample at or after @time; @n when there is none
 */
guint
tf_series_lower (gconstpointer samples,
                 gsize         size,
                 guint         n,
                 TfTime        time)
{
  const char *bytes = samples;
  guint from = 0, to = n;

  while (from < to)
    {
      guint middle = from + (to - from) / 2;
      TfTime t;

      memcpy (&t, bytes + middle * size, sizeof t);
      if (t < time)
        from = middle + 1;
      else
        to = middle;
    }
  return from;
}

/**
 * tf_series_bounds:
 * @low: (inout): lowered to the smallest finite value
 * @high: (inout): raised to the largest
 *
 * Returns: whether there was a finite value
 */
gboolean
tf_series_bounds (const TfPoint *points,
                  guint          n,
                  double        *low,
                  double        *high)
{
  gboolean any = FALSE;

  for (guint i = 0; i < n; i++)
    if (isfinite (points[i].value))
      {
        *low = MIN (*low, points[i].value);
        *high = MAX (*high, points[i].value);
        any = TRUE;
      }
  return any;
}

/**
 * tf_series_columns:
 * @points: ascending; those outside of @low..@high are left out
 * @columns: (out): @n_columns of them, @low at the left edge of the first, @high at the right of the last
 *
 * One pass over the samples: what a million of them look like in a thousand pixels, no peak lost.
 */
void
tf_series_columns (const TfPoint *points,
                   guint          n,
                   TfTime         low,
                   TfTime         high,
                   guint          n_columns,
                   TfColumn      *columns)
{
  double scale = n_columns / ((double) high - (double) low);

  memset (columns, 0, n_columns * sizeof *columns);
  for (guint i = tf_series_lower (points, sizeof *points, n, low); i < n && points[i].time <= high; i++)
    {
      guint index = MIN ((guint) ((double) (points[i].time - low) * scale), n_columns - 1);
      TfColumn *column = &columns[index];
      double value = points[i].value;

      if (!isfinite (value))
        {
          column->gap = TRUE;
          continue;
        }
      if (column->count++ == 0)
        column->first = column->low = column->high = value;
      column->low = MIN (column->low, value);
      column->high = MAX (column->high, value);
      column->last = value;
    }
}

/**
 * tf_series_interval:
 *
 * Returns: the smallest distance of two bars (gaps only widen it); an hour when there is none to measure
 */
TfTime
tf_series_interval (const TfBar *bars,
                    guint        n)
{
  TfTime least = 0;

  for (guint i = 1; i < n; i++)
    {
      TfTime step = bars[i].time - bars[i - 1].time;

      if (step > 0 && (least == 0 || step < least))
        least = step;
    }
  return least != 0 ? least : TF_HOUR;
}

/**
 * tf_series_coarser:
 *
 * Returns: the smallest usual interval of at least @at_least that whole bars of @interval fill
 */
TfTime
tf_series_coarser (TfTime interval,
                   TfTime at_least)
{
  static const TfTime usual[] = {
    5 * TF_SECOND, 15 * TF_SECOND, 30 * TF_SECOND, TF_MINUTE, 5 * TF_MINUTE, 15 * TF_MINUTE, 30 * TF_MINUTE,
    TF_HOUR, 2 * TF_HOUR, 4 * TF_HOUR, 8 * TF_HOUR, 12 * TF_HOUR, TF_DAY, 2 * TF_DAY, 4 * TF_DAY, 7 * TF_DAY,
    14 * TF_DAY, 28 * TF_DAY, 56 * TF_DAY,
  };

  if (at_least <= interval)
    return interval;
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    if (usual[i] >= at_least && usual[i] % interval == 0)
      return usual[i];
  return (at_least + interval - 1) / interval * interval;
}

/**
 * tf_series_merge:
 * @interval: what one bar of the result spans; aligned to 1970, so that bars stand still while the view moves
 * @out: (out): room for @n bars; may be @bars itself
 *
 * Returns: how many bars came out
 */
guint
tf_series_merge (const TfBar *bars,
                 guint        n,
                 TfTime       interval,
                 TfBar       *out)
{
  guint count = 0;

  for (guint i = 0; i < n; i++)
    {
      TfBar bar = bars[i];
      TfTime rest = bar.time % interval;

      bar.time -= rest < 0 ? rest + interval : rest;
      if (count > 0 && out[count - 1].time == bar.time)
        {
          TfBar *whole = &out[count - 1];

          whole->high = MAX (whole->high, bar.high);
          whole->low = MIN (whole->low, bar.low);
          whole->close = bar.close;
          whole->volume += bar.volume;
        }
      else
        out[count++] = bar;
    }
  return count;
}
