/* How fast the journal takes, and gives back, entries: ./bench-storage [entries] */

#include <glib/gstdio.h>
#include <string.h>

#include "io/storage/journal.h"
#include "io/storage/writer.h"

#define BATCH 2000

static void
make_record (TfRecord *record,
             gint64    seq,
             char      text[128])
{
  static const char *const accounts[] = { "woods1", "angry", "handjob" };
  static const TfRecordKind kinds[] = { TF_RECORD_SIGNAL, TF_RECORD_VERDICT, TF_RECORD_VERDICT, TF_RECORD_VERDICT,
                                        TF_RECORD_ORDER, TF_RECORD_FILL, TF_RECORD_OUTCOME };
  TfRecordKind kind = kinds[seq % G_N_ELEMENTS (kinds)];

  g_snprintf (text, 128, "stop=%d target=%d agreement=0.64 quorum=7 expected=0.031", (int) (seq % 9973), (int) (seq % 7919));
  *record = (TfRecord) {
    .seq = seq, .time = seq * TF_SECOND, .cause = seq - 1, .kind = kind, .code = (gint32) (seq % 3),
    .account = kind == TF_RECORD_SIGNAL || kind == TF_RECORD_OUTCOME ? "" : accounts[seq % 3],
    .origin = "trend-follower-btc", .instrument = "BTC-USDT", .reason = "below-threshold",
    .ref = seq / 7, .price = 4308830000000 + seq, .quantity = 12345678, .amount = 53112345678, .fee = 5311234,
    .value = 71000000, .limit = 75000000, .text = text,
  };
}

int
main (int   argc,
      char *argv[])
{
  gint64 n = argc > 1 ? g_ascii_strtoll (argv[1], NULL, 10) : 500000, start, seq = 1;
  g_autofree char *folder = g_dir_make_tmp ("tf-bench-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bench.tfw", NULL);
  g_autofree char *lock = g_strconcat (path, "-lock", NULL);
  g_autoptr (GError) error = NULL;
  TfWorkspace *workspace = tf_workspace_open (path, TF_WORKSPACE_OWNER, &error);
  TfWriter *writer = workspace != NULL ? tf_writer_new (workspace, NULL, NULL, &error) : NULL;
  TfVerification result;
  guint8 head[TF_HASH_SIZE] = { 0 };
  char text[128];
  TfRecord record;

  if (writer == NULL)
    g_error ("%s", error->message);
  start = g_get_monotonic_time ();
  while (seq <= n)
    {
      TfBatch *batch = tf_batch_new ();

      for (guint i = 0; i < BATCH && seq <= n; i++, seq++)
        {
          make_record (&record, seq, text);
          tf_record_chain (&record, head);
          memcpy (head, record.hash, sizeof head);
          tf_batch_add (batch, &record);
        }
      if (!tf_writer_push (writer, batch, &error))
        g_error ("%s", error->message);
    }
  g_print ("made: %.0f entries/s\n", (double) n * 1e6 / (double) (g_get_monotonic_time () - start));
  if (!tf_writer_stop (writer, &error))
    g_error ("%s", error->message);
  g_print ("journaled: %.0f entries/s\n", (double) n * 1e6 / (double) (g_get_monotonic_time () - start));
  tf_workspace_close (workspace);
  start = g_get_monotonic_time ();
  if (!tf_journal_verify (path, NULL, NULL, NULL, &result, &error))
    g_error ("%s", error->message);
  g_print ("verified: %.0f entries/s, %s\n", (double) n * 1e6 / (double) (g_get_monotonic_time () - start),
           result.ok ? "ok" : result.what);
  g_unlink (path);
  g_unlink (lock);
  g_rmdir (folder);
  return result.ok ? 0 : 1;
}
