#pragma once

#include "core/market/instrument.h"
#include "core/strategies/strategy.h"

G_BEGIN_DECLS

/* Candles of several instruments that strategies are tried on. Immutable once filled: any number of threads may read. */
typedef struct _TfHistory TfHistory;

TfHistory  *tf_history_new       (const TfUniverse *universe,
                                  TfTime            interval);
void        tf_history_free      (TfHistory        *self);
gboolean    tf_history_add       (TfHistory        *self,
                                  guint             instrument,
                                  const TfCandle   *candles,
                                  guint             n,
                                  GError          **error);
guint64     tf_history_get_bars  (const TfHistory  *self);
guint       tf_history_get_markets (const TfHistory *self);
gboolean    tf_history_get_range (const TfHistory  *self,
                                  TfTime           *from,
                                  TfTime           *to);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfHistory, tf_history_free)

/* What a strategy's proposals came to: in R after costs, and as a stream of periods of TF_SCORE_BARS bars, in which outcomes
 * that share their fate count together. */
#define TF_SCORE_BARS 24

typedef struct
{
  guint  proposals;          /* that came to an outcome */
  double mean, sd;           /* of outcomes, R */
  guint  periods;
  double sharpe, t;          /* of the stream: a period; mean over its standard error */
  double skew, kurtosis;     /* of the stream; raw */
} TfScore;

typedef struct
{
  TfScore before, after;     /* the split */
} TfEvaluation;

guint       tf_evaluate_periods  (const TfHistory  *self,
                                  TfTime            split);
gboolean    tf_evaluate          (const TfHistory  *self,
                                  const TfStrategy *strategy,
                                  const double     *params,
                                  TfTime            split,
                                  const gint       *cancelled,
                                  TfEvaluation     *result,
                                  float            *stream);

G_END_DECLS
