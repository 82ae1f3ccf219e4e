#include <glib/gstdio.h>
#include <string.h>

#include "core/base/error.h"
#include "io/sources/signal-file.h"

#define GOOD "\"trader\":\"A\",\"id\":\"1\",\"instrument\":\"BTC-USDT\",\"published_at\":\"2024-01-01T00:00:00Z\""

static void
test_read (void)
{
  static const char line[] =
    "{\"trader\": \"M\\u00fcller \\ud83d\\ude00\", \"source\": \"sec-edgar\", \"id\": \"x-1\", \"instrument\": \"BTC-USDT\","
    " \"side\": \"sell\", \"price\": 0.1, \"quantity\": \"21454.00000001\", \"fraction\": 0.25, \"position\": -3e2,"
    " \"extra\": {\"a\": [1, \"}\"]}, \"other\": null, \"flag\": true,"
    " \"happened_at\": \"2020-08-11T00:00:00Z\", \"published_at\": \"2020-08-11T22:30:00.5Z\", \"evidence\": \"a\\n\\\"b\\\"\"} ";
  g_autoptr (GError) error = NULL;
  TfTraderSignal signal;

  g_assert_true (tf_signal_parse (line, -1, &signal, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (signal.trader, ==, "Müller 😀");
  g_assert_cmpstr (signal.source, ==, "sec-edgar");
  g_assert_cmpstr (signal.id, ==, "x-1");
  g_assert_cmpstr (signal.symbol, ==, "BTC-USDT");
  g_assert_cmpstr (signal.evidence, ==, "a\n\"b\"");
  g_assert_cmpint (signal.side, ==, -1);
  /* 0.1 is no double here. */
  g_assert_cmpint (signal.price.raw, ==, 10000000);
  g_assert_cmpint (signal.quantity.raw, ==, 2145400000001);
  g_assert_cmpfloat (signal.fraction, ==, 0.25);
  g_assert_true (signal.has_position);
  g_assert_cmpint (signal.position.raw, ==, -300 * TF_SCALE);
  g_assert_cmpint (signal.published - signal.happened, ==, 22 * TF_HOUR + 30 * TF_MINUTE + TF_SECOND / 2);
  g_assert_cmpint (signal.received, ==, signal.published);
}

static void
test_least (void)
{
  g_autoptr (GError) error = NULL;
  TfTraderSignal signal;

  g_assert_true (tf_signal_parse ("{" GOOD ",\"side\":\"close\",\"price\":null}", -1, &signal, &error));
  g_assert_no_error (error);
  g_assert_cmpint (signal.price.raw, ==, 0);
  g_assert_cmpint (signal.side, ==, 0);
  g_assert_false (signal.has_position);
  g_assert_cmpint (signal.happened, ==, signal.published);
}

static const struct { const char *name, *line, *expected; } bad_lines[] = {
  { "no object", "hello", "found “hello”, expected a JSON object" },
  { "list", "[1]", "expected a JSON object" },
  { "open", "{" GOOD ",\"side\":\"buy\"", "found the end, expected a comma or the end of the object" },
  { "open behind nested", "{" GOOD ",\"side\":\"buy\",\"x\":{}", "expected a comma or the end of the object" },
  { "open text", "{\"trader\":\"A", "expected a closing quote" },
  { "two", "{" GOOD ",\"side\":\"buy\"} {}", "expected nothing behind" },
  { "no colon", "{\"trader\" \"A\"}", "expected a colon" },
  { "bare word", "{\"price\": NaN}", "found “NaN}”, expected a JSON value" },
  { "escape", "{\"trader\":\"\\x41\"}", "expected an escape of JSON" },
  { "half a character", "{\"trader\":\"\\ud83d\"}", "expected an escape of JSON" },
  { "UTF-8", "{\"trader\":\"\xff\"}", "not UTF-8" },
  { "no trader", "{\"id\":\"1\",\"side\":\"buy\"}", "found no “trader”" },
  { "no id", "{\"trader\":\"A\",\"instrument\":\"B\",\"side\":\"buy\",\"published_at\":\"2024-01-01\"}", "found no “id”" },
  { "empty id", "{\"id\":\"\"}", "id: found a text of 0 bytes" },
  { "no side", "{" GOOD "}", "found no “side”" },
  { "no time", "{\"trader\":\"A\",\"id\":\"1\",\"instrument\":\"B\",\"side\":\"buy\"}", "found no “published_at”" },
  { "side", "{" GOOD ",\"side\":\"hold\"}", "side: found “hold”, expected buy, sell or close" },
  { "side number", "{" GOOD ",\"side\":1}", "side: found 1, expected a text" },
  { "price 0", "{" GOOD ",\"side\":\"buy\",\"price\":0}", "price: found price 0, expected more than 0" },
  { "price NaN", "{" GOOD ",\"side\":\"buy\",\"price\":\"NaN\"}", "price: found “NaN”, expected a decimal" },
  { "price 1e30", "{" GOOD ",\"side\":\"buy\",\"price\":1e30}", "price: found “1e30”, expected less than" },
  { "price negative", "{" GOOD ",\"side\":\"buy\",\"price\":\"-5\"}", "price: found price -5" },
  { "price list", "{" GOOD ",\"side\":\"buy\",\"price\":[5]}", "price: found a list or object" },
  { "price true", "{" GOOD ",\"side\":\"buy\",\"price\":true}", "price: found true, expected a decimal" },
  { "quantity 0", "{" GOOD ",\"side\":\"buy\",\"quantity\":\"0\"}", "quantity: found 0, expected more than 0" },
  { "fraction 2", "{" GOOD ",\"side\":\"buy\",\"fraction\":2}", "fraction: found 2, expected at most 1" },
  { "position", "{" GOOD ",\"side\":\"buy\",\"position\":\"long\"}", "position: found “long”" },
  { "time", "{" GOOD ",\"side\":\"buy\",\"happened_at\":\"yesterday\"}", "happened_at: found time “yesterday”" },
  { "time without zone", "{" GOOD ",\"side\":\"buy\",\"happened_at\":\"2024-01-01T00:00:00\"}", "happened_at: found time" },
  { "symbol", "{\"instrument\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}", "instrument: found a text of 48 bytes" },
};

static void
test_bad (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autofree char *folder = g_dir_make_tmp ("tf-signals-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "signals.jsonl", NULL);
  g_autofree char *text = g_strdup_printf ("{%s,\"side\":\"buy\"}\n\n%s\n", GOOD, bad_lines[row].line);
  g_autofree char *prefix = g_strconcat (path, ":3: ", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) signals = NULL;

  g_file_set_contents (path, text, -1, NULL);
  signals = tf_signal_file_load (path, &error);
  g_assert_null (signals);
  g_assert_nonnull (error);
  g_assert_true (error->domain == TF_ERROR);
  if (!g_str_has_prefix (error->message, prefix) || strstr (error->message, bad_lines[row].expected) == NULL)
    g_error ("%s: %s", bad_lines[row].name, error->message);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_evidence (void)
{
  g_autoptr (GString) line = g_string_new ("{" GOOD ",\"side\":\"buy\",\"evidence\":\"");
  TfTraderSignal signal;

  for (guint i = 0; i < 200; i++)
    g_string_append (line, "ü");
  g_string_append (line, "\"}");
  g_assert_true (tf_signal_parse (line->str, -1, &signal, NULL));
  g_assert_true (g_utf8_validate (signal.evidence, -1, NULL));
  g_assert_cmpuint (strlen (signal.evidence), ==, 158);
}

static void
test_real (void)
{
  static const char *const files[] = {
    "strategy-btc-2020-2024.jsonl", "hyperliquid-trader-a.jsonl", "hyperliquid-trader-b.jsonl",
  };
  const char *shared = g_getenv ("TF_SHARED");

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (shared != NULL ? shared : "", "data", "signals", files[i], NULL);
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) signals = NULL;
      guint lines = 0;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        {
          g_test_skip ("no signals in TF_SHARED");
          return;
        }
      for (const char *p = text; *p != '\0'; p++)
        lines += *p == '\n';
      signals = tf_signal_file_load (path, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (signals->len, ==, lines);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signal-file/read", test_read);
  g_test_add_func ("/signal-file/least", test_least);
  g_test_add_func ("/signal-file/evidence", test_evidence);
  g_test_add_func ("/signal-file/real", test_real);
  for (guint i = 0; i < G_N_ELEMENTS (bad_lines); i++)
    {
      g_autofree char *path = g_strconcat ("/signal-file/bad/", bad_lines[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bad);
    }
  return g_test_run ();
}
