#include "plot/theme.h"

/* The colours of libadwaita's named palette, darker on white and lighter on black until they reach a contrast
 * of 3:1 as lines. No line of the series palette is a green or a red: those mean gain and loss. */

#define RGB(hex) { ((hex) >> 16) / 255.0, ((hex) >> 8 & 0xff) / 255.0, ((hex) & 0xff) / 255.0, 1 }

static const TfPlotTheme bright = {
  .ink = RGB (0x2e3436), .dim = RGB (0x70757a), .grid = RGB (0xe4e4e6), .background = RGB (0xffffff),
  .accent = RGB (0x1c71d8), .gain = RGB (0x1f9d62), .loss = RGB (0xd0303c), .warning = RGB (0xc88800),
  .series = { RGB (0x1c71d8), RGB (0xc64600), RGB (0x813d9c), RGB (0x0e8a86),
              RGB (0x865e3c), RGB (0xb5408a), RGB (0x5e7385), RGB (0x8b7b00) },
  .font = "Sans", .size = 13, .small = 11, .line = 1.5, .hairline = 1, .crisp = TRUE,
};

static const TfPlotTheme dark = {
  .ink = RGB (0xf0f0f2), .dim = RGB (0xa0a0a6), .grid = RGB (0x46464c), .background = RGB (0x36363a),
  .accent = RGB (0x78aeed), .gain = RGB (0x4cc38a), .loss = RGB (0xf2727a), .warning = RGB (0xf0c040),
  .series = { RGB (0x78aeed), RGB (0xffa45c), RGB (0xc88fe0), RGB (0x5bc8c0),
              RGB (0xcdab8f), RGB (0xf28bb8), RGB (0x9fb4c7), RGB (0xd6c94f) },
  .font = "Sans", .size = 13, .small = 11, .line = 1.5, .hairline = 1, .crisp = TRUE,
};

/**
 * tf_plot_theme_init:
 * @colour_blind: blue for gain and orange for loss, which everybody tells apart
 */
void
tf_plot_theme_init (TfPlotTheme *self,
                    TfThemeKind  kind,
                    gboolean     colour_blind)
{
  static const TfColor blues[] = { RGB (0x1a66c4), RGB (0x6cb0ff) };
  static const TfColor oranges[] = { RGB (0xcf5400), RGB (0xff9448) };

  g_return_if_fail (self != NULL);
  *self = kind == TF_THEME_DARK ? dark : bright;
  if (kind == TF_THEME_PRINT)
    {
      self->size = 9;
      self->small = 7.5;
      self->line = 1;
      self->hairline = 0.4;
      self->crisp = FALSE;
    }
  if (colour_blind)
    {
      self->gain = blues[kind == TF_THEME_DARK];
      self->loss = oranges[kind == TF_THEME_DARK];
    }
}

/**
 * tf_color_mix:
 * @share: how much of @b, 0..1
 */
TfColor
tf_color_mix (const TfColor *a,
              const TfColor *b,
              double         share)
{
  g_return_val_if_fail (a != NULL && b != NULL, (TfColor) { 0 });
  return (TfColor) {
    a->red + (b->red - a->red) * share,
    a->green + (b->green - a->green) * share,
    a->blue + (b->blue - a->blue) * share,
    a->alpha + (b->alpha - a->alpha) * share,
  };
}
