/* Coinbase: Advanced Trade (docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket) and Exchange
 * (docs.cdp.coinbase.com/exchange/websocket-feed). The two speak differently of the same market; a message says itself
 * which it is, so both decoders are one. In both, the side of a trade is the maker's. */

#include <string.h>

#include "io/feeds/decoder-private.h"
#include "io/feeds/venues/venues.h"

#define ADVANCED_ROWS 350 /* most candles of an answer */
#define EXCHANGE_ROWS 300
#define TRADES_ROWS 1000

static const TfIntervalName advanced_intervals[] = {
  { "ONE_MINUTE", TF_MINUTE }, { "FIVE_MINUTE", 5 * TF_MINUTE }, { "FIFTEEN_MINUTE", 15 * TF_MINUTE },
  { "THIRTY_MINUTE", 30 * TF_MINUTE }, { "ONE_HOUR", TF_HOUR }, { "TWO_HOUR", 2 * TF_HOUR },
  { "SIX_HOUR", 6 * TF_HOUR }, { "ONE_DAY", TF_DAY }, { NULL }
};

static const TfIntervalName exchange_intervals[] = {
  { "60", TF_MINUTE }, { "300", 5 * TF_MINUTE }, { "900", 15 * TF_MINUTE }, { "3600", TF_HOUR },
  { "21600", 6 * TF_HOUR }, { "86400", TF_DAY }, { NULL }
};

/* The venue's names are ours. */
static gboolean
same_name (const char *name,
           char        out[TF_SYMBOL_SIZE])
{
  const char *dash = strchr (name, '-');

  return dash != NULL && dash > name && dash[1] != '\0' && strpbrk (name, " \"\\/&?%#") == NULL
         && g_strlcpy (out, name, TF_SYMBOL_SIZE) < TF_SYMBOL_SIZE;
}

/* “"BTC-USD","ETH-USD"” of those that want @channel; NULL when there are none. */
static char *
products (const TfSubscription *list,
          guint                 n,
          guint                 channel)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char name[TF_SYMBOL_SIZE];

  for (guint i = 0; i < n; i++)
    if ((list[i].channels & channel) && same_name (list[i].name, name))
      g_string_append_printf (text, "%s\"%s\"", text->len > 0 ? "," : "", name);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static const struct { guint channel; const char *advanced, *exchange; } names[] = {
  { TF_CHANNEL_TRADES, "market_trades", "matches" },
  { TF_CHANNEL_QUOTES, "ticker", "ticker" },
  { TF_CHANNEL_BOOK, "level2", "level2_batch" },
  { TF_CHANNEL_CANDLES, "candles", NULL },
};

/* One channel a message; without heartbeats a quiet channel is closed after a minute. */
static GStrv
subscribe_advanced (const TfSubscription *list,
                    guint                 n,
                    gboolean              on,
                    guint                *id)
{
  GPtrArray *messages = g_ptr_array_new ();
  const char *type = on ? "subscribe" : "unsubscribe";

  if (on && n > 0)
    g_ptr_array_add (messages, g_strdup ("{\"type\":\"subscribe\",\"channel\":\"heartbeats\"}"));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *list_of = products (list, n, names[i].channel);

      if (list_of != NULL)
        g_ptr_array_add (messages, g_strdup_printf ("{\"type\":\"%s\",\"product_ids\":[%s],\"channel\":\"%s\"}", type,
                                                    list_of, names[i].advanced));
    }
  g_ptr_array_add (messages, NULL);
  return (GStrv) g_ptr_array_free (messages, FALSE);
}

static GStrv
subscribe_exchange (const TfSubscription *list,
                    guint                 n,
                    gboolean              on,
                    guint                *id)
{
  GPtrArray *messages = g_ptr_array_new ();
  g_autofree char *all = products (list, n, TF_CHANNEL_TRADES | TF_CHANNEL_QUOTES | TF_CHANNEL_BOOK);
  g_autoptr (GString) text = g_string_new (NULL);

  if (all != NULL)
    {
      g_string_append_printf (text, "{\"type\":\"%s\",\"channels\":[{\"name\":\"heartbeat\",\"product_ids\":[%s]}",
                              on ? "subscribe" : "unsubscribe", all);
      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        {
          g_autofree char *list_of = products (list, n, names[i].channel);

          if (list_of != NULL && names[i].exchange != NULL)
            g_string_append_printf (text, ",{\"name\":\"%s\",\"product_ids\":[%s]}", names[i].exchange, list_of);
        }
      g_string_append (text, "]}");
      g_ptr_array_add (messages, g_string_free (g_steal_pointer (&text), FALSE));
    }
  g_ptr_array_add (messages, NULL);
  return (GStrv) g_ptr_array_free (messages, FALSE);
}

