#include "model/desk.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/backlog.h"
#include "model/live.h"
#include "model/run.h"
#include "model/words.h"

#define FLUSH_MS  200  /* between two updates of the lists */
#define FLOOD_MS  400  /* the same while so much comes that nobody can read it */
#define FLOOD     20   /* news at once; more are only counted, since each costs milliseconds to lay out */
#define FEED_ROWS 200
#define RATE_SAMPLES 32
#define LISTEN_S 1     /* between two looks at the lines to venues: figures that anybody can read */
#define BACKLOG 8000   /* entries of the journal that are read back: enough for a full list of signals */
#define MOST_HELD 256  /* batches of records that wait until it is read */

struct _TfDesk
{
  GObject     parent_instance;
  TfSystem   *system;
  TfSnapshot *snapshot;      /* nullable */
  TfConfig   *config;
  GListStore *accounts, *bots, *traders, *positions, *fills, *signals, *alerts, *feed, *connections;
  GPtrArray  *new_fills, *new_signals, *new_feed; /* since the last flush, oldest first */
  GHashTable *by_signal;     /* number → its item in signals or new_signals, borrowed */
  TfTotals    totals;
  gint64      last_seq;
  guint       flush;
  guint       listen;        /* while a live market runs */
  gboolean    flood;         /* much came with the last flush */
  gboolean    fresh;         /* the snapshot has not been shown yet */
  gboolean    halted;
  char       *path;          /* (nullable): workspace that is shown */
  GCancellable *loading;     /* (nullable): its backlog is being read */
  GQueue      held;          /* GPtrArrays of entries that came meanwhile */
  gboolean    at_rest;       /* only its entries are wanted: the snapshot that is there has candles, too */
  gboolean    wanted, past;  /* wanted: its backlog is to be read when it runs; past: entries are old news */
  struct { TfTime time; gint64 signals; } rate[RATE_SAMPLES];
  guint       n_rate;
};

enum { PROP_RUN_STATE = 1, PROP_MESSAGE, PROP_SIMULATED, PROP_HALTED, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { UPDATED, RENEWED, ALARM, LISTENED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TfDesk, tf_desk, G_TYPE_OBJECT)

/* Lists */

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

/* Puts what has come since the last time on top, newest first, and drops what is too much at the end. */
static void
prepend_rows (GListStore *store,
              GPtrArray  *added,
              guint       most)
{
  guint n = added->len, kept;

  if (n == 0)
    return;
  if (n > most)
    g_ptr_array_remove_range (added, 0, n - most);
  n = added->len;
  for (guint i = 0; i < n / 2; i++)
    {
      gpointer swap = added->pdata[i];

      added->pdata[i] = added->pdata[n - 1 - i];
      added->pdata[n - 1 - i] = swap;
    }
  kept = g_list_model_get_n_items (G_LIST_MODEL (store));
  if (kept + n > most)
    g_list_store_splice (store, most - n, kept + n - most, NULL, 0);
  g_list_store_splice (store, 0, 0, added->pdata, n);
  g_ptr_array_set_size (added, 0);
}

/* Rows of a snapshot */

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
      if (n == RATE_SAMPLES)
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

static void
set_halted (TfDesk   *self,
            gboolean  halted)
{
  if (self->halted == halted)
    return;
  self->halted = halted;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HALTED]);
}

static void
sync_snapshot (TfDesk *self)
{
  sync_accounts (self);
  sync_voters (self, self->bots, 0, self->config->n_bots);
  sync_voters (self, self->traders, self->config->n_bots, self->config->n_traders);
  sync_positions (self);
  sync_alerts (self);
  sync_totals (self);
  set_halted (self, self->snapshot != NULL && self->snapshot->state >= TF_STATE_HALTED);
}

static void
take_config (TfDesk   *self,
             TfConfig *config)
{
  gboolean simulated = self->config != NULL && self->config->simulated;

  if (self->config == config)
    return;
  tf_config_ref (config);
  if (self->config != NULL)
    tf_config_unref (self->config);
  self->config = config;
  g_signal_emit (self, signals[RENEWED], 0);
  if (simulated != config->simulated)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SIMULATED]);
}

