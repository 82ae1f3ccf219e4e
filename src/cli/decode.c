/* tradefollow-cli decode --venue V FILE */

#include <stdio.h>
#include <string.h>

#include <zlib.h>

#include "cli/command.h"
#include "core/base/error.h"
#include "io/feeds/json-scan.h"
#include "io/feeds/venue.h"

#define CHUNK (1 << 20)

/* The lines of a file, plain or .gz (of any number of members). */
typedef struct
{
  gzFile      file;
  GByteArray *data;
  gsize       at;
  gboolean    end;
} Lines;

static gboolean
lines_open (Lines      *self,
            const char *path)
{
  *self = (Lines) { .file = gzopen (path, "rb"), .data = g_byte_array_new () };
  return self->file != NULL;
}

static void
lines_close (Lines *self)
{
  if (self->file != NULL)
    gzclose_r (self->file);
  g_clear_pointer (&self->data, g_byte_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lines, lines_close)

/* The next line without its end; NULL at the end of the file, and with @error set when it cannot be read. */
static const char *
lines_next (Lines   *self,
            gsize   *length,
            GError **error)
{
  gsize from = self->at;

  for (;;)
    {
      const char *start = (const char *) self->data->data + self->at;
      const char *stop = self->data->len > from
                             ? memchr (self->data->data + from, '\n', self->data->len - from) : NULL;
      guint kept;
      int got;

      if (stop != NULL || (self->end && self->data->len > self->at))
        {
          *length = stop != NULL ? (gsize) (stop - start) : self->data->len - self->at;
          self->at += *length + (stop != NULL);
          if (*length > 0 && start[*length - 1] == '\r')
            --*length;
          return start;
        }
      if (self->end)
        return NULL;
      if (self->at > 0)
        g_byte_array_remove_range (self->data, 0, (guint) self->at);
      self->at = 0;
      kept = self->data->len;
      from = kept;
      if (kept > TF_SCAN_LONGEST)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_RANGE, "found a line of more than %u bytes, expected a message", TF_SCAN_LONGEST);
          return NULL;
        }
      g_byte_array_set_size (self->data, kept + CHUNK);
      got = gzread (self->file, self->data->data + kept, CHUNK);
      if (got < 0 || (got == 0 && !gzeof (self->file)))
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found damaged or cut off gzip data, expected a whole file");
          return NULL;
        }
      g_byte_array_set_size (self->data, kept + (guint) got);
      self->end = got == 0;
    }
}

typedef struct
{
  TfDecoder *decoder;
  guint64    events[TF_FEED_KINDS];
} Output;

static const char *const kinds[TF_FEED_KINDS] = {
  [TF_FEED_TRADE] = "trade", [TF_FEED_QUOTE] = "quote", [TF_FEED_BOOK] = "book", [TF_FEED_CANDLE] = "candle",
  [TF_FEED_FILL] = "fill", [TF_FEED_MID] = "mid",
};

static void
put_decimal (const char *name,
             gint64      raw)
{
  char text[TF_DECIMAL_SIZE];

  printf (",\"%s\":\"%s\"", name, tf_decimal_format (raw, text));
}

static void
put_side (gint8 side)
{
  fputs (side > 0 ? ",\"side\":\"buy\"" : side < 0 ? ",\"side\":\"sell\"" : ",\"side\":null", stdout);
}

static void
put_text (const char *text)
{
  putchar ('"');
  for (; *text != '\0'; text++)
    if ((guchar) *text < 0x20 || *text == '"' || *text == '\\')
      printf ("\\u%04x", (guint) (guchar) *text);
    else
      putchar (*text);
  putchar ('"');
}

static void
put_levels (const char        *name,
            const TfBookLevel *levels,
            guint              n)
{
  char price[TF_DECIMAL_SIZE], quantity[TF_DECIMAL_SIZE];

  printf (",\"%s\":[", name);
  for (guint i = 0; i < n; i++)
    printf ("%s[\"%s\",\"%s\"]", i > 0 ? "," : "", tf_decimal_format (levels[i].price.raw, price),
            tf_decimal_format (levels[i].quantity.raw, quantity));
  putchar (']');
}

