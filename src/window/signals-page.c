#include "window/signals-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "config.h"
#include "model/words-trader.h"
#include "model/words.h"
#include "window/adaptive.h"
#include "window/chart.h"
#include "window/columns.h"
#include "window/confidence.h"
#include "window/trader-link.h"

enum { SHOW_ALL, SHOW_TRADERS, SHOW_NOT_COPIED, N_SHOW };

#define WEIGHT_ROWS 11 /* of the voters that count most */

struct _TfSignalsPage
{
  GtkWidget     parent_instance;
  TfDesk       *desk;
  GtkStack     *list_stack, *detail_stack;
  GtkWidget    *list, *table, *open, *kinds;
  GtkFilter    *filter;
  gint          shown;      /* of the list: enum below */
  GtkLabel     *title, *sentence, *times, *why, *opinion, *plan_title, *plan_text, *who_title, *who_text;
  GtkBox       *verdicts, *vote, *plan, *who;
  TfChart      *contributions, *plan_chart, *weights;
  GtkGrid      *calibration;
  TfSignalItem *item;       /* (nullable): the one that is explained */
  GtkLabel     *cells[TF_CALIBRATION_BINS + 1][4];
  gint64        weighed;    /* proposals that were learned from when the weights were drawn last */
  gint64        learned;    /* outcomes when the calibration was shown last */
  gboolean      choosing;   /* the page itself selects a row */
  gboolean      chosen;     /* somebody has selected one: it stays */
};

G_DEFINE_FINAL_TYPE (TfSignalsPage, tf_signals_page, GTK_TYPE_WIDGET)

/* The list */

static const TfConfig *
config_of (GtkWidget *cell)
{
  GtkWidget *table = gtk_widget_get_ancestor (cell, GTK_TYPE_COLUMN_VIEW);

  return table != NULL ? tf_desk_get_config (g_object_get_data (G_OBJECT (table), "tf-desk")) : NULL;
}

static char *
signal_time (gpointer item)
{
  return tf_words_short_date (TF_SIGNAL_ITEM (item)->now.time);
}

static const char *
direction_of (const TfSignalValues *now)
{
  return isnan (now->confidence) ? tf_words_side (now->direction) : tf_words_direction (now->direction);
}

static char *
signal_proposal (gpointer item)
{
  const TfSignalValues *now = &TF_SIGNAL_ITEM (item)->now;
  g_autofree char *coin = tf_words_coin (now->symbol);

  return g_strdup_printf ("%s %s", direction_of (now), coin);
}

static char *
signal_outcome (gpointer item)
{
  const TfSignalValues *now = &TF_SIGNAL_ITEM (item)->now;

  return now->resolved ? tf_words_r (now->outcome) : g_strdup (isnan (now->confidence) ? "–" : _("open"));
}

static GtkWidget *
create_confidence (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *bar = tf_confidence_new (), *label = gtk_label_new (NULL);

  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (bar, TRUE);
  gtk_label_set_width_chars (GTK_LABEL (label), 4);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_add_css_class (label, "numeric");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), bar);
  return box;
}

static void
update_confidence (GtkWidget *cell,
                   gpointer   item)
{
  const TfConfig *config = config_of (cell);
  double confidence = TF_SIGNAL_ITEM (item)->now.confidence, thresholds[TF_MAX_ACCOUNTS];
  g_autofree char *text = tf_words_number (confidence, 2);

  if (config == NULL)
    return;
  for (guint a = 0; a < config->n_accounts; a++)
    thresholds[a] = config->accounts[a].threshold;
  tf_label_set (GTK_LABEL (gtk_widget_get_first_child (cell)), text, FALSE);
  tf_confidence_set (TF_CONFIDENCE (gtk_widget_get_last_child (cell)), confidence, thresholds, config->n_accounts);
}

/* A sign and a colour for each verdict: neither alone says it. */
static const char *
verdict_sign (gint         verdict,
              const char **class)
{
  switch (verdict)
    {
    case TF_VERDICT_ACCEPTED:
      *class = "gain";
      return "✓";
    case TF_VERDICT_RESIZED:
      *class = "verdict-resized";
      return "◐";
    case TF_VERDICT_BLOCKED:
      *class = "loss";
      return "⊘";
    case 0:
      *class = "dim-label";
      return "·";
    default:
      *class = "dim-label";
      return "✕";
    }
}

