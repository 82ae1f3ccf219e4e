#include "window/dashboard-page.h"

#include <glib/gi18n.h>
#include <math.h>

#include "config.h"
#include "model/words.h"
#include "window/account-card.h"
#include "window/adaptive.h"
#include "window/chart.h"
#include "window/columns.h"
#include "window/dashboard-tables.h"
#include "window/sparkline.h"

#define MOST_MARKS 150
#define PREFLIGHT_SECONDS 4 /* that the finished list stays */

/* What has to stand before the first trade. */
enum { CHECK_MARKET, CHECK_HISTORY, CHECK_ACCOUNTS, CHECK_BOTS, CHECK_FOLLOWS, CHECK_JOURNAL, N_CHECKS };

struct _TfDashboardPage
{
  GtkWidget     parent_instance;
  TfDesk       *desk;
  GtkLabel     *equity, *today, *open, *rate, *copied, *simulated, *quote;
  TfSparkline  *spark;
  GtkButton    *start;
  GtkRevealer  *preflight;
  GtkFlowBox   *checks;
  GtkWidget    *cards;
  GtkDropDown  *instrument;
  GtkBox       *intervals, *chart_bar;
  TfChart      *chart;
  GtkStack     *tables, *feed_stack;
  GtkWidget    *add_trader;
  GtkListView  *feed;
  GtkLabel     *check_labels[N_CHECKS];
  guint         hide_preflight, frames;
  TfTime        interval;   /* of the chart’s candles; 0: as they come */
  gint64        drawn_seq;  /* what the chart shows: entry and newest bar, so that it is not drawn for nothing */
  TfTime        drawn_time;
  gint64        drawn_close;
  guint         drawn_rows; /* fills and signals that may stand on it */
  gint          drawn_instrument;
};

G_DEFINE_FINAL_TYPE (TfDashboardPage, tf_dashboard_page, GTK_TYPE_WIDGET)

/* Head line */

static void
refresh_totals (TfDashboardPage *self)
{
  const TfTotals *totals = tf_desk_get_totals (self->desk);
  double share = totals->equity != totals->today ? (double) totals->today / (double) (totals->equity - totals->today) : 0;
  g_autofree char *equity = tf_words_money ((TfMoney) { totals->equity });
  g_autofree char *change = tf_words_money_change ((TfMoney) { totals->today });
  g_autofree char *percent = tf_words_percent_change (share, 2);
  g_autofree char *today = g_strdup_printf (_("Today %s (%s)"), change, percent);
  g_autofree char *open = tf_words_count (totals->positions);
  g_autofree char *rate = tf_words_number (totals->signals_per_minute, totals->signals_per_minute < 1 ? 2 : totals->signals_per_minute < 10 ? 1 : 0);
  g_autofree char *copied = tf_words_count (totals->copied);

  tf_label_set (self->equity, equity, FALSE);
  tf_label_set (self->today, today, FALSE);
  tf_label_tone (self->today, (double) totals->today);
  tf_label_set (self->open, open, FALSE);
  tf_label_set (self->rate, rate, FALSE);
  tf_label_set (self->copied, copied, FALSE);
  tf_sparkline_set_values (self->spark, totals->spark, (guint) totals->n_spark);
}

/* Preflight */

static void
set_check (TfDashboardPage *self,
           guint            check,
           gboolean         done,
           const char      *text)
{
  g_autofree char *line = g_strdup_printf ("%s %s", done ? "✓" : "○", text);

  if (self->check_labels[check] == NULL)
    {
      self->check_labels[check] = GTK_LABEL (gtk_label_new (NULL));
      gtk_label_set_xalign (self->check_labels[check], 0);
      gtk_flow_box_append (self->checks, GTK_WIDGET (self->check_labels[check]));
    }
  tf_label_set (self->check_labels[check], line, FALSE);
  if (done)
    gtk_widget_remove_css_class (GTK_WIDGET (self->check_labels[check]), "dim-label");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->check_labels[check]), "dim-label");
}

static void
on_preflight_over (gpointer data)
{
  TfDashboardPage *self = data;

  self->hide_preflight = 0;
  gtk_revealer_set_reveal_child (self->preflight, FALSE);
}

