/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walking a graph by keys: along edges where one leads that way, else to whatever stands there.
 * Thread: the view's.
 */
#pragma once

#include "canvas/layout/ov-walk.h"
#include "canvas/scene/ov-graph-view.h"

G_BEGIN_DECLS

/* Ids; @from where there is nothing that way; the busiest from 0. Parent and child are groups and their
 * members, as far as they are shown; first and last the busiest and the least busy. */
guint64 ov_graph_walk (const OvGraphView *view,
                       guint64            from,
                       OvStep             step);

G_END_DECLS
