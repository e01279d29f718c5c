/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One row: an arrow with its label, or what stands on one lane.
 *
 * An arrow begins and ends at the edge of the bars on its lanes.  Its label stands next to the sender, so that
 * what one process says is read down one column, and moves into sight when the sender is not.  A message that waits
 * long in the mailbox goes straight over and then down beside the receiver's line.
 * Thread: one at a time, the painter's owner.
 */
#include "canvas/render/ov-chart-painter-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define HEAD_LENGTH   9.0
#define HEAD_HALF     4.5
#define LOOP_WIDTH   26.0
#define CROSS_HALF    5.0
#define LABEL_MARGIN  8.0
/* What stands on one lane may say as much beside it, for nothing else is in its row. */
#define LONE_LANES    2.5
#define HINT_LANES    1.4
/* The name at the edge stands a little lower than its line, for the label is above it. */
#define BELOW_LABEL   3.0
/* Past this many rows a line would cross too much. */
#define MAX_SLOPE     1u
#define WAIT_BESIDE  11.0

static double
least (double a,
       double b)
{
  return MIN (a, b);
}

/* Colours of each kind, as offsets into a theme. */
static const struct
{
  gsize  color;
  OvDash dash;
  OvTone mark;
} KINDS[] = {
  [OV_ARROW_SOLID] = { G_STRUCT_OFFSET (OvTheme, text_soft), OV_DASH_NONE, OV_TONE_NEUTRAL },
  [OV_ARROW_DASHED] = { G_STRUCT_OFFSET (OvTheme, text_soft), OV_DASH_LONG, OV_TONE_NEUTRAL },
  [OV_ARROW_OPEN] = { G_STRUCT_OFFSET (OvTheme, text_soft), OV_DASH_NONE, OV_TONE_NEUTRAL },
  [OV_ARROW_SIGNAL] = { G_STRUCT_OFFSET (OvTheme, error), OV_DASH_NONE, OV_TONE_ERROR },
  [OV_ARROW_CREATE] = { G_STRUCT_OFFSET (OvTheme, accent), OV_DASH_LONG, OV_TONE_NEUTRAL },
  [OV_ARROW_END] = { G_STRUCT_OFFSET (OvTheme, text_soft), OV_DASH_NONE, OV_TONE_NEUTRAL },
  [OV_ARROW_NOTE] = { G_STRUCT_OFFSET (OvTheme, border), OV_DASH_NONE, OV_TONE_NEUTRAL },
  [OV_ARROW_TIMER] = { G_STRUCT_OFFSET (OvTheme, warning), OV_DASH_NONE, OV_TONE_WARNING },
  [OV_ARROW_GAP] = { G_STRUCT_OFFSET (OvTheme, text_soft), OV_DASH_NONE, OV_TONE_NEUTRAL },
};

static OvColor
get_color (const OvChartPainting *self,
           guint32                row)
{
  const OvChartArrow *arrow = &self->arrows[row];
  OvColor color = G_STRUCT_MEMBER (OvColor, self->theme, KINDS[arrow->kind].color);

  if (arrow->kind == OV_ARROW_END && arrow->tone == OV_TONE_ERROR)
    color = self->theme->error;
  else if (row == self->view->selected && KINDS[arrow->kind].mark == OV_TONE_NEUTRAL)
    color = self->theme->accent;
  if (arrow->dim)
    color = ov_color_mix (color, self->theme->background, 0.6);

  return color;
}

static OvColor
get_ink (const OvChartPainting *self,
         guint32                row)
{
  return self->arrows[row].dim ? ov_color_mix (self->theme->text, self->theme->background, 0.5)
                               : self->theme->text;
}

static double
line_width (const OvChartPainting *self,
            guint32                row)
{
  return (row == self->view->selected ? 2 : 1.3) * self->theme->border_width;
}

static guint32
only_lane (const OvChartArrow *arrow)
{
  if (arrow->kind == OV_ARROW_NOTE)
    return arrow->from != OV_SCENE_NONE ? arrow->from : arrow->to;

  return arrow->to != OV_SCENE_NONE ? arrow->to : arrow->from;
}

/* ---- arrows ---- */

