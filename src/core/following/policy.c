#include "core/following/policy.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* A filing is published hours to days after what it tells of, and then known to all at once: an entry's age
 * counts from the publication, and the price may have come far. */
#define LARGEST_AGE (24.0 * 3600)
#define LARGEST_DEVIATION_BPS 3000

static const char *const sizings[] = {
  "fixed-risk", "fixed-amount", "fixed-quantity", "equity-ratio", "multiplier", "volatility-target", "confidence",
  N_("Fixed risk"), N_("Fixed amount"), N_("Fixed quantity"), N_("Equity ratio"), N_("Multiplier"),
  N_("Volatility target"), N_("By confidence"),
};
static const char *const roundings[] = {
  "skip", "round-up", "accumulate", N_("Skip"), N_("Round up"), N_("Accumulate"),
};
static const char *const starts[] = {
  "none", "all", "not-worse", "scale-in",
  N_("None"), N_("All"), N_("If the price is not worse"), N_("Scale in"),
};
static const char *const leavings[] = {
  "halt-new", "gracefully", "now", N_("Halt new"), N_("Close gracefully"), N_("Close now"),
};

#define CHOICE(names) TF_POLICY_CHOICE, TF_POLICY_UNIT_NONE, 0, G_N_ELEMENTS (names) / 2 - 1, 0, names
#define FLAG(value) TF_POLICY_FLAG, TF_POLICY_UNIT_NONE, 0, 1, value, NULL
#define DECIMAL(unit, min, max, value) TF_POLICY_DECIMAL, TF_POLICY_UNIT_##unit, min, max, value, NULL
#define FRACTION(max, value) DECIMAL (FRACTION, 0, max, value)

/* A cap or a level of 0 is none. */
static const TfPolicyField fields[TF_N_POLICY_FIELDS] = {
  [TF_POLICY_SIZING] = { "sizing", N_("Size"), CHOICE (sizings) },
  [TF_POLICY_AMOUNT] = { "amount", N_("Amount of each copy"), DECIMAL (MONEY, 0, 1e9, 1000) },
  [TF_POLICY_QUANTITY] = { "quantity", N_("Quantity of each copy"), DECIMAL (QUANTITY, 0, 1e9, 1) },
  [TF_POLICY_RATIO] = { "ratio", N_("Part of the equity that copies the trader’s"), DECIMAL (RATIO, 0, 100, 1) },
  [TF_POLICY_REFERENCE] = { "reference-equity", N_("The trader’s equity"), DECIMAL (MONEY, 1, 1e10, 100000) },
  [TF_POLICY_MULTIPLIER] = { "multiplier", N_("Times the trader’s quantity"), DECIMAL (RATIO, 0, 1000, 1) },
  [TF_POLICY_VOLATILITY] = { "volatility", N_("Yearly volatility of each copy, of equity"), FRACTION (10, 0.05) },
  [TF_POLICY_PART] = { "part", N_("Part of the equity at full confidence"), FRACTION (10, 0.1) },
  [TF_POLICY_LEAST_CONFIDENCE] = { "least-confidence", N_("Least confidence of an entry"), FRACTION (1, 0) },
  [TF_POLICY_STOP] = { "stop", N_("Protective stop, from the entry"), FRACTION (0.9, 0) },
  [TF_POLICY_ROUNDING] = { "rounding", N_("Below the smallest order"), CHOICE (roundings) },
  [TF_POLICY_ROUND_UP] = { "round-up", N_("Round up to at most so many times"), DECIMAL (RATIO, 1, 100, 2) },
  [TF_POLICY_LARGEST_DEVIATION] = { "largest-deviation", N_("Largest deviation of the price"),
                                    DECIMAL (BASIS_POINTS, 0, 1e6, LARGEST_DEVIATION_BPS) },
  [TF_POLICY_LARGEST_AGE] = { "largest-age", N_("Largest age of an entry"), TF_POLICY_TIME, TF_POLICY_UNIT_SECONDS, 0,
                              366 * 86400, LARGEST_AGE, NULL },
  [TF_POLICY_LONG] = { "long", N_("Copy long positions"), FLAG (1) },
  [TF_POLICY_SHORT] = { "short", N_("Copy short positions"), FLAG (1) },
  [TF_POLICY_REVERSE] = { "reverse", N_("Do the opposite"), FLAG (0) },
  [TF_POLICY_START] = { "start", N_("Positions that are open at the start"), CHOICE (starts) },
  [TF_POLICY_BARS] = { "bars", N_("Bars to scale in and to leave gracefully"), TF_POLICY_COUNT, TF_POLICY_UNIT_BARS, 1, 1000, 8,
                       NULL },
  [TF_POLICY_CAP_TRADE] = { "cap-trade", N_("Largest order"), FRACTION (100, 0) },
  [TF_POLICY_CAP_INSTRUMENT] = { "cap-instrument", N_("Largest copy in an instrument"), FRACTION (100, 0) },
  [TF_POLICY_CAP_TRADER] = { "cap-trader", N_("Largest sum of this trader’s copies"), FRACTION (100, 0) },
  [TF_POLICY_CAP_ACCOUNT] = { "cap-account", N_("Largest sum of all copies in the account"), FRACTION (100, 0) },
  [TF_POLICY_CAP_CLUSTER] = { "cap-cluster", N_("Largest sum of copies that move together"), FRACTION (100, 0) },
  [TF_POLICY_LEAVING] = { "leaving", N_("When following ends"), CHOICE (leavings) },
  [TF_POLICY_CAPITAL] = { "capital", N_("Capital allotted to the trader"), DECIMAL (MONEY, 1, 1e9, 10000) },
  [TF_POLICY_STATIC_STOP] = { "static-stop", N_("Stop following at a loss of"), FRACTION (1, 0) },
  [TF_POLICY_TRAILING_STOP] = { "trailing-stop", N_("Stop following at a loss from the peak of"), FRACTION (1, 0) },
};

