#include "io/reports/report-private.h"

#include <cairo-pdf.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/risk/state.h"
#include "io/reports/page.h"
#include "plot/plot.h"

/* A report is read by people: the newest of each kind are listed, and how many there are is said. */
#define MOST_FILLS   250
#define MOST_ALERTS  100
#define MOST_ENTRIES 250

/* Copies of the entries that are listed. */
typedef struct
{
  const TfReportTotals *totals;
  gint64                seen, seen_fills, seen_alerts;
  GArray               *fills, *alerts, *entries; /* of TfRecord */
  GStringChunk         *strings;
} Listing;

typedef struct
{
  const TfReport       *report;
  const TfReportTotals *totals;
  Listing               listing;
} Pdf;

static void
keep (Listing        *self,
      GArray         *list,
      const TfRecord *record)
{
  TfRecord copy = *record;

  copy.account = g_string_chunk_insert_const (self->strings, record->account);
  copy.origin = g_string_chunk_insert_const (self->strings, record->origin);
  copy.instrument = g_string_chunk_insert_const (self->strings, record->instrument);
  copy.reason = g_string_chunk_insert_const (self->strings, record->reason);
  copy.text = g_string_chunk_insert (self->strings, record->text);
  g_array_append_val (list, copy);
}

static gboolean
list_record (const TfRecord *record,
             gpointer        data)
{
  Listing *self = data;
  const TfReportTotals *totals = self->totals;

  if (record->kind == TF_RECORD_FILL && self->seen_fills++ >= totals->fills - MOST_FILLS)
    keep (self, self->fills, record);
  if (record->kind == TF_RECORD_ALERT && self->seen_alerts++ >= totals->kinds[TF_RECORD_ALERT] - MOST_ALERTS)
    keep (self, self->alerts, record);
  if (self->seen++ >= totals->entries - MOST_ENTRIES)
    keep (self, self->entries, record);
  return TRUE;
}

/* Exact, thousands separated, with at least two decimals: “−1,234.50”. */
static char *
money (gint64 raw)
{
  g_autofree char *plain = tf_decimal_to_string (raw);
  const char *digits = raw < 0 ? plain + 1 : plain;
  gsize whole = strcspn (digits, "."), decimals = strlen (digits) > whole ? strlen (digits) - whole - 1 : 0;
  GString *text = g_string_new (raw < 0 ? "−" : "");

  for (gsize i = 0; i < whole; i++)
    {
      if (i > 0 && (whole - i) % 3 == 0)
        g_string_append_c (text, ',');
      g_string_append_c (text, digits[i]);
    }
  g_string_append (text, decimals > 0 ? digits + whole : ".");
  for (; decimals < 2; decimals++)
    g_string_append_c (text, '0');
  return g_string_free (text, FALSE);
}

static char *
percent (double   value,
         gboolean plus)
{
  char text[TF_AXIS_LABEL_SIZE];

  return g_strdup (isfinite (value) ? tf_axis_format (value, 2, TF_FORMAT_PERCENT, plus, text) : "–");
}

static char *
decimal (gint64 raw)
{
  g_autofree char *plain = tf_decimal_to_string (raw);

  return raw == G_MININT64 ? g_strdup ("–") : raw < 0 ? g_strconcat ("−", plain + 1, NULL) : g_steal_pointer (&plain);
}

/* The name of a bot or trader; what the configuration does not know stays an id. */
static const char *
voter_name (const Pdf  *self,
            const char *id)
{
  const TfConfig *config = self->report->snapshot->config;
  gint bot = tf_config_find_bot (config, id), trader = bot < 0 ? tf_config_find_trader (config, id) : -1;

  return bot >= 0 ? config->bots[bot].title : trader >= 0 ? config->traders[trader].name : id;
}

static char *
when (TfTime time)
{
  char text[TF_TIME_SIZE];

  if (time == 0)
    return g_strdup ("–");
  tf_time_format (time / TF_SECOND * TF_SECOND, text);
  text[10] = ' ';
  text[19] = '\0';
  return g_strdup (text);
}

static void
draw_fact (TfPage     *page,
           const char *name,
           const char *value)
{
  double height;

  tf_page_room (page, 14);
  tf_page_text (page, TF_PAGE_MARGIN, page->y, 90, TF_TEXT_BODY, PANGO_ALIGN_LEFT, &page->theme.dim, name);
  height = tf_page_text (page, TF_PAGE_MARGIN + 92, page->y, TF_PAGE_INNER - 92, TF_TEXT_BODY, PANGO_ALIGN_LEFT, NULL, value);
  page->y += height + 2;
}

