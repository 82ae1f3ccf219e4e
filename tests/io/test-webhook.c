#include <gio/gio.h>

#include "core/base/error.h"
#include "fuzz/sources-check.h"
#include "io/sources/webhook.h"
#include "sources-fixture.h"

/* The published vector of Standard Webhooks (its libraries' own tests). */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define STAMP "1614265330"
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define VECTOR_TIME (G_GINT64_CONSTANT (1614265330) * TF_SECOND)

#define PASSWORD "correct-horse-battery"
#define ORDER "{\"v\":1,\"trader\":\"anna\",\"symbol\":\"BTC/USD\",\"action\":\"buy\"}"

static char *
sign (const char *id,
      gint64      seconds,
      const char *body,
      gsize       length)
{
  g_autofree char *head = g_strdup_printf ("%s.%" G_GINT64_FORMAT ".", id, seconds), *text = NULL;
  gsize n, size = 32;
  g_autofree guint8 *key = g_base64_decode (&SECRET[strlen ("whsec_")], &n);
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, key, n);
  guint8 digest[32];

  g_hmac_update (hmac, (const guchar *) head, (gssize) strlen (head));
  g_hmac_update (hmac, (const guchar *) body, (gssize) length);
  g_hmac_get_digest (hmac, digest, &size);
  g_hmac_unref (hmac);
  text = g_base64_encode (digest, size);
  return g_strconcat ("v1,", text, NULL);
}

/* A genuine message of @at, heard at @now. */
static guint
take_signed (TfWebhook      *webhook,
             const char     *id,
             TfTime          at,
             TfTime          now,
             const char     *body,
             gssize          length,
             TfTraderSignal *signal,
             char            reason[TF_WEBHOOK_REASON_SIZE])
{
  gsize n = length < 0 ? strlen (body) : (gsize) length;
  g_autofree char *stamp = g_strdup_printf ("%" G_GINT64_FORMAT, at / TF_SECOND), *signature = sign (id, at / TF_SECOND, body, n);
  TfWebhookMessage message = { "application/json", id, stamp, signature, body, n };

  return tf_webhook_take (webhook, &message, now, signal, reason);
}

static const struct { const char *name, *id, *stamp, *signature, *body; gboolean good; } vectors[] = {
  { "published", ID, STAMP, SIGNATURE, BODY, TRUE },
  { "several", ID, STAMP,
    "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= " SIGNATURE
    " v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", BODY, TRUE },
  { "other", ID, STAMP, "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", BODY },
  { "version", ID, STAMP, "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY },
  { "no version", ID, STAMP, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY },
  { "shorter", ID, STAMP, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", BODY },
  { "comma", ID, STAMP, "v1,", BODY },
  { "empty", ID, STAMP, "", BODY },
  { "none", ID, STAMP, NULL, BODY },
  { "no id", NULL, STAMP, SIGNATURE, BODY },
  { "no timestamp", ID, NULL, SIGNATURE, BODY },
  { "other id", "msg_p5jXN8AQM9LWM0D4loKWxJel", STAMP, SIGNATURE, BODY },
  { "other timestamp", ID, "1614265331", SIGNATURE, BODY },
  { "other body", ID, STAMP, SIGNATURE, "{\"test\": 2432232315}" },
  { "spaces in the body", ID, STAMP, SIGNATURE, "{\"test\":2432232314}" },
};

static void
test_vector (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TfWebhook) webhook = tf_webhook_new (TF_WEBHOOK_STANDARD, SECRET, "anna", NULL);
  TfWebhookMessage message = {
    "application/json", vectors[i].id, vectors[i].stamp, vectors[i].signature, vectors[i].body, strlen (vectors[i].body)
  };
  char reason[TF_WEBHOOK_REASON_SIZE];
  TfTraderSignal signal;

  g_assert_cmpint (tf_webhook_verify (webhook, &message), ==, vectors[i].good);
  /* Genuine, the published body is still none of an order. */
  g_assert_cmpuint (tf_webhook_take (webhook, &message, VECTOR_TIME, &signal, reason), ==, vectors[i].good ? 400 : 401);
  g_assert_null (strstr (reason, "g0hM9SsE"));
}

static void
test_secrets (void)
{
  static const struct { TfWebhookForm form; const char *secret; } bad[] = {
    { TF_WEBHOOK_STANDARD, NULL }, { TF_WEBHOOK_STANDARD, "" }, { TF_WEBHOOK_STANDARD, "whsec_" },
    { TF_WEBHOOK_STANDARD, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }, { TF_WEBHOOK_STANDARD, "whsec_c2hvcnQ=" },
    { TF_WEBHOOK_TRADINGVIEW, NULL }, { TF_WEBHOOK_TRADINGVIEW, "short" },
  };
  g_autofree char *first = tf_webhook_new_secret (), *second = tf_webhook_new_secret ();
  g_autoptr (TfWebhook) webhook = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tf_webhook_new (bad[i].form, bad[i].secret, "anna", &error));
      g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
      g_assert_true (bad[i].secret == NULL || *bad[i].secret == '\0' || strstr (error->message, bad[i].secret) == NULL
                     || strcmp (bad[i].secret, "whsec_") == 0);
    }
  g_assert_cmpstr (first, !=, second);
  webhook = tf_webhook_new (TF_WEBHOOK_STANDARD, first, "anna", NULL);
  g_assert_nonnull (webhook);
}

