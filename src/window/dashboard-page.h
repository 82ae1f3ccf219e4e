#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

#define TF_TYPE_DASHBOARD_PAGE (tf_dashboard_page_get_type ())
G_DECLARE_FINAL_TYPE (TfDashboardPage, tf_dashboard_page, TF, DASHBOARD_PAGE, GtkWidget)

GtkWidget  *tf_dashboard_page_new (TfDesk *desk);

G_END_DECLS