/* The names of a trade's members, in the order: product, id, price, size, side, time. */
static const char *const trade_fields[] = { "product_id", "trade_id", "price", "size", "side", "time" };

/* Where @symbol is none the row says it. */
static gboolean
decode_trade (TfDecoder *decoder,
              guint      row,
              guint      symbol,
              guint      flags)
{
  TfFeedEvent event = { .kind = TF_FEED_TRADE, .flags = flags, .symbol = symbol };
  const TfScan *scan = &decoder->scan;
  guint v[6];

  if (!tf_scan_fields (scan, row, trade_fields, G_N_ELEMENTS (trade_fields), v))
    {
      tf_decoder_fault (decoder, "trade");
      return FALSE;
    }
  if (symbol == TF_FEED_NO_SYMBOL)
    event.symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (event.symbol == TF_FEED_NO_SYMBOL || !tf_decoder_price (decoder, v[2], &event.trade.price)
      || !tf_decoder_qty (decoder, v[3], &event.trade.quantity))
    return FALSE;
  if (v[4] != 0 && (tf_scan_is (scan, v[4], "SELL") || tf_scan_is (scan, v[4], "sell")))
    event.trade.side = 1; /* the maker sold, so the aggressor bought */
  else if (v[4] != 0 && (tf_scan_is (scan, v[4], "BUY") || tf_scan_is (scan, v[4], "buy")))
    event.trade.side = -1;
  if (event.trade.side == 0)
    tf_decoder_fault (decoder, "side");
  else if (!tf_scan_int (scan, v[1], &event.trade.id) || event.trade.id <= 0)
    tf_decoder_fault (decoder, "trade id");
  else if (!tf_scan_time (scan, v[5], &event.time))
    tf_decoder_fault (decoder, "time");
  else
    {
      tf_decoder_trade (decoder, &event, TRUE);
      return TRUE;
    }
  return FALSE;
}

/* Exchange: “last_match” is the trade before the subscription: nothing new, but what comes next has to follow it. */
static void
decode_last_match (TfDecoder *decoder,
                   guint      row)
{
  guint v[2], symbol;
  gint64 id;

  tf_decoder_ignore (decoder, "last_match");
  if (!TF_FIELDS (decoder, row, v, "product_id", "trade_id") || !tf_scan_int (&decoder->scan, v[1], &id) || id <= 0)
    {
      tf_decoder_fault (decoder, "trade id");
      return;
    }
  symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (symbol == TF_FEED_NO_SYMBOL)
    return;
  if (tf_decoder_at (decoder, symbol)->last_trade == 0)
    tf_decoder_at (decoder, symbol)->last_trade = id;
  else if (id > tf_decoder_at (decoder, symbol)->last_trade)
    tf_decoder_emit (decoder, &(TfFeedEvent) {
      .kind = TF_FEED_RESYNC, .symbol = symbol,
      .note = { TF_NOTE_TRADES, tf_decoder_at (decoder, symbol)->last_trade, "trades missing" } });
}

static void
decode_ticker (TfDecoder *decoder,
               guint      row,
               gboolean   exchange,
               TfTime     time,
               guint      flags)
{
  TfFeedEvent event = { .kind = TF_FEED_QUOTE, .flags = flags, .time = time };
  guint v[6];
  gboolean good;

  if (exchange)
    good = TF_FIELDS (decoder, row, v, "best_bid", "best_bid_size", "best_ask", "best_ask_size", "product_id", "time");
  else
    good = TF_FIELDS (decoder, row, v, "best_bid", "best_bid_quantity", "best_ask", "best_ask_quantity", "product_id", "time");
  if (!good)
    {
      tf_decoder_fault (decoder, "quote");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[4]);
  if (event.symbol == TF_FEED_NO_SYMBOL)
    return;
  if (exchange && v[5] != 0 && !tf_scan_time (&decoder->scan, v[5], &event.time))
    tf_decoder_fault (decoder, "time");
  else
    tf_decoder_quote (decoder, &event, v);
}

