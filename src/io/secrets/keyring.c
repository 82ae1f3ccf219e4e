#include "io/secrets/keyring.h"

#include <string.h>

#include <libsecret/secret.h>

#include "core/base/error.h"
#include "io/secrets/secrets.h"

/* Items of ours, and what they are known by. The name of the schema is stored with each: it stays. */
static const SecretSchema schema = {
  "io.github.tradefollow.TradeFollow.Secret", SECRET_SCHEMA_NONE,
  { { "name", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

/**
 * tf_keyring_open:
 *
 * Asks for a session, which is more than a name on the bus: the service has to answer. May block.
 *
 * Returns: (transfer full) (nullable): %NULL where no service answers, or %TF_SECRETS_KEYRING says not to ask
 */
TfKeyring *
tf_keyring_open (void)
{
  if (g_strcmp0 (g_getenv (TF_SECRETS_KEYRING), "no") == 0)
    return NULL;
  return (TfKeyring *) secret_service_get_sync (SECRET_SERVICE_OPEN_SESSION, NULL, NULL);
}

/**
 * tf_keyring_close:
 */
void
tf_keyring_close (TfKeyring *self)
{
  g_object_unref (self);
}

static GHashTable *
attributes_of (const char *name)
{
  GHashTable *attributes = g_hash_table_new (g_str_hash, g_str_equal);

  if (name != NULL)
    g_hash_table_insert (attributes, (gpointer) "name", (gpointer) name);
  return attributes;
}

static GList *
find_items (TfKeyring         *self,
            const char        *name,
            SecretSearchFlags  flags,
            GError           **error)
{
  g_autoptr (GHashTable) attributes = attributes_of (name);

  return secret_service_search_sync (SECRET_SERVICE (self), &schema, attributes, flags, NULL, error);
}

static void
free_items (GList *items)
{
  g_list_free_full (items, g_object_unref);
}

/* A D-Bus error says which peer it came from; people need the rest. */
static gboolean
fail (const char  *what,
      GError      *why,
      GError     **error)
{
  if (why != NULL)
    g_dbus_error_strip_remote_error (why);
  g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "keyring: %s: found %s", what,
               why != NULL ? why->message : "it locked, expected its owner to unlock it");
  g_clear_error (&why);
  return FALSE;
}

/**
 * tf_keyring_set:
 * @name: a name that was checked
 *
 * Stores a secret or replaces it; the keyring may ask its owner first.
 *
 * Returns: %FALSE with %TF_ERROR_STORAGE
 */
gboolean
tf_keyring_set (TfKeyring   *self,
                const char  *name,
                const char  *value,
                GError     **error)
{
  g_autoptr (GHashTable) attributes = attributes_of (name);
  g_autofree char *label = g_strconcat ("Trade Following: ", name, NULL);
  SecretValue *secret = secret_value_new (value, -1, "text/plain");
  GError *why = NULL;
  gboolean done;

  done = secret_service_store_sync (SECRET_SERVICE (self), &schema, attributes, SECRET_COLLECTION_DEFAULT, label,
                                    secret, NULL, &why);
  secret_value_unref (secret);
  return done || fail (name, why, error);
}

/**
 * tf_keyring_get:
 * @value: (out) (nullable): the secret, %NULL where there is none; to be freed with tf_secret_free()
 *
 * Returns: %FALSE with %TF_ERROR_STORAGE; a keyring that stays locked is one
 */
gboolean
tf_keyring_get (TfKeyring   *self,
                const char  *name,
                char       **value,
                GError     **error)
{
  GError *why = NULL;
  GList *items = find_items (self, name, SECRET_SEARCH_UNLOCK | SECRET_SEARCH_LOAD_SECRETS, &why);
  SecretValue *secret = items != NULL ? secret_item_get_secret (items->data) : NULL;
  const char *text = secret != NULL ? secret_value_get_text (secret) : NULL;
  gboolean exists = items != NULL;

  *value = g_strdup (text);
  g_clear_pointer (&secret, secret_value_unref);
  free_items (items);
  if (why != NULL || (exists && *value == NULL))
    return fail (name, why, error);
  return TRUE;
}

/**
 * tf_keyring_remove:
 * @found: (out): whether there was one
 *
 * Returns: %FALSE with %TF_ERROR_STORAGE
 */
gboolean
tf_keyring_remove (TfKeyring   *self,
                   const char  *name,
                   gboolean    *found,
                   GError     **error)
{
  g_autoptr (GHashTable) attributes = attributes_of (name);
  GError *why = NULL;
  GList *items = find_items (self, name, SECRET_SEARCH_NONE, &why);

  *found = items != NULL;
  free_items (items);
  if (why != NULL)
    return fail (name, why, error);
  if (*found && !secret_service_clear_sync (SECRET_SERVICE (self), &schema, attributes, NULL, &why))
    return fail (name, why, error);
  return TRUE;
}

/**
 * tf_keyring_list:
 * @names: (element-type utf8): where the names go, each as a new string
 *
 * Names are readable in a locked keyring too.
 *
 * Returns: %FALSE with %TF_ERROR_STORAGE
 */
gboolean
tf_keyring_list (TfKeyring   *self,
                 GPtrArray   *names,
                 GError     **error)
{
  GError *why = NULL;
  GList *items = find_items (self, NULL, SECRET_SEARCH_ALL, &why);

  for (GList *l = items; l != NULL; l = l->next)
    {
      g_autoptr (GHashTable) attributes = secret_item_get_attributes (l->data);
      const char *name = g_hash_table_lookup (attributes, "name");

      if (name != NULL)
        g_ptr_array_add (names, g_strdup (name));
    }
  free_items (items);
  return why == NULL || fail ("its names", why, error);
}
