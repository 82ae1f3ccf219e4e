#pragma once

#include <gio/gio.h>

#include "core/engine/config.h"
#include "io/storage/journal.h"
#include "model/progress.h"

G_BEGIN_DECLS

/* What the window asks of a journal, on worker threads that read by connections of their own. */

/* One entry of the journal, as a row of a table and in full. Immutable.
 *
 * Properties: “clock”, “kind”, “account”, “who”, “instrument”, “sentence”, “what” (strings, translated; what: the
 * sentence without account and kind). */
#define TF_TYPE_AUDIT_ENTRY (tf_audit_entry_get_type ())
G_DECLARE_FINAL_TYPE (TfAuditEntry, tf_audit_entry, TF, AUDIT_ENTRY, GObject)

TfAuditEntry   *tf_audit_entry_new        (const TfRecord        *record,
                                           const TfConfig        *config);
const TfRecord *tf_audit_entry_get_record (TfAuditEntry          *self);
/* What is told of it, as pairs: name (translated), value. */
GStrv           tf_audit_entry_describe   (TfAuditEntry          *self,
                                           const TfConfig        *config);

/* A page of entries. @config: whose names they use. */
void            tf_audit_load_async       (const char            *workspace,
                                           TfConfig              *config,
                                           const TfJournalFilter *filter,
                                           GCancellable          *cancellable,
                                           GAsyncReadyCallback    callback,
                                           gpointer               data);
/* An entry and what led to it, back to the outside. */
void            tf_audit_chain_async      (const char            *workspace,
                                           TfConfig              *config,
                                           gint64                 seq,
                                           GCancellable          *cancellable,
                                           GAsyncReadyCallback    callback,
                                           gpointer               data);
/* Of both: (transfer full) (element-type TfAuditEntry). */
GPtrArray      *tf_audit_load_finish      (GAsyncResult          *result,
                                           GError               **error);

void            tf_audit_verify_async     (const char            *workspace,
                                           TfProgressFunc         progress,
                                           GCancellable          *cancellable,
                                           GAsyncReadyCallback    callback,
                                           gpointer               data);
gboolean        tf_audit_verify_finish    (GAsyncResult          *result,
                                           TfVerification        *verification,
                                           GError               **error);

G_END_DECLS
