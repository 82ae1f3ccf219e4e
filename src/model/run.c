#include "model/run.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/engine/engine.h"
#include "core/ensemble/ensemble.h"
#include "core/market/demo.h"
#include "io/feeds/replay.h"
#include "io/sources/signal-file.h"
#include "io/sources/source.h"
#include "io/storage/journal.h"

#define HISTORY_BARS 500 /* what is learned from before the start */
#define BATCH_EVERY (G_USEC_PER_SEC / 25)
#define SNAPSHOT_EVERY (G_USEC_PER_SEC / 10)
#define CHECKPOINT_EVERY (G_USEC_PER_SEC / 5) /* when there is much to decide again, … */
#define CHECKPOINT_EVENTS 20000               /* … which this is; … */
#define CHECKPOINT_LATEST (300 * G_USEC_PER_SEC) /* … else it is enough to make one now and then */
#define INBOX_EVERY (G_USEC_PER_SEC / 5)
#define BATCH_RECORDS 4096
#define EVENTS_PER_LOOK 64 /* at full speed the clock is read once for so many */

struct _TfRun
{
  TfRunSpec      *spec;
  TfRunCommitted  committed;
  TfRunProgress   progress;
  gpointer        data;

  /* of the run's thread */
  TfWorkspace    *workspace, *reader;
  TfWriter       *writer;
  TfConfig       *config;
  TfEngine       *engine;
  TfEventSource  *source;      /* NULL: a run at rest that goes no further */
  GBytes         *place;       /* the source's state then */
  TfBatch        *batch;
  TfEvent         next;        /* read, not yet due */
  TfTraderSignal  next_signal; /* what it points to after a restore */
  gboolean        has_next, opened, at_rest;
  gint64          durable;     /* entries that the journal had at the start: derived again, they are compared */
  GError         *mismatch;    /* the first that was not the same */
  gint64          inbox, inbox_pushed; /* last command taken from there, given to the writer */
  gint64          last_batch, last_snapshot, last_checkpoint, last_inbox, last_progress;
  gint64          checkpoint_events; /* behind the last checkpoint */
  gint64          started;     /* monotonic, µs */
  gint64          anchor;      /* monotonic, µs: when … */
  TfTime          anchor_time; /* … this was the market's time */
  gint64          first_events;
  TfTime          first_time;

  /* between threads */
  GAsyncQueue    *commands;    /* TfCommand */
  gint            stopping;
  gint            chart;
  GMutex          lock;
  TfRunFigures    figures;
  double          speed;
  gboolean        speed_changed;
  gint64          pushed_at, pushed_seq; /* a batch on its way to the disk */
};

/* A command of the journal, and how many market events came before it. */
typedef struct
{
  gint64    events;
  TfCommand command;
} PlacedCommand;

TfRunSpec *
tf_run_spec_new (const char *market)
{
  TfRunSpec *self = g_new0 (TfRunSpec, 1);

  self->market = g_strdup (market);
  self->data = g_new0 (char *, 1);
  self->signals = g_new0 (char *, 1);
  self->speed = strcmp (market, "demo") == 0 ? 1 : 0;
  self->seed = 1;
  return self;
}

TfRunSpec *
tf_run_spec_copy (const TfRunSpec *self)
{
  TfRunSpec *copy = g_memdup2 (self, sizeof *self);

  copy->market = g_strdup (self->market);
  copy->workspace = g_strdup (self->workspace);
  copy->data = g_strdupv (self->data);
  copy->signals = g_strdupv (self->signals);
  return copy;
}

void
tf_run_spec_free (TfRunSpec *self)
{
  g_free (self->market);
  g_free (self->workspace);
  g_strfreev (self->data);
  g_strfreev (self->signals);
  g_free (self);
}

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
  if (self->source != NULL)
    self->source->free (self->source);
  g_clear_pointer (&self->place, g_bytes_unref);
  g_clear_pointer (&self->config, tf_config_unref);
  g_clear_pointer (&self->reader, tf_workspace_close);
  g_clear_pointer (&self->workspace, tf_workspace_close);
  g_clear_error (&self->mismatch);
  g_async_queue_unref (self->commands);
  g_mutex_clear (&self->lock);
  tf_run_spec_free (self->spec);
  g_free (self);
}

