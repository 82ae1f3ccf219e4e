#include "plot/plot-private.h"

/* The tooltip of the crosshair: a title and rows, filled by the layers while they draw. */

/* “12 Mar 2020, 17:00 UTC”; seconds only where there are any. */
char *
tf_plot_time_text (TfTime time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (tf_time_day (time) * (TF_DAY / TF_SECOND));
  TfTime rest = time - tf_time_day (time) * TF_DAY;
  g_autofree char *day = g_date_time_format (date, "%-d %b %Y");

  if (rest == 0)
    return g_steal_pointer (&day);
  if (rest % TF_MINUTE / TF_SECOND == 0)
    return g_strdup_printf ("%s, %02d:%02d UTC", day, (int) (rest / TF_HOUR), (int) (rest / TF_MINUTE % 60));
  return g_strdup_printf ("%s, %02d:%02d:%02d UTC", day, (int) (rest / TF_HOUR),
                          (int) (rest / TF_MINUTE % 60), (int) (rest / TF_SECOND % 60));
}

static char *
span_text (TfTime span)
{
  static const struct { TfTime unit; const char *letter; } units[] = {
    { TF_DAY, "d" }, { TF_HOUR, "h" }, { TF_MINUTE, "m" }, { TF_SECOND, "s" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (span % units[i].unit == 0)
      return g_strdup_printf ("%d\xc2\xa0%s", (int) (span / units[i].unit), units[i].letter);
  return g_strdup_printf ("%.3g\xc2\xa0s", (double) span / (double) TF_SECOND);
}

/* For a layer whose nearest sample begins at @time and spans @span (0: a moment): the tooltip speaks of it,
 * and the crosshair goes there. */
void
tf_frame_snap (TfFrame *frame,
               TfTime   time,
               TfTime   span)
{
  g_autofree char *when = NULL;

  if (frame->tip->title != NULL)
    return;
  frame->tip->x = tf_frame_x (frame, time + span / 2);
  when = tf_plot_time_text (time);
  if (span == 0)
    frame->tip->title = g_steal_pointer (&when);
  else
    {
      g_autofree char *length = span_text (span);

      frame->tip->title = g_strdup_printf ("%s \xc2\xb7 %s", when, length);
    }
}

/* Adds a row to the tooltip. @color: (nullable). Takes @name and @value. */
void
tf_frame_tip (TfFrame       *frame,
              const TfColor *color,
              char          *name,
              char          *value)
{
  TfTipRow row = { color != NULL ? *color : (TfColor) { 0 }, color != NULL, name, value };

  g_array_append_val (frame->tip->rows, row);
}

static void
clear_tip_row (gpointer data)
{
  TfTipRow *row = data;

  g_free (row->name);
  g_free (row->value);
}

void
tf_tip_init (TfTip *self)
{
  self->title = NULL;
  self->x = TF_PLOT_NONE;
  self->rows = g_array_new (FALSE, FALSE, sizeof (TfTipRow));
  g_array_set_clear_func (self->rows, clear_tip_row);
}

void
tf_tip_clear (TfTip *self)
{
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->rows, g_array_unref);
}

/* Beside @x, @y, within @width and @height. */
void
tf_tip_draw (TfTip  *self,
             TfPen  *pen,
             double  width,
             double  height,
             double  x,
             double  y)
{
  const TfPlotTheme *theme = pen->theme;
  double line, name_width = 0, value_width = 0, w, h, title = 0, dots = 0;
  double inset = theme->small * 0.75;

  if (self->title == NULL && self->rows->len == 0)
    return;
  tf_pen_size (pen, theme->small, "0", &line);
  line *= 1.25;
  if (self->title != NULL)
    title = tf_pen_size (pen, theme->small, self->title, NULL);
  for (guint i = 0; i < self->rows->len; i++)
    {
      TfTipRow *row = &g_array_index (self->rows, TfTipRow, i);

      if (row->dot)
        dots = theme->small;
      w = tf_pen_size (pen, theme->small, row->name, NULL);
      if (row->value == NULL)
        title = MAX (title, w + (row->dot ? theme->small : 0));
      else
        {
          name_width = MAX (name_width, w);
          w = tf_pen_size (pen, theme->small, row->value, NULL);
          value_width = MAX (value_width, w);
        }
    }
  w = MAX (title, value_width > 0 ? dots + name_width + 2 * inset + value_width : 0) + 2 * inset;
  h = (self->rows->len + (self->title != NULL)) * line + 2 * inset - line * 0.2;
  /* Beside the pointer, never under it; on the other side where there is no room. */
  x = x + 14 + w <= width ? x + 14 : x - 14 - w;
  y = y + 14 + h <= height ? y + 14 : y - 14 - h;
  x = floor (CLAMP (x, 0, MAX (width - w, 0)));
  y = floor (CLAMP (y, 0, MAX (height - h, 0)));

  tf_pen_box (pen, x + 0.5, y + 0.5, ceil (w), ceil (h), 6);
  tf_pen_color (pen, &theme->background, 0.96);
  cairo_fill_preserve (pen->cr);
  tf_pen_color (pen, &theme->dim, 0.5);
  cairo_set_line_width (pen->cr, theme->hairline);
  cairo_stroke (pen->cr);
  y += inset;
  if (self->title != NULL)
    {
      tf_pen_text (pen, theme->small, self->title, x + inset, y, 0, 0, 0, &theme->dim);
      y += line;
    }
  for (guint i = 0; i < self->rows->len; i++, y += line)
    {
      TfTipRow *row = &g_array_index (self->rows, TfTipRow, i);

      if (row->dot)
        {
          tf_pen_color (pen, &row->color, 1);
          cairo_arc (pen->cr, x + inset + theme->small * 0.3, y + line * 0.4, theme->small * 0.3, 0,
                     2 * G_PI);
          cairo_fill (pen->cr);
        }
      tf_pen_text (pen, theme->small, row->name,
                   x + inset + (row->value != NULL ? dots : row->dot ? theme->small : 0), y, 0, 0, 0,
                   row->value != NULL ? &theme->dim : &theme->ink);
      if (row->value != NULL)
        tf_pen_text (pen, theme->small, row->value, x + w - inset, y, 1, 0, 0, &theme->ink);
    }
}
