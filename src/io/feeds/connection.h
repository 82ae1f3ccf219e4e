#pragma once

#include "io/feeds/intake.h"
#include "io/feeds/queue.h"
#include "io/feeds/socket.h"

G_BEGIN_DECLS

typedef enum
{
  TF_CONNECTION_IDLE,
  TF_CONNECTION_CONNECTING,
  TF_CONNECTION_SUBSCRIBING, /* open, no data yet */
  TF_CONNECTION_LIVE,
  TF_CONNECTION_DEGRADED,    /* open, but the venue is in maintenance, or some instruments are stale */
  TF_CONNECTION_BACKOFF,
  TF_CONNECTION_FAILED,      /* waits for the user */
} TfConnectionState;

/* For the person who asks how a line is. */
typedef struct
{
  TfConnectionState state;
  char              reason[160];
  guint             retry_ms;            /* BACKOFF */
  TfIntakeFigures   intake;
  double            messages_per_second; /* of late */
  guint             reconnects;          /* new wires after the first */
  guint             resyncs;             /* books or streams asked for anew */
  guint             backfills;           /* questions for missed trades and candles */
  guint             unfilled;            /* of these, without an answer, or with one too short: something is missing for good */
  guint             refused;             /* commands that the venue did not accept */
  guint             request_errors;
  guint             stale;               /* markets */
  guint64           conflated;           /* quotes that gave way to newer ones before anybody took them */
  gint64            age_ms;              /* of the last message; −1: none yet */
} TfConnectionFigures;

typedef struct _TfConnection TfConnection;

/* All on the connection's thread; each may be NULL. */
typedef struct
{
  void (*changed) (TfConnection      *connection,
                   TfConnectionState  state,
                   const char        *reason,
                   guint              retry_ms,
                   gpointer           data);
  void (*stale)   (TfConnection      *connection,
                   guint              market,
                   gboolean           stale,
                   gpointer           data);
  /* What is no event of the engine: middle prices, fills, instruments, status. */
  void (*other)   (TfConnection      *connection,
                   const TfFeedEvent *event,
                   const char        *name,
                   gpointer           data);
  /* tf_connection_fetch() came to its end. */
  void (*fetched) (TfConnection      *connection,
                   const TfFetch     *fetch,
                   gboolean           fine,
                   gpointer           data);
} TfConnectionEvents;

/* Zero and NULL mean the venue's own or the default in brackets. */
typedef struct
{
  const TfVenue  *venue;
  const char     *url, *rest;    /* other endpoints than the venue's */
  const TfMarket *markets;       /* copied */
  guint           n_markets;
  TfTime          interval;      /* of candles [a minute] */
  guint64         seed;
  TfEventQueue   *queue;
  TfRecorder     *recorder;      /* (nullable): outlives the connection */
  guint           stale_ms;      /* [60000] nothing of a market for so long */
  guint           settle_ms;     /* [3000] after a reconnect: then what is missing is asked for */
  guint           silence_ms, lifetime_ms, backoff_ms, backoff_max_ms, proven_ms; /* see TfSocketOptions */
} TfConnectionOptions;

TfConnection *tf_connection_new         (const TfConnectionOptions *options,
                                         const TfConnectionEvents  *events,
                                         gpointer                   data,
                                         GError                   **error);
void          tf_connection_free        (TfConnection              *self);
void          tf_connection_start       (TfConnection              *self);
void          tf_connection_stop        (TfConnection              *self);
void          tf_connection_fetch       (TfConnection              *self,
                                         const TfFetch             *fetch);
TfTime        tf_connection_now         (TfConnection              *self);
void          tf_connection_note        (TfConnection              *self,
                                         const char                *note);
void          tf_connection_extra       (TfConnection              *self,
                                         TfEvent                   *event);
/* Any thread */
void          tf_connection_get_figures (TfConnection              *self,
                                         TfConnectionFigures       *figures);
const char   *tf_connection_state_name  (TfConnectionState          state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfConnection, tf_connection_free)

G_END_DECLS
