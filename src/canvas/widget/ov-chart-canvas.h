/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvChartCanvas: scrolls a sequence chart of any length at the display's rate (GtkScrollable).
 *
 * Keys: arrows move the selected row and lane, with Ctrl along the messages of the selected lane, Home, End, Page;
 * p goes to the other half of a call, Return opens, Escape gives up, plus, minus and 0 change the spacing.  Ctrl and
 * wheel changes the height of rows, with Shift the distance of lanes.  The selected arrow is announced.
 *
 * Signals: "selected" (guint row, G_MAXUINT: none), "activated" (guint row), "lane-selected" (guint64 id),
 * "context-menu" (guint row, double x, double y).  Thread: main.
 */
#pragma once

#include "canvas/render/ov-chart-painter.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_CHART_CANVAS (ov_chart_canvas_get_type ())
G_DECLARE_FINAL_TYPE (OvChartCanvas, ov_chart_canvas, OV, CHART_CANVAS, GtkWidget)

GtkWidget *ov_chart_canvas_new        (void);
void       ov_chart_canvas_set_chart  (OvChartCanvas *self,
                                       OvChart       *chart,     /* nullable */
                                       gboolean       keep_place); /* else the view goes to the start */
OvChart   *ov_chart_canvas_get_chart  (OvChartCanvas *self);
void       ov_chart_canvas_select     (OvChartCanvas *self,
                                       guint          row);
void       ov_chart_canvas_reveal     (OvChartCanvas *self,
                                       guint          row);
gboolean   ov_chart_canvas_get_row_rect (OvChartCanvas *self,
                                         guint          row,
                                         GdkRectangle  *rect);

G_END_DECLS
