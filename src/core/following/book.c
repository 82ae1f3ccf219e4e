#include "core/following/book.h"

#include <string.h>

#include "core/base/error.h"

/**
 * tf_trader_book_size:
 *
 * Returns: bytes of a book for so many traders and instruments
 */
gsize
tf_trader_book_size (guint n_traders,
                     guint n_instruments)
{
  return sizeof (TfTraderBook) + (gsize) n_traders * n_instruments * sizeof (TfTraderPosition);
}

/**
 * tf_trader_book_init:
 * @self: tf_trader_book_size() bytes, aligned as for gint64
 */
void
tf_trader_book_init (TfTraderBook *self,
                     guint         n_traders,
                     guint         n_instruments)
{
  memset (self, 0, tf_trader_book_size (n_traders, n_instruments));
  self->n_traders = n_traders;
  self->n_instruments = n_instruments;
}

/**
 * tf_trader_book_position:
 *
 * Returns: (transfer none): what @trader is known to hold of @instrument
 */
const TfTraderPosition *
tf_trader_book_position (const TfTraderBook *self,
                         guint               trader,
                         guint               instrument)
{
  g_return_val_if_fail (trader < self->n_traders && instrument < self->n_instruments, NULL);

  return &self->positions[(gsize) trader * self->n_instruments + instrument];
}

/* What a person says without a number, where nobody can look at a position: “I buy” means one unit, however often it is said,
 * and “I sell” that nothing is held any more, not that something is owed. */
static gboolean
is_opinion (const TfTraderSignal *signal)
{
  return signal->grade == 'C' && signal->quantity.raw == 0 && signal->fraction <= 0 && !signal->has_position;
}

static gboolean
target_of (const TfTraderSignal *signal,
           TfQty                 before,
           TfQty                *after)
{
  gint64 part, unit = signal->fraction > 0 ? tf_ratio_raw (MIN (signal->fraction, 1.0)) : TF_SCALE;
  gboolean leaves = before.raw != 0 && (signal->side == 0 || (before.raw > 0) != (signal->side > 0));

  if (signal->has_position)
    {
      *after = signal->position;
      return TRUE;
    }
  if (!leaves && (signal->side == 0 || (is_opinion (signal) && (before.raw != 0 || signal->side < 0))))
    {
      *after = before;
      return TRUE;
    }
  if (signal->quantity.raw > 0)
    {
      gint side = signal->side != 0 ? signal->side : before.raw > 0 ? -1 : 1;

      if (!tf_qty_add (before, (TfQty) { side * signal->quantity.raw }, after))
        return FALSE;
      /* What is closed is not turned. */
      if (signal->side == 0 && (after->raw > 0) != (before.raw > 0))
        after->raw = 0;
      return TRUE;
    }
  if (leaves)
    return tf_fraction (before.raw, unit, TF_SCALE, &part)
           && !__builtin_sub_overflow (before.raw, part, &after->raw);
  return tf_qty_add (before, (TfQty) { signal->side * unit }, after);
}

/* What a trader must have held before the first signal that tells of a position. The other side counts as
 * nothing: who turns a position that nobody copied opens one. */
static gboolean
held_before (const TfTraderSignal *signal,
             TfQty                *before)
{
  gint64 after = signal->position.raw;

  if (signal->quantity.raw == 0)
    before->raw = after != 0 && signal->side == (after > 0 ? -1 : 1) ? after : 0;
  else if (__builtin_sub_overflow (after, signal->side * signal->quantity.raw, &before->raw))
    return FALSE;
  if ((before->raw < 0 && after > 0) || (before->raw > 0 && after < 0))
    before->raw = 0;
  return TRUE;
}

/* The trader's own mean entry after @copy, as far as its signals name prices. */
static TfPrice
entry_after (const TfTraderPosition *position,
             const TfTraderSignal   *signal,
             const TfCopy           *copy)
{
  unsigned __int128 sum;
  guint64 before, added;

  switch (copy->action)
    {
    case TF_COPY_OPEN:
    case TF_COPY_FLIP:
      return (TfPrice) { MAX (signal->price.raw, 0) };
    case TF_COPY_ADD:
      if (position->entry.raw <= 0 || signal->price.raw <= 0)
        return (TfPrice) { 0 };
      before = (guint64) ABS ((__int128) copy->before.raw);
      added = (guint64) ABS ((__int128) copy->after.raw - copy->before.raw);
      sum = (unsigned __int128) before * (guint64) position->entry.raw
            + (unsigned __int128) added * (guint64) signal->price.raw;
      return (TfPrice) { (gint64) (sum / ((unsigned __int128) before + added)) };
    case TF_COPY_CLOSE:
      return (TfPrice) { 0 };
    case TF_COPY_NONE:
    case TF_COPY_REDUCE:
    default:
      return position->entry;
    }
}

/**
 * tf_trader_book_apply:
 * @signal: one that tf_trader_book_seen() had not seen
 * @copy: (out): what it did to the trader's position
 *
 * Brings the trader's position to what the signal says:
 * - the position it states, whatever was known before. Of a position that is met for the first time, the
 *   signal's own quantity tells what was before, so that a sale out of a long position that nobody had seen
 *   is not an opening;
 * - else what it trades. A close takes its quantity or fraction, at most all; without either, all;
 * - a signal without a quantity counts in units of its own: an opening or addition is @fraction of equity
 *   or 1, a trade against the position takes @fraction of it or all, and does not turn it.
 *
 * A signal that happened before a stated position is already in that position: %TF_COPY_NONE.
 *
 * Returns: %FALSE with %TF_ERROR_INVALID for a negative quantity, %TF_ERROR_RANGE for a position that does
 * not fit; the book is then as it was
 */