/* Exchange: changes [["buy"|"sell", price, new size], …]. */
static gboolean
add_changes (TfDecoder *decoder,
             guint      list)
{
  const TfScan *scan = &decoder->scan;

  if (list == 0 || tf_scan_kind (scan, list) != TF_SCAN_ARRAY)
    {
      tf_decoder_fault (decoder, "levels");
      return FALSE;
    }
  for (guint row = tf_scan_first (scan, list); row < tf_scan_end (scan, list); row = tf_scan_next (scan, row))
    {
      guint v[3];
      gboolean buy;

      if (!tf_scan_row (scan, row, 3, v) || (!(buy = tf_scan_is (scan, v[0], "buy")) && !tf_scan_is (scan, v[0], "sell")))
        {
          tf_decoder_fault (decoder, "levels");
          return FALSE;
        }
      if (!tf_decoder_add_level (decoder, buy, v[1], v[2]))
        return FALSE;
    }
  return TRUE;
}

static void
decode_exchange_book (TfDecoder *decoder,
                      gboolean   snapshot)
{
  guint v[5], symbol;
  TfTime time = 0;
  gboolean good;

  if (!TF_FIELDS (decoder, 0, v, "product_id", "time", "bids", "asks", "changes"))
    {
      tf_decoder_fault (decoder, "book");
      return;
    }
  symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (symbol == TF_FEED_NO_SYMBOL)
    return;
  tf_decoder_clear_levels (decoder);
  if ((v[1] != 0 || !snapshot) && !tf_scan_time (&decoder->scan, v[1], &time))
    {
      tf_decoder_fault (decoder, "time");
      good = FALSE;
    }
  else if (snapshot)
    good = tf_decoder_add_rows (decoder, TRUE, v[2], NULL) && tf_decoder_add_rows (decoder, FALSE, v[3], NULL);
  else
    good = add_changes (decoder, v[4]);
  if (good)
    tf_decoder_book (decoder, symbol, snapshot, 0, 0, time);
  else
    tf_decoder_lose_book (decoder, symbol, TF_NOTE_GAP);
}

static void
decode_exchange (TfDecoder *decoder,
                 guint      type,
                 guint      message)
{
  static const char *const known[] = {
    "status", "received", "open", "done", "change", "activate", "auction", "rfq-match", "ticker_batch", NULL
  };
  const TfScan *scan = &decoder->scan;

  if (tf_scan_is (scan, type, "l2update"))
    decode_exchange_book (decoder, FALSE);
  else if (tf_scan_is (scan, type, "match"))
    decode_trade (decoder, 0, TF_FEED_NO_SYMBOL, 0);
  else if (tf_scan_is (scan, type, "ticker"))
    decode_ticker (decoder, 0, TRUE, 0, 0);
  else if (tf_scan_is (scan, type, "snapshot"))
    decode_exchange_book (decoder, TRUE);
  else if (tf_scan_is (scan, type, "last_match"))
    decode_last_match (decoder, 0);
  else if (tf_scan_is (scan, type, "heartbeat"))
    tf_decoder_remark (decoder, TF_FEED_STATUS, "heartbeat");
  else if (tf_scan_is (scan, type, "subscriptions"))
    tf_decoder_remark (decoder, TF_FEED_ACK, "subscriptions");
  else if (tf_scan_is (scan, type, "error"))
    {
      tf_decoder_ignore (decoder, "error");
      tf_decoder_refusal (decoder, message, "error");
    }
  else if (!tf_decoder_ignore_known (decoder, type, known))
    tf_decoder_ignore (decoder, "unknown");
}

