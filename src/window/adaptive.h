#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Lays its children out side by side where there is room, and one under another where there is not.
 *
 * Properties: “threshold” (width from which they stand side by side), “spacing”, “side-width” (of the last child when side by
 * side; 0: all are equally wide). */
#define TF_TYPE_ADAPTIVE (tf_adaptive_get_type ())
G_DECLARE_FINAL_TYPE (TfAdaptive, tf_adaptive, TF, ADAPTIVE, GtkWidget)

G_END_DECLS
