#include <json-glib/json-glib.h>
#include <math.h>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/engine.h"
#include "core/optimizer/overfitting.h"
#include "core/optimizer/sweep.h"

#define MARKETS 3
#define START (TF_DAY * 365 * 50)

/* A random walk on the tick grid; with @trend, swings that a trend follower can ride. */
static TfCandle *
make_candles (guint64 seed,
              guint   n,
              double  trend)
{
  TfCandle *candles = g_new0 (TfCandle, n);
  TfRandom random;
  gint64 close = 1000 * TF_SCALE;

  tf_random_seed (&random, seed);
  for (guint i = 0; i < n; i++)
    {
      TfCandle *c = &candles[i];
      double drift = trend * ((i / 150) % 2 == 0 ? 1 : -1), r = drift + 0.006 * tf_random_normal (&random);
      double up = 0.003 * tf_random_uniform (&random), down = 0.003 * tf_random_uniform (&random);

      c->time = START + i * TF_HOUR;
      c->open.raw = close;
      g_assert_true (tf_round_to_step ((double) close / (double) TF_SCALE * exp (r), 1000000, &close));
      c->close.raw = close;
      g_assert_true (tf_round_to_step ((double) MAX (c->open.raw, close) / (double) TF_SCALE * (1 + up), 1000000, &c->high.raw));
      g_assert_true (tf_round_to_step ((double) MIN (c->open.raw, close) / (double) TF_SCALE * (1 - down), 1000000, &c->low.raw));
      c->high.raw = MAX (c->high.raw, MAX (c->open.raw, close));
      c->low.raw = MIN (c->low.raw, MIN (c->open.raw, close));
      c->volume.raw = 100 * TF_SCALE + (gint64) (tf_random_uniform (&random) * 1e9);
    }
  return candles;
}

typedef struct { guint n; double sum; } Outcomes;

static void
on_record (const TfRecord *record,
           gpointer        data)
{
  Outcomes *outcome;

  if (record->kind != TF_RECORD_OUTCOME)
    return;
  outcome = g_hash_table_lookup (data, record->origin);
  if (outcome == NULL)
    g_hash_table_insert (data, (gpointer) record->origin, outcome = g_new0 (Outcomes, 1));
  outcome->n++;
  outcome->sum += (double) record->value / (double) TF_SCALE;
}

/* One engine: what the optimizer sees is what the engine's shadow tracking sees, bot by bot. */
static void
test_engine (void)
{
  enum { N = 1500 };
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfConfig) config = tf_config_new_default ("backtest", universe, TF_HOUR, 1);
  g_autoptr (GHashTable) outcomes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr (TfEngine) engine = tf_engine_new (config, on_record, outcomes);
  g_autoptr (TfHistory) history = tf_history_new (universe, TF_HOUR);
  TfCandle *candles[MARKETS];
  guint compared = 0;

  for (guint i = 0; i < MARKETS; i++)
    {
      candles[i] = make_candles (i + 1, N, 0.0008);
      g_assert_true (tf_history_add (history, i, candles[i], N, NULL));
    }
  tf_engine_open (engine, START, "test");
  for (guint k = 0; k < N; k++)
    for (guint i = 0; i < MARKETS; i++)
      {
        TfEvent event = { .time = candles[i][k].time + TF_HOUR, .type = TF_EVENT_CANDLE, .instrument = (gint16) i };

        event.candle.candle = candles[i][k];
        event.candle.interval = TF_HOUR;
        tf_engine_process (engine, &event);
      }
  for (guint b = 0; b < config->n_bots; b++)
    {
      const Outcomes *expected = g_hash_table_lookup (outcomes, config->bots[b].id);
      TfEvaluation found;

      g_assert_true (tf_evaluate (history, config->bots[b].strategy, config->bots[b].params, G_MAXINT64, NULL, &found, NULL));
      g_assert_cmpuint (found.before.proposals, ==, expected != NULL ? expected->n : 0);
      if (expected != NULL)
        g_assert_cmpfloat (fabs (found.before.mean * expected->n - expected->sum), <, 1e-6 * expected->n);
      compared += expected != NULL;
    }
  g_assert_cmpuint (compared, >, config->n_bots / 2);
  for (guint i = 0; i < MARKETS; i++)
    g_free (candles[i]);
}

static TfHistory *
make_history (guint  n,
              double trend)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  TfHistory *history = tf_history_new (universe, TF_HOUR);

  for (guint i = 0; i < MARKETS; i++)
    {
      g_autofree TfCandle *candles = make_candles (i + 7, n, trend);

      g_assert_true (tf_history_add (history, i, candles, n, NULL));
    }
  return history;
}

