/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRaster: rectangles, rounded boxes and discs written straight into the pixels of an RGB24
 * image.  It exists because a hundred thousand boxes through a vector library cost 100 times
 * as much.  Everything is clipped to the image.
 */
#pragma once

#include "canvas/render/ov-theme.h"

#include <cairo.h>

G_BEGIN_DECLS

typedef struct
{
  guint32 *pixels;
  int      stride; /* in pixels */
  int      width, height;
} OvRaster;

typedef enum { OV_STROKE_SOLID, OV_STROKE_DASHED, OV_STROKE_DOTTED } OvStroke;

/* A rounded box in pixels; the rows above @split have @top_fill. */
typedef struct
{
  int      x0, y0, x1, y1;
  int      radius;
  int      border_width;
  int      split;
  int      notch;      /* size of the cut top right corner, 0: none */
  OvColor  fill, top_fill, border;
  OvStroke stroke;
} OvRasterBox;

/* Between begin and end cairo must not draw on @image. */
gboolean ov_raster_begin   (OvRaster        *self,
                            cairo_surface_t *image);
void     ov_raster_end     (cairo_surface_t *image);
void     ov_raster_clear   (OvRaster *self,
                            OvColor   color);
void     ov_raster_fill    (OvRaster *self,
                            int       x0,
                            int       y0,
                            int       x1,
                            int       y1,
                            OvColor   color);
/* Blends by the covered share of each pixel: what is smaller than a pixel is seen as density. */
void     ov_raster_blend   (OvRaster *self,
                            double    x0,
                            double    y0,
                            double    x1,
                            double    y1,
                            OvColor   color);
void     ov_raster_box     (OvRaster          *self,
                            const OvRasterBox *box);
void     ov_raster_disc    (OvRaster *self,
                            double    x,
                            double    y,
                            double    radius,
                            double    ring,    /* width of the ring, 0: filled */
                            OvColor   color);
/* A line through @n points that becomes thinner on its way, blended at @alpha. */
void     ov_raster_blade   (OvRaster     *self,
                            const double *xs,
                            const double *ys,
                            guint         n,
                            double        from_width,
                            double        to_width,
                            OvColor       color,
                            double        alpha);
/* @sprite is ARGB32, premultiplied. */
void     ov_raster_sprite  (OvRaster        *self,
                            cairo_surface_t *sprite,
                            int              x,
                            int              y);

G_END_DECLS
