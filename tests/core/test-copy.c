/* Copy policies as pure functions: fields, sizes with their steps, reconciliation, stop-following levels. */

#include "core/base/random.h"
#include "core/following/book.h"
#include "core/following/copy-size.h"
#include "core/following/leaving.h"
#include "core/following/reconcile.h"

#include <math.h>
#include <string.h>

static gint64
raw (const char *text)
{
  gint64 value = 0;

  if (text != NULL)
    g_assert_true (tf_decimal_parse (text, -1, &value, NULL));
  return value;
}

/* --- fields --- */

static void
test_fields (void)
{
  TfCopyPolicy policy, other;

  tf_copy_policy_default (&policy);
  for (guint p = 0; p < TF_N_POLICY_FIELDS; p++)
    {
      const TfPolicyField *field = tf_policy_field (p);

      g_assert_cmpint (tf_policy_find (field->id), ==, p);
      g_assert_cmpstr (field->title, !=, "");
      g_assert_cmpfloat (field->min, <=, field->value);
      g_assert_cmpfloat (field->value, <=, field->max);
      g_assert_cmpfloat (tf_copy_policy_get (&policy, (gint) p), ==, field->value);
      other = policy;
      g_assert_true (tf_copy_policy_set (&other, (gint) p, field->max));
      g_assert_cmpfloat (tf_copy_policy_get (&other, (gint) p), ==, field->max);
      g_assert_true (tf_copy_policy_set (&other, (gint) p, field->min));
      for (guint k = 0; k < 4; k++)
        {
          const double bad[] = { (double) NAN, field->max + 1, field->min - 1, (double) INFINITY };
          TfCopyPolicy before = other;

          g_assert_false (tf_copy_policy_set (&other, (gint) p, bad[k]));
          g_assert_cmpmem (&before, sizeof before, &other, sizeof other);
        }
      if (field->choices != NULL)
        for (guint c = 0; c <= 2 * (guint) field->max + 1; c++)
          g_assert_cmpstr (field->choices[c], !=, "");
      if (field->kind == TF_POLICY_CHOICE || field->kind == TF_POLICY_FLAG || field->kind == TF_POLICY_COUNT)
        g_assert_false (tf_copy_policy_set (&other, (gint) p, field->min + 0.5));
    }
  g_assert_null (tf_policy_field (TF_N_POLICY_FIELDS));
  g_assert_cmpint (tf_policy_find ("nothing"), ==, -1);
  g_assert_false (tf_copy_policy_set (&policy, -1, 0));
  g_assert_false (tf_copy_policy_set (&policy, TF_N_POLICY_FIELDS, 0));
  g_assert_false (tf_copy_policy_set (&policy, TF_POLICY_INSTRUMENT + 3, 2));
  g_assert_false (tf_copy_policy_set (&policy, TF_POLICY_INSTRUMENT + TF_COPY_MAX_INSTRUMENTS, 0));
  for (gint i = 0; i < TF_COPY_MAX_INSTRUMENTS; i += 51)
    {
      g_assert_true (tf_copy_policy_set (&policy, TF_POLICY_INSTRUMENT + i, 0));
      g_assert_true (tf_copy_policy_excludes (&policy, (guint) i));
      g_assert_cmpfloat (tf_copy_policy_get (&policy, TF_POLICY_INSTRUMENT + i), ==, 0);
      g_assert_true (tf_copy_policy_set (&policy, TF_POLICY_INSTRUMENT + i, 1));
      g_assert_false (tf_copy_policy_excludes (&policy, (guint) i));
    }
}

static void
test_refusal_names (void)
{
  for (guint i = 0; i < TF_N_COPY_REFUSALS; i++)
    {
      TfCopyRefusal found;

      g_assert_true (tf_copy_refusal_find (tf_copy_refusal_name ((TfCopyRefusal) i), &found));
      g_assert_cmpint (found, ==, i);
      g_assert_cmpstr (tf_copy_refusal_sentence ((TfCopyRefusal) i), !=, "");
    }
}

/* --- sizes --- */

typedef struct
{
  const char *name;
  struct { TfPolicyParam param; double value; } set[6];
  const char *trader, *held, *owed, *price, *lot, *least;
  double      volatility, confidence, grade, governor;
  const char *use;       /* of everything that has a cap */
  TfCopyRefusal refusal;
  const char *target, *quantity, *left;
  double      value, limit;
} Sizing;

