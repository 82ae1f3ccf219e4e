#include "io/sources/signal-file.h"

#include <string.h>

#include "core/base/error.h"

/* Signal files: one JSON object a line (design, section 11). Numbers are taken by their own text, as a JSON string or a JSON
 * number alike, since a JSON library would make a double of the latter. That is why there is a small reader here. */

typedef enum { TEXT, NUMBER, WORD, NESTED } ValueType;

typedef struct
{
  const char *p, *end;
  GString    *key, *value; /* unescaped text, or the number's or word's own letters */
  ValueType   type;
} Reader;

static gboolean
fail (const Reader *self,
      const char   *expected,
      GError      **error)
{
  g_autofree char *found = g_utf8_make_valid (self->p, MIN (self->end - self->p, 24));

  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found %s%s%s, expected %s",
               *found != '\0' ? "“" : "the end", found, *found != '\0' ? "”" : "", expected);
  return FALSE;
}

static void
skip_space (Reader *self)
{
  while (self->p < self->end && strchr (" \t\r\n", *self->p) != NULL && *self->p != '\0')
    self->p++;
}

static gboolean
take (Reader *self,
      char    c)
{
  skip_space (self);
  if (self->p == self->end || *self->p != c)
    return FALSE;
  self->p++;
  return TRUE;
}

static gboolean
read_hex (Reader   *self,
          gunichar *out)
{
  *out = 0;
  if (self->end - self->p < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++, self->p++)
    {
      int digit = g_ascii_xdigit_value (*self->p);

      if (digit < 0)
        return FALSE;
      *out = *out << 4 | (gunichar) digit;
    }
  return TRUE;
}

/* After the backslash and u. Characters beyond 16 bits come as two halves; a half alone is none. */
static gboolean
read_unicode (Reader  *self,
              GString *out)
{
  gunichar c, low;

  if (!read_hex (self, &c))
    return FALSE;
  if (c >= 0xd800 && c < 0xdc00)
    {
      if (self->end - self->p < 6 || self->p[0] != '\\' || self->p[1] != 'u')
        return FALSE;
      self->p += 2;
      if (!read_hex (self, &low) || low < 0xdc00 || low > 0xdfff)
        return FALSE;
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
  if (c == 0 || (c >= 0xdc00 && c < 0xe000))
    return FALSE;
  g_string_append_unichar (out, c);
  return TRUE;
}

/* After the opening quote. */
static gboolean
read_string (Reader  *self,
             GString *out,
             GError **error)
{
  static const char escapes[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";

  g_string_truncate (out, 0);
  while (self->p < self->end && *self->p != '"')
    {
      const char *start = self->p, *escape;

      if (*self->p != '\\')
        {
          g_string_append_c (out, *self->p++);
          continue;
        }
      self->p++;
      if (self->p < self->end && *self->p == 'u')
        {
          self->p++;
          if (read_unicode (self, out))
            continue;
        }
      else if (self->p < self->end && *self->p != '\0' && (escape = strchr (escapes, *self->p)) != NULL)
        {
          g_string_append_c (out, values[escape - escapes]);
          self->p++;
          continue;
        }
      self->p = start;
      return fail (self, "an escape of JSON", error);
    }
  if (self->p == self->end)
    return fail (self, "a closing quote", error);
  self->p++;
  return TRUE;
}

/* An object or array whose content is not looked at. */
static gboolean
skip_nested (Reader  *self,
             GError **error)
{
  guint depth = 0;

  do
    {
      char c;

      if (self->p == self->end)
        return fail (self, "a closing bracket", error);
      c = *self->p++;
      if (c == '"' && !read_string (self, self->value, error))
        return FALSE;
      depth += c == '{' || c == '[';
      depth -= c == '}' || c == ']';
    }
  while (depth > 0);
  return TRUE;
}

static gboolean
read_value (Reader  *self,
            GError **error)
{
  skip_space (self);
  g_string_truncate (self->value, 0);
  if (self->p == self->end)
    return fail (self, "a value", error);
  if (*self->p == '"')
    {
      self->type = TEXT;
      self->p++;
      return read_string (self, self->value, error);
    }
  if (*self->p == '{' || *self->p == '[')
    {
      self->type = NESTED;
      return skip_nested (self, error);
    }
  self->type = *self->p == '-' || g_ascii_isdigit (*self->p) ? NUMBER : WORD;
  while (self->p < self->end && (g_ascii_isalnum (*self->p) || (*self->p != '\0' && strchr ("+-.", *self->p) != NULL)))
    g_string_append_c (self->value, *self->p++);
  if (self->value->len == 0)
    return fail (self, "a value", error);
  if (self->type == NUMBER || strcmp (self->value->str, "null") == 0 || strcmp (self->value->str, "true") == 0
      || strcmp (self->value->str, "false") == 0)
    return TRUE;
  self->p -= self->value->len;
  return fail (self, "a JSON value", error);
}

static gboolean
copy_text (const Reader *self,
           char         *out,
           gsize         size,
           GError      **error)
{
  if (self->value->len == 0 || self->value->len >= size)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found a text of %u bytes, expected 1 to %u",
                   (guint) self->value->len, (guint) size - 1);
      return FALSE;
    }
  memcpy (out, self->value->str, self->value->len + 1);
  return TRUE;
}

