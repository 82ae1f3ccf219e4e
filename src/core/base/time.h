#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Nanoseconds since 1970-01-01 UTC. */
typedef gint64 TfTime;

#define TF_SECOND G_GINT64_CONSTANT (1000000000)
#define TF_MINUTE (60 * TF_SECOND)
#define TF_HOUR   (60 * TF_MINUTE)
#define TF_DAY    (24 * TF_HOUR)
#define TF_TIME_SIZE 32

gboolean    tf_time_parse           (const char *text,
                                     TfTime     *time,
                                     GError    **error);
char       *tf_time_format          (TfTime      time,
                                     char        buffer[TF_TIME_SIZE]);
gboolean    tf_interval_parse       (const char *text,
                                     TfTime     *interval,
                                     GError    **error);

/* The UTC day that @time lies in, counted from 1970-01-01; right for times before it, too. */
static inline gint64
tf_time_day (TfTime time)
{
  return time / TF_DAY - (time % TF_DAY < 0);
}

G_END_DECLS
