/* tradefollow-cli traders: whom one listens to, and who follows whom. What needs the system is left to it as a command,
 * running or not. */

#include "cli/traders.h"

#include <stdio.h>
#include <string.h>

#include "core/base/error.h"
#include "io/feeds/venue.h"
#include "io/sources/source.h"
#include "model/run.h"

typedef struct
{
  const char *name;
  int       (*run) (const TfTradersOptions *options);
  gboolean    workspace; /* whether it needs one */
  int         least, most; /* words */
} Verb;

/**
 * tf_traders_find:
 *
 * Returns: the index of the trader with this id or name; −1 with %TF_ERROR_NOT_FOUND
 */
gint
tf_traders_find (const TfConfig  *config,
                 const char      *name,
                 GError         **error)
{
  gint trader = tf_config_find_trader (config, name);
  char quoted[TF_QUOTE_SIZE];

  if (trader >= 0 && !tf_config_is_spare (config, (guint) trader))
    return trader;
  g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "found trader “%s”, expected one of the workspace; see list traders",
               tf_error_quote (name, -1, quoted));
  return -1;
}

/**
 * tf_traders_find_account:
 * @id: (nullable)
 * @account: (out): −1: none was given
 */
gboolean
tf_traders_find_account (const TfConfig  *config,
                         const char      *id,
                         gint            *account,
                         GError         **error)
{
  char quoted[TF_QUOTE_SIZE];

  *account = id != NULL ? tf_config_find_account (config, id) : -1;
  if (id == NULL || *account >= 0)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "found account “%s”, expected one of the workspace",
               tf_error_quote (id, -1, quoted));
  return FALSE;
}

static void
add_text (JsonBuilder *builder,
          const char  *name,
          const char  *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

void
tf_traders_add_source (JsonBuilder          *builder,
                       const TfStoredSource *source)
{
  char grade[2] = { tf_source_grade (source->kind), '\0' };

  json_builder_begin_object (builder);
  tf_json_int (builder, "id", source->id);
  tf_json_string (builder, "trader", source->name);
  tf_json_string (builder, "kind", source->kind);
  tf_json_string (builder, "grade", grade);
  tf_json_string (builder, "address", source->address);
  add_text (builder, "endpoint", source->endpoint);
  add_text (builder, "contact", source->contact);
  json_builder_set_member_name (builder, "enabled");
  json_builder_add_boolean_value (builder, source->enabled);
  json_builder_end_object (builder);
}

static void
tell_sources (const TfTradersOptions *options,
              const GPtrArray        *sources,
              const char             *what)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "sources");
  json_builder_begin_array (builder);
  for (guint k = 0; k < sources->len; k++)
    {
      const TfStoredSource *source = g_ptr_array_index (sources, k);

      tf_traders_add_source (builder, source);
      if (!options->json)
        printf ("%s: %s %s %s\n", source->name, source->kind, source->address, what);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  if (options->json)
    tf_cli_print_json (builder);
}

/* Sources belong to a system on a live market: who has none is told how to get one. */
static TfConfig *
load_config (const TfTradersOptions *options,
             GPtrArray             **sources,
             GError                **error)
{
  g_autoptr (TfWorkspace) workspace = NULL;
  g_autoptr (GError) local = NULL;
  TfConfig *config;

  workspace = tf_workspace_open (options->workspace, TF_WORKSPACE_READER, &local);
  config = workspace != NULL ? tf_workspace_load_config (workspace, &local) : NULL;
  if (config != NULL && sources != NULL)
    {
      *sources = tf_workspace_load_sources (workspace, &local);
      if (*sources == NULL)
        g_clear_pointer (&config, tf_config_unref);
    }
  if (config != NULL)
    return config;
  if (g_error_matches (local, TF_ERROR, TF_ERROR_NOT_FOUND))
    g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND,
                 "%s: found no run, expected one; start it once with “tradefollow-cli run --market VENUE --workspace %s”",
                 options->workspace, options->workspace);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static gboolean
tell_system (const TfTradersOptions *options,
             GError                **error)
{
  const TfCommand command = { .type = TF_COMMAND_SOURCES, .account = -1 };

  return tf_run_command_workspace (options->workspace, &command, NULL, error);
}

/* A name as it stands in journals and lists: short, plain text. */
static gboolean
check_name (const char  *name,
            GError     **error)
{
  gboolean plain = g_utf8_validate (name, -1, NULL);
  char quoted[TF_QUOTE_SIZE];

  for (const char *p = name; plain && *p != '\0'; p = g_utf8_next_char (p))
    plain = g_unichar_isprint (g_utf8_get_char (p));
  if (plain && *name != '\0' && *name != ' ' && strlen (name) < sizeof ((TfTrader *) NULL)->name)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "--name: found “%s”, expected 1 to %u bytes of plain text",
               tf_error_quote (name, -1, quoted), (guint) sizeof ((TfTrader *) NULL)->name - 1);
  return FALSE;
}

