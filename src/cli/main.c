#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "cli/command.h"
#include "config.h"

static const TfCommandLine *const commands[] = {
  &tf_command_run, &tf_command_backtest, &tf_command_journal, &tf_command_list, &tf_command_stop, &tf_command_rearm,
  &tf_command_indicator, &tf_command_decode, &tf_command_play, &tf_command_keys, &tf_command_traders,
};

static void
print_help (void)
{
  puts ("usage: tradefollow-cli COMMAND [OPTION…]\n");
  for (guint k = 0; k < G_N_ELEMENTS (commands); k++)
    printf ("  %-10s %s\n             %s\n", commands[k]->name, commands[k]->synopsis, commands[k]->summary);
  puts ("\nEvery command explains itself with --help. Trading on paper only: nothing here is a promise of income.");
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");
  bindtextdomain (TF_GETTEXT_PACKAGE, TF_LOCALE_DIR);
  bind_textdomain_codeset (TF_GETTEXT_PACKAGE, "UTF-8");
  textdomain (TF_GETTEXT_PACKAGE);
  g_set_prgname ("tradefollow-cli");

  if (argc >= 2 && strcmp (argv[1], "--version") == 0)
    {
      puts ("tradefollow-cli " TF_VERSION);
      return TF_EXIT_DONE;
    }
  if (argc >= 2 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "help") == 0))
    {
      print_help ();
      return TF_EXIT_DONE;
    }
  for (guint k = 0; argc >= 2 && k < G_N_ELEMENTS (commands); k++)
    if (strcmp (commands[k]->name, argv[1]) == 0)
      return commands[k]->run (argc - 1, argv + 1);
  g_printerr ("tradefollow-cli: found %s%s%s, expected a command; see tradefollow-cli --help\n", argc >= 2 ? "“" : "",
              argc >= 2 ? argv[1] : "no word", argc >= 2 ? "”" : "");
  return TF_EXIT_USAGE;
}
