#include "io/reports/page.h"

#include <glib/gi18n.h>

#define ROW 13.0  /* height of a table's row */
#define PAD 3.0   /* between cells */

static const struct { double size; PangoWeight weight; } styles[] = {
  [TF_TEXT_TITLE] = { 22, PANGO_WEIGHT_BOLD },
  [TF_TEXT_HEADING] = { 12, PANGO_WEIGHT_BOLD },
  [TF_TEXT_BODY] = { 9, PANGO_WEIGHT_NORMAL },
  [TF_TEXT_STRONG] = { 9, PANGO_WEIGHT_BOLD },
  [TF_TEXT_NOTE] = { 7, PANGO_WEIGHT_NORMAL },
  [TF_TEXT_CELL] = { 7, PANGO_WEIGHT_NORMAL },
};

static void
set_color (TfPage        *self,
           const TfColor *color)
{
  cairo_set_source_rgba (self->cr, color->red, color->green, color->blue, color->alpha);
}

/**
 * tf_page_text:
 * @width: more than that is wrapped; with %TF_TEXT_CELL cut
 * @color: (nullable): the ink
 *
 * Returns: the height it took
 */
double
tf_page_text (TfPage        *self,
              double         x,
              double         y,
              double         width,
              TfTextStyle    style,
              PangoAlignment alignment,
              const TfColor *color,
              const char    *text)
{
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);
  PangoFontDescription *font = pango_font_description_from_string (self->theme.font);
  int height;

  pango_font_description_set_absolute_size (font, styles[style].size * PANGO_SCALE);
  pango_font_description_set_weight (font, styles[style].weight);
  pango_layout_set_font_description (self->layout, font);
  pango_font_description_free (font);
  pango_layout_set_width (self->layout, (int) (width * PANGO_SCALE));
  pango_layout_set_alignment (self->layout, alignment);
  pango_layout_set_ellipsize (self->layout, style == TF_TEXT_CELL ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  pango_layout_set_wrap (self->layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text (self->layout, valid != NULL ? valid : text, -1);
  set_color (self, color != NULL ? color : &self->theme.ink);
  cairo_move_to (self->cr, x, y);
  pango_cairo_show_layout (self->cr, self->layout);
  pango_layout_get_size (self->layout, NULL, &height);
  return (double) height / PANGO_SCALE;
}

static void
rule (TfPage *self,
      double  y,
      double  share)
{
  set_color (self, &self->theme.grid);
  cairo_set_line_width (self->cr, self->theme.hairline);
  cairo_move_to (self->cr, TF_PAGE_MARGIN, y);
  cairo_line_to (self->cr, TF_PAGE_MARGIN + share * TF_PAGE_INNER, y);
  cairo_stroke (self->cr);
}

/* What every page says: whose it is, whether it is simulated, the journal's head, its number. */
static void
draw_frame (TfPage *self)
{
  double bottom = TF_PAGE_HEIGHT - 44;
  g_autofree char *number = self->total > 0
                              ? g_strdup_printf (_("Page %u of %u"), self->number, self->total)
                              : g_strdup ("");

  tf_page_text (self, TF_PAGE_MARGIN, 36, TF_PAGE_INNER * 0.7, TF_TEXT_CELL, PANGO_ALIGN_LEFT, &self->theme.dim,
                self->header);
  if (self->badge != NULL)
    {
      set_color (self, &self->theme.warning);
      cairo_rectangle (self->cr, TF_PAGE_WIDTH - TF_PAGE_MARGIN - 84, 32, 84, 16);
      cairo_fill (self->cr);
      tf_page_text (self, TF_PAGE_WIDTH - TF_PAGE_MARGIN - 84, 34.5, 84, TF_TEXT_STRONG, PANGO_ALIGN_CENTER,
                    &self->theme.background, self->badge);
    }
  rule (self, 54, 1);
  rule (self, bottom - 4, 1);
  tf_page_text (self, TF_PAGE_MARGIN, bottom, TF_PAGE_INNER * 0.85, TF_TEXT_CELL, PANGO_ALIGN_LEFT, &self->theme.dim,
                self->footer);
  tf_page_text (self, TF_PAGE_WIDTH - TF_PAGE_MARGIN - 80, bottom, 80, TF_TEXT_CELL, PANGO_ALIGN_RIGHT, &self->theme.dim,
                number);
}

/**
 * tf_page_begin:
 * @self: with header, badge and footer set
 * @cr: of a surface of A4 in points
 *
 * Starts the first page.
 */
void
tf_page_begin (TfPage  *self,
               cairo_t *cr)
{
  cairo_font_options_t *options = cairo_font_options_create ();

  self->cr = cr;
  self->layout = pango_cairo_create_layout (cr);
  /* Paper has no pixels: letters stand where the font wants them. */
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (pango_layout_get_context (self->layout), options);
  pango_layout_context_changed (self->layout);
  cairo_font_options_destroy (options);
  tf_plot_theme_init (&self->theme, TF_THEME_PRINT, FALSE);
  self->number = 1;
  self->y = TF_PAGE_TOP;
  draw_frame (self);
}

/* Ends the last page: its number is how many there are. */
void
tf_page_end (TfPage *self)
{
  cairo_show_page (self->cr);
  g_clear_object (&self->layout);
}

/**
 * tf_page_room:
 *
 * Goes to a new page when less than @height is left.
 */
void
tf_page_room (TfPage *self,
              double  height)
{
  if (self->y + height <= TF_PAGE_BOTTOM)
    return;
  cairo_show_page (self->cr);
  self->number++;
  self->y = TF_PAGE_TOP;
  draw_frame (self);
}

/* A heading never stands alone at the foot of a page. */
void
tf_page_heading (TfPage     *self,
                 const char *text)
{
  tf_page_room (self, 26 + 4 * ROW);
  if (self->y > TF_PAGE_TOP)
    self->y += 14;
  self->y += tf_page_text (self, TF_PAGE_MARGIN, self->y, TF_PAGE_INNER, TF_TEXT_HEADING, PANGO_ALIGN_LEFT, NULL, text) + 4;
}

void
tf_page_paragraph (TfPage     *self,
                   TfTextStyle style,
                   const char *text)
{
  tf_page_room (self, 2 * ROW);
  self->y += tf_page_text (self, TF_PAGE_MARGIN, self->y, TF_PAGE_INNER, style, PANGO_ALIGN_LEFT,
                           style == TF_TEXT_NOTE ? &self->theme.dim : NULL, text) + 3;
}

/* The head of a table; tf_page_row() says it again on every new page. */
void
tf_page_columns (TfPage         *self,
                 const TfColumn *columns,
                 guint           n_columns)
{
  double x = TF_PAGE_MARGIN;

  tf_page_room (self, 3 * ROW);
  for (guint i = 0; i < n_columns; i++)
    {
      double width = columns[i].share * TF_PAGE_INNER;

      tf_page_text (self, x, self->y, width - PAD, TF_TEXT_CELL, columns[i].number ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT,
                    &self->theme.dim, _(columns[i].title));
      x += width;
    }
  self->y += ROW;
  rule (self, self->y - 2, (x - TF_PAGE_MARGIN) / TF_PAGE_INNER);
}

/**
 * tf_page_row:
 * @...: a text for each column
 */
void
tf_page_row (TfPage         *self,
             const TfColumn *columns,
             guint           n_columns,
             ...)
{
  guint page = self->number;
  double x = TF_PAGE_MARGIN;
  va_list cells;

  tf_page_room (self, ROW);
  if (self->number != page)
    tf_page_columns (self, columns, n_columns);
  va_start (cells, n_columns);
  for (guint i = 0; i < n_columns; i++)
    {
      double width = columns[i].share * TF_PAGE_INNER;

      tf_page_text (self, x, self->y, width - PAD, TF_TEXT_CELL, columns[i].number ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT,
                    NULL, va_arg (cells, const char *));
      x += width;
    }
  va_end (cells);
  self->y += ROW;
  rule (self, self->y - 2, (x - TF_PAGE_MARGIN) / TF_PAGE_INNER);
}
