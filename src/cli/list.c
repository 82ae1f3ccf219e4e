/* tradefollow-cli list X: every list is made as JSON rows; a person gets the same rows as a table. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "cli/command.h"
#include "cli/summary.h"
#include "cli/traders.h"
#include "core/analytics/ranking.h"
#include "core/indicators/indicator.h"
#include "core/risk/alerts.h"
#include "core/risk/state.h"
#include "io/feeds/venue.h"
#include "io/sources/source.h"
#include "io/storage/journal.h"

#define LEVEL 0.9 /* of credible intervals */

typedef struct
{
  JsonBuilder *builder;
  TfWorkspace *workspace; /* NULL: the list needs none */
  TfSnapshot  *snapshot;  /* of it */
} List;

typedef gboolean (*ListFunc) (List    *list,
                              GError **error);

static gboolean
list_accounts (List    *list,
               GError **error)
{
  for (guint a = 0; a < list->snapshot->config->n_accounts; a++)
    {
      const TfAccountConfig *account = &list->snapshot->config->accounts[a];

      json_builder_begin_object (list->builder);
      tf_summary_account (list->builder, list->snapshot, a);
      tf_json_string (list->builder, "title", account->title);
      tf_json_ratio (list->builder, "threshold", account->threshold);
      tf_json_ratio (list->builder, "multiplier", account->multiplier);
      tf_json_ratio (list->builder, "leverage", account->leverage);
      json_builder_set_member_name (list->builder, "long_only");
      json_builder_add_boolean_value (list->builder, account->long_only);
      json_builder_end_object (list->builder);
    }
  return TRUE;
}

static gboolean
list_bots (List    *list,
           GError **error)
{
  const TfConfig *config = list->snapshot->config;

  for (guint b = 0; b < config->n_bots; b++)
    {
      const TfBotConfig *bot = &config->bots[b];
      const TfVoterView *view = &list->snapshot->voters[b];

      json_builder_begin_object (list->builder);
      tf_json_string (list->builder, "id", bot->id);
      tf_json_string (list->builder, "title", bot->title);
      tf_json_string (list->builder, "account", config->accounts[bot->account].id);
      tf_json_string (list->builder, "strategy", bot->strategy->id);
      tf_json_string (list->builder, "state", tf_state_name (view->state));
      tf_json_int (list->builder, "proposals", view->proposals);
      tf_json_int (list->builder, "trades", view->trades);
      tf_json_decimal (list->builder, "pnl", view->pnl.raw);
      json_builder_end_object (list->builder);
    }
  return TRUE;
}

static void
add_copies (List  *list,
            guint  voter)
{
  const TfSnapshot *snapshot = list->snapshot;

  json_builder_set_member_name (list->builder, "copies");
  json_builder_begin_array (list->builder);
  for (guint k = 0; k < snapshot->n_positions; k++)
    if (snapshot->positions[k].voter == voter)
      {
        json_builder_begin_object (list->builder);
        tf_json_string (list->builder, "account", snapshot->config->accounts[snapshot->positions[k].account].id);
        tf_json_string (list->builder, "instrument",
                        snapshot->config->universe->items[snapshot->positions[k].instrument].symbol);
        tf_json_decimal (list->builder, "quantity", snapshot->positions[k].quantity.raw);
        json_builder_end_object (list->builder);
      }
  json_builder_end_array (list->builder);
}

/* A trader's signal says “source=sec-edgar” in its details. A file may name any source: one that is none counts as a file. */
static gboolean
note_source (const TfRecord *record,
             gpointer        data)
{
  const char *found = strstr (record->text, "source=");
  gsize length = found != NULL ? strcspn (found + 7, " ;") : 0;
  GPtrArray *known = g_hash_table_lookup (data, record->origin);

  for (const TfSourceKind *kind = tf_source_kinds (); kind->id != NULL; kind++)
    {
      if (strlen (kind->id) != length || strncmp (kind->id, found + 7, length) != 0)
        continue;
      if (known == NULL)
        {
          known = g_ptr_array_new ();
          g_hash_table_insert (data, g_strdup (record->origin), known);
        }
      if (!g_ptr_array_find (known, kind->id, NULL))
        g_ptr_array_add (known, (gpointer) kind->id);
    }
  return TRUE;
}

