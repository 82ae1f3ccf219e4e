#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TF_TAIL_LINE_MAX 65536 /* bytes; what is longer is no signal */

/* What another program appends to a file, line by line: through truncation, rotation and its absence. */
typedef struct _TfTail TfTail;

/* @line: without its end; NULL: it was longer than %TF_TAIL_LINE_MAX. @number: counted from 1 */
typedef void (*TfTailFunc) (const char *line,
                            gsize       length,
                            guint64     number,
                            gpointer    data);

TfTail     *tf_tail_new         (const char  *path,
                                 gboolean     from_end);
void        tf_tail_free        (TfTail      *self);
gboolean    tf_tail_read        (TfTail      *self,
                                 TfTailFunc   callback,
                                 gpointer     data,
                                 gboolean    *more,
                                 GError     **error);
const char *tf_tail_get_name    (TfTail      *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfTail, tf_tail_free)

G_END_DECLS
