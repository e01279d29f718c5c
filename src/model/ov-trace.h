/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTrace: one running (or ended) trace of a node.
 *
 *   STARTING ──► RUNNING ──► ENDED            level within RUNNING: events, edges, off (fuse)
 *       └─ error ──► ENDED       ▲ re-arm by a person only
 *
 * Its events go into the node's store, marked with its number.  Thread: main.
 */
#pragma once

#include "model/ov-match-spec.h"
#include "model/ov-node.h"
#include "trace/ov-trace-message.h"

G_BEGIN_DECLS

typedef enum
{
  OV_TRACE_PROCESS, /* one process; a registered name is taken up again after a restart */
  OV_TRACE_SUBTREE, /* a supervisor and all below it, also who comes later */
  OV_TRACE_ALL,     /* every process */
  OV_TRACE_NEW,     /* those that are spawned from now on */
} OvTraceScope;

typedef struct
{
  OvTraceScope scope;
  OvPid        pid;   /* PROCESS, SUBTREE */
  const char  *name;  /* or this registered name */
} OvTraceTarget;

typedef enum
{
  OV_TRACE_SEND = 1 << 0, OV_TRACE_RECEIVE = 1 << 1, OV_TRACE_PROCS = 1 << 2, OV_TRACE_RUNNING = 1 << 3,
  OV_TRACE_GARBAGE_COLLECTION = 1 << 4, OV_TRACE_PORTS = 1 << 5,
} OvTraceFlags;

typedef struct
{
  const OvTraceTarget *targets;
  guint                n_targets;
  OvTraceFlags         flags;     /* 0: send, receive, procs, unless there are calls */
  const OvTraceCall   *calls;
  guint                n_calls;
  OvTerm              *send_match, *receive_match; /* match specifications for these events (nullable) */
  gboolean             automatic; /* levels switch by themselves; else stay at @level until the fuse */
  OvTraceLevel         level;     /* to begin with; OFF: edges for all, new and subtrees, else events */
  /* Limits; 0: the default. */
  guint                rate;      /* events a second before the governor; 20,000 */
  guint64              count;     /* ends after so many events; none */
  guint                duration_ms; /* ends after; none */
  guint                term_nodes;  /* of a message; 50 */
} OvTraceSpec;

#define OV_TYPE_TRACE (ov_trace_get_type ())
G_DECLARE_FINAL_TYPE (OvTrace, ov_trace, OV, TRACE, GObject)

typedef struct
{
  guint64 generated, shown, dropped; /* generated = shown + dropped, always, at the end */
  guint64 paused_ns;
  gint64  started_ns, ended_ns;
} OvTraceSum;

/* Properties (notify): "running" (boolean), "level" (uint OvTraceLevel).  Signals: "meter" at most four
 * times a second, "ended". */
guint               ov_trace_get_id         (OvTrace *self);
OvNode             *ov_trace_get_node       (OvTrace *self); /* (nullable): it may be gone */
const char         *ov_trace_get_title      (OvTrace *self); /* "shop_cart: send, receive" */
gboolean            ov_trace_is_running     (OvTrace *self);
OvTraceLevel        ov_trace_get_level      (OvTrace *self);
const OvTraceMeter *ov_trace_get_meter      (OvTrace *self);
const OvTraceSum   *ov_trace_get_sum        (OvTrace *self);
/* "stopped", "duration", "count", "processes-gone", "lost" (the connection), "overloaded" (the tracer was
 * killed), NULL while it runs. */
const char         *ov_trace_get_reason     (OvTrace *self);
/* FALSE: connection or tracer went before the node could say how much it generated; generated is then what
 * is known here: what arrived and what the last meter told. */
gboolean            ov_trace_is_sum_final   (OvTrace *self);
/* What the node said when it started: processes traced now, functions matched, remarks. */
guint               ov_trace_get_n_processes (OvTrace *self);
guint               ov_trace_get_n_functions (OvTrace *self);
const char * const *ov_trace_get_notes      (OvTrace *self);
guint               ov_trace_get_n_foreign  (OvTrace *self); /* processes that stay with another tracer */

/* Only operations call these. */
void     ov_node_trace_async   (OvNode              *node,
                                const OvTraceSpec   *spec, /* copied */
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data);
OvTrace *ov_node_trace_finish  (OvNode        *node,
                                GAsyncResult  *result,
                                GError       **error) G_GNUC_WARN_UNUSED_RESULT;
/* Flags off, waits for what was on the way (trace_delivered), drains; then the sum is final. */
void     ov_trace_stop_async   (OvTrace             *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data);
gboolean ov_trace_stop_finish  (OvTrace       *self,
                                GAsyncResult  *result,
                                GError       **error);
/* After the fuse, or to change the level by hand. */
void     ov_trace_rearm_async  (OvTrace             *self,
                                OvTraceLevel         level,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data);
gboolean ov_trace_rearm_finish (OvTrace       *self,
                                GAsyncResult  *result,
                                GError       **error);

G_END_DECLS
