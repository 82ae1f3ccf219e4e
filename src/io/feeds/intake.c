#include "io/feeds/intake.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SEEN 8192                  /* trade ids remembered for each market */
#define HELD_MAX 65536             /* live trades that wait for older ones asked for over REST */
#define AHEAD_MAX (60 * TF_SECOND) /* a candle that ends later than that is nonsense, not a fast clock */
#define OVERLAP (10 * TF_SECOND)   /* fetched trades older than the last one by more were there before */
#define WAIT_MAX (1 << 20)         /* events held until history is there; after that quotes are left out */
#define BUCKETS 96                 /* of latency: four an octave, from 10 µs */
#define LINES 2                    /* a connection and the one that replaces it */

typedef struct
{
  TfMarket    market;
  GHashTable *seen;       /* ids of trades told … */
  gint64     *ring;       /* … so that the oldest is forgotten */
  guint       n_seen;
  gint64      last_id;
  TfTime      last_time;  /* of a trade, the venue's */
  TfTime      floor;
  TfTime      candle_end; /* of the last candle told */
  TfPrice     bid, ask;
  gboolean    quoted;     /* there is a stream of quotes: the book need not give them */
  guint       quote_wire; /* the newest that gave a quote: the others' are old */
  gboolean    refill;     /* the line was down: trades may be missing before the next one */
  guint       asked;      /* fetches of trades under way */
  GArray     *held;       /* of TfEvent */
} Market;

/* One wire: what was said over it has a meaning of its own (sequences, books). */
typedef struct
{
  guint      wire;    /* 0: none */
  TfDecoder *decoder;
  GArray    *markets; /* of guint: by the decoder's symbol */
  TfTime    *heard;   /* by market */
} Line;

typedef struct
{
  guint   n, buckets[BUCKETS];
  TfTime  least; /* received − venue's time */
  TfTime  begun;
} Minute;

/* What is done with what is heard. */
typedef enum
{
  PHASE_LIVE,   /* told */
  PHASE_DEAF,   /* dropped: nobody has asked for anything yet */
  PHASE_HISTORY,/* held */
  PHASE_MISSED, /* held, too */
} Phase;

struct _TfIntake
{
  const TfVenue        *venue;
  const TfIntakeEvents *events;
  gpointer              data;
  Market               *markets;
  guint                 n_markets;
  GHashTable           *names; /* → index + 1 */
  Line                  lines[LINES];
  Line                 *line;    /* that is being decoded */
  const TfFetch        *fetch;   /* whose answer is being decoded */
  TfTime                now;     /* engine time: never goes back */
  TfTime                received;
  Minute                minute, before; /* this one and the last whole one */
  Phase                 phase;
  TfTime                until;          /* of the candles that are asked for */
  GArray               *candles, *meanwhile; /* of TfEvent: held */
  TfIntakeFigures       figures;        /* of lines that are gone; of the rest only what is counted here */
};

static void
line_close (TfIntake *self,
            Line     *line)
{
  if (line->wire == 0)
    return;
  for (guint k = 0; k < tf_decoder_get_n_symbols (line->decoder); k++)
    {
      const TfBook *book = tf_decoder_get_book (line->decoder, k);

      if (book == NULL)
        continue;
      self->figures.gaps += book->counts.gaps;
      self->figures.checksums_bad += book->counts.checksums_bad;
      self->figures.crossed += book->counts.crossed;
    }
  self->figures.errors += tf_decoder_get_counts (line->decoder)->errors;
  self->figures.duplicates += tf_decoder_get_counts (line->decoder)->duplicates;
  g_clear_pointer (&line->decoder, tf_decoder_free);
  g_clear_pointer (&line->markets, g_array_unref);
  g_clear_pointer (&line->heard, g_free);
  line->wire = 0;
}

/**
 * tf_intake_new:
 * @markets: copied
 * @events: must outlive the intake
 */
