/* tradefollow-cli play --venue V --port N FILE: a venue on this machine, to try the program with */

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "io/feeds/player.h"

/* “drop@12.5”: without a time, after five seconds. */
static gboolean
parse_fault (const char *text,
             TfFault    *fault,
             double     *seconds)
{
  g_auto (GStrv) parts = g_strsplit (text, "@", 2);
  gint64 raw;

  *seconds = 5;
  if (parts[0] == NULL || !tf_fault_parse (parts[0], fault))
    return FALSE;
  if (parts[1] == NULL)
    return TRUE;
  if (!tf_decimal_parse (parts[1], -1, &raw, NULL) || raw < 0)
    return FALSE;
  *seconds = (double) raw / (double) TF_SCALE;
  return TRUE;
}

static gboolean
on_signal (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static int
run_play (int    argc,
          char **argv)
{
  g_autofree char *venue_name = NULL, *speed = NULL;
  g_auto (GStrv) faults = NULL;
  int port = 0;
  double pause = 0;
  const GOptionEntry options[] = {
    { "venue", 0, 0, G_OPTION_ARG_STRING, &venue_name, "Whose messages these are", "V" },
    { "port", 0, 0, G_OPTION_ARG_INT, &port, "On 127.0.0.1 (any free one)", "N" },
    { "speed", 0, 0, G_OPTION_ARG_STRING, &speed, "1, 10, … times as fast as it was, or max (1)", "N" },
    { "fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &faults, "Goes wrong after so many seconds (5)", "NAME[@SECONDS]" },
    { "pause", 0, 0, G_OPTION_ARG_DOUBLE, &pause, "How long a fault lasts (2)", "SECONDS" },
    { NULL },
  };
  TfPlayerOptions play = { .speed = 1 };
  TfPlayerFigures figures;
  g_autoptr (TfPlayer) player = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GError) error = NULL;
  const TfVenue *venue;
  gint64 raw;
  int status = tf_cli_parse (&tf_command_play, options, &argc, &argv, TRUE);

  if (status != TF_EXIT_DONE)
    return status;
  if (argc != 2 || venue_name == NULL)
    return tf_cli_usage (&tf_command_play, "found %s, expected --venue and one FILE", argc != 2 ? "no single file" : "no --venue");
  venue = tf_venue_find (venue_name);
  if (venue == NULL)
    return tf_cli_usage (&tf_command_play, "found venue “%s”, expected one of tradefollow-cli list venues", venue_name);
  if (port < 0 || port > 65535)
    return tf_cli_usage (&tf_command_play, "found port %d, expected 0 to 65535", port);
  if (speed != NULL && strcmp (speed, "max") == 0)
    play.speed = 0;
  else if (speed != NULL && (!tf_decimal_parse (speed, -1, &raw, NULL) || raw <= 0))
    return tf_cli_usage (&tf_command_play, "found speed “%s”, expected a number above 0 or max", speed);
  else if (speed != NULL)
    play.speed = (double) raw / (double) TF_SCALE;
  play.port = (guint) port;
  play.pause = pause;
  play.now = play.speed > 0 && play.speed <= 1;
  for (char **fault = faults; fault != NULL && *fault != NULL; fault++)
    {
      TfFault what;
      double seconds;

      if (parse_fault (*fault, &what, &seconds))
        continue;
      {
        g_autoptr (GString) names = g_string_new (NULL);

        for (guint k = 0; k < TF_FAULTS; k++)
          g_string_append_printf (names, "%s%s", k > 0 ? ", " : "", tf_fault_name ((TfFault) k));
        return tf_cli_usage (&tf_command_play, "found fault “%s”, expected NAME or NAME@SECONDS with one of %s", *fault, names->str);
      }
    }
  player = tf_player_new (venue, argv[1], &play, &error);
  if (player == NULL)
    return tf_cli_fail (error);
  for (char **fault = faults; fault != NULL && *fault != NULL; fault++)
    {
      TfFault what;
      double seconds;

      if (parse_fault (*fault, &what, &seconds))
        tf_player_fault_at (player, what, seconds);
    }
  printf ("%s %s\n", tf_player_get_url (player), tf_player_get_rest (player));
  fflush (stdout);
  loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGINT, on_signal, loop);
  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_main_loop_run (loop);
  tf_player_get_figures (player, &figures);
  printf ("%" G_GUINT64_FORMAT " messages with %" G_GUINT64_FORMAT " trades, %u connections, %u requests, %u refused\n",
          figures.sent, figures.told, figures.connections, figures.requests, figures.refused);
  return TF_EXIT_DONE;
}

const TfCommandLine tf_command_play = {
  "play", "--venue V [--port N] [--speed 1|10|max] [--fault NAME[@SECONDS]]… [--pause SECONDS] FILE",
  "Serve a recording on this machine as the venue would; prints its WebSocket URL and the base of its REST requests, and at"
  " the end what it said", run_play,
};