static const struct { const char *name; gint64 late; guint status; const char *reason; } times[] = {
  { "now", 0, 200, NULL },
  { "in time", 300, 200, NULL },
  { "just ahead", -300, 200, NULL },
  { "late", 301, 400, "301 s late" },
  { "ahead", -301, 400, "301 s from the future" },
  { "very late", 86400, 400, "late" },
};

static void
test_time (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TfWebhook) webhook = tf_webhook_new (TF_WEBHOOK_STANDARD, SECRET, "anna", NULL);
  char reason[TF_WEBHOOK_REASON_SIZE];
  TfTraderSignal signal;
  TfTime now = VECTOR_TIME + times[i].late * TF_SECOND;

  g_assert_cmpuint (take_signed (webhook, "m1", VECTOR_TIME, now, ORDER, -1, &signal, reason), ==, times[i].status);
  if (times[i].reason != NULL)
    {
      g_assert_nonnull (strstr (reason, times[i].reason));
      return;
    }
  /* Nothing is known before it is heard. */
  g_assert_cmpint (signal.published, ==, MIN (VECTOR_TIME, now));
  g_assert_cmpint (signal.happened, ==, signal.published);
  g_assert_cmpint (signal.received, ==, now);
  g_assert_cmpstr (signal.id, ==, "m1");
  g_assert_cmpstr (signal.trader, ==, "anna");
  g_assert_cmpstr (signal.symbol, ==, "BTC/USD");
  g_assert_cmpint (signal.side, ==, 1);
}

static void
test_replays (void)
{
  g_autoptr (TfWebhook) webhook = tf_webhook_new (TF_WEBHOOK_STANDARD, SECRET, "anna", NULL);
  g_autofree char *signature = sign ("m1", VECTOR_TIME / TF_SECOND, ORDER, strlen (ORDER));
  TfWebhookMessage message = { "application/json", "m1", STAMP, signature, ORDER, strlen (ORDER) };
  char reason[TF_WEBHOOK_REASON_SIZE];
  TfTraderSignal signal;
  guint taken = 0, refused = 0;

  /* Within the window it came before; behind it, it is late. */
  for (guint i = 0; i <= 100000; i++)
    {
      guint status = tf_webhook_take (webhook, &message, VECTOR_TIME - 300 * TF_SECOND + i * 10 * TF_SECOND / 1000, &signal, reason);

      taken += status == 200;
      refused += status == 409 || status == 400;
    }
  g_assert_cmpuint (taken, ==, 1);
  g_assert_cmpuint (refused, ==, 100000);
  g_assert_cmpuint (tf_webhook_get_remembered (webhook), <=, 1);
}

/* Genuine and new each time: the rate bounds what is taken, and that bounds what is remembered. */
static void
test_flood (void)
{
  g_autoptr (TfWebhook) webhook = tf_webhook_new (TF_WEBHOOK_STANDARD, SECRET, "anna", NULL);
  char reason[TF_WEBHOOK_REASON_SIZE];
  TfTraderSignal signal;
  guint taken = 0, refused = 0, most = 0;

  for (guint i = 0; i < 100000; i++)
    {
      TfTime now = VECTOR_TIME + (TfTime) i * 20 * TF_SECOND / 1000;
      g_autofree char *id = g_strdup_printf ("m%u", i);
      guint status = take_signed (webhook, id, now, now, ORDER, -1, &signal, reason);

      taken += status == 200;
      refused += status == 429;
      most = MAX (most, tf_webhook_get_remembered (webhook));
    }
  g_assert_cmpuint (taken, >=, 20000);
  g_assert_cmpuint (taken, <=, 20020);
  g_assert_cmpuint (taken + refused, ==, 100000);
  g_assert_cmpuint (most, <=, 6100);
}

