/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvForce: where the nodes of a graph stand.
 *
 * Groups nest: the members of a group stand inside its circle or box, groups never overlap.  A first
 * layout is by stress majorisation with stochastic gradient descent (Zheng, Pawar, Goodman 2018), a
 * live one by Barnes–Hut forces warm-started from the old places, so that what is known stays where
 * it was.  Pure and deterministic: same graph and same old places give the same answer.
 */
#pragma once

#include "canvas/scene/ov-boxes.h"
#include "canvas/scene/ov-graph.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  guint32 n;
  OvBox  *boxes;   /* by node index of the graph; groups hold their members */
  OvBox   bounds;
} OvGraphLayout;

/* @old, @old_graph: places to keep where they can be kept; NULL: none. NULL only when cancelled. */
OvGraphLayout *ov_force_compute       (const OvGraph       *graph,
                                       const OvGraph       *old_graph,
                                       const OvGraphLayout *old,
                                       GCancellable        *cancellable) G_GNUC_WARN_UNUSED_RESULT;
void           ov_graph_layout_free   (OvGraphLayout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvGraphLayout, ov_graph_layout_free)

G_END_DECLS
