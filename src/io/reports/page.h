#pragma once

#include <cairo.h>
#include <pango/pangocairo.h>

#include "plot/theme.h"

G_BEGIN_DECLS

/* Pages of A4 that fill from top to bottom: texts, tables, and room for charts. Lengths are points. Private to this
 * folder. */

#define TF_PAGE_WIDTH  595.276
#define TF_PAGE_HEIGHT 841.89
#define TF_PAGE_MARGIN 48.0
#define TF_PAGE_INNER  (TF_PAGE_WIDTH - 2 * TF_PAGE_MARGIN)
#define TF_PAGE_TOP    72.0
#define TF_PAGE_BOTTOM (TF_PAGE_HEIGHT - 60.0)

typedef enum
{
  TF_TEXT_TITLE,
  TF_TEXT_HEADING,
  TF_TEXT_BODY,
  TF_TEXT_STRONG,
  TF_TEXT_NOTE,
  TF_TEXT_CELL,    /* of a table: one line, cut with an ellipsis */
} TfTextStyle;

typedef struct
{
  const char *title;
  double      share;   /* of the width; all together 1 */
  gboolean    number;  /* right-aligned */
} TfColumn;

typedef struct
{
  cairo_t      *cr;
  PangoLayout  *layout;
  TfPlotTheme   theme;
  double        y;
  guint         number, total; /* of the page; @total 0 while they are counted */
  const char   *header;        /* of every page, left */
  const char   *badge;         /* (nullable): of every page, right */
  const char   *footer;
} TfPage;

void        tf_page_begin     (TfPage         *self,
                               cairo_t        *cr);
void        tf_page_end       (TfPage         *self);
void        tf_page_room      (TfPage         *self,
                               double          height);
double      tf_page_text      (TfPage         *self,
                               double          x,
                               double          y,
                               double          width,
                               TfTextStyle     style,
                               PangoAlignment  alignment,
                               const TfColor  *color,
                               const char     *text);
void        tf_page_heading   (TfPage         *self,
                               const char     *text);
void        tf_page_paragraph (TfPage         *self,
                               TfTextStyle     style,
                               const char     *text);
void        tf_page_columns   (TfPage         *self,
                               const TfColumn *columns,
                               guint           n_columns);
void        tf_page_row       (TfPage         *self,
                               const TfColumn *columns,
                               guint           n_columns,
                               ...);
#define     TF_PAGE_ROW(page, columns, ...) \
  tf_page_row ((page), (columns), G_N_ELEMENTS (columns), __VA_ARGS__)

G_END_DECLS
