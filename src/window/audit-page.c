#include "window/audit-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "config.h"
#include "model/audit.h"
#include "model/export.h"
#include "model/words.h"
#include "window/audit-entry.h"
#include "window/audit-summaries.h"
#include "window/columns.h"
#include "window/dialogs.h"
#include "window/follow.h"

#define PAGE_ROWS 200
#define MOST_ROWS 10000
#define REFRESH_EVERY (G_USEC_PER_SEC / 2)

/* The chips: kinds of entries that people look for together. */
static const struct { const char *title; guint kinds; } chips[] = {
  { N_("Signals"), 1 << TF_RECORD_SIGNAL },
  { N_("Verdicts"), 1 << TF_RECORD_VERDICT },
  { N_("Orders"), 1 << TF_RECORD_ORDER | 1 << TF_RECORD_CANCEL },
  { N_("Fills"), 1 << TF_RECORD_FILL },
  { N_("Outcomes"), 1 << TF_RECORD_OUTCOME },
  { N_("Risk"), 1 << TF_RECORD_STATE | 1 << TF_RECORD_ALERT | 1 << TF_RECORD_FAULT },
  { N_("Commands"), 1 << TF_RECORD_SESSION | 1 << TF_RECORD_ACCOUNT | 1 << TF_RECORD_COMMAND },
};

typedef enum
{
  LOAD_FRESH, /* instead of what is there */
  LOAD_NEWER, /* on top */
  LOAD_OLDER, /* at the end */
} LoadKind;

struct _TfAuditPage
{
  GtkWidget           parent_instance;
  TfDesk             *desk;
  char               *workspace;     /* nullable: nothing was recorded yet */
  GListStore         *entries;       /* of TfAuditEntry, newest first */
  GtkSingleSelection *selection;
  GCancellable       *loading;       /* nullable */
  LoadKind            load_kind;
  GCancellable       *following;     /* nullable: a chain of causes */
  GCancellable       *verifying, *writing;
  gint64              newest;        /* entry up to which the list was asked for */
  gint64              last_load, last_summary;
  gint64              summary_seq;
  gboolean            at_end;        /* nothing older is left */
  TfReportFormat      format;
  GtkToggleButton    *toggles[G_N_ELEMENTS (chips)];

  GtkWidget          *toasts, *search, *account, *chips, *paned, *stack, *empty, *scroller, *view, *newer;
  GtkWidget          *inspector, *summaries, *entry_stack, *entry_scroller, *sentence, *fields, *causes;
  GtkWidget          *count, *chain, *progress, *exporting, *verify, *export;
};

G_DEFINE_FINAL_TYPE (TfAuditPage, tf_audit_page, GTK_TYPE_WIDGET)

static void
toast (TfAuditPage *self,
       const char  *text)
{
  AdwToast *note = adw_toast_new (text);

  adw_toast_set_timeout (note, 6);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), note);
}

static TfConfig *
config_of (TfAuditPage *self)
{
  return tf_desk_get_config (self->desk);
}

static gint64
durable_entries (TfAuditPage *self)
{
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  TfRunFigures figures;

  /* Figures are those of a run; what is shown without one stands in its snapshot. */
  tf_system_get_figures (tf_desk_get_system (self->desk), &figures);
  return MAX (figures.journal_entries, snapshot != NULL ? snapshot->seq : 0);
}

/* The list */

static guint
chosen_kinds (TfAuditPage *self)
{
  guint kinds = 0;

  for (guint i = 0; i < G_N_ELEMENTS (chips); i++)
    if (gtk_toggle_button_get_active (self->toggles[i]))
      kinds |= chips[i].kinds;
  return kinds;
}

static const char *
chosen_account (TfAuditPage *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->account));

  return selected > 0 && selected <= config_of (self)->n_accounts ? config_of (self)->accounts[selected - 1].id : NULL;
}

static gboolean
is_filtered (TfAuditPage *self)
{
  return chosen_kinds (self) != 0 || chosen_account (self) != NULL
         || *gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0';
}

