#pragma once

#include "io/feeds/decoder.h"

G_BEGIN_DECLS

/* What can be listened to at a venue */
typedef enum
{
  TF_CHANNEL_TRADES  = 1 << 0,
  TF_CHANNEL_QUOTES  = 1 << 1,
  TF_CHANNEL_BOOK    = 1 << 2,
  TF_CHANNEL_CANDLES = 1 << 3,
  TF_CHANNEL_FILLS   = 1 << 4, /* of a trader: the subscription's name is an address */
  TF_CHANNEL_MIDS    = 1 << 5, /* of all instruments at once: the subscription's name does not matter */
} TfChannels;

typedef struct
{
  const char *name;     /* “BTC-USDT” */
  guint       channels; /* TfChannels; what the venue does not have is left out */
  TfTime      interval; /* of candles; 0: one minute, or what the venue has */
} TfSubscription;

typedef enum
{
  TF_FETCH_CANDLES,
  TF_FETCH_TRADES,
  TF_FETCH_BOOK,
  TF_FETCH_INSTRUMENTS,
} TfFetchKind;

/* A question over REST, and where its answer got to: ask, parse, and ask again while @more. */
typedef struct
{
  TfFetchKind kind;
  char        name[TF_SYMBOL_SIZE]; /* “BTC-USDT”; empty for the instruments */
  TfTime      interval;             /* of candles */
  TfTime      from, to;             /* candles by open, trades by time: from ≤ time < to; moved on by each answer */
  gint64      after;                /* trades: the last id that one has (0: unknown); moved on by each answer */
  gboolean    more;                 /* set by the answer: there is another page */
  gint64      first;                /* trades: the id of the oldest one of the last answer … */
  TfTime      first_time;           /* … and when that was; 0: it had none */
} TfFetch;

/* GET base + @path, or POST of @body (application/json) to it */
typedef struct
{
  char *path;
  char *body; /* (nullable) */
} TfRequest;

/* A venue: pure functions and facts. It knows nothing of sockets, clocks or threads. */
struct _TfVenue
{
  const char *id;               /* stable: “binance” */
  const char *title;
  const char *url;              /* WebSocket; a setting may override it */
  const char *rest;             /* base of the requests; a setting may override it */
  const char *quote;            /* that its main markets are in: “USDT” */
  guint       channels;         /* TfChannels that it has */
  guint       watchdog;         /* s without any message: the line is dead */
  guint       lifetime;         /* s that a connection may live; 0: no limit */
  guint       ping_interval;    /* s; 0: the venue needs none */
  guint       pace;             /* ms between two messages that one sends */
  guint       subscriptions;    /* streams a connection may have: instruments × channels */
  guint       request_pace;     /* ms between two REST requests */
  gboolean    recent_only;      /* TF_FETCH_TRADES gives the newest ones, wherever one asks to begin */
  gboolean    book_by_rest;     /* the stream has changes only: fetch TF_FETCH_BOOK on every TF_FEED_RESYNC of a book */

  /* The venue's name of “BTC-USDT” and back. FALSE when it cannot have one. */
  gboolean  (*to_venue)   (const char           *name,
                           char                  out[TF_SYMBOL_SIZE]);
  gboolean  (*from_venue) (const char           *venue_name,
                           char                  out[TF_SYMBOL_SIZE]);
  /* (transfer full): the messages to send, in order, each within the venue's limits. @id numbers commands. */
  GStrv     (*subscribe)  (const TfSubscription *list,
                           guint                 n,
                           gboolean              on,
                           guint                *id);
  /* (nullable) (transfer full): the text to send every @ping_interval */
  char     *(*ping)       (guint                *id);
  /* One message of the stream. Use tf_decoder_decode(). */
  void      (*decode)     (TfDecoder            *decoder,
                           const char           *bytes,
                           gsize                 length);
  /* FALSE where the venue has no such request. */
  gboolean  (*request)    (const TfFetch        *fetch,
                           TfRequest            *request);
  /* The answer to it (of status 200). Use tf_venue_answer(). */
  void      (*answer)     (TfDecoder            *decoder,
                           TfFetch              *fetch,
                           const char           *bytes,
                           gsize                 length);
};

const TfVenue *const *tf_venues             (void);
const TfVenue        *tf_venue_find         (const char    *id);
gboolean              tf_venue_request      (const TfVenue *self,
                                             const TfFetch *fetch,
                                             TfRequest     *request);
gboolean              tf_venue_answer       (TfDecoder     *decoder,
                                             TfFetch       *fetch,
                                             const char    *bytes,
                                             gsize          length,
                                             TfTime         received,
                                             TfFeedSink     sink,
                                             gpointer       data);
gboolean              tf_venue_reached      (const TfVenue *self,
                                             const TfFetch *fetch);
void                  tf_request_clear      (TfRequest     *self);

G_END_DECLS
