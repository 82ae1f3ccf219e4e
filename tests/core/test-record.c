/* The canonical line of an entry, and the chain of hashes over it. */

#include <locale.h>
#include <string.h>

#include "core/base/random.h"
#include "core/engine/record.h"

static TfRecord
example (void)
{
  return (TfRecord) {
    .seq = 7, .time = 1577836800000000000, .cause = 6, .kind = TF_RECORD_FILL, .code = -1, .account = "woods1",
    .origin = "ema-cross", .instrument = "BTC-USDT", .reason = "stop", .ref = 3, .price = 100, .quantity = -5,
    .amount = G_MININT64, .fee = 1, .value = 0, .limit = G_MAXINT64, .text = "taker",
  };
}

static char *
line_of (const TfRecord *record)
{
  gsize size = 4096 + 3 * strlen (record->text);
  g_autofree char *buffer = g_malloc (size);
  gsize length = tf_record_line (record, buffer, size);

  g_assert_cmpuint (length, <, size);
  return g_strndup (buffer, length);
}

static void
test_line (void)
{
  TfRecord record = example ();
  g_autofree char *line = line_of (&record), *escaped = NULL;

  g_assert_cmpstr (line, ==, "7|1577836800000000000|6|fill|-1|woods1|ema-cross|BTC-USDT|stop|3|100|-5|"
                   "-9223372036854775808|1|0|9223372036854775807|taker");
  record.text = "a|b\\c\nd\x01 é\x7f";
  escaped = line_of (&record);
  g_assert_true (g_str_has_suffix (escaped, "|a\\7cb\\5cc\\0ad\\01 é\x7f"));
}

/* SHA-256 of the hash before, for the first one 32 zero bytes, and the line. */
static void
test_chain (void)
{
  const guint8 zeros[TF_HASH_SIZE] = { 0 };
  TfRecord record = example ();
  g_autofree char *line = line_of (&record), *expected = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  char hex[2 * TF_HASH_SIZE + 1];

  g_byte_array_append (bytes, zeros, sizeof zeros);
  g_byte_array_append (bytes, (const guint8 *) line, (guint) strlen (line));
  expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes->data, bytes->len);
  tf_record_chain (&record, zeros);
  tf_hash_to_hex (record.hash, hex);
  g_assert_cmpstr (hex, ==, expected);
}

/* Any change of any field is another line and another hash, and so is any change of what was before. */
static void
test_every_field (void)
{
  guint8 before[TF_HASH_SIZE] = { 0 };
  g_autoptr (GHashTable) lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  TfRecord plain = example (), other;

  g_assert_true (g_hash_table_add (lines, line_of (&plain)));
#define CHANGE(field, to) G_STMT_START { \
    other = example (); \
    other.field = to; \
    g_assert_true (g_hash_table_add (lines, line_of (&other))); \
    tf_record_chain (&other, before); \
    tf_record_chain (&plain, before); \
    g_assert_true (memcmp (plain.hash, other.hash, TF_HASH_SIZE) != 0); \
  } G_STMT_END
  CHANGE (seq, 8);
  CHANGE (time, 0);
  CHANGE (cause, 0);
  CHANGE (kind, TF_RECORD_ORDER);
  CHANGE (code, 1);
  CHANGE (account, "angry");
  CHANGE (origin, "");
  CHANGE (instrument, "");
  CHANGE (reason, "target");
  CHANGE (ref, -3);
  CHANGE (price, 101);
  CHANGE (quantity, 5);
  CHANGE (amount, G_MAXINT64);
  CHANGE (fee, 0);
  CHANGE (value, 1);
  CHANGE (limit, 0);
  CHANGE (text, "maker");
#undef CHANGE
  other = example ();
  before[31] = 1;
  tf_record_chain (&other, before);
  g_assert_true (memcmp (plain.hash, other.hash, TF_HASH_SIZE) != 0);
}

/* Texts out of the characters that could be mistaken for one another. */
static void
random_text (TfRandom *random,
             char     *text,
             gsize     most)
{
  static const char alphabet[] = "||\\\\\n\t\x01\x1f" "7c5a0 a=\x7f\xc3\xa9";
  gsize n = tf_random_next (random) % most;

  for (gsize k = 0; k < n; k++)
    text[k] = alphabet[tf_random_next (random) % (sizeof alphabet - 1)];
  text[n] = '\0';
}

/* Two entries with the same line are the same. */
static void
test_fuzz (void)
{
  g_autoptr (GHashTable) lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  TfRandom random;

  tf_random_seed (&random, 1);
  for (guint round = 0; round < 50000; round++)
    {
      TfRecord record = { .kind = TF_RECORD_FAULT };
      char texts[5][8];
      char *line, *fields;
      const char *found;

      for (guint k = 0; k < 5; k++)
        random_text (&random, texts[k], k == 4 ? 8 : 4);
      record.account = texts[0];
      record.origin = texts[1];
      record.instrument = texts[2];
      record.reason = texts[3];
      record.text = texts[4];
      line = line_of (&record);
      fields = g_strdup_printf ("%zu %s %zu %s %zu %s %zu %s %s", strlen (texts[0]), texts[0], strlen (texts[1]), texts[1],
                                strlen (texts[2]), texts[2], strlen (texts[3]), texts[3], texts[4]);
      for (const char *c = line; *c != '\0'; c++)
        g_assert_cmpuint ((guchar) *c, >=, 0x20);
      found = g_hash_table_lookup (lines, line);
      if (found != NULL)
        g_assert_cmpstr (found, ==, fields);
      g_hash_table_insert (lines, line, fields);
    }
  g_assert_cmpuint (g_hash_table_size (lines), >, 40000);
}

/* Every size of text fits what the line says it needs. */
static void
test_long_text (void)
{
  for (gsize n = 1000; n < 100000; n = n * 3 / 2)
    {
      g_autofree char *text = g_strnfill (n, '|'), *line = NULL;
      TfRecord record = example ();
      guint8 zeros[TF_HASH_SIZE] = { 0 };

      record.text = text;
      line = line_of (&record);
      g_assert_cmpuint (strlen (line), >, 3 * n);
      g_assert_true (g_str_has_suffix (line, "\\7c\\7c"));
      tf_record_chain (&record, zeros);
    }
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/line", test_line);
  g_test_add_func ("/record/chain", test_chain);
  g_test_add_func ("/record/every-field", test_every_field);
  g_test_add_func ("/record/fuzz", test_fuzz);
  g_test_add_func ("/record/long-text", test_long_text);
  return g_test_run ();
}
