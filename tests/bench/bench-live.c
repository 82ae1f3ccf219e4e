/* A live run against a venue on this machine (loopback.c): socket to engine to fill to committed journal at 5,000 messages a
 * second beside what one fsync costs, 100,000 messages a second without a lost trade in bounded memory, and how soon a
 * line that was cut gives events again.   bench-live [SECONDS of the flood=10]
 * Ten instruments, twenty bots, three accounts, bars of a second. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loopback.h"
#include "model/run.h"

#define CALM_RATE 5000
#define CALM_SECONDS 20
#define FLOOD_RATE 100000
#define CUTS 15
#define PATIENCE (30 * G_USEC_PER_SEC)
#define INSTRUMENTS 16

typedef struct
{
  Loopback *venue;
  TfRun    *run;
  GThread  *thread;
  GMutex    lock;
  gboolean  measuring;
  /* What has become durable. */
  gint64    trades, records, fills;
  gint64    first_id[INSTRUMENTS], last_id[INSTRUMENTS];
  guint     holes;
  GArray   *received, *decided, *committed, *commits; /* of gint64: ns */
} Bench;

static char *folder;

static void
add (GArray *samples,
     gint64  ns)
{
  g_array_append_val (samples, ns);
}

static gint64
sent_at (const Loopback *venue,
         const TfEvent  *event)
{
  gint64 raw = event->type == TF_EVENT_TRADE ? event->trade.price.raw : event->quote.bid.raw;

  return venue->sent[raw % LOOPBACK_MARKS];
}

static gboolean
is_marked (const TfEvent *event)
{
  return (event->type == TF_EVENT_TRADE || event->type == TF_EVENT_QUOTE) && (event->flags & TF_EVENT_HISTORY) == 0;
}

static void
note_event (Bench         *self,
            const TfEvent *event)
{
  if (!is_marked (event))
    return;
  if (self->measuring)
    add (self->received, event->time - sent_at (self->venue, event));
  if (event->type != TF_EVENT_TRADE)
    return;
  self->trades++;
  if (self->first_id[event->instrument] == 0)
    self->first_id[event->instrument] = event->trade.id;
  else
    self->holes += event->trade.id != self->last_id[event->instrument] + 1;
  self->last_id[event->instrument] = event->trade.id;
}

/* Durable: an entry's time is that of the event that led to it, and that one's price says when it was sent. */
static void
on_committed (const TfBatch *batch,
              gpointer       data)
{
  Bench *self = data;
  const TfEvent *events = batch->inputs != NULL ? (const TfEvent *) batch->inputs->data : NULL;
  guint n = batch->inputs != NULL ? batch->inputs->len / sizeof (TfEvent) : 0, at = 0;
  gint64 now = loopback_clock (), commit, before = 0;
  TfRunFigures figures;

  tf_run_get_figures (self->run, &figures);
  commit = (gint64) (figures.commit_ms * 1e6);
  g_mutex_lock (&self->lock);
  for (guint k = 0; k < n; k++)
    note_event (self, &events[k]);
  self->records += batch->records->len;
  if (self->measuring && batch->records->len > 0)
    add (self->commits, commit);
  for (guint k = 0; k < batch->records->len; k++)
    {
      const TfRecord *record = &g_array_index (batch->records, TfRecord, k);

      self->fills += record->kind == TF_RECORD_FILL;
      if (!self->measuring || record->time == before)
        continue;
      before = record->time;
      while (at + 1 < n && events[at + 1].time <= record->time)
        at++;
      if (at < n && events[at].time == record->time && is_marked (&events[at]))
        {
          gint64 way = now - sent_at (self->venue, &events[at]);

          add (self->committed, way);
          add (self->decided, MAX (way - commit, 0));
        }
    }
  g_mutex_unlock (&self->lock);
}

static gpointer
loop (gpointer data)
{
  Bench *self = data;
  g_autoptr (GError) error = NULL;

  if (!tf_run_loop (self->run, &error))
    g_error ("%s", error->message);
  return NULL;
}

static gint64
taken (Bench *self)
{
  gint64 trades;

  g_mutex_lock (&self->lock);
  trades = self->trades;
  g_mutex_unlock (&self->lock);
  return trades;
}

