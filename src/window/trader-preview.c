#include "window/trader-preview.h"

#include <glib/gi18n.h>
#include <math.h>

#include "model/preview.h"
#include "model/words-trader.h"
#include "model/words.h"
#include "window/card.h"
#include "window/columns.h"
#include "window/follow.h"

struct _TfTraderPreview
{
  GtkWidget     parent_instance;
  TfDesk       *desk;
  TfPreview    *preview;
  TfPreviewWish wish;
  GtkWidget    *instrument, *quantity, *sentence, *formula, *steps, *why;
};

G_DEFINE_FINAL_TYPE (TfTraderPreview, tf_trader_preview, GTK_TYPE_WIDGET)

static char *
sentence_for (TfTraderPreview     *self,
              const TfCopyPreview *preview)
{
  const TfConfig *config = tf_desk_get_config (self->desk);
  const char *account = config->accounts[self->wish.account].id;
  g_autofree char *coin = tf_words_coin (config->universe->items[self->wish.instrument].symbol), *why = NULL;
  g_autofree char *number = tf_words_quantity ((TfQty) { ABS (preview->quantity.raw) });
  g_autofree char *value = NULL;
  TfMoney notional = { 0 };

  if (preview->quantity.raw == 0 || (preview->verdict != TF_VERDICT_ACCEPTED && preview->verdict != TF_VERDICT_RESIZED))
    {
      why = tf_words_why (config, "", preview->reason, tf_ratio_raw (preview->value), tf_ratio_raw (preview->limit));
      return g_strdup_printf (_("%s would not copy it: %s."), account, why);
    }
  if (preview->size.quantity.raw != 0)
    notional.raw = tf_ratio_raw (tf_money_double (preview->size.notional) * (double) preview->quantity.raw / (double) preview->size.quantity.raw);
  value = tf_words_money ((TfMoney) { ABS (notional.raw) });
  return g_strdup_printf (preview->direction > 0 ? _("%s would buy %s %s, worth %s.") : _("%s would sell %s %s short, worth %s."), account,
                          number, coin, value);
}

static void
on_previewed (TfTraderPreview *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);
  const char *unknown;
  const TfCopyPreview *preview = tf_preview_get (self->preview, &unknown);
  g_autofree char *sentence = NULL, *formula = NULL, *why = NULL;
  guint row = 0;

  gtk_widget_set_visible (self->formula, preview != NULL && preview->size.formula != NULL);
  gtk_widget_set_visible (self->why, FALSE);
  if (preview == NULL)
    {
      tf_label_set (GTK_LABEL (self->sentence), unknown != NULL ? unknown : "", FALSE);
      tf_grid_cut (self->steps, 0);
      return;
    }
  sentence = sentence_for (self, preview);
  tf_label_set (GTK_LABEL (self->sentence), sentence, FALSE);
  if (preview->size.formula != NULL)
    {
      formula = g_strdup_printf (_("Size = %s"), _(preview->size.formula));
      tf_label_set (GTK_LABEL (self->formula), formula, FALSE);
    }
  for (guint i = 0; i < preview->size.n_steps; i++, row++)
    {
      const TfCopyStep *step = &preview->size.steps[i];
      g_autofree char *number = tf_words_copy_step (step);

      tf_grid_set (self->steps, 0, row, TF_GRID_NAME, _(tf_copy_step_title (step->name)));
      tf_grid_set (self->steps, 1, row, TF_GRID_NUMBER, number);
    }
  tf_grid_cut (self->steps, row);
  if (preview->assumed > 0)
    {
      why = g_strdup_printf (_("For a signal of just enough confidence, %.0f %%: it has less now, and would be refused."), 100 * preview->assumed);
      tf_label_set (GTK_LABEL (self->why), why, FALSE);
      gtk_widget_set_visible (self->why, TRUE);
    }
  else if (preview->verdict == TF_VERDICT_RESIZED)
    {
      g_autofree char *reason = tf_words_why (config, "", preview->reason, tf_ratio_raw (preview->value), tf_ratio_raw (preview->limit));

      why = g_strdup_printf (_("Not all of it: %s."), reason);
      tf_label_set (GTK_LABEL (self->why), why, FALSE);
      gtk_widget_set_visible (self->why, TRUE);
    }
}

