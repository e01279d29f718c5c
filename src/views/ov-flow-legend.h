/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFlowLegend: what widths, colours, dots and marks of the message graph mean.  Thread: main.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_FLOW_LEGEND (ov_flow_legend_get_type ())
G_DECLARE_FINAL_TYPE (OvFlowLegend, ov_flow_legend, OV, FLOW_LEGEND, GtkWidget)

G_END_DECLS
