/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where rows and lanes stand, from nothing but counts: a row is found among a million by one
 * search through the breaks above it.
 * Thread: any.
 */
#include "canvas/render/ov-chart-painter.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define LABEL_SIZE   11.5
#define LEAST_LABEL   7.0
#define LABEL_SHARE   0.46 /* of its row's height */
#define BREAK_HEIGHT 22.0
#define OUTSIDE      56.0  /* width of the strip for what comes from outside */
#define TIME_ADVANCE  0.61 /* of a monospace figure, by its size */
#define TIME_SIZE    10.5
#define TIME_MARGIN  12.0

static gint64
get_span (const OvChart *chart)
{
  const OvChartArrow *arrows;
  guint32 n;

  arrows = ov_chart_get_arrows (chart, &n);

  return n == 0 ? 0 : MAX (0, arrows[n - 1].at_ns - arrows[0].at_ns);
}

/* All times of a chart have the form of the last one, so that their figures stand below each other. */
static char *
format_time (gint64 ns,
             gint64 span)
{
  gint64 us = MAX (0, ns) / 1000, seconds = us / G_USEC_PER_SEC;
  int minutes = (int) (seconds / 60 % 60), fraction = (int) (us % G_USEC_PER_SEC);

  span /= (gint64) 1000 * G_USEC_PER_SEC;
  if (span >= 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d.%06d", seconds / 3600, minutes,
                            (int) (seconds % 60), fraction);
  if (span >= 60)
    return g_strdup_printf ("%02d:%02d.%06d", minutes, (int) (seconds % 60), fraction);
  if (span >= 10)
    return g_strdup_printf ("%02d.%06d", (int) seconds, fraction);

  return g_strdup_printf ("%d.%06d", (int) seconds, fraction);
}

char *
ov_chart_dup_time (const OvChart *chart,
                   guint32        row)
{
  const OvChartArrow *arrows;
  guint32 n;

  g_return_val_if_fail (chart != NULL, NULL);

  arrows = ov_chart_get_arrows (chart, &n);
  g_return_val_if_fail (row < n, NULL);

  return format_time (arrows[row].at_ns - arrows[0].at_ns, get_span (chart));
}

static char *
format_value (gint64 ns,
              gint64 unit)
{
  double value = (double) ns / unit;

  return g_strdup_printf (value < 9.95 ? "%.1f" : "%.0f", value);
}

char *
ov_chart_dup_duration (gint64 ns)
{
  static const gint64 LEAST_NS[] = {
    G_GINT64_CONSTANT (5400000000000), G_GINT64_CONSTANT (100000000000), 1000000000, 1000000, 0,
  };
  static const gint64 UNIT_NS[] = {
    G_GINT64_CONSTANT (3600000000000), G_GINT64_CONSTANT (60000000000), 1000000000, 1000000, 1000,
  };
  g_autofree char *value = NULL;
  guint i = 0;

  ns = MAX (0, ns);
  while (ns < LEAST_NS[i])
    i++;
  value = format_value (ns, UNIT_NS[i]);
  switch (i)
    {
    case 0:
      return g_strdup_printf (_("%s h"), value);
    case 1:
      return g_strdup_printf (_("%s min"), value);
    case 2:
      return g_strdup_printf (_("%s s"), value);
    case 3:
      return g_strdup_printf (_("%s ms"), value);
    default:
      return g_strdup_printf (_("%s µs"), value);
    }
}

static double
measure_gutter (const OvChart *chart,
                double         scale)
{
  gint64 span = get_span (chart);
  g_autofree char *widest = format_time (span, span);

  return ceil (scale * (TIME_SIZE * TIME_ADVANCE * strlen (widest) + 2 * TIME_MARGIN));
}

/**
 * ov_chart_measure:
 * @self: (out caller-allocates): where everything stands
 */
