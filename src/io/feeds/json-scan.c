#include "io/feeds/json-scan.h"

#include <string.h>

#include "core/base/fixed.h"

/* What a byte inside a string is: plain, the end, a backslash, part of a longer character, or not allowed. */
enum { PLAIN, QUOTE, BACKSLASH, WIDE, CONTROL };

const gint64 tf_place_units[9] = { TF_SCALE, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1 };

static guint8 classes[256];

static void
fill_classes (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      for (guint c = 0; c < 256; c++)
        classes[c] = c < 0x20 ? CONTROL : c >= 0x80 ? WIDE : PLAIN;
      classes['"'] = QUOTE;
      classes['\\'] = BACKSLASH;
      g_once_init_leave (&done, 1);
    }
}

static inline const char *
skip_space (const char *p,
            const char *end)
{
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;
  return p;
}

static inline guint
add (TfScan    *self,
     TfScanKind kind,
     gsize      start,
     gsize      length)
{
  if (G_UNLIKELY (self->n == self->size))
    {
      self->size = MAX (64, self->size * 2);
      self->tokens = g_renew (TfScanToken, self->tokens, self->size);
    }
  self->tokens[self->n] = (TfScanToken) { (guint32) start, (guint32) length, self->n + 1, kind };
  return self->n++;
}

/* @p is behind the opening quote; gives the place behind the closing one. */
static const char *
scan_string (TfScan     *self,
             const char *p,
             const char *end)
{
  const char *start = p;
  TfScanKind kind = TF_SCAN_STRING;

  for (;;)
    {
      while (p < end && classes[(guint8) *p] == PLAIN)
        p++;
      if (p == end)
        return NULL;
      switch (classes[(guint8) *p])
        {
        case QUOTE:
          add (self, kind, (gsize) (start - self->text), (gsize) (p - start));
          return p + 1;
        case BACKSLASH:
          kind = TF_SCAN_ESCAPED;
          if (end - p < 2)
            return NULL;
          if (p[1] == 'u')
            {
              if (end - p < 6)
                return NULL;
              for (int i = 2; i < 6; i++)
                if (!g_ascii_isxdigit (p[i]))
                  return NULL;
              p += 6;
            }
          else if (p[1] != '\0' && strchr ("\"\\/bfnrt", p[1]) != NULL)
            p += 2;
          else
            return NULL;
          break;
        case WIDE:
          {
            gunichar c = g_utf8_get_char_validated (p, end - p);

            if (c == (gunichar) -1 || c == (gunichar) -2)
              return NULL;
            p = g_utf8_next_char (p);
            break;
          }
        default:
          return NULL;
        }
    }
}

static const char *
digits (const char *p,
        const char *end)
{
  const char *start = p;

  while (p < end && g_ascii_isdigit (*p))
    p++;
  return p > start ? p : NULL;
}

static const char *
scan_number (TfScan     *self,
             const char *p,
             const char *end)
{
  const char *start = p;

  p += *p == '-';
  if (p < end && *p == '0')
    p++;
  else if ((p = digits (p, end)) == NULL)
    return NULL;
  if (p < end && *p == '.' && (p = digits (p + 1, end)) == NULL)
    return NULL;
  if (p < end && (*p == 'e' || *p == 'E'))
    {
      p++;
      p += p < end && (*p == '+' || *p == '-');
      if ((p = digits (p, end)) == NULL)
        return NULL;
    }
  add (self, TF_SCAN_NUMBER, (gsize) (start - self->text), (gsize) (p - start));
  return p;
}

