#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* One account’s limits against their use, with its own emergency stop. */
#define TF_TYPE_RISK_COLUMN (tf_risk_column_get_type ())
G_DECLARE_FINAL_TYPE (TfRiskColumn, tf_risk_column, TF, RISK_COLUMN, GtkWidget)

GtkWidget  *tf_risk_column_new    (TfDesk       *desk,
                                   guint         account);
void        tf_risk_column_update (TfRiskColumn *self);

G_END_DECLS
