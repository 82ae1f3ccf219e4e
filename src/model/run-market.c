#include "model/run-private.h"

#include <string.h>

#include "core/base/error.h"
#include "core/ensemble/ensemble.h"
#include "core/market/demo.h"
#include "io/feeds/merge.h"
#include "io/feeds/replay.h"
#include "io/feeds/replayer.h"
#include "io/sources/signal-file.h"
#include "io/sources/source.h"

#define HISTORY_BARS 500 /* what is learned from before the start */

/* A trader whom a signal file names and the configuration does not know is followed from then on, and a known one's
 * grade is that of the best source that speaks for it. */
static gboolean
connect_traders (TfConfig      *config,
                 const GArray  *signals,
                 GError       **error)
{
  for (guint k = 0; k < signals->len; k++)
    {
      const TfTraderSignal *signal = &g_array_index (signals, TfTraderSignal, k);
      char grade = tf_source_grade (signal->source);
      gint found = tf_config_find_trader (config, signal->trader);

      if (found < 0)
        {
          TfTrader trader = { .grade = grade, .trust_mean = 0.15, .trust_sd = 0.10 };

          /* An id stands in the journal's lists of votes: letters, digits and hyphens. */
          g_strlcpy (trader.id, signal->trader, sizeof trader.id);
          g_strcanon (trader.id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-", '-');
          g_strlcpy (trader.name, signal->trader, sizeof trader.name);
          g_strlcpy (trader.known_for, tf_source_title (signal->source), sizeof trader.known_for);
          memset (trader.followed, 1, sizeof trader.followed);
          tf_config_add_trader (config, &trader);
        }
      else if (config->traders[found].grade == 0 || grade < config->traders[found].grade)
        config->traders[found].grade = grade;
    }
  if (config->n_bots + config->n_traders <= TF_MAX_VOTERS)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_RANGE, "found signals that make %u traders, expected at most %u",
               config->n_traders, TF_MAX_VOTERS - config->n_bots);
  return FALSE;
}

/* A venue gives nothing twice. */
gboolean
tf_run_is_live (const TfRun *self)
{
  return tf_venue_find (self->spec->market) != NULL;
}

/* “ws://127.0.0.1:9001/ws” and the same host's REST: a venue's stand-in serves both. */
static char *
rest_of (const char *endpoint)
{
  g_autoptr (GUri) uri = endpoint != NULL ? g_uri_parse (endpoint, G_URI_FLAGS_NONE, NULL) : NULL;

  if (uri == NULL)
    return NULL;
  return g_uri_join (G_URI_FLAGS_NONE, strcmp (g_uri_get_scheme (uri), "ws") == 0 ? "http" : "https", NULL,
                     g_uri_get_host (uri), g_uri_get_port (uri), "", NULL, NULL);
}

static gboolean
open_live (TfRun         *self,
           const TfVenue *venue,
           GError       **error)
{
  const TfRunSpec *spec = self->spec;
  g_autoptr (TfUniverse) universe = self->config != NULL ? tf_universe_copy (self->config->universe) : tf_live_universe (venue);
  TfTime interval = spec->interval > 0 ? spec->interval : TF_MINUTE;
  g_autofree char *rest = rest_of (spec->endpoint);
  TfLive *live;

  if (spec->data[0] != NULL || spec->signals[0] != NULL)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found data files for %s, expected none: it is a live market", venue->title);
      return FALSE;
    }
  live = tf_live_new (&(TfLiveOptions) {
                        .venue = venue,
                        .url = spec->endpoint,
                        .rest = rest,
                        .universe = universe,
                        .interval = interval,
                        .seed = spec->seed,
                        .record = spec->record,
                        /* A stand-in plays faster than the market; who asks the real hosts is as patient as they want. */
                        .pace = spec->endpoint != NULL && spec->speed > 0 ? spec->speed : 1,
                      }, error);
  if (live == NULL)
    return FALSE;
  self->source = tf_live_get_source (live);
  g_mutex_lock (&self->lock);
  self->live = live;
  g_mutex_unlock (&self->lock);
  if (self->config != NULL) /* an earlier session's run: it listens once it is where that one was */
    return TRUE;
  if (!tf_live_discover (live, universe, error))
    return FALSE;
  self->config = tf_config_new_default (spec->market, universe, interval, spec->seed);
  tf_live_listen (live, NULL, HISTORY_BARS, 0, 0);
  return tf_live_wait (live, error);
}

/* Once the engine is where an earlier session was: what that one has missed comes first, as soon as there is a line. What
 * a killed one had taken in behind its last entry is still to come before that. */
