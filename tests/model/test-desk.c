#include <math.h>
#include <string.h>

#include "model/desk.h"

/* A desk on a system that never runs: what it lists comes from entries that the test makes up. */
typedef struct
{
  TfSystem *system;
  TfDesk   *desk;
  gint64    seq;
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  f->system = tf_system_new ();
  f->desk = tf_desk_new (f->system);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  g_object_add_weak_pointer (G_OBJECT (f->desk), (gpointer *) &f->desk);
  g_object_unref (f->desk);
  g_assert_null (f->desk);
  g_assert_finalize_object (f->system);
}

static void
send (Fixture  *f,
      TfRecord  record)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  TfEntry entry = { .record = record };

  entry.record.seq = ++f->seq;
  entry.record.time = f->seq * TF_SECOND;
  if (entry.record.account == NULL)
    entry.record.account = "";
  if (entry.record.text == NULL)
    entry.record.text = "";
  g_ptr_array_add (entries, &entry);
  g_signal_emit_by_name (f->system, "records", entries);
}

static void
on_updated (gboolean *done)
{
  *done = TRUE;
}

static void
settle (Fixture *f)
{
  gboolean done = FALSE;
  gulong id = g_signal_connect_swapped (f->desk, "updated", G_CALLBACK (on_updated), &done);

  while (!done)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (f->desk, id);
}

#define VOTES "stop=90 target=120 sd=0.2 cost=0.1 agreement=0.6 voices=5 for=3 against=2 dissent=turtle-long votes=a:12,b:-30"

static void
propose (Fixture *f,
         gint64   signal)
{
  send (f, (TfRecord) { .kind = TF_RECORD_SIGNAL, .code = 1, .origin = tf_desk_get_config (f->desk)->bots[0].id,
                        .instrument = "BTC-USDT", .reason = "", .ref = signal, .price = 100 * TF_SCALE,
                        .value = tf_ratio_raw (0.71), .limit = tf_ratio_raw (0.05), .text = VOTES });
}

static void
judge (Fixture    *f,
       gint64      signal,
       const char *account,
       TfVerdict   verdict)
{
  send (f, (TfRecord) { .kind = TF_RECORD_VERDICT, .code = (gint32) verdict, .account = account, .origin = "",
                        .instrument = "BTC-USDT", .reason = "confidence", .ref = signal, .value = tf_ratio_raw (0.71),
                        .limit = tf_ratio_raw (0.85) });
}

static void
test_before (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (TfAccountItem) account = g_list_model_get_item (tf_desk_get_accounts (f->desk), 0);
  g_autofree char *id = NULL;
  gint64 equity;

  g_assert_cmpuint (g_list_model_get_n_items (tf_desk_get_accounts (f->desk)), ==, 3);
  g_assert_cmpuint (g_list_model_get_n_items (tf_desk_get_bots (f->desk)), ==, 20);
  g_assert_cmpuint (g_list_model_get_n_items (tf_desk_get_traders (f->desk)), ==, 20);
  g_assert_true (tf_desk_get_simulated (f->desk));
  g_assert_false (tf_desk_get_halted (f->desk));
  g_assert_cmpint (tf_desk_get_totals (f->desk)->equity, ==, 300000 * TF_SCALE);
  g_object_get (account, "id", &id, "equity", &equity, NULL);
  g_assert_cmpstr (id, ==, "woods1");
  g_assert_cmpint (equity, ==, 100000 * TF_SCALE);
}

static void
test_market (Fixture       *f,
             gconstpointer  data)
{
  tf_desk_set_market (f->desk, "replay");
  g_assert_false (tf_desk_get_simulated (f->desk));
  g_assert_cmpuint (g_list_model_get_n_items (tf_desk_get_traders (f->desk)), ==, 20);
  g_assert_cmpint (tf_desk_get_config (f->desk)->interval, ==, TF_HOUR);
  tf_desk_set_market (f->desk, "coinbase");
  g_assert_false (tf_desk_get_simulated (f->desk));
  g_assert_cmpint (tf_desk_get_config (f->desk)->interval, ==, TF_MINUTE);
  g_assert_cmpstr (tf_desk_get_config (f->desk)->universe->items[0].symbol, ==, "BTC-USD");
  g_assert_cmpuint (g_list_model_get_n_items (tf_desk_get_connections (f->desk)), ==, 0);
}

