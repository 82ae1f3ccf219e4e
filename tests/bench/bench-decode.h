#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The fields of one message added up, so that parsers can be held against each other. */
guint64     bench_simdjson_quote    (const char *text,
                                     gsize       length,
                                     gsize       capacity);
guint64     bench_simdjson_trade    (const char *text,
                                     gsize       length,
                                     gsize       capacity);

G_END_DECLS