/* Where on the lane an arrow touches, seen from @toward (-1: from the left, 1: from the right). */
static double
touch (const OvChartPainting *self,
       guint32                lane,
       guint8                 bars,
       int                    toward)
{
  double x = ov_chart_painting_lane_x (self, lane);

  if (bars == 0)
    return x;
  if (toward < 0)
    return ov_chart_painting_bar_left (self, lane, (guint8) __builtin_ctz (bars));

  return ov_chart_painting_bar_left (self, lane, (guint8) (31 - __builtin_clz (bars)))
         + OV_CHART_BAR * ov_chart_painting_bar_unit (self);
}

static void
draw_arrow_head (OvChartPainting *self,
                 OvPoint          from,
                 OvPoint          tip,
                 gboolean         open,
                 double           width,
                 OvColor          color)
{
  double length = hypot (tip.x - from.x, tip.y - from.y), scale = least (self->measure.scale,
                                                                         self->measure.row / 14);
  double ux, uy, back = HEAD_LENGTH * scale, half = HEAD_HALF * scale;
  OvPoint points[3];

  if (length < 1)
    return;
  ux = (tip.x - from.x) / length;
  uy = (tip.y - from.y) / length;
  points[0] = (OvPoint) { tip.x - ux * back - uy * half, tip.y - uy * back + ux * half };
  points[1] = tip;
  points[2] = (OvPoint) { tip.x - ux * back + uy * half, tip.y - uy * back - ux * half };
  if (open)
    ov_pen_stroke (&self->pen, points, 3, width, OV_DASH_NONE, color);
  else
    ov_pen_polygon (&self->pen, points, 3, color);
}

typedef struct
{
  double  x0, x1;          /* where a label may stand */
  double  gap;             /* the room up to the next lane, from the sender */
  OvAlign side;            /* on which end the sender is */
} Room;

/* The part of the room that is in sight; the label's ground covers lifelines behind it. */
static void
draw_label (OvChartPainting *self,
            guint32          row,
            Room             room)
{
  double size = self->measure.text, line, y, width, x, mark = 0;
  double left = MAX (room.x0, self->measure.gutter + 4), right = least (room.x1, self->view->width - 4);
  OvTone tone = KINDS[self->arrows[row].kind].mark;
  const char *words;

  if (size <= 0 || right - left < 2 * size || row < self->first_row)
    return;
  if (self->arrows[row].kind == OV_ARROW_END && self->arrows[row].tone == OV_TONE_ERROR)
    tone = OV_TONE_ERROR;
  words = ov_chart_painting_label (self, row, right - left);
  line = ov_pen_get_line (&self->pen, OV_FACE_TEXT, size);
  y = ov_chart_painting_line_y (self, row) - line - 2 * self->measure.scale;
  if (tone != OV_TONE_NEUTRAL)
    mark = round (size * 1.15);
  width = least (ov_pen_measure (&self->pen, OV_FACE_TEXT, size, words) + (mark > 0 ? mark + 4 : 0),
                 right - left);
  x = room.side == OV_ALIGN_END ? right - width : left;
  if (width < room.gap && right - left >= room.gap)
    x += (room.side == OV_ALIGN_END ? -1 : 1) * (room.gap - width) / 2;
  ov_pen_fill (&self->pen, x - 2, y, width + 4, line, ov_chart_painting_ground (self, row));
  if (mark > 0)
    {
      ov_pen_mark (&self->pen, tone, x + mark / 2, y + line / 2, mark);
      x += mark + 4;
      width -= mark + 4;
    }
  ov_pen_words (&self->pen, OV_FACE_TEXT, size, words, x, y, width + 1, OV_ALIGN_START, get_ink (self, row));
}

static void
draw_self (OvChartPainting *self,
           guint32          row)
{
  const OvChartArrow *arrow = &self->arrows[row];
  double unit = ov_chart_painting_bar_unit (self), width = least (LOOP_WIDTH * unit, self->measure.lane / 3);
  double x = touch (self, arrow->to, self->places[row].to_bars, 1);
  double y = ov_chart_painting_line_y (self, row), drop = round (self->measure.row * 0.34);
  OvColor color = get_color (self, row);
  OvPoint points[] = { { x, y - drop }, { x + width, y - drop }, { x + width, y }, { x + 1, y } };
  Room room = { x + width + LABEL_MARGIN, x + LONE_LANES * self->measure.lane, 0, OV_ALIGN_START };

  ov_pen_stroke (&self->pen, points, G_N_ELEMENTS (points), line_width (self, row),
                 KINDS[arrow->kind].dash, color);
  draw_arrow_head (self, points[2], points[3], arrow->kind == OV_ARROW_OPEN, line_width (self, row), color);
  draw_label (self, row, room);
}