static void
show_sign (GtkLabel *label,
           gint      verdict)
{
  static const char *const classes[] = { "gain", "loss", "verdict-resized", "dim-label" };
  const char *class, *sign = verdict_sign (verdict, &class);

  tf_label_set (label, sign, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_str_equal (classes[i], class))
      gtk_widget_add_css_class (GTK_WIDGET (label), classes[i]);
    else
      gtk_widget_remove_css_class (GTK_WIDGET (label), classes[i]);
}

static GtkWidget *
create_verdicts (void)
{
  return gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
}

static void
update_verdicts (GtkWidget *cell,
                 gpointer   item)
{
  const TfConfig *config = config_of (cell);
  const TfSignalValues *now = &TF_SIGNAL_ITEM (item)->now;
  GtkWidget *label = gtk_widget_get_first_child (cell);
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint a = 0; config != NULL && a < config->n_accounts; a++, label = gtk_widget_get_next_sibling (label))
    {
      if (label == NULL)
        {
          label = gtk_label_new (NULL);
          gtk_label_set_width_chars (GTK_LABEL (label), 2);
          gtk_box_append (GTK_BOX (cell), label);
        }
      show_sign (GTK_LABEL (label), now->verdict[a].verdict);
      g_string_append_printf (words, "%s%s: %s", a > 0 ? "\n" : "", config->accounts[a].id,
                              tf_words_verdict ((TfVerdict) now->verdict[a].verdict));
    }
  gtk_widget_set_tooltip_text (cell, words->str);
}

static const TfColumnSpec columns[] = {
  { N_("UTC"), "time", TF_CELL_TEXT, 10, signal_time },
  { N_("From"), "name", TF_CELL_TEXT, -9 },
  { N_("Proposal"), "symbol", TF_CELL_TEXT, 10, signal_proposal },
  { N_("Confidence"), "confidence", TF_CELL_WIDGET, -1, NULL, create_confidence, update_confidence },
  { N_("Verdicts"), "verdicts", TF_CELL_WIDGET, 0, NULL, create_verdicts, update_verdicts },
  { N_("Outcome"), "outcome", TF_CELL_CHANGE, 6, signal_outcome },
};

/* The detail */

static void
append_names (GString        *text,
              const TfConfig *config,
              gint            accounts)
{
  guint n = (guint) __builtin_popcount ((guint) accounts), i = 0;

  for (guint a = 0; a < config->n_accounts; a++)
    if ((accounts & 1 << a) != 0)
      {
        g_string_append (text, i == 0 ? "" : i == n - 1 ? _(" and ") : ", ");
        g_string_append (text, config->accounts[a].id);
        i++;
      }
}

static char *
sentence_for (const TfConfig       *config,
              const TfSignalValues *now)
{
  gint all = (1 << config->n_accounts) - 1;
  g_autoptr (GString) yes = g_string_new (NULL);
  g_autofree char *why = NULL;

  if (now->verdicts < (gint) config->n_accounts)
    return g_strdup (_("The accounts are still deciding."));
  append_names (yes, config, now->copied);
  if (now->copied == all)
    return g_strdup_printf (_("Copied by %s."), yes->str);
  why = tf_words_not_copied (config, now);
  return now->copied == 0 ? g_steal_pointer (&why) : g_strdup_printf (_("Copied by %s. %s"), yes->str, why);
}

static void
clear_box (GtkBox *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
}

