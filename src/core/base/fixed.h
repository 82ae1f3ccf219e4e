#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Prices, quantities and money are int64 in units of 1e-8, each in a struct of its own, so that the compiler
 * refuses one where another is meant. Text in, text out: never through a double. */

#define TF_SCALE G_GINT64_CONSTANT (100000000)
#define TF_DECIMAL_SIZE 24 /* bytes that hold any formatted value and its end */

typedef struct { gint64 raw; } TfPrice;
typedef struct { gint64 raw; } TfQty;
typedef struct { gint64 raw; } TfMoney;

/* Text */
gboolean    tf_decimal_parse        (const char *text,
                                     gssize      length,
                                     gint64     *raw,
                                     GError    **error);
char       *tf_decimal_format       (gint64      raw,
                                     char        buffer[TF_DECIMAL_SIZE]);
char       *tf_decimal_to_string    (gint64      raw);
gboolean    tf_price_parse          (const char *text,
                                     gssize      length,
                                     TfPrice    *price,
                                     GError    **error);
gboolean    tf_qty_parse            (const char *text,
                                     gssize      length,
                                     TfQty      *quantity,
                                     GError    **error);

/* Checked arithmetic: FALSE when the result does not fit; *out is then untouched. */
gboolean    tf_notional             (TfPrice     price,
                                     TfQty       quantity,
                                     TfMoney    *out);
gboolean    tf_fraction             (gint64      raw,
                                     gint64      numerator,
                                     gint64      denominator,
                                     gint64     *out);
gboolean    tf_money_add            (TfMoney     a,
                                     TfMoney     b,
                                     TfMoney    *out);
gboolean    tf_qty_add              (TfQty       a,
                                     TfQty       b,
                                     TfQty      *out);

/* Statistics only: the way out to doubles, and the checked way back onto a grid. */
static inline double tf_price_double (TfPrice p) { return (double) p.raw / (double) TF_SCALE; }
static inline double tf_qty_double   (TfQty q)   { return (double) q.raw / (double) TF_SCALE; }
static inline double tf_money_double (TfMoney m) { return (double) m.raw / (double) TF_SCALE; }
gboolean    tf_round_to_step        (double      value,
                                     gint64      step,
                                     gint64     *raw);
gboolean    tf_floor_to_step        (double      value,
                                     gint64      step,
                                     gint64     *raw);
gint64      tf_ratio_raw            (double      ratio);

G_END_DECLS
