#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/risk/alerts.h"
#include "core/risk/gate.h"
#include "core/risk/sizing.h"
#include "core/risk/var.h"

#define N 3
#define NOW (1000 * TF_DAY)

static TfMoney
money (double value)
{
  return (TfMoney) { (gint64) llrint (value * 1e8) };
}

/* --- the gate --- */

/* An account of 100,000 that holds nothing, in a market at 100: what one row then makes different. */
typedef struct
{
  TfLimits limits;
  TfInstrument instrument;
  TfGovernor governor;
  TfTokenBucket account_bucket, system_bucket;
  TfStopGuard stop_guard;
  TfProfitRecord profit;
  TfMoney net[N], buying[N], selling[N];
  guint16 cluster[N];
  TfCovariance *covariance;
  TfGateInput in;
} Fixture;

static void
fixture_init (Fixture *f)
{
  *f = (Fixture) {
    .instrument = { .symbol = "BTC-USDT", .lot = { 1000000 }, .min_notional = { 10 * TF_SCALE } },
    .cluster = { 0, 0, 1 },
  };
  tf_limits_default (&f->limits, 3);
  f->limits.max_position = 2; /* out of each other's way; rows set what they are about */
  f->limits.max_cluster = 2.5;
  f->limits.max_net = 2.8;
  f->limits.max_order = 3;
  f->limits.stress_gap = 0.04;
  tf_governor_init (&f->governor, money (100000));
  tf_token_bucket_init (&f->account_bucket, 60, 2);
  tf_token_bucket_init (&f->system_bucket, 60, 4);
  f->in = (TfGateInput) {
    .limits = &f->limits,
    .instrument = &f->instrument,
    .direction = 1,
    .quantity = { 100 * TF_SCALE },
    .price = { 100 * TF_SCALE },
    .reference = { 100 * TF_SCALE },
    .equity = money (100000),
    .day_equity = money (100000),
    .book = { N, f->net, f->buying, f->selling, f->cluster },
    .governor = &f->governor,
    .now = NOW,
    .data_time = NOW,
    .max_age = TF_HOUR,
    .bars_per_day = 24,
    .account_bucket = &f->account_bucket,
    .system_bucket = &f->system_bucket,
    .stop_guard = &f->stop_guard,
    .profit = &f->profit,
  };
}

static void
fixture_clear (Fixture *f)
{
  g_free (f->covariance);
}

static void
lose (Fixture *f,
      double   equity)
{
  f->in.equity = money (equity);
  tf_governor_update (&f->governor, &f->limits, f->in.equity, NOW);
}

static void set_nothing (Fixture *f) { }
static void set_halted (Fixture *f) { f->in.state = TF_STATE_HALTED; }
static void set_flattening (Fixture *f) { f->in.state = TF_STATE_FLATTENING; }
static void set_close_only (Fixture *f) { f->in.state = TF_STATE_CLOSE_ONLY; }
static void set_reducing (Fixture *f) { f->in.state = TF_STATE_REDUCING; }
static void
set_reducing_short (Fixture *f)
{
  f->in.state = TF_STATE_REDUCING;
  f->net[0] = money (-4000);
}
static void
set_halted_exit (Fixture *f)
{
  set_halted (f);
  lose (f, 80000);
  f->in.reduce_only = TRUE;
  f->in.long_only = TRUE;
  f->in.direction = -1;
}
static void set_age_at (Fixture *f) { f->in.data_time = NOW - TF_HOUR; }
static void set_age_over (Fixture *f) { f->in.data_time = NOW - TF_HOUR - TF_SECOND; }
static void set_collar_at (Fixture *f) { f->limits.price_collar = 0.25; f->in.reference.raw = 80 * TF_SCALE; }
static void
set_collar_over (Fixture *f)
{
  f->limits.price_collar = 0.25;
  f->in.reference.raw = 79 * TF_SCALE;
}
static void set_no_price (Fixture *f) { f->in.price.raw = 0; }
static void set_long_only (Fixture *f) { f->in.long_only = TRUE; f->in.direction = -1; }
static void set_long_only_buy (Fixture *f) { f->in.long_only = TRUE; }
static void set_duplicate (Fixture *f) { f->in.duplicate = TRUE; }
static void
set_one_token (Fixture *f)
{
  g_assert_true (tf_token_bucket_take (&f->account_bucket, NOW));
}
static void
set_no_token (Fixture *f)
{
  set_one_token (f);
  set_one_token (f);
  g_assert_false (tf_token_bucket_take (&f->account_bucket, NOW));
}
static void
set_no_system_token (Fixture *f)
{
  for (guint i = 0; i < 4; i++)
    g_assert_true (tf_token_bucket_take (&f->system_bucket, NOW));
}
static void set_cooldown (Fixture *f) { f->in.last_stop = NOW - f->limits.cooldown + TF_SECOND; }
static void set_cooled (Fixture *f) { f->in.last_stop = NOW - f->limits.cooldown; }
static void
add_stops (Fixture *f,
           guint    n)
{
  for (guint i = 0; i < n; i++)
    tf_stop_guard_add (&f->stop_guard, &f->limits, NOW - TF_HOUR);
}
static void set_stops_below (Fixture *f) { add_stops (f, f->limits.stop_guard_count - 1); }
static void set_stops (Fixture *f) { add_stops (f, f->limits.stop_guard_count); }
static void
add_outcomes (Fixture *f,
              double   outcome,
              guint    n)
{
  for (guint i = 0; i < n; i++)
    tf_profit_record_add (&f->profit, outcome, NOW - TF_DAY);
}
static void set_loser (Fixture *f) { add_outcomes (f, -0.75, 8); }
static void set_loser_at (Fixture *f) { add_outcomes (f, -0.5, 8); }
static void set_loser_early (Fixture *f) { add_outcomes (f, -0.75, 7); }
static void set_loser_rested (Fixture *f) { set_loser (f); f->in.now = f->in.data_time = NOW + 6 * TF_DAY; }
static void set_day_at (Fixture *f) { lose (f, 95000); }
static void set_day_below (Fixture *f) { lose (f, 95000.01); }
static void
set_drawdown_at (Fixture *f)
{
  lose (f, 88000);
  f->in.day_equity = f->in.equity;
}
/* Day P&L apart: at a drawdown of 10 % a gap may cost 5,000 of the 90,000 that are left; entries may use four fifths
 * of that: a position of 16,000. */
