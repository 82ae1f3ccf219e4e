#include <glib/gi18n.h>
#include <math.h>

#include "plot/plot-private.h"

#define CELL 5 /* px: marks closer than that are one */

/* What happened on a chart (marks), and where something will (levels). Neither widens the time axis. */

typedef struct
{
  TfLayer     layer;
  TfPlotMark *marks; /* labels owned */
  guint       n;
} Marks;

typedef struct
{
  TfLayer     layer;
  double      value;
  TfLevelKind kind;
} Level;

static TfColor
mark_color (const TfPlotMark  *mark,
            const TfPlotTheme *theme)
{
  return mark->kind == TF_MARK_REFUSED ? theme->dim : mark->direction < 0 ? theme->series[2] : theme->accent;
}

/* A triangle whose tip touches the price, or a dot on it. A halo keeps it apart from the candle behind. */
static void
draw_mark (TfFrame          *frame,
           const TfPlotMark *mark,
           double            x,
           double            y)
{
  const TfPlotTheme *theme = frame->pen.theme;
  TfColor color = mark_color (mark, theme);
  double size = theme->small * 0.45;
  gboolean up = (mark->direction >= 0) == (mark->kind == TF_MARK_ENTRY);
  double base = up ? 1.7 * size : -1.7 * size;
  cairo_t *cr = frame->pen.cr;

  cairo_new_path (cr);
  if (mark->kind == TF_MARK_REFUSED)
    cairo_arc (cr, x, y, theme->small * 0.22, 0, 2 * G_PI);
  else
    {
      cairo_move_to (cr, x, y);
      cairo_line_to (cr, x - size, y + base);
      cairo_line_to (cr, x + size, y + base);
      cairo_close_path (cr);
    }
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  tf_pen_color (&frame->pen, &theme->background, 1);
  cairo_set_line_width (cr, theme->line * 2.5);
  cairo_stroke_preserve (cr);
  if (mark->kind == TF_MARK_EXIT)
    {
      cairo_fill_preserve (cr);
      tf_pen_color (&frame->pen, &color, 1);
      cairo_set_line_width (cr, theme->line);
      cairo_stroke (cr);
    }
  else
    {
      tf_pen_color (&frame->pen, &color, 1);
      cairo_fill (cr);
    }
}

static void
marks_draw (TfLayer *layer,
            TfFrame *frame)
{
  /* What matters on top. */
  static const TfMarkKind order[] = { TF_MARK_REFUSED, TF_MARK_EXIT, TF_MARK_ENTRY };
  Marks *self = (Marks *) layer;
  guint from = tf_series_lower (self->marks, sizeof *self->marks, self->n, frame->low);
  double reach = frame->pen.theme->small;
  const TfPlotMark *nearest = NULL;
  gsize across = (gsize) (frame->width / CELL) + 1, down = (gsize) (frame->height / CELL) + 1;
  g_autofree guint8 *cells = g_malloc0 (across * down); /* where what is drawn already */

  for (guint k = 0; k < G_N_ELEMENTS (order); k++)
    {
      for (guint i = from; i < self->n && self->marks[i].time <= frame->high; i++)
        {
          const TfPlotMark *mark = &self->marks[i];
          guint8 bit = 1 << (order[k] * 2 + (mark->direction < 0));
          double x, y, distance;
          guint8 *cell;

          if (mark->kind != order[k] || !tf_plot_usable (mark->value))
            continue;
          x = tf_frame_x (frame, mark->time);
          y = tf_frame_y (frame, mark->value);
          if (frame->tip != NULL)
            {
              distance = hypot (x - frame->pointer_x, y - frame->pointer_y);
              if (distance < reach)
                {
                  nearest = mark;
                  reach = distance;
                }
            }
          /* One for those that would cover one another: ten fills in a second are one event to the eye. */
          if (x < frame->x || x > frame->x + frame->width || y < frame->y || y > frame->y + frame->height)
            continue;
          cell = &cells[(gsize) ((y - frame->y) / CELL) * across + (gsize) ((x - frame->x) / CELL)];
          if ((*cell & bit) == 0)
            draw_mark (frame, mark, x, y);
          *cell |= bit;
        }
    }
  if (nearest != NULL && nearest->label != NULL)
    {
      TfColor color = mark_color (nearest, frame->pen.theme);

      tf_frame_tip (frame, &color, g_strdup (nearest->label), NULL);
    }
}

