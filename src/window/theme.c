#include "window/theme.h"

#include <adwaita.h>

#include "config.h"

static gboolean colour_blind;

/**
 * tf_theme_set_colour_blind:
 *
 * Blue and orange instead of green and red, from the next drawing on.
 */
void
tf_theme_set_colour_blind (gboolean blind)
{
  colour_blind = blind;
}

/**
 * tf_theme_of_widget:
 * @theme: (out): colours and font that fit where @widget is
 */
void
tf_theme_of_widget (GtkWidget   *widget,
                    TfPlotTheme *theme)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  PangoContext *pango = gtk_widget_get_pango_context (widget);
  const PangoFontDescription *font = pango_context_get_font_description (pango);
  GdkRGBA color;

  tf_plot_theme_init (theme, adw_style_manager_get_dark (adw_style_manager_get_default ()) ? TF_THEME_DARK : TF_THEME_LIGHT,
                      colour_blind);
  gtk_style_context_get_color (context, &color);
  theme->ink = (TfColor) { (double) color.red, (double) color.green, (double) color.blue, (double) color.alpha };
  if (gtk_style_context_lookup_color (context, "accent_color", &color))
    theme->accent = theme->series[0] = (TfColor) { (double) color.red, (double) color.green, (double) color.blue, 1 };
  if (font != NULL && pango_font_description_get_family (font) != NULL)
    theme->font = g_intern_string (pango_font_description_get_family (font));
}

/**
 * tf_settings:
 *
 * Returns: (transfer none) (nullable): the program’s settings
 */
GSettings *
tf_settings (void)
{
  static GSettings *settings;
  static gboolean tried;

  if (!tried)
    {
      GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
      g_autoptr (GSettingsSchema) schema = NULL;

      tried = TRUE;
      if (source != NULL)
        schema = g_settings_schema_source_lookup (source, TF_APP_ID, TRUE);
      if (schema != NULL)
        settings = g_settings_new_full (schema, NULL, NULL);
      else
        g_message ("The settings schema is not installed: nothing will be remembered");
    }
  return settings;
}
