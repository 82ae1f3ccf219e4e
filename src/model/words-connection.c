#include "model/words.h"

#include <glib/gi18n.h>

#define NONE   "\xe2\x80\x93" /* unknown */
#define FIGURE "\xe2\x80\x87" /* a space as wide as a digit */

/**
 * tf_words_connection_state:
 *
 * Returns: a word or two
 */
const char *
tf_words_connection_state (TfConnectionState state)
{
  static const char *const words[] = {
    [TF_CONNECTION_IDLE] = N_("Not connected"), [TF_CONNECTION_CONNECTING] = N_("Connecting"),
    [TF_CONNECTION_SUBSCRIBING] = N_("Waiting"), [TF_CONNECTION_LIVE] = N_("Live"),
    [TF_CONNECTION_DEGRADED] = N_("Degraded"), [TF_CONNECTION_BACKOFF] = N_("Reconnecting"),
    [TF_CONNECTION_FAILED] = N_("Refused"),
  };

  g_return_val_if_fail ((guint) state < G_N_ELEMENTS (words), NULL);
  return _(words[state]);
}

/**
 * tf_words_silence:
 * @age_ms: of the last message; −1: there was none
 *
 * Returns: (transfer full): "0.3 s", "12 s", "2 min"; "–" for none
 */
char *
tf_words_silence (gint64 age_ms)
{
  if (age_ms < 0)
    return g_strdup (NONE);
  /* Rounded to 10 it would be wider than what is told apart here. */
  if (age_ms < 9950)
    return g_strdup_printf (_("%.1f s"), (double) age_ms / 1000);
  return tf_words_age (age_ms * (TF_SECOND / 1000));
}

/* @latency: 0 is unknown */
static char *
milliseconds (TfTime      latency,
              const char *pad)
{
  if (latency <= 0)
    return g_strdup (NONE);
  if (latency < TF_SECOND / 1000)
    return g_strdup (_("<1 ms"));
  return g_strdup_printf (_("%s%.0f ms"), latency < 9.5 * TF_SECOND / 1000 ? pad : "", (double) latency * 1000 / TF_SECOND);
}

static guint
seconds_left (const TfConnectionFigures *connection)
{
  return (connection->retry_ms + 999) / 1000;
}

/**
 * tf_words_connection_brief:
 *
 * Returns: (transfer full): "Live · 12 ms · 0.3 s ago", "Reconnecting in 4 s": as wide with any of the usual numbers, where
 *   figures are tabular
 */
char *
tf_words_connection_brief (const TfConnectionFigures *connection)
{
  const char *state = tf_words_connection_state (connection->state);
  g_autofree char *age = NULL, *latency = NULL;

  if (connection->state == TF_CONNECTION_BACKOFF && connection->retry_ms > 0)
    return g_strdup_printf (_("Reconnecting in %u s"), seconds_left (connection));
  if (connection->age_ms < 0 || (connection->state != TF_CONNECTION_LIVE && connection->state != TF_CONNECTION_DEGRADED))
    return g_strdup (state);
  age = tf_words_silence (connection->age_ms);
  latency = milliseconds (connection->intake.latency_p50, FIGURE);
  return connection->intake.latency_p50 > 0 ? g_strdup_printf (_("%s · %s · %s ago"), state, latency, age)
                                            : g_strdup_printf (_("%s · %s ago"), state, age);
}

/**
 * tf_words_connection_figures:
 *
 * Returns: (transfer full): what stands behind tf_words_connection_brief(), in a few lines
 */
char *
tf_words_connection_figures (const TfConnectionFigures *connection)
{
  g_autofree char *age = tf_words_silence (connection->age_ms), *rate = tf_words_number (connection->messages_per_second, 1);
  g_autofree char *median = milliseconds (connection->intake.latency_p50, "");
  g_autofree char *most = milliseconds (connection->intake.latency_p99, "");
  g_autofree char *gaps = tf_words_count ((gint64) connection->intake.gaps);

  return g_strdup_printf (_("%s messages a second, last one: %s\n"
                            "Latency over the quickest message: median %s, 99 in 100 within %s\n"
                            "Reconnects: %u, gaps: %s, never filled: %u. System Info tells more."),
                          rate, age, median, most, connection->reconnects, gaps, connection->unfilled);
}

/**
 * tf_words_connection:
 * @venue: its title
 *
 * Returns: (transfer full): how the line is, and what the system does about it
 */
char *
tf_words_connection (const TfConnectionFigures *connection,
                     const char                *venue)
{
  guint left = seconds_left (connection);
  g_autofree char *what = NULL, *age = NULL, *rate = NULL;

  switch (connection->state)
    {
    case TF_CONNECTION_IDLE:
    case TF_CONNECTION_CONNECTING:
      return g_strdup_printf (_("Connecting to %s. No new entries until its prices are here."), venue);
    case TF_CONNECTION_SUBSCRIBING:
      return g_strdup_printf (_("%s is there, its prices are not yet. No new entries until they are."), venue);
    case TF_CONNECTION_LIVE:
      rate = tf_words_number (connection->messages_per_second, 0);
      age = tf_words_silence (connection->age_ms);
      return g_strdup_printf (_("%s is live: %s messages a second, the last one %s ago."), venue, rate, age);
    case TF_CONNECTION_DEGRADED:
      if (connection->stale == 0)
        return g_strdup_printf (_("%s is not well (%s). No new entries on silent instruments; what is missed is asked for "
                                  "afterwards."), venue, connection->reason);
      return g_strdup_printf (g_dngettext (NULL, "%u instrument of %s is silent. No new entries there; they go on by themselves "
                                           "when it is heard again.",
                                           "%u instruments of %s are silent. No new entries there; they go on by themselves "
                                           "when they are heard again.", connection->stale),
                              connection->stale, venue);
    case TF_CONNECTION_BACKOFF:
      what = left > 0 ? g_strdup_printf (_("reconnecting in %u s"), left) : g_strdup (_("reconnecting now"));
      return g_strdup_printf (_("%s can't be reached (%s): %s. No new entries on silent instruments; what is missed is asked "
                                "for afterwards."), venue, connection->reason, what);
    case TF_CONNECTION_FAILED:
    default:
      return g_strdup_printf (_("%s refuses (%s). No new entries on silent instruments. Stop, and start again when the cause "
                                "is gone."), venue, connection->reason);
    }
}
