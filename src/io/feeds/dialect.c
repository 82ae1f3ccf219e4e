#include "io/feeds/dialect-private.h"

#include <stdarg.h>
#include <string.h>

#include "io/feeds/dialects/dialects.h"

void
tf_dialect_reply (GPtrArray  *replies,
                  const char *format,
                  ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (replies, g_strdup_vprintf (format, args));
  va_end (args);
}

const char *
tf_dialect_string (JsonObject *object,
                   const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
    ? json_node_get_string (node) : NULL;
}

gint64
tf_dialect_int (JsonObject *object,
                const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;
}

JsonArray *
tf_dialect_array (JsonObject *object,
                  const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

JsonObject *
tf_dialect_object (JsonObject *object,
                   const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* “” where it is no string. */
const char *
tf_dialect_element (JsonArray *array,
                    guint      k)
{
  JsonNode *node = json_array_get_element (array, k);

  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
}

const char *
tf_dialect_query (GHashTable *query,
                  const char *name)
{
  return query != NULL ? g_hash_table_lookup (query, name) : NULL;
}

gint64
tf_dialect_query_int (GHashTable *query,
                      const char *name)
{
  const char *text = tf_dialect_query (query, name);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
}

gboolean
tf_dialect_set_name (char        out[TF_SYMBOL_SIZE],
                     const char *name)
{
  return name != NULL && *name != '\0' && g_strlcpy (out, name, TF_SYMBOL_SIZE) < TF_SYMBOL_SIZE;
}

/* What a venue's name of a channel stands for; 0: none that is known. */
guint
tf_dialect_channel (const char *name)
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

void
tf_dialect_append (GString *out,
                   gint64   raw)
{
  char buffer[TF_DECIMAL_SIZE];

  g_string_append (out, tf_decimal_format (raw, buffer));
}

void
tf_dialect_append_side (GString          *out,
                        const TfBookSide *side,
                        const char       *between, /* price and quantity */
                        const char       *open,
                        const char       *close,
                        guint             most)
{
  for (guint k = 0; k < MIN (side->n, most); k++)
    {
      g_string_append (out, k > 0 ? "," : "");
      g_string_append (out, open);
      tf_dialect_append (out, tf_book_level (side, k)->price.raw);
      g_string_append (out, between);
      tf_dialect_append (out, tf_book_level (side, k)->quantity.raw);
      g_string_append (out, close);
    }
}

/* The figures of a candle in that order, in quotes or not. */
void
tf_dialect_append_candle (GString        *out,
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
      tf_dialect_append (out, raw);
      g_string_append (out, quote);
    }
}

/* Where the trades after an id begin. */
guint
tf_dialect_first_after (const TfAnswerData *data)
{
  guint k = 0;

  while (k < data->n_trades && (data->trades[k].id <= data->after || data->trades[k].time < data->from))
    k++;
  return k;
}

static const TfDialect *const dialects[] = {
  &tf_dialect_binance, &tf_dialect_coinbase, &tf_dialect_coinbase_exchange, &tf_dialect_kraken, &tf_dialect_hyperliquid,
};

/**
 * tf_dialect_find:
 * @venue: its id
 */
const TfDialect *
tf_dialect_find (const char *venue)
{
  for (guint k = 0; k < G_N_ELEMENTS (dialects); k++)
    if (strcmp (dialects[k]->venue, venue) == 0)
      return dialects[k];
  return NULL;
}
