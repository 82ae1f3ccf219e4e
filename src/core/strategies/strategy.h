#pragma once

#include "core/indicators/indicator.h"
#include "core/market/candle.h"

G_BEGIN_DECLS

/* What a strategy sees: one closed bar of one instrument, and where the others stand. */
typedef struct
{
  const TfBar  *bar;
  const double *closes; /* last close of every instrument, NaN when there is none yet */
  guint         n_instruments;
  gint          instrument; /* index of the bar's instrument in @closes */
  gint          peer;       /* index of the reference instrument, -1 when there is none */
  double        bar_seconds;
} TfStrategyInput;

/* What it says to it. Sizing, risk and execution are decided elsewhere. */
typedef struct
{
  double stance;       /* conviction now, -1 to 1 */
  gint   direction;    /* 0: no proposal; 1 or -1: proposes to enter now */
  double stop, target; /* prices; a target of 0 is none */
  double trail;        /* trailing distance as a fraction of the price, 0 is none */
  guint  horizon;      /* time-stop in bars */
} TfVote;

/* A strategy. Its state is plain data without pointers: it is copied into checkpoints.
 * Pure: no clock, no I/O, no allocation. A fresh state is zeroed memory given to @init once. */
typedef struct
{
  const char    *id;      /* stable: stored in journals */
  const char    *title;   /* N_() */
  const char    *summary; /* N_() */
  const TfParam *params;
  guint        (*warmup) (const double *params); /* bars before the first stance */
  gsize          state_size;
  void         (*init)   (gpointer      state,
                          const double *params);
  void         (*on_bar) (gpointer               state,
                          const TfStrategyInput *in,
                          TfVote                *vote); /* sets all of @vote */
} TfStrategy;

const TfStrategy *const *tf_strategies    (void);
const TfStrategy        *tf_strategy_find (const char *id);

G_END_DECLS
