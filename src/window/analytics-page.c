#include "window/analytics-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "config.h"
#include "core/analytics/metrics.h"
#include "core/analytics/ranking.h"
#include "model/words.h"
#include "window/adaptive.h"
#include "window/chart.h"
#include "window/columns.h"
#include "window/follow.h"

#define REFRESH_EVERY (2 * G_USEC_PER_SEC)

/* A bot's place in the ranking. */
typedef struct
{
  gint   voter;                        /* first: rows are told apart by it */
  gint   rank, outcomes, trades, state;
  char   name[64], account[32];
  double mean, shrunk, sd, better;
  gint64 pnl;
} TfRankValues;

#define TF_TYPE_RANK_ITEM (tf_rank_item_get_type ())
TF_DECLARE_ITEM (Rank, rank, RANK)

static const TfField rank_fields[] = {
  TF_FIELD (TfRankValues, voter, "voter", TF_FIELD_INT),
  TF_FIELD (TfRankValues, rank, "rank", TF_FIELD_INT),
  TF_FIELD (TfRankValues, outcomes, "outcomes", TF_FIELD_INT),
  TF_FIELD (TfRankValues, trades, "trades", TF_FIELD_INT),
  TF_FIELD (TfRankValues, state, "state", TF_FIELD_INT),
  TF_FIELD (TfRankValues, name, "name", TF_FIELD_TEXT),
  TF_FIELD (TfRankValues, account, "account", TF_FIELD_TEXT),
  TF_FIELD (TfRankValues, mean, "mean", TF_FIELD_DOUBLE),
  TF_FIELD (TfRankValues, shrunk, "shrunk", TF_FIELD_DOUBLE),
  TF_FIELD (TfRankValues, sd, "sd", TF_FIELD_DOUBLE),
  TF_FIELD (TfRankValues, better, "better", TF_FIELD_DOUBLE),
  TF_FIELD (TfRankValues, pnl, "pnl", TF_FIELD_INT64),
};
TF_DEFINE_ITEM (Rank, rank)

struct _TfAnalyticsPage
{
  GtkWidget   parent_instance;
  TfDesk     *desk;
  GListStore *ranks;
  gint64      last_update, seq;
  GtkWidget  *values[TF_N_METRICS], *targets[TF_N_METRICS];
  GtkWidget  *stack, *headline, *simulated, *period, *scope, *curve, *figures, *calibration, *reliability, *bins, *comparison, *ranking;
};

G_DEFINE_FINAL_TYPE (TfAnalyticsPage, tf_analytics_page, GTK_TYPE_WIDGET)

static gint
chosen_account (TfAnalyticsPage *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->scope));

  return selected == GTK_INVALID_LIST_POSITION ? -1 : (gint) selected - 1;
}

/* Figures */

static char *
figure_text (TfMetric metric,
             double   value)
{
  gboolean change = metric == TF_METRIC_TOTAL_RETURN || metric == TF_METRIC_CAGR;

  if (!isfinite (value))
    return g_strdup ("–");
  switch (tf_metric_info (metric)->unit)
    {
    case TF_METRIC_FRACTION:
      return change ? tf_words_percent_change (value, 2) : tf_words_percent (value, 2);
    case TF_METRIC_MONEY:
      return tf_words_money_change ((TfMoney) { tf_ratio_raw (value) });
    case TF_METRIC_RATIO:
    default:
      return tf_words_number (value, 2);
    }
}

static char *
target_text (TfMetric metric)
{
  const TfMetricInfo *info = tf_metric_info (metric);
  g_autofree char *value = NULL;

  if (isnan (info->target))
    return g_strdup ("");
  if (info->unit == TF_METRIC_MONEY)
    return g_strdup (_("above 0"));
  value = info->unit == TF_METRIC_FRACTION ? tf_words_percent (info->target, 0) : tf_words_number (info->target, 1);
  return info->target < 0 ? g_strdup_printf (_("no worse than %s"), value) : g_strdup_printf (_("at least %s"), value);
}

