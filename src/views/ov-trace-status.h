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
/* Without the rate, where there is little room. */
void ov_trace_status_set_compact (OvTraceStatus *self,
                                  gboolean       compact);

G_END_DECLS
