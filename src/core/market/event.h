#pragma once

#include "core/market/candle.h"

G_BEGIN_DECLS

typedef enum
{
  TF_EVENT_TRADE,   /* a print of the market */
  TF_EVENT_QUOTE,   /* best bid and ask */
  TF_EVENT_CANDLE,  /* a closed candle; known at its close, not at its open */
  TF_EVENT_SIGNAL,  /* a trader's signal, known when it was published */
  TF_EVENT_COMMAND, /* what the user asked for */
  TF_EVENT_TIMER,   /* time has passed: closes candles, ages stances */
  TF_EVENT_NOTICE,  /* a trader's source says something that is no signal */
} TfEventType;

typedef enum
{
  TF_EVENT_SIMULATED     = 1 << 0, /* made by the demo market */
  TF_EVENT_HISTORY       = 1 << 1, /* warm-up before the start: learned from, never traded on */
  TF_EVENT_RECONSTRUCTED = 1 << 2, /* back-filled later */
} TfEventFlags;

/* What a source says that a trader did. Immutable once made; strings are those of the source. */
typedef struct
{
  char     trader[48];   /* the trader's name or id */
  char     source[24];
  char     id[64];       /* native id: the same id is the same fact */
  char     symbol[TF_DECIMAL_SIZE + 8];
  char     evidence[160];
  gint8    side;         /* +1 buy, −1 sell, 0 close */
  TfPrice  price;        /* 0: not said */
  TfQty    quantity;     /* 0: not said */
  double   fraction;     /* of the position or of equity; 0: not said */
  gboolean has_position;
  TfQty    position;     /* the trader's signed position afterwards */
  TfTime   happened, published, received;
  char     grade;        /* of the source's provenance, 'A' … 'D'; 0: that of the trader */
} TfTraderSignal;

/* What a source could not use, or why it is silent: forged, late or unreadable words, a host that does not answer. */
typedef struct
{
  char   trader[48], source[24];
  char   reason[200]; /* in words */
  gint64 count;       /* so many since the last notice */
} TfSourceNotice;

typedef enum
{
  TF_COMMAND_STOP,       /* emergency stop: refuse, cancel, flatten */
  TF_COMMAND_REARM,
  TF_COMMAND_FOLLOW,     /* voter = trader */
  TF_COMMAND_UNFOLLOW,
  TF_COMMAND_SET_PARAM,  /* voter = bot, param, value */
  TF_COMMAND_ACKNOWLEDGE,/* voter = alert's record number */
  TF_COMMAND_SET_POLICY, /* voter = trader, param = TfPolicyParam, value */
  TF_COMMAND_ADD_TRADER, /* voter = trader: a place of the configuration that has got its name now; all accounts follow */
  TF_COMMAND_SOURCES,    /* traders' sources were set up anew */
  TF_N_COMMANDS
} TfCommandType;

typedef struct
{
  TfCommandType type;
  gint          account; /* −1: all */
  gint64        voter;
  gint          param;
  double        value;
} TfCommand;

/* One thing that happened, small and plain. @time is the engine's time: when it could be known. */
typedef struct
{
  TfTime time;
  guint8 type;       /* TfEventType */
  guint8 flags;      /* TfEventFlags */
  gint16 instrument; /* index in the universe; −1 where none */
  union
  {
    struct { TfPrice price; TfQty quantity; gint8 side; /* the aggressor's */ gint64 id; } trade;
    struct { TfPrice bid, ask; TfQty bid_quantity, ask_quantity; } quote;
    struct { TfCandle candle; TfTime interval; } candle;
    const TfTraderSignal *signal;
    const TfSourceNotice *notice;
    TfCommand command;
  };
} TfEvent;

/* What a signal's or a notice's event points to. */
typedef union
{
  TfTraderSignal signal;
  TfSourceNotice notice;
} TfEventPayload;

gboolean tf_event_keep      (TfEvent              *self,
                             TfEventPayload       *payload);
/* For the same program: with what it points to, byte by byte */
void     tf_event_append    (const TfEvent        *self,
                             GByteArray           *out);
gsize    tf_event_take      (TfEvent              *self,
                             TfEventPayload       *payload,
                             const guint8         *data,
                             gsize                 length);
/* For any: what a trader's source says, in one line */
char    *tf_event_to_text   (const TfEvent        *self);
gboolean tf_event_from_text (TfEvent              *self,
                             TfEventPayload       *payload,
                             const char           *text);

/* Where events come from: demo, replay, a venue. All but the venue are deterministic and able to continue where they were. */
typedef struct _TfEventSource TfEventSource;
struct _TfEventSource
{
  /* Writes the next event; FALSE at the end. What @event points to lives until the next call. */
  gboolean (*next)    (TfEventSource *self,
                       TfEvent       *event);
  /* (nullable): whether that was not the end: a live market has nothing to say now. */
  gboolean (*idle)    (TfEventSource *self);
  /* (nullable): how much of it was given, 0…1; −1: unknown */
  double   (*progress) (TfEventSource *self);
  /* (nullable): after the end, whether it was the end of all there is; FALSE: what follows is damaged */
  gboolean (*check)    (TfEventSource *self,
                        GError       **error);
  /* Appends what restore() needs to continue after the events given so far. */
  void     (*save)    (TfEventSource *self,
                       GByteArray    *state);
  gboolean (*restore) (TfEventSource *self,
                       const guint8  *state,
                       gsize          size,
                       GError       **error);
  void     (*free)    (TfEventSource *self);
};

G_END_DECLS