static const struct { const char *body; guint status; const char *reason; } bodies[] = {
  { ORDER, 200 },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"flat\",\"more\":{\"x\":[]}}", 200 },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"sell\",\"ts\":\"2021-02-25T15:00:00Z\",\"size_pct\":25,\"price\":45285.2}", 200 },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"sell\",\"ts\":1614265000,\"size_pct\":\"0.5\",\"price\":null}", 200 },
  { "", 400, "found nothing" },
  { "hello", 400, "no JSON" },
  { "[]", 400, "expected an object" },
  { "{", 400, "no JSON" },
  { "{\"v\":2,\"symbol\":\"BTC\",\"action\":\"buy\"}", 400, "v: expected 1" },
  { "{\"symbol\":\"BTC\",\"action\":\"buy\"}", 400, "v: expected 1" },
  { "{\"v\":1,\"action\":\"buy\"}", 400, "symbol: found none" },
  { "{\"v\":1,\"symbol\":\"BTC\"}", 400, "action: found “”" },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"hold\"}", 400, "found “hold”, expected buy" },
  { "{\"v\":1,\"symbol\":7,\"action\":\"buy\"}", 400, "symbol: expected a text" },
  { "{\"v\":1,\"symbol\":\"BTC\\nX\",\"action\":\"buy\"}", 400, "symbol: expected a text" },
  { "{\"v\":1,\"symbol\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"action\":\"buy\"}", 400, "symbol: expected a text" },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"buy\",\"trader\":\"eve\"}", 400, "found “eve”" },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"buy\",\"price\":-1}", 400, "price: found -1" },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"buy\",\"price\":1e300}", 400, "price: " },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"buy\",\"price\":\"NaN\"}", 400, "price: " },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"buy\",\"price\":true}", 400, "price: expected a number" },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"buy\",\"size_pct\":101}", 400, "size_pct" },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"buy\",\"ts\":\"yesterday\"}", 400, "ts: found time" },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"buy\",\"ts\":\"2031-01-01T00:00:00Z\"}", 400, "ts: found a time in the future" },
  { "{\"v\":1,\"symbol\":\"BTC\",\"action\":\"buy\",\"text\":\"\xff\"}", 400, "not UTF-8" },
};

static void
test_body (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TfWebhook) webhook = tf_webhook_new (TF_WEBHOOK_STANDARD, SECRET, "anna", NULL);
  char reason[TF_WEBHOOK_REASON_SIZE];
  TfTraderSignal signal;
  guint status = take_signed (webhook, "m1", VECTOR_TIME, VECTOR_TIME, bodies[i].body, -1, &signal, reason);

  g_test_message ("%u %s", status, reason);
  g_assert_cmpuint (status, ==, bodies[i].status);
  if (bodies[i].reason != NULL)
    g_assert_nonnull (strstr (reason, bodies[i].reason));
  /* A genuine message may be sent again, mended. */
  g_assert_cmpuint (tf_webhook_get_remembered (webhook), ==, status == 200);
}

static void
test_numbers (void)
{
  g_autoptr (TfWebhook) webhook = tf_webhook_new (TF_WEBHOOK_STANDARD, SECRET, "anna", NULL);
  char reason[TF_WEBHOOK_REASON_SIZE];
  TfTraderSignal signal;

  g_assert_cmpuint (take_signed (webhook, "m1", VECTOR_TIME, VECTOR_TIME, bodies[2].body, -1, &signal, reason), ==, 200);
  g_assert_cmpint (signal.price.raw, ==, G_GINT64_CONSTANT (4528520000000));
  g_assert_cmpfloat (signal.fraction, ==, 0.25);
  g_assert_cmpint (signal.side, ==, -1);
  g_assert_cmpint (signal.published - signal.happened, ==, 130 * TF_SECOND);
}