static void
put_side_of_quote (const char *name,
                   TfPrice     price,
                   TfQty       quantity)
{
  char text[TF_DECIMAL_SIZE];

  if (price.raw == 0)
    printf (",\"%s\":null,\"%s_quantity\":null", name, name);
  else
    {
      put_decimal (name, price.raw);
      printf (",\"%s_quantity\":\"%s\"", name, tf_decimal_format (quantity.raw, text));
    }
}

static void
put_interval (TfTime interval)
{
  static const struct { TfTime unit; char letter; } units[] = {
    { TF_DAY, 'd' }, { TF_HOUR, 'h' }, { TF_MINUTE, 'm' }, { TF_SECOND, 's' },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (interval % units[i].unit == 0)
      {
        printf (",\"interval\":\"%" G_GINT64_FORMAT "%c\"", interval / units[i].unit, units[i].letter);
        return;
      }
}

static void
print_event (const TfFeedEvent *event,
             gpointer           data)
{
  Output *self = data;
  char time[TF_TIME_SIZE];

  if (kinds[event->kind] == NULL)
    return;
  self->events[event->kind]++;
  printf ("{\"type\":\"%s\"", kinds[event->kind]);
  if (event->kind == TF_FEED_FILL)
    {
      fputs (",\"trader\":", stdout);
      if (event->fill.trader != NULL)
        put_text (event->fill.trader);
      else
        fputs ("null", stdout);
    }
  fputs (",\"instrument\":", stdout);
  put_text (tf_decoder_get_name (self->decoder, event->symbol));
  switch (event->kind)
    {
    case TF_FEED_TRADE:
      if (event->trade.id != 0)
        printf (",\"id\":%" G_GINT64_FORMAT, event->trade.id);
      else
        fputs (",\"id\":null", stdout);
      put_decimal ("price", event->trade.price.raw);
      put_decimal ("quantity", event->trade.quantity.raw);
      put_side (event->trade.side);
      break;
    case TF_FEED_QUOTE:
      put_side_of_quote ("bid", event->quote.bid, event->quote.bid_quantity);
      put_side_of_quote ("ask", event->quote.ask, event->quote.ask_quantity);
      break;
    case TF_FEED_BOOK:
      fputs (event->book.snapshot ? ",\"snapshot\":true" : ",\"snapshot\":false", stdout);
      put_levels ("bids", event->book.bids, event->book.n_bids);
      put_levels ("asks", event->book.asks, event->book.n_asks);
      break;
    case TF_FEED_CANDLE:
      put_interval (event->candle.interval);
      put_decimal ("open", event->candle.candle.open.raw);
      put_decimal ("high", event->candle.candle.high.raw);
      put_decimal ("low", event->candle.candle.low.raw);
      put_decimal ("close", event->candle.candle.close.raw);
      put_decimal ("volume", event->candle.candle.volume.raw);
      fputs (event->candle.closed ? ",\"closed\":true" : ",\"closed\":false", stdout);
      break;
    case TF_FEED_FILL:
      fputs (",\"id\":", stdout);
      put_text (event->fill.id);
      put_side (event->fill.side);
      put_decimal ("price", event->fill.price.raw);
      put_decimal ("quantity", event->fill.quantity.raw);
      if (event->fill.has_position)
        put_decimal ("position", event->fill.position.raw);
      else
        fputs (",\"position\":null", stdout);
      break;
    case TF_FEED_MID:
      put_decimal ("price", event->mid.price.raw);
      break;
    case TF_FEED_INSTRUMENT:
    case TF_FEED_ACK:
    case TF_FEED_STATUS:
    case TF_FEED_RESYNC:
    case TF_FEED_KINDS:
    default:
      break;
    }
  if (event->time != 0)
    printf (",\"time\":\"%s\"}\n", tf_time_format (event->time, time));
  else
    puts (",\"time\":null}");
}

static void
put_counts (const char        *name,
            const TfFeedCount *counts)
{
  printf (",\"%s\":{", name);
  for (guint i = 0; counts[i].name != NULL; i++)
    printf ("%s\"%s\":%" G_GUINT64_FORMAT, i > 0 ? "," : "", counts[i].name, counts[i].n);
  putchar ('}');
}

static void
print_summary (const Output *self)
{
  const TfFeedCounts *counts = tf_decoder_get_counts (self->decoder);
  gboolean first = TRUE;

  printf ("{\"type\":\"summary\",\"messages\":%" G_GUINT64_FORMAT ",\"events\":{", counts->messages);
  for (guint k = 0; k < TF_FEED_KINDS; k++)
    if (self->events[k] > 0)
      {
        printf ("%s\"%s\":%" G_GUINT64_FORMAT, first ? "" : ",", kinds[k], self->events[k]);
        first = FALSE;
      }
  putchar ('}');
  put_counts ("ignored", counts->ignored);
  printf (",\"duplicates\":%" G_GUINT64_FORMAT ",\"errors\":%" G_GUINT64_FORMAT, counts->duplicates, counts->errors);
  put_counts ("faults", counts->faults);
  fputs (",\"books\":{", stdout);
  first = TRUE;
  for (guint i = 0; i < tf_decoder_get_n_symbols (self->decoder); i++)
    {
      const TfBookCounts *book = &tf_decoder_get_book (self->decoder, i)->counts;

      if (book->updates == 0)
        continue;
      if (!first)
        putchar (',');
      first = FALSE;
      put_text (tf_decoder_get_name (self->decoder, i));
      printf (":{\"updates\":%" G_GUINT64_FORMAT ",\"gaps\":%" G_GUINT64_FORMAT ",\"checksums_ok\":%" G_GUINT64_FORMAT
              ",\"checksums_bad\":%" G_GUINT64_FORMAT ",\"crossed\":%" G_GUINT64_FORMAT "}", book->updates, book->gaps,
              book->checksums_ok, book->checksums_bad, book->crossed);
    }
  puts ("}}");
}

/* What lies beside a recording “X.jsonl[.gz]”: X with another end. NULL where there is no such file. */
static char *
sibling (const char *path,
         const char *end)
{
  static const char *const ends[] = { ".jsonl.gz", ".jsonl" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (path, ends[i]))
      {
        g_autofree char *stem = g_strndup (path, strlen (path) - strlen (ends[i]));
        char *found = g_strconcat (stem, end, NULL);

        if (g_file_test (found, G_FILE_TEST_IS_REGULAR))
          return found;
        g_free (found);
        return NULL;
      }
  return NULL;
}

/* The snapshots that the recorder fetched, in the order in which it did; they are given to the books when their time
 * comes, and are no message of the file themselves. */
typedef struct
{
  Lines  lines;
  TfScan scan;
  TfTime time;    /* of the one at hand; 0: none */
  TfFetch fetch;
  const char *body;
  gsize  length;
} Snapshots;

static void
snapshots_close (Snapshots *self)
{
  tf_scan_clear (&self->scan);
  lines_close (&self->lines);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Snapshots, snapshots_close)

static void
snapshots_next (Snapshots     *self,
                const TfVenue *venue)
{
  static const char *const names[] = { "recv_ns", "url", "body" };
  const char *line;
  gsize length;

  self->time = 0;
  while (self->time == 0 && (line = lines_next (&self->lines, &length, NULL)) != NULL)
    {
      guint v[3];
      char url[512], *symbol;

      if (!tf_scan_text (&self->scan, line, length) || !tf_scan_fields (&self->scan, 0, names, 3, v)
          || !tf_scan_copy (&self->scan, v[1], url, sizeof url) || strstr (url, "/depth?") == NULL
          || (symbol = strstr (url, "symbol=")) == NULL)
        continue;
      symbol += strlen ("symbol=");
      symbol[strcspn (symbol, "&")] = '\0';
      self->fetch = (TfFetch) { .kind = TF_FETCH_BOOK };
      if (strlen (symbol) >= TF_SYMBOL_SIZE || !venue->from_venue (symbol, self->fetch.name)
          || !tf_scan_int (&self->scan, v[0], &self->time))
        continue;
      self->body = line + self->scan.tokens[v[2]].start;
      self->length = self->scan.tokens[v[2]].length;
    }
}

static gboolean
decode_file (Output        *output,
             const TfVenue *venue,
             const char    *path,
             GError       **error)
{
  g_autofree char *times_path = sibling (path, ".recv_ns.gz");
  g_autofree char *rest_path = venue->book_by_rest ? sibling (path, ".rest.jsonl.gz") : NULL;
  g_auto (Lines) lines = { 0 };
  g_auto (Lines) times = { 0 };
  g_auto (Snapshots) snapshots = { 0 };
  const char *line;
  gsize length;
  GError *failure = NULL;

  if (!lines_open (&times, times_path != NULL ? times_path : "/dev/null")
      || !lines_open (&snapshots.lines, rest_path != NULL ? rest_path : "/dev/null"))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found a file beside it that cannot be read", path);
      return FALSE;
    }
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || !lines_open (&lines, path))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found no readable file, expected recorded messages", path);
      return FALSE;
    }
  snapshots_next (&snapshots, venue);
  while ((line = lines_next (&lines, &length, &failure)) != NULL)
    {
      gsize digits;
      const char *text = lines_next (&times, &digits, NULL);
      gint64 received = 0;

      if (text != NULL && digits < 20)
        {
          char number[20];

          memcpy (number, text, digits);
          number[digits] = '\0';
          received = g_ascii_strtoll (number, NULL, 10);
        }
      while (snapshots.time != 0 && (received == 0 || snapshots.time <= received))
        {
          tf_venue_answer (output->decoder, &snapshots.fetch, snapshots.body, snapshots.length, snapshots.time, NULL, NULL);
          snapshots_next (&snapshots, venue);
        }
      if (length > 0)
        tf_decoder_decode (output->decoder, line, length, received, print_event, output);
    }
  if (failure != NULL)
    {
      g_propagate_prefixed_error (error, failure, "%s: ", path);
      return FALSE;
    }
  return TRUE;
}