static void
draw_title (const Pdf *self,
            TfPage    *page)
{
  const TfReport *report = self->report;
  const TfConfig *config = report->snapshot->config;
  g_autofree char *first = when (self->totals->first_time), *last = when (self->totals->last_time);
  g_autofree char *made = when (report->generated), *period = NULL, *entries = NULL;
  char hash[2 * TF_HASH_SIZE + 1];

  page->y += tf_page_text (page, TF_PAGE_MARGIN, page->y, TF_PAGE_INNER, TF_TEXT_TITLE, PANGO_ALIGN_LEFT, NULL,
                           _("Trading report")) + 6;
  if (config->simulated)
    tf_page_paragraph (page, TF_TEXT_STRONG,
                       _("Simulated data: this market and its traders are made by a program. No price here was ever traded, "
                         "no person did what is written here."));
  else
    tf_page_paragraph (page, TF_TEXT_STRONG, _("Paper trading: real market data, no real money."));
  page->y += 4;
  period = g_strdup_printf (_("%s to %s UTC"), first, last);
  entries = g_strdup_printf (_("%" G_GINT64_FORMAT " in this report, %" G_GINT64_FORMAT " in the journal"),
                             self->totals->entries, report->entries);
  tf_hash_to_hex (report->head, hash);
  draw_fact (page, _("Market"), config->market);
  draw_fact (page, _("Data"), report->origin);
  draw_fact (page, _("Period"), period);
  draw_fact (page, _("Workspace"), report->workspace);
  if (report->account != NULL)
    draw_fact (page, _("Account"), report->account);
  draw_fact (page, _("Entries"), entries);
  draw_fact (page, _("Journal's head"), hash);
  draw_fact (page, _("Generated"), made);
}

static void
draw_accounts (const Pdf *self,
               TfPage    *page)
{
  static const TfColumn columns[] = {
    { N_("Account"), 0.19 }, { N_("Equity"), 0.14, TRUE }, { N_("Return"), 0.08, TRUE }, { N_("Realised"), 0.13, TRUE },
    { N_("Unrealised"), 0.13, TRUE }, { N_("Fees"), 0.12, TRUE }, { N_("Drawdown"), 0.1, TRUE }, { N_("Won"), 0.11, TRUE },
  };
  const TfSnapshot *snapshot = self->report->snapshot;
  const TfConfig *config = snapshot->config;

  tf_page_heading (page, _("Accounts"));
  tf_page_columns (page, columns, G_N_ELEMENTS (columns));
  for (guint a = 0; a < config->n_accounts; a++)
    {
      const TfAccountView *view = &snapshot->accounts[a];
      g_autofree char *name = g_strdup_printf ("%s · %s", config->accounts[a].id, config->accounts[a].title);
      g_autofree char *equity = money (view->equity.raw), *realized = money (view->realized.raw);
      g_autofree char *unrealized = money (view->unrealized.raw), *fees = money (view->fees.raw);
      g_autofree char *gain = percent (tf_money_double (view->equity) / tf_money_double (config->accounts[a].capital) - 1, TRUE);
      g_autofree char *drawdown = percent (view->max_drawdown, FALSE);
      g_autofree char *won = g_strdup_printf (_("%u of %u"), view->performance.wins, view->performance.trades);

      if (tf_report_has_account (self->report, a))
        TF_PAGE_ROW (page, columns, name, equity, gain, realized, unrealized, fees, drawdown, won);
    }
  tf_page_paragraph (page, TF_TEXT_NOTE, _("Money in dollars, exact. Realised is before fees. Drawdown: the worst from a peak of "
                                            "equity. Won: closed round trips with a gain after fees."));
}

