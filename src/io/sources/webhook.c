#include "io/sources/webhook.h"

#include <libsoup/soup.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/error.h"
#include "io/sources/drivers.h"
#include "io/sources/hub.h"
#include "io/sources/json-text.h"

#define WINDOW (5 * TF_MINUTE)        /* between a message's own time and ours, either way */
#define REMEMBERED (2 * WINDOW)       /* a message from the future passes the clock for as long as this */
#define REMEMBERED_MAX 8192           /* more than the rate lets through in that time */
#define RATE 10.0                     /* genuine messages a second, of one sender */
#define BURST 20.0
#define ALL_RATE 200.0                /* messages a second that are looked at, of everybody */
#define ALL_BURST 400.0
#define KEY_MIN 16                    /* bytes of a secret */
#define KEY_MAX 128
#define SIGNATURES_MAX 16             /* a sender that changes its secret signs with both */
#define SIGNATURE_SIZE 44             /* Base64 of 32 bytes */

/* Tokens that refill with time. */
typedef struct
{
  double rate, burst, tokens;
  TfTime last;
} Bucket;

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
  Bucket        bucket;
};

static gboolean
spend (Bucket *self,
       TfTime  now)
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
  self->bucket = (Bucket) { .rate = RATE, .burst = BURST, .tokens = BURST };
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
  if (!spend (&self->bucket, now) || g_hash_table_size (self->ids) >= REMEMBERED_MAX)
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

/* Driver: a listener on this machine alone, for all webhooks of an endpoint, each at its own path. */

typedef struct
{
  const TfSourceSpec *spec;
  TfWebhook          *webhook;
  char               *path;
} Entry;

/* What was answered already, and is told now. */
typedef struct
{
  const TfSourceSpec *spec;
  TfTraderSignal      signal;
  GBytes             *raw;
} Pending;

typedef struct
{
  TfSourceHub *hub;
  SoupServer  *server;
  GArray      *entries; /* of Entry */
  GQueue       pending; /* of Pending */
  GSource     *timer;
  Bucket       bucket;
  char        *hosts[3];
} Listener;

static void
tell_pending (Listener *self)
{
  for (Pending *pending; (pending = g_queue_pop_head (&self->pending)) != NULL;)
    {
      gsize length;
      const char *raw = g_bytes_get_data (pending->raw, &length);

      tf_source_hub_emit (self->hub, pending->spec, &pending->signal, raw, length);
      g_bytes_unref (pending->raw);
      g_free (pending);
    }
}

static gboolean
on_pending (gpointer data)
{
  Listener *self = data;

  tf_source_hub_forget (&self->timer);
  tell_pending (self);
  return G_SOURCE_REMOVE;
}

static Entry *
entry_of (Listener   *self,
          const char *path)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (strcmp (g_array_index (self->entries, Entry, i).path, path) == 0)
      return &g_array_index (self->entries, Entry, i);
  return NULL;
}

/* libsoup does not know the younger ones. */
static const char *
phrase_of (guint status)
{
  return status == 421 ? "Misdirected Request"
         : status == 429 ? "Too Many Requests" : soup_status_get_phrase (status);
}

static void
answer (SoupServerMessage *message,
        guint              status,
        const char        *text)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  if (status == SOUP_STATUS_METHOD_NOT_ALLOWED)
    soup_message_headers_replace (headers, "Allow", "POST");
  if (status == 429)
    soup_message_headers_replace (headers, "Retry-After", "1");
  soup_server_message_set_status (message, status, phrase_of (status));
  soup_server_message_set_response (message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY,
                                    line, strlen (line));
}

/* Refuses, and tells it of the webhook that was meant, or of all where none was. */
static void
turn_away (Listener          *self,
           SoupServerMessage *message,
           const Entry       *entry,
           guint              status,
           const char        *why)
{
  TfSourceNote note = status == SOUP_STATUS_CONFLICT ? TF_SOURCE_NOTE_IGNORED : TF_SOURCE_NOTE_ERROR;
  g_autofree char *words = g_strdup_printf ("refused (%u): %s", status, why);

  answer (message, status, why);
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *each = &g_array_index (self->entries, Entry, i);

      if (entry == NULL || each == entry)
        tf_source_hub_note (self->hub, each->spec, note, words);
    }
}

