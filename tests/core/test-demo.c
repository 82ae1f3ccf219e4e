#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/market/demo-private.h"

#define HISTORY 500

static void
free_source (TfEventSource *source)
{
  source->free (source);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfEventSource, free_source)

static TfEventSource *
new_demo (guint64 seed,
          guint   history)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();

  return tf_demo_new (universe, seed, history);
}

/* Everything that an event says, in one line. */
static void
describe (const TfEvent *event,
          GString       *out)
{
  gint64 values[6] = { 0 };

  g_string_append_printf (out, "%" G_GINT64_FORMAT " %u %u %d",
                          event->time, event->type, event->flags, event->instrument);
  if (event->type == TF_EVENT_TRADE)
    {
      values[0] = event->trade.price.raw;
      values[1] = event->trade.quantity.raw;
      values[2] = event->trade.side;
      values[3] = event->trade.id;
    }
  else if (event->type == TF_EVENT_QUOTE)
    {
      values[0] = event->quote.bid.raw;
      values[1] = event->quote.ask.raw;
      values[2] = event->quote.bid_quantity.raw;
      values[3] = event->quote.ask_quantity.raw;
    }
  else if (event->type == TF_EVENT_CANDLE)
    memcpy (values, &event->candle.candle, sizeof (TfCandle));
  else if (event->type == TF_EVENT_SIGNAL)
    {
      const TfTraderSignal *s = event->signal;

      g_string_append_printf (out, " %s %s %s %s “%s”", s->trader, s->source, s->id, s->symbol, s->evidence);
      values[0] = s->side;
      values[1] = s->price.raw;
      values[2] = s->quantity.raw;
      values[3] = s->position.raw;
      values[4] = s->happened;
      values[5] = s->published;
    }
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_string_append_printf (out, " %" G_GINT64_FORMAT, values[i]);
  g_string_append_c (out, '\n');
}
G_STATIC_ASSERT (sizeof (TfCandle) == 6 * sizeof (gint64));

static char *
fingerprint (TfEventSource *source,
             guint          events)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < events; i++)
    {
      TfEvent event;

      g_assert_true (source->next (source, &event));
      g_string_truncate (line, 0);
      describe (&event, line);
      g_checksum_update (checksum, (const guchar *) line->str, (gssize) line->len);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static void
test_same_seed (void)
{
  g_autoptr (TfEventSource) a = new_demo (42, 50), b = new_demo (42, 50), c = new_demo (43, 50);
  g_autofree char *first = fingerprint (a, 100000), *second = fingerprint (b, 100000);
  g_autofree char *third = fingerprint (c, 100000);

  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first, !=, third);
}

/* Saved after any event, in history and in the market, the demo goes on as if nothing had been. */
static void
test_save_restore (void)
{
  const guint cuts[] = { 0, 1, 7, 10, 499, 1000, 1007, 1500, 1501, 4321, 20000 };

  for (guint i = 0; i < G_N_ELEMENTS (cuts) + 60; i++)
    {
      g_autoptr (TfEventSource) whole = new_demo (5, 100), other = new_demo (99, 3);
      g_autoptr (GByteArray) saved = g_byte_array_new (), again = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *a = NULL, *b = NULL;
      TfEvent event;

      g_byte_array_append (saved, (const guint8 *) "before", 6); /* save() appends */
      for (guint n = i < G_N_ELEMENTS (cuts) ? cuts[i] : 2000 + i; n > 0; n--)
        whole->next (whole, &event);
      whole->save (whole, saved);
      g_assert_cmpmem (saved->data, 6, "before", 6);
      g_assert_true (other->restore (other, saved->data + 6, saved->len - 6, &error));
      g_assert_no_error (error);
      other->save (other, again);
      g_assert_cmpmem (saved->data + 6, saved->len - 6, again->data, again->len);
      a = fingerprint (whole, 5000);
      b = fingerprint (other, 5000);
      g_assert_cmpstr (a, ==, b);
    }
}

