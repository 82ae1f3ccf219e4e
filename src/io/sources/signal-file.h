#pragma once

#include "core/market/event.h"

G_BEGIN_DECLS

GArray     *tf_signal_file_load  (const char         *path,
                                  GError            **error);
GArray     *tf_signal_files_load (const char *const  *paths,
                                  GError            **error);
gboolean    tf_signal_parse      (const char         *line,
                                  gssize              length,
                                  TfTraderSignal     *signal,
                                  GError            **error);

G_END_DECLS