/* Advanced Trade: one event of l2_data. */
static void
decode_advanced_book (TfDecoder *decoder,
                      guint      event,
                      gboolean   snapshot,
                      TfTime     time)
{
  const TfScan *scan = &decoder->scan;
  guint v[2], symbol;

  if (!TF_FIELDS (decoder, event, v, "product_id", "updates"))
    {
      tf_decoder_fault (decoder, "book");
      return;
    }
  symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (symbol == TF_FEED_NO_SYMBOL)
    return;
  tf_decoder_clear_levels (decoder);
  if (v[1] == 0 || tf_scan_kind (scan, v[1]) != TF_SCAN_ARRAY)
    {
      tf_decoder_fault (decoder, "levels");
      tf_decoder_lose_book (decoder, symbol, TF_NOTE_GAP);
      return;
    }
  for (guint row = tf_scan_first (scan, v[1]); row < tf_scan_end (scan, v[1]); row = tf_scan_next (scan, row))
    {
      guint w[3];
      gboolean bid, good = TF_FIELDS (decoder, row, w, "side", "price_level", "new_quantity") && w[0] != 0;

      bid = good && tf_scan_is (scan, w[0], "bid");
      if (!good || (!bid && !tf_scan_is (scan, w[0], "offer")))
        {
          tf_decoder_fault (decoder, "levels");
          good = FALSE;
        }
      if (!good || !tf_decoder_add_level (decoder, bid, w[1], w[2]))
        {
          tf_decoder_lose_book (decoder, symbol, TF_NOTE_GAP);
          return;
        }
    }
  tf_decoder_book (decoder, symbol, snapshot, 0, 0, time);
}

static void
decode_advanced_candle (TfDecoder *decoder,
                        guint      row,
                        guint      flags)
{
  TfFeedEvent event = { .kind = TF_FEED_CANDLE, .flags = flags };
  gint64 start;
  guint v[7];

  if (!TF_FIELDS (decoder, row, v, "open", "high", "low", "close", "volume", "start", "product_id"))
    {
      tf_decoder_fault (decoder, "candle");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[6]);
  if (event.symbol == TF_FEED_NO_SYMBOL)
    return;
  if (!tf_scan_int (&decoder->scan, v[5], &start) || start <= 0 || start > G_MAXINT64 / TF_SECOND)
    {
      tf_decoder_fault (decoder, "time");
      return;
    }
  event.time = event.candle.candle.time = start * TF_SECOND;
  event.candle.interval = 5 * TF_MINUTE; /* the stream has no other */
  if (tf_decoder_candle (decoder, v, &event.candle.candle))
    tf_decoder_running (decoder, &event);
}

static void
decode_event (TfDecoder *decoder,
              guint      channel,
              guint      event,
              TfTime     time)
{
  const TfScan *scan = &decoder->scan;
  gboolean trades = tf_scan_is (scan, channel, "market_trades"), candles = tf_scan_is (scan, channel, "candles");
  gboolean snapshot;
  guint v[4], rows;

  if (!TF_FIELDS (decoder, event, v, "type", "trades", "tickers", "candles") || v[0] == 0
      || (!(snapshot = tf_scan_is (scan, v[0], "snapshot")) && !tf_scan_is (scan, v[0], "update")))
    {
      tf_decoder_fault (decoder, "kind");
      return;
    }
  if (tf_scan_is (scan, channel, "l2_data"))
    {
      decode_advanced_book (decoder, event, snapshot, time);
      return;
    }
  rows = trades ? v[1] : candles ? v[3] : v[2];
  if (rows == 0)
    {
      tf_decoder_fault (decoder, "rows");
      return;
    }
  if (!tf_decoder_rows (decoder, rows, trades)) /* the newest trade is first */
    return;
  for (guint i = 0; i < decoder->n_rows; i++)
    if (trades)
      decode_trade (decoder, decoder->rows[i], TF_FEED_NO_SYMBOL, snapshot ? TF_FEED_SNAPSHOT : 0);
    else if (candles)
      decode_advanced_candle (decoder, decoder->rows[i], snapshot ? TF_FEED_SNAPSHOT : 0);
    else
      decode_ticker (decoder, decoder->rows[i], FALSE, time, snapshot ? TF_FEED_SNAPSHOT : 0);
}

/* One counter runs over all messages of a connection: a hole means that something of anything is lost. FALSE for a
 * message that was there before. */