static char *
too_early_text (TfMetric metric,
                guint    have,
                guint    need)
{
  return tf_metric_info (metric)->sample == TF_SAMPLE_TRADES
         ? g_strdup_printf (_("too early: %u of %u trades"), have, need)
         : g_strdup_printf (_("too early: %u of %u days"), have, need);
}

static void
set_class (GtkWidget  *widget,
           const char *class,
           gboolean    on)
{
  if (on)
    gtk_widget_add_css_class (widget, class);
  else
    gtk_widget_remove_css_class (widget, class);
}

static void
update_figures (TfAnalyticsPage *self,
                const TfMetrics *metrics)
{
  for (guint m = 0; m < TF_N_METRICS; m++)
    {
      const TfMetricInfo *info = tf_metric_info (m);
      double value = metrics->values[m];
      guint have, need;
      gboolean early = tf_metric_too_early (m, metrics, &have, &need);
      gboolean judged = !early && isfinite (value) && !isnan (info->target), met = judged && value >= info->target;
      g_autofree char *text = early ? too_early_text (m, have, need) : figure_text (m, value), *target = target_text (m);
      g_autofree char *mark = judged ? g_strconcat (target, met ? " ✓" : " ✗", NULL) : g_strdup (target);

      tf_label_set (GTK_LABEL (self->values[m]), text, FALSE);
      tf_label_set (GTK_LABEL (self->targets[m]), mark, FALSE);
      set_class (self->values[m], "dim-label", early);
      set_class (self->targets[m], "gain", judged && met);
      set_class (self->targets[m], "loss", judged && !met);
      set_class (self->targets[m], "dim-label", !judged);
    }
}

static GtkWidget *
attach_label (GtkWidget  *grid,
              const char *text,
              int         column,
              int         row,
              double      align,
              const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), (float) align);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  gtk_grid_attach (GTK_GRID (grid), label, column, row, 1, 1);
  return label;
}

static void
create_figures (TfAnalyticsPage *self)
{
  attach_label (self->figures, _("Figure"), 0, 0, 0, "caption-heading");
  attach_label (self->figures, _("Now"), 1, 0, 1, "caption-heading");
  attach_label (self->figures, _("Target"), 2, 0, 1, "caption-heading");
  for (guint m = 0; m < TF_N_METRICS; m++)
    {
      const TfMetricInfo *info = tf_metric_info (m);
      GtkWidget *name = attach_label (self->figures, _(info->title), 0, (int) m + 1, 0, NULL);

      gtk_widget_set_hexpand (name, TRUE);
      gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
      gtk_widget_set_tooltip_text (name, _(info->hint));
      self->values[m] = attach_label (self->figures, NULL, 1, (int) m + 1, 1, "numeric");
      self->targets[m] = attach_label (self->figures, NULL, 2, (int) m + 1, 1, "numeric");
    }
}

static void
update_comparison (TfAnalyticsPage  *self,
                   const TfSnapshot *snapshot)
{
  static const TfMetric shown[] = {
    TF_METRIC_TOTAL_RETURN, TF_METRIC_MAX_DRAWDOWN, TF_METRIC_SHARPE, TF_METRIC_WIN_RATE, TF_METRIC_PROFIT_FACTOR,
  };
  int column;

  tf_remove_children (self->comparison);
  attach_label (self->comparison, _("Account"), 0, 0, 0, "caption-heading");
  attach_label (self->comparison, _("Equity"), 1, 0, 1, "caption-heading");
  for (guint k = 0; k < G_N_ELEMENTS (shown); k++)
    attach_label (self->comparison, _(tf_metric_info (shown[k])->title), (int) k + 2, 0, 1, "caption-heading");
  attach_label (self->comparison, _("Trades"), (int) G_N_ELEMENTS (shown) + 2, 0, 1, "caption-heading");
  for (guint a = 0; a < snapshot->config->n_accounts; a++)
    {
      int row = (int) a + 1;
      g_autofree char *name = tf_words_account (snapshot->config, snapshot->config->accounts[a].id);
      g_autofree char *equity = tf_words_money (snapshot->accounts[a].equity), *trades = NULL;
      TfMetrics metrics;

      tf_metrics_of_account (&metrics, snapshot, (gint) a);
      trades = tf_words_count (metrics.trades);
      gtk_widget_set_hexpand (attach_label (self->comparison, name, 0, row, 0, NULL), TRUE);
      attach_label (self->comparison, equity, 1, row, 1, "numeric");
      for (column = 0; column < (int) G_N_ELEMENTS (shown); column++)
        {
          guint have, need;
          gboolean early = tf_metric_too_early (shown[column], &metrics, &have, &need);
          g_autofree char *text = early ? g_strdup (_("too early")) : figure_text (shown[column], metrics.values[shown[column]]);
          g_autofree char *hint = early ? too_early_text (shown[column], have, need) : NULL;
          GtkWidget *label = attach_label (self->comparison, text, column + 2, row, 1, early ? "dim-label" : "numeric");

          gtk_widget_set_tooltip_text (label, hint);
          if (shown[column] == TF_METRIC_TOTAL_RETURN)
            tf_label_tone (GTK_LABEL (label), metrics.values[shown[column]]);
        }
      attach_label (self->comparison, trades, column + 2, row, 1, "numeric");
    }
}

