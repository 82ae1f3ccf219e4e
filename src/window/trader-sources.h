#pragma once

#include "model/desk.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Where one trader is heard: each source with its state, a switch, and the way to remove it. */
#define TF_TYPE_TRADER_SOURCES (tf_trader_sources_get_type ())
G_DECLARE_FINAL_TYPE (TfTraderSources, tf_trader_sources, TF, TRADER_SOURCES, GtkWidget)

GtkWidget  *tf_trader_sources_new (TfDesk     *desk,
                                   const char *trader);

G_END_DECLS
