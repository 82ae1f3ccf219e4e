#include "window/trader-link.h"

/**
 * tf_trader_open:
 * @widget: inside of the main window or of one that belongs to it
 * @id: of a voter
 */
void
tf_trader_open (GtkWidget  *widget,
                TfDesk     *desk,
                const char *id)
{
  if (tf_config_find_trader (tf_desk_get_config (desk), id) >= 0)
    gtk_widget_activate_action (widget, "win.trader", "s", id);
}

static const char *
trader_of (gpointer  item,
           TfDesk   *desk)
{
  const TfConfig *config = tf_desk_get_config (desk);

  if (TF_IS_VOTER_ITEM (item))
    return TF_VOTER_ITEM (item)->now.id;
  if (TF_IS_POSITION_ITEM (item) && (guint) TF_POSITION_ITEM (item)->now.voter < tf_config_n_voters (config))
    return tf_config_voter_id (config, (guint) TF_POSITION_ITEM (item)->now.voter);
  if (TF_IS_FILL_ITEM (item))
    return TF_FILL_ITEM (item)->now.origin;
  if (TF_IS_SIGNAL_ITEM (item))
    return TF_SIGNAL_ITEM (item)->now.origin;
  return "";
}

static void
on_activate (GtkColumnView *table,
             guint          position,
             TfDesk        *desk)
{
  g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (gtk_column_view_get_model (table)), position);

  if (item != NULL)
    tf_trader_open (GTK_WIDGET (table), desk, trader_of (item, desk));
}

void
tf_trader_link_table (GtkWidget *table,
                      TfDesk    *desk)
{
  g_signal_connect_object (table, "activate", G_CALLBACK (on_activate), desk, 0);
}
