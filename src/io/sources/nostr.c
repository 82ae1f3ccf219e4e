#include "io/sources/nostr.h"

#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#include <string.h>

#include "core/base/error.h"
#include "io/sources/drivers.h"
#include "io/sources/hub.h"
#include "io/sources/json-text.h"
#include "io/sources/lexicon.h"
#include "io/sources/line.h"

#define KIND_TEXT 1
#define CONTENT_MAX 16384 /* bytes of a note; longer ones are essays */
#define SEEN_MAX 4096     /* ids remembered: each relay tells the same note */
#define FUTURE (5 * TF_MINUTE)
#define LATE (10 * TF_MINUTE)
#define OVERLAP_S 120
#define STORED_MAX 100

/* Nostr (NIP-01): an author's signed notes, told by relays that nobody has to trust. An id is the hash of
 * what was written, the signature (BIP-340) says who wrote it. */

static gboolean
invalid (GError    **error,
         const char *format,
         const char *found)
{
  char quote[TF_QUOTE_SIZE];
  g_autofree char *text = g_strdup_printf ("found “%s”, expected %s", tf_error_quote (found, -1, quote), format);

  g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID, text);
  return FALSE;
}

static guint32
polymod (guint32 checksum,
         guint8  value)
{
  static const guint32 generator[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
  guint32 top = checksum >> 25;

  checksum = (checksum & 0x1ffffff) << 5 ^ value;
  for (guint i = 0; i < 5; i++)
    if (top >> i & 1)
      checksum ^= generator[i];
  return checksum;
}

/**
 * tf_bech32_decode:
 * @prefix: (out): what stands before the last 1, in small letters
 * @values: (out): five bits each, without the checksum
 * @n: (out): of @values
 *
 * Bech32 of BIP-173, at most 90 characters. %TF_ERROR_INVALID.
 */
gboolean
tf_bech32_decode (const char *text,
                  char        prefix[TF_BECH32_VALUES],
                  guint8      values[TF_BECH32_VALUES],
                  guint      *n,
                  GError    **error)
{
  static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  const char *one = strrchr (text, '1');
  gsize length = strlen (text), before = one != NULL ? (gsize) (one - text) : 0;
  gboolean small = FALSE, capital = FALSE;
  guint32 checksum = 1;

  for (gsize i = 0; i < length; i++)
    {
      small = small || g_ascii_islower (text[i]);
      capital = capital || g_ascii_isupper (text[i]);
      if (text[i] < 33 || text[i] > 126)
        return invalid (error, "letters and digits only", text);
    }
  if (length > 90 || before == 0 || length - before - 1 < 6)
    return invalid (error, "a prefix, 1 and at least six characters, 90 in all", text);
  if (small && capital)
    return invalid (error, "small letters or capitals, not both", text);
  for (gsize i = 0; i < before; i++)
    {
      prefix[i] = g_ascii_tolower (text[i]);
      checksum = polymod (checksum, (guint8) prefix[i] >> 5);
    }
  prefix[before] = '\0';
  checksum = polymod (checksum, 0);
  for (gsize i = 0; i < before; i++)
    checksum = polymod (checksum, prefix[i] & 31);
  *n = 0;
  for (gsize i = before + 1; i < length; i++)
    {
      const char *letter = strchr (letters, g_ascii_tolower (text[i]));

      if (letter == NULL)
        return invalid (error, "none of 1, b, i, o behind the prefix", text);
      values[*n] = (guint8) (letter - letters);
      checksum = polymod (checksum, values[(*n)++]);
    }
  if (checksum != 1)
    return invalid (error, "another checksum: a letter is wrong", text);
  *n -= 6;
  return TRUE;
}

static gboolean
read_hex (const char *text,
          guint8     *bytes,
          gsize       n)
{
  if (text == NULL || strlen (text) != 2 * n)
    return FALSE;
  for (gsize i = 0; i < 2 * n; i++)
    {
      /* Capitals would make another id of the same bytes. */
      if (!g_ascii_isxdigit (text[i]) || g_ascii_isupper (text[i]))
        return FALSE;
      bytes[i / 2] = (guint8) (bytes[i / 2] << 4 | g_ascii_xdigit_value (text[i]));
    }
  return TRUE;
}

static void
write_hex (const guint8 *bytes,
           gsize         n,
           char         *text)
{
  for (gsize i = 0; i < n; i++)
    g_snprintf (text + 2 * i, 3, "%02x", bytes[i]);
}

/**
 * tf_nostr_key:
 * @address: an author's public key as npub1… (NIP-19) or as 64 hexadecimal digits
 * @key: (out): its x coordinate
 *
 * A key that is no point of the curve is refused, too: a mistyped one in hexadecimal mostly is none.
 * %TF_ERROR_INVALID.
 */
gboolean
tf_nostr_key (const char *address,
              guint8      key[TF_NOSTR_KEY],
              GError    **error)
{
  secp256k1_xonly_pubkey point;

  if (g_ascii_strncasecmp (address, "npub1", 5) == 0)
    {
      char prefix[TF_BECH32_VALUES];
      guint8 values[TF_BECH32_VALUES];
      guint n, bits = 0, filled = 0;
      guint32 window = 0;

      if (!tf_bech32_decode (address, prefix, values, &n, error))
        return FALSE;
      if (n != 52 || (values[51] & 0xf) != 0) /* 256 bits and four zeros */
        return invalid (error, "npub1 and a key of 32 bytes", address);
      for (guint i = 0; i < n; i++)
        {
          window = (window << 5 | values[i]) & 0xfff;
          bits += 5;
          if (bits >= 8 && filled < TF_NOSTR_KEY)
            key[filled++] = (guint8) (window >> (bits -= 8));
        }
    }
  else
    {
      g_autofree char *small = g_ascii_strdown (address, -1);

      if (g_str_has_prefix (small, "nsec1")) /* not repeated in a message */
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found a secret key, expected a public one: npub1…");
          return FALSE;
        }
      if (!read_hex (small, key, TF_NOSTR_KEY))
        return invalid (error, "npub1… or 64 hexadecimal digits", address);
    }
  if (!secp256k1_xonly_pubkey_parse (secp256k1_context_static, &point, key))
    return invalid (error, "a key that exists", address);
  return TRUE;
}

