#pragma once

#include <gio/gio.h>

#include "io/storage/sources.h"

G_BEGIN_DECLS

/* The table of traders' sources in a workspace, on worker threads that open it for themselves: beside a running system too. */

typedef enum
{
  TF_SOURCE_ROWS_LOAD,
  TF_SOURCE_ROWS_SAVE,   /* @source: added, or changed by its id */
  TF_SOURCE_ROWS_REMOVE, /* @source: by its id */
  TF_SOURCE_ROWS_ENABLE, /* all public feeds of the default traders */
  TF_SOURCE_ROWS_DISABLE,
} TfSourceRowsVerb;

/* What stands in the table afterwards. */
typedef struct
{
  TfSourceRowsVerb verb;
  GPtrArray       *rows;    /* TfStoredSource */
  gboolean         started; /* a system ran there already: it may be told */
} TfSourceRows;

void          tf_source_rows_free   (TfSourceRows         *self);
/* @source: (nullable): copied. */
void          tf_source_rows_async  (const char           *path,
                                     TfSourceRowsVerb      verb,
                                     const TfStoredSource *source,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              data);
TfSourceRows *tf_source_rows_finish (GAsyncResult         *result,
                                     GError              **error);
gboolean      tf_source_rows_by_default (const char       *name,
                                         const char       *kind,
                                         const char       *address);

/* Keeps the secret that a webhook of the trader @id shares with its senders, where secrets are kept. */
void          tf_source_secret_async  (const char           *id,
                                       const char           *secret,
                                       GAsyncReadyCallback   callback,
                                       gpointer              data);
gboolean      tf_source_secret_finish (GAsyncResult         *result,
                                       GError              **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfSourceRows, tf_source_rows_free)

G_END_DECLS
