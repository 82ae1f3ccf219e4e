#include "io/secrets/secrets.h"

#include <string.h>

#include "core/base/error.h"
#include "io/secrets/keyring.h"
#include "io/secrets/vault.h"

/* A name that is in the file counts: where a keyring answers, what is set leaves the file, so that what the file
 * has was set later, without the keyring. */

static GMutex mutex;
static char *given; /* under the mutex: the pass phrase that a person typed */

/**
 * tf_secret_free:
 * @secret: (nullable) (transfer full): what tf_secrets_get() gave
 *
 * Overwrites a secret and frees it.
 */
void
tf_secret_free (char *secret)
{
  if (secret != NULL)
    sodium_memzero (secret, strlen (secret));
  g_free (secret);
}

/**
 * tf_secrets_take_passphrase:
 * @passphrase: (nullable) (transfer full): what a person typed; %NULL forgets it
 *
 * Uses a pass phrase from now on, in place of the environment's %TF_SECRETS_PASSPHRASE.
 */
void
tf_secrets_take_passphrase (char *passphrase)
{
  g_mutex_lock (&mutex);
  tf_secret_free (given);
  given = passphrase;
  g_mutex_unlock (&mutex);
}

/* An empty one is none. */
static char *
copy_passphrase (void)
{
  const char *found;
  char *copy;

  g_mutex_lock (&mutex);
  found = given != NULL ? given : g_getenv (TF_SECRETS_PASSPHRASE);
  copy = found != NULL && *found != '\0' ? g_strdup (found) : NULL;
  g_mutex_unlock (&mutex);
  return copy;
}

static TfVault *
open_file (gboolean   change,
           GError   **error)
{
  char *passphrase = copy_passphrase ();
  TfVault *vault = tf_vault_open (change, passphrase, error);

  tf_secret_free (passphrase);
  return vault;
}

static gboolean
save_file (TfVault  *vault,
           GError  **error)
{
  char *passphrase = copy_passphrase ();
  gboolean done = tf_vault_save (vault, passphrase, error);

  tf_secret_free (passphrase);
  return done;
}

/**
 * tf_secrets_check_name:
 * @name: such as “webhook:anna”, “kraken”
 *
 * A name starts with a small letter or digit; more of these and of “: . _ -” may follow, %TF_SECRET_NAME_MAX in
 * all.
 *
 * Returns: whether it is one; %FALSE with %TF_ERROR_INVALID
 */
gboolean
tf_secrets_check_name (const char  *name,
                       GError     **error)
{
  gsize n = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789:._-");
  char quoted[TF_QUOTE_SIZE];

  if (n > 0 && n <= TF_SECRET_NAME_MAX && name[n] == '\0' && g_ascii_isalnum (*name))
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
               "name of a secret: found “%s”, expected 1 to %d of a-z 0-9 : . _ -, a letter or digit first",
               tf_error_quote (name, -1, quoted), TF_SECRET_NAME_MAX);
  return FALSE;
}

/* No message repeats a value. */
static gboolean
check_value (const char  *value,
             GError     **error)
{
  gsize length = strlen (value);

  if (length > 0 && length <= TF_SECRET_MAX && g_utf8_validate_len (value, length, NULL))
    return TRUE;
  if (length == 0 || length > TF_SECRET_MAX)
    g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "secret: found %" G_GSIZE_FORMAT " bytes, expected 1 to %d",
                 length, TF_SECRET_MAX);
  else
    g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID,
                         "secret: found bytes that are no text, expected UTF-8");
  return FALSE;
}

/**
 * tf_secrets_set:
 * @name: see tf_secrets_check_name()
 * @value: 1 to %TF_SECRET_MAX bytes of UTF-8
 *
 * Keeps a secret, in place of an older one of this name: in the desktop's keyring where one answers, else in
 * the encrypted file. May block.
 *
 * Returns: %FALSE with %TF_ERROR_INVALID, or as of tf_secrets_get()
 */
gboolean
tf_secrets_set (const char  *name,
                const char  *value,
                GError     **error)
{
  g_autoptr (TfKeyring) keyring = NULL;
  g_autoptr (TfVault) vault = NULL;

  g_return_val_if_fail (name != NULL && value != NULL, FALSE);

  if (!tf_secrets_check_name (name, error) || !check_value (value, error))
    return FALSE;
  keyring = tf_keyring_open ();
  if (keyring == NULL || tf_vault_find (NULL, NULL) != TF_SECRETS_FILE_NONE)
    {
      vault = open_file (TRUE, error);
      if (vault == NULL)
        return FALSE;
    }
  if (keyring == NULL)
    {
      g_tree_replace (vault->secrets, g_strdup (name), g_strdup (value));
      return save_file (vault, error);
    }
  return tf_keyring_set (keyring, name, value, error)
         && (vault == NULL || !g_tree_remove (vault->secrets, name) || save_file (vault, error));
}

