#include "io/feeds/replayer.h"

#include <string.h>

#include "core/base/error.h"

typedef struct
{
  TfEventSource  source;
  const TfVenue *venue;
  TfMarket      *markets;
  guint          n_markets;
  TfRecording   *recording;
  TfIntake      *intake;
  GArray        *ready; /* of TfEvent: what the last frame gave */
  guint          at;
  guint64        given;
  GError        *error; /* why it ended early */
} Replayer;

static void
on_event (const TfEvent *event,
          gpointer       data)
{
  Replayer *self = data;

  g_array_append_val (self->ready, *event);
}

static const TfIntakeEvents intake_events = { .event = on_event };

static gboolean
next (TfEventSource *source,
      TfEvent       *event)
{
  Replayer *self = (Replayer *) source;
  TfFrame frame;

  while (self->at == self->ready->len)
    {
      self->at = 0;
      g_array_set_size (self->ready, 0);
      if (self->error != NULL || !tf_recording_next (self->recording, &frame, &self->error))
        return FALSE;
      tf_intake_frame (self->intake, &frame);
    }
  *event = g_array_index (self->ready, TfEvent, self->at++);
  self->given++;
  return TRUE;
}

static void
save (TfEventSource *source,
      GByteArray    *state)
{
  g_byte_array_append (state, (const guint8 *) &((Replayer *) source)->given, sizeof (guint64));
}

/* From the start again, without telling: what was decoded so far is the state. */
static gboolean
restore (TfEventSource *source,
         const guint8  *state,
         gsize          size,
         GError       **error)
{
  Replayer *self = (Replayer *) source;
  guint64 given;
  TfEvent event;

  if (size != sizeof given)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found %" G_GSIZE_FORMAT " bytes of a replay's state, expected %" G_GSIZE_FORMAT,
                   size, sizeof given);
      return FALSE;
    }
  memcpy (&given, state, sizeof given);
  if (!tf_recording_rewind (self->recording, error))
    return FALSE;
  g_clear_error (&self->error);
  g_clear_pointer (&self->intake, tf_intake_free);
  self->intake = tf_intake_new (self->venue, self->markets, self->n_markets, &intake_events, self);
  g_array_set_size (self->ready, 0);
  self->at = 0;
  self->given = 0;
  while (self->given < given)
    if (!next (source, &event))
      {
        g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH, "found a recording of %" G_GUINT64_FORMAT " events, expected %"
                     G_GUINT64_FORMAT " or more", self->given, given);
        return FALSE;
      }
  return TRUE;
}

static void
free_source (TfEventSource *source)
{
  Replayer *self = (Replayer *) source;

  g_clear_pointer (&self->intake, tf_intake_free);
  g_clear_pointer (&self->recording, tf_recording_free);
  g_clear_error (&self->error);
  g_array_unref (self->ready);
  g_free (self->markets);
  g_free (self);
}

/**
 * tf_replayer_new:
 * @path: see tf_recording_open()
 * @venue: (nullable): whose messages these are, where the recording does not say it
 * @markets: as the session had them; others give nothing
 */
TfEventSource *
tf_replayer_new (const char     *path,
                 const TfVenue  *venue,
                 const TfMarket *markets,
                 guint           n_markets,
                 GError        **error)
{
  Replayer *self = g_new0 (Replayer, 1);
  TfFrame frame;

  self->source = (TfEventSource) { .next = next, .save = save, .restore = restore, .free = free_source };
  self->ready = g_array_new (FALSE, FALSE, sizeof (TfEvent));
  self->markets = g_memdup2 (markets, n_markets * sizeof *markets);
  self->n_markets = n_markets;
  self->venue = venue;
  self->recording = tf_recording_open (path, error);
  if (self->recording == NULL)
    goto failed;
  if (tf_recording_next (self->recording, &frame, error))
    {
      if (frame.kind == TF_FRAME_START && tf_venue_find (frame.about) != NULL)
        self->venue = tf_venue_find (frame.about);
    }
  else if (error != NULL && *error != NULL)
    goto failed;
  if (self->venue == NULL)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found no word of whose messages these are, expected a venue's", path);
      goto failed;
    }
  if (!tf_recording_rewind (self->recording, error))
    goto failed;
  self->intake = tf_intake_new (self->venue, self->markets, n_markets, &intake_events, self);
  return &self->source;

failed:
  free_source (&self->source);
  return NULL;
}

/**
 * tf_replayer_check:
 *
 * Returns: FALSE when the recording ended because it is damaged
 */
gboolean
tf_replayer_check (const TfEventSource *source,
                   GError             **error)
{
  const Replayer *self = (const Replayer *) source;

  if (self->error != NULL && error != NULL)
    *error = g_error_copy (self->error);
  return self->error == NULL;
}

const TfVenue *
tf_replayer_get_venue (const TfEventSource *source)
{
  return ((const Replayer *) source)->venue;
}
