#include "io/sources/webhook-private.h"

#include <string.h>
#include <sys/random.h>

#include "core/base/error.h"
#include "io/sources/json-text.h"

#define WINDOW (5 * TF_MINUTE)        /* between a message's own time and ours, either way */
#define REMEMBERED (2 * WINDOW)       /* a message from the future passes the clock for as long as this */
#define REMEMBERED_MAX 8192           /* more than the rate lets through in that time */
#define RATE 10.0                     /* genuine messages a second, of one sender */
#define BURST 20.0
#define KEY_MIN 16                    /* bytes of a secret */
#define KEY_MAX 128
#define SIGNATURES_MAX 16             /* a sender that changes its secret signs with both */
#define SIGNATURE_SIZE 44             /* Base64 of 32 bytes */

typedef struct
{
  char  *id;
  TfTime until;
} Remembered;

struct _TfWebhook
{
  TfWebhookForm form;
  GBytes       *key;
  char         *trader;
  GHashTable   *ids;   /* of Remembered, by id */
  GQueue        order; /* the same, by until */
  TfBucket      bucket;
};

gboolean
tf_bucket_spend (TfBucket *self,
                 TfTime    now)
{
  if (self->last != 0 && now > self->last)
    self->tokens += (double) (now - self->last) / (double) TF_SECOND * self->rate;
  self->tokens = MIN (self->tokens, self->burst);
  self->last = MAX (now, self->last);
  if (self->tokens < 1)
    return FALSE;
  self->tokens--;
  return TRUE;
}

static void
remembered_free (gpointer data)
{
  Remembered *self = data;

  g_free (self->id);
  g_free (self);
}

/**
 * tf_webhook_new:
 * @secret: STANDARD: “whsec_” and 16 to 128 bytes in Base64; TRADINGVIEW: at least 16 characters
 * @trader: for whom the sender may speak
 *
 * Returns: (transfer full): %NULL with %TF_ERROR_INVALID; no message repeats a secret
 */
TfWebhook *
tf_webhook_new (TfWebhookForm   form,
                const char     *secret,
                const char     *trader,
                GError        **error)
{
  static const char prefix[] = "whsec_";
  g_autofree guint8 *key = NULL;
  gsize length = 0;
  TfWebhook *self;

  if (secret != NULL && form == TF_WEBHOOK_TRADINGVIEW)
    {
      length = strlen (secret);
      key = g_memdup2 (secret, length);
    }
  else if (secret != NULL && g_str_has_prefix (secret, prefix))
    key = g_base64_decode (secret + strlen (prefix), &length);
  if (key == NULL || length < KEY_MIN || length > KEY_MAX)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found %s, expected %s of %d to %d %s",
                   secret == NULL || *secret == '\0' ? "no secret" : "another secret",
                   form == TF_WEBHOOK_STANDARD ? "“whsec_” and the Base64" : "a secret", KEY_MIN, KEY_MAX,
                   form == TF_WEBHOOK_STANDARD ? "bytes" : "characters");
      return NULL;
    }
  self = g_new0 (TfWebhook, 1);
  self->form = form;
  self->key = g_bytes_new_take (g_steal_pointer (&key), length);
  self->trader = g_strdup (trader);
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, remembered_free);
  g_queue_init (&self->order);
  self->bucket = (TfBucket) { .rate = RATE, .burst = BURST, .tokens = BURST };
  return self;
}

void
tf_webhook_free (TfWebhook *self)
{
  if (self == NULL)
    return;
  g_queue_clear (&self->order);
  g_hash_table_unref (self->ids);
  g_bytes_unref (self->key);
  g_free (self->trader);
  g_free (self);
}

/**
 * tf_webhook_get_remembered:
 *
 * Returns: how many ids it keeps, so that none comes twice
 */
guint
tf_webhook_get_remembered (TfWebhook *self)
{
  return g_hash_table_size (self->ids);
}

/**
 * tf_webhook_new_secret:
 *
 * Returns: (transfer full): “whsec_” and 32 bytes of the system's randomness in Base64; %NULL when it has
 *   none
 */
char *
tf_webhook_new_secret (void)
{
  guint8 key[32];
  g_autofree char *text = NULL;

  if (getrandom (key, sizeof key, 0) != (gssize) sizeof key)
    return NULL;
  text = g_base64_encode (key, sizeof key);
  return g_strconcat ("whsec_", text, NULL);
}

/* In a time that tells nothing of where they differ. */
static gboolean
is_same (const char *a,
         const char *b,
         gsize       length)
{
  volatile guint8 different = 0;

  for (gsize i = 0; i < length; i++)
    different |= (guint8) (a[i] ^ b[i]);
  return different == 0;
}

