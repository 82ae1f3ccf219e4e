#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/random.h"
#include "io/sources/hub.h"
#include "io/sources/hyperliquid.h"

/* A thousand followed addresses among all public trades: how many trades a second one core looks through, by the filter
 * alone and as a source, over a WebSocket with all that belongs to it. One trade in a hundred is of somebody followed. */

#define FOLLOWED  1000
#define STRANGERS 50000
#define COINS     200
#define FRAMES    60000
#define GOAL      50000 /* trades a second */
#define SECONDS   3

typedef struct
{
  TfAddress  followed[FOLLOWED], strangers[STRANGERS];
  GPtrArray *frames; /* of GBytes */
  guint      trades, hits;
  gsize      bytes;
} Tape;

static void
draw_address (TfRandom  *random,
              TfAddress *address)
{
  for (guint i = 0; i < TF_ADDRESS_SIZE; i++)
    address->bytes[i] = (guint8) tf_random_next (random);
}

static Tape *
tape_new (void)
{
  Tape *self = g_new0 (Tape, 1);
  TfRandom random;

  tf_random_seed (&random, 1);
  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint k = 0; k < FOLLOWED; k++)
    draw_address (&random, &self->followed[k]);
  for (guint k = 0; k < STRANGERS; k++)
    draw_address (&random, &self->strangers[k]);
  for (guint f = 0; f < FRAMES; f++)
    {
      GString *text = g_string_new ("{\"channel\":\"trades\",\"data\":[");
      guint n = 1 + (guint) (tf_random_next (&random) % 8), coin = (guint) (tf_random_next (&random) % COINS);

      for (guint k = 0; k < n; k++)
        {
          char users[2][2 * TF_ADDRESS_SIZE + 3];
          gboolean hit = tf_random_next (&random) % 100 == 0 && f >= COINS * 10; /* after what is heard first of each coin */

          tf_address_format (hit ? &self->followed[tf_random_next (&random) % FOLLOWED]
                                 : &self->strangers[tf_random_next (&random) % STRANGERS], users[0]);
          tf_address_format (&self->strangers[tf_random_next (&random) % STRANGERS], users[1]);
          g_string_append_printf (text, "%s{\"coin\":\"C%u\",\"side\":\"%s\",\"px\":\"%u.%u\",\"sz\":\"0.%05u\",\"time\":%" G_GINT64_FORMAT
                                  ",\"hash\":\"0x%064x\",\"tid\":%u,\"users\":[\"%s\",\"%s\"]}", k > 0 ? "," : "", coin,
                                  k % 2 != 0 ? "A" : "B", 1000 + f % 777, k, 1 + f % 99999, G_GINT64_CONSTANT (1737918794873) + f,
                                  f, 1 + self->trades, users[0], users[1]);
          self->trades++;
          self->hits += hit;
        }
      g_string_append (text, "]}");
      self->bytes += text->len;
      g_ptr_array_add (self->frames, g_string_free_to_bytes (text));
    }
  return self;
}

static double
cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static void
bench_filter (const Tape *tape)
{
  g_autoptr (TfAddressSet) set = tf_address_set_new (tape->followed, FOLLOWED);
  TfHyperliquidFrame frame = { .fills = g_array_new (FALSE, FALSE, sizeof (TfHyperliquidFill)) };
  guint64 trades = 0, fills = 0, rounds = 0;
  double start = cpu_s (), spent;

  do
    {
      for (guint f = 0; f < tape->frames->len; f++)
        {
          gsize length;
          const char *text = g_bytes_get_data (tape->frames->pdata[f], &length);

          if (!tf_hyperliquid_read (text, length, set, &frame, NULL))
            g_error ("a message of the tape was refused");
          trades += frame.trades;
          fills += frame.fills->len;
        }
      rounds++;
      spent = cpu_s () - start;
    }
  while (spent < 1);
  g_assert_cmpuint (trades, ==, rounds * tape->trades);
  g_assert_cmpuint (fills, ==, rounds * tape->hits);
  g_print ("filter: %.0f trades/s, %.0f MB/s on one core, %u addresses followed; %d trades/s take %.2f %% of it\n",
           (double) trades / spent, (double) (rounds * tape->bytes) / spent * 1e-6, FOLLOWED, GOAL,
           100 * GOAL * spent / (double) trades);
  g_array_unref (frame.fills);
}

/* The venue, in a process of its own: GOAL trades a second as soon as all coins are subscribed to. */
typedef struct
{
  const Tape              *tape;
  SoupWebsocketConnection *stream;
  guint                    subscribed, next;
  gint64                   start;
  double                   sent;
} Venue;

static gboolean
on_send (gpointer data)
{
  Venue *venue = data;
  double due = (double) (g_get_monotonic_time () - venue->start) * 1e-6 * GOAL;

  if (soup_websocket_connection_get_state (venue->stream) != SOUP_WEBSOCKET_STATE_OPEN)
    return G_SOURCE_REMOVE;
  while (venue->sent < due && venue->next < venue->tape->frames->len)
    {
      GBytes *frame = venue->tape->frames->pdata[venue->next++];

      soup_websocket_connection_send_message (venue->stream, SOUP_WEBSOCKET_DATA_TEXT, frame);
      venue->sent += (double) venue->tape->trades / venue->tape->frames->len;
    }
  return venue->next < venue->tape->frames->len;
}