static gboolean
check_sequence (TfDecoder *decoder,
                gint64     sequence)
{
  gint64 before = decoder->sequence;

  if (before >= 0 && sequence <= before)
    {
      tf_decoder_ignore (decoder, "repeated");
      return FALSE;
    }
  decoder->sequence = sequence;
  if (before >= 0 && sequence > before + 1)
    {
      for (guint i = 0; i < decoder->symbols->len; i++)
        {
          TfBook *book = &tf_decoder_at (decoder, i)->book;

          if (book->state == TF_BOOK_LIVE)
            {
              book->counts.gaps++;
              tf_book_reset (book);
              book->state = TF_BOOK_WAITING;
            }
        }
      tf_decoder_note (decoder, TF_FEED_RESYNC, TF_NOTE_GAP, TF_FEED_NO_SYMBOL, "gap");
    }
  return TRUE;
}

static void
decode_advanced (TfDecoder *decoder,
                 guint      channel,
                 const guint v[3])
{
  static const char *const data[] = { "l2_data", "market_trades", "ticker", "ticker_batch", "candles" };
  static const char *const known[] = { "status", "user", "futures_balance_summary", NULL };
  const TfScan *scan = &decoder->scan;
  gint64 sequence;
  TfTime time;

  if (!tf_scan_int (scan, v[0], &sequence) || sequence < 0)
    {
      tf_decoder_fault (decoder, "sequence");
      return;
    }
  if (!check_sequence (decoder, sequence))
    return;
  if (tf_scan_is (scan, channel, "heartbeats"))
    {
      tf_decoder_remark (decoder, TF_FEED_STATUS, "heartbeats");
      return;
    }
  if (tf_scan_is (scan, channel, "subscriptions"))
    {
      tf_decoder_remark (decoder, TF_FEED_ACK, "subscriptions");
      return;
    }
  if (tf_decoder_ignore_known (decoder, channel, known))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (data); i++)
    if (tf_scan_is (scan, channel, data[i]))
      {
        if (!tf_scan_time (scan, v[1], &time))
          tf_decoder_fault (decoder, "time");
        else if (v[2] == 0 || tf_scan_kind (scan, v[2]) != TF_SCAN_ARRAY)
          tf_decoder_fault (decoder, "events");
        else
          for (guint e = tf_scan_first (scan, v[2]); e < tf_scan_end (scan, v[2]); e = tf_scan_next (scan, e))
            decode_event (decoder, channel, e, time);
        return;
      }
  tf_decoder_ignore (decoder, "unknown");
}

static void
decode (TfDecoder  *decoder,
        const char *bytes,
        gsize       length)
{
  guint v[6];

  if (!tf_scan_text (&decoder->scan, bytes, length))
    {
      tf_decoder_fault (decoder, "syntax");
      /* Exchange has no counter that would show the hole: what was in it is not known, so nothing is trusted. */
      if (decoder->sequence < 0)
        tf_decoder_note (decoder, TF_FEED_RESYNC, TF_NOTE_GAP, TF_FEED_NO_SYMBOL, "gap");
    }
  else if (!TF_FIELDS (decoder, 0, v, "channel", "type", "sequence_num", "timestamp", "events", "message"))
    tf_decoder_fault (decoder, "envelope");
  else if (v[0] != 0)
    decode_advanced (decoder, v[0], v + 2);
  else if (v[1] != 0)
    decode_exchange (decoder, v[1], v[5]);
  else
    tf_decoder_fault (decoder, "kind");
}

/* As many rows as an answer can have, from @from on. */
static TfTime
page_end (const TfFetch *fetch,
          gint64         rows)
{
  return MIN (fetch->to, fetch->from + rows * fetch->interval);
}

