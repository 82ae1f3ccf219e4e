/* Kraken spot: WebSocket v2 (docs.kraken.com, “Spot WebSockets (v2)”), REST 0/public, and v1 as far as recordings of
 * it go: arrays, XBT and XDG, no checksum in snapshots. */

#include <stdlib.h>
#include <string.h>

#include "io/feeds/decoder-private.h"
#include "io/feeds/venues/venues.h"

#define SYMBOLS_A_MESSAGE 50
#define DEPTH 100
#define ROWS 1000 /* most trades of a REST answer */

static const TfIntervalName intervals[] = {
  { "1", TF_MINUTE }, { "5", 5 * TF_MINUTE }, { "15", 15 * TF_MINUTE }, { "30", 30 * TF_MINUTE }, { "60", TF_HOUR },
  { "240", 4 * TF_HOUR }, { "1440", TF_DAY }, { "10080", 7 * TF_DAY }, { "21600", 15 * TF_DAY }, { NULL }
};

/* Coins that v1 and REST call otherwise. */
static const struct { const char *own, *old; } coins[] = { { "BTC", "XBT" }, { "DOGE", "XDG" } };

/* Writes @name with @from between base and quote as one with @to; names of coins new or old. */
static gboolean
convert (const char *name,
         char        from,
         const char *to,
         gboolean    old,
         char        out[TF_SYMBOL_SIZE])
{
  const char *split = strchr (name, from);
  g_autofree char *base = NULL;
  const char *parts[2];

  if (split == NULL || split == name || split[1] == '\0' || strchr (split + 1, from) != NULL
      || strpbrk (name, " \"\\&?%#") != NULL)
    return FALSE;
  base = g_strndup (name, (gsize) (split - name));
  parts[0] = base;
  parts[1] = split + 1;
  for (guint p = 0; p < 2; p++)
    for (guint i = 0; i < G_N_ELEMENTS (coins); i++)
      if (strcmp (parts[p], old ? coins[i].own : coins[i].old) == 0)
        {
          parts[p] = old ? coins[i].old : coins[i].own;
          break;
        }
  return g_snprintf (out, TF_SYMBOL_SIZE, "%s%s%s", parts[0], to, parts[1]) < TF_SYMBOL_SIZE;
}

static gboolean
to_venue (const char *name,
          char        out[TF_SYMBOL_SIZE])
{
  return convert (name, '-', "/", FALSE, out);
}

static gboolean
from_venue (const char *venue_name,
            char        out[TF_SYMBOL_SIZE])
{
  return convert (venue_name, '/', "-", FALSE, out);
}

static void
add_messages (GPtrArray            *messages,
              const TfSubscription *list,
              guint                 n,
              guint                 channel,
              TfTime                interval,
              gboolean              on,
              const char           *name,
              const char           *options,
              guint                *id)
{
  GString *text = NULL;
  guint used = 0;

  for (guint i = 0; i <= n; i++)
    {
      char symbol[TF_SYMBOL_SIZE];

      if (text != NULL && (i == n || used == SYMBOLS_A_MESSAGE))
        {
          g_string_append_printf (text, "]%s},\"req_id\":%u}", options, ++*id);
          g_ptr_array_add (messages, g_string_free (text, FALSE));
          text = NULL;
          used = 0;
        }
      if (i == n || !(list[i].channels & channel) || !to_venue (list[i].name, symbol)
          || (interval != 0 && (list[i].interval != 0 ? list[i].interval : TF_MINUTE) != interval))
        continue;
      if (text == NULL)
        {
          text = g_string_new (NULL);
          g_string_printf (text, "{\"method\":\"%s\",\"params\":{\"channel\":\"%s\",\"symbol\":[",
                           on ? "subscribe" : "unsubscribe", name);
        }
      g_string_append_printf (text, "%s\"%s\"", used++ > 0 ? "," : "", symbol);
    }
}