static void
on_record (const TfRecord *record,
           gpointer        data)
{
  TfRun *self = data;

  if (self->batch == NULL || self->mismatch != NULL)
    return;
  if (record->seq <= self->durable)
    tf_workspace_compare (self->workspace, record, &self->mismatch);
  else
    tf_batch_add (self->batch, record);
}

/* A trader whom a signal file names and the configuration does not know is followed from then on, and a known one's
 * grade is that of the best source that speaks for it. */
static gboolean
connect_traders (TfConfig      *config,
                 const GArray  *signals,
                 GError       **error)
{
  for (guint k = 0; k < signals->len; k++)
    {
      const TfTraderSignal *signal = &g_array_index (signals, TfTraderSignal, k);
      char grade = tf_source_grade (signal->source);
      gint found = tf_config_find_trader (config, signal->trader);

      if (found < 0)
        {
          TfTrader trader = { .grade = grade, .trust_mean = 0.15, .trust_sd = 0.10 };

          /* An id stands in the journal's lists of votes: letters, digits and hyphens. */
          g_strlcpy (trader.id, signal->trader, sizeof trader.id);
          g_strcanon (trader.id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-", '-');
          g_strlcpy (trader.name, signal->trader, sizeof trader.name);
          g_strlcpy (trader.known_for, tf_source_title (signal->source), sizeof trader.known_for);
          memset (trader.followed, 1, sizeof trader.followed);
          tf_config_add_trader (config, &trader);
        }
      else if (config->traders[found].grade == 0 || grade < config->traders[found].grade)
        config->traders[found].grade = grade;
    }
  if (config->n_bots + config->n_traders <= TF_MAX_VOTERS)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_RANGE, "found signals that make %u traders, expected at most %u",
               config->n_traders, TF_MAX_VOTERS - config->n_bots);
  return FALSE;
}

static gboolean
open_source (TfRun   *self,
             GError **error)
{
  const TfRunSpec *spec = self->spec;
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (GPtrArray) series = NULL;
  g_autoptr (GArray) signals = NULL;
  TfTime interval = spec->interval;

  if (strcmp (spec->market, "demo") == 0)
    {
      if (spec->data[0] != NULL || spec->signals[0] != NULL)
        {
          g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID,
                               "found data files for the demo market, expected none: it makes its own");
          return FALSE;
        }
      if (interval == 0)
        interval = TF_MINUTE;
      if (self->config == NULL)
        self->config = tf_config_new_default (spec->market, universe, interval, spec->seed);
      self->source = tf_demo_new (self->config->universe, spec->seed, HISTORY_BARS);
      return TRUE;
    }
  if (strcmp (spec->market, "replay") != 0 && strcmp (spec->market, "backtest") != 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found market “%s”, expected demo, replay or backtest", spec->market);
      return FALSE;
    }
  if (spec->data[0] == NULL && spec->signals[0] == NULL)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID, "found no data, expected candle files, folders or signal files");
      return FALSE;
    }
  if (interval == 0)
    interval = TF_HOUR;
  series = tf_candle_files_load ((const char *const *) spec->data, interval, error);
  if (series == NULL)
    return FALSE;
  signals = tf_signal_files_load ((const char *const *) spec->signals, error);
  if (signals == NULL)
    return FALSE;
  if (self->config == NULL)
    {
      if (!tf_replay_add_series_markets (universe, series, error))
        return FALSE;
      /* Fills without any other market are the market's prints themselves. */
      if (series->len == 0)
        tf_replay_add_signal_markets (universe, signals);
      self->config = tf_config_new_default (spec->market, universe, interval, spec->seed);
      if (!connect_traders (self->config, signals, error))
        return FALSE;
    }
  self->source = tf_replay_new (&(TfReplayOptions) {
                                  .universe = self->config->universe,
                                  .series = series,
                                  .signals = signals,
                                  .from = spec->from,
                                  .to = spec->to,
                                  .history = HISTORY_BARS * interval,
                                }, error);
  if (self->source != NULL && tf_replay_get_total (self->source) == 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found nothing in the given range, expected candles or signals",
                   spec->data[0] != NULL ? spec->data[0] : spec->signals[0]);
      return FALSE;
    }
  return self->source != NULL;
}

