/* Records of traders: every figure against one written the other way round, and intervals that are right as often as they
 * say, for outcomes of any shape. */
#include "core/following/record.h"

#include <math.h>

#include "core/base/random.h"

static gboolean
near (double a,
      double b)
{
  return fabs (a - b) <= 1e-12 * MAX (1, fabs (b));
}

static void
add (TfTrackRecord *record,
     double         outcome)
{
  tf_track_record_add (record, &(TfOutcome) { .outcome = outcome, .own = (double) NAN, .holding = TF_HOUR, .open = 1 });
}

static void
test_figures (void)
{
  static const double outcomes[] = { 2, -1, -1, 3, -1, 0.5, -1, 1.5 };
  const guint n = G_N_ELEMENTS (outcomes);
  TfTrackRecord record = { 0 };
  double mean = 0, m2 = 0;
  TfEstimate e;

  for (guint i = 0; i < n; i++)
    {
      tf_track_record_add (&record, &(TfOutcome) {
        .outcome = outcomes[i], .own = i % 2 == 0 ? outcomes[i] + 0.25 : (double) NAN, .holding = (i + 1) * TF_HOUR, .open = 1
      });
      mean += outcomes[i] / n;
    }
  for (guint i = 0; i < n; i++)
    m2 += (outcomes[i] - mean) * (outcomes[i] - mean);
  tf_track_record_add (&record, &(TfOutcome) { .outcome = (double) NAN, .own = 1, .holding = TF_HOUR });
  g_assert_cmpuint (record.resolved, ==, n);
  g_assert_cmpuint (record.wins, ==, 4);
  g_assert_true (near (record.mean, mean) && near (record.m2, m2) && near (record.recent, mean));
  g_assert_true (near (record.holding_seconds, 4.5 * 3600));
  /* 2 1 0 3 2 2.5 1.5 3: from 2 down to 0 */
  g_assert_true (near (record.total, 3) && near (record.peak, 3) && near (record.drawdown, 2));
  /* What a follower loses on the way, over those signals that named a price. */
  g_assert_cmpuint (record.owned, ==, 4);
  g_assert_true (near (record.own - record.reached, 0.25) && near (record.reached, -0.25));
  g_assert_true (tf_track_record_is_early (&record));

  /* Student's t with 2 + n degrees of freedom, of the sample and the prior's three outcomes. */
  tf_track_record_mean (&record, 0.5, &e);
  g_assert_true (near (e.mean, mean * n / (n + 1)));
  g_assert_true (fabs ((e.high - e.low) / 2
                       - 0.699812061312432 * sqrt ((2 + m2 + mean * mean * n / (n + 1)) / (n + 2) / (n + 1))) < 1e-9);
  g_assert_true (near (e.high - e.mean, e.mean - e.low));
}

static void
test_nothing (void)
{
  TfTrackRecord record = { 0 };
  TfEstimate e;

  tf_track_record_mean (&record, 0.95, &e);
  g_assert_true (e.mean == 0 && near (e.low, -e.high) && fabs (e.high - 4.302652729911275) < 1e-9);
  tf_track_record_hit_rate (&record, 0.95, &e);
  g_assert_true (e.mean == 0.5 && e.low == 0 && e.high == 1);
  tf_track_record_decay (&record, 0.95, &e);
  g_assert_true (e.mean == 0 && isinf (e.low) && isinf (e.high));
  g_assert_cmpfloat (tf_track_record_worth (&record), ==, 0);
}

typedef struct { const char *name; guint wins, n; double low, high; } Rate;

/* Brown, Cai and DasGupta (2001), table 5: Jeffreys 95 % intervals. */
static const Rate rates[] = {
  { "none", 0, 10, 0, 0.217 },
  { "two", 2, 10, 0.044, 0.503 },
  { "half", 5, 10, 0.224, 0.776 },
  { "all", 10, 10, 0.783, 1 },
};

static void
test_rate (gconstpointer data)
{
  const Rate *rate = data;
  TfTrackRecord record = { 0 };
  TfEstimate e;

  for (guint i = 0; i < rate->n; i++)
    add (&record, i < rate->wins ? 1 : -1);
  tf_track_record_hit_rate (&record, 0.95, &e);
  g_assert_cmpfloat_with_epsilon (e.low, rate->low, 0.0006);
  g_assert_cmpfloat_with_epsilon (e.high, rate->high, 0.0006);
}

static void
test_decay (void)
{
  TfTrackRecord record = { 0 };
  TfEstimate e;

  for (guint i = 0; i < 500; i++)
    add (&record, i % 2 ? 1.2 : -0.8);
  tf_track_record_decay (&record, 0.9, &e);
  g_assert_true (e.low < 0 && e.high > 0);
  for (guint i = 0; i < TF_TRACK_RECENT; i++)
    add (&record, -0.8);
  g_assert_cmpfloat_with_epsilon (record.recent, -0.8, 1e-6);
  g_assert_cmpfloat (record.mean, >, 0.15);
  tf_track_record_decay (&record, 0.9, &e);
  g_assert_cmpfloat (e.high, <, 0);
  g_assert_cmpfloat_with_epsilon (record.drawdown, TF_TRACK_RECENT * 0.8, 1e-9);
}

