#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/random.h"
#include "io/sources/hub.h"
#include "io/sources/hyperliquid.h"
#include "local-server.h"

/* Addresses on Hyperliquid, against a server that answers as documented or as was recorded. */

#define PACE 0.002 /* a minute is an eighth of a second */
#define USERS_MAX 80

static const char *
shared (const char *name,
        char      **path)
{
  const char *folder = g_getenv ("TF_SHARED");

  g_free (*path);
  *path = g_build_filename (folder != NULL ? folder : "", "data", name, NULL);
  if (folder != NULL && g_file_test (*path, G_FILE_TEST_EXISTS))
    return *path;
  g_test_skip_printf ("needs ../shared/data/%s", name);
  return NULL;
}

/* All lines of a file, packed or not. */
static char **
read_lines (const char *path)
{
  gzFile file = gzopen (path, "rb");
  g_autoptr (GString) text = g_string_new (NULL);
  char chunk[65536];
  int n;

  g_assert_nonnull (file);
  while ((n = gzread (file, chunk, sizeof chunk)) > 0)
    g_string_append_len (text, chunk, n);
  gzclose (file);
  while (text->len > 0 && text->str[text->len - 1] == '\n')
    g_string_truncate (text, text->len - 1);
  return g_strsplit (text->str, "\n", -1);
}

static char *
user_name (guint k)
{
  return g_strdup_printf ("0x%040x", k + 1);
}

/* The venue */

typedef struct
{
  SoupServer *server;
  char       *url;
  GPtrArray  *streams;
  GHashTable *snapshots;     /* address → the fills of its snapshot, as text */
  GHashTable *states;        /* address → its answer */
  GHashTable *subscribed;    /* addresses and coins, of the newest stream */
  guint       accepted, pings, most_users, status;
  guint       asked;         /* for positions */
  const char *error;         /* instead of a snapshot */
} Venue;

static void
say (Venue      *venue,
     const char *text)
{
  for (guint k = 0; k < venue->streams->len; k++)
    soup_websocket_connection_send_text (venue->streams->pdata[k], text);
}

