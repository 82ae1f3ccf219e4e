#pragma once

#include "model/desk.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The editor of one trader's copy policies, an account at a time. Nothing changes before Save, which sends one journaled
 * command for each field that is another one. */
#define TF_TYPE_TRADER_POLICY (tf_trader_policy_get_type ())
G_DECLARE_FINAL_TYPE (TfTraderPolicy, tf_trader_policy, TF, TRADER_POLICY, GtkWidget)

GtkWidget  *tf_trader_policy_new    (TfDesk         *desk,
                                     guint           trader);
/* Takes over what was saved meanwhile, unless somebody is editing. */
void        tf_trader_policy_update (TfTraderPolicy *self);

G_END_DECLS
