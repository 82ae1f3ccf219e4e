#include "cli/command.h"

#include <math.h>
#include <stdio.h>

int
tf_cli_fail (const GError *error)
{
  g_printerr ("tradefollow-cli: %s\n", error != NULL ? error->message : "failed without a reason");
  return TF_EXIT_FAILED;
}

int
tf_cli_usage (const TfCommandLine *command,
              const char          *format,
              ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("tradefollow-cli: %s; usage: tradefollow-cli %s %s\n", what, command->name, command->synopsis);
  return TF_EXIT_USAGE;
}

int
tf_cli_parse (const TfCommandLine *command,
              const GOptionEntry  *options,
              int                 *argc,
              char              ***argv,
              gboolean             rest)
{
  g_autoptr (GOptionContext) context = g_option_context_new (command->synopsis);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, command->summary);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    return tf_cli_usage (command, "%s", error->message);
  if (!rest && *argc > 1)
    return tf_cli_usage (command, "found “%s”, expected no further word", (*argv)[1]);
  return TF_EXIT_DONE;
}

void
tf_cli_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;

  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  puts (text);
}

void
tf_json_decimal (JsonBuilder *builder,
                 const char  *name,
                 gint64       raw)
{
  char buffer[TF_DECIMAL_SIZE];

  json_builder_set_member_name (builder, name);
  if (raw == G_MININT64)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, tf_decimal_format (raw, buffer));
}

void
tf_json_ratio (JsonBuilder *builder,
               const char  *name,
               double       value)
{
  tf_json_decimal (builder, name, tf_ratio_raw (value));
}

void
tf_json_string (JsonBuilder *builder,
                const char  *name,
                const char  *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

void
tf_json_int (JsonBuilder *builder,
             const char  *name,
             gint64       value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
tf_json_time (JsonBuilder *builder,
              const char  *name,
              TfTime       time)
{
  char buffer[TF_TIME_SIZE];

  json_builder_set_member_name (builder, name);
  if (time == 0)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, tf_time_format (time, buffer));
}
