#include "model/desk-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/words.h"

/* The rows that a snapshot makes: accounts, bots, traders, positions, alerts, and the totals. */

static gconstpointer
values_of (gpointer item)
{
  return G_STRUCT_MEMBER_P (item, TF_ITEM_GET_CLASS (item)->values);
}

/* Makes @store show @rows, which like the store ascend by @compare: rows that stay are updated in place. */
static void
sync_rows (GListStore    *store,
           gconstpointer  rows,
           gsize          size,
           guint          n,
           GCompareFunc   compare)
{
  GType type = g_list_model_get_item_type (G_LIST_MODEL (store));
  guint at = 0;

  for (guint i = 0; i < n; at++)
    {
      gconstpointer row = (const char *) rows + i * size;
      g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (store), at);
      int order = item != NULL ? compare (values_of (item), row) : 1;

      if (order < 0)
        {
          g_list_store_remove (store, at--);
          continue;
        }
      if (order > 0)
        {
          g_autoptr (TfItem) added = g_object_new (type, NULL);

          tf_item_update (added, row);
          g_list_store_insert (store, at, added);
        }
      else
        tf_item_update (TF_ITEM (item), row);
      i++;
    }
  if (g_list_model_get_n_items (G_LIST_MODEL (store)) > at)
    g_list_store_splice (store, at, g_list_model_get_n_items (G_LIST_MODEL (store)) - at, NULL, 0);
}

static int
by_index (gconstpointer a,
          gconstpointer b)
{
  return *(const gint *) a - *(const gint *) b; /* the first member of account and voter values */
}

static int
by_place (gconstpointer a,
          gconstpointer b)
{
  const TfPositionValues *x = a, *y = b;

  return x->instrument != y->instrument ? x->instrument - y->instrument
         : x->account != y->account ? x->account - y->account : x->voter - y->voter;
}

static int
by_kind (gconstpointer a,
         gconstpointer b)
{
  const TfAlertValues *x = a, *y = b;

  return x->account != y->account ? x->account - y->account : x->kind - y->kind;
}

static gint
fill_spark (const TfCurve *curve,
            TfMoney        capital,
            TfMoney        now,
            double         spark[TF_SPARK_POINTS],
            double         add)
{
  guint n = MIN (curve->n, TF_SPARK_POINTS - 1);

  if (n == 0)
    return 0;
  for (guint i = 0; i < n; i++)
    {
      guint at = n > 1 ? (guint) ((guint64) i * (curve->n - 1) / (n - 1)) : 0;

      /* From what was there before the first trade to what is there now: its slope has the sign of the gain. */
      spark[i] = spark[i] * add + tf_money_double (i > 0 ? curve->equity[at] : capital);
    }
  spark[n] = spark[n] * add + tf_money_double (now);
  return (gint) n + 1;
}

static void
sync_accounts (TfDesk *self)
{
  const TfConfig *config = self->config;
  g_autofree TfAccountValues *rows = g_new0 (TfAccountValues, config->n_accounts);

  for (guint a = 0; a < config->n_accounts; a++)
    {
      const TfAccountConfig *from = &config->accounts[a];
      const TfAccountView *view = self->snapshot != NULL ? &self->snapshot->accounts[a] : NULL;
      TfAccountValues *row = &rows[a];

      row->index = (gint) a;
      g_strlcpy (row->id, from->id, sizeof row->id);
      g_strlcpy (row->title, _(from->title), sizeof row->title);
      row->capital = row->equity = row->cash = from->capital.raw;
      row->drawdown_limit = from->limits.max_drawdown;
      row->governor = 1;
      row->win_rate = (double) NAN;
      if (view == NULL)
        continue;
      row->equity = view->equity.raw;
      row->cash = view->cash.raw;
      row->realized = view->realized.raw;
      row->unrealized = view->unrealized.raw;
      row->fees = view->fees.raw;
      row->today = view->equity.raw - view->day_start.raw;
      row->change = from->capital.raw > 0 ? (double) view->equity.raw / (double) from->capital.raw - 1 : 0;
      row->drawdown = view->drawdown;
      row->max_drawdown = view->max_drawdown;
      row->gross = view->gross;
      row->net = view->net;
      row->var = view->var;
      row->daily_loss = view->daily_loss;
      row->governor = view->governor;
      row->positions = (gint) view->positions;
      row->trades = (gint) view->performance.trades;
      row->win_rate = row->trades > 0 ? (double) view->performance.wins / row->trades : (double) NAN;
      row->state = (gint) view->state;
      row->n_spark = fill_spark (&view->curve, from->capital, view->equity, row->spark, 0);
    }
  sync_rows (self->accounts, rows, sizeof *rows, config->n_accounts, by_index);
}

