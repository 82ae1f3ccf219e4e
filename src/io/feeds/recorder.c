#include "io/feeds/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"

/* A member unpacks to frames, each “time kind wire length-of-about length-of-text\n”, about, text, “\n”. */
#define MEMBER_SIZE (1024 * 1024) /* packed as soon as there is so much, else after a second */
#define BACKLOG_MAX (128 * 1024 * 1024) /* a disk that cannot keep up ends the recording, not the feed */
#define UNPACKED_MAX ((gsize) 1 << 30)
#define LINE_MAX_SIZE 128

struct _TfRecorder
{
  char       *path, *venue, *url;
  gsize       part_size;
  GThread    *thread;
  GMutex      lock;
  GCond       cond;
  GByteArray *fresh; /* frames since the last member */
  gboolean    stop;
  GError     *error; /* the first; nothing is written after it */
  /* of the writing thread */
  int         file;
  guint       part;
  gsize       written;
};

static void
append_frame (GByteArray    *out,
              const TfFrame *frame)
{
  char line[LINE_MAX_SIZE];
  const char *about = frame->about != NULL ? frame->about : "";
  int n = g_snprintf (line, sizeof line, "%" G_GINT64_FORMAT " %c %u %" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT "\n",
                      frame->time, (char) frame->kind, frame->wire, strlen (about), frame->length);

  g_byte_array_append (out, (const guint8 *) line, (guint) n);
  g_byte_array_append (out, (const guint8 *) about, (guint) strlen (about));
  g_byte_array_append (out, (const guint8 *) frame->text, (guint) frame->length);
  g_byte_array_append (out, (const guint8 *) "\n", 1);
}

static GByteArray *
pack (const GByteArray *in,
      GError          **error)
{
  g_autoptr (GConverter) zip = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 3));
  g_autoptr (GByteArray) out = g_byte_array_sized_new (in->len / 4 + 1024);
  gsize done = 0, have = 0;
  GConverterResult result = G_CONVERTER_CONVERTED;

  while (result != G_CONVERTER_FINISHED)
    {
      gsize read = 0, written = 0;

      g_byte_array_set_size (out, (guint) have + in->len / 4 + 1024);
      result = g_converter_convert (zip, in->data + done, in->len - done, out->data + have, out->len - have,
                                    G_CONVERTER_INPUT_AT_END, &read, &written, error);
      if (result == G_CONVERTER_ERROR)
        return NULL;
      done += read;
      have += written;
    }
  g_byte_array_set_size (out, (guint) have);
  return g_steal_pointer (&out);
}

static char *
part_path (const char *path,
           guint       part)
{
  return part == 0 ? g_strdup (path) : g_strdup_printf ("%s.%u", path, part);
}

static gboolean
open_part (TfRecorder *self,
           GError    **error)
{
  g_autofree char *path = part_path (self->path, self->part);

  self->written = 0;
  self->file = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (self->file >= 0)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "%s: found %s, expected to make a new recording there", path,
               errno == EEXIST ? "a file" : g_strerror (errno));
  return FALSE;
}

static gboolean
write_member (TfRecorder       *self,
              const GByteArray *frames,
              GError          **error)
{
  g_autoptr (GByteArray) packed = pack (frames, error);
  gsize done = 0;

  if (packed == NULL)
    return FALSE;
  while (done < packed->len)
    {
      gssize n = write (self->file, packed->data + done, packed->len - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "%s: cannot write the recording: %s", self->path, g_strerror (errno));
          return FALSE;
        }
      done += (gsize) n;
    }
  fdatasync (self->file);
  self->written += packed->len;
  return TRUE;
}

