#include "window/dashboard-tables.h"

#include <glib/gi18n.h>
#include <math.h>

#include "model/words-trader.h"
#include "model/words.h"
#include "window/columns.h"
#include "window/trader-link.h"

static GtkWidget *
scrolled (GtkWidget  *table,
          const char *name)
{
  GtkWidget *window = gtk_scrolled_window_new ();

  tf_table_remember (GTK_COLUMN_VIEW (table), name);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (window), table);
  return window;
}

/* Bots and traders */

static char *
voter_state (gpointer item)
{
  TfTradingState state = (TfTradingState) TF_VOTER_ITEM (item)->now.state;

  return g_strdup (state == TF_STATE_CLOSE_ONLY ? _("Benched") : tf_words_state (state));
}

static char *
voter_stance (gpointer item)
{
  double stance = TF_VOTER_ITEM (item)->now.stance;
  g_autofree char *number = tf_words_number (fabs (stance), 2);

  if (fabs (stance) < 0.005)
    return g_strdup ("–");
  return g_strdup_printf ("%s %s", stance > 0 ? "▲" : "▼", number);
}

static char *
voter_trades (gpointer item)
{
  return tf_words_count (TF_VOTER_ITEM (item)->now.trades);
}

static char *
voter_win_rate (gpointer item)
{
  return tf_words_percent (TF_VOTER_ITEM (item)->now.win_rate, 0);
}

static char *
voter_pnl (gpointer item)
{
  return tf_words_money_change ((TfMoney) { TF_VOTER_ITEM (item)->now.pnl });
}

static char *
voter_weight (gpointer item)
{
  return tf_words_number (TF_VOTER_ITEM (item)->now.weight, 3);
}

static char *
voter_action (gpointer item)
{
  const TfVoterValues *now = &TF_VOTER_ITEM (item)->now;
  g_autofree char *time = tf_words_short_date (now->last_time);

  return now->last_time == 0 ? g_strdup ("–") : g_strdup_printf ("%s %s", time, now->last_action);
}

static char *
trader_grade (gpointer item)
{
  const TfVoterValues *now = &TF_VOTER_ITEM (item)->now;

  return g_strdup (*now->grade != '\0' && now->heard != TF_HEARD_NOWHERE ? now->grade : "–");
}

static char *
trader_record (gpointer item)
{
  return tf_words_record_brief (&TF_VOTER_ITEM (item)->now);
}

static char *
trader_last (gpointer item)
{
  const TfVoterValues *now = &TF_VOTER_ITEM (item)->now;

  return *now->age == '\0' ? g_strdup ("–") : g_strdup_printf (_("%s, %s ago"), now->last_action, now->age);
}

/* How a trader is heard: a dot, a word, and more about it under the pointer. */

static GtkWidget *
create_heard (void)
{
  GtkWidget *cell = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), 10);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (cell), tf_state_dot_new ());
  gtk_box_append (GTK_BOX (cell), label);
  return cell;
}

static void
update_heard (GtkWidget *cell,
              gpointer   item)
{
  const TfVoterValues *now = &TF_VOTER_ITEM (item)->now;
  GtkWidget *dot = gtk_widget_get_first_child (cell);
  TfHeard heard = (TfHeard) now->heard;
  g_autofree char *sentence = tf_words_heard_sentence (now), *text = NULL;

  text = *now->heard_why != '\0' ? g_strdup_printf ("%s: %s", tf_words_heard (heard), now->heard_why) : g_strdup (tf_words_heard (heard));
  tf_state_dot_set (dot, heard == TF_HEARD_LIVE ? TF_STATE_ACTIVE : heard == TF_HEARD_FAILED ? TF_STATE_HALTED : TF_STATE_REDUCING,
                    heard >= TF_HEARD_CONNECTING);
  tf_label_set (GTK_LABEL (gtk_widget_get_next_sibling (dot)), text, FALSE);
  gtk_widget_set_tooltip_text (cell, sentence);
}

static const TfColumnSpec bot_columns[] = {
  { N_("Bot"), "name", TF_CELL_TEXT, -14 },
  { N_("Account"), "account", TF_CELL_TEXT, 8 },
  { N_("State"), "state", TF_CELL_STATE, 8, voter_state },
  { N_("P&L"), "pnl", TF_CELL_CHANGE, 10, voter_pnl },
  { N_("Trades"), "trades", TF_CELL_NUMBER, 5, voter_trades },
  { N_("Won"), "win-rate", TF_CELL_NUMBER, 5, voter_win_rate },
  { N_("Stance"), "stance", TF_CELL_NUMBER, 6, voter_stance },
  { N_("Weight"), "weight", TF_CELL_NUMBER, 6, voter_weight },
  { N_("Last action"), "last-time", TF_CELL_TEXT, 18, voter_action },
  { N_("Strategy"), "strategy", TF_CELL_TEXT, -12 },
};

