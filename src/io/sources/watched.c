#include "io/sources/watched.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "io/sources/drivers.h"
#include "io/sources/hub.h"
#include "io/sources/signal-file.h"

#define CHUNK 65536
#define TURN (16 * CHUNK) /* bytes of a file that are read before others get their turn */
#define LOOK_MS 2000      /* also without word of the system: network folders give none */
#define FILES_MAX 256
#define MARK 64           /* bytes before the place that was read to, by which it is known again */

/* A file that grows. It is known by what was read of it last, not by its number: a program may append to it,
 * write it anew as a whole with more at the end, rename it away and begin another, or cut it off. */
struct _TfTail
{
  char     *path;
  int       fd;        /* −1: not open */
  dev_t     device;
  ino_t     inode;
  goffset   offset;    /* read to there */
  guint64   line;      /* complete lines before */
  GString  *half;      /* of a line that has no end yet */
  gboolean  too_long;  /* that line is, and its rest is passed over */
  gboolean  from_end;  /* what is there at first is passed over … */
  gboolean  tells_old; /* … by whoever reads, not here */
  char      mark[MARK];
  guint     n_mark;
};

/**
 * tf_tail_new:
 * @path: need not exist
 * @from_end: what is in it at the first look is history, and not told
 */
TfTail *
tf_tail_new (const char *path,
             gboolean    from_end)
{
  TfTail *self = g_new0 (TfTail, 1);

  self->path = g_strdup (path);
  self->fd = -1;
  self->from_end = from_end;
  self->half = g_string_new (NULL);
  return self;
}

