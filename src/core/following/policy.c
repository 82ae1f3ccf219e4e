#include "core/following/policy.h"

#include <math.h>

/* A filing is published hours to days after what it tells of, and then known to all at once: an entry's age
 * counts from the publication, and the price may have come far. */
#define LARGEST_AGE (24 * TF_HOUR)
#define LARGEST_DEVIATION_BPS 3000

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
 * tf_copy_policy_default:
 * All instruments, both sides, at fixed risk; entries up to 24 hours after they were published and up to
 * 3000 bps from the signal's price.
 */
void
tf_copy_policy_default (TfCopyPolicy *self)
{
  *self = (TfCopyPolicy) {
    .sizing = TF_COPY_SIZE_FIXED_RISK,
    .long_allowed = TRUE,
    .short_allowed = TRUE,
    .largest_age = LARGEST_AGE,
    .largest_deviation_bps = LARGEST_DEVIATION_BPS,
  };
}

/**
 * tf_copy_policy_check:
 * @instrument: index in the universe
 * @signal: with its time of publication, and its price, or 0 where it says none
 * @market: last known price, or 0
 * @value: (out): what was compared: seconds of age, basis points of deviation; else 0
 * @limit: (out): with what
 * Whether the policy lets an entry through. Exits are never refused, only costed. Of a flip only the
 * opening half can be: one that is refused is still a close.
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
  if (instrument < TF_COPY_MAX_INSTRUMENTS && ((self->excluded[instrument / 64] >> (instrument % 64)) & 1) != 0)
    return TF_COPY_INSTRUMENT_EXCLUDED;
  if (copy->direction > 0 ? !self->long_allowed : !self->short_allowed)
    return TF_COPY_SIDE_EXCLUDED;
  if (signal->published > now)
    {
      *value = -((double) signal->published - (double) now) / (double) TF_SECOND;
      return TF_COPY_FROM_THE_FUTURE;
    }
  *value = ((double) now - (double) signal->published) / (double) TF_SECOND;
  *limit = (double) self->largest_age / (double) TF_SECOND;
  if (*value > *limit)
    return TF_COPY_TOO_OLD;
  *value = *limit = 0;
  if (signal->price.raw > 0 && market.raw > 0)
    {
      *value = fabs (tf_price_double (market) / tf_price_double (signal->price) - 1) * 1e4;
      *limit = self->largest_deviation_bps;
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

/**
 * tf_copy_refusal_name:
 *
 * Returns: (transfer none): the stable machine id
 */
const char *
tf_copy_refusal_name (TfCopyRefusal refusal)
{
  static const char *const names[TF_N_COPY_REFUSALS] = {
    "allowed", "nothing-to-do", "instrument-excluded", "side-excluded", "from-the-future", "too-old", "too-far",
  };

  g_return_val_if_fail ((guint) refusal < G_N_ELEMENTS (names), "");

  return names[refusal];
}