/* 2⁶³, too, has a magnitude. */
static double
magnitude (TfQty quantity)
{
  return fabs ((double) quantity.raw);
}

static gint
sign (gint64 raw)
{
  return (raw > 0) - (raw < 0);
}

/**
 * tf_copy_classify:
 * @before: the trader's signed position as it was known
 * @after: as it is now: the target
 * @copy: (out): what led from one to the other
 * Copies the state, not the events: however many fills lie between, doubled or missed, the answer is the
 * same, and a target that was already reached is %TF_COPY_NONE.
 */
void
tf_copy_classify (TfQty   before,
                  TfQty   after,
                  TfCopy *copy)
{
  gint from = sign (before.raw), to = sign (after.raw);

  *copy = (TfCopy) {
    .side = (after.raw > before.raw) - (after.raw < before.raw),
    .direction = to,
    .fraction = 1,
    .before = before,
    .after = after,
  };
  if (copy->side == 0)
    {
      copy->action = TF_COPY_NONE;
      copy->fraction = 0;
    }
  else if (from == 0)
    copy->action = TF_COPY_OPEN;
  else if (to == 0)
    copy->action = TF_COPY_CLOSE;
  else if (from != to)
    copy->action = TF_COPY_FLIP;
  else
    {
      copy->action = copy->side == to ? TF_COPY_ADD : TF_COPY_REDUCE;
      copy->fraction = fabs (magnitude (after) - magnitude (before)) / magnitude (before);
    }
}

/**
 * tf_copy_is_entry:
 *
 * Returns: whether it takes a new risk: an opening, an addition, or the second half of a flip
 */
gboolean
tf_copy_is_entry (const TfCopy *copy)
{
  return copy->action == TF_COPY_OPEN || copy->action == TF_COPY_ADD || copy->action == TF_COPY_FLIP;
}

/**
 * tf_policy_field:
 *
 * Returns: (transfer none) (nullable): the field of that number, %NULL beyond the last
 */
const TfPolicyField *
tf_policy_field (guint param)
{
  return param < TF_N_POLICY_FIELDS ? &fields[param] : NULL;
}