static void
refresh_preflight (TfDashboardPage *self)
{
  TfSystem *system = tf_desk_get_system (self->desk);
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  const TfConfig *config = tf_desk_get_config (self->desk);
  gboolean running = tf_system_get_run_state (system) == TF_RUN_RUNNING, market = FALSE;
  g_autofree char *accounts = NULL, *bots = NULL, *follows = NULL;
  guint followed = 0;
  TfRunFigures figures;

  if (!gtk_revealer_get_reveal_child (self->preflight))
    return;
  tf_system_get_figures (system, &figures);
  for (guint i = 0; running && snapshot != NULL && i < config->universe->n; i++)
    market |= snapshot->quotes[i].time != 0;
  for (guint v = 0; running && snapshot != NULL && v < config->n_traders; v++)
    for (guint a = 0; a < config->n_accounts; a++)
      if (snapshot->voters[config->n_bots + v].followed[a])
        {
          followed++;
          break;
        }
  accounts = g_strdup_printf (ngettext ("%u account", "%u accounts", config->n_accounts), config->n_accounts);
  bots = g_strdup_printf (ngettext ("%u bot", "%u bots", config->n_bots), config->n_bots);
  follows = g_strdup_printf (ngettext ("%u follow", "%u follows", tf_config_n_named (config)), running && snapshot != NULL ? followed : tf_config_n_named (config));
  set_check (self, CHECK_MARKET, market, _("Market"));
  set_check (self, CHECK_HISTORY, running, _("History"));
  set_check (self, CHECK_ACCOUNTS, running && snapshot != NULL, accounts);
  set_check (self, CHECK_BOTS, running && snapshot != NULL, bots);
  set_check (self, CHECK_FOLLOWS, running && followed > 0, follows);
  set_check (self, CHECK_JOURNAL, running && figures.journal_entries > 0, _("Journal"));
  if (market && followed > 0 && figures.journal_entries > 0 && self->hide_preflight == 0)
    self->hide_preflight = g_timeout_add_once (1000 * PREFLIGHT_SECONDS, on_preflight_over, self);
}

static void
on_run_state (TfDashboardPage *self)
{
  TfRunState state = tf_system_get_run_state (tf_desk_get_system (self->desk));
  gboolean idle = !tf_desk_is_running (self->desk);

  gtk_button_set_label (self->start, idle ? _("Start Complete System") : _("Stop"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->start), state != TF_RUN_STOPPING);
  if (idle)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->start), "suggested-action");
      gtk_widget_add_css_class (GTK_WIDGET (self->tables), "idle"); /* nobody is active while nothing runs */
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->start), "suggested-action");
      gtk_widget_remove_css_class (GTK_WIDGET (self->tables), "idle");
    }
  if (state == TF_RUN_STARTING)
    {
      g_clear_handle_id (&self->hide_preflight, g_source_remove);
      gtk_revealer_set_reveal_child (self->preflight, TRUE);
    }
  else if (idle)
    gtk_revealer_set_reveal_child (self->preflight, FALSE);
  refresh_preflight (self);
}

/* Account cards */

static void
on_accounts_changed (TfDashboardPage *self)
{
  GListModel *accounts = tf_desk_get_accounts (self->desk);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->cards)) != NULL)
    gtk_widget_unparent (child);
  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (TfAccountItem) item = g_list_model_get_item (accounts, i);

      gtk_widget_insert_before (tf_account_card_new (item), self->cards, NULL);
    }
}

static void
refresh_cards (TfDashboardPage *self)
{
  gboolean live = tf_desk_is_running (self->desk);

  for (GtkWidget *card = gtk_widget_get_first_child (self->cards); card != NULL; card = gtk_widget_get_next_sibling (card))
    tf_account_card_refresh (TF_ACCOUNT_CARD (card), live);
}

/* Chart */

/* Candles of the chosen interval from those that there are, which are the bots’. */
static GArray *
merged_candles (TfDashboardPage *self,
                const TfCandle  *all,
                guint            n)
{
  GArray *candles = g_array_new (FALSE, FALSE, sizeof (TfCandle));
  TfCandleBuilder builder;
  TfCandle closed;

  if (self->interval <= tf_desk_get_config (self->desk)->interval)
    return g_array_append_vals (candles, all, n);
  tf_candle_builder_init (&builder, self->interval);
  for (guint i = 0; i < n; i++)
    if (tf_candle_builder_merge (&builder, &all[i], &closed))
      g_array_append_val (candles, closed);
  if (builder.open)
    g_array_append_val (candles, builder.current);
  return candles;
}

