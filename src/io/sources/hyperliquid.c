#include "io/sources/hyperliquid.h"

#include <string.h>

#include "core/base/error.h"
#include "io/sources/drivers.h"
#include "io/sources/hub.h"
#include "io/sources/json-text.h"
#include "io/sources/line.h"

#define SEEN_MAX 10000       /* in each of two generations; a fill counts twice */
#define COINS_MAX 900        /* subscriptions that leave room below the venue's 1000 */
#define SUBSCRIBE_MS 50      /* between two of them: 2000 messages a minute are allowed */
#define WEIGHTS_PER_S 15.0   /* 900 a minute of 1200 */
#define WEIGHTS_BURST 60
#define STATE_WEIGHT 2
#define META_WEIGHT 20
#define META_MS (60 * 60 * 1000)

/* Public addresses on Hyperliquid: everybody's fills, positions and trades are public. */

typedef struct _Driver Driver;

typedef enum { PUSH, POLL, TAPE } Way;

typedef struct
{
  TfQty    quantity;
  gboolean known;
  gint64   state_ms;  /* @quantity holds all that happened until then, by the venue's own statement */
  gint64   fill_ms;   /* and the fills until then */
  gboolean suspect;   /* the last statement was another one: */
  TfQty    suspicion;
} Position;

typedef struct
{
  Driver     *driver;
  TfAddress   address;
  Way         way;
  GPtrArray  *specs;     /* of const TfSourceSpec *: more than one trader may have the address */
  TfPoller   *poller;    /* of the positions */
  GHashTable *positions; /* coin → Position */
  gboolean    stated;    /* the positions came once */
  gint64      state_ms;
  gboolean    loaded;    /* the fills of before the start are known */
  gint64      loaded_ms;
  GHashTable *seen, *seen_before; /* keys of fills; the older generation goes when the younger is full */
} User;

struct _Driver
{
  TfSourceHub  *hub;
  GPtrArray    *users;
  TfAddressSet *by_address;  /* index in @users */
  TfAddressSet *on_tape;     /* (nullable): the same, of those on the tape only */
  guint        *tape_users;  /* index in @on_tape → index in @users */
  TfLine       *line;
  char         *info;        /* the URL of questions */
  TfPoller     *meta;
  GPtrArray    *coins;       /* to be listened to, on the tape */
  GHashTable   *coin_set;
  GHashTable   *replayed;    /* coins whose trades of before the start are known */
  guint         next_coin;   /* to be subscribed to */
  GSource      *subscribing;
  gboolean      tape_live;
  GArray       *fills;       /* of the message under way */
};

static gboolean
check (const char *address,
       GError    **error)
{
  char quoted[TF_QUOTE_SIZE];
  TfAddress parsed;

  if (tf_address_parse (address, -1, &parsed))
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found “%s”, expected 0x and %d hexadecimal digits",
               tf_error_quote (address, -1, quoted), 2 * TF_ADDRESS_SIZE);
  return FALSE;
}

static void
note (const User  *user,
      TfSourceNote what,
      const char  *why)
{
  for (guint k = 0; k < user->specs->len; k++)
    tf_source_hub_note (user->driver->hub, user->specs->pdata[k], what, why);
}

static void
set_state (const User   *user,
           TfSourceState state,
           const char   *reason,
           guint         retry_ms)
{
  for (guint k = 0; k < user->specs->len; k++)
    tf_source_hub_set_state (user->driver->hub, user->specs->pdata[k], state, reason, retry_ms);
}

static void
emit (const User           *user,
      const TfTraderSignal *signal,
      const char           *raw,
      gsize                 length)
{
  for (guint k = 0; k < user->specs->len; k++)
    tf_source_hub_emit (user->driver->hub, user->specs->pdata[k], signal, raw, length);
}

/* FALSE when it was there already. */
static gboolean
see (User   *user,
     guint64 key)
{
  if (g_hash_table_contains (user->seen, &key) || g_hash_table_contains (user->seen_before, &key))
    return FALSE;
  if (g_hash_table_size (user->seen) >= SEEN_MAX)
    {
      GHashTable *oldest = user->seen_before;

      g_hash_table_remove_all (oldest);
      user->seen_before = user->seen;
      user->seen = oldest;
    }
  g_hash_table_add (user->seen, g_memdup2 (&key, sizeof key));
  return TRUE;
}

