#pragma once

#include <gio/gio.h>

#include "io/feeds/venue.h"

G_BEGIN_DECLS

/* What can go wrong at a venue, on purpose */
typedef enum
{
  TF_FAULT_DROP,        /* the line is cut without a word */
  TF_FAULT_CLOSE,       /* closed politely, as before a restart */
  TF_FAULT_STALL,       /* nothing more is said over the lines that are open */
  TF_FAULT_HALF_OPEN,   /* nothing is said, read or answered any more: the peer is gone, the line does not know */
  TF_FAULT_SLOW,        /* for a while messages come late, many at once */
  TF_FAULT_REORDER,     /* two messages change places */
  TF_FAULT_DUPLICATE,   /* every message twice, for a while */
  TF_FAULT_TRUNCATE,    /* half a message */
  TF_FAULT_CORRUPT,     /* a message with a wrong byte */
  TF_FAULT_OVERSIZE,    /* a message of 17 MB */
  TF_FAULT_GAP,         /* messages are lost */
  TF_FAULT_429,         /* the lines are cut, and the next attempts refused */
  TF_FAULT_418,
  TF_FAULT_503,
  TF_FAULT_CHECKSUM,    /* a wrong checksum; a lost message where the venue sends none */
  TF_FAULT_SKEW,        /* its clock jumps by five seconds; at the speed of the recording only */
  TF_FAULT_MAINTENANCE, /* it says so, goes away for a while, and comes back */
  TF_FAULTS
} TfFault;

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

const char *tf_fault_name           (TfFault                fault);
gboolean    tf_fault_parse          (const char            *name,
                                     TfFault               *fault);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfPlayer, tf_player_free)

G_END_DECLS
