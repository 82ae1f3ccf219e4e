#include "window/add-trader.h"

#include <glib/gi18n.h>
#include <string.h>

#include "config.h"
#include "model/source-trial.h"
#include "model/words-trader.h"
#include "window/columns.h"
#include "window/dialogs.h"

struct _TfAddTrader
{
  AdwWindow     parent_instance;
  TfDesk       *desk;
  GPtrArray    *kinds;    /* const TfSourceKind: those that are live */
  GCancellable *trying;   /* (nullable) */
  gboolean      adding, guessing; /* guessing: the form itself chooses a kind … */
  gboolean      chosen;           /* … until somebody has */
  GtkStack     *stack;
  GtkWidget    *markets, *kind, *name, *address, *contact, *secret, *browse, *hint, *result, *spinner, *try, *add;
};

G_DEFINE_FINAL_TYPE (TfAddTrader, tf_add_trader, ADW_TYPE_WINDOW)

static const TfSourceKind *
chosen_kind (TfAddTrader *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->kind));

  return g_ptr_array_index (self->kinds, MIN (selected, self->kinds->len - 1));
}

static char *
text_of (GtkWidget *entry)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));
}

static gboolean
is_kind (const TfSourceKind *kind,
         const char         *id)
{
  return g_str_equal (kind->id, id);
}

/* The SEC answers only who says who asks. */
static gboolean
wants_contact (const TfSourceKind *kind)
{
  return is_kind (kind, "sec-edgar");
}

/* Whether the form is good; what is not is said in a line, and marked where it stands. */
static gboolean
check (TfAddTrader *self)
{
  const TfSourceKind *kind = chosen_kind (self);
  g_autofree char *name = text_of (self->name), *address = text_of (self->address), *contact = text_of (self->contact);
  g_autoptr (GError) error = NULL;
  gboolean named = *name != '\0', addressed = tf_source_check (kind->id, address, &error);
  gboolean reachable = (!wants_contact (kind) || strchr (contact, '@') != NULL)
                       && (!tf_source_has_secret (kind->id) || *gtk_editable_get_text (GTK_EDITABLE (self->secret)) != '\0');
  gboolean free_place = TRUE;
  const TfConfig *config = tf_desk_get_config (self->desk);
  const char *say = kind->hint != NULL ? _(kind->hint) : "";

  if (named && strlen (name) >= sizeof ((TfTrader *) NULL)->name)
    {
      named = FALSE;
      say = _("The name is too long.");
    }
  else if (named && tf_config_find_trader (config, name) < 0 && tf_config_n_named (config) >= config->n_traders)
    {
      free_place = FALSE;
      say = _("Every place for a trader is taken in this workspace.");
    }
  else if (*address != '\0' && error != NULL)
    say = error->message;
  else if (addressed && !reachable)
    say = wants_contact (kind) ? _("The SEC wants to know who asks: a name and an e-mail address.")
                               : _("Without a secret anybody on this machine could speak in the trader’s name.");
  else if (addressed && !named)
    say = _("Give the trader a name: it is the one in all lists.");
  gtk_label_set_text (GTK_LABEL (self->hint), say);
  if (*address != '\0' && !addressed)
    {
      gtk_widget_add_css_class (self->address, "error");
      gtk_widget_add_css_class (self->hint, "error");
    }
  else
    {
      gtk_widget_remove_css_class (self->address, "error");
      gtk_widget_remove_css_class (self->hint, "error");
    }
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->address), GTK_ACCESSIBLE_STATE_INVALID,
                               *address != '\0' && !addressed ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  gtk_widget_set_sensitive (self->add, named && free_place && addressed && reachable && !self->adding);
  gtk_widget_set_sensitive (self->try, self->trying != NULL || (addressed && reachable));
  return named && free_place && addressed && reachable;
}

static void
stop_trying (TfAddTrader *self)
{
  if (self->trying != NULL)
    g_cancellable_cancel (self->trying);
  g_clear_object (&self->trying);
  gtk_button_set_label (GTK_BUTTON (self->try), _("Test"));
  gtk_spinner_stop (GTK_SPINNER (self->spinner));
}

static void
on_changed (TfAddTrader *self)
{
  stop_trying (self);
  gtk_widget_set_visible (self->result, FALSE);
  check (self);
}

