#pragma once

#include <gtk/gtk.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* Choose, run, decide: whether other parameters would have served a bot better, and whether to believe it. */
#define TF_TYPE_OPTIMIZER_PAGE (tf_optimizer_page_get_type ())
G_DECLARE_FINAL_TYPE (TfOptimizerPage, tf_optimizer_page, TF, OPTIMIZER_PAGE, GtkWidget)

GtkWidget  *tf_optimizer_page_new (TfDesk *desk);

G_END_DECLS
