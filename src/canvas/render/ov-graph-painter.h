/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The painter of graphs: (view of a graph, theme, state) -> pixels or vectors, and nothing else.
 *
 * Cards, hulls and words are those of OvPainter; in between come the edges, wide at the sender and
 * thin where they arrive, as wide as the logarithm of the rate.  Messages on their way are blended
 * over a finished picture.
 */
#pragma once

#include "canvas/render/ov-painter.h"
#include "canvas/scene/ov-graph-view.h"

G_BEGIN_DECLS

typedef struct _OvGraphPainter OvGraphPainter; /* caches; one per thread that paints */

/* A message on its way, device pixels. */
typedef struct
{
  float  x, y;
  guint8 tone; /* OvTone */
} OvGraphDot;

OvGraphPainter *ov_graph_painter_new          (void) G_GNUC_WARN_UNUSED_RESULT;
void            ov_graph_painter_free         (OvGraphPainter *self);
void            ov_graph_painter_set_families (OvGraphPainter *self,
                                               const char     *text,
                                               const char     *mono);
gboolean        ov_graph_painter_warm         (OvGraphPainter *self);
/* @image is RGB24 and has the viewport's size times the scale factor; the view was updated for @viewport. */
void            ov_graph_painter_render_image (OvGraphPainter     *self,
                                               cairo_surface_t    *image,
                                               const OvGraphView  *view,
                                               const OvViewport   *viewport,
                                               const OvTheme      *theme,
                                               const OvPaintState *state);
/* Vectors, in logical pixels. */
void            ov_graph_painter_draw         (OvGraphPainter     *self,
                                               cairo_t            *cr,
                                               const OvGraphView  *view,
                                               const OvViewport   *viewport,
                                               const OvTheme      *theme,
                                               const OvPaintState *state);
/* Upon a finished image. */
void            ov_graph_painter_blend_dots   (OvGraphPainter   *self,
                                               cairo_surface_t  *image,
                                               const OvTheme    *theme,
                                               double            scale_factor,
                                               const OvGraphDot *dots,
                                               guint             n_dots);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvGraphPainter, ov_graph_painter_free)

G_END_DECLS
