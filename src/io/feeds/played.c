#include "io/feeds/played.h"

#include <libsoup/soup.h>
#include <string.h>

#include "io/feeds/intake.h"

typedef struct
{
  TfTime   interval;
  TfCandle candle;
} History;

typedef struct
{
  char    name[TF_SYMBOL_SIZE]; /* the venue's */
  GArray *trades;               /* of TfPlayedTrade, by time */
  GArray *history;              /* of History, by time: candles that were fetched */
  guint   price_digits, qty_digits;
} Instrument;

struct _TfPlayed
{
  const TfVenue   *venue;
  const TfDialect *dialect;
  TfDecoder       *decoder;
  GPtrArray       *instruments; /* of Instrument, by the decoder's symbol */
  GBytes          *list;        /* (nullable): of instruments, as it was fetched */
  TfPlayedTags     tags;
  guint64          n_trades;
  TfTime           grid;
};

static void
instrument_free (gpointer data)
{
  Instrument *instrument = data;

  g_array_unref (instrument->trades);
  g_array_unref (instrument->history);
  g_free (instrument);
}

/**
 * tf_played_new:
 *
 * Nothing yet.
 */
TfPlayed *
tf_played_new (const TfVenue   *venue,
               const TfDialect *dialect)
{
  TfPlayed *self = g_new0 (TfPlayed, 1);

  self->venue = venue;
  self->dialect = dialect;
  self->grid = TF_MINUTE;
  self->decoder = tf_decoder_new (venue);
  self->instruments = g_ptr_array_new_with_free_func (instrument_free);
  return self;
}

void
tf_played_free (TfPlayed *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->instruments);
  g_clear_pointer (&self->list, g_bytes_unref);
  tf_decoder_free (self->decoder);
  g_free (self);
}

/**
 * tf_played_reset:
 *
 * For a new connection of the recording: books start again.
 */
void
tf_played_reset (TfPlayed *self)
{
  tf_decoder_reset (self->decoder);
}

static Instrument *
instrument_of (TfPlayed *self,
               guint     symbol)
{
  while (self->instruments->len <= symbol)
    {
      Instrument *instrument = g_new0 (Instrument, 1);
      const char *name = tf_decoder_get_venue_name (self->decoder, self->instruments->len);

      g_strlcpy (instrument->name, name, sizeof instrument->name);
      instrument->trades = g_array_new (FALSE, FALSE, sizeof (TfPlayedTrade));
      instrument->history = g_array_new (FALSE, FALSE, sizeof (History));
      g_ptr_array_add (self->instruments, instrument);
    }
  return self->instruments->pdata[symbol];
}

static void
keep_trade (TfPlayed          *self,
            const TfFeedEvent *event)
{
  GArray *trades = instrument_of (self, event->symbol)->trades;
  TfPlayedTrade trade = {
    event->trade.id, event->time, event->trade.price, event->trade.quantity, event->trade.side,
  };
  guint k = trades->len;

  while (k > 0 && (g_array_index (trades, TfPlayedTrade, k - 1).time > trade.time
                   || (g_array_index (trades, TfPlayedTrade, k - 1).time == trade.time
                       && g_array_index (trades, TfPlayedTrade, k - 1).id > trade.id)))
    k--;
  g_array_insert_val (trades, k, trade);
  self->n_trades++;
}

/* What is fetched again is not kept again. */
static void
keep_candle (const TfFeedEvent *event,
             gpointer           data)
{
  TfPlayed *self = data;
  History row = { event->candle.interval, event->candle.candle };
  GArray *history;

  if (event->kind != TF_FEED_CANDLE || !event->candle.closed || event->symbol == TF_FEED_NO_SYMBOL)
    return;
  history = instrument_of (self, event->symbol)->history;
  for (guint k = 0; k < history->len; k++)
    if (g_array_index (history, History, k).interval == row.interval
        && g_array_index (history, History, k).candle.time >= row.candle.time)
      return;
  g_array_append_val (history, row);
  self->grid = MIN (self->grid, row.interval);
}

static void
tag (const TfFeedEvent *event,
     gpointer           data)
{
  static const guint channels[TF_FEED_KINDS] = {
    [TF_FEED_TRADE] = TF_CHANNEL_TRADES, [TF_FEED_QUOTE] = TF_CHANNEL_QUOTES, [TF_FEED_BOOK] = TF_CHANNEL_BOOK,
    [TF_FEED_CANDLE] = TF_CHANNEL_CANDLES, [TF_FEED_FILL] = TF_CHANNEL_FILLS, [TF_FEED_MID] = TF_CHANNEL_MIDS,
  };
  TfPlayed *self = data;
  TfPlayedTags *tags = &self->tags;

  if (event->kind == TF_FEED_TRADE)
    {
      keep_trade (self, event);
      tags->trades++;
    }
  tags->answer |= event->kind == TF_FEED_ACK;
  tags->alive |= event->kind == TF_FEED_STATUS;
  if (channels[event->kind] == 0 || event->symbol == TF_FEED_NO_SYMBOL)
    return;
  instrument_of (self, event->symbol);
  for (guint k = 0; k < tags->n; k++)
    if (tags->symbols[k] == event->symbol)
      {
        tags->channels[k] |= channels[event->kind];
        return;
      }
  if (tags->n < TF_PLAYED_SYMBOLS)
    {
      tags->symbols[tags->n] = event->symbol;
      tags->channels[tags->n++] = channels[event->kind];
    }
}

