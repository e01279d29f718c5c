/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The view's inside, shared by its parts: what is open and where (ov-graph-view.c), edges
 * (ov-graph-curves.c).
 */
#pragma once

#include "canvas/scene/ov-graph-view.h"

G_BEGIN_DECLS

/* More than twice as many as there are curves. */
#define OV_GRAPH_CURVE_SLOTS 2048

struct _OvGraphView
{
  OvGraph       *graph;
  OvGraphLayout *layout;
  guint32        n;
  GHashTable    *pins;       /* id: 0 or 1 */
  double         strictness; /* how much nearer than usual one must be for a group to open */

  /* By node. */
  OvBox         *from;       /* where the glide to the layout began */
  double         share;      /* of that glide, not eased */
  guint8        *open;       /* what it should be */
  float         *openness;   /* how far it is, 0…1 */
  double        *grain;      /* usual width of a group's members */
  OvBox         *drawn;      /* ground, while opening inside of its group's hull */

  /* What is shown; made anew when what is open changes. */
  OvGraphFold   *fold;
  OvScene       *scene;
  guint32       *item_of;    /* by node, OV_SCENE_NONE */
  float         *bends;      /* by edge of the fold, NAN: not chosen yet */
  gboolean       stale;      /* the fold no longer says what is open */

  /* Of the last update. */
  OvViewport     viewport;
  OvLayout       places;     /* by item */
  guint8        *dims;       /* by item: not what one looks for */
  GArray        *curves;     /* OvGraphCurve, the weakest first */
  guint32       *slots;      /* open addressing by the ends of a curve: curve + 1, 0 is free */
  guint          n_hidden;
};

/* Decides what is not looked for; TRUE: that is something else than before. */
gboolean ov_graph_view_choose_dims (OvGraphView           *self,
                                    const OvGraphInterest *interest);
/* Fills the curves for the places of this update. */
void ov_graph_view_trace_curves (OvGraphView           *self,
                                 const OvGraphInterest *interest);

G_END_DECLS
