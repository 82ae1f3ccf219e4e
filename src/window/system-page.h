#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* Is the machine well: each part in plain words, what to do about it, and the details folded in. */
#define TF_TYPE_SYSTEM_PAGE (tf_system_page_get_type ())
G_DECLARE_FINAL_TYPE (TfSystemPage, tf_system_page, TF, SYSTEM_PAGE, GtkWidget)

GtkWidget  *tf_system_page_new (TfDesk *desk);

G_END_DECLS