static void
describe_action (const TfVoterView *view,
                 const TfUniverse  *universe,
                 char              *text,
                 gsize              size)
{
  g_autofree char *coin = NULL;

  if (view->last_instrument < 0 || (guint) view->last_instrument >= universe->n || view->last_time == 0)
    return;
  coin = tf_words_coin (universe->items[view->last_instrument].symbol);
  g_snprintf (text, size, view->last_side > 0 ? _("Bought %s") : view->last_side < 0 ? _("Sold %s") : _("Closed %s"), coin);
}

static void
describe_record (const TfSnapshot  *snapshot,
                 const TfVoterView *view,
                 TfVoterValues     *row)
{
  TfEstimate mean = { (double) NAN, (double) NAN, (double) NAN };
  g_autofree char *age = tf_words_age (snapshot->time - view->last_time);

  row->early = tf_track_record_is_early (&view->record);
  if (view->record.resolved > 0)
    tf_track_record_mean (&view->record, TF_RECORD_LEVEL, &mean);
  row->record_low = mean.low;
  row->record_high = mean.high;
  if (view->last_time != 0)
    g_strlcpy (row->age, age, sizeof row->age);
}

static void
sync_voters (TfDesk     *self,
             GListStore *store,
             guint       first,
             guint       n)
{
  const TfConfig *config = self->config;
  g_autofree TfVoterValues *rows = g_new0 (TfVoterValues, n);

  for (guint i = 0; i < n; i++)
    {
      TfVoterValues *row = &rows[i];
      guint v = first + i;
      const TfVoterView *view = self->snapshot != NULL ? &self->snapshot->voters[v] : NULL;

      row->voter = (gint) v;
      row->win_rate = (double) NAN;
      if (v < config->n_bots)
        {
          const TfBotConfig *bot = &config->bots[v];

          g_strlcpy (row->id, bot->id, sizeof row->id);
          g_strlcpy (row->name, _(bot->title), sizeof row->name);
          g_strlcpy (row->account, config->accounts[bot->account].id, sizeof row->account);
          g_strlcpy (row->strategy, _(bot->strategy->title), sizeof row->strategy);
          g_strlcpy (row->known_for, _(bot->reason), sizeof row->known_for);
        }
      else
        {
          const TfTrader *trader = &config->traders[v - config->n_bots];

          g_strlcpy (row->id, trader->id, sizeof row->id);
          g_strlcpy (row->name, trader->name, sizeof row->name);
          g_strlcpy (row->known_for, _(trader->known_for), sizeof row->known_for);
          row->grade[0] = trader->grade;
          row->heard = (gint) tf_desk_heard (self, v - config->n_bots, row->heard_why, sizeof row->heard_why);
          for (guint a = 0; a < config->n_accounts; a++)
            row->followed |= (view != NULL ? view->followed[a] : trader->followed[a]) ? 1 << a : 0;
        }
      if (view == NULL)
        continue;
      row->state = (gint) view->state;
      row->proposals = (gint) view->proposals;
      row->resolved = (gint) view->resolved;
      row->trades = (gint) view->trades;
      row->win_rate = view->trades > 0 ? (double) view->wins / view->trades : (double) NAN;
      row->pnl = view->pnl.raw;
      row->stance = (double) view->stance;
      row->weight = view->weight;
      row->weight_sd = view->weight_sd;
      row->mean_outcome = view->mean_outcome;
      row->recent_outcome = view->recent_outcome;
      row->last_time = view->last_time;
      describe_action (view, config->universe, row->last_action, sizeof row->last_action);
      if (v >= config->n_bots)
        describe_record (self->snapshot, view, row);
    }
  sync_rows (store, rows, sizeof *rows, n, by_index);
}

