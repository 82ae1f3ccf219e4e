/* The engine's promises about trading: verdicts, copies, the emergency stop, drawdown, outcomes, commands. */

#include "core/base/random.h"
#include "core/risk/alerts.h"
#include "core/engine-fixture.h"

#include <locale.h>
#include <math.h>
#include <string.h>

/* --- traders' signals --- */

#define TRADER "planb"

/* The verdicts on the last signal are of this kind in all accounts. */
static void
assert_verdicts (const Run  *run,
                 TfVerdict   verdict,
                 const char *reason)
{
  guint n = 0;

  for (guint k = run->journal.entries->len; k > 0; k--)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k - 1);

      if (e->kind == TF_RECORD_SIGNAL)
        break;
      if (e->kind != TF_RECORD_VERDICT)
        continue;
      g_assert_cmpstr (tf_verdict_name ((TfVerdict) e->code), ==, tf_verdict_name (verdict));
      if (reason != NULL)
        g_assert_cmpstr (e->reason, ==, reason);
      n++;
    }
  g_assert_cmpuint (n, ==, run->config->n_accounts);
}

/* The verdict of one account on the last signal. */
static TfVerdict
verdict_of (const Run *run,
            guint      account)
{
  for (guint k = run->journal.entries->len; k > 0; k--)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k - 1);

      g_assert_cmpint (e->kind, !=, TF_RECORD_SIGNAL);
      if (e->kind == TF_RECORD_VERDICT && strcmp (e->account, run->config->accounts[account].id) == 0)
        return (TfVerdict) e->code;
    }
  g_assert_not_reached ();
}

/* Whether an account acts on the last signal. */
static gboolean
taken_by (const Run *run,
          guint      account)
{
  TfVerdict verdict = verdict_of (run, account);

  return verdict == TF_VERDICT_ACCEPTED || verdict == TF_VERDICT_RESIZED;
}

static gint64
held_by (const Run  *run,
         guint       account,
         const char *voter,
         const char *symbol)
{
  g_autofree char *key = g_strdup_printf ("%s %s %s", run->config->accounts[account].id, voter, symbol);

  return GPOINTER_TO_SIZE (g_hash_table_lookup (run->journal.held, key));
}

static void
test_signal_refusals (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of ("nobody", "BTC-USDT", 1, 1, NOW), again;

  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_BLOCKED, "unknown-trader");
  signal = signal_of (TRADER, "NOPE-USDT", 1, 1, NOW);
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_UNMAPPED, NULL);
  again = signal_of (TRADER, "BTC-USDT", 1, 1, NOW);
  tell (run, &again);
  g_assert_true (taken_by (run, 1));
  tell (run, &again);
  assert_verdicts (run, TF_VERDICT_DUPLICATE, NULL);
  signal = signal_of (TRADER, "ETH-USDT", 1, 1, NOW);
  signal.happened = NOW + 1000;
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_REJECTED, "from-the-future");
  signal = signal_of (TRADER, "ETH-USDT", 1, 1, NOW);
  signal.published = NOW + TF_DAY;
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_REJECTED, "from-the-future");
  signal = signal_of (TRADER, "ETH-USDT", 1, 1, NOW - 30 * TF_DAY);
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_STALE, "too-old");
  signal = signal_of (TRADER, "SOL-USDT", 1, 1, NOW);
  signal.quantity.raw = -1;
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_REJECTED, NULL);
  signal = signal_of (TRADER, "SOL-USDT", 1, 1, NOW);
  signal.price.raw = 1;
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_REJECTED, "too-far");
  signal = signal_of (TRADER, "LINK-USDT", 0, 0, NOW);
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_REJECTED, "nothing-to-do");
  g_assert_cmpuint (count_kind (run, TF_RECORD_FAULT, 0), ==, 0);
  assert_snapshot (run);
}

