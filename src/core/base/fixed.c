#include "core/base/fixed.h"

#include <math.h>

#include "core/base/error.h"

/**
 * tf_decimal_parse:
 * @text: ASCII decimal, optional sign, digits, optional point and at most 8 significant places
 *   (further zeros are allowed); an exponent ("1e-7") is read as venues write it
 * @length: bytes of @text, or -1 when it ends with a NUL
 * @raw: (out): the value in units of 1e-8
 *
 * Exact: never rounds. Fails with %TF_ERROR_INVALID on anything else (NaN, spaces, a ninth place that is not 0)
 * and %TF_ERROR_RANGE when the value does not fit.
 */
gboolean
tf_decimal_parse (const char *text,
                  gssize      length,
                  gint64     *raw,
                  GError    **error)
{
  const char *p = text, *end;
  gboolean negative = FALSE, any = FALSE, point = FALSE, range = FALSE;
  __int128 value = 0;
  int places = 0, zeros = 0, exponent = 0;
  char quote[TF_QUOTE_SIZE];

  g_return_val_if_fail (text != NULL && raw != NULL, FALSE);
  if (length < 0)
    for (length = 0; text[length] != '\0'; length++)
      ;
  end = text + length;
  if (p < end && (*p == '-' || *p == '+'))
    negative = *p++ == '-';
  for (; p < end && (g_ascii_isdigit (*p) || (*p == '.' && !point)); p++)
    {
      if (*p == '.')
        {
          point = TRUE;
          continue;
        }
      any = TRUE;
      /* Zeros at the end of the places say nothing: they wait until a digit follows. */
      if (point && *p == '0')
        {
          zeros++;
          continue;
        }
      for (; zeros >= 0 && !range; zeros--)
        {
          value = value * 10 + (zeros == 0 ? *p - '0' : 0);
          places += point;
          range = value > (__int128) G_MAXINT64 * TF_SCALE;
        }
      zeros = 0;
    }
  if (any && p < end && (*p == 'e' || *p == 'E'))
    {
      gboolean minus = FALSE, digits = FALSE;

      p++;
      if (p < end && (*p == '-' || *p == '+'))
        minus = *p++ == '-';
      for (; p < end && g_ascii_isdigit (*p); p++)
        {
          digits = TRUE;
          if (exponent < 1000)
            exponent = exponent * 10 + (*p - '0');
        }
      any = digits;
      if (minus)
        exponent = -exponent;
    }
  if (!any || p != end)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                   "found “%s”, expected a decimal number", tf_error_quote (text, length, quote));
      return FALSE;
    }
  places -= exponent;
  for (; places > 8 && value != 0; places--)
    {
      if (value % 10 != 0 || range)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                       "found “%s”, expected at most 8 decimal places", tf_error_quote (text, length, quote));
          return FALSE;
        }
      value /= 10;
    }
  for (; places < 8 && value != 0 && !range; places++)
    {
      value *= 10;
      range = value > G_MAXINT64;
    }
  if (range || value > G_MAXINT64)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_RANGE,
                   "found “%s”, expected less than 92233720368.54775807", tf_error_quote (text, length, quote));
      return FALSE;
    }
  *raw = negative ? -(gint64) value : (gint64) value;
  return TRUE;
}

/**
 * tf_decimal_format:
 * @raw: a value in units of 1e-8
 * @buffer: at least %TF_DECIMAL_SIZE bytes
 *
 * Writes the shortest exact decimal ("0.5", "-12", "0").
 *
 * Returns: @buffer
 */
char *
tf_decimal_format (gint64 raw,
                   char   buffer[TF_DECIMAL_SIZE])
{
  guint64 magnitude = raw < 0 ? -(guint64) raw : (guint64) raw;
  guint64 whole = magnitude / TF_SCALE, part = magnitude % TF_SCALE;
  char digits[TF_DECIMAL_SIZE];
  char *out = buffer;
  int n = 0;

  if (raw < 0)
    *out++ = '-';
  do
    digits[n++] = (char) ('0' + whole % 10);
  while ((whole /= 10) > 0);
  while (n > 0)
    *out++ = digits[--n];
  if (part > 0)
    {
      *out++ = '.';
      for (guint64 unit = TF_SCALE / 10; part > 0; unit /= 10)
        {
          *out++ = (char) ('0' + part / unit);
          part %= unit;
        }
    }
  *out = '\0';
  return buffer;
}

/**
 * tf_decimal_to_string:
 *
 * Returns: (transfer full): tf_decimal_format() in a string of its own
 */
char *
tf_decimal_to_string (gint64 raw)
{
  char buffer[TF_DECIMAL_SIZE];

  return g_strdup (tf_decimal_format (raw, buffer));
}