static void
draw_curves (const Pdf *self,
             TfPage    *page)
{
  const TfSnapshot *snapshot = self->report->snapshot;
  const TfConfig *config = snapshot->config;
  g_autoptr (TfPlot) plot = tf_plot_new ();
  g_autofree double *values = g_new (double, TF_CURVE_POINTS);
  const double height = 300;

  tf_page_heading (page, _("Equity and drawdown"));
  tf_page_room (page, height + 20);
  tf_plot_set_empty_text (plot, _("No equity curve was kept"));
  tf_plot_set_format (plot, TF_FORMAT_MONEY, -1);
  for (guint a = 0; a < config->n_accounts; a++)
    {
      const TfCurve *curve = &snapshot->accounts[a].curve;

      for (guint p = 0; p < curve->n; p++)
        values[p] = tf_money_double (curve->equity[p]);
      if (tf_report_has_account (self->report, a))
        tf_plot_add_line (plot, config->accounts[a].id, curve->time, values, curve->n, a, TF_LINE_PLAIN);
    }
  tf_plot_add_pane (plot, 0.4);
  tf_plot_set_format (plot, TF_FORMAT_PERCENT, -1);
  for (guint a = 0; a < config->n_accounts; a++)
    {
      const TfCurve *curve = &snapshot->accounts[a].curve;
      double peak = 0;

      for (guint p = 0; p < curve->n; p++)
        {
          double equity = tf_money_double (curve->equity[p]);

          peak = MAX (peak, equity);
          values[p] = peak > 0 ? equity / peak - 1 : 0;
        }
      if (tf_report_has_account (self->report, a))
        tf_plot_add_line (plot, NULL, curve->time, values, curve->n, a, TF_LINE_NO_TAG);
    }
  cairo_save (page->cr);
  cairo_translate (page->cr, TF_PAGE_MARGIN, page->y);
  page->y += tf_plot_draw_legend (plot, page->cr, TF_PAGE_INNER, &page->theme) + 6;
  cairo_restore (page->cr);
  cairo_save (page->cr);
  cairo_translate (page->cr, TF_PAGE_MARGIN, page->y);
  tf_plot_draw (plot, page->cr, TF_PAGE_INNER, height, &page->theme);
  cairo_restore (page->cr);
  page->y += height + 4;
  tf_page_paragraph (page, TF_TEXT_NOTE, _("Above: equity with open positions. Below: its distance from the highest equity so far."));
}

static void
draw_holdings (const Pdf *self,
               TfPage    *page)
{
  static const TfColumn columns[] = {
    { N_("Account"), 0.1 }, { N_("Bot or trader"), 0.24 }, { N_("Instrument"), 0.13 }, { N_("Quantity"), 0.15, TRUE },
    { N_("Cost"), 0.14, TRUE }, { N_("Value"), 0.14, TRUE }, { N_("Stop"), 0.1, TRUE },
  };
  const TfSnapshot *snapshot = self->report->snapshot;
  const TfConfig *config = snapshot->config;
  guint shown = 0;

  tf_page_heading (page, _("Holdings"));
  for (guint i = 0; i < snapshot->n_positions; i++)
    {
      const TfPositionView *view = &snapshot->positions[i];
      g_autofree char *quantity = decimal (view->quantity.raw), *cost = money (view->cost.raw), *value = money (view->value.raw);
      g_autofree char *stop = view->stop.raw > 0 ? decimal (view->stop.raw) : g_strdup ("–");

      if (!tf_report_has_account (self->report, view->account))
        continue;
      if (shown++ == 0)
        tf_page_columns (page, columns, G_N_ELEMENTS (columns));
      TF_PAGE_ROW (page, columns, config->accounts[view->account].id, tf_config_voter_name (config, view->voter),
                   config->universe->items[view->instrument].symbol, quantity, cost, value, stop);
    }
  if (shown == 0)
    tf_page_paragraph (page, TF_TEXT_BODY, _("No open position."));
}

static guint
largest_part (const TfGap *gap)
{
  guint largest = 0;

  for (guint k = 1; k < TF_N_GAP_PARTS; k++)
    if (ABS (gap->parts[k].raw) > ABS (gap->parts[largest].raw))
      largest = k;
  return largest;
}

