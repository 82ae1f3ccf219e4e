#include "window/trader-signals.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "model/words-trader.h"
#include "model/words.h"
#include "window/card.h"
#include "window/columns.h"

/* Cells */

static char *
signal_time (gpointer item)
{
  return tf_words_date (TF_SIGNAL_ITEM (item)->now.time);
}

static char *
signal_what (gpointer item)
{
  const TfSignalValues *now = &TF_SIGNAL_ITEM (item)->now;
  g_autofree char *coin = tf_words_coin (now->symbol);

  return g_strdup_printf ("%s %s", isnan (now->confidence) ? tf_words_side (now->direction) : tf_words_direction (now->direction), coin);
}

static char *
signal_price (gpointer item)
{
  return tf_words_price ((TfPrice) { TF_SIGNAL_ITEM (item)->now.price });
}

static char *
signal_outcome (gpointer item)
{
  const TfSignalValues *now = &TF_SIGNAL_ITEM (item)->now;

  return now->resolved ? tf_words_r (now->outcome) : g_strdup ("–");
}

static GtkWidget *
create_became (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  return label;
}

static char *
became (const TfConfig       *config,
        const TfSignalValues *now)
{
  gint all = (1 << config->n_accounts) - 1;
  g_autofree char *why = tf_words_not_copied (config, now);
  g_autoptr (GString) text = g_string_new (NULL);

  if (now->verdicts == 0)
    return g_strdup (_("The accounts are still deciding."));
  if (now->copied == all)
    return g_strdup (_("Copied by all accounts."));
  for (guint a = 0; a < config->n_accounts; a++)
    if ((now->copied & 1 << a) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : _("Copied by "), config->accounts[a].id);
  g_string_append_printf (text, "%s%s", text->len > 0 ? ". " : "", why);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
update_became (GtkWidget *cell,
               gpointer   item)
{
  GtkWidget *table = gtk_widget_get_ancestor (cell, GTK_TYPE_COLUMN_VIEW);
  g_autofree char *text = NULL;

  if (table == NULL)
    return;
  text = became (tf_desk_get_config (g_object_get_data (G_OBJECT (table), "tf-desk")), &TF_SIGNAL_ITEM (item)->now);
  tf_label_set (GTK_LABEL (cell), text, FALSE);
  gtk_widget_set_tooltip_text (cell, text);
}

static const TfColumnSpec columns[] = {
  { N_("Time (UTC)"), "time", TF_CELL_TEXT, 15, signal_time },
  { N_("Signal"), "symbol", TF_CELL_TEXT, 10, signal_what },
  { N_("Price"), "price", TF_CELL_NUMBER, 10, signal_price },
  { N_("Outcome"), "outcome", TF_CELL_CHANGE, 7, signal_outcome },
  { N_("What became of it"), "verdicts", TF_CELL_WIDGET, -30, NULL, create_became, update_became },
};

/* What stands below: the sentence of the chosen row in full */

static void
on_selected (GtkWidget *box)
{
  GtkWidget *table = g_object_get_data (G_OBJECT (box), "tf-table"), *label = gtk_widget_get_last_child (box);
  TfSignalItem *item = tf_table_selected (table);
  g_autofree char *text = NULL, *source = NULL, *full = NULL;

  if (item == NULL)
    return;
  text = became (tf_desk_get_config (g_object_get_data (G_OBJECT (table), "tf-desk")), &item->now);
  source = tf_signal_item_get_source (item, "evidence");
  full = source != NULL ? g_strdup_printf ("%s\n%s", text, source) : g_strdup (text);
  tf_label_set (GTK_LABEL (label), full, FALSE);
}

static gboolean
is_of (gpointer item,
       gpointer trader)
{
  return g_str_equal (TF_SIGNAL_ITEM (item)->now.origin, trader);
}

static void
update_stack (GListModel *model,
              guint       position,
              guint       removed,
              guint       added,
              GtkStack   *stack)
{
  gtk_stack_set_visible_child_name (stack, g_list_model_get_n_items (model) > 0 ? "list" : "empty");
}

/**
 * tf_trader_signals_new:
 * @trader: its id
 *
 * Returns: (transfer floating): newest first; of the last few thousand signals of all
 */
GtkWidget *
tf_trader_signals_new (TfDesk     *desk,
                       const char *trader)
{
  GtkFilter *filter = GTK_FILTER (gtk_custom_filter_new (is_of, g_strdup (trader), g_free));
  g_autoptr (GListModel) model = G_LIST_MODEL (gtk_filter_list_model_new (g_object_ref (tf_desk_get_signals (desk)), filter));
  GtkWidget *table = tf_table_new (TF_TYPE_SIGNAL_ITEM, model, columns, G_N_ELEMENTS (columns), _("Signals of the trader"));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *scrolled = gtk_scrolled_window_new (), *stack = gtk_stack_new ();
  GtkWidget *sentence = tf_text_new (_("Choose a signal to read why it was copied or not."), NULL);

  g_object_set_data_full (G_OBJECT (table), "tf-desk", g_object_ref (desk), g_object_unref);
  tf_table_remember (GTK_COLUMN_VIEW (table), "trader-signals");
  tf_list_stay_on_top (table);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), table);
  gtk_stack_add_named (GTK_STACK (stack), tf_empty_new (NULL, _("No signals since the start"), _("What this trader does appears here, each with one verdict for every account and its reason.")), "empty");
  gtk_stack_add_named (GTK_STACK (stack), scrolled, "list");
  gtk_widget_set_vexpand (stack, TRUE);
  gtk_widget_set_size_request (stack, -1, 320);
  gtk_widget_add_css_class (stack, "card");
  gtk_widget_set_overflow (stack, GTK_OVERFLOW_HIDDEN);
  gtk_label_set_selectable (GTK_LABEL (sentence), TRUE);
  gtk_box_append (GTK_BOX (box), stack);
  gtk_box_append (GTK_BOX (box), sentence);
  g_object_set_data (G_OBJECT (box), "tf-table", table);
  tf_table_on_select (table, G_CALLBACK (on_selected), box);
  g_signal_connect_object (model, "items-changed", G_CALLBACK (update_stack), stack, 0);
  update_stack (model, 0, 0, 0, GTK_STACK (stack));
  return box;
}