TfIntake *
tf_intake_new (const TfVenue        *venue,
               const TfMarket       *markets,
               guint                 n_markets,
               const TfIntakeEvents *events,
               gpointer              data)
{
  TfIntake *self = g_new0 (TfIntake, 1);

  self->venue = venue;
  self->events = events;
  self->data = data;
  self->n_markets = n_markets;
  self->markets = g_new0 (Market, n_markets);
  self->names = g_hash_table_new (g_str_hash, g_str_equal);
  self->candles = g_array_new (FALSE, FALSE, sizeof (TfEvent));
  self->meanwhile = g_array_new (FALSE, FALSE, sizeof (TfEvent));
  for (guint k = 0; k < n_markets; k++)
    {
      Market *market = &self->markets[k];

      market->market = markets[k];
      market->seen = g_hash_table_new (g_int64_hash, g_int64_equal);
      market->ring = g_new0 (gint64, SEEN);
      market->held = g_array_new (FALSE, FALSE, sizeof (TfEvent));
      g_hash_table_insert (self->names, market->market.name, GUINT_TO_POINTER (k + 1));
    }
  return self;
}

void
tf_intake_free (TfIntake *self)
{
  if (self == NULL)
    return;
  for (guint k = 0; k < LINES; k++)
    line_close (self, &self->lines[k]);
  for (guint k = 0; k < self->n_markets; k++)
    {
      g_hash_table_unref (self->markets[k].seen);
      g_free (self->markets[k].ring);
      g_array_unref (self->markets[k].held);
    }
  g_hash_table_unref (self->names);
  g_array_unref (self->candles);
  g_array_unref (self->meanwhile);
  g_free (self->markets);
  g_free (self);
}

/**
 * tf_intake_find:
 *
 * Returns: the index of the market with that name, or TF_MARKET_NONE
 */
guint
tf_intake_find (const TfIntake *self,
                const char     *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->names, name)) - 1;
}

static Line *
find_line (TfIntake *self,
           guint     wire)
{
  for (guint k = 0; k < LINES; k++)
    if (self->lines[k].wire == wire)
      return &self->lines[k];
  return NULL;
}

/* The newest wire: books that come over REST belong to it. */
static Line *
newest_line (TfIntake *self)
{
  Line *newest = NULL;

  for (guint k = 0; k < LINES; k++)
    if (self->lines[k].wire != 0 && (newest == NULL || self->lines[k].wire > newest->wire))
      newest = &self->lines[k];
  return newest;
}

/**
 * tf_intake_opened:
 *
 * A wire is up. What is said over it starts anew; what was told before is not told again.
 */
void
tf_intake_opened (TfIntake *self,
                  guint     wire)
{
  Line *line = find_line (self, 0);
  gboolean first = newest_line (self) == NULL;

  if (line == NULL) /* both are taken: the older one is gone without a word */
    {
      line = self->lines[0].wire < self->lines[1].wire ? &self->lines[0] : &self->lines[1];
      line_close (self, line);
    }
  line->wire = wire;
  line->decoder = tf_decoder_new (self->venue);
  line->markets = g_array_new (FALSE, FALSE, sizeof (guint));
  line->heard = g_new0 (TfTime, MAX (self->n_markets, 1));
  for (guint k = 0; k < self->n_markets; k++)
    {
      tf_decoder_add_instrument (line->decoder, self->markets[k].market.name);
      if (first && self->markets[k].last_time != 0)
        self->markets[k].refill = TRUE;
    }
}

/**
 * tf_intake_closed:
 * @wire: 0: all
 */
void
tf_intake_closed (TfIntake *self,
                  guint     wire)
{
  for (guint k = 0; k < LINES; k++)
    if (wire == 0 || self->lines[k].wire == wire)
      line_close (self, &self->lines[k]);
  for (guint k = 0; k < self->n_markets; k++)
    if (wire == 0 || self->markets[k].quote_wire == wire) /* the one that it was to replace may go on */
      self->markets[k].quote_wire = 0;
}

static guint
market_of (TfIntake *self,
           guint     symbol)
{
  GArray *markets = self->line->markets;

  if (symbol == TF_FEED_NO_SYMBOL)
    return TF_MARKET_NONE;
  while (markets->len <= symbol)
    {
      guint market = tf_intake_find (self, tf_decoder_get_name (self->line->decoder, markets->len));

      g_array_append_val (markets, market);
    }
  return g_array_index (markets, guint, symbol);
}

