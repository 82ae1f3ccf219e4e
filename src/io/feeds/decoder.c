#include "io/feeds/decoder-private.h"

#include <string.h>

/* A checksum that is wrong so often in a row for one instrument is the venue's fault, not the line's: Kraken's own
 * are off for some pairs. Then it is not looked at any more, instead of subscribing again for ever. */
#define BAD_CHECKSUMS_MAX 3

static void
symbol_free (gpointer data)
{
  TfFeedSymbol *symbol = data;

  tf_book_clear (&symbol->book);
  g_free (symbol->seen);
  g_free (symbol);
}

/**
 * tf_decoder_new:
 * @venue: kept by reference
 *
 * The state of decoding one connection: names, books, ids seen, counts. It belongs to one thread.
 *
 * Returns: (transfer full):
 */
TfDecoder *
tf_decoder_new (const TfVenue *venue)
{
  TfDecoder *self = g_new0 (TfDecoder, 1);

  self->venue = venue;
  self->symbols = g_ptr_array_new_with_free_func (symbol_free);
  self->sequence = -1;
  return self;
}

/**
 * tf_decoder_set_quiet:
 * @quiet: faults are counted only: whose messages these are is still a guess
 */
void
tf_decoder_set_quiet (TfDecoder *self,
                      gboolean   quiet)
{
  self->quiet = quiet;
}

void
tf_decoder_free (TfDecoder *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->symbols);
  g_clear_pointer (&self->recent_set, g_hash_table_unref);
  g_free (self->recent);
  g_free (self->rows);
  g_free (self->levels[0]);
  g_free (self->levels[1]);
  tf_scan_clear (&self->scan);
  g_free (self);
}

/**
 * tf_decoder_reset:
 *
 * For a new connection to the same venue: books and sequences start again; names, counts and the ids of trades seen
 * stay, so that what the venue repeats is not taken twice.
 */
void
tf_decoder_reset (TfDecoder *self)
{
  self->sequence = -1;
  for (guint i = 0; i < self->symbols->len; i++)
    tf_book_reset (&tf_decoder_at (self, i)->book);
}

static guint
hash (const char *text,
      gsize       length)
{
  guint h = 2166136261u;

  for (gsize i = 0; i < length; i++)
    h = (h ^ (guchar) text[i]) * 16777619u;
  return h ^ (h >> 15);
}

/* Where the name is in the index, or the free place where it belongs. */
static guint16 *
slot (TfDecoder  *self,
      const char *name,
      gsize       length)
{
  guint i = hash (name, length) % G_N_ELEMENTS (self->index);

  while (self->index[i] != 0)
    {
      const TfFeedSymbol *symbol = tf_decoder_at (self, self->index[i] - 1u);

      if (symbol->length == length && memcmp (symbol->venue_name, name, length) == 0)
        break;
      i = (i + 1) % G_N_ELEMENTS (self->index);
    }
  return &self->index[i];
}

static guint
add_symbol (TfDecoder  *self,
            const char *venue_name,
            gsize       length,
            const char *name)
{
  TfFeedSymbol *symbol;
  guint16 *place = slot (self, venue_name, length);

  if (*place != 0)
    {
      symbol = tf_decoder_at (self, *place - 1u);
      g_strlcpy (symbol->name, name, sizeof symbol->name);
      return *place - 1u;
    }
  if (self->symbols->len == TF_FEED_SYMBOLS_MAX)
    return TF_FEED_NO_SYMBOL;
  symbol = g_new0 (TfFeedSymbol, 1);
  memcpy (symbol->venue_name, venue_name, length);
  symbol->length = (guint) length;
  g_strlcpy (symbol->name, name, sizeof symbol->name);
  tf_book_init (&symbol->book);
  g_ptr_array_add (self->symbols, symbol);
  *place = (guint16) self->symbols->len;
  return self->symbols->len - 1;
}