/* Deep, large, and of any bytes: genuine all the same. */
static void
test_awkward (void)
{
  g_autoptr (TfWebhook) webhook = tf_webhook_new (TF_WEBHOOK_STANDARD, SECRET, "anna", NULL);
  g_autofree char *deep = g_strnfill (60000, '['), *large = g_strnfill (TF_WEBHOOK_BODY_MAX + 1, ' ');
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  char reason[TF_WEBHOOK_REASON_SIZE], junk[256];
  TfTraderSignal signal;

  g_assert_cmpuint (take_signed (webhook, "m1", VECTOR_TIME, VECTOR_TIME, deep, -1, &signal, reason), ==, 400);
  g_assert_nonnull (strstr (reason, "nested deeper"));
  g_assert_cmpuint (take_signed (webhook, "m1", VECTOR_TIME, VECTOR_TIME, large, -1, &signal, reason), ==, 413);
  for (guint i = 0; i < 20000; i++)
    {
      gsize n = strlen (ORDER);

      memcpy (junk, ORDER, n);
      for (guint k = 0; k < 3; k++)
        junk[g_rand_int_range (random, 0, (gint32) n)] = (char) g_rand_int (random);
      take_signed (webhook, "m1", VECTOR_TIME, VECTOR_TIME, junk, (gssize) n, &signal, reason);
      g_assert_true (g_utf8_validate (reason, -1, NULL));
    }
}

static const struct { const char *name, *id, *stamp, *type; guint status; const char *reason; } headers[] = {
  { "dotted id", "a.b", STAMP, "application/json", 400, "without a full stop" },
  { "empty id", "", STAMP, "application/json", 400, "webhook-id" },
  { "long id", "0123456789012345678901234567890123456789012345678901234567890123", STAMP, "application/json", 400, "webhook-id" },
  { "foreign id", "m\xc3\xbc", STAMP, "application/json", 400, "webhook-id" },
  { "words for a time", "m1", "now", "application/json", 400, "webhook-timestamp" },
  { "negative time", "m1", "-5", "application/json", 400, "webhook-timestamp" },
  { "no time at all", "m1", "", "application/json", 400, "webhook-timestamp" },
  { "huge time", "m1", "99999999999999999999", "application/json", 400, "webhook-timestamp" },
  { "no type", "m1", STAMP, NULL, 415, "content type" },
  { "form", "m1", STAMP, "application/x-www-form-urlencoded", 415, "content type" },
  { "text", "m1", STAMP, "text/plain", 415, "content type" },
  { "longer type", "m1", STAMP, "application/json-seq", 415, "content type" },
  { "type with a character set", "m1", STAMP, "application/json; charset=utf-8", 401, "wrong signature" },
};

static void
test_header (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TfWebhook) webhook = tf_webhook_new (TF_WEBHOOK_STANDARD, SECRET, "anna", NULL);
  TfWebhookMessage message = { headers[i].type, headers[i].id, headers[i].stamp, SIGNATURE, ORDER, strlen (ORDER) };
  char reason[TF_WEBHOOK_REASON_SIZE];
  TfTraderSignal signal;

  g_assert_cmpuint (tf_webhook_take (webhook, &message, VECTOR_TIME, &signal, reason), ==, headers[i].status);
  g_assert_nonnull (strstr (reason, headers[i].reason));
}

#define ALERT(more) "{\"secret\":\"" PASSWORD "\",\"ticker\":\"BINANCE:BTCUSDT.P\",\"exchange\":\"BINANCE\",\"action\":\"buy\"," \
  "\"price\":45285.2,\"contracts\":0.5,\"order_id\":\"Long\",\"time\":\"2021-02-25T15:00:00Z\"" more "}"
#define TIMENOW ",\"timenow\":\"2021-02-25T15:02:10Z\""

static const struct { const char *name, *body; guint status; const char *reason; } alerts[] = {
  { "good", ALERT (TIMENOW), 200 },
  { "flat", ALERT (TIMENOW ",\"market_position\":\"flat\""), 200 },
  { "wrong secret", "{\"secret\":\"correct-horse-batterx\"}", 401, "wrong secret" },
  { "shorter secret", "{\"secret\":\"correct\"}", 401, "wrong secret" },
  { "no secret", "{\"ticker\":\"BTCUSDT\"}", 401, "no “secret”" },
  { "number for a secret", "{\"secret\":1}", 401, "no “secret”" },
  { "placeholder", ALERT (TIMENOW ",\"text\":\"{{strategy.order.comment}}\""), 400, "did not replace" },
  { "bare placeholder", "{\"secret\":\"" PASSWORD "\",\"price\":{{close}}}", 400, "did not replace" },
  { "placeholder of a stranger", "{\"secret\":\"x\",\"text\":\"{{close}}\"}", 401, "wrong secret" },
  { "text", "BTCUSDT crossing 45285.2", 400, "no JSON" },
  { "no timenow", ALERT (""), 400, "timenow: found none" },
  { "late", ALERT (",\"timenow\":\"2021-02-25T14:50:00Z\""), 400, "late" },
  { "ahead", ALERT (",\"timenow\":\"2021-02-25T15:50:00Z\""), 400, "from the future" },
  { "no ticker", "{\"secret\":\"" PASSWORD "\",\"action\":\"buy\"" TIMENOW "}", 400, "ticker: found none" },
  { "no action", "{\"secret\":\"" PASSWORD "\",\"ticker\":\"BTCUSDT\"" TIMENOW "}", 400, "action: found" },
  { "no contracts", ALERT (TIMENOW ",\"contracts\":0"), 400, "contracts: found 0" },
};

