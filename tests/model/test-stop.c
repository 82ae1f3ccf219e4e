#include <glib/gstdio.h>
#include <string.h>

#include "bench/loopback.h"
#include "model/run.h"

/* The stops as the window gives them, of a live run whose venue stalls: the line is there, and nothing is said over it. How
 * long they take is printed, since only the machine's load could make it wrong. */

#define PATIENCE (60 * G_USEC_PER_SEC)
#define RATE 2000

typedef struct
{
  TfRun   *run;
  GMutex   lock;
  guint    signals, fills;
  gint64   stopped;   /* the stop's entry … */
  gint64   stopped_at; /* … and when it was durable */
  guint    after;     /* entries behind it that should not be: an order that opens, a signal that is accepted */
} Fixture;

static Loopback *venue;

static void
on_committed (const TfBatch *batch,
              gpointer       data)
{
  Fixture *f = data;

  g_mutex_lock (&f->lock);
  for (guint k = 0; k < batch->records->len; k++)
    {
      const TfRecord *record = &g_array_index (batch->records, TfRecord, k);

      f->signals += record->kind == TF_RECORD_SIGNAL;
      f->fills += record->kind == TF_RECORD_FILL;
      if (record->kind == TF_RECORD_COMMAND && record->code == TF_COMMAND_STOP)
        {
          f->stopped = record->seq;
          f->stopped_at = g_get_monotonic_time ();
        }
      else if (f->stopped != 0
               && ((record->kind == TF_RECORD_ORDER && strcmp (record->reason, "emergency-stop") != 0)
                   || (record->kind == TF_RECORD_VERDICT && record->code <= TF_VERDICT_RESIZED)))
        f->after++;
    }
  g_mutex_unlock (&f->lock);
}

static gpointer
loop (gpointer data)
{
  Fixture *f = data;
  g_autoptr (GError) error = NULL;

  tf_run_loop (f->run, &error);
  g_assert_no_error (error);
  return NULL;
}

static gint64
get (Fixture      *f,
     const gint64 *value)
{
  gint64 copy;

  g_mutex_lock (&f->lock);
  copy = *value;
  g_mutex_unlock (&f->lock);
  return copy;
}

static gboolean
has_signals (Fixture *f)
{
  gboolean has;

  g_mutex_lock (&f->lock);
  has = f->signals > 0;
  g_mutex_unlock (&f->lock);
  return has;
}

static void
wait_until_stalled (Fixture *f)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;
  TfRunFigures figures = { 0 };

  g_atomic_int_set (&venue->rate, RATE);
  while (!has_signals (f) && g_get_monotonic_time () < until)
    g_usleep (10000);
  g_atomic_int_set (&venue->rate, 0);
  while (figures.connection.age_ms < 1000 && g_get_monotonic_time () < until)
    {
      g_usleep (10000);
      tf_run_get_figures (f->run, &figures);
    }
  g_assert_cmpint (figures.connection.age_ms, >=, 1000);
  g_assert_cmpint (figures.connection.state, ==, TF_CONNECTION_LIVE);
}

static void
test_stalled (void)
{
  g_autofree char *folder = g_dir_make_tmp ("tf-stop-XXXXXX", NULL), *quoted = g_shell_quote (folder);
  g_autofree char *clean = g_strdup_printf ("rm -rf %s", quoted);
  g_autoptr (TfRunSpec) spec = tf_run_spec_new ("binance");
  g_autoptr (TfSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  Fixture f = { NULL };
  GThread *thread;
  gint64 begun, until;

  g_mutex_init (&f.lock);
  spec->workspace = g_build_filename (folder, "stop.tfw", NULL);
  spec->endpoint = loopback_url (venue);
  spec->interval = TF_SECOND;
  f.run = tf_run_new (spec, on_committed, NULL, &f);
  tf_run_prepare (f.run, &error);
  g_assert_no_error (error);
  thread = g_thread_new ("run", loop, &f);
  wait_until_stalled (&f);

  begun = g_get_monotonic_time ();
  until = begun + PATIENCE;
  tf_run_command (f.run, &(TfCommand) { .type = TF_COMMAND_STOP, .account = -1 });
  while (get (&f, &f.stopped_at) == 0 && g_get_monotonic_time () < until)
    g_usleep (500);
  g_assert_cmpint (get (&f, &f.stopped_at), !=, 0);
  g_test_message ("emergency stop in the journal after %.1f ms (goal 100); %u signals and %u fills before",
                  (double) (f.stopped_at - begun) / 1000, f.signals, f.fills);

  begun = g_get_monotonic_time ();
  tf_run_stop (f.run);
  g_thread_join (thread);
  g_test_message ("clean stop after %.1f ms (goal 2000)", (double) (g_get_monotonic_time () - begun) / 1000);
  g_assert_cmpuint (f.after, ==, 0);
  tf_run_check (f.run, &error);
  g_assert_no_error (error);
  snapshot = tf_run_snapshot (f.run);
  for (guint a = 0; a < snapshot->config->n_accounts; a++)
    g_assert_cmpint (snapshot->accounts[a].state, ==, TF_STATE_HALTED);
  g_clear_pointer (&f.run, tf_run_free);
  g_mutex_clear (&f.lock);
  g_assert_cmpint (system (clean), ==, 0);
}

/* libsoup says each frame that it sends. */
static void
drop_log (const char    *domain,
          GLogLevelFlags level,
          const char    *message,
          gpointer       data)
{
}

int
main (int    argc,
      char **argv)
{
  venue = loopback_start ();
  g_test_init (&argc, &argv, NULL);
  g_log_set_handler ("libsoup", G_LOG_LEVEL_DEBUG, drop_log, NULL);
  g_log_set_handler ("GLib-GIO", G_LOG_LEVEL_DEBUG, drop_log, NULL);
  g_test_add_func ("/stop/stalled-venue", test_stalled);
  return g_test_run ();
}
