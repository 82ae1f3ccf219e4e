#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* One switch for the public sources of the default traders, off until somebody turns it on. */
GtkWidget  *tf_listening_new (TfDesk *desk);

G_END_DECLS
