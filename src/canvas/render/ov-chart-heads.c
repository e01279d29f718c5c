/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stays in sight: the times on the left, with the breaks between them, and the heads of the lanes on top.
 * Thread: one at a time, the painter's owner.
 */
#include "canvas/render/ov-chart-painter-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define TIME_SIZE    10.5
#define TIME_MARGIN  12.0
#define NAME_SIZE    12.0
#define LEAST_NAME    7.5
#define PID_SIZE     10.0
#define HEAD_MARGIN   6.0
/* Of a time only the figures that matter are set in full ink. */
#define SOFT_FIGURES 3
/* As far as leaves them 4.5:1. */
#define SOFTER       0.1

static void
draw_time (OvChartPainting *self,
           guint32          row,
           double           size)
{
  g_autofree char *time = ov_chart_dup_time (self->chart, row);
  gsize length = strlen (time), hard = length - SOFT_FIGURES;
  double right = self->measure.gutter - TIME_MARGIN * self->measure.scale;
  double line = ov_pen_get_line (&self->pen, OV_FACE_MONO, size);
  double y = ov_chart_painting_line_y (self, row) - line / 2;
  OvColor soft = ov_color_mix (self->theme->text_soft, self->theme->background, SOFTER);
  OvColor hard_color = ov_color_mix (self->theme->text_soft, self->theme->text, 0.35);
  double width;

  if (y < self->measure.head - self->measure.row || y > self->view->height)
    return;
  width = ov_pen_words (&self->pen, OV_FACE_MONO, size, time + hard, right, y, self->measure.gutter,
                        OV_ALIGN_END, row == self->view->selected ? self->theme->text_soft : soft);
  time[hard] = '\0';
  ov_pen_words (&self->pen, OV_FACE_MONO, size, time, right - width, y, self->measure.gutter, OV_ALIGN_END,
                row == self->view->selected ? self->theme->text : hard_color);
}

/* Two slanted strokes through the gutter's line, and how long nothing happened. */
static void
draw_break (OvChartPainting *self,
            guint32          row)
{
  double scale = self->measure.scale, bottom, middle, x = self->measure.gutter, size = 10 * scale;
  gint64 ns = self->arrows[row].at_ns - self->arrows[row - 1].at_ns;
  g_autofree char *words = ov_chart_dup_duration (ns);
  double line;

  bottom = ov_chart_get_row_y (&self->measure, self->chart, row) - self->view->y;
  middle = bottom - self->measure.gap / 2;
  ov_pen_fill (&self->pen, x - 2 * scale, middle - 3 * scale, 4 * scale, 6 * scale, self->theme->background);
  for (int side = -1; side <= 1; side += 2)
    ov_pen_line (&self->pen, (OvPoint) { x - 4 * scale, middle + side * 3 * scale + 2 * scale },
                 (OvPoint) { x + 4 * scale, middle + side * 3 * scale - 2 * scale },
                 1.2, OV_DASH_NONE, self->theme->edge);
  if (self->measure.gap < 12 * scale)
    return;
  line = ov_pen_get_line (&self->pen, OV_FACE_TEXT, size);
  ov_pen_words (&self->pen, OV_FACE_TEXT, size, words, x - TIME_MARGIN * scale, middle - line / 2,
                self->measure.gutter, OV_ALIGN_END, self->theme->text_soft);
}

static void
draw_breaks (OvChartPainting *self)
{
  guint32 n, at;
  const guint32 *breaks = ov_chart_get_breaks (self->chart, &n);

  at = ov_chart_count_breaks (self->chart, self->first_row);
  for (at -= at > 0; at < n && breaks[at] <= self->end_row; at++)
    if (breaks[at] < self->n_arrows)
      draw_break (self, breaks[at]);
}

void
ov_chart_painting_gutter (OvChartPainting *self)
{
  double size = TIME_SIZE * self->measure.scale, spacing = self->measure.row;
  guint32 step = 1;

  ov_pen_fill (&self->pen, 0, 0, self->measure.gutter, self->view->height, self->theme->background);
  for (guint32 row = self->first_row; row < self->end_row; row++)
    {
      OvColor ground = ov_chart_painting_ground (self, row);
      double top = ov_chart_get_row_y (&self->measure, self->chart, row) - self->view->y;

      if (ground != self->theme->background)
        ov_pen_fill (&self->pen, 0, top, self->measure.gutter, self->measure.row, ground);
      if (row == self->view->selected)
        ov_pen_fill (&self->pen, 0, top, 3 * self->measure.scale, self->measure.row, self->theme->accent);
    }
  ov_pen_fill (&self->pen, self->measure.gutter - 0.5, 0, 1, self->view->height, self->theme->region_border);

  /* Where rows are lower than a line, every second or fifth says its time. */
  while (spacing * step < size * 1.35)
    step++;
  for (guint32 row = self->first_row; row < self->end_row; row++)
    if (row % step == 0)
      draw_time (self, row, size);
  draw_breaks (self);
}

/* To the size that shows the words whole, within reason. */
static double
fit (OvChartPainting *self,
     OvFace           face,
     double           size,
     double           smallest,
     const char      *words,
     double           width)
{
  smallest *= self->measure.scale;
  for (size *= self->measure.scale; size > smallest; size -= self->measure.scale / 2)
    if (ov_pen_measure (&self->pen, face, size, words) <= width)
      return size;

  return smallest;
}