/* The symbol that the venue calls so. One that nobody told of gets the name that the venue's rule makes of it. */
guint
tf_decoder_symbol (TfDecoder  *self,
                   const char *name,
                   gsize       length)
{
  char venue_name[TF_SYMBOL_SIZE], own[TF_SYMBOL_SIZE];
  guint symbol;

  if (self->last_symbol < self->symbols->len)
    {
      const TfFeedSymbol *last = tf_decoder_at (self, self->last_symbol);

      if (last->length == length && memcmp (last->venue_name, name, length) == 0)
        return self->last_symbol;
    }
  if (length == 0 || length >= TF_SYMBOL_SIZE)
    return TF_FEED_NO_SYMBOL;
  symbol = *slot (self, name, length);
  if (symbol != 0)
    return self->last_symbol = symbol - 1;
  memcpy (venue_name, name, length);
  venue_name[length] = '\0';
  for (gsize i = 0; i < length; i++)
    if ((guchar) name[i] <= ' ' || name[i] == '"' || name[i] == '\\')
      return TF_FEED_NO_SYMBOL;
  if (!self->venue->from_venue (venue_name, own))
    return TF_FEED_NO_SYMBOL;
  return add_symbol (self, name, length, own);
}

/* Likewise of a string in the message; counts a fault when there is none. */
guint
tf_decoder_symbol_at (TfDecoder *self,
                      guint      value)
{
  char name[TF_SYMBOL_SIZE];
  guint symbol = TF_FEED_NO_SYMBOL;

  if (value != 0 && tf_scan_copy (&self->scan, value, name, sizeof name))
    symbol = tf_decoder_symbol (self, name, strlen (name));
  if (symbol == TF_FEED_NO_SYMBOL)
    tf_decoder_fault (self, "symbol");
  return symbol;
}

/**
 * tf_decoder_add_instrument:
 * @name: “BTC-USDT”
 *
 * Says beforehand what is listened to, so that the venue's name for it reads back as @name.
 *
 * Returns: its symbol, or %TF_FEED_NO_SYMBOL when the venue cannot have it
 */
guint
tf_decoder_add_instrument (TfDecoder  *self,
                           const char *name)
{
  char venue_name[TF_SYMBOL_SIZE];

  if (!self->venue->to_venue (name, venue_name))
    return TF_FEED_NO_SYMBOL;
  return add_symbol (self, venue_name, strlen (venue_name), name);
}

guint
tf_decoder_get_n_symbols (const TfDecoder *self)
{
  return self->symbols->len;
}

/**
 * tf_decoder_get_name:
 *
 * Returns: “BTC-USDT”; valid as long as the decoder
 */
const char *
tf_decoder_get_name (const TfDecoder *self,
                     guint            symbol)
{
  g_return_val_if_fail (symbol < self->symbols->len, NULL);
  return tf_decoder_at (self, symbol)->name;
}

const char *
tf_decoder_get_venue_name (const TfDecoder *self,
                           guint            symbol)
{
  g_return_val_if_fail (symbol < self->symbols->len, NULL);
  return tf_decoder_at (self, symbol)->venue_name;
}

const TfBook *
tf_decoder_get_book (const TfDecoder *self,
                     guint            symbol)
{
  g_return_val_if_fail (symbol < self->symbols->len, NULL);
  return &tf_decoder_at (self, symbol)->book;
}

/**
 * tf_decoder_get_last_trade:
 *
 * Returns: the newest trade id seen, from which missed trades are asked for; 0 when there is none
 */
gint64
tf_decoder_get_last_trade (const TfDecoder *self,
                           guint            symbol)
{
  g_return_val_if_fail (symbol < self->symbols->len, 0);
  return tf_decoder_at (self, symbol)->last_trade;
}

const TfFeedCounts *
tf_decoder_get_counts (const TfDecoder *self)
{
  return &self->counts;
}

/* Counts under a name; TRUE for the first time. Names are few and constant. */
static gboolean
count (TfFeedCount *counts,
       guint        size,
       const char  *name)
{
  for (guint i = 0; i + 1 < size; i++)
    {
      if (counts[i].name == NULL)
        counts[i].name = name;
      if (counts[i].name == name || strcmp (counts[i].name, name) == 0)
        return counts[i].n++ == 0;
    }
  return FALSE;
}

