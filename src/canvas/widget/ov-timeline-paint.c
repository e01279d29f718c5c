/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The strip's picture, from top to bottom: marks, bars on their line, clock labels; the range lies below
 * them, the needle over them.
 * Thread: main.
 */
#include "canvas/widget/ov-timeline-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define MARK_SIZE     13.0
#define MARKS_HEIGHT  18.0
#define BARS_HEIGHT   22.0
#define LABEL_SIZE    10.5
#define LABELS_HEIGHT 18.0
#define LABEL_SPACE   96.0 /* from one clock label to the next, at least */
#define HANDLE_WIDTH   8.0
#define HANDLE_HEIGHT 18.0
/* Marks nearer than this are drawn as the worse one. */
#define MARK_SPACE     9.0

typedef struct
{
  OvTimeline    *timeline;
  const OvTheme *theme;
  OvPen          pen;
  double         width, height, text;
  double         marks_y, line_y, labels_y;  /* middle of marks, foot of bars, top of labels */
  double         bars;                       /* height of the highest */
  double         taken[2][2];                /* where the needle's and the pointer's clock stand */
} Painting;

double
ov_timeline_get_natural_height (OvTimeline *self)
{
  double text = self == NULL ? 1 : ov_look_get_text_scale (self->strip);

  return MARKS_HEIGHT + BARS_HEIGHT + LABELS_HEIGHT * text + 2;
}

/* The band below everything, or its handles above. */
static void
paint_range (Painting *self,
             gboolean  handles)
{
  OvTimeline *timeline = self->timeline;
  double x0 = ov_timeline_get_x (timeline, timeline->range_from_ns);
  double x1 = ov_timeline_get_x (timeline, timeline->range_to_ns);

  if (timeline->range_to_ns <= timeline->range_from_ns || x1 < 0 || x0 > self->width)
    return;
  x0 = CLAMP (x0, -20, self->width + 20);
  x1 = CLAMP (x1, -20, self->width + 20);
  if (!handles)
    {
      ov_pen_fill (&self->pen, x0, 2, MAX (x1 - x0, 1), self->line_y - 2,
                   ov_color_mix (self->theme->background, self->theme->accent, 0.18));
      return;
    }
  for (guint i = 0; i < 2; i++)
    {
      double x = round (i == 0 ? x0 : x1);
      OvBox grip = { x - HANDLE_WIDTH / 2, self->line_y / 2 - HANDLE_HEIGHT / 2, HANDLE_WIDTH, HANDLE_HEIGHT };

      ov_pen_fill (&self->pen, x - 1, 2, 2, self->line_y - 2, self->theme->accent);
      ov_pen_box (&self->pen, &grip, OV_SHAPE_PILL, 0, self->theme->background, self->theme->accent, 2);
    }
}

static void
paint_gaps (Painting *self)
{
  GArray *gaps = self->timeline->gaps;

  for (guint i = 0; i < gaps->len; i++)
    {
      const OvTimelineGap *gap = &g_array_index (gaps, OvTimelineGap, i);
      double x0 = CLAMP (ov_timeline_get_x (self->timeline, gap->from_ns), -10, self->width + 10);
      double x1 = CLAMP (ov_timeline_get_x (self->timeline, gap->to_ns), -10, self->width + 10);

      ov_pen_hatch (&self->pen, &(OvBox) { x0, self->line_y - self->bars, MAX (x1 - x0, 3), self->bars });
    }
}

static gboolean
is_in_range (OvTimeline *timeline,
             gint64      at_ns)
{
  return at_ns >= timeline->range_from_ns && at_ns < timeline->range_to_ns;
}

/* By the square root: what is rare is seen beside what is frequent. */
static void
paint_bars (Painting *self)
{
  OvTimeline *timeline = self->timeline;
  OvColor calm = ov_color_mix (self->theme->background, self->theme->edge, 0.85);
  guint32 most = 1;

  for (guint i = 0; i < timeline->n_bins; i++)
    most = MAX (most, timeline->bins[i]);
  for (guint i = 0; i < timeline->n_bins; i++)
    {
      gint64 at = timeline->bins_from_ns + i * timeline->bin_ns;
      double x = ov_timeline_get_x (timeline, at), width = ov_timeline_get_x (timeline, at + timeline->bin_ns) - x;
      double height = MAX (1.5, sqrt ((double) timeline->bins[i] / most) * self->bars);

      if (timeline->bins[i] == 0)
        continue;
      ov_pen_fill (&self->pen, x, self->line_y - height, MAX (width - 1, 1), height,
                   is_in_range (timeline, at) ? self->theme->accent : calm);
    }
}