/* The digits behind the point that a venue writes; Kraken's checksums are over these. */
static void
count_digits (TfPlayed   *self,
              const char *bytes,
              gsize       length)
{
  static const char *const keys[] = { "\"price\":", "\"qty\":" };
  Instrument *instrument;

  if (self->tags.n != 1 || (self->tags.channels[0] & TF_CHANNEL_BOOK) == 0)
    return;
  instrument = instrument_of (self, self->tags.symbols[0]);
  for (guint k = 0; k < 2; k++)
    {
      const char *at = memmem (bytes, length, keys[k], strlen (keys[k])), *end = bytes + length;
      guint digits = 0;

      if (at == NULL)
        return;
      for (at += strlen (keys[k]); at < end && g_ascii_isdigit (*at); at++)
        ;
      if (at < end && *at == '.')
        for (at++; at < end && g_ascii_isdigit (*at); at++)
          digits++;
      *(k == 0 ? &instrument->price_digits : &instrument->qty_digits) = digits;
    }
}

/**
 * tf_played_message:
 * @frame: a message of the stream
 *
 * Returns: (transfer none): what it is about; valid until the next call
 */
const TfPlayedTags *
tf_played_message (TfPlayed      *self,
                   const TfFrame *frame)
{
  memset (&self->tags, 0, sizeof self->tags);
  tf_decoder_decode (self->decoder, frame->text, frame->length, frame->time, tag, self);
  count_digits (self, frame->text, frame->length);
  return &self->tags;
}

/**
 * tf_played_fetched:
 * @frame: the answer to a question over REST
 *
 * Books go into ours, candles before what we have, lists of instruments are given as they are.
 */
void
tf_played_fetched (TfPlayed      *self,
                   const TfFrame *frame)
{
  TfFetch fetch = { .kind = TF_FETCH_BOOK };

  if (g_ascii_isdigit (*frame->about)) /* our own recorder's */
    {
      if (tf_fetch_from_text (&fetch, frame->about) == NULL)
        return;
    }
  else
    {
      g_autoptr (GUri) uri = g_uri_parse (frame->about, SOUP_HTTP_URI_FLAGS, NULL);
      g_autoptr (GHashTable) query = NULL;
      TfAnswerData data = { 0 };
      char venue_name[TF_SYMBOL_SIZE] = "";

      if (uri == NULL)
        return;
      query = g_uri_get_query (uri) != NULL ? soup_form_decode (g_uri_get_query (uri)) : NULL;
      if (!self->dialect->question (g_uri_get_path (uri), query, NULL, &fetch.kind, venue_name, &data)
          || (fetch.kind != TF_FETCH_INSTRUMENTS && !self->venue->from_venue (venue_name, fetch.name)))
        return;
      fetch.interval = data.interval;
      fetch.from = data.from;
      fetch.to = data.to;
    }
  if (fetch.kind == TF_FETCH_INSTRUMENTS)
    {
      g_clear_pointer (&self->list, g_bytes_unref);
      self->list = g_bytes_new (frame->text, frame->length);
    }
  else if (fetch.kind != TF_FETCH_TRADES)
    tf_venue_answer (self->decoder, &fetch, frame->text, frame->length, frame->time,
                     fetch.kind == TF_FETCH_CANDLES ? keep_candle : tag, self);
}

/**
 * tf_played_get_name:
 * @symbol: of the tags
 *
 * Returns: the venue's
 */
const char *
tf_played_get_name (TfPlayed *self,
                    guint     symbol)
{
  return instrument_of (self, symbol)->name;
}

/**
 * tf_played_snapshot:
 * @name: the venue's
 *
 * Returns: (transfer full) (nullable): the book as a message of the stream, where the venue begins with one and it
 * is known
 */
char *
tf_played_snapshot (TfPlayed   *self,
                    const char *name,
                    TfTime      now)
{
  for (guint k = 0; self->dialect->snapshot != NULL && k < self->instruments->len; k++)
    {
      const Instrument *instrument = self->instruments->pdata[k];
      const TfBook *book = tf_decoder_get_book (self->decoder, k);

      if (strcmp (instrument->name, name) == 0 && book->state == TF_BOOK_LIVE)
        return self->dialect->snapshot (name, book, instrument->price_digits, instrument->qty_digits, now);
    }
  return NULL;
}

