/* Binance spot: combined and raw streams, REST v3 (github.com/binance/binance-spot-api-docs, web-socket-streams.md and
 * rest-api.md). binance.us speaks the same. */

#include <string.h>

#include "io/feeds/decoder-private.h"
#include "io/feeds/venues/venues.h"

#define STREAMS_A_MESSAGE 50
#define ROWS 1000 /* most of a REST answer */

static const TfIntervalName intervals[] = {
  { "1m", TF_MINUTE }, { "3m", 3 * TF_MINUTE }, { "5m", 5 * TF_MINUTE }, { "15m", 15 * TF_MINUTE },
  { "30m", 30 * TF_MINUTE }, { "1h", TF_HOUR }, { "2h", 2 * TF_HOUR }, { "4h", 4 * TF_HOUR }, { "6h", 6 * TF_HOUR },
  { "8h", 8 * TF_HOUR }, { "12h", 12 * TF_HOUR }, { "1d", TF_DAY }, { "3d", 3 * TF_DAY }, { "1w", 7 * TF_DAY },
  { "1s", TF_SECOND }, { NULL }
};

/* Names have no separator. The list of instruments says how they come apart; before it is read, these quotes do, the
 * longer of two that fit first. */
static const char *const quotes[] = {
  "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USD", "EUR", "GBP", "AUD", "BRL", "TRY", "JPY", "BTC", "ETH", "BNB",
};

static gboolean
to_venue (const char *name,
          char        out[TF_SYMBOL_SIZE])
{
  gsize n = 0;

  for (; *name != '\0'; name++)
    {
      if (*name == '-')
        continue;
      if ((guchar) *name <= ' ' || strchr ("/@:\"\\&?%#", *name) != NULL || n == TF_SYMBOL_SIZE - 1)
        return FALSE;
      out[n++] = g_ascii_toupper (*name);
    }
  out[n] = '\0';
  return n > 0;
}

static gboolean
from_venue (const char *venue_name,
            char        out[TF_SYMBOL_SIZE])
{
  gsize length = strlen (venue_name);

  if (length + 2 > TF_SYMBOL_SIZE)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (quotes); i++)
    {
      gsize n = strlen (quotes[i]);

      if (length >= n + 2 && strcmp (venue_name + length - n, quotes[i]) == 0)
        {
          memcpy (out, venue_name, length - n);
          out[length - n] = '-';
          strcpy (out + length - n + 1, quotes[i]);
          return TRUE;
        }
    }
  strcpy (out, venue_name);
  return TRUE;
}

static GStrv
subscribe (const TfSubscription *list,
           guint                 n,
           gboolean              on,
           guint                *id)
{
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *messages = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    {
      const char *interval = tf_interval_to_venue (intervals, list[i].interval != 0 ? list[i].interval : TF_MINUTE);
      char name[TF_SYMBOL_SIZE];

      if (!to_venue (list[i].name, name))
        continue;
      for (char *p = name; *p != '\0'; p++)
        *p = g_ascii_tolower (*p);
      if (list[i].channels & TF_CHANNEL_TRADES)
        g_ptr_array_add (streams, g_strdup_printf ("\"%s@trade\"", name));
      if (list[i].channels & TF_CHANNEL_QUOTES)
        g_ptr_array_add (streams, g_strdup_printf ("\"%s@bookTicker\"", name));
      if (list[i].channels & TF_CHANNEL_BOOK)
        g_ptr_array_add (streams, g_strdup_printf ("\"%s@depth@100ms\"", name));
      if ((list[i].channels & TF_CHANNEL_CANDLES) && interval != NULL)
        g_ptr_array_add (streams, g_strdup_printf ("\"%s@kline_%s\"", name, interval));
    }
  for (guint at = 0; at < streams->len; at += STREAMS_A_MESSAGE)
    {
      GString *text = g_string_new (on ? "{\"method\":\"SUBSCRIBE\",\"params\":[" : "{\"method\":\"UNSUBSCRIBE\",\"params\":[");

      for (guint i = at; i < MIN (at + STREAMS_A_MESSAGE, streams->len); i++)
        g_string_append_printf (text, "%s%s", i > at ? "," : "", (char *) streams->pdata[i]);
      g_string_append_printf (text, "],\"id\":%u}", ++*id);
      g_ptr_array_add (messages, g_string_free (text, FALSE));
    }
  g_ptr_array_add (messages, NULL);
  return (GStrv) g_ptr_array_free (messages, FALSE);
}

