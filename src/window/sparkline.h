#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The course of a number, without axes. It goes beside a number, which says the same in text. */
#define TF_TYPE_SPARKLINE (tf_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (TfSparkline, tf_sparkline, TF, SPARKLINE, GtkWidget)

GtkWidget  *tf_sparkline_new        (void);
void        tf_sparkline_set_values (TfSparkline  *self,
                                     const double *values,
                                     guint         n);

G_END_DECLS
