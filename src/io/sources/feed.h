#pragma once

#include "core/base/time.h"

G_BEGIN_DECLS

#define TF_FEED_BYTES_MAX (4 * 1024 * 1024)
#define TF_FEED_ITEMS_MAX 500

/* One post, video or episode, in plain text. */
typedef struct
{
  char  *id;        /* its guid or Atom id, else its link; not NULL */
  char  *text;      /* title, empty line, content */
  char  *raw;       /* its XML */
  TfTime published; /* 0: not told, or not to be understood */
} TfFeedItem;

/* An RSS or Atom document, read. */
typedef struct
{
  char      *title;
  guint      ttl_s; /* how long it asks to be left alone; 0: not said */
  GPtrArray *items; /* of TfFeedItem, in the order of the document; those without any identity are left out */
} TfFeedDocument;

TfFeedDocument *tf_feed_document_read   (const char      *bytes,
                                         gsize            length,
                                         GError         **error);
void            tf_feed_document_free   (TfFeedDocument  *self);
char           *tf_feed_text_of_html    (const char      *html);
gboolean        tf_feed_time_parse      (const char      *text,
                                         TfTime          *time);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfFeedDocument, tf_feed_document_free)

G_END_DECLS
