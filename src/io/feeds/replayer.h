#pragma once

#include "io/feeds/intake.h"

G_BEGIN_DECLS

/* A recorded session as a source of events: the very ones that the session had. */
TfEventSource *tf_replayer_new       (const char          *path,
                                      const TfVenue       *venue,
                                      const TfMarket      *markets,
                                      guint                n_markets,
                                      GError             **error);
gboolean       tf_replayer_check     (const TfEventSource *source,
                                      GError             **error);
const TfVenue *tf_replayer_get_venue (const TfEventSource *source);

G_END_DECLS