/* A coin of the perpetual market that clearinghouseState tells of; not of spot (“@107”, “PURR/USDC”), nor of
 * the markets of others (“flx:CRCL”). */
static gboolean
is_stated_coin (const char *coin)
{
  return strpbrk (coin, "@/:") == NULL;
}

static Position *
get_position (User       *user,
              const char *coin)
{
  Position *position = g_hash_table_lookup (user->positions, coin);

  if (position == NULL)
    {
      position = g_new0 (Position, 1);
      if (user->stated && is_stated_coin (coin)) /* what is not mentioned is none */
        {
          position->known = TRUE;
          position->state_ms = user->state_ms;
        }
      g_hash_table_insert (user->positions, g_strdup (coin), position);
    }
  return position;
}

/* News: a fill that was not seen before. */
static void
take_fill (User              *user,
           TfHyperliquidFill *fill)
{
  TfTraderSignal *signal = &fill->signal;
  Position *position = get_position (user, signal->symbol);
  gint64 delta = signal->side * signal->quantity.raw;
  gboolean included = position->known && fill->ms <= position->state_ms;

  /* Where the trader stands is told by the newest that is known: a fill that comes late, or from before the last
   * statement, is a fact of its own and moves nothing. Without a statement of its own it is a step that counts. */
  if (!included && signal->has_position && fill->ms >= position->fill_ms)
    {
      position->quantity = signal->position;
      position->known = TRUE;
    }
  else if (!included && !signal->has_position && position->known
           && __builtin_add_overflow (position->quantity.raw, delta, &position->quantity.raw))
    position->known = FALSE;
  signal->has_position = position->known;
  signal->position = position->known ? position->quantity : (TfQty) { 0 };
  position->fill_ms = MAX (position->fill_ms, fill->ms);
  position->suspect = FALSE;
  emit (user, signal, fill->raw, fill->length);
}

static void
take_if_new (User              *user,
             TfHyperliquidFill *fill,
             gboolean           news)
{
  if (!see (user, fill->key))
    {
      note (user, TF_SOURCE_NOTE_IGNORED, NULL);
      return;
    }
  /* Who trades with himself has two fills with one id. */
  if (!see (user, fill->trade))
    g_strlcat (fill->signal.id, fill->signal.side > 0 ? "-B" : "-A", sizeof fill->signal.id);
  if (news)
    take_fill (user, fill);
  else
    note (user, TF_SOURCE_NOTE_IGNORED, NULL);
}

/* Positions */

/* A position that fills do not explain: the one at the start, or one of a user who is asked for nothing
 * else. */
static void
state_position (User           *user,
                const char     *coin,
                Position       *position,
                TfQty           now,
                gint64          ms,
                const TfAnswer *answer)
{
  TfTraderSignal signal = { .has_position = TRUE, .position = now };
  gboolean start = !user->stated;
  gint64 before = position->known ? position->quantity.raw : 0, delta;

  if (__builtin_sub_overflow (now.raw, before, &delta) || delta == G_MININT64)
    delta = 0;
  g_strlcpy (signal.symbol, coin, sizeof signal.symbol);
  g_snprintf (signal.id, sizeof signal.id, "%s-%" G_GINT64_FORMAT "-%s", start ? "start" : "state", ms, coin);
  g_strlcpy (signal.evidence, start ? "clearinghouseState, position at the start" : "clearinghouseState",
             sizeof signal.evidence);
  if (now.raw != 0)
    signal.side = (start ? now.raw : delta) < 0 ? -1 : 1;
  if (!start)
    signal.quantity.raw = ABS (delta);
  signal.happened = signal.published = ms * (TF_SECOND / 1000);
  position->quantity = now;
  position->known = TRUE;
  position->state_ms = ms;
  position->suspect = FALSE;
  emit (user, &signal, answer->bytes, answer->length);
}

/* What the venue states against what is known from fills. A fill may be on its way while its position is
 * stated already, so a difference counts when it was there twice. */
static void
reconcile (User           *user,
           const char     *coin,
           TfQty           stated,
           gint64          ms,
           const TfAnswer *answer)
{
  Position *position = get_position (user, coin);

  if (position->fill_ms >= ms)
    return;
  if ((position->known ? position->quantity.raw : 0) == stated.raw)
    {
      position->known = TRUE;
      position->state_ms = ms;
      position->suspect = FALSE;
    }
  else if (!user->stated || user->way == POLL || (position->suspect && position->suspicion.raw == stated.raw))
    state_position (user, coin, position, stated, ms, answer);
  else
    {
      position->suspect = TRUE;
      position->suspicion = stated;
    }
}

