#pragma once

#include "model/desk.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Opens the window of a trader; bots have none. */
void        tf_trader_open       (GtkWidget  *widget,
                                  TfDesk     *desk,
                                  const char *id);
/* Enter or a double click on a row of @table opens the window of the trader that it is about. @table: of voters, positions,
 * fills or signals. */
void        tf_trader_link_table (GtkWidget  *table,
                                  TfDesk     *desk);

G_END_DECLS
