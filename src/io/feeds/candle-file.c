#include "io/feeds/candle-file.h"

#include <gio/gio.h>
#include <string.h>

#include "core/base/error.h"

#define HEADER "time,open,high,low,close,volume"
#define LARGEST_FILE (G_GINT64_CONSTANT (1) << 30) /* bytes, unpacked: far more than ten years of minutes */

void
tf_candle_series_free (TfCandleSeries *self)
{
  if (self == NULL)
    return;
  g_free (self->candles);
  g_free (self);
}

/**
 * tf_candle_file_name:
 * @path: a file “SYMBOL-INTERVAL.csv[.gz]”; the symbol may have a “-” itself
 * @symbol: (out): as it is written there
 * @interval: (out): ns
 */
gboolean
tf_candle_file_name (const char *path,
                     char        symbol[TF_SYMBOL_SIZE],
                     TfTime     *interval,
                     GError    **error)
{
  g_autofree char *name = g_path_get_basename (path);
  char *dash;

  if (g_str_has_suffix (name, ".gz"))
    name[strlen (name) - 3] = '\0';
  if (g_str_has_suffix (name, ".csv"))
    {
      name[strlen (name) - 4] = '\0';
      dash = strrchr (name, '-');
      if (dash != NULL && dash > name && dash - name < TF_SYMBOL_SIZE && tf_interval_parse (dash + 1, interval, NULL))
        {
          memcpy (symbol, name, (gsize) (dash - name));
          symbol[dash - name] = '\0';
          return TRUE;
        }
    }
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
               "%s: found this name, expected SYMBOL-INTERVAL.csv or .csv.gz, such as BTCUSDT-1h.csv", path);
  return FALSE;
}

/* The whole file, unpacked; members of a .gz follow each other. */
static GByteArray *
read_file (const char *path,
           GError    **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, &failure);
  g_autoptr (GZlibDecompressor) unzip = NULL;
  g_autoptr (GByteArray) text = g_byte_array_new ();
  const guint8 *in;
  gsize left, have = 0;
  GConverterResult result = G_CONVERTER_FINISHED;

  if (file == NULL)
    {
      g_set_error (error, TF_ERROR,
                   g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? TF_ERROR_NOT_FOUND : TF_ERROR_INVALID,
                   "%s: found %s, expected a candle file", path, failure->message);
      return NULL;
    }
  in = (const guint8 *) g_mapped_file_get_contents (file);
  left = g_mapped_file_get_length (file);
  if (!g_str_has_suffix (path, ".gz"))
    {
      g_byte_array_append (text, in, (guint) MIN (left, LARGEST_FILE));
      return g_steal_pointer (&text);
    }
  unzip = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_byte_array_set_size (text, (guint) MIN (left * 4 + 65536, LARGEST_FILE));
  while (left > 0)
    {
      gsize read = 0, written = 0;

      if (have == text->len)
        {
          if (text->len >= LARGEST_FILE)
            {
              g_set_error (error, TF_ERROR, TF_ERROR_RANGE, "%s: found more than 1 GiB unpacked, expected less", path);
              return NULL;
            }
          g_byte_array_set_size (text, text->len * 2);
        }
      if (result == G_CONVERTER_FINISHED && have > 0)
        g_converter_reset (G_CONVERTER (unzip));
      result = g_converter_convert (G_CONVERTER (unzip), in, left, text->data + have, text->len - have,
                                    G_CONVERTER_INPUT_AT_END, &read, &written, &failure);
      if (result == G_CONVERTER_ERROR && g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
        {
          g_clear_error (&failure);
          g_byte_array_set_size (text, text->len * 2);
          continue;
        }
      if (result == G_CONVERTER_ERROR)
        break;
      in += read;
      left -= read;
      have += written;
    }
  if (failure != NULL || result != G_CONVERTER_FINISHED)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found damaged or cut off gzip data, expected a whole file", path);
      return NULL;
    }
  g_byte_array_set_size (text, (guint) have);
  return g_steal_pointer (&text);
}

