#include "window/preferences.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "config.h"
#include "window/theme.h"

/* Seconds of market time in a second, in the order of the list in the interface. */
static const int speeds[] = { 1, 10, 60, 600, 0 };

static gboolean
speed_to_row (GValue   *value,
              GVariant *setting,
              gpointer  data)
{
  for (guint i = 0; i < G_N_ELEMENTS (speeds); i++)
    if (speeds[i] == g_variant_get_int32 (setting))
      {
        g_value_set_uint (value, i);
        return TRUE;
      }
  return FALSE;
}

static GVariant *
row_to_speed (const GValue       *value,
              const GVariantType *type,
              gpointer            data)
{
  guint row = g_value_get_uint (value);

  return row < G_N_ELEMENTS (speeds) ? g_variant_new_int32 (speeds[row]) : NULL;
}

static gboolean
palette_to_row (GValue   *value,
                GVariant *setting,
                gpointer  data)
{
  g_value_set_uint (value, g_str_equal (g_variant_get_string (setting, NULL), "blue-orange"));
  return TRUE;
}

static GVariant *
row_to_palette (const GValue       *value,
                const GVariantType *type,
                gpointer            data)
{
  return g_variant_new_string (g_value_get_uint (value) == 1 ? "blue-orange" : "green-red");
}

/**
 * tf_preferences_present:
 *
 * Shows the preferences over @parent. What is chosen holds at once.
 */
void
tf_preferences_present (GtkWindow *parent)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (TF_RESOURCE_BASE "/preferences.ui");
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "preferences"));
  GObject *palette = gtk_builder_get_object (builder, "palette"), *speed = gtk_builder_get_object (builder, "speed");

  if (tf_settings () != NULL)
    {
      g_settings_bind_with_mapping (tf_settings (), "palette", palette, "selected", G_SETTINGS_BIND_DEFAULT, palette_to_row,
                                    row_to_palette, NULL, NULL);
      g_settings_bind_with_mapping (tf_settings (), "demo-speed", speed, "selected", G_SETTINGS_BIND_DEFAULT, speed_to_row,
                                    row_to_speed, NULL, NULL);
    }
  gtk_window_set_transient_for (window, parent);
  gtk_window_present (window);
}
