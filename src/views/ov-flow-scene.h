/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From who talks to whom to a graph that can be drawn: processes in groups of supervisors and
 * applications, edges with rate and latency, colours for what is asked, marks for bottlenecks.
 * Thread: main (it reads the process table).
 */
#pragma once

#include "analytics/ov-bottleneck.h"
#include "canvas/scene/ov-graph.h"
#include "model/ov-process-table.h"
#include "trace/ov-flow.h"

G_BEGIN_DECLS

typedef enum
{
  OV_FLOW_COLOR_LATENCY, /* of edges: median from question to answer */
  OV_FLOW_COLOR_MAILBOX, /* of processes: messages that wait */
  OV_FLOW_COLOR_RATE,    /* of both: messages a second */
} OvFlowColor;

typedef struct
{
  OvFlowColor         color;
  const OvBottleneck *bottlenecks;
  guint               n_bottlenecks;
} OvFlowSceneOptions;

/* The figures at the two ends of the colours; between them by the logarithm. */
typedef struct
{
  double low, high;
} OvFlowRamp;

/* Ids: that of an actor, and back; groups have ids of their own. */
guint64  ov_flow_scene_id_of       (guint32 actor);
guint32  ov_flow_scene_actor_of    (guint64 id); /* OV_ACTOR_NONE for a group */
/* The supervisor that a group stands for; OV_SLOT_NONE: it is none. */
guint32  ov_flow_scene_slot_of     (guint64 id);
/* (transfer full), frozen.  @flow (nullable): nobody talks. */
OvGraph *ov_flow_scene_build       (const OvFlowGraph        *flow,
                                    OvStore                  *store,
                                    OvProcessTable           *table,
                                    const OvFlowSceneOptions *options,
                                    OvFlowRamp               *ramp) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
