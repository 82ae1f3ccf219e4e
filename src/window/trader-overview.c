#include "window/trader-overview.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/analytics/ranking.h"
#include "model/words-trader.h"
#include "model/words.h"
#include "window/adaptive.h"
#include "window/card.h"
#include "window/columns.h"
#include "window/follow.h"

struct _TfTraderOverview
{
  GtkWidget  parent_instance;
  TfDesk    *desk;
  GtkWidget *verdict, *record, *ranking, *positions, *flat;
};

G_DEFINE_FINAL_TYPE (TfTraderOverview, tf_trader_overview, GTK_TYPE_WIDGET)

/* The record */

static void
show_row (GtkWidget  *grid,
          guint       row,
          const char *name,
          char       *value,
          char       *interval)
{
  tf_grid_set (grid, 0, row, TF_GRID_NAME, name);
  tf_grid_set (grid, 1, row, TF_GRID_NUMBER, value);
  tf_grid_set (grid, 2, row, TF_GRID_NUMBER, interval);
  g_free (value);
  g_free (interval);
}

static void
show_estimate (GtkWidget        *grid,
               guint             row,
               const char       *name,
               const TfEstimate *estimate,
               gboolean          percent)
{
  show_row (grid, row, name, percent ? tf_words_percent (estimate->mean, 0) : tf_words_r (estimate->mean),
            isfinite (estimate->low) && isfinite (estimate->high) ? tf_words_interval (estimate->low, estimate->high, percent)
                                                                  : g_strdup ("–"));
}

/* One sentence that can be read alone. */
static char *
verdict_of (const TfTrackRecord *record,
            const TfEstimate    *mean,
            const TfEstimate    *decay)
{
  g_autofree char *low = NULL, *high = NULL;

  if (record->resolved == 0)
    return g_strdup (_("Nothing has come to an outcome yet: there is no record."));
  if (tf_track_record_is_early (record))
    return g_strdup_printf (_("Too early to judge: %u of %u outcomes."), record->resolved, TF_TRACK_ENOUGH);
  low = tf_words_r (mean->low);
  high = tf_words_r (mean->high);
  if (mean->low > 0)
    return g_strdup_printf (decay->high < 0 ? _("Better than luck: the mean lies between %s and %s. Lately it has become worse.")
                                            : _("Better than luck: the mean lies between %s and %s."), low, high);
  if (mean->high < 0)
    return g_strdup_printf (_("Followers have lost: the mean lies between %s and %s."), low, high);
  return g_strdup_printf (_("Not told apart from luck yet: the mean lies between %s and %s."), low, high);
}

static void
show_record (TfTraderOverview  *self,
             const TfVoterView *view)
{
  const TfTrackRecord *record = &view->record;
  gboolean early = tf_track_record_is_early (record);
  TfEstimate mean = { 0 }, hits = { 0 }, decay = { 0 };
  g_autofree char *verdict = NULL, *resolved = tf_words_count (record->resolved), *signals = tf_words_count (view->signals);
  g_autofree char *interval = NULL;
  GtkWidget *grid = self->record;
  guint row = 0;

  if (record->resolved > 0)
    {
      tf_track_record_mean (record, TF_RECORD_LEVEL, &mean);
      tf_track_record_hit_rate (record, TF_RECORD_LEVEL, &hits);
      tf_track_record_decay (record, TF_RECORD_LEVEL, &decay);
    }
  verdict = verdict_of (record, &mean, &decay);
  tf_label_set (GTK_LABEL (self->verdict), verdict, FALSE);
  interval = g_strdup_printf (_("%d %% credible"), (int) (100 * TF_RECORD_LEVEL + 0.5));
  tf_grid_set (grid, 0, row, TF_GRID_TITLE, _("After costs, from the first price after it was known"));
  tf_grid_set (grid, 1, row, TF_GRID_TITLE, _("Found"));
  tf_grid_set (grid, 2, row++, TF_GRID_TITLE, early ? "" : interval);
  show_row (grid, row++, _("Signals that have come to an outcome"), g_strdup_printf (_("%s of %s"), resolved, signals), g_strdup (""));
  if (early) /* no figure of it is shown as one */
    {
      tf_grid_cut (grid, row);
      return;
    }
  show_estimate (grid, row++, _("Mean outcome"), &mean, FALSE);
  show_estimate (grid, row++, _("Hit rate"), &hits, TRUE);
  show_estimate (grid, row++, _("Lately against before"), &decay, FALSE);
  show_row (grid, row++, _("At the trader’s own prices, before costs"), tf_words_r (record->owned > 0 ? record->own : (double) NAN),
            g_strdup (""));
  show_row (grid, row++, _("What a follower could get of the same"), tf_words_r (record->owned > 0 ? record->reached : (double) NAN),
            g_strdup (""));
  show_row (grid, row++, _("Deepest fall of the sum"), tf_words_r (-record->drawdown), g_strdup (""));
  show_row (grid, row++, _("Held on average"), tf_words_age ((TfTime) (record->holding_seconds * TF_SECOND)), g_strdup (""));
  show_row (grid, row++, _("Profit and loss of the copies"), tf_words_money_change (view->pnl), g_strdup (""));
  tf_grid_cut (grid, row);
}

