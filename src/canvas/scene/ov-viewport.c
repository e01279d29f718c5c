/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The arithmetic of the camera.  Thread: any, the viewport is a value.
 */
#include "canvas/scene/ov-viewport.h"

#include <math.h>

void
ov_viewport_to_screen (const OvViewport *self,
                       double            world_x,
                       double            world_y,
                       double           *screen_x,
                       double           *screen_y)
{
  *screen_x = (world_x - self->x) * self->zoom;
  *screen_y = (world_y - self->y) * self->zoom;
}

void
ov_viewport_to_world (const OvViewport *self,
                      double            screen_x,
                      double            screen_y,
                      double           *world_x,
                      double           *world_y)
{
  *world_x = self->x + screen_x / self->zoom;
  *world_y = self->y + screen_y / self->zoom;
}

/**
 * ov_viewport_zoom_at:
 * @screen_x: the point that keeps its place, screen pixels
 * @factor: above 1 zooms in
 *
 * Zooms so that the same world point stays under (@screen_x, @screen_y).
 */
void
ov_viewport_zoom_at (OvViewport *self,
                     double      screen_x,
                     double      screen_y,
                     double      factor,
                     double      min_zoom,
                     double      max_zoom)
{
  double world_x, world_y;

  g_return_if_fail (factor > 0 && isfinite (factor));

  ov_viewport_to_world (self, screen_x, screen_y, &world_x, &world_y);
  self->zoom = MAX (min_zoom, MIN (max_zoom, self->zoom * factor));
  self->x = world_x - screen_x / self->zoom;
  self->y = world_y - screen_y / self->zoom;
}

void
ov_viewport_pan (OvViewport *self,
                 double      dx,
                 double      dy)
{
  self->x -= dx / self->zoom;
  self->y -= dy / self->zoom;
}

/**
 * ov_viewport_fit:
 * @margin: kept free on every side, screen pixels
 *
 * Centres the world box and makes it as large as fits, but not larger than @max_zoom.
 */
void
ov_viewport_fit (OvViewport *self,
                 double      x,
                 double      y,
                 double      width,
                 double      height,
                 double      margin,
                 double      max_zoom)
{
  double free_width = MAX (self->width - 2 * margin, 1);
  double free_height = MAX (self->height - 2 * margin, 1);
  double zoom = MIN (free_width / MAX (width, 1e-6), free_height / MAX (height, 1e-6));

  self->zoom = MIN (zoom, max_zoom);
  self->x = x + width / 2 - self->width / 2 / self->zoom;
  self->y = y + height / 2 - self->height / 2 / self->zoom;
}

/**
 * ov_viewport_interpolate:
 * @t: 0 is @from, 1 is @to
 *
 * Zoom goes geometrically; the place goes so that the point which both views show at the same
 * screen position stays there, which is what makes a zoom look like a zoom and not like a drift.
 */
void
ov_viewport_interpolate (const OvViewport *from,
                         const OvViewport *to,
                         double            t,
                         OvViewport       *result)
{
  double ratio = to->zoom / from->zoom;
  double zoom = from->zoom * pow (ratio, t);
  double share = fabs (ratio - 1) < 1e-6 ? t : (1 - from->zoom / zoom) / (1 - from->zoom / to->zoom);

  result->width = to->width;
  result->height = to->height;
  result->zoom = zoom;
  result->x = from->x + (to->x - from->x) * share;
  result->y = from->y + (to->y - from->y) * share;
  if (t >= 1)
    *result = *to;
}
