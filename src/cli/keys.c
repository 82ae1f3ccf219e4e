/* tradefollow-cli keys: secrets come by standard input, never by an argument, which others could read, and none is
 * printed. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/command.h"
#include "core/base/error.h"
#include "io/secrets/secrets.h"

static struct termios shown; /* the terminal as it was */

static void
show_and_die (int number)
{
  tcsetattr (STDIN_FILENO, TCSANOW, &shown);
  raise (number); /* SA_RESETHAND: this time it ends the process, as soon as the handler returns */
}

/* A terminal stays without echo while something is typed, and not a moment longer, whatever ends it. */
static gboolean
hide (void)
{
  const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
  struct sigaction action = { .sa_handler = show_and_die, .sa_flags = (int) SA_RESETHAND };
  struct termios hidden;

  if (tcgetattr (STDIN_FILENO, &shown) != 0)
    return FALSE;
  for (guint k = 0; k < G_N_ELEMENTS (numbers); k++)
    sigaction (numbers[k], &action, NULL);
  signal (SIGTSTP, SIG_IGN);
  hidden = shown;
  hidden.c_lflag &= (tcflag_t) ~ECHO;
  hidden.c_lflag |= ECHONL;
  return tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
}

static void
show (void)
{
  const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

  tcsetattr (STDIN_FILENO, TCSANOW, &shown);
  for (guint k = 0; k < G_N_ELEMENTS (numbers); k++)
    signal (numbers[k], SIG_DFL);
}

/* One line of standard input, at most TF_SECRET_MAX bytes; of a terminal without echo, after @question. Read by
 * hand: a FILE would keep a copy. (transfer full), to be freed with tf_secret_free(); may be empty */
static char *
read_line (const char  *question,
           GError     **error)
{
  gboolean terminal = isatty (STDIN_FILENO);
  char text[TF_SECRET_MAX + 3], *line = NULL, *end; /* room for CR, LF and NUL */
  gssize n = 0, got;

  if (terminal && !hide ())
    {
      g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "terminal: found %s, expected to switch its echo off",
                   g_strerror (errno));
      return NULL;
    }
  if (terminal)
    g_printerr ("%s: ", question);
  do
    {
      got = read (STDIN_FILENO, text + n, sizeof text - 1 - (gsize) n);
      n += MAX (got, 0);
    }
  while ((got > 0 && n < (gssize) sizeof text - 1 && !(terminal && text[n - 1] == '\n'))
         || (got < 0 && errno == EINTR));
  if (terminal)
    show ();

  text[n] = '\0';
  end = memchr (text, '\n', (gsize) n);
  if (got < 0)
    g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "standard input: found %s, expected a line",
                 g_strerror (errno));
  else if (strlen (text) != (gsize) n)
    g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID,
                         "standard input: found a NUL, expected a line of text");
  else if (end != NULL && end != text + n - 1)
    g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID,
                         "standard input: found a further line, expected one");
  else if (end == NULL && n > TF_SECRET_MAX)
    g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                 "standard input: found a longer line, expected at most %d bytes", TF_SECRET_MAX);
  else
    {
      if (end != NULL)
        *end = '\0';
      if (end != NULL && end > text && end[-1] == '\r')
        end[-1] = '\0';
      line = g_strdup (text);
    }
  explicit_bzero (text, sizeof text);
  return line;
}

/* Only of a person: a script gives its pass phrase in the environment. A new one is asked for twice, since a slip
 * would lock the secrets away; an empty one is an answer too. */
static gboolean
ask_passphrase (gboolean   new,
                GError   **error)
{
  char *passphrase, *again;
  gboolean same;

  if (!isatty (STDIN_FILENO) || g_getenv (TF_SECRETS_PASSPHRASE) != NULL)
    return TRUE;
  passphrase = read_line (new ? "New pass phrase for the file of secrets (empty: a key file)" : "Pass phrase",
                          error);
  if (passphrase == NULL)
    return FALSE;
  if (new && *passphrase != '\0')
    {
      again = read_line ("The same again", error);
      same = g_strcmp0 (again, passphrase) == 0;
      if (again != NULL && !same)
        g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID,
                             "pass phrase: found two, expected the same twice");
      tf_secret_free (again);
      if (!same)
        {
          tf_secret_free (passphrase);
          return FALSE;
        }
    }
  tf_secrets_take_passphrase (passphrase);
  return TRUE;
}

