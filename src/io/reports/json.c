#include "io/reports/report-private.h"

#include <math.h>
#include <string.h>

#include "core/risk/state.h"

/* Written member by member instead of from a tree: a journal can be larger than memory. Decimals are strings, times ISO 8601
 * UTC, what is not a number null. */

typedef struct
{
  FILE    *file;
  gboolean first; /* in the current object or list */
} Json;

static void
put_string (FILE       *file,
            const char *text)
{
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);

  putc ('"', file);
  for (const char *p = valid != NULL ? valid : text; *p != '\0'; p++)
    if (*p == '"' || *p == '\\')
      fprintf (file, "\\%c", *p);
    else if ((guchar) *p < 0x20)
      fprintf (file, "\\u%04x", (guint) *p);
    else
      putc (*p, file);
  putc ('"', file);
}

static void
separate (Json *self)
{
  if (!self->first)
    putc (',', self->file);
  self->first = FALSE;
}

static void
add_name (Json       *self,
          const char *name)
{
  separate (self);
  put_string (self->file, name);
  putc (':', self->file);
}

/* @name: (nullable): in a list */
static void
open_part (Json       *self,
           const char *name,
           char        bracket)
{
  if (name != NULL)
    add_name (self, name);
  else
    separate (self);
  putc (bracket, self->file);
  self->first = TRUE;
}

static void
close_part (Json *self,
            char  bracket)
{
  putc (bracket, self->file);
  self->first = FALSE;
}

static void
add_string (Json       *self,
            const char *name,
            const char *text)
{
  add_name (self, name);
  if (text != NULL)
    put_string (self->file, text);
  else
    fputs ("null", self->file);
}

static void
add_integer (Json       *self,
             const char *name,
             gint64      value)
{
  add_name (self, name);
  fprintf (self->file, "%" G_GINT64_FORMAT, value);
}

static void
add_boolean (Json       *self,
             const char *name,
             gboolean    value)
{
  add_name (self, name);
  fputs (value ? "true" : "false", self->file);
}

static void
add_decimal (Json       *self,
             const char *name,
             gint64      raw)
{
  char text[TF_DECIMAL_SIZE];

  add_string (self, name, raw != G_MININT64 ? tf_decimal_format (raw, text) : NULL);
}

static void
add_ratio (Json       *self,
           const char *name,
           double      value)
{
  add_decimal (self, name, tf_ratio_raw (value));
}

static void
add_time (Json       *self,
          const char *name,
          TfTime      time)
{
  char text[TF_TIME_SIZE];

  add_string (self, name, time != 0 ? tf_time_format (time, text) : NULL);
}

static void
add_header (Json                 *self,
            const TfReport       *report,
            const TfReportTotals *totals)
{
  const TfConfig *config = report->snapshot->config;
  char hash[2 * TF_HASH_SIZE + 1];

  add_string (self, "workspace", report->workspace);
  add_string (self, "market", config->market);
  add_boolean (self, "simulated", config->simulated);
  add_string (self, "notice", config->simulated ? "Simulated data" : NULL);
  add_string (self, "origin", report->origin);
  add_time (self, "generated_at", report->generated);
  add_string (self, "account", report->account);
  open_part (self, "period", '{');
  add_time (self, "from", report->from);
  add_time (self, "to", report->to);
  add_time (self, "first", totals->first_time);
  add_time (self, "last", totals->last_time);
  close_part (self, '}');
  tf_hash_to_hex (report->head, hash);
  open_part (self, "journal", '{');
  add_integer (self, "entries", report->entries);
  add_string (self, "head", hash);
  close_part (self, '}');
}

static void
add_totals (Json                 *self,
            const TfReport       *report,
            const TfReportTotals *totals)
{
  const TfConfig *config = report->snapshot->config;

  open_part (self, "totals", '{');
  add_integer (self, "entries", totals->entries);
  add_integer (self, "first", totals->first);
  add_integer (self, "last", totals->last);
  add_integer (self, "fills", totals->fills);
  add_decimal (self, "realized_pnl", totals->realized.raw);
  add_decimal (self, "fees", totals->fees.raw);
  open_part (self, "kinds", '{');
  for (guint kind = 0; kind < TF_N_RECORDS; kind++)
    add_integer (self, tf_record_kind_name (kind), totals->kinds[kind]);
  close_part (self, '}');
  open_part (self, "verdicts", '{');
  for (guint verdict = 1; verdict < TF_N_VERDICTS; verdict++)
    add_integer (self, tf_verdict_name (verdict), totals->verdicts[verdict]);
  close_part (self, '}');
  open_part (self, "accounts", '[');
  for (guint a = 0; a < config->n_accounts; a++)
    {
      if (!tf_report_has_account (report, a))
        continue;
      open_part (self, NULL, '{');
      add_string (self, "id", config->accounts[a].id);
      add_integer (self, "fills", totals->accounts[a].fills);
      add_decimal (self, "realized_pnl", totals->accounts[a].realized.raw);
      add_decimal (self, "fees", totals->accounts[a].fees.raw);
      close_part (self, '}');
    }
  close_part (self, ']');
  close_part (self, '}');
}

