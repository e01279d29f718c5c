/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Graphs for tests: applications of supervisors of processes that talk like a system does.
 */
#pragma once

#include "canvas/scene/ov-graph.h"

G_BEGIN_DECLS

typedef struct
{
  guint32  n_leaves;
  guint32  n_edges;
  guint32  seed;
  gboolean flat;     /* no groups */
  guint32  skip;     /* leave out every skip-th leaf: another graph with the same ids */
  gboolean heat;
  gboolean trouble;  /* some bottlenecks */
  gboolean mute;     /* nobody talks */
} OvTestGraph;

/* (transfer full), frozen. */
OvGraph *ov_test_graph_system (const OvTestGraph *options);

G_END_DECLS
