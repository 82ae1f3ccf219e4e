/* Hyperliquid (hyperliquid.gitbook.io/hyperliquid-docs, “API”). Perpetuals are named by their coin alone and quoted in
 * dollars: “BTC” is our BTC-USD. Spot pairs are “PURR/USDC” or “@107”, other builders' perpetuals “dex:COIN”; the last
 * two keep their names. */

#include <string.h>

#include "io/feeds/decoder-private.h"
#include "io/feeds/venues/venues.h"

#define MIN_NOTIONAL (10 * TF_SCALE) /* dollars */
#define PERP_DECIMALS 6              /* of a price and a size together */
#define CANDLES 5000                 /* most that there are */

static const TfIntervalName intervals[] = {
  { "1m", TF_MINUTE }, { "3m", 3 * TF_MINUTE }, { "5m", 5 * TF_MINUTE }, { "15m", 15 * TF_MINUTE },
  { "30m", 30 * TF_MINUTE }, { "1h", TF_HOUR }, { "2h", 2 * TF_HOUR }, { "4h", 4 * TF_HOUR }, { "8h", 8 * TF_HOUR },
  { "12h", 12 * TF_HOUR }, { "1d", TF_DAY }, { "3d", 3 * TF_DAY }, { "1w", 7 * TF_DAY }, { NULL }
};

static gboolean
is_plain (const char *name)
{
  return *name != '\0' && strpbrk (name, " \"\\") == NULL;
}

static gboolean
keeps_its_name (const char *name)
{
  return name[0] == '@' || strchr (name, ':') != NULL;
}

static gboolean
to_venue (const char *name,
          char        out[TF_SYMBOL_SIZE])
{
  const char *dash = strrchr (name, '-');

  if (!is_plain (name))
    return FALSE;
  if (keeps_its_name (name))
    return g_strlcpy (out, name, TF_SYMBOL_SIZE) < TF_SYMBOL_SIZE;
  if (dash == NULL || dash == name || (strcmp (dash, "-USD") != 0 && strcmp (dash, "-USDC") != 0)
      || g_strlcpy (out, name, TF_SYMBOL_SIZE) >= TF_SYMBOL_SIZE)
    return FALSE;
  out[dash - name] = strcmp (dash, "-USD") == 0 ? '\0' : '/';
  return TRUE;
}

static gboolean
from_venue (const char *venue_name,
            char        out[TF_SYMBOL_SIZE])
{
  char *slash;

  if (!is_plain (venue_name))
    return FALSE;
  if (!keeps_its_name (venue_name) && strchr (venue_name, '/') == NULL)
    return g_snprintf (out, TF_SYMBOL_SIZE, "%s-USD", venue_name) < TF_SYMBOL_SIZE;
  g_strlcpy (out, venue_name, TF_SYMBOL_SIZE);
  slash = keeps_its_name (out) ? NULL : strchr (out, '/');
  if (slash != NULL)
    *slash = '-';
  return TRUE;
}

static void
add_message (GPtrArray  *messages,
             gboolean    on,
             const char *subscription)
{
  g_ptr_array_add (messages, g_strdup_printf ("{\"method\":\"%s\",\"subscription\":{%s}}",
                                              on ? "subscribe" : "unsubscribe", subscription));
}

static gboolean
is_address (const char *text)
{
  return g_str_has_prefix (text, "0x") && strlen (text) == 42
         && strspn (text + 2, "0123456789abcdefABCDEF") == 40;
}

