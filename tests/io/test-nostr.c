#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include "core/base/error.h"
#include "io/sources/nostr.h"
#include "sources-fixture.h"

static void
from_hex (const char *text,
          guint8     *bytes,
          gsize       n)
{
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
}

static void
to_hex (const guint8 *bytes,
        gsize         n,
        char         *text)
{
  for (gsize i = 0; i < n; i++)
    g_snprintf (text + 2 * i, 3, "%02x", bytes[i]);
}

/* BIP-340, test-vectors.csv */
#define KEY "DFF1D77F2A671C5F36183726DB2341BE58FEAE1DA2DECED843240F7B502BA659"
#define TEXT "243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89"
#define END "69E89B4C5564D00349106B8497785DD7D1D713A8AE82B32FA79D5F7FC407D39B"
static const struct { const char *key, *message, *signature; gboolean good; } vectors[] = {
  { "F9308A019258C31049344F85F89D5229B531C845836F99B08601F113BCE036F9", "0000000000000000000000000000000000000000000000000000000000000000",
    "E907831F80848D1069A5371B402410364BDF1C5F8307B0084C55F1CE2DCA821525F66A4A85EA8B71E482A74F382D2CE5EBEEE8FDB2172F477DF4900D310536C0", TRUE },
  { KEY, TEXT,
    "6896BD60EEAE296DB48A229FF71DFE071BDE413E6D43F917DC8DCF8C78DE33418906D11AC976ABCCB20B091292BFF4EA897EFCB639EA871CFA95F6DE339E4B0A", TRUE },
  { "DD308AFEC5777E13121FA72B9CC1B7CC0139715309B086C960E18FD969774EB8", "7E2D58D8B3BCDF1ABADEC7829054F90DDA9805AAB56C77333024B9D0A508B75C",
    "5831AAEED7B44BB74E5EAB94BA9D4294C49BCF2A60728D8B4C200F50DD313C1BAB745879A5AD954A72C45A91C3A51D3C7ADEA98D82F8481E0E1E03674A6F3FB7", TRUE },
  { "D69C3509BB99E412E68B0FE8544E72837DFA30746D8BE2AA65975F29D22DC7B9", "4DF3C3F68FCC83B27E9D42C90431A72499F17875C81A599B566C9889B9696703",
    "00000000000000000000003B78CE563F89A0ED9414F5AA28AD0D96D6795F9C6376AFB1548AF603B3EB45C9F8207DEE1060CB71C04E80F593060B07D28308D7F4", TRUE },
  { "EEFDEA4CDB677750A420FEE807EACF21EB9898AE79B9768766E4FAA04A2D4A34", TEXT, /* the key is not on the curve */
    "6CFF5C3BA86C69EA4B7376F31A9BCB4F74C1976089B2D9963DA2E5543E17776969E89B4C5564D00349106B8497785DD7D1D713A8AE82B32FA79D5F7FC407D39B", FALSE },
  { KEY, TEXT, "4A298DACAE57395A15D0795DDBFD1DCB564DA82B0F269BC70A74F8220429BA1D" END, FALSE }, /* no point */
  { KEY, TEXT, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F" END, FALSE }, /* the size of the field */
  { KEY, TEXT, "6CFF5C3BA86C69EA4B7376F31A9BCB4F74C1976089B2D9963DA2E5543E177769"
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", FALSE }, /* the order of the curve */
  { "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC30", TEXT,
    "6CFF5C3BA86C69EA4B7376F31A9BCB4F74C1976089B2D9963DA2E5543E177769" END, FALSE }, /* a key beyond the field */
};

static void
test_signatures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      guint8 key[32], message[32], signature[64];

      from_hex (vectors[i].key, key, sizeof key);
      from_hex (vectors[i].message, message, sizeof message);
      from_hex (vectors[i].signature, signature, sizeof signature);
      g_assert_cmpint (tf_nostr_verify (message, key, signature), ==, vectors[i].good);
      /* Each bit counts. */
      signature[i * 7 % 64] ^= 1;
      g_assert_false (tf_nostr_verify (message, key, signature));
    }
}

