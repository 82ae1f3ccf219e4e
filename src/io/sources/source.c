#include "io/sources/source.h"

#include <glib/gi18n.h>
#include <string.h>

static const TfSourceKind kinds[] = {
  { "demo", N_("Demo market: simulated"), 'D' },
  { "file", N_("Signal file"), 'D' },
  { "hyperliquid", N_("Fills of a public address on Hyperliquid"), 'A' },
  { "sec-edgar", N_("Filings with the SEC"), 'A' },
  { NULL },
};

/**
 * tf_source_kinds:
 *
 * Returns: (transfer none): the table, ending with a %NULL id
 */
const TfSourceKind *
tf_source_kinds (void)
{
  return kinds;
}

static const TfSourceKind *
find (const char *id)
{
  for (const TfSourceKind *kind = kinds; kind->id != NULL; kind++)
    if (strcmp (kind->id, id) == 0)
      return kind;
  return NULL;
}

/**
 * tf_source_grade:
 *
 * Returns: the grade of the kind @id; that of what cannot be verified for one that is not in the table
 */
char
tf_source_grade (const char *id)
{
  const TfSourceKind *kind = find (id);

  return kind != NULL ? kind->grade : 'D';
}

const char *
tf_source_title (const char *id)
{
  const TfSourceKind *kind = find (id);

  return kind != NULL ? _(kind->title) : _("Source that the program does not know");
}
