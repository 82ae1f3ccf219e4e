#pragma once

#include "io/feeds/dialect.h"
#include "io/feeds/recorder.h"

G_BEGIN_DECLS

#define TF_PLAYED_SYMBOLS 8

/* What a message is about */
typedef struct
{
  guint    channels[TF_PLAYED_SYMBOLS], symbols[TF_PLAYED_SYMBOLS], n;
  guint    trades;
  gboolean answer, alive;
} TfPlayedTags;

/* What a recording has told so far: the trades, books and lists that a venue answers questions from. */
typedef struct _TfPlayed TfPlayed;

TfPlayed           *tf_played_new           (const TfVenue      *venue,
                                             const TfDialect    *dialect);
void                tf_played_free          (TfPlayed           *self);
void                tf_played_reset         (TfPlayed           *self);
const TfPlayedTags *tf_played_message       (TfPlayed           *self,
                                             const TfFrame      *frame);
void                tf_played_fetched       (TfPlayed           *self,
                                             const TfFrame      *frame);
const char         *tf_played_get_name      (TfPlayed           *self,
                                             guint               symbol);
char               *tf_played_snapshot      (TfPlayed           *self,
                                             const char         *name,
                                             TfTime              now);
gboolean            tf_played_answer        (TfPlayed           *self,
                                             GString            *out,
                                             TfFetchKind         kind,
                                             const char         *name,
                                             TfAnswerData       *data,
                                             TfTime              shift);
TfTime              tf_played_get_grid      (const TfPlayed     *self);
guint64             tf_played_get_trades    (const TfPlayed     *self);
gint64              tf_played_get_last_trade(const TfPlayed     *self,
                                             const char         *name,
                                             guint              *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfPlayed, tf_played_free)

G_END_DECLS
