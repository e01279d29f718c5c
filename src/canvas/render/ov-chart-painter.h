/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws the part of a chart that is seen: a function of chart, view, theme and cairo_t.
 */
#pragma once

#include "canvas/render/ov-theme.h"
#include "canvas/scene/ov-chart.h"

#include <cairo.h>

G_BEGIN_DECLS

typedef struct
{
  double  x, y;            /* scrolled by, in logical pixels */
  double  width, height;
  double  lane_width, row_height;
  double  text_scale;
  guint32 selected, hovered; /* rows, OV_SCENE_NONE */
  guint32 selected_lane;
  gboolean headers;        /* keep the heads of the lanes in sight */
} OvChartView;

#define OV_CHART_LANE_WIDTH 168.0
#define OV_CHART_ROW_HEIGHT  26.0
#define OV_CHART_HEAD_HEIGHT 52.0

void    ov_chart_paint    (const OvChart     *chart,
                           const OvChartView *view,
                           const OvTheme     *theme,
                           cairo_t           *cr);
/* Everything as SVG; (transfer full). */
GBytes *ov_chart_to_svg   (const OvChart *chart,
                           const OvTheme *theme) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
