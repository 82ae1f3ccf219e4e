#pragma once

#include "core/market/instrument.h"

G_BEGIN_DECLS

#define TF_STANCE_LEAST 0.2 /* a reading that is less sure than this is none */

/* What a text says about one coin. */
typedef struct
{
  char   symbol[TF_SYMBOL_SIZE]; /* the coin as an instrument is asked for: “BTC” */
  gint8  side;                   /* +1 buys or is in favour, −1 sells or is against, 0 closes */
  double fraction;               /* that is sold or closed: “half”, “20%”; 0: not said */
  double confidence;             /* TF_STANCE_LEAST to 0.5 */
  char   rule[48];               /* the words that decided */
  char   evidence[160];          /* the sentence that decided, in one line */
} TfStance;

gboolean tf_lexicon_read (const char       *text,
                          gssize            length,
                          const char       *author,
                          const TfUniverse *universe,
                          TfStance         *stance);

G_END_DECLS
