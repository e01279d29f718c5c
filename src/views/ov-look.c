/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From libadwaita's style to the canvas's theme.  Thread: main.
 */
#include "views/ov-look.h"

#include <adwaita.h>

static void
style_changed_cb (AdwStyleManager *manager,
                  GParamSpec      *pspec,
                  gpointer         user_data)
{
  gtk_widget_queue_draw (GTK_WIDGET (user_data));
}

OvThemeKind
ov_look_get_theme (void)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (manager);

  if (adw_style_manager_get_high_contrast (manager))
    return dark ? OV_THEME_HIGH_CONTRAST_DARK : OV_THEME_HIGH_CONTRAST;

  return dark ? OV_THEME_DARK : OV_THEME_LIGHT;
}

void
ov_look_follow (GtkWidget *widget)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  g_return_if_fail (GTK_IS_WIDGET (widget));

  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (style_changed_cb), widget, 0);
  g_signal_connect_object (manager, "notify::high-contrast",
                           G_CALLBACK (style_changed_cb), widget, 0);
}