/**
 * tf_nostr_verify:
 *
 * Returns: whether @signature is @author's, of @message (BIP-340)
 */
gboolean
tf_nostr_verify (const guint8 message[32],
                 const guint8 author[TF_NOSTR_KEY],
                 const guint8 signature[64])
{
  secp256k1_xonly_pubkey key;

  return secp256k1_xonly_pubkey_parse (secp256k1_context_static, &key, author)
    && secp256k1_schnorrsig_verify (secp256k1_context_static, signature, message, 32, &key);
}

/* As NIP-01 wants it for the hash: these seven are escaped, all else stands as it is. */
static void
append_string (GString    *out,
               const char *text)
{
  static const char plain[] = "\n\"\\\r\t\b\f", letters[] = "n\"\\rtbf";

  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      const char *found = strchr (plain, *text);

      if (found != NULL)
        {
          g_string_append_c (out, '\\');
          g_string_append_c (out, letters[found - plain]);
        }
      else
        g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

static gboolean
append_tags (GString   *out,
             JsonArray *tags,
             gboolean  *quotes)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (tags); i++)
    {
      JsonArray *tag = tf_json_as_array (json_array_get_element (tags, i));

      if (tag == NULL)
        return FALSE;
      g_string_append (out, i > 0 ? ",[" : "[");
      for (guint k = 0; k < json_array_get_length (tag); k++)
        {
          const char *text = tf_json_as_string (json_array_get_element (tag, k));

          if (text == NULL)
            return FALSE;
          if (k > 0)
            g_string_append_c (out, ',');
          append_string (out, text);
          *quotes = *quotes || (k == 0 && strcmp (text, "q") == 0);
        }
      g_string_append_c (out, ']');
    }
  g_string_append_c (out, ']');
  return TRUE;
}