static void
test_bech32 (void)
{
  /* BIP-173; the last, of 90 characters, is all there may be */
  static const char *const right[] = {
    "A12UEL5L", "a12uel5l", "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl",
  };
  static const char *const wrong[] = {
    "", "\x20" "1nwldj5", "\x7f" "1axkwrx", "\x80" "1eym55h",
    "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx", "pzry9x0s0muk", "1pzry9x0s0muk",
    "x1b4n0q5v", "li1dgmt3", "de1lg7wt\xff", "A1G7SGD8", "10a06t8", "1qzzfhee", "A12uEL5L", "a12uel5m",
  };
  char prefix[TF_BECH32_VALUES];
  guint8 values[TF_BECH32_VALUES];
  guint n;

  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    g_assert_true (tf_bech32_decode (right[i], prefix, values, &n, NULL));
  g_assert_cmpstr (prefix, ==, "?");
  g_assert_true (tf_bech32_decode (right[3], prefix, values, &n, NULL));
  g_assert_cmpstr (prefix, ==, "abcdef");
  g_assert_cmpuint (n, ==, 32);
  for (guint i = 0; i < 32; i++)
    g_assert_cmpuint (values[i], ==, i);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tf_bech32_decode (wrong[i], prefix, values, &n, &error));
      g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
    }
}

static void
test_address (void)
{
  /* NIP-19 */
  static const struct { const char *npub, *hex; } right[] = {
    { "npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w6", "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d" },
    { "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg", "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e" },
  };
  static const char *const wrong[] = {
    "npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w7", "npub1", "npub1qqqqqqqqqqqqqq", "3bf0c6", "",
    "zzf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d", "note1qqqq",
    "EEFDEA4CDB677750A420FEE807EACF21EB9898AE79B9768766E4FAA04A2D4A34", /* no point */
  };
  g_autoptr (GError) error = NULL;
  guint8 key[TF_NOSTR_KEY];
  char hex[65];

  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_assert_true (tf_nostr_key (right[i].npub, key, NULL));
      to_hex (key, sizeof key, hex);
      g_assert_cmpstr (hex, ==, right[i].hex);
      g_assert_true (tf_source_check ("nostr", right[i].hex, NULL));
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (tf_source_check ("nostr", wrong[i], NULL));
  /* A secret key pasted by mistake is not shown again. */
  g_assert_false (tf_source_check ("nostr", "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", &error));
  g_assert_null (strstr (error->message, "vl029"));
  g_assert_nonnull (strstr (error->message, "a secret key"));
}

/* An author of the test's own */
typedef struct { secp256k1_context *context; secp256k1_keypair pair; char key[65]; } Author;

static void
author_init (Author *author,
             guint8  seed)
{
  guint8 secret[32] = { [31] = seed }, bytes[32];
  secp256k1_xonly_pubkey key;

  author->context = secp256k1_context_create (SECP256K1_CONTEXT_SIGN);
  g_assert_true (secp256k1_keypair_create (author->context, &author->pair, secret));
  g_assert_true (secp256k1_keypair_xonly_pub (author->context, &key, NULL, &author->pair));
  secp256k1_xonly_pubkey_serialize (author->context, bytes, &key);
  to_hex (bytes, sizeof bytes, author->key);
}

/* @escaped: the content as it stands between quotes, in the canonical text and in the JSON alike */
static char *
write_note (Author     *author,
            gint64      created,
            guint       kind,
            const char *tags,
            const char *escaped)
{
  g_autofree char *canonical = g_strdup_printf ("[0,\"%s\",%" G_GINT64_FORMAT ",%u,%s,\"%s\"]", author->key, created, kind, tags, escaped);
  g_autofree char *id = g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical, -1);
  guint8 digest[32], signature[64];
  char sig[129];

  from_hex (id, digest, sizeof digest);
  g_assert_true (secp256k1_schnorrsig_sign32 (author->context, signature, digest, &author->pair, NULL));
  to_hex (signature, sizeof signature, sig);
  return g_strdup_printf ("{\"content\":\"%s\",\"created_at\":%" G_GINT64_FORMAT ",\"id\":\"%s\",\"kind\":%u,\"pubkey\":\"%s\","
                          "\"sig\":\"%s\",\"tags\":%s,\"more\":{}}", escaped, created, id, kind, author->key, sig, tags);
}

static gboolean
reads (const char  *text,
       TfNostrNote *note,
       GError     **error)
{
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  gboolean good;

  g_assert_nonnull (root);
  good = tf_nostr_note_read (json_node_get_object (root), note, error);
  note->content = NULL;
  return good;
}

