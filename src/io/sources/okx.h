#pragma once

#include "core/market/event.h"

G_BEGIN_DECLS

/* What OKX says of lead traders, taken apart. Tables have text keys, which they own, as their values. */

/* One of a trader's open positions; several in one instrument add up. */
typedef struct
{
  char    instrument[32]; /* “BTC-USDT-SWAP” */
  gint64  contracts;      /* signed, in units of 1e-8 contracts */
  TfPrice price;          /* average of opening */
  TfTime  opened;
} TfOkxPosition;

/* One that was closed. */
typedef struct
{
  char    instrument[32];
  TfPrice price;
  TfTime  closed;
} TfOkxClose;

GHashTable *tf_okx_read_contracts (const char        *text,
                                   gssize             length,
                                   GError           **error);
GHashTable *tf_okx_read_positions (const char        *text,
                                   gssize             length,
                                   const char        *trader,
                                   GError           **error);
GHashTable *tf_okx_read_closes    (const char        *text,
                                   gssize             length,
                                   const char        *trader,
                                   GError           **error);
GArray     *tf_okx_changes        (GHashTable        *before,
                                   GHashTable        *after,
                                   GHashTable        *contracts,
                                   GHashTable        *closes,
                                   TfTime             since,
                                   TfTime             now);

G_END_DECLS
