#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The engine's state: blocks of plain data without pointers, registered once, so that a checkpoint is one copy out and
 * a restore one copy in. */
typedef struct _TfArena TfArena;

TfArena    *tf_arena_new            (void);
void        tf_arena_free           (TfArena      *self);
gpointer    tf_arena_alloc          (TfArena      *self,
                                     gsize         size);
GArray     *tf_arena_array          (TfArena      *self,
                                     guint         element_size);
void        tf_arena_save           (TfArena      *self,
                                     GByteArray   *out);
gboolean    tf_arena_restore        (TfArena      *self,
                                     const guint8 *data,
                                     gsize         size,
                                     GError      **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfArena, tf_arena_free)

G_END_DECLS
