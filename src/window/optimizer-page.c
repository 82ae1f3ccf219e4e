#include "window/optimizer-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "config.h"
#include "io/feeds/candle-file.h"
#include "model/optimize.h"
#include "model/words.h"
#include "window/columns.h"
#include "window/dialogs.h"
#include "window/follow.h"

#define DEMO_BARS 20160 /* two weeks of minutes */
#define SEED 1

/* A combination that was tried. */
typedef struct
{
  gint   rank, present;
  char   text[160];
  gint   proposals, proposals_after;
  double mean, t, mean_after;
  double params[TF_PARAMS_MAX];
} TfTrialValues;

#define TF_TYPE_TRIAL_ITEM (tf_trial_item_get_type ())
TF_DECLARE_ITEM (Trial, trial, TRIAL)

static const TfField trial_fields[] = {
  TF_FIELD (TfTrialValues, rank, "rank", TF_FIELD_INT),
  TF_FIELD (TfTrialValues, present, "present", TF_FIELD_INT),
  TF_FIELD (TfTrialValues, text, "text", TF_FIELD_TEXT),
  TF_FIELD (TfTrialValues, proposals, "proposals", TF_FIELD_INT),
  TF_FIELD (TfTrialValues, proposals_after, "proposals-after", TF_FIELD_INT),
  TF_FIELD (TfTrialValues, mean, "mean", TF_FIELD_DOUBLE),
  TF_FIELD (TfTrialValues, t, "t", TF_FIELD_DOUBLE),
  TF_FIELD (TfTrialValues, mean_after, "mean-after", TF_FIELD_DOUBLE),
};
TF_DEFINE_ITEM (Trial, trial)

/* One parameter's row: whether it is varied, and between what. */
typedef struct
{
  GtkWidget *vary, *range, *from, *to;
} ParamRow;

struct _TfOptimizerPage
{
  GtkWidget     parent_instance;
  TfDesk       *desk;
  GStrv         paths;       /* nullable */
  TfTime        interval;    /* of @paths */
  GCancellable *running;     /* nullable */
  gint64        started;
  guint         tried_bot;   /* whose results are shown */
  gboolean      varied[TF_PARAMS_MAX]; /* in them */
  GListStore   *trials;
  ParamRow      rows[TF_PARAMS_MAX];
  guint         n_rows;
  GtkWidget    *table;
  GtkWidget    *bot, *history, *files, *summary, *params, *budget, *method, *refine, *run, *progress, *status;
  GtkWidget    *results_stack, *verdict, *explanation, *names, *results, *apply;
};

G_DEFINE_FINAL_TYPE (TfOptimizerPage, tf_optimizer_page, GTK_TYPE_WIDGET)

/* Machine ids of parameters, in words. */
static const struct { const char *id, *words; } param_words[] = {
  { "adx_limit", N_("Trend strength, at most") },
  { "anchor", N_("Anchor, bars") },
  { "average", N_("Average, bars") },
  { "climax", N_("Volume climax") },
  { "dip_atr", N_("Dip, ATR") },
  { "edge", N_("Edge") },
  { "enter", N_("Entry level") },
  { "enter_z", N_("Entry, z-score") },
  { "entry", N_("Entry channel, bars") },
  { "every_bars", N_("Every so many bars") },
  { "exit", N_("Exit channel, bars") },
  { "fast", N_("Fast average, bars") },
  { "horizon", N_("Time limit, bars") },
  { "kijun", N_("Base line, bars") },
  { "levels", N_("Levels") },
  { "lookback", N_("Look back, bars") },
  { "margin_atr", N_("Margin, ATR") },
  { "move_atr", N_("Move, ATR") },
  { "opening_share", N_("Opening, share of the day") },
  { "pause_bars", N_("Pause, bars") },
  { "period", N_("Period, bars") },
  { "quiet_bars", N_("Quiet before, bars") },
  { "reward_r", N_("Target, R") },
  { "senkou", N_("Leading span, bars") },
  { "signal", N_("Signal line, bars") },
  { "slow", N_("Slow average, bars") },
  { "start_hour", N_("Start, hour UTC") },
  { "step_atr", N_("Step, ATR") },
  { "stop_atr", N_("Stop, ATR") },
  { "stop_steps", N_("Stop, steps") },
  { "stretch", N_("Stretch") },
  { "tenkan", N_("Conversion line, bars") },
  { "trail_r", N_("Trailing stop, R") },
  { "trend", N_("Trend filter, bars") },
  { "width", N_("Band width") },
  { "width_atr", N_("Band width, ATR") },
};

