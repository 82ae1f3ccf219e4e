/* Kraken as its server speaks: see io/feeds/venues/kraken.c. */

#include <string.h>

#include "io/feeds/dialect-private.h"
#include "io/feeds/dialects/dialects.h"

/* With so many digits behind the point, as venues write them. */
static void
append_digits (GString *out,
               gint64   raw,
               guint    digits)
{
  char text[TF_DECIMAL_SIZE * 2];
  gint64 rest = raw % TF_SCALE;
  gsize start = out->len;

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT ".%08" G_GINT64_FORMAT, raw / TF_SCALE, rest);
  g_string_append (out, text);
  for (guint k = 8; k < digits; k++)
    g_string_append_c (out, '0');
  g_string_truncate (out, (gsize) (strchr (out->str + start, '.') - out->str) + (digits > 0 ? digits + 1 : 0));
}

static gboolean
kraken_command (JsonObject        *message,
                guint              depth,
                TfDialectSubscribe subscribe,
                gpointer           data,
                GPtrArray         *replies)
{
  const char *method = tf_dialect_string (message, "method"), *channel;
  JsonObject *params = tf_dialect_object (message, "params");
  JsonArray *symbols = tf_dialect_array (params, "symbol");
  gint64 id = tf_dialect_int (message, "req_id");
  gboolean on = g_strcmp0 (method, "subscribe") == 0;
  g_autofree char *extra = NULL;

  if (g_strcmp0 (method, "ping") == 0)
    {
      tf_dialect_reply (replies, "{\"method\":\"pong\",\"req_id\":%" G_GINT64_FORMAT ","
                        "\"time_in\":\"2020-01-01T00:00:00Z\",\"time_out\":\"2020-01-01T00:00:00Z\"}", id);
      return TRUE;
    }
  channel = tf_dialect_string (params, "channel");
  if ((!on && g_strcmp0 (method, "unsubscribe") != 0) || channel == NULL)
    {
      tf_dialect_reply (replies, "{\"error\":\"Invalid method\",\"method\":\"%s\",\"success\":false,"
                        "\"req_id\":%" G_GINT64_FORMAT "}", method != NULL ? method : "", id);
      return FALSE;
    }
  if (strcmp (channel, "book") == 0)
    extra = g_strdup_printf (",\"depth\":%" G_GINT64_FORMAT,
                             depth != 0 ? depth : MAX (tf_dialect_int (params, "depth"), 10));
  for (guint k = 0; symbols != NULL && k < json_array_get_length (symbols); k++)
    {
      const char *symbol = tf_dialect_element (symbols, k);

      tf_dialect_reply (replies, "{\"method\":\"%s\",\"result\":{\"channel\":\"%s\"%s,\"snapshot\":true,"
                        "\"symbol\":\"%s\"},\"success\":true,\"time_in\":\"2020-01-01T00:00:00Z\","
                        "\"time_out\":\"2020-01-01T00:00:00Z\",\"req_id\":%" G_GINT64_FORMAT "}",
                        method, channel, extra != NULL ? extra : "", symbol, id);
      subscribe (symbol, tf_dialect_channel (channel), on, data);
    }
  return TRUE;
}

static void
checksum_text (GString          *out,
               const TfBookSide *side,
               guint             price_digits,
               guint             qty_digits)
{
  for (guint k = 0; k < MIN (side->n, 10); k++)
    for (guint field = 0; field < 2; field++)
      {
        g_autoptr (GString) text = g_string_new (NULL);
        const char *start;

        append_digits (text, field == 0 ? tf_book_level (side, k)->price.raw : tf_book_level (side, k)->quantity.raw,
                       field == 0 ? price_digits : qty_digits);
        for (gsize i = 0; i < text->len; )
          if (text->str[i] == '.')
            g_string_erase (text, (gssize) i, 1);
          else
            i++;
        for (start = text->str; *start == '0'; start++)
          ;
        g_string_append (out, start);
      }
}

static guint32
crc32_of (const GString *text)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < text->len; i++)
    {
      crc ^= (guchar) text->str[i];
      for (guint k = 0; k < 8; k++)
        crc = (crc >> 1) ^ (0xedb88320 & (0u - (crc & 1)));
    }
  return ~crc;
}

static char *
kraken_snapshot (const char   *name,
                 const TfBook *book,
                 guint         price_digits,
                 guint         qty_digits,
                 TfTime        now)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GString) sum = g_string_new (NULL);

  g_string_append_printf (out, "{\"channel\":\"book\",\"type\":\"snapshot\",\"data\":[{\"symbol\":\"%s\"", name);
  for (guint s = 0; s < 2; s++)
    {
      const TfBookSide *side = s == 0 ? &book->bids : &book->asks;

      g_string_append (out, s == 0 ? ",\"bids\":[" : ",\"asks\":[");
      for (guint k = 0; k < side->n; k++)
        {
          g_string_append (out, k > 0 ? ",{\"price\":" : "{\"price\":");
          append_digits (out, tf_book_level (side, k)->price.raw, price_digits);
          g_string_append (out, ",\"qty\":");
          append_digits (out, tf_book_level (side, k)->quantity.raw, qty_digits);
          g_string_append_c (out, '}');
        }
      g_string_append_c (out, ']');
    }
  checksum_text (sum, &book->asks, price_digits, qty_digits);
  checksum_text (sum, &book->bids, price_digits, qty_digits);
  g_string_append_printf (out, ",\"checksum\":%u}]}", crc32_of (sum));
  return g_string_free (out, FALSE);
}