/* A message, or a part of one, that says nothing that is wanted. @kind: a constant */
void
tf_decoder_ignore (TfDecoder  *self,
                   const char *kind)
{
  count (self->counts.ignored, G_N_ELEMENTS (self->counts.ignored), kind);
}

/* Ignores what is named by the string at @value under that one of @names, which end with NULL. FALSE: it is none. */
gboolean
tf_decoder_ignore_known (TfDecoder         *self,
                         guint              value,
                         const char *const *names)
{
  for (; *names != NULL; names++)
    if (tf_scan_is (&self->scan, value, *names))
      {
        tf_decoder_ignore (self, *names);
        return TRUE;
      }
  return FALSE;
}

/* A message that is refused, whole or in part: counted once, and said once for each kind. @kind: a constant */
void
tf_decoder_fault (TfDecoder  *self,
                  const char *kind)
{
  if (!self->failed)
    self->counts.errors++;
  self->failed = TRUE;
  if (count (self->counts.faults, G_N_ELEMENTS (self->counts.faults), kind) && !self->quiet)
    g_message ("%s: found a message with a wrong or missing %s, refused it; further ones are counted",
               self->venue->id, kind);
}

void
tf_decoder_emit (TfDecoder   *self,
                 TfFeedEvent *event)
{
  event->received = self->received;
  event->flags |= self->flags;
  if (event->time == 0)
    event->time = self->received;
  self->counts.events[event->kind]++;
  if (self->sink != NULL)
    self->sink (event, self->data);
}

void
tf_decoder_note (TfDecoder  *self,
                 TfFeedKind  kind,
                 TfNoteCode  code,
                 guint       symbol,
                 const char *text)
{
  tf_decoder_emit (self, &(TfFeedEvent) { .kind = kind, .symbol = symbol, .note = { .code = code, .text = text } });
}

/* A message about the connection alone: nothing of the market, but whoever listens is told. @text: a constant */
void
tf_decoder_remark (TfDecoder  *self,
                   TfFeedKind  kind,
                   const char *text)
{
  tf_decoder_ignore (self, text);
  tf_decoder_note (self, kind, TF_NOTE_OK, TF_FEED_NO_SYMBOL, text);
}

/* The venue refuses a command in the words at @value; where they are none, or too many, @otherwise stands for them. */
void
tf_decoder_refusal (TfDecoder  *self,
                    guint       value,
                    const char *otherwise)
{
  char words[256];

  tf_decoder_note (self, TF_FEED_ACK, TF_NOTE_REFUSED, TF_FEED_NO_SYMBOL,
                   value != 0 && tf_scan_copy (&self->scan, value, words, sizeof words) ? words : otherwise);
}

/* Whether the id was there before; marks it. Ids older than the window count as seen. */
static gboolean
mark_seen (TfFeedSymbol *symbol,
           gint64        id)
{
  const guint words = TF_SEEN_WINDOW / 64;
  gint64 last = symbol->last_trade;
  guint64 bit = G_GUINT64_CONSTANT (1) << ((guint64) id % 64);
  guint word = (guint) ((guint64) id % TF_SEEN_WINDOW / 64);

  if (symbol->seen == NULL)
    symbol->seen = g_new0 (guint64, words);
  if (id > last)
    {
      /* The places of the ids between still have what was there a window ago. */
      if (last == 0 || id - last >= TF_SEEN_WINDOW)
        memset (symbol->seen, 0, words * sizeof *symbol->seen);
      else
        for (gint64 k = last + 1; k < id; k++)
          symbol->seen[(guint64) k % TF_SEEN_WINDOW / 64] &= ~(G_GUINT64_CONSTANT (1) << ((guint64) k % 64));
      symbol->seen[word] |= bit;
      symbol->last_trade = id;
      return FALSE;
    }
  if (last - id >= TF_SEEN_WINDOW || (symbol->seen[word] & bit) != 0)
    return TRUE;
  symbol->seen[word] |= bit;
  return FALSE;
}