static gboolean
request_advanced (const TfFetch *fetch,
                  TfRequest     *out)
{
  const char *interval, *base = "/api/v3/brokerage/market/products";
  char name[TF_SYMBOL_SIZE];

  if (fetch->kind == TF_FETCH_INSTRUMENTS)
    {
      out->path = g_strdup (base);
      return TRUE;
    }
  if (!same_name (fetch->name, name))
    return FALSE;
  switch (fetch->kind)
    {
    case TF_FETCH_CANDLES:
      interval = tf_interval_to_venue (advanced_intervals, fetch->interval);
      if (interval == NULL)
        return FALSE;
      out->path = g_strdup_printf ("%s/%s/candles?start=%" G_GINT64_FORMAT "&end=%" G_GINT64_FORMAT "&granularity=%s&limit=%d",
                                   base, name, fetch->from / TF_SECOND, page_end (fetch, ADVANCED_ROWS) / TF_SECOND - 1,
                                   interval, ADVANCED_ROWS);
      return TRUE;
    case TF_FETCH_TRADES:
      out->path = g_strdup_printf ("%s/%s/ticker?limit=%d", base, name, TRADES_ROWS);
      return TRUE;
    case TF_FETCH_BOOK: /* its stream begins with a snapshot */
    case TF_FETCH_INSTRUMENTS:
    default:
      return FALSE;
    }
}

static gboolean
request_exchange (const TfFetch *fetch,
                  TfRequest     *out)
{
  const char *interval;
  char name[TF_SYMBOL_SIZE], start[TF_TIME_SIZE], end[TF_TIME_SIZE];

  if (fetch->kind == TF_FETCH_INSTRUMENTS)
    {
      out->path = g_strdup ("/products");
      return TRUE;
    }
  if (!same_name (fetch->name, name))
    return FALSE;
  switch (fetch->kind)
    {
    case TF_FETCH_CANDLES:
      interval = tf_interval_to_venue (exchange_intervals, fetch->interval);
      if (interval == NULL)
        return FALSE;
      out->path = g_strdup_printf ("/products/%s/candles?granularity=%s&start=%s&end=%s", name, interval,
                                   tf_time_format (fetch->from, start),
                                   tf_time_format (page_end (fetch, EXCHANGE_ROWS) - TF_SECOND, end));
      return TRUE;
    case TF_FETCH_TRADES:
      out->path = g_strdup_printf ("/products/%s/trades?limit=%d", name, TRADES_ROWS);
      return TRUE;
    case TF_FETCH_BOOK:
    case TF_FETCH_INSTRUMENTS:
    default:
      return FALSE;
    }
}

/* Objects of Advanced Trade, arrays [time, LOW, HIGH, OPEN, CLOSE, volume] of Exchange; the newest first. */
static void
answer_candles (TfDecoder *decoder,
                TfFetch   *fetch,
                guint      symbol,
                guint      rows,
                gint64     page)
{
  const TfScan *scan = &decoder->scan;
  TfTime end = page_end (fetch, page);

  if (!tf_decoder_rows (decoder, rows, TRUE))
    return;
  for (guint i = 0; i < decoder->n_rows; i++)
    {
      TfFeedEvent event = { .kind = TF_FEED_CANDLE, .symbol = symbol };
      guint v[6], row[6];
      gint64 start;

      if (TF_FIELDS (decoder, decoder->rows[i], v, "open", "high", "low", "close", "volume", "start"))
        ;
      else if (tf_scan_row (scan, decoder->rows[i], 6, row))
        memcpy (v, (guint[]) { row[3], row[2], row[1], row[4], row[5], row[0] }, sizeof v);
      else
        {
          tf_decoder_fault (decoder, "candle");
          return;
        }
      if (!tf_scan_int (scan, v[5], &start) || start <= 0 || start > G_MAXINT64 / TF_SECOND - G_MAXINT32)
        {
          tf_decoder_fault (decoder, "time");
          return;
        }
      event.time = event.candle.candle.time = start * TF_SECOND;
      event.candle.interval = fetch->interval;
      event.candle.closed = event.time + fetch->interval <= decoder->received;
      if (!tf_decoder_candle (decoder, v, &event.candle.candle))
        return;
      tf_decoder_emit (decoder, &event);
    }
  fetch->from = end;
  fetch->more = end < fetch->to;
}

