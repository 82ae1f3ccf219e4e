#include "io/sources/okx.h"

#include <string.h>

#include "core/base/error.h"
#include "io/sources/drivers.h"
#include "io/sources/hub.h"
#include "io/sources/json-text.h"

#define POLL_MS 5000
#define EACH_MS 1000       /* at least between two questions, however many traders: 5 in 2 s an address are allowed */
#define CONTRACTS_MS 86400000
#define CONTRACTS_RETRY_MS 60000
#define ROWS_MAX 100       /* of one answer; a trader with more positions than that is not followed */
#define RECENT (7 * TF_DAY)
#define OVERLAP (10 * TF_MINUTE) /* before the last look: a close is told a while after its time */

/* OKX shows what its public lead traders hold now, in contracts, and what they closed. Nothing tells of a
 * change: two looks are compared, and each difference is a signal with the position afterwards. */

/* A decimal as the venue writes it, which has up to 20 places: what is beyond 1e-8 is cut off. */
static gboolean
read_decimal (const char *text,
              gint64     *raw)
{
  const char *point = text != NULL ? strchr (text, '.') : NULL;
  gsize length = text != NULL ? strlen (text) : 0;

  if (point != NULL && length > (gsize) (point - text) + 9 && strspn (point + 1, "0123456789") == strlen (point + 1))
    length = (gsize) (point - text) + 9;
  return length > 0 && tf_decimal_parse (text, (gssize) length, raw, NULL);
}

static gboolean
read_ms (const char *text,
         TfTime     *time)
{
  guint64 ms;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64 / (TF_SECOND / 1000), &ms, NULL))
    return FALSE;
  *time = (TfTime) ms * (TF_SECOND / 1000);
  return TRUE;
}

static gboolean
take_text (JsonObject *object,
           const char *name,
           char       *out,
           gsize       size)
{
  const char *text = tf_json_get_string (object, name);

  return text != NULL && *text != '\0' && g_strlcpy (out, text, size) < size;
}

/* The rows of an answer {"code":"0","data":[…],"msg":""}. */
static JsonArray *
get_rows (JsonNode *root,
          GError  **error)
{
  JsonObject *object = tf_json_as_object (root);
  const char *code = tf_json_get_string (object, "code"), *message = tf_json_get_string (object, "msg");
  JsonArray *rows = tf_json_get_array (object, "data");

  if (code != NULL && strcmp (code, "0") != 0)
    {
      char quote[TF_QUOTE_SIZE];

      if (strcmp (code, "60004") == 0)
        g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND,
                     "OKX knows no such lead trader, or the positions are hidden");
      else if (strcmp (code, "50011") == 0)
        g_set_error (error, TF_ERROR, TF_ERROR_BUSY, "OKX wants fewer questions (50011)");
      else
        g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "OKX refuses with %.10s: %s", code,
                     tf_error_quote (message != NULL ? message : "", -1, quote));
      return NULL;
    }
  if (code == NULL || rows == NULL)
    g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found no answer of OKX, expected “code” and “data”");
  return code != NULL ? rows : NULL;
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/**
 * tf_okx_read_contracts:
 *
 * What one contract is worth in coins, of GET /api/v5/public/instruments: of linear contracts only, since one
 * of an inverse contract is an amount of dollars.
 *
 * Returns: (transfer full): instrument to gint64 in units of 1e-8 coins; %NULL with %TF_ERROR_INVALID
 */
GHashTable *
tf_okx_read_contracts (const char *text,
                       gssize      length,
                       GError    **error)
{
  g_autoptr (JsonNode) root = tf_json_text_read (text, length, error);
  JsonArray *rows = root != NULL ? get_rows (root, error) : NULL;
  GHashTable *table;

  if (rows == NULL)
    return NULL;
  table = new_table ();
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = tf_json_as_object (json_array_get_element (rows, i));
      const char *coin = tf_json_get_string (row, "ctValCcy"), *many = tf_json_get_string (row, "ctMult");
      char name[32];
      gint64 value, times = TF_SCALE;

      if (!take_text (row, "instId", name, sizeof name)
          || g_strcmp0 (tf_json_get_string (row, "ctType"), "linear") != 0
          || !read_decimal (tf_json_get_string (row, "ctVal"), &value) || value <= 0
          || (many != NULL && *many != '\0' && !read_decimal (many, &times)) || times != TF_SCALE
          || coin == NULL || !g_str_has_prefix (name, coin) || name[strlen (coin)] != '-')
        continue;
      g_hash_table_insert (table, g_strdup (name), g_memdup2 (&value, sizeof value));
    }
  return table;
}

