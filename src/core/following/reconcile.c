#include "core/following/reconcile.h"

/* A copy moves from what it is to what it should be, whatever happened in between: what was doubled changes nothing,
 * what was lost is made up for by the next word. */

static gint
sign (gint64 raw)
{
  return (raw > 0) - (raw < 0);
}

/* 2⁶³ has no magnitude: no position of an account is as large. */
static gint64
magnitude (gint64 raw)
{
  return raw == G_MININT64 ? G_MAXINT64 : ABS (raw);
}

/**
 * tf_copy_reconcile:
 * @target: signed: what the copy should hold
 * @move: (out): the two orders that lead there. Both are stated in full, not as a change of what works: what works
 *   and is the same stays as it is
 *
 * An exit is filled before an entry, so that held − leaving + entering = target for each side of it. An exit that
 * works may come from a limit on risk and is never made smaller; what it takes too much is entered again. While an
 * entry's outcome is unknown nothing is entered: it might be doubled. What works too much is taken back even so: that
 * doubles nothing, and the next reconciliation takes away what had filled.
 */
void
tf_copy_reconcile (const TfCopyBook *book,
                   TfQty             target,
                   TfCopyMove       *move)
{
  gint64 held = magnitude (book->held.raw), same;

  *move = (TfCopyMove) { 0 };
  same = sign (target.raw) == sign (book->held.raw) ? MIN (magnitude (target.raw), held) : 0;
  move->leaving.raw = MIN (MAX (held - same, book->leaving.raw), held);
  move->keep.raw = sign (target.raw) == sign (book->held.raw) ? held - move->leaving.raw : 0;
  move->entering.raw = sign (target.raw) * (magnitude (target.raw) - move->keep.raw);
  move->withdraw = book->entering.raw != 0 && book->entering.raw != move->entering.raw;
  if (book->unknown && move->withdraw && move->entering.raw != 0)
    {
      move->wait = TRUE;
      move->withdraw = sign (move->entering.raw) != sign (book->entering.raw)
                       || magnitude (move->entering.raw) < magnitude (book->entering.raw);
      move->entering.raw = move->withdraw ? 0 : book->entering.raw;
    }
}

/**
 * tf_copy_without_base:
 * @position: the trader's, signed
 * @base: (inout): what of it was open when following began and is not copied, signed; brought down to @position, and to 0
 *   on the other side
 *
 * What the trader takes away comes off what was added last.
 *
 * Returns: the part that is copied
 */
TfQty
tf_copy_without_base (TfQty  position,
                      TfQty *base)
{
  if (sign (base->raw) != sign (position.raw))
    base->raw = 0;
  else if (magnitude (base->raw) > magnitude (position.raw))
    *base = position;
  return (TfQty) { position.raw - base->raw };
}