/**
 * tf_policy_find:
 * @id: of a field: "largest-age"
 *
 * Returns: its number, or −1
 */
gint
tf_policy_find (const char *id)
{
  for (gint i = 0; i < TF_N_POLICY_FIELDS; i++)
    if (strcmp (fields[i].id, id) == 0)
      return i;
  return -1;
}

/**
 * tf_copy_policy_default:
 * All instruments, both sides, at fixed risk; entries up to 24 hours after they were published and up to
 * 3000 bps from the signal's price; no caps beyond the account's own limits.
 */
void
tf_copy_policy_default (TfCopyPolicy *self)
{
  memset (self, 0, sizeof *self);
  for (gint i = 0; i < TF_N_POLICY_FIELDS; i++)
    tf_copy_policy_set (self, i, fields[i].value);
}

static gint64
scale_of (TfPolicyKind kind)
{
  return kind == TF_POLICY_DECIMAL ? TF_SCALE : kind == TF_POLICY_TIME ? TF_SECOND : 1;
}

/**
 * tf_copy_policy_set:
 * @param: a TfPolicyParam, or %TF_POLICY_INSTRUMENT + the index of an instrument
 * @value: in the field's unit, times in seconds
 *
 * Returns: %FALSE when there is no such field or @value is not within its bounds (whole, where it counts)
 */
gboolean
tf_copy_policy_set (TfCopyPolicy *self,
                    gint          param,
                    double        value)
{
  gint instrument = param - TF_POLICY_INSTRUMENT;
  const TfPolicyField *field;

  if (instrument >= 0 && instrument < TF_COPY_MAX_INSTRUMENTS && (value == 0 || value == 1))
    {
      guint64 bit = G_GUINT64_CONSTANT (1) << (instrument % 64);

      if (value == 0)
        self->excluded[instrument / 64] |= bit;
      else
        self->excluded[instrument / 64] &= ~bit;
      return TRUE;
    }
  field = param >= 0 ? tf_policy_field ((guint) param) : NULL;
  if (field == NULL || !(value >= field->min && value <= field->max)
      || (scale_of (field->kind) == 1 && value != floor (value)))
    return FALSE;
  self->values[param] = (gint64) round (value * (double) scale_of (field->kind));
  return TRUE;
}

/**
 * tf_copy_policy_get:
 *
 * Returns: what tf_copy_policy_set() would set it to; NaN when there is no such field
 */
double
tf_copy_policy_get (const TfCopyPolicy *self,
                    gint                param)
{
  gint instrument = param - TF_POLICY_INSTRUMENT;

  if (instrument >= 0 && instrument < TF_COPY_MAX_INSTRUMENTS)
    return !tf_copy_policy_excludes (self, (guint) instrument);
  if (param < 0 || param >= TF_N_POLICY_FIELDS)
    return (double) NAN;
  return (double) self->values[param] / (double) scale_of (fields[param].kind);
}

/**
 * tf_copy_policy_proportional:
 *
 * Returns: whether the copy is the trader's position times something: then it follows every change of it
 */
gboolean
tf_copy_policy_proportional (const TfCopyPolicy *self)
{
  return self->values[TF_POLICY_SIZING] == TF_COPY_SIZE_EQUITY_RATIO
         || self->values[TF_POLICY_SIZING] == TF_COPY_SIZE_MULTIPLIER;
}

gboolean
tf_copy_policy_excludes (const TfCopyPolicy *self,
                         guint               instrument)
{
  return instrument < TF_COPY_MAX_INSTRUMENTS && ((self->excluded[instrument / 64] >> (instrument % 64)) & 1) != 0;
}

/**
 * tf_copy_policy_check:
 * @copy: what the trader did
 *
 * As tf_copy_policy_check_entry(), and what is no entry is let through: exits are never refused, only
 * costed. Of a flip only the opening half can be: one that is refused is still a close.
 *
 * Returns: %TF_COPY_ALLOWED, or the first reason against
 */