static GtkWidget *
line (const char *text,
      const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

static void
show_verdicts (TfSignalsPage        *self,
               const TfConfig       *config,
               const TfSignalValues *now)
{
  clear_box (self->verdicts);
  gtk_label_set_text (self->why, now->copied == 0 ? _("Why was this not copied?") : _("What each account decided"));
  for (guint a = 0; a < config->n_accounts; a++)
    {
      const TfVerdictValues *verdict = &now->verdict[a];
      g_autofree char *head = g_strdup_printf ("%s · %s", config->accounts[a].id, tf_words_verdict ((TfVerdict) verdict->verdict));
      g_autofree char *quantity = tf_words_quantity ((TfQty) { ABS (verdict->quantity) });
      g_autofree char *reason = tf_words_why (config, now->origin, verdict->reason, verdict->value, verdict->limit);
      GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9), *sign = gtk_label_new (NULL);
      GtkWidget *text = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

      show_sign (GTK_LABEL (sign), verdict->verdict);
      gtk_widget_set_valign (sign, GTK_ALIGN_START);
      gtk_box_append (GTK_BOX (row), sign);
      gtk_box_append (GTK_BOX (text), line (head, NULL));
      if (verdict->verdict != 0)
        gtk_box_append (GTK_BOX (text), line (reason, "dim-label"));
      if ((now->copied & 1 << a) != 0 && verdict->quantity != 0)
        {
          g_autofree char *coin = tf_words_coin (now->symbol);
          g_autofree char *size = g_strdup_printf (_("size %s %s"), quantity, coin);

          gtk_box_append (GTK_BOX (text), line (size, "dim-label"));
        }
      gtk_box_append (GTK_BOX (row), text);
      gtk_box_append (self->verdicts, row);
    }
}

static void
show_vote (TfSignalsPage        *self,
           const TfConfig       *config,
           const TfSignalValues *now)
{
  g_autoptr (GArray) parts = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  TfPlot *plot = tf_chart_get_plot (self->contributions);
  g_autofree TfPlotBar *bars = NULL;
  g_autofree char *confidence = tf_words_number (now->confidence, 2), *expected = tf_words_r (now->expected);
  g_autofree char *sd = tf_words_number (now->sd, 2), *agreement = tf_words_percent (now->agreement, 0);
  g_autofree char *cost = tf_words_number (now->cost, 2), *dissent = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  gtk_widget_set_visible (GTK_WIDGET (self->vote), !isnan (now->confidence));
  if (isnan (now->confidence))
    return;
  g_string_append_printf (text, _("Confidence %s. Expected %s ± %s after costs of %s R. %d for, %d against; agreement %s."), confidence,
                          expected, sd, cost, now->in_favour, now->against, agreement);
  if (*now->dissent != '\0')
    {
      dissent = tf_words_voter (config, now->dissent);
      g_string_append_printf (text, _(" The strongest argument against is %s."), dissent);
    }
  tf_label_set (self->opinion, text->str, FALSE);
  parts = tf_signal_item_contributions (self->item);
  bars = g_new (TfPlotBar, parts->len);
  for (guint i = 0; i < parts->len; i++)
    {
      const TfContribution *part = &g_array_index (parts, TfContribution, i);

      g_ptr_array_add (names, tf_words_voter (config, part->id));
      bars[i] = (TfPlotBar) { names->pdata[i], part->r };
    }
  tf_plot_clear (plot);
  tf_plot_add_bars (plot, NULL, bars, parts->len);
  tf_plot_set_format (plot, TF_FORMAT_NUMBER, 3);
  tf_chart_changed (self->contributions);
}

static void
describe_plan (const TfSignalValues *now,
               GString              *text)
{
  double price = (double) now->price / TF_SCALE, risk = fabs (price - now->stop);
  g_autofree char *entry = tf_words_price ((TfPrice) { now->price });
  g_autofree char *stop = tf_words_price ((TfPrice) { tf_ratio_raw (now->stop) });
  g_autofree char *away = tf_words_percent_change (now->stop / price - 1, 2), *target = NULL, *gain = NULL;

  g_string_append_printf (text, _("In at %s, stop at %s (%s)"), entry, stop, away);
  if (now->target > 0)
    {
      target = tf_words_price ((TfPrice) { tf_ratio_raw (now->target) });
      gain = tf_words_r (risk > 0 ? fabs (now->target - price) / risk : (double) NAN);
      g_string_append_printf (text, _(", target %s (%s)"), target, gain);
    }
  if (now->resolved)
    {
      g_autofree char *outcome = tf_words_r (now->outcome), *when = tf_words_date (now->resolved_time);

      g_string_append_printf (text, _(".\nEnded %s UTC: %s, %s."), when, outcome, tf_words_reason (now->outcome_reason));
    }
  else
    g_string_append (text, _(".\nStill open: it is tracked to its outcome, traded or not."));
}