#define SIZE(mode) { TF_POLICY_SIZING, TF_COPY_SIZE_##mode }

/* Equity 50,000 now, 40,000 when the copy was opened; at risk 100, 8 lost by a unit. */
static const Sizing sizings[] = {
  { "fixed-risk", { SIZE (FIXED_RISK) }, .target = "12.5", .quantity = "12.5" },
  { "fixed-risk/lots", { SIZE (FIXED_RISK) }, .lot = "1", .target = "12", .quantity = "12" },
  { "fixed-risk/governor-is-in-its-chain", { SIZE (FIXED_RISK) }, .governor = 0.5, .target = "12.5", .quantity = "12.5" },
  { "fixed-amount", { SIZE (FIXED_AMOUNT), { TF_POLICY_AMOUNT, 1000 } }, .price = "3", .target = "333.33333333",
    .quantity = "333.33333333" },
  { "fixed-quantity", { SIZE (FIXED_QUANTITY), { TF_POLICY_QUANTITY, 2.5 } }, .target = "2.5", .quantity = "2.5" },
  { "equity-ratio", { SIZE (EQUITY_RATIO), { TF_POLICY_RATIO, 0.5 }, { TF_POLICY_REFERENCE, 1000000 } }, .trader = "150",
    .target = "3", .quantity = "3" },
  { "equity-ratio/rest", { SIZE (EQUITY_RATIO), { TF_POLICY_RATIO, 0.5 }, { TF_POLICY_REFERENCE, 1000000 } }, .trader = "150",
    .held = "1.25", .target = "3", .quantity = "1.75" },
  { "equity-ratio/thirds", { SIZE (EQUITY_RATIO), { TF_POLICY_RATIO, 1 }, { TF_POLICY_REFERENCE, 60000 } }, .trader = "1",
    .target = "0.66666666", .quantity = "0.66666666" },
  { "multiplier", { SIZE (MULTIPLIER), { TF_POLICY_MULTIPLIER, 0.1 } }, .trader = "7", .lot = "0.5", .target = "0.5",
    .quantity = "0.5" },
  { "multiplier/done", { SIZE (MULTIPLIER), { TF_POLICY_MULTIPLIER, 2 } }, .trader = "7", .held = "14", .target = "14",
    .quantity = "0", .refusal = TF_COPY_NOTHING_TO_DO },
  { "multiplier/less-than-a-lot", { SIZE (MULTIPLIER), { TF_POLICY_MULTIPLIER, 1 } }, .trader = "0.4", .lot = "1",
    .refusal = TF_COPY_TOO_SMALL, .target = "0", .quantity = "0", .value = 40, .limit = 100 },
  { "volatility-target", { SIZE (VOLATILITY_TARGET), { TF_POLICY_VOLATILITY, 0.1 } }, .volatility = 0.8, .target = "62.5",
    .quantity = "62.5" },
  { "volatility-target/unknown", { SIZE (VOLATILITY_TARGET) }, .volatility = -1, .refusal = TF_COPY_NO_VOLATILITY,
    .target = "0", .quantity = "0", .limit = 0.05 },
  { "confidence", { SIZE (CONFIDENCE), { TF_POLICY_PART, 0.2 } }, .confidence = 0.75, .target = "75", .quantity = "75" },
  { "confidence/least", { SIZE (CONFIDENCE), { TF_POLICY_PART, 0.2 }, { TF_POLICY_LEAST_CONFIDENCE, 0.8 } },
    .confidence = 0.75, .refusal = TF_COPY_LEAST_CONFIDENCE, .target = "75", .quantity = "0", .value = 0.75, .limit = 0.8 },
  { "grade", { SIZE (MULTIPLIER) }, .trader = "8", .grade = 0.25, .target = "2", .quantity = "2" },
  { "governor", { SIZE (MULTIPLIER) }, .trader = "8", .governor = 0.5, .refusal = TF_COPY_GOVERNOR, .target = "8",
    .quantity = "4", .value = 0.5, .limit = 1 },
  { "governor/held", { SIZE (MULTIPLIER) }, .trader = "8", .governor = 0.5, .held = "4", .refusal = TF_COPY_GOVERNOR,
    .target = "8", .quantity = "0", .value = 0.5, .limit = 1 },
  { "skip", { SIZE (MULTIPLIER), { TF_POLICY_MULTIPLIER, 0.3 } }, .trader = "1", .lot = "1", .refusal = TF_COPY_TOO_SMALL,
    .target = "0", .quantity = "0", .value = 30, .limit = 100 },
  { "round-up", { SIZE (MULTIPLIER), { TF_POLICY_MULTIPLIER, 0.6 }, { TF_POLICY_ROUNDING, TF_COPY_ROUND_UP } }, .trader = "1",
    .lot = "1", .target = "1", .quantity = "1" },
  { "round-up/least", { SIZE (FIXED_QUANTITY), { TF_POLICY_QUANTITY, 0.03 }, { TF_POLICY_ROUNDING, TF_COPY_ROUND_UP } },
    .lot = "0.01", .least = "5", .target = "0.05", .quantity = "0.05" },
  { "round-up/too-far", { SIZE (MULTIPLIER), { TF_POLICY_MULTIPLIER, 0.4 }, { TF_POLICY_ROUNDING, TF_COPY_ROUND_UP } },
    .trader = "1", .lot = "1", .refusal = TF_COPY_TOO_SMALL, .target = "0", .quantity = "0", .value = 40, .limit = 100 },
  { "accumulate", { SIZE (FIXED_QUANTITY), { TF_POLICY_QUANTITY, 0.4 }, { TF_POLICY_ROUNDING, TF_COPY_ROUND_ACCUMULATE } },
    .lot = "1", .refusal = TF_COPY_TOO_SMALL, .target = "0", .quantity = "0", .left = "0.4", .value = 40, .limit = 100 },
  { "accumulate/enough", { SIZE (FIXED_QUANTITY), { TF_POLICY_QUANTITY, 0.4 },
                           { TF_POLICY_ROUNDING, TF_COPY_ROUND_ACCUMULATE } },
    .lot = "1", .owed = "0.8", .target = "1", .quantity = "1" },
  { "accumulate/least", { SIZE (FIXED_QUANTITY), { TF_POLICY_QUANTITY, 0.02 },
                          { TF_POLICY_ROUNDING, TF_COPY_ROUND_ACCUMULATE } },
    .lot = "0.01", .least = "5", .owed = "0.02", .refusal = TF_COPY_TOO_SMALL, .target = "0.04", .quantity = "0",
    .left = "0.04", .value = 4, .limit = 5 },
  { "cap-trade", { SIZE (MULTIPLIER), { TF_POLICY_CAP_TRADE, 0.01 } }, .trader = "8", .refusal = TF_COPY_CAP_TRADE,
    .target = "8", .quantity = "5", .value = 0.016, .limit = 0.01 },
  { "cap-instrument", { SIZE (MULTIPLIER), { TF_POLICY_CAP_INSTRUMENT, 0.01 } }, .trader = "8", .use = "300",
    .refusal = TF_COPY_CAP_INSTRUMENT, .target = "8", .quantity = "2", .value = 0.022, .limit = 0.01 },
  { "cap-trader", { SIZE (MULTIPLIER), { TF_POLICY_CAP_TRADER, 0.01 } }, .trader = "8", .use = "300",
    .refusal = TF_COPY_CAP_TRADER, .target = "8", .quantity = "2", .value = 0.022, .limit = 0.01 },
  { "cap-account", { SIZE (MULTIPLIER), { TF_POLICY_CAP_ACCOUNT, 0.01 } }, .trader = "8", .use = "700",
    .refusal = TF_COPY_CAP_ACCOUNT, .target = "8", .quantity = "0", .value = 0.03, .limit = 0.01 },
  { "cap-cluster", { SIZE (MULTIPLIER), { TF_POLICY_CAP_CLUSTER, 0.02 }, { TF_POLICY_CAP_TRADE, 0.5 } }, .trader = "8",
    .use = "700", .refusal = TF_COPY_CAP_CLUSTER, .target = "8", .quantity = "3", .value = 0.03, .limit = 0.02 },
  { "cap/least-decides", { SIZE (MULTIPLIER), { TF_POLICY_CAP_TRADE, 0.01 }, { TF_POLICY_CAP_TRADER, 0.011 } },
    .trader = "8", .use = "300", .refusal = TF_COPY_CAP_TRADER, .target = "8", .quantity = "2.5", .value = 0.022,
    .limit = 0.011 },
};

