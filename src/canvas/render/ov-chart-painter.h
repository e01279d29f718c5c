/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws the part of a chart that is seen: a function of chart, view, theme and cairo_t.
 *
 * The whole picture has its origin at the top left of the heads; the gutter with the times on the left
 * and the heads on top stay in sight while the rest is scrolled below them.
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
  double  lane_width, row_height; /* 0: as below, times the text scale */
  double  text_scale;      /* 0: 1; 2 for 200 % text */
  double  scale_factor;    /* device pixels per logical one; 0: 1 */
  guint32 selected, hovered; /* rows, OV_SCENE_NONE */
  guint32 selected_lane;
  gboolean headers;        /* keep the heads of the lanes in sight */
  gboolean focus_visible;  /* outline the selected row as the keyboard's */
} OvChartView;

#define OV_CHART_LANE_WIDTH 168.0
#define OV_CHART_ROW_HEIGHT  26.0
#define OV_CHART_HEAD_HEIGHT 52.0

/* Where things stand in the whole picture, logical pixels. */
typedef struct
{
  double head, gutter;     /* height of the heads, width of the times */
  double row, gap;         /* height of a row, of a break */
  double lane, first_lane; /* distance of lanes, middle of the first */
  double outside[2];       /* where the world outside stands, left and right; 0: nowhere */
  double text;             /* size of the labels; 0: there is no room for them */
  double scale;            /* of text */
  double width, height;
} OvChartMeasure;

typedef struct _OvChartPainter OvChartPainter; /* caches: glyphs, labels; one per thread that paints */

OvChartPainter *ov_chart_painter_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void            ov_chart_painter_free (OvChartPainter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvChartPainter, ov_chart_painter_free)
void            ov_chart_painter_set_families (OvChartPainter *self,
                                               const char     *text,
                                               const char     *mono);

void    ov_chart_paint    (OvChartPainter    *painter,
                           const OvChart     *chart,
                           const OvChartView *view,
                           const OvTheme     *theme,
                           cairo_t           *cr);
/* Everything as SVG; (transfer full). */
GBytes *ov_chart_to_svg   (const OvChart *chart,
                           const OvTheme *theme) G_GNUC_WARN_UNUSED_RESULT;

void    ov_chart_measure    (OvChartMeasure    *self,
                             const OvChart     *chart,
                             const OvChartView *view);
/* The top of a row in the whole picture. */
double  ov_chart_get_row_y  (const OvChartMeasure *self,
                             const OvChart        *chart,
                             guint32               row);
/* The row at @y of the whole picture, the nearest one where there is none; NONE: the chart is empty. */
guint32 ov_chart_find_row   (const OvChartMeasure *self,
                             const OvChart        *chart,
                             double                y);
double  ov_chart_get_lane_x (const OvChartMeasure *self,
                             guint32               lane);
/* The lane at @x of the whole picture, NONE: there is none. */
guint32 ov_chart_find_lane  (const OvChartMeasure *self,
                             const OvChart        *chart,
                             double                x);
/* Where the lanes of the row's arrow stand in the whole picture, left first; the outside does not
 * count.  FALSE: it is across all. */
gboolean ov_chart_get_extent (const OvChartMeasure *self,
                              const OvChart        *chart,
                              guint32               row,
                              double               *left,
                              double               *right);
/* None of those lanes, and nothing between them, is right of the gutter and left of the right edge. */
gboolean ov_chart_is_beyond (const OvChartMeasure *self,
                             const OvChart        *chart,
                             const OvChartView    *view,
                             guint32               row,
                             gboolean             *right);
/* "1.2 ms": (transfer full). */
char   *ov_chart_dup_duration (gint64 ns) G_GNUC_WARN_UNUSED_RESULT;
/* "+1:02.345678", from the first row: (transfer full). */
char   *ov_chart_dup_time     (const OvChart *chart,
                               guint32        row) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