static gboolean
lives_in_sight (const OvChartPainting *self,
                const OvChartLane     *lane)
{
  return self->n_arrows == 0 || (lane->first_row < self->end_row && lane->end_row >= self->first_row);
}

static void
draw_names (OvChartPainting   *self,
            const OvChartLane *lane,
            const OvBox       *box,
            OvColor            ink,
            OvColor            soft)
{
  const char *name = ov_chart_get_text (self->chart, lane->label);
  const char *pid = ov_chart_get_text (self->chart, lane->sublabel);
  double scale = self->measure.scale, width = box->width - MIN (16 * scale, 0.16 * box->width);
  double x = box->x + box->width / 2, size, line, pid_size, pid_line = 0, top;
  g_autofree char *cut = NULL;

  if (lane->tone != OV_TONE_NEUTRAL)
    width -= 16 * scale;
  size = fit (self, OV_FACE_BOLD, NAME_SIZE, LEAST_NAME, name, width);
  pid_size = fit (self, OV_FACE_MONO, PID_SIZE, LEAST_NAME, pid, width);
  cut = ov_pen_cut_middle (&self->pen, OV_FACE_BOLD, size, name, width);
  line = ov_pen_get_line (&self->pen, OV_FACE_BOLD, size);
  if (*pid != '\0')
    pid_line = ov_pen_get_line (&self->pen, OV_FACE_MONO, pid_size);
  top = box->y + (box->height - line - pid_line) / 2;
  if (lane->shape == OV_SHAPE_HEADER)
    top += 3 * scale;
  ov_pen_words (&self->pen, OV_FACE_BOLD, size, cut, x, top, width + 1, OV_ALIGN_CENTER, ink);
  if (*pid != '\0')
    ov_pen_words (&self->pen, OV_FACE_MONO, pid_size, pid, x, top + line, width + 1, OV_ALIGN_CENTER, soft);
}

static void
draw_head (OvChartPainting *self,
           guint32          index)
{
  const OvChartLane *lane = &self->lanes[index];
  const OvTheme *theme = self->theme;
  double scale = self->measure.scale, half = self->measure.lane / 2 - HEAD_MARGIN * scale;
  double x = ov_chart_painting_lane_x (self, index);
  OvBox box = { x - half, HEAD_MARGIN * scale, 2 * half, self->measure.head - 2 * HEAD_MARGIN * scale };
  gboolean chosen = index == self->view->selected_lane, lives = lives_in_sight (self, lane);
  OvColor fill = theme->box, border = theme->border, ink = theme->text, soft = theme->text_soft;

  if (!lives)
    {
      fill = theme->muted;
      border = ov_color_mix (theme->muted_border, theme->background, 0.4);
      ink = soft;
    }
  if (lane->tone == OV_TONE_ERROR || lane->tone == OV_TONE_WARNING)
    {
      fill = lane->tone == OV_TONE_ERROR ? theme->error_fill : theme->warning_fill;
      border = lane->tone == OV_TONE_ERROR ? theme->error : theme->warning;
    }
  if (chosen)
    border = theme->accent;
  ov_pen_box (&self->pen, &box, lane->shape, 6 * scale, fill, border, (chosen ? 2 : 1) * theme->border_width);
  draw_names (self, lane, &box, ink, soft);
  if (lane->tone != OV_TONE_NEUTRAL)
    ov_pen_mark (&self->pen, lane->tone, box.x + box.width - 12 * scale, box.y + 12 * scale, 12 * scale);
}

static void
draw_outside_heads (OvChartPainting *self)
{
  double size = 10.5 * self->measure.scale, line = ov_pen_get_line (&self->pen, OV_FACE_TEXT, size);

  for (guint i = 0; i < 2; i++)
    if (self->measure.outside[i] > 0)
      ov_pen_words (&self->pen, OV_FACE_TEXT, size, _("Outside"), self->measure.outside[i] - self->view->x,
                    (self->measure.head - line) / 2, 54 * self->measure.scale, OV_ALIGN_CENTER,
                    self->theme->text_soft);
}

void
ov_chart_painting_heads (OvChartPainting *self)
{
  double head = self->measure.head, size = 10.5 * self->measure.scale;
  double line = ov_pen_get_line (&self->pen, OV_FACE_TEXT, size);

  ov_pen_fill (&self->pen, 0, 0, self->view->width, head, self->theme->background);
  for (guint32 i = self->first_lane; i < self->end_lane; i++)
    draw_head (self, i);
  draw_outside_heads (self);
  ov_pen_flush (&self->pen);
  ov_pen_fill (&self->pen, 0, 0, self->measure.gutter, head, self->theme->background);
  if (self->n_arrows > 0)
    ov_pen_words (&self->pen, OV_FACE_TEXT, size, _("Seconds"),
                  self->measure.gutter - TIME_MARGIN * self->measure.scale, (head - line) / 2,
                  self->measure.gutter, OV_ALIGN_END, self->theme->text_soft);
  ov_pen_fill (&self->pen, 0, head - 1, self->view->width, 1, self->theme->region_border);
}