static const char *
words_of_param (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (param_words); i++)
    if (strcmp (param_words[i].id, id) == 0)
      return _(param_words[i].words);
  return id;
}

static int
decimals_of (const TfParam *param)
{
  return (int) MAX (0, -floor (log10 (tf_param_step (param)) + 1e-9));
}

static const TfBotConfig *
chosen_bot (TfOptimizerPage *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->bot));

  return selected < config->n_bots ? &config->bots[selected] : NULL;
}

/* What a bot runs with now: a changed parameter stands in the snapshot, not in the configuration. */
static const double *
present_params (TfOptimizerPage *self,
                guint            bot)
{
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);

  return snapshot != NULL && bot < snapshot->config->n_bots ? snapshot->voters[bot].params
                                                            : tf_desk_get_config (self->desk)->bots[bot].params;
}

/* Step 1 */

static const TfRunSpec *
present_spec (TfOptimizerPage *self)
{
  return tf_system_get_spec (tf_desk_get_system (self->desk));
}

static gboolean
is_demo (TfOptimizerPage *self)
{
  return strcmp (tf_desk_get_config (self->desk)->market, "demo") == 0;
}

static void
update_summary (TfOptimizerPage *self)
{
  guint data = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->history));
  guint varied = 0;
  gboolean ready = TRUE;
  const char *reason = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->n_rows; i++)
    varied += gtk_check_button_get_active (GTK_CHECK_BUTTON (self->rows[i].vary)) != FALSE;
  gtk_widget_set_visible (self->files, data == TF_TRIAL_FILES);
  if (data == TF_TRIAL_PRESENT)
    {
      text = g_strdup (_("All candles that the market has shown until now; nothing later is known to the search."));
      if (present_spec (self) == NULL)
        reason = _("Start the system first, or choose another history.");
    }
  else if (data == TF_TRIAL_DEMO)
    text = g_strdup (_("Two weeks of minutes of a simulated market: good for a try, no proof for a real one."));
  else if (self->paths != NULL)
    text = g_strdup_printf (g_dngettext (NULL, "%u candle file chosen.", "%u candle files chosen.", g_strv_length (self->paths)),
                            g_strv_length (self->paths));
  else
    {
      text = g_strdup (_("Files named like BTCUSDT-1h.csv, plain or compressed, all of one interval."));
      reason = _("Choose candle files first.");
    }
  if (reason == NULL && varied == 0)
    reason = _("Choose at least one parameter to vary.");
  ready = reason == NULL;
  gtk_label_set_text (GTK_LABEL (self->summary), text);
  gtk_widget_set_sensitive (self->run, ready || self->running != NULL);
  if (self->running == NULL)
    gtk_label_set_text (GTK_LABEL (self->status), ready ? "" : reason);
}

static void
on_vary (TfOptimizerPage *self)
{
  for (guint i = 0; i < self->n_rows; i++)
    {
      gboolean vary = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->rows[i].vary));

      gtk_widget_set_visible (self->rows[i].range, vary);
    }
  update_summary (self);
}

static GtkWidget *
create_spin (const TfParam *param,
             double         value,
             const char    *name)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (param->min, param->max, tf_param_step (param));

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), (guint) decimals_of (param));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 4);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (spin), 5);
  gtk_widget_set_hexpand (spin, TRUE);
  tf_accessible_name (spin, name);
  return spin;
}

