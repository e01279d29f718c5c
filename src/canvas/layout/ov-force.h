/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvForce: where the nodes of a graph stand.
 *
 * Groups nest: the members of a group stand inside its box, boxes of siblings never overlap.  A
 * first layout is by stress majorisation with stochastic gradient descent (Zheng, Pawar, Goodman
 * 2018) up to 1,000 siblings, above that and for what is new in a live graph by Barnes–Hut forces
 * (Barnes, Hut 1986) warm-started from the old places, so that what is known stays where it was.
 * Pure and deterministic: same graph and same old places give the same answer, in any thread.
 */
#pragma once

#include "canvas/scene/ov-graph.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* @old, @old_graph: places to keep where they can be kept; NULL: none. NULL only when cancelled. */
OvGraphLayout *ov_force_compute       (const OvGraph       *graph,
                                       const OvGraph       *old_graph,
                                       const OvGraphLayout *old,
                                       GCancellable        *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
