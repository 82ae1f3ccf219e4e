/* tradefollow-cli journal verify|export|rebuild */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "core/base/error.h"
#include "io/storage/journal.h"
#include "io/storage/sources.h"
#include "model/export.h"
#include "model/run.h"

typedef struct
{
  char    *workspace, *format, *output, *account, *from, *to, *hash;
  char   **replay;
  gboolean json;
} Options;

static void
show_progress (double   fraction,
               gpointer data)
{
  fprintf (stderr, "\r\033[K%3.0f %%", 100 * fraction);
  fflush (stderr);
}

static TfJournalProgress
progress_on_terminal (void)
{
  return isatty (STDERR_FILENO) ? show_progress : NULL;
}

static void
clear_progress (void)
{
  if (isatty (STDERR_FILENO))
    fputs ("\r\033[K", stderr);
}

static int
verify (const Options *options)
{
  g_autoptr (GError) error = NULL, different = NULL;
  TfVerification result;
  gint64 decided = 0;
  char head[2 * TF_HASH_SIZE + 1];

  if (!tf_journal_verify (options->workspace, progress_on_terminal (), NULL, NULL, &result, &error))
    {
      clear_progress ();
      return tf_cli_fail (error);
    }
  clear_progress ();
  tf_hash_to_hex (result.head, head);
  if (options->replay != NULL
      && !tf_run_verify_recordings (options->workspace, (const char *const *) options->replay, &decided, &different)
      && !g_error_matches (different, TF_ERROR, TF_ERROR_MISMATCH))
    return tf_cli_fail (different);
  if (options->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "ok");
      json_builder_add_boolean_value (builder, result.ok);
      tf_json_int (builder, "entries", result.entries);
      tf_json_string (builder, "head", head);
      if (!result.ok)
        {
          tf_json_int (builder, "bad", result.bad);
          tf_json_string (builder, "what", result.what);
        }
      if (options->replay != NULL)
        {
          tf_json_int (builder, "decided_again", decided);
          json_builder_set_member_name (builder, "same");
          json_builder_add_boolean_value (builder, different == NULL);
          if (different != NULL)
            tf_json_string (builder, "difference", different->message);
        }
      json_builder_end_object (builder);
      tf_cli_print_json (builder);
    }
  else if (result.ok)
    {
      printf ("verified: %" G_GINT64_FORMAT " entries, head %s\n", result.entries, head);
      if (options->replay != NULL && different == NULL)
        printf ("the recording leads to the same %" G_GINT64_FORMAT " entries\n", decided);
    }
  if (different != NULL)
    g_printerr ("tradefollow-cli: %s\n", different->message);
  if (!result.ok)
    g_printerr ("tradefollow-cli: %s: entry %" G_GINT64_FORMAT ": %s\n", options->workspace, result.bad, result.what);
  return result.ok && different == NULL ? TF_EXIT_DONE : TF_EXIT_FAILED;
}

static int
rebuild (const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfRebuild) result = tf_journal_rebuild (options->workspace, progress_on_terminal (), NULL, NULL, &error);

  clear_progress ();
  if (result == NULL)
    return tf_cli_fail (error);
  if (options->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "agree");
      json_builder_add_boolean_value (builder, result->agree);
      tf_json_int (builder, "entries", result->entries);
      tf_json_int (builder, "fills", result->fills);
      json_builder_set_member_name (builder, "accounts");
      json_builder_begin_array (builder);
      for (guint k = 0; k < result->accounts->len; k++)
        {
          const TfRebuiltAccount *account = &g_array_index (result->accounts, TfRebuiltAccount, k);

          json_builder_begin_object (builder);
          tf_json_string (builder, "id", account->id);
          tf_json_decimal (builder, "capital", account->capital.raw);
          tf_json_decimal (builder, "cash", account->cash.raw);
          tf_json_decimal (builder, "realized_pnl", account->realized.raw);
          tf_json_decimal (builder, "fees", account->fees.raw);
          tf_json_int (builder, "fills", account->fills);
          tf_json_int (builder, "positions", account->positions);
          json_builder_end_object (builder);
        }
      json_builder_end_array (builder);
      json_builder_set_member_name (builder, "differences");
      json_builder_begin_array (builder);
      for (guint k = 0; k < result->differences->len; k++)
        json_builder_add_string_value (builder, result->differences->pdata[k]);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
      tf_cli_print_json (builder);
    }
  else
    {
      for (guint k = 0; k < result->accounts->len; k++)
        {
          const TfRebuiltAccount *account = &g_array_index (result->accounts, TfRebuiltAccount, k);
          char cash[TF_DECIMAL_SIZE], realized[TF_DECIMAL_SIZE], fees[TF_DECIMAL_SIZE];

          printf ("%-10s cash %s, realized %s, fees %s, %" G_GINT64_FORMAT " fills, %u open\n", account->id,
                  tf_decimal_format (account->cash.raw, cash), tf_decimal_format (account->realized.raw, realized),
                  tf_decimal_format (account->fees.raw, fees), account->fills, account->positions);
        }
      printf ("%s: %" G_GINT64_FORMAT " entries, %" G_GINT64_FORMAT " fills\n",
              result->agree ? "the stored accounts agree to the last unit" : "the stored accounts differ",
              result->entries, result->fills);
    }
  for (guint k = 0; k < result->differences->len; k++)
    g_printerr ("tradefollow-cli: %s: %s\n", options->workspace, (char *) result->differences->pdata[k]);
  return result->agree ? TF_EXIT_DONE : TF_EXIT_FAILED;
}

