#include "plot/plot-private.h"

#include <math.h>

/* A pen lives for one drawing: one layout for all texts, so that a chart does not build dozens. */
void
tf_pen_init (TfPen             *self,
             cairo_t           *cr,
             const TfPlotTheme *theme)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  self->cr = cr;
  self->theme = theme;
  self->layout = pango_cairo_create_layout (cr);
  pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
  /* Figures of one width, so that numbers stand under one another and do not tremble. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (self->layout, attributes);
}

void
tf_pen_clear (TfPen *self)
{
  g_clear_object (&self->layout);
}

void
tf_pen_color (const TfPen   *self,
              const TfColor *color,
              double         alpha)
{
  cairo_set_source_rgba (self->cr, color->red, color->green, color->blue, color->alpha * alpha);
}

static void
set_text (TfPen      *self,
          double      size,
          const char *text,
          double      limit)
{
  PangoFontDescription *font = pango_font_description_from_string (self->theme->font);

  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_layout_set_font_description (self->layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (self->layout, text, -1);
  pango_layout_set_width (self->layout, limit > 0 ? (int) (limit * PANGO_SCALE) : -1);
}

/* Returns the width of @text. */
double
tf_pen_size (TfPen      *self,
             double      size,
             const char *text,
             double     *height)
{
  int w, h;

  set_text (self, size, text, 0);
  pango_layout_get_size (self->layout, &w, &h);
  if (height != NULL)
    *height = (double) h / PANGO_SCALE;
  return (double) w / PANGO_SCALE;
}

/* @align_x, @align_y: which point of the text lies at @x, @y: 0 left or top, 1 right or bottom.
 * @limit: ellipsize what is wider; 0 for no limit. */
void
tf_pen_text (TfPen         *self,
             double         size,
             const char    *text,
             double         x,
             double         y,
             double         align_x,
             double         align_y,
             double         limit,
             const TfColor *color)
{
  double w, h;
  int pw, ph;

  w = tf_pen_size (self, size, text, &h);
  if (limit > 0 && w > limit)
    {
      set_text (self, size, text, limit);
      pango_layout_get_size (self->layout, &pw, &ph);
      w = (double) pw / PANGO_SCALE;
    }
  tf_pen_color (self, color, 1);
  cairo_move_to (self->cr, x - w * align_x, y - h * align_y);
  pango_cairo_show_layout (self->cr, self->layout);
}

/* Clears a border around a text that is going to stand on other things. */
void
tf_pen_halo (TfPen      *self,
             double      size,
             const char *text,
             double      x,
             double      y,
             double      align_x,
             double      align_y)
{
  double w, h;

  w = tf_pen_size (self, size, text, &h);
  cairo_move_to (self->cr, x - w * align_x, y - h * align_y);
  pango_cairo_layout_path (self->cr, self->layout);
  tf_pen_color (self, &self->theme->background, 0.9);
  cairo_set_line_join (self->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (self->cr, size * 0.4);
  cairo_stroke (self->cr);
}

/* The middle of the pixel that @position lies in: a hairline there is one pixel, not two grey ones. */
double
tf_pen_snap (const TfPen *self,
             double       position)
{
  return self->theme->crisp ? floor (position) + 0.5 : position;
}

/* A hairline in the current colour. */
void
tf_pen_line (const TfPen *self,
             double       x1,
             double       y1,
             double       x2,
             double       y2)
{
  if (y1 == y2)
    y1 = y2 = tf_pen_snap (self, y1);
  if (x1 == x2)
    x1 = x2 = tf_pen_snap (self, x1);
  cairo_set_line_width (self->cr, self->theme->hairline);
  cairo_move_to (self->cr, x1, y1);
  cairo_line_to (self->cr, x2, y2);
  cairo_stroke (self->cr);
}

/* Adds a rounded rectangle to the path. */
void
tf_pen_box (const TfPen *self,
            double       x,
            double       y,
            double       width,
            double       height,
            double       radius)
{
  radius = MIN (radius, MIN (width, height) / 2);
  cairo_new_sub_path (self->cr);
  cairo_arc (self->cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc (self->cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc (self->cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (self->cr, x + radius, y + radius, radius, G_PI, 3 * G_PI_2);
  cairo_close_path (self->cr);
}