TfCopyRefusal
tf_copy_policy_check (const TfCopyPolicy   *self,
                      const TfCopy         *copy,
                      guint                 instrument,
                      const TfTraderSignal *signal,
                      TfTime                now,
                      TfPrice               market,
                      double               *value,
                      double               *limit)
{
  *value = *limit = 0;
  if (copy->action == TF_COPY_NONE)
    return TF_COPY_NOTHING_TO_DO;
  if (!tf_copy_is_entry (copy))
    return TF_COPY_ALLOWED;
  return tf_copy_policy_check_entry (self, copy->direction, instrument, signal, now, market, value, limit);
}

/**
 * tf_copy_policy_check_entry:
 * @direction: the trader's: +1 long, −1 short; that of the copy is the opposite where the policy says so
 * @instrument: index in the universe
 * @signal: with its time of publication, and its price, or 0 where it says none
 * @market: last known price, or 0
 * @value: (out): what was compared: seconds of age, basis points of deviation; else 0
 * @limit: (out): with what
 *
 * Returns: %TF_COPY_ALLOWED, or the first reason against an entry
 */
TfCopyRefusal
tf_copy_policy_check_entry (const TfCopyPolicy   *self,
                            gint                  direction,
                            guint                 instrument,
                            const TfTraderSignal *signal,
                            TfTime                now,
                            TfPrice               market,
                            double               *value,
                            double               *limit)
{
  gboolean is_long = (direction > 0) != (self->values[TF_POLICY_REVERSE] != 0);

  *value = *limit = 0;
  if (tf_copy_policy_excludes (self, instrument))
    return TF_COPY_INSTRUMENT_EXCLUDED;
  if (self->values[is_long ? TF_POLICY_LONG : TF_POLICY_SHORT] == 0)
    return TF_COPY_SIDE_EXCLUDED;
  if (signal->published > now)
    {
      *value = -((double) signal->published - (double) now) / (double) TF_SECOND;
      return TF_COPY_FROM_THE_FUTURE;
    }
  *value = ((double) now - (double) signal->published) / (double) TF_SECOND;
  *limit = tf_copy_policy_get (self, TF_POLICY_LARGEST_AGE);
  if (*value > *limit)
    return TF_COPY_TOO_OLD;
  *value = *limit = 0;
  if (signal->price.raw > 0 && market.raw > 0)
    {
      *value = fabs (tf_price_double (market) / tf_price_double (signal->price) - 1) * 1e4;
      *limit = tf_copy_policy_get (self, TF_POLICY_LARGEST_DEVIATION);
      if (*value > *limit)
        return TF_COPY_TOO_FAR;
    }
  return TF_COPY_ALLOWED;
}

/**
 * tf_copy_action_name:
 *
 * Returns: (transfer none): the stable machine id
 */
const char *
tf_copy_action_name (TfCopyAction action)
{
  static const char *const names[] = { "none", "open", "add", "reduce", "close", "flip" };

  g_return_val_if_fail ((guint) action < G_N_ELEMENTS (names), "");

  return names[action];
}

