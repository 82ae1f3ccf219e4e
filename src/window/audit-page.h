#pragma once

#include "model/desk.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The journal: found, read, followed to its causes, verified, exported. */
#define TF_TYPE_AUDIT_PAGE (tf_audit_page_get_type ())
G_DECLARE_FINAL_TYPE (TfAuditPage, tf_audit_page, TF, AUDIT_PAGE, GtkWidget)

GtkWidget  *tf_audit_page_new (TfDesk *desk);

G_END_DECLS
