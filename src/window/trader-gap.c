#include "window/trader-gap.h"

#include <glib/gi18n.h>

#include "core/following/gap.h"
#include "model/words.h"
#include "window/card.h"
#include "window/chart.h"
#include "window/columns.h"
#include "window/follow.h"

#define REFRESH_EVERY (G_USEC_PER_SEC / 2)

struct _TfTraderGap
{
  GtkWidget  parent_instance;
  TfDesk    *desk;
  guint      trader;
  gint64     last;   /* update, monotonic */
  GtkWidget *account, *chart, *sentence, *parts;
};

G_DEFINE_FINAL_TYPE (TfTraderGap, tf_trader_gap, GTK_TYPE_WIDGET)

/* What each part is, for the reader who sees it the first time. */
static const char *const explanations[TF_N_GAP_PARTS] = {
  [TF_GAP_SIZING] = N_("The policy’s bounds and caps made it smaller"),
  [TF_GAP_ROUNDING] = N_("Whole lots and smallest orders"),
  [TF_GAP_SKIPPED] = N_("Refused, or given up before the trader did"),
  [TF_GAP_DELAY] = N_("The market had moved when the signal was known"),
  [TF_GAP_SLIPPAGE] = N_("Filled at another price than the last one known"),
  [TF_GAP_FEES] = N_("Trading fees"),
  [TF_GAP_FUNDING] = N_("Paid for holding"),
};

static void
show_parts (TfTraderGap *self,
            const TfGap *gap)
{
  GtkWidget *grid = self->parts;
  g_autofree char *leader = tf_words_money_change (gap->leader), *copy = tf_words_money_change (gap->copy);
  guint row = 0;

  tf_grid_set (grid, 0, row, TF_GRID_TITLE, _("Part"));
  tf_grid_set (grid, 1, row++, TF_GRID_TITLE, _("US dollars"));
  tf_grid_set (grid, 0, row, TF_GRID_NAME, _("The trader, at the policy’s full size"));
  tf_grid_set (grid, 1, row++, TF_GRID_SUM, leader);
  for (guint p = 0; p < TF_N_GAP_PARTS; p++)
    {
      g_autofree char *cost = tf_words_money_change ((TfMoney) { -gap->parts[p].raw });
      GtkLabel *name = tf_grid_set (grid, 0, row, TF_GRID_NAME, _(tf_gap_part_title ((TfGapPart) p)));

      gtk_widget_set_tooltip_text (GTK_WIDGET (name), _(explanations[p]));
      tf_label_tone (tf_grid_set (grid, 1, row++, TF_GRID_NUMBER, cost), (double) -gap->parts[p].raw);
    }
  tf_grid_set (grid, 0, row, TF_GRID_NAME, _("The copy"));
  tf_grid_set (grid, 1, row, TF_GRID_SUM, copy);
}

static void
show_chart (TfTraderGap *self,
            const TfGap *gap)
{
  TfPlot *plot = tf_chart_get_plot (TF_CHART (self->chart));
  TfPlotBar bars[1 + TF_N_GAP_PARTS] = { { _("Trader"), tf_money_double (gap->leader) } };

  for (guint p = 0; p < TF_N_GAP_PARTS; p++)
    bars[1 + p] = (TfPlotBar) { _(tf_gap_part_title ((TfGapPart) p)), -tf_money_double (gap->parts[p]) };
  tf_plot_clear (plot);
  tf_plot_add_waterfall (plot, NULL, bars, G_N_ELEMENTS (bars), _("Copy"));
  tf_plot_set_format (plot, TF_FORMAT_MONEY, 2);
  tf_chart_changed (TF_CHART (self->chart));
}

