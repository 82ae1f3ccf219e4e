/* The file:
 *
 *   magic, version, form        10 bytes  “TFSECRET”, '1', 'k' (key file) or 'p' (pass phrase)
 *   salt                        16        of the pass phrase; random and unused with a key file
 *   nonce                       24        new each time the file is written
 *   name NUL value NUL …        + 16      XChaCha20-Poly1305, all of the above being authenticated with it
 *   BLAKE2b-256 of the above    32        tells damage from a wrong pass phrase, which are different news
 */
#include "io/secrets/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "core/base/error.h"

#define MAGIC "TFSECRET"
#define VERSION '1'
#define AT_VERSION 8
#define AT_FORM 9
#define AT_SALT 10
#define AT_NONCE (AT_SALT + TF_VAULT_SALT)
#define AT_BODY (AT_NONCE + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define SUM 32
#define SIZE_MIN (AT_BODY + TAG + SUM)

/* What Argon2id has to work for a key: about half a second, which who guesses pays for each guess. Numbers and
 * not libsodium's names for them, which may come to mean more one day: they are part of version 1. */
#define WORK_PASSES 3
#define WORK_MEMORY (256u * 1024 * 1024)

#define DURABLE (G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE)

/* Every message starts with the file that it is about. */
static gboolean fail (GError     **error,
                      TfError      code,
                      const char  *path,
                      const char  *format,
                      ...) G_GNUC_PRINTF (4, 5);

static gboolean
fail (GError     **error,
      TfError      code,
      const char  *path,
      const char  *format,
      ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, TF_ERROR, (int) code, "%s: %s", path, what);
  return FALSE;
}

static gboolean
fail_errno (const char  *path,
            const char  *expected,
            GError     **error)
{
  return fail (error, TF_ERROR_STORAGE, path, "found %s, expected %s", g_strerror (errno), expected);
}

/* GLib's messages name the file. */
static gboolean
fail_file (GError  *why,
           GError **error)
{
  g_set_error_literal (error, TF_ERROR, TF_ERROR_STORAGE, why->message);
  g_error_free (why);
  return FALSE;
}

static int
compare_names (gconstpointer a,
               gconstpointer b,
               gpointer      data)
{
  return strcmp (a, b);
}

static TfVault *
vault_new (void)
{
  TfVault *self = g_new0 (TfVault, 1);

  self->folder = g_build_filename (g_get_user_data_dir (), "tradefollow", "secrets", NULL);
  self->path = g_build_filename (self->folder, "store", NULL);
  self->key_path = g_build_filename (self->folder, "key", NULL);
  self->lock = -1;
  self->secrets = g_tree_new_full (compare_names, NULL, g_free, (GDestroyNotify) tf_secret_free);
  return self;
}

/**
 * tf_vault_close:
 *
 * Forgets the secrets and lets others in.
 */
void
tf_vault_close (TfVault *self)
{
  if (self->lock >= 0)
    close (self->lock);
  sodium_memzero (self->key, sizeof self->key);
  g_tree_unref (self->secrets);
  g_free (self->folder);
  g_free (self->path);
  g_free (self->key_path);
  g_free (self);
}

/* The folder itself is the lock: nothing is left behind, and the kernel lets go when the process ends, however it
 * ends. */
