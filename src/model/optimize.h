#pragma once

#include <gio/gio.h>

#include "core/optimizer/sweep.h"
#include "model/progress.h"
#include "model/run.h"

G_BEGIN_DECLS

/* Where the candles come from that a bot's parameters are tried on. */
typedef enum
{
  TF_TRIAL_PRESENT, /* what the market of a run has shown so far */
  TF_TRIAL_DEMO,    /* a longer demo market of its own */
  TF_TRIAL_FILES,   /* candle files and folders */
} TfTrialData;

typedef struct
{
  TfTrialData      data;
  const TfRunSpec *spec;     /* (nullable): of the run; not needed for TF_TRIAL_FILES */
  TfTime           interval; /* of the bars */
  TfTime           until;    /* TF_TRIAL_PRESENT: the market's time, nothing later is known; 0: all */
  guint            bars;     /* TF_TRIAL_DEMO: of each instrument */
  GStrv            paths;    /* (nullable): TF_TRIAL_FILES */
} TfTrialSource;

TfHistory  *tf_optimize_load   (const TfTrialSource  *source,
                                const gint           *cancelled,
                                GError              **error);
void        tf_optimize_async  (const TfTrialSource  *source,
                                const TfSweepOptions *options,
                                TfProgressFunc        progress,
                                GCancellable         *cancellable,
                                GAsyncReadyCallback   callback,
                                gpointer              data);
TfSweep    *tf_optimize_finish (GAsyncResult         *result,
                                GError              **error);

G_END_DECLS
