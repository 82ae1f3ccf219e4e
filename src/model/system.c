#include "model/system.h"

#include <glib/gi18n.h>

#include "core/base/error.h"

#define MOST_ENTRIES 512                    /* handed to the window at once: the newest; the rest is in the journal */
#define FRAME (G_USEC_PER_SEC / 20 / 1000)  /* ms between two publications */

struct _TfSystem
{
  GObject     parent_instance;

  /* main thread */
  TfRunState  state;
  char       *message;
  GError     *error;
  TfRunSpec  *spec;
  TfSnapshot *snapshot;
  TfRun      *run;
  GThread    *thread;
  gint64      started;
  gint        chart;

  /* between the run's threads and the main thread */
  GMutex      lock;
  GPtrArray  *entries;  /* durable, not yet published */
  TfSnapshot *newest;
  guint       publish;  /* source id */
  GMainContext *context;
};

enum { PROP_RUN_STATE = 1, PROP_MESSAGE, N_PROPS };
enum { CHANGED, RECORDS, N_SIGNALS };
static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TfSystem, tf_system, G_TYPE_OBJECT)

static void
entry_free (gpointer data)
{
  TfEntry *entry = data;

  g_free (entry->text);
  g_ref_string_release (entry->account);
  g_ref_string_release (entry->origin);
  g_ref_string_release (entry->instrument);
  g_ref_string_release (entry->reason);
  g_free (entry);
}

static TfEntry *
entry_new (const TfRecord *record)
{
  TfEntry *entry = g_new (TfEntry, 1);

  entry->record = *record;
  entry->record.text = entry->text = g_strdup (record->text);
  entry->record.account = entry->account = g_ref_string_new_intern (record->account);
  entry->record.origin = entry->origin = g_ref_string_new_intern (record->origin);
  entry->record.instrument = entry->instrument = g_ref_string_new_intern (record->instrument);
  entry->record.reason = entry->reason = g_ref_string_new_intern (record->reason);
  return entry;
}

static void
set_state (TfSystem   *self,
           TfRunState  state,
           const char *message)
{
  if (g_strcmp0 (self->message, message) != 0)
    {
      g_free (self->message);
      self->message = g_strdup (message);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MESSAGE]);
    }
  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUN_STATE]);
    }
}

/* Main thread: what has become durable since the last time. */
static gboolean
publish (gpointer data)
{
  TfSystem *self = data;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (TfSnapshot) newest = NULL;

  g_mutex_lock (&self->lock);
  self->publish = 0;
  entries = g_steal_pointer (&self->entries);
  newest = g_steal_pointer (&self->newest);
  g_mutex_unlock (&self->lock);
  if (newest != NULL)
    {
      g_clear_pointer (&self->snapshot, tf_snapshot_unref);
      self->snapshot = g_steal_pointer (&newest);
      g_signal_emit (self, signals[CHANGED], 0);
    }
  if (entries != NULL && entries->len > 0)
    g_signal_emit (self, signals[RECORDS], 0, entries);
  return G_SOURCE_REMOVE;
}

/* Writer's thread. */
static void
on_committed (const TfBatch *batch,
              gpointer       data)
{
  TfSystem *self = data;
  guint skip = batch->records->len > MOST_ENTRIES ? batch->records->len - MOST_ENTRIES : 0;

  g_mutex_lock (&self->lock);
  if (self->entries == NULL)
    self->entries = g_ptr_array_new_with_free_func (entry_free);
  for (guint k = skip; k < batch->records->len; k++)
    g_ptr_array_add (self->entries, entry_new (&g_array_index (batch->records, TfRecord, k)));
  if (self->entries->len > MOST_ENTRIES)
    g_ptr_array_remove_range (self->entries, 0, self->entries->len - MOST_ENTRIES);
  if (batch->snapshot != NULL)
    {
      g_clear_pointer (&self->newest, tf_snapshot_unref);
      self->newest = tf_snapshot_ref (batch->snapshot);
    }
  if (self->publish == 0)
    {
      g_autoptr (GSource) source = g_timeout_source_new (FRAME);

      g_source_set_callback (source, publish, g_object_ref (self), g_object_unref);
      self->publish = g_source_attach (source, self->context);
    }
  g_mutex_unlock (&self->lock);
}

/* What the run's thread tells the main thread about itself. */
typedef struct
{
  TfSystem  *self;
  TfRunState state;
  GError    *error;
} Step;

static void
step_free (gpointer data)
{
  Step *step = data;

  g_object_unref (step->self);
  g_clear_error (&step->error);
  g_free (step);
}