static void
show_stack (TfAuditPage *self)
{
  gboolean empty = g_list_model_get_n_items (G_LIST_MODEL (self->entries)) == 0;

  if (empty && self->workspace == NULL)
    {
      adw_status_page_set_title (ADW_STATUS_PAGE (self->empty), _("Nothing recorded yet"));
      adw_status_page_set_description (ADW_STATUS_PAGE (self->empty),
                                       _("Every decision, order, fill, refusal and alert is written here once the system runs."));
    }
  else if (empty)
    {
      adw_status_page_set_title (ADW_STATUS_PAGE (self->empty), is_filtered (self) ? _("No such entry") : _("No entries"));
      adw_status_page_set_description (ADW_STATUS_PAGE (self->empty),
                                       is_filtered (self) ? _("Search for something else, or take a filter away.") : NULL);
    }
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), empty ? "empty" : "list");
}

static gint64
seq_at (TfAuditPage *self,
        guint        position)
{
  g_autoptr (TfAuditEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->entries), position);

  return entry != NULL ? tf_audit_entry_get_record (entry)->seq : 0;
}

/* The list view holds on to the row that it shows on top; here the newest one is to stay there. */
static void
scroll_to_top (TfAuditPage *self)
{
  GtkWidget *list = gtk_widget_get_last_child (self->view);

  if (g_list_model_get_n_items (G_LIST_MODEL (self->entries)) > 0 && list != NULL)
    gtk_widget_activate_action (list, "list.scroll-to-item", "u", 0);
}

static void
update_count (TfAuditPage *self)
{
  gint64 entries = MAX (durable_entries (self), seq_at (self, 0));
  g_autofree char *number = tf_words_count (entries), *text = NULL;

  text = g_strdup_printf (g_dngettext (NULL, "%s entry", "%s entries", (gulong) entries), number);
  tf_label_set (GTK_LABEL (self->count), self->workspace != NULL ? text : "", FALSE);
}

static void
on_loaded (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = tf_audit_load_finish (result, &error);
  TfAuditPage *self = data;
  GListStore *store;
  guint kept;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the page may be gone */
  g_clear_object (&self->loading);
  store = self->entries;
  kept = g_list_model_get_n_items (G_LIST_MODEL (store));
  if (error != NULL)
    toast (self, error->message);
  else if (self->load_kind == LOAD_OLDER)
    {
      self->at_end = entries->len < PAGE_ROWS;
      g_list_store_splice (store, kept, 0, entries->pdata, entries->len);
    }
  else
    {
      /* A page that is full leaves a gap below it: then what is there goes. */
      gboolean fresh = self->load_kind == LOAD_FRESH || entries->len == PAGE_ROWS;

      if (fresh)
        self->at_end = entries->len < PAGE_ROWS;
      g_list_store_splice (store, 0, fresh ? kept : 0, entries->pdata, entries->len);
      kept = g_list_model_get_n_items (G_LIST_MODEL (store));
      if (kept > MOST_ROWS)
        {
          g_list_store_splice (store, MOST_ROWS, kept - MOST_ROWS, NULL, 0);
          self->at_end = FALSE;
        }
      if (entries->len > 0)
        self->newest = MAX (self->newest, seq_at (self, 0));
      scroll_to_top (self);
    }
  update_count (self);
  show_stack (self);
}

