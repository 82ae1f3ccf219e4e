#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* What pages have in common: how they keep up with the desk, and how they empty what they fill anew. */
typedef void (*TfFollowFunc) (gpointer page);

void        tf_follow           (GtkWidget    *page,
                                 TfDesk       *desk,
                                 TfFollowFunc  update);
char       *tf_follow_workspace (TfDesk       *desk);
void        tf_remove_children  (GtkWidget    *widget);

G_END_DECLS