static void
test_restore_refuses (void)
{
  g_autoptr (TfEventSource) demo = new_demo (5, 10), twin = new_demo (5, 10), btc = NULL;
  g_autoptr (TfUniverse) universe = tf_universe_new ();
  g_autoptr (GByteArray) saved = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *a = NULL, *b = NULL;
  TfInstrument instrument;

  g_assert_true (tf_instrument_guess ("BTC-USDT", &instrument, NULL));
  tf_universe_add (universe, &instrument);
  btc = tf_demo_new (universe, 5, 10);
  demo->save (demo, saved);
  g_assert_false (btc->restore (btc, saved->data, saved->len, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_MISMATCH);
  for (guint n = 0; n < saved->len; n += 13)
    {
      g_autofree guint8 *part = g_memdup2 (saved->data, n);

      g_clear_error (&error);
      g_assert_false (demo->restore (demo, part, n, &error));
      g_assert_nonnull (error);
      part = g_realloc (part, saved->len);
      memcpy (part, saved->data, saved->len);
      part[n] ^= 1;
      g_assert_false (demo->restore (demo, part, saved->len, NULL));
    }
  g_clear_error (&error);
  saved->data[8]++;
  g_assert_false (demo->restore (demo, saved->data, saved->len, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_VERSION);

  /* What was refused changed nothing. */
  a = fingerprint (demo, 2000);
  b = fingerprint (twin, 2000);
  g_assert_cmpstr (a, ==, b);
}

/* The order and the form of events, whatever the instruments. */
static void
check_stream (const TfUniverse *universe,
              guint             history,
              guint             minutes)
{
  g_autoptr (TfEventSource) demo = tf_demo_new (universe, 11, history);
  g_autofree TfEvent *quotes = g_new0 (TfEvent, universe->n);
  g_autofree gint64 *ids = g_new0 (gint64, universe->n);
  g_autoptr (GHashTable) signals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) positions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  guint candles = 0, timers = 0, prints = 0;
  TfTime time = G_MININT64;
  TfEvent event;

  while (timers < minutes)
    {
      const TfInstrument *instrument;
      const TfEvent *quote;

      g_assert_true (demo->next (demo, &event));
      instrument = event.instrument < 0 ? NULL : &universe->items[event.instrument];
      g_assert_cmpint (event.time, >=, time);
      time = event.time;
      g_assert_true (event.flags & TF_EVENT_SIMULATED);
      g_assert_cmpint (!!(event.flags & TF_EVENT_HISTORY), ==, candles < history * universe->n);
      switch ((TfEventType) event.type)
        {
        case TF_EVENT_CANDLE:
          g_assert_cmpint (event.instrument, ==, candles % universe->n);
          g_assert_cmpint (event.candle.interval, ==, TF_MINUTE);
          g_assert_cmpint (event.candle.candle.time, ==,
                           TF_DEMO_START + ((gint64) (candles / universe->n) - history) * TF_MINUTE);
          g_assert_cmpint (event.time, ==, event.candle.candle.time + TF_MINUTE);
          g_assert_true (tf_candle_check (&event.candle.candle, NULL));
          g_assert_cmpint (event.candle.candle.close.raw % instrument->tick.raw, ==, 0);
          g_assert_cmpint (event.candle.candle.volume.raw % instrument->lot.raw, ==, 0);
          candles++;
          break;
        case TF_EVENT_QUOTE:
          g_assert_cmpint (event.quote.bid.raw, >, 0);
          g_assert_cmpint (event.quote.ask.raw, >, event.quote.bid.raw);
          g_assert_cmpint (event.quote.bid.raw % instrument->tick.raw, ==, 0);
          g_assert_cmpint (event.quote.ask.raw % instrument->tick.raw, ==, 0);
          g_assert_cmpint (event.quote.bid_quantity.raw, >, 0);
          g_assert_cmpint (event.quote.ask_quantity.raw % instrument->lot.raw, ==, 0);
          quotes[event.instrument] = event;
          break;
        case TF_EVENT_TRADE:
          quote = &quotes[event.instrument];
          g_assert_cmpint (event.trade.price.raw, ==,
                           event.trade.side > 0 ? quote->quote.ask.raw : quote->quote.bid.raw);
          g_assert_cmpint (event.trade.quantity.raw, >, 0);
          g_assert_cmpint (event.trade.quantity.raw % instrument->lot.raw, ==, 0);
          g_assert_cmpint (event.trade.id, >, ids[event.instrument]);
          ids[event.instrument] = event.trade.id;
          prints++;
          break;
        case TF_EVENT_TIMER:
          timers++;
          g_assert_cmpint (event.instrument, ==, -1);
          g_assert_cmpint (event.time, ==, TF_DEMO_START + timers * TF_MINUTE);
          g_assert_cmpuint (prints, ==, timers * 12 * universe->n);
          break;
        case TF_EVENT_SIGNAL:
          {
            const TfTraderSignal *s = event.signal;
            g_autofree char *key = g_strdup_printf ("%s %s", s->trader, s->symbol);
            const gint64 *known = g_hash_table_lookup (positions, key);
            gint64 before = known != NULL ? *known : 0, change = s->position.raw - before;

            g_assert_true (g_hash_table_add (signals, g_strdup (s->id)));
            g_assert_cmpstr (s->source, ==, "demo");
            g_assert_true (g_str_has_prefix (s->trader, "Demo"));
            g_assert_true (g_str_has_prefix (s->evidence, "simulated: "));
            g_assert_cmpint (tf_universe_find (universe, s->symbol), ==, event.instrument);
            g_assert_true (s->has_position);
            g_assert_cmpint (ABS (change), ==, s->quantity.raw);
            g_assert_cmpint (s->quantity.raw, >, 0);
            g_assert_cmpint (s->quantity.raw % instrument->lot.raw, ==, 0);
            g_assert_cmpint (s->side, ==, s->position.raw == 0 ? 0 : change > 0 ? 1 : -1);
            g_assert_cmpint (s->price.raw % instrument->tick.raw, ==, 0);
            g_assert_cmpint (s->published, ==, event.time);
            g_assert_cmpint (s->received, ==, event.time);
            g_assert_cmpint (s->happened, <, s->published);
            g_assert_cmpint (s->happened, >=, s->published - 6 * TF_SECOND);
            g_hash_table_insert (positions, g_steal_pointer (&key),
                                 g_memdup2 (&s->position.raw, sizeof (gint64)));
          }
          break;
        default:
          g_assert_not_reached ();
        }
    }
  g_assert_cmpuint (candles, ==, history * universe->n);
  if (history + minutes > 400)
    {
      double expected = TF_DEMO_TRADERS * (history + minutes) / 45.0, found = g_hash_table_size (signals);

      g_assert_cmpfloat (found, >, 0.7 * expected);
      g_assert_cmpfloat (found, <, 1.4 * expected);
    }
}

static void
test_stream_default (void)
{
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();

  check_stream (universe, HISTORY, 600);
  check_stream (universe, 0, 3);
}

/* One instrument, on a grid too coarse for its coin; and many. */
static void
test_stream_any_universe (void)
{
  g_autoptr (TfUniverse) one = tf_universe_new (), many = tf_universe_new_default ();
  TfInstrument instrument;

  g_assert_true (tf_instrument_guess ("DOGE-USDT", &instrument, NULL));
  instrument.tick.raw = 10 * TF_SCALE;
  instrument.lot.raw = 1000 * TF_SCALE;
  instrument.spread_ppm = 0;
  tf_universe_add (one, &instrument);
  check_stream (one, 10, 60);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *name = g_strdup_printf ("C%u-USD", i);

      g_assert_true (tf_instrument_guess (name, &instrument, NULL));
      tf_universe_add (many, &instrument);
    }
  check_stream (many, 10, 60);
}

