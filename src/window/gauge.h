#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How much of a limit is used. */
#define TF_TYPE_GAUGE (tf_gauge_get_type ())
G_DECLARE_FINAL_TYPE (TfGauge, tf_gauge, TF, GAUGE, GtkWidget)

GtkWidget  *tf_gauge_new   (void);
/* @use NaN: unknown; @warning NaN: no such mark. @label: what it measures; @text: the numbers in words. */
void        tf_gauge_set   (TfGauge    *self,
                            double      use,
                            double      warning,
                            double      limit,
                            const char *label,
                            const char *text);

G_END_DECLS
