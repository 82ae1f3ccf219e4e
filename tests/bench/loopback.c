#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MARKETS 16
#define REQUEST 4096
#define AT_ONCE 256          /* messages in one write */
#define MESSAGE 320          /* bytes, at most */
#define STEPS_A_SECOND 400   /* of a market's price, a basis point each: about 0.2 % a second */
#define HISTORY_STEP 7

typedef struct
{
  char   lower[16], upper[16];
  gint64 cents, id;
  guint  trend;
} Market;

typedef struct
{
  Loopback *shared;
  Market    markets[MARKETS];
  guint     n_markets;
  guint32   chance;
} Venue;

gint64
loopback_clock (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
sleep_until (gint64 when)
{
  struct timespec at = { when / 1000000000, when % 1000000000 };

  while (clock_nanosleep (CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL) == EINTR)
    ;
}

static guint32
draw (Venue *self)
{
  self->chance ^= self->chance << 13;
  self->chance ^= self->chance >> 17;
  self->chance ^= self->chance << 5;
  return self->chance;
}

static gboolean
write_all (int         fd,
           const char *bytes,
           gsize       length)
{
  while (length > 0)
    {
      gssize n = send (fd, bytes, length, MSG_NOSIGNAL);

      if (n <= 0)
        return FALSE;
      bytes += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* What was subscribed: “"btcusdt@trade"”; one entry for each market. */
static void
subscribe (Venue      *self,
           const char *text)
{
  for (const char *at = strstr (text, "@trade\""); at != NULL; at = strstr (at + 1, "@trade\""))
    {
      const char *start = at;
      Market *market = &self->markets[self->n_markets];
      gboolean known = FALSE;

      while (start > text && start[-1] != '"')
        start--;
      if (at - start >= (gssize) sizeof market->lower || self->n_markets == MARKETS)
        continue;
      memset (market, 0, sizeof *market);
      for (const char *p = start; p < at; p++)
        {
          market->lower[p - start] = *p;
          market->upper[p - start] = g_ascii_toupper (*p);
        }
      market->cents = 10000;
      for (guint k = 0; k < self->n_markets; k++)
        known = known || strcmp (self->markets[k].lower, market->lower) == 0;
      self->n_markets += !known;
    }
}

static gsize
write_frame (char       *to,
             const char *text,
             gsize       length)
{
  gsize head = length < 126 ? 2 : 4;

  to[0] = (char) 0x81;
  to[1] = length < 126 ? (char) length : 126;
  if (head == 4)
    {
      to[2] = (char) (length >> 8);
      to[3] = (char) length;
    }
  memcpy (to + head, text, length);
  return head + length;
}

/* The next message: every second round of the markets has trades. */
static gsize
write_message (Venue *self,
               char  *to,
               gint64 now,
               gint   rate)
{
  Loopback *shared = self->shared;
  gint64 number = shared->messages;
  Market *market = &self->markets[number % self->n_markets];
  gboolean trade = number / self->n_markets % 2 == 0;
  char text[MESSAGE];
  int length;

  if (draw (self) % ((guint) rate / self->n_markets + 1) < STEPS_A_SECOND)
    {
      if (draw (self) % (STEPS_A_SECOND * 4) == 0)
        market->trend = draw (self) % 3;
      market->cents += draw (self) % 20 < 9 + market->trend ? 1 : -1;
      market->cents = CLAMP (market->cents, 5000, 20000);
    }
  if (trade)
    length = snprintf (text, sizeof text,
                       "{\"stream\":\"%s@trade\",\"data\":{\"e\":\"trade\",\"E\":%" G_GINT64_FORMAT ",\"s\":\"%s\",\"t\":%" G_GINT64_FORMAT
                       ",\"p\":\"%" G_GINT64_FORMAT ".%02d%06d\",\"q\":\"25.00000000\",\"T\":%" G_GINT64_FORMAT ",\"m\":%s,\"M\":true}}",
                       market->lower, now / 1000000, market->upper, ++market->id, market->cents / 100, (int) (market->cents % 100),
                       (int) (number % LOOPBACK_MARKS), now / 1000000, number % 3 == 0 ? "true" : "false");
  else
    length = snprintf (text, sizeof text,
                       "{\"stream\":\"%s@bookTicker\",\"data\":{\"u\":%" G_GINT64_FORMAT ",\"s\":\"%s\",\"b\":\"%" G_GINT64_FORMAT
                       ".%02d%06d\",\"B\":\"31.21000000\",\"a\":\"%" G_GINT64_FORMAT ".%02d%06d\",\"A\":\"40.66000000\"}}",
                       market->lower, number + 1, market->upper, market->cents / 100, (int) (market->cents % 100),
                       (int) (number % LOOPBACK_MARKS), (market->cents + 1) / 100, (int) ((market->cents + 1) % 100),
                       (int) (number % LOOPBACK_MARKS));
  shared->sent[number % LOOPBACK_MARKS] = now;
  __atomic_store_n (&shared->messages, number + 1, __ATOMIC_RELEASE);
  __atomic_store_n (&shared->trades, shared->trades + trade, __ATOMIC_RELEASE);
  return write_frame (to, text, (gsize) length);
}

/* What the client says; FALSE: it is gone. Only subscriptions matter here. */
static gboolean
read_commands (Venue    *self,
               int       fd,
               gboolean *subscribed)
{
  guint8 bytes[REQUEST];
  gssize n = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
  gsize at = 0;

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return TRUE;
  while (n > 0 && at + 6 <= (gsize) n)
    {
      gsize length = bytes[at + 1] & 127, head = 2;
      g_autofree char *text = NULL;

      if (length == 126)
        {
          length = (gsize) bytes[at + 2] << 8 | bytes[at + 3];
          head = 4;
        }
      if (at + head + 4 + length > (gsize) n)
        break;
      text = g_malloc0 (length + 1);
      for (gsize k = 0; k < length; k++)
        text[k] = (char) (bytes[at + head + 4 + k] ^ bytes[at + head + k % 4]);
      if ((bytes[at] & 15) == 1)
        {
          char frame[64];

          subscribe (self, text);
          *subscribed = self->n_markets > 0;
          if (!write_all (fd, frame, write_frame (frame, "{\"result\":null,\"id\":1}", 22)))
            return FALSE;
        }
      at += head + 4 + length;
    }
  return n > 0;
}

static void
stream (Venue *self,
        int    fd)
{
  g_autofree char *out = g_malloc (AT_ONCE * MESSAGE);
  gint64 begun = loopback_clock (), looked = 0, done = 0;
  gboolean subscribed = FALSE;
  gint rate = 0;

  for (;;)
    {
      gint64 now = loopback_clock (), due;
      gsize length = 0;

      if (now - looked >= 1000000)
        {
          looked = now;
          if (!read_commands (self, fd, &subscribed) || g_atomic_int_get (&self->shared->drop) != self->shared->dropped)
            return;
        }
      if (rate != g_atomic_int_get (&self->shared->rate) || !subscribed)
        {
          rate = g_atomic_int_get (&self->shared->rate);
          begun = now;
          done = 0;
        }
      if (rate == 0 || !subscribed)
        {
          sleep_until (now + 1000000);
          continue;
        }
      due = (now - begun) * rate / 1000000000 - done;
      if (due <= 0)
        {
          sleep_until (begun + MAX ((done + 1) * 1000000000 / rate, now - begun + MIN (1000000, 1000000000 / rate)));
          continue;
        }
      for (gint64 k = MIN (due, AT_ONCE); k > 0; k--, done++)
        length += write_message (self, out + length, now, rate);
      if (!write_all (fd, out, length))
        return;
    }
}

/* Closed candles of a quiet market, up to now. */
static char *
write_candles (const char *request)
{
  const char *from = strstr (request, "startTime="), *to = strstr (request, "endTime="), *limit = strstr (request, "limit=");
  GString *out = g_string_new ("[");
  gint64 start = from != NULL ? strtoll (from + 10, NULL, 10) : 0, end = to != NULL ? strtoll (to + 8, NULL, 10) : 0;
  gint n = limit != NULL ? atoi (limit + 6) : 500;

  for (gint64 at = start; at < end && n > 0; at += 1000, n--)
    {
      gint64 base = 10000 + at / 1000 * HISTORY_STEP % 40;

      g_string_append_printf (out, "%s[%" G_GINT64_FORMAT ",\"%.2f\",\"%.2f\",\"%.2f\",\"%.2f\",\"5000.0\",%" G_GINT64_FORMAT ",\"0\",1,\"0\",\"0\",\"0\"]",
                              out->len > 1 ? "," : "", at, (double) base / 100, (double) (base + 9) / 100, (double) (base - 8) / 100,
                              (double) (base + (at / 1000 % 5) - 2) / 100, at + 999);
    }
  return g_string_free (g_string_append_c (out, ']'), FALSE);
}

static void
answer (int         fd,
        const char *request)
{
  g_autofree char *body = strstr (request, "/klines?") != NULL ? write_candles (request)
    : g_strdup (strstr (request, "exchangeInfo") != NULL ? "{\"symbols\":[]}" : "[]");
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                                           "Connection: close\r\n\r\n", strlen (body));

  if (write_all (fd, head, strlen (head)))
    write_all (fd, body, strlen (body));
}

static void
upgrade (Venue      *self,
         int         fd,
         const char *request)
{
  const char *key = strcasestr (request, "Sec-WebSocket-Key:");
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char *text = NULL, *accepted = NULL, *head = NULL;
  guint8 digest[20];
  gsize length = sizeof digest;

  if (key == NULL)
    return;
  for (key += strlen ("Sec-WebSocket-Key:"); *key == ' '; key++)
    ;
  text = g_strdup_printf ("%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
  g_checksum_update (sum, (const guchar *) text, -1);
  g_checksum_get_digest (sum, digest, &length);
  accepted = g_base64_encode (digest, length);
  head = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n", accepted);
  if (write_all (fd, head, strlen (head)))
    stream (self, fd);
}

static gpointer
serve (gpointer data)
{
  Venue *self = ((gpointer *) data)[0];
  int fd = GPOINTER_TO_INT (((gpointer *) data)[1]), one = 1;
  char request[REQUEST] = "";
  gsize n = 0;

  g_free (data);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  while (n + 1 < sizeof request && strstr (request, "\r\n\r\n") == NULL)
    {
      gssize more = recv (fd, request + n, sizeof request - 1 - n, 0);

      if (more <= 0)
        break;
      n += (gsize) more;
      request[n] = '\0';
    }
  if (strcasestr (request, "Upgrade: websocket") != NULL)
    {
      upgrade (self, fd, request);
      if (g_atomic_int_get (&self->shared->drop) != self->shared->dropped)
        {
          __atomic_store_n (&self->shared->back, loopback_clock () + (gint64) self->shared->away_ms * 1000000, __ATOMIC_RELEASE);
          g_atomic_int_set (&self->shared->dropped, self->shared->drop);
        }
    }
  else
    answer (fd, request);
  shutdown (fd, SHUT_WR);
  close (fd);
  return NULL;
}

static void
run (Loopback *shared,
     int       listener)
{
  static Venue self;

  self.shared = shared;
  self.chance = 2463534242;
  for (;;)
    {
      int fd = accept (listener, NULL, NULL);
      gpointer *data;

      if (fd < 0)
        continue;
      if (loopback_clock () < __atomic_load_n (&shared->back, __ATOMIC_ACQUIRE))
        {
          close (fd);
          continue;
        }
      data = g_new (gpointer, 2);
      data[0] = &self;
      data[1] = GINT_TO_POINTER (fd);
      g_thread_unref (g_thread_new ("client", serve, data));
    }
}

Loopback *
loopback_start (void)
{
  Loopback *shared = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (shared == MAP_FAILED || listener < 0 || bind (listener, (struct sockaddr *) &address, size) != 0 || listen (listener, 16) != 0
      || getsockname (listener, (struct sockaddr *) &address, &size) != 0)
    g_error ("no venue: %s", g_strerror (errno));
  shared->port = ntohs (address.sin_port);
  switch (fork ())
    {
    case -1:
      g_error ("no venue: %s", g_strerror (errno));
    case 0:
      prctl (PR_SET_PDEATHSIG, SIGKILL); /* it ends with us */
      run (shared, listener);
      _exit (0);
    default:
      close (listener);
      return shared;
    }
}

char *
loopback_url (const Loopback *self)
{
  return g_strdup_printf ("ws://127.0.0.1:%d/stream", self->port);
}