static double
correlation (const double *x,
             const double *y,
             guint         n)
{
  double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;

  for (guint i = 0; i < n; i++)
    {
      sx += x[i];
      sy += y[i];
      sxx += x[i] * x[i];
      syy += y[i] * y[i];
      sxy += x[i] * y[i];
    }
  return (sxy - sx * sy / n) / sqrt ((sxx - sx * sx / n) * (syy - sy * sy / n));
}

typedef struct
{
  double   entry;
  gint     side;
  guint    minute;
  gint16   instrument;
  guint    trader;
  gboolean trend, right;
} Entry;

/* Thirty days of the market: what it promises as statistics, and what following its traders brings after
 * costs. */
static void
test_statistics (void)
{
  enum { MINUTES = 30 * 24 * 60, N = 10, HORIZON = 60 };
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfEventSource) demo = tf_demo_new (universe, 2025, 0);
  g_autofree double *close = g_new0 (double, N * (MINUTES + 1)), *r = g_new0 (double, N * MINUTES);
  g_autofree double *loud = g_new0 (double, MINUTES);
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  double mid[N] = { 0 }, deviation[N] = { 0 }, gain[TF_DEMO_TRADERS] = { 0 }, right[TF_DEMO_TRADERS] = { 0 };
  double skilled = 0, skilled_n = 0, unskilled = 0, unskilled_n = 0, slope = 0;
  double count[TF_DEMO_TRADERS] = { 0 };
  guint in_trend[TF_DEMO_TRADERS] = { 0 }, time_in[TF_REGIMES] = { 0 }, switches = 0;
  TfRegimeKind regime[N];
  TfEvent event;

  for (guint i = 0; i < N; i++)
    regime[i] = tf_demo_regime (demo, i);
  for (guint minute = 0; minute < MINUTES;)
    {
      demo->next (demo, &event);
      if (event.type == TF_EVENT_QUOTE)
        {
          mid[event.instrument] = (tf_price_double (event.quote.bid) + tf_price_double (event.quote.ask)) / 2;
          if (close[event.instrument] <= 0)
            close[event.instrument] = mid[event.instrument];
        }
      else if (event.type == TF_EVENT_SIGNAL && event.signal->side != 0
               && (event.signal->position.raw > 0) == (event.signal->side > 0))
        {
          TfRegimeKind kind = tf_demo_regime (demo, (guint) event.instrument);
          Entry entry = { mid[event.instrument], event.signal->side, minute, event.instrument };

          while (strcmp (tf_demo_trader_name (entry.trader), event.signal->trader) != 0)
            entry.trader++;
          entry.trend = kind <= TF_REGIME_TREND_DOWN;
          entry.right = (kind == TF_REGIME_TREND_UP) == (entry.side > 0);
          g_array_append_val (entries, entry);
        }
      else if (event.type == TF_EVENT_TIMER)
        {
          minute++;
          for (guint i = 0; i < N; i++)
            {
              TfRegimeKind now = tf_demo_regime (demo, i);

              close[minute * N + i] = mid[i];
              r[i * MINUTES + minute - 1] = log (mid[i] / close[(minute - 1) * N + i]);
              deviation[i] += pow (r[i * MINUTES + minute - 1], 2) / MINUTES;
              time_in[now]++;
              switches += now != regime[i];
              regime[i] = now;
            }
        }
    }

  /* Volatility of a minute, correlation, clustering. */
  for (guint i = 0; i < N; i++)
    {
      double bps = 1e4 * sqrt (deviation[i]);

      g_test_message ("%s: %.1f bp a minute, last %.6g, correlation with BTC %.2f",
                      universe->items[i].symbol, bps, mid[i], correlation (r, r + i * MINUTES, MINUTES));
      g_assert_cmpfloat (bps, >, 4);
      g_assert_cmpfloat (bps, <, i == 0 ? 11 : 20);
      if (i > 0)
        g_assert_cmpfloat (correlation (r, r + i * MINUTES, MINUTES), >, 0.4);
      for (guint m = 0; m < MINUTES; m++)
        loud[m] = fabs (r[i * MINUTES + m]);
      g_assert_cmpfloat (correlation (loud, loud + 1, MINUTES - 1), >, 0.05);
      g_assert_cmpfloat (correlation (loud, loud + 10, MINUTES - 10), >, 0.03);
      g_assert_cmpfloat (mid[i], >, close[i] / 5);
      g_assert_cmpfloat (mid[i], <, close[i] * 5);
    }
  /* Regimes last hours, and every one has its time. */
  g_assert_cmpfloat ((double) MINUTES * N / switches, >, 60);
  g_assert_cmpfloat ((double) MINUTES * N / switches, <, 240);
  for (guint k = 0; k < TF_REGIMES; k++)
    {
      g_test_message ("%s: %.0f %% of the time", tf_regime_name (k), 100.0 * time_in[k] / MINUTES / N);
      g_assert_cmpuint (time_in[k], >, MINUTES * N / 40);
    }

  /* The planted skill is there, and pays: an hour after each entry, 10 basis points of fees and half the
   * spread a side. */
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);
      double later;

      if (entry->minute + HORIZON >= MINUTES)
        continue;
      in_trend[entry->trader] += entry->trend;
      right[entry->trader] += entry->trend && entry->right;
      count[entry->trader]++;
      later = close[(entry->minute + HORIZON) * N + entry->instrument];
      gain[entry->trader] += entry->side * (later / entry->entry - 1)
                             - 0.0020 - universe->items[entry->instrument].spread_ppm * 1e-6;
    }
  for (guint t = 0; t < TF_DEMO_TRADERS; t++)
    {
      double skill = tf_demo_trader_skill (t), share = right[t] / in_trend[t], mean = gain[t] / count[t];

      g_test_message ("%-16s skill %.2f: right in %.2f of %u in a trend, %+.1f bp an hour after costs (%.0f)",
                      tf_demo_trader_name (t), skill, share, in_trend[t], 1e4 * mean, count[t]);
      g_assert_cmpfloat_with_epsilon (share, skill, 4 * sqrt (0.25 / in_trend[t]));
      slope += (skill - 0.575) * mean;
      if (skill >= 0.7)
        {
          skilled += gain[t];
          skilled_n += count[t];
        }
      if (skill <= 0.5)
        {
          unskilled += gain[t];
          unskilled_n += count[t];
        }
    }
  g_test_message ("skilled %+.1f bp, unskilled %+.1f bp, a regime lasts %.0f minutes",
                  1e4 * skilled / skilled_n, 1e4 * unskilled / unskilled_n, (double) MINUTES * N / switches);
  g_assert_cmpfloat (skilled / skilled_n, >, 0.0008);
  g_assert_cmpfloat (unskilled / unskilled_n, <, -0.0015);
  g_assert_cmpfloat (slope, >, 0);
}

static void
test_traders (void)
{
  g_autoptr (GHashTable) skills = g_hash_table_new (NULL, NULL);
  double low = 1, high = 0;

  for (guint t = 0; t < TF_DEMO_TRADERS; t++)
    {
      double skill = tf_demo_trader_skill (t);

      g_assert_true (g_hash_table_add (skills, GINT_TO_POINTER ((gint) (skill * 1000))));
      low = MIN (low, skill);
      high = MAX (high, skill);
      for (guint u = 0; u < t; u++)
        g_assert_cmpstr (tf_demo_trader_name (t), !=, tf_demo_trader_name (u));
    }
  g_assert_cmpfloat_with_epsilon (low, 0.2, 1e-9);
  g_assert_cmpfloat_with_epsilon (high, 0.95, 1e-9);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo/same-seed", test_same_seed);
  g_test_add_func ("/demo/save-restore", test_save_restore);
  g_test_add_func ("/demo/restore-refuses", test_restore_refuses);
  g_test_add_func ("/demo/stream/default", test_stream_default);
  g_test_add_func ("/demo/stream/any-universe", test_stream_any_universe);
  g_test_add_func ("/demo/statistics", test_statistics);
  g_test_add_func ("/demo/traders", test_traders);
  return g_test_run ();
}
