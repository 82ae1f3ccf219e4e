/* tradefollow-cli run, backtest */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <glib-unix.h>

#include "cli/command.h"
#include "cli/summary.h"
#include "io/feeds/venue.h"
#include "model/run.h"

static GMutex running_lock;
static TfRun *running; /* for the thread that waits for signals; NULL: over */

static gpointer
wait_for_signal (gpointer data)
{
  sigset_t *set = data;
  int number;

  while (sigwait (set, &number) == 0)
    {
      g_mutex_lock (&running_lock);
      if (running != NULL)
        tf_run_stop (running);
      g_mutex_unlock (&running_lock);
    }
  return NULL;
}

/* Ctrl+C is a clean stop: what was decided is committed first. */
static void
stop_on_signals (TfRun *run)
{
  static sigset_t set;

  running = run;
  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGHUP);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  g_thread_unref (g_thread_new ("signals", wait_for_signal, &set));
}

static void
ignore_signals (void)
{
  g_mutex_lock (&running_lock);
  running = NULL;
  g_mutex_unlock (&running_lock);
}

/* A line that wraps can't be taken back: what the terminal has no room for is cut. All of it is ASCII. */
static void
replace_line (const char *line)
{
  struct winsize size = { 0 };
  int room = ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;

  fprintf (stderr, "\r\033[K%.*s", room, line);
  fflush (stderr);
}

static void
show_status (TfRun    *run,
             gpointer  data)
{
  g_autoptr (TfSnapshot) snapshot = NULL;
  g_autofree char *line = NULL;
  char time[TF_TIME_SIZE], bar[21];
  TfRunFigures figures;
  gint64 verdicts = 0;
  double equity = 0;

  tf_run_get_figures (run, &figures);
  snapshot = tf_run_snapshot (run);
  for (guint a = 0; a < snapshot->config->n_accounts; a++)
    equity += tf_money_double (snapshot->accounts[a].equity);
  for (guint v = 1; v < TF_N_VERDICTS; v++)
    verdicts += snapshot->verdicts[v];
  memset (bar, 0, sizeof bar);
  for (guint k = 0; figures.progress >= 0 && k < 20; k++)
    bar[k] = figures.progress * 20 > k ? '#' : '.';
  line = g_strdup_printf ("%s%s%s%s  equity %.2f  signals %" G_GINT64_FORMAT "  verdicts %" G_GINT64_FORMAT
                          "  fills %" G_GINT64_FORMAT "  %.0f events/s",
                          figures.progress >= 0 ? "[" : "", bar, figures.progress >= 0 ? "] " : "",
                          tf_time_format (snapshot->time / TF_SECOND * TF_SECOND, time), equity, snapshot->signals,
                          verdicts, snapshot->fills, figures.events_per_second);
  replace_line (line);
}

static int
execute (const TfRunSpec *spec,
         gboolean         json)
{
  gboolean live = isatty (STDERR_FILENO), done;
  g_autoptr (TfRun) run = tf_run_new (spec, NULL, live ? show_status : NULL, NULL);
  g_autoptr (TfSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  TfRunFigures figures;

  stop_on_signals (run);
  done = tf_run_prepare (run, &error) && tf_run_loop (run, &error) && tf_run_check (run, &error);
  ignore_signals ();
  if (live)
    replace_line ("");
  if (!done)
    return tf_cli_fail (error);
  tf_run_get_figures (run, &figures);
  snapshot = tf_run_snapshot (run);
  if (json)
    tf_summary_print_json (snapshot, &figures);
  else
    tf_summary_print (snapshot, &figures, spec->workspace);
  return TF_EXIT_DONE;
}

typedef struct
{
  char *market, *workspace, *duration, *speed, *interval, *from, *to, *seed, *endpoint, *record;
  char **data, **signals;
  gboolean json;
} Options;

static gboolean
fill_spec (const Options *options,
           TfRunSpec     *spec,
           GError       **error)
{
  gboolean files = strcmp (spec->market, "replay") == 0 || strcmp (spec->market, "backtest") == 0;

  spec->endpoint = g_strdup (options->endpoint);
  spec->record = g_strdup (options->record);
  if (options->workspace != NULL)
    spec->workspace = g_strdup (options->workspace);
  if (options->data != NULL)
    {
      g_strfreev (spec->data);
      spec->data = g_strdupv (options->data);
    }
  if (options->signals != NULL)
    {
      g_strfreev (spec->signals);
      spec->signals = g_strdupv (options->signals);
    }
  if ((options->duration != NULL && !tf_interval_parse (options->duration, &spec->duration, error))
      || (options->interval != NULL && !tf_interval_parse (options->interval, &spec->interval, error))
      || (options->from != NULL && !tf_time_parse (options->from, &spec->from, error))
      || (options->to != NULL && !tf_time_parse (options->to, &spec->to, error)))
    return FALSE;
  if (options->speed != NULL && strcmp (options->speed, "max") == 0)
    spec->speed = 0;
  else if (options->speed != NULL)
    {
      gint64 raw;

      if (!tf_decimal_parse (options->speed, -1, &raw, error))
        return FALSE;
      spec->speed = (double) raw / (double) TF_SCALE;
      if (spec->speed <= 0)
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--speed: found %s, expected more than 0, or max",
                       options->speed);
          return FALSE;
        }
    }
  if (options->seed != NULL && !g_ascii_string_to_unsigned (options->seed, 10, 0, G_MAXINT64, &spec->seed, error))
    {
      g_prefix_error (error, "--seed: ");
      return FALSE;
    }
  if (spec->from != 0 && spec->to != 0 && spec->from >= spec->to)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--to: found %s, expected a time after --from %s",
                   options->to, options->from);
      return FALSE;
    }
  if (tf_venue_find (spec->market) == NULL && (spec->endpoint != NULL || spec->record != NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "found %s for market %s, expected a venue",
                   spec->endpoint != NULL ? "--endpoint" : "--record", spec->market);
      return FALSE;
    }
  if (files == (spec->data[0] == NULL && spec->signals[0] == NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "found %s for market %s, expected %s",
                   files ? "no data" : "data files", spec->market, files ? "--data or --signals" : "none: it has its own");
      return FALSE;
    }
  return TRUE;
}

