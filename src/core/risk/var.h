#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TF_RETURN_SAMPLES 500
#define TF_VAR_MINIMUM 30 /* returns before an empirical figure is given */

/* The last returns of an account (of days, or of bars), oldest forgotten first. Plain data. */
typedef struct
{
  guint  n, head;
  double returns[TF_RETURN_SAMPLES];
} TfReturnRing;

/* Losses are positive fractions of equity over one period; NaN where undefined or too early. */
typedef struct
{
  guint    n;                        /* returns behind the empirical figures */
  double   level;                    /* 0.99 */
  double   gaussian_var, gaussian_cvar; /* of today's book, from the covariance */
  double   historical_var, historical_cvar;
  double   cornish_fisher_var, cornish_fisher_cvar;
  gboolean cornish_fisher_valid;     /* FALSE: the expansion does not hold (it gives a gain): not to be shown */
} TfVar;

void        tf_return_ring_add      (TfReturnRing       *self,
                                     double              value);
double      tf_gaussian_var         (double              sd,
                                     double              level);
double      tf_gaussian_cvar        (double              sd,
                                     double              level);
void        tf_var_samples          (double             *returns,
                                     guint               n,
                                     double              book_sd,
                                     double              level,
                                     TfVar              *out);
void        tf_var_compute          (const TfReturnRing *ring,
                                     double              book_sd,
                                     double              level,
                                     TfVar              *out);

G_END_DECLS