static void
set_gap (Fixture *f)
{
  lose (f, 90000);
  f->in.day_equity = f->in.equity;
  f->limits.stress_gap = 0.25;
}
static void
set_gap_used (Fixture *f)
{
  set_gap (f);
  f->net[1] = money (15000);
}
static void
set_gap_other_cluster (Fixture *f)
{
  set_gap (f);
  f->net[2] = money (-15000);
}
static void
set_gap_full (Fixture *f)
{
  set_gap (f);
  f->net[2] = money (-19999);
}
static void set_order (Fixture *f) { f->limits.max_order = 0.05; }
static void set_order_at (Fixture *f) { f->limits.max_order = 0.10; }
static void
set_position (Fixture *f)
{
  f->limits.max_position = 0.10;
  f->net[0] = money (3000);
  f->buying[0] = money (1000);
}
static void set_position_other_side (Fixture *f) { f->limits.max_position = 0.10; f->net[0] = money (-1000); }
static void
set_gross (Fixture *f)
{
  f->limits.max_gross = 0.50;
  f->net[1] = money (30000);
  f->net[2] = money (-18000);
}
static void
set_gross_crossing (Fixture *f) /* 5,000 bring the short to nothing, 5,000 more replace it: gross stays */
{
  f->limits.max_gross = 0.50;
  f->net[0] = money (-10000);
  f->net[1] = money (40000);
}
static void
set_net (Fixture *f)
{
  f->limits.max_net = 0.20;
  f->net[1] = money (30000);
  f->net[2] = money (-18000);
}
static void set_leverage (Fixture *f) { f->limits.max_leverage = 0.20; f->net[2] = money (-18000); }
static void
set_cluster (Fixture *f)
{
  f->limits.max_cluster = 0.30;
  f->net[1] = money (22000);
  f->net[2] = money (90000);
}
static void
set_var (Fixture *f)
{
  static const double up[N] = { 0.02, 0, 0 }, down[N] = { -0.02, 0, 0 };

  f->covariance = g_malloc (tf_covariance_size (N));
  tf_covariance_init (f->covariance, N, TF_COVARIANCE_LAMBDA);
  for (guint i = 0; i < 200; i++)
    tf_covariance_update (f->covariance, i % 2 == 0 ? up : down);
  f->in.covariance = f->covariance;
  f->limits.max_var = 0.01;
}
static void set_small (Fixture *f) { f->in.quantity.raw = 9 * TF_SCALE / 100; }
static void set_small_at (Fixture *f) { f->in.quantity.raw = 10 * TF_SCALE / 100; }
static void set_cut_too_small (Fixture *f) { f->limits.max_order = 0.00005; }
static void
set_halted_and_stale (Fixture *f)
{
  set_halted (f);
  set_age_over (f);
}

typedef struct
{
  const char *name;
  void      (*set) (Fixture *f);
  TfRefusal   refusal;
  double      quantity;      /* of the 100 asked for, at 100 */
  double      value, limit;  /* compared when there is a refusal */
} GateRow;

