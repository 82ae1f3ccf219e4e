#include "window/account-card.h"

#include <glib/gi18n.h>

#include "config.h"
#include "model/words.h"
#include "window/columns.h"
#include "window/gauge.h"
#include "window/sparkline.h"

struct _TfAccountCard
{
  GtkWidget      parent_instance;
  TfAccountItem *item;
  GtkLabel      *name, *dot, *state, *equity, *change, *drawdown, *open;
  TfSparkline   *spark;
  TfGauge       *gauge;
};

G_DEFINE_FINAL_TYPE (TfAccountCard, tf_account_card, GTK_TYPE_WIDGET)

static void
tf_account_card_dispose (GObject *object)
{
  TfAccountCard *self = TF_ACCOUNT_CARD (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->item);
  G_OBJECT_CLASS (tf_account_card_parent_class)->dispose (object);
}

static void
tf_account_card_class_init (TfAccountCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tf_account_card_dispose;
  g_type_ensure (TF_TYPE_SPARKLINE);
  g_type_ensure (TF_TYPE_GAUGE);
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/account-card.ui");
  gtk_widget_class_bind_template_child (widget_class, TfAccountCard, name);
  gtk_widget_class_bind_template_child (widget_class, TfAccountCard, dot);
  gtk_widget_class_bind_template_child (widget_class, TfAccountCard, state);
  gtk_widget_class_bind_template_child (widget_class, TfAccountCard, equity);
  gtk_widget_class_bind_template_child (widget_class, TfAccountCard, change);
  gtk_widget_class_bind_template_child (widget_class, TfAccountCard, spark);
  gtk_widget_class_bind_template_child (widget_class, TfAccountCard, drawdown);
  gtk_widget_class_bind_template_child (widget_class, TfAccountCard, gauge);
  gtk_widget_class_bind_template_child (widget_class, TfAccountCard, open);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
tf_account_card_init (TfAccountCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * tf_account_card_new:
 * @item: (transfer none): what it shows
 */
GtkWidget *
tf_account_card_new (TfAccountItem *item)
{
  TfAccountCard *self = g_object_new (TF_TYPE_ACCOUNT_CARD, NULL);

  self->item = g_object_ref (item);
  tf_account_card_refresh (self, FALSE);
  return GTK_WIDGET (self);
}

void
tf_account_card_refresh (TfAccountCard *self,
                         gboolean       live)
{
  const TfAccountValues *now;
  g_autofree char *name = NULL, *equity = NULL, *change = NULL, *since = NULL, *drawdown = NULL, *line = NULL, *limit = NULL;
  g_autofree char *open = NULL, *wins = NULL, *closed = NULL;

  g_return_if_fail (TF_IS_ACCOUNT_CARD (self));
  now = &self->item->now;
  name = g_strdup_printf ("%s · %s", now->id, now->title);
  if (g_strcmp0 (gtk_label_get_text (self->name), name) != 0)
    {
      gtk_label_set_text (self->name, name);
      tf_accessible_name (GTK_WIDGET (self), name);
    }
  equity = tf_words_money ((TfMoney) { now->equity });
  tf_label_set (self->equity, equity, FALSE);
  change = tf_words_percent_change (now->change, 2);
  since = tf_words_money_change ((TfMoney) { now->today });
  line = g_strdup_printf (_("%s · today %s"), change, since);
  tf_label_set (self->change, line, FALSE);
  tf_label_tone (self->change, now->change);
  tf_sparkline_set_values (self->spark, now->spark, (guint) now->n_spark);

  drawdown = tf_words_percent (now->drawdown, 1);
  limit = tf_words_percent (now->drawdown_limit, 0);
  g_free (line);
  line = g_strdup_printf (_("Drawdown %s of %s"), drawdown, limit);
  tf_label_set (self->drawdown, line, FALSE);
  tf_gauge_set (self->gauge, now->drawdown, 0.8 * now->drawdown_limit, now->drawdown_limit, _("Drawdown"), line);

  wins = tf_words_percent (now->win_rate, 0);
  closed = tf_words_count (now->trades);
  open = now->trades > 0 ? g_strdup_printf (_("%d open · %s of %s won"), now->positions, wins, closed)
         : g_strdup_printf (_("%d open · none closed"), now->positions);
  tf_label_set (self->open, open, FALSE);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->open), open);
  tf_state_dot_set (GTK_WIDGET (self->dot), (TfTradingState) now->state, live || now->state >= TF_STATE_HALTED);
  tf_label_set (self->state, live || now->state != TF_STATE_ACTIVE ? tf_words_state ((TfTradingState) now->state) : _("Ready"), FALSE);
}