static void
test_size (gconstpointer data)
{
  const Sizing *s = data;
  TfInstrument instrument = { .lot = { s->lot != NULL ? raw (s->lot) : 1 }, .min_notional = { raw (s->least) } };
  gint64 use = raw (s->use);
  TfCopySizeInput in = {
    .instrument = &instrument,
    .price = { raw (s->price != NULL ? s->price : "100") },
    .equity = { raw ("50000") },
    .opening_equity = { raw ("40000") },
    .trader = { raw (s->trader) },
    .risk = { raw ("100") },
    .unit_loss = { raw ("8") },
    .volatility = s->volatility < 0 ? 0 : s->volatility > 0 ? s->volatility : 0.5,
    .confidence = s->confidence > 0 ? s->confidence : 0.5,
    .grade = s->grade > 0 ? s->grade : 1,
    .governor = s->governor > 0 ? s->governor : 1,
    .held = { raw (s->held) },
    .owed = { raw (s->owed) },
    .instrument_use = { use }, .trader_use = { use }, .account_use = { use }, .cluster_use = { use },
  };
  TfCopyPolicy policy;
  TfCopySize size;
  char text[1024];

  tf_copy_policy_default (&policy);
  for (guint k = 0; k < G_N_ELEMENTS (s->set); k++)
    if (k == 0 || s->set[k].param != 0)
      g_assert_true (tf_copy_policy_set (&policy, (gint) s->set[k].param, s->set[k].value));
  g_assert_cmpint (tf_copy_size (&policy, &in, &size), ==, raw (s->quantity) > 0);
  g_assert_cmpstr (tf_copy_refusal_name (size.refusal), ==, tf_copy_refusal_name (s->refusal));
  g_assert_cmpint (size.target.raw, ==, raw (s->target));
  g_assert_cmpint (size.quantity.raw, ==, raw (s->quantity));
  g_assert_cmpint (size.owed.raw, ==, raw (s->left));
  g_assert_cmpfloat (fabs (size.value - s->value), <, 1e-9);
  g_assert_cmpfloat (fabs (size.limit - s->limit), <, 1e-9);
  g_assert_nonnull (size.formula);
  g_assert_cmpuint (size.n_steps, <, TF_COPY_MAX_STEPS);
  for (guint k = 0; k < size.n_steps; k++)
    g_assert_cmpstr (tf_copy_step_title (size.steps[k].name), !=, size.steps[k].name);
  g_assert_cmpuint (tf_copy_size_describe (&policy, &size, text, sizeof text), ==, strlen (text));
  g_assert_nonnull (strstr (text, "exact="));
}

