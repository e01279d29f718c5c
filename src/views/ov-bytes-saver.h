/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Saving what is at hand to a file a person chooses; how it went is told as a toast.  Thread: main.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void ov_bytes_saver_run (GtkWidget  *parent,
                         const char *title,          /* of the dialog */
                         const char *suggested_name,
                         GBytes     *bytes);

G_END_DECLS