/* Half the width of the head of a lane that begins here. */
static double
birth_half (const OvChartPainting *self)
{
  return self->measure.lane / 2 - 10 * ov_chart_painting_bar_unit (self);
}

/* ---- what is out of sight ---- */

static const char *
get_name (const OvChartPainting *self,
          guint32                lane)
{
  const char *name;

  if (lane == OV_SCENE_NONE)
    return _("outside");
  name = ov_chart_get_text (self->chart, self->lanes[lane].label);

  return *name != '\0' ? name : ov_chart_get_text (self->chart, self->lanes[lane].sublabel);
}

/* Words and a chevron at an edge, on the row's line. */
static void
draw_at_edge (OvChartPainting *self,
              guint32          row,
              gboolean         right,
              double           sink,
              const char      *words)
{
  double size = self->measure.text * 0.9, line = ov_pen_get_line (&self->pen, OV_FACE_TEXT, size);
  double y = ov_chart_painting_line_y (self, row), scale = self->measure.scale, side = right ? -1 : 1;
  double tip = (right ? self->view->width : self->measure.gutter) + side * 6 * scale, back = tip + side * 5 * scale;
  double x = tip + side * 10 * scale;
  double width = least (ov_pen_measure (&self->pen, OV_FACE_TEXT, size, words), HINT_LANES * self->measure.lane);

  double top = y - line / 2 + sink;

  ov_pen_fill (&self->pen, right ? x - width - 3 : self->measure.gutter + 1, top, width + 16 * scale + 3, line,
               ov_chart_painting_ground (self, row));
  ov_pen_stroke (&self->pen, (OvPoint[]) { { back, y - 4 * scale }, { tip, y }, { back, y + 4 * scale } }, 3, 1.2,
                 OV_DASH_NONE, self->theme->edge);
  ov_pen_words (&self->pen, OV_FACE_TEXT, size, words, x, top, width + 1,
                right ? OV_ALIGN_END : OV_ALIGN_START, self->theme->text_soft);
}

/* A row that would look empty says at the edge who speaks beyond it. */
static void
draw_hint (OvChartPainting *self,
           guint32          row,
           gboolean         right)
{
  const OvChartArrow *arrow = &self->arrows[row];
  g_autofree char *words = NULL;

  if (self->measure.text <= 0 || row < self->first_row)
    return;
  if (arrow->from == arrow->to)
    words = g_strdup (get_name (self, arrow->from));
  else
    words = g_strdup_printf ("%s → %s", get_name (self, arrow->from), get_name (self, arrow->to));
  draw_at_edge (self, row, right, 0, words);
}

/* One end is out of sight: whose that is. */
static void
draw_partner (OvChartPainting *self,
              guint32          row,
              guint32          lane)
{
  double x;

  if (lane == OV_SCENE_NONE || self->measure.text <= 0 || row < self->first_row || self->pen.svg != NULL)
    return;
  x = ov_chart_painting_lane_x (self, lane);
  if (x < self->measure.gutter || x > self->view->width)
    draw_at_edge (self, row, x > self->view->width, BELOW_LABEL * self->measure.scale, get_name (self, lane));
}

/* ---- from lane to lane ---- */

/* Straight over, then down to where it is taken out of the mailbox. */
static void
draw_wait (OvChartPainting *self,
           guint32          row,
           OvPoint          from,
           OvPoint          tip,
           OvColor          color)
{
  double beside = tip.x + (tip.x > from.x ? -1 : 1) * WAIT_BESIDE * ov_chart_painting_bar_unit (self);
  double width = line_width (self, row);

  ov_pen_line (&self->pen, from, (OvPoint) { beside, from.y }, width, KINDS[self->arrows[row].kind].dash, color);
  ov_pen_line (&self->pen, (OvPoint) { beside, MAX (from.y, -1) },
               (OvPoint) { beside, least (tip.y, self->view->height + 1) }, width, OV_DASH_DOTS, color);
}

