/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The chart canvas's inside, shared by its parts: the widget, its input.
 */
#pragma once

#include "canvas/widget/ov-chart-canvas.h"
#include "canvas/widget/ov-look.h"

G_BEGIN_DECLS

struct _OvChartCanvas
{
  GtkWidget       parent_instance;

  OvChart        *chart;            /* never NULL: without one it is empty */
  OvChartPainter *painter;

  /* Scrolling; all lengths are logical pixels. */
  GtkAdjustment  *adjustments[2];   /* by GtkOrientation */
  GtkScrollablePolicy policies[2];
  double          row_zoom, lane_zoom;
  gboolean        lanes_chosen;     /* by the user; else few lanes are stretched */
  gboolean        configuring;
  gboolean        begins;           /* the start of the chart is to be shown as soon as there is a size */

  /* What the user points at. */
  guint32         selected, hovered, selected_lane;
  double          pointer_x, pointer_y;
  double          drag_x, drag_y;   /* where the adjustments stood */
  gboolean        dragging;
};

enum
{
  OV_CHART_CANVAS_SELECTED, OV_CHART_CANVAS_ACTIVATED, OV_CHART_CANVAS_LANE_SELECTED,
  OV_CHART_CANVAS_CONTEXT_MENU, OV_CHART_CANVAS_N_SIGNALS,
};

#define OV_CHART_CANVAS_LEAST_ZOOM 0.25
#define OV_CHART_CANVAS_MOST_ZOOM  3.0

void     ov_chart_canvas_invalidate  (OvChartCanvas  *self);
/* What is on the screen now. */
void     ov_chart_canvas_get_view    (OvChartCanvas  *self,
                                      OvChartView    *view,
                                      OvChartMeasure *measure);
void     ov_chart_canvas_select_lane (OvChartCanvas  *self,
                                      guint32         lane);
/* Keeps the row and the lane at this place of the widget where they are. */
void     ov_chart_canvas_zoom        (OvChartCanvas  *self,
                                      double          rows,
                                      double          lanes,
                                      double          x,
                                      double          y);
void     ov_chart_canvas_unzoom      (OvChartCanvas  *self);
void     ov_chart_canvas_scroll_to   (OvChartCanvas  *self,
                                      double          x,
                                      double          y);
void     ov_chart_canvas_emit_row    (OvChartCanvas  *self,
                                      guint           signal,
                                      guint32         row);
void     ov_chart_canvas_emit_menu   (OvChartCanvas  *self,
                                      guint32         row,
                                      double          x,
                                      double          y);

/* ov-chart-canvas-words.c */
/* Says what is selected; to be called whenever that changed. */
void     ov_chart_canvas_announce    (OvChartCanvas  *self);
/* "0.001234: client to server, add(1), answered after 1.2 ms"; (transfer full). */
char    *ov_chart_canvas_describe    (OvChartCanvas  *self,
                                      guint32         row) G_GNUC_WARN_UNUSED_RESULT;

/* ov-chart-canvas-input.c */
void     ov_chart_canvas_add_input   (OvChartCanvas  *self);

G_END_DECLS