static void
test_follow (void)
{
  g_autoptr (Run) run = signal_run ();
  gint64 voter = run->config->n_bots + tf_config_find_trader (run->config, TRADER);
  TfTraderSignal signal;

  command (run, TF_COMMAND_UNFOLLOW, 1, voter);
  signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);
  tell (run, &signal);
  g_assert_cmpint (verdict_of (run, 1), ==, TF_VERDICT_BLOCKED);
  g_assert_true (taken_by (run, 2));
  pass_hour (run, 1);
  g_assert_cmpint (held_by (run, 1, TRADER, "BTC-USDT"), ==, 0);
  g_assert_cmpint (held_by (run, 2, TRADER, "BTC-USDT"), >, 0);
  command (run, TF_COMMAND_UNFOLLOW, -1, voter);
  signal = signal_of (TRADER, "ETH-USDT", 1, 10, tf_engine_get_time (run->engine));
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_BLOCKED, "not-followed");
  /* What is held of it still leaves with its trader. */
  signal = signal_of (TRADER, "BTC-USDT", 0, 0, tf_engine_get_time (run->engine));
  tell (run, &signal);
  g_assert_true (taken_by (run, 2));
  pass_hour (run, 1);
  g_assert_cmpint (held_by (run, 2, TRADER, "BTC-USDT"), ==, 0);
  command (run, TF_COMMAND_FOLLOW, 1, voter);
  signal = signal_of (TRADER, "SOL-USDT", 1, 10, tf_engine_get_time (run->engine));
  tell (run, &signal);
  g_assert_cmpint (verdict_of (run, 0), ==, TF_VERDICT_BLOCKED);
  g_assert_true (taken_by (run, 1));
  assert_snapshot (run);
}

static void
test_copy_target (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);
  gint64 before[3];

  tell (run, &signal);
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpint (before[a] = held_by (run, a, TRADER, "BTC-USDT"), >, 0);
  /* 10 → 6, twice in the same hour a half of the rest: 6 → 3 → 1.5 */
  signal = signal_of (TRADER, "BTC-USDT", -1, 4, tf_engine_get_time (run->engine));
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_ACCEPTED, "reduce");
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpfloat_with_epsilon ((double) held_by (run, a, TRADER, "BTC-USDT"), 0.6 * (double) before[a], 2);
  signal = signal_of (TRADER, "BTC-USDT", -1, 3, tf_engine_get_time (run->engine));
  tell (run, &signal);
  signal = signal_of (TRADER, "BTC-USDT", -1, 1.5, tf_engine_get_time (run->engine));
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_ACCEPTED, "reduce");
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpfloat_with_epsilon ((double) held_by (run, a, TRADER, "BTC-USDT"), 0.15 * (double) before[a], 4);
  /* A reduction and a turn in the same hour: out of all, then the other side. */
  signal = signal_of (TRADER, "BTC-USDT", -1, 0.5, tf_engine_get_time (run->engine));
  tell (run, &signal);
  signal = signal_of (TRADER, "BTC-USDT", -1, 3, tf_engine_get_time (run->engine));
  tell (run, &signal);
  g_assert_cmpint (verdict_of (run, 0), ==, TF_VERDICT_BLOCKED); /* long only */
  g_assert_true (taken_by (run, 1));
  pass_hour (run, 1);
  g_assert_cmpint (held_by (run, 0, TRADER, "BTC-USDT"), ==, 0);
  g_assert_cmpint (held_by (run, 1, TRADER, "BTC-USDT"), <, 0);
  g_assert_cmpint (held_by (run, 2, TRADER, "BTC-USDT"), <, 0);
  /* And back to nothing. */
  signal = signal_of (TRADER, "BTC-USDT", 0, 0, tf_engine_get_time (run->engine));
  tell (run, &signal);
  g_assert_cmpint (verdict_of (run, 0), ==, TF_VERDICT_REJECTED);
  g_assert_true (taken_by (run, 1));
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpint (held_by (run, a, TRADER, "BTC-USDT"), ==, 0);
  assert_snapshot (run);
}

/* An entry that works has not met the market: who closes before never enters. */
static void
test_copy_withdrawn (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);

  tell (run, &signal);
  g_assert_true (taken_by (run, 1));
  signal = signal_of (TRADER, "BTC-USDT", 0, 0, NOW);
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_ACCEPTED, "close");
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpint (held_by (run, a, TRADER, "BTC-USDT"), ==, 0);
  assert_snapshot (run);
}

/* --- gaps in the data --- */

/* What was decided before an outage is not bought after it. */
static void
test_outage (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
  double p = tf_price_double (s->quotes[0].last);
  TfEvent event = candle_event (0, NOW + 3 * TF_DAY, p, p, p, p, 1e6);

  tell (run, &signal);
  g_assert_true (taken_by (run, 1));
  feed (run, &event);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpint (held_by (run, a, TRADER, "BTC-USDT"), ==, 0);
  assert_snapshot (run);
}

