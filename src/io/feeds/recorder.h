#pragma once

#include <gio/gio.h>

#include "core/base/time.h"

G_BEGIN_DECLS

typedef enum
{
  TF_FRAME_START    = '=', /* of each part; @about: the venue's id, @text: the endpoint */
  TF_FRAME_OPENED   = '+', /* a wire is up */
  TF_FRAME_CLOSED   = '-',
  TF_FRAME_RECEIVED = '<', /* @text: a message, byte for byte */
  TF_FRAME_SENT     = '>',
  TF_FRAME_ASKED    = '?', /* over REST; @about: what */
  TF_FRAME_ANSWER   = '!', /* @about: to what; @text: the body */
  TF_FRAME_FAILED   = 'x', /* there was no answer; @text: why */
  TF_FRAME_NOTE     = '#', /* of who listens; @about: what, see tf_intake_note() */
} TfFrameKind;

/* One thing that went over a connection. */
typedef struct
{
  TfFrameKind kind;
  guint       wire;
  TfTime      time;   /* of receipt, by the local clock */
  const char *about;  /* ends with a zero byte; “” where there is nothing to say */
  const char *text;   /* (array length=length): not ended by a zero byte */
  gsize       length;
} TfFrame;

#define TF_RECORDER_PART_SIZE (256 * 1024 * 1024)

/* Writes what goes over a connection into FILE, and when that is full into FILE.1, FILE.2 …: gzip members, each whole
 * and at most a second old, so that a crash costs a second. Made for one feed thread; packing and writing happen on a
 * thread of its own. */
typedef struct _TfRecorder TfRecorder;

TfRecorder  *tf_recorder_new         (const char     *path,
                                      const char     *venue,
                                      const char     *url,
                                      gsize           part_size,
                                      GError        **error);
gboolean     tf_recorder_free        (TfRecorder     *self,
                                      GError        **error);
void         tf_recorder_add         (TfRecorder     *self,
                                      const TfFrame  *frame);
gboolean     tf_recorder_check       (TfRecorder     *self,
                                      GError        **error);

/* Reads a recording, in order: one of TfRecorder with all its parts up to the last whole member, or messages line by line
 * (X.jsonl[.gz], with X.recv_ns[.gz], X.sent.jsonl[.gz] and X.rest.jsonl[.gz] where these are). */
typedef struct _TfRecording TfRecording;

TfRecording *tf_recording_open       (const char     *path,
                                      GError        **error);
void         tf_recording_free       (TfRecording    *self);
gboolean     tf_recording_next       (TfRecording    *self,
                                      TfFrame        *frame,
                                      GError        **error);
gboolean     tf_recording_rewind     (TfRecording    *self,
                                      GError        **error);
gboolean     tf_recording_is_cut     (const TfRecording *self);
double       tf_recording_get_progress(const TfRecording *self);
gboolean     tf_recording_probe      (const char     *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfRecording, tf_recording_free)

G_END_DECLS