/* One subscription a message. */
static GStrv
subscribe (const TfSubscription *list,
           guint                 n,
           gboolean              on,
           guint                *id)
{
  static const struct { guint channel; const char *type; } types[] = {
    { TF_CHANNEL_TRADES, "trades" }, { TF_CHANNEL_QUOTES, "bbo" }, { TF_CHANNEL_BOOK, "l2Book" },
  };
  GPtrArray *messages = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    {
      const char *interval = tf_interval_to_venue (intervals, list[i].interval != 0 ? list[i].interval : TF_MINUTE);
      char coin[TF_SYMBOL_SIZE];

      if (list[i].channels & TF_CHANNEL_MIDS)
        add_message (messages, on, "\"type\":\"allMids\"");
      if ((list[i].channels & TF_CHANNEL_FILLS) && is_address (list[i].name))
        {
          g_autofree char *text = g_strdup_printf ("\"type\":\"userFills\",\"user\":\"%s\"", list[i].name);

          add_message (messages, on, text);
        }
      if (!to_venue (list[i].name, coin))
        continue;
      for (guint k = 0; k < G_N_ELEMENTS (types); k++)
        if (list[i].channels & types[k].channel)
          {
            g_autofree char *text = g_strdup_printf ("\"type\":\"%s\",\"coin\":\"%s\"", types[k].type, coin);

            add_message (messages, on, text);
          }
      if ((list[i].channels & TF_CHANNEL_CANDLES) && interval != NULL)
        {
          g_autofree char *text = g_strdup_printf ("\"type\":\"candle\",\"coin\":\"%s\",\"interval\":\"%s\"", coin, interval);

          add_message (messages, on, text);
        }
    }
  g_ptr_array_add (messages, NULL);
  return (GStrv) g_ptr_array_free (messages, FALSE);
}

static char *
ping (guint *id)
{
  return g_strdup ("{\"method\":\"ping\"}");
}

/* “B” bought, “A” sold. */
static gint8
side_of (TfDecoder *decoder,
         guint      value)
{
  return value == 0 ? 0 : tf_scan_is (&decoder->scan, value, "B") ? 1 : tf_scan_is (&decoder->scan, value, "A") ? -1 : 0;
}