/* A price that was asked for afterwards is history: it fills nothing, and the next live one does. */
static void
test_reconstructed (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1), after = NULL;
  TfEvent event = {
    .time = NOW + TF_SECOND,
    .type = TF_EVENT_TRADE,
    .flags = TF_EVENT_RECONSTRUCTED,
    .instrument = 0,
  };

  event.trade.price.raw = s->quotes[0].last.raw / 2;
  event.trade.quantity.raw = TF_SCALE;
  tell (run, &signal);
  g_assert_true (taken_by (run, 1));
  feed (run, &event);
  g_assert_cmpint (held_by (run, 1, TRADER, "BTC-USDT"), ==, 0);
  after = tf_engine_snapshot (run->engine, -1);
  g_assert_cmpint (after->quotes[0].last.raw, ==, s->quotes[0].last.raw);
  event.flags = 0;
  event.trade.price = s->quotes[0].last;
  event.time += TF_SECOND;
  feed (run, &event);
  g_assert_cmpint (held_by (run, 1, TRADER, "BTC-USDT"), >, 0);
}

/* --- the emergency stop --- */

/* All accounts hold something, and something more is on its way. */
static Run *
busy_run (void)
{
  Run *run = signal_run ();
  static const char *const symbols[] = { "BTC-USDT", "ETH-USDT", "SOL-USDT" };

  for (guint k = 0; k < 3; k++)
    {
      TfTraderSignal signal = signal_of (run->config->traders[k].id, symbols[k], 1, 10, tf_engine_get_time (run->engine));

      tell (run, &signal);
      if (k < 2)
        pass_hour (run, 1.001);
    }
  for (guint a = 0; a < 3; a++)
    {
      g_assert_cmpint (held_by (run, a, run->config->traders[0].id, "BTC-USDT"), >, 0);
      g_assert_cmpint (held_by (run, a, run->config->traders[2].id, "SOL-USDT"), ==, 0);
    }
  return run;
}

static guint
positions_of (const Run *run,
              guint      account)
{
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
  guint n = 0;

  for (guint k = 0; k < s->n_positions; k++)
    n += s->positions[k].account == account;
  g_assert_cmpuint (n, ==, s->accounts[account].positions);
  return n;
}

static guint
open_orders_of (const Run  *run,
                const char *account)
{
  guint n = 0;

  for (guint k = 0; k < run->journal.entries->len; k++)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k);

      n += e->kind == TF_RECORD_ORDER && strcmp (e->account, account) == 0
           && g_hash_table_contains (run->journal.orders, GSIZE_TO_POINTER (e->ref));
    }
  return n;
}

static void
test_stop (gconstpointer data)
{
  gint account = GPOINTER_TO_INT (data);
  g_autoptr (Run) run = busy_run (), survivor = NULL;
  g_autoptr (GByteArray) state = g_byte_array_new ();
  TfTraderSignal signal;
  guint entries = run->journal.entries->len;

  command (run, TF_COMMAND_STOP, account, 0);
  for (gint a = 0; a < 3; a++)
    {
      gboolean stopped = account < 0 || a == account;

      if (stopped)
        {
          g_assert_cmpuint (positions_of (run, (guint) a), ==, 0);
          g_assert_cmpuint (open_orders_of (run, run->config->accounts[a].id), ==, 0);
        }
      else
        {
          g_assert_cmpuint (positions_of (run, (guint) a), >=, 2);
          g_assert_cmpuint (open_orders_of (run, run->config->accounts[a].id), >=, 3);
        }
      /* What another account has on its way meets the market with the market's next event, not now. */
      for (guint k = entries; k < run->journal.entries->len && !stopped; k++)
        g_assert_cmpstr (g_array_index (run->journal.entries, Entry, k).account, !=, run->config->accounts[a].id);
    }
  assert_snapshot (run);

  signal = signal_of (run->config->traders[3].id, "XRP-USDT", 1, 10, tf_engine_get_time (run->engine));
  tell (run, &signal);
  for (gint a = 0; a < 3; a++)
    if (account < 0 || a == account)
      g_assert_cmpint (verdict_of (run, (guint) a), ==, TF_VERDICT_BLOCKED);
    else
      g_assert_true (taken_by (run, (guint) a));

  /* It survives a restart, and hours of market. */
  tf_engine_save (run->engine, state);
  survivor = restored (run, state);
  for (guint k = 0; k < 50; k++)
    {
      pass_hour (run, k % 2 == 0 ? 1.02 : 0.99);
      pass_hour (survivor, k % 2 == 0 ? 1.02 : 0.99);
      /* The other accounts go on: what they had on its way has met the market now. */
      for (gint a = 0; a < 3 && k == 0; a++)
        if (account >= 0 && a != account)
          g_assert_cmpint (held_by (run, (guint) a, run->config->traders[2].id, "SOL-USDT"), >, 0);
    }
  signal = signal_of (run->config->traders[4].id, "ADA-USDT", 1, 10, tf_engine_get_time (run->engine));
  tell (run, &signal);
  tell (survivor, &signal);
  for (gint a = 0; a < 3; a++)
    if (account < 0 || a == account)
      {
        g_assert_cmpint (verdict_of (run, (guint) a), ==, TF_VERDICT_BLOCKED);
        g_assert_cmpuint (positions_of (run, (guint) a), ==, 0);
      }
  g_assert_cmpmem (tf_engine_get_head (run->engine), TF_HASH_SIZE, tf_engine_get_head (survivor->engine), TF_HASH_SIZE);

  /* By hand, and only by hand, it goes on. */
  command (run, TF_COMMAND_REARM, account, 0);
  signal = signal_of (run->config->traders[5].id, "DOGE-USDT", 1, 10, tf_engine_get_time (run->engine));
  tell (run, &signal);
  for (gint a = 0; a < 3; a++)
    if (account < 0 || a == account)
      g_assert_true (taken_by (run, (guint) a));
  {
    g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);

    g_assert_cmpint (s->state, ==, TF_STATE_ACTIVE);
    for (guint a = 0; a < 3; a++)
      g_assert_cmpint (s->accounts[a].state, ==, TF_STATE_ACTIVE);
    for (guint k = 0; k < s->n_alerts; k++)
      g_assert_cmpint (s->alerts[k].kind, !=, TF_ALERT_EMERGENCY);
  }
  assert_snapshot (run);
}