static void
show_plan (TfSignalsPage        *self,
           const TfSignalValues *now)
{
  TfPlot *plot = tf_chart_get_plot (self->plan_chart);
  const TfCandle *candles;
  double price = (double) now->price / TF_SCALE;
  g_autoptr (GString) text = g_string_new (NULL);
  gint instrument = tf_universe_find (tf_desk_get_config (self->desk)->universe, now->symbol);
  gboolean known;
  guint n;

  gtk_widget_set_visible (GTK_WIDGET (self->plan_text), isfinite (now->stop));
  tf_label_set (self->plan_title, isfinite (now->stop) ? _("Exit plan") : _("Price then and now"), FALSE);
  if (isfinite (now->stop))
    {
      describe_plan (now, text);
      tf_label_set (self->plan_text, text->str, FALSE);
    }

  candles = tf_desk_get_candles (self->desk, instrument, &n);
  known = instrument >= 0 && candles != NULL;
  gtk_widget_set_visible (GTK_WIDGET (self->plan), isfinite (now->stop) || known);
  gtk_widget_set_visible (GTK_WIDGET (self->plan_chart), known);
  if (!known)
    {
      if (instrument >= 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
        tf_desk_set_chart (self->desk, instrument);
      return;
    }
  tf_plot_clear (plot);
  {
    guint shown = MIN (n, 120);
    TfPlotMark mark = {
      .time = now->time,
      .value = price,
      .kind = now->copied == 0 ? TF_MARK_REFUSED : isfinite (now->stop) ? TF_MARK_ENTRY : TF_MARK_EXIT,
      .direction = now->direction,
    };

    tf_plot_add_candles (plot, NULL, candles + n - shown, shown);
    if (now->time >= candles[n - shown].time)
      tf_plot_add_marks (plot, NULL, &mark, 1);
  }
  if (isfinite (now->stop))
    tf_plot_add_level (plot, _("Stop"), now->stop, TF_LEVEL_LOSS);
  if (isfinite (now->stop) && now->target > 0)
    tf_plot_add_level (plot, _("Target"), now->target, TF_LEVEL_GAIN);
  tf_chart_changed (self->plan_chart);
}

/* Whose word it is, and what it was worth so far. */
static void
show_who (TfSignalsPage        *self,
          const TfConfig       *config,
          const TfSignalValues *now)
{
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  gint bot = tf_config_find_bot (config, now->origin), trader = tf_config_find_trader (config, now->origin);
  const TfVoterView *view = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *title = NULL, *grade = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->who), bot >= 0 || trader >= 0);
  gtk_widget_set_visible (self->open, trader >= 0);
  if (bot < 0 && trader < 0)
    return;
  title = g_strdup_printf (_("About %s"), now->name);
  tf_label_set (self->who_title, title, FALSE);
  if (bot >= 0)
    g_string_append_printf (text, "%s\n", _(config->bots[bot].reason));
  else
    {
      grade = tf_words_grade (config->traders[trader].grade);
      g_string_append_printf (text, "%s\n%s\n", _(config->traders[trader].known_for), grade);
    }
  if (snapshot != NULL && snapshot->config == config)
    view = &snapshot->voters[bot >= 0 ? (guint) bot : config->n_bots + (guint) trader];
  if (view != NULL && view->resolved > 0)
    {
      g_autofree char *count = tf_words_count (view->resolved), *mean = tf_words_r (view->mean_outcome);
      g_autofree char *lately = tf_words_r (view->recent_outcome);

      g_string_append_printf (text, _("%s proposals have come to an outcome: %s on average, %s lately."), count, mean, lately);
    }
  else
    g_string_append (text, _("None of its proposals has come to an outcome yet."));
  tf_label_set (self->who_text, text->str, FALSE);
}

static void
show_times (TfSignalsPage        *self,
            const TfSignalValues *now)
{
  static const struct { const char *key, *words; } keys[] = {
    { "happened", N_("happened") }, { "published", N_("published") }, { "received", N_("received") },
  };
  g_autofree char *acted = tf_words_date (now->time), *evidence = tf_signal_item_get_source (self->item, "evidence");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *iso = tf_signal_item_get_source (self->item, keys[i].key), *words = NULL;
      TfTime time;

      if (iso == NULL || !tf_time_parse (iso, &time, NULL))
        continue;
      words = tf_time_day (time) == tf_time_day (now->time) ? tf_words_clock (time) : tf_words_date (time);
      g_string_append_printf (text, "%s %s · ", _(keys[i].words), words);
    }
  g_string_append_printf (text, _("decided %s UTC"), acted);
  if (evidence != NULL)
    g_string_append_printf (text, "\n%s", evidence);
  tf_label_set (self->times, text->str, FALSE);
}

