#include "core/market/event.h"

#include <string.h>

#define SIGNAL_TYPE "(sssssixxdbxxxxi)"
#define NOTICE_TYPE "(sssx)"

/* Size of what an event points to */
static gsize
payload_size (const TfEvent *self)
{
  switch (self->type)
    {
    case TF_EVENT_SIGNAL:
      return sizeof (TfTraderSignal);
    case TF_EVENT_NOTICE:
      return sizeof (TfSourceNotice);
    default:
      return 0;
    }
}

/* Lets @self point to @payload. */
static void
point (TfEvent              *self,
       const TfEventPayload *payload)
{
  if (self->type == TF_EVENT_SIGNAL)
    self->signal = &payload->signal;
  else if (self->type == TF_EVENT_NOTICE)
    self->notice = &payload->notice;
}

/**
 * tf_event_keep:
 * @payload: (out): what the event points to is copied there, and the event points to the copy
 *
 * Returns: whether it points to anything
 */
gboolean
tf_event_keep (TfEvent        *self,
               TfEventPayload *payload)
{
  gsize size = payload_size (self);

  if (size == 0)
    return FALSE;
  memcpy (payload, self->signal, size);
  point (self, payload);
  return TRUE;
}

/**
 * tf_event_append:
 *
 * Appends the event with what it points to.
 */
void
tf_event_append (const TfEvent *self,
                 GByteArray    *out)
{
  g_byte_array_append (out, (const guint8 *) self, sizeof *self);
  if (payload_size (self) > 0)
    g_byte_array_append (out, (const guint8 *) self->signal, (guint) payload_size (self));
}

/**
 * tf_event_take:
 * @payload: (out): what the event points to then
 *
 * Reads what tf_event_append() wrote.
 *
 * Returns: how many bytes that was; 0 when there is no whole event
 */
gsize
tf_event_take (TfEvent        *self,
               TfEventPayload *payload,
               const guint8   *data,
               gsize           length)
{
  gsize size;

  if (length < sizeof *self)
    return 0;
  memcpy (self, data, sizeof *self);
  size = payload_size (self);
  if (length - sizeof *self < size)
    return 0;
  memcpy (payload, data + sizeof *self, size);
  point (self, payload);
  return sizeof *self + size;
}

/* A text that was cut to fit may end in half a character. */
static GVariant *
text_of (const char *text)
{
  return g_variant_new_take_string (g_utf8_make_valid (text, -1));
}

/**
 * tf_event_to_text:
 *
 * Returns: (transfer full): a signal or a notice, in GVariant's notation
 */
char *
tf_event_to_text (const TfEvent *self)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (self->type == TF_EVENT_SIGNAL || self->type == TF_EVENT_NOTICE, NULL);
  if (self->type == TF_EVENT_SIGNAL)
    {
      const TfTraderSignal *s = self->signal;

      value = g_variant_new ("(@s@s@s@s@sixxdbxxxxi)", text_of (s->trader), text_of (s->source), text_of (s->id), text_of (s->symbol),
                             text_of (s->evidence), s->side, s->price.raw, s->quantity.raw, s->fraction, s->has_position,
                             s->position.raw, s->happened, s->published, s->received, s->grade);
    }
  else
    value = g_variant_new ("(@s@s@sx)", text_of (self->notice->trader), text_of (self->notice->source),
                           text_of (self->notice->reason), self->notice->count);
  g_variant_ref_sink (value);
  return g_variant_print (value, FALSE);
}

/**
 * tf_event_from_text:
 * @self: (inout): its type says what @text is; the rest of it stays
 * @payload: (out): what the event points to then
 *
 * Returns: FALSE when @text is nothing of that kind
 */
gboolean
tf_event_from_text (TfEvent        *self,
                    TfEventPayload *payload,
                    const char     *text)
{
  g_autoptr (GVariant) value = NULL;
  const char *t[5];
  gint32 side, grade;

  value = g_variant_parse (G_VARIANT_TYPE (self->type == TF_EVENT_SIGNAL ? SIGNAL_TYPE : NOTICE_TYPE), text, NULL, NULL, NULL);
  if (value == NULL)
    return FALSE;
  memset (payload, 0, sizeof *payload);
  point (self, payload);
  if (self->type == TF_EVENT_SIGNAL)
    {
      TfTraderSignal *s = &payload->signal;

      g_variant_get (value, "(&s&s&s&s&sixxdbxxxxi)", &t[0], &t[1], &t[2], &t[3], &t[4], &side, &s->price.raw, &s->quantity.raw,
                     &s->fraction, &s->has_position, &s->position.raw, &s->happened, &s->published, &s->received, &grade);
      g_strlcpy (s->trader, t[0], sizeof s->trader);
      g_strlcpy (s->source, t[1], sizeof s->source);
      g_strlcpy (s->id, t[2], sizeof s->id);
      g_strlcpy (s->symbol, t[3], sizeof s->symbol);
      g_strlcpy (s->evidence, t[4], sizeof s->evidence);
      s->side = (gint8) CLAMP (side, -1, 1);
      s->grade = (char) grade;
    }
  else
    {
      TfSourceNotice *n = &payload->notice;

      g_variant_get (value, "(&s&s&sx)", &t[0], &t[1], &t[2], &n->count);
      g_strlcpy (n->trader, t[0], sizeof n->trader);
      g_strlcpy (n->source, t[1], sizeof n->source);
      g_strlcpy (n->reason, t[2], sizeof n->reason);
    }
  return TRUE;
}