/* A stop that comes late by the clock is still a stop. */
static void
test_stop_late (void)
{
  g_autoptr (Run) run = busy_run ();
  TfEvent event = command_event (run, TF_COMMAND_STOP, -1, 0, 0, 0);

  event.time = START;
  feed (run, &event);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpuint (positions_of (run, a), ==, 0);
  g_assert_cmpuint (g_hash_table_size (run->journal.orders), ==, 0);
}

/* The system's stop does not end with one account's re-arming. */
static void
test_stop_system_rearm_account (void)
{
  g_autoptr (Run) run = busy_run ();
  TfTraderSignal signal;

  command (run, TF_COMMAND_STOP, -1, 0);
  command (run, TF_COMMAND_REARM, 1, 0);
  signal = signal_of (run->config->traders[3].id, "XRP-USDT", 1, 10, tf_engine_get_time (run->engine));
  tell (run, &signal);
  assert_verdicts (run, TF_VERDICT_BLOCKED, "halted");
}

/* --- drawdown --- */

typedef struct { const char *name; double bleed, gap; guint hours; gint side; } Crash;

static const Crash crashes[] = {
  { "bleed", 0.002, 0, 400, 1 },
  { "fast-bleed", 0.01, 0, 120, 1 },
  { "gap-10", 0, 0.10, 10, 1 },
  { "gap-25", 0, 0.25, 10, 1 },
  { "gap-up-25", 0, 0.25, 10, -1 },
  { "bleed-then-gap-25", 0.004, 0.25, 12, 1 },
  { "squeeze", -0.004, 0, 200, -1 },
  { "gap-60", 0, 0.60, 10, 1 },
};

/* The journal says when the account was flattened, and which alert led to it. */
static void
assert_drawdown_entries (const Run *run,
                         guint      account)
{
  guint n = 0;

  for (guint k = 0; k < run->journal.entries->len; k++)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k), *cause;

      if (e->kind != TF_RECORD_STATE || e->code != TF_STATE_FLATTENING
          || strcmp (e->account, run->config->accounts[account].id) != 0)
        continue;
      cause = entry (&run->journal, e->cause);
      g_assert_cmpstr (e->reason, ==, "drawdown");
      g_assert_cmpint (cause->kind, ==, TF_RECORD_ALERT);
      g_assert_cmpint (cause->code, ==, TF_SEVERITY_CRITICAL);
      g_assert_cmpint (cause->limit, ==, 12 * TF_SCALE / 100);
      g_assert_cmpint (cause->value, >=, cause->limit);
      n++;
    }
  g_assert_cmpuint (n, ==, 1);
}