/* Where it went, and what that is good for. */
static void
tell_place (const char *name,
            gboolean    keyring)
{
  g_autofree char *path = NULL, *key_path = NULL;

  if (keyring)
    printf ("%s: kept in the desktop's keyring\n", name);
  else if (tf_secrets_find_file (&path, &key_path) == TF_SECRETS_FILE_PASSPHRASE)
    printf ("%s: kept in %s, encrypted with the pass phrase\n", name, path);
  else
    printf ("%s: kept in %s, encrypted with the key in %s: safe from other users and from who has a copy of one of"
            " the two, not from who reads both\n", name, path, key_path);
}

static int
set_key (const char *name)
{
  g_autoptr (GError) error = NULL;
  gboolean keyring, done;
  TfSecretsFile file = tf_secrets_find_file (NULL, NULL);
  char *value;

  keyring = tf_secrets_has_keyring ();
  if ((file == TF_SECRETS_FILE_PASSPHRASE || (file == TF_SECRETS_FILE_NONE && !keyring))
      && !ask_passphrase (file == TF_SECRETS_FILE_NONE, &error))
    return tf_cli_fail (error);
  value = read_line (name, &error);
  if (value == NULL)
    return tf_cli_fail (error);
  done = tf_secrets_set (name, value, &error);
  tf_secret_free (value);
  if (!done)
    return tf_cli_fail (error);
  tell_place (name, keyring);
  return TF_EXIT_DONE;
}

static int
remove_key (const char *name)
{
  g_autoptr (GError) error = NULL;

  if (!tf_secrets_remove (name, &error))
    return tf_cli_fail (error);
  printf ("%s: removed\n", name);
  return TF_EXIT_DONE;
}

static int
list_keys (gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonBuilder) builder = NULL;
  g_auto (GStrv) names = tf_secrets_list (&error);

  if (names == NULL)
    return tf_cli_fail (error);
  if (!json)
    {
      for (char **name = names; *name != NULL; name++)
        puts (*name);
      return TF_EXIT_DONE;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "keys");
  json_builder_begin_array (builder);
  for (char **name = names; *name != NULL; name++)
    {
      json_builder_begin_object (builder);
      tf_json_string (builder, "id", *name);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  tf_cli_print_json (builder);
  return TF_EXIT_DONE;
}

static int
run_keys (int    argc,
          char **argv)
{
  gboolean json = FALSE, set, list;
  const GOptionEntry options[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "One JSON object, of list", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  int status = tf_cli_parse (&tf_command_keys, options, &argc, &argv, TRUE);

  if (status != TF_EXIT_DONE)
    return status;
  set = argc > 1 && strcmp (argv[1], "set") == 0;
  list = argc > 1 && strcmp (argv[1], "list") == 0;
  if (!set && !list && (argc < 2 || strcmp (argv[1], "remove") != 0))
    return tf_cli_usage (&tf_command_keys, "found %s, expected set, list or remove",
                         argc > 1 ? argv[1] : "no word");
  /* Not repeated: it may be the secret, on its way into a log. */
  if (argc > (list ? 2 : 3))
    return tf_cli_usage (&tf_command_keys, "found a further word, expected %s",
                         set ? "the secret on standard input" : "none");
  if (!list && argc < 3)
    return tf_cli_usage (&tf_command_keys, "found no NAME, expected one");
  if (!list && !tf_secrets_check_name (argv[2], &error))
    return tf_cli_usage (&tf_command_keys, "%s", error->message);
  if (set)
    return set_key (argv[2]);
  if (tf_secrets_find_file (NULL, NULL) == TF_SECRETS_FILE_PASSPHRASE && !ask_passphrase (FALSE, &error))
    return tf_cli_fail (error);
  return list ? list_keys (json) : remove_key (argv[2]);
}

const TfCommandLine tf_command_keys = {
  "keys", "set NAME | list [--json] | remove NAME",
  "Keeps secrets, such as webhook:TRADER, in the keyring or an encrypted file; set reads one from standard input",
  run_keys,
};
