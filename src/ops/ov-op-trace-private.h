/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the operations that trace have in common: from parameters to an OvTraceSpec.
 */
#pragma once

#include "model/ov-trace.h"
#include "ops/ov-invocation.h"

G_BEGIN_DECLS

/* An OvTraceSpec with what it points to. */
typedef struct
{
  OvTraceSpec spec;
  GArray     *targets; /* of OvTraceTarget */
  GArray     *calls;   /* of OvTraceCall */
  GPtrArray  *kept;    /* names */
} OvOpTraceSpec;

OvOpTraceSpec *ov_op_trace_spec_new   (OvInvocation  *invocation,
                                       GError       **error) G_GNUC_WARN_UNUSED_RESULT;
void           ov_op_trace_spec_free  (OvOpTraceSpec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvOpTraceSpec, ov_op_trace_spec_free)
/* The check of those parameters: OvOperation.check. */
gboolean       ov_op_trace_spec_check (JsonObject  *parameters,
                                       GError     **error);

/* FALSE with FOREIGN_TRACER where all that was named is traced by somebody else: it was stopped then. */
gboolean       ov_op_trace_has_begun  (OvTrace           *trace,
                                       const OvTraceSpec *spec,
                                       GError           **error);

/* The error, with what was asked for where the node does not say it; both (transfer full). */
GError        *ov_op_trace_explain    (OvInvocation *invocation,
                                       GError       *error) G_GNUC_WARN_UNUSED_RESULT;

extern const char *const ov_op_trace_events[];
extern const char *const ov_op_trace_levels[];

/* Parameters of every operation that traces. */
#define OV_OP_TRACE_PARAMETERS                                                                                  \
  { "process", OV_PARAMETER_PROCESS, FALSE,                                                                     \
    N_("Whose events: pids and registered names, “new” for those spawned from now on, “all”; several, parted by commas"), \
    .many = TRUE, .placeholder = "PID|NAME|new|all" },                                                                                             \
  { "subtree", OV_PARAMETER_FLAG, FALSE,                                                                        \
    N_("With all processes below these supervisors, also those that come later"), "false" },                    \
  { "events", OV_PARAMETER_CHOICE, FALSE,                                                                       \
    N_("Which; send, receive and procs without it, or none but the calls with --call"), NULL, ov_op_trace_events, .many = TRUE }, \
  { "call", OV_PARAMETER_TEXT, FALSE,                                                                           \
    N_("Calls of these functions: Module:Function/Arity, without arity or with _ for any; “Shop.Cart.add/2” too"), \
    .many = TRUE, .placeholder = "M:F/A" },                                                                     \
  { "match", OV_PARAMETER_TERM, FALSE,                                                                          \
    N_("Match specification for the calls, as dbg takes it; without one, all with returns and exceptions"), .placeholder = "SPEC" },     \
  { "send-match", OV_PARAMETER_TERM, FALSE, N_("Match specification for what is sent: [Receiver, Message]"), \
    .placeholder = "SPEC" },                                                                                    \
  { "receive-match", OV_PARAMETER_TERM, FALSE,                                                                  \
    N_("Match specification for what is received: [Node, Sender, Message]"), .placeholder = "SPEC" },           \
  { "level", OV_PARAMETER_CHOICE, FALSE,                                                                        \
    N_("events: each message; edges: counted on the node; auto: as much as the node bears"), "auto", ov_op_trace_levels }, \
  { "max", OV_PARAMETER_INTEGER, FALSE, N_("End after so many events"), NULL, NULL, 1, 1e15 },                  \
  { "rate", OV_PARAMETER_INTEGER, FALSE, N_("So many events a second at most; beyond, tracing pauses or counts (20000)"), \
    NULL, NULL, 1, 10000000 },                                                                                  \
  { "term-nodes", OV_PARAMETER_INTEGER, FALSE, N_("Of each term so many parts at most leave the node (50)"), NULL, NULL, 1, 10000 }

G_END_DECLS
