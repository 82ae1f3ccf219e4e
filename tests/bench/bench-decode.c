/* Messages a second of the decoders, beside json-glib's DOM and simdjson on demand with the same fields, in turn in one
 * run: the ratio of medians counts, not the absolute time on a shared machine. Real recordings where TF_SHARED has
 * them, else messages of the same form. All sums of fields have to agree. */

#include "bench-decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-glib/json-glib.h>
#include <zlib.h>

#include "io/feeds/json-scan.h"
#include "io/feeds/venue.h"

#define ROUNDS 7
#define PADDING 64 /* bytes that simdjson may read behind a message */
#define MADE 20000

typedef struct
{
  const char *name;
  GByteArray *text;    /* all messages, then padding */
  GArray     *starts;  /* of gsize; one more than messages */
} Set;

static void
set_init (Set        *self,
          const char *name)
{
  gsize zero = 0;

  self->name = name;
  self->text = g_byte_array_new ();
  self->starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_array_append_val (self->starts, zero);
}

static void
set_add (Set        *self,
         const char *message,
         gsize       length)
{
  gsize end;

  g_byte_array_append (self->text, (const guint8 *) message, (guint) length);
  end = self->text->len;
  g_array_append_val (self->starts, end);
}

static guint
set_size (const Set *self)
{
  return self->starts->len - 1;
}

static const char *
set_get (const Set *self,
         guint      i,
         gsize     *length)
{
  const gsize *starts = &g_array_index (self->starts, gsize, 0);

  *length = starts[i + 1] - starts[i];
  return (const char *) self->text->data + starts[i];
}

static void
set_seal (Set *self)
{
  static const guint8 padding[PADDING];

  g_byte_array_append (self->text, padding, PADDING);
}

/* Adds the lines of a recording that have @part in them; FALSE where there is no such file. */
static gboolean
set_load (Set        *self,
          const char *path,
          const char *part)
{
  const char *shared = g_getenv ("TF_SHARED");
  g_autofree char *full = shared != NULL ? g_build_filename (shared, "data", "frames", path, NULL) : NULL;
  gzFile file = full != NULL && g_file_test (full, G_FILE_TEST_EXISTS) ? gzopen (full, "rb") : NULL;
  const int size = 16 << 20;
  g_autofree char *line = g_malloc (size);

  if (file == NULL)
    return FALSE;
  while (gzgets (file, line, size) != NULL)
    if (part == NULL || strstr (line, part) != NULL)
      set_add (self, line, strcspn (line, "\n"));
  gzclose_r (file);
  return TRUE;
}

static void
make_quotes (Set *self)
{
  char text[256];

  for (guint i = 0; i < MADE; i++)
    set_add (self, text, (gsize) g_snprintf (text, sizeof text,
             "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":%u,\"s\":\"BTCUSDT\",\"b\":\"61%03u.%02u000000\",\"B\":\"%u.%05u000\","
             "\"a\":\"62%03u.64000000\",\"A\":\"1.54698000\"}}", 100000u + i, i % 1000, i % 100, i % 10, i, (i * 7) % 1000));
}

static void
make_trades (Set *self)
{
  char text[256];

  for (guint i = 0; i < MADE; i++)
    set_add (self, text, (gsize) g_snprintf (text, sizeof text,
             "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":1723161255343,\"s\":\"BTCUSDT\",\"t\":%u,\"p\":\"61%03u.63000000\","
             "\"q\":\"0.%05u000\",\"T\":1723161255342,\"m\":%s,\"M\":true}}", 3000000u + i, i % 1000, i + 1,
             i % 3 == 0 ? "true" : "false"));
}

/* The same messages with "s" at the end: an order that the fast way does not know. */
static void
reorder (Set       *self,
         const Set *from)
{
  for (guint i = 0; i < set_size (from); i++)
    {
      gsize length;
      const char *text = set_get (from, i, &length);
      g_autofree char *message = g_strndup (text, length);
      char *name = strstr (message, "\"s\":\""), *end = strchr (name + 5, ',');
      g_autofree char *member = g_strndup (name, (gsize) (end - name));
      g_autofree char *out = NULL;

      memmove (name, end + 1, strlen (end + 1) + 1);
      message[strlen (message) - 2] = '\0';
      out = g_strconcat (message, ",", member, "}}", NULL);
      set_add (self, out, strlen (out));
    }
}

static void
add_up (const TfFeedEvent *event,
        gpointer           data)
{
  guint64 *sum = data;

  if (event->kind == TF_FEED_QUOTE)
    *sum += 1 + 7 + (guint64) event->quote.bid.raw + (guint64) event->quote.bid_quantity.raw
            + (guint64) event->quote.ask.raw + (guint64) event->quote.ask_quantity.raw;
  else if (event->kind == TF_FEED_TRADE)
    *sum += 7 + (guint64) event->trade.id + (guint64) event->trade.price.raw + (guint64) event->trade.quantity.raw
            + (guint64) (event->time / 1000000) + (event->trade.side < 0);
}

static guint64
run_decoder (const Set     *set,
             const TfVenue *venue)
{
  g_autoptr (TfDecoder) decoder = tf_decoder_new (venue);
  guint64 sum = 0;

  for (guint i = 0; i < set_size (set); i++)
    {
      gsize length;
      const char *text = set_get (set, i, &length);

      tf_decoder_decode (decoder, text, length, 0, add_up, &sum);
    }
  if (tf_decoder_get_counts (decoder)->errors > 0)
    g_error ("%s: messages refused", set->name);
  return sum;
}

static guint64
member (JsonObject *data,
        const char *name)
{
  gint64 raw = 0;

  tf_decimal_parse (json_object_get_string_member (data, name), -1, &raw, NULL);
  return (guint64) raw;
}

