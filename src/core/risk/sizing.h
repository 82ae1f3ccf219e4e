#pragma once

#include "core/market/instrument.h"
#include "core/risk/limits.h"

G_BEGIN_DECLS

/* The chain: risk = equity × all factors. */
typedef enum
{
  TF_FACTOR_BASE_RISK,
  TF_FACTOR_MULTIPLIER,  /* of the account */
  TF_FACTOR_KELLY,
  TF_FACTOR_VOLATILITY,
  TF_FACTOR_CORRELATION,
  TF_FACTOR_GOVERNOR,
  TF_FACTOR_GRADE,
  TF_FACTOR_PROBATION,   /* 1 but for a probation trade */
  TF_N_FACTORS
} TfFactor;

typedef struct
{
  const TfLimits     *limits;
  const TfInstrument *instrument;
  TfMoney             equity;
  double              multiplier;      /* of the account */
  double              mean, variance;  /* of the outcome in R after costs: mean, sd² + noise of the ensemble */
  double              book_volatility; /* annualised, of the account's book as a fraction of equity */
  double              correlated;      /* tf_book_correlated () */
  double              governor;        /* TfGovernor factor */
  double              grade;           /* tf_grade_size_cap (); 1 for a bot */
  TfPrice             entry, stop;     /* where it is expected to fill, and where it is given up */
  gint32              slippage_ppm;    /* expected of each side beyond half the spread */
} TfSizingInput;

typedef struct
{
  TfMoney equity;
  double  factors[TF_N_FACTORS];
  TfMoney risk;      /* equity × Π factors: what may be lost */
  TfMoney unit_loss; /* of one whole unit at the stop, fees, spread and slippage of both sides included */
  TfQty   quantity;  /* multiple of the lot; 0: the risk does not pay for one lot */
  TfMoney notional;  /* at the entry */
  TfMoney loss;      /* of @quantity at the stop with all costs: never more than @risk */
} TfSizing;

const char *tf_factor_name          (TfFactor             factor);
const char *tf_factor_title         (TfFactor             factor);
gboolean    tf_sizing_compute       (const TfSizingInput *in,
                                     TfSizing            *out);
gboolean    tf_sizing_probation     (const TfSizingInput *in,
                                     TfMoney              budget,
                                     TfSizing            *out);
/* Writes “base-risk=0.005 multiplier=0.5 …”; for a record's text. */
gsize       tf_sizing_describe      (const TfSizing      *self,
                                     char                *buffer,
                                     gsize                size);

G_END_DECLS
