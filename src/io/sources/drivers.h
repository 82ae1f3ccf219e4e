#pragma once

#include "io/sources/source.h"

G_BEGIN_DECLS

/* One file each; the table in source.c names them. */
extern const TfSourceDriver tf_source_edgar;
extern const TfSourceDriver tf_source_feed;
extern const TfSourceDriver tf_source_hyperliquid;
extern const TfSourceDriver tf_source_nostr;
extern const TfSourceDriver tf_source_okx;
extern const TfSourceDriver tf_source_watched;
extern const TfSourceDriver tf_source_webhook;

G_END_DECLS