/* Whether @key was among the last TF_RECENT_SIZE ones; remembers it. */
gboolean
tf_decoder_is_recent (TfDecoder *self,
                      guint64    key)
{
  guint64 *place;

  if (self->recent == NULL)
    {
      self->recent = g_new0 (guint64, TF_RECENT_SIZE);
      self->recent_set = g_hash_table_new (g_int64_hash, g_int64_equal);
    }
  if (g_hash_table_contains (self->recent_set, &key))
    return TRUE;
  place = &self->recent[self->recent_at++ % TF_RECENT_SIZE];
  if (self->recent_at > TF_RECENT_SIZE)
    g_hash_table_remove (self->recent_set, place);
  *place = key;
  g_hash_table_add (self->recent_set, place);
  return FALSE;
}

/* Passes on a trade that was not there before. @counted: the venue numbers the trades of a symbol without a hole, so
 * that a hole means lost trades. */
void
tf_decoder_trade (TfDecoder   *self,
                  TfFeedEvent *event,
                  gboolean     counted)
{
  TfFeedSymbol *symbol = tf_decoder_at (self, event->symbol);
  gint64 id = event->trade.id, before = symbol->last_trade;

  if (event->trade.quantity.raw <= 0 || id < 0)
    {
      tf_decoder_fault (self, id < 0 ? "trade id" : "quantity");
      return;
    }
  if (self->first_time == 0 || event->time < self->first_time)
    {
      self->first = id;
      self->first_time = event->time;
    }
  if (id > 0 && counted ? mark_seen (symbol, id)
                        : id > 0 && tf_decoder_is_recent (self, (guint64) id * TF_FEED_SYMBOLS_MAX + event->symbol))
    {
      self->counts.duplicates++;
      return;
    }
  if (id > 0 && !counted)
    symbol->last_trade = id;
  if (counted && before != 0 && id > before + 1)
    tf_decoder_emit (self, &(TfFeedEvent) { .kind = TF_FEED_RESYNC, .symbol = event->symbol, .time = event->time,
                                            .note = { TF_NOTE_TRADES, before, "trades missing" } });
  tf_decoder_emit (self, event);
}

/* Passes on a candle of a venue that never says which is the last word on one: that is known when the next begins. */
void
tf_decoder_running (TfDecoder   *self,
                    TfFeedEvent *event)
{
  TfFeedSymbol *symbol = tf_decoder_at (self, event->symbol);
  TfCandle before = symbol->running;

  if (symbol->running_interval == event->candle.interval && event->time > before.time)
    event->candle.before = &before;
  if (symbol->running_interval != event->candle.interval || event->time >= before.time)
    {
      symbol->running = event->candle.candle;
      symbol->running_interval = event->candle.interval;
    }
  tf_decoder_emit (self, event);
}

/* A price of 0, nothing or null: that side of the book is empty. */
static gboolean
side_of_quote (TfDecoder *self,
               guint      price_value,
               guint      quantity_value,
               TfPrice   *price,
               TfQty     *quantity)
{
  const TfScanToken *token = &self->scan.tokens[price_value];

  if (price_value == 0 || token->kind == TF_SCAN_NULL || (token->kind == TF_SCAN_STRING && token->length == 0))
    return TRUE;
  if (!tf_scan_decimal (&self->scan, price_value, &price->raw, NULL) || price->raw < 0)
    {
      tf_decoder_fault (self, "price");
      return FALSE;
    }
  return quantity_value == 0 || tf_decoder_qty (self, quantity_value, quantity);
}

