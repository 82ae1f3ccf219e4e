#pragma once

#include "model/desk.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The signals of one trader, each with what became of it in one sentence with numbers. */
GtkWidget  *tf_trader_signals_new (TfDesk     *desk,
                                   const char *trader);

G_END_DECLS
