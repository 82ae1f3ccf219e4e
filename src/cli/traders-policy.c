/* tradefollow-cli traders policy, preview: how copies are sized, by the ids of the fields and choices. */

#include "cli/traders.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "core/base/error.h"
#include "model/run.h"

static const char *
unit_name (TfPolicyUnit unit)
{
  static const char *const names[] = { "", "money", "quantity", "fraction", "ratio", "basis-points", "seconds", "bars" };

  return names[unit];
}

static char *
value_text (const TfPolicyField *field,
            double               value)
{
  if (field->kind == TF_POLICY_CHOICE)
    return g_strdup (field->choices[(guint) value]);
  if (field->kind == TF_POLICY_FLAG)
    return g_strdup (value != 0 ? "yes" : "no");
  return tf_decimal_to_string (tf_ratio_raw (value));
}

static gboolean
refuse (GError     **error,
        const char  *field,
        const char  *found,
        const char  *expected)
{
  char quoted[TF_QUOTE_SIZE];

  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found “%s”, expected %s", field,
               tf_error_quote (found, -1, quoted), expected);
  return FALSE;
}

static gboolean
parse_flag (const char *text,
            double     *value)
{
  *value = strcmp (text, "yes") == 0 || strcmp (text, "1") == 0;
  return *value == 1 || strcmp (text, "no") == 0 || strcmp (text, "0") == 0;
}

static gboolean
parse_choice (const TfPolicyField  *field,
              const char           *text,
              double               *value,
              GError              **error)
{
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint k = 0; k <= (guint) field->max; k++)
    {
      if (strcmp (field->choices[k], text) == 0)
        {
          *value = k;
          return TRUE;
        }
      g_string_append_printf (ids, "%s%s", k > 0 ? ", " : "", field->choices[k]);
    }
  return refuse (error, field->id, text, ids->str);
}

/* “cap-trade=0.1”, “instrument:BTC-USDT=no” */
static gboolean
parse_setting (const TfConfig   *config,
               const char       *word,
               TfPolicySetting  *setting,
               GError          **error)
{
  const char *equals = strchr (word, '='), *text = equals != NULL ? equals + 1 : "";
  g_autofree char *name = equals != NULL ? g_strndup (word, (gsize) (equals - word)) : g_strdup (word);
  const TfPolicyField *field;
  TfCopyPolicy trial = { 0 };
  gint64 raw;

  if (equals == NULL)
    return refuse (error, "policy", word, "FIELD=VALUE");
  if (g_str_has_prefix (name, "instrument:"))
    {
      gint instrument = tf_universe_find (config->universe, name + strlen ("instrument:"));

      if (instrument < 0)
        return refuse (error, "policy", name, "an instrument of the workspace");
      setting->param = TF_POLICY_INSTRUMENT + instrument;
      return parse_flag (text, &setting->value) || refuse (error, name, text, "yes or no");
    }
  setting->param = tf_policy_find (name);
  if (setting->param < 0)
    return refuse (error, "policy", name, "a field; policy NAME shows them");
  field = tf_policy_field ((guint) setting->param);
  if (field->kind == TF_POLICY_CHOICE)
    return parse_choice (field, text, &setting->value, error);
  if (field->kind == TF_POLICY_FLAG)
    return parse_flag (text, &setting->value) || refuse (error, name, text, "yes or no");
  if (!tf_decimal_parse (text, -1, &raw, error))
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  setting->value = (double) raw / (double) TF_SCALE;
  if (!tf_copy_policy_set (&trial, setting->param, setting->value))
    {
      const char *whole = field->kind == TF_POLICY_DECIMAL ? "" : "a whole number from ";
      g_autofree char *expected = g_strdup_printf ("%s%g to %g", whole, field->min, field->max);

      return refuse (error, name, text, expected);
    }
  return TRUE;
}

/* The words after the trader's name; all are understood, or none is taken. */
static GArray *
parse_settings (const TfConfig  *config,
                char           **words,
                GError         **error)
{
  g_autoptr (GArray) settings = g_array_new (FALSE, TRUE, sizeof (TfPolicySetting));

  for (char **word = words; *word != NULL; word++)
    {
      TfPolicySetting setting = { 0 };

      if (!parse_setting (config, *word, &setting, error))
        return NULL;
      g_array_append_val (settings, setting);
    }
  return g_steal_pointer (&settings);
}