/* Those that were fetched, and what the trades since then make. */
static void
append_candles (TfPlayed     *self,
                GString      *out,
                TfAnswerData *data,
                const GArray *history,
                TfTime        shift)
{
  g_autoptr (GArray) candles = g_array_new (FALSE, FALSE, sizeof (TfCandle));
  TfCandleBuilder builder;
  TfCandle closed;
  TfTime begin = data->from - data->from % data->interval;

  for (guint k = 0; history != NULL && k < history->len; k++)
    {
      History row = g_array_index (history, History, k);

      row.candle.time += shift;
      if (row.interval != data->interval || row.candle.time < data->from
          || (data->to != 0 && row.candle.time >= data->to))
        continue;
      g_array_append_val (candles, row.candle);
      begin = row.candle.time + row.interval;
    }
  tf_candle_builder_init (&builder, data->interval);
  for (guint k = 0; k < data->n_trades; k++)
    {
      const TfPlayedTrade *trade = &data->trades[k];

      if (trade->time < begin || (data->to != 0 && trade->time >= data->to))
        continue;
      if (tf_candle_builder_trade (&builder, trade->time, trade->price, trade->quantity, &closed))
        g_array_append_val (candles, closed);
    }
  if (builder.open)
    g_array_append_val (candles, builder.current);
  while (candles->len > 0 && g_array_index (candles, TfCandle, 0).time < data->from)
    g_array_remove_index (candles, 0);
  self->dialect->candles (out, data, (const TfCandle *) candles->data, candles->len);
}

/* Kraken's REST has names of its own: those that a client puts into its requests. */
static gboolean
is_named (TfPlayed         *self,
          const Instrument *instrument,
          const char       *name)
{
  TfFetch fetch = { .kind = TF_FETCH_TRADES };
  TfRequest request = { NULL };
  gboolean same = strcmp (instrument->name, name) == 0;

  if (!same && *name != '\0' && self->venue->from_venue (instrument->name, fetch.name)
      && tf_venue_request (self->venue, &fetch, &request))
    {
      const char *at = strstr (request.path, name);

      same = at != NULL && at > request.path && !g_ascii_isalnum (at[-1]) && !g_ascii_isalnum (at[strlen (name)]);
    }
  tf_request_clear (&request);
  return same;
}

/**
 * tf_played_answer:
 * @kind: of the question
 * @name: the venue's, of the instrument
 * @data: as the question was read, with the time that it is; the rest is filled in
 * @shift: between the recording's times and those told
 *
 * Returns: FALSE where nothing is known
 */
gboolean
tf_played_answer (TfPlayed     *self,
                  GString      *out,
                  TfFetchKind   kind,
                  const char   *name,
                  TfAnswerData *data,
                  TfTime        shift)
{
  g_autoptr (GArray) moved = g_array_new (FALSE, FALSE, sizeof (TfPlayedTrade));
  const GArray *history = NULL;

  data->name = name;
  for (guint k = 0; k < self->instruments->len; k++)
    {
      const Instrument *instrument = self->instruments->pdata[k];

      if (!is_named (self, instrument, name))
        continue;
      g_array_append_vals (moved, instrument->trades->data, instrument->trades->len);
      for (guint t = 0; t < moved->len; t++)
        g_array_index (moved, TfPlayedTrade, t).time += shift;
      data->trades = (const TfPlayedTrade *) moved->data;
      data->n_trades = moved->len;
      data->book = tf_decoder_get_book (self->decoder, k);
      history = instrument->history;
    }
  switch (kind)
    {
    case TF_FETCH_TRADES:
      self->dialect->trades (out, data);
      return TRUE;
    case TF_FETCH_CANDLES:
      if (data->interval <= 0)
        return FALSE;
      append_candles (self, out, data, history, shift);
      return TRUE;
    case TF_FETCH_BOOK:
      if (data->book == NULL || data->book->state != TF_BOOK_LIVE)
        return FALSE;
      self->dialect->book (out, data);
      return TRUE;
    case TF_FETCH_INSTRUMENTS:
      if (self->list == NULL)
        return FALSE;
      g_string_append_len (out, g_bytes_get_data (self->list, NULL), (gssize) g_bytes_get_size (self->list));
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * tf_played_get_grid:
 *
 * Returns: what times may be moved by multiples of, so that candles keep theirs: a minute, or the interval of shorter
 * ones that were fetched
 */
TfTime
tf_played_get_grid (const TfPlayed *self)
{
  return self->grid;
}

/**
 * tf_played_get_trades:
 *
 * Returns: how many there were
 */
guint64
tf_played_get_trades (const TfPlayed *self)
{
  return self->n_trades;
}

/**
 * tf_played_get_last_trade:
 * @name: the venue's
 * @n: (out): trades of it that were played
 *
 * Returns: the id of the newest; 0: none yet
 */
gint64
tf_played_get_last_trade (const TfPlayed *self,
                          const char     *name,
                          guint          *n)
{
  *n = 0;
  for (guint k = 0; k < self->instruments->len; k++)
    {
      const Instrument *instrument = self->instruments->pdata[k];

      if (strcmp (instrument->name, name) != 0)
        continue;
      *n = instrument->trades->len;
      return *n > 0 ? g_array_index (instrument->trades, TfPlayedTrade, *n - 1).id : 0;
    }
  return 0;
}
