#pragma once

#include "core/market/demo.h"
#include "core/market/regime.h"

G_BEGIN_DECLS

/* What only tests may know. */
TfRegimeKind tf_demo_regime (TfEventSource *source,
                             guint          instrument);

G_END_DECLS
