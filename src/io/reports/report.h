#pragma once

#include "core/engine/record.h"
#include "core/engine/snapshot.h"

G_BEGIN_DECLS

typedef enum
{
  TF_REPORT_JSON,
  TF_REPORT_CSV,
  TF_REPORT_PDF,
} TfReportFormat;

/* @record is borrowed. FALSE: the report can't take it, stop. */
typedef gboolean (*TfReportSink)    (const TfRecord *record,
                                     gpointer        sink);

/* Gives every entry of the report to @each, oldest first; called more than once, and has to give the same again. */
typedef gboolean (*TfReportRecords) (gpointer        data,
                                     TfReportSink    each,
                                     gpointer        sink,
                                     GError        **error);

/* What a report says. Everything is borrowed and has to stay as it is until tf_report_write() returns. */
typedef struct
{
  const char       *workspace;    /* path or name */
  const char       *origin;       /* of the data, in a sentence: “Candles of …, 2017-08-17 to 2023-12-31” */
  const TfSnapshot *snapshot;     /* the state at the journal's head: accounts, voters, positions, curves */
  gint64            entries;      /* of the whole journal */
  guint8            head[TF_HASH_SIZE];
  TfTime            generated;    /* wall time */
  TfTime            from, to;     /* 0: open; which entries were asked for */
  const char       *account;      /* (nullable): only this account's */
  TfReportRecords   records;
  gpointer          records_data;
} TfReport;

/* Counted from the entries that are in the report. */
typedef struct
{
  gint64  entries, first, last;        /* seq of the first and the last */
  gint64  kinds[TF_N_RECORDS];
  gint64  verdicts[TF_N_VERDICTS];
  gint64  fills;
  TfMoney fees, realized;              /* over all accounts, of FILL entries */
  struct { gint64 fills; TfMoney fees, realized; } accounts[TF_MAX_ACCOUNTS]; /* in the configuration's order */
  TfTime  first_time, last_time;
} TfReportTotals;

const char *tf_report_format_name (TfReportFormat   format);
gboolean    tf_report_format_find (const char      *name,
                                   TfReportFormat  *format);
gboolean    tf_report_write       (const TfReport  *report,
                                   TfReportFormat   format,
                                   const char      *path,
                                   GError         **error);
gboolean    tf_report_totals      (const TfReport  *report,
                                   TfReportTotals  *totals,
                                   GError         **error);

G_END_DECLS
