#include "window/application.h"

#include <glib/gi18n.h>
#include <math.h>

#include "config.h"
#include "io/storage/workspace.h"
#include "window/preferences.h"
#include "window/theme.h"
#include "window/window.h"

#define DEFAULT_SPEED 60
#define ALARM_PAUSE 10 /* s between two notifications */

struct _TfApplication
{
  AdwApplication parent_instance;
  TfSystem      *system;
  TfDesk        *desk;
  TfRunSpec     *spec;
  gboolean       start, quitting, own_speed;
  int            tab;    /* that the command line asks for; −1: the last one */
  guint          alarm_pause;
  char          *alarm;  /* (nullable): came during the pause */
};

G_DEFINE_FINAL_TYPE (TfApplication, tf_application, ADW_TYPE_APPLICATION)

static const GOptionEntry entries[] = {
  { "market", 0, 0, G_OPTION_ARG_STRING, NULL, N_("Market to offer: demo, replay or a venue"), N_("MARKET") },
  { "endpoint", 0, 0, G_OPTION_ARG_STRING, NULL, N_("Of a venue, instead of its own"), N_("URL") },
  { "data", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, N_("Candle file or folder to replay"), N_("PATH") },
  { "signals", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, N_("Signal file to replay"), N_("FILE") },
  { "workspace", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_("File that keeps everything"), N_("FILE") },
  { "speed", 0, 0, G_OPTION_ARG_STRING, NULL, N_("Seconds of market time in a second"), N_("NUMBER|max") },
  { "start", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Start the complete system at once"), NULL },
  { "tab", 0, 0, G_OPTION_ARG_INT, NULL, N_("Tab to show first, from 1"), N_("N") },
  { NULL }
};

/* Command line */

static int
refuse_option (const char *what,
               const char *found,
               const char *expected)
{
  g_printerr ("tradefollow: %s, found “%s”, expected %s\n", what, found, expected);
  return 2;
}

static int
tf_application_handle_local_options (GApplication *application,
                                     GVariantDict *options)
{
  TfApplication *self = TF_APPLICATION (application);
  g_autofree const char **paths = NULL;
  const char *text;

  if (g_variant_dict_lookup (options, "market", "&s", &text))
    {
      if (!g_str_equal (text, "demo") && !g_str_equal (text, "replay") && tf_venue_find (text) == NULL)
        return refuse_option ("--market", text, "demo, replay or a venue");
      tf_run_spec_free (self->spec);
      self->spec = tf_run_spec_new (text);
    }
  if (g_variant_dict_lookup (options, "data", "^a&ay", &paths))
    {
      g_strfreev (self->spec->data);
      self->spec->data = g_strdupv ((char **) (gpointer) paths);
      g_clear_pointer (&paths, g_free);
    }
  if (g_variant_dict_lookup (options, "signals", "^a&ay", &paths))
    {
      g_strfreev (self->spec->signals);
      self->spec->signals = g_strdupv ((char **) (gpointer) paths);
    }
  if (g_variant_dict_lookup (options, "endpoint", "&s", &text))
    self->spec->endpoint = g_strdup (text);
  if (g_variant_dict_lookup (options, "workspace", "^&ay", &text))
    self->spec->workspace = g_strdup (text);
  if (g_variant_dict_lookup (options, "speed", "&s", &text))
    {
      char *end;

      self->own_speed = TRUE;
      self->spec->speed = g_str_equal (text, "max") ? 0 : g_ascii_strtod (text, &end);
      if (!g_str_equal (text, "max") && (*end != '\0' || !isfinite (self->spec->speed) || self->spec->speed <= 0))
        return refuse_option ("--speed", text, "a number above 0 or max");
    }
  g_variant_dict_lookup (options, "start", "b", &self->start);
  if (g_variant_dict_lookup (options, "tab", "i", &self->tab))
    self->tab--;
  return -1;
}

/* Starting and stopping */

/* Another replay is another run, and a run has a workspace of its own. */
static char *
workspace_for (const TfRunSpec *spec)
{
  g_autoptr (GChecksum) checksum = NULL;
  g_autofree char *name = NULL;
  char **const lists[] = { spec->data, spec->signals };

  if (!g_str_equal (spec->market, "replay"))
    return tf_workspace_default_path (spec->market);
  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (char **path = lists[i]; path != NULL && *path != NULL; path++)
      g_checksum_update (checksum, (const guchar *) *path, (gssize) strlen (*path) + 1);
  name = g_strdup_printf ("%s-%.8s", spec->market, g_checksum_get_string (checksum));
  return tf_workspace_default_path (name);
}

/**
 * tf_application_start:
 *
 * Starts the complete system. Does nothing while it runs, or when a replay has no files.
 */
void
tf_application_start (TfApplication *self)
{
  g_autofree char *path = NULL;

  g_return_if_fail (TF_IS_APPLICATION (self));
  if (tf_desk_is_running (self->desk))
    return;
  /* A replay goes as fast as it can, a venue as fast as it is. */
  if (!self->own_speed && g_str_equal (self->spec->market, "demo"))
    self->spec->speed = tf_settings () != NULL ? g_settings_get_int (tf_settings (), "demo-speed") : DEFAULT_SPEED;
  else if (!self->own_speed)
    self->spec->speed = g_str_equal (self->spec->market, "replay") ? 0 : 1;
  path = g_strdup (self->spec->workspace);
  if (path == NULL)
    self->spec->workspace = workspace_for (self->spec);
  tf_system_start (self->system, self->spec);
  if (path == NULL)
    g_clear_pointer (&self->spec->workspace, g_free);
}

/**
 * tf_application_offer:
 *
 * Shows what the workspace of the chosen market holds, before it is started.
 */
void
tf_application_offer (TfApplication *self)
{
  g_autofree char *path = NULL;

  g_return_if_fail (TF_IS_APPLICATION (self));
  path = self->spec->workspace != NULL ? g_strdup (self->spec->workspace) : workspace_for (self->spec);
  tf_desk_set_market (self->desk, self->spec->market);
  tf_desk_show_workspace (self->desk, path);
}

static void
on_start (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       data)
{
  TfApplication *self = data;

  if (tf_desk_is_running (self->desk))
    tf_system_stop (self->system);
  else
    tf_application_start (self);
}

static void
on_emergency_stop (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       data)
{
  TfApplication *self = data;

  tf_desk_command (self->desk, TF_COMMAND_STOP, -1, 0);
}

static void
on_run_state (TfApplication *self)
{
  if (self->quitting && !tf_desk_is_running (self->desk))
    {
      self->quitting = FALSE;
      g_application_release (G_APPLICATION (self));
      g_application_quit (G_APPLICATION (self));
    }
}

/* What was decided is committed before the program ends. */
static void
on_quit (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  TfApplication *self = data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (self->quitting)
    return;
  if (!tf_desk_is_running (self->desk))
    {
      if (window != NULL)
        gtk_window_destroy (window);
      g_application_quit (G_APPLICATION (self));
      return;
    }
  self->quitting = TRUE;
  g_application_hold (G_APPLICATION (self));
  tf_system_stop (self->system);
  if (window != NULL)
    gtk_window_destroy (window);
}

static void
notify (TfApplication *self,
        const char    *text)
{
  g_autoptr (GNotification) notification = g_notification_new (_("Trade Following"));

  g_notification_set_body (notification, text);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_URGENT);
  g_application_send_notification (G_APPLICATION (self), "alarm", notification);
}

