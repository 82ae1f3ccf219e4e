#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The desktop's keyring: a Secret Service on the session bus. */
typedef struct _TfKeyring TfKeyring;

TfKeyring  *tf_keyring_open   (void);
void        tf_keyring_close  (TfKeyring   *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfKeyring, tf_keyring_close)

gboolean    tf_keyring_set    (TfKeyring   *self,
                               const char  *name,
                               const char  *value,
                               GError     **error);
gboolean    tf_keyring_get    (TfKeyring   *self,
                               const char  *name,
                               char       **value,
                               GError     **error);
gboolean    tf_keyring_remove (TfKeyring   *self,
                               const char  *name,
                               gboolean    *found,
                               GError     **error);
gboolean    tf_keyring_list   (TfKeyring   *self,
                               GPtrArray   *names,
                               GError     **error);

G_END_DECLS