/**
 * tf_webhook_verify:
 *
 * Whether one of the message's signatures is that of its id, timestamp and body: Base64 of HMAC-SHA256 over
 * “id.timestamp.body” (standardwebhooks.com). Whether the time is right is not looked at.
 */
gboolean
tf_webhook_verify (TfWebhook              *self,
                   const TfWebhookMessage *message)
{
  gsize n, size = 32;
  const guint8 *key = g_bytes_get_data (self->key, &n);
  g_autofree char *expected = NULL;
  guint8 digest[32];
  gboolean good = FALSE;
  const char *p = message->signature;
  GHmac *hmac;

  if (message->id == NULL || message->timestamp == NULL || p == NULL)
    return FALSE;
  hmac = g_hmac_new (G_CHECKSUM_SHA256, key, n);
  g_hmac_update (hmac, (const guchar *) message->id, (gssize) strlen (message->id));
  g_hmac_update (hmac, (const guchar *) ".", 1);
  g_hmac_update (hmac, (const guchar *) message->timestamp, (gssize) strlen (message->timestamp));
  g_hmac_update (hmac, (const guchar *) ".", 1);
  g_hmac_update (hmac, (const guchar *) message->body, (gssize) message->length);
  g_hmac_get_digest (hmac, digest, &size);
  g_hmac_unref (hmac);
  expected = g_base64_encode (digest, size);
  for (guint i = 0; i < SIGNATURES_MAX && *p != '\0'; i++)
    {
      gsize length;

      p += strspn (p, " ");
      length = strcspn (p, " ");
      if (length == 3 + SIGNATURE_SIZE && strncmp (p, "v1,", 3) == 0)
        good |= is_same (p + 3, expected, SIGNATURE_SIZE);
      p += length;
    }
  return good;
}

/* The secret of an alert, by the hashes, since its length may be another. */
static gboolean
is_secret (const TfWebhook *self,
           const char      *text)
{
  gsize n;
  const guint8 *key = g_bytes_get_data (self->key, &n);
  g_autofree char *own = g_compute_checksum_for_data (G_CHECKSUM_SHA256, key, n);
  g_autofree char *other = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return is_same (own, other, strlen (own));
}

static void
forget_old (TfWebhook *self,
            TfTime     now)
{
  for (Remembered *oldest; (oldest = g_queue_peek_head (&self->order)) != NULL && oldest->until < now;)
    {
      g_queue_pop_head (&self->order);
      g_hash_table_remove (self->ids, oldest->id);
    }
}

static void
remember (TfWebhook  *self,
          const char *id,
          TfTime      now)
{
  Remembered *entry = g_new (Remembered, 1);

  *entry = (Remembered) { g_strdup (id), now + REMEMBERED };
  g_hash_table_insert (self->ids, entry->id, entry);
  g_queue_push_tail (&self->order, entry);
}

/* Body */

/* FALSE with an error; the member may be missing, which leaves *@text empty. */
static gboolean
get_text (JsonObject  *object,
          const char  *name,
          char        *text,
          gsize        size,
          GError     **error)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *value = tf_json_as_string (node);

  *text = '\0';
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (value == NULL || strlen (value) >= size || strpbrk (value, "\r\n") != NULL)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: expected a text of at most %u bytes in one line",
                   name, (guint) size - 1);
      return FALSE;
    }
  g_strlcpy (text, value, size);
  return TRUE;
}

/* A number or the text of one, more than 0; 0 where there is none. A double gives back 15 digits, all that a
 * sender may have meant. */
static gboolean
get_decimal (JsonObject  *object,
             const char  *name,
             gint64      *raw,
             GError     **error)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text = tf_json_as_string (node);
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  gint64 whole;

  *raw = 0;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (text == NULL && tf_json_as_int (node, &whole))
    {
      g_snprintf (buffer, sizeof buffer, "%" G_GINT64_FORMAT, whole);
      text = buffer;
    }
  else if (text == NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE)
    text = g_ascii_formatd (buffer, sizeof buffer, "%.15g", json_node_get_double (node));
  if (text == NULL)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: expected a number", name);
      return FALSE;
    }
  if (!tf_decimal_parse (text, -1, raw, error))
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  if (*raw <= 0)
    {
      char found[TF_DECIMAL_SIZE];

      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found %s, expected more than 0", name,
                   tf_decimal_format (*raw, found));
      return FALSE;
    }
  return TRUE;
}

