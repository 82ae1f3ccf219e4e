#include "model/run-private.h"

#include <string.h>

#include "core/base/error.h"
#include "core/ensemble/ensemble.h"
#include "core/market/demo.h"
#include "io/feeds/replay.h"
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
                      }, error);
  if (live == NULL)
    return FALSE;
  self->source = tf_live_get_source (live);
  g_mutex_lock (&self->lock);
  self->live = live;
  g_mutex_unlock (&self->lock);
  if (self->config == NULL)
    {
      if (!tf_live_discover (live, universe, error))
        return FALSE;
      self->config = tf_config_new_default (spec->market, universe, interval, spec->seed);
      if (!tf_live_read_history (live, HISTORY_BARS, error))
        return FALSE;
    }
  tf_live_start (live);
  return TRUE;
}

gboolean
tf_run_open_source (TfRun   *self,
                    GError **error)
{
  const TfRunSpec *spec = self->spec;
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (GPtrArray) series = NULL;
  g_autoptr (GArray) signals = NULL;
  TfTime interval = spec->interval;

  if (strcmp (spec->market, "demo") == 0)
    {
      if (spec->data[0] != NULL || spec->signals[0] != NULL)
        {
          g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID,
                               "found data files for the demo market, expected none: it makes its own");
          return FALSE;
        }
      if (interval == 0)
        interval = TF_MINUTE;
      if (self->config == NULL)
        self->config = tf_config_new_default (spec->market, universe, interval, spec->seed);
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
  if (spec->data[0] == NULL && spec->signals[0] == NULL)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_INVALID, "found no data, expected candle files, folders or signal files");
      return FALSE;
    }
  if (interval == 0)
    interval = TF_HOUR;
  series = tf_candle_files_load ((const char *const *) spec->data, interval, error);
  if (series == NULL)
    return FALSE;
  signals = tf_signal_files_load ((const char *const *) spec->signals, error);
  if (signals == NULL)
    return FALSE;
  if (self->config == NULL)
    {
      if (!tf_replay_add_series_markets (universe, series, error))
        return FALSE;
      /* Fills without any other market are the market's prints themselves. */
      if (series->len == 0)
        tf_replay_add_signal_markets (universe, signals);
      self->config = tf_config_new_default (spec->market, universe, interval, spec->seed);
      if (!connect_traders (self->config, signals, error))
        return FALSE;
    }
  self->source = tf_replay_new (&(TfReplayOptions) {
                                  .universe = self->config->universe,
                                  .series = series,
                                  .signals = signals,
                                  .from = spec->from,
                                  .to = spec->to,
                                  .history = HISTORY_BARS * interval,
                                }, error);
  if (self->source != NULL && tf_replay_get_total (self->source) == 0)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "%s: found nothing in the given range, expected candles or signals",
                   spec->data[0] != NULL ? spec->data[0] : spec->signals[0]);
      return FALSE;
    }
  return self->source != NULL;
}