/* Up to the head, so that its tip stays sharp. */
static void
draw_slope (OvChartPainting *self,
            guint32          row,
            OvPoint          from,
            OvPoint          tip,
            OvColor          color)
{
  const OvChartArrow *arrow = &self->arrows[row];

  if (arrow->kind != OV_ARROW_OPEN && from.y == tip.y && fabs (tip.x - from.x) > HEAD_LENGTH)
    tip.x -= tip.x > from.x ? 4 : -4;
  ov_pen_line (&self->pen, from, tip, line_width (self, row), KINDS[arrow->kind].dash, color);
}

/* The way to the edge is only hinted at; next to the lane the line is as any other.  Returns where that begins. */
static OvPoint
draw_way (OvChartPainting *self,
          guint32          row,
          OvPoint          inside,
          OvPoint          edge,
          OvColor          color)
{
  double near = 0.62 * self->measure.lane, side = edge.x > inside.x ? 1 : -1;
  OvPoint turn = { inside.x + side * near, inside.y };

  if (fabs (edge.x - inside.x) <= near)
    return edge;
  if (row != self->view->selected)
    color = ov_color_mix (color, self->theme->background, 0.6);
  ov_pen_line (&self->pen, turn, (OvPoint) { edge.x, inside.y }, self->theme->border_width,
               KINDS[self->arrows[row].kind].dash, color);

  return turn;
}

static double
end_x (const OvChartPainting *self,
       const OvChartArrow    *arrow,
       guint32                lane)
{
  if (lane != OV_SCENE_NONE)
    return ov_chart_painting_lane_x (self, lane);

  return self->measure.outside[ov_chart_is_outside_right (self->chart, arrow)] - self->view->x;
}

static Room
get_room (const OvChartPainting *self,
          OvPoint                from,
          OvPoint                tip)
{
  gboolean rightward = tip.x > from.x;
  double margin = LABEL_MARGIN * ov_chart_painting_bar_unit (self);
  double head = margin + HEAD_LENGTH * ov_chart_painting_bar_unit (self) / 2;

  return (Room) {
    .x0 = least (from.x, tip.x) + (rightward ? margin : head),
    .x1 = MAX (from.x, tip.x) - (rightward ? head : margin),
    .side = rightward ? OV_ALIGN_START : OV_ALIGN_END,
    .gap = least (self->measure.lane, fabs (tip.x - from.x)) - margin - head,
  };
}

static void
draw_between (OvChartPainting *self,
              guint32          row)
{
  const OvChartArrow *arrow = &self->arrows[row];
  const OvChartPlace *place = &self->places[row];
  OvColor color = get_color (self, row);
  OvPoint from = { end_x (self, arrow, arrow->from), ov_chart_painting_line_y (self, row) };
  OvPoint tip = { end_x (self, arrow, arrow->to), from.y };
  int toward = tip.x > from.x ? 1 : -1;
  gboolean waits = arrow->end_row - row > MAX_SLOPE;
  Room room;

  if (arrow->from != OV_SCENE_NONE)
    from.x = touch (self, arrow->from, place->from_bars, toward);
  if (arrow->to != OV_SCENE_NONE)
    tip.x = touch (self, arrow->to, place->to_bars, -toward);
  if (arrow->kind == OV_ARROW_CREATE && arrow->to != OV_SCENE_NONE)
    tip.x -= toward * birth_half (self);
  else if (arrow->end_row > row)
    tip.y = ov_chart_painting_line_y (self, arrow->end_row);

  room = get_room (self, from, tip);
  if (arrow->from == OV_SCENE_NONE)
    {
      from = draw_way (self, row, (OvPoint) { tip.x, from.y }, from, color);
      room.side = toward > 0 ? OV_ALIGN_END : OV_ALIGN_START;
    }
  if (waits)
    {
      draw_wait (self, row, from, tip, color);
      from = (OvPoint) { tip.x - toward * WAIT_BESIDE * ov_chart_painting_bar_unit (self), tip.y };
    }
  else
    draw_slope (self, row, from, arrow->to == OV_SCENE_NONE ? draw_way (self, row, from, tip, color) : tip, color);
  draw_arrow_head (self, from, tip, arrow->kind == OV_ARROW_OPEN, line_width (self, row), color);
  if (arrow->from == OV_SCENE_NONE && !waits)
    ov_pen_box (&self->pen, &(OvBox) { from.x - 3, from.y - 3, 6, 6 }, OV_SHAPE_PILL, 3, color, color, 1);
  draw_label (self, row, room);
  draw_partner (self, row, arrow->from);
  draw_partner (self, row, arrow->to);
}

