#pragma once

#include "core/engine/engine.h"

G_BEGIN_DECLS

/* What the tests of the engine share: a journal that checks each entry as it comes, and streams of events. */

#define START (G_GINT64_CONSTANT (1577836800) * TF_SECOND) /* 2020-01-01 */
#define NOW   (START + 60 * TF_HOUR) /* where signal_run() stands */

typedef struct
{
  TfRecordKind kind;
  gint32       code;
  TfTime       time;
  gint64       cause, ref, price, quantity, amount, fee, value, limit;
  char         account[32], origin[48], instrument[TF_SYMBOL_SIZE], reason[48];
  guint8       hash[TF_HASH_SIZE];
} Entry;

/* Checks of each entry its place, cause, hash and verdicts as it comes, and adds up what the fills tell. */
typedef struct
{
  const TfConfig *config;
  GArray         *entries;   /* of seq first + 1 … */
  gint64          first;     /* entries before a restore */
  guint8          head[TF_HASH_SIZE];
  gint64          signal, signal_seq, signals; /* the one that waits for its verdicts */
  guint           verdicts;
  GHashTable     *orders;    /* number → quantity: those that work */
  GHashTable     *held;      /* "account origin instrument" → quantity */
  TfMoney         cash[TF_MAX_ACCOUNTS];
  guint           trips[TF_MAX_ACCOUNTS];
  gboolean        counting;  /* nothing but counts: no allocation of its own */
  guint           counted;
  gboolean        resumed;   /* it does not know what was before */
} Journal;

typedef struct
{
  TfConfig *config;
  TfEngine *engine;
  Journal   journal;
} Run;

/* Events with the signals that they point to. */
typedef struct
{
  GArray    *events;
  GPtrArray *signals;
} Stream;

/* What a stream of candles can do to an engine. */
typedef struct
{
  const char *name;
  double      price;      /* of the first instrument; the others between it and a hundredth */
  double      volatility; /* of a bar */
  double      jumps;      /* share of bars that open far from the close before */
  double      jump;       /* how far, up or down */
  double      holes;      /* share of bars that are missing */
  double      signals;    /* share of bars with a trader's signal */
  gboolean    no_volume;
  double      chaos;      /* share of hours with a random command, and with an event of random bytes */
} Weather;

#define N_WEATHERS 8
extern const Weather weathers[N_WEATHERS];

/* Parameters of a strategy of the tests' own: it proposes every so many bars. */
enum { SIDE, STOP, TARGET, TRAIL, HORIZON, EVERY, N_MINE };

const Entry   *entry               (const Journal *self,
                                    gint64 seq);
Run           *run_new             (TfConfig *config);
void           run_free            (Run *self);
guint          count_kind          (const Run *self,
                                    TfRecordKind kind,
                                    guint from);
void           assert_ledgers      (const Run *self);
void           assert_snapshot     (const Run *self);
void           stream_free         (Stream *self);
void           feed                (Run *run,
                                    const TfEvent *event);
void           feed_stream         (Run *run,
                                    const Stream *stream,
                                    guint from,
                                    guint to);
TfConfig      *demo_config         (guint64 seed);
Stream        *demo_stream         (guint64 seed,
                                    guint history,
                                    guint n);
TfEvent        candle_event        (gint instrument,
                                    TfTime time,
                                    double open,
                                    double high,
                                    double low,
                                    double close,
                                    double volume);
TfTraderSignal signal_of           (const char *trader,
                                    const char *symbol,
                                    gint side,
                                    double quantity,
                                    TfTime time);
TfEvent        signal_event        (const TfTraderSignal *signal,
                                    TfTime time);
Stream        *weather_stream      (const Weather *weather,
                                    const TfConfig *config,
                                    guint64 seed,
                                    guint steps);
TfConfig      *reckless_config     (guint64 seed);
void           assert_same_journal (const Run *a,
                                    const Run *b,
                                    guint n);
TfConfig      *config_of           (gconstpointer weather,
                                    guint64 seed);
Stream        *stream_of           (gconstpointer weather,
                                    const TfConfig *config,
                                    guint64 seed);
Run           *restored            (const Run *from,
                                    GByteArray *state);
void           assert_refused      (Run *run,
                                    const TfEvent *event);
Run           *signal_run          (void);
void           pass_hour           (Run *run,
                                    double factor);
void           tell                (Run *run,
                                    TfTraderSignal *signal);
TfEvent        command_event       (Run *run,
                                    TfCommandType type,
                                    gint account,
                                    gint64 voter,
                                    gint param,
                                    double value);
void           command             (Run *run,
                                    TfCommandType type,
                                    gint account,
                                    gint64 voter);
TfConfig      *my_config           (const double params[N_MINE]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stream, stream_free)

G_END_DECLS