/* @values: where bid, its quantity, ask, its quantity are. A side, or a quantity, may be missing. */
void
tf_decoder_quote (TfDecoder   *self,
                  TfFeedEvent *event,
                  const guint  values[4])
{
  if (!side_of_quote (self, values[0], values[1], &event->quote.bid, &event->quote.bid_quantity)
      || !side_of_quote (self, values[2], values[3], &event->quote.ask, &event->quote.ask_quantity))
    return;
  if ((event->quote.bid.raw == 0 && event->quote.ask.raw == 0)
      || (event->quote.ask.raw != 0 && event->quote.bid.raw >= event->quote.ask.raw))
    tf_decoder_fault (self, "quote");
  else
    tf_decoder_emit (self, event);
}

/* Collects where the elements of an array are, the oldest first. */
gboolean
tf_decoder_rows (TfDecoder *self,
                 guint      array,
                 gboolean   newest_first)
{
  const TfScan *scan = &self->scan;

  self->n_rows = 0;
  if (tf_scan_kind (scan, array) != TF_SCAN_ARRAY)
    {
      tf_decoder_fault (self, "rows");
      return FALSE;
    }
  for (guint row = tf_scan_first (scan, array); row < tf_scan_end (scan, array); row = tf_scan_next (scan, row))
    {
      if (self->n_rows == self->size_rows)
        {
          self->size_rows = MAX (64, self->size_rows * 2);
          self->rows = g_renew (guint, self->rows, self->size_rows);
        }
      self->rows[self->n_rows++] = row;
    }
  for (guint i = 0; newest_first && i < self->n_rows / 2; i++)
    {
      guint row = self->rows[i];

      self->rows[i] = self->rows[self->n_rows - 1 - i];
      self->rows[self->n_rows - 1 - i] = row;
    }
  return TRUE;
}

/* Unix milliseconds, or microseconds where the venue was asked for them. */
gboolean
tf_decoder_ms (TfDecoder *self,
               guint      value,
               TfTime    *time)
{
  gint64 number;

  if (tf_scan_int (&self->scan, value, &number) && number > 0
      && number < (number < G_GINT64_CONSTANT (100000000000000) ? G_MAXINT64 / 1000000 : G_MAXINT64 / 1000))
    {
      *time = number * (number < G_GINT64_CONSTANT (100000000000000) ? 1000000 : 1000);
      return TRUE;
    }
  tf_decoder_fault (self, "time");
  return FALSE;
}

gboolean
tf_decoder_price (TfDecoder *self,
                  guint      value,
                  TfPrice   *price)
{
  if (tf_scan_decimal (&self->scan, value, &price->raw, NULL) && price->raw > 0)
    return TRUE;
  tf_decoder_fault (self, "price");
  return FALSE;
}

gboolean
tf_decoder_qty (TfDecoder *self,
                guint      value,
                TfQty     *quantity)
{
  if (tf_scan_decimal (&self->scan, value, &quantity->raw, NULL) && quantity->raw >= 0)
    return TRUE;
  tf_decoder_fault (self, "quantity");
  return FALSE;
}

/* Passes on an instrument of the venue's list, and keeps its name. Steps of 0 are unknown ones. */
void
tf_decoder_instrument (TfDecoder  *self,
                       const char *venue_name,
                       const char *name,
                       gint64      tick,
                       gint64      lot,
                       gint64      min_notional,
                       gboolean    trading)
{
  TfInstrument instrument;
  guint symbol;

  if (tick <= 0 || lot <= 0 || min_notional < 0)
    {
      tf_decoder_fault (self, "step");
      return;
    }
  /* The guess knows what a venue's list does not: fees of a small account, a usual spread, other names. */
  if (!tf_instrument_guess (name, &instrument, NULL))
    instrument = (TfInstrument) { .maker_ppm = 800, .taker_ppm = 1000, .spread_ppm = 1000 };
  g_strlcpy (instrument.symbol, name, sizeof instrument.symbol);
  instrument.tick.raw = tick;
  instrument.lot.raw = lot;
  instrument.min_notional.raw = min_notional;
  symbol = trading ? add_symbol (self, venue_name, strlen (venue_name), name) : TF_FEED_NO_SYMBOL;
  tf_decoder_emit (self, &(TfFeedEvent) {
    .kind = TF_FEED_INSTRUMENT, .symbol = symbol, .instrument = { &instrument, venue_name, trading } });
}