/* Marks of one kind are called by their shape and colour. */
static gboolean
is_all (const Marks *self,
        TfMarkKind   kind)
{
  for (guint i = 0; i < self->n; i++)
    if (self->marks[i].kind != kind)
      return FALSE;
  return self->n > 0;
}

static TfColor
marks_color (TfLayer           *layer,
             const TfPlotTheme *theme)
{
  return is_all ((Marks *) layer, TF_MARK_REFUSED) ? theme->dim : theme->accent;
}

static const char *
marks_sign (TfLayer *layer)
{
  Marks *self = (Marks *) layer;

  return is_all (self, TF_MARK_ENTRY) ? "▲" : is_all (self, TF_MARK_EXIT) ? "▽" : "●";
}

static void
marks_describe (TfLayer      *layer,
                const TfPane *pane,
                GString      *text)
{
  Marks *self = (Marks *) layer;
  guint counts[3] = { 0 };

  for (guint i = 0; i < self->n; i++)
    counts[CLAMP (self->marks[i].kind, TF_MARK_ENTRY, TF_MARK_REFUSED)]++;
  g_string_append_printf (text, ngettext ("%u entry", "%u entries", counts[0]), counts[0]);
  g_string_append_printf (text, ngettext (", %u exit", ", %u exits", counts[1]), counts[1]);
  g_string_append_printf (text, _(", %u refused"), counts[2]);
}

static void
marks_clear (TfLayer *layer)
{
  Marks *self = (Marks *) layer;

  for (guint i = 0; i < self->n; i++)
    g_free ((char *) self->marks[i].label);
  g_free (self->marks);
}

static const TfLayerClass marks_class = {
  .draw = marks_draw, .color = marks_color, .sign = marks_sign, .describe = marks_describe, .clear = marks_clear,
};

static int
compare_marks (gconstpointer a,
               gconstpointer b,
               gpointer      data)
{
  const TfPlotMark *p = a, *q = b;

  return (p->time > q->time) - (p->time < q->time);
}

/**
 * tf_plot_add_marks:
 * @marks: (array length=n): any order
 *
 * Entries, exits and refusals at the price they happened at.
 */
void
tf_plot_add_marks (TfPlot           *self,
                   const char       *name,
                   const TfPlotMark *marks,
                   guint             n)
{
  Marks *layer;

  g_return_if_fail (self != NULL && (marks != NULL || n == 0));
  layer = tf_plot_add (self, &marks_class, name, sizeof *layer);
  layer->marks = g_new (TfPlotMark, MAX (n, 1));
  layer->n = n;
  for (guint i = 0; i < n; i++)
    {
      layer->marks[i] = marks[i];
      layer->marks[i].label = g_strdup (marks[i].label);
    }
  g_qsort_with_data (layer->marks, (int) n, sizeof *layer->marks, compare_marks, NULL);
}

static TfColor
level_color (const Level       *self,
             const TfPlotTheme *theme)
{
  switch (self->kind)
    {
    case TF_LEVEL_GAIN:
      return theme->gain;
    case TF_LEVEL_WARNING:
      return theme->warning;
    case TF_LEVEL_LOSS:
      return theme->loss;
    case TF_LEVEL_NEUTRAL:
    default:
      return theme->dim;
    }
}