/* What traders earned at full size, what their copies did, and where the difference went. */
static void
draw_gaps (const Pdf *self,
           TfPage    *page)
{
  static const TfColumn columns[] = {
    { N_("Trader"), 0.22 }, { N_("Account"), 0.11 }, { N_("Trader’s"), 0.15, TRUE }, { N_("Copy’s"), 0.15, TRUE },
    { " ", 0.02 }, { N_("Largest part of the gap"), 0.2 }, { N_("of it"), 0.15, TRUE },
  };
  const TfSnapshot *snapshot = self->report->snapshot;
  const TfConfig *config = snapshot->config;
  TfPlotBar bars[TF_N_GAP_PARTS + 1] = { { _("Traders’ own, at full size"), 0 } };
  g_autoptr (TfPlot) plot = tf_plot_new ();
  TfGap all = { 0 };
  const double height = 170;
  guint shown = 0;

  tf_page_heading (page, _("Copy gap"));
  for (guint t = 0; t < config->n_traders && snapshot->follows != NULL; t++)
    for (guint a = 0; a < config->n_accounts; a++)
      {
        const TfGap *gap = &tf_snapshot_follow (snapshot, t, a)->gap;
        guint largest = largest_part (gap);
        g_autofree char *leader = money (gap->leader.raw), *copy = money (gap->copy.raw);
        g_autofree char *part = money (gap->parts[largest].raw);

        if (!tf_snapshot_follow (snapshot, t, a)->gap_known || !tf_report_has_account (self->report, a)
            || (gap->leader.raw == 0 && gap->copy.raw == 0))
          continue;
        all.leader.raw += gap->leader.raw;
        all.copy.raw += gap->copy.raw;
        for (guint k = 0; k < TF_N_GAP_PARTS; k++)
          all.parts[k].raw += gap->parts[k].raw;
        if (shown++ == 0)
          tf_page_columns (page, columns, G_N_ELEMENTS (columns));
        TF_PAGE_ROW (page, columns, config->traders[t].name, config->accounts[a].id, leader, copy, "",
                     _(tf_gap_part_title ((TfGapPart) largest)), part);
      }
  if (shown == 0)
    {
      tf_page_paragraph (page, TF_TEXT_BODY, _("No signal of a trader was copied or skipped."));
      return;
    }
  bars[0].value = tf_money_double (all.leader);
  for (guint k = 0; k < TF_N_GAP_PARTS; k++)
    bars[k + 1] = (TfPlotBar) { _(tf_gap_part_title ((TfGapPart) k)), -tf_money_double (all.parts[k]) };
  tf_plot_set_format (plot, TF_FORMAT_MONEY, 2);
  tf_plot_add_waterfall (plot, NULL, bars, G_N_ELEMENTS (bars), _("Copies"));
  tf_page_room (page, height + 40);
  cairo_save (page->cr);
  cairo_translate (page->cr, TF_PAGE_MARGIN, page->y + 8);
  tf_plot_draw (plot, page->cr, TF_PAGE_INNER, height, &page->theme);
  cairo_restore (page->cr);
  page->y += height + 14;
  tf_page_paragraph (page, TF_TEXT_NOTE, _("The trader’s own trades at its own prices, scaled to a full size of the policy, "
                                            "against what the copy earned after all costs. The parts add up to the gap, exactly; "
                                            "all of them are in the JSON export."));
}

static void
draw_totals (const Pdf *self,
             TfPage    *page)
{
  static const TfColumn ledger[] = {
    { N_("Account"), 0.2 }, { N_("Cash"), 0.2, TRUE }, { N_("Fills"), 0.12, TRUE }, { N_("Realised"), 0.24, TRUE },
    { N_("Fees"), 0.24, TRUE },
  };
  static const TfColumn counts[] = { { N_("Kind of entry"), 0.3 }, { N_("Entries"), 0.15, TRUE } };
  static const TfColumn verdicts[] = { { N_("Verdict"), 0.3 }, { N_("Signals × accounts"), 0.15, TRUE } };
  const TfReportTotals *totals = self->totals;
  const TfSnapshot *snapshot = self->report->snapshot;
  const TfConfig *config = snapshot->config;
  g_autofree char *all_fills = g_strdup_printf ("%" G_GINT64_FORMAT, totals->fills);
  g_autofree char *all_realized = tf_decimal_to_string (totals->realized.raw), *all_fees = tf_decimal_to_string (totals->fees.raw);

  tf_page_heading (page, _("Totals of the entries"));
  tf_page_columns (page, ledger, G_N_ELEMENTS (ledger));
  for (guint a = 0; a < config->n_accounts; a++)
    {
      g_autofree char *cash = tf_decimal_to_string (snapshot->accounts[a].cash.raw);
      g_autofree char *fills = g_strdup_printf ("%" G_GINT64_FORMAT, totals->accounts[a].fills);
      g_autofree char *realized = tf_decimal_to_string (totals->accounts[a].realized.raw), *fees = tf_decimal_to_string (totals->accounts[a].fees.raw);

      if (tf_report_has_account (self->report, a))
        TF_PAGE_ROW (page, ledger, config->accounts[a].id, cash, fills, realized, fees);
    }
  TF_PAGE_ROW (page, ledger, _("All"), "", all_fills, all_realized, all_fees);
  tf_page_paragraph (page, TF_TEXT_NOTE, _("Fills, realised P&L before fees and fees are added up from the entries of this report; of a "
                                            "whole journal they equal the ledger to the last unit. Cash is the ledger's."));
  tf_page_heading (page, _("Verdicts"));
  tf_page_columns (page, verdicts, G_N_ELEMENTS (verdicts));
  for (guint v = 1; v < TF_N_VERDICTS; v++)
    {
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, totals->verdicts[v]);

      TF_PAGE_ROW (page, verdicts, tf_verdict_name (v), number);
    }
  tf_page_heading (page, _("Entries"));
  tf_page_columns (page, counts, G_N_ELEMENTS (counts));
  for (guint kind = 0; kind < TF_N_RECORDS; kind++)
    {
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, totals->kinds[kind]);

      if (totals->kinds[kind] > 0)
        TF_PAGE_ROW (page, counts, tf_record_kind_name (kind), number);
    }
}