/* @ohlcv: where open, high, low, close and volume are; @candle has its time. */
gboolean
tf_decoder_candle (TfDecoder  *self,
                   const guint ohlcv[5],
                   TfCandle   *candle)
{
  if (!tf_decoder_price (self, ohlcv[0], &candle->open) || !tf_decoder_price (self, ohlcv[1], &candle->high)
      || !tf_decoder_price (self, ohlcv[2], &candle->low) || !tf_decoder_price (self, ohlcv[3], &candle->close))
    return FALSE;
  if (tf_scan_rounded (&self->scan, ohlcv[4], &candle->volume.raw) && candle->volume.raw >= 0
      && tf_candle_check (candle, NULL))
    return TRUE;
  tf_decoder_fault (self, "candle");
  return FALSE;
}

void
tf_decoder_clear_levels (TfDecoder *self)
{
  self->n_levels[0] = self->n_levels[1] = 0;
}

gboolean
tf_decoder_add_level (TfDecoder *self,
                      gboolean   bid,
                      guint      price,
                      guint      quantity)
{
  guint side = bid ? 0 : 1;
  TfBookLevel *level;

  if (self->n_levels[side] == self->size[side])
    {
      self->size[side] = MAX (64, self->size[side] * 2);
      self->levels[side] = g_renew (TfBookLevel, self->levels[side], self->size[side]);
    }
  level = &self->levels[side][self->n_levels[side]];
  if (!tf_scan_decimal (&self->scan, price, &level->price.raw, &level->price_places) || level->price.raw <= 0)
    {
      tf_decoder_fault (self, "price");
      return FALSE;
    }
  if (!tf_scan_decimal (&self->scan, quantity, &level->quantity.raw, &level->quantity_places)
      || level->quantity.raw < 0)
    {
      tf_decoder_fault (self, "quantity");
      return FALSE;
    }
  self->n_levels[side]++;
  return TRUE;
}

/* Levels written as arrays, [[price, quantity, …], …], or as objects: then @names are the members of the two. */
gboolean
tf_decoder_add_rows (TfDecoder         *self,
                     gboolean           bid,
                     guint              rows,
                     const char *const *names)
{
  const TfScan *scan = &self->scan;

  if (rows == 0 || tf_scan_kind (scan, rows) != TF_SCAN_ARRAY)
    {
      tf_decoder_fault (self, "levels");
      return FALSE;
    }
  for (guint row = tf_scan_first (scan, rows); row < tf_scan_end (scan, rows); row = tf_scan_next (scan, row))
    {
      guint values[2];

      if (!(names != NULL ? tf_scan_fields (scan, row, names, 2, values) : tf_scan_row (scan, row, 2, values)))
        {
          tf_decoder_fault (self, "levels");
          return FALSE;
        }
      if (!tf_decoder_add_level (self, bid, values[0], values[1]))
        return FALSE;
    }
  return TRUE;
}

/* The book cannot be trusted any more, and whoever listens has to see to a new snapshot. */
void
tf_decoder_lose_book (TfDecoder  *self,
                      guint       symbol,
                      TfNoteCode  why)
{
  TfBook *book = &tf_decoder_at (self, symbol)->book;

  tf_book_reset (book);
  book->state = TF_BOOK_WAITING; /* so that the changes until then do not ask for one again */
  tf_decoder_note (self, TF_FEED_RESYNC, why, symbol, why == TF_NOTE_CHECKSUM ? "checksum" : "gap");
}

