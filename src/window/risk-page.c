#include "window/risk-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "config.h"
#include "core/risk/alerts.h"
#include "model/words.h"
#include "window/adaptive.h"
#include "window/chart.h"
#include "window/columns.h"
#include "window/dialogs.h"
#include "window/follow.h"
#include "window/risk-column.h"

#define CORRELATION_EVERY (2 * G_USEC_PER_SEC)

struct _TfRiskPage
{
  GtkWidget  parent_instance;
  TfDesk    *desk;
  gint64     last_correlation;
  gint64     correlation_seq;
  GtkWidget *verdict, *explanation, *stop, *rearm, *columns, *correlation, *alerts, *alerts_stack;
};

G_DEFINE_FINAL_TYPE (TfRiskPage, tf_risk_page, GTK_TYPE_WIDGET)

static void
on_stop (TfRiskPage *self)
{
  tf_desk_command (self->desk, TF_COMMAND_STOP, -1, 0);
}

static void
do_rearm (GtkWidget *owner)
{
  tf_desk_command (TF_RISK_PAGE (owner)->desk, TF_COMMAND_REARM, -1, 0);
}

static void
on_rearm (TfRiskPage *self)
{
  tf_dialog_ask (GTK_WIDGET (self), _("Re-arm everything?"),
                 _("All accounts trade again. Look first at what stopped them."), _("_Re-arm"), FALSE, do_rearm);
}

/* Alerts */

static char *
alert_numbers (const TfAlertValues *alert)
{
  g_autofree char *use = NULL, *limit = NULL;

  if (alert->kind == TF_ALERT_EMERGENCY)
    return g_strdup (_("No new orders until it is re-armed"));
  if (alert->kind == TF_ALERT_STOP_GUARD)
    return g_strdup (_("No new entries for a while: too many stops in a row"));
  if (alert->kind == TF_ALERT_STALE_DATA)
    {
      use = tf_words_age ((TfTime) (alert->value * TF_SECOND));
      limit = tf_words_age ((TfTime) (alert->limit * TF_SECOND));
    }
  else if (alert->kind == TF_ALERT_LEVERAGE)
    {
      use = tf_words_number (alert->value, 2);
      limit = tf_words_number (alert->limit, 2);
    }
  else
    {
      use = tf_words_percent (alert->value, 1);
      limit = tf_words_percent (alert->limit, 1);
    }
  return g_strdup_printf (_("%s of %s"), use, limit);
}

static void
update_alert (TfAlertItem *item,
              GParamSpec  *pspec,
              GtkWidget   *row)
{
  const TfAlertValues *alert = &item->now;
  GtkWidget *acknowledge = g_object_get_data (G_OBJECT (row), "tf-acknowledge");
  GtkWidget *icon = g_object_get_data (G_OBJECT (row), "tf-icon");
  const char *who = alert->account >= 0 ? alert->account_id : _("The system");
  const char *what = _(tf_alert_title ((TfAlertKind) alert->kind));
  g_autofree char *title = g_strdup_printf ("%s: %s", who, what), *numbers = alert_numbers (alert);
  g_autofree char *clock = tf_words_clock (alert->time);
  g_autofree char *subtitle = g_strdup_printf (_("%s · %s, since %s"), tf_words_severity ((TfSeverity) alert->severity), numbers,
                                               clock);
  g_autofree char *name = g_strdup_printf (_("Acknowledge: %s"), title);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), alert->severity >= TF_SEVERITY_CRITICAL ? "dialog-error-symbolic"
                                                                                          : "dialog-warning-symbolic");
  gtk_widget_remove_css_class (icon, "error");
  gtk_widget_remove_css_class (icon, "warning");
  gtk_widget_add_css_class (icon, alert->severity >= TF_SEVERITY_CRITICAL ? "error" : "warning");
  gtk_widget_set_visible (acknowledge, !alert->acknowledged);
  tf_accessible_name (acknowledge, name);
}

static void
on_acknowledge (GtkWidget   *button,
                TfAlertItem *item)
{
  TfRiskPage *self = TF_RISK_PAGE (gtk_widget_get_ancestor (button, TF_TYPE_RISK_PAGE));

  tf_desk_command (self->desk, TF_COMMAND_ACKNOWLEDGE, item->now.account, item->now.id);
}

static GtkWidget *
create_alert (gpointer object,
              gpointer data)
{
  TfAlertItem *item = object;
  GtkWidget *row = adw_action_row_new (), *icon = gtk_image_new (), *button = gtk_button_new_with_label (_("Acknowledge"));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  g_object_set_data (G_OBJECT (row), "tf-icon", icon);
  g_object_set_data (G_OBJECT (row), "tf-acknowledge", button);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_acknowledge), item, 0);
  g_signal_connect_object (item, "notify", G_CALLBACK (update_alert), row, 0);
  update_alert (item, NULL, row);
  return row;
}

static void
on_alerts (TfRiskPage *self)
{
  gboolean any = g_list_model_get_n_items (tf_desk_get_alerts (self->desk)) > 0;

  gtk_stack_set_visible_child_name (GTK_STACK (self->alerts_stack), any ? "list" : "none");
}

/* The rest */

