#pragma once

#include "core/market/instrument.h"
#include "io/feeds/intake.h"

G_BEGIN_DECLS

/* What a recording says of the session that it holds. */
typedef struct
{
  const TfVenue *venue;
  gboolean       noted;    /* what follows is known; else somebody else's tool made the recording */
  TfTime         interval; /* of the bars */
  guint64        seed;
  GPtrArray     *names;    /* of the markets, in the order of the instruments */
  GArray        *rules;    /* of TfInstrument: tick, lot and smallest order, as the venue told them */
  gint64         events;   /* that came before, in earlier sessions of the same run */
} TfRecordedSession;

TfRecordedSession *tf_recorded_session_read   (const char              *path,
                                               GError                 **error);
void               tf_recorded_session_free   (TfRecordedSession       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfRecordedSession, tf_recorded_session_free)

/* A recorded session as a source of events: the very ones that the session had. */
TfEventSource     *tf_replayer_new            (const char              *path,
                                               const TfRecordedSession *session,
                                               const TfMarket          *markets,
                                               guint                    n_markets,
                                               TfTime                   interval,
                                               GError                 **error);

G_END_DECLS