static gint64
sent_trades (const Bench *self)
{
  return __atomic_load_n (&self->venue->trades, __ATOMIC_ACQUIRE);
}

/* Until all trades that were sent are in the journal. */
static gboolean
wait_for_all (Bench *self)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;

  while (taken (self) < sent_trades (self) && g_get_monotonic_time () < until)
    g_usleep (1000);
  return taken (self) == sent_trades (self);
}

static void
begin (Bench      *self,
       Loopback   *venue,
       const char *name)
{
  g_autoptr (TfRunSpec) spec = tf_run_spec_new ("binance");
  g_autoptr (GError) error = NULL;

  memset (self, 0, sizeof *self);
  g_mutex_init (&self->lock);
  self->venue = venue;
  self->received = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->decided = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->committed = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->commits = g_array_new (FALSE, FALSE, sizeof (gint64));
  spec->workspace = g_strdup_printf ("%s/%s.tfw", folder, name);
  spec->endpoint = loopback_url (venue);
  spec->interval = TF_SECOND;
  self->run = tf_run_new (spec, on_committed, NULL, self);
  if (!tf_run_prepare (self->run, &error))
    g_error ("%s", error->message);
  self->thread = g_thread_new ("run", loop, self);
}

static void
end (Bench *self)
{
  g_autoptr (GError) error = NULL;

  tf_run_stop (self->run);
  g_thread_join (self->thread);
  if (!tf_run_check (self->run, &error))
    g_error ("%s", error->message);
  tf_run_free (self->run);
  g_array_unref (self->received);
  g_array_unref (self->decided);
  g_array_unref (self->committed);
  g_array_unref (self->commits);
  g_mutex_clear (&self->lock);
}

