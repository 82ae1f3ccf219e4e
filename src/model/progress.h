#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @fraction: of the work */
typedef void (*TfProgressFunc) (double   fraction,
                                gpointer data);

/* How far a task's thread is, told where the task was started: a few times a second, until it ends or is cancelled.
 * Lies in the task's data. */
typedef struct
{
  GTask          *task;     /* borrowed: it owns this */
  TfProgressFunc  func;     /* (nullable) */
  gpointer        data;
  gint64          last;     /* monotonic, µs */
  int             permille; /* between the threads */
} TfProgress;

void tf_progress_init (TfProgress     *self,
                       GTask          *task,
                       TfProgressFunc  func,
                       gpointer        data);
void tf_progress_note (double          fraction,
                       gpointer        self);

G_END_DECLS
