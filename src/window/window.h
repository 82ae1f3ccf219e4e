#pragma once

#include "window/application.h"

G_BEGIN_DECLS

#define TF_TYPE_WINDOW (tf_window_get_type ())
G_DECLARE_FINAL_TYPE (TfWindow, tf_window, TF, WINDOW, AdwApplicationWindow)

GtkWidget  *tf_window_new      (TfApplication *application);
void        tf_window_show_tab (TfWindow      *self,
                                int            tab);
void        tf_window_toast    (TfWindow      *self,
                                const char    *text);

GMenu      *tf_window_venues_menu (void);

G_END_DECLS