/* The two messages that come thousands of times a second, read in one pass in the order of members that Binance
 * writes. What differs in any byte from that goes the long way, so nothing is lost by being strict here. */

typedef struct
{
  const char *p, *end;
} Cursor;

#define LITERAL(cursor, text) literal ((cursor), text, sizeof text - 1)

static inline gboolean
literal (Cursor     *c,
         const char *text,
         gsize       length)
{
  if ((gsize) (c->end - c->p) < length || memcmp (c->p, text, length) != 0)
    return FALSE;
  c->p += length;
  return TRUE;
}

static inline gboolean
whole (Cursor *c,
       gint64 *number)
{
  const char *start = c->p;
  guint64 sum = 0;

  if (c->end - c->p >= 8 && tf_scan_eight_digits (c->p, &sum))
    c->p += 8;
  while (c->p < c->end && (guchar) (*c->p - '0') < 10)
    sum = sum * 10 + (guint64) (*c->p++ - '0');
  *number = (gint64) sum;
  return c->p > start && c->p - start <= 18 && (*start != '0' || c->p - start == 1);
}

/* A decimal in quotes, which c->p is behind the first of. */
static inline gboolean
decimal (Cursor *c,
         gint64 *raw)
{
  const char *quote = memchr (c->p, '"', (gsize) MIN (c->end - c->p, 32));

  if (quote == NULL || !tf_decimal_scan (c->p, (gsize) (quote - c->p), raw, NULL))
    return FALSE;
  c->p = quote + 1;
  return TRUE;
}

static inline guint
symbol (Cursor    *c,
        TfDecoder *decoder)
{
  const char *quote = memchr (c->p, '"', (gsize) MIN (c->end - c->p, TF_SYMBOL_SIZE));
  guint found;

  if (quote == NULL)
    return TF_FEED_NO_SYMBOL;
  for (const char *p = c->p; p < quote; p++)
    if (!g_ascii_isalnum (*p))
      return TF_FEED_NO_SYMBOL;
  found = tf_decoder_symbol (decoder, c->p, (gsize) (quote - c->p));
  c->p = quote + 1;
  return found;
}

static gboolean
hot_quote (TfDecoder *decoder,
           Cursor     c,
           gboolean   combined)
{
  TfFeedEvent event = { .kind = TF_FEED_QUOTE };
  gint64 update;

  if (!LITERAL (&c, "{\"u\":") || !whole (&c, &update) || !LITERAL (&c, ",\"s\":\"")
      || (event.symbol = symbol (&c, decoder)) == TF_FEED_NO_SYMBOL
      || !LITERAL (&c, ",\"b\":\"") || !decimal (&c, &event.quote.bid.raw)
      || !LITERAL (&c, ",\"B\":\"") || !decimal (&c, &event.quote.bid_quantity.raw)
      || !LITERAL (&c, ",\"a\":\"") || !decimal (&c, &event.quote.ask.raw)
      || !LITERAL (&c, ",\"A\":\"") || !decimal (&c, &event.quote.ask_quantity.raw)
      || !(combined ? LITERAL (&c, "}}") : LITERAL (&c, "}")) || c.p != c.end
      || event.quote.bid.raw <= 0 || event.quote.ask.raw <= event.quote.bid.raw
      || event.quote.bid_quantity.raw < 0 || event.quote.ask_quantity.raw < 0)
    return FALSE;
  tf_decoder_emit (decoder, &event);
  return TRUE;
}