/* “--data A B C” is “--data A --data B --data C”: a shell's wildcard makes the first. */
static char **
repeat_options (int    argc,
                char **argv)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  const char *list = NULL;

  for (int k = 0; k < argc; k++)
    {
      gboolean starts = strcmp (argv[k], "--data") == 0 || strcmp (argv[k], "--signals") == 0;

      if (starts)
        list = argv[k];
      else if (argv[k][0] == '-')
        list = NULL;
      else if (list != NULL && strcmp (argv[k - 1], list) != 0)
        g_strv_builder_add (all, list);
      g_strv_builder_add (all, argv[k]);
    }
  return g_strv_builder_end (all);
}

static int
run_with (const TfCommandLine *command,
          const char          *market,
          int                  argc,
          char               **argv)
{
  Options options = { 0 };
  g_autoptr (TfRunSpec) spec = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry run_only[] = {
    { "market", 0, 0, G_OPTION_ARG_STRING, &options.market, "demo, replay or a venue: see list venues", "MARKET" },
    { "for", 0, 0, G_OPTION_ARG_STRING, &options.duration, "Stop after this time: on the clock, at --speed max the market's", "90s|10m" },
    { "speed", 0, 0, G_OPTION_ARG_STRING, &options.speed, "Market seconds a second, or max", "N" },
    { "endpoint", 0, 0, G_OPTION_ARG_STRING, &options.endpoint, "Of a venue, instead of its own", "URL" },
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &options.record, "Keep a venue's raw messages", "FILE" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, "Of the demo market and of all chance", "N" },
    { NULL },
  };
  const GOptionEntry both[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.data, "Candle file, or folder of candle files", "PATH" },
    { "signals", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.signals, "Traders' signals, JSON lines", "FILE" },
    { "interval", 0, 0, G_OPTION_ARG_STRING, &options.interval, "Of the bars that bots vote on", "1h" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &options.from, "Start of the data", "DATE" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &options.to, "End of the data", "DATE" },
    { "workspace", 0, 0, G_OPTION_ARG_FILENAME, &options.workspace, "Where all of it is kept; without it nothing is", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "One JSON object at the end", NULL },
    { NULL },
  };
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  g_auto (GStrv) words = repeat_options (argc, argv);
  g_autofree char **rest = g_memdup2 (words, ((gsize) g_strv_length (words) + 1) * sizeof *words);
  int status, n = (int) g_strv_length (words);

  if (market == NULL)
    g_array_append_vals (entries, run_only, G_N_ELEMENTS (run_only) - 1);
  g_array_append_vals (entries, both, G_N_ELEMENTS (both) - 1);
  status = tf_cli_parse (command, (const GOptionEntry *) (gpointer) entries->data, &n, &rest, FALSE);
  if (status != TF_EXIT_DONE)
    return status;
  if (market == NULL && (options.market == NULL
                         || (strcmp (options.market, "demo") != 0 && strcmp (options.market, "replay") != 0
                             && tf_venue_find (options.market) == NULL)))
    return tf_cli_usage (command, "found %s%s, expected --market demo, replay or a venue",
                         options.market != NULL ? "--market " : "no --market", options.market != NULL ? options.market : "");
  spec = tf_run_spec_new (market != NULL ? market : options.market);
  if (!fill_spec (&options, spec, &error))
    return tf_cli_usage (command, "%s", error->message);
  return execute (spec, options.json);
}

static int
run_run (int    argc,
         char **argv)
{
  return run_with (&tf_command_run, NULL, argc, argv);
}

static int
run_backtest (int    argc,
              char **argv)
{
  return run_with (&tf_command_backtest, "backtest", argc, argv);
}

const TfCommandLine tf_command_run = {
  "run", "--market demo|replay|binance|coinbase|kraken|hyperliquid [--data PATH…] [--signals FILE…] [--interval 1h] [--from DATE] [--to DATE] [--workspace FILE]"
         " [--for 90s] [--speed 1|60|max] [--seed N] [--endpoint URL] [--record FILE] [--json]",
  "Runs the complete system without a window", run_run,
};

const TfCommandLine tf_command_backtest = {
  "backtest", "--data FILE|FOLDER … [--interval 1h] [--signals FILE…] [--from DATE] [--to DATE] [--workspace FILE] [--json]",
  "Runs it over history at full speed", run_backtest,
};