static gboolean
write_frames (TfRecorder       *self,
              const GByteArray *frames,
              GError          **error)
{
  if (self->written >= self->part_size)
    {
      close (self->file);
      self->part++;
      if (!open_part (self, error))
        return FALSE;
    }
  if (self->written == 0)
    {
      g_autoptr (GByteArray) start = g_byte_array_new ();

      append_frame (start, &(TfFrame) { .kind = TF_FRAME_START, .time = g_get_real_time () * 1000, .about = self->venue,
                                        .text = self->url, .length = strlen (self->url) });
      g_byte_array_append (start, frames->data, frames->len);
      return write_member (self, start, error);
    }
  return frames->len == 0 || write_member (self, frames, error);
}

static gpointer
run (gpointer data)
{
  TfRecorder *self = data;
  gboolean stop = FALSE;

  while (!stop)
    {
      g_autoptr (GByteArray) frames = NULL;
      g_autoptr (GError) error = NULL;
      gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC * 9 / 10;

      g_mutex_lock (&self->lock);
      while (!self->stop && self->fresh->len < MEMBER_SIZE)
        if (!g_cond_wait_until (&self->cond, &self->lock, end))
          break;
      frames = g_steal_pointer (&self->fresh);
      self->fresh = g_byte_array_new ();
      stop = self->stop;
      g_mutex_unlock (&self->lock);
      if (self->error == NULL && !write_frames (self, frames, &error))
        {
          g_mutex_lock (&self->lock);
          self->error = g_steal_pointer (&error);
          g_mutex_unlock (&self->lock);
        }
    }
  if (self->file >= 0)
    close (self->file);
  return NULL;
}

/**
 * tf_recorder_new:
 * @path: must not exist yet
 * @venue: id
 * @url: the endpoint
 * @part_size: bytes on disk after which the next part begins; 0: TF_RECORDER_PART_SIZE
 */
TfRecorder *
tf_recorder_new (const char *path,
                 const char *venue,
                 const char *url,
                 gsize       part_size,
                 GError    **error)
{
  TfRecorder *self = g_new0 (TfRecorder, 1);

  self->path = g_strdup (path);
  self->venue = g_strdup (venue);
  self->url = g_strdup (url);
  self->part_size = part_size != 0 ? part_size : TF_RECORDER_PART_SIZE;
  self->fresh = g_byte_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  if (!open_part (self, error))
    {
      tf_recorder_free (self, NULL);
      return NULL;
    }
  self->thread = g_thread_new ("recorder", run, self);
  return self;
}

/**
 * tf_recorder_free:
 *
 * Writes what is left.
 *
 * Returns: FALSE when not all could be written
 */
gboolean
tf_recorder_free (TfRecorder *self,
                  GError    **error)
{
  gboolean fine;

  if (self == NULL)
    return TRUE;
  if (self->thread != NULL)
    {
      g_mutex_lock (&self->lock);
      self->stop = TRUE;
      g_cond_signal (&self->cond);
      g_mutex_unlock (&self->lock);
      g_thread_join (self->thread);
    }
  fine = self->error == NULL;
  if (!fine)
    g_propagate_error (error, self->error);
  g_byte_array_unref (self->fresh);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self->url);
  g_free (self->venue);
  g_free (self->path);
  g_free (self);
  return fine;
}

/**
 * tf_recorder_add:
 *
 * Never waits for the disk.
 */
void
tf_recorder_add (TfRecorder    *self,
                 const TfFrame *frame)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL && self->fresh->len > BACKLOG_MAX)
    self->error = g_error_new (TF_ERROR, TF_ERROR_STORAGE,
                               "%s: the disk is slower than the feed; the recording ends here", self->path);
  if (self->error == NULL)
    append_frame (self->fresh, frame);
  if (self->fresh->len >= MEMBER_SIZE)
    g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

/**
 * tf_recorder_check:
 *
 * Returns: FALSE when the recording has ended early
 */
gboolean
tf_recorder_check (TfRecorder *self,
                   GError    **error)
{
  gboolean fine;

  g_mutex_lock (&self->lock);
  fine = self->error == NULL;
  if (!fine && error != NULL)
    *error = g_error_copy (self->error);
  g_mutex_unlock (&self->lock);
  return fine;
}

