/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTraceStatus: what tracing costs a node and how to end it, for the header: a meter, events a
 * second, the level, and the stop button.  It is there only while something is traced.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-trace.h"

G_BEGIN_DECLS

#define OV_TYPE_TRACE_STATUS (ov_trace_status_get_type ())
G_DECLARE_FINAL_TYPE (OvTraceStatus, ov_trace_status, OV, TRACE_STATUS, AdwBin)

/* Its buttons activate "win.trace-stop" and "win.trace-rearm".  @node NULL: none. */
void ov_trace_status_set_node    (OvTraceStatus *self,
                                  OvNode        *node);
typedef enum
{
  OV_TRACE_ROOM_ENOUGH, /* level, cost, rate */
  OV_TRACE_ROOM_SOME,   /* level, cost */
  OV_TRACE_ROOM_LITTLE, /* level and the figure of the cost */
} OvTraceRoom;

void ov_trace_status_set_room    (OvTraceStatus *self,
                                  OvTraceRoom    room);

G_END_DECLS
