/* Following: who, and copying by target position. */
#include "core/following/book.h"
#include "core/following/trader.h"

#include <math.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/random.h"

static gint64
raw (const char *text)
{
  gint64 value = 0;

  if (text != NULL)
    g_assert_true (tf_decimal_parse (text, -1, &value, NULL));
  return value;
}

static void
test_default_traders (void)
{
  static const char *const first[] = {
    "Michael Saylor", "PlanB", "Vitalik Buterin", "CZ", "Raoul Pal", "Coin Bureau (Guy)", "Anthony Pompliano", "Willy Woo",
  };
  guint n = 0;

  for (; *tf_default_traders[n].id != '\0'; n++)
    {
      const TfTrader *trader = &tf_default_traders[n];

      if (n < G_N_ELEMENTS (first))
        g_assert_cmpstr (trader->name, ==, first[n]);
      g_assert_true (g_utf8_validate (trader->name, -1, NULL) && g_utf8_validate (trader->known_for, -1, NULL));
      g_assert_cmpuint (strlen (trader->known_for), >, 20);
      g_assert_cmpuint (strlen (trader->known_for), <=, 120);
      g_assert_cmpint (trader->grade, ==, 0);
      g_assert_true (trader->trust_mean == 0.15 && trader->trust_sd == 0.1);
      for (guint a = 0; a < G_N_ELEMENTS (trader->followed); a++)
        g_assert_cmpuint (trader->followed[a], ==, 1);
      for (guint i = 0; i < n; i++)
        g_assert_cmpstr (trader->id, !=, tf_default_traders[i].id);
    }
  g_assert_cmpuint (n, ==, 20);
}

static void
test_grades (void)
{
  for (const char *grade = "ABC"; grade[1] != '\0'; grade++)
    {
      g_assert_cmpfloat (tf_grade_confidence_cap (grade[0]), >, tf_grade_confidence_cap (grade[1]));
      g_assert_cmpfloat (tf_grade_size_cap (grade[0]), >=, tf_grade_size_cap (grade[1]));
    }
  g_assert_cmpfloat (tf_grade_confidence_cap ('A'), ==, 1);
  g_assert_cmpfloat (tf_grade_size_cap ('A'), ==, 1);
  g_assert_cmpfloat (tf_grade_confidence_cap ('D'), <, tf_grade_confidence_cap ('C'));
  g_assert_cmpfloat (tf_grade_confidence_cap (0), ==, tf_grade_confidence_cap ('D'));
  g_assert_cmpfloat (tf_grade_size_cap (0), ==, tf_grade_size_cap ('D'));
}

typedef struct
{
  const char *before, *after;
  TfCopyAction action;
  gint side, direction;
  double fraction;
} Change;

static const Change changes[] = {
  { "0", "0", TF_COPY_NONE, 0, 0, 0 },
  { "5", "5", TF_COPY_NONE, 0, 1, 0 },
  { "-5", "-5", TF_COPY_NONE, 0, -1, 0 },
  { "0", "2", TF_COPY_OPEN, 1, 1, 1 },
  { "0", "-2", TF_COPY_OPEN, -1, -1, 1 },
  { "2", "3", TF_COPY_ADD, 1, 1, 0.5 },
  { "-2", "-3", TF_COPY_ADD, -1, -1, 0.5 },
  { "4", "3", TF_COPY_REDUCE, -1, 1, 0.25 },
  { "-4", "-3", TF_COPY_REDUCE, 1, -1, 0.25 },
  { "4", "0", TF_COPY_CLOSE, -1, 0, 1 },
  { "-4", "0", TF_COPY_CLOSE, 1, 0, 1 },
  { "4", "-1", TF_COPY_FLIP, -1, -1, 1 },
  { "-4", "1", TF_COPY_FLIP, 1, 1, 1 },
  { "-92233720368.54775807", "92233720368.54775807", TF_COPY_FLIP, 1, 1, 1 },
};

