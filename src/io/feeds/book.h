#pragma once

#include "core/base/fixed.h"

G_BEGIN_DECLS

typedef struct
{
  TfPrice price;
  TfQty   quantity;                      /* 0 in a change: the level is gone */
  guint8  price_places, quantity_places; /* digits that the venue wrote after the point: checksums are made of them */
} TfBookLevel;

/* One side, the best level last: that is where nearly all changes are. */
typedef struct
{
  TfBookLevel *levels;
  guint        n, size;
  gint8        sign; /* +1 bids: the best is the highest; -1 asks */
} TfBookSide;

typedef enum
{
  TF_BOOK_EMPTY,   /* nothing yet */
  TF_BOOK_WAITING, /* changes come, and wait for a snapshot */
  TF_BOOK_LIVE,    /* consistent as far as the venue lets one tell */
} TfBookState;

/* What happened to a book, for the person who asks whether it can be trusted */
typedef struct
{
  guint64 updates;      /* messages: snapshots and changes */
  guint64 gaps;         /* breaks of the sequence */
  guint64 checksums_ok, checksums_bad;
  guint64 crossed;      /* times that a bid was not below the best ask */
} TfBookCounts;

/* The order book of one instrument at one venue: sorted exact levels. Changes that come before the snapshot that
 * they belong to are kept (a bounded number) and applied when it arrives. */
typedef struct
{
  TfBookSide   bids, asks;
  TfBookState  state;
  gboolean     chained;   /* @last is of a change, not of the snapshot: the next one has to follow at once */
  gint64       last;      /* the last update id applied or waiting; 0: none, or the venue numbers nothing */
  guint        depth;     /* levels kept a side; 0: all */
  TfBookCounts counts;
  gboolean     checked;   /* @checksum is that of the levels as they are */
  guint32      checksum;
  guint        bad_streak; /* checksums wrong in a row */
  gboolean     unchecked; /* the venue's checksums of this instrument cannot be relied on */
  GArray      *waiting;   /* (nullable): what came before the snapshot; see book.c */
} TfBook;

typedef enum
{
  TF_BOOK_FINE,
  TF_BOOK_HELD,    /* waits for a snapshot */
  TF_BOOK_STALE,   /* older than the book: dropped */
  TF_BOOK_GAP,     /* something is missing: a snapshot is needed */
  TF_BOOK_CROSSED, /* a bid at or above an ask: a snapshot is needed */
} TfBookResult;

/* The @k-th best level, from 0. */
static inline const TfBookLevel *
tf_book_level (const TfBookSide *side,
               guint             k)
{
  return &side->levels[side->n - 1 - k];
}

void          tf_book_init          (TfBook            *self);
void          tf_book_clear         (TfBook            *self);
void          tf_book_reset         (TfBook            *self);
guint32       tf_book_checksum      (TfBook            *self);
gboolean      tf_book_best          (const TfBook      *self,
                                     TfBookLevel       *bid,
                                     TfBookLevel       *ask);
TfBookResult  tf_book_snapshot      (TfBook            *self,
                                     const TfBookLevel *bids,
                                     guint              n_bids,
                                     const TfBookLevel *asks,
                                     guint              n_asks,
                                     gint64             last);
TfBookResult  tf_book_change        (TfBook            *self,
                                     const TfBookLevel *bids,
                                     guint              n_bids,
                                     const TfBookLevel *asks,
                                     guint              n_asks,
                                     gint64             first,
                                     gint64             last);

G_END_DECLS
