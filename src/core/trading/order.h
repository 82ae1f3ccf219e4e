#pragma once

#include "core/market/instrument.h"
#include "core/base/time.h"

G_BEGIN_DECLS

typedef enum
{
  TF_ORDER_MARKET,
  TF_ORDER_LIMIT,
  TF_ORDER_STOP,          /* a market order once the market trades at @price or beyond */
  TF_ORDER_TAKE_PROFIT,   /* a limit order that closes */
  TF_ORDER_TRAILING_STOP, /* a stop that follows the best price at @trail_ppm */
} TfOrderType;

/* A working order. Plain data; id 0 is no order. */
typedef struct
{
  gint64  id;
  gint64  cause;       /* the record that led to it */
  TfTime  created;
  TfPrice price;       /* limit, or the stop's trigger; 0 for a market order. A trailing stop's moves with
                        * @best, never back; 0 at first: @trail_ppm from the first price it meets */
  TfPrice best;        /* limit, trailing stop: the best price for it seen since it works (lowest for a buy,
                        * highest for a sell); 0: has not met the market yet */
  TfQty   quantity;    /* more than 0 */
  gint32  trail_ppm;
  gint16  account, voter, instrument;
  guint8  type;        /* TfOrderType */
  gint8   side;        /* +1 buy, −1 sell */
  guint8  reduce_only;
} TfOrder;

/* What the market did in one event, as far as it is known: a quote or a trade is a bar of one price. */
typedef struct
{
  TfTime  time;        /* of the event */
  TfTime  open_time;   /* when @open was traded: an order made before meets the market there */
  TfPrice open, high, low, last;
  TfPrice bid, ask;    /* of a quote, and then no other price of the mark counts; 0: not known, then @open to
                        * @last are prints, half the instrument's typical spread away from a taker */
  double  volatility;  /* of one bar, as a fraction of price: scales impact; 0: not known, then 1 % */
  double  volume;      /* of a typical bar, base units: scales impact; 0: not known, then the order's */
} TfMark;

typedef struct
{
  TfTime  time;
  TfPrice price;
  TfQty   quantity;
  TfMoney notional;    /* price × quantity, more than 0 */
  TfMoney fee;         /* what is paid, 0 or more */
  gint32  slippage_ppm;/* against the price at which it met the market, costs positive */
  guint8  maker;
} TfFill;

const char *tf_order_type_name      (TfOrderType         type);

/* Tries one order against one mark; see broker.c for the rules. */
gboolean    tf_broker_match         (const TfInstrument *instrument,
                                     const TfMark       *mark,
                                     TfOrder            *order,
                                     TfFill             *fill);

G_END_DECLS
