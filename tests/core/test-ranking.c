/* Ranking: what a mean is worth, and whether it is as sure as it says. */
#include "core/analytics/ranking.h"

#include <math.h>

#include "core/base/random.h"

/* Evidence moves a bot away from the mean, a few lucky outcomes do not. */
static void
test_evidence (void)
{
  TfRank ranks[] = {
    { .index = 0, .n = 12, .worth = 4, .mean = 0.9 },
    { .index = 1, .n = 600, .worth = 600, .mean = 0.35 },
    { .index = 2, .n = 500, .worth = 500, .mean = -0.2 },
    { .index = 3 },
    { .index = 4, .n = 400, .worth = 400, .mean = 0.02 },
  };

  tf_ranking_sort (ranks, G_N_ELEMENTS (ranks), 1.5);
  for (guint i = 0; i < G_N_ELEMENTS (ranks); i++)
    g_test_message ("%u: %+.3f, shrunk to %+.3f, sd %.3f", ranks[i].index, ranks[i].mean, ranks[i].shrunk, ranks[i].sd);
  g_assert_cmpuint (ranks[0].index, ==, 1);
  g_assert_cmpuint (ranks[1].index, ==, 0);
  g_assert_cmpuint (ranks[4].index, ==, 3);
  g_assert_cmpfloat (ranks[1].shrunk, <, 0.35);
  g_assert_cmpfloat (fabs (ranks[0].shrunk - 0.35), <, 0.03);
  g_assert_cmpfloat (ranks[1].sd, >, 5 * ranks[0].sd);
  g_assert_cmpfloat (ranks[0].better, >, 0.99);
  g_assert_cmpuint (ranks[3].index, ==, 2);
  g_assert_cmpfloat (ranks[3].better, <, 0.01);
}

/* Where all differ by less than chance would make them, all are worth the mean. */
static void
test_chance (void)
{
  TfRank ranks[] = {
    { .index = 0, .n = 100, .worth = 100, .mean = 0.05 },
    { .index = 1, .n = 100, .worth = 100, .mean = 0.06 },
    { .index = 2, .n = 100, .worth = 100, .mean = 0.04 },
  };

  tf_ranking_sort (ranks, 3, 1.5);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (ranks[i].shrunk, 0.05, 0.005);
  g_assert_cmpuint (ranks[0].index, ==, 1);
  tf_ranking_sort (ranks, 0, 1.5);
}

typedef struct { const char *name; double spread; guint least, most; } Field;

static const Field fields[] = {
  { "equal-records", 0.2, 100, 100 },
  { "unequal-records", 0.2, 20, 300 },
  { "hardly-different", 0.06, 30, 200 },
  { "very-different", 0.5, 30, 200 },
};

/* 400 seeds of twenty traders whose true means are normal: the shrunk means are nearer to the truth than the plain ones, and
 * 90 % intervals hold it in 90 ± 3 %. */
static void
test_coverage (gconstpointer data)
{
  enum { SEEDS = 400, N = 20 };
  const Field *field = data;
  double plain = 0, shrunk = 0;
  guint inside = 0;

  for (guint seed = 0; seed < SEEDS; seed++)
    {
      TfRank ranks[N];
      double truth[N];
      TfRandom random;

      tf_random_seed (&random, seed);
      for (guint i = 0; i < N; i++)
        {
          guint n = field->least + (guint) (tf_random_uniform (&random) * (field->most - field->least));

          truth[i] = 0.05 + field->spread * tf_random_normal (&random);
          ranks[i] = (TfRank) { .index = i, .n = n, .worth = n, .mean = truth[i] + 0.8 / sqrt (n) * tf_random_normal (&random) };
        }
      tf_ranking_sort (ranks, N, 0.64);
      for (guint i = 0; i < N; i++)
        {
          double t = truth[ranks[i].index];

          plain += (ranks[i].mean - t) * (ranks[i].mean - t);
          shrunk += (ranks[i].shrunk - t) * (ranks[i].shrunk - t);
          inside += fabs (ranks[i].shrunk - t) <= 1.644853626951472 * ranks[i].sd;
        }
    }
  g_test_message ("%s: %.1f %% inside, squared error %.2f of the plain one", field->name,
                  100.0 * inside / (SEEDS * N), shrunk / plain);
  g_assert_cmpfloat (shrunk, <, plain);
  g_assert_cmpfloat_with_epsilon ((double) inside / (SEEDS * N), 0.9, 0.03);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ranking/evidence", test_evidence);
  g_test_add_func ("/ranking/chance", test_chance);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *path = g_strconcat ("/ranking/coverage/", fields[i].name, NULL);

      g_test_add_data_func (path, &fields[i], test_coverage);
    }
  return g_test_run ();
}