static void
update_correlation (TfRiskPage *self)
{
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  TfPlot *plot = tf_chart_get_plot (TF_CHART (self->correlation));
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GPtrArray) names = NULL;
  guint n;

  if (snapshot == NULL || snapshot->seq == self->correlation_seq || now - self->last_correlation < CORRELATION_EVERY)
    return;
  self->last_correlation = now;
  self->correlation_seq = snapshot->seq;
  n = snapshot->config->universe->n;
  names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, tf_words_coin (snapshot->config->universe->items[i].symbol));
  tf_plot_clear (plot);
  tf_plot_add_heat (plot, _("Correlation"), (const char *const *) names->pdata, n, (const char *const *) names->pdata, n,
                    snapshot->correlation, 1, TF_HEAT_STRENGTH);
  tf_chart_changed (TF_CHART (self->correlation));
}

/* The sentence that answers “am I safe?”. */
static void
update_verdict (TfRiskPage *self)
{
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  const char *verdict = _("Within all limits"), *explanation = _("Every limit is checked on every price.");
  guint halted = 0, warnings = 0;

  if (snapshot == NULL)
    {
      verdict = _("Not started");
      explanation = _("Limits stand as set; nothing uses them yet.");
    }
  else
    {
      for (guint a = 0; a < snapshot->config->n_accounts; a++)
        halted += snapshot->accounts[a].state >= TF_STATE_HALTED;
      for (guint i = 0; i < snapshot->n_alerts; i++)
        warnings += snapshot->alerts[i].severity >= TF_SEVERITY_WARNING;
      if (snapshot->state >= TF_STATE_HALTED)
        {
          verdict = _("Emergency stop");
          explanation = _("Nothing new is bought, and what was open is closed. It holds until it is re-armed by hand.");
        }
      else if (halted > 0)
        {
          verdict = _("An account is stopped");
          explanation = _("It holds until it is re-armed by hand; the others go on.");
        }
      else if (warnings > 0)
        {
          verdict = _("Close to a limit");
          explanation = _("See the alerts below. At a limit orders are refused or cut by themselves.");
        }
    }
  tf_label_set (GTK_LABEL (self->verdict), verdict, FALSE);
  tf_label_set (GTK_LABEL (self->explanation), explanation, FALSE);
  gtk_widget_set_visible (self->rearm, snapshot != NULL && snapshot->state >= TF_STATE_HALTED);
  gtk_widget_set_sensitive (self->stop, snapshot != NULL && snapshot->state < TF_STATE_HALTED);
}

static void
update (gpointer data)
{
  TfRiskPage *self = data;

  for (GtkWidget *child = gtk_widget_get_first_child (self->columns); child != NULL; child = gtk_widget_get_next_sibling (child))
    tf_risk_column_update (TF_RISK_COLUMN (child));
  update_verdict (self);
  update_correlation (self);
}

static void
fill_columns (TfRiskPage *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);

  tf_remove_children (self->columns);
  for (guint a = 0; a < config->n_accounts; a++)
    gtk_widget_set_parent (tf_risk_column_new (self->desk, a), self->columns);
}

static void
tf_risk_page_dispose (GObject *object)
{
  TfRiskPage *self = TF_RISK_PAGE (object);

  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (tf_risk_page_parent_class)->dispose (object);
}

static void
tf_risk_page_class_init (TfRiskPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TF_TYPE_ADAPTIVE);
  g_type_ensure (TF_TYPE_CHART);
  G_OBJECT_CLASS (klass)->dispose = tf_risk_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/risk-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, TfRiskPage, name)
  CHILD (verdict);
  CHILD (explanation);
  CHILD (stop);
  CHILD (rearm);
  CHILD (columns);
  CHILD (correlation);
  CHILD (alerts);
  CHILD (alerts_stack);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
  gtk_widget_class_bind_template_callback (widget_class, on_rearm);
}

static void
tf_risk_page_init (TfRiskPage *self)
{
  TfPlot *plot;

  gtk_widget_init_template (GTK_WIDGET (self));
  plot = tf_chart_get_plot (TF_CHART (self->correlation));
  tf_plot_set_empty_text (plot, _("Correlations show up once the market runs"));
  tf_chart_set_label (TF_CHART (self->correlation), _("Correlations between the instruments"));
}

/**
 * tf_risk_page_new:
 * @desk: whose accounts it shows
 */
GtkWidget *
tf_risk_page_new (TfDesk *desk)
{
  TfRiskPage *self = g_object_new (TF_TYPE_RISK_PAGE, NULL);

  self->desk = g_object_ref (desk);
  fill_columns (self);
  g_signal_connect_object (desk, "renewed", G_CALLBACK (fill_columns), self, G_CONNECT_SWAPPED);
  gtk_list_box_bind_model (GTK_LIST_BOX (self->alerts), tf_desk_get_alerts (desk), create_alert, NULL, NULL);
  g_signal_connect_object (tf_desk_get_alerts (desk), "items-changed", G_CALLBACK (on_alerts), self, G_CONNECT_SWAPPED);
  on_alerts (self);
  update (self);
  tf_follow (GTK_WIDGET (self), desk, update);
  return GTK_WIDGET (self);
}
