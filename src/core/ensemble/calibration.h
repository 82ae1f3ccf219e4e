#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TF_CALIBRATION_BINS 9

/* What became of the proposals of one range of confidence. All sums are weighted. */
typedef struct
{
  guint64 count, positive;  /* outcomes; of them better than 0 */
  double  weight;           /* worth this many independent outcomes */
  double  confidence;       /* sum */
  double  predicted;        /* sum of the predicted means after costs, in R */
  double  outcome, squares; /* sum of the outcomes after costs in R, and of their squares */
} TfCalibrationBin;

/* Confidence and prediction against what happened: the reliability diagram. Plain data, zero at the start. */
typedef struct
{
  TfCalibrationBin bins[TF_CALIBRATION_BINS];
} TfCalibration;

/* Bin i is from edge i to below edge i + 1; the last holds 1 too. */
extern const double tf_calibration_edges[TF_CALIBRATION_BINS + 1];

guint       tf_calibration_bin      (double               confidence);
void        tf_calibration_add      (TfCalibration       *self,
                                     double               confidence,
                                     double               predicted,
                                     double               outcome,
                                     double               weight);
gboolean    tf_calibration_mean     (const TfCalibration *self,
                                     guint                bin,
                                     double              *mean,
                                     double              *standard_error);
gboolean    tf_calibration_summary  (const TfCalibration *self,
                                     double              *error,
                                     double              *bias);

G_END_DECLS
