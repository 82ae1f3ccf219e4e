#include "window/connections-table.h"

#include <glib/gi18n.h>

#include "model/words.h"
#include "window/columns.h"

#define LINE(item) (&TF_CONNECTION_ITEM (item)->now.line)

/* Cells */

static GtkWidget *
create_state (void)
{
  GtkWidget *cell = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), 11);
  gtk_box_append (GTK_BOX (cell), tf_state_dot_new ());
  gtk_box_append (GTK_BOX (cell), label);
  return cell;
}

static void
update_state (GtkWidget *cell,
              gpointer   item)
{
  GtkWidget *dot = gtk_widget_get_first_child (cell);
  TfConnectionState state = LINE (item)->state;

  tf_state_dot_set (dot,
                    state == TF_CONNECTION_LIVE ? TF_STATE_ACTIVE
                    : state == TF_CONNECTION_FAILED ? TF_STATE_HALTED : TF_STATE_REDUCING,
                    state != TF_CONNECTION_IDLE);
  tf_label_set (GTK_LABEL (gtk_widget_get_next_sibling (dot)), tf_words_connection_state (state), FALSE);
  gtk_widget_set_tooltip_text (cell, LINE (item)->reason);
}

static char *
rate (gpointer item)
{
  return tf_words_number (LINE (item)->messages_per_second, 1);
}

/* @time: 0 is unknown */
static char *
milliseconds (TfTime time)
{
  return time != 0 ? tf_words_number ((double) time * 1000 / TF_SECOND, 1) : g_strdup ("–");
}

static char *
latency_median (gpointer item)
{
  return milliseconds (LINE (item)->intake.latency_p50);
}

static char *
latency_most (gpointer item)
{
  return milliseconds (LINE (item)->intake.latency_p99);
}

static char *
last_message (gpointer item)
{
  return tf_words_silence (LINE (item)->age_ms);
}

static char *
reconnects (gpointer item)
{
  return tf_words_count (LINE (item)->reconnects);
}

static char *
gaps (gpointer item)
{
  return tf_words_count ((gint64) LINE (item)->intake.gaps);
}

static char *
resyncs (gpointer item)
{
  return tf_words_count (LINE (item)->resyncs);
}

static char *
conflated (gpointer item)
{
  return tf_words_count ((gint64) LINE (item)->conflated);
}

static char *
skew (gpointer item)
{
  return milliseconds (LINE (item)->intake.offset);
}

static char *
reconstructed (gpointer item)
{
  return tf_words_count ((gint64) LINE (item)->intake.reconstructed);
}

static char *
unfilled (gpointer item)
{
  return tf_words_count (LINE (item)->unfilled);
}

static char *
errors (gpointer item)
{
  return tf_words_count (TF_CONNECTION_ITEM (item)->now.errors);
}

static const TfColumnSpec columns[] = {
  { N_("Venue"), "venue", TF_CELL_TEXT, -9 },
  { N_("State"), "state", TF_CELL_WIDGET, -11, NULL, create_state, update_state },
  { N_("Messages/s"), "rate", TF_CELL_NUMBER, 7, rate },
  { N_("p50, ms"), "latency-p50", TF_CELL_NUMBER, 6, latency_median, NULL, NULL,
    N_("Latency: half of the messages were no slower, counted from the quickest one of the last minute") },
  { N_("p99, ms"), "latency-p99", TF_CELL_NUMBER, 6, latency_most, NULL, NULL,
    N_("Latency: 99 in 100 messages were no slower, counted from the quickest one of the last minute") },
  { N_("Last"), "age", TF_CELL_NUMBER, 6, last_message, NULL, NULL, N_("Age of the last message") },
  { N_("Reconnects"), "reconnects", TF_CELL_NUMBER, 4, reconnects },
  { N_("Gaps"), "gaps", TF_CELL_NUMBER, 4, gaps, NULL, NULL,
    N_("Messages that the venue numbered and that did not come: each is followed by a resync") },
  { N_("Resyncs"), "resyncs", TF_CELL_NUMBER, 4, resyncs, NULL, NULL, N_("Order books and streams that were asked for anew") },
  { N_("Conflated"), "conflated", TF_CELL_NUMBER, 6, conflated, NULL, NULL,
    N_("Quotes that gave way to newer ones before they were used; trades never do") },
  { N_("Skew, ms"), "skew", TF_CELL_NUMBER, 8, skew, NULL, NULL,
    N_("This computer's clock against the venue's, with the way of the quickest message") },
  { N_("Back-filled"), "reconstructed", TF_CELL_NUMBER, 6, reconstructed, NULL, NULL,
    N_("Trades and candles that were missed and asked for later: they make bars, and nothing is filled at them") },
  { N_("Unfilled"), "unfilled", TF_CELL_NUMBER, 4, unfilled, NULL, NULL,
    N_("Gaps whose trades or candles the venue did not give, or not all of them: they are missing for good") },
  { N_("Errors"), "errors", TF_CELL_NUMBER, 4, errors, NULL, NULL,
    N_("Messages that were not understood, commands that were refused, questions without an answer") },
};

/* What stands there instead */

static void
update_stack (GtkStack *stack)
{
  TfDesk *desk = g_object_get_data (G_OBJECT (stack), "tf-desk");
  const char *market = tf_desk_get_config (desk)->market;
  GtkWidget *label = gtk_stack_get_child_by_name (stack, "none");
  gboolean any = g_list_model_get_n_items (tf_desk_get_connections (desk)) > 0;

  gtk_label_set_text (GTK_LABEL (label), g_str_equal (market, "demo") ? _("No connection: the demo market makes its own prices.")
                                         : tf_venue_find (market) != NULL ? _("No connection: it opens with the start.")
                                         : _("No connection: a replay takes its prices from files."));
  gtk_stack_set_visible_child_name (stack, any ? "table" : "none");
}

/**
 * tf_connections_table_new:
 *
 * Returns: (transfer floating): the lines to venues, in a line of words where there is none
 */
GtkWidget *
tf_connections_table_new (TfDesk *desk)
{
  GtkWidget *stack = gtk_stack_new (), *none = gtk_label_new (NULL), *scrolled = gtk_scrolled_window_new ();
  GtkWidget *table = tf_table_new (TF_TYPE_CONNECTION_ITEM, tf_desk_get_connections (desk), columns, G_N_ELEMENTS (columns),
                                   _("Connections"));

  tf_table_remember (GTK_COLUMN_VIEW (table), "connections");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), table);
  gtk_widget_set_margin_start (scrolled, 6);
  gtk_widget_set_margin_end (scrolled, 6);
  gtk_widget_add_css_class (table, "tight");
  gtk_label_set_wrap (GTK_LABEL (none), TRUE);
  gtk_label_set_xalign (GTK_LABEL (none), 0);
  gtk_widget_add_css_class (none, "dim-label");
  gtk_widget_add_css_class (none, "padded");
  gtk_widget_add_css_class (stack, "card");
  gtk_widget_set_overflow (stack, GTK_OVERFLOW_HIDDEN);
  gtk_stack_add_named (GTK_STACK (stack), none, "none");
  gtk_stack_add_named (GTK_STACK (stack), scrolled, "table");
  g_object_set_data_full (G_OBJECT (stack), "tf-desk", g_object_ref (desk), g_object_unref);
  g_signal_connect_object (tf_desk_get_connections (desk), "items-changed", G_CALLBACK (update_stack), stack, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "renewed", G_CALLBACK (update_stack), stack, G_CONNECT_SWAPPED);
  update_stack (GTK_STACK (stack));
  return stack;
}
