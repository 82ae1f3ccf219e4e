/* Copying through the whole engine: real traders' fills, every refusal, start, leaving, levels, chaos, restart. */

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/engine-fixture.h"
#include "core/risk/alerts.h"

#define TRADER "planb"

static guint
trader_of (const Run *run)
{
  return (guint) tf_config_find_trader (run->config, TRADER);
}

/* @account −1: all */
static void
set (Run          *run,
     gint          account,
     gint          param,
     double        value)
{
  TfEvent event = command_event (run, TF_COMMAND_SET_POLICY, account, run->config->n_bots + trader_of (run), param, value);

  feed (run, &event);
}

static void
follow (Run          *run,
        TfCommandType type)
{
  command (run, type, -1, run->config->n_bots + trader_of (run));
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

/* The last verdict of an account. */
static const Entry *
verdict_of (const Run *run,
            guint      account)
{
  for (guint k = run->journal.entries->len; k > 0; k--)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k - 1);

      if (e->kind == TF_RECORD_VERDICT && strcmp (e->account, run->config->accounts[account].id) == 0)
        return e;
    }
  g_assert_not_reached ();
}

static void
assert_verdict (const Run  *run,
                guint       account,
                TfVerdict   verdict,
                const char *reason)
{
  const Entry *e = verdict_of (run, account);

  g_assert_cmpstr (e->reason, ==, reason);
  g_assert_cmpstr (tf_verdict_name ((TfVerdict) e->code), ==, tf_verdict_name (verdict));
}

/* The trader's position, stated. */
static void
state (Run        *run,
       const char *symbol,
       double      position)
{
  static guint number;
  TfTime now = tf_engine_get_time (run->engine);
  TfTraderSignal signal = signal_of (TRADER, symbol, position >= 0 ? 1 : -1, 0, now);

  g_snprintf (signal.id, sizeof signal.id, "stated-%u", ++number);
  signal.has_position = TRUE;
  g_assert_true (tf_round_to_step (position, 1, &signal.position.raw));
  tell (run, &signal);
}

/* As signal_run(), with orders of any size, ETH in lots of its own. */
static Run *
fine_run (gint64 lot)
{
  TfConfig *config = reckless_config (7);
  Run *run;
  g_autoptr (Stream) stream = NULL;

  for (guint i = 0; i < config->universe->n; i++)
    config->universe->items[i].min_notional.raw = 0;
  config->universe->items[1].lot.raw = lot;
  config->traders[tf_config_find_trader (config, TRADER)].grade = 'B'; /* no certainty */
  run = run_new (config);
  stream = weather_stream (&weathers[0], config, 7, 60);
  for (guint k = 0; k < stream->events->len; k++)
    if (g_array_index (stream->events, TfEvent, k).type == TF_EVENT_CANDLE)
      feed (run, &g_array_index (stream->events, TfEvent, k));
  return run;
}

/* A run whose accounts copy the trader's quantity times 0.001, positions of before included. */
static Run *
copying_run (void)
{
  Run *run = fine_run (1);

  set (run, -1, TF_POLICY_SIZING, TF_COPY_SIZE_MULTIPLIER);
  set (run, -1, TF_POLICY_MULTIPLIER, 0.001);
  set (run, -1, TF_POLICY_START, TF_COPY_START_ALL);
  return run;
}

static void
assert_copies (const Run  *run,
               const char *symbol,
               double      quantity)
{
  gint64 expected;

  g_assert_true (tf_round_to_step (quantity, 1, &expected));
  for (guint a = 0; a < run->config->n_accounts; a++)
    g_assert_cmpint (held_by (run, a, TRADER, symbol), ==, expected < 0 && run->config->accounts[a].long_only ? 0 : expected);
}

/* --- the state is copied --- */

static void
test_state (void)
{
  g_autoptr (Run) run = copying_run ();

  state (run, "BTC-USDT", 10);
  assert_verdict (run, 0, TF_VERDICT_ACCEPTED, "policy");
  pass_hour (run, 1);
  assert_copies (run, "BTC-USDT", 0.01);
  state (run, "BTC-USDT", 13); /* on its way … */
  state (run, "BTC-USDT", 15); /* … and replaced */
  pass_hour (run, 1.01);
  assert_copies (run, "BTC-USDT", 0.015);
  state (run, "BTC-USDT", 15);
  assert_verdict (run, 1, TF_VERDICT_REJECTED, "nothing-to-do");
  state (run, "BTC-USDT", 3);
  assert_verdict (run, 2, TF_VERDICT_ACCEPTED, "reduce");
  state (run, "BTC-USDT", 7); /* it comes back before it has left */
  pass_hour (run, 0.99);
  assert_copies (run, "BTC-USDT", 0.007);
  state (run, "BTC-USDT", -4);
  assert_verdict (run, 0, TF_VERDICT_BLOCKED, "long-only");
  pass_hour (run, 1);
  assert_copies (run, "BTC-USDT", -0.004);
  state (run, "BTC-USDT", 0);
  assert_verdict (run, 0, TF_VERDICT_REJECTED, "nothing-held");
  assert_verdict (run, 1, TF_VERDICT_ACCEPTED, "close");
  pass_hour (run, 1);
  assert_copies (run, "BTC-USDT", 0);
  assert_snapshot (run);
}