static void
add_fill_marks (TfDashboardPage *self,
                GArray          *entries,
                GArray          *exits,
                const char      *symbol,
                TfTime           from)
{
  GListModel *fills = tf_desk_get_fills (self->desk);
  guint n = g_list_model_get_n_items (fills);

  for (guint i = 0; i < n && entries->len + exits->len < MOST_MARKS; i++)
    {
      g_autoptr (TfFillItem) item = g_list_model_get_item (fills, i);
      const TfFillValues *now = &item->now;
      gboolean entry = g_str_equal (now->reason, "entry");
      TfPlotMark mark = {
        .time = now->time,
        .value = tf_price_double ((TfPrice) { now->price }),
        .kind = entry ? TF_MARK_ENTRY : TF_MARK_EXIT,
        .direction = entry ? now->side : -now->side,
      };
      g_autofree char *quantity = NULL;

      if (now->time < from)
        break;
      if (!g_str_equal (now->symbol, symbol))
        continue;
      quantity = tf_words_quantity ((TfQty) { ABS (now->quantity) });
      mark.label = g_strdup_printf ("%s: %s %s, %s (%s)", now->account, tf_words_side (now->side), quantity,
                                    tf_words_reason (now->reason), now->name);
      g_array_append_val (entry ? entries : exits, mark);
    }
}

static void
add_refused_marks (TfDashboardPage *self,
                   GArray          *marks,
                   const char      *symbol,
                   TfTime           from)
{
  GListModel *signals = tf_desk_get_signals (self->desk);
  guint n = g_list_model_get_n_items (signals);

  for (guint i = 0; i < n && marks->len < MOST_MARKS; i++)
    {
      g_autoptr (TfSignalItem) item = g_list_model_get_item (signals, i);
      const TfSignalValues *now = &item->now;
      TfPlotMark mark = {
        .time = now->time,
        .value = tf_price_double ((TfPrice) { now->price }),
        .kind = TF_MARK_REFUSED,
        .direction = now->direction,
      };

      if (now->time < from)
        break;
      if (now->copied != 0 || now->price == 0 || isnan (now->confidence) || !g_str_equal (now->symbol, symbol))
        continue;
      mark.label = g_strdup_printf (_("%s, %s: not copied"), now->name, tf_words_direction (now->direction));
      g_array_append_val (marks, mark);
    }
}

static void
clear_mark (gpointer data)
{
  g_free ((char *) ((TfPlotMark *) data)->label);
}

static GArray *
new_marks (void)
{
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (TfPlotMark));

  g_array_set_clear_func (marks, clear_mark);
  return marks;
}

/* The legend names what is on the chart. */
static void
add_marks (TfPlot     *plot,
           const char *name,
           GArray     *marks)
{
  if (marks->len > 0)
    tf_plot_add_marks (plot, name, (const TfPlotMark *) (gpointer) marks->data, marks->len);
}

/* Of a system at rest: how old what is shown is. No clock tells what is simulated, or replayed, by the time of day. */
static char *
describe_rest (TfDashboardPage *self,
               const TfCandle  *last)
{
  TfTime end = last->time + tf_desk_get_config (self->desk)->interval;
  g_autofree char *date = tf_words_date (end), *age = tf_words_age (g_get_real_time () * 1000 - end);

  return tf_desk_can_listen (self->desk) ? g_strdup_printf (_("newest bar %s old"), age)
                                         : g_strdup_printf (_("newest bar of %s"), date);
}

static void
refresh_quote (TfDashboardPage *self,
               const TfCandle  *last,
               gint             i)
{
  const TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  const TfQuoteView none = { .last = last->close }, *quote = &none;
  gboolean live = tf_desk_is_running (self->desk);
  g_autofree char *price = NULL, *change = NULL, *rest = NULL, *text = NULL;
  double open;

  if (snapshot != NULL && snapshot->config == tf_desk_get_config (self->desk) && snapshot->quotes[i].time != 0)
    quote = &snapshot->quotes[i];
  open = tf_price_double (quote->day_open);
  price = tf_words_price (quote->last);
  change = tf_words_percent_change (open > 0 ? tf_price_double (quote->last) / open - 1 : (double) NAN, 2);
  rest = live ? NULL : describe_rest (self, last);
  text = live ? g_strdup_printf ("%s  %s", price, change) : g_strdup_printf ("%s  · %s", price, rest);
  tf_label_set (self->quote, text, FALSE);
  tf_label_tone (self->quote, live ? (double) (quote->last.raw - quote->day_open.raw) : 0);
  if (live)
    gtk_widget_remove_css_class (GTK_WIDGET (self->quote), "dim-label");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->quote), "dim-label");
}

