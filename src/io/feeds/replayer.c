#include "io/feeds/replayer.h"

#include <string.h>

#include "core/base/error.h"

#define GUESS_FRAMES 200 /* by which a venue is recognised */

typedef struct
{
  TfEventSource  source;
  const TfVenue *venue;
  TfMarket      *markets;
  guint          n_markets;
  TfRecording   *recording;
  TfIntake      *intake;
  TfTime         interval; /* of the bars that are closed by the clock; 0: notes say when */
  TfTime         timer;    /* the next one; 0: there was no message yet */
  GArray        *ready; /* of TfEvent: what the last frame gave */
  TfEventPayload payload; /* of one of them at most */
  guint          at;
  guint64        given;
  GError        *error; /* why it ended early */
  char          *path;
  gboolean       told;  /* that its end is missing */
} Replayer;

static void
on_event (const TfEvent *event,
          gpointer       data)
{
  Replayer *self = data;
  TfEvent copy = *event;

  tf_event_keep (&copy, &self->payload);
  g_array_append_val (self->ready, copy);
}

static const TfIntakeEvents intake_events = { .event = on_event };

/* Nobody noted when bars closed: as soon as a message is late enough for it. */
static void
keep_time (Replayer      *self,
           const TfFrame *frame)
{
  if (self->interval == 0 || frame->kind != TF_FRAME_RECEIVED)
    return;
  if (self->timer != 0 && frame->time >= self->timer)
    tf_intake_note (self->intake, TF_INTAKE_TIMER, self->timer + (frame->time - self->timer) / self->interval * self->interval);
  if (self->timer == 0 || frame->time >= self->timer)
    self->timer = (frame->time - TF_BAR_GRACE) / self->interval * self->interval + self->interval + TF_BAR_GRACE;
}

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
        {
          if (tf_recording_is_cut (self->recording) && !self->told)
            g_message ("%s: found its end missing, as after a crash; all before it was played", self->path);
          self->told = TRUE;
          return FALSE;
        }
      keep_time (self, &frame);
      tf_intake_frame (self->intake, &frame);
    }
  *event = g_array_index (self->ready, TfEvent, self->at++);
  self->given++;
  return TRUE;
}

static double
progress (TfEventSource *source)
{
  return tf_recording_get_progress (((Replayer *) source)->recording);
}

/* A damaged recording ends early, and that is told. */
static gboolean
check (TfEventSource *source,
       GError       **error)
{
  Replayer *self = (Replayer *) source;

  if (self->error != NULL && error != NULL)
    *error = g_error_copy (self->error);
  return self->error == NULL;
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
  self->timer = 0;
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
  g_free (self->path);
  g_free (self);
}

/**
 * tf_replayer_new:
 * @path: see tf_recording_open()
 * @session: what it says of itself
 * @markets: as the session had them; others give nothing
 * @interval: of the bars that are closed by the clock, where the session has not noted when
 */
TfEventSource *
tf_replayer_new (const char              *path,
                 const TfRecordedSession *session,
                 const TfMarket          *markets,
                 guint                    n_markets,
                 TfTime                   interval,
                 GError                 **error)
{
  TfRecording *recording = tf_recording_open (path, error);
  Replayer *self;

  if (recording == NULL)
    return NULL;
  self = g_new0 (Replayer, 1);
  self->source = (TfEventSource) { .next = next, .progress = progress, .check = check, .save = save, .restore = restore, .free = free_source };
  self->ready = g_array_new (FALSE, FALSE, sizeof (TfEvent));
  self->markets = g_memdup2 (markets, n_markets * sizeof *markets);
  self->n_markets = n_markets;
  self->venue = session->venue;
  self->interval = session->noted ? 0 : interval;
  self->recording = recording;
  self->path = g_strdup (path);
  self->intake = tf_intake_new (self->venue, self->markets, n_markets, &intake_events, self);
  return &self->source;
}

void
tf_recorded_session_free (TfRecordedSession *self)
{
  g_ptr_array_unref (self->names);
  g_array_unref (self->rules);
  g_free (self);
}

