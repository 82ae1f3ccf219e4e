#include "io/feeds/fault.h"

#include <string.h>

static const char *const fault_names[TF_FAULTS] = {
  "drop", "close", "stall", "half-open", "slow", "reorder", "duplicate", "truncate", "corrupt", "oversize", "gap",
  "429", "418", "503", "checksum", "skew", "maintenance",
};

const char *
tf_fault_name (TfFault fault)
{
  return fault_names[fault];
}

/**
 * tf_fault_parse:
 * @fault: (out)
 */
gboolean
tf_fault_parse (const char *name,
                TfFault    *fault)
{
  for (guint k = 0; k < TF_FAULTS; k++)
    if (strcmp (fault_names[k], name) == 0)
      {
        *fault = (TfFault) k;
        return TRUE;
      }
  return FALSE;
}
