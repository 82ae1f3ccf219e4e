#pragma once

#include "core/market/candle.h"
#include "core/market/instrument.h"
#include "io/feeds/book.h"

G_BEGIN_DECLS

typedef struct _TfVenue TfVenue;
typedef struct _TfDecoder TfDecoder;

#define TF_FEED_SYMBOLS_MAX 4096 /* a connection never has more */
#define TF_FEED_NO_SYMBOL G_MAXUINT

typedef enum
{
  TF_FEED_TRADE,
  TF_FEED_QUOTE,
  TF_FEED_BOOK,
  TF_FEED_CANDLE,
  TF_FEED_FILL,       /* of a followed trader */
  TF_FEED_MID,        /* a middle price alone */
  TF_FEED_INSTRUMENT, /* a venue's instrument, from its list of them */
  TF_FEED_ACK,        /* the venue confirms or refuses a command: @note */
  TF_FEED_STATUS,     /* heartbeat, pong, greeting, maintenance: @note */
  TF_FEED_RESYNC,     /* a book needs a new snapshot (no symbol: all of them, and the trades): @note says why */
  TF_FEED_KINDS,
} TfFeedKind;

typedef enum
{
  TF_FEED_SNAPSHOT      = 1 << 0, /* history or state that a venue sends at the start of a subscription: not news */
  TF_FEED_RECONSTRUCTED = 1 << 1, /* asked for over REST */
} TfFeedFlags;

typedef enum
{
  TF_NOTE_OK,        /* ACK: confirmed. STATUS: alive */
  TF_NOTE_REFUSED,   /* ACK: the command failed; the connection lives */
  TF_NOTE_DOWN,      /* STATUS: maintenance or the like: data may stop or be unreliable */
  TF_NOTE_GOODBYE,   /* STATUS: the venue is about to close the connection: reconnect at once */
  TF_NOTE_START,     /* RESYNC: the book has not had a snapshot yet */
  TF_NOTE_GAP,       /* RESYNC: a break of the sequence */
  TF_NOTE_CROSSED,   /* RESYNC: bid not below ask */
  TF_NOTE_CHECKSUM,  /* RESYNC: the venue's own checksum differs */
  TF_NOTE_TRADES,    /* RESYNC: trades after @after are missing */
} TfNoteCode;

/* One thing that a venue said, normalised. Lives, with all that it points to, until the sink returns. */
typedef struct
{
  TfFeedKind kind;
  guint      flags;    /* TfFeedFlags */
  guint      symbol;   /* in the decoder: tf_decoder_get_name(); TF_FEED_NO_SYMBOL: of none */
  TfTime     time;     /* the venue's; where it says none, when it was received */
  TfTime     received;
  union
  {
    struct { TfPrice price; TfQty quantity; gint64 id; /* 0: none */ gint8 side; /* the aggressor's: +1, -1, 0 unknown */ } trade;
    struct { TfPrice bid, ask; TfQty bid_quantity, ask_quantity; /* price 0: that side is empty */ } quote;
    struct
    {
      gboolean           snapshot;
      const TfBookLevel *bids, *asks;
      guint              n_bids, n_asks;
      const TfBook      *book;     /* after it; consistent only while its state is TF_BOOK_LIVE */
    } book;
    struct
    {
      TfCandle        candle;
      TfTime          interval;
      gboolean        closed;      /* the venue says so */
      const TfCandle *before;      /* (nullable): where the venue never says so: final, since this one has begun */
    } candle;
    struct
    {
      const char *trader;          /* (nullable): its address, lower case */
      const char *id;              /* the same id is the same fill */
      gint8       side;            /* the trader's: +1 bought, -1 sold */
      TfPrice     price;
      TfQty       quantity;
      gboolean    has_position;
      TfQty       position;        /* signed, afterwards */
    } fill;
    struct { TfPrice price; } mid;
    struct { const TfInstrument *instrument; const char *venue_name; gboolean trading; } instrument;
    struct { TfNoteCode code; gint64 after; const char *text; /* machine word or the venue's own words */ } note;
  };
} TfFeedEvent;

typedef void (*TfFeedSink) (const TfFeedEvent *event,
                            gpointer           data);

/* A number of times that something with a name happened */
typedef struct
{
  const char *name;
  guint64     n;
} TfFeedCount;

typedef struct
{
  guint64     messages;
  guint64     errors;                 /* messages refused, whole or in part */
  guint64     events[TF_FEED_KINDS];
  guint64     duplicates;             /* trades and fills that were there before */
  TfFeedCount ignored[32];            /* by kind; ends with a NULL name */
  TfFeedCount faults[32];             /* what the errors were; ends with a NULL name */
} TfFeedCounts;

TfDecoder          *tf_decoder_new            (const TfVenue      *venue);
void                tf_decoder_set_quiet      (TfDecoder          *self,
                                               gboolean            quiet);
void                tf_decoder_free           (TfDecoder          *self);
void                tf_decoder_reset          (TfDecoder          *self);
gboolean            tf_decoder_decode         (TfDecoder          *self,
                                               const char         *bytes,
                                               gsize               length,
                                               TfTime              received,
                                               TfFeedSink          sink,
                                               gpointer            data);
guint               tf_decoder_add_instrument (TfDecoder          *self,
                                               const char         *name);
guint               tf_decoder_get_n_symbols  (const TfDecoder    *self);
const char         *tf_decoder_get_name       (const TfDecoder    *self,
                                               guint               symbol);
const char         *tf_decoder_get_venue_name (const TfDecoder    *self,
                                               guint               symbol);
const TfBook       *tf_decoder_get_book       (const TfDecoder    *self,
                                               guint               symbol);
gint64              tf_decoder_get_last_trade (const TfDecoder    *self,
                                               guint               symbol);
const TfFeedCounts *tf_decoder_get_counts     (const TfDecoder    *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfDecoder, tf_decoder_free)

G_END_DECLS
