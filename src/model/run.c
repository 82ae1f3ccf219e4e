#include "model/run-private.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "io/feeds/replay.h"

#define BATCH_EVERY (G_USEC_PER_SEC / 25)
#define SNAPSHOT_EVERY (G_USEC_PER_SEC / 10)
#define CHECKPOINT_EVERY (G_USEC_PER_SEC / 5) /* when there is much to decide again, … */
#define CHECKPOINT_EVENTS 20000               /* … which this is; … */
#define CHECKPOINT_LATEST (300 * G_USEC_PER_SEC) /* … else it is enough to make one now and then */
#define INBOX_EVERY (G_USEC_PER_SEC / 25) /* an emergency stop may be in it; a look takes some 20 µs */
#define BATCH_RECORDS 4096
#define EVENTS_PER_LOOK 64 /* at full speed the clock is read once for so many */

/* A run may be continued from another folder. */
static void
make_absolute (char **paths)
{
  for (; *paths != NULL; paths++)
    {
      char *path = g_canonicalize_filename (*paths, NULL);

      g_free (*paths);
      *paths = path;
    }
}

/**
 * tf_run_new:
 * @committed: (nullable): gets each batch once it is durable
 * @progress: (nullable)
 *
 * Returns: (transfer full): a run that is not yet prepared
 */
TfRun *
tf_run_new (const TfRunSpec *spec,
            TfRunCommitted   committed,
            TfRunProgress    progress,
            gpointer         data)
{
  TfRun *self = g_new0 (TfRun, 1);

  self->spec = tf_run_spec_copy (spec);
  make_absolute (self->spec->data);
  make_absolute (self->spec->signals);
  self->committed = committed;
  self->progress = progress;
  self->data = data;
  self->commands = g_async_queue_new_full (g_free);
  self->speed = spec->speed;
  self->chart = -1;
  g_mutex_init (&self->lock);
  return self;
}

void
tf_run_free (TfRun *self)
{
  if (self->writer != NULL)
    tf_writer_stop (self->writer, NULL);
  g_clear_pointer (&self->batch, tf_batch_free);
  g_clear_pointer (&self->engine, tf_engine_free);
  g_clear_pointer (&self->inputs, g_byte_array_unref);
  if (self->source != NULL)
    self->source->free (self->source);
  g_clear_pointer (&self->place, g_bytes_unref);
  g_clear_pointer (&self->source_ids, g_array_unref);
  g_clear_pointer (&self->heard, g_array_unref);
  g_free (self->wish);
  g_clear_pointer (&self->config, tf_config_unref);
  g_clear_pointer (&self->reader, tf_workspace_close);
  g_clear_pointer (&self->workspace, tf_workspace_close);
  g_clear_error (&self->mismatch);
  g_async_queue_unref (self->commands);
  g_mutex_clear (&self->lock);
  tf_run_spec_free (self->spec);
  g_free (self);
}

void
tf_run_note_record (const TfRecord *record,
                    gpointer        data)
{
  TfRun *self = data;

  if (self->mismatch != NULL)
    return;
  if (record->seq <= self->durable)
    tf_workspace_compare (self->workspace, record, &self->mismatch);
  else if (self->batch != NULL)
    tf_batch_add (self->batch, record);
}

/* A recorded session is described as the session was: its journal is to be the same. */
static char *
describe (const TfRun *self)
{
  const TfRunSpec *spec = self->spec;
  gboolean recorded = strcmp (self->config->market, spec->market) != 0;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "market=%s seed=%" G_GUINT64_FORMAT, self->config->market, self->config->seed);
  for (guint k = 0; !recorded && spec->data[k] != NULL; k++)
    {
      g_autofree char *name = g_path_get_basename (spec->data[k]);

      g_string_append_printf (text, " data=%s", name);
    }
  for (guint k = 0; spec->signals[k] != NULL; k++)
    {
      g_autofree char *name = g_path_get_basename (spec->signals[k]);

      g_string_append_printf (text, " signals=%s", name);
    }
  return g_string_free (text, FALSE);
}

/* The next market event waits in self->next. Before the first live one the journal is opened, so that its first entry
 * is the session's, whatever is commanded. */
