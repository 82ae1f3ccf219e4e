#pragma once

#include "model/desk.h"

G_BEGIN_DECLS

#define TF_DESK_RATES 32 /* snapshots that the rate of signals is measured over */

/* The inside of a desk, for the files that make it up. */
struct _TfDesk
{
  GObject     parent_instance;
  TfSystem   *system;
  TfSnapshot *snapshot;      /* nullable */
  TfConfig   *config;
  GListStore *accounts, *bots, *traders, *positions, *fills, *signals, *alerts, *feed, *connections;
  GPtrArray  *new_fills, *new_signals, *new_feed; /* since the last flush, oldest first */
  GHashTable *by_signal;     /* number → its item in signals or new_signals, borrowed */
  TfTotals    totals;
  gint64      last_seq;
  guint       flush;
  guint       listen;        /* while a live market runs */
  gboolean    flood;         /* much came with the last flush */
  gboolean    fresh;         /* the snapshot has not been shown yet */
  gboolean    halted;
  char       *path;          /* (nullable): workspace that is shown */
  GCancellable *loading;     /* (nullable): its backlog is being read */
  GQueue      held;          /* GPtrArrays of entries that came meanwhile */
  gboolean    at_rest;       /* only its entries are wanted: the snapshot that is there has candles, too */
  char       *offered;       /* (nullable): workspace that the next start uses; may not exist yet */
  GListStore *sources;
  GCancellable *looking;     /* (nullable): the table of sources is being read */
  gint        chart;         /* whose candles are looked at */
  GArray     *bars;          /* (nullable): TfCandles kept with the workspace at rest … */
  gint        bars_of;       /* … of this instrument; −1: none */
  GCancellable *reading;     /* (nullable): they are being read */
  gboolean    wanted, past;  /* wanted: its backlog is to be read when it runs; past: entries are old news */
  struct { TfTime time; gint64 signals; } rate[TF_DESK_RATES];
  guint       n_rate;
};

/* desk-snapshot.c: rows of a snapshot */
void        tf_desk_sync_rows   (TfDesk         *self);
void        tf_desk_sync_traders(TfDesk         *self);
/* desk-sources.c: where traders are heard */
void        tf_desk_load_sources(TfDesk         *self);
void        tf_desk_hear_sources(TfDesk         *self);
TfHeard     tf_desk_heard       (TfDesk         *self,
                                 guint           trader,
                                 char           *why,
                                 gsize           size);
/* desk-candles.c: what is kept with a workspace at rest */
void        tf_desk_load_candles(TfDesk         *self);
/* desk-records.c: rows of records */
void        tf_desk_add_record  (TfDesk         *self,
                                 const TfRecord *record);
void        tf_desk_forget_rows (TfDesk         *self);

G_END_DECLS