/* What comes after the split changes nothing before it. */
static void
test_split (void)
{
  g_autoptr (TfHistory) full = make_history (2000, 0.001), half = make_history (1000, 0.001);
  const TfStrategy *strategy = tf_strategy_find ("donchian");
  TfTime split = START + 1000 * TF_HOUR;
  double params[TF_PARAMS_MAX] = { 0 };
  g_autofree float *a = g_new0 (float, tf_evaluate_periods (full, split));
  g_autofree float *b = g_new0 (float, tf_evaluate_periods (half, split));
  TfEvaluation x, y;

  tf_params_defaults (strategy->params, params);
  g_assert_true (tf_evaluate (full, strategy, params, split, NULL, &x, a));
  g_assert_true (tf_evaluate (half, strategy, params, split, NULL, &y, b));
  g_assert_cmpuint (x.before.proposals, ==, y.before.proposals);
  g_assert_cmpuint (x.before.proposals, >, 0);
  g_assert_cmpuint (x.after.proposals, >, 0);
  g_assert_cmpuint (y.after.proposals, ==, 0);
  g_assert_cmpmem (a, tf_evaluate_periods (full, split) * sizeof *a, b, tf_evaluate_periods (half, split) * sizeof *b);
}

static TfSweepOptions
make_options (TfSweepMethod method)
{
  TfSweepOptions options = {
    .strategy = tf_strategy_find ("donchian"),
    .method = method,
    .budget = 40,
    .refine = TRUE,
    .seed = 5,
    .ranges = { { 0, 10, 200 }, { 2, 1, 5 } },
    .n_ranges = 2,
  };

  tf_params_defaults (options.strategy->params, options.params);
  return options;
}

static void
count_progress (double   fraction,
                gpointer data)
{
  double *last = data;

  g_assert_cmpfloat (fraction, >=, *last);
  g_assert_cmpfloat (fraction, <=, 1);
  *last = fraction;
}

static void
test_search (gconstpointer data)
{
  g_autoptr (TfHistory) history = make_history (3000, 0.0006);
  TfSweepOptions options = make_options (GPOINTER_TO_UINT (data));
  double fraction = 0;
  g_autoptr (TfSweep) first = tf_sweep_run (&options, history, NULL, count_progress, &fraction);
  g_autoptr (TfSweep) second = tf_sweep_run (&options, history, NULL, NULL, NULL);
  guint present = 0;

  g_assert_cmpuint (first->trials->len, >, 20);
  g_assert_cmpuint (first->trials->len, <=, options.budget);
  g_assert_cmpfloat (fraction, >, 0.5);
  g_assert_cmpmem (first->trials->data, first->trials->len * sizeof (TfTrial),
                   second->trials->data, second->trials->len * sizeof (TfTrial));
  g_assert_cmpfloat (first->luck, ==, second->luck);
  g_assert_cmpfloat (first->independent, >=, 1);
  g_assert_cmpfloat (first->independent, <=, first->trials->len);
  for (guint i = 0; i < first->trials->len; i++)
    {
      const TfTrial *trial = &g_array_index (first->trials, TfTrial, i);

      present += trial->present;
      for (guint p = 0; p < tf_params_count (options.strategy->params); p++)
        {
          const TfParam *param = &options.strategy->params[p];
          double step = tf_param_step (param);

          g_assert_true (trial->params[p] >= param->min && trial->params[p] <= param->max);
          if (p != 0 && p != 2)
            g_assert_cmpfloat (trial->params[p], ==, options.params[p]);
          else if (!trial->present)
            g_assert_cmpfloat (fabs (trial->params[p] / step - round (trial->params[p] / step)), <, 1e-9);
        }
    }
  g_assert_cmpuint (present, ==, 1);
  g_assert_true (g_array_index (first->trials, TfTrial, first->present).present);
}

/* On a random walk the best of many is called what it is; on a market with swings that last, the search finds them. */
static void
test_verdict (void)
{
  g_autoptr (TfHistory) walk = make_history (4000, 0), swings = make_history (4000, 0.002);
  TfSweepOptions options = make_options (TF_SWEEP_LATIN);
  g_autoptr (TfSweep) none = NULL, some = NULL;

  none = tf_sweep_run (&options, walk, NULL, NULL, NULL);
  g_assert_true (none->verdict == TF_SWEEP_LUCK || none->verdict == TF_SWEEP_NO_GAIN || none->verdict == TF_SWEEP_NO_DATA);
  some = tf_sweep_run (&options, swings, NULL, NULL, NULL);
  g_assert_cmpfloat (some->luck, <, 0.05);
  g_assert_cmpfloat (g_array_index (some->trials, TfTrial, 0).score.after.mean, >, 0);
}