static void
test_reverse (void)
{
  g_autoptr (Run) run = copying_run ();

  set (run, -1, TF_POLICY_REVERSE, 1);
  state (run, "BTC-USDT", 10);
  assert_verdict (run, 0, TF_VERDICT_BLOCKED, "long-only");
  pass_hour (run, 1);
  assert_copies (run, "BTC-USDT", -0.01);
  state (run, "BTC-USDT", -4);
  pass_hour (run, 1);
  assert_copies (run, "BTC-USDT", 0.004);
  /* By fixed risk, too, and then the ensemble is asked what it thinks of the opposite. */
  set (run, -1, TF_POLICY_SIZING, TF_COPY_SIZE_FIXED_RISK);
  state (run, "ETH-USDT", 10);
  pass_hour (run, 1);
  for (guint a = 0; a < 3; a++)
    g_assert_cmpint (held_by (run, a, TRADER, "ETH-USDT"), <=, 0);
  assert_snapshot (run);
}

/* The modes that size each opening, and their reductions in the trader's proportion. */
static void
test_openings (void)
{
  static const TfCopySizing modes[] = { TF_COPY_SIZE_FIXED_AMOUNT, TF_COPY_SIZE_FIXED_QUANTITY, TF_COPY_SIZE_VOLATILITY_TARGET,
                                        TF_COPY_SIZE_CONFIDENCE };
  g_autoptr (Run) run = copying_run ();
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);

  set (run, -1, TF_POLICY_QUANTITY, 0.5);
  for (guint m = 0; m < G_N_ELEMENTS (modes); m++)
    {
      const char *symbol = run->config->universe->items[m + 1].symbol;
      gint64 price = s->quotes[m + 1].last.raw, held;

      set (run, -1, TF_POLICY_SIZING, modes[m]);
      state (run, symbol, 100);
      assert_verdict (run, 1, TF_VERDICT_ACCEPTED, "policy");
      pass_hour (run, 1);
      held = held_by (run, 1, TRADER, symbol);
      g_assert_cmpint (held, >, 0);
      if (modes[m] == TF_COPY_SIZE_FIXED_AMOUNT)
        g_assert_cmpint (held, ==, (gint64) ((__int128) 1000 * TF_SCALE * TF_SCALE / price));
      else if (modes[m] == TF_COPY_SIZE_FIXED_QUANTITY)
        g_assert_cmpint (held, ==, TF_SCALE / 2);
      state (run, symbol, 150);
      assert_verdict (run, 1, TF_VERDICT_REJECTED, "already-held");
      state (run, symbol, 75);
      assert_verdict (run, 1, TF_VERDICT_ACCEPTED, "reduce");
      pass_hour (run, 1);
      g_assert_cmpint (ABS (held_by (run, 1, TRADER, symbol) - held / 2), <=, 1);
    }
  assert_snapshot (run);
}

static void
test_accumulate (void)
{
  g_autoptr (Run) run = fine_run (TF_SCALE);

  set (run, -1, TF_POLICY_SIZING, TF_COPY_SIZE_FIXED_QUANTITY);
  set (run, -1, TF_POLICY_QUANTITY, 0.4);
  set (run, 1, TF_POLICY_ROUNDING, TF_COPY_ROUND_ACCUMULATE);
  set (run, 2, TF_POLICY_ROUNDING, TF_COPY_ROUND_UP);
  set (run, 2, TF_POLICY_ROUND_UP, 3);
  for (guint k = 0; k < 3; k++)
    {
      state (run, "ETH-USDT", 1);
      assert_verdict (run, 0, TF_VERDICT_REJECTED, "too-small");
      if (k < 2)
        assert_verdict (run, 1, TF_VERDICT_REJECTED, "too-small");
      else
        assert_verdict (run, 1, TF_VERDICT_ACCEPTED, "policy");
      assert_verdict (run, 2, TF_VERDICT_ACCEPTED, "policy");
      pass_hour (run, 1);
      g_assert_cmpint (held_by (run, 1, TRADER, "ETH-USDT"), ==, k < 2 ? 0 : TF_SCALE);
      g_assert_cmpint (held_by (run, 2, TRADER, "ETH-USDT"), ==, TF_SCALE);
      state (run, "ETH-USDT", 0);
      pass_hour (run, 1);
    }
  assert_snapshot (run);
}

/* --- every refusal --- */

/* Only BTC at the last price: everybody else is silent. */
static void
pass_hours_of (Run        *run,
               const char *symbol,
               guint       hours)
{
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
  gint i = tf_universe_find (run->config->universe, symbol);
  double p = tf_price_double (s->quotes[i].last);

  for (guint h = 0; h < hours; h++)
    {
      TfEvent event = candle_event (i, tf_engine_get_time (run->engine), p, p, p, p, 1e9);

      feed (run, &event);
    }
}