/* What has not happened yet has no line. */
static void
paint_axis (Painting *self)
{
  OvTimeline *timeline = self->timeline;
  double x0 = CLAMP (ov_timeline_get_x (timeline, timeline->first_ns), 0, self->width);
  double x1 = CLAMP (ov_timeline_get_x (timeline, timeline->last_ns), 0, self->width);

  ov_pen_line (&self->pen, (OvPoint) { 0, self->line_y }, (OvPoint) { self->width, self->line_y }, 1,
               OV_DASH_DOTS, ov_color_mix (self->theme->background, self->theme->edge, 0.5));
  ov_pen_line (&self->pen, (OvPoint) { x0, self->line_y }, (OvPoint) { x1, self->line_y }, 1, OV_DASH_NONE,
               ov_color_mix (self->theme->background, self->theme->edge, 0.8));
}

static double
measure_clock (Painting   *self,
               const char *clock)
{
  return ov_pen_measure (&self->pen, OV_FACE_TEXT, LABEL_SIZE * self->text, clock);
}

static void
paint_clock (Painting   *self,
             const char *clock,
             double      middle,
             OvColor     ink)
{
  ov_pen_words (&self->pen, OV_FACE_TEXT, LABEL_SIZE * self->text, clock, middle, self->labels_y,
                measure_clock (self, clock) + 1, OV_ALIGN_CENTER, ink);
}

/* On a ground of its own, in the place of the labels it covers. */
static void
paint_badge (Painting *self,
             double    x,
             gint64    at_ns,
             gint64    step_ns,
             OvColor   ground,
             OvColor   ink,
             double    taken[2])
{
  g_autofree char *clock = ov_timeline_dup_clock (at_ns, step_ns);
  double width = measure_clock (self, clock) + 14 * self->text;
  OvBox box = { CLAMP (x - width / 2, 0, MAX (0, self->width - width)), self->labels_y, width,
                ov_pen_get_line (&self->pen, OV_FACE_TEXT, LABEL_SIZE * self->text) + 1 };

  ov_pen_flush (&self->pen);
  ov_pen_box (&self->pen, &box, OV_SHAPE_PILL, 0, ground, ground, 1);
  paint_clock (self, clock, box.x + width / 2, ink);
  taken[0] = box.x;
  taken[1] = box.x + width;
}

static gboolean
is_taken (const Painting *self,
          double          left,
          double          right)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->taken); i++)
    if (left < self->taken[i][1] + 4 && right > self->taken[i][0] - 4)
      return TRUE;

  return FALSE;
}

/* Labels stand on whole steps of the local clock. */
static void
paint_labels (Painting *self)
{
  OvTimeline *timeline = self->timeline;
  gint64 step = ov_timeline_get_step (timeline, LABEL_SPACE * self->text), offset = 0, at;
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (timeline->from_ns / 1000000000);

  if (now != NULL)
    offset = g_date_time_get_utc_offset (now) * 1000;
  at = timeline->from_ns + offset;
  at -= at % step + offset;
  for (; at <= timeline->to_ns + step; at += step)
    {
      double x = ov_timeline_get_x (timeline, at), half;
      g_autofree char *clock = ov_timeline_dup_clock (at, step);

      half = measure_clock (self, clock) / 2;
      if (x < half || x > self->width - half)
        continue;
      ov_pen_line (&self->pen, (OvPoint) { x, self->line_y }, (OvPoint) { x, self->line_y + 3 }, 1, OV_DASH_NONE,
                   self->theme->edge);
      if (!is_taken (self, x - half, x + half))
        paint_clock (self, clock, x, self->theme->text_soft);
    }
}

static void
paint_mark (Painting             *self,
            const OvTimelineMark *mark,
            double                x)
{
  double half = MARK_SIZE / 2, y = self->marks_y;
  gboolean crash = mark->tone == OV_TONE_ERROR;
  OvColor color = crash ? self->theme->error : mark->tone == OV_TONE_WARNING ? self->theme->warning
                                                                              : self->theme->accent;

  ov_pen_line (&self->pen, (OvPoint) { x, y + half - 1 }, (OvPoint) { x, self->line_y }, 1, OV_DASH_NONE,
               ov_color_mix (self->theme->background, color, 0.6));
  if (crash)
    ov_pen_polygon (&self->pen,
                    (OvPoint[]) { { x, y - half }, { x + half, y + half - 1 }, { x - half, y + half - 1 } }, 3,
                    color);
  else
    ov_pen_mark (&self->pen, (OvTone) mark->tone, x, y, MARK_SIZE);
}

/* Restarts first, crashes over them. */
static void
paint_marks (Painting *self,
             gboolean  crashes)
{
  GArray *marks = self->timeline->marks;
  double last = -100;

  for (guint i = 0; i < marks->len; i++)
    {
      const OvTimelineMark *mark = &g_array_index (marks, OvTimelineMark, i);
      double x = ov_timeline_get_x (self->timeline, mark->at_ns);

      if ((mark->tone == OV_TONE_ERROR) != crashes || x < 0 || x > self->width || x - last < MARK_SPACE / 3)
        continue;
      paint_mark (self, mark, x);
      last = x;
    }
}

