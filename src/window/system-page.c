#include "window/system-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <gsl/gsl_version.h>
#include <string.h>

#include "config.h"
#include "model/words.h"
#include "window/columns.h"
#include "window/connections-table.h"
#include "window/follow.h"
#include "window/listening.h"

#define MOST_DETAILS 8
#define DISK_EVERY (5 * G_USEC_PER_SEC)
#define DISK_LOW  (G_GUINT64_CONSTANT (1) << 30)
#define DISK_FULL (G_GUINT64_CONSTANT (200) << 20)
#define QUEUE_LONG 50000 /* entries; at twice as many the market waits */
#define COMMIT_SLOW 1000  /* ms */
#define REFRESH_EVERY (G_USEC_PER_SEC / 2)

typedef enum { HEALTH_IDLE, HEALTH_GOOD, HEALTH_WARNING, HEALTH_BAD } Health;

enum { FEED, ENGINE, JOURNAL, DISK, WORKSPACE, CONFIGURATION, VERSIONS, N_CHECKS };

static const char *const titles[N_CHECKS] = {
  [FEED] = N_("Market data"),
  [ENGINE] = N_("Engine"),
  [JOURNAL] = N_("Journal"),
  [DISK] = N_("Disk space"),
  [WORKSPACE] = N_("Workspace"),
  [CONFIGURATION] = N_("Configuration"),
  [VERSIONS] = N_("Versions"),
};

typedef struct
{
  GtkWidget *row, *dot;
  GtkWidget *details[MOST_DETAILS];
  guint      n_details;
  Health     health;
} Check;

struct _TfSystemPage
{
  GtkWidget     parent_instance;
  TfDesk       *desk;
  Check         checks[N_CHECKS];
  GCancellable *looking;     /* nullable: at the disk */
  gint64        last_disk, last_update;
  guint64       free;        /* bytes; G_MAXUINT64: unknown */
  goffset       size;        /* of the workspace's file */
  guint32       mode;
  GtkWidget    *headline, *list, *connections;
};

G_DEFINE_FINAL_TYPE (TfSystemPage, tf_system_page, GTK_TYPE_WIDGET)

/* Rows */

static void
set_check (TfSystemPage *self,
           guint         which,
           Health        health,
           const char   *text)
{
  static const TfTradingState colours[] = {
    [HEALTH_IDLE] = TF_STATE_ACTIVE, [HEALTH_GOOD] = TF_STATE_ACTIVE, [HEALTH_WARNING] = TF_STATE_REDUCING,
    [HEALTH_BAD] = TF_STATE_HALTED,
  };
  Check *check = &self->checks[which];

  check->health = health;
  tf_state_dot_set (check->dot, colours[health], health != HEALTH_IDLE);
  if (g_strcmp0 (adw_expander_row_get_subtitle (ADW_EXPANDER_ROW (check->row)), text) != 0)
    adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (check->row), text);
}

/* Details come in a fixed order: the first @at of a check is always the same thing. */
static void
take_detail (TfSystemPage *self,
             guint         which,
             guint         at,
             const char   *name,
             char         *value)
{
  Check *check = &self->checks[which];
  GtkWidget *label;

  g_return_if_fail (at < MOST_DETAILS && at <= check->n_details);

  if (at == check->n_details)
    {
      GtkWidget *row = adw_action_row_new ();

      label = gtk_label_new (NULL);
      gtk_label_set_selectable (GTK_LABEL (label), TRUE);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
      gtk_label_set_xalign (GTK_LABEL (label), 1);
      gtk_widget_add_css_class (label, "numeric");
      gtk_widget_add_css_class (label, "dim-label");
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
      adw_expander_row_add_row (ADW_EXPANDER_ROW (check->row), row);
      check->details[check->n_details++] = label;
    }
  tf_label_set (GTK_LABEL (check->details[at]), value, FALSE);
  gtk_widget_set_tooltip_text (check->details[at], value);
  g_free (value);
}

