/* Coinbase as its servers speak, Exchange and Advanced Trade: see io/feeds/venues/coinbase.c. */

#include <string.h>

#include "io/feeds/dialect-private.h"
#include "io/feeds/dialects/dialects.h"

/* Unix seconds, or ISO 8601, as ns. */
static TfTime
query_time (GHashTable *query,
            const char *name)
{
  const char *text = tf_dialect_query (query, name);
  TfTime time;

  if (text == NULL)
    return 0;
  if (strchr (text, 'T') != NULL)
    return tf_time_parse (text, &time, NULL) ? time : 0;
  return g_ascii_strtoll (text, NULL, 10) * TF_SECOND;
}

/* --- Exchange --- */

static gboolean
exchange_command (JsonObject        *message,
                  guint              depth,
                  TfDialectSubscribe subscribe,
                  gpointer           data,
                  GPtrArray         *replies)
{
  const char *type = tf_dialect_string (message, "type");
  JsonArray *products = tf_dialect_array (message, "product_ids"), *channels = tf_dialect_array (message, "channels");
  gboolean on = g_strcmp0 (type, "subscribe") == 0;
  g_autoptr (GString) out = g_string_new ("{\"type\":\"subscriptions\",\"channels\":[");

  if ((!on && g_strcmp0 (type, "unsubscribe") != 0) || channels == NULL)
    {
      tf_dialect_reply (replies, "{\"type\":\"error\",\"message\":\"Failed to subscribe\",\"reason\":\"no channels given\"}");
      return FALSE;
    }
  for (guint c = 0; c < json_array_get_length (channels); c++)
    {
      JsonNode *node = json_array_get_element (channels, c);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = object != NULL ? tf_dialect_string (object, "name") : tf_dialect_element (channels, c);
      JsonArray *own = tf_dialect_array (object, "product_ids"), *of = own != NULL ? own : products;

      if (name == NULL || of == NULL)
        continue;
      g_string_append_printf (out, "%s{\"name\":\"%s\",\"product_ids\":[", c > 0 ? "," : "", name);
      for (guint k = 0; k < json_array_get_length (of); k++)
        {
          g_string_append_printf (out, "%s\"%s\"", k > 0 ? "," : "", tf_dialect_element (of, k));
          subscribe (tf_dialect_element (of, k), tf_dialect_channel (name), on, data);
        }
      g_string_append (out, "]}");
    }
  g_string_append (out, "]}");
  tf_dialect_reply (replies, "%s", out->str);
  return TRUE;
}

static char *
exchange_snapshot (const char   *name,
                   const TfBook *book,
                   guint         price_digits,
                   guint         qty_digits,
                   TfTime        now)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "{\"type\":\"snapshot\",\"product_id\":\"%s\",\"asks\":[", name);
  tf_dialect_append_side (out, &book->asks, "\",\"", "[\"", "\"]", G_MAXUINT);
  g_string_append (out, "],\"bids\":[");
  tf_dialect_append_side (out, &book->bids, "\",\"", "[\"", "\"]", G_MAXUINT);
  g_string_append (out, "]}");
  return g_string_free (out, FALSE);
}

static gboolean
coinbase_question (const char   *path,
                   GHashTable   *query,
                   JsonObject   *body,
                   TfFetchKind  *kind,
                   char          name[TF_SYMBOL_SIZE],
                   TfAnswerData *data)
{
  static const struct { const char *name; TfTime interval; } granularities[] = {
    { "ONE_MINUTE", TF_MINUTE }, { "FIVE_MINUTE", 5 * TF_MINUTE }, { "FIFTEEN_MINUTE", 15 * TF_MINUTE },
    { "THIRTY_MINUTE", 30 * TF_MINUTE }, { "ONE_HOUR", TF_HOUR }, { "TWO_HOUR", 2 * TF_HOUR }, { "SIX_HOUR", 6 * TF_HOUR },
    { "ONE_DAY", TF_DAY },
  };
  const char *at = strstr (path, "/products"), *granularity = tf_dialect_query (query, "granularity");
  g_auto (GStrv) parts = at != NULL ? g_strsplit (at, "/", 4) : NULL; /* "", products, NAME, WHAT */

  if (at == NULL)
    return FALSE;
  if (g_strv_length (parts) < 4)
    {
      *kind = TF_FETCH_INSTRUMENTS;
      return TRUE;
    }
  if (strcmp (parts[3], "candles") == 0)
    *kind = TF_FETCH_CANDLES;
  else if (strcmp (parts[3], "ticker") == 0 || strcmp (parts[3], "trades") == 0)
    *kind = TF_FETCH_TRADES;
  else
    *kind = TF_FETCH_BOOK;
  data->interval = granularity != NULL ? g_ascii_strtoll (granularity, NULL, 10) * TF_SECOND : 0;
  for (guint k = 0; granularity != NULL && k < G_N_ELEMENTS (granularities); k++)
    if (strcmp (granularities[k].name, granularity) == 0)
      data->interval = granularities[k].interval;
  data->from = query_time (query, "start");
  data->to = query_time (query, "end");
  data->limit = (guint) tf_dialect_query_int (query, "limit");
  data->before = tf_dialect_query_int (query, "after"); /* pages go back in time: after this page come smaller ids */
  data->after = tf_dialect_query_int (query, "before");
  return tf_dialect_set_name (name, parts[2]);
}