static gboolean
is_of (JsonObject *row,
       const char *trader)
{
  const char *said = tf_json_get_string (row, "uniqueCode");

  return said == NULL || strcmp (said, trader) == 0;
}

/**
 * tf_okx_read_positions:
 * @trader: the lead trader's code: another's row spoils the answer
 *
 * The answer of GET /api/v5/copytrading/public-current-subpositions. One row that is not understood makes all
 * of it none: half a portfolio would look like closing the rest.
 *
 * Returns: (transfer full): subPosId to TfOkxPosition; %NULL with %TF_ERROR_INVALID, %TF_ERROR_NOT_FOUND when
 *   there is no such trader or the positions are hidden, %TF_ERROR_BUSY when asked too often, %TF_ERROR_RANGE
 *   with too many positions
 */
GHashTable *
tf_okx_read_positions (const char *text,
                       gssize      length,
                       const char *trader,
                       GError    **error)
{
  g_autoptr (JsonNode) root = tf_json_text_read (text, length, error);
  JsonArray *rows = root != NULL ? get_rows (root, error) : NULL;
  g_autoptr (GHashTable) table = NULL;

  if (rows == NULL)
    return NULL;
  if (json_array_get_length (rows) >= ROWS_MAX)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_RANGE, "found %u positions, expected fewer than %d",
                   json_array_get_length (rows), ROWS_MAX);
      return NULL;
    }
  table = new_table ();
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = tf_json_as_object (json_array_get_element (rows, i));
      const char *side = tf_json_get_string (row, "posSide");
      g_autofree TfOkxPosition *position = g_new0 (TfOkxPosition, 1);
      char id[32];

      if (!take_text (row, "subPosId", id, sizeof id)
          || !take_text (row, "instId", position->instrument, sizeof position->instrument)
          || !is_of (row, trader) || side == NULL
          || !read_decimal (tf_json_get_string (row, "subPos"), &position->contracts)
          || !read_ms (tf_json_get_string (row, "openTime"), &position->opened)
          || (strcmp (side, "net") != 0 && strcmp (side, "long") != 0 && strcmp (side, "short") != 0)
          || (strcmp (side, "long") == 0 && position->contracts < 0))
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found a position (%u) that is not understood", i + 1);
          return NULL;
        }
      /* The documented short has a positive number, the text beside it speaks of a negative one: both are
       * short. */
      if (strcmp (side, "short") == 0)
        position->contracts = -ABS (position->contracts);
      if (!read_decimal (tf_json_get_string (row, "openAvgPx"), &position->price.raw) || position->price.raw < 0)
        position->price.raw = 0;
      if (position->contracts != 0)
        g_hash_table_insert (table, g_strdup (id), g_steal_pointer (&position));
    }
  return g_steal_pointer (&table);
}

/**
 * tf_okx_read_closes:
 *
 * The answer of GET /api/v5/copytrading/public-subpositions-history. Rows that are not understood are left
 * out: they only tell more of what is known already.
 *
 * Returns: (transfer full): subPosId to TfOkxClose; %NULL with an error as tf_okx_read_positions()
 */