static void
load (TfAuditPage *self,
      LoadKind     kind)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->entries));
  TfJournalFilter filter = {
    .account = chosen_account (self),
    .kinds = chosen_kinds (self),
    .search = gtk_editable_get_text (GTK_EDITABLE (self->search)),
    .newest_first = TRUE,
    .limit = PAGE_ROWS,
  };

  if (self->loading != NULL && kind != LOAD_FRESH)
    return;
  if (self->loading != NULL)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  if (self->workspace == NULL)
    {
      g_list_store_remove_all (self->entries);
      show_stack (self);
      return;
    }
  if (*filter.search == '\0')
    filter.search = NULL;
  if (kind == LOAD_OLDER && n > 0)
    filter.before = seq_at (self, n - 1);
  else if (kind == LOAD_NEWER && n > 0)
    filter.after = seq_at (self, 0);
  if (kind != LOAD_OLDER)
    {
      self->newest = durable_entries (self);
      gtk_widget_set_visible (self->newer, FALSE);
    }
  self->load_kind = kind;
  self->last_load = g_get_monotonic_time ();
  self->loading = g_cancellable_new ();
  tf_audit_load_async (self->workspace, config_of (self), &filter, self->loading, on_loaded, self);
}

static void
on_filter (TfAuditPage *self)
{
  if (self->desk == NULL)
    return;
  load (self, LOAD_FRESH);
}

static void
on_newer (TfAuditPage *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));

  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  gtk_adjustment_set_value (adjustment, 0);
  load (self, LOAD_FRESH);
}

static void
on_scrolled (TfAuditPage *self)
{
  GtkAdjustment *a = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  double page = gtk_adjustment_get_page_size (a);

  if (!self->at_end && g_list_model_get_n_items (G_LIST_MODEL (self->entries)) > 0
      && gtk_adjustment_get_value (a) + 2 * page > gtk_adjustment_get_upper (a))
    load (self, LOAD_OLDER);
}

/* Whoever has scrolled down or chosen an entry is reading: nothing moves under their eyes. */
static gboolean
is_reading (TfAuditPage *self)
{
  GtkAdjustment *a = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));

  return gtk_adjustment_get_value (a) > 1
         || gtk_single_selection_get_selected (self->selection) != GTK_INVALID_LIST_POSITION;
}

/* The inspector */

static void show_entry (TfAuditPage  *self,
                        TfAuditEntry *entry);

static void
on_cause (GtkWidget   *button,
          TfAuditPage *self)
{
  show_entry (self, g_object_get_data (G_OBJECT (button), "tf-entry"));
}

static void
add_cause (TfAuditPage  *self,
           TfAuditEntry *entry)
{
  GtkWidget *button = tf_audit_cause_new (entry);

  g_object_set_data_full (G_OBJECT (button), "tf-entry", g_object_ref (entry), g_object_unref);
  g_signal_connect (button, "clicked", G_CALLBACK (on_cause), self);
  gtk_box_append (GTK_BOX (self->causes), button);
}

static void
on_chain (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = tf_audit_load_finish (result, &error);
  TfAuditPage *self = data;
  GtkWidget *label;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->following);
  tf_remove_children (self->causes);
  if (error != NULL || entries->len < 2)
    {
      label = gtk_label_new (error != NULL ? error->message : _("Nothing in the journal: it came from outside."));
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_widget_add_css_class (label, "dim-label");
      gtk_box_append (GTK_BOX (self->causes), label);
      return;
    }
  for (guint i = 1; i < entries->len; i++)
    add_cause (self, entries->pdata[i]);
}

static void
show_entry (TfAuditPage  *self,
            TfAuditEntry *entry)
{
  g_autofree char *sentence = NULL;

  g_object_ref (entry); /* its button goes now */
  g_object_get (entry, "sentence", &sentence, NULL);
  gtk_label_set_text (GTK_LABEL (self->sentence), sentence);
  tf_audit_fields_fill (self->fields, entry, config_of (self));
  tf_remove_children (self->causes);
  gtk_stack_set_visible_child_name (GTK_STACK (self->entry_stack), "entry");
  gtk_stack_set_visible_child_name (GTK_STACK (self->inspector), "entry");
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->entry_scroller)), 0);
  if (self->following != NULL)
    g_cancellable_cancel (self->following);
  g_clear_object (&self->following);
  if (self->workspace != NULL)
    {
      self->following = g_cancellable_new ();
      tf_audit_chain_async (self->workspace, config_of (self), tf_audit_entry_get_record (entry)->seq, self->following,
                            on_chain, self);
    }
  g_object_unref (entry);
}

