/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFlow: who talks to whom, how much and how fast, over any stretch of time.
 *
 * It follows a store and keeps sums per edge in windows of 100 ms; a graph is the sum over a range.
 * FLOW events (counted on the node) and SEND events (single messages) add up without counting
 * twice: a trace delivers one or the other at any instant.  Calls are paired with their replies by
 * the reference.  Thread: one at a time; update and get may run in a worker.
 */
#pragma once

#include "trace/ov-store.h"

G_BEGIN_DECLS

#define OV_FLOW_WINDOW_NS (100 * 1000 * 1000)

typedef struct
{
  guint32 from, to;        /* actors */
  guint32 shape;           /* the most frequent; text of the store */
  guint64 messages, bytes;
  double  rate;            /* messages a second over the range */
  guint64 calls;           /* questions with a known answer */
  guint64 unanswered;      /* questions without one, older than the range's end by 5 s, or failed */
  gint64  median_ns, p99_ns; /* question to answer; 0: not known */
  gint64  last_ns;
} OvFlowEdge;

typedef struct
{
  guint32 actor;
  guint64 sent, received;  /* messages */
  double  rate_in, rate_out;
} OvFlowNode;

typedef struct
{
  OvFlowEdge *edges;       /* by messages, descending */
  guint       n_edges;
  OvFlowNode *nodes;
  guint       n_nodes;
  gint64      from_ns, to_ns;
  gboolean    has_gaps;    /* something is missing in the range: rates are lower bounds */
} OvFlowGraph;

typedef struct _OvFlow OvFlow;

OvFlow      *ov_flow_new        (OvStore *store) G_GNUC_WARN_UNUSED_RESULT;
void         ov_flow_free       (OvFlow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvFlow, ov_flow_free)
/* Reads what was appended since; TRUE if there was anything. */
gboolean     ov_flow_update     (OvFlow       *self,
                                 GCancellable *cancellable);
/* [from, to); @max_edges 0: all, else the strongest. */
OvFlowGraph *ov_flow_get_graph  (OvFlow *self,
                                 gint64  from_ns,
                                 gint64  to_ns,
                                 guint   max_edges) G_GNUC_WARN_UNUSED_RESULT;
void         ov_flow_graph_free (OvFlowGraph *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvFlowGraph, ov_flow_graph_free)
/* Who filled this mailbox: shares of the senders, descending, at most @n; returns how many. */
typedef struct { guint32 actor; guint64 messages; double share; } OvFlowShare;
guint        ov_flow_get_senders (OvFlow      *self,
                                  guint32      actor,
                                  gint64       from_ns,
                                  gint64       to_ns,
                                  OvFlowShare *shares,
                                  guint        n);

G_END_DECLS
