#pragma once

#include <gtk/gtk.h>

#include "model/items.h"

G_BEGIN_DECLS

/* An account at a glance: equity, its course, drawdown against the limit, state. */
#define TF_TYPE_ACCOUNT_CARD (tf_account_card_get_type ())
G_DECLARE_FINAL_TYPE (TfAccountCard, tf_account_card, TF, ACCOUNT_CARD, GtkWidget)

GtkWidget  *tf_account_card_new     (TfAccountItem *item);
/* Shows what the item says now. @live: trading runs. */
void        tf_account_card_refresh (TfAccountCard *self,
                                     gboolean       live);

G_END_DECLS
