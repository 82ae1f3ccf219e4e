#pragma once

#include "model/items.h"
#include "model/source-rows.h"
#include "model/system.h"

G_BEGIN_DECLS

#define TF_RECORD_LEVEL 0.90 /* of the credible intervals that are shown */
#define TF_DESK_ROWS 2000 /* most fills and signals kept */

/* The figures of the head line, over all accounts. */
typedef struct
{
  gint64   equity, capital, today; /* raw money; today: since the start of the UTC day */
  guint    positions;
  double   signals_per_minute;     /* of market time, lately; NaN: too early */
  gint64   signals, copied, fills; /* copied: verdicts accepted or resized */
  gint     n_spark;
  double   spark[TF_SPARK_POINTS]; /* equity of all accounts together */
} TfTotals;

/* What the window looks at: a running system as lists of rows that are updated in place, a few times a second.
 * Main thread. Before the first start the lists show the default configuration with nothing done.
 *
 * Properties (read-only, notify): “run-state” (int, TfRunState), “message” (string, translated), “simulated”, “halted” (booleans).
 * Signals: “updated” (lists and totals are up to date with a new snapshot; for what draws by itself),
 * “renewed” (another configuration: accounts, bots, traders are other ones), “alarm” (string: a critical alert, in words),
 * “listened” (the lines to venues were looked at anew: once a second while a live market runs, and when that begins or ends). */
#define TF_TYPE_DESK (tf_desk_get_type ())
G_DECLARE_FINAL_TYPE (TfDesk, tf_desk, TF, DESK, GObject)

TfDesk         *tf_desk_new           (TfSystem      *system);
TfSystem       *tf_desk_get_system    (TfDesk        *self);
/* The newest committed one; NULL before the first. */
TfSnapshot     *tf_desk_get_snapshot  (TfDesk        *self);
/* Never NULL. */
TfConfig       *tf_desk_get_config    (TfDesk        *self);
const TfTotals *tf_desk_get_totals    (TfDesk        *self);
gboolean        tf_desk_get_simulated (TfDesk        *self);
gboolean        tf_desk_get_halted    (TfDesk        *self);
gboolean        tf_desk_is_running    (TfDesk        *self);
void            tf_desk_set_market    (TfDesk        *self,
                                       const char    *market);
void            tf_desk_show_workspace(TfDesk        *self,
                                       const char    *path);
const char     *tf_desk_get_workspace (TfDesk        *self);

/* Lists, of the items of items.h; (transfer none) */
GListModel     *tf_desk_get_accounts  (TfDesk        *self);
GListModel     *tf_desk_get_bots      (TfDesk        *self);
GListModel     *tf_desk_get_traders   (TfDesk        *self);
GListModel     *tf_desk_get_positions (TfDesk        *self);
GListModel     *tf_desk_get_fills     (TfDesk        *self);
GListModel     *tf_desk_get_signals   (TfDesk        *self);
GListModel     *tf_desk_get_alerts    (TfDesk        *self);
GListModel     *tf_desk_get_feed      (TfDesk        *self);
/* Of the run under way: none for the demo market and for files. */
GListModel     *tf_desk_get_connections (TfDesk        *self);

/* Traders' sources, as the workspace has them. */
GListModel     *tf_desk_get_sources   (TfDesk        *self);
/* Whether the market that is chosen is a live one: traders can be listened to beside no other. */
gboolean        tf_desk_can_listen    (TfDesk        *self);
void            tf_desk_edit_sources  (TfDesk               *self,
                                       TfSourceRowsVerb      verb,
                                       const TfStoredSource *source,
                                       GAsyncReadyCallback   callback,
                                       gpointer              data);
gboolean        tf_desk_edit_sources_finish (TfDesk        *self,
                                             GAsyncResult  *result,
                                             GError       **error);
/* Whose candles the snapshots bring, or at rest are read back. */
void            tf_desk_set_chart     (TfDesk        *self,
                                       gint           instrument);
const TfCandle *tf_desk_get_candles   (TfDesk        *self,
                                       gint           instrument,
                                       guint         *n);

void            tf_desk_set_policy    (TfDesk        *self,
                                       gint           account,
                                       gint64         voter,
                                       gint           param,
                                       double         value);
/* @account −1: all, @voter: see TfCommand. */
void            tf_desk_command       (TfDesk        *self,
                                       TfCommandType  type,
                                       gint           account,
                                       gint64         voter);

G_END_DECLS
