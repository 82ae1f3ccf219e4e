#include "core/following/trader.h"

/**
 * tf_grade_confidence_cap:
 * @grade: provenance of a signal's source: 'A' chain, filing or signature; 'B' venue-verified; 'C' public
 *   statement; 'D' unverifiable. Anything else is no better than 'D'
 *
 * Returns: the highest confidence that a signal of it can have. Against the default accounts' thresholds:
 * what a person merely says cannot reach the conservative one, what nobody can verify only the aggressive
 * one.
 */
double
tf_grade_confidence_cap (char grade)
{
  switch (grade)
    {
    case 'A':
      return 1;
    case 'B':
      return 0.95;
    case 'C':
      return 0.8;
    default:
      return 0.7;
    }
}

/**
 * tf_grade_size_cap:
 * @grade: as for tf_grade_confidence_cap()
 *
 * Returns: the largest part of a full size that a signal of it can get
 */
double
tf_grade_size_cap (char grade)
{
  switch (grade)
    {
    case 'A':
    case 'B':
      return 1;
    case 'C':
      return 0.5;
    default:
      return 0.25;
    }
}
