#include "io/feeds/merge.h"

#include <string.h>

#include "core/base/error.h"

/* One source and its next event. What a signal points to lives in its source until that is asked again. */
typedef struct
{
  TfEventSource *source;
  TfEvent        event;
  gboolean       has_event, ended;
} Branch;

typedef struct
{
  TfEventSource source;
  Branch       *branches;
  guint         n;
  guint64       given;
  TfTime        now;
} Merge;

static gboolean
merge_next (TfEventSource *source,
            TfEvent       *event)
{
  Merge *self = (Merge *) source;
  Branch *first = NULL;

  for (guint k = 0; k < self->n; k++)
    {
      Branch *branch = &self->branches[k];

      if (!branch->has_event && !branch->ended)
        {
          branch->has_event = branch->source->next (branch->source, &branch->event);
          branch->ended = !branch->has_event;
        }
      if (branch->has_event && (first == NULL || branch->event.time < first->event.time))
        first = branch;
    }
  if (first == NULL)
    return FALSE;
  *event = first->event;
  event->time = self->now = MAX (event->time, self->now);
  first->has_event = FALSE;
  self->given++;
  return TRUE;
}

/* Of the one that is least far. */
static double
merge_progress (TfEventSource *source)
{
  Merge *self = (Merge *) source;
  double least = 1;

  for (guint k = 0; k < self->n; k++)
    if (self->branches[k].source->progress != NULL)
      least = MIN (least, self->branches[k].source->progress (self->branches[k].source));
  return least;
}

static gboolean
merge_check (TfEventSource *source,
             GError       **error)
{
  Merge *self = (Merge *) source;

  for (guint k = 0; k < self->n; k++)
    if (self->branches[k].source->check != NULL && !self->branches[k].source->check (self->branches[k].source, error))
      return FALSE;
  return TRUE;
}

static void
merge_save (TfEventSource *source,
            GByteArray    *state)
{
  g_byte_array_append (state, (const guint8 *) &((Merge *) source)->given, sizeof (guint64));
}

/* From the start again: the sources are new when this is called. */
static gboolean
merge_restore (TfEventSource *source,
               const guint8  *state,
               gsize          size,
               GError       **error)
{
  Merge *self = (Merge *) source;
  guint64 given;
  TfEvent event;

  if (size != sizeof given)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found %" G_GSIZE_FORMAT " bytes of a replay's state, expected %" G_GSIZE_FORMAT,
                   size, sizeof given);
      return FALSE;
    }
  memcpy (&given, state, sizeof given);
  while (self->given < given)
    if (!merge_next (source, &event))
      {
        g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH, "found data of %" G_GUINT64_FORMAT " events, expected %"
                     G_GUINT64_FORMAT " or more", self->given, given);
        return FALSE;
      }
  return TRUE;
}

static void
merge_free (TfEventSource *source)
{
  Merge *self = (Merge *) source;

  for (guint k = 0; k < self->n; k++)
    self->branches[k].source->free (self->branches[k].source);
  g_free (self->branches);
  g_free (self);
}

/**
 * tf_merge_new:
 * @sources: (transfer full): none of which was asked for anything yet
 */
TfEventSource *
tf_merge_new (TfEventSource *const *sources,
              guint                 n)
{
  Merge *self = g_new0 (Merge, 1);

  self->source = (TfEventSource) {
    .next = merge_next, .progress = merge_progress, .check = merge_check, .save = merge_save, .restore = merge_restore, .free = merge_free,
  };
  self->branches = g_new0 (Branch, n);
  self->n = n;
  for (guint k = 0; k < n; k++)
    self->branches[k].source = sources[k];
  return &self->source;
}
