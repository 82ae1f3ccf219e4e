#pragma once

#include "core/market/event.h"
#include "io/feeds/recorder.h"
#include "io/feeds/venue.h"

G_BEGIN_DECLS

/* What is listened to, and which instrument of the engine it is. */
typedef struct
{
  char   name[TF_SYMBOL_SIZE]; /* at the venue, normalised: “BTC-USD” */
  gint   instrument;
  guint  channels;             /* TfChannels */
} TfMarket;

#define TF_MARKET_NONE G_MAXUINT

/* What an intake tells. All but @event may be NULL; a recording that is played needs no more. */
typedef struct
{
  void (*event)  (const TfEvent     *event,
                  gpointer           data);
  /* A book (code as in TfNoteCode) or, with TF_NOTE_TRADES, trades after the id @after are missing. */
  void (*resync) (guint              market, /* TF_MARKET_NONE: all of them */
                  TfNoteCode         code,
                  gint64             after,
                  gpointer           data);
  /* All else that the venue says: acknowledgements, status, fills, middle prices, instruments. */
  void (*other)  (const TfFeedEvent *event,
                  const char        *name,   /* (nullable): of its symbol */
                  gpointer           data);
} TfIntakeEvents;

typedef struct
{
  guint64 messages, errors;
  guint64 trades, quotes, candles; /* told */
  guint64 duplicates;              /* not told again */
  guint64 reconstructed;           /* trades and candles that came late */
  guint64 gaps, checksums_bad, crossed;
  TfTime  offset;                  /* received − venue's time, the least within a minute: clock skew and way; 0: unknown */
  TfTime  latency_p50, latency_p99; /* above that; 0: unknown */
  TfTime  last;                    /* message */
} TfIntakeFigures;

/* Notes: what who listens has to say, too. Without any, all that is heard is told. */
#define TF_INTAKE_SESSION "session" /* “session interval seed market…”: nothing is told yet */
#define TF_INTAKE_HISTORY "history" /* “history until”: what comes is held; candles that closed by then are history */
#define TF_INTAKE_MISSED  "missed"  /* “missed until events time”: they are what came after an earlier session, which got to there */
#define TF_INTAKE_LIVE    "live"    /* what was held is told in order, and from now on all at once */
#define TF_INTAKE_TIMER   "timer"   /* time has passed */
#define TF_INTAKE_SIGNAL  "signal"  /* a trader's, with tf_event_to_text() */
#define TF_INTAKE_NOTICE  "notice"  /* of a trader's source, so, too */

#define TF_BAR_GRACE (TF_SECOND / 2) /* bars close so long after their end: their last trades may be on their way */

/* Makes engine events of what goes over a connection. A pure function of the frames that it is given: a recording gives
 * the events that the session had. */
typedef struct _TfIntake TfIntake;

TfIntake   *tf_intake_new           (const TfVenue        *venue,
                                     const TfMarket       *markets,
                                     guint                 n_markets,
                                     const TfIntakeEvents *events,
                                     gpointer              data);
void        tf_intake_free          (TfIntake             *self);
void        tf_intake_opened        (TfIntake             *self,
                                     guint                 wire);
void        tf_intake_closed        (TfIntake             *self,
                                     guint                 wire);
gboolean    tf_intake_message       (TfIntake             *self,
                                     guint                 wire,
                                     const char           *text,
                                     gsize                 length,
                                     TfTime                received);
void        tf_intake_asked         (TfIntake             *self,
                                     const TfFetch        *fetch);
gboolean    tf_intake_answer        (TfIntake             *self,
                                     TfFetch              *fetch,
                                     const char           *text,
                                     gsize                 length,
                                     TfTime                received);
void        tf_intake_failed        (TfIntake             *self,
                                     const TfFetch        *fetch);
void        tf_intake_note          (TfIntake             *self,
                                     const char           *note,
                                     TfTime                time);
void        tf_intake_extra         (TfIntake             *self,
                                     const TfEvent        *event);
void        tf_intake_frame         (TfIntake             *self,
                                     const TfFrame        *frame);
void        tf_intake_get_figures   (const TfIntake       *self,
                                     TfIntakeFigures      *figures);
TfTime      tf_intake_get_heard     (const TfIntake       *self,
                                     guint                 market,
                                     guint                 wire);
gboolean    tf_intake_get_last_trade(const TfIntake       *self,
                                     guint                 market,
                                     gint64               *id,
                                     TfTime               *time);
gboolean    tf_intake_wants_trades  (const TfIntake       *self,
                                     guint                 market);
TfTime      tf_intake_get_candle_end(const TfIntake       *self,
                                     guint                 market);
guint       tf_intake_find          (const TfIntake       *self,
                                     const char           *name);

/* Of a recorded question: “kind name interval from to after path” */
char       *tf_fetch_to_text        (const TfFetch        *fetch,
                                     const char           *path);
const char *tf_fetch_from_text      (TfFetch              *fetch,
                                     const char           *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfIntake, tf_intake_free)

G_END_DECLS