static void
add_param (TfOptimizerPage *self,
           const TfParam   *param,
           double           present,
           guint            at)
{
  ParamRow *row = &self->rows[at];
  const char *words = words_of_param (param->name);
  g_autofree char *now = tf_words_number (present, decimals_of (param));
  g_autofree char *hint = g_strdup_printf (_("now %s"), now), *name = g_strdup_printf (_("Vary: %s"), words);
  g_autofree char *from = g_strdup_printf (_("%s, from"), words), *to = g_strdup_printf (_("%s, to"), words);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (hint);

  row->vary = gtk_check_button_new_with_label (words);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (row->vary), at < 2);
  gtk_widget_set_hexpand (row->vary, TRUE);
  tf_accessible_name (row->vary, name);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "numeric");
  gtk_box_append (GTK_BOX (line), row->vary);
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (self->params), line);
  /* Around the present value, as far as half and double of it. */
  row->range = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  row->from = create_spin (param, MAX (param->min, present / 2), from);
  row->to = create_spin (param, MIN (param->max, present * 2), to);
  gtk_box_append (GTK_BOX (row->range), row->from);
  gtk_box_append (GTK_BOX (row->range), gtk_label_new (_("to")));
  gtk_box_append (GTK_BOX (row->range), row->to);
  gtk_widget_set_margin_start (row->range, 28);
  gtk_box_append (GTK_BOX (self->params), row->range);
  g_signal_connect_swapped (row->vary, "toggled", G_CALLBACK (on_vary), self);
}

static void
on_bot (TfOptimizerPage *self)
{
  const TfBotConfig *bot;
  const double *present;

  if (self->desk == NULL)
    return;
  tf_remove_children (self->params);
  self->n_rows = 0;
  bot = chosen_bot (self);
  if (bot == NULL)
    return;
  present = present_params (self, gtk_drop_down_get_selected (GTK_DROP_DOWN (self->bot)));
  self->n_rows = tf_params_count (bot->strategy->params);
  for (guint i = 0; i < self->n_rows; i++)
    add_param (self, &bot->strategy->params[i], present[i], i);
  on_vary (self);
}

static void
on_history (TfOptimizerPage *self)
{
  if (self->desk != NULL)
    update_summary (self);
}

static void
take_files (GtkWidget  *owner,
            GListModel *files)
{
  TfOptimizerPage *self = TF_OPTIMIZER_PAGE (owner);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  guint n = g_list_model_get_n_items (files);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      g_autofree char *path = g_file_get_path (file);
      char symbol[TF_SYMBOL_SIZE];
      TfTime interval;

      if (path == NULL)
        continue;
      if (!tf_candle_file_name (path, symbol, &interval, &error))
        {
          gtk_label_set_text (GTK_LABEL (self->status), error->message);
          return;
        }
      self->interval = interval;
      g_strv_builder_add (builder, path);
    }
  g_strfreev (self->paths);
  self->paths = g_strv_builder_end (builder);
  update_summary (self);
}

static void
on_files (TfOptimizerPage *self)
{
  static const char *const patterns[] = { "*.csv", "*.csv.gz", NULL };

  tf_dialog_open (GTK_WIDGET (self), _("Candle files"), _("Candles"), patterns, take_files);
}

/* Step 3 */

/* @names: with the parameters' names; else only their values. */
static char *
describe_params (const TfStrategy *strategy,
                 const double     *params,
                 const gboolean    varied[TF_PARAMS_MAX],
                 gboolean          names)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; strategy->params[i].name != NULL; i++)
    if (varied[i])
      {
        g_autofree char *value = tf_words_number (params[i], decimals_of (&strategy->params[i]));

        if (names)
          g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "", words_of_param (strategy->params[i].name), value);
        else
          g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", value);
      }
  return g_string_free (text, FALSE);
}

