#pragma once

#include <string.h>

#include "io/feeds/venue.h"

G_BEGIN_DECLS

/* What holds for every event that a decoder lets through, whatever the message was: the fuzzers and the tests of bad
 * input look at each one. */
static inline void
check_event (const TfFeedEvent *event,
             gpointer           data)
{
  g_assert_cmpuint (event->kind, <, TF_FEED_KINDS);
  switch (event->kind)
    {
    case TF_FEED_TRADE:
      g_assert_cmpint (event->trade.price.raw, >, 0);
      g_assert_cmpint (event->trade.quantity.raw, >, 0);
      g_assert_cmpint (event->trade.id, >=, 0);
      g_assert_cmpint (ABS (event->trade.side), ==, 1);
      break;
    case TF_FEED_QUOTE:
      g_assert_true (event->quote.bid.raw > 0 || event->quote.ask.raw > 0);
      g_assert_true (event->quote.ask.raw == 0 || event->quote.bid.raw < event->quote.ask.raw);
      g_assert_cmpint (event->quote.bid_quantity.raw, >=, 0);
      g_assert_cmpint (event->quote.ask_quantity.raw, >=, 0);
      break;
    case TF_FEED_BOOK:
      {
        const TfBook *book = event->book.book;
        const TfBookSide *sides[] = { &book->bids, &book->asks };
        TfBookLevel bid, ask;

        if (tf_book_best (book, &bid, &ask))
          g_assert_cmpint (bid.price.raw, <, ask.price.raw);
        for (guint s = 0; s < 2; s++)
          for (guint i = 0; i < sides[s]->n; i++)
            {
              g_assert_cmpint (sides[s]->levels[i].price.raw, >, 0);
              g_assert_cmpint (sides[s]->levels[i].quantity.raw, >, 0);
              if (i > 0)
                g_assert_cmpint (sides[s]->levels[i - 1].price.raw * sides[s]->sign, <,
                                 sides[s]->levels[i].price.raw * sides[s]->sign);
            }
        break;
      }
    case TF_FEED_CANDLE:
      g_assert_true (tf_candle_check (&event->candle.candle, NULL));
      g_assert_cmpint (event->candle.interval, >, 0);
      break;
    case TF_FEED_FILL:
      g_assert_cmpint (event->fill.price.raw, >, 0);
      g_assert_cmpint (event->fill.quantity.raw, >=, 0);
      g_assert_cmpint (ABS (event->fill.side), ==, 1);
      g_assert_nonnull (event->fill.id);
      break;
    case TF_FEED_MID:
      g_assert_cmpint (event->mid.price.raw, >, 0);
      break;
    case TF_FEED_INSTRUMENT:
      g_assert_cmpint (event->instrument.instrument->tick.raw, >, 0);
      g_assert_cmpint (event->instrument.instrument->lot.raw, >, 0);
      break;
    case TF_FEED_ACK:
    case TF_FEED_STATUS:
    case TF_FEED_RESYNC:
      g_assert_nonnull (event->note.text);
      break;
    case TF_FEED_KINDS:
    default:
      g_assert_not_reached ();
    }
}

static inline void
check_say_nothing (const char     *domain,
                   GLogLevelFlags  level,
                   const char     *text,
                   gpointer        data)
{
}

/* Bad input is said once for each decoder and kind: here that is too much. */
static inline void
check_quietly (void)
{
  g_log_set_handler ("tradefollow", G_LOG_LEVEL_MESSAGE, check_say_nothing, NULL);
}

/* Each line as a message, then all of it as an answer to each question. */
static inline void
check_bytes (const TfVenue *venue,
             const char    *bytes,
             gsize          length)
{
  g_autoptr (TfDecoder) decoder = tf_decoder_new (venue);

  for (gsize from = 0; from < length;)
    {
      const char *stop = memchr (bytes + from, '\n', length - from);
      gsize n = stop != NULL ? (gsize) (stop - bytes) - from : length - from;

      tf_decoder_decode (decoder, bytes + from, n, 1, check_event, NULL);
      from += n + 1;
    }
  for (TfFetchKind kind = TF_FETCH_CANDLES; kind <= TF_FETCH_INSTRUMENTS; kind++)
    {
      TfFetch fetch = { .kind = kind, .interval = TF_MINUTE, .to = G_MAXINT64 / 2 };

      if (kind != TF_FETCH_INSTRUMENTS)
        g_snprintf (fetch.name, sizeof fetch.name, "BTC-%s", venue->quote);
      tf_venue_answer (decoder, &fetch, bytes, length, 1, check_event, NULL);
    }
}

G_END_DECLS