static gboolean
has_place (const TfConfig *config)
{
  for (guint t = 0; t < config->n_traders; t++)
    if (tf_config_is_spare (config, t))
      return TRUE;
  return FALSE;
}

static gboolean
same_text (const char *given,
           const char *text)
{
  return given == NULL || strcmp (given, text) == 0;
}

/* The sources that are meant by what was given of name, kind, address and id. */
static GPtrArray *
select_sources (const TfTradersOptions *options,
                const TfConfig         *config,
                GPtrArray              *sources)
{
  GPtrArray *found = g_ptr_array_new ();
  gint trader = options->name != NULL ? tf_config_find_trader (config, options->name) : -1;

  for (guint k = 0; k < sources->len; k++)
    {
      TfStoredSource *source = g_ptr_array_index (sources, k);

      if ((options->name == NULL || g_ascii_strcasecmp (options->name, source->name) == 0
           || (trader >= 0 && tf_config_find_trader (config, source->name) == trader))
          && same_text (options->kind, source->kind) && same_text (options->address, source->address)
          && (options->id == 0 || options->id == source->id))
        g_ptr_array_add (found, source);
    }
  return found;
}

/* By now the trader has an id. */
static void
tell_key (const TfTradersOptions *options,
          const char             *name)
{
  g_autoptr (TfConfig) config = load_config (options, NULL, NULL);
  gint trader = config != NULL ? tf_config_find_trader (config, name) : -1;
  g_autofree char *key = trader >= 0 ? tf_source_secret_name (config->traders[trader].id) : NULL;

  if (key != NULL)
    printf ("its secret is %s: see keys set; afterwards traders enable, and a running system knows it\n", key);
}

static int
add_source (const TfTradersOptions *options)
{
  g_autoptr (TfConfig) config = NULL;
  g_autoptr (TfWorkspace) workspace = NULL;
  g_autoptr (GPtrArray) sources = NULL, same = NULL;
  g_autoptr (GError) error = NULL;
  TfStoredSource source = {
    .kind = options->kind, .address = options->address, .endpoint = options->endpoint, .contact = options->contact,
    .enabled = TRUE,
  };
  gint trader;

  if (options->name == NULL || options->kind == NULL || options->address == NULL)
    return tf_cli_usage (&tf_command_traders, "found no %s, expected --name, --kind and --address",
                         options->name == NULL ? "--name" : options->kind == NULL ? "--kind" : "--address");
  if (!check_name (options->name, &error) || !tf_source_check (options->kind, options->address, &error))
    return tf_cli_usage (&tf_command_traders, "%s", error->message);
  config = load_config (options, &sources, &error);
  if (config == NULL)
    return tf_cli_fail (error);
  if (tf_venue_find (config->market) == NULL)
    {
      g_set_error (&error, TF_ERROR, TF_ERROR_INVALID,
                   "%s: found a system of market %s, expected one of a live market: only beside that traders are listened to",
                   options->workspace, config->market);
      return tf_cli_fail (error);
    }
  trader = tf_config_find_trader (config, options->name);
  if (trader < 0 && !has_place (config))
    {
      g_set_error (&error, TF_ERROR, TF_ERROR_RANGE, "%s: found no free place for “%s”, expected at most %u traders",
                   options->workspace, options->name, config->n_traders);
      return tf_cli_fail (error);
    }
  same = select_sources (options, config, sources);
  if (same->len > 0)
    {
      g_set_error (&error, TF_ERROR, TF_ERROR_INVALID, "%s: found this source there already, as number %" G_GINT64_FORMAT
                   "; see traders enable", options->workspace, ((TfStoredSource *) g_ptr_array_index (same, 0))->id);
      return tf_cli_fail (error);
    }
  source.name = trader >= 0 ? config->traders[trader].name : options->name;
  workspace = tf_workspace_open (options->workspace, TF_WORKSPACE_CONTROL, &error);
  if (workspace == NULL || !tf_workspace_save_source (workspace, &source, &error))
    return tf_cli_fail (error);
  g_clear_pointer (&workspace, tf_workspace_close);
  if (!tell_system (options, &error))
    return tf_cli_fail (error);
  g_ptr_array_add (same, &source);
  tell_sources (options, same, "added");
  if (!options->json && tf_source_has_secret (source.kind))
    tell_key (options, source.name);
  return TF_EXIT_DONE;
}

typedef enum
{
  REMOVE,
  ENABLE,
  DISABLE,
} Change;

