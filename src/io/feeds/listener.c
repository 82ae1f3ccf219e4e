#include "io/feeds/listener.h"

#include <string.h>

#define OVERSIZE (17 * 1024 * 1024)
#define LOST 3                 /* messages of a gap */
#define LATE_US (3 * G_USEC_PER_SEC)

/**
 * tf_listener_new:
 * @stream: its line; kept
 * @fd: the socket of it; lives as long
 * @broadcast: outlives it
 * @owner: for whoever made it
 */
TfListener *
tf_listener_new (SoupWebsocketConnection *stream,
                 int                      fd,
                 TfBroadcast             *broadcast,
                 gpointer                 owner)
{
  TfListener *self = g_new0 (TfListener, 1);

  self->stream = g_object_ref (stream);
  self->fd = fd;
  self->owner = owner;
  self->broadcast = broadcast;
  self->subscribed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->snapshots = g_ptr_array_new_with_free_func (g_free);
  g_queue_init (&self->late);
  return self;
}

void
tf_listener_free (TfListener *self)
{
  g_signal_handlers_disconnect_by_data (self->stream, self);
  g_object_unref (self->stream);
  g_hash_table_unref (self->subscribed);
  g_queue_clear_full (&self->late, g_free);
  g_ptr_array_unref (self->snapshots);
  g_free (self->swapped);
  g_free (self);
}

/**
 * tf_listener_subscribe:
 * @name: the venue's
 * @channels: TfChannels
 *
 * Returns: the channels that it had of that instrument
 */
guint
tf_listener_subscribe (TfListener *self,
                       const char *name,
                       guint       channels,
                       gboolean    on)
{
  guint had = GPOINTER_TO_UINT (g_hash_table_lookup (self->subscribed, name));
  guint has = on ? had | channels : had & ~channels;

  g_hash_table_replace (self->subscribed, g_strdup (name), GUINT_TO_POINTER (has));
  return had;
}

/**
 * tf_listener_listens:
 *
 * Returns: whether it has subscribed anything
 */
gboolean
tf_listener_listens (const TfListener *self)
{
  return g_hash_table_size (self->subscribed) > 0;
}

gboolean
tf_listener_wants (const TfListener *self,
                   const char       *name,
                   guint             channels)
{
  return (GPOINTER_TO_UINT (g_hash_table_lookup (self->subscribed, name)) & channels) != 0;
}

/* Whole seconds in the text that mean a time of the recording are moved; what stands behind them stays. */
static void
move_times (GString           *text,
            const TfBroadcast *broadcast)
{
  TfTime shift = broadcast->shift, low = broadcast->first - 2 * TF_DAY, high = broadcast->first + 2 * TF_DAY;

  for (gsize i = 0; i < text->len; i++)
    {
      char *p = text->str + i;
      gsize n = 0;

      if (!g_ascii_isdigit (*p) || (i > 0 && (g_ascii_isalnum (p[-1]) || p[-1] == '.')))
        continue;
      while (g_ascii_isdigit (p[n]))
        n++;
      if (n == 4 && text->len - i >= 19 && p[4] == '-' && p[7] == '-' && (p[10] == 'T' || p[10] == ' ')
          && p[13] == ':' && p[16] == ':')
        {
          char second[24], moved[TF_TIME_SIZE];
          TfTime time;

          memcpy (second, p, 19);
          second[10] = 'T';
          memcpy (second + 19, "Z", 2);
          if (tf_time_parse (second, &time, NULL) && time > low && time < high)
            {
              tf_time_format (time + shift, moved);
              moved[10] = p[10];
              memcpy (p, moved, 19);
            }
          n = 19;
        }
      else if (n == 13 || (n == 10 && i > 0 && p[-1] == '"' && p[n] == '"'))
        {
          TfTime unit = n == 13 ? TF_SECOND / 1000 : TF_SECOND, time = g_ascii_strtoll (p, NULL, 10) * unit;
          char moved[24];

          if (time > low && time < high
              && g_snprintf (moved, sizeof moved, "%" G_GINT64_FORMAT, (time + shift) / unit) == (int) n)
            memcpy (p, moved, n);
        }
      i += n - 1;
    }
}

/**
 * tf_listener_say:
 *
 * At once, whatever goes wrong.
 */