static void
add_account (Json           *self,
             const TfReport *report,
             guint           a)
{
  const TfSnapshot *snapshot = report->snapshot;
  const TfConfig *config = snapshot->config;
  const TfAccountView *view = &snapshot->accounts[a];
  guint trades = view->performance.trades;

  open_part (self, NULL, '{');
  add_string (self, "id", config->accounts[a].id);
  add_string (self, "title", config->accounts[a].title);
  add_decimal (self, "capital", config->accounts[a].capital.raw);
  add_decimal (self, "equity", view->equity.raw);
  add_decimal (self, "cash", view->cash.raw);
  add_decimal (self, "realized_pnl", view->realized.raw);
  add_decimal (self, "unrealized_pnl", view->unrealized.raw);
  add_decimal (self, "fees", view->fees.raw);
  add_ratio (self, "max_drawdown", view->max_drawdown);
  add_integer (self, "trades", trades);
  add_integer (self, "wins", view->performance.wins);
  add_ratio (self, "win_rate", trades > 0 ? (double) view->performance.wins / trades : (double) NAN);
  add_string (self, "state", tf_state_name (view->state));
  open_part (self, "holdings", '[');
  for (guint i = 0; i < snapshot->n_positions; i++)
    {
      const TfPositionView *position = &snapshot->positions[i];

      if (position->account != a)
        continue;
      open_part (self, NULL, '{');
      add_string (self, "instrument", config->universe->items[position->instrument].symbol);
      add_string (self, "origin", tf_config_voter_id (config, position->voter));
      add_decimal (self, "quantity", position->quantity.raw);
      add_decimal (self, "cost", position->cost.raw);
      add_decimal (self, "value", position->value.raw);
      add_decimal (self, "stop", position->stop.raw != 0 ? position->stop.raw : G_MININT64);
      add_decimal (self, "target", position->target.raw != 0 ? position->target.raw : G_MININT64);
      add_time (self, "opened_at", position->opened);
      close_part (self, '}');
    }
  close_part (self, ']');
  open_part (self, "equity_curve", '[');
  for (guint p = 0; p < view->curve.n; p++)
    {
      char time[TF_TIME_SIZE], equity[TF_DECIMAL_SIZE];

      separate (self);
      fprintf (self->file, "[\"%s\",\"%s\"]", tf_time_format (view->curve.time[p], time),
               tf_decimal_format (view->curve.equity[p].raw, equity));
    }
  close_part (self, ']');
  close_part (self, '}');
}

static void
add_gap (Json        *self,
         const TfGap *gap)
{
  open_part (self, "gap", '{');
  for (guint k = 0; k < TF_N_GAP_PARTS; k++)
    add_decimal (self, tf_gap_part_name ((TfGapPart) k), gap->parts[k].raw);
  close_part (self, '}');
}

/* A figure and its 90 % credible interval; null below the smallest sample. */
static void
add_estimate (Json             *self,
              const char       *name,
              const TfEstimate *estimate)
{
  add_name (self, name);
  if (estimate == NULL)
    {
      fputs ("null", self->file);
      return;
    }
  putc ('{', self->file);
  self->first = TRUE;
  add_ratio (self, "mean", estimate->mean);
  add_ratio (self, "low", estimate->low);
  add_ratio (self, "high", estimate->high);
  close_part (self, '}');
}