static int
compare (const void *a,
         const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static void
print_samples (const char *what,
               GArray     *samples)
{
  const gint64 *ns = (const gint64 *) samples->data;
  guint n = samples->len;

  if (n == 0)
    {
      printf ("  %-46s nothing was measured\n", what);
      return;
    }
  qsort (samples->data, n, sizeof (gint64), compare);
  printf ("  %-46s %8.3f %8.3f %8.3f %8u\n", what, (double) ns[n / 2] / 1e6, (double) ns[n * 99 / 100] / 1e6,
          (double) ns[n - 1] / 1e6, n);
}

/* What the disk asks for a page made durable, while all else goes on. */
static GArray *
measure_fsync (guint  n,
               gulong every_us)
{
  g_autofree char *path = g_build_filename (folder, "fsync", NULL);
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (gint64));
  char page[4096] = "";
  int fd = open (path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

  for (guint k = 0; k < n; k++)
    {
      gint64 before;

      g_usleep (every_us);
      before = loopback_clock ();
      if (pwrite (fd, page, sizeof page, (off_t) (k * sizeof page)) != sizeof page || fsync (fd) != 0)
        g_error ("no fsync in %s", folder);
      add (samples, loopback_clock () - before);
    }
  close (fd);
  return samples;
}

static double
resident_mb (void)
{
  g_autofree char *text = NULL;

  return g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
         ? (double) g_ascii_strtoull (strchr (text, ' '), NULL, 10) * (double) sysconf (_SC_PAGESIZE) / 1048576 : 0;
}

static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* What the client says of its line: nothing went wrong when all of it is 0. */
static void
print_line (Bench *self)
{
  TfRunFigures figures;
  const TfConnectionFigures *line = &figures.connection;

  g_usleep (G_USEC_PER_SEC / 2); /* they are that old */
  tf_run_get_figures (self->run, &figures);
  printf ("  the client's own figures: %" G_GUINT64_FORMAT " messages, reconnects %u, gaps %" G_GUINT64_FORMAT ", errors %" G_GUINT64_FORMAT
          ", duplicates %" G_GUINT64_FORMAT ", quotes conflated %" G_GUINT64_FORMAT "\n", (guint64) line->intake.messages, line->reconnects,
          (guint64) line->intake.gaps, (guint64) line->intake.errors, (guint64) line->intake.duplicates, (guint64) line->conflated);
}

static gboolean
bench_latency (Loopback *venue)
{
  g_autoptr (GArray) fsyncs = NULL;
  Bench self;
  gboolean all;
  double cpu;

  begin (&self, venue, "calm");
  g_atomic_int_set (&venue->rate, CALM_RATE);
  g_usleep (2 * G_USEC_PER_SEC); /* the first bars */
  g_mutex_lock (&self.lock);
  self.measuring = TRUE;
  g_mutex_unlock (&self.lock);
  cpu = cpu_seconds ();
  fsyncs = measure_fsync (CALM_SECONDS * 10, G_USEC_PER_SEC / 10);
  cpu = (cpu_seconds () - cpu) / CALM_SECONDS;
  g_atomic_int_set (&venue->rate, 0);
  all = wait_for_all (&self);
  printf ("live: %d messages/s of ten instruments: %" G_GINT64_FORMAT " trades sent, %" G_GINT64_FORMAT " in the journal's inputs, %"
          G_GINT64_FORMAT " entries, %" G_GINT64_FORMAT " fills, %.0f %% of a core\n", CALM_RATE, sent_trades (&self), self.trades,
          self.records, self.fills, cpu * 100);
  printf ("  %-46s %8s %8s %8s %8s\n", "ms", "p50", "p99", "most", "n");
  print_samples ("sent to received", self.received);
  print_samples ("sent to decided (handed to the journal)", self.decided);
  print_samples ("sent to committed, with fills and their order", self.committed);
  print_samples ("commit", self.commits);
  print_samples ("one fsync of a page", fsyncs);
  print_line (&self);
  end (&self);
  return all && self.holes == 0;
}

static gboolean
bench_flood (Loopback *venue,
             guint     seconds)
{
  gint64 messages = __atomic_load_n (&venue->messages, __ATOMIC_ACQUIRE), trades = sent_trades (&(Bench) { .venue = venue });
  gint64 deepest = 0, begun, sent, behind;
  double memory[3] = { 0 }, most = 0, cpu, took;
  Bench self;
  gboolean all;

  begin (&self, venue, "flood");
  self.trades = trades; /* of before */
  g_atomic_int_set (&venue->rate, CALM_RATE);
  g_usleep (G_USEC_PER_SEC);
  memory[0] = resident_mb ();
  cpu = cpu_seconds ();
  messages = __atomic_load_n (&venue->messages, __ATOMIC_ACQUIRE);
  begun = g_get_monotonic_time ();
  g_atomic_int_set (&venue->rate, FLOOD_RATE);
  for (guint k = 0; k < seconds * 20; k++)
    {
      g_usleep (G_USEC_PER_SEC / 20);
      if (k == seconds * 10)
        memory[1] = resident_mb ();
      most = MAX (most, resident_mb ());
      deepest = MAX (deepest, sent_trades (&self) - taken (&self));
    }
  g_atomic_int_set (&venue->rate, 0);
  sent = __atomic_load_n (&venue->messages, __ATOMIC_ACQUIRE) - messages;
  took = (double) (g_get_monotonic_time () - begun) / 1e6;
  memory[2] = resident_mb ();
  cpu = (cpu_seconds () - cpu) / took;
  begun = g_get_monotonic_time ();
  all = wait_for_all (&self);
  behind = (g_get_monotonic_time () - begun) / 1000;
  printf ("live: %u s of %d messages/s: %.0f/s went through, %.0f %% of a core\n", seconds, FLOOD_RATE, (double) sent / took, cpu * 100);
  printf ("  trades sent %" G_GINT64_FORMAT ", taken and durable %" G_GINT64_FORMAT ", holes in their numbers %u, entries %" G_GINT64_FORMAT "\n",
          sent_trades (&self) - trades, self.trades - trades, self.holes, self.records);
  printf ("  trades under way to the disk at most %" G_GINT64_FORMAT ", all durable %" G_GINT64_FORMAT " ms after the last\n", deepest, behind);
  printf ("  resident %.0f MB at the start, %.0f MB in the middle, %.0f MB at the end, %.0f MB at most\n", memory[0], memory[1], memory[2],
          most);
  print_line (&self);
  end (&self);
  return all && self.holes == 0;
}

/* Ends at the first event that was sent after @back; its time. */
static TfTime
wait_for_event (TfEventQueue   *queue,
                const Loopback *venue,
                TfTime          back)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;
  TfEvent events[64];

  while (g_get_monotonic_time () < until)
    {
      guint n;

      g_main_context_iteration (NULL, TRUE);
      n = tf_event_queue_pop (queue, events, G_N_ELEMENTS (events), 0);
      for (guint k = 0; k < n; k++)
        if (is_marked (&events[k]) && sent_at (venue, &events[k]) > back)
          return events[k].time;
    }
  g_error ("no event in time");
}