/* Evidence is for people: what is too long is cut between two characters. */
static void
copy_cut (const Reader *self,
          char         *out,
          gsize         size)
{
  const char *end;
  gsize length = MIN (self->value->len, size - 1);

  g_utf8_validate (self->value->str, (gssize) length, &end);
  length = (gsize) (end - self->value->str);
  memcpy (out, self->value->str, length);
  out[length] = '\0';
}

static gboolean
set_side (const Reader   *self,
          TfTraderSignal *signal,
          GError        **error)
{
  static const struct { const char *name; gint8 side; } sides[] = { { "buy", 1 }, { "sell", -1 }, { "close", 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (strcmp (self->value->str, sides[i].name) == 0)
      {
        signal->side = sides[i].side;
        return TRUE;
      }
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found “%.24s”, expected buy, sell or close", self->value->str);
  return FALSE;
}

static gboolean
more_than_zero (gint64   raw,
                GError **error)
{
  char found[TF_DECIMAL_SIZE];

  if (raw > 0)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found %s, expected more than 0", tf_decimal_format (raw, found));
  return FALSE;
}

static gboolean
set_fraction (const Reader   *self,
              TfTraderSignal *signal,
              GError        **error)
{
  gint64 raw;

  if (!tf_decimal_parse (self->value->str, (gssize) self->value->len, &raw, error) || !more_than_zero (raw, error))
    return FALSE;
  if (raw > TF_SCALE)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found %.24s, expected at most 1", self->value->str);
      return FALSE;
    }
  signal->fraction = (double) raw / (double) TF_SCALE;
  return TRUE;
}

/* A member of the object; one that is not known is passed over. */
static gboolean
set_member (const Reader   *self,
            TfTraderSignal *signal,
            GError        **error)
{
  static const char *const names[] = {
    "trader", "source", "id", "instrument", "side", "price", "quantity", "fraction", "position", "happened_at",
    "published_at", "evidence",
  };
  const char *text = self->value->str;
  gssize length = (gssize) self->value->len;
  guint i = 0;
  gboolean good = FALSE, numeric;

  while (i < G_N_ELEMENTS (names) && strcmp (self->key->str, names[i]) != 0)
    i++;
  if (i == G_N_ELEMENTS (names) || (self->type == WORD && strcmp (text, "null") == 0))
    return TRUE;
  numeric = i >= 5 && i <= 8;
  if (self->type != TEXT && !(self->type == NUMBER && numeric))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found %.24s, expected a %s", names[i],
                   self->type == NESTED ? "a list or object" : text, numeric ? "decimal number" : "text");
      return FALSE;
    }
  switch (i)
    {
    case 0:
      good = copy_text (self, signal->trader, sizeof signal->trader, error);
      break;
    case 1:
      good = copy_text (self, signal->source, sizeof signal->source, error);
      break;
    case 2:
      good = copy_text (self, signal->id, sizeof signal->id, error);
      break;
    case 3:
      good = copy_text (self, signal->symbol, sizeof signal->symbol, error);
      break;
    case 4:
      good = set_side (self, signal, error);
      break;
    case 5:
      good = tf_price_parse (text, length, &signal->price, error);
      break;
    case 6:
      good = tf_qty_parse (text, length, &signal->quantity, error) && more_than_zero (signal->quantity.raw, error);
      break;
    case 7:
      good = set_fraction (self, signal, error);
      break;
    case 8:
      good = signal->has_position = tf_decimal_parse (text, length, &signal->position.raw, error);
      break;
    case 9:
      good = tf_time_parse (text, &signal->happened, error);
      break;
    case 10:
      good = tf_time_parse (text, &signal->published, error);
      break;
    default:
      copy_cut (self, signal->evidence, sizeof signal->evidence);
      good = TRUE;
      break;
    }
  if (!good)
    g_prefix_error (error, "%s: ", names[i]);
  return good;
}