static int
change_sources (const TfTradersOptions *options,
                Change                  change)
{
  static const char *const words[] = { "removed", "enabled", "disabled" };
  g_autoptr (TfConfig) config = NULL;
  g_autoptr (TfWorkspace) workspace = NULL;
  g_autoptr (GPtrArray) sources = NULL, meant = NULL;
  g_autoptr (GError) error = NULL;

  if (options->all == (options->name != NULL || options->kind != NULL || options->address != NULL || options->id != 0))
    return tf_cli_usage (&tf_command_traders, "found %s, expected --id, --name, --kind or --address, or --all",
                         options->all ? "--all with others" : "none");
  config = load_config (options, &sources, &error);
  if (config == NULL)
    return tf_cli_fail (error);
  meant = select_sources (options, config, sources);
  if (meant->len == 0)
    {
      g_set_error (&error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found no such source, expected one of list sources",
                   options->workspace);
      return tf_cli_fail (error);
    }
  workspace = tf_workspace_open (options->workspace, TF_WORKSPACE_CONTROL, &error);
  if (workspace == NULL)
    return tf_cli_fail (error);
  for (guint k = 0; k < meant->len; k++)
    {
      TfStoredSource *source = g_ptr_array_index (meant, k);
      gboolean done;

      source->enabled = change == ENABLE;
      if (change == ENABLE && options->contact != NULL)
        {
          g_free (source->contact);
          source->contact = g_strdup (options->contact);
        }
      done = change == REMOVE ? tf_workspace_remove_source (workspace, source->id, &error)
                              : tf_workspace_save_source (workspace, source, &error);
      if (!done)
        return tf_cli_fail (error);
    }
  g_clear_pointer (&workspace, tf_workspace_close);
  if (!tell_system (options, &error))
    return tf_cli_fail (error);
  tell_sources (options, meant, words[change]);
  return TF_EXIT_DONE;
}

static int
remove_sources (const TfTradersOptions *options)
{
  return change_sources (options, REMOVE);
}

static int
enable_sources (const TfTradersOptions *options)
{
  return change_sources (options, ENABLE);
}

static int
disable_sources (const TfTradersOptions *options)
{
  return change_sources (options, DISABLE);
}

static void
tell_follows (const TfTradersOptions *options,
              const TfSnapshot       *snapshot,
              guint                   trader)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const TfConfig *config = snapshot->config;

  json_builder_begin_object (builder);
  tf_json_string (builder, "trader", config->traders[trader].id);
  json_builder_set_member_name (builder, "accounts");
  json_builder_begin_array (builder);
  for (guint a = 0; a < config->n_accounts; a++)
    {
      gboolean follows = snapshot->voters[config->n_bots + trader].followed[a];

      json_builder_begin_object (builder);
      tf_json_string (builder, "id", config->accounts[a].id);
      json_builder_set_member_name (builder, "follows");
      json_builder_add_boolean_value (builder, follows);
      json_builder_end_object (builder);
      if (!options->json)
        printf ("%s: %s %s\n", config->accounts[a].id, follows ? "follows" : "does not follow",
                config->traders[trader].name);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  if (options->json)
    tf_cli_print_json (builder);
}

static int
set_following (const TfTradersOptions *options,
               TfCommandType           type)
{
  g_autoptr (TfConfig) config = NULL;
  g_autoptr (TfSnapshot) snapshot = NULL;
  g_autoptr (TfWorkspace) workspace = NULL;
  g_autoptr (GError) error = NULL;
  TfCommand command = { .type = type };
  gint trader;

  config = load_config (options, NULL, &error);
  if (config == NULL)
    return tf_cli_fail (error);
  trader = tf_traders_find (config, options->words[0], &error);
  if (trader < 0 || !tf_traders_find_account (config, options->account, &command.account, &error))
    return tf_cli_usage (&tf_command_traders, "%s", error->message);
  command.voter = (gint64) config->n_bots + trader;
  if (!tf_run_command_workspace (options->workspace, &command, NULL, &error))
    return tf_cli_fail (error);
  workspace = tf_workspace_open (options->workspace, TF_WORKSPACE_READER, &error);
  snapshot = workspace != NULL ? tf_workspace_load_snapshot (workspace, &error) : NULL;
  if (snapshot == NULL)
    return tf_cli_fail (error);
  tell_follows (options, snapshot, (guint) trader);
  return TF_EXIT_DONE;
}

static int
follow (const TfTradersOptions *options)
{
  return set_following (options, TF_COMMAND_FOLLOW);
}

static int
unfollow (const TfTradersOptions *options)
{
  return set_following (options, TF_COMMAND_UNFOLLOW);
}

