#pragma once

#include <gtk/gtk.h>

#include "plot/theme.h"

G_BEGIN_DECLS

/* The style of the desktop and the palette of the settings, for what is drawn by ourselves. */
void        tf_theme_of_widget (GtkWidget   *widget,
                                TfPlotTheme *theme);
void        tf_theme_set_colour_blind (gboolean colour_blind);

/* The program's settings; NULL where their schema is not installed: defaults hold then, and nothing is remembered. */
GSettings  *tf_settings        (void);

G_END_DECLS
