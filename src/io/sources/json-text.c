#include "io/sources/json-text.h"

#include <string.h>

#include "core/base/error.h"

/* json-glib goes into each bracket by a call of its own: some 100,000 of them end the stack. It also takes
 * comments, in which a quote could hide brackets from this look, so a character that is none of JSON's ends
 * it, too. */
static gboolean
is_shallow (const char *text,
            gsize       length)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
        }
      else if (c == '"')
        in_string = TRUE;
      else if ((c == '{' || c == '[') && ++depth > TF_JSON_DEPTH)
        return FALSE;
      else if ((c == '}' || c == ']') && depth > 0)
        depth--;
      else if (!g_ascii_isalnum (c) && strchr ("{}[],:+-. \t\r\n", c) == NULL)
        return FALSE;
    }
  return TRUE;
}

/**
 * tf_json_text_read:
 * @length: bytes of @text, or -1 when it ends with a NUL
 *
 * Returns: (transfer full): the root; %NULL with %TF_ERROR_INVALID
 */
JsonNode *
tf_json_text_read (const char *text,
                   gssize      length,
                   GError    **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) failure = NULL;
  gsize n = length >= 0 ? (gsize) length : strlen (text);
  JsonNode *root;

  if (!g_utf8_validate (text, (gssize) n, NULL))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found bytes that are not UTF-8, expected JSON");
      return NULL;
    }
  if (!is_shallow (text, n))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found no JSON, or nested deeper than %d", TF_JSON_DEPTH);
      return NULL;
    }
  if (!json_parser_load_from_data (parser, text, (gssize) n, &failure))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found no JSON: %s", failure->message);
      return NULL;
    }
  root = json_parser_steal_root (parser);
  if (root == NULL)
    g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found nothing, expected JSON");
  return root;
}

JsonObject *
tf_json_as_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
tf_json_as_array (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

const char *
tf_json_as_string (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
    ? json_node_get_string (node) : NULL;
}

gboolean
tf_json_as_int (JsonNode *node,
                gint64   *value)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *value = json_node_get_int (node);
  return TRUE;
}

JsonObject *
tf_json_get_object (JsonObject *object,
                    const char *name)
{
  return object != NULL ? tf_json_as_object (json_object_get_member (object, name)) : NULL;
}

JsonArray *
tf_json_get_array (JsonObject *object,
                   const char *name)
{
  return object != NULL ? tf_json_as_array (json_object_get_member (object, name)) : NULL;
}

const char *
tf_json_get_string (JsonObject *object,
                    const char *name)
{
  return object != NULL ? tf_json_as_string (json_object_get_member (object, name)) : NULL;
}