static gboolean
get_side (JsonObject *object,
          gint8      *side,
          GError    **error)
{
  static const struct { const char *name; gint8 side; } actions[] = {
    { "buy", 1 }, { "sell", -1 }, { "close", 0 }, { "flat", 0 },
  };
  char action[16], found[TF_QUOTE_SIZE];

  if (!get_text (object, "action", action, sizeof action, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (strcmp (action, actions[i].name) == 0)
      {
        *side = actions[i].side;
        return TRUE;
      }
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "action: found “%s”, expected buy, sell, close or flat",
               tf_error_quote (action, -1, found));
  return FALSE;
}

/* RFC 3339 in UTC, or Unix seconds as a number or text; 0 where there is none. */
static gboolean
get_time (JsonObject *object,
          const char *name,
          TfTime     *time,
          GError    **error)
{
  JsonNode *node = json_object_get_member (object, name);
  char text[40];
  gint64 seconds;

  *time = 0;
  if (tf_json_as_int (node, &seconds) && seconds > 0 && seconds <= G_MAXINT64 / TF_SECOND)
    {
      *time = seconds * TF_SECOND;
      return TRUE;
    }
  if (!get_text (object, name, text, sizeof text, error))
    return FALSE;
  if (*text == '\0' || tf_time_parse (text, time, error))
    return TRUE;
  g_prefix_error (error, "%s: ", name);
  return FALSE;
}

/* FALSE with an error unless @time is within the window around @now. */
static gboolean
check_time (TfTime    time,
            TfTime    now,
            GError  **error)
{
  gint64 late = (now - time) / TF_SECOND;

  if (ABS (now - time) <= WINDOW)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
               "found a message %" G_GINT64_FORMAT " s %s, expected at most %d s", ABS (late),
               late > 0 ? "late" : "from the future", (gint) (WINDOW / TF_SECOND));
  return FALSE;
}

/* One line of at most @size bytes, cut between two characters. */
static void
copy_words (const char *text,
            char       *out,
            gsize       size)
{
  const char *end;

  g_strlcpy (out, text, size);
  g_strdelimit (out, "\r\n\t", ' ');
  g_utf8_validate (out, -1, &end);
  out[end - out] = '\0';
}

/* {"v":1,"id","trader","ts","symbol","action","size_pct"?,"price"?,"text"?}; what else there is is passed
 * over. */
static gboolean
read_own (const TfWebhook *self,
          JsonObject      *object,
          TfTime           now,
          TfTraderSignal  *signal,
          GError         **error)
{
  char trader[sizeof signal->trader], id[sizeof signal->id];
  const char *text = tf_json_get_string (object, "text");
  gint64 version, percent;

  if (!tf_json_as_int (json_object_get_member (object, "v"), &version) || version != 1)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "v: expected 1");
      return FALSE;
    }
  if (!get_text (object, "trader", trader, sizeof trader, error)
      || !get_text (object, "id", id, sizeof id, error)
      || !get_text (object, "symbol", signal->symbol, sizeof signal->symbol, error)
      || !get_side (object, &signal->side, error)
      || !get_decimal (object, "price", &signal->price.raw, error)
      || !get_decimal (object, "size_pct", &percent, error)
      || !get_time (object, "ts", &signal->happened, error))
    return FALSE;
  if (*trader != '\0' && g_strcmp0 (trader, self->trader) != 0)
    {
      char found[TF_QUOTE_SIZE];

      g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                   "trader: found “%s”, for whom this secret does not speak",
                   tf_error_quote (trader, -1, found));
      return FALSE;
    }
  if (percent > 100 * TF_SCALE || (signal->happened != 0 && signal->happened > now + WINDOW))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID,
                           percent > 100 * TF_SCALE ? "size_pct: found more than 100, expected at most that"
                                                    : "ts: found a time in the future, expected one that was");
      return FALSE;
    }
  if (*id != '\0')
    g_strlcpy (signal->id, id, sizeof signal->id);
  signal->fraction = (double) percent / (100.0 * (double) TF_SCALE);
  if (text != NULL)
    copy_words (text, signal->evidence, sizeof signal->evidence);
  return TRUE;
}

