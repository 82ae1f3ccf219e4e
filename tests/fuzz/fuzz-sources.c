/* libFuzzer: any bytes, as what TARGET reads: a feed, a text, a webhook. Built with -Dfuzz=true by clang; see run.sh. */

#include "sources-check.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  TARGET ((const char *) data, size);
  return 0;
}