static char *
describe (const TfRunSpec *spec)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "market=%s seed=%" G_GUINT64_FORMAT, spec->market, spec->seed);
  for (guint k = 0; spec->data[k] != NULL; k++)
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
static gboolean
read_next (TfRun *self)
{
  if (!self->has_next && self->source != NULL)
    self->has_next = self->source->next (self->source, &self->next);
  if (self->has_next && !self->opened && (self->next.flags & TF_EVENT_HISTORY) == 0)
    {
      g_autofree char *description = describe (self->spec);

      self->opened = TRUE;
      tf_engine_open (self->engine, self->next.time, description);
    }
  return self->has_next;
}

/* A checkpoint: this, the engine's state, the source's state. */
typedef struct
{
  guint64        engine_size;
  guint64        has_next;
  TfEvent        next;
  TfTraderSignal signal; /* of @next */
} CheckpointHeader;

static GBytes *
save_state (TfRun *self)
{
  GByteArray *state = g_byte_array_new ();
  CheckpointHeader header;

  memset (&header, 0, sizeof header);
  if (self->has_next)
    {
      header.has_next = 1;
      header.next = self->next;
      if (self->next.type == TF_EVENT_SIGNAL)
        {
          header.signal = *self->next.signal;
          header.next.signal = NULL;
        }
    }
  g_byte_array_append (state, (const guint8 *) &header, sizeof header);
  tf_engine_save (self->engine, state);
  header.engine_size = state->len - sizeof header;
  memcpy (state->data, &header, sizeof header);
  if (self->source != NULL)
    self->source->save (self->source, state);
  else
    g_byte_array_append (state, g_bytes_get_data (self->place, NULL), (guint) g_bytes_get_size (self->place));
  return g_byte_array_free_to_bytes (state);
}

static gboolean
restore_state (TfRun   *self,
               GBytes  *state,
               GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (state, &length);
  CheckpointHeader header;

  if (length < sizeof header || (memcpy (&header, data, sizeof header), header.engine_size > length - sizeof header))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_VERSION, "the checkpoint is cut short, or of another version of the program");
      return FALSE;
    }
  data += sizeof header;
  length -= sizeof header;
  if (!tf_engine_restore (self->engine, data, header.engine_size, error))
    return FALSE;
  data += header.engine_size;
  length -= header.engine_size;
  if (self->source == NULL)
    self->place = g_bytes_new (data, length);
  else if (!self->source->restore (self->source, data, length, error))
    return FALSE;
  self->has_next = header.has_next != 0;
  self->next = header.next;
  self->next_signal = header.signal;
  if (self->has_next && self->next.type == TF_EVENT_SIGNAL)
    self->next.signal = &self->next_signal;
  return TRUE;
}

static gboolean
collect_command (const TfRecord *record,
                 gpointer        data)
{
  PlacedCommand placed = {
    .events = record->ref,
    .command = {
      .type = (TfCommandType) record->code,
      .account = (gint) record->limit,
      .voter = record->quantity,
      .param = (gint) record->amount,
      .value = (double) record->value / (double) TF_SCALE,
    },
  };

  if (record->kind == TF_RECORD_COMMAND || strcmp (record->reason, "bad-command") == 0)
    g_array_append_val ((GArray *) data, placed);
  return TRUE;
}

/* The PlacedCommands of the journal after entry @seq. */
static GArray *
journaled_commands (TfRun   *self,
                    gint64   seq,
                    GError **error)
{
  g_autoptr (GArray) commands = g_array_new (FALSE, FALSE, sizeof (PlacedCommand));
  TfJournalFilter filter = { .kinds = 1 << TF_RECORD_COMMAND | 1 << TF_RECORD_FAULT, .after = seq };

  if (!tf_journal_iterate (self->workspace, &filter, collect_command, commands, error))
    return NULL;
  return g_steal_pointer (&commands);
}

