#pragma once

#include <string.h>

#include "io/sources/feed.h"
#include "io/sources/lexicon.h"
#include "io/sources/webhook.h"

G_BEGIN_DECLS

/* What holds of any bytes at all, as a feed, as a text and as a webhook: the fuzzers and the tests look at
 * each. */

static inline void
check_lexicon (const char *text,
               gsize       length)
{
  TfStance stance;

  if (!tf_lexicon_read (text, (gssize) length, "anna", NULL, &stance))
    {
      g_assert_cmpfloat (stance.confidence, ==, 0);
      return;
    }
  g_assert_cmpint (ABS (stance.side), <=, 1);
  g_assert_cmpfloat (stance.confidence, >=, TF_STANCE_LEAST);
  g_assert_cmpfloat (stance.confidence, <=, 0.5);
  g_assert_true (stance.fraction >= 0 && stance.fraction <= 1);
  g_assert_true (*stance.symbol != '\0' && *stance.rule != '\0' && *stance.evidence != '\0');
  g_assert_true (g_utf8_validate (stance.evidence, -1, NULL) && strchr (stance.evidence, '\n') == NULL);
}

static inline void
check_feed (const char *bytes,
            gsize       length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfFeedDocument) document = tf_feed_document_read (bytes, length, &error);
  g_autofree char *copy = g_strndup (bytes, length);
  g_autofree char *html = tf_feed_text_of_html (copy);
  TfTime time;

  g_assert_true (g_utf8_validate (html, -1, NULL));
  if (tf_feed_time_parse (copy, &time))
    g_assert_cmpint (ABS (time / TF_DAY), <, 110000);
  if (document == NULL)
    {
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL) && strchr (error->message, '\n') == NULL);
      return;
    }
  g_assert_cmpuint (document->items->len, <=, TF_FEED_ITEMS_MAX);
  for (guint i = 0; i < document->items->len; i++)
    {
      const TfFeedItem *item = document->items->pdata[i];

      g_assert_true (item->id != NULL && *item->id != '\0');
      g_assert_true (g_utf8_validate (item->text, -1, NULL));
      g_assert_nonnull (item->raw);
      check_lexicon (item->text, strlen (item->text));
    }
}

static inline void
check_taken (TfWebhook              *webhook,
             const TfWebhookMessage *message,
             TfTime                  now)
{
  char reason[TF_WEBHOOK_REASON_SIZE];
  TfTraderSignal signal;
  guint status = tf_webhook_take (webhook, message, now, &signal, reason);

  g_assert_true (g_utf8_validate (reason, -1, NULL) && strchr (reason, '\n') == NULL);
  g_assert_cmpint (status == 200, ==, *reason == '\0');
  if (status != 200)
    return;
  g_assert_true (*signal.symbol != '\0' && *signal.id != '\0' && *signal.trader != '\0');
  g_assert_cmpint (signal.happened, <=, signal.published);
  g_assert_cmpint (signal.published, <=, now);
  g_assert_cmpint (ABS (signal.side), <=, 1);
  g_assert_true (signal.price.raw >= 0 && signal.quantity.raw >= 0 && signal.fraction >= 0 && signal.fraction <= 1);
}

/* As the body of a genuine message, of an alert, and as the headers of another. */
static inline void
check_webhook (const char *bytes,
               gsize       length)
{
  static const char key[] = "0123456789abcdef";
  const TfTime now = G_GINT64_CONSTANT (1614265330) * TF_SECOND;
  g_autofree char *secret = g_base64_encode ((const guchar *) key, strlen (key)), *whole = g_strconcat ("whsec_", secret, NULL);
  g_autoptr (TfWebhook) standard = tf_webhook_new (TF_WEBHOOK_STANDARD, whole, "anna", NULL);
  g_autoptr (TfWebhook) alert = tf_webhook_new (TF_WEBHOOK_TRADINGVIEW, key, "anna", NULL);
  g_autofree char *signature = NULL, *base64 = NULL, *copy = g_strndup (bytes, length);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", 3);
  TfWebhookMessage message = { "application/json", "m1", "1614265330", NULL, bytes, length };
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) key, strlen (key));
  guint8 digest[32];
  gsize size = sizeof digest;

  g_hmac_update (hmac, (const guchar *) "m1.1614265330.", (gssize) strlen ("m1.1614265330."));
  g_hmac_update (hmac, (const guchar *) bytes, (gssize) length);
  g_hmac_get_digest (hmac, digest, &size);
  g_hmac_unref (hmac);
  base64 = g_base64_encode (digest, size);
  message.signature = signature = g_strconcat ("v1,", base64, NULL);
  check_taken (standard, &message, now);
  check_taken (standard, &message, now);
  check_taken (alert, &message, now);
  if (g_strv_length (lines) == 3)
    {
      message = (TfWebhookMessage) { lines[0], lines[1], "1614265330", lines[2], lines[2], strlen (lines[2]) };
      check_taken (standard, &message, now);
      message.timestamp = lines[1];
      check_taken (standard, &message, now);
    }
}

/* Each line of the seeds, and each file of what a fuzzer found. */
static inline void
check_kept (const char *seeds,
            const char *corpus,
            void      (*check) (const char *bytes,
                                gsize       length))
{
  const char *root = g_getenv ("TF_SOURCE_ROOT");
  g_autofree char *path = g_build_filename (root != NULL ? root : ".", "tests", "fuzz", "seeds", seeds, NULL);
  g_autofree char *folder = g_build_filename (root != NULL ? root : ".", "tests", "fuzz", "corpus", corpus, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_file_get_contents (path, &text, NULL, NULL);
  g_assert_nonnull (text);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    check (lines[i], strlen (lines[i]));
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, name, NULL), *bytes = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
      check (bytes, length);
    }
  g_clear_pointer (&dir, g_dir_close);
}

G_END_DECLS
