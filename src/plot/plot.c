#include "plot/plot.h"

#include <glib/gi18n.h>
#include <math.h>

#include "plot/plot-private.h"

#define PANE_GAP 14
#define TAG_PADDING 5
#define STRIP 0.2 /* share of a pane's height that belongs to the volume */

struct _TfPlot
{
  GPtrArray *layers; /* of TfLayer, in drawing order */
  GArray    *panes;  /* of TfPane */
  char      *empty_text;
  gboolean   ranged;
  TfTime     low, high;
  gboolean   pointed;
  double     pointer_x, pointer_y;
  /* Where the time axis lay when last drawn, for tf_plot_time_at() */
  double     drawn_x, drawn_width;
  TfTime     drawn_low, drawn_high;
};

static void
free_layer (gpointer data)
{
  TfLayer *layer = data;

  if (layer->class->clear != NULL)
    layer->class->clear (layer);
  g_free (layer->name);
  g_free (layer);
}

static TfPane *
newest_pane (TfPlot *self)
{
  return &g_array_index (self->panes, TfPane, self->panes->len - 1);
}

/**
 * tf_plot_new:
 *
 * Returns: (transfer full): a chart with one empty pane
 */
TfPlot *
tf_plot_new (void)
{
  TfPlot *self = g_new0 (TfPlot, 1);

  self->layers = g_ptr_array_new_with_free_func (free_layer);
  self->panes = g_array_new (FALSE, TRUE, sizeof (TfPane));
  tf_plot_add_pane (self, 1);
  return self;
}

/**
 * tf_plot_free:
 * @self: (nullable) (transfer full): a chart
 */
void
tf_plot_free (TfPlot *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->layers);
  g_array_unref (self->panes);
  g_free (self->empty_text);
  g_free (self);
}

/**
 * tf_plot_clear:
 *
 * Takes out all layers and panes. The view, the crosshair and the empty text stay: for filling it again with
 * newer data.
 */
void
tf_plot_clear (TfPlot *self)
{
  g_return_if_fail (self != NULL);
  g_ptr_array_set_size (self->layers, 0);
  g_array_set_size (self->panes, 0);
  tf_plot_add_pane (self, 1);
}

/* For the layers: a new one of @size bytes, which begin with a TfLayer, in the newest pane. */
gpointer
tf_plot_add (TfPlot             *self,
             const TfLayerClass *class,
             const char         *name,
             gsize               size)
{
  TfLayer *layer = g_malloc0 (size);

  layer->class = class;
  layer->name = g_strdup (name);
  layer->pane = self->panes->len - 1;
  layer->visible = TRUE;
  g_ptr_array_add (self->layers, layer);
  return layer;
}

/**
 * tf_plot_add_pane:
 * @share: of the height, 0..1; the first pane has what the others leave
 *
 * Begins a new pane below, on the same time axis: drawdown under equity, an oscillator under candles.
 */
void
tf_plot_add_pane (TfPlot *self,
                  double  share)
{
  TfPane pane = { CLAMP (share, 0.05, 1), TF_FORMAT_NUMBER, -1, FALSE };

  g_return_if_fail (self != NULL);
  g_array_append_val (self->panes, pane);
}

/**
 * tf_plot_set_format:
 * @decimals: of single values (tags, tooltip); -1: from the data. Axis labels have what their steps need.
 */
void
tf_plot_set_format (TfPlot  *self,
                    TfFormat format,
                    int      decimals)
{
  g_return_if_fail (self != NULL);
  newest_pane (self)->format = format;
  newest_pane (self)->decimals = decimals;
}

/**
 * tf_plot_set_log:
 * @log: same distance for same ratio; has no effect while a value is zero or below
 */
void
tf_plot_set_log (TfPlot  *self,
                 gboolean log)
{
  g_return_if_fail (self != NULL);
  newest_pane (self)->log = log;
}

/**
 * tf_plot_set_empty_text:
 * @text: (nullable): one sentence to draw while there is no data: “No trades yet.”
 */