static void
count (const TfFeedEvent *event,
       gpointer           data)
{
  guint *found = data;

  *found += event->kind == TF_FEED_TRADE || event->kind == TF_FEED_QUOTE || event->kind == TF_FEED_BOOK
            || event->kind == TF_FEED_CANDLE || event->kind == TF_FEED_FILL;
}

/* The venue that understands most of it. */
static const TfVenue *
guess_venue (TfRecording *recording,
             GError     **error)
{
  const TfVenue *const *venues = tf_venues ();
  const TfVenue *best = NULL;
  guint most = 0;

  for (guint k = 0; venues[k] != NULL; k++)
    {
      TfDecoder *decoder = tf_decoder_new (venues[k]);
      guint found = 0, n = 0;
      TfFrame frame;

      tf_decoder_set_quiet (decoder, TRUE);
      if (!tf_recording_rewind (recording, error))
        {
          tf_decoder_free (decoder);
          return NULL;
        }
      while (n < GUESS_FRAMES && tf_recording_next (recording, &frame, NULL))
        if (frame.kind == TF_FRAME_RECEIVED && n++ < GUESS_FRAMES)
          tf_decoder_decode (decoder, frame.text, frame.length, frame.time, count, &found);
      tf_decoder_free (decoder);
      if (found > most)
        {
          most = found;
          best = venues[k];
        }
    }
  return best;
}

static void
note_rules (const TfFeedEvent *event,
            const char        *name,
            gpointer           data)
{
  TfRecordedSession *self = data;

  if (event->kind != TF_FEED_INSTRUMENT || !event->instrument.trading)
    return;
  for (guint k = 0; k < self->names->len; k++)
    if (strcmp (event->instrument.instrument->symbol, g_ptr_array_index (self->names, k)) == 0)
      g_array_append_vals (self->rules, event->instrument.instrument, 1);
}

static void
ignore (const TfEvent *event,
        gpointer       data)
{
}

static void
read_note (TfRecordedSession *self,
           const char        *note)
{
  g_auto (GStrv) words = g_strsplit (note, " ", 0);
  guint n = g_strv_length (words);

  if (strcmp (words[0], TF_INTAKE_SESSION) == 0 && n > 3)
    {
      self->noted = TRUE;
      self->interval = g_ascii_strtoll (words[1], NULL, 10);
      self->seed = g_ascii_strtoull (words[2], NULL, 10);
      for (guint k = 3; k < n; k++)
        g_ptr_array_add (self->names, g_strdup (words[k]));
    }
  else if (strcmp (words[0], TF_INTAKE_MISSED) == 0 && n > 2)
    self->events = g_ascii_strtoll (words[2], NULL, 10);
}

/**
 * tf_recorded_session_read:
 *
 * What was said before the market's first event.
 *
 * Returns: (transfer full): the session; %NULL when it is no recording of a venue that the program knows
 */
TfRecordedSession *
tf_recorded_session_read (const char *path,
                          GError    **error)
{
  static const TfIntakeEvents events = { .event = ignore, .other = note_rules };
  g_autoptr (TfRecording) recording = tf_recording_open (path, error);
  g_autoptr (TfRecordedSession) self = NULL;
  g_autoptr (TfIntake) intake = NULL;
  gboolean over = FALSE;
  TfFrame frame;

  if (recording == NULL)
    return NULL;
  self = g_new0 (TfRecordedSession, 1);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->rules = g_array_new (FALSE, FALSE, sizeof (TfInstrument));
  while (!over && tf_recording_next (recording, &frame, NULL))
    {
      if (frame.kind == TF_FRAME_START)
        self->venue = tf_venue_find (frame.about);
      if (frame.kind == TF_FRAME_NOTE)
        read_note (self, frame.about);
      over = self->venue == NULL || (!self->noted && frame.kind == TF_FRAME_RECEIVED)
             || (frame.kind == TF_FRAME_NOTE && !g_str_has_prefix (frame.about, TF_INTAKE_SESSION " "));
      if (!over && intake == NULL)
        intake = tf_intake_new (self->venue, NULL, 0, &events, self);
      if (!over)
        tf_intake_frame (intake, &frame);
    }
  if (self->venue == NULL)
    self->venue = guess_venue (recording, error);
  if (self->venue == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found no message that a venue of the program sends", path);
      return NULL;
    }
  return g_steal_pointer (&self);
}