/* Also one that nobody follows any more. */
static void
add_trader (Json           *self,
            const TfReport *report,
            guint           t)
{
  const TfSnapshot *snapshot = report->snapshot;
  const TfConfig *config = snapshot->config;
  const TfVoterView *view = &snapshot->voters[config->n_bots + t];
  gboolean early = tf_track_record_is_early (&view->record);
  TfEstimate mean, rate, decay;

  tf_track_record_mean (&view->record, 0.9, &mean);
  tf_track_record_hit_rate (&view->record, 0.9, &rate);
  tf_track_record_decay (&view->record, 0.9, &decay);
  open_part (self, NULL, '{');
  add_string (self, "id", config->traders[t].id);
  add_string (self, "name", config->traders[t].name);
  add_integer (self, "signals", view->signals);
  add_integer (self, "resolved", view->record.resolved);
  add_integer (self, "enough", TF_TRACK_ENOUGH);
  add_boolean (self, "too_early", early);
  add_estimate (self, "mean_outcome", early ? NULL : &mean);
  add_estimate (self, "hit_rate", early ? NULL : &rate);
  add_estimate (self, "recent_less_lifetime", early ? NULL : &decay);
  add_ratio (self, "own_outcome", !early && view->record.owned > 0 ? view->record.own : (double) NAN);
  add_ratio (self, "follower_outcome", !early && view->record.owned > 0 ? view->record.reached : (double) NAN);
  add_ratio (self, "holding_seconds", view->record.resolved > 0 ? view->record.holding_seconds : (double) NAN);
  add_ratio (self, "max_drawdown_r", view->record.resolved > 0 ? view->record.drawdown : (double) NAN);
  add_ratio (self, "effect", view->effect);
  add_ratio (self, "effect_sd", view->effect_sd);
  add_decimal (self, "pnl", view->pnl.raw);
  open_part (self, "copies", '[');
  for (guint a = 0; a < config->n_accounts && snapshot->follows != NULL; a++)
    {
      const TfFollowView *follow = tf_snapshot_follow (snapshot, t, a);

      if (!follow->gap_known || !tf_report_has_account (report, a))
        continue;
      open_part (self, NULL, '{');
      add_string (self, "account", config->accounts[a].id);
      add_decimal (self, "leader", follow->gap.leader.raw);
      add_decimal (self, "copy", follow->gap.copy.raw);
      add_gap (self, &follow->gap);
      close_part (self, '}');
    }
  close_part (self, ']');
  close_part (self, '}');
}

static gboolean
add_record (const TfRecord *record,
            gpointer        data)
{
  Json *self = data;
  char hash[2 * TF_HASH_SIZE + 1];

  if (!self->first)
    putc (',', self->file);
  fputs ("\n{", self->file);
  self->first = TRUE;
  add_integer (self, "seq", record->seq);
  add_time (self, "time", record->time);
  add_integer (self, "cause", record->cause);
  add_string (self, "kind", tf_record_kind_name (record->kind));
  add_integer (self, "code", record->code);
  if (record->kind == TF_RECORD_VERDICT && record->code > 0 && record->code < TF_N_VERDICTS)
    add_string (self, "verdict", tf_verdict_name ((TfVerdict) record->code));
  add_string (self, "account", record->account);
  add_string (self, "origin", record->origin);
  add_string (self, "instrument", record->instrument);
  add_string (self, "reason", record->reason);
  add_integer (self, "ref", record->ref);
  add_decimal (self, "price", record->price);
  add_decimal (self, "quantity", record->quantity);
  add_decimal (self, "amount", record->amount);
  add_decimal (self, "fee", record->fee);
  add_decimal (self, "value", record->value);
  add_decimal (self, "limit", record->limit);
  add_string (self, "text", record->text);
  tf_hash_to_hex (record->hash, hash);
  add_string (self, "hash", hash);
  close_part (self, '}');
  return !ferror (self->file);
}

gboolean
tf_report_write_json (const TfReport       *report,
                      const TfReportTotals *totals,
                      FILE                 *file,
                      GError              **error)
{
  Json json = { .file = file, .first = TRUE };
  gboolean good;

  putc ('{', file);
  add_header (&json, report, totals);
  add_totals (&json, report, totals);
  open_part (&json, "accounts", '[');
  for (guint a = 0; a < report->snapshot->config->n_accounts; a++)
    if (tf_report_has_account (report, a))
      add_account (&json, report, a);
  close_part (&json, ']');
  open_part (&json, "traders", '[');
  for (guint t = 0; t < report->snapshot->config->n_traders; t++)
    if (!tf_config_is_spare (report->snapshot->config, t))
      add_trader (&json, report, t);
  close_part (&json, ']');
  open_part (&json, "entries", '[');
  good = report->records (report->records_data, add_record, &json, error);
  close_part (&json, ']');
  fputs ("}\n", file);
  return good;
}
