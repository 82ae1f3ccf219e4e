#include <json-glib/json-glib.h>
#include <math.h>

#include "core/analytics/metrics.h"

#define MAX_RETURNS 4096

static void
assert_near (double      found,
             double      expected,
             double      relative,
             const char *what)
{
  if (!(fabs (found - expected) <= relative * fabs (expected)))
    g_error ("%s: found %.17g, expected %.17g", what, found, expected);
}

static char *
golden_path (const char *name)
{
  const char *shared = g_getenv ("TF_SHARED");

  return g_build_filename (shared != NULL ? shared : ".", "data", "golden", name, NULL);
}

static guint
load_returns (const char *series,
              double      returns[MAX_RETURNS])
{
  g_autofree char *name = g_strdup_printf ("returns-%s.csv", series);
  g_autofree char *path = golden_path (name);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL && lines[i][0] != '\0' && n < MAX_RETURNS; i++)
    returns[n++] = g_ascii_strtod (strchr (lines[i], ',') + 1, NULL);
  return n;
}

static const struct { TfMetric metric; const char *id; } golden_ids[] = {
  { TF_METRIC_TOTAL_RETURN, "total_return" },
  { TF_METRIC_CAGR, "cagr" },
  { TF_METRIC_VOLATILITY, "annual_volatility" },
  { TF_METRIC_SHARPE, "sharpe" },
  { TF_METRIC_SORTINO, "sortino" },
  { TF_METRIC_MAX_DRAWDOWN, "max_drawdown" },
  { TF_METRIC_CALMAR, "calmar" },
  { TF_METRIC_WIN_RATE, "win_rate_returns" },
  { TF_METRIC_PROFIT_FACTOR, "profit_factor_returns" },
  { TF_METRIC_EXPECTANCY, "mean" },
  { TF_METRIC_VAR, "var_historical" },
  { TF_METRIC_CVAR, "cvar_historical_le" },
  { TF_METRIC_SKEW, "skew_population" },
  { TF_METRIC_KURTOSIS, "excess_kurtosis_population" },
};

/* The first library's value of the first row of this id at 365 periods or 95 %: those come first in the files. */
static double
golden_value (JsonArray  *metrics,
              const char *id)
{
  for (guint i = 0; i < json_array_get_length (metrics); i++)
    {
      JsonObject *row = json_array_get_object_element (metrics, i);
      g_autoptr (GList) values = NULL;

      if (g_strcmp0 (json_object_get_string_member (row, "id"), id) != 0)
        continue;
      values = json_object_get_values (json_object_get_object_member (row, "values"));
      return json_node_get_double (values->data);
    }
  g_error ("no golden %s", id);
}

static void
test_golden (gconstpointer data)
{
  const char *series = data;
  g_autofree char *name = g_strdup_printf ("metrics-%s.json", series);
  g_autofree char *path = golden_path (name);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree double *returns = g_new (double, MAX_RETURNS);
  guint n = load_returns (series, returns);
  JsonArray *metrics;
  TfMetrics found;

  if (n == 0 || !json_parser_load_from_file (parser, path, NULL))
    {
      g_test_skip ("no golden values: ../shared is absent");
      return;
    }
  metrics = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "metrics");
  tf_metrics_from_returns (&found, returns, n, 365);
  g_assert_cmpuint (found.periods, ==, n);
  for (guint i = 0; i < G_N_ELEMENTS (golden_ids); i++)
    assert_near (found.values[golden_ids[i].metric], golden_value (metrics, golden_ids[i].id), 1e-9, golden_ids[i].id);
}

static void
test_undefined (void)
{
  const double flat[] = { 0, 0, 0 }, up[] = { 0.01, 0.02 };
  TfMetrics m;

  tf_metrics_from_returns (&m, flat, 0, 365);
  for (guint i = 0; i < TF_N_METRICS; i++)
    g_assert_true (isnan (m.values[i]));
  tf_metrics_from_returns (&m, flat, 3, 365);
  g_assert_cmpfloat (m.values[TF_METRIC_TOTAL_RETURN], ==, 0);
  g_assert_true (isnan (m.values[TF_METRIC_SHARPE]));
  g_assert_true (isnan (m.values[TF_METRIC_WIN_RATE]));
  g_assert_true (isnan (m.values[TF_METRIC_CALMAR]));
  tf_metrics_from_returns (&m, up, 2, 365);
  g_assert_true (isnan (m.values[TF_METRIC_PROFIT_FACTOR]));
  g_assert_true (isnan (m.values[TF_METRIC_SORTINO]));
  g_assert_cmpfloat (m.values[TF_METRIC_WIN_RATE], ==, 1);
}