static void
on_selected (TfAuditPage *self)
{
  TfAuditEntry *entry = gtk_single_selection_get_selected_item (self->selection);

  if (entry != NULL)
    show_entry (self, entry);
}

static void
update_summaries (TfAuditPage *self)
{
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  gint64 now = g_get_monotonic_time ();

  if (snapshot == NULL && gtk_widget_get_first_child (self->summaries) == NULL)
    tf_audit_summaries_fill (self->summaries, NULL);
  if (snapshot == NULL || snapshot->seq == self->summary_seq || now - self->last_summary < G_USEC_PER_SEC)
    return;
  self->summary_seq = snapshot->seq;
  self->last_summary = now;
  tf_audit_summaries_fill (self->summaries, snapshot);
}

/* The footer */

static void
on_progress (double   fraction,
             gpointer data)
{
  TfAuditPage *self = data;

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), fraction);
}

static void
show_verifying (TfAuditPage *self)
{
  gboolean busy = self->verifying != NULL;

  gtk_widget_set_visible (self->progress, busy);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), 0);
  gtk_button_set_label (GTK_BUTTON (self->verify), busy ? _("Cancel") : _("Verify"));
}

static void
set_chain (TfAuditPage *self,
           const char  *text,
           gboolean     bad)
{
  gtk_label_set_text (GTK_LABEL (self->chain), text);
  gtk_widget_set_tooltip_text (self->chain, text);
  if (bad)
    gtk_widget_add_css_class (self->chain, "error");
  else
    gtk_widget_remove_css_class (self->chain, "error");
}

static void
on_verified (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *clock = g_date_time_format (now, "%H:%M"), *count = NULL, *text = NULL;
  char hex[2 * TF_HASH_SIZE + 1];
  TfVerification verification;
  TfAuditPage *self = data;
  gboolean done = tf_audit_verify_finish (result, &verification, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->verifying);
  show_verifying (self);
  count = tf_words_count (verification.entries);
  tf_hash_to_hex (verification.head, hex);
  if (!done)
    text = g_strdup_printf (_("Not verified: %s"), error->message);
  else if (verification.ok)
    text = g_strdup_printf (_("Verified %s: %s entries, head %.8s…"), clock, count, hex);
  else
    text = g_strdup_printf (_("Broken at entry %" G_GINT64_FORMAT ": %s"), verification.bad, verification.what);
  set_chain (self, text, !done || !verification.ok);
}

static void
on_verify (TfAuditPage *self)
{
  if (self->verifying != NULL)
    {
      g_cancellable_cancel (self->verifying);
      g_clear_object (&self->verifying);
      set_chain (self, _("Not verified: cancelled"), FALSE);
    }
  else if (self->workspace != NULL)
    {
      self->verifying = g_cancellable_new ();
      set_chain (self, _("Verifying…"), FALSE);
      tf_audit_verify_async (self->workspace, on_progress, self->verifying, on_verified, self);
    }
  show_verifying (self);
}

static void
show_writing (TfAuditPage *self)
{
  gboolean busy = self->writing != NULL;

  gtk_widget_set_visible (self->exporting, busy);
  gtk_spinner_set_spinning (GTK_SPINNER (self->exporting), busy);
  gtk_widget_set_sensitive (self->export, self->workspace != NULL && !busy);
}

static void
on_exported (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = tf_export_finish (result, &error);
  TfAuditPage *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->writing);
  show_writing (self);
  if (done)
    {
      g_autofree char *text = g_strdup_printf (_("Exported as %s"), (char *) g_object_get_data (G_OBJECT (self), "tf-output"));

      toast (self, text);
    }
  else
    toast (self, error->message);
}

