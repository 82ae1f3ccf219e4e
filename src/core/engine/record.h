#pragma once

#include "core/base/fixed.h"
#include "core/base/time.h"

G_BEGIN_DECLS

typedef enum
{
  TF_RECORD_SESSION,  /* a start: market, configuration, seed */
  TF_RECORD_ACCOUNT,  /* an account opened; amount = its capital */
  TF_RECORD_COMMAND,  /* what the user asked for; ref = market events before it */
  TF_RECORD_SIGNAL,   /* a proposal of a bot or trader; value = confidence, limit = expected R; ref = signal */
  TF_RECORD_VERDICT,  /* one account's verdict on it; value compared with limit; ref = signal */
  TF_RECORD_ORDER,    /* an order entered the broker; ref = order */
  TF_RECORD_CANCEL,   /* an order left it unfilled; ref = order */
  TF_RECORD_FILL,     /* ref = order; quantity signed; amount = realised P&L before fees */
  TF_RECORD_OUTCOME,  /* a proposal's outcome: value = R after costs; ref = signal */
  TF_RECORD_STATE,    /* trading state of system, account, bot or trader */
  TF_RECORD_ALERT,    /* value compared with limit */
  TF_RECORD_FAULT,    /* an event that was refused: bad data */
  TF_N_RECORDS
} TfRecordKind;

typedef enum
{
  TF_VERDICT_ACCEPTED = 1,
  TF_VERDICT_RESIZED,
  TF_VERDICT_REJECTED,
  TF_VERDICT_STALE,
  TF_VERDICT_DUPLICATE,
  TF_VERDICT_UNMAPPED,
  TF_VERDICT_BLOCKED,
  TF_N_VERDICTS
} TfVerdict;

/* One audit entry: integers and texts only, so that its canonical line (see record.c) is the same on every machine.
 * Strings are borrowed: those of the configuration live as long as the engine, @text only during the call. */
typedef struct
{
  gint64      seq;        /* 1, 2, 3 … without a gap */
  TfTime      time;       /* the engine's */
  gint64      cause;      /* seq of the entry that led to it; 0: the outside */
  TfRecordKind kind;
  gint32      code;       /* SIGNAL, ORDER, FILL: side; VERDICT: TfVerdict; STATE: TfTradingState; ALERT: severity; COMMAND: type */
  const char *account;    /* id, or "" */
  const char *origin;     /* bot or trader id, or "" */
  const char *instrument; /* symbol, or "" */
  const char *reason;     /* machine id of the reason, or "" */
  gint64      ref;
  gint64      price, quantity, amount, fee; /* 1e-8 */
  gint64      value, limit;                 /* 1e-8: the numbers that were compared */
  const char *text;       /* details as "key=value" separated by a space, or a sentence; or "" */
  guint8      hash[32];
} TfRecord;

#define TF_HASH_SIZE 32

const char *tf_record_kind_name     (TfRecordKind    kind);
const char *tf_verdict_name         (TfVerdict       verdict);
gsize       tf_record_line          (const TfRecord *self,
                                     char           *buffer,
                                     gsize           size);
/* hash = SHA-256 (previous ‖ canonical line) */
void        tf_record_chain         (TfRecord       *self,
                                     const guint8    previous[TF_HASH_SIZE]);
void        tf_hash_to_hex          (const guint8    hash[TF_HASH_SIZE],
                                     char            hex[2 * TF_HASH_SIZE + 1]);

G_END_DECLS