static char *
replace (const char *text,
         const char *from,
         const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, 2);

  g_assert_nonnull (parts[1]);
  return g_strjoinv (to, parts);
}

static void
test_note (void)
{
  static const char *const contents[] = { "", "plain", "new\\nline \\\"quoted\\\" back\\\\slash tab\\t \\b\\f\\r", "Ü €  😀 </script>" };
  Author author;
  TfNostrNote note;

  author_init (&author, 7);
  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autofree char *text = write_note (&author, 1700000000 + i, 1, "[[\"t\",\"btc\"],[\"e\"],[]]", contents[i]);
      g_autoptr (GError) error = NULL;

      g_assert_true (reads (text, &note, &error));
      g_assert_no_error (error);
      g_assert_cmpint (note.created, ==, (1700000000 + i) * TF_SECOND);
      g_assert_false (note.quotes);
    }
  {
    g_autofree char *quote = write_note (&author, 1, 1, "[[\"q\",\"x\"]]", "y"), *written = write_note (&author, 1, 1, "[]", "bought BTC");
    /* The seven escapes may also be written otherwise in JSON: what counts is the text. */
    g_autofree char *other = replace (written, "bought", "b\\u006fught"), *forged = replace (written, "bought", "sold");
    g_autofree char *time = replace (written, "\"created_at\":1", "\"created_at\":2");
    g_autofree char *word = replace (written, "\"created_at\":1", "\"created_at\":\"1\""), *tags = replace (written, "\"tags\":[]", "\"tags\":[[1]]");
    g_autofree char *flat = replace (written, "\"tags\":[]", "\"tags\":[\"x\"]"), *less = replace (written, "\"sig\"", "\"gis\"");
    g_autofree char *huge = replace (written, "\"created_at\":1", "\"created_at\":9223372036854775807");
    g_autofree char *capital = g_ascii_strup (author.key, -1), *shout = replace (written, author.key, capital);
    const char *wrong[] = { forged, time, word, tags, flat, less, huge, shout, "{}" };

    g_assert_true (reads (quote, &note, NULL));
    g_assert_true (note.quotes);
    g_assert_true (reads (other, &note, NULL));
    for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
      {
        g_autoptr (GError) error = NULL;

        g_assert_false (reads (wrong[i], &note, &error));
        g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
      }
  }
  {
    /* Another's signature under a note of this author */
    Author stranger;
    g_autofree char *mine = write_note (&author, 1, 1, "[]", "bought BTC"), *theirs = NULL;
    g_autoptr (GError) error = NULL;

    author_init (&stranger, 9);
    theirs = write_note (&stranger, 1, 1, "[]", "bought BTC");
    memcpy (strstr (mine, "\"sig\":\"") + 7, strstr (theirs, "\"sig\":\"") + 7, 128);
    g_assert_false (reads (mine, &note, &error));
    g_assert_nonnull (strstr (error->message, "signature"));
    secp256k1_context_destroy (stranger.context);
  }
  secp256k1_context_destroy (author.context);
}

/* Relays */

typedef struct
{
  SoupServer *server;
  char       *url;
  GPtrArray  *streams;
  GString    *heard;
} TestRelay;

static void
on_relay_heard (SoupWebsocketConnection *stream,
                int                      type,
                GBytes                  *bytes,
                TestRelay               *relay)
{
  g_string_append_printf (relay->heard, "%.*s\n", (int) g_bytes_get_size (bytes), (const char *) g_bytes_get_data (bytes, NULL));
}

static void
on_relay_stream (SoupServer              *server,
                 SoupServerMessage       *message,
                 const char              *path,
                 SoupWebsocketConnection *stream,
                 gpointer                 data)
{
  TestRelay *relay = data;

  g_ptr_array_add (relay->streams, g_object_ref (stream));
  g_signal_connect (stream, "message", G_CALLBACK (on_relay_heard), relay);
}

static void
relay_init (TestRelay *relay)
{
  relay->server = soup_server_new (NULL, NULL);
  relay->streams = g_ptr_array_new_with_free_func (g_object_unref);
  relay->heard = g_string_new (NULL);
  soup_server_add_websocket_handler (relay->server, "/", NULL, NULL, on_relay_stream, relay, NULL);
  relay->url = g_strdup_printf ("ws://127.0.0.1:%u/", listen_here (relay->server));
}

