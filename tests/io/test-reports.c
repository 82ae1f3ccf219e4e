#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/base/random.h"
#include "demo-run.h"
#include "io/reports/report.h"
#include "io/storage/journal.h"

#define EVENTS 60000

static char *folder;
static TfEngine *engine;
static TfWorkspace *workspace;
static TfReport report;

/* The journal as the report's records. */
static gboolean
read_journal (gpointer     data,
              TfReportSink each,
              gpointer     sink,
              GError     **error)
{
  return tf_journal_iterate (workspace, data, each, sink, error);
}

static char *
write_report (TfReportFormat format)
{
  g_autofree char *name = g_strconcat ("report.", tf_report_format_name (format), NULL);
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_report_write (&report, format, path, &error));
  g_assert_no_error (error);
  return path;
}

static gint64
get_decimal (JsonObject *object,
             const char *name)
{
  const char *text = json_object_get_string_member (object, name);
  gint64 raw;

  g_assert_true (tf_decimal_parse (text, -1, &raw, NULL));
  return raw;
}

static void
test_totals (void)
{
  g_autoptr (TfSnapshot) snapshot = tf_engine_snapshot (engine, -1);
  g_autoptr (GError) error = NULL;
  TfReportTotals totals;

  g_assert_true (tf_report_totals (&report, &totals, &error));
  g_assert_no_error (error);
  g_assert_cmpint (totals.entries, ==, tf_engine_get_seq (engine));
  g_assert_cmpint (totals.fills, ==, snapshot->fills);
  g_assert_cmpint (totals.fills, >, 0);
  g_assert_cmpmem (totals.verdicts, sizeof totals.verdicts, snapshot->verdicts, sizeof snapshot->verdicts);
  for (guint a = 0; a < snapshot->config->n_accounts; a++)
    {
      g_assert_cmpint (totals.accounts[a].fees.raw, ==, snapshot->accounts[a].fees.raw);
      g_assert_cmpint (totals.accounts[a].realized.raw, ==, snapshot->accounts[a].realized.raw);
    }
}

/* Read back, every entry is what the journal has, down to the hash. */
typedef struct
{
  JsonArray *entries;
  guint      at;
} Comparing;

static gboolean
compare_json (const TfRecord *record,
              gpointer        data)
{
  Comparing *self = data;
  JsonObject *entry = json_array_get_object_element (self->entries, self->at++);
  char time[TF_TIME_SIZE], hash[2 * TF_HASH_SIZE + 1];

  tf_hash_to_hex (record->hash, hash);
  g_assert_cmpint (json_object_get_int_member (entry, "seq"), ==, record->seq);
  g_assert_cmpstr (json_object_get_string_member (entry, "time"), ==, tf_time_format (record->time, time));
  g_assert_cmpstr (json_object_get_string_member (entry, "kind"), ==, tf_record_kind_name (record->kind));
  g_assert_cmpstr (json_object_get_string_member (entry, "account"), ==, record->account);
  g_assert_cmpstr (json_object_get_string_member (entry, "origin"), ==, record->origin);
  g_assert_cmpstr (json_object_get_string_member (entry, "reason"), ==, record->reason);
  g_assert_cmpstr (json_object_get_string_member (entry, "text"), ==, record->text);
  g_assert_cmpstr (json_object_get_string_member (entry, "hash"), ==, hash);
  g_assert_cmpint (get_decimal (entry, "price"), ==, record->price);
  g_assert_cmpint (get_decimal (entry, "amount"), ==, record->amount);
  if (record->value == G_MININT64)
    g_assert_true (json_object_get_null_member (entry, "value"));
  else
    g_assert_cmpint (get_decimal (entry, "value"), ==, record->value);
  return TRUE;
}

