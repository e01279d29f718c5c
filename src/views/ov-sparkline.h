/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSparkline: a figure over the last two minutes as a small filled line, without axes.
 * Thread: main.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_SPARKLINE (ov_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (OvSparkline, ov_sparkline, OV, SPARKLINE, GtkWidget)

GtkWidget *ov_sparkline_new        (void);
/* @values are copied, oldest first; the newest stands at the right edge. */
void       ov_sparkline_set_values (OvSparkline  *self,
                                    const double *values,
                                    guint         n,
                                    guint         capacity);

G_END_DECLS