static void
test_alert (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TfWebhook) webhook = tf_webhook_new (TF_WEBHOOK_TRADINGVIEW, PASSWORD, "anna", NULL);
  TfWebhookMessage message = { .content_type = "text/plain; charset=utf-8", .body = alerts[i].body, .length = strlen (alerts[i].body) };
  char reason[TF_WEBHOOK_REASON_SIZE];
  TfTraderSignal signal;
  guint status = tf_webhook_take (webhook, &message, VECTOR_TIME, &signal, reason);

  g_test_message ("%u %s", status, reason);
  g_assert_cmpuint (status, ==, alerts[i].status);
  g_assert_null (strstr (reason, PASSWORD));
  if (status != 200)
    {
      g_assert_nonnull (strstr (reason, alerts[i].reason));
      return;
    }
  g_assert_cmpstr (signal.symbol, ==, "BTCUSDT");
  g_assert_cmpstr (signal.id, ==, "Long 2021-02-25T15:00:00Z BINANCE:BTCUSDT buy");
  g_assert_cmpint (signal.side, ==, 1);
  g_assert_cmpint (signal.quantity.raw, ==, TF_SCALE / 2);
  g_assert_cmpint (signal.price.raw, ==, G_GINT64_CONSTANT (4528520000000));
  g_assert_cmpint (signal.has_position, ==, strcmp (alerts[i].name, "flat") == 0);
  /* Alerts can fire twice. */
  g_assert_cmpuint (tf_webhook_take (webhook, &message, VECTOR_TIME + TF_SECOND, &signal, reason), ==, 409);
}

static void
test_redact (void)
{
  g_autoptr (TfWebhook) alert = tf_webhook_new (TF_WEBHOOK_TRADINGVIEW, PASSWORD, "anna", NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("a " PASSWORD " b " PASSWORD, strlen ("a " PASSWORD " b " PASSWORD));
  g_autoptr (GBytes) escaped = g_bytes_new_static ("correct\\u002dhorse", strlen ("correct\\u002dhorse"));
  g_autoptr (GBytes) kept = tf_webhook_redact (alert, body);
  g_autoptr (GBytes) none = tf_webhook_redact (alert, escaped);

  g_assert_cmpmem (g_bytes_get_data (kept, NULL), g_bytes_get_size (kept), "a … b …", strlen ("a … b …"));
  g_assert_cmpuint (g_bytes_get_size (none), ==, 0);
}

/* Over a real socket */

/* Sends the bytes, and gives back the status and the whole answer. */
static guint
talk (const char  *host,
      guint        port,
      const char  *request,
      char       **answer)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, host, (guint16) port, NULL, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  GSocket *socket;
  gssize n;

  g_assert_nonnull (connection);
  socket = g_socket_connection_get_socket (connection);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request, strlen (request), NULL,
                                            NULL, NULL));
  g_socket_set_blocking (socket, FALSE);
  while (strstr (text->str, "\r\n\r\n") == NULL || !g_str_has_suffix (text->str, "\n"))
    {
      g_autoptr (GError) error = NULL;
      char buffer[512];

      g_main_context_iteration (NULL, FALSE);
      n = g_socket_receive (socket, buffer, sizeof buffer, NULL, &error);
      if (n > 0)
        g_string_append_len (text, buffer, n);
      else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
    }
  if (answer != NULL)
    *answer = g_strdup (text->str);
  g_assert_true (g_str_has_prefix (text->str, "HTTP/1.1 "));
  return (guint) g_ascii_strtoull (text->str + strlen ("HTTP/1.1 "), NULL, 10);
}

/* Behind the last colon of “listening at http://127.0.0.1:PORT/anna” */
static guint
port_of (Fixture *fixture)
{
  UNTIL (fixture->figures[0].state == TF_SOURCE_LIVE);
  g_assert_true (g_str_has_prefix (fixture->figures[0].reason, "listening at http://127.0.0.1:"));
  return (guint) g_ascii_strtoull (strrchr (fixture->figures[0].reason, ':') + 1, NULL, 10);
}