/* libsoup answers when it has read the whole body, and that may never end: says it here and reads no more. */
static void
cut_off (SoupServerMessage *message,
         guint              status,
         const char        *why)
{
  GSocket *socket = soup_server_message_get_socket (message);
  g_autofree char *text = g_strdup_printf ("HTTP/1.1 %u %s\r\nConnection: close\r\n"
                                           "Content-Type: text/plain; charset=utf-8\r\n"
                                           "Content-Length: %u\r\n\r\n%s\n",
                                           status, phrase_of (status), (guint) strlen (why) + 1, why);

  g_socket_send (socket, text, strlen (text), NULL, NULL);
  g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

/* A page in a browser can be made to call this machine by a name of its own (DNS rebinding), or across
 * origins: it can change neither Host nor Origin. */
static gboolean
is_host (Listener   *self,
         const char *host)
{
  for (guint i = 0; host != NULL && i < G_N_ELEMENTS (self->hosts); i++)
    if (g_ascii_strcasecmp (self->hosts[i], host) == 0)
      return TRUE;
  return FALSE;
}

/* After the headers: what is refused here is not read. */
static void
on_headers (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           data)
{
  Listener *self = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const Entry *entry = entry_of (self, path);
  SoupEncoding encoding = soup_message_headers_get_encoding (headers);
  gboolean large = encoding == SOUP_ENCODING_CONTENT_LENGTH
    && soup_message_headers_get_content_length (headers) > TF_WEBHOOK_BODY_MAX;
  guint status = 0;
  const char *why = NULL;

  if (!is_host (self, soup_message_headers_get_list (headers, "Host")))
    status = 421, why = "found another Host, expected this machine by its number or as localhost";
  else if (soup_message_headers_get_list (headers, "Origin") != NULL)
    status = SOUP_STATUS_FORBIDDEN, why = "found an Origin: pages in a browser are not heard";
  else if (!spend (&self->bucket, tf_source_hub_now (self->hub)))
    status = 429, why = "found more messages than 200 a second";
  else if (entry == NULL)
    status = SOUP_STATUS_NOT_FOUND, why = "found no webhook at this path";
  else if (strcmp (soup_server_message_get_method (message), "POST") != 0)
    status = SOUP_STATUS_METHOD_NOT_ALLOWED, why = "found another method, expected POST";
  else if (encoding != SOUP_ENCODING_CONTENT_LENGTH)
    status = SOUP_STATUS_LENGTH_REQUIRED, why = "found no Content-Length";
  else if (large)
    status = SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, why = "found more than 64 KiB";
  if (status == 0)
    return;
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection", "close");
  turn_away (self, message, entry, status, why);
  if (large || (encoding != SOUP_ENCODING_CONTENT_LENGTH && encoding != SOUP_ENCODING_NONE))
    cut_off (message, status, why);
}

static void
on_message (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           data)
{
  Listener *self = data;
  const Entry *entry = entry_of (self, path);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GBytes) body = NULL;
  TfWebhookMessage what = { 0 };
  char reason[TF_WEBHOOK_REASON_SIZE];
  TfTraderSignal signal;
  Pending *pending;
  guint status;

  if (soup_server_message_get_status (message) != 0 || entry == NULL)
    return;
  body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  what.content_type = soup_message_headers_get_one (headers, "Content-Type");
  what.id = soup_message_headers_get_one (headers, "webhook-id");
  what.timestamp = soup_message_headers_get_one (headers, "webhook-timestamp");
  what.signature = soup_message_headers_get_list (headers, "webhook-signature");
  what.body = g_bytes_get_data (body, &what.length);
  what.body = what.body != NULL ? what.body : "";
  tf_source_hub_note (self->hub, entry->spec, TF_SOURCE_NOTE_MESSAGE, NULL);
  status = tf_webhook_take (entry->webhook, &what, tf_source_hub_now (self->hub), &signal, reason);
  if (status != 200)
    {
      turn_away (self, message, entry, status, reason);
      return;
    }
  answer (message, status, "taken");
  pending = g_new (Pending, 1);
  *pending = (Pending) { entry->spec, signal, tf_webhook_redact (entry->webhook, body) };
  g_queue_push_tail (&self->pending, pending);
  if (self->timer == NULL)
    self->timer = tf_source_hub_after (self->hub, 0, on_pending, self);
}

