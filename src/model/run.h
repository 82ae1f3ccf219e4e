#pragma once

#include <gio/gio.h>

#include "core/engine/engine.h"
#include "core/market/event.h"
#include "io/feeds/connection.h"
#include "io/sources/source.h"
#include "io/storage/writer.h"

G_BEGIN_DECLS

/* What to run. Strings are owned. */
typedef struct
{
  char    *market;    /* “demo”, “replay”, “backtest”, or a venue: “binance” … */
  char    *workspace; /* file; NULL: none, nothing is kept */
  GStrv    data;      /* candle files, folders of them, recordings */
  GStrv    signals;   /* signal files */
  TfTime   interval;  /* of the bars that bots vote on; 0: a minute for the demo market, an hour else */
  TfTime   from, to;  /* of the data; 0: all */
  TfTime   duration;  /* wall time to run; at full speed, market time; 0: to the end or until stopped */
  double   speed;     /* market seconds a second; 0: full speed */
  guint64  seed;      /* 0: the one of the recorded session that is replayed, else 1 */
  char    *endpoint;  /* of a venue, instead of its own: “ws://127.0.0.1:9001/ws”; NULL: its own */
  char    *record;    /* file for a venue's raw messages; NULL: none */
} TfRunSpec;

TfRunSpec  *tf_run_spec_new         (const char      *market);
TfRunSpec  *tf_run_spec_copy        (const TfRunSpec *self);
void        tf_run_spec_free        (TfRunSpec       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfRunSpec, tf_run_spec_free)

/* Figures of a run that are not the engine's. */
typedef struct
{
  gint64   events;            /* market events processed */
  double   events_per_second; /* since the start of this run */
  double   elapsed;           /* seconds of wall time */
  guint    queue;             /* batches that wait for the journal */
  gint64   journal_entries;   /* durable */
  double   commit_ms;         /* of the last group commit */
  double   progress;          /* 0…1 of the data; −1 unknown */
  TfTime   market_time;
  TfConnectionFigures connection; /* of a venue: IDLE else */
  gboolean finished;          /* the data is at its end */
} TfRunFigures;

/* A copy policy that is not saved yet, and a position of a trader that it is tried with. */
typedef struct
{
  guint        serial;     /* of the one who asks */
  guint        trader, account, instrument;
  TfQty        position;   /* the trader's, signed */
  TfCopyPolicy policy;
} TfPreviewWish;

/* How one of the traders' sources is. */
typedef struct
{
  gint64          id;      /* its row in the workspace */
  TfSourceFigures figures;
} TfSourceReport;

/* Wires source, engine and journal, and runs them on the calling thread. The other functions may be called from any thread. */
typedef struct _TfRun TfRun;

/* @batch is durable (without a workspace: decided); on the writer's thread. */
typedef void (*TfRunCommitted) (const TfBatch *batch,
                                gpointer       data);
/* About every tenth of a second, on the run's thread. */
typedef void (*TfRunProgress)  (TfRun         *run,
                                gpointer       data);

TfRun      *tf_run_new              (const TfRunSpec *spec,
                                     TfRunCommitted   committed,
                                     TfRunProgress    progress,
                                     gpointer         data);
void        tf_run_free             (TfRun           *self);
gboolean    tf_run_prepare          (TfRun           *self,
                                     GError         **error);
gboolean    tf_run_loop             (TfRun           *self,
                                     GError         **error);
void        tf_run_stop             (TfRun           *self);
void        tf_run_command          (TfRun           *self,
                                     const TfCommand *command);
void        tf_run_set_speed        (TfRun           *self,
                                     double           speed);
void        tf_run_set_chart        (TfRun           *self,
                                     gint             instrument);
void        tf_run_get_figures      (TfRun           *self,
                                     TfRunFigures    *figures);
/* Traders' sources that are listened to: (transfer full) (element-type TfSourceReport) */
GArray     *tf_run_get_sources      (TfRun           *self);
/* What a policy would do, worked out anew about every tenth of a second until another is wished, or %NULL. */
void        tf_run_set_wish         (TfRun           *self,
                                     const TfPreviewWish *wish);
gboolean    tf_run_get_preview      (TfRun           *self,
                                     guint            serial,
                                     TfCopyPreview   *preview,
                                     gboolean        *known);
/* The state at the end; on the run's thread. */
TfSnapshot *tf_run_snapshot         (TfRun           *self);
gboolean    tf_run_check            (TfRun           *self,
                                     GError         **error);
/* A spec that continues the run of a workspace; its own seed, data and so on. */
TfRunSpec  *tf_run_spec_of_workspace(const char      *workspace,
                                     GError         **error);
/* Carries out @command on a workspace, whether a system runs on it or not; the state afterwards, %NULL when another process
 * carries it out. */
gboolean    tf_run_command_workspace(const char      *workspace,
                                     const TfCommand *command,
                                     TfSnapshot     **snapshot,
                                     GError         **error);
gboolean    tf_run_preview_copy     (const char      *workspace,
                                     const TfPolicySetting *changes,
                                     guint            n_changes,
                                     guint            trader,
                                     guint            account,
                                     guint            instrument,
                                     TfQty            position,
                                     TfPrice         *price,
                                     TfCopyPolicy    *policy,
                                     TfCopyPreview   *preview,
                                     GError         **error);
gboolean    tf_run_verify_recordings(const char      *workspace,
                                     const char *const *recordings,
                                     gint64          *entries,
                                     GError         **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfRun, tf_run_free)

G_END_DECLS
