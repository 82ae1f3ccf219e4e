#pragma once

#include "core/engine/record.h"
#include "core/engine/snapshot.h"
#include "io/feeds/connection.h"
#include "io/sources/source.h"
#include "io/storage/sources.h"
#include "model/item.h"

G_BEGIN_DECLS

/* What the window lists. Fields of @now are for reading; each is also a property of the name that items.c gives it
 * (the member's name with dashes), which notifies when it changes. Money, prices and quantities are raw: 1e-8. */

#define TF_SPARK_POINTS 96

/* An account. */
typedef struct
{
  gint     index;
  char     id[32], title[48];
  gint64   capital, equity, cash, realized, unrealized, fees, today; /* today: change since the start of the UTC day */
  double   change;           /* of equity since the start, a fraction */
  double   drawdown, max_drawdown, drawdown_limit;
  double   gross, net, var, daily_loss, governor;
  gint     positions, trades, state; /* TfTradingState */
  double   win_rate;         /* NaN: no trades yet */
  gint     n_spark;
  double   spark[TF_SPARK_POINTS]; /* equity, oldest first */
} TfAccountValues;

/* Where a trader's word comes from, as one word for all sources of one. */
typedef enum
{
  TF_HEARD_NOWHERE,    /* no source connected */
  TF_HEARD_SIMULATED,
  TF_HEARD_RECORDED,   /* from files */
  TF_HEARD_OFF,        /* there are sources, and all are switched off */
  TF_HEARD_AT_REST,    /* nothing runs */
  TF_HEARD_CONNECTING,
  TF_HEARD_LIVE,
  TF_HEARD_WAITING,    /* after an error, until the next attempt */
  TF_HEARD_FAILED,
} TfHeard;

/* A bot or a trader: whoever votes. */
typedef struct
{
  gint     voter;            /* its index in the configuration */
  char     id[48], name[64];
  char     account[32];      /* a bot's home */
  char     strategy[64];     /* a bot's, translated */
  char     known_for[256];   /* a trader's; a bot's reason */
  char     grade[4];         /* a trader's best source; empty: no source connected */
  gint     followed;         /* a trader: bit 1 << account */
  gint     state;            /* TfTradingState; CLOSE_ONLY: benched */
  gint     proposals, resolved, trades;
  double   win_rate;         /* of its trades; NaN: none yet */
  gint64   pnl;
  double   stance, weight, weight_sd, mean_outcome, recent_outcome;
  gint64   last_time;
  char     last_action[48];  /* “Bought BTC”; empty: none yet */
  /* A trader's: */
  gint     heard;            /* TfHeard */
  char     heard_why[200];   /* of WAITING and FAILED, in words */
  char     age[16];          /* of the last action, in market time and words */
  gint     early;            /* too few outcomes to be judged */
  double   record_low, record_high; /* 90 % credible interval of the mean outcome */
} TfVoterValues;

/* One voter's position of one instrument in one account. */
typedef struct
{
  gint     account, voter, instrument;
  char     account_id[32], name[64], symbol[24];
  gint64   quantity, cost, value, pnl, stop, target, opened;
} TfPositionValues;

typedef struct
{
  gint64   seq, time, order;
  char     account[32], origin[48], name[64], symbol[24];
  gint     side;             /* +1 buy, −1 sell */
  gint64   price, quantity, amount, fee; /* quantity signed; amount: realised before fees */
  char     reason[24];
} TfFillValues;

/* One account's verdict on a signal. */
typedef struct
{
  gint     verdict;          /* TfVerdict; 0: not yet */
  char     reason[24];
  gint64   value, limit, quantity;
} TfVerdictValues;

/* A proposal and what became of it. */
typedef struct
{
  gint64   signal, seq, time;
  char     origin[48], name[64], symbol[24];
  gint     is_trader, direction;
  gint64   price;
  double   confidence, expected, sd, cost, agreement, stop, target; /* NaN: not said; prices in units */
  gint     voices, in_favour, against;
  char     dissent[48];      /* voter id */
  gint     verdicts;         /* how many have come in */
  gint     copied;           /* accounts that copy it: bit 1 << account */
  TfVerdictValues verdict[TF_MAX_ACCOUNTS];
  gint     resolved;
  gint64   resolved_time;
  double   outcome;          /* R after costs, when resolved */
  char     outcome_reason[24];
} TfSignalValues;

typedef struct
{
  gint64   id, time;
  gint     account, kind, severity, acknowledged; /* account −1: the system */
  char     account_id[32];
  double   value, limit;
} TfAlertValues;

typedef enum
{
  TF_TONE_PLAIN,
  TF_TONE_REFUSED,
  TF_TONE_TRADE,
  TF_TONE_WARNING,
  TF_TONE_ALARM,
} TfTone;

