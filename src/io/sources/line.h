#pragma once

#include "io/sources/fetcher.h"
#include "io/sources/source.h"

G_BEGIN_DECLS

/* A WebSocket that stays connected. Its states are those of a source: CONNECTING, LIVE (open), WAITING,
 * FAILED, OFF. */
typedef struct _TfLine TfLine;

/* Zero and NULL mean the default in brackets, or “never” where a dash stands. */
typedef struct
{
  const char *url;            /* wss://…; ws:// only to this machine */
  const char *ping;           /* [a ping of the protocol] text that is sent */
  guint       ping_ms;        /* [30000] so often */
  guint       silence_ms;     /* [45000] nothing received for so long: taken for dead */
  guint       backoff_ms;     /* [1000] at most, before the first new attempt; doubles with each */
  guint       backoff_max_ms; /* [60000] */
  guint       proven_ms;      /* [60000] alive this long, a connection starts the doubling anew */
  gsize       max_bytes;      /* [16 MiB] of one message */
} TfLineOptions;

/* Any of these may stop the line, none may free it. */
typedef struct
{
  void (*opened)  (TfLine        *line,
                   gpointer       data);
  void (*message) (TfLine        *line,
                   const char    *text,     /* not ended by a zero byte */
                   gsize          length,
                   gpointer       data);
  void (*changed) (TfLine        *line,
                   TfSourceState  state,
                   const char    *reason,   /* in words */
                   guint          retry_ms, /* WAITING: until the next attempt */
                   gpointer       data);
} TfLineEvents;

TfLine   *tf_line_new       (TfFetcher           *fetcher,
                             const TfLineOptions *options,
                             const TfLineEvents  *events,
                             gpointer             data);
void      tf_line_free      (TfLine              *self);
void      tf_line_start     (TfLine              *self);
void      tf_line_stop      (TfLine              *self);
void      tf_line_reconnect (TfLine              *self,
                             const char          *reason);
gboolean  tf_line_send      (TfLine              *self,
                             const char          *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfLine, tf_line_free)

G_END_DECLS
