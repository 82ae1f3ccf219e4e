#pragma once

#include <gtk/gtk.h>

#include "model/audit.h"

G_BEGIN_DECLS

/* What the inspector shows of an entry: its fields, and a button for each of its causes. */
void        tf_audit_fields_fill (GtkWidget    *grid,
                                  TfAuditEntry *entry,
                                  TfConfig     *config);
GtkWidget  *tf_audit_cause_new   (TfAuditEntry *entry);

G_END_DECLS
