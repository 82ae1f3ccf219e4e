#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The dialogs that newer GTK does otherwise, so that a port touches this file only. Callbacks are dropped when @owner is gone by
 * then, and not called when the person cancels. */

typedef void (*TfFilesFunc)  (GtkWidget  *owner,
                              GListModel *files);
typedef void (*TfFileFunc)   (GtkWidget  *owner,
                              GFile      *file);
typedef void (*TfAnswerFunc) (GtkWidget  *owner);

/* @patterns: (nullable) (array zero-terminated=1): "*.csv" */
void        tf_dialog_open   (GtkWidget         *owner,
                              const char        *title,
                              const char        *filter,
                              const char *const *patterns,
                              TfFilesFunc        done);
void        tf_dialog_save   (GtkWidget         *owner,
                              const char        *title,
                              const char        *name,
                              TfFileFunc         done);
/* @answer: the verb of the button that does it. */
void        tf_dialog_ask    (GtkWidget         *owner,
                              const char        *heading,
                              const char        *body,
                              const char        *answer,
                              gboolean           destructive,
                              TfAnswerFunc       done);

G_END_DECLS
