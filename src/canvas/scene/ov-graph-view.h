/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvGraphView: what of a graph is seen through a viewport.
 *
 * Zoom opens groups and folds them, with hysteresis, unless they are pinned; opening and folding
 * take a moment (ov_graph_view_advance).  What is shown is a small OvScene with its places, so that
 * the painter of scenes draws it, and the strongest edges between these as curves; the others are
 * counted.
 *
 * A node's box is its ground: it is drawn as a card of a readable size on it, however near or far
 * one is. Thread: one at a time; what it gives out is valid until the next call that changes it.
 */
#pragma once

#include "canvas/scene/ov-graph.h"
#include "canvas/scene/ov-viewport.h"

G_BEGIN_DECLS

/* At most so many nodes are in view, if folding can do it, and about so many edges. */
#define OV_GRAPH_MAX_SHOWN 240
#define OV_GRAPH_MAX_EDGES 320

typedef enum
{
  OV_CURVE_FAINT = 1 << 0,    /* weak: thin and pale */
  OV_CURVE_DIM = 1 << 1,      /* not what one looks for */
  OV_CURVE_SELECTED = 1 << 2,
  OV_CURVE_HOVERED = 1 << 3,
  OV_CURVE_RAISED = 1 << 4,   /* of the node pointed at */
  OV_CURVE_AWAY = 1 << 5,     /* leads out of view */
} OvCurveState;

typedef struct
{
  guint32 from, to;     /* items of the view's scene */
  guint32 label;        /* offset into the graph's text */
  float   rate;
  float   width;        /* logical pixels, at the sender */
  float   x[4], y[4];   /* a cubic, logical pixels */
  guint8  heat;
  guint8  state;        /* OvCurveState */
  guint16 step;         /* in the path, from 1 on; 0: not in it */
} OvGraphCurve;

/* What is pointed at and looked for; ids of nodes, 0: none. */
typedef struct
{
  guint64 selected, hovered, focus;
  guint64 selected_edge[2], hovered_edge[2];
  const guint64 *path;  /* pairs: from, to */
  guint   n_path;
} OvGraphInterest;

typedef struct _OvGraphView OvGraphView;

OvGraphView        *ov_graph_view_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void                ov_graph_view_free       (OvGraphView *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvGraphView, ov_graph_view_free)

/* What is known glides from where it is drawn now; @layout (transfer full). */
void                ov_graph_view_set_graph  (OvGraphView   *self,
                                              OvGraph       *graph,
                                              OvGraphLayout *layout);
OvGraph            *ov_graph_view_get_graph  (const OvGraphView *self);
const OvGraphLayout *ov_graph_view_get_layout (const OvGraphView *self);
/* 1 open, 0 shut, -1 by zoom. */
void                ov_graph_view_pin        (OvGraphView *self,
                                              guint64      group,
                                              int          open);
/* Forgets the pins that keep the groups around a node shut. */
void                ov_graph_view_unfold     (OvGraphView *self,
                                              guint64      id);
gboolean            ov_graph_view_is_open    (const OvGraphView *self,
                                              guint64            group);
/* The least zoom at which nothing around a node is folded; 0: unknown. */
double              ov_graph_view_get_zoom_for (const OvGraphView *self,
                                                guint64            id);
/* Decides what is open; call it when the camera has moved. */
void                ov_graph_view_choose     (OvGraphView      *self,
                                              const OvViewport *viewport);
/* Opens, folds and glides on by @seconds (INFINITY: to the end); TRUE: there is more to come. */
gboolean            ov_graph_view_advance    (OvGraphView *self,
                                              double       seconds);
/* Boxes and curves for this viewport; @interest may be NULL. */
void                ov_graph_view_update     (OvGraphView           *self,
                                              const OvViewport      *viewport,
                                              double                 text_scale,
                                              const OvGraphInterest *interest);

/* Of the last update. */
const OvScene      *ov_graph_view_get_scene  (const OvGraphView *self);
const OvLayout     *ov_graph_view_get_places (const OvGraphView *self);
const OvGraphCurve *ov_graph_view_get_curves (const OvGraphView *self,
                                              guint             *n);
/* Edges in view that are not drawn because others are stronger. */
guint               ov_graph_view_get_n_hidden (const OvGraphView *self);
/* The id of what a node is drawn as, of itself or of a folded group around it; 0: unknown. */
guint64             ov_graph_view_stand_in   (const OvGraphView *self,
                                              guint64            id);
/* The way of a message between two nodes, drawn or not; FALSE: it stays inside of one, or there is none. */
gboolean            ov_graph_view_get_way    (const OvGraphView *self,
                                              guint64            from,
                                              guint64            to,
                                              OvGraphCurve      *way);
/* World box of a node as it is drawn; FALSE: it is not, or folded away. */
gboolean            ov_graph_view_get_box    (const OvGraphView *self,
                                              guint64            id,
                                              OvBox             *box);
guint64             ov_graph_view_find_node  (const OvGraphView *self,
                                              double             x,
                                              double             y); /* logical pixels */
/* The index of the curve within @reach of a point; -1: none. */
int                 ov_graph_view_find_curve (const OvGraphView *self,
                                              double             x,
                                              double             y,
                                              double             reach);
void                ov_graph_curve_at        (const OvGraphCurve *self,
                                              double              t,
                                              double             *x,
                                              double             *y);
/* "340/s", "1.2 k/s". */
char               *ov_graph_dup_rate        (double rate) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