void
tf_plot_set_empty_text (TfPlot     *self,
                        const char *text)
{
  g_return_if_fail (self != NULL);
  g_free (self->empty_text);
  self->empty_text = g_strdup (text);
}

/**
 * tf_plot_set_range:
 *
 * Shows only @low..@high: zoom and scroll. With @low at or after @high everything is shown again.
 */
void
tf_plot_set_range (TfPlot *self,
                   TfTime  low,
                   TfTime  high)
{
  g_return_if_fail (self != NULL);
  self->ranged = low < high;
  self->low = MAX (low, -G_MAXINT64 / 4); /* so that no difference of two times overflows */
  self->high = MIN (high, G_MAXINT64 / 4 * 3);
}

/**
 * tf_plot_get_range:
 * @low: (out): left end of the time axis
 * @high: (out): right end
 *
 * Returns: FALSE when nothing in it has a time
 */
gboolean
tf_plot_get_range (TfPlot *self,
                   TfTime *low,
                   TfTime *high)
{
  gboolean any = FALSE;

  g_return_val_if_fail (self != NULL && low != NULL && high != NULL, FALSE);
  *low = G_MAXINT64;
  *high = G_MININT64;
  for (guint i = 0; i < self->layers->len; i++)
    {
      TfLayer *layer = g_ptr_array_index (self->layers, i);

      if (layer->visible && layer->class->times != NULL)
        any |= layer->class->times (layer, low, high);
    }
  if (any && self->ranged)
    {
      *low = self->low;
      *high = self->high;
    }
  else if (any && *low == *high)
    {
      *low -= TF_HOUR;
      *high += TF_HOUR;
    }
  return any;
}

/**
 * tf_plot_time_at:
 * @x: distance from the left edge of the chart as last drawn
 * @time: (out): the time there
 *
 * Returns: FALSE outside of the panes, or when the chart was not drawn or has no time axis
 */
gboolean
tf_plot_time_at (TfPlot *self,
                 double  x,
                 TfTime *time)
{
  double share;

  g_return_val_if_fail (self != NULL && time != NULL, FALSE);
  if (self->drawn_width <= 0 || x < self->drawn_x || x > self->drawn_x + self->drawn_width)
    return FALSE;
  share = (x - self->drawn_x) / self->drawn_width;
  *time = self->drawn_low + (TfTime) (share * ((double) self->drawn_high - (double) self->drawn_low));
  return TRUE;
}

/**
 * tf_plot_set_crosshair:
 * @x: where the pointer is, from the left edge of the chart
 * @y: and from its top
 */
void
tf_plot_set_crosshair (TfPlot *self,
                       double  x,
                       double  y)
{
  g_return_if_fail (self != NULL);
  self->pointed = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
}

/**
 * tf_plot_unset_crosshair:
 *
 * The pointer has left the chart.
 */
void
tf_plot_unset_crosshair (TfPlot *self)
{
  g_return_if_fail (self != NULL);
  self->pointed = FALSE;
}

static TfLayer *
legend_layer (TfPlot *self,
              guint   index)
{
  for (guint i = 0; i < self->layers->len; i++)
    {
      TfLayer *layer = g_ptr_array_index (self->layers, i);

      if (layer->name != NULL && layer->class->color != NULL && index-- == 0)
        return layer;
    }
  return NULL;
}

/**
 * tf_plot_get_n_legend:
 *
 * Returns: how many layers have a name and a colour to explain
 */
guint
tf_plot_get_n_legend (TfPlot *self)
{
  guint n = 0;

  g_return_val_if_fail (self != NULL, 0);
  while (legend_layer (self, n) != NULL)
    n++;
  return n;
}

/**
 * tf_plot_get_legend:
 * @index: below tf_plot_get_n_legend()
 * @name: (out) (transfer none): valid until the layer goes
 * @color: (out): as in @theme
 * @visible: (out): whether it is drawn
 *
 * Returns: FALSE when there is no such entry
 */