static gboolean
read_positions (const TfAnswer *answer,
                GHashTable     *positions, /* coin → gint64 * */
                gint64         *ms,        /* stays where the answer has no time */
                GError        **error)
{
  g_autoptr (JsonNode) root = tf_json_text_read (answer->bytes, (gssize) answer->length, error);
  JsonObject *object = tf_json_as_object (root);
  JsonArray *list = tf_json_get_array (object, "assetPositions");
  gint64 time;

  if (root == NULL)
    return FALSE;
  if (list == NULL)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found no assetPositions, expected a list");
      return FALSE;
    }
  if (tf_json_as_int (json_object_get_member (object, "time"), &time) && time > 0
      && time < G_MAXINT64 / (TF_SECOND / 1000))
    *ms = time;
  for (guint k = 0; k < json_array_get_length (list); k++)
    {
      JsonObject *holder = tf_json_as_object (json_array_get_element (list, k));
      JsonObject *position = tf_json_get_object (holder, "position");
      const char *coin = tf_json_get_string (position, "coin"), *size = tf_json_get_string (position, "szi");
      gint64 raw;

      if (coin == NULL || *coin == '\0' || strlen (coin) >= sizeof ((TfTraderSignal *) NULL)->symbol
          || size == NULL)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                       "found a position without coin or szi, expected both");
          return FALSE;
        }
      if (!tf_decimal_parse (size, -1, &raw, error))
        return FALSE;
      g_hash_table_insert (positions, g_strdup (coin), g_memdup2 (&raw, sizeof raw));
    }
  return TRUE;
}

static void
on_positions (const TfAnswer *answer,
              gpointer        data)
{
  User *user = data;
  TfSourceHub *hub = user->driver->hub;
  g_autoptr (GHashTable) stated = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError) error = NULL;
  gint64 ms = tf_source_hub_now (hub) / (TF_SECOND / 1000);
  GHashTableIter iter;
  gpointer coin, value;

  if (user->way == POLL)
    for (guint k = 0; k < user->specs->len; k++)
      tf_source_hub_judge (hub, user->specs->pdata[k], answer);
  else
    note (user, answer->reason != NULL ? TF_SOURCE_NOTE_ERROR : TF_SOURCE_NOTE_MESSAGE, answer->reason);
  if (answer->reason != NULL)
    {
      if (answer->permanent)
        g_clear_pointer (&user->poller, tf_poller_free);
      return;
    }
  if (!read_positions (answer, stated, &ms, &error))
    {
      note (user, TF_SOURCE_NOTE_ERROR, error->message);
      return;
    }
  g_hash_table_iter_init (&iter, user->positions);
  while (g_hash_table_iter_next (&iter, &coin, NULL))
    if (is_stated_coin (coin) && !g_hash_table_contains (stated, coin))
      g_hash_table_insert (stated, g_strdup (coin), g_new0 (gint64, 1));
  g_hash_table_iter_init (&iter, stated);
  while (g_hash_table_iter_next (&iter, &coin, &value))
    reconcile (user, coin, (TfQty) { *(gint64 *) value }, ms, answer);
  user->stated = TRUE;
  user->state_ms = ms;
}

/* The WebSocket */

static void
subscribe (Driver     *self,
           const char *type,
           const char *of,
           const char *name)
{
  g_autofree char *text = g_strdup_printf ("{\"method\":\"subscribe\",\"subscription\":"
                                           "{\"type\":\"%s\",\"%s\":\"%s\"}}", type, of, name);

  tf_line_send (self->line, text);
}

static gboolean
on_subscribe (gpointer data)
{
  Driver *self = data;

  if (self->next_coin >= MIN (self->coins->len, COINS_MAX))
    {
      tf_source_hub_forget (&self->subscribing);
      return G_SOURCE_REMOVE;
    }
  subscribe (self, "trades", "coin", self->coins->pdata[self->next_coin++]);
  return G_SOURCE_CONTINUE;
}

static void
subscribe_coins (Driver *self)
{
  if (self->subscribing == NULL && self->next_coin < self->coins->len)
    self->subscribing = tf_source_hub_after (self->hub, tf_source_hub_pace (self->hub, SUBSCRIBE_MS),
                                             on_subscribe, self);
}