static void
on_command (SoupWebsocketConnection *stream,
            int                      type,
            GBytes                  *bytes,
            Venue                   *venue)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *text = NULL;
  JsonObject *object, *subscription;
  const char *method, *of;
  guint users = 0;
  GHashTableIter iter;
  gpointer name;

  g_assert_true (json_parser_load_from_data (parser, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  method = json_object_get_string_member (object, "method");
  if (strcmp (method, "ping") == 0)
    {
      venue->pings++;
      soup_websocket_connection_send_text (stream, "{\"channel\":\"pong\"}");
      return;
    }
  g_assert_cmpstr (method, ==, "subscribe");
  subscription = json_object_get_object_member (object, "subscription");
  of = json_object_get_string_member (subscription, json_object_has_member (subscription, "user") ? "user" : "coin");
  g_hash_table_add (venue->subscribed, g_strdup (of));
  g_hash_table_iter_init (&iter, venue->subscribed);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    users += g_str_has_prefix (name, "0x");
  venue->most_users = MAX (venue->most_users, users);
  soup_websocket_connection_send_text (stream, "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"subscribe\"}}");
  if (!json_object_has_member (subscription, "user"))
    return;
  if (venue->error != NULL)
    text = g_strdup_printf ("{\"channel\":\"error\",\"data\":\"%s %s\"}", venue->error, of);
  else
    {
      const char *fills = g_hash_table_lookup (venue->snapshots, of);

      text = g_strdup_printf ("{\"channel\":\"userFills\",\"data\":{\"isSnapshot\":true,\"user\":\"%s\",\"fills\":[%s]}}",
                              of, fills != NULL ? fills : "");
    }
  soup_websocket_connection_send_text (stream, text);
}

static void
on_stream_closed (SoupWebsocketConnection *stream,
                  Venue                   *venue)
{
  g_signal_handlers_disconnect_by_data (stream, venue);
  g_ptr_array_remove (venue->streams, stream);
}

static void
on_websocket (SoupServer              *soup,
              SoupServerMessage       *message,
              const char              *path,
              SoupWebsocketConnection *stream,
              gpointer                 data)
{
  Venue *venue = data;

  venue->accepted++;
  g_hash_table_remove_all (venue->subscribed);
  g_ptr_array_add (venue->streams, g_object_ref (stream));
  g_signal_connect (stream, "message", G_CALLBACK (on_command), venue);
  g_signal_connect (stream, "closed", G_CALLBACK (on_stream_closed), venue);
  soup_websocket_connection_send_text (stream, "Websocket connection established.");
}

static void
on_info (SoupServer        *soup,
         SoupServerMessage *message,
         const char        *path,
         GHashTable        *query,
         gpointer           data)
{
  Venue *venue = data;
  g_autoptr (JsonParser) parser = json_parser_new ();
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const char *answer = "{\"universe\":[{\"name\":\"BTC\"},{\"name\":\"ETH\"},{\"name\":\"OLD\",\"isDelisted\":true}]}";
  JsonObject *object;

  if (venue->status != 0)
    {
      soup_server_message_set_status (message, venue->status, NULL);
      return;
    }
  g_assert_true (json_parser_load_from_data (parser, body->data, (gssize) body->length, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  if (strcmp (json_object_get_string_member (object, "type"), "clearinghouseState") == 0)
    {
      venue->asked++;
      answer = g_hash_table_lookup (venue->states, json_object_get_string_member (object, "user"));
      if (answer == NULL)
        answer = "{\"assetPositions\":[],\"time\":1000}";
    }
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, answer, strlen (answer));
}

static void
venue_start (Venue *venue)
{
  memset (venue, 0, sizeof *venue);
  venue->server = soup_server_new (NULL, NULL);
  venue->streams = g_ptr_array_new_with_free_func (g_object_unref);
  venue->snapshots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  venue->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  venue->subscribed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  soup_server_add_handler (venue->server, "/info", on_info, venue, NULL);
  soup_server_add_websocket_handler (venue->server, "/ws", NULL, NULL, on_websocket, venue, NULL);
  venue->url = g_strdup_printf ("http://127.0.0.1:%u", listen_here (venue->server));
}

static void
venue_hang_up (Venue *venue)
{
  while (venue->streams->len > 0)
    {
      g_autoptr (SoupWebsocketConnection) stream = g_object_ref (venue->streams->pdata[0]);

      on_stream_closed (stream, venue);
      soup_websocket_connection_close (stream, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "again");
    }
}

static void
venue_stop (Venue *venue)
{
  venue_hang_up (venue);
  soup_server_disconnect (venue->server);
  g_object_unref (venue->server);
  g_ptr_array_unref (venue->streams);
  g_hash_table_unref (venue->snapshots);
  g_hash_table_unref (venue->states);
  g_hash_table_unref (venue->subscribed);
  g_free (venue->url);
}

static void
set_positions (Venue      *venue,
               guint       user,
               gint64      ms,
               const char *coin,
               const char *size) /* NULL: none */
{
  g_hash_table_insert (venue->states, user_name (user), size == NULL
      ? g_strdup_printf ("{\"assetPositions\":[],\"time\":%" G_GINT64_FORMAT "}", ms)
      : g_strdup_printf ("{\"assetPositions\":[{\"type\":\"oneWay\",\"position\":{\"coin\":\"%s\",\"szi\":\"%s\"}}],\"time\":%"
                         G_GINT64_FORMAT "}", coin, size, ms));
}

static char *
fill_text (const char *coin,
           const char *side,
           const char *size,
           const char *before,
           gint64      ms,
           guint       tid)
{
  return g_strdup_printf ("{\"coin\":\"%s\",\"px\":\"100.5\",\"sz\":\"%s\",\"side\":\"%s\",\"time\":%" G_GINT64_FORMAT
                          ",\"startPosition\":\"%s\",\"dir\":\"Open Long\",\"closedPnl\":\"0.0\",\"hash\":\"0x%064x\",\"oid\":7,"
                          "\"crossed\":true,\"fee\":\"0.1\",\"tid\":%u,\"liquidation\":{\"method\":\"}]\\\"\"},\"twapId\":null}",
                          coin, size, side, ms, before, tid, tid);
}

static char *
fills_text (guint       user,
            const char *fills)
{
  g_autofree char *name = user_name (user);

  return g_strdup_printf ("{\"channel\":\"userFills\",\"data\":{\"user\":\"%s\",\"fills\":[%s]}}", name, fills);
}

static void
say_fill (Venue      *venue,
          guint       user,
          const char *coin,
          const char *side,
          const char *size,
          const char *before,
          gint64      ms,
          guint       tid)
{
  g_autofree char *fill = fill_text (coin, side, size, before, ms, tid), *text = fills_text (user, fill);

  say (venue, text);
}

static void
say_trade (Venue      *venue,
           const char *coin,
           guint       buyer,
           guint       seller,
           const char *size,
           gint64      ms,
           guint       tid)
{
  g_autofree char *b = user_name (buyer), *s = user_name (seller);
  g_autofree char *text = g_strdup_printf ("{\"channel\":\"trades\",\"data\":[{\"coin\":\"%s\",\"side\":\"A\",\"px\":\"100.5\",\"sz\":"
                                           "\"%s\",\"hash\":\"0x00\",\"time\":%" G_GINT64_FORMAT ",\"tid\":%u,\"users\":[\"%s\",\"%s\"]}]}",
                                           coin, size, ms, tid, b, s);

  say (venue, text);
}

/* The listener */

typedef struct
{
  GArray         *signals; /* of TfTraderSignal */
  guint           specs[USERS_MAX];
  TfSourceFigures figures[USERS_MAX];
  GString        *raw;     /* the last one's */
} Told;

static void
on_signal (guint                 spec,
           const TfTraderSignal *signal,
           const char           *raw,
           gsize                 length,
           gpointer              data)
{
  Told *told = data;

  g_array_append_val (told->signals, *signal);
  told->specs[spec]++;
  g_string_truncate (told->raw, 0);
  g_string_append_len (told->raw, raw, (gssize) length);
}

static void
on_changed (guint                  spec,
            const TfSourceFigures *figures,
            gpointer               data)
{
  ((Told *) data)->figures[spec] = *figures;
}

static const TfSourceHubEvents events = { on_signal, on_changed };

static TfSourceHub *
hub_start (Venue *venue,
           guint  n,
           Told  *told)
{
  TfSourceSpec *specs = g_new0 (TfSourceSpec, n);
  TfSourceHub *hub;

  *told = (Told) { .signals = g_array_new (FALSE, FALSE, sizeof (TfTraderSignal)), .raw = g_string_new (NULL) };
  for (guint k = 0; k < n; k++)
    specs[k] = (TfSourceSpec) { g_strdup ("hyperliquid"), g_strdup_printf ("trader-%u", k), user_name (k), g_strdup (venue->url),
                                NULL, NULL };
  hub = tf_source_hub_new (specs, n, &events, told);
  for (guint k = 0; k < n; k++)
    tf_source_spec_clear (&specs[k]);
  g_free (specs);
  tf_source_hub_set_pace (hub, PACE);
  tf_source_hub_start (hub);
  return hub;
}

static void
hub_stop (TfSourceHub *hub,
          Told        *told)
{
  tf_source_hub_free (hub);
  g_array_unref (told->signals);
  g_string_free (told->raw, TRUE);
}

static const TfTraderSignal *
nth (const Told *told,
     guint       k)
{
  g_assert_cmpuint (k, <, told->signals->len);
  return &g_array_index (told->signals, TfTraderSignal, k);
}

static gboolean
is_live (const Told *told,
         guint       n)
{
  for (guint k = 0; k < n; k++)
    if (told->figures[k].state != TF_SOURCE_LIVE)
      return FALSE;
  return TRUE;
}

static gint64
raw_of (const char *text)
{
  gint64 raw;

  g_assert_true (tf_decimal_parse (text, -1, &raw, NULL));
  return raw;
}

/* Pure parts */

static void
test_addresses (void)
{
  static const struct { const char *text; gboolean good; } rows[] = {
    { "0x0123456789abcdef0123456789ABCDEF01234567", TRUE }, { "0X0123456789abcdef0123456789abcdef01234567", TRUE },
    { "0x0123456789abcdef0123456789abcdef0123456", FALSE }, { "0x0123456789abcdef0123456789abcdef012345678", FALSE },
    { "0x0123456789abcdef0123456789abcdef0123456g", FALSE }, { "0123456789abcdef0123456789abcdef0123456789", FALSE },
    { "", FALSE }, { "vitalik.eth", FALSE }, { "0x0123456789abcdef0123456789abcdef012345 7", FALSE },
  };

  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    {
      g_autoptr (GError) error = NULL;
      TfAddress address;

      g_test_message ("“%s”", rows[k].text);
      g_assert_cmpint (tf_address_parse (rows[k].text, -1, &address), ==, rows[k].good);
      g_assert_cmpint (tf_source_check ("hyperliquid", rows[k].text, &error), ==, rows[k].good);
      if (rows[k].good)
        {
          char text[2 * TF_ADDRESS_SIZE + 3];

          g_assert_cmpint (g_ascii_strcasecmp (tf_address_format (&address, text), rows[k].text), ==, 0);
        }
    }
}

static void
test_address_set (void)
{
  TfAddress addresses[1000], other;
  g_autoptr (TfAddressSet) set = NULL;
  TfRandom random;

  tf_random_seed (&random, 4);
  for (guint k = 0; k < G_N_ELEMENTS (addresses); k++)
    for (guint i = 0; i < TF_ADDRESS_SIZE; i++) /* many alike, as of those who choose their address */
      addresses[k].bytes[i] = i < 16 ? 0 : (guint8) tf_random_next (&random);
  addresses[999] = addresses[0];
  set = tf_address_set_new (addresses, G_N_ELEMENTS (addresses));
  for (guint k = 0; k < 999; k++)
    g_assert_cmpint (tf_address_set_find (set, &addresses[k]), ==, (gint) k);
  g_assert_cmpint (tf_address_set_find (set, &addresses[999]), ==, 0);
  for (guint k = 0; k < 1000; k++)
    {
      other = addresses[k];
      other.bytes[k % 16] = 1;
      g_assert_cmpint (tf_address_set_find (set, &other), ==, -1);
    }
}

/* Never more than ten on push, and never more weight than is allowed, however many are followed. */
static void
test_plan (void)
{
  for (guint n = 0; n <= 1000; n++)
    {
      TfHyperliquidPlan plan = tf_hyperliquid_plan (n);
      double weight = 2 * 60000.0 * ((double) plan.push / plan.push_ms + (double) plan.poll / plan.poll_ms
                                     + (double) plan.tape / plan.tape_ms);

      g_assert_cmpuint (plan.push, <=, 10);
      g_assert_cmpuint (plan.push + plan.poll + plan.tape, ==, n);
      g_assert_true (plan.poll == 0 || plan.tape == 0);
      g_assert_true (weight <= 900);
    }
  g_assert_cmpuint (tf_hyperliquid_plan (10).push, ==, 10);
  g_assert_cmpuint (tf_hyperliquid_plan (11).poll, ==, 1);
  g_assert_cmpuint (tf_hyperliquid_plan (60).poll, ==, 50);
  g_assert_cmpuint (tf_hyperliquid_plan (61).tape, ==, 51);
}

static void
test_fields (void)
{
  g_autofree char *one = fill_text ("BTC", "A", "0.3", "0.1", 1700000000123, 42), *text = fills_text (0, one);
  TfHyperliquidFrame frame = { .fills = g_array_new (FALSE, FALSE, sizeof (TfHyperliquidFill)) };
  g_autoptr (GError) error = NULL;
  const TfHyperliquidFill *fill;

  g_assert_true (tf_hyperliquid_read (text, strlen (text), NULL, &frame, &error));
  g_assert_cmpint (frame.channel, ==, TF_HYPERLIQUID_FILLS);
  g_assert_false (frame.snapshot);
  g_assert_cmpuint (frame.fills->len, ==, 1);
  fill = &g_array_index (frame.fills, TfHyperliquidFill, 0);
  g_assert_cmpstr (fill->signal.id, ==, "42");
  g_assert_cmpstr (fill->signal.symbol, ==, "BTC");
  g_assert_cmpint (fill->signal.side, ==, -1);
  g_assert_cmpint (fill->signal.price.raw, ==, raw_of ("100.5"));
  g_assert_cmpint (fill->signal.quantity.raw, ==, raw_of ("0.3"));
  g_assert_true (fill->signal.has_position);
  g_assert_cmpint (fill->signal.position.raw, ==, raw_of ("-0.2")); /* over zero */
  g_assert_cmpint (fill->signal.happened, ==, 1700000000123 * G_GINT64_CONSTANT (1000000));
  g_assert_cmpint (fill->signal.published, ==, fill->signal.happened);
  g_assert_true (g_str_has_prefix (fill->signal.evidence, "tx 0x000"));
  g_assert_true (g_str_has_suffix (fill->signal.evidence, "2a Open Long"));
  g_assert_cmpuint (fill->length, ==, strlen (one));
  g_assert_cmpmem (fill->raw, fill->length, one, strlen (one));
  g_array_unref (frame.fills);
}

/* Each is one thing wrong with a fill. */
static void
test_bad_fill (gconstpointer data)
{
  const char *const *row = data;
  g_autofree char *one = fill_text ("BTC", "A", "0.3", "0.1", 1700000000123, 42), *text = fills_text (0, one);
  g_autoptr (GString) wrong = g_string_new (text);
  TfHyperliquidFrame frame = { .fills = g_array_new (FALSE, FALSE, sizeof (TfHyperliquidFill)) };
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_string_replace (wrong, row[1], row[2], 1), ==, 1);
  if (row[3] == NULL)
    {
      g_assert_true (tf_hyperliquid_read (wrong->str, wrong->len, NULL, &frame, &error));
      g_assert_no_error (error);
    }
  else
    {
      g_assert_false (tf_hyperliquid_read (wrong->str, wrong->len, NULL, &frame, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, row[3]));
    }
  g_array_unref (frame.fills);
}

static const char *const bad_fills[][4] = {
  { "price-nan", "\"100.5\"", "\"NaN\"", "px" },
  { "price-negative", "\"100.5\"", "\"-1\"", "px" },
  { "price-missing", "\"px\"", "\"py\"", "px" },
  { "size-zero", "\"0.3\"", "\"0.0\"", "sz" },
  { "size-huge", "\"0.3\"", "\"999999999999999999999\"", "sz" },
  { "size-object", "\"0.3\"", "{}", "sz" },
  { "size-noise", "\"0.3\"", "\"0.2999999999999999\"", NULL },
  { "side", "\"A\"", "\"C\"", "side" },
  { "time-zero", "1700000000123", "0", "time" },
  { "time-huge", "1700000000123", "17000000001230000000000", "time" },
  { "time-text", "1700000000123", "\"now\"", "time" },
  { "coin-empty", "\"BTC\"", "\"\"", "coin" },
  { "coin-long", "\"BTC\"", "\"BTCBTCBTCBTCBTCBTCBTCBTCBTCBTCBTC\"", "coin" },
  { "coin-escape", "\"BTC\"", "\"B\\u0000\"", "coin" },
  { "start-overflow", "\"0.1\"", "\"-92233720368.5\"", "startPosition" },
  { "start-missing", "startPosition", "start", NULL },
  { "tid-missing", "\"tid\"", "\"tod\"", NULL },
  { "unknown-dir", "Open Long", "Auto-Deleveraging", NULL },
  { "user", "\"user\":\"0x", "\"user\":\"1x", "user" },
  { "list", "\"fills\":[", "\"fills\":[1,", "fills" },
  { "bracket", "\"twapId\":null", "\"twapId\":[}", "message" },
  { "nested", "null", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "message" },
};

/* No prefix of a message is one, and no change of it does harm. */
static void
test_mutations (void)
{
  g_autofree char *one = fill_text ("BTC", "A", "0.3", "0.1", 1700000000123, 42), *fills = fills_text (0, one), *name = user_name (0);
  g_autofree char *trades = g_strdup_printf ("{\"channel\":\"trades\",\"data\":[{\"coin\":\"BTC\",\"side\":\"A\",\"px\":\"1\",\"sz\":\"2\","
                                             "\"time\":5,\"tid\":6,\"users\":[\"%s\",\"%s\"]}]}", name, name + 1);
  TfHyperliquidFrame frame = { .fills = g_array_new (FALSE, FALSE, sizeof (TfHyperliquidFill)) };
  TfAddress address;
  g_autoptr (TfAddressSet) set = NULL;
  TfRandom random;

  g_assert_true (tf_address_parse (name, -1, &address));
  set = tf_address_set_new (&address, 1);
  tf_random_seed (&random, 1);
  for (guint pass = 0; pass < 2; pass++)
    {
      const char *text = pass == 0 ? fills : trades;
      gsize length = strlen (text);

      g_assert_true (tf_hyperliquid_read (text, length, set, &frame, NULL));
      g_assert_cmpuint (frame.fills->len, ==, 1);
      for (gsize n = 0; n < length; n++)
        {
          g_autofree char *part = g_memdup2 (text, MAX (n, 1)); /* so that a sanitizer sees its end */

          g_assert_false (tf_hyperliquid_read (part, n, set, &frame, NULL));
        }
      for (guint k = 0; k < 20000; k++)
        {
          g_autofree char *changed = g_memdup2 (text, length);

          for (guint i = 0; i < 1 + k % 4; i++)
            changed[tf_random_next (&random) % length] = (char) (k % 2 == 0 ? tf_random_next (&random)
                                                                 : (guint8) "{}[]\",:0\\x-."[tf_random_next (&random) % 12]);
          tf_hyperliquid_read (changed, length, set, &frame, NULL);
        }
    }
  g_array_unref (frame.fills);
}

/* What was recorded of the venue */
static void
test_recorded (void)
{
  g_autofree char *path = NULL;
  TfHyperliquidFrame frame = { .fills = g_array_new (FALSE, FALSE, sizeof (TfHyperliquidFill)) };
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  guint fills = 0, snapshots = 0, trades = 0, others = 0;

  if (shared ("frames/hyperliquid/derived_ws_userFills_20230505_a.jsonl.gz", &path) != NULL)
    {
      g_auto (GStrv) lines = read_lines (path);

      for (guint k = 0; lines[k] != NULL; k++)
        {
          g_assert_true (tf_hyperliquid_read (lines[k], strlen (lines[k]), NULL, &frame, &error));
          g_assert_no_error (error);
          snapshots += frame.snapshot;
          fills += frame.fills->len;
          for (guint i = 0; i < frame.fills->len; i++)
            {
              const TfHyperliquidFill *fill = &g_array_index (frame.fills, TfHyperliquidFill, i);

              g_assert_true (g_hash_table_add (keys, g_memdup2 (&fill->key, sizeof fill->key)));
              g_assert_true (fill->signal.has_position);
            }
        }
      g_assert_cmpuint (fills, ==, 333);
      g_assert_cmpuint (snapshots, ==, 1);
    }
  if (shared ("frames/hyperliquid/ws_btc_20250126_a.jsonl.gz", &path) != NULL)
    {
      g_auto (GStrv) lines = read_lines (path);
      TfAddress address;
      g_autoptr (TfAddressSet) set = NULL;

      g_assert_true (tf_address_parse ("0x6802B4267f7f2bf7003dcf993c51542245b38329", -1, &address));
      set = tf_address_set_new (&address, 1);
      fills = 0;
      for (guint k = 0; lines[k] != NULL; k++)
        {
          g_assert_true (tf_hyperliquid_read (lines[k], strlen (lines[k]), set, &frame, &error));
          g_assert_no_error (error);
          trades += frame.trades;
          fills += frame.fills->len;
          others += frame.channel == TF_HYPERLIQUID_OTHER;
          for (guint i = 0; i < frame.fills->len; i++) /* the second of users sells */
            g_assert_cmpint (g_array_index (frame.fills, TfHyperliquidFill, i).signal.side, ==, -1);
        }
      g_assert_cmpuint (others, ==, 31);
      g_assert_cmpuint (trades, >=, 34);
      g_assert_cmpuint (fills, >, 2);
    }
  g_array_unref (frame.fills);
}

/* The driver */

/* A snapshot is what was before; the stream is news; a snapshot after a reconnect is news as far as it was missed. */
static void
test_merge (void)
{
  g_autofree char *old = fill_text ("BTC", "B", "1", "0", 1000, 1), *two = NULL, *three = NULL, *frame = NULL;
  Venue venue;
  Told told;
  TfSourceHub *hub;

  venue_start (&venue);
  g_hash_table_insert (venue.snapshots, user_name (0), g_strdup (old));
  hub = hub_start (&venue, 1, &told);
  UNTIL (is_live (&told, 1));
  g_assert_cmpuint (told.signals->len, ==, 0);

  say_fill (&venue, 0, "BTC", "B", "0.5", "1", 2000, 2);
  say_fill (&venue, 0, "BTC", "B", "0.5", "1", 2000, 2); /* twice */
  say_fill (&venue, 0, "BTC", "B", "1", "0", 1000, 1);   /* from before */
  say_fill (&venue, 0, "@107", "A", "2", "3", 2001, 3);  /* nothing that anybody here trades */
  UNTIL (told.signals->len == 2 && told.figures[0].ignored == 3);
  g_assert_cmpstr (nth (&told, 0)->id, ==, "2");
  g_assert_cmpstr (nth (&told, 0)->trader, ==, "trader-0");
  g_assert_cmpstr (nth (&told, 0)->source, ==, "hyperliquid");
  g_assert_cmpint (nth (&told, 0)->position.raw, ==, raw_of ("1.5"));
  g_assert_cmpint (nth (&told, 0)->received, >, nth (&told, 0)->happened);
  g_assert_true (g_str_has_prefix (nth (&told, 0)->evidence, "sha256:"));
  g_assert_nonnull (strstr (nth (&told, 0)->evidence, " tx 0x"));
  g_assert_cmpstr (nth (&told, 1)->symbol, ==, "@107");
  frame = fill_text ("@107", "A", "2", "3", 2001, 3);
  g_assert_cmpstr (told.raw->str, ==, frame);
  say_fill (&venue, 0, "@107", "B", "1", "2", 2000, 7); /* late: a fill, but he stands where he stood */
  UNTIL (told.signals->len == 3);
  g_assert_cmpstr (nth (&told, 2)->id, ==, "7");
  g_assert_cmpint (nth (&told, 2)->position.raw, ==, raw_of ("1"));

  /* The line breaks; two fills happen meanwhile, newest first in the snapshot. */
  two = fill_text ("BTC", "A", "0.5", "1.5", 3000, 4);
  three = fill_text ("BTC", "A", "1", "1", 3001, 5);
  g_hash_table_insert (venue.snapshots, user_name (0), g_strdup_printf ("%s,%s,%s", three, two, old));
  venue_hang_up (&venue);
  UNTIL (told.figures[0].state == TF_SOURCE_WAITING || venue.accepted == 2);
  UNTIL (is_live (&told, 1) && told.signals->len == 5);
  g_assert_cmpstr (nth (&told, 3)->id, ==, "4");
  g_assert_cmpstr (nth (&told, 4)->id, ==, "5");
  g_assert_cmpint (nth (&told, 4)->position.raw, ==, 0);
  g_assert_true (nth (&told, 4)->has_position);
  for (guint k = 3; k < 6; k++) /* and again: nothing new */
    {
      venue_hang_up (&venue);
      UNTIL (venue.accepted == k && is_live (&told, 1));
    }
  say_fill (&venue, 0, "ETH", "B", "1", "0", 4000, 6);
  UNTIL (told.signals->len == 6);
  g_assert_cmpstr (nth (&told, 5)->symbol, ==, "ETH");
  UNTIL (venue.pings > 0);
  hub_stop (hub, &told);
  venue_stop (&venue);
}

/* Two fills of one millisecond, in the order of execution; one who trades with himself: two facts with one id. */
static void
test_one_millisecond (void)
{
  g_autofree char *a = fill_text ("BTC", "B", "1", "0", 2000, 9), *b = fill_text ("BTC", "B", "2", "1", 2000, 3);
  g_autofree char *c = fill_text ("BTC", "A", "1", "3", 2001, 10), *d = fill_text ("BTC", "B", "1", "2", 2001, 10);
  g_autofree char *both = g_strdup_printf ("%s,%s,%s,%s", c, d, a, b), *text = fills_text (0, both);
  static const char *const ids[] = { "9", "3", "10", "10-B" }, *const positions[] = { "1", "3", "2", "3" };
  Venue venue;
  Told told;
  TfSourceHub *hub;

  venue_start (&venue);
  hub = hub_start (&venue, 1, &told);
  UNTIL (is_live (&told, 1));
  say (&venue, text);
  say (&venue, text);
  UNTIL (told.figures[0].ignored == 4);
  g_assert_cmpuint (told.signals->len, ==, 4);
  for (guint k = 0; k < 4; k++)
    {
      g_assert_cmpstr (nth (&told, k)->id, ==, ids[k]);
      g_assert_cmpint (nth (&told, k)->position.raw, ==, raw_of (positions[k]));
    }
  hub_stop (hub, &told);
  venue_stop (&venue);
}

/* Nonsense is counted, and what comes after it is heard. What the venue does not like of one is his alone. */
static void
test_nonsense (void)
{
  static const char *const rows[] = {
    "{", "[]", "hello", "{\"channel\":\"userFills\",\"data\":{\"user\":\"0x1\",\"fills\":[]}}",
    "{\"channel\":\"userFills\",\"data\":{\"user\":\"0x0000000000000000000000000000000000000001\",\"fills\":[{}]}}",
  };
  g_autofree char *name = user_name (1), *refusal = NULL;
  Venue venue;
  Told told;
  TfSourceHub *hub;

  venue_start (&venue);
  hub = hub_start (&venue, 2, &told);
  UNTIL (is_live (&told, 2));
  for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
    say (&venue, rows[k]);
  say (&venue, "{\"channel\":\"news\",\"data\":{\"of\":\"a kind not known\"}}");
  say_fill (&venue, 0, "BTC", "B", "1", "0", 1000, 1);
  UNTIL (told.signals->len == 1 && told.figures[0].errors == G_N_ELEMENTS (rows));
  g_assert_true (is_live (&told, 2));
  refusal = g_strdup_printf ("{\"channel\":\"error\",\"data\":\"Invalid subscription of %s\"}", name);
  say (&venue, refusal);
  UNTIL (told.figures[1].state == TF_SOURCE_FAILED);
  g_assert_nonnull (strstr (told.figures[1].reason, "Invalid subscription"));
  g_assert_cmpint (told.figures[0].state, ==, TF_SOURCE_LIVE);
  hub_stop (hub, &told);
  venue_stop (&venue);
}

/* The eleventh is polled: his position at the start, and each change of it. Never more than ten are subscribed to. */
static void
test_poll (void)
{
  Venue venue;
  Told told;
  TfSourceHub *hub;

  venue_start (&venue);
  set_positions (&venue, 11, 1000, "ETH", "-2.5");
  hub = hub_start (&venue, 12, &told);
  UNTIL (is_live (&told, 12) && told.signals->len == 1);
  g_assert_cmpuint (venue.most_users, ==, 10);
  g_assert_cmpuint (told.specs[11], ==, 1);
  g_assert_true (g_str_has_prefix (nth (&told, 0)->id, "start-1000-ETH"));
  g_assert_cmpint (nth (&told, 0)->side, ==, -1);
  g_assert_cmpint (nth (&told, 0)->quantity.raw, ==, 0); /* nothing was traded that we know of */
  g_assert_cmpint (nth (&told, 0)->position.raw, ==, raw_of ("-2.5"));

  set_positions (&venue, 11, 2000, "ETH", "-1");
  UNTIL (told.signals->len == 2);
  g_assert_cmpint (nth (&told, 1)->side, ==, 1);
  g_assert_cmpint (nth (&told, 1)->quantity.raw, ==, raw_of ("1.5"));
  g_assert_cmpint (nth (&told, 1)->position.raw, ==, raw_of ("-1"));
  set_positions (&venue, 11, 3000, NULL, NULL);
  UNTIL (told.signals->len == 3);
  g_assert_cmpint (nth (&told, 2)->side, ==, 0);
  g_assert_true (nth (&told, 2)->has_position);
  g_assert_cmpint (nth (&told, 2)->position.raw, ==, 0);

  /* An answer of another form is an error, not “no positions”. */
  set_positions (&venue, 11, 4000, "ETH", "5");
  UNTIL (told.signals->len == 4);
  g_hash_table_insert (venue.states, user_name (11), g_strdup ("{\"positions\":[]}"));
  UNTIL (told.figures[11].errors > 0);
  g_assert_cmpuint (told.signals->len, ==, 4);

  /* The rest of the venue fails: he waits, those on push do not care. */
  venue.status = 500;
  UNTIL (told.figures[11].state == TF_SOURCE_WAITING);
  g_assert_nonnull (strstr (told.figures[11].reason, "HTTP 500, Internal Server Error"));
  say_fill (&venue, 9, "BTC", "B", "1", "0", 5000, 1);
  UNTIL (told.specs[9] == 1);
  g_assert_cmpint (told.figures[9].state, ==, TF_SOURCE_LIVE);
  set_positions (&venue, 11, 6000, "ETH", "6");
  venue.status = 0;
  UNTIL (told.figures[11].state == TF_SOURCE_LIVE && told.specs[11] == 5);
  hub_stop (hub, &told);
  venue_stop (&venue);
}

/* A lost message: the venue says twice that he stands elsewhere. */
static void
test_heal (void)
{
  Venue venue;
  Told told;
  TfSourceHub *hub;
  guint asked;

  venue_start (&venue);
  hub = hub_start (&venue, 1, &told);
  UNTIL (is_live (&told, 1) && venue.asked > 0);
  say_fill (&venue, 0, "BTC", "B", "1", "0", 2000, 1);
  UNTIL (told.signals->len == 1);
  set_positions (&venue, 0, 2000, "BTC", "7"); /* as old as the fill: says nothing */
  asked = venue.asked;
  UNTIL (venue.asked > asked + 3);
  g_assert_cmpuint (told.signals->len, ==, 1);
  set_positions (&venue, 0, 3000, "BTC", "4");
  UNTIL (told.signals->len == 2);
  g_assert_true (g_str_has_prefix (nth (&told, 1)->id, "state-3000-BTC"));
  g_assert_cmpint (nth (&told, 1)->quantity.raw, ==, raw_of ("3"));
  g_assert_cmpint (nth (&told, 1)->position.raw, ==, raw_of ("4"));

  /* The lost message comes after all: it is a fill, but the position stays the stated one. */
  say_fill (&venue, 0, "BTC", "B", "3", "1", 2500, 2);
  UNTIL (told.signals->len == 3);
  g_assert_cmpint (nth (&told, 2)->position.raw, ==, raw_of ("4"));
  asked = venue.asked;
  UNTIL (venue.asked > asked + 3);
  g_assert_cmpuint (told.signals->len, ==, 3);
  hub_stop (hub, &told);
  venue_stop (&venue);
}

#define COINS 50
#define FILLS 40

/* Fills in any order, some twice, some never: once the venue states where the trader stands, all is right, and no fill
 * was told twice. */
static void
test_disorder (void)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) state = g_string_new ("{\"time\":9000,\"assetPositions\":[");
  gint64 truth[COINS], last[COINS];
  gboolean right;
  TfRandom random;
  Venue venue;
  Told told;
  TfSourceHub *hub;

  tf_random_seed (&random, 7);
  for (guint c = 0; c < COINS; c++)
    {
      char coin[8], size[TF_DECIMAL_SIZE], before[TF_DECIMAL_SIZE];

      g_snprintf (coin, sizeof coin, "C%u", c);
      truth[c] = 0;
      for (guint k = 0; k < FILLS; k++)
        {
          gint64 delta = (gint64) (1 + tf_random_next (&random) % 1000) * TF_SCALE / 100;
          gboolean buy = tf_random_next (&random) % 2 == 0;
          guint times = (guint) MIN (tf_random_next (&random) % 10, 2); /* a tenth is lost, a tenth there once */

          tf_decimal_format (delta, size);
          tf_decimal_format (truth[c], before);
          for (; times > 0; times--)
            g_ptr_array_add (texts, fill_text (coin, buy ? "B" : "A", size, before, 2000 + k, 1 + c * FILLS + k));
          truth[c] += buy ? delta : -delta;
        }
      tf_decimal_format (truth[c], size);
      g_string_append_printf (state, "%s{\"position\":{\"coin\":\"%s\",\"szi\":\"%s\"}}", c > 0 ? "," : "", coin, size);
    }
  g_string_append (state, "]}");
  for (guint k = texts->len - 1; k > 0; k--)
    {
      guint other = (guint) (tf_random_next (&random) % (k + 1));
      gpointer text = texts->pdata[k];

      texts->pdata[k] = texts->pdata[other];
      texts->pdata[other] = text;
    }
  venue_start (&venue);
  hub = hub_start (&venue, 1, &told);
  UNTIL (is_live (&told, 1) && venue.asked > 0);
  for (guint k = 0; k < texts->len; k++)
    {
      g_autofree char *text = fills_text (0, texts->pdata[k]);

      say (&venue, text);
    }
  UNTIL (told.signals->len + told.figures[0].ignored == texts->len);
  g_hash_table_insert (venue.states, user_name (0), g_strdup (state->str));
  do
    {
      guint asked = venue.asked;

      UNTIL (venue.asked > asked);
      right = TRUE;
      for (guint k = 0; k < told.signals->len; k++)
        last[atoi (nth (&told, k)->symbol + 1)] = nth (&told, k)->position.raw;
      for (guint c = 0; c < COINS; c++)
        right = right && last[c] == truth[c];
    }
  while (!right);
  for (guint k = 0; k < told.signals->len; k++)
    g_assert_true (g_hash_table_add (ids, (gpointer) nth (&told, k)->id));
  hub_stop (hub, &told);
  venue_stop (&venue);
}