gboolean
tf_plot_get_legend (TfPlot            *self,
                    guint              index,
                    const TfPlotTheme *theme,
                    const char       **name,
                    TfColor           *color,
                    gboolean          *visible)
{
  TfLayer *layer;

  g_return_val_if_fail (self != NULL && theme != NULL, FALSE);
  layer = legend_layer (self, index);
  if (layer == NULL)
    return FALSE;
  *name = layer->name;
  *color = layer->class->color (layer, theme);
  *visible = layer->visible;
  return TRUE;
}

/**
 * tf_plot_get_legend_sign:
 * @index: below tf_plot_get_n_legend()
 *
 * Returns: what stands before the name in a legend: a dot, or the shape of the marks
 */
const char *
tf_plot_get_legend_sign (TfPlot *self,
                         guint   index)
{
  TfLayer *layer;

  g_return_val_if_fail (self != NULL, "");
  layer = legend_layer (self, index);
  return layer != NULL && layer->class->sign != NULL ? layer->class->sign (layer) : "●";
}

/**
 * tf_plot_set_visible:
 * @index: of the legend
 *
 * What is hidden does not count for the axes either.
 */
void
tf_plot_set_visible (TfPlot  *self,
                     guint    index,
                     gboolean visible)
{
  TfLayer *layer;

  g_return_if_fail (self != NULL);
  layer = legend_layer (self, index);
  g_return_if_fail (layer != NULL);
  layer->visible = visible;
}

TfTime
tf_frame_time (const TfFrame *frame,
               double         x)
{
  return frame->low + (TfTime) ((x - frame->x) / frame->width * ((double) frame->high - (double) frame->low));
}

/* Labels @value at the right edge. */
void
tf_frame_tag (TfFrame       *frame,
              double         value,
              const TfColor *color)
{
  TfTag tag = { value, 0, *color, "" };

  tf_axis_format (value, frame->decimals, frame->format, FALSE, tag.text);
  g_array_append_val (frame->tags, tag);
}

static void
draw_empty (TfPlot *self,
            TfPen  *pen,
            double  width,
            double  height)
{
  double limit = MAX (width - 24, 1);
  double w, h;

  if (self->empty_text == NULL)
    return;
  w = tf_pen_size (pen, pen->theme->size, self->empty_text, &h);
  tf_pen_text (pen, pen->theme->size, self->empty_text, (width - MIN (w, limit)) / 2, (height - h) / 2, 0, 0,
               limit, &pen->theme->dim);
}

/* Tags that would touch move apart, in the order of their values. */
static void
spread_tags (GArray *tags,
             double  top,
             double  bottom,
             double  size)
{
  for (guint i = 1; i < tags->len; i++) /* a handful: by insertion */
    for (guint j = i; j > 0; j--)
      {
        TfTag *a = &g_array_index (tags, TfTag, j - 1), *b = &g_array_index (tags, TfTag, j), swap = *a;

        if (a->y <= b->y)
          break;
        *a = *b;
        *b = swap;
      }
  for (guint i = 0; i < tags->len; i++)
    {
      TfTag *tag = &g_array_index (tags, TfTag, i);
      double least = i > 0 ? g_array_index (tags, TfTag, i - 1).y + size : top;

      tag->y = MAX (tag->y, least);
    }
  for (guint i = tags->len; i > 0; i--)
    {
      TfTag *tag = &g_array_index (tags, TfTag, i - 1);
      double most = i < tags->len ? g_array_index (tags, TfTag, i).y - size : bottom;

      tag->y = MIN (tag->y, most);
    }
}

static void
draw_tag (TfPen      *pen,
          double      x,
          double      y,
          double      width,
          double      size,
          const char *text,
          const TfColor *color)
{
  tf_pen_box (pen, x, y - size / 2 + 0.5, width, size - 1, 3);
  tf_pen_color (pen, color, 1);
  cairo_fill (pen->cr);
  tf_pen_text (pen, pen->theme->small, text, x + TAG_PADDING, y, 0, 0.5, 0, &pen->theme->background);
}

static gboolean
has_point (const TfFrame *frame)
{
  return frame->pointer_x >= frame->x && frame->pointer_x <= frame->x + frame->width
         && frame->pointer_y >= frame->y && frame->pointer_y <= frame->y + frame->height;
}