gboolean
tf_run_read_next (TfRun *self)
{
  if (!self->has_next && self->inputs != NULL)
    {
      gsize taken = tf_event_take (&self->next, &self->payload, self->inputs->data + self->inputs_at,
                                   self->inputs->len - self->inputs_at);

      self->inputs_at += (guint) taken;
      self->has_next = taken > 0;
    }
  if (!self->has_next && self->source != NULL)
    self->has_next = self->source->next (self->source, &self->next);
  if (self->has_next && !self->opened && (self->next.flags & TF_EVENT_HISTORY) == 0)
    {
      g_autofree char *description = describe (self);

      self->opened = TRUE;
      tf_engine_open (self->engine, self->next.time, description);
    }
  return self->has_next;
}

void
tf_run_process_command (TfRun           *self,
                        const TfCommand *command)
{
  TfEvent event = {
    .time = tf_engine_get_time (self->engine),
    .type = TF_EVENT_COMMAND,
    .instrument = -1,
    .command = *command,
  };

  tf_engine_process (self->engine, &event);
  self->sources_known = self->sources_known && command->type != TF_COMMAND_SOURCES;
}

void
tf_run_process_next (TfRun *self)
{
  if (self->writer != NULL && tf_run_is_live (self))
    {
      if (self->batch->inputs == NULL)
        self->batch->inputs = g_byte_array_new ();
      tf_event_append (&self->next, self->batch->inputs);
    }
  tf_engine_process (self->engine, &self->next);
  self->has_next = FALSE;
}

static gboolean
same_strv (char **a,
           char **b)
{
  return g_strv_equal ((const char *const *) a, (const char *const *) b);
}

/* The workspace's own run goes on; another one needs another workspace. */
static gboolean
check_session (TfRun           *self,
               const TfSession *session,
               GError         **error)
{
  const TfRunSpec *spec = self->spec;
  const char *what = NULL;

  if (strcmp (session->market, spec->market) != 0)
    what = "another market";
  else if (spec->seed != 0 && session->seed != spec->seed)
    what = "another seed";
  else if (!same_strv (session->data, spec->data) || !same_strv (session->signals, spec->signals))
    what = "other data";
  else if (session->from != spec->from || session->to != spec->to || session->interval != spec->interval)
    what = "another range or interval";
  if (what == NULL)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
               "%s: found a run of %s (%s), expected the one that it was made with; choose another workspace",
               spec->workspace, what, session->description);
  return FALSE;
}

static gboolean
open_workspace (TfRun      *self,
                TfSession **session,
                GError    **error)
{
  self->workspace = tf_workspace_open (self->spec->workspace, TF_WORKSPACE_OWNER, error);
  if (self->workspace == NULL)
    return FALSE;
  *session = tf_workspace_load_session (self->workspace, NULL);
  if (*session == NULL)
    return TRUE;
  if (!check_session (self, *session, error))
    return FALSE;
  g_clear_pointer (&self->config, tf_config_unref);
  self->config = tf_workspace_load_config (self->workspace, error);
  return self->config != NULL;
}

static gboolean
new_session (TfRun   *self,
             GError **error)
{
  g_autofree char *description = describe (self);
  TfSession session = {
    .description = description,
    .data = self->spec->data,
    .signals = self->spec->signals,
    .seed = self->config->seed,
    .interval = self->spec->interval,
    .from = self->spec->from,
    .to = self->spec->to,
    .speed = self->spec->speed,
    .started = g_get_real_time () * 1000,
  };

  g_strlcpy (session.market, self->spec->market, sizeof session.market);
  return tf_workspace_save_config (self->workspace, self->config, error)
         && (!tf_run_is_live (self) || tf_run_add_default_sources (self->workspace, error))
         && tf_workspace_save_session (self->workspace, &session, error);
}

static void
note_durable (const TfBatch *batch,
              const GError  *error,
              gpointer       data)
{
  TfRun *self = data;

  if (batch != NULL)
    {
      g_mutex_lock (&self->lock);
      if (self->pushed_at != 0 && batch->records->len > 0
          && g_array_index (batch->records, TfRecord, batch->records->len - 1).seq >= self->pushed_seq)
        {
          self->figures.commit_ms = (double) (g_get_monotonic_time () - self->pushed_at) / 1000;
          self->pushed_at = 0;
        }
      g_mutex_unlock (&self->lock);
      if (self->committed != NULL)
        self->committed (batch, self->data);
    }
  if (error != NULL)
    tf_run_stop (self);
}

/**
 * tf_run_prepare:
 *
 * Opens the workspace, reads the data, and, when the workspace has a run, brings the engine to where that one was
 * durable. Afterwards nothing has been traded yet.
 */