static void
show_item (TfSignalsPage *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);
  const TfSignalValues *now;
  g_autofree char *title = NULL, *sentence = NULL;

  gtk_stack_set_visible_child_name (self->detail_stack, self->item != NULL ? "detail" : "empty");
  if (self->item == NULL)
    return;
  now = &self->item->now;
  title = g_strdup_printf ("%s · %s %s", now->name, direction_of (now), now->symbol);
  sentence = sentence_for (config, now);
  tf_label_set (self->title, title, FALSE);
  tf_label_set (self->sentence, sentence, FALSE);
  show_times (self, now);
  show_verdicts (self, config, now);
  show_vote (self, config, now);
  show_plan (self, now);
  show_who (self, config, now);
}

static void
on_selected (TfSignalsPage *self)
{
  TfSignalItem *item = tf_table_selected (self->table);

  if (item == NULL || item == self->item)
    return;
  self->chosen = !self->choosing;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, show_item, self);
  g_set_object (&self->item, item);
  g_signal_connect_object (item, "notify::verdicts", G_CALLBACK (show_item), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "notify::resolved", G_CALLBACK (show_item), self, G_CONNECT_SWAPPED);
  show_item (self);
}

/* What was learned */

static int
by_weight (gconstpointer a,
           gconstpointer b,
           gpointer      data)
{
  const TfVoterView *voters = data;
  double x = fabs (voters[*(const guint *) a].weight), y = fabs (voters[*(const guint *) b].weight);

  return (x < y) - (x > y);
}

static void
show_weights (TfSignalsPage    *self,
              const TfSnapshot *snapshot)
{
  const char *const columns_of[] = { _("Over all"), _("Trend up"), _("Trend down"), _("Range"), _("Turbulent") };
  const TfConfig *config = snapshot->config;
  guint n = tf_config_n_voters (config), shown = MIN (n, WEIGHT_ROWS);
  g_autofree guint *order = g_new (guint, n);
  const char *names[WEIGHT_ROWS];
  double values[WEIGHT_ROWS][1 + TF_N_REGIMES];
  TfPlot *plot = tf_chart_get_plot (self->weights);
  gint64 resolved = 0;

  for (guint v = 0; v < n; v++)
    {
      order[v] = v;
      resolved += snapshot->voters[v].resolved;
    }
  if (self->weighed == resolved + 1)
    return;
  self->weighed = resolved + 1;
  g_qsort_with_data (order, (int) n, sizeof *order, by_weight, snapshot->voters);
  for (guint i = 0; i < shown; i++)
    {
      const TfVoterView *view = &snapshot->voters[order[i]];

      names[i] = tf_config_voter_name (config, order[i]);
      values[i][0] = view->weight;
      for (guint g = 0; g < TF_N_REGIMES; g++) /* a workspace at rest does not tell: exactly 0 is no weight */
        values[i][1 + g] = view->weight_in[g] != 0 ? view->weight_in[g] : (double) NAN;
    }
  tf_plot_clear (plot);
  if (resolved > 0)
    tf_plot_add_heat (plot, NULL, names, shown, columns_of, 1 + TF_N_REGIMES, &values[0][0], 0, TF_HEAT_GAIN_LOSS);
  tf_plot_set_format (plot, TF_FORMAT_NUMBER, 3);
  tf_chart_changed (self->weights);
}