/* An order that has met no market for hours: it is not doubled, and when that is known, the copy catches up. */
static void
test_unknown (void)
{
  g_autoptr (Run) run = copying_run ();

  state (run, "ETH-USDT", 10);
  assert_verdict (run, 1, TF_VERDICT_ACCEPTED, "policy");
  pass_hours_of (run, "BTC-USDT", 5);
  state (run, "ETH-USDT", 20);
  assert_verdict (run, 1, TF_VERDICT_REJECTED, "outcome-unknown");
  g_assert_cmpint (verdict_of (run, 1)->value, >, verdict_of (run, 1)->limit);
  pass_hours_of (run, "ETH-USDT", 1); /* it fills, and the copy looks again */
  assert_verdict (run, 1, TF_VERDICT_ACCEPTED, "policy");
  assert_copies (run, "ETH-USDT", 0.01);
  pass_hours_of (run, "ETH-USDT", 1);
  assert_copies (run, "ETH-USDT", 0.02);

  /* What is not wanted any more is taken back. */
  pass_hour (run, 1);
  state (run, "SOL-USDT", 10);
  pass_hours_of (run, "BTC-USDT", 5);
  state (run, "SOL-USDT", 0);
  assert_verdict (run, 1, TF_VERDICT_ACCEPTED, "close");
  pass_hours_of (run, "SOL-USDT", 2);
  assert_copies (run, "SOL-USDT", 0);

  /* Nor is it bought a day too late, or far from where it was decided. */
  state (run, "SOL-USDT", 10);
  pass_hours_of (run, "BTC-USDT", 25);
  pass_hours_of (run, "SOL-USDT", 1);
  assert_copies (run, "SOL-USDT", 0);
  set (run, -1, TF_POLICY_LARGEST_DEVIATION, 200);
  state (run, "SOL-USDT", 10);
  pass_hour (run, 1.03);
  assert_copies (run, "SOL-USDT", 0);
  assert_snapshot (run);
}

typedef struct
{
  const char *name;
  struct { gint param; double value; } set[3];
  double      position;
  TfTime      age;
  double      price;    /* of the signal, times the market's */
  gboolean    words;    /* no quantity */
  TfVerdict   verdict;
  const char *reason;
} Refused;

#define MULTIPLIER { TF_POLICY_MULTIPLIER, 0.001 }

static const Refused refused[] = {
  { "nothing-to-do", { MULTIPLIER }, 0, 0, 0, FALSE, TF_VERDICT_REJECTED, "nothing-to-do" },
  { "instrument-excluded", { { TF_POLICY_INSTRUMENT, 0 } }, 1, 0, 0, FALSE, TF_VERDICT_REJECTED, "instrument-excluded" },
  { "side-excluded", { { TF_POLICY_SHORT, 0 } }, -1, 0, 0, FALSE, TF_VERDICT_REJECTED, "side-excluded" },
  { "side-excluded-reversed", { { TF_POLICY_SHORT, 0 }, { TF_POLICY_REVERSE, 1 } }, 1, 0, 0, FALSE, TF_VERDICT_REJECTED,
    "side-excluded" },
  { "from-the-future", { MULTIPLIER }, 1, -TF_HOUR, 0, FALSE, TF_VERDICT_REJECTED, "from-the-future" },
  { "too-old", { { TF_POLICY_LARGEST_AGE, 60 } }, 1, 2 * TF_MINUTE, 0, FALSE, TF_VERDICT_STALE, "too-old" },
  { "too-far", { { TF_POLICY_LARGEST_DEVIATION, 50 } }, 1, 0, 1.006, FALSE, TF_VERDICT_REJECTED, "too-far" },
  { "near-enough", { { TF_POLICY_LARGEST_DEVIATION, 50 } }, 1, 0, 1.004, FALSE, TF_VERDICT_ACCEPTED, "policy" },
  { "least-confidence", { { TF_POLICY_LEAST_CONFIDENCE, 1 }, { TF_POLICY_SIZING, TF_COPY_SIZE_FIXED_AMOUNT } }, -1, 0, 0,
    FALSE, TF_VERDICT_REJECTED, "least-confidence" },
  { "no-quantity", { MULTIPLIER }, 1, 0, 0, TRUE, TF_VERDICT_REJECTED, "no-quantity" },
  { "too-small", { { TF_POLICY_MULTIPLIER, 1e-8 } }, 0.5, 0, 0, FALSE, TF_VERDICT_REJECTED, "too-small" },
  { "cap-trade", { { TF_POLICY_CAP_TRADE, 0.00001 } }, 1000, 0, 0, FALSE, TF_VERDICT_RESIZED, "cap-trade" },
  { "cap-instrument", { { TF_POLICY_CAP_INSTRUMENT, 0.00001 } }, 1000, 0, 0, FALSE, TF_VERDICT_RESIZED, "cap-instrument" },
  { "cap-trader", { { TF_POLICY_CAP_TRADER, 0.00001 } }, 1000, 0, 0, FALSE, TF_VERDICT_RESIZED, "cap-trader" },
  { "cap-account", { { TF_POLICY_CAP_ACCOUNT, 0.00001 } }, 1000, 0, 0, FALSE, TF_VERDICT_RESIZED, "cap-account" },
  { "cap-cluster", { { TF_POLICY_CAP_CLUSTER, 0.00001 } }, 1000, 0, 0, FALSE, TF_VERDICT_RESIZED, "cap-cluster" },
};

static void
test_refused (gconstpointer data)
{
  const Refused *r = data;
  g_autoptr (Run) run = copying_run ();
  g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
  TfTime now = tf_engine_get_time (run->engine);
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", r->position > 0 ? 1 : r->position < 0 ? -1 : 0,
                                     r->words ? 0 : fabs (r->position), now - r->age);

  for (guint k = 0; k < G_N_ELEMENTS (r->set); k++)
    if (r->set[k].param != 0 || k == 0)
      set (run, -1, r->set[k].param, r->set[k].value);
  if (r->price > 0)
    signal.price.raw = (gint64) ((double) s->quotes[0].last.raw / r->price);
  tell (run, &signal);
  for (guint a = 1; a < 3; a++)
    assert_verdict (run, a, r->verdict, r->reason);
  pass_hour (run, 1);
  if (r->verdict == TF_VERDICT_RESIZED)
    g_assert_cmpint (held_by (run, 1, TRADER, "BTC-USDT"), >, 0);
  else if (r->verdict != TF_VERDICT_ACCEPTED)
    assert_copies (run, "BTC-USDT", 0);
  g_assert_cmpuint (count_kind (run, TF_RECORD_FAULT, 0), ==, 0);
  assert_snapshot (run);
}

