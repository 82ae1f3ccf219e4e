#include "window/listening.h"

#include <adwaita.h>
#include <glib/gi18n.h>

typedef struct
{
  TfDesk    *desk;
  GtkWidget *row, *control;
  gboolean   filling;
} Listening;

static void
listening_free (gpointer data)
{
  Listening *self = data;

  g_object_unref (self->desk);
  g_free (self);
}

static void
update (GtkWidget *list)
{
  Listening *self = g_object_get_data (G_OBJECT (list), "tf-listening");
  GListModel *sources = tf_desk_get_sources (self->desk);
  gboolean live = tf_desk_can_listen (self->desk);
  guint n = 0, enabled = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (TfSourceItem) item = g_list_model_get_item (sources, i);

      if (!tf_source_rows_by_default (item->row->name, item->row->kind, item->row->address))
        continue;
      n++;
      enabled += item->now.enabled != 0;
    }
  self->filling = TRUE;
  gtk_switch_set_active (GTK_SWITCH (self->control), enabled > 0);
  self->filling = FALSE;
  gtk_widget_set_sensitive (self->row, live && n > 0);
  if (!live)
    text = g_strdup (_("Beside a live market only: the demo market and replays bring their own traders."));
  else if (n == 0)
    text = g_strdup (_("This workspace has no public sources of the default traders yet; the first start brings them."));
  else
    text = g_strdup_printf (_("%u of %u sources are on. While they are, this computer asks public sites and chains again and again; "
                              "those see its address and what it asks for, and a few seconds to days lie between a trade and the word of it."),
                            enabled, n);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->row), text);
}

static void
on_done (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (GtkWidget) list = data;
  Listening *self = g_object_get_data (G_OBJECT (list), "tf-listening");
  g_autoptr (GError) error = NULL;

  if (!tf_desk_edit_sources_finish (TF_DESK (object), result, &error))
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self->row), error->message);
  else
    update (list);
}

static gboolean
on_switch (GtkSwitch *control,
           gboolean   active,
           GtkWidget *list)
{
  Listening *self = g_object_get_data (G_OBJECT (list), "tf-listening");

  if (!self->filling)
    tf_desk_edit_sources (self->desk, active ? TF_SOURCE_ROWS_ENABLE : TF_SOURCE_ROWS_DISABLE, NULL, on_done, g_object_ref (list));
  return FALSE;
}

/**
 * tf_listening_new:
 *
 * Returns: (transfer floating): a list of one row
 */
GtkWidget *
tf_listening_new (TfDesk *desk)
{
  Listening *self = g_new0 (Listening, 1);
  GtkWidget *list = gtk_list_box_new ();

  self->desk = g_object_ref (desk);
  self->row = adw_action_row_new ();
  self->control = gtk_switch_new ();
  gtk_widget_set_valign (self->control, GTK_ALIGN_CENTER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->row), _("Listen to traders’ public feeds"));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->row), 4);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->row), self->control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self->row), self->control);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->control), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Listen to traders’ public feeds"), -1);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), self->row);
  g_object_set_data_full (G_OBJECT (list), "tf-listening", self, listening_free);
  g_signal_connect (self->control, "state-set", G_CALLBACK (on_switch), list);
  g_signal_connect_object (tf_desk_get_sources (desk), "items-changed", G_CALLBACK (update), list, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "renewed", G_CALLBACK (update), list, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "updated", G_CALLBACK (update), list, G_CONNECT_SWAPPED);
  update (list);
  return list;
}
