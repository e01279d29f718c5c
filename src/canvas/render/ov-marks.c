/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drawn in a unit square around the origin, so that every size has the same shape.
 * Thread: any.
 */
#include "canvas/render/ov-marks.h"

#include <math.h>

static void
set_color (cairo_t *cr,
           OvColor  color)
{
  cairo_set_source_rgb (cr, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
                        (color & 0xff) / 255.0);
}

static void
fill_disc (cairo_t *cr,
           OvColor  color)
{
  set_color (cr, color);
  cairo_new_sub_path (cr);
  cairo_arc (cr, 0, 0, 0.5, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
stroke_line (cairo_t *cr,
             double   x0,
             double   y0,
             double   x1,
             double   y1)
{
  cairo_move_to (cr, x0, y0);
  cairo_line_to (cr, x1, y1);
  cairo_stroke (cr);
}

static void
draw_error (cairo_t       *cr,
            const OvTheme *theme)
{
  fill_disc (cr, theme->error);
  set_color (cr, theme->on_error);
  cairo_set_line_width (cr, 0.13);
  stroke_line (cr, -0.19, -0.19, 0.19, 0.19);
  stroke_line (cr, -0.19, 0.19, 0.19, -0.19);
}

static void
draw_warning (cairo_t       *cr,
              const OvTheme *theme)
{
  set_color (cr, theme->warning);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, 0.16);
  cairo_move_to (cr, 0, -0.40);
  cairo_line_to (cr, 0.43, 0.38);
  cairo_line_to (cr, -0.43, 0.38);
  cairo_close_path (cr);
  cairo_fill_preserve (cr);
  cairo_stroke (cr);
  set_color (cr, theme->on_warning);
  cairo_set_line_width (cr, 0.13);
  stroke_line (cr, 0, -0.18, 0, 0.10);
  stroke_line (cr, 0, 0.27, 0, 0.271);
}

static void
draw_new (cairo_t       *cr,
          const OvTheme *theme)
{
  fill_disc (cr, theme->accent);
  set_color (cr, theme->on_accent);
  cairo_set_line_width (cr, 0.13);
  stroke_line (cr, -0.24, 0, 0.24, 0);
  stroke_line (cr, 0, -0.24, 0, 0.24);
}

static void
draw_renewed (cairo_t       *cr,
              const OvTheme *theme)
{
  fill_disc (cr, theme->accent);
  set_color (cr, theme->on_accent);
  cairo_set_line_width (cr, 0.12);
  cairo_new_sub_path (cr);
  cairo_arc (cr, 0, 0, 0.24, -0.1 * G_PI, 1.45 * G_PI);
  cairo_stroke (cr);
  cairo_move_to (cr, -0.06, -0.42);
  cairo_line_to (cr, 0.20, -0.23);
  cairo_line_to (cr, -0.06, -0.06);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_muted (cairo_t       *cr,
            const OvTheme *theme)
{
  fill_disc (cr, theme->text_soft);
  set_color (cr, theme->background);
  cairo_set_line_width (cr, 0.13);
  stroke_line (cr, -0.22, 0, 0.22, 0);
}

void
ov_mark_draw (cairo_t       *cr,
              const OvTheme *theme,
              OvTone         tone,
              double         x,
              double         y,
              double         size)
{
  static void (*const DRAWERS[]) (cairo_t *, const OvTheme *) = {
    [OV_TONE_NEUTRAL] = NULL,
    [OV_TONE_NEW] = draw_new,
    [OV_TONE_RENEWED] = draw_renewed,
    [OV_TONE_MUTED] = draw_muted,
    [OV_TONE_WARNING] = draw_warning,
    [OV_TONE_ERROR] = draw_error,
  };

  if (tone > OV_TONE_ERROR || DRAWERS[tone] == NULL)
    return;

  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, size, size);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_new_path (cr);
  DRAWERS[tone] (cr, theme);
  cairo_restore (cr);
}