static void
on_opened (TfLine  *line,
           gpointer data)
{
  Driver *self = data;

  for (guint k = 0; k < self->users->len; k++)
    {
      const User *user = self->users->pdata[k];
      char address[2 * TF_ADDRESS_SIZE + 3];

      if (user->way == PUSH)
        subscribe (self, "userFills", "user", tf_address_format (&user->address, address));
    }
  self->next_coin = 0;
  self->tape_live = FALSE;
  subscribe_coins (self);
}

/* What the venue does not like: of the user that it names, or of all. */
static void
take_error (Driver                   *self,
            const TfHyperliquidFrame *frame)
{
  g_autofree char *said = g_strndup (frame->said, MIN (frame->said_length, 400));
  g_autofree char *small = g_ascii_strdown (said, -1);
  gboolean named = FALSE;

  for (guint pass = 0; pass < 2 && !named; pass++)
    for (guint k = 0; k < self->users->len; k++)
      {
        const User *user = self->users->pdata[k];
        char address[2 * TF_ADDRESS_SIZE + 3];

        tf_address_format (&user->address, address);
        if (user->way == POLL || (pass == 0 && strstr (small, address) == NULL))
          continue;
        named = TRUE;
        note (user, TF_SOURCE_NOTE_ERROR, said);
        if (pass == 0)
          set_state (user, TF_SOURCE_FAILED, said, 0);
      }
}

static void
take_fills (Driver                   *self,
            const TfHyperliquidFrame *frame)
{
  gint k = tf_address_set_find (self->by_address, &frame->user);
  User *user = k >= 0 ? self->users->pdata[k] : NULL;

  if (user == NULL || user->way != PUSH)
    return;
  note (user, TF_SOURCE_NOTE_MESSAGE, NULL);
  for (guint i = 0; i < frame->fills->len; i++)
    {
      TfHyperliquidFill *fill = &g_array_index (frame->fills, TfHyperliquidFill, i);

      /* The first snapshot is what was before; a later one also holds what was missed meanwhile. */
      take_if_new (user, fill, !frame->snapshot || (user->loaded && fill->ms >= user->loaded_ms));
      if (frame->snapshot && !user->loaded)
        user->loaded_ms = MAX (user->loaded_ms, fill->ms);
    }
  user->loaded = user->loaded || frame->snapshot;
  set_state (user, TF_SOURCE_LIVE, "live", 0);
}

static void
take_trades (Driver                   *self,
             const TfHyperliquidFrame *frame)
{
  /* The first message about a coin is what was before; after a reconnect it also holds what was missed. */
  gboolean news = g_hash_table_contains (self->replayed, frame->coin);

  if (!news)
    g_hash_table_add (self->replayed, g_strdup (frame->coin));
  for (guint i = 0; i < frame->fills->len; i++)
    {
      TfHyperliquidFill *fill = &g_array_index (frame->fills, TfHyperliquidFill, i);
      User *user = self->users->pdata[self->tape_users[fill->user]];

      note (user, TF_SOURCE_NOTE_MESSAGE, NULL);
      take_if_new (user, fill, news);
    }
  if (self->tape_live)
    return;
  self->tape_live = TRUE;
  for (guint k = 0; k < self->users->len; k++)
    if (((User *) self->users->pdata[k])->way == TAPE)
      set_state (self->users->pdata[k], TF_SOURCE_LIVE, "live", 0);
}

static void
on_message (TfLine     *line,
            const char *text,
            gsize       length,
            gpointer    data)
{
  Driver *self = data;
  TfHyperliquidFrame frame = { .fills = self->fills };
  g_autoptr (GError) error = NULL;

  if (!tf_hyperliquid_read (text, length, self->on_tape, &frame, &error))
    for (guint k = 0; k < self->users->len; k++)
      {
        if (((User *) self->users->pdata[k])->way != POLL)
          note (self->users->pdata[k], TF_SOURCE_NOTE_ERROR, error->message);
      }
  else if (frame.channel == TF_HYPERLIQUID_FILLS)
    take_fills (self, &frame);
  else if (frame.channel == TF_HYPERLIQUID_TRADES && self->on_tape != NULL)
    take_trades (self, &frame);
  else if (frame.channel == TF_HYPERLIQUID_ERROR)
    take_error (self, &frame);
}

