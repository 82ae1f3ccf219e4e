/* Binance as its server speaks: see io/feeds/venues/binance.c. */

#include "io/feeds/dialect-private.h"
#include "io/feeds/dialects/dialects.h"

static gboolean
binance_command (JsonObject        *message,
                 guint              depth,
                 TfDialectSubscribe subscribe,
                 gpointer           data,
                 GPtrArray         *replies)
{
  const char *method = tf_dialect_string (message, "method");
  JsonArray *params = tf_dialect_array (message, "params");
  JsonNode *id = json_object_get_member (message, "id");
  g_autofree char *number = id != NULL ? json_to_string (id, FALSE) : g_strdup ("null");
  gboolean on = g_strcmp0 (method, "SUBSCRIBE") == 0;

  if ((!on && g_strcmp0 (method, "UNSUBSCRIBE") != 0) || params == NULL)
    {
      tf_dialect_reply (replies, "{\"code\":2,\"msg\":\"Invalid request: unknown variant\",\"id\":%s}", number);
      return FALSE;
    }
  tf_dialect_reply (replies, "{\"result\":null,\"id\":%s}", number);
  for (guint k = 0; k < json_array_get_length (params); k++)
    {
      g_auto (GStrv) parts = g_strsplit (tf_dialect_element (params, k), "@", 2);
      g_autofree char *name = parts[0] != NULL ? g_utf8_strup (parts[0], -1) : NULL;

      if (name != NULL && parts[1] != NULL)
        subscribe (name, tf_dialect_channel (parts[1]), on, data);
    }
  return TRUE;
}

static gboolean
binance_question (const char   *path,
                  GHashTable   *query,
                  JsonObject   *body,
                  TfFetchKind  *kind,
                  char          name[TF_SYMBOL_SIZE],
                  TfAnswerData *data)
{
  if (g_str_has_suffix (path, "/exchangeInfo"))
    {
      *kind = TF_FETCH_INSTRUMENTS;
      return TRUE;
    }
  if (g_str_has_suffix (path, "/depth"))
    *kind = TF_FETCH_BOOK;
  else if (g_str_has_suffix (path, "rades"))
    *kind = TF_FETCH_TRADES;
  else if (g_str_has_suffix (path, "/klines"))
    *kind = TF_FETCH_CANDLES;
  else
    return FALSE;
  data->after = tf_dialect_query_int (query, "fromId") - 1;
  data->from = tf_dialect_query_int (query, "startTime") * 1000000;
  data->to = tf_dialect_query_int (query, "endTime") * 1000000;
  data->limit = (guint) tf_dialect_query_int (query, "limit");
  if (tf_dialect_query (query, "interval") != NULL)
    tf_interval_parse (tf_dialect_query (query, "interval"), &data->interval, NULL);
  return tf_dialect_set_name (name, tf_dialect_query (query, "symbol"));
}

static void
binance_trades (GString            *out,
                const TfAnswerData *data)
{
  guint first = tf_dialect_first_after (data), limit = data->limit != 0 ? MIN (data->limit, 1000) : 500;

  if (data->after < 0) /* no anchor: the newest */
    first = data->n_trades - MIN (data->n_trades, limit);
  g_string_append_c (out, '[');
  for (guint k = first; k < MIN (data->n_trades, first + limit); k++)
    {
      const TfPlayedTrade *trade = &data->trades[k];

      g_string_append_printf (out, "%s{\"id\":%" G_GINT64_FORMAT ",\"price\":\"", k > first ? "," : "", trade->id);
      tf_dialect_append (out, trade->price.raw);
      g_string_append (out, "\",\"qty\":\"");
      tf_dialect_append (out, trade->quantity.raw);
      g_string_append_printf (out, "\",\"quoteQty\":\"0\",\"time\":%" G_GINT64_FORMAT ",\"isBuyerMaker\":%s,"
                              "\"isBestMatch\":true}",
                              trade->time / 1000000, trade->side < 0 ? "true" : "false");
    }
  g_string_append_c (out, ']');
}

static void
binance_candles (GString            *out,
                 const TfAnswerData *data,
                 const TfCandle     *candles,
                 guint               n)
{
  g_string_append_c (out, '[');
  for (guint k = 0; k < n; k++)
    {
      g_string_append_printf (out, "%s[%" G_GINT64_FORMAT ",", k > 0 ? "," : "", candles[k].time / 1000000);
      tf_dialect_append_candle (out, &candles[k], "ohlcv", "\"");
      g_string_append_printf (out, ",%" G_GINT64_FORMAT ",\"0\",1,\"0\",\"0\",\"0\"]",
                              (candles[k].time + data->interval) / 1000000 - 1);
    }
  g_string_append_c (out, ']');
}

static void
binance_book (GString            *out,
              const TfAnswerData *data)
{
  g_string_append_printf (out, "{\"lastUpdateId\":%" G_GINT64_FORMAT ",\"bids\":[", data->book->last);
  tf_dialect_append_side (out, &data->book->bids, "\",\"", "[\"", "\"]", data->limit != 0 ? data->limit : 100);
  g_string_append (out, "],\"asks\":[");
  tf_dialect_append_side (out, &data->book->asks, "\",\"", "[\"", "\"]", data->limit != 0 ? data->limit : 100);
  g_string_append (out, "]}");
}

const TfDialect tf_dialect_binance = {
  .venue = "binance",
  .maintenance = "{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\",\"E\":1}}",
  .command = binance_command,
  .question = binance_question,
  .trades = binance_trades,
  .candles = binance_candles,
  .book = binance_book,
};
