/* The copy gap: parts that sum to the gap to the last unit, each of them 0 where its cause is not. */
#include "core/following/gap.h"

#include <string.h>

#include "core/base/random.h"
#include "core/trading/ledger.h"

static gint64
raw (const char *text)
{
  gint64 value = 0;

  g_assert_true (tf_decimal_parse (text, -1, &value, NULL));
  return value;
}

static void
move (TfGapLeg   *leg,
      const char *price,
      const char *ideal,
      const char *sized,
      const char *rounded)
{
  const TfQty targets[] = { { raw (ideal) }, { raw (sized) }, { raw (rounded) } };

  g_assert_true (tf_gap_leg_move (leg, (TfPrice) { raw (price) }, targets));
}

static void
fill (TfGapLeg   *leg,
      const char *traded,
      const char *leader,
      const char *known,
      const char *price,
      const char *fee)
{
  TfMoney notional;

  g_assert_true (tf_notional ((TfPrice) { raw (price) }, (TfQty) { raw (traded) }, &notional));
  g_assert_true (tf_gap_leg_fill (leg, (TfQty) { raw (traded) }, (TfPrice) { raw (leader) }, (TfPrice) { raw (known) },
                                  notional, (TfMoney) { raw (fee) }));
}

static void
assert_sums (const TfGap *gap)
{
  gint64 sum = gap->copy.raw;

  for (guint k = 0; k < TF_N_GAP_PARTS; k++)
    sum += gap->parts[k].raw;
  g_assert_cmpint (sum, ==, gap->leader.raw);
}

/* One round trip, every part with a cause, worked out by hand. */
static void
test_example (void)
{
  static const char *const expected[] = { "5", "5", "0", "2", "0.7", "0.2", "0.05" };
  TfGapLeg leg = { 0 };
  TfGap gap = { 0 };

  move (&leg, "100", "2", "1.5", "1");
  fill (&leg, "1", "100", "101", "101.5", "0.1");
  /* Half way, at 105: the fees, and the way to 105 of each. */
  g_assert_true (tf_gap_add (&gap, &leg, (TfPrice) { raw ("105") }));
  g_assert_cmpint (gap.leader.raw, ==, raw ("10"));
  g_assert_cmpint (gap.copy.raw, ==, raw ("3.4"));
  assert_sums (&gap);

  g_assert_true (tf_gap_leg_fund (&leg, (TfMoney) { raw ("0.05") }));
  move (&leg, "110", "0", "0", "0");
  fill (&leg, "-1", "110", "109", "108.8", "0.1");
  gap = (TfGap) { 0 };
  g_assert_true (tf_gap_add (&gap, &leg, (TfPrice) { 0 }));
  g_assert_cmpint (gap.leader.raw, ==, raw ("20"));
  g_assert_cmpint (gap.copy.raw, ==, raw ("7.05"));
  for (guint k = 0; k < TF_N_GAP_PARTS; k++)
    g_assert_cmpint (gap.parts[k].raw, ==, raw (expected[k]));
  assert_sums (&gap);
}

/* Refused, and given up at a stop of its own: what the leader goes on to earn is skipped. */
static void
test_skipped (void)
{
  TfGapLeg refused = { 0 }, stopped = { 0 };
  TfGap gap = { 0 };

  move (&refused, "100", "1", "1", "1");
  move (&refused, "120", "0", "0", "0");
  g_assert_true (tf_gap_add (&gap, &refused, (TfPrice) { raw ("130") }));
  g_assert_cmpint (gap.parts[TF_GAP_SKIPPED].raw, ==, raw ("20"));
  g_assert_cmpint (gap.copy.raw, ==, 0);

  move (&stopped, "100", "1", "1", "1");
  fill (&stopped, "1", "100", "100", "100", "0");
  fill (&stopped, "-1", "95", "95", "94.5", "0");
  move (&stopped, "120", "0", "0", "0");
  gap = (TfGap) { 0 };
  g_assert_true (tf_gap_add (&gap, &stopped, (TfPrice) { raw ("130") }));
  g_assert_cmpint (gap.parts[TF_GAP_SKIPPED].raw, ==, raw ("25"));
  g_assert_cmpint (gap.parts[TF_GAP_SLIPPAGE].raw, ==, raw ("0.5"));
  g_assert_cmpint (gap.parts[TF_GAP_DELAY].raw, ==, 0);
  assert_sums (&gap);
}