/* What the numbers of a combination stand for. */
static char *
describe_names (const TfStrategy *strategy,
                const gboolean    varied[TF_PARAMS_MAX])
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; strategy->params[i].name != NULL; i++)
    if (varied[i])
      g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : _("Combination: "), words_of_param (strategy->params[i].name));
  return g_string_free (text, FALSE);
}

/* The verdict in words, and below it the numbers that it rests on. */
static void
show_verdict (TfOptimizerPage *self,
              const TfSweep   *sweep)
{
  const TfTrial *best = &g_array_index (sweep->trials, TfTrial, 0);
  const TfTrial *present = &g_array_index (sweep->trials, TfTrial, sweep->present);
  g_autofree char *luck = sweep->luck < 0.001 ? g_strdup (_("below 0.1 %")) : tf_words_percent (sweep->luck, sweep->luck < 0.1 ? 1 : 0);
  g_autofree char *mean = tf_words_r (best->score.before.mean), *after = tf_words_r (best->score.after.mean);
  g_autofree char *now = tf_words_r (present->score.before.mean), *now_after = tf_words_r (present->score.after.mean);
  g_autofree char *worth = tf_words_number (sweep->independent, 0), *verdict = NULL, *explanation = NULL;

  switch (sweep->verdict)
    {
    case TF_SWEEP_NO_DATA:
      verdict = g_strdup_printf (_("Too early: %u proposals came to an outcome, 30 are needed"), best->score.before.proposals);
      break;
    case TF_SWEEP_NO_GAIN:
      verdict = g_strdup (_("What the bot has now is the best of all that were tried"));
      break;
    case TF_SWEEP_LUCK:
      verdict = g_strdup_printf (_("No improvement that would survive: luck alone explains it with a chance of %s"), luck);
      break;
    case TF_SWEEP_FADES:
      verdict = g_strdup (_("Better where it was chosen, but not in the part that it had not seen"));
      break;
    case TF_SWEEP_SURVIVES:
    default:
      verdict = g_strdup_printf (_("An improvement that survives; the chance that it is luck is %s"), luck);
      break;
    }
  explanation = g_strdup_printf (_("Best: %s a proposal where it was chosen, %s in the unseen part. Now: %s and %s. "
                                   "%u combinations were tried, worth %s independent ones."),
                                 mean, after, now, now_after, sweep->trials->len, worth);
  gtk_label_set_text (GTK_LABEL (self->verdict), verdict);
  gtk_label_set_text (GTK_LABEL (self->explanation), explanation);
}

static void
show_results (TfOptimizerPage *self,
              const TfSweep   *sweep,
              guint            bot)
{
  const TfStrategy *strategy = tf_desk_get_config (self->desk)->bots[bot].strategy;
  g_autofree char *names = NULL;

  self->tried_bot = bot;
  memset (self->varied, 0, sizeof self->varied);
  for (guint i = 0; i < sweep->trials->len; i++)
    for (guint k = 0; k < TF_PARAMS_MAX; k++)
      self->varied[k] |= g_array_index (sweep->trials, TfTrial, i).params[k]
                         != g_array_index (sweep->trials, TfTrial, 0).params[k];
  names = describe_names (strategy, self->varied);
  gtk_label_set_text (GTK_LABEL (self->names), names);
  g_list_store_remove_all (self->trials);
  for (guint i = 0; i < sweep->trials->len; i++)
    {
      const TfTrial *trial = &g_array_index (sweep->trials, TfTrial, i);
      g_autoptr (TfItem) item = g_object_new (TF_TYPE_TRIAL_ITEM, NULL);
      g_autofree char *text = describe_params (strategy, trial->params, self->varied, FALSE);
      TfTrialValues values = {
        .rank = (gint) i + 1,
        .present = trial->present,
        .proposals = (gint) trial->score.before.proposals,
        .proposals_after = (gint) trial->score.after.proposals,
        .mean = trial->score.before.mean,
        .t = trial->score.before.t,
        .mean_after = trial->score.after.mean,
      };

      memcpy (values.params, trial->params, sizeof values.params);
      if (trial->present)
        g_snprintf (values.text, sizeof values.text, _("Now: %s"), text);
      else
        g_strlcpy (values.text, text, sizeof values.text);
      tf_item_update (item, &values);
      g_list_store_append (self->trials, item);
    }
  show_verdict (self, sweep);
  gtk_stack_set_visible_child_name (GTK_STACK (self->results_stack), "results");
}