/* The size that is described by parts is never more than asked, in lots, and the same whatever the size of the numbers. */
static void
test_size_property (void)
{
  TfRandom random;

  tf_random_seed (&random, 5);
  for (guint k = 0; k < 20000; k++)
    {
      TfInstrument instrument = { .lot = { 1 + (gint64) (tf_random_next (&random) % 1000000) } };
      TfCopySizeInput in = {
        .instrument = &instrument,
        .price = { 1 + (gint64) (tf_random_next (&random) >> (2 + tf_random_next (&random) % 60)) },
        .equity = { (gint64) (tf_random_next (&random) >> (10 + tf_random_next (&random) % 40)) },
        .trader = { (gint64) (tf_random_next (&random) >> (1 + tf_random_next (&random) % 60)) },
        .confidence = 1, .grade = 1, .governor = 1,
      };
      __int128 wanted;
      TfCopyPolicy policy;
      TfCopySize size;

      in.opening_equity = in.equity;
      tf_copy_policy_default (&policy);
      tf_copy_policy_set (&policy, TF_POLICY_SIZING, k % 2 ? TF_COPY_SIZE_EQUITY_RATIO : TF_COPY_SIZE_MULTIPLIER);
      policy.values[TF_POLICY_RATIO] = policy.values[TF_POLICY_MULTIPLIER] = (gint64) (tf_random_next (&random) % (10 * TF_SCALE));
      policy.values[TF_POLICY_REFERENCE] = TF_SCALE + (gint64) (tf_random_next (&random) >> 20);
      tf_copy_target (&policy, &in, &size);
      /* By hand, another way round: remainders first. */
      if (k % 2)
        {
          __int128 allotted = (__int128) in.equity.raw * policy.values[TF_POLICY_RATIO];

          allotted = (allotted - allotted % TF_SCALE) / TF_SCALE;
          wanted = (__int128) in.trader.raw * allotted;
          wanted = (wanted - wanted % policy.values[TF_POLICY_REFERENCE]) / policy.values[TF_POLICY_REFERENCE];
        }
      else
        {
          wanted = (__int128) in.trader.raw * policy.values[TF_POLICY_MULTIPLIER];
          wanted = (wanted - wanted % TF_SCALE) / TF_SCALE;
        }
      wanted = MIN (wanted, G_MAXINT64);
      wanted -= wanted % instrument.lot.raw;
      g_assert_true (size.target.raw == wanted);
    }
}

