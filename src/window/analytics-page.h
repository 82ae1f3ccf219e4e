#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* How it went: curves, key figures beside their targets, who earned it, and whether confidence can be believed. */
#define TF_TYPE_ANALYTICS_PAGE (tf_analytics_page_get_type ())
G_DECLARE_FINAL_TYPE (TfAnalyticsPage, tf_analytics_page, TF, ANALYTICS_PAGE, GtkWidget)

GtkWidget  *tf_analytics_page_new (TfDesk *desk);

G_END_DECLS