/* A volume may have more than 8 decimals (sums of a venue's own doubles): it is rounded to the eighth. Prices never
 * are: a ninth decimal there is an error. */
static gboolean
parse_volume (const char *text,
              gsize       length,
              TfQty      *volume,
              GError    **error)
{
  const char *point = memchr (text, '.', length);
  gsize keep = point != NULL ? MIN (length, (gsize) (point - text) + 9) : length;

  for (gsize i = keep; i < length; i++)
    if (!g_ascii_isdigit (text[i]))
      keep = length;
  if (!tf_qty_parse (text, (gssize) keep, volume, error))
    return FALSE;
  volume->raw += keep < length && text[keep] >= '5' && volume->raw < G_MAXINT64;
  return TRUE;
}

static gboolean
parse_time (const char *text,
            gsize       length,
            TfTime     *time,
            GError    **error)
{
  gint64 seconds = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (text[i]) || length > 11)
        {
          length = 0;
          break;
        }
      seconds = seconds * 10 + (text[i] - '0');
    }
  if (length == 0 || seconds > G_MAXINT64 / TF_SECOND)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found time “%.*s”, expected Unix seconds of the bar's open",
                   (int) MIN (strcspn (text, ",\r\n"), 40), text);
      return FALSE;
    }
  *time = seconds * TF_SECOND;
  return TRUE;
}

static gboolean
parse_line (const char *line,
            gsize       length,
            TfCandle   *candle,
            GError    **error)
{
  static const char *const names[] = { "time", "open", "high", "low", "close", "volume" };
  TfPrice *const prices[] = { NULL, &candle->open, &candle->high, &candle->low, &candle->close };
  const char *field = line, *end = line + length;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *comma = memchr (field, ',', (gsize) (end - field));
      const char *stop = i + 1 < G_N_ELEMENTS (names) ? comma : end;
      gboolean good;

      if (stop == NULL || (i + 1 == G_N_ELEMENTS (names) && comma != NULL))
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found “%.*s”, expected six fields %s",
                       (int) MIN (length, 60), line, HEADER);
          return FALSE;
        }
      if (i == 0)
        good = parse_time (field, (gsize) (stop - field), &candle->time, error);
      else if (i < G_N_ELEMENTS (prices))
        good = tf_price_parse (field, stop - field, prices[i], error);
      else
        good = parse_volume (field, (gsize) (stop - field), &candle->volume, error);
      if (!good)
        {
          if (i > 0)
            g_prefix_error (error, "%s: ", names[i]);
          return FALSE;
        }
      field = stop + 1;
    }
  return tf_candle_check (candle, error);
}

static gboolean
check_order (const TfCandleSeries *series,
             const TfCandle       *candle,
             GError              **error)
{
  const TfCandle *last = series->n > 0 ? &series->candles[series->n - 1] : NULL;
  char found[TF_TIME_SIZE], before[TF_TIME_SIZE];

  tf_time_format (candle->time, found);
  if (candle->time % series->interval != 0)
    g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found time %s, expected a multiple of the interval", found);
  else if (last != NULL && candle->time == last->time)
    g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found time %s twice, expected a later one", found);
  else if (last != NULL && candle->time < last->time)
    g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found time %s, expected one after %s",
                 found, tf_time_format (last->time, before));
  else
    return TRUE;
  return FALSE;
}

static void
append (TfCandleSeries *series,
        guint          *allocated,
        const TfCandle *candle)
{
  if (series->n > 0)
    {
      TfTime step = candle->time - series->candles[series->n - 1].time;

      if (step > series->interval)
        {
          series->gaps++;
          series->missing += (guint64) (step / series->interval - 1);
        }
    }
  if (series->n == *allocated)
    {
      *allocated = *allocated > 0 ? 2 * *allocated : 1024;
      series->candles = g_renew (TfCandle, series->candles, *allocated);
    }
  series->candles[series->n++] = *candle;
}