/* Accounts are as full as their limits allow; then it happens. */
static void
test_drawdown (gconstpointer data)
{
  const Crash *crash = data;

  for (guint64 seed = 1; seed <= 6; seed++)
    {
      g_autoptr (Run) run = run_new (reckless_config (seed));
      g_autoptr (Stream) stream = weather_stream (&weathers[0], run->config, seed, 120);
      g_autoptr (TfSnapshot) full = NULL, s = NULL;
      double deepest = 0;

      feed_stream (run, stream, 0, G_MAXUINT);
      for (guint k = 0; k < 40; k++)
        {
          TfTraderSignal signal = signal_of (run->config->traders[k % 20].id,
                                             run->config->universe->items[(k * 7 + k / 10) % 10].symbol, crash->side, 10,
                                             tf_engine_get_time (run->engine));

          tell (run, &signal);
          if (k % 5 == 4)
            pass_hour (run, 1);
        }
      /* A position that stood against another may have left in the last hour: two quiet ones bring the book to its budget. */
      pass_hour (run, 1);
      pass_hour (run, 1);
      full = tf_engine_snapshot (run->engine, -1);
      for (guint a = crash->side > 0 ? 0 : 1; a < 3; a++)
        {
          const TfAccountView *account = &full->accounts[a];
          double equity = tf_money_double (account->equity);

          g_assert_cmpfloat (account->gross, >, 0.3);
          /* A sudden gap never costs more than what is left to 15 %. */
          g_assert_cmpfloat (account->gap, <=, 1 - 0.85 * tf_money_double (account->peak) / equity);
        }
      for (guint k = 0; k < crash->hours; k++)
        pass_hour (run, 1 - crash->bleed);
      if (crash->gap > 0)
        pass_hour (run, crash->side > 0 ? 1 - crash->gap : 1 + crash->gap);
      for (guint k = 0; k < 5; k++)
        pass_hour (run, 1);
      s = tf_engine_snapshot (run->engine, -1);
      for (guint a = 0; a < 3; a++)
        {
          const TfAccountView *account = &s->accounts[a];

          deepest = MAX (deepest, account->max_drawdown);
          if (crash->gap <= 0.25)
            g_assert_cmpfloat (account->max_drawdown, <=, 0.15);
          if (account->max_drawdown >= 0.12)
            {
              TfTraderSignal signal = signal_of (run->config->traders[0].id, "LINK-USDT", 1, 10,
                                                 tf_engine_get_time (run->engine));

              /* It is a latch: flat, halted, with its reason, and no way back but by hand. */
              assert_drawdown_entries (run, a);
              g_assert_cmpint (account->state, ==, TF_STATE_HALTED);
              g_assert_cmpuint (account->positions, ==, 0);
              tell (run, &signal);
              g_assert_false (taken_by (run, a));
              command (run, TF_COMMAND_REARM, (gint) a, 0);
              signal = signal_of (run->config->traders[19].id, "LINK-USDT", 1, 10, tf_engine_get_time (run->engine));
              tell (run, &signal);
              g_assert_true (taken_by (run, a));
            }
        }
      assert_snapshot (run);
      g_test_message ("seed %u: deepest drawdown %.4f", (guint) seed, deepest);
    }
}

/* The last position leaves with a loss in a gap: the drawdown is seen at once, with nothing held any more. */
static void
test_drawdown_flat (void)
{
  g_autoptr (Run) run = signal_run ();
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 10, NOW);
  g_autoptr (TfSnapshot) s = NULL;

  tell (run, &signal);
  pass_hour (run, 1);
  pass_hour (run, 0.7);
  s = tf_engine_snapshot (run->engine, -1);
  for (guint a = 0; a < 3; a++)
    {
      double lost = 1 - tf_money_double (s->accounts[a].equity) / tf_money_double (s->accounts[a].peak);

      g_assert_cmpuint (positions_of (run, a), ==, 0);
      g_assert_cmpfloat (lost, >, 0.02);
      g_assert_cmpfloat_with_epsilon (s->accounts[a].drawdown, lost, 1e-9);
      g_assert_cmpfloat (s->accounts[a].max_drawdown, >=, lost - 1e-9);
    }
}

/* --- outcomes --- */

typedef struct
{
  const char *name;
  double      params[N_MINE];
  double      bars[6][4]; /* after a first one that closes at 100: open, high, low, close */
  const char *reason;
  double      exit, entry; /* by hand */
} Outcome;