GtkWidget *
tf_bots_table_new (TfDesk *desk)
{
  return scrolled (tf_table_new (TF_TYPE_VOTER_ITEM, tf_desk_get_bots (desk), bot_columns, G_N_ELEMENTS (bot_columns),
                                 _("Bots")), "bots");
}

/* Follow switches: one for each account, in one cell */

static void
on_follow (GtkToggleButton *button,
           GtkWidget       *cell)
{
  TfVoterItem *item = g_object_get_data (G_OBJECT (cell), "tf-item");
  TfDesk *desk = g_object_get_data (G_OBJECT (gtk_widget_get_ancestor (cell, GTK_TYPE_COLUMN_VIEW)), "tf-desk");
  int account = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "tf-account"));
  gboolean follow = gtk_toggle_button_get_active (button);

  if (item != NULL && follow != ((item->now.followed & 1 << account) != 0))
    tf_desk_command (desk, follow ? TF_COMMAND_FOLLOW : TF_COMMAND_UNFOLLOW, account, item->now.voter);
}

static GtkWidget *
create_follow (void)
{
  return gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);
}

static void
update_follow (GtkWidget *cell,
               gpointer   item)
{
  const TfVoterValues *now = &TF_VOTER_ITEM (item)->now;
  GtkWidget *table = gtk_widget_get_ancestor (cell, GTK_TYPE_COLUMN_VIEW), *button = gtk_widget_get_first_child (cell);
  const TfConfig *config;

  if (table == NULL)
    return;
  config = tf_desk_get_config (g_object_get_data (G_OBJECT (table), "tf-desk"));
  g_object_set_data (G_OBJECT (cell), "tf-item", NULL);
  for (guint a = 0; a < config->n_accounts; a++, button = gtk_widget_get_next_sibling (button))
    {
      g_autofree char *name = g_strdup_printf (_("%s follows %s"), config->accounts[a].id, now->name);

      if (button == NULL)
        {
          button = gtk_toggle_button_new_with_label (config->accounts[a].id);
          gtk_widget_add_css_class (button, "tiny");
          g_object_set_data (G_OBJECT (button), "tf-account", GINT_TO_POINTER ((int) a));
          g_signal_connect (button, "toggled", G_CALLBACK (on_follow), cell);
          gtk_box_append (GTK_BOX (cell), button);
        }
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), (now->followed & 1 << a) != 0);
      gtk_widget_set_tooltip_text (button, name);
      tf_accessible_name (button, name);
    }
  g_object_set_data (G_OBJECT (cell), "tf-item", item);
}

static const TfColumnSpec trader_columns[] = {
  { N_("Trader"), "name", TF_CELL_TEXT, -15 },
  { N_("State"), "heard", TF_CELL_WIDGET, 0, NULL, create_heard, update_heard, N_("Whether the trader can be heard: see Sources on the trader’s page"),
    "heard-why" },
  { N_("Grade"), "grade", TF_CELL_TEXT, 5, trader_grade, NULL, NULL,
    N_("Where the word comes from. A: chain, filing or signature; B: verified by the venue; C: public statement; D: cannot be verified"), "heard" },
  { N_("Followed by"), "followed", TF_CELL_WIDGET, 0, NULL, create_follow, update_follow },
  { N_("Last signal"), "last-time", TF_CELL_TEXT, 18, trader_last, NULL, NULL, N_("And its age in market time"), "age" },
  { N_("Record"), "mean-outcome", TF_CELL_NUMBER, 14, trader_record, NULL, NULL,
    N_("Mean outcome of a signal after costs, and where the true mean lies with a chance of 90 %"), "resolved" },
  { N_("Copies"), "trades", TF_CELL_NUMBER, 5, voter_trades },
  { N_("Won"), "win-rate", TF_CELL_NUMBER, 5, voter_win_rate },
  { N_("P&L"), "pnl", TF_CELL_CHANGE, 10, voter_pnl },
};

GtkWidget *
tf_traders_table_new (TfDesk *desk)
{
  GtkWidget *table = tf_table_new (TF_TYPE_VOTER_ITEM, tf_desk_get_traders (desk), trader_columns,
                                   G_N_ELEMENTS (trader_columns), _("Traders"));

  g_object_set_data_full (G_OBJECT (table), "tf-desk", g_object_ref (desk), g_object_unref);
  tf_trader_link_table (table, desk);
  return scrolled (table, "traders");
}

/* Positions */

static char *
position_side (gpointer item)
{
  return g_strdup (tf_words_direction (TF_POSITION_ITEM (item)->now.quantity > 0 ? 1 : -1));
}

