#include "core/indicators/indicator-private.h"

#include <string.h>

#define TF_INDICATOR(name) extern const TfIndicator tf_indicator_##name;
#include "core/indicators/table.h"
#undef TF_INDICATOR

static const TfIndicator *const table[] = {
#define TF_INDICATOR(name) &tf_indicator_##name,
#include "core/indicators/table.h"
#undef TF_INDICATOR
  NULL
};

/**
 * tf_indicators:
 *
 * Returns: (transfer none): every indicator, in the order of the table in meson.build; ends with NULL
 */
const TfIndicator *const *
tf_indicators (void)
{
  return table;
}

/**
 * tf_indicator_find:
 * @id: an indicator's id
 *
 * Returns: (nullable) (transfer none): the indicator, or NULL when there is none of that id
 */
const TfIndicator *
tf_indicator_find (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);

  for (guint i = 0; table[i] != NULL; i++)
    if (strcmp (table[i]->id, id) == 0)
      return table[i];
  return NULL;
}

/**
 * tf_indicator_n_outputs:
 * @self: an indicator
 *
 * Returns: the number of its lines, at most %TF_OUTPUTS_MAX
 */
guint
tf_indicator_n_outputs (const TfIndicator *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return g_strv_length ((char **) self->outputs);
}

/**
 * tf_indicator_run:
 * @self: an indicator
 * @params: (nullable): its parameters, or NULL for the defaults
 * @bars: (array length=n_bars): bars, oldest first
 * @n_bars: their number
 * @out: room for @n_bars rows of tf_indicator_n_outputs() values
 *
 * The batch form: drives the streaming form over @bars, so that there is one formula only.
 */
void
tf_indicator_run (const TfIndicator *self,
                  const double      *params,
                  const TfBar       *bars,
                  gsize              n_bars,
                  double            *out)
{
  double defaults[TF_PARAMS_MAX];
  g_autofree gpointer state = NULL;
  guint n_outputs;

  g_return_if_fail (self != NULL);
  g_return_if_fail (n_bars == 0 || (bars != NULL && out != NULL));

  n_outputs = tf_indicator_n_outputs (self);
  tf_params_defaults (self->params, defaults);
  state = g_malloc0 (self->state_size);
  self->init (state, params != NULL ? params : defaults);
  for (gsize i = 0; i < n_bars; i++)
    self->update (state, &bars[i], out + i * n_outputs);
}

/**
 * tf_params_count:
 * @params: a list of parameters
 *
 * Returns: their number, at most %TF_PARAMS_MAX
 */
guint
tf_params_count (const TfParam *params)
{
  guint n = 0;

  while (params[n].name != NULL)
    n++;
  return n;
}

/**
 * tf_params_defaults:
 * @params: a list of parameters
 * @values: (out): their defaults; the rest is zero
 */
void
tf_params_defaults (const TfParam *params,
                    double         values[TF_PARAMS_MAX])
{
  guint n = tf_params_count (params);

  g_assert (n <= TF_PARAMS_MAX);
  memset (values, 0, TF_PARAMS_MAX * sizeof (double));
  for (guint i = 0; i < n; i++)
    values[i] = params[i].value;
}

/**
 * tf_warmup_values:
 * @params: an indicator's parameters, the first of which is its period
 *
 * Returns: the bars before a window of so many values is full
 */
guint
tf_warmup_values (const double *params)
{
  return tf_period (params[0]) - 1;
}

/**
 * tf_warmup_changes:
 * @params: an indicator's parameters, the first of which is its period
 *
 * Returns: the bars before a window of so many changes from one bar to the next is full
 */
guint
tf_warmup_changes (const double *params)
{
  return tf_period (params[0]);
}
