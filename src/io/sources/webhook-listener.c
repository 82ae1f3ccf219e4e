#include <libsoup/soup.h>
#include <string.h>

#include "core/base/error.h"
#include "io/sources/drivers.h"
#include "io/sources/hub.h"
#include "io/sources/webhook-private.h"

#define ALL_RATE 200.0                /* messages a second that are looked at, of everybody */
#define ALL_BURST 400.0

/* A listener on this machine alone, for all webhooks of an endpoint, each at its own path. */

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
  TfBucket     bucket;
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
  else if (!tf_bucket_spend (&self->bucket, tf_source_hub_now (self->hub)))
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
  self->bucket = (TfBucket) { .rate = ALL_RATE, .burst = ALL_BURST, .tokens = ALL_BURST };
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