static void
test_classify (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      const Change *c = &changes[i];
      TfCopy copy;

      tf_copy_classify ((TfQty) { raw (c->before) }, (TfQty) { raw (c->after) }, &copy);
      g_assert_cmpstr (tf_copy_action_name (copy.action), ==, tf_copy_action_name (c->action));
      g_assert_cmpint (copy.side, ==, c->side);
      g_assert_cmpint (copy.direction, ==, c->direction);
      g_assert_cmpfloat (copy.fraction, ==, c->fraction);
      g_assert_cmpint (copy.before.raw, ==, raw (c->before));
      g_assert_cmpint (copy.after.raw, ==, raw (c->after));
    }
}

/* A trader's signals one after the other, and what each is; @at is when it happened. */
typedef struct
{
  const char *name;
  struct { gint side; const char *quantity, *position; double fraction; gint at; TfCopyAction action; const char *after; } steps[6];
  char grade;
} Story;

static const Story stories[] = {
  { "fills", { { 1, "2", NULL, 0, 1, TF_COPY_OPEN, "2" }, { 1, "1", NULL, 0, 2, TF_COPY_ADD, "3" },
               { -1, "1.5", NULL, 0, 3, TF_COPY_REDUCE, "1.5" }, { -1, "1.5", NULL, 0, 4, TF_COPY_CLOSE, "0" } } },
  { "flip", { { -1, "2", NULL, 0, 1, TF_COPY_OPEN, "-2" }, { 1, "5", NULL, 0, 2, TF_COPY_FLIP, "3" } } },
  { "stated", { { 1, "2", "2", 0, 1, TF_COPY_OPEN, "2" }, { -1, "1", "1", 0, 2, TF_COPY_REDUCE, "1" } } },
  { "missed-fill", { { 1, "2", "2", 0, 1, TF_COPY_OPEN, "2" }, { 1, "1", "7", 0, 2, TF_COPY_ADD, "7" } } },
  { "missed-close", { { 1, "2", "2", 0, 1, TF_COPY_OPEN, "2" }, { -1, "1", "-1", 0, 2, TF_COPY_FLIP, "-1" } } },
  { "nothing-new", { { 1, "2", "2", 0, 1, TF_COPY_OPEN, "2" }, { 1, "2", "2", 0, 1, TF_COPY_NONE, "2" } } },
  { "late-word", { { 1, "2", "5", 0, 9, TF_COPY_ADD, "5" }, { 1, "1", "1", 0, 3, TF_COPY_NONE, "5" },
                   { 1, "1", NULL, 0, 3, TF_COPY_NONE, "5" }, { 1, "1", NULL, 0, 9, TF_COPY_ADD, "6" } } },
  { "sale-of-the-unseen", { { -1, "1", "9", 0, 1, TF_COPY_REDUCE, "9" }, { -1, "9", "0", 0, 2, TF_COPY_CLOSE, "0" } } },
  { "sale-of-the-unseen-without-quantity", { { -1, NULL, "9", 0, 1, TF_COPY_NONE, "9" } } },
  { "stated-without-quantity", { { 1, NULL, "9", 0, 1, TF_COPY_OPEN, "9" }, { -1, NULL, "6", 0, 2, TF_COPY_REDUCE, "6" } } },
  { "fee-in-kind", { { 1, "16", "15.99", 0, 1, TF_COPY_OPEN, "15.99" } } },
  { "close-all", { { 1, "2", NULL, 0, 1, TF_COPY_OPEN, "2" }, { 0, NULL, NULL, 0, 2, TF_COPY_CLOSE, "0" },
                   { 0, NULL, NULL, 0, 3, TF_COPY_NONE, "0" } } },
  { "close-part", { { -1, "4", NULL, 0, 1, TF_COPY_OPEN, "-4" }, { 0, NULL, NULL, 0.25, 2, TF_COPY_REDUCE, "-3" },
                    { 0, "1", NULL, 0, 3, TF_COPY_REDUCE, "-2" }, { 0, "50", NULL, 0, 4, TF_COPY_CLOSE, "0" } } },
  { "words-alone", { { 1, NULL, NULL, 0, 1, TF_COPY_OPEN, "1" }, { 1, NULL, NULL, 0, 2, TF_COPY_ADD, "2" },
                     { -1, NULL, NULL, 0, 3, TF_COPY_CLOSE, "0" }, { -1, NULL, NULL, 0, 4, TF_COPY_OPEN, "-1" } } },
  /* What somebody says in public: a stance, however often, and never a debt. */
  { "opinions", { { -1, NULL, NULL, 0, 1, TF_COPY_NONE, "0" }, { 1, NULL, NULL, 0, 2, TF_COPY_OPEN, "1" },
                  { 1, NULL, NULL, 0, 3, TF_COPY_NONE, "1" }, { -1, NULL, NULL, 0, 4, TF_COPY_CLOSE, "0" } }, 'C' },
  { "fractions", { { 1, NULL, NULL, 0.1, 1, TF_COPY_OPEN, "0.1" }, { 1, NULL, NULL, 0.1, 2, TF_COPY_ADD, "0.2" },
                   { -1, NULL, NULL, 0.5, 3, TF_COPY_REDUCE, "0.1" }, { -1, NULL, NULL, 7, 4, TF_COPY_CLOSE, "0" } } },
};

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_autofree TfTraderBook *book = g_malloc (tf_trader_book_size (2, 3));

  tf_trader_book_init (book, 2, 3);
  for (guint i = 0; i < G_N_ELEMENTS (story->steps) && story->steps[i].after != NULL; i++)
    {
      TfTraderSignal signal = {
        .side = (gint8) story->steps[i].side, .quantity = { raw (story->steps[i].quantity) },
        .fraction = story->steps[i].fraction, .has_position = story->steps[i].position != NULL,
        .position = { raw (story->steps[i].position) }, .happened = story->steps[i].at, .grade = story->grade,
      };
      g_autoptr (GError) error = NULL;
      TfCopy copy;

      g_assert_true (tf_trader_book_apply (book, 1, 2, &signal, &copy, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (tf_copy_action_name (copy.action), ==, tf_copy_action_name (story->steps[i].action));
      g_assert_cmpint (copy.after.raw, ==, raw (story->steps[i].after));
      g_assert_cmpint (tf_trader_book_position (book, 1, 2)->quantity.raw, ==, copy.after.raw);
    }
  for (guint t = 0; t < 2; t++)
    for (guint i = 0; i < 3; i++)
      g_assert_cmpint (tf_trader_book_position (book, t, i)->known, ==, t == 1 && i == 2);
}

static void
test_bad_signals (void)
{
  gsize size = tf_trader_book_size (1, 1);
  g_autofree TfTraderBook *book = g_malloc (size), *before = g_malloc (size);
  TfTraderSignal most = { .side = 1, .quantity = { G_MAXINT64 } }, one = { .side = 1, .quantity = { 1 } };
  TfTraderSignal negative = { .side = 1, .quantity = { -1 } };
  g_autoptr (GError) error = NULL;
  TfCopy copy;

  tf_trader_book_init (book, 1, 1);
  g_assert_true (tf_trader_book_apply (book, 0, 0, &most, &copy, NULL));
  memcpy (before, book, size);
  g_assert_false (tf_trader_book_apply (book, 0, 0, &one, &copy, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_false (tf_trader_book_apply (book, 0, 0, &negative, &copy, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_assert_cmpmem (book, size, before, size);
}

/* Every fact is new once, through growth and a checkpoint. */
static void
test_seen (void)
{
  g_autoptr (TfArena) arena = tf_arena_new (), other = tf_arena_new ();
  GArray *seen = tf_arena_array (arena, sizeof (guint64)), *copy = tf_arena_array (other, sizeof (guint64));
  g_autoptr (GByteArray) state = g_byte_array_new ();
  TfTraderSignal signal = { .trader = "a", .source = "bc", .id = "1" };

  g_assert_false (tf_trader_book_seen (seen, &signal));
  signal.price.raw = 5; /* the same id is the same fact, whatever else it says now */
  g_assert_true (tf_trader_book_seen (seen, &signal));
  g_strlcpy (signal.trader, "ab", sizeof signal.trader);
  g_strlcpy (signal.source, "c", sizeof signal.source);
  g_assert_false (tf_trader_book_seen (seen, &signal));

  *signal.id = '\0'; /* without an id, all that it says */
  g_assert_false (tf_trader_book_seen (seen, &signal));
  g_assert_true (tf_trader_book_seen (seen, &signal));
  signal.price.raw = 6;
  g_assert_false (tf_trader_book_seen (seen, &signal));

  for (guint i = 0; i < 20000; i++)
    {
      g_snprintf (signal.id, sizeof signal.id, "%u-0", i);
      g_assert_false (tf_trader_book_seen (seen, &signal));
    }
  g_assert_cmpuint (g_array_index (seen, guint64, 0), ==, 20004);
  tf_arena_save (arena, state);
  g_assert_true (tf_arena_restore (other, state->data, state->len, NULL));
  for (guint i = 0; i < 20000; i++)
    {
      g_snprintf (signal.id, sizeof signal.id, "%u-0", i);
      g_assert_true (tf_trader_book_seen (copy, &signal));
    }
  g_strlcpy (signal.id, "20000-0", sizeof signal.id);
  g_assert_false (tf_trader_book_seen (copy, &signal));
}

static void
test_policy (void)
{
  static const struct
  {
    const char *before, *after;
    gint instrument, age_hours;
    const char *price, *market;
    gboolean no_shorts;
    const char *expected;
    double value, limit;
  } cases[] = {
    { "0", "1", 0, 0, "100", "100", FALSE, "allowed", 0, 3000 },
    { "0", "1", 0, 24, "100", "129", FALSE, "allowed", 2900, 3000 },
    { "0", "1", 0, 25, "100", "100", FALSE, "too-old", 90000, 86400 },
    { "0", "1", 0, -1, "100", "100", FALSE, "from-the-future", -3600, 0 },
    { "0", "1", 0, 0, "100", "131", FALSE, "too-far", 3100, 3000 },
    { "0", "1", 0, 0, "100", "69", FALSE, "too-far", 3100, 3000 },
    { "0", "1", 0, 0, "0", "69", FALSE, "allowed", 0, 0 },
    { "0", "1", 3, 0, "100", "100", FALSE, "instrument-excluded", 0, 0 },
    { "0", "1", 300, 0, "100", "100", FALSE, "allowed", 0, 3000 },
    { "0", "-1", 0, 0, "100", "100", TRUE, "side-excluded", 0, 0 },
    { "1", "-1", 0, 0, "100", "100", TRUE, "side-excluded", 0, 0 },
    { "-1", "1", 0, 0, "100", "100", TRUE, "allowed", 0, 3000 },
    { "1", "2", 0, 25, "100", "100", FALSE, "too-old", 90000, 86400 },
    { "1", "1", 0, 0, "100", "100", FALSE, "nothing-to-do", 0, 0 },
    /* Exits are never refused. */
    { "2", "1", 3, 9999, "100", "1", TRUE, "allowed", 0, 0 },
    { "-2", "0", 3, 9999, "100", "1", TRUE, "allowed", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TfTraderSignal signal = { .published = 100000 * TF_HOUR, .happened = 0, .price = { raw (cases[i].price) } };
      TfCopyPolicy policy;
      TfCopy copy;
      double value, limit;

      tf_copy_policy_default (&policy);
      g_assert_true (tf_copy_policy_set (&policy, TF_POLICY_SHORT, !cases[i].no_shorts));
      policy.excluded[0] = 1 << 3;
      tf_copy_classify ((TfQty) { raw (cases[i].before) }, (TfQty) { raw (cases[i].after) }, &copy);
      g_assert_cmpstr (tf_copy_refusal_name (tf_copy_policy_check (&policy, &copy, (guint) cases[i].instrument, &signal,
                                                                   signal.published + cases[i].age_hours * TF_HOUR,
                                                                   (TfPrice) { raw (cases[i].market) }, &value, &limit)),
                       ==, cases[i].expected);
      g_assert_true (fabs (value - cases[i].value) < 1e-9 && limit == cases[i].limit);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/following/default-traders", test_default_traders);
  g_test_add_func ("/following/grades", test_grades);
  g_test_add_func ("/following/classify", test_classify);
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strconcat ("/following/book/", stories[i].name, NULL);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/following/bad-signals", test_bad_signals);
  g_test_add_func ("/following/seen", test_seen);
  g_test_add_func ("/following/policy", test_policy);
  return g_test_run ();
}