/* The kinds of place where one listens to a trader, and the best grade among them. */
static void
find_live_sources (const TfTrader  *trader,
                   const GPtrArray *stored,
                   GPtrArray       *kinds,
                   char            *grade)
{
  for (guint k = 0; k < stored->len; k++)
    {
      const TfStoredSource *source = g_ptr_array_index (stored, k);
      const TfSourceKind *kind = tf_source_find (source->kind);

      if (!source->enabled || kind == NULL || g_ascii_strcasecmp (source->name, trader->name) != 0)
        continue;
      if (*grade == 0 || kind->grade < *grade)
        *grade = kind->grade;
      if (!g_ptr_array_find (kinds, kind->id, NULL))
        g_ptr_array_add (kinds, (gpointer) kind->id);
    }
}

/* Of a file those that its signals name; before the first signal only the kind is known, as of the demo market. */
static void
find_played_sources (List           *list,
                     const TfTrader *trader,
                     GHashTable     *heard,
                     GPtrArray      *kinds)
{
  const GPtrArray *known = g_hash_table_lookup (heard, trader->id);

  for (guint k = 0; known != NULL && k < known->len; k++)
    g_ptr_array_add (kinds, known->pdata[k]);
  if (kinds->len == 0 && trader->grade != 0)
    g_ptr_array_add (kinds, (gpointer) (list->snapshot->config->simulated ? "demo" : "file"));
}

/* “sources” and “grade”; whether there is any. */
static gboolean
add_sources (List            *list,
             const TfTrader  *trader,
             const GPtrArray *stored,
             GHashTable      *heard)
{
  g_autoptr (GPtrArray) kinds = g_ptr_array_new ();
  char grade[2] = { trader->grade, '\0' };

  if (tf_venue_find (list->snapshot->config->market) != NULL)
    find_live_sources (trader, stored, kinds, grade);
  else
    find_played_sources (list, trader, heard, kinds);
  tf_json_string (list->builder, "grade", grade);
  json_builder_set_member_name (list->builder, "sources");
  json_builder_begin_array (list->builder);
  for (guint k = 0; k < kinds->len; k++)
    json_builder_add_string_value (list->builder, kinds->pdata[k]);
  json_builder_end_array (list->builder);
  return kinds->len > 0;
}

/* “mean_r”: {"mean", "low", "high"}, with the ends of its 90 % interval */
static void
add_estimate (JsonBuilder      *builder,
              const char       *name,
              const TfEstimate *estimate)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  tf_json_ratio (builder, "mean", estimate->mean);
  tf_json_ratio (builder, "low", estimate->low);
  tf_json_ratio (builder, "high", estimate->high);
  json_builder_end_object (builder);
}

