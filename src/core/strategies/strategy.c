#include "core/strategies/strategy.h"

#include "core/strategies/default-bots.h"

#include <string.h>

#define TF_STRATEGY(name) extern const TfStrategy tf_strategy_##name;
#include "core/strategies/table.h"
#undef TF_STRATEGY

static const TfStrategy *const table[] = {
#define TF_STRATEGY(name) &tf_strategy_##name,
#include "core/strategies/table.h"
#undef TF_STRATEGY
  NULL
};

/**
 * tf_strategies:
 *
 * Returns: (transfer none): every strategy, in the order of the table in meson.build; ends with NULL
 */
const TfStrategy *const *
tf_strategies (void)
{
  return table;
}

/**
 * tf_strategy_find:
 * @id: a strategy's id
 *
 * Returns: (nullable) (transfer none): the strategy, or NULL when there is none of that id
 */
const TfStrategy *
tf_strategy_find (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);

  for (guint i = 0; table[i] != NULL; i++)
    if (strcmp (table[i]->id, id) == 0)
      return table[i];
  return NULL;
}

/**
 * tf_bot_default_params:
 * @self: a default bot
 * @strategy: its strategy
 * @values: (out): the strategy's defaults with the bot's own values over them
 */
void
tf_bot_default_params (const TfBotDefault *self,
                       const TfStrategy   *strategy,
                       double              values[TF_PARAMS_MAX])
{
  g_return_if_fail (self != NULL && strategy != NULL);

  tf_params_defaults (strategy->params, values);
  for (guint i = 0; self->params[i].name != NULL; i++)
    for (guint k = 0; strategy->params[k].name != NULL; k++)
      if (strcmp (self->params[i].name, strategy->params[k].name) == 0)
        values[k] = self->params[i].value;
}