/* More than sixty: the eleventh and on are found among all trades. */
static void
test_tape (void)
{
  Venue venue;
  Told told;
  TfSourceHub *hub;

  venue_start (&venue);
  set_positions (&venue, 70, 1000, "BTC", "2");
  set_positions (&venue, 71, 1000, "BTC", "-3");
  hub = hub_start (&venue, 75, &told);
  UNTIL (told.specs[70] == 1 && told.specs[71] == 1 && g_hash_table_contains (venue.subscribed, "ETH"));
  g_assert_true (g_hash_table_contains (venue.subscribed, "BTC"));
  g_assert_false (g_hash_table_contains (venue.subscribed, "OLD"));
  say_trade (&venue, "BTC", 70, 100, "9", 900, 1);  /* the replay of what was before */
  UNTIL (is_live (&told, 75));
  g_assert_cmpuint (told.signals->len, ==, 2);
  say_trade (&venue, "BTC", 70, 100, "0.5", 2000, 2);
  say_trade (&venue, "BTC", 101, 102, "0.5", 2000, 3); /* of strangers */
  say_trade (&venue, "BTC", 71, 70, "1", 2000, 4);     /* of two that are followed */
  say_trade (&venue, "BTC", 70, 70, "1", 2001, 5);     /* with himself */
  say_trade (&venue, "BTC", 70, 100, "0.5", 2000, 2);  /* again */
  say_trade (&venue, "BTC", 5, 100, "0.5", 2002, 6);   /* of one who is on push */
  UNTIL (told.signals->len == 5 && told.figures[70].ignored == 2);
  g_assert_cmpint (nth (&told, 2)->side, ==, 1);
  g_assert_cmpint (nth (&told, 2)->position.raw, ==, raw_of ("2.5"));
  g_assert_cmpint (nth (&told, 3)->side, ==, 1);
  g_assert_cmpstr (nth (&told, 3)->trader, ==, "trader-71");
  g_assert_cmpint (nth (&told, 3)->position.raw, ==, raw_of ("-2"));
  g_assert_cmpint (nth (&told, 4)->side, ==, -1);
  g_assert_cmpint (nth (&told, 4)->position.raw, ==, raw_of ("1.5"));
  g_assert_cmpuint (venue.most_users, ==, 10);
  g_assert_cmpuint (told.specs[5], ==, 0);

  /* After a reconnect all is subscribed to again, and the replay is sifted. */
  venue_hang_up (&venue);
  UNTIL (venue.accepted == 2 && g_hash_table_contains (venue.subscribed, "ETH"));
  say_trade (&venue, "BTC", 71, 70, "1", 2000, 4);
  say_trade (&venue, "BTC", 72, 100, "1", 2500, 7);
  UNTIL (told.signals->len == 6 && is_live (&told, 75));
  g_assert_cmpstr (nth (&told, 5)->trader, ==, "trader-72");
  hub_stop (hub, &told);
  venue_stop (&venue);
}

