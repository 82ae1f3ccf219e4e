#pragma once

#include <gtk/gtk.h>

#include "core/risk/state.h"

G_BEGIN_DECLS

typedef enum
{
  TF_CELL_TEXT,   /* left, ellipsized */
  TF_CELL_NUMBER, /* right, tabular figures */
  TF_CELL_CHANGE, /* a number in the colour of its field's sign */
  TF_CELL_STATE,  /* a dot and a word: the field is a TfTradingState */
  TF_CELL_WIDGET, /* @create makes it, @update fills it */
} TfCellKind;

/* One column of a table of TfItems. */
typedef struct
{
  const char  *title;                              /* N_() */
  const char  *field;                              /* property that the cell shows: it repaints with it, and sorts by it */
  TfCellKind   kind;
  int          width;                              /* characters at least; negative: and takes what space is left */
  char      *(*text)   (gpointer item);            /* (nullable): NULL takes the field itself */
  GtkWidget *(*create) (void);
  void       (*update) (GtkWidget *cell,
                        gpointer   item);
  const char  *tip;                                /* (nullable): N_(): what the title means */
  const char  *again;                              /* (nullable): another property that it repaints with */
} TfColumnSpec;

/* @model: (transfer none): what it lists; rows are sorted by the header and can be selected.
 * @specs are static. @label: what the table is, for people who do not see it. A GtkColumnView: wants a scrolled window. */
GtkWidget  *tf_table_new       (GType               item_type,
                                GListModel         *model,
                                const TfColumnSpec *specs,
                                guint               n_specs,
                                const char         *label);
/* Its columns have the widths that were set by hand, now and the next time; @table: a name of its own. */
void        tf_table_remember  (GtkColumnView      *view,
                                const char         *table);
/* The item of the selected row; NULL: none. (transfer none) */
gpointer    tf_table_selected  (GtkWidget          *table);
/* @callback (gpointer owner): another row is selected, or none. Dropped with @owner. */
void        tf_table_on_select (GtkWidget          *table,
                                GCallback           callback,
                                gpointer            owner);

/* A list view or table whose news come on top: while its top is looked at, it stays there. */
void        tf_list_stay_on_top (GtkWidget         *view);

/* Small things that pages share */
GtkWidget  *tf_state_dot_new   (void);
void        tf_state_dot_set   (GtkWidget          *dot,
                                TfTradingState      state,
                                gboolean            live);
/* Sets a label's text when it is another one; @fade: shows by a fading background that it has changed. */
void        tf_label_set       (GtkLabel           *label,
                                const char         *text,
                                gboolean            fade);
/* Colours a label by a number's sign. */
void        tf_label_tone      (GtkLabel           *label,
                                double              value);
GtkWidget  *tf_empty_new       (const char         *icon,
                                const char         *title,
                                const char         *description);
void        tf_accessible_name (GtkWidget          *widget,
                                const char         *name);

G_END_DECLS