/* Of a flood the newest are told; one line at their end says how many there were before. */
static void
count_news (TfDesk *self)
{
  guint left = self->new_feed->len - FLOOD + 1;
  TfFeedItem *newest_left = self->new_feed->pdata[left - 1];
  g_autofree char *number = tf_words_count (left), *text = g_strdup_printf (_("%s more: see the audit trail"), number);
  TfFeedValues values = { .seq = newest_left->now.seq, .time = newest_left->now.time, .tone = TF_TONE_REFUSED };

  g_strlcpy (values.text, text, sizeof values.text);
  g_ptr_array_remove_range (self->new_feed, 0, left - 1);
  tf_item_update (self->new_feed->pdata[0], &values);
}

static gboolean
flush (gpointer data)
{
  TfDesk *self = data;

  self->flush = 0;
  self->flood = self->new_feed->len > FLOOD;
  if (self->flood)
    count_news (self);
  prepend_rows (self->fills, self->new_fills, TF_DESK_ROWS);
  if (self->new_signals->len > 0)
    {
      prepend_rows (self->signals, self->new_signals, TF_DESK_ROWS);
      /* What has left the list may not be found any more. */
      if (g_hash_table_size (self->by_signal) > 2 * TF_DESK_ROWS)
        {
          g_hash_table_remove_all (self->by_signal);
          for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->signals)); i++)
            {
              g_autoptr (TfSignalItem) item = g_list_model_get_item (G_LIST_MODEL (self->signals), i);

              g_hash_table_replace (self->by_signal, &item->now.signal, g_object_ref (item));
            }
        }
    }
  prepend_rows (self->feed, self->new_feed, FEED_ROWS);
  if (self->fresh)
    {
      self->fresh = FALSE;
      take_config (self, self->snapshot->config);
      sync_snapshot (self);
    }
  g_signal_emit (self, signals[UPDATED], 0);
  return G_SOURCE_REMOVE;
}

static void
schedule (TfDesk *self)
{
  if (self->flush == 0)
    self->flush = g_timeout_add (self->flood ? FLOOD_MS : FLUSH_MS, flush, self);
}

static void
take_snapshot (TfDesk     *self,
               TfSnapshot *snapshot)
{
  tf_snapshot_ref (snapshot);
  g_clear_pointer (&self->snapshot, tf_snapshot_unref);
  self->snapshot = snapshot;
  self->fresh = TRUE;
  schedule (self);
}

static void load_backlog (TfDesk *self);

static void
on_changed (TfDesk *self)
{
  TfSnapshot *snapshot = tf_system_get_snapshot (self->system);

  if (snapshot == NULL || snapshot == self->snapshot)
    return;
  take_snapshot (self, snapshot);
  /* A command was carried out on a workspace at rest: nobody has handed its entries on. */
  if (!tf_desk_is_running (self) && self->path != NULL && self->loading == NULL && !self->wanted && snapshot->seq > self->last_seq)
    {
      load_backlog (self);
      self->at_rest = TRUE;
    }
}

/* Rows of records */

static void
tell (TfDesk         *self,
      const TfRecord *record,
      TfTone          tone,
      const char     *text)
{
  TfFeedValues values = { .seq = record->seq, .time = record->time, .tone = (gint) tone };
  g_autoptr (TfItem) item = g_object_new (TF_TYPE_FEED_ITEM, NULL);
  const char *end;

  g_strlcpy (values.text, text, sizeof values.text);
  if (!g_utf8_validate (values.text, -1, &end)) /* cut within a letter */
    values.text[end - values.text] = '\0';
  tf_item_update (item, &values);
  g_ptr_array_add (self->new_feed, g_steal_pointer (&item));
}

static void
tell_record (TfDesk         *self,
             const TfRecord *record,
             TfTone          tone)
{
  g_autofree char *text = tf_words_record (record, self->config);

  tell (self, record, tone, text);
}