/* Newest first. Exchange's pages: ids below @before, above @after. */
static void
coinbase_list (GString            *out,
               const TfAnswerData *data,
               gboolean            advanced)
{
  guint limit = data->limit != 0 ? MIN (data->limit, 1000) : advanced ? 100 : 1000, n = 0;
  char time[TF_TIME_SIZE];

  for (guint k = data->n_trades; k-- > 0 && n < limit; )
    {
      const TfPlayedTrade *trade = &data->trades[k];

      if ((data->before != 0 && trade->id >= data->before) || trade->id <= data->after || trade->time < data->from
          || (data->to != 0 && trade->time / TF_SECOND > data->to / TF_SECOND))
        continue;
      g_string_append_printf (out, advanced ? "%s{\"trade_id\":\"%" G_GINT64_FORMAT "\",\"product_id\":\"%s\",\"price\":\""
                                            : "%s{\"trade_id\":%" G_GINT64_FORMAT ",\"product_id\":\"%s\",\"price\":\"",
                              n++ > 0 ? "," : "", trade->id, data->name);
      tf_dialect_append (out, trade->price.raw);
      g_string_append (out, "\",\"size\":\"");
      tf_dialect_append (out, trade->quantity.raw);
      g_string_append_printf (out, "\",\"side\":\"%s\",\"time\":\"%s\"}", /* the maker's */
                              trade->side > 0 ? advanced ? "SELL" : "sell" : advanced ? "BUY" : "buy",
                              tf_time_format (trade->time, time));
    }
}

static void
exchange_trades (GString            *out,
                 const TfAnswerData *data)
{
  g_string_append_c (out, '[');
  coinbase_list (out, data, FALSE);
  g_string_append_c (out, ']');
}

static void
exchange_candles (GString            *out,
                  const TfAnswerData *data,
                  const TfCandle     *candles,
                  guint               n)
{
  g_string_append_c (out, '[');
  for (guint k = n; k-- > 0; )
    {
      g_string_append_printf (out, "[%" G_GINT64_FORMAT ",", candles[k].time / TF_SECOND);
      tf_dialect_append_candle (out, &candles[k], "lhocv", "");
      g_string_append (out, k > 0 ? "]," : "]");
    }
  g_string_append_c (out, ']');
}

static void
exchange_book (GString            *out,
               const TfAnswerData *data)
{
  g_string_append (out, "{\"sequence\":1,\"bids\":[");
  tf_dialect_append_side (out, &data->book->bids, "\",\"", "[\"", "\",1]", G_MAXUINT);
  g_string_append (out, "],\"asks\":[");
  tf_dialect_append_side (out, &data->book->asks, "\",\"", "[\"", "\",1]", G_MAXUINT);
  g_string_append (out, "]}");
}

/* --- Advanced Trade --- */