static void
add_field (const TfTradersOptions *options,
           JsonBuilder            *builder,
           const TfPolicyField    *field,
           double                  now)
{
  g_autofree char *value = value_text (field, now), *usual = value_text (field, field->value);

  json_builder_begin_object (builder);
  tf_json_string (builder, "id", field->id);
  tf_json_string (builder, "title", _(field->title));
  tf_json_string (builder, "value", value);
  tf_json_string (builder, "unit", unit_name (field->unit));
  tf_json_string (builder, "default", usual);
  if (field->kind == TF_POLICY_CHOICE)
    {
      json_builder_set_member_name (builder, "choices");
      json_builder_begin_array (builder);
      for (guint k = 0; k <= (guint) field->max; k++)
        json_builder_add_string_value (builder, field->choices[k]);
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
  if (!options->json)
    printf ("%s\t%s\t%s\t%s\n", field->id, value, unit_name (field->unit), usual);
}

static void
add_policy (const TfTradersOptions *options,
            JsonBuilder            *builder,
            const TfConfig         *config,
            guint                   account,
            const TfCopyPolicy     *policy)
{
  if (!options->json)
    printf ("%s\nfield\tvalue\tunit\tdefault\n", config->accounts[account].id);
  json_builder_begin_object (builder);
  tf_json_string (builder, "account", config->accounts[account].id);
  json_builder_set_member_name (builder, "fields");
  json_builder_begin_array (builder);
  for (gint p = 0; p < TF_N_POLICY_FIELDS; p++)
    add_field (options, builder, tf_policy_field ((guint) p), tf_copy_policy_get (policy, p));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "excluded");
  json_builder_begin_array (builder);
  for (guint i = 0; i < config->universe->n; i++)
    if (tf_copy_policy_excludes (policy, i))
      {
        json_builder_add_string_value (builder, config->universe->items[i].symbol);
        if (!options->json)
          printf ("instrument:%s\tno\t\tyes\n", config->universe->items[i].symbol);
      }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static int
show_policies (const TfTradersOptions *options,
               guint                   trader,
               gint                    account)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (options->workspace, TF_WORKSPACE_READER, &error);
  g_autoptr (TfSnapshot) snapshot = workspace != NULL ? tf_workspace_load_snapshot (workspace, &error) : NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (snapshot == NULL)
    return tf_cli_fail (error);
  json_builder_begin_object (builder);
  tf_json_string (builder, "trader", snapshot->config->traders[trader].id);
  json_builder_set_member_name (builder, "policies");
  json_builder_begin_array (builder);
  for (guint a = 0; a < snapshot->config->n_accounts; a++)
    if (account < 0 || (guint) account == a)
      add_policy (options, builder, snapshot->config, a, &tf_snapshot_follow (snapshot, trader, a)->policy);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  if (options->json)
    tf_cli_print_json (builder);
  return TF_EXIT_DONE;
}

static TfConfig *
load_config (const TfTradersOptions *options,
             GError                **error)
{
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (options->workspace, TF_WORKSPACE_READER, error);

  return workspace != NULL ? tf_workspace_load_config (workspace, error) : NULL;
}

/**
 * tf_traders_policy:
 *
 * Sets the fields that are given, each by a command of its own, and shows the policies as they are then.
 */
int
tf_traders_policy (const TfTradersOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfConfig) config = load_config (options, &error);
  g_autoptr (GArray) settings = NULL;
  gint trader, account;

  if (config == NULL)
    return tf_cli_fail (error);
  trader = tf_traders_find (config, options->words[0], &error);
  if (trader < 0 || !tf_traders_find_account (config, options->account, &account, &error)
      || (settings = parse_settings (config, options->words + 1, &error)) == NULL)
    return tf_cli_usage (&tf_command_traders, "%s", error->message);
  for (guint k = 0; k < settings->len; k++)
    {
      const TfPolicySetting *setting = &g_array_index (settings, TfPolicySetting, k);
      TfCommand command = {
        .type = TF_COMMAND_SET_POLICY,
        .account = account,
        .voter = (gint64) config->n_bots + trader,
        .param = setting->param,
        .value = setting->value,
      };

      if (!tf_run_command_workspace (options->workspace, &command, NULL, &error))
        return tf_cli_fail (error);
    }
  return show_policies (options, (guint) trader, account);
}

typedef struct
{
  gint    trader, account, instrument, side;
  TfPrice price;
  TfQty   quantity;
} Question;

static gboolean
read_question (const TfTradersOptions *options,
               const TfConfig         *config,
               Question               *question,
               GError                **error)
{
  question->trader = tf_traders_find (config, options->words[0], error);
  if (question->trader < 0 || !tf_traders_find_account (config, options->account, &question->account, error))
    return FALSE;
  question->instrument = tf_universe_find (config->universe, options->instrument);
  if (question->instrument < 0)
    return refuse (error, "--instrument", options->instrument, "one of the workspace");
  question->side = strcmp (options->side, "buy") == 0 ? 1 : strcmp (options->side, "sell") == 0 ? -1 : 0;
  if (question->side == 0)
    return refuse (error, "--side", options->side, "buy or sell");
  if (!tf_qty_parse (options->quantity, -1, &question->quantity, error))
    {
      g_prefix_error (error, "--quantity: ");
      return FALSE;
    }
  if (question->quantity.raw <= 0)
    return refuse (error, "--quantity", options->quantity, "more than 0");
  if (options->price != NULL && !tf_price_parse (options->price, -1, &question->price, error))
    {
      g_prefix_error (error, "--price: ");
      return FALSE;
    }
  return options->price == NULL || question->price.raw > 0 || refuse (error, "--price", options->price, "more than 0");
}