static void
on_command (SoupWebsocketConnection *stream,
            int                      type,
            GBytes                  *bytes,
            Venue                   *venue)
{
  if (g_strstr_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), "\"trades\"") == NULL)
    return;
  if (++venue->subscribed != COINS)
    return;
  venue->start = g_get_monotonic_time ();
  g_timeout_add (1, on_send, venue);
}

static void
on_websocket (SoupServer              *soup,
              SoupServerMessage       *message,
              const char              *path,
              SoupWebsocketConnection *stream,
              gpointer                 data)
{
  Venue *venue = data;

  venue->stream = g_object_ref (stream);
  g_signal_connect (stream, "message", G_CALLBACK (on_command), venue);
}

static void
on_info (SoupServer        *soup,
         SoupServerMessage *message,
         const char        *path,
         GHashTable        *query,
         gpointer           data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GString) answer = g_string_new ("{\"universe\":[");

  if (g_strstr_len (body->data, (gssize) body->length, "\"meta\"") != NULL)
    for (guint k = 0; k < COINS; k++)
      g_string_append_printf (answer, "%s{\"name\":\"C%u\"}", k > 0 ? "," : "", k);
  else
    g_string_assign (answer, "{\"assetPositions\":[");
  g_string_append (answer, "]}");
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, answer->str, answer->len);
}

static pid_t
venue_fork (const Tape *tape,
            guint      *port)
{
  int ends[2];
  pid_t child;

  if (pipe (ends) != 0 || (child = fork ()) < 0)
    g_error ("no process for the venue");
  if (child == 0)
    {
      Venue venue = { .tape = tape };
      SoupServer *server = soup_server_new (NULL, NULL);
      GSList *uris;

      prctl (PR_SET_PDEATHSIG, SIGKILL);
      soup_server_add_handler (server, "/info", on_info, &venue, NULL);
      soup_server_add_websocket_handler (server, "/ws", NULL, NULL, on_websocket, &venue, NULL);
      soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL);
      uris = soup_server_get_uris (server);
      *port = (guint) g_uri_get_port (uris->data);
      if (write (ends[1], port, sizeof *port) != sizeof *port)
        _exit (1);
      g_main_loop_run (g_main_loop_new (NULL, FALSE));
    }
  if (read (ends[0], port, sizeof *port) != sizeof *port)
    g_error ("the venue does not start");
  close (ends[0]);
  close (ends[1]);
  return child;
}

static void
on_signal (guint                 spec,
           const TfTraderSignal *signal,
           const char           *raw,
           gsize                 length,
           gpointer              data)
{
  (*(guint *) data)++;
}

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
bench_source (const Tape *tape,
              guint       port)
{
  static const TfSourceHubEvents events = { .signal = on_signal };
  g_autofree TfSourceSpec *specs = g_new0 (TfSourceSpec, FOLLOWED);
  guint signals = 0;
  gboolean over = FALSE;
  double start, spent, elapsed;
  gint64 clock;
  TfSourceFigures figures;
  TfSourceHub *hub;

  for (guint k = 0; k < FOLLOWED; k++)
    {
      char address[2 * TF_ADDRESS_SIZE + 3];

      specs[k] = (TfSourceSpec) { g_strdup ("hyperliquid"), g_strdup ("somebody"),
                                  g_strdup (tf_address_format (&tape->followed[k], address)),
                                  g_strdup_printf ("http://127.0.0.1:%u", port), NULL, NULL };
    }
  hub = tf_source_hub_new (specs, FOLLOWED, &events, &signals);
  for (guint k = 0; k < FOLLOWED; k++)
    tf_source_spec_clear (&specs[k]);
  tf_source_hub_start (hub);
  do /* 200 subscriptions, at the pace that the venue allows */
    {
      g_main_context_iteration (NULL, TRUE);
      tf_source_hub_get_figures (hub, FOLLOWED - 1, &figures);
    }
  while (figures.state != TF_SOURCE_LIVE);
  signals = 0;
  start = cpu_s ();
  clock = g_get_monotonic_time ();
  g_timeout_add_seconds (SECONDS, on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  elapsed = (double) (g_get_monotonic_time () - clock) * 1e-6;
  spent = (cpu_s () - start) / elapsed;
  g_print ("source: %.0f trades/s over a WebSocket take %.1f %% of one core, %.1f signals/s\n",
           signals / elapsed * tape->trades / tape->hits, 100 * spent, signals / elapsed);
  tf_source_hub_free (hub);
}

int
main (int   argc,
      char *argv[])
{
  Tape *tape = tape_new ();
  guint port;
  pid_t venue = venue_fork (tape, &port); /* before this process makes threads */

  bench_filter (tape);
  bench_source (tape, port);
  kill (venue, SIGKILL);
  waitpid (venue, NULL, 0);
  g_ptr_array_unref (tape->frames);
  g_free (tape);
  return 0;
}