static int
export (const Options *options)
{
  g_autoptr (GError) error = NULL;
  TfReportFormat format = TF_REPORT_JSON;
  TfTime from = 0, to = 0;

  if (options->format != NULL && !tf_report_format_find (options->format, &format))
    return tf_cli_usage (&tf_command_journal, "found --format %s, expected json, csv or pdf", options->format);
  if ((options->from != NULL && !tf_time_parse (options->from, &from, &error))
      || (options->to != NULL && !tf_time_parse (options->to, &to, &error)))
    return tf_cli_usage (&tf_command_journal, "%s", error->message);
  if (!tf_export (&(TfExport) {
                    .workspace = options->workspace,
                    .output = options->output,
                    .format = format,
                    .account = options->account,
                    .from = from,
                    .to = to,
                  }, NULL, &error))
    return tf_cli_fail (error);
  if (options->output != NULL)
    printf ("%s\n", options->output);
  return TF_EXIT_DONE;
}

/* The raw words that a trader's signal was read from, byte for byte. */
static int
evidence (const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfWorkspace) workspace = NULL;
  g_autoptr (GBytes) raw = NULL;
  gsize size;
  const void *bytes;

  if (options->hash == NULL)
    return tf_cli_usage (&tf_command_journal, "found no --hash, expected the one that a signal's evidence names");
  workspace = tf_workspace_open (options->workspace, TF_WORKSPACE_READER, &error);
  raw = workspace != NULL ? tf_workspace_load_evidence (workspace, options->hash, &error) : NULL;
  if (raw == NULL && error == NULL)
    g_set_error (&error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found no evidence of hash %s", options->workspace, options->hash);
  if (raw == NULL)
    return tf_cli_fail (error);
  bytes = g_bytes_get_data (raw, &size);
  fwrite (bytes, 1, size, stdout);
  return TF_EXIT_DONE;
}

static int
run_journal (int    argc,
             char **argv)
{
  static const struct { const char *name; int (*run) (const Options *options); } actions[] = {
    { "verify", verify }, { "export", export }, { "rebuild", rebuild }, { "evidence", evidence },
  };
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "workspace", 0, 0, G_OPTION_ARG_FILENAME, &options.workspace, "Whose journal", "FILE" },
    { "replay", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.replay, "With verify: decide all again from what was recorded", "FILE" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &options.format, "json, csv or pdf", "FORMAT" },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &options.output, "Where the export goes; standard output without it", "FILE" },
    { "account", 0, 0, G_OPTION_ARG_STRING, &options.account, "Only this one's entries", "ID" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &options.from, "From this time", "DATE" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &options.to, "Before this time", "DATE" },
    { "hash", 0, 0, G_OPTION_ARG_STRING, &options.hash, "With evidence: SHA-256 of the words, as the signal names it", "HEX" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "One JSON object", NULL },
    { NULL },
  };
  int status = tf_cli_parse (&tf_command_journal, entries, &argc, &argv, TRUE);

  if (status != TF_EXIT_DONE)
    return status;
  for (guint k = 0; argc == 2 && k < G_N_ELEMENTS (actions); k++)
    if (strcmp (argv[1], actions[k].name) == 0)
      {
        if (options.workspace == NULL)
          return tf_cli_usage (&tf_command_journal, "found no --workspace, expected one");
        return actions[k].run (&options);
      }
  return tf_cli_usage (&tf_command_journal, "found %s, expected verify, export, rebuild or evidence", argc > 1 ? argv[1] : "no word");
}

const TfCommandLine tf_command_journal = {
  "journal", "verify|export|rebuild|evidence --workspace FILE [--replay FILE] [--hash HEX] [--format json|csv|pdf] [--output FILE] [--account ID] [--from DATE] [--to DATE] [--json]",
  "Checks the journal's chain, writes it out, recomputes the accounts from it", run_journal,
};