static GStrv
subscribe (const TfSubscription *list,
           guint                 n,
           gboolean              on,
           guint                *id)
{
  GPtrArray *messages = g_ptr_array_new ();
  g_autofree char *book = g_strdup_printf (",\"depth\":%d%s", DEPTH, on ? ",\"snapshot\":true" : "");

  /* The default of “snapshot” differs between editions of the documentation: always say it. */
  add_messages (messages, list, n, TF_CHANNEL_TRADES, 0, on, "trade", on ? ",\"snapshot\":true" : "", id);
  add_messages (messages, list, n, TF_CHANNEL_QUOTES, 0, on, "ticker",
                on ? ",\"event_trigger\":\"bbo\",\"snapshot\":true" : ",\"event_trigger\":\"bbo\"", id);
  add_messages (messages, list, n, TF_CHANNEL_BOOK, 0, on, "book", book, id);
  for (const TfIntervalName *i = intervals; i->name != NULL; i++)
    {
      g_autofree char *options = g_strdup_printf (",\"interval\":%s%s", i->name, on ? ",\"snapshot\":true" : "");

      add_messages (messages, list, n, TF_CHANNEL_CANDLES, i->interval, on, "ohlc", options, id);
    }
  g_ptr_array_add (messages, NULL);
  return (GStrv) g_ptr_array_free (messages, FALSE);
}

static char *
ping (guint *id)
{
  return g_strdup_printf ("{\"method\":\"ping\",\"req_id\":%u}", ++*id);
}

/* Seconds since 1970 with decimals, in quotes or not. */
static gboolean
seconds (TfDecoder *decoder,
         guint      value,
         TfTime    *time)
{
  gint64 raw;

  if (tf_scan_rounded (&decoder->scan, value, &raw) && raw > 0 && !__builtin_mul_overflow (raw, 10, time))
    return TRUE;
  tf_decoder_fault (decoder, "time");
  return FALSE;
}