static void
add_fill (TfDesk         *self,
          const TfRecord *record)
{
  TfFillValues values = {
    .seq = record->seq,
    .time = record->time,
    .order = record->ref,
    .side = record->code,
    .price = record->price,
    .quantity = record->quantity,
    .amount = record->amount,
    .fee = record->fee,
  };
  g_autofree char *name = tf_words_voter (self->config, record->origin);
  g_autoptr (TfItem) item = g_object_new (TF_TYPE_FILL_ITEM, NULL);

  g_strlcpy (values.account, record->account, sizeof values.account);
  g_strlcpy (values.origin, record->origin, sizeof values.origin);
  g_strlcpy (values.name, name, sizeof values.name);
  g_strlcpy (values.symbol, record->instrument, sizeof values.symbol);
  g_strlcpy (values.reason, record->reason, sizeof values.reason);
  tf_item_update (item, &values);
  g_ptr_array_add (self->new_fills, g_steal_pointer (&item));
  tell_record (self, record, TF_TONE_TRADE);
}

static void
add_signal (TfDesk         *self,
            const TfRecord *record)
{
  TfSignalValues values = {
    .signal = record->ref,
    .seq = record->seq,
    .time = record->time,
    .direction = record->code,
    .price = record->price,
    .confidence = (double) record->value / TF_SCALE,
    .expected = (double) record->limit / TF_SCALE,
    .outcome = (double) NAN,
    .is_trader = tf_config_find_bot (self->config, record->origin) < 0,
  };
  g_autofree char *name = tf_words_voter (self->config, record->origin), *trader = NULL;
  g_autoptr (TfSignalItem) item = NULL;

  g_strlcpy (values.origin, record->origin, sizeof values.origin);
  g_strlcpy (values.name, name, sizeof values.name);
  g_strlcpy (values.symbol, record->instrument, sizeof values.symbol);
  item = tf_signal_item_new (&values, record->text);
  if (*record->instrument == '\0' && (trader = tf_signal_item_get_source (item, "symbol")) != NULL)
    g_strlcpy (item->now.symbol, trader, sizeof item->now.symbol);
  g_hash_table_replace (self->by_signal, &item->now.signal, g_object_ref (item));
  g_ptr_array_add (self->new_signals, g_steal_pointer (&item));
}

/* One line for a signal that nobody copies, with the account that came nearest. */
static void
tell_refusal (TfDesk               *self,
              const TfRecord       *record,
              const TfSignalValues *values)
{
  const TfVerdictValues *nearest = NULL;
  double best = -G_MAXDOUBLE;
  g_autofree char *why = NULL, *coin = tf_words_coin (values->symbol), *text = NULL;
  gint account = 0;

  for (guint a = 0; a < self->config->n_accounts; a++)
    {
      const TfVerdictValues *verdict = &values->verdict[a];
      double near = verdict->limit != 0 ? (double) verdict->value / (double) verdict->limit : 0;

      if (nearest == NULL || near > best)
        {
          nearest = verdict;
          best = near;
          account = (gint) a;
        }
    }
  if (nearest == NULL || strcmp (nearest->reason, "nothing-held") == 0 || strcmp (nearest->reason, "halted") == 0)
    return; /* that trading is halted was said once */
  why = tf_words_why (self->config, values->origin, nearest->reason, nearest->value, nearest->limit);
  text = g_strdup_printf (_("All refuse %s, %s %s: %s (%s)"), values->name, tf_words_direction (values->direction), coin, why,
                          self->config->accounts[account].id);
  tell (self, record, TF_TONE_REFUSED, text);
}

static void
add_verdict (TfDesk         *self,
             const TfRecord *record)
{
  TfSignalItem *item = g_hash_table_lookup (self->by_signal, &record->ref);
  gint account = tf_config_find_account (self->config, record->account);
  TfSignalValues values;
  TfVerdictValues *verdict;

  if (item == NULL || account < 0)
    return;
  values = item->now;
  verdict = &values.verdict[account];
  verdict->verdict = record->code;
  g_strlcpy (verdict->reason, record->reason, sizeof verdict->reason);
  verdict->value = record->value;
  verdict->limit = record->limit;
  verdict->quantity = record->quantity;
  values.verdicts++;
  if (record->code == TF_VERDICT_ACCEPTED || record->code == TF_VERDICT_RESIZED)
    values.copied |= 1 << account;
  tf_item_update (TF_ITEM (item), &values);
  if (values.verdicts == (gint) self->config->n_accounts && values.copied == 0)
    tell_refusal (self, record, &values);
}