/* Lines of one of the files of a recording that was not made here */
typedef struct
{
  char       *path;
  GByteArray *text;
  gsize       at;
} Lines;

struct _TfRecording
{
  char        *path;
  guint        part;
  GMappedFile *file; /* of the part */
  const guint8 *in;
  gsize        left;
  GByteArray  *member;
  gsize        at;
  gboolean     cut;
  GString     *about;
  /* line by line */
  gboolean     plain;
  Lines        messages, times, sent, rest;
  TfFrame      ahead[3]; /* the next of messages, sent, rest; kind 0: none */
  gboolean     started;
};

/* Unpacks one gzip member: FALSE without an error when it is cut off or damaged. */
static gboolean
unpack_member (const guint8 **in,
               gsize         *left,
               GByteArray    *out)
{
  g_autoptr (GConverter) unzip = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  const guint8 *at = *in;
  gsize rest = *left, have = out->len;
  GConverterResult result = G_CONVERTER_CONVERTED;

  while (result != G_CONVERTER_FINISHED)
    {
      g_autoptr (GError) failure = NULL;
      gsize read = 0, written = 0;

      if (have > UNPACKED_MAX || rest == 0)
        break;
      g_byte_array_set_size (out, (guint) MAX (have * 2, have + 65536));
      result = g_converter_convert (unzip, at, rest, out->data + have, out->len - have, G_CONVERTER_INPUT_AT_END, &read,
                                    &written, &failure);
      if (result == G_CONVERTER_ERROR)
        break;
      at += read;
      rest -= read;
      have += written;
    }
  g_byte_array_set_size (out, (guint) have);
  if (result != G_CONVERTER_FINISHED)
    return FALSE;
  *in = at;
  *left = rest;
  return TRUE;
}

static GMappedFile *
map (const char *path,
     GError    **error)
{
  g_autoptr (GError) failure = NULL;
  GMappedFile *file = g_mapped_file_new (path, FALSE, &failure);

  if (file == NULL)
    g_set_error (error, TF_ERROR,
                 g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? TF_ERROR_NOT_FOUND : TF_ERROR_INVALID,
                 "%s: found %s, expected a recording", path, failure->message);
  return file;
}

static gboolean
read_lines (Lines   *lines,
            GError **error)
{
  g_autoptr (GMappedFile) file = map (lines->path, error);
  const guint8 *in;
  gsize left;

  if (file == NULL)
    return FALSE;
  in = (const guint8 *) g_mapped_file_get_contents (file);
  left = g_mapped_file_get_length (file);
  lines->text = g_byte_array_new ();
  if (!g_str_has_suffix (lines->path, ".gz"))
    g_byte_array_append (lines->text, in, (guint) MIN (left, UNPACKED_MAX));
  else
    while (left > 0)
      if (!unpack_member (&in, &left, lines->text))
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                       "%s: found damaged or cut off gzip data, expected a whole file of at most 1 GiB", lines->path);
          return FALSE;
        }
  return TRUE;
}

static gboolean
next_line (Lines       *lines,
           const char **line,
           gsize       *length)
{
  const char *start, *end;
  gsize left;

  if (lines->text == NULL || lines->at >= lines->text->len)
    return FALSE;
  start = (const char *) lines->text->data + lines->at;
  left = lines->text->len - lines->at;
  end = memchr (start, '\n', left);
  *line = start;
  *length = end != NULL ? (gsize) (end - start) : left;
  lines->at += *length + 1;
  return TRUE;
}

/* The text of a string member, and where it ends; these lines are all written alike. */
static const char *
member_of (const char *line,
           gsize       length,
           const char *name,
           gsize      *size)
{
  g_autofree char *key = g_strdup_printf ("\"%s\":\"", name);
  const char *at = memmem (line, length, key, strlen (key)), *end;

  if (at == NULL)
    return NULL;
  at += strlen (key);
  end = memchr (at, '"', length - (gsize) (at - line));
  *size = end != NULL ? (gsize) (end - at) : 0;
  return end != NULL ? at : NULL;
}

