#include <glib/gi18n.h>
#include <math.h>

#include "plot/plot-private.h"

/* Lines, and the drawdown, which is a line that hangs from zero. */
typedef struct
{
  TfLayer     layer;
  TfPoint    *points;
  guint       n;
  gboolean    usable;
  guint       color;
  TfLineFlags flags;
  gboolean    underwater;
} Line;

typedef struct
{
  double   x, y;
  gboolean move; /* begins a new piece */
} Vertex;

static gboolean
line_times (TfLayer *layer,
            TfTime  *low,
            TfTime  *high)
{
  Line *self = (Line *) layer;

  if (!self->usable)
    return FALSE;
  *low = MIN (*low, self->points[0].time);
  *high = MAX (*high, self->points[self->n - 1].time);
  return TRUE;
}

/* The points in view. */
static guint
in_view (Line   *self,
         TfTime  low,
         TfTime  high,
         guint  *from)
{
  *from = tf_series_lower (self->points, sizeof *self->points, self->n, low);
  return tf_series_lower (self->points, sizeof *self->points, self->n, high + 1) - *from;
}

/* The value of the line at @time, between the points around it: what a zoomed view has at its edges. */
static gboolean
value_at (Line   *self,
          TfTime  time,
          double *value)
{
  guint i = tf_series_lower (self->points, sizeof *self->points, self->n, time);
  const TfPoint *a, *b;
  double share;

  if (i == 0 || i == self->n)
    return FALSE;
  a = &self->points[i - 1];
  b = &self->points[i];
  share = ((double) time - (double) a->time) / ((double) b->time - (double) a->time);
  *value = a->value + (b->value - a->value) * share;
  return isfinite (*value);
}

static gboolean
line_values (TfLayer *layer,
             TfTime   low,
             TfTime   high,
             double  *least,
             double  *most)
{
  Line *self = (Line *) layer;
  guint from, n = in_view (self, low, high, &from);
  gboolean any = tf_series_bounds (self->points + from, n, least, most);
  const TfTime edges[] = { low, high };
  double value;

  for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
    if (value_at (self, edges[i], &value))
      {
        *least = MIN (*least, value);
        *most = MAX (*most, value);
        any = TRUE;
      }
  if (any && self->underwater)
    *most = MAX (*most, 0);
  return any;
}

static TfColor
line_color (TfLayer           *layer,
            const TfPlotTheme *theme)
{
  Line *self = (Line *) layer;

  return self->underwater ? theme->loss : theme->series[self->color % TF_PLOT_N_SERIES];
}

static void
line_tag (TfLayer *layer,
          TfFrame *frame)
{
  Line *self = (Line *) layer;
  TfColor color = line_color (layer, frame->pen.theme);
  guint from, n = in_view (self, frame->low, frame->high, &from);

  if (self->flags & TF_LINE_NO_TAG)
    return;
  for (guint i = from + n; i > from; i--)
    if (isfinite (self->points[i - 1].value))
      {
        tf_frame_tag (frame, self->points[i - 1].value, &color);
        return;
      }
}

static void
add_vertex (GArray   *path,
            double    x,
            double    y,
            gboolean *move)
{
  Vertex vertex = { x, y, *move || path->len == 0 };

  g_array_append_val (path, vertex);
  *move = FALSE;
}

/* More samples than pixels: each column from its first over its lowest and highest to its last value. */
static void
trace_columns (Line    *self,
               TfFrame *frame,
               GArray  *path)
{
  guint n_columns = (guint) ceil (frame->width);
  g_autofree TfColumn *columns = g_new (TfColumn, n_columns);
  gboolean move = TRUE;

  tf_series_columns (self->points, self->n, frame->low, frame->high, n_columns, columns);
  for (guint i = 0; i < n_columns; i++)
    {
      const TfColumn *column = &columns[i];
      double x = frame->x + (i + 0.5) * frame->width / n_columns;

      if (column->count > 0)
        {
          double low = tf_frame_y (frame, column->low), high = tf_frame_y (frame, column->high);
          double first = tf_frame_y (frame, column->first), last = tf_frame_y (frame, column->last);

          add_vertex (path, x, first, &move);
          /* The nearer extreme first, so that the stroke does not go to and fro more than it must. */
          if (low != high)
            {
              add_vertex (path, x, first > last ? low : high, &move);
              add_vertex (path, x, first > last ? high : low, &move);
              add_vertex (path, x, last, &move);
            }
        }
      move |= column->gap;
    }
}

