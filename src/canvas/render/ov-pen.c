/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pen on cairo; where it writes SVG it hands over to ov-pen-svg.c.
 * Thread: one at a time, the owner's.
 */
#include "canvas/render/ov-pen-private.h"

#include "canvas/render/ov-marks.h"

#include <math.h>
#include <string.h>

#define HATCH_STEP 8.0
/* Shorter words than this many font sizes are not worth an ellipsis. */
#define LEAST_WORDS 1.0
#define MIDDLE_FRONT 0.6

static const double DASHES[][2] = {
  [OV_DASH_NONE] = { 0, 0 }, [OV_DASH_LONG] = { 6, 4 }, [OV_DASH_DOTS] = { 1.5, 3.5 },
};

static void
set_color (cairo_t *cr,
           OvColor  color)
{
  cairo_set_source_rgb (cr, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
                        (color & 0xff) / 255.0);
}

void
ov_pen_fill (OvPen   *self,
             double   x,
             double   y,
             double   width,
             double   height,
             OvColor  color)
{
  double x0 = round (x * self->scale), y0 = round (y * self->scale);

  if (self->svg != NULL)
    {
      ov_pen_svg_fill (self, &(OvBox) { x, y, width, height }, color);
      return;
    }
  set_color (self->cr, color);
  cairo_rectangle (self->cr, x0, y0, round ((x + width) * self->scale) - x0,
                   round ((y + height) * self->scale) - y0);
  cairo_fill (self->cr);
}