/* --- reconciliation --- */

typedef struct
{
  const char *name;
  gint held, entering, leaving, target;
  gboolean unknown;
  gint out_leaving, keep, out_entering;
  gboolean withdraw, wait;
} Move;

static const Move moves[] = {
  { "nothing", 0, 0, 0, 0, FALSE, 0, 0, 0, FALSE, FALSE },
  { "open", 0, 0, 0, 5, FALSE, 0, 0, 5, FALSE, FALSE },
  { "open-short", 0, 0, 0, -5, FALSE, 0, 0, -5, FALSE, FALSE },
  { "add", 5, 0, 0, 8, FALSE, 0, 5, 3, FALSE, FALSE },
  { "reduce", 5, 0, 0, 2, FALSE, 3, 2, 0, FALSE, FALSE },
  { "close", -5, 0, 0, 0, FALSE, 5, 0, 0, FALSE, FALSE },
  { "flip", -5, 0, 0, 4, FALSE, 5, 0, 4, FALSE, FALSE },
  { "on-its-way", 0, 5, 0, 5, FALSE, 0, 0, 5, FALSE, FALSE },
  { "another-size", 0, 5, 0, 8, FALSE, 0, 0, 8, TRUE, FALSE },
  { "withdrawn", 0, 5, 0, 0, FALSE, 0, 0, 0, TRUE, FALSE },
  { "leaves-already", 5, 0, 5, 0, FALSE, 5, 0, 0, FALSE, FALSE },
  { "leaves-less", 5, 0, 3, 0, FALSE, 5, 0, 0, FALSE, FALSE },
  { "leaves-too-much", 5, 0, 4, 3, FALSE, 4, 1, 2, FALSE, FALSE },
  { "unknown", 0, 5, 0, 8, TRUE, 0, 0, 5, FALSE, TRUE },
  { "unknown-but-right", 0, 5, 0, 5, TRUE, 0, 0, 5, FALSE, FALSE },
  { "unknown-and-unwanted", 3, 5, 0, 0, TRUE, 3, 0, 0, TRUE, FALSE },
  { "unknown-and-too-much", 0, 5, 0, 3, TRUE, 0, 0, 0, TRUE, TRUE },
  { "unknown-and-turned", 0, 5, 0, -3, TRUE, 0, 0, 0, TRUE, TRUE },
};

static void
test_move (gconstpointer data)
{
  const Move *m = data;
  TfCopyBook book = { { m->held }, { m->entering }, { m->leaving }, m->unknown };
  TfCopyMove move;

  tf_copy_reconcile (&book, (TfQty) { m->target }, &move);
  g_assert_cmpint (move.leaving.raw, ==, m->out_leaving);
  g_assert_cmpint (move.keep.raw, ==, m->keep);
  g_assert_cmpint (move.entering.raw, ==, m->out_entering);
  g_assert_cmpint (move.withdraw, ==, m->withdraw);
  g_assert_cmpint (move.wait, ==, m->wait);
}

/* A broker whose orders fill whenever it likes, and sometimes does not say for long. */
typedef struct { gint64 held, entering, leaving; gboolean unknown; } Broker;

static void
broker_fill (Broker *self)
{
  if (self->held != 0)
    self->held -= (self->held > 0 ? 1 : -1) * self->leaving;
  self->leaving = 0;
  self->held += self->entering;
  self->entering = 0;
  self->unknown = FALSE;
}

static void
broker_lose (Broker *self)
{
  self->entering = 0;
  self->unknown = FALSE;
}

/* Where its orders lead. */
static gint64
broker_end (const Broker *self)
{
  return self->held - (self->held > 0 ? 1 : -1) * self->leaving + self->entering;
}