/* ---- what stands on one lane ---- */

static void
draw_end (OvChartPainting *self,
          guint32          row)
{
  guint32 lane = only_lane (&self->arrows[row]);
  double x, y = ov_chart_painting_line_y (self, row), half = CROSS_HALF * least (self->measure.scale,
                                                                                self->measure.row / 14);
  OvColor color = get_color (self, row);
  double width = 2 * self->theme->border_width;

  if (lane == OV_SCENE_NONE)
    return;
  x = ov_chart_painting_lane_x (self, lane);
  for (int side = -1; side <= 1; side += 2)
    ov_pen_line (&self->pen, (OvPoint) { x - half, y - side * half }, (OvPoint) { x + half, y + side * half },
                 width, OV_DASH_NONE, color);
  draw_label (self, row, (Room) { x + half + LABEL_MARGIN, x + LONE_LANES * self->measure.lane, 0,
                                  OV_ALIGN_START });
}

static void
draw_on_lane (OvChartPainting *self,
              guint32          row)
{
  const OvChartArrow *arrow = &self->arrows[row];
  guint32 lane = only_lane (arrow);
  double x, y = ov_chart_painting_line_y (self, row), size = 12 * least (self->measure.scale,
                                                                        self->measure.row / 18);

  if (lane == OV_SCENE_NONE)
    return;
  x = touch (self, lane, self->places[row].to_bars, 1);
  ov_pen_line (&self->pen, (OvPoint) { x, y }, (OvPoint) { x + 10, y }, line_width (self, row),
               OV_DASH_NONE, get_color (self, row));
  if (self->measure.text <= 0)
    ov_pen_mark (&self->pen, KINDS[arrow->kind].mark, x + 10, y, size);
  draw_label (self, row, (Room) { x + LABEL_MARGIN, x + LONE_LANES * self->measure.lane, 0, OV_ALIGN_START });
}

static void
draw_note (OvChartPainting *self,
           guint32          row)
{
  guint32 lane = only_lane (&self->arrows[row]);
  double size = self->measure.text, margin = 9 * self->measure.scale, top, line, width, x;
  OvBox box;
  const char *words;

  if (lane == OV_SCENE_NONE)
    return;
  x = ov_chart_painting_lane_x (self, lane);
  top = ov_chart_get_row_y (&self->measure, self->chart, row) - self->view->y;
  if (size <= 0)
    {
      box = (OvBox) { x - 6, top + 1, 12, MAX (self->measure.row - 2, 2) };
      ov_pen_box (&self->pen, &box, OV_SHAPE_PLAIN, 2, self->theme->strip, get_color (self, row), 1);
      return;
    }
  words = ov_chart_painting_label (self, row, self->measure.lane - 2 * margin);
  line = ov_pen_get_line (&self->pen, OV_FACE_TEXT, size);
  width = least (ov_pen_measure (&self->pen, OV_FACE_TEXT, size, words), self->measure.lane - 3 * margin);
  box = (OvBox) { x - width / 2 - margin, top + 2, width + 2 * margin, self->measure.row - 4 };
  ov_pen_box (&self->pen, &box, OV_SHAPE_PLAIN, 6 * self->measure.scale, self->theme->box,
              get_color (self, row), self->theme->border_width);
  ov_pen_words (&self->pen, OV_FACE_TEXT, size, words, x, top + (self->measure.row - line) / 2, width + 1,
                OV_ALIGN_CENTER, get_ink (self, row));
}