void
tf_listener_say (TfListener *self,
                 const char *text)
{
  if (self->muted || soup_websocket_connection_get_state (self->stream) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  self->broadcast->sent++;
  soup_websocket_connection_send_text (self->stream, text);
}

static void
send_text (TfListener *self,
           const char *text)
{
  gint64 now = g_get_monotonic_time ();

  if (now < self->late_until || !g_queue_is_empty (&self->late))
    {
      g_queue_push_tail (&self->late, g_strdup (text));
      if (now < self->flush_at && now < self->late_until)
        return;
      self->flush_at = now + LATE_US;
      while (!g_queue_is_empty (&self->late))
        {
          g_autofree char *late = g_queue_pop_head (&self->late);

          tf_listener_say (self, late);
        }
      return;
    }
  tf_listener_say (self, text);
}

/**
 * tf_listener_deliver:
 * @news: it has trades or books: only such go wrong
 *
 * A message of the stream, as this client gets it, with what goes wrong on its way.
 */
void
tf_listener_deliver (TfListener *self,
                     const char *bytes,
                     gsize       length,
                     gboolean    news)
{
  g_autoptr (GString) text = g_string_new_len (bytes, (gssize) length);
  char *number = strstr (text->str, "\"sequence_num\":");

  if (number != NULL)
    {
      gsize at = (gsize) (number - text->str) + strlen ("\"sequence_num\":"), n = 0;
      g_autofree char *own = g_strdup_printf ("%" G_GUINT64_FORMAT, self->sequence++);

      while (g_ascii_isdigit (text->str[at + n]))
        n++;
      g_string_erase (text, (gssize) at, (gssize) n);
      g_string_insert (text, (gssize) at, own);
    }
  if (news && self->lose > 0)
    {
      self->lose--;
      return;
    }
  if (news && self->mangle != 0)
    {
      char *sum = strstr (text->str, "\"checksum\":");

      if (self->mangle & (1u << TF_FAULT_TRUNCATE))
        g_string_truncate (text, text->len / 2);
      if (self->mangle & (1u << TF_FAULT_CORRUPT))
        text->str[text->len / 2] = '#';
      if ((self->mangle & (1u << TF_FAULT_CHECKSUM)) && sum != NULL)
        sum[11] = sum[11] == '1' ? '2' : '1';
      if (self->mangle & (1u << TF_FAULT_OVERSIZE))
        {
          g_autofree char *spaces = g_strnfill (OVERSIZE, ' ');

          g_string_append (text, spaces);
        }
      if ((self->mangle & (1u << TF_FAULT_REORDER)) && self->swapped == NULL)
        {
          self->swapped = g_string_free (g_steal_pointer (&text), FALSE);
          return;
        }
      self->mangle &= sum == NULL ? 1u << TF_FAULT_CHECKSUM : 0; /* a wrong checksum waits for a message that has one */
    }
  if (self->broadcast->shift != 0)
    move_times (text, self->broadcast);
  send_text (self, text->str);
  if (g_get_monotonic_time () < self->twice_until)
    send_text (self, text->str);
  if (self->swapped != NULL)
    {
      g_autofree char *other = g_steal_pointer (&self->swapped);

      self->mangle = 0;
      send_text (self, other);
    }
}

/**
 * tf_listener_flush:
 *
 * What comes late, comes even when nothing follows.
 */
void
tf_listener_flush (TfListener *self)
{
  while (g_get_monotonic_time () >= self->late_until && !g_queue_is_empty (&self->late))
    {
      g_autofree char *late = g_queue_pop_head (&self->late);

      tf_listener_say (self, late);
    }
}

/**
 * tf_listener_fault:
 * @fault: one that concerns its messages
 * @pause_us: how long it lasts, where it lasts
 */
void
tf_listener_fault (TfListener *self,
                   TfFault     fault,
                   gint64      pause_us)
{
  gint64 now = g_get_monotonic_time ();

  switch (fault)
    {
    case TF_FAULT_STALL:
      self->muted = TRUE;
      break;
    case TF_FAULT_SLOW:
      self->late_until = now + pause_us * 2;
      self->flush_at = now + MIN (LATE_US, pause_us);
      break;
    case TF_FAULT_DUPLICATE:
      self->twice_until = now + pause_us;
      break;
    case TF_FAULT_GAP:
      self->lose = LOST;
      break;
    default:
      self->mangle |= 1u << fault;
      break;
    }
}