static gboolean
hot_trade (TfDecoder *decoder,
           Cursor     c,
           gboolean   combined)
{
  TfFeedEvent event = { .kind = TF_FEED_TRADE };
  gint64 sent, time;
  gboolean maker;

  if (!LITERAL (&c, "{\"e\":\"trade\",\"E\":") || !whole (&c, &sent) || !LITERAL (&c, ",\"s\":\"")
      || (event.symbol = symbol (&c, decoder)) == TF_FEED_NO_SYMBOL
      || !LITERAL (&c, ",\"t\":") || !whole (&c, &event.trade.id)
      || !LITERAL (&c, ",\"p\":\"") || !decimal (&c, &event.trade.price.raw)
      || !LITERAL (&c, ",\"q\":\"") || !decimal (&c, &event.trade.quantity.raw)
      || !LITERAL (&c, ",\"T\":") || !whole (&c, &time) || !LITERAL (&c, ",\"m\":"))
    return FALSE;
  maker = LITERAL (&c, "true");
  if ((!maker && !LITERAL (&c, "false")) || !(LITERAL (&c, ",\"M\":true") || LITERAL (&c, ",\"M\":false"))
      || !(combined ? LITERAL (&c, "}}") : LITERAL (&c, "}")) || c.p != c.end
      || event.trade.price.raw <= 0 || event.trade.quantity.raw <= 0 || event.trade.id <= 0
      || time <= 0 || time >= G_GINT64_CONSTANT (9000000000000))
    return FALSE;
  event.time = time * 1000000;
  event.trade.side = maker ? -1 : 1;
  tf_decoder_trade (decoder, &event, TRUE);
  return TRUE;
}

static gboolean
decode_hot (TfDecoder  *decoder,
            const char *bytes,
            gsize       length)
{
  Cursor c = { bytes, bytes + length };
  const char *at;

  if (!LITERAL (&c, "{\"stream\":\""))
    return LITERAL (&c, "{\"u\":") ? hot_quote (decoder, (Cursor) { bytes, c.end }, FALSE)
                                   : hot_trade (decoder, c, FALSE);
  for (at = c.p; at < c.end && g_ascii_isalnum (*at); at++)
    ;
  c.p = at;
  if (LITERAL (&c, "@bookTicker\",\"data\":"))
    return hot_quote (decoder, c, TRUE);
  return LITERAL (&c, "@trade\",\"data\":") && hot_trade (decoder, c, TRUE);
}