static const GateRow gate_rows[] = {
  { "accepted", set_nothing, TF_REFUSAL_NONE, 100, 0, 0 },
  { "halted", set_halted, TF_REFUSAL_HALTED, 0, 0, 0 },
  { "flattening", set_flattening, TF_REFUSAL_HALTED, 0, 0, 0 },
  { "close-only", set_close_only, TF_REFUSAL_HALTED, 0, 0, 0 },
  { "reducing", set_reducing, TF_REFUSAL_HALTED, 0, 0, 0 },
  { "reducing/against", set_reducing_short, TF_REFUSAL_HALTED, 40, 0, 0 },
  { "exit-always-passes", set_halted_exit, TF_REFUSAL_NONE, 100, 0, 0 },
  { "stale-data/at", set_age_at, TF_REFUSAL_NONE, 100, 0, 0 },
  { "stale-data/over", set_age_over, TF_REFUSAL_STALE_DATA, 0, 3601, 3600 },
  { "price-collar/at", set_collar_at, TF_REFUSAL_NONE, 100, 0, 0 },
  { "price-collar/over", set_collar_over, TF_REFUSAL_PRICE_COLLAR, 0, 100.0 / 79 - 1, 0.25 },
  { "price-collar/no-price", set_no_price, TF_REFUSAL_PRICE_COLLAR, 0, 1, 0.03 },
  { "long-only", set_long_only, TF_REFUSAL_LONG_ONLY, 0, 0, 0 },
  { "long-only/buy", set_long_only_buy, TF_REFUSAL_NONE, 100, 0, 0 },
  { "duplicate-order", set_duplicate, TF_REFUSAL_DUPLICATE_ORDER, 0, 0, 0 },
  { "rate-limit/below", set_one_token, TF_REFUSAL_NONE, 100, 0, 0 },
  { "rate-limit/account", set_no_token, TF_REFUSAL_RATE_LIMIT, 0, 3, 2 },
  { "rate-limit/system", set_no_system_token, TF_REFUSAL_RATE_LIMIT, 0, 5, 4 },
  { "cooldown", set_cooldown, TF_REFUSAL_COOLDOWN, 0, 7199, 7200 },
  { "cooldown/over", set_cooled, TF_REFUSAL_NONE, 100, 0, 0 },
  { "stop-loss-guard/below", set_stops_below, TF_REFUSAL_NONE, 100, 0, 0 },
  { "stop-loss-guard", set_stops, TF_REFUSAL_STOP_LOSS_GUARD, 0, 3600, 12 * 3600 },
  { "low-profit", set_loser, TF_REFUSAL_LOW_PROFIT, 0, -0.75, -0.5 },
  { "low-profit/at", set_loser_at, TF_REFUSAL_NONE, 100, 0, 0 },
  { "low-profit/too-early", set_loser_early, TF_REFUSAL_NONE, 100, 0, 0 },
  { "low-profit/rested", set_loser_rested, TF_REFUSAL_NONE, 100, 0, 0 },
  { "daily-loss/below", set_day_below, TF_REFUSAL_NONE, 100, 0, 0 },
  { "daily-loss/at", set_day_at, TF_REFUSAL_DAILY_LOSS, 0, 0.05, 0.05 },
  { "drawdown", set_drawdown_at, TF_REFUSAL_DRAWDOWN, 0, 0.12, 0.12 },
  { "gap-budget/room", set_gap, TF_REFUSAL_NONE, 100, 0, 0 },
  { "gap-budget/same-cluster", set_gap_used, TF_REFUSAL_GAP_BUDGET, 10, 6250.0 / 90000, 4000.0 / 90000 },
  { "gap-budget/other-cluster", set_gap_other_cluster, TF_REFUSAL_GAP_BUDGET, 10, 6250.0 / 90000, 4000.0 / 90000 },
  { "gap-budget/full", set_gap_full, TF_REFUSAL_GAP_BUDGET, 0, 7499.75 / 90000, 4000.0 / 90000 },
  { "order-size", set_order, TF_REFUSAL_ORDER_SIZE, 50, 0.10, 0.05 },
  { "order-size/at", set_order_at, TF_REFUSAL_NONE, 100, 0, 0 },
  { "position-size", set_position, TF_REFUSAL_POSITION_SIZE, 60, 0.14, 0.10 },
  { "position-size/other-side", set_position_other_side, TF_REFUSAL_NONE, 100, 0, 0 },
  { "gross-exposure", set_gross, TF_REFUSAL_GROSS_EXPOSURE, 20, 0.58, 0.50 },
  { "gross-exposure/crossing", set_gross_crossing, TF_REFUSAL_NONE, 100, 0, 0 },
  { "net-exposure", set_net, TF_REFUSAL_NET_EXPOSURE, 80, 0.22, 0.20 },
  { "leverage", set_leverage, TF_REFUSAL_LEVERAGE, 20, 0.28, 0.20 },
  { "cluster", set_cluster, TF_REFUSAL_CLUSTER, 80, 0.32, 0.30 },
  { "too-small", set_small, TF_REFUSAL_TOO_SMALL, 0, 9, 10 },
  { "too-small/at", set_small_at, TF_REFUSAL_NONE, 0.1, 0, 0 },
  { "cut-too-small", set_cut_too_small, TF_REFUSAL_ORDER_SIZE, 0, 0.10, 0.00005 },
  { "fixed-order", set_halted_and_stale, TF_REFUSAL_HALTED, 0, 0, 0 },
};

static void
test_gate (gconstpointer data)
{
  const GateRow *row = data;
  Fixture f;
  TfGateResult out;

  fixture_init (&f);
  row->set (&f);
  g_assert_cmpint (tf_risk_gate (&f.in, &out), ==, row->quantity > 0);
  g_assert_cmpstr (tf_refusal_name (out.refusal), ==, tf_refusal_name (row->refusal));
  g_assert_cmpfloat_with_epsilon (tf_qty_double (out.quantity), row->quantity, 1e-9);
  if (row->quantity > 0)
    g_assert_cmpfloat_with_epsilon (tf_money_double (out.notional), 100 * row->quantity, 1e-9);
  g_assert_cmpfloat_with_epsilon (out.value, row->value, 1e-9);
  g_assert_cmpfloat_with_epsilon (out.limit, row->limit, 1e-9);
  fixture_clear (&f);
}