/* Charts */

static void
update_curve (TfAnalyticsPage  *self,
              const TfSnapshot *snapshot,
              gint              account)
{
  TfPlot *plot = tf_chart_get_plot (TF_CHART (self->curve));
  g_autofree TfTime *times = g_new (TfTime, TF_CURVE_POINTS + 1);
  g_autofree double *equity = g_new (double, 2 * (TF_CURVE_POINTS + 1));
  double *drawdown = equity + TF_CURVE_POINTS + 1, now = 0, peak = 0, least = G_MAXDOUBLE;
  guint n = tf_metrics_curve (snapshot, account, times, equity, drawdown);

  /* The curve is one of closed bars; it ends where the headline stands. */
  for (guint a = 0; a < snapshot->config->n_accounts; a++)
    if (account < 0 || a == (guint) account)
      now += tf_money_double (snapshot->accounts[a].equity);
  for (guint i = 0; i < n; i++)
    {
      peak = MAX (peak, equity[i]);
      least = MIN (least, equity[i]);
    }
  peak = MAX (peak, now);
  least = MIN (least, now);
  if (n > 0 && snapshot->time > times[n - 1])
    {
      times[n] = snapshot->time;
      equity[n] = now;
      drawdown[n++] = peak > 0 ? now / peak - 1 : 0;
    }

  tf_plot_clear (plot);
  tf_plot_add_line (plot, _("Equity"), times, equity, n, 0, TF_LINE_AREA);
  tf_plot_set_format (plot, TF_FORMAT_MONEY, peak - least < 5 ? 2 : 0); /* as the axis, which has a few steps of it */
  tf_plot_add_pane (plot, 0.3);
  tf_plot_add_underwater (plot, _("Below peak"), times, drawdown, n);
  tf_plot_set_format (plot, TF_FORMAT_PERCENT, 2);
  tf_chart_changed (TF_CHART (self->curve));
}

/* Confidence is the chance that the mean is above 0, not that this one trade wins: what can be held against it is the mean
 * outcome of many proposals of the same confidence. */