static void
on_changed (TfLine       *line,
            TfSourceState state,
            const char   *reason,
            guint         retry_ms,
            gpointer      data)
{
  Driver *self = data;

  if (state != TF_SOURCE_LIVE)
    tf_source_hub_forget (&self->subscribing);
  for (guint k = 0; k < self->users->len; k++)
    if (((User *) self->users->pdata[k])->way != POLL)
      {
        if (state == TF_SOURCE_LIVE) /* not before there is something heard of this one */
          set_state (self->users->pdata[k], TF_SOURCE_CONNECTING, "subscribing", 0);
        else
          set_state (self->users->pdata[k], state, reason, retry_ms);
      }
}

static void
ask_positions (User *user,
               guint interval_ms)
{
  Driver *self = user->driver;
  char address[2 * TF_ADDRESS_SIZE + 3];
  g_autofree char *body = g_strdup_printf ("{\"type\":\"clearinghouseState\",\"user\":\"%s\"}",
                                           tf_address_format (&user->address, address));
  TfHttpRequest request = { .url = self->info, .body = body, .cost = STATE_WEIGHT };

  user->poller = tf_poller_new (tf_source_hub_get_fetcher (self->hub), &request,
                                tf_source_hub_pace (self->hub, interval_ms), on_positions, user);
}

/* The coins whose trades are listened to. New ones are found from hour to hour. An unknown one would make the
 * venue hang up, so only those that it named itself. */
static void
on_meta (const TfAnswer *answer,
         gpointer        data)
{
  Driver *self = data;
  g_autoptr (JsonNode) root = tf_json_text_read (answer->bytes, (gssize) answer->length, NULL);
  JsonArray *universe = tf_json_get_array (tf_json_as_object (root), "universe");

  for (guint k = 0; universe != NULL && k < json_array_get_length (universe); k++)
    {
      JsonObject *coin = tf_json_as_object (json_array_get_element (universe, k));
      const char *name = tf_json_get_string (coin, "name");
      JsonNode *delisted = coin != NULL ? json_object_get_member (coin, "isDelisted") : NULL;

      if (name == NULL || strlen (name) >= 32 || strpbrk (name, "\"\\") != NULL
          || g_hash_table_contains (self->coin_set, name)
          || (delisted != NULL && JSON_NODE_HOLDS_VALUE (delisted) && json_node_get_boolean (delisted)))
        continue;
      g_ptr_array_add (self->coins, g_strdup (name));
      g_hash_table_add (self->coin_set, self->coins->pdata[self->coins->len - 1]);
    }
  for (guint k = 0; k < self->users->len; k++)
    {
      User *user = self->users->pdata[k];

      if (user->way != TAPE)
        continue;
      if (universe == NULL)
        note (user, TF_SOURCE_NOTE_ERROR,
              answer->reason != NULL ? answer->reason : "no list of coins from the venue");
      else if (user->poller == NULL) /* a thousand of them would have kept this one waiting */
        ask_positions (user, tf_hyperliquid_plan (self->users->len).tape_ms);
    }
  subscribe_coins (self);
}

static void
user_free (gpointer data)
{
  User *self = data;

  g_clear_pointer (&self->poller, tf_poller_free);
  g_hash_table_unref (self->positions);
  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->seen_before);
  g_ptr_array_unref (self->specs);
  g_free (self);
}

static User *
add_user (Driver          *self,
          const TfAddress *address)
{
  User *user = g_new0 (User, 1);

  user->driver = self;
  user->address = *address;
  user->specs = g_ptr_array_new ();
  user->positions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  user->seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  user->seen_before = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_ptr_array_add (self->users, user);
  return user;
}

static void
add_users (Driver                    *self,
           const TfSourceSpec *const *specs,
           guint                      n)
{
  g_autofree TfAddress *addresses = g_new0 (TfAddress, n);

  for (guint k = 0; k < n; k++)
    tf_address_parse (specs[k]->address, -1, &addresses[k]); /* it was checked */
  self->by_address = tf_address_set_new (addresses, n);
  for (guint k = 0; k < n; k++)
    {
      gint first = tf_address_set_find (self->by_address, &addresses[k]);

      if (first == (gint) k)
        add_user (self, &addresses[k]);
      for (guint u = 0; u < self->users->len; u++)
        {
          User *user = self->users->pdata[u];

          if (memcmp (&user->address, &addresses[first], sizeof *addresses) == 0)
            g_ptr_array_add (user->specs, (gpointer) specs[k]);
        }
    }
  tf_address_set_free (self->by_address);
  for (guint u = 0; u < self->users->len; u++)
    addresses[u] = ((User *) self->users->pdata[u])->address;
  self->by_address = tf_address_set_new (addresses, self->users->len);
}