gboolean
tf_run_prepare (TfRun   *self,
                GError **error)
{
  g_autoptr (TfSession) session = NULL;

  /* A workspace is made for a run only that there can be. */
  if ((self->spec->workspace == NULL || !g_file_test (self->spec->workspace, G_FILE_TEST_EXISTS)) && !tf_run_open_source (self, error))
    return FALSE;
  if (self->spec->workspace != NULL && !open_workspace (self, &session, error))
    return FALSE;
  if (session == NULL && self->source == NULL && !tf_run_open_source (self, error))
    return FALSE;
  self->engine = tf_engine_new (self->config, tf_run_note_record, self);
  if (self->workspace != NULL)
    {
      self->batch = tf_batch_new ();
      if (session == NULL ? !new_session (self, error) : !tf_run_resume (self, error))
        return FALSE;
      if (session != NULL && self->live != NULL)
        tf_run_listen_again (self);
    }
  /* Learning before the start: none of it is traded or journaled. */
  while (g_atomic_int_get (&self->stopping) == 0 && tf_run_read_next (self) && (self->next.flags & TF_EVENT_HISTORY) != 0)
    tf_run_process_next (self);
  if (self->workspace != NULL)
    {
      self->reader = tf_workspace_open (self->spec->workspace, TF_WORKSPACE_READER, error);
      if (self->reader == NULL)
        return FALSE;
      self->writer = tf_writer_new (self->workspace, note_durable, self, error);
      if (self->writer == NULL)
        return FALSE;
    }
  return TRUE;
}

void
tf_run_stop (TfRun *self)
{
  g_atomic_int_set (&self->stopping, 1);
  g_mutex_lock (&self->lock);
  if (self->live != NULL)
    tf_live_close (self->live);
  g_mutex_unlock (&self->lock);
  /* Wakes a run that waits for the market. */
  tf_run_command (self, &(TfCommand) { .type = (TfCommandType) -1 });
}

/**
 * tf_run_command:
 *
 * Jumps the queue of the market's events.
 */
void
tf_run_command (TfRun           *self,
                const TfCommand *command)
{
  g_async_queue_push (self->commands, g_memdup2 (command, sizeof *command));
}

void
tf_run_set_speed (TfRun  *self,
                  double  speed)
{
  g_mutex_lock (&self->lock);
  self->speed = speed;
  self->speed_changed = TRUE;
  g_mutex_unlock (&self->lock);
  tf_run_command (self, &(TfCommand) { .type = (TfCommandType) -1 });
}

void
tf_run_set_chart (TfRun *self,
                  gint   instrument)
{
  g_atomic_int_set (&self->chart, instrument);
}

void
tf_run_get_figures (TfRun        *self,
                    TfRunFigures *figures)
{
  g_mutex_lock (&self->lock);
  *figures = self->figures;
  if (self->live != NULL) /* there is something to tell long before the loop runs */
    tf_live_get_figures (self->live, &figures->connection);
  g_mutex_unlock (&self->lock);
}

TfSnapshot *
tf_run_snapshot (TfRun *self)
{
  return tf_engine_snapshot (self->engine, g_atomic_int_get (&self->chart));
}

gboolean
tf_run_check (TfRun   *self,
              GError **error)
{
  return tf_engine_check_ledgers (self->engine, error);
}

static void
note_figures (TfRun  *self,
              gint64  now)
{
  TfRunFigures figures = {
    .events = tf_engine_get_events (self->engine),
    .elapsed = (double) (now - self->started) / G_USEC_PER_SEC,
    .market_time = tf_engine_get_time (self->engine),
    .progress = -1,
    .journal_entries = tf_engine_get_seq (self->engine),
  };

  if (figures.elapsed > 0)
    figures.events_per_second = (double) (figures.events - self->first_events) / figures.elapsed;
  if (self->source != NULL && self->source->progress != NULL)
    figures.progress = self->source->progress (self->source);
  if (self->writer != NULL)
    {
      figures.queue = tf_writer_get_queue (self->writer);
      figures.journal_entries = tf_writer_get_seq (self->writer);
    }
  g_mutex_lock (&self->lock);
  figures.finished = self->figures.finished;
  figures.commit_ms = self->figures.commit_ms;
  self->figures = figures;
  g_mutex_unlock (&self->lock);
}

/* The first is made at once: a run that is killed again and again does not decide ever more again. */
static gboolean
needs_checkpoint (TfRun  *self,
                  gint64  now)
{
  gint64 age = now - self->last_checkpoint;

  return self->last_checkpoint == 0 || age >= CHECKPOINT_LATEST
         || (age >= CHECKPOINT_EVERY && tf_engine_get_events (self->engine) - self->checkpoint_events >= CHECKPOINT_EVENTS);
}