static void
tell (TfIntake *self,
      TfEvent  *event)
{
  switch (self->phase)
    {
    case PHASE_LIVE:
      self->now = event->time = MAX (event->time, self->now);
      self->events->event (event, self->data);
      break;
    case PHASE_DEAF:
      break;
    case PHASE_HISTORY:
    case PHASE_MISSED:
    default:
      if (event->type == TF_EVENT_SIGNAL || event->type == TF_EVENT_NOTICE)
        break; /* nobody asks for any before the market is live */
      if (event->type != TF_EVENT_CANDLE)
        {
          if (event->time >= self->until && (event->type != TF_EVENT_QUOTE || self->meanwhile->len < WAIT_MAX))
            g_array_append_val (self->meanwhile, *event);
        }
      else if (event->candle.candle.time + event->candle.interval <= self->until)
        {
          event->time = event->candle.candle.time + event->candle.interval;
          event->flags |= self->phase == PHASE_HISTORY ? TF_EVENT_HISTORY : TF_EVENT_RECONSTRUCTED;
          g_array_append_val (self->candles, *event);
        }
      break;
    }
}

/* By time and then by instrument. */
static gint
compare_candles (gconstpointer a,
                 gconstpointer b)
{
  const TfEvent *x = a, *y = b;

  if (x->time != y->time)
    return x->time < y->time ? -1 : 1;
  return x->instrument - y->instrument;
}

static void
go_live (TfIntake *self)
{
  GArray *const held[] = { self->candles, self->meanwhile };

  g_array_sort (self->candles, compare_candles);
  self->phase = PHASE_LIVE;
  for (guint k = 0; k < G_N_ELEMENTS (held); k++)
    {
      for (guint i = 0; i < held[k]->len; i++)
        tell (self, &g_array_index (held[k], TfEvent, i));
      g_array_set_size (held[k], 0);
    }
}

/**
 * tf_intake_note:
 * @note: a TF_INTAKE_ word, and what belongs to it
 * @time: by the local clock
 */
void
tf_intake_note (TfIntake   *self,
                const char *note,
                TfTime      time)
{
  gboolean missed = g_str_has_prefix (note, TF_INTAKE_MISSED " ");

  if (g_str_has_prefix (note, TF_INTAKE_SESSION " "))
    self->phase = PHASE_DEAF;
  else if (missed || g_str_has_prefix (note, TF_INTAKE_HISTORY " "))
    {
      self->phase = missed ? PHASE_MISSED : PHASE_HISTORY;
      self->until = g_ascii_strtoll (strchr (note, ' '), NULL, 10);
      if (missed) /* a bar that was open then may have ended before the session did */
        self->now = MAX (self->now, g_ascii_strtoll (strrchr (note, ' '), NULL, 10));
    }
  else if (strcmp (note, TF_INTAKE_LIVE) == 0)
    go_live (self);
  else if (strcmp (note, TF_INTAKE_TIMER) == 0)
    {
      TfEvent timer = { .time = time, .type = TF_EVENT_TIMER, .instrument = -1 };

      tell (self, &timer);
    }
}

/* FALSE when that id was there before. */
static gboolean
remember (Market *market,
          gint64  id)
{
  gint64 *place = &market->ring[market->n_seen % SEEN];

  if (id == 0)
    return TRUE;
  if (g_hash_table_contains (market->seen, &id))
    return FALSE;
  if (market->n_seen >= SEEN)
    g_hash_table_remove (market->seen, place);
  *place = id;
  g_hash_table_add (market->seen, place);
  market->n_seen++;
  return TRUE;
}

static void
ask_for_trades (TfIntake *self,
                guint     m,
                gint64    after)
{
  Market *market = &self->markets[m];

  market->refill = FALSE;
  if (!market->asked)
    market->floor = market->last_time - OVERLAP;
  market->asked = TRUE; /* at once, with or without somebody who asks: a recording has the answer */
  if (self->events->resync != NULL)
    self->events->resync (m, TF_NOTE_TRADES, after, self->data);
}

