#pragma once

#include "cli/command.h"
#include "core/engine/snapshot.h"
#include "io/storage/sources.h"

G_BEGIN_DECLS

/* What is given to “traders VERB”; each verb takes what it needs. */
typedef struct
{
  char    *workspace, *name, *kind, *address, *endpoint, *contact, *account, *instrument, *side, *price, *quantity;
  gint64   id; /* of a source; 0: not given */
  gboolean all, json;
  char   **words; /* that follow the verb */
} TfTradersOptions;

/* Each returns an exit status. */
int         tf_traders_policy         (const TfTradersOptions *options);
int         tf_traders_preview        (const TfTradersOptions *options);
int         tf_traders_check          (const TfTradersOptions *options);

/* A trader and an account that a workspace has, by id or name; −1 with an error. Of no account given: −1 without one. */
gint        tf_traders_find           (const TfConfig         *config,
                                       const char             *name,
                                       GError                **error);
gboolean    tf_traders_find_account   (const TfConfig         *config,
                                       const char             *id,
                                       gint                   *account,
                                       GError                **error);
/* One row of “list sources” */
void        tf_traders_add_source     (JsonBuilder            *builder,
                                       const TfStoredSource   *source);

G_END_DECLS
