#include "window/window.h"

#include <glib/gi18n.h>

#include "config.h"
#include "core/base/error.h"
#include "io/feeds/venue.h"
#include "model/words.h"
#include "window/add-trader.h"
#include "window/analytics-page.h"
#include "window/audit-page.h"
#include "window/columns.h"
#include "window/dashboard-page.h"
#include "window/dialogs.h"
#include "window/optimizer-page.h"
#include "window/risk-page.h"
#include "window/signals-page.h"
#include "window/system-page.h"
#include "window/theme.h"
#include "window/trader-window.h"

#define TITLE_WIDTH 1150 /* of a window that has room for its title beside how a connection is */

struct _TfWindow
{
  AdwApplicationWindow parent_instance;
  TfDesk          *desk;
  GtkMenuButton   *market;
  GMenu           *market_menu;
  GtkLabel        *run_dot, *run_state, *elapsed, *simulated, *connection;
  GtkWidget       *emergency, *rearm, *title;
  AdwToastOverlay *toasts;
  GtkNotebook     *notebook;
  GtkWidget       *banner;     /* (nullable): stands on top of the page that is shown */
  GtkLabel        *banner_text;
  guint            tick;
};

G_DEFINE_FINAL_TYPE (TfWindow, tf_window, ADW_TYPE_APPLICATION_WINDOW)

/* Tabs: their names and order are fixed. */
static const struct { const char *title; GtkWidget *(*create) (TfDesk *desk); } tabs[] = {
  { N_("Live Dashboard"), tf_dashboard_page_new },
  { N_("Signal Processor"), tf_signals_page_new },
  { N_("Risk Manager"), tf_risk_page_new },
  { N_("Analytics"), tf_analytics_page_new },
  { N_("Optimizer"), tf_optimizer_page_new },
  { N_("Audit Trail"), tf_audit_page_new },
  { N_("System Info"), tf_system_page_new },
};

static TfApplication *
application_of (TfWindow *self)
{
  return TF_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));
}

/* Pages are made when they are first looked at: the first window stands at once. */
static void
on_switch_page (TfWindow  *self,
                GtkWidget *slot,
                guint      number)
{
  if (self->desk == NULL)
    return;
  if (self->banner != NULL && gtk_widget_get_parent (self->banner) != slot)
    {
      if (gtk_widget_get_parent (self->banner) != NULL)
        gtk_box_remove (GTK_BOX (gtk_widget_get_parent (self->banner)), self->banner);
      gtk_box_prepend (GTK_BOX (slot), self->banner);
    }
  if (g_object_get_data (G_OBJECT (slot), "tf-page") == NULL)
    {
      GtkWidget *page = tabs[number].create (self->desk);

      gtk_widget_set_vexpand (page, TRUE);
      gtk_box_append (GTK_BOX (slot), page);
      g_object_set_data (G_OBJECT (slot), "tf-page", page);
    }
  if (tf_settings () != NULL)
    g_settings_set_int (tf_settings (), "last-tab", (int) number);
}

static void
add_tabs (TfWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (tabs); i++)
    {
      GtkWidget *slot = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *label = gtk_label_new (_(tabs[i].title));

      gtk_notebook_append_page (self->notebook, slot, label);
      tf_accessible_name (gtk_widget_get_parent (label), _(tabs[i].title)); /* the tab itself calls itself “Tab” */
    }
}

/**
 * tf_window_show_tab:
 * @tab: 0 to 6
 */
void
tf_window_show_tab (TfWindow *self,
                    int       tab)
{
  g_return_if_fail (TF_IS_WINDOW (self));
  if (tab >= 0 && tab < (int) G_N_ELEMENTS (tabs))
    gtk_notebook_set_current_page (self->notebook, tab);
}

/**
 * tf_window_toast:
 *
 * Says something in passing.
 */
void
tf_window_toast (TfWindow   *self,
                 const char *text)
{
  g_return_if_fail (TF_IS_WINDOW (self));
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (text));
}

/* Header bar and banner */

static void
show_banner (TfWindow   *self,
             const char *text)
{
  if (self->banner == NULL && text != NULL)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *label = gtk_label_new (NULL);
      int page = gtk_notebook_get_current_page (self->notebook);

      self->banner = g_object_ref_sink (gtk_revealer_new ());
      self->banner_text = GTK_LABEL (label);
      gtk_label_set_wrap (self->banner_text, TRUE);
      gtk_label_set_selectable (self->banner_text, TRUE);
      gtk_label_set_xalign (self->banner_text, 0);
      gtk_widget_set_hexpand (label, TRUE);
      gtk_box_append (GTK_BOX (box), label);
      gtk_widget_add_css_class (box, "banner");
      gtk_revealer_set_child (GTK_REVEALER (self->banner), box);
      gtk_box_prepend (GTK_BOX (gtk_notebook_get_nth_page (self->notebook, page)), self->banner);
    }
  if (self->banner == NULL)
    return;
  if (text != NULL)
    gtk_label_set_text (self->banner_text, text);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->banner), text != NULL);
}

