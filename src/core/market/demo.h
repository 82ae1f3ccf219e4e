#pragma once

#include "core/market/event.h"
#include "core/market/instrument.h"

G_BEGIN_DECLS

#define TF_DEMO_TRADERS 20

/* 2025-01-01: demo time is no one's real time */
#define TF_DEMO_START G_GINT64_CONSTANT (1735689600000000000)

/* A simulated market: correlated instruments (one market factor and own noise), hidden regimes (trend up,
 * trend down, range, turbulent) with a drift, GARCH-like volatility clustering, jumps, spread and volume; a
 * quote and a trade per instrument every five seconds, a timer at every minute. Twenty demo traders, who know
 * the hidden drift with planted, different skill. Same seed, same bytes. */

const char    *tf_demo_trader_name  (guint             trader);
double         tf_demo_trader_skill (guint             trader);
TfEventSource *tf_demo_new          (const TfUniverse *universe,
                                     guint64           seed,
                                     guint             history_bars);

G_END_DECLS