void
ov_chart_measure (OvChartMeasure    *self,
                  const OvChart     *chart,
                  const OvChartView *view)
{
  guint32 n_lanes, n_rows, n_breaks;
  double x;

  g_return_if_fail (self != NULL && chart != NULL && view != NULL);

  ov_chart_get_lanes (chart, &n_lanes);
  ov_chart_get_arrows (chart, &n_rows);
  ov_chart_get_breaks (chart, &n_breaks);
  self->scale = view->text_scale > 0 ? view->text_scale : 1;
  self->row = view->row_height > 0 ? view->row_height : OV_CHART_ROW_HEIGHT * self->scale;
  self->lane = view->lane_width > 0 ? view->lane_width : OV_CHART_LANE_WIDTH * self->scale;
  self->gap = MIN (BREAK_HEIGHT * self->scale, self->row * 0.85);
  self->head = view->headers ? OV_CHART_HEAD_HEIGHT * self->scale : 0;
  self->gutter = measure_gutter (chart, self->scale);
  self->text = MIN (LABEL_SIZE * self->scale, LABEL_SHARE * self->row);
  if (self->text < LEAST_LABEL)
    self->text = 0;

  x = self->gutter;
  self->outside[0] = ov_chart_has_outside (chart, FALSE) ? x + OUTSIDE / 2 * self->scale : 0;
  x += self->outside[0] > 0 ? OUTSIDE * self->scale : 0;
  self->first_lane = x + self->lane / 2;
  x += self->lane * n_lanes;
  self->outside[1] = ov_chart_has_outside (chart, TRUE) ? x + OUTSIDE / 2 * self->scale : 0;
  x += self->outside[1] > 0 ? OUTSIDE * self->scale : 0;
  self->width = x;
  self->height = self->head + n_rows * self->row + n_breaks * self->gap + self->row / 2;
}

double
ov_chart_get_row_y (const OvChartMeasure *self,
                    const OvChart        *chart,
                    guint32               row)
{
  return self->head + row * self->row + ov_chart_count_breaks (chart, row) * self->gap;
}

guint32
ov_chart_find_row (const OvChartMeasure *self,
                   const OvChart        *chart,
                   double                y)
{
  guint32 low = 0, high, n;

  ov_chart_get_arrows (chart, &n);
  if (n == 0)
    return OV_SCENE_NONE;

  for (high = n - 1; low < high;)
    {
      guint32 middle = low + (high - low + 1) / 2;

      if (ov_chart_get_row_y (self, chart, middle) <= y)
        low = middle;
      else
        high = middle - 1;
    }

  return low;
}

double
ov_chart_get_lane_x (const OvChartMeasure *self,
                     guint32               lane)
{
  return self->first_lane + lane * self->lane;
}

guint32
ov_chart_find_lane (const OvChartMeasure *self,
                    const OvChart        *chart,
                    double                x)
{
  double lane = floor ((x - self->first_lane) / self->lane + 0.5);
  guint32 n;

  ov_chart_get_lanes (chart, &n);

  return lane >= 0 && lane < n ? (guint32) lane : OV_SCENE_NONE;
}

gboolean
ov_chart_get_extent (const OvChartMeasure *self,
                     const OvChart        *chart,
                     guint32               row,
                     double               *left,
                     double               *right)
{
  const OvChartArrow *arrow = &ov_chart_get_arrows (chart, NULL)[row];
  guint32 from = arrow->from, to = arrow->to;

  if (arrow->kind == OV_ARROW_GAP || (from == OV_SCENE_NONE && to == OV_SCENE_NONE))
    return FALSE;

  if (from == OV_SCENE_NONE || (arrow->kind == OV_ARROW_END && to != OV_SCENE_NONE))
    from = to;
  if (to == OV_SCENE_NONE || arrow->kind == OV_ARROW_NOTE)
    to = from;
  *left = ov_chart_get_lane_x (self, MIN (from, to));
  *right = ov_chart_get_lane_x (self, MAX (from, to));

  return TRUE;
}

gboolean
ov_chart_is_beyond (const OvChartMeasure *self,
                    const OvChart        *chart,
                    const OvChartView    *view,
                    guint32               row,
                    gboolean             *right)
{
  double from, to;

  if (!ov_chart_get_extent (self, chart, row, &from, &to))
    return FALSE;
  *right = from > view->x + view->width;
  if (*right)
    return TRUE;

  return (from == to ? to + self->lane : to) < view->x + self->gutter;
}
