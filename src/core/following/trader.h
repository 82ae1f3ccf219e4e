#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A followed person or address. */
typedef struct
{
  char   id[48];        /* stable: “michael-saylor” */
  char   name[48];      /* “Michael Saylor” */
  char   known_for[128];
  char   grade;         /* best provenance of its sources, 'A' … 'D'; 0: no source connected */
  double trust_mean, trust_sd; /* prior effect in R */
  guint8 followed[8];   /* by account */
} TfTrader;

/* The twenty public voices that every account follows by default (data/traders.json); ends with an empty
 * id. */
extern const TfTrader tf_default_traders[];

/* A public feed of one of them, of a kind that io/sources knows. */
typedef struct
{
  const char *trader; /* name */
  const char *kind, *address;
} TfDefaultSource;

/* Off until the user turns the network on (data/traders.json); ends with a NULL trader. Who has none there has no
 * source. */
extern const TfDefaultSource tf_default_sources[];

/* How sure a grade can be at best: a cap of confidence and of size. */
double      tf_grade_confidence_cap (char        grade);
double      tf_grade_size_cap       (char        grade);

G_END_DECLS