static char *
combination_text (gpointer item)
{
  return g_strdup (TF_TRIAL_ITEM (item)->now.text);
}

static char *
proposals_text (gpointer item)
{
  return tf_words_count (TF_TRIAL_ITEM (item)->now.proposals);
}

static char *
mean_text (gpointer item)
{
  return TF_TRIAL_ITEM (item)->now.proposals > 0 ? tf_words_r (TF_TRIAL_ITEM (item)->now.mean) : g_strdup ("–");
}

static char *
t_text (gpointer item)
{
  return tf_words_number (TF_TRIAL_ITEM (item)->now.t, 1);
}

static char *
after_text (gpointer item)
{
  return TF_TRIAL_ITEM (item)->now.proposals_after > 0 ? tf_words_r (TF_TRIAL_ITEM (item)->now.mean_after) : g_strdup ("–");
}

static const TfColumnSpec trial_columns[] = {
  { N_("Combination"), "rank", TF_CELL_TEXT, -9, combination_text },
  { N_("Chosen by"), "mean", TF_CELL_CHANGE, 6, mean_text },
  { N_("Unseen"), "mean-after", TF_CELL_CHANGE, 6, after_text },
  { N_("Outcomes"), "proposals", TF_CELL_NUMBER, 5, proposals_text },
  { N_("t"), "t", TF_CELL_NUMBER, 3, t_text },
};

static void
on_trial (TfOptimizerPage *self)
{
  TfTrialItem *item = tf_table_selected (self->table);

  gtk_widget_set_tooltip_text (self->apply, tf_desk_get_snapshot (self->desk) == NULL ? _("Start the system first") : NULL);
  gtk_widget_set_sensitive (self->apply, item != NULL && !item->now.present && tf_desk_get_snapshot (self->desk) != NULL);
}

static void
do_apply (GtkWidget *owner)
{
  TfOptimizerPage *self = TF_OPTIMIZER_PAGE (owner);
  TfTrialItem *item = tf_table_selected (self->table);
  const double *present = present_params (self, self->tried_bot);
  const TfBotConfig *bot = &tf_desk_get_config (self->desk)->bots[self->tried_bot];

  if (item == NULL)
    return;
  for (guint i = 0; bot->strategy->params[i].name != NULL; i++)
    if (present[i] != item->now.params[i])
      {
        TfCommand command = {
          .type = TF_COMMAND_SET_PARAM,
          .account = -1,
          .voter = self->tried_bot,
          .param = (gint) i,
          .value = item->now.params[i],
        };

        tf_system_command (tf_desk_get_system (self->desk), &command);
      }
  gtk_label_set_text (GTK_LABEL (self->status), _("Applied. The journal has it as a command of yours."));
}

static void
on_apply (TfOptimizerPage *self)
{
  TfTrialItem *item = tf_table_selected (self->table);
  g_autofree char *heading = NULL, *body = NULL, *params = NULL;

  if (item == NULL)
    return;
  params = describe_params (tf_desk_get_config (self->desk)->bots[self->tried_bot].strategy, item->now.params, self->varied, TRUE);
  heading = g_strdup_printf (_("Change %s?"), _(tf_desk_get_config (self->desk)->bots[self->tried_bot].title));
  body = g_strdup_printf (_("%s\n\n%s\n\nOpen positions keep their stops and targets."), params,
                          gtk_label_get_text (GTK_LABEL (self->verdict)));
  tf_dialog_ask (GTK_WIDGET (self), heading, body, _("_Apply"), FALSE, do_apply);
}