/* The bars since the last checkpoint; of what is replayed, which can be read again, the last ones at the end. */
static GPtrArray *
fresh_candles (TfRun    *self,
               gboolean  last)
{
  GPtrArray *all;

  if (!last && !tf_run_is_live (self) && !self->config->simulated)
    return NULL;
  all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  for (guint i = 0; i < self->config->universe->n; i++)
    g_ptr_array_add (all, tf_engine_get_candles (self->engine, i, self->cached_until));
  self->cached_until = tf_engine_get_time (self->engine) - 2 * self->config->interval;
  return all;
}

/* Hands what was decided to the journal. @last: with all that a restart needs. */
static gboolean
hand_over (TfRun    *self,
           gint64    now,
           gboolean  last,
           GError  **error)
{
  /* Who left a command finds the state that it led to as soon as it has left the inbox. */
  gboolean checkpoint = last || needs_checkpoint (self, now);
  gboolean snapshot = checkpoint || now - self->last_snapshot >= SNAPSHOT_EVERY || self->inbox != self->inbox_pushed;
  TfBatch *batch = self->batch;

  self->last_batch = now;
  if (self->writer == NULL || (batch->records->len == 0 && !snapshot && !checkpoint))
    return TRUE;
  self->batch = tf_batch_new ();
  if (snapshot)
    {
      self->last_snapshot = now;
      batch->snapshot = tf_run_snapshot (self);
      batch->heard = tf_run_take_heard (self, last);
    }
  if (checkpoint)
    {
      self->last_checkpoint = now;
      self->checkpoint_events = tf_engine_get_events (self->engine);
      batch->checkpoint = tf_run_save (self);
      batch->candles = fresh_candles (self, last);
      batch->events = self->checkpoint_events;
    }
  if (self->live != NULL)
    batch->evidence = tf_live_take_evidence (self->live);
  if (batch->records->len > 0)
    {
      g_mutex_lock (&self->lock);
      if (self->pushed_at == 0)
        {
          self->pushed_at = now;
          self->pushed_seq = g_array_index (batch->records, TfRecord, batch->records->len - 1).seq;
        }
      g_mutex_unlock (&self->lock);
    }
  batch->inbox = self->inbox_pushed = self->inbox;
  return tf_writer_push (self->writer, batch, error);
}

gboolean
tf_run_take_inbox (TfRun   *self,
                   GError **error)
{
  g_autoptr (GArray) commands = tf_workspace_take_commands (self->reader, self->inbox, error);

  if (commands == NULL)
    return FALSE;
  for (guint k = 0; k < commands->len; k++)
    {
      const TfInboxCommand *command = &g_array_index (commands, TfInboxCommand, k);

      tf_run_process_command (self, &command->command);
      self->inbox = command->id;
    }
  return TRUE;
}

/* Waits until the next event is due or a command comes; returns the command. */
static TfCommand *
wait_until_due (TfRun  *self,
                gint64 *now)
{
  double speed;
  gint64 due;

  g_mutex_lock (&self->lock);
  speed = self->speed;
  if (self->speed_changed || self->anchor == 0)
    {
      self->speed_changed = FALSE;
      self->anchor = *now;
      self->anchor_time = self->next.time;
      if (self->first_time != 0)
        self->anchor_time = tf_engine_get_time (self->engine);
    }
  g_mutex_unlock (&self->lock);
  if (speed <= 0 || self->live != NULL || !self->has_next)
    return g_async_queue_try_pop (self->commands);
  due = self->anchor + (gint64) ((double) (self->next.time - self->anchor_time) / 1000 / speed);
  if (due <= *now)
    return g_async_queue_try_pop (self->commands);
  /* Never sleeps past what else has to be done. */
  return g_async_queue_timeout_pop (self->commands, (guint64) CLAMP (due - *now, 1, BATCH_EVERY));
}

static gboolean
is_due (TfRun  *self,
        gint64  now)
{
  double speed;

  g_mutex_lock (&self->lock);
  speed = self->speed;
  g_mutex_unlock (&self->lock);
  return speed <= 0 || self->live != NULL || (double) (self->next.time - self->anchor_time) / 1000 / speed <= (double) (now - self->anchor);
}