/* Those that need a past: drawdown, an unknown volatility, what was open before. */
static void
test_refused_later (void)
{
  g_autoptr (Run) run = run_new (reckless_config (7)), other = copying_run ();
  TfEvent event = candle_event (0, START, 100, 100, 100, 100, 1e9);

  feed (run, &event);
  set (run, -1, TF_POLICY_SIZING, TF_COPY_SIZE_VOLATILITY_TARGET);
  state (run, "BTC-USDT", 1);
  assert_verdict (run, 1, TF_VERDICT_REJECTED, "no-volatility");

  /* An equity that falls by a tenth: the governor gives a part of full size. */
  {
    g_autoptr (TfSnapshot) s = tf_engine_snapshot (other->engine, -1), later = NULL;
    double p = tf_price_double (s->quotes[0].last);
    TfEvent fall = candle_event (0, NOW + TF_HOUR, p, p, p * 0.77, p * 0.77, 1e9);

    set (other, 1, TF_POLICY_MULTIPLIER, 1);
    state (other, "BTC-USDT", 40000 / p);
    pass_hour (other, 1);
    g_assert_cmpint (held_by (other, 1, TRADER, "BTC-USDT"), >, 0);
    feed (other, &fall);
    state (other, "BTC-USDT", 0);
    pass_hour (other, 1);
    later = tf_engine_snapshot (other->engine, -1);
    g_assert_cmpfloat (later->accounts[1].governor, <, 1);
    g_assert_cmpfloat (later->accounts[1].governor, >, 0);
    set (other, 1, TF_POLICY_MULTIPLIER, 0.001);
    state (other, "ETH-USDT", 500);
    assert_verdict (other, 1, TF_VERDICT_RESIZED, "governor");
    assert_verdict (other, 2, TF_VERDICT_ACCEPTED, "policy");
    pass_hour (other, 1);
    g_assert_cmpint (ABS (held_by (other, 1, TRADER, "ETH-USDT") - (gint64) (later->accounts[1].governor * 0.5 * TF_SCALE)), <=, 1);
    assert_snapshot (other);
  }
}

/* --- beginning --- */

static void
test_start (void)
{
  static const struct { TfCopyStart start; double price; double copied; } rows[] = {
    { TF_COPY_START_NONE, 1, 0 },
    { TF_COPY_START_ALL, 1, 0.01 },
    { TF_COPY_START_NOT_WORSE, 0.9, 0 },    /* the market has risen above its entry */
    { TF_COPY_START_NOT_WORSE, 1.1, 0.01 },
    { TF_COPY_START_SCALE_IN, 1, 0.01 },
  };

  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    {
      g_autoptr (Run) run = copying_run ();
      g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
      TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 10, tf_engine_get_time (run->engine));

      set (run, -1, TF_POLICY_START, rows[k].start);
      set (run, -1, TF_POLICY_BARS, 4);
      follow (run, TF_COMMAND_UNFOLLOW);
      signal.price.raw = (gint64) ((double) s->quotes[0].last.raw * rows[k].price);
      tell (run, &signal);
      pass_hour (run, 1);
      assert_copies (run, "BTC-USDT", 0);
      follow (run, TF_COMMAND_FOLLOW);
      for (guint h = 0; h < 8; h++)
        {
          if (rows[k].start == TF_COPY_START_SCALE_IN && h >= 2 && h < 6)
            assert_copies (run, "BTC-USDT", 0.01 * (h - 1) / 4);
          pass_hour (run, 1);
        }
      assert_copies (run, "BTC-USDT", rows[k].copied);
      /* What comes on top is copied in any case. */
      state (run, "BTC-USDT", 13);
      pass_hour (run, 1);
      assert_copies (run, "BTC-USDT", rows[k].copied + 0.003);
      state (run, "BTC-USDT", 0);
      pass_hour (run, 1);
      assert_copies (run, "BTC-USDT", 0);
      assert_snapshot (run);
    }
}

static void
test_open_before (void)
{
  g_autoptr (Run) run = copying_run ();
  TfTraderSignal signal = signal_of (TRADER, "BTC-USDT", 1, 1, tf_engine_get_time (run->engine));

  set (run, -1, TF_POLICY_START, TF_COPY_START_NONE);
  /* Met with 9 already there, of which it sells and buys back. */
  signal.side = -1;
  signal.has_position = TRUE;
  signal.position.raw = 9 * TF_SCALE;
  tell (run, &signal);
  assert_verdict (run, 1, TF_VERDICT_REJECTED, "open-before");
  state (run, "BTC-USDT", 8);
  state (run, "BTC-USDT", 12);
  assert_verdict (run, 1, TF_VERDICT_ACCEPTED, "policy");
  pass_hour (run, 1);
  assert_copies (run, "BTC-USDT", 0.004);
  state (run, "BTC-USDT", 9);
  pass_hour (run, 1);
  assert_copies (run, "BTC-USDT", 0.001);
}

/* --- leaving --- */

