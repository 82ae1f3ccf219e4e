#pragma once

#include "io/feeds/dialect.h"

G_BEGIN_DECLS

extern const TfDialect tf_dialect_binance, tf_dialect_coinbase, tf_dialect_coinbase_exchange, tf_dialect_kraken,
    tf_dialect_hyperliquid;

G_END_DECLS