static void
decode_trade (TfDecoder *decoder,
              guint      row)
{
  TfFeedEvent event = { .kind = TF_FEED_TRADE };
  guint v[6];

  if (!TF_FIELDS (decoder, row, v, "coin", "side", "px", "sz", "time", "tid"))
    {
      tf_decoder_fault (decoder, "trade");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (event.symbol == TF_FEED_NO_SYMBOL || !tf_decoder_price (decoder, v[2], &event.trade.price)
      || !tf_decoder_qty (decoder, v[3], &event.trade.quantity) || !tf_decoder_ms (decoder, v[4], &event.time))
    return;
  event.trade.side = side_of (decoder, v[1]);
  if (event.trade.side == 0)
    tf_decoder_fault (decoder, "side");
  else if (!tf_scan_int (&decoder->scan, v[5], &event.trade.id) || event.trade.id < 0)
    tf_decoder_fault (decoder, "trade id");
  else
    tf_decoder_trade (decoder, &event, FALSE);
}

/* The whole book each time: there is nothing to lose. */
static void
decode_book (TfDecoder *decoder,
             guint      data)
{
  static const char *const level[] = { "px", "sz" };
  guint v[3], sides[2], symbol;
  TfTime time;

  if (!TF_FIELDS (decoder, data, v, "coin", "levels", "time") || v[1] == 0 || !tf_scan_row (&decoder->scan, v[1], 2, sides))
    {
      tf_decoder_fault (decoder, "book");
      return;
    }
  symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (symbol == TF_FEED_NO_SYMBOL || !tf_decoder_ms (decoder, v[2], &time))
    return;
  tf_decoder_clear_levels (decoder);
  if (tf_decoder_add_rows (decoder, TRUE, sides[0], level) && tf_decoder_add_rows (decoder, FALSE, sides[1], level))
    tf_decoder_book (decoder, symbol, TRUE, 0, 0, time);
}

/* Either side may be null. */
static void
decode_bbo (TfDecoder *decoder,
            guint      data)
{
  TfFeedEvent event = { .kind = TF_FEED_QUOTE };
  const TfScan *scan = &decoder->scan;
  guint v[3], sides[2], quote[4] = { 0 };

  if (!TF_FIELDS (decoder, data, v, "coin", "time", "bbo") || v[2] == 0 || !tf_scan_row (scan, v[2], 2, sides))
    {
      tf_decoder_fault (decoder, "quote");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (event.symbol == TF_FEED_NO_SYMBOL || !tf_decoder_ms (decoder, v[1], &event.time))
    return;
  for (guint i = 0; i < 2; i++)
    if (tf_scan_kind (scan, sides[i]) != TF_SCAN_NULL
        && (!TF_FIELDS (decoder, sides[i], quote + 2 * i, "px", "sz") || quote[2 * i] == 0 || quote[2 * i + 1] == 0))
      {
        tf_decoder_fault (decoder, "quote");
        return;
      }
  if (quote[0] == 0 && quote[2] == 0)
    tf_decoder_ignore (decoder, "empty quote");
  else
    tf_decoder_quote (decoder, &event, quote);
}

static gboolean
read_candle (TfDecoder   *decoder,
             guint        row,
             TfFeedEvent *event,
             TfTime      *end)
{
  guint v[9];

  if (!TF_FIELDS (decoder, row, v, "o", "h", "l", "c", "v", "t", "T", "s", "i"))
    {
      tf_decoder_fault (decoder, "candle");
      return FALSE;
    }
  if (v[8] != 0 && tf_scan_is (&decoder->scan, v[8], "1M"))
    {
      tf_decoder_ignore (decoder, "candle of a month");
      return FALSE;
    }
  event->symbol = tf_decoder_symbol_at (decoder, v[7]);
  event->candle.interval = tf_interval_from_venue (&decoder->scan, v[8], intervals);
  if (event->symbol == TF_FEED_NO_SYMBOL || !tf_decoder_ms (decoder, v[5], &event->candle.candle.time)
      || !tf_decoder_ms (decoder, v[6], end) || !tf_decoder_candle (decoder, v, &event->candle.candle))
    return FALSE;
  event->time = event->candle.candle.time;
  if (event->candle.interval == 0)
    tf_decoder_fault (decoder, "candle");
  return event->candle.interval != 0;
}

static void
decode_candle (TfDecoder *decoder,
               guint      row)
{
  TfFeedEvent event = { .kind = TF_FEED_CANDLE };
  TfTime end;

  if (read_candle (decoder, row, &event, &end))
    tf_decoder_running (decoder, &event);
}

static void
decode_mids (TfDecoder *decoder,
             guint      data)
{
  const TfScan *scan = &decoder->scan;
  guint mids;

  if (!TF_FIELDS (decoder, data, &mids, "mids") || mids == 0 || tf_scan_kind (scan, mids) != TF_SCAN_OBJECT)
    {
      tf_decoder_fault (decoder, "mids");
      return;
    }
  for (guint key = mids + 1; key < tf_scan_end (scan, mids); key = tf_scan_next (scan, key + 1))
    {
      TfFeedEvent event = { .kind = TF_FEED_MID, .symbol = tf_decoder_symbol_at (decoder, key) };

      if (event.symbol != TF_FEED_NO_SYMBOL && tf_decoder_price (decoder, key + 1, &event.mid.price))
        tf_decoder_emit (decoder, &event);
    }
}

static guint64
mix (guint64     h,
     const char *text)
{
  for (; *text != '\0'; text++)
    h = (h ^ (guchar) *text) * G_GUINT64_CONSTANT (1099511628211);
  return h ^ (h >> 29);
}

/* Only coin, px, sz, side and time are in every fill there ever was. */
static void
decode_fill (TfDecoder  *decoder,
             guint       row,
             const char *trader,
             guint       flags)
{
  TfFeedEvent event = { .kind = TF_FEED_FILL, .flags = flags };
  const TfScan *scan = &decoder->scan;
  gint64 tid = 0, oid = 0, start;
  guint v[8];
  char id[128], price[TF_DECIMAL_SIZE], quantity[TF_DECIMAL_SIZE], before[TF_DECIMAL_SIZE];

  if (!TF_FIELDS (decoder, row, v, "coin", "px", "sz", "side", "time", "startPosition", "tid", "oid"))
    {
      tf_decoder_fault (decoder, "fill");
      return;
    }
  event.symbol = tf_decoder_symbol_at (decoder, v[0]);
  if (event.symbol == TF_FEED_NO_SYMBOL || !tf_decoder_price (decoder, v[1], &event.fill.price)
      || !tf_decoder_qty (decoder, v[2], &event.fill.quantity) || !tf_decoder_ms (decoder, v[4], &event.time))
    return;
  event.fill.side = side_of (decoder, v[3]);
  if (event.fill.side == 0)
    {
      tf_decoder_fault (decoder, "side");
      return;
    }
  if ((v[6] != 0 && (!tf_scan_int (scan, v[6], &tid) || tid < 0)) || (v[7] != 0 && !tf_scan_int (scan, v[7], &oid)))
    {
      tf_decoder_fault (decoder, "trade id");
      return;
    }
  before[0] = '\0';
  if (v[5] != 0)
    {
      if (!tf_scan_rounded (scan, v[5], &start)
          || __builtin_add_overflow (start, event.fill.side * event.fill.quantity.raw, &event.fill.position.raw))
        {
          tf_decoder_fault (decoder, "position");
          return;
        }
      event.fill.has_position = TRUE;
      tf_decimal_format (start, before);
    }
  if (tid > 0)
    g_snprintf (id, sizeof id, "%" G_GINT64_FORMAT, tid);
  else /* dust conversions, and all fills of 2023 */
    g_snprintf (id, sizeof id, "%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s-%s-%s", oid, event.time / 1000000,
                tf_decimal_format (event.fill.price.raw, price), tf_decimal_format (event.fill.quantity.raw, quantity),
                before);
  if (tf_decoder_is_recent (decoder, mix (mix (mix (G_GUINT64_CONSTANT (14695981039346656037), trader), id),
                                          tf_decoder_get_venue_name (decoder, event.symbol))))
    {
      decoder->counts.duplicates++;
      return;
    }
  event.fill.trader = *trader != '\0' ? trader : NULL;
  event.fill.id = id;
  tf_decoder_emit (decoder, &event);
}

static void
decode_fills (TfDecoder *decoder,
              guint      data,
              gboolean   named)
{
  const TfScan *scan = &decoder->scan;
  char trader[64] = "";
  guint v[3];

  if (!TF_FIELDS (decoder, data, v, "fills", "user", "isSnapshot"))
    {
      tf_decoder_fault (decoder, "fills");
      return;
    }
  if (v[0] == 0 && !named)
    {
      tf_decoder_ignore (decoder, "user event"); /* funding, liquidations, cancelled orders */
      return;
    }
  if (named && (v[1] == 0 || !tf_scan_copy (scan, v[1], trader, sizeof trader) || *trader == '\0'))
    {
      tf_decoder_fault (decoder, "trader");
      return;
    }
  if (v[0] == 0 || tf_scan_kind (scan, v[0]) != TF_SCAN_ARRAY)
    {
      tf_decoder_fault (decoder, "fills");
      return;
    }
  for (char *p = trader; *p != '\0'; p++)
    *p = g_ascii_tolower (*p);
  for (guint row = tf_scan_first (scan, v[0]); row < tf_scan_end (scan, v[0]); row = tf_scan_next (scan, row))
    decode_fill (decoder, row, trader,
                 v[2] != 0 && tf_scan_kind (scan, v[2]) == TF_SCAN_TRUE ? TF_FEED_SNAPSHOT : 0);
}

static void
each (TfDecoder *decoder,
      guint      data,
      void     (*decode_row) (TfDecoder *decoder,
                              guint      row))
{
  const TfScan *scan = &decoder->scan;

  for (guint row = tf_scan_first (scan, data); row < tf_scan_end (scan, data); row = tf_scan_next (scan, row))
    decode_row (decoder, row);
}

static void
decode_channel (TfDecoder *decoder,
                guint      channel,
                guint      data)
{
  static const char *const known[] = {
    "activeAssetCtx", "activeSpotAssetCtx", "allDexsAssetCtxs", "webData2", "notification", "orderUpdates",
    "userFundings", "userNonFundingLedgerUpdates", "userTwapSliceFills", "userTwapHistory", "activeAssetData", NULL
  };
  const TfScan *scan = &decoder->scan;
  gboolean array = data != 0 && tf_scan_kind (scan, data) == TF_SCAN_ARRAY;

  if (tf_scan_is (scan, channel, "pong"))
    {
      tf_decoder_remark (decoder, TF_FEED_STATUS, "pong");
      return;
    }
  if (tf_decoder_ignore_known (decoder, channel, known))
    return;
  if (data == 0)
    tf_decoder_fault (decoder, "envelope");
  else if (tf_scan_is (scan, channel, "trades"))
    {
      if (array)
        each (decoder, data, decode_trade);
      else
        tf_decoder_fault (decoder, "rows");
    }
  else if (tf_scan_is (scan, channel, "l2Book"))
    decode_book (decoder, data);
  else if (tf_scan_is (scan, channel, "bbo"))
    decode_bbo (decoder, data);
  else if (tf_scan_is (scan, channel, "candle"))
    {
      if (array)
        each (decoder, data, decode_candle); /* as the documentation has it; captures have one object */
      else
        decode_candle (decoder, data);
    }
  else if (tf_scan_is (scan, channel, "allMids"))
    decode_mids (decoder, data);
  else if (tf_scan_is (scan, channel, "userFills"))
    decode_fills (decoder, data, TRUE);
  else if (tf_scan_is (scan, channel, "user"))
    decode_fills (decoder, data, FALSE);
  else if (tf_scan_is (scan, channel, "subscriptionResponse"))
    tf_decoder_remark (decoder, TF_FEED_ACK, "subscriptionResponse");
  else if (tf_scan_is (scan, channel, "error"))
    {
      tf_decoder_ignore (decoder, "error");
      tf_decoder_refusal (decoder, data, "error");
    }
  else
    tf_decoder_ignore (decoder, "unknown");
}

static void
decode (TfDecoder  *decoder,
        const char *bytes,
        gsize       length)
{
  static const char greeting[] = "Websocket connection established";
  guint v[3];

  if (length >= sizeof greeting - 1 && memcmp (bytes, greeting, sizeof greeting - 1) == 0)
    tf_decoder_remark (decoder, TF_FEED_STATUS, "greeting");
  else if (!tf_scan_text (&decoder->scan, bytes, length))
    tf_decoder_fault (decoder, "syntax");
  else if (!TF_FIELDS (decoder, 0, v, "channel", "data", "levels"))
    tf_decoder_fault (decoder, "envelope");
  else if (v[0] != 0)
    decode_channel (decoder, v[0], v[1]);
  else if (v[2] != 0)
    decode_book (decoder, 0); /* a book without its envelope, as recordings of the REST call have it */
  else
    tf_decoder_fault (decoder, "kind");
}

static gboolean
request (const TfFetch *fetch,
         TfRequest     *out)
{
  char coin[TF_SYMBOL_SIZE];
  const char *interval;

  if (fetch->kind != TF_FETCH_INSTRUMENTS && !to_venue (fetch->name, coin))
    return FALSE;
  switch (fetch->kind)
    {
    case TF_FETCH_CANDLES:
      interval = tf_interval_to_venue (intervals, fetch->interval);
      if (interval == NULL)
        return FALSE;
      out->body = g_strdup_printf ("{\"type\":\"candleSnapshot\",\"req\":{\"coin\":\"%s\",\"interval\":\"%s\",\"startTime\":%"
                                   G_GINT64_FORMAT ",\"endTime\":%" G_GINT64_FORMAT "}}", coin, interval,
                                   fetch->from / 1000000, fetch->to / 1000000 - 1);
      break;
    case TF_FETCH_TRADES:
      out->body = g_strdup_printf ("{\"type\":\"recentTrades\",\"coin\":\"%s\"}", coin);
      break;
    case TF_FETCH_BOOK:
      out->body = g_strdup_printf ("{\"type\":\"l2Book\",\"coin\":\"%s\"}", coin);
      break;
    case TF_FETCH_INSTRUMENTS:
      out->body = g_strdup ("{\"type\":\"meta\"}");
      break;
    default:
      return FALSE;
    }
  out->path = g_strdup ("/info");
  return TRUE;
}

static void
answer_meta (TfDecoder *decoder)
{
  const TfScan *scan = &decoder->scan;
  guint list;

  if (!TF_FIELDS (decoder, 0, &list, "universe") || list == 0 || tf_scan_kind (scan, list) != TF_SCAN_ARRAY)
    {
      tf_decoder_fault (decoder, "instruments");
      return;
    }
  for (guint row = tf_scan_first (scan, list); row < tf_scan_end (scan, list); row = tf_scan_next (scan, row))
    {
      char coin[TF_SYMBOL_SIZE], name[TF_SYMBOL_SIZE];
      gint64 decimals;
      guint v[3];

      if (!TF_FIELDS (decoder, row, v, "name", "szDecimals", "isDelisted") || v[0] == 0
          || !tf_scan_copy (scan, v[0], coin, sizeof coin) || !from_venue (coin, name)
          || !tf_scan_int (scan, v[1], &decimals) || decimals < 0 || decimals > PERP_DECIMALS)
        {
          tf_decoder_ignore (decoder, "instrument without a usable name");
          continue;
        }
      tf_decoder_instrument (decoder, coin, name, tf_place_units[PERP_DECIMALS - decimals],
                             tf_place_units[decimals], MIN_NOTIONAL, v[2] == 0 || tf_scan_kind (scan, v[2]) != TF_SCAN_TRUE);
    }
}

static void
answer (TfDecoder  *decoder,
        TfFetch    *fetch,
        const char *bytes,
        gsize       length)
{
  if (!tf_scan_text (&decoder->scan, bytes, length))
    {
      tf_decoder_fault (decoder, "syntax");
      return;
    }
  if (fetch->kind == TF_FETCH_INSTRUMENTS)
    answer_meta (decoder);
  else if (fetch->kind == TF_FETCH_BOOK)
    decode_book (decoder, 0);
  else if (fetch->kind == TF_FETCH_TRADES)
    {
      if (!tf_decoder_rows (decoder, 0, TRUE))
        return;
      for (guint i = 0; i < decoder->n_rows; i++)
        decode_trade (decoder, decoder->rows[i]);
    }
  else if (tf_decoder_rows (decoder, 0, FALSE))
    {
      for (guint i = 0; i < decoder->n_rows; i++)
        {
          TfFeedEvent event = { .kind = TF_FEED_CANDLE };
          TfTime end;

          if (!read_candle (decoder, decoder->rows[i], &event, &end))
            return;
          event.candle.closed = end < decoder->received;
          fetch->from = event.time + event.candle.interval;
          tf_decoder_emit (decoder, &event);
        }
      fetch->more = decoder->n_rows >= CANDLES && fetch->from < fetch->to;
    }
}

const TfVenue tf_venue_hyperliquid = {
  .id = "hyperliquid",
  .title = "Hyperliquid",
  .url = "wss://api.hyperliquid.xyz/ws",
  .rest = "https://api.hyperliquid.xyz",
  .quote = "USD",
  .channels = TF_CHANNEL_TRADES | TF_CHANNEL_QUOTES | TF_CHANNEL_BOOK | TF_CHANNEL_CANDLES | TF_CHANNEL_FILLS
              | TF_CHANNEL_MIDS,
  .watchdog = 40,       /* the ping, and ten seconds for its answer */
  .ping_interval = 30,
  .pace = 50,           /* 2000 messages a minute */
  .subscriptions = 1000,
  .request_pace = 1500, /* most questions weigh 20 of 1200 a minute, and a little for their rows */
  .recent_only = TRUE,
  .to_venue = to_venue,
  .from_venue = from_venue,
  .subscribe = subscribe,
  .ping = ping,
  .decode = decode,
  .request = request,
  .answer = answer,
};
