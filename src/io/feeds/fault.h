#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What can go wrong at a venue, on purpose */
typedef enum
{
  TF_FAULT_DROP,        /* the line is cut without a word */
  TF_FAULT_CLOSE,       /* closed politely, as before a restart */
  TF_FAULT_STALL,       /* nothing more is said over the lines that are open */
  TF_FAULT_HALF_OPEN,   /* nothing is said, read or answered any more: the peer is gone, the line does not know */
  TF_FAULT_SLOW,        /* for a while messages come late, many at once */
  TF_FAULT_REORDER,     /* two messages change places */
  TF_FAULT_DUPLICATE,   /* every message twice, for a while */
  TF_FAULT_TRUNCATE,    /* half a message */
  TF_FAULT_CORRUPT,     /* a message with a wrong byte */
  TF_FAULT_OVERSIZE,    /* a message of 17 MB */
  TF_FAULT_GAP,         /* messages are lost */
  TF_FAULT_429,         /* the lines are cut, and the next attempts refused */
  TF_FAULT_418,
  TF_FAULT_503,
  TF_FAULT_CHECKSUM,    /* a wrong checksum; a lost message where the venue sends none */
  TF_FAULT_SKEW,        /* its clock jumps by five seconds; at the speed of the recording only */
  TF_FAULT_MAINTENANCE, /* it says so, goes away for a while, and comes back */
  TF_FAULTS
} TfFault;

const char *tf_fault_name (TfFault     fault);
gboolean    tf_fault_parse(const char *name,
                           TfFault    *fault);

G_END_DECLS
