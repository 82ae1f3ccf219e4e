#pragma once

#include "core/following/policy.h"

G_BEGIN_DECLS

/* A trader's own position in one instrument, as far as the signals tell. */
typedef struct
{
  TfQty    quantity; /* signed */
  TfPrice  entry;    /* mean price at which it was opened and added to; 0: not known */
  TfTime   stated;   /* when the last position happened that a signal stated in so many words */
  gboolean known;    /* whether there was any signal */
  gboolean own_units;/* the quantity counts in units of its own: the trader names none */
  char     grade;    /* of the last word on it; 0: the trader's */
} TfTraderPosition;

/* What all traders hold: one block of plain data, no pointers. */
typedef struct
{
  guint            n_traders, n_instruments;
  TfTraderPosition positions[]; /* n_traders × n_instruments */
} TfTraderBook;

gsize                   tf_trader_book_size     (guint                 n_traders,
                                                 guint                 n_instruments);
void                    tf_trader_book_init     (TfTraderBook         *self,
                                                 guint                 n_traders,
                                                 guint                 n_instruments);
const TfTraderPosition *tf_trader_book_position (const TfTraderBook   *self,
                                                 guint                 trader,
                                                 guint                 instrument);
gboolean                tf_trader_book_apply    (TfTraderBook         *self,
                                                 guint                 trader,
                                                 guint                 instrument,
                                                 const TfTraderSignal *signal,
                                                 TfCopy               *copy,
                                                 GError              **error);
/* Notes the signal in @seen, an array of guint64 that starts empty; whether it was there. */
gboolean                tf_trader_book_seen     (GArray               *seen,
                                                 const TfTraderSignal *signal);

G_END_DECLS