static void
on_alarm_pause (gpointer data)
{
  TfApplication *self = data;
  g_autofree char *text = g_steal_pointer (&self->alarm);

  self->alarm_pause = 0;
  if (text == NULL)
    return;
  notify (self, text);
  self->alarm_pause = g_timeout_add_once (1000 * ALARM_PAUSE, on_alarm_pause, self);
}

/* The first at once; of what follows within the pause only the last one, in its place: nobody is to be flooded. Alarms of
 * years ago, which a replay passes through, are no news. */
static void
on_alarm (TfApplication *self,
          const char    *text)
{
  if (tf_desk_is_running (self->desk) && g_str_equal (self->spec->market, "replay"))
    return;
  if (self->alarm_pause != 0)
    {
      g_free (self->alarm);
      self->alarm = g_strdup (text);
      return;
    }
  notify (self, text);
  self->alarm_pause = g_timeout_add_once (1000 * ALARM_PAUSE, on_alarm_pause, self);
}

/* Menu */

static void
on_preferences (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       data)
{
  tf_preferences_present (gtk_application_get_active_window (data));
}

static void
on_shortcuts (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       data)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (TF_RESOURCE_BASE "/shortcuts.ui");
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "shortcuts"));

  gtk_window_set_transient_for (window, gtk_application_get_active_window (data));
  gtk_window_present (window);
}

static void
on_about (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       data)
{
  adw_show_about_window (gtk_application_get_active_window (data),
                         "application-name", _("Trade Following"),
                         "application-icon", TF_APP_ID,
                         "version", TF_VERSION,
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "comments", _("Follows crypto traders on paper: an ensemble of bots votes on every signal, strict risk rules "
                                       "copy what passes, and a journal proves what happened."),
                         NULL);
}

