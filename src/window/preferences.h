#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void tf_preferences_present (GtkWindow *parent);

G_END_DECLS
