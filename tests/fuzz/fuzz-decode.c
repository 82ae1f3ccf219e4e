/* libFuzzer: any bytes, as messages of the venue VENUE. Built with -Dfuzz=true by clang; see run.sh. */

#include "check.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static const TfVenue *venue;

  if (venue == NULL)
    {
      venue = tf_venue_find (VENUE);
      check_quietly ();
    }
  check_bytes (venue, (const char *) data, size);
  return 0;
}