static char *
position_quantity (gpointer item)
{
  return tf_words_quantity ((TfQty) { ABS (TF_POSITION_ITEM (item)->now.quantity) });
}

static char *
position_value (gpointer item)
{
  return tf_words_money ((TfMoney) { ABS (TF_POSITION_ITEM (item)->now.value) });
}

static char *
position_pnl (gpointer item)
{
  return tf_words_money_change ((TfMoney) { TF_POSITION_ITEM (item)->now.pnl });
}

static char *
position_stop (gpointer item)
{
  return tf_words_price ((TfPrice) { TF_POSITION_ITEM (item)->now.stop });
}

static char *
position_target (gpointer item)
{
  return tf_words_price ((TfPrice) { TF_POSITION_ITEM (item)->now.target });
}

static char *
position_opened (gpointer item)
{
  return tf_words_date (TF_POSITION_ITEM (item)->now.opened);
}

static const TfColumnSpec position_columns[] = {
  { N_("Account"), "account-id", TF_CELL_TEXT, 8 },
  { N_("Instrument"), "symbol", TF_CELL_TEXT, 10 },
  { N_("Side"), "quantity", TF_CELL_TEXT, 5, position_side },
  { N_("Copied from"), "name", TF_CELL_TEXT, -14 },
  { N_("Quantity"), "quantity", TF_CELL_NUMBER, 9, position_quantity },
  { N_("Value"), "value", TF_CELL_NUMBER, 11, position_value },
  { N_("P&L"), "pnl", TF_CELL_CHANGE, 10, position_pnl },
  { N_("Stop"), "stop", TF_CELL_NUMBER, 10, position_stop },
  { N_("Target"), "target", TF_CELL_NUMBER, 10, position_target },
  { N_("Opened"), "opened", TF_CELL_TEXT, 16, position_opened },
};

GtkWidget *
tf_positions_table_new (TfDesk *desk)
{
  GtkWidget *table = tf_table_new (TF_TYPE_POSITION_ITEM, tf_desk_get_positions (desk), position_columns,
                                   G_N_ELEMENTS (position_columns), _("Positions"));

  tf_trader_link_table (table, desk);
  return scrolled (table, "positions");
}

/* Fills */

static char *
fill_time (gpointer item)
{
  return tf_words_date (TF_FILL_ITEM (item)->now.time);
}

static char *
fill_side (gpointer item)
{
  return g_strdup (tf_words_side (TF_FILL_ITEM (item)->now.side));
}

static char *
fill_quantity (gpointer item)
{
  return tf_words_quantity ((TfQty) { ABS (TF_FILL_ITEM (item)->now.quantity) });
}

static char *
fill_price (gpointer item)
{
  return tf_words_price ((TfPrice) { TF_FILL_ITEM (item)->now.price });
}

static char *
fill_fee (gpointer item)
{
  return tf_words_money ((TfMoney) { TF_FILL_ITEM (item)->now.fee });
}

static char *
fill_amount (gpointer item)
{
  const TfFillValues *now = &TF_FILL_ITEM (item)->now;

  return g_str_equal (now->reason, "entry") ? g_strdup ("–") : tf_words_money_change ((TfMoney) { now->amount });
}

static char *
fill_reason (gpointer item)
{
  return g_strdup (tf_words_reason (TF_FILL_ITEM (item)->now.reason));
}

static const TfColumnSpec fill_columns[] = {
  { N_("Time (UTC)"), "time", TF_CELL_TEXT, 16, fill_time },
  { N_("Account"), "account", TF_CELL_TEXT, 8 },
  { N_("Side"), "side", TF_CELL_TEXT, 4, fill_side },
  { N_("Instrument"), "symbol", TF_CELL_TEXT, 10 },
  { N_("Quantity"), "quantity", TF_CELL_NUMBER, 9, fill_quantity },
  { N_("Price"), "price", TF_CELL_NUMBER, 10, fill_price },
  { N_("Fee"), "fee", TF_CELL_NUMBER, 7, fill_fee },
  { N_("Realised"), "amount", TF_CELL_CHANGE, 10, fill_amount },
  { N_("Copied from"), "name", TF_CELL_TEXT, -14 },
  { N_("Why"), "reason", TF_CELL_TEXT, 14, fill_reason },
};

GtkWidget *
tf_fills_table_new (TfDesk *desk)
{
  GtkWidget *table = tf_table_new (TF_TYPE_FILL_ITEM, tf_desk_get_fills (desk), fill_columns, G_N_ELEMENTS (fill_columns),
                                   _("Fills"));

  tf_list_stay_on_top (table);
  tf_trader_link_table (table, desk);
  return scrolled (table, "fills");
}