static void
set_stroke (OvPen  *self,
            double  width,
            OvDash  dash)
{
  double dashes[] = { DASHES[dash][0] * self->scale, DASHES[dash][1] * self->scale };

  cairo_set_line_width (self->cr, width * self->scale);
  cairo_set_dash (self->cr, dashes, dash == OV_DASH_NONE ? 0 : 2, 0);
  cairo_set_line_join (self->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (self->cr, CAIRO_LINE_CAP_BUTT);
}

static void
trace_points (OvPen         *self,
              const OvPoint *points,
              guint          n)
{
  for (guint i = 0; i < n; i++)
    cairo_line_to (self->cr, points[i].x * self->scale, points[i].y * self->scale);
}

void
ov_pen_stroke (OvPen         *self,
               const OvPoint *points,
               guint          n,
               double         width,
               OvDash         dash,
               OvColor        color)
{
  if (self->svg != NULL)
    {
      ov_pen_svg_path (self, points, n, FALSE, width, dash, color);
      return;
    }
  set_color (self->cr, color);
  set_stroke (self, width, dash);
  trace_points (self, points, n);
  cairo_stroke (self->cr);
}

/* Level and upright lines are whole pixels wide and lie on them: no grey edges. */
static void
draw_straight (OvPen   *self,
               OvPoint  from,
               OvPoint  to,
               double   width,
               OvDash   dash,
               OvColor  color)
{
  double thick = MAX (1, round (width * self->scale)), half = fmod (thick, 2) / 2;
  gboolean level = from.y == to.y;
  double across = round ((level ? from.y : from.x) * self->scale - half) + half;

  set_color (self->cr, color);
  set_stroke (self, width, dash);
  cairo_set_line_width (self->cr, thick);
  if (level)
    {
      cairo_move_to (self->cr, round (from.x * self->scale), across);
      cairo_line_to (self->cr, round (to.x * self->scale), across);
    }
  else
    {
      cairo_move_to (self->cr, across, round (from.y * self->scale));
      cairo_line_to (self->cr, across, round (to.y * self->scale));
    }
  cairo_stroke (self->cr);
}

void
ov_pen_line (OvPen   *self,
             OvPoint  from,
             OvPoint  to,
             double   width,
             OvDash   dash,
             OvColor  color)
{
  OvPoint points[] = { from, to };

  if (self->svg == NULL && (from.x == to.x || from.y == to.y))
    draw_straight (self, from, to, width, dash, color);
  else
    ov_pen_stroke (self, points, 2, width, dash, color);
}

void
ov_pen_polygon (OvPen         *self,
                const OvPoint *points,
                guint          n,
                OvColor        color)
{
  if (self->svg != NULL)
    {
      ov_pen_svg_path (self, points, n, TRUE, 0, OV_DASH_NONE, color);
      return;
    }
  set_color (self->cr, color);
  trace_points (self, points, n);
  cairo_close_path (self->cr);
  cairo_fill (self->cr);
}

static void
trace_box (cairo_t     *cr,
           const OvBox *box,
           double       radius,
           double       notch)
{
  double right = box->x + box->width, bottom = box->y + box->height;

  cairo_new_sub_path (cr);
  if (notch > 0)
    {
      cairo_line_to (cr, right - notch, box->y);
      cairo_line_to (cr, right, box->y + notch);
    }
  else
    cairo_arc (cr, right - radius, box->y + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, right - radius, bottom - radius, radius, 0, G_PI_2);
  cairo_arc (cr, box->x + radius, bottom - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, box->x + radius, box->y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

/* The strip on top with its three dots, inside the box's outline. */
static void
draw_strip (OvPen       *self,
            const OvBox *box,
            double       radius)
{
  double height = OV_PEN_STRIP * box->height, dot = height * 0.2;

  cairo_save (self->cr);
  trace_box (self->cr, box, radius, 0);
  cairo_clip (self->cr);
  set_color (self->cr, self->theme->strip);
  cairo_rectangle (self->cr, box->x, box->y, box->width, height);
  cairo_fill (self->cr);
  set_color (self->cr, self->theme->text_soft);
  for (guint i = 0; i < 3; i++)
    {
      cairo_new_sub_path (self->cr);
      cairo_arc (self->cr, box->x + box->width - height * (0.75 + 0.62 * i), box->y + height * 0.54, dot, 0,
                 2 * G_PI);
    }
  cairo_fill (self->cr);
  cairo_restore (self->cr);
}

/* Its outline runs through the middle of whole pixels. */
static OvBox
snap_box (const OvPen *self,
          const OvBox *box,
          double       thick)
{
  double x = round (box->x * self->scale) + thick / 2, y = round (box->y * self->scale) + thick / 2;

  return (OvBox) { x, y, MAX (1, round ((box->x + box->width) * self->scale) - thick / 2 - x),
                   MAX (1, round ((box->y + box->height) * self->scale) - thick / 2 - y) };
}

void
ov_pen_box (OvPen       *self,
            const OvBox *box,
            OvShape      shape,
            double       radius,
            OvColor      fill,
            OvColor      border,
            double       border_width)
{
  double thick = MAX (1, round (border_width * self->scale));
  OvBox snapped = snap_box (self, box, thick);
  double notch = shape == OV_SHAPE_NOTCHED ? MIN (OV_PEN_NOTCH * self->scale, snapped.height / 2) : 0;

  if (self->svg != NULL)
    {
      ov_pen_svg_box (self, box, shape, radius, fill, border, border_width);
      return;
    }
  radius = MIN (radius * self->scale, MIN (snapped.width, snapped.height) / 2);
  if (shape == OV_SHAPE_PILL)
    radius = MIN (snapped.width, snapped.height) / 2;
  trace_box (self->cr, &snapped, radius, notch);
  set_color (self->cr, fill);
  cairo_fill (self->cr);
  if (shape == OV_SHAPE_HEADER)
    draw_strip (self, &snapped, radius);
  trace_box (self->cr, &snapped, radius, notch);
  set_color (self->cr, border);
  cairo_set_line_width (self->cr, thick);
  cairo_set_dash (self->cr, NULL, 0, 0);
  cairo_stroke (self->cr);
  if (shape == OV_SHAPE_BARRED)
    ov_pen_fill (self, box->x + OV_PEN_BAR / 2, box->y + radius / self->scale, OV_PEN_BAR / 2,
                 box->height - 2 * radius / self->scale, border);
}

void
ov_pen_hatch (OvPen       *self,
              const OvBox *box)
{
  double step = HATCH_STEP * self->scale, width = box->width * self->scale;
  double x = round (box->x * self->scale), y = round (box->y * self->scale);
  double height = round ((box->y + box->height) * self->scale) - y;

  if (self->svg != NULL)
    {
      ov_pen_svg_hatch (self, box);
      return;
    }
  cairo_save (self->cr);
  cairo_rectangle (self->cr, x, y, width, height);
  cairo_clip (self->cr);
  set_color (self->cr, self->theme->muted_border);
  set_stroke (self, 1.5, OV_DASH_NONE);
  for (double at = x - height - fmod (x, step); at < x + width; at += step)
    {
      cairo_move_to (self->cr, at, y + height);
      cairo_line_to (self->cr, at + height, y);
    }
  cairo_stroke (self->cr);
  cairo_restore (self->cr);
}

void
ov_pen_mark (OvPen  *self,
             OvTone  tone,
             double  x,
             double  y,
             double  size)
{
  if (self->svg != NULL)
    ov_pen_svg_mark (self, tone, x, y, size);
  else
    {
      cairo_set_dash (self->cr, NULL, 0, 0);
      ov_mark_draw (self->cr, self->theme, tone, round (x * self->scale), round (y * self->scale),
                    round (size * self->scale));
    }
}

double
ov_pen_measure (OvPen      *self,
                OvFace      face,
                double      size,
                const char *words)
{
  return ov_text_measure (self->text, face, size * self->scale, words) / self->scale;
}

double
ov_pen_get_line (OvPen  *self,
                 OvFace  face,
                 double  size)
{
  return ov_text_get_line (self->text, face, size * self->scale) / self->scale;
}

/* @n characters of @words with an ellipsis after the share of them that stands at the front. */
static char *
shorten (const char *words,
         glong       n_all,
         glong       n,
         double      front)
{
  glong n_front = (glong) ceil (n * front);
  g_autofree char *head = g_utf8_substring (words, 0, n_front);

  return g_strconcat (head, "…", g_utf8_offset_to_pointer (words, n_all - (n - n_front)), NULL);
}

/* (transfer full): as much of @words as fits, with an ellipsis. */
static char *
cut_words (OvPen      *self,
           OvFace      face,
           double      size,
           const char *words,
           double      max_width,
           double      front)
{
  glong n_all = g_utf8_strlen (words, -1), low = 0, high = n_all;

  while (low < high)
    {
      glong middle = (low + high + 1) / 2;
      g_autofree char *tried = shorten (words, n_all, middle, front);

      if (ov_pen_measure (self, face, size, tried) <= max_width)
        low = middle;
      else
        high = middle - 1;
    }

  return low == 0 ? g_strdup ("") : shorten (words, n_all, low, front);
}

char *
ov_pen_cut_middle (OvPen      *self,
                   OvFace      face,
                   double      size,
                   const char *words,
                   double      max_width)
{
  if (ov_pen_measure (self, face, size, words) <= max_width)
    return g_strdup (words);

  return cut_words (self, face, size, words, max_width, MIDDLE_FRONT);
}

double
ov_pen_words (OvPen      *self,
              OvFace      face,
              double      size,
              const char *words,
              double      x,
              double      y,
              double      max_width,
              OvAlign     align,
              OvColor     color)
{
  g_autofree char *cut = NULL;
  double width;

  if (*words == '\0' || max_width < LEAST_WORDS * size)
    return 0;

  width = ov_pen_measure (self, face, size, words);
  if (width > max_width && self->svg != NULL)
    {
      words = cut = cut_words (self, face, size, words, max_width, 1);
      width = ov_pen_measure (self, face, size, words);
    }
  width = MIN (width, max_width);
  if (self->svg != NULL)
    {
      ov_pen_svg_words (self, face, size, words, x, y, align, color);
      return width;
    }
  if (align != OV_ALIGN_START)
    x -= align == OV_ALIGN_CENTER ? width / 2 : width;
  ov_text_add (self->text, face, size * self->scale, words, x * self->scale, y * self->scale,
               MAX (ceil (width * self->scale) + 1, size * self->scale), color); /* less is not drawn at all */

  return width;
}

void
ov_pen_flush (OvPen *self)
{
  if (self->svg == NULL)
    ov_text_flush (self->text, self->cr);
}
