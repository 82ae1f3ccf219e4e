#include <json-glib/json-glib.h>
#include <math.h>

#include "core/base/random.h"
#include "core/risk/covariance.h"
#include "core/risk/var.h"

#define N 6
#define MAX_ROWS 4096

static void
assert_near (double found,
             double expected,
             double relative)
{
  if (!(fabs (found - expected) <= relative * fabs (expected)))
    g_error ("found %.17g, expected %.17g", found, expected);
}

static JsonNode *
load_golden (const char *name)
{
  const char *shared = g_getenv ("TF_SHARED");
  g_autofree char *path = g_build_filename (shared != NULL ? shared : ".", "data", "golden", name, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (!json_parser_load_from_file (parser, path, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

/* Columns after the date, row by row. */
static guint
load_returns (const char *name,
              guint       columns,
              double     *values)
{
  const char *shared = g_getenv ("TF_SHARED");
  g_autofree char *path = g_build_filename (shared != NULL ? shared : ".", "data", "golden", name, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint rows = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL && lines[i][0] != '\0' && rows < MAX_ROWS; i++, rows++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], ",", -1);

      for (guint c = 0; c < columns; c++)
        values[rows * columns + c] = g_ascii_strtod (fields[c + 1], NULL);
    }
  return rows;
}

static double
matrix_value (JsonObject *entry,
              guint       i,
              guint       j)
{
  return json_array_get_double_element (
    json_array_get_array_element (json_object_get_array_member (entry, "value"), i), j);
}

typedef struct { const char *member; guint last; } GoldenRow;

static const GoldenRow golden_rows[] = {
  { "ledoit_wolf", 0 },
  { "ledoit_wolf_last_250_rows", 250 },
  { "ledoit_wolf_last_30_rows", 30 },
};

static void
test_ledoit_wolf (gconstpointer data)
{
  const GoldenRow *row = data;
  g_autoptr (JsonNode) root = load_golden ("covariance-matrix6.json");
  g_autofree double *returns = g_new (double, MAX_ROWS * N);
  guint rows = load_returns ("returns-matrix6.csv", N, returns), n = row->last > 0 ? row->last : rows;
  double covariance[N * N];
  JsonObject *entry;

  if (root == NULL || rows == 0)
    {
      g_test_skip ("../shared/data/golden is absent");
      return;
    }
  entry = json_object_get_object_member (json_node_get_object (root), row->member);
  assert_near (tf_ledoit_wolf (returns + (rows - n) * N, n, N, covariance),
               json_object_get_double_member (entry, "shrinkage"), 1e-9);
  for (guint i = 0; i < N * N; i++)
    assert_near (covariance[i], matrix_value (entry, i / N, i % N), 1e-9);
}

static void
test_ewma_golden (void)
{
  g_autoptr (JsonNode) root = load_golden ("covariance-matrix6.json");
  g_autofree double *returns = g_new (double, MAX_ROWS * N);
  g_autofree TfCovariance *covariance = g_malloc (tf_covariance_size (N));
  guint rows = load_returns ("returns-matrix6.csv", N, returns);
  JsonObject *entry;

  if (root == NULL || rows == 0)
    {
      g_test_skip ("../shared/data/golden is absent");
      return;
    }
  tf_covariance_init (covariance, N, 0.94);
  for (guint r = 0; r < rows; r++)
    tf_covariance_update (covariance, returns + r * N);
  entry = json_object_get_object_member (json_node_get_object (root), "riskmetrics_ewma_094_seed_first_outer");
  for (guint i = 0; i < N * N; i++)
    assert_near (tf_covariance_raw (covariance, i / N, i % N), matrix_value (entry, i / N, i % N), 1e-9);
  g_assert_cmpuint (tf_covariance_steps (covariance), ==, rows);
  g_assert_cmpuint (tf_covariance_samples (covariance, 0, 5), ==, rows);
}

/* The streaming intensity is the batch function's over the ring, as of the last refresh. */
static void
test_streaming_shrinkage (void)
{
  const guint n = 4, steps = 24 * 9;
  double history[24 * 9 * 4];
  g_autofree TfCovariance *covariance = g_malloc (tf_covariance_size (n));
  TfRandom random;
  double intensity, trace = 0, common;

  tf_random_seed (&random, 7);
  tf_covariance_init (covariance, n, TF_COVARIANCE_LAMBDA);
  g_assert_cmpfloat (tf_covariance_shrinkage (covariance), ==, 1);
  for (guint r = 0; r < steps; r++)
    {
      common = tf_random_normal (&random);
      for (guint i = 0; i < n; i++)
        history[r * n + i] = 0.01 * (common + (i + 1) * 0.5 * tf_random_normal (&random));
      tf_covariance_update (covariance, history + r * n);
    }
  intensity = tf_ledoit_wolf (history + (steps - TF_COVARIANCE_SAMPLES) * n, TF_COVARIANCE_SAMPLES, n, NULL);
  assert_near (tf_covariance_shrinkage (covariance), intensity, 1e-9);
  g_assert_cmpfloat (intensity, >, 0);
  g_assert_cmpfloat (intensity, <, 1);
  for (guint i = 0; i < n; i++)
    trace += tf_covariance_raw (covariance, i, i) / n;
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      {
        assert_near (tf_covariance_get (covariance, i, j),
                     (1 - intensity) * tf_covariance_raw (covariance, i, j)
                     + (i == j ? intensity * trace : 0), 1e-12);
        g_assert_cmpfloat (tf_covariance_get (covariance, i, j), ==, tf_covariance_get (covariance, j, i));
        g_assert_cmpfloat (fabs (tf_correlation (covariance, i, j)), <=, 1);
      }
  assert_near (tf_volatility_annual (covariance, 1, 8760), sqrt (8760 * tf_covariance_get (covariance, 1, 1)), 1e-12);
}

/* Two that move as one, one alone, one short of history, one that never traded. */
static void
feed_five (TfCovariance *covariance)
{
  TfRandom random;

  tf_random_seed (&random, 11);
  tf_covariance_init (covariance, 5, TF_COVARIANCE_LAMBDA);
  for (guint r = 0; r < 400; r++)
    {
      double common = 0.01 * tf_random_normal (&random);
      double returns[5] = {
        common + 0.001 * tf_random_normal (&random), 0.01 * tf_random_normal (&random),
        common + 0.001 * tf_random_normal (&random), r >= 380 ? common : (double) NAN, (double) NAN };

      tf_covariance_update (covariance, returns);
    }
}

static void
test_missing (void)
{
  g_autofree TfCovariance *covariance = g_malloc (tf_covariance_size (5));
  g_autofree TfCovariance *copy = g_malloc (tf_covariance_size (5));
  const double none[5] = { (double) NAN, (double) NAN, (double) NAN, (double) NAN, (double) NAN };
  guint16 cluster[5];

  feed_five (covariance);
  g_assert_cmpuint (tf_covariance_samples (covariance, 0, 3), ==, 20);
  g_assert_cmpuint (tf_covariance_samples (covariance, 4, 4), ==, 0);
  g_assert_cmpfloat (tf_covariance_get (covariance, 4, 4), >=, tf_covariance_raw (covariance, 0, 0));
  g_assert_cmpfloat (tf_correlation (covariance, 4, 0), ==, 0);

  g_assert_cmpuint (tf_covariance_clusters (covariance, 0.6, cluster), ==, 4);
  g_assert_cmpuint (cluster[0], ==, 0);
  g_assert_cmpuint (cluster[1], ==, 1);
  g_assert_cmpuint (cluster[2], ==, 0);
  g_assert_cmpuint (cluster[3], ==, 2);
  g_assert_cmpuint (cluster[4], ==, 3);
  g_assert_cmpuint (tf_covariance_clusters (covariance, -1, cluster), ==, 3);

  /* plain data: a copy goes on alike, and a step without any bar keeps every value */
  memcpy (copy, covariance, tf_covariance_size (5));
  tf_covariance_update (copy, none);
  for (guint i = 0; i < 25; i++)
    g_assert_cmpfloat (tf_covariance_raw (copy, i / 5, i % 5), ==, tf_covariance_raw (covariance, i / 5, i % 5));
}

static TfMoney
money (double value)
{
  return (TfMoney) { (gint64) llrint (value * 1e8) };
}

static void
test_book (void)
{
  g_autofree TfCovariance *covariance = g_malloc (tf_covariance_size (5));
  TfMoney net[5] = { money (1000), money (-500), money (300) }, buying[5] = { money (200) };
  TfExposure book = { 5, net, buying, NULL, NULL };
  const double w[5] = { 1200, -500, 300, 0, 0 };
  double variance = 0;

  feed_five (covariance);
  for (guint i = 0; i < 25; i++)
    variance += w[i / 5] * w[i % 5] * tf_covariance_get (covariance, i / 5, i % 5);
  assert_near (tf_book_variance (covariance, &book), variance, 1e-12);
  assert_near (tf_book_correlated (covariance, &book, money (2000), 2, 1),
               (1200 * tf_correlation (covariance, 2, 0) - 500 * tf_correlation (covariance, 2, 1)
                + 300) / 2000, 1e-12);
  assert_near (tf_book_correlated (covariance, &book, money (2000), 2, -1),
               -tf_book_correlated (covariance, &book, money (2000), 2, 1), 1e-12);

  /* two that move as one are one bet, two that do not are two */
  net[1] = money (0);
  net[2] = money (1200);
  g_assert_cmpfloat_with_epsilon (tf_book_bets (covariance, &book), 1, 0.1);
  net[1] = money (1200);
  net[2] = money (0);
  g_assert_cmpfloat_with_epsilon (tf_book_bets (covariance, &book), 2, 0.3);
  net[0] = net[1] = buying[0] = money (0);
  g_assert_cmpfloat (tf_book_bets (covariance, &book), ==, 0);
  g_assert_cmpfloat (tf_book_variance (covariance, &book), ==, 0);
}

static double
golden_metric (JsonNode   *root,
               const char *id,
               double      confidence)
{
  JsonArray *metrics = json_object_get_array_member (json_node_get_object (root), "metrics");

  for (guint i = 0; i < json_array_get_length (metrics); i++)
    {
      JsonObject *metric = json_array_get_object_element (metrics, i);
      JsonObject *params = json_object_get_object_member (metric, "params");

      if (g_strcmp0 (json_object_get_string_member (metric, "id"), id) == 0
          && json_object_get_double_member (params, "confidence") == confidence)
        return json_object_get_double_member_with_default (json_object_get_object_member (metric, "values"),
                                                           "PerformanceAnalytics", (double) NAN);
    }
  g_assert_not_reached ();
}

static void
test_var_golden (void)
{
  static const double levels[] = { 0.95, 0.99 };
  g_autoptr (JsonNode) root = load_golden ("metrics-btc.json");
  g_autofree double *returns = g_new (double, MAX_ROWS);
  guint rows = load_returns ("returns-btc.csv", 1, returns);
  TfVar var;

  if (root == NULL || rows == 0)
    {
      g_test_skip ("../shared/data/golden is absent");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      tf_var_samples (returns, rows, 0.03, levels[i], &var);
      assert_near (var.historical_var, -golden_metric (root, "var_historical", levels[i]), 1e-9);
      assert_near (var.historical_cvar, -golden_metric (root, "cvar_historical_le", levels[i]), 1e-9);
      assert_near (var.cornish_fisher_var, -golden_metric (root, "var_cornish_fisher", levels[i]), 1e-9);
      g_assert_true (var.cornish_fisher_valid);
      g_assert_cmpfloat (var.cornish_fisher_cvar, >=, var.cornish_fisher_var);
    }
}

static void
test_var (void)
{
  TfReturnRing ring = { 0 };
  TfVar var;

  g_assert_cmpfloat_with_epsilon (tf_gaussian_var (0.01, 0.99), 0.0232634787404084, 1e-15);
  g_assert_cmpfloat_with_epsilon (tf_gaussian_cvar (0.01, 0.99), 0.0266521422034581, 1e-15);

  for (guint i = 0; i < TF_VAR_MINIMUM - 1; i++)
    tf_return_ring_add (&ring, 0.001 * i);
  tf_return_ring_add (&ring, (double) NAN);
  tf_var_compute (&ring, 0.01, 0.99, &var);
  g_assert_cmpuint (var.n, ==, TF_VAR_MINIMUM - 1);
  g_assert_true (isnan (var.historical_var));
  g_assert_false (var.cornish_fisher_valid);
  g_assert_cmpfloat_with_epsilon (var.gaussian_var, 0.0232634787404084, 1e-15);

  /* the ring keeps the last: only what is below is left of the first returns */
  for (guint i = 0; i < TF_RETURN_SAMPLES; i++)
    tf_return_ring_add (&ring, ((gint) i - 100) * 0.0001);
  tf_var_compute (&ring, 0.01, 0.99, &var);
  g_assert_cmpuint (var.n, ==, TF_RETURN_SAMPLES);
  g_assert_cmpfloat_with_epsilon (var.historical_var, (100 - 4.99) * 0.0001, 1e-12);
  g_assert_cmpfloat_with_epsilon (var.historical_cvar, (100 - 2) * 0.0001, 1e-12);

  /* small steady gains and rare large ones: the expansion calls the worst case a gain */
  for (guint i = 0; i < TF_RETURN_SAMPLES; i++)
    tf_return_ring_add (&ring, i % 50 == 0 ? 0.5 : 0.001);
  tf_var_compute (&ring, 0.01, 0.95, &var);
  g_assert_false (var.cornish_fisher_valid);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (golden_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/risk/covariance/golden/", golden_rows[i].member, NULL);

      g_test_add_data_func (path, &golden_rows[i], test_ledoit_wolf);
    }
  g_test_add_func ("/risk/covariance/golden/ewma", test_ewma_golden);
  g_test_add_func ("/risk/covariance/streaming-shrinkage", test_streaming_shrinkage);
  g_test_add_func ("/risk/covariance/missing", test_missing);
  g_test_add_func ("/risk/covariance/book", test_book);
  g_test_add_func ("/risk/var/golden", test_var_golden);
  g_test_add_func ("/risk/var/samples", test_var);
  return g_test_run ();
}
