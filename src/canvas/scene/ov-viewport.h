/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvViewport: the camera as a value.  Screen = (world - origin) * zoom.  Testable without a
 * widget: zooming keeps the world point under the pointer in place, fit shows a box whole.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  double x, y;           /* world coordinates of the top left corner */
  double zoom;           /* pixels per world unit */
  double width, height;  /* logical pixels */
} OvViewport;

void ov_viewport_to_screen (const OvViewport *self,
                            double            world_x,
                            double            world_y,
                            double           *screen_x,
                            double           *screen_y);
void ov_viewport_to_world  (const OvViewport *self,
                            double            screen_x,
                            double            screen_y,
                            double           *world_x,
                            double           *world_y);
void ov_viewport_zoom_at   (OvViewport *self,
                            double      screen_x,
                            double      screen_y,
                            double      factor,
                            double      min_zoom,
                            double      max_zoom);
void ov_viewport_pan       (OvViewport *self,
                            double      dx,
                            double      dy); /* screen pixels */
void ov_viewport_fit       (OvViewport *self,
                            double      x,
                            double      y,
                            double      width,
                            double      height,
                            double      margin,   /* screen pixels */
                            double      max_zoom);
void ov_viewport_interpolate (const OvViewport *from,
                              const OvViewport *to,
                              double            t,    /* 0…1, already eased */
                              OvViewport       *result);

G_END_DECLS