/* Value labels beside their grid lines, except where a tag stands. */
static void
draw_gutter (TfFrame      *frame,
             const double *ticks,
             guint         n_ticks,
             int           decimals,
             double        gutter,
             double        line)
{
  const TfPlotTheme *theme = frame->pen.theme;
  double x = frame->x + frame->width, size = line + 3;
  char text[TF_AXIS_LABEL_SIZE];

  for (guint i = 0; i < frame->tags->len; i++)
    {
      TfTag *tag = &g_array_index (frame->tags, TfTag, i);

      tag->y = CLAMP (tf_frame_y (frame, tag->value), frame->y, frame->y + frame->height);
    }
  spread_tags (frame->tags, frame->y + size / 2, frame->y + frame->height - size / 2, size);
  for (guint i = 0; i < n_ticks; i++)
    {
      double y = tf_frame_y (frame, ticks[i]);
      /* The label of the crosshair is going to stand where the pointer is. */
      gboolean free_place = !has_point (frame) || fabs (frame->pointer_y - y) >= size;

      for (guint k = 0; k < frame->tags->len && free_place; k++)
        free_place = fabs (g_array_index (frame->tags, TfTag, k).y - y) >= size;
      if (free_place)
        tf_pen_text (&frame->pen, theme->small,
                     tf_axis_format (ticks[i], decimals, frame->format, FALSE, text), x + 2 + TAG_PADDING, y,
                     0, 0.5, 0, &theme->dim);
    }
  for (guint i = 0; i < frame->tags->len; i++)
    {
      TfTag *tag = &g_array_index (frame->tags, TfTag, i);

      draw_tag (&frame->pen, x + 2, tag->y, gutter - 2, size, tag->text, &tag->color);
    }
}

/* As many moments as fit side by side with their labels. */
static void
draw_times (TfFrame *frame,
            double   right,
            double   y)
{
  const TfPlotTheme *theme = frame->pen.theme;
  TfTimeTick ticks[TF_AXIS_MAX_TIME_TICKS];
  guint most = (guint) CLAMP (frame->width / (theme->small * 6), 1, TF_AXIS_MAX_TIME_TICKS);

  for (; most > 0; most--)
    {
      guint n = tf_axis_time_ticks (frame->low, frame->high, most, ticks);
      double end = -G_MAXDOUBLE;
      gboolean fits = TRUE;

      for (guint i = 0; i < n && fits; i++)
        {
          double w = tf_pen_size (&frame->pen, theme->small, ticks[i].label, NULL);
          double x = CLAMP (tf_frame_x (frame, ticks[i].time), w / 2, MAX (right - w / 2, w / 2));

          fits = x - w / 2 >= end + theme->small * 1.2;
          end = x + w / 2;
        }
      for (guint i = 0; i < n && fits; i++)
        {
          double w = tf_pen_size (&frame->pen, theme->small, ticks[i].label, NULL);
          double x = CLAMP (tf_frame_x (frame, ticks[i].time), w / 2, MAX (right - w / 2, w / 2));

          tf_pen_text (&frame->pen, theme->small, ticks[i].label, x, y, 0.5, 0, 0,
                       ticks[i].major ? &theme->ink : &theme->dim);
        }
      if (fits)
        return;
    }
}

static void
draw_crosshair (TfFrame *frame,
                double   top,
                double   bottom,
                double   gutter,
                double   line)
{
  const TfPlotTheme *theme = frame->pen.theme;
  double x = isnan (frame->tip->x) ? frame->pointer_x : frame->tip->x;
  double value = tf_axis_unmap (&frame->axis, 1 - (frame->pointer_y - frame->y) / frame->height);
  const double dashes[] = { 3, 3 };
  char text[TF_AXIS_LABEL_SIZE];

  tf_pen_color (&frame->pen, &theme->dim, 0.8);
  cairo_set_dash (frame->pen.cr, dashes, 2, 0);
  tf_pen_line (&frame->pen, x, top, x, bottom);
  tf_pen_line (&frame->pen, frame->x, frame->pointer_y, frame->x + frame->width, frame->pointer_y);
  cairo_set_dash (frame->pen.cr, NULL, 0, 0);
  if (!frame->strip || frame->pointer_y < frame->y + frame->height * (1 - STRIP))
    draw_tag (&frame->pen, frame->x + frame->width + 2, frame->pointer_y, gutter - 2, line + 3,
              tf_axis_format (value, frame->decimals, frame->format, FALSE, text), &theme->dim);
}