static const Outcome outcomes[] = {
  { "target", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 101, 99.5, 100.5 }, { 100.5, 103, 100, 102 } }, "target", 102, 100 },
  { "stop", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 101, 99.5, 100.5 }, { 100, 100, 98, 99 } }, "stop", 99, 100 },
  { "stop-first", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 105, 95, 104 } }, "stop", 99, 100 },
  { "gap-through-stop", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100, 99.5, 100 }, { 97, 98, 96, 97 } }, "stop", 97, 100 },
  { "gap-through-target", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100, 99.5, 100 }, { 105, 106, 104, 105 } }, "target", 105, 100 },
  { "touched-target", { 1, 0.01, 0.02, 0, 3, 1000 }, { { 100, 102, 99.5, 101 }, { 101, 101, 101, 101 }, { 101, 101, 100, 100.5 } }, "time", 100.5, 100 },
  { "time", { 1, 0.01, 0.02, 0, 2, 1000 }, { { 100.2, 101, 99.5, 100.5 }, { 100.5, 101, 100, 100.7 } }, "time", 100.7, 100.2 },
  { "entry-at-open", { 1, 0.01, 0.02, 0, 2, 1000 }, { { 101, 101.5, 100, 101 }, { 101, 103, 101, 103 } }, "target", 102, 101 },
  { "opens-beyond-stop", { 1, 0.01, 0.02, 0, 2, 1000 }, { { 98, 101, 97, 100 } }, "stop", 98, 98 },
  { "trail", { 1, 0.01, 0, 0.01, 10, 1000 }, { { 100, 105, 100, 104.5 }, { 104, 104, 103, 103 } }, "stop", 103.95, 100 },
  { "trail-after-the-bar", { 1, 0.01, 0, 0.01, 10, 1000 }, { { 100, 105, 100, 101 }, { 101, 101, 101, 101 } }, "stop", 101, 100 },
  { "trail-never-back", { 1, 0.01, 0, 0.05, 10, 1000 }, { { 100, 101, 99.5, 100 }, { 99, 99, 98, 98 } }, "stop", 99, 100 },
  { "short-target", { -1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100.5, 99.5, 99.5 }, { 99, 99, 97, 97 } }, "target", 98, 100 },
  { "short-stop", { -1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100.5, 99.5, 99.5 }, { 100, 103, 97, 100 } }, "stop", 101, 100 },
  { "short-gap", { -1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100.5, 99.5, 99.5 }, { 104, 104, 103, 103 } }, "stop", 104, 100 },
  { "short-trail", { -1, 0.02, 0, 0.01, 10, 1000 }, { { 100, 100, 90, 90.5 }, { 90.5, 92, 90.5, 92 } }, "stop", 90.9, 100 },
  { "worst", { 1, 0.01, 0.02, 0, 10, 1000 }, { { 100, 100, 99.5, 100 }, { 50, 50, 50, 50 } }, "stop", 95, 100 },
};

static void
test_outcome (gconstpointer data)
{
  const Outcome *row = data;
  g_autoptr (Run) run = run_new (my_config (row->params));
  TfEvent event = candle_event (0, START, 100, 100, 100, 100, 1000);
  double risk = 100 * row->params[STOP], cost = 100 * (2 * 100 + 50) * 1e-6 / risk;
  guint found = 0;

  feed (run, &event);
  for (guint k = 0; k < 6 && row->bars[k][0] > 0; k++)
    {
      const double *b = row->bars[k];

      event = candle_event (0, START + (k + 1) * TF_HOUR, b[0], b[1], b[2], b[3], 1000);
      feed (run, &event);
    }
  for (guint k = 0; k < run->journal.entries->len; k++)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k);

      if (e->kind != TF_RECORD_OUTCOME)
        continue;
      g_assert_cmpstr (e->reason, ==, row->reason);
      g_assert_cmpint (e->code, ==, (gint) row->params[SIDE]);
      g_assert_cmpfloat_with_epsilon ((double) e->value / 1e8,
                                      row->params[SIDE] * (row->exit - row->entry) / risk - cost, 1e-7);
      found++;
    }
  g_assert_cmpuint (found, ==, 1);
}

/* --- benched bots --- */

