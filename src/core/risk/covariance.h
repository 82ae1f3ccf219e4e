#pragma once

#include "core/risk/exposure.h"

G_BEGIN_DECLS

/* Effective sample of the exponential weights, (1 + λ) / (1 − λ), is the ring's: 120 bars. */
#define TF_COVARIANCE_SAMPLES 120
#define TF_COVARIANCE_LAMBDA  (119.0 / 121.0)
#define TF_COVARIANCE_REFRESH 24 /* steps between two estimates of the shrinkage */
#define TF_COVARIANCE_MINIMUM 30 /* common bars before a correlation is believed */

/* Covariance of bar returns: exponentially weighted (zero mean, RiskMetrics 1996), shrunk towards a scaled
 * identity with the intensity of Ledoit and Wolf (2004). One block of plain data of tf_covariance_size()
 * bytes. */
typedef struct _TfCovariance TfCovariance;

gsize       tf_covariance_size         (guint               n);
void        tf_covariance_init         (TfCovariance       *self,
                                        guint               n,
                                        double              lambda);
void        tf_covariance_update       (TfCovariance       *self,
                                        const double       *returns);
guint       tf_covariance_steps        (const TfCovariance *self);
guint       tf_covariance_samples      (const TfCovariance *self,
                                        guint               i,
                                        guint               j);
double      tf_covariance_shrinkage    (const TfCovariance *self);
double      tf_covariance_get          (const TfCovariance *self,
                                        guint               i,
                                        guint               j);
double      tf_covariance_raw          (const TfCovariance *self,
                                        guint               i,
                                        guint               j);
double      tf_correlation             (const TfCovariance *self,
                                        guint               i,
                                        guint               j);
double      tf_volatility              (const TfCovariance *self,
                                        guint               i);
double      tf_volatility_annual       (const TfCovariance *self,
                                        guint               i,
                                        double              bars_per_year);

/* The book: signed notionals in; money (or money squared) of one bar out. */
double      tf_book_variance           (const TfCovariance *self,
                                        const TfExposure   *book);
double      tf_book_marginal           (const TfCovariance *self,
                                        const TfExposure   *book,
                                        guint               instrument);
double      tf_book_bets               (const TfCovariance *self,
                                        const TfExposure   *book);
double      tf_book_correlated         (const TfCovariance *self,
                                        const TfExposure   *book,
                                        TfMoney             equity,
                                        guint               instrument,
                                        gint                direction);
guint       tf_covariance_clusters     (const TfCovariance *self,
                                        double              correlation,
                                        guint16            *cluster);

/* Batch form: @returns is rows × columns; @covariance (nullable) columns × columns. */
double      tf_ledoit_wolf             (const double       *returns,
                                        guint               rows,
                                        guint               columns,
                                        double             *covariance);

G_END_DECLS