static const char *
remedy_for (const GError *error)
{
  if (error == NULL || error->domain != TF_ERROR)
    return _("Trading has stopped. Start it again when the cause is gone.");
  switch ((TfError) error->code)
    {
    case TF_ERROR_STORAGE:
      return _("Trading has stopped, since nothing may happen that is not in the journal. Free some space or choose another "
               "workspace, then start again: it continues where it was.");
    case TF_ERROR_BUSY:
      return _("Another window or terminal runs on this workspace. Stop it there first.");
    case TF_ERROR_VERSION:
      return _("Update this program, or choose another workspace.");
    case TF_ERROR_MISMATCH:
      return _("The workspace was left as it is. Look at the audit trail, then start in another workspace.");
    case TF_ERROR_NOT_FOUND:
    case TF_ERROR_INVALID:
    case TF_ERROR_RANGE:
    default:
      return _("Choose other files, then start again.");
    }
}

/* Only when something is wrong, or over. */
static void
update_banner (TfWindow *self)
{
  TfSystem *system = tf_desk_get_system (self->desk);
  g_autoptr (TfConnectionItem) connection = g_list_model_get_item (tf_desk_get_connections (self->desk), 0);
  g_autofree char *text = NULL;

  if (tf_system_get_run_state (system) == TF_RUN_FAILED)
    text = g_strdup_printf ("%s\n%s", tf_system_get_message (system), remedy_for (tf_system_get_error (system)));
  else if (tf_desk_get_halted (self->desk))
    text = g_strdup (_("The emergency stop holds: no new orders, everything is closed. It stays so until it is re-armed."));
  else if (connection != NULL && connection->now.disturbed)
    text = tf_words_connection (&connection->now.line, connection->now.venue);
  else if (tf_system_get_run_state (system) == TF_RUN_FINISHED)
    text = g_strdup (_("The replay is at its end. Analytics shows what came of it, and the Audit Trail exports it. Started again it "
                       "would find nothing new: choose other files to replay."));
  show_banner (self, text);
}

/* A header bar gives its title all the width that it likes; what is news comes first. */
static void
update_title (TfWindow *self)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));
  gboolean narrow = surface != NULL && gdk_surface_get_width (surface) < TITLE_WIDTH;

  gtk_widget_set_visible (self->title, !narrow || !gtk_widget_get_visible (GTK_WIDGET (self->connection)));
}

/* The line to the venue, beside its name. */
static void
on_listened (TfWindow *self)
{
  g_autoptr (TfConnectionItem) connection = g_list_model_get_item (tf_desk_get_connections (self->desk), 0);
  GtkWidget *label = GTK_WIDGET (self->connection);
  g_autofree char *text = NULL, *figures = NULL;
  const char *class = NULL;

  gtk_widget_set_visible (label, connection != NULL);
  if (connection != NULL)
    {
      const TfConnectionFigures *line = &connection->now.line;

      text = tf_words_connection_brief (line);
      figures = tf_words_connection_figures (line);
      class = line->state == TF_CONNECTION_FAILED ? "error"
              : line->state == TF_CONNECTION_DEGRADED || line->state == TF_CONNECTION_BACKOFF ? "warning" : "dim-label";
      tf_label_set (self->connection, text, FALSE);
      gtk_widget_set_tooltip_text (label, figures);
      gtk_widget_set_css_classes (label, (const char *[]) { "numeric", class, NULL });
    }
  update_title (self);
  update_banner (self);
}

static gboolean
on_tick (gpointer data)
{
  TfWindow *self = data;
  gint64 started = tf_system_get_started (tf_desk_get_system (self->desk));
  g_autofree char *text = tf_words_elapsed (started > 0 ? (g_get_monotonic_time () - started) * 1000 : 0);
  TfRunFigures figures;

  tf_system_get_figures (tf_desk_get_system (self->desk), &figures);
  if (figures.elapsed > 0 && figures.progress >= 0)
    {
      g_autofree char *part = tf_words_percent (figures.progress, 0), *elapsed = g_steal_pointer (&text);

      text = g_strdup_printf ("%s · %s", elapsed, part);
    }
  tf_label_set (self->elapsed, text, FALSE);
  return G_SOURCE_CONTINUE;
}

