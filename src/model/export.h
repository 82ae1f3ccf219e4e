#pragma once

#include <gio/gio.h>

#include "io/reports/report.h"

G_BEGIN_DECLS

/* Which entries of a workspace's journal go where. Strings are borrowed by tf_export(), copied by tf_export_async(). */
typedef struct
{
  const char    *workspace; /* file */
  const char    *output;    /* (nullable): file; else standard output */
  TfReportFormat format;
  const char    *account;   /* (nullable): id; only this account's entries */
  TfTime         from, to;  /* from ≤ time < to; 0: open */
} TfExport;

gboolean    tf_export        (const TfExport       *self,
                              GCancellable         *cancellable,
                              GError              **error);
void        tf_export_async  (const TfExport       *self,
                              GObject              *owner,
                              GCancellable         *cancellable,
                              GAsyncReadyCallback   callback,
                              gpointer              data);
gboolean    tf_export_finish (GAsyncResult         *result,
                              GError              **error);

G_END_DECLS