static char *
sentence_for (const TfGap *gap,
              const char  *account)
{
  gint64 most = 0;
  guint part = 0;
  TfMoney difference = { gap->leader.raw - gap->copy.raw };
  g_autofree char *amount = NULL, *largest = NULL;

  for (guint p = 0; p < TF_N_GAP_PARTS; p++)
    if (ABS (gap->parts[p].raw) > ABS (most))
      {
        most = gap->parts[p].raw;
        part = p;
      }
  if (most == 0)
    return g_strdup_printf (_("%s and the trader have the same result so far."), account);
  amount = tf_words_money ((TfMoney) { ABS (difference.raw) });
  largest = tf_words_money_change ((TfMoney) { -most });
  return g_strdup_printf (difference.raw >= 0 ? _("%s has %s less than the trader at full size would have. The largest part: %s, %s.")
                                              : _("%s has %s more than the trader at full size would have. The largest part: %s, %s."),
                          account, amount, _(tf_gap_part_title ((TfGapPart) part)), largest);
}

static gboolean
is_nothing (const TfGap *gap)
{
  gboolean nothing = gap->leader.raw == 0 && gap->copy.raw == 0;

  for (guint p = 0; p < TF_N_GAP_PARTS; p++)
    nothing = nothing && gap->parts[p].raw == 0;
  return nothing;
}

static void
show (TfTraderGap *self)
{
  const TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  guint account = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->account));
  const TfFollowView *follow;
  g_autofree char *sentence = NULL;
  gboolean known;

  self->last = g_get_monotonic_time ();
  if (snapshot == NULL || self->trader >= snapshot->config->n_traders || account >= snapshot->config->n_accounts)
    return;
  follow = tf_snapshot_follow (snapshot, self->trader, account);
  known = follow->gap_known && !is_nothing (&follow->gap);
  gtk_widget_set_visible (self->chart, known);
  gtk_widget_set_visible (gtk_widget_get_parent (self->parts), known);
  if (known)
    {
      show_parts (self, &follow->gap);
      show_chart (self, &follow->gap);
      sentence = sentence_for (&follow->gap, snapshot->config->accounts[account].id);
    }
  else
    sentence = g_strdup (_("There is nothing to compare yet: it is counted from the first signal that an account may copy."));
  tf_label_set (GTK_LABEL (self->sentence), sentence, FALSE);
}

/**
 * tf_trader_gap_update:
 * @trader: its index
 */
void
tf_trader_gap_update (TfTraderGap *self,
                      guint        trader)
{
  if (self->trader == trader && g_get_monotonic_time () - self->last < REFRESH_EVERY)
    return;
  self->trader = trader;
  show (self);
}

static void
tf_trader_gap_dispose (GObject *object)
{
  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&TF_TRADER_GAP (object)->desk);
  G_OBJECT_CLASS (tf_trader_gap_parent_class)->dispose (object);
}

static void
tf_trader_gap_class_init (TfTraderGapClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tf_trader_gap_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
tf_trader_gap_init (TfTraderGap *self)
{
  self->trader = G_MAXUINT;
}

GtkWidget *
tf_trader_gap_new (TfDesk *desk)
{
  TfTraderGap *self = g_object_new (TF_TYPE_TRADER_GAP, NULL);
  const TfConfig *config = tf_desk_get_config (desk);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *inside = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  g_autoptr (GtkStringList) accounts = gtk_string_list_new (NULL);

  self->desk = g_object_ref (desk);
  for (guint a = 0; a < config->n_accounts; a++)
    gtk_string_list_append (accounts, config->accounts[a].id);
  self->account = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&accounts)), NULL);
  gtk_widget_set_halign (self->account, GTK_ALIGN_START);
  tf_accessible_name (self->account, _("Account of the copy gap"));
  self->sentence = tf_text_new (NULL, NULL);
  self->chart = tf_chart_new ();
  tf_chart_set_label (TF_CHART (self->chart), _("Copy gap"));
  gtk_widget_set_size_request (self->chart, -1, 250);
  self->parts = tf_grid_new (_("Parts of the copy gap"));
  gtk_box_append (GTK_BOX (inside), self->account);
  gtk_box_append (GTK_BOX (inside), self->sentence);
  gtk_box_append (GTK_BOX (inside), self->chart);
  gtk_box_append (GTK_BOX (box), tf_card_new (_("Copy gap"), inside));
  gtk_box_append (GTK_BOX (box), tf_card_new (_("The parts sum to the difference, to the last unit"), self->parts));
  gtk_widget_set_parent (box, GTK_WIDGET (self));
  g_signal_connect_object (self->account, "notify::selected", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
