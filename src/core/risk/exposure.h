#pragma once

#include "core/base/fixed.h"

G_BEGIN_DECLS

/* What an account stands to hold, one entry for each instrument: a view on arrays of the engine, for the
 * time of a call. Everything is measured at its worst: an order that works may be filled, one that would
 * reduce may not. With E(+) = net + buying and E(−) = selling − net, the exposure of an instrument is max
 * (E(+), E(−)). */
typedef struct
{
  guint          n;
  const TfMoney *net;     /* signed notional of the net position at the market's price */
  const TfMoney *buying;  /* (nullable) notional of entries that work on the buy side, 0 or more */
  const TfMoney *selling; /* (nullable) the same on the sell side */
  const guint16 *cluster; /* (nullable) cluster of each: tf_covariance_clusters(); NULL: each is its own */
} TfExposure;

TfMoney     tf_exposure_side        (const TfExposure *self,
                                     guint             instrument,
                                     gint              direction);
TfMoney     tf_exposure_gross       (const TfExposure *self);
TfMoney     tf_exposure_net         (const TfExposure *self,
                                     gint              direction);
TfMoney     tf_exposure_cluster     (const TfExposure *self,
                                     guint             instrument,
                                     gint              direction);
TfMoney     tf_exposure_gap_loss    (const TfExposure *self,
                                     double            stress_gap);
double      tf_exposure_gap_keep    (const TfExposure *self,
                                     double            stress_gap,
                                     TfMoney           budget);
TfMoney     tf_exposure_gap_room    (const TfExposure *self,
                                     double            stress_gap,
                                     TfMoney           budget,
                                     guint             instrument,
                                     gint              direction);

G_END_DECLS
