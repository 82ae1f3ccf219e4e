#pragma once

#include <stdio.h>

#include "io/reports/report.h"

G_BEGIN_DECLS

/* One format: writes the whole report. What goes wrong with @file is noticed by the caller. */
typedef gboolean (*TfReportWriter) (const TfReport       *report,
                                    const TfReportTotals *totals,
                                    FILE                 *file,
                                    GError              **error);

gboolean tf_report_write_json  (const TfReport       *report,
                                const TfReportTotals *totals,
                                FILE                 *file,
                                GError              **error);
gboolean tf_report_write_csv   (const TfReport       *report,
                                const TfReportTotals *totals,
                                FILE                 *file,
                                GError              **error);
gboolean tf_report_write_pdf   (const TfReport       *report,
                                const TfReportTotals *totals,
                                FILE                 *file,
                                GError              **error);

gboolean tf_report_has_account (const TfReport       *report,
                                guint                 account);

G_END_DECLS