static void
test_scale (void)
{
  TfGapLeg leg = { 0 };
  TfQty ideal;

  g_assert_false (tf_gap_leg_scaled (&leg, (TfQty) { raw ("1") }, &ideal));
  g_assert_false (tf_gap_leg_scale (&leg, (TfQty) { raw ("1") }, (TfQty) { 0 }));
  g_assert_true (tf_gap_leg_scale (&leg, (TfQty) { raw ("0.5") }, (TfQty) { raw ("-30") }));
  g_assert_true (tf_gap_leg_scaled (&leg, (TfQty) { raw ("-60") }, &ideal));
  g_assert_cmpint (ideal.raw, ==, raw ("-1"));
  g_assert_true (tf_gap_leg_scaled (&leg, (TfQty) { 0 }, &ideal));
  g_assert_cmpint (ideal.raw, ==, 0);
}

/* What does not fit changes nothing. */
static void
test_range (void)
{
  const TfQty targets[] = { { G_MAXINT64 }, { 0 }, { 0 } };
  TfGapLeg leg = { 0 }, before;
  TfGap gap = { .leader = { G_MAXINT64 } };

  move (&leg, "100", "1", "1", "1");
  before = leg;
  g_assert_false (tf_gap_leg_move (&leg, (TfPrice) { raw ("1000000") }, targets));
  g_assert_cmpmem (&leg, sizeof leg, &before, sizeof before);
  g_assert_false (tf_gap_leg_fill (&leg, (TfQty) { G_MAXINT64 }, (TfPrice) { raw ("2") }, (TfPrice) { raw ("1") },
                                   (TfMoney) { 0 }, (TfMoney) { 0 }));
  g_assert_cmpmem (&leg, sizeof leg, &before, sizeof before);
  g_assert_false (tf_gap_add (&gap, &leg, (TfPrice) { raw ("110") }));
  g_assert_cmpint (gap.leader.raw, ==, G_MAXINT64);
  g_assert_cmpint (gap.copy.raw, ==, 0);
}

static gint64
draw (TfRandom *random,
      gint64    least,
      gint64    most)
{
  return least + (gint64) (tf_random_uniform (random) * (double) (most - least));
}

