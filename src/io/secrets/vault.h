#pragma once

#include <sodium.h>

#include "io/secrets/secrets.h"

G_BEGIN_DECLS

#define TF_VAULT_KEY  crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define TF_VAULT_SALT crypto_pwhash_argon2id_SALTBYTES

/* The encrypted file, open: its secrets in memory, its folder locked for who wants to change it and, while it is to
 * be changed, for who wants to read it. Belongs to one thread. */
typedef struct
{
  char          *folder, *path, *key_path;
  int            lock;                /* the folder; -1 where there is none */
  TfSecretsFile  form;
  guint8         salt[TF_VAULT_SALT]; /* of the pass phrase */
  guint8         key[TF_VAULT_KEY];
  GTree         *secrets;             /* name → value; save what you change */
} TfVault;

TfSecretsFile   tf_vault_find   (char       **path,
                                 char       **key_path);
TfVault        *tf_vault_open   (gboolean     change,
                                 const char  *passphrase,
                                 GError     **error);
gboolean        tf_vault_save   (TfVault     *self,
                                 const char  *passphrase,
                                 GError     **error);
void            tf_vault_close  (TfVault     *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfVault, tf_vault_close)

G_END_DECLS