static void
refresh_chart (TfDashboardPage *self)
{
  const TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  gint i = (gint) gtk_drop_down_get_selected (self->instrument);
  gint64 seq = snapshot != NULL ? snapshot->seq : 0;
  guint n, rows = g_list_model_get_n_items (tf_desk_get_fills (self->desk)) + g_list_model_get_n_items (tf_desk_get_signals (self->desk));
  const TfCandle *all = tf_desk_get_candles (self->desk, i, &n);
  TfPlot *plot = tf_chart_get_plot (self->chart);
  g_autoptr (GArray) candles = NULL, entries = new_marks (), exits = new_marks (), refused = new_marks ();
  const TfInstrument *instrument;
  TfTime from;

  if (all == NULL)
    return;
  refresh_quote (self, &all[n - 1], i);
  if (self->drawn_seq == seq && self->drawn_time == all[n - 1].time && self->drawn_close == all[n - 1].close.raw
      && self->drawn_instrument == i && self->drawn_rows == rows)
    return;
  self->drawn_rows = rows;
  self->drawn_seq = seq;
  self->drawn_time = all[n - 1].time;
  self->drawn_close = all[n - 1].close.raw;
  self->drawn_instrument = i;
  instrument = &tf_desk_get_config (self->desk)->universe->items[i];
  candles = merged_candles (self, all, n);
  from = g_array_index (candles, TfCandle, 0).time;
  add_fill_marks (self, entries, exits, instrument->symbol, from);
  add_refused_marks (self, refused, instrument->symbol, from);
  tf_plot_clear (plot);
  tf_plot_add_candles (plot, NULL, (const TfCandle *) (gpointer) candles->data, candles->len);
  add_marks (plot, _("Not copied"), refused);
  add_marks (plot, _("Closed"), exits);
  add_marks (plot, _("Opened"), entries);
  tf_chart_changed (self->chart);
}

static void
redraw_chart (TfDashboardPage *self)
{
  self->drawn_seq = -1;
  refresh_chart (self);
}

static void
on_instrument (TfDashboardPage *self)
{
  guint selected = gtk_drop_down_get_selected (self->instrument);
  const TfConfig *config = tf_desk_get_config (self->desk);

  if (selected >= config->universe->n)
    return;
  tf_chart_set_label (self->chart, config->universe->items[selected].symbol);
  tf_chart_set_slot (self->chart, self->interval);
  tf_desk_set_chart (self->desk, (gint) selected);
}

static void
on_interval (GtkToggleButton *button,
             TfDashboardPage *self)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  self->interval = (TfTime) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "tf-minutes")) * TF_MINUTE;
  tf_chart_set_slot (self->chart, self->interval);
  redraw_chart (self);
}

/* The bots’ own interval and two coarser ones. */
static void
fill_intervals (TfDashboardPage *self,
                TfTime           base)
{
  static const struct { int minutes; const char *label; } all[] = {
    { 1, "1m" }, { 5, "5m" }, { 15, "15m" }, { 60, "1h" }, { 240, "4h" }, { 1440, "1d" },
  };
  GtkWidget *child, *group = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->intervals))) != NULL)
    gtk_box_remove (self->intervals, child);
  self->interval = base;
  tf_chart_set_slot (self->chart, base);
  for (guint i = 0, n = 0; i < G_N_ELEMENTS (all) && n < 3; i++)
    if (all[i].minutes * TF_MINUTE >= base)
      {
        GtkWidget *button = gtk_toggle_button_new_with_label (all[i].label);
        g_autofree char *name = g_strdup_printf (_("Candles of %s"), all[i].label);

        gtk_widget_add_css_class (button, "flat");
        gtk_widget_add_css_class (button, "tiny");
        tf_accessible_name (button, name);
        g_object_set_data (G_OBJECT (button), "tf-minutes", GINT_TO_POINTER (all[i].minutes));
        if (group == NULL)
          gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
        else
          gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (group));
        group = group != NULL ? group : button;
        g_signal_connect (button, "toggled", G_CALLBACK (on_interval), self);
        gtk_box_append (self->intervals, button);
        n++;
      }
}

