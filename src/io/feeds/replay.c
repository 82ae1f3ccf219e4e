#include "io/feeds/replay.h"

#include <string.h>

#include "core/base/error.h"

/* One series of candles under way. A candle is known at its close. */
typedef struct
{
  const TfCandleSeries *series;
  gint16                instrument;
  guint                 next, end;  /* of candles */
} Stream;

typedef struct
{
  TfEventSource source;
  GPtrArray    *series;
  GArray       *signals;
  Stream       *streams;      /* in the order of instruments */
  guint         n_streams;
  guint32      *order;        /* signals by known-at; those of one moment in the order of the file */
  gint16       *instruments;  /* of each signal; −1: not in the universe */
  guint         next, end;    /* of @order */
  gboolean      printed;      /* the next signal's trade print was given */
  gboolean     *seen;         /* [instrument]: a candle was given */
  guint         n_instruments;
  TfTime        from;         /* of what is no history */
  guint64       given, total; /* candles and signals */
} Replay;

/* What restore() needs, then the position of each stream and the time of the candle given last. */
typedef struct
{
  guint32 magic, n_streams;
  guint64 signal, given;
  guint64 printed;
} State;

#define MAGIC 0x31706572 /* “rep1” */

typedef struct
{
  guint64 next;
  TfTime  last;
} StreamState;

static inline TfTime
known_at (const Stream *stream,
          guint         i)
{
  return stream->series->candles[i].time + stream->series->interval;
}