/**
 * tf_secrets_get:
 *
 * May block.
 *
 * Returns: (transfer full): the secret, to be freed with tf_secret_free(). %NULL with %TF_ERROR_NOT_FOUND;
 *   %TF_ERROR_INVALID for a wrong or missing pass phrase; %TF_ERROR_MISMATCH for a file that was changed;
 *   %TF_ERROR_STORAGE or %TF_ERROR_VERSION
 */
char *
tf_secrets_get (const char  *name,
                GError     **error)
{
  g_autoptr (TfKeyring) keyring = NULL;
  g_autoptr (TfVault) vault = NULL;
  char *value = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  if (!tf_secrets_check_name (name, error) || (vault = open_file (FALSE, error)) == NULL)
    return NULL;
  value = g_strdup (g_tree_lookup (vault->secrets, name));
  if (value != NULL)
    return value;
  keyring = tf_keyring_open ();
  if (keyring != NULL && !tf_keyring_get (keyring, name, &value, error))
    return NULL;
  if (value == NULL)
    g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "found no secret “%s” in %s%s", name,
                 keyring != NULL ? "the keyring nor in " : "", vault->path);
  return value;
}

/**
 * tf_secrets_remove:
 *
 * Removes a secret wherever it is. May block.
 *
 * Returns: %FALSE with %TF_ERROR_NOT_FOUND, or as of tf_secrets_get()
 */
gboolean
tf_secrets_remove (const char  *name,
                   GError     **error)
{
  g_autoptr (TfKeyring) keyring = NULL;
  gboolean in_file = FALSE, in_keyring = FALSE;

  g_return_val_if_fail (name != NULL, FALSE);

  if (!tf_secrets_check_name (name, error))
    return FALSE;
  keyring = tf_keyring_open ();
  if (keyring != NULL && !tf_keyring_remove (keyring, name, &in_keyring, error))
    return FALSE;
  if (tf_vault_find (NULL, NULL) != TF_SECRETS_FILE_NONE)
    {
      g_autoptr (TfVault) vault = open_file (TRUE, error);

      if (vault == NULL)
        return FALSE;
      in_file = g_tree_remove (vault->secrets, name);
      if (in_file && !save_file (vault, error))
        return FALSE;
    }
  if (!in_file && !in_keyring)
    g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "found no secret “%s”, expected one to remove", name);
  return in_file || in_keyring;
}

static gboolean
add_name (gpointer name,
          gpointer value,
          gpointer data)
{
  g_ptr_array_add (data, g_strdup (name));
  return FALSE;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/**
 * tf_secrets_list:
 *
 * May block.
 *
 * Returns: (transfer full): the names, sorted, each once; %NULL as of tf_secrets_get()
 */
char **
tf_secrets_list (GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TfKeyring) keyring = NULL;
  g_autoptr (TfVault) vault = open_file (FALSE, error);
  GStrvBuilder *builder;
  char **list;

  if (vault == NULL)
    return NULL;
  g_tree_foreach (vault->secrets, add_name, names);
  keyring = tf_keyring_open ();
  if (keyring != NULL && !tf_keyring_list (keyring, names, error))
    return NULL;
  g_ptr_array_sort (names, compare_names);
  builder = g_strv_builder_new ();
  for (guint k = 0; k < names->len; k++)
    if (k == 0 || strcmp (names->pdata[k], names->pdata[k - 1]) != 0)
      g_strv_builder_add (builder, names->pdata[k]);
  list = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return list;
}

/**
 * tf_secrets_has_keyring:
 *
 * Whether a keyring answers, so that it gets what is set now. May block.
 */
gboolean
tf_secrets_has_keyring (void)
{
  g_autoptr (TfKeyring) keyring = tf_keyring_open ();

  return keyring != NULL;
}

/**
 * tf_secrets_find_file:
 * @path: (out) (optional): where the encrypted file is or would be
 * @key_path: (out) (optional): where its key is or would be
 *
 * Returns: how the file is encrypted, as its first bytes say
 */
TfSecretsFile
tf_secrets_find_file (char **path,
                      char **key_path)
{
  return tf_vault_find (path, key_path);
}
