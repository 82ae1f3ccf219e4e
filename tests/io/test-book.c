#include "core/base/random.h"
#include "io/feeds/book.h"

#include <string.h>

#define PRICES 400

static TfBookLevel
level (gint64 price,
       gint64 quantity)
{
  return (TfBookLevel) { { price }, { quantity }, 8, 8 };
}

static void
take_snapshot (TfBook *book,
               gint64  last)
{
  const TfBookLevel bids[] = { level (100, 5), level (99, 6) }, asks[] = { level (101, 7), level (102, 8) };

  g_assert_cmpint (tf_book_snapshot (book, bids, 2, asks, 2, last), ==, TF_BOOK_FINE);
}

static TfBookResult
change_bid (TfBook *book,
            gint64  price,
            gint64  quantity,
            gint64  first,
            gint64  last)
{
  TfBookLevel bid = level (price, quantity);

  return tf_book_change (book, &bid, 1, NULL, 0, first, last);
}

static gint64
best_bid (const TfBook *book)
{
  TfBookLevel bid, ask;

  return tf_book_best (book, &bid, &ask) ? bid.price.raw : 0;
}

/* Binance's rules, step by step: (first, last) of a change after the snapshot 10. */
static const struct
{
  const char   *name;
  struct { gint64 first, last; TfBookResult result; } changes[4];
  guint64       gaps;
} sequences[] = {
  { "bridge", { { 8, 12, TF_BOOK_FINE }, { 13, 13, TF_BOOK_FINE } }, 0 },
  { "bridge-exactly", { { 11, 12, TF_BOOK_FINE }, { 13, 20, TF_BOOK_FINE } }, 0 },
  { "older", { { 5, 10, TF_BOOK_STALE }, { 11, 12, TF_BOOK_FINE }, { 11, 12, TF_BOOK_STALE } }, 0 },
  { "hole-after-snapshot", { { 12, 13, TF_BOOK_GAP }, { 14, 15, TF_BOOK_HELD } }, 1 },
  { "hole", { { 11, 12, TF_BOOK_FINE }, { 14, 15, TF_BOOK_GAP }, { 16, 16, TF_BOOK_HELD } }, 1 },
  { "overlap", { { 9, 12, TF_BOOK_FINE }, { 12, 15, TF_BOOK_GAP } }, 1 },
  { "swapped", { { 11, 12, TF_BOOK_FINE }, { 15, 16, TF_BOOK_GAP }, { 13, 14, TF_BOOK_STALE } }, 1 },
};

static void
test_sequence (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  TfBook book;

  tf_book_init (&book);
  take_snapshot (&book, 10);
  for (guint i = 0; i < G_N_ELEMENTS (sequences[row].changes) && sequences[row].changes[i].last != 0; i++)
    g_assert_cmpint (change_bid (&book, 98, 1, sequences[row].changes[i].first, sequences[row].changes[i].last), ==,
                     sequences[row].changes[i].result);
  g_assert_cmpuint (book.counts.gaps, ==, sequences[row].gaps);
  g_assert_cmpint (book.state, ==, sequences[row].gaps > 0 ? TF_BOOK_WAITING : TF_BOOK_LIVE);
  tf_book_clear (&book);
}

static void
test_waiting (void)
{
  TfBook book;
  TfBookLevel bid, ask;

  tf_book_init (&book);
  g_assert_cmpint (change_bid (&book, 90, 1, 5, 9), ==, TF_BOOK_HELD);
  g_assert_cmpint (change_bid (&book, 100, 9, 10, 12), ==, TF_BOOK_HELD);
  g_assert_cmpint (change_bid (&book, 99, 0, 13, 13), ==, TF_BOOK_HELD);
  g_assert_false (tf_book_best (&book, &bid, &ask));

  /* Older than all that waits: another snapshot is needed, and nothing is lost meanwhile. */
  g_assert_cmpint (tf_book_snapshot (&book, NULL, 0, NULL, 0, 3), ==, TF_BOOK_HELD);
  g_assert_cmpint (change_bid (&book, 98, 4, 14, 14), ==, TF_BOOK_HELD);
  take_snapshot (&book, 10);
  g_assert_true (tf_book_best (&book, &bid, &ask));
  g_assert_cmpint (bid.price.raw, ==, 100);
  g_assert_cmpint (bid.quantity.raw, ==, 9);
  g_assert_cmpuint (book.bids.n, ==, 2);
  g_assert_cmpint (tf_book_level (&book.bids, 1)->price.raw, ==, 98);
  g_assert_cmpint (change_bid (&book, 97, 1, 15, 16), ==, TF_BOOK_FINE);

  /* An older snapshot does not turn back a live book. */
  g_assert_cmpint (tf_book_snapshot (&book, NULL, 0, NULL, 0, 12), ==, TF_BOOK_STALE);
  g_assert_cmpint (best_bid (&book), ==, 100);
  g_assert_cmpuint (book.counts.gaps, ==, 0);

  /* However long no snapshot comes, what waits is bounded, and the newest of it is there. */
  tf_book_reset (&book);
  for (gint64 i = 1; i <= 100000; i++)
    g_assert_cmpint (change_bid (&book, 50 + i % 40, 1, i, i), ==, TF_BOOK_HELD);
  g_assert_cmpuint (book.waiting->len, <=, 2000);
  take_snapshot (&book, 99990);
  g_assert_cmpint (book.last, ==, 100000);
  tf_book_clear (&book);
}