/* @rank: (nullable): what the record is worth beside those of the others */
static void
add_record (JsonBuilder         *builder,
            const TfTrackRecord *record,
            const TfRank        *rank,
            guint                place)
{
  gboolean early = tf_track_record_is_early (record);
  g_autofree char *text = early ? g_strdup_printf ("too early: %u of %u", record->resolved, TF_TRACK_ENOUGH)
                                : g_strdup_printf ("%u signals", record->resolved);
  TfEstimate mean, hits, decay;

  tf_track_record_mean (record, LEVEL, &mean);
  tf_track_record_hit_rate (record, LEVEL, &hits);
  tf_track_record_decay (record, LEVEL, &decay);
  json_builder_set_member_name (builder, "record");
  json_builder_begin_object (builder);
  tf_json_string (builder, "judged", text);
  json_builder_set_member_name (builder, "early");
  json_builder_add_boolean_value (builder, early);
  tf_json_int (builder, "resolved", record->resolved);
  tf_json_int (builder, "enough", TF_TRACK_ENOUGH);
  add_estimate (builder, "mean_r", &mean);
  add_estimate (builder, "hit_rate", &hits);
  add_estimate (builder, "decay_r", &decay);
  tf_json_ratio (builder, "own_r", record->owned > 0 ? record->own : (double) NAN);
  tf_json_ratio (builder, "follower_r", record->owned > 0 ? record->reached : (double) NAN);
  tf_json_ratio (builder, "drawdown_r", record->drawdown);
  tf_json_ratio (builder, "holding_seconds", record->holding_seconds);
  json_builder_set_member_name (builder, "rank");
  if (rank != NULL && rank->worth > 0)
    json_builder_add_int_value (builder, place);
  else
    json_builder_add_null_value (builder);
  tf_json_ratio (builder, "shrunk_r", rank != NULL && rank->worth > 0 ? rank->shrunk : (double) NAN);
  tf_json_ratio (builder, "skilled", rank != NULL && rank->worth > 0 ? rank->better : (double) NAN);
  json_builder_end_object (builder);
}

/* Of each account that has copied: where the difference to the trader's own result went. */
static void
add_gaps (List  *list,
          guint  trader)
{
  const TfConfig *config = list->snapshot->config;

  json_builder_set_member_name (list->builder, "copy_gaps");
  json_builder_begin_array (list->builder);
  for (guint a = 0; a < config->n_accounts; a++)
    {
      const TfFollowView *follow = tf_snapshot_follow (list->snapshot, trader, a);

      if (!follow->gap_known)
        continue;
      json_builder_begin_object (list->builder);
      tf_json_string (list->builder, "account", config->accounts[a].id);
      tf_json_decimal (list->builder, "leader", follow->gap.leader.raw);
      tf_json_decimal (list->builder, "copy", follow->gap.copy.raw);
      for (guint k = 0; k < TF_N_GAP_PARTS; k++)
        tf_json_decimal (list->builder, tf_gap_part_name ((TfGapPart) k), follow->gap.parts[k].raw);
      json_builder_end_object (list->builder);
    }
  json_builder_end_array (list->builder);
}

static gboolean
list_traders (List    *list,
              GError **error)
{
  const TfConfig *config = list->snapshot->config;
  g_autoptr (GHashTable) sources = NULL;
  g_autoptr (GPtrArray) stored = NULL;
  g_autoptr (GArray) ranking = NULL;
  TfJournalFilter filter = { .kinds = 1u << TF_RECORD_SIGNAL, .search = "source=" };

  stored = tf_workspace_load_sources (list->workspace, error);
  sources = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  if (stored == NULL
      || (tf_venue_find (config->market) == NULL
          && !tf_journal_iterate (list->workspace, &filter, note_source, sources, error)))
    return FALSE;
  ranking = tf_ranking_of_traders (list->snapshot);
  for (guint t = 0; t < tf_config_n_named (config); t++)
    {
      const TfTrader *trader = &config->traders[t];
      const TfVoterView *view = &list->snapshot->voters[config->n_bots + t];
      gboolean followed = FALSE, connected;
      const TfRank *rank = NULL;
      guint place = 0;

      json_builder_begin_object (list->builder);
      tf_json_string (list->builder, "id", trader->id);
      tf_json_string (list->builder, "name", trader->name);
      tf_json_string (list->builder, "known_for", trader->known_for);
      connected = add_sources (list, trader, stored, sources);
      for (guint a = 0; a < config->n_accounts; a++)
        followed = followed || view->followed[a];
      tf_json_string (list->builder, "state", !connected ? "no source connected" : followed ? "followed" : "not-followed");
      tf_json_int (list->builder, "signals", view->signals);
      json_builder_set_member_name (list->builder, "positions");
      json_builder_begin_array (list->builder);
      for (guint k = 0; k < list->snapshot->n_holdings; k++)
        if (list->snapshot->holdings[k].trader == t)
          {
            json_builder_begin_object (list->builder);
            tf_json_string (list->builder, "instrument",
                            config->universe->items[list->snapshot->holdings[k].instrument].symbol);
            tf_json_decimal (list->builder, "quantity", list->snapshot->holdings[k].quantity.raw);
            json_builder_end_object (list->builder);
          }
      json_builder_end_array (list->builder);
      add_copies (list, config->n_bots + t);
      while (place < ranking->len && g_array_index (ranking, TfRank, place).index != config->n_bots + t)
        place++;
      rank = place < ranking->len ? &g_array_index (ranking, TfRank, place) : NULL;
      add_record (list->builder, &view->record, rank, place + 1);
      add_gaps (list, t);
      json_builder_end_object (list->builder);
    }
  return TRUE;
}

