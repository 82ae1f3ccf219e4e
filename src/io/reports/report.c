#include "io/reports/report-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"

/* The table of formats: a new one is its file and its line here. */
static const struct
{
  const char    *name;
  TfReportWriter write;
} formats[] = {
  [TF_REPORT_JSON] = { "json", tf_report_write_json },
  [TF_REPORT_CSV] = { "csv", tf_report_write_csv },
  [TF_REPORT_PDF] = { "pdf", tf_report_write_pdf },
};

/**
 * tf_report_format_name:
 *
 * Returns: “json”, “csv” or “pdf”: also what its files' names end with
 */
const char *
tf_report_format_name (TfReportFormat format)
{
  g_return_val_if_fail ((guint) format < G_N_ELEMENTS (formats), "");
  return formats[format].name;
}

gboolean
tf_report_format_find (const char     *name,
                       TfReportFormat *format)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i].name, name) == 0)
      {
        *format = (TfReportFormat) i;
        return TRUE;
      }
  return FALSE;
}

/* Whether the report speaks of the account. */
gboolean
tf_report_has_account (const TfReport *report,
                       guint           account)
{
  return report->account == NULL || strcmp (report->account, report->snapshot->config->accounts[account].id) == 0;
}

typedef struct
{
  const TfConfig *config;
  TfReportTotals *totals;
  gboolean        fits;
} Counting;

static gboolean
count (const TfRecord *record,
       gpointer        data)
{
  Counting *self = data;
  TfReportTotals *totals = self->totals;
  gint account;

  if (totals->entries++ == 0)
    {
      totals->first = record->seq;
      totals->first_time = record->time;
    }
  totals->last = record->seq;
  totals->last_time = record->time;
  totals->kinds[record->kind]++;
  if (record->kind == TF_RECORD_VERDICT && record->code > 0 && record->code < TF_N_VERDICTS)
    totals->verdicts[record->code]++;
  if (record->kind != TF_RECORD_FILL)
    return TRUE;
  totals->fills++;
  self->fits = tf_money_add (totals->fees, (TfMoney) { record->fee }, &totals->fees)
               && tf_money_add (totals->realized, (TfMoney) { record->amount }, &totals->realized);
  account = tf_config_find_account (self->config, record->account);
  if (account >= 0 && self->fits)
    {
      totals->accounts[account].fills++;
      self->fits = tf_money_add (totals->accounts[account].fees, (TfMoney) { record->fee }, &totals->accounts[account].fees)
                   && tf_money_add (totals->accounts[account].realized, (TfMoney) { record->amount },
                                    &totals->accounts[account].realized);
    }
  return self->fits;
}

/**
 * tf_report_totals:
 * @totals: (out): what the entries of the report come to, each counted
 *
 * Errors: those of the iterator, and %TF_ERROR_RANGE for sums that do not fit.
 */
gboolean
tf_report_totals (const TfReport *report,
                  TfReportTotals *totals,
                  GError        **error)
{
  Counting counting = { .config = report->snapshot->config, .totals = totals, .fits = TRUE };

  *totals = (TfReportTotals) { 0 };
  if (!report->records (report->records_data, count, &counting, error))
    return FALSE;
  if (!counting.fits)
    g_set_error (error, TF_ERROR, TF_ERROR_RANGE, "entry %" G_GINT64_FORMAT ": found sums that do not fit, expected fewer",
                 totals->last);
  return counting.fits;
}

/* Writes to @path's neighbour and puts it in @path's place when it is whole and on the disk. */
static gboolean
write_file (const TfReport       *report,
            const TfReportTotals *totals,
            TfReportFormat        format,
            const char           *path,
            GError              **error)
{
  g_autofree char *partial = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (partial, O_WRONLY | O_CLOEXEC, 0644);
  FILE *file = fd >= 0 ? fdopen (fd, "w") : NULL;
  gboolean written, durable;
  int code;

  if (file == NULL)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "%s: found %s, expected a folder that can be written",
                   path, g_strerror (errno));
      if (fd >= 0)
        {
          close (fd);
          g_unlink (partial);
        }
      return FALSE;
    }
  written = formats[format].write (report, totals, file, error);
  errno = 0;
  durable = fflush (file) == 0 && !ferror (file) && fsync (fd) == 0;
  code = errno;
  if (fclose (file) != 0 && durable)
    {
      durable = FALSE;
      code = errno;
    }
  if (written && durable && g_rename (partial, path) == 0)
    return TRUE;
  if (written)
    g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "%s: found %s, expected room to write", path,
                 g_strerror (!durable && code != 0 ? code : errno != 0 ? errno : EIO));
  g_unlink (partial);
  return FALSE;
}

static gboolean
write_output (const TfReport       *report,
              const TfReportTotals *totals,
              TfReportFormat        format,
              GError              **error)
{
  if (!formats[format].write (report, totals, stdout, error))
    return FALSE;
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "standard output: found %s, expected room to write",
               g_strerror (errno != 0 ? errno : EIO));
  return FALSE;
}

/**
 * tf_report_write:
 * @path: (nullable): of the file; replaced only by a whole report. %NULL: standard output
 *
 * Errors: those of the iterator, and %TF_ERROR_STORAGE when @path can't be written.
 */
gboolean
tf_report_write (const TfReport *report,
                 TfReportFormat  format,
                 const char     *path,
                 GError        **error)
{
  TfReportTotals totals;

  g_return_val_if_fail ((guint) format < G_N_ELEMENTS (formats), FALSE);
  if (!tf_report_totals (report, &totals, error))
    return FALSE;
  return path != NULL ? write_file (report, &totals, format, path, error) : write_output (report, &totals, format, error);
}
