#pragma once

#include "core/engine/config.h"
#include "core/engine/record.h"
#include "core/risk/alerts.h"
#include "core/risk/state.h"
#include "io/feeds/connection.h"

G_BEGIN_DECLS

/* Machine ids and numbers as people read them: translated words, true minus, thousands separated, a sign on changes.
 * Every char * is newly allocated; every const char * is static and translated. */

/* Words for ids */
const char *tf_words_reason         (const char      *id);
char       *tf_words_compared       (const char      *reason,
                                     gint64           value,
                                     gint64           limit);
char       *tf_words_why            (const TfConfig  *config,
                                     const char      *origin,
                                     const char      *reason,
                                     gint64           value,
                                     gint64           limit);
const char *tf_words_record_reason  (const TfRecord  *record);
const char *tf_words_verdict        (TfVerdict        verdict);
const char *tf_words_state          (TfTradingState   state);
const char *tf_words_kind           (TfRecordKind     kind);
const char *tf_words_severity       (TfSeverity       severity);
const char *tf_words_side           (gint             side);
const char *tf_words_direction      (gint             direction);
char       *tf_words_grade          (char             grade);
char       *tf_words_account        (const TfConfig  *config,
                                     const char      *id);
char       *tf_words_voter          (const TfConfig  *config,
                                     const char      *id);
char       *tf_words_coin           (const char      *symbol);
char       *tf_words_record         (const TfRecord  *record,
                                     const TfConfig  *config);

/* Numbers */
char       *tf_words_money          (TfMoney          money);
char       *tf_words_money_change   (TfMoney          money);
char       *tf_words_percent        (double           fraction,
                                     int              decimals);
char       *tf_words_percent_change (double           fraction,
                                     int              decimals);
char       *tf_words_number         (double           value,
                                     int              decimals);
char       *tf_words_count          (gint64           count);
char       *tf_words_quantity       (TfQty            quantity);
char       *tf_words_price          (TfPrice          price);
char       *tf_words_r              (double           multiple);

/* Time */
char       *tf_words_clock          (TfTime           time);
char       *tf_words_date           (TfTime           time);
char       *tf_words_moment         (TfTime           time);
char       *tf_words_short_date     (TfTime           time);
char       *tf_words_age            (TfTime           age);
char       *tf_words_elapsed        (TfTime           elapsed);

/* The line to a venue (words-connection.c) */
const char *tf_words_connection_state   (TfConnectionState          state);
char       *tf_words_connection         (const TfConnectionFigures *connection,
                                         const char                *venue);
char       *tf_words_connection_brief   (const TfConnectionFigures *connection);
char       *tf_words_connection_figures (const TfConnectionFigures *connection);
char       *tf_words_silence            (gint64                     age_ms);

G_END_DECLS
