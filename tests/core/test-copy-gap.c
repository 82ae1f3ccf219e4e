/* The copy gap through the whole engine: it sums to the last unit and ends at what the ledger says, whatever happens. */

#include <string.h>

#include "core/base/random.h"
#include "core/engine-fixture.h"

#define TRADER "planb"
#define SYMBOL "BTC-USDT"

/* Every trader and account by another policy. */
static void
mix_policies (TfConfig *config,
              gboolean  moves)
{
  for (guint t = 0; t < config->n_traders; t++)
    for (guint a = 0; a < config->n_accounts; a++)
      {
        guint k = t * config->n_accounts + a;

        if (moves || k % TF_N_COPY_SIZINGS != TF_COPY_SIZE_VOLATILITY_TARGET)
          g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_SIZING, k % TF_N_COPY_SIZINGS));
        g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_ROUNDING, k % 3));
        g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_REVERSE, k % 5 == 4));
        g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_START, k % 4));
        g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_CAP_TRADE, k % 2 ? 0.05 : 0));
        g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_STATIC_STOP, k % 6 == 5 ? 0.01 : 0));
      }
}

/* Returns how many copies have a leader with a result. Of prices near the smallest there is, a full size is more than fits. */
static guint
assert_gaps (Run     *run,
             gboolean fits,
             guint   *seen)
{
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
  guint n = 0;

  for (guint t = 0; t < run->config->n_traders; t++)
    for (guint a = 0; a < run->config->n_accounts; a++)
      {
        const TfFollowView *view = tf_snapshot_follow (s, t, a);
        gint64 sum = view->gap.copy.raw;

        g_assert_true (view->gap_known || !fits);
        if (!view->gap_known)
          continue;
        g_assert_cmpint (view->gap.copy.raw, ==, view->pnl.raw);
        for (guint k = 0; k < TF_N_GAP_PARTS; k++)
          {
            sum += view->gap.parts[k].raw;
            seen[k] += view->gap.parts[k].raw != 0;
          }
        g_assert_cmpint (sum, ==, view->gap.leader.raw);
        g_assert_cmpint (view->gap.parts[TF_GAP_FEES].raw, >=, 0);
        g_assert_cmpint (view->gap.parts[TF_GAP_FUNDING].raw, ==, 0);
        n += view->gap.leader.raw != 0;
      }
  return n;
}

static void
test_weather (gconstpointer data)
{
  g_autoptr (TfConfig) config = config_of (data, 5);
  g_autoptr (Stream) stream = stream_of (data, config, 5);
  g_autoptr (Run) run = NULL;
  const Weather *weather = data;
  gboolean fits = weather == NULL || (weather->price > 1e-6 && weather->jump < 0.9);
  guint seen[TF_N_GAP_PARTS] = { 0 }, n = 0, step = MAX (stream->events->len / 40, 1);

  mix_policies (config, data != &weathers[5]);
  run = run_new (g_steal_pointer (&config));
  for (guint k = 0; k < stream->events->len; k += step)
    {
      feed_stream (run, stream, k, k + step);
      n = assert_gaps (run, fits, seen);
    }
  g_test_message ("%u of %u copies have a leader with a result; parts seen: %u %u %u %u %u %u", n,
                  run->config->n_traders * run->config->n_accounts, seen[0], seen[1], seen[2], seen[3], seen[4], seen[5]);
  g_assert_cmpuint (n, >, 0);
  if (data == NULL)
    for (guint k = 0; k < TF_GAP_FUNDING; k++)
      g_assert_cmpuint (seen[k], >, 100);
}

static TfGap
gap_of (Run   *run,
        guint  account)
{
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);

  return tf_snapshot_follow (s, (guint) tf_config_find_trader (run->config, TRADER), account)->gap;
}

static void
set (Run   *run,
     gint   param,
     double value)
{
  gint trader = tf_config_find_trader (run->config, TRADER);
  TfEvent event = command_event (run, TF_COMMAND_SET_POLICY, -1, run->config->n_bots + trader, param, value);

  feed (run, &event);
}

/* The trader's position, stated, and traded at the market's price and so much of it above. */
static TfPrice
state (Run    *run,
       double  position,
       double  above)
{
  static guint number;
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
  gint i = tf_universe_find (run->config->universe, SYMBOL);
  TfTraderSignal signal = signal_of (TRADER, SYMBOL, position > 0 ? 1 : -1, 0, tf_engine_get_time (run->engine));

  g_snprintf (signal.id, sizeof signal.id, "stated-%u", ++number);
  signal.has_position = TRUE;
  g_assert_true (tf_round_to_step (position, 1, &signal.position.raw));
  g_assert_true (tf_round_to_step (tf_price_double (s->quotes[i].last) * (1 + above), 1, &signal.price.raw));
  tell (run, &signal);
  return signal.price;
}

