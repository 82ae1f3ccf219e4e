#pragma once

#include <libsoup/soup.h>

#include "core/base/time.h"
#include "io/feeds/fault.h"

G_BEGIN_DECLS

/* What all listeners of a played venue have in common */
typedef struct
{
  TfTime  first;  /* time of the recording … */
  TfTime  shift;  /* … and what is added to all times that are told */
  guint64 sent;   /* messages */
} TfBroadcast;

/* One client of a played venue: what it wants, what it is told, and what goes wrong on the way there. */
typedef struct
{
  SoupWebsocketConnection *stream;
  int                      fd;
  gpointer                 owner;
  TfBroadcast             *broadcast;
  GHashTable              *subscribed; /* venue's name → channels */
  GPtrArray               *snapshots;  /* of char *: books that the answered command asks for */
  guint64                  sequence;   /* Coinbase numbers the messages of a connection */
  gboolean                 muted;
  gint64                   late_until, flush_at, twice_until; /* monotonic µs */
  GQueue                   late;       /* of char * */
  char                    *swapped;
  guint                    lose;
  guint                    mangle;     /* bits of TfFault, for the next message with news */
} TfListener;

TfListener *tf_listener_new      (SoupWebsocketConnection *stream,
                                  int                      fd,
                                  TfBroadcast             *broadcast,
                                  gpointer                 owner);
void        tf_listener_free     (TfListener              *self);
guint       tf_listener_subscribe(TfListener              *self,
                                  const char              *name,
                                  guint                    channels,
                                  gboolean                 on);
gboolean    tf_listener_listens  (const TfListener        *self);
gboolean    tf_listener_wants    (const TfListener        *self,
                                  const char              *name,
                                  guint                    channels);
void        tf_listener_say      (TfListener              *self,
                                  const char              *text);
void        tf_listener_deliver  (TfListener              *self,
                                  const char              *bytes,
                                  gsize                    length,
                                  gboolean                 news);
void        tf_listener_flush    (TfListener              *self);
void        tf_listener_fault    (TfListener              *self,
                                  TfFault                  fault,
                                  gint64                   pause_us);

G_END_DECLS
