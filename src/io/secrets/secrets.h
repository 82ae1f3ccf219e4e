#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TF_SECRET_NAME_MAX 64   /* characters */
#define TF_SECRET_MAX      4096 /* bytes of a value */

/* The environment: a pass phrase for the file, and “no” for “leave the desktop's keyring alone”. */
#define TF_SECRETS_PASSPHRASE "TRADEFOLLOW_PASSPHRASE"
#define TF_SECRETS_KEYRING    "TRADEFOLLOW_KEYRING"

/**
 * TfSecretsFile:
 * @TF_SECRETS_FILE_NONE: there is none
 * @TF_SECRETS_FILE_KEY: encrypted under a random key in a file beside it. Protects against other users, and
 *   against who gets hold of a copy of one of the two; not against who reads the whole home folder
 * @TF_SECRETS_FILE_PASSPHRASE: encrypted under a pass phrase that is kept nowhere
 *
 * How the encrypted file is made, for systems without a keyring.
 */
typedef enum
{
  TF_SECRETS_FILE_NONE,
  TF_SECRETS_FILE_KEY = 'k',
  TF_SECRETS_FILE_PASSPHRASE = 'p',
} TfSecretsFile;

/* Secrets by name. All of these may block (disk, a keyring that asks its owner, a pass phrase that takes half a
 * second to try): never on the main thread. Any thread may call them, and any number of processes. */
gboolean        tf_secrets_set                  (const char  *name,
                                                 const char  *value,
                                                 GError     **error);
char           *tf_secrets_get                  (const char  *name,
                                                 GError     **error);
gboolean        tf_secrets_remove               (const char  *name,
                                                 GError     **error);
char          **tf_secrets_list                 (GError     **error);
void            tf_secret_free                  (char        *secret);

/* Where they are */
gboolean        tf_secrets_has_keyring          (void);
TfSecretsFile   tf_secrets_find_file            (char       **path,
                                                 char       **key_path);

/* These two do not block. */
gboolean        tf_secrets_check_name           (const char  *name,
                                                 GError     **error);
void            tf_secrets_take_passphrase      (char        *passphrase);

G_END_DECLS
