#pragma once

#include "core/base/time.h"

G_BEGIN_DECLS

#define TF_ALERT_WARNING_AT 0.80
#define TF_ALERT_BREACH_AT  1.00
#define TF_ALERT_CLEAR_AT   0.75 /* below: over */

typedef enum
{
  TF_SEVERITY_NONE,
  TF_SEVERITY_INFO,
  TF_SEVERITY_WARNING,
  TF_SEVERITY_CRITICAL, /* raises a desktop notification */
  TF_N_SEVERITIES
} TfSeverity;

/* What is watched, of an account or (account −1) of the system. */
typedef enum
{
  TF_ALERT_DRAWDOWN,
  TF_ALERT_DAILY_LOSS,
  TF_ALERT_GAP_BUDGET,
  TF_ALERT_POSITION,
  TF_ALERT_GROSS,
  TF_ALERT_NET,
  TF_ALERT_LEVERAGE,
  TF_ALERT_CLUSTER,
  TF_ALERT_VAR,
  TF_ALERT_STALE_DATA,
  TF_ALERT_STOP_GUARD,
  TF_ALERT_EMERGENCY,   /* use 1 of limit 1 while the emergency stop holds */
  TF_N_ALERTS
} TfAlertKind;

typedef enum
{
  TF_ALERT_UNCHANGED,
  TF_ALERT_RAISED,      /* new, or more severe than before */
  TF_ALERT_CLEARED,
} TfAlertChange;

typedef struct
{
  gint64   record;      /* of the alert in the journal; the engine sets it after a rise */
  TfTime   since;       /* its severity's */
  double   use, limit;  /* of the last update */
  guint8   severity;    /* TfSeverity: the worst since it was last clear */
  gboolean acknowledged;
} TfAlertWatch;

/* One block of plain data of tf_alert_book_size () bytes. */
typedef struct
{
  guint        n_accounts;
  TfAlertWatch watches[]; /* (accounts + 1) × kinds, the system's first */
} TfAlertBook;

const char    *tf_alert_name             (TfAlertKind   kind);
const char    *tf_alert_title            (TfAlertKind   kind);
const char    *tf_severity_name          (TfSeverity    severity);
gsize          tf_alert_book_size        (guint         n_accounts);
void           tf_alert_book_init        (TfAlertBook  *self,
                                          guint         n_accounts);
TfAlertWatch  *tf_alert_book_watch       (TfAlertBook  *self,
                                          gint          account,
                                          TfAlertKind   kind);
TfAlertChange  tf_alert_book_update      (TfAlertBook  *self,
                                          gint          account,
                                          TfAlertKind   kind,
                                          double        use,
                                          double        limit,
                                          TfTime        now);
gboolean       tf_alert_book_acknowledge (TfAlertBook  *self,
                                          gint64        record);
TfSeverity     tf_alert_book_worst       (TfAlertBook  *self,
                                          gint          account);

G_END_DECLS