static void
on_run_state (TfWindow *self)
{
  TfSystem *system = tf_desk_get_system (self->desk);
  TfRunState state = tf_system_get_run_state (system);
  static const char *const names[] = {
    [TF_RUN_STOPPED] = N_("Stopped"), [TF_RUN_STARTING] = N_("Starting…"), [TF_RUN_RUNNING] = N_("Running"),
    [TF_RUN_STOPPING] = N_("Stopping…"), [TF_RUN_FINISHED] = N_("Finished"), [TF_RUN_FAILED] = N_("Failed"),
  };
  gboolean halted = tf_desk_get_halted (self->desk), running = state == TF_RUN_RUNNING;

  gtk_label_set_text (self->run_state, running && halted ? _("Halted") : _(names[state]));
  tf_state_dot_set (GTK_WIDGET (self->run_dot),
                    state == TF_RUN_FAILED || halted ? TF_STATE_HALTED : running ? TF_STATE_ACTIVE : TF_STATE_REDUCING,
                    state != TF_RUN_STOPPED && state != TF_RUN_FINISHED);
  gtk_widget_set_visible (GTK_WIDGET (self->elapsed), running);
  gtk_widget_set_visible (self->emergency, !halted);
  gtk_widget_set_visible (self->rearm, halted);
  gtk_widget_set_sensitive (GTK_WIDGET (self->market), !tf_desk_is_running (self->desk));
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "market")), !tf_desk_is_running (self->desk));
  if (running && self->tick == 0)
    self->tick = g_timeout_add_seconds (1, on_tick, self);
  else if (!running)
    g_clear_handle_id (&self->tick, g_source_remove);
  if (running)
    on_tick (self);
  update_banner (self);
}

static void
on_simulated (TfWindow *self)
{
  const char *market = tf_application_get_spec (application_of (self))->market;
  const TfVenue *venue = tf_venue_find (market);

  gtk_widget_set_visible (GTK_WIDGET (self->simulated), tf_desk_get_simulated (self->desk));
  gtk_menu_button_set_label (self->market, venue != NULL ? venue->title
                                           : g_str_equal (market, "demo") ? _("Demo market") : _("Replay"));
}

/* Actions */

static void
choose_market (TfWindow   *self,
               const char *market)
{
  TfRunSpec *spec = tf_application_get_spec (application_of (self));
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "market");

  if (!g_str_equal (spec->market, market))
    {
      g_free (spec->market);
      spec->market = g_strdup (market);
      g_clear_pointer (&spec->workspace, g_free); /* data of different origin never mixes */
      g_clear_pointer (&spec->endpoint, g_free);  /* it was another venue's */
      if (!g_str_equal (market, "replay"))
        {
          g_clear_pointer (&spec->data, g_strfreev);
          g_clear_pointer (&spec->signals, g_strfreev);
          spec->data = g_new0 (char *, 1);
          spec->signals = g_new0 (char *, 1);
        }
    }
  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_string (market));
  on_simulated (self);
}

static void
on_replay_files (GtkWidget  *owner,
                 GListModel *files)
{
  TfWindow *self = TF_WINDOW (owner);
  TfRunSpec *spec = tf_application_get_spec (application_of (self));
  g_autoptr (GStrvBuilder) data = g_strv_builder_new (), signals = g_strv_builder_new ();

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      g_autofree char *path = g_file_get_path (file);

      if (path != NULL)
        g_strv_builder_add (g_str_has_suffix (path, ".jsonl") ? signals : data, path);
    }
  g_strfreev (spec->data);
  g_strfreev (spec->signals);
  spec->data = g_strv_builder_end (data);
  spec->signals = g_strv_builder_end (signals);
  g_clear_pointer (&spec->workspace, g_free);
  choose_market (self, "replay");
  tf_application_offer (application_of (self));
}

static void
on_market (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       data)
{
  static const char *const patterns[] = { "*.csv", "*.csv.gz", "*.jsonl", NULL };
  TfWindow *self = data;

  if (!g_str_equal (g_variant_get_string (parameter, NULL), "replay"))
    {
      choose_market (self, g_variant_get_string (parameter, NULL));
      tf_application_offer (application_of (self));
    }
  else
    tf_dialog_open (GTK_WIDGET (self), _("Replay files"), _("Candles and signals"), patterns, on_replay_files);
}

/**
 * tf_window_venues_menu:
 *
 * Venues are a table: so is their part of a menu.
 *
 * Returns: (transfer full): the live markets, for “win.market”
 */
GMenu *
tf_window_venues_menu (void)
{
  GMenu *section = g_menu_new ();

  for (const TfVenue *const *venue = tf_venues (); *venue != NULL; venue++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new ((*venue)->title, NULL);

      g_menu_item_set_action_and_target (item, "win.market", "s", (*venue)->id);
      g_menu_append_item (section, item);
    }
  return section;
}