/* What was learned of a trader and where its copies' gap went, as the engine has it: through the workspace to the unit. */
static void
check_traders (JsonObject       *root,
               const TfSnapshot *snapshot)
{
  JsonArray *traders = json_object_get_array_member (root, "traders");
  guint results = 0;

  g_assert_cmpuint (json_array_get_length (traders), ==, TF_DEMO_TRADERS);
  for (guint t = 0; t < TF_DEMO_TRADERS; t++)
    {
      const TfVoterView *view = &snapshot->voters[snapshot->config->n_bots + t];
      JsonObject *trader = json_array_get_object_element (traders, t);
      JsonArray *copies = json_object_get_array_member (trader, "copies");

      g_assert_cmpstr (json_object_get_string_member (trader, "id"), ==, snapshot->config->traders[t].id);
      g_assert_cmpint (json_object_get_int_member (trader, "resolved"), ==, view->record.resolved);
      g_assert_true (json_object_get_boolean_member (trader, "too_early") == (view->record.resolved < TF_TRACK_ENOUGH));
      g_assert_true (json_object_get_null_member (trader, "hit_rate") == (view->record.resolved < TF_TRACK_ENOUGH));
      g_assert_cmpuint (json_array_get_length (copies), ==, snapshot->config->n_accounts);
      for (guint a = 0; a < snapshot->config->n_accounts; a++)
        {
          const TfGap *gap = &tf_snapshot_follow (snapshot, t, a)->gap;
          JsonObject *copy = json_array_get_object_element (copies, a);
          gint64 sum = get_decimal (copy, "copy");

          for (guint k = 0; k < TF_N_GAP_PARTS; k++)
            sum += get_decimal (json_object_get_object_member (copy, "gap"), tf_gap_part_name ((TfGapPart) k));
          g_assert_cmpint (get_decimal (copy, "copy"), ==, gap->copy.raw);
          g_assert_cmpint (get_decimal (copy, "leader"), ==, gap->leader.raw);
          g_assert_cmpint (sum, ==, gap->leader.raw);
          results += gap->leader.raw != 0;
        }
    }
  g_assert_cmpuint (results, >, 0);
}

static void
test_json (void)
{
  g_autofree char *path = write_report (TF_REPORT_JSON);
  g_autoptr (TfSnapshot) snapshot = tf_engine_snapshot (engine, -1);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *root, *totals;
  JsonArray *accounts;
  Comparing comparing = { NULL, 0 };
  struct stat info;

  g_assert_true (json_parser_load_from_file (parser, path, &error));
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (parser));
  g_assert_true (json_object_get_boolean_member (root, "simulated"));
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (root, "journal"), "entries"), ==, snapshot->seq);
  totals = json_object_get_object_member (root, "totals");
  g_assert_cmpint (json_object_get_int_member (totals, "fills"), ==, snapshot->fills);
  accounts = json_object_get_array_member (root, "accounts");
  g_assert_cmpuint (json_array_get_length (accounts), ==, 3);
  for (guint a = 0; a < 3; a++)
    {
      JsonObject *account = json_array_get_object_element (accounts, a);

      g_assert_cmpint (get_decimal (account, "equity"), ==, snapshot->accounts[a].equity.raw);
      g_assert_cmpint (get_decimal (account, "cash"), ==, snapshot->accounts[a].cash.raw);
      g_assert_cmpint (get_decimal (account, "fees"), ==, snapshot->accounts[a].fees.raw);
    }
  check_traders (root, snapshot);
  comparing.entries = json_object_get_array_member (root, "entries");
  g_assert_cmpint (json_array_get_length (comparing.entries), ==, snapshot->seq);
  g_assert_true (tf_journal_iterate (workspace, report.records_data, compare_json, &comparing, &error));
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0133, ==, 0);
  g_unlink (path);
}

/* A reader of RFC 4180: the fields of the line at *@p, which goes behind it. */
static GPtrArray *
read_line (const char **p)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func (g_free);

  for (;;)
    {
      GString *field = g_string_new (NULL);
      gboolean quoted = **p == '"';

      *p += quoted;
      while (quoted ? **p != '"' || (*p)[1] == '"' : **p != ',' && **p != '\r')
        {
          g_assert_cmpint (**p, !=, '\0');
          *p += quoted && **p == '"';
          g_string_append_c (field, *(*p)++);
        }
      *p += quoted;
      g_ptr_array_add (fields, g_string_free (field, FALSE));
      if (**p == ',')
        {
          ++*p;
          continue;
        }
      g_assert_true (g_str_has_prefix (*p, "\r\n"));
      *p += 2;
      return fields;
    }
}

