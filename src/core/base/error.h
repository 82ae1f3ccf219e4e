#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TfError:
 * @TF_ERROR_INVALID: input that is not what it should be (text, file, configuration)
 * @TF_ERROR_RANGE: a number that does not fit, an overflow
 * @TF_ERROR_NOT_FOUND: a name, file or workspace that does not exist
 * @TF_ERROR_STORAGE: the journal or database cannot be read or written
 * @TF_ERROR_BUSY: another process holds the workspace
 * @TF_ERROR_VERSION: made by a newer or another program
 * @TF_ERROR_MISMATCH: a check that does not hold (hash, totals, replayed decision)
 *
 * What callers act on; the message says what was found and what was expected.
 */
typedef enum
{
  TF_ERROR_INVALID,
  TF_ERROR_RANGE,
  TF_ERROR_NOT_FOUND,
  TF_ERROR_STORAGE,
  TF_ERROR_BUSY,
  TF_ERROR_VERSION,
  TF_ERROR_MISMATCH,
} TfError;

#define TF_ERROR (tf_error_quark ())
#define TF_QUOTE_SIZE 44 /* bytes that hold any quoted text and its end */

GQuark      tf_error_quark          (void);
const char *tf_error_quote          (const char  *text,
                                     gssize       length,
                                     char         buffer[TF_QUOTE_SIZE]);

G_END_DECLS