static void
create_check (TfSystemPage *self,
              guint         which)
{
  Check *check = &self->checks[which];

  check->row = adw_expander_row_new ();
  check->dot = tf_state_dot_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (check->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (check->row), _(titles[which]));
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (check->row), check->dot);
  gtk_list_box_append (GTK_LIST_BOX (self->list), check->row);
}

/* Checks */

static void
check_feed (TfSystemPage       *self,
            const TfSnapshot   *snapshot,
            const TfRunFigures *figures)
{
  TfSystem *system = tf_desk_get_system (self->desk);
  TfRunState state = tf_system_get_run_state (system);
  const TfConfig *config = tf_desk_get_config (self->desk);
  g_autoptr (TfConnectionItem) connection = g_list_model_get_item (tf_desk_get_connections (self->desk), 0);
  g_autofree char *text = NULL;
  guint quiet = 0, known = 0;

  for (guint i = 0; snapshot != NULL && i < config->universe->n; i++)
    if (snapshot->quotes[i].time > 0)
      {
        known++;
        quiet += snapshot->time - snapshot->quotes[i].time > 3 * config->interval;
      }
  if (state == TF_RUN_FAILED)
    set_check (self, FEED, HEALTH_BAD, tf_system_get_message (system));
  else if (state == TF_RUN_STARTING)
    set_check (self, FEED, HEALTH_GOOD, tf_system_get_message (system));
  else if (state == TF_RUN_FINISHED)
    set_check (self, FEED, HEALTH_GOOD, _("The data is at its end; all of it was taken in."));
  else if (state != TF_RUN_RUNNING)
    set_check (self, FEED, HEALTH_IDLE, _("Not running. Start the system on the Live Dashboard."));
  else if (connection != NULL && connection->now.line.state != TF_CONNECTION_LIVE)
    {
      text = tf_words_connection (&connection->now.line, connection->now.venue);
      set_check (self, FEED, !connection->now.disturbed ? HEALTH_IDLE
                             : connection->now.line.state == TF_CONNECTION_FAILED ? HEALTH_BAD : HEALTH_WARNING, text);
    }
  else if (quiet > 0)
    {
      text = g_strdup_printf (g_dngettext (NULL, "%u of %u instruments is silent; nothing new is bought there.",
                                           "%u of %u instruments are silent; nothing new is bought there.", quiet),
                              quiet, known);
      set_check (self, FEED, HEALTH_WARNING, text);
    }
  else
    {
      text = g_strdup_printf (g_dngettext (NULL, "%u instrument, all of them fresh.", "%u instruments, all of them fresh.", known),
                              known);
      set_check (self, FEED, HEALTH_GOOD, text);
    }
  take_detail (self, FEED, 0, _("Market"), g_strdup (tf_words_reason (config->market)));
  take_detail (self, FEED, 1, _("Market time, UTC"), tf_words_date (figures->market_time));
  take_detail (self, FEED, 2, _("Progress"), figures->progress >= 0 ? tf_words_percent (figures->progress, 1) : g_strdup (_("open-ended")));
  take_detail (self, FEED, 3, _("Market events"), tf_words_count (figures->events));
}

static void
check_engine (TfSystemPage       *self,
              const TfSnapshot   *snapshot,
              const TfRunFigures *figures)
{
  gboolean running = tf_desk_is_running (self->desk);
  g_autofree char *rate = tf_words_count ((gint64) figures->events_per_second), *text = NULL;

  if (!running)
    set_check (self, ENGINE, HEALTH_IDLE, _("Idle."));
  else if (figures->queue >= QUEUE_LONG)
    set_check (self, ENGINE, HEALTH_WARNING, _("It waits for the journal: the disk is slower than the market. Lower the speed."));
  else
    {
      text = g_strdup_printf (_("Keeps up: %s market events a second."), rate);
      set_check (self, ENGINE, HEALTH_GOOD, text);
    }
  take_detail (self, ENGINE, 0, _("Events a second"), tf_words_count ((gint64) figures->events_per_second));
  take_detail (self, ENGINE, 1, _("Entries waiting for the journal"), tf_words_count (figures->queue));
  take_detail (self, ENGINE, 2, _("Bars seen"), tf_words_count (snapshot != NULL ? snapshot->bars : 0));
  take_detail (self, ENGINE, 3, _("Proposals open"), tf_words_count (snapshot != NULL ? snapshot->open_proposals : 0));
  take_detail (self, ENGINE, 4, _("Orders open"), tf_words_count (snapshot != NULL ? snapshot->open_orders : 0));
}