static void
test_crossed (void)
{
  TfBook book;

  tf_book_init (&book);
  take_snapshot (&book, 0);
  g_assert_cmpint (change_bid (&book, 101, 1, 0, 0), ==, TF_BOOK_CROSSED); /* a bid at the ask is one, too */
  g_assert_cmpuint (book.counts.crossed, ==, 1);
  g_assert_cmpint (best_bid (&book), ==, 0);
  g_assert_cmpint (change_bid (&book, 90, 1, 0, 0), ==, TF_BOOK_HELD);
  take_snapshot (&book, 0);
  g_assert_cmpint (best_bid (&book), ==, 100);
  tf_book_clear (&book);
}

/* Against a plain table of quantities by price: changes one by one and many at once, prices twice in a message, sides
 * cut at their depth. */
static void
test_model (gconstpointer data)
{
  guint depth = GPOINTER_TO_UINT (data);
  gint64 model[2][PRICES] = { { 0 } };
  TfRandom random;
  TfBook book;

  tf_book_init (&book);
  book.depth = depth;
  g_assert_cmpint (tf_book_snapshot (&book, NULL, 0, NULL, 0, 0), ==, TF_BOOK_FINE);
  tf_random_seed (&random, 5);
  for (guint round = 0; round < 3000; round++)
    {
      TfBookLevel levels[2][150];
      guint n[2];

      for (guint s = 0; s < 2; s++)
        {
          guint most = tf_random_uniform (&random) < 0.1 ? 150 : 4, kept = 0;

          n[s] = (guint) (tf_random_uniform (&random) * most);
          for (guint i = 0; i < n[s]; i++)
            {
              gint64 price = 1 + (gint64) (tf_random_uniform (&random) * (PRICES / 2 - 1)) + (s == 1 ? PRICES / 2 : 0);
              gint64 quantity = tf_random_uniform (&random) < 0.4 ? 0 : 1 + (gint64) (tf_random_uniform (&random) * 99);

              levels[s][i] = level (price, quantity);
              model[s][price] = quantity;
            }
          for (gint64 k = 0; depth != 0 && k < PRICES; k++)
            {
              gint64 price = s == 0 ? PRICES - 1 - k : k;

              if (model[s][price] != 0 && ++kept > depth)
                model[s][price] = 0;
            }
        }
      g_assert_cmpint (tf_book_change (&book, levels[0], n[0], levels[1], n[1], 0, 0), ==, TF_BOOK_FINE);
      for (guint s = 0; s < 2; s++)
        {
          const TfBookSide *side = s == 0 ? &book.bids : &book.asks;
          guint at = 0;

          for (gint64 k = 0; k < PRICES; k++)
            {
              gint64 price = s == 0 ? PRICES - 1 - k : k;

              if (model[s][price] == 0)
                continue;
              g_assert_cmpuint (at, <, side->n);
              g_assert_cmpint (tf_book_level (side, at)->price.raw, ==, price);
              g_assert_cmpint (tf_book_level (side, at++)->quantity.raw, ==, model[s][price]);
            }
          g_assert_cmpuint (at, ==, side->n);
        }
      if (round % 7 == 0)
        {
          guint32 kept = tf_book_checksum (&book);

          book.checked = FALSE;
          g_assert_cmpuint (tf_book_checksum (&book), ==, kept);
        }
    }
  tf_book_clear (&book);
}

/* Digits as written, zeros behind kept and those in front dropped, also beyond the eighth place:
 * zlib.crc32 (b"5000030" b"150000000" b"50000101000" b"1" b"5000000" b"200000000" b"22900" b"2500") of Python. */
static void
test_checksum (void)
{
  const TfBookLevel asks[] = { { { 5000030000000 }, { 150000000 }, 2, 8 }, { { 5000010100000000 }, { 100000000 }, 3, 0 } };
  const TfBookLevel bids[] = { { { 5000000000000 }, { 200000000 }, 2, 8 }, { { 2290 }, { 25 }, 9, 10 } };
  TfBook book;

  tf_book_init (&book);
  g_assert_cmpint (tf_book_snapshot (&book, bids, 2, asks, 2, 0), ==, TF_BOOK_FINE);
  g_assert_cmpuint (tf_book_checksum (&book), ==, 311681003u);
  tf_book_clear (&book);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++)
    {
      g_autofree char *path = g_strconcat ("/book/sequence/", sequences[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_sequence);
    }
  g_test_add_func ("/book/waiting", test_waiting);
  g_test_add_func ("/book/crossed", test_crossed);
  g_test_add_data_func ("/book/model/all", GUINT_TO_POINTER (0), test_model);
  g_test_add_data_func ("/book/model/ten-deep", GUINT_TO_POINTER (10), test_model);
  g_test_add_data_func ("/book/model/hundred-deep", GUINT_TO_POINTER (100), test_model);
  g_test_add_func ("/book/checksum", test_checksum);
  return g_test_run ();
}