static gboolean
list_positions (List    *list,
                GError **error)
{
  const TfConfig *config = list->snapshot->config;

  for (guint k = 0; k < list->snapshot->n_positions; k++)
    {
      const TfPositionView *view = &list->snapshot->positions[k];
      g_autofree char *id = g_strdup_printf ("%s/%s/%s", config->accounts[view->account].id,
                                             tf_config_voter_id (config, view->voter),
                                             config->universe->items[view->instrument].symbol);

      json_builder_begin_object (list->builder);
      tf_json_string (list->builder, "id", id);
      tf_json_string (list->builder, "account", config->accounts[view->account].id);
      tf_json_string (list->builder, "origin", tf_config_voter_id (config, view->voter));
      tf_json_string (list->builder, "instrument", config->universe->items[view->instrument].symbol);
      tf_json_decimal (list->builder, "quantity", view->quantity.raw);
      tf_json_decimal (list->builder, "cost", view->cost.raw);
      tf_json_decimal (list->builder, "value", view->value.raw);
      tf_json_decimal (list->builder, "stop", view->stop.raw);
      tf_json_decimal (list->builder, "target", view->target.raw);
      json_builder_end_object (list->builder);
    }
  return TRUE;
}

static const char *
side_name (gint side)
{
  return side > 0 ? "buy" : side < 0 ? "sell" : "close";
}

/* One journal entry as a row of the list of its kind. */
static gboolean
add_entry (const TfRecord *record,
           gpointer        data)
{
  List *list = data;
  JsonBuilder *builder = list->builder;

  json_builder_begin_object (builder);
  tf_json_int (builder, "id", record->kind == TF_RECORD_SIGNAL || record->kind == TF_RECORD_ORDER ? record->ref : record->seq);
  tf_json_time (builder, "time", record->time);
  switch (record->kind)
    {
    case TF_RECORD_SIGNAL:
      tf_json_string (builder, "origin", record->origin);
      tf_json_string (builder, "instrument", record->instrument);
      tf_json_string (builder, "side", side_name (record->code));
      tf_json_decimal (builder, "price", record->price);
      tf_json_decimal (builder, "confidence", record->value);
      tf_json_decimal (builder, "expected_r", record->limit);
      tf_json_string (builder, "detail", record->text);
      break;
    case TF_RECORD_ORDER:
      tf_json_string (builder, "account", record->account);
      tf_json_string (builder, "origin", record->origin);
      tf_json_string (builder, "instrument", record->instrument);
      tf_json_string (builder, "side", side_name (record->code));
      tf_json_string (builder, "type", record->text);
      tf_json_string (builder, "reason", record->reason);
      tf_json_decimal (builder, "price", record->price);
      tf_json_decimal (builder, "quantity", ABS (record->quantity));
      break;
    case TF_RECORD_FILL:
      tf_json_int (builder, "order", record->ref);
      tf_json_string (builder, "account", record->account);
      tf_json_string (builder, "origin", record->origin);
      tf_json_string (builder, "instrument", record->instrument);
      tf_json_string (builder, "side", side_name (record->code));
      tf_json_decimal (builder, "price", record->price);
      tf_json_decimal (builder, "quantity", ABS (record->quantity));
      tf_json_decimal (builder, "fee", record->fee);
      tf_json_decimal (builder, "realized_pnl", record->amount);
      tf_json_string (builder, "reason", record->reason);
      break;
    default:
      tf_json_string (builder, "account", record->account);
      tf_json_string (builder, "kind", record->reason);
      tf_json_string (builder, "severity", tf_severity_name ((TfSeverity) record->code));
      tf_json_decimal (builder, "value", record->value);
      tf_json_decimal (builder, "limit", record->limit);
    }
  json_builder_end_object (builder);
  return TRUE;
}