/* Half of what the trader holds, a basis point later each way: no other cause than delay, slippage and fees. */
static void
test_delay (void)
{
  g_autoptr (Run) run = signal_run ();
  TfPrice bought, sold;
  double last;

  set (run, TF_POLICY_SIZING, TF_COPY_SIZE_MULTIPLIER);
  set (run, TF_POLICY_MULTIPLIER, 0.5);
  bought = state (run, 0.02, -0.0001);
  pass_hour (run, 1.01);
  sold = state (run, 0, 0.0001);
  pass_hour (run, 1.01);
  last = tf_price_double (bought) / (1 - 0.0001);
  for (guint a = 0; a < run->config->n_accounts; a++)
    {
      TfGap gap = gap_of (run, a);
      TfMoney in, out;

      g_assert_true (tf_notional (bought, (TfQty) { 1000000 }, &in) && tf_notional (sold, (TfQty) { 1000000 }, &out));
      g_assert_cmpint (gap.leader.raw, ==, out.raw - in.raw);
      g_assert_cmpint (gap.parts[TF_GAP_SIZING].raw, ==, 0);
      g_assert_cmpint (gap.parts[TF_GAP_ROUNDING].raw, ==, 0);
      g_assert_cmpint (gap.parts[TF_GAP_SKIPPED].raw, ==, 0);
      g_assert_cmpfloat_with_epsilon (tf_money_double (gap.parts[TF_GAP_DELAY]), 0.01 * last * 0.0001 * 2.01, 1e-5);
      g_assert_cmpint (gap.parts[TF_GAP_SLIPPAGE].raw, !=, 0);
      g_assert_cmpint (gap.parts[TF_GAP_FEES].raw, >, 0);
    }
}

/* What the policy refuses, here for a price that is too far away, is skipped: all of it and nothing else. */
static void
test_skipped (void)
{
  g_autoptr (Run) run = signal_run ();

  set (run, TF_POLICY_SIZING, TF_COPY_SIZE_FIXED_QUANTITY);
  set (run, TF_POLICY_QUANTITY, 0.01);
  set (run, TF_POLICY_LARGEST_DEVIATION, 100);
  state (run, 3, -0.05);
  pass_hour (run, 1.05);
  state (run, 0, 0);
  pass_hour (run, 1);
  for (guint a = 0; a < run->config->n_accounts; a++)
    {
      TfGap gap = gap_of (run, a);

      g_assert_cmpint (gap.copy.raw, ==, 0);
      g_assert_cmpint (gap.leader.raw, >, 0);
      g_assert_cmpint (gap.parts[TF_GAP_SKIPPED].raw, ==, gap.leader.raw);
    }
}

/* A cap takes a part of the size, lots another; the leader's own size does not matter to a fixed quantity. */
static void
test_sizing (void)
{
  g_autoptr (Run) run = signal_run ();

  set (run, TF_POLICY_SIZING, TF_COPY_SIZE_FIXED_QUANTITY);
  set (run, TF_POLICY_QUANTITY, 1);
  set (run, TF_POLICY_CAP_TRADE, 0.01);
  state (run, 3, 0);
  pass_hour (run, 1.05);
  state (run, 6, 0); /* twice: the copy stays as it is */
  pass_hour (run, 1.05);
  for (guint a = 0; a < run->config->n_accounts; a++)
    {
      TfGap gap = gap_of (run, a);

      g_assert_cmpint (gap.copy.raw, >, 0);
      g_assert_cmpint (gap.parts[TF_GAP_SIZING].raw, >, gap.leader.raw / 2);
      g_assert_cmpint (gap.parts[TF_GAP_SKIPPED].raw, ==, 0);
      g_assert_cmpint (gap.parts[TF_GAP_ROUNDING].raw, ==, 0);
    }
}

/* It goes on after a restart as if there had been none. */
static void
test_restart (void)
{
  g_autoptr (Run) run = signal_run (), again = NULL;
  g_autoptr (GByteArray) saved = g_byte_array_new ();
  TfGap gap, other;

  set (run, TF_POLICY_SIZING, TF_COPY_SIZE_MULTIPLIER);
  set (run, TF_POLICY_MULTIPLIER, 0.1);
  state (run, 0.2, -0.0001);
  pass_hour (run, 1.01);
  tf_engine_save (run->engine, saved);
  again = restored (run, saved);
  pass_hour (run, 1.02);
  pass_hour (again, 1.02);
  for (guint a = 0; a < run->config->n_accounts; a++)
    {
      gap = gap_of (run, a);
      other = gap_of (again, a);
      g_assert_cmpint (gap.leader.raw, !=, 0);
      g_assert_cmpmem (&gap, sizeof gap, &other, sizeof other);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/copy-gap/weather/demo", NULL, test_weather);
  for (guint k = 0; k < N_WEATHERS; k++)
    {
      g_autofree char *path = g_strdup_printf ("/copy-gap/weather/%s", weathers[k].name);

      g_test_add_data_func (path, &weathers[k], test_weather);
    }
  g_test_add_func ("/copy-gap/delay", test_delay);
  g_test_add_func ("/copy-gap/skipped", test_skipped);
  g_test_add_func ("/copy-gap/sizing", test_sizing);
  g_test_add_func ("/copy-gap/restart", test_restart);
  return g_test_run ();
}
