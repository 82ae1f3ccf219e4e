#pragma once

#include <adwaita.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* A followed trader: positions, signals, record, copy gap, copy policies and sources. One window for each. */
#define TF_TYPE_TRADER_WINDOW (tf_trader_window_get_type ())
G_DECLARE_FINAL_TYPE (TfTraderWindow, tf_trader_window, TF, TRADER_WINDOW, AdwWindow)

void        tf_trader_window_present (GtkWindow  *parent,
                                      TfDesk     *desk,
                                      const char *trader);

G_END_DECLS