static void
take_trade (TfIntake          *self,
            const TfFeedEvent *feed,
            guint              m)
{
  Market *market = &self->markets[m];
  gboolean fetched = (feed->flags & TF_FEED_RECONSTRUCTED) != 0, snapshot = (feed->flags & TF_FEED_SNAPSHOT) != 0;
  gboolean known = market->last_time != 0;
  TfEvent event = {
    .time = feed->received,
    .type = TF_EVENT_TRADE,
    .instrument = (gint16) market->market.instrument,
    .trade = { feed->trade.price, feed->trade.quantity, feed->trade.side, feed->trade.id },
  };

  if ((fetched && feed->time < market->floor) || !remember (market, feed->trade.id))
    {
      self->figures.duplicates++;
      if (snapshot) /* it reaches back to what is known: nothing is missing */
        market->refill = FALSE;
      return;
    }
  if (snapshot && known && feed->time < market->last_time - OVERLAP) /* forgotten since */
    return;
  if (!fetched && market->refill && feed->trade.id != market->last_id + 1)
    ask_for_trades (self, m, market->last_id); /* may hold back this one, too */
  if (feed->trade.id != 0 && (feed->time > market->last_time || (feed->time == market->last_time && feed->trade.id > market->last_id)))
    market->last_id = feed->trade.id;
  market->last_time = MAX (market->last_time, feed->time);
  if (snapshot && !known) /* from before we listened: the anchor, not news */
    return;
  market->refill = market->refill && (fetched || snapshot);
  if (fetched || snapshot)
    {
      event.flags |= TF_EVENT_RECONSTRUCTED;
      self->figures.reconstructed++;
    }
  self->figures.trades++;
  if (market->asked && !fetched && market->held->len < HELD_MAX)
    g_array_append_val (market->held, event);
  else
    tell (self, &event);
}

static void
release (TfIntake *self,
         Market   *market)
{
  for (guint k = 0; k < market->held->len; k++)
    tell (self, &g_array_index (market->held, TfEvent, k));
  g_array_set_size (market->held, 0);
}

static void
take_quote (TfIntake *self,
            guint     m,
            TfTime    received,
            TfPrice   bid,
            TfPrice   ask,
            TfQty     bid_quantity,
            TfQty     ask_quantity)
{
  Market *market = &self->markets[m];
  TfEvent event = {
    .time = received,
    .type = TF_EVENT_QUOTE,
    .instrument = (gint16) market->market.instrument,
    .quote = { bid, ask, bid_quantity, ask_quantity },
  };

  if (bid.raw <= 0 || ask.raw <= bid.raw || self->line->wire < market->quote_wire)
    return;
  market->quote_wire = self->line->wire;
  self->figures.quotes++;
  tell (self, &event);
}

/* Where a market has no stream of quotes (or not yet), its book gives them. */
static void
take_book (TfIntake          *self,
           const TfFeedEvent *feed,
           guint              m)
{
  Market *market = &self->markets[m];
  TfBookLevel bid, ask;

  if (market->quoted || feed->book.book == NULL || feed->book.book->state != TF_BOOK_LIVE || !tf_book_best (feed->book.book, &bid, &ask)
      || (bid.price.raw == market->bid.raw && ask.price.raw == market->ask.raw))
    return;
  market->bid = bid.price;
  market->ask = ask.price;
  take_quote (self, m, feed->received, bid.price, ask.price, bid.quantity, ask.quantity);
}

static void
take_candle (TfIntake          *self,
             const TfFeedEvent *feed,
             guint              m)
{
  Market *market = &self->markets[m];
  TfTime end = feed->candle.candle.time + feed->candle.interval;
  TfEvent event = {
    .time = MAX (feed->received, end), /* a closed candle is known when it closes, whatever our clock says */
    .type = TF_EVENT_CANDLE,
    .instrument = (gint16) market->market.instrument,
    .candle = { feed->candle.candle, feed->candle.interval },
  };

  if (!feed->candle.closed || end > feed->received + AHEAD_MAX)
    return;
  if (end <= market->candle_end)
    {
      self->figures.duplicates++;
      return;
    }
  if ((feed->flags & TF_FEED_SNAPSHOT) != 0 && market->candle_end == 0)
    return;
  market->candle_end = end;
  if ((feed->flags & (TF_FEED_RECONSTRUCTED | TF_FEED_SNAPSHOT)) != 0)
    {
      event.flags |= TF_EVENT_RECONSTRUCTED;
      self->figures.reconstructed++;
    }
  self->figures.candles++;
  tell (self, &event);
}

