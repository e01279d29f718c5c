/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPreferences binds combo rows to enumerations among the settings: a row's position is the
 * enumeration's value.  Thread: main.
 */
#include "app/ov-preferences.h"

#include "views/ov-settings.h"

struct _OvPreferences
{
  AdwPreferencesWindow parent_instance;

  AdwComboRow *style_row;
  AdwComboRow *term_style_row;
  AdwComboRow *layout_row;
  AdwComboRow *overlay_row;
  GtkSwitch   *minimap_switch;
};

G_DEFINE_FINAL_TYPE (OvPreferences, ov_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static void
row_selected_cb (AdwComboRow *row,
                 GParamSpec  *pspec,
                 gpointer     user_data)
{
  const char *key = user_data;

  g_settings_set_enum (ov_settings_get (), key, (int) adw_combo_row_get_selected (row));
}

static void
setting_changed_cb (GSettings  *settings,
                    const char *key,
                    gpointer    user_data)
{
  adw_combo_row_set_selected (ADW_COMBO_ROW (user_data),
                              (guint) g_settings_get_enum (settings, key));
}

static void
bind_row (AdwComboRow *row,
          const char  *key)
{
  GSettings *settings = ov_settings_get ();
  g_autofree char *signal = g_strdup_printf ("changed::%s", key);

  setting_changed_cb (settings, key, row);
  g_signal_connect_object (settings, signal, G_CALLBACK (setting_changed_cb), row, 0);
  g_signal_connect (row, "notify::selected", G_CALLBACK (row_selected_cb), (gpointer) key);
}

static void
ov_preferences_class_init (OvPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/app/ov-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, OvPreferences, style_row);
  gtk_widget_class_bind_template_child (widget_class, OvPreferences, term_style_row);
  gtk_widget_class_bind_template_child (widget_class, OvPreferences, layout_row);
  gtk_widget_class_bind_template_child (widget_class, OvPreferences, overlay_row);
  gtk_widget_class_bind_template_child (widget_class, OvPreferences, minimap_switch);
}

static void
ov_preferences_init (OvPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  bind_row (self->style_row, "style");
  bind_row (self->term_style_row, "term-style");
  bind_row (self->layout_row, "tree-layout");
  bind_row (self->overlay_row, "tree-overlay");
  g_settings_bind (ov_settings_get (), "minimap-visible",
                   self->minimap_switch, "active", G_SETTINGS_BIND_DEFAULT);
}

GtkWidget *
ov_preferences_new (GtkWindow *parent)
{
  return g_object_new (OV_TYPE_PREFERENCES, "transient-for", parent, NULL);
}

static void
style_changed_cb (GSettings  *settings,
                  const char *key,
                  gpointer    user_data)
{
  static const AdwColorScheme schemes[] = {
    ADW_COLOR_SCHEME_DEFAULT,
    ADW_COLOR_SCHEME_FORCE_LIGHT,
    ADW_COLOR_SCHEME_FORCE_DARK,
  };
  int style = g_settings_get_enum (settings, key);

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[style]);
}

void
ov_preferences_apply_style (void)
{
  GSettings *settings = ov_settings_get ();

  style_changed_cb (settings, "style", NULL);
  g_signal_connect (settings, "changed::style", G_CALLBACK (style_changed_cb), NULL);
}
