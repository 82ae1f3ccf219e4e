#include "window/risk-column.h"

#include <glib/gi18n.h>
#include <math.h>

#include "config.h"
#include "core/risk/alerts.h"
#include "model/words.h"
#include "window/columns.h"
#include "window/dialogs.h"
#include "window/follow.h"
#include "window/gauge.h"

enum { DRAWDOWN, GROSS, VAR, DAILY_LOSS, N_GAUGES };

static const struct { const char *title, *hint; } gauge_texts[N_GAUGES] = {
  [DRAWDOWN] = { N_("Drawdown"), N_("How far equity stands below its highest point. Sizes shrink long before the limit.") },
  [GROSS] = { N_("Gross exposure"), N_("Value of all positions, long and short, as a share of equity.") },
  [VAR] = { N_("Value at risk, one day"), N_("The loss that one day in a hundred exceeds, for the book as it is now.") },
  [DAILY_LOSS] = { N_("Loss today"), N_("Since the start of the day, UTC. At the limit nothing new is bought until tomorrow.") },
};

struct _TfRiskColumn
{
  GtkWidget  parent_instance;
  TfDesk    *desk;
  guint      account;
  GtkWidget *title, *state_box, *state, *dot, *gauges, *size, *stop, *rearm;
  GtkWidget *bars[N_GAUGES], *numbers[N_GAUGES];
};

G_DEFINE_FINAL_TYPE (TfRiskColumn, tf_risk_column, GTK_TYPE_WIDGET)

static const TfAccountConfig *
account_of (TfRiskColumn *self)
{
  return &tf_desk_get_config (self->desk)->accounts[self->account];
}

static void
on_stop (TfRiskColumn *self)
{
  tf_desk_command (self->desk, TF_COMMAND_STOP, (gint) self->account, 0);
}

static void
do_rearm (GtkWidget *owner)
{
  TfRiskColumn *self = TF_RISK_COLUMN (owner);

  tf_desk_command (self->desk, TF_COMMAND_REARM, (gint) self->account, 0);
}

static void
on_rearm (TfRiskColumn *self)
{
  g_autofree char *heading = g_strdup_printf (_("Re-arm %s?"), account_of (self)->id);

  tf_dialog_ask (GTK_WIDGET (self), heading,
                 _("The account trades again. Look first at what stopped it: its limits count from the equity of now."),
                 _("_Re-arm"), FALSE, do_rearm);
}

static void
set_gauge (TfRiskColumn *self,
           guint         gauge,
           double        use,
           double        limit)
{
  g_autofree char *left = isnan (use) ? g_strdup ("–") : tf_words_percent (use, 1), *right = tf_words_percent (limit, 0);
  g_autofree char *text = g_strdup_printf ("%s / %s", left, right);
  GtkWidget *number = self->numbers[gauge];

  tf_gauge_set (TF_GAUGE (self->bars[gauge]), use, TF_ALERT_WARNING_AT * limit, limit, _(gauge_texts[gauge].title), text);
  tf_label_set (GTK_LABEL (number), text, FALSE);
  if (use >= limit)
    gtk_widget_add_css_class (number, "error");
  else
    gtk_widget_remove_css_class (number, "error");
  if (use >= TF_ALERT_WARNING_AT * limit && use < limit)
    gtk_widget_add_css_class (number, "warning");
  else
    gtk_widget_remove_css_class (number, "warning");
}

static void
update_size (TfRiskColumn        *self,
             const TfAccountView *view)
{
  g_autofree char *share = tf_words_percent (view->governor, 0), *gap = tf_words_percent (view->gap, 1), *text = NULL;

  if (view->state >= TF_STATE_HALTED)
    text = g_strdup (_("Nothing new until it is re-armed."));
  else if (view->governor < 1)
    text = g_strdup_printf (_("New trades get %s of their full size: the drawdown has begun to bind. A sudden gap would cost %s."),
                            share, gap);
  else if (view->positions == 0)
    text = g_strdup (_("Full size, nothing open."));
  else
    text = g_strdup_printf (g_dngettext (NULL, "Full size, %u open position. A sudden gap would cost %s.",
                                         "Full size, %u open positions. A sudden gap would cost %s.", view->positions),
                            view->positions, gap);
  tf_label_set (GTK_LABEL (self->size), text, FALSE);
}

