/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The chart painter's inside, shared by its parts: rows, heads.
 */
#pragma once

#include "canvas/render/ov-chart-painter.h"
#include "canvas/render/ov-pen.h"

G_BEGIN_DECLS

/* One painting. */
typedef struct
{
  OvChartPainter     *painter;  /* its caches; NULL: every label is asked for anew */
  const OvChart      *chart;
  const OvChartArrow *arrows;
  const OvChartLane  *lanes;
  const OvChartPlace *places;
  guint32             n_arrows, n_lanes;
  const OvChartView  *view;
  const OvTheme      *theme;
  OvChartMeasure      measure;
  OvPen               pen;
  guint32             first_row, end_row;   /* seen */
  guint32             first_lane, end_lane;
} OvChartPainting;

#define OV_CHART_BAR       8.0  /* width of an activation */
#define OV_CHART_BAR_STEP  5.0
#define OV_CHART_LINE_AT   0.74 /* the arrow's share of its row's height */

/* On the screen. */
double  ov_chart_painting_lane_x   (const OvChartPainting *self,
                                    guint32                lane);
double  ov_chart_painting_line_y   (const OvChartPainting *self,
                                    guint32                row);
OvColor ov_chart_painting_ground   (const OvChartPainting *self,
                                    guint32                row);
const char *ov_chart_painting_label (OvChartPainting *self,
                                     guint32          row,
                                     double           room);

/* ov-chart-arrows.c */
void    ov_chart_painting_row      (OvChartPainting *self,
                                    guint32          row);
/* ov-chart-rows.c: what scrolls. */
void    ov_chart_painting_rows     (OvChartPainting *self);
double  ov_chart_painting_bar_unit (const OvChartPainting *self);
double  ov_chart_painting_bar_left (const OvChartPainting *self,
                                    guint32                lane,
                                    guint8                 slot);
/* ov-chart-heads.c: what stays. */
void    ov_chart_painting_gutter   (OvChartPainting *self);
void    ov_chart_painting_heads    (OvChartPainting *self);

G_END_DECLS
