#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "core/base/error.h"
#include "io/feeds/candle-file.h"

#define HEADER "time,open,high,low,close,volume\n"

static char *folder;

static char *
write_file (const char *name,
            const char *text)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

/* Packs @text into a gzip file, in two members. */
static char *
write_gzip (const char *name,
            const char *text,
            gboolean    cut)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  gsize half = strlen (text) / 2, parts[] = { half, strlen (text) - half };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GConverter) zip = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
      guint8 buffer[4096];
      gsize read, written;

      g_assert_cmpint (g_converter_convert (zip, text, parts[i], buffer, sizeof buffer, G_CONVERTER_INPUT_AT_END,
                                            &read, &written, &error), ==, G_CONVERTER_FINISHED);
      g_assert_no_error (error);
      g_byte_array_append (out, buffer, (guint) written);
      text += parts[i];
    }
  g_file_set_contents (path, (const char *) out->data, (gssize) (cut ? out->len - 10 : out->len), &error);
  g_assert_no_error (error);
  return path;
}

static void
test_read (gconstpointer data)
{
  static const char text[] = HEADER
    "1502942400,4261.48,4313.62,4261.32,4308.83,47.181009\n"
    "1502946000,4308.83,4328.69,4291.37,4315.32,23.2349161251\r\n"
    "1502960400,0.00000001,92233720368,0.00000001,1e-7,0";
  g_autofree char *path = data != NULL ? write_gzip (data, text, FALSE) : write_file ("BTC-USDT-1h.csv", text);
  g_autoptr (GError) error = NULL;
  g_autoptr (TfCandleSeries) series = tf_candle_file_load (path, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (series->symbol, ==, data != NULL ? "BTCUSDT" : "BTC-USDT");
  g_assert_cmpint (series->interval, ==, TF_HOUR);
  g_assert_cmpuint (series->n, ==, 3);
  g_assert_cmpuint (series->gaps, ==, 1);
  g_assert_cmpuint (series->missing, ==, 3);
  g_assert_cmpint (series->candles[0].time, ==, 1502942400 * TF_SECOND);
  g_assert_cmpint (series->candles[0].low.raw, ==, 426132000000);
  g_assert_cmpint (series->candles[0].volume.raw, ==, 4718100900);
  /* Only a volume is rounded. */
  g_assert_cmpint (series->candles[1].volume.raw, ==, 2323491613);
  g_assert_cmpint (series->candles[2].close.raw, ==, 10);
  g_unlink (path);
}

static const struct { const char *name, *lines, *expected; } bad_files[] = {
  { "no header", "1502942400,1,1,1,1,1\n", ":1: found “1502942400,1,1,1,1,1”, expected the header" },
  { "empty", "", ":1: found no candle" },
  { "header only", HEADER, ":1: found no candle" },
  { "empty line", HEADER "0,1,1,1,1,1\n\n3600,1,1,1,1,1\n", ":3: found “”, expected six fields" },
  { "five fields", HEADER "0,1,1,1,1\n", ":2: found “0,1,1,1,1”, expected six fields" },
  { "seven fields", HEADER "0,1,1,1,1,1,1\n", ":2: found “0,1,1,1,1,1,1”, expected six fields" },
  { "space", HEADER "0, 1,1,1,1,1\n", ":2: open: found “ 1”, expected a decimal" },
  { "NaN", HEADER "0,1,1,1,NaN,1\n", ":2: close: found “NaN”, expected a decimal" },
  { "infinite", HEADER "0,1,inf,1,1,1\n", ":2: high: found “inf”" },
  { "1e30", HEADER "0,1,1e30,1,1,1\n", ":2: high: found “1e30”, expected less than" },
  { "zero", HEADER "0,0,1,1,1,1\n", ":2: open: found price 0, expected more than 0" },
  { "negative", HEADER "0,-1,1,1,1,1\n", ":2: open: found price -1, expected more than 0" },
  { "negative volume", HEADER "0,1,1,1,1,-0.5\n", ":2: volume: found quantity -0.5" },
  { "volume text", HEADER "0,1,1,1,1,1.123456789x\n", ":2: volume: found “1.123456789x”, expected a decimal" },
  { "nine decimals", HEADER "0,1.000000001,2,1,1,1\n", ":2: open: found “1.000000001”, expected at most 8" },
  { "high below low", HEADER "0,2,1,3,2,1\n", ":2: candle 1970-01-01T00:00:00Z: found" },
  { "unsorted", HEADER "7200,1,1,1,1,1\n3600,1,1,1,1,1\n",
    ":3: found time 1970-01-01T01:00:00Z, expected one after 1970-01-01T02:00:00Z" },
  { "twice", HEADER "3600,1,1,1,1,1\n3600,1,1,1,1,1\n", ":3: found time 1970-01-01T01:00:00Z twice" },
  { "off the grid", HEADER "3601,1,1,1,1,1\n", ":2: found time 1970-01-01T01:00:01Z, expected a multiple" },
  { "time text", HEADER "noon,1,1,1,1,1\n", ":2: found time “noon”, expected Unix seconds" },
  { "time negative", HEADER "-3600,1,1,1,1,1\n", ":2: found time “-3600”" },
  { "time in ms", HEADER "1502942400000,1,1,1,1,1\n", ":2: found time “1502942400000”" },
};

static void
test_bad (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autofree char *path = write_file ("BADUSDT-1h.csv", bad_files[row].lines);
  g_autoptr (GError) error = NULL;
  g_autoptr (TfCandleSeries) series = tf_candle_file_load (path, &error);

  g_assert_null (series);
  g_assert_nonnull (error);
  g_assert_true (error->domain == TF_ERROR);
  g_assert_true (g_str_has_prefix (error->message, path));
  if (strstr (error->message, bad_files[row].expected) == NULL)
    g_error ("%s: %s", bad_files[row].name, error->message);
  g_assert_null (strchr (error->message, '\n'));
  g_unlink (path);
}

static void
test_damaged (void)
{
  g_autofree char *cut = write_gzip ("CUTUSDT-1h.csv.gz", HEADER "0,1,1,1,1,1\n", TRUE);
  g_autofree char *plain = write_file ("NOTUSDT-1h.csv.gz", HEADER "0,1,1,1,1,1\n");
  g_autofree char *missing = g_build_filename (folder, "NONE-1h.csv", NULL);
  g_autofree char *unnamed = g_build_filename (folder, "candles.csv", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (tf_candle_file_load (cut, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (tf_candle_file_load (plain, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (tf_candle_file_load (missing, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (tf_candle_file_load (unnamed, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_unlink (cut);
  g_unlink (plain);
}

static void
test_folder (void)
{
  static const char *const names[] = { "ETHUSDT-1h.csv", "ADAUSDT-1h.csv", "ADAUSDT-1d.csv", "SOURCES.md" };
  const char *const paths[] = { folder, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL, none = NULL, loaded = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (write_file (names[i], HEADER "86400,1,1,1,1,1\n"));
  found = tf_candle_file_find (folder, TF_HOUR, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 2);
  g_assert_true (g_str_has_suffix (g_ptr_array_index (found, 0), names[1]));
  loaded = tf_candle_files_load (paths, TF_DAY, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (loaded->len, ==, 1);
  none = tf_candle_file_find (folder, TF_MINUTE, &error);
  g_assert_null (none);
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_FOUND);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
}

/* Real exchange data: every row has to be taken. */
static void
test_real (void)
{
  g_autofree char *data = g_build_filename (g_getenv ("TF_SHARED") != NULL ? g_getenv ("TF_SHARED") : "", "data", "candles", NULL);
  const char *const paths[] = { data, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;
  guint rows = 0;
  gint64 start = g_get_monotonic_time ();

  if (!g_file_test (data, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("no candles in TF_SHARED");
      return;
    }
  all = tf_candle_files_load (paths, TF_HOUR, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < all->len; i++)
    rows += ((TfCandleSeries *) g_ptr_array_index (all, i))->n;
  g_test_message ("%u files, %u candles in %.2f s", all->len, rows,
                  (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  g_assert_cmpuint (all->len, ==, 10);
  g_assert_cmpuint (rows, ==, 406011);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("tf-candles-XXXXXX", NULL);
  g_test_add_data_func ("/candle-file/plain", NULL, test_read);
  g_test_add_data_func ("/candle-file/gzip", "BTCUSDT-1h.csv.gz", test_read);
  for (guint i = 0; i < G_N_ELEMENTS (bad_files); i++)
    {
      g_autofree char *path = g_strconcat ("/candle-file/bad/", bad_files[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bad);
    }
  g_test_add_func ("/candle-file/damaged", test_damaged);
  g_test_add_func ("/candle-file/folder", test_folder);
  g_test_add_func ("/candle-file/real", test_real);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
