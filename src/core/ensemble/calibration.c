#include "core/ensemble/calibration.h"

#include <math.h>

const double tf_calibration_edges[TF_CALIBRATION_BINS + 1] = {
  0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.75, 0.85, 0.95, 1
};

/**
 * tf_calibration_bin:
 * @confidence: in [0, 1]
 *
 * Returns: the bin that holds it
 */
guint
tf_calibration_bin (double confidence)
{
  guint bin = 0;

  while (bin + 1 < TF_CALIBRATION_BINS && confidence >= tf_calibration_edges[bin + 1])
    bin++;
  return bin;
}

/**
 * tf_calibration_add:
 * @confidence: as it was judged, in [0, 1]
 * @predicted: mean of the outcome after costs as it was judged, in R
 * @outcome: after costs, in R
 * @weight: of how many independent outcomes it is worth (uniqueness), more than 0
 *
 * What is not finite or out of range is refused and changes nothing.
 */
void
tf_calibration_add (TfCalibration *self,
                    double         confidence,
                    double         predicted,
                    double         outcome,
                    double         weight)
{
  TfCalibrationBin *bin;

  if (!(confidence >= 0 && confidence <= 1) || !isfinite (predicted) || !isfinite (outcome) ||
      !isfinite (weight) || weight <= 0)
    return;

  bin = &self->bins[tf_calibration_bin (confidence)];
  bin->count++;
  bin->positive += outcome > 0;
  bin->weight += weight;
  bin->confidence += weight * confidence;
  bin->predicted += weight * predicted;
  bin->outcome += weight * outcome;
  bin->squares += weight * outcome * outcome;
}

/**
 * tf_calibration_mean:
 * @mean: (out): weighted mean outcome after costs, in R
 * @standard_error: (out): of the mean; the weight counts as the number of independent outcomes
 *
 * Returns: %FALSE when the bin holds too little: not more than one independent outcome
 */
gboolean
tf_calibration_mean (const TfCalibration *self,
                     guint                bin,
                     double              *mean,
                     double              *standard_error)
{
  const TfCalibrationBin *b = &self->bins[bin];
  double centre, variance;

  g_return_val_if_fail (bin < TF_CALIBRATION_BINS, FALSE);

  if (b->weight <= 1)
    return FALSE;

  centre = b->outcome / b->weight;
  variance = MAX (b->squares - b->outcome * centre, 0) / (b->weight - 1);
  *mean = centre;
  *standard_error = sqrt (variance / b->weight);
  return TRUE;
}

/**
 * tf_calibration_summary:
 * @error: (out): expected calibration error in R: mean over all outcomes of |mean outcome − mean
 *   prediction| of their bin
 * @bias: (out): mean outcome − mean prediction over all, in R; below 0: too hopeful
 *
 * Returns: %FALSE when there is no outcome yet
 */
gboolean
tf_calibration_summary (const TfCalibration *self,
                        double              *error,
                        double              *bias)
{
  double weight = 0, distance = 0, difference = 0;

  for (guint i = 0; i < TF_CALIBRATION_BINS; i++)
    {
      const TfCalibrationBin *b = &self->bins[i];

      weight += b->weight;
      distance += fabs (b->outcome - b->predicted);
      difference += b->outcome - b->predicted;
    }
  if (weight <= 0)
    return FALSE;

  *error = distance / weight;
  *bias = difference / weight;
  return TRUE;
}