/**
 * tf_candle_file_load:
 *
 * Reads one file. Every line has to be a valid candle on the interval's grid, later than the line before; missing bars are
 * counted and stay missing. Decimals are exact, a volume's ninth and later ones are dropped.
 *
 * Returns: (transfer full): the candles; %NULL with %TF_ERROR_NOT_FOUND, or %TF_ERROR_INVALID or %TF_ERROR_RANGE as
 *   “file:line: found …, expected …”
 */
TfCandleSeries *
tf_candle_file_load (const char *path,
                     GError    **error)
{
  g_autoptr (TfCandleSeries) series = g_new0 (TfCandleSeries, 1);
  g_autoptr (GByteArray) text = NULL;
  const char *p, *end;
  guint line = 0, allocated = 0;

  if (!tf_candle_file_name (path, series->symbol, &series->interval, error))
    return NULL;
  text = read_file (path, error);
  if (text == NULL)
    return NULL;
  p = (const char *) text->data;
  end = p + text->len;
  while (p < end)
    {
      const char *stop = memchr (p, '\n', (gsize) (end - p));
      gsize length = (gsize) ((stop != NULL ? stop : end) - p);
      const char *start = p;
      TfCandle candle;

      p += length + 1;
      line++;
      if (length > 0 && start[length - 1] == '\r')
        length--;
      if (line == 1)
        {
          if (length == strlen (HEADER) && memcmp (start, HEADER, length) == 0)
            continue;
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s:1: found “%.*s”, expected the header %s",
                       path, (int) MIN (length, 60), start, HEADER);
          return NULL;
        }
      if (!parse_line (start, length, &candle, error) || !check_order (series, &candle, error))
        {
          g_prefix_error (error, "%s:%u: ", path, line);
          return NULL;
        }
      append (series, &allocated, &candle);
    }
  if (series->n == 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s:%u: found no candle, expected at least one", path, MAX (line, 1));
      return NULL;
    }
  return g_steal_pointer (&series);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * tf_candle_file_find:
 * @interval: only files of this one
 *
 * Returns: (transfer full): the paths of the folder's candle files, sorted by name; %NULL when there is none
 */
GPtrArray *
tf_candle_file_find (const char *folder,
                     TfTime      interval,
                     GError    **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &failure);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found %s, expected a folder of candle files",
                   folder, failure->message);
      return NULL;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      char symbol[TF_SYMBOL_SIZE];
      TfTime found;

      if (tf_candle_file_name (name, symbol, &found, NULL) && found == interval)
        g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
    }
  if (paths->len == 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND,
                   "%s: found no candle file of %g minutes, expected SYMBOL-INTERVAL.csv or .csv.gz",
                   folder, (double) interval / (double) TF_MINUTE);
      return NULL;
    }
  g_ptr_array_sort (paths, compare_names);
  return g_steal_pointer (&paths);
}

/**
 * tf_candle_files_load:
 * @paths: files, and folders, which mean their candle files of @interval
 * @interval: ns
 *
 * Returns: (transfer full): a #TfCandleSeries for each file, in the order of @paths
 */
GPtrArray *
tf_candle_files_load (const char *const *paths,
                      TfTime             interval,
                      GError           **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) tf_candle_series_free);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) files = NULL;

      if (g_file_test (paths[i], G_FILE_TEST_IS_DIR))
        files = tf_candle_file_find (paths[i], interval, error);
      else if (!g_file_test (paths[i], G_FILE_TEST_EXISTS))
        g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found no such file or folder, expected candles", paths[i]);
      else
        {
          files = g_ptr_array_new_with_free_func (g_free);
          g_ptr_array_add (files, g_strdup (paths[i]));
        }
      if (files == NULL)
        return NULL;
      for (guint f = 0; f < files->len; f++)
        {
          TfCandleSeries *series = tf_candle_file_load (g_ptr_array_index (files, f), error);

          if (series == NULL)
            return NULL;
          g_ptr_array_add (all, series);
        }
    }
  return g_steal_pointer (&all);
}
