/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The columns of the table of restarts.  Thread: main.
 */
#pragma once

#include "analytics/ov-restart-log.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Adds them, each with its sorter; the first is the time. */
void ov_restart_columns_add     (GtkColumnView *view);
/* Writes the rows that are on the screen anew: an entry grows while its cascade goes on. */
void ov_restart_columns_refresh (GtkColumnView *view);

G_END_DECLS
