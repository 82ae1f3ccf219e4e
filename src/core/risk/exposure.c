#include "core/risk/exposure.h"

#include <math.h>

/* More than fits is as much as fits: every limit refuses it. */
static TfMoney
saturate (__int128 raw)
{
  return (TfMoney) { raw > G_MAXINT64 ? G_MAXINT64 : raw < -G_MAXINT64 ? -G_MAXINT64 : (gint64) raw };
}

static __int128
side (const TfExposure *self,
      guint             i,
      gint              direction)
{
  const TfMoney *working = direction > 0 ? self->buying : self->selling;

  return (__int128) self->net[i].raw * direction + (working != NULL ? working[i].raw : 0);
}

static guint
cluster_of (const TfExposure *self,
            guint             i)
{
  return self->cluster != NULL ? self->cluster[i] : i;
}

static __int128
cluster_side (const TfExposure *self,
              guint             cluster,
              gint              direction,
              gboolean         *any)
{
  __int128 sum = 0;

  *any = FALSE;
  for (guint i = 0; i < self->n; i++)
    if (cluster_of (self, i) == cluster)
      {
        *any = TRUE;
        sum += side (self, i, direction);
      }
  return sum;
}

static __int128
gap_loss (__int128 notional,
          double   stress_gap)
{
  return notional <= 0 ? 0 : (__int128) ceil (stress_gap * (double) notional);
}

/**
 * tf_exposure_side:
 * @direction: +1 or −1
 *
 * Returns: how far the instrument's position can be on that side when all that works there is filled;
 *   negative when the position is on the other side
 */
TfMoney
tf_exposure_side (const TfExposure *self,
                  guint             instrument,
                  gint              direction)
{
  g_return_val_if_fail (instrument < self->n && ABS (direction) == 1, (TfMoney) { 0 });
  return saturate (side (self, instrument, direction));
}

/**
 * tf_exposure_gross:
 *
 * Returns: the sum over instruments of the larger side
 */
TfMoney
tf_exposure_gross (const TfExposure *self)
{
  __int128 sum = 0;

  for (guint i = 0; i < self->n; i++)
    {
      __int128 up = side (self, i, +1), down = side (self, i, -1);

      sum += MAX (up, down);
    }
  return saturate (sum);
}

/**
 * tf_exposure_net:
 *
 * Returns: the sum over instruments of one side; the account's net exposure is the larger of both
 */
TfMoney
tf_exposure_net (const TfExposure *self,
                 gint              direction)
{
  __int128 sum = 0;

  for (guint i = 0; i < self->n; i++)
    sum += side (self, i, direction);
  return saturate (sum);
}

/**
 * tf_exposure_cluster:
 *
 * Returns: as tf_exposure_net(), of the instruments that move with @instrument
 */
TfMoney
tf_exposure_cluster (const TfExposure *self,
                     guint             instrument,
                     gint              direction)
{
  gboolean any;

  g_return_val_if_fail (instrument < self->n, (TfMoney) { 0 });
  return saturate (cluster_side (self, cluster_of (self, instrument), direction, &any));
}

/* Loss in a gap of every cluster but @except (−1: of all), each in the direction that hurts. */
static __int128
gap_loss_but (const TfExposure *self,
              double            stress_gap,
              gint              except)
{
  __int128 sum = 0;
  gboolean any = TRUE;

  /* clusters are numbered from 0 without a hole, so the first empty one is the end */
  for (guint c = 0; any && c < self->n; c++)
    {
      __int128 up = cluster_side (self, c, +1, &any), down = cluster_side (self, c, -1, &any);

      if ((gint) c != except)
        sum += gap_loss (MAX (up, down), stress_gap);
    }
  return sum;
}

/**
 * tf_exposure_gap_loss:
 * @stress_gap: a fraction of price (0.25)
 *
 * Returns: what a sudden gap can cost before any stop is reached: Σ over clusters of |net notional| ×
 *   @stress_gap, each cluster gapping against the account. Inside a cluster long and short offset each
 *   other; between clusters nothing does.
 */
TfMoney
tf_exposure_gap_loss (const TfExposure *self,
                      double            stress_gap)
{
  return saturate (gap_loss_but (self, stress_gap, -1));
}

/**
 * tf_exposure_gap_keep:
 * @budget: what a gap may cost: tf_governor_budget()
 *
 * The gate looks at what is added; a book can also outgrow a budget that shrinks with the equity.
 *
 * Returns: the part of every position, 0…1, that may be kept for the loss to be at most @budget
 */
double
tf_exposure_gap_keep (const TfExposure *self,
                      double            stress_gap,
                      TfMoney           budget)
{
  TfMoney loss = tf_exposure_gap_loss (self, stress_gap);

  return loss.raw <= MAX (budget.raw, 0) ? 1 : (double) MAX (budget.raw, 0) / (double) loss.raw;
}

/**
 * tf_exposure_gap_room:
 * @budget: what a gap may cost: tf_governor_budget()
 * @direction: of a new order in @instrument
 *
 * Returns: the largest notional of such an order for which tf_exposure_gap_loss() is still at most @budget;
 *   0 when it is above the budget already
 */
TfMoney
tf_exposure_gap_room (const TfExposure *self,
                      double            stress_gap,
                      TfMoney           budget,
                      guint             instrument,
                      gint              direction)
{
  guint cluster;
  __int128 rest, here, there, largest;
  gboolean any;

  g_return_val_if_fail (instrument < self->n && stress_gap > 0, (TfMoney) { 0 });
  cluster = cluster_of (self, instrument);
  rest = budget.raw - gap_loss_but (self, stress_gap, (gint) cluster);
  here = cluster_side (self, cluster, direction, &any);
  there = cluster_side (self, cluster, -direction, &any);
  if (rest < 0 || gap_loss (there, stress_gap) > rest)
    return (TfMoney) { 0 };
  largest = (__int128) floor ((double) rest / stress_gap);
  if (gap_loss (largest, stress_gap) > rest) /* the division rounded up */
    largest -= 1 + (largest >> 50);
  return saturate (MAX (largest - here, 0));
}