/* “250 of 1,204 fills are listed, the newest; all are in the JSON and CSV exports.” */
static void
draw_count (TfPage     *page,
            const char *noun,
            guint       listed,
            gint64      all)
{
  g_autofree char *text = NULL;

  if (all == 0)
    text = g_strdup_printf (_("No %s."), noun);
  else if (listed < all)
    text = g_strdup_printf (_("%u of %" G_GINT64_FORMAT " %s listed, the newest; all are in JSON and CSV."), listed, all, noun);
  else
    text = g_strdup_printf (_("%u of %" G_GINT64_FORMAT " %s listed."), listed, all, noun);
  tf_page_paragraph (page, TF_TEXT_NOTE, text);
}

static void
draw_fills (const Pdf *self,
            TfPage    *page)
{
  static const TfColumn columns[] = {
    { N_("Time (UTC)"), 0.18 }, { N_("Account"), 0.1 }, { N_("Bot or trader"), 0.2 }, { N_("Instrument"), 0.12 },
    { N_("Quantity"), 0.13, TRUE }, { N_("Price"), 0.13, TRUE }, { N_("Realised"), 0.14, TRUE },
  };
  const GArray *fills = self->listing.fills;

  tf_page_heading (page, _("Fills"));
  draw_count (page, _("fills"), fills->len, self->totals->fills);
  for (guint i = 0; i < fills->len; i++)
    {
      const TfRecord *record = &g_array_index (fills, TfRecord, i);
      g_autofree char *time = when (record->time), *quantity = decimal (record->quantity), *price = decimal (record->price);
      g_autofree char *realized = money (record->amount);

      if (i == 0)
        tf_page_columns (page, columns, G_N_ELEMENTS (columns));
      TF_PAGE_ROW (page, columns, time, record->account, voter_name (self, record->origin), record->instrument, quantity,
                   price, realized);
    }
}

static void
draw_alerts (const Pdf *self,
             TfPage    *page)
{
  static const TfColumn columns[] = {
    { N_("Time (UTC)"), 0.18 }, { N_("Account"), 0.1 }, { N_("Alert"), 0.2 }, { N_("Value"), 0.13, TRUE },
    { N_("Limit"), 0.13, TRUE }, { N_("Details"), 0.26 },
  };
  const GArray *alerts = self->listing.alerts;

  tf_page_heading (page, _("Alerts"));
  draw_count (page, _("alerts"), alerts->len, self->totals->kinds[TF_RECORD_ALERT]);
  for (guint i = 0; i < alerts->len; i++)
    {
      const TfRecord *record = &g_array_index (alerts, TfRecord, i);
      g_autofree char *time = when (record->time), *value = decimal (record->value), *limit = decimal (record->limit);

      if (i == 0)
        tf_page_columns (page, columns, G_N_ELEMENTS (columns));
      TF_PAGE_ROW (page, columns, time, record->account, record->reason, value, limit, record->text);
    }
}