/* Most addresses tell by their form what they are: who pastes one need not know our names for them. */
static void
guess_kind (TfAddTrader *self)
{
  static const char *const plain[] = { "hyperliquid", "nostr", "feed", "watched", "sec-edgar" };
  g_autofree char *address = text_of (self->address);

  if (self->chosen || tf_source_check (chosen_kind (self)->id, address, NULL))
    return;
  for (guint i = 0; i < self->kinds->len; i++)
    {
      const TfSourceKind *kind = g_ptr_array_index (self->kinds, i);

      for (guint k = 0; k < G_N_ELEMENTS (plain); k++)
        if (is_kind (kind, plain[k]) && tf_source_check (kind->id, address, NULL))
          {
            self->guessing = TRUE;
            adw_combo_row_set_selected (ADW_COMBO_ROW (self->kind), i);
            self->guessing = FALSE;
            return;
          }
    }
}

static void
on_address (TfAddTrader *self)
{
  guess_kind (self);
  on_changed (self);
}

static void
on_kind (TfAddTrader *self)
{
  const TfSourceKind *kind = chosen_kind (self);

  if (self->desk == NULL) /* it is just being made */
    return;
  self->chosen = self->chosen || (!self->guessing && gtk_widget_get_mapped (GTK_WIDGET (self)));
  gtk_widget_set_visible (self->contact, wants_contact (kind));
  gtk_widget_set_visible (self->secret, tf_source_has_secret (kind->id));
  gtk_widget_set_visible (self->try, !tf_source_has_secret (kind->id)); /* nobody can be asked who calls by himself */
  gtk_widget_set_visible (self->browse, is_kind (kind, "watched"));
  on_changed (self);
}

/* A file can be chosen as well as typed. */

static void
on_file (GtkWidget  *owner,
         GListModel *files)
{
  g_autoptr (GFile) file = g_list_model_get_item (files, 0);
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    gtk_editable_set_text (GTK_EDITABLE (TF_ADD_TRADER (owner)->address), path);
}

static void
on_browse (TfAddTrader *self)
{
  tf_dialog_open (GTK_WIDGET (self), _("Signal file"), NULL, NULL, on_file);
}

/* Trying */

static void
on_tried (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr (GError) error = NULL;
  TfAddTrader *self = data;
  g_autofree char *text = NULL;
  TfSourceTrial trial;

  if (!tf_source_trial_finish (result, &trial, &error))
    return; /* it was given up: @data may be gone */
  stop_trying (self);
  if (trial.signals > 0)
    text = g_strdup_printf (_("It works: %u signals. The first: %s"), trial.signals, trial.example);
  else if (trial.figures.state == TF_SOURCE_LIVE)
    text = g_strdup_printf (_("It answers: %u messages, none of them a new signal. What happened before is not news."), (guint) trial.figures.messages);
  else if (*trial.figures.reason != '\0')
    text = g_strdup_printf (_("It does not work: %s"), trial.figures.reason);
  else
    text = g_strdup (_("No answer within ten seconds."));
  gtk_label_set_text (GTK_LABEL (self->result), text);
  gtk_widget_set_visible (self->result, TRUE);
  check (self);
}

static void
on_try (TfAddTrader *self)
{
  g_autofree char *address = text_of (self->address), *contact = text_of (self->contact), *name = text_of (self->name);
  TfSourceSpec spec = { .kind = (char *) chosen_kind (self)->id, .trader = name, .address = address };

  if (self->trying != NULL)
    {
      on_changed (self); /* Cancel */
      return;
    }
  if (*contact != '\0')
    spec.contact = contact;
  self->trying = g_cancellable_new ();
  gtk_button_set_label (GTK_BUTTON (self->try), _("Cancel test"));
  gtk_spinner_start (GTK_SPINNER (self->spinner));
  gtk_widget_set_visible (self->result, FALSE);
  tf_source_trial_async (&spec, self->trying, on_tried, self);
}

/* Adding */

