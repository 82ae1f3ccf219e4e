#pragma once

#include <gio/gio.h>

#include "io/feeds/fault.h"
#include "io/feeds/venue.h"

G_BEGIN_DECLS

typedef struct
{
  guint  port;   /* 0: any free one */
  double speed;  /* market seconds a second; 0: full speed */
  gboolean now;  /* times are moved so that the recording begins now (speed 1 only) */
  double pause;  /* seconds that stall, 429, maintenance and so on last [2] */
} TfPlayerOptions;

typedef struct
{
  guint64 sent;        /* messages, to all clients */
  guint64 trades;      /* of the recording that have been played */
  guint64 told;        /* of these, to all clients, before something goes wrong */
  guint   connections; /* that were accepted, ever */
  guint   refused;
  guint   requests;    /* over REST */
  guint   clients;     /* now */
  gboolean finished;   /* the recording is over */
} TfPlayerFigures;

/* A venue on this machine: says what a recording of the real one holds, to whoever subscribes, as that one would. The
 * market goes on from the first subscription, whether somebody listens or not. */
typedef struct _TfPlayer TfPlayer;

TfPlayer   *tf_player_new           (const TfVenue         *venue,
                                     const char            *path,
                                     const TfPlayerOptions *options,
                                     GError               **error);
void        tf_player_free          (TfPlayer              *self);
const char *tf_player_get_url       (const TfPlayer        *self);
const char *tf_player_get_rest      (const TfPlayer        *self);
void        tf_player_fault         (TfPlayer              *self,
                                     TfFault                fault);
void        tf_player_fault_at      (TfPlayer              *self,
                                     TfFault                fault,
                                     double                 seconds);
void        tf_player_get_figures   (const TfPlayer        *self,
                                     TfPlayerFigures       *figures);
gint64      tf_player_get_last_trade(const TfPlayer        *self,
                                     const char            *name,
                                     guint                 *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfPlayer, tf_player_free)

G_END_DECLS