/* What the visible layers of one pane need of its value axis. */
static void
measure_pane (TfPlot  *self,
              guint    index,
              TfFrame *frame)
{
  const TfPane *pane = &g_array_index (self->panes, TfPane, index);
  double least = G_MAXDOUBLE, most = -G_MAXDOUBLE;

  frame->format = pane->format;
  frame->decimals = pane->decimals;
  frame->strip = FALSE;
  for (guint i = 0; i < self->layers->len; i++)
    {
      TfLayer *layer = g_ptr_array_index (self->layers, i);

      if (layer->pane != index || !layer->visible)
        continue;
      frame->strip |= layer->class->strip;
      if (layer->class->values != NULL)
        layer->class->values (layer, frame->low, frame->high, &least, &most);
      if (frame->decimals < 0 && layer->class->decimals != NULL)
        frame->decimals = layer->class->decimals (layer);
    }
  frame->axis = tf_axis_fit (least, most, pane->log, 0.06);
  if (frame->strip)
    frame->axis.low = tf_axis_unmap (&frame->axis, -STRIP / (1 - STRIP));
  if (frame->decimals < 0 && frame->format != TF_FORMAT_NUMBER)
    frame->decimals = 2;
  else if (frame->decimals < 0)
    frame->decimals = tf_axis_decimals ((frame->axis.high - frame->axis.low) / 500, frame->format);
  frame->tags = g_array_new (FALSE, FALSE, sizeof (TfTag));
  for (guint i = 0; i < self->layers->len; i++)
    {
      TfLayer *layer = g_ptr_array_index (self->layers, i);

      if (layer->pane == index && layer->visible && layer->class->tag != NULL)
        layer->class->tag (layer, frame);
    }
}

static void
draw_layers (TfPlot  *self,
             guint    index,
             TfFrame *frame)
{
  cairo_save (frame->pen.cr);
  cairo_rectangle (frame->pen.cr, frame->x, frame->y - 2, frame->width, frame->height + 4);
  cairo_clip (frame->pen.cr);
  for (guint i = 0; i < self->layers->len; i++)
    {
      TfLayer *layer = g_ptr_array_index (self->layers, i);

      if (layer->pane == index && layer->visible && layer->class->draw != NULL)
        layer->class->draw (layer, frame);
    }
  cairo_restore (frame->pen.cr);
}