static char *
post (const char *host,
      const char *path,
      const char *id,
      const char *more)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *signature = sign (id, now, ORDER, strlen (ORDER));

  return g_strdup_printf ("POST %s HTTP/1.1\r\n%s%s%sContent-Type: application/json\r\nContent-Length: %u\r\n"
                          "webhook-id: %s\r\nwebhook-timestamp: %" G_GINT64_FORMAT "\r\nwebhook-signature: %s\r\n%s\r\n%s",
                          path, host != NULL ? "Host: " : "", host != NULL ? host : "", host != NULL ? "\r\n" : "",
                          (guint) strlen (ORDER), id, now, signature, more, ORDER);
}

static char spec_kind[] = "webhook", spec_trader[] = "anna", spec_address[] = "anna", spec_endpoint[] = "http://127.0.0.1:0",
  spec_secret[] = SECRET;

static const TfSourceSpec standard_spec = {
  .kind = spec_kind, .trader = spec_trader, .address = spec_address, .endpoint = spec_endpoint, .secret = spec_secret,
};

/* A page that a browser was led to calls this machine by a name of its own, or says where it comes from. */
static void
test_hosts (void)
{
  static const struct { const char *host; guint status; } hosts[] = {
    { "127.0.0.1:PORT", 200 }, { "localhost:PORT", 200 }, { "LOCALHOST:PORT", 200 }, { "[::1]:PORT", 200 },
    { "evil.example", 421 }, { "evil.example:PORT", 421 }, { "127.0.0.1", 421 }, { "127.0.0.1:1", 421 }, { "localhost", 421 },
    { "localhost.evil.example:PORT", 421 }, { "127.0.0.1.evil.example:PORT", 421 }, { "127.0.0.1:PORT.evil.example", 421 },
    { "localhost.:PORT", 421 }, { "0.0.0.0:PORT", 421 }, { "127.0.0.2:PORT", 421 }, { "2130706433:PORT", 421 }, { "[::]:PORT", 421 },
    { "127.0.0.1:PORT\r\nHost: evil.example", 421 }, { "evil.example\r\nHost: 127.0.0.1:PORT", 421 }, { "", 421 }, { NULL, 400 },
  };
  Fixture fixture;
  guint port, taken = 0;

  fixture_init (&fixture);
  fixture_listen (&fixture, &standard_spec, 1);
  port = port_of (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (GString) host = g_string_new (hosts[i].host);
      g_autofree char *number = g_strdup_printf ("%u", port), *id = g_strdup_printf ("m%u", i), *request = NULL, *answer = NULL;
      guint status;

      g_string_replace (host, "PORT", number, 0);
      request = post (hosts[i].host != NULL ? host->str : NULL, "/anna", id, "");
      status = talk ("127.0.0.1", port, request, &answer);
      g_test_message ("%s → %s", hosts[i].host, answer);
      /* What is no HTTP is refused before anybody looks at the host. */
      g_assert_true (status == hosts[i].status || (hosts[i].status == 421 && status == 400));
      taken += status == 200;
    }
  UNTIL (fixture.signals->len == taken);
  g_assert_cmpuint (taken, ==, 4);
  UNTIL (fixture.figures[0].errors >= G_N_ELEMENTS (hosts) - 8);
  fixture_clear (&fixture);
}