static gboolean
take_step (gpointer data)
{
  Step *step = data;
  TfSystem *self = step->self;

  if (step->state == TF_RUN_RUNNING)
    {
      if (self->state == TF_RUN_STARTING)
        {
          self->started = g_get_monotonic_time ();
          set_state (self, TF_RUN_RUNNING, _("Running"));
        }
      return G_SOURCE_REMOVE;
    }
  /* The run is over: nothing comes from its threads any more. */
  g_thread_join (g_steal_pointer (&self->thread));
  publish (self);
  g_clear_pointer (&self->run, tf_run_free);
  g_clear_error (&self->error);
  self->error = g_steal_pointer (&step->error);
  set_state (self, step->state,
             self->error != NULL ? self->error->message
             : step->state == TF_RUN_FINISHED ? _("The data is at its end") : _("Stopped"));
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

static void
tell (TfSystem   *self,
      TfRunState  state,
      GError     *error)
{
  Step *step = g_new0 (Step, 1);

  step->self = g_object_ref (self);
  step->state = state;
  step->error = error;
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, take_step, step, step_free);
}

static gpointer
run_thread (gpointer data)
{
  TfSystem *self = data;
  GError *error = NULL;
  TfRunFigures figures;

  if (!tf_run_prepare (self->run, &error))
    {
      tell (self, TF_RUN_FAILED, error);
      return NULL;
    }
  tell (self, TF_RUN_RUNNING, NULL);
  if (!tf_run_loop (self->run, &error))
    {
      tell (self, TF_RUN_FAILED, error);
      return NULL;
    }
  tf_run_get_figures (self->run, &figures);
  tell (self, figures.finished ? TF_RUN_FINISHED : TF_RUN_STOPPED, NULL);
  return NULL;
}

TfSystem *
tf_system_new (void)
{
  return g_object_new (TF_TYPE_SYSTEM, NULL);
}

/**
 * tf_system_start:
 * @spec: with a workspace
 *
 * Returns at once; “run-state” tells the rest. Does nothing while a run is under way.
 */
void
tf_system_start (TfSystem        *self,
                 const TfRunSpec *spec)
{
  g_return_if_fail (TF_IS_SYSTEM (self));
  g_return_if_fail (spec != NULL && spec->workspace != NULL);
  if (self->thread != NULL)
    return;
  g_clear_error (&self->error);
  g_clear_pointer (&self->spec, tf_run_spec_free);
  self->spec = tf_run_spec_copy (spec);
  self->run = tf_run_new (spec, on_committed, NULL, self);
  tf_run_set_chart (self->run, self->chart);
  set_state (self, TF_RUN_STARTING, _("Opening the workspace and learning from history"));
  /* The thread holds the system until take_step() has seen its end. */
  self->thread = g_thread_new ("engine", run_thread, g_object_ref (self));
}

/**
 * tf_system_stop:
 *
 * Clean stop: what was decided is committed first; “run-state” tells when it is done.
 */
void
tf_system_stop (TfSystem *self)
{
  g_return_if_fail (TF_IS_SYSTEM (self));
  if (self->thread == NULL || self->state == TF_RUN_STOPPING)
    return;
  set_state (self, TF_RUN_STOPPING, _("Stopping: committing what was decided"));
  tf_run_stop (self->run);
}

static void
command_thread (GTask        *task,
                gpointer      object,
                gpointer      data,
                GCancellable *cancellable)
{
  TfSystem *self = object;
  TfSnapshot *snapshot = NULL;
  GError *error = NULL;

  if (tf_run_command_workspace (self->spec->workspace, data, &snapshot, &error))
    g_task_return_pointer (task, snapshot, (GDestroyNotify) tf_snapshot_unref);
  else
    g_task_return_error (task, error);
}

static void
command_done (GObject      *object,
              GAsyncResult *result,
              gpointer      data)
{
  TfSystem *self = TF_SYSTEM (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (TfSnapshot) snapshot = g_task_propagate_pointer (G_TASK (result), &error);

  if (error != NULL)
    {
      g_clear_error (&self->error);
      self->error = g_steal_pointer (&error);
      set_state (self, TF_RUN_FAILED, self->error->message);
    }
  else if (snapshot != NULL && self->thread == NULL)
    {
      g_clear_pointer (&self->snapshot, tf_snapshot_unref);
      self->snapshot = g_steal_pointer (&snapshot);
      g_signal_emit (self, signals[CHANGED], 0);
    }
}

/**
 * tf_system_command:
 *
 * Jumps the queue of market events. With no run under way it is carried out on the workspace of the last run.
 */
void
tf_system_command (TfSystem        *self,
                   const TfCommand *command)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (TF_IS_SYSTEM (self));
  if (self->run != NULL)
    {
      tf_run_command (self->run, command);
      return;
    }
  if (self->spec == NULL)
    return;
  task = g_task_new (self, NULL, command_done, NULL);
  g_task_set_source_tag (task, tf_system_command);
  g_task_set_task_data (task, g_memdup2 (command, sizeof *command), g_free);
  g_task_run_in_thread (task, command_thread);
}

