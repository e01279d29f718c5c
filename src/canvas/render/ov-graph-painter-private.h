/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The graph painter's inside: edges (ov-graph-painter.c) and the words upon them
 * (ov-graph-labels.c).
 */
#pragma once

#include "canvas/render/ov-graph-painter.h"
#include "canvas/render/ov-painter-private.h"

G_BEGIN_DECLS

typedef struct
{
  guint  curve;
  OvBox  box;       /* device pixels */
  char   text[64];
  guint8 strong;    /* of an edge that is pointed at */
} OvGraphLabel;

struct _OvGraphPainter
{
  OvPainter       *painter;
  GArray          *labels;   /* OvGraphLabel */
  cairo_surface_t *dots[OV_TONE_ERROR + 1];
  int              dot_size; /* device pixels that they were drawn for */
  OvThemeKind      dot_theme;
};

/* Where on the curves there is room for words, the strongest first. */
void    ov_graph_labels_place (OvGraphPainter    *self,
                               OvPainting        *painting,
                               const OvGraphView *view);
/* The words' grounds; queues the words. */
void    ov_graph_labels_paint (OvGraphPainter    *self,
                               OvPainting        *painting,
                               cairo_t           *cr,
                               const OvGraphView *view);
OvColor ov_graph_curve_color  (const OvTheme      *theme,
                               const OvGraphCurve *curve,
                               double             *alpha);

G_END_DECLS