static void
check_journal (TfSystemPage       *self,
               const TfSnapshot   *snapshot,
               const TfRunFigures *figures)
{
  TfSystem *system = tf_desk_get_system (self->desk);
  const TfRunSpec *spec = tf_system_get_spec (system);
  const GError *error = tf_system_get_error (system);
  g_autofree char *count = tf_words_count (figures->journal_entries), *text = NULL;
  char hex[2 * TF_HASH_SIZE + 1] = "–";

  if (error != NULL && tf_system_get_run_state (system) == TF_RUN_FAILED)
    {
      text = g_strdup_printf (_("Trading is halted: %s"), error->message);
      set_check (self, JOURNAL, HEALTH_BAD, text);
    }
  else if (spec == NULL)
    set_check (self, JOURNAL, HEALTH_IDLE, _("Nothing is being written."));
  else if (spec->workspace == NULL)
    set_check (self, JOURNAL, HEALTH_WARNING, _("This run keeps nothing: it has no workspace."));
  else if (figures->commit_ms > COMMIT_SLOW)
    set_check (self, JOURNAL, HEALTH_WARNING, _("The disk takes over a second to make entries durable. Look for what else uses it."));
  else
    {
      text = g_strdup_printf (_("%s entries are safe on the disk."), count);
      set_check (self, JOURNAL, HEALTH_GOOD, text);
    }
  if (snapshot != NULL)
    tf_hash_to_hex (snapshot->head, hex);
  take_detail (self, JOURNAL, 0, _("Durable entries"), tf_words_count (figures->journal_entries));
  take_detail (self, JOURNAL, 1, _("Last group commit, ms"), tf_words_number (figures->commit_ms, 1));
  take_detail (self, JOURNAL, 2, _("Head of the chain"), g_strdup (hex));
}

static void
check_disk (TfSystemPage *self)
{
  g_autofree char *size = self->free != G_MAXUINT64 ? g_format_size (self->free) : NULL, *text = NULL;

  if (size == NULL)
    set_check (self, DISK, HEALTH_IDLE, _("Not looked at yet."));
  else if (self->free < DISK_FULL)
    {
      text = g_strdup_printf (_("Only %s free. Make room: where nothing can be written, trading halts."), size);
      set_check (self, DISK, HEALTH_BAD, text);
    }
  else if (self->free < DISK_LOW)
    {
      text = g_strdup_printf (_("%s free. Make room soon."), size);
      set_check (self, DISK, HEALTH_WARNING, text);
    }
  else
    {
      text = g_strdup_printf (_("%s free."), size);
      set_check (self, DISK, HEALTH_GOOD, text);
    }
  take_detail (self, DISK, 0, _("Free"), g_strdup (size != NULL ? size : "–"));
  take_detail (self, DISK, 1, _("Workspace file"), self->size > 0 ? g_format_size ((guint64) self->size) : g_strdup ("–"));
}