static guint
lower_bound (const Stream *stream,
             TfTime        time)
{
  guint low = 0, high = stream->series->n;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (known_at (stream, middle) < time)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static const TfTraderSignal *
signal_at (const Replay *self,
           guint         i)
{
  return &g_array_index (self->signals, TfTraderSignal, self->order[i]);
}

static void
give_candle (Replay  *self,
             Stream  *stream,
             TfEvent *event)
{
  *event = (TfEvent) {
    .time = known_at (stream, stream->next),
    .type = TF_EVENT_CANDLE,
    .instrument = stream->instrument,
    .candle.candle = stream->series->candles[stream->next],
    .candle.interval = stream->series->interval,
  };
  stream->next++;
  self->seen[stream->instrument] = TRUE;
  self->given++;
}

/* A trader's fill in a market that nothing else tells of is itself a print of that market, and comes first. */
static void
give_signal (Replay  *self,
             TfEvent *event)
{
  const TfTraderSignal *signal = signal_at (self, self->next);
  gint16 instrument = self->instruments[self->order[self->next]];

  if (!self->printed && instrument >= 0 && !self->seen[instrument] && signal->price.raw > 0 && signal->quantity.raw > 0)
    {
      *event = (TfEvent) {
        .time = signal->published,
        .type = TF_EVENT_TRADE,
        .instrument = instrument,
        .trade.price = signal->price,
        .trade.quantity = signal->quantity,
        .trade.side = signal->side,
      };
      self->printed = TRUE;
      return;
    }
  *event = (TfEvent) {
    .time = signal->published,
    .type = TF_EVENT_SIGNAL,
    .instrument = instrument,
    .signal = signal,
  };
  self->printed = FALSE;
  self->next++;
  self->given++;
}

static gboolean
replay_next (TfEventSource *source,
             TfEvent       *event)
{
  Replay *self = (Replay *) source;
  Stream *first = NULL;
  TfTime best = G_MAXINT64;

  for (guint i = 0; i < self->n_streams; i++)
    {
      Stream *stream = &self->streams[i];

      if (stream->next < stream->end && known_at (stream, stream->next) < best)
        {
          best = known_at (stream, stream->next);
          first = stream;
        }
    }
  if (self->next < self->end && signal_at (self, self->next)->published < best)
    give_signal (self, event);
  else if (first != NULL)
    give_candle (self, first, event);
  else
    return FALSE;
  if (event->time < self->from)
    event->flags |= TF_EVENT_HISTORY;
  return TRUE;
}

static TfTime
last_given (const Stream *stream)
{
  return stream->next > 0 ? stream->series->candles[stream->next - 1].time : 0;
}

static void
replay_save (TfEventSource *source,
             GByteArray    *state)
{
  const Replay *self = (const Replay *) source;
  State head = {
    .magic = MAGIC, .n_streams = self->n_streams, .signal = self->next, .given = self->given, .printed = self->printed,
  };

  g_byte_array_append (state, (const guint8 *) &head, sizeof head);
  for (guint i = 0; i < self->n_streams; i++)
    {
      StreamState stream = { .next = self->streams[i].next, .last = last_given (&self->streams[i]) };

      g_byte_array_append (state, (const guint8 *) &stream, sizeof stream);
    }
  g_byte_array_append (state, (const guint8 *) self->seen, self->n_instruments * (guint) sizeof *self->seen);
}

static gboolean
replay_restore (TfEventSource *source,
                const guint8  *state,
                gsize          size,
                GError       **error)
{
  Replay *self = (Replay *) source;
  gsize seen = self->n_instruments * sizeof *self->seen;
  State head;

  if (size != sizeof head + self->n_streams * sizeof (StreamState) + seen)
    goto other;
  memcpy (&head, state, sizeof head);
  if (head.magic != MAGIC || head.n_streams != self->n_streams || head.signal > self->end)
    goto other;
  /* The files may have grown since, but what was given must still be what it was. */
  for (guint i = 0; i < self->n_streams; i++)
    {
      Stream *stream = &self->streams[i];
      StreamState at;

      memcpy (&at, state + sizeof head + i * sizeof at, sizeof at);
      if (at.next > stream->end)
        goto other;
      stream->next = (guint) at.next;
      if (last_given (stream) != at.last)
        goto other;
    }
  memcpy (self->seen, state + size - seen, seen);
  self->next = (guint) head.signal;
  self->given = head.given;
  self->printed = head.printed != 0;
  return TRUE;

other:
  g_set_error (error, TF_ERROR, TF_ERROR_MISMATCH,
               "replay: found the place of a replay of other data, expected one of these files");
  return FALSE;
}

static void
replay_free (TfEventSource *source)
{
  Replay *self = (Replay *) source;

  g_clear_pointer (&self->series, g_ptr_array_unref);
  g_clear_pointer (&self->signals, g_array_unref);
  g_free (self->streams);
  g_free (self->order);
  g_free (self->instruments);
  g_free (self->seen);
  g_free (self);
}

static gboolean
add_series (Replay                *self,
            const TfReplayOptions *options,
            TfTime                 start,
            TfTime                 stop,
            GError               **error)
{
  for (guint i = 0; options->series != NULL && i < options->series->len; i++)
    {
      const TfCandleSeries *series = g_ptr_array_index (options->series, i);
      gint instrument = tf_universe_find (options->universe, series->symbol);
      Stream stream = { .series = series, .instrument = (gint16) instrument };
      guint at = self->n_streams;

      if (instrument < 0)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND,
                       "replay: found candles of %s, expected an instrument of the universe", series->symbol);
          return FALSE;
        }
      for (; at > 0 && self->streams[at - 1].instrument > instrument; at--)
        ;
      if (at > 0 && self->streams[at - 1].instrument == instrument)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                       "replay: found two series of %s, expected one", options->universe->items[instrument].symbol);
          return FALSE;
        }
      stream.next = lower_bound (&stream, start);
      stream.end = lower_bound (&stream, stop);
      memmove (&self->streams[at + 1], &self->streams[at], (self->n_streams - at) * sizeof *self->streams);
      self->streams[at] = stream;
      self->n_streams++;
      self->total += stream.end - MIN (stream.next, stream.end);
    }
  return TRUE;
}

static int
compare_signals (gconstpointer a,
                 gconstpointer b,
                 gpointer      data)
{
  const GArray *signals = data;
  guint32 i = *(const guint32 *) a, j = *(const guint32 *) b;
  TfTime x = g_array_index (signals, TfTraderSignal, i).published, y = g_array_index (signals, TfTraderSignal, j).published;

  return x != y ? (x < y ? -1 : 1) : (i < j ? -1 : i > j);
}