static gboolean
is_over (TfRun  *self,
         gint64  now)
{
  if (g_atomic_int_get (&self->stopping) != 0)
    return TRUE;
  if (self->spec->duration == 0)
    return FALSE;
  return self->spec->speed > 0 || self->live != NULL ? now - self->started >= self->spec->duration / 1000
                                                     : self->next.time - self->first_time >= self->spec->duration;
}

/* All that is not the market: about 25 times a second. */
static gboolean
look_around (TfRun   *self,
             gint64   now,
             GError **error)
{
  if (self->reader != NULL && now - self->last_inbox >= INBOX_EVERY)
    {
      self->last_inbox = now;
      if (!tf_run_take_inbox (self, error))
        return FALSE;
    }
  if (self->reader != NULL && self->opened && !self->sources_known)
    {
      self->sources_known = TRUE;
      if (!tf_run_apply_sources (self, self->reader, error))
        return FALSE;
    }
  if (!hand_over (self, now, FALSE, error))
    return FALSE;
  if (now - self->last_progress >= SNAPSHOT_EVERY)
    {
      self->last_progress = now;
      note_figures (self, now);
      tf_run_answer_wish (self);
      if (self->progress != NULL)
        self->progress (self, self->data);
    }
  return TRUE;
}

gboolean
tf_run_finish (TfRun     *self,
               gboolean   finished,
               GError   **error)
{
  gboolean ok = TRUE;

  if (self->writer != NULL)
    {
      ok = hand_over (self, g_get_monotonic_time (), TRUE, error);
      ok = tf_writer_stop (g_steal_pointer (&self->writer), ok ? error : NULL) && ok;
    }
  g_mutex_lock (&self->lock);
  self->figures.finished = finished;
  g_mutex_unlock (&self->lock);
  note_figures (self, g_get_monotonic_time ());
  if (ok && finished && self->workspace != NULL)
    {
      g_autoptr (TfSession) session = tf_workspace_load_session (self->workspace, error);

      if (session == NULL)
        return FALSE;
      session->finished = TRUE;
      ok = tf_workspace_save_session (self->workspace, session, error);
    }
  return ok;
}

/**
 * tf_run_loop:
 *
 * Runs until the end of the data, of the duration, tf_run_stop() or a failure. In every case what was decided is in the journal
 * when it returns, unless it is the journal that failed.
 */
gboolean
tf_run_loop (TfRun   *self,
             GError **error)
{
  gint64 now = g_get_monotonic_time ();
  gboolean ended = FALSE;
  guint since = 0;
  guint most = self->live != NULL ? 1 : BATCH_RECORDS; /* live, nothing that was decided waits for more */

  self->started = now;
  self->first_events = tf_engine_get_events (self->engine);
  if (self->reader != NULL && !tf_run_take_inbox (self, error))
    return FALSE;
  for (;;)
    {
      g_autofree TfCommand *command = NULL;

      if (!tf_run_read_next (self) && (self->source == NULL || self->source->idle == NULL || !self->source->idle (self->source)))
        {
          ended = g_atomic_int_get (&self->stopping) == 0 && self->live == NULL;
          break;
        }
      if (self->first_time == 0)
        self->first_time = MAX (tf_engine_get_time (self->engine), 1);
      if (since == 0)
        now = g_get_monotonic_time ();
      if (is_over (self, now))
        {
          if (self->live == NULL)
            break;
          tf_live_close (self->live); /* what was heard by now is still taken in */
        }
      command = wait_until_due (self, &now);
      if (command != NULL && (gint) command->type >= 0)
        tf_run_process_command (self, command);
      else if (self->has_next && is_due (self, now))
        tf_run_process_next (self);
      else
        now = g_get_monotonic_time ();
      if (self->batch != NULL && self->batch->records->len >= most)
        since = EVENTS_PER_LOOK;
      if (++since >= EVENTS_PER_LOOK || self->speed > 0)
        {
          since = 0;
          now = g_get_monotonic_time ();
          if ((now - self->last_batch >= BATCH_EVERY || (self->batch != NULL && self->batch->records->len >= most))
              && !look_around (self, now, error))
            {
              tf_run_finish (self, FALSE, NULL);
              return FALSE;
            }
        }
    }
  /* A command that came meanwhile is not lost. */
  for (TfCommand *command; (command = g_async_queue_try_pop (self->commands)) != NULL; g_free (command))
    if ((gint) command->type >= 0)
      tf_run_process_command (self, command);
  if (!tf_run_finish (self, ended, error))
    return FALSE;
  return !ended || self->source == NULL || self->source->check == NULL || self->source->check (self->source, error);
}
