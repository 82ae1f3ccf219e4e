#pragma once

#include "core/engine/snapshot.h"

G_BEGIN_DECLS

/* One competitor: what it showed, and what that is worth. */
typedef struct
{
  guint    index;       /* whoever fills it in knows */
  guint    n;           /* outcomes */
  double   worth;       /* independent ones that say as much; 0: no record */
  double   mean;        /* R */
  double   shrunk, sd;  /* posterior of its true mean */
  double   better;      /* probability that the true mean is above 0 */
  gboolean early;       /* fewer than TF_TRACK_ENOUGH outcomes */
  gboolean dropped;     /* a trader that no account follows */
} TfRank;

void        tf_ranking_sort         (TfRank           *ranks,
                                     guint             n,
                                     double            variance);
GArray     *tf_ranking_of_bots      (const TfSnapshot *snapshot);
GArray     *tf_ranking_of_traders   (const TfSnapshot *snapshot);

G_END_DECLS