/* The client by itself, with its own delays; a connection counts as proven sooner than it does, since nobody waits a minute
 * here between two cuts. */
static void
bench_reconnect (Loopback *venue)
{
  static const gint aways[] = { 0, 1000, 3000 };
  static const TfConnectionEvents nothing;
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfEventQueue) queue = tf_event_queue_new (65536, universe->n);
  g_autoptr (TfConnection) connection = NULL;
  g_autofree TfMarket *markets = g_new0 (TfMarket, universe->n);
  g_autofree char *url = loopback_url (venue), *rest = g_strdup_printf ("http://127.0.0.1:%d", venue->port);
  g_autoptr (GError) error = NULL;

  for (guint k = 0; k < universe->n; k++)
    {
      g_strlcpy (markets[k].name, universe->items[k].symbol, sizeof markets[k].name);
      markets[k].instrument = (gint) k;
      markets[k].channels = TF_CHANNEL_TRADES | TF_CHANNEL_QUOTES;
    }
  connection = tf_connection_new (&(TfConnectionOptions) {
                                    .venue = tf_venue_find ("binance"), .url = url, .rest = rest, .markets = markets,
                                    .n_markets = universe->n, .seed = 7, .queue = queue, .proven_ms = 100,
                                  }, &nothing, NULL, &error);
  if (connection == NULL)
    g_error ("%s", error->message);
  tf_connection_start (connection);
  g_atomic_int_set (&venue->rate, CALM_RATE);
  printf ("live: the line is cut; from the venue's return to the first event of the new line\n  %-46s %8s %8s %8s %8s\n", "ms", "p50",
          "p99", "most", "n");
  for (guint k = 0; k < G_N_ELEMENTS (aways); k++)
    {
      g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_autofree char *what = aways[k] == 0 ? g_strdup ("back at once") : g_strdup_printf ("back after %d s", aways[k] / 1000);

      for (guint i = 0; i < (aways[k] == 0 ? CUTS : CUTS / 3); i++)
        {
          TfTime back = wait_for_event (queue, venue, loopback_clock () + 200 * 1000000); /* it is proven */

          venue->away_ms = aways[k];
          g_atomic_int_inc (&venue->drop);
          while (g_atomic_int_get (&venue->dropped) != g_atomic_int_get (&venue->drop))
            g_usleep (100);
          back = __atomic_load_n (&venue->back, __ATOMIC_ACQUIRE);
          add (times, wait_for_event (queue, venue, back) - back);
        }
      print_samples (what, times);
    }
  g_atomic_int_set (&venue->rate, 0);
}

int
main (int    argc,
      char **argv)
{
  Loopback *venue = loopback_start ();
  g_autoptr (GError) error = NULL;
  g_autofree char *quoted = NULL, *clean = NULL;
  guint seconds = argc > 1 ? (guint) atoi (argv[1]) : 10;
  gboolean all;

  setvbuf (stdout, NULL, _IOLBF, 0);
  folder = g_dir_make_tmp ("tf-bench-XXXXXX", &error);
  if (folder == NULL)
    g_error ("%s", error->message);
  all = bench_latency (venue);
  all = bench_flood (venue, seconds) && all;
  bench_reconnect (venue);
  quoted = g_shell_quote (folder);
  clean = g_strdup_printf ("rm -rf %s", quoted);
  if (!all)
    printf ("live: trades were lost\n");
  return system (clean) == 0 && all ? 0 : 1;
}
