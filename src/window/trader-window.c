#include "window/trader-window.h"

#include <glib/gi18n.h>

#include "config.h"
#include "model/words-trader.h"
#include "model/words.h"
#include "window/columns.h"
#include "window/follow.h"
#include "window/trader-gap.h"
#include "window/trader-overview.h"
#include "window/trader-policy.h"
#include "window/trader-signals.h"
#include "window/trader-sources.h"

struct _TfTraderWindow
{
  AdwWindow         parent_instance;
  TfDesk           *desk;
  char             *trader;    /* id */
  TfVoterItem      *item;      /* (nullable): its row in the desk's list */
  GtkWidget        *switches[TF_MAX_ACCOUNTS];
  GtkLabel         *name, *known_for, *grade, *state, *dot, *last, *simulated;
  GtkBox           *follow;
  GtkStack         *stack;
  TfTraderOverview *overview;
  TfTraderGap      *gap;
  TfTraderPolicy   *policy;
  gboolean          filling;
};

G_DEFINE_FINAL_TYPE (TfTraderWindow, tf_trader_window, ADW_TYPE_WINDOW)

static gint
index_of (TfTraderWindow *self)
{
  return tf_config_find_trader (tf_desk_get_config (self->desk), self->trader);
}

/* The head: who it is, how it is heard, who follows */

static void
on_follow (GtkToggleButton *button,
           TfTraderWindow  *self)
{
  gint account = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "tf-account"));

  if (!self->filling && self->item != NULL)
    tf_desk_command (self->desk, gtk_toggle_button_get_active (button) ? TF_COMMAND_FOLLOW : TF_COMMAND_UNFOLLOW, account,
                     self->item->now.voter);
}

static void
show_head (TfTraderWindow *self)
{
  const TfVoterValues *now = &self->item->now;
  const TfConfig *config = tf_desk_get_config (self->desk);
  TfHeard heard = (TfHeard) now->heard;
  g_autofree char *state = tf_words_heard_sentence (now), *grade = tf_words_grade (*now->grade), *last = NULL;

  gtk_window_set_title (GTK_WINDOW (self), now->name);
  tf_label_set (self->name, now->name, FALSE);
  tf_label_set (self->known_for, now->known_for, FALSE);
  tf_label_set (self->grade, grade, FALSE);
  tf_label_set (self->state, state, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->simulated), config->simulated);
  gtk_widget_set_visible (GTK_WIDGET (self->grade), *now->grade != '\0' && !config->simulated);
  tf_state_dot_set (GTK_WIDGET (self->dot), heard == TF_HEARD_LIVE ? TF_STATE_ACTIVE : heard == TF_HEARD_FAILED ? TF_STATE_HALTED
                                                                                                               : TF_STATE_REDUCING,
                    heard >= TF_HEARD_CONNECTING);
  last = *now->age != '\0' ? g_strdup_printf (_("%s, %s ago"), now->last_action, now->age) : g_strdup (_("No signal yet"));
  tf_label_set (self->last, last, FALSE);
  self->filling = TRUE;
  for (guint a = 0; a < config->n_accounts; a++)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->switches[a]), (now->followed & 1 << a) != 0);
  self->filling = FALSE;
}

static void
create_switches (TfTraderWindow *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);

  for (guint a = 0; a < config->n_accounts; a++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (config->accounts[a].id);
      g_autofree char *name = g_strdup_printf (_("%s follows %s"), config->accounts[a].id, self->item->now.name);

      g_object_set_data (G_OBJECT (button), "tf-account", GINT_TO_POINTER ((gint) a));
      gtk_widget_set_tooltip_text (button, name);
      tf_accessible_name (button, name);
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_box_append (self->follow, button);
      self->switches[a] = button;
    }
}

/* News */

static void
on_updated (gpointer data)
{
  TfTraderWindow *self = data;
  const char *shown = gtk_stack_get_visible_child_name (self->stack);
  gint trader = self->desk != NULL && shown != NULL ? index_of (self) : -1; /* it may be on its way out */

  if (trader < 0 || self->item == NULL)
    return;
  show_head (self);
  if (g_str_equal (shown, "overview"))
    tf_trader_overview_update (self->overview, (guint) trader);
  else if (g_str_equal (shown, "gap"))
    tf_trader_gap_update (self->gap, (guint) trader);
  else if (g_str_equal (shown, "policy"))
    tf_trader_policy_update (self->policy);
}

/* Another market knows other traders. */
static void
on_renewed (TfTraderWindow *self)
{
  if (self->desk != NULL && index_of (self) < 0)
    gtk_window_destroy (GTK_WINDOW (self));
}

/* The object */