static const GActionEntry actions[] = {
  { .name = "start", .activate = on_start },
  { .name = "emergency-stop", .activate = on_emergency_stop },
  { .name = "quit", .activate = on_quit },
  { .name = "preferences", .activate = on_preferences },
  { .name = "shortcuts", .activate = on_shortcuts },
  { .name = "about", .activate = on_about },
};

static const struct { const char *action; const char *keys[3]; } accelerators[] = {
  { "app.emergency-stop", { "F12", "<Control><Shift>x" } },
  { "app.start", { "<Control>r" } },
  { "app.quit", { "<Control>q" } },
  { "app.preferences", { "<Control>comma" } },
  { "app.shortcuts", { "<Control>question" } },
  { "win.tab(0)", { "<Alt>1" } }, { "win.tab(1)", { "<Alt>2" } }, { "win.tab(2)", { "<Alt>3" } },
  { "win.tab(3)", { "<Alt>4" } }, { "win.tab(4)", { "<Alt>5" } }, { "win.tab(5)", { "<Alt>6" } },
  { "win.tab(6)", { "<Alt>7" } },
};

/* The object */

static void
on_palette (TfApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));
  gboolean blind = tf_settings () != NULL && g_settings_get_enum (tf_settings (), "palette") != 0;

  tf_theme_set_colour_blind (blind);
  for (GList *l = windows; l != NULL; l = l->next)
    {
      if (blind)
        gtk_widget_add_css_class (l->data, "blue-orange");
      else
        gtk_widget_remove_css_class (l->data, "blue-orange");
      gtk_widget_queue_draw (l->data);
    }
}

static void
on_speed (TfApplication *self)
{
  tf_system_set_speed (self->system, g_settings_get_int (tf_settings (), "demo-speed"));
}

static void
tf_application_startup (GApplication *application)
{
  TfApplication *self = TF_APPLICATION (application);

  G_APPLICATION_CLASS (tf_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (guint i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accelerators[i].action, accelerators[i].keys);
  self->system = tf_system_new ();
  self->desk = tf_desk_new (self->system);
  tf_desk_set_market (self->desk, self->spec->market);
  g_signal_connect_object (self->desk, "notify::run-state", G_CALLBACK (on_run_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "alarm", G_CALLBACK (on_alarm), self, G_CONNECT_SWAPPED);
  if (tf_settings () != NULL)
    {
      g_signal_connect_object (tf_settings (), "changed::palette", G_CALLBACK (on_palette), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (tf_settings (), "changed::demo-speed", G_CALLBACK (on_speed), self, G_CONNECT_SWAPPED);
    }
}

static gboolean
on_idle (gpointer data)
{
  tf_application_offer (data);
  return G_SOURCE_REMOVE;
}

static void
tf_application_activate (GApplication *application)
{
  TfApplication *self = TF_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  gboolean fresh = window == NULL;

  if (fresh)
    {
      window = GTK_WINDOW (tf_window_new (self));
      on_palette (self);
      if (self->tab >= 0)
        tf_window_show_tab (TF_WINDOW (window), self->tab);
    }
  gtk_window_present (window);
  if (self->start)
    tf_application_start (self);
  else if (fresh)
    g_idle_add_full (G_PRIORITY_LOW, on_idle, g_object_ref (self), g_object_unref); /* after the first frame */
  self->start = FALSE;
}

static void
tf_application_finalize (GObject *object)
{
  TfApplication *self = TF_APPLICATION (object);

  g_clear_handle_id (&self->alarm_pause, g_source_remove);
  g_free (self->alarm);
  g_clear_object (&self->desk);
  g_clear_object (&self->system);
  tf_run_spec_free (self->spec);
  G_OBJECT_CLASS (tf_application_parent_class)->finalize (object);
}

static void
tf_application_class_init (TfApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tf_application_finalize;
  application_class->handle_local_options = tf_application_handle_local_options;
  application_class->startup = tf_application_startup;
  application_class->activate = tf_application_activate;
}

static void
tf_application_init (TfApplication *self)
{
  self->spec = tf_run_spec_new ("demo");
  self->tab = -1;
  g_application_add_main_option_entries (G_APPLICATION (self), entries);
}

TfApplication *
tf_application_new (void)
{
  return g_object_new (TF_TYPE_APPLICATION,
                       "application-id", TF_APP_ID,
                       "resource-base-path", TF_RESOURCE_BASE,
                       NULL);
}

TfDesk *
tf_application_get_desk (TfApplication *self)
{
  g_return_val_if_fail (TF_IS_APPLICATION (self), NULL);
  return self->desk;
}

TfRunSpec *
tf_application_get_spec (TfApplication *self)
{
  g_return_val_if_fail (TF_IS_APPLICATION (self), NULL);
  return self->spec;
}