static void
relay_clear (TestRelay *relay)
{
  for (guint i = 0; i < relay->streams->len; i++)
    g_signal_handlers_disconnect_by_data (relay->streams->pdata[i], relay);
  soup_server_disconnect (relay->server);
  g_object_unref (relay->server);
  g_ptr_array_unref (relay->streams);
  g_string_free (relay->heard, TRUE);
  g_free (relay->url);
}

static void
say (TestRelay  *relay,
     const char *text)
{
  soup_websocket_connection_send_text (relay->streams->pdata[relay->streams->len - 1], text);
}

static void
say_note (TestRelay  *relay,
          const char *note)
{
  g_autofree char *text = g_strdup_printf ("[\"EVENT\",\"tf\",%s]", note);

  say (relay, text);
}

static void
test_live (void)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  Fixture fixture;
  TestRelay relays[2];
  Author author, stranger;
  TfSourceSpec spec = { (char *) "nostr", (char *) "jack" };
  g_autofree char *endpoint = NULL, *bought = NULL, *sold = NULL, *future = NULL, *old = NULL, *theirs = NULL, *forged = NULL, *chat = NULL;
  g_autofree char *again = NULL;
  const TfTraderSignal *signal;

  author_init (&author, 3);
  author_init (&stranger, 4);
  bought = write_note (&author, now, 1, "[]", "I bought more BTC today.");
  sold = write_note (&author, now + 1, 1, "[]", "I sold all my BTC today.");
  again = write_note (&author, now + 2, 1, "[]", "I am buying BTC.");
  chat = write_note (&author, now, 1, "[]", "Good morning!");
  future = write_note (&author, now + 3600, 1, "[]", "I bought BTC.");
  old = write_note (&author, now - 86400, 1, "[]", "I sold my BTC.");
  theirs = write_note (&stranger, now, 1, "[]", "I bought ETH.");
  forged = replace (bought, "bought more", "sold more");
  fixture_init (&fixture);
  relay_init (&relays[0]);
  relay_init (&relays[1]);
  endpoint = g_strdup_printf ("%s, %s", relays[0].url, relays[1].url);
  spec.address = author.key;
  spec.endpoint = endpoint;
  fixture_listen (&fixture, &spec, 1);
  UNTIL (strstr (relays[0].heard->str, "REQ") != NULL && strstr (relays[1].heard->str, "REQ") != NULL);
  g_assert_nonnull (strstr (relays[0].heard->str, author.key));
  g_assert_true (g_str_has_prefix (relays[0].heard->str, "[\"REQ\",\"tf\",{\"authors\":[\""));
  g_assert_cmpint (fixture.figures[0].state, ==, TF_SOURCE_CONNECTING);

  say_note (&relays[0], old); /* stored, and from before the start: the relay does not keep to “since” */
  say (&relays[0], "[\"EOSE\",\"tf\"]");
  UNTIL (fixture.figures[0].state == TF_SOURCE_LIVE);
  say_note (&relays[0], bought);
  UNTIL (fixture.signals->len == 1);
  signal = &fixture_signal (&fixture, 0);
  g_assert_cmpstr (signal->source, ==, "nostr");
  g_assert_cmpstr (signal->trader, ==, "jack");
  g_assert_cmpstr (signal->symbol, ==, "BTC");
  g_assert_cmpint (signal->side, ==, 1);
  g_assert_cmpint (signal->published, ==, now * TF_SECOND);
  g_assert_nonnull (strstr (signal->evidence, "bought more BTC"));

  /* The same note of the other relay, and all that is no news */
  say_note (&relays[1], bought);
  say_note (&relays[0], bought);
  say_note (&relays[0], chat);
  say_note (&relays[0], future);
  say_note (&relays[0], theirs);
  say_note (&relays[0], forged);
  say_note (&relays[0], "7");
  say_note (&relays[0], "{}");
  say (&relays[0], "[\"NOTICE\",\"hello\"]");
  say (&relays[0], "[]");
  say (&relays[0], "[7]");
  say (&relays[0], "[\"EVENT\"]");
  say (&relays[0], "[\"EVENT\",\"other\",{}]");
  say (&relays[0], "not json");
  {
    g_autofree char *deep = g_strnfill (500000, '[');

    say (&relays[0], deep);
  }
  say_note (&relays[0], sold);
  UNTIL (fixture.signals->len == 2);
  g_assert_cmpint (fixture_signal (&fixture, 1).side, !=, 1);
  g_assert_cmpuint (fixture.figures[0].state, ==, TF_SOURCE_LIVE);
  UNTIL (fixture.figures[0].errors == 9);

  /* One relay ends the subscription for good: the other one is enough. */
  say (&relays[0], "[\"CLOSED\",\"tf\",\"auth-required: members only\"]");
  say (&relays[1], "[\"EOSE\",\"tf\"]");
  UNTIL (fixture.figures[0].state == TF_SOURCE_LIVE && strstr (fixture.figures[0].reason, relays[1].url) != NULL);
  /* It hangs up: the line comes back, and asks for what it has missed. */
  g_string_truncate (relays[1].heard, 0);
  soup_websocket_connection_close (relays[1].streams->pdata[0], SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "");
  UNTIL (strstr (relays[1].heard->str, "REQ") != NULL);
  say_note (&relays[1], again);
  UNTIL (fixture.signals->len == 3);
  say (&relays[1], "[\"CLOSED\",\"tf\",\"restricted: no\"]");
  UNTIL (fixture.figures[0].state == TF_SOURCE_FAILED);
  g_assert_nonnull (strstr (fixture.figures[0].reason, "ended the subscription"));

  fixture_clear (&fixture);
  relay_clear (&relays[0]);
  relay_clear (&relays[1]);
  secp256k1_context_destroy (author.context);
  secp256k1_context_destroy (stranger.context);
}