/* A bot that buys falling prices is benched with a reason, and is back when prices rise. */
static void
test_bench (void)
{
  const double params[N_MINE] = { 1, 0.01, 0.01, 0, 20, 1 };
  g_autoptr (Run) run = run_new (my_config (params));
  guint benched = 0, back = 0, entries_benched = 0;
  gboolean on_bench = FALSE;
  double p = 1000;
  TfRandom random;

  tf_random_seed (&random, 1);
  for (guint k = 0; k < 1500; k++)
    {
      double drift = k < 500 ? -0.01 : 0.01, close = p * (1 + drift + 0.004 * tf_random_normal (&random));
      TfEvent event = candle_event (0, START + k * TF_HOUR, p, MAX (p, close) * 1.001, MIN (p, close) * 0.999, close, 1e6);

      feed (run, &event);
      p = close;
    }
  for (guint k = 0; k < run->journal.entries->len; k++)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k);

      if (e->kind == TF_RECORD_STATE && strcmp (e->origin, run->config->bots[0].id) == 0)
        {
          on_bench = e->code == TF_STATE_CLOSE_ONLY;
          benched += on_bench;
          back += e->code == TF_STATE_ACTIVE;
          g_assert_cmpstr (e->reason, ==, on_bench ? "edge-lost" : "edge-back");
          g_assert_cmpint (entry (&run->journal, e->cause)->kind, ==, TF_RECORD_OUTCOME);
        }
      if (on_bench && e->kind == TF_RECORD_VERDICT)
        {
          g_assert_cmpint (e->code, ==, TF_VERDICT_BLOCKED);
          g_assert_cmpstr (e->reason, ==, "benched");
          entries_benched++;
        }
    }
  g_assert_cmpuint (benched, ==, 1);
  g_assert_cmpuint (back, ==, 1);
  g_assert_cmpuint (entries_benched, >, 0);
  assert_snapshot (run);
}

/* --- commands --- */

static const struct { const char *name; TfCommand command; } bad_commands[] = {
  { "account", { TF_COMMAND_STOP, 3, 0, 0, 0 } },
  { "account-below", { TF_COMMAND_STOP, -2, 0, 0, 0 } },
  { "follow-bot", { TF_COMMAND_FOLLOW, -1, 3, 0, 0 } },
  { "follow-nobody", { TF_COMMAND_FOLLOW, -1, 40, 0, 0 } },
  { "follow-negative", { TF_COMMAND_UNFOLLOW, -1, -1, 0, 0 } },
  { "follow-far", { TF_COMMAND_UNFOLLOW, -1, G_MAXINT64, 0, 0 } },
  { "param-of-trader", { TF_COMMAND_SET_PARAM, -1, 25, 0, 1 } },
  { "param-negative", { TF_COMMAND_SET_PARAM, -1, 0, -1, 1 } },
  { "param-beyond", { TF_COMMAND_SET_PARAM, -1, 0, 99, 1 } },
  { "param-nan", { TF_COMMAND_SET_PARAM, -1, 0, 0, NAN } },
  { "param-large", { TF_COMMAND_SET_PARAM, -1, 0, 0, 1e30 } },
  { "param-small", { TF_COMMAND_SET_PARAM, -1, 0, 0, -1e30 } },
  { "type", { (TfCommandType) 77, -1, 0, 0, 0 } },
};

static void
test_bad_command (gconstpointer data)
{
  g_autoptr (Run) run = busy_run ();
  TfEvent event = command_event (run, TF_COMMAND_STOP, -1, 0, 0, 0);

  event.command = bad_commands[GPOINTER_TO_SIZE (data)].command;
  assert_refused (run, &event);
}

/* A command's entry says how many market events were before it. */
static void
test_command_place (void)
{
  g_autoptr (Run) run = signal_run ();
  gint64 events = tf_engine_get_events (run->engine);
  const Entry *e;

  command (run, TF_COMMAND_UNFOLLOW, 1, 22);
  command (run, TF_COMMAND_FOLLOW, 1, 22);
  g_assert_cmpint (tf_engine_get_events (run->engine), ==, events);
  for (guint k = 0; k < 2; k++)
    {
      e = entry (&run->journal, run->journal.entries->len - 1 + k);
      g_assert_cmpint (e->kind, ==, TF_RECORD_COMMAND);
      g_assert_cmpint (e->ref, ==, events);
      g_assert_cmpint (e->quantity, ==, 22);
      g_assert_cmpint (e->limit, ==, 1);
      g_assert_cmpstr (e->reason, ==, k == 0 ? "unfollow" : "follow");
    }
}