static void
test_gate_var (void)
{
  Fixture f;
  TfGateResult out;
  double sd;

  fixture_init (&f);
  set_var (&f);
  sd = tf_volatility (f.covariance, 0) * sqrt (24);
  g_assert_true (tf_risk_gate (&f.in, &out));
  g_assert_cmpint (out.refusal, ==, TF_REFUSAL_VAR);
  g_assert_cmpfloat_with_epsilon (out.value, tf_gaussian_var (0.1 * sd, 0.99), 1e-9);
  g_assert_cmpfloat (out.limit, ==, 0.01);
  g_assert_cmpfloat_with_epsilon (tf_money_double (out.notional), 100000 * 0.01 / tf_gaussian_var (sd, 0.99), 1.0);

  /* a book above the limit: no more of it, but as much against it as leaves it no riskier */
  f.net[0] = money (9000);
  g_assert_false (tf_risk_gate (&f.in, &out));
  g_assert_cmpint (out.refusal, ==, TF_REFUSAL_VAR);
  f.in.direction = -1;
  g_assert_true (tf_risk_gate (&f.in, &out));
  g_assert_cmpint (out.refusal, ==, TF_REFUSAL_NONE);
  fixture_clear (&f);
}

/* Random books and orders: what passes keeps every limit on size that held before, and passes again. */
static void
test_gate_property (void)
{
  TfRandom random;
  guint passed = 0, cut = 0;

  tf_random_seed (&random, 42);
  for (guint round = 0; round < 20000; round++)
    {
      Fixture f;
      TfGateResult out, again;
      TfMoney budget, *working;
      guint i;
      double equity;

      fixture_init (&f);
      tf_limits_default (&f.limits, 1 + floor (3 * tf_random_uniform (&random)));
      lose (&f, 88000 + 14000 * tf_random_uniform (&random));
      f.in.day_equity = f.in.equity;
      f.in.index = (guint) (N * tf_random_uniform (&random));
      f.in.direction = tf_random_uniform (&random) < 0.5 ? -1 : 1;
      f.in.price.raw = f.in.reference.raw = 1 + (gint64) (1e12 * pow (tf_random_uniform (&random), 8));
      f.instrument.lot.raw = 1 + (gint64) (1e6 * pow (tf_random_uniform (&random), 4));
      f.in.quantity.raw = (gint64) fmin (6e20 * tf_random_uniform (&random) / (double) f.in.price.raw, 9e18);
      if (f.in.quantity.raw <= 0)
        continue;
      for (i = 0; i < N; i++)
        {
          f.net[i] = money (40000 * tf_random_normal (&random) * tf_random_uniform (&random));
          f.buying[i] = money (5000 * tf_random_uniform (&random));
          f.selling[i] = money (5000 * tf_random_uniform (&random));
          f.cluster[i] = tf_random_uniform (&random) < 0.5 || i == 0 ? 0 : (guint16) (f.cluster[i - 1] + 1);
        }
      budget = tf_governor_budget (&f.governor, &f.limits);
      if (!tf_risk_gate (&f.in, &out))
        {
          g_assert_cmpint (out.refusal, !=, TF_REFUSAL_NONE);
          g_assert_cmpint (out.quantity.raw, ==, 0);
          continue;
        }
      passed++;
      cut += out.refusal != TF_REFUSAL_NONE;
      g_assert_cmpint (out.quantity.raw % f.instrument.lot.raw, ==, 0);
      g_assert_cmpint (out.quantity.raw, <=, f.in.quantity.raw);

      f.in.quantity = out.quantity;
      g_assert_true (tf_risk_gate (&f.in, &again));
      g_assert_cmpint (again.refusal, ==, TF_REFUSAL_NONE);
      g_assert_cmpint (again.quantity.raw, ==, out.quantity.raw);

      i = f.in.index;
      working = f.in.direction > 0 ? &f.buying[i] : &f.selling[i];
      working->raw += out.notional.raw;
      equity = (double) f.in.equity.raw;
      g_assert_cmpint (tf_exposure_gap_loss (&f.in.book, f.limits.stress_gap).raw, <=, budget.raw);
      g_assert_cmpfloat (tf_exposure_gap_keep (&f.in.book, f.limits.stress_gap, budget), ==, 1);
      g_assert_cmpfloat ((double) tf_exposure_side (&f.in.book, i, f.in.direction).raw, <=,
                         f.limits.max_position * equity);
      g_assert_cmpfloat ((double) tf_exposure_net (&f.in.book, f.in.direction).raw, <=, f.limits.max_net * equity);
      g_assert_cmpfloat ((double) tf_exposure_cluster (&f.in.book, i, f.in.direction).raw, <=,
                         f.limits.max_cluster * equity);
      g_assert_cmpfloat ((double) out.notional.raw, <=, f.limits.max_order * equity);
    }
  g_assert_cmpuint (passed, >, 2000);
  g_assert_cmpuint (cut, >, 500);
}