/* Both skills that were learned of it */

static void
show_skills (TfTraderOverview  *self,
             const TfSnapshot  *snapshot,
             guint              voter,
             const TfVoterView *view)
{
  g_autoptr (GArray) ranks = tf_ranking_of_traders (snapshot);
  guint row = 0, n = 0, place = 0;
  const TfRank *rank = NULL;
  GtkWidget *grid = self->ranking;

  for (guint i = 0; i < ranks->len; i++)
    {
      const TfRank *other = &g_array_index (ranks, TfRank, i);

      n += other->n > 0;
      if (other->index == voter)
        {
          rank = other;
          place = n;
        }
    }
  tf_grid_set (grid, 0, row, TF_GRID_TITLE, _("Two ways to learn the same thing"));
  tf_grid_set (grid, 1, row++, TF_GRID_TITLE, "");
  if (rank == NULL || rank->n == 0)
    show_row (grid, row++, _("Place among traders with a record"), g_strdup ("–"), g_strdup (""));
  else
    {
      show_row (grid, row++, _("Place among traders with a record"), g_strdup_printf (_("%u of %u"), place, n), g_strdup (""));
      show_row (grid, row++, _("Expected, drawn towards the mean of all"), tf_words_r (rank->shrunk), g_strdup_printf ("± %.2f", rank->sd));
      show_row (grid, row++, _("Chance that it is above zero"), tf_words_percent (rank->better, 0), g_strdup (""));
    }
  show_row (grid, row++, _("Weight in the ensemble, R"), tf_words_number (view->weight, 3), g_strdup_printf ("± %.3f", view->weight_sd));
  tf_grid_cut (grid, row);
}

/* Positions */

static gboolean
is_held (const TfSnapshot *snapshot,
         guint             trader,
         guint             instrument)
{
  for (guint i = 0; i < snapshot->n_holdings; i++)
    if (snapshot->holdings[i].trader == trader && snapshot->holdings[i].instrument == instrument && snapshot->holdings[i].quantity.raw != 0)
      return TRUE;
  for (guint i = 0; i < snapshot->n_positions; i++)
    if (snapshot->positions[i].voter == snapshot->config->n_bots + trader && snapshot->positions[i].instrument == instrument)
      return TRUE;
  return FALSE;
}

static char *
holding_text (gint64 quantity)
{
  g_autofree char *number = tf_words_quantity ((TfQty) { ABS (quantity) });

  return quantity == 0 ? g_strdup ("–") : g_strdup_printf ("%s %s", tf_words_direction (quantity > 0 ? 1 : -1), number);
}