static void
draw_panes (TfPlot *self,
            TfPen  *pen,
            double  width,
            double  height,
            TfTip  *tip)
{
  const TfPlotTheme *theme = pen->theme;
  guint n_panes = self->panes->len;
  g_autofree TfFrame *frames = g_new0 (TfFrame, n_panes);
  double (*ticks)[TF_AXIS_MAX_TICKS] = g_malloc0 (n_panes * sizeof *ticks);
  g_autofree guint *n_ticks = g_new0 (guint, n_panes);
  g_autofree int *decimals = g_new0 (int, n_panes);
  double line, others = 0, gutter = 0, top, bottom, room, y;
  TfTime low, high;
  TfFrame *pointed = NULL;

  tf_plot_get_range (self, &low, &high);
  tf_pen_size (pen, theme->small, "0", &line);
  top = ceil (line / 2);
  bottom = floor (height - line - 6);
  room = MAX (bottom - top - PANE_GAP * (n_panes - 1), 1);
  for (guint i = 1; i < n_panes; i++)
    others += g_array_index (self->panes, TfPane, i).share;
  others = MIN (others, 0.8);

  y = top;
  for (guint i = 0; i < n_panes; i++)
    {
      TfFrame *frame = &frames[i];
      char text[TF_AXIS_LABEL_SIZE];
      TfAxis labelled;
      double step;

      frame->pen = *pen;
      frame->low = low;
      frame->high = high;
      frame->pointer_x = frame->pointer_y = TF_PLOT_NONE;
      frame->y = y;
      frame->height = floor (room * (i == 0 ? 1 - others : g_array_index (self->panes, TfPane, i).share));
      y += frame->height + PANE_GAP;
      measure_pane (self, i, frame);
      labelled = frame->axis;
      if (frame->strip)
        labelled.low = tf_axis_unmap (&labelled, STRIP);
      n_ticks[i] = tf_axis_ticks (&labelled, (guint) CLAMP (frame->height / (line * 2), 1, TF_AXIS_MAX_TICKS),
                                  ticks[i], &step);
      decimals[i] = tf_axis_decimals (step, frame->format);
      for (guint k = 0; k < n_ticks[i]; k++)
        {
          double w = tf_pen_size (pen, theme->small,
                                  tf_axis_format (ticks[i][k], decimals[i], frame->format, FALSE, text),
                                  NULL);

          gutter = MAX (gutter, w);
        }
      /* The crosshair's label has the decimals of a value, too. */
      tf_axis_format (frame->axis.high, frame->decimals, frame->format, FALSE, text);
      gutter = MAX (gutter, tf_pen_size (pen, theme->small, text, NULL));
      for (guint k = 0; k < frame->tags->len; k++)
        {
          double w = tf_pen_size (pen, theme->small, g_array_index (frame->tags, TfTag, k).text, NULL);

          gutter = MAX (gutter, w);
        }
    }
  gutter = ceil (gutter) + 2 + 2 * TAG_PADDING;

  for (guint i = 0; i < n_panes; i++)
    {
      TfFrame *frame = &frames[i];

      frame->width = MAX (floor (width - gutter), 1);
      tf_pen_color (pen, &theme->grid, 1);
      for (guint k = 0; k < n_ticks[i]; k++)
        {
          double tick_y = tf_frame_y (frame, ticks[i][k]);

          tf_pen_line (pen, 0, tick_y, frame->width, tick_y);
        }
      if (self->pointed)
        {
          frame->pointer_x = self->pointer_x;
          frame->pointer_y = self->pointer_y;
          if (has_point (frame))
            pointed = frame;
        }
    }
  for (guint i = 0; i < n_panes; i++)
    {
      frames[i].tip = pointed != NULL ? tip : NULL;
      draw_layers (self, i, &frames[i]);
      draw_gutter (&frames[i], ticks[i], n_ticks[i], decimals[i], gutter, line);
    }
  draw_times (&frames[0], width, bottom + 6);
  if (pointed != NULL)
    {
      draw_crosshair (pointed, top, bottom, gutter, line);
      tf_tip_draw (tip, pen, frames[0].width, bottom, isnan (tip->x) ? self->pointer_x : tip->x,
                   self->pointer_y);
    }

  self->drawn_x = 0;
  self->drawn_width = frames[0].width;
  self->drawn_low = low;
  self->drawn_high = high;
  for (guint i = 0; i < n_panes; i++)
    g_array_unref (frames[i].tags);
  g_free (ticks);
}

static TfLayer *
find_figure (TfPlot *self)
{
  for (guint i = 0; i < self->layers->len; i++)
    {
      TfLayer *layer = g_ptr_array_index (self->layers, i);
      double least = G_MAXDOUBLE, most = -G_MAXDOUBLE;

      if (layer->class->figure && layer->class->values (layer, 0, 0, &least, &most))
        return layer;
    }
  return NULL;
}

/**
 * tf_plot_draw:
 * @cr: what to draw on: a window, an image, a page; left as it was
 * @width: of the rectangle at the origin, px or pt
 * @height: of it
 * @theme: colours, font and sizes
 *
 * Paints no background. A figure (bars, heat map) has the rectangle to itself. Without
 * anything that has data, the empty text is drawn.
 */
