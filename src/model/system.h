#pragma once

#include "core/engine/record.h"
#include "model/run.h"

G_BEGIN_DECLS

typedef enum
{
  TF_RUN_STOPPED,  /* before the first start, or after a clean stop */
  TF_RUN_STARTING, /* opening the workspace, reading data, learning from history */
  TF_RUN_RUNNING,
  TF_RUN_STOPPING,
  TF_RUN_FINISHED, /* the data is at its end */
  TF_RUN_FAILED,   /* see tf_system_get_error() */
} TfRunState;

/* One committed entry, as the “records” signal passes it, newest last. */
typedef struct
{
  TfRecord    record; /* its strings are those below */
  GRefString *account, *origin, *instrument, *reason;
  char       *text;
} TfEntry;

/* A run (model/run.h) on threads of its own, for the window. Belongs to the main thread: its properties, models and
 * signals change there only, at most once a frame, and show only what is durable.
 *
 * Properties: “run-state” (TfRunState as int), “message” (what it is doing, or the error; translated).
 * Signals: “changed” (a new snapshot), “records” (GPtrArray of TfEntry that became durable, at most a few hundred newest). */
#define TF_TYPE_SYSTEM (tf_system_get_type ())
G_DECLARE_FINAL_TYPE (TfSystem, tf_system, TF, SYSTEM, GObject)

TfSystem        *tf_system_new              (void);
/* Returns at once; “run-state” tells the rest. Only when stopped, finished or failed. */
void             tf_system_start            (TfSystem        *self,
                                             const TfRunSpec *spec);
/* Clean stop: what was decided is committed first. */
void             tf_system_stop             (TfSystem        *self);
/* Jumps the queue. With no run under way it is carried out on the workspace of the last run, or fails. */
void             tf_system_command          (TfSystem        *self,
                                             const TfCommand *command);
TfRunState       tf_system_get_run_state    (TfSystem        *self);
const char      *tf_system_get_message      (TfSystem        *self);
const GError    *tf_system_get_error        (TfSystem        *self);
const TfRunSpec *tf_system_get_spec         (TfSystem        *self);
/* The newest committed one; NULL before the first. Stays after a stop. */
TfSnapshot      *tf_system_get_snapshot     (TfSystem        *self);
void             tf_system_get_figures      (TfSystem        *self,
                                             TfRunFigures    *figures);
/* See model/run.h; there is none while nothing runs. */
GArray          *tf_system_get_sources      (TfSystem        *self);
void             tf_system_set_wish         (TfSystem        *self,
                                             const TfPreviewWish *wish);
gboolean         tf_system_get_preview      (TfSystem        *self,
                                             guint            serial,
                                             TfCopyPreview   *preview,
                                             gboolean        *known);
void             tf_system_set_chart        (TfSystem        *self,
                                             gint             instrument);
void             tf_system_set_speed        (TfSystem        *self,
                                             double           speed);
gint64           tf_system_get_started      (TfSystem        *self);

G_END_DECLS
