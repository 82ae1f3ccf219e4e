#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* Am I safe: limits against use for each account, correlations, alerts, and the big stop. */
#define TF_TYPE_RISK_PAGE (tf_risk_page_get_type ())
G_DECLARE_FINAL_TYPE (TfRiskPage, tf_risk_page, TF, RISK_PAGE, GtkWidget)

GtkWidget  *tf_risk_page_new (TfDesk *desk);

G_END_DECLS