/* The chain of numbers that leads to the size. */
static void
add_steps (JsonBuilder      *builder,
           const TfCopySize *size)
{
  json_builder_set_member_name (builder, "steps");
  json_builder_begin_array (builder);
  for (guint k = 0; k < size->n_steps; k++)
    {
      json_builder_begin_object (builder);
      tf_json_string (builder, "id", size->steps[k].name);
      tf_json_string (builder, "title", _(tf_copy_step_title (size->steps[k].name)));
      tf_json_decimal (builder, "value", size->steps[k].value);
      tf_json_string (builder, "unit", unit_name (size->steps[k].unit));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
print_preview_json (const TfConfig      *config,
                    const Question      *question,
                    const TfCopyPolicy  *policy,
                    const TfCopyPreview *preview)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const TfCopySize *size = &preview->size;

  json_builder_begin_object (builder);
  tf_json_string (builder, "trader", config->traders[question->trader].id);
  tf_json_string (builder, "account", config->accounts[question->account].id);
  tf_json_string (builder, "instrument", config->universe->items[question->instrument].symbol);
  tf_json_string (builder, "side", preview->direction > 0 ? "buy" : "sell");
  tf_json_decimal (builder, "price", question->price.raw);
  tf_json_string (builder, "sizing", tf_policy_field (TF_POLICY_SIZING)->choices[policy->values[TF_POLICY_SIZING]]);
  tf_json_string (builder, "formula", size->formula != NULL ? _(size->formula) : "");
  add_steps (builder, size);
  tf_json_decimal (builder, "exact", size->exact.raw);
  tf_json_decimal (builder, "target", size->target.raw);
  tf_json_decimal (builder, "asked", size->quantity.raw);
  tf_json_string (builder, "bound", tf_copy_refusal_name (size->refusal));
  tf_json_string (builder, "verdict", tf_verdict_name (preview->verdict));
  tf_json_string (builder, "reason", preview->reason != NULL ? preview->reason : "");
  tf_json_ratio (builder, "value", preview->value);
  tf_json_ratio (builder, "limit", preview->limit);
  tf_json_decimal (builder, "quantity", preview->quantity.raw);
  if (preview->assumed > 0)
    tf_json_ratio (builder, "assumed_confidence", preview->assumed);
  json_builder_end_object (builder);
  tf_cli_print_json (builder);
}

static void
print_preview (const TfConfig      *config,
               const Question      *question,
               const TfCopyPreview *preview)
{
  const TfCopySize *size = &preview->size;
  char number[TF_DECIMAL_SIZE], price[TF_DECIMAL_SIZE];

  if (size->formula != NULL)
    puts (_(size->formula));
  for (guint k = 0; k < size->n_steps; k++)
    printf ("  %s\t%s\t%s\n", _(tf_copy_step_title (size->steps[k].name)), tf_decimal_format (size->steps[k].value, number),
            unit_name (size->steps[k].unit));
  printf ("%s: %s %s %s at %s", config->accounts[question->account].id, preview->direction > 0 ? "buy" : "sell",
          tf_decimal_format (preview->quantity.raw, number), config->universe->items[question->instrument].symbol,
          tf_decimal_format (question->price.raw, price));
  printf (", %s%s%s\n", tf_verdict_name (preview->verdict), preview->reason != NULL && *preview->reason != '\0' ? ": " : "",
          preview->reason != NULL ? preview->reason : "");
  if (preview->assumed > 0)
    printf ("for a signal of just enough confidence, %.2f: it has less now, and would be refused\n", preview->assumed);
}

/**
 * tf_traders_preview:
 *
 * What an account would do if the trader opened a position now, by its policy with the fields that are given. Changes
 * nothing.
 */
int
tf_traders_preview (const TfTradersOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfConfig) config = NULL;
  g_autoptr (GArray) settings = NULL;
  Question question = { 0 };
  TfCopyPreview preview;
  TfCopyPolicy policy;

  if (options->account == NULL || options->instrument == NULL || options->side == NULL || options->quantity == NULL)
    return tf_cli_usage (&tf_command_traders, "found no %s, expected --account, --instrument, --side and --quantity",
                         options->account == NULL ? "--account" : options->instrument == NULL ? "--instrument"
                         : options->side == NULL ? "--side" : "--quantity");
  config = load_config (options, &error);
  if (config == NULL)
    return tf_cli_fail (error);
  if (!read_question (options, config, &question, &error)
      || (settings = parse_settings (config, options->words + 1, &error)) == NULL)
    return tf_cli_usage (&tf_command_traders, "%s", error->message);
  if (!tf_run_preview_copy (options->workspace, (const TfPolicySetting *) (gpointer) settings->data, settings->len,
                            (guint) question.trader, (guint) question.account, (guint) question.instrument,
                            (TfQty) { question.side * question.quantity.raw }, &question.price, &policy, &preview, &error))
    return tf_cli_fail (error);
  if (options->json)
    print_preview_json (config, &question, &policy, &preview);
  else
    print_preview (config, &question, &preview);
  return TF_EXIT_DONE;
}
