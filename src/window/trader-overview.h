#pragma once

#include "model/desk.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A trader's record, the two skills that were learned, and the positions: the trader's and ours. */
#define TF_TYPE_TRADER_OVERVIEW (tf_trader_overview_get_type ())
G_DECLARE_FINAL_TYPE (TfTraderOverview, tf_trader_overview, TF, TRADER_OVERVIEW, GtkWidget)

GtkWidget  *tf_trader_overview_new    (TfDesk           *desk);
/* @trader: its index. */
void        tf_trader_overview_update (TfTraderOverview *self,
                                       guint             trader);

G_END_DECLS
