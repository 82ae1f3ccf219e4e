#pragma once

#include "io/feeds/dialect.h"

G_BEGIN_DECLS

/* What the dialects' files share: reading what a client sent, writing what it gets. */

/* Members of an object that may be NULL: what is missing or of another kind is NULL, or 0. */
const char *tf_dialect_string        (JsonObject         *object,
                                      const char         *name);
gint64      tf_dialect_int           (JsonObject         *object,
                                      const char         *name);
JsonArray  *tf_dialect_array         (JsonObject         *object,
                                      const char         *name);
JsonObject *tf_dialect_object        (JsonObject         *object,
                                      const char         *name);
const char *tf_dialect_element       (JsonArray          *array,
                                      guint               k);
const char *tf_dialect_query         (GHashTable         *query,
                                      const char         *name);
gint64      tf_dialect_query_int     (GHashTable         *query,
                                      const char         *name);
gboolean    tf_dialect_set_name      (char                out[TF_SYMBOL_SIZE],
                                      const char         *name);
guint       tf_dialect_channel       (const char         *name);
guint       tf_dialect_first_after   (const TfAnswerData *data);

void        tf_dialect_reply         (GPtrArray          *replies,
                                      const char         *format,
                                      ...) G_GNUC_PRINTF (2, 3);
void        tf_dialect_append        (GString            *out,
                                      gint64              raw);
void        tf_dialect_append_side   (GString            *out,
                                      const TfBookSide   *side,
                                      const char         *between,
                                      const char         *open,
                                      const char         *close,
                                      guint               most);
void        tf_dialect_append_candle (GString            *out,
                                      const TfCandle     *candle,
                                      const char         *order,
                                      const char         *quote);

G_END_DECLS
