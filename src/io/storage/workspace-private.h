#pragma once

#include "io/storage/database.h"
#include "io/storage/sources.h"
#include "io/storage/workspace.h"

G_BEGIN_DECLS

struct _TfWorkspace
{
  sqlite3        *db;
  char           *path;
  TfWorkspaceMode mode;
  int             lock;   /* −1: none */
  gint64          policies_stored; /* policy_changes of the snapshot whose policies are stored, + 1; 0: not yet */
};

/* Columns of comprehensive_audit in the order of TfRecord. */
#define TF_RECORD_COLUMNS \
  "seq, time, cause, kind, code, account, origin, instrument, reason, ref, price, quantity, amount, fee, value, lim," \
  " text, hash"

gboolean tf_record_from_row     (sqlite3_stmt        *stmt,
                                 TfRecord            *record,
                                 char                *what,
                                 gsize                size);
/* Inside a transaction of the caller. @curves: the equity curves, track records and copy gaps, too. */
gboolean tf_state_store         (TfWorkspace         *self,
                                 const TfSnapshot    *snapshot,
                                 gboolean             curves,
                                 GError             **error);
gboolean tf_records_store       (TfWorkspace         *self,
                                 const TfSnapshot    *snapshot,
                                 GError             **error);
gboolean tf_records_load        (TfWorkspace         *self,
                                 TfSnapshot          *snapshot,
                                 GError             **error);
gboolean tf_configuration_store (TfWorkspace         *self,
                                 const TfConfig      *config,
                                 GError             **error);
gboolean tf_candles_store       (TfWorkspace         *self,
                                 const char          *symbol,
                                 TfTime               interval,
                                 const TfCandle      *candles,
                                 guint                n_candles,
                                 GError             **error);
gboolean tf_source_heard_store  (TfWorkspace         *self,
                                 const TfSourceHeard *heard,
                                 GError             **error);
gboolean tf_evidence_store      (TfWorkspace         *self,
                                 const TfEvidence    *evidence,
                                 GError             **error);
gboolean tf_policies_store_config (TfWorkspace       *self,
                                 const TfConfig      *config,
                                 GError             **error);
gboolean tf_policies_store      (TfWorkspace         *self,
                                 const TfSnapshot    *snapshot,
                                 GError             **error);
gboolean tf_policies_load_config (TfWorkspace        *self,
                                 TfConfig            *config,
                                 GError             **error);
gboolean tf_policies_load       (TfWorkspace         *self,
                                 TfSnapshot          *snapshot,
                                 GError             **error);
char    *tf_params_to_json      (const TfStrategy    *strategy,
                                 const double        *params);
gboolean tf_params_from_json    (const char          *text,
                                 const TfStrategy    *strategy,
                                 double              *params);

G_END_DECLS
