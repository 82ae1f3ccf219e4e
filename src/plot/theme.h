#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TF_PLOT_N_SERIES 8

typedef struct
{
  double red, green, blue, alpha;
} TfColor;

typedef enum
{
  TF_THEME_LIGHT,
  TF_THEME_DARK,
  TF_THEME_PRINT, /* lengths are points: thinner lines, smaller text */
} TfThemeKind;

/* All that a chart takes from its surroundings. Plain data: init it, then change what the platform knows
 * better (the font, the accent). */
typedef struct
{
  TfColor     ink, dim, grid;            /* text; secondary text; hairlines */
  TfColor     background;                /* of the card. Charts do not paint it; tooltips and halos use it */
  TfColor     accent, gain, loss, warning;
  TfColor     series[TF_PLOT_N_SERIES];  /* lines by colour index; the first is the accent */
  const char *font;                      /* borrowed: a family as Pango reads it */
  double      size, small;               /* text heights in px (or pt): body, caption */
  double      line, hairline;            /* stroke widths */
  gboolean    crisp;                     /* snap hairlines to whole pixels: screens, not paper */
} TfPlotTheme;

void        tf_plot_theme_init (TfPlotTheme   *self,
                                TfThemeKind    kind,
                                gboolean       colour_blind);
TfColor     tf_color_mix       (const TfColor *a,
                                const TfColor *b,
                                double         share);

G_END_DECLS