static void
add_outcome (TfDesk         *self,
             const TfRecord *record)
{
  TfSignalItem *item = g_hash_table_lookup (self->by_signal, &record->ref);
  TfSignalValues values;

  if (item == NULL)
    return;
  values = item->now;
  values.resolved = 1;
  values.resolved_time = record->time;
  values.outcome = (double) record->value / TF_SCALE;
  g_strlcpy (values.outcome_reason, record->reason, sizeof values.outcome_reason);
  tf_item_update (TF_ITEM (item), &values);
}

static void
forget_rows (TfDesk *self)
{
  GListStore *const lists[] = { self->fills, self->signals, self->feed };

  g_hash_table_remove_all (self->by_signal);
  g_ptr_array_set_size (self->new_fills, 0);
  g_ptr_array_set_size (self->new_signals, 0);
  g_ptr_array_set_size (self->new_feed, 0);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_list_store_remove_all (lists[i]);
  self->last_seq = 0;
  self->n_rate = 0;
}

static void
add_record (TfDesk         *self,
            const TfRecord *record)
{
  if (record->seq <= self->last_seq) /* another journal */
    forget_rows (self);
  self->last_seq = record->seq;
  switch (record->kind)
    {
    case TF_RECORD_FILL:
      add_fill (self, record);
      break;
    case TF_RECORD_SIGNAL:
      add_signal (self, record);
      break;
    case TF_RECORD_VERDICT:
      add_verdict (self, record);
      break;
    case TF_RECORD_OUTCOME:
      add_outcome (self, record);
      break;
    case TF_RECORD_STATE:
      tell_record (self, record, record->code >= TF_STATE_HALTED && *record->origin == '\0' ? TF_TONE_ALARM : TF_TONE_WARNING);
      break;
    case TF_RECORD_ALERT:
      tell_record (self, record, record->code == TF_SEVERITY_CRITICAL ? TF_TONE_ALARM : TF_TONE_WARNING);
      if (record->code == TF_SEVERITY_CRITICAL && !self->past)
        {
          g_autofree char *text = tf_words_record (record, self->config);

          g_signal_emit (self, signals[ALARM], 0, text);
        }
      break;
    case TF_RECORD_FAULT:
      tell_record (self, record, TF_TONE_WARNING);
      break;
    case TF_RECORD_SESSION:
    case TF_RECORD_COMMAND:
      tell_record (self, record, TF_TONE_PLAIN);
      break;
    case TF_RECORD_ACCOUNT:
    case TF_RECORD_ORDER:
    case TF_RECORD_CANCEL:
    case TF_N_RECORDS:
    default:
      break;
    }
}

static void
take_entries (TfDesk    *self,
              GPtrArray *entries,
              gboolean   held)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const TfEntry *entry = entries->pdata[i];

      if (!held || entry->record.seq > self->last_seq)
        add_record (self, &entry->record);
    }
  schedule (self);
}

static void
on_records (TfDesk    *self,
            GPtrArray *entries)
{
  TfSnapshot *snapshot = tf_system_get_snapshot (self->system);

  if (self->loading != NULL || self->wanted)
    {
      g_queue_push_tail (&self->held, g_ptr_array_ref (entries));
      if (self->held.length > MOST_HELD)
        g_ptr_array_unref (g_queue_pop_head (&self->held));
      return;
    }
  if (snapshot != NULL)
    take_config (self, snapshot->config);
  take_entries (self, entries, FALSE);
}

/* What a workspace holds */

static void
take_held (TfDesk *self)
{
  GPtrArray *entries;

  while ((entries = g_queue_pop_head (&self->held)) != NULL)
    {
      take_entries (self, entries, TRUE);
      g_ptr_array_unref (entries);
    }
}