static gboolean
webhook_check (const char  *address,
               GError     **error)
{
  char found[TF_QUOTE_SIZE];

  if (strlen (address) <= 64
      && strspn (address, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_") == strlen (address))
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
               "found “%s”, expected a name of at most 64 letters, digits, - and _",
               tf_error_quote (address, -1, found));
  return FALSE;
}

/* The port of “http://127.0.0.1:PORT”; no other machine's address will do. */
static gboolean
read_endpoint (const char *endpoint,
               guint      *port,
               GError    **error)
{
  g_autoptr (GUri) uri = endpoint != NULL ? g_uri_parse (endpoint, G_URI_FLAGS_NONE, NULL) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  char found[TF_QUOTE_SIZE];

  if (host == NULL || strcmp (g_uri_get_scheme (uri), "http") != 0 || g_uri_get_port (uri) < 0
      || strlen (g_uri_get_path (uri)) > 1
      || (strcmp (host, "127.0.0.1") != 0 && strcmp (host, "localhost") != 0 && strcmp (host, "::1") != 0))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found endpoint “%s”, expected http://127.0.0.1:PORT",
                   tf_error_quote (endpoint != NULL ? endpoint : "", -1, found));
      return FALSE;
    }
  *port = (guint) g_uri_get_port (uri);
  return TRUE;
}

static void
webhook_close (gpointer driver)
{
  Listener *self = driver;

  tf_source_hub_forget (&self->timer);
  tell_pending (self); /* the senders were told that it arrived */
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);

      tf_webhook_free (entry->webhook);
      g_free (entry->path);
    }
  g_array_unref (self->entries);
  for (guint i = 0; i < G_N_ELEMENTS (self->hosts); i++)
    g_free (self->hosts[i]);
  g_free (self);
}

/* Both kinds of loopback; a machine without the second has the first. */
static gboolean
start_to_listen (Listener *self,
                 guint     port,
                 GError  **error)
{
  static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };
  GSList *uris;

  if (!soup_server_listen_local (self->server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return FALSE;
  uris = soup_server_get_uris (self->server);
  port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  soup_server_listen_local (self->server, port, SOUP_SERVER_LISTEN_IPV6_ONLY, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    self->hosts[i] = g_strdup_printf ("%s:%u", names[i], port);
  return TRUE;
}

static gpointer
webhook_open (TfSourceHub               *hub,
              const char                *endpoint,
              const TfSourceSpec *const *specs,
              guint                      n,
              GError                   **error)
{
  Listener *self;
  guint port;

  if (!read_endpoint (endpoint, &port, error))
    return NULL;
  self = g_new0 (Listener, 1);
  self->hub = hub;
  self->server = soup_server_new (NULL, NULL);
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  self->bucket = (Bucket) { .rate = ALL_RATE, .burst = ALL_BURST, .tokens = ALL_BURST };
  soup_server_add_early_handler (self->server, NULL, on_headers, self, NULL);
  soup_server_add_handler (self->server, NULL, on_message, self, NULL);
  if (!start_to_listen (self, port, error))
    {
      webhook_close (self);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    {
      gboolean alerts = strcmp (specs[i]->kind, "tradingview") == 0;
      Entry entry = { .spec = specs[i], .path = g_strconcat ("/", specs[i]->address, NULL) };
      g_autofree char *place = g_strdup_printf ("listening at http://%s%s", self->hosts[0], entry.path);
      g_autoptr (GError) wrong = NULL;

      if (entry_of (self, entry.path) != NULL)
        g_set_error (&wrong, TF_ERROR, TF_ERROR_INVALID,
                     "found “%s” twice, expected a name of its own for each webhook", specs[i]->address);
      else
        entry.webhook = tf_webhook_new (alerts ? TF_WEBHOOK_TRADINGVIEW : TF_WEBHOOK_STANDARD,
                                        specs[i]->secret, specs[i]->trader, &wrong);
      tf_source_hub_set_state (hub, specs[i], entry.webhook != NULL ? TF_SOURCE_LIVE : TF_SOURCE_FAILED,
                               entry.webhook != NULL ? place : wrong->message, 0);
      if (entry.webhook != NULL)
        g_array_append_val (self->entries, entry);
      else
        g_free (entry.path);
    }
  return self;
}

const TfSourceDriver tf_source_webhook = { webhook_check, webhook_open, webhook_close };