static GtkLabel *
calibration_cell (TfSignalsPage *self,
                  guint          row,
                  guint          column)
{
  GtkLabel **cell = &self->cells[row][column];

  if (*cell == NULL)
    {
      *cell = GTK_LABEL (gtk_label_new (NULL));
      gtk_label_set_xalign (*cell, column == 0 ? 0 : 1);
      gtk_widget_set_hexpand (GTK_WIDGET (*cell), TRUE);
      gtk_widget_add_css_class (GTK_WIDGET (*cell), "numeric");
      gtk_widget_add_css_class (GTK_WIDGET (*cell), "caption");
      if (row == 0)
        gtk_widget_add_css_class (GTK_WIDGET (*cell), "dim-label");
      gtk_grid_attach (self->calibration, GTK_WIDGET (*cell), (int) column, (int) row, 1, 1);
    }
  return *cell;
}

static void
show_calibration (TfSignalsPage    *self,
                  const TfSnapshot *snapshot)
{
  const TfCalibration *calibration = &snapshot->calibration;
  const char *const titles[] = { _("Confidence"), _("Outcomes"), _("Predicted"), _("Happened") };
  gint64 cases = 0;

  for (guint b = 0; b < TF_CALIBRATION_BINS; b++)
    cases += (gint64) calibration->bins[b].count;
  if (self->learned == cases + 1)
    return;
  self->learned = cases + 1;
  for (guint c = 0; c < G_N_ELEMENTS (titles); c++)
    tf_label_set (calibration_cell (self, 0, c), titles[c], FALSE);
  for (guint b = 0; b < TF_CALIBRATION_BINS; b++)
    {
      const TfCalibrationBin *bin = &calibration->bins[b];
      double mean = (double) NAN, error = (double) NAN;
      gboolean known = tf_calibration_mean (calibration, b, &mean, &error);
      g_autofree char *range = g_strdup_printf ("%.2f–%.2f", tf_calibration_edges[b], tf_calibration_edges[b + 1]);
      g_autofree char *count = tf_words_count ((gint64) bin->count), *predicted = NULL, *happened = NULL, *shown = NULL;

      predicted = tf_words_r (known ? bin->predicted / bin->weight : (double) NAN);
      happened = tf_words_r (mean);
      shown = known ? g_strdup_printf ("%s ± %.2f", happened, error) : g_strdup (bin->count > 0 ? _("too early") : "–");
      tf_label_set (calibration_cell (self, b + 1, 0), range, FALSE);
      tf_label_set (calibration_cell (self, b + 1, 1), count, FALSE);
      tf_label_set (calibration_cell (self, b + 1, 2), predicted, FALSE);
      tf_label_set (calibration_cell (self, b + 1, 3), shown, FALSE);
      tf_label_tone (calibration_cell (self, b + 1, 3), known && fabs (mean) > 2 * error ? mean : 0);
    }
}

/* The newest that was voted on and decided: it has the most to show. */
static void
select_newest (TfSignalsPage *self)
{
  GtkSelectionModel *model = gtk_column_view_get_model (GTK_COLUMN_VIEW (self->table));
  guint n = MIN (g_list_model_get_n_items (G_LIST_MODEL (model)), 50), best = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TfSignalItem) item = g_list_model_get_item (G_LIST_MODEL (model), i);

      if (isnan (item->now.confidence) || item->now.verdicts == 0)
        continue;
      best = i;
      break;
    }
  self->choosing = TRUE;
  if (n > 0)
    gtk_selection_model_select_item (model, best, TRUE);
  self->choosing = FALSE;
}

/* Which of them are listed */

static gboolean
is_shown (gpointer item,
          gpointer data)
{
  const TfSignalValues *now = &TF_SIGNAL_ITEM (item)->now;

  switch (TF_SIGNALS_PAGE (data)->shown)
    {
    case SHOW_TRADERS:
      return now->is_trader != 0;
    case SHOW_NOT_COPIED:
      return now->verdicts > 0 && now->copied == 0;
    default:
      return TRUE;
    }
}

static void
on_show (GtkToggleButton *button,
         TfSignalsPage   *self)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  self->shown = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "tf-show"));
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  self->chosen = FALSE;
  select_newest (self);
}

static void
add_kinds (TfSignalsPage *self)
{
  static const char *const titles[N_SHOW] = { N_("All"), N_("Of traders"), N_("Not copied") };
  GtkWidget *first = NULL;

  for (gint i = 0; i < N_SHOW; i++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (_(titles[i]));

      gtk_widget_add_css_class (button, "chip");
      g_object_set_data (G_OBJECT (button), "tf-show", GINT_TO_POINTER (i));
      if (first != NULL)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (first));
      else
        gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
      first = first != NULL ? first : button;
      g_signal_connect (button, "toggled", G_CALLBACK (on_show), self);
      gtk_box_append (GTK_BOX (self->kinds), button);
    }
}

