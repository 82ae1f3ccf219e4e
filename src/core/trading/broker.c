#include "core/trading/order.h"

#include <math.h>

/* The paper broker. Money is exact and costs are never optimistic: where the market's record leaves open
 * what an order would have got, it gets the worse.
 * What an order meets. A quote shows it the opposite side: a buy the ask, a sell the bid. A trade or a
 * candle shows last prices, from which a taker is half the instrument's typical spread away. No order meets
 * a price from before it was made: of a candle that was under way then, only the last price counts.
 * Taking (market orders, triggered stops, limits that are marketable when they arrive): from the price met,
 * half the spread where no quote tells, and impact; rounded to the tick against the taker; taker fee,
 * rounded up. Making (limits that rest): a touch is not a fill; the market has to trade through the limit
 * by a tick, and then the price is the limit, however far it went; maker fee, rounded up.
 * One mark can reach both the stop and the target of a position, and does not say which came first: the
 * caller tries the stop first. */

#define PPM G_GINT64_CONSTANT (1000000)
#define IMPACT_FACTOR 0.5
#define IMPACT_CAP_PPM 50000
#define UNKNOWN_VOLATILITY 0.01 /* a restless hour of bitcoin: not to know a market is no discount */

/* A mark as one order sees it. */
typedef struct
{
  gint64 open, high, low, last;
  gint64 half_spread; /* ppm, on top of the prices */
  TfTime open_time;
} View;

/**
 * tf_order_type_name:
 *
 * Returns: (transfer none): the stable machine id, as the journal has it
 */
const char *
tf_order_type_name (TfOrderType type)
{
  static const char *const names[] = { "market", "limit", "stop", "take-profit", "trailing-stop" };

  g_return_val_if_fail ((guint) type < G_N_ELEMENTS (names), "");

  return names[type];
}

static gboolean
look (View               *view,
      const TfInstrument *instrument,
      const TfMark       *mark,
      const TfOrder      *order)
{
  gint64 opposite = order->side > 0 ? mark->ask.raw : mark->bid.raw;
  gint64 own = order->side > 0 ? mark->bid.raw : mark->ask.raw;

  if (mark->time < order->created)
    return FALSE;
  if (opposite > 0)
    {
      /* A crossed quote gives nothing away. */
      if (own > 0)
        opposite = order->side > 0 ? MAX (opposite, own) : MIN (opposite, own);
      *view = (View) { opposite, opposite, opposite, opposite, 0, mark->time };
    }
  else if (mark->open_time < order->created)
    *view = (View) { mark->last.raw, mark->last.raw, mark->last.raw, mark->last.raw, 0, mark->time };
  else
    *view = (View) { mark->open.raw, mark->high.raw, mark->low.raw, mark->last.raw, 0, mark->open_time };
  if (opposite <= 0)
    view->half_spread = ((gint64) MAX (instrument->spread_ppm, 0) + 1) / 2;
  return view->low > 0 && view->open >= view->low && view->high >= view->open;
}

static __int128
divide_up (__int128 a,
           __int128 b)
{
  return a / b + (a % b > 0);
}

/* @price moved @ppm and then to the tick, both against who trades on @side. */
static __int128
worsen (gint64 price,
        gint   side,
        gint64 ppm,
        gint64 tick)
{
  __int128 worse = price + side * divide_up ((__int128) price * ppm, PPM);
  __int128 snapped = side > 0 ? divide_up (worse, tick) * tick : worse / tick * tick;

  /* Nothing is sold for 0: under one tick the tick does not count. */
  return snapped > 0 ? snapped : MAX (worse, 1);
}

/* The square-root law of Almgren, Thum, Hauptmann and Li, “Direct estimation of equity market impact”
 * (2005), as practice has it: half a bar's volatility times the root of the order's share in a bar's
 * volume. */
static gint64
impact_ppm (const TfMark *mark,
            TfQty         quantity)
{
  double volatility = mark->volatility > 0 ? mark->volatility : UNKNOWN_VOLATILITY;
  double share = mark->volume > 0 ? tf_qty_double (quantity) / mark->volume : 1;
  double ppm = ceil (IMPACT_FACTOR * volatility * sqrt (share) * (double) PPM);

  return ppm < IMPACT_CAP_PPM ? (gint64) ppm : IMPACT_CAP_PPM;
}

/* Fills all of @order at @price; @met is what it is compared with. */
static gboolean
settle (const TfInstrument *instrument,
        const TfOrder      *order,
        __int128            price,
        gint64              met,
        TfTime              time,
        gboolean            maker,
        TfFill             *fill)
{
  TfFill done = { .time = time, .quantity = order->quantity, .maker = maker != FALSE };
  gint32 rate = maker ? instrument->maker_ppm : instrument->taker_ppm;
  __int128 fee, slippage;

  if (price > G_MAXINT64)
    return FALSE;
  done.price.raw = (gint64) price;
  if (!tf_notional (done.price, done.quantity, &done.notional) || done.notional.raw <= 0)
    return FALSE;
  fee = divide_up ((__int128) done.notional.raw * MAX (rate, 0), PPM);
  if (fee > G_MAXINT64)
    return FALSE;
  done.fee.raw = (gint64) fee;
  slippage = divide_up (order->side * (price - met) * PPM, met);
  done.slippage_ppm = (gint32) CLAMP (slippage, 0, G_MAXINT32);
  *fill = done;
  return TRUE;
}