static gboolean
list_kind (List          *list,
           TfRecordKind   kind,
           GError       **error)
{
  TfJournalFilter filter = { .kinds = 1u << kind };

  return tf_journal_iterate (list->workspace, &filter, add_entry, list, error);
}

static gboolean
list_signals (List    *list,
              GError **error)
{
  return list_kind (list, TF_RECORD_SIGNAL, error);
}

static gboolean
list_orders (List    *list,
             GError **error)
{
  return list_kind (list, TF_RECORD_ORDER, error);
}

static gboolean
list_fills (List    *list,
            GError **error)
{
  return list_kind (list, TF_RECORD_FILL, error);
}

static gboolean
list_alerts (List    *list,
             GError **error)
{
  return list_kind (list, TF_RECORD_ALERT, error);
}

static gboolean
note_confidence (const TfRecord *record,
                 gpointer        data)
{
  gint64 *confidence = g_new (gint64, 1);

  *confidence = record->value;
  g_hash_table_insert (data, g_memdup2 (&record->ref, sizeof record->ref), confidence);
  return TRUE;
}

typedef struct
{
  List       *list;
  GHashTable *confidences; /* by signal */
} Verdicts;

/* Every verdict with the confidence of its signal and the account's threshold, whatever the reason compared. */
static gboolean
add_verdict (const TfRecord *record,
             gpointer        data)
{
  Verdicts *self = data;
  JsonBuilder *builder = self->list->builder;
  const TfConfig *config = self->list->snapshot->config;
  const gint64 *confidence = g_hash_table_lookup (self->confidences, &record->ref);
  gint account = tf_config_find_account (config, record->account);

  json_builder_begin_object (builder);
  tf_json_int (builder, "id", record->seq);
  tf_json_time (builder, "time", record->time);
  tf_json_int (builder, "signal", record->ref);
  tf_json_string (builder, "account", record->account);
  tf_json_string (builder, "origin", record->origin);
  tf_json_string (builder, "instrument", record->instrument);
  tf_json_string (builder, "verdict", tf_verdict_name ((TfVerdict) record->code));
  tf_json_string (builder, "reason", record->reason);
  tf_json_decimal (builder, "confidence", confidence != NULL ? *confidence : G_MININT64);
  tf_json_ratio (builder, "threshold", account >= 0 ? config->accounts[account].threshold : (double) NAN);
  tf_json_decimal (builder, "value", record->value);
  tf_json_decimal (builder, "limit", record->limit);
  tf_json_decimal (builder, "size", record->quantity);
  json_builder_end_object (builder);
  return TRUE;
}

static gboolean
list_verdicts (List    *list,
               GError **error)
{
  g_autoptr (GHashTable) confidences = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  TfJournalFilter signals = { .kinds = 1u << TF_RECORD_SIGNAL }, verdicts = { .kinds = 1u << TF_RECORD_VERDICT };
  Verdicts data = { list, confidences };

  return tf_journal_iterate (list->workspace, &signals, note_confidence, confidences, error)
         && tf_journal_iterate (list->workspace, &verdicts, add_verdict, &data, error);
}

