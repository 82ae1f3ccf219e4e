#pragma once

#include <gio/gio.h>

#include "io/storage/workspace.h"

G_BEGIN_DECLS

/* What an auditor does with a journal. Everything here reads a workspace by itself and changes nothing. */

/* @fraction: 0 … 1 */
typedef void (*TfJournalProgress) (double   fraction,
                                   gpointer data);

typedef struct
{
  gint64   entries;              /* that were checked */
  guint8   head[TF_HASH_SIZE];   /* of the last good one */
  gboolean ok;
  gint64   bad;                  /* first entry that does not hold; 0: none */
  char     what[256];            /* what was found there, and what was expected */
} TfVerification;

/* Which entries. Zeroed: all, oldest first. */
typedef struct
{
  const char *account;           /* (nullable): id; entries of no account are left out then */
  guint       kinds;             /* bits 1 << TfRecordKind; 0: all */
  TfTime      from, to;          /* from ≤ time < to; 0: open */
  gint64      after, before;     /* after < seq < before; 0: open */
  const char *search;            /* (nullable): found in origin, instrument, reason or text, whatever the case */
  gboolean    newest_first;
  gint64      limit, offset;     /* limit 0: all */
} TfJournalFilter;

/* @record is borrowed. FALSE stops the iteration. */
typedef gboolean (*TfJournalFunc) (const TfRecord *record,
                                   gpointer        data);

/* One account recomputed from the journal alone. */
typedef struct
{
  char    id[32];
  TfMoney capital, cash, realized, fees;
  gint64  fills;
  guint   positions;             /* open ones: voter × instrument */
} TfRebuiltAccount;

typedef struct
{
  gint64     entries, fills;     /* that were read */
  gint64     as_of;              /* entry that the stored state belongs to: there it was compared */
  GArray    *accounts;           /* of TfRebuiltAccount, at the journal's end */
  GPtrArray *differences;        /* of char *: “woods1 cash: stored …, rebuilt …” */
  gboolean   agree;
} TfRebuild;

gboolean    tf_journal_verify  (const char            *path,
                                TfJournalProgress      progress,
                                gpointer               data,
                                GCancellable          *cancellable,
                                TfVerification        *result,
                                GError               **error);
TfRebuild  *tf_journal_rebuild (const char            *path,
                                TfJournalProgress      progress,
                                gpointer               data,
                                GCancellable          *cancellable,
                                GError               **error);
void        tf_rebuild_free    (TfRebuild             *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfRebuild, tf_rebuild_free)

gboolean    tf_journal_iterate (TfWorkspace           *workspace,
                                const TfJournalFilter *filter,
                                TfJournalFunc          func,
                                gpointer               data,
                                GError               **error);
gint64      tf_journal_count   (TfWorkspace           *workspace,
                                const TfJournalFilter *filter,
                                GError               **error);
gboolean    tf_journal_last    (TfWorkspace           *workspace,
                                guint                  n,
                                TfJournalFunc          func,
                                gpointer               data,
                                GError               **error);

G_END_DECLS
