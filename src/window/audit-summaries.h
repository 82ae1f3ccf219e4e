#pragma once

#include <gtk/gtk.h>

#include "core/engine/snapshot.h"

G_BEGIN_DECLS

/* A card for each account: what it holds, and what came of it. */
void        tf_audit_summaries_fill (GtkWidget        *box,
                                     const TfSnapshot *snapshot);

G_END_DECLS