static const struct { const char *name, *request; guint status; } requests[] = {
  { "origin", "POST /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: https://evil.example\r\nContent-Length: 2\r\n\r\n{}", 403 },
  { "null origin", "POST /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: null\r\nContent-Length: 2\r\n\r\n{}", 403 },
  { "get", "GET /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", 405 },
  { "put", "PUT /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 2\r\n\r\n{}", 405 },
  { "options", "OPTIONS /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", 405 },
  { "other path", "POST /eve HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 2\r\n\r\n{}", 404 },
  { "deeper path", "POST /anna/../anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 2\r\n\r\n{}", 0 },
  { "no length", "POST /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", 411 },
  { "chunked", "POST /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 411 },
  { "too large", "POST /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 65537\r\n\r\n", 413 },
  { "much too large", "POST /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 99999999999\r\n\r\n", 413 },
  { "no signature", "POST /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", 401 },
  { "form", "POST /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415 },
  { "empty", "POST /anna HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n", 401 },
};

static void
test_requests (void)
{
  Fixture fixture;
  guint port;

  fixture_init (&fixture);
  fixture_listen (&fixture, &standard_spec, 1);
  port = port_of (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (GString) request = g_string_new (requests[i].request);
      g_autofree char *number = g_strdup_printf ("%u", port), *answer = NULL;
      guint status;

      g_string_replace (request, "PORT", number, 0);
      status = talk ("127.0.0.1", port, request->str, &answer);
      g_test_message ("%s → %s", requests[i].name, answer);
      if (requests[i].status != 0)
        g_assert_cmpuint (status, ==, requests[i].status);
      else
        g_assert_cmpuint (status, !=, 200);
    }
  UNTIL (fixture.figures[0].errors == G_N_ELEMENTS (requests));
  g_assert_true (g_str_has_prefix (fixture.figures[0].reason, "refused (401): "));
  g_assert_cmpint (fixture.figures[0].state, ==, TF_SOURCE_LIVE);
  g_assert_cmpuint (fixture.signals->len, ==, 0);
  fixture_clear (&fixture);
}

/* Two webhooks of one listener, and a third that cannot be; the same message twice. */
static void
test_listen (void)
{
  char bert[] = "bert", eve[] = "eve", password[] = "whsec_short";
  TfSourceSpec specs[] = { standard_spec, standard_spec, standard_spec };
  g_autofree char *host = NULL, *request = NULL, *forged = NULL, *second = NULL, *answer = NULL;
  Fixture fixture;
  guint port;

  specs[1].address = specs[1].trader = bert;
  specs[2].address = specs[2].trader = eve;
  specs[2].secret = password;
  fixture_init (&fixture);
  fixture_listen (&fixture, specs, 3);
  port = port_of (&fixture);
  g_assert_cmpint (fixture.figures[2].state, ==, TF_SOURCE_FAILED);
  g_assert_null (strstr (fixture.figures[2].reason, password));
  host = g_strdup_printf ("127.0.0.1:%u", port);
  request = post (host, "/anna", "m1", "");
  g_assert_cmpuint (talk ("127.0.0.1", port, request, &answer), ==, 200);
  g_assert_cmpuint (talk ("127.0.0.1", port, request, NULL), ==, 409);
  /* Anna's secret is the same here, but her message says for whom it speaks. */
  second = post (host, "/bert", "m1", "");
  g_assert_cmpuint (talk ("127.0.0.1", port, second, NULL), ==, 400);
  forged = g_strdup (request);
  strstr (forged, "\"buy\"")[1] = 'B';
  g_assert_cmpuint (talk ("127.0.0.1", port, forged, NULL), ==, 401);
  UNTIL (fixture.signals->len == 1 && fixture.figures[0].ignored == 1 && fixture.figures[0].errors == 1
                && fixture.figures[1].errors == 1);
  g_assert_cmpstr (fixture_signal (&fixture, 0).source, ==, "webhook");
  g_assert_cmpstr (fixture_signal (&fixture, 0).trader, ==, "anna");
  g_assert_cmpstr (fixture_signal (&fixture, 0).id, ==, "m1");
  g_assert_cmpstr (fixture.raws->pdata[0], ==, ORDER);
  g_assert_true (g_str_has_prefix (fixture_signal (&fixture, 0).evidence, "sha256:"));
  fixture_clear (&fixture);
}

static void
test_tradingview (void)
{
  char kind[] = "tradingview", password[] = PASSWORD;
  TfSourceSpec spec = standard_spec;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ"), *body = NULL, *request = NULL;
  Fixture fixture;
  guint port;

  spec.kind = kind;
  spec.secret = password;
  body = g_strdup_printf ("{\"secret\":\"" PASSWORD "\",\"ticker\":\"BTCUSDT\",\"action\":\"sell\",\"timenow\":\"%s\"}", stamp);
  fixture_init (&fixture);
  fixture_listen (&fixture, &spec, 1);
  port = port_of (&fixture);
  request = g_strdup_printf ("POST /anna HTTP/1.1\r\nHost: localhost:%u\r\nContent-Type: application/json\r\nContent-Length: %u\r\n\r\n%s",
                             port, (guint) strlen (body), body);
  g_assert_cmpuint (talk ("127.0.0.1", port, request, NULL), ==, 200);
  g_assert_cmpuint (talk ("127.0.0.1", port, request, NULL), ==, 409);
  UNTIL (fixture.signals->len == 1);
  g_assert_cmpint (fixture_signal (&fixture, 0).side, ==, -1);
  g_assert_cmpstr (fixture_signal (&fixture, 0).source, ==, "tradingview");
  /* What is kept of it has no secret. */
  g_assert_null (strstr (fixture.raws->pdata[0], PASSWORD));
  g_assert_nonnull (strstr (fixture.raws->pdata[0], "BTCUSDT"));
  fixture_clear (&fixture);
}

static gboolean
is_open (const char *host,
         guint       port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, host, (guint16) port, NULL, NULL);

  return connection != NULL;
}

/* Both loopback addresses, where there is the second, and no other one. */
static void
test_loopback (void)
{
  g_autofree char *host = NULL, *request = NULL;
  Fixture fixture;
  guint port;

  fixture_init (&fixture);
  fixture_listen (&fixture, &standard_spec, 1);
  port = port_of (&fixture);
  g_assert_true (is_open ("127.0.0.1", port));
  g_assert_false (is_open ("127.0.0.2", port));
  host = g_strdup_printf ("[::1]:%u", port);
  request = post (host, "/anna", "m6", "");
  if (is_open ("::1", port))
    g_assert_cmpuint (talk ("::1", port, request, NULL), ==, 200);
  else
    g_test_message ("no IPv6 on this machine");
  fixture_clear (&fixture);
  g_assert_false (is_open ("127.0.0.1", port));
}

/* Never elsewhere than on this machine, and not where somebody else listens. */
static void
test_endpoints (void)
{
  static const char *const bad[] = {
    "http://0.0.0.0:8787", "http://192.168.1.2:8787", "https://127.0.0.1:8787", "http://127.0.0.1", "http://evil.example:8787",
    "http://127.0.0.1:99999", "http://127.0.0.1:8787/path", "nonsense",
  };
  Fixture fixture;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      TfSourceSpec spec = standard_spec;
      g_autofree char *endpoint = g_strdup (bad[i]);

      spec.endpoint = endpoint;
      fixture_init (&fixture);
      fixture_listen (&fixture, &spec, 1);
      g_assert_cmpint (fixture.figures[0].state, ==, TF_SOURCE_FAILED);
      g_assert_nonnull (strstr (fixture.figures[0].reason, "expected http://127.0.0.1:PORT"));
      fixture_clear (&fixture);
    }
  fixture_init (&fixture);
  {
    TfSourceSpec spec = standard_spec;

    spec.endpoint = fixture.url;
    fixture_listen (&fixture, &spec, 1);
    g_assert_cmpint (fixture.figures[0].state, ==, TF_SOURCE_FAILED);
    g_test_message ("%s", fixture.figures[0].reason);
  }
  fixture_clear (&fixture);
  g_assert_true (tf_source_check ("webhook", "anna_2-x", NULL));
  g_assert_false (tf_source_check ("webhook", "../anna", NULL));
  g_assert_false (tf_source_check ("webhook", "", NULL));
}

