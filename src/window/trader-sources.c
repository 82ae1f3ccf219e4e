#include "window/trader-sources.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "model/words-trader.h"
#include "model/words.h"
#include "window/card.h"
#include "window/columns.h"
#include "window/dialogs.h"
#include "window/follow.h"

struct _TfTraderSources
{
  GtkWidget       parent_instance;
  TfDesk         *desk;
  char           *trader;  /* id */
  GtkFilter      *filter;
  GListModel     *model;
  TfStoredSource *leaving; /* (nullable): somebody is asked whether it may go */
  GtkWidget      *list, *none, *why, *error, *add, *contact;
};

G_DEFINE_FINAL_TYPE (TfTraderSources, tf_trader_sources, GTK_TYPE_WIDGET)

static gboolean
is_of (gpointer item,
       gpointer data)
{
  TfTraderSources *self = data;
  const TfConfig *config = self->desk != NULL ? tf_desk_get_config (self->desk) : NULL; /* it may be on its way out */
  gint trader = config != NULL ? tf_config_find_trader (config, TF_SOURCE_ITEM (item)->now.name) : -1;

  return trader >= 0 && g_str_equal (config->traders[trader].id, self->trader);
}

/* Changes */

static void
on_done (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (GtkWidget) owner = data;
  g_autoptr (GError) error = NULL;
  TfTraderSources *self = TF_TRADER_SOURCES (owner);
  gboolean good = tf_desk_edit_sources_finish (TF_DESK (object), result, &error);

  gtk_widget_set_visible (self->error, !good);
  if (!good)
    gtk_label_set_text (GTK_LABEL (self->error), error->message);
}

static gboolean
on_switch (GtkSwitch       *control,
           gboolean         active,
           TfTraderSources *self)
{
  TfSourceItem *item = g_object_get_data (G_OBJECT (control), "tf-item");
  TfStoredSource source;

  if (item->row == NULL || item->row->enabled == active)
    return FALSE;
  source = *item->row;
  source.enabled = active;
  tf_desk_edit_sources (self->desk, TF_SOURCE_ROWS_SAVE, &source, on_done, g_object_ref (self));
  return FALSE;
}

static void
remove_source (GtkWidget *owner)
{
  TfTraderSources *self = TF_TRADER_SOURCES (owner);

  if (self->leaving != NULL)
    tf_desk_edit_sources (self->desk, TF_SOURCE_ROWS_REMOVE, self->leaving, on_done, g_object_ref (self));
}

static void
on_remove (GtkButton       *button,
           TfTraderSources *self)
{
  TfSourceItem *item = g_object_get_data (G_OBJECT (button), "tf-item");

  g_clear_pointer (&self->leaving, g_free);
  self->leaving = g_new0 (TfStoredSource, 1); /* its number is enough */
  self->leaving->id = item->now.id;
  tf_dialog_ask (GTK_WIDGET (self), _("Remove the source?"),
                 _("It is no longer listened to. What was heard there stays in the journal."), _("_Remove"), TRUE, remove_source);
}

/* Rows */

static void
update_row (TfSourceItem *item,
            GParamSpec   *pspec,
            GtkWidget    *row)
{
  GtkWidget *control = g_object_get_data (G_OBJECT (row), "tf-switch"), *dot = g_object_get_data (G_OBJECT (row), "tf-dot");
  g_autofree char *state = tf_words_source (&item->now, g_get_real_time () * 1000), *grade = NULL, *subtitle = NULL;
  TfSourceState figures = item->now.figures.state;

  grade = tf_words_grade (tf_source_grade (item->now.kind));
  subtitle = g_strdup_printf ("%s\n%s", item->now.address, state);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), tf_source_title (item->now.kind));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_set_tooltip_text (row, grade);
  gtk_switch_set_active (GTK_SWITCH (control), item->now.enabled != 0);
  tf_state_dot_set (dot, figures == TF_SOURCE_LIVE ? TF_STATE_ACTIVE : figures == TF_SOURCE_FAILED ? TF_STATE_HALTED : TF_STATE_REDUCING,
                    item->now.heard && item->now.enabled);
}

static GtkWidget *
create_row (gpointer object,
            gpointer data)
{
  TfTraderSources *self = data;
  TfSourceItem *item = object;
  GtkWidget *row = adw_action_row_new (), *control = gtk_switch_new (), *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  GtkWidget *dot = tf_state_dot_new ();
  g_autofree char *listen = g_strdup_printf (_("Listen to %s"), item->now.address);
  g_autofree char *remove = g_strdup_printf (_("Remove %s"), item->now.address);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 4);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _("Remove…"));
  tf_accessible_name (control, listen);
  tf_accessible_name (button, remove);
  g_object_set_data_full (G_OBJECT (control), "tf-item", g_object_ref (item), g_object_unref);
  g_object_set_data_full (G_OBJECT (button), "tf-item", g_object_ref (item), g_object_unref);
  g_object_set_data (G_OBJECT (row), "tf-switch", control);
  g_object_set_data (G_OBJECT (row), "tf-dot", dot);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), dot);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  update_row (item, NULL, row);
  g_signal_connect (control, "state-set", G_CALLBACK (on_switch), self);
  g_signal_connect (button, "clicked", G_CALLBACK (on_remove), self);
  g_signal_connect_object (item, "notify", G_CALLBACK (update_row), row, 0);
  return row;
}

