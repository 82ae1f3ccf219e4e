/* Hyperliquid as its server speaks: see io/feeds/venues/hyperliquid.c. */

#include "io/feeds/dialect-private.h"
#include "io/feeds/dialects/dialects.h"

static gboolean
hyperliquid_command (JsonObject        *message,
                     guint              depth,
                     TfDialectSubscribe subscribe,
                     gpointer           data,
                     GPtrArray         *replies)
{
  const char *method = tf_dialect_string (message, "method"), *type;
  JsonObject *subscription = tf_dialect_object (message, "subscription");
  g_autofree char *echo = NULL;

  if (g_strcmp0 (method, "ping") == 0)
    {
      tf_dialect_reply (replies, "{\"channel\":\"pong\"}");
      return TRUE;
    }
  type = tf_dialect_string (subscription, "type");
  if (type == NULL || tf_dialect_channel (type) == 0)
    {
      tf_dialect_reply (replies, "{\"channel\":\"error\",\"data\":\"Error parsing JSON into valid websocket request\"}");
      return FALSE;
    }
  echo = json_to_string (json_object_get_member (message, "subscription"), FALSE);
  tf_dialect_reply (replies, "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"%s\",\"subscription\":%s}}",
                    method, echo);
  subscribe (tf_dialect_string (subscription, "coin"), tf_dialect_channel (type), g_strcmp0 (method, "subscribe") == 0,
             data);
  return TRUE;
}

static gboolean
hyperliquid_question (const char   *path,
                      GHashTable   *query,
                      JsonObject   *body,
                      TfFetchKind  *kind,
                      char          name[TF_SYMBOL_SIZE],
                      TfAnswerData *data)
{
  const char *type = tf_dialect_string (body, "type");
  JsonObject *req = tf_dialect_object (body, "req");

  if (g_strcmp0 (type, "meta") == 0)
    {
      *kind = TF_FETCH_INSTRUMENTS;
      return TRUE;
    }
  if (g_strcmp0 (type, "candleSnapshot") == 0)
    {
      *kind = TF_FETCH_CANDLES;
      data->from = tf_dialect_int (req, "startTime") * 1000000;
      data->to = tf_dialect_int (req, "endTime") * 1000000;
      if (tf_dialect_string (req, "interval") != NULL)
        tf_interval_parse (tf_dialect_string (req, "interval"), &data->interval, NULL);
      return tf_dialect_set_name (name, tf_dialect_string (req, "coin"));
    }
  if (g_strcmp0 (type, "recentTrades") == 0)
    *kind = TF_FETCH_TRADES;
  else if (g_strcmp0 (type, "l2Book") == 0)
    *kind = TF_FETCH_BOOK;
  else
    return FALSE;
  return tf_dialect_set_name (name, tf_dialect_string (body, "coin"));
}

static void
hyperliquid_trades (GString            *out,
                    const TfAnswerData *data)
{
  guint first = data->n_trades - MIN (data->n_trades, 30);

  g_string_append_c (out, '[');
  for (guint k = data->n_trades; k-- > first; ) /* the newest first */
    {
      const TfPlayedTrade *trade = &data->trades[k];

      g_string_append_printf (out, "%s{\"coin\":\"%s\",\"side\":\"%s\",\"px\":\"", k + 1 < data->n_trades ? "," : "", data->name,
                              trade->side > 0 ? "B" : "A");
      tf_dialect_append (out, trade->price.raw);
      g_string_append (out, "\",\"sz\":\"");
      tf_dialect_append (out, trade->quantity.raw);
      g_string_append_printf (out, "\",\"time\":%" G_GINT64_FORMAT ",\"hash\":\"0x0\",\"tid\":%" G_GINT64_FORMAT
                              ",\"users\":[\"0x0\",\"0x0\"]}", trade->time / 1000000, trade->id);
    }
  g_string_append_c (out, ']');
}

static void
hyperliquid_candles (GString            *out,
                     const TfAnswerData *data,
                     const TfCandle     *candles,
                     guint               n)
{
  gboolean days = data->interval % TF_DAY == 0, hours = data->interval % TF_HOUR == 0;
  TfTime unit = days ? TF_DAY : hours ? TF_HOUR : TF_MINUTE;

  g_string_append_c (out, '[');
  for (guint k = 0; k < n; k++)
    {
      g_string_append_printf (out, "%s{\"t\":%" G_GINT64_FORMAT ",\"T\":%" G_GINT64_FORMAT ",\"s\":\"%s\","
                              "\"i\":\"%" G_GINT64_FORMAT "%c\"", k > 0 ? "," : "", candles[k].time / 1000000,
                              (candles[k].time + data->interval) / 1000000 - 1, data->name, data->interval / unit,
                              days ? 'd' : hours ? 'h' : 'm');
      for (const char *p = "ohlcv"; *p != '\0'; p++)
        {
          g_string_append_printf (out, ",\"%c\":", *p);
          tf_dialect_append_candle (out, &candles[k], (char[]) { *p, '\0' }, "\"");
        }
      g_string_append (out, ",\"n\":1}");
    }
  g_string_append_c (out, ']');
}

static void
hyperliquid_book (GString            *out,
                  const TfAnswerData *data)
{
  g_string_append_printf (out, "{\"coin\":\"%s\",\"time\":%" G_GINT64_FORMAT ",\"levels\":[[", data->name,
                          data->now / 1000000);
  tf_dialect_append_side (out, &data->book->bids, "\",\"sz\":\"", "{\"n\":1,\"px\":\"", "\"}", 20);
  g_string_append (out, "],[");
  tf_dialect_append_side (out, &data->book->asks, "\",\"sz\":\"", "{\"n\":1,\"px\":\"", "\"}", 20);
  g_string_append (out, "]]}");
}

const TfDialect tf_dialect_hyperliquid = {
  .venue = "hyperliquid",
  .greeting = "Websocket connection established.",
  .command = hyperliquid_command,
  .question = hyperliquid_question,
  .trades = hyperliquid_trades,
  .candles = hyperliquid_candles,
  .book = hyperliquid_book,
};