static void
broker_reconcile (Broker *self,
                  gint64  target)
{
  TfCopyBook book = { { self->held }, { self->entering }, { self->leaving }, self->unknown };
  gint64 before = broker_end (self);
  TfCopyMove move;

  tf_copy_reconcile (&book, (TfQty) { target }, &move);
  self->leaving = move.leaving.raw;
  self->entering = move.entering.raw;
  self->unknown = self->unknown && self->entering != 0;
  g_assert_cmpint (self->leaving, <=, ABS (self->held));
  /* Never doubled: it leads to the target, or to no more than what was on its way anyhow. */
  if (!move.wait)
    g_assert_cmpint (broker_end (self), ==, target);
  else
    g_assert_cmpint (ABS (broker_end (self)), <=, MAX (ABS (target) + ABS (self->entering), ABS (before)));
}

#define MOST_FILLS 24

/* The trader's fills shuffled, doubled, and lost but for the last one that happened. */
static void
test_chaos (void)
{
  TfRandom random;

  tf_random_seed (&random, 2024);
  for (guint round = 0; round < 10000; round++)
    {
      g_autofree TfTraderBook *book = g_malloc (tf_trader_book_size (1, 1));
      g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (guint64));
      guint n = 1 + (guint) (tf_random_next (&random) % MOST_FILLS), told[2 * MOST_FILLS], m = 0;
      TfTraderSignal fills[MOST_FILLS];
      TfQty base = { 0 };
      TfCopyPolicy policy;
      TfInstrument instrument = { .lot = { 7 } };
      Broker broker = { 0 };
      gint64 position = 0, expected;

      tf_trader_book_init (book, 1, 1);
      tf_copy_policy_default (&policy);
      tf_copy_policy_set (&policy, TF_POLICY_SIZING, TF_COPY_SIZE_MULTIPLIER);
      tf_copy_policy_set (&policy, TF_POLICY_MULTIPLIER, 0.37);
      for (guint k = 0; k < n; k++)
        {
          gint64 quantity = 1 + (gint64) (tf_random_next (&random) % 1000);
          gint8 side = tf_random_next (&random) % 2 ? 1 : -1;

          if (position != 0 && tf_random_uniform (&random) < 0.2) /* a close in full */
            {
              quantity = ABS (position);
              side = position > 0 ? -1 : 1;
            }
          position += side * quantity;
          fills[k] = (TfTraderSignal) { .trader = "t", .source = "s", .side = side, .quantity = { quantity },
                                        .has_position = TRUE, .position = { position }, .happened = 1 + k };
          g_snprintf (fills[k].id, sizeof fills[k].id, "%u", k);
        }
      /* Only the last has to arrive, at any place. */
      for (guint k = 0; k < n; k++)
        for (guint copies = k + 1 < n ? (guint) (tf_random_next (&random) % 3) : 1 + (guint) (tf_random_next (&random) % 2);
             copies > 0; copies--)
          told[m++] = k;
      for (guint k = m - 1; k > 0; k--)
        {
          guint other = (guint) (tf_random_next (&random) % (k + 1)), t = told[k];

          told[k] = told[other];
          told[other] = t;
        }
      for (guint k = 0; k <= m; k++)
        {
          const TfTraderPosition *known = tf_trader_book_position (book, 0, 0);
          TfCopySizeInput in = { .instrument = &instrument, .price = { TF_SCALE }, .grade = 1 };
          TfCopySize size;
          TfCopy copy;

          if (k == m) /* what was unknown is known in the end, and then somebody looks once more */
            broker_fill (&broker);
          else if (tf_trader_book_seen (seen, &fills[told[k]]))
            continue;
          else
            g_assert_true (tf_trader_book_apply (book, 0, 0, &fills[told[k]], &copy, NULL));
          tf_copy_without_base (known->quantity, &base);
          in.trader.raw = ABS (known->quantity.raw);
          tf_copy_target (&policy, &in, &size);
          broker_reconcile (&broker, (known->quantity.raw > 0 ? 1 : -1) * size.target.raw);
          switch (tf_random_next (&random) % 5)
            {
            case 0:
              broker_fill (&broker);
              break;
            case 1:
              broker_lose (&broker);
              break;
            case 2:
              broker.unknown = broker.entering != 0;
              break;
            default:
              break;
            }
        }
      broker_fill (&broker);
      expected = ABS (position) * 37 / 100 / 7 * 7 * (position < 0 ? -1 : 1);
      g_assert_cmpint (tf_trader_book_position (book, 0, 0)->quantity.raw, ==, position);
      /* The last look may have sent what the broker then lost. */
      if (broker.held != expected)
        {
          broker_reconcile (&broker, expected);
          broker_fill (&broker);
        }
      g_assert_cmpint (broker.held, ==, expected);
    }
}

