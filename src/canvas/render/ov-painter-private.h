/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The painter's inside, shared by its parts: pixels, what lies on top, vectors.
 */
#pragma once

#include "canvas/render/ov-marks.h"
#include "canvas/render/ov-painter.h"
#include "canvas/render/ov-style.h"

G_BEGIN_DECLS

/* A label on its own ground over a box whose strip is too small to be read. */
typedef struct
{
  guint32 index;
  double  x, y, width, height;
} OvPlate;

struct _OvPainter
{
  OvText       *text;
  OvDisplayList list;
  GHashTable   *sprites;     /* key of theme, tone and size: cairo_surface_t */
  GArray       *plates;      /* OvPlate */
  guint32       small_colors[OV_TONE_ERROR + 1][2][256]; /* of this frame; 0: not computed yet */
};

/* What one painting is about. */
typedef struct
{
  OvPainter          *painter;
  const OvScene      *scene;
  const OvSceneItem  *items;
  const OvLayout     *layout;
  const OvViewport   *viewport;
  const OvTheme      *theme;
  const OvPaintState *state;
  OvMeasure           measure;
  gboolean            legends; /* of a graph: plates lie on the upper edge of their box, names before counts */
} OvPainting;

void  ov_painting_begin  (OvPainting         *self,
                          OvPainter          *painter,
                          const OvScene      *scene,
                          const OvLayout     *layout,
                          const OvViewport   *viewport,
                          const OvTheme      *theme,
                          const OvPaintState *state);
/* World to device pixels. */
OvBox ov_painting_place  (const OvPainting   *self,
                          const OvBox        *box);
void  ov_painting_color  (cairo_t            *cr,
                          OvColor             color,
                          double              alpha);
void  ov_painting_rounded (cairo_t           *cr,
                           double             x,
                           double             y,
                           double             width,
                           double             height,
                           double             radius);
/* Fills the painter's list with what is in view. */
void  ov_painting_list   (OvPainting         *self);
/* One of the list: its box, marks and words. */
void  ov_painting_entry  (OvPainting           *self,
                          OvRaster             *raster,
                          const OvDisplayEntry *entry);
void  ov_painting_vector_entry (OvPainting           *self,
                                cairo_t              *cr,
                                const OvDisplayEntry *entry);
/* Marks of what is too small to show its own. */
void  ov_painting_trouble (OvPainting        *self,
                           OvRaster          *raster);
/* Queues the words of a box; @plan was made for @entry. */
void  ov_painting_words  (OvPainting           *self,
                          const OvDisplayEntry *entry,
                          const OvPlan         *plan,
                          const OvStyle        *style);
/* Grounds for the labels of boxes whose own strip is too small to be read; queues the words. */
void  ov_painting_plates (OvPainting         *self,
                          OvRaster           *raster);
/* Edges of the selection, outlines, effects. */
void  ov_painting_on_top (OvPainting         *self,
                          cairo_t            *cr);

G_END_DECLS
