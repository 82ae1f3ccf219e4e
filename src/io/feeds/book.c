#include "io/feeds/book.h"

#include <string.h>
#include <zlib.h>

#include "io/feeds/json-scan.h"

#define WAITING_MAX 2000  /* changes that wait for a snapshot: minutes of them */
#define DEEPEST 200000    /* levels a side where the venue sets no depth */
#define FEW 64            /* changes that are cheaper one by one than by sorting */
#define CHECKED_LEVELS 10

/* A change that waits: numbers, and its levels, bids first. */
typedef struct
{
  gint64       first, last;
  guint        n_bids, n_asks;
  TfBookLevel *levels;
} Waiting;

static void
waiting_clear (gpointer data)
{
  g_free (((Waiting *) data)->levels);
}

/**
 * tf_book_init:
 * @self: (out): an empty book; release with tf_book_clear()
 */
void
tf_book_init (TfBook *self)
{
  *self = (TfBook) { .bids.sign = 1, .asks.sign = -1 };
}

void
tf_book_clear (TfBook *self)
{
  g_free (self->bids.levels);
  g_free (self->asks.levels);
  g_clear_pointer (&self->waiting, g_array_unref);
  tf_book_init (self);
}

/**
 * tf_book_reset:
 *
 * Forgets the levels and what waits, as a new connection has to; the counts stay.
 */
void
tf_book_reset (TfBook *self)
{
  self->bids.n = self->asks.n = 0;
  self->state = TF_BOOK_EMPTY;
  self->chained = FALSE;
  self->last = 0;
  if (self->waiting != NULL)
    g_array_set_size (self->waiting, 0);
}

/**
 * tf_book_best:
 * @bid: (out): price 0 when there is none
 * @ask: (out): likewise
 *
 * Returns: %FALSE unless the book is live and both sides have a level
 */
gboolean
tf_book_best (const TfBook *self,
              TfBookLevel  *bid,
              TfBookLevel  *ask)
{
  *bid = self->bids.n > 0 ? *tf_book_level (&self->bids, 0) : (TfBookLevel) { 0 };
  *ask = self->asks.n > 0 ? *tf_book_level (&self->asks, 0) : (TfBookLevel) { 0 };
  return self->state == TF_BOOK_LIVE && self->bids.n > 0 && self->asks.n > 0;
}

static void
reserve (TfBookSide *side,
         guint       n)
{
  if (n <= side->size)
    return;
  side->size = MAX (n, MAX (64, side->size * 2));
  side->levels = g_renew (TfBookLevel, side->levels, side->size);
}

