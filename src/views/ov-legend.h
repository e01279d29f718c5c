/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvLegend: what the shapes, borders, dots and marks of the tree mean, drawn by the painter
 * that draws the tree.  Thread: main.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_LEGEND (ov_legend_get_type ())
G_DECLARE_FINAL_TYPE (OvLegend, ov_legend, OV, LEGEND, GtkWidget)

GtkWidget *ov_legend_new (void);

G_END_DECLS
