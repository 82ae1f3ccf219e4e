#pragma once

#include "io/feeds/connection.h"
#include "io/sources/hub.h"

G_BEGIN_DECLS

/* Traders' sources beside a live market: what they say goes over the market's connection, so that it has its place among
 * what is heard there, and what goes wrong with them is said on the record. On the feed thread, if nothing else is said. */
typedef struct _TfLiveSources TfLiveSources;

TfLiveSources *tf_live_sources_new           (double         pace);
void           tf_live_sources_free          (TfLiveSources *self);
void           tf_live_sources_set           (TfLiveSources *self,
                                              GPtrArray     *specs);
void           tf_live_sources_start         (TfLiveSources *self,
                                              TfConnection  *connection);
void           tf_live_sources_stop          (TfLiveSources *self);
/* Any thread */
GArray        *tf_live_sources_get_figures   (TfLiveSources *self);
GPtrArray     *tf_live_sources_take_evidence (TfLiveSources *self);

G_END_DECLS