static void
answer_products (TfDecoder *decoder,
                 guint      list)
{
  const TfScan *scan = &decoder->scan;

  if (!tf_decoder_rows (decoder, list, FALSE))
    return;
  for (guint i = 0; i < decoder->n_rows; i++)
    {
      char name[TF_SYMBOL_SIZE], checked[TF_SYMBOL_SIZE];
      gint64 tick, lot, minimum = 0;
      guint v[8], id, least;

      if (!TF_FIELDS (decoder, decoder->rows[i], v, "product_id", "id", "quote_increment", "base_increment",
                      "quote_min_size", "min_market_funds", "status", "price_increment"))
        {
          tf_decoder_fault (decoder, "instruments");
          return;
        }
      id = v[0] != 0 ? v[0] : v[1];
      least = v[4] != 0 ? v[4] : v[5];
      if (id == 0 || !tf_scan_copy (scan, id, name, sizeof name) || !same_name (name, checked))
        tf_decoder_ignore (decoder, "instrument without a usable name");
      else if (!tf_scan_decimal (scan, v[7] != 0 ? v[7] : v[2], &tick, NULL) || !tf_scan_decimal (scan, v[3], &lot, NULL)
               || (least != 0 && !tf_scan_decimal (scan, least, &minimum, NULL)))
        tf_decoder_ignore (decoder, "instrument finer than 1e-8");
      else
        tf_decoder_instrument (decoder, name, name, tick, lot, minimum, v[6] != 0 && tf_scan_is (scan, v[6], "online"));
    }
}

static void
answer (TfDecoder  *decoder,
        TfFetch    *fetch,
        const char *bytes,
        gsize       length)
{
  gboolean exchange = decoder->venue == &tf_venue_coinbase_exchange;
  guint list = 0, symbol;
  const char *member = fetch->kind == TF_FETCH_CANDLES ? "candles" : fetch->kind == TF_FETCH_TRADES ? "trades" : "products";

  if (!tf_scan_text (&decoder->scan, bytes, length))
    {
      tf_decoder_fault (decoder, "syntax");
      return;
    }
  if (tf_scan_kind (&decoder->scan, 0) == TF_SCAN_OBJECT
      && (!tf_scan_fields (&decoder->scan, 0, &member, 1, &list) || list == 0))
    {
      tf_decoder_fault (decoder, "answer");
      return;
    }
  if (fetch->kind == TF_FETCH_INSTRUMENTS)
    {
      answer_products (decoder, list);
      return;
    }
  symbol = tf_decoder_add_instrument (decoder, fetch->name);
  if (symbol == TF_FEED_NO_SYMBOL)
    tf_decoder_fault (decoder, "symbol");
  else if (fetch->kind == TF_FETCH_CANDLES)
    answer_candles (decoder, fetch, symbol, list, exchange ? EXCHANGE_ROWS : ADVANCED_ROWS);
  else if (fetch->kind == TF_FETCH_TRADES)
    {
      if (!tf_decoder_rows (decoder, list, TRUE))
        return;
      for (guint i = 0; i < decoder->n_rows; i++)
        if (!decode_trade (decoder, decoder->rows[i], symbol, 0))
          return;
    }
  else
    tf_decoder_fault (decoder, "answer");
}

const TfVenue tf_venue_coinbase = {
  .id = "coinbase",
  .title = "Coinbase",
  .url = "wss://advanced-trade-ws.coinbase.com",
  .rest = "https://api.coinbase.com",
  .quote = "USD",
  .channels = TF_CHANNEL_TRADES | TF_CHANNEL_QUOTES | TF_CHANNEL_BOOK | TF_CHANNEL_CANDLES,
  .watchdog = 5,        /* a heartbeat each second */
  .pace = 150,          /* eight messages a second */
  .subscriptions = 1000,
  .request_pace = 150,
  .recent_only = TRUE,
  .to_venue = same_name,
  .from_venue = same_name,
  .subscribe = subscribe_advanced,
  .decode = decode,
  .request = request_advanced,
  .answer = answer,
};

const TfVenue tf_venue_coinbase_exchange = {
  .id = "coinbase-exchange",
  .title = "Coinbase Exchange",
  .url = "wss://ws-feed.exchange.coinbase.com",
  .rest = "https://api.exchange.coinbase.com",
  .quote = "USD",
  .channels = TF_CHANNEL_TRADES | TF_CHANNEL_QUOTES | TF_CHANNEL_BOOK,
  .watchdog = 5,
  .pace = 150,
  .subscriptions = 1000,
  .request_pace = 150,
  .recent_only = TRUE,
  .to_venue = same_name,
  .from_venue = same_name,
  .subscribe = subscribe_exchange,
  .decode = decode,
  .request = request_exchange,
  .answer = answer,
};