/* Another configuration: other instruments, another interval. */
static void
on_renewed (TfDashboardPage *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);
  g_autoptr (GtkStringList) symbols = gtk_string_list_new (NULL);
  guint selected = gtk_drop_down_get_selected (self->instrument);

  for (guint i = 0; i < config->universe->n; i++)
    gtk_string_list_append (symbols, config->universe->items[i].symbol);
  gtk_drop_down_set_model (self->instrument, G_LIST_MODEL (symbols));
  gtk_drop_down_set_selected (self->instrument, selected < config->universe->n ? selected : 0);
  on_instrument (self);
  fill_intervals (self, config->interval);
  gtk_widget_set_visible (GTK_WIDGET (self->simulated), config->simulated);
}

/* Tables and feed */

static void
name_page (GtkStackPage *page,
           const char   *title,
           guint         n)
{
  g_autofree char *text = n > 0 ? g_strdup_printf ("%s %u", title, n) : g_strdup (title);

  if (g_strcmp0 (gtk_stack_page_get_title (page), text) != 0)
    gtk_stack_page_set_title (page, text);
}

static void
name_pages (TfDashboardPage *self)
{
  const struct { const char *name, *title; GListModel *model; } pages[] = {
    { "bots", _("Bots"), tf_desk_get_bots (self->desk) },
    { "traders", _("Traders"), tf_desk_get_traders (self->desk) },
    { "positions", _("Positions"), tf_desk_get_positions (self->desk) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    name_page (gtk_stack_get_page (self->tables, gtk_stack_get_child_by_name (self->tables, pages[i].name)), pages[i].title,
               g_list_model_get_n_items (pages[i].model));
}

static void
on_feed_setup (GtkListItemFactory *factory,
               GtkListItem        *list_item)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9), *time = gtk_label_new (NULL), *text = gtk_label_new (NULL);

  gtk_label_set_yalign (GTK_LABEL (time), 0);
  gtk_widget_add_css_class (time, "numeric");
  gtk_widget_add_css_class (time, "caption");
  gtk_widget_add_css_class (time, "dim-label");
  gtk_widget_set_margin_top (time, 1);
  gtk_widget_add_css_class (text, "caption");
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (text), 16); /* without, each row measures all the ways its text can be broken */
  gtk_label_set_max_width_chars (GTK_LABEL (text), 16);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_box_append (GTK_BOX (row), time);
  gtk_box_append (GTK_BOX (row), text);
  gtk_list_item_set_child (list_item, row);
  gtk_list_item_set_activatable (list_item, FALSE);
}

static void
on_feed_bind (GtkListItemFactory *factory,
              GtkListItem        *list_item)
{
  static const char *const classes[] = { NULL, "tone-refused", NULL, "tone-warning", "tone-alarm" };
  TfFeedItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *time = gtk_widget_get_first_child (gtk_list_item_get_child (list_item));
  GtkWidget *text = gtk_widget_get_next_sibling (time);
  g_autofree char *clock = tf_words_clock (item->now.time), *date = tf_words_date (item->now.time);

  gtk_label_set_text (GTK_LABEL (time), clock);
  gtk_widget_set_tooltip_text (time, date);
  gtk_label_set_text (GTK_LABEL (text), item->now.text);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (classes[i] != NULL && i == (guint) item->now.tone)
      gtk_widget_add_css_class (text, classes[i]);
    else if (classes[i] != NULL)
      gtk_widget_remove_css_class (text, classes[i]);
}

static void
add_feed (TfDashboardPage *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkSelectionModel) model =
    GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (tf_desk_get_feed (self->desk))));

  g_signal_connect (factory, "setup", G_CALLBACK (on_feed_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_feed_bind), NULL);
  gtk_list_view_set_factory (self->feed, factory);
  gtk_list_view_set_model (self->feed, model);
  g_object_unref (factory);
  tf_list_stay_on_top (GTK_WIDGET (self->feed));
}

