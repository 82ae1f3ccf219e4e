#pragma once

#include <json-glib/json-glib.h>

#include "io/feeds/venue.h"

G_BEGIN_DECLS

/* A venue seen from its own side: what it answers. Pure functions; times have been moved already. */

typedef struct
{
  gint64  id;
  TfTime  time;
  TfPrice price;
  TfQty   quantity;
  gint8   side;
} TfPlayedTrade;

/* What a client asked for, over the stream or over REST. */
typedef struct
{
  const char          *name;   /* the venue's, of the instrument; (nullable) */
  const TfPlayedTrade *trades; /* oldest first, all that were played */
  guint                n_trades;
  const TfBook        *book;   /* (nullable) */
  TfTime               interval, from, to; /* of candles */
  TfTime               now;
  gint64               after, before;      /* trades: ids, where a venue asks by these */
  guint                limit;
} TfAnswerData;

/* One thing to be subscribed or unsubscribed */
typedef void (*TfDialectSubscribe) (const char *venue_name, /* (nullable): all */
                                    guint       channels,
                                    gboolean    on,
                                    gpointer    data);

typedef struct
{
  const char *venue;
  const char *greeting;       /* (nullable): the first message */
  const char *heartbeat;      /* (nullable): said a second when nothing else is */
  const char *maintenance;    /* (nullable): said before it goes away */
  /* Reads one message of a client; what it has to be told at once is appended to @replies. FALSE: not understood */
  gboolean (*command)     (JsonObject          *message,
                           guint                depth,   /* of books in the recording; 0: unknown */
                           TfDialectSubscribe   subscribe,
                           gpointer             data,
                           GPtrArray           *replies);
  /* (nullable): a whole book as a message of the stream */
  char    *(*snapshot)    (const char          *venue_name,
                           const TfBook        *book,
                           guint                price_digits,
                           guint                qty_digits,
                           TfTime               now);
  /* Which question a request is. FALSE: none that is known */
  gboolean (*question)    (const char          *path,
                           GHashTable          *query,   /* (nullable) */
                           JsonObject          *body,    /* (nullable) */
                           TfFetchKind         *kind,
                           char                 name[TF_SYMBOL_SIZE],
                           TfAnswerData        *data);
  void     (*trades)      (GString             *out,
                           const TfAnswerData  *data);
  void     (*candles)     (GString             *out,
                           const TfAnswerData  *data,
                           const TfCandle      *candles, /* oldest first */
                           guint                n);
  void     (*book)        (GString             *out,
                           const TfAnswerData  *data);
} TfDialect;

const TfDialect *tf_dialect_find (const char *venue);

G_END_DECLS