static void
test_refusal_names (void)
{
  for (guint i = 0; i < TF_N_REFUSALS; i++)
    {
      g_assert_cmpuint (strlen (tf_refusal_name ((TfRefusal) i)), >, 0);
      g_assert_cmpuint (strlen (tf_refusal_sentence ((TfRefusal) i)), >, 0);
      for (guint j = 0; j < i; j++)
        g_assert_cmpstr (tf_refusal_name ((TfRefusal) i), !=, tf_refusal_name ((TfRefusal) j));
    }
  g_assert_cmpstr (tf_refusal_sentence (TF_REFUSAL_DAILY_LOSS), ==, "the daily loss limit is reached");
}

static void
test_limits (void)
{
  for (guint leverage = 1; leverage <= 3; leverage++)
    {
      g_autoptr (GError) error = NULL;
      TfLimits limits;

      tf_limits_default (&limits, leverage);
      g_assert_true (tf_limits_check (&limits, NULL));
      g_assert_cmpfloat (limits.max_gross, ==, leverage);
      g_assert_cmpfloat (limits.max_leverage, ==, leverage);
      limits.governor_end = 0.2; /* above max_drawdown */
      g_assert_false (tf_limits_check (&limits, &error));
      g_assert_nonnull (strstr (error->message, "governor_end"));
      limits.governor_end = (double) NAN;
      g_assert_false (tf_limits_check (&limits, NULL));
    }
}

/* --- governor --- */

static void
test_governor (void)
{
  static const struct { double equity, drawdown, factor; gboolean latches; } path[] = {
    { 100000, 0, 1, FALSE },
    { 110000, 0, 1, FALSE },
    { 101750, 0.075, 1, FALSE },
    { 99275, 0.0975, 0.5, FALSE },
    { 110000, 0, 1, FALSE },
    { 96801, 0.11999, 0.0002, FALSE },
    { 96800, 0.12, 0, TRUE },
    { 96000, 14.0 / 110, 0, FALSE },
    { 120000, 0, 0, FALSE }, /* the latch holds, whatever comes */
  };
  TfLimits limits;
  TfGovernor governor;

  tf_limits_default (&limits, 1);
  tf_governor_init (&governor, money (100000));
  for (guint i = 0; i < G_N_ELEMENTS (path); i++)
    {
      g_assert_cmpint (tf_governor_update (&governor, &limits, money (path[i].equity), NOW + i), ==, path[i].latches);
      g_assert_cmpfloat_with_epsilon (governor.drawdown, path[i].drawdown, 1e-4);
      g_assert_cmpfloat_with_epsilon (governor.factor, path[i].factor, 1e-3);
    }
  g_assert_true (governor.latched);
  g_assert_cmpint (governor.latched_at, ==, NOW + 6);

  tf_governor_update (&governor, &limits, money (102000), NOW);
  tf_governor_rearm (&governor, &limits);
  g_assert_false (governor.latched);
  g_assert_cmpfloat (governor.factor, ==, 1);
  g_assert_cmpint (governor.peak.raw, ==, money (102000).raw);
  g_assert_cmpint (governor.high.raw, ==, money (120000).raw);
  g_assert_cmpfloat_with_epsilon (governor.max_drawdown, 0.15, 1e-12);
  g_assert_cmpuint (governor.rearms, ==, 1);

  /* the next fall latches again from the new peak, and the statistic counts from the highest ever */
  g_assert_true (tf_governor_update (&governor, &limits, money (89760), NOW));
  g_assert_cmpfloat_with_epsilon (governor.max_drawdown, 1 - 89760.0 / 120000, 1e-12);

  /* not latched: re-arming gives no new peak */
  tf_governor_init (&governor, money (100000));
  tf_governor_update (&governor, &limits, money (90000), NOW);
  tf_governor_rearm (&governor, &limits);
  g_assert_cmpint (governor.peak.raw, ==, money (100000).raw);
  g_assert_cmpint (tf_governor_budget (&governor, &limits).raw, ==, money (5000).raw);
  tf_governor_update (&governor, &limits, money (-5), NOW);
  g_assert_cmpint (tf_governor_budget (&governor, &limits).raw, ==, 0);
  g_assert_cmpfloat (governor.factor, ==, 0);
}

static void
test_gap (void)
{
  TfMoney net[4] = { money (100), money (-40), money (-30), money (10) }, buying[4] = { { 0 } };
  const guint16 cluster[4] = { 0, 0, 1, 2 };
  TfExposure book = { 4, net, buying, NULL, cluster };

  g_assert_cmpint (tf_exposure_gap_loss (&book, 0.25).raw, ==, money (25).raw);
  g_assert_cmpint (tf_exposure_gross (&book).raw, ==, money (180).raw);
  g_assert_cmpint (tf_exposure_net (&book, 1).raw, ==, money (40).raw);
  g_assert_cmpint (tf_exposure_gap_room (&book, 0.25, money (30), 0, 1).raw, ==, money (20).raw);
  g_assert_cmpint (tf_exposure_gap_room (&book, 0.25, money (30), 1, -1).raw, ==, money (140).raw);
  g_assert_cmpint (tf_exposure_gap_room (&book, 0.25, money (30), 2, -1).raw, ==, money (20).raw);
  g_assert_cmpint (tf_exposure_gap_room (&book, 0.25, money (24), 2, 1).raw, ==, 0);
  g_assert_cmpfloat_with_epsilon (tf_exposure_gap_keep (&book, 0.25, money (20)), 0.8, 1e-12);
  g_assert_cmpfloat (tf_exposure_gap_keep (&book, 0.25, (TfMoney) { -1 }), ==, 0);
  buying[1] = money (40); /* what works may be filled: the hedge is not counted on */
  g_assert_cmpint (tf_exposure_gap_loss (&book, 0.25).raw, ==, money (35).raw);
  book.cluster = NULL;
  g_assert_cmpint (tf_exposure_gap_loss (&book, 0.25).raw, ==, money (45).raw);
}