static void
add_params (JsonBuilder   *builder,
            const TfParam *params)
{
  json_builder_set_member_name (builder, "parameters");
  json_builder_begin_array (builder);
  for (; params->name != NULL; params++)
    {
      json_builder_begin_object (builder);
      tf_json_string (builder, "name", params->name);
      tf_json_ratio (builder, "min", params->min);
      tf_json_ratio (builder, "max", params->max);
      tf_json_ratio (builder, "default", params->value);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static gboolean
list_strategies (List    *list,
                 GError **error)
{
  for (const TfStrategy *const *s = tf_strategies (); *s != NULL; s++)
    {
      json_builder_begin_object (list->builder);
      tf_json_string (list->builder, "id", (*s)->id);
      tf_json_string (list->builder, "title", _((*s)->title));
      tf_json_string (list->builder, "summary", _((*s)->summary));
      add_params (list->builder, (*s)->params);
      json_builder_end_object (list->builder);
    }
  return TRUE;
}

static gboolean
list_indicators (List    *list,
                 GError **error)
{
  for (const TfIndicator *const *i = tf_indicators (); *i != NULL; i++)
    {
      json_builder_begin_object (list->builder);
      tf_json_string (list->builder, "id", (*i)->id);
      tf_json_string (list->builder, "title", _((*i)->title));
      add_params (list->builder, (*i)->params);
      json_builder_end_object (list->builder);
    }
  return TRUE;
}

static void
add_venue (List       *list,
           const char *id,
           const char *title,
           const char *endpoint)
{
  json_builder_begin_object (list->builder);
  tf_json_string (list->builder, "id", id);
  tf_json_string (list->builder, "title", title);
  tf_json_string (list->builder, "endpoint", endpoint);
  json_builder_end_object (list->builder);
}

static gboolean
list_venues (List    *list,
             GError **error)
{
  add_venue (list, "demo", _("Demo market: simulated"), "");
  add_venue (list, "replay", _("Candle and signal files"), "");
  for (const TfVenue *const *venue = tf_venues (); *venue != NULL; venue++)
    add_venue (list, (*venue)->id, (*venue)->title, (*venue)->url);
  return TRUE;
}

/* Of a workspace those that it has; without one the kinds that there are. */
static gboolean
list_sources (List    *list,
              GError **error)
{
  g_autoptr (GPtrArray) stored = list->workspace != NULL ? tf_workspace_load_sources (list->workspace, error) : NULL;

  for (guint k = 0; stored != NULL && k < stored->len; k++)
    tf_traders_add_source (list->builder, g_ptr_array_index (stored, k));
  if (list->workspace != NULL)
    return stored != NULL;
  for (const TfSourceKind *kind = tf_source_kinds (); kind->id != NULL; kind++)
    {
      char grade[2] = { kind->grade, '\0' };

      json_builder_begin_object (list->builder);
      tf_json_string (list->builder, "id", kind->id);
      tf_json_string (list->builder, "title", _(kind->title));
      tf_json_string (list->builder, "endpoint", kind->endpoint != NULL ? kind->endpoint : "");
      tf_json_string (list->builder, "grade", grade);
      json_builder_end_object (list->builder);
    }
  return TRUE;
}

static const struct
{
  const char *name;
  ListFunc    fill;
  gboolean    workspace, snapshot; /* what it needs */
} lists[] = {
  { "accounts", list_accounts, TRUE, TRUE },
  { "bots", list_bots, TRUE, TRUE },
  { "traders", list_traders, TRUE, TRUE },
  { "signals", list_signals, TRUE, FALSE },
  { "verdicts", list_verdicts, TRUE, TRUE },
  { "orders", list_orders, TRUE, FALSE },
  { "fills", list_fills, TRUE, FALSE },
  { "positions", list_positions, TRUE, TRUE },
  { "alerts", list_alerts, TRUE, FALSE },
  { "strategies", list_strategies, FALSE, FALSE },
  { "indicators", list_indicators, FALSE, FALSE },
  { "venues", list_venues, FALSE, FALSE },
  { "sources", list_sources, FALSE, FALSE },
};

static char *
cell (JsonNode *node)
{
  if (json_node_is_null (node))
    return g_strdup ("–");
  if (JSON_NODE_HOLDS_ARRAY (node))
    return g_strdup_printf ("%u", json_array_get_length (json_node_get_array (node)));
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return json_to_string (node, FALSE);
}

static void
print_table (JsonArray *rows)
{
  g_autoptr (GList) names = NULL;

  if (json_array_get_length (rows) == 0)
    return;
  names = json_object_get_members (json_array_get_object_element (rows, 0));
  for (GList *l = names; l != NULL; l = l->next)
    printf ("%s%s", (char *) l->data, l->next != NULL ? "\t" : "\n");
  for (guint k = 0; k < json_array_get_length (rows); k++)
    for (GList *l = names; l != NULL; l = l->next)
      {
        JsonObject *row = json_array_get_object_element (rows, k);
        g_autofree char *text = json_object_has_member (row, l->data) ? cell (json_object_get_member (row, l->data))
                                                                       : g_strdup ("–");

        printf ("%s%s", text, l->next != NULL ? "\t" : "\n");
      }
}

static int
run_list (int    argc,
          char **argv)
{
  g_autofree char *path = NULL;
  gboolean json = FALSE;
  const GOptionEntry options[] = {
    { "workspace", 0, 0, G_OPTION_ARG_FILENAME, &path, "Of which system", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "One JSON object", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  int status = tf_cli_parse (&tf_command_list, options, &argc, &argv, TRUE);

  if (status != TF_EXIT_DONE)
    return status;
  for (guint k = 0; argc == 2 && k < G_N_ELEMENTS (lists); k++)
    if (strcmp (argv[1], lists[k].name) == 0)
      {
        g_autoptr (JsonBuilder) builder = json_builder_new ();
        g_autoptr (TfWorkspace) workspace = NULL;
        g_autoptr (TfSnapshot) snapshot = NULL;
        List list = { .builder = builder };

        if (lists[k].workspace && path == NULL)
          return tf_cli_usage (&tf_command_list, "found no --workspace, expected one for %s", argv[1]);
        if (lists[k].workspace || (path != NULL && lists[k].fill == list_sources))
          {
            list.workspace = workspace = tf_workspace_open (path, TF_WORKSPACE_READER, &error);
            if (workspace == NULL)
              return tf_cli_fail (error);
          }
        if (lists[k].snapshot)
          {
            list.snapshot = snapshot = tf_workspace_load_snapshot (workspace, &error);
            if (snapshot == NULL)
              return tf_cli_fail (error);
          }
        json_builder_begin_object (builder);
        json_builder_set_member_name (builder, lists[k].name);
        json_builder_begin_array (builder);
        if (!lists[k].fill (&list, &error))
          return tf_cli_fail (error);
        json_builder_end_array (builder);
        json_builder_end_object (builder);
        if (json)
          tf_cli_print_json (builder);
        else
          {
            g_autoptr (JsonNode) root = json_builder_get_root (builder);

            print_table (json_object_get_array_member (json_node_get_object (root), lists[k].name));
          }
        return TF_EXIT_DONE;
      }
  return tf_cli_usage (&tf_command_list, "found %s, expected the name of a list", argc > 1 ? argv[1] : "no word");
}

const TfCommandLine tf_command_list = {
  "list", "accounts|bots|traders|signals|verdicts|orders|fills|positions|alerts|strategies|indicators|venues|sources --workspace FILE [--json]",
  "Shows what a workspace holds and what the program knows", run_list,
};