/* How long it took, above the least that it took lately: the clocks need not agree. */
static void
measure (TfIntake          *self,
         const TfFeedEvent *feed)
{
  TfTime way = feed->received - feed->time, least = self->minute.least;
  guint bucket;

  if (feed->received - self->minute.begun >= TF_MINUTE)
    {
      self->before = self->minute;
      memset (&self->minute, 0, sizeof self->minute);
      self->minute.begun = feed->received;
    }
  if (self->minute.n == 0 || way < self->minute.least)
    self->minute.least = way;
  least = self->before.n > 0 ? MIN (self->minute.least, self->before.least) : self->minute.least;
  bucket = (guint) CLAMP (log2 ((double) (way - least) / 10000 + 1) * 4, 0, BUCKETS - 1);
  self->minute.buckets[bucket]++;
  self->minute.n++;
}

static void
take (const TfFeedEvent *feed,
      gpointer           data)
{
  TfIntake *self = data;
  guint m = market_of (self, feed->symbol);

  if (m != TF_MARKET_NONE)
    self->line->heard[m] = feed->received;
  if ((feed->kind == TF_FEED_TRADE || feed->kind == TF_FEED_QUOTE || feed->kind == TF_FEED_BOOK) && feed->flags == 0
      && feed->time != feed->received && self->fetch == NULL)
    measure (self, feed);
  switch (feed->kind)
    {
    case TF_FEED_TRADE:
      if (m != TF_MARKET_NONE)
        take_trade (self, feed, m);
      break;
    case TF_FEED_QUOTE:
      if (m != TF_MARKET_NONE)
        self->markets[m].quoted = TRUE;
      if (m != TF_MARKET_NONE)
        take_quote (self, m, feed->received, feed->quote.bid, feed->quote.ask, feed->quote.bid_quantity, feed->quote.ask_quantity);
      break;
    case TF_FEED_BOOK:
      if (m != TF_MARKET_NONE)
        take_book (self, feed, m);
      break;
    case TF_FEED_CANDLE:
      if (m != TF_MARKET_NONE)
        take_candle (self, feed, m);
      break;
    case TF_FEED_RESYNC:
      if (feed->note.code == TF_NOTE_TRADES && m != TF_MARKET_NONE)
        {
          self->figures.gaps++;
          ask_for_trades (self, m, feed->note.after);
        }
      else if (self->events->resync != NULL && (m != TF_MARKET_NONE || feed->symbol == TF_FEED_NO_SYMBOL))
        {
          self->figures.gaps += feed->symbol == TF_FEED_NO_SYMBOL && feed->note.code == TF_NOTE_GAP;
          self->events->resync (m, feed->note.code, 0, self->data);
        }
      break;
    default:
      if (self->events->other != NULL)
        self->events->other (feed, feed->symbol != TF_FEED_NO_SYMBOL
                             ? tf_decoder_get_name (self->line->decoder, feed->symbol) : NULL, self->data);
      break;
    }
}

/**
 * tf_intake_message:
 *
 * Returns: FALSE when all or part of it could not be read
 */
gboolean
tf_intake_message (TfIntake   *self,
                   guint       wire,
                   const char *text,
                   gsize       length,
                   TfTime      received)
{
  Line *line = wire != 0 ? find_line (self, wire) : NULL;

  if (line == NULL)
    return FALSE;
  self->line = line;
  self->figures.messages++;
  self->figures.last = received;
  return tf_decoder_decode (line->decoder, text, length, received, take, self);
}

/**
 * tf_intake_asked:
 *
 * Trades of a market are asked for: those that come meanwhile wait, so that all are told in order.
 */
