#include "core/ensemble/ensemble.h"

/* Twenty bots speaking, twenty traders silent, 50,000 outcomes: microseconds for each judgement and each
 * lesson, solves included. */

#define N_VOTERS   40
#define N_BOTS     20
#define N_OUTCOMES 50000

typedef struct
{
  float    stances[N_VOTERS];
  TfBallot ballot;
  double   outcome;
} Case;

int
main (int   argc,
      char *argv[])
{
  g_autofree TfEnsemble *ensemble = g_malloc (tf_ensemble_size (N_VOTERS));
  g_autofree Case *cases = g_new0 (Case, N_OUTCOMES);
  double sum = 0, judging = 0, learning = 0;
  gint64 start;
  TfRandom random;

  tf_random_seed (&random, 1);
  for (guint i = 0; i < N_OUTCOMES; i++)
    {
      Case *c = &cases[i];

      for (guint v = 0; v < N_BOTS; v++)
        c->stances[v] = (float) (2 * tf_random_uniform (&random) - 1);
      c->ballot = (TfBallot) {
        .proposer = (guint) (tf_random_uniform (&random) * N_BOTS),
        .direction = tf_random_uniform (&random) < 0.5 ? -1 : 1,
        .stances = c->stances,
        .regime = { 0.5f, 0.3f, 0.15f, 0.05f },
        .cost = 0.05,
      };
      c->outcome = tf_random_normal (&random);
    }

  tf_ensemble_init (ensemble, N_VOTERS);
  for (guint from = 0; from < N_OUTCOMES; from += 1000)
    {
      TfOpinion opinion;

      start = g_get_monotonic_time ();
      for (guint i = from; i < from + 1000; i++)
        {
          tf_ensemble_learn (ensemble, &cases[i].ballot, cases[i].outcome, 0.5, 0);
          tf_ensemble_settle (ensemble);
        }
      learning += (double) (g_get_monotonic_time () - start);

      start = g_get_monotonic_time ();
      for (guint i = from; i < from + 1000; i++)
        {
          tf_ensemble_judge (ensemble, &cases[i].ballot, &opinion);
          sum += opinion.confidence;
        }
      judging += (double) (g_get_monotonic_time () - start);
    }
  g_print ("ensemble: judge %.2f us, learn %.2f us with solves, block %.0f KiB, mean confidence %.3f\n",
           judging / N_OUTCOMES, learning / N_OUTCOMES,
           (double) tf_ensemble_size (N_VOTERS) / 1024, sum / N_OUTCOMES);
  return 0;
}
