#include "window/audit-summaries.h"

#include <glib/gi18n.h>

#include "model/words.h"
#include "window/columns.h"
#include "window/follow.h"

static void
add_row (GtkWidget  *grid,
         int        *row,
         const char *name,
         char       *middle,
         char       *value,
         double      tone)
{
  GtkWidget *left = gtk_label_new (name), *right = gtk_label_new (value);

  gtk_label_set_xalign (GTK_LABEL (left), 0);
  gtk_label_set_xalign (GTK_LABEL (right), 1);
  gtk_widget_set_hexpand (right, TRUE);
  gtk_widget_add_css_class (right, "numeric");
  tf_label_tone (GTK_LABEL (right), tone);
  gtk_grid_attach (GTK_GRID (grid), left, 0, *row, middle != NULL ? 1 : 2, 1);
  if (middle != NULL)
    {
      GtkWidget *label = gtk_label_new (middle);

      gtk_label_set_xalign (GTK_LABEL (label), 1);
      gtk_widget_add_css_class (label, "numeric");
      gtk_widget_add_css_class (label, "dim-label");
      gtk_grid_attach (GTK_GRID (grid), label, 1, *row, 1, 1);
    }
  else
    gtk_widget_add_css_class (left, "dim-label");
  gtk_grid_attach (GTK_GRID (grid), right, 2, *row, 1, 1);
  g_free (middle);
  g_free (value);
  (*row)++;
}

static void
add_holdings (GtkWidget        *grid,
              int              *row,
              const TfSnapshot *snapshot,
              guint             account)
{
  for (guint i = 0; i < snapshot->config->universe->n; i++)
    {
      TfQty quantity = { 0 };
      TfMoney pnl = { 0 };
      gboolean held = FALSE;
      g_autofree char *coin = NULL;

      for (guint p = 0; p < snapshot->n_positions; p++)
        if (snapshot->positions[p].account == account && snapshot->positions[p].instrument == i)
          {
            quantity.raw += snapshot->positions[p].quantity.raw;
            pnl.raw += snapshot->positions[p].value.raw - snapshot->positions[p].cost.raw;
            held = TRUE;
          }
      if (!held)
        continue;
      coin = tf_words_coin (snapshot->config->universe->items[i].symbol);
      add_row (grid, row, coin, tf_words_quantity (quantity), tf_words_money_change (pnl), (double) pnl.raw);
    }
}

static void
add_summary (GtkWidget        *box,
             const TfSnapshot *snapshot,
             guint             account)
{
  const TfAccountView *view = &snapshot->accounts[account];
  g_autofree char *title = tf_words_account (snapshot->config, snapshot->config->accounts[account].id);
  TfMoney pnl = { view->equity.raw - snapshot->config->accounts[account].capital.raw };
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *grid = gtk_grid_new (), *label = gtk_label_new (title);
  int row = 0;

  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "padded");
  gtk_widget_add_css_class (label, "heading");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  gtk_box_append (GTK_BOX (card), label);
  gtk_box_append (GTK_BOX (card), grid);
  add_row (grid, &row, _("Equity"), NULL, tf_words_money (view->equity), 0);
  add_row (grid, &row, _("Gain since start"), NULL, tf_words_money_change (pnl), (double) pnl.raw);
  add_row (grid, &row, _("Realised"), NULL, tf_words_money_change (view->realized), (double) view->realized.raw);
  add_row (grid, &row, _("Open"), NULL, tf_words_money_change (view->unrealized), (double) view->unrealized.raw);
  add_row (grid, &row, _("Fees"), NULL, tf_words_money_change ((TfMoney) { -view->fees.raw }), 0);
  add_row (grid, &row, _("Cash"), NULL, tf_words_money (view->cash), 0);
  if (view->positions > 0)
    {
      gtk_grid_attach (GTK_GRID (grid), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL), 0, row++, 3, 1);
      add_holdings (grid, &row, snapshot, account);
    }
  gtk_box_append (GTK_BOX (box), card);
}

/**
 * tf_audit_summaries_fill:
 * @box: is emptied first
 * @snapshot: (nullable): none yet
 *
 * Puts a card for each account into @box: what it holds, and what came of it.
 */
void
tf_audit_summaries_fill (GtkWidget        *box,
                         const TfSnapshot *snapshot)
{
  tf_remove_children (box);
  if (snapshot == NULL)
    gtk_box_append (GTK_BOX (box),
                    tf_empty_new (NULL, _("No account yet"), _("Accounts with their holdings and gains show up at the start.")));
  for (guint a = 0; snapshot != NULL && a < snapshot->config->n_accounts; a++)
    add_summary (box, snapshot, a);
}
