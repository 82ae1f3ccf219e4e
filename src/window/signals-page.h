#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

#define TF_TYPE_SIGNALS_PAGE (tf_signals_page_get_type ())
G_DECLARE_FINAL_TYPE (TfSignalsPage, tf_signals_page, TF, SIGNALS_PAGE, GtkWidget)

GtkWidget  *tf_signals_page_new (TfDesk *desk);

G_END_DECLS
