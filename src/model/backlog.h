#pragma once

#include <gio/gio.h>

#include "io/storage/writer.h"

G_BEGIN_DECLS

/* What a workspace holds, for showing it before or beside a run: its state, and the newest entries of its journal. */
typedef struct
{
  TfSnapshot *snapshot; /* (nullable): it has none yet */
  TfBatch    *batch;    /* of the entries, oldest first */
} TfBacklog;

void        tf_backlog_free        (TfBacklog            *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfBacklog, tf_backlog_free)

void        tf_backlog_load_async  (const char           *path,
                                    guint                 most,
                                    GCancellable         *cancellable,
                                    GAsyncReadyCallback   callback,
                                    gpointer              data);
TfBacklog  *tf_backlog_load_finish (GAsyncResult         *result,
                                    GError              **error);

G_END_DECLS
