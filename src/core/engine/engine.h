#pragma once

#include "core/engine/config.h"
#include "core/engine/record.h"
#include "core/engine/snapshot.h"
#include "core/following/copy-size.h"
#include "core/market/event.h"

G_BEGIN_DECLS

/* One engine for live, replay, demo, backtest and optimizer: a pure function of (configuration, events). No clock, I/O,
 * threads or hidden chance. */
typedef struct _TfEngine TfEngine;

/* Called for each audit entry, in order, while the engine processes an event. */
typedef void (*TfRecordFunc) (const TfRecord *record,
                              gpointer        data);

TfEngine   *tf_engine_new             (TfConfig         *config,
                                       TfRecordFunc      on_record,
                                       gpointer          data);
void        tf_engine_free            (TfEngine         *self);
TfConfig   *tf_engine_get_config      (TfEngine         *self);
/* Writes the opening entries (session, accounts); once, for an engine that was not restored. */
void        tf_engine_open            (TfEngine         *self,
                                       TfTime            time,
                                       const char       *description);
void        tf_engine_process         (TfEngine         *self,
                                       const TfEvent    *event);
/* Market events processed so far: commands and the replay of a crashed run are placed by it. */
gint64      tf_engine_get_events      (const TfEngine   *self);
gint64      tf_engine_get_seq         (const TfEngine   *self);
TfTime      tf_engine_get_time        (const TfEngine   *self);
void        tf_engine_set_config      (TfEngine         *self,
                                       TfConfig         *config);
TfTime      tf_engine_get_bar_end     (const TfEngine   *self,
                                       guint             instrument);
GArray     *tf_engine_get_candles     (const TfEngine   *self,
                                       guint             instrument,
                                       TfTime            from);
const guint8 *tf_engine_get_head      (const TfEngine   *self);
/* @chart_instrument: whose candles to copy; −1 none. */
TfSnapshot *tf_engine_snapshot        (TfEngine         *self,
                                       gint              chart_instrument);
void        tf_engine_save            (TfEngine         *self,
                                       GByteArray       *state);
gboolean    tf_engine_restore         (TfEngine         *self,
                                       const guint8     *state,
                                       gsize             size,
                                       GError          **error);
gboolean    tf_engine_check_ledgers   (const TfEngine   *self,
                                       GError          **error);

/* What a policy makes of a trader's position, before it is saved; a copy that is open keeps the equity of its opening. */
typedef struct
{
  TfCopySize  size;     /* the formula with its numbers, and what the policy's own bounds leave */
  gint        direction;/* of the copy */
  TfVerdict   verdict;  /* of an order of that size now */
  const char *reason;
  double      value, limit;
  TfQty       quantity; /* that the risk gate lets through */
  double      assumed;  /* confidence that the size is for, where the ensemble's own would not be enough; 0: it is */
} TfCopyPreview;

gboolean    tf_engine_preview_copy    (TfEngine           *self,
                                       guint               trader,
                                       guint               account,
                                       guint               instrument,
                                       const TfCopyPolicy *policy,
                                       TfQty               position,
                                       TfCopyPreview      *preview);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfEngine, tf_engine_free)

G_END_DECLS