static void
close_file (TfTail *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

void
tf_tail_free (TfTail *self)
{
  if (self == NULL)
    return;
  close_file (self);
  g_string_free (self->half, TRUE);
  g_free (self->path);
  g_free (self);
}

/**
 * tf_tail_get_name:
 *
 * Returns: that of the file, without its folder
 */
const char *
tf_tail_get_name (TfTail *self)
{
  const char *slash = strrchr (self->path, '/');

  return slash != NULL ? slash + 1 : self->path;
}

static void
remember (TfTail     *self,
          const char *bytes,
          guint       n)
{
  guint kept = n >= MARK ? 0 : MIN (self->n_mark, MARK - n), added = MIN (n, MARK);

  memmove (self->mark, self->mark + self->n_mark - kept, kept);
  memcpy (self->mark + kept, bytes + n - added, added);
  self->n_mark = kept + added;
}

/* Whether the open file is the one that was read so far, perhaps with more in it. */
static gboolean
is_known (TfTail            *self,
          const struct stat *now)
{
  char found[MARK];

  if (now->st_size < self->offset)
    return FALSE;
  return pread (self->fd, found, self->n_mark, self->offset - self->n_mark) == (gssize) self->n_mark
    && memcmp (found, self->mark, self->n_mark) == 0;
}

static void
take_bytes (TfTail     *self,
            const char *bytes,
            gsize       n,
            TfTailFunc  callback,
            gpointer    data)
{
  const char *end = bytes + n;

  while (bytes < end)
    {
      const char *stop = memchr (bytes, '\n', (gsize) (end - bytes));
      gsize length = (gsize) ((stop != NULL ? stop : end) - bytes);

      if (!self->too_long && self->half->len + length > TF_TAIL_LINE_MAX)
        {
          self->too_long = TRUE;
          g_string_truncate (self->half, 0);
        }
      if (!self->too_long)
        g_string_append_len (self->half, bytes, (gssize) length);
      if (stop == NULL)
        return;
      self->line++;
      callback (self->too_long ? NULL : self->half->str, self->too_long ? 0 : self->half->len, self->line, data);
      self->too_long = FALSE;
      g_string_truncate (self->half, 0);
      bytes = stop + 1;
    }
}

/* Another file from now on. A last line without an end will get none any more. */
static void
start_over (TfTail    *self,
            TfTailFunc callback,
            gpointer   data)
{
  if (self->half->len > 0 || self->too_long)
    take_bytes (self, "\n", 1, callback, data);
  self->offset = 0;
  self->line = 0;
  self->n_mark = 0;
}

/* From the offset on, as far as the file goes or the turn lasts. */
static gboolean
read_on (TfTail     *self,
         TfTailFunc  callback,
         gpointer    data,
         gboolean   *more)
{
  char chunk[CHUNK];
  gsize total = 0;
  gssize n;

  while (total < TURN && (n = pread (self->fd, chunk, sizeof chunk, self->offset)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      self->offset += n;
      total += (gsize) n;
      remember (self, chunk, (guint) n);
      take_bytes (self, chunk, (gsize) n, callback, data);
    }
  *more = total >= TURN;
  return TRUE;
}

static void
ignore_line (const char *line,
             gsize       length,
             guint64     number,
             gpointer    data)
{
}

/* Opens what is at the path now; a pipe or a device is no file and would make us wait. */
static int
open_path (TfTail      *self,
           struct stat *now,
           GError     **error)
{
  int fd = open (self->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY), code = errno;

  if (fd >= 0 && fstat (fd, now) == 0 && S_ISREG (now->st_mode))
    return fd;
  if (fd >= 0)
    {
      close (fd);
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found no plain file", tf_tail_get_name (self));
    }
  else
    g_set_error (error, TF_ERROR, code == ENOENT || code == ENOTDIR ? TF_ERROR_NOT_FOUND : TF_ERROR_INVALID,
                 "%s: %s", tf_tail_get_name (self), g_strerror (code));
  return -1;
}

/**
 * tf_tail_read:
 * @callback: for each line that was completed since the last time
 * @more: (out): it is not at the end: to be called again soon
 *
 * Returns: %FALSE with %TF_ERROR_NOT_FOUND when there is no file now, or %TF_ERROR_INVALID when it cannot be
 *   read; it may be called again, and goes on where it was
 */
gboolean
tf_tail_read (TfTail     *self,
              TfTailFunc  callback,
              gpointer    data,
              gboolean   *more,
              GError    **error)
{
  struct stat now;
  int fd = open_path (self, &now, error);
  gboolean good;

  *more = FALSE;
  if (fd < 0)
    {
      self->from_end = FALSE; /* what comes later is news */
      if (self->fd >= 0) /* renamed away: its last lines are in it */
        read_on (self, callback, data, more);
      if (!*more)
        close_file (self);
      return FALSE;
    }
  if (self->fd >= 0 && (now.st_dev != self->device || now.st_ino != self->inode))
    {
      read_on (self, callback, data, more);
      if (*more)
        {
          close (fd);
          return TRUE;
        }
    }
  close_file (self);
  self->fd = fd;
  self->device = now.st_dev;
  self->inode = now.st_ino;
  if (!is_known (self, &now))
    start_over (self, callback, data);
  if (self->from_end)
    {
      /* All is read once, so that line numbers and the mark are right. */
      do
        good = read_on (self, self->tells_old ? callback : ignore_line, data, more);
      while (good && *more && self->offset < now.st_size);
      self->from_end = FALSE;
    }
  else
    good = read_on (self, callback, data, more);
  if (!good)
    g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: %s", tf_tail_get_name (self), g_strerror (errno));
  return good;
}

/* The driver: a file, or the files *.jsonl of a folder. */

typedef struct _Watched Watched;

typedef struct
{
  Watched            *watched;
  const TfSourceSpec *spec;
  char               *path;
  gboolean            whole;   /* what is there at first is news, too */
  gboolean            looked, fine; /* at the last look */
  GHashTable         *tails;   /* path → TfTail */
  GFileMonitor       *monitor;
  GSource            *look;    /* regularly … */
  GSource            *soon;    /* … and when the system says so */
  TfTail             *tail;    /* that is being read */
} Place;

struct _Watched
{
  TfSourceHub *hub;
  GPtrArray   *places;
};

/* “PATH”, or “PATH#all” where what is in it already counts. */
static char *
split_address (const char *address,
               gboolean   *whole)
{
  *whole = g_str_has_suffix (address, "#all");
  return g_strndup (address, strlen (address) - (*whole ? strlen ("#all") : 0));
}

/* What is in a file at first, and was published since one last listened, came while nobody did. */
static gboolean
is_missed (const Place *place,
           const char  *line,
           gsize        length)
{
  TfTraderSignal signal;

  return line != NULL && tf_signal_parse (line, (gssize) length, &signal, NULL) && signal.published > place->spec->since;
}

static void
on_line (const char *line,
         gsize       length,
         guint64     number,
         gpointer    data)
{
  Place *place = data;
  TfSourceHub *hub = place->watched->hub;
  TfTime now = tf_source_hub_now (hub);
  g_autoptr (GError) error = NULL;
  TfTraderSignal signal;

  for (gsize i = 0; line != NULL; i++)
    if (i == length)
      return; /* an empty line */
    else if (!g_ascii_isspace (line[i]))
      break;
  if (place->tail->from_end && !is_missed (place, line, length))
    return;
  tf_source_hub_note (hub, place->spec, TF_SOURCE_NOTE_MESSAGE, NULL);
  if (line == NULL)
    g_set_error (&error, TF_ERROR, TF_ERROR_INVALID, "found a line of more than %d bytes", TF_TAIL_LINE_MAX);
  else if (tf_signal_parse (line, (gssize) length, &signal, &error) && signal.published > now + 5 * TF_MINUTE)
    g_set_error (&error, TF_ERROR, TF_ERROR_INVALID, "published_at: found a time in the future");
  if (error != NULL)
    {
      g_autofree char *why = g_strdup_printf ("%s:%" G_GUINT64_FORMAT ": %s", tf_tail_get_name (place->tail),
                                              number, error->message);

      tf_source_hub_note (hub, place->spec, TF_SOURCE_NOTE_ERROR, why);
      return;
    }
  /* A file may not say that it is a better source, nor whose signals the user follows here. */
  g_strlcpy (signal.trader, place->spec->trader, sizeof signal.trader);
  g_strlcpy (signal.source, place->spec->kind, sizeof signal.source);
  signal.received = now;
  tf_source_hub_emit (hub, place->spec, &signal, line, length);
}

static TfTail *
new_tail (Place      *place,
          const char *path)
{
  TfTail *tail = tf_tail_new (path, !place->whole && !place->looked);

  tail->tells_old = place->spec->since != 0;
  return tail;
}

static gboolean
is_gone (gpointer path,
         gpointer tail,
         gpointer data)
{
  return !g_file_test (path, G_FILE_TEST_EXISTS);
}

/* A file that was read under another name is no news: its tail gets the new one. */
static gboolean
take_over (Place      *place,
           const char *path)
{
  GHashTableIter iter;
  gpointer old, value;
  struct stat here, there;

  if (stat (path, &here) != 0)
    return FALSE;
  g_hash_table_iter_init (&iter, place->tails);
  while (g_hash_table_iter_next (&iter, &old, &value))
    {
      TfTail *tail = value;

      if (tail->fd < 0 || tail->device != here.st_dev || tail->inode != here.st_ino
          || (stat (old, &there) == 0 && there.st_dev == here.st_dev && there.st_ino == here.st_ino))
        continue;
      g_hash_table_iter_steal (&iter);
      g_free (old);
      g_free (tail->path);
      tail->path = g_strdup (path);
      g_hash_table_insert (place->tails, g_strdup (path), tail);
      return TRUE;
    }
  return FALSE;
}

/* Adds the tails of files that are new in the folder. */
static gboolean
list_folder (Place   *place,
             GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) folder = g_dir_open (place->path, 0, &failure);
  const char *name;

  if (folder == NULL)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_NOT_FOUND, failure->message);
      return FALSE;
    }
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (place->path, name, NULL);

      if (*name == '.' || !g_str_has_suffix (name, ".jsonl") || g_hash_table_contains (place->tails, path)
          || take_over (place, path))
        continue;
      if (g_hash_table_size (place->tails) == FILES_MAX)
        g_hash_table_foreach_remove (place->tails, is_gone, NULL);
      if (g_hash_table_size (place->tails) == FILES_MAX)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_RANGE, "found more than %d files", FILES_MAX);
          return FALSE;
        }
      g_hash_table_insert (place->tails, g_strdup (path), new_tail (place, path));
    }
  return TRUE;
}

