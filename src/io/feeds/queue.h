#pragma once

#include "core/market/event.h"

G_BEGIN_DECLS

/* What a queue has seen so far. */
typedef struct
{
  guint64 pushed, popped;
  guint64 conflated; /* quotes replaced by a newer one before anybody took them */
  guint64 blocked;   /* pushes that had to wait for room */
  guint   waiting;   /* now */
  guint   deepest;
} TfEventQueueFigures;

/* Events on their way from many threads to one, in order, in bounded memory. */
typedef struct _TfEventQueue TfEventQueue;

TfEventQueue *tf_event_queue_new        (guint                capacity,
                                         guint                n_instruments);
TfEventQueue *tf_event_queue_ref        (TfEventQueue        *self);
void          tf_event_queue_unref      (TfEventQueue        *self);
gboolean      tf_event_queue_push       (TfEventQueue        *self,
                                         const TfEvent       *event);
guint         tf_event_queue_pop        (TfEventQueue        *self,
                                         TfEvent             *events,
                                         guint                max,
                                         gint64               timeout_us);
void          tf_event_queue_wake       (TfEventQueue        *self);
void          tf_event_queue_close      (TfEventQueue        *self);
void          tf_event_queue_get_figures(TfEventQueue        *self,
                                         TfEventQueueFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfEventQueue, tf_event_queue_unref)

G_END_DECLS