static void
add_page (TfTraderWindow *self,
          GtkWidget      *page,
          const char     *name,
          const char     *title)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (), *clamp = adw_clamp_new ();

  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 1100);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), 1100);
  adw_clamp_set_child (ADW_CLAMP (clamp), page);
  gtk_widget_set_margin_top (page, 12);
  gtk_widget_set_margin_bottom (page, 18);
  gtk_widget_set_margin_start (page, 18);
  gtk_widget_set_margin_end (page, 18);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  gtk_stack_add_titled (self->stack, scrolled, name, title);
}

static void
tf_trader_window_dispose (GObject *object)
{
  TfTraderWindow *self = TF_TRADER_WINDOW (object);

  g_clear_object (&self->item);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->trader, g_free);
  G_OBJECT_CLASS (tf_trader_window_parent_class)->dispose (object);
}

static void
tf_trader_window_class_init (TfTraderWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tf_trader_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/trader-window.ui");
  gtk_widget_class_bind_template_child (widget_class, TfTraderWindow, name);
  gtk_widget_class_bind_template_child (widget_class, TfTraderWindow, known_for);
  gtk_widget_class_bind_template_child (widget_class, TfTraderWindow, grade);
  gtk_widget_class_bind_template_child (widget_class, TfTraderWindow, state);
  gtk_widget_class_bind_template_child (widget_class, TfTraderWindow, dot);
  gtk_widget_class_bind_template_child (widget_class, TfTraderWindow, last);
  gtk_widget_class_bind_template_child (widget_class, TfTraderWindow, simulated);
  gtk_widget_class_bind_template_child (widget_class, TfTraderWindow, follow);
  gtk_widget_class_bind_template_child (widget_class, TfTraderWindow, stack);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tf_trader_window_init (TfTraderWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static TfVoterItem *
find_item (TfDesk     *desk,
           const char *trader)
{
  GListModel *traders = tf_desk_get_traders (desk);

  for (guint i = 0; i < g_list_model_get_n_items (traders); i++)
    {
      g_autoptr (TfVoterItem) item = g_list_model_get_item (traders, i);

      if (g_str_equal (item->now.id, trader))
        return g_steal_pointer (&item);
    }
  return NULL;
}

static GtkWidget *
tf_trader_window_new (TfDesk     *desk,
                      const char *trader)
{
  TfTraderWindow *self = g_object_new (TF_TYPE_TRADER_WINDOW, NULL);

  self->desk = g_object_ref (desk);
  self->trader = g_strdup (trader);
  self->item = find_item (desk, trader);
  create_switches (self);
  show_head (self);
  for (guint a = 0; a < tf_desk_get_config (desk)->n_accounts; a++)
    g_signal_connect (self->switches[a], "toggled", G_CALLBACK (on_follow), self);
  self->overview = TF_TRADER_OVERVIEW (tf_trader_overview_new (desk));
  self->gap = TF_TRADER_GAP (tf_trader_gap_new (desk));
  self->policy = TF_TRADER_POLICY (tf_trader_policy_new (desk, (guint) index_of (self)));
  add_page (self, GTK_WIDGET (self->overview), "overview", _("Overview"));
  add_page (self, tf_trader_signals_new (desk, trader), "signals", _("Signals"));
  add_page (self, GTK_WIDGET (self->gap), "gap", _("Copy gap"));
  add_page (self, GTK_WIDGET (self->policy), "policy", _("Copy policy"));
  add_page (self, tf_trader_sources_new (desk, trader), "sources", _("Sources"));
  tf_follow (GTK_WIDGET (self), desk, on_updated);
  g_signal_connect_object (desk, "listened", G_CALLBACK (on_updated), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "renewed", G_CALLBACK (on_renewed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->stack, "notify::visible-child", G_CALLBACK (on_updated), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * tf_trader_window_present:
 * @parent: the main window
 * @trader: its id; nothing happens when nobody is called so
 *
 * Shows the trader's window, the one that is open already if there is one.
 */
void
tf_trader_window_present (GtkWindow  *parent,
                          TfDesk     *desk,
                          const char *trader)
{
  GListModel *windows = gtk_window_get_toplevels ();
  g_autoptr (TfVoterItem) item = find_item (desk, trader);
  GtkWidget *window = NULL;

  if (item == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) other = g_list_model_get_item (windows, i);

      if (TF_IS_TRADER_WINDOW (other) && g_strcmp0 (TF_TRADER_WINDOW (other)->trader, trader) == 0)
        window = other;
    }
  if (window == NULL)
    {
      window = tf_trader_window_new (desk, trader);
      gtk_window_set_transient_for (GTK_WINDOW (window), parent);
      gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
      gtk_widget_insert_action_group (window, "win", G_ACTION_GROUP (parent));
      if (gtk_widget_has_css_class (GTK_WIDGET (parent), "blue-orange"))
        gtk_widget_add_css_class (window, "blue-orange");
    }
  gtk_window_present (GTK_WINDOW (window));
}