/* Five positions at a time say less than five on their own. */
static void
test_overlap (void)
{
  TfTrackRecord alone = { 0 }, together = { 0 };
  TfEstimate a, b;

  for (guint i = 0; i < 60; i++)
    {
      TfOutcome outcome = { .outcome = i % 3 ? -0.5 : 1.5, .own = (double) NAN, .open = 1 };

      tf_track_record_add (&alone, &outcome);
      outcome.open = 5;
      tf_track_record_add (&together, &outcome);
    }
  g_assert_true (near (tf_track_record_worth (&alone), 60) && near (tf_track_record_worth (&together), 20));
  tf_track_record_mean (&alone, 0.9, &a);
  tf_track_record_mean (&together, 0.9, &b);
  g_assert_cmpfloat (b.high - b.low, >, 1.5 * (a.high - a.low));
  tf_track_record_hit_rate (&alone, 0.9, &a);
  tf_track_record_hit_rate (&together, 0.9, &b);
  g_assert_cmpfloat (b.high - b.low, >, 1.5 * (a.high - a.low));
}

/* Shapes of outcomes, with their means and the chance to win. */
typedef enum { NORMAL, STOPPED, RARE_WINS, RARE_LOSSES, STUDENT } Shape;

static double
draw (TfRandom *random,
      Shape     shape)
{
  double u = tf_random_uniform (random);

  switch (shape)
    {
    case STOPPED: /* a stop at 1, winners that run: exponential */
      return u < 0.5 ? -1.08 : -0.08 - 1.3 * log (1 - tf_random_uniform (random));
    case RARE_WINS:
      return u < 0.75 ? -1 : 3.2;
    case RARE_LOSSES:
      return u < 0.85 ? 0.35 : -1.9;
    case STUDENT: /* three degrees of freedom: no fourth moment */
      {
        double squares = 0;

        for (guint i = 0; i < 3; i++)
          {
            double z = tf_random_normal (random);

            squares += z * z;
          }
        return CLAMP (0.1 + 0.6 * tf_random_normal (random) / sqrt (squares / 3), -5, 10);
      }
    case NORMAL:
    default:
      return 0.2 + 0.6 * tf_random_normal (random);
    }
}

typedef struct { const char *name; Shape shape; double mean, hit; guint n; } Coverage;

static const Coverage coverages[] = {
  { "normal-30", NORMAL, 0.2, 0.6305586598, 30 },
  { "normal-100", NORMAL, 0.2, 0.6305586598, 100 },
  { "stopped-30", STOPPED, 0.07, 0.4701645, 30 },
  { "stopped-100", STOPPED, 0.07, 0.4701645, 100 },
  { "rare-wins-30", RARE_WINS, 0.05, 0.25, 30 },
  { "rare-wins-100", RARE_WINS, 0.05, 0.25, 100 },
  { "rare-losses-100", RARE_LOSSES, 0.0125, 0.85, 100 },
  { "student-30", STUDENT, 0.1, 0.560903, 30 },
  { "student-300", STUDENT, 0.1, 0.560903, 300 },
};

/* 4,000 records (200 seeds of twenty traders): 90 % intervals hold the truth in 90 ± 3 %. */
static void
test_coverage (gconstpointer data)
{
  const Coverage *row = data;
  guint inside = 0, hit = 0;

  for (guint seed = 0; seed < 200; seed++)
    {
      TfRandom random;

      tf_random_seed (&random, seed);
      for (guint t = 0; t < 20; t++)
        {
          TfTrackRecord record = { 0 };
          TfEstimate e;

          for (guint i = 0; i < row->n; i++)
            add (&record, draw (&random, row->shape));
          tf_track_record_mean (&record, 0.9, &e);
          inside += e.low <= row->mean && row->mean <= e.high;
          tf_track_record_hit_rate (&record, 0.9, &e);
          hit += e.low <= row->hit && row->hit <= e.high;
        }
    }
  g_test_message ("%s: mean %.1f %%, hit rate %.1f %%", row->name, inside / 40.0, hit / 40.0);
  g_assert_cmpfloat_with_epsilon (inside / 4000.0, 0.9, 0.03);
  g_assert_cmpfloat_with_epsilon (hit / 4000.0, 0.9, 0.03);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/track-record/figures", test_figures);
  g_test_add_func ("/track-record/nothing", test_nothing);
  g_test_add_func ("/track-record/decay", test_decay);
  g_test_add_func ("/track-record/overlap", test_overlap);
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      g_autofree char *path = g_strconcat ("/track-record/hit-rate/", rates[i].name, NULL);

      g_test_add_data_func (path, &rates[i], test_rate);
    }
  for (guint i = 0; i < G_N_ELEMENTS (coverages); i++)
    {
      g_autofree char *path = g_strconcat ("/track-record/coverage/", coverages[i].name, NULL);

      g_test_add_data_func (path, &coverages[i], test_coverage);
    }
  return g_test_run ();
}