void
tf_run_listen_again (TfRun *self)
{
  g_autofree TfTime *ends = g_new0 (TfTime, self->config->universe->n);
  gint64 events = tf_engine_get_events (self->engine) + self->has_next;
  TfTime time = tf_engine_get_time (self->engine);
  TfEventPayload payload;
  TfEvent event;
  gsize taken;

  for (guint i = 0; i < self->config->universe->n; i++)
    ends[i] = tf_engine_get_bar_end (self->engine, i);
  if (self->has_next)
    time = MAX (time, self->next.time);
  for (gsize at = self->inputs_at; self->inputs != NULL; at += taken)
    {
      taken = tf_event_take (&event, &payload, self->inputs->data + at, self->inputs->len - at);
      if (taken == 0)
        break;
      events++;
      time = MAX (time, event.time);
    }
  tf_live_listen (self->live, ends, HISTORY_BARS, events, time);
}

/* The data of a replay, sorted by kind. */
typedef struct
{
  GPtrArray *recordings, *sessions; /* paths; TfRecordedSession */
  GPtrArray *series;                /* TfCandleSeries */
  GArray    *signals;               /* TfTraderSignal */
} ReplayData;

static void
replay_data_clear (ReplayData *self)
{
  g_clear_pointer (&self->recordings, g_ptr_array_unref);
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
  g_clear_pointer (&self->series, g_ptr_array_unref);
  g_clear_pointer (&self->signals, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ReplayData, replay_data_clear)

/* One recorded session and nothing else is that session again, to the last entry of its journal. */
static const TfRecordedSession *
sole_session (const ReplayData *data)
{
  const TfRecordedSession *session = data->sessions->len > 0 ? g_ptr_array_index (data->sessions, 0) : NULL;

  return data->sessions->len == 1 && data->series->len == 0 && data->signals->len == 0 && session->noted ? session : NULL;
}

static TfTime
interval_of (const TfRunSpec  *spec,
             const ReplayData *data)
{
  const TfRecordedSession *first = data->sessions->len > 0 ? g_ptr_array_index (data->sessions, 0) : NULL;

  if (spec->interval > 0)
    return spec->interval;
  if (first == NULL)
    return TF_HOUR;
  return first->interval > 0 ? first->interval : TF_MINUTE;
}

static gboolean
load (const TfRunSpec *spec,
      ReplayData      *data,
      GError         **error)
{
  g_autoptr (GPtrArray) candles = g_ptr_array_new ();

  data->recordings = g_ptr_array_new_with_free_func (g_free);
  data->sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) tf_recorded_session_free);
  for (guint k = 0; spec->data[k] != NULL; k++)
    {
      TfRecordedSession *session;

      if (!tf_recording_probe (spec->data[k]))
        {
          g_ptr_array_add (candles, spec->data[k]);
          continue;
        }
      session = tf_recorded_session_read (spec->data[k], error);
      if (session == NULL)
        return FALSE;
      g_ptr_array_add (data->recordings, g_strdup (spec->data[k]));
      g_ptr_array_add (data->sessions, session);
    }
  if (data->sessions->len > 0 && (spec->from > 0 || spec->to > 0))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "%s: found a range of time, expected none: a recording is played whole",
                   (char *) g_ptr_array_index (data->recordings, 0));
      return FALSE;
    }
  g_ptr_array_add (candles, NULL);
  data->series = tf_candle_files_load ((const char *const *) candles->pdata, interval_of (spec, data), error);
  if (data->series == NULL)
    return FALSE;
  data->signals = tf_signal_files_load ((const char *const *) spec->signals, error);
  return data->signals != NULL;
}

/* What a recorded session listened to; where it does not say, the default coins at its venue. */
static void
add_session_markets (TfUniverse              *universe,
                     const TfRecordedSession *session)
{
  g_autoptr (TfUniverse) usual = tf_live_universe (session->venue);
  TfInstrument instrument;

  for (guint k = 0; !session->noted && k < usual->n; k++)
    if (tf_universe_find (universe, usual->items[k].symbol) < 0)
      tf_universe_add (universe, &usual->items[k]);
  for (guint k = 0; k < session->names->len; k++)
    {
      const char *name = g_ptr_array_index (session->names, k);
      gint at = tf_universe_find (usual, name);

      if (tf_universe_find (universe, name) >= 0)
        continue;
      if (at >= 0)
        tf_universe_add (universe, &usual->items[at]);
      else if (tf_instrument_guess (name, &instrument, NULL))
        tf_universe_add (universe, &instrument);
    }
  for (guint k = 0; k < session->rules->len; k++)
    tf_live_apply_rules (universe, &g_array_index (session->rules, TfInstrument, k));
}

static gboolean
configure_replay (TfRun            *self,
                  const ReplayData *data,
                  GError          **error)
{
  const TfRecordedSession *session = sole_session (data);
  g_autoptr (TfUniverse) universe = data->sessions->len > 0 && data->series->len == 0 ? tf_universe_new () : tf_universe_new_default ();
  guint64 seed = self->spec->seed > 0 ? self->spec->seed : session != NULL ? session->seed : 1;

  for (guint k = 0; k < data->sessions->len; k++)
    add_session_markets (universe, g_ptr_array_index (data->sessions, k));
  if (!tf_replay_add_series_markets (universe, data->series, error))
    return FALSE;
  /* Fills without any other market are the market's prints themselves. */
  if (data->series->len == 0 && data->sessions->len == 0)
    tf_replay_add_signal_markets (universe, data->signals);
  self->config = tf_config_new_default (session != NULL ? session->venue->id : self->spec->market, universe,
                                        interval_of (self->spec, data), seed);
  return connect_traders (self->config, data->signals, error);
}

