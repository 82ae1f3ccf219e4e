#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* A row for each line to a venue; where there is none, the reason. */
GtkWidget  *tf_connections_table_new (TfDesk *desk);

G_END_DECLS