void
tf_plot_draw (TfPlot            *self,
              cairo_t           *cr,
              double             width,
              double             height,
              const TfPlotTheme *theme)
{
  TfTip tip;
  TfTime low, high;
  TfLayer *figure;
  TfPen pen;

  g_return_if_fail (self != NULL && cr != NULL && theme != NULL);
  self->drawn_width = 0;
  if (!(width >= 1 && height >= 1))
    return;
  cairo_save (cr);
  cairo_new_path (cr);
  tf_pen_init (&pen, cr, theme);
  tf_tip_init (&tip);
  figure = find_figure (self);
  if (figure != NULL)
    {
      TfFrame frame = {
        .pen = pen, .width = width, .height = height, .pointer_x = TF_PLOT_NONE, .pointer_y = TF_PLOT_NONE
      };

      frame.format = g_array_index (self->panes, TfPane, figure->pane).format;
      frame.decimals = g_array_index (self->panes, TfPane, figure->pane).decimals;
      if (self->pointed)
        {
          frame.pointer_x = self->pointer_x;
          frame.pointer_y = self->pointer_y;
          frame.tip = &tip;
        }
      figure->class->draw (figure, &frame);
      tf_tip_draw (&tip, &pen, width, height, self->pointer_x, self->pointer_y);
    }
  else if (tf_plot_get_range (self, &low, &high))
    draw_panes (self, &pen, width, height, &tip);
  else
    draw_empty (self, &pen, width, height);
  tf_tip_clear (&tip);
  tf_pen_clear (&pen);
  cairo_new_path (cr); /* not part of what is restored */
  cairo_restore (cr);
}

/**
 * tf_plot_draw_legend:
 * @cr: drawn at its origin; or a recording surface to measure
 * @width: entries that do not fit wrap
 *
 * For paper, where there is no header line with toggles. Hidden layers are left out.
 *
 * Returns: the height it took
 */
double
tf_plot_draw_legend (TfPlot            *self,
                     cairo_t           *cr,
                     double             width,
                     const TfPlotTheme *theme)
{
  double x = 0, y = 0, line = 0;
  const char *name;
  gboolean visible;
  TfColor color;
  TfPen pen;

  g_return_val_if_fail (self != NULL && cr != NULL && theme != NULL, 0);
  cairo_save (cr);
  cairo_new_path (cr);
  tf_pen_init (&pen, cr, theme);
  for (guint i = 0; tf_plot_get_legend (self, i, theme, &name, &color, &visible); i++)
    {
      double w, dot = theme->small * 0.7;

      if (!visible)
        continue;
      w = dot * 1.6 + tf_pen_size (&pen, theme->small, name, &line);
      if (x > 0 && x + w > width)
        {
          x = 0;
          y += line * 1.2;
        }
      tf_pen_box (&pen, x, y + (line - dot) / 2, dot, dot, 2);
      tf_pen_color (&pen, &color, 1);
      cairo_fill (cr);
      tf_pen_text (&pen, theme->small, name, x + dot * 1.6, y, 0, 0, 0, &theme->ink);
      x += w + theme->small * 1.5;
    }
  tf_pen_clear (&pen);
  cairo_new_path (cr); /* not part of what is restored */
  cairo_restore (cr);
  return y + line;
}

/**
 * tf_plot_summary:
 *
 * What the chart shows, in words: for those who listen to it, and for tests.
 *
 * Returns: (transfer full): a sentence for each layer
 */
char *
tf_plot_summary (TfPlot *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);
  for (guint i = 0; i < self->layers->len; i++)
    {
      TfLayer *layer = g_ptr_array_index (self->layers, i);
      gsize before = text->len;

      if (!layer->visible || layer->class->describe == NULL)
        continue;
      if (before > 0)
        g_string_append (text, ". ");
      if (layer->name != NULL)
        g_string_append_printf (text, "%s: ", layer->name);
      layer->class->describe (layer, &g_array_index (self->panes, TfPane, layer->pane), text);
    }
  if (text->len == 0)
    g_string_append (text, self->empty_text != NULL ? self->empty_text : _("No data"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}