static TfEventSource *
open_recording (const TfConfig          *config,
                const char              *path,
                const TfRecordedSession *session,
                GError                 **error)
{
  g_autoptr (GArray) markets = g_array_new (FALSE, TRUE, sizeof (TfMarket));
  g_autoptr (TfUniverse) heard = tf_universe_new ();

  add_session_markets (heard, session);
  for (guint k = 0; k < heard->n; k++)
    {
      TfMarket market = { .instrument = tf_universe_find (config->universe, heard->items[k].symbol) };

      g_strlcpy (market.name, heard->items[k].symbol, sizeof market.name);
      if (market.instrument >= 0)
        g_array_append_val (markets, market);
    }
  return tf_replayer_new (path, session, (const TfMarket *) (gpointer) markets->data, markets->len, config->interval, error);
}

/**
 * tf_run_open_recording:
 *
 * Returns: (transfer full): the recorded session at @path, as a market of @config
 */
TfEventSource *
tf_run_open_recording (const TfConfig *config,
                       const char     *path,
                       gint64         *events,
                       GError        **error)
{
  g_autoptr (TfRecordedSession) session = tf_recorded_session_read (path, error);

  if (session == NULL)
    return NULL;
  *events = session->events;
  return open_recording (config, path, session, error);
}

static gboolean
open_replay (TfRun   *self,
             GError **error)
{
  const TfRunSpec *spec = self->spec;
  g_auto (ReplayData) data = { NULL };
  g_autoptr (GPtrArray) sources = g_ptr_array_new ();
  TfEventSource *source;
  gboolean fine = TRUE;

  if (spec->data[0] == NULL && spec->signals[0] == NULL)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID,
                           "found no data, expected candle files, folders, recordings or signal files");
      return FALSE;
    }
  if (!load (spec, &data, error) || (self->config == NULL && !configure_replay (self, &data, error)))
    return FALSE;
  for (guint k = 0; fine && k < data.sessions->len; k++)
    {
      source = open_recording (self->config, g_ptr_array_index (data.recordings, k), g_ptr_array_index (data.sessions, k), error);
      fine = source != NULL;
      if (fine)
        g_ptr_array_add (sources, source);
    }
  if (fine && (data.series->len > 0 || data.signals->len > 0 || data.sessions->len == 0))
    {
      source = tf_replay_new (&(TfReplayOptions) {
                                .universe = self->config->universe,
                                .series = data.series,
                                .signals = data.signals,
                                .from = spec->from,
                                .to = spec->to,
                                .history = HISTORY_BARS * self->config->interval,
                              }, error);
      fine = source != NULL;
      if (fine)
        g_ptr_array_add (sources, source);
      if (fine && data.sessions->len == 0 && tf_replay_get_total (source) == 0)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found nothing in the given range, expected candles or signals",
                       spec->data[0] != NULL ? spec->data[0] : spec->signals[0]);
          fine = FALSE;
        }
    }
  if (!fine)
    {
      for (guint k = 0; k < sources->len; k++)
        {
          source = g_ptr_array_index (sources, k);
          source->free (source);
        }
      return FALSE;
    }
  self->source = sources->len == 1 ? g_ptr_array_index (sources, 0) : tf_merge_new ((TfEventSource *const *) sources->pdata, sources->len);
  return TRUE;
}

gboolean
tf_run_open_source (TfRun   *self,
                    GError **error)
{
  const TfRunSpec *spec = self->spec;

  if (strcmp (spec->market, "demo") == 0)
    {
      if (spec->data[0] != NULL || spec->signals[0] != NULL)
        {
          g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID,
                               "found data files for the demo market, expected none: it makes its own");
          return FALSE;
        }
      if (self->config == NULL)
        {
          g_autoptr (TfUniverse) universe = tf_universe_new_default ();

          self->config = tf_config_new_default (spec->market, universe, spec->interval > 0 ? spec->interval : TF_MINUTE, spec->seed);
        }
      self->source = tf_demo_new (self->config->universe, spec->seed, HISTORY_BARS);
      return TRUE;
    }
  if (tf_run_is_live (self))
    return open_live (self, tf_venue_find (spec->market), error);
  if (strcmp (spec->market, "replay") != 0 && strcmp (spec->market, "backtest") != 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found market “%s”, expected demo, replay, backtest or a venue", spec->market);
      return FALSE;
    }
  return open_replay (self, error);
}