static gint cancelled;

static void
cancel_soon (double   fraction,
             gpointer data)
{
  if (fraction > 0.3)
    g_atomic_int_set (&cancelled, 1);
}

static void
test_cancel (void)
{
  g_autoptr (TfHistory) history = make_history (1000, 0);
  TfSweepOptions options = make_options (TF_SWEEP_LATIN);

  g_assert_null (tf_sweep_run (&options, history, &cancelled, cancel_soon, NULL));
}

static void
test_nothing (void)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfHistory) empty = tf_history_new (universe, TF_HOUR);
  TfSweepOptions options = make_options (TF_SWEEP_GRID);
  TfCandle backwards[2] = { { .time = TF_HOUR }, { .time = 0 } };
  g_autoptr (TfSweep) sweep = tf_sweep_run (&options, empty, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sweep->verdict, ==, TF_SWEEP_NO_DATA);
  g_assert_false (tf_history_add (empty, 0, backwards, 2, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
}

static void
assert_near (double      found,
             double      expected,
             const char *what)
{
  if (!(fabs (found - expected) <= 1e-8 * fabs (expected)))
    g_error ("%s: found %.17g, expected %.17g", what, found, expected);
}

static void
test_deflated (void)
{
  const char *shared = g_getenv ("TF_SHARED");
  g_autofree char *path = g_build_filename (shared != NULL ? shared : ".", "data", "golden", "dsr-cases.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases;

  if (!json_parser_load_from_file (parser, path, NULL))
    {
      g_test_skip ("no golden values: ../shared is absent");
      return;
    }
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "cases");
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *row = json_array_get_object_element (cases, i);
#define MEMBER(name) json_object_get_double_member (row, name)
      double year = MEMBER ("periods_per_year"), sharpe = MEMBER ("annual_sharpe") / sqrt (year), n = MEMBER ("observations");
      double skew = MEMBER ("skew"), kurtosis = MEMBER ("raw_kurtosis");
      double benchmark = tf_expected_max_sharpe (MEMBER ("annual_variance_of_trial_sharpes") / year, MEMBER ("trials"));

      assert_near (tf_sharpe_deviation (sharpe, n, skew, kurtosis), MEMBER ("sharpe_stdev"), "sharpe_stdev");
      assert_near (benchmark, MEMBER ("expected_max_sharpe_per_period"), "expected_max_sharpe");
      assert_near (tf_probabilistic_sharpe (sharpe, benchmark, n, skew, kurtosis), MEMBER ("dsr"), "dsr");
      assert_near (tf_probabilistic_sharpe (sharpe, 0, n, skew, kurtosis), MEMBER ("psr_vs_0"), "psr");
      assert_near (tf_min_track_record (sharpe, 0, skew, kurtosis, 0.95), MEMBER ("min_track_record_95"), "track record");
#undef MEMBER
    }
}

static void
test_independent (void)
{
  enum { TRIALS = 20, PERIODS = 4000 };
  g_autofree float *streams = g_new (float, TRIALS * PERIODS);
  TfRandom random;

  tf_random_seed (&random, 1);
  for (guint i = 0; i < TRIALS * PERIODS; i++)
    streams[i] = (float) tf_random_normal (&random);
  g_assert_cmpfloat (tf_independent_trials (streams, TRIALS, PERIODS), >, TRIALS - 1);
  for (guint i = PERIODS; i < TRIALS * PERIODS; i++)
    streams[i] = 3 * streams[i % PERIODS];
  g_assert_cmpfloat (fabs (tf_independent_trials (streams, TRIALS, PERIODS) - 1), <, 1e-3);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/optimizer/deflated", test_deflated);
  g_test_add_func ("/optimizer/independent", test_independent);
  g_test_add_func ("/optimizer/engine", test_engine);
  g_test_add_func ("/optimizer/split", test_split);
  g_test_add_data_func ("/optimizer/search/grid", GUINT_TO_POINTER (TF_SWEEP_GRID), test_search);
  g_test_add_data_func ("/optimizer/search/random", GUINT_TO_POINTER (TF_SWEEP_RANDOM), test_search);
  g_test_add_data_func ("/optimizer/search/latin", GUINT_TO_POINTER (TF_SWEEP_LATIN), test_search);
  g_test_add_func ("/optimizer/verdict", test_verdict);
  g_test_add_func ("/optimizer/cancel", test_cancel);
  g_test_add_func ("/optimizer/nothing", test_nothing);
  return g_test_run ();
}