/* A level near the data belongs into the picture; one far away would press it flat, and stays outside. */
static gboolean
level_values (TfLayer *layer,
              TfTime   low,
              TfTime   high,
              double  *least,
              double  *most)
{
  Level *self = (Level *) layer;
  double span = *most - *least;

  if (!tf_plot_usable (self->value) || !(span >= 0))
    return FALSE;
  span = MAX (span * 1.5, fabs (*most) * 0.01);
  if (self->value < *least - span || self->value > *most + span)
    return FALSE;
  *least = MIN (*least, self->value);
  *most = MAX (*most, self->value);
  return TRUE;
}

static void
level_tag (TfLayer *layer,
           TfFrame *frame)
{
  Level *self = (Level *) layer;
  TfColor color = level_color (self, frame->pen.theme);
  double place = tf_axis_map (&frame->axis, self->value);

  if (place >= 0 && place <= 1)
    tf_frame_tag (frame, self->value, &color);
}

static void
level_draw (TfLayer *layer,
            TfFrame *frame)
{
  Level *self = (Level *) layer;
  const TfPlotTheme *theme = frame->pen.theme;
  TfColor color = level_color (self, theme);
  double place = tf_axis_map (&frame->axis, self->value), y;
  const double dashes[] = { 5, 3 };
  g_autofree char *text = NULL;
  char value[TF_AXIS_LABEL_SIZE];
  double line;

  if (isnan (place))
    return;
  y = frame->y + frame->height * (1 - CLAMP (place, 0, 1));
  tf_pen_size (&frame->pen, theme->small, "0", &line);
  if (place >= 0 && place <= 1)
    {
      tf_pen_color (&frame->pen, &color, 0.9);
      cairo_set_dash (frame->pen.cr, dashes, 2, 0);
      tf_pen_line (&frame->pen, frame->x, y, frame->x + frame->width, y);
      cairo_set_dash (frame->pen.cr, NULL, 0, 0);
      text = g_strdup (layer->name);
    }
  else
    {
      tf_axis_format (self->value, frame->decimals, frame->format, FALSE, value);
      text = g_strdup_printf ("%s %s %s", layer->name != NULL ? layer->name : "", value,
                              place > 1 ? "↑" : "↓");
    }
  if (text != NULL)
    {
      gboolean below = y < frame->y + line + 4;

      tf_pen_halo (&frame->pen, theme->small, text, frame->x + 4, below ? y + 2 : y - 2, 0, below ? 0 : 1);
      tf_pen_text (&frame->pen, theme->small, text, frame->x + 4, below ? y + 2 : y - 2, 0, below ? 0 : 1, 0,
                   &color);
    }
}

static void
level_describe (TfLayer      *layer,
                const TfPane *pane,
                GString      *text)
{
  double value = ((Level *) layer)->value;
  char buffer[TF_AXIS_LABEL_SIZE];
  int decimals = pane->decimals;

  if (decimals < 0 && pane->format != TF_FORMAT_NUMBER)
    decimals = 2;
  else if (decimals < 0) /* five digits say where it is */
    decimals = value != 0 && isfinite (value) ? CLAMP (4 - (int) floor (log10 (fabs (value))), 0, 8) : 0;
  g_string_append (text, tf_axis_format (value, decimals, pane->format, FALSE, buffer));
}

static const TfLayerClass level_class = {
  .values = level_values, .tag = level_tag, .draw = level_draw, .describe = level_describe,
};

/**
 * tf_plot_add_level:
 * @name: (nullable): “Stop”
 * @value: where
 *
 * A horizontal line with its value at the right edge. Add it after the data of its pane: it widens the value
 * axis only as long as the data stays readable; a level farther away is named at the edge it lies beyond.
 */
void
tf_plot_add_level (TfPlot     *self,
                   const char *name,
                   double      value,
                   TfLevelKind kind)
{
  Level *layer;

  g_return_if_fail (self != NULL);
  layer = tf_plot_add (self, &level_class, name, sizeof *layer);
  layer->value = tf_plot_usable (value) ? value : TF_PLOT_NONE;
  layer->kind = kind;
}