static void
on_file (GtkWidget *owner,
         GFile     *file)
{
  TfAuditPage *self = TF_AUDIT_PAGE (owner);
  g_autofree char *path = g_file_get_path (file);
  TfExport export = {
    .workspace = self->workspace,
    .output = path,
    .format = self->format,
    .account = chosen_account (self),
  };

  if (path == NULL || self->workspace == NULL || self->writing != NULL)
    {
      toast (self, _("Choose a place in a local folder."));
      return;
    }
  g_object_set_data_full (G_OBJECT (self), "tf-output", g_path_get_basename (path), g_free);
  self->writing = g_cancellable_new ();
  show_writing (self);
  tf_export_async (&export, NULL, self->writing, on_exported, self);
}

static void
on_export (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  TfAuditPage *self = TF_AUDIT_PAGE (widget);
  const char *account, *format = g_variant_get_string (target, NULL);
  g_autofree char *base = NULL, *name = NULL;
  char *dot;

  if (self->workspace == NULL || !tf_report_format_find (format, &self->format))
    return;
  account = chosen_account (self);
  base = g_path_get_basename (self->workspace);
  dot = strrchr (base, '.');
  if (dot != NULL)
    *dot = '\0';
  name = g_strdup_printf ("%s%s%s-journal.%s", base, account != NULL ? "-" : "", account != NULL ? account : "", format);
  tf_dialog_save (widget, _("Export the journal"), name, on_file);
}

/* Keeping up */

static void
take_workspace (TfAuditPage *self)
{
  g_autofree char *workspace = tf_follow_workspace (self->desk);

  if (g_strcmp0 (workspace, self->workspace) == 0)
    return;
  g_free (self->workspace);
  self->workspace = g_steal_pointer (&workspace);
  gtk_widget_set_sensitive (self->verify, self->workspace != NULL);
  gtk_widget_set_sensitive (self->export, self->workspace != NULL && self->writing == NULL);
  set_chain (self, self->workspace != NULL ? _("Not verified yet") : "", FALSE);
  gtk_stack_set_visible_child_name (GTK_STACK (self->entry_stack), "none");
  load (self, LOAD_FRESH);
}

static void
update (gpointer data)
{
  TfAuditPage *self = data;

  take_workspace (self);
  update_summaries (self);
  update_count (self);
  if (self->workspace == NULL || durable_entries (self) <= self->newest)
    return;
  if (is_reading (self))
    gtk_widget_set_visible (self->newer, TRUE);
  else if (g_get_monotonic_time () - self->last_load >= REFRESH_EVERY)
    load (self, LOAD_NEWER);
}

static void
fill_accounts (TfAuditPage *self)
{
  const TfConfig *config = config_of (self);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  gtk_string_list_append (names, _("All accounts"));
  for (guint a = 0; a < config->n_accounts; a++)
    {
      g_autofree char *name = tf_words_account (config, config->accounts[a].id);

      gtk_string_list_append (names, name);
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->account), G_LIST_MODEL (names));
}

/* Columns */

typedef struct
{
  const char *title, *field;
  gboolean    expand;
} Column;

static const Column columns[] = {
  { N_("Time (UTC)"), "clock", FALSE },
  { N_("Kind"), "kind", FALSE },
  { N_("Account"), "account", FALSE },
  { N_("What"), "what", TRUE },
};

static void
on_setup (GtkListItemFactory *factory,
          GtkListItem        *list_item,
          const Column       *column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (column->expand)
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (g_str_equal (column->field, "clock"))
    {
      gtk_widget_add_css_class (label, "numeric");
      gtk_widget_add_css_class (label, "dim-label");
    }
  gtk_list_item_set_child (list_item, label);
}

static void
on_bind (GtkListItemFactory *factory,
         GtkListItem        *list_item,
         const Column       *column)
{
  g_autofree char *text = NULL;

  g_object_get (gtk_list_item_get_item (list_item), column->field, &text, NULL);
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (list_item)), text);
  if (column->expand)
    gtk_widget_set_tooltip_text (gtk_list_item_get_child (list_item), text);
}