static const struct
{
  const char  *name, *sentence;
  TfPolicyUnit unit;
} refusals[TF_N_COPY_REFUSALS] = {
  [TF_COPY_ALLOWED] = { "allowed", N_("nothing stands against it"), TF_POLICY_UNIT_NONE },
  [TF_COPY_NOTHING_TO_DO] = { "nothing-to-do", N_("it changes nothing"), TF_POLICY_UNIT_NONE },
  [TF_COPY_INSTRUMENT_EXCLUDED] = { "instrument-excluded", N_("the instrument is excluded for this trader"), TF_POLICY_UNIT_NONE },
  [TF_COPY_SIDE_EXCLUDED] = { "side-excluded", N_("this side is excluded for this trader"), TF_POLICY_UNIT_NONE },
  [TF_COPY_FROM_THE_FUTURE] = { "from-the-future", N_("it claims to come from the future"), TF_POLICY_UNIT_SECONDS },
  [TF_COPY_TOO_OLD] = { "too-old", N_("it was published too long ago"), TF_POLICY_UNIT_SECONDS },
  [TF_COPY_TOO_FAR] = { "too-far", N_("the price has moved too far since"), TF_POLICY_UNIT_BASIS_POINTS },
  [TF_COPY_HALTED] = { "copying-halted", N_("following this trader has been stopped until it is re-armed"), TF_POLICY_UNIT_FRACTION },
  [TF_COPY_OUTCOME_UNKNOWN] = { "outcome-unknown", N_("an order of before has met no market yet"), TF_POLICY_UNIT_SECONDS },
  [TF_COPY_LEAST_CONFIDENCE] = { "least-confidence", N_("less confidence than the policy asks for"), TF_POLICY_UNIT_RATIO },
  [TF_COPY_NO_QUANTITY] = { "no-quantity", N_("the trader does not say how much"), TF_POLICY_UNIT_NONE },
  [TF_COPY_NO_VOLATILITY] = { "no-volatility", N_("the volatility is not known yet"), TF_POLICY_UNIT_FRACTION },
  [TF_COPY_OPEN_BEFORE] = { "open-before", N_("the position was open before following began"), TF_POLICY_UNIT_QUANTITY },
  [TF_COPY_TOO_SMALL] = { "too-small", N_("the size is below the smallest order"), TF_POLICY_UNIT_MONEY },
  [TF_COPY_GOVERNOR] = { "governor", N_("sizes are reduced after the drawdown"), TF_POLICY_UNIT_FRACTION },
  [TF_COPY_CAP_TRADE] = { "cap-trade", N_("the policy’s cap of one order is reached"), TF_POLICY_UNIT_FRACTION },
  [TF_COPY_CAP_INSTRUMENT] = { "cap-instrument", N_("the policy’s cap of one instrument is reached"), TF_POLICY_UNIT_FRACTION },
  [TF_COPY_CAP_TRADER] = { "cap-trader", N_("the policy’s cap of this trader is reached"), TF_POLICY_UNIT_FRACTION },
  [TF_COPY_CAP_ACCOUNT] = { "cap-account", N_("the policy’s cap of all copies is reached"), TF_POLICY_UNIT_FRACTION },
  [TF_COPY_CAP_CLUSTER] = { "cap-cluster", N_("the policy’s cap of what moves together is reached"), TF_POLICY_UNIT_FRACTION },
};

/**
 * tf_copy_refusal_name:
 *
 * Returns: (transfer none): the stable machine id
 */
const char *
tf_copy_refusal_name (TfCopyRefusal refusal)
{
  g_return_val_if_fail ((guint) refusal < TF_N_COPY_REFUSALS, "");

  return refusals[refusal].name;
}

/**
 * tf_copy_refusal_find:
 * @name: the reason of a verdict, as the journal has it
 *
 * Returns: whether a policy gives it. With tf_copy_refusal_sentence(), tf_copy_refusal_unit() and the verdict's two
 *   numbers it makes the answer to “why was this not copied?”
 */
gboolean
tf_copy_refusal_find (const char    *name,
                      TfCopyRefusal *refusal)
{
  for (guint i = 0; i < TF_N_COPY_REFUSALS; i++)
    if (strcmp (refusals[i].name, name) == 0)
      {
        *refusal = (TfCopyRefusal) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * tf_copy_refusal_sentence:
 *
 * Returns: (transfer none): it in words that continue a sentence, to be translated
 */
const char *
tf_copy_refusal_sentence (TfCopyRefusal refusal)
{
  g_return_val_if_fail ((guint) refusal < TF_N_COPY_REFUSALS, "");

  return refusals[refusal].sentence;
}

/**
 * tf_copy_refusal_unit:
 *
 * Returns: of the two numbers that are compared
 */
TfPolicyUnit
tf_copy_refusal_unit (TfCopyRefusal refusal)
{
  g_return_val_if_fail ((guint) refusal < TF_N_COPY_REFUSALS, TF_POLICY_UNIT_NONE);

  return refusals[refusal].unit;
}
