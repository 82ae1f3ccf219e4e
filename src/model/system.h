#pragma once

#include <gio/gio.h>

#include "core/engine/snapshot.h"
#include "core/market/event.h"

G_BEGIN_DECLS

/* What to run. Copied by whoever takes it; strings are owned. */
typedef struct
{
  char    *market;    /* “demo”, “replay”, “backtest” */
  char    *workspace; /* file; NULL: none, nothing is kept */
  GStrv    data;      /* candle files and folders */
  GStrv    signals;   /* signal files */
  TfTime   interval;  /* of the bars that bots vote on; 0: a minute for the demo market, an hour else */
  TfTime   from, to;  /* of the data; 0: all */
  TfTime   duration;  /* wall time to run; at full speed, market time; 0: to the end or until stopped */
  double   speed;     /* market seconds a second; 0: full speed */
  guint64  seed;
} TfRunSpec;

TfRunSpec  *tf_run_spec_new         (const char      *market);
TfRunSpec  *tf_run_spec_copy        (const TfRunSpec *self);
void        tf_run_spec_free        (TfRunSpec       *self);
char       *tf_workspace_default    (const char      *market);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfRunSpec, tf_run_spec_free)

typedef enum
{
  TF_RUN_STOPPED,  /* before the first start, or after a clean stop */
  TF_RUN_STARTING, /* opening the workspace, reading data, learning from history */
  TF_RUN_RUNNING,
  TF_RUN_STOPPING,
  TF_RUN_FINISHED, /* the data is at its end */
  TF_RUN_FAILED,   /* see tf_system_get_error() */
} TfRunState;

/* One committed entry, owned. Passed to the “records” signal, newest last. */
typedef struct
{
  TfRecord record;   /* its strings are this entry's or the configuration's */
  char    *text;
} TfEntry;

/* Figures of the running system that are not the engine's. */
typedef struct
{
  gint64   events;          /* market events processed */
  double   events_per_second;
  guint    queue;           /* batches that wait for the journal */
  gint64   journal_entries; /* durable */
  double   commit_ms;       /* of the last group commit */
  gint64   last_commit;     /* monotonic time, µs */
  double   progress;        /* 0…1 of the data; −1 unknown */
  TfTime   market_time;
} TfRunFigures;

/* Wires feed, engine and journal and runs them on threads of their own. Belongs to the main thread: its properties, models and
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
void             tf_system_set_chart        (TfSystem        *self,
                                             gint             instrument);
void             tf_system_set_speed        (TfSystem        *self,
                                             double           speed);
gint64           tf_system_get_started      (TfSystem        *self);

/* Without a main loop: runs to the end of @spec on the calling thread, for the command line. */
typedef void (*TfProgressFunc) (const TfRunFigures *figures,
                                TfSnapshot         *snapshot,
                                gpointer            data);
gboolean         tf_run                     (const TfRunSpec *spec,
                                             GCancellable    *cancellable,
                                             TfProgressFunc   progress,
                                             gpointer         data,
                                             TfSnapshot     **last,
                                             TfRunFigures    *figures,
                                             GError         **error);

G_END_DECLS