GHashTable *
tf_okx_read_closes (const char *text,
                    gssize      length,
                    const char *trader,
                    GError    **error)
{
  g_autoptr (JsonNode) root = tf_json_text_read (text, length, error);
  JsonArray *rows = root != NULL ? get_rows (root, error) : NULL;
  GHashTable *table;

  if (rows == NULL)
    return NULL;
  table = new_table ();
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = tf_json_as_object (json_array_get_element (rows, i));
      g_autofree TfOkxClose *close = g_new0 (TfOkxClose, 1);
      char id[32];

      if (!take_text (row, "subPosId", id, sizeof id)
          || !take_text (row, "instId", close->instrument, sizeof close->instrument)
          || !is_of (row, trader) || !read_ms (tf_json_get_string (row, "closeTime"), &close->closed))
        continue;
      if (!read_decimal (tf_json_get_string (row, "closeAvgPx"), &close->price.raw) || close->price.raw < 0)
        close->price.raw = 0;
      g_hash_table_insert (table, g_strdup (id), g_steal_pointer (&close));
    }
  return table;
}

/* What is known of one instrument while two looks are compared. */
typedef struct
{
  gint64      before, after; /* contracts of all positions */
  const char *newest;        /* id of the newest position that changed; NULL: none did */
  TfTime      opened, closed;
  TfPrice     opened_at, closed_at;
} Change;

/* Ids are numbers that grow: the longer one, or the greater text, is newer. */
static gboolean
is_newer (const char *id,
          const char *than)
{
  gsize a = strlen (id), b = than != NULL ? strlen (than) : 0;

  return than == NULL || a > b || (a == b && strcmp (id, than) > 0);
}

static Change *
find_change (GHashTable *changes,
             const char *instrument)
{
  Change *change = g_hash_table_lookup (changes, instrument);

  if (change == NULL)
    {
      change = g_new0 (Change, 1);
      g_hash_table_insert (changes, g_strdup (instrument), change);
    }
  return change;
}

static void
add_closed (Change           *change,
            const char       *id,
            const TfOkxClose *close)
{
  if (is_newer (id, change->newest))
    change->newest = id;
  if (close != NULL && close->closed > change->closed)
    {
      change->closed = close->closed;
      change->closed_at = close->price;
    }
}

static void
compare (GHashTable *changes,
         GHashTable *before,
         GHashTable *after,
         GHashTable *closes)
{
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, after);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      const TfOkxPosition *now = value, *was = before != NULL ? g_hash_table_lookup (before, id) : NULL;
      Change *change = find_change (changes, now->instrument);

      change->after += now->contracts;
      if (was != NULL && was->contracts == now->contracts)
        continue;
      if (is_newer (id, change->newest))
        change->newest = id;
      if (was == NULL && now->opened > change->opened)
        {
          change->opened = now->opened;
          change->opened_at = now->price;
        }
    }
  if (before == NULL)
    return;
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      const TfOkxPosition *was = value;
      Change *change = find_change (changes, was->instrument);

      change->before += was->contracts;
      if (g_hash_table_lookup (after, id) == NULL)
        add_closed (change, id, closes != NULL ? g_hash_table_lookup (closes, id) : NULL);
    }
}

/* The first look knows no earlier one: what was closed while nobody looked is told by the history. */
static void
add_closed_before (GHashTable *changes,
                   GHashTable *closes,
                   TfTime      from)
{
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, closes);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      const TfOkxClose *close = value;
      const Change *open = g_hash_table_lookup (changes, close->instrument);

      if (close->closed > from && (open == NULL || open->after == 0))
        add_closed (find_change (changes, close->instrument), id, close);
    }
}

static void
set_quantities (TfTraderSignal *signal,
                const Change   *change,
                const gint64   *worth) /* (nullable): of one contract */
{
  __int128 position, quantity;

  if (change->after == 0)
    signal->has_position = TRUE;
  if (worth == NULL)
    return;
  position = (__int128) change->after * *worth;
  quantity = (__int128) (change->after - change->before) * *worth;
  if (position % TF_SCALE != 0 || quantity % TF_SCALE != 0 || position / TF_SCALE > G_MAXINT64
      || position / TF_SCALE < -G_MAXINT64 || quantity / TF_SCALE > G_MAXINT64 || quantity / TF_SCALE < -G_MAXINT64)
    return;
  signal->has_position = TRUE;
  signal->position.raw = (gint64) (position / TF_SCALE);
  signal->quantity.raw = (gint64) (quantity < 0 ? -(quantity / TF_SCALE) : quantity / TF_SCALE);
}

