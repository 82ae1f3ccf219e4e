#include "io/feeds/venue.h"

#include <string.h>

#include "io/feeds/decoder-private.h"
#include "io/feeds/venues/venues.h"

static const TfVenue *const venues[] = {
  &tf_venue_binance,
  &tf_venue_coinbase,
  &tf_venue_coinbase_exchange,
  &tf_venue_kraken,
  &tf_venue_hyperliquid,
  NULL
};

/**
 * tf_venues:
 *
 * Returns: (array zero-terminated=1): all venues; a new one is a file in venues/ and a line here
 */
const TfVenue *const *
tf_venues (void)
{
  return venues;
}

/**
 * tf_venue_find:
 *
 * Returns: (nullable): the venue with this id
 */
const TfVenue *
tf_venue_find (const char *id)
{
  for (guint i = 0; venues[i] != NULL; i++)
    if (strcmp (venues[i]->id, id) == 0)
      return venues[i];
  return NULL;
}

/**
 * tf_venue_request:
 * @request: (out): release with tf_request_clear()
 *
 * Returns: %FALSE when the venue cannot be asked for this
 */
gboolean
tf_venue_request (const TfVenue *self,
                  const TfFetch *fetch,
                  TfRequest     *request)
{
  *request = (TfRequest) { NULL };
  return self->request (fetch, request);
}

/**
 * tf_venue_reached:
 * @fetch: whose last answer is there
 *
 * Where a venue gives its newest trades only, these may begin after the last one that was known: by when the oldest was
 * (or by its id, where the venue numbers them), since ids need not grow with time.
 *
 * Returns: %FALSE when trades between what was known and what was answered are missing for good
 */
gboolean
tf_venue_reached (const TfVenue *self,
                  const TfFetch *fetch)
{
  if (fetch->kind != TF_FETCH_TRADES || !self->recent_only || fetch->from == 0)
    return TRUE;
  if (fetch->first_time == 0)
    return FALSE;
  return fetch->first_time < fetch->from || fetch->first == fetch->after || fetch->first == fetch->after + 1;
}

void
tf_request_clear (TfRequest *self)
{
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->body, g_free);
}

/* (nullable): what a venue calls this interval */
const char *
tf_interval_to_venue (const TfIntervalName *names,
                      TfTime                interval)
{
  for (; names->name != NULL; names++)
    if (names->interval == interval)
      return names->name;
  return NULL;
}

/* 0 when it is none of the venue's */
TfTime
tf_interval_from_venue (const TfScan         *scan,
                        guint                 value,
                        const TfIntervalName *names)
{
  for (; value != 0 && names->name != NULL; names++)
    if (tf_scan_is (scan, value, names->name))
      return names->interval;
  return 0;
}
