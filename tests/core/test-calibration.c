#include "core/ensemble/calibration.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *name;
  double      confidence;
  guint       bin;
} Edge;

static const Edge edges[] = {
  { "least", 0, 0 }, { "first", 0.0999, 0 }, { "second", 0.1, 1 }, { "middle", 0.5, 4 },
  { "below", 0.4999, 3 },
  { "upper", 0.85, 7 }, { "last", 0.95, 8 }, { "most", 1, 8 },
};

static void
test_bin (gconstpointer data)
{
  const Edge *row = data;

  g_assert_cmpuint (tf_calibration_bin (row->confidence), ==, row->bin);
}

static void
test_mean (void)
{
  TfCalibration calibration = { 0 };
  double mean, standard_error;

  g_assert_false (tf_calibration_mean (&calibration, 5, &mean, &standard_error));
  tf_calibration_add (&calibration, 0.7, 0.5, 3, 1);
  g_assert_false (tf_calibration_mean (&calibration, 5, &mean, &standard_error));
  tf_calibration_add (&calibration, 0.7, 0.5, -1, 1);
  tf_calibration_add (&calibration, 0.7, 0.5, 1, 1);
  g_assert_true (tf_calibration_mean (&calibration, 5, &mean, &standard_error));
  g_assert_cmpfloat_with_epsilon (mean, 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (standard_error, 2 / sqrt (3), 1e-12); /* s = 2, n = 3 */
  g_assert_cmpuint (calibration.bins[5].count, ==, 3);
  g_assert_cmpuint (calibration.bins[5].positive, ==, 2);
  g_assert_cmpfloat_with_epsilon (calibration.bins[5].confidence, 2.1, 1e-12);

  /* Overlapping outcomes are worth less: ten at a tenth are one. */
  for (guint i = 0; i < 10; i++)
    tf_calibration_add (&calibration, 0.2, 0, i, 0.1);
  g_assert_false (tf_calibration_mean (&calibration, 2, &mean, &standard_error));
}

static void
test_summary (void)
{
  TfCalibration calibration = { 0 };
  double error, bias;

  g_assert_false (tf_calibration_summary (&calibration, &error, &bias));
  tf_calibration_add (&calibration, 0.05, -0.2, -0.3, 1);
  tf_calibration_add (&calibration, 0.9, 0.1, 0.4, 1);
  tf_calibration_add (&calibration, 0.9, 0.1, 0, 1);
  g_assert_true (tf_calibration_summary (&calibration, &error, &bias));
  g_assert_cmpfloat_with_epsilon (error, (0.1 + 0.2) / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (bias, (-0.1 + 0.2) / 3, 1e-12);
}

static void
test_refused (void)
{
  TfCalibration calibration = { 0 }, nothing = { 0 };

  tf_calibration_add (&calibration, NAN, 0, 1, 1);
  tf_calibration_add (&calibration, 1.01, 0, 1, 1);
  tf_calibration_add (&calibration, -0.01, 0, 1, 1);
  tf_calibration_add (&calibration, 0.5, NAN, 1, 1);
  tf_calibration_add (&calibration, 0.5, 0, INFINITY, 1);
  tf_calibration_add (&calibration, 0.5, 0, 1, NAN);
  tf_calibration_add (&calibration, 0.5, 0, 1, 0);
  g_assert_cmpmem (&calibration, sizeof calibration, &nothing, sizeof nothing);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
    {
      g_autofree char *path = g_strconcat ("/calibration/bin/", edges[i].name, NULL);

      g_test_add_data_func (path, &edges[i], test_bin);
    }
  g_test_add_func ("/calibration/mean", test_mean);
  g_test_add_func ("/calibration/summary", test_summary);
  g_test_add_func ("/calibration/refused", test_refused);
  return g_test_run ();
}