static gboolean
coinbase_command (JsonObject        *message,
                  guint              depth,
                  TfDialectSubscribe subscribe,
                  gpointer           data,
                  GPtrArray         *replies)
{
  const char *type = tf_dialect_string (message, "type"), *channel = tf_dialect_string (message, "channel");
  JsonArray *products = tf_dialect_array (message, "product_ids");
  gboolean on = g_strcmp0 (type, "subscribe") == 0;
  g_autoptr (GString) list = g_string_new (NULL);

  if ((!on && g_strcmp0 (type, "unsubscribe") != 0) || channel == NULL)
    {
      tf_dialect_reply (replies, "{\"type\":\"error\",\"message\":\"channel is required\"}");
      return FALSE;
    }
  for (guint k = 0; products != NULL && k < json_array_get_length (products); k++)
    {
      g_string_append_printf (list, "%s\"%s\"", k > 0 ? "," : "", tf_dialect_element (products, k));
      subscribe (tf_dialect_element (products, k), tf_dialect_channel (channel), on, data);
    }
  tf_dialect_reply (replies, "{\"channel\":\"subscriptions\",\"client_id\":\"\",\"timestamp\":\"2020-01-01T00:00:00Z\","
                    "\"sequence_num\":0,\"events\":[{\"subscriptions\":{\"%s\":[%s]}}]}", channel, list->str);
  return TRUE;
}

static char *
coinbase_snapshot (const char   *name,
                   const TfBook *book,
                   guint         price_digits,
                   guint         qty_digits,
                   TfTime        now)
{
  GString *out = g_string_new (NULL);
  char time[TF_TIME_SIZE];

  tf_time_format (now, time);
  g_string_append_printf (out, "{\"channel\":\"l2_data\",\"client_id\":\"\",\"timestamp\":\"%s\",\"sequence_num\":0,\"events\":["
                          "{\"type\":\"snapshot\",\"product_id\":\"%s\",\"updates\":[", time, name);
  for (guint s = 0; s < 2; s++)
    {
      const TfBookSide *side = s == 0 ? &book->bids : &book->asks;

      for (guint k = 0; k < side->n; k++)
        {
          g_string_append_printf (out, "%s{\"side\":\"%s\",\"event_time\":\"%s\",\"price_level\":\"", k + s > 0 ? "," : "",
                                  s == 0 ? "bid" : "offer", time);
          tf_dialect_append (out, tf_book_level (side, k)->price.raw);
          g_string_append (out, "\",\"new_quantity\":\"");
          tf_dialect_append (out, tf_book_level (side, k)->quantity.raw);
          g_string_append (out, "\"}");
        }
    }
  g_string_append (out, "]}]}");
  return g_string_free (out, FALSE);
}

static void
coinbase_trades (GString            *out,
                 const TfAnswerData *data)
{
  g_string_append (out, "{\"trades\":[");
  coinbase_list (out, data, TRUE);
  g_string_append (out, "],\"best_bid\":\"\",\"best_ask\":\"\"}");
}

static void
coinbase_candles (GString            *out,
                  const TfAnswerData *data,
                  const TfCandle     *candles,
                  guint               n)
{
  static const struct { const char *name; char letter[2]; } members[] = {
    { "low", "l" }, { "high", "h" }, { "open", "o" }, { "close", "c" }, { "volume", "v" },
  };

  g_string_append (out, "{\"candles\":[");
  for (guint k = n; k-- > 0; )
    {
      g_string_append_printf (out, "{\"start\":\"%" G_GINT64_FORMAT "\"", candles[k].time / TF_SECOND);
      for (guint m = 0; m < G_N_ELEMENTS (members); m++)
        {
          g_string_append_printf (out, ",\"%s\":", members[m].name);
          tf_dialect_append_candle (out, &candles[k], members[m].letter, "\"");
        }
      g_string_append (out, k > 0 ? "}," : "}");
    }
  g_string_append (out, "]}");
}

const TfDialect tf_dialect_coinbase = {
  .venue = "coinbase",
  .heartbeat = "{\"channel\":\"heartbeats\",\"client_id\":\"\",\"timestamp\":\"2020-01-01T00:00:00Z\","
               "\"sequence_num\":0,\"events\":[{\"current_time\":\"2020-01-01 00:00:00 +0000 UTC m=+1\","
               "\"heartbeat_counter\":1}]}",
  .command = coinbase_command,
  .snapshot = coinbase_snapshot,
  .question = coinbase_question,
  .trades = coinbase_trades,
  .candles = coinbase_candles,
  .book = exchange_book,
};

const TfDialect tf_dialect_coinbase_exchange = {
  .venue = "coinbase-exchange",
  .command = exchange_command,
  .snapshot = exchange_snapshot,
  .question = coinbase_question,
  .trades = exchange_trades,
  .candles = exchange_candles,
  .book = exchange_book,
};
