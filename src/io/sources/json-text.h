#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* JSON of strangers, read with json-glib behind a check of what that library does not bear: nesting without end. The
 * getters give nothing instead of a warning where a member is of another type. */

#define TF_JSON_DEPTH 32

JsonNode   *tf_json_text_read   (const char  *text,
                                 gssize       length,
                                 GError     **error);
JsonObject *tf_json_as_object   (JsonNode    *node);
JsonArray  *tf_json_as_array    (JsonNode    *node);
const char *tf_json_as_string   (JsonNode    *node);
gboolean    tf_json_as_int      (JsonNode    *node,
                                 gint64      *value);
JsonObject *tf_json_get_object  (JsonObject  *object,
                                 const char  *name);
JsonArray  *tf_json_get_array   (JsonObject  *object,
                                 const char  *name);
const char *tf_json_get_string  (JsonObject  *object,
                                 const char  *name);

G_END_DECLS