static guint64
run_json_glib (const Set *set,
               gboolean   trades)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  guint64 sum = 0;

  for (guint i = 0; i < set_size (set); i++)
    {
      gsize length;
      const char *text = set_get (set, i, &length);
      JsonObject *data;

      json_parser_load_from_data (parser, text, (gssize) length, NULL);
      data = json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)), "data");
      sum += strlen (json_object_get_string_member (data, "s"));
      if (trades)
        sum += (guint64) json_object_get_int_member (data, "t") + member (data, "p") + member (data, "q")
               + (guint64) json_object_get_int_member (data, "T") + json_object_get_boolean_member (data, "m");
      else
        sum += (json_object_get_int_member (data, "u") != 0) + member (data, "b") + member (data, "B") + member (data, "a")
               + member (data, "A");
    }
  return sum;
}

#ifdef HAVE_SIMDJSON
static guint64
run_simdjson (const Set *set,
              gboolean   trades)
{
  const char *end = (const char *) set->text->data + set->text->len;
  guint64 sum = 0;

  for (guint i = 0; i < set_size (set); i++)
    {
      gsize length;
      const char *text = set_get (set, i, &length);

      sum += trades ? bench_simdjson_trade (text, length, (gsize) (end - text))
                    : bench_simdjson_quote (text, length, (gsize) (end - text));
    }
  return sum;
}
#endif

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

static void
check (const char *what,
       guint64     found,
       guint64     expected)
{
  if (found != expected)
    g_error ("%s: sum of fields %" G_GUINT64_FORMAT ", expected %" G_GUINT64_FORMAT, what, found, expected);
}

/* ns a message of each in turn, and how many times faster than the peers. */
static void
bench_hot (const Set *set,
           gboolean   trades)
{
  double ours[ROUNDS], general[ROUNDS], glib[ROUNDS], peer[ROUNDS], n = set_size (set);
  double a, b, c;
  Set other;
  guint64 sum = run_json_glib (set, trades);

  set_init (&other, "reordered");
  reorder (&other, set);
  set_seal (&other);
  for (guint r = 0; r < ROUNDS; r++)
    {
      gint64 start = g_get_monotonic_time ();

      check ("ours", run_decoder (set, tf_venue_find ("binance")), sum);
      ours[r] = (double) (g_get_monotonic_time () - start) * 1000 / n;
      start = g_get_monotonic_time ();
      check ("general", run_decoder (&other, tf_venue_find ("binance")), sum);
      general[r] = (double) (g_get_monotonic_time () - start) * 1000 / n;
#ifdef HAVE_SIMDJSON
      start = g_get_monotonic_time ();
      check ("simdjson", run_simdjson (set, trades), sum);
      peer[r] = (double) (g_get_monotonic_time () - start) * 1000 / n;
#else
      peer[r] = 0;
#endif
      start = g_get_monotonic_time ();
      check ("json-glib", run_json_glib (set, trades), sum);
      glib[r] = (double) (g_get_monotonic_time () - start) * 1000 / n;
    }
  a = median (ours);
  b = median (general);
  c = median (glib);
  printf ("%s (%u messages): decoder %.0f ns (%.2f M/s), other order of keys %.0f ns, json-glib %.0f ns, simdjson ",
          set->name, set_size (set), a, 1000 / a, b, c);
#ifdef HAVE_SIMDJSON
  printf ("%.0f ns\n", median (peer));
  printf ("  × json-glib: %.1f (wanted 15), other order %.1f (wanted 6); × simdjson: %.2f (wanted 1)\n", c / a, c / b,
          peer[ROUNDS / 2] / a);
#else
  printf ("absent\n  × json-glib: %.1f (wanted 15), other order %.1f (wanted 6)\n", c / a, c / b);
#endif
  g_byte_array_unref (other.text);
  g_array_unref (other.starts);
}

static void
bench_books (const char *venue,
             const char *path)
{
  double rate[ROUNDS];
  Set set;

  set_init (&set, path);
  if (!set_load (&set, path, NULL))
    {
      printf ("%s: no recording here\n", path);
      return;
    }
  for (guint r = 0; r < ROUNDS; r++)
    {
      gint64 start = g_get_monotonic_time ();

      run_decoder (&set, tf_venue_find (venue));
      rate[r] = set_size (&set) * 1e6 / (double) (g_get_monotonic_time () - start);
    }
  printf ("%s: %u messages, %.0f a second\n", path, set_size (&set), median (rate));
  g_byte_array_unref (set.text);
  g_array_unref (set.starts);
}

int
main (void)
{
  const char *recording = "binance/spot_btcusdt_20240808.jsonl.gz";
  Set quotes, trades;

  set_init (&quotes, "bookTicker");
  set_init (&trades, "trade");
  if (!set_load (&quotes, recording, "@bookTicker"))
    make_quotes (&quotes);
  if (!set_load (&trades, recording, "@trade"))
    make_trades (&trades);
  set_seal (&quotes);
  set_seal (&trades);
  bench_hot (&quotes, FALSE);
  bench_hot (&trades, TRUE);
  puts ("books, checksums and all (wanted 300,000 updates a second):");
  bench_books ("kraken", "kraken/derived_v2_book_20210417.jsonl.gz");
  bench_books ("kraken", "kraken/v1_book_20210417.jsonl.gz");
  bench_books ("coinbase", "coinbase/exchange_20210417_a.jsonl.gz");
  puts ("and with snapshots of 40,000 levels, 5 MB a message:");
  bench_books ("coinbase", "coinbase/advanced_20260809.jsonl.gz");
  g_byte_array_unref (quotes.text);
  g_byte_array_unref (trades.text);
  g_array_unref (quotes.starts);
  g_array_unref (trades.starts);
  return 0;
}
