#pragma once

#include "io/feeds/decoder.h"
#include "io/feeds/json-scan.h"
#include "io/feeds/venue.h"

G_BEGIN_DECLS

/* What the venues' files share: the state of one connection's decoding. */

#define TF_SEEN_WINDOW 65536 /* ids back from the newest that are remembered one by one */
#define TF_RECENT_SIZE 8192  /* keys remembered where ids are not in order */

typedef struct
{
  char     venue_name[TF_SYMBOL_SIZE];
  char     name[TF_SYMBOL_SIZE];
  guint    length;     /* of the venue's name */
  TfBook   book;
  gint64   last_trade; /* the newest id; 0: none */
  guint64 *seen;       /* (nullable): a bit for each of the ids before it */
  TfCandle running;    /* the candle that the stream is at … */
  TfTime   running_interval;
} TfFeedSymbol;

struct _TfDecoder
{
  const TfVenue *venue;
  TfFeedCounts   counts;
  GPtrArray     *symbols; /* of TfFeedSymbol: their places stay */
  guint16        index[2 * TF_FEED_SYMBOLS_MAX]; /* hashed by the venue's name; symbol + 1 */
  guint          last_symbol;
  TfScan         scan;
  TfBookLevel   *levels[2]; /* bids, asks of the message at hand */
  guint          n_levels[2], size[2];
  guint         *rows;      /* of an array of the message, in the order of time */
  guint          n_rows, size_rows;
  gint64         sequence;  /* of the connection's messages; -1: none yet */
  guint64       *recent;    /* (nullable): a ring of keys … */
  guint          recent_at;
  GHashTable    *recent_set; /* … and where they are */
  gboolean       quiet;

  /* Of the message at hand */
  TfFeedSink     sink;
  gpointer       data;
  TfTime         received;
  guint          flags;
  gint64         first;      /* the id of its oldest trade … */
  TfTime         first_time; /* … and when that was; 0: it has none */
  gboolean       failed;
};

guint       tf_decoder_symbol       (TfDecoder         *self,
                                     const char        *name,
                                     gsize              length);
guint       tf_decoder_symbol_at    (TfDecoder         *self,
                                     guint              value);
void        tf_decoder_emit         (TfDecoder         *self,
                                     TfFeedEvent       *event);
void        tf_decoder_ignore       (TfDecoder         *self,
                                     const char        *kind);
void        tf_decoder_fault        (TfDecoder         *self,
                                     const char        *kind);
void        tf_decoder_note         (TfDecoder         *self,
                                     TfFeedKind         kind,
                                     TfNoteCode         code,
                                     guint              symbol,
                                     const char        *text);
gboolean    tf_decoder_ignore_known (TfDecoder         *self,
                                     guint              value,
                                     const char *const *names);
void        tf_decoder_remark       (TfDecoder         *self,
                                     TfFeedKind         kind,
                                     const char        *text);
void        tf_decoder_refusal      (TfDecoder         *self,
                                     guint              value,
                                     const char        *otherwise);
void        tf_decoder_trade        (TfDecoder         *self,
                                     TfFeedEvent       *event,
                                     gboolean           counted);
void        tf_decoder_running      (TfDecoder         *self,
                                     TfFeedEvent       *event);
void        tf_decoder_quote        (TfDecoder         *self,
                                     TfFeedEvent       *event,
                                     const guint        values[4]);
gboolean    tf_decoder_rows         (TfDecoder         *self,
                                     guint              array,
                                     gboolean           newest_first);
gboolean    tf_decoder_is_recent    (TfDecoder         *self,
                                     guint64            key);
gboolean    tf_decoder_ms           (TfDecoder         *self,
                                     guint              value,
                                     TfTime            *time);
gboolean    tf_decoder_price        (TfDecoder         *self,
                                     guint              value,
                                     TfPrice           *price);
gboolean    tf_decoder_qty          (TfDecoder         *self,
                                     guint              value,
                                     TfQty             *quantity);
void        tf_decoder_instrument   (TfDecoder         *self,
                                     const char        *venue_name,
                                     const char        *name,
                                     gint64             tick,
                                     gint64             lot,
                                     gint64             min_notional,
                                     gboolean           trading);
gboolean    tf_decoder_candle       (TfDecoder         *self,
                                     const guint        ohlcv[5],
                                     TfCandle          *candle);

/* Books: collect the levels of a message, then apply them. */
void        tf_decoder_clear_levels (TfDecoder         *self);
gboolean    tf_decoder_add_level    (TfDecoder         *self,
                                     gboolean           bid,
                                     guint              price,
                                     guint              quantity);
gboolean    tf_decoder_add_rows     (TfDecoder         *self,
                                     gboolean           bid,
                                     guint              rows,
                                     const char *const *names);
void        tf_decoder_book         (TfDecoder         *self,
                                     guint              symbol,
                                     gboolean           snapshot,
                                     gint64             first,
                                     gint64             last,
                                     TfTime             time);
void        tf_decoder_check_book   (TfDecoder         *self,
                                     guint              symbol,
                                     guint32            checksum);
void        tf_decoder_lose_book    (TfDecoder         *self,
                                     guint              symbol,
                                     TfNoteCode         why);

static inline TfFeedSymbol *
tf_decoder_at (const TfDecoder *self,
               guint            symbol)
{
  return self->symbols->pdata[symbol];
}

/* Texts of venues for intervals; ends with a NULL name. */
typedef struct
{
  const char *name;
  TfTime      interval;
} TfIntervalName;

const char *tf_interval_to_venue    (const TfIntervalName *names,
                                     TfTime             interval);
TfTime      tf_interval_from_venue  (const TfScan      *scan,
                                     guint              value,
                                     const TfIntervalName *names);

/* The members of an object in one line: FIELDS (decoder, object, values, "a", "b"). */
#define TF_FIELDS(decoder, object, values, ...) \
  tf_scan_fields (&(decoder)->scan, (object), (const char *const[]) { __VA_ARGS__ }, \
                  G_N_ELEMENTS (((const char *const[]) { __VA_ARGS__ })), (values))

G_END_DECLS
