#pragma once

#include "core/market/candle.h"
#include "core/market/instrument.h"

G_BEGIN_DECLS

/* The candles of one file: CSV “time,open,high,low,close,volume”, plain or .gz, named SYMBOL-INTERVAL.csv[.gz]. */
typedef struct
{
  char      symbol[TF_SYMBOL_SIZE]; /* as the file's name says: “BTCUSDT” */
  TfTime    interval;
  TfCandle *candles;                /* oldest first, on the grid, each valid */
  guint     n;
  guint     gaps;                   /* places where bars are missing */
  guint64   missing;                /* bars missing there */
} TfCandleSeries;

TfCandleSeries *tf_candle_file_load  (const char      *path,
                                      GError         **error);
gboolean        tf_candle_file_name  (const char      *path,
                                      char             symbol[TF_SYMBOL_SIZE],
                                      TfTime          *interval,
                                      GError         **error);
GPtrArray      *tf_candle_file_find  (const char      *folder,
                                      TfTime           interval,
                                      GError         **error);
GPtrArray      *tf_candle_files_load (const char *const *paths,
                                      TfTime           interval,
                                      GError         **error);
void            tf_candle_series_free(TfCandleSeries  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfCandleSeries, tf_candle_series_free)

G_END_DECLS
