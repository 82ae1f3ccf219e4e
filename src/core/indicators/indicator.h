#pragma once

#include "core/market/candle.h"

G_BEGIN_DECLS

#define TF_PARAMS_MAX 8
#define TF_OUTPUTS_MAX 4

/* One parameter: forms, optimizer ranges and help are made from it. A list ends with { NULL }. */
typedef struct
{
  const char *name;
  double      min, max, value; /* @value is the default */
} TfParam;

/* One indicator. Values of parameters come in the order of @params. */
typedef struct
{
  const char        *id;    /* stable: what the command line takes */
  const char        *title; /* N_() */
  const TfParam     *params;
  const char *const *outputs;                  /* names of the lines, ends with NULL */
  guint            (*warmup) (const double *params); /* bars before all lines have values */
  gsize              state_size;
  void             (*init)   (gpointer      state,
                              const double *params);
  void             (*update) (gpointer      state,
                              const TfBar  *bar,
                              double       *out); /* one value per line, NaN during warm-up */
} TfIndicator;

const TfIndicator *const *tf_indicators          (void);
const TfIndicator        *tf_indicator_find      (const char        *id);
guint                     tf_indicator_n_outputs (const TfIndicator *self);
void                      tf_indicator_run       (const TfIndicator *self,
                                                  const double      *params,
                                                  const TfBar       *bars,
                                                  gsize              n_bars,
                                                  double            *out);
guint                     tf_params_count        (const TfParam     *params);
void                      tf_params_defaults     (const TfParam     *params,
                                                  double             values[TF_PARAMS_MAX]);

G_END_DECLS
