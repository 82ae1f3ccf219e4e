#pragma once

#include "core/market/instrument.h"
#include "core/trading/order.h"

G_BEGIN_DECLS

/* What one voter (bot or trader) holds of one instrument inside one account: its sub-ledger. */
typedef struct
{
  TfQty   quantity; /* signed */
  TfMoney cost;     /* signed: what the open quantity cost, fees apart */
  TfMoney trip;     /* earned after fees since the position was last 0: decides whether the round trip is a win.
                     * Always 0 in a net, which has no round trips of its own */
} TfPosition;

/* What one voter earned inside one account. Realised P&L is before fees. */
typedef struct
{
  TfMoney realized, fees; /* a gain and an expense are both positive here */
  guint32 trades, wins; /* round trips closed, and those with a gain after fees */
} TfSubLedger;

/* The double-entry ledger of one account: one block of plain data, no pointers. The ledger's accounts are
 * capital, cash, one position (at cost) for each voter and instrument, realised P&L and fees for each
 * voter. Signs as in bookkeeping: what the account owns is positive, where it came from negative; all
 * together are 0, always. */
typedef struct
{
  guint   n_voters, n_instruments;
  TfMoney capital;  /* −100,000 for an account that was given 100,000 */
  TfMoney cash;     /* negative: borrowed (leverage) */
  TfMoney realized, fees; /* over all voters: income negative, expense positive */
  TfPosition data[]; /* n_voters × n_instruments positions, n_instruments nets, then the voters' sub-ledgers */
} TfLedger;

gsize              tf_ledger_size      (guint            n_voters,
                                        guint            n_instruments);
void               tf_ledger_init      (TfLedger        *self,
                                        guint            n_voters,
                                        guint            n_instruments,
                                        TfMoney          capital);
/* Books one fill of @voter; all legs or none. @realized: what it earned before fees. */
gboolean           tf_ledger_fill      (TfLedger        *self,
                                        guint            voter,
                                        guint            instrument,
                                        gint             side,
                                        const TfFill    *fill,
                                        TfMoney         *realized,
                                        GError         **error);
const TfPosition  *tf_ledger_position  (const TfLedger  *self,
                                        guint            voter,
                                        guint            instrument);
const TfPosition  *tf_ledger_net       (const TfLedger  *self,
                                        guint            instrument);
const TfSubLedger *tf_ledger_voter     (const TfLedger  *self,
                                        guint            voter);
/* cash + Σ net quantity × price; the prices are one for each instrument, raw 0 where none is known (then at
 * cost). */
gboolean           tf_ledger_equity    (const TfLedger  *self,
                                        const TfPrice   *prices,
                                        TfMoney         *equity);
/* The sum of all ledger accounts, which is 0, with sub-ledgers and nets added up anew: the promise,
 * checked. */
gboolean           tf_ledger_check     (const TfLedger  *self,
                                        GError         **error);

G_END_DECLS
