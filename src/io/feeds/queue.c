#include "io/feeds/queue.h"

#include <string.h>

struct _TfEventQueue
{
  gatomicrefcount refs;
  GMutex   lock;
  GCond    filled, emptied;
  guint    capacity, n_instruments;
  TfEvent *ring;
  guint    head, length;
  /* While the ring is full, the newest quote of each instrument waits here, in the order that they came: all are newer
   * than the ring, and older than whatever comes next. */
  TfEvent *held;
  guint   *order; /* instruments with a held quote */
  guint    n_held;
  GArray  *urgent; /* of TfEvent: commands; they wait for nobody */
  GPtrArray *payloads, *lent; /* TfEventPayload: what events that wait point to, and those of the last pop */
  guint    blocked; /* producers that wait now */
  gboolean closed, woken;
  TfEventQueueFigures figures;
};

/**
 * tf_event_queue_new:
 * @capacity: events that may wait before producers have to
 * @n_instruments: quotes have an instrument below it
 */
TfEventQueue *
tf_event_queue_new (guint capacity,
                    guint n_instruments)
{
  TfEventQueue *self = g_new0 (TfEventQueue, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_cond_init (&self->filled);
  g_cond_init (&self->emptied);
  self->capacity = MAX (capacity, 1);
  self->n_instruments = n_instruments;
  self->ring = g_new (TfEvent, self->capacity);
  self->held = g_new (TfEvent, MAX (n_instruments, 1));
  self->order = g_new (guint, MAX (n_instruments, 1));
  self->urgent = g_array_new (FALSE, FALSE, sizeof (TfEvent));
  self->payloads = g_ptr_array_new_with_free_func (g_free);
  self->lent = g_ptr_array_new_with_free_func (g_free);
  return self;
}

TfEventQueue *
tf_event_queue_ref (TfEventQueue *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
tf_event_queue_unref (TfEventQueue *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->payloads);
  g_ptr_array_unref (self->lent);
  g_array_unref (self->urgent);
  g_free (self->order);
  g_free (self->held);
  g_free (self->ring);
  g_cond_clear (&self->emptied);
  g_cond_clear (&self->filled);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
append (TfEventQueue  *self,
        const TfEvent *event)
{
  self->ring[(self->head + self->length) % self->capacity] = *event;
  self->length++;
  self->figures.deepest = MAX (self->figures.deepest, self->length);
}

/* Held quotes go first: they came first. */
static void
release_held (TfEventQueue *self)
{
  guint n = MIN (self->n_held, self->capacity - self->length);

  for (guint k = 0; k < n; k++)
    append (self, &self->held[self->order[k]]);
  self->n_held -= n;
  memmove (self->order, self->order + n, self->n_held * sizeof *self->order);
}

static void
hold (TfEventQueue  *self,
      const TfEvent *quote)
{
  guint instrument = (guint) quote->instrument, k = 0;

  while (k < self->n_held && self->order[k] != instrument)
    k++;
  if (k < self->n_held) /* the newer one takes a newer place */
    {
      self->n_held--;
      memmove (self->order + k, self->order + k + 1, (self->n_held - k) * sizeof *self->order);
      self->figures.conflated++;
    }
  self->order[self->n_held++] = instrument;
  self->held[instrument] = *quote;
}

/**
 * tf_event_queue_push:
 * @event: copied, what it points to as well
 *
 * Any thread. When the queue is full a quote replaces the waiting one of its instrument and everything else waits for
 * room: nothing but a quote is ever dropped. A command goes before all else and never waits.
 *
 * Returns: FALSE when the queue is closed; the event is then dropped
 */
gboolean
tf_event_queue_push (TfEventQueue  *self,
                     const TfEvent *event)
{
  TfEvent copy = *event;

  g_mutex_lock (&self->lock);
  release_held (self);
  if (event->type == TF_EVENT_COMMAND)
    {
      if (!self->closed)
        g_array_append_val (self->urgent, copy);
    }
  else if (event->type == TF_EVENT_QUOTE && event->instrument >= 0 && (guint) event->instrument < self->n_instruments
           && (self->length == self->capacity || self->n_held > 0))
    {
      if (!self->closed)
        hold (self, event);
    }
  else
    {
      if (self->length == self->capacity && !self->closed)
        {
          self->figures.blocked++;
          self->blocked++;
          while ((self->length == self->capacity || self->n_held > 0) && !self->closed)
            {
              g_cond_wait (&self->emptied, &self->lock);
              release_held (self);
            }
          self->blocked--;
        }
      if (!self->closed)
        {
          TfEventPayload payload;

          if (tf_event_keep (&copy, &payload))
            {
              TfEventPayload *kept = g_memdup2 (&payload, sizeof payload);

              tf_event_keep (&copy, kept);
              g_ptr_array_add (self->payloads, kept);
            }
          append (self, &copy);
        }
    }
  if (!self->closed)
    self->figures.pushed++;
  g_cond_signal (&self->filled);
  g_mutex_unlock (&self->lock);
  return !self->closed;
}

/**
 * tf_event_queue_pop:
 * @events: (out): room for @max
 * @timeout_us: waits so long for the first event; 0: not at all, below: without end
 *
 * One thread only. Events in the order that they were pushed, commands first; what they point to lives until the next
 * call.
 *
 * Returns: how many; 0 when time is up, the queue was woken, or it is closed and empty
 */
guint
tf_event_queue_pop (TfEventQueue *self,
                    TfEvent      *events,
                    guint         max,
                    gint64        timeout_us)
{
  gint64 end = g_get_monotonic_time () + timeout_us;
  guint n = 0;

  g_mutex_lock (&self->lock);
  g_ptr_array_set_size (self->lent, 0);
  while (self->length + self->n_held + self->urgent->len == 0 && !self->closed && !self->woken && timeout_us != 0)
    {
      if (timeout_us < 0)
        g_cond_wait (&self->filled, &self->lock);
      else if (!g_cond_wait_until (&self->filled, &self->lock, end))
        break;
    }
  self->woken = FALSE;
  if (self->urgent->len > 0)
    {
      n = MIN (self->urgent->len, max);
      memcpy (events, self->urgent->data, n * sizeof *events);
      g_array_remove_range (self->urgent, 0, n);
    }
  while (n < max)
    {
      if (self->length == 0)
        release_held (self);
      if (self->length == 0)
        break;
      events[n] = self->ring[self->head];
      self->head = (self->head + 1) % self->capacity;
      self->length--;
      if (events[n].type == TF_EVENT_SIGNAL || events[n].type == TF_EVENT_NOTICE) /* in order, so it is the oldest copy */
        g_ptr_array_add (self->lent, g_ptr_array_steal_index (self->payloads, 0));
      n++;
    }
  self->figures.popped += n;
  if (self->blocked > 0)
    g_cond_broadcast (&self->emptied);
  g_mutex_unlock (&self->lock);
  return n;
}

/**
 * tf_event_queue_wake:
 *
 * Makes a pop that waits, or else the next one, return at once.
 */
void
tf_event_queue_wake (TfEventQueue *self)
{
  g_mutex_lock (&self->lock);
  self->woken = TRUE;
  g_cond_signal (&self->filled);
  g_mutex_unlock (&self->lock);
}

/**
 * tf_event_queue_close:
 *
 * Nothing more is taken, and nobody waits any more; what is inside can still be popped.
 */
void
tf_event_queue_close (TfEventQueue *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_cond_broadcast (&self->filled);
  g_cond_broadcast (&self->emptied);
  g_mutex_unlock (&self->lock);
}

void
tf_event_queue_get_figures (TfEventQueue        *self,
                            TfEventQueueFigures *figures)
{
  g_mutex_lock (&self->lock);
  *figures = self->figures;
  figures->waiting = self->length + self->n_held + self->urgent->len;
  g_mutex_unlock (&self->lock);
}
