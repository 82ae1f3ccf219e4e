#include "model/progress.h"

#define PROGRESS_EVERY (G_USEC_PER_SEC / 10)

/**
 * tf_progress_init:
 * @task: whose data @self lies in
 * @func: (nullable): called with @data in the task's main context
 */
void
tf_progress_init (TfProgress     *self,
                  GTask          *task,
                  TfProgressFunc  func,
                  gpointer        data)
{
  *self = (TfProgress) { .task = task, .func = func, .data = data };
}

static gboolean
tell (gpointer data)
{
  TfProgress *self = data;

  if (!g_task_get_completed (self->task) && !g_cancellable_is_cancelled (g_task_get_cancellable (self->task)))
    self->func (g_atomic_int_get (&self->permille) / 1000.0, self->data);
  return G_SOURCE_REMOVE;
}

static void
release (gpointer data)
{
  g_object_unref (((TfProgress *) data)->task);
}

/**
 * tf_progress_note:
 * @fraction: of the work that is done
 * @self: a TfProgress; last, so that this is a #TfProgressFunc itself
 *
 * For the task's thread; may be called as often as one likes.
 */
void
tf_progress_note (double   fraction,
                  gpointer self)
{
  TfProgress *progress = self;
  gint64 now = g_get_monotonic_time ();

  if (progress->func == NULL || now - progress->last < PROGRESS_EVERY)
    return;
  progress->last = now;
  g_atomic_int_set (&progress->permille, (int) (fraction * 1000));
  g_object_ref (progress->task);
  g_main_context_invoke_full (g_task_get_context (progress->task), G_PRIORITY_DEFAULT, tell, progress, release);
}