static void
draw_entries (const Pdf *self,
              TfPage    *page)
{
  static const TfColumn columns[] = {
    { N_("Entry"), 0.08, TRUE }, { N_("Time (UTC)"), 0.17 }, { N_("Kind"), 0.08 }, { N_("Account"), 0.09 },
    { N_("Bot or trader"), 0.15 }, { N_("Instrument"), 0.11 }, { N_("Reason"), 0.15 }, { N_("Hash"), 0.17 },
  };
  const GArray *entries = self->listing.entries;

  tf_page_heading (page, _("Journal"));
  draw_count (page, _("entries"), entries->len, self->totals->entries);
  for (guint i = 0; i < entries->len; i++)
    {
      const TfRecord *record = &g_array_index (entries, TfRecord, i);
      g_autofree char *time = when (record->time), *seq = g_strdup_printf ("%" G_GINT64_FORMAT, record->seq);
      const char *reason = record->kind == TF_RECORD_VERDICT && record->code > 0 && record->code < TF_N_VERDICTS
                             ? tf_verdict_name ((TfVerdict) record->code) : record->reason;
      char hash[2 * TF_HASH_SIZE + 1];

      tf_hash_to_hex (record->hash, hash);
      hash[16] = '\0';
      if (i == 0)
        tf_page_columns (page, columns, G_N_ELEMENTS (columns));
      TF_PAGE_ROW (page, columns, seq, time, tf_record_kind_name (record->kind), record->account,
                   voter_name (self, record->origin), record->instrument, reason, hash);
    }
}

static void
draw (const Pdf *self,
      TfPage    *page,
      cairo_t   *cr)
{
  tf_page_begin (page, cr);
  draw_title (self, page);
  draw_accounts (self, page);
  draw_curves (self, page);
  draw_holdings (self, page);
  draw_gaps (self, page);
  draw_totals (self, page);
  draw_fills (self, page);
  draw_alerts (self, page);
  draw_entries (self, page);
  tf_page_end (page);
}

static cairo_status_t
write_bytes (void                *file,
             const unsigned char *data,
             unsigned int         length)
{
  return fwrite (data, 1, length, file) == length ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* Drawn twice: once to see how many pages there are, so that each can say “Page 3 of 12”. */
static gboolean
draw_file (const Pdf *self,
           FILE      *file,
           GError   **error)
{
  const cairo_rectangle_t paper = { 0, 0, TF_PAGE_WIDTH, TF_PAGE_HEIGHT };
  const TfConfig *config = self->report->snapshot->config;
  cairo_surface_t *surfaces[] = {
    cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, &paper),
    cairo_pdf_surface_create_for_stream (write_bytes, file, TF_PAGE_WIDTH, TF_PAGE_HEIGHT),
  };
  char hash[2 * TF_HASH_SIZE + 1];
  g_autofree char *header = g_strdup_printf (_("Complete Trade Following System · %s"), config->market);
  g_autofree char *footer = NULL;
  guint pages = 0;
  cairo_status_t status = CAIRO_STATUS_SUCCESS;

  tf_hash_to_hex (self->report->head, hash);
  footer = g_strdup_printf (_("Journal: %" G_GINT64_FORMAT " entries, head %s"), self->report->entries, hash);
  cairo_pdf_surface_set_metadata (surfaces[1], CAIRO_PDF_METADATA_TITLE,
                                  config->simulated ? _("Trading report (simulated data)") : _("Trading report"));
  for (guint i = 0; i < G_N_ELEMENTS (surfaces); i++)
    {
      cairo_t *cr = cairo_create (surfaces[i]);
      TfPage page = {
        .total = pages, .header = header, .badge = config->simulated ? _("Simulated data") : NULL, .footer = footer,
      };

      draw (self, &page, cr);
      pages = page.number;
      status = cairo_status (cr);
      cairo_destroy (cr);
      cairo_surface_finish (surfaces[i]);
      if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status (surfaces[i]);
      cairo_surface_destroy (surfaces[i]);
    }
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_STORAGE, "PDF: found %s, expected it drawn and written", cairo_status_to_string (status));
  return FALSE;
}

gboolean
tf_report_write_pdf (const TfReport       *report,
                     const TfReportTotals *totals,
                     FILE                 *file,
                     GError              **error)
{
  Pdf self = { .report = report, .totals = totals };
  Listing *listing = &self.listing;
  gboolean good;

  listing->totals = totals;
  listing->fills = g_array_new (FALSE, FALSE, sizeof (TfRecord));
  listing->alerts = g_array_new (FALSE, FALSE, sizeof (TfRecord));
  listing->entries = g_array_new (FALSE, FALSE, sizeof (TfRecord));
  listing->strings = g_string_chunk_new (4096);
  good = report->records (report->records_data, list_record, listing, error) && draw_file (&self, file, error);
  g_array_unref (listing->fills);
  g_array_unref (listing->alerts);
  g_array_unref (listing->entries);
  g_string_chunk_free (listing->strings);
  return good;
}
