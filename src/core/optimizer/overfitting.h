#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How much of a result is the search and not the strategy. Sharpe ratios are of one period, kurtosis is raw (3 for a bell
 * curve), @n counts returns. */
double      tf_sharpe_deviation     (double        sharpe,
                                     double        n,
                                     double        skew,
                                     double        kurtosis);
double      tf_probabilistic_sharpe (double        sharpe,
                                     double        benchmark,
                                     double        n,
                                     double        skew,
                                     double        kurtosis);
double      tf_expected_max_sharpe  (double        variance,
                                     double        trials);
double      tf_min_track_record     (double        sharpe,
                                     double        benchmark,
                                     double        skew,
                                     double        kurtosis,
                                     double        probability);
double      tf_independent_trials   (const float  *streams,
                                     guint         trials,
                                     guint         periods);

G_END_DECLS