static void
sync_positions (TfDesk *self)
{
  const TfConfig *config = self->config;
  guint n = self->snapshot != NULL ? self->snapshot->n_positions : 0;
  g_autofree TfPositionValues *rows = g_new0 (TfPositionValues, n);

  for (guint i = 0; i < n; i++)
    {
      const TfPositionView *view = &self->snapshot->positions[i];
      TfPositionValues *row = &rows[i];

      row->account = (gint) view->account;
      row->voter = (gint) view->voter;
      row->instrument = (gint) view->instrument;
      g_strlcpy (row->account_id, config->accounts[view->account].id, sizeof row->account_id);
      g_strlcpy (row->name, tf_config_voter_name (config, view->voter), sizeof row->name);
      g_strlcpy (row->symbol, config->universe->items[view->instrument].symbol, sizeof row->symbol);
      row->quantity = view->quantity.raw;
      row->cost = view->cost.raw;
      row->value = view->value.raw;
      row->pnl = view->value.raw - view->cost.raw;
      row->stop = view->stop.raw;
      row->target = view->target.raw;
      row->opened = view->opened;
    }
  qsort (rows, n, sizeof *rows, by_place);
  sync_rows (self->positions, rows, sizeof *rows, n, by_place);
}

static void
sync_alerts (TfDesk *self)
{
  guint n = self->snapshot != NULL ? self->snapshot->n_alerts : 0;
  g_autofree TfAlertValues *rows = g_new0 (TfAlertValues, n);

  for (guint i = 0; i < n; i++)
    {
      const TfAlertView *view = &self->snapshot->alerts[i];
      TfAlertValues *row = &rows[i];

      row->id = view->id;
      row->time = view->time;
      row->account = view->account;
      row->kind = view->kind;
      row->severity = view->severity;
      row->acknowledged = view->acknowledged;
      if (view->account >= 0)
        g_strlcpy (row->account_id, self->config->accounts[view->account].id, sizeof row->account_id);
      row->value = view->value;
      row->limit = view->limit;
    }
  qsort (rows, n, sizeof *rows, by_kind);
  sync_rows (self->alerts, rows, sizeof *rows, n, by_kind);
}

/* Over the last snapshots that are some market time apart, so that the figure does not jump with each of them. */
static double
signal_rate (TfDesk *self)
{
  const TfSnapshot *snapshot = self->snapshot;
  guint n = self->n_rate;

  if (n > 0 && snapshot->time < self->rate[n - 1].time)
    n = 0;
  if (n == 0 || snapshot->time > self->rate[n - 1].time)
    {
      if (n == TF_DESK_RATES)
        memmove (self->rate, self->rate + 1, (--n) * sizeof *self->rate);
      self->rate[n].time = snapshot->time;
      self->rate[n++].signals = snapshot->signals;
    }
  self->n_rate = n;
  if (n < 2 || self->rate[n - 1].time - self->rate[0].time < TF_SECOND)
    return (double) NAN;
  return (double) (self->rate[n - 1].signals - self->rate[0].signals) * TF_MINUTE
         / (double) (self->rate[n - 1].time - self->rate[0].time);
}

static void
sync_totals (TfDesk *self)
{
  const TfConfig *config = self->config;
  const TfSnapshot *snapshot = self->snapshot;
  TfTotals *totals = &self->totals;

  *totals = (TfTotals) { .signals_per_minute = (double) NAN };
  for (guint a = 0; a < config->n_accounts; a++)
    {
      totals->capital += config->accounts[a].capital.raw;
      totals->equity += snapshot != NULL ? snapshot->accounts[a].equity.raw : config->accounts[a].capital.raw;
      if (snapshot == NULL)
        continue;
      totals->today += snapshot->accounts[a].equity.raw - snapshot->accounts[a].day_start.raw;
      totals->positions += snapshot->accounts[a].positions;
      totals->n_spark = fill_spark (&snapshot->accounts[a].curve, config->accounts[a].capital, snapshot->accounts[a].equity,
                                    totals->spark, a > 0);
    }
  if (snapshot == NULL)
    return;
  totals->signals = snapshot->signals;
  totals->copied = snapshot->verdicts[TF_VERDICT_ACCEPTED] + snapshot->verdicts[TF_VERDICT_RESIZED];
  totals->fills = snapshot->fills;
  totals->signals_per_minute = signal_rate (self);
}

/**
 * tf_desk_sync_traders:
 *
 * Something has become known of them that no snapshot tells.
 */
void
tf_desk_sync_traders (TfDesk *self)
{
  sync_voters (self, self->traders, self->config->n_bots, tf_config_n_named (self->config));
}

/**
 * tf_desk_sync_rows:
 *
 * Makes the lists and the totals show the snapshot that the desk has, or the configuration with nothing done.
 */
void
tf_desk_sync_rows (TfDesk *self)
{
  sync_accounts (self);
  sync_voters (self, self->bots, 0, self->config->n_bots);
  tf_desk_sync_traders (self);
  sync_positions (self);
  sync_alerts (self);
  sync_totals (self);
}