/* Two traders of one key: who was listened to until an hour ago hears what was written since then, the new one does not. A
 * line that breaks before all was told asks for all again. */
static void
test_since (void)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  Fixture fixture;
  TestRelay relay;
  Author author;
  TfSourceSpec specs[2] = { { (char *) "nostr", (char *) "jack" }, { (char *) "nostr", (char *) "new" } };
  g_autofree char *before = NULL, *first = NULL, *second = NULL, *since = NULL;

  author_init (&author, 3);
  before = write_note (&author, now - 3600 - 300, 1, "[]", "I bought BTC.");
  first = write_note (&author, now - 3000, 1, "[]", "I sold all my BTC today.");
  second = write_note (&author, now - 60, 1, "[]", "I bought more BTC today.");
  since = g_strdup_printf ("\"since\":%" G_GINT64_FORMAT ",", now - 3600 - 120);
  fixture_init (&fixture);
  relay_init (&relay);
  for (guint i = 0; i < 2; i++)
    {
      specs[i].address = author.key;
      specs[i].endpoint = relay.url;
    }
  specs[0].since = (now - 3600) * TF_SECOND;
  fixture_listen (&fixture, specs, 2);
  UNTIL (strstr (relay.heard->str, since) != NULL);
  say_note (&relay, second);
  UNTIL (fixture.signals->len == 1);
  g_string_truncate (relay.heard, 0);
  soup_websocket_connection_close (relay.streams->pdata[0], SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "");
  UNTIL (strstr (relay.heard->str, since) != NULL);
  say_note (&relay, second);
  say_note (&relay, first);
  say_note (&relay, before);
  say (&relay, "[\"EOSE\",\"tf\"]");
  UNTIL (fixture.figures[0].state == TF_SOURCE_LIVE);
  UNTIL (fixture.figures[0].ignored == 1 && fixture.figures[1].ignored == 3);
  g_assert_cmpuint (fixture.signals->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpstr (fixture_signal (&fixture, i).trader, ==, "jack");
  g_assert_cmpint (fixture_signal (&fixture, 0).published, ==, (now - 60) * TF_SECOND);
  g_assert_cmpint (fixture_signal (&fixture, 1).published, ==, (now - 3000) * TF_SECOND);
  fixture_clear (&fixture);
  relay_clear (&relay);
  secp256k1_context_destroy (author.context);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nostr/signatures", test_signatures);
  g_test_add_func ("/nostr/bech32", test_bech32);
  g_test_add_func ("/nostr/address", test_address);
  g_test_add_func ("/nostr/note", test_note);
  g_test_add_func ("/nostr/live", test_live);
  g_test_add_func ("/nostr/since", test_since);
  return g_test_run ();
}
