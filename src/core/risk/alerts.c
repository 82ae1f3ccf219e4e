#include "core/risk/alerts.h"

#include <glib/gi18n.h>
#include <math.h>

static const struct { const char *name, *title; } kinds[TF_N_ALERTS] = {
  [TF_ALERT_DRAWDOWN] = { "drawdown", N_("Drawdown") },
  [TF_ALERT_DAILY_LOSS] = { "daily-loss", N_("Daily loss") },
  [TF_ALERT_GAP_BUDGET] = { "gap-budget", N_("Gap budget") },
  [TF_ALERT_POSITION] = { "position-size", N_("Largest position") },
  [TF_ALERT_GROSS] = { "gross-exposure", N_("Gross exposure") },
  [TF_ALERT_NET] = { "net-exposure", N_("Net exposure") },
  [TF_ALERT_LEVERAGE] = { "leverage", N_("Leverage") },
  [TF_ALERT_CLUSTER] = { "cluster", N_("Correlated cluster") },
  [TF_ALERT_VAR] = { "value-at-risk", N_("Value at risk") },
  [TF_ALERT_STALE_DATA] = { "stale-data", N_("Age of market data") },
  [TF_ALERT_STOP_GUARD] = { "stop-loss-guard", N_("Stopped trades") },
  [TF_ALERT_EMERGENCY] = { "emergency-stop", N_("Emergency stop") },
};

static const char *const severities[TF_N_SEVERITIES] = {
  [TF_SEVERITY_NONE] = "none",
  [TF_SEVERITY_INFO] = "info",
  [TF_SEVERITY_WARNING] = "warning",
  [TF_SEVERITY_CRITICAL] = "critical",
};

/**
 * tf_alert_name:
 *
 * Returns: the machine id; equal to the refusal's where a limit is watched
 */
const char *
tf_alert_name (TfAlertKind kind)
{
  g_return_val_if_fail ((guint) kind < TF_N_ALERTS, "");
  return kinds[kind].name;
}

/**
 * tf_alert_title:
 *
 * Returns: what is watched, in words, marked for translation
 */
const char *
tf_alert_title (TfAlertKind kind)
{
  g_return_val_if_fail ((guint) kind < TF_N_ALERTS, "");
  return kinds[kind].title;
}

/**
 * tf_severity_name:
 *
 * Returns: the machine id
 */
const char *
tf_severity_name (TfSeverity severity)
{
  g_return_val_if_fail ((guint) severity < TF_N_SEVERITIES, "");
  return severities[severity];
}

/**
 * tf_alert_book_size:
 *
 * Returns: bytes of the block for so many accounts and the system
 */
gsize
tf_alert_book_size (guint n_accounts)
{
  return sizeof (TfAlertBook) + (gsize) (n_accounts + 1) * TF_N_ALERTS * sizeof (TfAlertWatch);
}

void
tf_alert_book_init (TfAlertBook *self,
                    guint        n_accounts)
{
  self->n_accounts = n_accounts;
  for (guint i = 0; i < (n_accounts + 1) * TF_N_ALERTS; i++)
    self->watches[i] = (TfAlertWatch) { 0 };
}

/**
 * tf_alert_book_watch:
 * @account: −1: the system
 */
TfAlertWatch *
tf_alert_book_watch (TfAlertBook *self,
                     gint         account,
                     TfAlertKind  kind)
{
  g_return_val_if_fail (account >= -1 && account < (gint) self->n_accounts, NULL);
  g_return_val_if_fail ((guint) kind < TF_N_ALERTS, NULL);
  return &self->watches[(account + 1) * TF_N_ALERTS + (gint) kind];
}

/**
 * tf_alert_book_update:
 * @use: how much of the limit is used, in the limit's unit; not finite: as a breach
 * @limit: a limit of 0 is used up by anything above it
 *
 * Compares. From %TF_ALERT_WARNING_AT of the limit it warns, from %TF_ALERT_BREACH_AT it is critical. A
 * raised alert keeps its severity until the use is below %TF_ALERT_CLEAR_AT, so that a use around a
 * threshold is one alert and not many. A rise takes an acknowledgement back.
 *
 * Returns: what changed; the watch has the numbers
 */
TfAlertChange
tf_alert_book_update (TfAlertBook *self,
                      gint         account,
                      TfAlertKind  kind,
                      double       use,
                      double       limit,
                      TfTime       now)
{
  TfAlertWatch *watch = tf_alert_book_watch (self, account, kind);
  double share = limit > 0 ? use / limit : use > 0 ? 1 : 0;
  TfSeverity severity = TF_SEVERITY_CRITICAL;

  g_return_val_if_fail (watch != NULL, TF_ALERT_UNCHANGED);
  if (share < TF_ALERT_WARNING_AT)
    severity = TF_SEVERITY_NONE;
  else if (share < TF_ALERT_BREACH_AT)
    severity = TF_SEVERITY_WARNING;
  watch->use = use;
  watch->limit = limit;
  if (severity > (TfSeverity) watch->severity)
    {
      watch->severity = (guint8) severity;
      watch->since = now;
      watch->acknowledged = FALSE;
      return TF_ALERT_RAISED;
    }
  if (watch->severity != TF_SEVERITY_NONE && share < TF_ALERT_CLEAR_AT)
    {
      watch->severity = TF_SEVERITY_NONE;
      watch->since = now;
      watch->record = 0;
      watch->acknowledged = FALSE;
      return TF_ALERT_CLEARED;
    }
  return TF_ALERT_UNCHANGED;
}

/**
 * tf_alert_book_acknowledge:
 * @record: of the alert, as the engine has noted it in the watch
 *
 * Returns: %FALSE when no such alert is open, or it was acknowledged before
 */
gboolean
tf_alert_book_acknowledge (TfAlertBook *self,
                           gint64       record)
{
  for (guint i = 0; record != 0 && i < (self->n_accounts + 1) * TF_N_ALERTS; i++)
    {
      TfAlertWatch *watch = &self->watches[i];

      if (watch->record == record && watch->severity != TF_SEVERITY_NONE && !watch->acknowledged)
        {
          watch->acknowledged = TRUE;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * tf_alert_book_worst:
 *
 * Returns: the worst severity that is open in an account (−1: in the system itself), acknowledged or not
 */
TfSeverity
tf_alert_book_worst (TfAlertBook *self,
                     gint         account)
{
  guint8 worst = TF_SEVERITY_NONE;

  for (guint kind = 0; kind < TF_N_ALERTS; kind++)
    worst = MAX (worst, tf_alert_book_watch (self, account, (TfAlertKind) kind)->severity);
  return (TfSeverity) worst;
}