static void
test_leave (void)
{
  for (guint mode = TF_COPY_LEAVE_HALT_NEW; mode <= TF_COPY_LEAVE_NOW; mode++)
    {
      g_autoptr (Run) run = copying_run ();

      set (run, -1, TF_POLICY_LEAVING, mode);
      set (run, -1, TF_POLICY_BARS, 5);
      state (run, "BTC-USDT", 10);
      pass_hour (run, 1);
      assert_copies (run, "BTC-USDT", 0.01);
      state (run, "ETH-USDT", 10); /* on its way */
      follow (run, TF_COMMAND_UNFOLLOW);
      pass_hour (run, 1);
      assert_copies (run, "ETH-USDT", 0);
      state (run, "SOL-USDT", 10);
      assert_verdict (run, 1, TF_VERDICT_BLOCKED, "not-followed");
      if (mode == TF_COPY_LEAVE_HALT_NEW)
        {
          assert_copies (run, "BTC-USDT", 0.01);
          state (run, "BTC-USDT", 5); /* with its trader */
          pass_hour (run, 1);
          assert_copies (run, "BTC-USDT", 0.005);
          continue;
        }
      for (guint h = 0; h < 7; h++)
        {
          if (mode == TF_COPY_LEAVE_GRACEFULLY && h < 4)
            g_assert_cmpint (ABS (held_by (run, 1, TRADER, "BTC-USDT") - TF_SCALE / 100 * (5 - h) / 5), <=, 2);
          pass_hour (run, 1);
        }
      assert_copies (run, "BTC-USDT", 0);
      assert_snapshot (run);
    }
}

static guint
count_alerts (const Run  *run,
              const char *reason,
              gint        severity)
{
  guint n = 0;

  for (guint k = 0; k < run->journal.entries->len; k++)
    {
      const Entry *e = &g_array_index (run->journal.entries, Entry, k);

      n += e->kind == TF_RECORD_ALERT && strcmp (e->reason, reason) == 0 && e->code == severity;
    }
  return n;
}

static void
test_levels (void)
{
  static const struct { TfPolicyParam level; const char *reason; } rows[] = {
    { TF_POLICY_STATIC_STOP, "copy-loss" }, { TF_POLICY_TRAILING_STOP, "copy-trailing-loss" },
  };

  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    {
      g_autoptr (Run) run = copying_run ();
      g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
      double p = tf_price_double (s->quotes[0].last), position = 1000 * 1000 / p; /* copied: a thousand dollars */

      set (run, 1, (gint) rows[k].level, 0.1);
      set (run, 1, TF_POLICY_CAPITAL, 1000);
      set (run, 1, TF_POLICY_LEAVING, TF_COPY_LEAVE_NOW);
      state (run, "BTC-USDT", position);
      pass_hour (run, 1);
      pass_hour (run, 0.91);
      pass_hour (run, 1);
      g_assert_cmpuint (count_alerts (run, rows[k].reason, TF_SEVERITY_WARNING), ==, 1);
      g_assert_cmpuint (count_alerts (run, rows[k].reason, TF_SEVERITY_CRITICAL), ==, 0);
      pass_hour (run, 0.95);
      pass_hour (run, 1);
      pass_hour (run, 1);
      g_assert_cmpuint (count_alerts (run, rows[k].reason, TF_SEVERITY_CRITICAL), ==, 1);
      g_assert_cmpint (held_by (run, 1, TRADER, "BTC-USDT"), ==, 0);
      g_assert_cmpint (held_by (run, 2, TRADER, "BTC-USDT"), >, 0);
      state (run, "ETH-USDT", 10);
      assert_verdict (run, 1, TF_VERDICT_BLOCKED, "copying-halted");
      assert_verdict (run, 2, TF_VERDICT_ACCEPTED, "policy");
      {
        g_autoptr (TfSnapshot) later = tf_engine_snapshot (run->engine, -1);

        g_assert_cmpint (tf_snapshot_follow (later, trader_of (run), 1)->state, ==, TF_STATE_CLOSE_ONLY);
        g_assert_cmpint (tf_snapshot_follow (later, trader_of (run), 2)->state, ==, TF_STATE_ACTIVE);
        g_assert_cmpfloat (tf_snapshot_follow (later, trader_of (run), 1)->limit[k], ==, 0.1);
      }
      /* By hand: from here on, and what was lost does not count. */
      follow (run, TF_COMMAND_FOLLOW);
      pass_hour (run, 1);
      pass_hour (run, 1);
      g_assert_cmpuint (count_alerts (run, rows[k].reason, TF_SEVERITY_CRITICAL), ==, 1);
      state (run, "SOL-USDT", 10);
      assert_verdict (run, 1, TF_VERDICT_ACCEPTED, "policy");
      assert_snapshot (run);
    }
}

/* --- the preview is the order --- */

static void
test_preview (void)
{
  g_autoptr (Run) run = copying_run ();

  set (run, -1, TF_POLICY_RATIO, 0.001);
  set (run, -1, TF_POLICY_QUANTITY, 0.01);
  for (gint mode = 0; mode < TF_N_COPY_SIZINGS; mode++)
    {
      const char *symbol = run->config->universe->items[mode].symbol;
      g_autoptr (GByteArray) before = g_byte_array_new (), after = g_byte_array_new ();
      TfCopyPreview preview;
      TfCopyPolicy policy;

      set (run, -1, TF_POLICY_SIZING, mode);
      {
        g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);

        policy = tf_snapshot_follow (s, trader_of (run), 1)->policy;
      }
      tf_engine_save (run->engine, before);
      g_assert_true (tf_engine_preview_copy (run->engine, trader_of (run), 1, (guint) mode, &policy, (TfQty) { 20 * TF_SCALE }, &preview));
      tf_engine_save (run->engine, after);
      g_assert_cmpmem (before->data, before->len, after->data, after->len);
      g_test_message ("%s: %s %s, %g of %g, %" G_GINT64_FORMAT, tf_policy_field (TF_POLICY_SIZING)->choices[mode],
                      tf_verdict_name (preview.verdict), preview.reason, preview.value, preview.limit, preview.quantity.raw);
      state (run, symbol, 20);
      g_assert_cmpint (preview.quantity.raw, >, 0);
      g_assert_cmpint (preview.quantity.raw, ==, verdict_of (run, 1)->quantity);
    }
}

