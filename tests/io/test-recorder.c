#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "io/feeds/queue.h"
#include "io/feeds/recorder.h"

static char *folder;

#define FRAMES 20000

static void
make_frame (guint    k,
            char     text[64],
            TfFrame *frame)
{
  g_snprintf (text, 64, "{\"message\":%u,\n\"odd\":\"%c\"}", k, 'a' + k % 26);
  *frame = (TfFrame) { k % 3 == 0 ? TF_FRAME_SENT : TF_FRAME_RECEIVED, k % 5 + 1, (TfTime) k * 1000, "about\n this", text, strlen (text) };
}

static char *
write_recording (const char *name,
                 gsize       part_size,
                 guint       waits)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  TfRecorder *recorder = tf_recorder_new (path, "binance", "wss://localhost/", part_size, &error);

  g_assert_no_error (error);
  for (guint k = 0; k < FRAMES; k++)
    {
      char text[64];
      TfFrame frame;

      make_frame (k, text, &frame);
      tf_recorder_add (recorder, &frame);
      if (waits > 0 && k % (FRAMES / waits) == FRAMES / waits - 1)
        g_usleep (1100 * 1000); /* so long that what is there gets a member of its own */
    }
  g_assert_true (tf_recorder_check (recorder, NULL));
  g_assert_true (tf_recorder_free (recorder, &error));
  g_assert_no_error (error);
  return path;
}

/* Reads, and checks each frame against what was written. Returns how many. */
static guint
read_back (const char *path,
           gboolean   *cut)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfRecording) recording = tf_recording_open (path, &error);
  TfFrame frame;
  guint k = 0, starts = 0;

  g_assert_no_error (error);
  while (tf_recording_next (recording, &frame, &error))
    {
      char text[64];
      TfFrame wrote;

      if (frame.kind == TF_FRAME_START)
        {
          g_assert_cmpstr (frame.about, ==, "binance");
          starts++;
          continue;
        }
      make_frame (k++, text, &wrote);
      g_assert_cmpint (frame.kind, ==, wrote.kind);
      g_assert_cmpuint (frame.wire, ==, wrote.wire);
      g_assert_cmpint (frame.time, ==, wrote.time);
      g_assert_cmpstr (frame.about, ==, wrote.about);
      g_assert_cmpmem (frame.text, frame.length, wrote.text, wrote.length);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (starts, >=, k > 0);
  *cut = tf_recording_is_cut (recording);
  return k;
}

static void
test_round (void)
{
  g_autofree char *path = write_recording ("round", 0, 0);
  g_autoptr (GError) error = NULL;
  gboolean cut;

  g_assert_cmpuint (read_back (path, &cut), ==, FRAMES);
  g_assert_false (cut);
  g_assert_null (tf_recorder_new (path, "binance", "", 0, &error)); /* never over what is there */
  g_assert_error (error, TF_ERROR, TF_ERROR_STORAGE);
  g_unlink (path);
}