/* {"recv_ns":"…","url":"…","send"|"body":VALUE} */
static gboolean
parse_beside (TfRecording *self,
              Lines       *lines,
              const char  *value,
              TfFrame     *frame,
              GError     **error)
{
  const char *line, *time, *url, *at;
  g_autofree char *key = g_strdup_printf ("\"%s\":", value);
  gsize length, time_size, url_size;

  frame->kind = 0;
  if (!next_line (lines, &line, &length))
    return TRUE;
  time = member_of (line, length, "recv_ns", &time_size);
  url = member_of (line, length, "url", &url_size);
  at = memmem (line, length, key, strlen (key));
  if (time == NULL || url == NULL || at == NULL || line[length - 1] != '}')
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found “%.60s”, expected {\"recv_ns\",\"url\",\"%s\"}", lines->path,
                   g_utf8_validate (line, (gssize) MIN (length, 60), NULL) ? line : "bytes", value);
      return FALSE;
    }
  at += strlen (key);
  frame->time = g_ascii_strtoll (time, NULL, 10);
  frame->wire = 1;
  frame->text = at;
  frame->length = length - (gsize) (at - line) - 1;
  frame->about = g_intern_string (g_string_truncate (g_string_overwrite_len (self->about, 0, url, (gssize) url_size), url_size)->str);
  if (strcmp (value, "body") == 0)
    frame->kind = TF_FRAME_ANSWER;
  else if (frame->length == 4 && memcmp (at, "null", 4) == 0)
    {
      frame->kind = TF_FRAME_OPENED;
      frame->length = 0;
    }
  else
    frame->kind = TF_FRAME_SENT;
  return TRUE;
}

static gboolean
parse_message (TfRecording *self,
               GError     **error)
{
  TfFrame *frame = &self->ahead[0];
  TfTime before = frame->time;
  const char *time;
  gsize size;

  frame->kind = 0;
  if (!next_line (&self->messages, &frame->text, &frame->length))
    return TRUE;
  frame->kind = TF_FRAME_RECEIVED;
  frame->wire = 1;
  frame->about = "";
  if (self->times.text == NULL)
    {
      frame->time = before + 1000; /* nobody wrote down when: 1 µs apart */
      return TRUE;
    }
  if (!next_line (&self->times, &time, &size) || size == 0 || !g_ascii_isdigit (*time))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found fewer times than messages, expected one for each",
                   self->times.path);
      return FALSE;
    }
  frame->time = g_ascii_strtoll (time, NULL, 10);
  return TRUE;
}

static gboolean
open_plain (TfRecording *self,
            GError     **error)
{
  static const char *const besides[] = { "recv_ns", "sent.jsonl", "rest.jsonl" };
  Lines *lines[] = { &self->times, &self->sent, &self->rest };
  g_autofree char *stem = g_strdup (self->path);

  *strstr (strrchr (stem, G_DIR_SEPARATOR) != NULL ? strrchr (stem, G_DIR_SEPARATOR) : stem, ".jsonl") = '\0';
  self->plain = TRUE;
  self->messages.path = g_strdup (self->path);
  if (!read_lines (&self->messages, error))
    return FALSE;
  for (guint k = 0; k < G_N_ELEMENTS (besides); k++)
    for (guint packed = 0; packed < 2 && lines[k]->path == NULL; packed++)
      {
        g_autofree char *path = g_strdup_printf ("%s.%s%s", stem, besides[k], packed ? ".gz" : "");

        if (!g_file_test (path, G_FILE_TEST_EXISTS) || strcmp (path, self->path) == 0)
          continue;
        lines[k]->path = g_steal_pointer (&path);
        if (!read_lines (lines[k], error))
          return FALSE;
      }
  return TRUE;
}

