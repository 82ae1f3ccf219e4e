#pragma once

#include "core/market/event.h"

G_BEGIN_DECLS

/* What Hyperliquid says, read without a socket, a clock or an allocation for each trade. */

#define TF_ADDRESS_SIZE 20

typedef struct { guint8 bytes[TF_ADDRESS_SIZE]; } TfAddress;

gboolean      tf_address_parse       (const char         *text,
                                      gssize              length,
                                      TfAddress          *address);
char         *tf_address_format      (const TfAddress    *address,
                                      char                buffer[2 * TF_ADDRESS_SIZE + 3]);

/* A set of addresses, each with its index */
typedef struct _TfAddressSet TfAddressSet;

TfAddressSet *tf_address_set_new     (const TfAddress    *addresses,
                                      guint               n);
void          tf_address_set_free    (TfAddressSet       *self);
gint          tf_address_set_find    (const TfAddressSet *self,
                                      const TfAddress    *address);

/* A fill of a user, or one side of a public trade */
typedef struct
{
  TfTraderSignal signal;   /* trader and source are empty; no position where none was stated before */
  guint64        trade;    /* of coin and trade, which has two sides */
  guint64        key;      /* of the side, too: the same key of the same user is the same fill */
  gint64         ms;       /* when it happened */
  guint          user;     /* of a trade: index in the set */
  const char    *raw;      /* its part of the message */
  gsize          length;
} TfHyperliquidFill;

typedef enum
{
  TF_HYPERLIQUID_OTHER,
  TF_HYPERLIQUID_ACK,
  TF_HYPERLIQUID_ERROR,
  TF_HYPERLIQUID_FILLS,
  TF_HYPERLIQUID_TRADES,
} TfHyperliquidChannel;

typedef struct
{
  TfHyperliquidChannel channel;
  TfAddress            user;     /* FILLS */
  gboolean             snapshot; /* FILLS: state, no news */
  const char          *said;     /* ERROR, ACK: the text, not ended by a zero byte */
  gsize                said_length;
  char                 coin[40]; /* TRADES: of the first one */
  guint                trades;   /* TRADES: all there are; only looked through for users of the set */
  GArray              *fills;    /* of TfHyperliquidFill, oldest first */
} TfHyperliquidFrame;

gboolean      tf_hyperliquid_read    (const char         *text,
                                      gsize               length,
                                      const TfAddressSet *followed,
                                      TfHyperliquidFrame *frame,
                                      GError            **error);

/* How that many different addresses are listened to. Everybody is asked for his positions, too: how often is
 * the difference. */
typedef struct
{
  guint push, push_ms; /* over the WebSocket, fill by fill */
  guint poll, poll_ms; /* by their positions alone */
  guint tape, tape_ms; /* among all trades of the market */
} TfHyperliquidPlan;

TfHyperliquidPlan tf_hyperliquid_plan (guint             n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfAddressSet, tf_address_set_free)

G_END_DECLS
