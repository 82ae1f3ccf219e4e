#pragma once

#include <json-glib/json-glib.h>

#include "core/base/time.h"

G_BEGIN_DECLS

#define TF_BECH32_VALUES 90 /* the longest text that the checksum is good for, and its end */
#define TF_NOSTR_KEY 32

/* A note as its author signed it. */
typedef struct
{
  guint8      id[32], author[TF_NOSTR_KEY];
  TfTime      created;
  guint       kind;
  gboolean    quotes;  /* of another's note */
  const char *content; /* owned by the JSON that it was read from */
} TfNostrNote;

gboolean    tf_bech32_decode    (const char    *text,
                                 char           prefix[TF_BECH32_VALUES],
                                 guint8         values[TF_BECH32_VALUES],
                                 guint         *n,
                                 GError       **error);
gboolean    tf_nostr_key        (const char    *address,
                                 guint8         key[TF_NOSTR_KEY],
                                 GError       **error);
gboolean    tf_nostr_verify     (const guint8   message[32],
                                 const guint8   author[TF_NOSTR_KEY],
                                 const guint8   signature[64]);
gboolean    tf_nostr_note_read  (JsonObject    *object,
                                 TfNostrNote   *note,
                                 GError       **error);

G_END_DECLS
