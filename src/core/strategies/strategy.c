#include "core/strategies/strategy.h"

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
