#pragma once

#include "core/market/event.h"
#include "io/sources/poller.h"
#include "io/sources/source.h"

G_BEGIN_DECLS

/* All on the hub's thread. None may stop or free the hub. */
typedef struct
{
  /* @raw is the message itself; its SHA-256 leads the signal's evidence: “sha256:<64 hex> …”. */
  void (*signal)  (guint                  spec, /* index */
                   const TfTraderSignal  *signal,
                   const char            *raw,
                   gsize                  length,
                   gpointer               data);
  /* At once when a state changes, at most four times a second for the rest. */
  void (*changed) (guint                  spec,
                   const TfSourceFigures *figures,
                   gpointer               data);
} TfSourceHubEvents;

TfSourceHub        *tf_source_hub_new         (const TfSourceSpec      *specs,
                                               guint                    n,
                                               const TfSourceHubEvents *events,
                                               gpointer                 data);
void                tf_source_hub_free        (TfSourceHub             *self);
void                tf_source_hub_set_pace    (TfSourceHub             *self,
                                               double                   pace);
void                tf_source_hub_start       (TfSourceHub             *self);
void                tf_source_hub_stop        (TfSourceHub             *self);
/* Any thread */
void                tf_source_hub_get_figures (TfSourceHub             *self,
                                               guint                    spec,
                                               TfSourceFigures         *figures);

const TfSourceSpec *tf_source_hub_get_spec    (TfSourceHub             *self,
                                               guint                    spec);

/* For drivers */
typedef enum
{
  TF_SOURCE_NOTE_MESSAGE, /* something came */
  TF_SOURCE_NOTE_IGNORED, /* it is no news */
  TF_SOURCE_NOTE_ERROR,   /* it is not what it should be */
} TfSourceNote;

void                tf_source_hub_emit        (TfSourceHub             *self,
                                               const TfSourceSpec      *spec,
                                               const TfTraderSignal    *signal,
                                               const char              *raw,
                                               gsize                    length);
void                tf_source_hub_note        (TfSourceHub             *self,
                                               const TfSourceSpec      *spec,
                                               TfSourceNote             note,
                                               const char              *why);
void                tf_source_hub_set_state   (TfSourceHub             *self,
                                               const TfSourceSpec      *spec,
                                               TfSourceState            state,
                                               const char              *reason,
                                               guint                    retry_ms);
gboolean            tf_source_hub_judge       (TfSourceHub             *self,
                                               const TfSourceSpec      *spec,
                                               const TfAnswer          *answer);
TfFetcher          *tf_source_hub_get_fetcher (TfSourceHub             *self);
TfTime              tf_source_hub_now         (TfSourceHub             *self);
guint               tf_source_hub_pace        (TfSourceHub             *self,
                                               guint                    ms);
GSource            *tf_source_hub_after       (TfSourceHub             *self,
                                               guint                    ms,
                                               GSourceFunc              callback,
                                               gpointer                 data);
void                tf_source_hub_forget      (GSource                **timer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfSourceHub, tf_source_hub_free)

G_END_DECLS