static void
on_trader (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       data)
{
  tf_trader_window_present (data, TF_WINDOW (data)->desk, g_variant_get_string (parameter, NULL));
}

/* @parameter: the id of a trader that is known already, or empty */
static void
on_add_trader (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       data)
{
  TfWindow *self = data;
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (application_of (self)));
  const TfConfig *config = tf_desk_get_config (self->desk);
  gint trader = tf_config_find_trader (config, g_variant_get_string (parameter, NULL));

  tf_add_trader_present (self, active != NULL ? active : GTK_WINDOW (self), self->desk, trader >= 0 ? config->traders[trader].name : NULL);
}

static void
on_rearm_sure (GtkWidget *owner)
{
  tf_desk_command (TF_WINDOW (owner)->desk, TF_COMMAND_REARM, -1, 0);
}

static void
on_rearm (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       data)
{
  tf_dialog_ask (data, _("Re-arm trading?"),
                 _("All accounts may open new positions again, and their drawdown is counted from here. Do this when you know why "
                   "trading was stopped."), _("_Re-arm"), FALSE, on_rearm_sure);
}

static void
on_tab (GSimpleAction *action,
        GVariant      *parameter,
        gpointer       data)
{
  tf_window_show_tab (data, g_variant_get_int32 (parameter));
}

static const GActionEntry actions[] = {
  { .name = "market", .activate = on_market, .parameter_type = "s", .state = "'demo'" },
  { .name = "rearm", .activate = on_rearm },
  { .name = "tab", .activate = on_tab, .parameter_type = "i" },
  { .name = "trader", .activate = on_trader, .parameter_type = "s" },
  { .name = "add-trader", .activate = on_add_trader, .parameter_type = "s" },
};

/* The object */

static gboolean
tf_window_close_request (GtkWindow *window)
{
  g_action_group_activate_action (G_ACTION_GROUP (gtk_window_get_application (window)), "quit", NULL);
  return GDK_EVENT_STOP;
}

static void
tf_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (tf_window_parent_class)->realize (widget);
  g_signal_connect_object (gtk_native_get_surface (GTK_NATIVE (widget)), "notify::width", G_CALLBACK (update_title), widget,
                           G_CONNECT_SWAPPED);
}

static void
tf_window_dispose (GObject *object)
{
  TfWindow *self = TF_WINDOW (object);

  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_object (&self->banner);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (tf_window_parent_class)->dispose (object);
}

static void
tf_window_class_init (TfWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tf_window_dispose;
  widget_class->realize = tf_window_realize;
  GTK_WINDOW_CLASS (klass)->close_request = tf_window_close_request;
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/window.ui");
  gtk_widget_class_bind_template_child (widget_class, TfWindow, market);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, market_menu);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, run_dot);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, run_state);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, elapsed);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, simulated);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, connection);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, title);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, emergency);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, rearm);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, TfWindow, notebook);
  gtk_widget_class_bind_template_callback (widget_class, on_switch_page);
}

static void
tf_window_init (TfWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  add_tabs (self);
}

static void
restore_size (TfWindow *self)
{
  GSettings *settings = tf_settings ();

  if (settings == NULL)
    {
      gtk_window_set_default_size (GTK_WINDOW (self), 1280, 860);
      return;
    }
  g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
}

/**
 * tf_window_new:
 *
 * Returns: (transfer floating): the window, on the tab that was shown last
 */
GtkWidget *
tf_window_new (TfApplication *application)
{
  TfWindow *self = g_object_new (TF_TYPE_WINDOW, "application", application, NULL);
  int last = tf_settings () != NULL ? g_settings_get_int (tf_settings (), "last-tab") : 0;
  g_autoptr (GMenu) venues = tf_window_venues_menu ();

  self->desk = g_object_ref (tf_application_get_desk (application));
  g_signal_connect_object (self->desk, "notify::run-state", G_CALLBACK (on_run_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "notify::halted", G_CALLBACK (on_run_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "listened", G_CALLBACK (on_listened), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "notify::simulated", G_CALLBACK (on_simulated), self, G_CONNECT_SWAPPED);
  restore_size (self);
  g_menu_append_section (self->market_menu, _("Live markets"), G_MENU_MODEL (venues));
  choose_market (self, tf_application_get_spec (application)->market);
  on_run_state (self);
  if (last == gtk_notebook_get_current_page (self->notebook))
    on_switch_page (self, gtk_notebook_get_nth_page (self->notebook, last), (guint) last);
  else
    gtk_notebook_set_current_page (self->notebook, last);
  return GTK_WIDGET (self);
}
