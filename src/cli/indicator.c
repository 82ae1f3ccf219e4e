/* tradefollow-cli indicator NAME[:p1,p2…] --data FILE */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "core/indicators/indicator.h"
#include "io/feeds/candle-file.h"

/* “macd:12,26,9”: what is left out keeps its default. */
static const TfIndicator *
parse (const char *text,
       double      params[TF_PARAMS_MAX],
       int        *status)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  const TfIndicator *indicator = tf_indicator_find (parts[0]);
  g_auto (GStrv) values = NULL;

  *status = TF_EXIT_USAGE;
  if (indicator == NULL)
    {
      tf_cli_usage (&tf_command_indicator, "found indicator “%s”, expected one of tradefollow-cli list indicators", parts[0]);
      return NULL;
    }
  tf_params_defaults (indicator->params, params);
  values = parts[1] != NULL ? g_strsplit (parts[1], ",", -1) : g_new0 (char *, 1);
  for (guint k = 0; values[k] != NULL; k++)
    {
      gint64 raw;

      if (k >= TF_PARAMS_MAX || indicator->params[k].name == NULL || !tf_decimal_parse (values[k], -1, &raw, NULL)
          || (double) raw / (double) TF_SCALE < indicator->params[k].min
          || (double) raw / (double) TF_SCALE > indicator->params[k].max)
        {
          tf_cli_usage (&tf_command_indicator, "found parameter “%s” of %s, expected %s", values[k], parts[0],
                        k < TF_PARAMS_MAX && indicator->params[k].name != NULL ? "a number in its range" : "no more");
          return NULL;
        }
      params[k] = (double) raw / (double) TF_SCALE;
    }
  *status = TF_EXIT_DONE;
  return indicator;
}

static int
run_indicator (int    argc,
               char **argv)
{
  g_autofree char *path = NULL;
  const GOptionEntry options[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &path, "Candle file", "FILE" },
    { NULL },
  };
  g_autoptr (TfCandleSeries) series = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gpointer state = NULL;
  const TfIndicator *indicator;
  double params[TF_PARAMS_MAX], out[TF_OUTPUTS_MAX];
  int status = tf_cli_parse (&tf_command_indicator, options, &argc, &argv, TRUE);

  if (status != TF_EXIT_DONE)
    return status;
  if (argc != 2 || path == NULL)
    return tf_cli_usage (&tf_command_indicator, "found %s, expected one indicator and --data", argc != 2 ? "no single name" : "no --data");
  indicator = parse (argv[1], params, &status);
  if (indicator == NULL)
    return status;
  series = tf_candle_file_load (path, &error);
  if (series == NULL)
    return tf_cli_fail (error);
  fputs ("time", stdout);
  for (guint k = 0; indicator->outputs[k] != NULL; k++)
    printf (",%s", indicator->outputs[k]);
  putchar ('\n');
  state = g_malloc0 (indicator->state_size);
  indicator->init (state, params);
  for (guint n = 0; n < series->n; n++)
    {
      TfBar bar;

      tf_candle_to_bar (&series->candles[n], &bar);
      indicator->update (state, &bar, out);
      printf ("%" G_GINT64_FORMAT, bar.time / TF_SECOND);
      for (guint k = 0; indicator->outputs[k] != NULL; k++)
        {
          char number[G_ASCII_DTOSTR_BUF_SIZE];

          printf (",%s", isfinite (out[k]) ? g_ascii_dtostr (number, sizeof number, out[k]) : "");
        }
      putchar ('\n');
    }
  return TF_EXIT_DONE;
}

const TfCommandLine tf_command_indicator = {
  "indicator", "NAME[:p1,p2…] --data FILE", "An indicator of a candle file, as CSV", run_indicator,
};