static void
update_reliability (TfAnalyticsPage  *self,
                    const TfSnapshot *snapshot)
{
  TfPlot *plot = tf_chart_get_plot (TF_CHART (self->reliability));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  TfPlotBar bars[TF_CALIBRATION_BINS];
  int row = 0;

  tf_remove_children (self->bins);
  attach_label (self->bins, _("Confidence"), 0, 0, 0, "caption-heading");
  attach_label (self->bins, _("Outcomes"), 1, 0, 1, "caption-heading");
  attach_label (self->bins, _("Predicted"), 2, 0, 1, "caption-heading");
  attach_label (self->bins, _("Happened"), 3, 0, 1, "caption-heading");
  for (guint b = 0; b < TF_CALIBRATION_BINS; b++)
    {
      const TfCalibrationBin *bin = &snapshot->calibration.bins[b];
      g_autofree char *low = tf_words_number (tf_calibration_edges[b], 2);
      g_autofree char *high = tf_words_number (tf_calibration_edges[b + 1], 2);
      g_autofree char *count = NULL, *foretold = NULL, *mean_text = NULL, *happened = NULL;
      char *name = g_strdup_printf ("%s–%s", low, high);
      double mean, error;
      GtkWidget *label;

      g_ptr_array_add (names, name);
      if (!tf_calibration_mean (&snapshot->calibration, b, &mean, &error))
        continue;
      bars[row++] = (TfPlotBar) { name, mean };
      count = tf_words_count ((gint64) bin->count);
      foretold = tf_words_r (bin->predicted / bin->weight);
      mean_text = tf_words_r (mean);
      happened = g_strdup_printf ("%s ± %.2f", mean_text, error);
      gtk_widget_set_hexpand (attach_label (self->bins, name, 0, row, 0, "numeric"), TRUE);
      attach_label (self->bins, count, 1, row, 1, "numeric");
      attach_label (self->bins, foretold, 2, row, 1, "numeric");
      label = attach_label (self->bins, happened, 3, row, 1, "numeric");
      if (fabs (mean) > 2 * error)
        tf_label_tone (GTK_LABEL (label), mean);
    }
  tf_plot_clear (plot);
  if (row > 0)
    tf_plot_add_classes (plot, _("Mean outcome by confidence, R"), bars, (guint) row);
  tf_plot_set_format (plot, TF_FORMAT_NUMBER, 2);
  tf_chart_changed (TF_CHART (self->reliability));
}

static void
update_calibration (TfAnalyticsPage  *self,
                    const TfSnapshot *snapshot)
{
  guint64 outcomes = 0;
  double weight = 0, squares = 0, error, bias, chance;
  g_autofree char *count = NULL, *text = NULL;

  for (guint b = 0; b < TF_CALIBRATION_BINS; b++)
    {
      outcomes += snapshot->calibration.bins[b].count;
      weight += snapshot->calibration.bins[b].weight;
      squares += snapshot->calibration.bins[b].squares;
    }
  count = tf_words_count ((gint64) outcomes);
  if (outcomes == 0 && !tf_desk_is_running (self->desk))
    text = g_strdup (_("Known while the system runs: a workspace at rest does not tell."));
  else if (weight < 2 || !tf_calibration_summary (&snapshot->calibration, &error, &bias))
    text = g_strdup_printf (_("Too early: %s proposals have come to an outcome."), count);
  else
    {
      chance = 2 * sqrt (squares) / weight;
      if (fabs (bias) <= chance)
        text = g_strdup_printf (_("Of %s outcomes the mean was as predicted, within what chance explains."), count);
      else
        text = g_strdup_printf (bias > 0 ? _("Of %s outcomes the mean was %.2f R better than predicted.")
                                         : _("Of %s outcomes the mean was %.2f R worse than predicted."), count, fabs (bias));
    }
  tf_label_set (GTK_LABEL (self->calibration), text, FALSE);
}

/* Ranking */

static char *
rank_text (gpointer item)
{
  const TfRankValues *now = &TF_RANK_ITEM (item)->now;

  return now->rank > 0 ? g_strdup_printf ("%d", now->rank) : g_strdup ("–");
}

static char *
account_text (gpointer item)
{
  return g_strdup (TF_RANK_ITEM (item)->now.account);
}

static char *
outcomes_text (gpointer item)
{
  return tf_words_count (TF_RANK_ITEM (item)->now.outcomes);
}

static char *
mean_text (gpointer item)
{
  const TfRankValues *now = &TF_RANK_ITEM (item)->now;

  return now->outcomes > 0 ? tf_words_r (now->mean) : g_strdup ("–");
}

static char *
shrunk_text (gpointer item)
{
  const TfRankValues *now = &TF_RANK_ITEM (item)->now;

  g_autofree char *worth = tf_words_r (now->shrunk);

  return now->outcomes > 0 ? g_strdup_printf ("%s ± %.2f", worth, now->sd) : g_strdup ("–");
}