static void
ask (TfTraderPreview *self)
{
  self->wish.instrument = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->instrument));
  self->wish.position.raw = tf_ratio_raw (gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->quantity)));
  if (self->preview != NULL && self->wish.instrument != GTK_INVALID_LIST_POSITION)
    tf_preview_set (self->preview, &self->wish);
}

/**
 * tf_trader_preview_set:
 * @policy: as it is being edited
 */
void
tf_trader_preview_set (TfTraderPreview    *self,
                       guint               account,
                       const TfCopyPolicy *policy)
{
  g_return_if_fail (TF_IS_TRADER_PREVIEW (self));
  self->wish.account = account;
  self->wish.policy = *policy;
  ask (self);
}

/* What the trader holds is the best example, then what is worth about as much as an account is likely to hold. */
static void
choose_example (TfTraderPreview *self)
{
  const TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  double quantity = 1;
  guint instrument = 0;

  for (guint i = 0; snapshot != NULL && i < snapshot->n_holdings; i++)
    if (snapshot->holdings[i].trader == self->wish.trader && snapshot->holdings[i].quantity.raw != 0)
      {
        instrument = snapshot->holdings[i].instrument;
        quantity = (double) snapshot->holdings[i].quantity.raw / TF_SCALE;
        break;
      }
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->instrument), instrument);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->quantity), quantity);
}

static void
tf_trader_preview_dispose (GObject *object)
{
  TfTraderPreview *self = TF_TRADER_PREVIEW (object);

  if (self->preview != NULL)
    g_signal_handlers_disconnect_by_data (self->preview, self); /* a thread may hold it for a while */
  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&self->preview);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (tf_trader_preview_parent_class)->dispose (object);
}

static void
tf_trader_preview_class_init (TfTraderPreviewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tf_trader_preview_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
tf_trader_preview_init (TfTraderPreview *self)
{
}

GtkWidget *
tf_trader_preview_new (TfDesk *desk,
                       guint   trader)
{
  TfTraderPreview *self = g_object_new (TF_TYPE_TRADER_PREVIEW, NULL);
  const TfConfig *config = tf_desk_get_config (desk);
  GtkWidget *inside = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autoptr (GtkStringList) symbols = gtk_string_list_new (NULL);

  self->desk = g_object_ref (desk);
  self->preview = tf_preview_new (desk);
  self->wish.trader = trader;
  for (guint i = 0; i < config->universe->n; i++)
    gtk_string_list_append (symbols, config->universe->items[i].symbol);
  self->instrument = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&symbols)), NULL);
  self->quantity = gtk_spin_button_new_with_range (-1e9, 1e9, 0.1);
  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (self->quantity), 4);
  gtk_widget_set_tooltip_text (self->quantity, _("What the trader holds then; less than 0 is short"));
  gtk_widget_set_hexpand (self->instrument, TRUE);
  tf_accessible_name (self->instrument, _("Instrument of the preview"));
  tf_accessible_name (self->quantity, _("The trader’s position in the preview"));
  self->sentence = tf_text_new (NULL, "heading");
  self->formula = tf_text_new (NULL, NULL);
  self->steps = tf_grid_new (_("Numbers of the preview"));
  self->why = tf_text_new (NULL, "dim-label");
  gtk_widget_set_visible (self->formula, FALSE);
  gtk_widget_set_visible (self->why, FALSE);
  choose_example (self);
  gtk_box_append (GTK_BOX (line), self->instrument);
  gtk_box_append (GTK_BOX (line), self->quantity);
  gtk_box_append (GTK_BOX (inside), tf_text_new (_("If the trader went from nothing to:"), "dim-label"));
  gtk_box_append (GTK_BOX (inside), line);
  gtk_box_append (GTK_BOX (inside), self->sentence);
  gtk_box_append (GTK_BOX (inside), self->formula);
  gtk_box_append (GTK_BOX (inside), self->steps);
  gtk_box_append (GTK_BOX (inside), self->why);
  gtk_widget_set_parent (tf_card_new (_("Preview"), inside), GTK_WIDGET (self));
  g_signal_connect_object (self->preview, "changed", G_CALLBACK (on_previewed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->instrument, "notify::selected", G_CALLBACK (ask), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->quantity, "value-changed", G_CALLBACK (ask), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
