/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPreferences: the window of preferences; every row is bound to a setting and acts at once.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define OV_TYPE_PREFERENCES (ov_preferences_get_type ())
G_DECLARE_FINAL_TYPE (OvPreferences, ov_preferences, OV, PREFERENCES, AdwPreferencesWindow)

/* Presented above @parent; (transfer none): the window owns itself. */
GtkWidget *ov_preferences_new        (GtkWindow *parent);
/* Makes libadwaita follow the setting "style" for as long as the program runs. */
void       ov_preferences_apply_style (void);

G_END_DECLS
