#include "io/sources/hyperliquid.h"

#include <string.h>

#include "core/base/error.h"

#define NESTING_MAX 32
#define TIME_MAX_MS G_GINT64_CONSTANT (9000000000000) /* fits in nanoseconds */

/* Addresses */

/**
 * tf_address_parse:
 * @text: 0x and 40 hexadecimal digits, in any case
 * @length: bytes of @text, or -1 when it ends with a NUL
 */
gboolean
tf_address_parse (const char *text,
                  gssize      length,
                  TfAddress  *address)
{
  if (length < 0)
    length = (gssize) strlen (text);
  if (length != 2 + 2 * TF_ADDRESS_SIZE || text[0] != '0' || (text[1] | 0x20) != 'x')
    return FALSE;
  for (guint i = 0; i < TF_ADDRESS_SIZE; i++)
    {
      int high = g_ascii_xdigit_value (text[2 + 2 * i]), low = g_ascii_xdigit_value (text[3 + 2 * i]);

      if (high < 0 || low < 0)
        return FALSE;
      address->bytes[i] = (guint8) (high << 4 | low);
    }
  return TRUE;
}

/**
 * tf_address_format:
 *
 * Returns: @buffer, in small letters as the venue writes it
 */
char *
tf_address_format (const TfAddress *address,
                   char             buffer[2 * TF_ADDRESS_SIZE + 3])
{
  strcpy (buffer, "0x");
  for (guint i = 0; i < TF_ADDRESS_SIZE; i++)
    {
      buffer[2 + 2 * i] = "0123456789abcdef"[address->bytes[i] >> 4];
      buffer[3 + 2 * i] = "0123456789abcdef"[address->bytes[i] & 15];
    }
  buffer[2 + 2 * TF_ADDRESS_SIZE] = '\0';
  return buffer;
}

/* Open addressing, at most a quarter full: a miss, which nearly all are, ends at the first slot. */
struct _TfAddressSet
{
  TfAddress *addresses;
  guint32   *slots; /* index + 1; 0: free */
  guint32    mask;
};

static guint32
hash_address (const TfAddress *address)
{
  guint64 a, b;
  guint32 c;

  memcpy (&a, address->bytes, 8);
  memcpy (&b, address->bytes + 8, 8);
  memcpy (&c, address->bytes + 16, 4);
  a = (a ^ b * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) ^ c) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
  return (guint32) (a >> 32);
}

/**
 * tf_address_set_new:
 *
 * Of the same address twice, the first index counts.
 */
TfAddressSet *
tf_address_set_new (const TfAddress *addresses,
                    guint            n)
{
  TfAddressSet *self = g_new0 (TfAddressSet, 1);
  guint32 size = 16;

  while (size < 4 * n)
    size *= 2;
  self->mask = size - 1;
  self->slots = g_new0 (guint32, size);
  self->addresses = g_memdup2 (addresses, n * sizeof *addresses);
  for (guint k = 0; k < n; k++)
    {
      guint32 slot = hash_address (&addresses[k]) & self->mask;

      if (tf_address_set_find (self, &addresses[k]) >= 0)
        continue;
      while (self->slots[slot] != 0)
        slot = (slot + 1) & self->mask;
      self->slots[slot] = k + 1;
    }
  return self;
}

void
tf_address_set_free (TfAddressSet *self)
{
  if (self == NULL)
    return;
  g_free (self->slots);
  g_free (self->addresses);
  g_free (self);
}

/**
 * tf_address_set_find:
 *
 * Returns: the index, or -1
 */
gint
tf_address_set_find (const TfAddressSet *self,
                     const TfAddress    *address)
{
  guint32 slot = hash_address (address) & self->mask;

  for (; self->slots[slot] != 0; slot = (slot + 1) & self->mask)
    if (memcmp (&self->addresses[self->slots[slot] - 1], address, sizeof *address) == 0)
      return (gint) self->slots[slot] - 1;
  return -1;
}