/* --- chaos and restart --- */

static void
test_chaos (void)
{
  TfRandom random;

  tf_random_seed (&random, 41);
  for (guint round = 0; round < 300; round++)
    {
      static Run *base;
      static GByteArray *image;
      g_autoptr (Run) run = NULL;
      guint n = 2 + (guint) (tf_random_next (&random) % 10);
      gint64 position = 0;
      TfTraderSignal fills[12];

      if (base == NULL)
        {
          base = copying_run ();
          image = g_byte_array_new ();
          tf_engine_save (base->engine, image);
        }
      run = restored (base, image);
      for (guint k = 0; k < n; k++)
        {
          gint64 change = (gint64) (tf_random_next (&random) % (20 * TF_SCALE)) - 10 * TF_SCALE;

          if (position != 0 && tf_random_uniform (&random) < 0.2)
            change = -position;
          position += change;
          fills[k] = signal_of (TRADER, "ETH-USDT", change > 0 ? 1 : -1, 0, tf_engine_get_time (run->engine) - TF_HOUR + k);
          fills[k].quantity.raw = ABS (change);
          fills[k].has_position = TRUE;
          fills[k].position.raw = position;
          g_snprintf (fills[k].id, sizeof fills[k].id, "%u", k);
        }
      for (guint told = 0; told < 3 * n; told++)
        {
          guint k = told + 1 == 3 * n ? n - 1 : (guint) (tf_random_next (&random) % n);

          tell (run, &fills[k]);
          if (tf_random_uniform (&random) < 0.2)
            pass_hour (run, 0.99 + 0.02 * tf_random_uniform (&random));
          if (tf_random_uniform (&random) < 0.1) /* a restart in the middle */
            {
              g_autoptr (GByteArray) state_of = g_byte_array_new ();
              Run *next;

              tf_engine_save (run->engine, state_of);
              next = restored (run, state_of);
              run_free (run);
              run = next;
            }
        }
      pass_hour (run, 1);
      {
        g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);
        gint64 expected = ABS (position) / 1000 * (position < 0 ? -1 : 1);

        for (guint a = 0; a < 3; a++)
          {
            gint64 held = 0;

            for (guint k = 0; k < s->n_positions; k++)
              if (s->positions[k].account == a && s->positions[k].voter == run->config->n_bots + trader_of (run)
                  && s->positions[k].instrument == 1)
                held = s->positions[k].quantity.raw;
            g_assert_cmpint (held, ==, expected < 0 && run->config->accounts[a].long_only ? 0 : expected);
          }
      }
      assert_ledgers (run);
    }
}

/* --- real traders --- */

#define RATIO 0.02
#define REFERENCE 1500000

typedef struct { gint64 position, equity[3]; gint side; } Own;

/* By the policy's formula, computed on its own: remainders are taken off before the division. */
static gint64
by_hand (gint64 position,
         gint64 equity)
{
  __int128 allotted = (__int128) equity * 2, copy;

  allotted = (allotted - allotted % 100) / 100;
  copy = (__int128) ABS (position) * allotted;
  copy = (copy - copy % ((__int128) REFERENCE * TF_SCALE)) / ((__int128) REFERENCE * TF_SCALE);
  return (gint64) (copy - copy % 100) * (position < 0 ? -1 : 1);
}

static gint64
decimal_of (JsonObject *object,
            const char *name)
{
  gint64 value;

  g_assert_true (tf_decimal_parse (json_object_get_string_member (object, name), -1, &value, NULL));
  return value;
}

static GPtrArray *
read_signals (const char *path)
{
  GPtrArray *signals = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint k = 0; lines[k] != NULL; k++)
    {
      g_autoptr (JsonParser) parser = json_parser_new ();
      TfTraderSignal *signal;
      JsonObject *row;
      g_autoptr (GDateTime) published = NULL, happened = NULL;

      if (*lines[k] == '\0')
        continue;
      g_assert_true (json_parser_load_from_data (parser, lines[k], -1, NULL));
      row = json_node_get_object (json_parser_get_root (parser));
      signal = g_new0 (TfTraderSignal, 1);
      g_strlcpy (signal->trader, json_object_get_string_member (row, "trader"), sizeof signal->trader);
      g_strlcpy (signal->source, json_object_get_string_member (row, "source"), sizeof signal->source);
      g_strlcpy (signal->id, json_object_get_string_member (row, "id"), sizeof signal->id);
      g_strlcpy (signal->symbol, json_object_get_string_member (row, "instrument"), sizeof signal->symbol);
      signal->side = strcmp (json_object_get_string_member (row, "side"), "buy") == 0 ? 1 : -1;
      signal->price.raw = decimal_of (row, "price");
      signal->quantity.raw = decimal_of (row, "quantity");
      if ((signal->has_position = json_object_has_member (row, "position")))
        signal->position.raw = decimal_of (row, "position");
      happened = g_date_time_new_from_iso8601 (json_object_get_string_member (row, "happened_at"), NULL);
      published = g_date_time_new_from_iso8601 (json_object_get_string_member (row, "published_at"), NULL);
      signal->happened = g_date_time_to_unix (happened) * TF_SECOND;
      signal->published = signal->received = g_date_time_to_unix (published) * TF_SECOND;
      g_ptr_array_add (signals, signal);
    }
  return signals;
}