TfRunState
tf_system_get_run_state (TfSystem *self)
{
  g_return_val_if_fail (TF_IS_SYSTEM (self), TF_RUN_STOPPED);
  return self->state;
}

const char *
tf_system_get_message (TfSystem *self)
{
  g_return_val_if_fail (TF_IS_SYSTEM (self), NULL);
  return self->message;
}

const GError *
tf_system_get_error (TfSystem *self)
{
  g_return_val_if_fail (TF_IS_SYSTEM (self), NULL);
  return self->error;
}

/**
 * tf_system_get_spec:
 *
 * Returns: (nullable): of the run under way or the last one
 */
const TfRunSpec *
tf_system_get_spec (TfSystem *self)
{
  g_return_val_if_fail (TF_IS_SYSTEM (self), NULL);
  return self->spec;
}

/**
 * tf_system_get_snapshot:
 *
 * Returns: (transfer none) (nullable): the newest that is durable; stays after a stop
 */
TfSnapshot *
tf_system_get_snapshot (TfSystem *self)
{
  g_return_val_if_fail (TF_IS_SYSTEM (self), NULL);
  return self->snapshot;
}

void
tf_system_get_figures (TfSystem     *self,
                       TfRunFigures *figures)
{
  g_return_if_fail (TF_IS_SYSTEM (self));
  if (self->run != NULL)
    tf_run_get_figures (self->run, figures);
  else
    *figures = (TfRunFigures) { .progress = -1 };
}

/**
 * tf_system_get_sources:
 *
 * Returns: (transfer full) (element-type TfSourceReport): how traders' sources are; none while no live market runs
 */
GArray *
tf_system_get_sources (TfSystem *self)
{
  g_return_val_if_fail (TF_IS_SYSTEM (self), NULL);
  return self->run != NULL ? tf_run_get_sources (self->run) : g_array_new (FALSE, FALSE, sizeof (TfSourceReport));
}

/**
 * tf_system_set_wish:
 * @wish: (nullable): what tf_system_get_preview() is to tell; forgotten with the run
 */
void
tf_system_set_wish (TfSystem            *self,
                    const TfPreviewWish *wish)
{
  g_return_if_fail (TF_IS_SYSTEM (self));
  if (self->run != NULL)
    tf_run_set_wish (self->run, wish);
}

/**
 * tf_system_get_preview:
 *
 * Returns: whether the wish with the number @serial was worked out
 */
gboolean
tf_system_get_preview (TfSystem      *self,
                       guint          serial,
                       TfCopyPreview *preview,
                       gboolean      *known)
{
  g_return_val_if_fail (TF_IS_SYSTEM (self), FALSE);
  return self->run != NULL && tf_run_get_preview (self->run, serial, preview, known);
}

/**
 * tf_system_set_chart:
 * @instrument: whose candles snapshots bring; −1: none
 */
void
tf_system_set_chart (TfSystem *self,
                     gint      instrument)
{
  g_return_if_fail (TF_IS_SYSTEM (self));
  self->chart = instrument;
  if (self->run != NULL)
    tf_run_set_chart (self->run, instrument);
}

void
tf_system_set_speed (TfSystem *self,
                     double    speed)
{
  g_return_if_fail (TF_IS_SYSTEM (self));
  if (self->run != NULL)
    tf_run_set_speed (self->run, speed);
}

/**
 * tf_system_get_started:
 *
 * Returns: monotonic time in µs at which the run under way began to trade; 0: none is
 */
gint64
tf_system_get_started (TfSystem *self)
{
  g_return_val_if_fail (TF_IS_SYSTEM (self), 0);
  return self->state == TF_RUN_RUNNING || self->state == TF_RUN_STOPPING ? self->started : 0;
}

static void
tf_system_get_property (GObject    *object,
                        guint       id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  TfSystem *self = TF_SYSTEM (object);

  switch (id)
    {
    case PROP_RUN_STATE:
      g_value_set_int (value, (int) self->state);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tf_system_finalize (GObject *object)
{
  TfSystem *self = TF_SYSTEM (object);

  g_free (self->message);
  g_clear_error (&self->error);
  g_clear_pointer (&self->spec, tf_run_spec_free);
  g_clear_pointer (&self->snapshot, tf_snapshot_unref);
  g_clear_pointer (&self->newest, tf_snapshot_unref);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (tf_system_parent_class)->finalize (object);
}

static void
tf_system_class_init (TfSystemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tf_system_get_property;
  object_class->finalize = tf_system_finalize;
  props[PROP_RUN_STATE] = g_param_spec_int ("run-state", NULL, NULL, TF_RUN_STOPPED, TF_RUN_FAILED, TF_RUN_STOPPED,
                                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", TF_TYPE_SYSTEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RECORDS] = g_signal_new ("records", TF_TYPE_SYSTEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_PTR_ARRAY);
}

static void
tf_system_init (TfSystem *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->message = g_strdup (_("Stopped"));
}