static char *
better_text (gpointer item)
{
  const TfRankValues *now = &TF_RANK_ITEM (item)->now;

  if (now->outcomes == 0)
    return g_strdup ("–");
  return now->better > 0.99 ? g_strdup (_("over 99 %")) : now->better < 0.01 ? g_strdup (_("under 1 %"))
                                                                             : tf_words_percent (now->better, 0);
}

static char *
trades_text (gpointer item)
{
  return tf_words_count (TF_RANK_ITEM (item)->now.trades);
}

static char *
pnl_text (gpointer item)
{
  return tf_words_money_change ((TfMoney) { TF_RANK_ITEM (item)->now.pnl });
}

static const TfColumnSpec rank_columns[] = {
  { N_("Rank"), "rank", TF_CELL_NUMBER, 3, rank_text },
  { N_("Bot"), "name", TF_CELL_TEXT, -18 },
  { N_("Account"), "account", TF_CELL_TEXT, 8, account_text },
  { N_("Outcomes"), "outcomes", TF_CELL_NUMBER, 5, outcomes_text },
  { N_("Mean"), "mean", TF_CELL_CHANGE, 7, mean_text },
  { N_("Worth"), "shrunk", TF_CELL_CHANGE, 13, shrunk_text },
  { N_("Chance"), "better", TF_CELL_NUMBER, 8, better_text },
  { N_("Trades"), "trades", TF_CELL_NUMBER, 5, trades_text },
  { N_("P&L"), "pnl", TF_CELL_CHANGE, 11, pnl_text },
};

static void
update_ranking (TfAnalyticsPage  *self,
                const TfSnapshot *snapshot)
{
  g_autoptr (GArray) ranks = tf_ranking_of_bots (snapshot);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->ranks));

  while (n < ranks->len)
    {
      g_autoptr (TfRankItem) item = g_object_new (TF_TYPE_RANK_ITEM, NULL);

      g_list_store_append (self->ranks, item);
      n++;
    }
  if (n > ranks->len)
    g_list_store_splice (self->ranks, ranks->len, n - ranks->len, NULL, 0);
  for (guint i = 0; i < ranks->len; i++)
    {
      const TfRank *rank = &g_array_index (ranks, TfRank, i);
      const TfBotConfig *bot = &snapshot->config->bots[rank->index];
      const TfVoterView *view = &snapshot->voters[rank->index];
      g_autoptr (TfItem) item = g_list_model_get_item (G_LIST_MODEL (self->ranks), i);
      TfRankValues values = {
        .voter = (gint) rank->index,
        .rank = rank->n > 0 ? (gint) i + 1 : 0,
        .outcomes = (gint) rank->n,
        .trades = (gint) view->trades,
        .state = (gint) view->state,
        .mean = rank->mean,
        .shrunk = rank->shrunk,
        .sd = rank->sd,
        .better = rank->better,
        .pnl = view->pnl.raw,
      };

      g_strlcpy (values.name, _(bot->title), sizeof values.name);
      g_strlcpy (values.account, snapshot->config->accounts[bot->account].id, sizeof values.account);
      tf_item_update (item, &values);
    }
}

/* Keeping up */

static void
update_headline (TfAnalyticsPage  *self,
                 const TfSnapshot *snapshot,
                 const TfMetrics  *metrics,
                 gint              account)
{
  TfMoney equity = { 0 };
  g_autofree char *money = NULL, *change = NULL, *text = NULL, *trades = NULL, *span = NULL, *until = NULL, *period = NULL;

  for (guint a = 0; a < snapshot->config->n_accounts; a++)
    if (account < 0 || a == (guint) account)
      equity.raw += snapshot->accounts[a].equity.raw;
  money = tf_words_money (equity);
  change = tf_words_percent_change (metrics->values[TF_METRIC_TOTAL_RETURN], 2);
  text = g_strdup_printf ("%s  %s", money, change);
  tf_label_set (GTK_LABEL (self->headline), text, FALSE);
  trades = tf_words_count (metrics->trades);
  span = tf_words_age ((TfTime) (metrics->days * TF_DAY));
  until = tf_words_date (snapshot->time);
  period = g_strdup_printf (_("%s of market time, %s round trips, until %s UTC"), span, trades, until);
  tf_label_set (GTK_LABEL (self->period), period, FALSE);
  gtk_widget_set_visible (self->simulated, snapshot->config->simulated);
}

