#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* How pages keep up with the desk. */
typedef void (*TfFollowFunc) (gpointer page);

void        tf_follow           (GtkWidget    *page,
                                 TfDesk       *desk,
                                 TfFollowFunc  update);
char       *tf_follow_workspace (TfDesk       *desk);

G_END_DECLS