static void
process_command (TfRun           *self,
                 const TfCommand *command)
{
  TfEvent event = {
    .time = tf_engine_get_time (self->engine),
    .type = TF_EVENT_COMMAND,
    .instrument = -1,
    .command = *command,
  };

  tf_engine_process (self->engine, &event);
}

static void
process_next (TfRun *self)
{
  tf_engine_process (self->engine, &self->next);
  self->has_next = FALSE;
}

/* What a killed run had decided after its last checkpoint is decided again, and has to be the same. */
static gboolean
catch_up (TfRun        *self,
          const GArray *commands,
          GError      **error)
{
  guint k = 0;

  while (tf_engine_get_seq (self->engine) < self->durable && self->mismatch == NULL)
    {
      const PlacedCommand *placed = k < commands->len ? &g_array_index (commands, PlacedCommand, k) : NULL;
      gboolean more = read_next (self);

      if (placed != NULL && placed->events == tf_engine_get_events (self->engine))
        {
          process_command (self, &placed->command);
          k++;
        }
      else if (more)
        process_next (self);
      else
        break;
    }
  if (self->mismatch == NULL && tf_engine_get_seq (self->engine) != self->durable)
    g_set_error (&self->mismatch, TF_ERROR, TF_ERROR_MISMATCH,
                 "found %" G_GINT64_FORMAT " entries in the journal, expected the data to lead to as many; it led to %"
                 G_GINT64_FORMAT, self->durable, tf_engine_get_seq (self->engine));
  if (self->mismatch != NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&self->mismatch),
                                  "%s: this run cannot be continued with this data: ", self->spec->workspace);
      return FALSE;
    }
  return TRUE;
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
  else if (session->seed != spec->seed)
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
  g_autofree char *description = describe (self->spec);
  TfSession session = {
    .description = description,
    .data = self->spec->data,
    .signals = self->spec->signals,
    .seed = self->spec->seed,
    .interval = self->spec->interval,
    .from = self->spec->from,
    .to = self->spec->to,
    .speed = self->spec->speed,
    .started = g_get_real_time () * 1000,
  };

  g_strlcpy (session.market, self->spec->market, sizeof session.market);
  return tf_workspace_save_config (self->workspace, self->config, error)
         && tf_workspace_save_session (self->workspace, &session, error);
}

static gboolean
resume (TfRun   *self,
        GError **error)
{
  g_auto (TfCheckpoint) checkpoint = { 0 };
  g_autoptr (GArray) commands = NULL;
  guint8 head[TF_HASH_SIZE];

  if (!tf_workspace_get_head (self->workspace, &self->durable, head, error)
      || !tf_workspace_load_checkpoint (self->workspace, &checkpoint, error))
    return FALSE;
  /* What is at rest needs no data, as long as nothing has to be decided again. */
  if (self->source == NULL && (!self->at_rest || checkpoint.state == NULL || checkpoint.seq != self->durable)
      && !open_source (self, error))
    return FALSE;
  if (checkpoint.state != NULL)
    {
      g_autoptr (GError) other = NULL;

      self->opened = restore_state (self, checkpoint.state, &other);
      if (!self->opened && !g_error_matches (other, TF_ERROR, TF_ERROR_VERSION))
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&other), "%s: this run cannot be continued with this data: ",
                                      self->spec->workspace);
          return FALSE;
        }
      /* Of another version of the program: then everything is decided again from the start. */
      if (!self->opened)
        {
          if (self->source != NULL)
            self->source->free (g_steal_pointer (&self->source));
          tf_engine_free (self->engine);
          self->engine = tf_engine_new (self->config, on_record, self);
          if (!open_source (self, error))
            return FALSE;
        }
    }
  commands = journaled_commands (self, self->opened ? checkpoint.seq : 0, error);
  return commands != NULL && catch_up (self, commands, error);
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
  if ((self->spec->workspace == NULL || !g_file_test (self->spec->workspace, G_FILE_TEST_EXISTS)) && !open_source (self, error))
    return FALSE;
  if (self->spec->workspace != NULL && !open_workspace (self, &session, error))
    return FALSE;
  if (session == NULL && self->source == NULL && !open_source (self, error))
    return FALSE;
  self->engine = tf_engine_new (self->config, on_record, self);
  if (self->workspace != NULL)
    {
      self->batch = tf_batch_new ();
      if (session == NULL ? !new_session (self, error) : !resume (self, error))
        return FALSE;
    }
  /* Learning before the start: none of it is traded or journaled. */
  while (g_atomic_int_get (&self->stopping) == 0 && read_next (self) && (self->next.flags & TF_EVENT_HISTORY) != 0)
    process_next (self);
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
  if (self->source != NULL && strcmp (self->spec->market, "demo") != 0)
    figures.progress = tf_replay_get_progress (self->source);
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