static const Verb verbs[] = {
  { "add", add_source, TRUE, 0, 0 },
  { "remove", remove_sources, TRUE, 0, 0 },
  { "enable", enable_sources, TRUE, 0, 0 },
  { "disable", disable_sources, TRUE, 0, 0 },
  { "follow", follow, TRUE, 1, 1 },
  { "unfollow", unfollow, TRUE, 1, 1 },
  { "policy", tf_traders_policy, TRUE, 1, G_MAXINT },
  { "preview", tf_traders_preview, TRUE, 1, G_MAXINT },
  { "check", tf_traders_check, FALSE, 0, 0 },
};

static const Verb *
find_verb (const char *name)
{
  for (guint k = 0; name != NULL && k < G_N_ELEMENTS (verbs); k++)
    if (strcmp (verbs[k].name, name) == 0)
      return &verbs[k];
  return NULL;
}

static int
run_verb (int                argc,
          char             **argv,
          TfTradersOptions  *options)
{
  const Verb *verb = argc > 1 ? find_verb (argv[1]) : NULL;

  if (verb == NULL)
    return tf_cli_usage (&tf_command_traders, "found %s, expected add, remove, enable, disable, follow, unfollow, policy,"
                         " preview or check", argc > 1 ? argv[1] : "no word");
  if (verb->workspace && options->workspace == NULL)
    return tf_cli_usage (&tf_command_traders, "found no --workspace, expected one");
  if (argc - 2 < verb->least)
    return tf_cli_usage (&tf_command_traders, "found no NAME, expected that of a trader");
  if (argc - 2 > verb->most)
    return tf_cli_usage (&tf_command_traders, "found “%s”, expected no further word", argv[2 + verb->most]);
  options->words = argv + 2;
  return verb->run (options);
}

static int
run_traders (int    argc,
             char **argv)
{
  TfTradersOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "workspace", 0, 0, G_OPTION_ARG_FILENAME, &options.workspace, "Of the system", "FILE" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &options.name, "Of the trader", "NAME" },
    { "kind", 0, 0, G_OPTION_ARG_STRING, &options.kind, "Of the source: see list sources", "KIND" },
    { "address", 0, 0, G_OPTION_ARG_STRING, &options.address, "Of the source", "ADDRESS" },
    { "endpoint", 0, 0, G_OPTION_ARG_STRING, &options.endpoint, "Instead of the kind's own", "URL" },
    { "contact", 0, 0, G_OPTION_ARG_STRING, &options.contact, "Where a host wants to know who asks", "“Name <mail>”" },
    { "id", 0, 0, G_OPTION_ARG_INT64, &options.id, "Of a source: see list sources", "N" },
    { "all", 0, 0, G_OPTION_ARG_NONE, &options.all, "Every source", NULL },
    { "account", 0, 0, G_OPTION_ARG_STRING, &options.account, "Only this one", "ID" },
    { "instrument", 0, 0, G_OPTION_ARG_STRING, &options.instrument, "Of the trader's position", "SYMBOL" },
    { "side", 0, 0, G_OPTION_ARG_STRING, &options.side, "Of it", "buy|sell" },
    { "price", 0, 0, G_OPTION_ARG_STRING, &options.price, "At which the market is taken to be", "P" },
    { "quantity", 0, 0, G_OPTION_ARG_STRING, &options.quantity, "Of the trader's position", "Q" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "One JSON object", NULL },
    { NULL },
  };
  int status = tf_cli_parse (&tf_command_traders, entries, &argc, &argv, TRUE);

  if (status == TF_EXIT_DONE)
    status = run_verb (argc, argv, &options);
  g_free (options.workspace);
  g_free (options.name);
  g_free (options.kind);
  g_free (options.address);
  g_free (options.endpoint);
  g_free (options.contact);
  g_free (options.account);
  g_free (options.instrument);
  g_free (options.side);
  g_free (options.price);
  g_free (options.quantity);
  return status;
}

const TfCommandLine tf_command_traders = {
  "traders",
  "add|remove|enable|disable|follow|unfollow|policy|preview|check … [--workspace FILE] [--json]; see traders --help",
  "Traders' sources, who follows them, and how they are copied\n\n"
  "  add --workspace FILE --name NAME --kind KIND --address ADDRESS [--endpoint URL] [--contact “Name <mail>”]\n"
  "  remove|enable|disable --workspace FILE --id N | --name NAME | --kind KIND | --address ADDRESS | --all\n"
  "  follow|unfollow NAME --workspace FILE [--account ID]\n"
  "  policy NAME --workspace FILE [--account ID] [FIELD=VALUE…]\n"
  "  preview NAME --workspace FILE --account ID --instrument SYMBOL --side buy|sell --quantity Q [--price P] [FIELD=VALUE…]\n"
  "  check --kind KIND --address ADDRESS [--endpoint URL] [--contact “Name <mail>”] [--name TRADER]",
  run_traders,
};