static void
test_too_early (void)
{
  TfMetrics m = { .trades = 12, .days = 89.9 };
  guint have, need;

  g_assert_true (tf_metric_too_early (TF_METRIC_WIN_RATE, &m, &have, &need));
  g_assert_cmpuint (have, ==, 12);
  g_assert_cmpuint (need, ==, 152);
  g_assert_true (tf_metric_too_early (TF_METRIC_SHARPE, &m, &have, &need));
  g_assert_cmpuint (have, ==, 89);
  g_assert_cmpuint (need, ==, 90);
  g_assert_false (tf_metric_too_early (TF_METRIC_TOTAL_RETURN, &m, &have, &need));
  m.trades = 152;
  g_assert_false (tf_metric_too_early (TF_METRIC_WIN_RATE, &m, &have, &need));
}

/* Every figure tells what it is. */
static void
test_table (void)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < TF_N_METRICS; i++)
    {
      const TfMetricInfo *info = tf_metric_info (i);

      g_assert_true (info->id != NULL && info->title != NULL && info->hint != NULL);
      g_assert_true (g_hash_table_add (ids, (gpointer) info->id));
      g_assert_true (isnan (info->target) || info->least > 0 || i == TF_METRIC_MAX_DRAWDOWN);
    }
}

static TfSnapshot *
make_snapshot (void)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  TfSnapshot *s = g_new0 (TfSnapshot, 1);

  g_atomic_ref_count_init (&s->refs);
  s->config = tf_config_new_default ("backtest", universe, TF_HOUR, 1);
  s->accounts = g_new0 (TfAccountView, s->config->n_accounts);
  s->voters = g_new0 (TfVoterView, tf_config_n_voters (s->config));
  return s;
}

/* Running moments of an account give what its returns give. */
static void
test_account (void)
{
  g_autoptr (TfSnapshot) s = make_snapshot ();
  double returns[] = { 0.01, -0.02, 0.005, 0.03, -0.01, 0, 0.02 }, wealth = 1, m2 = 0, mean = 0;
  TfAccountView *view = &s->accounts[1];
  TfMetrics expected, found, all;

  for (guint i = 0; i < G_N_ELEMENTS (returns); i++)
    mean += returns[i] / G_N_ELEMENTS (returns);
  for (guint i = 0; i <= G_N_ELEMENTS (returns); i++)
    for (guint a = 0; a < s->config->n_accounts; a++)
      {
        if (a == 0 && i > 0)
          {
            wealth *= 1 + returns[i - 1];
            m2 += (returns[i - 1] - mean) * (returns[i - 1] - mean);
            view->performance.downside2 += MIN (returns[i - 1], 0) * MIN (returns[i - 1], 0);
          }
        s->accounts[a].curve.time[i] = i * TF_HOUR;
        s->accounts[a].curve.equity[i].raw = (gint64) (wealth * (double) s->config->accounts[a].capital.raw);
        s->accounts[a].equity = s->accounts[a].curve.equity[i];
        s->accounts[a].curve.n = i + 1;
      }
  view->performance.bars = G_N_ELEMENTS (returns);
  view->performance.mean = mean;
  view->performance.m2 = m2;
  view->performance.trades = 4;
  view->performance.wins = 3;
  view->performance.gains = 900;
  view->performance.losses = 300;
  tf_metrics_from_returns (&expected, returns, G_N_ELEMENTS (returns), 365 * 24);
  view->max_drawdown = -expected.values[TF_METRIC_MAX_DRAWDOWN];

  tf_metrics_of_account (&found, s, 1);
  tf_metrics_of_account (&all, s, -1);
  for (guint i = 0; i <= TF_METRIC_CALMAR; i++)
    {
      assert_near (found.values[i], expected.values[i], 1e-7, tf_metric_info (i)->id);
      assert_near (all.values[i], expected.values[i], 1e-6, tf_metric_info (i)->id);
    }
  g_assert_cmpfloat (found.values[TF_METRIC_WIN_RATE], ==, 0.75);
  g_assert_cmpfloat (found.values[TF_METRIC_PROFIT_FACTOR], ==, 3);
  g_assert_cmpfloat (found.values[TF_METRIC_EXPECTANCY], ==, 150);
  /* Seven hours are no day: nothing is said of days. */
  g_assert_true (isnan (found.values[TF_METRIC_VAR]));
  g_assert_cmpuint (all.trades, ==, 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/analytics/golden/btc", "btc", test_golden);
  g_test_add_data_func ("/analytics/golden/eth", "eth", test_golden);
  g_test_add_data_func ("/analytics/golden/trend", "trend-btc-20-50", test_golden);
  g_test_add_data_func ("/analytics/golden/trader", "hl-trader-b", test_golden);
  g_test_add_func ("/analytics/undefined", test_undefined);
  g_test_add_func ("/analytics/too-early", test_too_early);
  g_test_add_func ("/analytics/table", test_table);
  g_test_add_func ("/analytics/account", test_account);
  return g_test_run ();
}
