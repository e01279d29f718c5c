/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What scrolls: bands of what is pointed at, lifelines, activation bars, and then row by row.
 *
 * What reaches in from above is drawn once per lane where many things would lie upon each other.
 * Thread: one at a time, the painter's owner.
 */
#include "canvas/render/ov-chart-painter-private.h"

#include <glib/gi18n.h>
#include <math.h>

/* Arrows and brackets from above that reach into the view. */
#define MAX_CROSSING 2048

static double
least (double a,
       double b)
{
  return MIN (a, b);
}

/* ---- lifelines ---- */

/* From @y0 to @y1 on the screen, dotted where a break lies between. */
static void
draw_lifeline (OvChartPainting *self,
               double           x,
               double           y0,
               double           y1,
               double           width,
               OvDash           dash,
               OvColor          color)
{
  guint32 n_breaks, at = ov_chart_count_breaks (self->chart, self->first_row);
  const guint32 *breaks = ov_chart_get_breaks (self->chart, &n_breaks);

  y0 = MAX (y0, -1);
  y1 = least (y1, self->view->height + 1);
  for (at -= at > 0; at < n_breaks && breaks[at] < self->end_row; at++)
    {
      double end = ov_chart_get_row_y (&self->measure, self->chart, breaks[at]) - self->view->y;
      double start = end - self->measure.gap;

      if (start <= y0 || end >= y1)
        continue;
      ov_pen_line (&self->pen, (OvPoint) { x, y0 }, (OvPoint) { x, start }, width, dash, color);
      ov_pen_line (&self->pen, (OvPoint) { x, start }, (OvPoint) { x, end }, width, OV_DASH_DOTS, color);
      y0 = end;
    }
  if (y1 > y0)
    ov_pen_line (&self->pen, (OvPoint) { x, y0 }, (OvPoint) { x, y1 }, width, dash, color);
}

static void
draw_lane_line (OvChartPainting *self,
                guint32          lane)
{
  const OvChartLane *info = &self->lanes[lane];
  double x = ov_chart_painting_lane_x (self, lane), y0 = -1, y1 = self->view->height + 1;
  double bottom = self->measure.height - self->view->y;
  OvColor color = ov_color_mix (self->theme->background, self->theme->edge, 0.7);
  gboolean chosen = lane == self->view->selected_lane;

  if (info->first_row >= self->end_row || (info->end_row < self->first_row && info->first_row > 0))
    return;
  if (info->first_row > self->first_row)
    y0 = ov_chart_painting_line_y (self, info->first_row);
  if (info->end_row < self->end_row)
    y1 = ov_chart_painting_line_y (self, info->end_row);
  draw_lifeline (self, x, y0, least (y1, bottom), (chosen ? 2 : 1.2) * self->theme->border_width, OV_DASH_NONE,
                 chosen ? self->theme->accent : color);
}

static void
draw_lifelines (OvChartPainting *self)
{
  OvColor color = ov_color_mix (self->theme->background, self->theme->edge, 0.6);

  for (guint i = 0; i < 2; i++)
    if (self->measure.outside[i] > 0)
      draw_lifeline (self, self->measure.outside[i] - self->view->x, -1,
                     self->measure.height - self->view->y, self->theme->border_width, OV_DASH_DOTS, color);
  for (guint32 lane = self->first_lane; lane < self->end_lane; lane++)
    draw_lane_line (self, lane);
}

/* ---- bars ---- */

/* The unit of bars shrinks with the lanes. */
double
ov_chart_painting_bar_unit (const OvChartPainting *self)
{
  return self->measure.scale * CLAMP (self->measure.lane / self->measure.scale / 90, 0.4, 1);
}

double
ov_chart_painting_bar_left (const OvChartPainting *self,
                            guint32                lane,
                            guint8                 slot)
{
  return ov_chart_painting_lane_x (self, lane)
         + (OV_CHART_BAR_STEP * slot - OV_CHART_BAR / 2) * ov_chart_painting_bar_unit (self);
}

static void
draw_bar (OvChartPainting *self,
          guint32          row)
{
  const OvChartArrow *arrow = &self->arrows[row];
  guint32 begin = MIN (arrow->end_row, arrow->pair);
  double y0 = MAX (ov_chart_painting_line_y (self, begin), -8);
  double y1 = least (ov_chart_painting_line_y (self, arrow->pair), self->view->height + 8);
  guint8 answer = self->arrows[arrow->pair].kind;
  gboolean chosen = row == self->view->selected || arrow->pair == self->view->selected;
  OvColor border = self->theme->border, fill = self->theme->strip;
  OvBox box = { ov_chart_painting_bar_left (self, arrow->to, self->places[row].slot), y0,
                OV_CHART_BAR * ov_chart_painting_bar_unit (self), MAX (y1 - y0, 2) };

  if (answer == OV_ARROW_TIMER)
    {
      border = self->theme->warning;
      fill = self->theme->warning_fill;
    }
  else if (answer == OV_ARROW_SIGNAL)
    {
      border = self->theme->error;
      fill = self->theme->error_fill;
    }
  else if (chosen)
    {
      border = self->theme->accent;
      fill = self->theme->fresh;
    }
  ov_pen_box (&self->pen, &box, OV_SHAPE_PLAIN, 2 * self->measure.scale, fill, border,
              self->theme->border_width);
}