typedef struct
{
  const char *p;
  guint       lines;
} Reading;

static gboolean
compare_csv (const TfRecord *record,
             gpointer        data)
{
  Reading *self = data;
  g_autoptr (GPtrArray) fields = read_line (&self->p);
  char price[TF_DECIMAL_SIZE], hash[2 * TF_HASH_SIZE + 1];
  const char *text;

  self->lines++;
  g_assert_cmpuint (fields->len, ==, 20);
  g_assert_cmpint (g_ascii_strtoll (g_ptr_array_index (fields, 0), NULL, 10), ==, record->seq);
  g_assert_cmpstr (g_ptr_array_index (fields, 3), ==, tf_record_kind_name (record->kind));
  g_assert_cmpstr (g_ptr_array_index (fields, 5), ==, record->account);
  g_assert_cmpstr (g_ptr_array_index (fields, 10), ==, tf_decimal_format (record->price, price));
  text = g_ptr_array_index (fields, 16);
  if (*record->text != '\0' && strchr ("=+-@\t\r", *record->text) != NULL)
    g_assert_cmpint (*text++, ==, '\'');
  g_assert_cmpstr (text, ==, record->text);
  tf_hash_to_hex (record->hash, hash);
  g_assert_cmpstr (g_ptr_array_index (fields, 17), ==, hash);
  g_assert_cmpstr (g_ptr_array_index (fields, 19), ==, "true");
  return TRUE;
}

static void
test_csv (void)
{
  g_autofree char *path = write_report (TF_REPORT_CSV), *text = NULL;
  g_autoptr (GPtrArray) header = NULL;
  g_autoptr (GError) error = NULL;
  Reading reading = { 0 };

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  reading.p = text;
  header = read_line (&reading.p);
  g_assert_cmpuint (header->len, ==, 20);
  g_assert_true (tf_journal_iterate (workspace, report.records_data, compare_csv, &reading, &error));
  g_assert_cmpint (reading.lines, ==, tf_engine_get_seq (engine));
  g_assert_cmpint (*reading.p, ==, '\0');
  g_unlink (path);
}

/* Texts that break careless writers. */
static gboolean
nasty_records (gpointer     data,
               TfReportSink each,
               gpointer     sink,
               GError     **error)
{
  static const char *const texts[] = { "=1+1", "@SUM(A1)", "-2", "a,b", "say \"no\"", "two\r\nlines", "\t", "\xff\xfe", "ü 😀" };
  TfRecord record = { .kind = TF_RECORD_ALERT, .account = "", .origin = "+x", .instrument = "", .reason = "", .quantity = -5,
                      .value = G_MININT64 };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      record.seq = i + 1;
      record.text = texts[i];
      each (&record, sink);
    }
  return TRUE;
}

static void
test_nasty (void)
{
  TfReport nasty = report;
  g_autofree char *csv = g_build_filename (folder, "nasty.csv", NULL), *json = g_build_filename (folder, "nasty.json", NULL);
  g_autofree char *pdf = g_build_filename (folder, "nasty.pdf", NULL), *text = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  nasty.records = nasty_records;
  g_assert_true (tf_report_write (&nasty, TF_REPORT_CSV, csv, &error));
  g_assert_true (tf_report_write (&nasty, TF_REPORT_JSON, json, &error));
  g_assert_true (tf_report_write (&nasty, TF_REPORT_PDF, pdf, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (csv, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, ",'=1+1,"));
  g_assert_nonnull (strstr (text, ",'@SUM(A1),"));
  g_assert_nonnull (strstr (text, ",'+x,"));
  g_assert_nonnull (strstr (text, ",-0.00000005,"));
  g_assert_nonnull (strstr (text, ",\"say \"\"no\"\"\","));
  g_assert_true (json_parser_load_from_file (parser, json, &error));
  g_assert_no_error (error);
  g_unlink (csv);
  g_unlink (json);
  g_unlink (pdf);
}

/* Whole pages, and another number of them for a shorter journal. */
static guint
count_pages (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size;
  guint pages = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, >, 1000);
  g_assert_true (g_str_has_prefix (bytes, "%PDF-"));
  g_assert_nonnull (g_strstr_len (bytes + size - 16, 16, "%%EOF"));
  for (gsize i = 0; i + 12 < size; i++)
    pages += strncmp (bytes + i, "/Type /Page ", 12) == 0;
  return pages;
}

