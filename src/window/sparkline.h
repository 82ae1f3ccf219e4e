#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The course of a number, without axes. Property “label” names it for people who do not see it. */
#define TF_TYPE_SPARKLINE (tf_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (TfSparkline, tf_sparkline, TF, SPARKLINE, GtkWidget)

GtkWidget  *tf_sparkline_new        (void);
void        tf_sparkline_set_values (TfSparkline  *self,
                                     const double *values,
                                     guint         n);

G_END_DECLS