static void
check_workspace (TfSystemPage *self,
                 const char   *workspace)
{
  g_autofree char *name = NULL, *text = NULL;

  if (workspace == NULL)
    set_check (self, WORKSPACE, HEALTH_IDLE, _("None yet; the first start makes one."));
  else if (self->mode != 0 && (self->mode & 077) != 0)
    set_check (self, WORKSPACE, HEALTH_WARNING, _("Other users of this computer can read it. Take their rights away: chmod 600."));
  else
    {
      name = g_path_get_basename (workspace);
      text = g_strdup_printf (_("%s, readable by you only."), name);
      set_check (self, WORKSPACE, HEALTH_GOOD, text);
    }
  take_detail (self, WORKSPACE, 0, _("File"), g_strdup (workspace != NULL ? workspace : "–"));
  take_detail (self, WORKSPACE, 1, _("Rights"), self->mode != 0 ? g_strdup_printf ("%03o", self->mode & 0777) : g_strdup ("–"));
}

static void
check_configuration (TfSystemPage *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);
  const TfRunSpec *spec = tf_system_get_spec (tf_desk_get_system (self->desk));
  guint connected = 0;
  g_autofree char *text = g_strdup_printf (_("%u accounts, %u bots, %u followed traders, %u instruments."), config->n_accounts,
                                           config->n_bots, tf_config_n_named (config), config->universe->n);

  for (guint t = 0; t < tf_config_n_named (config); t++)
    connected += config->traders[t].grade != 0;
  set_check (self, CONFIGURATION, HEALTH_GOOD, text);
  take_detail (self, CONFIGURATION, 0, _("Bars that bots vote on"), tf_words_age (config->interval));
  take_detail (self, CONFIGURATION, 1, _("Seed of all chance"), g_strdup_printf ("%" G_GUINT64_FORMAT, config->seed));
  take_detail (self, CONFIGURATION, 2, _("Traders with a source"), g_strdup_printf (_("%u of %u"), connected, tf_config_n_named (config)));
  take_detail (self, CONFIGURATION, 3, _("Candles"), spec != NULL && spec->data[0] != NULL ? g_strjoinv ("\n", spec->data) : g_strdup ("–"));
  take_detail (self, CONFIGURATION, 4, _("Signals"),
               spec != NULL && spec->signals[0] != NULL ? g_strjoinv ("\n", spec->signals) : g_strdup ("–"));
}

static void
check_versions (TfSystemPage *self)
{
  g_autofree char *system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  g_autofree char *text = g_strdup_printf (_("Trade Following %s on %s."), TF_VERSION, system != NULL ? system : _("this system"));

  set_check (self, VERSIONS, HEALTH_GOOD, text);
  take_detail (self, VERSIONS, 0, "GTK",
               g_strdup_printf ("%u.%u.%u", gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version ()));
  take_detail (self, VERSIONS, 1, "libadwaita",
               g_strdup_printf ("%u.%u.%u", adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version ()));
  take_detail (self, VERSIONS, 2, "GLib", g_strdup_printf ("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version));
  take_detail (self, VERSIONS, 3, "Cairo", g_strdup (cairo_version_string ()));
  take_detail (self, VERSIONS, 4, "Pango", g_strdup (pango_version_string ()));
  take_detail (self, VERSIONS, 5, "GSL", g_strdup (gsl_version));
}

static void
update_headline (TfSystemPage *self)
{
  guint bad = 0, warnings = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < N_CHECKS; i++)
    {
      bad += self->checks[i].health == HEALTH_BAD;
      warnings += self->checks[i].health == HEALTH_WARNING;
    }
  if (bad > 0)
    text = g_strdup_printf (g_dngettext (NULL, "%u part has failed", "%u parts have failed", bad), bad);
  else if (warnings > 0)
    text = g_strdup_printf (g_dngettext (NULL, "%u part needs attention", "%u parts need attention", warnings), warnings);
  else if (tf_desk_get_halted (self->desk))
    text = g_strdup (_("The machine is well; trading is stopped by hand"));
  else
    text = g_strdup (tf_desk_is_running (self->desk) ? _("All is well") : _("All is well, and at rest"));
  tf_label_set (GTK_LABEL (self->headline), text, FALSE);
}

/* The disk is looked at in the background: it may sleep. */

static void
on_file_info (GObject      *file,
              GAsyncResult *result,
              gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (file), result, &error);
  TfSystemPage *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->size = info != NULL ? g_file_info_get_size (info) : 0;
  self->mode = info != NULL ? g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_MODE) : 0;
}

