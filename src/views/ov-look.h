/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which of the canvas's themes the window wears now.  Thread: main.
 */
#pragma once

#include "canvas/render/ov-theme.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

OvThemeKind ov_look_get_theme (void);
/* Draws @widget again whenever the theme changes, as long as it lives. */
void        ov_look_follow    (GtkWidget *widget);

G_END_DECLS