/* One endpoint is down: its sources wait and say why, the others go on, and it comes back. */
static void
test_down (void)
{
  g_autofree char *first = user_name (0), *second = user_name (1), *closed = NULL;
  TfSourceSpec specs[3];
  Venue venue, gone;
  Told told = { .signals = g_array_new (FALSE, FALSE, sizeof (TfTraderSignal)), .raw = g_string_new (NULL) };
  TfSourceHub *hub;

  venue_start (&venue);
  venue_start (&gone);
  closed = g_strdup (gone.url);
  venue_stop (&gone);
  for (guint k = 0; k < 3; k++) /* the third has the same address as the second */
    specs[k] = (TfSourceSpec) { (char *) "hyperliquid", (char *) "somebody", k == 0 ? first : second,
                                k == 0 ? closed : venue.url, NULL, NULL };
  hub = tf_source_hub_new (specs, 3, &events, &told);
  tf_source_hub_set_pace (hub, PACE);
  tf_source_hub_start (hub);
  UNTIL (told.figures[0].state == TF_SOURCE_WAITING && told.figures[1].state == TF_SOURCE_LIVE);
  g_assert_true (g_str_has_prefix (told.figures[0].reason, "no connection: "));
  say_fill (&venue, 1, "BTC", "B", "1", "0", 1000, 1);
  UNTIL (told.signals->len == 2); /* one for each that listens */
  g_assert_cmpuint (told.specs[1], ==, 1);
  g_assert_cmpuint (told.specs[2], ==, 1);
  g_assert_cmpuint (venue.most_users, ==, 1);
  tf_source_hub_stop (hub);
  g_assert_cmpint (told.figures[1].state, ==, TF_SOURCE_OFF);
  tf_source_hub_start (hub); /* and from the beginning */
  UNTIL (told.figures[1].state == TF_SOURCE_LIVE);
  hub_stop (hub, &told);
  venue_stop (&venue);
}