static void
update_now (TfAnalyticsPage *self)
{
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  gint account = chosen_account (self);
  TfMetrics metrics;

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), snapshot != NULL ? "report" : "empty");
  if (snapshot == NULL || account >= (gint) snapshot->config->n_accounts)
    return;
  self->last_update = g_get_monotonic_time ();
  self->seq = snapshot->seq;
  tf_metrics_of_account (&metrics, snapshot, account);
  update_headline (self, snapshot, &metrics, account);
  update_figures (self, &metrics);
  update_curve (self, snapshot, account);
  update_reliability (self, snapshot);
  update_calibration (self, snapshot);
  update_comparison (self, snapshot);
  update_ranking (self, snapshot);
}

static void
update (gpointer data)
{
  TfAnalyticsPage *self = data;
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);

  if (snapshot == NULL || (snapshot->seq != self->seq && g_get_monotonic_time () - self->last_update >= REFRESH_EVERY))
    update_now (self);
}

static void
on_scope (TfAnalyticsPage *self)
{
  if (self->desk != NULL)
    update_now (self);
}

static void
fill_scope (TfAnalyticsPage *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  gtk_string_list_append (names, _("All accounts"));
  for (guint a = 0; a < config->n_accounts; a++)
    {
      g_autofree char *name = tf_words_account (config, config->accounts[a].id);

      gtk_string_list_append (names, name);
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->scope), G_LIST_MODEL (names));
}

static void
tf_analytics_page_dispose (GObject *object)
{
  TfAnalyticsPage *self = TF_ANALYTICS_PAGE (object);

  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&self->ranks);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (tf_analytics_page_parent_class)->dispose (object);
}

static void
tf_analytics_page_class_init (TfAnalyticsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TF_TYPE_ADAPTIVE);
  g_type_ensure (TF_TYPE_CHART);
  G_OBJECT_CLASS (klass)->dispose = tf_analytics_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/analytics-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, TfAnalyticsPage, name)
  CHILD (stack);
  CHILD (headline);
  CHILD (simulated);
  CHILD (period);
  CHILD (scope);
  CHILD (curve);
  CHILD (figures);
  CHILD (calibration);
  CHILD (reliability);
  CHILD (bins);
  CHILD (comparison);
  CHILD (ranking);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_scope);
}

static void
tf_analytics_page_init (TfAnalyticsPage *self)
{
  GtkWidget *table;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->ranks = g_list_store_new (TF_TYPE_RANK_ITEM);
  create_figures (self);
  table = tf_table_new (TF_TYPE_RANK_ITEM, G_LIST_MODEL (self->ranks), rank_columns, G_N_ELEMENTS (rank_columns),
                        _("Ranking of the bots"));
  tf_table_remember (GTK_COLUMN_VIEW (table), "ranking");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->ranking), table);
  tf_chart_set_label (TF_CHART (self->curve), _("Equity and drawdown"));
  tf_chart_set_label (TF_CHART (self->reliability), _("Confidence against outcomes"));
  tf_plot_set_empty_text (tf_chart_get_plot (TF_CHART (self->curve)), _("The curve begins with the first closed bar"));
  tf_plot_set_empty_text (tf_chart_get_plot (TF_CHART (self->reliability)), _("No proposal has come to an outcome yet"));
}

/**
 * tf_analytics_page_new:
 * @desk: whose accounts it judges
 */
GtkWidget *
tf_analytics_page_new (TfDesk *desk)
{
  TfAnalyticsPage *self = g_object_new (TF_TYPE_ANALYTICS_PAGE, NULL);

  self->desk = g_object_ref (desk);
  fill_scope (self);
  g_signal_connect_object (desk, "renewed", G_CALLBACK (fill_scope), self, G_CONNECT_SWAPPED);
  update_now (self);
  tf_follow (GTK_WIDGET (self), desk, update);
  return GTK_WIDGET (self);
}