static void
add_signals (Replay                *self,
             const TfReplayOptions *options,
             TfTime                 start,
             TfTime                 stop)
{
  guint n = options->signals->len;

  self->order = g_new (guint32, n);
  self->instruments = g_new (gint16, n);
  for (guint i = 0; i < n; i++)
    {
      const TfTraderSignal *signal = &g_array_index (options->signals, TfTraderSignal, i);

      self->instruments[i] = (gint16) tf_universe_find (options->universe, signal->symbol);
      if (signal->published >= start && signal->published < stop)
        self->order[self->end++] = i;
    }
  g_qsort_with_data (self->order, (gint) self->end, sizeof *self->order, compare_signals, options->signals);
  self->total += self->end;
}

static double
replay_progress (TfEventSource *source)
{
  const Replay *self = (const Replay *) source;

  return self->total > 0 ? (double) self->given / (double) self->total : 1;
}

/**
 * tf_replay_new:
 * @options: series and signals are kept by reference and must not be changed any more
 *
 * Merges candles and traders' signals by the time at which each could be known: a candle at its close, a signal when it
 * was published. At one moment candles come first, in the order of the instruments, then signals in the order of the file.
 * As long as nothing else was heard of a signal's market, its price and quantity are given as a trade first.
 *
 * Returns: (transfer full): the source; %NULL when a series has no instrument, or two have the same
 */
TfEventSource *
tf_replay_new (const TfReplayOptions *options,
               GError               **error)
{
  Replay *self = g_new0 (Replay, 1);
  TfTime start = options->from > 0 ? options->from - options->history : G_MININT64;
  TfTime stop = options->to > 0 ? options->to : G_MAXINT64;

  self->source = (TfEventSource) {
    .next = replay_next, .progress = replay_progress, .save = replay_save, .restore = replay_restore, .free = replay_free,
  };
  self->from = options->from > 0 ? options->from : G_MININT64;
  self->n_instruments = options->universe->n;
  self->seen = g_new0 (gboolean, self->n_instruments);
  if (options->series != NULL)
    {
      self->series = g_ptr_array_ref (options->series);
      self->streams = g_new0 (Stream, options->series->len);
    }
  if (options->signals != NULL)
    {
      self->signals = g_array_ref (options->signals);
      add_signals (self, options, start, stop);
    }
  if (!add_series (self, options, start, stop, error))
    {
      replay_free (&self->source);
      return NULL;
    }
  return &self->source;
}

/**
 * tf_replay_get_total:
 *
 * Returns: candles and signals from beginning to end
 */
guint64
tf_replay_get_total (const TfEventSource *source)
{
  return ((const Replay *) source)->total;
}

/**
 * tf_replay_add_series_markets:
 *
 * Adds an instrument for each series that @universe has none for.
 */
gboolean
tf_replay_add_series_markets (TfUniverse      *universe,
                              const GPtrArray *series,
                              GError         **error)
{
  for (guint i = 0; i < series->len; i++)
    {
      const TfCandleSeries *one = g_ptr_array_index (series, i);
      TfInstrument instrument;

      if (tf_universe_find (universe, one->symbol) >= 0)
        continue;
      if (!tf_instrument_guess (one->symbol, &instrument, error))
        return FALSE;
      tf_universe_add (universe, &instrument);
    }
  return TRUE;
}

/**
 * tf_replay_add_signal_markets:
 *
 * Adds an instrument for each signal with a price and a quantity that @universe has none for, as far as its symbol
 * reads as a pair: for a replay in which traders' fills are the market. Other signals stay unmapped.
 */
void
tf_replay_add_signal_markets (TfUniverse   *universe,
                              const GArray *signals)
{
  for (guint i = 0; i < signals->len; i++)
    {
      const TfTraderSignal *signal = &g_array_index (signals, TfTraderSignal, i);
      TfInstrument instrument;

      if (signal->price.raw > 0 && signal->quantity.raw > 0 && tf_universe_find (universe, signal->symbol) < 0
          && tf_instrument_guess (signal->symbol, &instrument, NULL))
        tf_universe_add (universe, &instrument);
    }
}