/* Applies the levels collected, and passes them on. */
void
tf_decoder_book (TfDecoder *self,
                 guint      symbol,
                 gboolean   snapshot,
                 gint64     first,
                 gint64     last,
                 TfTime     time)
{
  TfBook *book = &tf_decoder_at (self, symbol)->book;
  TfBookState before = book->state;
  TfBookResult result;
  const TfBookLevel *bids = self->levels[0], *asks = self->levels[1];

  if (snapshot)
    result = tf_book_snapshot (book, bids, self->n_levels[0], asks, self->n_levels[1], last);
  else
    result = tf_book_change (book, bids, self->n_levels[0], asks, self->n_levels[1], first, last);
  tf_decoder_emit (self, &(TfFeedEvent) {
    .kind = TF_FEED_BOOK, .symbol = symbol, .time = time,
    .book = { snapshot, bids, asks, self->n_levels[0], self->n_levels[1], book },
  });
  if (result == TF_BOOK_GAP)
    tf_decoder_note (self, TF_FEED_RESYNC, TF_NOTE_GAP, symbol, "gap");
  else if (result == TF_BOOK_CROSSED)
    tf_decoder_note (self, TF_FEED_RESYNC, TF_NOTE_CROSSED, symbol, "crossed");
  else if (result == TF_BOOK_HELD && (snapshot || before == TF_BOOK_EMPTY))
    tf_decoder_note (self, TF_FEED_RESYNC, TF_NOTE_START, symbol, "start");
}

/* Compares with the venue's checksum, after tf_decoder_book(). */
void
tf_decoder_check_book (TfDecoder *self,
                       guint      symbol,
                       guint32    checksum)
{
  TfBook *book = &tf_decoder_at (self, symbol)->book;

  if (book->state != TF_BOOK_LIVE || book->unchecked)
    return;
  if (tf_book_checksum (book) == checksum)
    {
      book->counts.checksums_ok++;
      book->bad_streak = 0;
      return;
    }
  book->counts.checksums_bad++;
  if (++book->bad_streak < BAD_CHECKSUMS_MAX)
    {
      tf_decoder_lose_book (self, symbol, TF_NOTE_CHECKSUM);
      return;
    }
  book->unchecked = TRUE;
  g_message ("%s: found the checksum of %s wrong %d times in a row, expected it right after a new snapshot; not checked "
             "any more", self->venue->id, tf_decoder_at (self, symbol)->name, BAD_CHECKSUMS_MAX);
}

static void
begin (TfDecoder *self,
       TfTime     received,
       guint      flags,
       TfFeedSink sink,
       gpointer   data)
{
  self->sink = sink;
  self->data = data;
  self->received = received;
  self->flags = flags;
  self->first = 0;
  self->first_time = 0;
  self->failed = FALSE;
}

/**
 * tf_decoder_decode:
 * @bytes: one message of the stream; need not end with a NUL, and may be anything
 * @received: when it came; 0 where that is not known
 * @sink: (nullable): called for each event in it, in their order; may not call the decoder
 *
 * Returns: %FALSE when the message was refused, whole or in part; tf_decoder_get_counts() says why
 */
gboolean
tf_decoder_decode (TfDecoder  *self,
                   const char *bytes,
                   gsize       length,
                   TfTime      received,
                   TfFeedSink  sink,
                   gpointer    data)
{
  begin (self, received, 0, sink, data);
  self->counts.messages++;
  self->venue->decode (self, bytes, length);
  return !self->failed;
}

/**
 * tf_venue_answer:
 * @fetch: the question; is moved on to the next page
 * @bytes: the answer's body
 *
 * What it says goes to @sink, marked %TF_FEED_RECONSTRUCTED; a snapshot of a book goes into that book, too.
 *
 * Returns: %FALSE when the answer is not what was asked for
 */
gboolean
tf_venue_answer (TfDecoder  *decoder,
                 TfFetch    *fetch,
                 const char *bytes,
                 gsize       length,
                 TfTime      received,
                 TfFeedSink  sink,
                 gpointer    data)
{
  begin (decoder, received, TF_FEED_RECONSTRUCTED, sink, data);
  fetch->more = FALSE;
  decoder->venue->answer (decoder, fetch, bytes, length);
  fetch->first = decoder->first;
  fetch->first_time = decoder->first_time;
  return !decoder->failed;
}