/* The gap sums to the last unit and ends at the ledger's result. The market is the trader's own fills, so that nothing is late;
 * an account that may go both ways does all that the policy asks for. */
static void
assert_gap (const TfFollowView *view,
            gboolean            long_only)
{
  gint64 sum = view->gap.copy.raw;

  g_assert_true (view->gap_known);
  g_assert_cmpint (view->gap.copy.raw, ==, view->pnl.raw);
  for (guint k = 0; k < TF_N_GAP_PARTS; k++)
    sum += view->gap.parts[k].raw;
  g_assert_cmpint (sum, ==, view->gap.leader.raw);
  g_assert_cmpint (view->gap.parts[TF_GAP_DELAY].raw, ==, 0);
  if (!long_only)
    g_assert_cmpint (view->gap.parts[TF_GAP_SIZING].raw, ==, 0);
}

static void
test_real (gconstpointer file)
{
  const char *shared = g_getenv ("TF_SHARED");
  g_autofree char *path = g_build_filename (shared != NULL ? shared : "", "data", "signals", file, NULL);
  g_autoptr (GPtrArray) signals = NULL;
  g_autoptr (TfUniverse) universe = tf_universe_new ();
  TfConfig *config, *limits;
  g_autoptr (Run) run = NULL;
  TfTrader trader = { .grade = 'A', .trust_mean = 0.15, .trust_sd = 0.1 };
  g_autofree Own *own = NULL;
  guint t, checked = 0;

  if (shared == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("the shared data is not here");
      return;
    }
  signals = read_signals (path);
  for (guint k = 0; k < signals->len; k++)
    {
      const TfTraderSignal *signal = signals->pdata[k];
      TfInstrument instrument;

      if (tf_universe_find (universe, signal->symbol) >= 0)
        continue;
      g_assert_true (tf_instrument_guess (signal->symbol, &instrument, NULL));
      instrument.lot.raw = 100;
      instrument.min_notional.raw = 0;
      tf_universe_add (universe, &instrument);
    }
  config = tf_config_new_default ("replay", universe, TF_HOUR, 1);
  limits = reckless_config (1);
  config->n_bots = 0;
  g_strlcpy (trader.id, ((TfTraderSignal *) signals->pdata[0])->trader, sizeof trader.id);
  g_strlcpy (trader.name, trader.id, sizeof trader.name);
  memset (trader.followed, 1, sizeof trader.followed);
  t = (guint) tf_config_add_trader (config, &trader);
  for (guint a = 0; a < 3; a++)
    {
      config->accounts[a].limits = limits->accounts[a].limits;
      g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_SIZING, TF_COPY_SIZE_EQUITY_RATIO));
      g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_RATIO, RATIO));
      g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_REFERENCE, REFERENCE));
      g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_START, TF_COPY_START_ALL));
      /* The trader's own fills are all the market there is, and days may lie between two. */
      g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_LARGEST_AGE, 366 * 86400));
      g_assert_true (tf_config_set_policy (config, t, a, TF_POLICY_LARGEST_DEVIATION, 1e6));
    }
  tf_config_unref (limits);
  run = run_new (config);
  own = g_new0 (Own, universe->n);
  for (guint k = 0; k < signals->len; k++)
    {
      TfTraderSignal *signal = signals->pdata[k];
      guint i = (guint) tf_universe_find (universe, signal->symbol);
      TfEvent print = { .time = signal->published, .type = TF_EVENT_TRADE, .instrument = (gint16) i };
      TfEvent event = signal_event (signal, signal->published);
      g_autoptr (TfSnapshot) s = NULL;
      gint side;

      print.trade.price = signal->price;
      print.trade.quantity = signal->quantity;
      print.trade.side = signal->side;
      feed (run, &print);
      /* What the signal before asked for is there. */
      for (guint a = 0; a < 3; a++)
        {
          gint64 expected = by_hand (own[i].position, own[i].equity[a]);

          g_assert_cmpint (held_by (run, a, trader.id, universe->items[i].symbol), ==,
                           expected < 0 && config->accounts[a].long_only ? 0 : expected);
          checked += expected != 0;
        }
      s = tf_engine_snapshot (run->engine, -1);
      for (guint a = 0; a < 3; a++)
        assert_gap (tf_snapshot_follow (s, t, a), config->accounts[a].long_only);
      side = (signal->position.raw > 0) - (signal->position.raw < 0);
      if (side != own[i].side)
        for (guint a = 0; a < 3; a++)
          own[i].equity[a] = s->accounts[a].equity.raw;
      own[i].side = side;
      own[i].position = signal->position.raw;
      feed (run, &event);
    }
  {
    g_autoptr (TfSnapshot) s = tf_engine_snapshot (run->engine, -1);

    for (guint i = 0; i < universe->n; i++)
      {
        gint64 holds = 0;

        for (guint k = 0; k < s->n_holdings; k++)
          if (s->holdings[k].trader == t && s->holdings[k].instrument == i)
            holds = s->holdings[k].quantity.raw;
        g_assert_cmpint (holds, ==, own[i].position);
      }
    g_assert_cmpuint (checked, >, signals->len / 2);
    g_test_message ("%u positions checked, %" G_GINT64_FORMAT " orders, verdicts accepted %" G_GINT64_FORMAT, checked, s->orders,
                    s->verdicts[TF_VERDICT_ACCEPTED]);
  }
  assert_snapshot (run);
}

