#pragma once

#include "core/base/fixed.h"
#include "core/base/time.h"

G_BEGIN_DECLS

#define TF_EDGAR_BYTES_MAX (8 * 1024 * 1024)

/* A current report in the list of a company's filings. */
typedef struct
{
  char   accession[24];
  char   document[96];
  TfTime accepted; /* as written, taken for UTC; see tf_edgar_published() */
} TfEdgarFiling;

/* What a filing says of bitcoins in one period. */
typedef struct
{
  TfTime   from, until; /* the first and the last day, at their beginning */
  gint8    side;        /* +1 acquired, −1 sold */
  TfQty    quantity;
  TfPrice  price;       /* average */
  gboolean has_position;
  TfQty    position;    /* all that is held afterwards */
} TfEdgarChange;

gboolean    tf_edgar_cik        (const char   *address,
                                 guint64      *cik,
                                 GError      **error);
GArray     *tf_edgar_filings    (const char   *text,
                                 gssize        length,
                                 guint        *refused,
                                 GError      **error);
TfTime      tf_edgar_published  (TfTime        accepted,
                                 TfTime        received);
GArray     *tf_edgar_changes    (const char   *html,
                                 gsize         length,
                                 GError      **error);

G_END_DECLS