static void
give_ways (Driver *self)
{
  TfHyperliquidPlan plan = tf_hyperliquid_plan (self->users->len);
  g_autofree TfAddress *addresses = g_new0 (TfAddress, MAX (plan.tape, 1));
  TfHttpRequest request = { .url = self->info, .body = "{\"type\":\"meta\"}", .cost = META_WEIGHT };

  self->tape_users = g_new0 (guint, MAX (plan.tape, 1));
  for (guint k = 0; k < self->users->len; k++)
    {
      User *user = self->users->pdata[k];

      user->way = k < plan.push ? PUSH : plan.tape > 0 ? TAPE : POLL;
      if (user->way == TAPE)
        {
          addresses[k - plan.push] = user->address;
          self->tape_users[k - plan.push] = k;
        }
    }
  if (plan.tape > 0)
    {
      self->on_tape = tf_address_set_new (addresses, plan.tape);
      self->meta = tf_poller_new (tf_source_hub_get_fetcher (self->hub), &request,
                                  tf_source_hub_pace (self->hub, META_MS), on_meta, self);
    }
  for (guint k = 0; k < self->users->len; k++)
    {
      User *user = self->users->pdata[k];

      if (user->way != TAPE)
        ask_positions (user, user->way == PUSH ? plan.push_ms : plan.poll_ms);
    }
}

static void
close_driver (gpointer driver)
{
  Driver *self = driver;

  g_clear_pointer (&self->line, tf_line_free);
  g_clear_pointer (&self->meta, tf_poller_free);
  tf_source_hub_forget (&self->subscribing);
  g_ptr_array_unref (self->users);
  tf_address_set_free (self->by_address);
  tf_address_set_free (self->on_tape);
  g_hash_table_unref (self->coin_set);
  g_hash_table_unref (self->replayed);
  g_ptr_array_unref (self->coins);
  g_array_unref (self->fills);
  g_free (self->tape_users);
  g_free (self->info);
  g_free (self);
}

static gpointer
open_driver (TfSourceHub               *hub,
             const char                *endpoint,
             const TfSourceSpec *const *specs,
             guint                      n,
             GError                   **error)
{
  static const TfLineEvents events = { on_opened, on_message, on_changed };
  g_autofree char *base = g_strdup (endpoint), *url = NULL;
  TfFetcher *fetcher = tf_source_hub_get_fetcher (hub);
  TfLineOptions line = {
    .ping = "{\"method\":\"ping\"}",
    .ping_ms = tf_source_hub_pace (hub, 30000),
    .silence_ms = MAX (tf_source_hub_pace (hub, 40000), 2000),
    .backoff_ms = tf_source_hub_pace (hub, 2000), /* 30 new connections a minute are allowed */
    .backoff_max_ms = tf_source_hub_pace (hub, 60000),
  };
  Driver *self;

  if (!tf_fetcher_check_url (endpoint, error))
    return NULL;
  if (g_str_has_suffix (base, "/"))
    base[strlen (base) - 1] = '\0';
  self = g_new0 (Driver, 1);
  self->hub = hub;
  self->info = g_strconcat (base, "/info", NULL);
  self->users = g_ptr_array_new_with_free_func (user_free);
  self->coins = g_ptr_array_new_with_free_func (g_free);
  self->coin_set = g_hash_table_new (g_str_hash, g_str_equal);
  self->replayed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->fills = g_array_new (FALSE, FALSE, sizeof (TfHyperliquidFill));
  tf_fetcher_set_rate (fetcher, self->info, WEIGHTS_PER_S * 1000 / tf_source_hub_pace (hub, 1000),
                       WEIGHTS_BURST);
  add_users (self, specs, n);
  give_ways (self);
  url = g_strconcat (g_str_has_prefix (base, "https:") ? "wss" : "ws", strchr (base, ':'), "/ws", NULL);
  line.url = url;
  self->line = tf_line_new (fetcher, &line, &events, self);
  tf_line_start (self->line);
  return self;
}

const TfSourceDriver tf_source_hyperliquid = { check, open_driver, close_driver };