static gboolean
lock_folder (TfVault  *self,
             gboolean  change,
             GError  **error)
{
  if (change && g_mkdir_with_parents (self->folder, 0700) != 0)
    return fail_errno (self->folder, "a folder that can be made", error);
  self->lock = open (self->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (self->lock < 0)
    return (errno == ENOENT && !change) || fail_errno (self->folder, "a folder that can be read", error);
  if (change && fchmod (self->lock, 0700) != 0)
    return fail_errno (self->folder, "a folder of one's own", error);
  while (flock (self->lock, change ? LOCK_EX : LOCK_SH) != 0)
    if (errno != EINTR)
      return fail_errno (self->folder, "a folder that can be locked", error);
  return TRUE;
}

static gboolean
derive_key (TfVault     *self,
            const char  *passphrase,
            GError     **error)
{
  if (crypto_pwhash_argon2id (self->key, sizeof self->key, passphrase, strlen (passphrase), self->salt,
                              WORK_PASSES, WORK_MEMORY, crypto_pwhash_ALG_ARGON2ID13) == 0)
    return TRUE;
  return fail (error, TF_ERROR_STORAGE, self->path, "found too little memory, expected %u MiB to try a pass phrase",
               WORK_MEMORY / (1024 * 1024));
}

/* A key that others can read protects nothing, so it is not used as if it did. */
static gboolean
read_key (TfVault   *self,
          gboolean  *missing,
          GError   **error)
{
  int fd = open (self->key_path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  gssize n;

  if (missing != NULL)
    *missing = fd < 0 && errno == ENOENT;
  if (fd < 0)
    return fail_errno (self->key_path, "the key of the secrets", error);
  if (fstat (fd, &about) != 0 || (n = read (fd, self->key, sizeof self->key)) < 0)
    {
      fail_errno (self->key_path, "a key that can be read", error);
      close (fd);
      return FALSE;
    }
  close (fd);
  if ((about.st_mode & 077) != 0)
    return fail (error, TF_ERROR_STORAGE, self->key_path, "found mode %o, expected 600: others could read the key",
                 about.st_mode & 0777);
  if (n != sizeof self->key || about.st_size != n)
    return fail (error, TF_ERROR_MISMATCH, self->key_path, "found %" G_GINT64_FORMAT " bytes, expected a key of %u",
                 (gint64) about.st_size, (guint) sizeof self->key);
  return TRUE;
}

static gboolean
check_file (TfVault       *self,
            const guint8  *file,
            gsize          length,
            GError       **error)
{
  guint8 sum[SUM];

  if (length < SIZE_MIN || memcmp (file, MAGIC, AT_VERSION) != 0)
    return fail (error, TF_ERROR_MISMATCH, self->path, "found something else, expected encrypted secrets");
  crypto_generichash (sum, SUM, file, length - SUM, NULL, 0);
  if (memcmp (sum, file + length - SUM, SUM) != 0)
    return fail (error, TF_ERROR_MISMATCH, self->path, "found it changed or damaged, expected it as it was written");
  if (file[AT_VERSION] == VERSION
      && (file[AT_FORM] == TF_SECRETS_FILE_KEY || file[AT_FORM] == TF_SECRETS_FILE_PASSPHRASE))
    return TRUE;
  return fail (error, TF_ERROR_VERSION, self->path, "found version %c%c, expected one of this program",
               g_ascii_isgraph (file[AT_VERSION]) ? file[AT_VERSION] : '?',
               g_ascii_isgraph (file[AT_FORM]) ? file[AT_FORM] : '?');
}

static gboolean
fill_secrets (TfVault     *self,
              const char  *plain,
              gsize        length,
              GError     **error)
{
  const char *end = plain + length, *name = plain;

  while (name < end && end[-1] == '\0')
    {
      const char *value = name + strlen (name) + 1;

      if (value >= end)
        break;
      g_tree_insert (self->secrets, g_strdup (name), g_strdup (value));
      name = value + strlen (value) + 1;
    }
  return name == end
         || fail (error, TF_ERROR_VERSION, self->path, "found another list than this program makes");
}

static gboolean
decrypt (TfVault       *self,
         const guint8  *file,
         gsize          length,
         GError       **error)
{
  gsize n = length - AT_BODY - SUM;
  char *plain = g_malloc (n);
  gboolean good;

  if (crypto_aead_xchacha20poly1305_ietf_decrypt ((guint8 *) plain, NULL, NULL, file + AT_BODY, n, file,
                                                  AT_BODY, file + AT_NONCE, self->key) == 0)
    good = fill_secrets (self, plain, n - TAG, error);
  else if (self->form == TF_SECRETS_FILE_PASSPHRASE)
    good = fail (error, TF_ERROR_INVALID, self->path, "found a wrong pass phrase, expected that it was made with");
  else
    good = fail (error, TF_ERROR_MISMATCH, self->path, "found another key in %s than it was made with",
                 self->key_path);
  sodium_memzero (plain, n);
  g_free (plain);
  return good;
}

static gboolean
load (TfVault     *self,
      const char  *passphrase,
      GError     **error)
{
  g_autofree char *text = NULL;
  const guint8 *file;
  GError *why = NULL;
  gsize length;

  if (!g_file_get_contents (self->path, &text, &length, &why))
    {
      if (!g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return fail_file (why, error);
      g_error_free (why);
      return TRUE;
    }
  file = (const guint8 *) text;
  if (!check_file (self, file, length, error))
    return FALSE;
  self->form = (TfSecretsFile) file[AT_FORM];
  memcpy (self->salt, file + AT_SALT, sizeof self->salt);
  if (self->form == TF_SECRETS_FILE_KEY)
    return read_key (self, NULL, error) && decrypt (self, file, length, error);
  if (passphrase == NULL)
    return fail (error, TF_ERROR_INVALID, self->path, "found no pass phrase, expected it in %s",
                 TF_SECRETS_PASSPHRASE);
  return derive_key (self, passphrase, error) && decrypt (self, file, length, error);
}

/**
 * tf_vault_open:
 * @change: whether it will be saved: then nobody else has it open meanwhile
 * @passphrase: (nullable): for a file that needs one
 *
 * Waits until nobody changes the file, and decrypts it. Where there is none the result is empty. May block.
 *
 * Returns: (transfer full): %NULL with %TF_ERROR_STORAGE, %TF_ERROR_MISMATCH for a file or key that was
 *   changed, %TF_ERROR_INVALID for a missing or wrong pass phrase, %TF_ERROR_VERSION. The message names the file
 */
TfVault *
tf_vault_open (gboolean     change,
               const char  *passphrase,
               GError     **error)
{
  g_autoptr (TfVault) self = vault_new ();

  if (sodium_init () < 0)
    {
      fail (error, TF_ERROR_STORAGE, "libsodium", "found no source of randomness, expected one");
      return NULL;
    }
  if (!lock_folder (self, change, error) || (self->lock >= 0 && !load (self, passphrase, error)))
    return NULL;
  return g_steal_pointer (&self);
}

/* The key of what is about to be written. A pass phrase moves a file with a key file to it; there is no way back
 * but to remove all secrets. */
static gboolean
choose_key (TfVault     *self,
            const char  *passphrase,
            GError     **error)
{
  GError *why = NULL;
  gboolean missing;

  if (self->form == TF_SECRETS_FILE_PASSPHRASE || (self->form == TF_SECRETS_FILE_KEY && passphrase == NULL))
    return TRUE;
  randombytes_buf (self->salt, sizeof self->salt);
  if (passphrase != NULL)
    {
      self->form = TF_SECRETS_FILE_PASSPHRASE;
      return derive_key (self, passphrase, error);
    }

  /* A key without its file stays in use: a copy of that file may be somewhere. */
  self->form = TF_SECRETS_FILE_KEY;
  if (read_key (self, &missing, &why))
    return TRUE;
  if (!missing)
    {
      g_propagate_error (error, why);
      return FALSE;
    }
  g_clear_error (&why);
  randombytes_buf (self->key, sizeof self->key);
  return g_file_set_contents_full (self->key_path, (const char *) self->key, sizeof self->key, DURABLE, 0600,
                                   &why)
         || fail_file (why, error);
}

static gboolean
remove_file (TfVault     *self,
             const char  *path,
             GError     **error)
{
  if (g_unlink (path) != 0 && errno != ENOENT)
    return fail_errno (path, "a file that can be removed", error);
  return fsync (self->lock) == 0 || fail_errno (self->folder, "a folder that can be written", error);
}

static gboolean
add_length (gpointer name,
            gpointer value,
            gpointer data)
{
  *(gsize *) data += strlen (name) + 1 + strlen (value) + 1;
  return FALSE;
}

static gboolean
add_secret (gpointer name,
            gpointer value,
            gpointer data)
{
  char **to = data;

  *to = stpcpy (stpcpy (*to, name) + 1, value) + 1;
  return FALSE;
}

/**
 * tf_vault_save:
 * @self: opened for a change
 * @passphrase: (nullable): what the file needs from now on; %NULL leaves it as it is, a new one gets a key file
 *
 * Replaces the file at once and durably. Without secrets there is no file, nor a key. May block.
 *
 * Returns: %FALSE with %TF_ERROR_STORAGE, and the old file as it was
 */
gboolean
tf_vault_save (TfVault     *self,
               const char  *passphrase,
               GError     **error)
{
  g_autofree guint8 *file = NULL;
  gsize n = 0, length;
  char *plain, *to;
  GError *why = NULL;

  if (g_tree_nnodes (self->secrets) == 0)
    return remove_file (self, self->path, error) && remove_file (self, self->key_path, error);
  if (!choose_key (self, passphrase, error))
    return FALSE;

  g_tree_foreach (self->secrets, add_length, &n);
  to = plain = g_malloc (n);
  g_tree_foreach (self->secrets, add_secret, &to);
  length = AT_BODY + n + TAG + SUM;
  file = g_malloc (length);
  memcpy (file, MAGIC, AT_VERSION);
  file[AT_VERSION] = VERSION;
  file[AT_FORM] = (guint8) self->form;
  memcpy (file + AT_SALT, self->salt, sizeof self->salt);
  randombytes_buf (file + AT_NONCE, AT_BODY - AT_NONCE);
  crypto_aead_xchacha20poly1305_ietf_encrypt (file + AT_BODY, NULL, (const guint8 *) plain, n, file, AT_BODY,
                                              NULL, file + AT_NONCE, self->key);
  sodium_memzero (plain, n);
  g_free (plain);
  crypto_generichash (file + length - SUM, SUM, file, length - SUM, NULL, 0);
  if (!g_file_set_contents_full (self->path, (const char *) file, (gssize) length, DURABLE, 0600, &why))
    return fail_file (why, error);
  return self->form == TF_SECRETS_FILE_KEY || remove_file (self, self->key_path, error);
}

/**
 * tf_vault_find:
 * @path: (out) (optional): where the file is or would be
 * @key_path: (out) (optional): where its key is or would be
 *
 * Looks at the first bytes of the file and believes them.
 *
 * Returns: how it is encrypted
 */
TfSecretsFile
tf_vault_find (char **path,
               char **key_path)
{
  g_autoptr (TfVault) self = vault_new ();
  char head[AT_SALT] = "";
  int fd = open (self->path, O_RDONLY | O_CLOEXEC);
  TfSecretsFile form = TF_SECRETS_FILE_NONE;

  /* One that is not as it should be is there nevertheless: opening it will say what is wrong. */
  if (fd >= 0 || errno != ENOENT)
    form = fd >= 0 && read (fd, head, sizeof head) == sizeof head
           && head[AT_FORM] == TF_SECRETS_FILE_PASSPHRASE
           ? TF_SECRETS_FILE_PASSPHRASE : TF_SECRETS_FILE_KEY;
  if (fd >= 0)
    close (fd);
  if (path != NULL)
    *path = g_steal_pointer (&self->path);
  if (key_path != NULL)
    *key_path = g_steal_pointer (&self->key_path);
  return form;
}