static void
decode_trade (TfDecoder *decoder,
              guint      object,
              const char *id)
{
  TfFeedEvent event = { .kind = TF_FEED_TRADE };
  guint v[6];

  if (!TF_FIELDS (decoder, object, v, "s", id, "p", "q", "T", "m"))
    {
      tf_decoder_fault (decoder, "trade");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (event.symbol == TF_FEED_NO_SYMBOL || !tf_decoder_price (decoder, v[2], &event.trade.price)
      || !tf_decoder_qty (decoder, v[3], &event.trade.quantity) || !tf_decoder_ms (decoder, v[4], &event.time))
    return;
  if (!tf_scan_int (&decoder->scan, v[1], &event.trade.id) || event.trade.id <= 0)
    tf_decoder_fault (decoder, "trade id");
  else if (v[5] == 0 || (tf_scan_kind (&decoder->scan, v[5]) != TF_SCAN_TRUE
                         && tf_scan_kind (&decoder->scan, v[5]) != TF_SCAN_FALSE))
    tf_decoder_fault (decoder, "side");
  else
    {
      /* m: the buyer was the maker, so the aggressor sold. */
      event.trade.side = tf_scan_kind (&decoder->scan, v[5]) == TF_SCAN_TRUE ? -1 : 1;
      tf_decoder_trade (decoder, &event, TRUE);
    }
}

static void
decode_quote (TfDecoder *decoder,
              guint      object)
{
  TfFeedEvent event = { .kind = TF_FEED_QUOTE };
  guint v[5];

  if (!TF_FIELDS (decoder, object, v, "s", "b", "B", "a", "A"))
    {
      tf_decoder_fault (decoder, "quote");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (event.symbol == TF_FEED_NO_SYMBOL)
    return;
  if (v[1] == 0 || v[2] == 0 || v[3] == 0 || v[4] == 0)
    tf_decoder_fault (decoder, "quote");
  else
    tf_decoder_quote (decoder, &event, v + 1);
}

static void
decode_depth (TfDecoder *decoder,
              guint      object)
{
  gint64 first, last;
  TfTime time;
  guint v[6], name;

  if (!TF_FIELDS (decoder, object, v, "s", "U", "u", "b", "a", "E"))
    {
      tf_decoder_fault (decoder, "depth");
      return;
    }
  name = tf_decoder_symbol_at (decoder, v[0]);
  if (name == TF_FEED_NO_SYMBOL || !tf_decoder_ms (decoder, v[5], &time))
    return;
  if (!tf_scan_int (&decoder->scan, v[1], &first) || !tf_scan_int (&decoder->scan, v[2], &last)
      || first <= 0 || last < first)
    {
      tf_decoder_fault (decoder, "sequence");
      return;
    }
  tf_decoder_clear_levels (decoder);
  if (tf_decoder_add_rows (decoder, TRUE, v[3], NULL) && tf_decoder_add_rows (decoder, FALSE, v[4], NULL))
    tf_decoder_book (decoder, name, FALSE, first, last, time);
}

static void
decode_candle (TfDecoder *decoder,
               guint      object)
{
  TfFeedEvent event = { .kind = TF_FEED_CANDLE };
  guint k, v[9];

  if (!TF_FIELDS (decoder, object, &k, "k") || k == 0
      || !TF_FIELDS (decoder, k, v, "o", "h", "l", "c", "v", "t", "i", "x", "s"))
    {
      tf_decoder_fault (decoder, "candle");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[8]);
  event.candle.interval = tf_interval_from_venue (&decoder->scan, v[6], intervals);
  event.candle.closed = v[7] != 0 && tf_scan_kind (&decoder->scan, v[7]) == TF_SCAN_TRUE;
  if (event.symbol == TF_FEED_NO_SYMBOL || !tf_decoder_ms (decoder, v[5], &event.candle.candle.time)
      || !tf_decoder_candle (decoder, v, &event.candle.candle))
    return;
  event.time = event.candle.candle.time;
  if (event.candle.interval == 0 || (!event.candle.closed && (v[7] == 0 || tf_scan_kind (&decoder->scan, v[7]) != TF_SCAN_FALSE)))
    tf_decoder_fault (decoder, "candle");
  else
    tf_decoder_emit (decoder, &event);
}

/* A snapshot of a book as REST gives it; recordings have them between the stream's messages. */
static void
decode_snapshot (TfDecoder *decoder,
                 guint      object,
                 guint      name)
{
  gint64 last;
  guint v[3];

  if (!TF_FIELDS (decoder, object, v, "lastUpdateId", "bids", "asks") || !tf_scan_int (&decoder->scan, v[0], &last)
      || last <= 0)
    {
      tf_decoder_fault (decoder, "sequence");
      return;
    }
  tf_decoder_clear_levels (decoder);
  if (tf_decoder_add_rows (decoder, TRUE, v[1], NULL) && tf_decoder_add_rows (decoder, FALSE, v[2], NULL))
    tf_decoder_book (decoder, name, TRUE, last, last, 0);
}

/* It has no name: it belongs to the book that waits, when there is only one. */
static guint
waiting_symbol (TfDecoder *decoder)
{
  guint found = TF_FEED_NO_SYMBOL;

  for (guint i = 0; i < decoder->symbols->len; i++)
    if (tf_decoder_at (decoder, i)->book.state == TF_BOOK_WAITING)
      {
        if (found != TF_FEED_NO_SYMBOL)
          return TF_FEED_NO_SYMBOL;
        found = i;
      }
  return found;
}

/* “btcusdt@depth20@100ms”: whole books of few levels. They are no news for the full book, and replace nothing. */
static void
decode_nameless (TfDecoder *decoder,
                 guint      object,
                 guint      stream)
{
  guint v[2], name;

  if (stream != 0)
    {
      tf_decoder_ignore (decoder, "partial depth");
      return;
    }
  if (!TF_FIELDS (decoder, object, v, "lastUpdateId", "bids") || v[0] == 0)
    {
      tf_decoder_ignore (decoder, "unknown");
      return;
    }
  name = waiting_symbol (decoder);
  if (name == TF_FEED_NO_SYMBOL)
    tf_decoder_ignore (decoder, "snapshot without a name");
  else
    decode_snapshot (decoder, object, name);
}

static void
decode_reply (TfDecoder *decoder,
              guint      result,
              guint      code,
              guint      text)
{
  tf_decoder_ignore (decoder, code != 0 ? "error" : "ack");
  if (code == 0)
    tf_decoder_note (decoder, TF_FEED_ACK, TF_NOTE_OK, TF_FEED_NO_SYMBOL, "ack");
  else
    tf_decoder_refusal (decoder, text, "refused");
}

static void
decode (TfDecoder  *decoder,
        const char *bytes,
        gsize       length)
{
  static const char *const known[] = {
    "24hrTicker", "24hrMiniTicker", "1hTicker", "4hTicker", "1dTicker", "avgPrice", NULL
  };
  const TfScan *scan = &decoder->scan;
  guint v[7], e[3], object = 0;

  if (decode_hot (decoder, bytes, length))
    return;
  if (!tf_scan_text (&decoder->scan, bytes, length))
    {
      tf_decoder_fault (decoder, "syntax");
      return;
    }
  if (tf_scan_kind (scan, 0) == TF_SCAN_ARRAY)
    {
      tf_decoder_ignore (decoder, "all markets");
      return;
    }
  if (!TF_FIELDS (decoder, 0, v, "stream", "data", "result", "code", "error", "msg", "id"))
    {
      tf_decoder_fault (decoder, "envelope");
      return;
    }
  if (v[1] == 0 && (v[2] != 0 || v[3] != 0 || v[4] != 0))
    {
      guint inner[2];

      if (v[4] != 0 && TF_FIELDS (decoder, v[4], inner, "code", "msg"))
        decode_reply (decoder, v[2], v[4], inner[1]);
      else
        decode_reply (decoder, v[2], v[3], v[5]);
      return;
    }
  if (v[1] != 0)
    object = v[1];
  if (object != 0 && tf_scan_kind (scan, object) == TF_SCAN_ARRAY)
    {
      tf_decoder_ignore (decoder, "all markets");
      return;
    }
  if (!TF_FIELDS (decoder, object, e, "e", "lastUpdateId", "B"))
    tf_decoder_fault (decoder, "envelope");
  else if (e[0] == 0 && e[1] == 0 && e[2] != 0)
    decode_quote (decoder, object);
  else if (e[0] == 0 && e[1] != 0)
    decode_nameless (decoder, object, v[0]);
  else if (e[0] == 0)
    tf_decoder_fault (decoder, "kind");
  else if (tf_scan_is (scan, e[0], "trade"))
    decode_trade (decoder, object, "t");
  else if (tf_scan_is (scan, e[0], "aggTrade"))
    decode_trade (decoder, object, "a");
  else if (tf_scan_is (scan, e[0], "depthUpdate"))
    decode_depth (decoder, object);
  else if (tf_scan_is (scan, e[0], "kline"))
    decode_candle (decoder, object);
  else if (tf_scan_is (scan, e[0], "bookTicker"))
    decode_quote (decoder, object);
  else if (tf_scan_is (scan, e[0], "serverShutdown"))
    {
      tf_decoder_ignore (decoder, "serverShutdown");
      tf_decoder_note (decoder, TF_FEED_STATUS, TF_NOTE_GOODBYE, TF_FEED_NO_SYMBOL, "serverShutdown");
    }
  else if (!tf_decoder_ignore_known (decoder, e[0], known))
    tf_decoder_ignore (decoder, "unknown");
}

static gboolean
request (const TfFetch *fetch,
         TfRequest     *out)
{
  char name[TF_SYMBOL_SIZE];
  const char *interval;

  if (fetch->kind == TF_FETCH_INSTRUMENTS)
    {
      out->path = g_strdup ("/api/v3/exchangeInfo");
      return TRUE;
    }
  if (!to_venue (fetch->name, name))
    return FALSE;
  switch (fetch->kind)
    {
    case TF_FETCH_CANDLES:
      interval = tf_interval_to_venue (intervals, fetch->interval);
      if (interval == NULL)
        return FALSE;
      out->path = g_strdup_printf ("/api/v3/klines?symbol=%s&interval=%s&startTime=%" G_GINT64_FORMAT "&endTime=%"
                                   G_GINT64_FORMAT "&limit=%d", name, interval, fetch->from / 1000000,
                                   fetch->to / 1000000 - 1, ROWS);
      return TRUE;
    case TF_FETCH_TRADES:
      if (fetch->after > 0)
        out->path = g_strdup_printf ("/api/v3/historicalTrades?symbol=%s&fromId=%" G_GINT64_FORMAT "&limit=%d", name,
                                     fetch->after + 1, ROWS);
      else
        out->path = g_strdup_printf ("/api/v3/trades?symbol=%s&limit=%d", name, ROWS);
      return TRUE;
    case TF_FETCH_BOOK:
      out->path = g_strdup_printf ("/api/v3/depth?symbol=%s&limit=%d", name, ROWS);
      return TRUE;
    case TF_FETCH_INSTRUMENTS:
    default:
      return FALSE;
    }
}

static void
answer_candles (TfDecoder *decoder,
                TfFetch   *fetch,
                guint      name)
{
  const TfScan *scan = &decoder->scan;
  guint n = 0;

  for (guint row = tf_scan_first (scan, 0); row < tf_scan_end (scan, 0); row = tf_scan_next (scan, row), n++)
    {
      TfFeedEvent event = { .kind = TF_FEED_CANDLE, .symbol = name };
      guint v[7];
      TfTime end;

      if (!tf_scan_row (scan, row, 7, v))
        {
          tf_decoder_fault (decoder, "candle");
          return;
        }
      if (!tf_decoder_ms (decoder, v[0], &event.candle.candle.time) || !tf_decoder_ms (decoder, v[6], &end)
          || !tf_decoder_candle (decoder, v + 1, &event.candle.candle))
        return;
      event.time = event.candle.candle.time;
      event.candle.interval = fetch->interval;
      event.candle.closed = end < decoder->received; /* the last row may be the running one */
      fetch->from = event.time + fetch->interval;
      tf_decoder_emit (decoder, &event);
    }
  fetch->more = n == ROWS && fetch->from < fetch->to;
}

static void
answer_trades (TfDecoder *decoder,
               TfFetch   *fetch,
               guint      name)
{
  const TfScan *scan = &decoder->scan;
  gboolean paged = fetch->after > 0;
  guint n = 0;
  TfTime newest = 0;

  for (guint row = tf_scan_first (scan, 0); row < tf_scan_end (scan, 0); row = tf_scan_next (scan, row), n++)
    {
      TfFeedEvent event = { .kind = TF_FEED_TRADE, .symbol = name };
      guint v[5];

      if (!TF_FIELDS (decoder, row, v, "id", "price", "qty", "time", "isBuyerMaker")
          || !tf_scan_int (scan, v[0], &event.trade.id) || event.trade.id <= 0 || v[4] == 0)
        {
          tf_decoder_fault (decoder, "trade");
          return;
        }
      if (!tf_decoder_price (decoder, v[1], &event.trade.price) || !tf_decoder_qty (decoder, v[2], &event.trade.quantity)
          || !tf_decoder_ms (decoder, v[3], &event.time))
        return;
      event.trade.side = tf_scan_kind (scan, v[4]) == TF_SCAN_TRUE ? -1 : 1;
      newest = event.time;
      fetch->after = MAX (fetch->after, event.trade.id);
      tf_decoder_trade (decoder, &event, TRUE);
    }
  fetch->more = paged && n == ROWS && (fetch->to == 0 || newest < fetch->to);
}

static void
answer_instruments (TfDecoder *decoder)
{
  const TfScan *scan = &decoder->scan;
  guint list;

  if (!TF_FIELDS (decoder, 0, &list, "symbols") || list == 0 || tf_scan_kind (scan, list) != TF_SCAN_ARRAY)
    {
      tf_decoder_fault (decoder, "instruments");
      return;
    }
  for (guint item = tf_scan_first (scan, list); item < tf_scan_end (scan, list); item = tf_scan_next (scan, item))
    {
      char venue_name[TF_SYMBOL_SIZE], base[TF_SYMBOL_SIZE], quote[TF_SYMBOL_SIZE], name[2 * TF_SYMBOL_SIZE + 2];
      gint64 tick = 1, lot = 1, minimum = 0;
      guint v[5];

      /* Names that do not fit are not traded here. */
      if (!TF_FIELDS (decoder, item, v, "symbol", "baseAsset", "quoteAsset", "status", "filters")
          || v[0] == 0 || v[1] == 0 || v[2] == 0 || v[4] == 0 || tf_scan_kind (scan, v[4]) != TF_SCAN_ARRAY
          || !tf_scan_copy (scan, v[0], venue_name, sizeof venue_name) || !tf_scan_copy (scan, v[1], base, sizeof base)
          || !tf_scan_copy (scan, v[2], quote, sizeof quote)
          || g_snprintf (name, sizeof name, "%s-%s", base, quote) >= TF_SYMBOL_SIZE)
        {
          tf_decoder_ignore (decoder, "instrument without a usable name");
          continue;
        }
      for (guint f = tf_scan_first (scan, v[4]); f < tf_scan_end (scan, v[4]); f = tf_scan_next (scan, f))
        {
          guint w[4];

          if (!TF_FIELDS (decoder, f, w, "tickSize", "stepSize", "minNotional", "filterType"))
            continue;
          if (w[3] != 0 && tf_scan_is (scan, w[3], "PRICE_FILTER") && !tf_scan_decimal (scan, w[0], &tick, NULL))
            tick = 0;
          if (w[3] != 0 && tf_scan_is (scan, w[3], "LOT_SIZE") && !tf_scan_decimal (scan, w[1], &lot, NULL))
            lot = 0;
          if (w[3] != 0 && (tf_scan_is (scan, w[3], "NOTIONAL") || tf_scan_is (scan, w[3], "MIN_NOTIONAL"))
              && !tf_scan_decimal (scan, w[2], &minimum, NULL))
            minimum = -1;
        }
      tf_decoder_instrument (decoder, venue_name, name, tick, lot, minimum,
                             v[3] != 0 && tf_scan_is (scan, v[3], "TRADING"));
    }
}

static void
answer (TfDecoder  *decoder,
        TfFetch    *fetch,
        const char *bytes,
        gsize       length)
{
  guint name = TF_FEED_NO_SYMBOL;

  if (!tf_scan_text (&decoder->scan, bytes, length))
    {
      tf_decoder_fault (decoder, "syntax");
      return;
    }
  if (fetch->kind != TF_FETCH_INSTRUMENTS)
    {
      name = tf_decoder_add_instrument (decoder, fetch->name);
      if (name == TF_FEED_NO_SYMBOL)
        {
          tf_decoder_fault (decoder, "symbol");
          return;
        }
    }
  if ((fetch->kind == TF_FETCH_CANDLES || fetch->kind == TF_FETCH_TRADES)
      && tf_scan_kind (&decoder->scan, 0) != TF_SCAN_ARRAY)
    tf_decoder_fault (decoder, "answer");
  else if (fetch->kind == TF_FETCH_CANDLES)
    answer_candles (decoder, fetch, name);
  else if (fetch->kind == TF_FETCH_TRADES)
    answer_trades (decoder, fetch, name);
  else if (fetch->kind == TF_FETCH_BOOK)
    decode_snapshot (decoder, 0, name);
  else
    answer_instruments (decoder);
}

const TfVenue tf_venue_binance = {
  .id = "binance",
  .title = "Binance",
  .url = "wss://stream.binance.com:9443/stream",
  .rest = "https://api.binance.com",
  .quote = "USDT",
  .channels = TF_CHANNEL_TRADES | TF_CHANNEL_QUOTES | TF_CHANNEL_BOOK | TF_CHANNEL_CANDLES,
  .watchdog = 60,
  .lifetime = 24 * 3600,
  .pace = 250,          /* five messages a second, pongs included */
  .subscriptions = 1024,
  .request_pace = 250,  /* the dearest request weighs 50 of 6000 a minute */
  .book_by_rest = TRUE,
  .to_venue = to_venue,
  .from_venue = from_venue,
  .subscribe = subscribe,
  .decode = decode,
  .request = request,
  .answer = answer,
};
