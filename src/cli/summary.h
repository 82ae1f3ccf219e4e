#pragma once

#include "cli/command.h"
#include "core/engine/snapshot.h"
#include "model/run.h"

G_BEGIN_DECLS

/* The object that `run --json` and `backtest --json` end with. */
void        tf_summary_print_json   (const TfSnapshot   *snapshot,
                                     const TfRunFigures *figures);
/* The same for people. */
void        tf_summary_print        (const TfSnapshot   *snapshot,
                                     const TfRunFigures *figures,
                                     const char         *workspace);
/* One account's members, also of `list accounts`. */
void        tf_summary_account      (JsonBuilder        *builder,
                                     const TfSnapshot   *snapshot,
                                     guint               account);

G_END_DECLS