/* --- known at --- */

/* Filings with what comes later moved: no decision before a filing was published, and none that the future changes. */
static void
test_filings (gconstpointer sizing)
{
  const char *shared = g_getenv ("TF_SHARED");
  g_autofree char *path = g_build_filename (shared != NULL ? shared : "", "data", "signals", "strategy-btc-2020-2024.jsonl", NULL);
  g_autoptr (GPtrArray) signals = NULL;
  g_autoptr (Run) whole = NULL;
  TfRandom random;

  if (shared == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("the shared data is not here");
      return;
    }
  signals = read_signals (path);
  tf_random_seed (&random, 8);
  for (guint round = 0; round < 7; round++)
    {
      g_autoptr (Run) run = run_new (reckless_config (3));
      guint cut = round == 0 ? G_MAXUINT : 1 + (guint) (tf_random_next (&random) % (signals->len - 1)), next = 0;
      TfTime first = ((TfTraderSignal *) signals->pdata[0])->published, moved = G_MAXINT64;
      TfTraderSignal copies[128];
      double p = 10000;
      TfRandom market;

      tf_random_seed (&market, 77);
      for (guint k = 0; k < signals->len; k++)
        {
          copies[k] = *(TfTraderSignal *) signals->pdata[k];
          copies[k].price.raw = 0;
          g_strlcpy (copies[k].trader, TRADER, sizeof copies[k].trader);
          g_strlcpy (copies[k].symbol, "BTC-USDT", sizeof copies[k].symbol);
          if (k >= cut)
            {
              moved = MIN (moved, copies[k].published);
              copies[k].side = -copies[k].side;
              copies[k].quantity.raw *= 3;
              copies[k].published += (TfTime) (tf_random_next (&random) % 40) * TF_HOUR;
            }
        }
      set (run, -1, TF_POLICY_SIZING, GPOINTER_TO_INT (sizing));
      set (run, -1, TF_POLICY_MULTIPLIER, 1e-5);
      for (TfTime time = first - 40 * TF_DAY; next < signals->len; time += 4 * TF_HOUR)
        {
          double close = p * exp ((time < moved ? 0.01 : 0.03) * tf_random_normal (&market));
          TfEvent event = candle_event (0, time + 3 * TF_HOUR, p, MAX (p, close), MIN (p, close), close, 1e6);

          p = close;
          feed (run, &event);
          while (next < signals->len && copies[next].published <= time + 4 * TF_HOUR)
            {
              TfEvent signal = signal_event (&copies[next++], time + 4 * TF_HOUR);

              feed (run, &signal);
            }
        }
      if (whole == NULL)
        {
          whole = g_steal_pointer (&run);
          for (guint k = 0, n = 0; k < whole->journal.entries->len; k++)
            {
              const Entry *e = &g_array_index (whole->journal.entries, Entry, k);

              if (e->kind == TF_RECORD_SIGNAL && strcmp (e->origin, TRADER) == 0)
                g_assert_cmpint (e->time, >=, ((TfTraderSignal *) signals->pdata[n++])->published);
            }
          g_assert_cmpint (held_by (whole, 1, TRADER, "BTC-USDT") + (gint64) count_kind (whole, TF_RECORD_FILL, 0), >, 0);
          continue;
        }
      for (guint k = 0; k < run->journal.entries->len && k < whole->journal.entries->len; k++)
        {
          const Entry *a = &g_array_index (run->journal.entries, Entry, k), *b = &g_array_index (whole->journal.entries, Entry, k);

          if (a->time >= moved || b->time >= moved)
            break;
          g_assert_cmpmem (a->hash, TF_HASH_SIZE, b->hash, TF_HASH_SIZE);
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/copying/state", test_state);
  g_test_add_func ("/copying/reverse", test_reverse);
  g_test_add_func ("/copying/openings", test_openings);
  g_test_add_func ("/copying/accumulate", test_accumulate);
  g_test_add_func ("/copying/unknown", test_unknown);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *name = g_strconcat ("/copying/refused/", refused[i].name, NULL);

      g_test_add_data_func (name, &refused[i], test_refused);
    }
  g_test_add_func ("/copying/refused-later", test_refused_later);
  g_test_add_func ("/copying/start", test_start);
  g_test_add_func ("/copying/open-before", test_open_before);
  g_test_add_func ("/copying/leave", test_leave);
  g_test_add_func ("/copying/levels", test_levels);
  g_test_add_func ("/copying/preview", test_preview);
  g_test_add_func ("/copying/chaos", test_chaos);
  g_test_add_data_func ("/copying/real/hyperliquid-trader-a", "hyperliquid-trader-a.jsonl", test_real);
  g_test_add_data_func ("/copying/real/hyperliquid-trader-b", "hyperliquid-trader-b.jsonl", test_real);
  g_test_add_data_func ("/copying/filings/fixed-risk", GINT_TO_POINTER (TF_COPY_SIZE_FIXED_RISK), test_filings);
  g_test_add_data_func ("/copying/filings/multiplier", GINT_TO_POINTER (TF_COPY_SIZE_MULTIPLIER), test_filings);
  return g_test_run ();
}