static void
trace_points (Line    *self,
              TfFrame *frame,
              guint    from,
              guint    n,
              GArray  *path)
{
  gboolean move = TRUE;
  double value;

  if (value_at (self, frame->low, &value))
    add_vertex (path, frame->x, tf_frame_y (frame, value), &move);
  for (guint i = from; i < from + n; i++)
    if (isfinite (self->points[i].value))
      add_vertex (path, tf_frame_x (frame, self->points[i].time), tf_frame_y (frame, self->points[i].value),
                  &move);
    else
      move = TRUE;
  if (value_at (self, frame->high, &value))
    add_vertex (path, frame->x + frame->width, tf_frame_y (frame, value), &move);
}

static void
fill_under (TfFrame       *frame,
            GArray        *path,
            double         base,
            const TfColor *color,
            double         alpha)
{
  cairo_t *cr = frame->pen.cr;

  for (guint i = 0; i < path->len; i++)
    {
      const Vertex *v = &g_array_index (path, Vertex, i);

      if (v->move)
        cairo_move_to (cr, v->x, base);
      cairo_line_to (cr, v->x, v->y);
      if (i + 1 == path->len || g_array_index (path, Vertex, i + 1).move)
        {
          cairo_line_to (cr, v->x, base);
          cairo_close_path (cr);
        }
    }
  tf_pen_color (&frame->pen, color, alpha);
  cairo_fill (cr);
}

