#pragma once

#include "core/market/event.h"
#include "core/market/instrument.h"
#include "io/feeds/connection.h"
#include "io/sources/hub.h"

G_BEGIN_DECLS

/* A live market as a source of events: a connection to a venue on the feed thread, and a queue from there. What it gave is
 * gone: save() and restore() keep nothing, the run keeps the events themselves. */
typedef struct _TfLive TfLive;

typedef struct
{
  const TfVenue    *venue;
  const char       *url, *rest;    /* (nullable): other endpoints than the venue's */
  const TfUniverse *universe;      /* what is listened to; read by tf_live_new() only */
  TfTime            interval;      /* of the bars */
  guint64           seed;
  const char       *record;        /* (nullable): file that raw messages go to */
  double            pace;          /* of traders' sources: 1, more where time passes faster */
} TfLiveOptions;

/* The default coins under the names that they have at @venue. */
TfUniverse    *tf_live_universe    (const TfVenue       *venue);

void           tf_live_apply_rules (TfUniverse          *universe,
                                    const TfInstrument  *rules);

TfLive        *tf_live_new         (const TfLiveOptions *options,
                                    GError             **error);
TfEventSource *tf_live_get_source  (TfLive              *self);
gboolean       tf_live_discover    (TfLive              *self,
                                    TfUniverse          *universe,
                                    GError             **error);
void           tf_live_listen      (TfLive              *self,
                                    const TfTime        *ends,
                                    guint                bars,
                                    gint64               events,
                                    TfTime               time);
gboolean       tf_live_wait        (TfLive              *self,
                                    GError             **error);
void           tf_live_close       (TfLive              *self);
/* Traders' sources */
void           tf_live_set_sources (TfLive              *self,
                                    GPtrArray           *specs);
GArray        *tf_live_get_sources (TfLive              *self);
GPtrArray     *tf_live_take_evidence(TfLive             *self);
void           tf_live_get_figures (TfLive              *self,
                                    TfConnectionFigures *figures);

G_END_DECLS