/* Hands what was decided to the journal. @last: with all that a restart needs. */
static gboolean
hand_over (TfRun    *self,
           gint64    now,
           gboolean  last,
           GError  **error)
{
  /* Who left a command finds the state that it led to as soon as it has left the inbox. */
  gboolean snapshot = last || now - self->last_snapshot >= SNAPSHOT_EVERY || self->inbox != self->inbox_pushed;
  gboolean checkpoint = last || needs_checkpoint (self, now);
  TfBatch *batch = self->batch;

  self->last_batch = now;
  if (self->writer == NULL || (batch->records->len == 0 && !snapshot && !checkpoint))
    return TRUE;
  self->batch = tf_batch_new ();
  if (snapshot)
    {
      self->last_snapshot = now;
      batch->snapshot = tf_run_snapshot (self);
    }
  if (checkpoint)
    {
      self->last_checkpoint = now;
      self->checkpoint_events = tf_engine_get_events (self->engine);
      batch->checkpoint = save_state (self);
      batch->events = self->checkpoint_events;
    }
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

static gboolean
take_inbox (TfRun   *self,
            GError **error)
{
  g_autoptr (GArray) commands = tf_workspace_take_commands (self->reader, self->inbox, error);

  if (commands == NULL)
    return FALSE;
  for (guint k = 0; k < commands->len; k++)
    {
      const TfInboxCommand *command = &g_array_index (commands, TfInboxCommand, k);

      process_command (self, &command->command);
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
  if (speed <= 0)
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
  return speed <= 0 || (double) (self->next.time - self->anchor_time) / 1000 / speed <= (double) (now - self->anchor);
}

static gboolean
is_over (TfRun  *self,
         gint64  now)
{
  if (g_atomic_int_get (&self->stopping) != 0)
    return TRUE;
  if (self->spec->duration == 0)
    return FALSE;
  return self->spec->speed > 0 ? now - self->started >= self->spec->duration / 1000
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
      if (!take_inbox (self, error))
        return FALSE;
    }
  if (!hand_over (self, now, FALSE, error))
    return FALSE;
  if (now - self->last_progress >= SNAPSHOT_EVERY)
    {
      self->last_progress = now;
      note_figures (self, now);
      if (self->progress != NULL)
        self->progress (self, self->data);
    }
  return TRUE;
}

static gboolean
finish (TfRun     *self,
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

  self->started = now;
  self->first_events = tf_engine_get_events (self->engine);
  if (self->reader != NULL && !take_inbox (self, error))
    return FALSE;
  for (;;)
    {
      g_autofree TfCommand *command = NULL;

      if (!read_next (self))
        {
          ended = TRUE;
          break;
        }
      if (self->first_time == 0)
        self->first_time = MAX (tf_engine_get_time (self->engine), 1);
      if (since == 0)
        now = g_get_monotonic_time ();
      if (is_over (self, now))
        break;
      command = wait_until_due (self, &now);
      if (command != NULL && (gint) command->type >= 0)
        process_command (self, command);
      else if (is_due (self, now))
        process_next (self);
      else
        now = g_get_monotonic_time ();
      if (self->batch != NULL && self->batch->records->len >= BATCH_RECORDS)
        since = EVENTS_PER_LOOK;
      if (++since >= EVENTS_PER_LOOK || self->speed > 0)
        {
          since = 0;
          now = g_get_monotonic_time ();
          if ((now - self->last_batch >= BATCH_EVERY || (self->batch != NULL && self->batch->records->len >= BATCH_RECORDS))
              && !look_around (self, now, error))
            {
              finish (self, FALSE, NULL);
              return FALSE;
            }
        }
    }
  /* A command that came meanwhile is not lost. */
  for (TfCommand *command; (command = g_async_queue_try_pop (self->commands)) != NULL; g_free (command))
    if ((gint) command->type >= 0)
      process_command (self, command);
  return finish (self, ended, error);
}

/**
 * tf_run_spec_of_workspace:
 *
 * Returns: (transfer full): what the run of @workspace was started with
 */
TfRunSpec *
tf_run_spec_of_workspace (const char  *path,
                          GError     **error)
{
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (path, TF_WORKSPACE_READER, error);
  g_autoptr (TfSession) session = workspace != NULL ? tf_workspace_load_session (workspace, error) : NULL;
  TfRunSpec *spec;

  if (session == NULL)
    return NULL;
  spec = tf_run_spec_new (session->market);
  spec->workspace = g_strdup (path);
  g_strfreev (spec->data);
  g_strfreev (spec->signals);
  spec->data = g_strdupv (session->data);
  spec->signals = g_strdupv (session->signals);
  spec->seed = session->seed;
  spec->interval = session->interval;
  spec->from = session->from;
  spec->to = session->to;
  spec->speed = session->speed;
  return spec;
}

static gboolean
post_command (const char       *path,
              const TfCommand  *command,
              GError          **error)
{
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (path, TF_WORKSPACE_CONTROL, error);

  return workspace != NULL && tf_workspace_post_command (workspace, command, error);
}

/* The running owner takes it from the inbox; how that went is in its journal. */
static gboolean
wait_for_owner (const char  *path,
                GError     **error)
{
  g_autoptr (TfWorkspace) reader = tf_workspace_open (path, TF_WORKSPACE_READER, error);
  gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (reader != NULL)
    {
      g_autoptr (GArray) waiting = tf_workspace_take_commands (reader, 0, error);

      if (waiting == NULL)
        return FALSE;
      if (waiting->len == 0)
        return TRUE;
      if (g_get_monotonic_time () > until)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_BUSY,
                       "%s: the running system has not confirmed the command in 10 s; whether it was carried out is not known", path);
          return FALSE;
        }
      g_usleep (20000);
    }
  return FALSE;
}

