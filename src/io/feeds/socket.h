#pragma once

#include <libsoup/soup.h>

#include "core/base/time.h"

G_BEGIN_DECLS

typedef enum
{
  TF_SOCKET_IDLE,       /* not started, or stopped */
  TF_SOCKET_CONNECTING,
  TF_SOCKET_OPEN,
  TF_SOCKET_BACKOFF,    /* waits before it tries again */
  TF_SOCKET_FAILED,     /* trying again would not help; waits for tf_socket_start() */
} TfSocketState;

/* How a socket lives. Zero means the default in brackets, or “never” where a dash stands. */
typedef struct
{
  const char *url;          /* wss://…; ws:// only to this machine itself */
  guint64     seed;         /* of the jitter */
  guint       backoff_ms;   /* [500] before the first new attempt, at most; doubles with each */
  guint       backoff_max_ms; /* [60000] */
  guint       proven_ms;    /* [60000] alive this long, a connection starts the doubling anew */
  guint       connect_ms;   /* [15000] for name, TCP, TLS and handshake together */
  guint       silence_ms;   /* [-] nothing received for so long: taken for dead */
  guint       lifetime_ms;  /* [-] a second connection replaces this one a little before it gets so old */
  guint       overlap_ms;   /* [10000] both live at most so long then */
  guint       ping_s;       /* [-] protocol pings so often; their pongs count as life */
  gsize       message_max;  /* [16 MiB] bytes of one incoming message */
  double      send_rate;    /* [-] messages a second that may be sent */
  guint       send_burst;   /* [1] at once */
} TfSocketOptions;

typedef struct _TfSocket TfSocket;

/* What happens to a socket, told on its own thread. A wire is one connection, numbered from 1: while one replaces
 * another, messages of both arrive. Any of these may stop the socket, none may free it. */
typedef struct
{
  void (*opened)  (TfSocket      *socket,
                   guint          wire,
                   gpointer       data);
  void (*message) (TfSocket      *socket,
                   guint          wire,
                   const char    *text,      /* not ended by a zero byte */
                   gsize          length,
                   gpointer       data);
  void (*closed)  (TfSocket      *socket,    /* an open wire is gone; what was queued for it, too */
                   guint          wire,
                   gpointer       data);
  void (*changed) (TfSocket      *socket,
                   TfSocketState  state,
                   const char    *reason,    /* in words */
                   guint          retry_ms,  /* BACKOFF: until the next attempt */
                   gpointer       data);
} TfSocketEvents;

TfSocket     *tf_socket_new             (SoupSession           *session,
                                         const TfSocketOptions *options,
                                         const TfSocketEvents  *events,
                                         gpointer               data);
void          tf_socket_free            (TfSocket              *self);
void          tf_socket_start           (TfSocket              *self);
void          tf_socket_stop            (TfSocket              *self);
void          tf_socket_replace         (TfSocket              *self);
void          tf_socket_retire          (TfSocket              *self);
gboolean      tf_socket_send            (TfSocket              *self,
                                         const char            *text);
TfSocketState tf_socket_get_state       (const TfSocket        *self);
guint         tf_socket_get_attempts    (const TfSocket        *self);
guint         tf_socket_get_queued      (const TfSocket        *self);

/* What sockets and their neighbours share */
gboolean      tf_socket_check_url       (const char            *url,
                                         GError               **error);
guint         tf_socket_retry_after     (SoupMessage           *message);
gint64        tf_socket_clock           (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfSocket, tf_socket_free)

G_END_DECLS