/* Where @price is, or belongs. Most changes are near the best: from there outwards in doubling steps, then halving. */
static guint
find (const TfBookSide *side,
      TfPrice           price)
{
  guint low = 0, high = side->n, step = 1;

  while (high > 0)
    {
      guint probe = high > step ? high - step : 0;

      if ((side->levels[probe].price.raw - price.raw) * side->sign < 0)
        {
          low = probe + 1;
          break;
        }
      high = probe;
      step *= 2;
    }
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if ((side->levels[middle].price.raw - price.raw) * side->sign < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* TRUE when it is one of the levels that the checksum is of, or moves one of them. */
static gboolean
set (TfBookSide        *side,
     const TfBookLevel *level)
{
  guint at = find (side, level->price);
  gboolean checked = at + CHECKED_LEVELS >= side->n;

  if (at < side->n && side->levels[at].price.raw == level->price.raw)
    {
      if (level->quantity.raw != 0)
        side->levels[at] = *level;
      else
        memmove (&side->levels[at], &side->levels[at + 1], (--side->n - at) * sizeof *level);
      return checked;
    }
  if (level->quantity.raw == 0)
    return FALSE;
  reserve (side, side->n + 1);
  memmove (&side->levels[at + 1], &side->levels[at], (side->n++ - at) * sizeof *level);
  side->levels[at] = *level;
  return checked;
}

static gint
compare (gconstpointer a,
         gconstpointer b,
         gpointer      sign)
{
  gint64 x = ((const TfBookLevel *) a)->price.raw, y = ((const TfBookLevel *) b)->price.raw;
  gint order = x < y ? -1 : x > y;

  return GPOINTER_TO_INT (sign) > 0 ? order : -order;
}

/* Many changes at once, in time n log n whatever their order: behind what is there, sorted, and of each price the
 * last that was said counts. */
static void
merge (TfBookSide        *side,
       const TfBookLevel *levels,
       guint              n)
{
  guint kept = 0;
  gboolean sorted = TRUE;

  if (n == 0)
    return;
  reserve (side, side->n + n);
  memcpy (side->levels + side->n, levels, n * sizeof *levels);
  side->n += n;
  for (guint i = 1; i < side->n && sorted; i++)
    sorted = compare (&side->levels[i - 1], &side->levels[i], GINT_TO_POINTER (side->sign)) <= 0;
  if (!sorted)
    g_qsort_with_data (side->levels, (gint) side->n, sizeof *levels, compare, GINT_TO_POINTER (side->sign)); /* stable */
  for (guint i = 0; i < side->n; i++)
    {
      if (i + 1 < side->n && side->levels[i + 1].price.raw == side->levels[i].price.raw)
        continue;
      if (side->levels[i].quantity.raw != 0)
        side->levels[kept++] = side->levels[i];
    }
  side->n = kept;
}

static void
apply_side (TfBook            *self,
            TfBookSide        *side,
            const TfBookLevel *levels,
            guint              n)
{
  guint depth = self->depth != 0 ? self->depth : DEEPEST;

  if (n <= FEW)
    for (guint i = 0; i < n; i++)
      self->checked = !set (side, &levels[i]) && self->checked;
  else
    {
      merge (side, levels, n);
      self->checked = FALSE;
    }
  if (side->n > depth)
    {
      memmove (side->levels, side->levels + (side->n - depth), depth * sizeof *levels);
      side->n = depth;
    }
}

/* Not live any more: what comes now waits for a snapshot. */
static void
lose (TfBook *self)
{
  self->bids.n = self->asks.n = 0;
  self->state = TF_BOOK_WAITING;
  self->chained = FALSE;
  self->last = 0;
  if (self->waiting != NULL)
    g_array_set_size (self->waiting, 0);
}

static TfBookResult
check_crossed (TfBook *self)
{
  if (self->bids.n == 0 || self->asks.n == 0
      || tf_book_level (&self->bids, 0)->price.raw < tf_book_level (&self->asks, 0)->price.raw)
    return TF_BOOK_FINE;
  self->counts.crossed++;
  lose (self);
  return TF_BOOK_CROSSED;
}

static void
wait (TfBook            *self,
      const TfBookLevel *bids,
      guint              n_bids,
      const TfBookLevel *asks,
      guint              n_asks,
      gint64             first,
      gint64             last)
{
  Waiting change = { first, last, n_bids, n_asks, g_new (TfBookLevel, n_bids + n_asks) };

  if (n_bids > 0)
    memcpy (change.levels, bids, n_bids * sizeof *bids);
  if (n_asks > 0)
    memcpy (change.levels + n_bids, asks, n_asks * sizeof *asks);
  if (self->waiting == NULL)
    {
      self->waiting = g_array_new (FALSE, FALSE, sizeof (Waiting));
      g_array_set_clear_func (self->waiting, waiting_clear);
    }
  /* A snapshot is always newer than the oldest half of so many. */
  if (self->waiting->len == WAITING_MAX)
    g_array_remove_range (self->waiting, 0, WAITING_MAX / 2);
  g_array_append_val (self->waiting, change);
}

/* After the snapshot with the number @snapshot: the oldest ones are in it, the first after them has to join it. */
static TfBookResult
apply_waiting (TfBook *self)
{
  gint64 snapshot = self->last;
  guint i = 0;

  if (self->waiting == NULL)
    return TF_BOOK_FINE;
  while (i < self->waiting->len && g_array_index (self->waiting, Waiting, i).last <= snapshot)
    i++;
  if (i > 0)
    g_array_remove_range (self->waiting, 0, i);
  if (self->waiting->len > 0 && g_array_index (self->waiting, Waiting, 0).first > snapshot + 1)
    {
      self->bids.n = self->asks.n = 0;
      self->state = TF_BOOK_WAITING;
      self->chained = TRUE;
      self->last = g_array_index (self->waiting, Waiting, self->waiting->len - 1).last;
      return TF_BOOK_HELD;
    }
  for (i = 0; i < self->waiting->len; i++)
    {
      const Waiting *change = &g_array_index (self->waiting, Waiting, i);

      apply_side (self, &self->bids, change->levels, change->n_bids);
      apply_side (self, &self->asks, change->levels + change->n_bids, change->n_asks);
      self->last = change->last;
      self->chained = TRUE;
    }
  g_array_set_size (self->waiting, 0);
  return TF_BOOK_FINE;
}

/**
 * tf_book_snapshot:
 * @last: the update id that it is of, or 0 where the venue numbers nothing
 *
 * The whole book. Changes that waited and are newer are applied on it.
 *
 * Returns: %TF_BOOK_HELD when it is older than all that waits (another one is needed), %TF_BOOK_STALE when it is
 *   older than the live book, which stays as it is
 */
TfBookResult
tf_book_snapshot (TfBook            *self,
                  const TfBookLevel *bids,
                  guint              n_bids,
                  const TfBookLevel *asks,
                  guint              n_asks,
                  gint64             last)
{
  TfBookResult result;

  self->counts.updates++;
  if (last != 0 && self->state == TF_BOOK_LIVE && last < self->last)
    return TF_BOOK_STALE;
  self->bids.n = self->asks.n = 0;
  merge (&self->bids, bids, n_bids);
  merge (&self->asks, asks, n_asks);
  apply_side (self, &self->bids, NULL, 0); /* for its depth */
  apply_side (self, &self->asks, NULL, 0);
  self->checked = FALSE;
  self->state = TF_BOOK_LIVE;
  self->chained = FALSE;
  self->last = last;
  result = last != 0 ? apply_waiting (self) : TF_BOOK_FINE;
  return result == TF_BOOK_FINE ? check_crossed (self) : result;
}

/**
 * tf_book_change:
 * @bids: quantities that replace what was at these prices, in the order in which they apply
 * @first: the first update id in it, or 0 where the venue numbers nothing
 * @last: the last one, at least @first
 *
 * The rules of Binance for numbered changes: after the snapshot @last_snapshot the first one has
 * first ≤ last_snapshot + 1 ≤ last, and each later one follows its predecessor exactly.
 */
TfBookResult
tf_book_change (TfBook            *self,
                const TfBookLevel *bids,
                guint              n_bids,
                const TfBookLevel *asks,
                guint              n_asks,
                gint64             first,
                gint64             last)
{
  gboolean gap;

  self->counts.updates++;
  if (first == 0 && self->state != TF_BOOK_LIVE)
    {
      self->state = TF_BOOK_WAITING;
      return TF_BOOK_HELD;
    }
  if (first != 0)
    {
      if (self->last != 0 && last <= self->last)
        return TF_BOOK_STALE;
      gap = self->last != 0 && (self->chained ? first != self->last + 1 : first > self->last + 1);
      if (gap)
        {
          self->counts.gaps++;
          lose (self);
        }
      self->last = last;
      self->chained = TRUE;
      if (self->state != TF_BOOK_LIVE)
        {
          self->state = TF_BOOK_WAITING;
          wait (self, bids, n_bids, asks, n_asks, first, last);
          return gap ? TF_BOOK_GAP : TF_BOOK_HELD;
        }
    }
  apply_side (self, &self->bids, bids, n_bids);
  apply_side (self, &self->asks, asks, n_asks);
  return check_crossed (self);
}

/* The digits of a decimal without its point and without zeros in front. */
static char *
write_digits (char   *out,
              gint64  raw,
              guint   places)
{
  static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657"
    "585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
  guint64 value = (guint64) raw;
  char digits[24], *p = digits + sizeof digits;
  gsize n;

  if (places < 8)
    value /= (guint64) tf_place_units[places];
  for (; value >= 100; value /= 100)
    {
      p -= 2;
      memcpy (p, pairs + value % 100 * 2, 2);
    }
  if (value >= 10)
    {
      p -= 2;
      memcpy (p, pairs + value * 2, 2);
    }
  else if (value > 0)
    *--p = (char) ('0' + value);
  n = (gsize) (digits + sizeof digits - p);
  memcpy (out, p, n);
  out += n;
  for (; places > 8 && raw != 0; places--)
    *out++ = '0';
  return out;
}

/**
 * tf_book_checksum:
 *
 * Kraken's: CRC-32 over the digits of the ten best asks, then of the ten best bids, price and quantity each
 * (docs.kraken.com, “Spot WebSockets (v2) book checksum”).
 */
guint32
tf_book_checksum (TfBook *self)
{
  const TfBookSide *sides[] = { &self->asks, &self->bids };
  char text[2 * CHECKED_LEVELS * 2 * 48], *out = text;

  if (self->checked)
    return self->checksum;
  for (guint s = 0; s < G_N_ELEMENTS (sides); s++)
    for (guint k = 0; k < MIN (sides[s]->n, CHECKED_LEVELS); k++)
      {
        const TfBookLevel *level = tf_book_level (sides[s], k);

        out = write_digits (out, level->price.raw, MIN (level->price_places, 24));
        out = write_digits (out, level->quantity.raw, MIN (level->quantity_places, 24));
      }
  self->checksum = (guint32) crc32 (0, (const Bytef *) text, (uInt) (out - text));
  self->checked = TRUE;
  return self->checksum;
}
