#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  TF_GRID_TITLE,  /* of a column, dim; at the right from the second column on */
  TF_GRID_NAME,   /* left, takes what space is left */
  TF_GRID_NUMBER, /* right, tabular figures */
  TF_GRID_CHANGE, /* the same, in the colour of a sign: tf_label_tone() */
  TF_GRID_SUM,    /* a number in bold */
} TfGridStyle;

/* A card with a heading and one child. */
GtkWidget  *tf_card_new   (const char  *title,
                           GtkWidget   *child);
/* A grid for figures, to be filled by tf_grid_set(). @name: for people who do not see it. */
GtkWidget  *tf_grid_new   (const char  *name);
/* Sets the text of a cell, which is made when it is not there. */
GtkLabel   *tf_grid_set   (GtkWidget   *grid,
                           guint        column,
                           guint        row,
                           TfGridStyle  style,
                           const char  *text);
/* Takes away all rows from @row on. */
void        tf_grid_cut   (GtkWidget   *grid,
                           guint        row);
/* A line of text that wraps. */
GtkWidget  *tf_text_new   (const char  *text,
                           const char  *class);

G_END_DECLS