static gboolean on_soon (gpointer data);

static void
look_soon (Place *place,
           guint  ms)
{
  if (place->soon == NULL)
    place->soon = tf_source_hub_after (place->watched->hub, ms, on_soon, place);
}

static void
look (Place *place)
{
  TfSourceHub *hub = place->watched->hub;
  gboolean folder = g_file_test (place->path, G_FILE_TEST_IS_DIR), again = FALSE;
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer path, tail;

  if (folder)
    list_folder (place, &error);
  else if (g_hash_table_size (place->tails) == 0 && g_file_test (place->path, G_FILE_TEST_EXISTS))
    g_hash_table_insert (place->tails, g_strdup (place->path), new_tail (place, place->path));
  else if (!g_file_test (place->path, G_FILE_TEST_EXISTS))
    g_set_error (&error, TF_ERROR, TF_ERROR_NOT_FOUND, "no such file or folder now: %.100s", place->path);
  place->looked = TRUE;

  g_hash_table_iter_init (&iter, place->tails);
  while (g_hash_table_iter_next (&iter, &path, &tail))
    {
      g_autoptr (GError) wrong = NULL;
      gboolean more;

      place->tail = tail;
      if (!tf_tail_read (tail, on_line, place, &more, &wrong))
        {
          /* A file that went from a folder that is there was rotated or is done with, or comes back. */
          if (error == NULL && !(folder && g_error_matches (wrong, TF_ERROR, TF_ERROR_NOT_FOUND)))
            error = g_steal_pointer (&wrong);
        }
      again = again || more;
    }
  place->tail = NULL;
  if (error != NULL)
    tf_source_hub_set_state (hub, place->spec, TF_SOURCE_WAITING, error->message, tf_source_hub_pace (hub, LOOK_MS));
  else if (!place->fine) /* not each time: the reason may be a line that says nothing */
    tf_source_hub_set_state (hub, place->spec, TF_SOURCE_LIVE, "watching", 0);
  place->fine = error == NULL;
  if (again)
    look_soon (place, 1);
}