/* 10,000 copies of random leaders, each with some of the causes at work. The copy's own result is the ledger's, always. */
static void
test_random (void)
{
  enum { CASES = 10000, STEPS = 24 };
  g_autofree TfLedger *ledger = g_malloc0 (tf_ledger_size (1, 1));
  TfRandom random;
  guint seen[TF_N_GAP_PARTS] = { 0 };

  tf_random_seed (&random, 20);
  for (guint c = 0; c < CASES; c++)
    {
      guint causes = (guint) tf_random_next (&random) % (1 << TF_N_GAP_PARTS);
      gint64 lot = causes & (1 << TF_GAP_ROUNDING) ? draw (&random, 2, 90000) : 1, funded = 0;
      TfGapLeg leg = { 0 };
      TfGap gap = { 0 };
      TfPrice market = { draw (&random, 1, raw ("100000")) };
      const TfSubLedger *sub;
      const TfPosition *position;
      TfMoney value = { 0 };

      tf_ledger_init (ledger, 1, 1, (TfMoney) { raw ("100000") });
      for (guint s = 0; s < STEPS; s++)
        {
          TfQty targets[TF_N_GAP_TARGETS] = { { draw (&random, -raw ("3"), raw ("3")) } };
          TfPrice leader = market, known;
          gint64 traded;
          TfFill f = { .time = s };

          if (s % 6 == 5)
            targets[0].raw = 0;
          targets[1].raw = causes & (1 << TF_GAP_SIZING) ? targets[0].raw / draw (&random, 1, 5) : targets[0].raw;
          targets[2].raw = targets[1].raw / lot * lot;
          g_assert_true (tf_gap_leg_move (&leg, leader, targets));
          known = causes & (1 << TF_GAP_DELAY) ? (TfPrice) { draw (&random, 1, 2 * market.raw) } : leader;
          traded = targets[2].raw - leg.held.raw;
          f.price = causes & (1 << TF_GAP_SLIPPAGE) ? (TfPrice) { draw (&random, 1, 2 * known.raw) } : known;
          f.quantity.raw = ABS (traded);
          f.fee.raw = causes & (1 << TF_GAP_FEES) ? draw (&random, 0, raw ("5")) : 0;
          if (traded != 0 && !(causes & (1 << TF_GAP_SKIPPED) && tf_random_uniform (&random) < 0.4)
              && tf_notional (f.price, f.quantity, &f.notional) && f.notional.raw > 0)
            {
              gint side = traded > 0 ? 1 : -1;

              g_assert_true (tf_ledger_fill (ledger, 0, 0, side, &f, NULL, NULL));
              g_assert_true (tf_gap_leg_fill (&leg, (TfQty) { traded }, leader, known, (TfMoney) { side * f.notional.raw },
                                              f.fee));
            }
          if (causes & (1 << TF_GAP_FUNDING))
            {
              gint64 paid = draw (&random, -raw ("1"), raw ("1"));

              funded += paid;
              g_assert_true (tf_gap_leg_fund (&leg, (TfMoney) { paid }));
            }
          market.raw = MAX (1, draw (&random, market.raw / 2, 3 * (market.raw / 2) + 2));
        }

      g_assert_true (tf_gap_add (&gap, &leg, market));
      assert_sums (&gap);
      sub = tf_ledger_voter (ledger, 0);
      position = tf_ledger_position (ledger, 0, 0);
      g_assert_cmpint (position->quantity.raw, ==, leg.held.raw);
      if (leg.held.raw != 0)
        g_assert_true (tf_notional (market, leg.held, &value));
      g_assert_cmpint (gap.copy.raw, ==, sub->realized.raw - sub->fees.raw + value.raw - position->cost.raw - funded);
      for (guint k = 0; k < TF_N_GAP_PARTS; k++)
        {
          /* A fill that is worth nothing is none, and is skipped, too. */
          if (!(causes & (1 << k)) && k != TF_GAP_SKIPPED)
            g_assert_cmpint (gap.parts[k].raw, ==, 0);
          if (!(causes & (1 << k)) && k == TF_GAP_SKIPPED)
            g_assert_cmpint (ABS (gap.parts[k].raw), <=, STEPS);
          seen[k] += gap.parts[k].raw != 0;
        }
    }
  for (guint k = 0; k < TF_N_GAP_PARTS; k++)
    g_assert_cmpuint (seen[k], >, CASES / 4);
}

static void
test_names (void)
{
  for (guint k = 0; k < TF_N_GAP_PARTS; k++)
    {
      g_assert_cmpstr (tf_gap_part_name ((TfGapPart) k), !=, "");
      g_assert_cmpstr (tf_gap_part_title ((TfGapPart) k), !=, "");
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gap/example", test_example);
  g_test_add_func ("/gap/skipped", test_skipped);
  g_test_add_func ("/gap/scale", test_scale);
  g_test_add_func ("/gap/range", test_range);
  g_test_add_func ("/gap/random", test_random);
  g_test_add_func ("/gap/names", test_names);
  return g_test_run ();
}