/* Step 2 */

static void
show_running (TfOptimizerPage *self)
{
  gboolean busy = self->running != NULL;

  gtk_button_set_label (GTK_BUTTON (self->run), busy ? _("Cancel") : _("Run the search"));
  if (busy)
    gtk_widget_remove_css_class (self->run, "suggested-action");
  else
    gtk_widget_add_css_class (self->run, "suggested-action");
  gtk_widget_set_visible (self->progress, busy);
}

typedef struct
{
  TfOptimizerPage *page; /* borrowed: the page cancels in dispose */
  guint            bot;
} Running;

static void
on_progress (double   fraction,
             gpointer data)
{
  TfOptimizerPage *self = ((Running *) data)->page;
  double elapsed = (double) (g_get_monotonic_time () - self->started) / G_USEC_PER_SEC;

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), fraction);
  if (fraction > 0.02 && elapsed > 1)
    {
      g_autofree char *left = tf_words_age ((TfTime) (elapsed * (1 - fraction) / fraction * TF_SECOND));
      g_autofree char *text = g_strdup_printf (_("About %s left"), left);

      gtk_label_set_text (GTK_LABEL (self->status), text);
    }
}

static void
on_done (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  g_autofree Running *running = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TfSweep) sweep = tf_optimize_finish (result, &error);
  TfOptimizerPage *self = running->page;
  g_autofree char *text = NULL, *bars = NULL, *time = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->running);
  show_running (self);
  update_summary (self);
  if (sweep == NULL)
    {
      gtk_label_set_text (GTK_LABEL (self->status), error->message);
      return;
    }
  show_results (self, sweep, running->bot);
  bars = tf_words_count ((gint64) sweep->bars);
  time = tf_words_age ((g_get_monotonic_time () - self->started) * 1000);
  text = g_strdup_printf (_("Done in %s: %u combinations over %s bars."), time, sweep->trials->len, bars);
  gtk_label_set_text (GTK_LABEL (self->status), text);
}

static void
start_search (TfOptimizerPage *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->bot));
  const TfBotConfig *bot = chosen_bot (self);
  TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  TfTrialSource source = {
    .data = (TfTrialData) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->history)),
    .spec = present_spec (self),
    .interval = tf_desk_get_config (self->desk)->interval,
    .until = snapshot != NULL ? snapshot->time : 0,
    .bars = DEMO_BARS,
    .paths = self->paths,
  };
  TfSweepOptions options = {
    .strategy = bot->strategy,
    .method = (TfSweepMethod) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->method)),
    .budget = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->budget)),
    .refine = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->refine)),
    .seed = SEED,
  };
  Running *running;

  if (source.data == TF_TRIAL_FILES)
    source.interval = self->interval;
  memcpy (options.params, present_params (self, selected), sizeof options.params);
  for (guint i = 0; i < self->n_rows; i++)
    if (gtk_check_button_get_active (GTK_CHECK_BUTTON (self->rows[i].vary)))
      {
        double from = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->rows[i].from));
        double to = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->rows[i].to));

        options.ranges[options.n_ranges++] = (TfSweepRange) { i, MIN (from, to), MAX (from, to) };
      }
  running = g_new (Running, 1);
  *running = (Running) { self, selected };
  self->running = g_cancellable_new ();
  self->started = g_get_monotonic_time ();
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), 0);
  gtk_label_set_text (GTK_LABEL (self->status), _("Reading the history…"));
  tf_optimize_async (&source, &options, on_progress, self->running, on_done, running);
}

static void
on_run (TfOptimizerPage *self)
{
  if (self->running != NULL)
    {
      g_cancellable_cancel (self->running);
      g_clear_object (&self->running);
      update_summary (self);
      gtk_label_set_text (GTK_LABEL (self->status), _("Cancelled. Nothing was changed."));
    }
  else if (chosen_bot (self) != NULL)
    start_search (self);
  show_running (self);
}