gboolean
tf_trader_book_apply (TfTraderBook          *self,
                      guint                  trader,
                      guint                  instrument,
                      const TfTraderSignal  *signal,
                      TfCopy                *copy,
                      GError               **error)
{
  TfTraderPosition *position;
  TfQty before, after;

  g_return_val_if_fail (trader < self->n_traders && instrument < self->n_instruments, FALSE);

  position = &self->positions[(gsize) trader * self->n_instruments + instrument];
  before = position->quantity;
  if (signal->quantity.raw < 0)
    {
      char found[TF_DECIMAL_SIZE];

      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "signal %s of %s: found quantity %s, expected 0 or more",
                   signal->id, signal->trader, tf_decimal_format (signal->quantity.raw, found));
      return FALSE;
    }
  if (position->stated != 0 && signal->happened < position->stated)
    {
      tf_copy_classify (before, before, copy);
      return TRUE;
    }
  if (!target_of (signal, before, &after)
      || (signal->has_position && !position->known && !held_before (signal, &before)))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_RANGE, "signal %s of %s leads to a position that does not fit",
                   signal->id, signal->trader);
      return FALSE;
    }
  tf_copy_classify (before, after, copy);
  position->entry = entry_after (position, signal, copy);
  position->quantity = after;
  if (signal->has_position || signal->quantity.raw > 0)
    position->own_units = FALSE;
  else if (copy->action == TF_COPY_OPEN || copy->action == TF_COPY_ADD)
    position->own_units = TRUE;
  position->known = TRUE;
  position->grade = signal->grade;
  if (signal->has_position)
    position->stated = signal->happened;
  return TRUE;
}

/* FNV-1a (Fowler, Noll, Vo), of the text and its end, so that “ab”, “c” is not “a”, “bc”. */
static guint64
hash_bytes (guint64       hash,
            gconstpointer bytes,
            gsize         size)
{
  for (gsize i = 0; i < size; i++)
    hash = (hash ^ ((const guint8 *) bytes)[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static guint64
hash_text (guint64     hash,
           const char *text)
{
  return hash_bytes (hash, text, strlen (text) + 1);
}

static guint64
fact_of (const TfTraderSignal *signal)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  hash = hash_text (hash, signal->trader);
  hash = hash_text (hash, signal->source);
  hash = hash_text (hash, signal->id);
  if (*signal->id == '\0')
    {
      /* No native id: what it says is what it is. */
      gint64 words[] = { signal->side, signal->price.raw, signal->quantity.raw, tf_ratio_raw (signal->fraction),
                         signal->has_position, signal->position.raw, signal->happened, signal->published };

      hash = hash_text (hash, signal->symbol);
      for (guint i = 0; i < G_N_ELEMENTS (words); i++)
        hash = hash_bytes (hash, &words[i], sizeof words[i]);
    }
  /* Spread over all bits, as a table wants it (splitmix64's last steps); 0 is an empty place. */
  hash = (hash ^ (hash >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  hash = (hash ^ (hash >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  hash ^= hash >> 31;
  return hash != 0 ? hash : 1;
}

/* Where @fact is, or the empty place where it belongs. */
static guint64 *
place (GArray  *seen,
       guint64  fact)
{
  guint64 *table = &g_array_index (seen, guint64, 1);
  guint mask = seen->len - 2, at = (guint) fact & mask;

  while (table[at] != 0 && table[at] != fact)
    at = (at + 1) & mask;
  return &table[at];
}

static void
grow (GArray *seen)
{
  guint old_size = seen->len > 0 ? seen->len - 1 : 0, size = MAX (64, 2 * old_size);
  g_autofree guint64 *old = NULL;

  if (old_size > 0)
    old = g_memdup2 (&g_array_index (seen, guint64, 1), old_size * sizeof (guint64));
  g_array_set_size (seen, size + 1);
  memset (&g_array_index (seen, guint64, 1), 0, size * sizeof (guint64));
  if (old_size == 0)
    g_array_index (seen, guint64, 0) = 0;
  for (guint i = 0; i < old_size; i++)
    if (old[i] != 0)
      *place (seen, old[i]) = old[i];
}

/**
 * tf_trader_book_seen:
 * @seen: array of guint64, empty at first; from then on its first element is the number of signals, the
 *   others are an open-addressing table of a power of two
 * Notes a signal by trader, source and native id (by all that it says where it has no id), as 64-bit
 * hashes: of ten million signals, one is taken for another with a chance of 1 in 370,000.
 *
 * Returns: whether it was noted before: the same fact, to be acted on only once
 */
gboolean
tf_trader_book_seen (GArray               *seen,
                     const TfTraderSignal *signal)
{
  guint64 fact = fact_of (signal), *at;

  g_return_val_if_fail (g_array_get_element_size (seen) == sizeof (guint64), FALSE);

  if (seen->len == 0 || g_array_index (seen, guint64, 0) * 2 >= seen->len - 1)
    grow (seen);
  at = place (seen, fact);
  if (*at == fact)
    return TRUE;
  *at = fact;
  g_array_index (seen, guint64, 0)++;
  return FALSE;
}
