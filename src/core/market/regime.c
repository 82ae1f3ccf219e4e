#include "core/market/regime.h"

#include <math.h>

#define WINDOW 200.0     /* bars: how long the usual volatility is remembered */
#define WARMUP 20.0      /* bars before a return can be called large or small */
#define STAY (1 - 1 / 60.0) /* a regime lasts 60 bars on average */
#define LARGEST 6.0      /* a jump counts as this many standard deviations: one bar is not a verdict */

/* What a return looks like in each regime, in usual standard deviations. Drifts this small need a dozen bars
 * to show, which is what a trend means; a range is quieter than usual, turbulence three times as loud. */
static const struct { const char *name; double mean, deviation; } emissions[TF_REGIMES] = {
  [TF_REGIME_TREND_UP] = { "trend-up", 0.30, 0.95 },
  [TF_REGIME_TREND_DOWN] = { "trend-down", -0.30, 0.95 },
  [TF_REGIME_RANGE] = { "range", 0, 0.75 },
  [TF_REGIME_TURBULENT] = { "turbulent", 0, 2.4 },
};

/**
 * tf_regime_name:
 * @kind: a #TfRegimeKind
 *
 * Returns: its machine id, “trend-up”, “trend-down”, “range” or “turbulent”
 */
const char *
tf_regime_name (guint kind)
{
  g_return_val_if_fail (kind < TF_REGIMES, NULL);

  return emissions[kind].name;
}

/**
 * tf_regime_filter_init:
 *
 * Starts with no opinion: every regime as likely as the others.
 */
void
tf_regime_filter_init (TfRegimeFilter *self)
{
  *self = (TfRegimeFilter) { .regime.p = { 0.25, 0.25, 0.25, 0.25 } };
}

/**
 * tf_regime_filter_update:
 * @bar: the next closed bar; one whose close is not a positive number is passed over
 * @out: (out): the probabilities, this bar included
 *
 * One step of the forward algorithm (Rabiner 1989, equations 19 and 20; Hamilton 1989): predict with the
 * chances of staying and leaving, then weigh each regime by the normal density of z = log return / usual
 * volatility. The volatility is that of the bars before, so that a bar can't hide its own size. No opinion in
 * the first 20 bars.
 */
void
tf_regime_filter_update (TfRegimeFilter *self,
                         const TfBar    *bar,
                         TfRegime       *out)
{
  double r, z, likelihood[TF_REGIMES], total = 0, move = (1 - STAY) / (TF_REGIMES - 1);

  if (!(bar->close > 0) || !isfinite (bar->close))
    {
      *out = self->regime;
      return;
    }
  r = self->close > 0 ? log (bar->close / self->close) : 0;
  if (self->weight >= WARMUP && self->variance > 0)
    {
      z = CLAMP (r / sqrt (self->variance), -LARGEST, LARGEST);
      for (guint i = 0; i < TF_REGIMES; i++)
        {
          double e = (z - emissions[i].mean) / emissions[i].deviation;
          double predicted = self->regime.p[i] * STAY + (1 - self->regime.p[i]) * move;

          likelihood[i] = predicted * exp (-0.5 * e * e) / emissions[i].deviation;
          total += likelihood[i];
        }
      for (guint i = 0; i < TF_REGIMES; i++)
        self->regime.p[i] = likelihood[i] / total;
    }
  if (self->close > 0)
    {
      gboolean known = self->weight >= WARMUP && self->variance > 0;
      double largest = known ? LARGEST * LARGEST * self->variance : r * r;

      self->weight = MIN (self->weight + 1, WINDOW);
      self->variance += (MIN (r * r, largest) - self->variance) / self->weight;
    }
  self->close = bar->close;
  *out = self->regime;
}