static void
test_signal (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (TfSignalItem) item = NULL;
  g_autoptr (GArray) parts = NULL;

  propose (f, 1);
  judge (f, 1, "woods1", TF_VERDICT_REJECTED);
  judge (f, 1, "angry", TF_VERDICT_ACCEPTED);
  settle (f);
  item = g_list_model_get_item (tf_desk_get_signals (f->desk), 0);
  g_assert_cmpint (item->now.verdicts, ==, 2);
  judge (f, 1, "handjob", TF_VERDICT_RESIZED);
  g_assert_cmpint (item->now.verdicts, ==, 3);
  g_assert_cmpint (item->now.copied, ==, 1 << 1 | 1 << 2);
  g_assert_cmpfloat_with_epsilon (item->now.stop, 90, 1e-9);
  g_assert_cmpint (item->now.in_favour, ==, 3);
  g_assert_cmpstr (item->now.dissent, ==, "turtle-long");
  parts = tf_signal_item_contributions (item);
  g_assert_cmpuint (parts->len, ==, 2);
  g_assert_cmpstr (g_array_index (parts, TfContribution, 0).id, ==, "b");
  g_assert_cmpfloat_with_epsilon (g_array_index (parts, TfContribution, 0).r, -0.03, 1e-9);
  send (f, (TfRecord) { .kind = TF_RECORD_OUTCOME, .ref = 1, .origin = "", .instrument = "BTC-USDT", .reason = "stop",
                        .value = tf_ratio_raw (-1.1) });
  g_assert_true (item->now.resolved);
  g_assert_cmpfloat_with_epsilon (item->now.outcome, -1.1, 1e-9);
}

static void
test_source (void)
{
  TfSignalValues values = { .signal = 1 };
  g_autoptr (TfSignalItem) item =
    tf_signal_item_new (&values, "source=filings id=7 symbol=BTC quantity=2 happened=2020-01-01T00:00:00Z published=x received=y "
                                 "trader=Some Body; stop=5 is evidence");
  g_autofree char *happened = tf_signal_item_get_source (item, "happened");
  g_autofree char *id = tf_signal_item_get_source (item, "id");
  g_autofree char *evidence = tf_signal_item_get_source (item, "evidence");

  g_assert_cmpstr (happened, ==, "2020-01-01T00:00:00Z");
  g_assert_cmpstr (id, ==, "7");
  g_assert_cmpstr (evidence, ==, "stop=5 is evidence");
  g_assert_true (isnan (item->now.stop));
  g_assert_true (isnan (item->now.confidence));
}

/* What nobody copies is told in one line, with the numbers. */
static void
test_refusal (Fixture       *f,
              gconstpointer  data)
{
  static const char *const accounts[] = { "woods1", "angry", "handjob" };
  g_autoptr (TfFeedItem) item = NULL;

  propose (f, 1);
  for (guint a = 0; a < G_N_ELEMENTS (accounts); a++)
    judge (f, 1, accounts[a], TF_VERDICT_REJECTED);
  settle (f);
  g_assert_cmpuint (g_list_model_get_n_items (tf_desk_get_feed (f->desk)), ==, 1);
  item = g_list_model_get_item (tf_desk_get_feed (f->desk), 0);
  g_assert_cmpint (item->now.tone, ==, TF_TONE_REFUSED);
  g_assert_nonnull (strstr (item->now.text, "0.71 < 0.85"));
}

static void
fill (Fixture *f)
{
  send (f, (TfRecord) { .kind = TF_RECORD_FILL, .code = 1, .account = "angry", .origin = "", .instrument = "BTC-USDT",
                        .reason = "entry", .price = 100 * TF_SCALE, .quantity = TF_SCALE });
}

/* Newest first, and never more than so many; what stays is not made anew. */
static void
test_bounded (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (TfFillItem) first = NULL, again = NULL, last = NULL;

  for (guint i = 0; i < TF_DESK_ROWS; i++)
    fill (f);
  settle (f);
  first = g_list_model_get_item (tf_desk_get_fills (f->desk), 0);
  g_assert_cmpint (first->now.seq, ==, TF_DESK_ROWS);
  for (guint i = 0; i < 5; i++)
    fill (f);
  settle (f);
  g_assert_cmpuint (g_list_model_get_n_items (tf_desk_get_fills (f->desk)), ==, TF_DESK_ROWS);
  again = g_list_model_get_item (tf_desk_get_fills (f->desk), 5);
  g_assert_true (again == first);
  last = g_list_model_get_item (tf_desk_get_fills (f->desk), TF_DESK_ROWS - 1);
  g_assert_cmpint (last->now.seq, ==, 6);
}