static gint
by_time (gconstpointer a,
         gconstpointer b)
{
  const TfTraderSignal *x = a, *y = b;
  gint order = (x->happened > y->happened) - (x->happened < y->happened);

  return order != 0 ? order : strcmp (x->symbol, y->symbol);
}

/**
 * tf_okx_changes:
 * @before: (nullable): the last look; %NULL: there was none, all of @after is told
 * @after: this look
 * @contracts: (nullable): of tf_okx_read_contracts()
 * @closes: (nullable): of tf_okx_read_closes()
 * @since: without @before, what was closed after that is told; 0: of the last week
 * @now: when this look came
 *
 * One signal for each instrument whose positions changed: side is that of the change, or 0 when nothing is
 * left. Without the worth of a contract there is a side, but neither quantity nor position. It was published
 * when it was seen; only what was there before the first look counts from when it happened.
 *
 * Returns: (transfer full): TfTraderSignals in the order in which they happened
 */
GArray *
tf_okx_changes (GHashTable *before,
                GHashTable *after,
                GHashTable *contracts,
                GHashTable *closes,
                TfTime      since,
                TfTime      now)
{
  GArray *signals = g_array_new (FALSE, FALSE, sizeof (TfTraderSignal));
  g_autoptr (GHashTable) changes = new_table ();
  GHashTableIter iter;
  gpointer name, value;

  compare (changes, before, after, closes);
  if (before == NULL && closes != NULL)
    add_closed_before (changes, closes, since != 0 ? since : now - RECENT);
  g_hash_table_iter_init (&iter, changes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const Change *change = value;
      gboolean grew = ABS (change->after) > ABS (change->before) || (change->after < 0) != (change->before < 0);
      TfTime happened = change->after != 0 && grew ? change->opened : change->closed;
      TfTraderSignal signal = { .received = now };
      char count[TF_DECIMAL_SIZE];

      if (change->newest == NULL || (before != NULL && change->after == change->before))
        continue;
      signal.side = change->after == 0 ? 0 : change->after > change->before ? 1 : -1;
      signal.happened = happened > 0 && happened < now ? happened : now;
      signal.published = before != NULL ? now : signal.happened;
      signal.price = change->after != 0 && grew ? change->opened_at : change->closed_at;
      set_quantities (&signal, change, contracts != NULL ? g_hash_table_lookup (contracts, name) : NULL);
      tf_decimal_format (change->after, count);
      /* After a start the same position may be told again: it is a look of its own. */
      if (before == NULL && change->after != 0)
        g_snprintf (signal.id, sizeof signal.id, "%s/%s/%" G_GINT64_FORMAT, change->newest, count, now / TF_SECOND);
      else
        g_snprintf (signal.id, sizeof signal.id, "%s/%s", change->newest, count);
      g_strlcpy (signal.symbol, name, sizeof signal.symbol);
      if (g_str_has_suffix (signal.symbol, "-SWAP"))
        signal.symbol[strlen (signal.symbol) - strlen ("-SWAP")] = '\0';
      g_snprintf (signal.evidence, sizeof signal.evidence, "%s, position %s now %s contracts", (const char *) name,
                  change->newest, count);
      g_array_append_val (signals, signal);
    }
  g_array_sort (signals, by_time);
  return signals;
}

/* The driver */

typedef struct _Okx Okx;

typedef struct
{
  Okx                *okx;
  const TfSourceSpec *spec;
  TfPoller           *poller;
  GHashTable         *before;  /* NULL: not looked yet */
  GHashTable         *after;   /* while the history is asked for */
  char               *text;    /* that @after was read from */
  gsize               length;
  guint               asking;  /* 0: nothing */
} Lead;

struct _Okx
{
  TfSourceHub *hub;
  char        *endpoint;
  GPtrArray   *leads;
  GHashTable  *contracts; /* NULL: not known yet */
  guint        asking;
  GSource     *retry;
  gboolean     started;
};