static void
test_base (void)
{
  static const struct { gint position, base, copied, left; } rows[] = {
    { 10, 0, 10, 0 }, { 10, 10, 0, 10 }, { 15, 10, 5, 10 }, { 8, 10, 0, 8 }, { 0, 10, 0, 0 }, { -3, 10, -3, 0 },
    { -15, -10, -5, -10 }, { -4, -10, 0, -4 },
  };

  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    {
      TfQty base = { rows[k].base };

      g_assert_cmpint (tf_copy_without_base ((TfQty) { rows[k].position }, &base).raw, ==, rows[k].copied);
      g_assert_cmpint (base.raw, ==, rows[k].left);
    }
}

/* --- levels --- */

static void
test_levels (void)
{
  static const struct { gint pnl; TfCopyLevelChange fixed, trailing; } rows[] = {
    { 0, TF_COPY_LEVEL_UNCHANGED, TF_COPY_LEVEL_UNCHANGED },
    { -700, TF_COPY_LEVEL_UNCHANGED, TF_COPY_LEVEL_UNCHANGED },
    { -801, TF_COPY_LEVEL_WARNING, TF_COPY_LEVEL_UNCHANGED },
    { -780, TF_COPY_LEVEL_UNCHANGED, TF_COPY_LEVEL_UNCHANGED }, /* hysteresis */
    { -700, TF_COPY_LEVEL_CLEARED, TF_COPY_LEVEL_UNCHANGED },
    { 2000, TF_COPY_LEVEL_UNCHANGED, TF_COPY_LEVEL_UNCHANGED },
    { 399, TF_COPY_LEVEL_UNCHANGED, TF_COPY_LEVEL_WARNING },
    { 0, TF_COPY_LEVEL_UNCHANGED, TF_COPY_LEVEL_REACHED },
    { -1000, TF_COPY_LEVEL_REACHED, TF_COPY_LEVEL_REACHED },
  };
  TfCopyLevels levels;
  TfCopyPolicy policy;
  double limit;

  tf_copy_policy_default (&policy);
  tf_copy_levels_start (&levels, (TfMoney) { 500 * TF_SCALE });
  g_assert_cmpint (tf_copy_levels_update (&levels, &policy, TF_COPY_LEVEL_STATIC, (TfMoney) { -9000 * TF_SCALE }), ==,
                   TF_COPY_LEVEL_UNCHANGED); /* no level is none */
  tf_copy_policy_set (&policy, TF_POLICY_CAPITAL, 10000);
  tf_copy_policy_set (&policy, TF_POLICY_STATIC_STOP, 0.1);
  tf_copy_policy_set (&policy, TF_POLICY_TRAILING_STOP, 0.2);
  tf_copy_levels_start (&levels, (TfMoney) { 500 * TF_SCALE });
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    {
      TfMoney pnl = { (500 + rows[k].pnl) * TF_SCALE };

      g_assert_cmpint (tf_copy_levels_update (&levels, &policy, TF_COPY_LEVEL_STATIC, pnl), ==, rows[k].fixed);
      g_assert_cmpint (tf_copy_levels_update (&levels, &policy, TF_COPY_LEVEL_TRAILING, pnl), ==, rows[k].trailing);
    }
  g_assert_cmpfloat (tf_copy_levels_use (&levels, &policy, TF_COPY_LEVEL_TRAILING, (TfMoney) { -500 * TF_SCALE }, &limit), ==, 0.3);
  g_assert_cmpfloat (limit, ==, 0.2);
}

#define ADD(path, function, table) \
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) \
    { \
      g_autofree char *name = g_strconcat (path "/", (table)[i].name, NULL); \
      g_test_add_data_func (name, &(table)[i], function); \
    }

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/copy/fields", test_fields);
  g_test_add_func ("/copy/refusal-names", test_refusal_names);
  ADD ("/copy/size", test_size, sizings)
  g_test_add_func ("/copy/size-property", test_size_property);
  ADD ("/copy/move", test_move, moves)
  g_test_add_func ("/copy/chaos", test_chaos);
  g_test_add_func ("/copy/base", test_base);
  g_test_add_func ("/copy/levels", test_levels);
  return g_test_run ();
}