static gboolean
kraken_question (const char   *path,
                 GHashTable   *query,
                 JsonObject   *body,
                 TfFetchKind  *kind,
                 char          name[TF_SYMBOL_SIZE],
                 TfAnswerData *data)
{
  if (g_str_has_suffix (path, "/AssetPairs"))
    {
      *kind = TF_FETCH_INSTRUMENTS;
      return TRUE;
    }
  if (g_str_has_suffix (path, "/OHLC"))
    *kind = TF_FETCH_CANDLES;
  else if (g_str_has_suffix (path, "/Trades"))
    *kind = TF_FETCH_TRADES;
  else if (g_str_has_suffix (path, "/Depth"))
    *kind = TF_FETCH_BOOK;
  else
    return FALSE;
  data->limit = (guint) tf_dialect_query_int (query, "count");
  data->interval = MAX (tf_dialect_query_int (query, "interval"), 1) * TF_MINUTE;
  data->from = tf_dialect_query_int (query, "since");
  if (data->from < G_GINT64_CONSTANT (100000000000))
    data->from *= TF_SECOND;
  return tf_dialect_set_name (name, tf_dialect_query (query, "pair"));
}

static void
kraken_trades (GString            *out,
               const TfAnswerData *data)
{
  guint first = tf_dialect_first_after (data), limit = data->limit != 0 ? MIN (data->limit, 1000) : 1000;
  TfTime last = data->from;

  g_string_append_printf (out, "{\"error\":[],\"result\":{\"%s\":[", data->name);
  for (guint k = first; k < MIN (data->n_trades, first + limit); k++)
    {
      const TfPlayedTrade *trade = &data->trades[k];

      g_string_append (out, k > first ? ",[\"" : "[\"");
      tf_dialect_append (out, trade->price.raw);
      g_string_append (out, "\",\"");
      tf_dialect_append (out, trade->quantity.raw);
      g_string_append_printf (out, "\",%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT ",\"%s\",\"m\",\"\",%" G_GINT64_FORMAT "]",
                              trade->time / TF_SECOND, trade->time % TF_SECOND, trade->side > 0 ? "b" : "s", trade->id);
      last = trade->time;
    }
  g_string_append_printf (out, "],\"last\":\"%" G_GINT64_FORMAT "\"}}", last);
}

static void
kraken_candles (GString            *out,
                const TfAnswerData *data,
                const TfCandle     *candles,
                guint               n)
{
  g_string_append_printf (out, "{\"error\":[],\"result\":{\"%s\":[", data->name);
  for (guint k = 0; k < n; k++)
    {
      g_string_append_printf (out, "%s[%" G_GINT64_FORMAT ",", k > 0 ? "," : "", candles[k].time / TF_SECOND);
      tf_dialect_append_candle (out, &candles[k], "ohlcc", "\""); /* the fifth is the vwap */
      g_string_append_c (out, ',');
      tf_dialect_append_candle (out, &candles[k], "v", "\"");
      g_string_append (out, ",1]");
    }
  g_string_append_printf (out, "],\"last\":%" G_GINT64_FORMAT "}}", n > 1 ? candles[n - 2].time / TF_SECOND : 0);
}

static void
kraken_book (GString            *out,
             const TfAnswerData *data)
{
  g_string_append_printf (out, "{\"error\":[],\"result\":{\"%s\":{\"asks\":[", data->name);
  tf_dialect_append_side (out, &data->book->asks, "\",\"", "[\"", "\",0]", data->limit != 0 ? data->limit : 100);
  g_string_append (out, "],\"bids\":[");
  tf_dialect_append_side (out, &data->book->bids, "\",\"", "[\"", "\",0]", data->limit != 0 ? data->limit : 100);
  g_string_append (out, "]}}}");
}

const TfDialect tf_dialect_kraken = {
  .venue = "kraken",
  .heartbeat = "{\"channel\":\"heartbeat\"}",
  .greeting = "{\"channel\":\"status\",\"type\":\"update\",\"data\":[{\"api_version\":\"v2\","
              "\"connection_id\":17843232920108168701,\"system\":\"online\",\"version\":\"2.0.10\"}]}",
  .maintenance = "{\"channel\":\"status\",\"type\":\"update\",\"data\":[{\"api_version\":\"v2\","
                 "\"connection_id\":17843232920108168701,\"system\":\"maintenance\",\"version\":\"2.0.10\"}]}",
  .command = kraken_command,
  .snapshot = kraken_snapshot,
  .question = kraken_question,
  .trades = kraken_trades,
  .candles = kraken_candles,
  .book = kraken_book,
};
