#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A kind of place that traders' signals come from. Its provenance grade caps confidence and size:
 * A chain, filing or signature; B verified by the venue; C public statement; D cannot be verified. */
typedef struct
{
  const char *id;
  const char *title; /* N_() */
  char        grade;
} TfSourceKind;

const TfSourceKind *tf_source_kinds (void);
char                tf_source_grade (const char *id);
const char         *tf_source_title (const char *id);

G_END_DECLS
