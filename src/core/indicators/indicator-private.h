#pragma once

#include "core/indicators/indicator.h"
#include "core/indicators/streaming.h"

G_BEGIN_DECLS

/* What entries of the table share. */

guint tf_warmup_values     (const double *params);
guint tf_warmup_changes    (const double *params);

/* +DI, -DI and DX are three lines of one TfDirectional. */
extern const TfParam tf_directional_params[];

void  tf_directional_start (gpointer      state,
                            const double *params);

G_END_DECLS