/* Of a flood of news the newest are told, and how many there were before them. */
static void
test_flood (Fixture       *f,
            gconstpointer  data)
{
  GListModel *feed = tf_desk_get_feed (f->desk);
  g_autoptr (TfFeedItem) newest = NULL, oldest = NULL;

  for (guint i = 0; i < 100; i++)
    fill (f);
  settle (f);
  g_assert_cmpuint (g_list_model_get_n_items (feed), ==, 20);
  newest = g_list_model_get_item (feed, 0);
  oldest = g_list_model_get_item (feed, 19);
  g_assert_cmpint (newest->now.seq, ==, 100);
  g_assert_cmpstr (oldest->now.text, ==, "81 more: see the audit trail");
  g_assert_cmpuint (g_list_model_get_n_items (tf_desk_get_fills (f->desk)), ==, 100);
  fill (f);
  settle (f);
  g_assert_cmpuint (g_list_model_get_n_items (feed), ==, 21);
}

/* Numbers that begin again are another journal. */
static void
test_another_journal (Fixture       *f,
                      gconstpointer  data)
{
  for (guint i = 0; i < 5; i++)
    fill (f);
  settle (f);
  f->seq = 0;
  fill (f);
  settle (f);
  g_assert_cmpuint (g_list_model_get_n_items (tf_desk_get_fills (f->desk)), ==, 1);
}

static void
on_notify (GObject    *item,
           GParamSpec *pspec,
           GString    *names)
{
  g_string_append_printf (names, "%s ", pspec->name);
}

static void
test_notify (void)
{
  g_autoptr (TfItem) item = g_object_new (TF_TYPE_ACCOUNT_ITEM, NULL);
  g_autoptr (GString) names = g_string_new (NULL);
  TfAccountValues values = { .equity = 1, .positions = 2 };

  g_assert_true (tf_item_update (item, &values));
  g_signal_connect (item, "notify", G_CALLBACK (on_notify), names);
  g_assert_false (tf_item_update (item, &values));
  g_assert_cmpstr (names->str, ==, "");
  values.equity = 3;
  g_assert_true (tf_item_update (item, &values));
  g_assert_cmpstr (names->str, ==, "equity ");
}

/* What is left of a wait is counted from when it was announced; who tries once more has not got well by that. */
static void
test_connection (void)
{
  static const struct { TfConnectionState state; guint retry_ms; gint64 now; guint left; gint disturbed; } steps[] = {
    { TF_CONNECTION_CONNECTING, 0, 0, 0, FALSE },
    { TF_CONNECTION_LIVE, 0, 1000000, 0, FALSE },
    { TF_CONNECTION_BACKOFF, 4000, 2000000, 4000, TRUE },
    { TF_CONNECTION_BACKOFF, 4000, 3000000, 3000, TRUE },
    { TF_CONNECTION_BACKOFF, 4000, 9000000, 0, TRUE },
    { TF_CONNECTION_BACKOFF, 7000, 9500000, 7000, TRUE },
    { TF_CONNECTION_CONNECTING, 0, 10000000, 0, TRUE },
    { TF_CONNECTION_BACKOFF, 7000, 11000000, 7000, TRUE },
    { TF_CONNECTION_SUBSCRIBING, 0, 12000000, 0, TRUE },
    { TF_CONNECTION_LIVE, 0, 13000000, 0, FALSE },
    { TF_CONNECTION_DEGRADED, 0, 14000000, 0, TRUE },
  };
  g_autoptr (TfConnectionItem) item = g_object_new (TF_TYPE_CONNECTION_ITEM, NULL);
  gint64 errors;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      TfConnectionFigures figures = {
        .state = steps[i].state, .retry_ms = steps[i].retry_ms, .intake.errors = 1, .refused = 2, .request_errors = 3,
      };

      tf_connection_item_take (item, "Binance", &figures, steps[i].now);
      g_assert_cmpstr (item->now.venue, ==, "Binance");
      g_assert_cmpuint (item->now.line.retry_ms, ==, steps[i].left);
      g_assert_cmpint (item->now.disturbed, ==, steps[i].disturbed);
    }
  g_object_get (item, "errors", &errors, NULL);
  g_assert_cmpint (errors, ==, 6);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/desk/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("before-the-start", test_before);
  ADD ("market", test_market);
  ADD ("signal", test_signal);
  ADD ("refusal", test_refusal);
  ADD ("bounded", test_bounded);
  ADD ("flood", test_flood);
  ADD ("another-journal", test_another_journal);
  g_test_add_func ("/desk/source", test_source);
  g_test_add_func ("/desk/notify-only-changes", test_notify);
  g_test_add_func ("/desk/connection", test_connection);
  return g_test_run ();
}