void
tf_intake_asked (TfIntake      *self,
                 const TfFetch *fetch)
{
  guint m = tf_intake_find (self, fetch->name);

  if (fetch->kind != TF_FETCH_TRADES || m == TF_MARKET_NONE)
    return;
  if (!self->markets[m].asked)
    self->markets[m].floor = fetch->from - OVERLAP;
  self->markets[m].asked = TRUE;
  self->markets[m].refill = FALSE;
}

/**
 * tf_intake_failed:
 *
 * What was asked for does not come, or no more of it: what waited for it is told.
 */
void
tf_intake_failed (TfIntake      *self,
                  const TfFetch *fetch)
{
  guint m = tf_intake_find (self, fetch->name);

  if (fetch->kind != TF_FETCH_TRADES || m == TF_MARKET_NONE)
    return;
  self->markets[m].asked = FALSE;
  release (self, &self->markets[m]);
}

/**
 * tf_intake_answer:
 * @fetch: (inout): moved on; ask again while it says that there is more
 *
 * Returns: FALSE when it could not be read, or there is no wire that it could belong to; tf_intake_failed() is still due
 */
gboolean
tf_intake_answer (TfIntake   *self,
                  TfFetch    *fetch,
                  const char *text,
                  gsize       length,
                  TfTime      received)
{
  Line *line = newest_line (self);
  gboolean fine;

  if (line == NULL)
    return FALSE;
  self->line = line;
  self->fetch = fetch;
  fine = tf_venue_answer (line->decoder, fetch, text, length, received, take, self);
  self->fetch = NULL;
  if (fine && !fetch->more)
    tf_intake_failed (self, fetch);
  return fine;
}

/**
 * tf_fetch_to_text:
 *
 * Returns: (transfer full): the question in one line, with the request's path at its end
 */
char *
tf_fetch_to_text (const TfFetch *fetch,
                  const char    *path)
{
  return g_strdup_printf ("%d %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s",
                          (int) fetch->kind, *fetch->name != '\0' ? fetch->name : "-", fetch->interval, fetch->from, fetch->to,
                          fetch->after, path);
}

/**
 * tf_fetch_from_text:
 *
 * Returns: (nullable): the request's path; %NULL when @text is nothing of that kind
 */
const char *
tf_fetch_from_text (TfFetch    *fetch,
                    const char *text)
{
  int kind, end = 0;

  memset (fetch, 0, sizeof *fetch);
  if (sscanf (text, "%d %23s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %n", &kind,
              fetch->name, &fetch->interval, &fetch->from, &fetch->to, &fetch->after, &end) != 6
      || end == 0 || kind < 0 || kind > TF_FETCH_INSTRUMENTS)
    return NULL;
  fetch->kind = (TfFetchKind) kind;
  if (strcmp (fetch->name, "-") == 0)
    *fetch->name = '\0';
  return text + end;
}

static void
take_extra (TfIntake      *self,
            const TfFrame *frame)
{
  gboolean signal = strcmp (frame->about, TF_INTAKE_SIGNAL) == 0;
  TfEvent event = { .time = frame->time, .type = signal ? TF_EVENT_SIGNAL : TF_EVENT_NOTICE, .instrument = -1 };
  g_autofree char *text = g_strndup (frame->text, frame->length);
  TfEventPayload payload;

  if (tf_event_from_text (&event, &payload, text))
    tell (self, &event);
}

/**
 * tf_intake_extra:
 * @event: of a trader's source
 *
 * What was not heard over the connection takes its place among what was.
 */
void
tf_intake_extra (TfIntake      *self,
                 const TfEvent *event)
{
  TfEvent copy = *event;

  tell (self, &copy);
}

/**
 * tf_intake_frame:
 *
 * One frame of a recorded session: the connection's part in it.
 */
