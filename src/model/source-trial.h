#pragma once

#include <gio/gio.h>

#include "io/sources/source.h"

G_BEGIN_DECLS

/* A source is listened to for some seconds, on a worker thread, to see whether it is one: nothing of what it says goes anywhere. */
typedef struct
{
  TfSourceFigures figures;      /* at the end */
  guint           signals;      /* that it gave meanwhile */
  char            example[200]; /* evidence of the first of them; empty: there was none */
} TfSourceTrial;

void        tf_source_trial_async  (const TfSourceSpec   *spec,
                                    GCancellable         *cancellable,
                                    GAsyncReadyCallback   callback,
                                    gpointer              data);
gboolean    tf_source_trial_finish (GAsyncResult         *result,
                                    TfSourceTrial        *trial,
                                    GError              **error);

G_END_DECLS