/* A reader of JSON that gives parts of the text itself: numbers keep their digits, and each fill its own
 * bytes. */

typedef struct { const char *text; gsize length; } Span;
typedef struct { const char *p, *end; } Cursor;

static char
peek (Cursor *c)
{
  while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\r' || *c->p == '\t'))
    c->p++;
  return c->p < c->end ? *c->p : '\0';
}

static gboolean
take (Cursor *c,
      char    expected)
{
  if (peek (c) != expected || c->p == c->end)
    return FALSE;
  c->p++;
  return TRUE;
}

/* The text between the quotes, its escapes as they are. */
static gboolean
take_string (Cursor *c,
             Span   *out)
{
  const char *p;

  if (!take (c, '"'))
    return FALSE;
  for (p = c->p; p < c->end && *p != '"'; p++)
    if (*p == '\\' && ++p == c->end)
      return FALSE;
  if (p >= c->end)
    return FALSE;
  *out = (Span) { c->p, (gsize) (p - c->p) };
  c->p = p + 1;
  return TRUE;
}

/* Objects and lists as a whole, with their brackets; what stands in them is not judged. */
static gboolean
take_nested (Cursor *c,
             Span   *out)
{
  char open[NESTING_MAX];
  guint depth = 0;
  const char *start = c->p;
  Span text;

  do
    switch (peek (c))
      {
      case '{':
      case '[':
        if (depth == NESTING_MAX)
          return FALSE;
        open[depth++] = *c->p++;
        break;
      case '}':
      case ']':
        if (open[--depth] != *c->p - 2) /* in ASCII a bracket's partner is two away */
          return FALSE;
        c->p++;
        break;
      case '"':
        if (!take_string (c, &text))
          return FALSE;
        break;
      case '\0':
        return FALSE;
      default:
        c->p++;
        break;
      }
  while (depth > 0);
  *out = (Span) { start, (gsize) (c->p - start) };
  return TRUE;
}

/* Any value: of a text what is between the quotes, of others all of it. */
static gboolean
take_value (Cursor *c,
            Span   *out)
{
  const char *start;
  char first = peek (c);

  if (first == '"')
    return take_string (c, out);
  if (first == '{' || first == '[')
    return take_nested (c, out);
  start = c->p;
  while (c->p < c->end && (g_ascii_isalnum (*c->p) || *c->p == '-' || *c->p == '+' || *c->p == '.'))
    c->p++;
  *out = (Span) { start, (gsize) (c->p - start) };
  return out->length > 0;
}

static gboolean
is (const Span *span,
    const char *text)
{
  return span->length == strlen (text) && memcmp (span->text, text, span->length) == 0;
}

typedef enum { COIN, PX, SZ, SIDE, TIME, START, WORDS, HASH, OID, TID, USERS, N_FIELDS } Field;

typedef struct
{
  Span raw, fields[N_FIELDS];
} Entry;

/* A fill or trade, whose members come in any order and among others. */
static gboolean
take_entry (Cursor *c,
            Entry  *entry)
{
  static const char *const names[N_FIELDS] = {
    "coin", "px", "sz", "side", "time", "startPosition", "dir", "hash", "oid", "tid", "users",
  };

  memset (entry, 0, sizeof *entry);
  if (peek (c) != '{')
    return FALSE;
  entry->raw.text = c->p++;
  if (!take (c, '}'))
    {
      do
        {
          Span name, value;
          guint k = 0;

          if (!take_string (c, &name) || !take (c, ':') || !take_value (c, &value))
            return FALSE;
          while (k < N_FIELDS && !is (&name, names[k]))
            k++;
          if (k < N_FIELDS && !is (&value, "null"))
            entry->fields[k] = value;
        }
      while (take (c, ','));
      if (!take (c, '}'))
        return FALSE;
    }
  entry->raw.length = (gsize) (c->p - entry->raw.text);
  return TRUE;
}