void
tf_intake_frame (TfIntake      *self,
                 const TfFrame *frame)
{
  TfFetch fetch;

  switch (frame->kind)
    {
    case TF_FRAME_OPENED:
      tf_intake_opened (self, frame->wire);
      break;
    case TF_FRAME_CLOSED:
      tf_intake_closed (self, frame->wire);
      break;
    case TF_FRAME_RECEIVED:
      tf_intake_message (self, frame->wire, frame->text, frame->length, frame->time);
      break;
    case TF_FRAME_ASKED:
      if (tf_fetch_from_text (&fetch, frame->about) != NULL)
        tf_intake_asked (self, &fetch);
      break;
    case TF_FRAME_ANSWER:
      if (tf_fetch_from_text (&fetch, frame->about) != NULL)
        tf_intake_answer (self, &fetch, frame->text, frame->length, frame->time);
      break;
    case TF_FRAME_FAILED:
      if (tf_fetch_from_text (&fetch, frame->about) != NULL)
        tf_intake_failed (self, &fetch);
      break;
    case TF_FRAME_NOTE:
      if (strcmp (frame->about, TF_INTAKE_SIGNAL) == 0 || strcmp (frame->about, TF_INTAKE_NOTICE) == 0)
        take_extra (self, frame);
      else
        tf_intake_note (self, frame->about, frame->time);
      break;
    case TF_FRAME_START:
    case TF_FRAME_SENT:
    default:
      break;
    }
}

static TfTime
quantile (const TfIntake *self,
          double          q)
{
  double below = 0, target = q * (double) (self->minute.n + self->before.n);

  for (guint k = 0; k < BUCKETS; k++)
    {
      below += self->minute.buckets[k] + self->before.buckets[k];
      if (below >= target)
        return (TfTime) ((exp2 ((k + 1) / 4.0) - 1) * 10000);
    }
  return 0;
}

void
tf_intake_get_figures (const TfIntake  *self,
                       TfIntakeFigures *figures)
{
  *figures = self->figures;
  for (guint l = 0; l < LINES; l++)
    if (self->lines[l].wire != 0)
      {
        figures->errors += tf_decoder_get_counts (self->lines[l].decoder)->errors;
        figures->duplicates += tf_decoder_get_counts (self->lines[l].decoder)->duplicates;
        for (guint k = 0; k < tf_decoder_get_n_symbols (self->lines[l].decoder); k++)
          {
            const TfBook *book = tf_decoder_get_book (self->lines[l].decoder, k);

            figures->gaps += book != NULL ? book->counts.gaps : 0;
            figures->checksums_bad += book != NULL ? book->counts.checksums_bad : 0;
            figures->crossed += book != NULL ? book->counts.crossed : 0;
          }
      }
  if (self->minute.n == 0)
    return;
  figures->offset = self->before.n > 0 ? MIN (self->minute.least, self->before.least) : self->minute.least;
  figures->latency_p50 = quantile (self, 0.5);
  figures->latency_p99 = quantile (self, 0.99);
}

/**
 * tf_intake_get_heard:
 * @wire: 0: any
 *
 * Returns: when anything of a market was last received; 0: never
 */
TfTime
tf_intake_get_heard (const TfIntake *self,
                     guint           market,
                     guint           wire)
{
  TfTime heard = 0;

  for (guint k = 0; k < LINES; k++)
    if (self->lines[k].wire != 0 && (wire == 0 || self->lines[k].wire == wire))
      heard = MAX (heard, self->lines[k].heard[market]);
  return heard;
}

/**
 * tf_intake_get_last_trade:
 *
 * Returns: FALSE before the first trade of that market
 */
gboolean
tf_intake_get_last_trade (const TfIntake *self,
                          guint           market,
                          gint64         *id,
                          TfTime         *time)
{
  *id = self->markets[market].last_id;
  *time = self->markets[market].last_time;
  return *time != 0;
}

/**
 * tf_intake_wants_trades:
 *
 * Returns: whether the line was down since the last trade, and nothing yet tells that none was missed
 */
gboolean
tf_intake_wants_trades (const TfIntake *self,
                        guint           market)
{
  return self->markets[market].refill;
}

/**
 * tf_intake_get_candle_end:
 *
 * Returns: the end of the last candle told; 0: none yet
 */
TfTime
tf_intake_get_candle_end (const TfIntake *self,
                          guint           market)
{
  return self->markets[market].candle_end;
}