static void
paint_needle (Painting *self)
{
  OvTimeline *timeline = self->timeline;
  double x = round (ov_timeline_get_x (timeline, timeline->instant_ns));
  gint64 step = ov_timeline_get_step (timeline, 2);

  if (timeline->instant_ns == 0 || x < 0 || x > self->width)
    return;
  ov_pen_fill (&self->pen, x - 1, 3, 2, self->line_y + 2, self->theme->accent);
  ov_pen_polygon (&self->pen, (OvPoint[]) { { x - 6, 1 }, { x + 6, 1 }, { x, 9 } }, 3, self->theme->accent);
  paint_badge (self, x, timeline->instant_ns, MIN (step, 1000000), self->theme->accent, self->theme->on_accent,
               self->taken[0]);
}

static void
paint_pointer (Painting *self)
{
  OvTimeline *timeline = self->timeline;
  double x = round (timeline->pointer_x);

  if (x < OV_TIMELINE_MARGIN || x > self->width - OV_TIMELINE_MARGIN || timeline->drag == OV_TIMELINE_PANS
      || timeline->drag == OV_TIMELINE_SCRUBS)
    return;
  ov_pen_line (&self->pen, (OvPoint) { x, 3 }, (OvPoint) { x, self->line_y + 3 }, 1, OV_DASH_NONE,
               ov_color_mix (self->theme->background, self->theme->text, 0.5));
  paint_badge (self, x, ov_timeline_get_time (timeline, x), ov_timeline_get_step (timeline, 2), self->theme->strip,
               self->theme->text, self->taken[1]);
}

/* A calm line with a word. */
static void
paint_nothing (Painting *self)
{
  double size = 12 * self->text, line = ov_pen_get_line (&self->pen, OV_FACE_TEXT, size);
  const char *words = _("No events yet");
  double width = ov_pen_measure (&self->pen, OV_FACE_TEXT, size, words), middle = self->height / 2;
  OvColor color = ov_color_mix (self->theme->background, self->theme->edge, 0.6);
  double left = (self->width - width) / 2 - 12, right = (self->width + width) / 2 + 12;

  ov_pen_line (&self->pen, (OvPoint) { OV_TIMELINE_MARGIN, middle }, (OvPoint) { left, middle }, 1, OV_DASH_DOTS,
               color);
  ov_pen_line (&self->pen, (OvPoint) { right, middle }, (OvPoint) { self->width - OV_TIMELINE_MARGIN, middle }, 1,
               OV_DASH_DOTS, color);
  ov_pen_words (&self->pen, OV_FACE_TEXT, size, words, self->width / 2, middle - line / 2, self->width,
                OV_ALIGN_CENTER, self->theme->text_soft);
}

static void
paint_focus (Painting *self)
{
  OvPoint corners[] = { { 1.5, 1.5 }, { self->width - 1.5, 1.5 }, { self->width - 1.5, self->height - 1.5 },
                        { 1.5, self->height - 1.5 }, { 1.5, 1.5 } };

  if (gtk_widget_has_visible_focus (self->timeline->strip))
    ov_pen_stroke (&self->pen, corners, G_N_ELEMENTS (corners), 2, OV_DASH_NONE,
                   ov_color_mix (self->theme->background, self->theme->accent, 0.7));
}

void
ov_timeline_paint (OvTimeline *timeline,
                   cairo_t    *cr,
                   double      width,
                   double      height,
                   double      scale)
{
  Painting self = {
    .timeline = timeline,
    .theme = ov_look_get_theme (),
    .pen = { .cr = cr, .text = timeline->text, .scale = scale },
    .width = width,
    .height = height,
    .text = ov_look_get_text_scale (timeline->strip),
  };

  ov_text_set_families (timeline->text, ov_look_get_family (timeline->strip), "Monospace");
  self.pen.theme = self.theme;
  self.marks_y = MARKS_HEIGHT / 2 + 1;
  self.line_y = height - LABELS_HEIGHT * self.text - 1;
  self.labels_y = self.line_y + 4;
  self.bars = self.line_y - MARKS_HEIGHT;

  ov_timeline_update_span (timeline);
  timeline->drawn_last_ns = timeline->last_ns;
  timeline->drawn_to_ns = timeline->to_ns;
  if (!timeline->has_span)
    paint_nothing (&self);
  else
    {
      ov_timeline_fetch (timeline);
      paint_range (&self, FALSE);
      paint_gaps (&self);
      paint_bars (&self);
      paint_axis (&self);
      paint_marks (&self, FALSE);
      paint_marks (&self, TRUE);
      paint_range (&self, TRUE);
      paint_pointer (&self);
      paint_needle (&self);
      paint_labels (&self);
    }
  ov_pen_flush (&self.pen);
  paint_focus (&self);
}
