#pragma once

#include <libsoup/soup.h>

#include "io/feeds/venue.h"

G_BEGIN_DECLS

/* All on the asker's thread. */
typedef struct
{
  /* A question waits for its turn. */
  void     (*asked)    (const TfFetch *fetch,
                        gpointer       data);
  /* A page came for the request @path; @fetch is to be moved on to the next. FALSE when it cannot be read. */
  gboolean (*answered) (TfFetch       *fetch,
                        const char    *path,
                        const char    *text,
                        gsize          length,
                        gpointer       data);
  /* Its last word. */
  void     (*finished) (const TfFetch *fetch,
                        gboolean       asked_for, /* as tf_asker_ask() was told */
                        const char    *why,       /* (nullable): there is no answer, or no more of it */
                        gpointer       data);
} TfAskerEvents;

/* Asks a venue over REST: one question after the other, each with all its pages, at the venue's pace, and again where an
 * answer does not come. */
typedef struct _TfAsker TfAsker;

TfAsker  *tf_asker_new        (const TfVenue       *venue,
                               const char          *rest,
                               SoupSession         *session,
                               const TfAskerEvents *events,
                               gpointer             data);
void      tf_asker_free       (TfAsker             *self);
void      tf_asker_ask        (TfAsker             *self,
                               const TfFetch       *fetch,
                               gboolean             asked_for,
                               gboolean             first);
gboolean  tf_asker_asks       (const TfAsker       *self,
                               TfFetchKind          kind,
                               const char          *name);
void      tf_asker_set_open   (TfAsker             *self,
                               gboolean             open);
void      tf_asker_stop       (TfAsker             *self);
guint     tf_asker_get_errors (const TfAsker       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfAsker, tf_asker_free)

G_END_DECLS