/* A parameter set to what it is changes nothing: the warm-up sees what the bot had seen. */
static void
test_set_param (gconstpointer data)
{
  gboolean demo = data != NULL;
  g_autoptr (Run) run = run_new (demo ? demo_config (1) : reckless_config (1));
  g_autoptr (Stream) stream = demo ? demo_stream (1, 60, 20000) : weather_stream (&weathers[0], run->config, 1, 400);

  feed_stream (run, stream, 0, G_MAXUINT);
  for (guint b = 0; b < run->config->n_bots; b++)
    {
      g_autoptr (TfSnapshot) before = tf_engine_snapshot (run->engine, -1), after = NULL;
      TfEvent event = command_event (run, TF_COMMAND_SET_PARAM, -1, b, 0, run->config->bots[b].params[0]);

      feed (run, &event);
      after = tf_engine_snapshot (run->engine, -1);
      if (before->voters[b].stance != after->voters[b].stance)
        g_error ("%s: stance %g, before %g", run->config->bots[b].id, (double) after->voters[b].stance,
                 (double) before->voters[b].stance);
    }
  g_assert_cmpuint (count_kind (run, TF_RECORD_FAULT, 0), ==, 0);
}

static void
test_set_param_other (void)
{
  g_autoptr (Run) run = run_new (reckless_config (1));
  g_autoptr (Stream) stream = weather_stream (&weathers[0], run->config, 1, 400);
  const TfParam *param = &run->config->bots[0].strategy->params[0];
  TfEvent event;
  g_autoptr (TfSnapshot) s = NULL;

  feed_stream (run, stream, 0, stream->events->len / 2);
  event = command_event (run, TF_COMMAND_SET_PARAM, -1, 0, 0, param->max);
  feed (run, &event);
  s = tf_engine_snapshot (run->engine, -1);
  g_assert_cmpfloat (s->voters[0].params[0], ==, param->max);
  g_assert_cmpfloat (run->config->bots[0].params[0], !=, param->max); /* the configuration is not state */
  feed_stream (run, stream, stream->events->len / 2, G_MAXUINT);
  assert_snapshot (run);
}

static void
test_acknowledge (void)
{
  g_autoptr (Run) run = busy_run ();
  gint64 id = 0;

  command (run, TF_COMMAND_STOP, 1, 0);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);

      for (guint k = 0; k < s->n_alerts; k++)
        if (s->alerts[k].kind == TF_ALERT_EMERGENCY)
          {
            id = s->alerts[k].id;
            g_assert_cmpint (entry (&run->journal, id)->kind, ==, TF_RECORD_ALERT);
            g_assert_cmpint (s->alerts[k].acknowledged, ==, round == 1);
          }
      g_assert_cmpint (id, >, 0);
      command (run, TF_COMMAND_ACKNOWLEDGE, -1, id);
    }
}

#define ADD(path, function, table, i) \
  G_STMT_START { \
    g_autofree char *name = g_strdup_printf (path "/%s", (table)[i].name); \
    g_test_add_data_func (name, &(table)[i], function); \
  } G_STMT_END

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/signal/refusals", test_signal_refusals);
  g_test_add_func ("/engine/signal/follow", test_follow);
  g_test_add_func ("/engine/signal/target", test_copy_target);
  g_test_add_func ("/engine/signal/withdrawn", test_copy_withdrawn);
  g_test_add_func ("/engine/outage", test_outage);
  g_test_add_func ("/engine/reconstructed", test_reconstructed);
  g_test_add_data_func ("/engine/stop/system", GINT_TO_POINTER (-1), test_stop);
  g_test_add_data_func ("/engine/stop/account-0", GINT_TO_POINTER (0), test_stop);
  g_test_add_data_func ("/engine/stop/account-2", GINT_TO_POINTER (2), test_stop);
  g_test_add_func ("/engine/stop/late", test_stop_late);
  g_test_add_func ("/engine/stop/rearm-account", test_stop_system_rearm_account);
  for (guint i = 0; i < G_N_ELEMENTS (crashes); i++)
    ADD ("/engine/drawdown", test_drawdown, crashes, i);
  g_test_add_func ("/engine/drawdown/flat", test_drawdown_flat);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    ADD ("/engine/outcome", test_outcome, outcomes, i);
  g_test_add_func ("/engine/bench", test_bench);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_commands); i++)
    {
      g_autofree char *name = g_strdup_printf ("/engine/command/bad/%s", bad_commands[i].name);

      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_bad_command);
    }
  g_test_add_func ("/engine/command/place", test_command_place);
  g_test_add_data_func ("/engine/command/set-param/candles", NULL, test_set_param);
  g_test_add_data_func ("/engine/command/set-param/demo", "demo", test_set_param);
  g_test_add_func ("/engine/command/set-param/other", test_set_param_other);
  g_test_add_func ("/engine/command/acknowledge", test_acknowledge);
  return g_test_run ();
}