/* Beside the bar's end, on the side where the answer does not leave. */
static void
draw_duration (OvChartPainting *self,
               guint32          row)
{
  const OvChartArrow *arrow = &self->arrows[row], *answer = &self->arrows[arrow->pair];
  guint32 asker = answer->to == arrow->to ? answer->from : answer->to;
  gboolean to_the_right = asker == OV_SCENE_NONE ? ov_chart_is_outside_right (self->chart, answer)
                                                 : asker > arrow->to;
  double left = ov_chart_painting_bar_left (self, arrow->to, self->places[row].slot);
  double unit = ov_chart_painting_bar_unit (self);
  double size = self->measure.text * 0.87, line = ov_pen_get_line (&self->pen, OV_FACE_TEXT, size);
  double y = ov_chart_painting_line_y (self, arrow->pair) - line / 2;
  g_autofree char *words = NULL;

  if (self->measure.text <= 0 || asker == arrow->to)
    return;
  words = ov_chart_dup_duration (answer->at_ns - arrow->at_ns);
  ov_pen_words (&self->pen, OV_FACE_TEXT, size, words,
                to_the_right ? left - 5 * unit : left + (OV_CHART_BAR + 5) * unit, y,
                self->measure.lane / 2 - 16 * unit, to_the_right ? OV_ALIGN_END : OV_ALIGN_START,
                self->theme->text_soft);
}

/* ---- all of them ---- */

static void
draw_bands (OvChartPainting *self)
{
  for (guint32 row = self->first_row; row < self->end_row; row++)
    {
      OvColor ground = ov_chart_painting_ground (self, row);
      double top = ov_chart_get_row_y (&self->measure, self->chart, row) - self->view->y;

      if (ground != self->theme->background)
        ov_pen_fill (&self->pen, 0, top, self->view->width, self->measure.row, ground);
    }
}

/* Whether something that only passes through was drawn there already. */
static gboolean
passes_again (OvChartPainting *self,
              guint8          *passed,
              guint32          row,
              gboolean         bar)
{
  const OvChartArrow *arrow = &self->arrows[row];
  guint32 end = bar ? arrow->pair : arrow->end_row;
  guint8 bit = bar ? 1 << self->places[row].slot : arrow->from < arrow->to ? 16 : 32, before;

  if (arrow->to < self->first_lane || arrow->to >= self->end_lane)
    return bar;
  if (end < self->end_row)
    return FALSE;
  before = passed[arrow->to - self->first_lane];
  passed[arrow->to - self->first_lane] |= bit;

  return (before & bit) != 0;
}

/* What begins above the view and reaches into it. */
static void
draw_from_above (OvChartPainting *self,
                 gboolean         bars)
{
  g_autofree guint8 *passed = g_new0 (guint8, self->end_lane - self->first_lane + 1);
  guint32 rows[MAX_CROSSING];
  guint32 n = ov_chart_list_crossing (self->chart, self->first_row, rows, MAX_CROSSING);

  for (guint32 i = 0; i < n; i++)
    {
      gboolean bar = ov_chart_has_bar (self->chart, rows[i]);

      if (bars && bar && !passes_again (self, passed, rows[i], TRUE))
        draw_bar (self, rows[i]);
      if (!bars && self->arrows[rows[i]].end_row >= self->first_row && self->arrows[rows[i]].to != OV_SCENE_NONE
          && !passes_again (self, passed, rows[i], FALSE))
        ov_chart_painting_row (self, rows[i]);
    }
}

static void
draw_bars (OvChartPainting *self)
{
  draw_from_above (self, TRUE);
  for (guint32 row = self->first_row; row < self->end_row; row++)
    if (ov_chart_has_bar (self->chart, row))
      draw_bar (self, row);
}

static void
draw_durations (OvChartPainting *self)
{
  /* An answer in sight knows its question. */
  for (guint32 row = self->first_row; row < self->end_row; row++)
    {
      guint32 question = self->arrows[row].pair;

      if (question < row && ov_chart_has_bar (self->chart, question) && self->arrows[question].pair == row)
        draw_duration (self, question);
    }
}

void
ov_chart_painting_rows (OvChartPainting *self)
{
  draw_bands (self);
  draw_lifelines (self);
  draw_bars (self);
  draw_from_above (self, FALSE);
  for (guint32 row = self->first_row; row < self->end_row; row++)
    ov_chart_painting_row (self, row);
  draw_durations (self);
}