/* An alert by the convention of the program's help: what stands in {{…}} there is replaced by TradingView. */
static gboolean
read_alert (JsonObject      *object,
            TfTraderSignal  *signal,
            GError         **error)
{
  char ticker[64], order[64], time[40], market[16], action[16], comment[100];
  const char *symbol;

  if (!get_text (object, "ticker", ticker, sizeof ticker, error)
      || !get_text (object, "order_id", order, sizeof order, error)
      || !get_text (object, "time", time, sizeof time, error)
      || !get_text (object, "action", action, sizeof action, error)
      || !get_text (object, "market_position", market, sizeof market, error)
      || !get_text (object, "text", comment, sizeof comment, error)
      || !get_side (object, &signal->side, error)
      || !get_decimal (object, "price", &signal->price.raw, error)
      || !get_decimal (object, "contracts", &signal->quantity.raw, error)
      || !get_time (object, "timenow", &signal->published, error))
    return FALSE;
  if (signal->published == 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                   "timenow: found none, expected “{{timenow}}” in the alert's message");
      return FALSE;
    }
  /* “BINANCE:BTCUSDT.P” is the perpetual of BTCUSDT. */
  symbol = strrchr (ticker, ':') != NULL ? strrchr (ticker, ':') + 1 : ticker;
  if (g_str_has_suffix (symbol, ".P"))
    *strrchr (ticker, '.') = '\0';
  if (strlen (symbol) >= sizeof signal->symbol)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "ticker: expected at most %u letters",
                   (guint) sizeof signal->symbol - 1);
      return FALSE;
    }
  g_strlcpy (signal->symbol, symbol, sizeof signal->symbol);
  /* Only what is flat is told with its size: none. */
  signal->has_position = strcmp (market, "flat") == 0;
  copy_words (comment, signal->evidence, sizeof signal->evidence);
  /* An alert has no id; the same order at the same bar is the same alert. */
  if (g_snprintf (signal->id, sizeof signal->id, "%s %s %s %s", order, time, ticker, action)
      >= (gint) sizeof signal->id)
    {
      g_autofree char *all = g_strjoin ("\n", order, time, ticker, action, NULL);
      g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA1, all, -1);

      g_strlcpy (signal->id, hash, sizeof signal->id);
    }
  return TRUE;
}

/* Takes */

/* Parameters, such as the character set, do not count. */
static gboolean
is_type (const char *content_type,
         const char *type)
{
  gsize n = content_type != NULL ? strcspn (content_type, "; \t") : 0;

  return n == strlen (type) && g_ascii_strncasecmp (content_type, type, n) == 0;
}

static guint
refuse (char        reason[TF_WEBHOOK_REASON_SIZE],
        guint       status,
        const char *why)
{
  copy_words (why, reason, TF_WEBHOOK_REASON_SIZE);
  return status;
}

/* Whether a Standard Webhook is genuine and of now: 0, or the status of the refusal. */
static guint
check_signed (TfWebhook              *self,
              const TfWebhookMessage *message,
              TfTime                  now,
              TfTraderSignal         *signal,
              char                    reason[TF_WEBHOOK_REASON_SIZE])
{
  g_autoptr (GError) error = NULL;
  guint64 seconds;

  if (message->id == NULL || message->timestamp == NULL || message->signature == NULL)
    return refuse (reason, 401,
                   "found no signature, expected headers webhook-id, webhook-timestamp and webhook-signature");
  /* An id with a full stop could take letters of the timestamp for its own. */
  if (*message->id == '\0' || strlen (message->id) >= sizeof signal->id
      || strpbrk (message->id, ". \t") != NULL || !g_str_is_ascii (message->id))
    return refuse (reason, 400, "webhook-id: expected 1 to 63 letters, digits or signs without a full stop");
  if (strspn (message->timestamp, "0123456789") != strlen (message->timestamp)
      || !g_ascii_string_to_unsigned (message->timestamp, 10, 0, G_MAXINT64 / TF_SECOND, &seconds, NULL))
    return refuse (reason, 400, "webhook-timestamp: expected whole seconds since 1970");
  if (!tf_webhook_verify (self, message))
    return refuse (reason, 401, "found a wrong signature");
  signal->published = (TfTime) seconds * TF_SECOND;
  g_strlcpy (signal->id, message->id, sizeof signal->id);
  return check_time (signal->published, now, &error) ? 0 : refuse (reason, 400, error->message);
}

static const char unreplaced[] = "found a placeholder “{{…}}” that TradingView did not replace";

