#pragma once

#include "io/feeds/venue.h"

G_BEGIN_DECLS

extern const TfVenue tf_venue_binance, tf_venue_coinbase, tf_venue_coinbase_exchange, tf_venue_kraken,
    tf_venue_hyperliquid;

G_END_DECLS