/* Something that just happened, in words. */
typedef struct
{
  gint64   seq, time;
  gint     tone;             /* TfTone */
  char     text[240];
} TfFeedValues;

/* A line to a venue. */
typedef struct
{
  char     venue[32];        /* its title */
  TfConnectionFigures line;  /* retry_ms: what is left of the wait */
  gint64   errors;           /* of all kinds */
  guint    wait_ms;          /* that was announced … */
  gint64   wait_since;       /* … then: monotonic, µs */
  gint     disturbed;        /* something is wrong, and was not yet seen to be right again: who tries once more is not well */
} TfConnectionValues;

/* A row of the workspace's table of traders' sources, and how it is. */
typedef struct
{
  gint64          id;
  char            name[64], kind[24], address[160]; /* may be cut: the whole stands in the item’s row */
  gint            enabled;
  gint            heard;     /* a running system listens there: its figures count */
  TfSourceFigures figures;
} TfSourceValues;

#define TF_DECLARE_ITEM(Type, type, TYPE) \
  G_DECLARE_FINAL_TYPE (Tf##Type##Item, tf_##type##_item, TF, TYPE##_ITEM, TfItem) \
  struct _Tf##Type##Item \
  { \
    TfItem           parent_instance; \
    Tf##Type##Values now; \
  };

/* Its other half, after the array type_fields. */
#define TF_DEFINE_ITEM(Type, type) \
  G_DEFINE_FINAL_TYPE (Tf##Type##Item, tf_##type##_item, TF_TYPE_ITEM) \
  static void \
  tf_##type##_item_class_init (Tf##Type##ItemClass *klass) \
  { \
    tf_item_class_set_fields (TF_ITEM_CLASS (klass), G_STRUCT_OFFSET (Tf##Type##Item, now), sizeof (Tf##Type##Values), \
                              type##_fields, G_N_ELEMENTS (type##_fields)); \
  } \
  static void \
  tf_##type##_item_init (Tf##Type##Item *self) \
  { \
  }

#define TF_TYPE_ACCOUNT_ITEM (tf_account_item_get_type ())
TF_DECLARE_ITEM (Account, account, ACCOUNT)
#define TF_TYPE_VOTER_ITEM (tf_voter_item_get_type ())
TF_DECLARE_ITEM (Voter, voter, VOTER)
#define TF_TYPE_POSITION_ITEM (tf_position_item_get_type ())
TF_DECLARE_ITEM (Position, position, POSITION)
#define TF_TYPE_FILL_ITEM (tf_fill_item_get_type ())
TF_DECLARE_ITEM (Fill, fill, FILL)
#define TF_TYPE_ALERT_ITEM (tf_alert_item_get_type ())
TF_DECLARE_ITEM (Alert, alert, ALERT)
#define TF_TYPE_FEED_ITEM (tf_feed_item_get_type ())
TF_DECLARE_ITEM (Feed, feed, FEED)
#define TF_TYPE_CONNECTION_ITEM (tf_connection_item_get_type ())
TF_DECLARE_ITEM (Connection, connection, CONNECTION)

#define TF_TYPE_SIGNAL_ITEM (tf_signal_item_get_type ())
G_DECLARE_FINAL_TYPE (TfSignalItem, tf_signal_item, TF, SIGNAL_ITEM, TfItem)
struct _TfSignalItem
{
  TfItem         parent_instance;
  TfSignalValues now;
  char          *votes;      /* (nullable): “id:milliR,…” of the record’s text */
  char          *source;     /* (nullable): where a trader’s word comes from: “source=… id=… happened=…; evidence” */
};

#define TF_TYPE_SOURCE_ITEM (tf_source_item_get_type ())
G_DECLARE_FINAL_TYPE (TfSourceItem, tf_source_item, TF, SOURCE_ITEM, TfItem)
struct _TfSourceItem
{
  TfItem          parent_instance;
  TfSourceValues  now;
  TfStoredSource *row;       /* (nullable) */
};

/* One voter's part in a proposal's expected outcome. */
typedef struct
{
  char   id[48];
  double r;
} TfContribution;

void          tf_connection_item_take      (TfConnectionItem          *self,
                                            const char                *venue,
                                            const TfConnectionFigures *figures,
                                            gint64                     now);
/* @row: (transfer full) */
void          tf_source_item_take          (TfSourceItem              *self,
                                            TfStoredSource            *row,
                                            const TfSourceFigures     *figures);
TfSignalItem *tf_signal_item_new           (const TfSignalValues *values,
                                            const char           *text);
GArray       *tf_signal_item_contributions (TfSignalItem         *self);
char         *tf_signal_item_get_source    (TfSignalItem         *self,
                                            const char           *key);

G_END_DECLS
