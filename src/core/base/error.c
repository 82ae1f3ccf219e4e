#include "core/base/error.h"

G_DEFINE_QUARK (tf-error-quark, tf_error)

/**
 * tf_error_quote:
 * @text: what was found, in any encoding
 * @length: bytes of @text, or -1 when it ends with a NUL
 * @buffer: at least %TF_QUOTE_SIZE bytes
 *
 * Makes text from outside fit for a message: its first 40 bytes, “…” where there is more, and “?” for every byte that is
 * not printable ASCII. A message is then always one line of valid UTF-8.
 *
 * Returns: @buffer
 */
const char *
tf_error_quote (const char *text,
                gssize      length,
                char        buffer[TF_QUOTE_SIZE])
{
  gssize n;

  for (n = 0; n < 40 && (length < 0 ? text[n] != '\0' : n < length); n++)
    buffer[n] = g_ascii_isprint (text[n]) ? text[n] : '?';
  g_strlcpy (buffer + n, (length < 0 ? n == 40 && text[n] != '\0' : n < length) ? "…" : "", 4);
  return buffer;
}
