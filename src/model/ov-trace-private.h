/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between OvNode and OvTrace, and a trace's specification as something to keep and to send.
 * Thread: main.
 */
#pragma once

#include "model/ov-feed-private.h"
#include "model/ov-trace.h"

G_BEGIN_DECLS

/* ---- ov-trace-spec.c ---- */

gboolean ov_trace_spec_check       (const OvTraceSpec  *spec,
                                    GError            **error);
/* The arguments of trace_start. */
OvTerm  *ov_trace_spec_to_request  (const OvTraceSpec *spec,
                                    guint16            id) G_GNUC_WARN_UNUSED_RESULT;
char    *ov_trace_spec_dup_title   (const OvTraceSpec *spec) G_GNUC_WARN_UNUSED_RESULT;
/* The level that it begins with, never OFF. */
OvTraceLevel ov_trace_spec_get_level (const OvTraceSpec *spec);

/* ---- ov-trace.c ---- */

/* News of the feed, handed on by the node. */
void     ov_trace_take_news        (OvTrace    *self,
                                    OvFeedNews *news);
/* The connection is no more: it ends with what is known. */
void     ov_trace_lose             (OvTrace    *self,
                                    const char *reason);

G_END_DECLS