/* Reading entries */

static gboolean
invalid (GError    **error,
         const char *name,
         const Span *found,
         const char *expected)
{
  char quoted[TF_QUOTE_SIZE];

  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found “%s”, expected %s", name,
               found->text != NULL ? tf_error_quote (found->text, (gssize) found->length, quoted) : "",
               expected);
  return FALSE;
}

/* A decimal as the venue writes it: sums made with doubles have a tail of noise (“3495670.8399999999”), which
 * is rounded away at the eighth place. */
static gboolean
read_decimal (const char *name,
              const Span *span,
              gint64     *raw,
              GError    **error)
{
  const char *point = span->text != NULL ? memchr (span->text, '.', span->length) : NULL;
  gsize places = point != NULL ? span->length - (gsize) (point - span->text) - 1 : 0, cut = span->length;
  gboolean up = FALSE;

  if (span->text == NULL)
    return invalid (error, name, span, "a decimal number");
  if (places > 8 && strspn (point + 1, "0123456789") >= places)
    {
      cut -= places - 8;
      up = span->text[cut] >= '5';
    }
  if (!tf_decimal_parse (span->text, (gssize) cut, raw, error)
      || (up && __builtin_add_overflow (*raw, span->text[0] == '-' ? -1 : 1, raw)))
    {
      if (error != NULL && *error == NULL)
        return invalid (error, name, span, "a smaller number");
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_ms (const Span *span,
         gint64     *ms)
{
  *ms = 0;
  for (gsize i = 0; i < span->length; i++)
    {
      if (!g_ascii_isdigit (span->text[i]) || *ms > TIME_MAX_MS)
        return FALSE;
      *ms = *ms * 10 + (span->text[i] - '0');
    }
  return *ms > 0 && *ms <= TIME_MAX_MS;
}

static guint64
mix (guint64     hash,
     const Span *span)
{
  for (gsize i = 0; i < span->length; i++)
    hash = (hash ^ (guint8) span->text[i]) * G_GUINT64_CONSTANT (0x100000001b3); /* FNV-1a */
  return (hash ^ 0x1f) * G_GUINT64_CONSTANT (0x100000001b3);
}

static gboolean
is_zero (const Span *span)
{
  for (gsize i = 0; i < span->length; i++)
    if (span->text[i] != '0' && span->text[i] != 'x')
      return FALSE;
  return TRUE;
}

static gboolean
is_plain (const Span *span,
          gsize       size)
{
  if (span->length == 0 || span->length >= size)
    return FALSE;
  for (gsize i = 0; i < span->length; i++)
    if (!g_ascii_isgraph (span->text[i]) || span->text[i] == '\\')
      return FALSE;
  return TRUE;
}

/* Fills name their trade by its tid; those of before 2024 and dust conversions do not. */
static void
set_identity (const Entry       *entry,
              TfHyperliquidFill *fill)
{
  const Span *fields = entry->fields;
  guint64 hash = mix (G_GUINT64_CONSTANT (0xcbf29ce484222325), &fields[COIN]);

  if (!is_zero (&fields[TID]) && is_plain (&fields[TID], 24))
    {
      fill->trade = mix (hash, &fields[TID]);
      hash = mix (fill->trade, &fields[SIDE]);
      memcpy (fill->signal.id, fields[TID].text, fields[TID].length);
    }
  else
    {
      static const Field parts[] = { SIDE, TIME, OID, PX, SZ, START };

      for (guint k = 0; k < G_N_ELEMENTS (parts); k++)
        hash = mix (hash, &fields[parts[k]]);
      fill->trade = hash + 1;
      g_snprintf (fill->signal.id, sizeof fill->signal.id, "%" G_GINT64_FORMAT "-%016" G_GINT64_MODIFIER "x",
                  fill->ms, hash);
    }
  fill->key = hash;
}

static gboolean
read_entry (const Entry       *entry,
            TfHyperliquidFill *fill,
            GError           **error)
{
  const Span *fields = entry->fields;
  TfTraderSignal *signal = &fill->signal;
  const Span *tx = &fields[HASH], *said = &fields[WORDS];
  gint64 before, delta;

  memset (fill, 0, sizeof *fill);
  fill->raw = entry->raw.text;
  fill->length = entry->raw.length;
  if (!is_plain (&fields[COIN], sizeof signal->symbol))
    return invalid (error, "coin", &fields[COIN], "the name of a coin");
  memcpy (signal->symbol, fields[COIN].text, fields[COIN].length);
  if (!is (&fields[SIDE], "B") && !is (&fields[SIDE], "A"))
    return invalid (error, "side", &fields[SIDE], "B or A");
  signal->side = fields[SIDE].text[0] == 'B' ? 1 : -1;
  if (!read_ms (&fields[TIME], &fill->ms))
    return invalid (error, "time", &fields[TIME], "milliseconds since 1970");
  if (!read_decimal ("px", &fields[PX], &signal->price.raw, error)
      || !read_decimal ("sz", &fields[SZ], &signal->quantity.raw, error))
    return FALSE;
  if (signal->price.raw <= 0 || signal->quantity.raw <= 0)
    return invalid (error, "px, sz", &fields[signal->price.raw <= 0 ? PX : SZ], "more than 0");
  signal->happened = signal->published = fill->ms * (TF_SECOND / 1000);
  if (fields[START].text != NULL)
    {
      if (!read_decimal ("startPosition", &fields[START], &before, error))
        return FALSE;
      delta = signal->side * signal->quantity.raw;
      if (__builtin_add_overflow (before, delta, &signal->position.raw))
        return invalid (error, "startPosition", &fields[START], "a smaller number");
      signal->has_position = TRUE;
    }
  set_identity (entry, fill);
  g_snprintf (signal->evidence, sizeof signal->evidence, "%s%.*s%s%.*s",
              is_zero (tx) || !is_plain (tx, 80) ? "" : "tx ",
              is_zero (tx) || !is_plain (tx, 80) ? 0 : (int) tx->length, tx->length > 0 ? tx->text : "",
              said->length > 0 && !is_zero (tx) ? " " : "",
              (int) MIN (said->length, 40), said->length > 0 ? said->text : "");
  return TRUE;
}

/* Frames */

static int
compare_times (gconstpointer a,
               gconstpointer b,
               gpointer      data)
{
  gint64 x = ((const TfHyperliquidFill *) a)->ms, y = ((const TfHyperliquidFill *) b)->ms;

  return x < y ? -1 : x > y;
}

/* Lists are newest first between milliseconds, but in the order of execution within one: a stable sort by
 * time alone. */
static gboolean
read_fills (Span                data,
            TfHyperliquidFrame *frame,
            GError            **error)
{
  Cursor c = { data.text, data.text + data.length };
  Span name, value, user = { NULL, 0 }, list = { NULL, 0 };

  if (!take (&c, '{'))
    return invalid (error, "data", &data, "an object");
  do
    {
      if (!take_string (&c, &name) || !take (&c, ':') || !take_value (&c, &value))
        return invalid (error, "data", &data, "members");
      if (is (&name, "user"))
        user = value;
      else if (is (&name, "fills"))
        list = value;
      else if (is (&name, "isSnapshot"))
        frame->snapshot = is (&value, "true");
    }
  while (take (&c, ','));
  if (user.text == NULL || !tf_address_parse (user.text, (gssize) user.length, &frame->user))
    return invalid (error, "user", &user, "an address");
  c = (Cursor) { list.text, list.text + list.length };
  if (list.text == NULL || !take (&c, '['))
    return invalid (error, "fills", &list, "a list");
  if (take (&c, ']'))
    return TRUE;
  do
    {
      TfHyperliquidFill fill;
      Entry entry;

      if (!take_entry (&c, &entry))
        return invalid (error, "fills", &list, "objects");
      if (!read_entry (&entry, &fill, error))
        return FALSE;
      g_array_append_val (frame->fills, fill);
    }
  while (take (&c, ','));
  if (!take (&c, ']'))
    return invalid (error, "fills", &list, "the end of a list");
  g_array_sort_with_data (frame->fills, compare_times, NULL);
  return TRUE;
}

/* Both sides of a trade, as far as they are followed. Who trades with himself does nothing. */
static gboolean
read_trade (const Entry        *entry,
            const TfAddressSet *followed,
            TfHyperliquidFrame *frame,
            GError            **error)
{
  Span users[2];
  Cursor c = { entry->fields[USERS].text, entry->fields[USERS].text + entry->fields[USERS].length };
  gint found[2];

  if (c.p == NULL || !take (&c, '[') || !take_string (&c, &users[0]) || !take (&c, ',')
      || !take_string (&c, &users[1]))
    return TRUE; /* the venue need not name them */
  for (guint k = 0; k < 2; k++)
    {
      TfAddress address;

      found[k] = tf_address_parse (users[k].text, (gssize) users[k].length, &address)
        ? tf_address_set_find (followed, &address) : -1;
    }
  for (guint k = 0; k < 2 && found[0] != found[1]; k++)
    {
      TfHyperliquidFill fill;
      Entry side = *entry;

      if (found[k] < 0)
        continue;
      side.fields[SIDE] = (Span) { k == 0 ? "B" : "A", 1 };
      side.fields[START] = (Span) { NULL, 0 };
      if (!read_entry (&side, &fill, error))
        return FALSE;
      fill.user = (guint) found[k];
      g_array_append_val (frame->fills, fill);
    }
  return TRUE;
}

/* Whether any of the addresses in a message of trades is followed: most messages end here. */
static gboolean
names_any (Span                data,
           const TfAddressSet *followed,
           guint              *trades)
{
  static const char word[] = "\"users\"";
  const char *p = data.text, *end = data.text + data.length;
  gboolean any = FALSE;

  while ((p = memmem (p, (gsize) (end - p), word, sizeof word - 1)) != NULL)
    {
      Cursor c = { p + sizeof word - 1, end };
      Span user;

      p = c.p;
      (*trades)++;
      if (!take (&c, ':') || !take (&c, '['))
        continue;
      for (guint k = 0; k < 2 && !any && take_string (&c, &user); k++, take (&c, ','))
        {
          TfAddress address;

          any = tf_address_parse (user.text, (gssize) user.length, &address)
            && tf_address_set_find (followed, &address) >= 0;
        }
      p = c.p;
    }
  return any;
}

static gboolean
read_trades (Span                data,
             const TfAddressSet *followed,
             TfHyperliquidFrame *frame,
             GError            **error)
{
  static const char word[] = "\"coin\"";
  const char *p = memmem (data.text, data.length, word, sizeof word - 1);
  Cursor c = { p != NULL ? p + sizeof word - 1 : data.text, data.text + data.length };
  Span coin;

  if (p != NULL && take (&c, ':') && take_string (&c, &coin) && is_plain (&coin, sizeof frame->coin))
    {
      memcpy (frame->coin, coin.text, coin.length);
      frame->coin[coin.length] = '\0';
    }
  if (followed == NULL || !names_any (data, followed, &frame->trades))
    return TRUE;
  c = (Cursor) { data.text, data.text + data.length };
  if (!take (&c, '['))
    return invalid (error, "data", &data, "a list");
  do
    {
      Entry entry;

      if (!take_entry (&c, &entry))
        return invalid (error, "data", &data, "objects");
      if (!read_trade (&entry, followed, frame, error))
        return FALSE;
    }
  while (take (&c, ','));
  if (!take (&c, ']'))
    return invalid (error, "data", &data, "the end of a list");
  g_array_sort_with_data (frame->fills, compare_times, NULL);
  return TRUE;
}

/**
 * tf_hyperliquid_read:
 * @text: one message of the WebSocket
 * @followed: (nullable): whose trades on the tape are wanted
 * @frame: (inout): what it says. Its @fills is an array of the caller's, emptied first; what it and @said
 *   point to lives as long as @text
 *
 * Pure: bytes in, signals out. A bad entry makes the whole message bad: half of one would be a wrong
 * position. %TF_ERROR_INVALID, %TF_ERROR_RANGE.
 */
gboolean
tf_hyperliquid_read (const char         *text,
                     gsize               length,
                     const TfAddressSet *followed,
                     TfHyperliquidFrame *frame,
                     GError            **error)
{
  static const char greeting[] = "Websocket connection";
  Cursor c = { text, text + length };
  Span name, channel = { NULL, 0 }, data = { NULL, 0 }, value, whole = { text, length };

  g_array_set_size (frame->fills, 0);
  frame->channel = TF_HYPERLIQUID_OTHER;
  frame->snapshot = FALSE;
  frame->trades = 0;
  frame->coin[0] = '\0';
  frame->said = NULL;
  frame->said_length = 0;
  if (length >= sizeof greeting - 1 && memcmp (text, greeting, sizeof greeting - 1) == 0) /* is no JSON */
    return TRUE;
  if (!take (&c, '{'))
    return invalid (error, "message", &whole, "a JSON object");
  do
    {
      if (!take_string (&c, &name) || !take (&c, ':') || !take_value (&c, &value))
        return invalid (error, "message", &whole, "members of a JSON object");
      if (is (&name, "channel"))
        channel = value;
      else if (is (&name, "data"))
        data = value;
    }
  while (take (&c, ','));
  if (!take (&c, '}') || peek (&c) != '\0' || c.p != c.end)
    return invalid (error, "message", &whole, "the end of a JSON object");
  frame->said = data.text;
  frame->said_length = data.length;
  if (data.text == NULL)
    return TRUE;
  if (is (&channel, "userFills"))
    {
      frame->channel = TF_HYPERLIQUID_FILLS;
      return read_fills (data, frame, error);
    }
  if (is (&channel, "trades"))
    {
      frame->channel = TF_HYPERLIQUID_TRADES;
      return read_trades (data, followed, frame, error);
    }
  if (is (&channel, "error"))
    frame->channel = TF_HYPERLIQUID_ERROR;
  else if (is (&channel, "subscriptionResponse"))
    frame->channel = TF_HYPERLIQUID_ACK;
  return TRUE;
}

/* Limits of the venue for each IP: 10 different users on the WebSocket, 1200 weight a minute, of which
 * clearinghouseState takes 2. A quarter is left to others on this line. */
#define PUSH_MAX 10
#define POLL_MAX 50

/**
 * tf_hyperliquid_plan:
 * @n: different addresses
 *
 * The first ten are on push: each fill, at once. The rest, as long as asking each of them for his positions
 * every ten seconds stays within the budget (50 at 2 weight each = 600 a minute), is polled: the whole
 * state, up to ten seconds late. More are found on the tape of all public trades: each trade at once
 * whatever their number, at the price of listening to the whole market. Who is on push or on the tape is
 * asked for his positions to heal what was lost.
 */
TfHyperliquidPlan
tf_hyperliquid_plan (guint n)
{
  TfHyperliquidPlan plan = { .push = MIN (n, PUSH_MAX), .push_ms = 60000, .poll_ms = 10000 };
  guint rest = n - plan.push;

  if (rest <= POLL_MAX)
    plan.poll = rest;
  else
    plan.tape = rest;
  plan.tape_ms = MAX (60000, plan.tape * 250);
  return plan;
}