/* The head of a lane that begins here. */
static void
draw_birth (OvChartPainting *self,
            guint32          row)
{
  const OvChartArrow *arrow = &self->arrows[row];
  const OvChartLane *lane;
  double size = self->measure.text * 0.95, half = birth_half (self);
  double x, y = ov_chart_painting_line_y (self, row), height = round (self->measure.row * 0.68), line;
  OvBox box;

  if (arrow->to == OV_SCENE_NONE)
    return;
  lane = &self->lanes[arrow->to];
  x = ov_chart_painting_lane_x (self, arrow->to);
  box = (OvBox) { x - half, y - height / 2, 2 * half, height };
  ov_pen_box (&self->pen, &box, lane->shape, 6 * self->measure.scale, self->theme->fresh,
              self->theme->accent, self->theme->border_width);
  if (size <= 0)
    return;
  line = ov_pen_get_line (&self->pen, OV_FACE_BOLD, size);
  ov_pen_words (&self->pen, OV_FACE_BOLD, size, ov_chart_get_text (self->chart, lane->label), x,
                y - line / 2, 2 * half - 16 * ov_chart_painting_bar_unit (self), OV_ALIGN_CENTER, self->theme->text);
}

static void
draw_gap (OvChartPainting *self,
          guint32          row)
{
  double top = ov_chart_get_row_y (&self->measure, self->chart, row) - self->view->y;
  double left = self->measure.gutter, right = least (self->measure.width - self->view->x, self->view->width);
  double size = self->measure.text, line, width, x;
  OvBox box = { left, top + 2, MAX (right - left, 0), self->measure.row - 4 };
  const char *words;

  ov_pen_fill (&self->pen, box.x, box.y, box.width, box.height, self->theme->muted);
  ov_pen_hatch (&self->pen, &box);
  if (size <= 0 || box.width < 4 * size)
    return;
  words = ov_chart_painting_label (self, row, box.width);
  line = ov_pen_get_line (&self->pen, OV_FACE_TEXT, size);
  width = least (ov_pen_measure (&self->pen, OV_FACE_TEXT, size, words), box.width - 3 * size);
  if (width <= 0)
    return;
  x = left + box.width / 2 - width / 2 - size;
  ov_pen_box (&self->pen, &(OvBox) { x, top + 3, width + 2 * size, self->measure.row - 6 }, OV_SHAPE_PILL, 0,
              self->theme->background, self->theme->muted_border, self->theme->border_width);
  ov_pen_words (&self->pen, OV_FACE_TEXT, size, words, x + size, top + (self->measure.row - line) / 2,
                width + 1, OV_ALIGN_START, self->theme->text);
}

void
ov_chart_painting_row (OvChartPainting *self,
                       guint32          row)
{
  const OvChartArrow *arrow = &self->arrows[row];
  gboolean single = arrow->from == OV_SCENE_NONE || arrow->to == OV_SCENE_NONE || arrow->from == arrow->to;
  gboolean right;

  if (self->pen.svg == NULL && ov_chart_is_beyond (&self->measure, self->chart, self->view, row, &right))
    {
      draw_hint (self, row, right);
      return;
    }
  switch ((OvArrowKind) arrow->kind)
    {
    case OV_ARROW_GAP:
      draw_gap (self, row);
      return;
    case OV_ARROW_END:
      draw_end (self, row);
      return;
    case OV_ARROW_NOTE:
      draw_note (self, row);
      return;
    case OV_ARROW_TIMER:
      if (single)
        {
          draw_on_lane (self, row);
          return;
        }
      break;
    case OV_ARROW_CREATE:
      draw_birth (self, row);
      if (arrow->from == arrow->to || (arrow->from == OV_SCENE_NONE && arrow->to == OV_SCENE_NONE))
        return;
      break;
    case OV_ARROW_SOLID:
    case OV_ARROW_DASHED:
    case OV_ARROW_OPEN:
    case OV_ARROW_SIGNAL:
    default:
      break;
    }
  if (arrow->from != OV_SCENE_NONE && arrow->from == arrow->to)
    draw_self (self, row);
  else if (arrow->from != OV_SCENE_NONE || arrow->to != OV_SCENE_NONE)
    draw_between (self, row);
}