/**
 * tf_risk_column_update:
 *
 * Shows the desk’s newest state.
 */
void
tf_risk_column_update (TfRiskColumn *self)
{
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  const TfLimits *limits = &account_of (self)->limits;
  const TfAccountView *view = snapshot != NULL && self->account < snapshot->config->n_accounts
                              ? &snapshot->accounts[self->account] : NULL;
  TfTradingState state = view != NULL ? view->state : TF_STATE_ACTIVE;
  g_autofree char *title = tf_words_account (tf_desk_get_config (self->desk), account_of (self)->id);

  tf_label_set (GTK_LABEL (self->title), title, FALSE);
  tf_state_dot_set (self->dot, state, view != NULL && tf_desk_is_running (self->desk));
  tf_label_set (GTK_LABEL (self->state), view != NULL ? tf_words_state (state) : _("Not started"), FALSE);
  set_gauge (self, DRAWDOWN, view != NULL ? view->drawdown : (double) NAN, limits->max_drawdown);
  set_gauge (self, GROSS, view != NULL ? view->gross : (double) NAN, limits->max_gross);
  set_gauge (self, VAR, view != NULL ? view->var : (double) NAN, limits->max_var);
  set_gauge (self, DAILY_LOSS, view != NULL ? view->daily_loss : (double) NAN, limits->max_daily_loss);
  if (view != NULL)
    update_size (self, view);
  gtk_widget_set_sensitive (self->stop, view != NULL && state < TF_STATE_HALTED);
  /* What the whole system's stop halted is re-armed with the system. */
  gtk_widget_set_visible (self->rearm, view != NULL && state >= TF_STATE_CLOSE_ONLY && snapshot->state < TF_STATE_HALTED);
}

static void
add_gauge (TfRiskColumn *self,
           guint         gauge)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = gtk_label_new (_(gauge_texts[gauge].title)), *number = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (number, "numeric");
  gtk_box_append (GTK_BOX (line), name);
  gtk_box_append (GTK_BOX (line), number);
  gtk_box_append (GTK_BOX (box), line);
  self->bars[gauge] = tf_gauge_new ();
  self->numbers[gauge] = number;
  gtk_box_append (GTK_BOX (box), self->bars[gauge]);
  gtk_widget_set_tooltip_text (box, _(gauge_texts[gauge].hint));
  gtk_box_append (GTK_BOX (self->gauges), box);
}

static void
tf_risk_column_dispose (GObject *object)
{
  TfRiskColumn *self = TF_RISK_COLUMN (object);

  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (tf_risk_column_parent_class)->dispose (object);
}

static void
tf_risk_column_class_init (TfRiskColumnClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tf_risk_column_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/risk-column.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, TfRiskColumn, name)
  CHILD (title);
  CHILD (state_box);
  CHILD (state);
  CHILD (gauges);
  CHILD (size);
  CHILD (stop);
  CHILD (rearm);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
  gtk_widget_class_bind_template_callback (widget_class, on_rearm);
}

static void
tf_risk_column_init (TfRiskColumn *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->dot = tf_state_dot_new ();
  gtk_box_prepend (GTK_BOX (self->state_box), self->dot);
  for (guint i = 0; i < N_GAUGES; i++)
    add_gauge (self, i);
}

/**
 * tf_risk_column_new:
 * @account: index of the account
 */
GtkWidget *
tf_risk_column_new (TfDesk *desk,
                    guint   account)
{
  TfRiskColumn *self = g_object_new (TF_TYPE_RISK_COLUMN, NULL);
  g_autofree char *stop = NULL, *rearm = NULL, *label = NULL;

  self->desk = g_object_ref (desk);
  self->account = account;
  label = g_strdup_printf (_("Stop %s"), account_of (self)->id);
  stop = g_strdup_printf (_("Emergency stop of %s"), account_of (self)->id);
  rearm = g_strdup_printf (_("Re-arm %s"), account_of (self)->id);
  gtk_button_set_label (GTK_BUTTON (self->stop), label);
  gtk_widget_set_tooltip_text (self->stop, _("Cancel this account’s orders, close its positions, and take no new ones"));
  tf_accessible_name (self->stop, stop);
  tf_accessible_name (self->rearm, rearm);
  tf_risk_column_update (self);
  return GTK_WIDGET (self);
}
