#pragma once

#include "core/market/event.h"
#include "core/market/instrument.h"
#include "io/feeds/candle-file.h"

G_BEGIN_DECLS

/* What is replayed. Zeroed times are open ends. */
typedef struct
{
  const TfUniverse *universe; /* read by tf_replay_new() only */
  GPtrArray        *series;   /* (nullable): of TfCandleSeries */
  GArray           *signals;  /* (nullable): of TfTraderSignal */
  TfTime            from, to; /* from ≤ known-at < to */
  TfTime            history;  /* what was known so long before @from is given, too, marked TF_EVENT_HISTORY */
} TfReplayOptions;

TfEventSource *tf_replay_new                (const TfReplayOptions *options,
                                             GError               **error);
guint64        tf_replay_get_total          (const TfEventSource   *source);

/* Makes room for what a replay brings along */
gboolean       tf_replay_add_series_markets (TfUniverse            *universe,
                                             const GPtrArray       *series,
                                             GError               **error);
void           tf_replay_add_signal_markets (TfUniverse            *universe,
                                             const GArray          *signals);

G_END_DECLS
