#pragma once

#include "core/market/event.h"

G_BEGIN_DECLS

/* Several sources as one, by time; at one moment in the order in which they were given. Takes the sources over. */
TfEventSource *tf_merge_new (TfEventSource *const *sources,
                             guint                 n);

G_END_DECLS