static void
test_parts (void)
{
  g_autofree char *path = write_recording ("parts", 1000, 3);
  g_autofree char *second = g_strconcat (path, ".1", NULL), *third = g_strconcat (path, ".2", NULL);
  gboolean cut;

  g_assert_true (g_file_test (second, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (read_back (path, &cut), ==, FRAMES);
  g_assert_false (cut);
  g_unlink (path);
  g_unlink (second);
  g_unlink (third);
}

/* A crash at any byte leaves all whole members readable. */
static void
test_cut (void)
{
  g_autofree char *path = write_recording ("cut", 0, 3);
  g_autofree char *shorter = g_build_filename (folder, "shorter", NULL), *bytes = NULL;
  g_autoptr (GError) error = NULL;
  guint most = 0;
  gsize size;

  g_file_get_contents (path, &bytes, &size, &error);
  g_assert_no_error (error);
  for (gsize at = 1; at < size; at += size / 97)
    {
      gboolean cut;
      guint n;

      g_file_set_contents (shorter, bytes, (gssize) at, &error);
      g_assert_no_error (error);
      n = read_back (shorter, &cut);
      g_assert_cmpuint (n, >=, most);
      most = n;
    }
  g_assert_cmpuint (most, >, FRAMES / 4);
  g_unlink (path);
  g_unlink (shorter);
}

static void
test_bad (gconstpointer data)
{
  g_autofree char *path = g_build_filename (folder, "bad", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TfRecording) recording = NULL;
  TfFrame frame;

  g_file_set_contents (path, data, -1, &error);
  g_assert_no_error (error);
  recording = tf_recording_open (path, &error);
  g_assert_no_error (error);
  g_assert_false (tf_recording_next (recording, &frame, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_unlink (path);
}

static TfEvent
make_event (TfEventType type,
            gint16      instrument,
            TfTime      time)
{
  return (TfEvent) { .type = (guint8) type, .instrument = instrument, .time = time };
}

static void
test_queue_conflates (void)
{
  g_autoptr (TfEventQueue) queue = tf_event_queue_new (4, 3);
  TfEventQueueFigures figures;
  TfEvent out[16], event;

  for (guint k = 0; k < 4; k++)
    {
      event = make_event (TF_EVENT_TRADE, 0, k);
      g_assert_true (tf_event_queue_push (queue, &event));
    }
  for (guint k = 4; k < 100; k++) /* full: the newest of each instrument stays */
    {
      event = make_event (TF_EVENT_QUOTE, (gint16) (k % 3), k);
      g_assert_true (tf_event_queue_push (queue, &event));
    }
  event = make_event (TF_EVENT_COMMAND, -1, 1);
  g_assert_true (tf_event_queue_push (queue, &event));
  g_assert_cmpuint (tf_event_queue_pop (queue, out, 16, 0), ==, 8);
  g_assert_cmpuint (out[0].type, ==, TF_EVENT_COMMAND);
  for (guint k = 0; k < 4; k++)
    g_assert_cmpint (out[1 + k].time, ==, k);
  for (guint k = 0; k < 3; k++)
    g_assert_cmpint (out[5 + k].time, ==, 97 + k);
  tf_event_queue_get_figures (queue, &figures);
  g_assert_cmpuint (figures.conflated, ==, 93);
  g_assert_cmpuint (figures.waiting, ==, 0);
  tf_event_queue_close (queue);
  g_assert_false (tf_event_queue_push (queue, &event));
  g_assert_cmpuint (tf_event_queue_pop (queue, out, 16, -1), ==, 0);
}

#define PUSHES 100000

static gpointer
push_all (gpointer data)
{
  for (guint k = 0; k < PUSHES; k++)
    {
      TfEvent event = make_event (k % 4 == 3 ? TF_EVENT_QUOTE : TF_EVENT_TRADE, (gint16) (k % 3), k);

      g_assert_true (tf_event_queue_push (data, &event));
    }
  return NULL;
}

static void
test_queue_loses_no_trade (void)
{
  g_autoptr (TfEventQueue) queue = tf_event_queue_new (64, 3);
  GThread *threads[] = { g_thread_new ("a", push_all, queue), g_thread_new ("b", push_all, queue) };
  TfEventQueueFigures figures;
  TfEvent out[100];
  guint trades = 0, quotes = 0, n;

  while (trades < 2 * PUSHES / 4 * 3)
    {
      n = tf_event_queue_pop (queue, out, G_N_ELEMENTS (out), G_USEC_PER_SEC * 60);
      g_assert_cmpuint (n, >, 0);
      for (guint k = 0; k < n; k++)
        out[k].type == TF_EVENT_TRADE ? trades++ : quotes++;
    }
  for (guint k = 0; k < 2; k++)
    g_thread_join (threads[k]);
  while ((n = tf_event_queue_pop (queue, out, G_N_ELEMENTS (out), 0)) > 0)
    quotes += n;
  tf_event_queue_get_figures (queue, &figures);
  g_assert_cmpuint (trades, ==, 2 * PUSHES / 4 * 3);
  g_assert_cmpuint (quotes + figures.conflated, ==, 2 * PUSHES / 4);
  g_assert_cmpuint (figures.deepest, <=, 64);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("tf-recorder-XXXXXX", &error);
  g_assert_no_error (error);
  g_test_add_func ("/recorder/round", test_round);
  g_test_add_func ("/recorder/parts", test_parts);
  g_test_add_func ("/recorder/cut", test_cut);
  g_test_add_data_func ("/recorder/bad/text", "time,open,high,low,close,volume\n1,2,3,4,5,6\n", test_bad);
  g_test_add_data_func ("/recorder/bad/short", "x", test_bad);
  g_test_add_func ("/queue/conflates", test_queue_conflates);
  g_test_add_func ("/queue/loses-no-trade", test_queue_loses_no_trade);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