#define ADD_ROWS(rows, folder, label, function) \
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) \
    { \
      g_autofree char *path = g_strdup_printf ("/webhook/" folder "/%s", label); \
      g_test_add_data_func (path, GUINT_TO_POINTER (i), function); \
    }

static void
test_kept (void)
{
  check_kept ("webhook.txt", "webhook", check_webhook);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_ROWS (vectors, "vector", vectors[i].name, test_vector)
  ADD_ROWS (times, "time", times[i].name, test_time)
  ADD_ROWS (headers, "header", headers[i].name, test_header)
  ADD_ROWS (alerts, "alert", alerts[i].name, test_alert)
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autofree char *path = g_strdup_printf ("/webhook/body/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_body);
    }
  g_test_add_func ("/webhook/secrets", test_secrets);
  g_test_add_func ("/webhook/replays", test_replays);
  g_test_add_func ("/webhook/flood", test_flood);
  g_test_add_func ("/webhook/numbers", test_numbers);
  g_test_add_func ("/webhook/awkward", test_awkward);
  g_test_add_func ("/webhook/redact", test_redact);
  g_test_add_func ("/webhook/hosts", test_hosts);
  g_test_add_func ("/webhook/requests", test_requests);
  g_test_add_func ("/webhook/listen", test_listen);
  g_test_add_func ("/webhook/loopback", test_loopback);
  g_test_add_func ("/webhook/tradingview", test_tradingview);
  g_test_add_func ("/webhook/endpoints", test_endpoints);
  g_test_add_func ("/webhook/kept", test_kept);
  return g_test_run ();
}
