#include "io/reports/report-private.h"

#include <string.h>

/* RFC 4180: one line an entry, and nothing else; what a line cannot say is in the JSON. Whether the data is simulated stands in
 * every line, since lines get copied. */

typedef struct
{
  FILE           *file;
  const TfConfig *config;
} Csv;

/* A spreadsheet takes a cell that begins like a formula for one: such a text gets a leading apostrophe. Numbers are
 * numbers. */
static void
put_text (FILE       *file,
          const char *text)
{
  gboolean formula = *text != '\0' && strchr ("=+-@\t\r", *text) != NULL;

  putc (',', file);
  if (strpbrk (text, ",\"\r\n") == NULL)
    {
      if (formula)
        putc ('\'', file);
      fputs (text, file);
      return;
    }
  putc ('"', file);
  if (formula)
    putc ('\'', file);
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        putc ('"', file);
      putc (*text, file);
    }
  putc ('"', file);
}

static void
put_integer (FILE  *file,
             gint64 value)
{
  fprintf (file, ",%" G_GINT64_FORMAT, value);
}

static void
put_decimal (FILE  *file,
             gint64 raw)
{
  char text[TF_DECIMAL_SIZE];

  putc (',', file);
  /* Not a number: an empty cell. */
  if (raw != G_MININT64)
    fputs (tf_decimal_format (raw, text), file);
}

static gboolean
put_record (const TfRecord *record,
            gpointer        data)
{
  const Csv *self = data;
  FILE *file = self->file;
  char time[TF_TIME_SIZE], hash[2 * TF_HASH_SIZE + 1];

  fprintf (file, "%" G_GINT64_FORMAT ",%s", record->seq, tf_time_format (record->time, time));
  put_integer (file, record->cause);
  put_text (file, tf_record_kind_name (record->kind));
  put_integer (file, record->code);
  put_text (file, record->account);
  put_text (file, record->origin);
  put_text (file, record->instrument);
  put_text (file, record->reason);
  put_integer (file, record->ref);
  put_decimal (file, record->price);
  put_decimal (file, record->quantity);
  put_decimal (file, record->amount);
  put_decimal (file, record->fee);
  put_decimal (file, record->value);
  put_decimal (file, record->limit);
  put_text (file, record->text);
  tf_hash_to_hex (record->hash, hash);
  fprintf (file, ",%s", hash);
  put_text (file, self->config->market);
  fputs (self->config->simulated ? ",true\r\n" : ",false\r\n", file);
  return !ferror (file);
}

gboolean
tf_report_write_csv (const TfReport       *report,
                     const TfReportTotals *totals,
                     FILE                 *file,
                     GError              **error)
{
  Csv csv = { .file = file, .config = report->snapshot->config };

  fputs ("seq,time,cause,kind,code,account,origin,instrument,reason,ref,price,quantity,amount,fee,value,limit,text,hash,"
         "market,simulated\r\n", file);
  return report->records (report->records_data, put_record, &csv, error);
}
