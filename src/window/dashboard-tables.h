#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* The tables of the dashboard, each in a scrolled window. */
GtkWidget  *tf_bots_table_new      (TfDesk *desk);
GtkWidget  *tf_traders_table_new   (TfDesk *desk);
GtkWidget  *tf_positions_table_new (TfDesk *desk);
GtkWidget  *tf_fills_table_new     (TfDesk *desk);

G_END_DECLS