static int
run_decode (int    argc,
            char **argv)
{
  g_autofree char *id = NULL;
  const GOptionEntry options[] = {
    { "venue", 0, 0, G_OPTION_ARG_STRING, &id, "Whose messages these are", "VENUE" },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (TfDecoder) decoder = NULL;
  const TfVenue *venue;
  Output output = { 0 };
  int status = tf_cli_parse (&tf_command_decode, options, &argc, &argv, TRUE);

  if (status != TF_EXIT_DONE)
    return status;
  if (id == NULL || argc != 2)
    return tf_cli_usage (&tf_command_decode, "found %s, expected one file and --venue", id == NULL ? "no --venue" : "no single file");
  venue = tf_venue_find (id);
  if (venue == NULL)
    return tf_cli_usage (&tf_command_decode, "found venue “%s”, expected one of tradefollow-cli list venues", id);
  output.decoder = decoder = tf_decoder_new (venue);
  if (!decode_file (&output, venue, argv[1], &error))
    {
      fflush (stdout);
      return tf_cli_fail (error);
    }
  print_summary (&output);
  return TF_EXIT_DONE;
}

const TfCommandLine tf_command_decode = {
  "decode", "--venue VENUE FILE", "A venue's recorded messages as normalised events, one JSON object a line", run_decode,
};