static void
on_loaded (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfBacklog) backlog = tf_backlog_load_finish (result, &error);
  TfDesk *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* @data may be gone */
  g_clear_object (&self->loading);
  if (backlog != NULL)
    {
      forget_rows (self);
      if (!tf_desk_is_running (self) && backlog->snapshot != NULL
          && (!self->at_rest || self->snapshot == NULL))
        take_snapshot (self, backlog->snapshot);
      if (backlog->snapshot != NULL)
        take_config (self, backlog->snapshot->config);
      self->past = TRUE;
      for (guint i = 0; i < backlog->batch->records->len; i++)
        add_record (self, &g_array_index (backlog->batch->records, TfRecord, i));
      self->past = FALSE;
      schedule (self);
    }
  take_held (self);
}

static void
load_backlog (TfDesk *self)
{
  self->wanted = self->at_rest = FALSE;
  if (self->loading != NULL)
    {
      g_cancellable_cancel (self->loading);
      g_clear_object (&self->loading);
    }
  self->loading = g_cancellable_new ();
  tf_backlog_load_async (self->path, BACKLOG, self->loading, on_loaded, self);
}

/* Lines to venues: they have news also while nothing is decided. */

static gboolean
listen (gpointer data)
{
  TfDesk *self = data;
  const TfRunSpec *spec = tf_system_get_spec (self->system);
  const TfVenue *venue = spec != NULL && tf_desk_is_running (self) ? tf_venue_find (spec->market) : NULL;
  g_autoptr (TfConnectionItem) item = g_list_model_get_item (G_LIST_MODEL (self->connections), 0);
  TfRunFigures figures;

  if (venue != NULL)
    {
      tf_system_get_figures (self->system, &figures);
      if (figures.connection.state == TF_CONNECTION_IDLE) /* it has just been told to start, and says nothing yet */
        figures.connection = (TfConnectionFigures) { .state = TF_CONNECTION_CONNECTING, .age_ms = -1 };
      if (item == NULL)
        item = g_object_new (TF_TYPE_CONNECTION_ITEM, NULL);
      tf_connection_item_take (item, venue->title, &figures.connection, g_get_monotonic_time ());
      if (g_list_model_get_n_items (G_LIST_MODEL (self->connections)) == 0)
        g_list_store_append (self->connections, item);
      if (self->listen == 0)
        self->listen = g_timeout_add_seconds (LISTEN_S, listen, self);
    }
  else
    {
      g_list_store_remove_all (self->connections);
      g_clear_handle_id (&self->listen, g_source_remove);
    }
  g_signal_emit (self, signals[LISTENED], 0);
  return G_SOURCE_CONTINUE;
}

static void
on_run_state (TfDesk *self)
{
  const TfRunSpec *spec = tf_system_get_spec (self->system);
  TfRunState state = tf_system_get_run_state (self->system);

  if (state == TF_RUN_STARTING && spec != NULL
      && (self->loading != NULL || self->last_seq == 0 || g_strcmp0 (spec->workspace, self->path) != 0))
    {
      forget_rows (self);
      g_free (self->path);
      self->path = g_strdup (spec->workspace);
      self->wanted = self->path != NULL;
    }
  else if (state != TF_RUN_STARTING && self->wanted)
    load_backlog (self);
  listen (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUN_STATE]);
}

static void
on_message (TfDesk *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MESSAGE]);
}

/* The object */