static const char *
scan_word (TfScan     *self,
           const char *p,
           const char *end)
{
  static const struct { const char *word; gsize length; TfScanKind kind; } words[] = {
    { "true", 4, TF_SCAN_TRUE }, { "false", 5, TF_SCAN_FALSE }, { "null", 4, TF_SCAN_NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if ((gsize) (end - p) >= words[i].length && memcmp (p, words[i].word, words[i].length) == 0)
      {
        add (self, words[i].kind, (gsize) (p - self->text), words[i].length);
        return p + words[i].length;
      }
  return NULL;
}

/**
 * tf_scan_text:
 * @self: zeroed once; holds the tokens until the next call
 * @text: kept by reference
 *
 * Returns: %FALSE when @text is not one JSON value: cut off, nested deeper than %TF_SCAN_DEPTH, longer than
 *   %TF_SCAN_LONGEST, not UTF-8, NaN, and all else that the grammar does not know
 */
gboolean
tf_scan_text (TfScan     *self,
              const char *text,
              gsize       length)
{
  const char *p, *end = text + length;
  guint stack[TF_SCAN_DEPTH], depth = 0;

  fill_classes ();
  self->text = text;
  self->n = 0;
  if (length > TF_SCAN_LONGEST)
    return FALSE;
  p = skip_space (text, end);
  for (;;)
    {
      /* A value begins here. */
      if (p == end)
        return FALSE;
      if (*p == '{' || *p == '[')
        {
          gboolean object = *p == '{';

          if (depth == TF_SCAN_DEPTH)
            return FALSE;
          stack[depth++] = add (self, object ? TF_SCAN_OBJECT : TF_SCAN_ARRAY, (gsize) (p - text), 0);
          p = skip_space (p + 1, end);
          if (p == end)
            return FALSE;
          if (*p != (object ? '}' : ']'))
            {
              if (object)
                goto key;
              continue;
            }
        }
      else
        {
          p = *p == '"' ? scan_string (self, p + 1, end)
              : *p == '-' || g_ascii_isdigit (*p) ? scan_number (self, p, end)
              : scan_word (self, p, end);
          if (p == NULL)
            return FALSE;
        }

      /* A value ended here, or an empty container is about to. */
      for (;;)
        {
          TfScanToken *open;

          p = skip_space (p, end);
          if (depth == 0)
            return p == end;
          if (p == end)
            return FALSE;
          open = &self->tokens[stack[depth - 1]];
          if (*p == ',')
            {
              p = skip_space (p + 1, end);
              break;
            }
          if (*p != (open->kind == TF_SCAN_OBJECT ? '}' : ']'))
            return FALSE;
          p++;
          open->length = (guint32) ((gsize) (p - text) - open->start);
          open->next = self->n;
          depth--;
        }
      if (self->tokens[stack[depth - 1]].kind == TF_SCAN_ARRAY)
        continue;
    key:
      if (p == end || *p != '"' || (p = scan_string (self, p + 1, end)) == NULL)
        return FALSE;
      p = skip_space (p, end);
      if (p == end || *p != ':')
        return FALSE;
      p = skip_space (p + 1, end);
    }
}

void
tf_scan_clear (TfScan *self)
{
  g_clear_pointer (&self->tokens, g_free);
  self->n = self->size = 0;
}

/**
 * tf_scan_fields:
 * @object: a value
 * @names: (array length=n): the members to look for
 * @values: (out caller-allocates) (array length=n): where their values are; 0 for one that is missing
 *
 * Returns: %FALSE when @object is none, or has one of the members twice: which of them counts would be a guess
 */
gboolean
tf_scan_fields (const TfScan      *self,
                guint              object,
                const char *const *names,
                guint              n,
                guint             *values)
{
  memset (values, 0, n * sizeof *values);
  if (self->tokens[object].kind != TF_SCAN_OBJECT)
    return FALSE;
  for (guint key = object + 1; key < self->tokens[object].next; key = self->tokens[key + 1].next)
    {
      const char *text = self->text + self->tokens[key].start;
      gsize length = self->tokens[key].length;

      for (guint i = 0; i < n; i++)
        if (names[i][0] == text[0] && strncmp (names[i], text, length) == 0 && names[i][length] == '\0')
          {
            if (values[i] != 0)
              return FALSE;
            values[i] = key + 1;
            break;
          }
    }
  return TRUE;
}

/**
 * tf_scan_row:
 * @array: a value
 * @values: (out caller-allocates) (array length=n): where its first elements are
 *
 * Returns: %FALSE when @array is none, or has less than @n elements
 */
gboolean
tf_scan_row (const TfScan *self,
             guint         array,
             guint         n,
             guint        *values)
{
  guint v = array + 1;

  if (self->tokens[array].kind != TF_SCAN_ARRAY)
    return FALSE;
  for (guint i = 0; i < n; i++, v = self->tokens[v].next)
    {
      if (v >= self->tokens[array].next)
        return FALSE;
      values[i] = v;
    }
  return TRUE;
}

/**
 * tf_scan_is:
 *
 * Returns: whether @value is the string @text (without escapes)
 */
gboolean
tf_scan_is (const TfScan *self,
            guint         value,
            const char   *text)
{
  const TfScanToken *token = &self->tokens[value];

  return token->kind == TF_SCAN_STRING && strlen (text) == token->length
         && memcmp (self->text + token->start, text, token->length) == 0;
}

static gunichar
unescape (const char **p)
{
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  const char *known;
  gunichar c = 0;

  if (**p != 'u')
    {
      known = strchr (from, **p);
      c = known != NULL ? (guchar) to[known - from] : (guchar) **p;
      (*p)++;
      return c;
    }
  for (int i = 1; i <= 4; i++)
    c = c * 16 + (gunichar) g_ascii_xdigit_value ((*p)[i]);
  *p += 5;
  return c;
}

/**
 * tf_scan_copy:
 * @buffer: (out): the string at @value with its escapes resolved
 *
 * Returns: %FALSE when @value is no string, does not fit, or has a NUL or half a surrogate in it
 */
gboolean
tf_scan_copy (const TfScan *self,
              guint         value,
              char         *buffer,
              gsize         size)
{
  const TfScanToken *token = &self->tokens[value];
  const char *p = self->text + token->start, *end = p + token->length;
  gsize n = 0;

  if (token->kind == TF_SCAN_STRING)
    {
      if (token->length >= size)
        return FALSE;
      memcpy (buffer, p, token->length);
      buffer[token->length] = '\0';
      return TRUE;
    }
  if (token->kind != TF_SCAN_ESCAPED)
    return FALSE;
  while (p < end)
    {
      gunichar c;

      if (n + 7 > size)
        return FALSE;
      if (*p != '\\')
        {
          buffer[n++] = *p++;
          continue;
        }
      p++;
      c = unescape (&p);
      if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u')
        {
          gunichar low;

          p++;
          low = unescape (&p);
          c = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : 0;
        }
      if (c == 0 || !g_unichar_validate (c))
        return FALSE;
      n += (gsize) g_unichar_to_utf8 (c, buffer + n);
    }
  buffer[n] = '\0';
  return TRUE;
}

/* The text of a number, in quotes or not: which of them a venue writes says nothing about the number. */
static gboolean
number_text (const TfScan *self,
             guint         value,
             const char  **text,
             gsize        *length)
{
  const TfScanToken *token = &self->tokens[value];

  *text = self->text + token->start;
  *length = token->length;
  return value != 0 && (token->kind == TF_SCAN_NUMBER || token->kind == TF_SCAN_STRING) && token->length > 0;
}

/**
 * tf_scan_int:
 * @number: (out): a whole number, never one that was cut or wrapped around
 *
 * Returns: %FALSE when @value is missing (0), anything else, or does not fit
 */
gboolean
tf_scan_int (const TfScan *self,
             guint         value,
             gint64       *number)
{
  const char *p;
  gsize length;
  gboolean negative;
  gint64 sum = 0;

  if (!number_text (self, value, &p, &length))
    return FALSE;
  negative = *p == '-';
  if (length == (gsize) negative || length - negative > 19)
    return FALSE;
  for (gsize i = negative; i < length; i++)
    if (!g_ascii_isdigit (p[i]) || __builtin_mul_overflow (sum, 10, &sum)
        || __builtin_add_overflow (sum, p[i] - '0', &sum))
      return FALSE;
  *number = negative ? -sum : sum;
  return TRUE;
}

/**
 * tf_decimal_scan:
 * @raw: (out): the value in units of 1e-8
 * @places: (out) (optional): digits written after the point
 *
 * tf_decimal_parse() for the plain decimals that venues write, faster; what is not plain goes there.
 */
gboolean
tf_decimal_scan (const char *text,
                 gsize       length,
                 gint64     *raw,
                 guint8     *places)
{
  guint64 whole = 0, part = 0;
  gsize i = 0, n;

  for (; i < length && i < 10 && g_ascii_isdigit (text[i]); i++)
    whole = whole * 10 + (guint64) (text[i] - '0');
  n = i < length && text[i] == '.' ? length - i - 1 : 0;
  if (i > 0 && n == 8 && tf_scan_eight_digits (text + i + 1, &part))
    ;
  else if (i > 0 && n > 0 && n <= 8)
    {
      for (gsize k = i + 1; k < length; k++)
        {
          if (!g_ascii_isdigit (text[k]))
            goto odd;
          part = part * 10 + (guint64) (text[k] - '0');
        }
      part *= (guint64) tf_place_units[n];
    }
  else if (i == 0 || i != length)
    goto odd;
  if (places != NULL)
    *places = (guint8) n;
  *raw = (gint64) (whole * TF_SCALE + part);
  return TRUE;

odd:
  if (length == 0 || length > 64 || !tf_decimal_parse (text, (gssize) length, raw, NULL))
    return FALSE;
  if (places != NULL)
    {
      const char *point = memchr (text, '.', length);

      *places = point != NULL ? (guint8) (length - (gsize) (point - text) - 1) : 0;
    }
  return TRUE;
}

/**
 * tf_scan_decimal:
 * @raw: (out): exact, in units of 1e-8
 * @places: (out) (optional): digits written after the point
 *
 * Returns: %FALSE when @value is missing, no decimal number, finer than 1e-8 or too large
 */
gboolean
tf_scan_decimal (const TfScan *self,
                 guint         value,
                 gint64       *raw,
                 guint8       *places)
{
  const char *text;
  gsize length;

  return number_text (self, value, &text, &length) && tf_decimal_scan (text, length, raw, places);
}

/**
 * tf_scan_rounded:
 *
 * As tf_scan_decimal() for sums that a venue made with doubles (“3495670.8399999999”): what is finer than 1e-8 is
 * rounded. Never for a price or the quantity of a trade.
 */
gboolean
tf_scan_rounded (const TfScan *self,
                 guint         value,
                 gint64       *raw)
{
  const char *text, *point;
  gsize length, keep;

  if (!number_text (self, value, &text, &length))
    return FALSE;
  point = memchr (text, '.', length);
  keep = point != NULL ? MIN (length, (gsize) (point - text) + 9) : length;
  for (gsize i = keep; i < length; i++)
    if (!g_ascii_isdigit (text[i]))
      keep = length;
  if (!tf_decimal_scan (text, keep, raw, NULL))
    return FALSE;
  if (keep < length && text[keep] >= '5' && *raw < G_MAXINT64 && *raw > G_MININT64)
    *raw += text[0] == '-' ? -1 : 1;
  return TRUE;
}

/**
 * tf_scan_time:
 * @time: (out): of an ISO 8601 text in UTC
 */
gboolean
tf_scan_time (const TfScan *self,
              guint         value,
              TfTime       *time)
{
  char text[48];

  return value != 0 && tf_scan_copy (self, value, text, sizeof text) && strchr (text, '-') != NULL
         && tf_time_parse (text, time, NULL);
}