/* The SEC answers only who says who asks; the public feeds come without. */
static void
on_contact (TfTraderSources *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (self->model); i++)
    {
      g_autoptr (TfSourceItem) item = g_list_model_get_item (self->model, i);
      TfStoredSource source = *item->row;

      if (!g_str_equal (item->now.kind, "sec-edgar"))
        continue;
      source.contact = (char *) gtk_editable_get_text (GTK_EDITABLE (self->contact));
      tf_desk_edit_sources (self->desk, TF_SOURCE_ROWS_SAVE, &source, on_done, g_object_ref (self));
    }
}

static void
update_contact (TfTraderSources *self)
{
  gboolean wanted = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (self->model); i++)
    {
      g_autoptr (TfSourceItem) item = g_list_model_get_item (self->model, i);

      if (!g_str_equal (item->now.kind, "sec-edgar"))
        continue;
      if (!wanted)
        gtk_editable_set_text (GTK_EDITABLE (self->contact), item->row->contact != NULL ? item->row->contact : "");
      wanted = TRUE;
    }
  gtk_widget_set_visible (gtk_widget_get_ancestor (self->contact, ADW_TYPE_PREFERENCES_GROUP), wanted);
}

static void
update (TfTraderSources *self)
{
  guint n = g_list_model_get_n_items (self->model);
  gboolean live = tf_desk_can_listen (self->desk);

  gtk_widget_set_visible (self->list, n > 0);
  gtk_widget_set_visible (self->none, n == 0);
  gtk_widget_set_visible (self->add, live);
  update_contact (self);
  gtk_label_set_text (GTK_LABEL (self->why), tf_desk_get_simulated (self->desk)
                      ? _("The demo market makes its traders up: there is nothing to connect. Traders with real sources are followed beside a live market.")
                      : live ? _("No source connected: nothing of this trader can be known or copied until there is one.")
                             : _("A replay takes its signals from files. Traders with real sources are followed beside a live market."));
}

static void
on_renewed (TfTraderSources *self)
{
  if (self->desk == NULL)
    return;
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  update (self);
}

static void
tf_trader_sources_dispose (GObject *object)
{
  TfTraderSources *self = TF_TRADER_SOURCES (object);

  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&self->model);
  g_clear_object (&self->filter);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->leaving, g_free);
  g_clear_pointer (&self->trader, g_free);
  G_OBJECT_CLASS (tf_trader_sources_parent_class)->dispose (object);
}

static void
tf_trader_sources_class_init (TfTraderSourcesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tf_trader_sources_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
tf_trader_sources_init (TfTraderSources *self)
{
}

/**
 * tf_trader_sources_new:
 * @trader: its id
 */
GtkWidget *
tf_trader_sources_new (TfDesk     *desk,
                       const char *trader)
{
  TfTraderSources *self = g_object_new (TF_TYPE_TRADER_SOURCES, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *add = gtk_button_new_with_label (_("Add source…")), *group;

  self->desk = g_object_ref (desk);
  self->trader = g_strdup (trader);
  self->filter = GTK_FILTER (gtk_custom_filter_new (is_of, self, NULL));
  self->model = G_LIST_MODEL (gtk_filter_list_model_new (g_object_ref (tf_desk_get_sources (desk)), g_object_ref (self->filter)));
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  tf_accessible_name (self->list, _("Sources"));
  gtk_list_box_bind_model (GTK_LIST_BOX (self->list), self->model, create_row, self, NULL);
  self->why = tf_text_new (NULL, "dim-label");
  self->none = tf_card_new (_("No source"), self->why);
  self->contact = adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->contact), _("Your name and e-mail address, told to the SEC"));
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self->contact), TRUE);
  g_signal_connect_swapped (self->contact, "apply", G_CALLBACK (on_contact), self);
  group = adw_preferences_group_new ();
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->contact);
  self->error = tf_text_new (NULL, "error");
  gtk_widget_set_visible (self->error, FALSE);
  gtk_widget_set_halign (add, GTK_ALIGN_START);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (add), "win.add-trader");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (add), "s", trader);
  gtk_box_append (GTK_BOX (box), self->list);
  gtk_box_append (GTK_BOX (box), self->none);
  gtk_box_append (GTK_BOX (box), group);
  gtk_box_append (GTK_BOX (box), self->error);
  gtk_box_append (GTK_BOX (box), add);
  self->add = add;
  gtk_widget_set_parent (box, GTK_WIDGET (self));
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "renewed", G_CALLBACK (on_renewed), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
