#include "io/feeds/dialect.h"

#include <stdarg.h>
#include <string.h>

static void
reply (GPtrArray  *replies,
       const char *format,
       ...) G_GNUC_PRINTF (2, 3);

static void
reply (GPtrArray  *replies,
       const char *format,
       ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (replies, g_strdup_vprintf (format, args));
  va_end (args);
}

static const char *
string_of (JsonObject *object,
           const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
    ? json_node_get_string (node) : NULL;
}

static gint64
int_of (JsonObject *object,
        const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;
}

static JsonArray *
array_of (JsonObject *object,
          const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonObject *
object_of (JsonObject *object,
           const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const char *
element (JsonArray *array,
         guint      k)
{
  JsonNode *node = json_array_get_element (array, k);

  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
}

static char *
to_text (JsonNode *node)
{
  return json_to_string (node, FALSE);
}

static const char *
query_of (GHashTable *query,
          const char *name)
{
  return query != NULL ? g_hash_table_lookup (query, name) : NULL;
}

static gint64
query_int (GHashTable *query,
           const char *name)
{
  const char *text = query_of (query, name);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
}

/* Unix seconds, or ISO 8601, as ns. */
static TfTime
query_time (GHashTable *query,
            const char *name)
{
  const char *text = query_of (query, name);
  TfTime time;

  if (text == NULL)
    return 0;
  if (strchr (text, 'T') != NULL)
    return tf_time_parse (text, &time, NULL) ? time : 0;
  return g_ascii_strtoll (text, NULL, 10) * TF_SECOND;
}

static gboolean
set_name (char        out[TF_SYMBOL_SIZE],
          const char *name)
{
  return name != NULL && *name != '\0' && g_strlcpy (out, name, TF_SYMBOL_SIZE) < TF_SYMBOL_SIZE;
}

static guint
channel_of (const char *name)
{
  static const struct { const char *name; guint channels; } channels[] = {
    { "trade", TF_CHANNEL_TRADES }, { "aggTrade", TF_CHANNEL_TRADES }, { "trades", TF_CHANNEL_TRADES },
    { "market_trades", TF_CHANNEL_TRADES }, { "matches", TF_CHANNEL_TRADES },
    { "bookTicker", TF_CHANNEL_QUOTES }, { "ticker", TF_CHANNEL_QUOTES }, { "ticker_batch", TF_CHANNEL_QUOTES },
    { "bbo", TF_CHANNEL_QUOTES }, { "depth", TF_CHANNEL_BOOK }, { "level2", TF_CHANNEL_BOOK },
    { "level2_batch", TF_CHANNEL_BOOK }, { "book", TF_CHANNEL_BOOK }, { "l2Book", TF_CHANNEL_BOOK },
    { "candles", TF_CHANNEL_CANDLES }, { "ohlc", TF_CHANNEL_CANDLES }, { "candle", TF_CHANNEL_CANDLES },
    { "userFills", TF_CHANNEL_FILLS }, { "allMids", TF_CHANNEL_MIDS },
  };
  gsize length = strcspn (name, "@_0123456789");

  for (guint k = 0; k < G_N_ELEMENTS (channels); k++)
    if (strcmp (channels[k].name, name) == 0)
      return channels[k].channels;
  if (g_str_has_prefix (name, "kline_"))
    return TF_CHANNEL_CANDLES;
  return length == 5 && strncmp (name, "depth", 5) == 0 ? TF_CHANNEL_BOOK : 0;
}

static void
append_decimal (GString *out,
                gint64   raw)
{
  char buffer[TF_DECIMAL_SIZE];

  g_string_append (out, tf_decimal_format (raw, buffer));
}

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

static void
append_side (GString          *out,
             const TfBookSide *side,
             const char       *between, /* prices and quantities */
             const char       *open,
             const char       *close,
             guint             most)
{
  for (guint k = 0; k < MIN (side->n, most); k++)
    {
      g_string_append (out, k > 0 ? "," : "");
      g_string_append (out, open);
      append_decimal (out, tf_book_level (side, k)->price.raw);
      g_string_append (out, between);
      append_decimal (out, tf_book_level (side, k)->quantity.raw);
      g_string_append (out, close);
    }
}

static char *
iso (TfTime time,
     char   buffer[TF_TIME_SIZE])
{
  return tf_time_format (time, buffer);
}

/* Where the trades after an id begin. */
static guint
first_after (const TfAnswerData *data)
{
  guint k = 0;

  while (k < data->n_trades && (data->trades[k].id <= data->after || data->trades[k].time < data->from))
    k++;
  return k;
}

/* --- Binance --- */

static gboolean
binance_command (JsonObject        *message,
                 guint              depth,
                 TfDialectSubscribe subscribe,
                 gpointer           data,
                 GPtrArray         *replies)
{
  const char *method = string_of (message, "method");
  JsonArray *params = array_of (message, "params");
  JsonNode *id = json_object_get_member (message, "id");
  g_autofree char *number = id != NULL ? to_text (id) : g_strdup ("null");
  gboolean on = g_strcmp0 (method, "SUBSCRIBE") == 0;

  if ((!on && g_strcmp0 (method, "UNSUBSCRIBE") != 0) || params == NULL)
    {
      reply (replies, "{\"code\":2,\"msg\":\"Invalid request: unknown variant\",\"id\":%s}", number);
      return FALSE;
    }
  reply (replies, "{\"result\":null,\"id\":%s}", number);
  for (guint k = 0; k < json_array_get_length (params); k++)
    {
      g_auto (GStrv) parts = g_strsplit (element (params, k), "@", 2);
      g_autofree char *name = parts[0] != NULL ? g_utf8_strup (parts[0], -1) : NULL;

      if (name != NULL && parts[1] != NULL)
        subscribe (name, channel_of (parts[1]), on, data);
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
  data->after = query_int (query, "fromId") - 1;
  data->from = query_int (query, "startTime") * 1000000;
  data->to = query_int (query, "endTime") * 1000000;
  data->limit = (guint) query_int (query, "limit");
  if (query_of (query, "interval") != NULL)
    tf_interval_parse (query_of (query, "interval"), &data->interval, NULL);
  return set_name (name, query_of (query, "symbol"));
}

static void
binance_trades (GString            *out,
                const TfAnswerData *data)
{
  guint first = first_after (data), limit = data->limit != 0 ? MIN (data->limit, 1000) : 500;

  if (data->after < 0) /* no anchor: the newest */
    first = data->n_trades - MIN (data->n_trades, limit);
  g_string_append_c (out, '[');
  for (guint k = first; k < MIN (data->n_trades, first + limit); k++)
    {
      const TfPlayedTrade *trade = &data->trades[k];

      g_string_append_printf (out, "%s{\"id\":%" G_GINT64_FORMAT ",\"price\":\"", k > first ? "," : "", trade->id);
      append_decimal (out, trade->price.raw);
      g_string_append (out, "\",\"qty\":\"");
      append_decimal (out, trade->quantity.raw);
      g_string_append_printf (out, "\",\"quoteQty\":\"0\",\"time\":%" G_GINT64_FORMAT ",\"isBuyerMaker\":%s,\"isBestMatch\":true}",
                              trade->time / 1000000, trade->side < 0 ? "true" : "false");
    }
  g_string_append_c (out, ']');
}

static void
append_candle (GString        *out,
               const TfCandle *candle,
               const char     *order, /* of o h l c v */
               const char     *quote)
{
  for (const char *p = order; *p != '\0'; p++)
    {
      gint64 raw = *p == 'o' ? candle->open.raw : *p == 'h' ? candle->high.raw : *p == 'l' ? candle->low.raw
        : *p == 'c' ? candle->close.raw : candle->volume.raw;

      g_string_append (out, p > order ? "," : "");
      g_string_append (out, quote);
      append_decimal (out, raw);
      g_string_append (out, quote);
    }
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
      append_candle (out, &candles[k], "ohlcv", "\"");
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
  append_side (out, &data->book->bids, "\",\"", "[\"", "\"]", data->limit != 0 ? data->limit : 100);
  g_string_append (out, "],\"asks\":[");
  append_side (out, &data->book->asks, "\",\"", "[\"", "\"]", data->limit != 0 ? data->limit : 100);
  g_string_append (out, "]}");
}

/* --- Coinbase Exchange --- */

static gboolean
exchange_command (JsonObject        *message,
                  guint              depth,
                  TfDialectSubscribe subscribe,
                  gpointer           data,
                  GPtrArray         *replies)
{
  const char *type = string_of (message, "type");
  JsonArray *products = array_of (message, "product_ids"), *channels = array_of (message, "channels");
  gboolean on = g_strcmp0 (type, "subscribe") == 0;
  g_autoptr (GString) out = g_string_new ("{\"type\":\"subscriptions\",\"channels\":[");

  if ((!on && g_strcmp0 (type, "unsubscribe") != 0) || channels == NULL)
    {
      reply (replies, "{\"type\":\"error\",\"message\":\"Failed to subscribe\",\"reason\":\"no channels given\"}");
      return FALSE;
    }
  for (guint c = 0; c < json_array_get_length (channels); c++)
    {
      JsonNode *node = json_array_get_element (channels, c);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = object != NULL ? string_of (object, "name") : element (channels, c);
      JsonArray *of = object != NULL && array_of (object, "product_ids") != NULL ? array_of (object, "product_ids") : products;

      if (name == NULL || of == NULL)
        continue;
      g_string_append_printf (out, "%s{\"name\":\"%s\",\"product_ids\":[", c > 0 ? "," : "", name);
      for (guint k = 0; k < json_array_get_length (of); k++)
        g_string_append_printf (out, "%s\"%s\"", k > 0 ? "," : "", element (of, k));
      g_string_append (out, "]}");
    }
  g_string_append (out, "]}");
  reply (replies, "%s", out->str);
  for (guint c = 0; c < json_array_get_length (channels); c++)
    {
      JsonNode *node = json_array_get_element (channels, c);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = object != NULL ? string_of (object, "name") : element (channels, c);
      JsonArray *of = object != NULL && array_of (object, "product_ids") != NULL ? array_of (object, "product_ids") : products;

      for (guint k = 0; name != NULL && of != NULL && k < json_array_get_length (of); k++)
        subscribe (element (of, k), channel_of (name), on, data);
    }
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
  append_side (out, &book->asks, "\",\"", "[\"", "\"]", G_MAXUINT);
  g_string_append (out, "],\"bids\":[");
  append_side (out, &book->bids, "\",\"", "[\"", "\"]", G_MAXUINT);
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
  const char *at = strstr (path, "/products"), *granularity = query_of (query, "granularity");
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
  data->limit = (guint) query_int (query, "limit");
  data->before = query_int (query, "after"); /* pages go back in time: after this page come smaller ids */
  data->after = query_int (query, "before");
  return set_name (name, parts[2]);
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
      append_decimal (out, trade->price.raw);
      g_string_append (out, "\",\"size\":\"");
      append_decimal (out, trade->quantity.raw);
      g_string_append_printf (out, "\",\"side\":\"%s\",\"time\":\"%s\"}", /* the maker's */
                              trade->side > 0 ? advanced ? "SELL" : "sell" : advanced ? "BUY" : "buy", iso (trade->time, time));
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
      append_candle (out, &candles[k], "lhocv", "");
      g_string_append (out, k > 0 ? "]," : "]");
    }
  g_string_append_c (out, ']');
}

static void
exchange_book (GString            *out,
               const TfAnswerData *data)
{
  g_string_append (out, "{\"sequence\":1,\"bids\":[");
  append_side (out, &data->book->bids, "\",\"", "[\"", "\",1]", G_MAXUINT);
  g_string_append (out, "],\"asks\":[");
  append_side (out, &data->book->asks, "\",\"", "[\"", "\",1]", G_MAXUINT);
  g_string_append (out, "]}");
}

/* --- Coinbase Advanced Trade --- */

static gboolean
coinbase_command (JsonObject        *message,
                  guint              depth,
                  TfDialectSubscribe subscribe,
                  gpointer           data,
                  GPtrArray         *replies)
{
  const char *type = string_of (message, "type"), *channel = string_of (message, "channel");
  JsonArray *products = array_of (message, "product_ids");
  gboolean on = g_strcmp0 (type, "subscribe") == 0;
  g_autoptr (GString) list = g_string_new (NULL);

  if ((!on && g_strcmp0 (type, "unsubscribe") != 0) || channel == NULL)
    {
      reply (replies, "{\"type\":\"error\",\"message\":\"channel is required\"}");
      return FALSE;
    }
  for (guint k = 0; products != NULL && k < json_array_get_length (products); k++)
    g_string_append_printf (list, "%s\"%s\"", k > 0 ? "," : "", element (products, k));
  reply (replies, "{\"channel\":\"subscriptions\",\"client_id\":\"\",\"timestamp\":\"2020-01-01T00:00:00Z\",\"sequence_num\":0,"
                  "\"events\":[{\"subscriptions\":{\"%s\":[%s]}}]}", channel, list->str);
  for (guint k = 0; products != NULL && k < json_array_get_length (products); k++)
    subscribe (element (products, k), channel_of (channel), on, data);
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

  iso (now, time);
  g_string_append_printf (out, "{\"channel\":\"l2_data\",\"client_id\":\"\",\"timestamp\":\"%s\",\"sequence_num\":0,\"events\":["
                          "{\"type\":\"snapshot\",\"product_id\":\"%s\",\"updates\":[", time, name);
  for (guint s = 0; s < 2; s++)
    {
      const TfBookSide *side = s == 0 ? &book->bids : &book->asks;

      for (guint k = 0; k < side->n; k++)
        {
          g_string_append_printf (out, "%s{\"side\":\"%s\",\"event_time\":\"%s\",\"price_level\":\"", k + s > 0 ? "," : "",
                                  s == 0 ? "bid" : "offer", time);
          append_decimal (out, tf_book_level (side, k)->price.raw);
          g_string_append (out, "\",\"new_quantity\":\"");
          append_decimal (out, tf_book_level (side, k)->quantity.raw);
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
          append_candle (out, &candles[k], members[m].letter, "\"");
        }
      g_string_append (out, k > 0 ? "}," : "}");
    }
  g_string_append (out, "]}");
}

/* --- Kraken --- */

static gboolean
kraken_command (JsonObject        *message,
                guint              depth,
                TfDialectSubscribe subscribe,
                gpointer           data,
                GPtrArray         *replies)
{
  const char *method = string_of (message, "method"), *channel;
  JsonObject *params = object_of (message, "params");
  JsonArray *symbols = array_of (params, "symbol");
  gint64 id = int_of (message, "req_id");
  gboolean on = g_strcmp0 (method, "subscribe") == 0;
  g_autofree char *extra = NULL;

  if (g_strcmp0 (method, "ping") == 0)
    {
      reply (replies, "{\"method\":\"pong\",\"req_id\":%" G_GINT64_FORMAT ",\"time_in\":\"2020-01-01T00:00:00Z\","
                      "\"time_out\":\"2020-01-01T00:00:00Z\"}", id);
      return TRUE;
    }
  channel = string_of (params, "channel");
  if ((!on && g_strcmp0 (method, "unsubscribe") != 0) || channel == NULL)
    {
      reply (replies, "{\"error\":\"Invalid method\",\"method\":\"%s\",\"success\":false,\"req_id\":%" G_GINT64_FORMAT "}",
             method != NULL ? method : "", id);
      return FALSE;
    }
  extra = strcmp (channel, "book") == 0
    ? g_strdup_printf (",\"depth\":%" G_GINT64_FORMAT, depth != 0 ? depth : MAX (int_of (params, "depth"), 10)) : g_strdup ("");
  for (guint k = 0; symbols != NULL && k < json_array_get_length (symbols); k++)
    reply (replies, "{\"method\":\"%s\",\"result\":{\"channel\":\"%s\"%s,\"snapshot\":true,\"symbol\":\"%s\"},\"success\":true,"
                    "\"time_in\":\"2020-01-01T00:00:00Z\",\"time_out\":\"2020-01-01T00:00:00Z\",\"req_id\":%" G_GINT64_FORMAT "}",
           method, channel, extra, element (symbols, k), id);
  for (guint k = 0; symbols != NULL && k < json_array_get_length (symbols); k++)
    subscribe (element (symbols, k), channel_of (channel), on, data);
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
  data->limit = (guint) query_int (query, "count");
  data->interval = MAX (query_int (query, "interval"), 1) * TF_MINUTE;
  data->from = query_int (query, "since");
  if (data->from < G_GINT64_CONSTANT (100000000000))
    data->from *= TF_SECOND;
  return set_name (name, query_of (query, "pair"));
}

static void
kraken_trades (GString            *out,
               const TfAnswerData *data)
{
  guint first = first_after (data), limit = data->limit != 0 ? MIN (data->limit, 1000) : 1000;
  TfTime last = data->from;

  g_string_append_printf (out, "{\"error\":[],\"result\":{\"%s\":[", data->name);
  for (guint k = first; k < MIN (data->n_trades, first + limit); k++)
    {
      const TfPlayedTrade *trade = &data->trades[k];

      g_string_append (out, k > first ? ",[\"" : "[\"");
      append_decimal (out, trade->price.raw);
      g_string_append (out, "\",\"");
      append_decimal (out, trade->quantity.raw);
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
      append_candle (out, &candles[k], "ohlcc", "\""); /* the fifth is the vwap */
      g_string_append_c (out, ',');
      append_candle (out, &candles[k], "v", "\"");
      g_string_append (out, ",1]");
    }
  g_string_append_printf (out, "],\"last\":%" G_GINT64_FORMAT "}}", n > 1 ? candles[n - 2].time / TF_SECOND : 0);
}

static void
kraken_book (GString            *out,
             const TfAnswerData *data)
{
  g_string_append_printf (out, "{\"error\":[],\"result\":{\"%s\":{\"asks\":[", data->name);
  append_side (out, &data->book->asks, "\",\"", "[\"", "\",0]", data->limit != 0 ? data->limit : 100);
  g_string_append (out, "],\"bids\":[");
  append_side (out, &data->book->bids, "\",\"", "[\"", "\",0]", data->limit != 0 ? data->limit : 100);
  g_string_append (out, "]}}}");
}

/* --- Hyperliquid --- */

static gboolean
hyperliquid_command (JsonObject        *message,
                     guint              depth,
                     TfDialectSubscribe subscribe,
                     gpointer           data,
                     GPtrArray         *replies)
{
  const char *method = string_of (message, "method"), *type;
  JsonObject *subscription = object_of (message, "subscription");
  g_autofree char *echo = NULL;

  if (g_strcmp0 (method, "ping") == 0)
    {
      reply (replies, "{\"channel\":\"pong\"}");
      return TRUE;
    }
  type = string_of (subscription, "type");
  if (type == NULL || channel_of (type) == 0)
    {
      reply (replies, "{\"channel\":\"error\",\"data\":\"Error parsing JSON into valid websocket request\"}");
      return FALSE;
    }
  echo = to_text (json_object_get_member (message, "subscription"));
  reply (replies, "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"%s\",\"subscription\":%s}}", method, echo);
  subscribe (string_of (subscription, "coin"), channel_of (type), g_strcmp0 (method, "subscribe") == 0, data);
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
  const char *type = string_of (body, "type");
  JsonObject *req = object_of (body, "req");

  if (g_strcmp0 (type, "meta") == 0)
    {
      *kind = TF_FETCH_INSTRUMENTS;
      return TRUE;
    }
  if (g_strcmp0 (type, "candleSnapshot") == 0)
    {
      *kind = TF_FETCH_CANDLES;
      data->from = int_of (req, "startTime") * 1000000;
      data->to = int_of (req, "endTime") * 1000000;
      if (string_of (req, "interval") != NULL)
        tf_interval_parse (string_of (req, "interval"), &data->interval, NULL);
      return set_name (name, string_of (req, "coin"));
    }
  if (g_strcmp0 (type, "recentTrades") == 0)
    *kind = TF_FETCH_TRADES;
  else if (g_strcmp0 (type, "l2Book") == 0)
    *kind = TF_FETCH_BOOK;
  else
    return FALSE;
  return set_name (name, string_of (body, "coin"));
}

static void
hyperliquid_trades (GString            *out,
                    const TfAnswerData *data)
{
  guint first = data->n_trades - MIN (data->n_trades, 30);

  g_string_append_c (out, '[');
  for (guint k = first; k < data->n_trades; k++)
    {
      const TfPlayedTrade *trade = &data->trades[k];

      g_string_append_printf (out, "%s{\"coin\":\"%s\",\"side\":\"%s\",\"px\":\"", k > first ? "," : "", data->name,
                              trade->side > 0 ? "B" : "A");
      append_decimal (out, trade->price.raw);
      g_string_append (out, "\",\"sz\":\"");
      append_decimal (out, trade->quantity.raw);
      g_string_append_printf (out, "\",\"time\":%" G_GINT64_FORMAT ",\"hash\":\"0x0\",\"tid\":%" G_GINT64_FORMAT ",\"users\":[\"0x0\",\"0x0\"]}",
                              trade->time / 1000000, trade->id);
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
          append_candle (out, &candles[k], (char[]) { *p, '\0' }, "\"");
        }
      g_string_append (out, ",\"n\":1}");
    }
  g_string_append_c (out, ']');
}

static void
hyperliquid_book (GString            *out,
                  const TfAnswerData *data)
{
  g_string_append_printf (out, "{\"coin\":\"%s\",\"time\":%" G_GINT64_FORMAT ",\"levels\":[[", data->name, data->now / 1000000);
  append_side (out, &data->book->bids, "\",\"sz\":\"", "{\"n\":1,\"px\":\"", "\"}", 20);
  g_string_append (out, "],[");
  append_side (out, &data->book->asks, "\",\"sz\":\"", "{\"n\":1,\"px\":\"", "\"}", 20);
  g_string_append (out, "]]}");
}

static const TfDialect dialects[] = {
  { .venue = "binance", .maintenance = "{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\",\"E\":1}}",
    .command = binance_command, .question = binance_question, .trades = binance_trades, .candles = binance_candles,
    .book = binance_book },
  { .venue = "coinbase",
    .heartbeat = "{\"channel\":\"heartbeats\",\"client_id\":\"\",\"timestamp\":\"2020-01-01T00:00:00Z\",\"sequence_num\":0,\"events\":["
                 "{\"current_time\":\"2020-01-01 00:00:00 +0000 UTC m=+1\",\"heartbeat_counter\":1}]}",
    .command = coinbase_command, .snapshot = coinbase_snapshot, .question = coinbase_question,
    .trades = coinbase_trades, .candles = coinbase_candles, .book = exchange_book },
  { .venue = "coinbase-exchange", .command = exchange_command, .snapshot = exchange_snapshot, .question = coinbase_question,
    .trades = exchange_trades, .candles = exchange_candles, .book = exchange_book },
  { .venue = "kraken", .heartbeat = "{\"channel\":\"heartbeat\"}",
    .greeting = "{\"channel\":\"status\",\"type\":\"update\",\"data\":[{\"api_version\":\"v2\",\"connection_id\":17843232920108168701,"
                "\"system\":\"online\",\"version\":\"2.0.10\"}]}",
    .maintenance = "{\"channel\":\"status\",\"type\":\"update\",\"data\":[{\"api_version\":\"v2\",\"connection_id\":17843232920108168701,"
                   "\"system\":\"maintenance\",\"version\":\"2.0.10\"}]}",
    .command = kraken_command, .snapshot = kraken_snapshot, .question = kraken_question, .trades = kraken_trades,
    .candles = kraken_candles, .book = kraken_book },
  { .venue = "hyperliquid", .greeting = "Websocket connection established.", .command = hyperliquid_command,
    .question = hyperliquid_question, .trades = hyperliquid_trades, .candles = hyperliquid_candles, .book = hyperliquid_book },
};

/**
 * tf_dialect_find:
 * @venue: its id
 */
const TfDialect *
tf_dialect_find (const char *venue)
{
  for (guint k = 0; k < G_N_ELEMENTS (dialects); k++)
    if (strcmp (dialects[k].venue, venue) == 0)
      return &dialects[k];
  return NULL;
}
