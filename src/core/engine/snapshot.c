/* A copy of the engine's state as people see it. */

#include "core/engine/snapshot.h"

#include <math.h>
#include <string.h>

#include "core/engine/engine-private.h"
#include "core/risk/var.h"

TfSnapshot *
tf_snapshot_ref (TfSnapshot *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
tf_snapshot_unref (TfSnapshot *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  tf_config_unref (self->config);
  g_free (self->accounts);
  g_free (self->voters);
  g_free (self->quotes);
  g_free (self->positions);
  g_free (self->holdings);
  g_free (self->follows);
  g_free (self->alerts);
  g_free (self->correlation);
  g_free (self->candles);
  g_free (self);
}

/**
 * tf_snapshot_follow:
 *
 * Returns: (transfer none): how @account follows @trader
 */
const TfFollowView *
tf_snapshot_follow (const TfSnapshot *self,
                    guint             trader,
                    guint             account)
{
  g_return_val_if_fail (trader < self->config->n_traders && account < self->config->n_accounts, NULL);

  return &self->follows[trader * self->config->n_accounts + account];
}

static void
view_account (TfEngine      *self,
              guint          a,
              TfAccountView *view)
{
  const TfAccount *account = &self->accounts[a];
  const TfLedger *ledger = self->ledgers[a];
  TfExposure book = tf_engine_exposure (self, a);
  double equity = tf_money_double (account->equity), days = (double) TF_DAY / (double) self->config->interval;
  gint64 cost = 0;

  *view = (TfAccountView) {
    .equity = account->equity,
    .cash = ledger->cash,
    .realized.raw = -ledger->realized.raw,
    .fees = ledger->fees,
    .day_start = account->day_start,
    .peak = account->governor.peak,
    .drawdown = account->governor.drawdown,
    .max_drawdown = account->governor.max_drawdown,
    .governor = account->governor.factor,
    .state = tf_state_strictest (account->state, self->core->state),
    .positions = account->positions,
    .performance = account->performance,
    .curve = account->curve,
  };
  for (guint i = 0; i < self->n_instruments; i++)
    cost += tf_ledger_net (ledger, i)->cost.raw;
  view->unrealized.raw = account->equity.raw - ledger->cash.raw - cost;
  if (equity > 0)
    {
      view->gross = tf_money_double (tf_exposure_gross (&book)) / equity;
      for (guint i = 0; i < self->n_instruments; i++)
        view->net += tf_money_double (book.net[i]) / equity;
      view->var = tf_gaussian_var (sqrt (tf_book_variance (self->covariance, &book) * days) / equity, 0.99);
      view->daily_loss = MAX (0, 1 - equity / tf_money_double (account->day_start));
      view->gap = tf_money_double (tf_exposure_gap_loss (&book, self->config->accounts[a].limits.stress_gap)) / equity;
    }
}

static void
view_voter (TfEngine    *self,
            guint        v,
            TfVoterView *view)
{
  const TfVoter *voter = &self->voters[v];

  *view = (TfVoterView) {
    .signals = voter->record.signals,
    .proposals = voter->proposals,
    .resolved = voter->record.resolved,
    .mean_outcome = voter->record.mean,
    .recent_outcome = voter->record.recent,
    .record = voter->record,
    .state = voter->state,
    .last_time = voter->last_time,
    .last_instrument = voter->last_instrument,
    .last_side = voter->last_side,
  };
  memcpy (view->followed, voter->followed, sizeof view->followed);
  memcpy (view->params, voter->params, sizeof view->params);
  for (guint i = 0; i < self->n_instruments; i++)
    if (fabsf (tf_stances (self, i)[v]) > fabsf (view->stance))
      view->stance = tf_stances (self, i)[v];
  tf_ensemble_weight (self->ensemble, v, &view->weight, &view->weight_sd, &view->effect, &view->effect_sd);
  for (guint g = 0; g < TF_N_REGIMES; g++)
    view->weight_in[g] = tf_ensemble_weight_in (self->ensemble, v, g);
  for (guint a = 0; a < self->n_accounts; a++)
    {
      const TfSubLedger *sub = tf_ledger_voter (self->ledgers[a], v);

      view->pnl.raw += sub->realized.raw - sub->fees.raw;
      view->trades += sub->trades;
      view->wins += sub->wins;
    }
  view->closed_pnl = view->pnl;
}

static void
view_positions (TfEngine   *self,
                TfSnapshot *snapshot)
{
  g_autoptr (GArray) positions = g_array_new (FALSE, TRUE, sizeof (TfPositionView));

  for (guint i = 0; i < self->n_instruments; i++)
    for (guint w = 0; w < self->active_words; w++)
      for (guint64 bits = self->active[i * self->active_words + w]; bits != 0; bits &= bits - 1)
        {
          guint index = w * 64 + (guint) __builtin_ctzll (bits), a = index / self->n_voters, v = index % self->n_voters;
          const TfPosition *position = tf_ledger_position (self->ledgers[a], v, i);
          const TfSlot *slot = tf_slot (self, i, a, v);
          TfPositionView view = {
            .account = a,
            .voter = v,
            .instrument = i,
            .quantity = position->quantity,
            .cost = position->cost,
            .value = position->cost,
            .stop = slot->trade.stop,
            .target = slot->trade.target,
            .opened = slot->opened,
          };

          snapshot->open_orders += (slot->entry.id != 0) + (slot->exit.id != 0) + (slot->stop.id != 0) + (slot->target.id != 0);
          if (position->quantity.raw == 0)
            continue;
          if (self->tapes[i].last.raw > 0)
            tf_notional (self->tapes[i].last, position->quantity, &view.value);
          snapshot->voters[v].pnl.raw += view.value.raw - view.cost.raw;
          g_array_append_val (positions, view);
        }
  snapshot->n_positions = positions->len;
  snapshot->positions = (TfPositionView *) (gpointer) g_array_free (g_steal_pointer (&positions), FALSE);
}

static void
view_holdings (TfEngine   *self,
               TfSnapshot *snapshot)
{
  g_autoptr (GArray) holdings = g_array_new (FALSE, TRUE, sizeof (TfHoldingView));

  for (guint t = 0; t < self->config->n_traders; t++)
    for (guint i = 0; i < self->n_instruments; i++)
      {
        TfHoldingView view = { t, i, tf_trader_book_position (self->book, t, i)->quantity };

        if (view.quantity.raw != 0)
          g_array_append_val (holdings, view);
      }
  snapshot->n_holdings = holdings->len;
  snapshot->holdings = (TfHoldingView *) (gpointer) g_array_free (g_steal_pointer (&holdings), FALSE);
}

static void
view_follows (TfEngine   *self,
              TfSnapshot *snapshot)
{
  snapshot->follows = g_new0 (TfFollowView, self->config->n_traders * self->n_accounts);
  snapshot->policy_changes = self->core->policy_changes;
  for (guint t = 0; t < self->config->n_traders; t++)
    for (guint a = 0; a < self->n_accounts; a++)
      {
        const TfFollow *follow = tf_follow (self, t, a);
        TfFollowView *view = &snapshot->follows[t * self->n_accounts + a];

        view->policy = follow->policy;
        view->state = follow->state;
        view->pnl = tf_following_pnl (self, a, t);
        view->gap_known = tf_copy_gap_view (self, a, t, &view->gap);
        for (guint l = 0; l < TF_N_COPY_LEVELS; l++)
          view->use[l] = tf_copy_levels_use (&follow->levels, &follow->policy, (TfCopyLevel) l, view->pnl, &view->limit[l]);
      }
}

static void
view_alerts (TfEngine   *self,
             TfSnapshot *snapshot)
{
  g_autoptr (GArray) alerts = g_array_new (FALSE, TRUE, sizeof (TfAlertView));

  for (gint a = -1; a < (gint) self->n_accounts; a++)
    for (guint kind = 0; kind < TF_N_ALERTS; kind++)
      {
        const TfAlertWatch *watch = tf_alert_book_watch (self->alerts, a, (TfAlertKind) kind);
        TfAlertView view = {
          .id = watch->record,
          .time = watch->since,
          .account = a,
          .kind = (gint) kind,
          .severity = watch->severity,
          .value = watch->use,
          .limit = watch->limit,
          .acknowledged = watch->acknowledged,
        };

        if (watch->severity != TF_SEVERITY_NONE)
          g_array_append_val (alerts, view);
      }
  snapshot->n_alerts = alerts->len;
  snapshot->alerts = (TfAlertView *) (gpointer) g_array_free (g_steal_pointer (&alerts), FALSE);
}

static void
view_candles (TfEngine   *self,
              TfSnapshot *snapshot,
              guint       i)
{
  const TfTape *tape = &self->tapes[i];
  const TfCandle *ring = &self->candles[i * TF_CANDLES_KEPT];
  guint at = (tape->next_candle + TF_CANDLES_KEPT - tape->n_candles) % TF_CANDLES_KEPT;

  snapshot->candles = g_new (TfCandle, tape->n_candles + 1);
  for (guint k = 0; k < tape->n_candles; k++, at = (at + 1) % TF_CANDLES_KEPT)
    snapshot->candles[k] = ring[at];
  snapshot->n_candles = tape->n_candles;
  if (tape->builder.open)
    snapshot->candles[snapshot->n_candles++] = tape->builder.current;
}

/**
 * tf_engine_snapshot:
 * @chart_instrument: whose candles to copy; −1: none
 *
 * Returns: (transfer full): the state between two events
 */
TfSnapshot *
tf_engine_snapshot (TfEngine *self,
                    gint      chart_instrument)
{
  const TfCore *core = self->core;
  TfSnapshot *snapshot = g_new0 (TfSnapshot, 1);
  guint n = self->n_instruments;

  g_atomic_ref_count_init (&snapshot->refs);
  snapshot->config = tf_config_ref (self->config);
  snapshot->time = core->time;
  snapshot->seq = core->seq;
  snapshot->events = core->events;
  snapshot->bars = core->bars;
  snapshot->signals = core->signals;
  snapshot->orders = core->orders;
  snapshot->fills = core->fills;
  memcpy (snapshot->verdicts, core->verdicts, sizeof snapshot->verdicts);
  memcpy (snapshot->head, core->head, sizeof snapshot->head);
  snapshot->open_proposals = core->open_proposals;
  snapshot->state = core->state;
  snapshot->calibration = core->calibration;
  snapshot->chart_instrument = chart_instrument;

  snapshot->accounts = g_new (TfAccountView, self->n_accounts);
  for (guint a = 0; a < self->n_accounts; a++)
    view_account (self, a, &snapshot->accounts[a]);
  snapshot->voters = g_new (TfVoterView, self->n_voters);
  for (guint v = 0; v < self->n_voters; v++)
    view_voter (self, v, &snapshot->voters[v]);
  snapshot->quotes = g_new0 (TfQuoteView, n);
  for (guint i = 0; i < n; i++)
    {
      const TfTape *tape = &self->tapes[i];
      double bars_per_year = 365 * (double) TF_DAY / (double) self->config->interval;

      snapshot->quotes[i] = (TfQuoteView) {
        .last = tape->last,
        .bid = tape->bid,
        .ask = tape->ask,
        .day_open = tape->day_open,
        .time = tape->time,
        .volatility = sqrt (tape->variance * bars_per_year),
        .regime = tape->regime,
      };
    }
  snapshot->correlation = g_new (double, n * n);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      snapshot->correlation[i * n + j] = tf_correlation (self->covariance, i, j);
  view_positions (self, snapshot);
  view_holdings (self, snapshot);
  view_follows (self, snapshot);
  view_alerts (self, snapshot);
  if (chart_instrument >= 0 && (guint) chart_instrument < n)
    view_candles (self, snapshot, (guint) chart_instrument);
  return snapshot;
}