/* A table is made when it is first chosen. */
static void
on_table (TfDashboardPage *self)
{
  static const struct { const char *name; GtkWidget *(*create) (TfDesk *desk); } tables[] = {
    { "bots", tf_bots_table_new }, { "traders", tf_traders_table_new }, { "positions", tf_positions_table_new },
    { "fills", tf_fills_table_new },
  };
  GtkWidget *slot = gtk_stack_get_visible_child (self->tables);

  gtk_widget_set_visible (self->add_trader, g_strcmp0 (gtk_stack_get_visible_child_name (self->tables), "traders") == 0);
  if (slot == NULL || gtk_widget_get_first_child (slot) != NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (g_strcmp0 (gtk_stack_get_visible_child_name (self->tables), tables[i].name) == 0)
      {
        GtkWidget *table = tables[i].create (self->desk);

        gtk_widget_set_vexpand (table, TRUE);
        gtk_box_append (GTK_BOX (slot), table);
      }
}

static void
add_tables (TfDashboardPage *self)
{
  static const char *const names[] = { "bots", "traders", "positions", "fills" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    gtk_stack_add_named (self->tables, gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), names[i]);
  name_pages (self);
  name_page (gtk_stack_get_page (self->tables, gtk_stack_get_child_by_name (self->tables, "fills")), _("Fills"), 0);
  g_signal_connect_object (self->tables, "notify::visible-child", G_CALLBACK (on_table), self, G_CONNECT_SWAPPED);
}

/* The first frame does without the table: so the window stands earlier. */
static gboolean
on_first_frames (GtkWidget     *widget,
                 GdkFrameClock *clock,
                 gpointer       data)
{
  TfDashboardPage *self = TF_DASHBOARD_PAGE (widget);

  if (self->frames++ == 0)
    return G_SOURCE_CONTINUE;
  on_table (self);
  return G_SOURCE_REMOVE;
}

static void
on_updated (TfDashboardPage *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  refresh_totals (self);
  refresh_cards (self);
  refresh_preflight (self);
  refresh_chart (self);
  name_pages (self);
  gtk_stack_set_visible_child_name (self->feed_stack,
                                    g_list_model_get_n_items (tf_desk_get_feed (self->desk)) > 0 ? "feed" : "empty");
}

/* The object */

static void
tf_dashboard_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (tf_dashboard_page_parent_class)->map (widget);
  on_instrument (TF_DASHBOARD_PAGE (widget)); /* another page may have asked for another one’s candles */
  on_updated (TF_DASHBOARD_PAGE (widget));
}

static void
tf_dashboard_page_dispose (GObject *object)
{
  TfDashboardPage *self = TF_DASHBOARD_PAGE (object);
  GtkWidget *child;

  g_clear_handle_id (&self->hide_preflight, g_source_remove);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (tf_dashboard_page_parent_class)->dispose (object);
}

static void
tf_dashboard_page_class_init (TfDashboardPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tf_dashboard_page_dispose;
  widget_class->map = tf_dashboard_page_map;
  g_type_ensure (TF_TYPE_ADAPTIVE);
  g_type_ensure (TF_TYPE_CHART);
  g_type_ensure (TF_TYPE_SPARKLINE);
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/dashboard-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, equity);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, today);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, open);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, rate);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, copied);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, simulated);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, quote);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, spark);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, start);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, preflight);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, checks);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, cards);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, instrument);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, intervals);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, chart_bar);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, chart);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, tables);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, add_trader);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, feed_stack);
  gtk_widget_class_bind_template_child (widget_class, TfDashboardPage, feed);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
tf_dashboard_page_init (TfDashboardPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  tf_plot_set_empty_text (tf_chart_get_plot (self->chart), _("Prices appear when the system has started."));
}

/**
 * tf_dashboard_page_new:
 * @desk: (transfer none): what it shows
 */
GtkWidget *
tf_dashboard_page_new (TfDesk *desk)
{
  TfDashboardPage *self = g_object_new (TF_TYPE_DASHBOARD_PAGE, NULL);
  GListModel *accounts = tf_desk_get_accounts (desk);
  GtkWidget *legend;

  self->desk = g_object_ref (desk);
  g_signal_connect_object (accounts, "items-changed", G_CALLBACK (on_accounts_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "updated", G_CALLBACK (on_updated), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "renewed", G_CALLBACK (on_renewed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "notify::run-state", G_CALLBACK (on_run_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->instrument, "notify::selected", G_CALLBACK (on_instrument), self, G_CONNECT_SWAPPED);
  legend = tf_chart_legend_new (self->chart);
  gtk_widget_set_tooltip_text (legend, _("Opened: a filled triangle that points up for a long trade, down for a short one.\n"
                                         "Closed: a hollow triangle that points back.\n"
                                         "Not copied: a dot where a bot or trader proposed what no account took."));
  gtk_box_append (self->chart_bar, legend);
  on_accounts_changed (self);
  on_renewed (self);
  add_tables (self);
  add_feed (self);
  gtk_widget_add_tick_callback (GTK_WIDGET (self), on_first_frames, NULL, NULL);
  refresh_totals (self);
  on_run_state (self);
  return GTK_WIDGET (self);
}