/* Both looks are there, and the history if it came. */
static void
tell_changes (Lead       *lead,
              GHashTable *closes)
{
  Okx *self = lead->okx;
  TfTime since = lead->spec->since;
  g_autoptr (GArray) signals = tf_okx_changes (lead->before, lead->after, self->contracts, closes,
                                               since != 0 ? since - OVERLAP : 0, tf_source_hub_now (self->hub));
  g_autofree char *text = g_steal_pointer (&lead->text);

  g_clear_pointer (&lead->before, g_hash_table_unref);
  lead->before = g_steal_pointer (&lead->after);
  if (signals->len == 0)
    tf_source_hub_note (self->hub, lead->spec, TF_SOURCE_NOTE_IGNORED, NULL);
  for (guint i = 0; i < signals->len; i++)
    {
      TfTraderSignal *signal = &g_array_index (signals, TfTraderSignal, i);

      g_strlcpy (signal->trader, lead->spec->trader, sizeof signal->trader);
      g_strlcpy (signal->source, "okx", sizeof signal->source);
      tf_source_hub_emit (self->hub, lead->spec, signal, text, lead->length);
    }
}

static void
on_history (const TfAnswer *answer,
            gpointer        data)
{
  Lead *lead = data;
  g_autoptr (GHashTable) closes = NULL;

  lead->asking = 0;
  if (answer->reason == NULL)
    closes = tf_okx_read_closes (answer->bytes, (gssize) answer->length, lead->spec->address, NULL);
  tell_changes (lead, closes); /* without it there is no price, but a close is not held back */
}

static gboolean
is_gone_or_less (Lead *lead)
{
  GHashTableIter iter;
  gpointer id, value;

  if (lead->before == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, lead->before);
  while (g_hash_table_iter_next (&iter, &id, &value))
    if (g_hash_table_lookup (lead->after, id) == NULL)
      return TRUE;
  return FALSE;
}

static char *
make_url (Lead       *lead,
          const char *what)
{
  return g_strdup_printf ("%s/api/v5/copytrading/%s?instType=SWAP&uniqueCode=%s", lead->okx->endpoint, what,
                          lead->spec->address);
}

static void
on_positions (const TfAnswer *answer,
              gpointer        data)
{
  Lead *lead = data;
  Okx *self = lead->okx;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) after = NULL;

  if (lead->asking != 0)
    return;
  if (answer->reason != NULL)
    {
      tf_source_hub_judge (self->hub, lead->spec, answer);
      if (answer->status == 403 || answer->status == 451)
        tf_source_hub_set_state (self->hub, lead->spec, answer->permanent ? TF_SOURCE_FAILED : TF_SOURCE_WAITING,
                                 "OKX does not answer here: this region or this address is blocked",
                                 answer->retry_ms);
      if (answer->permanent)
        g_clear_pointer (&lead->poller, tf_poller_free);
      return;
    }
  after = tf_okx_read_positions (answer->bytes, (gssize) answer->length, lead->spec->address, &error);
  if (after == NULL)
    {
      tf_source_hub_note (self->hub, lead->spec, TF_SOURCE_NOTE_ERROR, error->message);
      tf_source_hub_set_state (self->hub, lead->spec, TF_SOURCE_WAITING, error->message, answer->retry_ms);
      return;
    }
  tf_source_hub_judge (self->hub, lead->spec, answer);
  lead->after = g_steal_pointer (&after);
  lead->text = g_memdup2 (answer->bytes, answer->length + 1);
  lead->length = answer->length;
  if (is_gone_or_less (lead))
    {
      g_autofree char *url = make_url (lead, "public-subpositions-history");

      lead->asking = tf_fetcher_send (tf_source_hub_get_fetcher (self->hub), &(TfHttpRequest) { .url = url },
                                      on_history, lead);
    }
  else
    tell_changes (lead, NULL);
}

static void ask_contracts (Okx *self);

static gboolean
on_contracts_due (gpointer data)
{
  Okx *self = data;

  tf_source_hub_forget (&self->retry);
  ask_contracts (self);
  return G_SOURCE_REMOVE;
}

static void
start_leads (Okx *self)
{
  guint n = self->leads->len;

  if (self->started)
    return;
  self->started = TRUE;
  for (guint i = 0; i < n; i++)
    {
      Lead *lead = g_ptr_array_index (self->leads, i);
      g_autofree char *url = make_url (lead, "public-current-subpositions");

      lead->poller = tf_poller_new (tf_source_hub_get_fetcher (self->hub), &(TfHttpRequest) { .url = url },
                                    tf_source_hub_pace (self->hub, MAX (POLL_MS, n * EACH_MS)), on_positions, lead);
    }
}