static gboolean
on_soon (gpointer data)
{
  Place *place = data;

  tf_source_hub_forget (&place->soon);
  look (place);
  return G_SOURCE_REMOVE;
}

static gboolean
on_look (gpointer data)
{
  look (data);
  return G_SOURCE_CONTINUE;
}

/* A program that writes line by line makes many events: one look serves those of a moment. */
static void
on_monitor (GFileMonitor     *monitor,
            GFile            *file,
            GFile            *other,
            GFileMonitorEvent event,
            Place            *place)
{
  look_soon (place, 5);
}

static void
place_free (gpointer data)
{
  Place *place = data;

  if (place->monitor != NULL)
    g_signal_handlers_disconnect_by_data (place->monitor, place);
  g_clear_object (&place->monitor);
  tf_source_hub_forget (&place->look);
  tf_source_hub_forget (&place->soon);
  g_hash_table_unref (place->tails);
  g_free (place->path);
  g_free (place);
}

static void
watched_close (gpointer driver)
{
  Watched *self = driver;

  g_ptr_array_unref (self->places);
  g_free (self);
}

static gpointer
watched_open (TfSourceHub               *hub,
              const char                *endpoint,
              const TfSourceSpec *const *specs,
              guint                      n,
              GError                   **error)
{
  Watched *self = g_new0 (Watched, 1);

  self->hub = hub;
  self->places = g_ptr_array_new_with_free_func (place_free);
  for (guint i = 0; i < n; i++)
    {
      Place *place = g_new0 (Place, 1);
      g_autoptr (GFile) file = NULL;

      place->watched = self;
      place->spec = specs[i];
      place->path = split_address (specs[i]->address, &place->whole);
      place->tails = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) tf_tail_free);
      file = g_file_new_for_path (place->path);
      place->monitor = g_file_monitor (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
      if (place->monitor != NULL)
        g_signal_connect (place->monitor, "changed", G_CALLBACK (on_monitor), place);
      place->look = tf_source_hub_after (hub, tf_source_hub_pace (hub, LOOK_MS), on_look, place);
      g_ptr_array_add (self->places, place);
      look_soon (place, 0);
    }
  return self;
}

static gboolean
watched_check (const char *address,
               GError    **error)
{
  char quote[TF_QUOTE_SIZE];

  if (g_path_is_absolute (address))
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
               "found “%s”, expected the whole path of a file or folder, from / on",
               tf_error_quote (address, -1, quote));
  return FALSE;
}

const TfSourceDriver tf_source_watched = { watched_check, watched_open, watched_close };