static void
show_positions (TfTraderOverview *self,
                const TfSnapshot *snapshot,
                guint             trader)
{
  const TfConfig *config = snapshot->config;
  GtkWidget *grid = self->positions;
  guint row = 1;

  tf_grid_set (grid, 0, 0, TF_GRID_TITLE, _("Instrument"));
  tf_grid_set (grid, 1, 0, TF_GRID_TITLE, _("The trader"));
  for (guint a = 0; a < config->n_accounts; a++)
    tf_grid_set (grid, 2 + a, 0, TF_GRID_TITLE, config->accounts[a].id);
  for (guint i = 0; i < config->universe->n; i++)
    {
      gint64 held = 0;
      g_autofree char *text = NULL;

      if (!is_held (snapshot, trader, i))
        continue;
      for (guint k = 0; k < snapshot->n_holdings; k++)
        if (snapshot->holdings[k].trader == trader && snapshot->holdings[k].instrument == i)
          held = snapshot->holdings[k].quantity.raw;
      text = holding_text (held);
      tf_grid_set (grid, 0, row, TF_GRID_NAME, config->universe->items[i].symbol);
      tf_grid_set (grid, 1, row, TF_GRID_NUMBER, text);
      for (guint a = 0; a < config->n_accounts; a++)
        {
          const TfPositionView *position = NULL;
          g_autofree char *ours = NULL, *pnl = NULL, *both = NULL;
          GtkLabel *label;

          for (guint k = 0; k < snapshot->n_positions; k++)
            if (snapshot->positions[k].account == a && snapshot->positions[k].voter == config->n_bots + trader
                && snapshot->positions[k].instrument == i)
              position = &snapshot->positions[k];
          ours = holding_text (position != NULL ? position->quantity.raw : 0);
          pnl = tf_words_money_change ((TfMoney) { position != NULL ? position->value.raw - position->cost.raw : 0 });
          both = position != NULL ? g_strdup_printf ("%s · %s", ours, pnl) : g_strdup (ours);
          label = tf_grid_set (grid, 2 + a, row, TF_GRID_NUMBER, both);
          tf_label_tone (label, position != NULL ? (double) (position->value.raw - position->cost.raw) : 0);
        }
      row++;
    }
  tf_grid_cut (grid, row);
  gtk_widget_set_visible (grid, row > 1);
  gtk_widget_set_visible (self->flat, row == 1);
}

/**
 * tf_trader_overview_update:
 * @trader: its index
 */
void
tf_trader_overview_update (TfTraderOverview *self,
                           guint             trader)
{
  const TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  const TfVoterView *view;
  guint voter;

  if (snapshot == NULL || trader >= snapshot->config->n_traders)
    return;
  voter = snapshot->config->n_bots + trader;
  view = &snapshot->voters[voter];
  show_record (self, view);
  show_skills (self, snapshot, voter, view);
  show_positions (self, snapshot, trader);
}

/* The object */

static void
tf_trader_overview_dispose (GObject *object)
{
  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&TF_TRADER_OVERVIEW (object)->desk);
  G_OBJECT_CLASS (tf_trader_overview_parent_class)->dispose (object);
}

static void
tf_trader_overview_class_init (TfTraderOverviewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tf_trader_overview_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
tf_trader_overview_init (TfTraderOverview *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *record = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *positions = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *both = g_object_new (TF_TYPE_ADAPTIVE, "threshold", 720, "spacing", 12, NULL);

  self->verdict = tf_text_new (_("Nothing has come to an outcome yet: there is no record."), NULL);
  self->record = tf_grid_new (_("Record"));
  self->ranking = tf_grid_new (_("Learned skill"));
  self->positions = tf_grid_new (_("Positions"));
  self->flat = tf_text_new (_("Neither the trader nor an account holds anything, as far as the signals tell."), "dim-label");
  gtk_widget_set_visible (self->positions, FALSE);
  gtk_box_append (GTK_BOX (record), self->verdict);
  gtk_box_append (GTK_BOX (record), self->record);
  gtk_box_append (GTK_BOX (positions), self->flat);
  gtk_box_append (GTK_BOX (positions), self->positions);
  gtk_box_append (GTK_BOX (box), tf_card_new (_("Positions now"), positions));
  gtk_widget_insert_before (tf_card_new (_("Record"), record), both, NULL);
  gtk_widget_insert_before (tf_card_new (_("Learned skill"), self->ranking), both, NULL);
  gtk_box_append (GTK_BOX (box), both);
  gtk_widget_set_parent (box, GTK_WIDGET (self));
}

GtkWidget *
tf_trader_overview_new (TfDesk *desk)
{
  TfTraderOverview *self = g_object_new (TF_TYPE_TRADER_OVERVIEW, NULL);

  self->desk = g_object_ref (desk);
  return GTK_WIDGET (self);
}