static void
tf_desk_get_property (GObject    *object,
                      guint       id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  TfDesk *self = TF_DESK (object);

  switch (id)
    {
    case PROP_RUN_STATE:
      g_value_set_int (value, (gint) tf_system_get_run_state (self->system));
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, tf_system_get_message (self->system));
      break;
    case PROP_SIMULATED:
      g_value_set_boolean (value, tf_desk_get_simulated (self));
      break;
    case PROP_HALTED:
      g_value_set_boolean (value, self->halted);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tf_desk_dispose (GObject *object)
{
  TfDesk *self = TF_DESK (object);

  g_clear_handle_id (&self->flush, g_source_remove);
  g_clear_handle_id (&self->listen, g_source_remove);
  if (self->loading != NULL)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  g_queue_clear_full (&self->held, (GDestroyNotify) g_ptr_array_unref);
  g_clear_pointer (&self->snapshot, tf_snapshot_unref);
  g_clear_object (&self->system);
  G_OBJECT_CLASS (tf_desk_parent_class)->dispose (object);
}

static void
tf_desk_finalize (GObject *object)
{
  TfDesk *self = TF_DESK (object);
  GListStore *const lists[] = { self->accounts, self->bots, self->traders, self->positions, self->fills, self->signals,
                                self->alerts, self->feed, self->connections };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_object_unref (lists[i]);
  g_hash_table_unref (self->by_signal);
  g_ptr_array_unref (self->new_fills);
  g_ptr_array_unref (self->new_signals);
  g_ptr_array_unref (self->new_feed);
  tf_config_unref (self->config);
  g_free (self->path);
  G_OBJECT_CLASS (tf_desk_parent_class)->finalize (object);
}

static void
tf_desk_class_init (TfDeskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = tf_desk_get_property;
  object_class->dispose = tf_desk_dispose;
  object_class->finalize = tf_desk_finalize;
  props[PROP_RUN_STATE] = g_param_spec_int ("run-state", NULL, NULL, 0, TF_RUN_FAILED, TF_RUN_STOPPED, flags);
  props[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  props[PROP_SIMULATED] = g_param_spec_boolean ("simulated", NULL, NULL, FALSE, flags);
  props[PROP_HALTED] = g_param_spec_boolean ("halted", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[UPDATED] = g_signal_new ("updated", TF_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RENEWED] = g_signal_new ("renewed", TF_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[LISTENED] = g_signal_new ("listened", TF_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ALARM] = g_signal_new ("alarm", TF_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tf_desk_init (TfDesk *self)
{
  self->accounts = g_list_store_new (TF_TYPE_ACCOUNT_ITEM);
  self->bots = g_list_store_new (TF_TYPE_VOTER_ITEM);
  self->traders = g_list_store_new (TF_TYPE_VOTER_ITEM);
  self->positions = g_list_store_new (TF_TYPE_POSITION_ITEM);
  self->fills = g_list_store_new (TF_TYPE_FILL_ITEM);
  self->signals = g_list_store_new (TF_TYPE_SIGNAL_ITEM);
  self->alerts = g_list_store_new (TF_TYPE_ALERT_ITEM);
  self->feed = g_list_store_new (TF_TYPE_FEED_ITEM);
  self->connections = g_list_store_new (TF_TYPE_CONNECTION_ITEM);
  self->new_fills = g_ptr_array_new_with_free_func (g_object_unref);
  self->new_signals = g_ptr_array_new_with_free_func (g_object_unref);
  self->new_feed = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_signal = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_object_unref);
}

/**
 * tf_desk_new:
 * @system: (transfer none): what it shows
 *
 * Returns: (transfer full): a desk that shows the demo market before its start
 */
TfDesk *
tf_desk_new (TfSystem *system)
{
  TfDesk *self = g_object_new (TF_TYPE_DESK, NULL);

  self->system = g_object_ref (system);
  g_signal_connect_object (system, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (system, "records", G_CALLBACK (on_records), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (system, "notify::run-state", G_CALLBACK (on_run_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (system, "notify::message", G_CALLBACK (on_message), self, G_CONNECT_SWAPPED);
  tf_desk_set_market (self, "demo");
  return self;
}

/**
 * tf_desk_set_market:
 * @market: "demo", "replay" or a venue
 *
 * What is going to be started: until then the lists show its default configuration. Without effect while a system runs.
 */
void
tf_desk_set_market (TfDesk     *self,
                    const char *market)
{
  const TfVenue *venue = tf_venue_find (market);
  g_autoptr (TfUniverse) universe = NULL;
  g_autoptr (TfConfig) config = NULL;

  g_return_if_fail (TF_IS_DESK (self) && market != NULL);
  if (tf_desk_is_running (self) || (self->config != NULL && strcmp (self->config->market, market) == 0))
    return;
  universe = venue != NULL ? tf_live_universe (venue) : tf_universe_new_default ();
  config = tf_config_new_default (market, universe, g_str_equal (market, "replay") ? TF_HOUR : TF_MINUTE, 1);
  g_clear_pointer (&self->snapshot, tf_snapshot_unref);
  self->fresh = FALSE;
  forget_rows (self);
  take_config (self, config);
  sync_snapshot (self);
  g_signal_emit (self, signals[UPDATED], 0);
}

/**
 * tf_desk_show_workspace:
 * @path: a file that need not exist
 *
 * Shows what a workspace holds before it runs again: that the emergency stop holds, for one. Returns at once.
 */
void
tf_desk_show_workspace (TfDesk     *self,
                        const char *path)
{
  g_return_if_fail (TF_IS_DESK (self) && path != NULL);
  if (tf_desk_is_running (self))
    return;
  g_clear_pointer (&self->path, g_free);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  self->path = g_strdup (path);
  load_backlog (self);
}

/**
 * tf_desk_get_workspace:
 *
 * Returns: (transfer none) (nullable): the file of what is shown; NULL when it is kept nowhere, or nothing was shown yet
 */
const char *
tf_desk_get_workspace (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return self->path;
}

TfSystem *
tf_desk_get_system (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return self->system;
}

TfSnapshot *
tf_desk_get_snapshot (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return self->snapshot;
}

TfConfig *
tf_desk_get_config (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return self->config;
}

const TfTotals *
tf_desk_get_totals (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return &self->totals;
}

gboolean
tf_desk_get_simulated (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), FALSE);
  return self->config->simulated;
}

/**
 * tf_desk_get_halted:
 *
 * Returns: whether the emergency stop holds for the whole system
 */
gboolean
tf_desk_get_halted (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), FALSE);
  return self->halted;
}

gboolean
tf_desk_is_running (TfDesk *self)
{
  TfRunState state;

  g_return_val_if_fail (TF_IS_DESK (self), FALSE);
  state = tf_system_get_run_state (self->system);
  return state == TF_RUN_STARTING || state == TF_RUN_RUNNING || state == TF_RUN_STOPPING;
}

#define GETTER(list) \
  GListModel * \
  tf_desk_get_##list (TfDesk *self) \
  { \
    g_return_val_if_fail (TF_IS_DESK (self), NULL); \
    return G_LIST_MODEL (self->list); \
  }

GETTER (accounts)
GETTER (bots)
GETTER (traders)
GETTER (positions)
GETTER (fills)
GETTER (signals)
GETTER (alerts)
GETTER (feed)
GETTER (connections)

static void
command_thread (GTask        *task,
                gpointer      object,
                gpointer      data,
                GCancellable *cancellable)
{
  g_autoptr (TfSnapshot) snapshot = NULL;
  GError *error = NULL;

  if (tf_run_command_workspace (g_object_get_data (G_OBJECT (task), "tf-path"), data, &snapshot, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_commanded (GObject      *object,
              GAsyncResult *result,
              gpointer      data)
{
  TfDesk *self = TF_DESK (object);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_signal_emit (self, signals[ALARM], 0, error->message);
  else if (self->path != NULL && !tf_desk_is_running (self))
    load_backlog (self);
}

/**
 * tf_desk_command:
 * @account: index, −1: all
 * @voter: a trader’s or bot’s index, or an alert’s number, as the type asks for
 *
 * Sends a command to the system, or carries it out on the workspace that is shown when nothing has run yet.
 */
void
tf_desk_command (TfDesk        *self,
                 TfCommandType  type,
                 gint           account,
                 gint64         voter)
{
  TfCommand command = { .type = type, .account = account, .voter = voter };
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (TF_IS_DESK (self));
  if (tf_system_get_spec (self->system) != NULL || self->path == NULL)
    {
      tf_system_command (self->system, &command);
      return;
    }
  task = g_task_new (self, NULL, on_commanded, NULL);
  g_task_set_source_tag (task, tf_desk_command);
  g_object_set_data_full (G_OBJECT (task), "tf-path", g_strdup (self->path), g_free);
  g_task_set_task_data (task, g_memdup2 (&command, sizeof command), g_free);
  g_task_run_in_thread (task, command_thread);
}