/* --- guards --- */

static void
test_token_bucket (void)
{
  TfTokenBucket bucket, open = { 0 };

  tf_token_bucket_init (&bucket, 6, 3);
  g_assert_cmpuint (tf_token_bucket_tokens (&bucket, NOW), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_true (tf_token_bucket_take (&bucket, NOW));
  g_assert_false (tf_token_bucket_take (&bucket, NOW));
  g_assert_false (tf_token_bucket_take (&bucket, NOW + 10 * TF_SECOND - 1));
  g_assert_true (tf_token_bucket_take (&bucket, NOW + 10 * TF_SECOND));
  g_assert_false (tf_token_bucket_take (&bucket, NOW + 10 * TF_SECOND));
  g_assert_cmpuint (tf_token_bucket_tokens (&bucket, NOW + TF_HOUR), ==, 3);
  g_assert_true (tf_token_bucket_take (&open, NOW));
  tf_token_bucket_init (&open, 0, 0);
  for (guint i = 0; i < 100; i++)
    g_assert_true (tf_token_bucket_take (&open, NOW));
}

static void
test_stop_guard (void)
{
  TfStopGuard guard = { 0 };
  TfLimits limits;

  tf_limits_default (&limits, 1);
  for (guint i = 0; i < 7; i++)
    g_assert_false (tf_stop_guard_add (&guard, &limits, NOW + i * TF_HOUR));
  g_assert_cmpuint (tf_stop_guard_count (&guard, NOW + 6 * TF_HOUR, 2 * TF_HOUR), ==, 2);
  g_assert_true (tf_stop_guard_add (&guard, &limits, NOW + 7 * TF_HOUR));
  g_assert_cmpint (guard.until, ==, NOW + 19 * TF_HOUR);
  g_assert_false (tf_stop_guard_add (&guard, &limits, NOW + 20 * TF_HOUR));
  for (guint i = 0; i < 100; i++)
    tf_stop_guard_add (&guard, &limits, NOW + 30 * TF_HOUR);
  g_assert_cmpuint (tf_stop_guard_count (&guard, NOW + 30 * TF_HOUR, TF_HOUR), ==, TF_STOP_GUARD_SIZE);
}

static void
test_profit_record (void)
{
  TfProfitRecord record = { 0 };

  g_assert_cmpfloat (tf_profit_record_mean (&record, 4), ==, 0);
  for (guint i = 0; i < 40; i++)
    tf_profit_record_add (&record, i, NOW + i);
  g_assert_cmpfloat (tf_profit_record_mean (&record, 4), ==, 37.5);
  g_assert_cmpfloat (tf_profit_record_mean (&record, 100), ==, 23.5);
  g_assert_cmpint (record.last, ==, NOW + 39);
}

/* --- sizing --- */

static const TfInstrument coin = { .symbol = "BTC-USDT", .lot = { 1000 }, .taker_ppm = 1000, .spread_ppm = 200 };

static TfSizingInput
sizing_input (const TfLimits *limits)
{
  return (TfSizingInput) {
    .limits = limits,
    .instrument = &coin,
    .equity = money (100000),
    .multiplier = 1,
    .mean = 0.2,
    .variance = 2,
    .governor = 1,
    .grade = 1,
    .entry = { 20000 * TF_SCALE },
    .stop = { 19000 * TF_SCALE },
  };
}

static void
test_sizing (void)
{
  TfLimits limits;
  TfSizingInput in;
  TfSizing out;
  char text[256];

  tf_limits_default (&limits, 1);
  limits.base_risk = 0.005;
  in = sizing_input (&limits);
  g_assert_true (tf_sizing_compute (&in, &out));
  g_assert_cmpint (out.risk.raw, ==, money (500).raw);
  /* 1000 to the stop, 0.1 % fee and 0.01 % half spread on 20,000 and on 19,000 */
  g_assert_cmpint (out.unit_loss.raw, ==, money (1042.9).raw);
  g_assert_cmpfloat_with_epsilon (tf_qty_double (out.quantity), 500 / 1042.9, 1e-5);
  g_assert_cmpint (out.loss.raw, <=, out.risk.raw);
  g_assert_cmpint (out.quantity.raw % coin.lot.raw, ==, 0);
  tf_sizing_describe (&out, text, sizeof text);
  g_assert_cmpstr (text, ==, "base-risk=0.005 multiplier=1 kelly=1 volatility=1 correlation=1 governor=1 grade=1 "
                             "probation=1 risk=500");
  g_assert_cmpuint (tf_sizing_describe (&out, text, 20), ==, strlen ("base-risk=0.005"));

  in.multiplier = 1.5;
  in.mean = 0.012; /* 0.5 × 0.012 / 2 = 0.3 % of equity, of 0.75 % */
  in.book_volatility = 0.4;
  in.correlated = 3;
  in.governor = 0.5;
  in.grade = 0.25;
  g_assert_true (tf_sizing_compute (&in, &out));
  g_assert_cmpfloat_with_epsilon (out.factors[TF_FACTOR_KELLY], 0.4, 1e-12);
  g_assert_cmpfloat_with_epsilon (out.factors[TF_FACTOR_VOLATILITY], 0.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (out.factors[TF_FACTOR_CORRELATION], 0.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (tf_money_double (out.risk), 750 * 0.4 * 0.5 * 0.5 * 0.5 * 0.25, 1e-6);

  in.correlated = -1; /* a hedge is no reason for more */
  tf_sizing_compute (&in, &out);
  g_assert_cmpfloat (out.factors[TF_FACTOR_CORRELATION], ==, 1);

  /* no edge, no size; a probation trade has the budget's */
  in = sizing_input (&limits);
  in.mean = -0.1;
  g_assert_false (tf_sizing_compute (&in, &out));
  g_assert_cmpint (out.quantity.raw, ==, 0);
  g_assert_cmpfloat (out.factors[TF_FACTOR_KELLY], ==, 0);
  g_assert_true (tf_sizing_probation (&in, money (10), &out));
  g_assert_cmpfloat_with_epsilon (out.factors[TF_FACTOR_PROBATION], 0.02, 1e-12);
  g_assert_cmpint (out.risk.raw, <=, money (10).raw);
  g_assert_cmpint (out.loss.raw, <=, out.risk.raw);
  g_assert_true (tf_sizing_probation (&in, money (1e6), &out));
  g_assert_cmpint (out.risk.raw, ==, money (500).raw);
  g_assert_false (tf_sizing_probation (&in, money (0), &out));
  g_assert_false (tf_sizing_probation (&in, money (-1), &out));

  in = sizing_input (&limits);
  in.stop = in.entry;
  g_assert_false (tf_sizing_compute (&in, &out));
  in = sizing_input (&limits);
  in.variance = (double) NAN;
  g_assert_false (tf_sizing_compute (&in, &out));
  in = sizing_input (&limits);
  in.book_volatility = (double) NAN;
  g_assert_false (tf_sizing_compute (&in, &out));
}

static void
test_sizing_property (void)
{
  TfRandom random;
  TfLimits limits;
  guint sized = 0;

  tf_limits_default (&limits, 3);
  tf_random_seed (&random, 5);
  for (guint round = 0; round < 50000; round++)
    {
      TfInstrument instrument = coin;
      TfSizingInput in = sizing_input (&limits);
      TfMoney budget = money (1000 * tf_random_uniform (&random));
      TfSizing out;
      __int128 loss;

      instrument.lot.raw = 1 + (gint64) (1e8 * pow (tf_random_uniform (&random), 4));
      in.instrument = &instrument;
      in.equity = money (1e6 * tf_random_uniform (&random));
      in.multiplier = 2 * tf_random_uniform (&random);
      in.mean = 0.3 * tf_random_normal (&random);
      in.variance = 3 * tf_random_uniform (&random);
      in.book_volatility = tf_random_uniform (&random);
      in.correlated = tf_random_normal (&random);
      in.governor = 1.5 * tf_random_uniform (&random);
      in.grade = 1.5 * tf_random_uniform (&random);
      in.slippage_ppm = (gint32) (500 * tf_random_uniform (&random));
      in.entry.raw = 1 + (gint64) (1e12 * pow (tf_random_uniform (&random), 6));
      in.stop.raw = 1 + (gint64) ((double) in.entry.raw * (0.8 + 0.4 * tf_random_uniform (&random)));
      if (round % 2 == 0 ? !tf_sizing_compute (&in, &out) : !tf_sizing_probation (&in, budget, &out))
        {
          g_assert_cmpint (out.quantity.raw, ==, 0);
          continue;
        }
      sized++;
      g_assert_cmpint (out.quantity.raw, >, 0);
      g_assert_cmpint (out.quantity.raw % instrument.lot.raw, ==, 0);
      g_assert_cmpint (out.loss.raw, <=, out.risk.raw);
      g_assert_cmpfloat ((double) out.loss.raw, <=, (double) in.equity.raw * limits.base_risk * in.multiplier);
      if (round % 2 == 1)
        g_assert_cmpint (out.loss.raw, <=, budget.raw);
      /* the loss is at least that of the prices alone */
      loss = (__int128) out.quantity.raw * ABS (in.entry.raw - in.stop.raw) / TF_SCALE;
      g_assert_cmpint ((gint64) loss, <=, out.loss.raw);
    }
  g_assert_cmpuint (sized, >, 10000);
}

/* --- alerts, states --- */

static void
test_alerts (void)
{
  static const struct { double use; TfAlertChange change; TfSeverity severity; } path[] = {
    { 0.5, TF_ALERT_UNCHANGED, TF_SEVERITY_NONE },
    { 0.79, TF_ALERT_UNCHANGED, TF_SEVERITY_NONE },
    { 0.80, TF_ALERT_RAISED, TF_SEVERITY_WARNING },
    { 0.79, TF_ALERT_UNCHANGED, TF_SEVERITY_WARNING },
    { 0.80, TF_ALERT_UNCHANGED, TF_SEVERITY_WARNING },
    { 1.00, TF_ALERT_RAISED, TF_SEVERITY_CRITICAL },
    { 0.90, TF_ALERT_UNCHANGED, TF_SEVERITY_CRITICAL },
    { 1.10, TF_ALERT_UNCHANGED, TF_SEVERITY_CRITICAL },
    { 0.75, TF_ALERT_UNCHANGED, TF_SEVERITY_CRITICAL },
    { 0.74, TF_ALERT_CLEARED, TF_SEVERITY_NONE },
    { 0.74, TF_ALERT_UNCHANGED, TF_SEVERITY_NONE },
    { 1.00, TF_ALERT_RAISED, TF_SEVERITY_CRITICAL },
  };
  g_autofree TfAlertBook *book = g_malloc (tf_alert_book_size (3));
  TfAlertWatch *watch;

  tf_alert_book_init (book, 3);
  watch = tf_alert_book_watch (book, 2, TF_ALERT_DRAWDOWN);
  for (guint i = 0; i < G_N_ELEMENTS (path); i++)
    {
      g_assert_cmpint (tf_alert_book_update (book, 2, TF_ALERT_DRAWDOWN, path[i].use * 8, 8, NOW + i), ==,
                       path[i].change);
      g_assert_cmpint (watch->severity, ==, path[i].severity);
      if (path[i].change == TF_ALERT_RAISED)
        {
          g_assert_cmpint (watch->since, ==, NOW + i);
          g_assert_false (watch->acknowledged);
          watch->record = 100 + i;
          g_assert_true (tf_alert_book_acknowledge (book, 100 + i));
          g_assert_false (tf_alert_book_acknowledge (book, 100 + i));
        }
    }
  g_assert_false (tf_alert_book_acknowledge (book, 0));
  g_assert_cmpint (tf_alert_book_worst (book, 2), ==, TF_SEVERITY_CRITICAL);
  g_assert_cmpint (tf_alert_book_worst (book, -1), ==, TF_SEVERITY_NONE);

  g_assert_cmpint (tf_alert_book_update (book, -1, TF_ALERT_EMERGENCY, 1, 1, NOW), ==, TF_ALERT_RAISED);
  g_assert_cmpint (tf_alert_book_update (book, -1, TF_ALERT_EMERGENCY, 0, 1, NOW), ==, TF_ALERT_CLEARED);
  g_assert_cmpint (tf_alert_book_update (book, 0, TF_ALERT_VAR, 0, 0, NOW), ==, TF_ALERT_UNCHANGED);
  g_assert_cmpint (tf_alert_book_update (book, 0, TF_ALERT_VAR, 1, 0, NOW), ==, TF_ALERT_RAISED);
  g_assert_cmpint (tf_alert_book_update (book, 1, TF_ALERT_VAR, (double) NAN, 1, NOW), ==, TF_ALERT_RAISED);
  g_assert_cmpint (tf_alert_book_worst (book, 1), ==, TF_SEVERITY_CRITICAL);
}

static void
test_states (void)
{
  for (guint i = 0; i < TF_N_STATES; i++)
    {
      TfTradingState state = (TfTradingState) i, parsed;

      g_assert_true (tf_state_parse (tf_state_name (state), &parsed));
      g_assert_cmpint (parsed, ==, state);
      g_assert_cmpint (tf_state_strictest (state, TF_STATE_CLOSE_ONLY), ==, MAX (state, TF_STATE_CLOSE_ONLY));
      g_assert_true (!tf_state_allows_entry (state) || tf_state_allows_reducing (state));
      g_assert_true (!tf_state_flattens (state) || tf_state_cancels_entries (state));
      g_assert_true (!tf_state_cancels_entries (state) || !tf_state_allows_reducing (state));
    }
  g_assert_false (tf_state_parse ("closed", &(TfTradingState) { 0 }));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (gate_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/risk/gate/", gate_rows[i].name, NULL);

      g_test_add_data_func (path, &gate_rows[i], test_gate);
    }
  g_test_add_func ("/risk/gate/value-at-risk", test_gate_var);
  g_test_add_func ("/risk/gate/property", test_gate_property);
  g_test_add_func ("/risk/refusals", test_refusal_names);
  g_test_add_func ("/risk/limits", test_limits);
  g_test_add_func ("/risk/governor/path", test_governor);
  g_test_add_func ("/risk/governor/gap", test_gap);
  g_test_add_func ("/risk/guards/token-bucket", test_token_bucket);
  g_test_add_func ("/risk/guards/stop-guard", test_stop_guard);
  g_test_add_func ("/risk/guards/profit-record", test_profit_record);
  g_test_add_func ("/risk/sizing/chain", test_sizing);
  g_test_add_func ("/risk/sizing/property", test_sizing_property);
  g_test_add_func ("/risk/alerts", test_alerts);
  g_test_add_func ("/risk/states", test_states);
  return g_test_run ();
}