static void
test_pdf (void)
{
  TfJournalFilter few = { .limit = 20 };
  TfReport small = report;
  g_autofree char *path = write_report (TF_REPORT_PDF), *other = g_build_filename (folder, "small.pdf", NULL);
  g_autoptr (GError) error = NULL;

  small.records_data = &few;
  small.account = "angry";
  g_assert_true (tf_report_write (&small, TF_REPORT_PDF, other, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_pages (path), >, count_pages (other));
  g_assert_cmpuint (count_pages (other), >, 1);
  if (g_getenv ("TF_KEEP_PDF") != NULL)
    g_rename (path, g_getenv ("TF_KEEP_PDF"));
  g_unlink (path);
  g_unlink (other);
}

static gboolean
failing_records (gpointer     data,
                 TfReportSink each,
                 gpointer     sink,
                 GError     **error)
{
  g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "journal: found nothing, expected entries");
  return FALSE;
}

/* What was there before stays until there is something whole. */
static void
test_failure (gconstpointer data)
{
  TfReportFormat format = GPOINTER_TO_UINT (data);
  g_autofree char *path = g_build_filename (folder, "old", NULL), *nowhere = g_build_filename (folder, "no", "where", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  TfReport failing = report;
  guint files = 0;

  g_assert_true (g_file_set_contents (path, "before", -1, NULL));
  failing.records = failing_records;
  g_assert_false (tf_report_write (&failing, format, path, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "before");
  g_assert_false (tf_report_write (&report, format, nowhere, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_STORAGE);
  g_clear_error (&error);
  /* A full disk. */
  g_assert_false (tf_report_write (&report, format, "/dev/full/x", &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_STORAGE);
  g_unlink (path);
  dir = g_dir_open (folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    files += !g_str_has_prefix (name, "demo.tfw");
  g_assert_cmpuint (files, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const ends[] = { "", "-wal", "-shm", "-lock" };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autoptr (TfSnapshot) snapshot = NULL;
  TfJournalFilter all = { 0 };
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("tf-reports-XXXXXX", NULL);
  path = g_build_filename (folder, "demo.tfw", NULL);
  engine = demo_run (path, EVENTS);
  workspace = tf_workspace_open (path, TF_WORKSPACE_READER, &error);
  g_assert_no_error (error);
  snapshot = tf_workspace_load_snapshot (workspace, &error);
  g_assert_no_error (error);
  report = (TfReport) {
    .workspace = "demo.tfw", .origin = "Demo market, seed 42: simulated", .snapshot = snapshot, .entries = snapshot->seq,
    .generated = TF_DEMO_START, .records = read_journal, .records_data = &all,
  };
  memcpy (report.head, snapshot->head, sizeof report.head);
  g_test_add_func ("/reports/totals", test_totals);
  g_test_add_func ("/reports/json", test_json);
  g_test_add_func ("/reports/csv", test_csv);
  g_test_add_func ("/reports/pdf", test_pdf);
  g_test_add_func ("/reports/nasty", test_nasty);
  for (guint i = TF_REPORT_JSON; i <= TF_REPORT_PDF; i++)
    {
      g_autofree char *name = g_strconcat ("/reports/failure/", tf_report_format_name ((TfReportFormat) i), NULL);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_failure);
    }
  status = g_test_run ();
  tf_workspace_close (workspace);
  tf_engine_free (engine);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *file = g_strconcat (path, ends[i], NULL);

      g_unlink (file);
    }
  g_rmdir (folder);
  g_free (folder);
  return status;
}
