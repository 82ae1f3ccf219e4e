#include "plot/axis.h"

#include <math.h>
#include <string.h>

#define MINUS "\xe2\x88\x92" /* the true minus sign, as wide as the plus */
#define NBSP  "\xc2\xa0"

/**
 * tf_axis_fit:
 * @low: smallest value to show
 * @high: largest value to show
 * @log: ask for a logarithmic axis; granted when @low is above zero
 * @padding: share of the range to leave free at either end
 *
 * Returns: an axis that shows both; a single value sits in its middle, values that are not finite give 0..1.
 */
TfAxis
tf_axis_fit (double   low,
             double   high,
             gboolean log,
             double   padding)
{
  TfAxis axis = { 0, 1, FALSE };
  double span;

  if (!isfinite (low) || !isfinite (high) || low > high)
    return axis;
  axis.log = log && low > 0;
  if (high - low <= fabs (high) * 1e-12)
    {
      span = high != 0 ? fabs (high) * 0.05 : 1;
      low -= span;
      high += span;
      padding = 0;
    }
  if (axis.log)
    {
      span = log10 (high) - log10 (low);
      axis.low = pow (10, log10 (low) - span * padding);
      axis.high = pow (10, log10 (high) + span * padding);
    }
  else
    {
      span = high - low;
      axis.low = low - span * padding;
      axis.high = high + span * padding;
    }
  return axis;
}

/**
 * tf_axis_map:
 *
 * Returns: where @value lies: 0 at the low end, 1 at the high one, beyond both outside; NaN has no place
 */
double
tf_axis_map (const TfAxis *self,
             double        value)
{
  g_return_val_if_fail (self != NULL, 0);
  if (self->log)
    return log (value / self->low) / log (self->high / self->low);
  return (value - self->low) / (self->high - self->low);
}

/**
 * tf_axis_unmap:
 *
 * Returns: the value at @fraction of the way: what tf_axis_map() undoes
 */
double
tf_axis_unmap (const TfAxis *self,
               double        fraction)
{
  g_return_val_if_fail (self != NULL, 0);
  if (self->log)
    return self->low * pow (self->high / self->low, fraction);
  return self->low + fraction * (self->high - self->low);
}

static guint
linear_ticks (double  low,
              double  high,
              guint   most,
              double *ticks,
              double *step)
{
  static const double mantissas[] = { 1, 2, 5, 10, 20, 50, 100 };
  double span = high - low, power, exponent;

  if (!isfinite (span) || span <= MAX (fabs (low), fabs (high)) * 1e-13)
    return 0;
  exponent = floor (log10 (span / most));
  power = pow (10, fabs (exponent));
  for (guint i = 0; i < G_N_ELEMENTS (mantissas); i++)
    {
      double m = mantissas[i];
      double unit = exponent < 0 ? m / power : m * power;
      /* An end that is itself a round number counts, although the division may miss it by a bit. */
      double first = ceil (low / unit - 1e-9), last = floor (high / unit + 1e-9);
      double n = last - first + 1;

      if (n > most)
        continue;
      for (guint k = 0; k < n; k++)
        ticks[k] = exponent < 0 ? (first + k) * m / power : (first + k) * unit;
      *step = unit;
      return n > 0 ? (guint) n : 0;
    }
  return 0;
}

static guint
log_ticks (double  low,
           double  high,
           guint   most,
           double *ticks,
           double *step)
{
  double from = floor (log10 (low)), to = ceil (log10 (high));

  /* Every 1-2-5, then 1-3, then every decade, every second one … until they fit. */
  for (int stride = -1; stride <= to - from + 1; stride++)
    {
      static const double fine[] = { 1, 2, 5 }, coarse[] = { 1, 3 };
      const double *mantissas = stride < 0 ? fine : coarse;
      guint per_decade = stride < 0 ? 3 : stride == 0 ? 2 : 1, n = 0;

      for (double e = from; e <= to && n <= most; e += MAX (stride, 1))
        for (guint i = 0; i < per_decade && n <= most; i++)
          {
            double value = e < 0 ? mantissas[i] / pow (10, -e) : mantissas[i] * pow (10, e);

            if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9))
              continue;
            if (n < most)
              ticks[n] = value;
            n++;
          }
      if (n < 3)
        break; /* less than a decade: plain steps say more */
      if (n <= most)
        {
          *step = ticks[0];
          return n;
        }
    }
  return linear_ticks (low, high, most, ticks, step);
}

/**
 * tf_axis_ticks:
 * @most: how many there is room for; more than TF_AXIS_MAX_TICKS is never given
 * @ticks: (out): the round values (1, 2 or 5 times a power of ten apart), ascending
 * @step: (out): their distance; on a logarithmic axis the smallest one: what decides the decimals
 *
 * Returns: how many; 0 when the range is empty, not finite or too narrow for doubles
 */