static gboolean
refuse (GError    **error,
        const char *what)
{
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s", what);
  return FALSE;
}

/**
 * tf_nostr_note_read:
 * @object: an event of NIP-01
 * @note: (out): what it says; its text lives as long as @object
 *
 * Refuses what is not complete, whose id is not the hash of its content, and whose signature is not its
 * author's.
 */
gboolean
tf_nostr_note_read (JsonObject  *object,
                    TfNostrNote *note,
                    GError     **error)
{
  const char *id = tf_json_get_string (object, "id"), *author = tf_json_get_string (object, "pubkey");
  JsonArray *tags = tf_json_get_array (object, "tags");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gint64 created, kind;
  guint8 signature[64], digest[32];
  gsize length = sizeof digest;

  *note = (TfNostrNote) { 0 };
  note->content = tf_json_get_string (object, "content");
  if (!read_hex (id, note->id, 32) || !read_hex (author, note->author, TF_NOSTR_KEY)
      || !read_hex (tf_json_get_string (object, "sig"), signature, 64) || tags == NULL || note->content == NULL
      || !tf_json_as_int (json_object_get_member (object, "created_at"), &created)
      || !tf_json_as_int (json_object_get_member (object, "kind"), &kind)
      || created < 0 || created > G_MAXINT64 / TF_SECOND || kind < 0 || kind > 65535)
    return refuse (error, "found a note with members missing or of another type, expected those of NIP-01");
  note->created = created * TF_SECOND;
  note->kind = (guint) kind;
  g_string_printf (text, "[0,\"%s\",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",", author, created, kind);
  if (!append_tags (text, tags, &note->quotes))
    return refuse (error, "found tags that are no lists of texts");
  g_string_append_c (text, ',');
  append_string (text, note->content);
  g_string_append_c (text, ']');
  g_checksum_update (checksum, (const guchar *) text->str, (gssize) text->len);
  g_checksum_get_digest (checksum, digest, &length);
  if (memcmp (digest, note->id, sizeof digest) != 0)
    return refuse (error, "forged: the id is not the hash of the note");
  if (!tf_nostr_verify (note->id, note->author, signature))
    return refuse (error, "forged: the signature is not the author's");
  return TRUE;
}

/* The driver: one line for each relay, all authors in one question. */

typedef struct _Nostr Nostr;

typedef struct
{
  Nostr        *nostr;
  TfLine       *line;
  char         *url;
  TfSourceState state;
  char          reason[160];
  guint         retry_ms;
  gint64        asked;     /* Unix seconds: for notes from then on */
  gboolean      caught_up; /* it has told what it had stored */
  gint64        newest;    /* Unix seconds: of that */
} Relay;

struct _Nostr
{
  TfSourceHub         *hub;
  const TfSourceSpec **specs;
  guint                n;
  guint8             (*keys)[TF_NOSTR_KEY]; /* of the specs */
  GPtrArray           *relays;
  TfUniverse          *universe;
  GHashTable          *seen;  /* ids … */
  GQueue               order; /* … in the order in which they came */
  gint64              *from;  /* Unix seconds, of the specs: what was written before is history */
  gint64               since; /* Unix seconds: the newest note, or the earliest of those */
};

/* A source is as well as the best of its relays. */
static void
tell_state (Nostr *self)
{
  static const TfSourceState best_first[] = {
    TF_SOURCE_LIVE, TF_SOURCE_CONNECTING, TF_SOURCE_WAITING, TF_SOURCE_FAILED, TF_SOURCE_OFF,
  };
  const Relay *best = NULL;

  for (guint s = 0; s < G_N_ELEMENTS (best_first) && best == NULL; s++)
    for (guint i = 0; i < self->relays->len; i++)
      {
        const Relay *relay = g_ptr_array_index (self->relays, i);

        if (relay->state == best_first[s]
            && (best == NULL || (relay->state == TF_SOURCE_WAITING && relay->retry_ms < best->retry_ms)))
          best = relay;
      }
  for (guint i = 0; i < self->n; i++)
    tf_source_hub_set_state (self->hub, self->specs[i], best->state, best->reason, best->retry_ms);
}

static void
set_relay_state (Relay        *relay,
                 TfSourceState state,
                 const char   *reason,
                 guint         retry_ms)
{
  relay->state = state;
  relay->retry_ms = retry_ms;
  g_snprintf (relay->reason, sizeof relay->reason, "%s: %s", relay->url, reason);
  tell_state (relay->nostr);
}

static void
note_all (Nostr       *self,
          TfSourceNote note,
          const char  *why)
{
  for (guint i = 0; i < self->n; i++)
    tf_source_hub_note (self->hub, self->specs[i], note, why);
}

static gboolean
is_seen (Nostr        *self,
         const guint8  id[32])
{
  char *text = g_malloc (65);

  write_hex (id, 32, text);
  if (!g_hash_table_add (self->seen, text))
    return TRUE;
  g_queue_push_tail (&self->order, text);
  if (self->order.length > SEEN_MAX)
    g_hash_table_remove (self->seen, g_queue_pop_head (&self->order));
  return FALSE;
}

static void
take_note (Nostr              *self,
           const TfSourceSpec *spec,
           const TfNostrNote  *note,
           const char         *text,
           gsize               length)
{
  TfTime now = tf_source_hub_now (self->hub);
  TfTraderSignal signal = { .happened = note->created, .published = note->created, .received = now };
  TfStance stance;

  if (note->quotes || strlen (note->content) > CONTENT_MAX
      || !tf_lexicon_read (note->content, -1, spec->trader, self->universe, &stance))
    {
      tf_source_hub_note (self->hub, spec, TF_SOURCE_NOTE_IGNORED, NULL);
      return;
    }
  write_hex (note->id, 31, signal.id); /* it has room for 63 characters, and 248 bits are unique, too */
  g_strlcpy (signal.trader, spec->trader, sizeof signal.trader);
  g_strlcpy (signal.source, "nostr", sizeof signal.source);
  g_strlcpy (signal.symbol, stance.symbol, sizeof signal.symbol);
  g_strlcpy (signal.evidence, stance.evidence, sizeof signal.evidence);
  signal.side = stance.side;
  tf_source_hub_emit (self->hub, spec, &signal, text, length);
}

static void
on_event (Relay      *relay,
          JsonObject *object,
          const char *text,
          gsize       length)
{
  Nostr *self = relay->nostr;
  g_autoptr (GError) error = NULL;
  TfTime now = tf_source_hub_now (self->hub);
  const TfSourceSpec *spec = NULL;
  TfNostrNote note;

  if (object == NULL || !tf_nostr_note_read (object, &note, &error))
    {
      note_all (self, TF_SOURCE_NOTE_ERROR, error != NULL ? error->message : "found an event that is no object");
      return;
    }
  if (is_seen (self, note.id))
    return;
  for (guint i = 0; i < self->n && spec == NULL; i++)
    if (memcmp (self->keys[i], note.author, TF_NOSTR_KEY) == 0)
      spec = self->specs[i];
  if (spec == NULL || note.kind != KIND_TEXT)
    {
      note_all (self, TF_SOURCE_NOTE_ERROR, "found a note that was not asked for");
      return;
    }
  tf_source_hub_note (self->hub, spec, TF_SOURCE_NOTE_MESSAGE, NULL);
  if (note.created > now + FUTURE)
    {
      tf_source_hub_note (self->hub, spec, TF_SOURCE_NOTE_ERROR, "found a note dated in the future");
      return;
    }
  /* The author writes the date. A note that was not there when the relay told what it had, and is old all the
   * same, is dated back: it would look like foresight. */
  if (relay->caught_up && note.created < now - LATE)
    {
      tf_source_hub_note (self->hub, spec, TF_SOURCE_NOTE_ERROR, "found a new note with an old date");
      return;
    }
  relay->newest = MAX (relay->newest, MIN (note.created, now) / TF_SECOND);
  if (relay->caught_up)
    self->since = MAX (self->since, relay->newest);
  for (guint i = 0; i < self->n; i++) /* two traders may share a key */
    if (memcmp (self->keys[i], note.author, TF_NOSTR_KEY) != 0)
      continue;
    else if (!relay->caught_up && note.created / TF_SECOND < MAX (relay->asked, self->from[i]))
      tf_source_hub_note (self->hub, self->specs[i], TF_SOURCE_NOTE_IGNORED, NULL);
    else
      take_note (self, self->specs[i], &note, text, length);
}

static void
on_opened (TfLine  *line,
           gpointer data)
{
  Relay *relay = data;
  Nostr *self = relay->nostr;
  g_autoptr (GString) text = g_string_new ("[\"REQ\",\"tf\",{\"authors\":[");

  relay->caught_up = FALSE;
  relay->asked = self->since - OVERLAP_S;
  for (guint i = 0; i < self->n; i++)
    {
      char key[65];

      write_hex (self->keys[i], TF_NOSTR_KEY, key);
      g_string_append_printf (text, "%s\"%s\"", i > 0 ? "," : "", key);
    }
  g_string_append_printf (text, "],\"kinds\":[%d],\"since\":%" G_GINT64_FORMAT ",\"limit\":%d}]", KIND_TEXT,
                          relay->asked, STORED_MAX);
  tf_line_send (line, text->str);
}

/* The relay ended the question. Words before the colon are of NIP-01: some mean that asking again is no use.
 * */
static void
on_ended (Relay      *relay,
          const char *why)
{
  static const char *const final[] = {
    "auth-required:", "restricted:", "blocked:", "unsupported:", "invalid:", "pow:",
  };
  g_autofree char *reason = g_strdup_printf ("ended the subscription: %.80s", why != NULL ? why : "");

  for (guint i = 0; why != NULL && i < G_N_ELEMENTS (final); i++)
    if (g_str_has_prefix (why, final[i]))
      {
        tf_line_stop (relay->line);
        set_relay_state (relay, TF_SOURCE_FAILED, reason, 0);
        return;
      }
  tf_line_reconnect (relay->line, reason);
}

static void
on_relay_message (TfLine     *line,
                  const char *text,
                  gsize       length,
                  gpointer    data)
{
  Relay *relay = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = tf_json_text_read (text, (gssize) length, &error);
  JsonArray *array = tf_json_as_array (root);
  guint n = array != NULL ? json_array_get_length (array) : 0;
  const char *verb = n > 0 ? tf_json_as_string (json_array_get_element (array, 0)) : NULL;
  const char *second = n > 1 ? tf_json_as_string (json_array_get_element (array, 1)) : NULL;

  if (verb == NULL)
    note_all (relay->nostr, TF_SOURCE_NOTE_ERROR,
              error != NULL ? error->message : "found a message that is no list of NIP-01");
  else if (strcmp (verb, "NOTICE") == 0)
    note_all (relay->nostr, TF_SOURCE_NOTE_IGNORED, second);
  else if (g_strcmp0 (second, "tf") != 0)
    note_all (relay->nostr, TF_SOURCE_NOTE_IGNORED, "found a message of a subscription that is not ours");
  else if (strcmp (verb, "EVENT") == 0)
    on_event (relay, n > 2 ? tf_json_as_object (json_array_get_element (array, 2)) : NULL, text, length);
  else if (strcmp (verb, "EOSE") == 0)
    {
      relay->caught_up = TRUE;
      relay->nostr->since = MAX (relay->nostr->since, relay->newest); /* not sooner: the newest come first */
      set_relay_state (relay, TF_SOURCE_LIVE, "listening", 0);
    }
  else if (strcmp (verb, "CLOSED") == 0)
    on_ended (relay, n > 2 ? tf_json_as_string (json_array_get_element (array, 2)) : NULL);
}

static void
on_relay_changed (TfLine       *line,
                  TfSourceState state,
                  const char   *reason,
                  guint         retry_ms,
                  gpointer      data)
{
  /* Open is not yet listening: that is told by EOSE. */
  set_relay_state (data, state == TF_SOURCE_LIVE ? TF_SOURCE_CONNECTING : state, reason, retry_ms);
}

static void
relay_free (gpointer data)
{
  Relay *relay = data;

  tf_line_free (relay->line);
  g_free (relay->url);
  g_free (relay);
}

static void
nostr_close (gpointer driver)
{
  Nostr *self = driver;

  g_ptr_array_unref (self->relays);
  g_hash_table_unref (self->seen);
  g_queue_clear (&self->order);
  tf_universe_free (self->universe);
  g_free (self->from);
  g_free (self->keys);
  g_free (self->specs);
  g_free (self);
}

static gpointer
nostr_open (TfSourceHub               *hub,
            const char                *endpoint,
            const TfSourceSpec *const *specs,
            guint                      n,
            GError                   **error)
{
  static const TfLineEvents events = { on_opened, on_relay_message, on_relay_changed };
  Nostr *self = g_new0 (Nostr, 1);
  g_auto (GStrv) urls = g_strsplit_set (endpoint, " ,", -1);

  self->hub = hub;
  self->specs = g_memdup2 (specs, n * sizeof *specs);
  self->n = n;
  self->keys = g_malloc_n (n, sizeof *self->keys);
  self->relays = g_ptr_array_new_with_free_func (relay_free);
  self->universe = tf_universe_new_default ();
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->order);
  self->from = g_new (gint64, n);
  self->since = G_MAXINT64;
  for (guint i = 0; i < n; i++)
    {
      self->from[i] = specs[i]->since != 0 ? specs[i]->since / TF_SECOND - OVERLAP_S : tf_source_hub_now (hub) / TF_SECOND;
      self->since = MIN (self->since, self->from[i] + OVERLAP_S);
      if (!tf_nostr_key (specs[i]->address, self->keys[i], error))
        {
          nostr_close (self);
          return NULL;
        }
    }
  for (guint i = 0; urls[i] != NULL; i++)
    if (*urls[i] != '\0')
      {
        Relay *relay = g_new0 (Relay, 1);
        TfLineOptions options = {
          .url = urls[i], .max_bytes = 1024 * 1024,
          .backoff_ms = tf_source_hub_pace (hub, 1000), .backoff_max_ms = tf_source_hub_pace (hub, 60000),
        };

        relay->nostr = self;
        relay->url = g_strdup (urls[i]);
        relay->line = tf_line_new (tf_source_hub_get_fetcher (hub), &options, &events, relay);
        g_ptr_array_add (self->relays, relay);
      }
  if (self->relays->len == 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found no relay, expected wss://… with spaces between");
      nostr_close (self);
      return NULL;
    }
  for (guint i = 0; i < self->relays->len; i++)
    tf_line_start (((Relay *) g_ptr_array_index (self->relays, i))->line);
  return self;
}

static gboolean
nostr_check (const char *address,
             GError    **error)
{
  guint8 key[TF_NOSTR_KEY];

  return tf_nostr_key (address, key, error);
}

const TfSourceDriver tf_source_nostr = { nostr_check, nostr_open, nostr_close };
