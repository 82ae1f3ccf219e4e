#pragma once

#include <gtk/gtk.h>

#include "plot/plot.h"

G_BEGIN_DECLS

/* A plot as a widget: crosshair under the pointer, Control and scroll to zoom, drag to move, double click for all. Its colours are those of
 * the style and the palette. Change the plot, then call tf_chart_changed(). */
#define TF_TYPE_CHART (tf_chart_get_type ())
G_DECLARE_FINAL_TYPE (TfChart, tf_chart, TF, CHART, GtkWidget)

GtkWidget  *tf_chart_new         (void);
TfPlot     *tf_chart_get_plot    (TfChart    *self);
void        tf_chart_changed     (TfChart    *self);
/* What it is a chart of, for people who do not see it; its summary follows by itself. */
void        tf_chart_set_label   (TfChart    *self,
                                  const char *label);
/* The newest candles, as many as can be told apart. */
void        tf_chart_set_slot    (TfChart    *self,
                                  TfTime      slot);
/* A row of toggles, one for each named layer. */
GtkWidget  *tf_chart_legend_new  (TfChart    *self);

G_END_DECLS