static JsonNode *
read_body (const TfWebhook        *self,
           const TfWebhookMessage *message,
           guint                  *status,
           char                    reason[TF_WEBHOOK_REASON_SIZE])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = tf_json_text_read (message->body, (gssize) message->length, &error);
  gboolean alert = self->form == TF_WEBHOOK_TRADINGVIEW;
  gboolean placeholder = alert && memmem (message->body, message->length, "{{", 2) != NULL;
  const char *secret;

  *status = 0;
  if (tf_json_as_object (root) == NULL)
    *status = refuse (reason, 400, placeholder ? unreplaced
                      : error != NULL ? error->message : "found another JSON, expected an object");
  else if (alert)
    {
      secret = tf_json_get_string (tf_json_as_object (root), "secret");
      if (secret == NULL)
        *status = refuse (reason, 401, "found no “secret” in the alert");
      else if (!is_secret (self, secret))
        *status = refuse (reason, 401, "found a wrong secret");
      else if (placeholder)
        *status = refuse (reason, 400, unreplaced);
    }
  return *status == 0 ? g_steal_pointer (&root) : NULL;
}

/**
 * tf_webhook_take:
 * @now: what the clock says
 * @signal: (out): what it says, with 200; source and, where a message names none, trader are the webhook's
 * @reason: (out): why not, otherwise; nothing of a secret or signature in it
 *
 * Judges a message: content type, signature or secret, time (five minutes either way), whether it came
 * before, rate, content. What came before is remembered for as long as its time would pass; that is
 * bounded by the rate, and by a number.
 *
 * Returns: 200; 400 malformed, late or from the future; 401 not genuine; 409 came before; 413; 415; 429
 */
guint
tf_webhook_take (TfWebhook              *self,
                 const TfWebhookMessage *message,
                 TfTime                  now,
                 TfTraderSignal         *signal,
                 char                    reason[TF_WEBHOOK_REASON_SIZE])
{
  gboolean alert = self->form == TF_WEBHOOK_TRADINGVIEW, good;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;
  g_autofree char *key = NULL;
  guint status = 0;

  *signal = (TfTraderSignal) { .received = now };
  *reason = '\0';
  if (message->length > TF_WEBHOOK_BODY_MAX)
    return refuse (reason, 413, "found more than 64 KiB");
  if (!is_type (message->content_type, "application/json")
      && !(alert && is_type (message->content_type, "text/plain")))
    return refuse (reason, 415, "found another content type, expected application/json");
  if (!alert && (status = check_signed (self, message, now, signal, reason)) != 0)
    return status;
  forget_old (self, now);
  if (!alert)
    {
      key = g_strdup (message->id);
      if (g_hash_table_contains (self->ids, key))
        return refuse (reason, 409, "found a message that came before");
    }
  root = read_body (self, message, &status, reason);
  if (root == NULL)
    return status;
  object = tf_json_as_object (root);
  good = (alert ? read_alert (object, signal, &error) : read_own (self, object, now, signal, &error))
    && (!alert || check_time (signal->published, now, &error));
  if (good && *signal->symbol == '\0')
    {
      good = FALSE;
      g_set_error (&error, TF_ERROR, TF_ERROR_INVALID, "%s: found none", alert ? "ticker" : "symbol");
    }
  if (!good)
    return refuse (reason, 400, error->message);
  if (alert)
    key = g_strdup (signal->id);
  if (g_hash_table_contains (self->ids, key))
    return refuse (reason, 409, "found an alert that came before");
  if (!tf_bucket_spend (&self->bucket, now) || g_hash_table_size (self->ids) >= REMEMBERED_MAX)
    return refuse (reason, 429, "found more messages than 10 a second");
  remember (self, key, now);
  g_strlcpy (signal->trader, self->trader, sizeof signal->trader);
  /* A sender's clock may be ahead of ours; nothing is known before it is heard. */
  signal->published = MIN (signal->published, now);
  signal->happened = signal->happened != 0 ? MIN (signal->happened, signal->published) : signal->published;
  return 200;
}

/**
 * tf_webhook_redact:
 *
 * What may be kept of a message: an alert without its secret, and nothing of one that spells it in another
 * way.
 *
 * Returns: (transfer full)
 */
GBytes *
tf_webhook_redact (TfWebhook *self,
                   GBytes    *body)
{
  gsize n, length;
  const char *key = g_bytes_get_data (self->key, &n), *p = g_bytes_get_data (body, &length);
  const char *end = p + length, *at;
  GString *kept;

  if (self->form != TF_WEBHOOK_TRADINGVIEW)
    return g_bytes_ref (body);
  kept = g_string_new (NULL);
  while ((at = memmem (p, (gsize) (end - p), key, n)) != NULL)
    {
      g_string_append_len (kept, p, at - p);
      g_string_append (kept, "…");
      p = at + n;
    }
  if (kept->len > 0)
    g_string_append_len (kept, p, end - p);
  return g_string_free_to_bytes (kept);
}
