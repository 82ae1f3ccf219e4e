#pragma once

#include <glib.h>

#define LOOPBACK_MARKS 1000000

/* A venue on this machine that speaks like Binance, in a process of its own so that its work is not ours: trades and best
 * bids and asks of whatever is subscribed, in turn, at a given rate; a line that it drops; REST enough to start a run.
 * The last six digits of every price are the number of its message, which leads back to when that one was sent. */
typedef struct
{
  /* set by us */
  gint    rate;     /* messages a second; 0: silent */
  gint    drop;     /* counts up: the line is cut … */
  gint    away_ms;  /* … and whoever comes back is turned away for so long */
  /* set by the venue */
  gint    port;
  gint    dropped;  /* follows @drop */
  gint64  back;     /* when it was there again after the last drop; real time, ns */
  gint64  messages, trades; /* sent */
  gint64  sent[LOOPBACK_MARKS]; /* when; real time, ns; by the message's number */
} Loopback;

/* Before this process makes threads. */
Loopback *loopback_start (void);
char     *loopback_url   (const Loopback *self);
gint64    loopback_clock (void);
