#pragma once

#include "model/desk.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a copy policy that is being edited would do, with its formula and numbers. */
#define TF_TYPE_TRADER_PREVIEW (tf_trader_preview_get_type ())
G_DECLARE_FINAL_TYPE (TfTraderPreview, tf_trader_preview, TF, TRADER_PREVIEW, GtkWidget)

GtkWidget  *tf_trader_preview_new (TfDesk             *desk,
                                   guint               trader);
void        tf_trader_preview_set (TfTraderPreview    *self,
                                   guint               account,
                                   const TfCopyPolicy *policy);

G_END_DECLS
