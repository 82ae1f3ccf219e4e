#include "core/base/time.h"

#include <string.h>

#include "core/base/error.h"

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar (Hinnant, “chrono-compatible low-level date
 * algorithms”). */
static gint64
days_from_civil (gint64 y,
                 gint64 m,
                 gint64 d)
{
  gint64 era, yoe, doy;

  y -= m <= 2;
  era = (y >= 0 ? y : y - 399) / 400;
  yoe = y - era * 400;
  doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static gboolean
number (const char **p,
        int          digits,
        gint64       low,
        gint64       high,
        gint64      *out)
{
  gint64 value = 0;

  for (int i = 0; i < digits; i++, (*p)++)
    {
      if (!g_ascii_isdigit (**p))
        return FALSE;
      value = value * 10 + (**p - '0');
    }
  *out = value;
  return value >= low && value <= high;
}

static gboolean
literal (const char **p,
         const char  *set)
{
  if (**p == '\0' || strchr (set, **p) == NULL)
    return FALSE;
  (*p)++;
  return TRUE;
}

/**
 * tf_time_parse:
 * @text: “2020-03-12”, “2020-03-12T17:00:00Z” with up to nine decimals of a second, or whole Unix seconds
 * @time: (out): the moment, UTC
 *
 * Years 1970 to 2261; only UTC (“Z”) is taken, since a time without its zone is a guess.
 */
gboolean
tf_time_parse (const char *text,
               TfTime     *time,
               GError    **error)
{
  const char *p = text;
  gint64 y, mo, d, h = 0, mi = 0, s = 0, ns = 0, days;
  char quote[TF_QUOTE_SIZE];

  g_return_val_if_fail (text != NULL && time != NULL, FALSE);
  if (*p != '\0' && strspn (p, "0123456789") == strlen (p) && strlen (p) != 4)
    {
      guint64 seconds;

      if (!g_ascii_string_to_unsigned (p, 10, 0, G_MAXINT64 / TF_SECOND, &seconds, NULL))
        goto bad;
      *time = (gint64) seconds * TF_SECOND;
      return TRUE;
    }
  if (!number (&p, 4, 1970, 2261, &y) || !literal (&p, "-") || !number (&p, 2, 1, 12, &mo) || !literal (&p, "-")
      || !number (&p, 2, 1, g_date_get_days_in_month ((GDateMonth) mo, (GDateYear) y), &d))
    goto bad;
  if (*p != '\0')
    {
      if (!literal (&p, "T ") || !number (&p, 2, 0, 23, &h) || !literal (&p, ":") || !number (&p, 2, 0, 59, &mi)
          || !literal (&p, ":") || !number (&p, 2, 0, 59, &s))
        goto bad;
      if (*p == '.')
        {
          gint64 unit = TF_SECOND;

          p++;
          if (!g_ascii_isdigit (*p))
            goto bad;
          for (; g_ascii_isdigit (*p) && unit > 1; p++)
            ns += (*p - '0') * (unit /= 10);
        }
      if (strcmp (p, "Z") != 0)
        goto bad;
    }
  days = days_from_civil (y, mo, d);
  *time = days * TF_DAY + h * TF_HOUR + mi * TF_MINUTE + s * TF_SECOND + ns;
  return TRUE;

bad:
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
               "found time “%s”, expected YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ",
               tf_error_quote (text, -1, quote));
  return FALSE;
}

/**
 * tf_time_format:
 *
 * Writes ISO 8601 UTC with “Z”; decimals of a second only when there are any.
 *
 * Returns: @buffer
 */
char *
tf_time_format (TfTime time,
                char   buffer[TF_TIME_SIZE])
{
  gint64 days = tf_time_day (time), rest = time % TF_DAY + (time % TF_DAY < 0 ? TF_DAY : 0);
  gint64 z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
  gint64 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  gint64 mp = (5 * doy + 2) / 153, d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9;
  gint64 y = yoe + era * 400 + (m <= 2), ns = rest % TF_SECOND;
  int n;

  n = g_snprintf (buffer, TF_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", (int) y, (int) m, (int) d,
                  (int) (rest / TF_HOUR), (int) (rest / TF_MINUTE % 60), (int) (rest / TF_SECOND % 60));
  if (ns != 0)
    {
      n += g_snprintf (buffer + n, (gulong) (TF_TIME_SIZE - n), ".%09d", (int) ns);
      while (buffer[n - 1] == '0')
        n--;
    }
  buffer[n++] = 'Z';
  buffer[n] = '\0';
  return buffer;
}

/**
 * tf_interval_parse:
 * @text: a whole number and s, m, h, d or w: “90s”, “1h”
 *
 * Also what `--for` takes.
 */
gboolean
tf_interval_parse (const char *text,
                   TfTime     *interval,
                   GError    **error)
{
  static const struct { char letter; TfTime unit; } units[] = {
    { 's', TF_SECOND }, { 'm', TF_MINUTE }, { 'h', TF_HOUR }, { 'd', TF_DAY }, { 'w', 7 * TF_DAY },
  };
  char *end = NULL, quote[TF_QUOTE_SIZE];
  guint64 count = g_ascii_isdigit (*text) ? g_ascii_strtoull (text, &end, 10) : 0;

  for (guint i = 0; end != NULL && i < G_N_ELEMENTS (units); i++)
    if (count > 0 && count <= (guint64) (G_MAXINT64 / units[i].unit) && end[0] == units[i].letter && end[1] == '\0')
      {
        *interval = (TfTime) count * units[i].unit;
        return TRUE;
      }
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found “%s”, expected a duration such as 90s, 1h or 1d",
               tf_error_quote (text, -1, quote));
  return FALSE;
}