static void
on_open (TfSignalsPage *self)
{
  if (self->item != NULL)
    tf_trader_open (GTK_WIDGET (self), self->desk, self->item->now.origin);
}

static void
on_updated (TfSignalsPage *self)
{
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  gboolean any = g_list_model_get_n_items (tf_desk_get_signals (self->desk)) > 0;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  gtk_stack_set_visible_child_name (self->list_stack, any ? "list" : "empty");
  if (!any && self->item != NULL) /* another workspace */
    {
      g_signal_handlers_disconnect_by_func (self->item, show_item, self);
      g_clear_object (&self->item);
      self->chosen = FALSE;
      show_item (self);
    }
  if (self->item == NULL && any)
    select_newest (self);
  else if (self->item != NULL)
    show_plan (self, &self->item->now);
  if (snapshot != NULL)
    {
      show_weights (self, snapshot);
      show_calibration (self, snapshot);
    }
}

/* The object */

static void
tf_signals_page_map (GtkWidget *widget)
{
  TfSignalsPage *self = TF_SIGNALS_PAGE (widget);

  GTK_WIDGET_CLASS (tf_signals_page_parent_class)->map (widget);
  if (!self->chosen)
    select_newest (self);
  on_updated (self);
}

static void
tf_signals_page_dispose (GObject *object)
{
  TfSignalsPage *self = TF_SIGNALS_PAGE (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->item);
  g_clear_object (&self->filter);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (tf_signals_page_parent_class)->dispose (object);
}

static void
tf_signals_page_class_init (TfSignalsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tf_signals_page_dispose;
  widget_class->map = tf_signals_page_map;
  g_type_ensure (TF_TYPE_ADAPTIVE);
  g_type_ensure (TF_TYPE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/signals-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, detail_stack);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, list);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, kinds);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, open);
  gtk_widget_class_bind_template_callback (widget_class, on_open);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, title);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, sentence);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, times);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, why);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, opinion);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, plan_title);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, plan_text);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, who);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, who_title);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, who_text);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, verdicts);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, vote);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, plan);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, contributions);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, plan_chart);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, weights);
  gtk_widget_class_bind_template_child (widget_class, TfSignalsPage, calibration);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
tf_signals_page_init (TfSignalsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  tf_chart_set_label (self->contributions, _("Parts in the expected outcome, in R"));
  tf_chart_set_label (self->weights, _("Learned weights, in R"));
  tf_chart_set_label (self->plan_chart, _("Exit plan"));
  tf_plot_set_empty_text (tf_chart_get_plot (self->contributions), _("Nobody had a weight that counts."));
  tf_plot_set_empty_text (tf_chart_get_plot (self->weights), _("Nothing was learned yet."));
}

/**
 * tf_signals_page_new:
 * @desk: (transfer none): what it shows
 */
GtkWidget *
tf_signals_page_new (TfDesk *desk)
{
  TfSignalsPage *self = g_object_new (TF_TYPE_SIGNALS_PAGE, NULL);

  g_autoptr (GListModel) model = NULL;

  self->desk = g_object_ref (desk);
  self->filter = GTK_FILTER (gtk_custom_filter_new (is_shown, self, NULL));
  model = G_LIST_MODEL (gtk_filter_list_model_new (g_object_ref (tf_desk_get_signals (desk)), g_object_ref (self->filter)));
  self->table = tf_table_new (TF_TYPE_SIGNAL_ITEM, model, columns, G_N_ELEMENTS (columns), _("Signals"));
  add_kinds (self);
  tf_trader_link_table (self->table, desk);
  g_object_set_data_full (G_OBJECT (self->table), "tf-desk", g_object_ref (desk), g_object_unref);
  tf_table_remember (GTK_COLUMN_VIEW (self->table), "signals");
  tf_list_stay_on_top (self->table);
  tf_table_on_select (self->table, G_CALLBACK (on_selected), self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->list), self->table);
  g_signal_connect_object (desk, "updated", G_CALLBACK (on_updated), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
