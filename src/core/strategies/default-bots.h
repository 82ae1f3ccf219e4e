#pragma once

#include "core/strategies/strategy.h"

G_BEGIN_DECLS

/* One of the twenty bots that a new workspace starts with: data/bots.json, compiled in. */
typedef struct
{
  const char *id; /* stable: stored in journals */
  const char *title;
  const char *strategy;
  const char *account;
  const char *reason; /* why this bot is in that account */
  struct
  {
    const char *name;
    double      value;
  } params[TF_PARAMS_MAX + 1]; /* that differ from the strategy's defaults; ends with { NULL } */
} TfBotDefault;

extern const TfBotDefault tf_default_bots[]; /* ends with a NULL id */

void        tf_bot_default_params   (const TfBotDefault *self,
                                     const TfStrategy   *strategy,
                                     double              values[TF_PARAMS_MAX]);

G_END_DECLS
