#pragma once

#include <string.h>

#include "core/base/fixed.h"
#include "core/base/time.h"

G_BEGIN_DECLS

/* A message of a venue as a list of tokens: one pass checks all of it (syntax, depth, UTF-8) and afterwards every value is
 * found by its index without looking at the text between. json-glib is too slow for this and loses the digits of
 * numbers, which checksums are made of. Memory is kept between messages. */

#define TF_SCAN_DEPTH 32
#define TF_SCAN_LONGEST (32u << 20) /* bytes of a message */

typedef enum
{
  TF_SCAN_OBJECT,
  TF_SCAN_ARRAY,
  TF_SCAN_STRING,
  TF_SCAN_ESCAPED, /* a string with backslashes in it */
  TF_SCAN_NUMBER,
  TF_SCAN_TRUE,
  TF_SCAN_FALSE,
  TF_SCAN_NULL,
} TfScanKind;

typedef struct
{
  guint32 start, length; /* in the text; of a string without its quotes */
  guint32 next;          /* the token after this value and all in it */
  guint32 kind;          /* TfScanKind */
} TfScanToken;

typedef struct
{
  const char  *text;
  TfScanToken *tokens; /* 0 is the root; a member is its key and its value */
  guint        n, size;
} TfScan;

gboolean    tf_scan_text            (TfScan            *self,
                                     const char        *text,
                                     gsize              length);
void        tf_scan_clear           (TfScan            *self);
gboolean    tf_scan_fields          (const TfScan      *self,
                                     guint              object,
                                     const char *const *names,
                                     guint              n,
                                     guint             *values);
gboolean    tf_scan_row             (const TfScan      *self,
                                     guint              array,
                                     guint              n,
                                     guint             *values);
gboolean    tf_scan_is              (const TfScan      *self,
                                     guint              value,
                                     const char        *text);
gboolean    tf_scan_copy            (const TfScan      *self,
                                     guint              value,
                                     char              *buffer,
                                     gsize              size);
gboolean    tf_scan_int             (const TfScan      *self,
                                     guint              value,
                                     gint64            *number);
gboolean    tf_scan_decimal         (const TfScan      *self,
                                     guint              value,
                                     gint64            *raw,
                                     guint8            *places);
gboolean    tf_scan_rounded         (const TfScan      *self,
                                     guint              value,
                                     gint64            *raw);
gboolean    tf_scan_time            (const TfScan      *self,
                                     guint              value,
                                     TfTime            *time);
gboolean    tf_decimal_scan         (const char        *text,
                                     gsize              length,
                                     gint64            *raw,
                                     guint8            *places);

/* One in the last of so many places behind the point. */
G_GNUC_INTERNAL extern const gint64 tf_place_units[9];

static inline TfScanKind
tf_scan_kind (const TfScan *self,
              guint         value)
{
  return (TfScanKind) self->tokens[value].kind;
}

/* The elements of an array: for (guint v = tf_scan_first (j, a); v < tf_scan_end (j, a); v = tf_scan_next (j, v)) */
static inline guint
tf_scan_first (const TfScan *self,
               guint         array)
{
  return array + 1;
}

static inline guint
tf_scan_end (const TfScan *self,
             guint         array)
{
  return self->tokens[array].next;
}

static inline guint
tf_scan_next (const TfScan *self,
              guint         value)
{
  return self->tokens[value].next;
}

/* Eight ASCII digits at once; TRUE when they are digits. */
static inline gboolean
tf_scan_eight_digits (const char *text,
                      guint64    *value)
{
  guint64 v;

  memcpy (&v, text, 8);
  v = GUINT64_FROM_LE (v);
  if (((v & 0xf0f0f0f0f0f0f0f0u) ^ 0x3030303030303030u)
      | (((v + 0x0606060606060606u) & 0xf0f0f0f0f0f0f0f0u) ^ 0x3030303030303030u))
    return FALSE;
  v = (v & 0x0f0f0f0f0f0f0f0fu) * 2561 >> 8;
  v = (v & 0x00ff00ff00ff00ffu) * 6553601 >> 16;
  *value = (v & 0x0000ffff0000ffffu) * 42949672960001u >> 32;
  return TRUE;
}

G_END_DECLS
