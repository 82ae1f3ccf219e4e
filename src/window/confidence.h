#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A probability as a bar from 0 to 1, with a mark at each account’s threshold. */
#define TF_TYPE_CONFIDENCE (tf_confidence_get_type ())
G_DECLARE_FINAL_TYPE (TfConfidence, tf_confidence, TF, CONFIDENCE, GtkWidget)

GtkWidget  *tf_confidence_new (void);
void        tf_confidence_set (TfConfidence *self,
                               double        confidence,
                               const double *thresholds,
                               guint         n_thresholds);

G_END_DECLS