/* Real fills of two real traders, played as the venue would: the position after each is the one that was worked out
 * from the same data by others, who left a dust conversion out. */
static void
test_trader (gconstpointer data)
{
  const char *name = data;
  g_autofree char *fills_name = g_strdup_printf ("trades/hyperliquid-fills-%s.csv", name);
  g_autofree char *signals_name = g_strdup_printf ("signals/hyperliquid-trader-%s.jsonl", name), *path = NULL;
  g_auto (GStrv) rows = NULL, expected = NULL;
  Venue venue;
  Told told;
  TfSourceHub *hub;
  guint n, same = 0;

  if (shared (fills_name, &path) == NULL)
    return;
  rows = read_lines (path);
  if (shared (signals_name, &path) == NULL)
    return;
  expected = read_lines (path);
  n = g_strv_length (rows) - 1;
  venue_start (&venue);
  hub = hub_start (&venue, 1, &told);
  UNTIL (is_live (&told, 1));
  for (guint k = 0; k < n; k++)
    {
      g_auto (GStrv) cells = g_strsplit (rows[k + 1], ",", -1);
      g_autofree char *time = g_strconcat (cells[0], "000", NULL);

      say_fill (&venue, 0, cells[3], strcmp (cells[4], "buy") == 0 ? "B" : "A", cells[7], cells[9],
                g_ascii_strtoll (time, NULL, 10), k + 1);
    }
  UNTIL (told.signals->len == n);
  for (guint k = 0; k < n; k++)
    {
      g_auto (GStrv) cells = g_strsplit (rows[k + 1], ",", -1);
      g_autofree char *id = g_strdup_printf ("%s-%s", cells[13], cells[1]);
      g_autoptr (JsonNode) root = expected[same] != NULL ? json_from_string (expected[same], NULL) : NULL;
      JsonObject *object = root != NULL ? json_node_get_object (root) : NULL;

      if (object == NULL || strcmp (json_object_get_string_member (object, "id"), id) != 0)
        continue;
      same++;
      g_assert_cmpint (nth (&told, k)->position.raw, ==, raw_of (json_object_get_string_member (object, "position")));
    }
  g_assert_cmpuint (same, ==, g_strv_length (expected));
  g_assert_cmpuint (told.figures[0].errors, ==, 0);
  hub_stop (hub, &told);
  venue_stop (&venue);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hyperliquid/addresses", test_addresses);
  g_test_add_func ("/hyperliquid/address-set", test_address_set);
  g_test_add_func ("/hyperliquid/plan", test_plan);
  g_test_add_func ("/hyperliquid/fields", test_fields);
  for (guint k = 0; k < G_N_ELEMENTS (bad_fills); k++)
    {
      g_autofree char *path = g_strconcat ("/hyperliquid/fill/", bad_fills[k][0], NULL);

      g_test_add_data_func (path, bad_fills[k], test_bad_fill);
    }
  g_test_add_func ("/hyperliquid/mutations", test_mutations);
  g_test_add_func ("/hyperliquid/recorded", test_recorded);
  g_test_add_func ("/hyperliquid/merge", test_merge);
  g_test_add_func ("/hyperliquid/one-millisecond", test_one_millisecond);
  g_test_add_func ("/hyperliquid/nonsense", test_nonsense);
  g_test_add_func ("/hyperliquid/poll", test_poll);
  g_test_add_func ("/hyperliquid/heal", test_heal);
  g_test_add_func ("/hyperliquid/disorder", test_disorder);
  g_test_add_func ("/hyperliquid/tape", test_tape);
  g_test_add_func ("/hyperliquid/down", test_down);
  g_test_add_data_func ("/hyperliquid/trader/a", "a", test_trader);
  g_test_add_data_func ("/hyperliquid/trader/b", "b", test_trader);
  return g_test_run ();
}
