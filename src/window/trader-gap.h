#pragma once

#include "model/desk.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Where the difference between a trader's result and that of one account's copies went. */
#define TF_TYPE_TRADER_GAP (tf_trader_gap_get_type ())
G_DECLARE_FINAL_TYPE (TfTraderGap, tf_trader_gap, TF, TRADER_GAP, GtkWidget)

GtkWidget  *tf_trader_gap_new    (TfDesk      *desk);
void        tf_trader_gap_update (TfTraderGap *self,
                                  guint        trader);

G_END_DECLS
