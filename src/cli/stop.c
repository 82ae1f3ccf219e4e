/* tradefollow-cli stop, rearm: the emergency stop of a system, running or not */

#include <stdio.h>

#include "cli/command.h"
#include "model/run.h"

static int
run_command (const TfCommandLine *command,
             TfCommandType        type,
             int                  argc,
             char               **argv)
{
  g_autofree char *path = NULL, *account = NULL;
  const GOptionEntry options[] = {
    { "workspace", 0, 0, G_OPTION_ARG_FILENAME, &path, "Of the system", "FILE" },
    { "account", 0, 0, G_OPTION_ARG_STRING, &account, "Only this one", "ID" },
    { NULL },
  };
  TfCommand order = { .type = type, .account = -1 };
  g_autoptr (GError) error = NULL;
  int status = tf_cli_parse (command, options, &argc, &argv, FALSE);

  if (status != TF_EXIT_DONE)
    return status;
  if (path == NULL)
    return tf_cli_usage (command, "found no --workspace, expected one");
  if (account != NULL)
    {
      g_autoptr (TfWorkspace) workspace = tf_workspace_open (path, TF_WORKSPACE_READER, &error);
      g_autoptr (TfConfig) config = workspace != NULL ? tf_workspace_load_config (workspace, &error) : NULL;

      if (config == NULL)
        return tf_cli_fail (error);
      order.account = tf_config_find_account (config, account);
      if (order.account < 0)
        return tf_cli_usage (command, "found account “%s”, expected one of the workspace", account);
    }
  if (!tf_run_command_workspace (path, &order, NULL, &error))
    return tf_cli_fail (error);
  printf ("%s: %s\n", account != NULL ? account : "system", type == TF_COMMAND_STOP ? "stopped" : "armed again");
  return TF_EXIT_DONE;
}

static int
run_stop (int    argc,
          char **argv)
{
  return run_command (&tf_command_stop, TF_COMMAND_STOP, argc, argv);
}

static int
run_rearm (int    argc,
           char **argv)
{
  return run_command (&tf_command_rearm, TF_COMMAND_REARM, argc, argv);
}

const TfCommandLine tf_command_stop = {
  "stop", "--workspace FILE [--account ID]", "Emergency stop: refuses, cancels and closes everything", run_stop,
};

const TfCommandLine tf_command_rearm = {
  "rearm", "--workspace FILE [--account ID]", "Lets a stopped system or account trade again", run_rearm,
};