/* Positions are looked at as soon as the worth of contracts is known, or known to be unknown. */
static void
on_contracts (const TfAnswer *answer,
              gpointer        data)
{
  Okx *self = data;
  g_autoptr (GError) error = NULL;
  GHashTable *contracts = NULL;
  guint ms;

  self->asking = 0;
  if (answer->reason == NULL)
    contracts = tf_okx_read_contracts (answer->bytes, (gssize) answer->length, &error);
  if (contracts != NULL)
    {
      g_clear_pointer (&self->contracts, g_hash_table_unref);
      self->contracts = contracts;
    }
  else
    for (guint i = 0; i < self->leads->len; i++)
      tf_source_hub_note (self->hub, ((Lead *) g_ptr_array_index (self->leads, i))->spec, TF_SOURCE_NOTE_ERROR,
                          error != NULL ? error->message : answer->reason);
  ms = tf_source_hub_pace (self->hub, contracts != NULL ? CONTRACTS_MS : CONTRACTS_RETRY_MS);
  self->retry = tf_source_hub_after (self->hub, ms, on_contracts_due, self);
  start_leads (self);
}

static void
ask_contracts (Okx *self)
{
  g_autofree char *url = g_strdup_printf ("%s/api/v5/public/instruments?instType=SWAP", self->endpoint);

  self->asking = tf_fetcher_send (tf_source_hub_get_fetcher (self->hub), &(TfHttpRequest) { .url = url },
                                  on_contracts, self);
}

static void
lead_free (gpointer data)
{
  Lead *lead = data;

  if (lead->asking != 0)
    tf_fetcher_cancel (tf_source_hub_get_fetcher (lead->okx->hub), lead->asking);
  g_clear_pointer (&lead->poller, tf_poller_free);
  g_clear_pointer (&lead->before, g_hash_table_unref);
  g_clear_pointer (&lead->after, g_hash_table_unref);
  g_free (lead->text);
  g_free (lead);
}

static void
okx_close (gpointer driver)
{
  Okx *self = driver;

  g_ptr_array_unref (self->leads);
  if (self->asking != 0)
    tf_fetcher_cancel (tf_source_hub_get_fetcher (self->hub), self->asking);
  tf_source_hub_forget (&self->retry);
  g_clear_pointer (&self->contracts, g_hash_table_unref);
  g_free (self->endpoint);
  g_free (self);
}

static gboolean
okx_check (const char *address,
           GError    **error)
{
  gsize length = strlen (address), n = 0;
  char quote[TF_QUOTE_SIZE];

  while (g_ascii_isalnum (address[n]))
    n++;
  if (n == length && (length == 16 || length == 18))
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
               "found “%s”, expected a lead trader's code: 16 or 18 letters and digits",
               tf_error_quote (address, -1, quote));
  return FALSE;
}

static gpointer
okx_open (TfSourceHub               *hub,
          const char                *endpoint,
          const TfSourceSpec *const *specs,
          guint                      n,
          GError                   **error)
{
  Okx *self = g_new0 (Okx, 1);

  self->hub = hub;
  self->endpoint = g_strdup (endpoint);
  self->leads = g_ptr_array_new_with_free_func (lead_free);
  for (guint i = 0; i < n; i++)
    {
      Lead *lead = g_new0 (Lead, 1);

      lead->okx = self;
      lead->spec = specs[i];
      g_ptr_array_add (self->leads, lead);
      tf_source_hub_set_state (hub, specs[i], TF_SOURCE_CONNECTING, "asking for the contracts", 0);
    }
  tf_fetcher_set_rate (tf_source_hub_get_fetcher (hub), endpoint, 2000.0 / tf_source_hub_pace (hub, 1000), 4);
  ask_contracts (self);
  return self;
}

const TfSourceDriver tf_source_okx = { okx_check, okx_open, okx_close };
