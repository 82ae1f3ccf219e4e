#pragma once

#include "core/engine/engine.h"
#include "model/live.h"
#include "model/run.h"

G_BEGIN_DECLS

/* The inside of a run, for the files that make it up. */
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
  TfLive         *live;        /* the source, when it is a venue; guarded by the lock; NULL else */
  GByteArray     *inputs;      /* (nullable): of a venue: events that a killed run had taken in after its checkpoint */
  guint           inputs_at;
  TfEventSource  *source;      /* NULL: a run at rest that goes no further */
  GBytes         *place;       /* the source's state then */
  TfBatch        *batch;
  TfEvent         next;        /* read, not yet due */
  TfEventPayload  payload;     /* what it points to after a restore */
  gboolean        has_next, opened, at_rest, sources_known;
  gint64          durable;     /* entries that the journal had at the start: derived again, they are compared */
  GError         *mismatch;    /* the first that was not the same */
  GArray         *heard;       /* (nullable): TfSourceHeard: up to when sources were listened to at the last look */
  gint64          inbox, inbox_pushed; /* last command taken from there, given to the writer */
  gint64          last_batch, last_snapshot, last_checkpoint, last_inbox, last_progress;
  TfTime          cached_until;      /* bars from here on are not yet in the cache */
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
  GArray         *source_ids;  /* gint64: rows of the workspace, in the order in which they are listened to */
  TfPreviewWish  *wish;        /* (nullable) */
  TfCopyPreview   preview;     /* of the wish with the number … */
  guint           previewed;   /* … of this; 0: none yet */
  gboolean        preview_known;
};


/* run.c */
void        tf_run_note_record      (const TfRecord  *record,
                                     gpointer         data);
gboolean    tf_run_read_next        (TfRun           *self);
void        tf_run_process_next     (TfRun           *self);
void        tf_run_process_command  (TfRun           *self,
                                     const TfCommand *command);
gboolean    tf_run_take_inbox       (TfRun           *self,
                                     GError         **error);
gboolean    tf_run_finish           (TfRun           *self,
                                     gboolean         finished,
                                     GError         **error);
/* run-market.c: where the events come from */
gboolean    tf_run_open_source      (TfRun           *self,
                                     GError         **error);
gboolean    tf_run_is_live          (const TfRun     *self);
void        tf_run_listen_again     (TfRun           *self);
TfEventSource *tf_run_open_recording (const TfConfig  *config,
                                      const char      *path,
                                      gint64          *events,
                                      GError         **error);
/* run-wish.c: what a policy would do */
void        tf_run_answer_wish      (TfRun           *self);
/* run-sources.c: whom one listens to besides */
gboolean    tf_run_add_default_sources (TfWorkspace  *workspace,
                                     GError         **error);
gboolean    tf_run_apply_sources    (TfRun           *self,
                                     TfWorkspace     *workspace,
                                     GError         **error);
GArray     *tf_run_take_heard       (TfRun           *self,
                                     gboolean         last);
/* run-resume.c: how a run goes on after a stop or a crash */
GBytes     *tf_run_save             (TfRun           *self);
gboolean    tf_run_resume           (TfRun           *self,
                                     GError         **error);
GArray     *tf_run_load_commands    (TfRun           *self,
                                     gint64           seq,
                                     GError         **error);
void        tf_run_decide_again     (TfRun           *self,
                                     const GArray    *commands,
                                     guint           *next,
                                     gint64           events);

G_END_DECLS