static void
add_columns (TfAuditPage *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
      g_autoptr (GtkColumnViewColumn) column = gtk_column_view_column_new (_(columns[i].title), factory);

      g_signal_connect (factory, "setup", G_CALLBACK (on_setup), (gpointer) &columns[i]);
      g_signal_connect (factory, "bind", G_CALLBACK (on_bind), (gpointer) &columns[i]);
      gtk_column_view_column_set_resizable (column, TRUE);
      gtk_column_view_column_set_expand (column, columns[i].expand);
      gtk_column_view_append_column (GTK_COLUMN_VIEW (self->view), column);
    }
  tf_table_remember (GTK_COLUMN_VIEW (self->view), "entries");
}

static void
add_chips (TfAuditPage *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (chips); i++)
    {
      GtkWidget *chip = gtk_toggle_button_new_with_label (_(chips[i].title));

      gtk_widget_add_css_class (chip, "chip");
      g_signal_connect_swapped (chip, "toggled", G_CALLBACK (on_filter), self);
      gtk_box_append (GTK_BOX (self->chips), chip);
      self->toggles[i] = GTK_TOGGLE_BUTTON (chip);
    }
}

static void
cancel (GCancellable **cancellable)
{
  if (*cancellable != NULL)
    g_cancellable_cancel (*cancellable);
  g_clear_object (cancellable);
}

static void
tf_audit_page_dispose (GObject *object)
{
  TfAuditPage *self = TF_AUDIT_PAGE (object);

  cancel (&self->loading);
  cancel (&self->following);
  cancel (&self->verifying);
  cancel (&self->writing);
  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&self->selection);
  g_clear_object (&self->entries);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->workspace, g_free);
  G_OBJECT_CLASS (tf_audit_page_parent_class)->dispose (object);
}

static void
tf_audit_page_class_init (TfAuditPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tf_audit_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/audit-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, TfAuditPage, name)
  CHILD (toasts);
  CHILD (search);
  CHILD (account);
  CHILD (chips);
  CHILD (paned);
  CHILD (stack);
  CHILD (empty);
  CHILD (scroller);
  CHILD (view);
  CHILD (newer);
  CHILD (inspector);
  CHILD (summaries);
  CHILD (entry_stack);
  CHILD (entry_scroller);
  CHILD (sentence);
  CHILD (fields);
  CHILD (causes);
  CHILD (count);
  CHILD (chain);
  CHILD (progress);
  CHILD (exporting);
  CHILD (verify);
  CHILD (export);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_filter);
  gtk_widget_class_bind_template_callback (widget_class, on_newer);
  gtk_widget_class_bind_template_callback (widget_class, on_verify);
  gtk_widget_class_install_action (widget_class, "audit.export", "s", on_export);
}

static void
tf_audit_page_init (TfAuditPage *self)
{
  GtkAdjustment *adjustment;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->entries = g_list_store_new (TF_TYPE_AUDIT_ENTRY);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->entries));
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (on_selected), self, G_CONNECT_SWAPPED);
  gtk_column_view_set_model (GTK_COLUMN_VIEW (self->view), GTK_SELECTION_MODEL (self->selection));
  add_columns (self);
  add_chips (self);
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_scrolled), self, G_CONNECT_SWAPPED);
}

/**
 * tf_audit_page_new:
 * @desk: what runs, and where it is recorded
 */
GtkWidget *
tf_audit_page_new (TfDesk *desk)
{
  TfAuditPage *self = g_object_new (TF_TYPE_AUDIT_PAGE, NULL);

  self->desk = g_object_ref (desk);
  fill_accounts (self);
  g_signal_connect_object (desk, "renewed", G_CALLBACK (fill_accounts), self, G_CONNECT_SWAPPED);
  show_stack (self);
  show_verifying (self);
  gtk_widget_set_sensitive (self->verify, FALSE);
  gtk_widget_set_sensitive (self->export, FALSE);
  tf_follow (GTK_WIDGET (self), desk, update);
  return GTK_WIDGET (self);
}
