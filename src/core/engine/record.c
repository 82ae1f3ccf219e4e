#include "core/engine/record.h"

#include <string.h>

/* The canonical line of an entry, which its hash covers:
 *
 *   seq|time|cause|kind|code|account|origin|instrument|reason|ref|price|quantity|amount|fee|value|limit|text
 *
 * Numbers are decimal int64, kind is the name. “|”, “\” and control characters inside a text are written “\xx” (hex), so that no
 * two different entries have the same line. */

static const char *const kinds[TF_N_RECORDS] = {
  "session", "account", "command", "signal", "verdict", "order", "cancel", "fill", "outcome", "state", "alert", "fault",
};

static const char *const verdicts[TF_N_VERDICTS] = {
  "", "ACCEPTED", "RESIZED", "REJECTED", "STALE", "DUPLICATE", "UNMAPPED", "BLOCKED",
};

const char *
tf_record_kind_name (TfRecordKind kind)
{
  g_return_val_if_fail ((guint) kind < TF_N_RECORDS, "");
  return kinds[kind];
}

const char *
tf_verdict_name (TfVerdict verdict)
{
  g_return_val_if_fail ((guint) verdict < TF_N_VERDICTS, "");
  return verdicts[verdict];
}

static inline char *
put_number (char  *p,
            char  *end,
            gint64 value)
{
  guint64 magnitude = value < 0 ? -(guint64) value : (guint64) value;
  char digits[20];
  int n = 0;

  if (end - p < 22)
    return p;
  *p++ = '|';
  if (value >= 0 && value < 10)
    {
      *p++ = (char) ('0' + value);
      return p;
    }
  if (value < 0)
    *p++ = '-';
  do
    digits[n++] = (char) ('0' + magnitude % 10);
  while ((magnitude /= 10) > 0);
  while (n > 0)
    *p++ = digits[--n];
  return p;
}

static inline char *
put_text (char       *p,
          char       *end,
          const char *text)
{
  static const char hex[] = "0123456789abcdef";
  gsize n = strlen (text);
  guint odd = 0;

  if (p < end)
    *p++ = '|';
  /* Nearly every text is plain: seen without a branch for each byte, and copied at once. */
  for (gsize k = 0; k < n; k++)
    odd |= (guint) ((guchar) text[k] < 0x20) | (guint) (text[k] == '|') | (guint) (text[k] == '\\');
  if (!odd && (gsize) (end - p) > n + 3)
    {
      memcpy (p, text, n);
      return p + n;
    }
  for (end -= 3; *text != '\0' && p < end; text++)
    {
      guchar c = (guchar) *text;

      *p++ = (char) c;
      if (G_UNLIKELY (c < 0x20 || c == '|' || c == '\\'))
        {
          p[-1] = '\\';
          *p++ = hex[c >> 4];
          *p++ = hex[c & 15];
        }
    }
  return p;
}

/**
 * tf_record_line:
 * @buffer: where the canonical line goes, without an ending NUL
 * @size: of @buffer; 4096 + 3 × the length of the text always does
 *
 * Returns: bytes written
 */
gsize
tf_record_line (const TfRecord *self,
                char           *buffer,
                gsize           size)
{
  char *p = buffer, *end = buffer + size;

  p = put_number (p, end, self->seq);
  p = put_number (p, end, self->time);
  p = put_number (p, end, self->cause);
  p = put_text (p, end, kinds[self->kind]);
  p = put_number (p, end, self->code);
  p = put_text (p, end, self->account);
  p = put_text (p, end, self->origin);
  p = put_text (p, end, self->instrument);
  p = put_text (p, end, self->reason);
  p = put_number (p, end, self->ref);
  p = put_number (p, end, self->price);
  p = put_number (p, end, self->quantity);
  p = put_number (p, end, self->amount);
  p = put_number (p, end, self->fee);
  p = put_number (p, end, self->value);
  p = put_number (p, end, self->limit);
  p = put_text (p, end, self->text);
  /* The first separator is not part of the line. */
  memmove (buffer, buffer + 1, (gsize) (p - buffer) - 1);
  return (gsize) (p - buffer) - 1;
}

/**
 * tf_record_chain:
 * @previous: the hash of the entry before, 32 zero bytes for the first
 *
 * Sets @self's hash to SHA-256 (@previous ‖ canonical line).
 */
void
tf_record_chain (TfRecord     *self,
                 const guint8  previous[TF_HASH_SIZE])
{
  static GPrivate checksum_of_thread = G_PRIVATE_INIT ((GDestroyNotify) g_checksum_free);
  GChecksum *checksum = g_private_get (&checksum_of_thread);
  gsize need = 4096 + 3 * strlen (self->text), digest = TF_HASH_SIZE;
  char local[8192];
  g_autofree char *large = need > sizeof local ? g_malloc (need) : NULL;
  char *line = large != NULL ? large : local;
  gsize length = tf_record_line (self, line, large != NULL ? need : sizeof local);

  if (checksum == NULL)
    {
      checksum = g_checksum_new (G_CHECKSUM_SHA256);
      g_private_set (&checksum_of_thread, checksum);
    }
  g_checksum_reset (checksum);
  g_checksum_update (checksum, previous, TF_HASH_SIZE);
  g_checksum_update (checksum, (const guchar *) line, (gssize) length);
  g_checksum_get_digest (checksum, self->hash, &digest);
}

void
tf_hash_to_hex (const guint8 hash[TF_HASH_SIZE],
                char         hex[2 * TF_HASH_SIZE + 1])
{
  for (guint i = 0; i < TF_HASH_SIZE; i++)
    g_snprintf (hex + 2 * i, 3, "%02x", hash[i]);
}
