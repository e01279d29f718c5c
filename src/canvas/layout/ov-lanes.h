/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In which order the lanes of a chart stand, so that arrows are short and cross few lanes: a linear
 * arrangement by repeated barycentre passes and adjacent swaps, begun from the order given.  Pure, deterministic.
 * Thread: any.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct { guint32 from, to; guint32 weight; } OvLaneEdge;

/* Fills @order with a permutation of 0…n-1: order[position] = lane. */
void    ov_lanes_order (guint32           n,
                        const OvLaneEdge *edges,
                        guint             n_edges,
                        guint32          *order,
                        GCancellable     *cancellable);
/* What is made small: the sum of weight times distance. */
guint64 ov_lanes_cost  (guint32           n,
                        const OvLaneEdge *edges,
                        guint             n_edges,
                        const guint32    *order);

G_END_DECLS
