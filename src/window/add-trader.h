#pragma once

#include <adwaita.h>

#include "model/desk.h"
#include "window/window.h"

G_BEGIN_DECLS

/* Where a trader's signals come from, typed in: checked while it is typed, tried on request, and then written to the workspace. */
#define TF_TYPE_ADD_TRADER (tf_add_trader_get_type ())
G_DECLARE_FINAL_TYPE (TfAddTrader, tf_add_trader, TF, ADD_TRADER, AdwWindow)

/* @name: (nullable): of a trader that is known already. */
void        tf_add_trader_present (TfWindow   *window,
                                   GtkWindow  *parent,
                                   TfDesk     *desk,
                                   const char *name);

G_END_DECLS