static void
on_added (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr (TfAddTrader) self = data;
  g_autoptr (GError) error = NULL;

  self->adding = FALSE;
  if (tf_desk_edit_sources_finish (TF_DESK (object), result, &error))
    {
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  check (self);
  gtk_label_set_text (GTK_LABEL (self->result), error->message);
  gtk_widget_set_visible (self->result, TRUE);
}

static void
add (TfAddTrader *self)
{
  const TfSourceKind *kind = chosen_kind (self);
  g_autofree char *name = text_of (self->name), *address = text_of (self->address), *contact = text_of (self->contact);
  TfStoredSource source = { .name = name, .kind = (char *) kind->id, .address = address, .enabled = TRUE };

  if (wants_contact (kind))
    source.contact = contact;
  tf_desk_edit_sources (self->desk, TF_SOURCE_ROWS_SAVE, &source, on_added, g_object_ref (self));
}

static void
on_secret (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (TfAddTrader) self = data;
  g_autoptr (GError) error = NULL;

  if (tf_source_secret_finish (result, &error))
    {
      add (self);
      return;
    }
  self->adding = FALSE;
  check (self);
  gtk_label_set_text (GTK_LABEL (self->result), error->message);
  gtk_widget_set_visible (self->result, TRUE);
}

/* The secret first: a webhook without one is not opened. It is kept under the trader's id, which a new one gets from the name. */
static void
on_add (TfAddTrader *self)
{
  g_autoptr (TfConfig) config = NULL;
  g_autofree char *name = text_of (self->name);
  gint trader;

  if (self->adding || !check (self))
    return;
  self->adding = TRUE;
  gtk_widget_set_sensitive (self->add, FALSE);
  if (!tf_source_has_secret (chosen_kind (self)->id))
    {
      add (self);
      return;
    }
  config = tf_config_copy (tf_desk_get_config (self->desk));
  trader = tf_config_name_spare (config, name, "", 'D');
  tf_source_secret_async (config->traders[MAX (trader, 0)].id, gtk_editable_get_text (GTK_EDITABLE (self->secret)), on_secret,
                          g_object_ref (self));
}

/* The object */

static void
on_market (TfAddTrader *self)
{
  gtk_stack_set_visible_child_name (self->stack, tf_desk_can_listen (self->desk) ? "form" : "demo");
}

static void
tf_add_trader_dispose (GObject *object)
{
  TfAddTrader *self = TF_ADD_TRADER (object);

  if (self->trying != NULL)
    g_cancellable_cancel (self->trying);
  g_clear_object (&self->trying);
  G_OBJECT_CLASS (tf_add_trader_parent_class)->dispose (object);
}

/* Rows tell of changes on their way out: what those need stays until then. */
static void
tf_add_trader_finalize (GObject *object)
{
  TfAddTrader *self = TF_ADD_TRADER (object);

  g_clear_object (&self->desk);
  g_ptr_array_unref (self->kinds);
  G_OBJECT_CLASS (tf_add_trader_parent_class)->finalize (object);
}

static void
tf_add_trader_class_init (TfAddTraderClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tf_add_trader_dispose;
  G_OBJECT_CLASS (klass)->finalize = tf_add_trader_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/add-trader.ui");
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, stack);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, markets);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, kind);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, name);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, address);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, contact);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, secret);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, browse);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, hint);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, result);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, spinner);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, try);
  gtk_widget_class_bind_template_child (widget_class, TfAddTrader, add);
  gtk_widget_class_bind_template_callback (widget_class, on_kind);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_address);
  gtk_widget_class_bind_template_callback (widget_class, on_browse);
  gtk_widget_class_bind_template_callback (widget_class, on_try);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tf_add_trader_init (TfAddTrader *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  self->kinds = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  for (const TfSourceKind *kind = tf_source_kinds (); kind->id != NULL; kind++)
    if (kind->driver != NULL)
      {
        g_ptr_array_add (self->kinds, (gpointer) kind);
        gtk_string_list_append (titles, _(kind->title));
      }
  adw_combo_row_set_model (ADW_COMBO_ROW (self->kind), G_LIST_MODEL (titles));
}

/**
 * tf_add_trader_present:
 * @window: the main window
 * @parent: the one that it belongs to
 * @name: (nullable): of a trader that is known already
 */
void
tf_add_trader_present (TfWindow   *window,
                       GtkWindow  *parent,
                       TfDesk     *desk,
                       const char *name)
{
  TfAddTrader *self = g_object_new (TF_TYPE_ADD_TRADER, "transient-for", parent, NULL);
  g_autoptr (GMenu) markets = tf_window_venues_menu ();

  self->desk = g_object_ref (desk);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->markets), G_MENU_MODEL (markets));
  g_signal_connect_object (desk, "renewed", G_CALLBACK (on_market), self, G_CONNECT_SWAPPED);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "win", G_ACTION_GROUP (window));
  if (name != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->name), name);
  on_market (self);
  on_kind (self);
  gtk_window_present (GTK_WINDOW (self));
  if (name == NULL)
    gtk_widget_grab_focus (self->name);
}
