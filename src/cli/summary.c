#include "cli/summary.h"

#include <math.h>
#include <stdio.h>

#include "core/risk/state.h"

void
tf_summary_account (JsonBuilder      *builder,
                    const TfSnapshot *snapshot,
                    guint             a)
{
  const TfAccountView *view = &snapshot->accounts[a];
  guint trades = view->performance.trades;

  tf_json_string (builder, "id", snapshot->config->accounts[a].id);
  tf_json_decimal (builder, "equity", view->equity.raw);
  tf_json_decimal (builder, "cash", view->cash.raw);
  tf_json_decimal (builder, "realized_pnl", view->realized.raw);
  tf_json_decimal (builder, "unrealized_pnl", view->unrealized.raw);
  tf_json_decimal (builder, "fees", view->fees.raw);
  tf_json_ratio (builder, "max_drawdown", view->max_drawdown);
  tf_json_int (builder, "trades", trades);
  tf_json_ratio (builder, "win_rate", trades > 0 ? (double) view->performance.wins / trades : (double) NAN);
  tf_json_string (builder, "state", tf_state_name (view->state));
}

void
tf_summary_print_json (const TfSnapshot   *snapshot,
                       const TfRunFigures *figures)
{
  const TfConfig *config = snapshot->config;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  char head[2 * TF_HASH_SIZE + 1];

  json_builder_begin_object (builder);
  tf_json_string (builder, "market", config->market);
  json_builder_set_member_name (builder, "simulated");
  json_builder_add_boolean_value (builder, config->simulated);
  tf_json_int (builder, "events", snapshot->events);
  tf_json_int (builder, "bars", snapshot->bars);
  tf_json_int (builder, "signals", snapshot->signals);
  json_builder_set_member_name (builder, "verdicts");
  json_builder_begin_object (builder);
  for (guint v = 1; v < TF_N_VERDICTS; v++)
    tf_json_int (builder, tf_verdict_name ((TfVerdict) v), snapshot->verdicts[v]);
  json_builder_end_object (builder);
  tf_json_int (builder, "orders", snapshot->orders);
  tf_json_int (builder, "fills", snapshot->fills);

  json_builder_set_member_name (builder, "accounts");
  json_builder_begin_array (builder);
  for (guint a = 0; a < config->n_accounts; a++)
    {
      json_builder_begin_object (builder);
      tf_summary_account (builder, snapshot, a);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "bots");
  json_builder_begin_array (builder);
  for (guint b = 0; b < config->n_bots; b++)
    {
      json_builder_begin_object (builder);
      tf_json_string (builder, "id", config->bots[b].id);
      tf_json_string (builder, "account", config->accounts[config->bots[b].account].id);
      tf_json_string (builder, "strategy", config->bots[b].strategy->id);
      tf_json_int (builder, "trades", snapshot->voters[b].trades);
      tf_json_decimal (builder, "pnl", snapshot->voters[b].pnl.raw);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "traders");
  json_builder_begin_array (builder);
  for (guint t = 0; t < tf_config_n_named (config); t++)
    {
      const TfVoterView *view = &snapshot->voters[config->n_bots + t];

      json_builder_begin_object (builder);
      tf_json_string (builder, "id", config->traders[t].id);
      tf_json_string (builder, "name", config->traders[t].name);
      tf_json_int (builder, "signals", view->signals);
      tf_json_int (builder, "trades", view->trades);
      tf_json_decimal (builder, "pnl", view->pnl.raw);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);

  tf_hash_to_hex (snapshot->head, head);
  json_builder_set_member_name (builder, "journal");
  json_builder_begin_object (builder);
  tf_json_int (builder, "entries", snapshot->seq);
  tf_json_string (builder, "head", head);
  json_builder_end_object (builder);
  tf_json_ratio (builder, "elapsed_s", figures->elapsed);
  tf_json_ratio (builder, "events_per_s", figures->events_per_second);
  json_builder_end_object (builder);
  tf_cli_print_json (builder);
}

void
tf_summary_print (const TfSnapshot   *snapshot,
                  const TfRunFigures *figures,
                  const char         *workspace)
{
  const TfConfig *config = snapshot->config;
  char head[2 * TF_HASH_SIZE + 1], time[TF_TIME_SIZE];

  printf ("%s market%s, now at %s\n", config->market, config->simulated ? " (simulated)" : "",
          tf_time_format (snapshot->time, time));
  printf ("%" G_GINT64_FORMAT " events, %" G_GINT64_FORMAT " bars, %" G_GINT64_FORMAT " signals, %" G_GINT64_FORMAT
          " orders, %" G_GINT64_FORMAT " fills in %.1f s (%.0f events/s)\n",
          snapshot->events, snapshot->bars, snapshot->signals, snapshot->orders, snapshot->fills, figures->elapsed,
          figures->events_per_second);
  for (guint v = 1; v < TF_N_VERDICTS; v++)
    if (snapshot->verdicts[v] > 0)
      printf ("%s%s %" G_GINT64_FORMAT, v > 1 ? "  " : "", tf_verdict_name ((TfVerdict) v), snapshot->verdicts[v]);
  printf ("\n\n%-10s %14s %14s %12s %10s %8s %7s  %s\n", "account", "equity", "realized", "fees", "max DD", "trades", "wins",
          "state");
  for (guint a = 0; a < config->n_accounts; a++)
    {
      const TfAccountView *view = &snapshot->accounts[a];

      printf ("%-10s %14.2f %+14.2f %12.2f %9.2f%% %8u %7u  %s\n", config->accounts[a].id, tf_money_double (view->equity),
              tf_money_double (view->realized), tf_money_double (view->fees), 100 * view->max_drawdown,
              view->performance.trades, view->performance.wins, tf_state_name (view->state));
    }
  tf_hash_to_hex (snapshot->head, head);
  printf ("\njournal: %" G_GINT64_FORMAT " entries, head %s\n", snapshot->seq, head);
  printf ("workspace: %s\n", workspace != NULL ? workspace : "none, nothing is kept");
}