static gboolean
open_part_to_read (TfRecording *self,
                   GError     **error)
{
  g_autofree char *path = part_path (self->path, self->part);

  g_clear_pointer (&self->file, g_mapped_file_unref);
  self->file = map (path, error);
  if (self->file == NULL)
    return FALSE;
  self->in = (const guint8 *) g_mapped_file_get_contents (self->file);
  self->left = g_mapped_file_get_length (self->file);
  return TRUE;
}

/**
 * tf_recording_rewind:
 *
 * The next frame is the first again.
 */
gboolean
tf_recording_rewind (TfRecording *self,
                     GError     **error)
{
  if (self->plain)
    {
      self->messages.at = self->times.at = self->sent.at = self->rest.at = 0;
      memset (self->ahead, 0, sizeof self->ahead);
      self->started = FALSE;
      return parse_message (self, error) && parse_beside (self, &self->sent, "send", &self->ahead[1], error)
        && parse_beside (self, &self->rest, "body", &self->ahead[2], error);
    }
  self->part = 0;
  self->at = 0;
  self->cut = FALSE;
  g_byte_array_set_size (self->member, 0);
  return open_part_to_read (self, error);
}

/**
 * tf_recording_open:
 * @path: a file of tf_recorder_new(), or X.jsonl[.gz]
 */
TfRecording *
tf_recording_open (const char *path,
                   GError    **error)
{
  g_autoptr (TfRecording) self = g_new0 (TfRecording, 1);

  self->path = g_strdup (path);
  self->member = g_byte_array_new ();
  self->about = g_string_new (NULL);
  if ((g_str_has_suffix (path, ".jsonl") || g_str_has_suffix (path, ".jsonl.gz")) && !open_plain (self, error))
    return NULL;
  return tf_recording_rewind (self, error) ? g_steal_pointer (&self) : NULL;
}

void
tf_recording_free (TfRecording *self)
{
  Lines *lines[] = { &self->messages, &self->times, &self->sent, &self->rest };

  if (self == NULL)
    return;
  for (guint k = 0; k < G_N_ELEMENTS (lines); k++)
    {
      g_clear_pointer (&lines[k]->text, g_byte_array_unref);
      g_free (lines[k]->path);
    }
  g_clear_pointer (&self->file, g_mapped_file_unref);
  g_byte_array_unref (self->member);
  g_string_free (self->about, TRUE);
  g_free (self->path);
  g_free (self);
}

/* The earliest of what the files hold; at equal times what was sent or fetched goes first. */
static gboolean
next_plain (TfRecording *self,
            TfFrame     *frame,
            GError     **error)
{
  TfFrame *ahead = self->ahead;
  guint pick = 0;

  if (!self->started)
    {
      self->started = TRUE;
      if (ahead[1].kind != TF_FRAME_OPENED && ahead[0].kind != 0)
        {
          *frame = (TfFrame) { .kind = TF_FRAME_OPENED, .wire = 1, .time = ahead[0].time, .about = "", .text = "" };
          return TRUE;
        }
    }
  for (guint k = 1; k < 3; k++)
    if (ahead[k].kind != 0 && (ahead[pick].kind == 0 || ahead[k].time <= ahead[pick].time))
      pick = k;
  *frame = ahead[pick];
  if (frame->kind == 0)
    return FALSE;
  switch (pick)
    {
    case 0:
      return parse_message (self, error);
    case 1:
      return parse_beside (self, &self->sent, "send", &ahead[1], error);
    default:
      return parse_beside (self, &self->rest, "body", &ahead[2], error);
    }
}