/**
 * tf_price_parse:
 *
 * As tf_decimal_parse(), and the price has to be greater than 0.
 */
gboolean
tf_price_parse (const char *text,
                gssize      length,
                TfPrice    *price,
                GError    **error)
{
  gint64 raw;

  if (!tf_decimal_parse (text, length, &raw, error))
    return FALSE;
  if (raw <= 0)
    {
      char found[TF_DECIMAL_SIZE];

      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found price %s, expected more than 0",
                   tf_decimal_format (raw, found));
      return FALSE;
    }
  price->raw = raw;
  return TRUE;
}

/**
 * tf_qty_parse:
 *
 * As tf_decimal_parse(), and the quantity may not be negative.
 */
gboolean
tf_qty_parse (const char *text,
              gssize      length,
              TfQty      *quantity,
              GError    **error)
{
  gint64 raw;

  if (!tf_decimal_parse (text, length, &raw, error))
    return FALSE;
  if (raw < 0)
    {
      char found[TF_DECIMAL_SIZE];

      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found quantity %s, expected 0 or more",
                   tf_decimal_format (raw, found));
      return FALSE;
    }
  quantity->raw = raw;
  return TRUE;
}

/**
 * tf_fraction:
 * @denominator: not 0
 * @out: (out): @raw × @numerator / @denominator, rounded half to even
 */
gboolean
tf_fraction (gint64  raw,
             gint64  numerator,
             gint64  denominator,
             gint64 *out)
{
  __int128 wide = (__int128) raw * numerator;
  __int128 quotient, rest, twice, unit = denominator < 0 ? -(__int128) denominator : denominator;

  g_return_val_if_fail (denominator != 0, FALSE);
  if (denominator < 0)
    wide = -wide;
  quotient = wide / unit;
  rest = wide % unit;
  twice = (rest < 0 ? -rest : rest) * 2;
  if (twice > unit || (twice == unit && (quotient & 1)))
    quotient += wide < 0 ? -1 : 1;
  if (quotient > G_MAXINT64 || quotient < G_MININT64)
    return FALSE;
  *out = (gint64) quotient;
  return TRUE;
}

/**
 * tf_notional:
 * @out: (out): price × quantity, rounded half to even to 1e-8
 */
gboolean
tf_notional (TfPrice  price,
             TfQty    quantity,
             TfMoney *out)
{
  return tf_fraction (price.raw, quantity.raw, TF_SCALE, &out->raw);
}

gboolean
tf_money_add (TfMoney  a,
              TfMoney  b,
              TfMoney *out)
{
  gint64 sum;

  if (__builtin_add_overflow (a.raw, b.raw, &sum))
    return FALSE;
  out->raw = sum;
  return TRUE;
}

gboolean
tf_qty_add (TfQty  a,
            TfQty  b,
            TfQty *out)
{
  gint64 sum;

  if (__builtin_add_overflow (a.raw, b.raw, &sum))
    return FALSE;
  out->raw = sum;
  return TRUE;
}

static gboolean
on_grid (double  value,
         gint64  step,
         double (*snap) (double),
         gint64 *raw)
{
  double steps = snap (value * (double) TF_SCALE / (double) step);

  if (!isfinite (steps) || fabs (steps) > 9.2e18 / (double) step)
    return FALSE;
  *raw = (gint64) steps * step;
  return TRUE;
}

/**
 * tf_round_to_step:
 * @value: a statistic, in whole units (not 1e-8)
 * @step: the grid (tick size or lot step) in units of 1e-8, more than 0
 * @raw: (out): the nearest point of the grid, in units of 1e-8
 *
 * Returns: %FALSE when @value is not finite or too large
 */
gboolean
tf_round_to_step (double  value,
                  gint64  step,
                  gint64 *raw)
{
  return on_grid (value, step, round, raw);
}

/**
 * tf_floor_to_step:
 *
 * As tf_round_to_step(), towards minus infinity: a size is never rounded up.
 */
gboolean
tf_floor_to_step (double  value,
                  gint64  step,
                  gint64 *raw)
{
  return on_grid (value, step, floor, raw);
}

/**
 * tf_ratio_raw:
 * @ratio: a statistic (confidence, fraction of equity, R)
 *
 * Returns: it in units of 1e-8 for a record; not finite or too large gives %G_MININT64, shown as “–”
 */
gint64
tf_ratio_raw (double ratio)
{
  double raw = rint (ratio * (double) TF_SCALE);

  return isfinite (raw) && fabs (raw) < 9e18 ? (gint64) raw : G_MININT64;
}