static void
stroke (Line          *self,
        TfFrame       *frame,
        GArray        *path,
        const TfColor *color)
{
  const double dashes[] = { 4, 3 };
  cairo_t *cr = frame->pen.cr;

  tf_pen_color (&frame->pen, color, 1);
  for (guint i = 0; i < path->len; i++)
    {
      const Vertex *v = &g_array_index (path, Vertex, i);
      gboolean alone = v->move && (i + 1 == path->len || g_array_index (path, Vertex, i + 1).move);

      if (alone) /* a single sample has no length to stroke */
        {
          cairo_new_sub_path (cr);
          cairo_arc (cr, v->x, v->y, frame->pen.theme->line * 1.5, 0, 2 * G_PI);
          cairo_fill (cr);
        }
    }
  for (guint i = 0; i < path->len; i++)
    {
      const Vertex *v = &g_array_index (path, Vertex, i);

      if (v->move)
        cairo_move_to (cr, v->x, v->y);
      else
        cairo_line_to (cr, v->x, v->y);
    }
  cairo_set_line_width (cr, frame->pen.theme->line);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_BEVEL); /* a mitred spike would show values that never were */
  if (self->flags & TF_LINE_DASHED)
    cairo_set_dash (cr, dashes, 2, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
tip_point (Line          *self,
           TfFrame       *frame,
           const TfColor *color)
{
  TfTime time = tf_frame_time (frame, frame->pointer_x);
  guint i = tf_series_lower (self->points, sizeof *self->points, self->n, time);
  char text[TF_AXIS_LABEL_SIZE];

  if (self->n == 0)
    return;
  if (i == self->n || (i > 0 && time - self->points[i - 1].time < self->points[i].time - time))
    i--;
  if (self->points[i].time < frame->low || self->points[i].time > frame->high)
    return;
  tf_frame_snap (frame, self->points[i].time, 0);
  if (isfinite (self->points[i].value))
    {
      cairo_new_sub_path (frame->pen.cr);
      cairo_arc (frame->pen.cr, tf_frame_x (frame, self->points[i].time),
                 tf_frame_y (frame, self->points[i].value), 3.5, 0, 2 * G_PI);
      tf_pen_color (&frame->pen, color, 1);
      cairo_fill_preserve (frame->pen.cr);
      tf_pen_color (&frame->pen, &frame->pen.theme->background, 1);
      cairo_set_line_width (frame->pen.cr, 1.5);
      cairo_stroke (frame->pen.cr);
    }
  tf_frame_tip (frame, color, g_strdup (self->layer.name != NULL ? self->layer.name : _("Value")),
                g_strdup (
                  tf_axis_format (self->points[i].value, frame->decimals, frame->format, FALSE, text)));
}

static void
line_draw (TfLayer *layer,
           TfFrame *frame)
{
  Line *self = (Line *) layer;
  TfColor color = line_color (layer, frame->pen.theme);
  g_autoptr (GArray) path = g_array_new (FALSE, FALSE, sizeof (Vertex));
  guint from, n = in_view (self, frame->low, frame->high, &from);

  if (n > 2 * frame->width)
    trace_columns (self, frame, path);
  else
    trace_points (self, frame, from, n, path);
  if (self->underwater)
    fill_under (frame, path, tf_frame_y (frame, 0), &color, 0.18);
  else if (self->flags & TF_LINE_AREA)
    fill_under (frame, path, frame->y + frame->height, &color, 0.08);
  stroke (self, frame, path, &color);
  if (frame->tip != NULL)
    tip_point (self, frame, &color);
}

static void
line_describe (TfLayer      *layer,
               const TfPane *pane,
               GString      *text)
{
  Line *self = (Line *) layer;
  double least = G_MAXDOUBLE, most = -G_MAXDOUBLE;
  char low[TF_AXIS_LABEL_SIZE], high[TF_AXIS_LABEL_SIZE], last[TF_AXIS_LABEL_SIZE];
  g_autofree char *from = NULL, *to = NULL;
  int decimals = pane->decimals;
  guint i = self->n;

  g_string_append_printf (text, ngettext ("%u point", "%u points", self->n), self->n);
  if (!tf_series_bounds (self->points, self->n, &least, &most))
    return;
  if (decimals < 0)
    decimals = pane->format == TF_FORMAT_NUMBER ? tf_axis_decimals ((most - least) / 500, pane->format) : 2;
  while (!isfinite (self->points[i - 1].value))
    i--;
  tf_axis_format (least, decimals, pane->format, FALSE, low);
  tf_axis_format (most, decimals, pane->format, FALSE, high);
  tf_axis_format (self->points[i - 1].value, decimals, pane->format, FALSE, last);
  from = tf_plot_time_text (self->points[0].time);
  to = tf_plot_time_text (self->points[self->n - 1].time);
  if (self->underwater)
    g_string_append_printf (text, _(", from %s to %s, deepest %s, last %s"), from, to, low, last);
  else
    g_string_append_printf (text, _(", from %s to %s, lowest %s, highest %s, last %s"), from, to, low, high,
                            last);
}

static void
line_clear (TfLayer *layer)
{
  g_free (((Line *) layer)->points);
}

static const TfLayerClass line_class = {
  .times = line_times, .values = line_values, .tag = line_tag, .draw = line_draw, .color = line_color,
  .describe = line_describe, .clear = line_clear,
};

static Line *
add (TfPlot       *self,
     const char   *name,
     const TfTime *times,
     const double *values,
     guint         n)
{
  Line *line = tf_plot_add (self, &line_class, name, sizeof *line);

  line->points = tf_series_new (times, values, n);
  line->n = n;
  for (guint i = 0; i < n; i++)
    {
      if (!tf_plot_usable (line->points[i].value))
        line->points[i].value = TF_PLOT_NONE;
      line->usable |= isfinite (line->points[i].value);
    }
  return line;
}

/**
 * tf_plot_add_line:
 * @name: (nullable): for legend and tooltip
 * @times: (array length=n): when
 * @values: (array length=n): how much; NaN breaks the line
 * @color: index into the theme's series colours
 */
void
tf_plot_add_line (TfPlot       *self,
                  const char   *name,
                  const TfTime *times,
                  const double *values,
                  guint         n,
                  guint         color,
                  TfLineFlags   flags)
{
  Line *line;

  g_return_if_fail (self != NULL && ((times != NULL && values != NULL) || n == 0));
  line = add (self, name, times, values, n);
  line->color = color;
  line->flags = flags;
}

/**
 * tf_plot_add_underwater:
 * @drawdowns: (array length=n): the share lost since the last peak: −0.12, or 0.12, for 12 %
 *
 * The area between zero and the drawdown. The pane's format becomes percent.
 */
void
tf_plot_add_underwater (TfPlot       *self,
                        const char   *name,
                        const TfTime *times,
                        const double *drawdowns,
                        guint         n)
{
  Line *line;

  g_return_if_fail (self != NULL && ((times != NULL && drawdowns != NULL) || n == 0));
  line = add (self, name, times, drawdowns, n);
  line->underwater = TRUE;
  for (guint i = 0; i < n; i++)
    line->points[i].value = -fabs (line->points[i].value);
  tf_plot_set_format (self, TF_FORMAT_PERCENT, -1);
}