static gboolean
parse_frame (TfRecording *self,
             TfFrame     *frame)
{
  const char *start = (const char *) self->member->data + self->at, *end;
  gsize left = self->member->len - self->at;
  guint64 about, length;
  char kind, line[LINE_MAX_SIZE];

  end = memchr (start, '\n', MIN (left, sizeof line - 1));
  if (end == NULL)
    return FALSE;
  memcpy (line, start, (gsize) (end - start));
  line[end - start] = '\0';
  if (sscanf (line, "%" G_GINT64_FORMAT " %c %u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &frame->time, &kind, &frame->wire,
              &about, &length) != 5)
    return FALSE;
  left -= (gsize) (end + 1 - start);
  if (strchr ("=+-<>?!x#", kind) == NULL || about >= left || length >= left || about + length >= left)
    return FALSE;
  g_string_truncate (self->about, 0);
  g_string_append_len (self->about, end + 1, (gssize) about);
  frame->kind = (TfFrameKind) kind;
  frame->about = self->about->str;
  frame->text = end + 1 + about;
  frame->length = length;
  self->at = (gsize) (frame->text + length + 1 - (const char *) self->member->data);
  return TRUE;
}

/**
 * tf_recording_next:
 * @frame: (out): lives until the next call
 *
 * Returns: FALSE at the end (also where a crash cut the recording off, see tf_recording_is_cut()), or with @error
 */
gboolean
tf_recording_next (TfRecording *self,
                   TfFrame     *frame,
                   GError     **error)
{
  if (self->plain)
    return next_plain (self, frame, error);
  while (self->at >= self->member->len)
    {
      gboolean first = self->part == 0 && self->in == (const guint8 *) g_mapped_file_get_contents (self->file);

      if (self->left == 0 || self->cut)
        {
          g_autofree char *path = part_path (self->path, self->part + 1);

          if (!g_file_test (path, G_FILE_TEST_EXISTS))
            return FALSE;
          self->part++;
          if (!open_part_to_read (self, error))
            return FALSE;
        }
      g_byte_array_set_size (self->member, 0);
      self->at = 0;
      if (!unpack_member (&self->in, &self->left, self->member))
        {
          g_byte_array_set_size (self->member, 0);
          self->cut = TRUE;
        }
      if (first && (self->cut ? self->left > 0 && (self->in[0] != 0x1f || (self->left > 1 && self->in[1] != 0x8b))
                              : memmem (self->member->data, MIN (self->member->len, LINE_MAX_SIZE), " = ", 3) == NULL))
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                       "%s: found something else, expected a recording of tradefollow or messages in .jsonl[.gz]", self->path);
          return FALSE;
        }
    }
  if (parse_frame (self, frame))
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found a member that does not hold frames, at byte %" G_GSIZE_FORMAT
               " of it unpacked", self->path, self->at);
  return FALSE;
}

/**
 * tf_recording_is_cut:
 *
 * Returns: whether the end of a part was missing, so far
 */
gboolean
tf_recording_is_cut (const TfRecording *self)
{
  return self->cut;
}

/**
 * tf_recording_get_progress:
 *
 * Returns: how much of the present part was given, 0 to 1
 */
double
tf_recording_get_progress (const TfRecording *self)
{
  gsize all = self->plain ? self->messages.text->len : g_mapped_file_get_length (self->file);
  gsize left = self->plain ? all - MIN (self->messages.at, all) : self->left;

  return all > 0 ? 1 - (double) left / (double) all : 1;
}

/**
 * tf_recording_probe:
 *
 * Returns: whether the file at @path is a recording, by its name or by what it begins with
 */
gboolean
tf_recording_probe (const char *path)
{
  g_autoptr (TfRecording) recording = NULL;
  TfFrame frame;

  if (g_str_has_suffix (path, ".jsonl") || g_str_has_suffix (path, ".jsonl.gz"))
    return TRUE;
  if (g_str_has_suffix (path, ".csv") || g_str_has_suffix (path, ".csv.gz") || !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  recording = tf_recording_open (path, NULL);
  return recording != NULL && tf_recording_next (recording, &frame, NULL) && frame.kind == TF_FRAME_START;
}