/* The page */

static void
update (gpointer data)
{
  TfOptimizerPage *self = data;
  gboolean started = present_spec (self) != NULL;

  /* Only what the start of a run changes. */
  if (started != GPOINTER_TO_INT (g_object_get_data (G_OBJECT (self), "tf-started")))
    {
      g_object_set_data (G_OBJECT (self), "tf-started", GINT_TO_POINTER (started));
      update_summary (self);
    }
}

static void
fill_bots (TfOptimizerPage *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  for (guint b = 0; b < config->n_bots; b++)
    {
      g_autofree char *name = g_strdup_printf ("%s · %s", _(config->bots[b].title), config->accounts[config->bots[b].account].id);

      gtk_string_list_append (names, name);
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->bot), G_LIST_MODEL (names));
  on_bot (self);
}

static void
fill_history (TfOptimizerPage *self)
{
  const char *const names[] = { _("The present market, so far"), _("A longer demo market"), _("Candle files…"), NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (names);

  gtk_drop_down_set_model (GTK_DROP_DOWN (self->history), G_LIST_MODEL (list));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->history), is_demo (self) ? TF_TRIAL_DEMO : TF_TRIAL_PRESENT);
}

static void
on_renewed (TfOptimizerPage *self)
{
  fill_bots (self);
  fill_history (self);
}

static void
tf_optimizer_page_dispose (GObject *object)
{
  TfOptimizerPage *self = TF_OPTIMIZER_PAGE (object);

  if (self->running != NULL)
    g_cancellable_cancel (self->running);
  g_clear_object (&self->running);
  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&self->trials);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->paths, g_strfreev);
  G_OBJECT_CLASS (tf_optimizer_page_parent_class)->dispose (object);
}

static void
tf_optimizer_page_class_init (TfOptimizerPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tf_optimizer_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, TF_RESOURCE_BASE "/optimizer-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, TfOptimizerPage, name)
  CHILD (bot);
  CHILD (history);
  CHILD (files);
  CHILD (summary);
  CHILD (params);
  CHILD (budget);
  CHILD (method);
  CHILD (refine);
  CHILD (run);
  CHILD (progress);
  CHILD (status);
  CHILD (results_stack);
  CHILD (verdict);
  CHILD (explanation);
  CHILD (names);
  CHILD (results);
  CHILD (apply);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_bot);
  gtk_widget_class_bind_template_callback (widget_class, on_history);
  gtk_widget_class_bind_template_callback (widget_class, on_files);
  gtk_widget_class_bind_template_callback (widget_class, on_run);
  gtk_widget_class_bind_template_callback (widget_class, on_apply);
}

static void
tf_optimizer_page_init (TfOptimizerPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->trials = g_list_store_new (TF_TYPE_TRIAL_ITEM);
  self->table = tf_table_new (TF_TYPE_TRIAL_ITEM, G_LIST_MODEL (self->trials), trial_columns, G_N_ELEMENTS (trial_columns),
                              _("Combinations that were tried, best first"));
  tf_table_remember (GTK_COLUMN_VIEW (self->table), "combinations");
  tf_table_on_select (self->table, G_CALLBACK (on_trial), self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->results), self->table);
}

/**
 * tf_optimizer_page_new:
 * @desk: whose bots may be changed
 */
GtkWidget *
tf_optimizer_page_new (TfDesk *desk)
{
  TfOptimizerPage *self = g_object_new (TF_TYPE_OPTIMIZER_PAGE, NULL);

  self->desk = g_object_ref (desk);
  on_renewed (self);
  g_signal_connect_object (desk, "renewed", G_CALLBACK (on_renewed), self, G_CONNECT_SWAPPED);
  show_running (self);
  tf_follow (GTK_WIDGET (self), desk, update);
  return GTK_WIDGET (self);
}