guint
tf_axis_ticks (const TfAxis *self,
               guint         most,
               double        ticks[TF_AXIS_MAX_TICKS],
               double       *step)
{
  g_return_val_if_fail (self != NULL && step != NULL, 0);
  *step = 1;
  if (most == 0)
    return 0;
  most = MIN (most, TF_AXIS_MAX_TICKS);
  return self->log ? log_ticks (self->low, self->high, most, ticks, step)
                   : linear_ticks (self->low, self->high, most, ticks, step);
}

typedef enum { UNIT_SECONDS, UNIT_DAYS, UNIT_MONTHS } TimeUnit;

static const struct
{
  TimeUnit unit;
  gint64   count;
} time_steps[] = {
  { UNIT_SECONDS, 1 }, { UNIT_SECONDS, 2 }, { UNIT_SECONDS, 5 }, { UNIT_SECONDS, 15 }, { UNIT_SECONDS, 30 },
  { UNIT_SECONDS, 60 }, { UNIT_SECONDS, 120 }, { UNIT_SECONDS, 300 }, { UNIT_SECONDS, 600 },
  { UNIT_SECONDS, 900 }, { UNIT_SECONDS, 1800 }, { UNIT_SECONDS, 3600 }, { UNIT_SECONDS, 7200 },
  { UNIT_SECONDS, 10800 }, { UNIT_SECONDS, 21600 }, { UNIT_SECONDS, 43200 },
  { UNIT_DAYS, 1 }, { UNIT_DAYS, 2 }, { UNIT_DAYS, 7 }, { UNIT_DAYS, 14 },
  { UNIT_MONTHS, 1 }, { UNIT_MONTHS, 2 }, { UNIT_MONTHS, 3 }, { UNIT_MONTHS, 6 },
  { UNIT_MONTHS, 12 }, { UNIT_MONTHS, 24 }, { UNIT_MONTHS, 60 }, { UNIT_MONTHS, 120 }, { UNIT_MONTHS, 600 },
};

static gint64
ceil_to (gint64 value,
         gint64 step,
         gint64 origin)
{
  gint64 rest = (value - origin) % step;

  return rest == 0 ? value : value - rest + (rest > 0 ? step : 0);
}

static GDateTime *
date_of (TfTime time)
{
  return g_date_time_new_from_unix_utc (time / TF_SECOND - (time % TF_SECOND < 0));
}

static TfTime
month_time (gint64 month)
{
  g_autoptr (GDateTime) date = g_date_time_new_utc ((int) (month / 12), (int) (month % 12) + 1, 1, 0, 0, 0);

  return g_date_time_to_unix (date) * TF_SECOND;
}

/* The first moment at or after @low on the grid of a step, and the one after @time when @next. */
static TfTime
grid_time (TfTime   low,
           TimeUnit unit,
           gint64   count,
           gboolean next)
{
  if (unit == UNIT_SECONDS)
    return next ? low + count * TF_SECOND : ceil_to (low, count * TF_SECOND, 0);
  if (unit == UNIT_DAYS) /* weeks begin on Monday; 1970-01-05 was one */
    return next ? low + count * TF_DAY : ceil_to (low, count * TF_DAY, count % 7 == 0 ? 4 * TF_DAY : 0);
  {
    g_autoptr (GDateTime) date = date_of (low);
    gint64 month = g_date_time_get_year (date) * 12 + g_date_time_get_month (date) - 1;

    if (next || month_time (month) < low)
      month++;
    return month_time (ceil_to (month, count, 0));
  }
}

static void
label_time (TfTimeTick *tick,
            TimeUnit    unit,
            gint64      count,
            gboolean    long_form)
{
  g_autoptr (GDateTime) date = date_of (tick->time);
  g_autofree char *text = NULL;
  const char *format;

  if (unit == UNIT_MONTHS)
    {
      tick->major = g_date_time_get_month (date) == 1;
      format = tick->major ? "%Y" : long_form ? "%b %Y" : "%b";
    }
  else if (unit == UNIT_DAYS)
    {
      tick->major = g_date_time_get_day_of_year (date) <= count;
      format = tick->major || long_form ? "%-d %b %Y" : "%-d %b";
    }
  else
    {
      tick->major = tick->time % TF_DAY == 0;
      format = tick->major ? "%-d %b" : count < 60 ? long_form ? "%-d %b %H:%M:%S" : "%H:%M:%S"
                                                   : long_form ? "%-d %b %H:%M" : "%H:%M";
    }
  text = g_date_time_format (date, format);
  g_strlcpy (tick->label, text != NULL ? text : "", sizeof tick->label);
}

/**
 * tf_axis_time_ticks:
 * @most: how many there is room for
 * @ticks: (out): moments of the UTC calendar, ascending: from seconds over Mondays to years
 *
 * A tick at which a larger unit begins names that unit. Where none does, the first one is written out, so
 * that the axis always says of which day or year it speaks.
 *
 * Returns: how many
 */
