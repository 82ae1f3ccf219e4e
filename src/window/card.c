#include "window/card.h"

#include "window/columns.h"

/**
 * tf_card_new:
 * @child: (transfer floating)
 */
GtkWidget *
tf_card_new (const char *title,
             GtkWidget  *child)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (label, "padded");
  gtk_widget_add_css_class (card, "card");
  gtk_box_append (GTK_BOX (card), label);
  gtk_widget_set_margin_start (child, 12);
  gtk_widget_set_margin_end (child, 12);
  gtk_widget_set_margin_bottom (child, 12);
  gtk_box_append (GTK_BOX (card), child);
  return card;
}

GtkWidget *
tf_grid_new (const char *name)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 18);
  tf_accessible_name (grid, name);
  return grid;
}

/**
 * tf_grid_set:
 *
 * Returns: (transfer none): the label that stands there
 */
GtkLabel *
tf_grid_set (GtkWidget   *grid,
             guint        column,
             guint        row,
             TfGridStyle  style,
             const char  *text)
{
  GtkWidget *label = gtk_grid_get_child_at (GTK_GRID (grid), (int) column, (int) row);

  if (label == NULL)
    {
      label = gtk_label_new (NULL);
      gtk_grid_attach (GTK_GRID (grid), label, (int) column, (int) row, 1, 1);
      gtk_label_set_xalign (GTK_LABEL (label), style == TF_GRID_NAME || (style == TF_GRID_TITLE && column == 0) ? 0 : 1);
      gtk_label_set_wrap (GTK_LABEL (label), column == 0);
      if (style == TF_GRID_TITLE)
        {
          gtk_widget_add_css_class (label, "caption");
          gtk_widget_add_css_class (label, "dim-label");
        }
      else if (style != TF_GRID_NAME)
        gtk_widget_add_css_class (label, "numeric");
      if (style == TF_GRID_SUM)
        gtk_widget_add_css_class (label, "heading");
      gtk_widget_set_hexpand (label, column == 0);
    }
  tf_label_set (GTK_LABEL (label), text, FALSE);
  return GTK_LABEL (label);
}

void
tf_grid_cut (GtkWidget *grid,
             guint      row)
{
  while (gtk_grid_get_child_at (GTK_GRID (grid), 0, (int) row) != NULL)
    gtk_grid_remove_row (GTK_GRID (grid), (int) row);
}

GtkWidget *
tf_text_new (const char *text,
             const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}
