#pragma once

#include "io/storage/workspace.h"

G_BEGIN_DECLS

/* What becomes durable together: audit entries, and what the state is after them. Made on any thread, then given to
 * the writer. */
typedef struct
{
  GArray       *records;    /* of TfRecord; add with tf_batch_add() */
  TfSnapshot   *snapshot;   /* (nullable) (owned): the state after the last entry */
  GBytes       *checkpoint; /* (nullable) (owned): of tf_engine_save(), after the last entry */
  gint64        events;     /* market events behind @checkpoint */
  GByteArray   *inputs;     /* (nullable) (owned): the TfEvents behind these entries, where the market can't give them again */
  GPtrArray    *candles;    /* (nullable) (owned): GArrays of TfCandle, by instrument: bars for the cache, with @checkpoint */
  GPtrArray    *evidence;   /* (nullable) (owned): of TfEvidence: what the signals among @records were read from */
  GArray       *heard;      /* (nullable) (owned): of TfSourceHeard: up to when traders' sources were, with these entries and earlier ones */
  gint64        inbox;      /* commands of the inbox up to this id are in @records: they leave the inbox; 0: none */
  /*< private >*/
  GStringChunk *strings;
} TfBatch;

TfBatch    *tf_batch_new       (void);
void        tf_batch_free      (TfBatch           *self);
void        tf_batch_add       (TfBatch           *self,
                                const TfRecord    *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfBatch, tf_batch_free)

/* The journal writer: one thread, one transaction for all batches that wait (group commit). */
typedef struct _TfWriter TfWriter;

/* Called on the writer's thread: for each batch, in order, once it is durable (@batch is borrowed); and once when
 * writing has failed, with @batch %NULL and @error. */
typedef void (*TfCommittedFunc) (const TfBatch *batch,
                                 const GError  *error,
                                 gpointer       data);

TfWriter   *tf_writer_new      (TfWorkspace       *workspace,
                                TfCommittedFunc    committed,
                                gpointer           data,
                                GError           **error);
gboolean    tf_writer_push     (TfWriter          *self,
                                TfBatch           *batch,
                                GError           **error);
gboolean    tf_writer_flush    (TfWriter          *self,
                                GError           **error);
gboolean    tf_writer_stop     (TfWriter          *self,
                                GError           **error);
gboolean    tf_writer_failed   (TfWriter          *self);
gint64      tf_writer_get_seq  (TfWriter          *self);
guint       tf_writer_get_queue(TfWriter          *self);

G_END_DECLS