guint
tf_axis_time_ticks (TfTime     low,
                    TfTime     high,
                    guint      most,
                    TfTimeTick ticks[TF_AXIS_MAX_TIME_TICKS])
{
  most = MIN (most, TF_AXIS_MAX_TIME_TICKS);
  if (low >= high || most == 0)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (time_steps); i++)
    {
      TimeUnit unit = time_steps[i].unit;
      gint64 count = time_steps[i].count;
      double length = unit == UNIT_SECONDS ? 1e9 : unit == UNIT_DAYS ? 864e11 : 2629746e9;
      gboolean named = FALSE;
      guint n = 0;

      if (((double) high - (double) low) / (length * (double) count) > most + 1)
        continue;
      for (TfTime t = grid_time (low, unit, count, FALSE); t <= high && n <= most;
           t = grid_time (t, unit, count, TRUE))
        {
          if (n < most)
            ticks[n].time = t;
          n++;
        }
      if (n > most)
        continue;
      for (guint k = 0; k < n; k++)
        {
          label_time (&ticks[k], unit, count, FALSE);
          named |= ticks[k].major;
        }
      if (n > 0 && !named)
        label_time (&ticks[0], unit, count, TRUE);
      return n;
    }
  return 0;
}

/**
 * tf_axis_decimals:
 * @step: the distance of two neighbours that must read differently
 *
 * Returns: how many decimals all labels of the axis get
 */
int
tf_axis_decimals (double   step,
                  TfFormat format)
{
  int decimals;

  if (!isfinite (step) || step <= 0)
    return 0;
  if (format == TF_FORMAT_PERCENT)
    step *= 100;
  decimals = CLAMP ((int) ceil (-log10 (step) - 1e-9), 0, 10);
  return format == TF_FORMAT_MONEY && decimals == 1 ? 2 : decimals;
}

/**
 * tf_axis_format:
 * @plus: write the sign of a gain, too: for changes
 * @buffer: (out): the text, always with the same marks: reports of two machines must not differ
 *
 * Thousands are separated, the minus is a true one. Unknown (not finite) is “–”.
 *
 * Returns: @buffer
 */
char *
tf_axis_format (double   value,
                int      decimals,
                TfFormat format,
                gboolean plus,
                char     buffer[TF_AXIS_LABEL_SIZE])
{
  char spec[8], digits[G_ASCII_DTOSTR_BUF_SIZE + 16];
  char *out = buffer;
  gsize whole;

  if (format == TF_FORMAT_PERCENT)
    value *= 100;
  if (!isfinite (value))
    return strcpy (buffer, "\xe2\x80\x93");
  if (fabs (value) < 1e15)
    g_snprintf (spec, sizeof spec, "%%.%df", CLAMP (decimals, 0, 10));
  else
    g_strlcpy (spec, "%.4g", sizeof spec);
  g_ascii_formatd (digits, sizeof digits, spec, fabs (value));
  if (strpbrk (digits, "123456789") != NULL) /* what rounds to zero has no sign */
    out = g_stpcpy (out, value < 0 ? MINUS : plus ? "+" : "");
  if (format == TF_FORMAT_MONEY)
    *out++ = '$';
  whole = strspn (digits, "0123456789");
  for (gsize i = 0; digits[i] != '\0'; i++)
    {
      if (i > 0 && i < whole && (whole - i) % 3 == 0)
        *out++ = ',';
      *out++ = digits[i];
    }
  strcpy (out, format == TF_FORMAT_PERCENT ? NBSP "%" : "");
  return buffer;
}

/**
 * tf_axis_format_compact:
 * @buffer: (out): three digits and a unit: 950, 12.4 k, 1.21 M, 3.4 G
 *
 * For volumes, where the size matters and the last digit does not.
 *
 * Returns: @buffer
 */
char *
tf_axis_format_compact (double value,
                        char   buffer[TF_AXIS_LABEL_SIZE])
{
  static const char *const units[] = { "", NBSP "k", NBSP "M", NBSP "G", NBSP "T" };
  double size = fabs (value);
  guint unit = 0;
  int decimals;

  if (!isfinite (value))
    return tf_axis_format (value, 0, TF_FORMAT_NUMBER, FALSE, buffer);
  for (; size >= 999.5 && unit + 1 < G_N_ELEMENTS (units); unit++)
    size /= 1000;
  decimals = size >= 99.95 || size == 0 ? 0 : size >= 9.995 ? 1 : 2;
  tf_axis_format (value < 0 ? -size : size, decimals, TF_FORMAT_NUMBER, FALSE, buffer);
  g_strlcat (buffer, units[unit], TF_AXIS_LABEL_SIZE);
  return buffer;
}