static gboolean
take (const TfInstrument *instrument,
      const TfMark       *mark,
      const View         *view,
      const TfOrder      *order,
      gint64              met,
      TfTime              time,
      TfFill             *fill)
{
  __int128 price = worsen (met, order->side, view->half_spread + impact_ppm (mark, order->quantity),
                           MAX (instrument->tick.raw, 1));

  if (order->type == TF_ORDER_LIMIT || order->type == TF_ORDER_TAKE_PROFIT)
    price = order->side > 0 ? MIN (price, order->price.raw) : MAX (price, order->price.raw);
  return settle (instrument, order, price, met, time, FALSE, fill);
}

/* What the order gains from: a falling price before it buys, a rising one before it sells. */
static gint64
better (gint   side,
        gint64 a,
        gint64 b)
{
  return side > 0 ? MIN (a, b) : MAX (a, b);
}

static gboolean
match_limit (const TfInstrument *instrument,
             const TfMark       *mark,
             const View         *view,
             TfOrder            *order,
             TfFill             *fill)
{
  gint side = order->side;
  gint64 limit = order->price.raw, extreme = side > 0 ? view->low : view->high;
  gint64 tick = MAX (instrument->tick.raw, 1);

  /* Only on arrival can a limit order take: afterwards it is the one that others meet. */
  if (order->best.raw == 0 && side * (limit - worsen (view->open, side, view->half_spread, 1)) > 0)
    return take (instrument, mark, view, order, view->open, view->open_time, fill);
  if (side > 0 ? extreme <= limit - tick : extreme - tick >= limit)
    return settle (instrument, order, limit, limit, mark->time, TRUE, fill);
  order->best.raw = order->best.raw == 0 ? extreme : better (side, order->best.raw, extreme);
  return FALSE;
}

static gboolean
match_stop (const TfInstrument *instrument,
            const TfMark       *mark,
            const View         *view,
            const TfOrder      *order,
            gint64              trigger,
            TfFill             *fill)
{
  gboolean gap = order->side > 0 ? view->open >= trigger : view->open <= trigger;

  if (trigger <= 0 || (order->side > 0 ? view->high < trigger : view->low > trigger))
    return FALSE;
  if (gap)
    return take (instrument, mark, view, order, view->open, view->open_time, fill);
  return take (instrument, mark, view, order, trigger, mark->time, fill);
}

/* The stop's level that belongs to @best, never looser than @level (0: none yet). */
static gboolean
trail (const TfOrder *order,
       gint64         best,
       gint64        *level)
{
  gint64 trigger;

  if (!tf_fraction (best, PPM + order->side * order->trail_ppm, PPM, &trigger))
    return FALSE;
  *level = *level == 0 ? trigger : better (order->side, *level, trigger);
  return TRUE;
}

static gboolean
match_trailing_stop (const TfInstrument *instrument,
                     const TfMark       *mark,
                     const View         *view,
                     TfOrder            *order,
                     TfFill             *fill)
{
  gint side = order->side;
  gint64 best = order->best.raw, level = order->price.raw;

  if (best == 0)
    {
      best = view->open;
      if (!trail (order, best, &level))
        return FALSE;
    }
  /* The range may have turned at its worse end first: it meets the stop where it was before the bar moves
   * it. */
  if (match_stop (instrument, mark, view, order, level, fill))
    {
      order->price.raw = level;
      return TRUE;
    }
  if (level > 0 && (side > 0 ? view->high >= level : view->low <= level))
    return FALSE; /* triggered, but what it would cost does not fit */
  best = better (side, best, side > 0 ? view->low : view->high);
  if (trail (order, best, &level))
    {
      order->best.raw = best;
      order->price.raw = level;
    }
  return FALSE;
}

/**
 * tf_broker_match:
 * @mark: an event after the order was made
 * @order: tried as a whole: no partial fills. A limit or trailing stop that does not fill remembers what it
 *   has seen
 * @fill: (out): written only when the order fills
 *
 * Tries one order against one mark, by the rules at the top of this file:
 * - market: the open (a quote's opposite side), taking;
 * - limit, take-profit: taking at the open if it arrives there with its limit beyond the spread, never
 *   worse than the limit; else making, when the range goes through the limit by a tick;
 * - stop: when the range reaches the trigger, taking from the worse of trigger and open;
 * - trailing stop: as a stop at the level of before this mark; only then the mark's favourable extreme
 *   moves it. The level is @trail_ppm from the best price, in integers, and never moves back.
 *
 * An order that took at an open is filled at @open_time, one that something inside the range filled at @time.
 *
 * Returns: whether the order is filled. A price, notional or fee that does not fit (or a notional of less
 * than 1e-8) fills nothing and leaves @order as it was; so does a mark without prices.
 */
gboolean
tf_broker_match (const TfInstrument *instrument,
                 const TfMark       *mark,
                 TfOrder            *order,
                 TfFill             *fill)
{
  View view;

  g_return_val_if_fail (order->side == 1 || order->side == -1, FALSE);
  g_return_val_if_fail (order->quantity.raw > 0, FALSE);

  if (!look (&view, instrument, mark, order))
    return FALSE;
  switch ((TfOrderType) order->type)
    {
    case TF_ORDER_MARKET:
      return take (instrument, mark, &view, order, view.open, view.open_time, fill);
    case TF_ORDER_LIMIT:
    case TF_ORDER_TAKE_PROFIT:
      return match_limit (instrument, mark, &view, order, fill);
    case TF_ORDER_STOP:
      return match_stop (instrument, mark, &view, order, order->price.raw, fill);
    case TF_ORDER_TRAILING_STOP:
      return match_trailing_stop (instrument, mark, &view, order, fill);
    default:
      g_return_val_if_reached (FALSE);
    }
}