static void
on_disk_info (GObject      *file,
              GAsyncResult *result,
              gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info_finish (G_FILE (file), result, &error);
  TfSystemPage *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->free = info != NULL && g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE)
               ? g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) : G_MAXUINT64;
  check_disk (self);
  update_headline (self);
}

static void
look_at_disk (TfSystemPage *self,
              const char   *workspace)
{
  g_autoptr (GFile) folder = g_file_new_for_path (g_get_user_data_dir ());
  gint64 now = g_get_monotonic_time ();

  if (self->last_disk != 0 && now - self->last_disk < DISK_EVERY)
    return;
  self->last_disk = now;
  if (workspace != NULL)
    {
      g_autoptr (GFile) file = g_file_new_for_path (workspace);

      g_clear_object (&folder);
      folder = g_file_get_parent (file);
      g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_UNIX_MODE, G_FILE_QUERY_INFO_NONE,
                               G_PRIORITY_LOW, self->looking, on_file_info, self);
    }
  g_file_query_filesystem_info_async (folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, G_PRIORITY_LOW, self->looking, on_disk_info, self);
}

static void
update (gpointer data)
{
  TfSystemPage *self = data;
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  g_autofree char *workspace = tf_follow_workspace (self->desk);
  gint64 now = g_get_monotonic_time ();
  TfRunFigures figures;

  if (self->last_update != 0 && now - self->last_update < REFRESH_EVERY && tf_desk_is_running (self->desk))
    return;
  self->last_update = now;
  tf_system_get_figures (tf_desk_get_system (self->desk), &figures);
  if (snapshot != NULL)
    {
      /* Figures are those of a run; what is left of one that has ended stands in its snapshot. */
      figures.journal_entries = MAX (figures.journal_entries, snapshot->seq);
      figures.events = MAX (figures.events, snapshot->events);
      figures.market_time = MAX (figures.market_time, snapshot->time);
    }
  check_feed (self, snapshot, &figures);
  check_engine (self, snapshot, &figures);
  check_journal (self, snapshot, &figures);
  check_disk (self);
  check_workspace (self, workspace);
  check_configuration (self);
  check_versions (self);
  update_headline (self);
  look_at_disk (self, workspace);
}

static void
tf_system_page_dispose (GObject *object)
{
  TfSystemPage *self = TF_SYSTEM_PAGE (object);

  if (self->looking != NULL)
    g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (tf_system_page_parent_class)->dispose (object);
}

static void
tf_system_page_class_init (TfSystemPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tf_system_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/system-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TfSystemPage, headline);
  gtk_widget_class_bind_template_child (widget_class, TfSystemPage, connections);
  gtk_widget_class_bind_template_child_full (widget_class, "checks", FALSE, G_STRUCT_OFFSET (TfSystemPage, list));
}

static void
tf_system_page_init (TfSystemPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->looking = g_cancellable_new ();
  self->free = G_MAXUINT64;
  for (guint i = 0; i < N_CHECKS; i++)
    create_check (self, i);
}

/**
 * tf_system_page_new:
 * @desk: whose health it tells
 */
GtkWidget *
tf_system_page_new (TfDesk *desk)
{
  TfSystemPage *self = g_object_new (TF_TYPE_SYSTEM_PAGE, NULL);

  self->desk = g_object_ref (desk);
  gtk_box_append (GTK_BOX (self->connections), tf_connections_table_new (desk));
  gtk_box_append (GTK_BOX (self->connections), tf_listening_new (desk));
  tf_follow (GTK_WIDGET (self), desk, update);
  return GTK_WIDGET (self);
}