/* A snapshot or its channel's name tells how many levels a side the book has; fewer come only where no more exist. */
static void
set_depth (TfBook *book,
           guint   levels)
{
  static const guint depths[] = { 10, 25, 100, 500, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    if (levels <= depths[i])
      {
        book->depth = depths[i];
        return;
      }
}

static gboolean
is_snapshot (TfDecoder *decoder,
             guint      type)
{
  return type != 0 && tf_scan_is (&decoder->scan, type, "snapshot");
}

/* Optional: some snapshots have none. */
static TfTime
timestamp (TfDecoder *decoder,
           guint      value)
{
  TfTime time = 0;

  if (value != 0 && !tf_scan_time (&decoder->scan, value, &time))
    tf_decoder_fault (decoder, "time");
  return time;
}

static void
decode_book (TfDecoder *decoder,
             guint      row,
             guint      type)
{
  static const char *const level[] = { "price", "qty" };
  gboolean snapshot = is_snapshot (decoder, type);
  gint64 checksum;
  guint v[5], symbol;
  TfBook *book;

  if (!TF_FIELDS (decoder, row, v, "symbol", "bids", "asks", "checksum", "timestamp"))
    {
      tf_decoder_fault (decoder, "book");
      return;
    }
  symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (symbol == TF_FEED_NO_SYMBOL)
    return;
  book = &tf_decoder_at (decoder, symbol)->book;
  tf_decoder_clear_levels (decoder);
  if (!snapshot && (type == 0 || !tf_scan_is (&decoder->scan, type, "update")))
    tf_decoder_fault (decoder, "kind");
  else if (!tf_scan_int (&decoder->scan, v[3], &checksum) || checksum < 0 || checksum > G_MAXUINT32)
    tf_decoder_fault (decoder, "checksum");
  else if (tf_decoder_add_rows (decoder, TRUE, v[1], level) && tf_decoder_add_rows (decoder, FALSE, v[2], level))
    {
      if (snapshot && (book->depth == 0 || MAX (decoder->n_levels[0], decoder->n_levels[1]) > book->depth))
        set_depth (book, MAX (decoder->n_levels[0], decoder->n_levels[1]));
      tf_decoder_book (decoder, symbol, snapshot, 0, 0, timestamp (decoder, v[4]));
      tf_decoder_check_book (decoder, symbol, (guint32) checksum);
      return;
    }
  tf_decoder_lose_book (decoder, symbol, TF_NOTE_GAP);
}

static void
decode_trade (TfDecoder *decoder,
              guint      row,
              guint      type)
{
  TfFeedEvent event = { .kind = TF_FEED_TRADE, .flags = is_snapshot (decoder, type) ? TF_FEED_SNAPSHOT : 0 };
  guint v[6];

  if (!TF_FIELDS (decoder, row, v, "symbol", "side", "price", "qty", "trade_id", "timestamp"))
    {
      tf_decoder_fault (decoder, "trade");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (event.symbol == TF_FEED_NO_SYMBOL || !tf_decoder_price (decoder, v[2], &event.trade.price)
      || !tf_decoder_qty (decoder, v[3], &event.trade.quantity))
    return;
  event.trade.side = v[1] == 0 ? 0 : tf_scan_is (&decoder->scan, v[1], "buy") ? 1
                     : tf_scan_is (&decoder->scan, v[1], "sell") ? -1 : 0;
  if (event.trade.side == 0)
    tf_decoder_fault (decoder, "side");
  else if (!tf_scan_int (&decoder->scan, v[4], &event.trade.id) || event.trade.id <= 0)
    tf_decoder_fault (decoder, "trade id");
  else if (v[5] == 0 || !tf_scan_time (&decoder->scan, v[5], &event.time))
    tf_decoder_fault (decoder, "time");
  else
    tf_decoder_trade (decoder, &event, TRUE);
}

static void
decode_ticker (TfDecoder *decoder,
               guint      row,
               guint      type)
{
  TfFeedEvent event = { .kind = TF_FEED_QUOTE };
  guint v[6];

  if (!TF_FIELDS (decoder, row, v, "symbol", "timestamp", "bid", "bid_qty", "ask", "ask_qty"))
    {
      tf_decoder_fault (decoder, "quote");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[0]);
  event.time = timestamp (decoder, v[1]);
  if (event.symbol != TF_FEED_NO_SYMBOL)
    tf_decoder_quote (decoder, &event, v + 2);
}

static void
decode_candle (TfDecoder *decoder,
               guint      row,
               guint      type)
{
  TfFeedEvent event = { .kind = TF_FEED_CANDLE, .flags = is_snapshot (decoder, type) ? TF_FEED_SNAPSHOT : 0 };
  gint64 minutes;
  guint v[8];

  if (!TF_FIELDS (decoder, row, v, "open", "high", "low", "close", "volume", "symbol", "interval_begin", "interval"))
    {
      tf_decoder_fault (decoder, "candle");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[5]);
  if (event.symbol == TF_FEED_NO_SYMBOL)
    return;
  if (v[6] == 0 || !tf_scan_time (&decoder->scan, v[6], &event.candle.candle.time)
      || !tf_scan_int (&decoder->scan, v[7], &minutes) || minutes <= 0 || minutes > 21600)
    tf_decoder_fault (decoder, "time");
  else if (tf_decoder_candle (decoder, v, &event.candle.candle))
    {
      event.time = event.candle.candle.time;
      event.candle.interval = minutes * TF_MINUTE;
      tf_decoder_running (decoder, &event);
    }
}

static void
decode_status (TfDecoder *decoder,
               guint      row,
               guint      type)
{
  char system[32];
  guint v;

  tf_decoder_ignore (decoder, "status");
  if (!TF_FIELDS (decoder, row, &v, "system") || v == 0 || !tf_scan_copy (&decoder->scan, v, system, sizeof system))
    tf_decoder_fault (decoder, "status");
  else
    tf_decoder_note (decoder, TF_FEED_STATUS, strcmp (system, "online") == 0 ? TF_NOTE_OK : TF_NOTE_DOWN,
                     TF_FEED_NO_SYMBOL, system);
}

static void
decode_pairs (TfDecoder *decoder,
              guint      data)
{
  const TfScan *scan = &decoder->scan;
  guint list;

  if (!TF_FIELDS (decoder, data, &list, "pairs") || list == 0 || tf_scan_kind (scan, list) != TF_SCAN_ARRAY)
    {
      tf_decoder_fault (decoder, "instruments");
      return;
    }
  for (guint row = tf_scan_first (scan, list); row < tf_scan_end (scan, list); row = tf_scan_next (scan, row))
    {
      char venue_name[TF_SYMBOL_SIZE], name[TF_SYMBOL_SIZE];
      gint64 tick, lot, minimum = 0;
      guint v[5];

      if (!TF_FIELDS (decoder, row, v, "symbol", "price_increment", "qty_increment", "cost_min", "status") || v[0] == 0
          || !tf_scan_copy (scan, v[0], venue_name, sizeof venue_name) || !from_venue (venue_name, name))
        tf_decoder_ignore (decoder, "instrument without a usable name");
      else if (!tf_scan_decimal (scan, v[1], &tick, NULL) || !tf_scan_decimal (scan, v[2], &lot, NULL)
               || (v[3] != 0 && !tf_scan_decimal (scan, v[3], &minimum, NULL)))
        tf_decoder_ignore (decoder, "instrument finer than 1e-8");
      else
        tf_decoder_instrument (decoder, venue_name, name, tick, lot, minimum,
                               v[4] != 0 && tf_scan_is (scan, v[4], "online"));
    }
}

static const struct
{
  const char *name;
  void      (*decode) (TfDecoder *decoder,
                       guint      row,
                       guint      type);
} channels[] = {
  { "book", decode_book },
  { "trade", decode_trade },
  { "ticker", decode_ticker },
  { "ohlc", decode_candle },
  { "status", decode_status },
};

static void
decode_channel (TfDecoder *decoder,
                guint      channel,
                guint      type,
                guint      data)
{
  const TfScan *scan = &decoder->scan;

  if (tf_scan_is (scan, channel, "heartbeat"))
    {
      tf_decoder_remark (decoder, TF_FEED_STATUS, "heartbeat");
      return;
    }
  if (tf_scan_is (scan, channel, "instrument"))
    {
      if (data != 0)
        decode_pairs (decoder, data);
      else
        tf_decoder_fault (decoder, "instruments");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    if (tf_scan_is (scan, channel, channels[i].name))
      {
        if (data == 0 || tf_scan_kind (scan, data) != TF_SCAN_ARRAY)
          tf_decoder_fault (decoder, "rows");
        else
          for (guint row = tf_scan_first (scan, data); row < tf_scan_end (scan, data); row = tf_scan_next (scan, row))
            channels[i].decode (decoder, row, type);
        return;
      }
  tf_decoder_ignore (decoder, "unknown");
}

/* The answer to a command: one for each symbol. */
static void
decode_reply (TfDecoder *decoder,
              guint      method,
              guint      success,
              guint      result,
              guint      error)
{
  const TfScan *scan = &decoder->scan;
  gint64 depth;
  guint v[3], symbol = TF_FEED_NO_SYMBOL;

  if (tf_scan_is (scan, method, "pong"))
    {
      tf_decoder_remark (decoder, TF_FEED_STATUS, "pong");
      return;
    }
  tf_decoder_ignore (decoder, "ack");
  if (success != 0 && tf_scan_kind (scan, success) == TF_SCAN_TRUE)
    {
      if (result != 0 && TF_FIELDS (decoder, result, v, "channel", "symbol", "depth") && v[0] != 0 && v[1] != 0
          && tf_scan_is (scan, v[0], "book") && tf_scan_is (scan, method, "subscribe"))
        {
          symbol = tf_decoder_symbol_at (decoder, v[1]);
          if (symbol != TF_FEED_NO_SYMBOL && tf_scan_int (scan, v[2], &depth) && depth > 0 && depth <= 1000)
            set_depth (&tf_decoder_at (decoder, symbol)->book, (guint) depth);
        }
      tf_decoder_note (decoder, TF_FEED_ACK, TF_NOTE_OK, symbol, "ack");
    }
  else
    tf_decoder_refusal (decoder, error, "refused");
}

/* Version 1: {"event":…}. */
static void
decode_event (TfDecoder *decoder,
              guint      event,
              guint      status)
{
  const TfScan *scan = &decoder->scan;

  if (tf_scan_is (scan, event, "heartbeat") || tf_scan_is (scan, event, "pong"))
    tf_decoder_remark (decoder, TF_FEED_STATUS, tf_scan_is (scan, event, "pong") ? "pong" : "heartbeat");
  else if (tf_scan_is (scan, event, "systemStatus"))
    {
      gboolean online = status != 0 && tf_scan_is (scan, status, "online");

      tf_decoder_ignore (decoder, "status");
      tf_decoder_note (decoder, TF_FEED_STATUS, online ? TF_NOTE_OK : TF_NOTE_DOWN, TF_FEED_NO_SYMBOL, "systemStatus");
    }
  else if (tf_scan_is (scan, event, "subscriptionStatus"))
    {
      gboolean good = status != 0 && !tf_scan_is (scan, status, "error");

      tf_decoder_ignore (decoder, "ack");
      tf_decoder_note (decoder, TF_FEED_ACK, good ? TF_NOTE_OK : TF_NOTE_REFUSED, TF_FEED_NO_SYMBOL, "subscriptionStatus");
    }
  else
    tf_decoder_ignore (decoder, "unknown");
}

/* Version 1: rows [price, quantity, time, …] into the levels; the newest time of them in @time. */
static gboolean
add_old_rows (TfDecoder *decoder,
              gboolean   bid,
              guint      rows,
              TfTime    *time)
{
  const TfScan *scan = &decoder->scan;

  if (!tf_decoder_add_rows (decoder, bid, rows, NULL))
    return FALSE;
  for (guint row = tf_scan_first (scan, rows); row < tf_scan_end (scan, rows); row = tf_scan_next (scan, row))
    {
      guint v[3];
      TfTime at;

      if (!tf_scan_row (scan, row, 3, v))
        {
          tf_decoder_fault (decoder, "levels");
          return FALSE;
        }
      if (!seconds (decoder, v[2], &at))
        return FALSE;
      *time = MAX (*time, at);
    }
  return TRUE;
}

/* A change of both sides has a map for each. */
static void
decode_old_book (TfDecoder *decoder,
                 guint      symbol,
                 guint      depth,
                 guint      maps[2],
                 guint      n)
{
  gboolean snapshot = FALSE;
  gint64 checksum = -1;
  TfTime time = 0;

  tf_decoder_clear_levels (decoder);
  for (guint i = 0; i < n; i++)
    {
      guint v[5];

      if (!TF_FIELDS (decoder, maps[i], v, "as", "bs", "a", "b", "c") || v[0] + v[1] + v[2] + v[3] == 0)
        {
          tf_decoder_fault (decoder, "book");
          goto lost;
        }
      snapshot = snapshot || v[0] != 0 || v[1] != 0;
      for (guint k = 0; k < 4; k++)
        if (v[k] != 0 && !add_old_rows (decoder, k % 2 == 1, v[k], &time))
          goto lost;
      if (v[4] != 0 && (!tf_scan_int (&decoder->scan, v[4], &checksum) || checksum < 0 || checksum > G_MAXUINT32))
        {
          tf_decoder_fault (decoder, "checksum");
          goto lost;
        }
    }
  if (!snapshot && checksum < 0)
    {
      tf_decoder_fault (decoder, "checksum");
      goto lost;
    }
  set_depth (&tf_decoder_at (decoder, symbol)->book, depth);
  tf_decoder_book (decoder, symbol, snapshot, 0, 0, time);
  if (checksum >= 0)
    tf_decoder_check_book (decoder, symbol, (guint32) checksum);
  return;

lost:
  tf_decoder_lose_book (decoder, symbol, TF_NOTE_GAP);
}

/* [price, quantity, time, b|s, m|l, misc, (id)]: of version 1 and of REST. */
static gboolean
decode_old_trade (TfDecoder *decoder,
                  guint      symbol,
                  guint      row,
                  gboolean   numbered)
{
  TfFeedEvent event = { .kind = TF_FEED_TRADE, .symbol = symbol };
  guint v[7];

  if (!tf_scan_row (&decoder->scan, row, numbered ? 7 : 4, v)
      || (numbered && (!tf_scan_int (&decoder->scan, v[6], &event.trade.id) || event.trade.id <= 0)))
    {
      tf_decoder_fault (decoder, "trade");
      return FALSE;
    }
  if (!tf_decoder_price (decoder, v[0], &event.trade.price) || !tf_decoder_qty (decoder, v[1], &event.trade.quantity)
      || !seconds (decoder, v[2], &event.time))
    return FALSE;
  event.trade.side = tf_scan_is (&decoder->scan, v[3], "b") ? 1 : tf_scan_is (&decoder->scan, v[3], "s") ? -1 : 0;
  if (event.trade.side == 0)
    {
      tf_decoder_fault (decoder, "side");
      return FALSE;
    }
  tf_decoder_trade (decoder, &event, numbered);
  return TRUE;
}

static void
decode_old_ticker (TfDecoder *decoder,
                   guint      symbol,
                   guint      map)
{
  TfFeedEvent event = { .kind = TF_FEED_QUOTE, .symbol = symbol };
  guint v[2], bid[3], ask[3];

  if (!TF_FIELDS (decoder, map, v, "b", "a") || v[0] == 0 || v[1] == 0
      || !tf_scan_row (&decoder->scan, v[0], 3, bid) || !tf_scan_row (&decoder->scan, v[1], 3, ask))
    tf_decoder_fault (decoder, "quote");
  else
    tf_decoder_quote (decoder, &event, (guint[]) { bid[0], bid[2], ask[0], ask[2] });
}

static void
decode_old_candle (TfDecoder *decoder,
                   guint      symbol,
                   guint      row,
                   guint      minutes)
{
  TfFeedEvent event = { .kind = TF_FEED_CANDLE, .symbol = symbol };
  guint v[8];
  TfTime end;

  if (!tf_scan_row (&decoder->scan, row, 8, v) || minutes == 0 || minutes > 21600)
    {
      tf_decoder_fault (decoder, "candle");
      return;
    }
  if (!seconds (decoder, v[1], &end))
    return;
  event.candle.interval = minutes * TF_MINUTE;
  event.time = event.candle.candle.time = end - event.candle.interval;
  if (tf_decoder_candle (decoder, (guint[]) { v[2], v[3], v[4], v[5], v[7] }, &event.candle.candle))
    tf_decoder_running (decoder, &event);
}

/* Version 1: [channel, payload, (payload), name, pair]: name and pair are found from the end. */
static void
decode_old (TfDecoder *decoder)
{
  const TfScan *scan = &decoder->scan;
  char name[32];
  guint n, symbol, payload, number;

  if (!tf_decoder_rows (decoder, 0, FALSE))
    return;
  n = decoder->n_rows;
  if (n < 4 || n > 5 || !tf_scan_copy (scan, decoder->rows[n - 2], name, sizeof name))
    {
      tf_decoder_fault (decoder, "envelope");
      return;
    }
  symbol = tf_decoder_symbol_at (decoder, decoder->rows[n - 1]);
  if (symbol == TF_FEED_NO_SYMBOL)
    return;
  payload = decoder->rows[1];
  number = strchr (name, '-') != NULL ? (guint) CLAMP (atoi (strchr (name, '-') + 1), 0, 100000) : 0;
  if (g_str_has_prefix (name, "book-"))
    decode_old_book (decoder, symbol, number, decoder->rows + 1, n - 3);
  else if (strcmp (name, "trade") == 0)
    {
      if (tf_scan_kind (scan, payload) != TF_SCAN_ARRAY)
        tf_decoder_fault (decoder, "rows");
      else
        for (guint row = tf_scan_first (scan, payload); row < tf_scan_end (scan, payload); row = tf_scan_next (scan, row))
          decode_old_trade (decoder, symbol, row, FALSE);
    }
  else if (strcmp (name, "ticker") == 0)
    decode_old_ticker (decoder, symbol, payload);
  else if (g_str_has_prefix (name, "ohlc-"))
    decode_old_candle (decoder, symbol, payload, number);
  else
    tf_decoder_ignore (decoder, strcmp (name, "spread") == 0 ? "spread" : "unknown");
}

static void
decode (TfDecoder  *decoder,
        const char *bytes,
        gsize       length)
{
  guint v[9];

  if (!tf_scan_text (&decoder->scan, bytes, length))
    tf_decoder_fault (decoder, "syntax");
  else if (tf_scan_kind (&decoder->scan, 0) == TF_SCAN_ARRAY)
    decode_old (decoder);
  else if (!TF_FIELDS (decoder, 0, v, "channel", "type", "data", "method", "success", "result", "error", "event", "status"))
    tf_decoder_fault (decoder, "envelope");
  else if (v[3] != 0)
    decode_reply (decoder, v[3], v[4], v[5], v[6]);
  else if (v[0] != 0)
    decode_channel (decoder, v[0], v[1], v[2]);
  else if (v[7] != 0)
    decode_event (decoder, v[7], v[8]);
  else
    tf_decoder_fault (decoder, "kind");
}

static gboolean
request (const TfFetch *fetch,
         TfRequest     *out)
{
  char name[TF_SYMBOL_SIZE];
  const char *interval;

  if (fetch->kind == TF_FETCH_INSTRUMENTS)
    {
      out->path = g_strdup ("/0/public/AssetPairs");
      return TRUE;
    }
  if (!convert (fetch->name, '-', "", TRUE, name))
    return FALSE;
  switch (fetch->kind)
    {
    case TF_FETCH_CANDLES:
      /* The newest 720 rows whatever one asks for. */
      interval = tf_interval_to_venue (intervals, fetch->interval);
      if (interval == NULL)
        return FALSE;
      out->path = g_strdup_printf ("/0/public/OHLC?pair=%s&interval=%s&since=%" G_GINT64_FORMAT, name, interval,
                                   fetch->from / TF_SECOND - 1);
      return TRUE;
    case TF_FETCH_TRADES:
      out->path = g_strdup_printf ("/0/public/Trades?pair=%s&since=%" G_GINT64_FORMAT "&count=%d", name, fetch->from, ROWS);
      return TRUE;
    case TF_FETCH_BOOK: /* its stream begins with a snapshot */
    case TF_FETCH_INSTRUMENTS:
    default:
      return FALSE;
    }
}

static void
answer_candles (TfDecoder *decoder,
                TfFetch   *fetch,
                guint      symbol,
                guint      rows)
{
  const TfScan *scan = &decoder->scan;

  for (guint row = tf_scan_first (scan, rows); row < tf_scan_end (scan, rows); row = tf_scan_next (scan, row))
    {
      TfFeedEvent event = { .kind = TF_FEED_CANDLE, .symbol = symbol };
      guint v[7];

      if (!tf_scan_row (scan, row, 7, v))
        {
          tf_decoder_fault (decoder, "candle");
          return;
        }
      if (!seconds (decoder, v[0], &event.time))
        return;
      event.candle.candle.time = event.time;
      event.candle.interval = fetch->interval;
      event.candle.closed = tf_scan_next (scan, row) < tf_scan_end (scan, rows); /* the last row is the running one */
      if (!tf_decoder_candle (decoder, (guint[]) { v[1], v[2], v[3], v[4], v[6] }, &event.candle.candle))
        return;
      if (event.time >= fetch->from && (fetch->to == 0 || event.time < fetch->to))
        tf_decoder_emit (decoder, &event);
    }
}

static void
answer_pairs (TfDecoder *decoder,
              guint      result)
{
  const TfScan *scan = &decoder->scan;

  for (guint key = result + 1; key < tf_scan_end (scan, result); key = tf_scan_next (scan, key + 1))
    {
      char old_name[TF_SYMBOL_SIZE], name[TF_SYMBOL_SIZE], venue_name[TF_SYMBOL_SIZE];
      gint64 price_places, lot_places, tick, minimum = 0;
      guint v[6];

      if (!TF_FIELDS (decoder, key + 1, v, "wsname", "pair_decimals", "lot_decimals", "tick_size", "costmin", "status")
          || v[0] == 0 || !tf_scan_copy (scan, v[0], old_name, sizeof old_name) || !from_venue (old_name, name)
          || !to_venue (name, venue_name))
        {
          tf_decoder_ignore (decoder, "instrument without a usable name");
          continue;
        }
      if (!tf_scan_int (scan, v[1], &price_places) || !tf_scan_int (scan, v[2], &lot_places) || price_places < 0
          || lot_places < 0 || price_places > 8 || lot_places > 8
          || (v[4] != 0 && !tf_scan_decimal (scan, v[4], &minimum, NULL)))
        {
          tf_decoder_ignore (decoder, "instrument finer than 1e-8");
          continue;
        }
      if (v[3] == 0 || !tf_scan_decimal (scan, v[3], &tick, NULL))
        tick = tf_place_units[price_places];
      tf_decoder_instrument (decoder, venue_name, name, tick, tf_place_units[lot_places], minimum,
                             v[5] == 0 || tf_scan_is (scan, v[5], "online"));
    }
}

static void
answer (TfDecoder  *decoder,
        TfFetch    *fetch,
        const char *bytes,
        gsize       length)
{
  const TfScan *scan = &decoder->scan;
  guint v[2], rows = 0, last = 0, symbol;

  if (!tf_scan_text (&decoder->scan, bytes, length))
    {
      tf_decoder_fault (decoder, "syntax");
      return;
    }
  /* Errors come with status 200, and then there is no result. */
  if (!TF_FIELDS (decoder, 0, v, "result", "error") || v[0] == 0 || tf_scan_kind (scan, v[0]) != TF_SCAN_OBJECT
      || (v[1] != 0 && tf_scan_end (scan, v[1]) > v[1] + 1))
    {
      tf_decoder_fault (decoder, "answer");
      return;
    }
  if (fetch->kind == TF_FETCH_INSTRUMENTS)
    {
      answer_pairs (decoder, v[0]);
      return;
    }
  /* The key differs from the pair that one asked for: it is the one that is not “last”. */
  for (guint key = v[0] + 1; key < tf_scan_end (scan, v[0]); key = tf_scan_next (scan, key + 1))
    if (tf_scan_is (scan, key, "last"))
      last = key + 1;
    else
      rows = key + 1;
  symbol = tf_decoder_add_instrument (decoder, fetch->name);
  if (symbol == TF_FEED_NO_SYMBOL || rows == 0 || tf_scan_kind (scan, rows) != TF_SCAN_ARRAY)
    {
      tf_decoder_fault (decoder, "answer");
      return;
    }
  if (fetch->kind == TF_FETCH_CANDLES)
    answer_candles (decoder, fetch, symbol, rows);
  else if (fetch->kind == TF_FETCH_TRADES)
    {
      guint n = 0;

      for (guint row = tf_scan_first (scan, rows); row < tf_scan_end (scan, rows); row = tf_scan_next (scan, row), n++)
        if (!decode_old_trade (decoder, symbol, row, TRUE))
          return;
      fetch->more = n >= ROWS && tf_scan_int (scan, last, &fetch->from) && (fetch->to == 0 || fetch->from < fetch->to);
    }
  else
    tf_decoder_fault (decoder, "answer");
}

const TfVenue tf_venue_kraken = {
  .id = "kraken",
  .title = "Kraken",
  .url = "wss://ws.kraken.com/v2",
  .rest = "https://api.kraken.com",
  .quote = "USD",
  .channels = TF_CHANNEL_TRADES | TF_CHANNEL_QUOTES | TF_CHANNEL_BOOK | TF_CHANNEL_CANDLES,
  .watchdog = 5,        /* a heartbeat each second while nothing else comes */
  .ping_interval = 30,
  .pace = 1000,
  .subscriptions = 1000,
  .request_pace = 1000,
  .to_venue = to_venue,
  .from_venue = from_venue,
  .subscribe = subscribe,
  .ping = ping,
  .decode = decode,
  .request = request,
  .answer = answer,
};