/**
 * tf_run_command_workspace:
 * @snapshot: (out) (optional) (nullable): the state afterwards; %NULL when a running system has carried it out
 *
 * Returns when the command is durable.
 */
gboolean
tf_run_command_workspace (const char       *path,
                          const TfCommand  *command,
                          TfSnapshot      **snapshot,
                          GError          **error)
{
  g_autoptr (TfRunSpec) spec = tf_run_spec_of_workspace (path, error);
  g_autoptr (TfRun) run = NULL;
  g_autoptr (GError) local = NULL;

  if (snapshot != NULL)
    *snapshot = NULL;
  if (spec == NULL)
    return FALSE;
  run = tf_run_new (spec, NULL, NULL, NULL);
  run->at_rest = TRUE;
  if (!tf_run_prepare (run, &local))
    {
      if (g_error_matches (local, TF_ERROR, TF_ERROR_BUSY))
        return post_command (path, command, error) && wait_for_owner (path, error);
      /* An emergency stop does not get lost because the market's data did. */
      if (post_command (path, command, NULL))
        g_prefix_error (&local, "the command waits for the next start, the system can't be brought to it now: ");
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  run->started = g_get_monotonic_time ();
  if (!take_inbox (run, error))
    return FALSE;
  process_command (run, command);
  if (snapshot != NULL)
    *snapshot = tf_run_snapshot (run);
  if (!finish (run, FALSE, error))
    {
      if (snapshot != NULL)
        g_clear_pointer (snapshot, tf_snapshot_unref);
      return FALSE;
    }
  return TRUE;
}