static gboolean
check_complete (const TfTraderSignal *signal,
                gboolean              has_side,
                GError              **error)
{
  const struct { const char *name; gboolean there; } needed[] = {
    { "trader", signal->trader[0] != '\0' },
    { "id", signal->id[0] != '\0' },
    { "instrument", signal->symbol[0] != '\0' },
    { "side", has_side },
    { "published_at", signal->published != 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    if (!needed[i].there)
      {
        g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found no “%s”, expected one", needed[i].name);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_signal (Reader         *self,
             TfTraderSignal *signal,
             GError        **error)
{
  gboolean has_side = FALSE, empty;

  if (!take (self, '{'))
    return fail (self, "a JSON object", error);
  empty = take (self, '}');
  if (!empty)
    do
      {
        if (!take (self, '"'))
          return fail (self, "the name of a member", error);
        if (!read_string (self, self->key, error))
          return FALSE;
        if (!take (self, ':'))
          return fail (self, "a colon", error);
        if (!read_value (self, error) || !set_member (self, signal, error))
          return FALSE;
        has_side = has_side || strcmp (self->key->str, "side") == 0;
      }
    while (take (self, ','));
  if (!empty && !take (self, '}'))
    return fail (self, "a comma or the end of the object", error);
  skip_space (self);
  if (self->p != self->end)
    return fail (self, "nothing behind the object", error);
  return check_complete (signal, has_side, error);
}

/**
 * tf_signal_parse:
 * @line: one JSON object, without the end of the line
 * @length: its bytes, or -1 when it ends with a NUL
 * @signal: (out): what it says; @received is when it was published, since a file does not know better
 *
 * Needed are trader, id, instrument, side and published_at. price, quantity, fraction and position may be JSON strings or
 * numbers; their text is what counts, so both are exact. Members that are not known, and null, are passed over. Whether the times
 * make sense is for the engine to judge, which knows what time it is.
 */
gboolean
tf_signal_parse (const char     *line,
                 gssize          length,
                 TfTraderSignal *signal,
                 GError        **error)
{
  Reader reader = { .p = line, .end = line + (length >= 0 ? (gsize) length : strlen (line)) };
  gboolean good;

  *signal = (TfTraderSignal) { 0 };
  if (!g_utf8_validate (line, reader.end - line, NULL))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found bytes that are not UTF-8, expected JSON");
      return FALSE;
    }
  reader.key = g_string_new (NULL);
  reader.value = g_string_new (NULL);
  good = read_signal (&reader, signal, error);
  g_string_free (reader.key, TRUE);
  g_string_free (reader.value, TRUE);
  if (signal->source[0] == '\0')
    g_strlcpy (signal->source, "file", sizeof signal->source);
  if (signal->happened == 0)
    signal->happened = signal->published;
  signal->received = signal->published;
  return good;
}

/**
 * tf_signal_file_load:
 *
 * Reads a file of JSON lines; empty lines are passed over.
 *
 * Returns: (transfer full): TfTraderSignals in the order of the file; %NULL with %TF_ERROR_NOT_FOUND, or %TF_ERROR_INVALID or
 *   %TF_ERROR_RANGE as “file:line: found …, expected …”
 */
GArray *
tf_signal_file_load (const char *path,
                     GError    **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, &failure);
  g_autoptr (GArray) signals = NULL;
  const char *p, *end;
  guint line = 0;

  if (file == NULL)
    {
      g_set_error (error, TF_ERROR,
                   g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? TF_ERROR_NOT_FOUND : TF_ERROR_INVALID,
                   "%s: found %s, expected a signal file", path, failure->message);
      return NULL;
    }
  signals = g_array_new (FALSE, FALSE, sizeof (TfTraderSignal));
  p = g_mapped_file_get_contents (file);
  end = p + g_mapped_file_get_length (file);
  while (p < end)
    {
      const char *stop = memchr (p, '\n', (gsize) (end - p));
      const char *start = p;
      TfTraderSignal signal;

      stop = stop != NULL ? stop : end;
      p = stop + 1;
      line++;
      while (start < stop && g_ascii_isspace (*start))
        start++;
      if (start == stop)
        continue;
      if (!tf_signal_parse (start, stop - start, &signal, error))
        {
          g_prefix_error (error, "%s:%u: ", path, line);
          return NULL;
        }
      g_array_append_val (signals, signal);
    }
  return g_steal_pointer (&signals);
}

/**
 * tf_signal_files_load:
 *
 * Returns: (transfer full): the signals of all files, one file after the other
 */
GArray *
tf_signal_files_load (const char *const *paths,
                      GError           **error)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (TfTraderSignal));

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (GArray) signals = tf_signal_file_load (paths[i], error);

      if (signals == NULL)
        return NULL;
      g_array_append_vals (all, signals->data, signals->len);
    }
  return g_steal_pointer (&all);
}
